/* tests/test_optim.c - optimisers against their formulas, variants bit for bit, schedule, bad input. */
#include <float.h>

#include "common/testing.h"

#include "core/cpu.h"
#include "optim/optim.h"

static lpl_optim_config_t config(int32_t optim) {
    lpl_optim_config_t c;
    OK(lpl_optim_config_init(&c, sizeof c));
    c.optim = optim, c.eta = 0.03, c.weight_decay = 0.2;
    return c;
}

START_TEST(formulas) {
    for (int32_t kind = LPL_OPTIM_SGD; kind <= LPL_OPTIM_ADAM; kind++) {
        const size_t n = testing_size(1, 100);
        const lpl_optim_config_t c = config(kind);
        double *w = testing_doubles(n), *v = calloc(n, 8), *m = calloc(n, 8), *want = malloc(n * 8), *a = calloc(n, 8),
               *b = calloc(n, 8);
        memcpy(want, w, n * 8);
        for (uint64_t t = 1; t <= 12; t++) {
            double *g = testing_doubles(n);
            OK(lpl_optim_step_f64(&c, w, kind ? m : NULL, kind == LPL_OPTIM_ADAM ? v : NULL, g, n, t));
            for (size_t k = 0; k < n; k++) {
                double d = g[k] + c.weight_decay * want[k];
                if (kind == LPL_OPTIM_ADAM) {
                    a[k] = 0.9 * a[k] + 0.1 * d;
                    b[k] = 0.999 * b[k] + 0.001 * d * d;
                    d = a[k] / (1 - pow(0.9, (double)t)) / (sqrt(b[k] / (1 - pow(0.999, (double)t))) + 1e-8);
                } else if (kind == LPL_OPTIM_MOMENTUM) {
                    a[k] = 0.9 * a[k] + d;
                    d = a[k];
                }
                want[k] -= c.eta * d;
                CLOSE(w[k], want[k], 1e-12, 1);
            }
            free(g);
        }
        free(w), free(v), free(m), free(want), free(a), free(b);
    }
}
END_TEST

START_TEST(variants_same_bits) {
    for (int32_t kind = LPL_OPTIM_SGD; kind <= LPL_OPTIM_ADAM; kind++)
        for (int round = 0; round < 20; round++) {
            const size_t n = testing_size(0, 90);
            const lpli_optim_t o = {kind, 0.01, 0.9, 0.9, 0.999, 1e-8, pow(0.9, round + 1), pow(0.999, round + 1)};
            float *state[4] = {testing_floats(n), testing_floats(n), testing_floats(n), testing_floats(n)}, *a[3],
                  *b[3];
            for (size_t k = 0; k < n; k++) state[2][k] = fabsf(state[2][k]);
            for (int q = 0; q < 3; q++)
                a[q] = malloc(4 * n + 4), b[q] = malloc(4 * n + 4), memcpy(a[q], state[q], 4 * n);
            LPLI_PICK(LPL_ISA_REF, lpli_optim_rows)(a[0], a[1], a[2], state[3], n, -0.7f, 0.3f, &o);
            for (int32_t isa = LPL_ISA_AVX2; isa <= lpli_isa_best(); isa++) {
                for (int q = 0; q < 3; q++) memcpy(b[q], state[q], 4 * n);
                LPLI_PICK(isa, lpli_optim_rows)(b[0], b[1], b[2], state[3], n, -0.7f, 0.3f, &o);
                for (int q = 0; q < 3; q++) ck_assert(memcmp(a[q], b[q], 4 * n) == 0);
            }
            for (int q = 0; q < 3; q++) free(a[q]), free(b[q]);
            for (int q = 0; q < 4; q++) free(state[q]);
        }
}
END_TEST

