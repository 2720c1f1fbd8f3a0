/* tests/test_linalg.c - kernels: every SIMD variant against the reference one, bit for bit; products against plain
 * loops. */
#include "common/testing.h"

#include "core/cpu.h"
#include "linalg/gemm.h"
#include "linalg/vector.h"
#include "stats/moments.h"

/* The instruction sets of this CPU, reference first. */
static int isa_list(int32_t isa[3]) {
    int n = 0;
    for (int32_t k = LPL_ISA_REF; k <= LPL_ISA_AVX512; k++) {
        int32_t got;
        if (lpli_isa_choose(k, &got, "test") == LPL_OK) isa[n++] = got;
    }
    return n;
}

START_TEST(dots_same_bits) {
    int32_t isa[3];
    const int n_isa = isa_list(isa);
    for (int round = 0; round < 300; round++) {
        const size_t n = round < 150 ? (size_t)round : testing_size(1, 2000), rows = testing_size(1, 11),
                     ldw = n + testing_size(0, 3);
        float *w = testing_floats(rows * ldw + 1), *x = testing_floats(n), a[11], b[11], one;
        LPLI_PICK(LPL_ISA_REF, lpli_dots)(a, w, ldw, rows, x, n);
        for (int k = 1; k < n_isa; k++) {
            LPLI_PICK(isa[k], lpli_dots)(b, w, ldw, rows, x, n);
            ck_assert_msg(memcmp(a, b, rows * sizeof *a) == 0, "n %zu, rows %zu, isa %d", n, rows, (int)isa[k]);
        }
        for (size_t r = 0; r < rows; r++) { /* a row alone has the bits that it has in company, and the right value */
            LPLI_PICK(isa[n_isa - 1], lpli_dots)(&one, w + r * ldw, ldw, 1, x, n);
            ck_assert(memcmp(&one, &a[r], sizeof one) == 0);
            double sum = 0, size = 1e-30;
            for (size_t j = 0; j < n; j++)
                sum += (double)w[r * ldw + j] * (double)x[j], size += fabs((double)w[r * ldw + j] * (double)x[j]);
            CLOSE(a[r], sum, 1e-6, size);
        }
        free(w);
        free(x);
    }
}
END_TEST

START_TEST(updates_same_bits) {
    int32_t isa[3];
    const int n_isa = isa_list(isa);
    for (int round = 0; round < 100; round++) {
        const size_t n = testing_size(0, 300);
        float *x = testing_floats(n), *y = testing_floats(n), *a = malloc(4 * n + 4), *b = malloc(4 * n + 4);
        const float keep = round % 3 ? (float)testing_real() : 1, s = (float)testing_real();
        memcpy(a, y, 4 * n);
        LPLI_PICK(LPL_ISA_REF, lpli_axpby)(a, x, n, keep, s);
        const double d = LPLI_PICK(LPL_ISA_REF, lpli_sqdiff)(x, y, n), q = LPLI_PICK(LPL_ISA_REF, lpli_sumsq)(x, n);
        double dd = 0, qq = 0;
        for (size_t j = 0; j < n; j++) {
            ck_assert(a[j] == (keep == 1 ? y[j] : keep * y[j]) + s * x[j] ||
                      fabsf(a[j] - (keep * y[j] + s * x[j])) < 1e-6f);
            dd += ((double)x[j] - (double)y[j]) * ((double)x[j] - (double)y[j]);
            qq += (double)x[j] * (double)x[j];
        }
        CLOSE(d, dd, 1e-13, dd);
        CLOSE(q, qq, 1e-13, qq);
        for (int k = 1; k < n_isa; k++) {
            memcpy(b, y, 4 * n);
            LPLI_PICK(isa[k], lpli_axpby)(b, x, n, keep, s);
            ck_assert(memcmp(a, b, 4 * n) == 0);
            ck_assert(LPLI_PICK(isa[k], lpli_sqdiff)(x, y, n) == d);
            ck_assert(LPLI_PICK(isa[k], lpli_sumsq)(x, n) == q);
        }
        free(x), free(y), free(a), free(b);
    }
}
END_TEST

/* Rows added one after the other have the bits of lpli_axpby, and nothing behind them is touched. */
START_TEST(rows_added_in_order) {
    int32_t isa[3];
    const int n_isa = isa_list(isa);
    for (int round = 0; round < 300; round++) {
        const size_t n = round < 150 ? (size_t)round : testing_size(1, 300), rows = testing_size(0, 9),
                     ldx = n + testing_size(0, 3);
        float *x = testing_floats(rows * ldx + 1), *y = testing_floats(n + 1), *s = testing_floats(rows + 1),
              *a = malloc(4 * n + 4), *b = malloc(4 * n + 4);
        memcpy(a, y, 4 * n + 4);
        for (size_t r = 0; r < rows; r++) LPLI_PICK(LPL_ISA_REF, lpli_axpby)(a, x + r * ldx, n, 1, s[r]);
        for (int k = 0; k < n_isa; k++) {
            memcpy(b, y, 4 * n + 4);
            LPLI_PICK(isa[k], lpli_add_rows)(b, x, ldx, rows, n, s);
            ck_assert_msg(memcmp(a, b, 4 * n + 4) == 0, "n %zu, rows %zu, isa %d", n, rows, (int)isa[k]);
        }
        free(x), free(y), free(s), free(a), free(b);
    }
}
END_TEST

