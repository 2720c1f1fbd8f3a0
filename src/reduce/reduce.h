/* reduce/reduce.h - learning on several ranks (lpl/reduce.h): the hook, sums whose order does not matter, and what a
 * layer with a hook has beside its own arrays.
 *
 * The equations of the rule, the statistics and the optimiser stand where they stand without a hook. What differs: they
 * see chunks of rows (the loops below), and what is summed over rows passes through here.
 *
 * A step makes these reductions:
 *   agree       SUM  do all ranks make this call; rows of all                                     (agree.c)
 *   look        MAX  largest and smallest response of each unit and view, largest input           (rows_real.c)
 *   means       SUM  of each unit and view                                                        (rows_real.c)
 *   squares     SUM  squared deviations of each unit and view, squared differences of the views   (rows_real.c)
 *   products    SUM  with decorrelation, and terms of the whole batch: of pairs of units; of every view that learns, or
 *                    once where the statistics are slow                                           (rows_real.c)
 *   delta       MAX  largest factor of each unit, units that are alive                            (gradient_real.c)
 *   gradient    SUM  if weights learn or a gradient is asked for; before it, where an overflow is possible, a MAX of
 *                    whether there was one                                                        (gradient_real.c) */
#ifndef LPLI_REDUCE_H
#define LPLI_REDUCE_H

#include <stdatomic.h>

#include "layer/layer.h"
#include "lpl/reduce.h"
#include "rule/forms.h"
#include "stats/stats.h"

typedef struct lpli_hook_t {
    lpl_reduce_config_t cfg;
    lpl_reduce_fn fn;
    lpl_reduce_start_fn start;
    lpl_reduce_finish_fn finish;
    void *user;
} lpli_hook_t;

static inline bool lpli_is_exact(const lpli_hook_t *h) { return !(h->cfg.flags & LPL_REDUCE_FLOAT); }

/* The arguments of set_reduce into *h. */
lpl_status_t lpli_hook_init(lpli_hook_t *h, const lpl_reduce_config_t *cfg, lpl_reduce_fn fn, lpl_reduce_start_fn start,
                            lpl_reduce_finish_fn finish, void *user, uint64_t batch_max, const char *what);
/* Those of a call that takes the hook away. */
lpl_status_t lpli_hook_check_none(lpl_reduce_fn reduce, lpl_reduce_start_fn start, lpl_reduce_finish_fn finish,
                                  void *user, const char *fn);
/* LPL_E_REDUCE if the hook fails. n may be 0. */
lpl_status_t lpli_hook_reduce(const lpli_hook_t *h, void *data, size_t n, int32_t type, int32_t op, const char *fn);

/* A sum that may be on its way while something else is done: start, then finish, with the hook's non-blocking form if
 * it has one and `later` is set, else finish makes the whole reduction. abandon: finish, without the result. */
typedef struct lpli_flight_t {
    void *data, *request;
    size_t n;
    int32_t type;
    bool started;
} lpli_flight_t;
lpl_status_t lpli_flight_start(lpli_flight_t *f, const lpli_hook_t *h, void *data, size_t n, int32_t type, bool later,
                               const char *fn);
lpl_status_t lpli_flight_finish(lpli_flight_t *f, const lpli_hook_t *h, const char *fn);
void lpli_flight_abandon(lpli_flight_t *f, const lpli_hook_t *h);

/* ---- sums: integers in units of 1 / scale, or, with LPL_REDUCE_FLOAT, doubles ---- */

typedef union lpli_sum_t {
    int64_t i;
    double d;
} lpli_sum_t;

static inline int32_t lpli_sum_type(const lpli_hook_t *h) {
    return lpli_is_exact(h) ? LPL_REDUCE_INT64 : LPL_REDUCE_FLOAT64;
}
lpl_status_t lpli_hook_sum(const lpli_hook_t *h, lpli_sum_t *sum, size_t n, const char *fn);

/* Of sums whose terms' magnitudes add up to bound at most: 2^(61 - e), 2^e > bound; 0 for a bound of 0. A bound that is
 * infinite, which a sum of finite terms need not reach, counts as 2^1024. */
double lpli_sum_scale(double bound);
static inline double lpli_sum_unit(double scale) { return scale > 0 ? 1 / scale : 0; }

