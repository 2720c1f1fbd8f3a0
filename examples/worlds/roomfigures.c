/* examples/worlds/roomfigures.c - see roomfigures.h. */
#include "roomfigures.h"

#include <math.h>
#include <string.h>

#include "must.h"
#include "picture.h"
#include "losslog.h"

enum { GAP = 3, MOVERS = ROOM_FACTORS - 1, SHEET = 64 };

bool roomfigures_sheet(const room_t *r, const movie_t *m, const char *folder) {
    static const int base[2][ROOM_FACTORS] = {{1, 5, 0, 5, 0, 4}, {6, 8, 3, 5, 3, 10}};
    static const int movers[MOVERS] = {ROOM_FLOOR, ROOM_WALL, ROOM_OBJECT, ROOM_SCALE, ROOM_ORIENTATION};
    room_t large = r->side < SHEET ? room_create(SHEET, r->threads) : *r;
    const size_t side = large.side, cell = side + GAP, columns = MOVIE_FRAMES, rows = 2 * ROOM_FACTORS + MOVERS;
    const size_t height = rows * cell + GAP, width = columns * cell + GAP;
    uint8_t *sheet = must_alloc(3 * height * width, 1), *one = must_alloc(3 * side * side, 1);
    memset(sheet, 255, 3 * height * width);
    for (size_t row = 0; row < rows; row++) {
        uint32_t frame[MOVIE_FRAMES];
        size_t n = columns;
        if (row < 2 * ROOM_FACTORS) {
            int factor[ROOM_FACTORS];
            memcpy(factor, base[row % 2], sizeof factor);
            n = (size_t)room_values[row / 2];
            for (size_t k = 0; k < n; k++) {
                factor[row / 2] = (int)k;
                frame[k] = room_index(factor);
            }
        } else {
            uint64_t trajectory = 0;
            while (movie_trajectory(m, frame, trajectory, NULL) != movers[row - 2 * ROOM_FACTORS]) trajectory++;
        }
        for (size_t k = 0; k < n; k++) {
            room_picture(&large, one, frame[k]);
            for (size_t y = 0; y < side; y++)
                memcpy(sheet + 3 * ((row * cell + GAP + y) * width + k * cell + GAP), one + 3 * y * side, 3 * side);
        }
    }
    const bool written =
        picture_write(folder, "rooms_sheet", sheet, height, width, "Extended Data Fig. 5",
                      "The world: for each of six factors (hue of floor, wall and object, scale, shape, orientation) "
                      "all its values in two scenes, the other factors fixed; "
                      "then, for each factor that moves, 17 frames of the movie in which it alone does.");
    if (r->side < SHEET) room_free(&large);
    free(sheet), free(one);
    return written;
}

static const char *const factor_short[ROOM_FACTORS] = {"floor", "wall", "object", "scale", "shape", "orient."};

static int last_layer(const rooms_result_t *r) { return r->layers - 1; }

static void scores_data(figure_t *f, const rooms_result_t r[CONDITIONS]) {
    figure_csv(f, "readout");
    for (int c = 0; c < CONDITIONS; c++) {
        if (!r[c].done) continue;
        for (int q = 0; q < ROOM_FACTORS; q++)
            figure_data(f, "%s,%d,%s,%.4f\n", conditions[c].name, q, room_names[q],
                        r[c].layer[last_layer(&r[c])].readout[q]);
        figure_data(f, "\n\n");
    }
    figure_csv(f, NULL);
    figure_data(f, "condition,layer,score,score_sd,strict,strict_sd,dimension,activity,constant");
    for (int q = 0; q < ROOM_FACTORS; q++) figure_data(f, ",readout %s", room_names[q]);
    figure_data(f, "\n");
    for (int c = 0; c < CONDITIONS; c++) {
        if (!r[c].done) continue;
        const bool level = r[c].layers == 1; /* pixels: a level line over all layers */
        for (int k = 0; k < (level ? 2 : VGG_LAYERS); k++) {
            const rooms_layer_t *l = &r[c].layer[level ? 0 : k];
            figure_data(f, "%s,%d,%.3f,%.3f,%.3f,%.3f,%.4g,%.4g,%zu", conditions[c].name,
                        level ? 1 + k * (VGG_LAYERS - 1) : k + 1, 100 * l->vote.score, 100 * l->vote.score_sd,
                        100 * l->vote.strict, 100 * l->vote.strict_sd, l->dimension, l->activity, l->vote.constant);
            for (int q = 0; q < ROOM_FACTORS; q++) figure_data(f, ",%.4f", l->readout[q]);
            figure_data(f, "\n");
        }
        figure_data(f, "\n\n");
    }
}

