/* tests/test_golden.c - the golden runner's own parts: .npy and CSV files, and the tolerance rules. It must not pass
 * what it should not. */
#define _GNU_SOURCE
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "worlds/csv.h"
#include "worlds/gz.h"
#include "worlds/npy.h"
#include "golden_runner/golden.c"
#include "golden_runner/typed.c"

static char folder[64];
static char path[512];
static char error[256];

static void make_folder(void) {
    strcpy(folder, "/tmp/lpl_golden_XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static const char *in_folder(const char *file) {
    snprintf(path, sizeof path, "%s/%s", folder, file);
    return path;
}

static void remove_folder(void) {
    DIR *dir = opendir(folder);
    for (struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
        if (e->d_name[0] != '.') {
            unlink(in_folder(e->d_name));
        }
    }
    closedir(dir);
    rmdir(folder);
}

/* A file with an .npy head of our own choice and the given number of data bytes. */
static void write_npy(const char *file, int version, const char *dict, size_t n_bytes) {
    FILE *f = fopen(in_folder(file), "wb");
    const size_t length = strlen(dict);
    fwrite("\x93NUMPY", 1, 6, f);
    fputc(version, f);
    fputc(0, f);
    fputc((int)(length & 255), f);
    fputc((int)(length >> 8), f);
    if (version >= 2) {
        fputc(0, f);
        fputc(0, f);
    }
    fputs(dict, f);
    for (size_t i = 0; i < n_bytes; i++) {
        fputc((int)(i & 255), f);
    }
    fclose(f);
}

/* -- .npy
 * ----------------------------------------------------------------------------------------------------------- */

START_TEST(npy_round_trip) {
    const double f8[6] = {1, -2.5, 1e300, 0, -0.0, 7};
    const float f4[6] = {1, -2.5f, 1e30f, 0, 4, 7};
    const int32_t i4[6] = {1, -2, INT32_MAX, INT32_MIN, 5, 6};
    const int64_t i8[6] = {1, -2, 3, 4, 5, (int64_t)1 << 40};
    const uint8_t u1[6] = {0, 1, 2, 3, 4, 255};
    const void *data[] = {f8, f4, i4, i8, u1};
    const size_t shapes[][3] = {{6}, {2, 3}, {1, 3, 2}};
    for (int type = NPY_F8; type <= NPY_U1; type++) {
        for (int dims = 1; dims <= 3; dims++) {
            npy_t a;
            ck_assert_int_eq(
                npy_write(in_folder("a.npy"), type, dims, shapes[dims - 1], data[type], error, sizeof error), 0);
            ck_assert_msg(npy_read(&a, path, error, sizeof error) == 0, "%s", error);
            ck_assert_int_eq(a.type, type);
            ck_assert_int_eq(a.n_dims, dims);
            ck_assert_uint_eq(a.count, 6);
            ck_assert_mem_eq(a.data, data[type], 6 * npy_size(type));
            npy_free(&a);
        }
    }
    npy_t a;
    ck_assert_int_eq(npy_write(in_folder("a.npy"), NPY_I8, 1, shapes[0], i8, error, sizeof error), 0);
    ck_assert_int_eq(npy_read(&a, path, error, sizeof error), 0);
    ck_assert_ptr_null(npy_to_i32(&a)); /* 2^40 does not fit */
    npy_free(&a);
}
END_TEST

START_TEST(npy_fortran_and_version_2) {
    npy_t a;
    write_npy("f.npy", 2, "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }\n", 6);
    ck_assert_msg(npy_read(&a, path, error, sizeof error) == 0, "%s", error);
    const double want[6] = {0, 2, 4, 1, 3, 5};
    for (size_t i = 0; i < 6; i++) {
        ck_assert(npy_get(&a, i) == want[i]);
    }
    npy_free(&a);
    write_npy("s.npy", 1, "{'shape': (), 'descr': '<f8', 'fortran_order': False}", 8);
    ck_assert_msg(npy_read(&a, path, error, sizeof error) == 0, "%s", error);
    ck_assert_uint_eq(a.count, 1);
    npy_free(&a);
    write_npy("l.npy", 1, "{'shape': (3L, 2L), 'descr': '|u1', 'fortran_order': False}", 6); /* Python 2 on Windows */
    ck_assert_msg(npy_read(&a, path, error, sizeof error) == 0, "%s", error);
    ck_assert(a.n_dims == 2 && a.shape[0] == 3 && a.shape[1] == 2);
    npy_free(&a);
    write_npy("v3.npy", 3, "{'shape': (2,), 'descr': '<f8', 'fortran_order': False}", 16);
    ck_assert_msg(npy_read(&a, path, error, sizeof error) == 0, "%s", error);
    ck_assert_uint_eq(a.count, 2);
    npy_free(&a);
    write_npy("z.npy", 1, "{'shape': (0, 18446744073709551615), 'descr': '<f8', 'fortran_order': False}", 0);
    ck_assert_msg(npy_read(&a, path, error, sizeof error) == 0, "%s", error);
    ck_assert_uint_eq(a.count, 0);
    npy_free(&a);
}
END_TEST

START_TEST(npy_bad_files_are_refused) {
    static const struct {
        const char *dict;
        size_t bytes;
        const char *says;
    } bad[] = {{"{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }\n", 47, "truncated"},
               {"{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }\n", 49, "needs only"},
               {"{'descr': '>f8', 'fortran_order': False, 'shape': (2,), }\n", 16, "descr"},
               {"{'descr': '<c16', 'fortran_order': False, 'shape': (1,), }\n", 16, "descr"},
               {"{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,), }\n", 8, "structured"},
               {"{'descr': '<f8', 'fortran_order': Maybe, 'shape': (1,), }\n", 8, "fortran_order"},
               {"{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }\n", 8, "shape"},
               {"{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296, 4294967296), }\n", 8,
                "more elements"},
               {"{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999999,), }\n", 8, "shape"},
               {"{'descr': '<f8', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1), }\n", 8, "shape"},
               {"{'descr': '<f8', 'fortran_order': False, }\n", 8, "lacks"},
               {"{'descr': '<f8', 'fortran_order': False, 'shape': (1,)", 8, "dictionary"},
               {"'descr'", 8, "dictionary"},
               {"", 0, "dictionary"}};
    npy_t a;
    for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++) {
        write_npy("bad.npy", 1, bad[k].dict, bad[k].bytes);
        ck_assert_msg(npy_read(&a, path, error, sizeof error) == -1, "accepted: %s", bad[k].dict);
        ck_assert_ptr_null(a.data);
        ck_assert_msg(strstr(error, bad[k].says) != NULL, "'%s' does not say '%s'", error, bad[k].says);
    }
    write_npy("bad.npy", 4, "{}", 0);
    ck_assert_int_eq(npy_read(&a, path, error, sizeof error), -1);
    ck_assert_ptr_nonnull(strstr(error, "version"));
    ck_assert_int_eq(npy_read(&a, in_folder("none.npy"), error, sizeof error), -1);
    ck_assert_ptr_nonnull(strstr(error, "opened"));
    /* every prefix of a good file is refused */
    const double one[2] = {1, 2};
    const size_t two = 2;
    ck_assert_int_eq(npy_write(in_folder("good.npy"), NPY_F8, 1, &two, one, error, sizeof error), 0);
    struct stat st;
    ck_assert_int_eq(stat(path, &st), 0);
    for (off_t size = st.st_size - 1; size >= 0; size--) {
        ck_assert_int_eq(truncate(path, size), 0);
        ck_assert_int_eq(npy_read(&a, path, error, sizeof error), -1);
    }
}
END_TEST

