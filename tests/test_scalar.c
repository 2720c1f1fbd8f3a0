/* tests/test_scalar.c - the kernels for CPUs without vector registers (LPLI_SCALAR, core/kernel.h) give the bits of the
 * others. test_scalar_f64.c is this file for double. */
#define LPLI_SCALAR
#define LPLI_ISA_NAME scalar
#include "core/random_kernel.c"
#include "linalg/vector_kernel.c"

#include "common/testing.h"

enum { LONGEST = 150, MOST = 9, LD = LONGEST + 3 };
#define REF(name) LPLI_CAT(R(name), ref)

static real number(void) {
    const double v = testing_real();
    switch (testing_size(0, 12)) {
    case 0: return 0;
    case 1: return (real)-0.0;
    case 2: return (real)(v * 1e-30);
    case 3: return (real)(v * 1e30);
    default: return (real)v;
    }
}

static void fill(real *p, size_t n) {
    for (size_t k = 0; k < n; k++) p[k] = number();
}

START_TEST(dots) {
    static real w[MOST * LD], x[LONGEST];
    real got[MOST], want[MOST];
    for (size_t n = 0; n <= LONGEST; n++)
        for (size_t rows = 0; rows <= MOST; rows++) {
            fill(w, MOST * LD), fill(x, LONGEST);
            K(lpli_dots)(got, w, LD, rows, x, n);
            REF(lpli_dots)(want, w, LD, rows, x, n);
            ck_assert_mem_eq(got, want, rows * sizeof(real));
        }
}
END_TEST

START_TEST(update_rows) {
    static real a[MOST * LD], b[MOST * LD], x[LONGEST];
    real keep[MOST], s[MOST];
    for (size_t n = 0; n <= LONGEST; n++)
        for (size_t rows = 0; rows <= MOST; rows++) {
            fill(a, MOST * LD), fill(x, LONGEST), fill(s, MOST);
            for (size_t r = 0; r < MOST; r++) keep[r] = testing_size(0, 1) ? 1 : number();
            memcpy(b, a, sizeof a);
            K(lpli_update_rows)(a, LD, rows, x, n, keep, s, 0);
            REF(lpli_update_rows)(b, LD, rows, x, n, keep, s, 0);
            ck_assert_mem_eq(a, b, sizeof a);
        }
}
END_TEST

START_TEST(highest) {
    real p[LONGEST];
    for (size_t n = 0; n <= LONGEST; n++)
        for (int special = 0; special < 3; special++) {
            fill(p, LONGEST);
            if (special > 0 && n > 0) p[testing_size(0, n - 1)] = special == 1 ? (real)-INFINITY : (real)NAN;
            const real got = K(lpli_highest)(p, n), want = REF(lpli_highest)(p, n);
            ck_assert_mem_eq(&got, &want, sizeof got);
        }
}
END_TEST

START_TEST(philox) {
    uint32_t got[4 * 40], want[4 * 40];
    for (size_t blocks = 0; blocks <= 40; blocks++)
        for (int k = 0; k < 4; k++) {
            const uint64_t first = k < 2 ? 0xFFFFFFFFu - testing_size(0, 40) : testing_size(0, 1000),
                           seed = (uint64_t)testing_size(0, 1u << 30) << 29,
                           stream = (uint64_t)testing_size(0, 1u << 30) << 17;
            K(lpli_philox)(got, blocks, first, seed, stream);
            REF(lpli_philox)(want, blocks, first, seed, stream);
            ck_assert_mem_eq(got, want, 16 * blocks);
        }
}
END_TEST

int main(void) {
    Suite *suite = suite_create(LPLI_DTYPE == LPL_F64 ? "scalar_f64" : "scalar");
    TCase *t = tcase_create("all");
    tcase_add_test(t, dots);
    tcase_add_test(t, update_rows);
    tcase_add_test(t, highest);
    tcase_add_test(t, philox);
    suite_add_tcase(suite, t);
    return testing_run(suite);
}
