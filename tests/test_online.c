/* tests/test_online.c - the stream step: against the formula written out, modes, threads, variants, non-finite units,
 * bad input. */
#include "common/testing.h"

static lpl_layer_config_t stream_config(size_t n, size_t m, int32_t dtype) {
    lpl_layer_config_t c;
    OK(lpl_layer_config_init(&c, sizeof c));
    OK(lpl_layer_preset(&c, LPL_PRESET_STREAM));
    c.n_pre = n, c.n_post = m, c.dtype = dtype, c.tau_mean = 30, c.tau_sigma2 = 20, c.eta = 0.02, c.weight_decay = 0.01;
    return c;
}

static double f(int kind, double a) {
    switch (kind) {
    case LPL_ACT_TANH: return tanh(a);
    case LPL_ACT_RELU: return a > 0 ? a : 0;
    case LPL_ACT_GELU: return a * erfc(-a / sqrt(2)) / 2;
    case LPL_ACT_SILU: return a / (1 + exp(-a));
    default: return a;
    }
}
static double fprime(int kind, double a) {
    const double s = 1 / (1 + exp(-a));
    switch (kind) {
    case LPL_ACT_TANH: return 1 - tanh(a) * tanh(a);
    case LPL_ACT_RELU: return a > 0;
    case LPL_ACT_GELU: return erfc(-a / sqrt(2)) / 2 + a * exp(-a * a / 2) / sqrt(2 * acos(-1));
    case LPL_ACT_SILU: return s + a * s * (1 - s);
    default: return 1;
    }
}

/* One neuron at a time, as in theory 1.4, with the erratum's lateral term: everything written out again, in double. */
START_TEST(against_the_formula) {
    for (int round = 0; round < 40; round++) {
        const size_t n = testing_size(1, 40), M = testing_size(1, 20);
        lpl_layer_config_t c = stream_config(n, M, LPL_F64);
        c.activation =
            (const int32_t[]){LPL_ACT_TANH, LPL_ACT_RELU, LPL_ACT_LINEAR, LPL_ACT_GELU, LPL_ACT_SILU}[round % 5];
        c.decorr = round % 2 ? 0.7 : 0, c.norm = round / 2 % 2, c.form = round / 4 % 2, c.optim = round / 8 % 3,
        c.pull = 0.9, c.push = 1.3;
        c.rule = round >= 30 ? (int32_t)testing_size(1, 5) : LPL_RULE_LPL, c.seed = 5;
        c.theta_init = 0.5, c.tau_theta = 7;
        lpl_layer_t *l;
        OK(lpl_layer_create(&c, &l));
        double *w = malloc(M * n * 8), bias[20], *m1 = calloc(M * (n + 1), 8), *m2 = calloc(M * (n + 1), 8),
               mean[20] = {0}, var[20], theta[20];
        double cov[400] = {0}, prev[20], z[20], slope[20], got[20];
        OK(lpl_layer_read_f64(l, w, M * n, LPL_STATE_WEIGHTS));
        OK(lpl_layer_read_f64(l, bias, M, LPL_STATE_BIAS));
        for (size_t i = 0; i < M; i++) var[i] = cov[i * M + i] = 1, theta[i] = 0.5;
        const double km = 1 - exp(-1.0 / 30), ks = 1 - exp(-1.0 / 20), N = c.norm == LPL_NORM_LAYER ? (double)M : 1,
                     twice = c.form ? 2 : 1;
        const double beta = M > 1 ? 4 / ((double)M - 1) : 0;
        for (int t = 1; t <= 25; t++) {
            double *x = testing_doubles(n), dev[20], want_pull = 0, want_push = 0;
            for (size_t i = 0; i < M; i++) {
                double a = bias[i];
                for (size_t j = 0; j < n; j++) a += w[i * n + j] * x[j];
                z[i] = f(c.activation, a);
                slope[i] = fprime(c.activation, a);
                mean[i] += (z[i] - mean[i]) * km;
                dev[i] = z[i] - mean[i];
                var[i] += (dev[i] * dev[i] - var[i]) * ks;
                if (t > 1) want_pull += (z[i] - prev[i]) * (z[i] - prev[i]) / (double)M;
                want_push -= log(var[i] + c.eps) / (double)M;
            }
            if (c.decorr > 0)
                for (size_t k = 0; k < M * M; k++) cov[k] += (dev[k / M] * dev[k % M] - cov[k]) * ks;
            for (size_t i = 0; i < M; i++) {
                double d = 0, diff = t > 1 ? z[i] - prev[i] : 0, own = 0;
                if (c.rule == LPL_RULE_LPL) {
                    d = twice * (-c.pull * diff + c.push * dev[i] / (var[i] + c.eps)) / N;
                    for (size_t k = 0; k < M; k++)
                        if (k != i) d -= c.decorr * beta / N * cov[i * M + k] * dev[k];
                } else if (c.rule == LPL_RULE_HEBB) {
                    d = z[i];
                } else if (c.rule == LPL_RULE_HEBB_COVARIANCE) {
                    d = dev[i];
                } else if (c.rule == LPL_RULE_OJA) {
                    d = z[i], own = z[i] * z[i];
                } else if (c.rule == LPL_RULE_BCM) {
                    d = z[i] * (z[i] - theta[i]);
                    theta[i] += (z[i] * z[i] - theta[i]) / 7;
                } else {
                    d = -diff;
                }
                d *= slope[i];
                for (size_t j = 0; j <= n; j++) { /* j = n: the bias, without decay */
                    double *p = j < n ? &w[i * n + j] : &bias[i], *a = &m1[i * (n + 1) + j], *b = &m2[i * (n + 1) + j];
                    double g = -d * (j < n ? x[j] : 1) + (j < n ? (c.weight_decay + own) * *p : 0);
                    if (c.optim == LPL_OPTIM_SGD) {
                        *p -= c.eta * g;
                    } else if (c.optim == LPL_OPTIM_MOMENTUM) {
                        *a = c.momentum * *a + g;
                        *p -= c.eta * *a;
                    } else {
                        *a += (g - *a) * 0.1;
                        *b = 0.999 * *b + 0.001 * g * g;
                        *p -= c.eta / (1 - pow(0.9, t)) * *a / (sqrt(*b / (1 - pow(0.999, t))) + 1e-8);
                    }
                }
            }
            lpl_report_t r;
            OK(lpl_report_init(&r, sizeof r));
            OK(lpl_update_online_f64(l, got, &r, x));
            for (size_t i = 0; i < M; i++) CLOSE(got[i], z[i], 1e-6, 1);
            CLOSE(r.pull, want_pull, 1e-6, 1 + want_pull);
            CLOSE(r.push, want_push, 1e-6, 1 + fabs(want_push));
            memcpy(prev, z, sizeof prev);
            free(x);
        }
        double *w2 = malloc(M * n * 8), v2[20];
        OK(lpl_layer_read_f64(l, w2, M * n, LPL_STATE_WEIGHTS));
        OK(lpl_layer_read_f64(l, v2, M, LPL_STATE_SIGMA2));
        const double tol =
            c.optim == LPL_OPTIM_ADAM ? 1e-6 : 1e-11; /* Adam: elements whose gradient is rounding noise */
        for (size_t k = 0; k < M * n; k++) CLOSE(w2[k], w[k], tol, 1 + fabs(w[k]));
        for (size_t i = 0; i < M; i++) CLOSE(v2[i], var[i], tol, 1 + var[i]);
        free(w), free(w2), free(m1), free(m2), lpl_layer_destroy(l);
    }
}
END_TEST

