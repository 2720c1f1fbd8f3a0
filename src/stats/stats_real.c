/* stats/stats_real.c - lpl_stats_update: moments of a batch, then taken in by mode. */
#include "core/kernel.h"
#include "core/object.h"
#include "reduce/reduce.h"
#include "stats/moments.h"
#include "stats/stats.h"

static lpl_status_t check(const lpl_stats_t *s, const real *z, size_t ldz, size_t batch, const char *fn) {
    const lpl_stats_config_t *c = &s->cfg;
    LPLI_TRY(lpli_check_same_dtype(c->dtype, LPLI_DTYPE, "the tracker", fn));
    const size_t units = (size_t)c->n_units, least = s->reduce                                                  ? 0
                                                     : c->mode == LPL_STATS_BATCH || c->mode == LPL_STATS_STALE ? 2
                                                                                                                : 1;
    LPLI_TRY(lpli_check_batch(batch, least, (size_t)c->batch_max, fn));
    return lpli_check_matrix(z, batch, units, ldz, sizeof(real), fn, "z");
}

lpl_status_t PUB(lpl_stats_update)(lpl_stats_t *s, const real *z, size_t ldz, size_t batch) {
    static const char fn[] = "lpl_stats_update";
    if (!s) return lpli_fail(LPL_E_NULL, fn, "s is NULL");
    const size_t units = (size_t)s->cfg.n_units;
    const lpl_status_t checked = check(s, z, ldz, batch, fn);
    if (s->reduce) return R(lpli_reduce_stats)(s, z, ldz, batch, checked, fn);
    LPLI_TRY(checked);
    R(lpli_moments)(s->new_mean, s->new_m2, NULL, 0, z, ldz, batch, units, s->gemm.isa, s->cfg.threads);
    for (size_t i = 0; i < units; i++)
        if (!isfinite(s->new_m2[i]))
            return lpli_fail(LPL_E_NONFINITE, fn, "z of unit %zu is NaN, infinite, or too large to be squared", i);
    const real *const rows[2] = {z, NULL};
    double *gram = s->spare ? s->spare : s->gram;
    if (gram) R(lpli_scatter)(&s->gemm, gram, s->zc, rows, ldz, s->new_mean, batch, units, s->cfg.threads);
    return lpli_stats_take(s, (double)batch, s->new_mean, s->new_m2, gram, fn);
}