/* theory 4.4 and 11.1 check 7: epoch 0 = 0, 9 and 10 = 1e-3, 800 = 1e-6. */
START_TEST(schedule) {
    double eta, last = -1;
    for (int e = 0; e <= 810; e++) {
        OK(lpl_schedule_warmup_cosine(&eta, e, 1e-3, 0, 1e-6, 10, 800));
        if (e <= 9) ck_assert(eta > last);
        if (e > 10 && e <= 800) ck_assert(eta < last);
        if (e == 0) ck_assert(eta == 0);
        if (e == 9 || e == 10) CLOSE(eta, 1e-3, 1e-15, 1);
        if (e >= 800) CLOSE(eta, 1e-6, 1e-15, 1);
        last = eta;
    }
    OK(lpl_schedule_warmup_cosine(&eta, 405, 1, 0, 0, 10, 800));
    CLOSE(eta, 0.5, 1e-12, 1);
    OK(lpl_schedule_warmup_cosine(&eta, 0, 0.5, 0, 0, 0, 1)); /* no warm-up */
    ck_assert(eta == 0.5);
    OK(lpl_schedule_warmup_cosine(&eta, 0, 0.5, 0, 0, 1, 9)); /* one epoch of it: base at once */
    ck_assert(eta == 0.5);
    FAILS(lpl_schedule_warmup_cosine(&eta, -1, 1, 0, 0, 1, 9), LPL_E_ARG, "epoch");
    FAILS(lpl_schedule_warmup_cosine(&eta, NAN, 1, 0, 0, 1, 9), LPL_E_ARG, "epoch");
    FAILS(lpl_schedule_warmup_cosine(&eta, 0, 1, 0, 0, 9, 9), LPL_E_ARG, "warmup");
    FAILS(lpl_schedule_warmup_cosine(&eta, 0, INFINITY, 0, 0, 1, 9), LPL_E_ARG, "base");
    FAILS(lpl_schedule_warmup_cosine(NULL, 0, 1, 0, 0, 1, 9), LPL_E_NULL, "eta");
}
END_TEST

START_TEST(bad_input) {
    lpl_optim_config_t c = config(LPL_OPTIM_ADAM);
    float w[4] = {1, 2, 3, 4}, m[4] = {0}, v[4] = {0}, g[4] = {1, 1, 1, 1};
    FAILS(lpl_optim_step(NULL, w, m, v, g, 4, 1), LPL_E_NULL, "NULL");
    FAILS(lpl_optim_step(&c, NULL, m, v, g, 4, 1), LPL_E_NULL, "w");
    FAILS(lpl_optim_step(&c, w, NULL, v, g, 4, 1), LPL_E_NULL, "m");
    FAILS(lpl_optim_step(&c, w, m, NULL, g, 4, 1), LPL_E_NULL, "v");
    FAILS(lpl_optim_step(&c, w, m, v, NULL, 4, 1), LPL_E_NULL, "g");
    FAILS(lpl_optim_step(&c, w, m, v, g, (size_t)-4, 1), LPL_E_SIZE, "w");
    FAILS(lpl_optim_step(&c, w, m, v, g, 4, 0), LPL_E_ARG, "t = 0");
    FAILS(lpl_optim_step(&c, w, m, m + 1, g, 3, 1), LPL_E_OVERLAP, "w, g, m, v");
    c.beta1 = 1;
    FAILS(lpl_optim_step(&c, w, m, v, g, 4, 1), LPL_E_ARG, "beta1");
    c = config(LPL_OPTIM_ADAM), c.eta = NAN;
    FAILS(lpl_optim_step(&c, w, m, v, g, 4, 1), LPL_E_ARG, "eta");
    c = config(3);
    FAILS(lpl_optim_step(&c, w, m, v, g, 4, 1), LPL_E_ARG, "optim");
    c = config(LPL_OPTIM_SGD), c.reserved = 1;
    FAILS(lpl_optim_step(&c, w, NULL, NULL, g, 4, 1), LPL_E_ARG, "reserved");
    for (int k = 0; k < 4; k++) ck_assert(w[k] == (float)(k + 1));
    c.reserved = 0;
    OK(lpl_optim_step(&c, NULL, NULL, NULL, NULL, 0, 1)); /* nothing to do */
}
END_TEST

/* How many of n numbers are denormal. */
static size_t denormals(const double *x, size_t n, double normal) {
    size_t found = 0;
    for (size_t k = 0; k < n; k++) found += x[k] != 0 && fabs(x[k]) < normal;
    return found;
}

