/* stack/stack_real.c - forward and update of all layers, one after the other. */
#include "core/object.h"
#include "core/real.h"
#include "layer/layer.h"
#include "reduce/reduce.h"
#include "stack/stack.h"

static lpl_status_t check(const lpl_stack_t *s, size_t batch, const char *fn) {
    if (!s) return lpli_fail(LPL_E_NULL, fn, "s is NULL");
    LPLI_TRY(lpli_check_same_dtype(s->dtype, LPLI_DTYPE, "the stack", fn));
    return lpli_check_batch(batch, 0, s->batch_max, fn);
}

lpl_status_t PUB(lpl_stack_forward)(lpl_stack_t *s, real *z, size_t ldz, const real *x, size_t ldx, size_t batch,
                                    size_t last) {
    static const char fn[] = "lpl_stack_forward";
    LPLI_TRY(check(s, batch, fn));
    LPLI_TRY(lpli_check_size(last, 0, s->n_layers - 1, fn, "last"));
    LPLI_TRY(lpli_check_matrix(x, batch, s->n_in[0], ldx, sizeof(real), fn, "x"));
    LPLI_TRY(lpli_check_matrix(z, batch, s->n_out[last], ldz, sizeof(real), fn, "z"));
    LPLI_TRY(lpli_check_apart(z, batch, s->n_out[last], ldz, x, batch, s->n_in[0], ldx, sizeof(real), fn, "z and x"));
    for (size_t k = 0; k < last; k++) {
        real *out = s->row[0][k % 2];
        LPLI_TRY(PUB(lpl_forward)(s->layer[k], out, s->n_out[k], x, ldx, batch));
        x = out;
        ldx = s->n_out[k];
    }
    return PUB(lpl_forward)(s->layer[last], z, ldz, x, ldx, batch);
}

/* As far apart as the first is long: a program of an older release has shorter ones than ours. */
static lpl_report_t *report_of(lpl_report_t *reports, size_t k) {
    return reports ? (lpl_report_t *)(void *)((char *)reports + k * reports->size) : NULL;
}

static lpl_status_t check_views(const lpl_stack_t *s, const real *x0, size_t ldx0, const real *x1, size_t ldx1,
                                size_t batch, const char *fn) {
    LPLI_TRY(check(s, batch, fn));
    LPLI_TRY(lpli_check_matrix(x1, batch, s->n_in[0], ldx1, sizeof(real), fn, "x1"));
    return x0 ? lpli_check_matrix(x0, batch, s->n_in[0], ldx0, sizeof(real), fn, "x0") : LPL_OK;
}

/* Layers with a hook: every layer's first half, then every layer's second. Of one whose first half has failed there is
 * no second; after one whose second has failed the others' reductions are waited for, and they do not learn. */
static lpl_status_t end_all(lpl_stack_t *s, size_t begun, lpl_status_t failed, lpl_status_t *collapsed) {
    lpl_status_t first = LPL_OK;
    for (size_t k = 0; k < begun; k++) {
        if (first < 0) {
            lpli_reduce_abandon(s->layer[k]);
            continue;
        }
        const lpl_status_t status = R(lpli_update_end)(s->layer[k]);
        if (status < 0) first = status;
        if (status == LPL_COLLAPSED) *collapsed = status;
    }
    return first < 0 ? first : failed;
}

lpl_status_t PUB(lpl_stack_update)(lpl_stack_t *s, lpl_report_t *reports, const real *x0, size_t ldx0, const real *x1,
                                   size_t ldx1, size_t batch) {
    static const char fn[] = "lpl_stack_update";
    const lpl_status_t good = check_views(s, x0, ldx0, x1, ldx1, batch, fn);
    const int reduces = s && lpli_reduces(s->layer[0]);
    if (good < 0) return reduces ? lpli_reduce_agree(s->layer[0], good, 0, 0, 0, 0, fn) : good;
    lpl_status_t collapsed = LPL_OK, status = LPL_OK;
    const int halves = reduces && !s->shares; /* what a first half leaves is in the scratch that the next layer takes */
    size_t k = 0;
    for (; k < s->n_layers && status >= 0; k++) {
        real *out0 = s->row[0][k % 2], *out1 = s->row[1][k % 2];
        const int more =
            k + 1 < s->n_layers; /* the update's own responses, from before it learned, are the next layer's input */
        status = (halves ? R(lpli_update_begin) : R(lpli_update))(
            s->layer[k], report_of(reports, k), more ? out0 : NULL, more ? out1 : NULL, x0, ldx0, x1, ldx1, batch, fn);
        if (status == LPL_COLLAPSED) collapsed = status;
        x0 = x0 ? out0 : NULL;
        x1 = out1;
        ldx0 = ldx1 = s->n_out[k];
    }
    if (halves) status = end_all(s, status < 0 ? k - 1 : k, status, &collapsed);
    return status < 0 ? status : collapsed;
}
