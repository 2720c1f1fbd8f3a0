/* core/kernel.h - inner loops compiled once per instruction set.
 *
 * A file *_kernel.c holds one plain C source. The Makefile compiles it for each element type (core/real.h) and
 * instruction set; LPLI_ISA_NAME is ref, avx2 or avx512. Nothing in it is contracted or reordered, and sums run over a
 * fixed number of lanes (lpli_vec below), so all variants give the same bits. The reference variant is the
 * specification.
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
#define LPLI_KERNEL(ret, name, args)  \
    ret LPLI_CAT(R(name), ref) args;  \
    ret LPLI_CAT(R(name), avx2) args; \
    ret LPLI_CAT(R(name), avx512) args
#define LPLI_PICK(isa, name)                             \
    ((isa) == LPL_ISA_AVX512 ? LPLI_CAT(R(name), avx512) \
     : (isa) == LPL_ISA_AVX2 ? LPLI_CAT(R(name), avx2)   \
                             : LPLI_CAT(R(name), ref))
#else
#define LPLI_KERNEL(ret, name, args) ret LPLI_CAT(R(name), ref) args
#define LPLI_PICK(isa, name) ((void)(isa), LPLI_CAT(R(name), ref))
#endif

/* Elements of a copy on the stack of what is worked on piece by piece; the bits do not depend on it. */
#ifndef LPLI_PIECE
#define LPLI_PIECE 256
#endif

/* Sums over an array run over this many lanes: 128 bytes, two AVX-512 registers, four AVX2, eight SSE2 or NEON ones.
 * Element j goes to lane j % LPLI_LANES; the lanes are added in a fixed tree. */
#define LPLI_LANES (128 / sizeof(real))

/* The widest register of the present instruction set. No alignment assumed. */
#if defined(__AVX512F__)
#define LPLI_VEC_BYTES 64
#elif defined(__AVX2__)
#define LPLI_VEC_BYTES 32
#else
#define LPLI_VEC_BYTES 16
#endif
/* A CPU without vector registers (Cortex-M, ARMv7 without NEON), for which vectors would be taken apart into code ten
 * times as long. */
#if !defined(__SSE2__) && !defined(__ARM_NEON) && !defined(__ALTIVEC__) && !defined(__VX__) && \
    !defined(__riscv_vector) && !defined(__mips_msa) && !defined(__loongarch_sx) && !defined(LPLI_SCALAR)
#define LPLI_SCALAR
#endif
typedef real lpli_vec __attribute__((vector_size(LPLI_VEC_BYTES), aligned(sizeof(real)), may_alias));

#endif
