/* reduce/heap.c - a layer takes a hook: its memory (reduce.h). Apart from what a step needs, which knows no heap. */
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/object.h"
#include "layer/kind.h"
#include "layer/scale.h"
#include "reduce/reduce.h"
#include "rule/forms.h"
#include "stack/stack.h"

/* Of pairs of units: what decorrelation, and terms of the whole batch, sum. */
static size_t pairs(const lpl_layer_t *l) {
    return l->has_square || (lpli_has_forms(&l->rule) && !lpli_rows_alone(&l->rule)) ? lpli_form_units(l) : 0;
}

static void lay_out(lpli_layer_reduce_t *r, const lpl_layer_t *l, lpli_arena_t *a) {
    const lpl_layer_config_t *c = &l->cfg;
    const size_t U = l->units, M = (size_t)c->n_post, n = pairs(l), H = (size_t)lpli_head_length(c);
    const bool exact = lpli_is_exact(&r->hook);
    r->max = lpli_take(a, LPLI_MAX_EXTRAS + 4 * (uint64_t)U, 1, sizeof(double));
    r->factor = lpli_take(a, LPLI_MAX_EXTRAS + 2 * (uint64_t)U + M, 1, sizeof(double));
    r->sum = lpli_take(a, U, 3, sizeof *r->sum);
    r->pull_sum = lpli_take(a, U, 1, sizeof(double));
    r->scale = lpli_take(a, U, 1, sizeof(double));
    r->work = lpli_take(a, U > M ? U : M, 1, sizeof(double));
    r->products.n = n;
    r->products.inverse = lpli_take(a, n, 1, sizeof(double));
    r->products.sum = lpli_take(a, lpli_products_length(n), 1, sizeof *r->products.sum);
    r->square = lpli_take(a, n, n, lpli_square_size(l));
    const int forms = lpli_has_forms(&l->rule), symmetric = c->pair == LPL_PAIR_SYMMETRIC;
    const uint64_t P = lpli_form_units(l), rows = c->batch_max * (U / P);
    r->forms =
        lpli_take(a, forms ? lpli_forms_elements(&l->rule, P, rows < P ? P : rows, symmetric) : 0, 1, sizeof(double));
    for (int v = 0; v < 2; v++) r->form_mean[v] = lpli_take(a, forms ? P : 0, 1, sizeof(double));
    const uint64_t samples = lpli_sees_positions(l) && l->has_square ? rows : 0;
    r->samples = lpli_take(a, samples, M, lpli_size_of(c->dtype));
    r->sample_delta = lpli_take(a, samples, M, lpli_size_of(c->dtype));
    r->channel = lpli_take(a, samples > 0 ? M : 0, 2, sizeof(double));
    r->row_high = lpli_take(a, M, 1, sizeof(double));
    r->bias_high = lpli_take(a, M, 1, sizeof(double));
    r->back_high = lpli_take(a, H > 0 ? c->head_hidden : 0, 1, sizeof(double));
    r->gradient = lpli_take(a, M * l->fan_in + M + H + U, 1, exact ? sizeof(int64_t) : lpli_size_of(c->dtype));
    r->step = lpli_take(a, 1, 1, LPLI_STEP_BYTES);
    r->conv = lpli_take(a, r->slots, 1, sizeof *r->conv);
    if (!lpli_convolves(l) || r->slots == 0) return;
    lpli_conv_t first = {.taken = NULL}, *conv = r->conv ? r->conv : &first;
    lpl_layer_config_t chunk = *c;
    chunk.batch_max = r->hook.cfg.chunk;
    if (l->has_square && chunk.decorr == 0) chunk.decorr = 1;
    lpli_conv_decide(conv, &chunk);
    lpli_conv_place(conv, &chunk, a);
    for (size_t k = 1; k < r->slots; k++) {
        lpli_conv_t more = *conv;
        lpli_conv_place_kept(&more, &chunk, a);
        if (r->conv) r->conv[k] = more;
    }
}

static void drop(lpl_layer_t *l) {
    if (!l->reduce) return;
    if (l->reduce->own_conv) l->conv = l->reduce->own_conv;
    free(l->reduce);
    l->reduce = NULL;
}

