/* tests/test_copy.c - lpl_layer_copy and a step count that is set. */
#include "common/testing.h"

enum { B = 6, SIDE = 4, WIDE = 20, CHANNELS = 3, UNITS = 5 };

/* What the tests vary; everything else is alike. */
typedef struct {
    int f64, optim, stats, sees, rule, pair, conv, bias;
    size_t height, batch;
} kind_t;

static lpl_layer_t *make(const kind_t *k, uint64_t seed) {
    lpl_layer_config_t c;
    lpl_layer_t *l = NULL;
    OK(lpl_layer_config_init(&c, sizeof c));
    c.dtype = k->f64 ? LPL_F64 : LPL_F32, c.n_post = UNITS, c.batch_max = k->batch, c.optim = k->optim,
    c.stats = k->stats;
    c.rule = k->rule, c.pair = k->pair, c.bias = k->bias, c.seed = seed, c.eta = 1e-2, c.activation = LPL_ACT_RELU,
    c.weight_decay = 1e-3;
    c.tau_mean = c.tau_sigma2 = 20, c.beta2 = 0.97, c.beta1 = 0.75;
    if (k->conv) {
        c.kind = LPL_LAYER_CONV2D, c.channels = CHANNELS, c.height = (uint32_t)k->height, c.width = SIDE, c.pool = 2,
        c.sees = k->sees;
        if (k->sees == LPL_SEES_HEAD) c.head_hidden = 7, c.head_out = 4;
    } else {
        c.n_pre = CHANNELS * SIDE * k->height;
    }
    OK(lpl_layer_create(&c, &l));
    return l;
}

static double get(const lpl_layer_t *l, int32_t param) {
    double v;
    OK(lpl_layer_get(l, param, &v));
    return v;
}

/* Steps on random pairs; every other one with the remembered response, if the layer has one. */
static void learn(lpl_layer_t *l, const kind_t *k, uint64_t seed, int steps) {
    const size_t n = CHANNELS * SIDE * k->height;
    float *u = malloc(2 * B * n * sizeof *u);
    double *x = malloc(2 * B * n * sizeof *x);
    for (int t = 0; t < steps; t++) {
        OK(lpl_random_uniform(u, 2 * B * n, seed, 3, (uint64_t)t * 2 * B * n));
        for (size_t i = 0; i < 2 * B * n; i++) x[i] = (double)u[i];
        const float *u0 = k->pair == LPL_PAIR_SYMMETRIC || t % 2 ? u : NULL;
        if (k->f64)
            OK(lpl_update_f64(l, NULL, u0 ? x : NULL, n, x + B * n, n, B));
        else
            OK(lpl_update(l, NULL, u0, n, u + B * n, n, B));
    }
    free(u), free(x);
}

/* The whole state as a file: two layers are the same if these are. */
typedef struct {
    unsigned char *p;
    size_t n;
} bytes_t;
static int32_t append(const void *buf, size_t n, void *user) {
    bytes_t *b = user;
    b->p = realloc(b->p, b->n + n);
    memcpy(b->p + b->n, buf, n);
    b->n += n;
    return 0;
}
static void same_file(const lpl_layer_t *a, const lpl_layer_t *b, int want) {
    bytes_t f[2] = {{0}};
    OK(lpl_layer_save(a, append, &f[0]));
    OK(lpl_layer_save(b, append, &f[1]));
    ck_assert_int_eq(f[0].n == f[1].n && memcmp(f[0].p, f[1].p, f[0].n) == 0, want);
    free(f[0].p), free(f[1].p);
}

