/* examples/worlds/netfigures.c - see netfigures.h. */
#include "netfigures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "figure.h"

static const int colour[SIGNALS] = {FIGURE_GREY, FIGURE_BLUE, FIGURE_SKY, FIGURE_VERMILLION, FIGURE_ORANGE};

/* saw: what is to be seen, before the condition and the seed. */
static bool open_figure(figure_t *f, const netresult_t *r, const char *folder, const char *what, int width, int height,
                        const char *saw) {
    char name[64], caption[800];
    snprintf(name, sizeof name, "%s_%s_%llu", what, network_names[r->setup.condition],
             (unsigned long long)r->setup.seed);
    snprintf(caption, sizeof caption, "%s Condition: %s, seed %llu, %.0f s.", saw, network_titles[r->setup.condition],
             (unsigned long long)r->setup.seed, r->end.to);
    return figure_open(f, folder, name, width, height, "Fig. 5", caption);
}

/* -1: only P1, 1: only P2. */
static double preference(const netresult_t *r, int i) {
    return spikes_selectivity(r->weight[i * SIGNALS + SIGNAL_2], r->weight[i * SIGNALS + SIGNAL_1]);
}

/* ---- raster ---- */

static const netresult_t *sorted_by; /* for qsort */

static int by_preference(const void *a, const void *b) {
    const int i = *(const int *)a, j = *(const int *)b;
    const double x = preference(sorted_by, i), y = preference(sorted_by, j);
    return x == y ? i - j : x < y ? 1 : -1;
}

bool netfigures_raster(const netresult_t *r, const netraster_t *raster, const signal_t signal[SIGNALS],
                       const char *folder) {
    static const char *const part[3] = {"inputs", "e", "i"};
    enum { SHOWN = 20 }; /* inputs of each group */
    const double from = (double)raster->from / NETWORK_PER_SECOND;
    int order[NETWORK_E], row[NETWORK_E];
    figure_t f;
    if (!open_figure(&f, r, folder, "raster", 1100, 900,
                     "The last four seconds: the rates of the two slow input groups, spikes of the inputs (every "
                     "fifth, by group), of the excitatory neurons "
                     "(sorted by whether they listen to P2, below, or to P1), and of the inhibitory ones."))
        return false;
    for (int i = 0; i < NETWORK_E; i++) order[i] = i;
    sorted_by = r;
    qsort(order, NETWORK_E, sizeof *order, by_preference);
    for (int i = 0; i < NETWORK_E; i++) row[order[i]] = i;
    figure_csv(&f, "rates");
    figure_data(&f, "time,P0,P1,P1ctl,P2,P2ctl\n");
    for (int k = 0; k <= 100 * NETRASTER_SECONDS; k++) {
        figure_data(&f, "%.2f", 0.01 * k);
        for (int g = 0; g < SIGNALS; g++) figure_data(&f, ",%.4g", signals_rate(&signal[g], from + 0.01 * k));
        figure_data(&f, "\n");
    }
    for (int p = 0; p < 3; p++) {
        figure_csv(&f, part[p]);
        figure_data(&f, "time,row,neuron,group\n");
        for (size_t s = 0; s < raster->n[p]; s++) {
            const uint32_t neuron = raster->neuron[p][s];
            const int group = p == 0 ? (int)(neuron / NETWORK_GROUP) : 0;
            int at = p == 1 ? row[neuron] : (int)neuron;
            if (p == 0) {
                if (neuron % NETWORK_GROUP >= SHOWN) continue;
                at = (SIGNALS - 1 - group) * SHOWN + (int)(neuron % NETWORK_GROUP);
            }
            figure_data(&f, "%.4f,%d,%u,%d\n", (double)(raster->step[p][s] - raster->from) / NETWORK_PER_SECOND, at,
                        neuron, group);
        }
    }
    figure_plot(&f,
                "set multiplot\nset lmargin at screen 0.09\nset rmargin at screen 0.985\nset xrange [0:%d]\nset format "
                "x ''\nset key off\n",
                NETRASTER_SECONDS);
    figure_plot(
        &f,
        "set tmargin at screen 0.95\nset bmargin at screen 0.84\nset title 'Spikes, %s, seed %llu: the last %d s of "
        "%.0f s'\nset "
        "ylabel 'rate (Hz)'\nset yrange [0:*]\nset ytics 10\nset key at screen 0.985, screen 0.99 right horizontal\n"
        "plot '%s-rates.csv' using 1:3 skip 1 with lines lt %d lw 2 title 'P1', '' using 1:5 skip 1 with lines lt %d "
        "lw 2 title 'P2'\n",
        network_titles[r->setup.condition], (unsigned long long)r->setup.seed, NETRASTER_SECONDS, r->end.to, f.name,
        colour[SIGNAL_1], colour[SIGNAL_2]);
    figure_plot(&f,
                "set key off\nunset title\nset tmargin at screen 0.825\nset bmargin at screen 0.565\nset ylabel "
                "'inputs (every fifth)'\n"
                "set yrange [-1:%d]\nset ytics (",
                SIGNALS * SHOWN);
    for (int g = 0; g < SIGNALS; g++)
        figure_plot(&f, "%s'%s' %d", g ? ", " : "", signals_names[g], (SIGNALS - 1 - g) * SHOWN + SHOWN / 2);
    figure_plot(&f, ")\nplot ");
    for (int g = 0; g < SIGNALS; g++)
        figure_plot(&f, "%s'%s-inputs.csv' using ($4==%d?$1:1/0):2 skip 1 with points pt 7 ps 0.22 lt %d",
                    g ? ", " : "", f.name, g, colour[g]);
    figure_plot(&f,
                "\nset tmargin at screen 0.55\nset bmargin at screen %s\nset ylabel 'E, sorted: P2 below, P1 "
                "above'\nset yrange [-1:%d]\nset "
                "ytics (0, 50, 99)\n%splot '%s-e.csv' using 1:2 skip 1 with points pt 7 ps 0.26 lc rgb '#222222'\n",
                r->setup.condition == NETWORK_INHIB_OFF ? "0.08" : "0.22", NETWORK_E,
                r->setup.condition == NETWORK_INHIB_OFF ? "set format x '%g'\nset xlabel 'time (s)'\n" : "", f.name);
    if (r->setup.condition != NETWORK_INHIB_OFF)
        figure_plot(&f,
                    "set tmargin at screen 0.205\nset bmargin at screen 0.08\nset ylabel 'I'\nset yrange [-1:%d]\nset "
                    "ytics (0, 24)\nset "
                    "format x '%%g'\nset xlabel 'time (s)'\nplot '%s-i.csv' using 1:2 skip 1 with points pt 7 ps 0.26 "
                    "lc rgb '#AA3377'\n",
                    NETWORK_I, f.name);
    figure_plot(&f, "unset multiplot\n");
    return figure_close(&f);
}

