/* tests/test_activation.c - f and f': against twice the digits of double (common/wide.h), f' by finite differences,
 * special values, all variants. */
#include "common/testing.h"
#include "common/wide.h"

#include "activation/activation.h"
#include "activation/exp.h"
#include "core/cpu.h"

static const double p0_of[LPLI_ACTS] = {[LPL_ACT_LEAKY_RELU] = 0.01, [LPL_ACT_SATURATING] = 2},
                    p1_of[LPLI_ACTS] = {[LPL_ACT_SATURATING] = 80};

/* Phi(x): for |x| < 5 by the series 1/2 + phi(x) sum x^(2n+1) / (1 3 5 .. 2n+1), beyond by the continued fraction of
 * Mills' ratio. */
static wide_t normal(wide_t x) {
    const wide_t root = {0x1.40d931ff62706p+1, -0x1.a6a0d6f814637p-53}, /* sqrt(2 pi) */
        square = wide_mul(x, x), density = wide_div(wide_exp((wide_t){-square.hi / 2, -square.lo / 2}), root);
    if (fabs(x.hi) < 5) {
        wide_t term = x, sum = x;
        for (int n = 1; n < 120; n++) {
            term = wide_div(wide_mul(term, square), wide(2 * n + 1));
            sum = wide_add(sum, term);
        }
        return wide_add(wide(0.5), wide_mul(density, sum));
    }
    const wide_t s = x.hi < 0 ? wide_minus(x) : x;
    wide_t ratio = s;
    for (int n = 200; n > 0; n--) ratio = wide_add(s, wide_div(wide(n), ratio));
    const wide_t tail = wide_div(density, ratio);
    return x.hi < 0 ? tail : wide_sub(wide(1), tail);
}

static wide_t f(int kind, wide_t a, double p0, double p1) {
    switch (kind) {
    case LPL_ACT_RELU: return a.hi > 0 ? a : wide(0);
    case LPL_ACT_LEAKY_RELU: return a.hi > 0 ? a : wide_mul(wide(p0), a);
    case LPL_ACT_TANH: return wide_tanh(a);
    case LPL_ACT_SIGMOID: return wide_div(wide(1), wide_add(wide_exp(wide_minus(a)), wide(1)));
    case LPL_ACT_SOFTPLUS: return a.hi > 20 ? a : wide_log1p(wide_exp(a));
    case LPL_ACT_SATURATING: { /* theory 2.1 */
        const wide_t h = wide_sub(a, wide_product(3, p0)), r = h.hi < 0 ? wide(p0) : wide_sub(wide(p1), wide(p0));
        return wide_add(wide_mul(r, wide_tanh(wide_div(h, r))), wide(p0));
    }
    case LPL_ACT_GELU: return wide_mul(a, normal(a));
    case LPL_ACT_SILU: return wide_div(a, wide_add(wide_exp(wide_minus(a)), wide(1)));
    default: return a;
    }
}

START_TEST(values_and_derivatives) {
    for (int kind = LPL_ACT_LINEAR; kind < LPLI_ACTS; kind++)
        for (int k = 0; k < 4000; k++) {
            const double scale = kind == LPL_ACT_SATURATING ? 60 : 12, a = testing_real() * (k % 2 ? scale : 1e-3);
            const float a32 = (float)a;
            double z, fp;
            float z32, fp32;
            OK(lpl_activate_f64(&z, &fp, &a, 1, kind, p0_of[kind], p1_of[kind]));
            OK(lpl_activate(&z32, &fp32, &a32, 1, kind, p0_of[kind], p1_of[kind]));
            const double e = f(kind, wide(a), p0_of[kind], p1_of[kind]).hi,
                         e32 = f(kind, wide(a32), (float)p0_of[kind], p1_of[kind]).hi;
            const double floor64 = kind == LPL_ACT_SATURATING ? 80 : fabs(e); /* an offset is added: absolute there */
            const double far = kind == LPL_ACT_GELU   ? 2 * (1 + a * a)
                               : kind == LPL_ACT_SILU ? 2
                                                      : 1; /* exp(-a^2 / 2) of the rounded square */
            CLOSE(z, e, 4e-16 * far, floor64);
            CLOSE(z32, e32, 1.3e-7, kind == LPL_ACT_SATURATING ? 80 : fabs(e32));
            const double h = 0x1p-17;
            if (fabs(a) < 2 * h) continue; /* kinks */
            const wide_t above = f(kind, wide_sum(a, h), p0_of[kind], p1_of[kind]),
                         below = f(kind, wide_sum(a, -h), p0_of[kind], p1_of[kind]);
            const double slope = wide_sub(above, below).hi / (2 * h);
            CLOSE(fp, slope, 1e-8, 1);
            CLOSE(fp32, slope, 2e-6, 1);
        }
}
END_TEST

