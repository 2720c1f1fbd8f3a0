/* tests/test_terms.c - terms of a whole batch: negative samples, log det, cosine, the linear predictor. Gradients
 * against finite differences of losses written down here, for dense layers and convolutions (pooled, every position,
 * head), both forms, both norms, causal and symmetric; identities; state; refusals. Values of automatic
 * differentiation: tests/golden/terms. */
#include "common/memfile.h"
#include "common/testing.h"

/* ---- losses of samples (n rows of P, from responses in the layer's order) ---- */

typedef struct problem_t {
    lpl_layer_config_t c;
    lpl_layer_t *l, *probe; /* probe: tells what the rule sees */
    size_t in, units, P, Q, B, params;
    double *x[2], *w, *bias, *z[2], *fixed[2]; /* fixed: what is constant (stop-gradient), in samples */
    double *cov, *predictor;
} problem_t;

/* Element i of sample r. */
static double at(const problem_t *p, const double *z, size_t r, size_t i) {
    return z[r / p->Q * p->units + i * p->Q + r % p->Q];
}

static double dot(const problem_t *p, const double *z, size_t r, const double *y, size_t s) {
    double sum = 0;
    for (size_t i = 0; i < p->P; i++) sum += at(p, z, r, i) * at(p, y, s, i);
    return sum;
}

static double cosine(const problem_t *p, const double *z, size_t r, const double *y, size_t s) {
    const double size = sqrt(dot(p, z, r, z, r) * dot(p, y, s, y, s));
    return size > 0 ? dot(p, z, r, y, s) / size : 0;
}

/* log det by elimination with pivots. */
static double log_det(double *a, size_t n) {
    double sum = 0;
    for (size_t k = 0; k < n; k++) {
        size_t top = k;
        for (size_t i = k; i < n; i++)
            if (fabs(a[i * n + k]) > fabs(a[top * n + k])) top = i;
        for (size_t j = 0; j < n; j++) {
            const double t = a[k * n + j];
            a[k * n + j] = a[top * n + j], a[top * n + j] = t;
        }
        sum += log(fabs(a[k * n + k]));
        for (size_t i = k + 1; i < n; i++)
            for (size_t j = n; j-- > k;) a[i * n + j] -= a[i * n + k] / a[k * n + k] * a[k * n + j];
    }
    return sum;
}

static double push_loss(const problem_t *p, const double *z) {
    const size_t n = p->B * p->Q, P = p->P;
    double sum = 0, mean[64] = {0}, c[64 * 64] = {0};
    if (p->c.push_form == LPL_PUSH_NEGATIVE) {
        for (size_t r = 0; r < n; r++)
            for (size_t s = 0; s < n; s++) sum += r == s ? 0 : pow(cosine(p, z, r, z, s), 2);
        return sum / (double)(n * (n - 1));
    }
    if (p->c.push_form != LPL_PUSH_LOGDET) { /* LOGVAR, of units over rows */
        for (size_t u = 0; u < p->units; u++) {
            double m = 0, v = 0;
            for (size_t b = 0; b < p->B; b++) m += z[b * p->units + u] / (double)p->B;
            for (size_t b = 0; b < p->B; b++) v += pow(z[b * p->units + u] - m, 2) / ((double)p->B - 1);
            sum -= log(v + p->c.eps) / (double)p->units;
        }
        return sum;
    }
    for (size_t i = 0; i < P; i++)
        for (size_t r = 0; r < n; r++) mean[i] += at(p, z, r, i) / (double)n;
    for (size_t i = 0; i < P; i++)
        for (size_t k = 0; k < P; k++) {
            for (size_t r = 0; r < n; r++)
                c[i * P + k] += (at(p, z, r, i) - mean[i]) * (at(p, z, r, k) - mean[k]) / ((double)n - 1);
            c[i * P + k] += i == k ? p->c.eps : 0;
        }
    return -log_det(c, P) / (double)P;
}

/* Of view v; other: the other view, or what is held constant of it. */
static double pull_loss(const problem_t *p, int v, const double *other) {
    const size_t n = p->B * p->Q, P = p->P;
    const double *z = p->z[v];
    double sum = 0;
    if (p->c.pull_form == LPL_PULL_DIFFERENCE) {
        for (size_t k = 0; k < p->B * p->units; k++) sum += pow(z[k] - other[k], 2);
        return sum / (double)(p->B * p->units);
    }
    if (p->c.pull_form == LPL_PULL_COSINE) {
        for (size_t r = 0; r < n; r++) sum -= cosine(p, z, r, other, r) / (double)n;
        return sum;
    }
    for (size_t r = 0; r < n; r++)
        for (size_t i = 0; i < P; i++) {
            double e = -at(p, other, r, i);
            for (size_t k = 0; k < P; k++) { /* ISOLOSS: z - (other + z* - W z*), z* held constant */
                const double w = p->predictor[i * P + k];
                e += p->c.pull_form == LPL_PULL_ISOLOSS
                         ? (i == k ? at(p, z, r, i) - at(p, p->fixed[v], r, i) : 0) + w * at(p, p->fixed[v], r, k)
                         : w * at(p, z, r, k);
            }
            sum += e * e / (double)(n * P);
        }
    return sum;
}

