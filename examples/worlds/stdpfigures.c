/* examples/worlds/stdpfigures.c - see stdpfigures.h. */
#include "stdpfigures.h"

#include <math.h>
#include <stdio.h>

#include "figure.h"

#define MS 1e3

const size_t stdp_point[STDP_POINTS] = {20, 40, 59, 79};

static void write_window(figure_t *f, const char *part, const stdp_run_t *run) {
    figure_csv(f, part);
    figure_data(f, "delta_t_ms,change\n");
    for (size_t j = 0; j < STDP_SYNAPSES; j++)
        figure_data(f, "%.4f,%.6f\n", MS * stdp_delta_t(&run->setup, j), run->result.change[j]);
}

bool stdp_draw_windows(const char *folder, const stdp_run_t *runs, const stdp_window_t *const *published, size_t n) {
    figure_t f;
    if (!figure_open(&f, folder, "stdp_windows", n > 1 ? 1350 : 640, n > 1 ? 520 : 480,
                     "STDP windows: the variance turns them round", "Fig. 6",
                     "Relative weight change after 100 pairings against the time from the pre- to the post-synaptic "
                     "spike. Circles: the published simulation. "
                     "The variance of the post-synaptic activity decides what the window looks like: where it is small "
                     "the Hebbian term wins, where it is large the predictive term turns the window round."))
        return false;
    double largest = 0;
    for (size_t k = 0; k < n; k++)
        for (size_t j = 0; j < STDP_SYNAPSES; j++) largest = fmax(largest, fabs(runs[k].result.change[j]));
    figure_grid(&f, 1, (int)n, &(figure_space_t){.dx = 40});
    for (size_t k = 0; k < n; k++) {
        const stdp_setup_t *setup = &runs[k].setup;
        char part[32], title[80];
        snprintf(part, sizeof part, "%zu", k + 1);
        snprintf(title, sizeof title, "variance %g Hz, mean %g Hz", setup->sigma2, setup->mean);
        write_window(&f, part, &runs[k]);
        figure_panel(
            &f, &(figure_panel_t){.title = title,
                                  .x = {"t_post − t_pre", "ms", -MS * setup->interval, MS * setup->interval},
                                  .y = {"relative weight change", "1", -1.1 * largest, 1.1 * largest, .bare = k > 0},
                                  .zero = true,
                                  .legend = k == 0 ? FIGURE_TOP_LEFT : FIGURE_NO_LEGEND});
        figure_mark(&f, &(figure_mark_t){FIGURE_VERTICAL, .at = {0}, .colour = FIGURE_GREY});
        figure_mark(
            &f, &(figure_mark_t){FIGURE_BOTH, "this library", part, .x = 1, .y = 2, .colour = FIGURE_BLUE, .size = 3});
        if (published != NULL && published[k] != NULL) {
            snprintf(part, sizeof part, "published-%zu", k + 1);
            figure_csv(&f, part);
            figure_data(&f, "delta_t_ms,change\n");
            for (size_t i = 0; i < STDP_POINTS; i++)
                figure_data(&f, "%.4f,%.4f\n", MS * stdp_delta_t(setup, stdp_point[i]), published[k]->change[i]);
            figure_mark(&f,
                        &(figure_mark_t){FIGURE_POINTS, "published", part, .x = 1, .y = 2, .hollow = 1, .size = 11});
        }
    }
    return figure_close(&f);
}

/* Sjostrom, Turrigiano & Nelson (2001), as tabulated by Pfister & Gerstner (2006); theory 7.1. */
static const struct {
    double rate, plus, plus_sem, minus, minus_sem;
} slices[] = {{0.1, -.04, .05, -.29, .08},
              {10, .14, .10, -.41, .11},
              {20, .29, .14, -.34, .10},
              {40, .53, .11, .56, .32},
              {50, .56, .26, .75, .19}};

/* Columns of a means-by-drive part: rate, then +10 ms, -10 ms, spikes per pairing. */
static void write_rates(figure_t *f, const char *part, const stdp_run_t *runs, size_t n) {
    figure_csv(f, part);
    figure_data(f, "rate_hz,change_plus_10ms,change_minus_10ms,spikes_per_pairing\n");
    for (size_t k = 0; k < n; k++)
        figure_data(f, "%g,%.6f,%.6f,%.6f\n", runs[k].setup.rate, runs[k].result.change[STDP_PLUS],
                    runs[k].result.change[STDP_MINUS], (double)runs[k].result.spikes / (double)runs[k].result.pairings);
}

static const int mean_colour[3] = {FIGURE_ORANGE, FIGURE_BLUE, FIGURE_PURPLE};

