/* tests/fuzz/fuzz_calls.c - fuzz target: any bytes as calls on the host's own arrays: rule, optimisers, activations,
 * random numbers, metrics, readout. Promises checked: no crash; a status that exists, with its sentence; outputs
 * untouched after an error (where nothing else is documented) and never a byte beside them; finite results from small
 * finite input. */
#include "fuzz/fuzz.h"

enum { MAX_UNITS = 6, MAX_ROWS = 5, MAX_CALLS = 30, GUARD = 8 };

typedef struct {
    fuzz_in_t in;
    int wild, f64;
} world_t;

/* An array of the call's dtype with a guard behind it; outputs are filled with a pattern. */
typedef struct {
    unsigned char *p;
    size_t bytes;
} array_t;

static array_t output(const world_t *w, size_t n) {
    array_t a = {NULL, n * (w->f64 ? sizeof(double) : sizeof(float))};
    a.p = malloc(a.bytes + GUARD);
    FUZZ_NEED(a.p != NULL);
    memset(a.p, 0x5A, a.bytes + GUARD);
    return a;
}

static array_t input(world_t *w, size_t n) {
    array_t a = output(w, n);
    for (size_t k = 0; k < n; k++) {
        const double v = fuzz_activity(&w->in, w->wild);
        if (w->f64)
            memcpy(a.p + k * sizeof v, &v, sizeof v);
        else
            memcpy(a.p + k * sizeof(float), &(float){(float)v}, sizeof(float));
    }
    return a;
}

static int untouched(const array_t *a) {
    for (size_t k = 0; k < a->bytes; k++)
        if (a->p[k] != 0x5A) return 0;
    return 1;
}

static int is_finite(const world_t *w, const array_t *a) {
    const size_t n = a->bytes / (w->f64 ? sizeof(double) : sizeof(float));
    for (size_t k = 0; k < n; k++)
        if (!isfinite(w->f64 ? ((const double *)(void *)a->p)[k] : (double)((const float *)(void *)a->p)[k])) return 0;
    return 1;
}

static void release(array_t a) {
    for (size_t k = 0; a.p && k < GUARD; k++) FUZZ_NEED(a.p[a.bytes + k] == 0x5A);
    free(a.p);
}

/* The call of the world's dtype. Arguments are void pointers, which C converts. */
#define CALL(w, name, ...) fuzz_status((w)->f64 ? name##_f64(__VA_ARGS__) : name(__VA_ARGS__))

/* ---- activations, random numbers, optimisers ---- */

static void activate(world_t *w) {
    fuzz_in_t *in = &w->in;
    const size_t n = fuzz_pick(in, 20);
    const int32_t kind = fuzz_enum(in, LPL_ACT_SILU);
    array_t a = input(w, n), z = output(w, n), f = output(w, n);
    const double p0 = fuzz_pick(in, 2) ? 0.5 : fuzz_real(in), p1 = fuzz_pick(in, 2) ? 3 : fuzz_real(in);
    const lpl_status_t status =
        CALL(w, lpl_activate, (void *)z.p, fuzz_pick(in, 4) ? (void *)f.p : NULL, (void *)a.p, n, kind, p0, p1);
    if (status < 0) FUZZ_NEED(untouched(&z) && untouched(&f));
    if (status == LPL_OK && !w->wild && fabs(p0) < 1e6 && fabs(p1) < 1e6) FUZZ_NEED(is_finite(w, &z));
    if (n > 1)
        FUZZ_NEED(CALL(w, lpl_activate, (void *)(a.p + (w->f64 ? 8 : 4)), NULL, (void *)a.p, n, LPL_ACT_RELU, 0, 0) ==
                  LPL_E_OVERLAP);
    release(a), release(z), release(f);
}

