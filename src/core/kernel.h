/* core/kernel.h - inner loops compiled once per instruction set.
 *
 * A file *_kernel.c holds one plain C source. The Makefile compiles it for each element type (core/real.h) and instruction
 * set; LPLI_ISA_NAME is ref, avx2 or avx512. Nothing in it is contracted or reordered, and sums run over a fixed number of
 * lanes (lpli_vec below), so all variants give the same bits. The reference variant is the specification.
 *   K(name)                    defines  name_f32_avx2  and so on
 *   LPLI_KERNEL(ret,name,args) declares all variants for the present element type
 *   LPLI_PICK(isa, name)       the variant to call
 */
#ifndef LPLI_KERNEL_H
#define LPLI_KERNEL_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/real.h"

#define LPLI_CAT_(a, b) a##_##b
#define LPLI_CAT(a, b) LPLI_CAT_(a, b)
#define K(name) LPLI_CAT(R(name), LPLI_ISA_NAME)

#ifdef LPLI_HAVE_X86_KERNELS
#define LPLI_KERNEL(ret, name, args) \
    ret LPLI_CAT(R(name), ref) args; \
    ret LPLI_CAT(R(name), avx2) args; \
    ret LPLI_CAT(R(name), avx512) args
#define LPLI_PICK(isa, name)                                             \
    ((isa) == LPL_ISA_AVX512 ? LPLI_CAT(R(name), avx512)                 \
     : (isa) == LPL_ISA_AVX2 ? LPLI_CAT(R(name), avx2) : LPLI_CAT(R(name), ref))
#else
#define LPLI_KERNEL(ret, name, args) ret LPLI_CAT(R(name), ref) args
#define LPLI_PICK(isa, name) ((void)(isa), LPLI_CAT(R(name), ref))
#endif

/* 64 bytes at once: 16 floats or 8 doubles, one AVX-512 register, two AVX2, four SSE2 or NEON ones. No alignment assumed. */
typedef real lpli_vec __attribute__((vector_size(64), aligned(sizeof(real)), may_alias));
#define LPLI_LANES (64 / sizeof(real))

/* Sum of the lanes in a fixed tree. */
static inline real lpli_lane_sum(const lpli_vec *v) {
    real t[LPLI_LANES];
    memcpy(t, v, sizeof t);
    for (size_t half = LPLI_LANES / 2; half > 0; half /= 2)
        for (size_t k = 0; k < half; k++) t[k] += t[k + half];
    return t[0];
}

#endif
