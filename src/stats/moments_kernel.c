/* stats/moments_kernel.c - see moments.h. */
#include "stats/moments.h"

void K(lpli_col_sums)(double *sum, const real *z, size_t ldz, size_t rows, size_t cols) {
    for (size_t i = 0; i < cols; i++) sum[i] = 0;
    if (cols == 1) { /* one unit: one running sum in a register, the same order */
        double s = 0;
        for (size_t b = 0; b < rows; b++) s += (double)z[b * ldz];
        sum[0] = s;
        return;
    }
    for (size_t b = 0; b < rows; b++) {
        const real *zb = z + b * ldz;
        for (size_t i = 0; i < cols; i++) sum[i] += (double)zb[i];
    }
}

void K(lpli_center)(real *zc, size_t ldc, double *m2, const real *z, size_t ldz, const double *mean, size_t rows,
                    size_t cols) {
    for (size_t i = 0; i < cols; i++) m2[i] = 0;
    for (size_t b = 0; b < rows; b++) {
        const real *zb = z + b * ldz;
        if (zc) {
            real *cb = zc + b * ldc;
            for (size_t i = 0; i < cols; i++) {
                double d = (double)zb[i] - mean[i];
                cb[i] = (real)d;
                m2[i] += d * d;
            }
        } else {
            for (size_t i = 0; i < cols; i++) {
                double d = (double)zb[i] - mean[i];
                m2[i] += d * d;
            }
        }
    }
}

void K(lpli_col_range)(real *restrict low, real *restrict high, const real *restrict z, size_t ldz, size_t rows,
                       size_t cols) {
    for (size_t i = 0; i < cols; i++) low[i] = high[i] = z[i];
    for (size_t b = 1; b < rows; b++)
        for (size_t i = 0; i < cols; i++) {
            const real x = z[b * ldz + i];
            low[i] = x < low[i] ? x : low[i];
            high[i] = x > high[i] ? x : high[i];
        }
}