bool roomfigures_scores(const rooms_result_t r[CONDITIONS], const char *folder) {
    static const char *const title[4] = {"Disentanglement score (%)", "Strict disentanglement score (%)",
                                         "Participation ratio", "Linear readout of each factor, last layer (%)"};
    static const int column[4] = {3, 5, 7, 4};
    figure_t f;
    bool any = false;
    for (int c = 0; c < CONDITIONS; c++) any = any || r[c].done;
    if (!any) return true;
    if (!figure_open(&f, folder, "rooms_scores", 1150, 800, "Extended Data Fig. 6",
                     "How well the features of each layer keep the six factors apart: disentanglement score and its "
                     "strict form, participation ratio, and a linear readout of each factor from the last layer. "
                     "LPL rises with depth; without prediction and with random weights the last layer stays below it. "
                     "Raw pixels: level line."))
        return false;
    scores_data(&f, r);
    figure_plot(
        &f,
        "set multiplot layout 2,2 margins 0.05,0.80,0.09,0.94 spacing 0.08,0.15\nset grid y lc rgb '#dddddd' lw 0.5\n"
        "set xlabel 'layer' offset 0,0.5\nset xrange [0.5:8.5]\nunset key\n");
    for (int panel = 0; panel < 4; panel++) {
        figure_plot(&f, "set title '%s'\nset yrange [0:%s]\n", title[panel], panel == 2 ? "*" : "100");
        if (panel == 3) { /* the legend of all four */
            figure_plot(&f,
                        "set key at screen 0.99, screen 0.94 top right vertical maxrows %d font ',13' spacing "
                        "0.9\nunset xlabel\nset "
                        "xrange [-0.5:5.5]\nset xtics (",
                        CONDITIONS);
            for (int q = 0; q < ROOM_FACTORS; q++) figure_plot(&f, "%s'%s' %d", q ? ", " : "", factor_short[q], q);
            figure_plot(&f, ")\n");
        }
        figure_plot(&f, "plot ");
        for (int c = 0, block = 0; c < CONDITIONS; c++) {
            if (!r[c].done) continue;
            if (panel < 3)
                figure_plot(&f, "%s'rooms_scores.csv' index %d using 2:%d %swith linespoints pt 7 %s title '%s'",
                            block ? ", " : "", block, column[panel], block ? "" : "skip 1 ", deepfigures_line(c),
                            conditions[c].title);
            else
                figure_plot(
                    &f, "%s'rooms_scores-readout.csv' index %d using 2:(100 * $4) with linespoints pt 7 %s title '%s'",
                    block ? ", " : "", block, deepfigures_line(c), conditions[c].title);
            block++;
        }
        figure_plot(&f, "\n");
    }
    figure_plot(&f, "unset multiplot\n");
    return figure_close(&f);
}

