/* tests/test_stats.c - trackers: against the definitions, offsets, slow averages, merging, bad input. */
#include "common/memfile.h"
#include "common/testing.h"

static lpl_stats_t *make(int32_t dtype, int32_t mode, size_t units, size_t batch, int covariance, double tau) {
    lpl_stats_config_t c;
    lpl_stats_t *s = NULL;
    OK(lpl_stats_config_init(&c, sizeof c));
    c.dtype = dtype, c.mode = mode, c.n_units = units, c.batch_max = batch, c.covariance = covariance;
    c.tau_mean = tau, c.tau_sigma2 = tau / 3;
    OK(lpl_stats_create(&c, &s));
    return s;
}

static double *get(const lpl_stats_t *s, size_t n, int32_t what) {
    double *p = malloc(n * sizeof *p);
    OK(lpl_stats_read(s, p, n, what));
    return p;
}

/* BATCH and ALL against two-pass sums in long double. */
START_TEST(batch_and_all) {
    for (int round = 0; round < 20; round++) {
        const size_t M = testing_size(1, 300), B = testing_size(2, 50), parts = testing_size(1, 4),
                     ld = M + testing_size(0, 2);
        double *z = testing_doubles(parts * B * ld);
        lpl_stats_t *all = make(LPL_F64, LPL_STATS_ALL, M, B, 1, 10),
                    *last = make(LPL_F64, LPL_STATS_BATCH, M, B, 1, 10);
        for (size_t p = 0; p < parts; p++) {
            OK(lpl_stats_update_f64(all, z + p * B * ld, ld, B));
            OK(lpl_stats_update_f64(last, z + p * B * ld, ld, B));
        }
        for (int which = 0; which < 2; which++) {
            const lpl_stats_t *s = which ? last : all;
            const size_t first = which ? (parts - 1) * B : 0, rows = which ? B : parts * B;
            double *mean = get(s, M, LPL_STATS_MEAN), *var = get(s, M, LPL_STATS_SIGMA2),
                   *pop = get(s, M, LPL_STATS_SIGMA2_POPULATION);
            double *cov = get(s, M * M, LPL_STATS_COVARIANCE), *count = get(s, 1, LPL_STATS_COUNT);
            ck_assert(count[0] == (double)rows);
            double shape[2];
            OK(lpl_stats_read(s, &shape[0], 1, LPL_STATS_N_UNITS));
            OK(lpl_stats_read(s, &shape[1], 1, LPL_STATS_DTYPE));
            ck_assert(shape[0] == (double)M && shape[1] == LPL_F64);
            for (int probe = 0; probe < 100; probe++) {
                size_t i = testing_size(0, M - 1), j = testing_size(0, M - 1);
                long double mi = 0, mj = 0, c = 0;
                for (size_t b = first; b < first + rows; b++) mi += z[b * ld + i], mj += z[b * ld + j];
                mi /= rows, mj /= rows;
                for (size_t b = first; b < first + rows; b++) c += (z[b * ld + i] - mi) * (z[b * ld + j] - mj);
                CLOSE(mean[i], (double)mi, 1e-13, 1);
                CLOSE(cov[i * M + j], (double)(c / (rows - 1)), 1e-12, 1);
                ck_assert(cov[i * M + j] == cov[j * M + i]);
                CLOSE(var[i], cov[i * M + i], 1e-12, 1);
                CLOSE(pop[i] * (double)rows, var[i] * (double)(rows - 1), 1e-12, (double)rows);
            }
            free(mean), free(var), free(pop), free(cov), free(count);
        }
        lpl_stats_destroy(all), lpl_stats_destroy(last), free(z);
    }
}
END_TEST

