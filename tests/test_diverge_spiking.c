/* tests/test_diverge_spiking.c - absurd parameters of a plastic projection: the step that would leave NaN or infinity
 * behind is refused, nothing has changed, and the last good state can be saved. */
#include <float.h>

#include "common/memfile.h"
#include "common/testing.h"

enum { N_PRE = 20, N_POST = 10, SYNAPSES = N_PRE * N_POST, ROUNDS = 14 };

/* One absurdity after the other. FLT_MAX is what the config admits. */
static const char *absurd(lpl_spiking_config_t *c, int round) {
    const double most = FLT_MAX;
    switch (round) {
    case 0: c->push = most; return "push";
    case 1: c->push = 1e30; return "push 1e30";
    case 2: c->eta = most; return "eta";
    case 3: c->pull = most; return "pull";
    case 4: c->beta = most; return "beta";
    case 5: c->beta = most, c->push = most; return "beta, push";
    case 6: c->push = c->eta = c->beta = most, c->w_max = most, c->w_min = -most; return "everything";
    case 7: c->delta = most; return "delta";
    case 8: c->sigma2_init = most; return "sigma2_init";
    case 9: c->form = LPL_FORM_REFERENCE, c->push = most; return "published form, push";
    case 10: c->form = LPL_FORM_REFERENCE, c->delta = most; return "published form, delta";
    case 11: c->xi = 1e-37; return "xi";
    case 12: c->tau_wdecay = 1e-9, c->eta = most, c->w_min = -most, c->w_max = most, c->push = 1e20; return "decay";
    default: return "nothing";
    }
}

static lpl_spiking_config_t config(void) {
    lpl_spiking_config_t c;
    OK(lpl_spiking_config_init(&c, sizeof c));
    c.n_pre = N_PRE, c.n_post = N_POST;
    return c;
}

static size_t fires(uint32_t *spikes, size_t n, double rate) {
    size_t found = 0;
    for (size_t k = 0; k < n; k++)
        if (testing_real() < 2 * rate - 1) spikes[found++] = (uint32_t)k;
    return found;
}

typedef struct {
    uint32_t pre[N_PRE], post[N_POST];
    size_t n_pre, n_post;
    float v[N_POST];
    double w[N_POST];
} input_t;

static input_t input(void) {
    input_t x;
    x.n_pre = fires(x.pre, N_PRE, 0.1), x.n_post = fires(x.post, N_POST, 0.1);
    for (size_t i = 0; i < N_POST; i++) x.v[i] = (float)(-0.055 + 0.005 * testing_real()), x.w[i] = (double)x.v[i];
    return x;
}

static lpl_status_t step(lpl_spiking_t *s, int32_t dtype, const input_t *x) {
    return dtype == LPL_F64 ? lpl_spiking_step_f64(s, x->pre, x->n_pre, x->post, x->n_post, x->w)
                            : lpl_spiking_step(s, x->pre, x->n_pre, x->post, x->n_post, x->v);
}

static memfile_t saved(const lpl_spiking_t *s) {
    memfile_t f = {0};
    OK(lpl_spiking_save(s, memfile_write, &f));
    return f;
}

static int same(const memfile_t *a, const memfile_t *b) { return a->n == b->n && memcmp(a->data, b->data, a->n) == 0; }

static void check_report(const lpl_spiking_t *s) {
    lpl_spiking_report_t r;
    OK(lpl_spiking_report_init(&r, sizeof r));
    OK(lpl_spiking_report(s, &r));
    ck_assert(isfinite(r.w_mean) && isfinite(r.w_std) && isfinite(r.rate_mean) && isfinite(r.rate_min) &&
              isfinite(r.rate_max));
}

/* Up to 90 steps; every state between them can be saved. Returns whether a step was refused. */
static int run(const lpl_spiking_config_t *c, const char *what) {
    lpl_spiking_t *s = NULL;
    int refused = 0;
    OK(lpl_spiking_create(c, NULL, &s));
    for (int t = 0; t < 90 && !refused; t++) {
        const input_t x = input();
        memfile_t before = saved(s);
        const lpl_status_t status = step(s, c->dtype, &x);
        ck_assert_msg(status == LPL_OK || status == LPL_E_NONFINITE, "%s: %s", what, lpl_last_error());
        if (status < 0) {
            memfile_t after = saved(s);
            ck_assert_msg(same(&before, &after),
                          "%s: engine %d, scaling %d, step %d: refused, but something has changed", what,
                          (int)c->engine, (int)c->scaling, t);
            ck_assert_ptr_nonnull(strstr(lpl_last_error(), "NaN or infinite"));
            free(after.data);
            refused = 1;
        }
        if (t % 37 == 0 || refused) check_report(s);
        free(before.data);
    }
    lpl_spiking_destroy(s);
    return refused;
}

