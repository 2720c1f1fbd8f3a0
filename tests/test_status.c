/* tests/test_status.c - status names, the last error of each thread, the formatter, and the argument checks behind
 * every call. */
#include <float.h>
#include <locale.h>
#include <pthread.h>

#include "common/testing.h"
#include "core/check.h"
#include "core/cpu.h"
#include "core/error.h"
#include "core/text.h"

START_TEST(names) {
    for (lpl_status_t s = LPL_E_REDUCE; s <= LPL_LOOK; s++) { /* the codes have no gaps */
        const char *name = lpl_status_name(s), *text = lpl_status_string(s);
        ck_assert_str_ne(name, "LPL_E_UNKNOWN");
        ck_assert(strncmp(name, s < 0 ? "LPL_E_" : "LPL_", s < 0 ? 6 : 4) == 0);
        ck_assert_uint_gt(strlen(text), 3);
        for (lpl_status_t t = LPL_E_REDUCE; t < s; t++) {
            ck_assert_str_ne(name, lpl_status_name(t));
            ck_assert_str_ne(text, lpl_status_string(t));
        }
    }
    ck_assert_str_eq(lpl_status_name(LPL_OK), "LPL_OK");
    ck_assert_str_eq(lpl_status_name(LPL_E_NONFINITE), "LPL_E_NONFINITE");
    const lpl_status_t unknown[] = {LPL_E_REDUCE - 1, LPL_LOOK + 1, INT32_MIN, INT32_MAX};
    for (size_t k = 0; k < 4; k++) {
        ck_assert_str_eq(lpl_status_name(unknown[k]), "LPL_E_UNKNOWN");
        ck_assert_uint_gt(strlen(lpl_status_string(unknown[k])), 3);
    }
}
END_TEST

/* Every code of the ABI table, which test_abi.c proves equal to the header, has its own name. */
START_TEST(names_are_those_of_the_header) {
    const char *name;
    int64_t value;
    int codes = 0;
    for (size_t k = 0; lpl_abi_entry(&name, &value, k) == LPL_OK; k++) {
        if (strncmp(name, "LPL_E_", 6) != 0 && strcmp(name, "LPL_OK") != 0 && strcmp(name, "LPL_COLLAPSED") != 0)
            continue;
        ck_assert_str_eq(lpl_status_name((lpl_status_t)value), name);
        codes++;
    }
    ck_assert_int_eq(codes, 16);
}
END_TEST

START_TEST(empty_before_the_first_failure) {
    ck_assert_str_eq(lpl_last_error(), "");
} /* each test is a process of its own */
END_TEST

START_TEST(success_leaves_it_alone) {
    FAILS(lpl_random_bits(NULL, 3, 0, 0, 0), LPL_E_NULL, "out");
    char before[256];
    strcpy(before, lpl_last_error());
    uint32_t word;
    OK(lpl_random_bits(&word, 1, 0, 0, 0));
    ck_assert_str_eq(lpl_last_error(), before);
}
END_TEST

typedef struct {
    pthread_barrier_t barrier;
    int passed[4];
} crowd_t;
typedef struct {
    crowd_t *crowd;
    int id;
} member_t;

static void *fail_and_look(void *user) {
    member_t *m = user;
    int passed = lpl_last_error()[0] == '\0'; /* this thread has not failed yet, others may have */
    for (int round = 0; round < 50; round++) {
        char expected[64];
        snprintf(expected, sizeof expected, "LPL_E_ARG f: value = %d", 1000 * m->id + round);
        lpli_fail(LPL_E_ARG, "f", "value = %d", 1000 * m->id + round);
        pthread_barrier_wait(&m->crowd->barrier);
        passed &= strcmp(lpl_last_error(), expected) == 0;
        pthread_barrier_wait(&m->crowd->barrier);
    }
    m->crowd->passed[m->id] = passed;
    return NULL;
}

