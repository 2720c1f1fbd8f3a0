/* core/random_real.c - lpl_random_uniform, lpl_random_normal, lpl_random_bits: any piece of a stream. */
#include "core/random.h"

#include "core/cpu.h"
#include "core/error.h"
#include "lpl/random.h"

enum { CHUNK_WORDS = LPLI_PIECE }; /* whole blocks of 4 */

static lpl_status_t check(const void *out, size_t n, size_t elem, uint64_t offset, const char *fn) {
    LPLI_TRY(lpli_check_matrix(out, 1, n, n, elem, fn, "out"));
    const uint64_t end = (uint64_t)1 << 63;
    if (offset > end || n > end - offset)
        return lpli_fail(LPL_E_SIZE, fn, "offset = %llu with n = %zu, need offset + n <= 2^63",
                         (unsigned long long)offset, n);
    return LPL_OK;
}

/* Draws offset .. offset + n - 1, chunk by chunk: whole blocks of words, mapped, and the wanted part copied out. */
static void fill(real *out, size_t n, uint64_t seed, uint64_t stream, uint64_t offset, int32_t isa,
                 void (*map)(real *to, const uint32_t *words, size_t draws)) {
    enum { WORDS_A_DRAW = sizeof(real) / 4, DRAWS_A_BLOCK = 4 / WORDS_A_DRAW, CHUNK = CHUNK_WORDS / WORDS_A_DRAW };
    uint32_t words[CHUNK_WORDS];
    real draws[CHUNK];
    while (n > 0) {
        const uint64_t block = offset / DRAWS_A_BLOCK;
        const size_t skip = (size_t)(offset % DRAWS_A_BLOCK);
        const size_t take = n < CHUNK - skip ? n : CHUNK - skip,
                     blocks = (skip + take + DRAWS_A_BLOCK - 1) / DRAWS_A_BLOCK;
        const int direct = skip == 0 && take == blocks * DRAWS_A_BLOCK;
        real *to = direct ? out : draws;
        LPLI_PICK(isa, lpli_philox)(words, blocks, block, seed, stream);
        map(to, words, blocks * DRAWS_A_BLOCK);
        if (!direct) memcpy(out, draws + skip, take * sizeof(real));
        out += take;
        offset += take;
        n -= take;
    }
}

void R(lpli_uniform)(real *out, size_t n, uint64_t seed, uint64_t stream, uint64_t offset) {
    const int32_t isa = lpli_isa_best();
    fill(out, n, seed, stream, offset, isa, LPLI_PICK(isa, lpli_to_uniform));
}

lpl_status_t PUB(lpl_random_uniform)(real *out, size_t n, uint64_t seed, uint64_t stream, uint64_t offset) {
    LPLI_TRY(check(out, n, sizeof(real), offset, "lpl_random_uniform"));
    R(lpli_uniform)(out, n, seed, stream, offset);
    return LPL_OK;
}

lpl_status_t PUB(lpl_random_normal)(real *out, size_t n, uint64_t seed, uint64_t stream, uint64_t offset) {
    LPLI_TRY(check(out, n, sizeof(real), offset, "lpl_random_normal"));
    const int32_t isa = lpli_isa_best();
    fill(out, n, seed, stream, offset, isa, LPLI_PICK(isa, lpli_to_normal));
    return LPL_OK;
}

#ifndef LPLI_F64
lpl_status_t lpl_random_bits(uint32_t *out, size_t n, uint64_t seed, uint64_t stream, uint64_t offset) {
    LPLI_TRY(check(out, n, sizeof *out, offset, "lpl_random_bits"));
    const int32_t isa = lpli_isa_best();
    uint32_t words[CHUNK_WORDS];
    while (n > 0) {
        const size_t skip = (size_t)(offset % 4), take = n < CHUNK_WORDS - skip ? n : CHUNK_WORDS - skip;
        LPLI_PICK(isa, lpli_philox)(words, (skip + take + 3) / 4, offset / 4, seed, stream);
        memcpy(out, words + skip, take * sizeof *out);
        out += take;
        offset += take;
        n -= take;
    }
    return LPL_OK;
}
#endif