/* stats.h: m += (mean_b z - m) k, then s += (mean_b (z - m')^2 - s) k. */
START_TEST(ewma) {
    for (int round = 0; round < 20; round++) {
        const size_t M = testing_size(1, 40), B = testing_size(1, 6);
        const double tau = 7 + 100 * fabs(testing_real());
        lpl_stats_t *s = make(LPL_F64, LPL_STATS_EWMA, M, B, 1, tau);
        double m[40] = {0}, v[40], *c = calloc(M * M, sizeof *c), *z = testing_doubles(B * M);
        for (size_t i = 0; i < M; i++) v[i] = c[i * M + i] = 1;
        for (int t = 0; t < 60; t++) {
            for (size_t k = 0; k < B * M; k++) z[k] = 3 + testing_real();
            OK(lpl_stats_update_f64(s, z, M, B));
            const double km = 1 - exp(-(double)B / tau), ks = 1 - exp(-(double)B * 3 / tau);
            for (size_t i = 0; i < M; i++) {
                double mean = 0;
                for (size_t b = 0; b < B; b++) mean += z[b * M + i] / (double)B;
                m[i] += (mean - m[i]) * km;
            }
            for (size_t i = 0; i < M; i++)
                for (size_t j = 0; j < M; j++) {
                    double e = 0;
                    for (size_t b = 0; b < B; b++) e += (z[b * M + i] - m[i]) * (z[b * M + j] - m[j]) / (double)B;
                    c[i * M + j] += (e - c[i * M + j]) * ks;
                    if (i == j) v[i] += (e - v[i]) * ks;
                }
        }
        double *gm = get(s, M, LPL_STATS_MEAN), *gv = get(s, M, LPL_STATS_SIGMA2),
               *gc = get(s, M * M, LPL_STATS_COVARIANCE);
        for (size_t i = 0; i < M; i++) {
            CLOSE(gm[i], m[i], 1e-12, 4);
            CLOSE(gv[i], v[i], 1e-11, 4);
            for (size_t j = 0; j < M; j++) CLOSE(gc[i * M + j], c[i * M + j], 1e-11, 4);
        }
        free(gm), free(gv), free(gc), free(c), free(z), lpl_stats_destroy(s);
    }
}
END_TEST

/* float32: mean 1e4, sd 0.1; float64: mean 1e6, sd 1e-3: the variance to 1e-3 of that of the stored numbers, in every
 * mode. */
START_TEST(offset_data) {
    enum { N = 4096 };
    float *x = malloc(N * sizeof *x);
    double *y = malloc(N * sizeof *y);
    long double mx = 0, my = 0, vx = 0, vy = 0;
    for (int k = 0; k < N; k++) {
        double n = sqrt(-2 * log(1 - fabs(testing_real()))) * cos(3.14159265358979 * testing_real());
        x[k] = (float)(1e4 + 0.1 * n);
        y[k] = 1e6 + 1e-3 * n;
        mx += x[k], my += y[k];
    }
    mx /= N, my /= N;
    for (int k = 0; k < N; k++) vx += (x[k] - mx) * (x[k] - mx), vy += (y[k] - my) * (y[k] - my);
    for (int mode = LPL_STATS_BATCH; mode <= LPL_STATS_ALL; mode++) {
        if (mode == LPL_STATS_STALE) continue;
        const size_t batch = mode == LPL_STATS_BATCH ? N : 16;
        lpl_stats_t *s = make(LPL_F32, mode, 1, batch, 1, 300), *d = make(LPL_F64, mode, 1, batch, 1, 300);
        for (int pass = 0; pass < (mode == LPL_STATS_EWMA ? 3 : 1); pass++)
            for (size_t k = 0; k < N; k += batch) {
                OK(lpl_stats_update(s, x + k, 1, batch));
                OK(lpl_stats_update_f64(d, y + k, 1, batch));
            }
        double v32, v64, c32, c64;
        OK(lpl_stats_read(s, &v32, 1, LPL_STATS_SIGMA2_POPULATION));
        OK(lpl_stats_read(d, &v64, 1, LPL_STATS_SIGMA2_POPULATION));
        OK(lpl_stats_read(s, &c32, 1, LPL_STATS_COVARIANCE));
        OK(lpl_stats_read(d, &c64, 1, LPL_STATS_COVARIANCE));
        const double tol =
            mode == LPL_STATS_EWMA ? 0.4 : 1e-3; /* a moving average of 100 samples scatters by 14 % itself */
        CLOSE(v32, (double)(vx / N), tol, (double)(vx / N));
        CLOSE(v64, (double)(vy / N), tol, (double)(vy / N));
        CLOSE(c32, v32, 2e-3, v32);
        CLOSE(c64, v64, 2e-3, v64);
        lpl_stats_destroy(s), lpl_stats_destroy(d);
    }
    free(x), free(y);
}
END_TEST

