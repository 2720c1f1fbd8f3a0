/* tests/test_softhebb.c - LPL_RULE_SOFTHEBB: against the formula written out again in double, on arrays, in batches and
 * streams; what it learns; what is refused; saved, resumed, copied; the same bits for threads and instruction sets. */
#include "common/memfile.h"
#include "common/testing.h"

#include "rule/rule.h"

enum { MAX_N = 24, MAX_M = 20, MAX_B = 9 };

/* The same numbers in both types: doubles that float32 can hold. */
static void draw(double *x, size_t n, double scale) {
    for (size_t k = 0; k < n; k++) x[k] = (double)(float)(testing_real() * scale);
}

static float *narrow(const double *x, size_t n) {
    float *y = malloc((n + 1) * sizeof *y);
    for (size_t k = 0; k < n; k++) y[k] = (float)x[k];
    return y;
}

/* rule.h: y of one sample. */
static void softmax(double *y, const double *u, size_t M, double temperature) {
    double top = u[0], sum = 0;
    for (size_t i = 0; i < M; i++) top = u[i] > top ? u[i] : top;
    for (size_t i = 0; i < M; i++) sum += y[i] = exp((u[i] - top) / temperature);
    for (size_t i = 0; i < M; i++) y[i] /= sum;
}

/* ---- on the host's arrays ---- */

START_TEST(delta_and_decay) {
    for (int round = 0; round < 200; round++) {
        const size_t M = testing_size(1, MAX_M), B = testing_size(2, MAX_B), ld = M + testing_size(0, 3);
        const int f64 = round % 2;
        double u[MAX_B * (MAX_M + 3)], delta[MAX_B * (MAX_M + 3)], decay[MAX_M], y[MAX_M], own[MAX_M] = {0};
        lpl_rule_config_t c;
        OK(lpl_rule_config_init(&c, sizeof c));
        ck_assert(c.temperature == 1);
        c.rule = LPL_RULE_SOFTHEBB, c.temperature = exp(3 * testing_real());
        draw(u, B * ld, round % 3 ? 2 : 40);
        size_t bytes = 0;
        OK(lpl_rule_scratch(&c, &bytes, M, B, f64 ? LPL_F64 : LPL_F32));
        void *scratch = aligned_alloc(64, (bytes + 64) / 64 * 64);
        lpl_report_t r;
        OK(lpl_report_init(&r, sizeof r));
        if (f64) {
            OK(lpl_rule_delta_f64(&c, delta, ld, decay, &r, NULL, scratch, bytes, u, ld, NULL, 0, NULL, 0, NULL, M, B));
        } else {
            float *fu = narrow(u, B * ld), *fd = narrow(delta, B * ld), fy[MAX_M];
            OK(lpl_rule_delta(&c, fd, ld, fy, &r, NULL, scratch, bytes, fu, ld, NULL, 0, NULL, 0, NULL, M, B));
            for (size_t k = 0; k < B * ld; k++) delta[k] = (double)fd[k];
            for (size_t i = 0; i < M; i++) decay[i] = (double)fy[i];
            free(fu), free(fd);
        }
        const double tolerance = f64 ? 1e-14 : 3e-7;
        for (size_t b = 0; b < B; b++) {
            double sum = 0;
            softmax(y, u + b * ld, M, c.temperature);
            for (size_t i = 0; i < M; i++) {
                CLOSE(delta[b * ld + i], y[i] / (double)B, tolerance, 1);
                own[i] += y[i] * u[b * ld + i] / (double)B;
                sum += delta[b * ld + i];
            }
            CLOSE(sum * (double)B, 1, tolerance * 10, 1);
        }
        for (size_t i = 0; i < M; i++) CLOSE(decay[i], own[i], tolerance, 40);
        ck_assert(r.total == 0 && r.n_dead == 0 && r.pull == 0);
        free(scratch);
    }
}
END_TEST

/* Small: the winner takes all. Large: all learn alike. No size of u overflows, only differences count. */
START_TEST(temperatures) {
    enum { M = 3, B = 2 };
    const double u[B * M] = {0.1, 0.3, 0.2, -5, -7, -4};
    double delta[B * M], decay[M];
    lpl_rule_config_t c;
    size_t bytes = 0;
    OK(lpl_rule_config_init(&c, sizeof c));
    c.rule = LPL_RULE_SOFTHEBB;
    OK(lpl_rule_scratch(&c, &bytes, M, B, LPL_F64));
    void *scratch = aligned_alloc(64, (bytes + 64) / 64 * 64);
#define RULE(u) lpl_rule_delta_f64(&c, delta, M, decay, NULL, NULL, scratch, bytes, u, M, NULL, 0, NULL, 0, NULL, M, B)
    for (int k = 0; k < 2; k++) {
        const double winners[B * M] = {0, 0.5, 0, 0, 0, 0.5};
        c.temperature = k ? 1e-4 : 5e-324;
        OK(RULE(u));
        ck_assert_mem_eq(delta, winners, sizeof winners);
        ck_assert(decay[0] == 0 && decay[1] == 0.15 && decay[2] == -2);
    }
    c.temperature = 1e300;
    OK(RULE(u));
    for (int k = 0; k < B * M; k++) CLOSE(delta[k], 1.0 / 6, 1e-15, 1);
    c.temperature = 1;
    double high[B * M], before[B * M];
    OK(RULE(u));
    memcpy(before, delta, sizeof before);
    for (int k = 0; k < B * M; k++) high[k] = u[k] + 1024;
    OK(RULE(high));
    for (int k = 0; k < B * M; k++) CLOSE(delta[k], before[k], 1e-12, 1);
    for (int k = 0; k < B * M; k++) high[k] = k % 2 ? 1e150 : -1e150;
    OK(RULE(high));
    ck_assert(delta[1] == 0.5 && delta[0] == 0 && delta[3] == 0.25 && delta[5] == 0.25 && delta[4] == 0);
    free(scratch);
}
END_TEST

