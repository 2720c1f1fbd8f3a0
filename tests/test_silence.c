/* tests/test_silence.c - what inputs and units that have gone dark leave behind: moments, averages, covariances and
 * thresholds come to rest at exactly 0, never at denormal numbers, with which a step takes many times as long. */
#include <float.h>

#include "common/testing.h"

enum { N = 24, M = 12, B = 6 };

/* No denormal number among the n values of a state; returns how many are not 0. */
static size_t at_rest(const lpl_layer_t *l, int32_t dtype, int32_t state, size_t n) {
    double *x = malloc(n * sizeof *x);
    size_t left = 0;
    if (dtype == LPL_F64) {
        OK(lpl_layer_read_f64(l, x, n, state));
    } else {
        float *y = malloc(n * sizeof *y);
        OK(lpl_layer_read(l, y, n, state));
        for (size_t k = 0; k < n; k++) x[k] = (double)y[k];
        free(y);
    }
    for (size_t k = 0; k < n; k++) {
        ck_assert_msg(x[k] == 0 || fabs(x[k]) >= (dtype == LPL_F64 ? DBL_MIN : FLT_MIN), "dtype %d, state %d: %g",
                      (int)dtype, (int)state, x[k]);
        left += x[k] != 0;
    }
    free(x);
    return left;
}

static void feed(lpl_layer_t *l, const lpl_layer_config_t *c, int online, double scale) {
    double *x = testing_doubles(B * N);
    float *y = malloc(B * N * sizeof *y);
    for (size_t k = 0; k < B * N; k++) x[k] *= scale, y[k] = (float)x[k];
    if (online && c->dtype == LPL_F64)
        OK(lpl_update_online_f64(l, NULL, NULL, x));
    else if (online)
        OK(lpl_update_online(l, NULL, NULL, y));
    else if (c->dtype == LPL_F64)
        OK(lpl_update_f64(l, NULL, NULL, 0, x, N, B));
    else
        OK(lpl_update(l, NULL, NULL, 0, y, N, B));
    free(x), free(y);
}

START_TEST(layers) {
    for (int which = 0; which < 24; which++) {
        lpl_layer_config_t c;
        OK(lpl_layer_config_init(&c, sizeof c));
        const int online = which % 2, bcm = which / 2 % 2;
        c.n_pre = N, c.n_post = M, c.batch_max = B, c.dtype = which / 4 % 2 ? LPL_F64 : LPL_F32;
        c.bias = 0, c.stats = LPL_STATS_EWMA, c.tau_mean = c.tau_sigma2 = 2, c.tau_theta = 2, c.eta = 1e-3;
        c.decorr = bcm ? 0 : 1, c.rule = bcm ? LPL_RULE_BCM : LPL_RULE_LPL;
        c.optim = which / 8 == 0 ? LPL_OPTIM_SGD : which / 8 == 1 ? LPL_OPTIM_MOMENTUM : LPL_OPTIM_ADAM;
        c.beta2 = 0.9;
        lpl_layer_t *l = NULL;
        OK(lpl_layer_create(&c, &l));
        for (int t = 0; t < 10; t++) feed(l, &c, online, 1);
        for (int t = 0; t < 8000; t++) feed(l, &c, online, 0);
        ck_assert_uint_eq(at_rest(l, c.dtype, LPL_STATE_MEAN, M), 0);
        ck_assert_uint_eq(at_rest(l, c.dtype, LPL_STATE_SIGMA2, M), 0);
        if (bcm) ck_assert_uint_eq(at_rest(l, c.dtype, LPL_STATE_THETA, M), 0);
        if (c.optim != LPL_OPTIM_SGD) ck_assert_uint_eq(at_rest(l, c.dtype, LPL_STATE_OPTIM_M, M * N), 0);
        if (c.optim == LPL_OPTIM_ADAM) ck_assert_uint_eq(at_rest(l, c.dtype, LPL_STATE_OPTIM_V, M * N), 0);
        if (!bcm) ck_assert_uint_eq(at_rest(l, c.dtype, LPL_STATE_COVARIANCE, M * M), 0);
        lpl_layer_destroy(l);
    }
}
END_TEST

int main(void) {
    testing_seed("test_silence", 20261128);
    Suite *s = suite_create("silence");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, layers);
    suite_add_tcase(s, t);
    return testing_run(s);
}
