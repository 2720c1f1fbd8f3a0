/* tests/test_spiking.c - the plastic projection: against a scalar re-telling of the equations, engine against engine,
 * clocks. */
#include "common/spike_world.h"

/* ---- E1 - E9, one neuron and one synapse at a time, in float, every operation rounded ---- */

typedef struct {
    float w, el, elf, sum, g2;
} synapse_t;

typedef struct {
    float p, q, line[64];
} pre_t;

typedef struct {
    float err, rise, flt, mean, sigma2, fprime[64];
    int fired[512];
} post_t;

START_TEST(retold_in_float) {
    for (int form = 0; form < 2; form++)
        for (int scaling = 0; scaling < 2; scaling++) {
            const size_t np = testing_size(3, 30), nq = testing_size(3, 30), steps = 1250;
            lpl_spiking_config_t c = config(np, nq);
            c.form = form, c.scaling = scaling, c.update_every = 400, c.engine = LPL_ENGINE_FUSED,
            c.slow = LPL_SLOW_REFERENCE;
            if (form) c.sigma2_init = 4;
            if (scaling) c.eta = 1e-3;
            lpl_spiking_t *s = make(&c, NULL);
            world_t w = world_make(np, nq, steps, 0.01, 0.004);
            synapse_t *syn = calloc(np * nq, sizeof *syn);
            pre_t *pre = calloc(np, sizeof *pre);
            post_t *post = calloc(nq, sizeof *post);
            int *fired_pre = calloc(steps * np, sizeof *fired_pre);
            const double dt = 1e-4;
#define DECAY(tau) (float)exp(-dt / (double)(float)(tau))
#define RATE(tau) (float)(dt / (double)(float)(tau))
            for (size_t k = 0; k < np * nq; k++) syn[k].w = (float)c.w_init;
            for (size_t i = 0; i < nq; i++)
                post[i].mean = (float)(4 * (double)(float)10), post[i].sigma2 = (float)c.sigma2_init;
            const float c_mean = (float)(-dt / (double)(float)c.tau_mean), xi = form ? 1e-3f : 1e-7f,
                        push = form ? 1.0f : 1e-4f;
            const float c_sigma = form ? (float)(1 / (double)(float)c.tau_sigma2) : RATE(c.tau_sigma2),
                        R = (float)exp(-dt * 400 / c.tau_rms);
            for (size_t t = 0; t < steps; t++) {
                for (uint64_t k = w.pre_ptr[t]; k < w.pre_ptr[t + 1]; k++) fired_pre[t * np + w.pre[k]] = 1;
                for (size_t i = 0; i < nq; i++) post[i].fired[t % 512] = 0;
                for (uint64_t k = w.post_ptr[t]; k < w.post_ptr[t + 1]; k++) post[w.post[k]].fired[t % 512] = 1;
                for (size_t i = 0; i < nq; i++) {
                    post_t *o = &post[i];
                    const int D = t >= 8 && o->fired[(t - 8) % 512], F = t >= 200 && o->fired[(t - 200) % 512];
                    float e = o->mean * c_mean;
                    if (D) e = e + 1;
                    float u = e;
                    const float den = o->sigma2 + xi;
                    e = e / den;
                    e = e * push;
                    if (form) e = e + 1e-5f;
                    if (D) e = e - 1;
                    if (F) e = e + 1;
                    o->err = e;
                    const float fp = o->fprime[t % 8]; /* of step t - 8 */
                    for (size_t j = 0; j < np; j++) {
                        synapse_t *y = &syn[j * nq + i];
                        y->el = y->el + pre[j].line[t % 8] * fp;
                        y->elf = y->elf + RATE(c.tau_decay) * (y->el - y->elf);
                        y->el = DECAY(c.tau_rise) * y->el;
                        y->sum = y->sum + y->elf * o->flt;
                        if (!form && t >= 8 && fired_pre[(t - 8) * np + j]) y->sum = y->sum + 1e-3f;
                        if (t % 400 == 0) {
                            const float g = y->sum / 400;
                            double scale = 1;
                            if (scaling) {
                                y->g2 = fmaxf(g * g, R * y->g2);
                                scale = 1 / (sqrt((double)y->g2) + 1e-32);
                            }
                            y->sum = 0;
                            y->w = (float)((double)y->w + scale * (double)g * (double)(float)c.eta);
                            y->w = y->w < 0 ? 0 : y->w > 1 ? 1 : y->w;
                        }
                    }
                    const float h = (float)(((double)w.v[t * nq + i] + 0.05) * 1000);
                    o->fprime[t % 8] = (float)(1000 / ((1 + fabs((double)h)) * (1 + fabs((double)h))));
                    u = u * u;
                    u = u * c_sigma;
                    o->sigma2 = DECAY(c.tau_sigma2) * (o->sigma2 + u);
                    o->mean = DECAY(c.tau_mean) * (o->mean + (float)o->fired[t % 512]);
                    o->rise = o->rise + RATE(c.tau_err_rise) * (o->err - o->rise);
                    o->flt = o->flt + RATE(c.tau_err_decay) * (o->rise - o->flt);
                }
                for (size_t j = 0; j < np; j++) {
                    pre[j].line[t % 8] = pre[j].q;
                    pre[j].q = pre[j].q + RATE(c.tau_psp) * (pre[j].p - pre[j].q);
                    pre[j].p = DECAY(c.tau_syn) * (pre[j].p + (float)(t >= 8 && fired_pre[(t - 8) * np + j]));
                }
                OK(play_one(s, &w, t));
                if (t % 97 != 0 && t % 400 > 1 && t != steps - 1) continue;
                double *x[LPL_SPIKING_FPRIME + 1];
                for (int32_t what = 0; what <= LPL_SPIKING_FPRIME; what++) x[what] = state(s, what);
                size_t wrong = 0; /* one assertion at the end: each costs a message to the parent process */
                for (size_t k = 0; k < np * nq; k++) {
                    wrong +=
                        x[LPL_SPIKING_WEIGHTS][k] != (double)syn[k].w || x[LPL_SPIKING_ELIG][k] != (double)syn[k].el;
                    wrong += x[LPL_SPIKING_ELIG_FLT][k] != (double)syn[k].elf ||
                             x[LPL_SPIKING_ELIG_SUM][k] != (double)syn[k].sum;
                    wrong += x[LPL_SPIKING_GRAD2][k] != (double)syn[k].g2;
                }
                for (size_t j = 0; j < np; j++)
                    wrong += x[LPL_SPIKING_TR_PRE][j] != (double)pre[j].p || x[LPL_SPIKING_PSP][j] != (double)pre[j].q;
                for (size_t i = 0; i < nq; i++) {
                    wrong += x[LPL_SPIKING_ERR][i] != (double)post[i].err ||
                             x[LPL_SPIKING_ERR_RISE][i] != (double)post[i].rise;
                    wrong += x[LPL_SPIKING_ERR_FLT][i] != (double)post[i].flt ||
                             x[LPL_SPIKING_MEAN][i] != (double)post[i].mean;
                    wrong += x[LPL_SPIKING_SIGMA2][i] != (double)post[i].sigma2 ||
                             x[LPL_SPIKING_FPRIME][i] != (double)post[i].fprime[t % 8];
                }
                ck_assert_uint_eq(wrong, 0);
                for (int32_t what = 0; what <= LPL_SPIKING_FPRIME; what++) free(x[what]);
            }
            lpl_spiking_destroy(s), world_free(&w), free(syn), free(pre), free(post), free(fired_pre);
        }
}
END_TEST

