/* tests/test_lif.c - populations: against a neuron-by-neuron model, refractoriness, steady state, clamp, save and load,
 * bad input. */
#include <float.h>
#include <stdbool.h>

#include "common/alloc.h"
#include "common/memfile.h"
#include "common/testing.h"

#include "lif/lif.h"

enum { STATES = 6, MAX_N = 600, MAX_KNOTS = 8 };

static lpl_lif_config_t config(int32_t dtype, size_t n) {
    lpl_lif_config_t c;
    OK(lpl_lif_config_init(&c, sizeof c));
    c.dtype = dtype, c.n = n;
    return c;
}

static lpl_lif_t *make(const lpl_lif_config_t *c) {
    lpl_lif_t *p = NULL;
    OK(lpl_lif_create(c, &p));
    return p;
}

static int has_isa(int32_t isa) {
    lpl_lif_config_t c = config(LPL_F32, 1);
    lpl_lif_t *p = NULL;
    c.isa = isa;
    if (lpl_lif_create(&c, &p) == LPL_E_UNSUPPORTED) return 0;
    lpl_lif_destroy(p);
    return 1;
}

/* A condition in an inner loop. Check's own assertions are slow: each tells the parent process where the test is. */
#define HOLDS(condition, ...)                        \
    do {                                             \
        if (!(condition)) ck_abort_msg(__VA_ARGS__); \
    } while (0)
#define DONE(call) HOLDS((call) >= 0, "%s: %s", #call, lpl_last_error())

static int32_t dtype_of(const lpl_lif_t *p) {
    double d;
    DONE(lpl_lif_get(p, LPL_LIF_PARAM_DTYPE, &d));
    return (int32_t)d;
}

/* A state as doubles, whatever the dtype. */
static void get(const lpl_lif_t *p, double *x, size_t n, int32_t what) {
    if (dtype_of(p) == LPL_F64) {
        DONE(lpl_lif_read_f64(p, x, n, NULL, what));
        return;
    }
    static float f[MAX_N];
    DONE(lpl_lif_read(p, f, n, NULL, what));
    for (size_t i = 0; i < n; i++) x[i] = (double)f[i];
}

static void put(lpl_lif_t *p, const double *x, size_t n, int32_t what) {
    if (dtype_of(p) == LPL_F64) {
        DONE(lpl_lif_write_f64(p, x, n, what));
        return;
    }
    static float f[MAX_N];
    for (size_t i = 0; i < n; i++) f[i] = (float)x[i];
    DONE(lpl_lif_write(p, f, n, what));
}

static void fill(lpl_lif_t *p, size_t n, double value, int32_t what) {
    static double x[MAX_N];
    for (size_t i = 0; i < n; i++) x[i] = value;
    put(p, x, n, what);
}

static lpl_status_t step(lpl_lif_t *p, uint32_t *spikes, size_t *n_spk, double *v) {
    if (dtype_of(p) == LPL_F64) return lpl_lif_step_f64(p, spikes, n_spk, v);
    static float f[MAX_N];
    double n;
    DONE(lpl_lif_get(p, LPL_LIF_PARAM_N, &n));
    const lpl_status_t s = lpl_lif_step(p, spikes, n_spk, v ? f : NULL);
    for (size_t i = 0; v && i < (size_t)n; i++) v[i] = (double)f[i];
    return s;
}

/* What a projection does: g[i] += w. */
static void add_drive(lpl_lif_t *p, size_t n, int32_t receptor, size_t i, double w) {
    void *g = NULL;
    DONE(lpli_lif_receptor(p, receptor, dtype_of(p), n, w, &g, "test"));
    if (dtype_of(p) == LPL_F64)
        ((double *)g)[i] += w;
    else
        ((float *)g)[i] += (float)w;
}

/* ---- the model: one neuron at a time, one operation at a time ---- */

typedef struct {
    lpl_lif_config_t c;
    double x[STATES][MAX_N]; /* LPL_LIF_* */
    uint64_t t;
    size_t n_knots;
    double time_s[MAX_KNOTS], volt[MAX_KNOTS];
} model_t;

/* Round as the dtype does. A sum or product of floats in double, rounded once more, is the float's. */
static double fl(const model_t *m, double x) { return m->c.dtype == LPL_F64 ? x : (double)(float)x; }
static double decay(const model_t *m, double tau) { return exp(-m->c.dt / fl(m, tau)); }

static double command(const model_t *m, uint64_t t) {
    size_t after = 0;
    while (after < m->n_knots && floor(m->time_s[after] / m->c.dt + 0.5) <= (double)t) after++;
    if (after == 0) return m->volt[0];
    if (after == m->n_knots) return m->volt[m->n_knots - 1];
    const double t0 = floor(m->time_s[after - 1] / m->c.dt + 0.5), t1 = floor(m->time_s[after] / m->c.dt + 0.5);
    return m->volt[after - 1] + ((double)t - t0) / (t1 - t0) * (m->volt[after] - m->volt[after - 1]);
}

static int model_neuron(model_t *m, size_t i) {
    const lpl_lif_config_t *c = &m->c;
    const double A = fl(m, c->ampa_nmda / (c->ampa_nmda + 1)), N = fl(m, 1 / (c->ampa_nmda + 1)),
                 M = fl(m, c->dt / fl(m, c->tau_mem));
    const double k_ampa = fl(m, decay(m, c->tau_ampa)), k_gaba = fl(m, decay(m, c->tau_gaba)),
                 k_thr = fl(m, decay(m, c->tau_thr));
    const double k_nmda = fl(m, 1 - decay(m, c->tau_nmda)), low = fl(m, c->e_inh);
    double v = m->x[LPL_LIF_V][i], thr = m->x[LPL_LIF_THR][i];
    double ampa = m->x[LPL_LIF_G_AMPA][i], nmda = m->x[LPL_LIF_G_NMDA][i], gaba = m->x[LPL_LIF_G_GABA][i];
    double adapt = m->x[LPL_LIF_G_ADAPT][i];
    if (m->n_knots > 0 && m->t > 0) v = fl(m, command(m, m->t - 1));
    double e = fl(m, -A * ampa);
    e = fl(m, e + fl(m, -N * nmda));
    e = fl(m, e * v);
    double h = fl(m, v + fl(m, -c->e_inh));
    h = fl(m, h * fl(m, gaba + adapt));
    nmda = fl(m, nmda + fl(m, k_nmda * ampa));
    nmda = fl(m, nmda + fl(m, -k_nmda * nmda));
    ampa = fl(m, k_ampa * ampa);
    gaba = fl(m, k_gaba * gaba);
    thr = fl(m, k_thr * thr);
    adapt = fl(m, fl(m, decay(m, c->tau_adapt)) * adapt);
    const double l = fl(m, v + fl(m, -c->v_rest));
    v = fl(m, v + fl(m, M * e));
    v = fl(m, v + fl(m, -M * h));
    v = fl(m, v + fl(m, -M * l));
    if (v < low) v = low;
    if (v > 0) v = 0;
    const int fires = v > fl(m, fl(m, c->v_thr) + thr);
    if (fires) {
        v = fl(m, c->v_reset);
        thr = c->threshold == LPL_THRESHOLD_ADD ? fl(m, thr + fl(m, c->thr_spike)) : fl(m, c->thr_spike);
        adapt = fl(m, adapt + fl(m, c->dg_adapt));
    }
    const double now[STATES] = {v, thr, ampa, nmda, gaba, adapt};
    for (int s = 0; s < STATES; s++)
        m->x[s][i] = s > 0 && (m->t + 1) % 16 == 0 && fabs(now[s]) < (double)1e-30f ? 0 : now[s];
    return fires;
}

