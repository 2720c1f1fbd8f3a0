/* tests/test_sfa.c - slow features in closed form: by what they must satisfy, and as that in which LPL ends. */
#include "common/testing.h"

typedef struct {
    size_t n, d, ld[2];
    double *x[2];
    float *f[2];
    double *c0, *change; /* by the words of lpl/metrics.h */
} pairs_t;

static void moments(pairs_t *p) {
    const size_t n = p->n, d = p->d;
    double *mean = calloc(d, sizeof *mean);
    p->c0 = calloc(d * d, sizeof *p->c0), p->change = calloc(d * d, sizeof *p->change);
    for (int v = 0; v < 2; v++)
        for (size_t b = 0; b < n; b++)
            for (size_t j = 0; j < d; j++) mean[j] += p->x[v][b * p->ld[v] + j] / (2 * (double)n);
    for (size_t b = 0; b < n; b++)
        for (size_t i = 0; i < d; i++)
            for (size_t j = 0; j < d; j++) {
                const double *x0 = p->x[0] + b * p->ld[0], *x1 = p->x[1] + b * p->ld[1], by = 1 / (2 * (double)n);
                p->c0[i * d + j] +=
                    by * ((x0[i] - mean[i]) * (x0[j] - mean[j]) + (x1[i] - mean[i]) * (x1[j] - mean[j]));
                p->change[i * d + j] += by * (x1[i] - x0[i]) * (x1[j] - x0[j]);
            }
    free(mean);
}

/* Features of different speeds, mixed; the same values in both types. */
static pairs_t make(size_t n, size_t d) {
    pairs_t p = {.n = n, .d = d, .ld = {d + testing_size(0, 2), d + testing_size(0, 2)}};
    double *mix = testing_doubles(d * d);
    for (int v = 0; v < 2; v++) p.x[v] = calloc(n * p.ld[v], sizeof(double));
    for (int v = 0; v < 2; v++) p.f[v] = calloc(n * p.ld[v], sizeof(float));
    for (size_t b = 0; b < n; b++)
        for (size_t k = 0; k < d; k++) {
            const double s0 = testing_real(), change = (0.1 + (double)k / (double)d) * testing_real();
            for (size_t j = 0; j < d; j++) {
                p.x[0][b * p.ld[0] + j] += mix[k * d + j] * s0 + 0.01;
                p.x[1][b * p.ld[1] + j] += mix[k * d + j] * (s0 + change) + 0.01;
            }
        }
    for (int v = 0; v < 2; v++)
        for (size_t e = 0; e < n * p.ld[v]; e++) p.f[v][e] = (float)p.x[v][e], p.x[v][e] = p.f[v][e];
    free(mix);
    moments(&p);
    return p;
}

static void drop(pairs_t *p) {
    for (int v = 0; v < 2; v++) free(p->x[v]), free(p->f[v]);
    free(p->c0), free(p->change);
}

#define SFA(p, w, ldw, mu, K, ridge) \
    lpl_sfa_f64(w, ldw, mu, (p).x[0], (p).ld[0], (p).x[1], (p).ld[1], (p).n, (p).d, K, ridge)

/* v' A w; *size: what its terms add up to. */
static double form(const double *a, const double *v, const double *w, size_t d, double *size) {
    double s = 0;
    *size = 0;
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < d; j++) s += v[i] * a[i * d + j] * w[j], *size += fabs(v[i] * a[i * d + j] * w[j]);
    return s;
}

/* W C0 W' = 1 and W (D + ridge) W' = 1 / mu, both diagonal, make all d of them the eigenvectors; the first n_features
 * are the same whether more are asked for or not, and in float. */
