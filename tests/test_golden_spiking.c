/* tests/test_golden_spiking.c - the golden runner on the spiking layout: it passes a small case, and nothing that is
 * missing, malformed or wrong; the STDP protocol of examples/worlds/pairing.h. */
#define _GNU_SOURCE
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "worlds/csv.h"
#include "worlds/gz.h"
#include "worlds/npy.h"
#include "worlds/pairing.h"
#include "common/folder.h"
#include "golden_runner/golden.c"
#include "golden_runner/spiking.c"
#include "golden_runner/spiking_compare.c"
#include "golden_runner/spiking_curves.c"
#include "golden_runner/spiking_files.c"
#include "golden_runner/spiking_symmetric.c"
#include "golden_runner/spiking_typed.c"
#include "golden_runner/typed.c"

static golden_case_t done;

static void put(const char *file, const char *text) { write_file(file, text, strlen(text)); }

/* The folder as run number k sees it; the verdict stays in done. Returns its status, or -1 if the folder is of another
 * layout. */
static int run_number(size_t k) {
    const golden_run_t *runs = NULL;
    const size_t n = golden_spiking(folder, &runs);
    char why[512];
    if (n == 0) {
        return -1;
    }
    ck_assert_uint_lt(k, n);
    memset(&done, 0, sizeof done);
    done.path = folder;
    done.parameters = "params.csv";
    if (csv_read(&done.scalars, path_of("params.csv"), why, sizeof why) != 0 &&
        access(path_of("params.csv"), F_OK) == 0) {
        golden_fail(&done, "%s", why);
    }
    if (done.status == GOLDEN_PASSED) {
        runs[k].run(&done, &runs[k]);
    }
    for (size_t i = 0; i < done.n_used; i++) {
        free(done.used[i]);
    }
    free(done.used);
    csv_free(&done.scalars);
    return done.status;
}

/* Two inputs fire at step 3 onto one neuron at rest, 8 steps away; nothing is learned in 20 steps. */
#define PARAMS                                                                                                   \
    "name,value,unit\nrule,lpl,\nvariant,erratum,\npre,2,\npost,1,\nT,0.002,s\ndt,1e-4,s\neta,0.02,\nlambda,1,"  \
    "\nlambda_eff,0.0001,\n"                                                                                     \
    "phi,1,\ntau_mean,10,s\ntau_sigma2,5,s\nw_min,0,\nw_max,1,\nupdate_interval_steps,5000,\nclamped,0,\ntrace_" \
    "window_first_step,11,\n"                                                                                    \
    "trace_window_end_step,13,\n"

static void small_case(void) {
    put("params.csv", PARAMS);
    put("input_spikes.csv", "step,pre\n3,1\n3,0\n40,0\n");
    put("post_spikes.csv", "step,post\n");
    put("mem_init.csv", "post,mem\n0,-0.07\n");
    put("weights_init.csv", "k,pre,post,w\n0,0,0,0.25\n1,1,0,0.5\n");
    put("weights.csv", "step,w0,w1\n0,0.25,0.5\n");
    put("trace_window.csv", "step,g_ampa_0,w_s1\n11,0.75,0.5\n12,0.735148489,0.5\n");
    put("trace_coarse.csv", "step,mem_0,thr_0,g_gaba_0,mean_0\n0,-0.0700000003,0,0,0\n");
}

enum { FIRST_F64 = 2, END_F64 = 6 }; /* numbers of the float64 runs */

static void tear_down(void) {
    for (size_t i = 0; i < folder_n; i++) unlink(path_of(folder_files[i]));
    rmdir(path_of("f64"));
    folder_teardown();
}

static void set_up(void) {
    folder_setup();
    small_case();
}

START_TEST(small_case_passes) {
    for (size_t k = 0; k < FIRST_F64; k++) {
        ck_assert_msg(run_number(k) == GOLDEN_PASSED, "%s", done.message);
        ck_assert_uint_eq(done.n_compared, 8);
        ck_assert_uint_eq(done.n_unknown, 0);
    }
}
END_TEST

