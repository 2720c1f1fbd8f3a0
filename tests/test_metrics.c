/* tests/test_metrics.c - every metric against its definition by plain loops over pairs, invariances, undefined values,
 * bad input. */
#include "common/testing.h"

enum { SCALARS = LPL_METRIC_SELECTIVITY + 1, ARRAYS = LPL_METRIC_CLASS_CORRELATION + 1 };

/* ---- data: two sets of responses around class centres, labels with gaps, a row pitch ---- */
typedef struct data_t {
    size_t n, d, ld, ld2, K; /* K classes have samples */
    double *x, *x2;
    float *f, *f2;
    int32_t *y, *dense; /* labels with gaps; labels 0 .. K-1 */
} data_t;

static data_t make(size_t n, size_t d, size_t K) {
    data_t t = {n, d, d + testing_size(0, 3), d + testing_size(0, 3), K, NULL, NULL, NULL, NULL, NULL, NULL};
    double *centre = testing_doubles(K * d);
    t.x = testing_doubles(n * t.ld), t.x2 = testing_doubles(n * t.ld2);
    t.f = malloc(n * t.ld * sizeof *t.f), t.f2 = malloc(n * t.ld2 * sizeof *t.f2);
    t.y = malloc(n * sizeof *t.y), t.dense = malloc(n * sizeof *t.dense);
    for (size_t b = 0; b < n; b++) {
        t.dense[b] = (int32_t)(b < 2 * K ? b % K : testing_size(0, K - 1)); /* at least two of each */
        t.y[b] = 7 + 1000003 * t.dense[b];
        for (size_t j = 0; j < d; j++) {
            t.x[b * t.ld + j] = 0.3 + 2 * centre[(size_t)t.dense[b] * d + j] + t.x[b * t.ld + j];
            t.x2[b * t.ld2 + j] = t.x[b * t.ld + j] + 0.3 * t.x2[b * t.ld2 + j];
        }
    }
    for (size_t i = 0; i < n * t.ld; i++) t.f[i] = (float)t.x[i], t.x[i] = t.f[i]; /* the same values in both types */
    for (size_t i = 0; i < n * t.ld2; i++) t.f2[i] = (float)t.x2[i], t.x2[i] = t.f2[i];
    free(centre);
    return t;
}

static void drop(data_t *t) { free(t->x), free(t->x2), free(t->f), free(t->f2), free(t->y), free(t->dense); }

/* ---- the definitions of lpl/metrics.h ---- */
static double at(const data_t *t, size_t b, size_t j) { return t->x[b * t->ld + j]; }

/* Mean of feature j over class k, or over all if k < 0. */
static double average(const data_t *t, int k, size_t j) {
    double s = 0, count = 0;
    for (size_t b = 0; b < t->n; b++)
        if (k < 0 || t->dense[b] == k) s += at(t, b, j), count++;
    return s / count;
}

static double *averages(const data_t *t, int k) {
    double *c = malloc(t->d * sizeof *c);
    for (size_t j = 0; j < t->d; j++) c[j] = average(t, k, j);
    return c;
}

/* Cosine of rows b and e after subtracting c (or nothing). */
static double cosine(const double *x, size_t ldx, const double *z, size_t ldz, size_t b, size_t e, const double *c,
                     size_t d) {
    double p = 0, q = 0, r = 0;
    for (size_t j = 0; j < d; j++) {
        double u = x[b * ldx + j] - (c ? c[j] : 0), v = z[e * ldz + j] - (c ? c[j] : 0);
        p += u * v, q += u * u, r += v * v;
    }
    return p / sqrt(q) / sqrt(r);
}

/* Participation ratio of the rows of class k (all if k < 0) from the covariance matrix. */
static double naive_participation(const data_t *t, int k) {
    double *c = averages(t, k), trace = 0, squares = 0;
    for (size_t i = 0; i < t->d; i++)
        for (size_t j = 0; j < t->d; j++) {
            double s = 0;
            for (size_t b = 0; b < t->n; b++)
                if (k < 0 || t->dense[b] == k) s += (at(t, b, i) - c[i]) * (at(t, b, j) - c[j]);
            squares += s * s;
            if (i == j) trace += s;
        }
    free(c);
    return trace * trace / squares;
}

static double distance_to(const data_t *t, size_t b, const double *c) {
    double s = 0;
    for (size_t j = 0; j < t->d; j++) s += pow(at(t, b, j) - c[j], 2);
    return sqrt(s);
}

static double naive_radius(const data_t *t, int k) {
    double *c = averages(t, k), s = 0, count = 0;
    for (size_t b = 0; b < t->n; b++)
        if (k < 0 || t->dense[b] == k) s += distance_to(t, b, c), count++;
    free(c);
    return s / count;
}

static double naive_class(const data_t *t, int32_t metric, int k, int l) {
    if (metric == LPL_METRIC_CLASS_RADII) return naive_radius(t, k);
    if (metric == LPL_METRIC_CLASS_DIMS) return naive_participation(t, k);
    double *a = averages(t, k), *b = averages(t, metric == LPL_METRIC_CENTROID_SPREADS ? -1 : l), p = 0, q = 0, r = 0,
           ma = 0, mb = 0;
    if (metric == LPL_METRIC_CENTROID_SPREADS) {
        for (size_t j = 0; j < t->d; j++) p += (a[j] - b[j]) * (a[j] - b[j]);
        free(a), free(b);
        return sqrt(p);
    }
    for (size_t j = 0; j < t->d; j++) ma += a[j] / (double)t->d, mb += b[j] / (double)t->d;
    for (size_t j = 0; j < t->d; j++)
        p += (a[j] - ma) * (b[j] - mb), q += (a[j] - ma) * (a[j] - ma), r += (b[j] - mb) * (b[j] - mb);
    free(a), free(b);
    return p / sqrt(q * r);
}

