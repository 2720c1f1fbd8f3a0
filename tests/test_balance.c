/* tests/test_balance.c - the balance of layers that have learned (examples/worlds/balance.h): 1 at rest, whatever the
 * terms, and not 1 for a layer whose responses are too large or whose push is of another form. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "worlds/balance.h"
#include "common/testing.h"

enum { N = 12, M = 4, B = 64, STEPS = 3000 };

/* Inputs of x1 are those of x0, the later ones the more changed. */
static void draw(float *x0, float *x1) {
    for (size_t k = 0; k < (size_t)B * N; k++) {
        x0[k] = (float)(2 * testing_real() - 1);
        x1[k] = x0[k] + (float)((0.5 + (double)(k % N) / N) * (2 * testing_real() - 1));
    }
}

/* Balance after learning with these settings; all weights times `by` before it is looked for. */
static double learned(const lpl_layer_config_t *c, double by) {
    const bool symmetric = c->pair == LPL_PAIR_SYMMETRIC;
    float x0[B * N], x1[B * N], w[N * M];
    balance_t b = {0, 0};
    lpl_layer_t *l;
    OK(lpl_layer_create(c, &l));
    draw(x0, x1); /* one batch, over and over: no noise is left at the end */
    for (int t = 0; t < STEPS; t++) {
        OK(lpl_layer_set(l, LPL_PARAM_ETA, c->eta * pow(0.01, (double)t / STEPS)));
        OK(lpl_update(l, NULL, x0, N, x1, N, B));
    }
    OK(lpl_layer_read(l, w, N * M, LPL_STATE_WEIGHTS));
    for (size_t k = 0; k < N * M; k++) w[k] = (float)(by * (double)w[k]);
    OK(lpl_layer_write(l, w, N * M, LPL_STATE_WEIGHTS));
    for (int t = 0; t < 2; t++) balance_add(&b, l, symmetric, x0, x1, N, B);
    lpl_layer_destroy(l);
    return balance_of(&b);
}

static lpl_layer_config_t config(int32_t pair) {
    lpl_layer_config_t c;
    OK(lpl_layer_config_init(&c, sizeof c));
    OK(lpl_layer_preset(&c, LPL_PRESET_REFERENCE));
    c.n_pre = N, c.n_post = M, c.batch_max = B, c.pair = pair, c.bias = 0, c.seed = testing_bits() >> 1;
    c.activation = LPL_ACT_LINEAR, c.eta = 0.03;
    return c;
}

/* Loop: pair form, coefficients. */
START_TEST(at_rest) {
    lpl_layer_config_t c = config(_i % 2);
    if (_i / 2 == 1) c.pull = 2, c.push = 0.5, c.decorr = 1;
    if (_i / 2 == 2) c.pull = 0, c.weight_decay = 0.1;
    CLOSE(learned(&c, 1), 1, 0.15, 1);
    ck_assert(learned(&c, 1.4) > 1.4);
}
END_TEST

START_TEST(another_push) {
    lpl_layer_config_t c = config(_i);
    c.push_form = LPL_PUSH_HINGE;
    ck_assert(fabs(learned(&c, 1) - 1) > 0.25);
}
END_TEST

int main(void) {
    testing_seed("balance", 33);
    Suite *suite = suite_create("balance");
    TCase *tests = tcase_create("balance");
    suite_add_tcase(suite, tests);
    tcase_add_loop_test(tests, at_rest, 0, 6);
    tcase_add_loop_test(tests, another_push, 0, 2);
    return testing_run(suite);
}
