/* examples/paper/stdp.c - Fig. 6: the STDP window that LPL predicts, how it depends on the variance and the mean, and
 * on the rate of pairings (theory 7). Expected values are final weights of the published simulation, unless a row says
 * something else. */
#include <math.h>
#include <string.h>

#include "worlds/cli.h"
#include "worlds/figure.h"
#include "worlds/firstspikes.h"
#include "worlds/must.h"
#include "worlds/progress.h"
#include "worlds/stdpfigures.h"
#include "worlds/table.h"

#define MAX_RUNS 256
#define N_SIGMA2 33 /* 0.01 .. 100 Hz, eight to a factor of ten */
#define N_MEAN 31   /* 0 .. 30 Hz */

typedef struct options_t {
    double rate, sigma2, mean, interval;
    const char *form, *engine, *slow, *folder;
    long threads;
    int demo, no_drive;
} options_t;

/* Windows of the published simulation: 50 ms, 10 Hz, 100 pairings. The first three are the figure's. */
static const stdp_window_t published[] = {
    {10, 0.1, {.1689, .3938, -.0615, -.2579}, 100}, {10, 1, {-.0316, .0477, .0981, -.0422}, 100},
    {10, 100, {-.0763, -.0297, .1401, .0139}, 100}, {10, 0.01, {.6269, 1, -.2686, -.5658}, 100},
    {10, 0.2, {.0829, .2457, .0015, -.1722}, 100},  {0, 0.1, {.9348, 1, .4681, .2430}, 125},
    {0, 1, {.0530, .1354, .1877, .0416}, 100},      {0, 100, {-.0754, -.0288, .1411, .0148}, 100},
    {12, 0.1, {.0801, .2999, -.1380, -.3279}, 100}, {12, 1, {-.0477, .0311, .0812, -.0580}, 100},
    {12, 100, {-.0765, -.0299, .1399, .0137}, 100}, {20, 0.1, {-.2274, -.0242, -.4082, -.5769}, 100},
    {20, 1, {-.1108, -.0341, .0147, -.1205}, 100},  {20, 100, {-.0773, -.0307, .1391, .0129}, 100},
};
#define N_PUBLISHED (sizeof published / sizeof published[0])
#define N_FIGURE 3
/* Extremes of the figure's three windows, and where they are (ms). */
static const double extremes[N_FIGURE][4] = {
    {-.258, -30.8, .417, 13.6}, {-.061, -45.0, .108, -5.6}, {-.083, 22.7, .141, -8.6}};

/* Rate dependence: interval 20 ms, variance 0.1 Hz; t_post - t_pre = 9.9 and -10.3 ms. NAN: no published value. */
#define N_RATES 12
static const double rates[N_RATES] = {0.1, 1, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50};
static const double means[3] = {0, 20, 50};
typedef struct rate_row_t {
    double rate, plus, minus, spikes;
} rate_row_t;
static const rate_row_t mean_0[] = {{0.1, .716, .171, 29},  {1, 1.000, .466, 187}, {5, 1.000, .443, 190},
                                    {10, 1.000, .464, 195}, {20, .928, .991, 250}, {30, .776, .692, 197},
                                    {40, .612, .564, 189},  {50, .456, .418, 130}};
static const rate_row_t mean_20[] = {{0.1, .111, -.154, 20}, {1, .136, -.371, 100}, {5, .083, -.393, 100},
                                     {10, .116, -.423, 100}, {20, .559, .546, 198}, {30, .556, .506, 197},
                                     {40, .455, .431, 187},  {50, .314, .293, 124}};
static const rate_row_t mean_50[] = {{0.1, -.31, -.38, NAN}, {1, -.85, -1, NAN},  {10, -1, -1, NAN},
                                     {20, -.73, -.88, NAN},  {30, .13, .13, NAN}, {40, .09, .10, NAN},
                                     {50, .03, .03, NAN}};
static const rate_row_t mean_20_free[] = {{10, -.018, -.238, 100},
                                          {20, .066, -.047, 100},
                                          {30, .225, .193, 100},
                                          {40, .416, .404, 100},
                                          {50, .604, .593, 100}};

