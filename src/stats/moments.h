/* stats/moments.h - moments of a batch, and how exponential averages take them in. Used by lpl_stats_t, the rule and
 * the layers. */
#ifndef LPLI_MOMENTS_H
#define LPLI_MOMENTS_H

#include <stdbool.h>

#include "core/kernel.h"
#include "linalg/gemm.h"

/* Columns are worked on in strips of this many, so that the sums of a strip stay in L1. */
#define LPLI_STRIP 128

/* sum[i] = sum_b z[b*ldz + i], i < cols <= LPLI_STRIP, rows in order. */
LPLI_KERNEL(void, lpli_col_sums, (double *sum, const real *z, size_t ldz, size_t rows, size_t cols));

/* slope[i] = 1 if all of column i is above 0, low if nothing is, else NaN; false if all are NaN. */
LPLI_KERNEL(bool, lpli_col_slopes, (real * slope, const real *z, size_t ldz, size_t rows, size_t cols, real low));

/* d = z - mean in double; zc = d rounded (if zc is given); m2[i] = sum_b d^2. */
LPLI_KERNEL(void, lpli_center,
            (real * zc, size_t ldc, double *m2, const real *z, size_t ldz, const double *mean, size_t rows,
             size_t cols));

/* mean_i, m2_i = sum_b (z - mean_i)^2 (two passes), zc = z - mean (or NULL), for any number of columns. */
void R(lpli_moments)(double *mean, double *m2, real *zc, size_t ldc, const real *z, size_t ldz, size_t rows,
                     size_t cols, int32_t isa, int32_t threads);

/* zc = z - mean for a given mean, m2 as above. */
void R(lpli_center_all)(real *zc, size_t ldc, double *m2, const real *z, size_t ldz, const double *mean, size_t rows,
                        size_t cols, int32_t isa, int32_t threads);

/* Sums of products of deviations, in double whatever the type: gram (units x units) = sum_b (z - mean)(z - mean)', over
 * the rows of z[0], then of z[1], of which either may be NULL. zc: scratch, as many rows x units. */
void R(lpli_scatter)(const lpli_gemm_t *g, double *gram, double *zc, const real *const z[2], size_t ldz,
                     const double *mean, size_t rows, size_t units, int32_t threads);

/* zc (rows x units) = z - mean, in double. */
LPLI_KERNEL(void, lpli_deviations,
            (double *zc, const real *z, size_t ldz, const double *mean, size_t rows, size_t units));

/* Gain of an exponential average over n samples: 1 - exp(-n/tau). */
double lpli_ewma_gain(double n, double tau);

/* Take the moments of n rows into exponential averages (stats.h): mean first, then the variance around the new mean. */
void lpli_ewma_take(double *mean, double *sigma2, const double *batch_mean, const double *batch_m2, size_t units,
                    double n, double k_mean, double k_sigma2);

/* An exponential average of gain k takes in a value. */
static inline double lpli_ewma(double average, double value, double k) { return average + (value - average) * k; }

/* One covariance takes in gram / n + di dj. */
static inline double lpli_ewma_cov(double c, double gram, double n, double di, double dj, double k) {
    return lpli_settled(lpli_ewma(c, gram / n + di * dj, k));
}

/* Row i of a covariance of n rows: cov_ij takes in gram_ij / n + dev_i dev_j, gram = sum_b (z - mean)(z - mean)' around
 * the batch mean, dev = batch mean - new mean. The new row into out (may be cov itself, or NULL) and, rounded, into
 * real_out (or NULL). look: false if an element of it is not finite. */
LPLI_KERNEL(bool, lpli_cov_row,
            (double *out, real *real_out, bool look, const double *cov, const double *gram, const double *batch_mean,
             const double *mean, size_t i, size_t units, double n, double k));
bool lpli_ewma_cov_row_f32(double *out, float *real_out, bool look, const double *cov, const double *gram,
                           const double *batch_mean, const double *mean, size_t i, size_t units, double n, double k,
                           int32_t isa);
bool lpli_ewma_cov_row_f64(double *out, double *real_out, bool look, const double *cov, const double *gram,
                           const double *batch_mean, const double *mean, size_t i, size_t units, double n, double k,
                           int32_t isa);

#endif
