/* tests/test_slow.c - averages mean what their time constants say: the default of `slow` at any dt and tau; and create
 * refuses whatever a factor rounded to float would make of a time constant, in every object, by name
 * (docs/spiking.md). */
#include <stddef.h>

#include "common/memfile.h"
#include "common/spike_world.h"

static double between(double low, double high) { return low * pow(high / low, 0.5 * (testing_real() + 1)); }

/* ---- the default ---- */

/* n steps, post spikes every `each` steps (0: none), all in one call. */
static void run(lpl_spiking_t *s, int32_t dtype, size_t n, size_t each) {
    uint64_t *ptr = calloc(n + 1, sizeof *ptr), *none = calloc(n + 1, sizeof *none);
    uint32_t *post = calloc(n, sizeof *post);
    float *f = calloc(n, sizeof *f);
    double *d = calloc(n, sizeof *d);
    for (size_t t = 0; t < n; t++) {
        f[t] = -0.06f, d[t] = -0.06;
        ptr[t + 1] = ptr[t] + (each && t % each == 0);
    }
    if (dtype == LPL_F64)
        OK(lpl_spiking_steps_f64(s, n, none, NULL, ptr, post, d, 1));
    else
        OK(lpl_spiking_steps(s, n, none, NULL, ptr, post, f, 1));
    free(ptr), free(none), free(post), free(f), free(d);
}

/* What is lost in n silent steps, and what spikes add, is within 1 % of the exact value, from 4 steps to as many as the
 * type can show. */
START_TEST(exact_decay) {
    enum { STEPS = 3000, EACH = 100 };
    const int rounds = testing_rounds("exact_decay", 160, 40);
    for (int round = 0; round < rounds; round++) {
        lpl_spiking_config_t c;
        OK(lpl_spiking_config_init(&c, sizeof c));
        c.dtype = round % 2 ? LPL_F64 : LPL_F32, c.engine = round % 4 < 2 ? LPL_ENGINE_FUSED : LPL_ENGINE_BLOCK;
        c.form = (int32_t)testing_size(0, 1);
        c.n_pre = c.n_post = 1, c.dt = between(1e-7, 9e-4), c.delay_ax = c.dt, c.t_lag = 20 * c.dt,
        c.update_every = 500, c.push = 0;
        const double longest = c.dtype == LPL_F64 ? 1e11 : 1e8, ratio = between(4, longest), tau = ratio * c.dt;
        c.tau_mean = c.tau_sigma2 = tau, c.mean_init = 0.01 / c.dt;
        lpl_spiking_t *s = make(&c, NULL);
        run(s, c.dtype, STEPS, 0);
        double *mean = state(s, LPL_SPIKING_MEAN);
        const double start = c.mean_init * tau, lost = (start - mean[0]) / start, exact = -expm1(-STEPS / ratio);
        ck_assert_msg(fabs(lost / exact - 1) < 0.01 && fabs(mean[0] - start * exp(-STEPS / ratio)) <=
                                                           0.01 * start * exp(-STEPS / ratio) + 1e-30 * start,
                      "dt %g tau %g type %d engine %d: lost %g, should have lost %g", c.dt, tau, (int)c.dtype,
                      (int)c.engine, lost, exact);
        free(mean), lpl_spiking_destroy(s);

        c.mean_init = 0, c.sigma2_init = 1; /* without spikes nothing comes in */
        s = make(&c, NULL);
        run(s, c.dtype, STEPS, 0);
        double *sigma2 = state(s, LPL_SPIKING_SIGMA2);
        ck_assert_msg(fabs((1 - sigma2[0]) / exact - 1) < 0.01, "dt %g tau %g: sigma2 %g", c.dt, tau, sigma2[0]);
        free(sigma2), lpl_spiking_destroy(s);

        c.sigma2_init = 0;
        s = make(&c, NULL);
        run(s, c.dtype, STEPS, EACH);
        mean = state(s, LPL_SPIKING_MEAN);
        double want = 0; /* a spike at step t is there to the end, STEPS - t steps */
        for (int t = 0; t < STEPS; t += EACH) want += exp(-(STEPS - t) / ratio);
        ck_assert_msg(fabs(mean[0] / want - 1) < 0.01, "dt %g tau %g: mean %g of %g", c.dt, tau, mean[0], want);
        free(mean), lpl_spiking_destroy(s);
    }
}
END_TEST

