/* tests/test_diverge.c - divergence: whatever the input, learning rate and weights, a call leaves every state finite or
 * says LPL_E_NONFINITE and changes nothing; and what is finite is not refused. */
#include <float.h>

#include "common/testing.h"

/* ---- states, compared byte by byte ---- */

typedef struct {
    unsigned char *p;
    size_t n, room;
} bytes_t;

static int32_t append(const void *data, size_t n, void *user) {
    bytes_t *b = user;
    if (b->n + n > b->room) b->p = realloc(b->p, b->room = 2 * (b->n + n));
    memcpy(b->p + b->n, data, n);
    b->n += n;
    return 0;
}

static bytes_t bytes_of(const lpl_layer_t *l) {
    bytes_t b = {0};
    OK(lpl_layer_save(l, append, &b)); /* fails if anything is not finite */
    return b;
}

static int same_bytes(bytes_t a, bytes_t b) {
    const int same = a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
    free(a.p);
    free(b.p);
    return same;
}

/* ---- calls of either type on arrays of doubles ---- */

static float *narrow(const double *p, size_t n) {
    float *f = p ? malloc(n * sizeof *f) : NULL;
    for (size_t k = 0; p && k < n; k++) f[k] = (float)p[k];
    return f;
}

static lpl_status_t update(lpl_layer_t *l, int f64, lpl_report_t *report, const double *x0, const double *x1, size_t n,
                           size_t batch) {
    if (f64) return lpl_update_f64(l, report, x0, n, x1, n, batch);
    float *a = narrow(x0, n * batch), *b = narrow(x1, n * batch);
    const lpl_status_t s = lpl_update(l, report, a, n, b, n, batch);
    free(a);
    free(b);
    return s;
}

static lpl_status_t gradient(lpl_layer_t *l, int f64, double *dw, size_t lddw, double *db, size_t M,
                             lpl_report_t *report, const double *x0, const double *x1, size_t n, size_t batch) {
    if (f64) return lpl_gradient_f64(l, dw, lddw, db, report, x0, n, x1, n, batch);
    float *a = narrow(x0, n * batch), *b = narrow(x1, n * batch), *w = narrow(dw, M * lddw), *c = narrow(db, M);
    const lpl_status_t s = lpl_gradient(l, w, lddw, c, report, a, n, b, n, batch);
    for (size_t k = 0; k < M * lddw; k++) dw[k] = (double)w[k];
    for (size_t k = 0; db && k < M; k++) db[k] = (double)c[k];
    free(a);
    free(b);
    free(w);
    free(c);
    return s;
}

static lpl_status_t online(lpl_layer_t *l, int f64, double *z, size_t M, lpl_report_t *report, const double *x,
                           size_t n) {
    if (f64) return lpl_update_online_f64(l, z, report, x);
    float *a = narrow(x, n), *b = narrow(z, M);
    const lpl_status_t s = lpl_update_online(l, b, report, a);
    for (size_t k = 0; s >= 0 && k < M; k++) z[k] = (double)b[k];
    free(a);
    free(b);
    return s;
}

static void read_state(const lpl_layer_t *l, int f64, double *p, size_t n, int32_t what) {
    if (f64) {
        OK(lpl_layer_read_f64(l, p, n, what));
        return;
    }
    float *f = malloc(n * sizeof *f);
    OK(lpl_layer_read(l, f, n, what));
    for (size_t k = 0; k < n; k++) p[k] = (double)f[k];
    free(f);
}

static void write_state(lpl_layer_t *l, int f64, const double *p, size_t n, int32_t what) {
    if (f64) {
        OK(lpl_layer_write_f64(l, p, n, what));
        return;
    }
    float *f = narrow(p, n);
    OK(lpl_layer_write(l, f, n, what));
    free(f);
}

static size_t get(const lpl_layer_t *l, int32_t param) {
    double v = 0;
    OK(lpl_layer_get(l, param, &v));
    return (size_t)v;
}

static int all_finite(const double *p, size_t n) {
    for (size_t k = 0; k < n; k++)
        if (!isfinite(p[k])) return 0;
    return 1;
}

static int report_is_finite(const lpl_report_t *r) {
    const double v[] = {r->pull, r->push, r->decorr, r->total, r->mean_activity, r->min_std, r->mean_std};
    return all_finite(v, sizeof v / sizeof v[0]);
}

/* 10^u, u uniform in low .. high */
static double decade(double low, double high) { return pow(10, low + (high - low) * (testing_real() + 1) / 2); }

/* Normal-like numbers of this size, sometimes with a zero or one that is far larger, within the type. */
static double *inputs(size_t n, double scale, int f64) {
    double *p = testing_doubles(n);
    const double top = f64 ? 1.7e308 : 3.4e38;
    for (size_t k = 0; k < n; k++) {
        p[k] *= scale;
        if (testing_size(0, 30) == 0) p[k] = 0;
        if (testing_size(0, 200) == 0) p[k] *= 1e6;
        p[k] = fmax(-top, fmin(top, p[k]));
    }
    return p;
}

/* ---- any layer ---- */

enum { DENSE, IM2COL, LANES, WINOGRAD, LARGE_SQUARES };

