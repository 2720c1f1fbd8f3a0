/* tests/test_unit_variance.c - LPL_INIT_UNIT_VARIANCE: start values that the first update scales. */
#include <check.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lpl.h"
#include "common/memfile.h"
#include "common/testing.h"

enum { B = 24, N = 3 * 8 * 8, MOST = 4096 };

static double x[2][B * N];
static float xf[2][B * N];

static void fill(void) {
    for (int v = 0; v < 2; v++)
        for (size_t k = 0; k < B * N; k++) {
            x[v][k] = testing_real() + 0.3;
            xf[v][k] = (float)x[v][k];
        }
}

static lpl_layer_config_t config(int32_t kind, int32_t sees, int32_t dtype) {
    lpl_layer_config_t c;
    ck_assert_int_eq(lpl_layer_config_init(&c, sizeof c), LPL_OK);
    ck_assert_int_eq(lpl_layer_preset(&c, LPL_PRESET_REFERENCE), LPL_OK);
    c.kind = kind, c.sees = sees, c.dtype = dtype;
    c.n_pre = N, c.n_post = 10, c.batch_max = B;
    c.activation = kind == LPL_LAYER_DENSE ? LPL_ACT_LEAKY_RELU : LPL_ACT_RELU;
    if (kind == LPL_LAYER_CONV2D) c.channels = 3, c.height = c.width = 8, c.pool = 2;
    if (sees == LPL_SEES_HEAD) c.head_hidden = 14, c.head_out = 6;
    c.init = LPL_INIT_UNIT_VARIANCE;
    c.seed = 3, c.eta = 0;
    return c;
}

static lpl_layer_t *make(const lpl_layer_config_t *c) {
    lpl_layer_t *l = NULL;
    ck_assert_msg(lpl_layer_create(c, &l) == LPL_OK, "%s", lpl_last_error());
    return l;
}

static bool f64_of(const lpl_layer_t *l) {
    double dtype;
    ck_assert_int_eq(lpl_layer_get(l, LPL_PARAM_DTYPE, &dtype), LPL_OK);
    return (int)dtype == LPL_F64;
}

static lpl_status_t update(lpl_layer_t *l, size_t batch) {
    return f64_of(l) ? lpl_update_f64(l, NULL, x[0], N, x[1], N, batch)
                     : lpl_update(l, NULL, xf[0], N, xf[1], N, batch);
}

/* A state in double, whatever the layer's type. */
static void get(const lpl_layer_t *l, double *out, size_t n, int32_t state) {
    static float f[MOST];
    ck_assert_uint_le(n, MOST);
    if (f64_of(l)) {
        ck_assert_msg(lpl_layer_read_f64(l, out, n, state) == LPL_OK, "%s", lpl_last_error());
        return;
    }
    ck_assert_msg(lpl_layer_read(l, f, n, state) == LPL_OK, "%s", lpl_last_error());
    for (size_t k = 0; k < n; k++) out[k] = (double)f[k];
}

static size_t number(const lpl_layer_t *l, int32_t param) {
    double v;
    ck_assert_int_eq(lpl_layer_get(l, param, &v), LPL_OK);
    return (size_t)v;
}

/* Responses to x[1], rows of n_out. */
static double *responses(const lpl_layer_t *l) {
    const size_t n = number(l, LPL_PARAM_N_OUT);
    double *z = malloc(B * n * sizeof *z);
    float *f = malloc(B * n * sizeof *f);
    ck_assert(z && f);
    if (f64_of(l)) {
        ck_assert_int_eq(lpl_forward_f64(l, z, n, x[1], N, B), LPL_OK);
    } else {
        ck_assert_int_eq(lpl_forward(l, f, n, xf[1], N, B), LPL_OK);
        for (size_t k = 0; k < B * n; k++) z[k] = (double)f[k];
    }
    free(f);
    return z;
}

static double variance(const double *z, size_t ld) {
    double mean = 0, square = 0;
    for (size_t b = 0; b < B; b++) mean += z[b * ld] / B;
    for (size_t b = 0; b < B; b++) square += (z[b * ld] - mean) * (z[b * ld] - mean) / (B - 1);
    return square;
}

static double one_or_dead(double v, double tolerance, size_t *dead) {
    if (v == 0) ++*dead;
    if (v != 0) CLOSE(v, 1, tolerance, 1);
    return v;
}

