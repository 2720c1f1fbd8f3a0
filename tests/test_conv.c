/* tests/test_conv.c - convolutional layers: maps against the definition, gradients against finite differences, bits,
 * resume, bad input. */
#include "common/testing.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/memfile.h"
#include "layer/layer.h"

static lpl_layer_config_t config(int32_t dtype, size_t channels, size_t height, size_t width, size_t out,
                                 size_t batch) {
    lpl_layer_config_t c;
    OK(lpl_layer_config_init(&c, sizeof c));
    OK(lpl_layer_preset(&c, LPL_PRESET_REFERENCE));
    c.kind = LPL_LAYER_CONV2D, c.dtype = dtype;
    c.channels = (uint32_t)channels, c.height = (uint32_t)height, c.width = (uint32_t)width, c.n_post = out,
    c.batch_max = batch;
    return c;
}

/* A random legal geometry. */
static lpl_layer_config_t random_config(int32_t dtype) {
    for (;;) {
        const size_t groups = testing_size(1, 2);
        lpl_layer_config_t c = config(dtype, groups * testing_size(1, 3), testing_size(1, 9), testing_size(1, 9),
                                      groups * testing_size(1, 4), testing_size(2, 5));
        c.groups = (uint32_t)groups, c.kernel_h = (uint32_t)testing_size(1, 5),
        c.kernel_w = (uint32_t)testing_size(1, 5);
        c.padding = (uint32_t)testing_size(0, (c.kernel_h < c.kernel_w ? c.kernel_h : c.kernel_w) - 1);
        c.stride = (uint32_t)testing_size(1, 3), c.pool = (uint32_t)testing_size(1, 2),
        c.bias = (int32_t)testing_size(0, 1);
        lpl_layer_t *l = NULL;
        if (lpl_layer_create(&c, &l) < 0) continue; /* a kernel or pool larger than the map */
        lpl_layer_destroy(l);
        return c;
    }
}

static double parameter(const lpl_layer_t *l, int32_t p) {
    double v;
    OK(lpl_layer_get(l, p, &v));
    return v;
}

/* One response by the definition: sum over the kernel, relu, largest of the window. */
static double response(const lpl_layer_config_t *c, const double *w, const double *bias, const double *x, size_t o,
                       size_t qy, size_t qx) {
    const size_t in = c->channels / c->groups, first = o / ((size_t)c->n_post / c->groups) * in;
    double best = -1;
    for (size_t py = 0; py < c->pool; py++)
        for (size_t px = 0; px < c->pool; px++) {
            double a = bias ? bias[o] : 0;
            for (size_t k = 0; k < in; k++)
                for (size_t ky = 0; ky < c->kernel_h; ky++)
                    for (size_t kx = 0; kx < c->kernel_w; kx++) {
                        const long y = (long)((qy * c->pool + py) * c->stride + ky) - (long)c->padding;
                        const long z = (long)((qx * c->pool + px) * c->stride + kx) - (long)c->padding;
                        if (y < 0 || z < 0 || y >= (long)c->height || z >= (long)c->width) continue;
                        a += w[((o * in + k) * c->kernel_h + ky) * c->kernel_w + kx] *
                             x[((first + k) * c->height + (size_t)y) * c->width + (size_t)z];
                    }
            best = fmax(best, a > 0 ? a : 0);
        }
    return best;
}

START_TEST(map_by_definition) {
    for (int round = 0; round < 60; round++) {
        const lpl_layer_config_t c = random_config(LPL_F64);
        lpl_layer_t *l;
        OK(lpl_layer_create(&c, &l));
        const size_t rows = (size_t)parameter(l, LPL_PARAM_OUT_HEIGHT),
                     cols = (size_t)parameter(l, LPL_PARAM_OUT_WIDTH), n_out = (size_t)parameter(l, LPL_PARAM_N_OUT);
        const size_t n_pre = (size_t)parameter(l, LPL_PARAM_N_PRE), M = (size_t)c.n_post,
                     fan = (size_t)parameter(l, LPL_PARAM_FAN_IN), B = (size_t)c.batch_max + 3;
        ck_assert_uint_eq(n_out, M * rows * cols);
        double *w = malloc(M * fan * 8), *b = c.bias ? malloc(M * 8) : NULL, *x = testing_doubles(B * n_pre),
               *z = malloc(B * (n_out + 1) * 8);
        OK(lpl_layer_read_f64(l, w, M * fan, LPL_STATE_WEIGHTS));
        if (b) OK(lpl_layer_read_f64(l, b, M, LPL_STATE_BIAS));
        OK(lpl_forward_f64(l, z, n_out + 1, x, n_pre, B)); /* any batch, also a larger one */
        for (size_t i = 0; i < B; i++)
            for (size_t o = 0; o < M; o++)
                for (size_t q = 0; q < rows * cols; q++)
                    CLOSE(z[i * (n_out + 1) + o * rows * cols + q],
                          response(&c, w, b, x + i * n_pre, o, q / cols, q % cols), 1e-13, 1);
        free(w), free(b), free(x), free(z), lpl_layer_destroy(l);
    }
}
END_TEST

/* What the update descends, computed from the layer's own total in its report, against lpl_gradient: central
 * differences. */
static double total(lpl_layer_t *l, const double *x0, const double *x1, size_t n, size_t B, size_t fan, size_t M) {
    double *dw = malloc(M * fan * 8);
    lpl_report_t r;
    OK(lpl_report_init(&r, sizeof r));
    OK(lpl_gradient_f64(l, dw, fan, NULL, &r, x0, n, x1, n, B));
    free(dw);
    return r.total;
}

/* A pool's winner, or which hidden units of the head are active, may change within a difference's step: the loss has a
 * kink there, and the difference is of two slopes. Are they the same in both views with the parameters at both ends?
 * (The map of a layer without pool shows what competes.) */
static int no_kink_between(const lpl_layer_config_t *c, const double *w[2], const double *b[2],
                           const double *const x[2], size_t n, size_t B, size_t fan) {
    const size_t M = (size_t)c->n_post, pool = c->pool;
    lpl_layer_config_t open = *c;
    lpl_layer_t *l;
    int same = 1;
    double w1[5 * 8], b1[5]; /* head_hidden x n_post */
    if (c->pool == 1 && c->sees != LPL_SEES_HEAD) return 1;
    open.pool = 1;
    OK(lpl_layer_create(&open, &l));
    const size_t rows = (size_t)parameter(l, LPL_PARAM_OUT_HEIGHT), cols = (size_t)parameter(l, LPL_PARAM_OUT_WIDTH);
    double *z[2] = {malloc(B * M * rows * cols * 8), malloc(B * M * rows * cols * 8)},
           *means[2] = {malloc(B * M * 8), malloc(B * M * 8)};
    if (c->sees == LPL_SEES_HEAD) {
        OK(lpl_layer_read_f64(l, w1, 5 * M, LPL_STATE_HEAD_W1));
        OK(lpl_layer_read_f64(l, b1, 5, LPL_STATE_HEAD_B1));
    }
    for (int view = 0; view < 2; view++) {
        for (int side = 0; side < 2; side++) {
            OK(lpl_layer_write_f64(l, w[side], M * fan, LPL_STATE_WEIGHTS));
            OK(lpl_layer_write_f64(l, b[side], M, LPL_STATE_BIAS));
            OK(lpl_forward_f64(l, z[side], M * rows * cols, x[view], n, B));
        }
        for (size_t k = 0; k < B * M; k++) {
            double mean[2] = {0};
            for (size_t y = 0; y + pool <= rows; y += pool)
                for (size_t v = 0; v + pool <= cols; v += pool) {
                    size_t best[2] = {0, 0};
                    for (int side = 0; side < 2; side++) {
                        const double *at = z[side] + (k * rows + y) * cols + v;
                        for (size_t q = 1; q < pool * pool; q++)
                            if (at[q / pool * cols + q % pool] > at[best[side] / pool * cols + best[side] % pool])
                                best[side] = q;
                        mean[side] += at[best[side] / pool * cols + best[side] % pool];
                    }
                    same &= best[0] == best[1];
                }
            for (int side = 0; side < 2; side++) means[side][k] = mean[side] / (double)(rows / pool * (cols / pool));
        }
        for (size_t k = 0; c->sees == LPL_SEES_HEAD && k < B * 5; k++) {
            double h[2] = {b1[k % 5], b1[k % 5]};
            for (int side = 0; side < 2; side++)
                for (size_t i = 0; i < M; i++) h[side] += w1[k % 5 * M + i] * means[side][k / 5 * M + i];
            same &= (h[0] > 0) == (h[1] > 0);
        }
    }
    free(z[0]), free(z[1]), free(means[0]), free(means[1]), lpl_layer_destroy(l);
    return same;
}

