/* layer/params.c - run-time scalars: lpl_layer_set, lpl_layer_get, lpl_layer_bounds; lpl_layer_forget. */
#include <float.h>

#include "core/error.h"
#include "layer/layer.h"
#include "stats/moments.h"

/* Names of LPL_PARAM_*, as in the config. */
static const char *const param_name[] = {
    "eta",        "pull",         "push",      "decorr",      "eps",      "weight_decay", "momentum",   "tau_mean",
    "tau_sigma2", "collapse_std", "mode",      "threads",     "step",     "n_pre",        "n_post",     "batch_max",
    "dtype",      "isa",          "memory",    "bias",        "label",    "n_out",        "out_height", "out_width",
    "fan_in",     "units",        "prev_rows", "head_hidden", "channels", "height",       "width",
};

/* Units that are decorrelated among each other: channels of a map, outputs of a head. One alone needs no memory for
 * it. */
static uint64_t neighbours(const lpl_layer_t *l) {
    const lpl_layer_config_t *c = &l->cfg;
    return c->kind == LPL_LAYER_CONV2D && c->sees == LPL_SEES_POSITIONS ? c->n_post : l->units;
}

/* The closed range that set accepts; low > high: read only. */
static void bounds(const lpl_layer_t *l, int32_t param, double *low, double *high) {
    *low = 0;
    *high = DBL_MAX;
    switch (param) {
    case LPL_PARAM_ETA:
    case LPL_PARAM_PULL:
    case LPL_PARAM_PUSH:
    case LPL_PARAM_WEIGHT_DECAY:
    case LPL_PARAM_COLLAPSE_STD: break;
    case LPL_PARAM_DECORR: *high = l->scratch.square || neighbours(l) == 1 ? DBL_MAX : 0; break;
    case LPL_PARAM_EPS: *low = DBL_MIN; break;
    case LPL_PARAM_TAU_MEAN:
    case LPL_PARAM_TAU_SIGMA2: *low = 2; break;
    case LPL_PARAM_MOMENTUM: *high = 1 - DBL_EPSILON; break;
    case LPL_PARAM_MODE: *high = LPL_MODE_FROZEN; break;
    case LPL_PARAM_THREADS: *low = 1, *high = l->threads_max; break;
    case LPL_PARAM_STEP: *high = 0x1p53; break;
    default: *low = 1, *high = 0; break;
    }
}

static lpl_status_t check(const lpl_layer_t *l, int32_t param, const void *p, const void *q, const char *fn) {
    if (!l || !p || !q) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", l ? "an output" : "l");
    return lpli_check_enum(param, LPL_PARAM_WIDTH, fn, "param");
}

lpl_status_t lpl_layer_bounds(const lpl_layer_t *l, int32_t param, double *low, double *high) {
    static const char fn[] = "lpl_layer_bounds";
    double a, b;
    LPLI_TRY(check(l, param, low, high, fn));
    bounds(l, param, &a, &b);
    if (a > b) return lpli_fail(LPL_E_ARG, fn, "%s (param = %d) is read only", param_name[param], (int)param);
    *low = a;
    *high = b;
    return LPL_OK;
}

lpl_status_t lpl_layer_set(lpl_layer_t *l, int32_t param, double value) {
    static const char fn[] = "lpl_layer_set";
    double low, high;
    LPLI_TRY(check(l, param, l, l, fn));
    bounds(l, param, &low, &high);
    if (low > high) return lpli_fail(LPL_E_ARG, fn, "%s (param = %d) is read only", param_name[param], (int)param);
    if (param == LPL_PARAM_DECORR && high == 0 && value > 0)
        return lpli_fail(LPL_E_ARG, fn,
                         "decorr = %g: the layer was created with decorr = 0 and has no memory for it (need 0)", value);
    if (!(value >= low && value <= high))
        return lpli_fail(LPL_E_ARG, fn, "%s = %g, need %g .. %g (param = %d)", param_name[param], value, low, high,
                         (int)param);
    const int whole = param == LPL_PARAM_MODE || param == LPL_PARAM_THREADS || param == LPL_PARAM_STEP;
    if (whole && value != (double)(int64_t)value)
        return lpli_fail(LPL_E_ARG, fn, "%s = %g, need a whole number", param_name[param], value);
    switch (param) {
    case LPL_PARAM_ETA: l->cfg.eta = l->optim.eta = value; break;
    case LPL_PARAM_PULL: l->cfg.pull = l->rule.pull = value; break;
    case LPL_PARAM_PUSH: l->cfg.push = l->rule.push = value; break;
    case LPL_PARAM_DECORR: l->cfg.decorr = l->rule.decorr = value; break;
    case LPL_PARAM_EPS: l->cfg.eps = l->rule.eps = value; break;
    case LPL_PARAM_WEIGHT_DECAY: l->cfg.weight_decay = value; break;
    case LPL_PARAM_MOMENTUM:
        LPLI_TRY(lpli_optim_check_factors(l->cfg.optim, value, 0, 0, l->cfg.dtype, fn));
        l->cfg.momentum = l->optim.momentum = value;
        break;
    case LPL_PARAM_TAU_MEAN:
        l->cfg.tau_mean = value;
        l->stats.k_mean = lpli_ewma_gain(1, value);
        break;
    case LPL_PARAM_TAU_SIGMA2:
        l->cfg.tau_sigma2 = value;
        l->stats.k_sigma2 = lpli_ewma_gain(1, value);
        break;
    case LPL_PARAM_COLLAPSE_STD: l->cfg.collapse_std = l->rule.collapse_std = value; break;
    case LPL_PARAM_MODE: l->cfg.mode = (int32_t)value; break;
    case LPL_PARAM_STEP: lpli_layer_set_step(l, (uint64_t)value); break;
    default: l->cfg.threads = (int32_t)value; break; /* THREADS: all others are read only */
    }
    return LPL_OK;
}

