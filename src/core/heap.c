/* core/heap.c - objects in memory from calloc (object.h). Left out of a build that has none. */
#include <stdlib.h>
#include <string.h>

#include "core/object.h"

lpl_status_t lpli_object_make(void **out, const void *decided, size_t size, size_t bytes, lpli_lay_out_fn *lay_out,
                              const char *fn) {
    if (bytes == 0) return lpli_fail(LPL_E_SIZE, fn, "more memory than can be addressed");
    void *block = calloc(1, bytes);
    if (!block) return lpli_fail(LPL_E_MEMORY, fn, "no memory for %zu bytes", bytes);
    memcpy(block, decided, size);
    lpli_arena_t a = lpli_arena_behind(block, size);
    lay_out(block, &a);
    *out = block;
    return LPL_OK;
}
