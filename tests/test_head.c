/* tests/test_head.c - gradients that are zero in theory: a float32 layer and the float64 layer with the same weights
 * take the same steps of Adam, on every instruction set. Each such gradient (of a bias where every unit is active, of
 * a head's parameters behind it) is a sum that cancels; what rounding leaves of it Adam blows up to a step of eta. */
#include "common/testing.h"

enum { STEPS = 4, PARTS = 6, SHAKEN = 4 };
/* By how much shaken inputs are off: above the rounding of a float32 gradient. */
#define SHAKE 0x1p-18
static const int32_t part[PARTS] = {LPL_STATE_WEIGHTS, LPL_STATE_BIAS,    LPL_STATE_HEAD_W1,
                                    LPL_STATE_HEAD_B1, LPL_STATE_HEAD_W2, LPL_STATE_HEAD_B2};
static const char *const name[PARTS] = {"weights", "biases", "W1", "b1", "W2", "b2"};

/* Numbers compared, and those of them whose gradients were near zero by chance, in all runs but those that crossed a
 * kink (few_by_chance). */
static size_t compared, by_chance, runs, crossed;

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

/* The float64 layers get the float32 layer's parameters; biases are first raised by `shift`, so that more units are
 * always active. */
static void same_start(lpl_layer_t *f, lpl_layer_t *d[1 + SHAKEN], const size_t length[PARTS], double shift) {
    for (int p = 0; p < PARTS; p++) {
        if (length[p] == 0) continue;
        float *a = malloc(length[p] * sizeof *a);
        double *b = malloc(length[p] * sizeof *b);
        OK(lpl_layer_read(f, a, length[p], part[p]));
        for (size_t k = 0; k < length[p]; k++) a[k] += (float)(p % 2 ? shift : 0), b[k] = (double)a[k];
        OK(lpl_layer_write(f, a, length[p], part[p]));
        for (int j = 0; j <= SHAKEN; j++) OK(lpl_layer_write_f64(d[j], b, length[p], part[p]));
        free(a), free(b);
    }
}

/* Inputs of the layer d[j]: the plain ones, or shaken; 2 and 4 as 1 and 3 with the other sign. */
static void shake(double *y, const float *x, double *r, size_t n, int j) {
    for (size_t k = 0; k < n; k++) {
        if (j % 2) r[k] = SHAKE * testing_real();
        y[k] = (double)x[k] * (j == 0 ? 1 : j % 2 ? 1 + r[k] : 1 - r[k]);
    }
}

static void step(lpl_layer_t *f, lpl_layer_t *d[1 + SHAKEN], size_t n, size_t batch) {
    float *x0 = testing_floats(batch * n), *x1 = testing_floats(batch * n);
    double *y0 = malloc(batch * n * 8), *y1 = malloc(batch * n * 8), *r = malloc(2 * batch * n * 8);
    for (size_t k = 0; k < batch * n; k++) x1[k] = x0[k] + 0.3f * x1[k];
    OK(lpl_update(f, NULL, x0, n, x1, n, batch));
    for (int j = 0; j <= SHAKEN; j++) {
        shake(y0, x0, r, batch * n, j), shake(y1, x1, r + batch * n, batch * n, j);
        OK(lpl_update_f64(d[j], NULL, y0, n, y1, n, batch));
    }
    free(x0), free(x1), free(y0), free(y1), free(r);
}

/* A response within rounding of a kink (relu's, or of two equal winners of a pool) lies on different sides in the two
 * layers, and all weights of its channel get another gradient. What is behind it hardly feels that. So weights and
 * biases in front of kinks are not compared. A gradient may also be near zero by chance, and then Adam's step has the
 * sign of rounding: there the shaken layers differ from the plain one too, and by as much the layers may. Zero in
 * theory is zero for the shaken ones as well. */