/* Sum and number of f(cosine) over pairs b < e; which: 0 all, 1 of different class, 2 + k within class k. */
static double over_pairs(const data_t *t, const double *x, size_t ld, const double *c, int which, int squared) {
    double s = 0, count = 0;
    for (size_t b = 0; b < t->n; b++)
        for (size_t e = b + 1; e < t->n; e++) {
            int same = t->dense[b] == t->dense[e];
            if ((which == 1 && same) || (which >= 2 && !(same && t->dense[b] == which - 2))) continue;
            double v = cosine(x, ld, x, ld, b, e, c, t->d);
            s += squared == 1 ? v * v : squared == 2 ? exp(-4 * (1 - v)) : v; /* |u - v|^2 = 2 - 2 cos */
            count++;
        }
    return s / count;
}

static double naive(const data_t *t, int32_t metric) {
    const size_t n = t->n, d = t->d;
    double *c = averages(t, -1), s = 0;
    switch (metric) {
    case LPL_METRIC_PARTICIPATION_RATIO: s = naive_participation(t, -1); break;
    case LPL_METRIC_COSINE_CROSS_CLASS: s = over_pairs(t, t->x, t->ld, c, 1, 0); break;
    case LPL_METRIC_COSINE_WITHIN_CLASS:
        for (size_t k = 0; k < t->K; k++) s += over_pairs(t, t->x, t->ld, c, 2 + (int)k, 0) / (double)t->K;
        break;
    case LPL_METRIC_MANIFOLD_CORRELATION:
        for (size_t k = 0; k < t->K; k++)
            for (size_t l = 0; l < k; l++) s += naive_class(t, LPL_METRIC_CLASS_CORRELATION, (int)k, (int)l);
        s /= (double)(t->K * (t->K - 1) / 2);
        break;
    case LPL_METRIC_MANIFOLD_RADIUS:
        for (size_t k = 0; k < t->K; k++) s += naive_radius(t, (int)k) / (double)t->K / naive_radius(t, -1);
        break;
    case LPL_METRIC_MANIFOLD_DIM:
        for (size_t k = 0; k < t->K; k++) s += naive_participation(t, (int)k) / (double)t->K;
        break;
    case LPL_METRIC_GLOBAL_RADIUS: s = naive_radius(t, -1); break;
    case LPL_METRIC_COSINE_PUSH: s = over_pairs(t, t->x, t->ld, NULL, 0, 1); break;
    case LPL_METRIC_COSINE_PUSH_LABELS: s = over_pairs(t, t->x, t->ld, NULL, 1, 1); break;
    case LPL_METRIC_COSINE_PULL:
        for (size_t b = 0; b < n; b++) s -= cosine(t->x, t->ld, t->x2, t->ld2, b, b, NULL, d) / (double)n;
        break;
    case LPL_METRIC_COSINE_PULL_LABELS:
        for (int k = 0; k < (int)t->K; k++)
            s -= (over_pairs(t, t->x, t->ld, NULL, 2 + k, 0) + over_pairs(t, t->x2, t->ld2, NULL, 2 + k, 0)) / 2;
        break;
    case LPL_METRIC_PUSH_TO_CENTROID: {
        double *k = calloc(d, sizeof *k), zero = 0;
        for (size_t b = 0; b < n; b++) {
            double norm = 0;
            for (size_t j = 0; j < d; j++) norm += at(t, b, j) * at(t, b, j);
            for (size_t j = 0; j < d; j++) k[j] += at(t, b, j) / sqrt(norm);
        }
        for (size_t b = 0; b < n; b++) zero += pow(cosine(t->x, t->ld, k, d, b, 0, NULL, d), 2);
        s = zero / (double)n;
        free(k);
        break;
    }
    case LPL_METRIC_UNIFORMITY: s = log(over_pairs(t, t->x, t->ld, NULL, 0, 2)); break;
    case LPL_METRIC_KL_GAUSSIAN:
    case LPL_METRIC_ABS_LOGVAR:
        for (size_t i = 0; i < d; i++) {
            double v = 0;
            for (size_t b = 0; b < n; b++) v += pow(at(t, b, i) - c[i], 2);
            v = log(v / (double)(n - 1) + 1e-4);
            s += (metric == LPL_METRIC_ABS_LOGVAR ? fabs(v) : -(1 + v - c[i] * c[i] - exp(v)) / 2) / (double)d;
        }
        break;
    case LPL_METRIC_RADIAL_PUSH:
        for (size_t b = 0; b < n; b++) {
            double one = 0;
            for (size_t j = 0; j < d; j++) one += fabs(at(t, b, j) - c[j]);
            s += (1 / (distance_to(t, b, c) + 1e-4) - 1 / (one + 1e-4)) / (double)n;
        }
        break;
    case LPL_METRIC_SPARSE_FILTERING:
        for (size_t b = 0; b < n; b++) {
            double one = 0, two = 0;
            for (size_t j = 0; j < d; j++) {
                double column = 0;
                for (size_t e = 0; e < n; e++) column += at(t, e, j) * at(t, e, j);
                one += fabs(at(t, b, j)) / sqrt(column), two += at(t, b, j) * at(t, b, j) / column;
            }
            s += one / sqrt(two) / (double)n;
        }
        break;
    default: ck_abort_msg("no such metric");
    }
    free(c);
    return s;
}

