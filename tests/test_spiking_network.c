/* tests/test_spiking_network.c - what examples/paper/spiking_network.c stands on: rate signals, Lasso, windows, results
 * in files, the network and its checkpoints. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worlds/csv.h"
#include "worlds/must.h"
#include "worlds/netresult.h"
#include "worlds/network.h"
#include "worlds/signals.h"
#include "worlds/spikeanalysis.h"
#include "worlds/statefile.h"
#include "worlds/table.h"
#include "worlds/views.h"
#include "common/folder.h"
#include "common/testing.h"

static char why[1400];

/* ---- signals ---- */

/* From raw moments; a control has the same values in another order. */
static double skewness(const signal_t *s) {
    double m[4] = {0};
    for (size_t q = 0; q + 1 < s->n; q++)
        for (int k = 1; k < 4; k++) m[k] += pow(s->rate_hz[q], k) / (double)(s->n - 1);
    const double var = m[2] - m[1] * m[1];
    return (m[3] - 3 * m[1] * m[2] + 2 * pow(m[1], 3)) / pow(var, 1.5);
}

START_TEST(rates) {
    static const double period[SIGNALS] = {0, 3, 3, 3 + 1.0 / 13, 3 + 1.0 / 13};
    for (int round = 0; round < 5; round++) {
        signal_t s[SIGNALS], again[SIGNALS];
        const uint64_t seed = round == 0 ? SIGNALS_PUBLISHED : testing_bits();
        signals_make(s, seed), signals_make(again, seed);
        ck_assert_uint_eq(s[SIGNAL_CONSTANT].n, 1);
        ck_assert_double_eq_tol(signals_skewness(s), 0.5 * (skewness(&s[SIGNAL_1]) + skewness(&s[SIGNAL_2_CTL])), 1e-9);
        if (round == 0) ck_assert_double_eq_tol(signals_skewness(s), 0.6766, 1e-3);
        CLOSE(s[SIGNAL_CONSTANT].rate_hz[0], 5.0, 0.0, 1);
        for (int k = 1; k < SIGNALS; k++) {
            const size_t n = s[k].n - 1;
            double mean = 0, var = 0, clipped = 0;
            ck_assert_uint_eq(n, k < SIGNAL_2 ? 3300 : 3385);
            CLOSE(s[k].time_s[n], SIGNALS_PERIODS * period[k], 1e-12, 33);
            ck_assert(s[k].rate_hz[n] == s[k].rate_hz[0]);
            ck_assert_int_eq(memcmp(s[k].rate_hz, again[k].rate_hz, (n + 1) * sizeof(double)), 0);
            for (size_t q = 0; q < n; q++) {
                ck_assert(s[k].rate_hz[q] >= 0.1 && s[k].time_s[q + 1] > s[k].time_s[q]);
                mean += s[k].rate_hz[q] / (double)n, clipped += s[k].rate_hz[q] == 0.1;
            }
            for (size_t q = 0; q < n; q++) var += pow(s[k].rate_hz[q] - mean, 2) / (double)n;
            /* 5 and 4 before the floor of 0.1 Hz, which lifts the mean and takes from the deviation */
            ck_assert(mean > 5 - 1e-9 && mean < 5.6 && sqrt(var) < 4 && sqrt(var) > 2.9);
            ck_assert(clipped < 0.35 * (double)n);
        }
        for (int k = SIGNAL_1; k < SIGNALS; k += 2) {
            /* periodic, also over the seam */
            for (int probe = 0; probe < 100; probe++) {
                const double t = 40 * fabs(testing_real()), step = period[k] * (double)testing_size(1, 15);
                CLOSE(signals_rate(&s[k], t), signals_rate(&s[k], t + step), k == SIGNAL_1 ? 1e-9 : 0.3,
                      1); /* P2: between samples */
            }
            /* the control: the same values, another order, nothing slow */
            double own = 0, control = 0, total = 0;
            const size_t n = s[k].n - 1;
            double *a = malloc(n * sizeof *a), *b = malloc(n * sizeof *b);
            memcpy(a, s[k].rate_hz, n * sizeof *a), memcpy(b, s[k + 1].rate_hz, n * sizeof *b);
            for (size_t q = 0; q + 1 < n; q++) {
                own += pow(a[q + 1] - a[q], 2), control += pow(b[q + 1] - b[q], 2);
                total += 2 * pow(a[q] - 5.2, 2);
            }
            ck_assert(own < 0.1 * total && control > 0.8 * total);
            for (size_t i = 1; i < n; i++) /* insertion sort is enough */
                for (size_t j = i; j > 0; j--) {
                    if (a[j] < a[j - 1]) own = a[j], a[j] = a[j - 1], a[j - 1] = own;
                    if (b[j] < b[j - 1]) own = b[j], b[j] = b[j - 1], b[j - 1] = own;
                }
            ck_assert_int_eq(memcmp(a, b, n * sizeof *a), 0);
            free(a), free(b);
        }
        signals_free(s), signals_free(again);
    }
}
END_TEST