/* Without a gradient moments go to exactly 0, from any size, in a bounded number of steps and never by way of
 * denormal numbers. */
START_TEST(moments_settle_at_zero) {
    enum { N = 97 };
    for (int32_t kind = LPL_OPTIM_MOMENTUM; kind <= LPL_OPTIM_ADAM; kind++)
        for (int wide = 0; wide < 2; wide++) {
            lpl_optim_config_t c = config(kind);
            c.weight_decay = 0, c.momentum = 0.9, c.beta1 = 0.9, c.beta2 = 0.9;
            double w[N], m[N], v[N], g[N] = {0};
            float wf[N], mf[N], vf[N], gf[N] = {0};
            for (size_t k = 0; k < N; k++) {
                w[k] = wf[k] = (float)testing_real();
                m[k] = mf[k] =
                    (float)ldexp(testing_real(), -(int)testing_size(0, 149)); /* some denormal from the start */
                v[k] = vf[k] = (float)ldexp(fabs(testing_real()), -(int)testing_size(0, 149));
                if (wide)
                    m[k] = ldexp(testing_real(), -(int)testing_size(0, 1074)),
                    v[k] = ldexp(fabs(testing_real()), -(int)testing_size(0, 1074));
            }
            size_t t = 1;
            for (; t < 8000; t++) {
                if (wide)
                    OK(lpl_optim_step_f64(&c, w, m, kind == LPL_OPTIM_ADAM ? v : NULL, g, N, t));
                else
                    OK(lpl_optim_step(&c, wf, mf, kind == LPL_OPTIM_ADAM ? vf : NULL, gf, N, t));
                for (size_t k = 0; k < N && !wide; k++) m[k] = (double)mf[k], v[k] = (double)vf[k];
                ck_assert_uint_eq(denormals(m, N, wide ? DBL_MIN : FLT_MIN), 0);
                if (kind == LPL_OPTIM_ADAM) ck_assert_uint_eq(denormals(v, N, wide ? DBL_MIN : FLT_MIN), 0);
                size_t left = 0;
                for (size_t k = 0; k < N; k++) left += m[k] != 0 || (kind == LPL_OPTIM_ADAM && v[k] != 0);
                if (left == 0) break;
            }
            ck_assert_uint_lt(t, 8000);
        }
}
END_TEST

/* What is above the bounds of the header has the bits of the plain formulas. */
START_TEST(settling_changes_no_other_bit) {
    const size_t n = 61;
    for (int32_t kind = LPL_OPTIM_MOMENTUM; kind <= LPL_OPTIM_ADAM; kind++) {
        const lpl_optim_config_t c = config(kind);
        float *w = testing_floats(n), *m = calloc(n, 4), *v = calloc(n, 4), *wp = malloc(4 * n), *mp = calloc(n, 4),
              *vp = calloc(n, 4);
        memcpy(wp, w, 4 * n);
        const float eta = (float)c.eta, decay = (float)c.weight_decay, mu = (float)c.momentum,
                    c1 = (float)(1 - c.beta1), b2 = (float)c.beta2, c2 = (float)(1 - c.beta2), eps = (float)c.adam_eps;
        for (uint64_t t = 1; t <= 40; t++) {
            float *g = testing_floats(n);
            for (size_t k = 0; k < n; k++) g[k] *= (float)ldexp(1, -(int)(k % 60)); /* down to 1e-18: g^2 of 1e-36 */
            OK(lpl_optim_step(&c, w, m, kind == LPL_OPTIM_ADAM ? v : NULL, g, n, t));
            const float step = (float)(c.eta / (1 - pow(c.beta1, (double)t))),
                        root = (float)(1 / sqrt(1 - pow(c.beta2, (double)t)));
            for (size_t k = 0; k < n; k++) {
                const float d = 1 * g[k] + decay * wp[k];
                if (kind == LPL_OPTIM_MOMENTUM) {
                    mp[k] = mu * mp[k] + d;
                    wp[k] -= eta * mp[k];
                } else {
                    mp[k] += (d - mp[k]) * c1;
                    vp[k] = b2 * vp[k] + c2 * (d * d);
                    wp[k] -= step * (mp[k] / (sqrtf(vp[k]) * root + eps));
                }
            }
            free(g);
            ck_assert_mem_eq(w, wp, 4 * n);
            ck_assert_mem_eq(m, mp, 4 * n);
            if (kind == LPL_OPTIM_ADAM) ck_assert_mem_eq(v, vp, 4 * n);
        }
        free(w), free(m), free(v), free(wp), free(mp), free(vp);
    }
}
END_TEST

