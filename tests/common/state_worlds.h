/* tests/common/state_worlds.h - the objects in tests/golden/state: how they are made (tests/tools/make_state_golden.c)
 * and what a loaded one must hold (tests/test_state_golden.c). A layer's states are written by a formula, so the
 * expected values need no file. */
#ifndef LPL_STATE_WORLDS_H
#define LPL_STATE_WORLDS_H

#include <stdio.h>
#include <stdlib.h>

#include "lpl.h"

enum { WORLDS = 12, WORLD_TRACKERS = 4, WORLD_STACKS = 2, WORLD_STEPS = 3, WORLD_ROOM = 64 };

static inline const char *world_name(size_t k) {
    static const char *const names[WORLDS] = {"0.1-dense-f32-adam-ewma-decorr.lpl",
                                              "0.1-dense-f64-adam-ewma-decorr.lpl",
                                              "0.1-dense-f32-momentum-stale-symmetric.lpl",
                                              "0.1-dense-f64-sgd-bcm.lpl",
                                              "0.1-conv-f32-adam-groups-pool.lpl",
                                              "0.1-conv-f64-adam-ewma-decorr.lpl",
                                              "0.1-conv-f32-adam-head.lpl",
                                              "0.1-conv-f64-momentum-stale-positions.lpl",
                                              "0.1.1-dense-f32-softhebb-ewma-momentum.lpl",
                                              "0.1.1-dense-f64-softhebb.lpl",
                                              "0.1.1-dense-f32-directpred-momentum.lpl",
                                              "0.1.1-dense-f64-negative-cosine.lpl"};
    return names[k];
}

static inline const char *world_stack_name(size_t k) {
    static const char *const names[WORLD_STACKS] = {"0.1-stack-f32-conv-dense.lpl", "0.1-stack-f64-dense-dense.lpl"};
    return names[k];
}

static inline const char *world_tracker_name(size_t k) {
    static const char *const names[WORLD_TRACKERS] = {
        "0.1-stats-f32-batch-covariance.lpl", "0.1-stats-f64-stale-covariance.lpl", "0.1-stats-f32-ewma-covariance.lpl",
        "0.1-stats-f64-all-covariance.lpl"};
    return names[k];
}

static inline void world_need(lpl_status_t status) {
    if (status >= 0) return;
    fprintf(stderr, "%s\n", lpl_last_error());
    abort();
}

static inline void world_config(size_t k, lpl_layer_config_t *c) {
    world_need(lpl_layer_config_init(c, sizeof *c));
    c->n_pre = 3, c->n_post = 4, c->batch_max = 5, c->label = 40 + (int32_t)k, c->seed = 9, c->eta = 0.03125;
    c->dtype = k == 1 || k == 3 || k == 9 || k == 11 ? LPL_F64 : LPL_F32;
    c->activation = k == 2 ? LPL_ACT_RELU : LPL_ACT_LINEAR;
    if (k < 2)
        c->optim = LPL_OPTIM_ADAM, c->stats = LPL_STATS_EWMA, c->decorr = 10, c->tau_mean = 100, c->tau_sigma2 = 200;
    if (k == 2) c->optim = LPL_OPTIM_MOMENTUM, c->stats = LPL_STATS_STALE, c->pair = LPL_PAIR_SYMMETRIC, c->decorr = 0;
    if (k == 3) c->rule = LPL_RULE_BCM, c->bias = 0, c->decorr = 0;
    if (k >= 8) c->decorr = 0;
    if (k == 8 || k == 9) c->rule = LPL_RULE_SOFTHEBB, c->temperature = k == 8 ? 0.25 : 3;
    if (k == 10) c->pull_form = LPL_PULL_DIRECTPRED, c->predictor_alpha = 0.5, c->predictor_keep = 0.75;
    if (k == 10) c->predictor_eps = 0.0625, c->optim = LPL_OPTIM_MOMENTUM;
    if (k == 11) c->pull_form = LPL_PULL_COSINE, c->push_form = LPL_PUSH_NEGATIVE, c->pair = LPL_PAIR_SYMMETRIC;
    if (k == 8) c->activation = LPL_ACT_TANH, c->optim = LPL_OPTIM_MOMENTUM, c->stats = LPL_STATS_EWMA;
    if (k < 4 || k >= 8) return;
    c->kind = LPL_LAYER_CONV2D, c->n_pre = 0, c->channels = 2, c->height = c->width = 4, c->activation = LPL_ACT_RELU;
    c->dtype = k % 2 ? LPL_F64 : LPL_F32;
    if (k == 4) c->optim = LPL_OPTIM_ADAM, c->groups = 2, c->pool = 2, c->pair = LPL_PAIR_SYMMETRIC, c->decorr = 10;
    if (k == 5) c->optim = LPL_OPTIM_ADAM, c->stats = LPL_STATS_EWMA, c->decorr = 10, c->kernel_h = c->kernel_w = 2;
    if (k == 6)
        c->optim = LPL_OPTIM_ADAM, c->kernel_h = 1, c->padding = 0, c->sees = LPL_SEES_HEAD, c->head_hidden = 5,
        c->head_out = 3;
    if (k == 7) c->optim = LPL_OPTIM_MOMENTUM, c->stats = LPL_STATS_STALE, c->padding = 0, c->sees = LPL_SEES_POSITIONS;
    if (k == 7) c->pair = LPL_PAIR_SYMMETRIC, c->decorr = 0, c->channels = 1;
}

