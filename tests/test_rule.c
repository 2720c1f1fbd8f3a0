/* tests/test_rule.c - lpl_rule_delta and lpl_rule_apply: every rule against its formula, trackers, Gram against covariance form, bad input. */
#include "common/testing.h"

#include "rule/rule.h"

typedef struct {
    size_t M, B;
    double *z, *zp, *fp, *delta, *decay;
    void *scratch;
    size_t bytes;
    lpl_rule_config_t c;
} world_t;

static world_t setup(size_t M, size_t B) {
    world_t w = {
        M, B,  testing_doubles(B * M), testing_doubles(B * M), testing_doubles(B * M), testing_doubles(B * M), testing_doubles(M), NULL,
        0, {0}};
    OK(lpl_rule_config_init(&w.c, sizeof w.c));
    w.c.decorr = 1;
    OK(lpl_rule_scratch(&w.c, &w.bytes, M, B, LPL_F64));
    w.scratch = aligned_alloc(64, (w.bytes + 63) / 64 * 64);
    return w;
}

static void cleanup(world_t *w) { free(w->z), free(w->zp), free(w->fp), free(w->delta), free(w->decay), free(w->scratch); }

static lpl_status_t run(world_t *w, lpl_report_t *r, double *theta, const lpl_stats_t *s) {
    return lpl_rule_delta_f64(&w->c, w->delta, w->M, w->decay, r, theta, w->scratch, w->bytes, w->z, w->M, w->zp, w->M, w->fp, w->M, s,
                              w->M, w->B);
}

/* rule.h, LPL: mean, variance and covariance computed here, batch form (alpha, beta) or from given statistics. */
static double lpl_delta(const world_t *w, size_t b, size_t i, const double *mean, const double *var, const double *cov, int slow) {
    const double M = (double)w->M, B = (double)w->B, N = w->c.norm == LPL_NORM_LAYER ? M * B : B, two = w->c.form ? 2 : 1;
    const double alpha = slow ? 1 : B / (B - 1), beta = w->M < 2 ? 0 : slow ? 4 / (M - 1) : 4 * B / ((B - 1) * (M - 1));
    const size_t k = b * w->M + i;
    double d = two * (-w->c.pull * (w->z[k] - w->zp[k]) + w->c.push * alpha / (var[i] + w->c.eps) * (w->z[k] - mean[i]));
    for (size_t q = 0; q < w->M; q++)
        if (q != i) d -= w->c.decorr * beta * cov[i * w->M + q] * (w->z[b * w->M + q] - mean[q]);
    return d / N * w->fp[k];
}

static void moments(const world_t *w, double *mean, double *var, double *cov) {
    for (size_t i = 0; i < w->M; i++) {
        mean[i] = 0;
        for (size_t b = 0; b < w->B; b++) mean[i] += w->z[b * w->M + i] / (double)w->B;
    }
    for (size_t i = 0; i < w->M; i++)
        for (size_t j = 0; j < w->M; j++) {
            double s = 0;
            for (size_t b = 0; b < w->B; b++) s += (w->z[b * w->M + i] - mean[i]) * (w->z[b * w->M + j] - mean[j]);
            cov[i * w->M + j] = s / ((double)w->B - 1);
            if (i == j) var[i] = cov[i * w->M + i];
        }
}

START_TEST(lpl_of_a_batch) {
    for (int round = 0; round < 24; round++) {
        /* rounds 0-7 small, 8-15 covariance form of a wide layer, 16-23 Gram form */
        const size_t M = round < 8 ? testing_size(1, 20) : testing_size(128, 150),
                     B = round < 16 && round >= 8 ? testing_size(80, 100) : testing_size(2, 30);
        world_t w = setup(M, B);
        double *mean = malloc(M * 8), *var = malloc(M * 8), *cov = malloc(M * M * 8);
        w.c.form = round % 2, w.c.norm = round / 2 % 2, w.c.pull = 0.7, w.c.push = 1.2, w.c.decorr = round % 3;
        moments(&w, mean, var, cov);
        lpl_report_t r;
        OK(lpl_report_init(&r, sizeof r));
        OK(run(&w, &r, NULL, NULL));
        const double scale = w.c.norm == LPL_NORM_LAYER ? 10 / ((double)M * (double)B) : 10 / (double)B;
        for (size_t b = 0; b < B; b++)
            for (size_t i = 0; i<M; i += M> 30 ? 7 : 1) CLOSE(w.delta[b * M + i], lpl_delta(&w, b, i, mean, var, cov, 0), 1e-12, scale);
        double loss = 0;
        for (size_t i = 0; i < M; i++)
            for (size_t j = 0; j < M; j++) loss += i != j ? cov[i * M + j] * cov[i * M + j] : 0;
        CLOSE(r.decorr, M > 1 && w.c.decorr > 0 ? loss / ((double)M * ((double)M - 1)) : 0, 1e-12, 1);
        free(mean), free(var), free(cov), cleanup(&w);
    }
}
END_TEST

