/* tests/test_gradient.c - the rule is minus the gradient of its losses: central differences in double of losses written
 * down here (lpl/rule.h, theory 1.2, 1.5, 1.6), for random shapes and every option; and the identities of theory
 * 1.5. */
#include "common/testing.h"

/* ---- a layer with data, and what its loss holds constant ---- */
typedef struct problem_t {
    lpl_layer_config_t c;
    lpl_layer_t *l;
    size_t n, M, B, ldx;
    double *x[2];              /* x0 (NULL: remembered response, if any), x1 */
    double *w, *bias;          /* a copy of the parameters */
    const double *past;        /* CAUSAL: the constant response, or NULL */
    double *mean, *gain, *cov; /* STALE, EWMA: statistics held constant */
    double *sigma2;
    double *z[2];
} problem_t;

static double gain_of(const lpl_layer_config_t *c, double sigma2) {
    switch (c->push_form) {
    case LPL_PUSH_NAIVE: return 1;
    case LPL_PUSH_HINGE: return sqrt(sigma2 + c->eps) < 1 ? 1 / (2 * sqrt(sigma2 + c->eps)) : 0;
    default: return 1 / (sigma2 + c->eps);
    }
}

/* L_push of one unit from its variance. */
static double push_of(const lpl_layer_config_t *c, double sigma2) {
    switch (c->push_form) {
    case LPL_PUSH_NAIVE: return -sigma2;
    case LPL_PUSH_HINGE: return sqrt(sigma2 + c->eps) < 1 ? 1 - sqrt(sigma2 + c->eps) : 0;
    default: return -log(sigma2 + c->eps);
    }
}

/* Unbiased covariance of units i and k over a batch; *mi the mean of unit i. */
static double covariance(const problem_t *p, const double *z, size_t i, size_t k) {
    double mi = 0, mk = 0, s = 0;
    for (size_t b = 0; b < p->B; b++) mi += z[b * p->M + i] / (double)p->B, mk += z[b * p->M + k] / (double)p->B;
    for (size_t b = 0; b < p->B; b++) s += (z[b * p->M + i] - mi) * (z[b * p->M + k] - mk);
    return s / (double)(p->B - 1);
}

static double pull_loss(const problem_t *p, const double *z, const double *past) {
    double s = 0;
    for (size_t e = 0; past && e < p->B * p->M; e++) s += (z[e] - past[e]) * (z[e] - past[e]);
    return s / (double)(p->B * p->M);
}

/* L_push of one view. STALE, EWMA: the quadratic form whose gradient the rule follows while the statistics stand still
 * (theory 1.6 b). */
static double push_loss(const problem_t *p, const double *z) {
    double s = 0;
    for (size_t i = 0; i < p->M; i++) {
        if (p->c.stats == LPL_STATS_BATCH) {
            s += push_of(&p->c, covariance(p, z, i, i));
            continue;
        }
        const double rows = p->c.stats == LPL_STATS_STALE ? (double)p->B - 1 : (double)p->B;
        for (size_t b = 0; b < p->B; b++) s -= p->gain[i] * pow(z[b * p->M + i] - p->mean[i], 2) / rows;
    }
    return s / (double)p->M;
}

/* L_decorr of one view. EWMA: C stands still, so again a quadratic form in z with the rule's gradient (beta = 4 / (M -
 * 1)). */
static double decorr_loss(const problem_t *p, const double *z) {
    double s = 0;
    const double M = (double)p->M;
    for (size_t i = 0; i < p->M; i++)
        for (size_t k = 0; k < p->M; k++) {
            if (i == k) continue;
            if (p->c.stats != LPL_STATS_EWMA) {
                s += pow(covariance(p, z, i, k), 2);
                continue;
            }
            for (size_t b = 0; b < p->B; b++)
                s += 2 / (double)p->B * (z[b * p->M + i] - p->mean[i]) * (z[b * p->M + k] - p->mean[k]) *
                     p->cov[i * p->M + k];
        }
    return p->M > 1 ? s / (M * M - M) : 0;
}