START_TEST(gradient_of_the_loss) {
    int kinks = 0; /* probes with one nearer than the smallest step */
    for (int round = 0; round < 30; round++) {
        lpl_layer_config_t c = random_config(LPL_F64);
        c.activation =
            (const int32_t[]){
                LPL_ACT_SOFTPLUS, LPL_ACT_GELU,
                LPL_ACT_SILU}[round / 3 %
                              3]; /* smooth: the pool's winners make the only kinks, and steps do not cross them */
        c.sees = round % 3, c.head_hidden = 5, c.head_out = 3, c.bias = 1, c.eps = 0.1;
        lpl_layer_t *l;
        OK(lpl_layer_create(&c, &l));
        const size_t M = (size_t)c.n_post, fan = (size_t)parameter(l, LPL_PARAM_FAN_IN),
                     n = (size_t)parameter(l, LPL_PARAM_N_PRE), B = (size_t)c.batch_max;
        double *x0 = testing_doubles(B * n), *x1 = testing_doubles(B * n), *dw = malloc(M * fan * 8),
               *db = malloc(M * 8), *w = malloc(M * fan * 8), *b = malloc(M * 8);
        OK(lpl_gradient_f64(l, dw, fan, db, NULL, x0, n, x1, n, B));
        OK(lpl_layer_read_f64(l, w, M * fan, LPL_STATE_WEIGHTS));
        OK(lpl_layer_read_f64(l, b, M, LPL_STATE_BIAS));
        double scale = 1e-3, *end_w[2] = {malloc(M * fan * 8), malloc(M * fan * 8)},
               *end_b[2] = {malloc(M * 8), malloc(M * 8)};
        for (size_t k = 0; k < M * fan; k++) scale = fmax(scale, fabs(dw[k]));
        for (int probe = 0; probe < 12; probe++) {
            const int of_bias = probe % 4 == 3;
            const size_t k = testing_size(0, (of_bias ? M : M * fan) - 1);
            double f[2], h = 1e-5;
            int calm = 0; /* down to 1.6e-7, where rounding of the loss is 1e-8 of the difference */
            for (int smaller = 0; smaller < 4 && !calm; smaller++) {
                if (smaller) h /= 4;
                for (int side = 0; side < 2; side++) {
                    memcpy(end_w[side], w, M * fan * 8), memcpy(end_b[side], b, M * 8);
                    *(of_bias ? &end_b[side][k] : &end_w[side][k]) += side ? h : -h;
                }
                calm = no_kink_between(&c, (const double *[2]){end_w[0], end_w[1]},
                                       (const double *[2]){end_b[0], end_b[1]}, (const double *const[2]){x0, x1}, n, B,
                                       fan);
            }
            if (!calm) {
                kinks++;
                continue;
            }
            for (int side = 0; side < 2; side++) {
                OK(lpl_layer_write_f64(l, end_w[side], M * fan, LPL_STATE_WEIGHTS));
                OK(lpl_layer_write_f64(l, end_b[side], M, LPL_STATE_BIAS));
                f[side] = total(l, x0, x1, n, B, fan, M);
            }
            CLOSE((f[1] - f[0]) / (2 * h), of_bias ? db[k] : dw[k], 2e-6, scale + 1);
        }
        free(x0), free(x1), free(dw), free(db), free(w), free(b), lpl_layer_destroy(l);
        for (int side = 0; side < 2; side++) free(end_w[side]), free(end_b[side]);
    }
    ck_assert_int_le(kinks, 2); /* of 360 */
}
END_TEST

/* The head's gradient through what SGD moves it by. */
START_TEST(gradient_of_the_head) {
    lpl_layer_config_t c = config(LPL_F64, 3, 6, 6, 5, 7);
    c.activation = LPL_ACT_SOFTPLUS, c.sees = LPL_SEES_HEAD, c.head_hidden = 6, c.head_out = 4, c.optim = LPL_OPTIM_SGD,
    c.eta = 1, c.weight_decay = 0, c.eps = 0.1;
    static const int32_t state[4] = {LPL_STATE_HEAD_W1, LPL_STATE_HEAD_B1, LPL_STATE_HEAD_W2, LPL_STATE_HEAD_B2};
    static const size_t length[4] = {30, 6, 24, 4};
    const size_t n = 3 * 36, B = 7, fan = 27, M = 5;
    double *x0 = testing_doubles(B * n), *x1 = testing_doubles(B * n);
    for (int part = 0; part < 4; part++) {
        lpl_layer_t *l;
        double p[30], moved[30];
        OK(lpl_layer_create(&c, &l));
        ck_assert(parameter(l, LPL_PARAM_HEAD_HIDDEN) == 6 && parameter(l, LPL_PARAM_UNITS) == 4);
        ck_assert(parameter(l, LPL_PARAM_CHANNELS) == 3 &&
                  parameter(l, LPL_PARAM_HEIGHT) * parameter(l, LPL_PARAM_WIDTH) == 36);
        OK(lpl_layer_read_f64(l, p, length[part], state[part]));
        for (size_t k = 0; k < length[part]; k++) moved[k] = p[k];
        double f[2], h = 1e-6;
        for (size_t k = 0; k < length[part]; k += 3) {
            double keep = p[k];
            for (int side = 0; side < 2; side++) {
                p[k] = keep + (side ? h : -h);
                OK(lpl_layer_write_f64(l, p, length[part], state[part]));
                f[side] = total(l, x0, x1, n, B, fan, M);
            }
            p[k] = keep;
            moved[k] = (f[1] - f[0]) / (2 * h);
        }
        OK(lpl_layer_write_f64(l, p, length[part], state[part]));
        OK(lpl_update_f64(l, NULL, x0, n, x1, n, B));
        double after[30];
        OK(lpl_layer_read_f64(l, after, length[part], state[part]));
        for (size_t k = 0; k < length[part]; k += 3) CLOSE(p[k] - after[k], moved[k], 1e-6, 1 + fabs(moved[k]));
        lpl_layer_destroy(l);
    }
    free(x0), free(x1);
}
END_TEST

/* A 1 x 1 image and kernel is a dense layer.
 *
 * Both sum in another order, so their responses differ by rounding, 12 * 2^-53 of the products' sizes at most. What
 * that makes of the loss is a matter of the layer: STALE divides by variances of the last batch, and where a unit was
 * nearly silent a response of now is a hundred deviations from the mean; Adam divides by gradients. So that the bound
 * follows the condition, four more dense layers get inputs that are off by up to 2^-46, 128 times a rounding and ten
 * times what all products of a response may be off by, in pairs of opposite sign: where they differ from the plain one
 * by d, the convolution may differ by d. Chance must leave nearly all to the fixed tolerance alone. */
