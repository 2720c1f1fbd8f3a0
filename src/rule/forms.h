/* rule/forms.h - terms of delta that are of a batch as a whole: pull and push forms that no single unit can tell
 * (equations: include/lpl/rule.h). Everything here is in double, whatever the type in which the rule runs. A sample is
 * a row of the batch; of a map that the loss sees whole, one position of one row, and its units are the channels. */
#ifndef LPLI_FORMS_H
#define LPLI_FORMS_H

#include "rule/rule.h"

/* Samples that lie on several ranks (reduce/reduce.h): each has some rows, and products are of chunks of them. */
enum { LPLI_FORMS_RAW, LPLI_FORMS_CENTRED, LPLI_FORMS_UNIT }; /* what is summed: z, z - mean, or of length 1 */
typedef struct lpli_forms_ranks_t {
    size_t total, chunk;   /* samples of all ranks; of a chunk */
    const double *mean[2]; /* units: of all samples of a view */
    /* square = factor times the sums of products of the columns of a (rows x units) over all ranks; v: its view */
    lpl_status_t (*products)(const struct lpli_forms_ranks_t *r, double *square, const double *a, size_t rows, int v,
                             int what, double factor);
    lpl_status_t (*add)(const struct lpli_forms_ranks_t *r, double *sum, const double *terms, size_t rows);
    void *user;
    lpl_status_t status; /* the first failure */
} lpli_forms_ranks_t;

typedef struct lpli_forms_t {
    lpli_forms_ranks_t *ranks; /* or NULL */
    const lpli_rule_t *rule;
    const lpli_gemm_t *gemm;
    int32_t threads;
    size_t rows, units; /* samples of a view, and units of a sample */
    int32_t report;     /* losses are wanted also where their coefficient is 0 */
    double scale;       /* of both losses: what the rule calls M with LPL_NORM_NEURON, else 1 */
    double *next;       /* units^2, first of the block: the predictor's running matrix with this batch taken in */
    double *w;          /* units^2: the predictor */
    double *square[2];  /* scratch */
    double *numbers;    /* 4 units, and rows if there are more */
    double *z[2];       /* rows x units: responses of the views; push leaves something else there */
    double *work;       /* rows x units */
    double *term[2];    /* rows x units, of the views that learn: what is to be added to delta before f' */
} lpli_forms_t;

/* Doubles for any batch of up to `rows` samples; UINT64_MAX if that cannot be addressed. symmetric: two views learn. */
uint64_t lpli_forms_elements(const lpli_rule_t *r, uint64_t units, uint64_t rows, int symmetric);
/* rule, rows and units are set, and rows_max and symmetric as they were measured: its arrays in the block. */
void lpli_forms_lay(lpli_forms_t *f, double *block, size_t rows_max, int symmetric);

/* C of this step into next: c, with the rows of views first .. 1 taken in if takes_in; then W. False if C is not finite
 * or its eigenvalues are not found. */
bool lpli_forms_predict(lpli_forms_t *f, const double *c, int first, int takes_in);
/* term[v] = the pull term, with the other view as a constant (none: 0); returns L_pull of this view. Of all views that
 * learn before any push. */
double lpli_forms_pull(lpli_forms_t *f, int v, int has_other);
/* term[v] += the push term, with share; returns L_push. *stuck: SIZE_MAX, or where the factor of the covariance
 * fails (then the term is not made). */
double lpli_forms_push(lpli_forms_t *f, int v, double share, size_t *stuck);
/* The largest magnitude of term[v]; NaN or infinity if one is. */
double lpli_forms_highest(const lpli_forms_t *f, int v);

/* Responses of the rule's type as samples, and a term added to delta (set: nothing is there yet). batch rows, Q
 * positions. */
void lpli_forms_gather_f32(const lpli_forms_t *f, double *to, const float *z, size_t ldz, size_t Q);
void lpli_forms_gather_f64(const lpli_forms_t *f, double *to, const double *z, size_t ldz, size_t Q);
void lpli_forms_add_f32(float *delta, size_t ldd, const double *term, size_t batch, size_t units, size_t Q, int set);
void lpli_forms_add_f64(double *delta, size_t ldd, const double *term, size_t batch, size_t units, size_t Q, int set);

#endif