static bool run_all(stdp_run_t *runs, size_t n, const options_t *o) {
    size_t done = 0;
    progress_t progress;
    progress_begin(&progress, "pairing experiments", (double)n, "runs");
#pragma omp parallel for schedule(dynamic, 1) num_threads((int)o->threads)
    for (size_t k = 0; k < n; k++) {
        if (progress_stop()) continue;
        stdp_run(&runs[k]);
#pragma omp critical
        progress_tick(&progress, (double)++done, NULL);
    }
    fprintf(stderr, "time: %zu experiments in %.2f s\n", n, progress_end(&progress));
    return !progress_stop();
}

static const stdp_window_t *find_published(const stdp_setup_t *setup) {
    if (!setup->drive || setup->interval != 50e-3 || setup->rate != 10.0) return NULL;
    for (size_t k = 0; k < N_PUBLISHED; k++)
        if (published[k].mean == setup->mean && published[k].sigma2 == setup->sigma2) return &published[k];
    return NULL;
}

static double at_ms(const stdp_run_t *run, size_t synapse) { return 1e3 * stdp_delta_t(&run->setup, synapse); }

static const char *const unpublished = "no such run is published";

/* Every value of one window. */
static void window_rows(table_t *t, const stdp_run_t *run, const stdp_window_t *expected) {
    t->source = "published code: final weights of its program";
    for (size_t i = 0; i < STDP_POINTS; i++) {
        const double got = run->result.change[stdp_point[i]], ms = at_ms(run, stdp_point[i]);
        if (expected != NULL)
            table_near(t, TABLE_MUST, expected->change[i], got, 0.002, "  change at %+.1f ms", ms);
        else
            table_not_comparable(t, unpublished, got, "  change at %+.1f ms", ms);
    }
    if (expected != NULL)
        table_near(t, TABLE_MUST, (double)expected->spikes, (double)run->result.spikes, 1, "  spikes in %zu pairings",
                   run->result.pairings);
    else
        table_not_comparable(t, unpublished, (double)run->result.spikes, "  spikes in %zu pairings",
                             run->result.pairings);
}

static void figure_rows(table_t *t, const stdp_run_t *runs) {
    t->source = "published code: final weights of its program";
    for (size_t k = 0; k < N_FIGURE; k++) {
        const stdp_run_t *run = &runs[k];
        const size_t low = stdp_lowest(run), high = stdp_highest(run);
        table_near(t, TABLE_MUST, extremes[k][0], run->result.change[low], 0.002, "mean %g, variance %g: lowest change",
                   run->setup.mean, run->setup.sigma2);
        table_near(t, TABLE_MUST, extremes[k][1], at_ms(run, low), 1.1, "  at t_post - t_pre, ms");
        table_near(t, TABLE_MUST, extremes[k][2], run->result.change[high], 0.002, "  highest change");
        table_near(t, TABLE_MUST, extremes[k][3], at_ms(run, high), 1.1, "  at t_post - t_pre, ms");
        window_rows(t, run, &published[k]);
    }
}

/* The other windows, in two rows each. */
static void other_rows(table_t *t, const stdp_run_t *runs) {
    for (size_t k = N_FIGURE; k < N_PUBLISHED; k++) {
        double largest = 0.0;
        for (size_t i = 0; i < STDP_POINTS; i++)
            largest = fmax(largest, fabs(runs[k].result.change[stdp_point[i]] - published[k].change[i]));
        table_below(t, TABLE_MUST, 0.002, largest, "mean %g, variance %g: largest difference", published[k].mean,
                    published[k].sigma2);
        table_near(t, TABLE_MUST, (double)published[k].spikes, (double)runs[k].result.spikes, 1, "  spikes");
    }
}

static void rate_rows(table_t *t, const stdp_run_t *runs, const rate_row_t *rows, size_t n, double tolerance,
                      const char *what) {
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < N_RATES; i++) {
            if (rates[i] != rows[k].rate) continue;
            table_near(t, TABLE_MUST, rows[k].plus, runs[i].result.change[STDP_PLUS], tolerance, "%s, %g Hz: +10 ms",
                       what, rates[i]);
            table_near(t, TABLE_MUST, rows[k].minus, runs[i].result.change[STDP_MINUS], tolerance, "  -10 ms");
            if (isnan(rows[k].spikes))
                table_not_comparable(t, "no count is published for this mean", (double)runs[i].result.spikes,
                                     "  spikes in %zu pairings", runs[i].result.pairings);
            else
                table_near(t, TABLE_MUST, rows[k].spikes, (double)runs[i].result.spikes, 2, "  spikes in %zu pairings",
                           runs[i].result.pairings);
        }
}