/* float32: covariances are sums of doubles, so what they are worth does not go with how rows are cut into parts. */
START_TEST(float_covariance) {
    for (int round = 0; round < 12; round++) {
        const size_t M = testing_size(2, 40), B = testing_size(40, 400), cut = testing_size(2, B - 2);
        float *z = testing_floats(B * M);
        for (size_t k = 0; k < B * M; k++) z[k] += 100;
        lpl_stats_t *whole = make(LPL_F32, LPL_STATS_BATCH, M, B, 1, 9),
                    *a = make(LPL_F32, LPL_STATS_BATCH, M, B, 1, 9), *b = make(LPL_F32, LPL_STATS_STALE, M, B, 1, 9),
                    *loaded = NULL;
        OK(lpl_stats_update(whole, z, M, B));
        OK(lpl_stats_update(a, z, M, cut));
        OK(lpl_stats_update(b, z + cut * M, M, B - cut));
        memfile_t f = {0};
        OK(lpl_stats_save(a, memfile_write, &f)); /* all of the doubles are in the file */
        OK(lpl_stats_load(memfile_read, &f, 0, &loaded));
        OK(lpl_stats_merge(a, b));
        OK(lpl_stats_merge(loaded, b));
        double *c[3] = {get(whole, M * M, LPL_STATS_COVARIANCE), get(a, M * M, LPL_STATS_COVARIANCE),
                        get(loaded, M * M, LPL_STATS_COVARIANCE)};
        for (size_t i = 0; i < M; i++)
            for (size_t j = 0; j < M; j++) {
                long double mi = 0, mj = 0, sum = 0;
                for (size_t r = 0; r < B; r++) mi += z[r * M + i], mj += z[r * M + j];
                mi /= B, mj /= B;
                for (size_t r = 0; r < B; r++) sum += (z[r * M + i] - mi) * (z[r * M + j] - mj);
                CLOSE(c[0][i * M + j], (double)(sum / (B - 1)), 1e-12, 1);
                CLOSE(c[1][i * M + j], c[0][i * M + j], 1e-12, 1);
            }
        ck_assert(memcmp(c[1], c[2], M * M * sizeof(double)) == 0);
        free(c[0]), free(c[1]), free(c[2]), free(z), free(f.data);
        lpl_stats_destroy(whole), lpl_stats_destroy(a), lpl_stats_destroy(b), lpl_stats_destroy(loaded);
    }
}
END_TEST

/* A tracker of 1e7 samples is still moving when a float32 one would have stalled: 3e5 samples of 1 after 0. */
START_TEST(slow_tracker_moves) {
    lpl_stats_t *s = make(LPL_F32, LPL_STATS_EWMA, 1, 1, 0, 1e7);
    const float one = 1;
    double m;
    for (int t = 0; t < 300000; t++) OK(lpl_stats_update(s, &one, 1, 1));
    OK(lpl_stats_read(s, &m, 1, LPL_STATS_MEAN));
    CLOSE(m, -expm1(-300000 / 1e7), 1e-9, 1);
    lpl_stats_destroy(s);
}
END_TEST