/* -- CSV
 * ------------------------------------------------------------------------------------------------------------ */

START_TEST(csv_round_trip) {
    const double values[] = {0.1, 1.0 / 3, 1e-300, -2, 0, 123456789012345678.0};
    csv_writer_t w;
    ck_assert_int_eq(csv_create(&w, in_folder("t.csv"), error, sizeof error), 0);
    csv_put_comment(&w, "base_lr=0.25 max_epochs=80, warmup=");
    csv_put_text(&w, "name");
    csv_put_text(&w, "a \"quoted\", cell");
    csv_end_row(&w);
    for (size_t i = 0; i < 6; i++) {
        csv_put_number(&w, values[i]);
        csv_put_number(&w, i == 0 ? (double)NAN : (double)INFINITY);
        csv_end_row(&w);
    }
    ck_assert_int_eq(csv_close(&w), 0);
    csv_t t;
    double v = 0;
    ck_assert_msg(csv_read(&t, path, error, sizeof error) == 0, "%s", error);
    ck_assert_uint_eq(t.n_rows, 6);
    ck_assert_int_eq(csv_column(&t, "a \"quoted\", cell"), 1);
    ck_assert_int_eq(csv_column(&t, "other"), -1);
    for (size_t i = 0; i < 6; i++) {
        ck_assert_int_eq(csv_number(&t, i, 0, &v), 1);
        ck_assert(v == values[i]);
    }
    ck_assert_int_eq(csv_number(&t, 0, 1, &v), 1);
    ck_assert(isnan(v));
    ck_assert_int_eq(csv_comment_number(&t, "base_lr", &v), 1);
    ck_assert(v == 0.25);
    ck_assert_int_eq(csv_comment_number(&t, "max_epochs", &v), 1);
    ck_assert(v == 80);
    ck_assert_int_eq(csv_comment_number(&t, "epochs", &v), 0);
    ck_assert_int_eq(csv_comment_number(&t, "warmup", &v), 0);
    csv_free(&t);
}
END_TEST

