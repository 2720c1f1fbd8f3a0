/* reduce/rows_real.c - moments and products of rows that lie on several ranks (reduce.h). */
#include "core/error.h"
#include "core/threads.h"
#include "linalg/vector.h"
#include "reduce/reduce.h"
#include "stats/moments.h"

#ifndef LPLI_F64
double lpli_rows_union(const lpli_rows_t *r, size_t i) {
    return fmax(r->high[0][i], r->high[1][i]) + fmax(r->low[0][i], r->low[1][i]);
}
#endif

size_t R(lpli_rows_look)(const lpli_rows_t *r, int v, double limit) {
    const real *z = r->z[v];
    double *high = r->high[v], *low = r->low[v];
    for (size_t i = 0; i < r->units; i++) high[i] = low[i] = -DBL_MAX;
    size_t bad = r->units;
    for (size_t b = 0; b < r->own; b++) {
        const real *row = z + b * r->ld;
        if (!((double)LPLI_PICK(r->gemm->isa, lpli_highest)(row, r->units) <= limit)) {
            for (size_t i = 0; i < bad; i++)
                if (!(fabs((double)row[i]) <= limit)) bad = i;
            continue;
        }
        for (size_t i = 0; i < r->units; i++) {
            const double at = (double)row[i];
            high[i] = at > high[i] ? at : high[i];
            low[i] = -at > low[i] ? -at : low[i];
        }
    }
    return bad;
}

/* Sums of one kind of each unit, of a view or of both: of every chunk into r->work, then taken in. */
static void take(const lpli_rows_t *r, lpli_sum_t *to) {
    const bool exact = lpli_is_exact(r->hook);
    for (size_t i = 0; i < r->units; i++) lpli_sum_add(to + i, r->work[i], r->scale[i], exact);
}

static void scale_means(const lpli_rows_t *r, int v) {
    for (size_t i = 0; i < r->units; i++)
        r->scale[i] = lpli_sum_scale(2 * (double)r->total * fmax(fabs(r->high[v][i]), fabs(r->low[v][i])));
}

lpl_status_t R(lpli_rows_means)(const lpli_rows_t *r, double *const mean[2], const char *fn) {
    const size_t U = r->units;
    const bool exact = lpli_is_exact(r->hook);
    const size_t views = r->alone ? 1 : 2;
    memset(r->sum, 0, views * U * sizeof *r->sum);
    for (int v = 0; v < 2; v++) {
        if (!r->z[v]) continue;
        scale_means(r, v);
        for (size_t at = 0, n; at < r->own; at += n) {
            n = lpli_rows_of_chunk(r->hook, at, r->own);
            for (size_t i = 0; i < U; i += LPLI_STRIP) LPLI_PICK(r->gemm->isa, lpli_col_sums)
            (r->work + i, (const real *)r->z[v] + at * r->ld + i, r->ld, n, U - i < LPLI_STRIP ? U - i : LPLI_STRIP);
            take(r, r->sum + (size_t)v * U);
        }
    }
    LPLI_TRY(lpli_hook_sum(r->hook, r->sum, views * U, fn));
    for (int v = 0; v < 2; v++) {
        if (!r->z[v]) continue;
        scale_means(r, v);
        for (size_t i = 0; i < U; i++)
            mean[v][i] = lpli_sum_get(r->sum + (size_t)v * U + i, r->scale[i], exact) / (double)r->total;
    }
    return LPL_OK;
}

static void scale_squares(const lpli_rows_t *r, int v) {
    for (size_t i = 0; i < r->units; i++) {
        const double range = v < 2 ? lpli_rows_range(r, v, i) : lpli_rows_union(r, i);
        r->scale[i] = lpli_sum_scale(2 * (double)r->total * range * range);
    }
}

static void squared_differences(const lpli_rows_t *r, size_t at, size_t n) {
    for (size_t i = 0; i < r->units; i++) r->work[i] = 0;
    for (size_t b = at; b < at + n; b++) {
        const real *z = (const real *)r->z[1] + b * r->ld, *past = (const real *)r->z[0] + b * r->ld;
        for (size_t i = 0; i < r->units; i++) {
            const double d = (double)z[i] - (double)past[i];
            r->work[i] += d * d;
        }
    }
}

/* Kind 0, 1: of a view; 2: of both. */
static bool has_squares(const lpli_rows_t *r, int kind, bool pull) {
    return kind < 2 ? r->z[kind] != NULL : pull && r->z[0] && r->z[1];
}

void R(lpli_rows_squares_add)(const lpli_rows_t *r, double *const mean[2], bool pull) {
    const size_t U = r->units;
    memset(r->sum, 0, lpli_rows_squares_length(r) * sizeof *r->sum);
    for (int v = 0; v < 3; v++) {
        if (!has_squares(r, v, pull)) continue;
        scale_squares(r, v);
        for (size_t at = 0, n; at < r->own; at += n) {
            n = lpli_rows_of_chunk(r->hook, at, r->own);
            if (v < 2) R(lpli_center_all)
            (NULL, 0, r->work, (const real *)r->z[v] + at * r->ld, r->ld, mean[v], n, U, r->gemm->isa, r->threads);
            else squared_differences(r, at, n);
            take(r, r->sum + (size_t)v * U);
        }
    }
}

