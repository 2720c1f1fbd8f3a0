/* examples/worlds/cellsfigures.c - see cellsfigures.h. */
#include "cellsfigures.h"

#include <math.h>
#include <string.h>

#include "figure.h"
#include "must.h"
#include "picture.h"

enum { BINS = 10, SHOWN = CELLS_MAPPED };
#define BIN 0.2

static const char where[] = "Outlook";

static const char *title_of(int condition) {
    return condition < 0 ? "simple cells" : cells_conditions[condition].title;
}
static const char *name_of(int condition) { return condition < 0 ? "simple" : cells_conditions[condition].name; }

static int line_of(int condition) {
    static const int lines[CELLS_CONDITIONS] = {FIGURE_BLUE,   FIGURE_VERMILLION, FIGURE_ORANGE,
                                                FIGURE_PURPLE, FIGURE_SKY,        FIGURE_GREEN};
    return condition < 0 ? FIGURE_GREY : lines[condition];
}

static bool has(const cells_row_t *row, size_t n, int condition) {
    for (size_t k = 0; k < n; k++)
        if (row[k].condition == condition) return true;
    return false;
}

/* Share of a condition's cells, of all seeds, in a bin; the last bin is open. */
static double share(const cells_row_t *row, size_t n, int condition, int bin) {
    double in = 0, all = 0;
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; row[k].condition == condition && i < row[k].r.units; i++) {
            const double ratio = row[k].r.ratio[i];
            if (isnan(ratio)) continue;
            const int at = (int)fmin(ratio / BIN, BINS - 1);
            in += at == bin, all++;
        }
    return all > 0 ? in / all : 0;
}

static void write_data(figure_t *f, const cells_row_t *row, size_t n) {
    figure_csv(f, "ratio");
    figure_data(f, "F1/F0");
    for (int c = -1; c < CELLS_CONDITIONS; c++)
        if (has(row, n, c)) figure_data(f, ",%s", name_of(c));
    for (int bin = 0; bin < BINS; bin++) {
        figure_data(f, "\n%.2f", BIN * (bin + 0.5));
        for (int c = -1; c < CELLS_CONDITIONS; c++)
            if (has(row, n, c)) figure_data(f, ",%.4f", share(row, n, c, bin));
    }
    figure_data(f, "\n");
    figure_csv(f, "memory");
    figure_data(f, "condition,seed,lag,autocorrelation\n");
    for (size_t k = 0; k < n; k++) {
        for (int lag = 0; lag <= CELLS_LAGS; lag++)
            figure_data(f, "%s,%ld,%d,%.4f\n", name_of(row[k].condition), row[k].seed, lag, row[k].r.correlation[lag]);
        figure_data(f, "\n\n");
    }
    figure_csv(f, "decoding");
    figure_data(f, "condition,seed,shift,right\n");
    for (size_t k = 0; k < n; k++) {
        if (row[k].condition < 0) continue;
        for (int s = 0; s < CELLS_SHIFTS; s++)
            figure_data(f, "%s,%ld,%.0f,%.4f\n", name_of(row[k].condition), row[k].seed,
                        360.0 * cells_shift[s] / CELLS_STEPS, row[k].r.decoding[s]);
        figure_data(f, "\n\n");
    }
    figure_csv(f, "phase");
    figure_data(f, "condition,seed,unit,phase,response\n");
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < SHOWN && row[k].condition >= 0; i++) {
            for (int step = 0; step <= CELLS_STEPS; step++)
                figure_data(f, "%s,%ld,%zu,%.1f,%.4f\n", name_of(row[k].condition), row[k].seed, i + 1,
                            360.0 * step / CELLS_STEPS, row[k].r.tuning[i][step % CELLS_STEPS]);
            figure_data(f, "\n\n");
        }
    figure_csv(f, "table");
    figure_data(f, "cells,seed,live,f1_over_f0,complex,orientation_selectivity,slowness,memory,decoding_0,decoding_45,"
                   "decoding_90,decoding_180,dimension\n");
    for (size_t k = 0; k < n; k++) {
        const cells_result_t *r = &row[k].r;
        figure_data(f, "%s,%ld,%zu,%.5f,%.5f,%.5f,%.5f,%.3f,%.4f,%.4f,%.4f,%.4f,%.3f\n", name_of(row[k].condition),
                    row[k].seed, r->live, r->median, r->complex, r->selectivity, r->slowness, r->memory, r->decoding[0],
                    r->decoding[1], r->decoding[2], r->decoding[3], r->dimension);
    }
    figure_csv(f, "units");
    figure_data(f, "condition,seed,unit,f1_over_f0\n");
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < row[k].r.units; i++)
            figure_data(f, "%s,%ld,%zu,%.4f\n", name_of(row[k].condition), row[k].seed, i + 1, row[k].r.ratio[i]);
}