START_TEST(one_by_one_is_dense) {
    enum { SHAKEN = 4 };
    const size_t n = 12, M = 9, B = 6;
    int loose = 0;
    for (int round = 0; round < 6; round++) { /* one position is the mean of all, or all positions */
        const int stats = round / 2;
        lpl_layer_config_t c = config(LPL_F64, n, 1, 1, M, B), d = c;
        c.sees = round % 2 ? LPL_SEES_POSITIONS : LPL_SEES_POOLED;
        c.kernel_h = c.kernel_w = 1, c.padding = 0, c.stats = stats, c.tau_mean = c.tau_sigma2 = 9;
        d.kind = LPL_LAYER_DENSE, d.n_pre = n, d.stats = stats, d.tau_mean = d.tau_sigma2 = 9;
        lpl_layer_t *a, *b[1 + SHAKEN];
        OK(lpl_layer_create(&c, &a));
        for (int j = 0; j <= SHAKEN; j++) OK(lpl_layer_create(&d, &b[j]));
        lpl_report_t ra, rb, rs;
        OK(lpl_report_init(&ra, sizeof ra));
        OK(lpl_report_init(&rb, sizeof rb));
        OK(lpl_report_init(&rs, sizeof rs));
        for (int t = 0; t < 6; t++) {
            double *x = testing_doubles(2 * B * n), *y = malloc(2 * B * n * 8), *r = NULL, spread = 0;
            OK(lpl_update_f64(a, &ra, x, n, x + B * n, n, B));
            OK(lpl_update_f64(b[0], &rb, x, n, x + B * n, n, B));
            for (int j = 1; j <= SHAKEN; j++) {
                if (j % 2) free(r), r = testing_doubles(2 * B * n);
                for (size_t k = 0; k < 2 * B * n; k++) y[k] = x[k] * (1 + (j % 2 ? r[k] : -r[k]) * 0x1p-46);
                OK(lpl_update_f64(b[j], &rs, y, n, y + B * n, n, B));
                spread = fmax(spread, fabs(rs.total - rb.total));
            }
            CLOSE(ra.total, rb.total, 1, 1e-11 * (1 + fabs(rb.total)) + spread);
            loose += spread > 1e-9 * (1 + fabs(rb.total));
            ck_assert_uint_eq(ra.n_dead, rb.n_dead);
            free(x), free(y), free(r);
        }
        double wa[108], wb[1 + SHAKEN][108];
        OK(lpl_layer_read_f64(a, wa, 108, LPL_STATE_WEIGHTS));
        for (int j = 0; j <= SHAKEN; j++) OK(lpl_layer_read_f64(b[j], wb[j], 108, LPL_STATE_WEIGHTS));
        for (int k = 0; k < 108; k++) {
            double spread = 0;
            for (int j = 1; j <= SHAKEN; j++) spread = fmax(spread, fabs(wb[j][k] - wb[0][k]));
            CLOSE(wa[k], wb[0][k], 1, 1e-7 + spread);
            loose += spread > 1e-7;
        }
        lpl_layer_destroy(a);
        for (int j = 0; j <= SHAKEN; j++) lpl_layer_destroy(b[j]);
    }
    ck_assert_int_le(loose, 6); /* of 36 losses and 648 weights */
}
END_TEST

/* Same bits for any number of threads, and run(2 + 2) = run(2), save, load, run(2), for everything the loss may see. */
START_TEST(threads_and_resume) {
    for (int round = 0; round < 10; round++) {
        lpl_layer_config_t c = config(LPL_F32, 3, 12, 12, 20, 40);
        c.sees = round % 3, c.head_hidden = 8, c.head_out = 6, c.pool = 2,
        c.pair = round < 6 || round == 9 ? LPL_PAIR_SYMMETRIC : LPL_PAIR_CAUSAL;
        c.stats = round / 3 % 3 == 1 ? LPL_STATS_STALE : round / 3 % 3 == 2 ? LPL_STATS_EWMA : LPL_STATS_BATCH;
        if (round == 9) c.stats = LPL_STATS_EWMA, c.sees = LPL_SEES_POSITIONS; /* of both views */
        const size_t n = 3 * 144, B = 40, W = 20 * 27;
        float *x = testing_floats(8 * B * n), *ref = malloc(W * 4), *w = malloc(W * 4);
        for (int run = 0; run < 3; run++) { /* 1 thread, 3 threads, interrupted */
            c.threads = run == 1 ? 3 : 1;
            lpl_layer_t *l;
            OK(lpl_layer_create(&c, &l));
            for (size_t t = 0; t < 4; t++) {
                const float *x0 = x + 2 * t * B * n, *x1 = x0 + B * n;
                if (c.pair == LPL_PAIR_CAUSAL && t > 0) x0 = NULL; /* remembered */
                OK(lpl_update(l, NULL, x0, n, x1, n, B));
                if (run == 2 && t == 1) {
                    memfile_t f = {0};
                    OK(lpl_layer_save(l, memfile_write, &f));
                    lpl_layer_destroy(l);
                    OK(lpl_layer_load(memfile_read, &f, 0, 2, &l));
                    free(f.data);
                }
            }
            OK(lpl_layer_read(l, run == 0 ? ref : w, W, LPL_STATE_WEIGHTS));
            if (run > 0) ck_assert_msg(memcmp(ref, w, W * 4) == 0, "round %d, run %d", round, run);
            lpl_layer_destroy(l);
        }
        free(x), free(ref), free(w);
    }
}
END_TEST

/* One frame after the other (batch 1, exponential statistics): lpl_update_online is lpl_update with a batch of one. */
START_TEST(frame_by_frame) {
    lpl_layer_config_t c = config(LPL_F32, 2, 6, 6, 5, 1);
    c.sees = _i ? LPL_SEES_POSITIONS : LPL_SEES_POOLED;
    c.pair = LPL_PAIR_CAUSAL, c.stats = LPL_STATS_EWMA, c.tau_mean = c.tau_sigma2 = 20;
    lpl_layer_t *a, *b;
    OK(lpl_layer_create(&c, &a));
    OK(lpl_layer_create(&c, &b));
    float z[5 * 36], wa[90], wb[90];
    for (int t = 0; t < 20; t++) {
        float *x = testing_floats(72), map[5 * 36];
        OK(lpl_forward(a, map, 180, x, 72, 1));
        OK(lpl_update_online(a, z, NULL, x));
        OK(lpl_update(b, NULL, NULL, 0, x, 72, 1));
        double mean = 0;
        for (int q = 0; q < 36; q++) mean += (double)map[q] / 36;
        if (_i)
            for (int q = 0; q < 180; q++) CLOSE(z[q], map[q], 1e-6, 1);
        else
            CLOSE(z[0], mean, 1e-6, 1);
        free(x);
    }
    OK(lpl_layer_read(a, wa, 90, LPL_STATE_WEIGHTS));
    OK(lpl_layer_read(b, wb, 90, LPL_STATE_WEIGHTS));
    ck_assert(memcmp(wa, wb, sizeof wa) == 0);
    lpl_layer_destroy(a), lpl_layer_destroy(b);
}
END_TEST

/* Exponential statistics of every position by the definition (layer.h): means and variances of units, the covariance of
 * channels, the gradient; frame by frame, of a batch that follows another, of pairs of which both views learn. */
enum {
    MAP = 5,
    CHANNELS = 2,
    POST = 3,
    PLACES = MAP * MAP,
    SEEN_UNITS = POST * PLACES,
    TAPS = CHANNELS * 9,
    ROWS_MAX = 4
};

typedef struct {
    double mean[SEEN_UNITS], sigma2[SEEN_UNITS], cov[POST * POST];
} running_t;

static void take_in(running_t *s, const double *const z[2], size_t rows, double tau) {
    const double n = (double)rows * (z[0] ? 2 : 1), k = 1 - exp(-n / tau);
    double channel[POST] = {0};
    for (size_t i = 0; i < SEEN_UNITS; i++) {
        double sum = 0, square = 0;
        for (int v = 0; v < 2; v++)
            for (size_t b = 0; z[v] && b < rows; b++) sum += z[v][b * SEEN_UNITS + i];
        s->mean[i] += k * (sum / n - s->mean[i]);
        for (int v = 0; v < 2; v++)
            for (size_t b = 0; z[v] && b < rows; b++) square += pow(z[v][b * SEEN_UNITS + i] - s->mean[i], 2);
        s->sigma2[i] += k * (square / n - s->sigma2[i]);
        channel[i / PLACES] += s->mean[i] / PLACES;
    }
    for (size_t i = 0; i < POST * POST; i++) {
        double sum = 0;
        for (int v = 0; v < 2; v++)
            for (size_t b = 0; z[v] && b < rows; b++)
                for (size_t q = 0; q < PLACES; q++)
                    sum += (z[v][b * SEEN_UNITS + i / POST * PLACES + q] - channel[i / POST]) *
                           (z[v][b * SEEN_UNITS + i % POST * PLACES + q] - channel[i % POST]);
        s->cov[i] += k * (sum / (n * PLACES) - s->cov[i]);
    }
}

