/* core/random.h - kernels of the random numbers (definition: include/lpl/random.h). */
#ifndef LPLI_RANDOM_H
#define LPLI_RANDOM_H

#include "core/kernel.h"

/* Words 4 * first .. 4 * (first + blocks) - 1 of a stream. */
LPLI_KERNEL(void, lpli_philox, (uint32_t * words, size_t blocks, uint64_t first, uint64_t seed, uint64_t stream));

/* n draws from words that begin with draw 0's; n is even for normal. */
LPLI_KERNEL(void, lpli_to_uniform, (real * out, const uint32_t *words, size_t n));
LPLI_KERNEL(void, lpli_to_normal, (real * out, const uint32_t *words, size_t n));

/* lpl_random_uniform without its checks: for start values, whose number is known to be right. */
void R(lpli_uniform)(real *out, size_t n, uint64_t seed, uint64_t stream, uint64_t offset);

#endif