/* All scalars but selectivity, on n x d in double. */
static void all_scalars(const data_t *t, double *v) {
    for (int32_t k = 0; k < LPL_METRIC_SELECTIVITY; k++)
        OK(lpl_metric_f64(&v[k], k, t->x, t->ld, t->x2, t->ld2, t->y, t->n, t->d));
}

/* ---- tests ---- */
START_TEST(against_definitions) {
    for (int round = 0; round < 12; round++) {
        const size_t K = testing_size(2, 5), n = testing_size(2 * K, 60);
        data_t t = make(n, round % 2 ? testing_size(2, 12) : testing_size(20, 70), K); /* both Gram forms */
        for (int32_t k = 0; k < LPL_METRIC_SELECTIVITY; k++) {
            double v, f, expected = naive(&t, k);
            OK(lpl_metric_f64(&v, k, t.x, t.ld, t.x2, t.ld2, t.y, t.n, t.d));
            OK(lpl_metric(&f, k, t.f, t.ld, t.f2, t.ld2, t.y, t.n, t.d));
            ck_assert_msg(fabs(v - expected) <= 1e-11 * (1 + fabs(expected)),
                          "metric %d: %.17g, by definition %.17g (n %zu, d %zu)", k, v, expected, t.n, t.d);
            ck_assert_msg(f == v, "metric %d: float data %.17g, the same values as double %.17g", k, f, v);
        }
        for (int32_t k = 0; k < ARRAYS; k++) {
            const size_t count = k == LPL_METRIC_CLASS_CORRELATION ? K * K : K;
            double *v = testing_doubles(count), *f = testing_doubles(count);
            OK(lpl_metric_classes_f64(v, count, k, t.x, t.ld, t.dense, n, t.d, K));
            OK(lpl_metric_classes(f, count, k, t.f, t.ld, t.dense, n, t.d, K));
            for (size_t i = 0; i < count; i++) {
                CLOSE(v[i], naive_class(&t, k, (int)(count > K ? i / K : i), (int)(i % K)), 1e-11, 10);
                ck_assert(f[i] == v[i]);
            }
            free(v), free(f);
        }
        drop(&t);
    }
}
END_TEST

/* More rows than a block holds: the borders between blocks. */
START_TEST(across_blocks) {
    const size_t n = 600, d = 3;
    data_t t = make(n, d, 3), wide = make(300, 310, 2);
    const int32_t pairwise[] = {LPL_METRIC_COSINE_PUSH, LPL_METRIC_COSINE_PUSH_LABELS, LPL_METRIC_UNIFORMITY};
    for (int k = 0; k < 3; k++) {
        double v;
        OK(lpl_metric_f64(&v, pairwise[k], t.x, t.ld, NULL, 0, t.y, n, d));
        CLOSE(v, naive(&t, pairwise[k]), 1e-11, 1);
        OK(lpl_metric_f64(&v, pairwise[k], wide.x, wide.ld, NULL, 0, wide.y, wide.n, wide.d));
        CLOSE(v, naive(&wide, pairwise[k]), 1e-11, 1);
    }
    double v;
    OK(lpl_metric_f64(&v, LPL_METRIC_PARTICIPATION_RATIO, wide.x, wide.ld, NULL, 0, NULL, wide.n, wide.d));
    CLOSE(v, naive_participation(&wide, -1), 1e-11, v);
    drop(&t), drop(&wide);
}
END_TEST

START_TEST(known_values) {
    double v, line[8 * 3], cross[] = {1, 0, -1, 0, 0, 1, 0, -1};
    const int32_t y[] = {0, 0, 1, 1};
    for (size_t b = 0; b < 8; b++)
        for (size_t j = 0; j < 3; j++) line[b * 3 + j] = 100 + (double)b * ((double)j - 1.5);
    OK(lpl_metric_f64(&v, LPL_METRIC_PARTICIPATION_RATIO, line, 3, NULL, 0, NULL, 8, 3)); /* one direction */
    CLOSE(v, 1, 1e-12, 1);
    OK(lpl_metric_f64(&v, LPL_METRIC_PARTICIPATION_RATIO, cross, 2, NULL, 0, NULL, 4, 2)); /* two of equal variance */
    CLOSE(v, 2, 1e-12, 1);
    OK(lpl_metric_f64(&v, LPL_METRIC_COSINE_CROSS_CLASS, cross, 2, NULL, 0, y, 4, 2));
    CLOSE(v, 0, 1e-12, 1);
    OK(lpl_metric_f64(&v, LPL_METRIC_COSINE_WITHIN_CLASS, cross, 2, NULL, 0, y, 4, 2));
    CLOSE(v, -1, 1e-12, 1);
    OK(lpl_metric_f64(&v, LPL_METRIC_COSINE_PULL, cross, 2, cross, 2, NULL, 4, 2));
    CLOSE(v, -1, 1e-12, 1);
    OK(lpl_metric_f64(&v, LPL_METRIC_GLOBAL_RADIUS, cross, 2, NULL, 0, NULL, 4, 2));
    CLOSE(v, 1, 1e-12, 1);
    const double unit[] = {3, 4, 1, 0}; /* means 3.5 and 0.5, range 4 */
    OK(lpl_metric_f64(&v, LPL_METRIC_SELECTIVITY, unit, 1, NULL, 0, y, 4, 1));
    CLOSE(v, 3.0 / 4, 1e-15, 1);
    OK(lpl_metric_f64(&v, LPL_METRIC_SELECTIVITY, cross, 2, NULL, 0, y, 4, 1)); /* a column, by its stride: 1 -1 0 0 */
    CLOSE(v, 0, 1e-15, 1);
}
END_TEST