/* delta of one view, without f'. */
static void factor(double *delta, const running_t *s, const lpl_layer_config_t *c, const double *z, const double *past,
                   size_t rows, double share) {
    double channel[POST] = {0};
    for (size_t i = 0; i < SEEN_UNITS; i++) channel[i / PLACES] += s->mean[i] / PLACES;
    for (size_t b = 0; b < rows; b++)
        for (size_t i = 0; i < SEEN_UNITS; i++) {
            const size_t at = b * SEEN_UNITS + i, o = i / PLACES;
            const double n = (double)(rows * SEEN_UNITS);
            double lateral = 0;
            for (size_t k = 0; k < POST; k++)
                if (k != o)
                    lateral += (z[b * SEEN_UNITS + k * PLACES + i % PLACES] - channel[k]) * s->cov[o * POST + k];
            delta[at] = (past ? -c->pull * (z[at] - past[at]) : 0) / n +
                        share * c->push * (z[at] - s->mean[i]) / (s->sigma2[i] + c->eps) / n -
                        share * c->decorr * 4 / (POST - 1) * lateral / n;
        }
}

START_TEST(positions_of_a_stream) {
    for (int round = 0; round < 12; round++) {
        const int pair = round % 2, wide = round / 2 % 2, remembers = !pair && round / 4 != 1;
        const size_t rows = round / 4 == 2 && !pair ? 1 : ROWS_MAX, n = CHANNELS * PLACES;
        lpl_layer_config_t c = config(wide ? LPL_F64 : LPL_F32, CHANNELS, MAP, MAP, POST, rows);
        c.sees = LPL_SEES_POSITIONS, c.stats = LPL_STATS_EWMA, c.form = LPL_FORM_ERRATUM, c.optim = LPL_OPTIM_SGD;
        c.pair = pair ? LPL_PAIR_SYMMETRIC : LPL_PAIR_CAUSAL, c.pool = 1, c.bias = 1, c.weight_decay = 0;
        c.tau_mean = c.tau_sigma2 = 7, c.eps = 0.1, c.decorr = 2, c.push = 1.5, c.pull = 0.7, c.sigma2_init = 0.5;
        c.eta = 0.3;
        lpl_layer_t *l;
        OK(lpl_layer_create(&c, &l));
        running_t s = {.mean = {0}};
        for (size_t i = 0; i < SEEN_UNITS; i++) s.sigma2[i] = 0.5;
        for (size_t i = 0; i < POST; i++) s.cov[i * (POST + 1)] = 0.5;
        const double close = wide ? 1e-12 : 2e-5;
        double w[POST * TAPS], b[POST], z[2][ROWS_MAX * SEEN_UNITS], delta[ROWS_MAX * SEEN_UNITS], got[SEEN_UNITS];
        double *x[2] = {testing_doubles(ROWS_MAX * n), NULL};
        for (int t = 0; t < 8; t++) {
            float narrow[2][ROWS_MAX * CHANNELS * PLACES], wf[POST * TAPS], bf[POST];
            x[1] = testing_doubles(ROWS_MAX * n);
            for (size_t k = 0; k < 2 * rows * n; k++) {
                double *p = &x[k / (rows * n)][k % (rows * n)];
                narrow[k / (rows * n)][k % (rows * n)] = (float)*p, *p = wide ? *p : (double)(float)*p;
            }
            if (wide) {
                OK(lpl_layer_read_f64(l, w, POST * TAPS, LPL_STATE_WEIGHTS));
                OK(lpl_layer_read_f64(l, b, POST, LPL_STATE_BIAS));
            } else {
                OK(lpl_layer_read(l, wf, POST * TAPS, LPL_STATE_WEIGHTS));
                OK(lpl_layer_read(l, bf, POST, LPL_STATE_BIAS));
                for (size_t k = 0; k < POST * TAPS; k++) w[k] = (double)wf[k];
                for (size_t k = 0; k < POST; k++) b[k] = (double)bf[k];
            }
            const int first = remembers && t == 0 ? 1 : 0; /* nothing to remember yet */
            if (remembers && t > 0) memcpy(z[0], z[1], sizeof z[0]);
            for (int v = remembers ? 1 : 0; v < 2; v++)
                for (size_t k = 0; k < rows * SEEN_UNITS; k++)
                    z[v][k] = response(&c, w, b, x[v] + k / SEEN_UNITS * n, k % SEEN_UNITS / PLACES, k % PLACES / MAP,
                                       k % PLACES % MAP);
            take_in(&s, (const double *const[2]){pair ? z[0] : NULL, z[1]}, rows, 7);
            double dw[POST * TAPS] = {0}, db[POST] = {0};
            for (int v = pair ? 0 : 1; v < 2; v++) {
                factor(delta, &s, &c, z[v], first ? NULL : z[1 - v], rows, pair ? 0.5 : 1);
                for (size_t k = 0; k < rows * SEEN_UNITS; k++) {
                    const size_t o = k % SEEN_UNITS / PLACES, y = k % PLACES / MAP, q = k % PLACES % MAP;
                    if (!(z[v][k] > 0)) continue;
                    db[o] += delta[k];
                    for (size_t m = 0; m < TAPS; m++) {
                        const size_t yy = y + m % 9 / 3, qq = q + m % 3;
                        if (yy >= 1 && yy <= MAP && qq >= 1 && qq <= MAP)
                            dw[o * TAPS + m] +=
                                delta[k] * x[v][k / SEEN_UNITS * n + m / 9 * PLACES + (yy - 1) * MAP + qq - 1];
                    }
                }
            }
            if (wide) {
                OK(lpl_update_f64(l, NULL, remembers ? NULL : x[0], remembers ? 0 : n, x[1], n, rows));
                double after[POST * TAPS], bias[POST];
                OK(lpl_layer_read_f64(l, after, POST * TAPS, LPL_STATE_WEIGHTS));
                OK(lpl_layer_read_f64(l, bias, POST, LPL_STATE_BIAS));
                for (size_t k = 0; k < POST * TAPS; k++) CLOSE(after[k] - w[k], c.eta * dw[k], close, 1);
                for (size_t k = 0; k < POST; k++) CLOSE(bias[k] - b[k], c.eta * db[k], close, 1);
            } else {
                OK(lpl_update(l, NULL, remembers ? NULL : narrow[0], remembers ? 0 : n, narrow[1], n, rows));
                float after[POST * TAPS], bias[POST];
                OK(lpl_layer_read(l, after, POST * TAPS, LPL_STATE_WEIGHTS));
                OK(lpl_layer_read(l, bias, POST, LPL_STATE_BIAS));
                for (size_t k = 0; k < POST * TAPS; k++) CLOSE((double)after[k] - w[k], c.eta * dw[k], close, 1);
                for (size_t k = 0; k < POST; k++) CLOSE((double)bias[k] - b[k], c.eta * db[k], close, 1);
            }
            const struct {
                const double *want;
                size_t n;
                int32_t state;
            } states[] = {{s.mean, SEEN_UNITS, LPL_STATE_MEAN},
                          {s.sigma2, SEEN_UNITS, LPL_STATE_SIGMA2},
                          {s.cov, POST * POST, LPL_STATE_COVARIANCE}};
            for (size_t k = 0; k < 3; k++) {
                float narrow_got[SEEN_UNITS];
                if (wide) {
                    OK(lpl_layer_read_f64(l, got, states[k].n, states[k].state));
                } else {
                    OK(lpl_layer_read(l, narrow_got, states[k].n, states[k].state));
                    for (size_t i = 0; i < states[k].n; i++) got[i] = (double)narrow_got[i];
                }
                for (size_t i = 0; i < states[k].n; i++) CLOSE(got[i], states[k].want[i], close, 1);
            }
            free(x[0]), x[0] = x[1];
        }
        free(x[0]), lpl_layer_destroy(l);
    }
}
END_TEST