START_TEST(slow_statistics) {
    for (int mode = LPL_STATS_STALE; mode <= LPL_STATS_ALL; mode++) {
        const size_t M = mode == LPL_STATS_STALE ? 130 : 9, B = 6;
        world_t w = setup(M, B);
        lpl_stats_config_t sc;
        lpl_stats_t *s;
        OK(lpl_stats_config_init(&sc, sizeof sc));
        sc.dtype = LPL_F64, sc.mode = mode, sc.n_units = M, sc.batch_max = B, sc.covariance = mode != LPL_STATS_STALE,
        sc.tau_mean = sc.tau_sigma2 = 15;
        OK(lpl_stats_create(&sc, &s));
        if (mode == LPL_STATS_STALE) FAILS(run(&w, NULL, NULL, s), LPL_E_ORDER, "rows");
        for (int t = 0; t < 4; t++) {
            double *other = testing_doubles(B * M);
            OK(lpl_stats_update_f64(s, other, M, B));
            free(other);
        }
        double *mean = malloc(M * 8), *var = malloc(M * 8), *cov = malloc(M * M * 8), *bm = malloc(M * 8), *bv = malloc(M * 8);
        moments(&w, bm, bv, cov); /* STALE: decorrelation uses this batch */
        OK(lpl_stats_read(s, mean, M, LPL_STATS_MEAN));
        OK(lpl_stats_read(s, var, M, LPL_STATS_SIGMA2));
        if (mode != LPL_STATS_STALE) OK(lpl_stats_read(s, cov, M * M, LPL_STATS_COVARIANCE));
        OK(run(&w, NULL, NULL, s));
        for (size_t b = 0; b < B; b++)
            for (size_t i = 0; i < M; i++) {
                double want = lpl_delta(&w, b, i, mean, var, cov, mode != LPL_STATS_STALE);
                if (mode == LPL_STATS_STALE) { /* push around the stale mean, lateral around the batch's */
                    world_t push = w, rest = w;
                    push.c.decorr = 0, rest.c.push = rest.c.pull = 0;
                    want = lpl_delta(&push, b, i, mean, var, cov, 0) + lpl_delta(&rest, b, i, bm, bv, cov, 0);
                }
                CLOSE(w.delta[b * M + i], want, 1e-12, 10 / (double)(M * B));
            }
        free(mean), free(var), free(cov), free(bm), free(bv), lpl_stats_destroy(s), cleanup(&w);
    }
}
END_TEST

START_TEST(comparison_rules) {
    const size_t M = 7, B = 5;
    for (int32_t rule = LPL_RULE_HEBB; rule <= LPL_RULE_SLOWNESS; rule++) {
        world_t w = setup(M, B);
        double theta[7], before[7], mean[7], var[7], cov[49];
        for (size_t i = 0; i < M; i++) theta[i] = before[i] = testing_real();
        moments(&w, mean, var, cov);
        w.c.rule = rule, w.c.tau_theta = 4;
        OK(run(&w, NULL, rule == LPL_RULE_BCM ? theta : NULL, NULL));
        for (size_t i = 0; i < M; i++) {
            double z2 = 0;
            for (size_t b = 0; b < B; b++) z2 += w.z[b * M + i] * w.z[b * M + i] / (double)B;
            for (size_t b = 0; b < B; b++) {
                const double y = w.z[b * M + i];
                double want = rule == LPL_RULE_HEBB || rule == LPL_RULE_OJA ? y / (double)B
                              : rule == LPL_RULE_HEBB_COVARIANCE            ? (y - mean[i]) / ((double)B - 1)
                              : rule == LPL_RULE_BCM                        ? y * (y - before[i]) / (double)B
                                                                            : -(y - w.zp[b * M + i]) / (double)B;
                CLOSE(w.delta[b * M + i], want * w.fp[b * M + i], 1e-15, 10);
            }
            CLOSE(w.decay[i], rule == LPL_RULE_OJA ? z2 : 0, 1e-14, 1);
            CLOSE(theta[i], rule == LPL_RULE_BCM ? before[i] + (z2 - before[i]) / 4 : before[i], 1e-15, 1);
        }
        cleanup(&w);
    }
}
END_TEST

