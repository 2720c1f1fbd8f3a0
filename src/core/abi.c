/* core/abi.c - the table behind lpl_abi_entry: every public enum constant, and size and offsets of every public struct.
 * tests/test_abi.c proves that it is complete. */
#include <stddef.h>

#include "core/error.h"
#include "lpl.h"

typedef struct entry_t {
    const char *name;
    int64_t value;
} entry_t;

#define E(name) \
    { #name, name }
#define S(type) \
    { "sizeof " #type, (int64_t)sizeof(type) }
#define F(type, field) \
    { "offsetof " #type "." #field, (int64_t)offsetof(type, field) }

/* clang-format off */
static const entry_t table[] = {
    /* lpl/status.h */
    E(LPL_OK), E(LPL_COLLAPSED), E(LPL_E_ARG), E(LPL_E_NULL), E(LPL_E_SIZE), E(LPL_E_DTYPE), E(LPL_E_OVERLAP), E(LPL_E_VERSION),
    E(LPL_E_MEMORY), E(LPL_E_UNSUPPORTED), E(LPL_E_NONFINITE), E(LPL_E_FORMAT), E(LPL_E_IO), E(LPL_E_UNITS), E(LPL_E_ORDER),
    E(LPL_F32), E(LPL_F64),
    E(LPL_ISA_AUTO), E(LPL_ISA_REF), E(LPL_ISA_AVX2), E(LPL_ISA_AVX512),
    /* lpl/stats.h */
    E(LPL_STATS_BATCH), E(LPL_STATS_STALE), E(LPL_STATS_EWMA), E(LPL_STATS_ALL),
    E(LPL_STATS_MEAN), E(LPL_STATS_SIGMA2), E(LPL_STATS_SIGMA2_POPULATION), E(LPL_STATS_COVARIANCE), E(LPL_STATS_COUNT),
    E(LPL_STATS_N_UNITS), E(LPL_STATS_DTYPE),
    S(lpl_stats_config_t), F(lpl_stats_config_t, size), F(lpl_stats_config_t, flags), F(lpl_stats_config_t, dtype),
    F(lpl_stats_config_t, mode), F(lpl_stats_config_t, n_units), F(lpl_stats_config_t, batch_max), F(lpl_stats_config_t, covariance),
    F(lpl_stats_config_t, threads), F(lpl_stats_config_t, tau_mean), F(lpl_stats_config_t, tau_sigma2), F(lpl_stats_config_t, mean_init),
    F(lpl_stats_config_t, sigma2_init), F(lpl_stats_config_t, isa), F(lpl_stats_config_t, reserved),
    /* lpl/activation.h */
    E(LPL_ACT_LINEAR), E(LPL_ACT_RELU), E(LPL_ACT_LEAKY_RELU), E(LPL_ACT_TANH), E(LPL_ACT_SIGMOID), E(LPL_ACT_SOFTPLUS),
    E(LPL_ACT_SATURATING),
    /* lpl/optim.h */
    E(LPL_OPTIM_SGD), E(LPL_OPTIM_MOMENTUM), E(LPL_OPTIM_ADAM),
    S(lpl_optim_config_t), F(lpl_optim_config_t, size), F(lpl_optim_config_t, flags), F(lpl_optim_config_t, optim),
    F(lpl_optim_config_t, reserved), F(lpl_optim_config_t, eta), F(lpl_optim_config_t, momentum), F(lpl_optim_config_t, beta1),
    F(lpl_optim_config_t, beta2), F(lpl_optim_config_t, adam_eps), F(lpl_optim_config_t, weight_decay),
    /* lpl/rule.h */
    E(LPL_RULE_LPL), E(LPL_RULE_HEBB), E(LPL_RULE_HEBB_COVARIANCE), E(LPL_RULE_OJA), E(LPL_RULE_BCM), E(LPL_RULE_SLOWNESS),
    E(LPL_FORM_ERRATUM), E(LPL_FORM_REFERENCE),
    E(LPL_NORM_LAYER), E(LPL_NORM_NEURON),
    E(LPL_PUSH_LOGVAR), E(LPL_PUSH_NAIVE), E(LPL_PUSH_HINGE),
    S(lpl_rule_config_t), F(lpl_rule_config_t, size), F(lpl_rule_config_t, flags), F(lpl_rule_config_t, rule), F(lpl_rule_config_t, form),
    F(lpl_rule_config_t, norm), F(lpl_rule_config_t, push_form), F(lpl_rule_config_t, pull), F(lpl_rule_config_t, push),
    F(lpl_rule_config_t, decorr), F(lpl_rule_config_t, eps), F(lpl_rule_config_t, tau_theta), F(lpl_rule_config_t, collapse_std),
    S(lpl_report_t), F(lpl_report_t, size), F(lpl_report_t, status), F(lpl_report_t, pull), F(lpl_report_t, push),
    F(lpl_report_t, decorr), F(lpl_report_t, total), F(lpl_report_t, mean_activity), F(lpl_report_t, min_std), F(lpl_report_t, mean_std),
    F(lpl_report_t, n_collapsed), F(lpl_report_t, n_dead), F(lpl_report_t, step),
    /* lpl/layer.h */
    E(LPL_LAYER_DENSE), E(LPL_LAYER_CONV2D),
    E(LPL_PAIR_CAUSAL), E(LPL_PAIR_SYMMETRIC),
    E(LPL_MODE_LEARN), E(LPL_MODE_TRACK), E(LPL_MODE_FROZEN),
    E(LPL_INIT_UNIFORM), E(LPL_INIT_ZERO),
    E(LPL_FLAG_BATCH_INVARIANT),
    E(LPL_PRESET_ERRATUM), E(LPL_PRESET_REFERENCE), E(LPL_PRESET_TOY2D), E(LPL_PRESET_STREAM),
    S(lpl_layer_config_t), F(lpl_layer_config_t, size), F(lpl_layer_config_t, flags), F(lpl_layer_config_t, kind),
    F(lpl_layer_config_t, dtype), F(lpl_layer_config_t, n_pre), F(lpl_layer_config_t, n_post), F(lpl_layer_config_t, batch_max),
    F(lpl_layer_config_t, activation), F(lpl_layer_config_t, bias), F(lpl_layer_config_t, rule), F(lpl_layer_config_t, form),
    F(lpl_layer_config_t, norm), F(lpl_layer_config_t, push_form), F(lpl_layer_config_t, pair), F(lpl_layer_config_t, stats),
    F(lpl_layer_config_t, act_p0), F(lpl_layer_config_t, act_p1), F(lpl_layer_config_t, pull), F(lpl_layer_config_t, push),
    F(lpl_layer_config_t, decorr), F(lpl_layer_config_t, eps), F(lpl_layer_config_t, tau_mean), F(lpl_layer_config_t, tau_sigma2),
    F(lpl_layer_config_t, mean_init), F(lpl_layer_config_t, sigma2_init), F(lpl_layer_config_t, tau_theta),
    F(lpl_layer_config_t, theta_init), F(lpl_layer_config_t, collapse_std), F(lpl_layer_config_t, optim), F(lpl_layer_config_t, mode),
    F(lpl_layer_config_t, eta), F(lpl_layer_config_t, momentum), F(lpl_layer_config_t, beta1), F(lpl_layer_config_t, beta2),
    F(lpl_layer_config_t, adam_eps), F(lpl_layer_config_t, weight_decay), F(lpl_layer_config_t, seed), F(lpl_layer_config_t, stream),
    F(lpl_layer_config_t, init), F(lpl_layer_config_t, threads), F(lpl_layer_config_t, isa), F(lpl_layer_config_t, label),
    F(lpl_layer_config_t, channels), F(lpl_layer_config_t, height), F(lpl_layer_config_t, width), F(lpl_layer_config_t, kernel_h),
    F(lpl_layer_config_t, kernel_w), F(lpl_layer_config_t, stride), F(lpl_layer_config_t, padding), F(lpl_layer_config_t, groups),
    F(lpl_layer_config_t, pool), F(lpl_layer_config_t, sees), F(lpl_layer_config_t, head_hidden), F(lpl_layer_config_t, head_out),
    E(LPL_PARAM_ETA), E(LPL_PARAM_PULL), E(LPL_PARAM_PUSH), E(LPL_PARAM_DECORR), E(LPL_PARAM_EPS), E(LPL_PARAM_WEIGHT_DECAY),
    E(LPL_PARAM_MOMENTUM), E(LPL_PARAM_TAU_MEAN), E(LPL_PARAM_TAU_SIGMA2), E(LPL_PARAM_COLLAPSE_STD), E(LPL_PARAM_MODE),
    E(LPL_PARAM_THREADS), E(LPL_PARAM_STEP), E(LPL_PARAM_N_PRE), E(LPL_PARAM_N_POST), E(LPL_PARAM_BATCH_MAX), E(LPL_PARAM_DTYPE),
    E(LPL_PARAM_ISA), E(LPL_PARAM_MEMORY), E(LPL_PARAM_BIAS), E(LPL_PARAM_LABEL),
    E(LPL_PARAM_N_OUT), E(LPL_PARAM_OUT_HEIGHT), E(LPL_PARAM_OUT_WIDTH), E(LPL_PARAM_FAN_IN), E(LPL_PARAM_UNITS),
    E(LPL_PARAM_PREV_ROWS), E(LPL_PARAM_HEAD_HIDDEN),
    E(LPL_SEES_POOLED), E(LPL_SEES_POSITIONS), E(LPL_SEES_HEAD),
    E(LPL_STATE_WEIGHTS), E(LPL_STATE_BIAS), E(LPL_STATE_MEAN), E(LPL_STATE_SIGMA2), E(LPL_STATE_COVARIANCE), E(LPL_STATE_PREV),
    E(LPL_STATE_OPTIM_M), E(LPL_STATE_OPTIM_V), E(LPL_STATE_BIAS_M), E(LPL_STATE_BIAS_V), E(LPL_STATE_THETA),
    E(LPL_STATE_HEAD_W1), E(LPL_STATE_HEAD_B1), E(LPL_STATE_HEAD_W2), E(LPL_STATE_HEAD_B2),
    /* lpl/metrics.h */
    E(LPL_METRIC_PARTICIPATION_RATIO), E(LPL_METRIC_COSINE_CROSS_CLASS), E(LPL_METRIC_COSINE_WITHIN_CLASS),
    E(LPL_METRIC_MANIFOLD_CORRELATION), E(LPL_METRIC_MANIFOLD_RADIUS), E(LPL_METRIC_MANIFOLD_DIM), E(LPL_METRIC_GLOBAL_RADIUS),
    E(LPL_METRIC_COSINE_PUSH), E(LPL_METRIC_COSINE_PUSH_LABELS), E(LPL_METRIC_COSINE_PULL), E(LPL_METRIC_COSINE_PULL_LABELS),
    E(LPL_METRIC_PUSH_TO_CENTROID), E(LPL_METRIC_UNIFORMITY), E(LPL_METRIC_KL_GAUSSIAN), E(LPL_METRIC_ABS_LOGVAR),
    E(LPL_METRIC_RADIAL_PUSH), E(LPL_METRIC_SPARSE_FILTERING), E(LPL_METRIC_SELECTIVITY),
    E(LPL_METRIC_CLASS_RADII), E(LPL_METRIC_CENTROID_SPREADS), E(LPL_METRIC_CLASS_DIMS), E(LPL_METRIC_CLASS_CORRELATION),
    S(lpl_readout_config_t), F(lpl_readout_config_t, size), F(lpl_readout_config_t, flags), F(lpl_readout_config_t, n_classes),
    F(lpl_readout_config_t, batch), F(lpl_readout_config_t, epochs), F(lpl_readout_config_t, eta), F(lpl_readout_config_t, beta1),
    F(lpl_readout_config_t, beta2), F(lpl_readout_config_t, adam_eps),
};
/* clang-format on */

lpl_status_t lpl_abi_entry(const char **name, int64_t *value, size_t index) {
    if (!name || !value) return lpli_fail(LPL_E_NULL, "lpl_abi_entry", "%s = NULL, need a place for the result", name ? "value" : "name");
    if (index >= sizeof table / sizeof *table) return LPL_E_ARG;
    *name = table[index].name;
    *value = table[index].value;
    return LPL_OK;
}