static lpl_layer_config_t any_config(int kind, int f64) {
    lpl_layer_config_t c;
    OK(lpl_layer_config_init(&c, sizeof c));
    c.dtype = f64 ? LPL_F64 : LPL_F32;
    c.n_pre = testing_size(1, 14), c.n_post = testing_size(1, 9), c.batch_max = testing_size(2, 9), c.label = 7;
    c.activation = (int32_t)testing_size(0, LPL_ACT_SILU), c.bias = testing_size(0, 3) > 0;
    c.rule = kind == DENSE && testing_size(0, 1) ? (int32_t)testing_size(0, LPL_RULE_SOFTHEBB) : LPL_RULE_LPL;
    c.temperature = decade(-3, 3);
    c.pair = c.rule == LPL_RULE_LPL ? (int32_t)testing_size(0, 1) : LPL_PAIR_CAUSAL;
    c.form = (int32_t)testing_size(0, 1), c.norm = (int32_t)testing_size(0, 1),
    c.push_form = (int32_t)testing_size(0, LPL_PUSH_HINGE);
    c.stats = (int32_t)testing_size(0, LPL_STATS_EWMA), c.decorr = testing_size(0, 2) ? decade(-2, 2) : 0;
    c.tau_mean = decade(0.5, 3), c.tau_sigma2 = decade(0.5, 3), c.eps = decade(-8, -2);
    c.optim = (int32_t)testing_size(0, LPL_OPTIM_ADAM), c.eta = decade(-4, f64 ? 250 : 34),
    c.weight_decay = testing_size(0, 1) ? decade(-6, 1) : 0;
    if (testing_size(0, 1)) c.eta = decade(-4, 4);
    if (testing_size(0, 9) == 0) c.eta = 0;
    c.mode = testing_size(0, 9) ? LPL_MODE_LEARN : (int32_t)testing_size(1, 2);
    c.seed = testing_bits() >> 1, c.threads = testing_size(0, 15) ? 1 : 2; /* waiting threads spin */
    if (c.stats == LPL_STATS_BATCH && testing_size(0, 1)) {                /* terms of the whole batch */
        c.push_form = (int32_t)testing_size(0, LPL_PUSH_LOGDET);
        c.pull_form = (int32_t)testing_size(0, LPL_PULL_ISOLOSS), c.predictor_alpha = (double)testing_size(0, 4) / 2;
    }
    if (kind == DENSE) return c;
    c.kind = LPL_LAYER_CONV2D, c.n_pre = 0;
    c.channels = (uint32_t)testing_size(1, 3), c.height = (uint32_t)testing_size(4, 6),
    c.width = (uint32_t)testing_size(4, 6);
    c.pool = (uint32_t)testing_size(1, 2), c.sees = (int32_t)testing_size(0, LPL_SEES_HEAD);
    if (c.sees == LPL_SEES_HEAD)
        c.head_hidden = (uint32_t)testing_size(1, 6), c.head_out = (uint32_t)testing_size(1, 5);
    if (kind == IM2COL) c.stride = 2, c.isa = testing_size(0, 1) ? LPL_ISA_REF : LPL_ISA_AUTO;
    if (kind == LANES) c.batch_max = testing_size(8, 12), c.channels = testing_size(0, 1) ? c.channels : 9;
    if (kind == WINOGRAD) c.batch_max = 8, c.channels = 64, c.n_post = 64, c.dtype = LPL_F32, c.height = c.width = 4;
    if (kind == LARGE_SQUARES)
        c.batch_max = 8, c.channels = 8, c.n_post = 16, c.dtype = LPL_F32, c.height = c.width = 8,
        c.flags = LPL_FLAG_WINOGRAD_4X4;
    return c;
}

typedef struct {
    size_t ok, refused, partly;
} tally_t;

/* One call of one layer, before and after. */
static void one_call(lpl_layer_t *l, const lpl_layer_config_t *c, double scale, tally_t *t) {
    const int f64 = c->dtype == LPL_F64, ewma = c->stats == LPL_STATS_EWMA, causal = c->pair == LPL_PAIR_CAUSAL;
    const size_t n = get(l, LPL_PARAM_N_PRE), M = (size_t)c->n_post, K = get(l, LPL_PARAM_FAN_IN),
                 U = get(l, LPL_PARAM_UNITS), rows = get(l, LPL_PARAM_PREV_ROWS),
                 batch = rows ? rows : testing_size(2, (size_t)c->batch_max);
    double *x0 = inputs(n * batch, scale, f64), *x1 = inputs(n * batch, scale, f64), *dw = calloc(M * K, sizeof *dw),
           *db = calloc(M, sizeof *db), *z = calloc(U, sizeof *z), *w = malloc(M * K * sizeof *w),
           *after = malloc(M * K * sizeof *w);
    lpl_report_t report, *wanted = testing_size(0, 1) ? &report : NULL;
    OK(lpl_report_init(&report, sizeof report));
    const lpl_report_t fresh = report;
    const int streams = ewma && causal && rows <= 1, call = (int)testing_size(0, streams ? 2 : 1);
    const int stream = call == 2;
    if (testing_size(0, 30) == 0)
        x1[testing_size(0, stream ? n - 1 : n * batch - 1)] = testing_size(0, 1) ? INFINITY : NAN;
    bytes_t before = bytes_of(l);
    const uint64_t step = get(l, LPL_PARAM_STEP);
    read_state(l, f64, w, M * K, LPL_STATE_WEIGHTS);
    lpl_status_t s;
    if (call == 0)
        s = update(l, f64, wanted, causal && testing_size(0, 1) ? NULL : x0, x1, n, batch);
    else if (call == 1)
        s = gradient(l, f64, dw, K, c->bias ? db : NULL, M, wanted, x0, x1, n, batch);
    else
        s = online(l, f64, z, U, wanted, x1, n);
    ck_assert_msg(s >= 0 || s == LPL_E_NONFINITE, "%s", lpl_last_error());
    ck_assert_msg(report_is_finite(&report), "report of %s: total %g", lpl_status_name(s), report.total);
    ck_assert(all_finite(dw, M * K) && all_finite(db, M) && all_finite(z, U));
    bytes_t now = bytes_of(l);
    if (s < 0) {
        ck_assert(memcmp(&report, &fresh, sizeof report) == 0);
        ck_assert_msg(strstr(lpl_last_error(), "layer 7") && strstr(lpl_last_error(), "step"), "%s", lpl_last_error());
        for (size_t k = 0; k < M * K; k++) ck_assert(dw[k] == 0);
    }
    const int partly =
        s < 0 && call == 2 && strstr(lpl_last_error(), "all other units have made") && get(l, LPL_PARAM_STEP) != step;
    t->ok += s >= 0, t->refused += s < 0 && !partly, t->partly += (size_t)partly;
    if (s < 0 && !partly) ck_assert_msg(same_bytes(before, now), "something has changed: %s", lpl_last_error());
    if (s >= 0 && (c->mode == LPL_MODE_FROZEN || call == 1)) ck_assert(same_bytes(before, now));
    if ((s >= 0 || partly) && !(c->mode == LPL_MODE_FROZEN || call == 1)) free(before.p), free(now.p);
    if (c->mode != LPL_MODE_LEARN || c->eta == 0) {
        read_state(l, f64, after, M * K, LPL_STATE_WEIGHTS);
        ck_assert(memcmp(w, after, M * K * sizeof *w) == 0);
    }
    free(x0);
    free(x1);
    free(dw);
    free(db);
    free(z);
    free(w);
    free(after);
}