/* What is wrong, in which file, and what the sentence must say. */
static const struct {
    const char *file, *text, *says;
} wrong[] = {
    {"input_spikes.csv", NULL, "input_spikes.csv is missing"},
    {"input_spikes.csv", "step,pre\n3,2\n", "below 2"},
    {"input_spikes.csv", "step,pre\n3,-1\n", "whole number"},
    {"input_spikes.csv", "step,pre\n3,0.5\n", "whole number"},
    {"input_spikes.csv", "step,pre\n3,x\n", "'x', need a number"},
    {"input_spikes.csv", "step,pre\n3\n", "cells"},
    {"input_spikes.csv", "step,pre\n5,0\n4,1\n", "ascending"},
    {"input_spikes.csv", "step,pre\n5,1\n5,0\n5,1\n", "twice at step 5"},
    {"input_spikes.csv", "pre,step\n5,1\n", "two columns"},
    {"input_spikes.csv", "", "empty"},
    {"post_spikes.csv", NULL, "post_spikes.csv is missing"},
    {"post_spikes.csv", "step,post\n7,0\n", "step"},
    {"mem_init.csv", "post,mem\n", "0 rows"},
    {"mem_init.csv", "post,mem\n0,nan\n", "need a number"},
    {"mem_init.csv", "post,mem\n0,-70\n", "lpl_lif_write"},
    {"weights_init.csv", "k,pre,post,w\n1,0,0,0.25\n0,1,0,0.5\n", "out of order"},
    {"weights_init.csv", "k,pre,post,w\n0,1,0,0.25\n1,0,0,0.5\n", "out of order"},
    {"weights_init.csv", "k,pre,post,w\n0,0,0,0.25\n1,1,0,1.5\n", "lpl_spiking_write"},
    {"weights_init.csv", "k,post,pre,w\n0,0,0,0.25\n1,0,1,0.5\n", "need 'pre'"},
    {"weights_init.csv", "k,pre,post,w\n0,0,0,0.25\n", "2 columns of weights"},
    {"weights.csv", NULL, "weights.csv is missing"},
    {"weights.csv", "step,w1,w0\n0,0.5,0.25\n", "need 'w0'"},
    {"weights.csv", "step,w0,w1\n0,0.25,0.51\n", "differs"},
    {"weights.csv", "step,w0,w1\n0,0.25,0.5\n20,0.25,0.5\n", "below 20"},
    {"weights.csv", "step,w0,w1\n0,0.25,\n", "need a number"},
    {"weights.csv", "step,w0,w1\n0,0.25,0.5\n2,0.25,0.5\n", "ends at step 2"},
    {"trace_window.csv", NULL, "trace_window.csv is missing"},
    {"trace_window.csv", "step,g_ampa_0\n11,0.75\n", "before 13"},
    {"trace_window.csv", "step,g_ampa_1\n11,0.75\n12,0.7\n", "only 1"},
    {"trace_window.csv", "step,el_s2\n11,0\n12,0\n", "only 2"},
    {"trace_window.csv", "step,g_ampa_0\n11,0.75\n12,0.75\n", "differs"},
    {"trace_window.csv", "step,g_ampa_0\n10,0\n12,0.735148489\n", "need each from 11"},
    {"trace_window.csv", "step,g_ampa_0\n", "no rows"},
    {"trace_coarse.csv", "step,thr_0\n0,0\n5,0\n9,0\n", "need every 5"},
    {"trace_coarse.csv", "step,thr_0\n0,0\n5,0\n10,0\n", "ends at step 10"},
    {"trace_coarse.csv", NULL, "trace_coarse.csv is missing"},
    {"trace_coarse.csv", "mem_0\n0\n", "need 'step'"},
    {"params.csv", NULL, "params.csv"},
    {"params.csv", "name,value,unit\nrule,lpl,\nvariant,erratum,\npre,2,\n", "post is missing"},
    {"params.csv", "name,value,unit\nrule,lpl,\nvariant,erratum,\npre,2,\npost,1.5,\n", "whole number"},
    {"params.csv", PARAMS "tau_psp,1e-5,s\n", "lpl_spiking_create"},
    {"params.csv", PARAMS "inhibitory_neurons,3,\n", "inh_spikes.csv is missing"},
};