START_TEST(one_per_thread) {
    crowd_t crowd = {.passed = {0}};
    pthread_barrier_init(&crowd.barrier, NULL, 4);
    pthread_t thread[4];
    member_t member[4];
    lpli_fail(LPL_E_IO, "f", "of the main thread");
    for (int k = 0; k < 4; k++) {
        member[k] = (member_t){&crowd, k};
        ck_assert_int_eq(pthread_create(&thread[k], NULL, fail_and_look, &member[k]), 0);
    }
    for (int k = 0; k < 4; k++) pthread_join(thread[k], NULL);
    for (int k = 0; k < 4; k++) ck_assert(crowd.passed[k]);
    ck_assert_str_eq(lpl_last_error(), "LPL_E_IO f: of the main thread");
    pthread_barrier_destroy(&crowd.barrier);
}
END_TEST

START_TEST(long_texts_are_cut) {
    char text[600];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    ck_assert_int_eq(lpli_fail(LPL_E_SIZE, "f", "%s", text), LPL_E_SIZE);
    ck_assert_uint_eq(strlen(lpl_last_error()), 255);
    lpli_fail(LPL_E_SIZE, text, "never reached %d", 3);
    ck_assert_uint_eq(strlen(lpl_last_error()), 255);
    lpli_fail(LPL_E_SIZE, "f", "short");
    lpli_fail(LPL_E_SIZE, "g", "before it: %s", lpl_last_error()); /* its own text as an argument */
    ck_assert_str_eq(lpl_last_error(), "LPL_E_SIZE g: before it: LPL_E_SIZE f: short");
}
END_TEST

/* The formatter against printf of the "C" locale. */
static void same_double(double v) {
    char ours[64], theirs[64];
    lpli_format(ours, sizeof ours, "%g", v);
    snprintf(theirs, sizeof theirs, "%g", v);
    ck_assert_str_eq(ours, theirs);
}

START_TEST(doubles_as_printf) {
    const double special[] = {0,         -0.0,         1,
                              -1,        0.1,          1e-3,
                              0.0001,    0.00001,      9.99995e-5,
                              123456,    1234565,      999999.5,
                              9999995,   100000,       1000000,
                              1e15,      1e22,         1e23,
                              2.5,       0.5,          1.000005,
                              1.0000005, DBL_MAX,      -DBL_MAX,
                              DBL_MIN,   5e-324,       DBL_EPSILON,
                              INFINITY,  -INFINITY,    1.0 / 3,
                              1e300,     4.94066e-324, 8388608.5,
                              0.3,       12345.65,     65535.5,
                              1e-5,      1e-4,         4503599627370497.5};
    for (size_t k = 0; k < sizeof special / sizeof *special; k++) same_double(special[k]);
    char text[16];
    lpli_format(text, sizeof text, "%g", (double)NAN);
    ck_assert(strcmp(text, "nan") == 0 || strcmp(text, "-nan") == 0);
    for (int k = 0; k < 20000; k++) {
        uint64_t bits = testing_bits();
        if (k % 4 == 0) bits &= ~UINT64_C(0) >> (1 + k % 63); /* subnormals too */
        double v;
        memcpy(&v, &bits, sizeof v);
        if (!isnan(v)) same_double(v);
        same_double((double)(int64_t)(bits % 4000001) / 64 - 31250); /* many exact ties */
    }
}
END_TEST

START_TEST(other_formats) {
    char text[200], expected[200];
    const int ints[] = {0, 1, -1, 42, INT32_MAX, INT32_MIN};
    for (size_t k = 0; k < 6; k++) {
        lpli_format(text, sizeof text, "<%d|%zu|%llu|%s|100%%>", ints[k], (size_t)ints[k], ~0ull - k, "text");
        snprintf(expected, sizeof expected, "<%d|%zu|%llu|%s|100%%>", ints[k], (size_t)ints[k], ~0ull - k, "text");
        ck_assert_str_eq(text, expected);
    }
    ck_assert_uint_eq(lpli_format(text, 4, "%d", 123456), 3);
    ck_assert_str_eq(text, "123");
    ck_assert_uint_eq(lpli_format(text, 1, "abc"), 0);
    ck_assert_str_eq(text, "");
}
END_TEST