static size_t model_step(model_t *m, uint32_t *spikes) {
    size_t n_spk = 0;
    for (size_t i = 0; i < m->c.n; i++)
        if (model_neuron(m, i)) spikes[n_spk++] = (uint32_t)i;
    m->t++;
    return n_spk;
}

static double around(double x) { return x * (1 + 0.3 * testing_real()); }

/* A random population near the default one, that fires. */
static lpl_lif_config_t random_config(int32_t dtype, size_t n) {
    lpl_lif_config_t c = config(dtype, n);
    c.dt = around(2e-4), c.tau_mem = around(c.tau_mem), c.tau_ampa = around(c.tau_ampa),
    c.tau_nmda = around(c.tau_nmda);
    c.tau_gaba = around(c.tau_gaba), c.tau_thr = around(c.tau_thr), c.v_rest += 5e-3 * testing_real(),
    c.v_reset += 5e-3 * testing_real();
    c.v_thr += 3e-3 * testing_real(), c.thr_spike = around(c.thr_spike), c.ampa_nmda = around(1),
                                      c.e_inh += 5e-3 * testing_real();
    if (testing_size(0, 1)) c.tau_adapt = around(c.tau_adapt), c.dg_adapt = around(0.5);
    c.threshold = (int32_t)testing_size(0, 1), c.seed = testing_bits(), c.stream = testing_bits(),
    c.label = (int32_t)testing_size(0, 99);
    return c;
}

static void random_drive(lpl_lif_t *p, model_t *m, size_t n) {
    for (size_t s = 0; s < n / 20 + 1; s++) {
        const size_t i = testing_size(0, n - 1);
        const int gaba = testing_size(0, 3) == 0;
        const double w = 0.05 + 2 * fabs(testing_real());
        add_drive(p, n, gaba ? LPL_RECEPTOR_GABA : LPL_RECEPTOR_AMPA, i, w);
        double *g = &m->x[gaba ? LPL_LIF_G_GABA : LPL_LIF_G_AMPA][i];
        *g = fl(m, *g + fl(m, w));
    }
}

static void random_clamp(lpl_lif_t *p, model_t *m, size_t steps) {
    m->n_knots = testing_size(1, MAX_KNOTS);
    double t = testing_size(0, 1) ? 0 : 10 * m->c.dt;
    for (size_t j = 0; j < m->n_knots; j++) {
        m->time_s[j] = t, m->volt[j] = -0.05 + 0.02 * testing_real();
        t += (double)steps * m->c.dt * (0.01 + fabs(testing_real())) / MAX_KNOTS;
    }
    OK(lpl_lif_clamp(p, m->time_s, m->volt, m->n_knots));
}

/* Bit for bit in both types, on every instruction set, with sizes that do not fill a vector or span blocks. */
START_TEST(the_same_as_the_model) {
    static model_t m;
    static double x[MAX_N], v[MAX_N];
    static uint32_t spikes[MAX_N], expected[MAX_N];
    size_t fired = 0;
    for (int32_t dtype = LPL_F32; dtype <= LPL_F64; dtype++)
        for (int32_t isa = LPL_ISA_AUTO; isa <= LPL_ISA_AVX512; isa++)
            for (int round = 0; round < 6 && has_isa(isa); round++) {
                enum { STEPS = 300 };
                const size_t n = round == 0 ? 1 : testing_size(1, round == 1 ? MAX_N : 150);
                lpl_lif_config_t c = random_config(dtype, n);
                c.isa = isa;
                lpl_lif_t *p = make(&c);
                m.c = c, m.t = 0, m.n_knots = 0;
                for (int s = 0; s < STATES; s++) get(p, m.x[s], n, s);
                const size_t on = round % 2 ? testing_size(0, STEPS) : STEPS, off = testing_size(on, STEPS);
                for (size_t t = 0; t < STEPS; t++) {
                    size_t n_spk = MAX_N + 1;
                    random_drive(p, &m, n);
                    if (t == on) random_clamp(p, &m, STEPS);
                    if (t == off) {
                        OK(lpl_lif_clamp(p, NULL, NULL, 0));
                        m.n_knots = 0;
                    }
                    DONE(step(p, spikes, &n_spk, v));
                    const size_t n_expected = model_step(&m, expected);
                    ck_assert_uint_eq(n_spk, n_expected);
                    ck_assert(memcmp(spikes, expected, n_spk * sizeof *spikes) == 0);
                    fired += n_spk;
                    for (int s = 0; s < STATES; s++) {
                        get(p, x, n, s);
                        for (size_t i = 0; i < n; i++)
                            HOLDS(x[i] == m.x[s][i], "dtype %d isa %d step %zu state %d neuron %zu: %.17g, model %.17g",
                                  (int)dtype, (int)isa, t, s, i, x[i], m.x[s][i]);
                        if (s == LPL_LIF_V) ck_assert_mem_eq(x, v, n * sizeof *x);
                    }
                }
                lpl_lif_destroy(p);
            }
    ck_assert_uint_gt(fired, 1000);
}
END_TEST

/* Driven as strongly as can be, v = 0 at each step: 100 mV exp(-n dt/tau_thr) < 50 mV first at n = 35. */
START_TEST(refractory) {
    for (int32_t dtype = LPL_F32; dtype <= LPL_F64; dtype++)
        for (int32_t threshold = LPL_THRESHOLD_SET; threshold <= LPL_THRESHOLD_ADD; threshold++) {
            lpl_lif_config_t c = config(dtype, 20);
            c.threshold = threshold;
            lpl_lif_t *p = make(&c);
            double thr = 0;
            size_t last = 0, count = 0;
            for (size_t t = 0; t < 500; t++) {
                uint32_t spikes[20];
                size_t n_spk;
                fill(p, 20, 1e4, LPL_LIF_G_AMPA);
                DONE(step(p, spikes, &n_spk, NULL));
                thr *= exp(-1e-4 / 5e-3);
                if (n_spk == 0) {
                    ck_assert_msg(thr > 0.0499, "no spike at step %zu, thr %g", t, thr);
                    continue;
                }
                ck_assert_uint_eq(n_spk, 20);
                ck_assert_msg(thr < 0.0501, "spike at step %zu, thr %g", t, thr);
                if (count > 0 && threshold == LPL_THRESHOLD_SET) ck_assert_uint_eq(t - last, 35);
                if (count > 1 && threshold == LPL_THRESHOLD_ADD) ck_assert_uint_gt(t - last, 35);
                thr = threshold == LPL_THRESHOLD_ADD ? thr + 0.1 : 0.1;
                last = t, count++;
                double x[20];
                get(p, x, 20, LPL_LIF_V);
                for (int i = 0; i < 20; i++) CLOSE(x[i], -0.07, 1e-8, 1);
                get(p, x, 20, LPL_LIF_THR);
                for (int i = 0; i < 20; i++) CLOSE(x[i], thr, 1e-6, 1);
            }
            ck_assert_uint_ge(count, threshold == LPL_THRESHOLD_SET ? 14 : 9);
            lpl_lif_destroy(p);
        }
}
END_TEST