/* What the rule sees of both views with these weights. */
static void respond(problem_t *p) {
    OK(lpl_layer_write_f64(p->probe, p->w, p->params, LPL_STATE_WEIGHTS));
    if (p->bias) OK(lpl_layer_write_f64(p->probe, p->bias, (size_t)p->c.n_post, LPL_STATE_BIAS));
    for (int v = 0; v < 2; v++) {
        OK(lpl_layer_forget(p->probe));
        OK(lpl_update_f64(p->probe, NULL, NULL, 0, p->x[v], p->in, p->B));
        OK(lpl_layer_read_f64(p->probe, p->z[v], p->B * p->units, LPL_STATE_PREV));
    }
}

static int predicts(const problem_t *p) { return p->c.pull_form >= LPL_PULL_DIRECTPRED; }

static double loss(problem_t *p, double *pull, double *push) {
    const int symmetric = p->c.pair == LPL_PAIR_SYMMETRIC;
    respond(p);
    if (predicts(p) && symmetric)
        *pull = pull_loss(p, 0, p->fixed[1]) + pull_loss(p, 1, p->fixed[0]);
    else
        *pull = pull_loss(p, 1, symmetric ? p->z[0] : p->fixed[0]);
    *push = symmetric ? (push_loss(p, p->z[0]) + push_loss(p, p->z[1])) / 2 : push_loss(p, p->z[1]);
    const double half = p->c.form == LPL_FORM_REFERENCE ? 1 : 0.5,
                 scale = p->c.norm == LPL_NORM_NEURON ? (double)p->units : 1;
    return scale * half * (p->c.pull * *pull + p->c.push * *push);
}

/* ---- the predictor, by Jacobi's method ---- */

static void jacobi(double *a, double *v, size_t n) {
    for (size_t k = 0; k < n * n; k++) v[k] = k % (n + 1) == 0;
    for (int sweep = 0; sweep < 60; sweep++)
        for (size_t i = 0; i < n; i++)
            for (size_t j = i + 1; j < n; j++) {
                const double angle = 0.5 * atan2(2 * a[i * n + j], a[i * n + i] - a[j * n + j]), c = cos(angle),
                             s = sin(angle);
                for (size_t k = 0; k < n; k++) {
                    const double x = a[i * n + k], y = a[j * n + k];
                    a[i * n + k] = c * x + s * y, a[j * n + k] = c * y - s * x;
                }
                for (size_t k = 0; k < n; k++) {
                    const double x = a[k * n + i], y = a[k * n + j];
                    a[k * n + i] = c * x + s * y, a[k * n + j] = c * y - s * x;
                }
                for (size_t k = 0; k < n; k++) {
                    const double x = v[i * n + k], y = v[j * n + k];
                    v[i * n + k] = c * x + s * y, v[j * n + k] = c * y - s * x;
                }
            }
}

/* C with this batch taken in, and W of it. */
static void predict(problem_t *p) {
    const size_t P = p->P, n = p->B * p->Q;
    const int first = p->c.pair == LPL_PAIR_SYMMETRIC ? 0 : 1;
    double a[64 * 64], v[64 * 64], top = 0;
    for (size_t i = 0; i < P; i++)
        for (size_t k = 0; k < P; k++) {
            double s = 0;
            for (int view = first; view < 2; view++)
                for (size_t r = 0; r < n; r++)
                    s += at(p, p->z[view], r, i) * at(p, p->z[view], r, k) / (double)(n * (size_t)(2 - first));
            p->cov[i * P + k] = p->c.predictor_keep * p->cov[i * P + k] + (1 - p->c.predictor_keep) * s;
        }
    memcpy(a, p->cov, P * P * sizeof *a);
    jacobi(a, v, P);
    for (size_t k = 0; k < P; k++) top = fmax(top, a[k * P + k]);
    memset(p->predictor, 0, P * P * sizeof *p->predictor);
    for (size_t k = 0; k < P; k++)
        for (size_t i = 0; i < P; i++)
            for (size_t j = 0; j < P; j++)
                p->predictor[i * P + j] += v[k * P + i] * v[k * P + j] *
                                           pow(fmax(a[k * P + k], 0) / top + p->c.predictor_eps, p->c.predictor_alpha);
}

/* ---- problems ---- */

enum { DENSE, POOLED, POSITIONS, HEAD, KINDS };

static lpl_layer_config_t config(int kind, size_t B) {
    lpl_layer_config_t c;
    OK(lpl_layer_config_init(&c, sizeof c));
    c.dtype = LPL_F64, c.n_post = testing_size(1, 6), c.batch_max = B + testing_size(0, 3), c.decorr = 0;
    c.activation = LPL_ACT_TANH, c.n_pre = kind == DENSE ? testing_size(1, 5) : 0;
    c.bias = (int32_t)testing_size(0, 1), c.form = (int32_t)testing_size(0, 1), c.norm = (int32_t)testing_size(0, 1);
    c.pair = (int32_t)testing_size(0, 1);
    c.eps = 0.05 + 0.02 * testing_real(), c.pull = 1.5 + testing_real(), c.push = 1.5 + testing_real();
    c.seed = testing_bits();
    if (kind == DENSE) return c;
    c.kind = LPL_LAYER_CONV2D, c.channels = 2, c.height = 4, c.width = 3, c.kernel_h = c.kernel_w = 2, c.padding = 0;
    c.sees = kind == POOLED ? LPL_SEES_POOLED : kind == POSITIONS ? LPL_SEES_POSITIONS : LPL_SEES_HEAD;
    if (kind == HEAD) c.head_hidden = 7, c.head_out = 4;
    return c;
}