/* A copy of the same configuration is the same layer, and goes on with the same bits: every state there is. */
START_TEST(a_copy_goes_on_with_the_same_bits) {
    static const kind_t kinds[] = {
        {.optim = LPL_OPTIM_ADAM, .bias = 1},
        {.optim = LPL_OPTIM_MOMENTUM, .stats = LPL_STATS_STALE},
        {.optim = LPL_OPTIM_SGD, .stats = LPL_STATS_EWMA, .bias = 1},
        {.optim = LPL_OPTIM_ADAM, .rule = LPL_RULE_BCM, .bias = 1},
        {.optim = LPL_OPTIM_ADAM, .conv = 1, .pair = LPL_PAIR_SYMMETRIC},
        {.optim = LPL_OPTIM_ADAM, .conv = 1, .sees = LPL_SEES_HEAD, .bias = 1, .stats = LPL_STATS_EWMA},
        {.optim = LPL_OPTIM_MOMENTUM, .conv = 1, .sees = LPL_SEES_POSITIONS, .stats = LPL_STATS_STALE},
    };
    for (size_t i = 0; i < 2 * sizeof kinds / sizeof kinds[0]; i++) {
        kind_t k = kinds[i / 2];
        k.f64 = i % 2, k.height = SIDE, k.batch = B;
        lpl_layer_t *a = make(&k, 1), *b = make(&k, 1);
        learn(a, &k, 5, 9);
        learn(b, &k, 6, 4);
        OK(lpl_layer_copy(b, a, NULL));
        same_file(a, b, 1);
        learn(a, &k, 7, 3), learn(b, &k, 7, 3);
        same_file(a, b, 1);
        OK(lpl_layer_copy(a, a, NULL)); /* itself: nothing happens */
        same_file(a, b, 1);
        lpl_layer_destroy(a), lpl_layer_destroy(b);
    }
}
END_TEST

/* On another map, and with room for another batch, a convolution keeps weights, moments, averages, step. */
START_TEST(another_map_size) {
    for (int f64 = 0; f64 < 2; f64++) {
        kind_t k = {.f64 = f64,
                    .optim = LPL_OPTIM_ADAM,
                    .conv = 1,
                    .pair = LPL_PAIR_SYMMETRIC,
                    .height = SIDE,
                    .batch = B},
               w = k;
        w.height = WIDE, w.batch = B + 3;
        lpl_layer_t *a = make(&k, 1), *b = make(&w, 2), *two[2] = {a, b};
        learn(a, &k, 5, 9);
        uint32_t copied = 0;
        OK(lpl_layer_copy(b, a, &copied));
        const uint32_t want = 1u << LPL_STATE_WEIGHTS | 1u << LPL_STATE_OPTIM_M | 1u << LPL_STATE_OPTIM_V |
                              1u << LPL_STATE_MEAN | 1u << LPL_STATE_SIGMA2;
        ck_assert_uint_eq(copied, want);
        ck_assert(get(b, LPL_PARAM_STEP) == 9);
        enum { N = UNITS * CHANNELS * 9 };
        double state[2][3][N];
        for (int l = 0; l < 2; l++)
            for (int s = 0; s < 3; s++) {
                static const int32_t name[] = {LPL_STATE_WEIGHTS, LPL_STATE_OPTIM_M, LPL_STATE_OPTIM_V};
                float v[N];
                if (f64)
                    OK(lpl_layer_read_f64(two[l], state[l][s], N, name[s]));
                else
                    OK(lpl_layer_read(two[l], v, N, name[s]));
                for (int j = 0; j < N && !f64; j++) state[l][s][j] = (double)v[j];
            }
        ck_assert(memcmp(state[0], state[1], sizeof state[0]) == 0);
        lpl_layer_destroy(a), lpl_layer_destroy(b);
    }
}
END_TEST