void R(lpli_rows_squares_get)(const lpli_rows_t *r, double *const m2[2], double *pull) {
    const size_t U = r->units;
    double *const out[3] = {m2[0], m2[1], pull};
    for (int v = 0; v < 3; v++) {
        if (!has_squares(r, v, pull != NULL)) continue;
        scale_squares(r, v);
        for (size_t i = 0; i < U; i++)
            out[v][i] = lpli_sum_get(r->sum + (size_t)v * U + i, r->scale[i], lpli_is_exact(r->hook));
    }
}

lpl_status_t R(lpli_rows_squares)(const lpli_rows_t *r, double *const mean[2], double *const m2[2], double *pull,
                                  const char *fn) {
    R(lpli_rows_squares_add)(r, mean, pull != NULL);
    LPLI_TRY(lpli_hook_sum(r->hook, r->sum, lpli_rows_squares_length(r), fn));
    R(lpli_rows_squares_get)(r, m2, pull);
    return LPL_OK;
}

/* ---- products of pairs of units ---- */

#ifndef LPLI_F64
void lpli_products_start(lpli_products_t *p, const double *high) {
    for (size_t i = 0; i < p->n; i++) {
        int e = -1000;
        if (high[i] > 0) frexp(high[i], &e);
        p->inverse[i] = high[i] > 0 ? ldexp(1, e < -1000 ? 1000 : -e) : 0;
    }
    memset(p->sum, 0, lpli_products_length(p->n) * sizeof *p->sum);
}
#endif

enum { ROWS = 32 }; /* of a task */

typedef struct {
    const lpli_products_t *p;
    real *square;
    double scale, factor;
} job_t;

static lpli_sum_t *row_of(const lpli_products_t *p, size_t i) {
    return p->sum + i * p->n - i * (i + 1) / 2; /* element j, j >= i, is [j] */
}

static void add_task(void *ctx, size_t task, size_t worker) {
    (void)worker;
    const job_t *j = ctx;
    const lpli_products_t *p = j->p;
    const bool exact = lpli_is_exact(p->hook);
    const size_t end = (task + 1) * ROWS < p->n ? (task + 1) * ROWS : p->n;
    for (size_t i = task * ROWS; i < end; i++) {
        lpli_sum_t *to = row_of(p, i);
        const real *from = j->square + i * p->n;
        const double own = p->inverse[i], scale = j->scale;
        const double *other = p->inverse;
        if (exact)
            for (size_t k = i; k < p->n; k++) to[k].i += (int64_t)((double)from[k] * own * other[k] * scale);
        else
            for (size_t k = i; k < p->n; k++) to[k].d += (double)from[k];
    }
}

void R(lpli_products_add)(const lpli_products_t *p, const real *a, size_t rows, real *scratch) {
    job_t j = {.p = p, .square = scratch, .scale = lpli_sum_scale(4 * (double)p->total)};
    R(lpli_gram)(p->gemm, 1, p->n, rows, 1, a, p->n, scratch, p->n, p->threads);
    lpli_parallel((p->n + ROWS - 1) / ROWS, p->threads, add_task, &j);
}

void R(lpli_products_get)(const lpli_products_t *p, real *square, double factor) {
    const bool exact = lpli_is_exact(p->hook);
    const double unit = lpli_sum_unit(lpli_sum_scale(4 * (double)p->total));
    for (size_t i = 0; i < p->n; i++) {
        const lpli_sum_t *row = row_of(p, i);
        for (size_t k = i; k < p->n; k++) {
            const double both =
                exact ? (double)row[k].i * unit * lpli_sum_unit(p->inverse[i]) * lpli_sum_unit(p->inverse[k])
                      : row[k].d;
            square[i * p->n + k] = square[k * p->n + i] = (real)(both * factor);
        }
    }
}

void R(lpli_products_rows)(const lpli_products_t *p, const real *z, size_t ldz, size_t own, const double *mean,
                           double *zc, double *square) {
    for (size_t at = 0, n; at < own; at += n) {
        n = lpli_rows_of_chunk(p->hook, at, own);
        LPLI_PICK(p->gemm->isa, lpli_deviations)(zc, z + at * ldz, ldz, mean, n, p->n);
        lpli_products_add_f64(p, zc, n, square);
    }
}

lpl_status_t R(lpli_products)(const lpli_products_t *p, const real *const a[2], size_t own, real *scratch,
                              const char *fn) {
    for (int v = 0; v < 2; v++)
        for (size_t at = 0, n; a[v] && at < own; at += n) {
            n = lpli_rows_of_chunk(p->hook, at, own);
            R(lpli_products_add)(p, a[v] + at * p->n, n, scratch);
        }
    return lpli_hook_sum(p->hook, p->sum, lpli_products_length(p->n), fn);
}
