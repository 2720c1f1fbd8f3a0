/* linalg/gemm_ukr.h - matrix micro-kernels that we lend to BLIS on CPUs which it does not know (blas.c says when). */
#ifndef LPLI_GEMM_UKR_H
#define LPLI_GEMM_UKR_H

#include <stdint.h>

/* Block of C in registers: MR x NR. */
enum {
    LPLI_UKR_F32_AVX512_MR = 14,
    LPLI_UKR_F32_AVX512_NR = 32,
    LPLI_UKR_F64_AVX512_MR = 14,
    LPLI_UKR_F64_AVX512_NR = 16,
    LPLI_UKR_F32_AVX2_MR = 6,
    LPLI_UKR_F32_AVX2_NR = 16,
    LPLI_UKR_F64_AVX2_MR = 6,
    LPLI_UKR_F64_AVX2_NR = 8
};

/* C (m x n, strides rs, cs) = beta C + alpha A B, A packed as k columns of MR, B as k rows of NR, m <= MR, n <= NR.
 * beta = 0: C is not read. The argument list is that of a BLIS 0.9 gemm micro-kernel (dim_t, inc_t = int64_t); info and
 * ctx are unused. */
#define LPLI_UKR_DECLARE(name, type)                                                                     \
    void name(int64_t m, int64_t n, int64_t k, type *restrict alpha, type *restrict a, type *restrict b, \
              type *restrict beta, type *restrict c, int64_t rs, int64_t cs, void *info, void *ctx)
LPLI_UKR_DECLARE(lpli_gemm_ukr_f32_avx512, float);
LPLI_UKR_DECLARE(lpli_gemm_ukr_f64_avx512, double);
LPLI_UKR_DECLARE(lpli_gemm_ukr_f32_avx2, float);
LPLI_UKR_DECLARE(lpli_gemm_ukr_f64_avx2, double);

/* A panel for the above: p[k*dim_max + i] = c[i*incc + k*ldc] for i < dim, k < len; zero up to dim_max and len_max. */
#define LPLI_PACK_DECLARE(name, type)                                                                           \
    void name(type *p, int64_t dim_max, int64_t len_max, const type *c, int64_t incc, int64_t ldc, int64_t dim, \
              int64_t len)
LPLI_PACK_DECLARE(lpli_gemm_pack_f32_avx512, float);
LPLI_PACK_DECLARE(lpli_gemm_pack_f64_avx512, double);
LPLI_PACK_DECLARE(lpli_gemm_pack_f32_avx2, float);
LPLI_PACK_DECLARE(lpli_gemm_pack_f64_avx2, double);

#endif
