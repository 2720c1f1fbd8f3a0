/* core/abi.c - the table behind lpl_abi_entry: every public enum constant, and size and offsets of every public struct.
 * Generated from the headers by bindings/api.py (make api); tests/test_abi.c, written by hand, proves that it is
 * complete. */
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
    E(LPL_OK), E(LPL_COLLAPSED), E(LPL_LOOK), E(LPL_E_ARG), E(LPL_E_NULL), E(LPL_E_SIZE), E(LPL_E_DTYPE),
    E(LPL_E_OVERLAP), E(LPL_E_VERSION), E(LPL_E_MEMORY), E(LPL_E_UNSUPPORTED), E(LPL_E_NONFINITE), E(LPL_E_FORMAT),
    E(LPL_E_IO), E(LPL_E_UNITS), E(LPL_E_ORDER), E(LPL_E_REDUCE), E(LPL_F32), E(LPL_F64), E(LPL_ISA_AUTO),
    E(LPL_ISA_REF), E(LPL_ISA_AVX2), E(LPL_ISA_AVX512), E(LPL_MODE_LEARN), E(LPL_MODE_TRACK), E(LPL_MODE_FROZEN),
    /* lpl/activation.h */
    E(LPL_ACT_LINEAR), E(LPL_ACT_RELU), E(LPL_ACT_LEAKY_RELU), E(LPL_ACT_TANH), E(LPL_ACT_SIGMOID), E(LPL_ACT_SOFTPLUS),
    E(LPL_ACT_SATURATING), E(LPL_ACT_GELU), E(LPL_ACT_SILU),
    /* lpl/connect.h */
    E(LPL_CONNECT_DENSE), E(LPL_CONNECT_CSR), E(LPL_CONNECT_LIST), E(LPL_CONNECT_RANDOM), E(LPL_CONNECT_RANDOM_ROWS),
    E(LPL_CONNECT_NO_SELF), S(lpl_connect_t), F(lpl_connect_t, size), F(lpl_connect_t, flags), F(lpl_connect_t, kind),
    F(lpl_connect_t, reserved), F(lpl_connect_t, n_synapses), F(lpl_connect_t, row_ptr), F(lpl_connect_t, col),
    F(lpl_connect_t, pre), F(lpl_connect_t, post), F(lpl_connect_t, probability), F(lpl_connect_t, seed),
    F(lpl_connect_t, stream), F(lpl_connect_t, post_begin), F(lpl_connect_t, n_post_global),
    /* lpl/metrics.h */
    E(LPL_METRIC_PARTICIPATION_RATIO), E(LPL_METRIC_COSINE_CROSS_CLASS), E(LPL_METRIC_COSINE_WITHIN_CLASS),
    E(LPL_METRIC_MANIFOLD_CORRELATION), E(LPL_METRIC_MANIFOLD_RADIUS), E(LPL_METRIC_MANIFOLD_DIM),
    E(LPL_METRIC_GLOBAL_RADIUS), E(LPL_METRIC_COSINE_PUSH), E(LPL_METRIC_COSINE_PUSH_LABELS), E(LPL_METRIC_COSINE_PULL),
    E(LPL_METRIC_COSINE_PULL_LABELS), E(LPL_METRIC_PUSH_TO_CENTROID), E(LPL_METRIC_UNIFORMITY),
    E(LPL_METRIC_KL_GAUSSIAN), E(LPL_METRIC_ABS_LOGVAR), E(LPL_METRIC_RADIAL_PUSH), E(LPL_METRIC_SPARSE_FILTERING),
    E(LPL_METRIC_SELECTIVITY), E(LPL_METRIC_CLASS_RADII), E(LPL_METRIC_CENTROID_SPREADS), E(LPL_METRIC_CLASS_DIMS),
    E(LPL_METRIC_CLASS_CORRELATION), S(lpl_readout_config_t), F(lpl_readout_config_t, size),
    F(lpl_readout_config_t, flags), F(lpl_readout_config_t, n_classes), F(lpl_readout_config_t, batch),
    F(lpl_readout_config_t, epochs), F(lpl_readout_config_t, eta), F(lpl_readout_config_t, beta1),
    F(lpl_readout_config_t, beta2), F(lpl_readout_config_t, adam_eps),
    /* lpl/optim.h */
    E(LPL_OPTIM_SGD), E(LPL_OPTIM_MOMENTUM), E(LPL_OPTIM_ADAM), S(lpl_optim_config_t), F(lpl_optim_config_t, size),
    F(lpl_optim_config_t, flags), F(lpl_optim_config_t, optim), F(lpl_optim_config_t, reserved),
    F(lpl_optim_config_t, eta), F(lpl_optim_config_t, momentum), F(lpl_optim_config_t, beta1),
    F(lpl_optim_config_t, beta2), F(lpl_optim_config_t, adam_eps), F(lpl_optim_config_t, weight_decay),
    /* lpl/lif.h */
    E(LPL_RECEPTOR_AMPA), E(LPL_RECEPTOR_GABA), E(LPL_THRESHOLD_SET), E(LPL_THRESHOLD_ADD), E(LPL_LIF_V),
    E(LPL_LIF_THR), E(LPL_LIF_G_AMPA), E(LPL_LIF_G_NMDA), E(LPL_LIF_G_GABA), E(LPL_LIF_G_ADAPT), E(LPL_LIF_PARAM_STEP),
    E(LPL_LIF_PARAM_N), E(LPL_LIF_PARAM_DTYPE), E(LPL_LIF_PARAM_DT), E(LPL_LIF_PARAM_ISA), E(LPL_LIF_PARAM_MEMORY),
    E(LPL_LIF_PARAM_LABEL), E(LPL_LIF_PARAM_FIRST), E(LPL_LIF_PARAM_N_GLOBAL), S(lpl_lif_config_t),
    F(lpl_lif_config_t, size), F(lpl_lif_config_t, flags), F(lpl_lif_config_t, dtype), F(lpl_lif_config_t, threshold),
    F(lpl_lif_config_t, n), F(lpl_lif_config_t, dt), F(lpl_lif_config_t, tau_mem), F(lpl_lif_config_t, tau_ampa),
    F(lpl_lif_config_t, tau_nmda), F(lpl_lif_config_t, tau_gaba), F(lpl_lif_config_t, tau_thr),
    F(lpl_lif_config_t, v_rest), F(lpl_lif_config_t, v_reset), F(lpl_lif_config_t, v_thr),
    F(lpl_lif_config_t, thr_spike), F(lpl_lif_config_t, e_inh), F(lpl_lif_config_t, ampa_nmda),
    F(lpl_lif_config_t, v_init), F(lpl_lif_config_t, v_init_sd), F(lpl_lif_config_t, seed), F(lpl_lif_config_t, stream),
    F(lpl_lif_config_t, isa), F(lpl_lif_config_t, label), F(lpl_lif_config_t, tau_adapt), F(lpl_lif_config_t, dg_adapt),
    F(lpl_lif_config_t, first), F(lpl_lif_config_t, n_global),
    /* lpl/part.h */
    E(LPL_PART_OTHER), E(LPL_PART_LIF), E(LPL_PART_PROJECTION), E(LPL_PART_SPIKING), E(LPL_PART_RECORD),
    S(lpl_part_info_t), F(lpl_part_info_t, size), F(lpl_part_info_t, kind), F(lpl_part_info_t, bytes),
    F(lpl_part_info_t, first), F(lpl_part_info_t, n), F(lpl_part_info_t, n_global), F(lpl_part_info_t, step),
    /* lpl/projection.h */
    E(LPL_PROJECTION_STATIC), E(LPL_PROJECTION_INHIBITORY), E(LPL_PROJECTION_WEIGHTS), E(LPL_PROJECTION_TR_PRE),
    E(LPL_PROJECTION_TR_POST), E(LPL_PROJECTION_PARAM_ZETA), E(LPL_PROJECTION_PARAM_KAPPA),
    E(LPL_PROJECTION_PARAM_MODE), E(LPL_PROJECTION_PARAM_STEP), E(LPL_PROJECTION_PARAM_N_PRE),
    E(LPL_PROJECTION_PARAM_N_POST), E(LPL_PROJECTION_PARAM_N_SYNAPSES), E(LPL_PROJECTION_PARAM_DTYPE),
    E(LPL_PROJECTION_PARAM_KIND), E(LPL_PROJECTION_PARAM_DELAY), E(LPL_PROJECTION_PARAM_MEMORY),
    E(LPL_PROJECTION_PARAM_LABEL), E(LPL_PROJECTION_PARAM_POST_BEGIN), E(LPL_PROJECTION_PARAM_N_POST_GLOBAL),
    S(lpl_projection_config_t), F(lpl_projection_config_t, size), F(lpl_projection_config_t, flags),
    F(lpl_projection_config_t, dtype), F(lpl_projection_config_t, kind), F(lpl_projection_config_t, n_pre),
    F(lpl_projection_config_t, n_post), F(lpl_projection_config_t, dt), F(lpl_projection_config_t, delay_ax),
    F(lpl_projection_config_t, w_init), F(lpl_projection_config_t, w_min), F(lpl_projection_config_t, w_max),
    F(lpl_projection_config_t, zeta), F(lpl_projection_config_t, kappa), F(lpl_projection_config_t, tau_stdp),
    F(lpl_projection_config_t, mode), F(lpl_projection_config_t, label), F(lpl_projection_config_t, post_begin),
    F(lpl_projection_config_t, n_post_global),
    /* lpl/record.h */
    E(LPL_HEALTH_SILENT), E(LPL_HEALTH_RUNAWAY), E(LPL_RECORD_RATES), E(LPL_RECORD_COUNTS), E(LPL_RECORD_N),
    E(LPL_RECORD_FIRST), E(LPL_RECORD_N_GLOBAL), S(lpl_record_config_t), F(lpl_record_config_t, size),
    F(lpl_record_config_t, flags), F(lpl_record_config_t, n), F(lpl_record_config_t, dt),
    F(lpl_record_config_t, tau_rate), F(lpl_record_config_t, silent_hz), F(lpl_record_config_t, runaway_hz),
    F(lpl_record_config_t, bin_steps), F(lpl_record_config_t, first), F(lpl_record_config_t, n_global),
    /* lpl/source.h */
    E(LPL_SOURCE_POISSON), E(LPL_SOURCE_SPIKES), E(LPL_SOURCE_LOOP), S(lpl_source_config_t),
    F(lpl_source_config_t, size), F(lpl_source_config_t, flags), F(lpl_source_config_t, kind),
    F(lpl_source_config_t, label), F(lpl_source_config_t, n), F(lpl_source_config_t, first), F(lpl_source_config_t, dt),
    F(lpl_source_config_t, seed), F(lpl_source_config_t, stream), F(lpl_source_config_t, n_knots),
    F(lpl_source_config_t, time_s), F(lpl_source_config_t, rate_hz), F(lpl_source_config_t, n_spikes),
    F(lpl_source_config_t, spk_step), F(lpl_source_config_t, spk_neuron), F(lpl_source_config_t, n_global),
    F(lpl_source_config_t, offset),
    /* lpl/stats.h */
    E(LPL_STATS_BATCH), E(LPL_STATS_STALE), E(LPL_STATS_EWMA), E(LPL_STATS_ALL), E(LPL_STATS_MEAN), E(LPL_STATS_SIGMA2),
    E(LPL_STATS_SIGMA2_POPULATION), E(LPL_STATS_COVARIANCE), E(LPL_STATS_COUNT), E(LPL_STATS_N_UNITS),
    E(LPL_STATS_DTYPE), S(lpl_stats_config_t), F(lpl_stats_config_t, size), F(lpl_stats_config_t, flags),
    F(lpl_stats_config_t, dtype), F(lpl_stats_config_t, mode), F(lpl_stats_config_t, n_units),
    F(lpl_stats_config_t, batch_max), F(lpl_stats_config_t, covariance), F(lpl_stats_config_t, threads),
    F(lpl_stats_config_t, tau_mean), F(lpl_stats_config_t, tau_sigma2), F(lpl_stats_config_t, mean_init),
    F(lpl_stats_config_t, sigma2_init), F(lpl_stats_config_t, isa), F(lpl_stats_config_t, reserved),
    /* lpl/rule.h */
    E(LPL_RULE_LPL), E(LPL_RULE_HEBB), E(LPL_RULE_HEBB_COVARIANCE), E(LPL_RULE_OJA), E(LPL_RULE_BCM),
    E(LPL_RULE_SLOWNESS), E(LPL_RULE_SOFTHEBB), E(LPL_FORM_ERRATUM), E(LPL_FORM_REFERENCE), E(LPL_NORM_LAYER),
    E(LPL_NORM_NEURON), E(LPL_PUSH_LOGVAR), E(LPL_PUSH_NAIVE), E(LPL_PUSH_HINGE), E(LPL_PUSH_NEGATIVE),
    E(LPL_PUSH_LOGDET), E(LPL_PULL_DIFFERENCE), E(LPL_PULL_COSINE), E(LPL_PULL_DIRECTPRED), E(LPL_PULL_ISOLOSS),
    S(lpl_rule_config_t), F(lpl_rule_config_t, size), F(lpl_rule_config_t, flags), F(lpl_rule_config_t, rule),
    F(lpl_rule_config_t, form), F(lpl_rule_config_t, norm), F(lpl_rule_config_t, push_form), F(lpl_rule_config_t, pull),
    F(lpl_rule_config_t, push), F(lpl_rule_config_t, decorr), F(lpl_rule_config_t, eps),
    F(lpl_rule_config_t, tau_theta), F(lpl_rule_config_t, collapse_std), F(lpl_rule_config_t, temperature),
    F(lpl_rule_config_t, pull_form), F(lpl_rule_config_t, reserved), S(lpl_report_t), F(lpl_report_t, size),
    F(lpl_report_t, status), F(lpl_report_t, pull), F(lpl_report_t, push), F(lpl_report_t, decorr),
    F(lpl_report_t, total), F(lpl_report_t, mean_activity), F(lpl_report_t, min_std), F(lpl_report_t, mean_std),
    F(lpl_report_t, n_collapsed), F(lpl_report_t, n_dead), F(lpl_report_t, step), F(lpl_report_t, weight_change),
    /* lpl/layer.h */
    E(LPL_LAYER_DENSE), E(LPL_LAYER_CONV2D), E(LPL_PAIR_CAUSAL), E(LPL_PAIR_SYMMETRIC), E(LPL_INIT_UNIFORM),
    E(LPL_INIT_ZERO), E(LPL_INIT_UNIT_VARIANCE), E(LPL_SEES_POOLED), E(LPL_SEES_POSITIONS), E(LPL_SEES_HEAD),
    E(LPL_FLAG_BATCH_INVARIANT), E(LPL_FLAG_WINOGRAD_4X4), E(LPL_PRESET_ERRATUM), E(LPL_PRESET_REFERENCE),
    E(LPL_PRESET_TOY2D), E(LPL_PRESET_STREAM), E(LPL_PARAM_ETA), E(LPL_PARAM_PULL), E(LPL_PARAM_PUSH),
    E(LPL_PARAM_DECORR), E(LPL_PARAM_EPS), E(LPL_PARAM_WEIGHT_DECAY), E(LPL_PARAM_MOMENTUM), E(LPL_PARAM_TAU_MEAN),
    E(LPL_PARAM_TAU_SIGMA2), E(LPL_PARAM_COLLAPSE_STD), E(LPL_PARAM_MODE), E(LPL_PARAM_THREADS), E(LPL_PARAM_STEP),
    E(LPL_PARAM_N_PRE), E(LPL_PARAM_N_POST), E(LPL_PARAM_BATCH_MAX), E(LPL_PARAM_DTYPE), E(LPL_PARAM_ISA),
    E(LPL_PARAM_MEMORY), E(LPL_PARAM_BIAS), E(LPL_PARAM_LABEL), E(LPL_PARAM_N_OUT), E(LPL_PARAM_OUT_HEIGHT),
    E(LPL_PARAM_OUT_WIDTH), E(LPL_PARAM_FAN_IN), E(LPL_PARAM_UNITS), E(LPL_PARAM_PREV_ROWS), E(LPL_PARAM_HEAD_HIDDEN),
    E(LPL_PARAM_CHANNELS), E(LPL_PARAM_HEIGHT), E(LPL_PARAM_WIDTH), E(LPL_PARAM_TEMPERATURE), E(LPL_STATE_WEIGHTS),
    E(LPL_STATE_BIAS), E(LPL_STATE_MEAN), E(LPL_STATE_SIGMA2), E(LPL_STATE_COVARIANCE), E(LPL_STATE_PREV),
    E(LPL_STATE_OPTIM_M), E(LPL_STATE_OPTIM_V), E(LPL_STATE_BIAS_M), E(LPL_STATE_BIAS_V), E(LPL_STATE_THETA),
    E(LPL_STATE_HEAD_W1), E(LPL_STATE_HEAD_B1), E(LPL_STATE_HEAD_W2), E(LPL_STATE_HEAD_B2), E(LPL_STATE_PREDICTOR),
    S(lpl_layer_config_t), F(lpl_layer_config_t, size), F(lpl_layer_config_t, flags), F(lpl_layer_config_t, kind),
    F(lpl_layer_config_t, dtype), F(lpl_layer_config_t, n_pre), F(lpl_layer_config_t, n_post),
    F(lpl_layer_config_t, batch_max), F(lpl_layer_config_t, activation), F(lpl_layer_config_t, bias),
    F(lpl_layer_config_t, rule), F(lpl_layer_config_t, form), F(lpl_layer_config_t, norm),
    F(lpl_layer_config_t, push_form), F(lpl_layer_config_t, pair), F(lpl_layer_config_t, stats),
    F(lpl_layer_config_t, act_p0), F(lpl_layer_config_t, act_p1), F(lpl_layer_config_t, pull),
    F(lpl_layer_config_t, push), F(lpl_layer_config_t, decorr), F(lpl_layer_config_t, eps),
    F(lpl_layer_config_t, tau_mean), F(lpl_layer_config_t, tau_sigma2), F(lpl_layer_config_t, mean_init),
    F(lpl_layer_config_t, sigma2_init), F(lpl_layer_config_t, tau_theta), F(lpl_layer_config_t, theta_init),
    F(lpl_layer_config_t, collapse_std), F(lpl_layer_config_t, optim), F(lpl_layer_config_t, mode),
    F(lpl_layer_config_t, eta), F(lpl_layer_config_t, momentum), F(lpl_layer_config_t, beta1),
    F(lpl_layer_config_t, beta2), F(lpl_layer_config_t, adam_eps), F(lpl_layer_config_t, weight_decay),
    F(lpl_layer_config_t, seed), F(lpl_layer_config_t, stream), F(lpl_layer_config_t, init),
    F(lpl_layer_config_t, threads), F(lpl_layer_config_t, isa), F(lpl_layer_config_t, label),
    F(lpl_layer_config_t, channels), F(lpl_layer_config_t, height), F(lpl_layer_config_t, width),
    F(lpl_layer_config_t, kernel_h), F(lpl_layer_config_t, kernel_w), F(lpl_layer_config_t, stride),
    F(lpl_layer_config_t, padding), F(lpl_layer_config_t, groups), F(lpl_layer_config_t, pool),
    F(lpl_layer_config_t, sees), F(lpl_layer_config_t, head_hidden), F(lpl_layer_config_t, head_out),
    F(lpl_layer_config_t, temperature), F(lpl_layer_config_t, pull_form), F(lpl_layer_config_t, reserved),
    F(lpl_layer_config_t, predictor_alpha), F(lpl_layer_config_t, predictor_eps), F(lpl_layer_config_t, predictor_keep),
    /* lpl/spiking.h */
    E(LPL_ENGINE_AUTO), E(LPL_ENGINE_FUSED), E(LPL_ENGINE_BLOCK), E(LPL_SCALING_NONE), E(LPL_SCALING_MAXNORM),
    E(LPL_SCALING_RMS), E(LPL_SLOW_REFERENCE), E(LPL_SLOW_DOUBLE), E(LPL_PRESET_SPIKING_NETWORK),
    E(LPL_PRESET_SPIKING_STDP), E(LPL_PRESET_SPIKING_NETWORK_REFERENCE), E(LPL_PRESET_SPIKING_STDP_REFERENCE),
    E(LPL_SPIKING_WATCH), E(LPL_SPIKING_PARAM_ETA), E(LPL_SPIKING_PARAM_PUSH), E(LPL_SPIKING_PARAM_PULL),
    E(LPL_SPIKING_PARAM_MODE), E(LPL_SPIKING_PARAM_THREADS), E(LPL_SPIKING_PARAM_STEP), E(LPL_SPIKING_PARAM_UPDATES),
    E(LPL_SPIKING_PARAM_N_PRE), E(LPL_SPIKING_PARAM_N_POST), E(LPL_SPIKING_PARAM_N_SYNAPSES),
    E(LPL_SPIKING_PARAM_DTYPE), E(LPL_SPIKING_PARAM_ENGINE), E(LPL_SPIKING_PARAM_ISA), E(LPL_SPIKING_PARAM_MEMORY),
    E(LPL_SPIKING_PARAM_BLOCK), E(LPL_SPIKING_PARAM_DT), E(LPL_SPIKING_PARAM_DELAY), E(LPL_SPIKING_PARAM_LAG),
    E(LPL_SPIKING_PARAM_TAU_MEAN), E(LPL_SPIKING_PARAM_W_MIN), E(LPL_SPIKING_PARAM_W_MAX), E(LPL_SPIKING_PARAM_LABEL),
    E(LPL_SPIKING_PARAM_VERDICT), E(LPL_SPIKING_PARAM_POST_BEGIN), E(LPL_SPIKING_PARAM_N_POST_GLOBAL),
    E(LPL_SPIKING_WEIGHTS), E(LPL_SPIKING_ELIG), E(LPL_SPIKING_ELIG_FLT), E(LPL_SPIKING_ELIG_SUM), E(LPL_SPIKING_GRAD2),
    E(LPL_SPIKING_TR_PRE), E(LPL_SPIKING_PSP), E(LPL_SPIKING_ERR), E(LPL_SPIKING_ERR_RISE), E(LPL_SPIKING_ERR_FLT),
    E(LPL_SPIKING_MEAN), E(LPL_SPIKING_SIGMA2), E(LPL_SPIKING_FPRIME), E(LPL_VERDICT_EARLY), E(LPL_VERDICT_OK),
    E(LPL_VERDICT_SILENT), E(LPL_VERDICT_RUNAWAY), E(LPL_VERDICT_SATURATED), E(LPL_VERDICT_NOT_LEARNING),
    E(LPL_MEND_NONE), E(LPL_MEND_LEARN), E(LPL_MEND_INPUT), E(LPL_MEND_RAISE_W), E(LPL_MEND_LOWER_W), E(LPL_MEND_PRIME),
    E(LPL_MEND_LOWER_ETA), E(LPL_MEND_RAISE_ETA), E(LPL_MEND_RAISE_W_MAX), S(lpl_spiking_config_t),
    F(lpl_spiking_config_t, size), F(lpl_spiking_config_t, flags), F(lpl_spiking_config_t, dtype),
    F(lpl_spiking_config_t, form), F(lpl_spiking_config_t, n_pre), F(lpl_spiking_config_t, n_post),
    F(lpl_spiking_config_t, dt), F(lpl_spiking_config_t, eta), F(lpl_spiking_config_t, push),
    F(lpl_spiking_config_t, pull), F(lpl_spiking_config_t, xi), F(lpl_spiking_config_t, delta),
    F(lpl_spiking_config_t, tau_syn), F(lpl_spiking_config_t, tau_psp), F(lpl_spiking_config_t, tau_rise),
    F(lpl_spiking_config_t, tau_decay), F(lpl_spiking_config_t, tau_err_rise), F(lpl_spiking_config_t, tau_err_decay),
    F(lpl_spiking_config_t, beta), F(lpl_spiking_config_t, v_theta), F(lpl_spiking_config_t, t_lag),
    F(lpl_spiking_config_t, delay_ax), F(lpl_spiking_config_t, tau_mean), F(lpl_spiking_config_t, tau_sigma2),
    F(lpl_spiking_config_t, mean_init), F(lpl_spiking_config_t, sigma2_init), F(lpl_spiking_config_t, update_every),
    F(lpl_spiking_config_t, w_init), F(lpl_spiking_config_t, w_min), F(lpl_spiking_config_t, w_max),
    F(lpl_spiking_config_t, tau_wdecay), F(lpl_spiking_config_t, scaling), F(lpl_spiking_config_t, slow),
    F(lpl_spiking_config_t, tau_rms), F(lpl_spiking_config_t, mode), F(lpl_spiking_config_t, engine),
    F(lpl_spiking_config_t, memory_max), F(lpl_spiking_config_t, threads), F(lpl_spiking_config_t, isa),
    F(lpl_spiking_config_t, label), F(lpl_spiking_config_t, reserved), F(lpl_spiking_config_t, post_begin),
    F(lpl_spiking_config_t, n_post_global), S(lpl_spiking_report_t), F(lpl_spiking_report_t, size),
    F(lpl_spiking_report_t, reserved), F(lpl_spiking_report_t, step), F(lpl_spiking_report_t, updates),
    F(lpl_spiking_report_t, w_mean), F(lpl_spiking_report_t, w_std), F(lpl_spiking_report_t, n_at_min),
    F(lpl_spiking_report_t, n_at_max), F(lpl_spiking_report_t, n_nonfinite), F(lpl_spiking_report_t, rate_mean),
    F(lpl_spiking_report_t, rate_min), F(lpl_spiking_report_t, rate_max), F(lpl_spiking_report_t, n_silent),
    F(lpl_spiking_report_t, n_runaway), F(lpl_spiking_report_t, verdict), F(lpl_spiking_report_t, mend),
    F(lpl_spiking_report_t, rate), F(lpl_spiking_report_t, silent), F(lpl_spiking_report_t, runaway),
    F(lpl_spiking_report_t, weight_change),
    /* lpl/network.h */
    E(LPL_NETWORK_NO_RECEPTOR), E(LPL_NETWORK_PARAM_STEP), E(LPL_NETWORK_PARAM_LAST), E(LPL_NETWORK_PARAM_STOPPED),
    E(LPL_NETWORK_PARAM_N_GROUPS), E(LPL_NETWORK_PARAM_BLOCK), E(LPL_NETWORK_PARAM_DELAY), E(LPL_NETWORK_PARAM_MEMORY),
    S(lpl_network_config_t), F(lpl_network_config_t, size), F(lpl_network_config_t, flags),
    F(lpl_network_config_t, block_steps),
    /* lpl/stack.h */
    E(LPL_STACK_SHARED_SCRATCH),
    /* lpl/reduce.h */
    E(LPL_REDUCE_SUM), E(LPL_REDUCE_MAX), E(LPL_REDUCE_INT64), E(LPL_REDUCE_FLOAT64), E(LPL_REDUCE_FLOAT32),
    E(LPL_REDUCE_FLOAT), S(lpl_reduce_config_t), F(lpl_reduce_config_t, size), F(lpl_reduce_config_t, flags),
    F(lpl_reduce_config_t, chunk),
};
/* clang-format on */

lpl_status_t lpl_abi_entry(const char **name, int64_t *value, size_t index) {
    if (!name || !value)
        return lpli_fail(LPL_E_NULL, "lpl_abi_entry", "%s = NULL, need a place for the result",
                         name ? "value" : "name");
    if (index >= sizeof table / sizeof *table) return LPL_E_ARG;
    *name = table[index].name;
    *value = table[index].value;
    return LPL_OK;
}