/* relu(w x + b) for rows of x; returns rows of m. */
static double *through(const double *in, size_t n, const double *w, const double *b, size_t m) {
    double *z = malloc(B * m * sizeof *z);
    ck_assert_ptr_nonnull(z);
    for (size_t k = 0; k < B; k++)
        for (size_t i = 0; i < m; i++) {
            double a = b[i];
            for (size_t j = 0; j < n; j++) a += w[i * n + j] * in[k * n + j];
            z[k * m + i] = a > 0 ? a : 0;
        }
    return z;
}

/* Every kind, what it sees, type: variances are 1 where the loss looks; each unit's weights and bias were multiplied by
 * one positive number. */
static const struct {
    int32_t kind, sees;
} kinds[] = {{LPL_LAYER_DENSE, LPL_SEES_POOLED},
             {LPL_LAYER_CONV2D, LPL_SEES_POOLED},
             {LPL_LAYER_CONV2D, LPL_SEES_POSITIONS},
             {LPL_LAYER_CONV2D, LPL_SEES_HEAD}};

START_TEST(variances) {
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
        for (int32_t dtype = LPL_F32; dtype <= LPL_F64; dtype++) {
            const lpl_layer_config_t c = config(kinds[k].kind, kinds[k].sees, dtype);
            lpl_layer_t *l = make(&c);
            const size_t M = (size_t)c.n_post, n = number(l, LPL_PARAM_FAN_IN), row = number(l, LPL_PARAM_N_OUT),
                         Q = row / M;
            const double tolerance = dtype == LPL_F64 ? 1e-11 : 2e-4;
            static double before[MOST], after[MOST], bias[2][16];
            size_t dead = 0;
            get(l, before, M * n, LPL_STATE_WEIGHTS), get(l, bias[0], M, LPL_STATE_BIAS);
            ck_assert_msg(update(l, B) >= 0, "%s", lpl_last_error());
            get(l, after, M * n, LPL_STATE_WEIGHTS), get(l, bias[1], M, LPL_STATE_BIAS);
            double *z = responses(l), *pooled = calloc(B * M, sizeof *pooled);
            ck_assert_ptr_nonnull(pooled);
            for (size_t q = 0; q < B * row; q++) pooled[q / Q] += z[q] / (double)Q;
            for (size_t i = 0; i < M; i++) {
                double v = variance(pooled + i, M);
                if (c.sees == LPL_SEES_POSITIONS) {
                    v = 0;
                    for (size_t q = 0; q < Q; q++) v += variance(z + i * Q + q, row) / (double)Q;
                }
                one_or_dead(v, tolerance, &dead);
                const double s = bias[1][i] / bias[0][i];
                ck_assert_msg(s > 0 && (v == 0) == (s == 1), "factor %g", s);
                for (size_t j = 0; j < n; j++)
                    CLOSE(after[i * n + j], before[i * n + j] * s, dtype == LPL_F64 ? 1e-13 : 1e-5,
                          fabs(before[i * n + j] * s));
            }
            ck_assert_uint_lt(dead, M / 2);
            if (c.sees == LPL_SEES_HEAD) {
                static double w1[MOST], b1[16], w2[MOST], b2[16];
                get(l, w1, 14 * M, LPL_STATE_HEAD_W1), get(l, b1, 14, LPL_STATE_HEAD_B1);
                get(l, w2, 6 * 14, LPL_STATE_HEAD_W2), get(l, b2, 6, LPL_STATE_HEAD_B2);
                double *inner = through(pooled, M, w1, b1, 14), *out = through(inner, 14, w2, b2, 6);
                for (size_t i = 0; i < 14; i++) one_or_dead(variance(inner + i, 14), tolerance, &dead);
                for (size_t i = 0; i < 6; i++) one_or_dead(variance(out + i, 6), tolerance, &dead);
                ck_assert_uint_lt(dead, 12);
                free(inner), free(out);
            }
            free(z), free(pooled);
            lpl_layer_destroy(l);
        }
}
END_TEST

