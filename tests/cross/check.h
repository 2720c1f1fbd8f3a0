/* tests/cross/check.h - as much of the test framework Check as the tests use, for targets that Check is not packaged
 * for. One process, no time limits; a failed assertion ends its test. Prints the same summary line. */
#ifndef LPL_CROSS_CHECK_H
#define LPL_CROSS_CHECK_H

#include <setjmp.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CROSS_TESTS = 400, CROSS_CASES = 20 };
enum { CK_SILENT, CK_MINIMAL, CK_NORMAL, CK_VERBOSE, CK_ENV };

typedef struct {
    const char *name;
    void (*fn)(int);
    int begin, end; /* run for each _i of begin .. end - 1 */
} cross_test_t;
typedef struct {
    const char *name;
    size_t n;
    cross_test_t test[CROSS_TESTS];
    void (*setup)(void);
    void (*teardown)(void);
} TCase;
typedef struct {
    const char *name;
    size_t n;
    TCase *tcase[CROSS_CASES];
} Suite;
typedef struct {
    Suite *suite;
    int run, failed;
} SRunner;

static jmp_buf cross_end;

static inline void *cross_new(size_t n) {
    void *p = calloc(1, n);
    if (!p) abort();
    return p;
}
static inline Suite *suite_create(const char *name) {
    Suite *s = cross_new(sizeof *s);
    s->name = name;
    return s;
}
static inline TCase *tcase_create(const char *name) {
    TCase *t = cross_new(sizeof *t);
    t->name = name;
    return t;
}
static inline void suite_add_tcase(Suite *s, TCase *t) {
    if (s->n == CROSS_CASES) abort();
    s->tcase[s->n++] = t;
}
static inline void cross_add(TCase *t, const char *name, void (*fn)(int), int begin, int end) {
    if (t->n == CROSS_TESTS) abort();
    t->test[t->n++] = (cross_test_t){name, fn, begin, end};
}
static inline void tcase_add_checked_fixture(TCase *t, void (*setup)(void), void (*teardown)(void)) {
    t->setup = setup, t->teardown = teardown;
}
static inline void tcase_set_timeout(TCase *t, double seconds) { (void)t, (void)seconds; }
static inline SRunner *srunner_create(Suite *s) {
    SRunner *r = cross_new(sizeof *r);
    r->suite = s;
    return r;
}
static inline void srunner_run_all(SRunner *r, int mode) {
    (void)mode;
    printf("Running suite(s): %s\n", r->suite->name);
    for (size_t c = 0; c < r->suite->n; c++) {
        TCase *volatile t = r->suite->tcase[c];
        for (volatile size_t k = 0; k < t->n; k++)
            for (volatile int i = t->test[k].begin; i < t->test[k].end; i++) {
                r->run++;
                if (setjmp(cross_end) == 0) {
                    if (t->setup) t->setup();
                    t->test[k].fn(i);
                } else {
                    printf("  in test %s, _i = %d\n", t->test[k].name, i);
                    r->failed++;
                }
                if (t->teardown) t->teardown();
            }
    }
    printf("%d%%: Checks: %d, Failures: %d, Errors: 0\n", r->run ? 100 * (r->run - r->failed) / r->run : 0, r->run,
           r->failed);
}
static inline int srunner_ntests_failed(SRunner *r) { return r->failed; }
static inline void srunner_free(SRunner *r) {
    for (size_t c = 0; c < r->suite->n; c++) free(r->suite->tcase[c]);
    free(r->suite);
    free(r);
}

/* As in Check, END_TEST may be left out. */
#define START_TEST(name) static void name(__attribute__((unused)) int _i)
#define END_TEST
#define tcase_add_test(tcase, fn) cross_add(tcase, #fn, fn, 0, 1)
#define tcase_add_loop_test(tcase, fn, begin, end) cross_add(tcase, #fn, fn, begin, end)
#define cross_fail(...) \
    (printf("%s:%d: ", __FILE__, __LINE__), printf(__VA_ARGS__), printf("\n"), longjmp(cross_end, 1))
