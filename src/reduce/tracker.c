/* reduce/tracker.c - a tracker takes a hook: its memory, and whether all ranks make the same call (reduce.h). */
#include <stdlib.h>

#include "core/arena.h"
#include "core/object.h"
#include "reduce/reduce.h"
#include "state/crc32c.h"

static void lay_out(lpli_stats_reduce_t *r, const lpl_stats_t *s, lpli_arena_t *a) {
    const uint64_t U = s->cfg.n_units, pairs = s->cfg.covariance ? U : 0;
    r->max = lpli_take(a, 1 + 2 * U, 1, sizeof(double));
    r->scale = lpli_take(a, U, 1, sizeof(double));
    r->work = lpli_take(a, U, 1, sizeof(double));
    r->sum = lpli_take(a, U, 1, sizeof *r->sum);
    r->products.inverse = lpli_take(a, pairs, 1, sizeof(double));
    r->products.sum = lpli_take(a, lpli_products_length((size_t)pairs), 1, sizeof *r->products.sum);
}

static void drop(lpl_stats_t *s) {
    free(s->reduce);
    s->reduce = NULL;
}

static lpl_status_t take(lpl_stats_t *s, const lpli_hook_t *hook, const char *fn) {
    lpli_stats_reduce_t measuring = {.hook = *hook}, *r;
    lpli_arena_t measured = {0};
    lpli_take(&measured, 1, 1, sizeof *r);
    lay_out(&measuring, s, &measured);
    if (measured.too_large) return lpli_fail(LPL_E_MEMORY, fn, "more memory than can be addressed");
    const size_t bytes = measured.used + LPLI_ALIGN - 1;
    void *block = calloc(1, bytes);
    if (!block) return lpli_fail(LPL_E_MEMORY, fn, "no memory for %zu bytes", bytes);
    lpli_prefer_huge_pages(block, bytes);
    drop(s);
    r = block;
    r->hook = *hook;
    lpli_arena_t placed = lpli_arena_behind(block, sizeof *r);
    lay_out(r, s, &placed);
    r->products.hook = &r->hook;
    r->products.gemm = &s->gemm;
    r->products.threads = s->cfg.threads;
    r->products.n = s->cfg.covariance ? (size_t)s->cfg.n_units : 0;
    s->reduce = r;
    s->forget_hook = drop;
    return LPL_OK;
}

lpl_status_t lpl_stats_set_reduce(lpl_stats_t *s, const lpl_reduce_config_t *cfg, lpl_reduce_fn reduce,
                                  lpl_reduce_start_fn start, lpl_reduce_finish_fn finish, void *user) {
    static const char fn[] = "lpl_stats_set_reduce";
    lpli_hook_t hook;
    if (!s) return lpli_fail(LPL_E_NULL, fn, "s is NULL");
    if (!cfg) {
        LPLI_TRY(lpli_hook_check_none(reduce, start, finish, user, fn));
        drop(s);
        return LPL_OK;
    }
    LPLI_TRY(lpli_hook_init(&hook, cfg, reduce, start, finish, user, s->cfg.batch_max, fn));
    return take(s, &hook, fn);
}

/* Of all that must be the same: what the tracker is, how far it is, and a few of its numbers. */
static uint32_t mark(const lpl_stats_t *s) {
    lpl_stats_config_t c = s->cfg;
    c.size = 0, c.batch_max = 0, c.threads = 0;
    c.isa = s->gemm.isa;
    const lpl_reduce_config_t *r = &s->reduce->hook.cfg;
    const size_t last = (size_t)c.n_units - 1;
    const double few[4] = {s->count, s->mean[0], s->mean[last], s->m2[last]};
    const uint64_t more[2] = {r->chunk, r->flags};
    uint32_t crc = lpli_crc32c(0, &c, sizeof c);
    crc = lpli_crc32c(crc, few, sizeof few);
    return lpli_crc32c(crc, more, sizeof more);
}

lpl_status_t lpli_reduce_stats_agree(lpl_stats_t *s, lpl_status_t status, size_t own, size_t *total, const char *fn) {
    lpli_agreement_t a = {.status = status, .own = own, .mark = mark(s)};
    LPLI_TRY(lpli_agree(&s->reduce->hook, &a, fn));
    const size_t least = s->cfg.mode == LPL_STATS_BATCH || s->cfg.mode == LPL_STATS_STALE ? 2 : 1;
    if (a.total < least)
        return lpli_fail(LPL_E_SIZE, fn, "all ranks together have %zu rows, need >= %zu", a.total, least);
    *total = a.total;
    return LPL_OK;
}