/* States of any size, as a host may write them. */
static void any_states(lpl_layer_t *l, const lpl_layer_config_t *c) {
    const int f64 = c->dtype == LPL_F64;
    const struct {
        int32_t what;
        int has, square;
    } list[] = {{LPL_STATE_WEIGHTS, 1, 0},
                {LPL_STATE_BIAS, c->bias, 0},
                {LPL_STATE_OPTIM_M, c->optim != LPL_OPTIM_SGD, 0},
                {LPL_STATE_OPTIM_V, c->optim == LPL_OPTIM_ADAM, 1},
                {LPL_STATE_BIAS_V, c->optim == LPL_OPTIM_ADAM && c->bias, 1},
                {LPL_STATE_MEAN, c->stats != LPL_STATS_BATCH, 0},
                {LPL_STATE_SIGMA2, c->stats != LPL_STATS_BATCH, 1},
                {LPL_STATE_THETA, c->rule == LPL_RULE_BCM, 0}};
    for (size_t k = 0; k < sizeof list / sizeof list[0]; k++) {
        if (!list[k].has || testing_size(0, 3)) continue;
        const size_t M = (size_t)c->n_post, n = list[k].what == LPL_STATE_MEAN || list[k].what == LPL_STATE_SIGMA2
                                                    ? get(l, LPL_PARAM_UNITS)
                                                : list[k].what == LPL_STATE_BIAS || list[k].what == LPL_STATE_BIAS_V ||
                                                        list[k].what == LPL_STATE_THETA
                                                    ? M
                                                    : M * get(l, LPL_PARAM_FAN_IN);
        double *p = inputs(n, decade(-3, f64 ? 307 : 38), f64);
        for (size_t i = 0; list[k].square && i < n; i++) p[i] = fabs(p[i]);
        write_state(l, f64, p, n, list[k].what);
        free(p);
    }
}

static void any_layers(int kind, int f64, int rounds) {
    tally_t t = {0, 0, 0};
    for (int round = 0; round < rounds; round++) {
        lpl_layer_config_t c = any_config(kind, f64);
        lpl_layer_t *l;
        OK(lpl_layer_create(&c, &l));
        double scale = decade(-3, f64 ? 307 : 38);
        if (round % 3 == 0) scale = decade(-2, 3); /* where steps succeed and grow */
        if (round % 4 == 1) any_states(l, &c);
        for (int k = 0; k < 6; k++) one_call(l, &c, scale * decade(-1, 1), &t);
        lpl_layer_destroy(l);
    }
    ck_assert_msg(t.ok > (size_t)rounds / 2 && t.refused > (size_t)rounds / 4, "%zu done, %zu refused", t.ok,
                  t.refused);
    if (kind == DENSE) ck_assert(t.partly > 0);
}

START_TEST(dense_layers) { any_layers(DENSE, _i, 400); }
START_TEST(convolutions_by_im2col) { any_layers(IM2COL, _i, 100); }
START_TEST(convolutions_in_lanes) { any_layers(LANES, _i, 50); }
START_TEST(convolutions_by_winograd) { any_layers(WINOGRAD, 0, 4); }
START_TEST(convolutions_by_large_squares) { any_layers(LARGE_SQUARES, 0, 30); }

/* A head whose relu answers 0 to a map that overflows: its outputs and their delta look harmless, its gradient is 0
 * times infinity. */
START_TEST(overflow_behind_a_head) {
    for (int32_t pair = 0; pair < 2; pair++)
        for (size_t stride = 1; stride < 3; stride++)
            for (int k0 = 0; k0 < 2 * (LPL_ACT_SILU + 1); k0++) {
                const int sign = k0 % 2 ? 1 : -1, act = k0 / 2;
                lpl_layer_config_t c;
                lpl_layer_t *l;
                lpl_report_t report;
                OK(lpl_layer_config_init(&c, sizeof c));
                c.kind = LPL_LAYER_CONV2D, c.channels = 2, c.height = c.width = 4, c.n_post = 3, c.batch_max = 8;
                c.stride = (uint32_t)stride, c.sees = LPL_SEES_HEAD, c.head_hidden = 4, c.head_out = 2, c.pair = pair;
                c.dtype = _i ? LPL_F64 : LPL_F32, c.activation = (int32_t)act, c.label = 7, c.decorr = 0;
                OK(lpl_layer_create(&c, &l));
                const size_t n = 32, K = get(l, LPL_PARAM_FAN_IN);
                double x[8 * 32], w[3 * 18], w1[12];
                for (size_t k = 0; k < 8 * n; k++) x[k] = (_i ? 1e200 : 1e30) * (double)(1 + k % 5);
                for (size_t k = 0; k < 3 * K; k++)
                    w[k] = (_i ? 1e200 : 1e30) * (k % 2 ? -1 : 1); /* infinity less infinity */
                for (size_t k = 0; k < 12; k++) w1[k] = sign * 0.5;
                write_state(l, _i, w, 3 * K, LPL_STATE_WEIGHTS);
                write_state(l, _i, w1, 12, LPL_STATE_HEAD_W1);
                write_state(l, _i, (double[]){-1, -1}, 2, LPL_STATE_HEAD_B2); /* outputs of exactly 0 */
                OK(lpl_report_init(&report, sizeof report));
                bytes_t before = bytes_of(l);
                const lpl_status_t s = update(l, _i, &report, x, x, n, 8);
                ck_assert_msg(s >= 0 || s == LPL_E_NONFINITE, "%s", lpl_last_error());
                bytes_t now = bytes_of(l); /* fails if the head holds NaN */
                ck_assert(same_bytes(before, now) || s >= 0);
                lpl_layer_destroy(l);
            }
}
END_TEST

/* A float32 convolution computes and remembers the outputs of its head in double. One that float cannot hold is refused
 * by every call, in every mode, with the layer as it was; none may be handed out or read as infinity. */
