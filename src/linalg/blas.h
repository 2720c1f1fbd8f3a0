/* linalg/blas.h - the door to BLIS; blas.c is the only file that sees blis.h. All sizes were validated before. */
#ifndef LPLI_BLAS_H
#define LPLI_BLAS_H

#include <stdbool.h>

#include "linalg/gemm.h"

/* C = alpha op(A) op(B) + beta C on one thread. Returns false if this build has no BLIS: nothing was done. */
bool lpli_blas_gemm_f32(const lpli_gemm_t *g, int ta, int tb, size_t m, size_t n, size_t k, float alpha, const float *a,
                        size_t lda, const float *b, size_t ldb, float beta, float *c, size_t ldc);
bool lpli_blas_gemm_f64(const lpli_gemm_t *g, int ta, int tb, size_t m, size_t n, size_t k, double alpha,
                        const double *a, size_t lda, const double *b, size_t ldb, double beta, double *c, size_t ldc);

/* "BLIS 0.9.0" as at build time, or "no BLIS". */
const char *lpli_blas_name(void);

/* The text of lpl_build_info: LPLI_BUILD_TEXT (linalg/build.h) and that name, one literal. */
const char *lpli_build_text(void);

/* The same for a square C (n x n) of which only the lower triangle, diagonal included, is wanted; the upper one may be
 * left as it was. */
bool lpli_blas_lower_f32(const lpli_gemm_t *g, int ta, int tb, size_t n, size_t k, float alpha, const float *a,
                         size_t lda, const float *b, size_t ldb, float beta, float *c, size_t ldc);
bool lpli_blas_lower_f64(const lpli_gemm_t *g, int ta, int tb, size_t n, size_t k, double alpha, const double *a,
                         size_t lda, const double *b, size_t ldb, double beta, double *c, size_t ldc);

/* True where a product for one row of C can be made independent of the other rows (LPL_FLAG_BATCH_INVARIANT). */
bool lpli_blas_can_be_batch_invariant(void);

/* True if products go through our micro-kernel because BLIS does not know this CPU. */
bool lpli_blas_lends_kernel(int32_t isa);

#endif
