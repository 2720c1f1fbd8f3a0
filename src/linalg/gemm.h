/* linalg/gemm.h - matrix products, row-major, the same bits for any number of threads.
 *
 * A product is cut into tiles of C whose size depends on its shape alone; each tile is one single-threaded call of BLIS
 * (blas.c), or of the reference product for small shapes and in builds without BLIS. */
#ifndef LPLI_GEMM_H
#define LPLI_GEMM_H

#include <stddef.h>
#include <stdint.h>

#include "lpl/status.h"

/* What the products of one object need to know. Plain data, no memory. */
typedef struct lpli_gemm_t {
    int32_t isa;             /* LPL_ISA_* in use: for the reference product and the lent micro-kernel */
    int32_t batch_invariant; /* a row of C must not depend on m: no small-matrix path */
} lpli_gemm_t;

void lpli_gemm_init(lpli_gemm_t *g, int32_t isa, uint32_t flags);

/* C (m x n) = alpha op(A) op(B) + beta C; op transposes where ta, tb are 1: A is m x k (ta: k x m), B is k x n (tb: n x
 * k). beta = 0: C is not read. */
void lpli_gemm_f32(const lpli_gemm_t *g, int ta, int tb, size_t m, size_t n, size_t k, float alpha, const float *a,
                   size_t lda, const float *b, size_t ldb, float beta, float *c, size_t ldc, int32_t threads);
void lpli_gemm_f64(const lpli_gemm_t *g, int ta, int tb, size_t m, size_t n, size_t k, double alpha, const double *a,
                   size_t lda, const double *b, size_t ldb, double beta, double *c, size_t ldc, int32_t threads);

/* One tile of the same on the caller's thread: for callers that make their own tiles. */
void lpli_gemm_tile_f32(const lpli_gemm_t *g, int ta, int tb, size_t m, size_t n, size_t k, float alpha, const float *a,
                        size_t lda, const float *b, size_t ldb, float beta, float *c, size_t ldc);
void lpli_gemm_tile_f64(const lpli_gemm_t *g, int ta, int tb, size_t m, size_t n, size_t k, double alpha,
                        const double *a, size_t lda, const double *b, size_t ldb, double beta, double *c, size_t ldc);

/* Symmetric C (n x n) = alpha op(A)' op(A), both triangles filled. ta = 0: A is n x k, C = alpha A A';  ta = 1: A is k
 * x n, C = alpha A' A. */
void lpli_gram_f32(const lpli_gemm_t *g, int ta, size_t n, size_t k, float alpha, const float *a, size_t lda, float *c,
                   size_t ldc, int32_t threads);
void lpli_gram_f64(const lpli_gemm_t *g, int ta, size_t n, size_t k, double alpha, const double *a, size_t lda,
                   double *c, size_t ldc, int32_t threads);

#endif