START_TEST(head_beyond_float) {
    static const size_t length[] = {54, 12, 8}; /* weights, W1, W2 */
    static const int32_t part[] = {LPL_STATE_WEIGHTS, LPL_STATE_HEAD_W1, LPL_STATE_HEAD_W2};
    for (int32_t mode = LPL_MODE_LEARN; mode <= LPL_MODE_FROZEN; mode++)
        for (int32_t stats = LPL_STATS_BATCH; stats <= LPL_STATS_EWMA; stats++)
            for (int k = 0; k < 4; k++) { /* a finite output, too large a one; with a past of its own and without */
                const size_t B = stats == LPL_STATS_EWMA ? 1 : 4;
                lpl_layer_config_t c;
                lpl_layer_t *l;
                lpl_report_t report;
                OK(lpl_layer_config_init(&c, sizeof c));
                c.kind = LPL_LAYER_CONV2D, c.channels = 2, c.height = c.width = 4, c.n_post = 3, c.batch_max = 4;
                c.sees = LPL_SEES_HEAD, c.head_hidden = 4, c.head_out = 2, c.pair = LPL_PAIR_CAUSAL, c.decorr = 0;
                c.dtype = LPL_F32, c.stats = stats, c.eta = 0; /* no weight would overflow */
                OK(lpl_layer_create(&c, &l));
                OK(lpl_layer_set(l, LPL_PARAM_MODE, mode));
                double x[4 * 32], out[2] = {3, 4}, dw[54], db[3], v[54];
                for (size_t j = 0; j < 4 * 32; j++) x[j] = 1 + 0.1 * (double)(j % 7);
                for (size_t p = 0; p < 3; p++) {
                    for (size_t j = 0; j < length[p]; j++) v[j] = p < 2 ? 1 : k % 2 ? 1e38 : 1e-3;
                    write_state(l, 0, v, length[p], part[p]);
                }
                OK(lpl_report_init(&report, sizeof report));
                const lpl_status_t want = k % 2 ? LPL_E_NONFINITE : LPL_OK;
                const double *past = k / 2 ? x : NULL;
                bytes_t before = bytes_of(l);
                ck_assert_int_eq(gradient(l, 0, dw, 18, db, 3, &report, past, x, 32, B), want);
                ck_assert(same_bytes(before, bytes_of(l)));
                before = bytes_of(l);
                ck_assert_int_eq(update(l, 0, &report, past, x, 32, B), want);
                if (want < 0) ck_assert_msg(strstr(lpl_last_error(), "too large"), "%s", lpl_last_error());
                if (want < 0)
                    ck_assert(same_bytes(before, bytes_of(l)));
                else
                    free(before.p);
                if (stats == LPL_STATS_EWMA) {
                    before = bytes_of(l);
                    ck_assert_int_eq(online(l, 0, out, 2, &report, x, 32), want);
                    ck_assert(isfinite(out[0]) && isfinite(out[1]));
                    if (want < 0)
                        ck_assert(same_bytes(before, bytes_of(l)));
                    else
                        free(before.p);
                }
                lpl_layer_destroy(l);
            }
}
END_TEST

/* What a float32 layer keeps in double may be too large to be read: a variance of 1e60. It says so, and writes
 * nothing. */
START_TEST(read_beyond_float) {
    lpl_layer_config_t c;
    lpl_layer_t *l;
    OK(lpl_layer_config_init(&c, sizeof c));
    c.n_pre = 2, c.n_post = 2, c.batch_max = 2, c.stats = LPL_STATS_EWMA, c.decorr = 0, c.eta = 0;
    c.activation = LPL_ACT_LINEAR, c.dtype = LPL_F32;
    OK(lpl_layer_create(&c, &l));
    OK(lpl_layer_write(l, (const float[]){1, 0, 0, 1}, 4, LPL_STATE_WEIGHTS));
    OK(lpl_update(l, NULL, NULL, 0, (const float[]){1, 1e30f, -1, -1e30f}, 2, 2));
    free(bytes_of(l).p);
    float v[4] = {7, 7, 7, 7};
    OK(lpl_layer_read(l, v, 2, LPL_STATE_MEAN));
    v[0] = v[1] = 7;
    FAILS(lpl_layer_read(l, v, 2, LPL_STATE_SIGMA2), LPL_E_NONFINITE, "element 1");
    for (int k = 0; k < 4; k++) ck_assert(v[k] == 7);
    lpl_layer_destroy(l);
}
END_TEST

/* ---- refused if and only if the arithmetic overflows ---- */

/* The step of optim.h in the type, on one parameter; returns whether all is finite. */
static int step_by_hand(int f64, const lpl_layer_config_t *c, uint64_t t, double g, double *w, double *m, double *v,
                        double decay) {
#define IN(type, root, ADAM_EPS)                                                                            \
    {                                                                                                       \
        type W = (type)*w, m_ = (type)*m, v_ = (type)*v, G = (type)g + (type)decay * W, eta = (type)c->eta; \
        if (c->optim == LPL_OPTIM_SGD) {                                                                    \
            W -= eta * G;                                                                                   \
        } else if (c->optim == LPL_OPTIM_MOMENTUM) {                                                        \
            m_ = (type)c->momentum * m_ + G;                                                                \
            W -= eta * m_;                                                                                  \
        } else {                                                                                            \
            m_ += (G - m_) * (type)(1 - c->beta1);                                                          \
            v_ = (type)c->beta2 * v_ + (type)(1 - c->beta2) * (G * G);                                      \
            W -= (type)(c->eta / (1 - pow(c->beta1, (double)t))) *                                          \
                 (m_ / (root(v_) * (type)(1 / sqrt(1 - pow(c->beta2, (double)t))) + (type)c->adam_eps));    \
        }                                                                                                   \
        *w = (double)W, *m = (double)m_, *v = (double)v_;                                                   \
        return isfinite(W) && isfinite(m_) && isfinite(v_);                                                 \
    }
    if (f64) IN(double, sqrt, 1)
    IN(float, sqrtf, 1)
}

START_TEST(finite_steps_are_not_refused) {
    const int f64 = _i % 2, convolution = _i / 2;
    const double top = f64 ? DBL_MAX : (double)FLT_MAX;
    size_t done = 0, refused = 0;
    for (int round = 0; round < 300; round++) {
        lpl_layer_config_t c = any_config(convolution ? IM2COL : DENSE, f64);
        c.mode = LPL_MODE_LEARN, c.rule = LPL_RULE_LPL, c.bias = 0, c.sees = LPL_SEES_POOLED, c.decorr = 0,
        c.activation = LPL_ACT_TANH;
        c.stats = LPL_STATS_BATCH;
        if (c.eta == 0) c.eta = 1;
        lpl_layer_t *l;
        OK(lpl_layer_create(&c, &l));
        const size_t n = get(l, LPL_PARAM_N_PRE), M = (size_t)c.n_post, K = get(l, LPL_PARAM_FAN_IN),
                     B = (size_t)c.batch_max;
        double *dw = calloc(M * K, sizeof *dw), *w = malloc(M * K * sizeof *w), *m = calloc(M * K, sizeof *m),
               *v = calloc(M * K, sizeof *v), *got = malloc(M * K * sizeof *got);
        read_state(l, f64, w, M * K, LPL_STATE_WEIGHTS);
        /* inputs at which tanh is not saturated, then eta such that the step is around the largest number */
        double *x0 = inputs(n * B, 1, f64), *x1 = inputs(n * B, 1, f64), high = 0;
        if (gradient(l, f64, dw, K, NULL, M, NULL, x0, x1, n, B) >= 0) {
            for (size_t k = 0; k < M * K; k++) high = fmax(high, fabs(dw[k] + c.weight_decay * w[k]));
            if (high > 0 && c.optim != LPL_OPTIM_ADAM) c.eta = fmin(top / high * decade(-0.02, 0.02), top);
            if (c.optim == LPL_OPTIM_ADAM) c.eta = top * 0.1 * decade(-0.02, 0.02) * (testing_size(0, 1) ? 1 : 1e-3);
            OK(lpl_layer_set(l, LPL_PARAM_ETA, c.eta));
            int finite = 1;
            for (size_t k = 0; k < M * K; k++)
                finite &= step_by_hand(f64, &c, 1, dw[k], w + k, m + k, v + k, c.weight_decay);
            const lpl_status_t s = update(l, f64, NULL, x0, x1, n, B);
            ck_assert_msg((s >= 0) == finite, "finite by hand: %d, but %s (%s)", finite, lpl_status_name(s),
                          lpl_last_error());
            done += s >= 0, refused += s < 0;
            if (s >= 0) {
                read_state(l, f64, got, M * K, LPL_STATE_WEIGHTS);
                for (size_t k = 0; k < M * K; k++) ck_assert(fabs(got[k] / 2 - w[k] / 2) <= 1e-5 * fabs(w[k]) + 1e-30);
            }
        }
        lpl_layer_destroy(l);
        free(dw), free(w), free(m), free(v), free(got), free(x0), free(x1);
    }
    ck_assert_msg(done > 20 && refused > 20, "%zu done, %zu refused", done, refused);
}