START_TEST(special_values) {
    for (int kind = LPL_ACT_LINEAR; kind < LPLI_ACTS; kind++) {
        const double a[6] = {NAN, INFINITY, -INFINITY, 1e300, -1e300, 0};
        double z[6], fp[6];
        OK(lpl_activate_f64(z, fp, a, 6, kind, p0_of[kind], p1_of[kind]));
        for (int k = 1; k < 6; k++) ck_assert_msg(isfinite(fp[k]), "kind %d: slope %g at %g", kind, fp[k], a[k]);
        if (kind == LPL_ACT_GELU || kind == LPL_ACT_SILU) {
            ck_assert(z[1] == INFINITY && z[2] == 0 && z[3] == 1e300 && z[4] == 0 && z[5] == 0);
            ck_assert(isnan(fp[0]) && fp[1] == 1 && fp[2] == 0 && fp[3] == 1 && fp[4] == 0 && fp[5] == 0.5);
        }
        ck_assert_msg(isnan(z[0]), "kind %d hides a NaN", kind);
        for (int k = 1; k < 6; k++) ck_assert_msg(!isnan(z[k]), "kind %d makes a NaN from %g", kind, a[k]);
        if (kind == LPL_ACT_TANH) ck_assert(z[1] == 1 && z[2] == -1 && z[3] == 1 && z[4] == -1 && z[5] == 0);
        if (kind == LPL_ACT_SIGMOID) ck_assert(z[1] == 1 && z[2] < 1e-300 && z[5] == 0.5);
        if (kind == LPL_ACT_RELU) ck_assert(z[1] == INFINITY && z[2] == 0);
    }
    const float zero = 0;
    float fp;
    OK(lpl_activate(NULL, &fp, &zero, 1, LPL_ACT_RELU, 0, 0));
    ck_assert(fp == 0); /* as the reference: f'(0) = 0 */
}
END_TEST

/* The library's own exp: error in units of the last place. */
START_TEST(exp_accuracy) {
    double worst[3] = {0};
    for (int k = 0; k < 200000; k++) {
        const double x = testing_real() * (k % 3 == 0 ? 700 : k % 3 == 1 ? 3 : 1e-4);
        const wide_t want[3] = {wide_exp(wide(x)), wide_expm1(wide(x)), wide_tanh(wide(x))};
        const double got[3] = {lpli_exp(x), lpli_expm1(x), lpli_tanh(x)};
        for (int q = 0; q < 3; q++) {
            const double ulp = fabs(want[q].hi) * 0x1p-52 + 0x1p-1074;
            worst[q] = fmax(worst[q], fabs(wide_sub(wide(got[q]), want[q]).hi / ulp));
        }
    }
    ck_assert_msg(worst[0] < 2 && worst[1] < 2 && worst[2] < 3, "exp %.2f, expm1 %.2f, tanh %.2f ulp", worst[0],
                  worst[1], worst[2]);
}
END_TEST

