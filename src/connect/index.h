/* connect/index.h - numbers of neurons, one a synapse: 16 bits each where they fit and are many, else 32. */
#ifndef LPLI_INDEX_H
#define LPLI_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"

/* One of the two, or none: there are no such numbers. */
typedef struct lpli_index_t {
    uint16_t *narrow;
    uint32_t *wide;
} lpli_index_t;

/* Have `count` numbers below n 16 bits? Not where they are few: a loop over them takes some per cent more instructions,
 * which pays where memory is what takes the time. */
static inline bool lpli_index_is_narrow(uint64_t count, uint64_t n) {
    return n <= UINT16_MAX + 1 && count > UINT16_MAX;
}

static inline bool lpli_index_any(lpli_index_t x) { return x.narrow != NULL || x.wide != NULL; }
static inline uint32_t lpli_index_at(lpli_index_t x, size_t k) { return x.narrow ? x.narrow[k] : x.wide[k]; }
static inline void lpli_index_put(lpli_index_t x, size_t k, size_t number) {
    if (x.narrow)
        x.narrow[k] = (uint16_t)number;
    else
        x.wide[k] = (uint32_t)number;
}

/* Those from number k on. */
static inline lpli_index_t lpli_index_from(lpli_index_t x, size_t k) {
    if (x.narrow) x.narrow += k;
    if (x.wide) x.wide += k;
    return x;
}

/* `count` numbers below n from an arena (core/arena.h). */
static inline lpli_index_t lpli_take_index(lpli_arena_t *a, uint64_t count, uint64_t n) {
    lpli_index_t x = {NULL, NULL};
    if (lpli_index_is_narrow(count, n))
        x.narrow = lpli_take(a, count, 1, sizeof *x.narrow);
    else
        x.wide = lpli_take(a, count, 1, sizeof *x.wide);
    return x;
}

/* The statements for each k < n and its number i, a loop for each width. Numbers are less than `base` away from what
 * is wanted: i = number - base. No numbers: i = k. */
#define LPLI_EACH_INDEX(x, base, n, k, i, ...)            \
    do {                                                  \
        if ((x).narrow) {                                 \
            const uint16_t *lpli_x_ = (x).narrow;         \
            const size_t lpli_base_ = (base);             \
            for (size_t k = 0; k < (n); k++) {            \
                const size_t i = lpli_x_[k] - lpli_base_; \
                __VA_ARGS__                               \
            }                                             \
        } else if ((x).wide) {                            \
            const uint32_t *lpli_x_ = (x).wide;           \
            const size_t lpli_base_ = (base);             \
            for (size_t k = 0; k < (n); k++) {            \
                const size_t i = lpli_x_[k] - lpli_base_; \
                __VA_ARGS__                               \
            }                                             \
        } else                                            \
            for (size_t k = 0; k < (n); k++) {            \
                const size_t i = k;                       \
                __VA_ARGS__                               \
            }                                             \
    } while (0)

#endif
