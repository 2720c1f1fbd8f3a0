/* tests/test_projection.c - projections: the equations in the published order, drift, modes, delay, save and load, bad
 * input. */
#include "common/alloc.h"
#include "common/memfile.h"
#include "common/testing.h"

#include "core/cpu.h"
#include "projection/projection.h"

static lpl_projection_config_t config(int32_t kind, int32_t dtype, size_t n_pre, size_t n_post) {
    lpl_projection_config_t c;
    OK(lpl_projection_config_init(&c, sizeof c));
    c.kind = kind, c.dtype = dtype, c.n_pre = n_pre, c.n_post = n_post;
    return c;
}

static lpl_connect_t sparse(double probability) {
    lpl_connect_t c;
    OK(lpl_connect_init(&c, sizeof c));
    c.kind = LPL_CONNECT_RANDOM, c.probability = probability, c.seed = testing_bits();
    return c;
}

static lpl_projection_t *make(const lpl_projection_config_t *c, const lpl_connect_t *connect) {
    lpl_projection_t *p = NULL;
    OK(lpl_projection_create(c, connect, &p));
    return p;
}

static double get(const lpl_projection_t *p, int32_t param) {
    double v = -1;
    OK(lpl_projection_get(p, param, &v));
    return v;
}

/* States and conductances of either dtype as doubles: conversion is exact. */
static double *values(const lpl_projection_t *p, int32_t what, size_t n) {
    double *d = malloc((n + 1) * sizeof *d);
    float *f = malloc((n + 1) * sizeof *f);
    if (get(p, LPL_PROJECTION_PARAM_DTYPE) == LPL_F64) {
        OK(lpl_projection_read_f64(p, d, n, NULL, what));
    } else {
        OK(lpl_projection_read(p, f, n, NULL, what));
        for (size_t k = 0; k < n; k++) d[k] = f[k];
    }
    free(f);
    return d;
}

static void drive(const lpl_projection_t *p, double *g, size_t n) {
    if (p->cfg.dtype == LPL_F64) {
        OK(lpl_projection_drive_f64(p, g));
        return;
    }
    float *f = malloc(n * sizeof *f);
    for (size_t i = 0; i < n; i++) f[i] = (float)g[i];
    OK(lpl_projection_drive(p, f));
    for (size_t i = 0; i < n; i++) g[i] = f[i];
    free(f);
}

/* Neurons that fire: each with this chance. */
static size_t fire(uint32_t *list, size_t n, double chance) {
    size_t k = 0;
    for (size_t i = 0; i < n; i++)
        if (testing_real() < 2 * chance - 1) list[k++] = (uint32_t)i;
    return k;
}

/* ---- a second writing of the rule ----
 * In double with every result rounded to the dtype: for + - * of two floats that is the float operation. Transmission
 * and change are interleaved as in the reference, and connectivity is a matrix. */
typedef struct {
    int32_t kind, dtype, mode;
    size_t n_pre, n_post, delay;
    const unsigned char *has; /* n_pre x n_post */
    double *w, *x, *y;        /* weights as a matrix; traces */
    double k, zeta, f0, w_min, w_max;
    unsigned char *past; /* ring of pre spikes, delay x n_pre */
    size_t t;
} model_t;

static double fl(const model_t *m, double v) { return m->dtype == LPL_F64 ? v : (double)(float)v; }

static void model_step(model_t *m, double *g, const uint32_t *pre, size_t n_spk_pre, const uint32_t *post,
                       size_t n_spk_post) {
    unsigned char *late = m->past + m->t % m->delay * m->n_pre;
    const int plastic = m->kind == LPL_PROJECTION_INHIBITORY,
              learn = plastic && m->mode == LPL_MODE_LEARN && m->zeta > 0;
    for (size_t j = 0; j < m->n_pre; j++)
        for (size_t i = 0; late[j] && i < m->n_post; i++) {
            double *w = &m->w[j * m->n_post + i];
            if (!m->has[j * m->n_post + i]) continue;
            g[i] = fl(m, g[i] + *w);
            if (!learn) continue;
            *w = fl(m, *w + fl(m, m->zeta * fl(m, m->y[i] - m->f0)));
            if (*w < m->w_min) *w = m->w_min;
        }
    for (size_t s = 0; learn && s < n_spk_post; s++)
        for (size_t j = 0; j < m->n_pre; j++) {
            double *w = &m->w[j * m->n_post + post[s]];
            if (!m->has[j * m->n_post + post[s]]) continue;
            *w = fl(m, *w + fl(m, m->zeta * m->x[j]));
            if (*w > m->w_max) *w = m->w_max;
        }
    if (plastic && m->mode != LPL_MODE_FROZEN) {
        for (size_t j = 0; j < m->n_pre; j++) m->x[j] = fl(m, m->k * fl(m, m->x[j] + late[j]));
        for (size_t s = 0; s < n_spk_post; s++) m->y[post[s]] = fl(m, m->y[post[s]] + 1);
        for (size_t i = 0; i < m->n_post; i++) m->y[i] = fl(m, m->k * m->y[i]);
    }
    memset(late, 0, m->n_pre);
    for (size_t s = 0; s < n_spk_pre; s++) late[pre[s]] = 1;
    m->t++;
}

