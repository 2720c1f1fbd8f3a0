/* linalg/gemm_pack_ukr.c - how operands are laid out for our micro-kernels (gemm_ukr.h). BLIS 0.9 has no packing kernel
 * for panels as wide as ours and would copy them element by element, a fifth of the time of a learning step. */
#include <string.h>

#include "core/kernel.h"
#include "linalg/gemm_ukr.h"
#include "linalg/transpose.h"

#if defined(__AVX512F__)
#define MR 14
#else
#define MR 6
#endif
#define NR (2 * LANES)
#define AHEAD 128 /* elements: rows of a large matrix are too many streams for the hardware to prefetch */

/* Rows of c are contiguous along the panel: LANES x LANES pieces are turned in registers. n: 1 .. LANES rows at p's
 * element 0. */
static inline void turn(real *p, int64_t ldp, const real *c, int64_t incc, int64_t len, int64_t n) {
    int64_t k = 0;
    for (; k + LANES <= len; k += LANES) {
        lpli_vec t[LANES];
        LANE_LOOP if (i < n) __builtin_prefetch(c + i * incc + k + AHEAD);
        LANE_LOOP t[i] = i < n ? *(const lpli_vec *)(const void *)(c + i * incc + k) : (lpli_vec){0};
        transpose(t);
        LANE_LOOP memcpy(p + (k + i) * ldp, &t[i], (size_t)n * sizeof(real));
    }
    for (; k < len; k++)
        for (int64_t i = 0; i < n; i++) p[k * ldp + i] = c[i * incc + k];
}

void K(lpli_gemm_pack)(real *p, int64_t dim_max, int64_t len_max, const real *c, int64_t incc, int64_t ldc, int64_t dim,
                       int64_t len) {
    if (ldc == 1) {
        int64_t i = 0;
        for (; i + LANES <= dim; i += LANES) turn(p + i, dim_max, c + i * incc, incc, len, LANES);
        if (dim - i == MR % LANES) /* the same with a constant count */
            turn(p + i, dim_max, c + i * incc, incc, len, MR % LANES);
        else if (i < dim)
            turn(p + i, dim_max, c + i * incc, incc, len, dim - i);
    } else if (incc == 1 && dim == NR && dim_max == NR) {
        for (int64_t k = 0; k < len; k++) memcpy(p + k * NR, c + k * ldc, (size_t)NR * sizeof(real));
    } else if (incc == 1 && dim == MR && dim_max == MR) {
        for (int64_t k = 0; k < len; k++) memcpy(p + k * MR, c + k * ldc, MR * sizeof(real));
    } else {
        for (int64_t k = 0; k < len; k++)
            for (int64_t i = 0; i < dim; i++) p[k * dim_max + i] = c[i * incc + k * ldc];
    }
    for (int64_t k = 0; dim < dim_max && k < len; k++)
        for (int64_t i = dim; i < dim_max; i++) p[k * dim_max + i] = 0;
    for (int64_t k = len * dim_max; k < len_max * dim_max; k++) p[k] = 0;
}