/* A locale with a decimal comma, where the system has one, changes nothing. */
START_TEST(locale_does_not_matter) {
    const char *comma[] = {"de_DE.UTF-8", "de_DE.utf8",  "de_CH.UTF-8", "fr_FR.UTF-8",
                           "nl_NL.UTF-8", "pl_PL.UTF-8", "de_DE",       "fr_FR"};
    const char *set = NULL;
    for (size_t k = 0; k < sizeof comma / sizeof *comma && !set; k++) set = setlocale(LC_ALL, comma[k]);
    printf("test_status: locale with a decimal comma: %s\n", set ? set : "none on this system");
    lpli_fail(LPL_E_ARG, "f", "v = %g and %g", 0.5, 1234567.25);
    setlocale(LC_ALL, "C");
    ck_assert_str_eq(lpl_last_error(), "LPL_E_ARG f: v = 0.5 and 1.23457e+06");
}
END_TEST

static void says(lpl_status_t got, lpl_status_t code, const char *text) {
    ck_assert_int_eq(got, code);
    ck_assert_str_eq(lpl_last_error(), text);
}

START_TEST(values) {
    OK(lpli_check_positive(DBL_MIN, "f", "tau"));
    says(lpli_check_positive(0, "lpl_layer_create", "tau_mean"), LPL_E_ARG,
         "LPL_E_ARG lpl_layer_create: tau_mean = 0, need > 0");
    says(lpli_check_positive(-2.5, "f", "tau"), LPL_E_ARG, "LPL_E_ARG f: tau = -2.5, need > 0");
    says(lpli_check_positive(INFINITY, "f", "tau"), LPL_E_ARG, "LPL_E_ARG f: tau = inf, need > 0 and finite");
    ck_assert_int_eq(lpli_check_positive(NAN, "f", "tau"), LPL_E_ARG);
    OK(lpli_check_tau(2, "f", "tau"));
    says(lpli_check_tau(0.02, "f", "tau"), LPL_E_UNITS,
         "LPL_E_UNITS f: tau = 0.02, need >= 2: it counts samples (did you give seconds?)");
    says(lpli_check_tau(0, "f", "tau"), LPL_E_ARG, "LPL_E_ARG f: tau = 0, need > 0");
    ck_assert_int_eq(lpli_check_tau(NAN, "f", "tau"), LPL_E_ARG);
    OK(lpli_check_finite(0, 0, 1, "f", "v"));
    OK(lpli_check_finite(1, 0, 1, "f", "v"));
    OK(lpli_check_finite(-DBL_MAX, -INFINITY, INFINITY, "f", "v"));
    says(lpli_check_finite(1.5, 0, 1, "f", "v"), LPL_E_ARG, "LPL_E_ARG f: v = 1.5, need 0 .. 1");
    says(lpli_check_finite(-1, 0, INFINITY, "f", "v"), LPL_E_ARG, "LPL_E_ARG f: v = -1, need >= 0 and finite");
    says(lpli_check_finite(INFINITY, 0, INFINITY, "f", "v"), LPL_E_ARG, "LPL_E_ARG f: v = inf, need >= 0 and finite");
    says(lpli_check_finite(INFINITY, 0, DBL_MAX, "f", "v"), LPL_E_ARG, "LPL_E_ARG f: v = inf, need >= 0 and finite");
    says(lpli_check_finite(3, -INFINITY, 2, "f", "v"), LPL_E_ARG, "LPL_E_ARG f: v = 3, need <= 2 and finite");
    says(lpli_check_finite(-INFINITY, -INFINITY, INFINITY, "f", "v"), LPL_E_ARG,
         "LPL_E_ARG f: v = -inf, need a finite number");
    ck_assert_int_eq(lpli_check_finite(NAN, 0, 1, "f", "v"), LPL_E_ARG);
    ck_assert_int_eq(lpli_check_finite(NAN, -INFINITY, INFINITY, "f", "v"), LPL_E_ARG);
    OK(lpli_check_enum(0, 3, "f", "form"));
    OK(lpli_check_enum(3, 3, "f", "form"));
    says(lpli_check_enum(4, 3, "f", "form"), LPL_E_ARG, "LPL_E_ARG f: form = 4, need 0 .. 3");
    ck_assert_int_eq(lpli_check_enum(INT32_MIN, 3, "f", "form"), LPL_E_ARG);
}
END_TEST