/* Parts of a set, merged, are the whole; and go into an EWMA tracker as one batch. */
START_TEST(merging) {
    for (int round = 0; round < 12; round++) {
        const size_t M = testing_size(1, 30), B = testing_size(8, 40), cut = testing_size(2, B - 2);
        const int32_t dtype = LPL_F64;
        double *z = testing_doubles(B * M);
        for (size_t k = 0; k < B * M; k++) z[k] += 1000;
        const int32_t mode = round % 2 ? LPL_STATS_ALL : LPL_STATS_BATCH;
        lpl_stats_t *whole = make(dtype, mode, M, B, 1, 9), *a = make(dtype, mode, M, B, 1, 9),
                    *b = make(dtype, LPL_STATS_BATCH, M, B, 1, 9);
        lpl_stats_t *empty = make(dtype, mode, M, B, 1, 9), *e1 = make(dtype, LPL_STATS_EWMA, M, B, 1, 9),
                    *e2 = make(dtype, LPL_STATS_EWMA, M, B, 1, 9);
        OK(lpl_stats_update_f64(whole, z, M, B));
        OK(lpl_stats_update_f64(a, z, M, cut));
        OK(lpl_stats_update_f64(b, z + cut * M, M, B - cut));
        OK(lpl_stats_merge(a, b));
        OK(lpl_stats_merge(a, empty)); /* changes nothing */
        OK(lpl_stats_merge(e1, a));
        OK(lpl_stats_update_f64(e2, z, M, B));
        const lpl_stats_t *pair[2][2] = {{whole, a}, {e1, e2}};
        for (int p = 0; p < 2; p++) {
            double *v[2][3];
            for (int k = 0; k < 2; k++)
                v[k][0] = get(pair[p][k], M, LPL_STATS_MEAN), v[k][1] = get(pair[p][k], M, LPL_STATS_SIGMA2),
                v[k][2] = get(pair[p][k], M * M, LPL_STATS_COVARIANCE);
            for (size_t i = 0; i < M; i++) {
                CLOSE(v[0][0][i], v[1][0][i], 1e-13, 1000);
                CLOSE(v[0][1][i], v[1][1][i], 1e-9, 1 + (p ? 1e6 : 0));
                for (size_t j = 0; j < M; j++) CLOSE(v[0][2][i * M + j], v[1][2][i * M + j], 1e-9, 1 + (p ? 1e6 : 0));
            }
            for (int k = 0; k < 2; k++) free(v[k][0]), free(v[k][1]), free(v[k][2]);
        }
        FAILS(lpl_stats_merge(a, e1), LPL_E_ARG, "EWMA");
        lpl_stats_destroy(whole), lpl_stats_destroy(a), lpl_stats_destroy(b), lpl_stats_destroy(empty),
            lpl_stats_destroy(e1), lpl_stats_destroy(e2);
        free(z);
    }
}
END_TEST

START_TEST(same_bits) {
    const size_t M = 700, B = 37;
    float *z = testing_floats(B * M);
    double *ref[3] = {NULL};
    for (int32_t isa = LPL_ISA_REF; isa <= LPL_ISA_AVX512; isa++)
        for (int threads = 1; threads <= 3; threads++) {
            lpl_stats_config_t c;
            lpl_stats_t *s;
            OK(lpl_stats_config_init(&c, sizeof c));
            c.n_units = M, c.batch_max = B, c.mode = LPL_STATS_EWMA, c.threads = threads, c.isa = isa;
            if (lpl_stats_create(&c, &s) == LPL_E_UNSUPPORTED) continue;
            for (int t = 0; t < 5; t++) OK(lpl_stats_update(s, z, M, B));
            double *m = get(s, M, LPL_STATS_MEAN), *v = get(s, M, LPL_STATS_SIGMA2);
            if (!ref[0]) {
                ref[0] = m, ref[1] = v;
            } else {
                ck_assert(memcmp(m, ref[0], M * sizeof *m) == 0);
                ck_assert(memcmp(v, ref[1], M * sizeof *m) == 0);
                free(m), free(v);
            }
            lpl_stats_destroy(s);
        }
    free(ref[0]), free(ref[1]), free(z);
}
END_TEST

