/* tests/test_firstupdate.c - the check that programs make of a first update (examples/worlds/firstupdate.h): 1 for
 * layers that learn by LPL, not for those that do something else. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "worlds/condition.h"
#include "worlds/firstupdate.h"
#include "common/testing.h"

enum { N = 20, M = 6, B = 32, SIDE = 32, PIXELS = 3 * SIDE * SIDE, NETS_B = 16 };

/* Rows of x1 are those of x0, a little changed. */
static void draw(float *x0, float *x1, size_t n) {
    for (size_t k = 0; k < n; k++) x0[k] = (float)(2 * testing_real()), x1[k] = x0[k] + (float)(0.5 * testing_real());
}

static lpl_layer_config_t config(int32_t pair, int32_t optim) {
    lpl_layer_config_t c;
    OK(lpl_layer_config_init(&c, sizeof c));
    OK(lpl_layer_preset(&c, LPL_PRESET_REFERENCE));
    c.n_pre = N, c.n_post = M, c.batch_max = B, c.pair = pair, c.optim = optim, c.seed = testing_bits() >> 1;
    c.pull = 1.5, c.push = 0.8;
    return c;
}

static firstupdate_t of(const lpl_layer_config_t *c) {
    float x0[B * N], x1[B * N];
    lpl_layer_t *l;
    draw(x0, x1, B * N);
    OK(lpl_layer_create(c, &l));
    const firstupdate_t f = firstupdate_layer(l, c->pair == LPL_PAIR_SYMMETRIC, x0, x1, N, B);
    lpl_layer_destroy(l);
    return f;
}

/* Loop: pair form, optimiser, activation. */
START_TEST(layers_that_learn_by_it) {
    lpl_layer_config_t c = config(_i % 2, _i / 2 % 2 ? LPL_OPTIM_ADAM : LPL_OPTIM_SGD);
    c.activation = _i / 4 ? LPL_ACT_LINEAR : LPL_ACT_RELU;
    if (c.activation == LPL_ACT_LINEAR) c.bias = 0;
    const firstupdate_t f = of(&c);
    CLOSE(f.slope, 1, 0.01, 1);
    CLOSE(f.loss, 1, 1e-4, 1);
    CLOSE(f.scale, 1, 1e-4, 1);
    ck_assert_int_eq(f.adam, c.optim == LPL_OPTIM_ADAM);
    CLOSE(f.step, 1, 1e-4, 1);
    ck_assert(f.strangers > 0 && f.strangers < 0.5);
}
END_TEST

static void are_told(const lpl_layer_config_t *c) {
    const firstupdate_t f = of(c);
    ck_assert(fabs(f.slope - 1) > 2 * FIRSTUPDATE_TOLERANCE);
    ck_assert(fabs(f.scale - 1) > 0.02);
}

/* Terms of another form: what an error in one of them would look like. */
START_TEST(layers_that_do_not) {
    lpl_layer_config_t c = config(_i % 2, _i / 2 ? LPL_OPTIM_ADAM : LPL_OPTIM_SGD);
    c.push_form = LPL_PUSH_NAIVE;
    are_told(&c);
    c.push_form = LPL_PUSH_HINGE;
    are_told(&c);
    c.push_form = LPL_PUSH_LOGVAR, c.form = LPL_FORM_ERRATUM;
    are_told(&c);
    c.form = LPL_FORM_REFERENCE, c.norm = LPL_NORM_NEURON;
    are_told(&c);
}
END_TEST

/* Every condition that is trained on that loss, pooled and at every position. */
START_TEST(networks) {
    static const int of_these[] = {CONDITION_LPL,       CONDITION_PRED_OFF, CONDITION_HEBB_OFF,  CONDITION_NO_BIAS,
                                   CONDITION_POSITIONS, CONDITION_CAUSAL,   CONDITION_DECORR_OFF};
    vgg_t v = condition_vgg(of_these[_i], SIDE, NETS_B, 1e-3);
    v.divide = 16, v.seed = testing_bits() >> 1;
    float *x0 = malloc(NETS_B * PIXELS * sizeof *x0), *x1 = malloc(NETS_B * PIXELS * sizeof *x1);
    draw(x0, x1, NETS_B * PIXELS);
    const firstupdate_t f = firstupdate_vgg(&v, x0, x1);
    CLOSE(f.slope, 1, FIRSTUPDATE_TOLERANCE, 1);
    CLOSE(f.loss, 1, 1e-3, 1);
    CLOSE(f.scale, 1, 1e-3, 1);
    CLOSE(f.step, 1, 1e-3, 1);
    free(x0), free(x1);
}
END_TEST

int main(void) {
    testing_seed("firstupdate", 31);
    Suite *suite = suite_create("firstupdate");
    TCase *tests = tcase_create("firstupdate");
    suite_add_tcase(suite, tests);
    tcase_add_loop_test(tests, layers_that_learn_by_it, 0, 8);
    tcase_add_loop_test(tests, layers_that_do_not, 0, 4);
    tcase_add_loop_test(tests, networks, 0, 7);
    return testing_run(suite);
}