/* A million silent steps from 10 Hz: whole decays of time constants that float32 factors get wrong (all of them before
 * 0.1.1). */
START_TEST(million_steps) {
    static const double cases[][2] = {{1e-4, 3000}, {1e-4, 3600}, {1e-5, 600}, {2e-5, 600}, {1e-5, 60}, {1e-6, 30}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        lpl_spiking_config_t c;
        OK(lpl_spiking_config_init(&c, sizeof c));
        c.n_pre = c.n_post = 1, c.dt = cases[k][0], c.tau_mean = cases[k][1], c.mean_init = 10, c.delay_ax = c.dt,
        c.t_lag = 100 * c.dt;
        c.push = 0;
        lpl_spiking_t *s = make(&c, NULL);
        for (int part = 0; part < 10; part++) run(s, c.dtype, 100000, 0);
        double *mean = state(s, LPL_SPIKING_MEAN);
        CLOSE(mean[0] / c.tau_mean, 10 * exp(-1e6 * c.dt / c.tau_mean), 1e-6, 10);
        free(mean), lpl_spiking_destroy(s);
    }
}
END_TEST

START_TEST(who_gets_which) {
    static const int32_t want[] = {LPL_SLOW_DOUBLE, LPL_SLOW_DOUBLE, LPL_SLOW_REFERENCE, LPL_SLOW_REFERENCE};
    lpl_spiking_config_t c;
    OK(lpl_spiking_config_init(&c, sizeof c));
    ck_assert_int_eq(c.slow, LPL_SLOW_DOUBLE);
    ck_assert(LPL_SLOW_REFERENCE == 0 && LPL_SLOW_DOUBLE == 1); /* a host's binary says 0 for REFERENCE */
    for (int32_t preset = 0; preset < 4; preset++) {
        c.slow = preset % 2; /* whatever it was */
        OK(lpl_spiking_preset(&c, preset));
        ck_assert_int_eq(c.slow, want[preset]);
    }
    /* A struct that ends before `slow`: the default; a preset that would have to say otherwise cannot. */
    union {
        lpl_spiking_config_t c;
        unsigned char bytes[sizeof(lpl_spiking_config_t)];
    } small;
    const uint32_t size = (uint32_t)offsetof(lpl_spiking_config_t, slow);
    memset(&small, 0xff, sizeof small);
    OK(lpl_spiking_config_init(&small.c, size));
    FAILS(lpl_spiking_preset(&small.c, LPL_PRESET_SPIKING_STDP_REFERENCE), LPL_E_VERSION, "slow");
    OK(lpl_spiking_preset(&small.c, LPL_PRESET_SPIKING_STDP));
    for (size_t k = size; k < sizeof small; k++) ck_assert_int_eq(small.bytes[k], 0xff);
    small.c.n_pre = small.c.n_post = 1, small.c.tau_mean = 1e6; /* REFERENCE would be refused */
    lpl_spiking_t *s = NULL;
    OK(lpl_spiking_create(&small.c, NULL, &s));
    lpl_spiking_destroy(s);
}
END_TEST

/* ---- refusals ---- */

/* Is a factor that float rounds to k, for a fraction dt/tau to be lost, off by more than a third? */
static int is_off(double k, double fraction) { return k >= 1 || fabs(fraction / -log(k) - 1) > 1.0 / 3; }
static double kept(double dt, double tau) { return (double)(float)exp(-dt / (double)(float)tau); }

/* Exactly those configs are refused; the sentence says what and what to do. */
START_TEST(reference) {
    size_t refused[2] = {0, 0}, made = 0;
    for (int round = 0; round < 600; round++) {
        lpl_spiking_config_t c;
        lpl_spiking_t *s = NULL;
        OK(lpl_spiking_config_init(&c, sizeof c));
        c.n_pre = c.n_post = 1, c.slow = LPL_SLOW_REFERENCE, c.dtype = round % 8 ? LPL_F32 : LPL_F64,
        c.dt = between(1e-6, 5e-4);
        c.delay_ax = c.dt, c.t_lag = c.dt, c.tau_mean = c.dt * between(1e3, 1e9),
        c.tau_sigma2 = c.dt * between(1e3, 1e9);
        const int mean = c.dtype == LPL_F32 && is_off(kept(c.dt, c.tau_mean), c.dt / c.tau_mean);
        const int sigma2 = c.dtype == LPL_F32 && is_off(kept(c.dt, c.tau_sigma2), c.dt / c.tau_sigma2);
        if (mean || sigma2) {
            FAILS(lpl_spiking_create(&c, NULL, &s), LPL_E_ARG, "slow = LPL_SLOW_DOUBLE");
            ck_assert(s == NULL && strstr(lpl_last_error(), mean ? "tau_mean" : "tau_sigma2"));
            refused[!mean]++;
            c.slow = LPL_SLOW_DOUBLE;
        } else
            made++;
        OK(lpl_spiking_create(&c, NULL, &s));
        lpl_spiking_destroy(s);
    }
    ck_assert_msg(refused[0] > 50 && refused[1] > 50 && made > 50, "%zu, %zu refused, %zu made", refused[0], refused[1],
                  made);
}
END_TEST