/* Constant conductances below threshold: v = (v_rest + g_gaba e_inh) / (1 + A g_ampa + N g_nmda + g_gaba), g_nmda =
 * g_ampa (1 - k_nmda). */
START_TEST(steady_state) {
    for (int32_t dtype = LPL_F32; dtype <= LPL_F64; dtype++) {
        lpl_lif_config_t c = config(dtype, 3);
        c.ampa_nmda = 3, c.v_init_sd = 0;
        lpl_lif_t *p = make(&c);
        uint32_t spikes[3];
        size_t n_spk, total = 0;
        double v[3], nmda[3];
        for (int t = 0; t < 40000; t++) {
            fill(p, 3, 0.2, LPL_LIF_G_AMPA);
            fill(p, 3, 0.1, LPL_LIF_G_GABA);
            DONE(step(p, spikes, &n_spk, v));
            total += n_spk;
        }
        ck_assert_uint_eq(total, 0);
        get(p, nmda, 3, LPL_LIF_G_NMDA);
        const double g_nmda = 0.2 * exp(-1e-4 / 100e-3), tolerance = dtype == LPL_F64 ? 1e-12 : 2e-5;
        for (int i = 0; i < 3; i++) {
            CLOSE(nmda[i], g_nmda, tolerance, 1);
            CLOSE(v[i], (-0.07 + 0.1 * -0.08) / (1 + 0.75 * 0.2 + 0.25 * g_nmda + 0.1), tolerance, 0.1);
        }
        lpl_lif_destroy(p);
    }
}
END_TEST

/* A spike needs v above the threshold, not on it. */
START_TEST(on_the_threshold) {
    for (int32_t dtype = LPL_F32; dtype <= LPL_F64; dtype++) {
        lpl_lif_config_t c = config(dtype, 33);
        c.v_rest = c.v_init = c.v_thr, c.v_init_sd = 0;
        lpl_lif_t *p = make(&c);
        uint32_t spikes[33];
        size_t n_spk = 1;
        OK(step(p, spikes, &n_spk, NULL));
        ck_assert_uint_eq(n_spk, 0);
        add_drive(p, 33, LPL_RECEPTOR_AMPA, 32, 1e-3);
        OK(step(p, spikes, &n_spk, NULL));
        ck_assert_uint_eq(n_spk, 1);
        ck_assert_uint_eq(spikes[0], 32);
        lpl_lif_destroy(p);
    }
}
END_TEST

/* Left alone, every trace comes to exactly 0 without passing through denormal numbers, also with the longest legal
 * dt. */
START_TEST(quiet_traces_end) {
    for (int32_t dtype = LPL_F32; dtype <= LPL_F64; dtype++)
        for (int fast = 0; fast < 2; fast++) {
            lpl_lif_config_t c = config(dtype, 5);
            c.dg_adapt = 0.1;
            if (fast) c.tau_ampa = c.tau_gaba = c.tau_thr = c.tau_nmda = c.tau_adapt = 2 * c.dt;
            lpl_lif_t *p = make(&c);
            uint32_t spikes[5];
            size_t n_spk;
            double x[5], smallest = 1;
            for (int32_t s = LPL_LIF_THR; s < STATES; s++) fill(p, 5, 0.9, s);
            for (int t = 0; t < 75000; t++) {
                DONE(step(p, spikes, &n_spk, NULL));
                for (int32_t s = LPL_LIF_THR; s < STATES; s++) {
                    get(p, x, 5, s);
                    HOLDS(x[2] == 0 || x[2] >= 1e-34, "step %d, state %d: %g", t, (int)s, x[2]);
                    if (x[2] > 0 && x[2] < smallest) smallest = x[2];
                }
            }
            ck_assert(smallest < 1e-29);
            for (int32_t s = LPL_LIF_THR; s < STATES; s++) {
                get(p, x, 5, s);
                for (int i = 0; i < 5; i++) ck_assert(x[i] == 0);
            }
            lpl_lif_destroy(p);
        }
}
END_TEST

/* A membrane so slow that it stays where the clamp puts it shows the command itself. */
START_TEST(clamp) {
    const double time_s[] = {2e-4, 10.4e-4, 20.5e-4, 20.6e-4, 21e-4}, volt[] = {-0.06, -0.052, -0.07, -0.071, -0.055};
    for (int32_t dtype = LPL_F32; dtype <= LPL_F64; dtype++) {
        lpl_lif_config_t c = config(dtype, 20);
        c.tau_mem = 1e12, c.v_init_sd = 0;
        lpl_lif_t *p = make(&c);
        OK(lpl_lif_clamp(p, time_s, volt, 5));
        double v[20], memory[2];
        uint32_t spikes[20];
        size_t n_spk;
        for (int t = 0; t < 40; t++) {
            OK(step(p, spikes, &n_spk, v));
            const double at = t - 1; /* the command at the end of the step before */
            double expected =
                t == 0    ? -0.06                                     /* v_init: nothing came before the first step */
                : at <= 2 ? -0.06                                     /* the first value holds from the start */
                : at < 10 ? -0.06 + (at - 2) / 8 * 0.008              /* 10.4 counts at step 10 */
                : at < 21 ? -0.052 + (at - 10) / 11 * (-0.07 + 0.052) /* 20.5 counts at 21, where the last one wins */
                          : -0.055;
            for (int i = 0; i < 20; i++) CLOSE(v[i], expected, dtype == LPL_F64 ? 1e-15 : 4e-9, 1);
        }
        OK(lpl_lif_get(p, LPL_LIF_PARAM_MEMORY, &memory[0]));
        fill(p, 20, -0.065, LPL_LIF_V); /* overwritten by the clamp before the next step */
        OK(step(p, spikes, &n_spk, v));
        CLOSE(v[19], -0.055, 4e-9, 1);
        OK(lpl_lif_clamp(p, NULL, NULL, 0)); /* let go: from here v is free again */
        fill(p, 20, -0.065, LPL_LIF_V);
        OK(step(p, spikes, &n_spk, v));
        CLOSE(v[19], -0.065, 4e-9, 1);
        OK(lpl_lif_get(p, LPL_LIF_PARAM_MEMORY, &memory[1]));
        ck_assert(memory[0] == memory[1] + 5 * 16);
        lpl_lif_destroy(p);
    }
}
END_TEST