/* What does not fit stays as it was. */
START_TEST(what_does_not_fit_stays) {
    const kind_t adam = {.optim = LPL_OPTIM_ADAM, .height = SIDE, .batch = B};
    kind_t other = adam;
    uint32_t copied;
    lpl_layer_t *a = make(&adam, 1);
    learn(a, &adam, 5, 9);
    other.optim = LPL_OPTIM_SGD, other.stats = LPL_STATS_EWMA; /* no moments, other averages */
    lpl_layer_t *b = make(&other, 2);
    learn(b, &other, 6, 4);
    float mean[2][UNITS];
    OK(lpl_layer_read(b, mean[0], UNITS, LPL_STATE_MEAN));
    OK(lpl_layer_copy(b, a, &copied));
    ck_assert_uint_eq(copied, 1u << LPL_STATE_WEIGHTS | 1u << LPL_STATE_PREV);
    ck_assert(get(b, LPL_PARAM_STEP) == 4 && get(b, LPL_PARAM_PREV_ROWS) == B);
    OK(lpl_layer_read(b, mean[1], UNITS, LPL_STATE_MEAN));
    ck_assert(memcmp(mean[0], mean[1], sizeof mean[0]) == 0);
    lpl_layer_destroy(b);
    other = adam, other.batch = B - 1; /* no room for the remembered response: none */
    b = make(&other, 2);
    OK(lpl_layer_copy(b, a, &copied));
    ck_assert(!(copied >> LPL_STATE_PREV & 1) && get(b, LPL_PARAM_PREV_ROWS) == 0 && get(b, LPL_PARAM_STEP) == 9);
    lpl_layer_destroy(b);
    /* borrowed weights are written where they are */
    b = make(&adam, 3);
    enum { N = CHANNELS * SIDE * SIDE, LD = N + 5 };
    float *w = testing_floats(UNITS * LD), v[UNITS * N];
    const float gap = w[N];
    OK(lpl_layer_borrow_weights(b, w, LD, NULL));
    OK(lpl_layer_copy(b, a, NULL));
    OK(lpl_layer_read(a, v, UNITS * N, LPL_STATE_WEIGHTS));
    for (size_t i = 0; i < UNITS; i++) ck_assert(memcmp(w + i * LD, v + i * N, N * sizeof *v) == 0);
    ck_assert(w[N] == gap);
    w[3] = NAN; /* and read from there: a copy of what cannot be saved is refused */
    same_file(a, a, 1);
    FAILS(lpl_layer_copy(a, b, NULL), LPL_E_NONFINITE, "WGHT");
    w[3] = 1;
    lpl_layer_t *c = make(&adam, 3);
    OK(lpl_layer_borrow_weights(c, w, LD, NULL));
    OK(lpl_layer_copy(c, b, NULL)); /* the same array in both */
    lpl_layer_destroy(c), c = make(&adam, 3);
    OK(lpl_layer_borrow_weights(c, w + 1, LD, NULL));
    FAILS(lpl_layer_copy(c, b, NULL), LPL_E_OVERLAP, "borrowed");
    lpl_layer_destroy(a), lpl_layer_destroy(b), lpl_layer_destroy(c), free(w);
}
END_TEST

START_TEST(refusals) {
    const kind_t good = {.optim = LPL_OPTIM_ADAM, .conv = 1, .height = SIDE, .batch = B, .bias = 1};
    kind_t bad[3] = {good, good, good};
    bad[0].f64 = 1, bad[1].bias = 0, bad[2].conv = 0;
    lpl_layer_t *a = make(&good, 1), *before = make(&good, 1);
    for (int k = 0; k < 3; k++) {
        lpl_layer_t *b = make(&bad[k], 2);
        uint32_t copied = 77;
        FAILS(lpl_layer_copy(a, b, &copied), k == 0 ? LPL_E_DTYPE : LPL_E_ARG,
              k == 0   ? "float"
              : k == 1 ? "bias"
                       : "kind");
        FAILS(lpl_layer_copy(b, a, &copied), k == 0 ? LPL_E_DTYPE : LPL_E_ARG,
              k == 0   ? "float"
              : k == 1 ? "bias"
                       : "kind");
        ck_assert_uint_eq(copied, 77);
        lpl_layer_destroy(b);
    }
    lpl_layer_config_t c;
    OK(lpl_layer_config_init(&c, sizeof c));
    c.kind = LPL_LAYER_CONV2D, c.channels = 27, c.height = c.width = 9, c.kernel_h = 1, c.kernel_w = 1, c.padding = 0,
    c.n_post = UNITS;
    c.batch_max = 2;
    lpl_layer_t *b;
    OK(lpl_layer_create(&c, &b)); /* as many weights, of another kernel */
    FAILS(lpl_layer_copy(a, b, NULL), LPL_E_SIZE, "kernel_h");
    lpl_layer_destroy(b);
    c.n_post = UNITS + 1;
    OK(lpl_layer_create(&c, &b));
    FAILS(lpl_layer_copy(a, b, NULL), LPL_E_SIZE, "n_post");
    FAILS(lpl_layer_copy(NULL, b, NULL), LPL_E_NULL, "dst");
    FAILS(lpl_layer_copy(b, NULL, NULL), LPL_E_NULL, "src");
    same_file(a, before, 1);
    lpl_layer_destroy(a), lpl_layer_destroy(b), lpl_layer_destroy(before);
}
END_TEST

