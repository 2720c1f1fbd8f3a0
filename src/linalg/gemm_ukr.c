/* linalg/gemm_ukr.c - see gemm_ukr.h. Compiled for AVX2 and AVX-512, with fused multiply-add (the Makefile's rule for
 * *_ukr.c): products of matrices promise a bound, not equal bits across instruction sets (numerics: docs/design.md). */
#include "linalg/gemm_ukr.h"

#include <string.h>

#include "core/kernel.h"

#if defined(__AVX512F__)
#define BYTES 64
#define MR 14
#else
#define BYTES 32
#define MR 6
#endif
#define LANES (BYTES / (int)sizeof(real))
#define NR (2 * LANES)

typedef real vec __attribute__((vector_size(BYTES), aligned(sizeof(real)), may_alias));

/* All of MR x 2 vectors stay in registers only if the loops over rows are unrolled completely. */
#define ROWS _Pragma("GCC unroll 14") for (int i = 0; i < MR; i++)

LPLI_UKR_DECLARE(K(lpli_gemm_ukr), real) {
    (void)info;
    (void)ctx;
    vec acc[MR][2];
    ROWS acc[i][0] = acc[i][1] = (vec){0};
    for (int64_t p = 0; p < k; p++) {
        vec b0 = *(vec *)(void *)b, b1 = *(vec *)(void *)(b + LANES);
        ROWS {
            vec ai = a[i] - (vec){0};
            acc[i][0] += ai * b0;
            acc[i][1] += ai * b1;
        }
        a += MR;
        b += NR;
    }
    const real al = *alpha, be = *beta;
    if (m == MR && n == NR && cs == 1) {
        if (be == 0) {
            ROWS {
                vec *q = (vec *)(void *)(c + i * rs);
                q[0] = al * acc[i][0];
                q[1] = al * acc[i][1];
            }
        } else {
            ROWS {
                vec *q = (vec *)(void *)(c + i * rs);
                q[0] = be * q[0] + al * acc[i][0];
                q[1] = be * q[1] + al * acc[i][1];
            }
        }
        return;
    }
    real t[MR * NR]; /* edges and strided C through a copy */
    ROWS memcpy(t + i * NR, acc[i], sizeof acc[i]);
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < n; j++) {
            real *q = c + i * rs + j * cs;
            *q = (be == 0 ? 0 : be * *q) + al * t[i * NR + j];
        }
}