/* One frame, one position, and all units silent, as they have always been: every sum of squares is 0, and so is the
 * step. */
START_TEST(silent_positions) {
    for (int wide = 0; wide < 2; wide++) {
        lpl_layer_config_t c = config(wide ? LPL_F64 : LPL_F32, 3, 1, 1, 4, 1);
        c.sees = LPL_SEES_POSITIONS, c.stats = LPL_STATS_EWMA, c.pair = LPL_PAIR_CAUSAL, c.weight_decay = 0;
        c.kernel_h = c.kernel_w = 1, c.padding = 0;
        const double bias[4] = {-100, -100, -100, -100}, x[3] = {1, -1, 0.5};
        const float xf[3] = {1, -1, 0.5f};
        double w[2][12];
        lpl_layer_t *l;
        OK(lpl_layer_create(&c, &l));
        for (int after = 0; after < 2; after++) {
            float wf[12], bf[4] = {-100, -100, -100, -100};
            if (wide) {
                if (!after) OK(lpl_layer_write_f64(l, bias, 4, LPL_STATE_BIAS));
                OK(lpl_layer_read_f64(l, w[after], 12, LPL_STATE_WEIGHTS));
                for (int t = 0; t < 3; t++) OK(lpl_update_f64(l, NULL, NULL, 0, x, 3, 1));
            } else {
                if (!after) OK(lpl_layer_write(l, bf, 4, LPL_STATE_BIAS));
                OK(lpl_layer_read(l, wf, 12, LPL_STATE_WEIGHTS));
                for (int k = 0; k < 12; k++) w[after][k] = (double)wf[k];
                for (int t = 0; t < 3; t++) OK(lpl_update(l, NULL, NULL, 0, xf, 3, 1));
            }
        }
        for (int k = 0; k < 12; k++) ck_assert(w[0][k] == w[1][k]);
        lpl_layer_destroy(l);
    }
}
END_TEST

/* Responses of 1e11: no bound excludes an overflow in float (a step that is first done on copies), and there is none.
 * In double the bounds do; both end up with the same statistics. */
START_TEST(large_positions) {
    for (int pair = 0; pair < 2; pair++) {
        lpl_layer_config_t c = config(LPL_F32, 2, 5, 5, 3, 2);
        c.sees = LPL_SEES_POSITIONS, c.stats = LPL_STATS_EWMA, c.pair = pair ? LPL_PAIR_SYMMETRIC : LPL_PAIR_CAUSAL;
        c.optim = LPL_OPTIM_SGD, c.eta = 1e-30, c.pool = 1;
        lpl_layer_t *l[2];
        OK(lpl_layer_create(&c, &l[0]));
        c.dtype = LPL_F64;
        OK(lpl_layer_create(&c, &l[1]));
        float w[54], x[200], cov[9];
        double wide[54], xd[200], covd[9];
        OK(lpl_layer_read(l[0], w, 54, LPL_STATE_WEIGHTS));
        for (int k = 0; k < 54; k++) w[k] *= 1e12f, wide[k] = (double)w[k];
        OK(lpl_layer_write(l[0], w, 54, LPL_STATE_WEIGHTS));
        OK(lpl_layer_write_f64(l[1], wide, 54, LPL_STATE_WEIGHTS));
        OK(lpl_random_normal(x, 200, 1, 2, 0));
        for (int k = 0; k < 200; k++) xd[k] = (double)x[k];
        for (int t = 0; t < 2; t++) {
            OK(lpl_update(l[0], NULL, x, 50, x + 100, 50, 2));
            OK(lpl_update_f64(l[1], NULL, xd, 50, xd + 100, 50, 2));
        }
        OK(lpl_layer_read(l[0], cov, 9, LPL_STATE_COVARIANCE));
        OK(lpl_layer_read_f64(l[1], covd, 9, LPL_STATE_COVARIANCE));
        for (int k = 0; k < 9; k++) CLOSE((double)cov[k], covd[k], 1e-4, covd[0]);
        ck_assert(covd[0] > 1e18);
        lpl_layer_destroy(l[0]), lpl_layer_destroy(l[1]);
    }
}
END_TEST

static int32_t never(void *data, size_t n, int32_t type, int32_t op, void *user) {
    (void)data, (void)n, (void)type, (void)op, (void)user;
    return 1;
}

START_TEST(bad_input) {
    lpl_layer_config_t base = config(LPL_F32, 4, 8, 6, 6, 3);
    lpl_layer_t *l = NULL;
#define TRY(field, value, code, word)                \
    do {                                             \
        lpl_layer_config_t c = base;                 \
        c.field = value;                             \
        FAILS(lpl_layer_create(&c, &l), code, word); \
        ck_assert_ptr_null(l);                       \
    } while (0)
    TRY(channels, 0, LPL_E_ARG, "channels");
    TRY(height, 0, LPL_E_ARG, "height");
    TRY(width, 70000, LPL_E_ARG, "width");
    TRY(n_pre, 7, LPL_E_ARG, "n_pre");
    TRY(kernel_h, 0, LPL_E_ARG, "kernel_h");
    TRY(kernel_w, 11, LPL_E_ARG, "kernel");
    TRY(stride, 0, LPL_E_ARG, "stride");
    TRY(padding, 3, LPL_E_ARG, "padding");
    TRY(groups, 3, LPL_E_ARG, "groups");
    TRY(groups, 0, LPL_E_ARG, "groups");
    TRY(pool, 3, LPL_E_ARG, "pool");
    TRY(pool, 0, LPL_E_ARG, "pool");
    TRY(sees, 3, LPL_E_ARG, "sees");
    TRY(sees, LPL_SEES_HEAD, LPL_E_ARG, "head_hidden");
    TRY(rule, LPL_RULE_HEBB, LPL_E_ARG, "rule");
    base.sees = LPL_SEES_POSITIONS, base.stats = LPL_STATS_EWMA; /* for a layer alone */
    lpl_reduce_config_t ranks;
    OK(lpl_reduce_config_init(&ranks, sizeof ranks));
    ranks.chunk = 1;
    OK(lpl_layer_create(&base, &l));
    FAILS(lpl_layer_set_reduce(l, &ranks, never, NULL, NULL, NULL), LPL_E_UNSUPPORTED, "LPL_SEES_POSITIONS");
    lpl_layer_destroy(l);
    l = NULL;
    base.sees = LPL_SEES_POOLED, base.stats = LPL_STATS_BATCH;
    base.height = base.width = 1;
    TRY(pool, 2, LPL_E_ARG, "pool");
    base.height = 8, base.width = 6;
    OK(lpl_layer_create(&base, &l));
    const size_t n = 4 * 48;
    float *x0 = testing_floats(3 * n), *x1 = testing_floats(3 * n), w[6 * 36], w2[6 * 36], z[6 * 48];
    OK(lpl_layer_read(l, w, 216, LPL_STATE_WEIGHTS));
    FAILS(lpl_forward(l, z, 6 * 48 - 1, x0, n, 1), LPL_E_SIZE, "z");
    FAILS(lpl_update(l, NULL, x0, n - 1, x1, n, 3), LPL_E_SIZE, "x0");
    x1[n + 5] = NAN; /* named, and nothing is written; relu and pool do not hide it */
    FAILS(lpl_update(l, NULL, x0, n, x1, n, 3), LPL_E_NONFINITE, "unit 0");
    OK(lpl_layer_read(l, w2, 216, LPL_STATE_WEIGHTS));
    ck_assert(memcmp(w, w2, sizeof w) == 0);
    FAILS(lpl_layer_read(l, w2, 5, LPL_STATE_HEAD_W1), LPL_E_ARG, "state");
    free(x0), free(x1), lpl_layer_destroy(l);
}
END_TEST

/* Images in lanes (conv/lanes.h; AVX2 and AVX-512) against im2col (the reference instruction set), in double: batches
 * below, at and above the width of a register and of a chunk, all that the loss may see. Map and gradient. */
