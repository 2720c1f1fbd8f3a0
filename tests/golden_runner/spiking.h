/* tests/golden_runner/spiking.h - what the files of the spiking layout share: tables of spikes, synapses and recorded
 * states. */
#ifndef LPL_GOLDEN_SPIKING_H
#define LPL_GOLDEN_SPIKING_H

#include "golden.h"

/* -- input tables (spiking_files.c). Each call returns 1, or 0 and the case has failed or is skipped
 * ----------------------- */

/* The table that this run is compared with, of post_spikes, inh_spikes, weights, con_ie_weights, trace_window,
 * trace_coarse: float64 has a truth of its own, in the case's folder f64. */
const char *result(const golden_run_t *run, const char *name);
/* Is there such a folder? If not the case is skipped. The results that are not meant count as known. */
int results_found(golden_case_t *c, const golden_run_t *run);

/* Spikes by step: those of step t are neuron[at[t]] .. neuron[at[t + 1] - 1], ascending; order has them as recorded. */
typedef struct spikes_t {
    uint64_t n_steps;
    size_t *at; /* n_steps + 1 */
    uint32_t *neuron;
    uint32_t *order;
} spikes_t;

int spikes_read(golden_case_t *c, const char *name, size_t n_neurons, uint64_t n_steps, spikes_t *s);
void spikes_free(spikes_t *s);
size_t spikes_count(const spikes_t *s, uint64_t step);
/* Were the spikes of this step recorded in another order than ascending? (It is the order in which the reference adds
 * weights.) */
int spikes_disordered(const spikes_t *s, uint64_t step);

/* Synapses k = 0 .. n - 1, row by row. */
typedef struct synapses_t {
    size_t n, n_pre, n_post;
    uint32_t *pre, *post;
    double *w;
    size_t *row; /* n_pre + 1: the synapses of pre neuron j are row[j] .. row[j + 1] - 1 */
} synapses_t;

int synapses_read(golden_case_t *c, const char *name, size_t n_pre, size_t n_post, synapses_t *s);
void synapses_free(synapses_t *s);
/* Connectivity for a create call; borrows from s. */
int synapses_connect(golden_case_t *c, const synapses_t *s, lpl_connect_t *connect);

/* Initial values: n rows of index, value. */
int values_read(golden_case_t *c, const char *name, size_t n, double *value);

/* A parameter that the case cannot do without. */
int parameter(golden_case_t *c, const char *name, double *value);
/* A size that the case cannot do without, 1 .. 2^31. */
int parameter_size(golden_case_t *c, const char *name, size_t *value);
/* T and dt, and the number of steps as the reference counts them: floor(fl(T) / dt). */
int parameter_steps(golden_case_t *c, double *dt, uint64_t *n_steps);

/* A table of numbers: column 0 is the step (ascending, below n_steps), the others are values; NULL columns are none of
 * ours. */
typedef struct rows_t {
    csv_t text;
    char file[64];
    size_t n_rows, n_values;
    uint64_t *step;
    double *value; /* n_rows x n_values */
    size_t next;   /* the row to be met next */
} rows_t;

int rows_read(golden_case_t *c, const char *name, uint64_t n_steps, rows_t *r);
void rows_free(rows_t *r);
/* The row of this step, or NULL if it has none. Steps must be asked for in ascending order. */
const double *rows_at(rows_t *r, uint64_t step);
/* Largest magnitude of all values. */
double rows_largest(const rows_t *r);
/* Are the rows evenly spaced, and do they go on to the end of the run? */
int rows_are_complete(golden_case_t *c, const rows_t *r, uint64_t n_steps);
/* weights.csv and the like: that, and are the columns w0 ... w<n-1>? */
int rows_are_weights(golden_case_t *c, const rows_t *r, size_t n, uint64_t n_steps);

/* -- comparison (spiking_compare.c)
 * ------------------------------------------------------------------------------------ */

/* The worst of many comparisons of one quantity. */
typedef struct worst_t {
    size_t n, n_bits; /* compared; of these not equal to the last bit */
    double error, tolerance, ratio;
    char name[64], where[64];
} worst_t;