static inline void lpli_sum_add(lpli_sum_t *to, double v, double scale, bool exact) {
    if (exact)
        to->i += (int64_t)(v * scale);
    else
        to->d += v;
}
static inline double lpli_sum_get(const lpli_sum_t *s, double scale, bool exact) {
    return exact ? (double)s->i * lpli_sum_unit(scale) : s->d;
}

/* ---- do all ranks make this call? ---- */

typedef struct lpli_agreement_t {
    lpl_status_t status; /* of this rank's arguments */
    size_t own;          /* rows of this rank */
    bool has_past, report;
    uint32_t mark; /* of what must be the same on all ranks */
    /* out */
    size_t total; /* rows of all */
} lpli_agreement_t;
/* LPL_E_REDUCE, or this rank's status; out: has_past and report of all. */
lpl_status_t lpli_agree(const lpli_hook_t *h, lpli_agreement_t *a, const char *fn);

/* ---- moments of rows that lie on several ranks ---- */

typedef struct lpli_rows_t {
    const lpli_hook_t *hook;
    const lpli_gemm_t *gemm;
    int32_t threads;
    size_t own, total, units;
    const void *z[2]; /* own x units without gaps but ld; of a view that is not: NULL */
    bool alone;       /* there is but view 0: so many sums fewer */
    size_t ld;
    double *high[2], *low[2]; /* units: largest z, largest - z */
    double *scale;            /* units, scratch */
    double *work;             /* units, scratch */
    lpli_sum_t *sum;          /* 3 units, scratch */
} lpli_rows_t;
/* Units as far as a sum can reach: |z - mean| of view v, or of both views. */
static inline double lpli_rows_range(const lpli_rows_t *r, int v, size_t i) { return r->high[v][i] + r->low[v][i]; }
double lpli_rows_union(const lpli_rows_t *r, size_t i);
/* Rows of the chunk that begins at row at. */
static inline size_t lpli_rows_of_chunk(const lpli_hook_t *h, size_t at, size_t own) {
    return lpli_is_exact(h) && own - at > h->cfg.chunk ? (size_t)h->cfg.chunk : own - at;
}

/* look: high and low of view v on this rank; the first unit that holds NaN, infinity or more than limit, or units.
 * means, squares: over the ranks, of both views (m2 and pull may be NULL). */
size_t lpli_rows_look_f32(const lpli_rows_t *r, int v, double limit);
size_t lpli_rows_look_f64(const lpli_rows_t *r, int v, double limit);
lpl_status_t lpli_rows_means_f32(const lpli_rows_t *r, double *const mean[2], const char *fn);
lpl_status_t lpli_rows_means_f64(const lpli_rows_t *r, double *const mean[2], const char *fn);
lpl_status_t lpli_rows_squares_f32(const lpli_rows_t *r, double *const mean[2], double *const m2[2], double *pull,
                                   const char *fn);
lpl_status_t lpli_rows_squares_f64(const lpli_rows_t *r, double *const mean[2], double *const m2[2], double *pull,
                                   const char *fn);
/* Its two halves; between them r->sum, lpli_rows_squares_length of it, goes over the ranks. */
static inline size_t lpli_rows_squares_length(const lpli_rows_t *r) { return (r->alone ? 1 : 3) * r->units; }
void lpli_rows_squares_add_f32(const lpli_rows_t *r, double *const mean[2], bool pull);
void lpli_rows_squares_add_f64(const lpli_rows_t *r, double *const mean[2], bool pull);
void lpli_rows_squares_get_f32(const lpli_rows_t *r, double *const m2[2], double *pull);
void lpli_rows_squares_get_f64(const lpli_rows_t *r, double *const m2[2], double *pull);

/* Sums of products of n columns, |a_i| <= high_i: upper triangle, row by row. */
typedef struct lpli_products_t {
    const lpli_hook_t *hook;
    const lpli_gemm_t *gemm;
    int32_t threads;
    size_t total, n; /* rows of all */
    double *inverse; /* n: 2^-e, 2^e > high_i */
    lpli_sum_t *sum; /* n (n + 1) / 2 */
} lpli_products_t;
static inline size_t lpli_products_length(size_t n) { return n * (n + 1) / 2; }
/* start: sums are 0; add: one chunk (rows x n without gaps), scratch n x n; get: factor times the sums, mirrored. */
void lpli_products_start(lpli_products_t *p, const double *high);
void lpli_products_add_f32(const lpli_products_t *p, const float *a, size_t rows, float *scratch);
void lpli_products_add_f64(const lpli_products_t *p, const double *a, size_t rows, double *scratch);
void lpli_products_get_f32(const lpli_products_t *p, float *square, double factor);
void lpli_products_get_f64(const lpli_products_t *p, double *square, double factor);
/* Of deviations of this rank's rows from mean, in double whatever the type, chunk by chunk. zc: scratch, rows of a
 * chunk x n; square as above. */