static void random_numbers(world_t *w) {
    fuzz_in_t *in = &w->in;
    const size_t n = fuzz_pick(in, 20), cut = n ? fuzz_pick(in, n) : 0;
    const uint64_t seed = fuzz_count(in, 0, 9), stream = fuzz_count(in, 0, 9), offset = fuzz_count(in, 0, 40);
    array_t whole = output(w, n), parts = output(w, n);
    const size_t elem = w->f64 ? sizeof(double) : sizeof(float);
    const int normal = fuzz_pick(in, 2);
    const lpl_status_t status = normal ? CALL(w, lpl_random_normal, (void *)whole.p, n, seed, stream, offset)
                                       : CALL(w, lpl_random_uniform, (void *)whole.p, n, seed, stream, offset);
    if (status < 0) FUZZ_NEED(untouched(&whole) && offset > (uint64_t)1 << 60);
    if (status == LPL_OK && offset < 1000) { /* in two pieces, the same bits */
        for (int half = 0; half < 2; half++) {
            void *at = parts.p + (half ? cut * elem : 0);
            const size_t count = half ? n - cut : cut;
            const uint64_t from = offset + (half ? cut : 0);
            FUZZ_NEED((normal ? CALL(w, lpl_random_normal, at, count, seed, stream, from)
                              : CALL(w, lpl_random_uniform, at, count, seed, stream, from)) == LPL_OK);
        }
        FUZZ_NEED(memcmp(whole.p, parts.p, whole.bytes) == 0 && is_finite(w, &whole));
    }
    FUZZ_NEED(CALL(w, lpl_random_uniform, (void *)whole.p, (size_t)-1, seed, stream, offset) == LPL_E_SIZE);
    release(whole), release(parts);
}

static void optimise(world_t *w) {
    fuzz_in_t *in = &w->in;
    const size_t n = fuzz_pick(in, 20);
    lpl_optim_config_t c;
    FUZZ_NEED(lpl_optim_config_init(&c, sizeof c) == LPL_OK);
    c.optim = fuzz_enum(in, LPL_OPTIM_ADAM);
    fuzz_param(in, &c.eta), fuzz_param(in, &c.momentum), fuzz_param(in, &c.beta1), fuzz_param(in, &c.beta2);
    fuzz_param(in, &c.adam_eps), fuzz_param(in, &c.weight_decay);
    const uint64_t t = fuzz_count(in, 1, 100);
    array_t p = input(w, n), m = output(w, n), v = output(w, n), g = input(w, n), before = output(w, n);
    memset(m.p, 0, m.bytes), memset(v.p, 0, v.bytes), memcpy(before.p, p.p, p.bytes);
    const lpl_status_t status = CALL(w, lpl_optim_step, &c, (void *)p.p,
                                     c.optim >= LPL_OPTIM_MOMENTUM && fuzz_pick(in, 16) ? (void *)m.p : NULL,
                                     c.optim == LPL_OPTIM_ADAM ? (void *)v.p : NULL, (void *)g.p, n, t);
    if (status < 0) FUZZ_NEED(memcmp(before.p, p.p, p.bytes) == 0);
    release(p), release(m), release(v), release(g), release(before);
}

static void schedule(world_t *w) {
    fuzz_in_t *in = &w->in;
    double eta = 7;
    const double epoch = fuzz_pick(in, 2) ? fuzz_pick(in, 60) / 2.0 : fuzz_real(in);
    const double base = fuzz_real(in), start = fuzz_real(in), end = fuzz_real(in);
    const uint64_t warmup = fuzz_count(in, 0, 5), epochs = fuzz_count(in, 0, 20);
    const lpl_status_t status = fuzz_status(lpl_schedule_warmup_cosine(&eta, epoch, base, start, end, warmup, epochs));
    if (status < 0) FUZZ_NEED(eta == 7);
    if (status == LPL_OK && fabs(base) < 1e30 && fabs(start) < 1e30 && fabs(end) < 1e30) FUZZ_NEED(isfinite(eta));
}

/* ---- the rule ---- */