static void same(const lpl_projection_t *p, int32_t what, const double *want, size_t n) {
    double *v = values(p, what, n);
    size_t k = 0; /* one assertion for all: each costs a system call */
    while (k < n && memcmp(&v[k], &want[k], sizeof v[k]) == 0) k++;
    ck_assert_msg(k == n, "state %d, element %zu: %.17g, want %.17g", (int)what, k, v[k], want[k]);
    free(v);
}

static void same_weights(const lpl_projection_t *p, const model_t *m) {
    const size_t n = (size_t)get(p, LPL_PROJECTION_PARAM_N_SYNAPSES);
    double *want = malloc((n + 1) * sizeof *want);
    size_t k = 0;
    for (size_t s = 0; s < m->n_pre * m->n_post; s++)
        if (m->has[s]) want[k++] = m->w[s];
    ck_assert_uint_eq(k, n);
    same(p, LPL_PROJECTION_WEIGHTS, want, n);
    free(want);
}

/* One network, followed for a while; returns the number of spikes. */
static void follow(int32_t kind, int32_t dtype, int32_t isa, int dense) {
    const size_t n_pre = testing_size(1, 90), n_post = testing_size(1, 90), all = n_pre * n_post;
    lpl_projection_config_t c = config(kind, dtype, n_pre, n_post);
    c.zeta = 0.05, c.kappa = 20, c.w_init = 0.3, c.w_min = 0.05, c.delay_ax = (double)testing_size(1, 12) * 1e-4;
    c.tau_stdp = 20e-3 + 1e-3 * testing_real();
    lpl_connect_t connect = sparse(0.4);
    lpl_projection_t *p = make(&c, dense ? NULL : &connect);
    p->isa = isa;
    model_t m = {kind,  dtype,  LPL_MODE_LEARN,
                 n_pre, n_post, (size_t)get(p, LPL_PROJECTION_PARAM_DELAY),
                 NULL,  NULL,   NULL,
                 NULL,  0,      0,
                 0,     0,      0,
                 NULL,  0};
    unsigned char *has = calloc(all, 1);
    uint64_t *row_ptr = malloc((n_pre + 1) * sizeof *row_ptr);
    uint32_t *col = malloc((all + 1) * sizeof *col), *pre = malloc(n_pre * sizeof *pre),
             *post = malloc(n_post * sizeof *post);
    OK(lpl_projection_connectivity(p, row_ptr, col));
    for (size_t j = 0; j < n_pre; j++)
        for (uint64_t k = row_ptr[j]; k < row_ptr[j + 1]; k++) has[j * n_post + col[k]] = 1;
    m.has = has, m.w = malloc(all * sizeof *m.w), m.x = calloc(n_pre, sizeof *m.x), m.y = calloc(n_post, sizeof *m.y);
    m.past = calloc(m.delay * n_pre, 1);
    for (size_t s = 0; s < all; s++) m.w[s] = fl(&m, 0.3);
    const double tau = fl(&m, c.tau_stdp);
    m.k = fl(&m, exp(-1e-4 / tau)), m.zeta = fl(&m, 0.05), m.f0 = fl(&m, fl(&m, 2 * 20) * tau);
    m.w_min = fl(&m, 0.05), m.w_max = 1;
    double *g = calloc(n_post, sizeof *g), *want = calloc(n_post, sizeof *want);
    for (int t = 0; t < 400; t++) {
        if (t == 200) m.mode = LPL_MODE_TRACK;
        if (t == 230) m.mode = LPL_MODE_FROZEN;
        if (t == 260) m.mode = LPL_MODE_LEARN, m.zeta = 0;
        if (t == 290) m.zeta = fl(&m, 0.01);
        OK(lpl_projection_set(p, LPL_PROJECTION_PARAM_MODE, m.mode));
        if (kind == LPL_PROJECTION_INHIBITORY)
            OK(lpl_projection_set(p, LPL_PROJECTION_PARAM_ZETA, t < 260 ? 0.05 : t < 290 ? 0 : 0.01));
        const size_t n_spk_pre = fire(pre, n_pre, 0.05), n_spk_post = fire(post, n_post, t % 90 < 45 ? 0.05 : 0.005);
        drive(p, g, n_post);
        model_step(&m, want, pre, n_spk_pre, post, n_spk_post);
        ck_assert(memcmp(g, want, n_post * sizeof *g) == 0);
        OK(lpl_projection_step(p, pre, n_spk_pre, post, n_spk_post));
        if (t % 20 != 0) continue;
        same_weights(p, &m);
        if (kind == LPL_PROJECTION_INHIBITORY) {
            same(p, LPL_PROJECTION_TR_PRE, m.x, n_pre);
            same(p, LPL_PROJECTION_TR_POST, m.y, n_post);
        }
    }
    ck_assert_uint_eq((size_t)get(p, LPL_PROJECTION_PARAM_STEP), 400);
    lpl_projection_destroy(p);
    free(has), free(row_ptr), free(col), free(pre), free(post), free(g), free(want), free(m.w), free(m.x), free(m.y),
        free(m.past);
}