/* What one call descends, from the present weights of the layer. */
static double loss(problem_t *p) {
    const int symmetric = p->c.pair == LPL_PAIR_SYMMETRIC;
    for (int v = symmetric ? 0 : 1; v < 2; v++) OK(lpl_forward_f64(p->l, p->z[v], p->M, p->x[v], p->ldx, p->B));
    const double half = p->c.form == LPL_FORM_REFERENCE ? 1 : 0.5;
    double s = half * p->c.pull * pull_loss(p, p->z[1], symmetric ? p->z[0] : p->past);
    for (int v = symmetric ? 0 : 1; v < 2; v++)
        s += (symmetric ? 0.5 : 1) *
             (half * p->c.push * push_loss(p, p->z[v]) + (p->c.decorr > 0 ? p->c.decorr * decorr_loss(p, p->z[v]) : 0));
    return s * (p->c.norm == LPL_NORM_NEURON ? (double)p->M : 1);
}

/* ---- random problems ---- */

/* No response within reach of a differentiation step of a kink of f, no variance at the hinge. */
static int smooth(problem_t *p) {
    const int32_t f = p->c.activation;
    const double kink = f == LPL_ACT_SATURATING ? 3 * p->c.act_p0 : 0;
    for (int v = 0; v < 2; v++) {
        if (!p->x[v]) continue;
        for (size_t b = 0; b < p->B; b++)
            for (size_t i = 0; i < p->M; i++) {
                double a = p->bias ? p->bias[i] : 0;
                for (size_t j = 0; j < p->n; j++) a += p->w[i * p->n + j] * p->x[v][b * p->ldx + j];
                if ((f == LPL_ACT_RELU || f == LPL_ACT_LEAKY_RELU || f == LPL_ACT_SATURATING) && fabs(a - kink) < 2e-3)
                    return 0;
            }
        if (p->c.push_form != LPL_PUSH_HINGE) continue;
        OK(lpl_forward_f64(p->l, p->z[v], p->M, p->x[v], p->ldx, p->B));
        for (size_t i = 0; i < p->M; i++)
            if (fabs(sqrt(covariance(p, p->z[v], i, i) + p->c.eps) - 1) < 0.01) return 0;
    }
    return 1;
}

static void draw_data(problem_t *p) {
    for (int v = 0; v < 2; v++)
        for (size_t e = 0; e < p->B * p->ldx; e++) p->x[v][e] = 2 * testing_real();
}

static void set(problem_t *p, const double *w, const double *bias) {
    OK(lpl_layer_write_f64(p->l, w, p->M * p->n, LPL_STATE_WEIGHTS));
    if (bias) OK(lpl_layer_write_f64(p->l, bias, p->M, LPL_STATE_BIAS));
}

/* EWMA statistics after this call's rows were taken in, by the words of lpl/stats.h. */
static void take_in(problem_t *p) {
    const int first = p->c.pair == LPL_PAIR_SYMMETRIC ? 0 : 1;
    const double rows = (double)((2 - (size_t)first) * p->B);
    const double km = 1 - exp(-rows / p->c.tau_mean), ks = 1 - exp(-rows / p->c.tau_sigma2);
    for (int v = first; v < 2; v++) OK(lpl_forward_f64(p->l, p->z[v], p->M, p->x[v], p->ldx, p->B));
    for (size_t i = 0; i < p->M; i++) {
        double m = 0;
        for (int v = first; v < 2; v++)
            for (size_t b = 0; b < p->B; b++) m += p->z[v][b * p->M + i] / rows;
        p->mean[i] += (m - p->mean[i]) * km;
    }
    for (size_t i = 0; i < p->M; i++)
        for (size_t k = 0; k < p->M; k++) {
            double s = 0;
            for (int v = first; v < 2; v++)
                for (size_t b = 0; b < p->B; b++)
                    s += (p->z[v][b * p->M + i] - p->mean[i]) * (p->z[v][b * p->M + k] - p->mean[k]) / rows;
            p->cov[i * p->M + k] += (s - p->cov[i * p->M + k]) * ks;
            if (i == k) p->sigma2[i] += (s - p->sigma2[i]) * ks;
        }
}

