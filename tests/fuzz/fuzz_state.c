/* tests/fuzz/fuzz_state.c - fuzz target: any bytes as a state file. What loads must be a sound object: it works, it saves itself, and
 * the copy loaded from that does the same, bit for bit. */
#include "fuzz/fuzz.h"

enum { MAX_BYTES = 1 << 16, ROOM = 1 << 14 };

static void same(memfile_t *a, memfile_t *b) {
    FUZZ_NEED(a->n == b->n && (a->n == 0 || memcmp(a->data, b->data, a->n) == 0));
    free(a->data);
    free(b->data);
}

/* An error a loader may give on bytes from memory. */
static void check_refusal(lpl_status_t status) {
    FUZZ_NEED(status == LPL_E_FORMAT || status == LPL_E_VERSION || status == LPL_E_MEMORY || status == LPL_E_UNSUPPORTED);
}

/* ---- layers ---- */

/* One step on data made from t; everything visible goes into *log. */
static lpl_status_t layer_step(lpl_layer_t *l, size_t t, memfile_t *log) {
    double n_pre = 0, n_post = 0, batch_max = 0, dtype = 0;
    lpl_report_t report;
    FUZZ_NEED(lpl_layer_get(l, LPL_PARAM_N_PRE, &n_pre) == LPL_OK && lpl_layer_get(l, LPL_PARAM_N_POST, &n_post) == LPL_OK);
    FUZZ_NEED(lpl_layer_get(l, LPL_PARAM_BATCH_MAX, &batch_max) == LPL_OK && lpl_layer_get(l, LPL_PARAM_DTYPE, &dtype) == LPL_OK);
    const size_t n = (size_t)n_pre, M = (size_t)n_post, batch = batch_max < 3 ? (size_t)batch_max : 3;
    const int f64 = dtype == LPL_F64, online = t % 2 == 1;
    const size_t elem = f64 ? sizeof(double) : sizeof(float);
    void *x0 = malloc(batch * n * elem), *x1 = malloc(batch * n * elem), *z = calloc(batch * M, elem);
    FUZZ_NEED(x0 && x1 && z);
    for (size_t k = 0; k < batch * n; k++) {
        const double a = (double)((k * 7 + t * 5) % 11) / 8 - 0.5, b = (double)((k * 5 + t * 3) % 13) / 8 - 0.75;
        if (f64)
            ((double *)x0)[k] = a, ((double *)x1)[k] = b;
        else
            ((float *)x0)[k] = (float)a, ((float *)x1)[k] = (float)b;
    }
    FUZZ_NEED(lpl_report_init(&report, sizeof report) == LPL_OK);
    lpl_status_t status;
    if (online)
        status = f64 ? lpl_update_online_f64(l, z, &report, x1) : lpl_update_online(l, z, &report, x1);
    else
        status = f64 ? lpl_update_f64(l, &report, x0, n, x1, n, batch) : lpl_update(l, &report, x0, n, x1, n, batch);
    fuzz_status(status);
    memfile_write(&status, sizeof status, log);
    if (status >= 0 || online) memfile_write(z, batch * M * elem, log);
    if (status >= 0) memfile_write(&report, sizeof report, log);
    status = f64 ? lpl_forward_f64(l, z, M, x0, n, batch) : lpl_forward(l, z, M, x0, n, batch);
    FUZZ_NEED(status == LPL_OK);
    memfile_write(z, batch * M * elem, log);
    free(x0), free(x1), free(z);
    return status;
}

static void try_layer(const uint8_t *data, size_t size) {
    memfile_t f = {.data = (uint8_t *)(uintptr_t)data, .n = size}, before = {0}, log_a = {0}, log_b = {0};
    lpl_layer_t *a = NULL, *b = NULL;
    const lpl_status_t status = fuzz_status(lpl_layer_load(memfile_read, &f, MAX_BYTES, 1, &a));
    if (status < 0) {
        FUZZ_NEED(a == NULL);
        check_refusal(status);
        return;
    }
    double memory = 0;
    FUZZ_NEED(lpl_layer_get(a, LPL_PARAM_MEMORY, &memory) == LPL_OK && memory <= MAX_BYTES);
    FUZZ_NEED(lpl_layer_save(a, memfile_write, &before) == LPL_OK); /* what was loaded can be saved */
    FUZZ_NEED(lpl_layer_load(memfile_read, &before, MAX_BYTES, 1, &b) == LPL_OK && before.at == before.n);
    for (size_t t = 0; t < 4; t++) {
        layer_step(a, t, &log_a);
        layer_step(b, t, &log_b);
    }
    same(&log_a, &log_b);
    memfile_t after_a = {0}, after_b = {0};
    const lpl_status_t sa = lpl_layer_save(a, memfile_write, &after_a), sb = lpl_layer_save(b, memfile_write, &after_b);
    FUZZ_NEED(sa == sb && (sa == LPL_OK || sa == LPL_E_NONFINITE)); /* absurd weights may grow beyond all bounds */
    if (sa == LPL_OK) {
        lpl_layer_t *c = NULL;
        FUZZ_NEED(lpl_layer_load(memfile_read, &after_a, MAX_BYTES, 1, &c) == LPL_OK);
        lpl_layer_destroy(c);
    }
    same(&after_a, &after_b);
    lpl_layer_destroy(a), lpl_layer_destroy(b), free(before.data);
}