START_TEST(the_equations) {
    for (int32_t isa = LPL_ISA_REF; isa <= LPL_ISA_AVX512; isa++) {
        int32_t have;
        if (lpli_isa_choose(isa, &have, "test") < 0) continue;
        for (int k = 0; k < 16; k++)
            follow(k % 4 == 3 ? LPL_PROJECTION_STATIC : LPL_PROJECTION_INHIBITORY, k % 2 ? LPL_F64 : LPL_F32, isa,
                   k < 8);
    }
}
END_TEST

/* Independent trains: 2 zeta tau rate_pre (rate_post - kappa) per second, so 0 where rate_post = kappa.
 *
 * The mean over all N x N synapses is zeta / N^2 times (sum over all pairs of a spike before and one behind of
 * exp(-|t - t'| / tau)) - 2 kappa tau N n_pre, with n_pre and n_post spikes in all, Poisson numbers of expectations
 * R T = N rate_pre T and Q T = N rate_post T. The pairs' part that is linear in the two numbers is 2 tau (Q n_pre + R
 * n_post); the rest, uncorrelated with it, has the variance R Q T tau. With the threshold's term, in units of
 * u = 2 zeta tau rate_pre kappa T:
 *   variance = (k - 1)^2 / (R T) + k / (N kappa T) + k / (4 N^2 rate_pre kappa T tau), rate_post = k kappa
 * The expectation is k q - 1: pairs of one spike each are k, but for those that the run's ends cut (tau / T) and
 * because the sum over steps, sum_{l >= 1} exp(-l dt / tau), is smaller than the integral by half a step (dt / 2
 * tau). */
START_TEST(drift) {
    enum { N = 40, STEPS = 100000 };
    const double rate_pre = 40, zeta = 1e-5, kappa = 20, tau = 20e-3, dt = 1e-4;
    for (int k = 0; k < 3; k++) {
        const double rate_post = k * kappa;
        lpl_projection_config_t c = config(LPL_PROJECTION_INHIBITORY, LPL_F64, N, N);
        c.zeta = zeta, c.kappa = kappa;
        lpl_projection_t *p = make(&c, NULL);
        uint32_t pre[N], post[N];
        int failed = 0;
        for (int t = 0; t < STEPS; t++) {
            const size_t n_spk_pre = fire(pre, N, rate_pre * dt), n_spk_post = fire(post, N, rate_post * dt);
            failed += lpl_projection_step(p, pre, n_spk_pre, post, n_spk_post) < 0;
        }
        ck_assert_int_eq(failed, 0);
        double *w = values(p, LPL_PROJECTION_WEIGHTS, N * N), mean = 0;
        for (size_t s = 0; s < N * N; s++) mean += w[s] / (N * N);
        const double unit = 2 * zeta * tau * rate_pre * kappa * STEPS * dt;
        const double T = STEPS * dt, q = 1 - tau / T - dt / (2 * tau);
        const double variance =
            (k - 1) * (k - 1) / (N * rate_pre * T) + k / (N * kappa * T) + k / (4 * N * N * rate_pre * kappa * T * tau);
        CLOSE((mean - 0.5) / unit, k * q - 1, 5 * sqrt(variance), 1);
        free(w);
        lpl_projection_destroy(p);
    }
}
END_TEST

/* A spike arrives delay_ax later, for one step; drive changes nothing. */
START_TEST(delay) {
    for (size_t d = 1; d < 70; d += 13) {
        lpl_projection_config_t c = config(LPL_PROJECTION_STATIC, LPL_F32, 70, 3);
        c.delay_ax = (double)d * c.dt;
        lpl_projection_t *p = make(&c, NULL);
        ck_assert_uint_eq((size_t)get(p, LPL_PROJECTION_PARAM_DELAY), d);
        const uint32_t pre[] = {1, 69};
        for (size_t t = 0; t < 3 * d + 5; t++) {
            float g[3] = {0}, again[3] = {0};
            OK(lpl_projection_drive(p, g));
            OK(lpl_projection_drive(p, again));
            const float want = t == d + 2 ? 1.0f : 0.0f;
            ck_assert(g[0] == want && g[2] == want && memcmp(g, again, sizeof g) == 0);
            OK(lpl_projection_step(p, pre, t == 2 ? 2 : 0, NULL, 0));
        }
        lpl_projection_destroy(p);
    }
}
END_TEST

