/* tests/common/old_worlds.h - states of tests/golden/state that 0.1.0 wrote and that today's library would not make, or
 * would make with another arithmetic. Each is a pair of files: after OLD_STEPS steps, and 70 steps later. A loaded
 * first one has to reach the second, bit for bit. */
#ifndef LPL_OLD_WORLDS_H
#define LPL_OLD_WORLDS_H

#include "common/spiking_worlds.h"

enum { OLD_STEPS = SPIKING_STEPS, OLD_LATER = OLD_STEPS + 70, OLD_WORLDS = 11 };

typedef struct {
    const char *name, *later;
    lpl_status_t (*make)(void **out); /* after no step */
    size_t kind;                      /* of old_ops */
    lpl_status_t create;              /* what it says now */
} old_world_t;

/* Averages whose factor rounds to 1 in float32. */
static inline lpl_status_t old_stalled_average(void **out) {
    lpl_spiking_config_t c;
    world_need(lpl_spiking_config_init(&c, sizeof c));
    c.n_pre = c.n_post = SPIKING_N, c.engine = LPL_ENGINE_FUSED, c.slow = LPL_SLOW_REFERENCE;
    c.update_every = 20, c.delay_ax = 3e-4, c.t_lag = 1e-3, c.eta = 0.5, c.tau_mean = 3600, c.tau_sigma2 = 7200;
    c.mean_init = 10, c.sigma2_init = 1e-3, c.label = 50;
    return lpl_spiking_create(&c, NULL, (lpl_spiking_t **)(void *)out);
}

/* As a host would have them, over blocks of a window: what the tables of powers hold. */
static inline lpl_status_t old_block(void **out, int32_t slow) {
    lpl_spiking_config_t c;
    const lpl_connect_t rows = spiking_world_rows(1);
    world_need(lpl_spiking_config_init(&c, sizeof c));
    c.n_pre = c.n_post = SPIKING_N, c.engine = LPL_ENGINE_BLOCK, c.slow = slow, c.update_every = 40, c.delay_ax = 3e-4,
    c.eta = 0.5;
    c.mean_init = 4, c.sigma2_init = 4e-4, c.label = 53;
    return lpl_spiking_create(&c, &rows, (lpl_spiking_t **)(void *)out);
}
static inline lpl_status_t old_block_reference(void **out) { return old_block(out, LPL_SLOW_REFERENCE); }
static inline lpl_status_t old_block_double(void **out) { return old_block(out, LPL_SLOW_DOUBLE); }

/* Both forms of trace: pre trace, eligibility and error that never decay; all in a block. */
static inline lpl_status_t old_stalled_traces(void **out) {
    lpl_spiking_config_t c;
    const lpl_connect_t rows = spiking_world_rows(1);
    world_need(lpl_spiking_config_init(&c, sizeof c));
    c.n_pre = c.n_post = SPIKING_N, c.engine = LPL_ENGINE_BLOCK, c.slow = LPL_SLOW_REFERENCE,
    c.scaling = LPL_SCALING_MAXNORM;
    c.update_every = 20, c.delay_ax = 3e-4, c.t_lag = 1e-3, c.eta = 1e-3, c.tau_syn = 5e3, c.tau_rise = 2e4,
    c.tau_decay = 1e4;
    c.tau_psp = 1e4, c.tau_err_rise = 4e3, c.tau_err_decay = 1e4, c.tau_rms = 1e6, c.mean_init = 4,
    c.sigma2_init = 4e-4, c.label = 51;
    return lpl_spiking_create(&c, &rows, (lpl_spiking_t **)(void *)out);
}

static inline lpl_status_t old_stalled_projection(void **out) {
    lpl_projection_config_t c;
    world_need(lpl_projection_config_init(&c, sizeof c));
    c.n_pre = c.n_post = SPIKING_N, c.kind = LPL_PROJECTION_INHIBITORY, c.delay_ax = 3e-4, c.zeta = 0.01,
    c.kappa = 1e-6, c.tau_stdp = 1e4;
    return lpl_projection_create(&c, NULL, (lpl_projection_t **)(void *)out);
}

static inline lpl_status_t old_stalled_population(void **out) {
    static const float g[SPIKING_N] = {0, 0.5f, 1, 2, 4};
    lpl_lif_config_t c;
    lpl_lif_t *p = NULL;
    world_need(lpl_lif_config_init(&c, sizeof c));
    c.n = SPIKING_N, c.v_init_sd = 0, c.tau_ampa = 1e4, c.tau_nmda = 1e4, c.tau_gaba = 1e5, c.tau_thr = 1e4;
    const lpl_status_t status = lpl_lif_create(&c, &p);
    if (status < 0) return status;
    world_need(lpl_lif_write(p, g, SPIKING_N, LPL_LIF_G_AMPA));
    *out = p;
    return status;
}

/* Milliseconds where seconds belong: 0.1.0 took them in silence. */
static inline lpl_status_t old_milliseconds(void **out) {
    lpl_spiking_config_t c;
    const lpl_connect_t rows = spiking_world_rows(1);
    world_need(lpl_spiking_config_init(&c, sizeof c));
    c.n_pre = c.n_post = SPIKING_N, c.engine = LPL_ENGINE_BLOCK, c.slow = LPL_SLOW_REFERENCE, c.update_every = 20,
    c.delay_ax = 3e-4;
    c.t_lag = 1e-3, c.eta = 1e-3, c.tau_syn = 5, c.tau_psp = 20, c.tau_rise = 2, c.tau_decay = 10, c.mean_init = 4,
    c.sigma2_init = 4e-4;
    c.label = 54;
    return lpl_spiking_create(&c, &rows, (lpl_spiking_t **)(void *)out);
}
static inline lpl_status_t old_milliseconds_lif(void **out) {
    lpl_lif_config_t c;
    world_need(lpl_lif_config_init(&c, sizeof c));
    c.n = SPIKING_N, c.v_init_sd = 0, c.v_init = -40e-3, c.tau_mem = 20;
    return lpl_lif_create(&c, (lpl_lif_t **)(void *)out);
}

