/* layer/params.c - run-time scalars: lpl_layer_set, lpl_layer_get, lpl_layer_bounds. */
#include <float.h>

#include "core/object.h"
#include "core/param.h"
#include "layer/layer.h"

static const lpli_param_t table[] = {
    [LPL_PARAM_ETA] = LPLI_PARAM_REAL("eta", lpl_layer_t, cfg.eta, 0, DBL_MAX),
    [LPL_PARAM_PULL] = LPLI_PARAM_REAL("pull", lpl_layer_t, cfg.pull, 0, DBL_MAX),
    [LPL_PARAM_PUSH] = LPLI_PARAM_REAL("push", lpl_layer_t, cfg.push, 0, DBL_MAX),
    [LPL_PARAM_DECORR] = LPLI_PARAM_REAL("decorr", lpl_layer_t, cfg.decorr, 0, DBL_MAX),
    [LPL_PARAM_EPS] = LPLI_PARAM_REAL("eps", lpl_layer_t, cfg.eps, DBL_MIN, DBL_MAX),
    [LPL_PARAM_WEIGHT_DECAY] = LPLI_PARAM_REAL("weight_decay", lpl_layer_t, cfg.weight_decay, 0, DBL_MAX),
    [LPL_PARAM_MOMENTUM] = LPLI_PARAM_REAL("momentum", lpl_layer_t, cfg.momentum, 0, 1 - DBL_EPSILON),
    [LPL_PARAM_TAU_MEAN] = LPLI_PARAM_REAL("tau_mean", lpl_layer_t, cfg.tau_mean, 2, DBL_MAX),
    [LPL_PARAM_TAU_SIGMA2] = LPLI_PARAM_REAL("tau_sigma2", lpl_layer_t, cfg.tau_sigma2, 2, DBL_MAX),
    [LPL_PARAM_COLLAPSE_STD] = LPLI_PARAM_REAL("collapse_std", lpl_layer_t, cfg.collapse_std, 0, DBL_MAX),
    [LPL_PARAM_MODE] = LPLI_PARAM_WHOLE("mode", lpl_layer_t, cfg.mode, LPL_MODE_LEARN, LPL_MODE_FROZEN),
    [LPL_PARAM_THREADS] = LPLI_PARAM_WHOLE("threads", lpl_layer_t, cfg.threads, 1, 1024),
    [LPL_PARAM_STEP] = LPLI_PARAM_COUNT("step", lpl_layer_t, step, 0, 0x1p53),
    [LPL_PARAM_N_PRE] = LPLI_PARAM_READ("n_pre", lpl_layer_t, cfg.n_pre, LPLI_UINT64),
    [LPL_PARAM_N_POST] = LPLI_PARAM_READ("n_post", lpl_layer_t, cfg.n_post, LPLI_UINT64),
    [LPL_PARAM_BATCH_MAX] = LPLI_PARAM_READ("batch_max", lpl_layer_t, cfg.batch_max, LPLI_UINT64),
    [LPL_PARAM_DTYPE] = LPLI_PARAM_READ("dtype", lpl_layer_t, cfg.dtype, LPLI_INT32),
    [LPL_PARAM_ISA] = LPLI_PARAM_READ("isa", lpl_layer_t, gemm.isa, LPLI_INT32),
    [LPL_PARAM_MEMORY] = LPLI_PARAM_READ("memory", lpl_layer_t, bytes, LPLI_SIZE),
    [LPL_PARAM_BIAS] = LPLI_PARAM_READ("bias", lpl_layer_t, cfg.bias, LPLI_INT32),
    [LPL_PARAM_LABEL] = LPLI_PARAM_READ("label", lpl_layer_t, cfg.label, LPLI_INT32),
    [LPL_PARAM_N_OUT] = LPLI_PARAM_READ("n_out", lpl_layer_t, n_out, LPLI_SIZE),
    [LPL_PARAM_OUT_HEIGHT] = LPLI_PARAM_COMPUTED("out_height"),
    [LPL_PARAM_OUT_WIDTH] = LPLI_PARAM_COMPUTED("out_width"),
    [LPL_PARAM_FAN_IN] = LPLI_PARAM_READ("fan_in", lpl_layer_t, fan_in, LPLI_SIZE),
    [LPL_PARAM_UNITS] = LPLI_PARAM_READ("units", lpl_layer_t, units, LPLI_SIZE),
    [LPL_PARAM_PREV_ROWS] = LPLI_PARAM_READ("prev_rows", lpl_layer_t, stats.prev_batch, LPLI_SIZE),
    [LPL_PARAM_HEAD_HIDDEN] = LPLI_PARAM_COMPUTED("head_hidden"),
    [LPL_PARAM_CHANNELS] = LPLI_PARAM_COMPUTED("channels"),
    [LPL_PARAM_HEIGHT] = LPLI_PARAM_COMPUTED("height"),
    [LPL_PARAM_WIDTH] = LPLI_PARAM_COMPUTED("width"),
    [LPL_PARAM_TEMPERATURE] = LPLI_PARAM_REAL("temperature", lpl_layer_t, cfg.temperature, DBL_MIN, DBL_MAX),
};

