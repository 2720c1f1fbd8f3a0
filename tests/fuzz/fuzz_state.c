/* tests/fuzz/fuzz_state.c - fuzz target: any bytes as the state file of a layer, a stack or a tracker (state.h says
 * what is checked). */
#include "fuzz/layers.h"

/* ---- stacks ---- */

static void stack_step(void *object, size_t t, memfile_t *log) {
    lpl_stack_t *s = object;
    const size_t layers_of = lpl_stack_size(s);
    lpl_layer_t *first = NULL, *last = NULL;
    FUZZ_NEED(lpl_stack_layer(s, 0, &first) == LPL_OK && lpl_stack_layer(s, layers_of - 1, &last) == LPL_OK);
    const size_t n = (size_t)parameter(first, LPL_PARAM_N_PRE), out = (size_t)parameter(last, LPL_PARAM_N_OUT),
                 most = (size_t)parameter(first, LPL_PARAM_BATCH_MAX), batch = most < 3 ? most : 3;
    const int f64 = parameter(first, LPL_PARAM_DTYPE) == LPL_F64;
    const size_t elem = f64 ? sizeof(double) : sizeof(float);
    void *x0 = malloc(batch * n * elem), *x1 = malloc(batch * n * elem), *z = calloc(batch * out, elem);
    FUZZ_NEED(x0 && x1 && z);
    fill(x0, f64, batch * n, 7, t * 5, 11), fill(x1, f64, batch * n, 5, t * 3, 13);
    lpl_status_t status = fuzz_status(f64 ? lpl_stack_update_f64(s, NULL, x0, n, x1, n, batch)
                                          : lpl_stack_update(s, NULL, x0, n, x1, n, batch));
    memfile_write(&status, sizeof status, log);
    status = fuzz_status(f64 ? lpl_stack_forward_f64(s, z, out, x0, n, batch, layers_of - 1)
                             : lpl_stack_forward(s, z, out, x0, n, batch, layers_of - 1));
    FUZZ_NEED(status == LPL_OK);
    memfile_write(z, batch * out * elem, log);
    free(x0), free(x1), free(z);
}

static lpl_status_t stack_load(memfile_t *f, void **out) {
    return lpl_stack_load(memfile_read, f, STATE_BYTES, 1, (lpl_stack_t **)(void *)out);
}
static lpl_status_t stack_save(const void *s, memfile_t *f) { return lpl_stack_save(s, memfile_write, f); }
static void stack_end(void *s) { lpl_stack_destroy(s); }
static const state_kind_t stacks = {stack_load, stack_save, stack_end, stack_step};

/* ---- trackers ---- */

/* How many units and what dtype a tracker has can only be found by trying: the config is not readable through the
 * API. */
static size_t units_of(const lpl_stats_t *s) {
    double v[STATE_BYTES / 16];
    for (size_t n = 1; n <= sizeof v / sizeof v[0]; n++) {
        const lpl_status_t status = lpl_stats_read(s, v, n, LPL_STATS_MEAN);
        if (status != LPL_E_SIZE) return n;
    }
    FUZZ_NEED(!"more units than max_bytes allows");
    return 0;
}

static void stats_step(void *object, size_t t, memfile_t *log) {
    lpl_stats_t *s = object;
    const size_t M = units_of(s);
    double y[2][64], *z = malloc(2 * M * sizeof *z), *out = malloc(M * sizeof *out);
    float *x = malloc(2 * M * sizeof *x);
    FUZZ_NEED(z && x && out);
    for (size_t k = 0; k < 2 * M; k++) z[k] = (double)((k * 7 + t * 5) % 11) / 8 - 0.5, x[k] = (float)z[k];
    lpl_status_t status = LPL_OK;
    for (size_t batch = 1; batch <= 2; batch++) {
        status = fuzz_status(lpl_stats_update(s, x, M, batch));
        memfile_write(&status, sizeof status, log);
        status = fuzz_status(lpl_stats_update_f64(s, z, M, batch));
        memfile_write(&status, sizeof status, log);
    }
    for (int32_t what = LPL_STATS_MEAN; what <= LPL_STATS_SIGMA2_POPULATION; what++) {
        status = fuzz_status(lpl_stats_read(s, out, M, what));
        if (status == LPL_OK) memfile_write(out, M * sizeof *out, log);
    }
    if (M <= 8) {
        status = fuzz_status(lpl_stats_read(s, y[0], M * M, LPL_STATS_COVARIANCE));
        if (status == LPL_OK) memfile_write(y[0], M * M * sizeof(double), log);
    }
    free(z), free(x), free(out);
}

static lpl_status_t stats_load(memfile_t *f, void **out) {
    return lpl_stats_load(memfile_read, f, STATE_BYTES, (lpl_stats_t **)(void *)out);
}
static lpl_status_t stats_save(const void *s, memfile_t *f) { return lpl_stats_save(s, memfile_write, f); }
static void stats_end(void *s) { lpl_stats_destroy(s); }
static const state_kind_t trackers = {stats_load, stats_save, stats_end, stats_step};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    state_try(&layers, data, size);
    state_try(&stacks, data, size);
    state_try(&trackers, data, size);
    return 0;
}

/* ---- corpus: small objects of every kind that has records of its own ---- */

enum { STACK_SEEDS = 4, TRACKER_SEEDS = 16 };

size_t fuzz_seed(size_t k, uint8_t *data, size_t room) {
    if (k < LAYER_SEEDS) return layer_seed(k, data, room);
    k -= LAYER_SEEDS;
    if (k < STACK_SEEDS) {
        lpl_layer_config_t c[2] = {k < 2 ? convolution(2 * k) : dense(2 * k), dense(2 * k)};
        const lpl_layer_config_t *const list[2] = {&c[0], &c[1]};
        lpl_stack_t *s = NULL;
        if (k < 2) c[0].pool = 1, c[0].padding = 0, c[1].n_pre = 2 * 2 * 2, c[1].batch_max = c[0].batch_max;
        if (k >= 2) c[1].n_pre = c[0].n_post;
        c[1].pair = c[0].pair;
        FUZZ_NEED(lpl_stack_create(list, 2, &s) == LPL_OK);
        return state_seed(&stacks, s, 1, data, room);
    }
    k -= STACK_SEEDS;
    if (k >= TRACKER_SEEDS) return 0;
    lpl_stats_config_t c;
    lpl_stats_t *s = NULL;
    FUZZ_NEED(lpl_stats_config_init(&c, sizeof c) == LPL_OK);
    c.n_units = 1 + k % 3, c.batch_max = 2, c.mode = (int32_t)(k % 4), c.dtype = (int32_t)(k / 4 % 2),
    c.covariance = (int32_t)(k / 8 % 2);
    FUZZ_NEED(lpl_stats_create(&c, &s) == LPL_OK);
    return state_seed(&trackers, s, 1, data, room);
}