/* ---- over time ---- */

bool netfigures_course(const netresult_t *r, const netcourse_t *course, const char *folder) {
    const double span = r->prime + r->seconds, scale = span > 20000 ? 1000 : 1,
                 decade = pow(10, floor(log10(span / scale)));
    const char *unit = span > 20000 ? "1000 s" : "s";
    figure_t f;
    if (!open_figure(&f, r, folder, "course", 1300, 480,
                     "Over the run: mean rates of the two populations, mean weight from each input group (learning "
                     "begins at the dashed line), "
                     "and how well the rates of each group can be read out of the excitatory neurons (R2 on time that "
                     "was not fitted)."))
        return false;
    figure_csv(&f, "rates");
    figure_data(&f, "time,rate_e,rate_i,P0,P1,P1ctl,P2,P2ctl\n");
    for (size_t k = 0; k < (size_t)course->n; k++) {
        const netcourse_row_t *row = &course->row[k];
        figure_data(&f, "%.0f,%.5g,%.5g", row->time, row->rate_e, row->rate_i);
        for (int g = 0; g < SIGNALS; g++) figure_data(&f, ",%.6g", row->weight[g]);
        figure_data(&f, "\n");
    }
    figure_csv(&f, "r2");
    figure_data(&f, "from,to,P0,P1,P1ctl,P2,P2ctl,correlation,dimension,rate_e,rate_i\n");
    for (size_t k = 0; k < (size_t)course->n_windows; k++) {
        const spikes_result_t *w = &course->window[k];
        figure_data(&f, "%.0f,%.0f", w->from, w->to);
        for (int g = 0; g < SIGNALS; g++) figure_data(&f, ",%.5g", w->r2[g]);
        figure_data(&f, ",%.5g,%.5g,%.5g,%.5g\n", w->correlation, w->dimension, w->rate_e, w->rate_i);
    }
    figure_plot(&f,
                "set multiplot layout 1,3 margins 0.07,0.985,0.15,0.76 spacing 0.085,0\nset xlabel 'model time "
                "(%s)'\nset xtics %g\nset xrange "
                "[0:%g]\nset arrow 1 from %g, graph 0 to %g, graph 1 nohead lc rgb '#888888' dt 2\nset key at graph "
                "0.5, graph 1.15 center "
                "horizontal maxrows 2\n",
                unit, span < 3 * decade * scale ? decade / 2 : decade, span / scale, r->prime / scale,
                r->prime / scale);
    figure_plot(&f,
                "set title 'Rates: %s, seed %llu' offset 0,2.6\nset ylabel 'Hz' offset 1\nset yrange [0:*]\nplot "
                "'%s-rates.csv' using "
                "($1/%g):2 skip 1 "
                "with lines lt 1 title 'E'",
                network_titles[r->setup.condition], (unsigned long long)r->setup.seed, f.name, scale);
    if (r->setup.condition != NETWORK_INHIB_OFF)
        figure_plot(&f, ", '' using ($1/%g):3 skip 1 with lines lt %d title 'I'", scale, FIGURE_PURPLE);
    figure_plot(
        &f,
        "\nset title 'Mean weight, all pairs; learning from the line on'\nset ylabel 'mean weight' offset 1\nplot ");
    for (int g = 0; g < SIGNALS; g++)
        figure_plot(&f, "%s'%s-rates.csv' using ($1/%g):%d skip 1 with lines lt %d lw 2 title '%s'", g ? ", " : "",
                    f.name, scale, 4 + g, colour[g], signals_names[g]);
    figure_plot(&f, "\nset title 'Reconstruction of the input rates'\nset ylabel 'R²'\nset yrange [-0.1:1]\nplot ");
    for (int g = 0; g < SIGNALS; g++)
        figure_plot(&f, "%s'%s-r2.csv' using ($2/%g):%d skip 1 with linespoints lt %d lw 2 pt 7 title '%s'",
                    g ? ", " : "", f.name, scale, 3 + g, colour[g], signals_names[g]);
    figure_plot(&f, "\nunset multiplot\n");
    return figure_close(&f);
}