/* Four samples that NumPy gave. */
START_TEST(published_rates) {
    signal_t s[SIGNALS];
    signals_make(s, SIGNALS_PUBLISHED);
    CLOSE(s[SIGNAL_1].rate_hz[0], 9.1338154608888686, 1e-12, 1);
    CLOSE(s[SIGNAL_1].rate_hz[1000], 5.105111189595176, 1e-12, 1);
    CLOSE(s[SIGNAL_2].rate_hz[1000], 3.72824902446406, 1e-12, 1);
    CLOSE(s[SIGNAL_2_CTL].rate_hz[1000], 0.82429203560582742, 1e-12, 1);
    signals_free(s);
}
END_TEST

/* ---- Lasso ---- */

/* At the minimum, with residual e = y - c - X w:  mean e = 0;  |mean_b x_bj e_b| <= penalty, = sign(w_j) penalty where
 * w_j != 0. */
START_TEST(lasso_optimal) {
    for (int repeat = 0; repeat < 30; repeat++) {
        const size_t n = testing_size(3, 400), d = testing_size(1, 30);
        const double penalty = pow(10, -3 * fabs(testing_real()));
        float *x = malloc(n * d * sizeof *x);
        double *y = malloc(n * sizeof *y), *w = malloc(d * sizeof *w), zeros = 0;
        for (size_t b = 0; b < n; b++) {
            y[b] = 3 + testing_real();
            for (size_t j = 0; j < d; j++) { /* counts, some columns silent, some twice */
                x[b * d + j] = j % 7 == 5 ? 0.0f : j % 7 == 6 ? x[b * d + j - 3] : (float)testing_size(0, 3);
                y[b] += j % 3 == 0 ? (double)x[b * d + j] : 0;
            }
        }
        lasso_t l;
        lasso_begin(&l, x, n, d);
        const double c = lasso_fit(&l, w, y, penalty);
        double sum = 0, error = 0;
        for (size_t b = 0; b < n; b++) sum += (y[b] - lasso_predict(x + b * d, d, w, c)) / (double)n;
        CLOSE(sum, 0.0, 1e-9, 10);
        for (size_t j = 0; j < d; j++) {
            double g = 0;
            for (size_t b = 0; b < n; b++)
                g += (double)x[b * d + j] * (y[b] - lasso_predict(x + b * d, d, w, c)) / (double)n;
            if (w[j] != 0)
                CLOSE(g, w[j] > 0 ? penalty : -penalty, 1e-5, penalty);
            else
                ck_assert(fabs(g) <= penalty * (1 + 1e-5));
            zeros += w[j] == 0;
            if (j % 7 == 5) ck_assert(w[j] == 0);
        }
        /* R2 is what it says */
        double mean = 0, total = 0;
        for (size_t b = 0; b < n; b++) mean += y[b] / (double)n;
        for (size_t b = 0; b < n; b++)
            error += pow(y[b] - lasso_predict(x + b * d, d, w, c), 2), total += pow(y[b] - mean, 2);
        CLOSE(lasso_r2(x, n, d, y, w, c), 1 - error / total, 1e-12, 1);
        /* above the largest covariance nothing is left but the mean */
        CLOSE(lasso_fit(&l, w, y, 1e3), mean, 1e-12, 10);
        for (size_t j = 0; j < d; j++) ck_assert(w[j] == 0);
        lasso_end(&l);
        free(x), free(y), free(w);
    }
}
END_TEST