static lpl_status_t take(lpl_layer_t *l, const lpli_hook_t *hook, const char *fn) {
    lpli_layer_reduce_t decided = {.hook = *hook}, *r;
    lpli_arena_t measured = {0};
#ifndef LPLI_NO_RULES
    if (l->cfg.init == LPL_INIT_UNIT_VARIANCE)
        return lpli_fail(LPL_E_ORDER, fn,
                         "layer %d: its start values are to be scaled by the first update (init = "
                         "LPL_INIT_UNIT_VARIANCE), which has to be made without a hook (docs/reduce.md)",
                         (int)l->cfg.label);
#endif
    if (lpli_sees_positions(l) && l->cfg.stats == LPL_STATS_EWMA)
        return lpli_fail(LPL_E_UNSUPPORTED, fn,
                         "layer %d: exponential statistics of every position (stats = LPL_STATS_EWMA, sees = "
                         "LPL_SEES_POSITIONS) are of one rank's rows",
                         (int)l->cfg.label);
    if (lpli_convolves(l) && lpli_is_exact(hook)) decided.slots = (size_t)(l->cfg.batch_max / hook->cfg.chunk);
    lpli_layer_reduce_t measuring = decided;
    lpli_take(&measured, 1, 1, sizeof *r);
    lay_out(&measuring, l, &measured);
    if (measured.too_large) return lpli_fail(LPL_E_MEMORY, fn, "more memory than can be addressed");
    const size_t bytes = measured.used + LPLI_ALIGN - 1;
    void *block = calloc(1, bytes);
    if (!block) return lpli_fail(LPL_E_MEMORY, fn, "no memory for %zu bytes", bytes);
    lpli_prefer_huge_pages(block, bytes);
    drop(l);
    r = block;
    *r = decided;
    lpli_arena_t placed = lpli_arena_behind(block, sizeof *r);
    lay_out(r, l, &placed);
    r->bytes = bytes;
    r->products.hook = &r->hook;
    r->products.gemm = &l->gemm;
    l->reduce = r;
    l->forget_hook = drop;
    if (r->slots == 0) return LPL_OK;
    r->own_conv = l->conv;
    l->conv = r->conv;
    return LPL_OK;
}

lpl_status_t lpl_layer_set_reduce(lpl_layer_t *l, const lpl_reduce_config_t *cfg, lpl_reduce_fn reduce,
                                  lpl_reduce_start_fn start, lpl_reduce_finish_fn finish, void *user) {
    static const char fn[] = "lpl_layer_set_reduce";
    lpli_hook_t hook;
    if (!l) return lpli_fail(LPL_E_NULL, fn, "l is NULL");
    if (!cfg) {
        LPLI_TRY(lpli_hook_check_none(reduce, start, finish, user, fn));
        drop(l);
        return LPL_OK;
    }
    LPLI_TRY(lpli_hook_init(&hook, cfg, reduce, start, finish, user, l->cfg.batch_max, fn));
    return take(l, &hook, fn);
}

lpl_status_t lpl_stack_set_reduce(lpl_stack_t *s, const lpl_reduce_config_t *cfg, lpl_reduce_fn reduce,
                                  lpl_reduce_start_fn start, lpl_reduce_finish_fn finish, void *user) {
    static const char fn[] = "lpl_stack_set_reduce";
    lpli_hook_t hook;
    if (!s) return lpli_fail(LPL_E_NULL, fn, "s is NULL");
    if (cfg)
        LPLI_TRY(lpli_hook_init(&hook, cfg, reduce, start, finish, user, s->batch_max, fn));
    else
        LPLI_TRY(lpli_hook_check_none(reduce, start, finish, user, fn));
    for (size_t k = 0; k < s->n_layers; k++) drop(s->layer[k]);
    for (size_t k = 0; cfg && k < s->n_layers; k++) {
        const lpl_status_t status = take(s->layer[k], &hook, fn);
        for (size_t q = 0; status < 0 && q < k; q++) drop(s->layer[q]);
        LPLI_TRY(status);
    }
    return LPL_OK;
}