/* ---- single cases ---- */

/* A finite gradient whose square is not: the second moment would be infinite and the weight frozen for ever. */
START_TEST(second_moments) {
    for (int f64 = 0; f64 < 2; f64++)
        for (int eta0 = 0; eta0 < 2; eta0++) {
            lpl_layer_config_t c;
            OK(lpl_layer_config_init(&c, sizeof c));
            c.n_pre = 3, c.n_post = 2, c.batch_max = 4, c.dtype = f64, c.optim = LPL_OPTIM_ADAM,
            c.activation = LPL_ACT_TANH, c.decorr = 0;
            c.bias = 0, c.label = 5;
            if (eta0) c.eta = 0;
            lpl_layer_t *l;
            OK(lpl_layer_create(&c, &l));
            const double w[6] = {1e-3, 0, 0, 1e-3, 0, 0}, huge = f64 ? 1e200 : 1e25;
            const double x0[12] = {1, huge, 0, 2, -huge, 0, -1, huge, 0, 1, huge, 0},
                         x1[12] = {2, huge, 0, 1, huge, 0, 3, -huge, 0, 2, huge, 0};
            double dw[6];
            write_state(l, f64, w, 6, LPL_STATE_WEIGHTS);
            OK(gradient(l, f64, dw, 3, NULL, 2, NULL, x0, x1, 3, 4));
            ck_assert(all_finite(dw, 6));
            bytes_t before = bytes_of(l);
            FAILS(update(l, f64, NULL, x0, x1, 3, 4), LPL_E_NONFINITE,
                  "layer 5, unit 0, step 1: its second moments would become");
            ck_assert(same_bytes(before, bytes_of(l)));
            lpl_layer_destroy(l);
        }
}

/* SGD with eta = 0, infinite inputs that a dead unit does not see, modes: nothing of the weights moves and there is
 * nothing to refuse. */
START_TEST(nothing_moves) {
    for (int f64 = 0; f64 < 2; f64++)
        for (int how = 0; how < 3; how++) {
            lpl_layer_config_t c;
            OK(lpl_layer_config_init(&c, sizeof c));
            c.n_pre = 2, c.n_post = 2, c.batch_max = 2, c.dtype = f64, c.activation = LPL_ACT_RELU, c.label = 7;
            if (how == 0) c.eta = 0;
            if (how == 1) c.mode = LPL_MODE_TRACK;
            if (how == 2) c.mode = LPL_MODE_FROZEN;
            lpl_layer_t *l;
            OK(lpl_layer_create(&c, &l));
            const double w[4] = {-1, 1, -2, 1}, x[4] = {INFINITY, 1, INFINITY, 2}, huge[4] = {1e30, 0, -1e30, 1e30};
            double got[4];
            write_state(l, f64, w, 4, LPL_STATE_WEIGHTS);
            OK(update(l, f64, NULL, x, x, 2, 2)); /* z = 0 */
            OK(update(l, f64, NULL, huge, huge, 2, 2));
            read_state(l, f64, got, 4, LPL_STATE_WEIGHTS);
            ck_assert(memcmp(w, got, sizeof w) == 0);
            double dw[4] = {0};
            FAILS(gradient(l, f64, dw, 2, NULL, 2, NULL, x, x, 2, 2), LPL_E_NONFINITE,
                  "its gradient would become NaN or infinite");
            lpl_layer_destroy(l);
        }
}

/* One unit goes too far: it stays as it was, and the others make the step that they would make without it. */
START_TEST(one_unit_of_a_stream) {
    for (int round = 0; round < 60; round++) {
        const int f64 = round % 2;
        lpl_layer_config_t c;
        OK(lpl_layer_config_init(&c, sizeof c));
        OK(lpl_layer_preset(&c, LPL_PRESET_STREAM));
        c.n_pre = testing_size(2, 40), c.n_post = testing_size(2, 150), c.dtype = f64, c.optim = round / 2 % 3,
        c.seed = 3, c.label = 2;
        c.activation = LPL_ACT_TANH;
        const size_t n = (size_t)c.n_pre, M = (size_t)c.n_post, bad = testing_size(0, M - 1);
        const double top = f64 ? DBL_MAX : (double)FLT_MAX;
        lpl_layer_t *a, *b;
        OK(lpl_layer_create(&c, &a));
        OK(lpl_layer_create(&c, &b));
        double *w = malloc(M * n * 8), *wa = malloc(M * n * 8), *wb = malloc(M * n * 8), *x = testing_doubles(n),
               *z = malloc(M * 8), *ma = malloc(M * 8), *mb = malloc(M * 8);
        for (int t = 0; t < 3; t++) {
            OK(online(a, f64, z, M, NULL, x, n));
            OK(online(b, f64, z, M, NULL, x, n));
        }
        read_state(a, f64, w, M * n, LPL_STATE_WEIGHTS);
        /* a weight that no input meets now, so z is as ever, but whose decay (weight_decay times eta > 2) overflows */
        x[0] = 0;
        w[bad * n] = top * 0.9;
        write_state(a, f64, w, M * n, LPL_STATE_WEIGHTS);
        for (int k = 0; k < 2; k++) {
            lpl_layer_t *l = k ? b : a;
            OK(lpl_layer_set(l, LPL_PARAM_ETA, 1e-3));
            OK(lpl_layer_set(l, LPL_PARAM_WEIGHT_DECAY, 4e3)); /* w -> (1 - 4) w */
        }
        read_state(a, f64, w, M * n, LPL_STATE_WEIGHTS);
        read_state(a, f64, ma, M, LPL_STATE_MEAN);
        const double mean = ma[bad];
        lpl_report_t report;
        OK(lpl_report_init(&report, sizeof report));
        const lpl_report_t fresh = report;
        char word[64];
        snprintf(word, sizeof word, "layer 2, unit %zu, step 4: its weights", bad);
        FAILS(online(a, f64, z, M, &report, x, n), LPL_E_NONFINITE, word);
        ck_assert(memcmp(&report, &fresh, sizeof report) == 0);
        OK(online(b, f64, z, M, &report, x, n));
        read_state(a, f64, wa, M * n, LPL_STATE_WEIGHTS);
        read_state(b, f64, wb, M * n, LPL_STATE_WEIGHTS);
        read_state(a, f64, ma, M, LPL_STATE_MEAN);
        read_state(b, f64, mb, M, LPL_STATE_MEAN);
        for (size_t i = 0; i < M; i++) {
            ck_assert(ma[i] == (i == bad ? mean : mb[i]));
            for (size_t j = 0; j < n; j++) ck_assert(wa[i * n + j] == (i == bad ? w : wb)[i * n + j]);
        }
        ck_assert(get(a, LPL_PARAM_STEP) == 4 && get(b, LPL_PARAM_STEP) == 4);
        free(bytes_of(a).p);
        lpl_layer_destroy(a);
        lpl_layer_destroy(b);
        free(w), free(wa), free(wb), free(x), free(z), free(ma), free(mb);
    }
}