static problem_t make(lpl_layer_config_t c, size_t n, size_t M, size_t B) {
    problem_t p = {.c = c, .n = n, .M = M, .B = B, .ldx = n + testing_size(0, 2)};
    p.c.dtype = LPL_F64, p.c.n_pre = n, p.c.n_post = M, p.c.batch_max = B;
    p.c.pull = 1.5 + testing_real(), p.c.push = 1.5 + testing_real(), p.c.eps = 0.02 + 0.02 * (1 + testing_real());
    p.c.tau_mean = 20, p.c.tau_sigma2 = 30, p.c.eta = 0.01;
    if (p.c.activation == LPL_ACT_SATURATING) p.c.act_p0 = 0.3, p.c.act_p1 = 3;
    OK(lpl_layer_create(&p.c, &p.l));
    p.w = testing_doubles(M * n), p.bias = p.c.bias ? testing_doubles(M) : NULL;
    for (size_t e = 0; e < M * n; e++) p.w[e] *= 1.5;
    set(&p, p.w, p.bias);
    for (int v = 0; v < 2; v++) p.x[v] = testing_doubles(B * p.ldx), p.z[v] = testing_doubles(B * M);
    p.mean = testing_doubles(M), p.gain = testing_doubles(M), p.sigma2 = testing_doubles(M),
    p.cov = testing_doubles(M * M);
    return p;
}

/* Give the layer a history (STALE, EWMA), draw data, and find out what the loss holds constant. keep: room for a past
 * response. */
static void prepare(problem_t *p, double *keep, int remembered) {
    const size_t M = p->M;
    if (p->c.stats != LPL_STATS_BATCH || remembered) {
        for (int k = 0; k < 3; k++) {
            draw_data(p);
            OK(lpl_update_f64(p->l, NULL, p->x[0], p->ldx, p->x[1], p->ldx, p->B));
        }
        set(p, p->w, p->bias);
    }
    int tries = 0;
    do {
        ck_assert_msg(++tries < 10000, "no smooth data found");
        draw_data(p);
        for (size_t e = 0; e < M * p->n && tries > 1; e++)
            p->w[e] = 1.5 * testing_real(); /* a tiny weight never leaves the kink */
        set(p, p->w, p->bias);
    } while (!smooth(p));
    if (p->c.stats != LPL_STATS_BATCH) {
        OK(lpl_layer_read_f64(p->l, p->mean, M, LPL_STATE_MEAN));
        OK(lpl_layer_read_f64(p->l, p->sigma2, M, LPL_STATE_SIGMA2));
        memset(p->cov, 0, M * M * sizeof *p->cov);
        if (p->c.stats == LPL_STATS_EWMA && p->c.decorr > 0 && M > 1)
            OK(lpl_layer_read_f64(p->l, p->cov, M * M, LPL_STATE_COVARIANCE));
        if (p->c.stats == LPL_STATS_EWMA && p->c.mode != LPL_MODE_FROZEN) take_in(p);
        for (size_t i = 0; i < M; i++) p->gain[i] = gain_of(&p->c, p->sigma2[i]);
    }
    if (p->c.pair == LPL_PAIR_CAUSAL) {
        if (remembered)
            OK(lpl_layer_read_f64(p->l, keep, p->B * M, LPL_STATE_PREV));
        else
            OK(lpl_forward_f64(p->l, keep, M, p->x[0], p->ldx, p->B));
        p->past = keep;
    }
}

static void drop(problem_t *p) {
    lpl_layer_destroy(p->l);
    free(p->x[0]), free(p->x[1]), free(p->z[0]), free(p->z[1]), free(p->w), free(p->bias);
    free(p->mean), free(p->gain), free(p->sigma2), free(p->cov);
}

/* d loss / d parameter by a fourth-order central difference. */
static double slope(problem_t *p, double *parameter) {
    const double h = 2e-4, at = *parameter, offset[4] = {h, -h, 2 * h, -2 * h};
    double f[4];
    for (int k = 0; k < 4; k++) {
        *parameter = at + offset[k];
        set(p, p->w, p->bias);
        f[k] = loss(p);
    }
    *parameter = at;
    set(p, p->w, p->bias);
    return (8 * (f[0] - f[1]) - (f[2] - f[3])) / (12 * h);
}

static const char *describe(const problem_t *p) {
    static char text[200];
    snprintf(text, sizeof text,
             "activation %d form %d norm %d push_form %d pair %d bias %d stats %d mode %d decorr %g, n_pre %zu, n_post "
             "%zu, batch %zu",
             p->c.activation, p->c.form, p->c.norm, p->c.push_form, p->c.pair, p->c.bias, p->c.stats, p->c.mode,
             p->c.decorr, p->n, p->M, p->B);
    return text;
}

