/* tests/test_symmetric.c - Cholesky factor, solutions and eigenvectors: by what they must satisfy, over sizes around
 * the blocks. */
#include "common/testing.h"

#include "core/cpu.h"
#include "linalg/symmetric.h"

static const size_t sizes[] = {1, 2, 3, 5, 17, 63, 64, 65, 130, 200};
enum { SIZES = sizeof sizes / sizeof *sizes };

/* Symmetric; with definite X X' / n + 0.1. */
static double *matrix(size_t n, int definite) {
    double *a = testing_doubles(n * n);
    if (!definite) {
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < i; j++) a[i * n + j] = a[j * n + i];
        return a;
    }
    double *c = calloc(n * n, sizeof *c);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            for (size_t k = 0; k < n; k++) c[i * n + j] += a[i * n + k] * a[j * n + k] / (double)n;
            if (i == j) c[i * n + j] += 0.1;
        }
    free(a);
    return c;
}

static double *copy(const double *a, size_t n) {
    double *c = malloc(n * sizeof *c);
    memcpy(c, a, n * sizeof *c);
    return c;
}

static lpli_gemm_t gemm(void) {
    lpli_gemm_t g;
    lpli_gemm_init(&g, lpli_isa_best(), 0);
    return g;
}

START_TEST(cholesky) {
    const lpli_gemm_t g = gemm();
    for (int k = 0; k < SIZES; k++) {
        const size_t n = sizes[k], m = testing_size(1, 70), ld = m + testing_size(0, 2);
        double *a = matrix(n, 1), *l = copy(a, n * n), *other = copy(a, n * n), *x = testing_doubles(n * ld),
               *b = copy(x, n * ld), *work = testing_doubles(n), log_det = 0;
        ck_assert_uint_eq(lpli_cholesky(&g, l, n, work, 1), n);
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j <= i; j++) {
                double s = 0;
                for (size_t p = 0; p <= j; p++) s += l[i * n + p] * l[j * n + p];
                CLOSE(s, a[i * n + j], 1e-13, 1);
            }
        for (size_t i = 0; i < n; i++) log_det += 2 * log(l[i * n + i]);
        CLOSE(lpli_cholesky_log_det(l, n), log_det, 1e-13, 1 + fabs(log_det));
        lpli_cholesky_solve(&g, l, n, x, m, ld, 1);
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < m; j++) {
                double s = 0;
                for (size_t p = 0; p < n; p++) s += a[i * n + p] * x[p * ld + j];
                CLOSE(s, b[i * ld + j], 1e-11, 1);
            }
        ck_assert_uint_eq(lpli_cholesky(&g, other, n, work, 3), n); /* the same bits with threads */
        for (size_t i = 0; i < n; i++) ck_assert(memcmp(l + i * n, other + i * n, (i + 1) * sizeof *l) == 0);
        free(a), free(l), free(other), free(x), free(b), free(work);
    }
}
END_TEST

/* A row that repeats another, a negative element, NaN: its row is named. */
START_TEST(not_definite) {
    const lpli_gemm_t g = gemm();
    for (int k = 1; k < SIZES; k++) {
        const size_t n = sizes[k], bad = testing_size(1, n - 1), like = testing_size(0, bad - 1);
        double *a = matrix(n, 1), *work = testing_doubles(n);
        for (int what = 0; what < 3; what++) {
            double *l = copy(a, n * n);
            for (size_t j = 0; j < n && what == 0; j++) l[bad * n + j] = l[like * n + j];
            for (size_t i = 0; i < n && what == 0; i++) l[i * n + bad] = l[i * n + like];
            if (what == 1) l[bad * n + bad] = -1;
            if (what == 2) l[bad * n + bad] = NAN;
            ck_assert_uint_eq(lpli_cholesky(&g, l, n, work, 1), bad);
            free(l);
        }
        free(a), free(work);
    }
}
END_TEST

/* What a batch of fewer rows than units gives, some of which are silent. */
static void low_rank(double *a, size_t n) {
    const size_t rank = testing_size(1, n), silent = testing_size(0, n);
    double *z = testing_doubles(rank * n);
    memset(a, 0, n * n * sizeof *a);
    for (size_t e = 0; e < rank * n; e++)
        if (e % n % 5 == silent % 5) z[e] *= e % 2 ? 0 : 1e-20;
    for (size_t b = 0; b < rank; b++)
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++) a[i * n + j] += z[b * n + i] * z[b * n + j] / (double)rank;
    free(z);
}

START_TEST(eigen) {
    for (int k = 0; k < SIZES; k++)
        for (int what = 0; what < 8; what++) { /* any; definite; diagonal with equal values; rank one; low rank */
            const size_t n = sizes[k];
            double *a = matrix(n, what == 1), *v = malloc(n * n * sizeof *v), *d = malloc(n * sizeof *d),
                   *d2 = malloc(n * sizeof *d2), *work = malloc(3 * n * sizeof *work), *row = testing_doubles(n);
            for (size_t e = 0; e < n * n && what >= 2; e++)
                a[e] = what == 3 ? row[e / n] * row[e % n] : e % (n + 1) == 0 ? (double)(e / n % 3) : 0;
            if (what >= 4) low_rank(a, n);
            double *once = copy(a, n * n), *twice = copy(a, n * n), trace = 0, sum = 0;
            ck_assert(lpli_eigen(once, n, d, v, work));
            ck_assert(lpli_eigen(twice, n, d2, NULL, work));
            for (size_t i = 0; i < n; i++) {
                size_t top = 0;
                trace += a[i * n + i], sum += d[i];
                ck_assert(i == 0 || d[i] <= d[i - 1]);
                CLOSE(d[i], d2[i], 1e-13, (double)n);
                for (size_t j = 0; j < n; j++) {
                    double av = 0, dot = 0;
                    for (size_t p = 0; p < n; p++)
                        av += a[j * n + p] * v[i * n + p], dot += v[i * n + p] * v[j * n + p];
                    CLOSE(av, d[i] * v[i * n + j], 1e-13, (double)n);
                    CLOSE(dot, i == j, 1e-13, (double)n);
                    if (fabs(v[i * n + j]) > fabs(v[i * n + top])) top = j;
                }
                ck_assert(v[i * n + top] > 0);
            }
            CLOSE(trace, sum, 1e-12, (double)n);
            free(a), free(v), free(d), free(d2), free(work), free(once), free(twice), free(row);
        }
}
END_TEST

int main(void) {
    testing_seed("symmetric", 20261128);
    Suite *s = suite_create("symmetric");
    TCase *c = tcase_create("symmetric");
    tcase_add_test(c, cholesky);
    tcase_add_test(c, not_definite);
    tcase_add_test(c, eigen);
    suite_add_tcase(s, c);
    return testing_run(s);
}
