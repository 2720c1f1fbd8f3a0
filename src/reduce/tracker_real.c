/* reduce/tracker_real.c - lpl_stats_update of rows that lie on several ranks (reduce.h). */
#include "core/error.h"
#include "core/kernel.h"
#include "reduce/reduce.h"
#include "stats/moments.h"

/* Largest and smallest of each unit, over the ranks: from here on all know the same. */
static lpl_status_t look(const lpl_stats_t *s, const lpli_rows_t *rows, const char *fn) {
    const size_t U = rows->units;
    double *max = s->reduce->max;
    max[0] = (double)(U - R(lpli_rows_look)(rows, 0, (double)LPLI_REAL_MAX));
    LPLI_TRY(lpli_hook_reduce(rows->hook, max, 1 + 2 * U, LPL_REDUCE_FLOAT64, LPL_REDUCE_MAX, fn));
    size_t bad = U - (size_t)max[0];
    for (size_t i = 0; i < bad; i++) {
        const double range = lpli_rows_range(rows, 0, i), far = fmax(fabs(rows->high[0][i]), fabs(rows->low[0][i]));
        if (!(8 * (double)rows->total * (range * range + far) <= DBL_MAX)) bad = i;
    }
    if (bad == U) return LPL_OK;
    return lpli_fail(LPL_E_NONFINITE, fn, "z of unit %zu is NaN, infinite, or too large to be squared", bad);
}

/* Sums of products of deviations of this rank, in double whatever the type, chunk by chunk; square: scratch. */
static void products(const lpl_stats_t *s, const lpli_rows_t *rows, double *square) {
    lpli_products_t *p = &s->reduce->products;
    for (size_t i = 0; i < p->n; i++) s->reduce->work[i] = lpli_rows_range(rows, 0, i);
    p->total = rows->total;
    lpli_products_start(p, s->reduce->work);
    R(lpli_products_rows)(p, rows->z[0], rows->ld, rows->own, s->new_mean, s->zc, square);
}

/* Squares and products: the first on their way while the others are formed. */
static lpl_status_t sums(const lpl_stats_t *s, const lpli_rows_t *rows, double *gram, const char *fn) {
    lpli_stats_reduce_t *r = s->reduce;
    const lpli_hook_t *h = &r->hook;
    const int32_t type = lpli_sum_type(h);
    double *const mean[2] = {s->new_mean, NULL}, *const m2[2] = {s->new_m2, NULL};
    lpli_flight_t squares, pairs = {.started = false};
    R(lpli_rows_squares_add)(rows, mean, false);
    LPLI_TRY(lpli_flight_start(&squares, h, rows->sum, lpli_rows_squares_length(rows), type, true, fn));
    if (gram) products(s, rows, gram);
    const size_t n = gram ? lpli_products_length(r->products.n) : 0;
    lpl_status_t status = lpli_flight_start(&pairs, h, r->products.sum, n, type, true, fn);
    if (status < 0)
        lpli_flight_abandon(&squares, h);
    else
        status = lpli_flight_finish(&squares, h, fn);
    if (status < 0)
        lpli_flight_abandon(&pairs, h);
    else
        status = lpli_flight_finish(&pairs, h, fn);
    LPLI_TRY(status);
    R(lpli_rows_squares_get)(rows, m2, NULL);
    if (gram) lpli_products_get_f64(&r->products, gram, 1);
    return LPL_OK;
}

lpl_status_t R(lpli_reduce_stats)(lpl_stats_t *s, const real *z, size_t ldz, size_t own, lpl_status_t checked,
                                  const char *fn) {
    lpli_stats_reduce_t *r = s->reduce;
    const lpl_reduce_config_t *c = &r->hook.cfg;
    if (checked >= 0 && lpli_is_exact(&r->hook) && own % (size_t)c->chunk != 0)
        checked =
            lpli_fail(LPL_E_SIZE, fn, "batch = %zu, need a whole number of chunks of %zu rows", own, (size_t)c->chunk);
    lpli_rows_t rows = {
        .hook = &r->hook,
        .gemm = &s->gemm,
        .threads = s->cfg.threads,
        .own = own,
        .units = (size_t)s->cfg.n_units,
        .z = {z, NULL},
        .alone = true,
        .ld = ldz,
        .high = {r->max + 1, NULL},
        .low = {r->max + 1 + s->cfg.n_units, NULL},
        .scale = r->scale,
        .work = r->work,
        .sum = r->sum,
    };
    double *const mean[2] = {s->new_mean, NULL}, *gram = s->spare ? s->spare : s->gram;
    LPLI_TRY(lpli_reduce_stats_agree(s, checked, own, &rows.total, fn));
    LPLI_TRY(look(s, &rows, fn));
    LPLI_TRY(R(lpli_rows_means)(&rows, mean, fn));
    LPLI_TRY(sums(s, &rows, gram, fn));
    return lpli_stats_take(s, (double)rows.total, s->new_mean, s->new_m2, gram, fn);
}
