/* tests/test_winograd.c - float32 convolutions by Winograd (conv/winograd.h) against im2col in double. */
#include "common/testing.h"

/* Odd and even maps, groups, any padding, batches around the widths of registers, each instruction set. Inputs and
 * weights are such that no sum is rounded, so maps agree exactly and so do winners; gradients to rounding. Three
 * threads give the same bits. */
START_TEST(winograd_like_im2col) {
    const int rounds = testing_rounds("winograd_like_im2col", 8, 3);
    for (int round = 0; round < rounds; round++) {
        const size_t groups = round == 5 ? 1 : testing_size(1, 2);
        lpl_layer_config_t c;
        OK(lpl_layer_config_init(&c, sizeof c));
        OK(lpl_layer_preset(&c, LPL_PRESET_REFERENCE));
        c.kind = LPL_LAYER_CONV2D, c.channels = (uint32_t)(groups * testing_size(round % 2 ? 32 : 64, 70)),
        c.n_post = groups * testing_size(64, 70);
        c.height = (uint32_t)testing_size(4, 9), c.width = (uint32_t)testing_size(4, 9);
        c.batch_max = round % 2 ? testing_size(8, 16) : testing_size(17, 36);
        if (round == 5) c.height = 30, c.width = 20; /* more than one range of rows */
        c.groups = (uint32_t)groups, c.padding = (uint32_t)testing_size(0, 2), c.pool = (uint32_t)testing_size(1, 2);
        c.sees = round % 3 ? LPL_SEES_POOLED : LPL_SEES_POSITIONS, c.eps = 0.1, c.bias = 1;
        if (round > 5)
            c.activation = round == 6 ? LPL_ACT_GELU : LPL_ACT_SILU, c.pool = 2; /* z of the map is rounded then */
        const size_t M = (size_t)c.n_post, B = (size_t)c.batch_max, n = (size_t)c.channels * c.height * c.width,
                     fan = (size_t)c.channels / groups * 9;
        double *x0 = testing_doubles(B * n), *x1 = testing_doubles(B * n), *map = NULL, *dw = malloc(M * fan * 8),
               *db = malloc(M * 8), scale = 0;
        double *w = testing_doubles(M * fan), *zero = calloc(M, 8);
        float *wf = malloc(M * fan * 4), *f0 = malloc(B * n * 4), *f1 = malloc(B * n * 4), *z = NULL,
              *g[2] = {malloc(M * fan * 4), malloc(M * fan * 4)}, *db32 = malloc(M * 4), *none = calloc(M, 4);
        int vectors = 0;
        for (size_t k = 0; k < B * n; k++)
            f0[k] = (float)(x0[k] = rint(2 * x0[k])), f1[k] = (float)(x1[k] = rint(2 * x1[k]));
        for (size_t k = 0; k < M * fan; k++) wf[k] = (float)(w[k] = rint(4 * w[k]) / 64);
        for (int k = 0; k < 4; k++) { /* double; AVX2, AVX-512; the best with three threads */
            static const int32_t isa[4] = {LPL_ISA_REF, LPL_ISA_AVX2, LPL_ISA_AVX512, LPL_ISA_AUTO};
            lpl_layer_t *l;
            c.isa = isa[k], c.dtype = k == 0 ? LPL_F64 : LPL_F32, c.threads = k == 3 ? 3 : 1;
            const lpl_status_t made = lpl_layer_create(&c, &l);
            if (made == LPL_E_UNSUPPORTED) continue; /* not on this CPU */
            OK(made);
            double length;
            OK(lpl_layer_get(l, LPL_PARAM_N_OUT, &length));
            const size_t out = (size_t)length;
            if (k == 0) {
                OK(lpl_layer_write_f64(l, w, M * fan, LPL_STATE_WEIGHTS));
                OK(lpl_layer_write_f64(l, zero, M, LPL_STATE_BIAS));
                map = malloc(B * out * 8), z = malloc(B * out * 4);
                OK(lpl_forward_f64(l, map, out, x0, n, B));
                OK(lpl_gradient_f64(l, dw, fan, db, NULL, x0, n, x1, n, B));
                for (size_t j = 0; j < M * fan; j++) scale = fmax(scale, fabs(dw[j]));
            } else {
                double off = 0;
                size_t wrong = 0;
                OK(lpl_layer_write(l, wf, M * fan, LPL_STATE_WEIGHTS));
                OK(lpl_layer_write(l, none, M, LPL_STATE_BIAS));
                OK(lpl_forward(l, z, out, f0, n, B));
                OK(lpl_gradient(l, g[k == 3], fan, db32, NULL, f0, n, f1, n, B));
                for (size_t j = 0; j < B * out; j++)
                    wrong +=
                        round > 5 ? fabs((double)z[j] - map[j]) > 1e-6 * fabs(map[j]) + 1e-30 : (double)z[j] != map[j];
                for (size_t j = 0; j < M * fan; j++) off = fmax(off, fabs((double)g[k == 3][j] - dw[j]));
                ck_assert_uint_eq(wrong, 0);
                CLOSE(off, 0, 3e-6, scale);
                for (size_t j = 0; j < M; j++) CLOSE((double)db32[j], db[j], 1e-5, scale);
                if (k == 3 && vectors) ck_assert(memcmp(g[0], g[1], M * fan * 4) == 0);
                vectors = 1;
            }
            lpl_layer_destroy(l);
        }
        free(x0), free(x1), free(w), free(map), free(dw), free(db);
        free(wf), free(f0), free(f1), free(z), free(g[0]), free(g[1]), free(db32), free(none), free(zero);
    }
}
END_TEST