/* The report's losses; for slow statistics L_push and L_decorr are of the statistics themselves. */
static void check_report(problem_t *p, const lpl_report_t *r) {
    const int first = p->c.pair == LPL_PAIR_SYMMETRIC ? 0 : 1;
    double pull = pull_loss(p, p->z[1], first == 0 ? p->z[0] : p->past), push = 0, decorr = 0, M = (double)p->M;
    for (int v = first; v < 2; v++) {
        push += push_loss(p, p->z[v]) / (2 - first);
        decorr += p->c.decorr > 0 ? decorr_loss(p, p->z[v]) / (2 - first) : 0;
    }
    if (p->c.stats == LPL_STATS_EWMA) {
        push = decorr = 0;
        for (size_t i = 0; i < p->M; i++) push += push_of(&p->c, p->sigma2[i]) / M;
        for (size_t e = 0; e < p->M * p->M && p->c.decorr > 0; e++)
            if (e % (p->M + 1) != 0) decorr += pow(p->cov[e], 2) / (M * M - M);
    }
    const double half = p->c.form == LPL_FORM_REFERENCE ? 1 : 0.5, scale = p->c.norm == LPL_NORM_NEURON ? M : 1;
    const double total = scale * (half * p->c.pull * pull + half * p->c.push * push + p->c.decorr * decorr);
    ck_assert_msg(fabs(r->pull - pull) <= 1e-11 * (1 + pull), "pull %.17g, expected %.17g: %s", r->pull, pull,
                  describe(p));
    ck_assert_msg(fabs(r->push - push) <= 1e-11 * (1 + fabs(push)), "push %.17g, expected %.17g: %s", r->push, push,
                  describe(p));
    ck_assert_msg(fabs(r->decorr - decorr) <= 1e-11 * (1 + decorr), "decorr %.17g, expected %.17g: %s", r->decorr,
                  decorr, describe(p));
    ck_assert_msg(fabs(r->total - total) <= 1e-11 * (1 + fabs(total)), "total %.17g, expected %.17g: %s", r->total,
                  total, describe(p));
}

/* lpl_gradient against differences of the loss; probes parameters (0: all). */
static void check_gradient(problem_t *p, size_t probes, int remembered) {
    const size_t lddw = p->n + testing_size(0, 2);
    double *keep = testing_doubles(p->B * p->M), *dw = testing_doubles(p->M * lddw),
           *db = p->bias ? testing_doubles(p->M) : NULL;
    double *after = testing_doubles(p->M * p->n);
    prepare(p, keep, remembered);
    lpl_report_t r;
    OK(lpl_report_init(&r, sizeof r));
    OK(lpl_gradient_f64(p->l, dw, lddw, db, &r, remembered ? NULL : p->x[0], p->ldx, p->x[1], p->ldx, p->B));
    OK(lpl_layer_read_f64(p->l, after, p->M * p->n, LPL_STATE_WEIGHTS));
    ck_assert(memcmp(after, p->w, p->M * p->n * sizeof *after) == 0);
    const double height = fabs(loss(p));
    check_report(p, &r);
    double largest = 0;
    for (size_t i = 0; i < p->M; i++)
        for (size_t j = 0; j < p->n; j++) largest = fmax(largest, fabs(dw[i * lddw + j]));
    const double tolerance = 1e-8 * largest + 1e-10 * (1 + height);
    const size_t columns = p->n + (p->bias ? 1 : 0), all = p->M * columns;
    for (size_t k = 0; k < (probes ? probes : all); k++) {
        const size_t e = probes ? testing_size(0, all - 1) : k, i = e / columns, j = e % columns;
        const double got = j < p->n ? dw[i * lddw + j] : db[i];
        const double expected = slope(p, j < p->n ? &p->w[i * p->n + j] : &p->bias[i]);
        ck_assert_msg(fabs(got - expected) <= tolerance,
                      "post %zu, pre %zu (%zu: bias): gradient %.12g, slope of the loss %.12g: %s", i, j, p->n, got,
                      expected, describe(p));
    }
    free(keep), free(dw), free(db), free(after);
}

