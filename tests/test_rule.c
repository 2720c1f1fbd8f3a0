/* tests/test_rule.c - lpl_rule_delta and lpl_rule_apply: every rule against its formula, trackers, Gram against
 * covariance form, bad input. */
#include <float.h>

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
    world_t w = {M,
                 B,
                 testing_doubles(B * M),
                 testing_doubles(B * M),
                 testing_doubles(B * M),
                 testing_doubles(B * M),
                 testing_doubles(M),
                 NULL,
                 0,
                 {0}};
    OK(lpl_rule_config_init(&w.c, sizeof w.c));
    w.c.decorr = 1;
    OK(lpl_rule_scratch(&w.c, &w.bytes, M, B, LPL_F64));
    w.scratch = aligned_alloc(64, (w.bytes + 63) / 64 * 64);
    return w;
}

static void cleanup(world_t *w) {
    free(w->z), free(w->zp), free(w->fp), free(w->delta), free(w->decay), free(w->scratch);
}

static lpl_status_t run(world_t *w, lpl_report_t *r, double *theta, const lpl_stats_t *s) {
    return lpl_rule_delta_f64(&w->c, w->delta, w->M, w->decay, r, theta, w->scratch, w->bytes, w->z, w->M, w->zp, w->M,
                              w->fp, w->M, s, w->M, w->B);
}

