/* reduce/forms.c - terms of the whole batch over the ranks (rule/forms.h): always through the products of units, never
 * through those of samples, which lie on different ranks. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "reduce/reduce.h"

/* |a_i| at most, of unit i of a sample: of a map the largest of its positions. */
static void find_high(const lpl_layer_t *l, double *high, int v, int what) {
    const lpli_layer_reduce_t *r = l->reduce;
    const size_t P = lpli_form_units(l), Q = l->units / P, U = l->units;
    const double *up = r->max + LPLI_MAX_EXTRAS + 2 * (size_t)v * U, *down = up + U;
    for (size_t i = 0; i < P; i++) {
        double most = -DBL_MAX, least = -DBL_MAX;
        for (size_t q = 0; q < Q; q++) most = fmax(most, up[i * Q + q]), least = fmax(least, down[i * Q + q]);
        high[i] = what == LPLI_FORMS_UNIT      ? 1
                  : what == LPLI_FORMS_CENTRED ? most + least
                                               : fmax(fabs(most), fabs(least));
    }
}

/* The sums of the layer's own products are of the rule's type; these are of doubles, in the same place, and find theirs
 * in a scratch of doubles: square itself. */
static lpl_status_t products(const lpli_forms_ranks_t *f, double *square, const double *a, size_t rows, int v, int what,
                             double factor) {
    lpl_layer_t *l = f->user;
    lpli_layer_reduce_t *r = l->reduce;
    lpli_products_t p = r->products;
    p.n = lpli_form_units(l);
    p.threads = l->cfg.threads;
    p.total = f->total;
    find_high(l, r->work, v, what);
    lpli_products_start(&p, r->work);
    for (size_t at = 0, n; at < rows; at += n) {
        n = rows - at < f->chunk ? rows - at : f->chunk;
        lpli_products_add_f64(&p, a + at * p.n, n, square);
    }
    LPLI_TRY(lpli_hook_sum(&r->hook, p.sum, lpli_products_length(p.n), r->fn));
    lpli_products_get_f64(&p, square, factor);
    return LPL_OK;
}

static lpl_status_t add(const lpli_forms_ranks_t *f, double *out, const double *terms, size_t rows) {
    const lpl_layer_t *l = f->user;
    const lpli_layer_reduce_t *r = l->reduce;
    const bool exact = lpli_is_exact(&r->hook);
    double high = lpli_guard_highest(terms, rows);
    if (!(high <= DBL_MAX)) high = (double)INFINITY;
    LPLI_TRY(lpli_hook_reduce(&r->hook, &high, 1, LPL_REDUCE_FLOAT64, LPL_REDUCE_MAX, r->fn));
    *out = high;
    if (!(high <= DBL_MAX)) return LPL_OK; /* the report says so */
    const double scale = lpli_sum_scale((double)f->total * high);
    lpli_sum_t sum = {0};
    if (!exact) sum.d = 0;
    for (size_t b = 0; b < rows; b++) lpli_sum_add(&sum, terms[b], scale, exact);
    LPLI_TRY(lpli_hook_sum(&r->hook, &sum, 1, r->fn));
    *out = lpli_sum_get(&sum, scale, exact);
    return LPL_OK;
}

void lpli_reduce_forms(lpl_layer_t *l, lpli_forms_ranks_t *out, const char *fn) {
    lpli_layer_reduce_t *r = l->reduce;
    const size_t P = lpli_form_units(l), Q = l->units / P;
    for (int v = 0; v < 2; v++)
        for (size_t i = 0; i < P; i++) {
            double sum = 0;
            for (size_t q = 0; q < Q; q++) sum += l->scratch.batch_mean[v][i * Q + q];
            r->form_mean[v][i] = sum / (double)Q;
        }
    r->fn = fn;
    *out = (lpli_forms_ranks_t){
        .total = r->total * Q,
        .chunk = lpli_is_exact(&r->hook) ? (size_t)r->hook.cfg.chunk * Q : (r->own > 0 ? r->own * Q : 1),
        .mean = {r->form_mean[0], r->form_mean[1]},
        .products = products,
        .add = add,
        .user = l,
    };
}