START_TEST(counts) {
    OK(lpli_check_count(1, 1, 4, "f", "n"));
    OK(lpli_check_count(4, 1, 4, "f", "n"));
    OK(lpli_check_count(PTRDIFF_MAX, 0, PTRDIFF_MAX, "f", "n"));
    says(lpli_check_count(0, 1, 4, "f", "n"), LPL_E_SIZE, "LPL_E_SIZE f: n = 0, need 1 .. 4");
    says(lpli_check_batch(5, 2, 4, "f"), LPL_E_SIZE,
         "LPL_E_SIZE f: batch = 5, need 2 .. batch_max, and it was created with batch_max = 4");
    says(lpli_check_batch(1, 2, 4, "f"), LPL_E_SIZE, "LPL_E_SIZE f: batch = 1, need 2 .. 4");
    says(lpli_check_batch(1, 2, 1, "f"), LPL_E_SIZE, "LPL_E_SIZE f: batch = 1, need >= 2");
    says(lpli_check_count(5, 6, 6, "f", "n"), LPL_E_SIZE, "LPL_E_SIZE f: n = 5, need exactly 6");
    says(lpli_check_count(3, 5, PTRDIFF_MAX, "f", "ldx"), LPL_E_SIZE, "LPL_E_SIZE f: ldx = 3, need >= 5");
    says(lpli_check_size(3, 5, SIZE_MAX, "f", "ldx"), LPL_E_SIZE, "LPL_E_SIZE f: ldx = 3, need >= 5");
    /* a size_t is a negative number of the host's width, a field of a config one of 64 bits: on a 32-bit host as
     * well */
    FAILS(lpli_check_size((size_t)-1, 0, SIZE_MAX, "f", "n"), LPL_E_SIZE, "looks like a negative number (-1)");
    FAILS(lpli_check_size((size_t)-400, 0, 10, "f", "n"), LPL_E_SIZE, "(-400)");
    ck_assert_int_eq(lpli_check_size((size_t)PTRDIFF_MAX + 1, 0, SIZE_MAX, "f", "n"), LPL_E_SIZE);
    FAILS(lpli_check_count((uint64_t)-400, 0, 10, "f", "n"), LPL_E_SIZE, "(-400)");
    OK(lpli_check_count(UINT64_C(1) << 40, 1, UINT64_C(1) << 40, "f", "n"));
    says(lpli_check_count((UINT64_C(1) << 32) + 4, 1, UINT64_C(1) << 31, "f", "n"), LPL_E_SIZE,
         "LPL_E_SIZE f: n = 4294967300, need 1 .. 2147483648");
    says(lpli_check_count(0, 1, UINT64_C(1) << 31, "f", "n"), LPL_E_SIZE, "LPL_E_SIZE f: n = 0, need 1 .. 2147483648");
    says(lpli_check_count(3000000000u, 1, UINT64_C(1) << 31, "f", "n"), LPL_E_SIZE,
         "LPL_E_SIZE f: n = 3000000000, need 1 .. 2147483648");
}
END_TEST

START_TEST(matrices) {
    float a[12] = {0};
    OK(lpli_check_matrix(a, 3, 4, 4, sizeof *a, "f", "x"));
    OK(lpli_check_matrix(NULL, 0, 4, 4, sizeof *a, "f", "x"));
    OK(lpli_check_matrix(NULL, 3, 0, 0, sizeof *a, "f", "x"));
    says(lpli_check_matrix(NULL, 3, 4, 4, sizeof *a, "f", "x"), LPL_E_NULL,
         "LPL_E_NULL f: x = NULL, need an array of 3 x 4");
    says(lpli_check_matrix(NULL, 1, 4, 4, sizeof *a, "f", "x"), LPL_E_NULL,
         "LPL_E_NULL f: x = NULL, need an array of length 4");
    says(lpli_check_matrix(a, 3, 4, 3, sizeof *a, "f", "x"), LPL_E_SIZE,
         "LPL_E_SIZE f: x: leading dimension = 3, need >= 4 (its row length)");
    FAILS(lpli_check_matrix(a, 1, (size_t)-7, (size_t)-7, sizeof *a, "f", "x"), LPL_E_SIZE, "(-7)");
    FAILS(lpli_check_matrix(a, (size_t)-7, 1, 1, sizeof *a, "f", "x"), LPL_E_SIZE, "rows");
    FAILS(lpli_check_matrix(a, 0, 4, (size_t)-1, sizeof *a, "f", "x"), LPL_E_SIZE,
          "leading dimension"); /* even if empty */
    FAILS(lpli_check_matrix(a, 1, PTRDIFF_MAX / 2, PTRDIFF_MAX / 2, sizeof *a, "f", "x"), LPL_E_SIZE, "length");
    const size_t half = (size_t)1 << 4 * sizeof(size_t); /* half the bits of an address */
    FAILS(lpli_check_matrix(a, half << 8, 4, half >> 2, sizeof *a, "f", "x"), LPL_E_SIZE, "address space");
}
END_TEST

