/* tests/common/testing.h - what every test program shares: a printed seed, random numbers, tolerant comparison, a
 * main. */
#ifndef LPL_TESTING_H
#define LPL_TESTING_H

#include <check.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lpl.h"

/* xorshift64*: the tests' own generator, so that a fault in lpl_random cannot hide another. State: the run's seed. */
static uint64_t testing_state;

static inline uint64_t testing_bits(void) {
    testing_state ^= testing_state >> 12;
    testing_state ^= testing_state << 25;
    testing_state ^= testing_state >> 27;
    return testing_state * 2685821657736338717ull;
}

/* Uniform in [-1, 1). */
static inline double testing_real(void) { return (double)(testing_bits() >> 11) * 0x1p-52 - 1; }

/* Whole number in low .. high. */
static inline size_t testing_size(size_t low, size_t high) { return low + (size_t)(testing_bits() % (high - low + 1)); }

/* Seed from LPL_TEST_SEED or the given default; printed, so that a failure can be repeated. */
static inline void testing_seed(const char *name, uint64_t otherwise) {
    const char *text = getenv("LPL_TEST_SEED");
    uint64_t seed = text && *text ? strtoull(text, NULL, 0) : otherwise;
    testing_state = seed * 0x9E3779B97F4A7C15ull + 0x2545F4914F6CDD1Dull;
    if (testing_state == 0) testing_state = 1;
    printf("%s: LPL_TEST_SEED=%llu\n", name, (unsigned long long)seed);
}

/* Check's limit of 4 s a test says something about the machine's load only; set before tcase_create reads it. */
__attribute__((constructor)) static void testing_patience(void) { setenv("CK_DEFAULT_TIMEOUT", "60", 0); }

/* How many rounds of random cases: all, or `few` where LPL_TEST_SMALL is set (make check-cross, on emulated CPUs). What
 * is left out there is said; check-cross shows it, check-cross-long leaves nothing out. */
static inline int testing_rounds(const char *what, int all, int few) {
    const char *small = getenv("LPL_TEST_SMALL");
    if (!small || !*small || few >= all) return all;
    printf("left out: %s, %d of %d rounds\n", what, all - few, all);
    return few;
}

/* A call that must succeed; shows the library's sentence if it does not. */
#define OK(call)                                                                                             \
    do {                                                                                                     \
        lpl_status_t testing_s_ = (call);                                                                    \
        ck_assert_msg(testing_s_ >= 0, "%s: %s (%s)", #call, lpl_status_name(testing_s_), lpl_last_error()); \
    } while (0)

/* A call that must fail with this status and a sentence that holds this word. */
#define FAILS(call, code, word)                                                                                 \
    do {                                                                                                        \
        lpl_status_t testing_s_ = (call);                                                                       \
        ck_assert_msg(testing_s_ == (code), "%s gave %s, expected %s (%s)", #call, lpl_status_name(testing_s_), \
                      lpl_status_name(code), lpl_last_error());                                                 \
        ck_assert_msg(strstr(lpl_last_error(), word) != NULL, "%s: no \"%s\" in \"%s\"", #call, word,           \
                      lpl_last_error());                                                                        \
    } while (0)

/* |a - b| <= tolerance * scale */
#define CLOSE(a, b, tolerance, scale)                                                                               \
    do {                                                                                                            \
        double testing_a_ = (a), testing_b_ = (b), testing_t_ = (tolerance) * (scale);                              \
        ck_assert_msg(fabs(testing_a_ - testing_b_) <= testing_t_, "%s = %.17g, %s = %.17g, differ by %g > %g", #a, \
                      testing_a_, #b, testing_b_, fabs(testing_a_ - testing_b_), testing_t_);                       \
    } while (0)

static inline float *testing_floats(size_t n) {
    float *p = malloc((n ? n : 1) * sizeof *p);
    for (size_t i = 0; i < n; i++) p[i] = (float)testing_real();
    return p;
}

static inline double *testing_doubles(size_t n) {
    double *p = malloc((n ? n : 1) * sizeof *p);
    for (size_t i = 0; i < n; i++) p[i] = testing_real();
    return p;
}

/* The main of a test program with one suite: run it, say the totals, fail if a test failed. */
static inline int testing_run(Suite *suite) {
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