START_TEST(first_potentials) {
    lpl_lif_config_t c = config(LPL_F32, 500);
    c.seed = 7, c.stream = 3;
    lpl_lif_t *p = make(&c);
    static float z[500];
    static double zd[500], v[500], other[500];
    OK(lpl_random_normal(z, 500, 7, 3, 0));
    get(p, v, 500, LPL_LIF_V);
    for (int i = 0; i < 500; i++)
        HOLDS(v[i] == (double)(float)(-0.06 + 0.01 * (double)z[i]), "neuron %d: %.17g", i, v[i]);
    for (int32_t s = LPL_LIF_THR; s < STATES; s++) {
        get(p, v, 500, s);
        for (int i = 0; i < 500; i++) HOLDS(v[i] == 0, "neuron %d: %.17g", i, v[i]);
    }
    lpl_lif_destroy(p);
    c.dtype = LPL_F64;
    p = make(&c);
    OK(lpl_random_normal_f64(zd, 500, 7, 3, 0));
    get(p, v, 500, LPL_LIF_V);
    for (int i = 0; i < 500; i++) HOLDS(v[i] == -0.06 + 0.01 * zd[i], "neuron %d: %.17g", i, v[i]);
    lpl_lif_destroy(p);
    c.stream = 4;
    p = make(&c);
    get(p, other, 500, LPL_LIF_V);
    ck_assert(memcmp(v, other, sizeof v) != 0);
    lpl_lif_destroy(p);
    c.v_init_sd = 0, c.v_init = -0.07;
    p = make(&c);
    get(p, v, 500, LPL_LIF_V);
    for (int i = 0; i < 500; i++) HOLDS(v[i] == -0.07, "neuron %d: %.17g", i, v[i]);
    lpl_lif_destroy(p);
}
END_TEST

START_TEST(parameters_and_states) {
    lpl_lif_config_t c = config(LPL_F64, 77);
    c.label = -4, c.dt = 5e-5, c.isa = LPL_ISA_REF, c.dg_adapt = 0.1;
    lpl_lif_t *p = make(&c);
    uint32_t spikes[77];
    size_t n_spk;
    for (int t = 0; t < 5; t++) OK(step(p, spikes, &n_spk, NULL));
    const double expected[] = {5, 77, LPL_F64, 5e-5, LPL_ISA_REF, 0, -4};
    for (int32_t param = LPL_LIF_PARAM_STEP; param <= LPL_LIF_PARAM_LABEL; param++) {
        double value = -1;
        OK(lpl_lif_get(p, param, &value));
        if (param == LPL_LIF_PARAM_MEMORY)
            ck_assert(value > 77 * 6 * 8 && value < 77 * 6 * 8 + 2000);
        else
            ck_assert(value == expected[param]);
    }
    double x[77], some[3];
    for (int i = 0; i < 77; i++) x[i] = 0.001 * i;
    const uint64_t index[3] = {76, 0, 5};
    for (int32_t s = LPL_LIF_V; s < STATES; s++) {
        OK(lpl_lif_write_f64(p, x, 77, s));
        OK(lpl_lif_read_f64(p, some, 3, index, s));
        ck_assert(some[0] == x[76] && some[1] == x[0] && some[2] == x[5]);
        OK(lpl_lif_read_f64(p, NULL, 0, index, s));
    }
    lpl_lif_destroy(p);
    lpl_lif_destroy(NULL);
}
END_TEST

/* ---- save and load ---- */

static memfile_t saved(const lpl_lif_t *p) {
    memfile_t f = {0};
    OK(lpl_lif_save(p, memfile_write, &f));
    return f;
}

/* run(N + M) = run(N), save, load, run(M): spikes, potentials and the next file, with and without a clamp. */
START_TEST(resume) {
    static model_t m;
    static double va[MAX_N], vb[MAX_N];
    static uint32_t sa[MAX_N], sb[MAX_N];
    for (int round = 0; round < 24; round++) {
        enum { STEPS = 120 };
        const size_t n = testing_size(1, 90), cut = testing_size(0, STEPS), clamp_at = testing_size(0, STEPS);
        lpl_lif_config_t c = random_config(round % 2, n);
        lpl_lif_t *a = make(&c), *b = make(&c);
        m.c = c;
        for (size_t t = 0; t < STEPS; t++) {
            if (t == cut) {
                memfile_t f = saved(b);
                lpl_lif_destroy(b);
                b = NULL;
                OK(lpl_lif_load(memfile_read, &f, 0, &b));
                ck_assert_uint_eq(f.at, f.n);
                memfile_t g = saved(b), h = saved(a);
                ck_assert(f.n == g.n && f.n == h.n);
                ck_assert_mem_eq(f.data, g.data, f.n);
                ck_assert_mem_eq(f.data, h.data, f.n);
                free(f.data), free(g.data), free(h.data);
            }
            if (t == clamp_at && round % 4 < 2) {
                random_clamp(a, &m, STEPS);
                OK(lpl_lif_clamp(b, m.time_s, m.volt, m.n_knots));
            }
            const size_t i = testing_size(0, n - 1);
            add_drive(a, n, LPL_RECEPTOR_AMPA, i, 2), add_drive(b, n, LPL_RECEPTOR_AMPA, i, 2);
            size_t ka, kb;
            OK(step(a, sa, &ka, va));
            OK(step(b, sb, &kb, vb));
            ck_assert_uint_eq(ka, kb);
            ck_assert_mem_eq(sa, sb, ka * sizeof *sa);
            ck_assert_mem_eq(va, vb, n * sizeof *va);
        }
        memfile_t f = saved(a), g = saved(b);
        ck_assert_uint_eq(f.n, g.n);
        ck_assert_mem_eq(f.data, g.data, f.n);
        free(f.data), free(g.data), lpl_lif_destroy(a), lpl_lif_destroy(b);
    }
}
END_TEST

/* A small population with a clamp, some steps on. */
static lpl_lif_t *sample(int32_t dtype) {
    const double time_s[] = {0, 1, 2}, volt[] = {-0.06, -0.05, -0.07};
    lpl_lif_config_t c = config(dtype, 3);
    c.label = 5;
    if (dtype == LPL_F64) c.dg_adapt = 0.3; /* files of both shapes */
    lpl_lif_t *p = make(&c);
    uint32_t spikes[3];
    size_t n_spk;
    OK(lpl_lif_clamp(p, time_s, volt, 3));
    for (int t = 0; t < 7; t++) OK(step(p, spikes, &n_spk, NULL));
    return p;
}

static lpl_status_t load_from(memfile_t *f) {
    lpl_lif_t *p = NULL;
    f->at = 0;
    const lpl_status_t s = lpl_lif_load(memfile_read, f, 0, &p);
    HOLDS((s == LPL_OK) == (p != NULL), "status %d, but %s", (int)s, p ? "a population" : "none");
    lpl_lif_destroy(p);
    return s;
}