/* Columns that are above 0 in all rows, in none, or in some; the last row decides as the first one does. */
START_TEST(slopes_of_columns) {
    int32_t isa[3];
    const int n_isa = isa_list(isa);
    for (int round = 0; round < 300; round++) {
        const size_t n = testing_size(1, 128), rows = testing_size(1, 9), ldz = n + testing_size(0, 3);
        float *z = testing_floats(rows * ldz), want[128], got[128];
        const float low = round % 2 ? 0.25F : 0;
        int some = 0;
        for (size_t i = 0; i < n; i++) {
            const size_t kind = testing_size(0, round % 3 ? 3 : 0);
            int above = 0;
            for (size_t b = 0; b < rows; b++) {
                float *p = z + b * ldz + i;
                if (kind == 1) *p = fabsf(*p) + 0.1F;
                if (kind == 2) *p = testing_size(0, 1) ? 0 : -fabsf(*p);
                if (kind == 3) *p = b + 1 == rows ? 1 : -1;
                above += *p > 0;
            }
            want[i] = above == (int)rows ? 1 : above == 0 ? low : NAN;
            some |= !isnan(want[i]);
        }
        for (int k = 0; k < n_isa; k++) {
            ck_assert_int_eq(LPLI_PICK(isa[k], lpli_col_slopes)(got, z, ldz, rows, n, low), some);
            for (size_t i = 0; i < n; i++) ck_assert(got[i] == want[i] || (isnan(got[i]) && isnan(want[i])));
        }
        free(z);
    }
}
END_TEST

/* C = alpha op(A) op(B) + beta C by the definition, in double. */
static double element(const double *a, size_t lda, int ta, const double *b, size_t ldb, int tb, size_t i, size_t j,
                      size_t k, double *size) {
    double s = 0;
    *size = 0;
    for (size_t p = 0; p < k; p++) {
        double t = (ta ? a[p * lda + i] : a[i * lda + p]) * (tb ? b[j * ldb + p] : b[p * ldb + j]);
        s += t;
        *size += fabs(t);
    }
    return s;
}

START_TEST(products) {
    int32_t isa[3];
    const int n_isa = isa_list(isa);
    const int rounds = testing_rounds("products, with the large ones", 60, 30);
    for (int round = 0; round < rounds; round++) {
        const int ta = round & 1, tb = round >> 1 & 1;
        const size_t m = testing_size(1, round < 50 ? 70 : 600), n = testing_size(1, round < 50 ? 70 : 600),
                     k = testing_size(1, 90);
        const size_t lda = (ta ? m : k) + testing_size(0, 3), ldb = (tb ? k : n) + testing_size(0, 3),
                     ldc = n + testing_size(0, 3);
        const size_t na = (ta ? k : m) * lda, nb = (tb ? n : k) * ldb, nc = m * ldc;
        double *a = testing_doubles(na), *b = testing_doubles(nb), *c = testing_doubles(nc),
               *got = malloc(nc * sizeof *got);
        const double alpha = testing_real(), beta = round % 3 ? 0 : testing_real();
        for (int q = 0; q < n_isa; q++) {
            lpli_gemm_t g;
            lpli_gemm_init(&g, isa[q], 0);
            memcpy(got, c, nc * sizeof *c);
            if (beta == 0)
                for (size_t i = 0; i < m; i++) got[i * ldc] = NAN; /* not read */
            lpli_gemm_f64(&g, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, got, ldc, 1);
            for (int probe = 0; probe < 200; probe++) {
                size_t i = testing_size(0, m - 1), j = testing_size(0, n - 1);
                double size, e = element(a, lda, ta, b, ldb, tb, i, j, k, &size);
                CLOSE(got[i * ldc + j], alpha * e + (beta == 0 ? 0 : beta * c[i * ldc + j]), 1e-14, size + 1);
            }
            for (size_t i = 0; i < m; i++) /* the gaps between rows are left alone */
                for (size_t j = n; j < ldc && i * ldc + j < nc; j++) ck_assert(got[i * ldc + j] == c[i * ldc + j]);
        }
        free(a), free(b), free(c), free(got);
    }
}
END_TEST