/* ---- trackers ---- */

/* How many units and what dtype a tracker has can only be found by trying: the config is not readable through the API. */
static size_t units_of(const lpl_stats_t *s) {
    double v[MAX_BYTES / 16];
    for (size_t n = 1; n <= sizeof v / sizeof v[0]; n++) {
        const lpl_status_t status = lpl_stats_read(s, v, n, LPL_STATS_MEAN);
        if (status != LPL_E_SIZE) return n;
    }
    FUZZ_NEED(!"more units than max_bytes allows");
    return 0;
}

static void stats_step(lpl_stats_t *s, size_t M, size_t t, memfile_t *log) {
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

static void try_stats(const uint8_t *data, size_t size) {
    memfile_t f = {.data = (uint8_t *)(uintptr_t)data, .n = size}, before = {0}, log_a = {0}, log_b = {0};
    lpl_stats_t *a = NULL, *b = NULL;
    const lpl_status_t status = fuzz_status(lpl_stats_load(memfile_read, &f, MAX_BYTES, &a));
    if (status < 0) {
        FUZZ_NEED(a == NULL);
        check_refusal(status);
        return;
    }
    FUZZ_NEED(lpl_stats_save(a, memfile_write, &before) == LPL_OK);
    FUZZ_NEED(lpl_stats_load(memfile_read, &before, MAX_BYTES, &b) == LPL_OK && before.at == before.n);
    const size_t M = units_of(a);
    for (size_t t = 0; t < 3; t++) {
        stats_step(a, M, t, &log_a);
        stats_step(b, M, t, &log_b);
    }
    same(&log_a, &log_b);
    memfile_t after_a = {0}, after_b = {0};
    const lpl_status_t sa = lpl_stats_save(a, memfile_write, &after_a), sb = lpl_stats_save(b, memfile_write, &after_b);
    FUZZ_NEED(sa == sb && (sa == LPL_OK || sa == LPL_E_NONFINITE));
    if (sa == LPL_OK) {
        lpl_stats_t *c = NULL;
        FUZZ_NEED(lpl_stats_load(memfile_read, &after_a, MAX_BYTES, &c) == LPL_OK);
        lpl_stats_destroy(c);
    }
    same(&after_a, &after_b);
    lpl_stats_destroy(a), lpl_stats_destroy(b), free(before.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    try_layer(data, size);
    try_stats(data, size);
    return 0;
}

/* ---- corpus and mutation ---- */

/* Small objects of every kind that has records of its own. */
size_t fuzz_seed(size_t k, uint8_t *data, size_t room) {
    memfile_t f = {0};
    if (k < 24) {
        lpl_layer_config_t c;
        lpl_layer_t *l = NULL;
        memfile_t log = {0};
        FUZZ_NEED(lpl_layer_config_init(&c, sizeof c) == LPL_OK);
        c.n_pre = 1 + k % 4, c.n_post = 1 + k % 3, c.batch_max = 2 + k % 2, c.dtype = (int32_t)(k % 2), c.optim = (int32_t)(k / 2 % 3);
        c.stats = (int32_t)(k / 6 % 3), c.bias = k % 5 != 0, c.rule = k >= 18 ? (int32_t)(k - 18) : LPL_RULE_LPL;
        c.pair = k % 4 == 3 && c.rule == LPL_RULE_LPL ? LPL_PAIR_SYMMETRIC : LPL_PAIR_CAUSAL;
        c.decorr = k % 3 == 0 ? 0 : 1, c.activation = (int32_t)(k % 7);
        FUZZ_NEED(lpl_layer_create(&c, &l) == LPL_OK);
        layer_step(l, 2, &log);
        FUZZ_NEED(lpl_layer_save(l, memfile_write, &f) == LPL_OK);
        lpl_layer_destroy(l);
        free(log.data);
    } else if (k < 40) {
        lpl_stats_config_t c;
        lpl_stats_t *s = NULL;
        memfile_t log = {0};
        FUZZ_NEED(lpl_stats_config_init(&c, sizeof c) == LPL_OK);
        c.n_units = 1 + k % 3, c.batch_max = 2, c.mode = (int32_t)(k % 4), c.dtype = (int32_t)(k / 4 % 2),
        c.covariance = (int32_t)(k / 8 % 2);
        FUZZ_NEED(lpl_stats_create(&c, &s) == LPL_OK);
        stats_step(s, (size_t)c.n_units, k, &log);
        FUZZ_NEED(lpl_stats_save(s, memfile_write, &f) == LPL_OK);
        lpl_stats_destroy(s);
        free(log.data);
    }
    const size_t n = f.n < room ? f.n : room;
    if (n) memcpy(data, f.data, n);
    free(f.data);
    return n;
}

/* Three of four mutants get right checksums, so that they come past them; the others test the checksums. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed) {
    memfile_t f = {.data = data};
    f.n = LLVMFuzzerMutate(data, size, room);
    if (seed % 4 != 0) memfile_repair(&f);
    return f.n;
}