/* A tracker that has seen a batch or nothing, or NULL. */
static lpl_stats_t *tracker(world_t *w, size_t M) {
    fuzz_in_t *in = &w->in;
    lpl_stats_config_t c;
    lpl_stats_t *s = NULL;
    if (fuzz_pick(in, 2)) return NULL;
    FUZZ_NEED(lpl_stats_config_init(&c, sizeof c) == LPL_OK);
    c.n_units = M + (fuzz_pick(in, 16) == 0), c.batch_max = MAX_ROWS, c.mode = (int32_t)fuzz_pick(in, 4),
    c.covariance = (int32_t)fuzz_pick(in, 2);
    c.dtype = fuzz_pick(in, 16) ? (w->f64 ? LPL_F64 : LPL_F32) : LPL_F32;
    if (c.n_units == 0) return NULL;
    FUZZ_NEED(lpl_stats_create(&c, &s) == LPL_OK);
    array_t z = input(w, MAX_ROWS * (M + 1));
    if (fuzz_pick(in, 4)) CALL(w, lpl_stats_update, s, (void *)z.p, (size_t)c.n_units, 2 + fuzz_pick(in, 3));
    release(z);
    return s;
}

static void rule(world_t *w) {
    fuzz_in_t *in = &w->in;
    const size_t M = fuzz_pick(in, MAX_UNITS + 1), batch = fuzz_pick(in, MAX_ROWS + 1), ld = fuzz_ld(in, M),
                 room = batch * (M + 1);
    lpl_rule_config_t c;
    FUZZ_NEED(lpl_rule_config_init(&c, sizeof c) == LPL_OK);
    c.rule = fuzz_enum(in, LPL_RULE_SOFTHEBB), c.form = fuzz_enum(in, LPL_FORM_REFERENCE),
    c.norm = fuzz_enum(in, LPL_NORM_NEURON);
    c.push_form = fuzz_enum(in, LPL_PUSH_LOGDET), c.decorr = fuzz_pick(in, 2);
    c.pull_form = fuzz_enum(in, LPL_PULL_ISOLOSS);
    double *const real[] = {&c.pull, &c.push, &c.decorr, &c.eps, &c.tau_theta, &c.collapse_std, &c.temperature};
    for (size_t k = 0; k < 7; k++) fuzz_param(in, real[k]);
    size_t bytes = 0;
    const lpl_status_t sized = fuzz_status(lpl_rule_scratch(&c, &bytes, M, batch, w->f64 ? LPL_F64 : LPL_F32));
    void *scratch = aligned_alloc(64, (bytes + 64) / 64 * 64);
    lpl_stats_t *s = tracker(w, M);
    lpl_report_t report;
    array_t z = input(w, room), prev = input(w, room), fprime = input(w, room), delta = output(w, room),
            decay = output(w, M), theta = input(w, M);
    FUZZ_NEED(scratch != NULL && lpl_report_init(&report, sizeof report) == LPL_OK);
    const int short_scratch = bytes > 0 && fuzz_pick(in, 16) == 0;
    void *const th = c.rule == LPL_RULE_BCM ? theta.p : NULL;
    const uint8_t given = fuzz_byte(in); /* which of the optional arrays: drawn here, as arguments have no order */
    const lpl_status_t status =
        CALL(w, lpl_rule_delta, &c, (void *)delta.p, ld, given & 1 ? (void *)decay.p : NULL, &report, th, scratch,
             bytes - (size_t)short_scratch, (void *)z.p, ld, given & 2 ? (void *)prev.p : NULL, ld,
             given & 4 ? (void *)fprime.p : NULL, ld, s, M, batch);
    if (sized < 0 || short_scratch) FUZZ_NEED(status < 0);
    if (status < 0 && status != LPL_E_NONFINITE) FUZZ_NEED(untouched(&delta) && untouched(&decay));
    lpl_stats_destroy(s), free(scratch);
    release(z), release(prev), release(fprime), release(delta), release(decay), release(theta);
}