START_TEST(equations) {
    static const size_t dims[] = {1, 2, 7, 64, 90};
    for (int round = 0; round < 20; round++) {
        const size_t d = dims[round % 5], n = d * 3 + testing_size(1, 300), ldw = d + testing_size(0, 2),
                     K = testing_size(1, d);
        const double ridge = round % 2 ? 0.3 : 0;
        pairs_t p = make(n, d);
        double *w = testing_doubles(d * ldw), *mu = testing_doubles(d), *few = testing_doubles(d * ldw),
               *few_mu = testing_doubles(d), scale = 0;
        OK(SFA(p, w, ldw, mu, d, ridge));
        for (size_t i = 0; i < d; i++) p.change[i * d + i] += ridge;
        for (size_t i = 0; i < d; i++) {
            ck_assert(mu[i] > 0 && (i == 0 || mu[i] <= mu[i - 1]));
            double top = 0;
            for (size_t j = 0; j < d; j++) top = fabs(w[i * ldw + j]) > fabs(top) ? w[i * ldw + j] : top;
            ck_assert(top > 0);
            for (size_t k = 0; k < d; k++) {
                double size;
                const double variance = form(p.c0, w + i * ldw, w + k * ldw, d, &size);
                CLOSE(variance, i == k, 1e-11, size);
                const double slow = form(p.change, w + i * ldw, w + k * ldw, d, &size);
                CLOSE(slow, i == k ? 1 / mu[i] : 0, 1e-11, size);
            }
        }
        OK(SFA(p, few, ldw, NULL, K, ridge));
        OK(SFA(p, NULL, 0, few_mu, K, ridge));
        for (size_t k = 0; k < K; k++) {
            CLOSE(few_mu[k], mu[k], 1e-10, mu[0]);
            ck_assert(memcmp(few + k * ldw, w + k * ldw, d * sizeof *w) == 0);
        }
        OK(lpl_sfa(few, ldw, few_mu, p.f[0], p.ld[0], p.f[1], p.ld[1], n, d, d, ridge));
        for (size_t k = 0; k < d; k++) {
            scale = fmax(scale, fabs(few_mu[k] - mu[k]));
            ck_assert(memcmp(few + k * ldw, w + k * ldw, d * sizeof *w) == 0);
        }
        ck_assert(scale == 0);
        drop(&p), free(w), free(mu), free(few), free(few_mu);
    }
}
END_TEST

/* Of data of any size mu is the same, and w goes with 1 / size. */
START_TEST(sizes) {
    static const double by[] = {1e-200, 1e-160, 1e-140, 1e-20, 1e20, 1e140};
    pairs_t p = make(60, 4);
    double w[16], mu[4], w2[16], mu2[4];
    OK(SFA(p, w, 4, mu, 4, 0));
    for (size_t k = 0; k < sizeof by / sizeof *by; k++) {
        for (int v = 0; v < 2; v++)
            for (size_t e = 0; e < p.n * p.ld[v]; e++) p.x[v][e] = (double)p.f[v][e] * by[k];
        OK(SFA(p, w2, 4, mu2, 4, 0));
        for (int i = 0; i < 4; i++) CLOSE(mu2[i], mu[i], 1e-9, mu[i]);
        for (int i = 0; i < 16; i++) CLOSE(w2[i] * by[k], w[i], 1e-8, fabs(w[0]));
    }
    drop(&p);
}
END_TEST

/* Theory 1.8: a linear neuron under LPL rests at w = +-sqrt(lambda mu) times the slowest feature, with weight decay as
 * ridge. Each pair also the other way round: then the data are stationary, as the theorem asks. */
START_TEST(where_lpl_ends) {
    enum { N = 60, D = 4 };
    static const double ridges[] = {0.02, 0.15, 0.6};
    for (int k = 0; k < 3; k++) {
        pairs_t p = make(N, D);
        double *y[2], w[D], mu, learned[D], push = 0.7, pull = 1.3;
        for (int v = 0; v < 2; v++) {
            y[v] = malloc(2 * N * D * sizeof(double));
            for (size_t b = 0; b < N; b++)
                for (size_t j = 0; j < D; j++)
                    y[v][b * D + j] = p.x[v][b * p.ld[v] + j], y[v][(N + b) * D + j] = p.x[1 - v][b * p.ld[1 - v] + j];
        }
        OK(lpl_sfa_f64(w, D, &mu, y[0], D, y[1], D, 2 * N, D, 1, ridges[k] / pull));
        lpl_layer_config_t c;
        lpl_layer_t *l;
        OK(lpl_layer_config_init(&c, sizeof c));
        c.dtype = LPL_F64, c.n_pre = D, c.n_post = 1, c.batch_max = 2 * N, c.bias = 0, c.decorr = 0, c.eps = 1e-14;
        c.norm = LPL_NORM_NEURON, c.pull = pull, c.push = push, c.eta = 0.5, c.weight_decay = ridges[k], c.seed = 3;
        OK(lpl_layer_create(&c, &l));
        for (int step = 0; step < 20000; step++) OK(lpl_update_f64(l, NULL, y[0], D, y[1], D, 2 * N));
        OK(lpl_layer_read_f64(l, learned, D, LPL_STATE_WEIGHTS));
        double sign = 0;
        for (int j = 0; j < D; j++) sign += learned[j] * w[j];
        for (int j = 0; j < D; j++)
            CLOSE(learned[j], (sign < 0 ? -1 : 1) * sqrt(push / pull * mu) * w[j], 1e-6, fabs(w[0]) + 1);
        lpl_layer_destroy(l);
        drop(&p), free(y[0]), free(y[1]);
    }
}
END_TEST