static void histograms(figure_t *f, const cells_row_t *row, size_t n) {
    int panels = 0, k = 0;
    for (int c = -1; c < CELLS_CONDITIONS; c++) panels += has(row, n, c);
    for (int c = -1; c < CELLS_CONDITIONS; c++) {
        if (!has(row, n, c)) continue;
        const double left = 0.055, wide = (0.985 - left + 0.03) / panels;
        figure_panel(
            f, &(figure_panel_t){
                   .title = title_of(c),
                   .x = {.label = "F1/F0", .unit = "1", .low = 0, .high = BINS * BIN, .step = 0.5},
                   .y = {.label = "share of cells", .unit = "1", .low = 0, .high = 1.02, .step = 0.5, .bare = k > 0},
                   .grid = true,
                   .place = {left + k * wide, left + (k + 1) * wide - 0.03, 0.62, 0.87}});
        figure_mark(f, &(figure_mark_t){FIGURE_BARS, .part = "ratio", .x = 1, .y = k + 2, .size = 0.9 * BIN,
                                        .colour = line_of(c)});
        figure_mark(f, &(figure_mark_t){FIGURE_VERTICAL, .at = {1}, .colour = FIGURE_BLACK});
        k++;
    }
}

/* Largest response of the cells that are shown, of the first seed's continuous and scrambled. */
static double highest(const cells_row_t *row, size_t n) {
    double high = 0;
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < SHOWN && row[k].condition >= 0 && row[k].condition <= CELLS_SCRAMBLED; i++)
            for (int step = 0; step < CELLS_STEPS && row[k].seed == row[0].seed; step++)
                high = fmax(high, row[k].r.tuning[i][step]);
    return high > 0 ? high : 1;
}

/* Panel k of the lower row. */
static figure_panel_t below(int k) {
    const double left = 0.055, wide = (0.985 - left + 0.065) / 4;
    return (figure_panel_t){.grid = true, .place = {left + k * wide, left + (k + 1) * wide - 0.065, 0.10, 0.43}};
}

/* Four cells of the first seed over the phase. */
static void phases(figure_t *f, const cells_row_t *row, size_t n, int condition, int at, double high) {
    static const int dashes[SHOWN] = {0, 1, 2, 0};
    char title[60];
    int block = 0;
    figure_panel_t p = below(at);
    snprintf(title, sizeof title, "responses: %s", title_of(condition));
    p.title = title;
    p.x = (figure_axis_t){.label = "phase of the grating", .unit = "degrees", .low = 0, .high = 360, .step = 90};
    p.y = (figure_axis_t){.label = "response", .unit = "1", .low = 0, .high = 1.05 * high};
    figure_panel(f, &p);
    for (size_t k = 0; k < n; k++) {
        for (int i = 0; i < SHOWN && row[k].condition == condition && row[k].seed == row[0].seed; i++)
            figure_mark(f, &(figure_mark_t){FIGURE_LINE, .part = "phase", .block = block + i, .x = 4, .y = 5,
                                            .colour = line_of(condition), .dash = dashes[i], .width = i == 3 ? 1 : 0});
        block += row[k].condition >= 0 ? SHOWN : 0;
    }
}

/* A curve for each seed and condition, from a CSV with a block for each. */
static void curves(figure_t *f, const cells_row_t *row, size_t n, const char *part, bool simple) {
    int block = 0;
    for (size_t k = 0; k < n; k++) {
        const int c = row[k].condition;
        if (c < 0 && !simple) continue; /* no block of it */
        figure_mark(f,
                    &(figure_mark_t){FIGURE_BOTH, .part = part, .block = block, .x = 3, .y = 4, .colour = line_of(c)});
        block++;
    }
}