/* Decorrelation can be switched on later where the layer has the memory, or only one unit to decorrelate; the units are
 * those that the rule sees: not one output channel in front of a head with three outputs, nor three channels in front
 * of one. */
START_TEST(decorr_later) {
    static const struct {
        int32_t sees;
        uint32_t post, head_out;
        int may; /* created with decorr = 0 */
    } at[] = {{LPL_SEES_HEAD, 1, 3, 0},      {LPL_SEES_HEAD, 3, 1, 1},      {LPL_SEES_HEAD, 3, 3, 0},
              {LPL_SEES_POSITIONS, 1, 0, 1}, {LPL_SEES_POSITIONS, 2, 0, 0}, {LPL_SEES_POOLED, 1, 0, 1},
              {LPL_SEES_POOLED, 2, 0, 0}};
    for (size_t k = 0; k < sizeof at / sizeof *at; k++)
        for (int32_t stats = LPL_STATS_BATCH; stats <= LPL_STATS_EWMA; stats++)
            for (int made_with = 0; made_with < 2; made_with++) {
                lpl_layer_config_t c = config(LPL_F64, 2, 4, 4, at[k].post, 4);
                c.sees = at[k].sees, c.stats = stats, c.decorr = made_with;
                if (at[k].head_out) c.head_hidden = 3, c.head_out = at[k].head_out;
                lpl_layer_t *l = NULL, *again = NULL;
                double x[4 * 32], low, high, mine[64];
                ck_assert_int_eq(lpl_layer_create(&c, &l), LPL_OK);
                lpl_random_normal_f64(x, 4 * 32, c.seed, 3, 0);
                const int may = made_with || at[k].may;
                ck_assert_int_eq(lpl_layer_bounds(l, LPL_PARAM_DECORR, &low, &high), LPL_OK);
                ck_assert_int_eq(high > 0, may);
                ck_assert_int_eq(lpl_layer_set(l, LPL_PARAM_DECORR, 0.4), may ? LPL_OK : LPL_E_ARG);
                ck_assert_int_eq(lpl_layer_set(l, LPL_PARAM_DECORR, 0), LPL_OK);
                lpl_layer_set(l, LPL_PARAM_DECORR, 0.4);
                memfile_t f = {0};
                for (int round = 0; round < 2; round++) {
                    ck_assert_int_ge(lpl_update_f64(l, NULL, x, 32, x + 32, 32, 3), 0);
                    ck_assert_msg(lpl_layer_save(l, memfile_write, &f) == LPL_OK &&
                                      lpl_layer_load(memfile_read, &f, 0, 1, &again) == LPL_OK,
                                  "case %zu, stats %d, made with %d: %s", k, (int)stats, made_with, lpl_last_error());
                    ck_assert_int_eq(lpl_layer_read_f64(again, mine, 18 * at[k].post, LPL_STATE_WEIGHTS), LPL_OK);
                    lpl_layer_destroy(again);
                    free(f.data);
                    memset(&f, 0, sizeof f);
                }
                lpl_layer_destroy(l);
            }
}
END_TEST

START_TEST(lanes_like_im2col) {
    const int rounds = testing_rounds("lanes_like_im2col", 40, 10);
    for (int round = 0; round < rounds; round++) {
        lpl_layer_config_t c = random_config(LPL_F64);
        if (round % 3 == 0)
            c.channels = 8 * c.groups + c.groups * (uint32_t)testing_size(0, 20), c.n_pre = 0,
            c.n_post = c.groups * testing_size(1, 40);
        if (round % 2) c.stride = 1;
        if (round % 4 > 1) c.activation = round % 4 == 2 ? LPL_ACT_GELU : LPL_ACT_SILU;
        c.batch_max = testing_size(2, 70), c.sees = round % 3, c.head_hidden = 4, c.head_out = 3, c.eps = 0.1;
        const size_t M = (size_t)c.n_post, B = (size_t)c.batch_max;
        double *map[3] = {0}, *dw[3] = {0}, *db[3] = {0}, *x0 = NULL, *x1 = NULL;
        uint64_t dead[3];
        for (int32_t isa = LPL_ISA_REF; isa <= LPL_ISA_AVX512; isa++) {
            const int k = isa - LPL_ISA_REF;
            lpl_layer_t *l;
            c.isa = isa;
            const lpl_status_t made = lpl_layer_create(&c, &l);
            if (made == LPL_E_UNSUPPORTED) continue; /* not on this CPU */
            OK(made);
            const size_t n = (size_t)parameter(l, LPL_PARAM_N_PRE), out = (size_t)parameter(l, LPL_PARAM_N_OUT),
                         fan = (size_t)parameter(l, LPL_PARAM_FAN_IN);
            if (!x0) x0 = testing_doubles(B * n), x1 = testing_doubles(B * n);
            map[k] = malloc(B * out * 8), dw[k] = malloc(M * fan * 8), db[k] = malloc(M * 8);
            lpl_report_t r;
            OK(lpl_report_init(&r, sizeof r));
            OK(lpl_forward_f64(l, map[k], out, x0, n, B));
            OK(lpl_gradient_f64(l, dw[k], fan, c.bias ? db[k] : NULL, &r, x0, n, x1, n, B));
            dead[k] = r.n_dead;
            lpl_layer_destroy(l);
            if (k == 0) continue;
            double scale = 1;
            for (size_t j = 0; j < M * fan; j++) scale = fmax(scale, fabs(dw[0][j]));
            for (size_t j = 0; j < B * out; j++) CLOSE(map[k][j], map[0][j], 1e-12, 1);
            for (size_t j = 0; j < M * fan; j++) CLOSE(dw[k][j], dw[0][j], 1e-10, scale);
            for (size_t j = 0; c.bias && j < M; j++) CLOSE(db[k][j], db[0][j], 1e-10, scale);
            ck_assert_uint_eq(dead[k], dead[0]);
        }
        for (int k = 0; k < 3; k++) free(map[k]), free(dw[k]), free(db[k]);
        free(x0), free(x1);
    }
}
END_TEST

/* The same in float32 at sizes that fill AVX-512 registers; tolerance: rounding of sums of a few thousand terms. */
START_TEST(lanes_in_float32) {
    static const size_t shape[5][4] = {
        {3, 20, 64, 2}, {20, 6, 33, 1}, {40, 4, 28, 2}, {9, 1, 15, 1}, {33, 2, 14, 2}}; /* channels, side, out, pool */
    const int rounds = testing_rounds("lanes_in_float32", 15, 5);
    for (int round = 0; round < rounds; round++) {
        const size_t *q = shape[round % 5], B = testing_size(8, 80);
        float *z[2], *x = NULL;
        size_t out = 0;
        for (int k = 0; k < 2; k++) {
            lpl_layer_config_t c = config(LPL_F32, q[0], q[1], q[1], q[2], B);
            c.pool = (uint32_t)q[3], c.isa = k ? LPL_ISA_AUTO : LPL_ISA_REF;
            lpl_layer_t *l;
            OK(lpl_layer_create(&c, &l));
            out = (size_t)parameter(l, LPL_PARAM_N_OUT);
            const size_t n = q[0] * q[1] * q[1];
            if (!x) x = testing_floats(B * n);
            z[k] = malloc(B * out * 4);
            OK(lpl_forward(l, z[k], out, x, n, B));
            lpl_layer_destroy(l);
        }
        for (size_t j = 0; j < B * out; j++) CLOSE((double)z[1][j], (double)z[0][j], 3e-6, 1);
        free(x), free(z[0]), free(z[1]);
    }
}
END_TEST

/* Few input channels on maps of more than one block of the weight gradient, each instruction set, three threads.
 * Inputs and weights are such that no sum of a map is rounded: maps agree exactly, so do winners; gradients to
 * rounding. A NaN among the inputs is in the same responses everywhere. */