/* ---- layers ---- */

static double f(int32_t act, double a) {
    switch (act) {
    case LPL_ACT_TANH: return tanh(a);
    case LPL_ACT_RELU: return a > 0 ? a : 0;
    case LPL_ACT_GELU: return a * erfc(-a / sqrt(2)) / 2;
    default: return a;
    }
}
static const int32_t acts[] = {LPL_ACT_LINEAR, LPL_ACT_TANH, LPL_ACT_RELU, LPL_ACT_GELU};

/* A layer and the same in plain double. */
typedef struct {
    lpl_layer_config_t c;
    lpl_layer_t *l;
    size_t n, M;
    double w[MAX_M * MAX_N], b[MAX_M], m[MAX_M * MAX_N], v[MAX_M * MAX_N];
    double g[MAX_M * MAX_N]; /* of the last batch */
    int t;
} twin_t;

static void read_all(const lpl_layer_t *l, int32_t dtype, double *p, size_t n, int32_t state) {
    if (dtype == LPL_F64) {
        OK(lpl_layer_read_f64(l, p, n, state));
        return;
    }
    float *q = malloc((n + 1) * sizeof *q);
    OK(lpl_layer_read(l, q, n, state));
    for (size_t k = 0; k < n; k++) p[k] = (double)q[k];
    free(q);
}

static void begin(twin_t *t, int32_t dtype, int32_t stats) {
    lpl_layer_config_t *c = &t->c;
    memset(t, 0, sizeof *t);
    OK(lpl_layer_config_init(c, sizeof *c));
    c->rule = LPL_RULE_SOFTHEBB, c->dtype = dtype, c->stats = stats;
    c->n_pre = t->n = testing_size(1, MAX_N), c->n_post = t->M = testing_size(1, MAX_M), c->batch_max = MAX_B;
    c->seed = testing_bits() >> 1, c->temperature = exp(2 * testing_real()), c->activation = acts[testing_size(0, 3)];
    c->bias = testing_size(0, 2) > 0, c->weight_decay = testing_size(0, 1) ? 0.1 : 0;
    c->optim = (int32_t)testing_size(0, LPL_OPTIM_ADAM);
    c->eta = c->optim == LPL_OPTIM_ADAM ? 1e-3 : 0.05;
    c->adam_eps = 1e-3; /* else Adam makes a whole step of a gradient that is rounding alone */
    OK(lpl_layer_create(c, &t->l));
    read_all(t->l, dtype, t->w, t->n * t->M, LPL_STATE_WEIGHTS);
    if (c->bias) read_all(t->l, dtype, t->b, t->M, LPL_STATE_BIAS);
}

/* dW = - g: what the rule wants, without weight_decay; z: the responses. */
static void gradient(twin_t *t, const double *x, double *z, size_t B) {
    memset(t->g, 0, sizeof t->g);
    for (size_t s = 0; s < B; s++) {
        double u[MAX_M] = {0}, y[MAX_M];
        for (size_t i = 0; i < t->M; i++) {
            u[i] = t->b[i];
            for (size_t j = 0; j < t->n; j++) u[i] += t->w[i * t->n + j] * x[s * t->n + j];
            z[s * t->M + i] = f(t->c.activation, u[i]);
        }
        softmax(y, u, t->M, t->c.temperature);
        for (size_t i = 0; i < t->M; i++)
            for (size_t j = 0; j < t->n; j++)
                t->g[i * t->n + j] -= y[i] * (x[s * t->n + j] - u[i] * t->w[i * t->n + j]) / (double)B;
    }
}

static void learn(twin_t *t) {
    const lpl_layer_config_t *c = &t->c;
    t->t++;
    for (size_t k = 0; k < t->M * t->n; k++) {
        const double g = t->g[k] + c->weight_decay * t->w[k];
        if (c->optim == LPL_OPTIM_SGD) {
            t->w[k] -= c->eta * g;
        } else if (c->optim == LPL_OPTIM_MOMENTUM) {
            t->m[k] = c->momentum * t->m[k] + g;
            t->w[k] -= c->eta * t->m[k];
        } else {
            t->m[k] += (g - t->m[k]) * 0.1;
            t->v[k] = 0.999 * t->v[k] + 0.001 * g * g;
            t->w[k] -= c->eta / (1 - pow(0.9, t->t)) * t->m[k] / (sqrt(t->v[k] / (1 - pow(0.999, t->t))) + c->adam_eps);
        }
    }
}

/* Weights as the twin's; biases as they were. */
static void compare(const twin_t *t, const double *b) {
    double w[MAX_M * MAX_N], now[MAX_M];
    const double tolerance = t->c.dtype == LPL_F64 ? 1e-12 : 2e-5;
    read_all(t->l, t->c.dtype, w, t->n * t->M, LPL_STATE_WEIGHTS);
    for (size_t k = 0; k < t->n * t->M; k++) CLOSE(w[k], t->w[k], tolerance, 1 + fabs(t->w[k]));
    if (!t->c.bias) return;
    read_all(t->l, t->c.dtype, now, t->M, LPL_STATE_BIAS);
    ck_assert_mem_eq(now, b, t->M * sizeof *b);
}

/* One update of t->l: with x0 a pair, else x1 alone. */
static void update(twin_t *t, lpl_report_t *r, const double *x0, const double *x1, size_t B) {
    const size_t n = t->n;
    if (t->c.dtype == LPL_F64) {
        OK(lpl_update_f64(t->l, r, x0, n, x1, n, B));
        return;
    }
    float *f0 = narrow(x0 ? x0 : x1, B * n), *f1 = narrow(x1, B * n);
    OK(lpl_update(t->l, r, x0 ? f0 : NULL, n, f1, n, B));
    free(f0), free(f1);
}