bool cellsfigures_measures(const cells_row_t *row, size_t n, const char *folder) {
    static const char caption[] =
        "Cells that learned from a movie, from the same frames in random order, and controls. Above, how much the "
        "response follows the phase of a drifting grating: with F1/F0 below 1 (left of the line) it is a complex cell. "
        "The movie makes complex cells, from pairs of frames or frame by frame; its frames in random order, or "
        "learning "
        "without the predictive term, leave nearly all cells simple, as in rats that grew up with the one or the other "
        "(Matteucci & Zoccolan 2020). Below, in the same colours: responses of four cells over the phase; how long "
        "responses outlast the image, in scenes that were not learned; how well orientation can be read from them when "
        "the phase is another (dashed line: by chance).";
    figure_t f;
    if (!figure_open(&f, folder, "movies", 1400, 800, "Complex cells need the order of time", where, caption))
        return false;
    write_data(&f, row, n);
    histograms(&f, row, n);
    const double high = highest(row, n);
    if (has(row, n, CELLS_CONTINUOUS)) phases(&f, row, n, CELLS_CONTINUOUS, 0, high);
    if (has(row, n, CELLS_SCRAMBLED)) phases(&f, row, n, CELLS_SCRAMBLED, 1, high);
    figure_panel_t p = below(2);
    p.title = "memory of responses";
    p.x = (figure_axis_t){.label = "lag", .unit = "frames", .low = 0, .high = 15, .step = 5};
    p.y = (figure_axis_t){.label = "autocorrelation", .unit = "1", .low = -0.2, .high = 1.02, .step = 0.5};
    figure_panel(&f, &p);
    curves(&f, row, n, "memory", true);
    p = below(3);
    p.title = "orientation read at another phase";
    p.x = (figure_axis_t){.label = "shift of the phase", .unit = "degrees", .low = 0, .high = 180, .step = 45};
    p.y = (figure_axis_t){.label = "share that is right", .unit = "1", .low = 0, .high = 1.02, .step = 0.5};
    figure_panel(&f, &p);
    curves(&f, row, n, "decoding", false);
    figure_mark(&f, &(figure_mark_t){FIGURE_HORIZONTAL, .at = {1.0 / CELLS_THETAS}, .colour = FIGURE_BLACK});
    return figure_close(&f);
}

/* Tables of four cells, of thetas by steps numbers each, scaled to the largest magnitude of a cell. */
typedef struct {
    const char *name, *title, *caption, *value, *scale;
    size_t thetas, steps;
    int colours;
    double low; /* of the scale; to 1 */
    const double *(*of)(const cells_result_t *r, size_t cell);
} tables_t;

static bool draw_tables(const tables_t *d, const cells_row_t *row, size_t n, const char *folder) {
    const cells_row_t *shown[2] = {NULL, NULL};
    figure_t f;
    int rows = 0, block = 0;
    for (size_t k = n; k-- > 0;)
        if (row[k].condition == CELLS_CONTINUOUS || row[k].condition == CELLS_SCRAMBLED)
            shown[row[k].condition == CELLS_SCRAMBLED] = &row[k];
    for (int c = 0; c < 2; c++) rows += shown[c] != NULL;
    if (rows == 0) return true;
    if (!figure_open(&f, folder, d->name, 1400, 60 + 300 * rows, d->title, where, d->caption)) return false;
    const double theta = 180.0 / (double)d->thetas, step = 360.0 / (double)d->steps; /* degrees */
    figure_csv(&f, NULL);
    figure_data(&f, "condition,cell,orientation,phase,%s\n", d->value);
    for (int c = 0; c < 2; c++)
        for (size_t i = 0; i < SHOWN && shown[c] != NULL; i++) {
            const double *of = d->of(&shown[c]->r, i);
            double high = 0;
            for (size_t k = 0; k < d->thetas * d->steps; k++) high = fmax(high, d->low < 0 ? fabs(of[k]) : of[k]);
            for (size_t q = 0; q < d->steps; q++) /* rows of equal phase */
                for (size_t k = 0; k < d->thetas; k++)
                    figure_data(&f, "%s,%zu,%.2f,%.0f,%.4f\n", name_of(shown[c]->condition), i + 1, theta * (double)k,
                                step * (double)q, high > 0 ? of[k * d->steps + q] / high : 0);
            figure_data(&f, "\n\n");
        }
    figure_grid(&f, rows, SHOWN, &(figure_space_t){.right = 130, .dx = 90});
    for (int c = 0; c < 2; c++)
        for (int i = 0; i < SHOWN && shown[c] != NULL; i++) {
            char title[60];
            snprintf(title, sizeof title, "%s, F1/F0 = %s", title_of(shown[c]->condition),
                     figure_number(shown[c]->r.ratio[i], 2));
            figure_panel(&f, &(figure_panel_t){.title = title,
                                               .x = {.label = "orientation",
                                                     .unit = "degrees",
                                                     .low = -theta / 2,
                                                     .high = 180 - theta / 2,
                                                     .step = 45},
                                               .y = {.label = "phase",
                                                     .unit = "degrees",
                                                     .low = -step / 2,
                                                     .high = 360 - step / 2,
                                                     .step = 90,
                                                     .bare = i > 0},
                                               .colours = d->colours,
                                               .low = d->low,
                                               .high = 1,
                                               .scale = i == SHOWN - 1 ? d->scale : NULL});
            figure_mark(&f, &(figure_mark_t){FIGURE_MAP, .block = block, .x = 3, .y = 4, .e = 5});
            block++;
        }
    return figure_close(&f);
}