/* ---- reconstruction ---- */

bool netfigures_reconstruction(const netresult_t *r, const double *counts, const double *predicted, size_t bins,
                               const signal_t signal[SIGNALS], const char *folder) {
    static const int shown[4] = {SIGNAL_1, SIGNAL_2, SIGNAL_1_CTL, SIGNAL_2_CTL};
    const double per_bin = (double)SPIKES_BINS_PER_SECOND / NETWORK_GROUP; /* count to Hz per neuron */
    const double length = (double)bins / SPIKES_BINS_PER_SECOND, from = r->end.to - length;
    figure_t f;
    if (!open_figure(&f, r, folder, "reconstruction", 1200, 620,
                     "Rates of four input groups on time that was not fitted: true (black), as counted in 25 ms "
                     "(grey), and reconstructed from the excitatory neurons' spikes (coloured). "
                     "The slow groups P1 and P2 can be read out, their controls, whose rates change fast, cannot."))
        return false;
    figure_csv(&f, NULL);
    figure_data(&f, "time");
    for (int g = 0; g < SIGNALS; g++)
        figure_data(&f, ",%s_rate,%s_counted,%s_reconstructed", signals_names[g], signals_names[g], signals_names[g]);
    figure_data(&f, "\n");
    for (size_t b = 0; b < bins; b++) {
        const double t = ((double)b + 0.5) / SPIKES_BINS_PER_SECOND;
        figure_data(&f, "%.4f", t);
        for (int g = 0; g < SIGNALS; g++)
            figure_data(&f, ",%.4g,%.4g,%.4g", signals_rate(&signal[g], from + t),
                        counts[(size_t)g * bins + b] * per_bin, predicted[(size_t)g * bins + b] * per_bin);
        figure_data(&f, "\n");
    }
    figure_plot(&f,
                "set multiplot layout 2,2 margins 0.055,0.985,0.12,0.87 spacing 0.06,0.14\nset xrange [0:%g]\nset "
                "yrange [0:*]\nset ylabel "
                "'Hz' offset 1.2\n"
                "set key off\nset label 1 'black: true rate, grey: counted in 25 ms, coloured: reconstructed from the "
                "E neurons' at screen "
                "0.5, screen 0.97 center\n",
                length);
    for (int k = 0; k < 4; k++) {
        const int g = shown[k], column = 2 + 3 * g;
        figure_plot(&f,
                    "set title '%s, %s: R² = %.2f'\n%splot '%s.csv' using 1:%d skip 1 with points pt 7 ps 0.25 lc rgb "
                    "'#AAAAAA', '' using "
                    "1:%d skip 1 with lines lc rgb '#222222' lw 1.6, '' using 1:%d skip 1 "
                    "with lines lt %d lw 2.2\nunset label 1\n",
                    signals_names[g], network_titles[r->setup.condition], r->end.r2[g],
                    k > 1 ? "set xlabel 'time (s), not fitted'\n" : "", f.name, column + 1, column, column + 2,
                    FIGURE_VERMILLION);
    }
    figure_plot(&f, "unset multiplot\n");
    return figure_close(&f);
}

