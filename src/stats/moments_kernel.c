/* stats/moments_kernel.c - see moments.h. */
#include "stats/moments.h"

#include <float.h>

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
#ifndef LPLI_NO_MALLOC /* code that a small build does without */
    if (cols == 1) {   /* one unit, as above */
        double s = 0;
        for (size_t b = 0; b < rows; b++) {
            const double d = (double)z[b * ldz] - mean[0];
            if (zc) zc[b * ldc] = (real)d;
            s += d * d;
        }
        m2[0] = s;
        return;
    }
#endif
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

void K(lpli_deviations)(double *zc, const real *z, size_t ldz, const double *mean, size_t rows, size_t units) {
    for (size_t b = 0; b < rows; b++)
        for (size_t i = 0; i < units; i++) zc[b * units + i] = (double)z[b * ldz + i] - mean[i];
}

/* What is a constant at each call below. */
static inline __attribute__((always_inline)) bool cov_row(double *out, real *real_out, bool look, const double *cov,
                                                          const double *gram, const double *batch_mean,
                                                          const double *mean, size_t i, size_t units, double n,
                                                          double k) {
    const double di = batch_mean[i] - mean[i];
    int64_t good = 1;
    for (size_t j = 0; j < units; j++) {
        const double c = lpli_ewma_cov(cov[j], gram[j], n, di, batch_mean[j] - mean[j], k);
        if (out) out[j] = c;
        if (look) good &= fabs(c) <= DBL_MAX;
        if (real_out) real_out[j] = (real)c;
    }
    return good;
}

bool K(lpli_cov_row)(double *out, real *real_out, bool look, const double *cov, const double *gram,
                     const double *batch_mean, const double *mean, size_t i, size_t units, double n, double k) {
    if (look) return cov_row(out, real_out, true, cov, gram, batch_mean, mean, i, units, n, k);
    if (!real_out) return cov_row(out, NULL, false, cov, gram, batch_mean, mean, i, units, n, k);
    if (!out) return cov_row(NULL, real_out, false, cov, gram, batch_mean, mean, i, units, n, k);
    return cov_row(out, real_out, false, cov, gram, batch_mean, mean, i, units, n, k);
}

/* All bits set where a comparison holds. */
#ifdef LPLI_F64
typedef int64_t bits_t;
#else
typedef int32_t bits_t;
#endif

static inline bits_t bits_of(real x) {
    bits_t b;
    memcpy(&b, &x, sizeof b);
    return b;
}

#ifndef LPLI_SCALAR
#define VEC_LANES (LPLI_VEC_BYTES / sizeof(real))
typedef bits_t mask_t __attribute__((vector_size(LPLI_VEC_BYTES), aligned(sizeof(real)), may_alias));

/* Of vecs registers of columns, a constant at every call; returns in which of them the slope is known. */
static inline __attribute__((always_inline)) mask_t slopes(real *slope, const real *z, size_t ldz, size_t rows,
                                                           real low, const size_t vecs) {
    mask_t all[4], any[4], known = {0};
    for (size_t q = 0; q < vecs; q++) all[q] = ~(mask_t){0}, any[q] = (mask_t){0};
    for (size_t b = 0; b < rows; b++)
#pragma GCC unroll 4
        for (size_t q = 0; q < vecs; q++) {
            const mask_t above = *(const lpli_vec *)(const void *)(z + b * ldz + q * VEC_LANES) > (lpli_vec){0};
            all[q] &= above;
            any[q] |= above;
        }
    for (size_t q = 0; q < vecs; q++) {
        *(mask_t *)(void *)(slope + q * VEC_LANES) =
            (all[q] & bits_of(1)) | (~any[q] & bits_of(low)) | (any[q] & ~all[q] & bits_of((real)NAN));
        known |= all[q] | ~any[q];
    }
    return known;
}
#endif

bool K(lpli_col_slopes)(real *slope, const real *z, size_t ldz, size_t rows, size_t cols, real low) {
    size_t i = 0;
    bits_t some = 0;
#ifndef LPLI_SCALAR
    mask_t known = {0};
    for (; i + 4 * VEC_LANES <= cols; i += 4 * VEC_LANES) known |= slopes(slope + i, z + i, ldz, rows, low, 4);
    for (; i + VEC_LANES <= cols; i += VEC_LANES) known |= slopes(slope + i, z + i, ldz, rows, low, 1);
    for (size_t k = 0; k < VEC_LANES; k++) some |= known[k];
#endif
    for (; i < cols; i++) {
        size_t above = 0;
        for (size_t b = 0; b < rows; b++) above += z[b * ldz + i] > 0;
        slope[i] = above == rows ? 1 : above == 0 ? low : (real)NAN;
        some |= above == rows || above == 0;
    }
    return some != 0;
}
