/* examples/common/roomfigures.c - see roomfigures.h. */
#include "roomfigures.h"

#include <string.h>

#include "must.h"
#include "picture.h"
#include "roomlog.h"

enum { GAP = 3, MOVERS = ROOM_FACTORS - 1 };

static const int colour[ROOMS_CONDITIONS] = {FIGURE_BLUE,   FIGURE_VERMILLION, FIGURE_GREEN, FIGURE_ORANGE,
                                             FIGURE_PURPLE, FIGURE_GREY,       FIGURE_SKY};

bool roomfigures_sheet(const room_t *r, const movie_t *m, const char *folder) {
    static const int base[2][ROOM_FACTORS] = {{1, 5, 0, 5, 0, 4}, {6, 8, 3, 5, 3, 10}};
    static const int movers[MOVERS] = {ROOM_FLOOR, ROOM_WALL, ROOM_OBJECT, ROOM_SCALE, ROOM_ORIENTATION};
    const size_t side = r->side, cell = side + GAP, columns = MOVIE_FRAMES, rows = 2 * ROOM_FACTORS + MOVERS;
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
            room_picture(r, one, frame[k]);
            for (size_t y = 0; y < side; y++)
                memcpy(sheet + 3 * ((row * cell + GAP + y) * width + k * cell + GAP), one + 3 * y * side, 3 * side);
        }
    }
    const bool written = picture_write(folder, "rooms_sheet", sheet, height, width);
    free(sheet), free(one);
    return written;
}

bool roomfigures_scores(const rooms_result_t r[ROOMS_CONDITIONS], const char *const name[ROOMS_CONDITIONS],
                        const char *const title[ROOMS_CONDITIONS], const char *folder) {
    figure_t f;
    bool any = false;
    for (int c = 0; c < ROOMS_CONDITIONS; c++) any = any || r[c].done;
    if (!any) return true;
    if (!figure_open(&f, folder, "rooms_scores", 1250, 500)) return false;
    figure_csv(&f, NULL);
    figure_data(&f, "condition,layer,score,score_sd,strict,strict_sd,dimension,constant");
    for (int q = 0; q < ROOM_FACTORS; q++) figure_data(&f, ",readout %s", room_names[q]);
    figure_data(&f, "\n");
    for (int c = 0; c < ROOMS_CONDITIONS; c++) {
        for (int k = 0; r[c].done && k < (r[c].layers > 1 ? VGG_LAYERS : 2); k++) { /* pixels: a level line over all layers */
            const rooms_layer_t *l = &r[c].layer[r[c].layers > 1 ? k : 0];
            figure_data(&f, "%s,%d,%.3f,%.3f,%.3f,%.3f,%.4g,%zu", name[c], r[c].layers > 1 ? k + 1 : 1 + k * (VGG_LAYERS - 1),
                        100 * l->vote.score, 100 * l->vote.score_sd, 100 * l->vote.strict, 100 * l->vote.strict_sd, l->dimension,
                        l->vote.constant);
            for (int q = 0; q < ROOM_FACTORS; q++) figure_data(&f, ",%.4f", l->readout[q]);
            figure_data(&f, "\n");
        }
        if (r[c].done) figure_data(&f, "\n\n");
    }
    figure_plot(&f, "set multiplot layout 1,3\nset xlabel 'layer'\nset xrange [0.5:8.5]\nset yrange [0:100]\nset key outside bottom center "
                    "horizontal maxcols 3\n");
    for (int panel = 0; panel < 3; panel++) {
        if (panel < 2)
            figure_plot(&f, "set title '%s'\nset ylabel '%% of points'\nplot ",
                        panel ? "Strict disentanglement score" : "Disentanglement score");
        else
            figure_plot(
                &f,
                "set title 'Linear readout, last layer'\nset ylabel '%% of test images'\nset xlabel ''\nset xrange [-0.5:5.5]\nset xtics "
                "('floor' 0, 'wall' 1, 'object' 2, 'scale' 3, 'shape' 4, 'orient.' 5) font ',12'\nplot ");
        for (int c = 0, block = 0; c < ROOMS_CONDITIONS; c++) {
            if (!r[c].done) continue;
            if (panel < 2) {
                figure_plot(&f, "%s'rooms_scores.csv' index %d using 2:%d %swith linespoints lt %d pt 7 title '%s'", block ? ", " : "",
                            block, 3 + 2 * panel, block ? "" : "skip 1 ", colour[c], title[c]);
            } else {
                figure_plot(&f, "%s'-' using 1:2 with points lt %d pt 7 ps 0.9 title '%s'", block ? ", " : "", colour[c], title[c]);
            }
            block++;
        }
        figure_plot(&f, "\n");
        for (int c = 0; panel == 2 && c < ROOMS_CONDITIONS; c++) { /* data of '-': read in the order of the plot */
            if (!r[c].done) continue;
            for (int q = 0; q < ROOM_FACTORS; q++)
                figure_plot(&f, "%d,%.2f\n", q, 100 * r[c].layer[r[c].layers > 1 ? VGG_LAYERS - 1 : 0].readout[q]);
            figure_plot(&f, "e\n");
        }
    }
    figure_plot(&f, "unset multiplot\n");
    return figure_close(&f);
}