/* ---- tests ---- */
static void every_option(int32_t stats, int32_t mode) {
    lpl_layer_config_t c;
    OK(lpl_layer_config_init(&c, sizeof c));
    c.stats = stats, c.mode = mode;
    for (int option = 0; option < 9 * 2 * 2 * 3 * 2 * 2 * 2; option++) {
        int rest = option;
        c.activation = rest % 9, rest /= 9;
        c.form = rest % 2, rest /= 2;
        c.norm = rest % 2, rest /= 2;
        c.push_form = rest % 3, rest /= 3;
        c.pair = rest % 2, rest /= 2;
        c.bias = rest % 2, rest /= 2;
        c.decorr = rest ? 1.5 + testing_real() : 0;
        problem_t p = make(c, testing_size(1, 4), testing_size(1, 5), testing_size(2, 7));
        if (mode == LPL_MODE_FROZEN) OK(lpl_layer_set(p.l, LPL_PARAM_MODE, LPL_MODE_LEARN)); /* a history first */
        if (mode == LPL_MODE_FROZEN) {
            for (int k = 0; k < 2; k++) {
                draw_data(&p);
                OK(lpl_update_f64(p.l, NULL, p.x[0], p.ldx, p.x[1], p.ldx, p.B));
            }
            OK(lpl_layer_set(p.l, LPL_PARAM_MODE, LPL_MODE_FROZEN));
        }
        check_gradient(&p, 0, 0);
        drop(&p);
    }
}

START_TEST(batch_statistics) { every_option(LPL_STATS_BATCH, LPL_MODE_LEARN); }
END_TEST

START_TEST(stale_statistics) { every_option(LPL_STATS_STALE, LPL_MODE_LEARN); }
END_TEST

START_TEST(exponential_statistics) { every_option(LPL_STATS_EWMA, LPL_MODE_LEARN); }
END_TEST

START_TEST(frozen_statistics) { every_option(LPL_STATS_EWMA, LPL_MODE_FROZEN); }
END_TEST

/* The past is what the last update left behind; before any, there is no predictive term. */
START_TEST(remembered_response) {
    lpl_layer_config_t c;
    OK(lpl_layer_config_init(&c, sizeof c));
    for (int round = 0; round < 40; round++) {
        c.activation = round % 9, c.form = round % 2, c.decorr = round % 3,
        c.stats = round % 4 < 2 ? LPL_STATS_BATCH : LPL_STATS_EWMA;
        problem_t p = make(c, testing_size(1, 4), testing_size(1, 5), testing_size(2, 7));
        check_gradient(&p, 0, 1);
        drop(&p);

        p = make(c, 3, 2, 4);
        draw_data(&p);
        lpl_report_t r;
        double dw[6], without[6];
        OK(lpl_report_init(&r, sizeof r));
        OK(lpl_gradient_f64(p.l, dw, 3, NULL, &r, NULL, 0, p.x[1], p.ldx, p.B));
        ck_assert(r.pull == 0);
        OK(lpl_layer_set(p.l, LPL_PARAM_PULL, 0));
        OK(lpl_gradient_f64(p.l, without, 3, NULL, NULL, p.x[0], p.ldx, p.x[1], p.ldx, p.B));
        for (int e = 0; e < 6; e++) CLOSE(dw[e], without[e], 1e-14, 1 + fabs(dw[e]));
        drop(&p);
    }
}
END_TEST

/* The Gram form of decorrelation (few samples, many units), probed at random places. */
START_TEST(wide_layers) {
    lpl_layer_config_t c;
    OK(lpl_layer_config_init(&c, sizeof c));
    for (int round = 0; round < 12; round++) {
        c.activation = round % 2 ? LPL_ACT_TANH : LPL_ACT_SIGMOID, c.form = round % 2, c.norm = round / 2 % 2,
        c.pair = round / 3 % 2;
        c.stats = round % 3, c.decorr = 50;
        problem_t p = make(c, testing_size(1, 3), testing_size(128, 150), testing_size(2, 5));
        check_gradient(&p, 4, 0);
        drop(&p);
    }
}
END_TEST