/* The variants flush alike. */
START_TEST(variants_settle_alike) {
    for (int32_t kind = LPL_OPTIM_MOMENTUM; kind <= LPL_OPTIM_ADAM; kind++) {
        enum { N = 75 };
        const lpli_optim_t o = {kind, 0.01, 0.9, 0.9, 0.999, 1e-8, 0.5, 0.5};
        float from[4][N], a[3][N], b[3][N];
        for (size_t k = 0; k < N; k++) {
            for (int q = 0; q < 4; q++) from[q][k] = (float)ldexp(testing_real(), -(int)testing_size(80, 149));
            from[2][k] = fabsf(from[2][k]);
        }
        memcpy(a, from, sizeof a);
        LPLI_PICK(LPL_ISA_REF, lpli_optim_rows)(a[0], a[1], a[2], from[3], N, 1, 0, &o);
        for (int32_t isa = LPL_ISA_AVX2; isa <= lpli_isa_best(); isa++) {
            memcpy(b, from, sizeof b);
            LPLI_PICK(isa, lpli_optim_rows)(b[0], b[1], b[2], from[3], N, 1, 0, &o);
            ck_assert_mem_eq(a, b, sizeof a);
        }
    }
}
END_TEST

/* One array at a time gets one bad value: the call is refused, names the place, and no byte has moved. */
START_TEST(divergence_is_refused) {
    for (int round = 0; round < 400; round++) {
        const int32_t kind = round % 3;
        const int wide = round / 3 % 2, how = round / 6 % 5;
        const size_t n = testing_size(1, 20000), at = testing_size(0, n - 1), bytes = n * (wide ? 8 : 4);
        lpl_optim_config_t c = config(kind);
        const double most = wide ? DBL_MAX : (double)FLT_MAX;
        if (kind == LPL_OPTIM_SGD && how == 3) continue;
        unsigned char *now[4], *before[4]; /* w, m, v, g */
        for (int q = 0; q < 4; q++) {
            now[q] = malloc(bytes), before[q] = malloc(bytes);
            for (size_t k = 0; k < n; k++) {
                double x = testing_real();
                if (q == 2) x = fabs(x);
                if (how == 0 && q == 3 && k == at) x = round % 2 ? NAN : -INFINITY;
                if (how == 1 && q == 3 && k == at) x = most; /* eta 1e10 makes it too much; Adam: its square */
                if (how == 2 && q == 0 && k == at) x = INFINITY;
                if (how == 3 && q == 1 && k == at) x = kind == LPL_OPTIM_ADAM ? NAN : most;
                if (how == 3 && q == 3 && k == at) x = most;
                if (how == 4 && q == 0 && k == at) x = -most; /* decay makes it too much */
                if (wide)
                    ((double *)(void *)now[q])[k] = x;
                else
                    ((float *)(void *)now[q])[k] = (float)x;
            }
            memcpy(before[q], now[q], bytes);
        }
        if (how == 1 || how == 3) c.eta = 1e10;
        if (how == 4) c.weight_decay = 1e10, c.eta = 1e10;
        char word[40];
        snprintf(word, sizeof word, how == 0 ? "g[%zu]" : "parameter %zu,", at);
        void *m = kind ? now[1] : NULL, *v = kind == LPL_OPTIM_ADAM ? now[2] : NULL;
        if (wide)
            FAILS(lpl_optim_step_f64(&c, (void *)now[0], m, v, (void *)now[3], n, 7), LPL_E_NONFINITE, word);
        else
            FAILS(lpl_optim_step(&c, (void *)now[0], m, v, (void *)now[3], n, 7), LPL_E_NONFINITE, word);
        for (int q = 0; q < 4; q++) {
            ck_assert(memcmp(now[q], before[q], bytes) == 0);
            free(now[q]), free(before[q]);
        }
    }
}
END_TEST