START_TEST(apply) {
    const size_t n = 23, M = 7, B = 5, ldw = 25;
    double *w = testing_doubles(M * ldw), *w0 = malloc(M * ldw * 8), bias[7] = {0}, *x = testing_doubles(B * n),
           *d = testing_doubles(B * M), decay[7];
    memcpy(w0, w, M * ldw * 8);
    for (size_t i = 0; i < M; i++) decay[i] = fabs(testing_real());
    OK(lpl_rule_apply_f64(w, ldw, bias, d, M, decay, x, n, n, M, B, 0.1, 0.3));
    for (size_t i = 0; i < M; i++) {
        double db = 0;
        for (size_t b = 0; b < B; b++) db += d[b * M + i];
        CLOSE(bias[i], 0.1 * db, 1e-14, 1);
        for (size_t j = 0; j < ldw; j++) {
            double g = 0;
            for (size_t b = 0; b < B && j < n; b++) g += d[b * M + i] * x[b * n + j];
            CLOSE(w[i * ldw + j], j < n ? w0[i * ldw + j] + 0.1 * (g - (0.3 + decay[i]) * w0[i * ldw + j]) : w0[i * ldw + j], 1e-14, 1);
        }
    }
    FAILS(lpl_rule_apply_f64(w, n - 1, NULL, d, M, NULL, x, n, n, M, B, 0.1, 0), LPL_E_SIZE, "w");
    FAILS(lpl_rule_apply_f64(w, ldw, NULL, d, M, NULL, w, n, n, M, B, 0.1, 0), LPL_E_OVERLAP, "w and x");
    FAILS(lpl_rule_apply_f64(w, ldw, NULL, d, M, NULL, x, n, n, M, B, NAN, 0), LPL_E_ARG, "eta");
    free(w), free(w0), free(x), free(d);
}
END_TEST

START_TEST(bad_input) {
    world_t w = setup(4, 3);
    lpl_report_t r;
    OK(lpl_report_init(&r, sizeof r));
#define CALL(delta, ldd, z, zp, batch) \
    lpl_rule_delta_f64(&w.c, delta, ldd, NULL, &r, NULL, w.scratch, w.bytes, z, 4, zp, 4, NULL, 0, NULL, 4, batch)
    FAILS(CALL(NULL, 4, w.z, w.zp, 3), LPL_E_NULL, "delta");
    FAILS(CALL(w.delta, 3, w.z, w.zp, 3), LPL_E_SIZE, "delta");
    FAILS(CALL(w.delta, 4, NULL, w.zp, 3), LPL_E_NULL, "z");
    FAILS(CALL(w.z, 4, w.z, w.zp, 3), LPL_E_OVERLAP, "delta");
    FAILS(CALL(w.delta, 4, w.z, w.zp, 1), LPL_E_SIZE, "batch");
    FAILS(lpl_rule_delta_f64(&w.c, w.delta, 4, NULL, NULL, NULL, w.scratch, w.bytes - 1, w.z, 4, w.zp, 4, NULL, 0, NULL, 4, 3), LPL_E_SIZE,
          "scratch");
    FAILS(lpl_rule_delta_f64(&w.c, w.delta, 4, NULL, NULL, NULL, (char *)w.scratch + 8, w.bytes, w.z, 4, w.zp, 4, NULL, 0, NULL, 4, 3),
          LPL_E_SIZE, "64-byte");
    FAILS(lpl_rule_delta_f64(&w.c, w.delta, 4, NULL, NULL, NULL, NULL, 0, w.z, 4, w.zp, 4, NULL, 0, NULL, 4, 3), LPL_E_NULL, "scratch");
    w.c.rule = LPL_RULE_BCM;
    FAILS(CALL(w.delta, 4, w.z, w.zp, 3), LPL_E_NULL, "theta");
    w.c.rule = LPL_RULE_SLOWNESS;
    FAILS(CALL(w.delta, 4, w.z, NULL, 3), LPL_E_NULL, "z_prev");
    w.c.rule = LPL_RULE_LPL, w.c.eps = -1;
    FAILS(CALL(w.delta, 4, w.z, w.zp, 3), LPL_E_ARG, "eps");
    w.c.eps = 1e-4, w.z[6] = NAN;
    FAILS(CALL(w.delta, 4, w.z, w.zp, 3), LPL_E_NONFINITE, "unit 2");
    w.z[6] = 0, w.zp[1] = INFINITY;
    FAILS(CALL(w.delta, 4, w.z, w.zp, 3), LPL_E_NONFINITE, "z_prev");
    size_t bytes;
    FAILS(lpl_rule_scratch(&w.c, &bytes, 0, 3, LPL_F64), LPL_E_SIZE, "n_post");
    FAILS(lpl_rule_scratch(&w.c, NULL, 4, 3, LPL_F64), LPL_E_NULL, "bytes");
    FAILS(lpl_rule_scratch(&w.c, &bytes, 4, 3, 5), LPL_E_ARG, "dtype");
    cleanup(&w);
}
END_TEST

/* One unit, M = 1: decorrelation is 0, not NaN. */
START_TEST(single_unit) {
    world_t w = setup(1, 4);
    lpl_report_t r;
    OK(lpl_report_init(&r, sizeof r));
    OK(run(&w, &r, NULL, NULL));
    ck_assert(r.decorr == 0 && isfinite(r.total));
    for (int b = 0; b < 4; b++) ck_assert(isfinite(w.delta[b]));
    cleanup(&w);
}
END_TEST

int main(void) {
    testing_seed("test_rule", 20261124);
    Suite *s = suite_create("rule");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, lpl_of_a_batch);
    tcase_add_test(t, slow_statistics);
    tcase_add_test(t, comparison_rules);
    tcase_add_test(t, apply);
    tcase_add_test(t, bad_input);
    tcase_add_test(t, single_unit);
    suite_add_tcase(s, t);
    return testing_run(s);
}