/* ---- the network ---- */

static network_setup_t random_setup(int condition) {
    network_setup_t s = network_defaults();
    s.condition = condition;
    s.seed = testing_bits() >> 32, s.signal_seed = testing_bits() >> 32;
    s.scaling = testing_size(0, 1) ? LPL_SCALING_MAXNORM : LPL_SCALING_NONE;
    s.form = testing_size(0, 1) ? LPL_FORM_REFERENCE : LPL_FORM_ERRATUM;
    return s;
}

static void walk(network_t *net, size_t steps) {
    while (steps-- > 0) network_step(net);
}

/* The network as numbers. */
static double *digest(const network_t *net, size_t *n) {
    double synapses, *v;
    MUST(lpl_spiking_get(net->in_e, LPL_SPIKING_PARAM_N_SYNAPSES, &synapses));
    const size_t k = (size_t)synapses;
    const struct {
        int32_t what;
        size_t n;
    } parts[5] = {{LPL_SPIKING_WEIGHTS, k},
                  {LPL_SPIKING_ELIG_SUM, k},
                  {LPL_SPIKING_ELIG_FLT, k},
                  {LPL_SPIKING_MEAN, NETWORK_E},
                  {LPL_SPIKING_SIGMA2, NETWORK_E}};
    float *f = malloc((3 * k + 4 * NETWORK_E + NETWORK_I) * sizeof *f), *at = f;
    for (int p = 0; p < 5; at += parts[p++].n) OK(lpl_spiking_read(net->in_e, at, parts[p].n, NULL, parts[p].what));
    for (int p = 0; p < 2; p++, at += NETWORK_E)
        OK(lpl_lif_read(net->e, at, NETWORK_E, NULL, p ? LPL_LIF_G_GABA : LPL_LIF_V));
    for (; net->i != NULL && at < f + 3 * k + 4 * NETWORK_E + NETWORK_I; at += NETWORK_I)
        OK(lpl_lif_read(net->i, at, NETWORK_I, NULL, LPL_LIF_V));
    *n = (size_t)(at - f);
    v = malloc(*n * sizeof *v);
    for (size_t q = 0; q < *n; q++) v[q] = (double)f[q];
    free(f);
    return v;
}

static void same(const network_t *a, const network_t *b) {
    size_t n, m;
    double *x = digest(a, &n), *y = digest(b, &m);
    ck_assert_uint_eq(a->step, b->step);
    ck_assert_uint_eq(n, m);
    ck_assert_int_eq(memcmp(x, y, n * sizeof *x), 0);
    free(x), free(y);
}

/* Save anywhere, go on: the same bits; with another number of threads too. */
static void resume_one(int condition) {
    const network_setup_t s = random_setup(condition);
    network_setup_t other = s;
    uint64_t note[5] = {1, 2, 3, testing_bits(), 5}, *back;
    size_t n_back;
    const size_t before = testing_size(1, 9000), after = testing_size(1, 9000);
    network_t *straight = network_create(&s), *resumed;
    walk(straight, before);
    write_file("net.lpl", "", 0); /* so that it is removed */
    ck_assert_msg(network_save(straight, note, 5, path_of("net.lpl"), why, sizeof why), "%s", why);
    walk(straight, after);
    other.threads = 2;
    resumed = network_load(&other, &back, &n_back, path_of("net.lpl"), why, sizeof why);
    ck_assert_msg(resumed != NULL, "%s", why);
    ck_assert_uint_eq(n_back, 5);
    ck_assert_int_eq(memcmp(note, back, sizeof note), 0);
    ck_assert_uint_eq(resumed->step, before);
    walk(resumed, after);
    same(straight, resumed);
    network_destroy(straight), network_destroy(resumed);
    free(back);
}