START_TEST(batches) {
    for (int round = 0; round < 120; round++) {
        twin_t t;
        double x[2][MAX_B * MAX_N], z[2][MAX_B * MAX_M], dw[MAX_M * MAX_N], db[MAX_M];
        begin(&t, round % 2, round / 2 % 3);
        double b[MAX_M];
        memcpy(b, t.b, sizeof b);
        for (int step = 0; step < 5; step++) {
            const size_t B = testing_size(2, MAX_B);
            lpl_report_t r;
            OK(lpl_report_init(&r, sizeof r));
            draw(x[0], B * t.n, 1), draw(x[1], B * t.n, 1);
            gradient(&t, x[0], z[0], B), gradient(&t, x[1], z[1], B); /* of the present one */
            if (t.c.dtype == LPL_F64) { /* lpl_gradient: the same, and the layer stays as it is */
                OK(lpl_gradient_f64(t.l, dw, t.n, t.c.bias ? db : NULL, NULL, x[0], t.n, x[1], t.n, B));
                for (size_t k = 0; k < t.n * t.M; k++) CLOSE(dw[k], t.g[k], 1e-12, 1);
                for (size_t i = 0; t.c.bias && i < t.M; i++) ck_assert(db[i] == 0);
            }
            update(&t, &r, x[0], x[1], B);
            double pull = 0, mean = 0;
            for (size_t k = 0; k < B * t.M; k++) {
                pull += (z[1][k] - z[0][k]) * (z[1][k] - z[0][k]) / (double)(B * t.M);
                mean += z[1][k] / (double)(B * t.M);
            }
            CLOSE(r.pull, pull, t.c.dtype == LPL_F64 ? 1e-11 : 1e-4, 1 + pull);
            CLOSE(r.mean_activity, mean, t.c.dtype == LPL_F64 ? 1e-11 : 1e-5, 1);
            ck_assert(r.n_dead == 0 && r.total == 0);
            learn(&t);
        }
        compare(&t, b);
        lpl_layer_destroy(t.l);
    }
}
END_TEST

START_TEST(streams) {
    for (int round = 0; round < 120; round++) {
        twin_t t;
        begin(&t, round % 2, LPL_STATS_EWMA);
        double b[MAX_M];
        memcpy(b, t.b, sizeof b);
        for (int step = 0; step < 20; step++) {
            double x[MAX_N], want[MAX_M], z[MAX_M];
            lpl_report_t r;
            OK(lpl_report_init(&r, sizeof r));
            draw(x, t.n, 1);
            gradient(&t, x, want, 1);
            if (t.c.dtype == LPL_F64) {
                OK(lpl_update_online_f64(t.l, z, &r, x));
            } else {
                float *fx = narrow(x, t.n), fz[MAX_M];
                OK(lpl_update_online(t.l, fz, step % 2 ? &r : NULL, fx));
                for (size_t i = 0; i < t.M; i++) z[i] = (double)fz[i];
                free(fx);
            }
            const double tolerance = t.c.dtype == LPL_F64 ? 1e-11 : 2e-4;
            for (size_t i = 0; i < t.M; i++) CLOSE(z[i], want[i], tolerance, 1 + fabs(want[i]));
            ck_assert(r.n_dead == 0);
            learn(&t);
        }
        compare(&t, b);
        lpl_layer_destroy(t.l);
    }
}
END_TEST

/* Of a pair only x1 learns: whatever x0 is, or if there is none. */
START_TEST(the_past_does_not_matter) {
    for (int f64 = 0; f64 < 2; f64++) {
        twin_t t[3];
        double x[3][MAX_B * MAX_N], w[3][MAX_M * MAX_N];
        const uint64_t at = testing_state;
        for (int k = 0; k < 3; k++) testing_state = at, begin(&t[k], f64, LPL_STATS_BATCH);
        for (int step = 0; step < 4; step++) {
            for (int k = 0; k < 3; k++) draw(x[k], MAX_B * t[0].n, 1);
            for (int k = 0; k < 3; k++) update(&t[k], NULL, k < 2 ? x[k] : NULL, x[2], MAX_B);
        }
        for (int k = 0; k < 3; k++) read_all(t[k].l, f64, w[k], t[k].n * t[k].M, LPL_STATE_WEIGHTS);
        for (int k = 1; k < 3; k++) ck_assert_mem_eq(w[k], w[0], t[0].n * t[0].M * sizeof(double));
        for (int k = 0; k < 3; k++) lpl_layer_destroy(t[k].l);
    }
}
END_TEST

/* No weight moves in TRACK and FROZEN, and none with eta = 0; FROZEN moves nothing at all. */
START_TEST(modes) {
    for (int round = 0; round < 36; round++) {
        twin_t t;
        const int32_t mode = round % 3, stats = round / 3 % 3, f64 = round / 9 % 2;
        begin(&t, f64, stats);
        OK(lpl_layer_set(t.l, LPL_PARAM_MODE, mode));
        if (mode == LPL_MODE_LEARN) OK(lpl_layer_set(t.l, LPL_PARAM_ETA, 0));
        double w[2][MAX_M * MAX_N], x[MAX_B * MAX_N];
        memfile_t file[2] = {{0}};
        read_all(t.l, f64, w[0], t.n * t.M, LPL_STATE_WEIGHTS);
        OK(lpl_layer_save(t.l, memfile_write, &file[0]));
        for (int step = 0; step < 3; step++) {
            draw(x, MAX_B * t.n, 1);
            update(&t, NULL, NULL, x, MAX_B);
            if (stats != LPL_STATS_EWMA) continue;
            OK(lpl_layer_forget(t.l));
            float *fx = narrow(x, t.n);
            OK(f64 ? lpl_update_online_f64(t.l, NULL, NULL, x) : lpl_update_online(t.l, NULL, NULL, fx));
            OK(lpl_layer_forget(t.l));
            free(fx);
        }
        read_all(t.l, f64, w[1], t.n * t.M, LPL_STATE_WEIGHTS);
        ck_assert_mem_eq(w[0], w[1], t.n * t.M * sizeof(double));
        OK(lpl_layer_save(t.l, memfile_write, &file[1]));
        ck_assert_int_eq(file[0].n == file[1].n && memcmp(file[0].data, file[1].data, file[0].n) == 0,
                         mode == LPL_MODE_FROZEN);
        free(file[0].data), free(file[1].data), lpl_layer_destroy(t.l);
    }
}
END_TEST

