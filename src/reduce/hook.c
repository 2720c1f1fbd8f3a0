/* reduce/hook.c - the hook, its config, and whether all ranks make the same call. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "reduce/reduce.h"

static const lpl_reduce_config_t defaults = {.size = sizeof(lpl_reduce_config_t), .chunk = 32};

lpl_status_t lpl_reduce_config_init(lpl_reduce_config_t *cfg, size_t size) {
    return lpli_config_init(cfg, size, &defaults, sizeof defaults, "lpl_reduce_config_init");
}

lpl_status_t lpli_hook_init(lpli_hook_t *h, const lpl_reduce_config_t *cfg, lpl_reduce_fn fn, lpl_reduce_start_fn start,
                            lpl_reduce_finish_fn finish, void *user, uint64_t batch_max, const char *what) {
    *h = (lpli_hook_t){.cfg = defaults, .fn = fn, .start = start, .finish = finish, .user = user};
    LPLI_TRY(lpli_config_copy(&h->cfg, sizeof h->cfg, cfg, what));
    if (!fn) return lpli_fail(LPL_E_NULL, what, "fn is NULL");
    if (!start != !finish)
        return lpli_fail(LPL_E_NULL, what, "%s is NULL and %s is not, need both or neither", start ? "finish" : "start",
                         start ? "start" : "finish");
    if (h->cfg.flags & ~(uint32_t)LPL_REDUCE_FLOAT)
        return lpli_fail(LPL_E_ARG, what, "flags = %llu, need 0 or LPL_REDUCE_FLOAT", (unsigned long long)h->cfg.flags);
    return lpli_check_count(h->cfg.chunk, 1, lpli_is_exact(h) ? batch_max : UINT64_C(1) << 31, what, "chunk");
}

lpl_status_t lpli_hook_check_none(lpl_reduce_fn reduce, lpl_reduce_start_fn start, lpl_reduce_finish_fn finish,
                                  void *user, const char *fn) {
    if (!reduce && !start && !finish && !user) return LPL_OK;
    return lpli_fail(LPL_E_NULL, fn, "cfg is NULL (no hook any more), so the others must be");
}

lpl_status_t lpli_hook_reduce(const lpli_hook_t *h, void *data, size_t n, int32_t type, int32_t op, const char *fn) {
    if (n == 0) return LPL_OK;
    const int32_t failed = h->fn(data, n, type, op, h->user);
    if (failed == 0) return LPL_OK;
    return lpli_fail(LPL_E_REDUCE, fn, "the reduce function reported a failure (%d); nothing has changed", (int)failed);
}

lpl_status_t lpli_hook_sum(const lpli_hook_t *h, lpli_sum_t *sum, size_t n, const char *fn) {
    return lpli_hook_reduce(h, sum, n, lpli_sum_type(h), LPL_REDUCE_SUM, fn);
}

lpl_status_t lpli_flight_start(lpli_flight_t *f, const lpli_hook_t *h, void *data, size_t n, int32_t type, bool later,
                               const char *fn) {
    *f = (lpli_flight_t){.data = data, .n = n, .type = type, .started = false};
    if (!later || !h->start || n == 0) return LPL_OK;
    const int32_t failed = h->start(data, n, type, LPL_REDUCE_SUM, &f->request, h->user);
    f->started = failed == 0;
    if (f->started) return LPL_OK;
    return lpli_fail(LPL_E_REDUCE, fn, "the start of a reduction reported a failure (%d); nothing has changed",
                     (int)failed);
}

lpl_status_t lpli_flight_finish(lpli_flight_t *f, const lpli_hook_t *h, const char *fn) {
    if (!f->started) return lpli_hook_reduce(h, f->data, f->n, f->type, LPL_REDUCE_SUM, fn);
    f->started = false;
    const int32_t failed = h->finish(f->request, h->user);
    if (failed == 0) return LPL_OK;
    return lpli_fail(LPL_E_REDUCE, fn, "the end of a reduction reported a failure (%d); nothing has changed",
                     (int)failed);
}

void lpli_flight_abandon(lpli_flight_t *f, const lpli_hook_t *h) {
    if (f->started) (void)h->finish(f->request, h->user);
    f->started = false;
}

double lpli_sum_scale(double bound) {
    int e = 1024;
    if (bound <= 0) return 0;
    if (bound <= DBL_MAX) frexp(bound, &e); /* bound < 2^e */
    return ldexp(1, e < -900 ? 961 : 61 - e);
}

/* Numbers of 16 bits, and their squares: all ranks have the same one exactly if N sum v^2 = (sum v)^2. */
enum { RANKS, REFUSED, ROWS, WITH_PAST, WITH_REPORT, MARK, COUNT = MARK + 4 };

static bool differ(int64_t ranks, const int64_t sum[2]) {
    const uint64_t n = (uint64_t)ranks, s = (uint64_t)sum[0], squares = (uint64_t)sum[1];
    return n * squares != s * s; /* below 2^64 up to 2^16 ranks; beyond, by chance alone */
}

lpl_status_t lpli_agree(const lpli_hook_t *h, lpli_agreement_t *a, const char *fn) {
    const int refused = a->status < 0;
    int64_t v[COUNT] = {
        [RANKS] = 1,
        [REFUSED] = refused,
        [ROWS] = refused ? 0 : (int64_t)a->own,
        [WITH_PAST] = !refused && a->has_past ? (int64_t)a->own : 0,
        [WITH_REPORT] = !refused && a->report,
    };
    for (int k = 0; k < 2; k++) {
        const int64_t part = (a->mark >> (16 * k)) & 0xffff;
        v[MARK + 2 * k] = part;
        v[MARK + 2 * k + 1] = part * part;
    }
    const lpl_status_t status = lpli_hook_reduce(h, v, COUNT, LPL_REDUCE_INT64, LPL_REDUCE_SUM, fn);
    if (refused) return a->status;
    LPLI_TRY(status);
    if (v[REFUSED] > 0)
        return lpli_fail(LPL_E_REDUCE, fn, "%llu of %llu ranks refused this call (they say why); nothing has changed",
                         (unsigned long long)v[REFUSED], (unsigned long long)v[RANKS]);
    if (differ(v[RANKS], v + MARK) || differ(v[RANKS], v + MARK + 2))
        return lpli_fail(LPL_E_REDUCE, fn,
                         "the %llu ranks make different calls, or their objects differ (configuration, step, weights, "
                         "chunk, instruction set); nothing has changed",
                         (unsigned long long)v[RANKS]);
    if (v[WITH_PAST] != 0 && v[WITH_PAST] != v[ROWS])
        return lpli_fail(LPL_E_ORDER, fn,
                         "%llu of %llu rows have a past (x0, or a remembered response), need all or none",
                         (unsigned long long)v[WITH_PAST], (unsigned long long)v[ROWS]);
    a->total = (size_t)v[ROWS];
    a->has_past = v[WITH_PAST] > 0;
    a->report = v[WITH_REPORT] > 0;
    return LPL_OK;
}