/* ---- weights and selectivity ---- */

/* Histogram of v[0 .. n-1] in bins of a width from low on; what lies outside goes into the outermost bins. */
static void histogram(figure_t *f, const char *part, const double *v, size_t n, double low, double width, int bins) {
    figure_csv(f, part);
    figure_data(f, "centre,neurons\n");
    for (int b = 0; b < bins; b++) {
        size_t count = 0;
        for (size_t i = 0; i < n; i++) {
            int at = (int)floor((v[i] - low) / width);
            at = at < 0 ? 0 : at >= bins ? bins - 1 : at;
            count += at == b;
        }
        figure_data(f, "%.5g,%zu\n", low + (b + 0.5) * width, count);
    }
}

bool netfigures_weights(const netresult_t *r, const char *folder) {
    static const struct {
        const char *part, *title;
        int plus, minus;
    } selectivity[3] = {{"selectivity-P1", "Selectivity for P1", SIGNAL_1, SIGNAL_1_CTL},
                        {"selectivity-P2", "Selectivity for P2", SIGNAL_2, SIGNAL_2_CTL},
                        {"relative", "P2 against P1", SIGNAL_2, SIGNAL_1}};
    double v[NETWORK_E];
    figure_t f;
    if (!open_figure(&f, r, folder, "weights", 1200, 700,
                     "Above: how many excitatory neurons have which mean weight from each input group. Below: "
                     "selectivity for P1 and for P2 against their controls, and for P2 against P1."))
        return false;
    for (int g = 0; g < SIGNALS; g++) {
        for (int i = 0; i < NETWORK_E; i++) v[i] = r->weight[i * SIGNALS + g];
        histogram(&f, signals_names[g], v, NETWORK_E, 0, 0.005, 40);
    }
    for (int k = 0; k < 3; k++) {
        for (int i = 0; i < NETWORK_E; i++)
            v[i] = spikes_selectivity(r->weight[i * SIGNALS + selectivity[k].plus],
                                      r->weight[i * SIGNALS + selectivity[k].minus]);
        histogram(&f, selectivity[k].part, v, NETWORK_E, -1, 0.1, 20);
    }
    figure_plot(&f,
                "set multiplot\nset style fill solid 0.75 noborder\nset key top right\nset lmargin at screen 0.07\nset "
                "rmargin at screen "
                "0.985\nset tmargin at screen 0.93\nset bmargin at screen 0.6\nset title 'Mean weight from each group "
                "(absent synapses "
                "as 0): %s, seed %llu'\nset xlabel 'mean weight' offset 0,0.4\nset ylabel 'E neurons' offset 1\nset "
                "logscale y\nset yrange "
                "[0.9:130]\nset "
                "xrange [0:0.2]\nset ytics ('0' 1, '1' 2, '3' 4, '10' 11, '30' 31, '100' 101)\nplot ",
                network_titles[r->setup.condition], (unsigned long long)r->setup.seed);
    for (int g = 0; g < SIGNALS; g++)
        figure_plot(&f, "%s'%s-%s.csv' using 1:($2+1) skip 1 with histeps lt %d lw %s title '%s'", g ? ", " : "",
                    f.name, signals_names[g], colour[g], g == SIGNAL_1 || g == SIGNAL_2 ? "3" : "1.6",
                    signals_names[g]);
    figure_plot(&f, "\nunset logscale\nset key off\nset yrange [0:*]\nset ytics auto\nset xrange [-1.05:1.05]\nset "
                    "tmargin at screen 0.43\nset "
                    "bmargin at screen 0.13\nset boxwidth 0.09\nset ylabel 'E neurons' offset 1\n");
    for (int k = 0; k < 3; k++)
        figure_plot(&f,
                    "set lmargin at screen %g\nset rmargin at screen %g\nset title '%s'\nset xlabel '(%s − %s) / "
                    "sum'\nplot '%s-%s.csv' using "
                    "1:2 skip 1 with boxes lt %d\nset ylabel ''\n",
                    0.07 + 0.315 * k, 0.355 + 0.315 * k, selectivity[k].title, signals_names[selectivity[k].plus],
                    signals_names[selectivity[k].minus], f.name, selectivity[k].part,
                    k == 0   ? FIGURE_BLUE
                    : k == 1 ? FIGURE_VERMILLION
                             : FIGURE_GREEN);
    figure_plot(&f, "unset multiplot\n");
    return figure_close(&f);
}