START_TEST(absurd_parameters) {
    size_t refused = 0;
    for (int round = 0; round < ROUNDS; round++)
        for (int which = 0; which < 6; which++) {
            lpl_spiking_config_t c = config();
            c.engine = which % 2 ? LPL_ENGINE_BLOCK : LPL_ENGINE_FUSED;
            c.dtype = which / 2 % 2 ? LPL_F64 : LPL_F32;
            c.scaling = (which + round) % 3, c.update_every = (round + which / 2) % 2 ? 40 : 1;
            c.mode = which % 5 == 4 ? LPL_MODE_TRACK : LPL_MODE_LEARN;
            c.slow = which % 3 ? LPL_SLOW_DOUBLE : LPL_SLOW_REFERENCE;
            const char *what = absurd(&c, round);
            const int failed = run(&c, what);
            refused += (size_t)failed;
            if (round == ROUNDS - 1) ck_assert_msg(!failed, "a sane projection was refused");
            if (round == 0 && c.dtype == LPL_F32) ck_assert_msg(failed, "push of FLT_MAX went through");
        }
    ck_assert_uint_gt(refused, 15);
}
END_TEST

/* Looking ahead changes no bit: an absurd eta makes every step looked at, without ever overflowing; eta 0 afterwards
 * is what eta was. */
START_TEST(looking_changes_nothing) {
    for (int which = 0; which < 8; which++) {
        lpl_spiking_config_t c = config();
        c.engine = which % 2 ? LPL_ENGINE_BLOCK : LPL_ENGINE_FUSED;
        c.dtype = which / 2 % 2 ? LPL_F64 : LPL_F32, c.update_every = 7;
        lpl_spiking_t *a = NULL, *b = NULL;
        OK(lpl_spiking_create(&c, NULL, &a));
        OK(lpl_spiking_create(&c, NULL, &b));
        OK(lpl_spiking_set(b, LPL_SPIKING_PARAM_PULL, FLT_MAX)); /* the bounds remember it */
        OK(lpl_spiking_set(b, LPL_SPIKING_PARAM_PULL, c.pull));
        for (int t = 0; t < 200; t++) {
            const input_t x = input();
            OK(step(a, c.dtype, &x));
            OK(step(b, c.dtype, &x));
            if (t == 100 && which / 4) { /* what is left of FROZEN steps */
                OK(lpl_spiking_set(a, LPL_SPIKING_PARAM_MODE, LPL_MODE_FROZEN));
                OK(lpl_spiking_set(b, LPL_SPIKING_PARAM_MODE, LPL_MODE_FROZEN));
            }
        }
        for (int32_t what = LPL_SPIKING_WEIGHTS; what <= LPL_SPIKING_SIGMA2; what++) {
            double x[SYNAPSES], y[SYNAPSES];
            float p[SYNAPSES], q[SYNAPSES];
            const size_t n = what <= LPL_SPIKING_GRAD2 ? SYNAPSES : what <= LPL_SPIKING_PSP ? N_PRE : N_POST;
            if (c.dtype == LPL_F64) {
                OK(lpl_spiking_read_f64(a, x, n, NULL, what));
                OK(lpl_spiking_read_f64(b, y, n, NULL, what));
                ck_assert_mem_eq(x, y, n * sizeof *x);
            } else {
                OK(lpl_spiking_read(a, p, n, NULL, what));
                OK(lpl_spiking_read(b, q, n, NULL, what));
                ck_assert_mem_eq(p, q, n * sizeof *p);
            }
        }
        lpl_spiking_destroy(a), lpl_spiking_destroy(b);
    }
}
END_TEST

/* A mean beyond all bounds, written by the host. */
START_TEST(absurd_mean) {
    for (int which = 0; which < 2; which++) {
        lpl_spiking_config_t c = config();
        c.engine = which % 2 ? LPL_ENGINE_BLOCK : LPL_ENGINE_FUSED, c.update_every = 20;
        c.slow = LPL_SLOW_REFERENCE; /* its square overflows; in double it does not */
        lpl_spiking_t *s = NULL;
        OK(lpl_spiking_create(&c, NULL, &s));
        float mean[N_POST];
        for (size_t i = 0; i < N_POST; i++) mean[i] = i == 7 ? FLT_MAX : 1;
        OK(lpl_spiking_write(s, mean, N_POST, LPL_SPIKING_MEAN));
        memfile_t before = saved(s);
        const input_t x = input();
        FAILS(step(s, c.dtype, &x), LPL_E_NONFINITE, "post neuron 7");
        memfile_t after = saved(s);
        ck_assert(same(&before, &after));
        free(before.data), free(after.data);
        lpl_spiking_destroy(s);
    }
}
END_TEST