/* Solid: +10 ms, dashed: -10 ms. */
static void plot_means(figure_t *f, const stdp_run_t *runs, size_t n_rates, size_t no_drive) {
    for (size_t m = 0; m < 3; m++)
        for (int column = 2; column <= 3; column++) {
            char title[40], part[32];
            snprintf(title, sizeof title, "mean %g Hz", runs[m * 2 * n_rates].setup.mean);
            snprintf(part, sizeof part, "%s-%zu", no_drive ? "free" : "driven", m + 1);
            figure_mark(f, &(figure_mark_t){FIGURE_BOTH, column == 2 ? title : NULL, part, .x = 1, .y = column,
                                            .colour = mean_colour[m], .dash = column - 2});
        }
}

bool stdp_draw_rates(const char *folder, const stdp_run_t *runs, size_t n_rates) {
    figure_t f;
    if (!figure_open(&f, folder, "stdp_rates", 1250, 940, "Pairings at different rates", "Fig. 6",
                     "Relative weight change against the rate of pairings, pre 10 ms before post and the reverse. "
                     "First panel beside slices (Sjostrom et al. 2001, mean and s.e.m.; not fitted), dashed without "
                     "the drive of the synapses; "
                     "then the spikes that each pairing makes, and the changes for three running means with and "
                     "without that drive."))
        return false;
    for (size_t m = 0; m < 3; m++)
        for (size_t no_drive = 0; no_drive < 2; no_drive++) {
            char part[32];
            snprintf(part, sizeof part, "%s-%zu", no_drive ? "free" : "driven", m + 1);
            write_rates(&f, part, runs + (m * 2 + no_drive) * n_rates, n_rates);
        }
    figure_csv(&f, "slices");
    figure_data(&f, "rate_hz,change_plus_10ms,sem,change_minus_10ms,sem\n");
    for (size_t i = 0; i < sizeof slices / sizeof slices[0]; i++)
        figure_data(&f, "%g,%g,%g,%g,%g\n", slices[i].rate, slices[i].plus, slices[i].plus_sem, slices[i].minus,
                    slices[i].minus_sem);
    const figure_axis_t rate = {"pairings per second", "Hz", -1, 52, .step = 10};
    const figure_axis_t change = {"relative weight change", "1", -1.08, 2.2, .step = 0.5};
    char title[100];
    figure_grid(&f, 2, 2, NULL);
    snprintf(title, sizeof title, "mean %g Hz, beside slices (Sjöström 2001)", runs[2 * n_rates].setup.mean);
    figure_panel(&f,
                 &(figure_panel_t){.title = title, .x = rate, .y = change, .zero = true, .legend = FIGURE_TOP_LEFT});
    for (int column = 2; column <= 3; column++) {
        const int colour = column == 2 ? FIGURE_BLUE : FIGURE_VERMILLION;
        const char *name = column == 2 ? "+10 ms" : "−10 ms";
        figure_mark(
            &f, &(figure_mark_t){FIGURE_BOTH, name, "driven-2", .x = 1, .y = column, .colour = colour, .width = 2.8});
        snprintf(title, sizeof title, "%s, no drive", name);
        figure_mark(&f,
                    &(figure_mark_t){FIGURE_LINE, title, "free-2", .x = 1, .y = column, .colour = colour, .dash = 1});
        snprintf(title, sizeof title, "%s, slices", name);
        figure_mark(&f,
                    &(figure_mark_t){FIGURE_POINTS, title, "slices", .x = 1, .y = 2 * column - 2, .e = 2 * column - 1,
                                     .x_plus = column == 2 ? -0.3 : 0.3, .colour = colour, .size = 8});
    }
    figure_panel(&f, &(figure_panel_t){.title = "spikes that the pairings make",
                                       .x = rate,
                                       .y = {"spikes per pairing", "1", 0, 2.8},
                                       .legend = FIGURE_BOTTOM_RIGHT});
    figure_mark(&f, &(figure_mark_t){FIGURE_HORIZONTAL, "commanded", .at = {1}, .colour = FIGURE_GREY});
    for (size_t m = 0; m < 3; m++) {
        char part[32];
        snprintf(part, sizeof part, "driven-%zu", m + 1);
        snprintf(title, sizeof title, "mean %g Hz", runs[m * 2 * n_rates].setup.mean);
        figure_mark(&f, &(figure_mark_t){FIGURE_BOTH, title, part, .x = 1, .y = 4, .colour = mean_colour[m]});
    }
    figure_panel(&f, &(figure_panel_t){.title = "three means; solid +10 ms, dashed −10 ms",
                                       .x = rate,
                                       .y = change,
                                       .zero = true,
                                       .legend = FIGURE_TOP_LEFT});
    plot_means(&f, runs, n_rates, 0);
    figure_panel(&f, &(figure_panel_t){.title = "the same without synaptic drive: one spike per pairing",
                                       .x = rate,
                                       .y = change,
                                       .zero = true,
                                       .legend = FIGURE_TOP_LEFT});
    plot_means(&f, runs, n_rates, 1);
    return figure_close(&f);
}