/* ---- what it learns ---- */

enum { CENTRES = 4, DIM = 16, UNITS = 12 };

/* How many centres have a unit whose weights point there (cosine above 0.97) and are as long. */
static size_t centres_found(const double *w, const double *centre) {
    size_t found = 0;
    for (size_t c = 0; c < CENTRES; c++) {
        int here = 0;
        for (size_t i = 0; i < UNITS; i++) {
            double dot = 0, length = 0;
            for (size_t j = 0; j < DIM; j++)
                dot += w[i * DIM + j] * centre[c * DIM + j], length += w[i * DIM + j] * w[i * DIM + j];
            here |= dot > 0.97 * sqrt(length) && fabs(sqrt(length) - 1) < 0.02;
        }
        found += (size_t)here;
    }
    return found;
}

/* Samples around four orthogonal directions: each has a row of W in the end, of length 1; not if all units learn alike,
 * and not before. (Rows that hardly ever win come there later.) */
START_TEST(clusters) {
    for (int way = 0; way < 8; way++) {
        const int online = way % 2, f64 = way / 2 % 2, alike = way / 4;
        lpl_layer_config_t c;
        lpl_layer_t *l = NULL;
        enum { B = 32, STEPS = 600 };
        double centre[CENTRES * DIM], x[B * DIM], w[UNITS * DIM], noise[B * DIM];
        OK(lpl_layer_config_init(&c, sizeof c));
        c.rule = LPL_RULE_SOFTHEBB, c.n_pre = DIM, c.n_post = UNITS, c.batch_max = B, c.bias = 0, c.eta = 0.1;
        c.stats = online ? LPL_STATS_EWMA : LPL_STATS_BATCH, c.dtype = f64, c.seed = testing_bits() >> 1,
        c.temperature = alike ? 100 : 0.15;
        OK(lpl_layer_create(&c, &l));
        for (size_t k = 0; k < CENTRES; k++) /* columns of a Hadamard matrix */
            for (size_t j = 0; j < DIM; j++)
                centre[k * DIM + j] = __builtin_popcount((unsigned)(j & (k < 3 ? 1u << k : 7))) % 2 ? -0.25 : 0.25;
        read_all(l, f64, w, UNITS * DIM, LPL_STATE_WEIGHTS);
        ck_assert_uint_eq(centres_found(w, centre), 0);
        for (uint64_t step = 0; step < STEPS; step++) {
            OK(lpl_random_normal_f64(noise, B * DIM, 4, 0, step * B * DIM));
            for (size_t s = 0; s < B; s++)
                for (size_t j = 0; j < DIM; j++)
                    x[s * DIM + j] = centre[(s * 7 + step) % CENTRES * DIM + j] + 0.05 * noise[s * DIM + j];
            float *fx = narrow(x, B * DIM);
            for (size_t s = 0; online && s < B; s += 4)
                OK(f64 ? lpl_update_online_f64(l, NULL, NULL, x + s * DIM)
                       : lpl_update_online(l, NULL, NULL, fx + s * DIM));
            if (!online)
                OK(f64 ? lpl_update_f64(l, NULL, NULL, 0, x, DIM, B) : lpl_update(l, NULL, NULL, 0, fx, DIM, B));
            free(fx);
        }
        read_all(l, f64, w, UNITS * DIM, LPL_STATE_WEIGHTS);
        ck_assert_uint_eq(centres_found(w, centre), (size_t)(alike ? 0 : CENTRES));
        lpl_layer_destroy(l);
    }
}
END_TEST

/* ---- refused ---- */

START_TEST(refusals) {
    lpl_layer_config_t c;
    lpl_layer_t *l = NULL;
    OK(lpl_layer_config_init(&c, sizeof c));
    ck_assert(c.temperature == 1);
    c.rule = LPL_RULE_SOFTHEBB, c.n_pre = 12, c.n_post = 3, c.batch_max = 4;
    for (int k = 0; k < 5; k++) {
        const double bad[] = {0, -1, NAN, INFINITY, -INFINITY};
        c.temperature = bad[k];
        FAILS(lpl_layer_create(&c, &l), LPL_E_ARG, "temperature");
    }
    c.temperature = 1, c.pair = LPL_PAIR_SYMMETRIC;
    FAILS(lpl_layer_create(&c, &l), LPL_E_ARG, "LPL_PAIR_SYMMETRIC, need LPL_PAIR_CAUSAL");
    c.pair = LPL_PAIR_CAUSAL, c.kind = LPL_LAYER_CONV2D, c.channels = 3, c.height = c.width = 2;
    for (c.sees = LPL_SEES_POOLED; c.sees <= LPL_SEES_HEAD; c.sees++) {
        c.head_hidden = c.head_out = 2;
        FAILS(lpl_layer_create(&c, &l), LPL_E_ARG, "rule = 6, a convolution learns by LPL_RULE_LPL");
    }
    c.kind = LPL_LAYER_DENSE, c.sees = LPL_SEES_POOLED;
    c.rule = LPL_RULE_SOFTHEBB + 1;
    FAILS(lpl_layer_create(&c, &l), LPL_E_ARG, "rule");
    ck_assert_ptr_null(l);

    c.rule = LPL_RULE_SOFTHEBB;
    OK(lpl_layer_create(&c, &l));
    float x[12] = {1};
    FAILS(lpl_update_online(l, NULL, NULL, x), LPL_E_ORDER, "LPL_STATS_EWMA");
    lpl_layer_destroy(l);

    enum { M = 3, B = 4 };
    lpl_rule_config_t r;
    size_t bytes = 0;
    double u[M * B] = {1}, delta[M * B], decay[M];
    OK(lpl_rule_config_init(&r, sizeof r));
    r.rule = LPL_RULE_SOFTHEBB;
    OK(lpl_rule_scratch(&r, &bytes, M, B, LPL_F64));
    void *scratch = aligned_alloc(64, (bytes + 64) / 64 * 64);
#define DELTA(fprime, B) \
    lpl_rule_delta_f64(&r, delta, M, decay, NULL, NULL, scratch, bytes, u, M, NULL, 0, fprime, M, NULL, M, B)
    double fprime[M * B] = {0};
    FAILS(DELTA(fprime, B), LPL_E_ARG, "fprime is given, LPL_RULE_SOFTHEBB has no f'");
    FAILS(DELTA(NULL, 1), LPL_E_SIZE, "batch = 1");
    u[4] = NAN;
    FAILS(DELTA(NULL, B), LPL_E_NONFINITE, "unit 1");
    u[4] = 0, r.temperature = -1;
    FAILS(DELTA(NULL, B), LPL_E_ARG, "temperature");
    FAILS(lpl_rule_scratch(&r, &bytes, M, B, LPL_F64), LPL_E_ARG, "temperature");
    free(scratch);
}
END_TEST

