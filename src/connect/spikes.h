/* connect/spikes.h - spikes of one step as a row of bits, and the axonal delay: a ring of such rows. */
#ifndef LPLI_SPIKES_H
#define LPLI_SPIKES_H

#include <string.h>

#include "core/check.h"

/* 64-bit words of a row for n neurons; bit i % 64 of word i / 64 is neuron i. */
static inline size_t lpli_spike_words(size_t n) { return (n + 63) / 64; }

/* Row of bits from a checked list. */
static inline void lpli_spikes_to_bits(uint64_t *row, size_t words, const uint32_t *spikes, size_t n_spk) {
    memset(row, 0, words * sizeof *row);
    for (size_t s = 0; s < n_spk; s++) row[spikes[s] / 64] |= (uint64_t)1 << spikes[s] % 64;
}

/* Did anybody fire? Mostly nobody did: ask before LPLI_EACH_SPIKE where rows are many. */
static inline bool lpli_any_spike(const uint64_t *row, size_t words) {
    uint64_t any = 0;
    size_t w = 0;
    for (; w + 4 <= words; w += 4) any |= (row[w] | row[w + 1]) | (row[w + 2] | row[w + 3]);
    for (; w < words; w++) any |= row[w];
    return any != 0;
}

/* Run the statements after `words` for each neuron `i` (a uint32_t of this name) whose bit is set, ascending. */
#define LPLI_EACH_SPIKE(i, row, words, ...)                                                         \
    for (size_t lpli_w_ = 0; lpli_w_ < (words); lpli_w_++)                                          \
        for (uint64_t lpli_bits_ = (row)[lpli_w_]; lpli_bits_ != 0; lpli_bits_ &= lpli_bits_ - 1) { \
            const uint32_t i = (uint32_t)(lpli_w_ * 64 + (size_t)__builtin_ctzll(lpli_bits_));      \
            __VA_ARGS__                                                                             \
        }

/* A delay of `steps` >= 1: rows of the last `steps` steps. The row of step t lies at t % steps. */
typedef struct lpli_delay_t {
    size_t words, steps;
    uint64_t *rows; /* steps x words */
} lpli_delay_t;

/* Spikes of step t - steps, until those of step t are put in their place. Before step `steps`: none (rows start at
 * 0). */
static inline uint64_t *lpli_delay_row(const lpli_delay_t *d, uint64_t t) {
    return d->rows + (size_t)(t % d->steps) * d->words;
}

#endif