static void apply(world_t *w) {
    fuzz_in_t *in = &w->in;
    const size_t n = fuzz_pick(in, MAX_UNITS + 1), M = fuzz_pick(in, MAX_UNITS + 1),
                 batch = fuzz_pick(in, MAX_ROWS + 1);
    const size_t ldw = fuzz_ld(in, n), ldd = fuzz_ld(in, M), ldx = fuzz_ld(in, n);
    array_t weights = input(w, M * (n + 1)), bias = input(w, M), delta = input(w, batch * (M + 1)), decay = input(w, M),
            x = input(w, batch * (n + 1));
    array_t before = output(w, M * (n + 1));
    memcpy(before.p, weights.p, weights.bytes);
    const double eta = fuzz_real(in), weight_decay = fuzz_real(in);
    const uint8_t given = fuzz_byte(in);
    const lpl_status_t status =
        CALL(w, lpl_rule_apply, (void *)weights.p, ldw, given & 1 ? (void *)bias.p : NULL, (void *)delta.p, ldd,
             given & 2 ? (void *)decay.p : NULL, (void *)x.p, ldx, n, M, batch, eta, weight_decay);
    if (status < 0) FUZZ_NEED(memcmp(before.p, weights.p, weights.bytes) == 0);
    if (M * n > 0)
        FUZZ_NEED(CALL(w, lpl_rule_apply, (void *)weights.p, n, NULL, (void *)delta.p, M, NULL, (void *)weights.p, n, n,
                       M, 1, 0.1, 0) < 0);
    release(weights), release(bias), release(delta), release(decay), release(x), release(before);
}

/* ---- metrics and readout ---- */

static int32_t *labels(world_t *w, size_t n, size_t classes) {
    int32_t *y = malloc((n + 1) * sizeof *y);
    FUZZ_NEED(y != NULL);
    for (size_t k = 0; k < n; k++)
        y[k] = fuzz_pick(&w->in, 40) ? (int32_t)fuzz_pick(&w->in, classes) : fuzz_enum(&w->in, 1000);
    return y;
}

static void metrics(world_t *w) {
    fuzz_in_t *in = &w->in;
    const size_t n = fuzz_pick(in, 8), d = fuzz_pick(in, 2) ? 1 : fuzz_pick(in, MAX_UNITS), ld = fuzz_ld(in, d),
                 K = 1 + fuzz_pick(in, 3);
    const size_t n_out = fuzz_pick(in, 16) ? K : fuzz_pick(in, 10);
    array_t x = input(w, n * (d + 1)), x2 = input(w, n * (d + 1));
    int32_t *y = labels(w, n, K);
    double out = 7, *classes = malloc(K * K * sizeof *classes);
    FUZZ_NEED(classes != NULL);
    const int32_t scalar = fuzz_enum(in, LPL_METRIC_SELECTIVITY);
    const uint8_t given = fuzz_byte(in);
    lpl_status_t status = CALL(w, lpl_metric, &out, scalar, (void *)x.p, ld, given & 3 ? (void *)x2.p : NULL, ld,
                               given & 28 ? y : NULL, n, d);
    if (status < 0) FUZZ_NEED(out == 7);
    if (status == LPL_OK) FUZZ_NEED(!isnan(out) && (w->wild || isfinite(out)));
    for (size_t k = 0; k < K * K; k++) classes[k] = 7;
    const int32_t metric = fuzz_enum(in, LPL_METRIC_CLASS_CORRELATION);
    const size_t length = metric == LPL_METRIC_CLASS_CORRELATION ? K * K : K;
    status = CALL(w, lpl_metric_classes, classes, n_out == K ? length : n_out, metric, (void *)x.p, ld, y, n, d, K);
    if (status == LPL_OK) FUZZ_NEED(n_out == K || n_out == length);
    for (size_t k = status < 0 ? 0 : length; k < K * K; k++) FUZZ_NEED(classes[k] == 7);
    double f[2][MAX_UNITS + 1];
    for (size_t k = 0; k <= MAX_UNITS; k++) f[0][k] = f[1][k] = 7;
    status = CALL(w, lpl_slowness, f[0], (void *)x.p, ld, given & 28 ? y : NULL, n, d, fuzz_pick(in, 4));
    for (size_t k = 0; k <= MAX_UNITS; k++)
        FUZZ_NEED(status < 0 || k >= d ? f[0][k] == 7 : w->wild || (f[0][k] >= 0 && isfinite(f[0][k])));
    for (size_t k = 0; k <= MAX_UNITS; k++) f[0][k] = 7;
    status = CALL(w, lpl_modulation, f[0], f[1], (void *)x.p, ld, given & 3 ? (void *)x2.p : NULL, n, d);
    for (size_t k = 0; k <= MAX_UNITS; k++)
        FUZZ_NEED(status < 0 || k >= d ? f[0][k] == 7 && f[1][k] == 7 : w->wild || f[1][k] >= 0);
    free(y), free(classes);
    release(x), release(x2);
}