/* lpli_check_apart against the definition: does any element of one lie in the other? */
START_TEST(overlap) {
    static double room[200];
    int met = 0, apart_between_rows = 0;
    for (int k = 0; k < 40000; k++) {
        const size_t ar = testing_size(0, 4), ac = testing_size(0, 5), lda = ac + testing_size(0, 6),
                     br = testing_size(0, 4), bc = testing_size(0, 5),
                     ldb = testing_size(0, 1) && bc <= lda ? lda : bc + testing_size(0, 6), a0 = testing_size(0, 60),
                     b0 = testing_size(0, 60);
        unsigned char hit[200] = {0};
        for (size_t r = 0; r < ar; r++)
            for (size_t c = 0; c < ac; c++) hit[a0 + r * lda + c] = 1;
        int meet = 0;
        for (size_t r = 0; r < br; r++)
            for (size_t c = 0; c < bc; c++) meet |= hit[b0 + r * ldb + c];
        const lpl_status_t s =
            lpli_check_apart(room + a0, ar, ac, lda, room + b0, br, bc, ldb, sizeof *room, "f", "a and b");
        const int empty = !ar || !ac || !br || !bc;
        if (meet) {
            ck_assert_int_eq(s, LPL_E_OVERLAP);
            met++;
        } else if (empty ||
                   lda == ldb) { /* exact; with different pitches a mere overlap of the ranges is refused too */
            ck_assert_int_eq(s, LPL_OK);
            apart_between_rows += !empty;
        } else if (a0 + (ar - 1) * lda + ac <= b0 || b0 + (br - 1) * ldb + bc <= a0) {
            ck_assert_int_eq(s, LPL_OK);
        }
    }
    ck_assert_int_gt(met, 1000);
    ck_assert_int_gt(apart_between_rows, 1000);
    says(lpli_check_apart(room, 1, 4, 4, room + 3, 1, 4, 4, sizeof *room, "f", "a and b"), LPL_E_OVERLAP,
         "LPL_E_OVERLAP f: a and b overlap, need arrays that share no memory");
}
END_TEST

/* Sized structs: an older, an equal and a newer caller. */
typedef struct {
    uint32_t size, flags;
    double a;
} old_t;
typedef struct {
    uint32_t size, flags;
    double a, b;
} own_t;
typedef struct {
    uint32_t size, flags;
    double a, b, c;
} newer_t;

