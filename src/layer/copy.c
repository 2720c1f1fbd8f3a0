/* layer/copy.c - what one layer has learned, into another: lpl_layer_copy, lpl_layer_ema; the step count with what
 * hangs on it. */
#include <string.h>

#include "core/error.h"
#include "core/object.h"
#include "layer/layer.h"

/* beta^t as t steps multiply it up, to the bit: the product stops moving after some 1e6 steps at most (0.999: 745
 * 000), unless beta is nearer to 1. Then the steps beyond EXACT are taken by squaring. */
static double power(double beta, uint64_t t) {
    enum { EXACT = 1 << 22 };
    double p = 1;
    uint64_t k = 0;
    for (; k < t && k < EXACT; k++) {
        const double next = p * beta;
        if (next == p) return p;
        p = next;
    }
    double square = beta;
    for (uint64_t rest = t - k; rest > 0; rest >>= 1, square *= square)
        if (rest & 1) p *= square;
    return p;
}

void lpli_layer_set_step(lpl_layer_t *l, uint64_t step) {
    l->step = step;
    l->optim.beta1_t = power(l->optim.beta1, step);
    l->optim.beta2_t = power(l->optim.beta2, step);
}

/* What must agree, for weights and biases have to have a place. */
static lpl_status_t check_alike(const lpl_layer_t *dst, const lpl_layer_t *src, const char *to, const char *fn) {
    static const char *const name[] = {"kind", "n_post", "fan_in", "bias", "kernel_h", "kernel_w", "groups"};
    enum { N = sizeof name / sizeof name[0] };
    const lpl_layer_t *both[2] = {dst, src};
    uint64_t v[2][N];
    for (int k = 0; k < 2; k++) {
        const lpl_layer_config_t *c = &both[k]->cfg;
        const int conv = c->kind == LPL_LAYER_CONV2D;
        const uint64_t all[N] = {
            (uint64_t)c->kind,      c->n_post,           both[k]->fan_in, (uint64_t)c->bias, conv ? c->kernel_h : 0,
            conv ? c->kernel_w : 0, conv ? c->groups : 0};
        memcpy(v[k], all, sizeof all);
    }
    for (size_t k = 0; k < N; k++)
        if (v[0][k] != v[1][k])
            return lpli_fail(k == 0 || k == 3 ? LPL_E_ARG : LPL_E_SIZE, fn,
                             "%s of %s and src differ: %llu and %llu, need the same", name[k], to,
                             (unsigned long long)v[0][k], (unsigned long long)v[1][k]);
    return LPL_OK;
}

#define BIT(state) ((uint32_t)1 << (state))
#define HEADS (BIT(LPL_STATE_HEAD_W1) | BIT(LPL_STATE_HEAD_B1) | BIT(LPL_STATE_HEAD_W2) | BIT(LPL_STATE_HEAD_B2))

/* What has to be alike for an array to be copied, besides its being there: bits, of which all must hold. */
enum { OPTIM = 1, STATS = 2, PREV = 4, HEAD = 8 };
static const struct {
    uint32_t copied; /* bits of *copied; 0: goes with another one */
    uint8_t needs;
} kept[LPLI_LAYER_ARRAYS] = {
    [LPLI_WGHT] = {BIT(LPL_STATE_WEIGHTS), 0},
    [LPLI_BIAS] = {BIT(LPL_STATE_BIAS), 0},
    [LPLI_MOM1] = {BIT(LPL_STATE_OPTIM_M), OPTIM},
    [LPLI_MOM2] = {BIT(LPL_STATE_OPTIM_V), OPTIM},
    [LPLI_BMO1] = {BIT(LPL_STATE_BIAS_M), OPTIM},
    [LPLI_BMO2] = {BIT(LPL_STATE_BIAS_V), OPTIM},
    [LPLI_THET] = {BIT(LPL_STATE_THETA), 0},
    [LPLI_MEAN] = {BIT(LPL_STATE_MEAN), STATS},
    [LPLI_SIG2] = {BIT(LPL_STATE_SIGMA2), STATS},
    [LPLI_COVA] = {BIT(LPL_STATE_COVARIANCE), STATS},
    [LPLI_PREV] = {BIT(LPL_STATE_PREV), PREV},
    [LPLI_HEAD] = {HEADS, HEAD},
    [LPLI_HMO1] = {HEADS, HEAD | OPTIM},
    [LPLI_HMO2] = {HEADS, HEAD | OPTIM},
#ifndef LPLI_NO_RULES
    [LPLI_PRED] = {BIT(LPL_STATE_PREDICTOR), STATS},
#endif
};