static void mix(data_t *t, double scale, size_t i, size_t j, double angle) {
    double *sets[2] = {t->x, t->x2};
    const size_t ld[2] = {t->ld, t->ld2};
    for (int k = 0; k < 2; k++)
        for (size_t b = 0; b < t->n; b++) {
            double *row = sets[k] + b * ld[k], p = row[i], q = row[j];
            row[i] = cos(angle) * p - sin(angle) * q, row[j] = sin(angle) * p + cos(angle) * q;
            for (size_t c = 0; c < t->d; c++) row[c] *= scale;
        }
}

START_TEST(invariances) {
    for (int round = 0; round < 8; round++) {
        const size_t K = testing_size(2, 4), n = testing_size(2 * K, 40), d = testing_size(3, 30);
        data_t t = make(n, d, K);
        double before[SCALARS], after[SCALARS];
        all_scalars(&t, before);

        for (size_t b = n - 1; b > 0; b--) { /* order of samples: none matters */
            size_t e = testing_size(0, b);
            int32_t label = t.y[b];
            t.y[b] = t.y[e], t.y[e] = label;
            for (size_t j = 0; j < d; j++) {
                double v = t.x[b * t.ld + j], v2 = t.x2[b * t.ld2 + j];
                t.x[b * t.ld + j] = t.x[e * t.ld + j], t.x[e * t.ld + j] = v;
                t.x2[b * t.ld2 + j] = t.x2[e * t.ld2 + j], t.x2[e * t.ld2 + j] = v2;
            }
        }
        all_scalars(&t, after);
        for (int k = 0; k < LPL_METRIC_SELECTIVITY; k++) CLOSE(after[k], before[k], 1e-11, 1 + fabs(before[k]));

        for (int turn = 0; turn < 5; turn++) mix(&t, 1, 0, testing_size(1, d - 1), 3 * testing_real()); /* rotation */
        all_scalars(&t, after);
        const int32_t rotation[] = {
            LPL_METRIC_PARTICIPATION_RATIO, LPL_METRIC_COSINE_CROSS_CLASS, LPL_METRIC_COSINE_WITHIN_CLASS,
            LPL_METRIC_MANIFOLD_RADIUS,     LPL_METRIC_MANIFOLD_DIM,       LPL_METRIC_GLOBAL_RADIUS,
            LPL_METRIC_COSINE_PUSH,         LPL_METRIC_COSINE_PUSH_LABELS, LPL_METRIC_COSINE_PULL,
            LPL_METRIC_COSINE_PULL_LABELS,  LPL_METRIC_PUSH_TO_CENTROID,   LPL_METRIC_UNIFORMITY};
        for (size_t k = 0; k < sizeof rotation / sizeof *rotation; k++)
            CLOSE(after[rotation[k]], before[rotation[k]], 1e-10, 1 + fabs(before[rotation[k]]));

        memcpy(before, after, sizeof before);
        const double scale = 37.5 * (1.5 + testing_real());
        mix(&t, scale, 0, 1, 0);
        all_scalars(&t, after);
        const int32_t scaling[] = {
            LPL_METRIC_PARTICIPATION_RATIO,  LPL_METRIC_COSINE_CROSS_CLASS, LPL_METRIC_COSINE_WITHIN_CLASS,
            LPL_METRIC_MANIFOLD_CORRELATION, LPL_METRIC_MANIFOLD_RADIUS,    LPL_METRIC_MANIFOLD_DIM,
            LPL_METRIC_COSINE_PUSH,          LPL_METRIC_COSINE_PUSH_LABELS, LPL_METRIC_COSINE_PULL,
            LPL_METRIC_COSINE_PULL_LABELS,   LPL_METRIC_PUSH_TO_CENTROID,   LPL_METRIC_UNIFORMITY,
            LPL_METRIC_SPARSE_FILTERING};
        for (size_t k = 0; k < sizeof scaling / sizeof *scaling; k++)
            CLOSE(after[scaling[k]], before[scaling[k]], 1e-10, 1 + fabs(before[scaling[k]]));
        CLOSE(after[LPL_METRIC_GLOBAL_RADIUS], scale * before[LPL_METRIC_GLOBAL_RADIUS], 1e-12, scale * 10 * (double)d);
        drop(&t);
    }
}
END_TEST