/* ---- conditions ---- */

bool netfigures_conditions(const netresult_t *r, size_t n, const char *folder) {
    figure_t f;
    int block = 0;
    if (!figure_open(&f, folder, "conditions", 1300, 520, "Fig. 5",
                     "The network and its ablations: R2 of each input group's rate on held-out time, dimension of the "
                     "excitatory activity, and mean rates of the two populations; means over seeds."))
        return false;
    figure_csv(&f, NULL);
    figure_data(&f, "place,condition,seeds,P0,P1,P1ctl,P2,P2ctl,dimension,rate_e,rate_i\n");
    for (size_t q = 0, same; q < n; q += same) {
        double mean[SIGNALS + 3] = {0};
        for (same = 0; q + same < n && r[q + same].setup.condition == r[q].setup.condition; same++) {
            const spikes_result_t *e = &r[q + same].end;
            for (int g = 0; g < SIGNALS; g++) mean[g] += e->r2[g];
            mean[SIGNALS] += e->dimension, mean[SIGNALS + 1] += e->rate_e, mean[SIGNALS + 2] += e->rate_i;
        }
        figure_data(&f, "%d,%s,%zu", block++, network_titles[r[q].setup.condition], same);
        for (int k = 0; k < SIGNALS + 3; k++) figure_data(&f, ",%.5g", mean[k] / (double)same);
        figure_data(&f, "\n");
    }
    figure_plot(&f,
                "set multiplot\nset style fill solid 0.85 noborder\nset xrange [-0.6:%d.6]\nset xtics rotate by "
                "-25\nset lmargin at screen "
                "0.05\nset rmargin at screen 0.47\nset tmargin at screen 0.86\nset bmargin at screen 0.22\nset title "
                "'R² of the input rates on "
                "held-out time' offset 0,1\nset yrange [-0.05:1]\nset boxwidth 0.15\nset key at graph 0.5, graph 1.09 "
                "center horizontal\nplot ",
                block - 1);
    for (int g = 0; g < SIGNALS; g++)
        figure_plot(&f, "%s'conditions.csv' using ($1%+.2f):%d%s skip 1 with boxes lt %d title '%s'", g ? ", " : "",
                    0.16 * (g - 2), 4 + g, g == 2 ? ":xtic(2)" : "", colour[g], signals_names[g]);
    figure_plot(&f,
                "\nset lmargin at screen 0.53\nset rmargin at screen 0.71\nset title 'Dimension of the E activity' "
                "offset 0,1\nset yrange "
                "[0:*]\nset boxwidth 0.6\nset key off\nplot 'conditions.csv' using 1:9:xtic(2) skip 1 with boxes lt 3\n"
                "set lmargin at screen 0.77\nset rmargin at screen 0.955\nset title 'Mean rates (Hz)' offset 0,1\nset "
                "boxwidth 0.35\nset key at "
                "graph 0.5, graph 1.09 center horizontal\nplot 'conditions.csv' using ($1-0.19):10:xtic(2) skip 1 with "
                "boxes lt 1 title 'E', '' "
                "using ($1+0.19):11 skip 1 with boxes lt 5 title 'I'\nunset multiplot\n");
    return figure_close(&f);
}