/* ---- the comparison rules descend simple losses too (Oja plus its decay) ---- */
static double comparison_loss(problem_t *p, double theta) {
    double s = 0;
    OK(lpl_forward_f64(p->l, p->z[1], p->M, p->x[1], p->ldx, p->B));
    for (size_t i = 0; i < p->M; i++) {
        if (p->c.rule == LPL_RULE_HEBB_COVARIANCE) s -= covariance(p, p->z[1], i, i) / 2;
        for (size_t b = 0; b < p->B; b++) {
            const double y = p->z[1][b * p->M + i], past = p->past[b * p->M + i], B = (double)p->B;
            switch (p->c.rule) {
            case LPL_RULE_HEBB:
            case LPL_RULE_OJA: s -= y * y / 2 / B; break;
            case LPL_RULE_BCM: s -= (y * y * y / 3 - theta * y * y / 2) / B; break;
            case LPL_RULE_SLOWNESS: s += (y - past) * (y - past) / 2 / B; break;
            default: break;
            }
        }
    }
    return s;
}

START_TEST(comparison_rules) {
    lpl_layer_config_t c;
    OK(lpl_layer_config_init(&c, sizeof c));
    for (int round = 0; round < 70; round++) {
        c.rule = LPL_RULE_HEBB + round % 5, c.activation = round % 9, c.theta_init = 0.7, c.bias = round % 3 > 0;
        problem_t p = make(c, testing_size(1, 4), testing_size(1, 5), testing_size(2, 7));
        double *keep = testing_doubles(p.B * p.M), *dw = testing_doubles(p.M * p.n);
        prepare(&p, keep, 0);
        OK(lpl_gradient_f64(p.l, dw, p.n, NULL, NULL, p.x[0], p.ldx, p.x[1], p.ldx, p.B));
        for (size_t i = 0; i < p.M; i++)
            for (size_t j = 0; j < p.n; j++) {
                double *w = &p.w[i * p.n + j], at = *w, f[4], power = 0;
                for (int k = 0; k < 4; k++) {
                    *w = at + (k < 2 ? 2e-4 : 4e-4) * (k % 2 ? -1 : 1);
                    set(&p, p.w, p.bias);
                    f[k] = comparison_loss(&p, c.theta_init);
                }
                *w = at;
                set(&p, p.w, p.bias);
                OK(lpl_forward_f64(p.l, p.z[1], p.M, p.x[1], p.ldx, p.B));
                for (size_t b = 0; b < p.B; b++) power += pow(p.z[1][b * p.M + i], 2) / (double)p.B;
                const double expected =
                    (8 * (f[0] - f[1]) - (f[2] - f[3])) / (12 * 2e-4) + (c.rule == LPL_RULE_OJA ? power * at : 0);
                ck_assert_msg(fabs(dw[i * p.n + j] - expected) <= 1e-8 * (1 + fabs(expected)),
                              "rule %d: gradient %.12g, expected %.12g: %s", c.rule, dw[i * p.n + j], expected,
                              describe(&p));
            }
        free(keep), free(dw);
        drop(&p);
    }
}
END_TEST

/* ---- theory 1.5, in the rule's own words ---- */
typedef struct batch_t {
    size_t M, B;
    double *z, *past, *fprime;
} batch_t;

static double *delta_of(const lpl_rule_config_t *c, const batch_t *d, const double *z, const double *past) {
    size_t bytes;
    double *delta = testing_doubles(d->B * d->M);
    OK(lpl_rule_scratch(c, &bytes, d->M, d->B, LPL_F64));
    void *scratch = aligned_alloc(64, (bytes + 63) / 64 * 64 + 64);
    OK(lpl_rule_delta_f64(c, delta, d->M, NULL, NULL, NULL, scratch, bytes, z, d->M, past, d->M, d->fprime, d->M, NULL,
                          d->M, d->B));
    free(scratch);
    return delta;
}

