/* stats/heap.c - trackers in memory from calloc. Left out of a build with MALLOC=no, which has no other way to make
 * one. */
#include <stdlib.h>

#include "core/object.h"
#include "stats/stats.h"

lpl_status_t lpli_stats_make(const lpl_stats_t *decided, lpl_stats_t **out, const char *fn) {
    void *block = NULL;
    LPLI_TRY(lpli_object_make(&block, decided, sizeof *decided, decided->bytes, lpli_stats_lay_out, fn));
    *out = block;
    return LPL_OK;
}

lpl_status_t lpl_stats_create(const lpl_stats_config_t *cfg, lpl_stats_t **out) {
    static const char fn[] = "lpl_stats_create";
    lpl_stats_t decided = {.count = 0};
    LPLI_TRY(lpl_stats_config_init(&decided.cfg, sizeof decided.cfg));
    LPLI_TRY(lpli_config_copy(&decided.cfg, sizeof decided.cfg, cfg, fn));
    if (!out) return lpli_fail(LPL_E_NULL, fn, "out is NULL");
    LPLI_TRY(lpli_stats_decide(&decided, fn));
    LPLI_TRY(lpli_stats_make(&decided, out, fn));
    lpli_stats_start(*out);
    return LPL_OK;
}

void lpl_stats_destroy(lpl_stats_t *s) {
    if (s && s->reduce) s->forget_hook(s);
    free(s);
}