static const double *map_of(const cells_result_t *r, size_t cell) { return r->map[cell]; }
static const double *weight_of(const cells_result_t *r, size_t cell) { return r->weight[cell]; }

bool cellsfigures_maps(const cells_row_t *row, size_t n, const char *folder) {
    const tables_t d = {
        .name = "movies_maps",
        .title = "Responses to gratings of every orientation and phase",
        .caption =
            "What four cells respond to, after the movie (above) and after its frames in random order (below): "
            "gratings of every orientation and phase, of the wavelength that the cell likes best, each cell scaled to "
            "its largest response. A complex cell likes orientations at any phase (upright bands), a simple one an "
            "orientation at one phase (spots).",
        .value = "response",
        .scale = "response / largest",
        .thetas = CELLS_THETAS,
        .steps = CELLS_STEPS,
        .colours = FIGURE_SEQUENTIAL,
        .of = map_of};
    return draw_tables(&d, row, n, folder);
}

bool cellsfigures_weights(const cells_row_t *row, size_t n, const char *folder) {
    const tables_t d = {
        .name = "movies_weights",
        .title = "Weights from simple cells of every orientation and phase",
        .caption =
            "From which simple cells four cells take their input, after the movie (above) and after its frames in "
            "random order (below): weights at the one of nine positions from which a cell takes most, each cell scaled "
            "to its largest. A complex cell takes an orientation at all its phases alike (upright bands), a simple one "
            "some phases of it with one sign and the opposite phases with the other (spots).",
        .value = "weight",
        .scale = "weight / largest",
        .thetas = CELLS_ORIENTATIONS,
        .steps = CELLS_PHASES,
        .colours = FIGURE_DIVERGING,
        .low = -1,
        .of = weight_of};
    return draw_tables(&d, row, n, folder);
}

enum { STRIP = 24, TIMES = 3, GAP = 4 };

/* A frame, each pixel TIMES x TIMES, two standard deviations from black to white. */
static void paste(uint8_t *sheet, size_t width, size_t x0, size_t y0, const float *frame) {
    for (size_t y = 0; y < GAZE_SIDE * TIMES; y++)
        for (size_t x = 0; x < GAZE_SIDE * TIMES; x++) {
            const double v = 128 + 55 * (double)frame[y / TIMES * GAZE_SIDE + x / TIMES];
            const uint8_t grey = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
            memset(sheet + 3 * ((y0 + y) * width + x0 + x), grey, 3);
        }
}

bool cellsfigures_strip(const gaze_t *movie, uint64_t seed, const char *folder) {
    const size_t side = GAZE_SIDE * TIMES, shown = movie->n < STRIP ? movie->n : STRIP, width = shown * (side + GAP),
                 height = 2 * side + 2 * GAP;
    uint8_t *sheet = must_alloc(3 * width * height, 1);
    uint32_t *dice = must_alloc(shown, sizeof *dice);
    MUST(lpl_random_bits(dice, shown, seed, 36, 0));
    memset(sheet, 255, 3 * width * height);
    for (size_t k = 0; k < shown; k++) {
        paste(sheet, width, k * (side + GAP), 0, movie->frame + k * GAZE_PIXELS);
        paste(sheet, width, k * (side + GAP), side + 2 * GAP,
              movie->frame + ((uint64_t)dice[k] * movie->n >> 32) * GAZE_PIXELS);
    }
    static const char *const names[2] = {"movie", "scrambled"};
    const double at[2] = {(double)side / 2, 1.5 * (double)side + 2 * GAP};
    const picture_t p = {sheet, height, width, names, at, 2, {.label = NULL}};
    const bool written =
        picture_figure(&p, folder, "movies_strip", "A movie, and its frames in random order", where,
                       "Above, frames of the movie in a row, 18 x 18 pixels each; below, frames of the "
                       "same movie in random order. Whoever learns from pairs of the lower one sees the "
                       "same images as often, but nothing that follows from anything.");
    free(sheet), free(dice);
    return written;
}
