/* examples/worlds/wide.h - WIDE: a function compiled for several instruction sets, of which the program takes the
 * widest that the CPU has. For loops of element-wise arithmetic: the same bits on each (nothing is contracted:
 * -ffp-contract=off). */
#ifndef EXAMPLES_WIDE_H
#define EXAMPLES_WIDE_H

#include <stdlib.h> /* __GLIBC__ */

/* The choice is made by the loader (ifunc), which glibc's has, and before a sanitizer has begun. */
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define WIDE __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define WIDE
#endif

#endif
