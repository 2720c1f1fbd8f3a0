/* core/arena.c - see arena.h. */
#include "core/arena.h"

void *lpli_take(lpli_arena_t *a, uint64_t rows, uint64_t cols, size_t elem) {
    if (rows == 0 || cols == 0) return NULL;
    if (rows > (uint64_t)(PTRDIFF_MAX / 4) / cols / elem) {
        a->too_large = 1;
        return NULL;
    }
    const size_t bytes = (size_t)((rows * cols * elem + LPLI_ALIGN - 1) / LPLI_ALIGN * LPLI_ALIGN);
    if (bytes > (size_t)(PTRDIFF_MAX / 2) - a->used) {
        a->too_large = 1;
        return NULL;
    }
    void *p = a->base ? a->base + a->used : NULL;
    a->used += bytes;
    return p;
}