void lpli_products_rows_f32(const lpli_products_t *p, const float *z, size_t ldz, size_t own, const double *mean,
                            double *zc, double *square);
void lpli_products_rows_f64(const lpli_products_t *p, const double *z, size_t ldz, size_t own, const double *mean,
                            double *zc, double *square);
/* All rows of this rank in chunks, then over the ranks. */
lpl_status_t lpli_products_f32(const lpli_products_t *p, const float *const a[2], size_t own, float *scratch,
                               const char *fn);
lpl_status_t lpli_products_f64(const lpli_products_t *p, const double *const a[2], size_t own, double *scratch,
                               const char *fn);

/* ---- a layer with a hook ---- */

#define LPLI_STEP_BYTES 1024

/* Terms of the whole batch, but each of a row alone. */
static inline bool lpli_rows_alone(const lpli_rule_t *r) { return !lpli_push_is_form(r) && !lpli_predicts(r); }

/* What MAX carries beside units. */
enum { LPLI_MAX_BAD, LPLI_MAX_X, LPLI_MAX_U, LPLI_MAX_INNER, LPLI_MAX_POOLED, LPLI_MAX_EXTRAS };

typedef struct lpli_layer_reduce_t {
    lpli_hook_t hook;
    size_t bytes;
    size_t slots; /* of a convolution: chunks of batch_max, each with what is kept from its responses to its gradient */
    lpli_conv_t *conv;     /* slots of them; their scratch is one */
    lpli_conv_t *own_conv; /* the layer's, as long as there is a hook */
    double *max;           /* EXTRAS + 4 U: responses */
    double *factor;        /* EXTRAS + 2 U + M: delta */
    lpli_sum_t *sum;       /* 3 U */
    double *pull_sum;      /* U */
    double *scale, *work;  /* U */
    lpli_products_t products;
    double *forms;                /* of a rule that has terms of the whole batch */
    double *form_mean[2];         /* P: of the units of a sample */
    void *square;                 /* (R) n x n */
    double *row_high, *bias_high; /* M: bounds of sums of the gradient */
    double *back_high;            /* hidden units of a head: of what comes back to them */
    void *gradient;               /* M x n, M, head, U: integers, or (T) */
    double *room;                 /* a row of gradients in double for each thread: not of weights (n_post, head) */
    /* of a step */
    size_t own, total;
    bool has_past, report;
    atomic_int bad;       /* a term of the gradient is NaN or infinite */
    lpli_flight_t flight; /* the gradient's */
    double x_high;
    void *samples, *sample_delta; /* (T) SEES_POSITIONS with decorrelation: batch_max Q x M */
    double *channel;              /* 2 M, likewise */
    lpl_status_t status;          /* of a reduction in there */
    const char *fn;               /* for the sentence of a failure in there */
    void *step;                   /* update_real.c: of lpl_stack_update, between its halves */
} lpli_layer_reduce_t;

/* Into max: largest responses within a head. */
void lpli_reduce_head_high(const lpl_layer_t *l, double *max);
/* The convolution of a chunk that begins at row at. */
static inline void lpli_reduce_slot(lpl_layer_t *l, size_t at) {
    if (l->reduce->slots > 0) l->conv = l->reduce->conv + at / (size_t)l->reduce->hook.cfg.chunk;
}

/* lpli_rule_view, chunk by chunk. */
void R(lpli_reduce_rule)(lpl_layer_t *l, const R(lpli_rule_work_t) * w, const R(lpli_view_t) * v, double share,
                         double *decorr_loss);
/* What terms of the whole batch need of the other ranks, once the moments are there. */
void lpli_reduce_forms(lpl_layer_t *l, lpli_forms_ranks_t *out, const char *fn);
/* high_i = largest magnitude of column i, at least what it was; the first column that is not finite, or units. */
size_t lpli_column_high_f32(double *high, const float *a, size_t rows, size_t units);
size_t lpli_column_high_f64(double *high, const double *a, size_t rows, size_t units);