#define ck_abort_msg(...) cross_fail(__VA_ARGS__)
#define ck_assert_msg(ok, ...) ((ok) ? (void)0 : cross_fail(__VA_ARGS__))
#define ck_assert(ok) ck_assert_msg(ok, "%s", #ok)
#define cross_compare(type, format, a, op, b)                                                             \
    do {                                                                                                  \
        type cross_a_ = (a), cross_b_ = (b);                                                              \
        ck_assert_msg(cross_a_ op cross_b_, "%s = " format ", %s = " format, #a, cross_a_, #b, cross_b_); \
    } while (0)
#define ck_assert_int_eq(a, b) cross_compare(intmax_t, "%jd", a, ==, b)
#define ck_assert_int_ne(a, b) cross_compare(intmax_t, "%jd", a, !=, b)
#define ck_assert_int_lt(a, b) cross_compare(intmax_t, "%jd", a, <, b)
#define ck_assert_int_le(a, b) cross_compare(intmax_t, "%jd", a, <=, b)
#define ck_assert_int_gt(a, b) cross_compare(intmax_t, "%jd", a, >, b)
#define ck_assert_int_ge(a, b) cross_compare(intmax_t, "%jd", a, >=, b)
#define ck_assert_uint_eq(a, b) cross_compare(uintmax_t, "%ju", a, ==, b)
#define ck_assert_uint_ne(a, b) cross_compare(uintmax_t, "%ju", a, !=, b)
#define ck_assert_uint_lt(a, b) cross_compare(uintmax_t, "%ju", a, <, b)
#define ck_assert_uint_le(a, b) cross_compare(uintmax_t, "%ju", a, <=, b)
#define ck_assert_uint_gt(a, b) cross_compare(uintmax_t, "%ju", a, >, b)
#define ck_assert_uint_ge(a, b) cross_compare(uintmax_t, "%ju", a, >=, b)
#define cross_compare_text(a, op, b)                                                                            \
    do {                                                                                                        \
        const char *cross_a_ = (a), *cross_b_ = (b);                                                            \
        ck_assert_msg(strcmp(cross_a_, cross_b_) op 0, "%s = \"%s\", %s = \"%s\"", #a, cross_a_, #b, cross_b_); \
    } while (0)
#define ck_assert_str_eq(a, b) cross_compare_text(a, ==, b)
#define ck_assert_str_ne(a, b) cross_compare_text(a, !=, b)
#define ck_assert_mem_eq(a, b, n) ck_assert_msg(memcmp(a, b, n) == 0, "%s and %s differ", #a, #b)
#define ck_assert_mem_ne(a, b, n) ck_assert_msg(memcmp(a, b, n) != 0, "%s and %s are equal", #a, #b)
#define ck_assert_ptr_null(p) ck_assert_msg((p) == NULL, "%s is not NULL", #p)
#define ck_assert_ptr_nonnull(p) ck_assert_msg((p) != NULL, "%s is NULL", #p)
#define ck_assert_ptr_eq(a, b) ck_assert_msg((a) == (b), "%s != %s", #a, #b)
#define ck_assert_double_eq(a, b) cross_compare(double, "%.17g", a, ==, b)
#define ck_assert_double_ne(a, b) cross_compare(double, "%.17g", a, !=, b)
#define ck_assert_double_lt(a, b) cross_compare(double, "%.17g", a, <, b)
#define ck_assert_double_le(a, b) cross_compare(double, "%.17g", a, <=, b)
#define ck_assert_double_gt(a, b) cross_compare(double, "%.17g", a, >, b)
#define ck_assert_double_ge(a, b) cross_compare(double, "%.17g", a, >=, b)
#define ck_assert_double_eq_tol(a, b, tol) cross_compare(double, "%.17g", fabs((double)(a) - (double)(b)), <, tol)

#endif
