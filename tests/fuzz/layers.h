/* tests/fuzz/layers.h - layers as objects of a target for state files: calls, steps, corpus. */
#ifndef LPL_FUZZ_LAYERS_H
#define LPL_FUZZ_LAYERS_H

#include "fuzz/state.h"

static double parameter(const lpl_layer_t *l, int32_t param) {
    double v = 0;
    FUZZ_NEED(lpl_layer_get(l, param, &v) == LPL_OK);
    return v;
}

static void fill(void *x, int f64, size_t n, size_t a, size_t b, size_t m) {
    for (size_t k = 0; k < n; k++) {
        const double v = (double)((k * a + b) % m) / 8 - (double)(m - 3) / 16;
        if (f64)
            ((double *)x)[k] = v;
        else
            ((float *)x)[k] = (float)v;
    }
}

static void layer_step(void *object, size_t t, memfile_t *log) {
    lpl_layer_t *l = object;
    lpl_report_t report;
    const size_t n = (size_t)parameter(l, LPL_PARAM_N_PRE), out = (size_t)parameter(l, LPL_PARAM_N_OUT),
                 units = (size_t)parameter(l, LPL_PARAM_UNITS), most = (size_t)parameter(l, LPL_PARAM_BATCH_MAX);
    const size_t batch = most < 3 ? most : 3, room = batch * (out > units ? out : units);
    const int f64 = parameter(l, LPL_PARAM_DTYPE) == LPL_F64, online = t % 2 == 1;
    const size_t elem = f64 ? sizeof(double) : sizeof(float);
    FUZZ_NEED(parameter(l, LPL_PARAM_MEMORY) <= STATE_BYTES);
    void *x0 = malloc(batch * n * elem), *x1 = malloc(batch * n * elem), *z = calloc(room, elem);
    FUZZ_NEED(x0 && x1 && z);
    fill(x0, f64, batch * n, 7, t * 5, 11), fill(x1, f64, batch * n, 5, t * 3, 13);
    FUZZ_NEED(lpl_report_init(&report, sizeof report) == LPL_OK);
    lpl_status_t status;
    if (online)
        status = f64 ? lpl_update_online_f64(l, z, &report, x1) : lpl_update_online(l, z, &report, x1);
    else
        status = f64 ? lpl_update_f64(l, &report, x0, n, x1, n, batch) : lpl_update(l, &report, x0, n, x1, n, batch);
    fuzz_status(status);
    memfile_write(&status, sizeof status, log);
    if (status >= 0 || online) memfile_write(z, room * elem, log);
    if (status >= 0) memfile_write(&report, sizeof report, log);
    status = f64 ? lpl_forward_f64(l, z, out, x0, n, batch) : lpl_forward(l, z, out, x0, n, batch);
    FUZZ_NEED(status == LPL_OK);
    memfile_write(z, batch * out * elem, log);
    free(x0), free(x1), free(z);
}

static lpl_status_t layer_load(memfile_t *f, void **out) {
    return lpl_layer_load(memfile_read, f, STATE_BYTES, 1, (lpl_layer_t **)(void *)out);
}
static lpl_status_t layer_save(const void *l, memfile_t *f) { return lpl_layer_save(l, memfile_write, f); }
static void layer_end(void *l) { lpl_layer_destroy(l); }
static const state_kind_t layers = {layer_load, layer_save, layer_end, layer_step};

/* ---- corpus ---- */

enum { DENSE_SEEDS = 24, CONV_SEEDS = 12, LAYER_SEEDS = DENSE_SEEDS + CONV_SEEDS };

static lpl_layer_config_t dense(size_t k) {
    lpl_layer_config_t c;
    FUZZ_NEED(lpl_layer_config_init(&c, sizeof c) == LPL_OK);
    c.n_pre = 1 + k % 4, c.n_post = 1 + k % 3, c.batch_max = 2 + k % 2, c.dtype = (int32_t)(k % 2),
    c.optim = (int32_t)(k / 2 % 3);
    c.stats = (int32_t)(k / 6 % 3), c.bias = k % 5 != 0, c.rule = k >= 18 ? (int32_t)(k - 18) : LPL_RULE_LPL;
    c.pair = k % 4 == 3 && c.rule == LPL_RULE_LPL ? LPL_PAIR_SYMMETRIC : LPL_PAIR_CAUSAL;
    c.decorr = k % 3 == 0 ? 0 : 1, c.activation = (int32_t)(k % 7);
    return c;
}

static lpl_layer_config_t convolution(size_t k) {
    lpl_layer_config_t c = dense(k % 6);
    c.kind = LPL_LAYER_CONV2D, c.n_pre = 0, c.groups = 1 + (uint32_t)(k % 2), c.channels = c.groups, c.n_post = 2,
    c.height = 3, c.width = 4;
    c.kernel_h = 2, c.padding = k % 3 == 0, c.pool = 1 + (uint32_t)(k / 2 % 2), c.stats = (int32_t)(k / 3 % 2),
    c.activation = LPL_ACT_RELU;
    c.sees = (int32_t)(k % 3);
    if (c.sees == LPL_SEES_HEAD) c.head_hidden = 3, c.head_out = 2;
    return c;
}

/* Seed k < LAYER_SEEDS: every kind of layer that has records of its own. */
static size_t layer_seed(size_t k, uint8_t *data, size_t room) {
    const lpl_layer_config_t c = k < DENSE_SEEDS ? dense(k) : convolution(k - DENSE_SEEDS);
    lpl_layer_t *l = NULL;
    FUZZ_NEED(lpl_layer_create(&c, &l) == LPL_OK);
    return state_seed(&layers, l, 1, data, room);
}

#endif