/* Rows of dst and src may be apart by different lengths. */
static void copy_rows(const lpli_array_t *to, const lpli_array_t *from) {
    const size_t elem = lpli_size_of(from->dtype);
    for (size_t i = 0; i < from->rows; i++)
        memmove((char *)to->p + i * to->ld * elem, (const char *)from->p + i * from->ld * elem, from->cols * elem);
}

/* BCM: float layers keep the threshold in double too, unless they come from a file of 0.1.0. */
static void copy_theta_exact(lpl_layer_t *dst, const lpl_layer_t *src) {
    const size_t M = (size_t)dst->cfg.n_post;
    for (size_t i = 0; dst->param.theta_exact && i < M; i++)
        dst->param.theta_exact[i] =
            src->param.theta_exact ? src->param.theta_exact[i] : (double)((const float *)src->param.theta)[i];
}

/* Borrowed arrays may be the same ones in both layers, but not meet otherwise. */
static lpl_status_t check_arrays(const lpl_layer_t *dst, const lpl_layer_t *src, const char *names, const char *fn) {
    const lpli_layer_param_t *d = &dst->param, *s = &src->param;
    const size_t M = (size_t)dst->cfg.n_post, n = dst->fan_in, elem = lpli_size_of(dst->cfg.dtype);
    if (d->w != s->w || d->ldw != s->ldw)
        LPLI_TRY(lpli_check_apart(d->w, M, n, d->ldw, s->w, M, n, s->ldw, elem, fn, names));
    if (d->bias && d->bias != s->bias) LPLI_TRY(lpli_check_apart(d->bias, 1, M, M, s->bias, 1, M, M, elem, fn, names));
    return LPL_OK;
}

lpl_status_t lpl_layer_copy(lpl_layer_t *dst, const lpl_layer_t *src, uint32_t *copied) {
    static const char fn[] = "lpl_layer_copy";
    if (!dst || !src) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", dst ? "src" : "dst");
    if (dst->cfg.dtype != src->cfg.dtype) return lpli_fail_dtype(dst->cfg.dtype, src->cfg.dtype, "dst", "src", fn);
    LPLI_TRY(check_alike(dst, src, "dst", fn));
    LPLI_TRY(check_arrays(dst, src, "the arrays that dst and src borrowed", fn));
    LPLI_TRY(lpli_layer_can_be_saved(src, fn));
    const lpl_layer_config_t *c = &dst->cfg, *from = &src->cfg;
    const size_t rows = src->stats.prev_batch;
    const int optim = c->optim == from->optim, sees = c->sees == from->sees && dst->units == src->units,
              stats = sees && c->stats == from->stats,
              prev = sees && dst->rule_f64 == src->rule_f64 && rows <= c->batch_max,
              head = c->head_hidden == from->head_hidden && c->head_out == from->head_out;
    const int alike = (optim ? OPTIM : 0) | (stats ? STATS : 0) | (prev ? PREV : 0) | (head ? HEAD : 0);
    lpli_array_t to[LPLI_LAYER_ARRAYS], of[LPLI_LAYER_ARRAYS];
    lpli_layer_arrays(dst, to);
    lpli_layer_arrays(src, of);
    uint32_t done = 0;
    lpli_guard_forget(dst);
    for (int k = 0; k < LPLI_LAYER_ARRAYS; k++) {
        if (!kept[k].copied || !to[k].p || !of[k].tag || (kept[k].needs & ~alike)) continue;
        copy_rows(&to[k], &of[k]);
        done |= kept[k].copied;
    }
    if (done & BIT(LPL_STATE_THETA)) copy_theta_exact(dst, src);
    if (stats) dst->stats.has_stale = src->stats.has_stale;
    dst->stats.prev_batch = done & BIT(LPL_STATE_PREV) ? rows : 0; /* what dst remembered was said with other weights */
    if (dst != src) lpli_remember_rows(dst);
    if (dst->stats.prev_batch > 1 && src->stats.some_forgotten) {
        memmove(dst->stats.forgotten, src->stats.forgotten, rows * sizeof *dst->stats.forgotten);
        dst->stats.some_forgotten = 1;
    }
    if (optim) {
        const int same = c->beta1 == from->beta1 && c->beta2 == from->beta2;
        if (!same) lpli_layer_set_step(dst, src->step);
        if (same)
            dst->step = src->step, dst->optim.beta1_t = src->optim.beta1_t, dst->optim.beta2_t = src->optim.beta2_t;
    }
    if (src->cfg.init != LPL_INIT_UNIT_VARIANCE && dst->cfg.init == LPL_INIT_UNIT_VARIANCE)
        dst->cfg.init = LPL_INIT_UNIFORM; /* these values are not to be scaled any more */
    if (copied) *copied = done;
    return LPL_OK;
}