static problem_t make(lpl_layer_config_t c, size_t B) {
    problem_t p = {.c = c, .B = B};
    double v;
    lpl_layer_config_t probe = c;
    probe.push_form = LPL_PUSH_LOGVAR, probe.pull_form = LPL_PULL_DIFFERENCE, probe.pair = LPL_PAIR_CAUSAL;
    probe.mode = LPL_MODE_TRACK;
    OK(lpl_layer_create(&c, &p.l));
    OK(lpl_layer_create(&probe, &p.probe));
    OK(lpl_layer_copy(p.probe, p.l, NULL)); /* the head too */
    OK(lpl_layer_get(p.l, LPL_PARAM_N_PRE, &v));
    p.in = (size_t)v;
    OK(lpl_layer_get(p.l, LPL_PARAM_UNITS, &v));
    p.units = (size_t)v;
    OK(lpl_layer_get(p.l, LPL_PARAM_FAN_IN, &v));
    p.params = (size_t)v * (size_t)c.n_post;
    p.P = c.kind == LPL_LAYER_CONV2D && c.sees == LPL_SEES_POSITIONS ? (size_t)c.n_post : p.units;
    p.Q = p.units / p.P;
    p.w = testing_doubles(p.params), p.bias = c.bias ? testing_doubles((size_t)c.n_post) : NULL;
    OK(lpl_layer_write_f64(p.l, p.w, p.params, LPL_STATE_WEIGHTS));
    if (p.bias) OK(lpl_layer_write_f64(p.l, p.bias, (size_t)c.n_post, LPL_STATE_BIAS));
    for (int k = 0; k < 2; k++) {
        p.x[k] = testing_doubles(B * p.in), p.z[k] = testing_doubles(B * p.units),
        p.fixed[k] = testing_doubles(B * p.units);
        for (size_t e = 0; e < B * p.in; e++) p.x[k][e] = 2 * p.x[k][e] + (k == 1 ? 0.3 * p.x[0][e] : 0);
    }
    p.cov = calloc(p.P * p.P, sizeof *p.cov), p.predictor = calloc(p.P * p.P, sizeof *p.predictor);
    return p;
}

/* Hold constant what the loss of this step does. */
static void hold(problem_t *p) {
    respond(p);
    for (int v = 0; v < 2; v++) memcpy(p->fixed[v], p->z[v], p->B * p->units * sizeof(double));
    if (predicts(p)) predict(p);
}

static void drop(problem_t *p) {
    lpl_layer_destroy(p->l), lpl_layer_destroy(p->probe);
    for (int v = 0; v < 2; v++) free(p->x[v]), free(p->z[v]), free(p->fixed[v]);
    free(p->w), free(p->bias), free(p->cov), free(p->predictor);
}

static double slope(problem_t *p, double *parameter) {
    const double h = 2e-4, value = *parameter, offset[4] = {h, -h, 2 * h, -2 * h};
    double f[4], a, b;
    for (int k = 0; k < 4; k++) {
        *parameter = value + offset[k];
        f[k] = loss(p, &a, &b);
    }
    *parameter = value;
    return (8 * (f[0] - f[1]) - (f[2] - f[3])) / (12 * h);
}

static void check_gradient(problem_t *p) {
    const size_t M = (size_t)p->c.n_post, n = p->params / M;
    double *dw = testing_doubles(p->params), *db = testing_doubles(M), pull, push, size = 0;
    lpl_report_t r = {.size = sizeof r};
    hold(p);
    OK(lpl_gradient_f64(p->l, dw, n, p->bias ? db : NULL, &r, p->x[0], p->in, p->x[1], p->in, p->B));
    const double total = loss(p, &pull, &push);
    CLOSE(r.pull, pull, 1e-11, 1 + fabs(pull));
    CLOSE(r.push, push, 1e-10, 1 + fabs(push));
    CLOSE(r.total, total, 1e-10, 1 + fabs(total));
    for (size_t k = 0; k < p->params; k++) size = fmax(size, fabs(dw[k]));
    for (size_t k = 0; k < p->params; k += 1 + p->params / 12) {
        const double want = slope(p, p->w + k);
        ck_assert_msg(
            fabs(dw[k] - want) <= 2e-8 * (1 + size),
            "dw[%zu] = %.12g, differences %.12g: kind %d sees %d pull_form %d push_form %d pair %d form %d norm "
            "%d, P %zu, Q %zu, B %zu",
            k, dw[k], want, p->c.kind, p->c.sees, p->c.pull_form, p->c.push_form, p->c.pair, p->c.form, p->c.norm, p->P,
            p->Q, p->B);
    }
    for (size_t i = 0; p->bias && i < M; i++) CLOSE(db[i], slope(p, p->bias + i), 2e-8, 1 + size);
    free(dw), free(db);
}

