/* metrics/metrics.h - what the metric files share: data as rows in double, classes, temporary memory. */
#ifndef LPLI_METRICS_H
#define LPLI_METRICS_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "linalg/gemm.h"
#include "lpl/metrics.h"

/* The host's matrix; exactly one of f32 and f64 is set. */
typedef struct lpli_rows_t {
    const float *f32;
    const double *f64;
    size_t ld;
    size_t n, d;
} lpli_rows_t;

enum {
    LPLI_METRIC_ARRAYS = 16 /* temporary arrays of one call */
};

/* One call of lpl_metric or lpl_metric_classes. */
typedef struct lpli_metric_t {
    const char *fn; /* public function, for messages */
    lpli_rows_t x, x2;
    const int32_t *y;
    size_t n, d;
    size_t n_classes; /* classes with samples, in the order of their labels */
    size_t *class_of; /* n: class of a row */
    size_t *order;    /* n: rows sorted by class, then by row */
    size_t *start;    /* n_classes + 1: where a class begins in order */
    lpli_gemm_t gemm;
    void *taken[LPLI_METRIC_ARRAYS];
    size_t n_taken;
} lpli_metric_t;

/* How lpli_rows_load changes a row: (x - centre) * scale, then divided by its norm. */
typedef struct lpli_row_map_t {
    const double *centre; /* d, or NULL */
    double scale;         /* a power of two, so that it rounds nothing */
    int unit;             /* 1: divide by max(norm, floor) */
    double floor;
} lpli_row_map_t;

/* A set of rows: index[0 .. n-1], or rows 0 .. n-1 if index is NULL. */
typedef struct lpli_row_set_t {
    const size_t *index;
    size_t n;
} lpli_row_set_t;

/* ---- rows.c ---- */
lpli_row_set_t lpli_metric_all(const lpli_metric_t *m);

/* count elements, zeroed, freed by lpli_metric_release; NULL if there is no memory. */
void *lpli_metric_take(lpli_metric_t *m, size_t count, size_t elem);
/* Fails with LPL_E_MEMORY. */
lpl_status_t lpli_metric_no_memory(const lpli_metric_t *m, size_t count);
/* Free the arrays taken after there were kept of them; 0: all. */
void lpli_metric_release(lpli_metric_t *m, size_t kept);

/* Sort the labels into classes. Labels are >= 0. */
lpl_status_t lpli_metric_index(lpli_metric_t *m);
lpli_row_set_t lpli_metric_class(const lpli_metric_t *m, size_t k);
int lpli_metric_label(const lpli_metric_t *m, size_t k);

/* Rows per block, so that a block of rows of d doubles stays small. */
size_t lpli_metric_block(size_t n, size_t d);

/* Rows first .. first+count-1 of the set, mapped, into dst (count x d, no gaps). */
void lpli_rows_load(const lpli_rows_t *x, lpli_row_set_t set, size_t first, size_t count, const lpli_row_map_t *map,
                    double *dst);

/* Column means of the set (set.n >= 1), exact if all its rows are equal. row: d doubles of scratch. */
void lpli_rows_mean(const lpli_rows_t *x, lpli_row_set_t set, double *mean, double *row);

/* A power of two that brings the largest |x - centre| of the set near 1; 0 if all are 0. row: d doubles of scratch. */
double lpli_rows_scale(const lpli_rows_t *x, lpli_row_set_t set, const double *centre, double *row);

/* trace = sum_b |r_b|^2, sumsq = sum_{b,d} (r_b . r_d)^2 over the mapped rows r of the set: through the smaller Gram
 * matrix. */
lpl_status_t lpli_rows_gram(lpli_metric_t *m, const lpli_rows_t *x, lpli_row_set_t set, const lpli_row_map_t *map,
                            double *trace, double *sumsq);

/* ---- pairwise.c ---- */
lpl_status_t lpli_metric_cosine(lpli_metric_t *m, int32_t metric, double *out);
lpl_status_t lpli_metric_cosine_pull(lpli_metric_t *m, double *out);
lpl_status_t lpli_metric_cosine_pull_labels(lpli_metric_t *m, double *out);
lpl_status_t lpli_metric_cosine_push(lpli_metric_t *m, double *out);
lpl_status_t lpli_metric_pairs(lpli_metric_t *m, int32_t metric, double *out);
lpl_status_t lpli_metric_push_to_centroid(lpli_metric_t *m, double *out);

/* ---- manifold.c ---- */
lpl_status_t lpli_metric_participation(lpli_metric_t *m, lpli_row_set_t set, double *out);
lpl_status_t lpli_metric_class_dims(lpli_metric_t *m, double *out);
/* radii and spreads: n_classes each, either may be NULL; global: mean distance to the mean of all, or NULL. */
lpl_status_t lpli_metric_radii(lpli_metric_t *m, double *radii, double *spreads, double *global);
lpl_status_t lpli_metric_correlation(lpli_metric_t *m, double *out);

/* ---- moments.c ---- */
lpl_status_t lpli_metric_gaussian(lpli_metric_t *m, int32_t metric, double *out);
lpl_status_t lpli_metric_radial_push(lpli_metric_t *m, double *out);
lpl_status_t lpli_metric_sparse_filtering(lpli_metric_t *m, double *out);
lpl_status_t lpli_metric_selectivity(lpli_metric_t *m, double *out);

/* ---- sfa.c ---- */
/* Slow features of the pairs x (a moment ago), x2 (now): w (n_features x d, ldw) and mu, each may be NULL. */
lpl_status_t lpli_metric_sfa(lpli_metric_t *m, double *w, size_t ldw, double *mu, size_t n_features, double ridge);

/* ---- series.c: one number for each unit, into out, f0, f1 (d each) ---- */
lpl_status_t lpli_metric_slowness(lpli_metric_t *m, size_t lag, double *out);
lpl_status_t lpli_metric_modulation(lpli_metric_t *m, double *f0, double *f1);

/* ---- metrics.c: from checked arguments to the numbers ---- */
lpl_status_t lpli_metric_scalar(lpli_metric_t *m, int32_t metric, double *out);
lpl_status_t lpli_metric_array(lpli_metric_t *m, int32_t metric, double *out, size_t n_classes);

#endif
