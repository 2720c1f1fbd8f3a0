/* tests/test_readout.c - the linear readout (lpl/metrics.h) against a plain gradient descent, large logits,
 * predictions, bad input. */
#include "common/testing.h"

typedef struct probe_t {
    size_t n, d, K, ldx, ldw;
    double *x, *w, *bias;
    int32_t *y;
    lpl_readout_config_t c;
} probe_t;

static probe_t make_probe(void) {
    probe_t p = {.n = testing_size(1, 60), .d = testing_size(1, 12), .K = testing_size(2, 6)};
    p.ldx = p.d + testing_size(0, 2), p.ldw = p.d + testing_size(0, 2);
    p.x = testing_doubles(p.n * p.ldx), p.w = testing_doubles(p.K * p.ldw), p.bias = testing_doubles(p.K);
    p.y = malloc(p.n * sizeof *p.y);
    for (size_t b = 0; b < p.n; b++) p.y[b] = (int32_t)testing_size(0, p.K - 1);
    OK(lpl_readout_config_init(&p.c, sizeof p.c));
    ck_assert(p.c.n_classes == 10 && p.c.batch == 512 && p.c.epochs == 20 && p.c.eta == 1e-3);
    p.c.n_classes = p.K, p.c.batch = testing_size(1, p.n + 5), p.c.epochs = testing_size(1, 5), p.c.eta = 0.03;
    return p;
}

static void drop_probe(probe_t *p) { free(p->x), free(p->w), free(p->bias), free(p->y); }

/* Adam on the cross entropy, weight by weight. P is K x (d + 1), the bias last. */
static void plain_fit(const probe_t *p, double *P, double *loss) {
    const size_t d1 = p->d + 1;
    double *m = calloc(p->K * d1, sizeof *m), *v = calloc(p->K * d1, sizeof *v), *g = malloc(p->K * d1 * sizeof *g),
           t = 0;
    for (size_t epoch = 0; epoch < p->c.epochs; epoch++) {
        loss[epoch] = 0;
        for (size_t first = 0; first < p->n; first += p->c.batch, t++) {
            size_t last = first + p->c.batch < p->n ? first + p->c.batch : p->n;
            memset(g, 0, p->K * d1 * sizeof *g);
            for (size_t b = first; b < last; b++) {
                double e[8] = {0}, total = 0;
                for (size_t k = 0; k < p->K; k++) {
                    e[k] = P[k * d1 + p->d];
                    for (size_t j = 0; j < p->d; j++) e[k] += P[k * d1 + j] * p->x[b * p->ldx + j];
                    e[k] = exp(e[k]), total += e[k];
                }
                loss[epoch] -= log(e[p->y[b]] / total) / (double)p->n;
                for (size_t k = 0; k < p->K; k++)
                    for (size_t j = 0; j < d1; j++)
                        g[k * d1 + j] += (e[k] / total - ((size_t)p->y[b] == k)) *
                                         (j < p->d ? p->x[b * p->ldx + j] : 1) / (double)(last - first);
            }
            for (size_t i = 0; i < p->K * d1; i++) {
                m[i] = 0.9 * m[i] + 0.1 * g[i], v[i] = 0.999 * v[i] + 0.001 * g[i] * g[i];
                P[i] -= p->c.eta * (m[i] / (1 - pow(0.9, t + 1))) / (sqrt(v[i] / (1 - pow(0.999, t + 1))) + 1e-8);
            }
        }
    }
    free(m), free(v), free(g);
}