/* The published simulations are as possible as they were. */
START_TEST(published) {
    for (int32_t preset = 0; preset < 4; preset++)
        for (int32_t dtype = LPL_F32; dtype <= LPL_F64; dtype++) {
            lpl_spiking_config_t c;
            OK(lpl_spiking_config_init(&c, sizeof c));
            OK(lpl_spiking_preset(&c, preset));
            c.n_pre = c.n_post = 1, c.dtype = dtype, c.slow = LPL_SLOW_REFERENCE;
            lpl_spiking_destroy(make(&c, NULL));
        }
}
END_TEST

/* Each time constant of `object` in turn: too long for a float32 factor, not for a float64 one; too long for that
 * too. */
#define FIELD(type, name) \
    { offsetof(type, name), #name }
typedef struct {
    size_t at;
    const char *name;
} field_t;

static void put(void *config, size_t at, double v) { memcpy((unsigned char *)config + at, &v, sizeof v); }

/* What a factor loses depends on dt/tau alone. All times below are a millionth of what is written, so that none of them
 * looks like milliseconds (test_units.c). */
static const double SCALE = 1e-6;

typedef lpl_status_t create_fn(const void *config, int32_t dtype, int32_t variant, double tau, size_t at);

static lpl_status_t create_spiking(const void *unused, int32_t dtype, int32_t variant, double tau, size_t at) {
    lpl_spiking_config_t c;
    lpl_spiking_t *s = NULL;
    (void)unused;
    OK(lpl_spiking_config_init(&c, sizeof c));
    c.n_pre = c.n_post = 1, c.dtype = dtype, c.update_every = 1,
    c.scaling = variant ? LPL_SCALING_RMS : LPL_SCALING_MAXNORM;
    double *const times[] = {&c.dt,        &c.delay_ax,     &c.t_lag,         &c.tau_syn,  &c.tau_psp,    &c.tau_rise,
                             &c.tau_decay, &c.tau_err_rise, &c.tau_err_decay, &c.tau_mean, &c.tau_sigma2, &c.tau_rms};
    for (size_t k = 0; k < sizeof times / sizeof *times; k++) *times[k] *= SCALE;
    put(&c, at, tau * SCALE);
    const lpl_status_t status = lpl_spiking_create(&c, NULL, &s);
    lpl_spiking_destroy(s);
    return status;
}

static lpl_status_t create_projection(const void *unused, int32_t dtype, int32_t variant, double tau, size_t at) {
    lpl_projection_config_t c;
    lpl_projection_t *p = NULL;
    (void)unused;
    OK(lpl_projection_config_init(&c, sizeof c));
    c.n_pre = c.n_post = 1 + (uint64_t)variant, c.dtype = dtype, c.kind = LPL_PROJECTION_INHIBITORY;
    c.dt *= SCALE, c.delay_ax *= SCALE;
    put(&c, at, tau * SCALE);
    const lpl_status_t status = lpl_projection_create(&c, NULL, &p);
    lpl_projection_destroy(p);
    return status;
}

static lpl_status_t create_lif(const void *unused, int32_t dtype, int32_t variant, double tau, size_t at) {
    lpl_lif_config_t c;
    lpl_lif_t *p = NULL;
    (void)unused;
    OK(lpl_lif_config_init(&c, sizeof c));
    c.n = 3, c.dtype = dtype, c.threshold = variant;
    double *const times[] = {&c.dt, &c.tau_mem, &c.tau_ampa, &c.tau_nmda, &c.tau_gaba, &c.tau_thr};
    for (size_t k = 0; k < sizeof times / sizeof *times; k++) *times[k] *= SCALE;
    put(&c, at, tau * SCALE);
    const lpl_status_t status = lpl_lif_create(&c, &p);
    ck_assert(status >= 0 || p == NULL);
    lpl_lif_destroy(p);
    return status;
}

START_TEST(every_trace) {
    static const field_t spiking[] = {
        FIELD(lpl_spiking_config_t, tau_syn),      FIELD(lpl_spiking_config_t, tau_psp),
        FIELD(lpl_spiking_config_t, tau_rise),     FIELD(lpl_spiking_config_t, tau_decay),
        FIELD(lpl_spiking_config_t, tau_err_rise), FIELD(lpl_spiking_config_t, tau_err_decay),
        FIELD(lpl_spiking_config_t, tau_rms)};
    static const field_t projection[] = {FIELD(lpl_projection_config_t, tau_stdp)};
    static const field_t lif[] = {FIELD(lpl_lif_config_t, tau_ampa), FIELD(lpl_lif_config_t, tau_nmda),
                                  FIELD(lpl_lif_config_t, tau_gaba), FIELD(lpl_lif_config_t, tau_thr)};
    static const struct {
        create_fn *create;
        const field_t *field;
        size_t n;
    } all[] = {{create_spiking, spiking, 7}, {create_projection, projection, 1}, {create_lif, lif, 4}};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        for (size_t f = 0; f < all[k].n; f++)
            for (int32_t variant = 0; variant < 2; variant++) {
                const field_t *field = &all[k].field[f];
                const double dt = 1e-4;
                for (double tau = 1e-3; tau < 2e4; tau *= 1.7) { /* float32: as far as the factor carries */
                    const lpl_status_t status = all[k].create(NULL, LPL_F32, variant, tau, field->at);
                    const double keeps = kept(dt, tau), euler = (double)(float)(1 - (double)(float)(dt / tau));
                    const int clear =
                        is_off(keeps, dt / tau) == is_off(euler, -log1p(-dt / tau)); /* both kinds of factor agree */
                    if (is_off(keeps, dt / tau) && clear && status >= 0)
                        ck_abort_msg("%s = %g is not refused", field->name, tau);
                    if (is_off(keeps, dt / tau) && clear)
                        FAILS(status, LPL_E_ARG, field->name);
                    else if (clear)
                        ck_assert_msg(status == LPL_OK, "%s = %g: %s", field->name, tau, lpl_last_error());
                }
                FAILS(all[k].create(NULL, LPL_F32, variant, 1e5, field->at), LPL_E_ARG, field->name);
                FAILS(all[k].create(NULL, LPL_F32, variant, 1e5, field->at), LPL_E_ARG, "LPL_F64");
                FAILS(all[k].create(NULL, LPL_F32, variant, 1e300, field->at), LPL_E_ARG, field->name);
                OK(all[k].create(NULL, LPL_F64, variant, 1e4, field->at));
                FAILS(all[k].create(NULL, LPL_F64, variant, 1e15, field->at), LPL_E_ARG, field->name);
            }
    FAILS(create_lif(NULL, LPL_F32, 0, 1e300, offsetof(lpl_lif_config_t, tau_mem)), LPL_E_ARG,
          "tau_mem"); /* M rounds to 0 */
}
END_TEST

/* ---- optimisers, BCM's threshold ---- */

static lpl_status_t create_layer(int32_t dtype, int32_t optim, double momentum, double beta1, double beta2) {
    lpl_layer_config_t c;
    lpl_layer_t *l = NULL;
    OK(lpl_layer_config_init(&c, sizeof c));
    c.n_pre = c.n_post = 2, c.batch_max = 2, c.dtype = dtype, c.optim = optim, c.momentum = momentum, c.beta1 = beta1,
    c.beta2 = beta2;
    const lpl_status_t status = lpl_layer_create(&c, &l);
    ck_assert(status >= 0 || l == NULL);
    lpl_layer_destroy(l);
    size_t bytes = 0, align = 0;
    ck_assert_int_eq(lpl_layer_size(&c, &bytes, &align), status);
    c.optim = LPL_OPTIM_ADAM, c.beta1 = c.beta2 = 0.5; /* as much memory as any */
    OK(lpl_layer_size(&c, &bytes, &align));
    c.optim = optim, c.beta1 = beta1, c.beta2 = beta2;
    void *mem = aligned_alloc(align, bytes);
    ck_assert_int_eq(lpl_layer_create_in(mem, bytes, &c, &l), status);
    free(mem);
    return status;
}

static lpl_status_t optim_step(int32_t dtype, int32_t optim, double momentum, double beta1, double beta2) {
    lpl_optim_config_t c;
    OK(lpl_optim_config_init(&c, sizeof c));
    c.optim = optim, c.momentum = momentum, c.beta1 = beta1, c.beta2 = beta2;
    if (dtype == LPL_F64) {
        double w = 1, m = 0, v = 0, g = 1;
        return lpl_optim_step_f64(&c, &w, &m, &v, &g, 1, 1);
    }
    float w = 1, m = 0, v = 0, g = 1;
    const lpl_status_t status = lpl_optim_step(&c, &w, &m, &v, &g, 1, 1);
    ck_assert(status >= 0 || (w == 1 && m == 0 && v == 0));
    return status;
}

static lpl_status_t fit(int32_t dtype, int32_t optim, double momentum, double beta1, double beta2) {
    lpl_readout_config_t c;
    static const float x[4] = {0, 1, 2, 3};
    static const double x64[4] = {0, 1, 2, 3};
    static const int32_t label[4] = {0, 1, 0, 1};
    float w[2] = {0}, b[2] = {0}; /* start values */
    double w64[2] = {0}, b64[2] = {0};
    (void)optim, (void)momentum;
    OK(lpl_readout_config_init(&c, sizeof c));
    c.n_classes = 2, c.epochs = 1, c.beta1 = beta1, c.beta2 = beta2;
    return dtype == LPL_F64 ? lpl_readout_fit_f64(&c, w64, 1, b64, NULL, x64, 1, label, 4, 1)
                            : lpl_readout_fit(&c, w, 1, b, NULL, x, 1, label, 4, 1);
}

START_TEST(optimisers) {
    static lpl_status_t (*const all[])(int32_t, int32_t, double, double, double) = {create_layer, optim_step, fit};
    const double never = 1 - 1e-9;
    for (size_t k = 0; k < 3; k++)
        for (int32_t dtype = LPL_F32; dtype <= LPL_F64; dtype++) {
            const int narrow = dtype == LPL_F32;
#define BOTH(call, name)                  \
    do {                                  \
        if (narrow)                       \
            FAILS(call, LPL_E_ARG, name); \
        else                              \
            OK(call);                     \
    } while (0)
            BOTH(all[k](dtype, LPL_OPTIM_ADAM, 0.9, 0.9, never), "beta2");
            BOTH(all[k](dtype, LPL_OPTIM_ADAM, 0.9, never, 0.999), "beta1");
            if (all[k] != fit) BOTH(all[k](dtype, LPL_OPTIM_MOMENTUM, never, 0.9, 0.999), "momentum");
            if (all[k] != fit) OK(all[k](dtype, LPL_OPTIM_SGD, never, never, never)); /* not in use */
            OK(all[k](dtype, LPL_OPTIM_ADAM, 0.9, 0, 0));
            OK(all[k](dtype, LPL_OPTIM_ADAM, 0.9, 0.999999, 0.999999));
        }
    lpl_layer_config_t c;
    lpl_layer_t *l = NULL;
    OK(lpl_layer_config_init(&c, sizeof c));
    c.n_pre = c.n_post = 2, c.batch_max = 2, c.optim = LPL_OPTIM_MOMENTUM;
    OK(lpl_layer_create(&c, &l));
    FAILS(lpl_layer_set(l, LPL_PARAM_MOMENTUM, never), LPL_E_ARG, "momentum");
    double now = 0;
    OK(lpl_layer_get(l, LPL_PARAM_MOMENTUM, &now));
    ck_assert(now == c.momentum);
    lpl_layer_destroy(l);
}
END_TEST

/* Value i of a record of doubles in a state file. */
static double stored(const memfile_t *f, const char *tag, int i) {
    for (size_t at = 48; at + 16 <= f->n;) {
        const unsigned char *h = f->data + at;
        uint64_t length = 0, bits = 0;
        for (int k = 7; k >= 0; k--) length = length << 8 | h[8 + k];
        if (memcmp(h, tag, 4) == 0) {
            for (int k = 7; k >= 0; k--) bits = bits << 8 | h[16 + 8 * i + k];
            double v;
            memcpy(&v, &bits, sizeof v);
            return v;
        }
        at += 16 + (size_t)length;
        at += (48 + 64 - at % 64) % 64;
    }
    ck_abort_msg("no record %s", tag);
    return 0;
}

/* float32 layers with very long averages, in batches and one by one: each step moves them by its exact share. */
START_TEST(layers_do_not_stall) {
    for (int online = 0; online < 2; online++)
        for (double tau = 1e3; tau < 1e12; tau *= 30) {
            enum { N = 3, STEPS = 400 };
            lpl_layer_config_t c;
            lpl_layer_t *l = NULL;
            OK(lpl_layer_config_init(&c, sizeof c));
            c.n_pre = N, c.n_post = N, c.batch_max = 2, c.rule = LPL_RULE_BCM, c.stats = LPL_STATS_EWMA,
            c.tau_mean = c.tau_sigma2 = tau;
            c.tau_theta = tau, c.theta_init = 1, c.mean_init = 1, c.sigma2_init = 1, c.eta = 0, c.collapse_std = 0,
            c.init = LPL_INIT_ZERO;
            c.pair = LPL_PAIR_CAUSAL, c.label = online;
            OK(lpl_layer_create(&c, &l));
            float w[N * N] = {1, 0, 0, 0, 1, 0, 0, 0, 1}, got[N];
            OK(lpl_layer_write(l, w, N * N, LPL_STATE_WEIGHTS));
            const float x[2 * N] = {0.5f, 1.5f, -1, 0.5f, 1.5f, -1};
            for (int t = 0; t < STEPS; t++)
                if (online)
                    OK(lpl_update_online(l, NULL, NULL, x));
                else
                    OK(lpl_update(l, NULL, NULL, 0, x, N, 2));
            memfile_t f = {0};
            OK(lpl_layer_save(l, memfile_write, &f));
            OK(lpl_layer_read(l, got, N, LPL_STATE_THETA));
            const double samples = STEPS * (online ? 1 : 2), gain = -expm1(-samples / tau);
            for (int i = 0; i < N; i++) {
                const double z = (double)x[i], theta = 1 + (z * z - 1) * -expm1(STEPS * log1p(-1 / tau)),
                             mean = 1 + (z - 1) * gain;
                CLOSE((double)got[i], theta, 1e-7, 1);
                CLOSE(stored(&f, "thet", i), theta, 1e-9 * fabs(theta - 1) + 1e-13, 1);
                CLOSE(stored(&f, "MEAN", i), mean, 1e-9 * fabs(mean - 1) + 1e-13, 1);
                ck_assert(stored(&f, "SIG2", i) != 1);
            }
            free(f.data), lpl_layer_destroy(l);
        }
}
END_TEST

START_TEST(rule_threshold) {
    lpl_rule_config_t c;
    OK(lpl_rule_config_init(&c, sizeof c));
    c.rule = LPL_RULE_BCM, c.tau_theta = 1e9;
    const float z[2] = {1, 2};
    const double z64[2] = {1, 2};
    float delta[2], theta[1] = {1};
    double delta64[2], theta64[1] = {1};
    void *scratch = aligned_alloc(64, 4096);
    FAILS(lpl_rule_delta(&c, delta, 1, NULL, NULL, theta, scratch, 4096, z, 1, NULL, 0, NULL, 0, NULL, 1, 2), LPL_E_ARG,
          "tau_theta");
    OK(lpl_rule_delta_f64(&c, delta64, 1, NULL, NULL, theta64, scratch, 4096, z64, 1, NULL, 0, NULL, 0, NULL, 1, 2));
    ck_assert(theta64[0] > 1);
    c.tau_theta = 1e6;
    OK(lpl_rule_delta(&c, delta, 1, NULL, NULL, theta, scratch, 4096, z, 1, NULL, 0, NULL, 0, NULL, 1, 2));
    ck_assert(theta[0] > 1);
    free(scratch);
}
END_TEST

int main(void) {
    testing_seed("slow", 8);
    Suite *suite = suite_create("slow");
    TCase *t = tcase_create("slow");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, exact_decay);
    tcase_add_test(t, million_steps);
    tcase_add_test(t, who_gets_which);
    tcase_add_test(t, reference);
    tcase_add_test(t, published);
    tcase_add_test(t, every_trace);
    tcase_add_test(t, optimisers);
    tcase_add_test(t, layers_do_not_stall);
    tcase_add_test(t, rule_threshold);
    suite_add_tcase(suite, t);
    return testing_run(suite);
}