/* Of several steps in one call those before the refused one are made, and a smaller push goes on from there. */
START_TEST(steps_stop_at_the_refused_one) {
    for (int32_t engine = LPL_ENGINE_FUSED; engine <= LPL_ENGINE_BLOCK; engine++) {
        lpl_spiking_config_t c = config();
        c.push = FLT_MAX, c.engine = engine, c.update_every = 30;
        lpl_spiking_t *s = NULL;
        OK(lpl_spiking_create(&c, NULL, &s));
        enum { STEPS = 60 };
        uint64_t pre_ptr[STEPS + 1] = {0}, post_ptr[STEPS + 1] = {0};
        uint32_t post[STEPS];
        float v[STEPS * N_POST];
        for (size_t i = 0; i < STEPS * N_POST; i++) v[i] = -0.055f;
        for (size_t k = 0; k < STEPS; k++)
            post[k] = 3, post_ptr[k + 1] = post_ptr[k] + (k == 20); /* neuron 3 fires at step 20 */
        FAILS(lpl_spiking_steps(s, STEPS, pre_ptr, NULL, post_ptr, post, v, N_POST), LPL_E_NONFINITE, "post neuron 3");
        double done;
        OK(lpl_spiking_get(s, LPL_SPIKING_PARAM_STEP, &done));
        ck_assert(done > 20 && done < STEPS);
        OK(lpl_spiking_set(s, LPL_SPIKING_PARAM_PUSH, 1));
        const input_t x = input();
        OK(step(s, LPL_F32, &x));
        lpl_spiking_destroy(s);
    }
}
END_TEST

/* float32 rounds w_max = 0.1 up: weights there are within bounds all the same. */
START_TEST(rounded_bounds_can_be_saved) {
    static const double bound[] = {0.1, 0.7, 1e30, 3e38, 1.0 / 3};
    for (size_t k = 0; k < sizeof bound / sizeof *bound; k++) {
        lpl_spiking_config_t c = config();
        c.w_max = c.w_init = bound[k];
        lpl_spiking_t *s = NULL, *again = NULL;
        OK(lpl_spiking_create(&c, NULL, &s));
        memfile_t f = saved(s);
        OK(lpl_spiking_load(memfile_read, &f, 0, 1, &again));
        free(f.data), lpl_spiking_destroy(s), lpl_spiking_destroy(again);
    }
    lpl_spiking_config_t c = config();
    lpl_spiking_t *s;
    c.xi = 1e-300;
    FAILS(lpl_spiking_create(&c, NULL, &s), LPL_E_ARG, "xi");
}
END_TEST

/* Squared gradients of synapses at rest decay to 0, not to denormal numbers. */
START_TEST(squared_gradients_settle) {
    for (int32_t scaling = LPL_SCALING_MAXNORM; scaling <= LPL_SCALING_RMS; scaling++) {
        lpl_spiking_config_t c = config();
        c.scaling = scaling, c.update_every = 1, c.tau_rms = 2e-4;
        lpl_spiking_t *s = NULL;
        OK(lpl_spiking_create(&c, NULL, &s));
        input_t x = input();
        for (int t = 0; t < 4000; t++) {
            if (t < 30) x = input();
            if (t == 30) x.n_pre = x.n_post = 0;
            OK(step(s, LPL_F32, &x));
        }
        float g2[SYNAPSES];
        OK(lpl_spiking_read(s, g2, SYNAPSES, NULL, LPL_SPIKING_GRAD2));
        for (size_t k = 0; k < SYNAPSES; k++)
            ck_assert_msg(g2[k] == 0 || g2[k] >= FLT_MIN, "%zu: %g", k, (double)g2[k]);
        lpl_spiking_destroy(s);
    }
}
END_TEST

/* ---- what is handed out ---- */

/* Weights of float's largest number: two of them at once are more than a conductance can hold. drive says so and adds
 * nothing, to a host's array and to a population alike; what was infinite before is the host's. Double holds them. */