/* The same bits for any number of threads and in every instruction set, with and without decorrelation. */
START_TEST(same_bits) {
    const size_t n = 300, M = 150;
    for (int with = 0; with < 2; with++) {
        float *ref = NULL, *x = testing_floats(20 * n);
        for (int32_t isa = LPL_ISA_REF; isa <= LPL_ISA_AVX512; isa++)
            for (int threads = 1; threads <= 3; threads++) {
                lpl_layer_config_t c = stream_config(n, M, LPL_F32);
                c.isa = isa, c.threads = threads, c.decorr = with, c.activation = LPL_ACT_TANH;
                lpl_layer_t *l;
                if (lpl_layer_create(&c, &l) == LPL_E_UNSUPPORTED) continue;
                for (int t = 0; t < 20; t++) OK(lpl_update_online(l, NULL, NULL, x + (size_t)t * n));
                float *w = malloc(M * n * 4);
                OK(lpl_layer_read(l, w, M * n, LPL_STATE_WEIGHTS));
                if (ref) {
                    ck_assert_msg(memcmp(w, ref, M * n * 4) == 0, "isa %d, threads %d, decorr %d", (int)isa, threads,
                                  with);
                    free(w);
                } else {
                    ref = w;
                }
                lpl_layer_destroy(l);
            }
        free(ref), free(x);
    }
}
END_TEST

/* Batch 1 through lpl_update and through the stream step: the same step up to rounding. */
START_TEST(batch_of_one_agrees) {
    const size_t n = 50, M = 30;
    lpl_layer_config_t c = stream_config(n, M, LPL_F64);
    c.decorr = 1, c.activation = LPL_ACT_TANH;
    lpl_layer_t *a, *b;
    OK(lpl_layer_create(&c, &a));
    OK(lpl_layer_create(&c, &b));
    for (int t = 0; t < 30; t++) {
        double *x = testing_doubles(n);
        OK(lpl_update_online_f64(a, NULL, NULL, x));
        OK(lpl_update_f64(b, NULL, NULL, 0, x, n, 1));
        free(x);
    }
    double *wa = malloc(M * n * 8), *wb = malloc(M * n * 8);
    OK(lpl_layer_read_f64(a, wa, M * n, LPL_STATE_WEIGHTS));
    OK(lpl_layer_read_f64(b, wb, M * n, LPL_STATE_WEIGHTS));
    for (size_t k = 0; k < M * n; k++) CLOSE(wa[k], wb[k], 1e-12, 1);
    free(wa), free(wb), lpl_layer_destroy(a), lpl_layer_destroy(b);
}
END_TEST