START_TEST(resume) {
    for (int c = 0; c < NETWORK_CONDITIONS; c++) resume_one(c);
}
END_TEST

static void refused(const network_setup_t *s, const char *word) {
    uint64_t *note = NULL;
    size_t n = 1;
    network_t *net = network_load(s, &note, &n, path_of("net.lpl"), why, sizeof why);
    ck_assert_ptr_null(net);
    ck_assert_ptr_null(note);
    ck_assert_uint_eq(n, 0);
    ck_assert_msg(strstr(why, word) != NULL, "no \"%s\" in \"%s\"", word, why);
}

/* The checkpoint of another network, a damaged one, none at all: a sentence, and the file stays as it is. */
START_TEST(foreign) {
    network_setup_t s = random_setup(NETWORK_LPL), t;
    uint64_t note[2] = {7, 8};
    network_t *net = network_create(&s);
    refused(&s, "cannot open");
    walk(net, 100);
    write_file("net.lpl", "nothing", 7);
    refused(&s, "not a checkpoint");
    ck_assert(network_save(net, note, 2, path_of("net.lpl"), why, sizeof why));
    t = s, t.condition = NETWORK_HEBB_OFF;
    refused(&t, "condition lpl, not hebb_off");
    t = s, t.seed++;
    refused(&t, " seed ");
    t = s, t.signal_seed++;
    refused(&t, "signal seed");
    t = s, t.scaling = LPL_SCALING_RMS;
    refused(&t, "scaling");
    t = s, t.engine = LPL_ENGINE_FUSED;
    refused(&t, "engine");
    FILE *f = fopen(path_of("net.lpl"), "rb");
    static unsigned char bytes[4000000];
    const size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    ck_assert(n > 1000 && n < sizeof bytes);
    for (int probe = 0; probe < 40; probe++) {
        const size_t at = probe < 10 ? testing_size(9, 100) : testing_size(100, n - 1);
        if (probe % 2) {
            write_file("net.lpl", bytes, at); /* cut off */
        } else {
            const unsigned char kept = bytes[at];
            bytes[at] = (unsigned char)(kept ^ 1 << testing_size(0, 7));
            write_file("net.lpl", bytes, n);
            bytes[at] = kept;
        }
        uint64_t *back;
        size_t n_back;
        network_t *got = network_load(&s, &back, &n_back, path_of("net.lpl"), why, sizeof why);
        if (got == NULL) continue;
        same(net, got); /* a bit of the padding */
        network_destroy(got);
        free(back);
    }
    network_destroy(net);
}
END_TEST