bool roomfigures_losses(const char *const name[ROOMS_CONDITIONS], const char *const title[ROOMS_CONDITIONS], const char *folder) {
    figure_t f;
    bool learned[ROOMS_CONDITIONS], any = false;
    if (!figure_open(&f, folder, "rooms_losses", 1200, 480)) return false;
    figure_csv(&f, NULL);
    if (f.csv == NULL) return figure_close(&f);
    roomlog_head(f.csv);
    for (int c = 0; c < ROOMS_CONDITIONS; c++) {
        learned[c] = roomlog_copy(f.csv, folder, name[c]) != 0;
        if (learned[c]) figure_data(&f, "\n\n");
        any = any || learned[c];
    }
    if (any) figure_plot(&f, "set xlabel 'step'\nset key outside bottom center horizontal maxcols 3\nset multiplot layout 1,3\n");
    for (int panel = 0; any && panel < 3; panel++) {
        static const char *const what[3] = {"pull", "push", "decorrelation"};
        figure_plot(&f, "set title 'Last layer: %s'\n%s\nplot ", what[panel], panel == 1 ? "unset logscale y" : "set logscale y");
        for (int c = 0, block = 0; c < ROOMS_CONDITIONS; c++) {
            if (!learned[c]) continue;
            figure_plot(&f, "%s'rooms_losses.csv' index %d using 2:%d %swith lines lt %d lw 1.5 title '%s'", block ? ", " : "", block,
                        3 * VGG_LAYERS + panel, block ? "" : "skip 1 ", colour[c], title[c]);
            block++;
        }
        figure_plot(&f, "\n");
    }
    if (any) figure_plot(&f, "unset multiplot\n");
    return figure_close(&f);
}

bool roomfigures_similarity(const rooms_result_t *r, const char *name, const char *title, const char *folder) {
    figure_t f;
    char file[64];
    snprintf(file, sizeof file, "rooms_similarity_%s", name);
    if (!figure_open(&f, folder, file, 1000, 680)) return false;
    figure_diverging(&f);
    figure_plot(
        &f,
        "set multiplot layout 2,3 title 'Similarity of images that differ in one factor: %s, last layer'\nset size ratio -1\nset tics "
        "scale 0\nset cbrange [-1:1]\n",
        title);
    for (int k = 0; k < ROOM_FACTORS; k++) {
        const int values = room_values[k];
        char part[16];
        snprintf(part, sizeof part, "%d", k);
        figure_csv(&f, part);
        for (int a = 0; a < values; a++)
            for (int b = 0; b < values; b++) figure_data(&f, "%.4f%c", r->similar[k][a * values + b], b + 1 < values ? ',' : '\n');
        figure_plot(&f,
                    "set title '%s'\nset xtics 0,%d\nset ytics 0,%d\nset xrange [-0.5:%d.5]\nset yrange [%d.5:-0.5]\nplot '%s-%s.csv' "
                    "matrix with image pixels notitle\n",
                    room_names[k], values > 4 ? 2 : 1, values > 4 ? 2 : 1, values - 1, values - 1, file, part);
    }
    figure_plot(&f, "unset multiplot\n");
    return figure_close(&f);
}