START_TEST(readout_fit) {
    for (int round = 0; round < 20; round++) {
        probe_t p = make_probe();
        const size_t d1 = p.d + 1;
        double *P = malloc(p.K * d1 * sizeof *P), expected[8], loss[8];
        float *xf = testing_floats(p.n * p.ldx), *wf = testing_floats(p.K * p.ldw), *bf = testing_floats(p.K), gap = 0;
        for (size_t i = 0; i < p.n * p.ldx; i++) xf[i] = (float)p.x[i];
        for (size_t i = 0; i < p.K * p.ldw; i++) wf[i] = (float)p.w[i];
        for (size_t k = 0; k < p.K; k++) {
            bf[k] = (float)p.bias[k], P[k * d1 + p.d] = p.bias[k];
            for (size_t j = 0; j < p.d; j++) P[k * d1 + j] = p.w[k * p.ldw + j];
        }
        if (p.ldw > p.d) gap = wf[p.d];
        plain_fit(&p, P, expected);
        OK(lpl_readout_fit_f64(&p.c, p.w, p.ldw, p.bias, loss, p.x, p.ldx, p.y, p.n, p.d));
        for (size_t e = 0; e < p.c.epochs; e++) CLOSE(loss[e], expected[e], 1e-11, 1 + expected[e]);
        for (size_t k = 0; k < p.K; k++) {
            CLOSE(p.bias[k], P[k * d1 + p.d], 1e-9, 1);
            for (size_t j = 0; j < p.d; j++) CLOSE(p.w[k * p.ldw + j], P[k * d1 + j], 1e-9, 1);
        }
        OK(lpl_readout_fit(&p.c, wf, p.ldw, bf, loss, xf, p.ldx, p.y, p.n, p.d));
        for (size_t e = 0; e < p.c.epochs; e++) CLOSE(loss[e], expected[e], 1e-4, 1 + expected[e]);
        for (size_t k = 0; k < p.K; k++)
            for (size_t j = 0; j < p.d; j++) CLOSE(wf[k * p.ldw + j], P[k * d1 + j], 1e-2, 1);
        if (p.ldw > p.d) ck_assert(wf[p.d] == gap); /* nothing between the rows is touched */
        free(P), free(xf), free(wf), free(bf);
        drop_probe(&p);
    }
}
END_TEST

/* Logits of +-1e4 would overflow exp: the loss is then the distance of the logits. */
/* Parts of any size give the bits of the whole; where they stop, losses of whole epochs are there. */
#define PARTS(name, real, fit, part, values)                                                                           \
    START_TEST(name) {                                                                                                 \
        for (int round = 0; round < 30; round++) {                                                                     \
            probe_t p = make_probe();                                                                                  \
            const size_t n_w = p.K * p.ldw, n_m = 2 * (p.K * p.d + p.K),                                               \
                         steps = (size_t)p.c.epochs * ((p.n - 1) / p.c.batch + 1);                                     \
            real *x = values(p.n * p.ldx), *w = values(n_w), *bias = values(p.K), *m = values(n_m);                    \
            real *w2 = malloc(n_w * sizeof *w2), *bias2 = malloc(p.K * sizeof *bias2), *m2 = malloc(n_m * sizeof *m2); \
            double loss[8], loss2[8] = {-1, -1, -1, -1, -1, -1, -1, -1};                                               \
            memcpy(w2, w, n_w * sizeof *w), memcpy(bias2, bias, p.K * sizeof *bias);                                   \
            OK(fit(&p.c, w, p.ldw, bias, loss, x, p.ldx, p.y, p.n, p.d));                                              \
            const size_t odd = testing_size(1, steps + 2);                                                             \
            for (size_t first = 0; first < steps + 3; first += odd) { /* the last of them lies behind the end */       \
                OK(part(&p.c, w2, p.ldw, bias2, m, loss2, x, p.ldx, p.y, p.n, p.d, first, odd));                       \
                OK(part(&p.c, w2, p.ldw, bias2, m, loss2, x, p.ldx, p.y, p.n, p.d, first, 0));                         \
                const size_t whole = (first + odd < steps ? first + odd : steps) / ((p.n - 1) / p.c.batch + 1);        \
                ck_assert_mem_eq(loss, loss2, whole * sizeof *loss);                                                   \
            }                                                                                                          \
            ck_assert_mem_eq(w, w2, n_w * sizeof *w);                                                                  \
            ck_assert_mem_eq(bias, bias2, p.K * sizeof *bias);                                                         \
            ck_assert_mem_eq(loss, loss2, p.c.epochs * sizeof *loss);                                                  \
            memcpy(w2, w, n_w * sizeof *w), memcpy(m2, m, n_m * sizeof *m); /* an error leaves all as it was */        \
            p.y[p.n - 1] = -1;                                                                                         \
            FAILS(part(&p.c, w, p.ldw, bias, m, loss, x, p.ldx, p.y, p.n, p.d, 0, steps), LPL_E_ARG, "y[");            \
            FAILS(part(&p.c, w, p.ldw, bias, m, loss, x, p.ldx, p.y, p.n, p.d, steps - 1, UINT64_MAX), LPL_E_ARG,      \
                  "y[");                                                                                               \
            p.y[p.n - 1] = 0, x[(p.n - 1) * p.ldx] = (real)INFINITY;                                                   \
            FAILS(part(&p.c, w, p.ldw, bias, m, loss, x, p.ldx, p.y, p.n, p.d, 0, 1), LPL_E_NONFINITE, "x: row");      \
            x[(p.n - 1) * p.ldx] = 0;                                                                                  \
            FAILS(part(&p.c, w, p.ldw, bias, NULL, loss, x, p.ldx, p.y, p.n, p.d, 0, 1), LPL_E_NULL, "moments");       \
            FAILS(part(&p.c, w, p.ldw, bias, m, NULL, x, p.ldx, p.y, p.n, p.d, 0, 1), LPL_E_NULL, "epoch_loss");       \
            FAILS(part(&p.c, w, p.ldw, bias, w, loss, x, p.ldx, p.y, p.n, p.d, 0, 1), LPL_E_OVERLAP, "moments and");   \
            ck_assert_mem_eq(w, w2, n_w * sizeof *w);                                                                  \
            ck_assert_mem_eq(m, m2, n_m * sizeof *m);                                                                  \
            ck_assert_mem_eq(bias, bias2, p.K * sizeof *bias);                                                         \
            ck_assert_mem_eq(loss, loss2, p.c.epochs * sizeof *loss);                                                  \
            free(x), free(w), free(bias), free(m), free(w2), free(bias2), free(m2);                                    \
            drop_probe(&p);                                                                                            \
        }                                                                                                              \
    }                                                                                                                  \
    END_TEST