/* Units that the rule sees, and weights of one unit (LPL_PARAM_UNITS, LPL_PARAM_FAN_IN). */
static inline size_t world_units(const lpl_layer_config_t *c) {
    if (c->kind == LPL_LAYER_DENSE || c->sees == LPL_SEES_POOLED) return (size_t)c->n_post;
    if (c->sees == LPL_SEES_HEAD) return c->head_out;
    return (size_t)c->n_post * (c->height + 2 * c->padding - c->kernel_h + 1) *
           (c->width + 2 * c->padding - c->kernel_w + 1);
}

static inline size_t world_fan_in(const lpl_layer_config_t *c) {
    return c->kind == LPL_LAYER_DENSE ? (size_t)c->n_pre : (size_t)c->channels / c->groups * c->kernel_h * c->kernel_w;
}

/* 0: a layer of this config has no such state. */
static inline size_t world_state_length(const lpl_layer_config_t *c, int32_t state) {
    const size_t n = world_fan_in(c), M = (size_t)c->n_post, U = world_units(c);
    const int moments = c->optim, headed = c->kind == LPL_LAYER_CONV2D && c->sees == LPL_SEES_HEAD;
    switch (state) {
    case LPL_STATE_WEIGHTS: return M * n;
    case LPL_STATE_BIAS: return c->bias ? M : 0;
    case LPL_STATE_COVARIANCE: return c->stats == LPL_STATS_EWMA && c->decorr > 0 ? U * U : 0;
    case LPL_STATE_PREV: return c->pair == LPL_PAIR_CAUSAL ? 2 * U : 0;
    case LPL_STATE_OPTIM_M: return moments > 0 ? M * n : 0;
    case LPL_STATE_OPTIM_V: return moments > 1 ? M * n : 0;
    case LPL_STATE_BIAS_M: return moments > 0 && c->bias ? M : 0;
    case LPL_STATE_BIAS_V: return moments > 1 && c->bias ? M : 0;
    case LPL_STATE_THETA: return c->rule == LPL_RULE_BCM ? M : 0;
    case LPL_STATE_HEAD_W1: return headed ? c->head_hidden * M : 0;
    case LPL_STATE_HEAD_B1: return headed ? c->head_hidden : 0;
    case LPL_STATE_HEAD_W2: return headed ? (size_t)c->head_out * c->head_hidden : 0;
    case LPL_STATE_HEAD_B2: return headed ? c->head_out : 0;
    case LPL_STATE_PREDICTOR: return c->pull_form >= LPL_PULL_DIRECTPRED ? U * U : 0;
    default: return U;
    }
}

/* What the state holds: values exact in float, positive where a variance is meant, symmetric where a covariance is. */
static inline void world_values(size_t k, double *v, size_t n, int32_t state) {
    const size_t M = 4;
    for (size_t i = 0; i < n; i++) {
        const size_t row = i / M, col = i % M, pair = row < col ? row * M + col : col * M + row;
        v[i] = state == LPL_STATE_COVARIANCE || state == LPL_STATE_PREDICTOR
                   ? (row == col ? 2.0 : 0.0) + (double)pair / 64
                   : ((double)i + 1) / 32 + state + (double)k / 8;
        if (i % 3 == 1 && (state == LPL_STATE_WEIGHTS || state == LPL_STATE_OPTIM_M ||
                           (state >= LPL_STATE_HEAD_W1 && state <= LPL_STATE_HEAD_B2)))
            v[i] = -v[i];
    }
}

static inline void world_read(const lpl_layer_t *l, const lpl_layer_config_t *c, double *v, size_t n, int32_t state) {
    float f[WORLD_ROOM];
    if (c->dtype == LPL_F64) {
        world_need(lpl_layer_read_f64(l, v, n, state));
        return;
    }
    world_need(lpl_layer_read(l, f, n, state));
    for (size_t i = 0; i < n; i++) v[i] = (double)f[i];
}

static inline void world_write(lpl_layer_t *l, const lpl_layer_config_t *c, const double *v, size_t n, int32_t state) {
    float f[WORLD_ROOM];
    for (size_t i = 0; i < n; i++) f[i] = (float)v[i];
    world_need(c->dtype == LPL_F64 ? lpl_layer_write_f64(l, v, n, state) : lpl_layer_write(l, f, n, state));
}

