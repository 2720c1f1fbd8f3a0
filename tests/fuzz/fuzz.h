/* tests/fuzz/fuzz.h - what the fuzz targets share: numbers from the input bytes, checks that abort, the target's
 * functions. */
#ifndef LPL_FUZZ_H
#define LPL_FUZZ_H

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/memfile.h"
#include "lpl.h"

/* ---- a target ---- */

/* One input; libFuzzer's name. Aborts when a promise of the library is broken. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* Input number k of the corpus into data, at most room bytes; the number of bytes, 0 behind the last one. */
size_t fuzz_seed(size_t k, uint8_t *data, size_t room);
/* Mutation that keeps checksums right (fuzz_state.c only). LLVMFuzzerMutate belongs to libFuzzer or replay.c. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t room);

/* ---- checks ---- */

#define FUZZ_NEED(condition)                                                                                     \
    do {                                                                                                         \
        if (!(condition)) {                                                                                      \
            fprintf(stderr, "%s:%d: %s does not hold (%s)\n", __FILE__, __LINE__, #condition, lpl_last_error()); \
            abort();                                                                                             \
        }                                                                                                        \
    } while (0)

/* A status must be one of those that exist, and an error must come with its sentence. */
static inline lpl_status_t fuzz_status(lpl_status_t status) {
    FUZZ_NEED(status >= LPL_E_REDUCE && status <= LPL_COLLAPSED);
    FUZZ_NEED(status >= 0 || strncmp(lpl_last_error(), lpl_status_name(status), strlen(lpl_status_name(status))) == 0);
    return status;
}

/* ---- numbers from the input; behind its end all bytes are 0 ---- */

typedef struct {
    const uint8_t *p;
    size_t n;
} fuzz_in_t;

static inline uint8_t fuzz_byte(fuzz_in_t *in) {
    if (in->n == 0) return 0;
    in->n--;
    return *in->p++;
}

/* 0 .. n-1 */
static inline size_t fuzz_pick(fuzz_in_t *in, size_t n) { return fuzz_byte(in) % n; }

/* Usually in low .. high, sometimes absurd. */
static inline uint64_t fuzz_count(fuzz_in_t *in, uint64_t low, uint64_t high) {
    static const uint64_t absurd[] = {0,         UINT64_MAX,        (uint64_t)1 << 63,
                                      INT64_MAX, (uint64_t)1 << 32, ((uint64_t)1 << 31) + 1};
    const uint8_t b = fuzz_byte(in);
    return b >= 250 ? absurd[b - 250] : low + b % (high - low + 1);
}

/* A leading dimension for rows of cols elements: cols, cols + 1 (the array must be that wide), or one that must be
 * refused. */
static inline size_t fuzz_ld(fuzz_in_t *in, size_t cols) {
    const uint8_t b = fuzz_byte(in);
    return b >= 254 ? SIZE_MAX - (b == 255) : b >= 248 && cols > 0 ? cols - 1 : cols + b % 2;
}

static inline int32_t fuzz_enum(fuzz_in_t *in, int32_t last) {
    static const int32_t absurd[] = {-1, INT32_MIN, INT32_MAX, 99};
    const uint8_t b = fuzz_byte(in);
    return b >= 252 ? absurd[b - 252] : b == 251 ? last + 1 : b % (last + 1);
}

/* A number between -2 and 2 in steps of 1/50, or one that hurts. */
static inline double fuzz_real(fuzz_in_t *in) {
    static const double absurd[] = {NAN,     INFINITY, -INFINITY, 1e308, -1e308, 5e-324, 2.3e-308, 1e-30, 3.5e38,
                                    -3.4e38, 1e20,     -1e20,     1e-8,  1e6,    0.999,  1.0,      -0.0,  1e12};
    const uint8_t b = fuzz_byte(in);
    return b < 201 ? (b - 100) / 50.0 : b < 219 ? absurd[b - 201] : (b - 219) / 37.0;
}

/* A parameter: its own value unless the input says otherwise. */
static inline void fuzz_param(fuzz_in_t *in, double *v) {
    if (fuzz_byte(in) % 8 == 0) *v = fuzz_real(in);
}

/* Activities: small, with a share of hurtful ones if wild. */
static inline double fuzz_activity(fuzz_in_t *in, int wild) {
    const double v = wild ? fuzz_real(in) : (fuzz_byte(in) - 128) / 64.0;
    return v;
}

#endif