START_TEST(damaged_files) {
    for (int32_t dtype = LPL_F32; dtype <= LPL_F64; dtype++) {
        lpl_lif_t *p = sample(dtype), *q = NULL;
        memfile_t f = saved(p);
        OK(load_from(&f));
        for (size_t n = 0; n < f.n; n++) {
            memfile_t cut = f;
            cut.n = n;
            FAILS(load_from(&cut), LPL_E_FORMAT, "truncated");
        }
        for (size_t k = 0; k < f.n; k++) { /* noticed by a checksum, or in a padding byte, where only 0 is allowed */
            f.data[k] ^= 0x40;
            const lpl_status_t s = load_from(&f);
            HOLDS(s == LPL_E_FORMAT || s == LPL_E_VERSION, "byte %zu changed: %s", k, lpl_status_name(s));
            f.data[k] ^= 0x40;
        }
        for (size_t k = 0; k < f.n; k++)
            for (int way = 0; way < 3;
                 way++) { /* right checksums, any content: refused, or a population that can work */
                memfile_t t = memfile_copy(&f);
                t.data[k] = way == 0 ? 0 : way == 1 ? 0xFF : (unsigned char)testing_bits();
                memfile_repair(&t);
                t.at = 0;
                const lpl_status_t s = lpl_lif_load(memfile_read, &t, 1 << 20, &q);
                HOLDS(s == LPL_OK || s == LPL_E_FORMAT || s == LPL_E_VERSION || s == LPL_E_MEMORY, "byte %zu: %s", k,
                      lpl_status_name(s));
                if (s == LPL_OK) {
                    double n;
                    size_t n_spk;
                    OK(lpl_lif_get(q, LPL_LIF_PARAM_N, &n));
                    uint32_t *spikes = malloc((size_t)n * sizeof *spikes);
                    if (dtype_of(q) == LPL_F64)
                        lpl_lif_step_f64(q, spikes, &n_spk, NULL);
                    else
                        lpl_lif_step(q, spikes, &n_spk, NULL);
                    free(spikes);
                    lpl_lif_destroy(q);
                }
                free(t.data);
            }
        for (size_t call = 1;; call++) { /* a host that fails */
            f.at = f.calls = 0, f.fail_at = call;
            const lpl_status_t s = lpl_lif_load(memfile_read, &f, 0, &q);
            if (f.calls < call) {
                OK(s);
                lpl_lif_destroy(q);
                break;
            }
            ck_assert_int_eq(s, LPL_E_IO);
            memfile_t g = {.fail_at = call};
            ck_assert_int_eq(lpl_lif_save(p, memfile_write, &g), LPL_E_IO);
            free(g.data);
        }
        f.fail_at = f.at = 0;
        FAILS(lpl_lif_load(memfile_read, &f, 100, &q), LPL_E_MEMORY, "max_bytes = 100");
        free(f.data), lpl_lif_destroy(p);
    }
    lpl_stats_config_t c;
    lpl_stats_t *s;
    OK(lpl_stats_config_init(&c, sizeof c));
    c.n_units = 3;
    OK(lpl_stats_create(&c, &s));
    memfile_t f = {0};
    OK(lpl_stats_save(s, memfile_write, &f));
    FAILS(load_from(&f), LPL_E_FORMAT, "not the state of a population");
    free(f.data), lpl_stats_destroy(s);
}
END_TEST

/* ---- bad input ---- */

static void refuse(lpl_lif_config_t c, lpl_status_t code, const char *word) {
    lpl_lif_t *p = NULL;
    FAILS(lpl_lif_create(&c, &p), code, word);
    ck_assert(p == NULL);
}

START_TEST(bad_configs) {
    const lpl_lif_config_t good = config(LPL_F32, 10);
    lpl_lif_t *p = NULL;
#define TRY(field, value, code, word) \
    do {                              \
        lpl_lif_config_t bad_ = good; \
        bad_.field = (value);         \
        refuse(bad_, code, word);     \
    } while (0)
    TRY(size, 12345, LPL_E_VERSION, "size");
    TRY(flags, 1, LPL_E_ARG, "flags");
    TRY(dtype, 2, LPL_E_ARG, "dtype");
    TRY(threshold, 2, LPL_E_ARG, "threshold");
    TRY(threshold, -1, LPL_E_ARG, "threshold");
    TRY(isa, 4, LPL_E_ARG, "isa");
    TRY(n, 0, LPL_E_SIZE, "n = 0");
    TRY(n, (uint64_t)-3, LPL_E_SIZE, "n ");
    TRY(n, ((uint64_t)1 << 31) + 1, LPL_E_SIZE, "n = ");
    TRY(dt, 0.1, LPL_E_UNITS, "did you give ms?"); /* 0.1 ms */
    TRY(dt, 0, LPL_E_ARG, "dt");
    TRY(dt, -1e-4, LPL_E_ARG, "dt");
    TRY(dt, NAN, LPL_E_ARG, "dt");
    TRY(dt, 2.6e-3, LPL_E_UNITS, "tau_ampa");
    TRY(tau_mem, 1.9e-4, LPL_E_UNITS, "tau_mem");
    TRY(tau_ampa, 1.9e-4, LPL_E_UNITS, "tau_ampa");
    TRY(tau_nmda, 1.9e-4, LPL_E_UNITS, "tau_nmda");
    TRY(dg_adapt, -0.1, LPL_E_ARG, "dg_adapt");
    TRY(dg_adapt, 2e6, LPL_E_ARG, "dg_adapt");
    TRY(dg_adapt, NAN, LPL_E_ARG, "dg_adapt");
#define ADAPTS(tau, code, word)                      \
    do {                                             \
        lpl_lif_config_t bad_ = good;                \
        bad_.dg_adapt = 0.1, bad_.tau_adapt = (tau); \
        refuse(bad_, code, word);                    \
    } while (0)
    ADAPTS(1.9e-4, LPL_E_UNITS, "tau_adapt");
    ADAPTS(100, LPL_E_UNITS, "tau_adapt = 100 s, need at most 20 s: did you give ms?");
    ADAPTS(1e9, LPL_E_ARG, "tau_adapt");
    ADAPTS(NAN, LPL_E_ARG, "tau_adapt");
#undef ADAPTS
    TRY(tau_gaba, 1.9e-4, LPL_E_UNITS, "tau_gaba");
    TRY(tau_thr, 1.9e-4, LPL_E_UNITS, "tau_thr");
    TRY(tau_mem, 0, LPL_E_ARG, "tau_mem");
    TRY(tau_thr, INFINITY, LPL_E_ARG, "tau_thr");
    TRY(v_rest, -70, LPL_E_UNITS, "did you give mV?");
    TRY(v_reset, -70, LPL_E_UNITS, "v_reset");
    TRY(v_thr, -50, LPL_E_UNITS, "v_thr");
    TRY(thr_spike, 100, LPL_E_UNITS, "thr_spike");
    TRY(thr_spike, -0.1, LPL_E_ARG, "thr_spike");
    TRY(e_inh, -80, LPL_E_UNITS, "e_inh");
    TRY(e_inh, 0.01, LPL_E_ARG, "e_inh");
    TRY(v_init, -60, LPL_E_UNITS, "v_init");
    TRY(v_init_sd, 10, LPL_E_UNITS, "v_init_sd");
    TRY(v_init_sd, -0.01, LPL_E_ARG, "v_init_sd");
    TRY(v_thr, NAN, LPL_E_ARG, "v_thr");
    TRY(ampa_nmda, -1, LPL_E_ARG, "ampa_nmda");
    TRY(ampa_nmda, INFINITY, LPL_E_ARG, "ampa_nmda");
#undef TRY
    FAILS(lpl_lif_create(NULL, &p), LPL_E_NULL, "cfg");
    FAILS(lpl_lif_create(&good, NULL), LPL_E_NULL, "out");
    FAILS(lpl_lif_config_init(NULL, sizeof good), LPL_E_NULL, "NULL");
}
END_TEST