/* Moments by hand and the step count set: what lpl_layer_copy does, and the step that a layer of that age would
 * make. */
START_TEST(a_step_that_is_set) {
    enum { N = UNITS * CHANNELS * SIDE * SIDE };
    static const int32_t name[] = {LPL_STATE_WEIGHTS, LPL_STATE_OPTIM_M, LPL_STATE_OPTIM_V};
    const kind_t k = {.optim = LPL_OPTIM_ADAM, .pair = LPL_PAIR_SYMMETRIC, .height = SIDE, .batch = B};
    lpl_layer_t *a = make(&k, 1), *b = make(&k, 2), *young = make(&k, 3);
    float v[N], w[3][N];
    double low, high;
    learn(a, &k, 5, 9);
    for (int s = 0; s < 3; s++) {
        OK(lpl_layer_read(a, v, N, name[s]));
        OK(lpl_layer_write(b, v, N, name[s]));
        OK(lpl_layer_write(young, v, N, name[s]));
    }
    OK(lpl_layer_set(b, LPL_PARAM_STEP, 9));
    learn(a, &k, 7, 2), learn(b, &k, 7, 2), learn(young, &k, 7, 2);
    OK(lpl_layer_read(a, w[0], N, LPL_STATE_WEIGHTS));
    OK(lpl_layer_read(b, w[1], N, LPL_STATE_WEIGHTS));
    OK(lpl_layer_read(young, w[2], N, LPL_STATE_WEIGHTS));
    ck_assert(memcmp(w[0], w[1], sizeof w[0]) == 0);
    ck_assert(memcmp(w[0], w[2], sizeof w[0]) != 0); /* without the count: not so */
    ck_assert(get(b, LPL_PARAM_STEP) == 11);
    OK(lpl_layer_bounds(b, LPL_PARAM_STEP, &low, &high));
    ck_assert(low == 0 && high == 9007199254740992.0);
    OK(lpl_layer_set(b, LPL_PARAM_STEP, high)); /* at once, and saved: the factors are numbers */
    ck_assert(get(b, LPL_PARAM_STEP) == high);
    bytes_t f = {0};
    OK(lpl_layer_save(b, append, &f));
    free(f.p);
    FAILS(lpl_layer_set(b, LPL_PARAM_STEP, 1.5), LPL_E_ARG, "whole");
    FAILS(lpl_layer_set(b, LPL_PARAM_STEP, -1), LPL_E_ARG, "step");
    FAILS(lpl_layer_set(b, LPL_PARAM_STEP, 2 * high), LPL_E_ARG, "step");
    ck_assert(get(b, LPL_PARAM_STEP) == high);
    lpl_layer_destroy(a), lpl_layer_destroy(b), lpl_layer_destroy(young);
}
END_TEST

int main(void) {
    testing_seed("test_copy", 20261128);
    Suite *s = suite_create("copy");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, a_copy_goes_on_with_the_same_bits);
    tcase_add_test(t, another_map_size);
    tcase_add_test(t, what_does_not_fit_stays);
    tcase_add_test(t, refusals);
    tcase_add_test(t, a_step_that_is_set);
    suite_add_tcase(s, t);
    return testing_run(s);
}