/* As in the reference a weight may pass w_max at a pre spike, until the next post spike; w_min holds at once. */
START_TEST(bounds) {
    lpl_projection_config_t c = config(LPL_PROJECTION_INHIBITORY, LPL_F32, 1, 1);
    c.zeta = 0.4, c.kappa = 0, c.w_init = 0.9, c.delay_ax = c.dt;
    lpl_projection_t *p = make(&c, NULL);
    const uint32_t one = 0;
    float w, trace;
    OK(lpl_projection_step(p, &one, 1, &one, 1));
    OK(lpl_projection_step(p, NULL, 0, NULL, 0)); /* the pre spike arrives: y > 0 */
    OK(lpl_projection_read(p, &w, 1, NULL, LPL_PROJECTION_WEIGHTS));
    ck_assert(w > 1.2f && w < 1.31f);
    OK(lpl_projection_step(p, NULL, 0, &one, 1));
    OK(lpl_projection_read(p, &w, 1, NULL, LPL_PROJECTION_WEIGHTS));
    ck_assert(w == 1);
    OK(lpl_projection_set(p, LPL_PROJECTION_PARAM_KAPPA, 5000)); /* f0 = 200: far below */
    OK(lpl_projection_step(p, &one, 1, NULL, 0));
    OK(lpl_projection_step(p, NULL, 0, NULL, 0));
    OK(lpl_projection_read(p, &w, 1, NULL, LPL_PROJECTION_WEIGHTS));
    ck_assert(w == 0);
    int failed = 0;
    for (int t = 0; t < 20000; t++)
        failed += lpl_projection_step(p, NULL, 0, NULL, 0) < 0; /* silence: to 0, through no denormal */
    OK(lpl_projection_read(p, &trace, 1, NULL, LPL_PROJECTION_TR_POST));
    ck_assert(trace == 0 && failed == 0);
    lpl_projection_destroy(p);
}
END_TEST

START_TEST(read_and_write) {
    for (int32_t dtype = LPL_F32; dtype <= LPL_F64; dtype++) {
        lpl_projection_config_t c = config(LPL_PROJECTION_STATIC, dtype, 5, 4);
        c.w_max = 0.1, c.w_init = 0.1; /* not a float */
        lpl_projection_t *p = make(&c, NULL);
        double *w = values(p, LPL_PROJECTION_WEIGHTS, 20);
        const uint64_t index[3] = {19, 0, 7};
        float f[20];
        for (int k = 0; k < 20; k++) ck_assert(w[k] == (dtype == LPL_F64 ? 0.1 : (double)0.1f));
        for (int k = 0; k < 20; k++) w[k] = 0.1 * k / 19, f[k] = (float)w[k];
        if (dtype == LPL_F64) {
            double d[3];
            OK(lpl_projection_write_f64(p, w, 20, LPL_PROJECTION_WEIGHTS));
            OK(lpl_projection_read_f64(p, d, 3, index, LPL_PROJECTION_WEIGHTS));
            ck_assert(d[0] == w[19] && d[1] == w[0] && d[2] == w[7]);
            FAILS(lpl_projection_write(p, f, 20, LPL_PROJECTION_WEIGHTS), LPL_E_DTYPE, "float64");
        } else {
            float r[3];
            OK(lpl_projection_write(p, f, 20, LPL_PROJECTION_WEIGHTS));
            OK(lpl_projection_read(p, r, 3, index, LPL_PROJECTION_WEIGHTS));
            ck_assert(r[0] == f[19] && r[1] == f[0] && r[2] == f[7]);
            OK(lpl_projection_read(p, NULL, 0, index, LPL_PROJECTION_WEIGHTS));
            FAILS(lpl_projection_write_f64(p, w, 20, LPL_PROJECTION_WEIGHTS), LPL_E_DTYPE, "float32");
            FAILS(lpl_projection_read_f64(p, w, 20, NULL, LPL_PROJECTION_WEIGHTS), LPL_E_DTYPE, "float32");
            FAILS(lpl_projection_drive_f64(p, w), LPL_E_DTYPE, "float32");
        }
        free(w);
        lpl_projection_destroy(p);
    }
}
END_TEST

/* ---- state files ---- */

static void some_steps(lpl_projection_t *p, int steps) {
    const size_t n_pre = p->csr.n_pre, n_post = p->csr.n_post;
    uint32_t *pre = malloc(n_pre * sizeof *pre), *post = malloc(n_post * sizeof *post);
    int failed = 0;
    for (int t = 0; t < steps; t++) {
        const size_t n_spk_pre = fire(pre, n_pre, 0.1), n_spk_post = fire(post, n_post, 0.1);
        failed += lpl_projection_step(p, pre, n_spk_pre, post, n_spk_post) < 0;
    }
    ck_assert_int_eq(failed, 0);
    free(pre), free(post);
}

static memfile_t saved(const lpl_projection_t *p) {
    memfile_t f = {0};
    OK(lpl_projection_save(p, memfile_write, &f));
    return f;
}