START_TEST(bad_calls) {
    const lpl_lif_config_t c = config(LPL_F32, 4), cd = config(LPL_F64, 4);
    lpl_lif_t *p = make(&c), *d = make(&cd);
    float x[4] = {0};
    double xd[4] = {0}, value;
    uint32_t spikes[4];
    size_t n_spk = 99;
    uint64_t index[2] = {3, 4};
    void *g = NULL;
    FAILS(lpl_lif_step(NULL, spikes, &n_spk, x), LPL_E_NULL, "p is NULL");
    FAILS(lpl_lif_step(p, NULL, &n_spk, x), LPL_E_NULL, "spikes");
    FAILS(lpl_lif_step(p, spikes, NULL, x), LPL_E_NULL, "n_spk");
    FAILS(lpl_lif_step_f64(p, spikes, &n_spk, xd), LPL_E_DTYPE, "float32");
    FAILS(lpl_lif_step(d, spikes, &n_spk, x), LPL_E_DTYPE, "float64");
    ck_assert_uint_eq(n_spk, 99);

    FAILS(lpl_lif_read(NULL, x, 4, NULL, LPL_LIF_V), LPL_E_NULL, "p is");
    FAILS(lpl_lif_read(p, NULL, 4, NULL, LPL_LIF_V), LPL_E_NULL, "dst");
    FAILS(lpl_lif_read(p, x, 3, NULL, LPL_LIF_V), LPL_E_SIZE, "n = 3");
    FAILS(lpl_lif_read(p, x, 2, index, LPL_LIF_V), LPL_E_ARG, "index[1] = 4");
    FAILS(lpl_lif_read(p, x, 4, NULL, 6), LPL_E_ARG, "what");
    FAILS(lpl_lif_read_f64(p, xd, 4, NULL, LPL_LIF_V), LPL_E_DTYPE, "float32");
    FAILS(lpl_lif_write(NULL, x, 4, LPL_LIF_V), LPL_E_NULL, "p is");
    FAILS(lpl_lif_write(p, NULL, 4, LPL_LIF_V), LPL_E_NULL, "src");
    FAILS(lpl_lif_write(p, x, 5, LPL_LIF_V), LPL_E_SIZE, "n = 5");
    FAILS(lpl_lif_write(p, x, 4, -1), LPL_E_ARG, "what");
    FAILS(lpl_lif_write_f64(p, xd, 4, LPL_LIF_V), LPL_E_DTYPE, "float32");
    x[2] = -65;
    FAILS(lpl_lif_write(p, x, 4, LPL_LIF_V), LPL_E_UNITS, "src[2] = -65 V, need -1 .. 1: did you give mV?");
    FAILS(lpl_lif_write(p, x, 4, LPL_LIF_THR), LPL_E_UNITS, "did you give mV?");
    FAILS(lpl_lif_write(p, x, 4, LPL_LIF_G_NMDA), LPL_E_ARG, "src[2]");
    x[2] = NAN;
    for (int32_t s = LPL_LIF_V; s < LPL_LIF_G_ADAPT; s++) FAILS(lpl_lif_write(p, x, 4, s), LPL_E_NONFINITE, "src[2]");
    FAILS(lpl_lif_write(p, x, 4, LPL_LIF_G_ADAPT), LPL_E_ARG, "does not adapt");
    OK(lpl_lif_read(p, x, 4, NULL, LPL_LIF_G_ADAPT));
    ck_assert(x[2] == 0);
    OK(lpl_lif_read(p, x, 4, NULL, LPL_LIF_G_NMDA));
    ck_assert(x[2] == 0);

    FAILS(lpl_lif_get(p, LPL_LIF_PARAM_N_GLOBAL + 1, &value), LPL_E_ARG, "param");
    FAILS(lpl_lif_get(p, 0, NULL), LPL_E_NULL, "value");
    FAILS(lpl_lif_get(NULL, 0, &value), LPL_E_NULL, "p is");
    FAILS(lpl_lif_save(NULL, memfile_write, NULL), LPL_E_NULL, "p is");
    FAILS(lpl_lif_save(p, NULL, NULL), LPL_E_NULL, "write");
    FAILS(lpl_lif_load(NULL, NULL, 0, &p), LPL_E_NULL, "read");
    FAILS(lpl_lif_load(memfile_read, NULL, 0, NULL), LPL_E_NULL, "out");

    FAILS(lpli_lif_receptor(NULL, LPL_RECEPTOR_AMPA, LPL_F32, 4, 1, &g, "fn"), LPL_E_NULL, "target");
    FAILS(lpli_lif_receptor(p, 2, LPL_F32, 4, 1, &g, "fn"), LPL_E_ARG, "receptor");
    FAILS(lpli_lif_receptor(p, LPL_RECEPTOR_GABA, LPL_F64, 4, 1, &g, "fn"), LPL_E_DTYPE, "float32");
    FAILS(lpli_lif_receptor(p, LPL_RECEPTOR_GABA, LPL_F32, 5, 1, &g, "fn"), LPL_E_SIZE, "target has 4 neurons");
    ck_assert(g == NULL);
    lpl_lif_destroy(p), lpl_lif_destroy(d);
}
END_TEST

START_TEST(bad_clamps) {
    lpl_lif_t *p = sample(LPL_F64);
    memfile_t before = saved(p);
    const double t[3] = {0, 1e-3, 2e-3}, v[3] = {-0.06, -0.05, -0.07};
    FAILS(lpl_lif_clamp(NULL, t, v, 3), LPL_E_NULL, "p is");
    FAILS(lpl_lif_clamp(p, NULL, v, 3), LPL_E_NULL, "time_s");
    FAILS(lpl_lif_clamp(p, t, NULL, 3), LPL_E_NULL, "volt");
    FAILS(lpl_lif_clamp(p, t, v, (size_t)-1), LPL_E_SIZE, "time_s");
#define TRY(t1, v1, code, word)                                   \
    do {                                                          \
        const double tt_[3] = {0, t1, 2e-3}, vv_[3] = {0, v1, 0}; \
        FAILS(lpl_lif_clamp(p, tt_, vv_, 3), code, word);         \
    } while (0)
    TRY(-1e-3, 0, LPL_E_ARG, "time_s[1] = -0.001");
    TRY(0, 0, LPL_E_ARG, "ascending");
    TRY(3e-3, 0, LPL_E_ARG, "time_s[2] = 0.002 after 0.003");
    TRY(NAN, 0, LPL_E_ARG, "time_s[1]");
    TRY(INFINITY, 0, LPL_E_ARG, "time_s[1]");
    TRY(1e-3, -51, LPL_E_UNITS, "did you give mV?");
    TRY(1e-3, NAN, LPL_E_ARG, "volt[1]");
#undef TRY
    memfile_t after = saved(p);
    ck_assert(before.n == after.n);
    ck_assert_mem_eq(before.data, after.data, before.n);
    free(before.data), free(after.data), lpl_lif_destroy(p);
}
END_TEST

/* ---- what would overflow ---- */

static double largest(int32_t dtype) { return dtype == LPL_F64 ? DBL_MAX : (double)FLT_MAX; }

/* Set one element of a state. */
static void put_one(lpl_lif_t *p, size_t n, size_t i, double value, int32_t what) {
    static double x[MAX_N];
    get(p, x, n, what);
    x[i] = value;
    put(p, x, n, what);
}