START_TEST(rule_of_the_paper) {
    for (int round = 0; round < 40; round++) {
        batch_t d = {testing_size(1, 9), testing_size(2, 9), NULL, NULL, NULL};
        if (round % 8 == 0) d.M = 130; /* Gram form */
        const size_t M = d.M, B = d.B;
        d.z = testing_doubles(B * M), d.past = testing_doubles(B * M), d.fprime = testing_doubles(B * M);
        problem_t p = {.M = M, .B = B};
        lpl_rule_config_t c;
        OK(lpl_rule_config_init(&c, sizeof c));
        c.pull = 1.2 + testing_real(), c.push = 1.2 + testing_real(),
        c.decorr = round % 5 ? 20 * (1.2 + testing_real()) : 0;
        double *plain = delta_of(&c, &d, d.z, d.past);

        /* the equation, with its alpha and beta */
        const double alpha = (double)B / (double)(B - 1),
                     beta = M > 1 ? 4 * (double)B / (double)((B - 1) * (M - 1)) : 0;
        double *C = malloc(M * M * sizeof *C), *mean = calloc(M, sizeof *mean);
        for (size_t i = 0; i < M; i++)
            for (size_t k = 0; k < M; k++) C[i * M + k] = covariance(&p, d.z, i, k);
        for (size_t e = 0; e < B * M; e++) mean[e % M] += d.z[e] / (double)B;
        for (size_t b = 0; b < B; b++)
            for (size_t i = 0; i < M; i++) {
                double lateral = 0, z = d.z[b * M + i];
                for (size_t k = 0; k < M; k++)
                    if (k != i) lateral += (d.z[b * M + k] - mean[k]) * C[i * M + k];
                const double expected =
                    d.fprime[b * M + i] / (double)(M * B) *
                    (-c.pull * (z - d.past[b * M + i]) + c.push * alpha / (C[i * M + i] + c.eps) * (z - mean[i]) -
                     c.decorr * beta * lateral);
                CLOSE(plain[b * M + i], expected, 1e-12, 1 + fabs(expected));
            }

        /* REFERENCE is twice the ERRATUM form with half the decorrelation */
        lpl_rule_config_t other = c;
        other.form = LPL_FORM_REFERENCE, other.decorr = 2 * c.decorr;
        double *twice = delta_of(&other, &d, d.z, d.past);
        /* NEURON is M times LAYER */
        other = c, other.norm = LPL_NORM_NEURON;
        double *neuron = delta_of(&other, &d, d.z, d.past);
        for (size_t e = 0; e < B * M; e++) {
            CLOSE(twice[e], 2 * plain[e], 1e-13, 1 + fabs(plain[e]));
            CLOSE(neuron[e], (double)M * plain[e], 1e-13, 1 + (double)M * fabs(plain[e]));
        }
        free(plain), free(twice), free(neuron), free(C), free(mean), free(d.z), free(d.past), free(d.fprime);
    }
}
END_TEST

/* The symmetric pair is the sum of two one-sided updates with half of push and decorr; in the REFERENCE form it is the
 * printed
 * -2/(MB) sum_v sum_b [...] of theory 1.5. */
START_TEST(symmetric_is_two_sided) {
    for (int round = 0; round < 30; round++) {
        lpl_layer_config_t c;
        OK(lpl_layer_config_init(&c, sizeof c));
        c.pair = LPL_PAIR_SYMMETRIC, c.form = round % 2, c.push_form = round % 3, c.activation = LPL_ACT_TANH,
        c.decorr = round % 4 * 5;
        problem_t p = make(c, testing_size(1, 6), round % 10 == 0 ? 129 : testing_size(1, 7), testing_size(2, 8));
        const size_t M = p.M, B = p.B, n = p.n;
        draw_data(&p);
        double *dw = testing_doubles(M * n), *db = testing_doubles(M), *sum = calloc(M * n, sizeof *sum),
               *bias_sum = calloc(M, sizeof *sum);
        double *printed = calloc(M * n, sizeof *printed);
        OK(lpl_gradient_f64(p.l, dw, n, db, NULL, p.x[0], p.ldx, p.x[1], p.ldx, B));
        for (int v = 0; v < 2; v++) OK(lpl_forward_f64(p.l, p.z[v], M, p.x[v], p.ldx, B));
        lpl_rule_config_t r;
        OK(lpl_rule_config_init(&r, sizeof r));
        r.form = p.c.form, r.push_form = p.c.push_form, r.pull = p.c.pull, r.push = p.c.push / 2,
        r.decorr = p.c.decorr / 2, r.eps = p.c.eps;
        for (int v = 0; v < 2; v++) {
            const double *z = p.z[v], *o = p.z[1 - v];
            batch_t d = {M, B, NULL, NULL, testing_doubles(B * M)};
            for (size_t e = 0; e < B * M; e++) d.fprime[e] = 1 - z[e] * z[e];
            double *delta = delta_of(&r, &d, z, o);
            for (size_t b = 0; b < B; b++)
                for (size_t i = 0; i < M; i++) {
                    double mi = 0, lateral = 0;
                    for (size_t q = 0; q < B; q++) mi += z[q * M + i] / (double)B;
                    for (size_t k = 0; k < M && M < 20; k++) {
                        double mk = 0;
                        for (size_t q = 0; q < B; q++) mk += z[q * M + k] / (double)B;
                        if (k != i) lateral += covariance(&p, z, i, k) * (z[b * M + k] - mk);
                    }
                    const double nB = (double)B, nM = (double)M;
                    const double bracket =
                        p.c.pull * (z[b * M + i] - o[b * M + i]) -
                        p.c.push / 2 * nB / (nB - 1) * (z[b * M + i] - mi) * gain_of(&p.c, covariance(&p, z, i, i)) +
                        (M > 1 ? p.c.decorr / 2 * 2 * nB / ((nB - 1) * (nM - 1)) * lateral : 0);
                    for (size_t j = 0; j < n; j++) {
                        sum[i * n + j] -= delta[b * M + i] * p.x[v][b * p.ldx + j];
                        printed[i * n + j] += 2 / (nM * nB) * bracket * d.fprime[b * M + i] * p.x[v][b * p.ldx + j];
                    }
                    bias_sum[i] -= delta[b * M + i];
                }
            free(delta), free(d.fprime);
        }
        for (size_t e = 0; e < M * n; e++) {
            CLOSE(dw[e], sum[e], 1e-12, 1 + fabs(sum[e]));
            if (p.c.form == LPL_FORM_REFERENCE && M < 20) CLOSE(dw[e], printed[e], 1e-12, 1 + fabs(printed[e]));
        }
        for (size_t i = 0; i < M; i++) CLOSE(db[i], bias_sum[i], 1e-12, 1 + fabs(bias_sum[i]));
        free(dw), free(db), free(sum), free(bias_sum), free(printed);
        drop(&p);
    }
}
END_TEST