/* Two views of 4 samples at step t. */
static inline void world_input(double *x0, double *x1, size_t n, size_t t) {
    for (size_t i = 0; i < 4 * n; i++)
        x0[i] = (double)((i * 7 + t * 5) % 11) / 16 - 0.25, x1[i] = (double)((i * 5 + t * 3) % 13) / 16 - 0.375;
}

static inline void world_update(lpl_layer_t *l, const lpl_layer_config_t *c, size_t t) {
    enum { MOST = 4 * 32 };
    const size_t n = c->kind == LPL_LAYER_DENSE ? (size_t)c->n_pre : (size_t)c->channels * c->height * c->width;
    double y[2][MOST];
    float x[2][MOST];
    world_input(y[0], y[1], n, t);
    for (size_t i = 0; i < 4 * n; i++) x[0][i] = (float)y[0][i], x[1][i] = (float)y[1][i];
    world_need(c->dtype == LPL_F64 ? lpl_update_f64(l, NULL, y[0], n, y[1], n, 4)
                                   : lpl_update(l, NULL, x[0], n, x[1], n, 4));
}

/* Every state by its formula. */
static inline void world_set(lpl_layer_t *l, const lpl_layer_config_t *c, size_t k) {
    double v[WORLD_ROOM];
    for (int32_t state = LPL_STATE_WEIGHTS; state <= LPL_STATE_PREDICTOR; state++) {
        const size_t n = world_state_length(c, state);
        if (n == 0) continue;
        world_values(k, v, n, state);
        world_write(l, c, v, n, state);
    }
}

/* WORLD_STEPS updates, for the step count and the optimiser's products, then the formulas. */
static inline lpl_layer_t *world_layer(size_t k) {
    lpl_layer_config_t c;
    lpl_layer_t *l = NULL;
    world_config(k, &c);
    world_need(lpl_layer_create(&c, &l));
    for (size_t t = 0; t < WORLD_STEPS; t++) world_update(l, &c, t);
    world_set(l, &c, k);
    return l;
}

/* ---- stacks of two layers ---- */

static inline void world_stack_configs(size_t k, lpl_layer_config_t c[2]) {
    world_config(k == 0 ? 4 : 1, &c[0]);
    world_config(k == 0 ? 2 : 1, &c[1]);
    c[1].n_pre = k == 0 ? 4 * 2 * 2 : 4;
}

static inline void world_stack_update(lpl_stack_t *s, const lpl_layer_config_t *first, size_t t) {
    const size_t n =
        first->kind == LPL_LAYER_DENSE ? (size_t)first->n_pre : (size_t)first->channels * first->height * first->width;
    double y[2][4 * 32];
    float x[2][4 * 32];
    world_input(y[0], y[1], n, t);
    for (size_t i = 0; i < 4 * n; i++) x[0][i] = (float)y[0][i], x[1][i] = (float)y[1][i];
    world_need(first->dtype == LPL_F64 ? lpl_stack_update_f64(s, NULL, y[0], n, y[1], n, 4)
                                       : lpl_stack_update(s, NULL, x[0], n, x[1], n, 4));
}

static inline lpl_stack_t *world_stack(size_t k) {
    lpl_layer_config_t c[2];
    const lpl_layer_config_t *const list[2] = {&c[0], &c[1]};
    lpl_stack_t *s = NULL;
    world_stack_configs(k, c);
    world_need(lpl_stack_create(list, 2, &s));
    for (size_t t = 0; t < WORLD_STEPS; t++) world_stack_update(s, &c[0], t);
    for (size_t at = 0; at < 2; at++) {
        lpl_layer_t *l = NULL;
        world_need(lpl_stack_layer(s, at, &l));
        world_set(l, &c[at], k + at);
    }
    return s;
}

/* ---- trackers ---- */

static inline lpl_stats_t *world_tracker(size_t k) {
    static const int32_t modes[WORLD_TRACKERS] = {LPL_STATS_BATCH, LPL_STATS_STALE, LPL_STATS_EWMA, LPL_STATS_ALL};
    lpl_stats_config_t c;
    lpl_stats_t *s = NULL;
    world_need(lpl_stats_config_init(&c, sizeof c));
    c.mode = modes[k], c.dtype = k % 2 ? LPL_F64 : LPL_F32, c.n_units = 3, c.batch_max = 4, c.covariance = 1;
    c.tau_mean = 10, c.tau_sigma2 = 20;
    world_need(lpl_stats_create(&c, &s));
    for (size_t t = 0; t < WORLD_STEPS; t++) {
        float x[12];
        double y[12];
        for (size_t i = 0; i < 12; i++) y[i] = (double)((i * 7 + t * 5) % 11) / 16 - 0.25, x[i] = (float)y[i];
        world_need(c.dtype == LPL_F64 ? lpl_stats_update_f64(s, y, 3, 4) : lpl_stats_update(s, x, 3, 4));
    }
    return s;
}

#endif