/* Finite conductances that a step cannot hold: refused in that call, with state, neuron, step and label, nothing
 * changed, arguments neither; sound values go on. With a clamp, whose cursor must not run ahead, and without. */
START_TEST(would_overflow) {
    static double v[MAX_N], clean[MAX_N];
    static uint32_t spikes[MAX_N], expected[MAX_N];
    for (int32_t dtype = LPL_F32; dtype <= LPL_F64; dtype++)
        for (int32_t isa = LPL_ISA_REF; isa <= LPL_ISA_AVX512; isa++)
            for (int round = 0; round < 16 && has_isa(isa); round++) {
                const size_t n = testing_size(1, MAX_N), i = round == 0 ? n - 1 : testing_size(0, n - 1);
                const bool clamped = round / 4 % 2, arrives = round % 2, both = round / 2 % 2;
                lpl_lif_config_t c = config(dtype, n);
                c.label = 31, c.isa = isa, c.dg_adapt = round % 3 ? 0 : 0.1;
                c.tau_nmda = 5e-3;
                lpl_lif_t *p = make(&c), *q = make(&c);
                size_t n_spk = 0, n_expected = 0;
                char words[80];
                const double time_s[] = {0, 1.5e-4, 3e-4}, volt[] = {-0.06, -0.04, -0.07};
                if (clamped) {
                    OK(lpl_lif_clamp(p, time_s, volt, 3));
                    OK(lpl_lif_clamp(q, time_s, volt, 3));
                }
                OK(step(p, spikes, &n_spk, NULL));
                OK(step(q, spikes, &n_spk, NULL));
                const double most = largest(dtype);
                put_one(p, n, i, most,
                        LPL_LIF_G_NMDA); /* g_nmda + k g_ampa, or the drive of both kinds at once: inf - inf */
                if (arrives)
                    add_drive(p, n, LPL_RECEPTOR_AMPA, i, most);
                else
                    put_one(p, n, i, most, LPL_LIF_G_AMPA);
                if (both) put_one(p, n, i, most, LPL_LIF_G_GABA);
                memfile_t before = saved(p);
                for (int again = 0; again < 2; again++) {
                    n_spk = MAX_N + 1, v[0] = 17;
                    spikes[0] = 99;
                    snprintf(words, sizeof words,
                             "g_nmda of neuron %zu would become NaN or infinite in step 1 (label 31)", i);
                    FAILS(step(p, spikes, &n_spk, v), LPL_E_NONFINITE, words);
                    ck_assert(n_spk == MAX_N + 1 && spikes[0] == 99);
                    memfile_t after = saved(p);
                    ck_assert_uint_eq(before.n, after.n);
                    ck_assert_mem_eq(before.data, after.data, before.n);
                    free(after.data);
                }
                for (int32_t s = LPL_LIF_G_AMPA; s <= LPL_LIF_G_GABA; s++)
                    put_one(p, n, i, 0, s); /* the host can set things right */
                for (int t = 0; t < 3; t++) {
                    OK(step(p, spikes, &n_spk, v));
                    OK(step(q, expected, &n_expected, clean));
                    ck_assert_uint_eq(n_spk, n_expected);
                    ck_assert_mem_eq(v, clean, n * sizeof *v);
                }
                free(before.data), lpl_lif_destroy(p), lpl_lif_destroy(q);
            }
}
END_TEST

/* Looking ahead changes no bit: conductances beyond the bound that never overflow, with and without adaptation. */
START_TEST(absurd_but_finite) {
    static model_t m;
    static double x[MAX_N];
    static uint32_t spikes[MAX_N], expected[MAX_N];
    for (int32_t dtype = LPL_F32; dtype <= LPL_F64; dtype++)
        for (int round = 0; round < 4; round++) {
            const size_t n = testing_size(1, MAX_N);
            lpl_lif_config_t c = config(dtype, n);
            c.dg_adapt = round % 2 ? 0.3 : 0, c.seed = testing_bits();
            lpl_lif_t *p = make(&c);
            m.c = c, m.t = 0, m.n_knots = 0;
            for (size_t k = 0; k < n; k += 3)
                put_one(p, n, k, largest(dtype) / (k % 2 ? 100 : 4), k % 2 ? LPL_LIF_G_GABA : LPL_LIF_G_AMPA);
            for (int s = 0; s < STATES; s++) get(p, m.x[s], n, s);
            for (int t = 0; t < 400; t++) {
                size_t n_spk;
                OK(step(p, spikes, &n_spk, NULL));
                const size_t n_expected = model_step(&m, expected);
                ck_assert_uint_eq(n_spk, n_expected);
                ck_assert_mem_eq(spikes, expected, n_spk * sizeof *spikes);
                for (int s = 0; s < STATES; s++) {
                    get(p, x, n, s);
                    for (size_t i = 0; i < n; i++)
                        HOLDS(x[i] == m.x[s][i], "step %d state %d neuron %zu: %g, %g", t, s, i, x[i], m.x[s][i]);
                }
            }
            lpl_lif_destroy(p);
        }
}
END_TEST

/* ---- adaptation ---- */

enum { MAX_SPIKES = 200 };

/* The differential equations of one neuron under constant g_ampa and g_nmda, in double, Euler steps of h; times of its
 * spikes. */
static size_t fine(const lpl_lif_config_t *c, double g, double h, double seconds, double *at) {
    double v = c->v_rest, thr = 0, adapt = 0;
    size_t n = 0;
    for (uint64_t t = 1; (double)t * h <= seconds && n < MAX_SPIKES; t++) {
        const double dv = (c->v_rest - v) - g * v + adapt * (c->e_inh - v);
        v += h / c->tau_mem * dv;
        thr -= h / c->tau_thr * thr, adapt -= h / c->tau_adapt * adapt;
        if (v > c->v_thr + thr) at[n++] = (double)t * h, v = c->v_reset, thr = c->thr_spike, adapt += c->dg_adapt;
    }
    return n;
}

static size_t coarse(lpl_lif_config_t c, int32_t dtype, double dt, double g, double seconds, double *at) {
    c.dtype = dtype, c.dt = dt, c.n = 3;
    lpl_lif_t *p = make(&c);
    size_t n = 0, n_spk;
    uint32_t spikes[3];
    fill(p, 3, g, LPL_LIF_G_NMDA);
    for (uint64_t t = 1; (double)t * dt <= seconds && n < MAX_SPIKES; t++) {
        fill(p, 3, g, LPL_LIF_G_AMPA);
        fill(p, 3, g, LPL_LIF_G_NMDA);
        DONE(step(p, spikes, &n_spk, NULL));
        ck_assert(n_spk == 0 || n_spk == 3);
        if (n_spk) at[n++] = (double)t * dt;
    }
    lpl_lif_destroy(p);
    return n;
}

/* Spikes of an adapting neuron are those of the equations, integrated at a tenth of dt: no interval is off by more than
 * some steps, and half the step halves that. Intervals grow to the steady one, which is longer than without
 * adaptation. */
