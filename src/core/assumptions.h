/* core/assumptions.h - what the library takes for granted of compiler and machine, asked when it is compiled. */
#ifndef LPLI_ASSUMPTIONS_H
#define LPLI_ASSUMPTIONS_H

#include <float.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>

/* Values and their bits are promised: no flag may allow the compiler to compute others, or to think that there is no
 * NaN. (gcc defines __FINITE_MATH_ONLY__ always, as 0 or 1.) */
#if defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__) || \
    defined(__ASSOCIATIVE_MATH__) || defined(__RECIPROCAL_MATH__) || defined(__NO_SIGNED_ZEROS__)
#error "liblpl promises its values: -ffast-math, -Ofast and their parts (-ffinite-math-only, -fassociative-math, \
-freciprocal-math, -fno-signed-zeros, -funsafe-math-optimizations) would change them, and accept NaN without a word. \
-O3 -march=native is fine"
#endif

/* 16 widens only _Float16. The Makefile gives what i686 and s390x need. */
#if FLT_EVAL_METHOD != 0 && FLT_EVAL_METHOD != 16
#error \
    "liblpl promises the same bits on every CPU: float and double must be computed as such (FLT_EVAL_METHOD 0). On \
32-bit x86 give -msse2 -mfpmath=sse (SSE2 is required), on s390x -fexcess-precision=fast, as the Makefile does"
#endif

_Static_assert(CHAR_BIT == 8 && sizeof(float) == 4 && sizeof(double) == 8,
               "state files and the ABI: IEEE-754 single and double");
_Static_assert(sizeof 1.0 == sizeof(double), "a constant is a double: not with -fsingle-precision-constant");
_Static_assert(FLT_RADIX == 2 && FLT_MANT_DIG == 24 && FLT_MAX_EXP == 128, "float is IEEE-754 binary32");
_Static_assert(DBL_MANT_DIG == 53 && DBL_MAX_EXP == 1024, "double is IEEE-754 binary64");
_Static_assert((-1 & 3) == 3 && INT_MAX >= 0x7fffffff, "two's complement, int of 32 bits at least");
_Static_assert(sizeof(double *) == sizeof(void *) && sizeof(unsigned char *) == sizeof(void *),
               "pointers to data look alike");
_Static_assert(sizeof(size_t) == sizeof(void *) && sizeof(size_t) >= 4, "one flat address space of 32 bits or more");

#endif
