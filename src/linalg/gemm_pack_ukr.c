/* linalg/gemm_pack_ukr.c - how operands are laid out for our micro-kernels (gemm_ukr.h). BLIS 0.9 has no packing kernel for panels
 * as wide as ours and would copy them element by element, a fifth of the time of a learning step. */
#include <string.h>

#include "core/kernel.h"
#include "linalg/gemm_ukr.h"

#define LANES ((int64_t)(LPLI_VEC_BYTES / sizeof(real)))
#if defined(__AVX512F__)
#define MR 14
#else
#define MR 6
#endif
#define NR (2 * LANES)
#define AHEAD 128 /* elements: rows of a large matrix are too many streams for the hardware to prefetch */

#if defined(__clang__)
#define SHUFFLE(x, y, ...) __builtin_shufflevector(x, y, __VA_ARGS__)
#else
#ifdef LPLI_F64
typedef int64_t lane_index __attribute__((vector_size(LPLI_VEC_BYTES)));
#else
typedef int32_t lane_index __attribute__((vector_size(LPLI_VEC_BYTES)));
#endif
#define SHUFFLE(x, y, ...) __builtin_shuffle(x, y, (lane_index){__VA_ARGS__})
#endif

/* One stage of the transposition: rows i and i + s exchange the lanes in which bit s differs. */
#define STAGE(s, low, high)                               \
    _Pragma("GCC unroll 16") for (int i = 0; i < LANES; i++) { \
        if (i & s) continue;                              \
        lpli_vec x = t[i], y = t[i + s];                  \
        t[i] = SHUFFLE(x, y, low);                        \
        t[i + s] = SHUFFLE(x, y, high);                   \
    }
#define LIST(...) __VA_ARGS__

/* t[i][k] <-> t[k][i], LANES x LANES. */
static inline void transpose(lpli_vec *t) {
#if LPLI_VEC_BYTES == 64 && !defined(LPLI_F64)
    STAGE(8, LIST(0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23), LIST(8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31))
    STAGE(4, LIST(0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27), LIST(4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31))
    STAGE(2, LIST(0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29), LIST(2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31))
    STAGE(1, LIST(0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30), LIST(1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31))
#elif LPLI_VEC_BYTES == 64 || !defined(LPLI_F64)
    STAGE(4, LIST(0, 1, 2, 3, 8, 9, 10, 11), LIST(4, 5, 6, 7, 12, 13, 14, 15))
    STAGE(2, LIST(0, 1, 8, 9, 4, 5, 12, 13), LIST(2, 3, 10, 11, 6, 7, 14, 15))
    STAGE(1, LIST(0, 8, 2, 10, 4, 12, 6, 14), LIST(1, 9, 3, 11, 5, 13, 7, 15))
#else
    STAGE(2, LIST(0, 1, 4, 5), LIST(2, 3, 6, 7))
    STAGE(1, LIST(0, 4, 2, 6), LIST(1, 5, 3, 7))
#endif
}

#define LANE_LOOP _Pragma("GCC unroll 16") for (int i = 0; i < LANES; i++)

/* Rows of c are contiguous along the panel: LANES x LANES pieces are turned in registers. n: 1 .. LANES rows at p's element 0. */
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

void K(lpli_gemm_pack)(real *p, int64_t dim_max, int64_t len_max, const real *c, int64_t incc, int64_t ldc, int64_t dim, int64_t len) {
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