/* It happens once: the second update, LPL_PARAM_STEP = 0 and a loaded file leave the values alone; eta is as ever. */
START_TEST(once) {
    for (int32_t dtype = LPL_F32; dtype <= LPL_F64; dtype++) {
        const lpl_layer_config_t c = config(LPL_LAYER_CONV2D, LPL_SEES_HEAD, dtype);
        lpl_layer_t *l = make(&c), *again = NULL;
        static double first[MOST], second[MOST];
        ck_assert_int_ge(update(l, B), 0);
        get(l, first, 270, LPL_STATE_WEIGHTS);
        for (int k = 0; k < B * N; k++) x[1][k] *= 5, xf[1][k] *= 5; /* other inputs */
        ck_assert_int_ge(update(l, B), 0);
        ck_assert_int_eq(lpl_layer_set(l, LPL_PARAM_STEP, 0), LPL_OK);
        ck_assert_int_ge(update(l, B), 0);
        get(l, second, 270, LPL_STATE_WEIGHTS);
        ck_assert_int_eq(memcmp(first, second, 270 * sizeof *first), 0);
        memfile_t f = {0};
        ck_assert_int_eq(lpl_layer_save(l, memfile_write, &f), LPL_OK);
        ck_assert_int_eq(lpl_layer_load(memfile_read, &f, 0, 1, &again), LPL_OK);
        ck_assert_int_ge(update(again, B), 0);
        get(again, second, 270, LPL_STATE_WEIGHTS);
        ck_assert_int_eq(memcmp(first, second, 270 * sizeof *first), 0);
        ck_assert_int_eq(lpl_layer_set(l, LPL_PARAM_ETA, 1e-2), LPL_OK);
        ck_assert_int_ge(update(l, B), 0);
        get(l, second, 270, LPL_STATE_WEIGHTS);
        ck_assert_int_ne(memcmp(first, second, 270 * sizeof *first), 0);
        free(f.data);
        lpl_layer_destroy(l), lpl_layer_destroy(again);
        fill();
    }
}
END_TEST

/* Saved before the first batch, it is scaled after loading, with the same bits, by any number of threads. */
START_TEST(saved_before) {
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
        for (int32_t dtype = LPL_F32; dtype <= LPL_F64; dtype++) {
            lpl_layer_config_t c = config(kinds[k].kind, kinds[k].sees, dtype);
            c.eta = 1e-3;
            lpl_layer_t *l = make(&c), *again = NULL;
            memfile_t f = {0}, after[2] = {{0}, {0}};
            ck_assert_int_eq(lpl_layer_save(l, memfile_write, &f), LPL_OK);
            ck_assert_msg(lpl_layer_load(memfile_read, &f, 0, 3, &again) == LPL_OK, "%s", lpl_last_error());
            for (int step = 0; step < 2; step++) {
                ck_assert_int_ge(update(l, B), 0);
                ck_assert_int_ge(update(again, B), 0);
            }
            ck_assert_int_eq(lpl_layer_save(l, memfile_write, &after[0]), LPL_OK);
            ck_assert_int_eq(lpl_layer_save(again, memfile_write, &after[1]), LPL_OK);
            ck_assert_uint_eq(after[0].n, after[1].n);
            ck_assert_int_eq(memcmp(after[0].data, after[1].data, after[0].n), 0);
            for (int q = 0; q < 2; q++) free(after[q].data);
            free(f.data);
            lpl_layer_destroy(l), lpl_layer_destroy(again);
        }
}
END_TEST

/* TRACK, FROZEN, lpl_forward and lpl_gradient take the values as they are; copies wait only if both layers do; borrowed
 * weights are scaled where they are. */