/* A unit whose response is infinite is named and left alone; the others make their step (without decorrelation), or
 * nothing moves. */
START_TEST(nonfinite_units) {
    const size_t n = 4, M = 130;
    for (int with = 0; with < 2; with++) {
        lpl_layer_config_t c = stream_config(n, M, LPL_F32);
        c.decorr = with, c.label = 7;
        lpl_layer_t *l;
        OK(lpl_layer_create(&c, &l));
        float *w = malloc(M * n * 4), *w2 = malloc(M * n * 4), z[130], x[4] = {1, 2, 3, 4}, m[130];
        OK(lpl_update_online(l, z, NULL, x));
        OK(lpl_layer_read(l, w, M * n, LPL_STATE_WEIGHTS));
        w[70 * n] = w[99 * n + 1] = 3e38f;
        OK(lpl_layer_write(l, w, M * n, LPL_STATE_WEIGHTS));
        x[0] = x[1] = 100;
        FAILS(lpl_update_online(l, z, NULL, x), LPL_E_NONFINITE, "layer 7, unit 70, step 2");
        ck_assert(strstr(lpl_last_error(), "2 units in all"));
        OK(lpl_layer_read(l, w2, M * n, LPL_STATE_WEIGHTS));
        OK(lpl_layer_read(l, m, M, LPL_STATE_MEAN));
        for (size_t i = 0; i < M; i++) {
            const int moved = memcmp(w + i * n, w2 + i * n, n * 4) != 0;
            ck_assert_msg(moved == (!with && i != 70 && i != 99), "unit %zu", i);
            ck_assert(isfinite(m[i]));
        }
        w2[70 * n] = w2[99 * n + 1] = 0; /* repaired: goes on */
        OK(lpl_layer_write(l, w2, M * n, LPL_STATE_WEIGHTS));
        OK(lpl_update_online(l, z, NULL, x));
        for (size_t i = 0; i < M; i++) ck_assert(isfinite(z[i]));
        free(w), free(w2), lpl_layer_destroy(l);
    }
}
END_TEST

START_TEST(long_run_stays_finite) {
    lpl_layer_config_t c = stream_config(8, 4, LPL_F32);
    c.activation = LPL_ACT_TANH, c.decorr = 0.1, c.eta = 1e-2, c.weight_decay = 1e-2;
    lpl_layer_t *l;
    OK(lpl_layer_create(&c, &l));
    float x[8], z[4];
    lpl_report_t r;
    OK(lpl_report_init(&r, sizeof r));
    double slow = 0;
    for (int t = 0; t < 100000; t++) {
        slow = 0.99 * slow + 0.1 * testing_real();
        for (int j = 0; j < 8; j++) x[j] = (float)(testing_real() + (j < 4 ? slow : 0));
        const lpl_status_t s = lpl_update_online(l, z, t % 1000 ? NULL : &r, x);
        ck_assert(s == LPL_OK);
    }
    ck_assert(isfinite(r.total) && r.n_collapsed == 0 && r.step == 99001);
    lpl_layer_destroy(l);
}
END_TEST

START_TEST(bad_input) {
    lpl_layer_config_t c = stream_config(4, 3, LPL_F32);
    lpl_layer_t *l;
    float x[8] = {0}, z[3];
    double d[4] = {0};
    OK(lpl_layer_create(&c, &l));
    FAILS(lpl_update_online(NULL, z, NULL, x), LPL_E_NULL, "l");
    FAILS(lpl_update_online(l, z, NULL, NULL), LPL_E_NULL, "x");
    FAILS(lpl_update_online(l, x + 1, NULL, x), LPL_E_OVERLAP, "z");
    FAILS(lpl_update_online_f64(l, d, NULL, d), LPL_E_DTYPE, "float32");
    lpl_report_t r = {0};
    FAILS(lpl_update_online(l, z, &r, x), LPL_E_ARG, "report");
    lpl_layer_destroy(l);
    c.batch_max = 2;
    OK(lpl_layer_create(&c, &l));
    OK(lpl_update(l, NULL, NULL, 0, x, 4, 2));
    FAILS(lpl_update_online(l, z, NULL, x), LPL_E_ORDER, "2 rows");
    OK(lpl_layer_forget(l));
    OK(lpl_update_online(l, z, NULL, x));
    lpl_layer_destroy(l);
    c.pair = LPL_PAIR_SYMMETRIC;
    OK(lpl_layer_create(&c, &l));
    FAILS(lpl_update_online(l, z, NULL, x), LPL_E_ORDER, "CAUSAL");
    lpl_layer_destroy(l);
}
END_TEST

int main(void) {
    testing_seed("test_online", 20261124);
    Suite *s = suite_create("online");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, against_the_formula);
    tcase_add_test(t, same_bits);
    tcase_add_test(t, batch_of_one_agrees);
    tcase_add_test(t, nonfinite_units);
    tcase_add_test(t, long_run_stays_finite);
    tcase_add_test(t, bad_input);
    suite_add_tcase(s, t);
    return testing_run(s);
}
