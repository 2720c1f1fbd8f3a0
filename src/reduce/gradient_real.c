/* reduce/gradient_real.c - a gradient over the ranks (reduce.h): bounds of its sums, the sums, and what is not of
 * weights. */
#include <stdatomic.h>

#include "core/error.h"
#include "core/object.h"
#include "layer/kind.h"
#include "reduce/reduce.h"
#include "stats/moments.h"

/* ---- bounds ---- */

enum { SLOPE = 2 }; /* no activation is steeper */

#ifndef LPLI_F64
void lpli_reduce_head_high(const lpl_layer_t *l, double *max) {
    const lpli_layer_reduce_t *r = l->reduce;
    const lpl_layer_config_t *c = &l->cfg;
    for (size_t at = 0, n; at < r->own; at += n) {
        n = lpli_rows_of_chunk(&r->hook, at, r->own);
        const lpli_head_t *h = r->slots > 0 ? &r->conv[at / (size_t)r->hook.cfg.chunk].head : &l->conv->head;
        for (int v = c->pair == LPL_PAIR_SYMMETRIC ? 0 : 1; v < 2; v++) {
            const double inner = lpli_guard_highest(h->inner[v], n * h->hidden),
                         pooled = lpli_guard_highest(h->pooled[v], n * h->M);
            max[LPLI_MAX_INNER] = fmax(max[LPLI_MAX_INNER], isnan(inner) ? (double)INFINITY : inner);
            max[LPLI_MAX_POOLED] = fmax(max[LPLI_MAX_POOLED], isnan(pooled) ? (double)INFINITY : pooled);
        }
    }
}

double lpli_reduce_head_bound(const lpl_layer_t *l, int part, size_t row) {
    const lpli_layer_reduce_t *r = l->reduce;
    const double rows = 4 * (double)r->total, *delta = r->factor + LPLI_MAX_EXTRAS;
    const double d = rows * (part < LPLI_HEAD_W2 ? r->back_high[row] : delta[row]);
    return part == LPLI_HEAD_W1 ? d * r->max[LPLI_MAX_POOLED] : part == LPLI_HEAD_W2 ? d * r->max[LPLI_MAX_INNER] : d;
}

/* Of sums over all rows of both views. */
void lpli_reduce_bounds(const lpl_layer_t *l) {
    const lpli_layer_reduce_t *r = l->reduce;
    const lpl_layer_config_t *c = &l->cfg;
    const size_t M = (size_t)c->n_post, Q = l->units / M;
    const double rows = 4 * (double)r->total, *delta = r->factor + LPLI_MAX_EXTRAS;
    const int convolves = lpli_convolves(l), head = convolves && c->sees == LPL_SEES_HEAD;
    for (size_t h = 0; head && h < c->head_hidden; h++) {
        const size_t w2 = lpli_head_part(c, LPLI_HEAD_W2).at;
        double sum = 0;
        for (size_t o = 0; o < c->head_out; o++)
            sum += delta[o] * fabs(lpli_element(l->param.head, c->dtype, w2 + o * c->head_hidden + h));
        r->back_high[h] = sum;
    }
    for (size_t i = 0; i < M; i++) {
        double d = 0;
        if (head)
            for (size_t h = 0; h < c->head_hidden; h++)
                d += r->back_high[h] * fabs(lpli_element(l->param.head, c->dtype, h * M + i));
        for (size_t q = 0; !head && q < Q; q++) d = fmax(d, delta[i * Q + q]);
        r->bias_high[i] = rows * d * (convolves ? SLOPE * (lpli_sees_positions(l) ? (double)Q : 1) : 1);
        r->row_high[i] = r->bias_high[i] * r->x_high;
    }
}

lpl_status_t lpli_reduce_start(lpl_layer_t *l, int calm, int later, const char *fn) {
    lpli_layer_reduce_t *r = l->reduce;
    const size_t n = lpli_at_decay(l) + (lpli_traits(l->rule.rule)->competes ? l->units : 0);
    const int32_t type = lpli_is_exact(&r->hook)   ? LPL_REDUCE_INT64
                         : l->cfg.dtype == LPL_F64 ? LPL_REDUCE_FLOAT64
                                                   : LPL_REDUCE_FLOAT32;
    if (!calm) {
        double bad = atomic_load(&r->bad);
        LPLI_TRY(lpli_hook_reduce(&r->hook, &bad, 1, LPL_REDUCE_FLOAT64, LPL_REDUCE_MAX, fn));
        if (bad > 0) return lpli_diverged(l, 0, "gradient", fn);
    }
    return lpli_flight_start(&r->flight, &r->hook, r->gradient, n, type, later, fn);
}

lpl_status_t lpli_reduce_finish(lpl_layer_t *l, const char *fn) {
    return lpli_flight_finish(&l->reduce->flight, &l->reduce->hook, fn);
}

void lpli_reduce_abandon(lpl_layer_t *l) { lpli_flight_abandon(&l->reduce->flight, &l->reduce->hook); }

size_t lpli_reduce_bytes(const lpl_layer_t *l) {
    const size_t e = lpli_is_exact(&l->reduce->hook) ? sizeof(int64_t) : lpli_size_of(l->cfg.dtype);
    return (lpli_at_decay(l) + l->units) * e;
}
#endif