/* ---- the temperature as a parameter, and in state files ---- */

static memfile_t saved(const lpl_layer_t *l) {
    memfile_t f = {0};
    OK(lpl_layer_save(l, memfile_write, &f));
    return f;
}

static double param(const lpl_layer_t *l, int32_t which) {
    double v = 0;
    OK(lpl_layer_get(l, which, &v));
    return v;
}

static size_t find(const memfile_t *f, const char *tag) {
    for (size_t at = 0; at + 16 <= f->n; at++)
        if (memcmp(f->data + at, tag, 4) == 0) return at;
    return 0;
}

START_TEST(temperature_as_a_parameter) {
    twin_t t;
    double low, high, x[MAX_B * MAX_N], z[MAX_B * MAX_M], dw[MAX_M * MAX_N];
    begin(&t, LPL_F64, LPL_STATS_BATCH);
    ck_assert(param(t.l, LPL_PARAM_TEMPERATURE) == t.c.temperature);
    OK(lpl_layer_bounds(t.l, LPL_PARAM_TEMPERATURE, &low, &high));
    ck_assert(low > 0 && low < 1e-300 && high > 1e300);
    FAILS(lpl_layer_set(t.l, LPL_PARAM_TEMPERATURE, 0), LPL_E_ARG, "temperature = 0");
    OK(lpl_layer_set(t.l, LPL_PARAM_TEMPERATURE, 0.25));
    ck_assert(param(t.l, LPL_PARAM_TEMPERATURE) == 0.25);
    t.c.temperature = 0.25;
    draw(x, MAX_B * t.n, 1);
    gradient(&t, x, z, MAX_B);
    OK(lpl_gradient_f64(t.l, dw, t.n, NULL, NULL, NULL, 0, x, t.n, MAX_B));
    for (size_t k = 0; k < t.n * t.M; k++) CLOSE(dw[k], t.g[k], 1e-12, 1);

    lpl_layer_t *copy = NULL, *loaded = NULL; /* a copy keeps its own configuration, a loaded layer has the saved one */
    uint32_t copied = 0;
    OK(lpl_layer_create(&t.c, &copy));
    OK(lpl_layer_set(copy, LPL_PARAM_TEMPERATURE, 3));
    OK(lpl_layer_copy(copy, t.l, &copied));
    ck_assert((copied >> LPL_STATE_WEIGHTS & 1) && param(copy, LPL_PARAM_TEMPERATURE) == 3);
    memfile_t f = saved(copy);
    OK(lpl_layer_load(memfile_read, &f, 0, 1, &loaded));
    ck_assert(param(loaded, LPL_PARAM_TEMPERATURE) == 3);
    memfile_t g = saved(loaded);
    ck_assert(f.n == g.n && memcmp(f.data, g.data, f.n) == 0);
    update(&t, NULL, NULL, x, MAX_B);
    free(f.data), free(g.data), lpl_layer_destroy(copy), lpl_layer_destroy(loaded), lpl_layer_destroy(t.l);

    lpl_layer_config_t c = t.c; /* other rules have none */
    c.rule = LPL_RULE_OJA, c.temperature = 7;
    OK(lpl_layer_create(&c, &copy));
    ck_assert(param(copy, LPL_PARAM_TEMPERATURE) == 0);
    FAILS(lpl_layer_set(copy, LPL_PARAM_TEMPERATURE, 1), LPL_E_ARG, "temperature (param = 31) is read only");
    FAILS(lpl_layer_bounds(copy, LPL_PARAM_TEMPERATURE, &low, &high), LPL_E_ARG, "read only");
    f = saved(copy);
    ck_assert_uint_eq(find(&f, "TEMP"), 0); /* their files are as before */
    free(f.data), lpl_layer_destroy(copy);
    OK(lpl_layer_preset(&c, LPL_PRESET_STREAM));
    ck_assert(c.temperature == 1); /* a preset sets it */
}
END_TEST