/* rule.h, LPL: mean, variance and covariance computed here, batch form (alpha, beta) or from given statistics. */
static double lpl_delta(const world_t *w, size_t b, size_t i, const double *mean, const double *var, const double *cov,
                        int slow) {
    const double M = (double)w->M, B = (double)w->B, N = w->c.norm == LPL_NORM_LAYER ? M * B : B,
                 two = w->c.form ? 2 : 1;
    const double alpha = slow ? 1 : B / (B - 1), beta = w->M < 2 ? 0 : slow ? 4 / (M - 1) : 4 * B / ((B - 1) * (M - 1));
    const size_t k = b * w->M + i;
    double d =
        two * (-w->c.pull * (w->z[k] - w->zp[k]) + w->c.push * alpha / (var[i] + w->c.eps) * (w->z[k] - mean[i]));
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
            for (size_t i = 0; i<M; i += M> 30 ? 7 : 1)
                CLOSE(w.delta[b * M + i], lpl_delta(&w, b, i, mean, var, cov, 0), 1e-12, scale);
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
        double *mean = malloc(M * 8), *var = malloc(M * 8), *cov = malloc(M * M * 8), *bm = malloc(M * 8),
               *bv = malloc(M * 8);
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
            CLOSE(w[i * ldw + j],
                  j < n ? w0[i * ldw + j] + 0.1 * (g - (0.3 + decay[i]) * w0[i * ldw + j]) : w0[i * ldw + j], 1e-14, 1);
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
    FAILS(lpl_rule_delta_f64(&w.c, w.delta, 4, NULL, NULL, NULL, w.scratch, w.bytes - 1, w.z, 4, w.zp, 4, NULL, 0, NULL,
                             4, 3),
          LPL_E_SIZE, "scratch");
    FAILS(lpl_rule_delta_f64(&w.c, w.delta, 4, NULL, NULL, NULL, (char *)w.scratch + 8, w.bytes, w.z, 4, w.zp, 4, NULL,
                             0, NULL, 4, 3),
          LPL_E_SIZE, "64-byte");
    FAILS(lpl_rule_delta_f64(&w.c, w.delta, 4, NULL, NULL, NULL, NULL, 0, w.z, 4, w.zp, 4, NULL, 0, NULL, 4, 3),
          LPL_E_NULL, "scratch");
    w.c.rule = LPL_RULE_BCM;
    FAILS(CALL(w.delta, 4, w.z, w.zp, 3), LPL_E_NULL, "theta");
    w.c.rule = LPL_RULE_SLOWNESS;
    FAILS(CALL(w.delta, 4, w.z, NULL, 3), LPL_E_NULL, "z_prev");
    w.c.rule = LPL_RULE_LPL, w.c.eps = -1;
    FAILS(CALL(w.delta, 4, w.z, w.zp, 3), LPL_E_ARG, "eps");
    w.c.eps = 1e-4, w.z[6] = NAN;
    FAILS(CALL(w.delta, 4, w.z, w.zp, 3), LPL_E_NONFINITE, "unit 2");
    w.z[6] = 1e155; /* finite, but not its square */
    FAILS(CALL(w.delta, 4, w.z, w.zp, 3), LPL_E_NONFINITE, "z of unit 2 is NaN, infinite, or too large to be squared");
    w.z[6] = 0;
    static const double bad_past[] = {INFINITY, NAN, 1e155};
    for (int k = 0; k < 3; k++) {
        w.zp[1] = bad_past[k];
        FAILS(CALL(w.delta, 4, w.z, w.zp, 3), LPL_E_NONFINITE, "z_prev holds a value that is NaN, infinite, or too");
    }
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

/* Rows of one linear unit that lie side by side are taken many at a time: the bits of rows that lie apart. Also more
 * rows than are taken at once. */
START_TEST(single_unit_side_by_side) {
    enum { B = 300, APART = 3 };
    for (int32_t rule = LPL_RULE_LPL; rule <= LPL_RULE_SOFTHEBB; rule++)
        for (size_t rows = 2; rows <= B; rows += 149) {
            lpl_rule_config_t c;
            lpl_report_t report[2];
            size_t bytes;
            float *z = testing_floats(B), *past = testing_floats(B), wide[2][B * APART], delta[B], far[B * APART],
                  decay[2], theta[2] = {0.3f, 0.3f};
            OK(lpl_rule_config_init(&c, sizeof c));
            c.rule = rule, c.push = 0.7;
            OK(lpl_rule_scratch(&c, &bytes, 1, rows, LPL_F32));
            void *scratch = aligned_alloc(64, (bytes + 63) / 64 * 64);
            for (size_t b = 0; b < rows; b++) wide[0][b * APART] = z[b], wide[1][b * APART] = past[b];
            for (int k = 0; k < 2; k++) OK(lpl_report_init(&report[k], sizeof report[k]));
            const lpl_status_t side = lpl_rule_delta(&c, delta, 1, &decay[0], &report[0], &theta[0], scratch, bytes, z,
                                                     1, past, 1, NULL, 0, NULL, 1, rows);
            const lpl_status_t apart = lpl_rule_delta(&c, far, APART, &decay[1], &report[1], &theta[1], scratch, bytes,
                                                      wide[0], APART, wide[1], APART, NULL, 0, NULL, 1, rows);
            ck_assert_msg(side == apart && side >= 0, "rule %d: %s", (int)rule, lpl_last_error());
            for (size_t b = 0; b < rows; b++)
                ck_assert_msg(delta[b] == far[b * APART], "rule %d, row %zu", (int)rule, b);
            ck_assert(memcmp(&report[0], &report[1], sizeof report[0]) == 0 && theta[0] == theta[1]);
            free(z), free(past), free(scratch);
        }
}
END_TEST

/* A threshold of silence comes to rest at 0, from either side, and is never among the denormal numbers; one that is
 * fed stays. */
START_TEST(thresholds_of_silence) {
    enum { M = 4, B = 2 };
    for (int f64 = 0; f64 < 2; f64++) {
        const double least = f64 ? DBL_MIN : (double)FLT_MIN;
        double z[B * M] = {0}, delta[B * M], theta[M] = {1, -1, 1.05 * least, 1};
        float z32[B * M] = {0}, delta32[B * M], theta32[M];
        lpl_rule_config_t c;
        size_t bytes = 0;
        OK(lpl_rule_config_init(&c, sizeof c));
        c.rule = LPL_RULE_BCM, c.tau_theta = 10;
        OK(lpl_rule_scratch(&c, &bytes, M, B, LPL_F64));
        void *scratch = aligned_alloc(64, (bytes + 63) / 64 * 64);
        for (int b = 0; b < B; b++) z[b * M + 3] = 1, z32[b * M + 3] = 1;
        for (int i = 0; i < M; i++) theta32[i] = (float)theta[i];
        int step = 0;
        for (; step < 20000 && (step == 0 || theta[0] != 0 || theta[1] != 0); step++) {
            if (f64)
                OK(lpl_rule_delta_f64(&c, delta, M, NULL, NULL, theta, scratch, bytes, z, M, NULL, 0, NULL, 0, NULL, M,
                                      B));
            else
                OK(lpl_rule_delta(&c, delta32, M, NULL, NULL, theta32, scratch, bytes, z32, M, NULL, 0, NULL, 0, NULL,
                                  M, B));
            for (int i = 0; i < M; i++) {
                if (!f64) theta[i] = (double)theta32[i];
                ck_assert_msg(theta[i] == 0 || fabs(theta[i]) >= least, "step %d, unit %d: %g", step, i, theta[i]);
            }
            ck_assert(theta[2] == 0 && theta[3] == 1); /* 0.945 least */
            if (step < 100) ck_assert(theta[0] > 1e-5 && theta[1] < -1e-5);
        }
        ck_assert_int_lt(step, 20000);
        free(scratch);
    }
}
END_TEST

/* ---- float: the same calls on rounded numbers ---- */

static float *rounded(const double *x, size_t n) {
    float *y = malloc((n + 1) * sizeof *y);
    for (size_t k = 0; k < n; k++) y[k] = (float)x[k];
    return y;
}

/* A tracker of a type that has seen the rows. */
static lpl_stats_t *tracker(int32_t dtype, int32_t mode, const world_t *w, const double *rows, const float *rows32) {
    lpl_stats_config_t c;
    lpl_stats_t *s = NULL;
    OK(lpl_stats_config_init(&c, sizeof c));
    c.dtype = dtype, c.mode = mode, c.n_units = w->M, c.batch_max = w->B, c.covariance = 1,
    c.tau_mean = c.tau_sigma2 = 15;
    OK(lpl_stats_create(&c, &s));
    OK(dtype == LPL_F64 ? lpl_stats_update_f64(s, rows, w->M, w->B) : lpl_stats_update(s, rows32, w->M, w->B));
    return s;
}

/* Every rule, form and tracker, with and without the optional arrays: float agrees with double on the same numbers. */
START_TEST(float_is_double_rounded) {
    for (int round = 0; round < 200; round++) {
        world_t w = setup(testing_size(1, 40), testing_size(2, 12));
        const size_t n = w.M * w.B;
        const int mode = (int)testing_size(0, 4) - 1;
        int given = (int)testing_size(0, 7); /* mode -1: no tracker */
        w.c.rule = (int32_t)testing_size(0, LPL_RULE_SOFTHEBB), w.c.form = (int32_t)testing_size(0, 1),
        w.c.norm = (int32_t)testing_size(0, 1), w.c.temperature = 0.5;
        if (w.c.rule == LPL_RULE_SOFTHEBB) given &= ~2; /* no f' */
        w.c.push_form = (int32_t)testing_size(0, 2),
        w.c.decorr = w.c.rule == LPL_RULE_LPL ? (double)testing_size(0, 1) : 0, w.c.eps = 0.1;
        float *z = rounded(w.z, n), *zp = rounded(w.zp, n), *fp = rounded(w.fp, n), *delta = rounded(w.delta, n),
              decay[40] = {0}, theta[40];
        double theta64[40], *rows = testing_doubles(n);
        float *rows32 = rounded(rows, n);
        for (size_t k = 0; k < n; k++)
            w.z[k] = (double)z[k], w.zp[k] = (double)zp[k], w.fp[k] = (double)fp[k], rows[k] = (double)rows32[k];
        for (size_t i = 0; i < w.M; i++) theta64[i] = (double)(theta[i] = (float)testing_real());
        lpl_stats_t *s = mode < 0 ? NULL : tracker(LPL_F32, mode, &w, NULL, rows32);
        lpl_stats_t *s64 = mode < 0 ? NULL : tracker(LPL_F64, mode, &w, rows, NULL);
        lpl_report_t r, r64;
        OK(lpl_report_init(&r, sizeof r));
        OK(lpl_report_init(&r64, sizeof r64));
        size_t bytes = 0;
        OK(lpl_rule_scratch(&w.c, &bytes, w.M, w.B, LPL_F32));
        const int past = given & 1 || w.c.rule == LPL_RULE_SLOWNESS, bcm = w.c.rule == LPL_RULE_BCM;
        const lpl_status_t got =
            lpl_rule_delta(&w.c, delta, w.M, given & 4 ? decay : NULL, &r, bcm ? theta : NULL, w.scratch, bytes, z, w.M,
                           past ? zp : NULL, w.M, given & 2 ? fp : NULL, w.M, s, w.M, w.B);
        const lpl_status_t need =
            lpl_rule_delta_f64(&w.c, w.delta, w.M, given & 4 ? w.decay : NULL, &r64, bcm ? theta64 : NULL, w.scratch,
                               w.bytes, w.z, w.M, past ? w.zp : NULL, w.M, given & 2 ? w.fp : NULL, w.M, s64, w.M, w.B);
        OK(need);
        ck_assert_int_eq(got, need);
        double scale = 1e-3;
        for (size_t k = 0; k < n; k++) scale = fmax(scale, fabs(w.delta[k]));
        for (size_t k = 0; k < n; k++) CLOSE((double)delta[k], w.delta[k], 1e-4, scale);
        for (size_t i = 0; i < w.M; i++) {
            if (given & 4) CLOSE((double)decay[i], w.decay[i], 1e-5, 1);
            if (bcm) CLOSE((double)theta[i], theta64[i], 1e-5, 1);
        }
        CLOSE(r.total, r64.total, 1e-4, 1 + fabs(r64.total));
        ck_assert_uint_eq(r.n_dead, r64.n_dead);
        lpl_stats_destroy(s), lpl_stats_destroy(s64);
        free(z), free(zp), free(fp), free(delta), free(rows), free(rows32), cleanup(&w);
    }
}
END_TEST

START_TEST(apply_in_float) {
    for (int round = 0; round < 8; round++) {
        const size_t n = testing_size(1, 30), M = testing_size(1, 20), B = testing_size(1, 9);
        const size_t room = B * n > M ? B * n : M; /* x stands for M biases below: they must not reach into d */
        double *w64 = testing_doubles(M * n), *x64 = testing_doubles(room), *d64 = testing_doubles(B * M),
               *decay64 = testing_doubles(M), bias64[20] = {0};
        float *w = rounded(w64, M * n), *x = rounded(x64, room), *d = rounded(d64, B * M), *decay = rounded(decay64, M),
              bias[20] = {0};
        const int decays = round % 2, biased = round / 2 % 2;
        OK(lpl_rule_apply(w, n, biased ? bias : NULL, d, M, decays ? decay : NULL, x, n, n, M, B, 0.1, 0.3));
        OK(lpl_rule_apply_f64(w64, n, biased ? bias64 : NULL, d64, M, decays ? decay64 : NULL, x64, n, n, M, B, 0.1,
                              0.3));
        for (size_t k = 0; k < M * n; k++) CLOSE((double)w[k], w64[k], 1e-5, 1);
        for (size_t i = 0; i < M; i++) CLOSE((double)bias[i], bias64[i], 1e-5, 1);
        float kept[1] = {w[0]};
        FAILS(lpl_rule_apply(w, n - 1, NULL, d, M, NULL, x, n, n, M, B, 0.1, 0), LPL_E_SIZE, "w");
        FAILS(lpl_rule_apply(w, n, NULL, d, M, NULL, w, n, n, M, B, 0.1, 0), LPL_E_OVERLAP, "w and x");
        FAILS(lpl_rule_apply(w, n, w, d, M, NULL, x, n, n, M, B, 0.1, 0), LPL_E_OVERLAP, "bias and w");
        FAILS(lpl_rule_apply(w, n, d, d, M, NULL, x, n, n, M, B, 0.1, 0), LPL_E_OVERLAP, "bias and delta");
        FAILS(lpl_rule_apply(w, n, x, d, M, NULL, x, n, n, M, B, 0.1, 0), LPL_E_OVERLAP, "bias and x");
        FAILS(lpl_rule_apply(w, n, NULL, d, M, w, x, n, n, M, B, 0.1, 0), LPL_E_OVERLAP, "w and decay");
        FAILS(lpl_rule_apply(w, n, NULL, w, M, NULL, x, n, n, M, B, 0.1, 0), LPL_E_OVERLAP, "w and delta");
        FAILS(lpl_rule_apply(w, n, NULL, d, M, NULL, x, n, n, M, B, -1, 0), LPL_E_ARG, "eta");
        FAILS(lpl_rule_apply(w, n, NULL, d, M, NULL, x, n, n, M, B, 0.1, INFINITY), LPL_E_ARG, "weight_decay");
        ck_assert(w[0] == kept[0]);
        free(w64), free(x64), free(d64), free(decay64), free(w), free(x), free(d), free(decay);
    }
}
END_TEST

START_TEST(bad_input_in_float) {
    enum { M = 4, B = 3 };
    lpl_rule_config_t c;
    lpl_report_t r;
    float z[M * B] = {1, 2, 3}, zp[M * B] = {0}, delta[M * B] = {7, 7}, theta[M] = {0}, decay[M];
    size_t bytes = 0;
    OK(lpl_rule_config_init(&c, sizeof c));
    OK(lpl_report_init(&r, sizeof r));
    OK(lpl_rule_scratch(&c, &bytes, M, B, LPL_F32));
    void *scratch = aligned_alloc(64, (bytes + 63) / 64 * 64);
#define CALL32(delta, ldd, decay, theta, z, zp, batch) \
    lpl_rule_delta(&c, delta, ldd, decay, &r, theta, scratch, bytes, z, M, zp, M, NULL, 0, NULL, M, batch)
    FAILS(CALL32(NULL, M, NULL, NULL, z, zp, B), LPL_E_NULL, "delta");
    FAILS(CALL32(delta, M - 1, NULL, NULL, z, zp, B), LPL_E_SIZE, "delta");
    FAILS(CALL32(delta, M, NULL, NULL, NULL, zp, B), LPL_E_NULL, "z");
    FAILS(CALL32(z, M, NULL, NULL, z, zp, B), LPL_E_OVERLAP, "an output");
    FAILS(CALL32(delta, M, delta, NULL, z, zp, B), LPL_E_OVERLAP, "two of the outputs");
    FAILS(CALL32(delta, M, decay, decay, z, zp, B), LPL_E_OVERLAP, "decay");
    FAILS(CALL32(delta, M, NULL, NULL, z, zp, 1), LPL_E_SIZE, "batch");
    c.rule = LPL_RULE_BCM;
    FAILS(CALL32(delta, M, NULL, NULL, z, zp, B), LPL_E_NULL, "theta");
    OK(CALL32(delta, M, NULL, theta, z, zp, B));
    c.rule = LPL_RULE_SLOWNESS, delta[0] = 7;
    FAILS(CALL32(delta, M, NULL, NULL, z, NULL, B), LPL_E_NULL, "z_prev");
    c.rule = LPL_RULE_LPL, c.flags = 1;
    FAILS(CALL32(delta, M, NULL, NULL, z, zp, B), LPL_E_ARG, "flags");
    c.flags = 0, r.size = 0;
    FAILS(CALL32(delta, M, NULL, NULL, z, zp, B), LPL_E_ARG, "report->size");
    OK(lpl_report_init(&r, sizeof r));
    bytes--;
    FAILS(CALL32(delta, M, NULL, NULL, z, zp, B), LPL_E_SIZE, "scratch");
    bytes++, z[6] = INFINITY;
    FAILS(CALL32(delta, M, NULL, NULL, z, zp, B), LPL_E_NONFINITE, "unit 2");
    ck_assert(delta[0] == 7);
    z[6] = 0, zp[1] = NAN;
    FAILS(CALL32(delta, M, NULL, NULL, z, zp, B), LPL_E_NONFINITE, "z_prev");
    free(scratch);
}
END_TEST

/* A layer of each rule: every instruction set gives the gradients of the reference, but for the rounding of
 * products. */
START_TEST(every_instruction_set) {
    enum { N = 9, M = 37, B = 6 };
    for (int32_t isa = LPL_ISA_AVX2; isa <= LPL_ISA_AVX512; isa++)
        for (int32_t rule = LPL_RULE_LPL; rule <= LPL_RULE_SOFTHEBB; rule++)
            for (int way = 0; way < 8; way++) {
                lpl_layer_config_t c;
                lpl_layer_t *l[2] = {NULL, NULL};
                OK(lpl_layer_config_init(&c, sizeof c));
                c.n_pre = N, c.n_post = M, c.batch_max = B, c.rule = rule, c.dtype = way % 2,
                c.decorr = rule == LPL_RULE_LPL && way & 2 ? 1 : 0;
                c.activation = way & 4 ? LPL_ACT_TANH : LPL_ACT_LINEAR, c.eps = 0.1, c.isa = LPL_ISA_REF;
                OK(lpl_layer_create(&c, &l[0]));
                c.isa = isa;
                const lpl_status_t status = lpl_layer_create(&c, &l[1]);
                if (status == LPL_E_UNSUPPORTED) {
                    lpl_layer_destroy(l[0]);
                    continue;
                }
                OK(status);
                double *x = testing_doubles(2 * B * N), dw[2][M * N], db[2][M];
                float *x32 = rounded(x, 2 * B * N), dw32[M * N], db32[M];
                for (int k = 0; k < 2; k++) {
                    if (c.dtype == LPL_F64) {
                        OK(lpl_gradient_f64(l[k], dw[k], N, db[k], NULL, x, N, x + B * N, N, B));
                        continue;
                    }
                    OK(lpl_gradient(l[k], dw32, N, db32, NULL, x32, N, x32 + B * N, N, B));
                    for (int i = 0; i < M * N; i++) dw[k][i] = (double)dw32[i];
                    for (int i = 0; i < M; i++) db[k][i] = (double)db32[i];
                }
                const double tolerance = c.dtype == LPL_F64 ? 1e-12 : 1e-5;
                for (int i = 0; i < M * N; i++) CLOSE(dw[0][i], dw[1][i], tolerance, 1);
                for (int i = 0; i < M; i++) CLOSE(db[0][i], db[1][i], tolerance, 1);
                free(x), free(x32), lpl_layer_destroy(l[0]), lpl_layer_destroy(l[1]);
            }
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
    tcase_add_test(t, single_unit_side_by_side);
    tcase_add_test(t, thresholds_of_silence);
    tcase_add_test(t, float_is_double_rounded);
    tcase_add_test(t, apply_in_float);
    tcase_add_test(t, bad_input_in_float);
    tcase_add_test(t, every_instruction_set);
    suite_add_tcase(s, t);
    return testing_run(s);
}