START_TEST(drive_overflows) {
    for (int32_t dtype = LPL_F32; dtype <= LPL_F64; dtype++)
        for (int sparse = 0; sparse < 2; sparse++) {
            enum { WIDE = 600 };
            static float g[WIDE], old[WIDE];
            static double gd[WIDE];
            lpl_spiking_config_t c = config();
            lpl_connect_t connect;
            OK(lpl_connect_init(&connect, sizeof connect));
            if (sparse) connect.kind = LPL_CONNECT_RANDOM, connect.probability = 0.9, connect.seed = 5;
            c.dtype = dtype, c.n_post = WIDE, c.w_init = c.w_max = (double)FLT_MAX, c.label = 6;
            lpl_spiking_t *s = NULL;
            lpl_lif_t *p = NULL;
            lpl_lif_config_t cells;
            OK(lpl_spiking_create(&c, &connect, &s));
            OK(lpl_lif_config_init(&cells, sizeof cells));
            cells.n = WIDE, cells.dtype = dtype;
            OK(lpl_lif_create(&cells, &p));
            const uint32_t pre[] = {3, 8, 17};
            static float v[WIDE];
            static double vd[WIDE];
            for (int t = 0; t < 8; t++) /* until the spikes of step 0 arrive */
                OK(dtype == LPL_F64 ? lpl_spiking_step_f64(s, pre, t ? 0 : 3, NULL, 0, vd)
                                    : lpl_spiking_step(s, pre, t ? 0 : 3, NULL, 0, v));
            for (size_t i = 0; i < WIDE; i++) g[i] = old[i] = i == 4 ? INFINITY : 1;
            if (dtype == LPL_F64) {
                OK(lpl_spiking_drive_f64(s, gd));
                OK(lpl_spiking_drive_lif(s, p, LPL_RECEPTOR_GABA));
            } else {
                FAILS(lpl_spiking_drive(s, g), LPL_E_NONFINITE, "projection 6, step 8: the conductance of post neuron");
                ck_assert_mem_eq(g, old, sizeof g);
                for (int32_t receptor = LPL_RECEPTOR_AMPA; receptor <= LPL_RECEPTOR_GABA; receptor++) {
                    memfile_t before = {0}, after = {0};
                    OK(lpl_lif_save(p, memfile_write, &before));
                    FAILS(lpl_spiking_drive_lif(s, p, receptor), LPL_E_NONFINITE, "lpl_spiking_drive_lif");
                    OK(lpl_lif_save(p, memfile_write, &after));
                    ck_assert(same(&before, &after));
                    free(before.data), free(after.data);
                }
                uint32_t spikes[WIDE];
                size_t n_spk;
                OK(lpl_lif_step(p, spikes, &n_spk, NULL));
            }
            lpl_spiking_destroy(s), lpl_lif_destroy(p);
        }
}
END_TEST

/* In the middle of a block of an absurd projection no state that is handed out is NaN or infinite: LPL_OK with numbers,
 * or refused with dst as it was. The same for means that are beyond float. */
START_TEST(read_in_a_block) {
    size_t refused = 0;
    for (int round = 0; round < ROUNDS; round++)
        for (int32_t dtype = LPL_F32; dtype <= LPL_F64; dtype++) {
            lpl_spiking_config_t c = config();
            c.engine = LPL_ENGINE_BLOCK, c.dtype = dtype, c.update_every = 60;
            const char *name = absurd(&c, round);
            lpl_spiking_t *s = NULL;
            OK(lpl_spiking_create(&c, NULL, &s));
            for (int t = 0; t < 58; t++) {
                const input_t x = input();
                if (step(s, dtype, &x) < 0) break;
                for (int32_t what = LPL_SPIKING_WEIGHTS; t > 20 && what <= LPL_SPIKING_FPRIME; what++) {
                    float f[SYNAPSES];
                    double d[SYNAPSES];
                    const size_t n = what <= LPL_SPIKING_GRAD2 ? SYNAPSES : what <= LPL_SPIKING_PSP ? N_PRE : N_POST;
                    for (size_t k = 0; k < n; k++) f[k] = 9, d[k] = 9;
                    const lpl_status_t status = dtype == LPL_F64 ? lpl_spiking_read_f64(s, d, n, NULL, what)
                                                                 : lpl_spiking_read(s, f, n, NULL, what);
                    ck_assert_msg(status == LPL_OK || status == LPL_E_NONFINITE, "%s: %s", name, lpl_last_error());
                    for (size_t k = 0; k < n; k++) {
                        const double value = dtype == LPL_F64 ? d[k] : (double)f[k];
                        if (!isfinite(value) || (status < 0 && value != 9))
                            ck_abort_msg("%s, step %d, state %d: %g", name, t, (int)what, value);
                    }
                    refused += status < 0;
                }
            }
            lpl_spiking_destroy(s);
        }
    ck_assert_uint_gt(refused, 10);
}
END_TEST

int main(void) {
    testing_seed("test_diverge_spiking", 20261128);
    Suite *s = suite_create("diverge_spiking");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60); /* a loaded machine */
    tcase_add_test(t, absurd_parameters);
    tcase_add_test(t, looking_changes_nothing);
    tcase_add_test(t, absurd_mean);
    tcase_add_test(t, steps_stop_at_the_refused_one);
    tcase_add_test(t, rounded_bounds_can_be_saved);
    tcase_add_test(t, squared_gradients_settle);
    tcase_add_test(t, drive_overflows);
    tcase_add_test(t, read_in_a_block);
    suite_add_tcase(s, t);
    return testing_run(s);
}