START_TEST(csv_odd_tables) {
    static const struct {
        const char *text;
        int result;
    } tables[] = {{"name,float64,float32\nkind,relu,\nB,7,\n", 0},
                  {"a,b\r\n1,2\r\n\r\n# end\r\n", 0},
                  {"a,b\n1,2,3\n", -1},
                  {"a,b\n1\n", -1},
                  {"a,b\n\"1,2\n", -1},
                  {"a,b\n\"1\"x,2\n", -1},
                  {"# only a comment\n", -1},
                  {"", -1}};
    for (size_t k = 0; k < sizeof tables / sizeof tables[0]; k++) {
        csv_t t;
        FILE *f = fopen(in_folder("t.csv"), "wb");
        fputs(tables[k].text, f);
        fclose(f);
        ck_assert_msg(csv_read(&t, path, error, sizeof error) == tables[k].result, "table %zu", k);
        if (k == 0) {
            double v = 0;
            ck_assert_int_eq(csv_find(&t, "B"), 1);
            ck_assert_int_eq(csv_number(&t, 1, 1, &v), 1);
            ck_assert_int_eq(csv_number(&t, 1, 2, &v), 0);  /* blank */
            ck_assert_int_eq(csv_number(&t, 0, 1, &v), -1); /* a word */
        }
        csv_free(&t);
    }
}
END_TEST

/* -- tolerance rules
 * ------------------------------------------------------------------------------------------------ */

/* Status of comparing got with X = { 1, -4 } and a twin that is 1e-6 away, either of which may be left out. */
static int verdict(int dtype, double got0, double got1, int with64, int with32, const golden_tolerance_t *t) {
    const double x[2] = {1, -4}, got[2] = {got0, got1};
    const float twin[2] = {1, -4 + 1e-6f * 4};
    const size_t n = 2;
    unlink(in_folder("X.npy"));
    unlink(in_folder("X_f32.npy"));
    if (with64) {
        ck_assert_int_eq(npy_write(in_folder("X.npy"), NPY_F8, 1, &n, x, error, sizeof error), 0);
    }
    if (with32) {
        ck_assert_int_eq(npy_write(in_folder("X_f32.npy"), NPY_F4, 1, &n, twin, error, sizeof error), 0);
    }
    golden_case_t c;
    memset(&c, 0, sizeof c);
    c.path = folder;
    c.parameters = "scalars.csv";
    golden_compare(&c, "X", dtype, got, 2, t);
    for (size_t i = 0; i < c.n_used; i++) {
        free(c.used[i]);
    }
    free(c.used);
    return c.n_compared == 0 ? -1 : c.status;
}