bool roomfigures_losses(const char *folder) {
    static const char *const what[3] = {"pull", "push", "decorrelation"};
    figure_t f;
    bool learned[CONDITIONS], any = false;
    if (!figure_open(&f, folder, "rooms_losses", 1200, 480, "beside Extended Data Fig. 6",
                     "The three terms of the last layer's loss while the networks watch the movie; dots are single "
                     "steps, lines are smoothed."))
        return false;
    figure_csv(&f, NULL);
    if (f.csv == NULL) return figure_close(&f);
    losslog_head(f.csv);
    for (int c = 0; c < CONDITIONS; c++) {
        learned[c] = losslog_copy(f.csv, folder, conditions[c].name) != 0;
        if (learned[c]) figure_data(&f, "\n\n");
        any = any || learned[c];
    }
    if (any)
        figure_plot(&f, "set xlabel 'steps (thousands)' offset 0,0.5\nset format y '%%g'\nset xrange [0:*]\n"
                        "positive(v) = v > 0 ? v : NaN # for logarithms: a term that is off has no curve\n"
                        "set multiplot layout 1,3 margins 0.06,0.82,0.13,0.90 spacing 0.06,0\nunset key\n");
    for (int panel = 0; any && panel < 3; panel++) {
        figure_plot(&f, "set title 'Last layer: %s'\n%s\n", what[panel],
                    panel == 1 ? "unset logscale y\nset yrange [-5:10]" : "set logscale y\nset yrange [1e-6:1e2]");
        if (panel == 2)
            figure_plot(&f,
                        "set key at screen 0.99, screen 0.90 top right vertical maxrows %d font ',13' spacing 0.9\n",
                        CONDITIONS);
        figure_plot(&f, "plot ");
        for (int pass = 0, first = 1; pass < 2; pass++) /* each recorded step as a dot, and a smooth line */
            for (int c = 0, block = 0; c < CONDITIONS; c++) {
                if (!learned[c]) continue;
                const int column = 3 * VGG_LAYERS + panel;
                figure_plot(&f, "%s'rooms_losses.csv' index %d using ($2 / 1000):(%s(column(%d))) %s",
                            first ? "" : ", ", block, panel == 1 ? "" : "positive", column, block ? "" : "skip 1 ");
                if (pass == 0)
                    figure_plot(&f, "with dots %s notitle", deepfigures_line(c));
                else
                    figure_plot(&f, "smooth bezier with lines %s title '%s'", deepfigures_line(c), conditions[c].title);
                first = 0;
                block++;
            }
        figure_plot(&f, "\n");
    }
    if (any) figure_plot(&f, "unset multiplot\n");
    return figure_close(&f);
}

bool roomfigures_similarity(const rooms_result_t *r, int c, const char *folder) {
    figure_t f;
    char file[64], caption[400];
    snprintf(file, sizeof file, "rooms_similarity_%s", conditions[c].name);
    snprintf(caption, sizeof caption,
             "How alike the last layer's responses are to two images that differ in one factor (%s): one matrix a "
             "factor, its values in the order in which the movie shows them; dark is alike. Bands and rings are the "
             "movie's transitions from a value to the next.",
             conditions[c].title);
    if (!figure_open(&f, folder, file, 1000, 680, "Extended Data Fig. 6", caption)) return false;
    figure_plot(&f,
                "set palette defined (0 '#ffffff', 0.5 '#6baed6', 1 '#08306b')\nset border lw 0.5\nset multiplot "
                "layout 2,3 title 'Similarity "
                "of images that differ in one factor: %s, last layer (each panel has its own scale)'\nset size ratio "
                "-1\nset tics scale 0\n",
                conditions[c].title);
    for (int k = 0; k < ROOM_FACTORS; k++) {
        const int values = room_values[k];
        double least = 1;
        char part[16];
        snprintf(part, sizeof part, "%d", k);
        figure_csv(&f, part);
        for (int a = 0; a < values; a++)
            for (int b = 0; b < values; b++) {
                least = fmin(least, r->similar[k][a * values + b]);
                figure_data(&f, "%.4f%c", r->similar[k][a * values + b], b + 1 < values ? ',' : '\n');
            }
        figure_plot(&f,
                    "set title '%s'\nset cbrange [%.3f:1]\nset xtics 0,%d\nset ytics 0,%d\nset xrange [-0.5:%d.5]\nset "
                    "yrange [%d.5:-0.5]\n"
                    "plot '%s-%s.csv' matrix with image pixels notitle\n",
                    room_names[k], fmin(least, 0.999), values > 4 ? 2 : 1, values > 4 ? 2 : 1, values - 1, values - 1,
                    file, part);
    }
    figure_plot(&f, "unset multiplot\n");
    return figure_close(&f);
}