/* where: what it is and at which step, written only if it is the worst so far. */
void worst_take(worst_t *w, int dtype, double got, double want, double tolerance, const char *what, size_t index,
                uint64_t step);
/* The recorded weights of one step. */
void worst_weights(worst_t *w, int dtype, const char *name, const double *got, const double *want, size_t n,
                   double tolerance, uint64_t step);
void worst_note(golden_case_t *c, const worst_t *w, const char *how);

/* Spikes that came out, beside the recorded ones. */
typedef struct spike_check_t {
    uint64_t n_steps, n_wrong; /* steps compared, steps with other spikes than the recorded ones */
    uint64_t first;            /* of the latter */
} spike_check_t;

void spike_check_step(spike_check_t *k, const spikes_t *recorded, uint64_t step, const uint32_t *spikes, size_t n);
/* None may differ. */
void spike_check_note(golden_case_t *c, const spike_check_t *k, const char *name, const golden_run_t *run);

/* trace_window and trace_coarse: columns QUANTITY_i, or QUANTITY_sK for synapse K. */
typedef struct traces_t traces_t;
/* NULL: the case has failed. */
traces_t *traces_open(golden_case_t *c, const golden_run_t *run, uint64_t n_steps, size_t n_pre, size_t n_post,
                      size_t n_synapses);
void traces_free(traces_t *t);
/* Compare what is recorded of the end of this step. Returns 0 if a read call fails; the case has failed then. */
int traces_step(golden_case_t *c, traces_t *t, const golden_run_t *run, uint64_t step, const lpl_lif_t *lif,
                const lpl_spiking_t *lpl);
void traces_note(golden_case_t *c, const traces_t *t, const golden_run_t *run, size_t *n, size_t *n_bits);

/* -- the library's calls for either element type (spiking_typed.c)
 * -------------------------------------------------------- */
lpl_status_t typed_lif_step(int dtype, lpl_lif_t *p, uint32_t *spikes, size_t *n_spk, void *v);
lpl_status_t typed_lif_read(int dtype, const lpl_lif_t *p, double *dst, size_t n, const uint64_t *index, int32_t what);
lpl_status_t typed_lif_write(int dtype, lpl_lif_t *p, const double *src, size_t n, int32_t what);
lpl_status_t typed_spiking_step(int dtype, lpl_spiking_t *s, const uint32_t *pre, size_t n_pre, const uint32_t *post,
                                size_t n_post, const void *v);
lpl_status_t typed_spiking_read(int dtype, const lpl_spiking_t *s, double *dst, size_t n, const uint64_t *index,
                                int32_t what);
lpl_status_t typed_spiking_write(int dtype, lpl_spiking_t *s, const double *src, size_t n, int32_t what);
lpl_status_t typed_projection_read(int dtype, const lpl_projection_t *p, double *dst, size_t n);
lpl_status_t typed_projection_write(int dtype, lpl_projection_t *p, const double *src, size_t n);

/* -- what both kinds of network do (spiking_typed.c)
 * ------------------------------------------------------------------------ */

typedef struct population_t {
    lpl_lif_t *lif;
    lpl_lif_config_t cfg;
} population_t;

/* A population with the case's constants (ampa_nmda_ratio, and any field of the config that params.csv names). */
int population_make(golden_case_t *c, population_t *p, int dtype, size_t n, double dt, double v_init);
void population_free(population_t *p);
/* What recorded spikes of step t - delay transmit: by drive_lif; in float32, where they are not in ascending order,
 * added here in their own. */
int drive(golden_case_t *c, int dtype, const spikes_t *pre, uint64_t t, uint64_t delay, const synapses_t *syn,
          const lpl_spiking_t *lpl, const lpl_projection_t *projection, lpl_lif_t *target, int32_t receptor);

/* -- the kinds of case
 * ------------------------------------------------------------------------------------------------------ */
void golden_spiking_lpl(golden_case_t *c, const golden_run_t *run);       /* spiking.c: rule lpl */
void golden_spiking_symmetric(golden_case_t *c, const golden_run_t *run); /* spiking_symmetric.c: rule symmetric_stdp */
void golden_spiking_curves(golden_case_t *c, const golden_run_t *run);    /* spiking_curves.c: stdp_curves */

#endif