/* Squares of 4 x 4 (LPL_FLAG_WINOGRAD_4X4) round, so here it is bounds. u = 2^-24. An element is a sum over C inputs
 * (or over L squares and images) of products of transforms; each product goes through at most C + 24 (256 + 24)
 * roundings, whose partial sums grow, so its part of the error is u sqrt((C / 2 + 24) / 3) times its size; added as
 * independent numbers, with the squares of the elements of A, G and B at a = 5/8, b = 3/2 (the worst row of each:
 * 24.5 forward, 26.2 backward). Six such standard deviations. Derivatives carry the responses' error too. Channels with
 * a window whose winner, or whether it is above 0, is within that error are left out: their gradient jumps there. */
static double rms(const double *p, size_t n) {
    double s = 0;
    for (size_t k = 0; k < n; k++) s += p[k] * p[k];
    return sqrt(s / (double)n);
}

static float *narrowed(const double *p, size_t n) {
    float *f = malloc(n * sizeof *f);
    for (size_t k = 0; k < n; k++) f[k] = (float)p[k];
    return f;
}

static double bound(double rows, double size, double C) {
    return 6 * 0x1p-24 * rows * sqrt(C * (C / 2 + 24) / 3) * size;
}

static lpl_layer_t *layer_with(const lpl_layer_config_t *c, const double *w, const double *bias) {
    lpl_layer_t *l;
    const size_t M = (size_t)c->n_post, n = M * (size_t)c->channels / c->groups * 9;
    const lpl_status_t made = lpl_layer_create(c, &l);
    if (made == LPL_E_UNSUPPORTED) return NULL; /* not on this CPU */
    OK(made);
    if (c->dtype == LPL_F64) {
        OK(lpl_layer_write_f64(l, w, n, LPL_STATE_WEIGHTS));
        OK(lpl_layer_write_f64(l, bias, M, LPL_STATE_BIAS));
        return l;
    }
    float *f = narrowed(w, n), *b = narrowed(bias, M);
    OK(lpl_layer_write(l, f, n, LPL_STATE_WEIGHTS));
    OK(lpl_layer_write(l, b, M, LPL_STATE_BIAS));
    free(f), free(b);
    return l;
}

/* 1 for each channel of which a window of x's map is within near of another winner, or of 0. */
static void mark_ties(unsigned char *tie, lpl_layer_config_t c, const double *w, const double *bias, const double *x,
                      double near) {
    const size_t pool = c.pool, B = (size_t)c.batch_max, M = (size_t)c.n_post;
    const int kink = c.activation == LPL_ACT_RELU;
    double rows, cols;
    c.pool = 1, c.activation = LPL_ACT_LINEAR, c.sees = LPL_SEES_POOLED;
    lpl_layer_t *l = layer_with(&c, w, bias);
    OK(lpl_layer_get(l, LPL_PARAM_OUT_HEIGHT, &rows));
    OK(lpl_layer_get(l, LPL_PARAM_OUT_WIDTH, &cols));
    const size_t H = (size_t)rows, W = (size_t)cols, n = (size_t)c.channels * c.height * c.width;
    double *map = malloc(B * M * H * W * sizeof *map);
    OK(lpl_forward_f64(l, map, M * H * W, x, n, B));
    lpl_layer_destroy(l);
    for (size_t b = 0; b < B; b++)
        for (size_t i = 0; i < M; i++)
            for (size_t y = 0; y + pool <= H; y += pool)
                for (size_t v = 0; v + pool <= W; v += pool) {
                    double best = -INFINITY, next = -INFINITY;
                    for (size_t k = 0; k < pool * pool; k++) {
                        const double z = map[((b * M + i) * H + y + k / pool) * W + v + k % pool];
                        next = fmax(next, fmin(z, best)), best = fmax(best, z);
                    }
                    tie[i] |=
                        (unsigned char)((kink && fabs(best) < near) || (!(kink && best < 0) && best - next < near));
                }
    free(map);
}

