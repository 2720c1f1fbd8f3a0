/* linalg/transpose.h - LANES x LANES elements turned in registers. For *_ukr.c. */
#ifndef LPLI_TRANSPOSE_H
#define LPLI_TRANSPOSE_H

#include "core/kernel.h"

#define LANES ((int64_t)(LPLI_VEC_BYTES / sizeof(real)))
#define LANE_LOOP _Pragma("GCC unroll 16") for (int i = 0; i < LANES; i++)

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
#define STAGE(s, low, high)                                    \
    _Pragma("GCC unroll 16") for (int i = 0; i < LANES; i++) { \
        if (i & s) continue;                                   \
        lpli_vec x = t[i], y = t[i + s];                       \
        t[i] = SHUFFLE(x, y, low);                             \
        t[i + s] = SHUFFLE(x, y, high);                        \
    }
#define LIST(...) __VA_ARGS__

/* t[i][k] <-> t[k][i], LANES x LANES. */
static inline void transpose(lpli_vec *t) {
#if LPLI_VEC_BYTES == 64 && !defined(LPLI_F64)
    STAGE(8, LIST(0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23),
          LIST(8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31))
    STAGE(4, LIST(0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27),
          LIST(4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31))
    STAGE(2, LIST(0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29),
          LIST(2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31))
    STAGE(1, LIST(0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30),
          LIST(1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31))
#elif LPLI_VEC_BYTES == 64 || !defined(LPLI_F64)
    STAGE(4, LIST(0, 1, 2, 3, 8, 9, 10, 11), LIST(4, 5, 6, 7, 12, 13, 14, 15))
    STAGE(2, LIST(0, 1, 8, 9, 4, 5, 12, 13), LIST(2, 3, 10, 11, 6, 7, 14, 15))
    STAGE(1, LIST(0, 8, 2, 10, 4, 12, 6, 14), LIST(1, 9, 3, 11, 5, 13, 7, 15))
#else
    STAGE(2, LIST(0, 1, 4, 5), LIST(2, 3, 6, 7))
    STAGE(1, LIST(0, 4, 2, 6), LIST(1, 5, 3, 7))
#endif
}

#endif