START_TEST(bad_calls) {
    pairs_t p = make(30, 3);
    double w[9], mu[3];
    for (int k = 0; k < 9; k++) w[k] = -7;
    for (int k = 0; k < 3; k++) mu[k] = -7;
    FAILS(SFA(p, NULL, 3, NULL, 3, 0), LPL_E_NULL, "w and mu are NULL");
    FAILS(SFA(p, w, 2, mu, 3, 0), LPL_E_SIZE, "w: leading dimension = 2");
    FAILS(SFA(p, w, 3, mu, 4, 0), LPL_E_SIZE, "n_features = 4");
    FAILS(SFA(p, w, 3, mu, 0, 0), LPL_E_SIZE, "n_features = 0");
    FAILS(SFA(p, w, 3, mu, 3, -1), LPL_E_ARG, "ridge");
    FAILS(SFA(p, w, 3, mu, 3, NAN), LPL_E_ARG, "ridge");
    FAILS(SFA(p, w, 3, mu, 3, 1e305), LPL_E_ARG, "ridge");
    FAILS(SFA(p, w, 3, w + 5, 3, 0), LPL_E_OVERLAP, "w and mu");
    FAILS(SFA(p, p.x[1], 3, mu, 3, 0), LPL_E_OVERLAP, "w and x1");
    FAILS(SFA(p, w, 3, p.x[0] + 2, 3, 0), LPL_E_OVERLAP, "mu and x0");
    FAILS(lpl_sfa_f64(w, 3, mu, NULL, 3, p.x[1], 3, 30, 3, 3, 0), LPL_E_NULL, "x0");
    FAILS(lpl_sfa_f64(w, 3, mu, p.x[0], 3, NULL, 3, 30, 3, 3, 0), LPL_E_NULL, "x1");
    FAILS(lpl_sfa_f64(w, 3, mu, p.x[0], 3, p.x[1], 3, 0, 3, 3, 0), LPL_E_SIZE, "n = 0");
    FAILS(lpl_sfa_f64(w, 3, mu, p.x[0], p.ld[0], p.x[0], p.ld[0], 30, 3, 3, 0), LPL_E_ARG, "need a ridge > 0");
    FAILS(lpl_sfa_f64(w, 3, mu, p.x[0], 0, p.x[1], 0, 30, 3, 3, 0), LPL_E_SIZE, "x0: leading dimension");
    const double keep = p.x[1][4];
    p.x[1][4] = INFINITY;
    FAILS(SFA(p, w, 3, mu, 3, 0), LPL_E_NONFINITE, "x1");
    p.x[1][4] = keep;
    for (size_t e = 0; e < 2; e++) /* a third feature that is the sum of the first two: no third direction */
        for (size_t b = 0; b < p.n; b++) p.x[e][b * p.ld[e] + 2] = p.x[e][b * p.ld[e]] + p.x[e][b * p.ld[e] + 1];
    FAILS(SFA(p, w, 3, mu, 3, 0), LPL_E_ARG, "feature 2 changes by no more");
    FAILS(SFA(p, w, 3, mu, 3, 0.1), LPL_E_ARG, "vary in 2 directions only");
    for (int k = 0; k < 9; k++) ck_assert(w[k] == -7);
    for (int k = 0; k < 3; k++) ck_assert(mu[k] == -7);
    OK(SFA(p, NULL, 0, mu, 3, 0.1)); /* as numbers they are there */
    CLOSE(mu[2], 0, 1e-12, mu[0]);
    OK(SFA(p, w, 3, mu, 2, 0.1));
    for (size_t e = 0; e < 2; e++)
        for (size_t k = 0; k < p.n * p.ld[e]; k++) p.x[e][k] = 3;
    FAILS(SFA(p, w, 3, mu, 1, 1), LPL_E_ARG, "all rows are equal");
    drop(&p);
}
END_TEST

int main(void) {
    testing_seed("sfa", 20261128);
    Suite *s = suite_create("sfa");
    TCase *c = tcase_create("sfa");
    tcase_add_test(c, equations);
    tcase_add_test(c, sizes);
    tcase_add_test(c, where_lpl_ends);
    tcase_add_test(c, bad_calls);
    suite_add_tcase(s, c);
    return testing_run(s);
}