/* The gradient (T). delta: its bounds, over the ranks; then, chunk by chunk, add; start (later: with the hook's
 * non-blocking form), finish; then get. at: weights in order, biases, head, decays (LPLI_AT_*). */
lpl_status_t lpli_reduce_delta_f32(lpl_layer_t *l, int first, int learns, lpli_losses_t *loss, const char *fn);
lpl_status_t lpli_reduce_delta_f64(lpl_layer_t *l, int first, int learns, lpli_losses_t *loss, const char *fn);
void lpli_reduce_add_f32(const lpli_layer_reduce_t *r, size_t at, const float *p, size_t n, double bound);
void lpli_reduce_add_f64(const lpli_layer_reduce_t *r, size_t at, const double *p, size_t n, double bound);
void lpli_reduce_add_wide_f32(const lpli_layer_reduce_t *r, size_t at, const double *p, size_t n, double bound);
void lpli_reduce_add_wide_f64(const lpli_layer_reduce_t *r, size_t at, const double *p, size_t n, double bound);
void lpli_reduce_get_f32(const lpli_layer_reduce_t *r, size_t at, float *p, size_t n, double bound);
void lpli_reduce_get_f64(const lpli_layer_reduce_t *r, size_t at, double *p, size_t n, double bound);
void lpli_reduce_get_wide_f32(const lpli_layer_reduce_t *r, size_t at, double *p, size_t n, double bound);
void lpli_reduce_get_wide_f64(const lpli_layer_reduce_t *r, size_t at, double *p, size_t n, double bound);
/* Bounds of sums: of row_high and bias_high; of a row of a part of a head. Bytes of the gradient. */
void lpli_reduce_bounds(const lpl_layer_t *l);
double lpli_reduce_head_bound(const lpl_layer_t *l, int part, size_t row);
size_t lpli_reduce_bytes(const lpl_layer_t *l);
/* A head's gradients, head.sum: of this rank in, of all out. */
void lpli_reduce_head_add_f32(lpl_layer_t *l);
void lpli_reduce_head_add_f64(lpl_layer_t *l);
void lpli_reduce_head_get_f32(lpl_layer_t *l);
void lpli_reduce_head_get_f64(lpl_layer_t *l);
static inline size_t lpli_at_bias(const lpl_layer_t *l) { return (size_t)l->cfg.n_post * l->fan_in; }
static inline size_t lpli_at_head(const lpl_layer_t *l) { return lpli_at_bias(l) + (size_t)l->cfg.n_post; }
static inline size_t lpli_at_decay(const lpl_layer_t *l) { return lpli_at_head(l) + (size_t)lpli_head_length(&l->cfg); }
lpl_status_t lpli_reduce_start(lpl_layer_t *l, int calm, int later, const char *fn);
lpl_status_t lpli_reduce_finish(lpl_layer_t *l, const char *fn);
void lpli_reduce_abandon(
    lpl_layer_t *l); /* a step that was begun is not made: as finish, the result is not looked at */

lpli_rows_t lpli_reduce_rows(lpl_layer_t *l, const void *z0, const void *z1);

/* ---- a tracker with a hook (tracker.c, tracker_real.c): agree, look, means; then squares and, with covariance,
 * products, of which the first are on their way while the others are formed ---- */

typedef struct lpli_stats_reduce_t {
    lpli_hook_t hook;
    double *max;          /* 1 + 2 U: a unit that is not finite; largest z, largest - z */
    double *scale, *work; /* U */
    lpli_sum_t *sum;      /* U */
    lpli_products_t products;
} lpli_stats_reduce_t;
lpl_status_t lpli_reduce_stats_agree(lpl_stats_t *s, lpl_status_t status, size_t own, size_t *total, const char *fn);
/* lpl_stats_update of this rank's rows. checked: what is to be said of its arguments. */
lpl_status_t lpli_reduce_stats_f32(lpl_stats_t *s, const float *z, size_t ldz, size_t own, lpl_status_t checked,
                                   const char *fn);
lpl_status_t lpli_reduce_stats_f64(lpl_stats_t *s, const double *z, size_t ldz, size_t own, lpl_status_t checked,
                                   const char *fn);

/* ---- a layer's ---- */

/* The first of all reductions of a call. status: what this rank says of its arguments. */
lpl_status_t lpli_reduce_agree(lpl_layer_t *l, lpl_status_t status, size_t own, int has_past, int report, int kind,
                               const char *fn);

#endif