/* If all are such units, or with decorrelation, nothing changes. */
START_TEST(all_units_of_a_stream) {
    for (int round = 0; round < 40; round++) {
        const int f64 = round % 2, decorr = round / 2 % 2;
        lpl_layer_config_t c;
        OK(lpl_layer_config_init(&c, sizeof c));
        OK(lpl_layer_preset(&c, LPL_PRESET_STREAM));
        c.n_pre = testing_size(2, 20), c.n_post = testing_size(2, 90), c.dtype = f64, c.optim = round / 4 % 3,
        c.decorr = decorr;
        const size_t n = (size_t)c.n_pre, M = (size_t)c.n_post;
        lpl_layer_t *l;
        OK(lpl_layer_create(&c, &l));
        double *x = testing_doubles(n), *z = malloc(M * 8);
        OK(online(l, f64, z, M, NULL, x, n));
        OK(lpl_layer_set(l, LPL_PARAM_ETA, f64 ? 1e308 : 3e38));
        OK(lpl_layer_set(l, LPL_PARAM_WEIGHT_DECAY, 1e3));
        bytes_t before = bytes_of(l);
        FAILS(online(l, f64, z, M, NULL, x, n), LPL_E_NONFINITE, "nothing has changed");
        ck_assert(same_bytes(before, bytes_of(l)));
        lpl_layer_destroy(l);
        free(x), free(z);
    }
}

/* The host's own arrays: the host writes into them between steps, and they are read again. */
START_TEST(borrowed_weights) {
    for (int f64 = 0; f64 < 2; f64++) {
        lpl_layer_config_t c;
        OK(lpl_layer_config_init(&c, sizeof c));
        c.n_pre = 3, c.n_post = 2, c.batch_max = 4, c.dtype = f64, c.activation = LPL_ACT_TANH, c.weight_decay = 300,
        c.bias = 0;
        lpl_layer_t *l;
        OK(lpl_layer_create(&c, &l));
        float wf[6] = {0};
        double wd[6] = {0}, *x0 = testing_doubles(12), *x1 = testing_doubles(12);
        OK(f64 ? lpl_layer_borrow_weights_f64(l, wd, 3, NULL) : lpl_layer_borrow_weights(l, wf, 3, NULL));
        for (int k = 0; k < 4; k++) x0[3 * k] = x1[3 * k] = 0; /* nothing meets the first weight */
        OK(update(l, f64, NULL, x0, x1, 3, 4));
        wf[0] = 3e38f, wd[0] = 1.5e308;
        bytes_t before = bytes_of(l);
        FAILS(update(l, f64, NULL, x0, x1, 3, 4), LPL_E_NONFINITE, "unit 0, step 2: its weights would become");
        ck_assert(same_bytes(before, bytes_of(l)));
        wf[0] = 1e30f, wd[0] = 1e300;
        OK(update(l, f64, NULL, x0, x1, 3, 4));
        lpl_layer_destroy(l);
        free(x0), free(x1);
    }
}

START_TEST(stacks) {
    for (int f64 = 0; f64 < 2; f64++) {
        lpl_layer_config_t c[3];
        const lpl_layer_config_t *p[3];
        for (int k = 0; k < 3; k++) {
            OK(lpl_layer_config_init(&c[k], sizeof c[k]));
            c[k].n_pre = c[k].n_post = 5, c[k].batch_max = 6, c[k].dtype = f64, c[k].label = 10 + k,
            c[k].activation = LPL_ACT_TANH;
            c[k].stream = (uint64_t)k;
            p[k] = &c[k];
        }
        c[1].eta = f64 ? 1e308 : 3e38, c[1].weight_decay = 1e3;
        lpl_stack_t *s;
        OK(lpl_stack_create(p, 3, &s));
        lpl_layer_t *l[3];
        bytes_t before[3];
        for (size_t k = 0; k < 3; k++) {
            OK(lpl_stack_layer(s, k, &l[k]));
            before[k] = bytes_of(l[k]);
        }
        double *x0 = testing_doubles(30), *x1 = testing_doubles(30);
        float *f0 = narrow(x0, 30), *f1 = narrow(x1, 30);
        FAILS(f64 ? lpl_stack_update_f64(s, NULL, x0, 5, x1, 5, 6) : lpl_stack_update(s, NULL, f0, 5, f1, 5, 6),
              LPL_E_NONFINITE, "lpl_stack_update: layer 11, unit 0, step 1: its weights would become");
        ck_assert(get(l[0], LPL_PARAM_STEP) == 1);
        ck_assert(!same_bytes(before[0], bytes_of(l[0])));
        ck_assert(same_bytes(before[1], bytes_of(l[1])) && same_bytes(before[2], bytes_of(l[2])));
        bytes_t all = {0};
        OK(lpl_stack_save(s, append, &all));
        free(all.p), free(x0), free(x1), free(f0), free(f1);
        lpl_stack_destroy(s);
    }
}

/* ---- the host's own arrays ---- */