/* ---- engines ---- */

/* BLOCK is the same algebra: 1e-11 in double; in float, rounding. */
START_TEST(block_is_fused) {
    for (int round = 0; round < 12; round++) {
        const size_t np = testing_size(1, 90), nq = testing_size(1, round % 3 ? 60 : 600),
                     steps = testing_size(400, 2000);
        lpl_spiking_config_t c = any_config(np, nq);
        lpl_connect_t connect = sparse(round % 2 ? 0.3 : 1);
        world_t w = world_make(np, nq, steps, 0.004, 0.002);
        for (int32_t dtype = LPL_F32; dtype <= LPL_F64; dtype++) {
            c.dtype = dtype;
            c.engine = LPL_ENGINE_FUSED, c.memory_max = 0;
            lpl_spiking_t *fused = make(&c, &connect);
            c.engine = LPL_ENGINE_BLOCK,
            c.memory_max = round % 4 == 0 ? 0 : (uint64_t)testing_size(20, 400) * (16 * nq + 1024);
            lpl_spiking_t *block = make(&c, &connect);
            const size_t half = testing_size(1, steps - 1);
            play(fused, &w, 0, half), play(block, &w, 0, half);
            for (int32_t what = LPL_SPIKING_WEIGHTS; what <= LPL_SPIKING_FPRIME; what++) {
                const double tolerance = dtype == LPL_F64 ? 1e-11 : what == LPL_SPIKING_WEIGHTS ? 1e-5 : 1e-4;
                ck_assert_msg(apart(fused, block, what) < tolerance, "state %d, type %d: %g", (int)what, (int)dtype,
                              apart(fused, block, what));
            }
            OK(lpl_spiking_set(fused, LPL_SPIKING_PARAM_PUSH, 0.3));
            OK(lpl_spiking_set(block, LPL_SPIKING_PARAM_PUSH, 0.3));
            play(fused, &w, half, steps), play(block, &w, half, steps);
            for (int32_t what = LPL_SPIKING_WEIGHTS; what <= LPL_SPIKING_FPRIME; what++) {
                const double tolerance = dtype == LPL_F64 ? 1e-11 : what == LPL_SPIKING_WEIGHTS ? 1e-5 : 1e-4;
                ck_assert_msg(apart(fused, block, what) < tolerance, "state %d, type %d: %g", (int)what, (int)dtype,
                              apart(fused, block, what));
            }
            lpl_spiking_destroy(fused), lpl_spiking_destroy(block);
        }
        world_free(&w);
    }
}
END_TEST

