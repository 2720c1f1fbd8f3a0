/* core/arena.h - lay out the arrays of one object in one block: once to measure, once to place. */
#ifndef LPLI_ARENA_H
#define LPLI_ARENA_H

#include <stddef.h>
#include <stdint.h>

#define LPLI_ALIGN 64

typedef struct lpli_arena_t {
    unsigned char *base; /* aligned block, or NULL to measure */
    size_t used;
    int too_large; /* the sum cannot be addressed */
} lpli_arena_t;

/* The next rows x cols x elem bytes on a 64-byte boundary; NULL if there are none, or when measuring. Counts are 64
 * bits wide on every host: what a caller multiplies may be more than a 32-bit size_t holds. */
void *lpli_take(lpli_arena_t *a, uint64_t rows, uint64_t cols, size_t elem);

#endif