START_TEST(few_channels_on_large_maps) {
    static const struct {
        uint32_t channels, height, width, kernel, padding, pool, groups;
        size_t out;
    } shape[] = {{3, 32, 32, 3, 1, 2, 1, 16}, {1, 28, 28, 5, 2, 2, 1, 6},  {7, 9, 51, 3, 0, 1, 1, 15},
                 {2, 33, 40, 3, 2, 1, 2, 10}, {3, 30, 47, 4, 1, 2, 1, 29}, {4, 50, 3, 2, 1, 1, 1, 3}};
    const int rounds = testing_rounds("few_channels_on_large_maps", 12, 6);
    for (int round = 0; round < rounds; round++) {
        const size_t q = (size_t)round % (sizeof shape / sizeof *shape), B = testing_size(4, 40);
        lpl_layer_config_t c = config(LPL_F32, shape[q].channels, shape[q].height, shape[q].width, shape[q].out, B);
        c.kernel_h = c.kernel_w = shape[q].kernel, c.padding = shape[q].padding, c.pool = shape[q].pool;
        c.groups = shape[q].groups, c.eps = 0.1,
        c.sees = round / 6 % 2 == round % 2 ? LPL_SEES_POOLED : LPL_SEES_POSITIONS;
        const double near = c.sees == LPL_SEES_POOLED ? 3e-6 : 1e-4; /* the rule of positions runs in float32 */
        const size_t M = (size_t)c.n_post, n = (size_t)c.channels * c.height * c.width,
                     fan = (size_t)c.channels / c.groups * c.kernel_h * c.kernel_w;
        float *x[2] = {testing_floats(B * n), testing_floats(B * n)}, *w = testing_floats(M * fan),
              *bias = testing_floats(M), *map = NULL, *dw[4] = {0}, *db[4] = {0};
        double *x64[2], *w64 = malloc(M * fan * 8), *bias64 = malloc(M * 8), *map64[2], *dw64 = malloc(M * fan * 8),
                        *db64 = malloc(M * 8), scale = 0;
        for (size_t k = 0; k < M * fan; k++) w64[k] = w[k] = rintf(4 * w[k]) / 64;
        for (size_t k = 0; k < M; k++) bias64[k] = bias[k] = rintf(4 * bias[k]) / 64;
        for (int v = 0; v < 2; v++) {
            x64[v] = malloc(B * n * 8);
            for (size_t k = 0; k < B * n; k++) x64[v][k] = x[v][k] = rintf(2 * x[v][k]);
        }
        for (int k = 0; k < 4; k++) { /* im2col in double; AVX2, AVX-512; the best with three threads */
            static const int32_t isa[4] = {LPL_ISA_REF, LPL_ISA_AVX2, LPL_ISA_AVX512, LPL_ISA_AUTO};
            lpl_layer_t *l;
            c.isa = isa[k], c.threads = k == 3 ? 3 : 1, c.dtype = k == 0 ? LPL_F64 : LPL_F32;
            const lpl_status_t made = lpl_layer_create(&c, &l);
            if (made == LPL_E_UNSUPPORTED) continue; /* not on this CPU */
            OK(made);
            const size_t out = (size_t)parameter(l, LPL_PARAM_N_OUT);
            if (k == 0) {
                OK(lpl_layer_write_f64(l, w64, M * fan, LPL_STATE_WEIGHTS));
                OK(lpl_layer_write_f64(l, bias64, M, LPL_STATE_BIAS));
                OK(lpl_gradient_f64(l, dw64, fan, db64, NULL, x64[0], n, x64[1], n, B));
                map = malloc(B * out * 4), map64[0] = malloc(B * out * 8), map64[1] = malloc(B * out * 8);
                OK(lpl_forward_f64(l, map64[0], out, x64[0], n, B));
                x64[0][n / 2] = NAN;
                OK(lpl_forward_f64(l, map64[1], out, x64[0], n, B));
                for (size_t j = 0; j < M * fan; j++) scale = fmax(scale, fabs(dw64[j]));
                lpl_layer_destroy(l);
                continue;
            }
            dw[k] = malloc(M * fan * 4), db[k] = malloc(M * 4);
            OK(lpl_layer_write(l, w, M * fan, LPL_STATE_WEIGHTS));
            OK(lpl_layer_write(l, bias, M, LPL_STATE_BIAS));
            OK(lpl_gradient(l, dw[k], fan, db[k], NULL, x[0], n, x[1], n, B));
            size_t differ = 0;
            for (int v = 0; v < 2; v++) {
                const float was = x[0][n / 2];
                if (v) x[0][n / 2] = NAN;
                OK(lpl_forward(l, map, out, x[0], n, B));
                x[0][n / 2] = was;
                for (size_t j = 0; j < B * out; j++)
                    differ += !((double)map[j] == map64[v][j] || (isnan(map[j]) && isnan(map64[v][j])));
            }
            ck_assert_uint_eq(differ, 0);
            for (size_t j = 0; j < M * fan; j++) CLOSE((double)dw[k][j], dw64[j], near, scale);
            for (size_t j = 0; j < M; j++) CLOSE((double)db[k][j], db64[j], near, scale);
            lpl_layer_destroy(l);
        }
        const int best = dw[2] ? 2 : 1;
        if (dw[best]) ck_assert(memcmp(dw[best], dw[3], M * fan * 4) == 0 && memcmp(db[best], db[3], M * 4) == 0);
        for (int k = 0; k < 4; k++) free(dw[k]), free(db[k]);
        for (int v = 0; v < 2; v++) free(x[v]), free(x64[v]), free(map64[v]);
        free(w), free(bias), free(map), free(w64), free(bias64), free(dw64), free(db64);
    }
}
END_TEST

/* ---- engines; lpl_forward on several threads ---- */

/* One convolution for each engine, with few channels and more, and in double. A CPU without vectors has im2col for
 * all. */
static const struct {
    int32_t engine, dtype;
    uint32_t channels, side, out, stride, batch, flags;
} engines[] = {
    {.engine = LPLI_BY_IM2COL, .dtype = LPL_F32, .channels = 5, .side = 9, .out = 7, .stride = 2, .batch = 20},
    {.engine = LPLI_BY_IM2COL, .dtype = LPL_F64, .channels = 5, .side = 9, .out = 7, .stride = 2, .batch = 20},
    {.engine = LPLI_BY_LANES, .dtype = LPL_F32, .channels = 9, .side = 8, .out = 15, .stride = 1, .batch = 33},
    {.engine = LPLI_BY_LANES, .dtype = LPL_F64, .channels = 64, .side = 6, .out = 64, .stride = 1, .batch = 20},
    {.engine = LPLI_BY_LANES, .dtype = LPL_F32, .channels = 3, .side = 8, .out = 15, .stride = 1, .batch = 33},
    {.engine = LPLI_BY_WINOGRAD, .dtype = LPL_F32, .channels = 64, .side = 8, .out = 65, .stride = 1, .batch = 20},
    {.engine = LPLI_BY_WINOGRAD,
     .dtype = LPL_F32,
     .channels = 9,
     .side = 9,
     .out = 17,
     .stride = 1,
     .batch = 20,
     .flags = LPL_FLAG_WINOGRAD_4X4},
    {.engine = LPLI_BY_LANES,
     .dtype = LPL_F32,
     .channels = 9,
     .side = 7,
     .out = 17,
     .stride = 1,
     .batch = 20,
     .flags = LPL_FLAG_WINOGRAD_4X4},
};
enum { N_ENGINES = sizeof engines / sizeof *engines };

static lpl_layer_t *engine_layer(int k, int32_t threads) {
    lpl_layer_config_t c = config(engines[k].dtype, engines[k].channels, engines[k].side, engines[k].side,
                                  engines[k].out, engines[k].batch);
    c.stride = engines[k].stride, c.pool = 2, c.threads = threads, c.flags = engines[k].flags;
    lpl_layer_t *l;
    OK(lpl_layer_create(&c, &l));
    return l;
}

static lpl_status_t forward(const lpl_layer_t *l, void *z, const void *x, size_t batch) {
    const size_t n = (size_t)l->cfg.n_pre, out = l->n_out;
    return l->cfg.dtype == LPL_F64 ? lpl_forward_f64(l, z, out, x, n, batch) : lpl_forward(l, z, out, x, n, batch);
}

