/* tests/test_optim.c - optimisers against their formulas, variants bit for bit, schedule, bad input. */
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
        double *w = testing_doubles(n), *v = calloc(n, 8), *m = calloc(n, 8), *want = malloc(n * 8), *a = calloc(n, 8), *b = calloc(n, 8);
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
            float *state[4] = {testing_floats(n), testing_floats(n), testing_floats(n), testing_floats(n)}, *a[3], *b[3];
            for (size_t k = 0; k < n; k++) state[2][k] = fabsf(state[2][k]);
            for (int q = 0; q < 3; q++) a[q] = malloc(4 * n + 4), b[q] = malloc(4 * n + 4), memcpy(a[q], state[q], 4 * n);
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

int main(void) {
    testing_seed("test_optim", 20261124);
    Suite *s = suite_create("optim");
    TCase *t = tcase_create("all");
    tcase_add_test(t, formulas);
    tcase_add_test(t, variants_same_bits);
    tcase_add_test(t, schedule);
    tcase_add_test(t, bad_input);
    suite_add_tcase(s, t);
    return testing_run(s);
}
