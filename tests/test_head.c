/* tests/test_head.c - gradients that are zero in theory: a float32 layer and the float64 layer with the same weights
 * take the same steps of Adam, on every instruction set. Each such gradient (of a bias where every unit is active, of
 * a head's parameters behind it) is a sum that cancels; what rounding leaves of it Adam blows up to a step of eta. */
#include "common/testing.h"

enum { STEPS = 4, PARTS = 6 };
static const int32_t part[PARTS] = {LPL_STATE_WEIGHTS, LPL_STATE_BIAS,    LPL_STATE_HEAD_W1,
                                    LPL_STATE_HEAD_B1, LPL_STATE_HEAD_W2, LPL_STATE_HEAD_B2};
static const char *const name[PARTS] = {"weights", "biases", "W1", "b1", "W2", "b2"};

static size_t parameter(const lpl_layer_t *l, int32_t which) {
    double v = 0;
    OK(lpl_layer_get(l, which, &v));
    return (size_t)v;
}

static void lengths(size_t length[PARTS], const lpl_layer_t *l, const lpl_layer_config_t *c) {
    const size_t M = (size_t)c->n_post, hidden = c->head_hidden, out = c->head_out;
    const size_t all[PARTS] = {M * parameter(l, LPL_PARAM_FAN_IN), M, hidden * M, hidden, out * hidden, out};
    memcpy(length, all, sizeof all);
}

/* The float64 layer gets the float32 layer's parameters; biases are first raised by `shift`, so that more units are
 * always active. */
static void same_start(lpl_layer_t *f, lpl_layer_t *d, const size_t length[PARTS], double shift) {
    for (int p = 0; p < PARTS; p++) {
        if (length[p] == 0) continue;
        float *a = malloc(length[p] * sizeof *a);
        double *b = malloc(length[p] * sizeof *b);
        OK(lpl_layer_read(f, a, length[p], part[p]));
        for (size_t k = 0; k < length[p]; k++) a[k] += (float)(p % 2 ? shift : 0), b[k] = (double)a[k];
        OK(lpl_layer_write(f, a, length[p], part[p]));
        OK(lpl_layer_write_f64(d, b, length[p], part[p]));
        free(a), free(b);
    }
}

static void step(lpl_layer_t *f, lpl_layer_t *d, size_t n, size_t batch) {
    float *x0 = testing_floats(batch * n), *x1 = testing_floats(batch * n);
    double *y0 = malloc(batch * n * 8), *y1 = malloc(batch * n * 8);
    for (size_t k = 0; k < batch * n; k++) {
        x1[k] = x0[k] + 0.3f * x1[k];
        y0[k] = (double)x0[k], y1[k] = (double)x1[k];
    }
    OK(lpl_update(f, NULL, x0, n, x1, n, batch));
    OK(lpl_update_f64(d, NULL, y0, n, y1, n, batch));
    free(x0), free(x1), free(y0), free(y1);
}

/* A response within rounding of a kink (relu's, or of two equal winners of a pool) lies on different sides in the two
 * layers, and all weights of its channel get another gradient. What is behind it hardly feels that. So weights and
 * biases in front of kinks are not compared. */
static void compare(const lpl_layer_t *f, const lpl_layer_t *d, const size_t length[PARTS], const lpl_layer_config_t *c) {
    const int kinks = c->activation == LPL_ACT_RELU || c->activation == LPL_ACT_LEAKY_RELU || c->pool > 1;
    for (int p = 0; p < PARTS; p++) {
        if (length[p] == 0 || (p == 0 && kinks) || (p == 1 && kinks && c->sees == LPL_SEES_HEAD)) continue;
        float *a = malloc(length[p] * sizeof *a);
        double *b = malloc(length[p] * sizeof *b);
        OK(lpl_layer_read(f, a, length[p], part[p]));
        OK(lpl_layer_read_f64(d, b, length[p], part[p]));
        for (size_t k = 0; k < length[p]; k++) {
            const double off = fabs((double)a[k] - b[k]);
            ck_assert_msg(off <= STEPS * 10 * c->eta * 1e-3, "isa %d, sees %d, activation %d, %zu units: %s %zu of %zu off by %g",
                          (int)c->isa, (int)c->sees, (int)c->activation, (size_t)c->n_post, name[p], k, length[p], off);
        }
        free(a), free(b);
    }
}

static void run(lpl_layer_config_t *c, double shift) {
    lpl_layer_t *f, *d;
    const lpl_status_t status = lpl_layer_create(c, &f);
    if (status == LPL_E_UNSUPPORTED) return; /* this CPU has no such instruction set */
    OK(status);
    c->dtype = LPL_F64;
    OK(lpl_layer_create(c, &d));
    size_t length[PARTS];
    lengths(length, f, c);
    same_start(f, d, length, shift);
    for (int t = 0; t < STEPS; t++) step(f, d, parameter(f, LPL_PARAM_N_PRE), (size_t)c->batch_max);
    compare(f, d, length, c);
    lpl_layer_destroy(f), lpl_layer_destroy(d);
}

static lpl_layer_config_t config(int round) {
    static const int32_t kinds[3] = {LPL_ACT_LINEAR, LPL_ACT_RELU, LPL_ACT_SOFTPLUS};
    lpl_layer_config_t c;
    OK(lpl_layer_config_init(&c, sizeof c));
    c.pair = LPL_PAIR_SYMMETRIC, c.form = LPL_FORM_REFERENCE, c.decorr = 10;
    c.optim = LPL_OPTIM_ADAM, c.eta = 1e-3, c.seed = testing_bits();
    c.isa = LPL_ISA_REF + round % 3, c.activation = kinds[round / 3 % 3];
    c.n_post = testing_size(2, 40), c.batch_max = testing_size(4, 48);
    c.weight_decay = round % 2 ? 1e-3 : 0;
    return c;
}

static void convolution(lpl_layer_config_t *c) {
    c->kind = LPL_LAYER_CONV2D;
    c->channels = (uint32_t)testing_size(1, 9), c->height = (uint32_t)testing_size(4, 9), c->width = (uint32_t)testing_size(4, 9);
    c->pool = (uint32_t)testing_size(1, 2), c->stride = (uint32_t)testing_size(1, 2);
    if (c->stride == 2) c->pool = 1;
}

START_TEST(head) {
    for (int round = 0; round < 48; round++) {
        lpl_layer_config_t c = config(round);
        convolution(&c);
        c.sees = LPL_SEES_HEAD, c.head_hidden = (uint32_t)testing_size(2, 60), c.head_out = (uint32_t)testing_size(2, 40);
        run(&c, round % 4 == 3 ? 1 : 0);
    }
}
END_TEST

/* Biases of dense layers and of convolutions that learn from every position. */
START_TEST(biases) {
    for (int round = 0; round < 54; round++) {
        lpl_layer_config_t c = config(round);
        if (round / 9 % 2) {
            convolution(&c);
            c.sees = LPL_SEES_POSITIONS, c.batch_max = testing_size(4, 16);
        } else
            c.n_pre = testing_size(2, 60);
        if (c.activation == LPL_ACT_RELU && round % 4 < 2) c.activation = LPL_ACT_LEAKY_RELU;
        run(&c, round % 4 == 3 ? 3 : 0);
    }
}
END_TEST

int main(void) {
    testing_seed("test_head", 20261128);
    Suite *s = suite_create("head");
    TCase *t = tcase_create("all");
    tcase_add_test(t, head);
    tcase_add_test(t, biases);
    suite_add_tcase(s, t);
    return testing_run(s);
}