START_TEST(waiting) {
    lpl_layer_config_t c = config(LPL_LAYER_DENSE, LPL_SEES_POOLED, LPL_F64);
    lpl_layer_t *l = make(&c), *waits = make(&c), *learned = make(&c);
    static double start[MOST], now[MOST], dw[MOST], own[10 * (N + 3)], bias[10];
    get(l, start, 10 * N, LPL_STATE_WEIGHTS);
    for (int32_t mode = LPL_MODE_TRACK; mode <= LPL_MODE_FROZEN; mode++) {
        ck_assert_int_eq(lpl_layer_set(l, LPL_PARAM_MODE, mode), LPL_OK);
        ck_assert_int_ge(update(l, B), 0);
    }
    ck_assert_int_eq(lpl_layer_set(l, LPL_PARAM_MODE, LPL_MODE_LEARN), LPL_OK);
    ck_assert_int_ge(lpl_gradient_f64(l, dw, N, NULL, NULL, x[0], N, x[1], N, B), 0);
    get(l, now, 10 * N, LPL_STATE_WEIGHTS);
    ck_assert_int_eq(memcmp(start, now, 10 * N * sizeof *now), 0);

    ck_assert_int_eq(lpl_layer_copy(waits, l, NULL), LPL_OK); /* both wait: it still does */
    ck_assert_int_ge(update(waits, B), 0);
    get(waits, now, 10 * N, LPL_STATE_WEIGHTS);
    ck_assert_int_ne(memcmp(start, now, 10 * N * sizeof *now), 0);
    ck_assert_int_eq(lpl_layer_copy(learned, waits, NULL), LPL_OK); /* from one that has learned: no more */
    for (size_t k = 0; k < B * N; k++) x[1][k] *= 7;
    ck_assert_int_ge(update(learned, B), 0);
    get(learned, start, 10 * N, LPL_STATE_WEIGHTS);
    ck_assert_int_eq(memcmp(start, now, 10 * N * sizeof *now), 0);
    fill();

    memset(own, 0x7f, sizeof own); /* a gap behind each row is left alone */
    for (size_t i = 0; i < 10; i++)
        for (size_t j = 0; j < N; j++) own[i * (N + 3) + j] = (double)(i + 1) * (j % 3 ? 1 : -1);
    ck_assert_int_eq(lpl_layer_borrow_weights_f64(l, own, N + 3, bias), LPL_OK);
    memcpy(now, own, 3 * sizeof *now);
    const double gap = own[N];
    ck_assert_int_ge(update(l, B), 0);
    double *z = responses(l);
    for (size_t i = 0; i < 10; i++) CLOSE(variance(z + i, 10), 1, 1e-11, 1);
    ck_assert(memcmp(own, now, sizeof *now) != 0 && memcmp(&own[N], &gap, sizeof gap) == 0);
    CLOSE(own[1] / own[0], -1, 1e-14, 1);
    free(z);
    lpl_layer_destroy(l), lpl_layer_destroy(waits), lpl_layer_destroy(learned);
}
END_TEST

/* What makes no sense is refused, by name, and changes nothing. */
START_TEST(refused) {
    lpl_layer_config_t c = config(LPL_LAYER_DENSE, LPL_SEES_POOLED, LPL_F64);
    lpl_layer_t *l = NULL;
    c.batch_max = 1;
    ck_assert_int_eq(lpl_layer_create(&c, &l), LPL_E_ARG);
    ck_assert_ptr_nonnull(strstr(lpl_last_error(), "batch_max = 1"));
    c.batch_max = B;
    static const int32_t bent[] = {LPL_ACT_TANH, LPL_ACT_SIGMOID, LPL_ACT_SATURATING, LPL_ACT_SILU};
    for (size_t k = 0; k < sizeof bent / sizeof bent[0]; k++) {
        c.activation = bent[k];
        ck_assert_int_eq(lpl_layer_create(&c, &l), LPL_E_ARG);
        ck_assert_ptr_nonnull(strstr(lpl_last_error(), "does not scale with its input"));
    }
    c.activation = LPL_ACT_LINEAR;
    c.init = LPL_INIT_UNIT_VARIANCE + 1;
    ck_assert_int_eq(lpl_layer_create(&c, &l), LPL_E_ARG);
    ck_assert_ptr_nonnull(strstr(lpl_last_error(), "init"));

    static double start[MOST], now[MOST];
    for (int32_t kind = LPL_LAYER_DENSE; kind <= LPL_LAYER_CONV2D; kind++) { /* streams: one row has no variance */
        c = config(kind, LPL_SEES_POOLED, LPL_F64);
        c.pair = LPL_PAIR_CAUSAL, c.stats = LPL_STATS_EWMA;
        l = make(&c);
        const size_t n = 10 * number(l, LPL_PARAM_FAN_IN);
        get(l, start, n, LPL_STATE_WEIGHTS);
        ck_assert_int_eq(lpl_update_online_f64(l, NULL, NULL, x[1]), LPL_E_ORDER);
        ck_assert_ptr_nonnull(strstr(lpl_last_error(), "2 rows or more"));
        ck_assert_int_eq(lpl_update_f64(l, NULL, NULL, 0, x[1], N, 1), LPL_E_ORDER);
        const double good = x[1][0];
        x[1][0] = (double)NAN; /* responses that are none */
        ck_assert_int_eq(lpl_update_f64(l, NULL, NULL, 0, x[1], N, B), LPL_E_NONFINITE);
        x[1][0] = good;
        if (kind == LPL_LAYER_CONV2D) { /* it would scale, but the other view is none */
            const double other = x[0][5];
            x[0][5] = (double)NAN;
            ck_assert_int_eq(lpl_update_f64(l, NULL, x[0], N, x[1], N, B), LPL_E_NONFINITE);
            x[0][5] = other;
        }
        get(l, now, n, LPL_STATE_WEIGHTS);
        ck_assert_int_eq(memcmp(start, now, n * sizeof *now), 0);
        ck_assert_uint_eq(number(l, LPL_PARAM_STEP), 0);
        ck_assert_int_eq(lpl_layer_set(l, LPL_PARAM_MODE, LPL_MODE_TRACK), LPL_OK);
        ck_assert_int_ge(lpl_update_online_f64(l, NULL, NULL, x[1]), 0); /* nothing learns */
        ck_assert_int_eq(lpl_layer_set(l, LPL_PARAM_MODE, LPL_MODE_LEARN), LPL_OK);
        ck_assert_int_eq(lpl_layer_forget(l), LPL_OK);
        ck_assert_msg(lpl_update_f64(l, NULL, NULL, 0, x[1], N, B) >= 0, "%s", lpl_last_error());
        ck_assert_int_eq(lpl_layer_forget(l), LPL_OK);
        ck_assert_int_ge(lpl_update_online_f64(l, NULL, NULL, x[1]), 0); /* and from now on */
        lpl_layer_destroy(l);
    }
}
END_TEST

