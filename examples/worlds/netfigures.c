/* examples/worlds/netfigures.c - see netfigures.h. */
#include "netfigures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "figure.h"

static const int colour[SIGNALS] = {FIGURE_GREY, FIGURE_BLUE, FIGURE_SKY, FIGURE_VERMILLION, FIGURE_ORANGE};

/* saw: what is to be seen, before the condition and the seed. */
static bool open_figure(figure_t *f, const netresult_t *r, const char *folder, const char *what, int width, int height,
                        const char *title, const char *saw) {
    char run[80], name[100], line[200], caption[800], signals[48] = "";
    netresult_name(run, sizeof run, &r->setup);
    snprintf(name, sizeof name, "%s_%s", what, run);
    if (r->setup.signal_seed != SIGNALS_PUBLISHED)
        snprintf(signals, sizeof signals, ", signals %llu", (unsigned long long)r->setup.signal_seed);
    snprintf(caption, sizeof caption, "%s Condition: %s, seed %llu%s, %.0f s.", saw, network_titles[r->setup.condition],
             (unsigned long long)r->setup.seed, signals, r->end.to);
    snprintf(line, sizeof line, "%s: %s, seed %llu%s", title, network_titles[r->setup.condition],
             (unsigned long long)r->setup.seed, signals);
    return figure_open(f, folder, name, width, height, line, "Fig. 5", caption);
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

/* When spike s of part p was, from the raster's beginning. */
static double seconds_of(const netraster_t *raster, int p, size_t s) {
    return (double)(raster->step[p][s] - raster->from) / NETWORK_PER_SECOND;
}

bool netfigures_raster(const netresult_t *r, const netraster_t *raster, const signal_t signal[SIGNALS],
                       const char *folder) {
    static const char *const part[2] = {"e", "i"};
    enum { SHOWN = 20 }; /* inputs of each group */
    const double from = (double)raster->from / NETWORK_PER_SECOND;
    int order[NETWORK_E], row[NETWORK_E];
    figure_t f;
    if (!open_figure(&f, r, folder, "raster", 1100, 920, "Spikes",
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
    for (int p = 0; p < 2; p++) {
        figure_csv(&f, part[p]);
        figure_data(&f, "time,row,neuron\n");
        for (size_t s = 0; s < raster->n[p + 1]; s++) {
            const uint32_t neuron = raster->neuron[p + 1][s];
            figure_data(&f, "%.4f,%d,%u\n", seconds_of(raster, p + 1, s), p == 0 ? row[neuron] : (int)neuron, neuron);
        }
    }
    for (int g = 0; g < SIGNALS; g++) { /* the groups of inputs */
        figure_csv(&f, signals_names[g]);
        figure_data(&f, "time,row,neuron\n");
        for (size_t s = 0; s < raster->n[0]; s++) {
            const uint32_t neuron = raster->neuron[0][s];
            if ((int)(neuron / NETWORK_GROUP) != g || neuron % NETWORK_GROUP >= SHOWN) continue;
            figure_data(&f, "%.4f,%d,%u\n", seconds_of(raster, 0, s),
                        (SIGNALS - 1 - g) * SHOWN + (int)(neuron % NETWORK_GROUP), neuron);
        }
    }
    const bool inhibited = r->setup.condition != NETWORK_INHIB_OFF;
    const figure_axis_t above = {.label = "time", .unit = "s", .high = NETRASTER_SECONDS, .bare = true};
    figure_axis_t below = above;
    const char *names[SIGNALS];
    double middle[SIGNALS];
    below.bare = false;
    for (int g = 0; g < SIGNALS; g++) names[g] = signals_names[g], middle[g] = (SIGNALS - 1 - g) * SHOWN + SHOWN / 2;
    figure_panel(&f, &(figure_panel_t){.x = above,
                                       .y = {"rate", "Hz", 0, NAN, .step = 10},
                                       .legend = FIGURE_ABOVE,
                                       .place = {0.09, 0.985, 0.82, 0.92}});
    figure_mark(&f, &(figure_mark_t){FIGURE_LINE, "P1", "rates", .x = 1, .y = 3, .colour = colour[SIGNAL_1]});
    figure_mark(&f, &(figure_mark_t){FIGURE_LINE, "P2", "rates", .x = 1, .y = 5, .colour = colour[SIGNAL_2]});
    figure_panel(&f, &(figure_panel_t){.x = above,
                                       .y = {"inputs (every fifth)", "1", -1, SIGNALS * SHOWN, .names = names,
                                             .at = middle, .n_names = SIGNALS},
                                       .place = {0.09, 0.985, 0.55, 0.80}});
    for (int g = 0; g < SIGNALS; g++)
        figure_mark(&f, &(figure_mark_t){FIGURE_POINTS, .part = signals_names[g], .x = 1, .y = 2, .colour = colour[g],
                                         .size = 2});
    figure_panel(&f, &(figure_panel_t){.x = inhibited ? above : below,
                                       .y = {"E, P2 below, P1 above", "1", -1, NETWORK_E, .step = 50},
                                       .place = {0.09, 0.985, inhibited ? 0.22 : 0.085, 0.53}});
    figure_mark(&f, &(figure_mark_t){FIGURE_POINTS, .part = "e", .x = 1, .y = 2, .size = 2.4});
    if (inhibited) {
        figure_panel(&f, &(figure_panel_t){.x = below,
                                           .y = {"I", "1", -1, NETWORK_I, .step = 12},
                                           .place = {0.09, 0.985, 0.085, 0.20}});
        figure_mark(&f,
                    &(figure_mark_t){FIGURE_POINTS, .part = "i", .x = 1, .y = 2, .colour = FIGURE_PURPLE, .size = 2.4});
    }
    return figure_close(&f);
}

/* ---- over time ---- */

bool netfigures_course(const netresult_t *r, const netcourse_t *course, const char *folder) {
    const double span = r->prime + r->seconds, scale = span > 20000 ? 1000 : 1,
                 decade = pow(10, floor(log10(span / scale)));
    const char *unit = span > 20000 ? "1000 s" : "s";
    figure_t f;
    if (!open_figure(&f, r, folder, "course", 1300, 540, "Over the run",
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
    const figure_axis_t time = {"model time", unit, 0, span / scale,
                                .step = span < 3 * decade * scale ? decade / 2 : decade};
    const double by = 1 / scale;
    figure_grid(&f, 1, 3, &(figure_space_t){.right = 110});
    for (int panel = 0; panel < 3; panel++) {
        static const char *const title[3] = {"Rates", "Mean weight, all pairs", "Reconstruction of the input rates"};
        static const int legend[3] = {FIGURE_TOP_LEFT, FIGURE_NO_LEGEND, FIGURE_RIGHT};
        static const figure_axis_t y[3] = {{.label = "rate", .unit = "Hz", .high = NAN},
                                           {.label = "mean weight", .unit = "1"},
                                           {.label = "R²", .unit = "1", .low = -0.1, .high = 1}};
        figure_panel(&f, &(figure_panel_t){.title = title[panel], .x = time, .y = y[panel], .legend = legend[panel]});
        if (panel == 0) {
            figure_mark(&f,
                        &(figure_mark_t){FIGURE_LINE, "E", "rates", .x = 1, .y = 2, .x_by = by, .colour = FIGURE_BLUE});
            if (r->setup.condition != NETWORK_INHIB_OFF)
                figure_mark(&f, &(figure_mark_t){FIGURE_LINE, "I", "rates", .x = 1, .y = 3, .x_by = by,
                                                 .colour = FIGURE_PURPLE});
        }
        for (int g = 0; panel > 0 && g < SIGNALS; g++) {
            if (panel == 1)
                figure_mark(&f, &(figure_mark_t){FIGURE_LINE, signals_names[g], "rates", .x = 1, .y = 4 + g, .x_by = by,
                                                 .colour = colour[g]});
            else
                figure_mark(&f, &(figure_mark_t){FIGURE_BOTH, signals_names[g], "r2", .x = 2, .y = 3 + g, .x_by = by,
                                                 .colour = colour[g], .size = 6});
        }
        figure_mark(&f, &(figure_mark_t){FIGURE_VERTICAL, .at = {r->prime * by}, .colour = FIGURE_GREY});
    }
    return figure_close(&f);
}

/* ---- reconstruction ---- */

bool netfigures_reconstruction(const netresult_t *r, const double *counts, const double *predicted, size_t bins,
                               const signal_t signal[SIGNALS], const char *folder) {
    static const int shown[4] = {SIGNAL_1, SIGNAL_2, SIGNAL_1_CTL, SIGNAL_2_CTL};
    const double per_bin = (double)SPIKES_BINS_PER_SECOND / NETWORK_GROUP; /* count to Hz per neuron */
    const double length = (double)bins / SPIKES_BINS_PER_SECOND, from = r->end.to - length;
    figure_t f;
    if (!open_figure(&f, r, folder, "reconstruction", 1200, 720, "Input rates, reconstructed",
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
    double high = 0;
    for (int k = 0; k < 4; k++)
        for (size_t b = 0; b < bins; b++)
            high =
                fmax(high, fmax(counts[(size_t)shown[k] * bins + b], predicted[(size_t)shown[k] * bins + b]) * per_bin);
    figure_grid(&f, 2, 2, &(figure_space_t){.dx = 40, .dy = 60});
    for (int k = 0; k < 4; k++) {
        const int g = shown[k], column = 2 + 3 * g;
        char title[80];
        snprintf(title, sizeof title, "%s: R² = %s", signals_names[g], figure_number(r->end.r2[g], 2));
        figure_panel(&f, &(figure_panel_t){.title = title,
                                           .x = {"time, not fitted", "s", 0, length, .bare = k < 2},
                                           .y = {"rate", "Hz", 0, 1.05 * high, .bare = k % 2 == 1},
                                           .legend = k == 1 ? FIGURE_TOP_RIGHT : FIGURE_NO_LEGEND});
        figure_mark(&f, &(figure_mark_t){FIGURE_POINTS, "counted in 25 ms", .x = 1, .y = column + 1, .size = 2,
                                         .colour = FIGURE_GREY});
        figure_mark(&f, &(figure_mark_t){FIGURE_LINE, "true", .x = 1, .y = column});
        figure_mark(&f, &(figure_mark_t){FIGURE_LINE, "from the E neurons", .x = 1, .y = column + 2,
                                         .colour = FIGURE_VERMILLION, .width = 2.8});
    }
    return figure_close(&f);
}

/* ---- weights and selectivity ---- */

/* Histogram of v[0 .. n-1] in bins of a width from low on; what lies outside goes into the outermost bins. Returns the
 * fullest. */
static double histogram(figure_t *f, const char *part, const double *v, size_t n, double low, double width, int bins) {
    double most = 0;
    figure_csv(f, part);
    figure_data(f, "centre,neurons,neurons_plus_1\n");
    for (int b = 0; b < bins; b++) {
        size_t count = 0;
        for (size_t i = 0; i < n; i++) {
            int at = (int)floor((v[i] - low) / width);
            at = at < 0 ? 0 : at >= bins ? bins - 1 : at;
            count += at == b;
        }
        figure_data(f, "%.5g,%zu,%zu\n", low + (b + 0.5) * width, count, count + 1);
        most = fmax(most, (double)count);
    }
    return most;
}

bool netfigures_weights(const netresult_t *r, const char *folder) {
    static const struct {
        const char *part, *title;
        int plus, minus;
    } selectivity[3] = {{"selectivity-P1", "Selectivity for P1", SIGNAL_1, SIGNAL_1_CTL},
                        {"selectivity-P2", "Selectivity for P2", SIGNAL_2, SIGNAL_2_CTL},
                        {"relative", "P2 against P1", SIGNAL_2, SIGNAL_1}};
    double v[NETWORK_E], most[3];
    figure_t f;
    if (!open_figure(&f, r, folder, "weights", 1200, 760, "Weights of the excitatory neurons",
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
        most[k] = histogram(&f, selectivity[k].part, v, NETWORK_E, -1, 0.1, 20);
    }
    static const char *const neurons[6] = {"0", "1", "3", "10", "30", "100"};
    static const double plus_1[6] = {1, 2, 4, 11, 31, 101};
    figure_panel(&f, &(figure_panel_t){
                         .title = "Mean weight from each group (absent synapses as 0)",
                         .x = {"mean weight", "1", 0, 0.2},
                         .y = {"E neurons", "1", 0.9, 130, .log = true, .names = neurons, .at = plus_1, .n_names = 6},
                         .legend = FIGURE_TOP_RIGHT,
                         .place = {0.07, 0.985, 0.57, 0.87}});
    for (int g = 0; g < SIGNALS; g++)
        figure_mark(&f, &(figure_mark_t){FIGURE_STEPS, signals_names[g], signals_names[g], .x = 1, .y = 3,
                                         .colour = colour[g], .width = g == SIGNAL_1 || g == SIGNAL_2 ? 3.6 : 1.8});
    double high = 0;
    for (int k = 0; k < 3; k++) high = fmax(high, most[k]);
    for (int k = 0; k < 3; k++) {
        char label[80];
        snprintf(label, sizeof label, "(%s − %s) / sum", signals_names[selectivity[k].plus],
                 signals_names[selectivity[k].minus]);
        figure_panel(&f, &(figure_panel_t){.title = selectivity[k].title,
                                           .x = {label, "1", -1.05, 1.05, .step = 0.5},
                                           .y = {"E neurons", "1", 0, 1.05 * high, .bare = k > 0},
                                           .place = {0.07 + 0.315 * k, 0.355 + 0.315 * k, 0.11, 0.42}});
        figure_mark(&f, &(figure_mark_t){FIGURE_BARS, .part = selectivity[k].part, .x = 1, .y = 2, .size = 0.09,
                                         .colour = k == 0   ? FIGURE_BLUE
                                                   : k == 1 ? FIGURE_VERMILLION
                                                            : FIGURE_GREEN});
    }
    return figure_close(&f);
}

/* ---- conditions ---- */

bool netfigures_conditions(const netresult_t *r, size_t n, const char *folder) {
    const char *names[NETWORK_CONDITIONS];
    figure_t f;
    int block = 0;
    if (!figure_open(&f, folder, "conditions", 1200, 820, "The network and its ablations", "Fig. 5",
                     "The network and its ablations: R2 of each input group's rate on held-out time, dimension of the "
                     "excitatory activity, and mean rates of the two populations; means over seeds and signals."))
        return false;
    figure_csv(&f, NULL);
    figure_data(&f, "place,condition,runs,P0,P1,P1ctl,P2,P2ctl,dimension,rate_e,rate_i\n");
    for (size_t q = 0, same; q < n; q += same) {
        double mean[SIGNALS + 3] = {0};
        for (same = 0; q + same < n && r[q + same].setup.condition == r[q].setup.condition; same++) {
            const spikes_result_t *e = &r[q + same].end;
            for (int g = 0; g < SIGNALS; g++) mean[g] += e->r2[g];
            mean[SIGNALS] += e->dimension, mean[SIGNALS + 1] += e->rate_e, mean[SIGNALS + 2] += e->rate_i;
        }
        names[block] = network_titles[r[q].setup.condition];
        figure_data(&f, "%d,%s,%zu", block, names[block], same);
        block++;
        for (int k = 0; k < SIGNALS + 3; k++) figure_data(&f, ",%.5g", mean[k] / (double)same);
        figure_data(&f, "\n");
    }
    for (int panel = 0; panel < 3; panel++) {
        static const char *const title[3] = {"Rates of the inputs, held-out time", "Dimension of the E activity",
                                             "Mean rates"};
        static const figure_axis_t y[3] = {{.label = "R²", .unit = "1", .low = -0.05, .high = 1},
                                           {.label = "dimension", .unit = "1", .high = NAN},
                                           {.label = "rate", .unit = "Hz", .high = NAN}};
        static const double at[3][4] = {{0.06, 0.985, 0.57, 0.82}, {0.06, 0.48, 0.07, 0.40}, {0.56, 0.985, 0.07, 0.38}};
        figure_panel(
            &f, &(figure_panel_t){.title = title[panel],
                                  .x = {.low = -0.6, .high = block - 0.4, .names = names, .n_names = (size_t)block},
                                  .y = y[panel],
                                  .legend = panel == 1 ? FIGURE_NO_LEGEND : FIGURE_ABOVE,
                                  .place = {at[panel][0], at[panel][1], at[panel][2], at[panel][3]}});
        for (int g = 0; panel == 0 && g < SIGNALS; g++)
            figure_mark(&f, &(figure_mark_t){FIGURE_BARS, signals_names[g], .x = 1, .y = 4 + g,
                                             .x_plus = 0.16 * (g - 2), .size = 0.15, .colour = colour[g]});
        if (panel == 1)
            figure_mark(&f, &(figure_mark_t){FIGURE_BARS, .x = 1, .y = 9, .size = 0.6, .colour = FIGURE_GREEN});
        for (int which = 0; panel == 2 && which < 2; which++)
            figure_mark(&f, &(figure_mark_t){FIGURE_BARS, which ? "I" : "E", .x = 1, .y = 10 + which,
                                             .x_plus = which ? 0.19 : -0.19, .size = 0.35,
                                             .colour = which ? FIGURE_PURPLE : FIGURE_BLUE});
    }
    return figure_close(&f);
}

bool netfigures_signals(const netresult_t *r, size_t n, const char *folder) {
    static const char *const part[2] = {"published", "other"}, *const name[2] = {"published signals", "others"};
    size_t of[2] = {0, 0};
    figure_t f;
    for (size_t q = 0; q < n; q++)
        if (r[q].setup.condition == NETWORK_LPL && r[q].setup.scaling != LPL_SCALING_NONE)
            of[r[q].setup.signal_seed != SIGNALS_PUBLISHED]++;
    if (of[1] < 2) return true;
    if (!figure_open(&f, folder, "signals", 760, 560, "What the signals decide", "beside Fig. 5",
                     "How well the slow rates can be read out after accelerated learning, for other signals from the "
                     "same distribution, against their skewness: rates with short peaks are read more easily than "
                     "rates that swing evenly. Full line: through 17 sets of signals, measured before; dashed: what a "
                     "run must reach."))
        return false;
    for (int p = 0; p < 2; p++) {
        if (of[p] == 0) continue;
        figure_csv(&f, part[p]);
        figure_data(&f, "skewness,r2,signals,seed\n");
        for (size_t q = 0; q < n; q++)
            if (r[q].setup.condition == NETWORK_LPL && r[q].setup.scaling != LPL_SCALING_NONE &&
                (r[q].setup.signal_seed != SIGNALS_PUBLISHED) == p)
                figure_data(&f, "%.5g,%.5g,%llu,%llu\n", netresult_skewness(&r[q]), netresult_slow(&r[q]),
                            (unsigned long long)r[q].setup.signal_seed, (unsigned long long)r[q].setup.seed);
    }
    figure_csv(&f, "line");
    figure_data(&f, "skewness,r2,least\n");
    for (int k = -1; k <= 8; k++)
        figure_data(&f, "%.1f,%.4f,%.4f\n", 0.1 * k, netresult_line(0.1 * k), netresult_line(0.1 * k) - NETRESULT_LESS);
    figure_panel(&f, &(figure_panel_t){.title = "What the signals decide",
                                       .x = {"skewness of the rates, mean of P1 and P2", "1", -0.1, 0.8},
                                       .y = {"R² of P1 and P2, mean, on 100 s", "1", 0, 1},
                                       .legend = FIGURE_BOTTOM_RIGHT});
    figure_mark(&f, &(figure_mark_t){FIGURE_LINE, "17 sets of signals", "line", .x = 1, .y = 2, .colour = FIGURE_GREY});
    figure_mark(&f,
                &(figure_mark_t){FIGURE_LINE, "less 0.15", "line", .x = 1, .y = 3, .colour = FIGURE_GREY, .dash = 1});
    for (int p = 0; p < 2; p++)
        if (of[p] > 0)
            figure_mark(&f, &(figure_mark_t){FIGURE_POINTS, name[p], part[p], .x = 1, .y = 2, .size = 8,
                                             .colour = p ? FIGURE_VERMILLION : FIGURE_BLUE});
    return figure_close(&f);
}
