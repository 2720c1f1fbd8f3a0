/* core/heap.c - objects in memory from calloc (object.h). Left out of a build that has none. */
#if defined(__linux__)
#define _DEFAULT_SOURCE /* madvise */
#include <errno.h>
#include <sys/mman.h>
#endif
#include <stdlib.h>
#include <string.h>

#include "core/object.h"

enum { HUGE_FROM = 4 << 20 };

void lpli_prefer_huge_pages(void *block, size_t bytes) {
#ifdef MADV_HUGEPAGE
    enum { PAGE = 1 << 16 }; /* a multiple of every page's size */
    const uintptr_t from = ((uintptr_t)block + PAGE - 1) / PAGE * PAGE, to = ((uintptr_t)block + bytes) / PAGE * PAGE;
    const int before = errno;
    if (bytes < HUGE_FROM) return;
    madvise((char *)block + (from - (uintptr_t)block), to - from, MADV_HUGEPAGE);
    errno = before;
#else
    (void)block, (void)bytes;
#endif
}

lpl_status_t lpli_object_make(void **out, const void *decided, size_t size, size_t bytes, lpli_lay_out_fn *lay_out,
                              const char *fn) {
    if (bytes == 0) return lpli_fail(LPL_E_SIZE, fn, "more memory than can be addressed");
    void *block = calloc(1, bytes);
    if (!block) return lpli_fail(LPL_E_MEMORY, fn, "no memory for %zu bytes", bytes);
    lpli_prefer_huge_pages(block, bytes);
    memcpy(block, decided, size);
    lpli_arena_t a = lpli_arena_behind(block, size);
    lay_out(block, &a);
    *out = block;
    return LPL_OK;
}