/* The conditions differ in what they say they do. */
START_TEST(conditions) {
    double synapses[NETWORK_CONDITIONS];
    for (int c = 0; c < NETWORK_CONDITIONS; c++) {
        network_setup_t s = network_defaults();
        double push, pull, kind = -1, w[NETWORK_E * SIGNALS], sum = 0;
        s.condition = c;
        network_t *net = network_create(&s);
        MUST(lpl_spiking_get(net->in_e, LPL_SPIKING_PARAM_PUSH, &push));
        MUST(lpl_spiking_get(net->in_e, LPL_SPIKING_PARAM_PULL, &pull));
        MUST(lpl_spiking_get(net->in_e, LPL_SPIKING_PARAM_N_SYNAPSES, &synapses[c]));
        ck_assert(push == (c == NETWORK_HEBB_OFF ? 0 : 1) && pull == (c == NETWORK_PRED_OFF ? 0 : 1));
        ck_assert((net->i == NULL) == (c == NETWORK_INHIB_OFF));
        if (net->i_e != NULL) MUST(lpl_projection_get(net->i_e, LPL_PROJECTION_PARAM_KIND, &kind));
        ck_assert(kind == (c == NETWORK_INHIB_OFF     ? -1
                           : c == NETWORK_INHIB_FIXED ? LPL_PROJECTION_STATIC
                                                      : LPL_PROJECTION_INHIBITORY));
        CLOSE(synapses[c], 5000.0, 5 * 67.0, 1); /* binomial: sd 67 */
        ck_assert(synapses[c] == synapses[0]);
        network_group_weights(net, w);
        for (size_t k = 0; k < NETWORK_E * SIGNALS; k++) sum += w[k] * NETWORK_GROUP;
        CLOSE(sum, 0.15 * synapses[c], 1e-5, sum);
        if (net->e_i != NULL) {
            double n;
            MUST(lpl_projection_get(net->e_i, LPL_PROJECTION_PARAM_N_SYNAPSES, &n));
            CLOSE(n / (NETWORK_E * NETWORK_I), 0.35, 0.06, 1);
        }
        network_destroy(net);
    }
}
END_TEST

/* A window counts what the steps bring. */
START_TEST(counting) {
    const network_setup_t s = network_defaults();
    network_t *net = network_create(&s);
    spikes_window_t w;
    spikes_result_t r;
    double rate[NETWORK_E], e = 0, mean = 0, group[SIGNALS] = {0}, counted[SIGNALS] = {0};
    walk(net, 1000);
    spikes_window_begin(&w, net, 1);
    for (int t = 0; t < NETWORK_PER_SECOND; t++) {
        network_step(net);
        spikes_window_step(&w, net);
        e += (double)net->n_e;
        for (int k = 0; k < SIGNALS; k++) group[k] += (double)net->n_in[k];
    }
    ck_assert_uint_eq(w.bins, SPIKES_BINS_PER_SECOND);
    for (int k = 0; k < SIGNALS; k++) {
        for (size_t b = 0; b < w.bins; b++) counted[k] += w.group[k][b];
        ck_assert(counted[k] == group[k]);
    }
    CLOSE(group[SIGNAL_CONSTANT], 500.0, 5 * 22.4, 1);
    spikes_window_analyse(&w, &r, rate, NULL);
    for (int i = 0; i < NETWORK_E; i++) mean += rate[i];
    CLOSE(mean, e, 1e-12, e + 1);
    CLOSE(r.rate_e, e / NETWORK_E, 1e-12, 1);
    CLOSE(r.to, 1.1, 1e-12, 1);
    CLOSE(r.from, 0.1, 1e-12, 1);
    ck_assert(isnan(r.r2_long[0]));
    spikes_window_end(&w);
    network_destroy(net);
}
END_TEST

/* ---- results ---- */