static void readout(world_t *w) {
    fuzz_in_t *in = &w->in;
    const size_t n = fuzz_pick(in, 7), d = fuzz_pick(in, MAX_UNITS), ldx = fuzz_ld(in, d), ldw = fuzz_ld(in, d),
                 K = 2 + fuzz_pick(in, 2);
    lpl_readout_config_t c;
    FUZZ_NEED(lpl_readout_config_init(&c, sizeof c) == LPL_OK);
    c.n_classes = fuzz_pick(in, 32) ? K : fuzz_pick(in, 3) % 2;
    c.batch = fuzz_pick(in, 16) ? fuzz_count(in, 1, 8) : 0, c.epochs = fuzz_pick(in, 4);
    fuzz_param(in, &c.eta), fuzz_param(in, &c.beta1), fuzz_param(in, &c.beta2), fuzz_param(in, &c.adam_eps);
    array_t weights = input(w, K * (d + 1)), bias = input(w, K), x = input(w, n * (d + 1)), logits = output(w, n * K),
            before = output(w, K * (d + 1));
    int32_t *y = labels(w, n, K);
    double loss[4], accuracy = 7;
    memcpy(before.p, weights.p, weights.bytes);
    lpl_status_t status =
        CALL(w, lpl_readout_fit, &c, (void *)weights.p, ldw, (void *)bias.p, loss, (void *)x.p, ldx, y, n, d);
    if (status < 0) FUZZ_NEED(memcmp(before.p, weights.p, weights.bytes) == 0);
    status = CALL(w, lpl_readout_predict, (void *)logits.p, K, &accuracy, (void *)weights.p, ldw, (void *)bias.p,
                  (void *)x.p, ldx, y, n, d, K);
    if (status < 0) FUZZ_NEED(untouched(&logits) && accuracy == 7);
    if (status == LPL_OK) FUZZ_NEED(accuracy >= 0 && accuracy <= 1);
    free(y);
    release(weights), release(bias), release(x), release(logits), release(before);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static void (*const calls[])(world_t *) = {activate, random_numbers, optimise, schedule, rule,
                                               rule,     apply,          metrics,  readout};
    world_t w = {.in = {data, size}};
    const uint8_t mode = fuzz_byte(&w.in);
    w.wild = mode % 2, w.f64 = mode / 2 % 2;
    for (size_t k = 0; k < MAX_CALLS && w.in.n > 0; k++) calls[fuzz_pick(&w.in, sizeof calls / sizeof calls[0])](&w);
    return 0;
}

/* Bytes of the library's own generator, long enough for a dozen calls. */
size_t fuzz_seed(size_t k, uint8_t *data, size_t room) {
    uint32_t bits[1024];
    if (k >= 64) return 0;
    FUZZ_NEED(lpl_random_bits(bits, 1024, 20230715, k, 0) == LPL_OK);
    const size_t n = 200 + 12 * k < room ? 200 + 12 * k : room;
    for (size_t i = 0; i < n; i++) data[i] = (uint8_t)(bits[i] >> 24);
    return n;
}
