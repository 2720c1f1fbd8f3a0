/* connect/rows.h - LPL_CONNECT_RANDOM_ROWS: the pre neurons of one post neuron, by skipping from one to the next. */
#ifndef LPLI_ROWS_H
#define LPLI_ROWS_H

#include <stddef.h>
#include <stdint.h>

enum { LPLI_ROW_BATCH = 16 }; /* skips that are made together */

/* A walk through the pre neurons of one post neuron, then of another. */
typedef struct lpli_row_t {
    uint64_t seed, stream;
    double probability, log_q; /* ln(1 - p), 0 < p < 1 */
    uint64_t n_pre, j;         /* all; the next that may be connected */
    uint64_t block;            /* of random words, behind the batch */
    int32_t isa;
    size_t batch, used; /* its skips, and those used up */
    double skip[LPLI_ROW_BATCH];
} lpli_row_t;

void lpli_rows_open(lpli_row_t *r, uint64_t seed, uint64_t stream, double probability, uint64_t n_pre);

/* Begin a row; post: its number in the whole, below 2^31. */
void lpli_row_begin(lpli_row_t *r, uint64_t post);

/* The next pre neuron, ascending; n_pre or more: there is none any more. */
uint64_t lpli_row_next(lpli_row_t *r);

#endif