START_TEST(gradients) {
    static const double alphas[] = {0, 0.5, 1, 1.5, 2};
    const int rounds = testing_rounds("gradients of forms", 4, 1);
    for (int round = 0; round < rounds; round++)
        for (int kind = 0; kind < KINDS; kind++)
            for (int32_t pull = LPL_PULL_DIFFERENCE; pull <= LPL_PULL_ISOLOSS; pull++)
                for (int32_t push = LPL_PUSH_NEGATIVE - 1; push <= LPL_PUSH_LOGDET; push++) {
                    const size_t B = testing_size(2, 7);
                    lpl_layer_config_t c = config(kind, B);
                    c.pull_form = pull, c.push_form = push < LPL_PUSH_NEGATIVE ? LPL_PUSH_LOGVAR : push;
                    c.predictor_alpha = alphas[testing_size(0, 4)], c.predictor_eps = 0.1 * (1 + testing_real());
                    c.predictor_keep = 0.5 * (1 + testing_real());
                    problem_t p = make(c, B);
                    check_gradient(&p);
                    if (predicts(&p)) { /* C moves on with updates, and the next gradient is of the C after it */
                        OK(lpl_layer_set(p.l, LPL_PARAM_ETA, 0));
                        OK(lpl_update_f64(p.l, NULL, p.x[0], p.in, p.x[1], p.in, B));
                        double *got = testing_doubles(p.P * p.P);
                        OK(lpl_layer_read_f64(p.l, got, p.P * p.P, LPL_STATE_PREDICTOR));
                        for (size_t k = 0; k < p.P * p.P; k++) CLOSE(got[k], p.cov[k], 1e-13, 10);
                        for (size_t e = 0; e < B * p.in; e++) p.x[1][e] = testing_real();
                        check_gradient(&p);
                        free(got);
                    }
                    drop(&p);
                }
}
END_TEST

/* ---- identities ---- */

/* Decorrelation comes on top, in every kind of layer: the gradient is that of the forms plus that of it alone. */
START_TEST(with_decorrelation) {
    for (int round = 0; round < 3; round++)
        for (int kind = 0; kind < KINDS; kind++)
            for (int32_t pull = LPL_PULL_DIFFERENCE; pull <= LPL_PULL_ISOLOSS; pull++)
                for (int32_t push = LPL_PUSH_NEGATIVE; push <= LPL_PUSH_LOGDET; push++) {
                    const size_t B = testing_size(2, 7);
                    lpl_layer_config_t c = config(kind, B);
                    c.pull_form = pull, c.push_form = push, c.n_post = testing_size(2, 6);
                    double *dw[3];
                    lpl_report_t r[3];
                    problem_t p = {.params = 0};
                    for (int k = 0; k < 3; k++) { /* both, forms alone, decorrelation alone */
                        lpl_layer_config_t part = c;
                        part.decorr = k == 1 ? 0 : 1.5;
                        if (k == 2) part.push = part.pull = 0;
                        lpl_layer_t *l;
                        OK(lpl_layer_create(&part, &l));
                        if (k == 0) p = make(part, B);
                        dw[k] = testing_doubles(p.params), r[k] = (lpl_report_t){.size = sizeof r[k]};
                        const size_t n = p.params / (size_t)c.n_post;
                        OK(lpl_gradient_f64(l, dw[k], n, NULL, &r[k], p.x[0], p.in, p.x[1], p.in, B));
                        lpl_layer_destroy(l);
                    }
                    for (size_t e = 0; e < p.params; e++)
                        CLOSE(dw[0][e], dw[1][e] + dw[2][e], 1e-12, 1 + fabs(dw[0][e]));
                    CLOSE(r[0].decorr, r[2].decorr, 1e-13, r[2].decorr);
                    CLOSE(r[0].total, r[1].total + r[2].total, 1e-12, 1 + fabs(r[0].total));
                    for (int k = 0; k < 3; k++) free(dw[k]);
                    drop(&p);
                }
}
END_TEST

/* With a diagonal covariance LOGDET is LOGVAR, to rounding; B below and above M, both types. */
START_TEST(log_det_of_independent_units) {
    enum { M = 4, N = 8 };
    static const double signs[3][N] = {/* rows of a Hadamard matrix: means 0, covariances 0 */
                                       {1, -1, 1, -1, 1, -1, 1, -1},
                                       {1, 1, -1, -1, 1, 1, -1, -1},
                                       {1, -1, -1, 1, 1, -1, -1, 1}};
    for (int f64 = 0; f64 < 2; f64++)
        for (int few = 0; few < 2; few++) { /* two units more, which are constant: B = 4 < M */
            const size_t B = few ? 4 : N, units = few ? 6 : M;
            double z[N * 6] = {0}, delta[2][N * 6];
            float zf[N * 6], deltaf[2][N * 6];
            for (size_t b = 0; b < B; b++)
                for (size_t i = 0; i < (few ? 2u : 3u); i++) z[b * units + i] = (0.5 + (double)i) * signs[i][b] + 2;
            for (size_t k = 0; k < B * units; k++) zf[k] = (float)z[k];
            lpl_report_t r[2] = {{.size = sizeof *r}, {.size = sizeof *r}};
            for (int form = 0; form < 2; form++) {
                lpl_rule_config_t c;
                size_t bytes;
                OK(lpl_rule_config_init(&c, sizeof c));
                c.push_form = form ? LPL_PUSH_LOGDET : LPL_PUSH_LOGVAR, c.eps = 0.01, c.collapse_std = 0;
                OK(lpl_rule_scratch(&c, &bytes, units, B, f64 ? LPL_F64 : LPL_F32));
                void *scratch = aligned_alloc(64, (bytes + 63) / 64 * 64);
                if (f64)
                    OK(lpl_rule_delta_f64(&c, delta[form], units, NULL, &r[form], NULL, scratch, bytes, z, units, NULL,
                                          0, NULL, 0, NULL, units, B));
                else
                    OK(lpl_rule_delta(&c, deltaf[form], units, NULL, &r[form], NULL, scratch, bytes, zf, units, NULL, 0,
                                      NULL, 0, NULL, units, B));
                free(scratch);
            }
            for (size_t k = 0; k < B * units; k++) {
                if (f64) CLOSE(delta[1][k], delta[0][k], 4e-16, 1);
                if (!f64) CLOSE(deltaf[1][k], deltaf[0][k], 1.2e-7, fabs((double)deltaf[0][k]));
            }
            CLOSE(r[1].push, r[0].push, 4e-15, 10);
        }
}
END_TEST