START_TEST(results) {
    netresult_t a[2], b, *all;
    for (int q = 0; q < 2; q++) {
        double *v = (double *)((char *)&a[q] + offsetof(netresult_t, prime));
        memset(&a[q], 0, sizeof a[q]);
        a[q].setup = random_setup(q ? NETWORK_LPL : NETWORK_INHIB_OFF);
        for (size_t k = 0; k < (sizeof a[q] - offsetof(netresult_t, prime)) / sizeof *v; k++) v[k] = testing_real();
        a[q].end.r2_long[2] = (double)NAN;
        ck_assert(netresult_write(&a[q], folder));
        ck_assert(netresult_read(&b, &a[q].setup, folder));
        ck_assert_int_eq(b.setup.condition, a[q].setup.condition);
        ck_assert(b.setup.seed == a[q].setup.seed && b.setup.scaling == a[q].setup.scaling &&
                  b.setup.form == a[q].setup.form);
        for (int k = 0; k < SIGNALS; k++) CLOSE(b.end.r2[k], a[q].end.r2[k], 1e-8, 1);
        CLOSE(b.w_i_e, a[q].w_i_e, 1e-8, 1);
        ck_assert(isnan(b.end.r2_long[2]));
        ck_assert_int_eq(memcmp(b.rate, a[q].rate, sizeof b.rate) | memcmp(b.weight, a[q].weight, sizeof b.weight), 0);
    }
    write_file("result_other.csv", "a,b\n1,2\n", 8); /* left out */
    ck_assert_uint_eq(netresult_read_all(&all, folder), 2);
    ck_assert(all[0].setup.condition == NETWORK_LPL && all[1].setup.condition == NETWORK_INHIB_OFF);
    free(all);
    for (int q = 0; q < 2; q++) {
        char path[700];
        netresult_path(path, sizeof path, &a[q].setup, folder);
        remove(path);
    }
    ck_assert_uint_eq(netresult_read_all(&all, "/nowhere/at/all"), 0);
}
END_TEST

/* Runs with other signals: their files, and the rows that judge them. */
START_TEST(other_signals) {
    enum { SETS = 8 };
    netresult_t r[SETS], *all;
    for (int q = 0; q < SETS; q++) {
        memset(&r[q], 0, sizeof r[q]);
        r[q].setup = network_defaults();
        r[q].setup.scaling = LPL_SCALING_MAXNORM, r[q].setup.signal_seed = (uint64_t)q + 1;
        r[q].seconds = 3000, r[q].prime = 1800;
        r[q].end.r2_long[SIGNAL_1] = 0.5, r[q].end.r2_long[SIGNAL_2] = 0.6;
        ck_assert(netresult_write(&r[q], folder));
    }
    ck_assert_uint_eq(netresult_read_all(&all, folder), SETS); /* none took another's place */
    for (int q = 0; q < SETS; q++) {
        char path[700];
        ck_assert(all[q].setup.signal_seed == (uint64_t)q + 1);
        netresult_path(path, sizeof path, &r[q].setup, folder);
        remove(path);
    }
    free(all);
    ck_assert_uint_eq(netresult_table(r, SETS), 0);
    r[3].end.r2_long[SIGNAL_1] = 0.2, r[3].end.r2_long[SIGNAL_2] = 0.3; /* below the line */
    ck_assert_uint_eq(netresult_table(r, SETS), 1);
    r[4].end.r2[SIGNAL_1_CTL] = -0.15, r[5].end.r2_long[SIGNAL_CONSTANT] = 0.03; /* controls that are read */
    ck_assert_uint_eq(netresult_table(r, SETS), 3);
    for (int q = 0; q < SETS; q++) r[q].end.r2_long[SIGNAL_1] = r[q].end.r2_long[SIGNAL_2] = 0.48;
    ck_assert_uint_eq(netresult_table(r, SETS), 3);     /* the mean over all */
    ck_assert_uint_eq(netresult_table(r, SETS - 1), 2); /* of too few to say so */
}
END_TEST

int main(void) {
    Suite *suite = suite_create("spiking_network");
    TCase *t = tcase_create("network");
    testing_seed("test_spiking_network", 1);
    tcase_set_timeout(t, 120);
    tcase_add_checked_fixture(t, folder_setup, folder_teardown);
    tcase_add_test(t, rates);
    tcase_add_test(t, published_rates);
    tcase_add_test(t, lasso_optimal);
    tcase_add_test(t, resume);
    tcase_add_test(t, foreign);
    tcase_add_test(t, conditions);
    tcase_add_test(t, counting);
    tcase_add_test(t, results);
    tcase_add_test(t, other_signals);
    suite_add_tcase(suite, t);
    return testing_run(suite);
}