static stdp_setup_t base_setup(const options_t *o) {
    stdp_setup_t setup;
    stdp_defaults(&setup);
    setup.form = strcmp(o->form, "erratum") == 0 ? LPL_FORM_ERRATUM : LPL_FORM_REFERENCE;
    setup.engine = strcmp(o->engine, "block") == 0   ? LPL_ENGINE_BLOCK
                   : strcmp(o->engine, "fused") == 0 ? LPL_ENGINE_FUSED
                                                     : LPL_ENGINE_AUTO;
    setup.slow = strcmp(o->slow, "double") == 0 ? LPL_SLOW_DOUBLE : LPL_SLOW_REFERENCE;
    setup.drive = !o->no_drive;
    return setup;
}

static void first_rows(table_t *t, const options_t *o) {
    const stdp_setup_t setup = base_setup(o);
    const lpl_spiking_config_t of = stdp_plastic(&setup);
    const firstspikes_t f = firstspikes(&of);
    firstspikes_judge(t, &f);
}

/* Signs of the changes in slices (Sjostrom, Turrigiano & Nelson 2001, as tabulated by Pfister & Gerstner 2006): 0 where
 * the mean is within its standard error of none. */
static void slice_rows(table_t *t, const stdp_run_t *runs) {
    static const struct {
        double rate;
        int plus, minus;
    } slice[] = {{0.1, 0, -1}, {10, 1, -1}, {20, 1, -1}, {40, 1, 1}, {50, 1, 1}};
    for (size_t k = 0; k < sizeof slice / sizeof slice[0]; k++)
        for (size_t i = 0; i < N_RATES; i++) {
            if (rates[i] != slice[k].rate) continue;
            const int sign[2] = {slice[k].plus, slice[k].minus};
            const double change[2] = {runs[i].result.change[STDP_PLUS], runs[i].result.change[STDP_MINUS]};
            static const char *const interval[2] = {"+10", "-10"};
            for (int q = 0; q < 2; q++) {
                /* in the published program too the second spikes turn it round at 20 Hz already (see --no-drive) */
                const bool turned = slice[k].rate == 20 && q == 1;
                t->source = turned ? "in vitro: slices, sign; the published program differs" : "in vitro: slices, sign";
                if (sign[q] == 0)
                    table_not_comparable(t, "in slices no change within its error", change[q],
                                         "as in slices, %g Hz, %s ms", rates[i], interval[q]);
                else if (sign[q] > 0)
                    table_above(t, TABLE_MUST, 0, change[q], "as in slices, %g Hz, %s ms", rates[i], interval[q]);
                else
                    table_below(t, turned ? TABLE_SHOULD : TABLE_MUST, 0, change[q], "as in slices, %g Hz, %s ms",
                                rates[i], interval[q]);
            }
        }
}

/* The variance at which the two intervals of 10 ms change places: below, pre-before-post wins, as in experiments;
 * above, post-before-pre. */
static double flip(const stdp_run_t *runs, size_t n) {
    for (size_t k = 1; k < n; k++) {
        const double before = runs[k - 1].result.change[stdp_point[1]] - runs[k - 1].result.change[stdp_point[2]];
        const double after = runs[k].result.change[stdp_point[1]] - runs[k].result.change[stdp_point[2]];
        if (before > 0.0 && after <= 0.0)
            return runs[k - 1].setup.sigma2 *
                   pow(runs[k].setup.sigma2 / runs[k - 1].setup.sigma2, before / (before - after));
    }
    return NAN;
}

/* The figure's three windows. */
static int demo(const options_t *o) {
    stdp_run_t runs[N_FIGURE];
    const stdp_window_t *expected[N_FIGURE];
    table_t t;
    bool drawn;
    for (size_t k = 0; k < N_FIGURE; k++) {
        runs[k].setup = base_setup(o);
        runs[k].setup.mean = published[k].mean;
        runs[k].setup.sigma2 = published[k].sigma2;
        expected[k] = &published[k];
    }
    if (!run_all(runs, N_FIGURE, o)) return 130;
    drawn = stdp_draw_windows(o->folder, runs, expected, N_FIGURE);
    table_begin(&t, "stdp: the windows of Fig. 6 (100 pairings at 10 Hz; published simulation)");
    figure_rows(&t, runs);
    first_rows(&t, o);
    return table_end(&t) > 0 || !drawn ? 1 : 0;
}