/* Rows without a direction: silent samples neither push nor pull, and nothing is NaN. */
START_TEST(silent_samples) {
    enum { B = 3, M = 2 };
    const double z[B * M] = {0, 0, 1, 2, -1, 3}, prev[B * M] = {1, 1, 0, 0, -1, 2};
    double delta[B * M];
    lpl_rule_config_t c;
    size_t bytes;
    lpl_report_t r = {.size = sizeof r};
    OK(lpl_rule_config_init(&c, sizeof c));
    c.pull_form = LPL_PULL_COSINE, c.push_form = LPL_PUSH_NEGATIVE, c.form = LPL_FORM_REFERENCE;
    OK(lpl_rule_scratch(&c, &bytes, M, B, LPL_F64));
    void *scratch = aligned_alloc(64, (bytes + 63) / 64 * 64);
    OK(lpl_rule_delta_f64(&c, delta, M, NULL, &r, NULL, scratch, bytes, z, M, prev, M, NULL, 0, NULL, M, B));
    ck_assert(delta[0] == 0 && delta[1] == 0);
    CLOSE(r.pull, -7 / sqrt(10 * 5) / 3, 1e-15, 1);
    CLOSE(r.push, 2 * 25.0 / (5 * 10) / 6, 1e-15, 1);
    for (int k = 0; k < B * M; k++) ck_assert(isfinite(delta[k]));
    free(scratch);
}
END_TEST

/* The same bits for any number of threads and after save and load; a copy goes on with them; weight_change is there. */
static lpl_layer_config_t whole(int32_t pull, int32_t push, int32_t dtype, int32_t pair) {
    lpl_layer_config_t c;
    OK(lpl_layer_config_init(&c, sizeof c));
    c.n_pre = 20, c.n_post = 70, c.batch_max = 90, c.dtype = dtype, c.pair = pair, c.pull_form = pull;
    c.push_form = push, c.activation = LPL_ACT_TANH, c.optim = LPL_OPTIM_ADAM, c.predictor_alpha = 0.5, c.decorr = 0;
    c.norm = LPL_NORM_NEURON, c.seed = 5;
    return c;
}

static void steps(lpl_layer_t *l, int from, int count, size_t B, double w[70 * 20]) {
    enum { N = 20 };
    double x[2][90 * N];
    float f[2][90 * N];
    for (int t = from; t < from + count; t++) {
        lpl_report_t r = {.size = sizeof r};
        double dtype;
        for (int v = 0; v < 2; v++)
            for (size_t k = 0; k < B * N; k++)
                f[v][k] = (float)(x[v][k] = sin((double)(k * (size_t)(t + 3) + k % 7 + (size_t)v)));
        OK(lpl_layer_get(l, LPL_PARAM_DTYPE, &dtype));
        OK(dtype == LPL_F64 ? lpl_update_f64(l, &r, x[0], N, x[1], N, B) : lpl_update(l, &r, f[0], N, f[1], N, B));
        ck_assert(r.weight_change > 0 && r.weight_change < 1);
        if (dtype == LPL_F64) OK(lpl_layer_read_f64(l, w, 70 * N, LPL_STATE_WEIGHTS));
        float g[70 * N];
        if (dtype != LPL_F64) OK(lpl_layer_read(l, g, 70 * N, LPL_STATE_WEIGHTS));
        for (size_t k = 0; dtype != LPL_F64 && k < 70 * N; k++) w[k] = g[k];
    }
}

START_TEST(same_bits) {
    static double w[3][70 * 20];
    for (int32_t pull = LPL_PULL_DIFFERENCE; pull <= LPL_PULL_ISOLOSS; pull++)
        for (int32_t push = LPL_PUSH_HINGE; push <= LPL_PUSH_LOGDET; push++)
            for (int k = 0; k < 4; k++) {
                lpl_layer_config_t c = whole(pull, push, k % 2 ? LPL_F64 : LPL_F32, k / 2);
                lpl_layer_t *l, *other, *loaded = NULL;
                memfile_t file = {0};
                OK(lpl_layer_create(&c, &l));
                c.threads = 3;
                OK(lpl_layer_create(&c, &other));
                steps(l, 0, 2, 90, w[0]), steps(other, 0, 2, 90, w[1]);
                ck_assert(memcmp(w[0], w[1], sizeof w[0]) == 0);
                OK(lpl_layer_save(l, memfile_write, &file));
                OK(lpl_layer_load(memfile_read, &file, 0, 2, &loaded));
                lpl_layer_destroy(other);
                c.threads = 1, c.seed = 77;
                OK(lpl_layer_create(&c, &other));
                uint32_t copied = 0;
                OK(lpl_layer_copy(other, l, &copied));
                ck_assert(((copied >> LPL_STATE_PREDICTOR) & 1) == (pull >= LPL_PULL_DIRECTPRED));
                steps(l, 2, 2, 40, w[0]), steps(loaded, 2, 2, 40, w[1]), steps(other, 2, 2, 40, w[2]);
                ck_assert(memcmp(w[0], w[1], sizeof w[0]) == 0);
                ck_assert(memcmp(w[0], w[2], sizeof w[0]) == 0);
                lpl_layer_destroy(l), lpl_layer_destroy(other), lpl_layer_destroy(loaded), free(file.data);
            }
}
END_TEST