/* A small step along the update lowers the reported total by eta |gradient|^2. */
START_TEST(update_descends_the_total) {
    for (int round = 0; round < 40; round++) {
        lpl_layer_config_t c;
        OK(lpl_layer_config_init(&c, sizeof c));
        c.pair = LPL_PAIR_SYMMETRIC, c.form = round % 2, c.norm = round / 2 % 2, c.push_form = round % 3,
        c.activation = round % 9;
        problem_t p = make(c, testing_size(2, 5), testing_size(1, 5), testing_size(3, 7));
        double *keep = testing_doubles(p.B * p.M), *dw = testing_doubles(p.M * p.n), *db = testing_doubles(p.M),
               squares = 0;
        const double eta = 1e-6;
        prepare(&p, keep, 0);
        OK(lpl_gradient_f64(p.l, dw, p.n, db, NULL, p.x[0], p.ldx, p.x[1], p.ldx, p.B));
        for (size_t e = 0; e < p.M * p.n; e++) squares += dw[e] * dw[e];
        for (size_t i = 0; i < p.M; i++) squares += db[i] * db[i];
        lpl_report_t before, after;
        OK(lpl_report_init(&before, sizeof before));
        OK(lpl_report_init(&after, sizeof after));
        OK(lpl_layer_set(p.l, LPL_PARAM_ETA, eta));
        OK(lpl_update_f64(p.l, &before, p.x[0], p.ldx, p.x[1], p.ldx, p.B));
        OK(lpl_update_f64(p.l, &after, p.x[0], p.ldx, p.x[1], p.ldx, p.B));
        const double fall = before.total - after.total;
        CLOSE(fall, eta * squares, 1e-3, eta * squares + 1e-8 * (1 + fabs(before.total)) * eta);
        free(keep), free(dw), free(db);
        drop(&p);
    }
}
END_TEST

int main(void) {
    testing_seed("gradient", 1);
    Suite *s = suite_create("gradient");
    TCase *c = tcase_create("gradient");
    tcase_set_timeout(c, 30);
    tcase_add_test(c, batch_statistics);
    tcase_add_test(c, stale_statistics);
    tcase_add_test(c, exponential_statistics);
    tcase_add_test(c, frozen_statistics);
    tcase_add_test(c, remembered_response);
    tcase_add_test(c, wide_layers);
    tcase_add_test(c, comparison_rules);
    tcase_add_test(c, rule_of_the_paper);
    tcase_add_test(c, symmetric_is_two_sided);
    tcase_add_test(c, update_descends_the_total);
    suite_add_tcase(s, c);
    return testing_run(s);
}