/* The same bits from every instruction set, any number of threads, one call of many steps, and with reads in
 * between. */
START_TEST(same_bits) {
    for (int32_t engine = LPL_ENGINE_FUSED; engine <= LPL_ENGINE_BLOCK; engine++)
        for (int round = 0; round < 3; round++) {
            const size_t np = testing_size(100, 300), nq = testing_size(300, 700),
                         steps = engine == LPL_ENGINE_FUSED ? 14 : testing_size(150, 400);
            lpl_spiking_config_t c = any_config(np, nq);
            lpl_connect_t connect = sparse(round == 0 ? 1 : 0.2);
            world_t w = world_make(np, nq, steps, 0.005, 0.003);
            c.engine = engine, c.update_every = engine == LPL_ENGINE_FUSED ? 5 : 120, c.dtype = round == 2,
            c.threads = 2;
            lpl_spiking_t *plain = make(&c, &connect);
            OK(lpl_spiking_set(plain, LPL_SPIKING_PARAM_THREADS, 1));
            play(plain, &w, 0, steps);
            lpl_spiking_t *threads = make(&c, &connect);
            play(threads, &w, 0, steps);
            same(plain, threads);
            lpl_spiking_destroy(threads);
            lpl_spiking_t *many = make(&c, &connect);
            const size_t cut = testing_size(0, steps);
            for (int part = 0; part < 2; part++) {
                const size_t from = part ? cut : 0, n = part ? steps - cut : cut;
                if (c.dtype == LPL_F64)
                    OK(lpl_spiking_steps_f64(many, n, w.pre_ptr + from, w.pre, w.post_ptr + from, w.post,
                                             w.v64 + from * nq, nq));
                else
                    OK(lpl_spiking_steps(many, n, w.pre_ptr + from, w.pre, w.post_ptr + from, w.post, w.v + from * nq,
                                         nq));
                if (part == 0)
                    for (int32_t what = LPL_SPIKING_WEIGHTS; what <= LPL_SPIKING_FPRIME; what++)
                        free(state(many, what));
            }
            same(plain, many);
            lpl_spiking_destroy(many);
            for (int32_t isa = LPL_ISA_REF; isa <= LPL_ISA_AVX512; isa++) {
                lpl_spiking_t *other = NULL;
                c.isa = isa, c.threads = 1;
                if (lpl_spiking_create(&c, &connect, &other) == LPL_E_UNSUPPORTED) continue;
                play(other, &w, 0, steps);
                same(plain, other);
                lpl_spiking_destroy(other);
            }
            lpl_spiking_destroy(plain), world_free(&w);
        }
}
END_TEST

/* ---- transmission, modes, reading ---- */