START_TEST(wrong_cases_fail_and_say_why) {
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        small_case();
        if (wrong[i].text == NULL) {
            unlink(path_of(wrong[i].file));
        } else {
            put(wrong[i].file, wrong[i].text);
        }
        ck_assert_msg(run_number(0) == GOLDEN_FAILED, "%zu: %s not refused: %d", i, wrong[i].file, done.status);
        ck_assert_msg(strstr(done.message, wrong[i].says) != NULL, "%zu: '%s' does not say '%s'", i, done.message,
                      wrong[i].says);
    }
}
END_TEST

START_TEST(clamp_table_is_needed) {
    put("params.csv", "name,value,unit\nrule,lpl,\nvariant,erratum,\npre,2,\npost,1,\nT,0.002,s\ndt,1e-4,s\neta,0.02,"
                      "\nlambda,1,\nphi,1,\n"
                      "tau_mean,10,s\ntau_sigma2,5,s\nw_max,1,\nclamped,1,\n");
    ck_assert_int_eq(run_number(0), GOLDEN_FAILED);
    ck_assert_ptr_nonnull(strstr(done.message, "clamp_knots.csv is missing"));
    put("clamp_knots.csv", "time_s,voltage_V\n0,-0.07\n1,x\n");
    ck_assert_int_eq(run_number(0), GOLDEN_FAILED);
    ck_assert_ptr_nonnull(strstr(done.message, "row 1"));
}
END_TEST

START_TEST(what_is_not_known_is_skipped) {
    put("params.csv", "name,value,unit\nrule,some_other,\n");
    ck_assert_int_eq(run_number(0), GOLDEN_SKIPPED);
    put("params.csv", "name,value,unit\nrule,lpl,\nvariant,third,\npre,2,\npost,1,\nT,0.002,s\ndt,1e-4,s\n");
    ck_assert_int_eq(run_number(0), GOLDEN_SKIPPED);
    put("params.csv", PARAMS);
    put("trace_coarse.csv", "step,mem_0,other_0\n0,-0.0700000003,1\n");
    ck_assert_int_eq(run_number(0), GOLDEN_PASSED);
    ck_assert_uint_eq(done.n_unknown, 1);
    unlink(path_of("weights.csv"));
    put("weights.csv.gz", "\x1f\x8b");
    ck_assert_int_eq(run_number(0), GOLDEN_SKIPPED);
    ck_assert_ptr_nonnull(strstr(done.message, "without zlib"));
}
END_TEST

/* -- the truth in double
 * -------------------------------------------------------------------------------------------- */

/* What the float64 runs have to give. spike: the step of the one post spike, or -1; factor: of every value in the table
 * `scaled`. */
static void double_results(int spike, const char *scaled, double factor) {
    static const char *const names[] = {"weights", "trace_window", "trace_coarse"};
    char text[3][256], spikes[64] = "step,post\n", file[64];
    double f[3];
    for (int k = 0; k < 3; k++) {
        f[k] = strcmp(names[k], scaled) == 0 ? factor : 1;
    }
    mkdir(path_of("f64"), 0700);
    snprintf(text[0], sizeof text[0], "step,w0,w1\n0,%.17g,%.17g\n", 0.1 * f[0], 0.3 * f[0]);
    snprintf(text[1], sizeof text[1], "step,g_ampa_0,w_s1\n11,%.17g,0.3\n12,%.17g,0.3\n", (0.1 + 0.3) * f[1],
             (0.1 + 0.3) * exp(-0.02) * f[1]);
    snprintf(text[2], sizeof text[2], "step,mem_0,thr_0\n0,%.17g,%.17g\n", (spike == 0 ? -0.07 : -0.06) * f[2],
             spike == 0 ? 0.1 : 0);
    for (int k = 0; k < 3; k++) {
        snprintf(file, sizeof file, "f64/%s.csv", names[k]);
        put(file, text[k]);
    }
    if (spike >= 0) {
        snprintf(spikes, sizeof spikes, "step,post\n%d,0\n", spike);
    }
    put("f64/post_spikes.csv", spikes);
}

