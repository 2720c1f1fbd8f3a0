/* stats/moments_real.c - see moments.h. */
#include "stats/moments.h"

#include "core/threads.h"

typedef struct {
    double *mean, *m2;
    real *zc;
    const real *z;
    size_t ldc, ldz, rows, cols;
    int32_t isa, find_mean;
} job_t;

static void strip_task(void *ctx, size_t task, size_t worker) {
    (void)worker;
    const job_t *j = ctx;
    size_t i = task * LPLI_STRIP, n = j->cols - i < LPLI_STRIP ? j->cols - i : LPLI_STRIP;
    if (j->find_mean) {
        LPLI_PICK(j->isa, lpli_col_sums)(j->mean + i, j->z + i, j->ldz, j->rows, n);
        for (size_t k = 0; k < n; k++) j->mean[i + k] /= (double)j->rows;
    }
    LPLI_PICK(j->isa, lpli_center)
    (j->zc ? j->zc + i : NULL, j->ldc, j->m2 + i, j->z + i, j->ldz, j->mean + i, j->rows, n);
}

void R(lpli_moments)(double *mean, double *m2, real *zc, size_t ldc, const real *z, size_t ldz, size_t rows,
                     size_t cols, int32_t isa, int32_t threads) {
    job_t j = {
        .mean = mean,
        .m2 = m2,
        .zc = zc,
        .z = z,
        .ldc = ldc,
        .ldz = ldz,
        .rows = rows,
        .cols = cols,
        .isa = isa,
        .find_mean = 1,
    };
    lpli_parallel((cols + LPLI_STRIP - 1) / LPLI_STRIP, threads, strip_task, &j);
}

void R(lpli_center_all)(real *zc, size_t ldc, double *m2, const real *z, size_t ldz, const double *mean, size_t rows,
                        size_t cols, int32_t isa, int32_t threads) {
    double *fixed; /* only read: find_mean is 0 */
    memcpy(&fixed, &mean, sizeof fixed);
    job_t j = {
        .mean = fixed,
        .m2 = m2,
        .zc = zc,
        .z = z,
        .ldc = ldc,
        .ldz = ldz,
        .rows = rows,
        .cols = cols,
        .isa = isa,
        .find_mean = 0,
    };
    lpli_parallel((cols + LPLI_STRIP - 1) / LPLI_STRIP, threads, strip_task, &j);
}

void R(lpli_scatter)(const lpli_gemm_t *g, double *gram, double *zc, const real *const z[2], size_t ldz,
                     const double *mean, size_t rows, size_t units, int32_t threads) {
    size_t n = 0;
    for (int v = 0; v < 2; v++) {
        if (!z[v]) continue;
        LPLI_PICK(g->isa, lpli_deviations)(zc + n * units, z[v], ldz, mean, rows, units);
        n += rows;
    }
    lpli_gram_f64(g, 1, units, n, 1, zc, units, gram, units, threads);
}

bool R(lpli_ewma_cov_row)(double *out, real *real_out, bool look, const double *cov, const double *gram,
                          const double *batch_mean, const double *mean, size_t i, size_t units, double n, double k,
                          int32_t isa) {
    return LPLI_PICK(isa, lpli_cov_row)(out, real_out, look, cov, gram, batch_mean, mean, i, units, n, k);
}

#ifndef LPLI_F64
double lpli_ewma_gain(double n, double tau) { return -expm1(-n / tau); }

void lpli_ewma_take(double *mean, double *sigma2, const double *batch_mean, const double *batch_m2, size_t units,
                    double n, double k_mean, double k_sigma2) {
    for (size_t i = 0; i < units; i++) {
        mean[i] = lpli_settled(lpli_ewma(mean[i], batch_mean[i], k_mean));
        double d = batch_mean[i] - mean[i];
        sigma2[i] = lpli_settled(lpli_ewma(sigma2[i], batch_m2[i] / n + d * d, k_sigma2));
    }
}
#endif