START_TEST(squares_of_4) {
    const int rounds = testing_rounds("squares_of_4", 8, 4);
    int used = 0, asked = 0;
    for (int round = 0; round < rounds; round++) {
        const size_t groups = round % 4 == 3 ? 2 : 1;
        lpl_layer_config_t c;
        OK(lpl_layer_config_init(&c, sizeof c));
        OK(lpl_layer_preset(&c, LPL_PRESET_REFERENCE));
        c.kind = LPL_LAYER_CONV2D, c.channels = (uint32_t)(groups * testing_size(8, 70));
        c.n_post = groups * testing_size(16, 70);
        c.height = (uint32_t)testing_size(10, 21), c.width = (uint32_t)testing_size(10, 21);
        c.batch_max = round % 2 ? testing_size(8, 16) : testing_size(17, 36);
        c.groups = (uint32_t)groups, c.padding = (uint32_t)testing_size(0, 2), c.pool = 1 + round % 2;
        c.sees = round % 3 ? LPL_SEES_POOLED : LPL_SEES_POSITIONS, c.eps = 0.1, c.bias = 1, c.decorr = 0;
        c.activation = round % 4 == 2 ? LPL_ACT_LINEAR : LPL_ACT_RELU;
        const size_t M = (size_t)c.n_post, B = (size_t)c.batch_max, n = (size_t)c.channels * c.height * c.width,
                     C = c.channels / groups, fan = C * 9, squares = (size_t)(c.height + 6) * (c.width + 6) / 16;
        double *x[2] = {testing_doubles(B * n), testing_doubles(B * n)}, *w = testing_doubles(M * fan),
               *bias = testing_doubles(M), *map = NULL, *dw = malloc(M * fan * 8), *db = malloc(M * 8), scale = 0;
        for (size_t k = 0; k < B * n; k++) x[0][k] = (float)x[0][k], x[1][k] = (float)x[1][k];
        for (size_t k = 0; k < M * fan; k++) w[k] = (float)(w[k] / sqrt((double)fan));
        for (size_t k = 0; k < M; k++) bias[k] = (float)bias[k];
        float *f[2] = {narrowed(x[0], B * n), narrowed(x[1], B * n)},
              *g[2] = {malloc(M * fan * 4), malloc(M * fan * 4)}, *db32 = malloc(M * 4), *z = NULL;
        const double near = bound(24.5, rms(x[0], B * n) * rms(w, M * fan), (double)C),
                     part = near / rms(w, M * fan) / sqrt((double)fan) + bound(26.2, 1, 256) *
                                                                             sqrt((double)(2 * B * squares) / 256) /
                                                                             (4 * sqrt(2. * (double)(B * squares)));
        unsigned char *tie = calloc(M, 1);
        int vectors = 0;
        for (int k = 0; k < 4; k++) { /* double; AVX2, AVX-512; the best with three threads */
            static const int32_t isa[4] = {LPL_ISA_REF, LPL_ISA_AVX2, LPL_ISA_AVX512, LPL_ISA_AUTO};
            c.isa = isa[k], c.dtype = k == 0 ? LPL_F64 : LPL_F32, c.threads = k == 3 ? 3 : 1;
            c.flags = k == 0 ? 0 : LPL_FLAG_WINOGRAD_4X4;
            if (k == 0)
                for (int v = 0; v < 2; v++) mark_ties(tie, c, w, bias, x[v], near);
            lpl_layer_t *l = layer_with(&c, w, bias);
            if (!l) continue;
            double length;
            OK(lpl_layer_get(l, LPL_PARAM_N_OUT, &length));
            const size_t out = (size_t)length;
            if (k == 0) {
                map = malloc(B * out * 8), z = malloc(B * out * 4);
                OK(lpl_forward_f64(l, map, out, x[0], n, B));
                OK(lpl_gradient_f64(l, dw, fan, db, NULL, x[0], n, x[1], n, B));
                for (size_t j = 0; j < M * fan; j++) scale = fmax(scale, fabs(dw[j]));
            } else {
                double off = 0, g_off = 0, b_off = 0;
                size_t seen = 0;
                OK(lpl_forward(l, z, out, f[0], n, B));
                OK(lpl_gradient(l, g[k == 3], fan, db32, NULL, f[0], n, f[1], n, B));
                for (size_t j = 0; j < B * out; j++) off = fmax(off, fabs((double)z[j] - map[j]));
                CLOSE(off, 0, near, 1);
                for (size_t i = 0; i < M; i++) {
                    if (tie[i]) continue;
                    for (size_t j = i * fan; j < (i + 1) * fan; j++)
                        g_off = fmax(g_off, fabs((double)g[k == 3][j] - dw[j]));
                    b_off = fmax(b_off, fabs((double)db32[i] - db[i]));
                    seen++;
                }
                if (k == 1) { /* and are they used? */
                    asked++;
                    c.flags = 0;
                    lpl_layer_t *small = layer_with(&c, w, bias);
                    float *other = malloc(B * out * 4);
                    OK(lpl_forward(small, other, out, f[0], n, B));
                    used += memcmp(other, z, B * out * 4) != 0;
                    lpl_layer_destroy(small), free(other);
                }
                CLOSE(g_off, 0, part, scale);
                CLOSE(b_off, 0, part, scale);
                ck_assert_uint_ge(seen, M / 2);
                if (k == 3 && vectors) ck_assert(memcmp(g[0], g[1], M * fan * 4) == 0);
                vectors = 1;
            }
            lpl_layer_destroy(l);
        }
        free(x[0]), free(x[1]), free(w), free(bias), free(map), free(dw), free(db), free(tie);
        free(f[0]), free(f[1]), free(z), free(g[0]), free(g[1]), free(db32);
    }
    ck_assert_int_ge(2 * used, asked); /* not on maps of few squares that lie half outside */
}
END_TEST