PARTS(readout_parts_f32, float, lpl_readout_fit, lpl_readout_fit_part, testing_floats)
PARTS(readout_parts_f64, double, lpl_readout_fit_f64, lpl_readout_fit_part_f64, testing_doubles)
#undef PARTS

START_TEST(readout_large_logits) {
    float w[] = {1e4f, -1e4f}, bias[] = {0, 0}, x[] = {1, 1};
    const int32_t y[] = {1, 0};
    double loss[1];
    lpl_readout_config_t c;
    OK(lpl_readout_config_init(&c, sizeof c));
    c.n_classes = 2, c.epochs = 1;
    OK(lpl_readout_fit(&c, w, 1, bias, loss, x, 1, y, 2, 1));
    CLOSE(loss[0], 1e4, 1e-6, 1e4);
}
END_TEST

START_TEST(readout_predict) {
    for (int round = 0; round < 20; round++) {
        probe_t p = make_probe();
        const size_t ldl = p.K + 1;
        double *s = testing_doubles(p.n * ldl), accuracy, right = 0;
        OK(lpl_readout_predict_f64(s, ldl, &accuracy, p.w, p.ldw, p.bias, p.x, p.ldx, p.y, p.n, p.d, p.K));
        for (size_t b = 0; b < p.n; b++) {
            size_t top = 0;
            for (size_t k = 0; k < p.K; k++) {
                double v = p.bias[k];
                for (size_t j = 0; j < p.d; j++) v += p.w[k * p.ldw + j] * p.x[b * p.ldx + j];
                CLOSE(s[b * ldl + k], v, 1e-13, 10);
                if (s[b * ldl + k] > s[b * ldl + top]) top = k;
            }
            right += (size_t)p.y[b] == top;
        }
        CLOSE(accuracy, right / (double)p.n, 1e-15, 1);
        double alone;
        OK(lpl_readout_predict_f64(NULL, 0, &alone, p.w, p.ldw, p.bias, p.x, p.ldx, p.y, p.n, p.d, p.K));
        ck_assert(alone == accuracy);
        OK(lpl_readout_predict_f64(s, ldl, NULL, p.w, p.ldw, p.bias, p.x, p.ldx, NULL, p.n, p.d, p.K));
        OK(lpl_readout_predict_f64(s, ldl, NULL, p.w, p.ldw, p.bias, NULL, p.ldx, NULL, 0, p.d, p.K));
        free(s);
        drop_probe(&p);
    }
    /* ties: the first of equal logits counts */
    const float w[] = {0, 0, 0}, bias[] = {1, 2, 2}, x[] = {5, 5, 5};
    const int32_t y[] = {0, 1, 2};
    double accuracy;
    OK(lpl_readout_predict(NULL, 0, &accuracy, w, 1, bias, x, 1, y, 3, 1, 3));
    CLOSE(accuracy, 1.0 / 3, 1e-15, 1);
    OK(lpl_readout_predict(NULL, 0, &accuracy, w, 1, bias, x, 1, y + 1, 1, 1, 3));
    ck_assert(accuracy == 1);
}
END_TEST

