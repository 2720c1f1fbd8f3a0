/* lpl/random.h - counter-based random numbers: Philox 4x32-10 (Salmon et al., SC 2011).
 *
 * Stateless: draw k of stream s under seed q is a pure function of (q, s, k). So any part of a stream can be made by
 * any thread, in any order, in pieces of any size, and in another language in ten lines:
 *
 *   key     = (low, high 32 bits of seed)
 *   counter = (low, high 32 bits of block, low, high 32 bits of stream),  block = k / 4
 *   word k  = output word k % 4 of philox4x32-10(counter, key)
 *   uniform float    word k:                      (word >> 8) * 2^-24                       in [0, 1)
 *   uniform double   words 2k (low), 2k+1 (high): (((high << 32) | low) >> 11) * 2^-53      in [0, 1)
 *   normal  float    pair (2p, 2p+1) by Box-Muller from words 2p, 2p+1:    u1 = ((w0 >> 8) + 1) * 2^-24, u2 = (w1 >> 8)
 *                    * 2^-24
 *   normal  double   pair (2p, 2p+1) from 64-bit draws 2p, 2p+1 likewise:  u1 = ((v0 >> 11) + 1) * 2^-53, u2 = (v1 >>
 *                    11) * 2^-53 even draw = sqrt(-2 ln u1) cos(2 pi u2), odd draw = sqrt(-2 ln u1) sin(2 pi u2)
 * The logarithm, sine and cosine are the library's own, so the bits are the same on every CPU.
 * There is no time or entropy seeding anywhere in liblpl.
 */
#ifndef LPL_RANDOM_H
#define LPL_RANDOM_H

#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Fill out[0..n-1] with draws offset .. offset + n - 1 of the given stream.
 *   out     n elements; may be NULL if n is 0
 *   n       count, at most 2^61
 *   offset  index of the first draw, at most 2^61
 * Returns LPL_OK, LPL_E_NULL, LPL_E_SIZE. Thread class: any. Allocates nothing. Cost O(n). Since 0.1. */
LPL_API lpl_status_t lpl_random_bits(uint32_t *out, size_t n, uint64_t seed, uint64_t stream, uint64_t offset);
LPL_API lpl_status_t lpl_random_uniform(float *out, size_t n, uint64_t seed, uint64_t stream, uint64_t offset);
LPL_API lpl_status_t lpl_random_uniform_f64(double *out, size_t n, uint64_t seed, uint64_t stream, uint64_t offset);
LPL_API lpl_status_t lpl_random_normal(float *out, size_t n, uint64_t seed, uint64_t stream, uint64_t offset);
LPL_API lpl_status_t lpl_random_normal_f64(double *out, size_t n, uint64_t seed, uint64_t stream, uint64_t offset);

#ifdef __cplusplus
}
#endif
#endif