/* Whole groups of lanes for each thread, without squares and with those of 2 x 2 and 4 x 4: the same bits. */
START_TEST(groups_of_lanes_by_threads) {
    enum { SIDE = 8, FROM = 32 };
    const size_t batches[] = {32, 48}, to[] = {16, 64};
    for (int k = 0; k < 2 * 2 * 2; k++) {
        const size_t B = batches[k % 2], M = to[k / 2 % 2], n = FROM * SIDE * SIDE, out = M * SIDE * SIDE / 4;
        float *x = malloc(2 * B * n * 4), *w[2] = {malloc(M * FROM * 36), malloc(M * FROM * 36)},
              *z[2] = {malloc(B * out * 4), malloc(B * out * 4)};
        OK(lpl_random_normal(x, 2 * B * n, 3, 4, 0));
        for (int32_t threads = 1; threads <= 3; threads++) {
            lpl_layer_config_t c;
            lpl_layer_t *l;
            OK(lpl_layer_config_init(&c, sizeof c));
            OK(lpl_layer_preset(&c, LPL_PRESET_REFERENCE));
            c.kind = LPL_LAYER_CONV2D, c.channels = FROM, c.n_post = M, c.height = c.width = SIDE, c.pool = 2;
            c.batch_max = B, c.threads = threads, c.flags = k / 4 ? LPL_FLAG_WINOGRAD_4X4 : 0;
            OK(lpl_layer_create(&c, &l));
            OK(lpl_update(l, NULL, x, n, x + B * n, n, B));
            const int to_compare = threads > 1;
            OK(lpl_layer_read(l, w[to_compare], M * FROM * 9, LPL_STATE_WEIGHTS));
            OK(lpl_forward(l, z[to_compare], out, x, n, B));
            ck_assert(!to_compare || memcmp(w[0], w[1], M * FROM * 36) == 0);
            ck_assert(!to_compare || memcmp(z[0], z[1], B * out * 4) == 0);
            lpl_layer_destroy(l);
        }
        free(x), free(w[0]), free(w[1]), free(z[0]), free(z[1]);
    }
}
END_TEST

int main(void) {
    testing_seed("test_winograd", 20261124);
    Suite *s = suite_create("winograd");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, winograd_like_im2col);
    tcase_add_test(t, squares_of_4);
    tcase_add_test(t, groups_of_lanes_by_threads);
    suite_add_tcase(s, t);
    return testing_run(s);
}