lpl_status_t lpl_layer_get(const lpl_layer_t *l, int32_t param, double *value) {
    LPLI_TRY(check(l, param, value, value, "lpl_layer_get"));
    const lpl_layer_config_t *c = &l->cfg;
    const int conv = lpli_convolves(l);
    const double all[] = {
        [LPL_PARAM_ETA] = c->eta,
        [LPL_PARAM_PULL] = c->pull,
        [LPL_PARAM_PUSH] = c->push,
        [LPL_PARAM_DECORR] = c->decorr,
        [LPL_PARAM_EPS] = c->eps,
        [LPL_PARAM_WEIGHT_DECAY] = c->weight_decay,
        [LPL_PARAM_MOMENTUM] = c->momentum,
        [LPL_PARAM_TAU_MEAN] = c->tau_mean,
        [LPL_PARAM_TAU_SIGMA2] = c->tau_sigma2,
        [LPL_PARAM_COLLAPSE_STD] = c->collapse_std,
        [LPL_PARAM_MODE] = c->mode,
        [LPL_PARAM_THREADS] = c->threads,
        [LPL_PARAM_STEP] = (double)l->step,
        [LPL_PARAM_N_PRE] = (double)c->n_pre,
        [LPL_PARAM_N_POST] = (double)c->n_post,
        [LPL_PARAM_BATCH_MAX] = (double)c->batch_max,
        [LPL_PARAM_DTYPE] = c->dtype,
        [LPL_PARAM_ISA] = l->gemm.isa,
        [LPL_PARAM_MEMORY] = (double)l->bytes,
        [LPL_PARAM_BIAS] = c->bias,
        [LPL_PARAM_LABEL] = c->label,
        [LPL_PARAM_N_OUT] = (double)l->n_out,
        [LPL_PARAM_OUT_HEIGHT] = conv ? (double)l->conv->g.out_rows : 1,
        [LPL_PARAM_OUT_WIDTH] = conv ? (double)l->conv->g.out_cols : 1,
        [LPL_PARAM_FAN_IN] = (double)l->fan_in,
        [LPL_PARAM_UNITS] = (double)l->units,
        [LPL_PARAM_PREV_ROWS] = (double)l->stats.prev_batch,
        [LPL_PARAM_HEAD_HIDDEN] = c->sees == LPL_SEES_HEAD ? (double)c->head_hidden : 0,
        [LPL_PARAM_CHANNELS] = conv ? (double)c->channels : (double)c->n_pre,
        [LPL_PARAM_HEIGHT] = conv ? (double)c->height : 1,
        [LPL_PARAM_WIDTH] = conv ? (double)c->width : 1,
    };
    *value = all[param];
    return LPL_OK;
}

lpl_status_t lpl_layer_forget(lpl_layer_t *l) {
    if (!l) return lpli_fail(LPL_E_NULL, "lpl_layer_forget", "l is NULL");
    l->stats.prev_batch = 0;
    return LPL_OK;
}

lpl_status_t lpli_check_dtype(const lpl_layer_t *l, int32_t dtype, const char *fn) {
    if (l->cfg.dtype == dtype) return LPL_OK;
    return lpli_fail(LPL_E_DTYPE, fn,
                     "the layer's dtype is %s, this call's is %s (names ending in _f64 are for float64)",
                     l->cfg.dtype == LPL_F64 ? "float64" : "float32", dtype == LPL_F64 ? "float64" : "float32");
}