START_TEST(readout_bad_input) {
    float w[2 * 3] = {1, 2, 3, 4, 5, 6}, bias[2] = {7, 8}, x[4 * 3] = {0}, logits[4 * 2] = {9, 9, 9, 9, 9, 9, 9, 9};
    float w0[6], bias0[2];
    int32_t y[] = {0, 1, 0, 1};
    double loss[20], accuracy = -7;
    lpl_readout_config_t good, c;
    memcpy(w0, w, sizeof w), memcpy(bias0, bias, sizeof bias);
    OK(lpl_readout_config_init(&good, sizeof good));
    good.n_classes = 2;
    FAILS(lpl_readout_config_init(NULL, sizeof good), LPL_E_NULL, "lpl_readout_config_init");
    FAILS(lpl_readout_config_init(&c, 4), LPL_E_VERSION, "size");
    for (size_t i = 0; i < 12; i++) x[i] = (float)i / 10;
#define FIT(c, w, ldw, bias, x, ldx, y, n) lpl_readout_fit(c, w, ldw, bias, loss, x, ldx, y, n, 3)
    FAILS(FIT(NULL, w, 3, bias, x, 3, y, 4), LPL_E_NULL, "cfg");
    c = good, c.size = 3;
    FAILS(FIT(&c, w, 3, bias, x, 3, y, 4), LPL_E_VERSION, "size");
    c = good, c.flags = 1;
    FAILS(FIT(&c, w, 3, bias, x, 3, y, 4), LPL_E_ARG, "flags");
    c = good, c.n_classes = 1;
    FAILS(FIT(&c, w, 3, bias, x, 3, y, 4), LPL_E_SIZE, "n_classes = 1");
    c = good, c.batch = 0;
    FAILS(FIT(&c, w, 3, bias, x, 3, y, 4), LPL_E_SIZE, "batch = 0");
    c = good, c.epochs = 0;
    FAILS(FIT(&c, w, 3, bias, x, 3, y, 4), LPL_E_SIZE, "epochs = 0");
    c = good, c.epochs = (uint64_t)-1;
    FAILS(FIT(&c, w, 3, bias, x, 3, y, 4), LPL_E_SIZE, "epochs");
    const double bad[] = {0, -1, NAN, INFINITY};
    for (int k = 0; k < 4; k++) {
        c = good, c.eta = bad[k];
        FAILS(FIT(&c, w, 3, bias, x, 3, y, 4), LPL_E_ARG, "eta");
        c = good, c.adam_eps = bad[k];
        FAILS(FIT(&c, w, 3, bias, x, 3, y, 4), LPL_E_ARG, "adam_eps");
        c = good, c.beta1 = k ? bad[k] : 1;
        FAILS(FIT(&c, w, 3, bias, x, 3, y, 4), LPL_E_ARG, "beta1");
        c = good, c.beta2 = k ? bad[k] : 1;
        FAILS(FIT(&c, w, 3, bias, x, 3, y, 4), LPL_E_ARG, "beta2");
    }
    FAILS(FIT(&good, NULL, 3, bias, x, 3, y, 4), LPL_E_NULL, "w = NULL");
    FAILS(FIT(&good, w, 2, bias, x, 3, y, 4), LPL_E_SIZE, "w: leading");
    FAILS(FIT(&good, w, 3, NULL, x, 3, y, 4), LPL_E_NULL, "bias = NULL");
    FAILS(FIT(&good, w, 3, bias, NULL, 3, y, 4), LPL_E_NULL, "x = NULL");
    FAILS(FIT(&good, w, 3, bias, x, 2, y, 4), LPL_E_SIZE, "x: leading");
    FAILS(FIT(&good, w, 3, bias, x, 3, NULL, 4), LPL_E_NULL, "y = NULL");
    FAILS(FIT(&good, w, 3, bias, x, 3, y, 0), LPL_E_SIZE, "n = 0");
    FAILS(FIT(&good, w, 3, bias, x, 3, y, (size_t)-4), LPL_E_SIZE, "n = ");
    FAILS(FIT(&good, x, 3, bias, x, 3, y, 4), LPL_E_OVERLAP, "w and x");
    FAILS(FIT(&good, w, 3, x + 2, x, 3, y, 4), LPL_E_OVERLAP, "bias and x");
    FAILS(FIT(&good, w, 3, w + 4, x, 3, y, 4), LPL_E_OVERLAP, "bias and w");
    y[2] = 2;
    FAILS(FIT(&good, w, 3, bias, x, 3, y, 4), LPL_E_ARG, "y[2] = 2");
    y[2] = -1;
    FAILS(FIT(&good, w, 3, bias, x, 3, y, 4), LPL_E_ARG, "y[2] = -1");
    y[2] = 0, x[4] = NAN;
    FAILS(FIT(&good, w, 3, bias, x, 3, y, 4), LPL_E_NONFINITE, "x: row 1, column 1");
    FAILS(lpl_readout_predict(logits, 2, &accuracy, w, 3, bias, x, 3, y, 4, 3, 2), LPL_E_NONFINITE, "x: row 1");
    x[4] = 1, w[5] = INFINITY;
    FAILS(FIT(&good, w, 3, bias, x, 3, y, 4), LPL_E_NONFINITE, "w: row 1");
    w[5] = w0[5], bias[1] = NAN;
    FAILS(FIT(&good, w, 3, bias, x, 3, y, 4), LPL_E_NONFINITE, "bias");
    bias[1] = bias0[1];
    /* diverges on the way: nothing is written */
    x[9] = 3e38f;
    FAILS(FIT(&good, w, 3, bias, x, 3, y, 4), LPL_E_NONFINITE, "epoch 0");
    FAILS(lpl_readout_predict(logits, 2, &accuracy, w, 3, bias, x, 3, y, 4, 3, 2), LPL_E_NONFINITE, "row 3");
    x[9] = 1;
    FAILS(lpl_readout_predict(logits, 1, &accuracy, w, 3, bias, x, 3, y, 4, 3, 2), LPL_E_SIZE, "logits: leading");
    FAILS(lpl_readout_predict(logits, 2, &accuracy, w, 3, bias, x, 3, NULL, 4, 3, 2), LPL_E_NULL, "y = NULL");
    FAILS(lpl_readout_predict(logits, 2, &accuracy, NULL, 3, bias, x, 3, y, 4, 3, 2), LPL_E_NULL, "w = NULL");
    FAILS(lpl_readout_predict(logits, 2, &accuracy, w, 3, NULL, x, 3, y, 4, 3, 2), LPL_E_NULL, "bias = NULL");
    FAILS(lpl_readout_predict(logits, 2, &accuracy, w, 3, bias, NULL, 3, y, 4, 3, 2), LPL_E_NULL, "x = NULL");
    FAILS(lpl_readout_predict(logits, 2, &accuracy, w, 3, bias, x, 3, y, 0, 3, 2), LPL_E_SIZE,
          "n (of an accuracy) = 0");
    FAILS(lpl_readout_predict(logits, 2, &accuracy, w, 3, bias, x, 3, y, 4, 3, 1), LPL_E_SIZE, "n_classes = 1");
    FAILS(lpl_readout_predict(x, 2, NULL, w, 3, bias, x, 3, NULL, 4, 3, 2), LPL_E_OVERLAP, "logits and x");
    FAILS(lpl_readout_predict(w, 2, NULL, w, 3, bias, x, 3, NULL, 2, 3, 2), LPL_E_OVERLAP, "logits and w");
    ck_assert(memcmp(w, w0, sizeof w) == 0 && memcmp(bias, bias0, sizeof bias) == 0 && accuracy == -7);
    for (int k = 0; k < 8; k++) ck_assert(logits[k] == 9);
    OK(FIT(&good, w, 3, bias, x, 3, y, 4));
    ck_assert(memcmp(w, w0, sizeof w) != 0);
}
END_TEST

int main(void) {
    testing_seed("readout", 1);
    Suite *s = suite_create("readout");
    TCase *c = tcase_create("readout");
    tcase_add_test(c, readout_fit);
    tcase_add_test(c, readout_large_logits);
    tcase_add_test(c, readout_parts_f32);
    tcase_add_test(c, readout_parts_f64);
    tcase_add_test(c, readout_predict);
    tcase_add_test(c, readout_bad_input);
    suite_add_tcase(s, c);
    return testing_run(s);
}