START_TEST(tolerances) {
    const golden_tolerance_t plain = {.rel64 = 1e-9}, steps = {.rel64 = 1e-8, .abs32 = 1e-2};
    const golden_tolerance_t floored = {.rel64 = 1e-9, .floor64 = 1e-3};
    const double own[2] = {1, 4};
    const golden_tolerance_t columns = {.rel64 = 1e-9, .scale = own, .n_scale = 2};
    /* float64: relative to the largest element, 4 */
    ck_assert_int_eq(verdict(LPL_F64, 1 + 3.9e-9, -4, 1, 1, &plain), GOLDEN_PASSED);
    ck_assert_int_eq(verdict(LPL_F64, 1 + 4.1e-9, -4, 1, 1, &plain), GOLDEN_FAILED);
    ck_assert_int_eq(verdict(LPL_F64, 1 + 4.1e-9, -4, 1, 1, &floored), GOLDEN_PASSED);
    ck_assert_int_eq(verdict(LPL_F64, 1 + 3.9e-9, -4, 1, 1, &columns), GOLDEN_FAILED); /* on its own scale, 1 */
    ck_assert_int_eq(verdict(LPL_F64, 1, 4, 1, 1, &plain), GOLDEN_FAILED);
    ck_assert_int_eq(verdict(LPL_F64, (double)NAN, -4, 1, 1, &plain), GOLDEN_FAILED);
    ck_assert_int_eq(verdict(LPL_F64, 1, -(double)INFINITY, 1, 1, &plain), GOLDEN_FAILED);
    ck_assert_int_eq(verdict(LPL_F64, 1, -4, 0, 1, &plain), -1); /* no float64 file: nothing was compared */
    /* float32: 10 x 4e-6, or 1e-5 of 4, both 4e-5 of the twin */
    ck_assert_int_eq(verdict(LPL_F32, 1 + 3.9e-5, -4, 1, 1, &plain), GOLDEN_PASSED);
    ck_assert_int_eq(verdict(LPL_F32, 1 + 4.9e-5, -4, 1, 1, &plain), GOLDEN_FAILED);
    /* no twin: 1e-4 of 4, whichever file is there; after Adam steps an absolute amount */
    ck_assert_int_eq(verdict(LPL_F32, 1 + 3.9e-4, -4, 1, 0, &plain), GOLDEN_PASSED);
    ck_assert_int_eq(verdict(LPL_F32, 1 + 4.1e-4, -4, 1, 0, &plain), GOLDEN_FAILED);
    ck_assert_int_eq(verdict(LPL_F32, 1 + 3.9e-4, -4, 0, 1, &plain), GOLDEN_PASSED);
    ck_assert_int_eq(verdict(LPL_F32, 1 + 4.1e-4, -4, 0, 1, &plain), GOLDEN_FAILED);
    ck_assert_int_eq(verdict(LPL_F32, 1 + 9e-3, -4, 1, 0, &steps), GOLDEN_PASSED);
    ck_assert_int_eq(verdict(LPL_F32, 1 + 1.1e-2, -4, 1, 0, &steps), GOLDEN_FAILED);
    ck_assert_int_eq(verdict(LPL_F32, 1, -4, 0, 0, &plain), -1);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("golden");
    TCase *tc = tcase_create("parts");
    tcase_add_checked_fixture(tc, make_folder, remove_folder);
    tcase_add_test(tc, npy_round_trip);
    tcase_add_test(tc, npy_fortran_and_version_2);
    tcase_add_test(tc, npy_bad_files_are_refused);
    tcase_add_test(tc, csv_round_trip);
    tcase_add_test(tc, csv_odd_tables);
    tcase_add_test(tc, tolerances);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