/* LOGDET's bias gradients of a linear float layer sum to 0 and are 0, as LOGVAR's: Adam makes no step of rounding. */
START_TEST(quiet_biases) {
    enum { N = 3, M = 5, B = 9 };
    for (int32_t push = LPL_PUSH_LOGVAR; push <= LPL_PUSH_LOGDET; push += LPL_PUSH_LOGDET) {
        lpl_layer_config_t c;
        lpl_layer_t *l;
        OK(lpl_layer_config_init(&c, sizeof c));
        c.n_pre = N, c.n_post = M, c.batch_max = B, c.push_form = push, c.pair = LPL_PAIR_SYMMETRIC, c.pull = 0;
        c.decorr = 0;
        OK(lpl_layer_create(&c, &l));
        float *x0 = testing_floats(B * N), *x1 = testing_floats(B * N), dw[M * N], db[M];
        OK(lpl_gradient(l, dw, N, db, NULL, x0, N, x1, N, B));
        for (int i = 0; i < M; i++) ck_assert(db[i] == 0);
        lpl_layer_destroy(l), free(x0), free(x1);
    }
}
END_TEST

/* ---- what is refused ---- */

START_TEST(refused) {
    lpl_layer_config_t c = whole(LPL_PULL_DIFFERENCE, LPL_PUSH_NEGATIVE, LPL_F32, LPL_PAIR_CAUSAL);
    lpl_layer_t *l = NULL;
    float x[20] = {0};
    for (int32_t stats = LPL_STATS_STALE; stats <= LPL_STATS_EWMA; stats++) {
        c.stats = stats, c.push_form = LPL_PUSH_LOGDET;
        FAILS(lpl_layer_create(&c, &l), LPL_E_ARG, "push_form = LPL_PUSH_LOGDET is a term of a whole batch");
        c.pull_form = LPL_PULL_COSINE;
        FAILS(lpl_layer_create(&c, &l), LPL_E_ARG, "pull_form = LPL_PULL_COSINE is a term of a whole batch");
        c.pull_form = LPL_PULL_DIFFERENCE;
    }
    c.stats = LPL_STATS_BATCH, c.pull_form = LPL_PULL_ISOLOSS;
    OK(lpl_layer_create(&c, &l));
    FAILS(lpl_update_online(l, NULL, NULL, x), LPL_E_ORDER, "statistics of a batch");
    lpl_layer_destroy(l);
    c.predictor_keep = 1;
    FAILS(lpl_layer_create(&c, &l), LPL_E_ARG, "predictor_keep = 1, need 0 <= predictor_keep < 1");
    c.predictor_keep = 0, c.predictor_alpha = -1;
    FAILS(lpl_layer_create(&c, &l), LPL_E_ARG, "predictor_alpha");
    c.predictor_alpha = 1, c.predictor_eps = NAN;
    FAILS(lpl_layer_create(&c, &l), LPL_E_ARG, "predictor_eps");
    c.predictor_alpha = 1e6, c.predictor_eps = 0.1; /* 1.1^1e6 */
    FAILS(lpl_layer_create(&c, &l), LPL_E_ARG, "predictor_alpha = 1e+06, predictor_eps = 0.1");
    c.pull_form = LPL_PULL_COSINE; /* has no predictor: its numbers are not looked at */
    OK(lpl_layer_create(&c, &l));
    float p[70 * 70];
    FAILS(lpl_layer_read(l, p, 70 * 70, LPL_STATE_PREDICTOR), LPL_E_ARG, "no such state");
    lpl_layer_destroy(l);

    lpl_rule_config_t r;
    size_t bytes;
    OK(lpl_rule_config_init(&r, sizeof r));
    /* a cosine is finite whatever the lengths: a past whose square is not is told all the same */
    static const double bad_past[] = {INFINITY, NAN, 1e155};
    double z[12], past[12], delta[12];
    r.pull_form = LPL_PULL_COSINE;
    OK(lpl_rule_scratch(&r, &bytes, 3, 4, LPL_F64));
    void *scratch = aligned_alloc(64, (bytes + 63) / 64 * 64);
    for (int k = 0; k < 12; k++) z[k] = testing_real(), past[k] = testing_real();
    for (int k = 0; k < 3; k++) {
        past[5] = bad_past[k];
        FAILS(lpl_rule_delta_f64(&r, delta, 3, NULL, NULL, NULL, scratch, bytes, z, 3, past, 3, NULL, 0, NULL, 3, 4),
              LPL_E_NONFINITE, "z_prev holds a value that is NaN, infinite, or too large to be squared");
    }
    free(scratch);
    r.pull_form = LPL_PULL_DIRECTPRED;
    FAILS(lpl_rule_scratch(&r, &bytes, 3, 4, LPL_F32), LPL_E_UNSUPPORTED, "state of a layer");
    r.pull_form = 7;
    FAILS(lpl_rule_scratch(&r, &bytes, 3, 4, LPL_F32), LPL_E_ARG, "pull_form = 7");
    r.pull_form = 0, r.reserved = 1;
    FAILS(lpl_rule_scratch(&r, &bytes, 3, 4, LPL_F32), LPL_E_ARG, "reserved");
    r.reserved = 0, r.rule = LPL_RULE_OJA, r.push_form = LPL_PUSH_LOGDET; /* a comparison rule has no forms */
    OK(lpl_rule_scratch(&r, &bytes, 3, 4, LPL_F32));
}
END_TEST