lpl_status_t R(lpli_reduce_delta)(lpl_layer_t *l, int first, int learns, lpli_losses_t *loss, const char *fn) {
    lpli_layer_reduce_t *r = l->reduce;
    const size_t U = l->units, M = (size_t)l->cfg.n_post;
    double *m = r->factor, *high = m + LPLI_MAX_EXTRAS, *alive = high + U, *channel = alive + U;
    size_t bad = U;
    memset(m, 0, (LPLI_MAX_EXTRAS + U) * sizeof *m);
    memset(channel, 0, M * sizeof *channel);
    for (int v = first; v < 2 && learns; v++) {
        const size_t here = l->rule_f64 ? lpli_column_high_f64(high, l->scratch.delta[v], r->own, U)
                                        : R(lpli_column_high)(high, l->scratch.delta[v], r->own, U);
        if (here < bad) bad = here;
    }
    for (size_t i = 0; bad < U && i < U; i++) high[i] = 0; /* no infinity times 0 */
    m[LPLI_MAX_BAD] = (double)(U - bad);
    if (lpli_convolves(l))
        for (size_t at = 0, n; at < r->own; at += n) {
            n = lpli_rows_of_chunk(&r->hook, at, r->own);
            lpli_reduce_slot(l, at);
            R(lpli_conv_alive)(l->conv, first, n, channel);
        }
    LPLI_TRY(lpli_hook_reduce(&r->hook, m, LPLI_MAX_EXTRAS + 2 * U + M, LPL_REDUCE_FLOAT64, LPL_REDUCE_MAX, fn));
    if (m[LPLI_MAX_BAD] > 0) return lpli_diverged(l, U - (size_t)m[LPLI_MAX_BAD], "gradient", fn);
    if (learns && !(r->x_high <= DBL_MAX)) return lpli_diverged(l, 0, "gradient", fn);
    const double *of = lpli_convolves(l) ? channel : alive;
    loss->n_dead = 0;
    for (size_t i = 0; i < (lpli_convolves(l) ? M : U); i++) loss->n_dead += of[i] == 0;
    if (!learns) return LPL_OK;
    lpli_reduce_bounds(l);
    memset(r->gradient, 0, lpli_reduce_bytes(l));
    return LPL_OK;
}

/* ---- sums ---- */

void R(lpli_reduce_add)(const lpli_layer_reduce_t *r, size_t at, const real *p, size_t n, double bound) {
    if (lpli_is_exact(&r->hook)) {
        int64_t *to = (int64_t *)r->gradient + at;
        const double scale = lpli_sum_scale(bound);
        for (size_t k = 0; k < n; k++) to[k] += (int64_t)((double)p[k] * scale);
    } else {
        real *to = (real *)r->gradient + at;
        for (size_t k = 0; k < n; k++) to[k] += p[k];
    }
}

void R(lpli_reduce_add_wide)(const lpli_layer_reduce_t *r, size_t at, const double *p, size_t n, double bound) {
    if (lpli_is_exact(&r->hook)) {
        int64_t *to = (int64_t *)r->gradient + at;
        const double scale = lpli_sum_scale(bound);
        for (size_t k = 0; k < n; k++) to[k] += (int64_t)(p[k] * scale);
    } else {
        real *to = (real *)r->gradient + at;
        for (size_t k = 0; k < n; k++) to[k] += (real)p[k];
    }
}

void R(lpli_reduce_get)(const lpli_layer_reduce_t *r, size_t at, real *p, size_t n, double bound) {
    if (!lpli_is_exact(&r->hook)) {
        memcpy(p, (const real *)r->gradient + at, n * sizeof *p);
        return;
    }
    const int64_t *from = (const int64_t *)r->gradient + at;
    const double unit = lpli_sum_unit(lpli_sum_scale(bound));
    for (size_t k = 0; k < n; k++) p[k] = (real)((double)from[k] * unit);
}

void R(lpli_reduce_get_wide)(const lpli_layer_reduce_t *r, size_t at, double *p, size_t n, double bound) {
    if (lpli_is_exact(&r->hook)) {
        const int64_t *from = (const int64_t *)r->gradient + at;
        const double unit = lpli_sum_unit(lpli_sum_scale(bound));
        for (size_t k = 0; k < n; k++) p[k] = (double)from[k] * unit;
    } else {
        const real *from = (const real *)r->gradient + at;
        for (size_t k = 0; k < n; k++) p[k] = (double)from[k];
    }
}

/* ---- the head: parts whose rows have each a bound of their own ---- */

static void each_row(lpl_layer_t *l, void (*what)(const lpli_layer_reduce_t *, size_t, double *, size_t, double)) {
    if (!l->param.head) return;
    const size_t from = lpli_at_head(l);
    for (int k = 0; k < LPLI_HEAD_PARTS; k++) {
        const lpli_head_part_t part = lpli_head_part(&l->cfg, k);
        const size_t rows = part.row > 0 ? part.n / part.row : 0;
        for (size_t row = 0; row < rows; row++) {
            const size_t at = part.at + row * part.row;
            what(l->reduce, from + at, l->conv->head.sum + at, part.row, lpli_reduce_head_bound(l, k, row));
        }
    }
}

static void add_row(const lpli_layer_reduce_t *r, size_t at, double *p, size_t n, double bound) {
    R(lpli_reduce_add_wide)(r, at, p, n, bound);
}

void R(lpli_reduce_head_add)(lpl_layer_t *l) { each_row(l, add_row); }
void R(lpli_reduce_head_get)(lpl_layer_t *l) { each_row(l, R(lpli_reduce_get_wide)); }