START_TEST(rule_on_arrays) {
    const int f64 = _i;
    size_t done = 0, refused = 0, applied = 0, stopped = 0;
    for (int round = 0; round < 600; round++) {
        lpl_rule_config_t c;
        OK(lpl_rule_config_init(&c, sizeof c));
        c.rule = (int32_t)testing_size(0, LPL_RULE_SOFTHEBB), c.temperature = decade(-3, 3),
        c.form = (int32_t)testing_size(0, 1), c.norm = (int32_t)testing_size(0, 1);
        c.push_form = (int32_t)testing_size(0, LPL_PUSH_LOGDET),
        c.pull_form = (int32_t)testing_size(0, LPL_PULL_COSINE),
        c.decorr = testing_size(0, 1) ? decade(-2, f64 ? 200 : 30) : 0;
        c.pull = testing_size(0, 3) ? 1 : decade(0, f64 ? 300 : 40);
        const size_t M = testing_size(1, 7), n = testing_size(1, 150), B = testing_size(2, 6);
        size_t bytes = 0;
        OK(lpl_rule_scratch(&c, &bytes, M, B, f64 ? LPL_F64 : LPL_F32));
        void *scratch = aligned_alloc(64, (bytes + 64) / 64 * 64);
        double *z = inputs(B * M, decade(-3, f64 ? 300 : 38), f64),
               *zp = inputs(B * M, decade(-3, f64 ? 300 : 38), f64), *delta = calloc(B * M, 8), *decay = calloc(M, 8),
               *theta = inputs(M, decade(-3, f64 ? 300 : 38), f64), *old = malloc(M * 8),
               *x = inputs(B * n, decade(-3, f64 ? 300 : 38), f64), *w = inputs(M * n, decade(-3, f64 ? 308 : 38), f64),
               *bias = inputs(M, decade(-3, f64 ? 308 : 38), f64);
        lpl_report_t report, *wanted = round % 2 ? &report : NULL;
        OK(lpl_report_init(&report, sizeof report));
        lpl_status_t s, a;
        const double eta = testing_size(0, 9) ? decade(-4, f64 ? 100 : 10) : 0;
        if (testing_size(0, 20) == 0) x[0] = INFINITY;
        memcpy(old, theta, M * 8);
        if (f64) {
            s = lpl_rule_delta_f64(&c, delta, M, decay, wanted, c.rule == LPL_RULE_BCM ? theta : NULL, scratch, bytes,
                                   z, M, zp, M, NULL, 0, NULL, M, B);
        } else {
            float *fz = narrow(z, B * M), *fp = narrow(zp, B * M), *fd = narrow(delta, B * M), *fy = narrow(decay, M),
                  *ft = narrow(theta, M);
            for (size_t i = 0; i < M; i++) old[i] = (double)ft[i];
            s = lpl_rule_delta(&c, fd, M, fy, wanted, c.rule == LPL_RULE_BCM ? ft : NULL, scratch, bytes, fz, M, fp, M,
                               NULL, 0, NULL, M, B);
            for (size_t i = 0; i < M; i++) decay[i] = (double)fy[i], theta[i] = (double)ft[i];
            for (size_t i = 0; i < B * M; i++) delta[i] = (double)fd[i];
            free(fz), free(fp), free(fd), free(fy), free(ft);
        }
        ck_assert_msg(s >= 0 || s == LPL_E_NONFINITE, "%s", lpl_last_error());
        ck_assert(report_is_finite(&report) && all_finite(theta, M));
        if (s >= 0) ck_assert(all_finite(delta, B * M) && all_finite(decay, M));
        if (s < 0) ck_assert(memcmp(theta, old, M * 8) == 0);
        done += s >= 0, refused += s < 0;
        if (s >= 0) {
            if (f64) {
                double *w0 = malloc(M * n * 8), *b0 = malloc(M * 8);
                memcpy(w0, w, M * n * 8), memcpy(b0, bias, M * 8);
                a = lpl_rule_apply_f64(w, n, bias, delta, M, decay, x, n, n, M, B, eta, 0.1);
                if (a < 0 || eta == 0) ck_assert(memcmp(w0, w, M * n * 8) == 0 && memcmp(b0, bias, M * 8) == 0);
                free(w0), free(b0);
            } else {
                float *fw = narrow(w, M * n), *fb = narrow(bias, M), *w0 = narrow(w, M * n), *b0 = narrow(bias, M),
                      *fd = narrow(delta, B * M), *fy = narrow(decay, M), *fx = narrow(x, B * n);
                a = lpl_rule_apply(fw, n, fb, fd, M, fy, fx, n, n, M, B, eta, 0.1);
                if (a < 0 || eta == 0) ck_assert(memcmp(w0, fw, M * n * 4) == 0 && memcmp(b0, fb, M * 4) == 0);
                for (size_t i = 0; i < M * n; i++) w[i] = (double)fw[i];
                for (size_t i = 0; i < M; i++) bias[i] = (double)fb[i];
                free(fw), free(fb), free(w0), free(b0), free(fd), free(fy), free(fx);
            }
            ck_assert_msg(a >= 0 || a == LPL_E_NONFINITE, "%s", lpl_last_error());
            if (eta == 0) ck_assert(a == LPL_OK);
            ck_assert(all_finite(w, M * n) && all_finite(bias, M));
            applied += a >= 0, stopped += a < 0;
        }
        free(scratch), free(z), free(zp), free(delta), free(decay), free(theta), free(old), free(x), free(w),
            free(bias);
    }
    ck_assert_msg(done > 90 && refused > 30 && applied > 30 && stopped > 15, "%zu %zu %zu %zu", done, refused, applied,
                  stopped);
}

/* Weights near the largest number that stay below it: by tiles, as by the whole product. */
START_TEST(rule_apply_near_the_top) {
    for (int round = 0; round < 100; round++) {
        const size_t M = testing_size(1, 20), n = testing_size(1, 300), B = testing_size(1, 9);
        float *w = testing_floats(M * n), *d = testing_floats(B * M), *x = testing_floats(B * n),
              *w0 = malloc(M * n * 4);
        for (size_t k = 0; k < M * n; k++) w[k] *= 1e38f;
        for (size_t k = 0; k < B * M; k++) d[k] *= 1e37f;
        memcpy(w0, w, M * n * 4);
        OK(lpl_rule_apply(w, n, NULL, d, M, NULL, x, n, n, M, B, 1, 0.25));
        for (size_t i = 0; i < M; i++)
            for (size_t j = 0; j < n; j++) {
                double sum = 0.75 * (double)w0[i * n + j];
                for (size_t b = 0; b < B; b++) sum += (double)d[b * M + i] * (double)x[b * n + j];
                CLOSE((double)w[i * n + j], sum, 1e-5, 2e38);
            }
        free(w), free(d), free(x), free(w0);
    }
}

static bytes_t stats_bytes(const lpl_stats_t *s) {
    bytes_t b = {0};
    OK(lpl_stats_save(s, append, &b));
    return b;
}

