/* layer/heap.c - layers in memory from malloc: create and load. Left out of a build with MALLOC=no; the rest of the
 * layer knows no heap, a layer that came from it brings its release along. */
#include <stdlib.h>

#include "core/object.h"
#include "layer/layer.h"

/* A block that has bytes on an LPLI_ALIGN boundary. */
static lpl_status_t take(size_t bytes, void **block, const char *fn) {
    *block = malloc(bytes + LPLI_ALIGN - 1);
    if (*block) lpli_prefer_huge_pages(*block, bytes);
    return *block ? LPL_OK : lpli_fail(LPL_E_MEMORY, fn, "no memory for %zu bytes", bytes);
}

static void *aligned(void *block) { return (void *)(((uintptr_t)block + LPLI_ALIGN - 1) / LPLI_ALIGN * LPLI_ALIGN); }

/* The layer that was made in block is what destroy frees. */
static lpl_layer_t *owner(lpl_layer_t *l, void *block) {
    l->block = block;
    l->release = free;
    return l;
}

lpl_status_t lpli_layer_create(const lpl_layer_config_t *cfg, bool apart, lpl_layer_t **out, const char *fn) {
    lpl_layer_t decided;
    void *block = NULL;
    LPLI_TRY(lpli_layer_configure(&decided, cfg, fn));
    if (!out) return lpli_fail(LPL_E_NULL, fn, "out is NULL");
    if (apart) lpli_layer_set_apart(&decided);
    LPLI_TRY(take(decided.bytes, &block, fn));
    *out = owner(lpli_layer_begin(&decided, aligned(block)), block);
    return LPL_OK;
}

lpl_status_t lpl_layer_create(const lpl_layer_config_t *cfg, lpl_layer_t **out) {
    return lpli_layer_create(cfg, false, out, "lpl_layer_create");
}

lpl_status_t lpli_layer_load(lpl_read_fn read, void *user, size_t max_bytes, int32_t threads, bool apart,
                             lpl_layer_t **out, const char *fn) {
    lpli_reader_t r;
    lpl_layer_t decided, *l = NULL;
    void *block = NULL;
    if (!read || !out) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", read ? "out" : "read");
    LPLI_TRY(lpli_layer_open(&r, &decided, read, user, threads, fn));
    if (apart) lpli_layer_set_apart(&decided);
    LPLI_TRY(lpli_check_memory(decided.bytes, lpli_max_bytes(max_bytes, 4), "a layer", fn));
    LPLI_TRY(take(decided.bytes, &block, fn));
    const lpl_status_t status = lpli_layer_fill(&r, &decided, aligned(block), &l);
    if (status < 0)
        free(block);
    else
        *out = owner(l, block);
    return status;
}

lpl_status_t lpl_layer_load(lpl_read_fn read, void *user, size_t max_bytes, int32_t threads, lpl_layer_t **out) {
    return lpli_layer_load(read, user, max_bytes, threads, false, out, "lpl_layer_load");
}