/* t = keep t + (1 - keep) s of a row, in double and rounded once; between t and s, so finite if they are. */
static void average_row(void *to, const void *from, size_t n, int32_t dtype, double keep) {
    if (dtype == LPL_F64) {
        double *t = to;
        const double *s = from;
        for (size_t j = 0; j < n; j++) t[j] = keep * t[j] + (1 - keep) * s[j];
    } else {
        float *t = to;
        const float *s = from;
        for (size_t j = 0; j < n; j++) t[j] = (float)(keep * (double)t[j] + (1 - keep) * (double)s[j]);
    }
}

lpl_status_t lpl_layer_ema(lpl_layer_t *target, const lpl_layer_t *src, double keep) {
    static const char fn[] = "lpl_layer_ema";
    if (!target || !src) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", target ? "src" : "target");
    LPLI_TRY(lpli_check_finite(keep, 0, 1, fn, "keep"));
    if (target->cfg.dtype != src->cfg.dtype)
        return lpli_fail_dtype(target->cfg.dtype, src->cfg.dtype, "target", "src", fn);
    LPLI_TRY(check_alike(target, src, "target", fn));
    LPLI_TRY(check_arrays(target, src, "the arrays that target and src borrowed", fn));
    if (target->cfg.head_hidden != src->cfg.head_hidden || target->cfg.head_out != src->cfg.head_out)
        return lpli_fail(LPL_E_SIZE, fn, "the heads of target and src differ: %u to %u and %u to %u, need the same",
                         target->cfg.head_hidden, target->cfg.head_out, src->cfg.head_hidden, src->cfg.head_out);
    LPLI_TRY(lpli_layer_can_be_saved(src, fn));
    LPLI_TRY(lpli_layer_can_be_saved(target, fn));
    static const uint8_t which[] = {LPLI_WGHT, LPLI_BIAS, LPLI_HEAD};
    lpli_array_t to[LPLI_LAYER_ARRAYS], of[LPLI_LAYER_ARRAYS];
    lpli_layer_arrays(target, to);
    lpli_layer_arrays(src, of);
    lpli_guard_forget(target);
    for (size_t k = 0; k < sizeof which; k++) {
        const lpli_array_t *t = &to[which[k]], *s = &of[which[k]];
        const size_t elem = lpli_size_of(t->dtype);
        for (size_t i = 0; t->tag && i < t->rows; i++)
            average_row((char *)t->p + i * t->ld * elem, (const char *)s->p + i * s->ld * elem, t->cols, t->dtype,
                        keep);
    }
    return LPL_OK;
}