START_TEST(files_with_other_temperatures) {
    twin_t t;
    begin(&t, LPL_F32, LPL_STATS_BATCH);
    const double bad[] = {0, -0.0, -1, NAN, INFINITY};
    for (size_t k = 0; k <= sizeof bad / sizeof bad[0] + 1; k++) {
        memfile_t f = saved(t.l);
        const size_t at = find(&f, "TEMP");
        lpl_layer_t *l = NULL;
        ck_assert_uint_gt(at, 0);
        uint64_t bits;
        const int value = k < sizeof bad / sizeof bad[0];
        const double v = value ? bad[k] : 0.75;
        memcpy(&bits, &v, sizeof bits);
        for (int byte = 0; byte < 8; byte++) f.data[at + 16 + (size_t)byte] = (unsigned char)(bits >> 8 * byte);
        if (k > sizeof bad / sizeof bad[0]) f.data[at] = 't'; /* may be skipped, so it is missing */
        memfile_repair(&f);
        if (value || k > sizeof bad / sizeof bad[0]) {
            FAILS(lpl_layer_load(memfile_read, &f, 0, 1, &l), LPL_E_FORMAT, "TEMP");
        } else {
            OK(lpl_layer_load(memfile_read, &f, 0, 1, &l));
            ck_assert(param(l, LPL_PARAM_TEMPERATURE) == 0.75);
        }
        free(f.data), lpl_layer_destroy(l);
    }
    lpl_layer_destroy(t.l);
}
END_TEST

/* ---- the same bits ---- */

/* Weights after a few steps, in batches or one by one. */
static void run(float *w, lpl_layer_config_t c, const float *x, size_t rows, int online) {
    lpl_layer_t *l = NULL;
    const size_t n = (size_t)c.n_pre, M = (size_t)c.n_post;
    OK(lpl_layer_create(&c, &l));
    for (int step = 0; step < 3; step++) {
        if (!online) OK(lpl_update(l, NULL, NULL, 0, x, n, rows));
        for (size_t s = 0; online && s < 7; s++) OK(lpl_update_online(l, NULL, NULL, x + s * n));
    }
    OK(lpl_layer_read(l, w, M * n, LPL_STATE_WEIGHTS));
    lpl_layer_destroy(l);
}

START_TEST(any_number_of_threads) {
    enum { N = 30, M = 300, B = 70 };
    static float w[2][M * N];
    float *x = testing_floats(B * N);
    for (int way = 0; way < 6; way++) {
        lpl_layer_config_t c;
        OK(lpl_layer_config_init(&c, sizeof c));
        c.rule = LPL_RULE_SOFTHEBB, c.n_pre = N, c.n_post = M, c.batch_max = B, c.temperature = 0.1,
        c.stats = LPL_STATS_EWMA, c.activation = way / 2 == 2 ? LPL_ACT_TANH : LPL_ACT_LINEAR,
        c.optim = way / 2 == 1 ? LPL_OPTIM_ADAM : LPL_OPTIM_SGD, c.eta = 0.02;
        run(w[0], c, x, B, way % 2);
        for (c.threads = 2; c.threads < 6; c.threads++) {
            run(w[1], c, x, B, way % 2);
            ck_assert_mem_eq(w[0], w[1], sizeof w[0]);
        }
    }
    free(x);
}
END_TEST

/* Instruction sets: to the bit, but for the rounding of the products of a batch; streams have none. */
START_TEST(any_instruction_set) {
    enum { N = 60, M = 130, B = 5 };
    static float w[2][M * N];
    float *x = testing_floats(7 * N);
    lpl_layer_config_t c;
    lpl_layer_t *l = NULL;
    for (int32_t isa = LPL_ISA_AVX2; isa <= LPL_ISA_AVX512; isa++) {
        OK(lpl_layer_config_init(&c, sizeof c));
        c.rule = LPL_RULE_SOFTHEBB, c.n_pre = N, c.n_post = M, c.temperature = 0.1, c.stats = LPL_STATS_EWMA,
        c.activation = LPL_ACT_TANH, c.isa = isa;
        if (lpl_layer_create(&c, &l) == LPL_E_UNSUPPORTED) continue;
        lpl_layer_destroy(l);
        run(w[1], c, x, 0, 1);
        c.isa = LPL_ISA_REF;
        run(w[0], c, x, 0, 1);
        ck_assert_mem_eq(w[0], w[1], sizeof w[0]);

        for (size_t n = 1; n <= M; n++) { /* the batch's softmax and its decay, on the same inputs */
            float u[B * M], y[2][B * M], decay[2][M], most[M];
            double mean[M] = {0}, pull[M];
            for (size_t k = 0; k < B * n; k++) u[k] = (float)(testing_real() * (k % 7 ? 3 : 900));
            for (int k = 0; k < 2; k++) {
                const int32_t with = k ? isa : LPL_ISA_REF;
                for (size_t b = 0; b < B; b++) LPLI_PICK(with, lpli_compete)(y[k] + b * n, u + b * n, n, 0.7);
                const lpli_view_t_f32 v = {.z = u,
                                           .u = u,
                                           .ldz = n,
                                           .ldu = n,
                                           .ldd = n,
                                           .mean = mean,
                                           .delta = y[k],
                                           .decay = decay[k],
                                           .gain = most,
                                           .pull_sum = pull,
                                           .fprime_max = most};
                const lpli_combine_t_f32 job = {
                    .v = &v, .rule = LPL_RULE_SOFTHEBB, .unit = 0.2f, .shared = 1, .competes = 1, .rows = B};
                for (size_t at = 0; at < n; at += 128)
                    LPLI_PICK(with, lpli_combine)(&job, at, n - at < 128 ? n - at : 128);
            }
            ck_assert_mem_eq(y[0], y[1], B * n * sizeof(float));
            ck_assert_mem_eq(decay[0], decay[1], n * sizeof(float));
        }
    }
    free(x);
}
END_TEST

/* ---- in a stack, in the host's arrays ---- */

