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
    if (!figure_open(&f, folder, "stdp_windows", n > 1 ? 1350 : 620, 480, "Fig. 6",
                     "Relative weight change after 100 pairings against the time from the pre- to the post-synaptic "
                     "spike. Circles: the published simulation. "
                     "The variance of the post-synaptic activity decides what the window looks like: where it is small "
                     "the Hebbian term wins, where it is large the predictive term turns the window round."))
        return false;
    figure_plot(&f, "set multiplot layout 1,%zu margins %s,0.985,0.15,0.88 spacing 0.07,0\n", n,
                n > 1 ? "0.075" : "0.17");
    figure_plot(
        &f,
        "set xlabel 't_post − t_pre (ms)'\nset zeroaxis lc rgb '#bbbbbb' dt 2\nset offsets 0,0,graph 0.08,graph 0.08\n"
        "set key top left Left reverse\nset ylabel 'relative weight change'\n");
    for (size_t k = 0; k < n; k++) {
        const stdp_setup_t *setup = &runs[k].setup;
        char part[32];
        snprintf(part, sizeof part, "%zu", k + 1);
        write_window(&f, part, &runs[k]);
        figure_plot(&f, "set title 'variance %g Hz, mean %g Hz'\nset xrange [%g:%g]\n", setup->sigma2, setup->mean,
                    -MS * setup->interval, MS * setup->interval);
        figure_plot(
            &f, "plot 'stdp_windows-%s.csv' using 1:2 skip 1 with linespoints lt %d pt 7 ps 0.3 title 'this library'",
            part, FIGURE_BLUE);
        if (published != NULL && published[k] != NULL) {
            snprintf(part, sizeof part, "published-%zu", k + 1);
            figure_csv(&f, part);
            figure_data(&f, "delta_t_ms,change\n");
            for (size_t i = 0; i < STDP_POINTS; i++)
                figure_data(&f, "%.4f,%.4f\n", MS * stdp_delta_t(setup, stdp_point[i]), published[k]->change[i]);
            figure_plot(&f,
                        ", 'stdp_windows-%s.csv' using 1:2 skip 1 with points pt 6 ps 1.2 lw 1.5 lc rgb '#000000' "
                        "title 'published'",
                        part);
        }
        figure_plot(&f, "\nunset ylabel\nunset key\n");
    }
    figure_plot(&f, "unset multiplot\n");
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
            figure_plot(f, "%s 'stdp_rates-%s-%zu.csv' using 1:%d skip 1 with linespoints lt %d lw 2 pt 7 ps 0.4 dt %d",
                        m == 0 && column == 2 ? "plot" : ",", no_drive ? "free" : "driven", m + 1, column,
                        mean_colour[m], column - 1);
            if (column == 2)
                figure_plot(f, " title 'mean %g Hz'", runs[m * 2 * n_rates].setup.mean);
            else
                figure_plot(f, " notitle");
        }
    figure_plot(f, "\n");
}