static lpl_status_t load_from(const memfile_t *f, size_t max_bytes, lpl_projection_t **p) {
    memfile_t t = *f;
    t.at = t.calls = 0;
    *p = NULL;
    return lpl_projection_load(memfile_read, &t, max_bytes, p);
}

START_TEST(save_and_load) {
    for (int k = 0; k < 16; k++) {
        lpl_projection_config_t c = config(k % 2, k / 2 % 2, testing_size(1, 80), testing_size(1, 80));
        c.zeta = 0.03, c.label = -7, c.mode = k / 8 ? LPL_MODE_LEARN : k % 3;
        lpl_connect_t connect = sparse(k < 8 ? 0.3 : 0);
        lpl_projection_t *p = make(&c, k / 4 % 2 ? NULL : &connect), *q;
        some_steps(p, (int)testing_size(0, 100));
        memfile_t f = saved(p);
        OK(load_from(&f, 0, &q));
        for (int32_t param = 0; param <= LPL_PROJECTION_PARAM_LABEL; param++)
            if (param != LPL_PROJECTION_PARAM_MEMORY) ck_assert(get(p, param) == get(q, param));
        const uint64_t was = testing_state;
        some_steps(p, 60);
        testing_state = was;
        some_steps(q, 60);
        memfile_t a = saved(p), b = saved(q);
        ck_assert(a.n == b.n &&
                  memcmp(a.data, b.data, a.n) == 0); /* weights, traces, spikes on their way: everything is in it */
        free(f.data), free(a.data), free(b.data);
        lpl_projection_destroy(p), lpl_projection_destroy(q);
    }
}
END_TEST

/* Into the conductances of a population. */
START_TEST(onto_neurons) {
    for (int32_t dtype = LPL_F32; dtype <= LPL_F64; dtype++) {
        lpl_lif_config_t lc;
        lpl_lif_t *lif = NULL, *small = NULL;
        OK(lpl_lif_config_init(&lc, sizeof lc));
        lc.n = 70, lc.dtype = dtype;
        OK(lpl_lif_create(&lc, &lif));
        lc.n = 69;
        OK(lpl_lif_create(&lc, &small));
        lpl_projection_config_t c = config(LPL_PROJECTION_INHIBITORY, dtype, 50, 70);
        lpl_connect_t connect = sparse(0.3);
        lpl_projection_t *p = make(&c, &connect), *other;
        c.dtype = !dtype;
        other = make(&c, &connect);
        some_steps(p, 20);
        double want[2][70] = {{0}}, g[70];
        float f[70];
        for (int k = 0; k < 3; k++) {
            const int32_t receptor = k % 2 ? LPL_RECEPTOR_AMPA : LPL_RECEPTOR_GABA;
            OK(lpl_projection_drive_lif(p, lif, receptor));
            drive(p, want[receptor], 70);
        }
        for (int32_t receptor = LPL_RECEPTOR_AMPA; receptor <= LPL_RECEPTOR_GABA; receptor++) {
            const int32_t what = receptor == LPL_RECEPTOR_AMPA ? LPL_LIF_G_AMPA : LPL_LIF_G_GABA;
            if (dtype == LPL_F64)
                OK(lpl_lif_read_f64(lif, g, 70, NULL, what));
            else
                OK(lpl_lif_read(lif, f, 70, NULL, what));
            for (int i = 0; dtype == LPL_F32 && i < 70; i++) g[i] = f[i];
            ck_assert(memcmp(g, want[receptor], sizeof g) == 0);
        }
        FAILS(lpl_projection_drive_lif(p, lif, 2), LPL_E_ARG, "receptor");
        FAILS(lpl_projection_drive_lif(p, small, LPL_RECEPTOR_GABA), LPL_E_SIZE, "69");
        FAILS(lpl_projection_drive_lif(other, lif, LPL_RECEPTOR_GABA), LPL_E_DTYPE, "float");
        FAILS(lpl_projection_drive_lif(NULL, lif, LPL_RECEPTOR_GABA), LPL_E_NULL, "p is NULL");
        lpl_projection_destroy(p), lpl_projection_destroy(other);
        lpl_lif_destroy(lif), lpl_lif_destroy(small);
    }
}
END_TEST