/* A large offset, huge and tiny values: the participation ratio neither cancels nor overflows. */
START_TEST(hard_numbers) {
    data_t t = make(50, 6, 2);
    double v, w;
    OK(lpl_metric_f64(&v, LPL_METRIC_PARTICIPATION_RATIO, t.x, t.ld, NULL, 0, NULL, t.n, t.d));
    for (int k = 0; k < 3; k++) {
        double *x = testing_doubles(t.n * t.ld);
        for (size_t i = 0; i < t.n * t.ld; i++)
            x[i] = k == 0 ? t.x[i] + 0x1p26 : k == 1 ? t.x[i] * 0x1p490 : t.x[i] * 0x1p-600;
        OK(lpl_metric_f64(&w, LPL_METRIC_PARTICIPATION_RATIO, x, t.ld, NULL, 0, NULL, t.n, t.d));
        CLOSE(w, v, k == 0 ? 1e-6 : 1e-13, v);
        free(x);
    }
    drop(&t);
}
END_TEST

/* Norms have a floor, so a dead unit or a silent sample counts as 0 and not as 0/0. */
START_TEST(sparse_filtering_of_silence) {
    const double dead[] = {1, 0, 2, 0, 3, 0}, silent[] = {1, 0, 0, 0, 3, 0};
    double v;
    OK(lpl_metric_f64(&v, LPL_METRIC_SPARSE_FILTERING, dead, 2, NULL, 0, NULL, 3, 2));
    CLOSE(v, 1, 1e-15, 1); /* one active unit in each row */
    OK(lpl_metric_f64(&v, LPL_METRIC_SPARSE_FILTERING, silent, 2, NULL, 0, NULL, 3, 2));
    CLOSE(v, 2.0 / 3, 1e-15, 1);
}
END_TEST

START_TEST(undefined_values) {
    double v = -7, same[] = {0.1, 0.7, 0.1, 0.7, 0.1, 0.7}, dead[] = {1, 0, 2, 0, 3, 0},
           zero_row[] = {1, 2, 0, 0, 3, 1};
    const int32_t one[] = {4, 4, 4}, lone[] = {0, 0, 1}, two[] = {2, 0, 1}, ones[] = {1, 1};
#define UNDEFINED(metric, x, y, n, d, word) FAILS(lpl_metric_f64(&v, metric, x, d, x, d, y, n, d), LPL_E_ARG, word)
    UNDEFINED(LPL_METRIC_COSINE_CROSS_CLASS, dead, one, 3, 2, "class 4");
    UNDEFINED(LPL_METRIC_COSINE_PUSH_LABELS, dead, one, 3, 2, "two classes");
    UNDEFINED(LPL_METRIC_MANIFOLD_CORRELATION, dead, one, 3, 2, "two classes");
    UNDEFINED(LPL_METRIC_COSINE_WITHIN_CLASS, zero_row, lone, 3, 2, "class 1 has one sample");
    UNDEFINED(LPL_METRIC_COSINE_PULL_LABELS, zero_row, lone, 3, 2, "class 1 has one sample");
    UNDEFINED(LPL_METRIC_COSINE_CROSS_CLASS, same, lone, 3, 2, "equals the mean");
    UNDEFINED(LPL_METRIC_MANIFOLD_RADIUS, same, lone, 3, 2, "global radius");
    UNDEFINED(LPL_METRIC_MANIFOLD_CORRELATION, same, lone, 3, 1, "same in every feature");
    UNDEFINED(LPL_METRIC_SELECTIVITY, same, two, 3, 1, "need 0 or 1");
    UNDEFINED(LPL_METRIC_SELECTIVITY, dead, ones, 2, 1, "class 0");
    FAILS(lpl_metric_f64(&v, LPL_METRIC_SELECTIVITY, same, 2, NULL, 0, lone, 3, 1), LPL_E_ARG, "all values are equal");
    FAILS(lpl_metric_f64(&v, LPL_METRIC_SELECTIVITY, same, 2, NULL, 0, lone, 3, 2), LPL_E_SIZE, "d = 2");
    const double opposite[] = {1, 2, -1, -2};
    UNDEFINED(LPL_METRIC_PUSH_TO_CENTROID, opposite, NULL, 2, 2, "no direction");
    const int32_t pairs[] = {LPL_METRIC_COSINE_PUSH, LPL_METRIC_UNIFORMITY, LPL_METRIC_KL_GAUSSIAN,
                             LPL_METRIC_ABS_LOGVAR};
    for (int k = 0; k < 4; k++) UNDEFINED(pairs[k], dead, NULL, 1, 2, "n = 1");
    for (int32_t k = 0; k < SCALARS; k++)
        FAILS(lpl_metric_f64(&v, k, dead, 2, dead, 2, lone, 0, 2), LPL_E_SIZE, "n = 0");
    ck_assert(v == -7);
    /* and what is defined on the same data */
    OK(lpl_metric_f64(&v, LPL_METRIC_PARTICIPATION_RATIO, same, 2, NULL, 0, NULL, 3, 2));
    ck_assert(v == 0);
    OK(lpl_metric_f64(&v, LPL_METRIC_GLOBAL_RADIUS, same, 2, NULL, 0, NULL, 1, 2));
    ck_assert(v == 0);
    OK(lpl_metric_f64(&v, LPL_METRIC_COSINE_PULL, zero_row, 2, zero_row, 2, NULL, 3, 2)); /* u of a zero row is 0 */
    CLOSE(v, -2.0 / 3, 1e-15, 1);
}
END_TEST