START_TEST(adaptation) {
    static double exact[MAX_SPIKES], at[MAX_SPIKES], plain[MAX_SPIKES];
    for (int32_t dtype = LPL_F32; dtype <= LPL_F64; dtype++)
        for (int round = 0; round < 3; round++) {
            lpl_lif_config_t c = config(dtype, 3);
            const double g = 0.6 + 0.3 * round;
            c.v_init = c.v_rest, c.v_init_sd = 0, c.tau_adapt = round ? 100e-3 : 300e-3,
            c.dg_adapt = 0.05 * (1 + round);
            double off[2];
            for (int half = 0; half < 2; half++) {
                const double dt = half ? 5e-5 : 1e-4;
                const size_t n = coarse(c, dtype, dt, g, 1.5, at), n_exact = fine(&c, g, dt / 10, 1.5, exact);
                ck_assert_uint_gt(n, 10);
                ck_assert_msg(n + 1 >= n_exact && n_exact + 1 >= n, "%zu spikes, %zu", n, n_exact);
                off[half] = 0;
                for (size_t k = 1; k < n && k < n_exact; k++) {
                    const double d = fabs((at[k] - at[k - 1]) - (exact[k] - exact[k - 1]));
                    HOLDS(d <= 4 * dt, "interval %zu: %g, need %g", k, at[k] - at[k - 1], exact[k] - exact[k - 1]);
                    off[half] += d / (double)n;
                    if (k > 1) HOLDS(at[k] - at[k - 1] >= at[k - 1] - at[k - 2] - 2 * dt, "interval %zu is shorter", k);
                }
                lpl_lif_config_t without = c;
                without.dg_adapt = 0;
                const size_t m = coarse(without, dtype, dt, g, 1.5, plain);
                ck_assert_msg(5 * m > 6 * n, "%zu spikes with adaptation, %zu without", n, m);
            }
            ck_assert_msg(off[1] < 0.75 * off[0], "mean deviation of intervals %g s, with half the step %g s", off[0],
                          off[1]);
        }
}
END_TEST

/* dg_adapt = 0: whatever tau_adapt is (old configs and files know neither), the bytes of the file are those of 0.1.0:
 * records of 14 reals. A config of the old size too. */
START_TEST(adaptation_is_off) {
    for (int32_t dtype = LPL_F32; dtype <= LPL_F64; dtype++) {
        lpl_lif_config_t c = config(dtype, 7);
        lpl_lif_t *p = make(&c), *q = NULL, *r = NULL, *a = NULL;
        c.tau_adapt = NAN;
        q = make(&c);
        c.size = (uint32_t)offsetof(lpl_lif_config_t, tau_adapt);
        r = make(&c);
        memfile_t f = saved(p), g = saved(q), h = saved(r);
        ck_assert(f.n == g.n && f.n == h.n);
        ck_assert_mem_eq(f.data, g.data, f.n);
        ck_assert_mem_eq(f.data, h.data, f.n);
        c = config(dtype, 7), c.dg_adapt = 1;
        a = make(&c);
        memfile_t k = saved(a);
        ck_assert_uint_gt(k.n, f.n);
        double memory[2];
        OK(lpl_lif_get(p, LPL_LIF_PARAM_MEMORY, &memory[0]));
        OK(lpl_lif_get(a, LPL_LIF_PARAM_MEMORY, &memory[1]));
        ck_assert(memory[0] < memory[1]);
        free(f.data), free(g.data), free(h.data), free(k.data);
        lpl_lif_destroy(p), lpl_lif_destroy(q), lpl_lif_destroy(r), lpl_lif_destroy(a);
    }
}
END_TEST

/* ---- memory ---- */
#if ALLOC_COUNTED

START_TEST(steps_allocate_nothing) {
    for (int32_t dtype = LPL_F32; dtype <= LPL_F64 && alloc_works(); dtype++) {
        lpl_lif_t *p = sample(dtype);
        static uint32_t spikes[3];
        size_t n_spk;
        float v[3];
        double vd[3];
        int wrong = 0;
        alloc_start(0);
        for (int t = 0; t < 100; t++)
            wrong +=
                dtype == LPL_F64
                    ? lpl_lif_step_f64(p, spikes, &n_spk, vd) < 0 || lpl_lif_read_f64(p, vd, 3, NULL, LPL_LIF_V) < 0
                    : lpl_lif_step(p, spikes, &n_spk, v) < 0 || lpl_lif_read(p, v, 3, NULL, LPL_LIF_V) < 0;
        alloc_stop();
        ck_assert_int_eq(wrong, 0);
        ck_assert_uint_eq(alloc_state.own + alloc_state.other, 0);
        lpl_lif_destroy(p);
    }
}
END_TEST

/* Each allocation of create, clamp and load, failed in turn: LPL_E_MEMORY, nothing changed, no leak. */
START_TEST(no_memory) {
    if (!alloc_works()) return;
    const lpl_lif_config_t c = config(LPL_F32, 50);
    lpl_lif_t *p = NULL, *q = NULL;
    alloc_start(1);
    const lpl_status_t created = lpl_lif_create(&c, &p);
    alloc_stop();
    ck_assert_int_eq(created, LPL_E_MEMORY);
    ck_assert(p == NULL && alloc_state.live == 0);
    p = sample(LPL_F32);
    memfile_t f = saved(p);
    const double t = 0, v = -0.06;
    alloc_start(1);
    const lpl_status_t clamped = lpl_lif_clamp(p, &t, &v, 1);
    alloc_stop();
    ck_assert_int_eq(clamped, LPL_E_MEMORY);
    memfile_t g = saved(p);
    ck_assert(f.n == g.n);
    ck_assert_mem_eq(f.data, g.data, f.n);
    for (size_t fail_at = 1; fail_at <= 3; fail_at++) {
        f.at = 0;
        alloc_start(fail_at);
        const lpl_status_t s = lpl_lif_load(memfile_read, &f, 0, &q);
        lpl_lif_destroy(q);
        q = NULL;
        alloc_stop();
        ck_assert_int_eq(s, fail_at <= 2 ? LPL_E_MEMORY : LPL_OK);
        ck_assert_int_eq(alloc_state.live, 0);
    }
    free(f.data), free(g.data), lpl_lif_destroy(p);
}
END_TEST

#endif

int main(void) {
    testing_seed("test_lif", 4);
    Suite *suite = suite_create("lif");
    TCase *all = tcase_create("all");
    tcase_add_test(all, the_same_as_the_model);
    tcase_add_test(all, refractory);
    tcase_add_test(all, steady_state);
    tcase_add_test(all, on_the_threshold);
    tcase_add_test(all, quiet_traces_end);
    tcase_add_test(all, clamp);
    tcase_add_test(all, first_potentials);
    tcase_add_test(all, parameters_and_states);
    tcase_add_test(all, resume);
    tcase_add_test(all, damaged_files);
    tcase_add_test(all, bad_configs);
    tcase_add_test(all, bad_calls);
    tcase_add_test(all, bad_clamps);
    tcase_add_test(all, would_overflow);
    tcase_add_test(all, absurd_but_finite);
    tcase_add_test(all, adaptation);
    tcase_add_test(all, adaptation_is_off);
#if ALLOC_COUNTED
    tcase_add_test(all, steps_allocate_nothing);
    tcase_add_test(all, no_memory);
#endif
    suite_add_tcase(suite, all);
    return testing_run(suite);
}