/* ---- layers on a stream ---- */

enum { OLD_IN = 6, OLD_OUT = 4 };

static inline lpl_status_t old_layer(void **out, int32_t rule, int32_t optim, double tau_theta, double beta2,
                                     double momentum) {
    lpl_layer_config_t c;
    world_need(lpl_layer_config_init(&c, sizeof c));
    c.n_pre = OLD_IN, c.n_post = OLD_OUT, c.batch_max = 1, c.rule = rule, c.optim = optim, c.stats = LPL_STATS_EWMA,
    c.tau_mean = 20;
    c.tau_sigma2 = 20, c.tau_theta = tau_theta, c.beta2 = beta2, c.momentum = momentum, c.eta = 1e-2, c.seed = 3,
    c.label = 52;
    c.decorr = 0, c.collapse_std = 0;
    return lpl_layer_create(&c, (lpl_layer_t **)(void *)out);
}
static inline lpl_status_t old_bcm(void **out) { return old_layer(out, LPL_RULE_BCM, LPL_OPTIM_SGD, 1e6, 0.999, 0.9); }
static inline lpl_status_t old_adam(void **out) {
    return old_layer(out, LPL_RULE_LPL, LPL_OPTIM_ADAM, 10, 1 - 1e-9, 0.9);
}
static inline lpl_status_t old_momentum(void **out) {
    return old_layer(out, LPL_RULE_LPL, LPL_OPTIM_MOMENTUM, 10, 0.999, 1 - 1e-9);
}

static inline void old_layer_run(void *l, size_t from, size_t to) {
    for (size_t t = from; t < to; t++) {
        float x[OLD_IN];
        for (size_t j = 0; j < OLD_IN; j++) x[j] = (float)((j * 7 + t * 5) % 11) / 4 - 1;
        world_need(lpl_update_online(l, NULL, NULL, x));
    }
}

static inline size_t old_layer_read(const void *object, double *values) {
    const lpl_layer_t *l = object;
    size_t used = 0;
    for (int32_t param = 0; param <= LPL_PARAM_WIDTH; param++)
        if (param != LPL_PARAM_ISA && param != LPL_PARAM_MEMORY) world_need(lpl_layer_get(l, param, &values[used++]));
    for (int32_t state = LPL_STATE_WEIGHTS; state <= LPL_STATE_THETA; state++) {
        float f[OLD_IN * OLD_OUT];
        const int wide = state == LPL_STATE_WEIGHTS || state == LPL_STATE_OPTIM_M || state == LPL_STATE_OPTIM_V;
        const size_t n = wide ? OLD_IN * OLD_OUT : OLD_OUT;
        if (lpl_layer_read(l, f, n, state) < 0) continue; /* this layer has no such state */
        for (size_t i = 0; i < n; i++) values[used++] = (double)f[i];
    }
    return used;
}

static inline lpl_status_t old_layer_save(const void *l, lpl_write_fn write, void *user) {
    return lpl_layer_save(l, write, user);
}
static inline lpl_status_t old_layer_load(lpl_read_fn read, void *user, void **out) {
    return lpl_layer_load(read, user, 0, 1, (lpl_layer_t **)(void *)out);
}
static inline void old_layer_end(void *l) { lpl_layer_destroy(l); }

enum { OLD_SPIKING, OLD_PROJECTION, OLD_LIF, OLD_LAYER };

static inline spiking_world_t old_ops(size_t kind) {
    if (kind < OLD_LAYER) return spiking_worlds[kind];
    return (spiking_world_t){
        0, NULL, NULL, old_layer_run, old_layer_read, old_layer_save, old_layer_load, old_layer_end};
}

#define OLD_PAIR(name) "0.1-" name ".lpl", "0.1-" name "-later.lpl"
static const old_world_t old_worlds[OLD_WORLDS] = {
    {OLD_PAIR("spiking-f32-fused-stalled-average"), old_stalled_average, OLD_SPIKING, LPL_E_ARG},
    {OLD_PAIR("spiking-f32-block-stalled-traces"), old_stalled_traces, OLD_SPIKING, LPL_E_UNITS},
    {OLD_PAIR("spiking-f32-block-slow-reference"), old_block_reference, OLD_SPIKING, LPL_OK},
    {OLD_PAIR("spiking-f32-block-slow-double"), old_block_double, OLD_SPIKING, LPL_OK},
    {OLD_PAIR("projection-f32-stalled"), old_stalled_projection, OLD_PROJECTION, LPL_E_UNITS},
    {OLD_PAIR("lif-f32-stalled"), old_stalled_population, OLD_LIF, LPL_E_UNITS},
    {OLD_PAIR("spiking-f32-block-milliseconds"), old_milliseconds, OLD_SPIKING, LPL_E_UNITS},
    {OLD_PAIR("lif-f32-milliseconds"), old_milliseconds_lif, OLD_LIF, LPL_E_UNITS},
    {OLD_PAIR("dense-f32-bcm-online"), old_bcm, OLD_LAYER, LPL_OK}, /* its threshold is kept in double now */
    {OLD_PAIR("dense-f32-adam-stalled"), old_adam, OLD_LAYER, LPL_E_ARG},
    {OLD_PAIR("dense-f32-momentum-stalled"), old_momentum, OLD_LAYER, LPL_E_ARG},
};

#endif