START_TEST(bad_input) {
    data_t t = make(6, 3, 2);
    double v = -7, out[4] = {-7, -7, -7, -7};
    const size_t huge = (size_t)-1;
    FAILS(lpl_metric_f64(NULL, 0, t.x, t.ld, NULL, 0, NULL, 6, 3), LPL_E_NULL, "out");
    FAILS(lpl_metric_f64(&v, SCALARS, t.x, t.ld, NULL, 0, NULL, 6, 3), LPL_E_ARG, "metric = 18");
    FAILS(lpl_metric_f64(&v, -1, t.x, t.ld, NULL, 0, NULL, 6, 3), LPL_E_ARG, "metric = -1");
    FAILS(lpl_metric_f64(&v, 0, NULL, t.ld, NULL, 0, NULL, 6, 3), LPL_E_NULL, "x = NULL");
    FAILS(lpl_metric_f64(&v, 0, t.x, 2, NULL, 0, NULL, 6, 3), LPL_E_SIZE, "x: leading dimension = 2");
    FAILS(lpl_metric_f64(&v, 0, t.x, t.ld, NULL, 0, NULL, huge, 3), LPL_E_SIZE, "n = ");
    FAILS(lpl_metric_f64(&v, 0, t.x, t.ld, NULL, 0, NULL, 6, huge), LPL_E_SIZE, "d = ");
    FAILS(lpl_metric_f64(&v, 0, t.x, t.ld, NULL, 0, NULL, 6, 0), LPL_E_SIZE, "d = 0");
    FAILS(lpl_metric_f64(&v, 0, t.x, (size_t)PTRDIFF_MAX / 4, NULL, 0, NULL, 6, 3), LPL_E_SIZE, "x");
    FAILS(lpl_metric_f64(&v, LPL_METRIC_COSINE_PULL, t.x, t.ld, NULL, 3, NULL, 6, 3), LPL_E_NULL, "x2");
    FAILS(lpl_metric_f64(&v, LPL_METRIC_COSINE_PULL, t.x, t.ld, t.x2, 2, NULL, 6, 3), LPL_E_SIZE, "x2");
    FAILS(lpl_metric_f64(&v, LPL_METRIC_MANIFOLD_DIM, t.x, t.ld, NULL, 0, NULL, 6, 3), LPL_E_NULL, "y = NULL");
    t.y[3] = -2;
    FAILS(lpl_metric_f64(&v, LPL_METRIC_MANIFOLD_DIM, t.x, t.ld, NULL, 0, t.y, 6, 3), LPL_E_ARG, "y[3] = -2");
    const double bad[] = {NAN, INFINITY, -INFINITY};
    for (int k = 0; k < 3; k++) {
        double keep = t.x[2 * t.ld + 1], keep2 = t.x2[5 * t.ld2];
        float keep_f = t.f[2 * t.ld + 1];
        t.x[2 * t.ld + 1] = bad[k], t.f[2 * t.ld + 1] = (float)bad[k];
        for (int32_t i = 0; i < LPL_METRIC_SELECTIVITY; i++) {
            FAILS(lpl_metric_f64(&v, i, t.x, t.ld, t.x2, t.ld2, t.dense, 6, 3), LPL_E_NONFINITE, "row 2, column 1");
            FAILS(lpl_metric(&v, i, t.f, t.ld, t.f2, t.ld2, t.dense, 6, 3), LPL_E_NONFINITE, "row 2, column 1");
        }
        FAILS(lpl_metric_classes_f64(out, 2, 0, t.x, t.ld, t.dense, 6, 3, 2), LPL_E_NONFINITE, "x");
        t.x[2 * t.ld + 1] = keep, t.f[2 * t.ld + 1] = keep_f, t.x2[5 * t.ld2] = bad[k];
        FAILS(lpl_metric_f64(&v, LPL_METRIC_COSINE_PULL, t.x, t.ld, t.x2, t.ld2, NULL, 6, 3), LPL_E_NONFINITE,
              "x2: row 5");
        t.x2[5 * t.ld2] = keep2;
    }
    double keep = t.x[0];
    t.x[0] = 1e200;
    FAILS(lpl_metric_f64(&v, 0, t.x, t.ld, NULL, 0, NULL, 6, 3), LPL_E_ARG, "magnitudes");
    t.x[0] = keep;

    FAILS(lpl_metric_classes_f64(NULL, 2, 0, t.x, t.ld, t.dense, 6, 3, 2), LPL_E_NULL, "out");
    FAILS(lpl_metric_classes_f64(out, 3, 0, t.x, t.ld, t.dense, 6, 3, 2), LPL_E_SIZE, "n_out = 3");
    FAILS(lpl_metric_classes_f64(out, 2, LPL_METRIC_CLASS_CORRELATION, t.x, t.ld, t.dense, 6, 3, 2), LPL_E_SIZE,
          "n_out = 2");
    FAILS(lpl_metric_classes_f64(out, 2, ARRAYS, t.x, t.ld, t.dense, 6, 3, 2), LPL_E_ARG, "metric = 4");
    FAILS(lpl_metric_classes_f64(out, 2, 0, t.x, t.ld, NULL, 6, 3, 2), LPL_E_NULL, "y = NULL");
    FAILS(lpl_metric_classes_f64(out, 1, 0, t.x, t.ld, t.dense, 6, 3, 1), LPL_E_ARG, "need 0 .. 0");
    FAILS(lpl_metric_classes_f64(out, 3, 0, t.x, t.ld, t.dense, 6, 3, 3), LPL_E_ARG, "class 2 has no samples");
    FAILS(lpl_metric_classes_f64(out, 3, 0, t.x, t.ld, t.dense, 6, 3, 0), LPL_E_SIZE, "n_classes = 0");
    FAILS(lpl_metric_classes_f64(out, 3, 0, t.x, t.ld, t.dense, 6, 3, huge), LPL_E_SIZE, "n_classes");
    FAILS(lpl_metric_classes_f64(t.x + 1, 2, 0, t.x, t.ld, t.dense, 6, 3, 2), LPL_E_OVERLAP, "out and x");
    ck_assert(v == -7);
    for (int k = 0; k < 4; k++) ck_assert(out[k] == -7);
    drop(&t);
}
END_TEST