START_TEST(sized_structs) {
    const own_t defaults = {sizeof(own_t), 0, 1, 2};
    old_t old;
    own_t own, got;
    newer_t newer;
    memset(&old, 0xff, sizeof old), memset(&own, 0xff, sizeof own), memset(&newer, 0xff, sizeof newer);
    OK(lpli_config_init(&old, sizeof old, &defaults, sizeof defaults, "f"));
    OK(lpli_config_init(&own, sizeof own, &defaults, sizeof defaults, "f"));
    OK(lpli_config_init(&newer, sizeof newer, &defaults, sizeof defaults, "f"));
    ck_assert_uint_eq(old.size, sizeof old);
    ck_assert_uint_eq(own.size, sizeof own);
    ck_assert_uint_eq(newer.size, sizeof newer);
    ck_assert(old.a == 1 && own.a == 1 && own.b == 2 && newer.b == 2 && newer.c == 0 && newer.flags == 0);

    old.a = 10, own.b = 20, newer.b = 30;
    got = defaults;
    OK(lpli_config_copy(&got, sizeof got, &old, "f"));
    ck_assert(got.a == 10 && got.b == 2 && got.size == sizeof got); /* the old caller gets the new field's default */
    got = defaults;
    OK(lpli_config_copy(&got, sizeof got, &own, "f"));
    ck_assert(got.a == 1 && got.b == 20);
    got = defaults;
    OK(lpli_config_copy(&got, sizeof got, &newer, "f"));
    ck_assert(got.b == 30 && got.size == sizeof got);
    newer.c = 5;
    FAILS(lpli_config_copy(&got, sizeof got, &newer, "f"), LPL_E_VERSION, "newer version");

    FAILS(lpli_config_copy(&got, sizeof got, NULL, "f"), LPL_E_NULL, "NULL");
    FAILS(lpli_config_init(NULL, sizeof own, &defaults, sizeof defaults, "f"), LPL_E_NULL, "NULL");
    const uint32_t wrong[] = {0, 4, 7, 9, 65540, UINT32_MAX};
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        own.size = wrong[k];
        FAILS(lpli_config_copy(&got, sizeof got, &own, "f"), LPL_E_VERSION, "size = ");
        own.size = sizeof own;
        const own_t before = own;
        FAILS(lpli_config_init(&own, wrong[k], &defaults, sizeof defaults, "f"), LPL_E_VERSION, "size = ");
        ck_assert_mem_eq(&own, &before, sizeof own);
    }
}
END_TEST

START_TEST(instruction_sets) {
    int32_t isa = -5;
    OK(lpli_isa_choose(LPL_ISA_AUTO, &isa, "f"));
    ck_assert_int_eq(isa, lpli_isa_best());
    OK(lpli_isa_choose(LPL_ISA_REF, &isa, "f"));
    ck_assert_int_eq(isa, LPL_ISA_REF);
    FAILS(lpli_isa_choose(LPL_ISA_AVX512 + 1, &isa, "f"), LPL_E_ARG, "isa = 4");
    FAILS(lpli_isa_choose(-1, &isa, "f"), LPL_E_ARG, "isa = -1");
    ck_assert_int_eq(isa, LPL_ISA_REF);
}
END_TEST

START_TEST(version) {
    char text[32];
    snprintf(text, sizeof text, "%d.%d.%d", LPL_VERSION_MAJOR, LPL_VERSION_MINOR, LPL_VERSION_PATCH);
    ck_assert_str_eq(lpl_version(), text);
    ck_assert_str_eq(LPL_VERSION_STRING, text);
    ck_assert_uint_eq(lpl_version_number(), LPL_VERSION_MAJOR * 10000 + LPL_VERSION_MINOR * 100 + LPL_VERSION_PATCH);
    ck_assert(strstr(lpl_build_info(), text) && strstr(lpl_build_info(), "float32 float64") &&
              strstr(lpl_build_info(), "ref") && strstr(lpl_build_info(), "OpenMP") &&
              strstr(lpl_build_info(), "BLIS"));
}
END_TEST

int main(void) {
    testing_seed("test_status", 1);
    Suite *suite = suite_create("status");
    TCase *all = tcase_create("all");
    tcase_add_test(all, names);
    tcase_add_test(all, names_are_those_of_the_header);
    tcase_add_test(all, empty_before_the_first_failure);
    tcase_add_test(all, success_leaves_it_alone);
    tcase_add_test(all, one_per_thread);
    tcase_add_test(all, long_texts_are_cut);
    tcase_add_test(all, doubles_as_printf);
    tcase_add_test(all, other_formats);
    tcase_add_test(all, locale_does_not_matter);
    tcase_add_test(all, values);
    tcase_add_test(all, counts);
    tcase_add_test(all, matrices);
    tcase_add_test(all, overlap);
    tcase_add_test(all, sized_structs);
    tcase_add_test(all, instruction_sets);
    tcase_add_test(all, version);
    suite_add_tcase(suite, all);
    return testing_run(suite);
}