/* In a stack each layer is scaled by what the scaled one below says on the same batch: all variances are 1 at once. */
START_TEST(stack) {
    for (int32_t dtype = LPL_F32; dtype <= LPL_F64; dtype++) {
        lpl_layer_config_t c[3];
        const lpl_layer_config_t *list[3] = {&c[0], &c[1], &c[2]};
        lpl_stack_t *s = NULL;
        for (uint64_t k = 0; k < 3; k++) {
            c[k] = config(LPL_LAYER_CONV2D, LPL_SEES_POOLED, dtype);
            c[k].stream = k;
            if (k > 0) c[k].channels = 10, c[k].height = c[k].width = 8 >> k, c[k].n_pre = 0;
        }
        ck_assert_msg(lpl_stack_create(list, 3, &s) == LPL_OK, "%s", lpl_last_error());
        for (int twice = 0; twice < 2; twice++) /* the second one changes nothing: eta = 0 */
            if (dtype == LPL_F64)
                ck_assert_int_ge(lpl_stack_update_f64(s, NULL, x[0], N, x[1], N, B), 0);
            else
                ck_assert_int_ge(lpl_stack_update(s, NULL, xf[0], N, xf[1], N, B), 0);
        for (size_t k = 0; k < 3; k++) {
            const size_t Q = (size_t)(8 >> (k + 1)) * (size_t)(8 >> (k + 1)), row = 10 * Q;
            static double z[B * 10 * 16], pooled[B * 10];
            static float f[B * 10 * 16];
            size_t dead = 0;
            if (dtype == LPL_F64)
                ck_assert_int_eq(lpl_stack_forward_f64(s, z, row, x[1], N, B, k), LPL_OK);
            else
                ck_assert_int_eq(lpl_stack_forward(s, f, row, xf[1], N, B, k), LPL_OK);
            memset(pooled, 0, sizeof pooled);
            for (size_t q = 0; q < B * row; q++) pooled[q / Q] += (dtype == LPL_F64 ? z[q] : (double)f[q]) / (double)Q;
            for (size_t i = 0; i < 10; i++)
                one_or_dead(variance(pooled + i, 10), dtype == LPL_F64 ? 1e-10 : 1e-3, &dead);
            ck_assert_uint_lt(dead, 8);
        }
        lpl_stack_destroy(s);
    }
}
END_TEST

int main(void) {
    testing_seed("unit_variance", 29);
    fill();
    Suite *suite = suite_create("unit_variance");
    TCase *tests = tcase_create("unit_variance");
    suite_add_tcase(suite, tests);
    tcase_add_test(tests, variances);
    tcase_add_test(tests, once);
    tcase_add_test(tests, saved_before);
    tcase_add_test(tests, waiting);
    tcase_add_test(tests, refused);
    tcase_add_test(tests, stack);
    return testing_run(suite);
}