bool stdp_draw_rates(const char *folder, const stdp_run_t *runs, size_t n_rates) {
    figure_t f;
    if (!figure_open(&f, folder, "stdp_rates", 1250, 900, "Fig. 6",
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
    figure_plot(&f,
                "set multiplot layout 2,2 margins 0.075,0.985,0.085,0.95 spacing 0.1,0.15\nset xlabel 'pairings per "
                "second (Hz)'\n"
                "set ylabel 'relative weight change'\nset xrange [-1:52]\nset yrange [-0.75:1.75]\nset xzeroaxis lc "
                "rgb '#bbbbbb' dt 2\n"
                "set key top left Left reverse maxrows 3\nset title 'mean %g Hz, beside slices (Sjöström 2001)'\n",
                runs[2 * n_rates].setup.mean);
    for (int column = 2; column <= 3; column++) {
        const int colour = column == 2 ? FIGURE_BLUE : FIGURE_VERMILLION;
        const char *name = column == 2 ? "+10 ms" : "−10 ms";
        figure_plot(
            &f, "%s 'stdp_rates-driven-2.csv' using 1:%d skip 1 with linespoints lt %d lw 2.4 pt 7 ps 0.4 title '%s'",
            column == 2 ? "plot" : ",", column, colour, name);
        figure_plot(&f, ", 'stdp_rates-free-2.csv' using 1:%d skip 1 with lines lt %d lw 2 dt 2 title '%s, no drive'",
                    column, colour, name);
        figure_plot(&f,
                    ", 'stdp_rates-slices.csv' using ($1%+.1f):%d:%d skip 1 with yerrorbars lt %d pt 7 ps 0.9 title "
                    "'%s, slices'",
                    column == 2 ? -0.3 : 0.3, 2 * column - 2, 2 * column - 1, colour, name);
    }
    figure_plot(&f, "\nset title 'spikes that the pairings make'\nset ylabel 'spikes per pairing'\nset yrange "
                    "[0:2.8]\nset key bottom right\n"
                    "plot 1 lc rgb '#bbbbbb' dt 2 title 'commanded'");
    for (size_t m = 0; m < 3; m++)
        figure_plot(
            &f,
            ", 'stdp_rates-driven-%zu.csv' using 1:4 skip 1 with linespoints lt %d lw 2 pt 7 ps 0.4 title 'mean %g Hz'",
            m + 1, mean_colour[m], runs[m * 2 * n_rates].setup.mean);
    figure_plot(&f, "\nset ylabel 'relative weight change'\nset yrange [-1.08:1.3]\nset key top left maxrows 1\nset "
                    "title 'three means; "
                    "solid +10 ms, dashed −10 ms'\n");
    plot_means(&f, runs, n_rates, 0);
    figure_plot(&f, "set title 'the same without synaptic drive: one spike per pairing'\n");
    plot_means(&f, runs, n_rates, 1);
    figure_plot(&f, "unset multiplot\n");
    return figure_close(&f);
}

/* delta_t, parameter, change; a blank line between parameters, for a map with any spacing. */
static void write_map(figure_t *f, const char *part, const stdp_run_t *runs, size_t n, bool by_mean) {
    figure_csv(f, part);
    figure_data(f, "delta_t_ms,%s,change\n", by_mean ? "mean_hz" : "sigma2_hz");
    for (size_t k = 0; k < n; k++)
        for (size_t j = 0; j < STDP_SYNAPSES; j++)
            figure_data(f, "%.4f,%.6g,%.6f\n", MS * stdp_delta_t(&runs[k].setup, j),
                        by_mean ? runs[k].setup.mean : runs[k].setup.sigma2, runs[k].result.change[j]);
}

static void write_slices(figure_t *f, const char *part, const stdp_run_t *runs, size_t n, bool by_mean) {
    figure_csv(f, part);
    figure_data(f, "%s,change_plus_10ms,change_minus_10ms,spikes\n", by_mean ? "mean_hz" : "sigma2_hz");
    for (size_t k = 0; k < n; k++)
        figure_data(f, "%.6g,%.6f,%.6f,%zu\n", by_mean ? runs[k].setup.mean : runs[k].setup.sigma2,
                    runs[k].result.change[stdp_point[1]], runs[k].result.change[stdp_point[2]], runs[k].result.spikes);
}

static void plot_slices(figure_t *f, const char *part) {
    figure_plot(f,
                "plot 'stdp_metaplasticity-%s.csv' using 1:2 skip 1 with linespoints lt %d lw 2.2 pt 7 ps 0.4 title "
                "'pre 10 ms before post', "
                "'' using 1:3 skip 1 with linespoints lt %d lw 2.2 pt 7 ps 0.4 title 'post 10 ms before pre'\n",
                part, FIGURE_BLUE, FIGURE_VERMILLION);
}

bool stdp_draw_metaplasticity(const char *folder, const stdp_run_t *by_sigma2, size_t n_sigma2,
                              const stdp_run_t *by_mean, size_t n_mean) {
    const double low = by_sigma2[0].setup.sigma2, high = by_sigma2[n_sigma2 - 1].setup.sigma2;
    const double half = n_sigma2 > 1 ? 0.5 * log10(high / low) / (double)(n_sigma2 - 1) : 0.5;
    figure_t f;
    if (!figure_open(&f, folder, "stdp_metaplasticity", 1250, 900, "Fig. 6",
                     "The window as a map over the variance and over the mean of the post-synaptic activity (blue "
                     "depression, orange potentiation), and below the changes at intervals of 10 ms: "
                     "they change places where the variance turns the window round."))
        return false;
    write_map(&f, "sigma2", by_sigma2, n_sigma2, false);
    write_map(&f, "mean", by_mean, n_mean, true);
    write_slices(&f, "sigma2_10ms", by_sigma2, n_sigma2, false);
    write_slices(&f, "mean_10ms", by_mean, n_mean, true);
    figure_diverging(&f);
    figure_plot(&f,
                "set multiplot layout 2,2 margins 0.075,0.935,0.085,0.95 spacing 0.15,0.15\nset cbrange "
                "[-0.6:0.6]\nset xrange [-50:50]\n"
                "set xlabel 't_post − t_pre (ms)'\nset title 'the window against the variance, mean %g Hz'\n"
                "set ylabel 'variance (Hz)'\nset yrange [%g:%g]\n"
                "set ytics ('0.01' -2, '0.1' -1, '1' 0, '10' 1, '100' 2)\n"
                "plot 'stdp_metaplasticity-sigma2.csv' using 1:(log10($2)):3 skip 1 with image notitle\n",
                by_sigma2[0].setup.mean, log10(low) - half, log10(high) + half);
    figure_plot(&f,
                "set ytics auto\nset title 'the window against the mean, variance %g Hz'\nset ylabel 'mean (Hz)'\nset "
                "yrange [%g:%g]\n"
                "plot 'stdp_metaplasticity-mean.csv' using 1:2:3 skip 1 with image notitle\n",
                by_mean[0].setup.sigma2, by_mean[0].setup.mean - 0.5, by_mean[n_mean - 1].setup.mean + 0.5);
    figure_plot(&f, "set autoscale\nset xzeroaxis lc rgb '#bbbbbb' dt 2\nset title 'two intervals'\nset ylabel "
                    "'relative weight change'\n"
                    "set key top right Left reverse\nset xlabel 'variance (Hz)'\nset yrange [-1.05:1.05]\nset logscale "
                    "x\nset format x '%%g'\n");
    plot_slices(&f, "sigma2_10ms");
    figure_plot(&f, "unset logscale x\nset xlabel 'mean (Hz)'\n");
    plot_slices(&f, "mean_10ms");
    figure_plot(&f, "unset multiplot\n");
    return figure_close(&f);
}