/* delta_t, parameter (evenly spaced: the variance as its logarithm), change. */
static void write_map(figure_t *f, const char *part, const stdp_run_t *runs, size_t n, bool by_mean) {
    figure_csv(f, part);
    figure_data(f, "delta_t_ms,%s,change\n", by_mean ? "mean_hz" : "log10_sigma2_hz");
    for (size_t k = 0; k < n; k++)
        for (size_t j = 0; j < STDP_SYNAPSES; j++)
            figure_data(f, "%.4f,%.6g,%.6f\n", MS * stdp_delta_t(&runs[k].setup, j),
                        by_mean ? runs[k].setup.mean : log10(runs[k].setup.sigma2), runs[k].result.change[j]);
}

static void write_slices(figure_t *f, const char *part, const stdp_run_t *runs, size_t n, bool by_mean) {
    figure_csv(f, part);
    figure_data(f, "%s,change_plus_10ms,change_minus_10ms,spikes\n", by_mean ? "mean_hz" : "sigma2_hz");
    for (size_t k = 0; k < n; k++)
        figure_data(f, "%.6g,%.6f,%.6f,%zu\n", by_mean ? runs[k].setup.mean : runs[k].setup.sigma2,
                    runs[k].result.change[stdp_point[1]], runs[k].result.change[stdp_point[2]], runs[k].result.spikes);
}

static void plot_slices(figure_t *f, const char *part, const char *label, bool log) {
    figure_panel(f, &(figure_panel_t){.title = "two intervals",
                                      .x = {label, "Hz", .log = log},
                                      .y = {"relative weight change", "1", -1.05, 1.05},
                                      .zero = true,
                                      .legend = FIGURE_TOP_RIGHT});
    figure_mark(f, &(figure_mark_t){FIGURE_BOTH, "pre 10 ms before post", part, .x = 1, .y = 2, .colour = FIGURE_BLUE});
    figure_mark(
        f, &(figure_mark_t){FIGURE_BOTH, "post 10 ms before pre", part, .x = 1, .y = 3, .colour = FIGURE_VERMILLION});
}

bool stdp_draw_metaplasticity(const char *folder, const stdp_run_t *by_sigma2, size_t n_sigma2,
                              const stdp_run_t *by_mean, size_t n_mean) {
    const double low = by_sigma2[0].setup.sigma2, high = by_sigma2[n_sigma2 - 1].setup.sigma2;
    const double half = n_sigma2 > 1 ? 0.5 * log10(high / low) / (double)(n_sigma2 - 1) : 0.5;
    figure_t f;
    if (!figure_open(&f, folder, "stdp_metaplasticity", 1250, 940,
                     "Metaplasticity: the window against variance and mean", "Fig. 6",
                     "The window as a map over the variance and over the mean of the post-synaptic activity (blue "
                     "depression, orange potentiation), and below the changes at intervals of 10 ms: "
                     "they change places where the variance turns the window round."))
        return false;
    write_map(&f, "sigma2", by_sigma2, n_sigma2, false);
    write_map(&f, "mean", by_mean, n_mean, true);
    write_slices(&f, "sigma2_10ms", by_sigma2, n_sigma2, false);
    write_slices(&f, "mean_10ms", by_mean, n_mean, true);
    static const char *const decades[5] = {"0.01", "0.1", "1", "10", "100"};
    static const double at[5] = {-2, -1, 0, 1, 2};
    char title[2][80];
    snprintf(title[0], sizeof title[0], "the window against the variance, mean %g Hz", by_sigma2[0].setup.mean);
    snprintf(title[1], sizeof title[1], "the window against the mean, variance %g Hz", by_mean[0].setup.sigma2);
    figure_grid(&f, 2, 2, &(figure_space_t){.right = 100});
    figure_panel(&f, &(figure_panel_t){.title = title[0],
                                       .x = {"t_post − t_pre", "ms", -50, 50},
                                       .y = {"variance", "Hz", log10(low) - half, log10(high) + half, .names = decades,
                                             .at = at, .n_names = 5},
                                       .low = -0.6,
                                       .high = 0.6});
    figure_mark(&f, &(figure_mark_t){FIGURE_MAP, .part = "sigma2", .x = 1, .y = 2, .e = 3});
    figure_panel(
        &f, &(figure_panel_t){.title = title[1],
                              .x = {"t_post − t_pre", "ms", -50, 50},
                              .y = {"mean", "Hz", by_mean[0].setup.mean - 0.5, by_mean[n_mean - 1].setup.mean + 0.5},
                              .low = -0.6,
                              .high = 0.6,
                              .scale = "relative weight change"});
    figure_mark(&f, &(figure_mark_t){FIGURE_MAP, .part = "mean", .x = 1, .y = 2, .e = 3});
    plot_slices(&f, "sigma2_10ms", "variance", true);
    plot_slices(&f, "mean_10ms", "mean", false);
    return figure_close(&f);
}