/* Weights that no float32 holds; a neuron so slow that its potential is the initial one. */
static void double_case(void) {
    put("params.csv", PARAMS "tau_mem,1e12,s\n");
    put("weights_init.csv", "k,pre,post,w\n0,0,0,0.1\n1,1,0,0.3\n");
    put("mem_init.csv", "post,mem\n0,-0.06\n");
    double_results(-1, "", 1);
}

static void check_double_runs(int status, const char *says) {
    for (size_t k = FIRST_F64; k < END_F64; k++) {
        ck_assert_msg(run_number(k) == status, "run %zu: status %d, %s", k, done.status, done.message);
        ck_assert_msg(strstr(done.message, says) != NULL, "run %zu: '%s' does not say '%s'", k, done.message, says);
    }
}

/* Without results in double there is nothing to compare float64 with; least of all the float32 ones. */
START_TEST(float64_needs_its_own_truth) {
    check_double_runs(GOLDEN_SKIPPED, "folder f64");
    double_case();
    check_double_runs(GOLDEN_PASSED, "");
    ck_assert_uint_eq(done.n_compared, 6);
    ck_assert_uint_eq(done.n_unknown, 0);
    put("post_spikes.csv", "step,post\n7,0\n"); /* those of float32: not looked at */
    put("weights.csv", "step,w0,w1\n0,0.9,0.9\n");
    check_double_runs(GOLDEN_PASSED, "");
    static const char *const files[] = {"f64/post_spikes.csv", "f64/weights.csv", "f64/trace_window.csv",
                                        "f64/trace_coarse.csv"};
    for (size_t k = 0; k < sizeof files / sizeof files[0]; k++) {
        double_case();
        unlink(path_of(files[k]));
        check_double_runs(GOLDEN_FAILED, files[k]);
    }
}
END_TEST

/* 1e-9 of the largest, in each table; a value that went through float32 on its way is 1e-8 away. */
START_TEST(float64_is_compared_as_double) {
    static const char *const tables[] = {"weights", "trace_window", "trace_coarse"};
    double_case();
    for (size_t k = 0; k < sizeof tables / sizeof tables[0]; k++) {
        double_results(-1, tables[k], 1 + 1e-10);
        check_double_runs(GOLDEN_PASSED, "");
        double_results(-1, tables[k], 1 + 2e-9);
        check_double_runs(GOLDEN_FAILED, "differs");
    }
    double_case();
    put("weights_init.csv", "k,pre,post,w\n0,0,0,0.100000001490116119\n1,1,0,0.300000011920928955\n");
    check_double_runs(GOLDEN_FAILED, "differs");
    double_case();
    put("mem_init.csv", "post,mem\n0,-0.0599999986588954926\n");
    check_double_runs(GOLDEN_FAILED, "differs");
}
END_TEST

/* A spike that is a step away is another spike. */
START_TEST(float64_spikes_are_exact) {
    double_case();
    put("mem_init.csv", "post,mem\n0,-0.0495\n"); /* above threshold at step 0 */
    double_results(0, "", 1);
    check_double_runs(GOLDEN_PASSED, "");
    double_results(1, "trace_coarse", 1);
    put("f64/trace_coarse.csv", "step,thr_0\n0,0.1\n");
    check_double_runs(GOLDEN_FAILED, "first step 0");
    put("f64/post_spikes.csv", "step,post\n0,0\n9,0\n");
    check_double_runs(GOLDEN_FAILED, "first step 9");
}
END_TEST

START_TEST(float64_window_is_evenly_spaced) {
    double_case();
    put("params.csv", "name,value,unit\nrule,lpl,\nvariant,erratum,\npre,2,\npost,1,\nT,0.002,s\ndt,1e-4,s\neta,0.02,"
                      "\nlambda,1,\nphi,1,\n"
                      "tau_mean,10,s\ntau_sigma2,5,s\nw_max,1,\ntau_mem,1e12,s\n"
                      "trace_window_first_step,2,\ntrace_window_end_step,11,\n");
    static const struct {
        const char *rows;
        int status;
    } cases[] = {{"step,thr_0\n2,0\n7,0\n", GOLDEN_PASSED},      {"step,thr_0\n2,0\n5,0\n8,0\n", GOLDEN_PASSED},
                 {"step,thr_0\n2,0\n5,0\n9,0\n", GOLDEN_FAILED}, {"step,thr_0\n3,0\n7,0\n", GOLDEN_FAILED},
                 {"step,thr_0\n2,0\n5,0\n", GOLDEN_FAILED},      {"step,thr_0\n2,0\n7,0\n12,0\n", GOLDEN_FAILED}};
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        put("f64/trace_window.csv", cases[k].rows);
        check_double_runs(cases[k].status, cases[k].status == GOLDEN_FAILED ? "f64/trace_window.csv" : "");
    }
}
END_TEST