/* A covariance that eps does not make regular: a sentence, nothing changed; with push = 0 and no report it is not asked
 * for. */
START_TEST(singular) {
    enum { N = 3, M = 6, B = 8 };
    for (int f64 = 0; f64 < 2; f64++)
        for (int few = 0; few < 2; few++) {
            lpl_layer_config_t c;
            lpl_layer_t *l;
            memfile_t before = {0}, after = {0};
            OK(lpl_layer_config_init(&c, sizeof c));
            c.n_pre = N, c.n_post = M, c.batch_max = B, c.push_form = LPL_PUSH_LOGDET, c.eps = 1e-30, c.decorr = 0;
            c.dtype = f64 ? LPL_F64 : LPL_F32, c.label = 4;
            OK(lpl_layer_create(&c, &l));
            OK(lpl_layer_save(l, memfile_write, &before));
            double *x = testing_doubles(B * N);
            float *f = testing_floats(B * N);
            const size_t rows = few ? 5 : B;
            FAILS(f64 ? lpl_update_f64(l, NULL, x, N, x, N, rows) : lpl_update(l, NULL, f, N, f, N, rows),
                  LPL_E_NONFINITE,
                  few ? "the covariance has no inverse, sample" : "the covariance has no inverse, unit");
            ck_assert(strstr(lpl_last_error(), "(layer 4, step 1)") != NULL);
            OK(lpl_layer_save(l, memfile_write, &after));
            ck_assert(before.n == after.n && memcmp(before.data, after.data, before.n) == 0);
            OK(lpl_layer_set(l, LPL_PARAM_PUSH, 0));
            OK(f64 ? lpl_update_f64(l, NULL, x, N, x, N, rows) : lpl_update(l, NULL, f, N, f, N, rows));
            lpl_layer_destroy(l), free(x), free(f), free(before.data), free(after.data);
        }
}
END_TEST

/* A linear predictor keeps two linear units apart that the plain difference lets collapse (Hebb off). */
START_TEST(predictor_holds_the_variance) {
    enum { N = 4, M = 2, B = 64 };
    for (int32_t pull = LPL_PULL_DIFFERENCE; pull <= LPL_PULL_ISOLOSS; pull++) {
        if (pull == LPL_PULL_COSINE) continue;
        lpl_layer_config_t c;
        lpl_layer_t *l;
        lpl_report_t r = {.size = sizeof r};
        OK(lpl_layer_config_init(&c, sizeof c));
        c.dtype = LPL_F64, c.n_pre = N, c.n_post = M, c.batch_max = B, c.bias = 0, c.push = 0, c.decorr = 0;
        c.pull_form = pull, c.pair = LPL_PAIR_SYMMETRIC, c.norm = LPL_NORM_NEURON, c.eta = 0.2, c.weight_decay = 0.01;
        c.predictor_eps = 0, c.predictor_keep = 0.9, c.seed = 1;
        OK(lpl_layer_create(&c, &l));
        for (int t = 0; t < 3000; t++) {
            double x[2][B * N];
            for (size_t b = 0; b < B; b++)
                for (size_t j = 0; j < N; j++) {
                    const double same = testing_real(), speed = j < 2 ? 0.1 : 1;
                    x[0][b * N + j] = same, x[1][b * N + j] = same + speed * testing_real();
                }
            lpl_status_t status = lpl_update_f64(l, &r, x[0], N, x[1], N, B);
            ck_assert(status >= 0);
        }
        if (pull == LPL_PULL_DIFFERENCE)
            ck_assert_msg(r.mean_std < 1e-3, "without a predictor: %g", r.mean_std);
        else
            ck_assert_msg(r.min_std > 0.1, "pull_form %d: %g", (int)pull, r.min_std);
        lpl_layer_destroy(l);
    }
}
END_TEST

/* lpl_layer_ema: w, bias and head by their formula; then the pair of layers of docs/layer.md: the remembered response
 * of the target, which only tracks, is what the other one is predicted to say. */