static void *engine_input(int k, const lpl_layer_t *l) {
    const size_t n = engines[k].batch * (size_t)l->cfg.n_pre;
    return engines[k].dtype == LPL_F64 ? (void *)testing_doubles(n) : testing_floats(n);
}

/* Tiles of output channels that threads cannot share evenly are cut: the same bits, of responses and gradients,
 * whatever the loss sees; also where a tile has unused rows, and maps of odd length. */
START_TEST(shared_tiles) {
    static const struct {
        uint32_t channels, side, out, flags;
    } shape[] = {{9, 8, 32, 0},
                 {9, 10, 17, 0},
                 {16, 9, 32, LPL_FLAG_WINOGRAD_4X4},
                 {8, 16, 31, LPL_FLAG_WINOGRAD_4X4},
                 {32, 8, 65, 0},
                 {33, 9, 64, 0},
                 {3, 12, 64, 0},
                 {1, 9, 30, 0},
                 {3, 8, 8, 0}};
    for (size_t k = 0; k < sizeof shape / sizeof *shape; k++)
        for (int32_t sees = LPL_SEES_POOLED; sees <= LPL_SEES_POSITIONS; sees++) {
            enum { B = 21 };
            lpl_layer_config_t c = config(LPL_F32, shape[k].channels, shape[k].side, shape[k].side, shape[k].out, B);
            c.flags = shape[k].flags, c.sees = sees, c.pool = k % 2 ? 1 : 2;
            const size_t n = (size_t)shape[k].channels * shape[k].side * shape[k].side, K = 9 * shape[k].channels,
                         M = shape[k].out;
            float *x = testing_floats(2 * B * n), *dw[2] = {malloc(M * K * 4), malloc(M * K * 4)},
                  *db[2] = {malloc(M * 4), malloc(M * 4)}, *z[2] = {NULL, NULL};
            for (int32_t threads = 1; threads <= 4; threads++) {
                const int at = threads > 1;
                lpl_layer_t *l;
                c.threads = threads;
                OK(lpl_layer_create(&c, &l));
                if (!z[at]) z[at] = malloc(B * l->n_out * 4);
                OK(lpl_forward(l, z[at], l->n_out, x, n, B));
                OK(lpl_gradient(l, dw[at], K, db[at], NULL, x, n, x + B * n, n, B));
                if (at)
                    ck_assert_msg(memcmp(z[0], z[1], B * l->n_out * 4) == 0 && memcmp(dw[0], dw[1], M * K * 4) == 0 &&
                                      memcmp(db[0], db[1], M * 4) == 0,
                                  "shape %zu, sees %d, %d threads", k, (int)sees, (int)threads);
                lpl_layer_destroy(l);
            }
            free(x);
            for (int at = 0; at < 2; at++) free(dw[at]), free(db[at]), free(z[at]);
        }
}
END_TEST

START_TEST(engine_by_shape) {
    int32_t isa = LPL_ISA_REF;
    for (int k = 0; k < N_ENGINES; k++) {
        lpl_layer_t *l = engine_layer(k, 1);
        isa = (int32_t)parameter(l, LPL_PARAM_ISA);
        ck_assert_int_eq(l->conv->engine, isa == LPL_ISA_REF ? LPLI_BY_IM2COL : engines[k].engine);
        lpl_layer_destroy(l);
    }
}
END_TEST

typedef struct {
    const lpl_layer_t *l;
    const void *x, *expect;
    void *z;
    size_t batch, bytes;
    pthread_barrier_t *start;
    int rounds, wrong;
} caller_t;

static void *call_forward(void *user) {
    caller_t *c = user;
    pthread_barrier_wait(c->start);
    for (int k = 0; k < c->rounds; k++) {
        memset(c->z, 255, c->bytes);
        c->wrong += forward(c->l, c->z, c->x, c->batch) < 0 || memcmp(c->z, c->expect, c->bytes) != 0;
    }
    return NULL;
}

/* More callers than the layer has threads, all at once: each gets the bits of a lone call. */
START_TEST(forward_together) {
    enum { CALLERS = 4 };
    const int rounds = testing_rounds("forward_together", 10, 2);
    for (int k = 0; k < N_ENGINES; k++)
        for (int32_t threads = 1; threads <= 2; threads++) {
            lpl_layer_t *l = engine_layer(k, threads);
            const size_t bytes = engines[k].batch * l->n_out * (engines[k].dtype == LPL_F64 ? 8 : 4);
            void *x = engine_input(k, l), *expect = malloc(bytes);
            pthread_barrier_t start;
            pthread_barrier_init(&start, NULL, CALLERS);
            OK(forward(l, expect, x, engines[k].batch));
            caller_t c[CALLERS];
            pthread_t thread[CALLERS];
            for (int t = 0; t < CALLERS; t++) {
                c[t] = (caller_t){
                    .l = l, .x = x, .expect = expect, .z = malloc(bytes), .batch = engines[k].batch, .bytes = bytes};
                c[t].start = &start, c[t].rounds = rounds;
                ck_assert_int_eq(pthread_create(&thread[t], NULL, call_forward, &c[t]), 0);
            }
            for (int t = 0; t < CALLERS; t++) {
                pthread_join(thread[t], NULL);
                ck_assert_msg(c[t].wrong == 0, "engine %d, %d threads: %d calls differ", engines[k].engine,
                              (int)threads, c[t].wrong);
                free(c[t].z);
            }
            pthread_barrier_destroy(&start);
            free(x), free(expect);
            lpl_layer_destroy(l);
        }
}
END_TEST

/* While a call is at work in the layer's scratch, another one goes on, here and in the child of a fork, where the first
 * never ends. */
START_TEST(nobody_waits) {
    for (int k = 0; k < N_ENGINES; k++) {
        lpl_layer_t *l = engine_layer(k, 1);
        const size_t elem = engines[k].dtype == LPL_F64 ? 8 : 4, bytes = engines[k].batch * l->n_out * elem;
        void *x = engine_input(k, l), *expect = malloc(bytes), *z = calloc(1, bytes);
        OK(forward(l, expect, x, engines[k].batch));
        lpli_conv_scratch_t first;
        OK(lpli_conv_take(l->conv, elem, &first, "test"));
        ck_assert_ptr_eq(first.inputs, l->conv->scratch.inputs);
        OK(forward(l, z, x, engines[k].batch));
        ck_assert_mem_eq(z, expect, bytes);
        const pid_t pid = fork();
        if (pid == 0) {
            alarm(20); /* a child that waits is ended */
            memset(z, 0, bytes);
            _exit(forward(l, z, x, engines[k].batch) == LPL_OK && memcmp(z, expect, bytes) == 0 ? 0 : 1);
        }
        int status = -1;
        ck_assert_int_eq(waitpid(pid, &status, 0), pid);
        ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        lpli_conv_give(l->conv, &first);
        OK(lpli_conv_take(l->conv, elem, &first, "test")); /* it is free again */
        ck_assert_ptr_eq(first.block, NULL);
        lpli_conv_give(l->conv, &first);
        free(x), free(expect), free(z);
        lpl_layer_destroy(l);
    }
}
END_TEST

int main(void) {
    testing_seed("test_conv", 20261124);
    Suite *s = suite_create("conv");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, map_by_definition);
    tcase_add_test(t, gradient_of_the_loss);
    tcase_add_test(t, gradient_of_the_head);
    tcase_add_test(t, one_by_one_is_dense);
    tcase_add_test(t, threads_and_resume);
    tcase_add_test(t, shared_tiles);
    tcase_add_loop_test(t, frame_by_frame, 0, 2);
    tcase_add_test(t, positions_of_a_stream);
    tcase_add_test(t, silent_positions);
    tcase_add_test(t, large_positions);
    tcase_add_test(t, decorr_later);
    tcase_add_test(t, lanes_like_im2col);
    tcase_add_test(t, lanes_in_float32);
    tcase_add_test(t, few_channels_on_large_maps);
    tcase_add_test(t, engine_by_shape);
    tcase_add_test(t, forward_together);
    tcase_add_test(t, nobody_waits);
    tcase_add_test(t, bad_input);
    suite_add_tcase(s, t);
    return testing_run(s);
}
