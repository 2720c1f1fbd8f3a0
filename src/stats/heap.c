/* stats/heap.c - trackers in memory from malloc. Left out of a build with MALLOC=no, which has no other way to make one. */
#include <stdlib.h>

#include "core/cpu.h"
#include "core/error.h"
#include "stats/stats.h"

lpl_status_t lpli_stats_make(const lpl_stats_config_t *c, lpl_stats_t **out, const char *fn) {
    int32_t isa = LPL_ISA_REF;
    LPLI_TRY(lpli_stats_check(c, fn));
    LPLI_TRY(lpli_isa_choose(c->isa, &isa, fn));
    const size_t bytes = lpli_stats_bytes(c);
    unsigned char *block = malloc(bytes);
    if (!block) return lpli_fail(LPL_E_MEMORY, fn, "no memory for %zu bytes", bytes);
    *out = lpli_stats_place(block, c, isa);
    return LPL_OK;
}

lpl_status_t lpl_stats_create(const lpl_stats_config_t *cfg, lpl_stats_t **out) {
    static const char fn[] = "lpl_stats_create";
    lpl_stats_config_t c;
    LPLI_TRY(lpl_stats_config_init(&c, sizeof c));
    LPLI_TRY(lpli_config_copy(&c, sizeof c, cfg, fn));
    if (!out) return lpli_fail(LPL_E_NULL, fn, "out is NULL");
    return lpli_stats_make(&c, out, fn);
}

void lpl_stats_destroy(lpl_stats_t *s) { free(s); }