START_TEST(in_a_stack) {
    enum { N = 6, M = 5, K = 3, B = 4 };
    lpl_layer_config_t c[2];
    const lpl_layer_config_t *const both[2] = {&c[0], &c[1]};
    lpl_layer_t *in[2] = {NULL, NULL}, *alone[2] = {NULL, NULL};
    lpl_stack_t *s = NULL;
    double x[B * N], z[B * M], w[2][M * N];
    for (int k = 0; k < 2; k++) {
        OK(lpl_layer_config_init(&c[k], sizeof c[k]));
        c[k].rule = LPL_RULE_SOFTHEBB, c[k].n_pre = k ? M : N, c[k].n_post = k ? K : M, c[k].batch_max = B;
        c[k].dtype = LPL_F64, c[k].activation = LPL_ACT_RELU, c[k].temperature = 0.5, c[k].seed = (uint64_t)k;
        OK(lpl_layer_create(&c[k], &alone[k]));
    }
    OK(lpl_stack_create(both, 2, &s));
    for (size_t k = 0; k < 2; k++) OK(lpl_stack_layer(s, k, &in[k]));
    for (int step = 0; step < 5; step++) {
        draw(x, B * N, 1);
        OK(lpl_stack_update_f64(s, NULL, NULL, 0, x, N, B));
        OK(lpl_forward_f64(alone[0], z, M, x, N, B)); /* the second layer sees what the first said before it learned */
        OK(lpl_update_f64(alone[0], NULL, NULL, 0, x, N, B));
        OK(lpl_update_f64(alone[1], NULL, NULL, 0, z, M, B));
    }
    for (int k = 0; k < 2; k++) {
        const size_t n = k ? K * M : M * N;
        OK(lpl_layer_read_f64(in[k], w[0], n, LPL_STATE_WEIGHTS));
        OK(lpl_layer_read_f64(alone[k], w[1], n, LPL_STATE_WEIGHTS));
        ck_assert_mem_eq(w[0], w[1], n * sizeof(double));
    }
    lpl_stack_destroy(s);
    for (int k = 0; k < 2; k++) lpl_layer_destroy(alone[k]);
}
END_TEST

START_TEST(in_the_hosts_arrays) {
    enum { N = 9, M = 7, LD = 11, B = 4 };
    for (int online = 0; online < 2; online++) {
        lpl_layer_config_t c;
        lpl_layer_t *own = NULL, *borrows = NULL;
        float w[M * LD], b[M], x[B * N], plain[M * N];
        OK(lpl_layer_config_init(&c, sizeof c));
        c.rule = LPL_RULE_SOFTHEBB, c.n_pre = N, c.n_post = M, c.batch_max = B, c.stats = LPL_STATS_EWMA,
        c.activation = LPL_ACT_GELU;
        OK(lpl_layer_create(&c, &own));
        OK(lpl_layer_create(&c, &borrows));
        OK(lpl_layer_read(own, plain, M * N, LPL_STATE_WEIGHTS));
        OK(lpl_layer_read(own, b, M, LPL_STATE_BIAS));
        for (size_t i = 0; i < M; i++) memcpy(w + i * LD, plain + i * N, N * sizeof *w);
        OK(lpl_layer_borrow_weights(borrows, w, LD, b));
        for (int step = 0; step < 5; step++) {
            for (size_t k = 0; k < B * N; k++) x[k] = (float)testing_real();
            OK(online ? lpl_update_online(own, NULL, NULL, x) : lpl_update(own, NULL, NULL, 0, x, N, B));
            OK(online ? lpl_update_online(borrows, NULL, NULL, x) : lpl_update(borrows, NULL, NULL, 0, x, N, B));
        }
        OK(lpl_layer_read(own, plain, M * N, LPL_STATE_WEIGHTS));
        for (size_t i = 0; i < M; i++) ck_assert_mem_eq(w + i * LD, plain + i * N, N * sizeof *w);
        lpl_layer_destroy(own), lpl_layer_destroy(borrows);
    }
}
END_TEST

/* ---- divergence ---- */

/* One step: the first row of x, or a batch of two. */
static lpl_status_t step_of(lpl_layer_t *l, int online, int f64, const double *x, size_t n) {
    float *fx = narrow(x, 2 * n);
    const lpl_status_t status =
        online ? f64 ? lpl_update_online_f64(l, NULL, NULL, x) : lpl_update_online(l, NULL, NULL, fx)
        : f64 ? lpl_update_f64(l, NULL, NULL, 0, x, n, 2)
               : lpl_update(l, NULL, NULL, 0, fx, n, 2);
    free(fx);
    return status;
}

/* A step that would spoil a layer: LPL_E_NONFINITE, and nothing has changed. (In a stream without competition the
 * other units have made their step.) */
static void refuses(lpl_layer_t *l, int online, int f64, const double *x, size_t n, const char *word, int whole) {
    memfile_t before = saved(l);
    FAILS(step_of(l, online, f64, x, n), LPL_E_NONFINITE, word);
    memfile_t after = saved(l);
    if (whole) ck_assert(before.n == after.n && memcmp(before.data, after.data, before.n) == 0);
    free(before.data), free(after.data);
}

static void set_weights(lpl_layer_t *l, int f64, const double *w, size_t n) {
    float *fw = narrow(w, n);
    OK(f64 ? lpl_layer_write_f64(l, w, n, LPL_STATE_WEIGHTS) : lpl_layer_write(l, fw, n, LPL_STATE_WEIGHTS));
    free(fw);
}