START_TEST(drive_is_delayed) {
    const size_t np = 70, nq = 50, steps = 60;
    lpl_spiking_config_t c = config(np, nq);
    lpl_connect_t connect = sparse(0.4);
    c.delay_ax = 1.3e-3;
    lpl_spiking_t *s = make(&c, &connect);
    const size_t n = length(s, LPL_SPIKING_WEIGHTS);
    float *weights = testing_floats(n), *g = calloc(nq, sizeof *g), *expected = calloc(nq, sizeof *expected);
    for (size_t k = 0; k < n; k++) weights[k] = fabsf(weights[k]);
    OK(lpl_spiking_write(s, weights, n, LPL_SPIKING_WEIGHTS));
    uint64_t *row_ptr = malloc((np + 1) * sizeof *row_ptr);
    uint32_t *col = malloc(n * sizeof *col);
    OK(lpl_spiking_connectivity(s, row_ptr, col));
    world_t w = world_make(np, nq, steps, 0.1, 0.01);
    for (size_t t = 0; t < steps; t++) {
        OK(lpl_spiking_drive(s, g));
        if (t >= 13)
            for (uint64_t a = w.pre_ptr[t - 13]; a < w.pre_ptr[t - 12]; a++)
                for (uint64_t k = row_ptr[w.pre[a]]; k < row_ptr[w.pre[a] + 1]; k++) expected[col[k]] += weights[k];
        ck_assert(memcmp(g, expected, nq * sizeof *g) == 0);
        if (t == 20) OK(lpl_spiking_set(s, LPL_SPIKING_PARAM_MODE, LPL_MODE_FROZEN)); /* still transmits */
        OK(play_one(s, &w, t));
    }
    lpl_spiking_destroy(s), world_free(&w), free(weights), free(g), free(expected), free(row_ptr), free(col);
}
END_TEST

START_TEST(modes) {
    for (int32_t engine = LPL_ENGINE_FUSED; engine <= LPL_ENGINE_BLOCK; engine++) {
        lpl_spiking_config_t c = config(30, 20);
        c.engine = engine, c.update_every = 50, c.mode = LPL_MODE_TRACK, c.scaling = LPL_SCALING_MAXNORM;
        lpl_spiking_t *s = make(&c, NULL);
        world_t w = world_make(30, 20, 400, 0.02, 0.01);
        play(s, &w, 0, 201);
        double *weights = state(s, LPL_SPIKING_WEIGHTS), *g2 = state(s, LPL_SPIKING_GRAD2),
               *sum = state(s, LPL_SPIKING_ELIG_SUM), largest = 0;
        size_t moved = 0;
        for (size_t k = 0; k < 600; k++) {
            moved += weights[k] != (double)(float)c.w_init || sum[k] != 0;
            largest = fmax(largest, g2[k]);
        }
        ck_assert(moved == 0 && largest > 0 && param(s, LPL_SPIKING_PARAM_UPDATES) == 5);
        free(weights), free(g2), free(sum);
        OK(lpl_spiking_set(s, LPL_SPIKING_PARAM_MODE, LPL_MODE_LEARN));
        play(s, &w, 201, 270);
        weights = state(s, LPL_SPIKING_WEIGHTS);
        for (size_t k = 0; k < 600; k++) moved += weights[k] != (double)(float)c.w_init;
        ck_assert(moved > 0);
        free(weights);
        /* FROZEN: time passes for transmission only */
        lpl_spiking_t *other = make(&c, NULL);
        play(other, &w, 0, 201);
        OK(lpl_spiking_set(other, LPL_SPIKING_PARAM_MODE, LPL_MODE_LEARN));
        play(other, &w, 201, 230);
        OK(lpl_spiking_set(other, LPL_SPIKING_PARAM_MODE, LPL_MODE_FROZEN));
        play(other, &w, 300, 320);
        OK(lpl_spiking_set(other, LPL_SPIKING_PARAM_MODE, LPL_MODE_LEARN));
        play(other, &w, 230, 270);
        ck_assert(param(other, LPL_SPIKING_PARAM_STEP) == 290 && param(s, LPL_SPIKING_PARAM_STEP) == 270);
        same(s, other);
        lpl_spiking_destroy(s), lpl_spiking_destroy(other), world_free(&w);
    }
}
END_TEST

/* A long silence: nothing becomes denormal, and an index list reads what the whole list does. */
START_TEST(quiet_inputs) {
    for (int32_t engine = LPL_ENGINE_FUSED; engine <= LPL_ENGINE_BLOCK; engine++) {
        lpl_spiking_config_t c = config(20, 10);
        c.engine = engine, c.update_every = 1000, c.pull = 0, c.push = 0, c.delta = 0;
        lpl_spiking_t *s = make(&c, NULL);
        world_t w = world_make(20, 10, 300, 0.05, 0.05);
        play(s, &w, 0, 300);
        lpl_status_t status = LPL_OK;
        for (size_t t = 0; t < 20000; t++) status |= lpl_spiking_step(s, NULL, 0, NULL, 0, w.v);
        OK(status);
        for (int32_t what = LPL_SPIKING_WEIGHTS; what <= LPL_SPIKING_FPRIME; what++) {
            const size_t n = length(s, what);
            double *x = state(s, what);
            const uint64_t index[] = {n - 1, 0, 3};
            float some[3];
            OK(lpl_spiking_read(s, some, 3, index, what));
            for (size_t k = 0; k < 3; k++) ck_assert((double)some[k] == x[index[k]]);
            size_t denormal = 0;
            for (size_t k = 0; k < n; k++) denormal += x[k] != 0 && fabs(x[k]) < 1e-37;
            ck_assert_msg(denormal == 0, "state %d: %zu", (int)what, denormal);
            free(x);
        }
        lpl_spiking_destroy(s), world_free(&w);
    }
}
END_TEST