START_TEST(bad_input) {
    lpl_stats_config_t c;
    lpl_stats_t *s = NULL;
    float z[12] = {0};
    double d[3];
    OK(lpl_stats_config_init(&c, sizeof c));
    FAILS(lpl_stats_create(&c, &s), LPL_E_SIZE, "n_units");
    c.n_units = 3, c.batch_max = 4;
#define TRY(field, value, code, word)                \
    do {                                             \
        lpl_stats_config_t t = c;                    \
        t.field = value;                             \
        FAILS(lpl_stats_create(&t, &s), code, word); \
        ck_assert_ptr_null(s);                       \
    } while (0)
    TRY(tau_mean, 0, LPL_E_ARG, "tau_mean");
    TRY(tau_sigma2, -1, LPL_E_ARG, "tau_sigma2");
    TRY(tau_mean, 0.5, LPL_E_UNITS, "samples"); /* seconds? */
    TRY(tau_mean, NAN, LPL_E_ARG, "tau_mean");
    TRY(tau_mean, INFINITY, LPL_E_ARG, "tau_mean");
    TRY(sigma2_init, -1, LPL_E_ARG, "sigma2_init");
    TRY(mean_init, NAN, LPL_E_ARG, "mean_init");
    TRY(mode, 4, LPL_E_ARG, "mode");
    TRY(dtype, -1, LPL_E_ARG, "dtype");
    TRY(covariance, 2, LPL_E_ARG, "covariance");
    TRY(threads, 0, LPL_E_ARG, "threads");
    TRY(isa, 9, LPL_E_ARG, "isa");
    TRY(n_units, (uint64_t)-1, LPL_E_SIZE, "n_units");
    TRY(batch_max, 0, LPL_E_SIZE, "batch_max");
    TRY(flags, 1, LPL_E_ARG, "flags");
    FAILS(lpl_stats_create(NULL, &s), LPL_E_NULL, "NULL");
    FAILS(lpl_stats_create(&c, NULL), LPL_E_NULL, "out");
    OK(lpl_stats_create(&c, &s));
    FAILS(lpl_stats_read(s, d, 3, LPL_STATS_MEAN), LPL_E_ORDER, "0 rows");
    FAILS(lpl_stats_update(s, z, 3, 1), LPL_E_SIZE, "batch");
    FAILS(lpl_stats_update(s, z, 3, 5), LPL_E_SIZE, "batch");
    FAILS(lpl_stats_update(s, z, 2, 4), LPL_E_SIZE, "z");
    FAILS(lpl_stats_update(s, NULL, 3, 4), LPL_E_NULL, "z");
    FAILS(lpl_stats_update_f64(s, d, 3, 4), LPL_E_DTYPE, "float");
    FAILS(lpl_stats_update(NULL, z, 3, 4), LPL_E_NULL, "s");
    for (int k = 0; k < 12; k++) z[k] = (float)k;
    OK(lpl_stats_update(s, z, 3, 4));
    z[7] = NAN; /* unit 1: reported by name, and nothing changes */
    FAILS(lpl_stats_update(s, z, 3, 4), LPL_E_NONFINITE, "unit 1");
    OK(lpl_stats_read(s, d, 3, LPL_STATS_MEAN));
    ck_assert(d[0] == 4.5 && d[1] == 5.5 && d[2] == 6.5);
    FAILS(lpl_stats_read(s, d, 2, LPL_STATS_MEAN), LPL_E_SIZE, "exactly 3");
    FAILS(lpl_stats_read(s, d, 3, 17), LPL_E_ARG, "what");
    FAILS(lpl_stats_read(s, d, 9, LPL_STATS_COVARIANCE), LPL_E_ARG, "covariance");
    OK(lpl_stats_reset(s));
    FAILS(lpl_stats_read(s, d, 3, LPL_STATS_MEAN), LPL_E_ORDER, "rows");
    lpl_stats_destroy(s);
    lpl_stats_destroy(NULL);
}
END_TEST

int main(void) {
    testing_seed("test_stats", 20261124);
    Suite *s = suite_create("stats");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, batch_and_all);
    tcase_add_test(t, ewma);
    tcase_add_test(t, offset_data);
    tcase_add_test(t, float_covariance);
    tcase_add_test(t, slow_tracker_moves);
    tcase_add_test(t, merging);
    tcase_add_test(t, same_bits);
    tcase_add_test(t, bad_input);
    suite_add_tcase(s, t);
    return testing_run(s);
}