START_TEST(divergence) {
    enum { N = 2, M = 2 };
    for (int way = 0; way < 16; way++) {
        const int online = way % 2, f64 = way / 2 % 2, act = way / 4 % 2, adam = way / 8;
        const double huge = f64 ? 1e300 : 1e37;
        lpl_layer_config_t c;
        lpl_layer_t *l = NULL;
        OK(lpl_layer_config_init(&c, sizeof c));
        c.rule = LPL_RULE_SOFTHEBB, c.n_pre = N, c.n_post = M, c.batch_max = 2, c.dtype = f64, c.bias = 0,
        c.stats = LPL_STATS_EWMA, c.activation = act ? LPL_ACT_TANH : LPL_ACT_LINEAR,
        c.optim = adam ? LPL_OPTIM_ADAM : LPL_OPTIM_SGD, c.label = 3;
        OK(lpl_layer_create(&c, &l));
        const double nan[4] = {1, NAN, 0, 1}, inf[4] = {1, INFINITY, 0, 1}, large[4] = {huge, huge, huge, huge};
        refuses(l, online, f64, nan, N, "layer 3", 1);
        refuses(l, online, f64, inf, N, "layer 3", 1);
        /* u overflows; tanh hides it */
        set_weights(l, f64, large, 4);
        refuses(l, online, f64, large, N, "layer 3, unit 0, step 1", 1);
        /* u is finite, y u w is not */
        const double w[4] = {huge, 0, 0, 0}, x[4] = {10, 0, 10, 0};
        set_weights(l, f64, w, 4);
        if (f64 || act) refuses(l, online, f64, x, N, "layer 3", 1);
        /* a row that decays by less than 0 grows, and here too far: 1 - eta y u = 1001 */
        const double v[4] = {-10 / 1e-3, huge, 0, -1e30}, on[4] = {1e-3, 0, 1e-3, 0};
        OK(lpl_layer_set(l, LPL_PARAM_ETA, 100));
        OK(lpl_layer_set(l, LPL_PARAM_TEMPERATURE, 1e6));
        set_weights(l, f64, v, 4);
        if (!adam) {
            lpl_layer_t *small = NULL; /* the same row with a weight that has room */
            const double u[4] = {-10 / 1e-3, 1, 0, -1};
            double now[4];
            OK(lpl_layer_create(&c, &small));
            OK(lpl_layer_set(small, LPL_PARAM_ETA, 100));
            OK(lpl_layer_set(small, LPL_PARAM_TEMPERATURE, 1e6));
            set_weights(small, f64, u, 4);
            OK(step_of(small, online, f64, on, N));
            read_all(small, f64, now, 4, LPL_STATE_WEIGHTS);
            CLOSE(now[1], 501, 0.02, 1); /* y = 1/2 */
            ck_assert(now[3] == -1);
            lpl_layer_destroy(small);
        }
        lpl_layer_destroy(l);
    }
}
END_TEST

/* How large weights may be is known from step to step, not measured anew: a row that does not decay must not be thought
 * of as smaller because another one does (also Oja). */
START_TEST(bounds_of_rows_that_stay) {
    enum { N = 2, M = 2 };
    for (int way = 0; way < 8; way++) {
        const int online = way % 2, f64 = way / 2 % 2, oja = way / 4;
        const double high = f64 ? 1e200 : 1e25;
        lpl_layer_config_t c;
        lpl_layer_t *l = NULL;
        OK(lpl_layer_config_init(&c, sizeof c));
        c.rule = oja ? LPL_RULE_OJA : LPL_RULE_SOFTHEBB, c.n_pre = N, c.n_post = M, c.batch_max = 2, c.dtype = f64,
        c.bias = 0, c.stats = LPL_STATS_EWMA, c.eta = oja && online ? 1 : 0.5, c.temperature = 1e-3, c.label = 3;
        OK(lpl_layer_create(&c, &l));
        /* unit 0 answers and decays, unit 1 is silent and keeps its weight */
        const double w[4] = {1, 0, 0, high}, x[4] = {1, 0, 1, 0};
        set_weights(l, f64, w, 4);
        for (int step = 0; step < 60; step++) OK(step_of(l, online, f64, x, N));
        /* now unit 1: (1 - eta u) w, or (1 - eta u^2) w, with u = 10 */
        const double on[4] = {0, 10 / high, 0, 10 / high};
        OK(lpl_layer_set(l, LPL_PARAM_ETA, f64 ? 1e110 : 1e15));
        refuses(l, online, f64, on, N, "layer 3", !(online && oja));
        lpl_layer_destroy(l);
    }
}
END_TEST

/* A row whose u is negative decays by less than nothing: it grows, here without end, and is stopped before infinity. */
START_TEST(bounds_of_rows_that_grow) {
    enum { N = 2, M = 2 };
    for (int way = 0; way < 4; way++) {
        const int online = way % 2, f64 = way / 2 % 2;
        lpl_layer_config_t c;
        lpl_layer_t *l = NULL;
        lpl_status_t status = LPL_OK;
        OK(lpl_layer_config_init(&c, sizeof c));
        c.rule = LPL_RULE_SOFTHEBB, c.n_pre = N, c.n_post = M, c.batch_max = 2, c.dtype = f64, c.bias = 0,
        c.stats = LPL_STATS_EWMA, c.eta = 0.05, c.temperature = 1e300;
        OK(lpl_layer_create(&c, &l));
        const double w[4] = {-2, 1e10, 0, 0},
                     x[4] = {1, 0, 1, 0}; /* u = -2 of x of length 1: away from the only rest */
        set_weights(l, f64, w, 4);
        for (int step = 0; step < 10000 && status == LPL_OK; step++) status = step_of(l, online, f64, x, N);
        ck_assert_int_eq(status, LPL_E_NONFINITE);
        memfile_t file = saved(l); /* every state is finite */
        free(file.data), lpl_layer_destroy(l);
    }
}
END_TEST

int main(void) {
    testing_seed("test_softhebb", 20261128);
    Suite *s = suite_create("softhebb");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, delta_and_decay);
    tcase_add_test(t, temperatures);
    tcase_add_test(t, batches);
    tcase_add_test(t, streams);
    tcase_add_test(t, the_past_does_not_matter);
    tcase_add_test(t, modes);
    tcase_add_test(t, clusters);
    tcase_add_test(t, refusals);
    tcase_add_test(t, temperature_as_a_parameter);
    tcase_add_test(t, files_with_other_temperatures);
    tcase_add_test(t, any_number_of_threads);
    tcase_add_test(t, any_instruction_set);
    tcase_add_test(t, in_a_stack);
    tcase_add_test(t, in_the_hosts_arrays);
    tcase_add_test(t, divergence);
    tcase_add_test(t, bounds_of_rows_that_stay);
    tcase_add_test(t, bounds_of_rows_that_grow);
    suite_add_tcase(s, t);
    return testing_run(s);
}