START_TEST(variants_same_bits) {
    for (int kind = LPL_ACT_LINEAR; kind < LPLI_ACTS; kind++)
        for (int round = 0; round < 20; round++) {
            const size_t rows = testing_size(1, 5), cols = testing_size(1, 70), ld = cols + testing_size(0, 2);
            const lpli_act_t act = {kind, p0_of[kind], p1_of[kind]};
            float *z = testing_floats(rows * ld), *bias = testing_floats(cols), *a = malloc(rows * ld * 4),
                  *b = malloc(rows * ld * 4), fa[70], fb[70], *ka = malloc(rows * ld * 4), *kb = malloc(rows * ld * 4);
            for (size_t k = 0; k < rows * ld; k++) z[k] *= 30;
            memcpy(a, z, rows * ld * 4);
            LPLI_PICK(LPL_ISA_REF, lpli_act_rows)(a, ld, ka, cols, bias, rows, cols, &act);
            LPLI_PICK(LPL_ISA_REF, lpli_fprime)(fa, a, cols, &act);
            for (int32_t isa = LPL_ISA_AVX2; isa <= lpli_isa_best(); isa++) {
                memcpy(b, z, rows * ld * 4);
                LPLI_PICK(isa, lpli_act_rows)(b, ld, kb, cols, bias, rows, cols, &act);
                LPLI_PICK(isa, lpli_fprime)(fb, a, cols, &act);
                ck_assert_msg(memcmp(a, b, rows * ld * 4) == 0, "kind %d isa %d", kind, (int)isa);
                ck_assert(memcmp(fa, fb, cols * 4) == 0 && memcmp(ka, kb, rows * cols * 4) == 0);
            }
            free(z), free(bias), free(a), free(b), free(ka), free(kb);
        }
}
END_TEST

START_TEST(bad_input) {
    float a[3] = {1, 2, 3}, z[3] = {7, 7, 7};
    FAILS(lpl_activate(z, NULL, NULL, 3, LPL_ACT_RELU, 0, 0), LPL_E_NULL, "a");
    FAILS(lpl_activate(z, NULL, a, 3, LPLI_ACTS, 0, 0), LPL_E_ARG, "activation");
    FAILS(lpl_activate(z, NULL, a, 3, -1, 0, 0), LPL_E_ARG, "activation");
    FAILS(lpl_activate(z, NULL, a, 3, LPL_ACT_LEAKY_RELU, 1.5, 0), LPL_E_ARG, "p0");
    FAILS(lpl_activate(z, NULL, a, 3, LPL_ACT_SATURATING, 2, 1), LPL_E_ARG, "p1");
    FAILS(lpl_activate(z, NULL, a, 3, LPL_ACT_SATURATING, NAN, 80), LPL_E_ARG, "p0");
    FAILS(lpl_activate(z, NULL, a, 3, LPL_ACT_SATURATING, 1e39, 1e40), LPL_E_ARG, "1e30"); /* infinity in float */
    FAILS(lpl_activate(z, NULL, a, 3, LPL_ACT_SATURATING, 1e-40, 80), LPL_E_ARG, "1e-30");
    FAILS(lpl_activate(z, NULL, a, (size_t)-3, LPL_ACT_RELU, 0, 0), LPL_E_SIZE, "a");
    FAILS(lpl_activate(a + 1, NULL, a, 2, LPL_ACT_RELU, 0, 0), LPL_E_OVERLAP, "z");
    FAILS(lpl_activate(z, z, a, 3, LPL_ACT_RELU, 0, 0), LPL_E_OVERLAP, "fprime");
    ck_assert(z[0] == 7 && z[1] == 7 && z[2] == 7);
    OK(lpl_activate(NULL, NULL, NULL, 0, LPL_ACT_RELU, 0, 0));
    OK(lpl_activate(a, NULL, a, 3, LPL_ACT_TANH, 0, 0)); /* in place */
    CLOSE(a[1], tanh(2), 1e-7, 1);
}
END_TEST

int main(void) {
    testing_seed("test_activation", 20261124);
    Suite *s = suite_create("activation");
    TCase *t = tcase_create("all");
    tcase_add_test(t, values_and_derivatives);
    tcase_add_test(t, special_values);
    tcase_add_test(t, exp_accuracy);
    tcase_add_test(t, variants_same_bits);
    tcase_add_test(t, bad_input);
    suite_add_tcase(s, t);
    return testing_run(s);
}