/* -- the protocol
 * --------------------------------------------------------------------------------------------------- */

START_TEST(pairings_are_where_they_should_be) {
    const double frequency[] = {0.1, 7, 50};
    char why[256];
    for (int k = 0; k < 3; k++) {
        pairing_t p;
        const double duration = 30;
        const size_t n_inputs = 41, n = 60;
        ck_assert_msg(pairing_make(&p, 0.02, frequency[k], n, n_inputs, 1e-4, duration, why, sizeof why), "%s", why);
        size_t fit = 0, seen = 0;
        for (size_t q = 0; q < n; q++) {
            fit += 0.1 + (double)q / frequency[k] < duration;
        }
        ck_assert_uint_eq(p.n_pairings, fit);
        for (size_t i = 0; i < p.n_spikes; i++) {
            ck_assert_uint_lt(p.step[i], 300000);
            ck_assert_uint_lt(p.input[i], n_inputs);
            ck_assert(i == 0 || p.step[i] > p.step[i - 1] ||
                      (p.step[i] == p.step[i - 1] && p.input[i] > p.input[i - 1]));
            seen += p.input[i] == 20; /* the middle one: at the times of the post spikes */
        }
        ck_assert_uint_eq(seen, fit);
        ck_assert(fabs(p.lag_s[0] + 0.02) < 1e-15 && fabs(p.lag_s[40] - 0.02) < 1e-15 && fabs(p.lag_s[20]) < 1e-15);
        for (size_t i = 0; i < p.n_knots; i++) {
            ck_assert(p.volt[i] == -51e-3 || p.volt[i] == -20e-3 || i + 1 == p.n_knots);
            ck_assert(i == 0 || p.time_s[i] > p.time_s[i - 1]);
        }
        pairing_free(&p);
    }
}
END_TEST

START_TEST(impossible_pairings_are_refused) {
    pairing_t p;
    char why[256];
    ck_assert(!pairing_make(&p, 0.2, 10, 100, 100, 1e-4, 200, why, sizeof why));
    ck_assert(!pairing_make(&p, 0.02, 0, 100, 100, 1e-4, 200, why, sizeof why));
    ck_assert(!pairing_make(&p, 0.02, 1e4, 100, 100, 1e-4, 200, why, sizeof why));
    ck_assert(!pairing_make(&p, 0.02, 10, 0, 100, 1e-4, 200, why, sizeof why));
    ck_assert(!pairing_make(&p, 0.02, 10, 100, 0, 1e-4, 200, why, sizeof why));
    ck_assert(!pairing_make(&p, 0.02, 10, 100, 100, 0, 200, why, sizeof why));
    ck_assert(!pairing_make(&p, 0.02, 10, 100, 100, 1e-4, (double)NAN, why, sizeof why));
    ck_assert_ptr_null(p.step);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("golden_spiking");
    TCase *tc = tcase_create("layout");
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, small_case_passes);
    tcase_add_test(tc, wrong_cases_fail_and_say_why);
    tcase_add_test(tc, clamp_table_is_needed);
    tcase_add_test(tc, what_is_not_known_is_skipped);
    tcase_add_test(tc, float64_needs_its_own_truth);
    tcase_add_test(tc, float64_is_compared_as_double);
    tcase_add_test(tc, float64_spikes_are_exact);
    tcase_add_test(tc, float64_window_is_evenly_spaced);
    suite_add_tcase(suite, tc);
    tc = tcase_create("protocol");
    tcase_add_test(tc, pairings_are_where_they_should_be);
    tcase_add_test(tc, impossible_pairings_are_refused);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