/* ---- rows in an order ---- */

/* By the definition: pairs whose rows and all between have one label. */
static double naive_slowness(const data_t *t, const int32_t *scene, size_t lag, size_t j) {
    double sum = 0, pairs = 0, var = 0;
    const double c = average(t, -1, j);
    for (size_t b = 0; b < t->n; b++) var += (at(t, b, j) - c) * (at(t, b, j) - c) / (double)(t->n - 1);
    for (size_t b = lag; b < t->n; b++) {
        int within = 1;
        for (size_t e = b - lag; e < b; e++) within = within && (!scene || scene[e] == scene[b]);
        if (within) sum += (at(t, b, j) - at(t, b - lag, j)) * (at(t, b, j) - at(t, b - lag, j)), pairs++;
    }
    return sum / pairs / (2 * var);
}

START_TEST(slowness_by_definition) {
    for (int round = 0; round < 20; round++) {
        data_t t = make(testing_size(12, 80), testing_size(1, 9), 2);
        const size_t lag = testing_size(1, 4), d = t.d;
        double v[9], f[9];
        for (size_t b = 0; b < t.n; b++) t.y[b] = (int32_t)(b / 6 % 3) - 1; /* labels come again, and may be anything */
        const int32_t *scene = round % 3 ? t.y : NULL;
        OK(lpl_slowness_f64(v, t.x, t.ld, scene, t.n, d, lag));
        OK(lpl_slowness(f, t.f, t.ld, scene, t.n, d, lag));
        for (size_t j = 0; j < d; j++) {
            CLOSE(v[j], naive_slowness(&t, scene, lag, j), 1e-11, 1);
            ck_assert(f[j] == v[j]);
        }
        drop(&t);
    }
}
END_TEST

/* Alternating: 2; a ramp of n: 6 / (n (n + 1)); a scale or an offset, huge or tiny, changes nothing. */
START_TEST(slowness_known) {
    enum { N = 40 };
    double x[N * 4], v[4];
    for (int b = 0; b < N; b++) {
        x[b * 4] = b % 2 ? 1 : -1;
        x[b * 4 + 1] = b;
        x[b * 4 + 2] = 1e149 * (b % 2 ? 1 : -1);
        x[b * 4 + 3] = 1e-170 * b;
    }
    OK(lpl_slowness_f64(v, x, 4, NULL, N, 4, 1));
    for (int k = 0; k < 4; k += 2) CLOSE(v[k], 2 * (N - 1.0) / N, 1e-12, 1);
    for (int k = 1; k < 4; k += 2) CLOSE(v[k], 6.0 / (N * (N + 1.0)), 1e-12, 1);
    OK(lpl_slowness_f64(v, x, 4, NULL, N, 1, 2));
    ck_assert(v[0] == 0);
    for (int b = 0; b < N; b++) x[b * 4] = (double)testing_real() + 1e6;
    OK(lpl_slowness_f64(v, x, 4, NULL, N, 1, 1));
    ck_assert(v[0] > 0.4 && v[0] < 1.8);
}
END_TEST

/* A rectified sine is simple, pi / 2; what does not know the phase 0; a harmonic above the first has no F1. */
START_TEST(modulation_known) {
    enum { N = 24, D = 4 };
    const double pi = acos(-1);
    double x[N * D], f0[D], f1[D], blank[D] = {0, 0.5, 0, 1};
    float xf[N * D], bf[D] = {0, 0.5f, 0, 1};
    for (int k = 0; k < N; k++) {
        const double phase = 2 * pi * k / N;
        x[k * D] = fmax(0, cos(phase - 0.4));
        x[k * D + 1] = 2;
        x[k * D + 2] = 1 + cos(2 * phase);
        x[k * D + 3] = 1e6 + 3 * sin(phase) + cos(phase);
        for (int j = 0; j < D; j++) xf[k * D + j] = (float)x[k * D + j];
    }
    OK(lpl_modulation_f64(f0, f1, x, D, blank, N, D));
    CLOSE(f1[0] / f0[0], pi / 2, 0.01, 1); /* 24 phases: 1.57 - 1.58 */
    ck_assert(f0[1] == 1.5 && f1[1] == 0);
    CLOSE(f0[2], 1, 1e-12, 1);
    CLOSE(f1[2], 0, 1e-12, 1);
    CLOSE(f0[3], 1e6 - 1, 1e-15, 1e6);
    CLOSE(f1[3], sqrt(10), 1e-9, 1);
    double g0[D], g1[D];
    OK(lpl_modulation(g0, g1, xf, D, bf, N, D));
    for (int j = 0; j < D; j++) {
        CLOSE(g0[j], f0[j], 1e-6, 1e6);
        CLOSE(g1[j], f1[j], 0.1, 1);
    }
    OK(lpl_modulation_f64(f0, f1, x, D, NULL, N, 2)); /* no blank: 0; columns with gaps */
    ck_assert(f0[1] == 2);
    OK(lpl_modulation_f64(f0, f1, x, D, NULL, 3, 1));
    CLOSE(f0[0], (x[0] + x[D] + x[2 * D]) / 3, 1e-15, 1);
}
END_TEST

