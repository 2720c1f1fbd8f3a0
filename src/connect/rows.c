/* connect/rows.c - see rows.h; the exact definition is docs/connect.md.
 *
 * Of independent pairs with probability p each, the number of pairs that are passed over before the next connected one
 * is geometric: floor(ln(1 - V) / ln(1 - p)), V uniform. V has 128 bits and is rounded to double from the first that is
 * set on, so that it is right to 2^-53 of itself however small it is, and with it the chance of every single pair at
 * any p. */
#include "connect/rows.h"

#include "core/cpu.h"
#include "core/log.h"
#include "core/random.h"

enum { BLOCKS = 31 }; /* a row has 2^31 blocks of random words to itself and needs n_pre at most */

/* V in (0, 1) of a block: (x + 1/2) 2^-128. */
static inline double uniform(const uint32_t *w) {
    const double high = (double)w[3] * 0x1p32 + (double)w[2], low = (double)w[1] * 0x1p32 + ((double)w[0] + 0.5);
    const double v = high * 0x1p-64 + low * 0x1p-128;
    return v < 1 ? v : 1 - 0x1p-53;
}

void lpli_rows_open(lpli_row_t *r, uint64_t seed, uint64_t stream, double probability, uint64_t n_pre) {
    const double expected = probability * (double)n_pre;
    *r = (lpli_row_t){.seed = seed, .stream = stream, .probability = probability, .n_pre = n_pre};
    r->log_q = probability > 0 && probability < 1 ? lpli_log_1m_f64(probability) : 0;
    r->batch = expected < LPLI_ROW_BATCH - 1 ? 1 + (size_t)expected : LPLI_ROW_BATCH;
    r->isa = lpli_isa_best();
}

void lpli_row_begin(lpli_row_t *r, uint64_t post) {
    r->block = post << BLOCKS;
    r->used = r->batch;
    r->j = r->probability > 0 ? 0 : r->n_pre;
}

static void more(lpli_row_t *r) {
    uint32_t words[4 * LPLI_ROW_BATCH];
    LPLI_PICK(r->isa, lpli_philox)(words, r->batch, r->block, r->seed, r->stream);
    for (size_t k = 0; k < r->batch; k++) r->skip[k] = lpli_log_1m_f64(uniform(words + 4 * k)) / r->log_q;
    r->block += r->batch, r->used = 0;
}

uint64_t lpli_row_next(lpli_row_t *r) {
    if (r->j >= r->n_pre || r->probability == 1) return r->j++;
    if (r->used == r->batch) more(r);
    const double skip = r->skip[r->used++];
    r->j = skip < (double)(r->n_pre - r->j) ? r->j + (uint64_t)skip : r->n_pre;
    return r->j++;
}
