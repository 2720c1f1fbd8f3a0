/* tests/golden_runner/golden.h - one case at a time: its files, its parameters, and the comparison with a tolerance.
 *
 * A group file (losses.c, dense.c, ...) reads the inputs of a case, runs the library through its public API once in
 * float64 and once in float32, and hands every result to golden_compare / golden_compare_scalar, which know the
 * tolerance rules.
 */
#ifndef LPL_GOLDEN_H
#define LPL_GOLDEN_H

#include "worlds/csv.h"
#include "worlds/npy.h"
#include "lpl.h"

enum { GOLDEN_PASSED = 0, GOLDEN_FAILED = 1, GOLDEN_SKIPPED = 2 };

typedef struct golden_case_t {
    const char *group;
    const char *name; /* the case's folder, or its CSV file */
    const char *path;
    const char *data; /* folder of image files */
    int verbose;
    csv_writer_t *table;    /* every comparison goes there too, or NULL */
    csv_t scalars;          /* of a folder case: scalars.csv or params.csv; empty if is_csv */
    const char *parameters; /* which of the two */
    int is_csv;             /* the case is one CSV file */
    int status;             /* GOLDEN_PASSED until something else is known */
    char message[512];      /* the first failure, or why it was skipped */
    char remark[256];       /* what else the case's line should say */
    size_t n_compared;      /* arrays and scalars compared, each dtype counted */
    double worst_ratio;     /* error / tolerance of the worst one */
    double worst_error;
    double worst_tolerance;
    char worst_name[96];
    size_t n_unknown; /* columns of tables that the runner does not know */
    char **used;      /* names of files and scalars that were asked for */
    size_t n_used;
    size_t room_used;
} golden_case_t;

/* How close a result must be. The rules of docs/golden.md:
 *   float64             rel64 x scale
 *   float32, twin       against X_f32: 10 x the largest distance of X_f32 from X, at least 1e-5 x scale
 *   float32, no twin    1e-4 x scale, or abs32 if that is set (after Adam steps: 10 x lr x 1e-3 per step)
 * scale is the largest element of the array, or, with scale != NULL, scale[i % n_scale] for element i (a table of
 * unrelated parameters, where one may be huge). floor64 / floor32 is the rounding error of the terms that a result is
 * the sum of: it only counts where they cancel to (almost) zero, as in the bias gradients of a linear layer. */
typedef struct golden_tolerance_t {
    double rel64;
    double floor64;
    double floor32;
    double abs32;
    const double *scale;
    size_t n_scale;
    const double *slack; /* float32: what is added to the tolerance of element i (vgg.c: Adam's first steps), or NULL */
} golden_tolerance_t;

/* -- files and parameters (golden.c) -- */

/* Read NAME.npy (or with f32 != 0 NAME_f32.npy). Returns 1, 0 if there is no such file, -1 if it is bad (the case has
 * failed then). */
int golden_array(golden_case_t *c, const char *name, int f32, npy_t *a);
/* The same for an input that the case cannot do without: returns 1, or 0 and the case has failed. n_dims < 0: any. */
int golden_input(golden_case_t *c, const char *name, int n_dims, npy_t *a);
/* Does the case have NAME.npy, NAME_f32.npy, or a scalar of that name? */
int golden_wants(const golden_case_t *c, const char *name);

/* Read the table NAME.csv or NAME.csv.gz. Returns 1, 0 if there is none, -1 if it is bad (the case has failed then), or
 * compressed and the runner built without zlib (the case is skipped then). file (n bytes) gets the name. */
int golden_table(golden_case_t *c, const char *name, csv_t *t, char *file, size_t n);
/* Is there NAME.csv or NAME.csv.gz? */
int golden_has_table(const golden_case_t *c, const char *name);
/* Is there a file or folder of this name? */
int golden_has(const golden_case_t *c, const char *name);
/* A file or folder of the case that this run has no use for, but another one has: it does not count as unknown. */
void golden_know(golden_case_t *c, const char *name);

/* A parameter: the float64 column of scalars.csv. golden_number fails the case if it is there but no number. */
double golden_number(golden_case_t *c, const char *name, double otherwise);
/* A parameter that counts something: a whole number 0 .. 1e15, else the case has failed and the answer is otherwise. */
size_t golden_count(golden_case_t *c, const char *name, size_t otherwise);
const char *golden_word(golden_case_t *c, const char *name); /* "" if there is none */

/* -- verdicts -- */
void golden_fail(golden_case_t *c, const char *format, ...);
void golden_skip(golden_case_t *c, const char *format, ...);
/* 1 if a library call succeeded, else 0 and the case has failed with the library's own sentence. */
int golden_ok(golden_case_t *c, lpl_status_t status, const char *call);