/* LPL_SLOW_DOUBLE holds a rate over many time constants where float wanders. */
START_TEST(slow_traces) {
    double got[2];
    for (int32_t slow = 0; slow < 2; slow++) {
        lpl_spiking_config_t c = config(1, 1);
        c.slow = slow, c.tau_mean = 20, c.mean_init = 10, c.update_every = 1000;
        lpl_spiking_t *s = make(&c, NULL);
        const float v = -0.06f;
        lpl_status_t status = LPL_OK;
        for (size_t t = 0; t < 200000; t++) status |= lpl_spiking_step(s, NULL, 0, NULL, 0, &v);
        OK(status);
        double *mean = state(s, LPL_SPIKING_MEAN);
        got[slow] = mean[0] / 200;
        free(mean), lpl_spiking_destroy(s);
    }
    CLOSE(got[1], exp(-1.0), 1e-7, 1);
    ck_assert(fabs(got[0] - exp(-1.0)) > 1e-4); /* if this fails the option is not needed any more */
}
END_TEST

START_TEST(health) {
    lpl_spiking_config_t c = config(10, 8);
    c.update_every = 100;
    lpl_spiking_t *s = make(&c, NULL);
    world_t w = world_make(10, 8, 150, 0.02, 0.02);
    float weights[80];
    for (size_t k = 0; k < 80; k++) weights[k] = k < 7 ? 0 : k < 12 ? 1 : 0.5f;
    OK(lpl_spiking_write(s, weights, 80, LPL_SPIKING_WEIGHTS));
    lpl_spiking_report_t r;
    OK(lpl_spiking_report_init(&r, sizeof r));
    OK(lpl_spiking_report(s, &r));
    ck_assert(r.n_at_min == 7 && r.n_at_max == 5 && r.n_nonfinite == 0 && r.step == 0 && r.n_silent == 0);
    CLOSE(r.w_mean, (5 + 68 * 0.5) / 80, 1e-12, 1);
    CLOSE(r.rate_mean, 4, 1e-6, 1);
    play(s, &w, 0, 150);
    OK(lpl_spiking_report(s, &r));
    ck_assert(r.step == 150 && r.updates == 2);
    lpl_spiking_destroy(s), world_free(&w);
}
END_TEST

START_TEST(presets) {
    lpl_spiking_config_t c;
    OK(lpl_spiking_config_init(&c, sizeof c));
    c.n_pre = 7;
    OK(lpl_spiking_preset(&c, LPL_PRESET_SPIKING_STDP_REFERENCE));
    ck_assert(c.n_pre == 7 && c.form == LPL_FORM_REFERENCE && c.eta == 5e-3 && c.delta == 0 && c.tau_sigma2 == 300 &&
              c.sigma2_init == 0.1);
    OK(lpl_spiking_preset(&c, LPL_PRESET_SPIKING_STDP));
    ck_assert(c.form == LPL_FORM_ERRATUM && c.sigma2_init == 1e-5 && c.mean_init == 20 && c.w_init == 0.5);
    OK(lpl_spiking_preset(&c, LPL_PRESET_SPIKING_NETWORK));
    ck_assert(c.eta == 1e-2 && c.delta < 0 && c.update_every == 5000 && c.tau_mean == 600 && c.tau_sigma2 == 30);
    FAILS(lpl_spiking_preset(&c, 9), LPL_E_ARG, "preset");
}
END_TEST

int main(void) {
    testing_seed("test_spiking", 41);
    Suite *suite = suite_create("spiking");
    TCase *tc = tcase_create("spiking");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, retold_in_float);
    tcase_add_test(tc, block_is_fused);
    tcase_add_test(tc, same_bits);
    tcase_add_test(tc, drive_is_delayed);
    tcase_add_test(tc, modes);
    tcase_add_test(tc, quiet_inputs);
    tcase_add_test(tc, slow_traces);
    tcase_add_test(tc, health);
    tcase_add_test(tc, presets);
    suite_add_tcase(suite, tc);
    return testing_run(suite);
}
