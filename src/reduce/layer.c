/* reduce/layer.c - the first reduction of a call on a layer with a hook (reduce.h). */
#include <string.h>

#include "core/object.h"
#include "layer/kind.h"
#include "reduce/reduce.h"
#include "state/crc32c.h"

/* Of all that must be the same: what the layer is and does, its step, and a few of its numbers. */
static uint32_t mark(const lpl_layer_t *l, int kind) {
    lpl_layer_config_t c = l->cfg;
    c.size = 0, c.batch_max = 0, c.threads = 0, c.label = 0, c.seed = c.stream = 0, c.init = 0;
    c.isa = l->gemm.isa;
    const size_t e = lpli_size_of(c.dtype), last = ((size_t)c.n_post - 1) * l->param.ldw + l->fan_in - 1;
    const uint64_t more[4] = {l->step, (uint64_t)kind, l->reduce->hook.cfg.chunk, l->reduce->hook.cfg.flags};
    uint32_t crc = lpli_crc32c(0, &c, sizeof c);
    crc = lpli_crc32c(crc, more, sizeof more);
    crc = lpli_crc32c(crc, l->param.w, e);
    crc = lpli_crc32c(crc, (const char *)l->param.w + last * e, e);
    return lpli_crc32c(crc, l->stats.mean, sizeof(double));
}

lpl_status_t lpli_reduce_agree(lpl_layer_t *l, lpl_status_t status, size_t own, int has_past, int report, int kind,
                               const char *fn) {
    lpli_layer_reduce_t *r = l->reduce;
    lpli_agreement_t a = {.status = status, .own = own, .has_past = has_past, .report = report, .mark = mark(l, kind)};
    LPLI_TRY(lpli_agree(&r->hook, &a, fn));
    r->own = own, r->total = a.total, r->has_past = a.has_past, r->report = a.report;
    r->flight.started = false, r->status = LPL_OK, r->fn = fn;
    atomic_store(&r->bad, 0);
    const size_t least = l->cfg.stats == LPL_STATS_EWMA ? 1 : 2;
    if (a.total < least)
        return lpli_fail(LPL_E_SIZE, fn, "all ranks together have %zu rows, need >= %zu", a.total, least);
    return LPL_OK;
}

lpli_rows_t lpli_reduce_rows(lpl_layer_t *l, const void *z0, const void *z1) {
    lpli_layer_reduce_t *r = l->reduce;
    const size_t U = l->units;
    double *m = r->max + LPLI_MAX_EXTRAS;
    return (lpli_rows_t){
        .hook = &r->hook,
        .gemm = &l->gemm,
        .threads = l->cfg.threads,
        .own = r->own,
        .total = r->total,
        .units = U,
        .z = {z0, z1},
        .ld = U,
        .high = {m, m + 2 * U},
        .low = {m + U, m + 3 * U},
        .scale = r->scale,
        .work = r->work,
        .sum = r->sum,
    };
}