/* The shape of the images, which a dense layer does not have. */
static double compute(const void *object, int32_t param) {
    const lpl_layer_t *l = object;
    const lpl_layer_config_t *c = &l->cfg;
    const int conv = lpli_convolves(l);
    switch (param) {
    case LPL_PARAM_OUT_HEIGHT: return conv ? (double)l->conv->g.out_rows : 1;
    case LPL_PARAM_OUT_WIDTH: return conv ? (double)l->conv->g.out_cols : 1;
    case LPL_PARAM_HEAD_HIDDEN: return c->sees == LPL_SEES_HEAD ? (double)c->head_hidden : 0;
    case LPL_PARAM_CHANNELS: return conv ? (double)c->channels : (double)c->n_pre;
    case LPL_PARAM_HEIGHT: return conv ? (double)c->height : 1;
    default: return conv ? (double)c->width : 1; /* WIDTH */
    }
}

/* Units that are decorrelated among each other: channels of a map, outputs of a head. One alone needs no memory for
 * it. */
static uint64_t neighbours(const lpl_layer_t *l) {
    const lpl_layer_config_t *c = &l->cfg;
    return c->kind == LPL_LAYER_CONV2D && c->sees == LPL_SEES_POSITIONS ? c->n_post : l->units;
}

static lpl_status_t bounds(const void *object, int32_t param, double *low, double *high, const char *fn) {
    const lpl_layer_t *l = object;
    (void)low;
    if (param == LPL_PARAM_TEMPERATURE && !lpli_traits(l->rule.rule)->competes)
        return lpli_fail(LPL_E_ARG, fn, "temperature (param = %d) is read only: only LPL_RULE_SOFTHEBB has one",
                         (int)param);
    if (param == LPL_PARAM_THREADS) *high = l->threads_max;
    if (param == LPL_PARAM_DECORR && !l->has_square && neighbours(l) > 1) *high = 0;
    return LPL_OK;
}

static const char *why(const void *object, int32_t param) {
    (void)object;
    return param == LPL_PARAM_THREADS  ? "it was created with no more"
           : param == LPL_PARAM_DECORR ? "it was created with decorr = 0 and has no memory for it"
                                       : NULL;
}

static lpl_status_t prepare(void *object, int32_t param, double value, const char *fn) {
    const lpl_layer_t *l = object;
    if (param != LPL_PARAM_MOMENTUM) return LPL_OK;
    return lpli_optim_check_factors(l->cfg.optim, value, 0, 0, l->cfg.dtype, fn);
}

static void changed(void *object, int32_t param) {
    lpl_layer_t *l = object;
    switch (param) {
    case LPL_PARAM_STEP: lpli_layer_set_step(l, l->step); break;
    case LPL_PARAM_TAU_MEAN:
    case LPL_PARAM_TAU_SIGMA2: lpli_layer_set_gains(l); break;
    default: lpli_layer_follow(l); break;
    }
}

static const lpli_params_t params = {.handle = "l",
                                     .noun = "layer",
                                     .label = offsetof(lpl_layer_t, cfg.label),
                                     .table = table,
                                     .n = sizeof table / sizeof *table,
                                     .compute = compute,
                                     .bounds = bounds,
                                     .why = why,
                                     .prepare = prepare,
                                     .changed = changed};

lpl_status_t lpl_layer_set(lpl_layer_t *l, int32_t param, double value) {
    return lpli_param_set(&params, l, param, value, "lpl_layer_set");
}

lpl_status_t lpl_layer_get(const lpl_layer_t *l, int32_t param, double *value) {
    return lpli_param_get(&params, l, param, value, "lpl_layer_get");
}

lpl_status_t lpl_layer_bounds(const lpl_layer_t *l, int32_t param, double *low, double *high) {
    return lpli_param_bounds(&params, l, param, low, high, "lpl_layer_bounds");
}

lpl_status_t lpli_check_dtype(const lpl_layer_t *l, int32_t dtype, const char *fn) {
    return lpli_check_same_dtype(l->cfg.dtype, dtype, "the layer", fn);
}