START_TEST(slow_target) {
    for (int kind = 0; kind < KINDS; kind++)
        for (int f64 = 0; f64 < 2; f64++) {
            enum { B = 5, MOST = 4000 };
            lpl_layer_config_t c = config(kind, B);
            lpl_layer_t *l, *target;
            static double a[MOST], b[MOST], got[MOST];
            static float fa[MOST], fb[MOST], fgot[MOST];
            double n_pre, units, fan_in;
            c.dtype = f64 ? LPL_F64 : LPL_F32, c.pair = LPL_PAIR_CAUSAL, c.pull_form = LPL_PULL_DIRECTPRED, c.push = 0;
            OK(lpl_layer_create(&c, &l));
            c.seed++, c.mode = LPL_MODE_TRACK, c.pull_form = LPL_PULL_DIFFERENCE;
            OK(lpl_layer_create(&c, &target));
            OK(lpl_layer_get(l, LPL_PARAM_N_PRE, &n_pre));
            OK(lpl_layer_get(l, LPL_PARAM_UNITS, &units));
            OK(lpl_layer_get(l, LPL_PARAM_FAN_IN, &fan_in));
            const size_t M = (size_t)c.n_post, all = M * (size_t)fan_in, in = (size_t)n_pre, U = (size_t)units;
            const struct {
                int32_t state;
                size_t n;
            } states[] = {{LPL_STATE_WEIGHTS, all},
                          {LPL_STATE_BIAS, c.bias ? M : 0},
                          {LPL_STATE_HEAD_W1, kind == HEAD ? c.head_hidden * M : 0},
                          {LPL_STATE_HEAD_B2, kind == HEAD ? c.head_out : 0}};
            for (size_t k = 0; k < 4; k++) {
                const size_t n = states[k].n;
                const int32_t state = states[k].state;
                if (n == 0) continue;
                OK(f64 ? lpl_layer_read_f64(l, a, n, state) : lpl_layer_read(l, fa, n, state));
                OK(f64 ? lpl_layer_read_f64(target, b, n, state) : lpl_layer_read(target, fb, n, state));
                lpl_layer_t *once;
                OK(lpl_layer_create(&c, &once));
                OK(lpl_layer_ema(once, l, 0.9));
                OK(f64 ? lpl_layer_read_f64(once, got, n, state) : lpl_layer_read(once, fgot, n, state));
                for (size_t i = 0; i < n; i++) {
                    if (f64) CLOSE(got[i], 0.9 * b[i] + 0.1 * a[i], 1e-15, 1);
                    if (!f64) CLOSE(fgot[i], 0.9 * (double)fb[i] + 0.1 * (double)fa[i], 1e-7, 1);
                }
                OK(lpl_layer_ema(once, l, 0)); /* a copy */
                OK(f64 ? lpl_layer_read_f64(once, got, n, state) : lpl_layer_read(once, fgot, n, state));
                ck_assert(f64 ? memcmp(got, a, n * sizeof *a) == 0 : memcmp(fgot, fa, n * sizeof *fa) == 0);
                lpl_layer_destroy(once);
            }
            double *x0 = testing_doubles(B * in), *x1 = testing_doubles(B * in);
            float *f0 = testing_floats(B * in), *f1 = testing_floats(B * in);
            for (int t = 0; t < 3; t++) {
                OK(lpl_layer_forget(target));
                OK(f64 ? lpl_update_f64(target, NULL, NULL, 0, x0, in, B)
                       : lpl_update(target, NULL, NULL, 0, f0, in, B));
                OK(f64 ? lpl_layer_read_f64(target, a, B * U, LPL_STATE_PREV)
                       : lpl_layer_read(target, fa, B * U, LPL_STATE_PREV));
                OK(f64 ? lpl_layer_write_f64(l, a, B * U, LPL_STATE_PREV)
                       : lpl_layer_write(l, fa, B * U, LPL_STATE_PREV));
                lpl_report_t r = {.size = sizeof r};
                OK(f64 ? lpl_update_f64(l, &r, NULL, 0, x1, in, B) : lpl_update(l, &r, NULL, 0, f1, in, B));
                ck_assert(r.pull > 0);
                OK(lpl_layer_ema(target, l, 0.99));
            }
            lpl_layer_destroy(l), lpl_layer_destroy(target), free(x0), free(x1), free(f0), free(f1);
        }
    lpl_layer_config_t c = whole(LPL_PULL_DIFFERENCE, LPL_PUSH_LOGVAR, LPL_F32, LPL_PAIR_CAUSAL);
    lpl_layer_t *l, *wide, *f64;
    OK(lpl_layer_create(&c, &l));
    c.n_pre++;
    OK(lpl_layer_create(&c, &wide));
    c.n_pre--, c.dtype = LPL_F64;
    OK(lpl_layer_create(&c, &f64));
    FAILS(lpl_layer_ema(NULL, l, 0.5), LPL_E_NULL, "target");
    FAILS(lpl_layer_ema(l, NULL, 0.5), LPL_E_NULL, "src");
    FAILS(lpl_layer_ema(l, l, 1.5), LPL_E_ARG, "keep");
    FAILS(lpl_layer_ema(l, l, NAN), LPL_E_ARG, "keep");
    FAILS(lpl_layer_ema(l, wide, 0.5), LPL_E_SIZE, "fan_in of target and src differ");
    FAILS(lpl_layer_ema(l, f64, 0.5), LPL_E_DTYPE, "src");
    lpl_layer_destroy(l), lpl_layer_destroy(wide), lpl_layer_destroy(f64);
}
END_TEST

int main(void) {
    testing_seed("terms", 20261128);
    Suite *s = suite_create("terms");
    TCase *c = tcase_create("terms");
    tcase_add_test(c, gradients);
    tcase_add_test(c, with_decorrelation);
    tcase_add_test(c, log_det_of_independent_units);
    tcase_add_test(c, silent_samples);
    tcase_add_test(c, same_bits);
    tcase_add_test(c, quiet_biases);
    tcase_add_test(c, refused);
    tcase_add_test(c, singular);
    tcase_add_test(c, slow_target);
    tcase_add_test(c, predictor_holds_the_variance);
    suite_add_tcase(s, c);
    return testing_run(s);
}