/* A product A B' of few columns takes many rows at a time: each row's bits are those that it has alone. */
START_TEST(few_columns) {
    int32_t isa[3];
    const int n_isa = isa_list(isa);
    for (int round = 0; round < 200; round++) {
        const size_t n = testing_size(1, 4), m = testing_size(n + 1, 200), k = testing_size(1, 40),
                     lda = k + testing_size(0, 2), ldb = k + testing_size(0, 2), ldc = n + testing_size(0, 2);
        const float alpha = round % 2 ? 1 : 0.5f, beta = round % 3 ? 0 : 0.25f;
        float *a = testing_floats(m * lda), *b = testing_floats(n * ldb), *start = testing_floats(m * ldc);
        float *all = malloc(m * ldc * sizeof *all), *alone = malloc(m * ldc * sizeof *alone);
        for (int q = 0; q < n_isa; q++) {
            lpli_gemm_t g;
            lpli_gemm_init(&g, isa[q], round % 5 == 0);
            memcpy(all, start, m * ldc * sizeof *all), memcpy(alone, start, m * ldc * sizeof *alone);
            lpli_gemm_f32(&g, 0, 1, m, n, k, alpha, a, lda, b, ldb, beta, all, ldc, 1);
            for (size_t i = 0; i < m; i++)
                lpli_gemm_f32(&g, 0, 1, 1, n, k, alpha, a + i * lda, lda, b, ldb, beta, alone + i * ldc, ldc, 1);
            ck_assert_msg(memcmp(all, alone, m * ldc * sizeof *all) == 0, "m %zu, n %zu, k %zu, isa %d", m, n, k,
                          (int)isa[q]);
        }
        free(a), free(b), free(start), free(all), free(alone);
    }
}
END_TEST

START_TEST(threads_same_bits) {
    const size_t m = 700, n = 1100, k = 130;
    float *a = testing_floats(m * k), *b = testing_floats(n * k), *c[3], *s[3];
    lpli_gemm_t g;
    lpli_gemm_init(&g, lpli_isa_best(), 0);
    for (int t = 0; t < 3; t++) {
        c[t] = malloc(m * n * 4);
        s[t] = malloc(m * m * 4);
        lpli_gemm_f32(&g, 0, 1, m, n, k, 1, a, k, b, k, 0, c[t], n, t == 0 ? 1 : t == 1 ? 2 : 5);
        lpli_gram_f32(&g, 0, m, k, 0.5f, a, k, s[t], m, t == 0 ? 1 : t == 1 ? 2 : 5);
        ck_assert(memcmp(c[t], c[0], m * n * 4) == 0);
        ck_assert(memcmp(s[t], s[0], m * m * 4) == 0);
    }
    for (int probe = 0; probe < 2000; probe++) {
        size_t i = testing_size(0, m - 1), j = testing_size(0, m - 1);
        double sum = 0;
        for (size_t p = 0; p < k; p++) sum += 0.5 * (double)a[i * k + p] * (double)a[j * k + p];
        CLOSE(s[0][i * m + j], sum, 1e-5, 10);
        ck_assert(s[0][i * m + j] == s[0][j * m + i]); /* symmetric to the bit */
    }
    for (int t = 0; t < 3; t++) free(c[t]), free(s[t]);
    free(a), free(b);
}
END_TEST

START_TEST(gram_of_columns) {
    for (int round = 0; round < 8; round++) {
        const size_t n = testing_size(1, 600), k = testing_size(1, 40), lda = n + testing_size(0, 2);
        double *a = testing_doubles(k * lda), *c = malloc(n * n * sizeof *c);
        lpli_gemm_t g;
        lpli_gemm_init(&g, lpli_isa_best(), 0);
        lpli_gram_f64(&g, 1, n, k, 1, a, lda, c, n, 1);
        for (int probe = 0; probe < 500; probe++) {
            size_t i = testing_size(0, n - 1), j = testing_size(0, n - 1);
            double size;
            CLOSE(c[i * n + j], element(a, lda, 1, a, lda, 0, i, j, k, &size), 1e-13, 10);
            ck_assert(c[i * n + j] == c[j * n + i]);
        }
        free(a), free(c);
    }
}
END_TEST

int main(void) {
    testing_seed("test_linalg", 20261124);
    Suite *s = suite_create("linalg");
    TCase *t = tcase_create("kernels");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, dots_same_bits);
    tcase_add_test(t, updates_same_bits);
    tcase_add_test(t, rows_added_in_order);
    tcase_add_test(t, slopes_of_columns);
    tcase_add_test(t, products);
    tcase_add_test(t, few_columns);
    tcase_add_test(t, threads_same_bits);
    tcase_add_test(t, gram_of_columns);
    suite_add_tcase(s, t);
    return testing_run(s);
}
