/* tests/test_pairing.c - what examples/paper/stdp.c stands on: spikes and voltage command of the pairing protocol, and
 * one experiment. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worlds/pairing.h"
#include "worlds/stdpworld.h"
#include "common/testing.h"

static char why[300];

/* The command at a step, by the rule of lpl_lif_clamp. */
static double command(const pairing_t *p, double dt, uint64_t step) {
    size_t k = 0;
    double from, to;
    while (k + 1 < p->n_knots && floor(p->time_s[k + 1] / dt + 0.5) <= (double)step) k++;
    if (k + 1 == p->n_knots) return p->volt[k];
    from = floor(p->time_s[k] / dt + 0.5);
    to = floor(p->time_s[k + 1] / dt + 0.5);
    return p->volt[k] + (p->volt[k + 1] - p->volt[k]) * ((double)step - from) / (to - from);
}

START_TEST(spikes_and_command) {
    for (int round = 0; round < 20; round++) {
        const double dt = 1e-4, frequency = 0.5 + 25.0 * (testing_real() + 1.0),
                     interval = 1e-3 * (double)testing_size(1, 100);
        const size_t n_pairings = testing_size(1, 20), n_inputs = testing_size(2, 30);
        size_t *seen = calloc(n_inputs, sizeof *seen);
        pairing_t p;
        ck_assert(seen != NULL);
        ck_assert_msg(pairing_make(&p, interval, frequency, n_pairings, n_inputs, dt, 1000.0, why, sizeof why), "%s",
                      why);
        ck_assert_uint_eq(p.n_pairings, n_pairings);
        ck_assert_uint_eq(p.n_spikes, n_pairings * n_inputs);
        for (size_t i = 0; i < p.n_spikes; i++) { /* the k-th spike of an input belongs to the k-th pairing */
            const size_t j = p.input[i];
            const double due = 0.1 + (double)seen[j]++ / frequency + p.lag_s[j];
            ck_assert_msg(fabs((double)p.step[i] * dt - due) < 0.51 * dt + 1e-5, "input %zu at step %llu, due at %g s",
                          j, (unsigned long long)p.step[i], due);
            if (i > 0)
                ck_assert(p.step[i] > p.step[i - 1] || (p.step[i] == p.step[i - 1] && p.input[i] > p.input[i - 1]));
        }
        for (size_t k = 0; k < n_pairings; k++) {
            const uint64_t at = (uint64_t)floor((0.1 + (double)k / frequency) / dt + 0.5);
            double highest = -1.0;
            for (uint64_t step = at - 2; step <= at + 2; step++) highest = fmax(highest, command(&p, dt, step));
            CLOSE(highest, -20e-3, 1e-9, 1);
            CLOSE(command(&p, dt, at - 30), -51e-3, 1e-9, 1);
        }
        for (size_t k = 1; k < p.n_knots; k++) ck_assert(p.time_s[k] > p.time_s[k - 1]);
        CLOSE(command(&p, dt, 10000000), -60e-3, 1e-9, 1);
        pairing_free(&p);
        free(seen);
    }
}
END_TEST

START_TEST(refusals) {
    pairing_t p;
    ck_assert(!pairing_make(&p, 0.2, 10, 1, 1, 1e-4, 1, why, sizeof why) && strstr(why, "interval") != NULL);
    ck_assert(!pairing_make(&p, 0.02, 0, 1, 1, 1e-4, 1, why, sizeof why) && strstr(why, "frequency") != NULL);
    ck_assert(!pairing_make(&p, 0.02, 10, 0, 1, 1e-4, 1, why, sizeof why) && strstr(why, "pairings") != NULL);
    ck_assert(!pairing_make(&p, 0.02, 10, 1, 1, 0, 1, why, sizeof why) && strstr(why, "step") != NULL);
}
END_TEST

static double largest_difference(const stdp_run_t *a, const stdp_run_t *b) {
    double largest = 0.0;
    for (size_t j = 0; j < STDP_SYNAPSES; j++) largest = fmax(largest, fabs(a->result.change[j] - b->result.change[j]));
    return largest;
}

/* Nothing but the commanded spikes without drive; both engines and both forms are one rule. */
START_TEST(experiment) {
    stdp_run_t block, other;
    stdp_defaults(&block.setup);
    block.setup.rate = (double)testing_size(20, 100);
    block.setup.interval = 1e-3 * (double)testing_size(10, 50);
    block.setup.mean = (double)testing_size(5, 50);
    block.setup.sigma2 = 1.0 + 10.0 * (testing_real() + 1.0);
    block.setup.drive = false;
    block.setup.engine = LPL_ENGINE_BLOCK;
    stdp_run(&block);
    ck_assert_uint_eq(block.result.pairings, STDP_PAIRINGS);
    ck_assert_uint_eq(block.result.spikes, STDP_PAIRINGS);
    ck_assert(block.result.change[stdp_lowest(&block)] < block.result.change[stdp_highest(&block)]);
    other = block;
    other.setup.engine = LPL_ENGINE_FUSED;
    stdp_run(&other);
    CLOSE(largest_difference(&block, &other), 0.0, 1e-4, 1);
    other.setup = block.setup;
    other.setup.form = LPL_FORM_REFERENCE;
    stdp_run(&other);
    CLOSE(largest_difference(&block, &other), 0.0, 1e-3, 1);
    CLOSE(stdp_delta_t(&block.setup, 0), block.setup.interval, 1e-12, 1);
    CLOSE(stdp_delta_t(&block.setup, STDP_SYNAPSES - 1), -block.setup.interval, 1e-12, 1);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("pairing");
    TCase *tc = tcase_create("pairing");
    testing_seed("pairing", 1);
    tcase_add_test(tc, spikes_and_command);
    tcase_add_test(tc, refusals);
    tcase_add_test(tc, experiment);
    suite_add_tcase(suite, tc);
    return testing_run(suite);
}