START_TEST(trackers) {
    const int f64 = _i;
    size_t done = 0, refused = 0;
    for (int round = 0; round < 500; round++) {
        lpl_stats_config_t c;
        OK(lpl_stats_config_init(&c, sizeof c));
        c.dtype = f64 ? LPL_F64 : LPL_F32, c.mode = (int32_t)testing_size(0, LPL_STATS_ALL),
        c.n_units = testing_size(1, 6);
        c.batch_max = 5, c.covariance = testing_size(0, 2) > 0;
        lpl_stats_t *a, *b;
        OK(lpl_stats_create(&c, &a));
        if (c.mode == LPL_STATS_EWMA) c.mode = LPL_STATS_BATCH;
        OK(lpl_stats_create(&c, &b));
        const double scale = decade(f64 ? 140 : 10, f64 ? 160 : 38);
        for (int k = 0; k < 4; k++) {
            const size_t M = (size_t)c.n_units, B = testing_size(2, 5);
            double *z = inputs(B * M, scale * decade(-1, 1), f64);
            float *f = narrow(z, B * M);
            lpl_stats_t *s = k % 2 ? b : a;
            bytes_t before = stats_bytes(k < 3 ? s : a);
            const lpl_status_t r = k == 3 ? lpl_stats_merge(a, b)
                                   : f64  ? lpl_stats_update_f64(s, z, M, B)
                                          : lpl_stats_update(s, f, M, B);
            ck_assert_msg(r == LPL_OK || r == LPL_E_NONFINITE, "%s", lpl_last_error());
            bytes_t after = stats_bytes(k < 3 ? s : a);
            if (r < 0)
                ck_assert(same_bytes(before, after));
            else
                free(before.p), free(after.p);
            done += r >= 0, refused += r < 0;
            free(z), free(f);
        }
        lpl_stats_destroy(a);
        lpl_stats_destroy(b);
    }
    /* sums of products of floats are doubles, in which none of them overflows */
    ck_assert_msg(done > 150 && (f64 ? refused > 60 : refused == 0), "%zu done, %zu refused", done, refused);
}

START_TEST(activations) {
    for (int round = 0; round < 400; round++) {
        const size_t n = testing_size(1, 40);
        double *a = inputs(n, decade(-40, 308), 1), *z = malloc(n * 8), *fp = malloc(n * 8);
        float *f = malloc(n * 4), *fz = malloc(n * 4), *ff = malloc(n * 4);
        const int32_t act = round % 7;
        const double p0 = act == LPL_ACT_LEAKY_RELU ? 0.1 : decade(-30, 0), p1 = p0 * 3 + decade(-30, 20);
        for (size_t k = 0; k < n; k++) f[k] = (float)fmax(-3.4e38, fmin(3.4e38, a[k]));
        OK(lpl_activate_f64(z, fp, a, n, act, p0, p1));
        OK(lpl_activate(fz, ff, f, n, act, p0, p1));
        ck_assert(all_finite(z, n) && all_finite(fp, n));
        for (size_t k = 0; k < n; k++)
            ck_assert_msg(isfinite(fz[k]) && isfinite(ff[k]), "%d of %g", (int)act, (double)f[k]);
        free(a), free(z), free(fp), free(f), free(fz), free(ff);
    }
}

/* A readout that cannot be trained leaves its weights alone; a metric of very large data is an error, not NaN. */
START_TEST(readout_and_metrics) {
    for (int round = 0; round < 400; round++) {
        const size_t n = 6, d = testing_size(1, 4);
        double *x = inputs(n * d, decade(140, 149.9), 1), out = 5, classes[9];
        int32_t y[6];
        for (size_t k = 0; k < n; k++) y[k] = (int32_t)(k % 2);
        for (size_t k = 0; k < n * d; k++) x[k] = fmax(-1e150, fmin(1e150, x[k]));
        const lpl_status_t s = lpl_metric_f64(&out, round % 18, x, d, x, d, y, n, d);
        ck_assert(isfinite(out));
        if (s < 0) ck_assert(out == 5);
        if (lpl_metric_classes_f64(classes, round % 4 == 3 ? 4 : 2, round % 4, x, d, y, n, d, 2) == LPL_OK)
            ck_assert(all_finite(classes, round % 4 == 3 ? 4 : 2));
        free(x);
    }
    for (int round = 0; round < 60; round++) {
        lpl_readout_config_t c;
        OK(lpl_readout_config_init(&c, sizeof c));
        c.n_classes = 3, c.epochs = 5, c.batch = 4, c.eta = decade(-3, 38);
        double *p = inputs(12 * 5, decade(0, 37), 0);
        float *f = narrow(p, 60), *w = testing_floats(15), bias[3] = {0}, w0[15];
        int32_t y[12];
        for (int k = 0; k < 12; k++) y[k] = k % 3;
        memcpy(w0, w, sizeof w0);
        const lpl_status_t s = lpl_readout_fit(&c, w, 5, bias, NULL, f, 5, y, 12, 5);
        ck_assert_msg(s == LPL_OK || s == LPL_E_NONFINITE, "%s", lpl_last_error());
        for (int k = 0; k < 15; k++) ck_assert(isfinite(w[k]));
        if (s < 0)
            ck_assert(memcmp(w, w0, sizeof w0) == 0 &&
                      strncmp(lpl_last_error(), "LPL_E_NONFINITE lpl_readout_fit", 31) == 0);
        free(p), free(f), free(w);
    }
}

int main(void) {
    testing_seed("test_diverge", 20);
    Suite *suite = suite_create("diverge");
    TCase *t = tcase_create("diverge");
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, dense_layers, 0, 2);
    tcase_add_loop_test(t, convolutions_by_im2col, 0, 2);
    tcase_add_loop_test(t, convolutions_in_lanes, 0, 2);
    tcase_add_loop_test(t, overflow_behind_a_head, 0, 2);
    tcase_add_test(t, head_beyond_float);
    tcase_add_test(t, read_beyond_float);
    tcase_add_test(t, convolutions_by_winograd);
    tcase_add_test(t, convolutions_by_large_squares);
    tcase_add_loop_test(t, finite_steps_are_not_refused, 0, 4);
    tcase_add_test(t, second_moments);
    tcase_add_test(t, nothing_moves);
    tcase_add_test(t, one_unit_of_a_stream);
    tcase_add_test(t, all_units_of_a_stream);
    tcase_add_test(t, borrowed_weights);
    tcase_add_test(t, stacks);
    tcase_add_loop_test(t, rule_on_arrays, 0, 2);
    tcase_add_test(t, rule_apply_near_the_top);
    tcase_add_loop_test(t, trackers, 0, 2);
    tcase_add_test(t, activations);
    tcase_add_test(t, readout_and_metrics);
    suite_add_tcase(suite, t);
    return testing_run(suite);
}