/* A run that diverges stops with the last finite parameters. */
START_TEST(diverging_run_keeps_the_last_good_state) {
    for (int32_t kind = LPL_OPTIM_SGD; kind <= LPL_OPTIM_ADAM; kind++) {
        float w[3] = {1, -2, 3}, m[3] = {0}, v[3] = {0}, g[3], keep[3];
        lpl_optim_config_t c = config(kind);
        c.eta = kind == LPL_OPTIM_ADAM ? 1e19 : 100, c.weight_decay = 0;
        lpl_status_t status = LPL_OK;
        int t = 1;
        for (; t < 400 && status == LPL_OK; t++) {
            memcpy(keep, w, sizeof w);
            for (int k = 0; k < 3; k++) g[k] = -w[k]; /* away from 0 */
            status = lpl_optim_step(&c, w, kind ? m : NULL, kind == LPL_OPTIM_ADAM ? v : NULL, g, 3, (uint64_t)t);
            for (int k = 0; k < 3; k++) ck_assert(isfinite(w[k]) && isfinite(m[k]) && isfinite(v[k]));
        }
        ck_assert(status == LPL_E_NONFINITE && t > 2);
        ck_assert_mem_eq(w, keep, sizeof w);
    }
}
END_TEST

START_TEST(eta_zero_writes_no_parameter) {
    for (int32_t kind = LPL_OPTIM_SGD; kind <= LPL_OPTIM_ADAM; kind++) {
        float w[3] = {1, INFINITY, -0.0f}, m[3] = {1e30f, 0, 0}, v[3] = {0}, g[3] = {1e19f, -1e18f, 0}, keep[3];
        double wd[3] = {1, 2, -0.0}, md[3] = {1e300, 0, 0}, vd[3] = {0}, gd[3] = {1e150, -1e150, 0}, kept[3];
        lpl_optim_config_t c = config(kind);
        c.eta = 0, c.weight_decay = 0;
        if (kind) w[1] = 5; /* SGD looks at gradients only */
        memcpy(keep, w, sizeof w), memcpy(kept, wd, sizeof wd);
        if (kind == LPL_OPTIM_SGD) g[0] = FLT_MAX, gd[0] = DBL_MAX;
        OK(lpl_optim_step(&c, w, kind ? m : NULL, kind == LPL_OPTIM_ADAM ? v : NULL, g, 3, 1));
        OK(lpl_optim_step_f64(&c, wd, kind ? md : NULL, kind == LPL_OPTIM_ADAM ? vd : NULL, gd, 3, 1));
        ck_assert_mem_eq(w, keep, sizeof w);
        ck_assert_mem_eq(wd, kept, sizeof wd);
        g[2] = NAN;
        FAILS(lpl_optim_step(&c, w, kind ? m : NULL, kind == LPL_OPTIM_ADAM ? v : NULL, g, 3, 2), LPL_E_NONFINITE,
              "g[2]");
    }
}
END_TEST

int main(void) {
    testing_seed("test_optim", 20261124);
    Suite *s = suite_create("optim");
    TCase *t = tcase_create("all");
    tcase_add_test(t, formulas);
    tcase_add_test(t, variants_same_bits);
    tcase_add_test(t, moments_settle_at_zero);
    tcase_add_test(t, settling_changes_no_other_bit);
    tcase_add_test(t, variants_settle_alike);
    tcase_add_test(t, divergence_is_refused);
    tcase_add_test(t, diverging_run_keeps_the_last_good_state);
    tcase_add_test(t, eta_zero_writes_no_parameter);
    tcase_add_test(t, schedule);
    tcase_add_test(t, bad_input);
    suite_add_tcase(s, t);
    return testing_run(s);
}