/* Everything: windows, rates with and without drive, variances, means. */
static int paper(const options_t *o) {
    static stdp_run_t runs[MAX_RUNS];
    const stdp_setup_t base = base_setup(o);
    const stdp_window_t *expected[N_FIGURE];
    stdp_run_t *by_rate = runs + N_PUBLISHED, *by_sigma2 = by_rate + 6 * N_RATES, *by_mean = by_sigma2 + N_SIGMA2;
    const size_t n = (size_t)(by_mean - runs) + N_MEAN;
    table_t t;
    bool drawn;
    for (size_t k = 0; k < n; k++) runs[k].setup = base;
    for (size_t k = 0; k < N_PUBLISHED; k++) {
        runs[k].setup.mean = published[k].mean;
        runs[k].setup.sigma2 = published[k].sigma2;
        if (k < N_FIGURE) expected[k] = &published[k];
    }
    for (size_t k = 0; k < 6 * N_RATES; k++) { /* mean, then drive, then rate */
        by_rate[k].setup.interval = 20e-3;
        by_rate[k].setup.mean = means[k / (2 * N_RATES)];
        by_rate[k].setup.drive = k / N_RATES % 2 == 0;
        by_rate[k].setup.rate = rates[k % N_RATES];
    }
    for (size_t k = 0; k < N_SIGMA2; k++)
        by_sigma2[k].setup.sigma2 = pow(10.0, -2.0 + 4.0 * (double)k / (N_SIGMA2 - 1));
    for (size_t k = 0; k < N_MEAN; k++) by_mean[k].setup.mean = (double)k;
    if (!run_all(runs, n, o)) return 130;
    drawn = stdp_draw_windows(o->folder, runs, expected, N_FIGURE);
    drawn = stdp_draw_rates(o->folder, by_rate, N_RATES) && drawn;
    drawn = stdp_draw_metaplasticity(o->folder, by_sigma2, N_SIGMA2, by_mean, N_MEAN) && drawn;

    table_begin(&t, "stdp: the windows of Fig. 6 (100 pairings at 10 Hz; published simulation)");
    figure_rows(&t, runs);
    other_rows(&t, runs);
    t.source = "published code: its windows lie on either side";
    table_between(&t, TABLE_MUST, 0.2, 1.0, flip(by_sigma2, N_SIGMA2), "variance that turns the window round");
    t.source = "published code: final weights, spikes of its program";
    rate_rows(&t, by_rate + 2 * N_RATES, mean_20, sizeof mean_20 / sizeof mean_20[0], 0.005, "mean 20");
    slice_rows(&t, by_rate + 2 * N_RATES);
    t.source = "another program: the published one always drives";
    rate_rows(&t, by_rate + 3 * N_RATES, mean_20_free, sizeof mean_20_free / sizeof mean_20_free[0], 0.002,
              "mean 20, no drive");
    t.source = "published code: final weights, spikes of its program";
    rate_rows(&t, by_rate, mean_0, sizeof mean_0 / sizeof mean_0[0], 0.005, "mean 0");
    t.source = "article: read off a figure of its notebook";
    rate_rows(&t, by_rate + 4 * N_RATES, mean_50, sizeof mean_50 / sizeof mean_50[0], 0.03, "mean 50 (theory 7.4)");
    first_rows(&t, o);
    return table_end(&t) > 0 || !drawn ? 1 : 0;
}

/* One experiment of the user's own. */
static int single(const options_t *o) {
    stdp_run_t run;
    const stdp_window_t *expected;
    table_t t;
    bool drawn;
    run.setup = base_setup(o);
    if (o->rate > 0.0) run.setup.rate = o->rate;
    if (o->sigma2 >= 0.0) run.setup.sigma2 = o->sigma2;
    if (o->mean >= 0.0) run.setup.mean = o->mean;
    if (o->interval > 0.0) run.setup.interval = 1e-3 * o->interval;
    if (!run_all(&run, 1, o)) return 130;
    expected = find_published(&run.setup);
    drawn = stdp_draw_windows(o->folder, &run, &expected, 1);
    table_begin(&t, "stdp: one experiment");
    table_not_comparable(&t, unpublished, run.result.change[stdp_lowest(&run)],
                         "rate %g, mean %g, variance %g: lowest change", run.setup.rate, run.setup.mean,
                         run.setup.sigma2);
    table_not_comparable(&t, unpublished, at_ms(&run, stdp_lowest(&run)), "  at t_post - t_pre, ms");
    table_not_comparable(&t, unpublished, run.result.change[stdp_highest(&run)], "  highest change");
    table_not_comparable(&t, unpublished, at_ms(&run, stdp_highest(&run)), "  at t_post - t_pre, ms");
    window_rows(&t, &run, expected);
    return table_end(&t) > 0 || !drawn ? 1 : 0;
}