/* Truncated anywhere, any bit flipped, any call failing: refused, and nothing is left behind. */
START_TEST(damage) {
    lpl_projection_config_t c = config(LPL_PROJECTION_INHIBITORY, LPL_F32, 9, 7);
    lpl_connect_t connect = sparse(0.3);
    lpl_projection_t *p = make(&c, &connect), *q;
    some_steps(p, 30);
    memfile_t f = saved(p);
    OK(load_from(&f, 0, &q));
    lpl_projection_destroy(q);
    for (size_t n = 0; n < f.n; n++) {
        memfile_t cut = f;
        cut.n = n;
        FAILS(load_from(&cut, 0, &q), LPL_E_FORMAT, "truncated");
        ck_assert_ptr_null(q);
    }
    size_t refused = 0;
    for (size_t bit = 0; bit < 8 * f.n; bit++) {
        f.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
        const lpl_status_t status = load_from(&f, 0, &q);
        refused += status == LPL_E_FORMAT || status == LPL_E_VERSION;
        f.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    ck_assert_uint_eq(refused, 8 * f.n);
    for (size_t call = 1;; call++) {
        memfile_t in = f, out = {0};
        in.at = in.calls = 0, in.fail_at = call, out.fail_at = call;
        q = NULL;
        const lpl_status_t status = lpl_projection_load(memfile_read, &in, 0, &q);
        if (status >= 0) lpl_projection_destroy(q);
        const lpl_status_t written = lpl_projection_save(p, memfile_write, &out);
        free(out.data);
        if (status >= 0 && written >= 0) break;
        ck_assert(status == LPL_E_IO || status >= 0);
        ck_assert(written == LPL_E_IO || written >= 0);
    }
    FAILS(load_from(&f, 100, &q), LPL_E_MEMORY, "max_bytes = 100");
    free(f.data);
    lpl_projection_destroy(p);
}
END_TEST

/* Files that are whole but wrong: every byte of the numbers and arrays set to something else, checksums made right
 * again. Either refused or a projection that works. */
START_TEST(hostile_files) {
    lpl_projection_config_t c = config(LPL_PROJECTION_INHIBITORY, LPL_F32, 9, 7);
    lpl_connect_t connect = sparse(0.3);
    lpl_projection_t *p = make(&c, &connect), *q;
    some_steps(p, 30);
    memfile_t f = saved(p);
    size_t loaded = 0, refused = 0;
    for (size_t at = 64; at < f.n; at++)
        for (int k = 0; k < 2; k++) {
            memfile_t t = memfile_copy(&f);
            t.data[at] = k == 0 ? 0xFF : (unsigned char)testing_bits();
            memfile_repair(&t);
            const lpl_status_t status = load_from(&t, 1 << 16, &q);
            if (status >= 0) {
                float g[7] = {0};
                if (q->csr.n_post <= 7 && q->cfg.dtype == LPL_F32) OK(lpl_projection_drive(q, g));
                some_steps(q, 5);
                lpl_projection_destroy(q);
                loaded++;
            } else {
                ck_assert_ptr_null(q);
                refused++;
            }
            free(t.data);
        }
    ck_assert(loaded > 0 && refused > 0);
    free(f.data);
    lpl_projection_destroy(p);
    /* another kind of object */
    lpl_stats_config_t sc;
    lpl_stats_t *s;
    memfile_t other = {0};
    OK(lpl_stats_config_init(&sc, sizeof sc));
    sc.n_units = 3;
    OK(lpl_stats_create(&sc, &s));
    OK(lpl_stats_save(s, memfile_write, &other));
    FAILS(load_from(&other, 0, &q), LPL_E_FORMAT, "not the state of a projection");
    free(other.data);
    lpl_stats_destroy(s);
}
END_TEST

/* ---- memory ---- */

#if ALLOC_COUNTED
static lpl_status_t life(const lpl_projection_config_t *c, const lpl_connect_t *connect, memfile_t *f) {
    lpl_projection_t *p = NULL;
    f->at = 0;
    const lpl_status_t s =
        connect ? lpl_projection_create(c, connect, &p) : lpl_projection_load(memfile_read, f, 0, &p);
    if ((s >= 0) != (p != NULL)) return LPL_E_ORDER;
    lpl_projection_destroy(p);
    return s;
}

START_TEST(allocations) {
    if (!alloc_works()) return;
    for (int k = 0; k < 8; k++) {
        lpl_projection_config_t c = config(k % 2, k / 2 % 2, 30, 20);
        lpl_connect_t connect = sparse(0.3);
        if (k / 4) OK(lpl_connect_init(&connect, sizeof connect));
        lpl_projection_t *p = make(&c, &connect);
        some_steps(p, 10);
        memfile_t f = saved(p);
        for (int load = 0; load < 2; load++)
            for (size_t n = 1;; n++) {
                alloc_start(n);
                const lpl_status_t status = life(&c, load ? NULL : &connect, &f);
                alloc_stop();
                ck_assert_int_eq(alloc_state.live, 0);
                if (alloc_state.own < n) {
                    OK(status);
                    ck_assert_uint_ge(n, 3);
                    break;
                }
                ck_assert_int_eq(status, LPL_E_MEMORY);
            }
        const uint32_t spikes[] = {0, 7, 19};
        double g[20] = {0}; /* room for either dtype */
        int failed = 0;
        alloc_start(1);
        for (int t = 0; t < 20; t++) {
            failed +=
                (c.dtype == LPL_F64 ? lpl_projection_drive_f64(p, g) : lpl_projection_drive(p, (float *)(void *)g)) < 0;
            failed += lpl_projection_step(p, spikes, 3, spikes, 3) < 0;
            failed += lpl_projection_step(p, spikes, 3, NULL, 1) != LPL_E_NULL;
        }
        alloc_stop();
        ck_assert_int_eq(failed, 0);
        ck_assert_uint_eq(alloc_state.own + alloc_state.other, 0);
        free(f.data);
        lpl_projection_destroy(p);
    }
}
END_TEST
#endif

START_TEST(bad_input) {
    lpl_projection_config_t c = config(LPL_PROJECTION_INHIBITORY, LPL_F32, 3, 4);
    lpl_projection_t *p = NULL;
    c.label = 12;
#define TRY(field, value, code, word)                           \
    do {                                                        \
        lpl_projection_config_t t = c;                          \
        t.field = value;                                        \
        FAILS(lpl_projection_create(&t, NULL, &p), code, word); \
        ck_assert_ptr_null(p);                                  \
    } while (0)
    TRY(n_pre, 0, LPL_E_SIZE, "n_pre");
    TRY(n_post, (uint64_t)-1, LPL_E_SIZE, "n_post");
    TRY(flags, 1, LPL_E_ARG, "flags");
    TRY(dtype, 2, LPL_E_ARG, "dtype");
    TRY(kind, 2, LPL_E_ARG, "kind");
    TRY(mode, 3, LPL_E_ARG, "mode");
    TRY(dt, 0, LPL_E_ARG, "dt");
    TRY(dt, NAN, LPL_E_ARG, "dt");
    TRY(dt, 0.00125, LPL_E_ARG, "delay_ax"); /* below one step */
    TRY(dt, 0.0125, LPL_E_UNITS, "did you give ms");
    TRY(tau_stdp, 1e-4, LPL_E_UNITS, "did you give ms");
    TRY(tau_stdp, -1, LPL_E_ARG, "tau_stdp");
    TRY(delay_ax, -8e-4, LPL_E_ARG, "delay_ax");
    TRY(delay_ax, 0, LPL_E_ARG, "delay_ax");
    TRY(delay_ax, 800, LPL_E_UNITS, "ms");
    TRY(w_init, 2, LPL_E_ARG, "w_init");
    TRY(w_init, -0.1, LPL_E_ARG, "w_init");
    TRY(w_max, -1, LPL_E_ARG, "w_max");
    TRY(w_max, INFINITY, LPL_E_ARG, "w_max");
    TRY(w_min, NAN, LPL_E_ARG, "w_min");
    TRY(zeta, -1e-3, LPL_E_ARG, "zeta");
    TRY(zeta, INFINITY, LPL_E_ARG, "zeta");
    TRY(kappa, -1, LPL_E_ARG, "kappa");
    TRY(kappa, 10001, LPL_E_ARG, "kappa");
    TRY(kappa, NAN, LPL_E_ARG, "(projection 12)");
    TRY(size, 3, LPL_E_VERSION, "size");
    FAILS(lpl_projection_create(NULL, NULL, &p), LPL_E_NULL, "NULL");
    FAILS(lpl_projection_create(&c, NULL, NULL), LPL_E_NULL, "out");
    FAILS(lpl_projection_config_init(NULL, sizeof c), LPL_E_NULL, "NULL");
    p = make(&c, NULL);
    const uint32_t far[] = {3}, twice[] = {1, 1}, fine[] = {0, 2};
    float w[12] = {0};
    uint64_t index = 12;
    some_steps(p, 20);
    memfile_t before = saved(p);
    FAILS(lpl_projection_step(NULL, NULL, 0, NULL, 0), LPL_E_NULL, "p is NULL");
    FAILS(lpl_projection_step(p, NULL, 1, NULL, 0), LPL_E_NULL, "pre is NULL");
    FAILS(lpl_projection_step(p, far, 1, NULL, 0), LPL_E_ARG, "pre[0] = 3");
    FAILS(lpl_projection_step(p, fine, 2, twice, 2), LPL_E_ARG, "post[1] = 1 after 1");
    FAILS(lpl_projection_step(p, fine, 2, twice, 2), LPL_E_ARG, "(projection 12)");
    FAILS(lpl_projection_step(p, fine, 2, NULL, 2), LPL_E_NULL, "post is NULL");
    FAILS(lpl_projection_drive(p, NULL), LPL_E_NULL, "g is NULL");
    FAILS(lpl_projection_drive(NULL, w), LPL_E_NULL, "p is NULL");
    FAILS(lpl_projection_read(p, w, 11, NULL, LPL_PROJECTION_WEIGHTS), LPL_E_SIZE, "n = 11");
    FAILS(lpl_projection_read(p, w, 1, &index, LPL_PROJECTION_WEIGHTS), LPL_E_ARG, "index[0] = 12");
    FAILS(lpl_projection_read(p, w, 12, NULL, 3), LPL_E_ARG, "what");
    FAILS(lpl_projection_read(p, NULL, 12, NULL, 0), LPL_E_NULL, "dst");
    FAILS(lpl_projection_write(p, w, 3, LPL_PROJECTION_TR_PRE), LPL_E_ARG, "only weights");
    FAILS(lpl_projection_write(p, w, 3, LPL_PROJECTION_WEIGHTS), LPL_E_SIZE, "n = 3");
    FAILS(lpl_projection_write(p, NULL, 12, LPL_PROJECTION_WEIGHTS), LPL_E_NULL, "src");
    w[5] = 1.5f;
    FAILS(lpl_projection_write(p, w, 12, LPL_PROJECTION_WEIGHTS), LPL_E_ARG, "src[5] = 1.5");
    w[5] = NAN;
    FAILS(lpl_projection_write(p, w, 12, LPL_PROJECTION_WEIGHTS), LPL_E_ARG, "src[5]");
    FAILS(lpl_projection_set(p, LPL_PROJECTION_PARAM_ZETA, -1), LPL_E_ARG, "zeta");
    FAILS(lpl_projection_set(p, LPL_PROJECTION_PARAM_KAPPA, 1e6), LPL_E_ARG, "kappa");
    FAILS(lpl_projection_set(p, LPL_PROJECTION_PARAM_MODE, 0.5), LPL_E_ARG, "whole");
    FAILS(lpl_projection_set(p, LPL_PROJECTION_PARAM_MODE, NAN), LPL_E_ARG, "mode");
    FAILS(lpl_projection_set(p, LPL_PROJECTION_PARAM_STEP, 0), LPL_E_ARG, "read only");
    FAILS(lpl_projection_set(p, 12, 0), LPL_E_ARG, "param");
    FAILS(lpl_projection_get(p, 0, NULL), LPL_E_NULL, "value");
    FAILS(lpl_projection_connectivity(NULL, NULL, NULL), LPL_E_NULL, "p is NULL");
    FAILS(lpl_projection_save(p, NULL, NULL), LPL_E_NULL, "write");
    FAILS(lpl_projection_load(NULL, NULL, 0, &p), LPL_E_NULL, "read");
    FAILS(lpl_projection_drive_lif(p, NULL, LPL_RECEPTOR_GABA), LPL_E_NULL, "target");
    memfile_t after = saved(p);
    ck_assert(before.n == after.n && memcmp(before.data, after.data, after.n) == 0);
    free(before.data), free(after.data);
    lpl_projection_destroy(p);
    c.kind = LPL_PROJECTION_STATIC, c.zeta = NAN; /* not looked at */
    p = make(&c, NULL);
    FAILS(lpl_projection_set(p, LPL_PROJECTION_PARAM_ZETA, 0), LPL_E_ARG, "STATIC");
    FAILS(lpl_projection_read(p, w, 3, NULL, LPL_PROJECTION_TR_PRE), LPL_E_ARG, "no traces");
    FAILS(lpl_projection_step(p, fine, 2, twice, 2), LPL_E_ARG, "post[1]");
    lpl_projection_destroy(p);
    lpl_projection_destroy(NULL);
}
END_TEST

/* A file whose trace would make weights infinite at the next spike: what no trace can be is refused. */
START_TEST(absurd_traces_are_refused) {
    for (int32_t dtype = LPL_F32; dtype <= LPL_F64; dtype++) {
        lpl_projection_config_t c;
        OK(lpl_projection_config_init(&c, sizeof c));
        c.dtype = dtype, c.kind = LPL_PROJECTION_INHIBITORY, c.n_pre = c.n_post = 3;
        lpl_projection_t *p = NULL, *q = NULL;
        OK(lpl_projection_create(&c, NULL, &p));
        for (int which = 0; which < 3; which++) {
            static const char *const tag[] = {"WGHT", "TRPR", "TRPO"};
            memfile_t f = {0};
            OK(lpl_projection_save(p, memfile_write, &f));
            size_t at = 0;
            while (memcmp(f.data + at, tag[which], 4) != 0) at++;
            const float absurd = 3e38f;
            const double wide = 1e200;
            memcpy(f.data + at + 64 - at % 64, dtype == LPL_F64 ? (const void *)&wide : &absurd,
                   dtype == LPL_F64 ? 8 : 4);
            memfile_repair(&f);
            f.at = 0;
            FAILS(lpl_projection_load(memfile_read, &f, 0, &q), LPL_E_FORMAT, tag[which]);
            free(f.data);
        }
        lpl_projection_destroy(p);
    }
}
END_TEST

int main(void) {
    testing_seed("test_projection", 20261124);
    Suite *s = suite_create("projection");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, the_equations);
    tcase_add_test(t, drift);
    tcase_add_test(t, delay);
    tcase_add_test(t, bounds);
    tcase_add_test(t, onto_neurons);
    tcase_add_test(t, read_and_write);
    tcase_add_test(t, save_and_load);
    tcase_add_test(t, damage);
    tcase_add_test(t, hostile_files);
#if ALLOC_COUNTED
    tcase_add_test(t, allocations);
#endif
    tcase_add_test(t, bad_input);
    tcase_add_test(t, absurd_traces_are_refused);
    suite_add_tcase(s, t);
    return testing_run(s);
}