/* Compare n results of the float64 (dtype LPL_F64) or float32 run with the arrays called name, if there are any. */
void golden_compare(golden_case_t *c, const char *name, int dtype, const double *got, size_t n,
                    const golden_tolerance_t *tolerance);
/* The same with the scalar called name, if there is one. */
void golden_compare_scalar(golden_case_t *c, const char *name, int dtype, double got,
                           const golden_tolerance_t *tolerance);
/* Compare numbers directly: error against tolerance, already measured. */
void golden_note(golden_case_t *c, const char *name, const char *how, double error, double tolerance);

/* Say (verbose) which arrays and scalars of the case were not looked at; they never count as compared. */
void golden_list_unused(golden_case_t *c, size_t *n_unused);

/* -- typed buffers (typed.c): arrays of the run's element type behind a plain pointer -- */
void *golden_memory(void *p);                /* p; ends the program if it is NULL */
void *typed_new(int dtype, size_t n);        /* zeros; ends the program without memory */
void *typed_from(int dtype, const npy_t *a); /* a's elements */
void typed_read(double *out, int dtype, const void *a, size_t n);
const void *typed_at(int dtype, const void *a, size_t i); /* address of element i */
const char *typed_name(int dtype);                        /* "float32" */
double *golden_doubles(size_t n);                         /* n zeros; ends the program without memory */

/* The library's calls for either element type. */
lpl_status_t typed_rule_delta(int dtype, const lpl_rule_config_t *cfg, void *delta, lpl_report_t *report, void *scratch,
                              size_t scratch_bytes, const void *z, const void *z_prev, size_t n_post, size_t batch);
lpl_status_t typed_forward(int dtype, const lpl_layer_t *l, void *z, size_t ldz, const void *x, size_t ldx,
                           size_t batch);
lpl_status_t typed_update(int dtype, lpl_layer_t *l, lpl_report_t *report, const void *x0, const void *x1, size_t ldx,
                          size_t batch);
lpl_status_t typed_gradient(int dtype, lpl_layer_t *l, void *dw, size_t lddw, void *db, lpl_report_t *report,
                            const void *x0, const void *x1, size_t ldx, size_t batch);
lpl_status_t typed_layer_read(int dtype, const lpl_layer_t *l, void *dst, size_t n, int32_t state);
lpl_status_t typed_layer_write(int dtype, lpl_layer_t *l, const void *src, size_t n, int32_t state);
lpl_status_t typed_optim_step(int dtype, const lpl_optim_config_t *cfg, void *w, void *m, void *v, const void *g,
                              size_t n, uint64_t t);
lpl_status_t typed_metric(int dtype, double *out, int32_t metric, const void *x, const void *x2, const int32_t *y,
                          size_t n, size_t d);
lpl_status_t typed_metric_classes(int dtype, double *out, size_t n_out, int32_t metric, const void *x, const int32_t *y,
                                  size_t n, size_t d, size_t n_classes);
lpl_status_t typed_readout_fit(int dtype, const lpl_readout_config_t *cfg, void *w, void *bias, double *epoch_loss,
                               const void *x, const int32_t *y, size_t n, size_t d);
lpl_status_t typed_readout_predict(int dtype, void *logits, double *accuracy, const void *w, const void *bias,
                                   const void *x, const int32_t *y, size_t n, size_t d, size_t n_classes);

/* -- the groups of the rate layout -- */
void golden_losses(golden_case_t *c);
void golden_terms(golden_case_t *c);
void golden_dense(golden_case_t *c);
void golden_optim(golden_case_t *c);
void golden_schedule(golden_case_t *c); /* optim/lr_*.csv */
void golden_metrics(golden_case_t *c);
void golden_readout(golden_case_t *c);
void golden_rules(golden_case_t *c);
void golden_toy2d(golden_case_t *c);
void golden_conv(golden_case_t *c);
void golden_vgg(golden_case_t *c);

/* -- the spiking layout (spiking.h): a folder is run once by each engine, and each run is a case of its own -- */
typedef struct golden_run_t {
    const char *label; /* "float32 fused" */
    void (*run)(golden_case_t *c, const struct golden_run_t *self);
    int dtype;
    int engine;
    int slow; /* LPL_SLOW_* */
    double weights, clamped,
        traces; /* tolerances: absolute; the same of clamped cases; of a trace's maximum. float64: of the largest */
} golden_run_t;

/* What to run for this folder: their number, 0 if it is not of this layout. */
size_t golden_spiking(const char *path, const golden_run_t **runs);

#endif