START_TEST(ordered_rows_refused) {
    double x[12] = {1, 5, 2, 5, 3, 5, 4, 5, 3, 5, 1, 5}, v[2] = {-7, -7}, w[2] = {-7, -7};
    const int32_t apart[6] = {0, 1, 2, 3, 4, 5}, two[6] = {0, 0, 1, 1, 2, 2};
    FAILS(lpl_slowness_f64(v, x, 2, NULL, 6, 2, 1), LPL_E_ARG, "unit 1 has the same value");
    FAILS(lpl_slowness_f64(v, x, 2, apart, 6, 1, 1), LPL_E_ARG, "no scene");
    FAILS(lpl_slowness_f64(v, x, 2, two, 6, 1, 2), LPL_E_ARG, "lag = 2");
    FAILS(lpl_slowness_f64(v, x, 2, NULL, 6, 1, 6), LPL_E_SIZE, "lag");
    FAILS(lpl_slowness_f64(v, x, 2, NULL, 6, 1, 0), LPL_E_SIZE, "lag");
    FAILS(lpl_slowness_f64(v, x, 2, NULL, 1, 1, 1), LPL_E_SIZE, "n = 1");
    FAILS(lpl_slowness_f64(v, x, 2, NULL, 6, 0, 1), LPL_E_SIZE, "d = 0");
    FAILS(lpl_slowness_f64(NULL, x, 2, NULL, 6, 1, 1), LPL_E_NULL, "out");
    FAILS(lpl_slowness_f64(v, NULL, 2, NULL, 6, 1, 1), LPL_E_NULL, "x");
    FAILS(lpl_slowness_f64(v, x, 1, NULL, 6, 2, 1), LPL_E_SIZE, "leading");
    FAILS(lpl_slowness_f64(x + 3, x, 2, NULL, 6, 1, 1), LPL_E_OVERLAP, "out and x");
    FAILS(lpl_modulation_f64(v, w, x, 2, NULL, 2, 1), LPL_E_SIZE, "n = 2");
    FAILS(lpl_modulation_f64(v, w, x, 2, NULL, 6, 0), LPL_E_SIZE, "d = 0");
    FAILS(lpl_modulation_f64(NULL, w, x, 2, NULL, 6, 1), LPL_E_NULL, "f0");
    FAILS(lpl_modulation_f64(v, NULL, x, 2, NULL, 6, 1), LPL_E_NULL, "f1");
    FAILS(lpl_modulation_f64(v, v, x, 2, NULL, 6, 1), LPL_E_OVERLAP, "f0 and f1");
    FAILS(lpl_modulation_f64(v, x, x, 2, NULL, 6, 1), LPL_E_OVERLAP, "f1 and x");
    FAILS(lpl_modulation_f64(v, w, x, 2, w, 6, 2), LPL_E_OVERLAP, "f1 and blank");
    double nan_blank = NAN;
    FAILS(lpl_modulation_f64(v, w, x, 2, &nan_blank, 6, 1), LPL_E_NONFINITE, "blank");
    x[4] = NAN;
    FAILS(lpl_modulation_f64(v, w, x, 2, NULL, 6, 1), LPL_E_NONFINITE, "row 2");
    FAILS(lpl_slowness_f64(v, x, 2, NULL, 6, 1, 1), LPL_E_NONFINITE, "row 2");
    x[4] = 1e200;
    FAILS(lpl_slowness_f64(v, x, 2, NULL, 6, 1, 1), LPL_E_ARG, "magnitudes");
    FAILS(lpl_modulation_f64(v, w, x, 2, NULL, 6, 1), LPL_E_ARG, "magnitudes");
    ck_assert(v[0] == -7 && v[1] == -7 && w[0] == -7 && w[1] == -7);
}
END_TEST

int main(void) {
    testing_seed("metrics", 1);
    Suite *s = suite_create("metrics");
    TCase *c = tcase_create("metrics");
    tcase_add_test(c, against_definitions);
    tcase_add_test(c, across_blocks);
    tcase_add_test(c, known_values);
    tcase_add_test(c, invariances);
    tcase_add_test(c, hard_numbers);
    tcase_add_test(c, sparse_filtering_of_silence);
    tcase_add_test(c, undefined_values);
    tcase_add_test(c, bad_input);
    tcase_add_test(c, slowness_by_definition);
    tcase_add_test(c, slowness_known);
    tcase_add_test(c, modulation_known);
    tcase_add_test(c, ordered_rows_refused);
    suite_add_tcase(s, c);
    return testing_run(s);
}