static void compare(const lpl_layer_t *f, lpl_layer_t *d[1 + SHAKEN], const size_t length[PARTS],
                    const lpl_layer_config_t *c) {
    const int kinks = c->activation == LPL_ACT_RELU || c->activation == LPL_ACT_LEAKY_RELU || c->pool > 1;
    const double tolerance = STEPS * 10 * c->eta * 1e-3;
    size_t all = 0, chance = 0;
    for (int p = 0; p < PARTS; p++) {
        if (length[p] == 0 || (p == 0 && kinks) || (p == 1 && kinks && c->sees == LPL_SEES_HEAD)) continue;
        float *a = malloc(length[p] * sizeof *a);
        double *b = malloc(length[p] * sizeof *b), *e = malloc(length[p] * sizeof *e);
        double *spread = calloc(length[p], sizeof *spread);
        OK(lpl_layer_read(f, a, length[p], part[p]));
        OK(lpl_layer_read_f64(d[0], b, length[p], part[p]));
        for (int j = 1; j <= SHAKEN; j++) {
            OK(lpl_layer_read_f64(d[j], e, length[p], part[p]));
            for (size_t k = 0; k < length[p]; k++) spread[k] = fmax(spread[k], fabs(e[k] - b[k]));
        }
        for (size_t k = 0; k < length[p]; k++) {
            const double off = fabs((double)a[k] - b[k]);
            ck_assert_msg(off <= tolerance + 2 * spread[k],
                          "isa %d, sees %d, activation %d, %zu units: %s %zu of %zu off by %g, shaken by %g",
                          (int)c->isa, (int)c->sees, (int)c->activation, (size_t)c->n_post, name[p], k, length[p], off,
                          spread[k]);
            all++, chance += 2 * spread[k] > tolerance;
        }
        free(a), free(b), free(e), free(spread);
    }
    runs++;
    if (chance * 100 > all)
        crossed++;
    else
        compared += all, by_chance += chance;
}

static void run(lpl_layer_config_t *c, double shift) {
    lpl_layer_t *f, *d[1 + SHAKEN];
    const lpl_status_t status = lpl_layer_create(c, &f);
    if (status == LPL_E_UNSUPPORTED) return; /* this CPU has no such instruction set */
    OK(status);
    c->dtype = LPL_F64;
    for (int j = 0; j <= SHAKEN; j++) OK(lpl_layer_create(c, &d[j]));
    size_t length[PARTS];
    lengths(length, f, c);
    same_start(f, d, length, shift);
    for (int t = 0; t < STEPS; t++) step(f, d, parameter(f, LPL_PARAM_N_PRE), (size_t)c->batch_max);
    compare(f, d, length, c);
    lpl_layer_destroy(f);
    for (int j = 0; j <= SHAKEN; j++) lpl_layer_destroy(d[j]);
}

/* Chance must leave nearly all to the tolerance alone. Two kinds of it: single numbers whose gradient is near zero (of
 * 11 million numbers 1 in 100 000), and, in a run with a head, a hidden unit whose response changes its sign in one of
 * the shaken layers: all weights in front of it then differ, up to a fifth of the run's numbers. That is one event a
 * run, however many numbers it moves: it was seen in 12 of 4800 runs, so four in 48 come once in 100 000 times. */
static void few_by_chance(void) {
    ck_assert_msg(compared > 10000 && by_chance * 1000 < compared, "%zu of %zu numbers near zero by chance", by_chance,
                  compared);
    ck_assert_msg(crossed <= 3, "shaken layers differ much in %zu of %zu runs", crossed, runs);
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
    c->channels = (uint32_t)testing_size(1, 9), c->height = (uint32_t)testing_size(4, 9),
    c->width = (uint32_t)testing_size(4, 9);
    c->pool = (uint32_t)testing_size(1, 2), c->stride = (uint32_t)testing_size(1, 2);
    if (c->stride == 2) c->pool = 1;
}

START_TEST(head) {
    const int rounds = testing_rounds("head", 48, 18);
    for (int round = 0; round < rounds; round++) {
        lpl_layer_config_t c = config(round);
        convolution(&c);
        c.sees = LPL_SEES_HEAD, c.head_hidden = (uint32_t)testing_size(2, 60),
        c.head_out = (uint32_t)testing_size(2, 40);
        run(&c, round % 4 == 3 ? 1 : 0);
    }
    few_by_chance();
}
END_TEST

/* Biases of dense layers and of convolutions that learn from every position. */
START_TEST(biases) {
    const int rounds = testing_rounds("biases", 54, 18);
    for (int round = 0; round < rounds; round++) {
        lpl_layer_config_t c = config(round);
        if (round / 9 % 2) {
            convolution(&c);
            c.sees = LPL_SEES_POSITIONS, c.batch_max = testing_size(4, 16);
        } else
            c.n_pre = testing_size(2, 60);
        if (c.activation == LPL_ACT_RELU && round % 4 < 2) c.activation = LPL_ACT_LEAKY_RELU;
        run(&c, round % 4 == 3 ? 3 : 0);
    }
    few_by_chance();
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