/* Is the text one of the words? Otherwise says so. */
static bool one_of(const char *name, const char *text, const char *const *words, size_t n) {
    for (size_t k = 0; k < n; k++)
        if (strcmp(text, words[k]) == 0) return true;
    fprintf(stderr, "stdp: --%s = '%s', need", name, text);
    for (size_t k = 0; k < n; k++) fprintf(stderr, "%s %s", k > 0 ? " or" : "", words[k]);
    fprintf(stderr, "\n");
    return false;
}

int main(int argc, char **argv) {
    static const char *const forms[] = {"erratum", "reference"}, *const engines[] = {"auto", "fused", "block"},
                             *const slows[] = {"reference", "double"};
    options_t o = {-1.0, -1.0, -1.0, -1.0, "erratum", "auto", "reference", "lpl-out", 1, 0, 0};
    const cli_option_t options[] = {
        {"demo", 0, CLI_FLAG, &o.demo, 0, 0, NULL, "the three windows of the figure alone"},
        {"rate", 0, CLI_REAL, &o.rate, 0.01, 200, "HZ", "one experiment: pairings per second, 10 unless given"},
        {"sigma2", 0, CLI_REAL, &o.sigma2, 0, 1e6, "HZ",
         "one experiment: variance at the start, in Hz for both forms, 0.1 unless given"},
        {"mean", 0, CLI_REAL, &o.mean, 0, 1000, "HZ", "one experiment: running mean at the start, 10 unless given"},
        {"interval", 0, CLI_REAL, &o.interval, 1, 90, "MS",
         "one experiment: inputs from -MS to +MS around the spike, 50 unless given"},
        {"no-drive", 0, CLI_FLAG, &o.no_drive, 0, 0, NULL,
         "the membrane does not feel the synapses: no spikes but those commanded"},
        {"form", 0, CLI_TEXT, &o.form, 0, 0, "FORM", "erratum or reference (as published)"},
        {"engine", 0, CLI_TEXT, &o.engine, 0, 0, "ENGINE", "auto, fused or block"},
        {"slow", 0, CLI_TEXT, &o.slow, 0, 0, "NAME",
         "slow averages: reference (float32 as published, what is expected here) or double (exact)"},
        {"threads", 0, CLI_INT, &o.threads, 1, 1024, "N",
         "experiments at the same time; they give the same numbers on any number"}};
    const cli_t cli = {
        "stdp",
        "the STDP window that LPL predicts, and what it depends on (Fig. 6)",
        "  dw = eta [ alpha * (psp_pre f'(v_post)) ] [ alpha * ( -(S(t) - S(t - 20 ms)) + (S - mean) / (variance + xi) "
        ") ]   (theory 6.3)\n"
        "  100 inputs fire from -I to +I around each of 100 spikes of a voltage-clamped neuron (theory 7.2)",
        options,
        sizeof options / sizeof options[0],
        NULL,
        NULL,
        NULL,
        "Try:  stdp --demo                      windows for three variances\n"
        "      stdp --sigma2 100                the window turned round: the predictive term alone\n"
        "      stdp --rate 40 --interval 20 --mean 20 [--no-drive]",
        &o.folder,
        NULL};
    int status = cli_parse(&cli, argc, argv);
    if (status >= 0) return status;
    if (!one_of("form", o.form, forms, 2) || !one_of("engine", o.engine, engines, 3) ||
        !one_of("slow", o.slow, slows, 2))
        return 2;
    if (!figure_folder(o.folder)) return 3;
    progress_catch_interrupt();
    if (o.rate > 0.0 || o.sigma2 >= 0.0 || o.mean >= 0.0 || o.interval > 0.0 || o.no_drive)
        status = single(&o);
    else if (o.demo)
        status = demo(&o);
    else
        status = paper(&o);
    if (status == 130) fprintf(stderr, "interrupted\n");
    return status;
}
