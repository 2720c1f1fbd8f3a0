/* examples/worlds/roomfigures.c - see roomfigures.h. */
#include "roomfigures.h"

#include <math.h>
#include <string.h>

#include "losslog.h"
#include "must.h"
#include "picture.h"

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
    const char *names[ROOM_FACTORS + MOVERS];
    double at[ROOM_FACTORS + MOVERS];
    char moves[MOVERS][40];
    for (size_t q = 0; q < ROOM_FACTORS + MOVERS; q++) { /* two rows a factor, then one a film */
        const size_t film = q - ROOM_FACTORS;
        names[q] = q < ROOM_FACTORS ? room_names[q] : moves[film];
        at[q] = (double)cell * (q < ROOM_FACTORS ? 2.0 * (double)q + 1 : 2.0 * ROOM_FACTORS + (double)film + 0.5);
        if (q >= ROOM_FACTORS) snprintf(moves[film], sizeof moves[film], "film: %s", room_names[movers[film]]);
    }
    const picture_t p = {sheet, height, width, names, at, ROOM_FACTORS + MOVERS, {.label = NULL}};
    const bool written =
        picture_figure(&p, folder, "rooms_sheet", "The world: six factors, and films in which one of them moves",
                       "Extended Data Fig. 5",
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
    figure_csv(f, "factors");
    figure_data(f, "condition,factor,name,score,readout\n");
    for (int c = 0; c < CONDITIONS; c++) {
        if (!r[c].done) continue;
        const rooms_layer_t *l = &r[c].layer[last_layer(&r[c])];
        for (int q = 0; q < ROOM_FACTORS; q++)
            figure_data(f, "%s,%d,%s,%.3f,%.4f\n", conditions[c].name, q, room_names[q], 100 * l->vote.factor[q],
                        l->readout[q]);
        figure_data(f, "\n\n");
    }
    figure_csv(f, NULL);
    figure_data(f, "condition,layer,score,score_sd,strict,strict_sd,dimension,activity,constant");
    for (int q = 0; q < ROOM_FACTORS; q++) figure_data(f, ",score %s", room_names[q]);
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
            for (int q = 0; q < ROOM_FACTORS; q++) figure_data(f, ",%.3f", 100 * l->vote.factor[q]);
            for (int q = 0; q < ROOM_FACTORS; q++) figure_data(f, ",%.4f", l->readout[q]);
            figure_data(f, "\n");
        }
        figure_data(f, "\n\n");
    }
}

/* What is to be seen, in the numbers of this run. */
static void scores_caption(char *text, size_t size, const rooms_result_t r[CONDITIONS]) {
    size_t used = (size_t)snprintf(text, size,
                                   "How well the features of each layer keep the six factors apart: disentanglement "
                                   "score and its strict form, participation ratio; then the last layer's score and a "
                                   "linear readout, factor by factor. Score, last layer:");
    const char *comma = "";
    for (int c = 0; c < CONDITIONS && used < size; c++) {
        if (!r[c].done) continue;
        const rooms_layer_t *last = &r[c].layer[last_layer(&r[c])];
        used += (size_t)snprintf(text + used, size - used, "%s %s %.1f", comma, conditions[c].title,
                                 100 * last->vote.score);
        comma = ",";
        if ((c == CONDITION_LPL || condition_online(c)) && used < size)
            used += (size_t)snprintf(text + used, size - used, " (first layer %.1f)", 100 * r[c].layer[0].vote.score);
    }
    int best = 0;
    for (int k = 1; k < r[CONDITION_LPL].layers; k++)
        if (r[CONDITION_LPL].layer[k].vote.score > r[CONDITION_LPL].layer[best].vote.score) best = k;
    const disentangle_result_t *pixels = &r[CONDITION_PIXELS].layer[0].vote;
    const double shape = pixels->factor[ROOM_SHAPE], shapes = room_values[ROOM_SHAPE],
                 others = (pixels->score * ROOM_VALUES - shape * shapes) / (ROOM_VALUES - shapes);
    if (r[CONDITION_PIXELS].done && used < size)
        used += (size_t)snprintf(text + used, size - used,
                                 " %%. Raw pixels are the level line: a pixel tells hues, scale and orientation (%.0f "
                                 "%% of their points), but hardly the shape (%.0f %%)",
                                 100 * others, 100 * shape);
    if (r[CONDITION_PIXELS].done && r[CONDITION_LPL].done && used < size)
        used += (size_t)snprintf(text + used, size - used,
                                 ", which LPL's last layer tells %.0f %% of the time. LPL's last layer is %s the "
                                 "pixels; its best, layer %d, has %.1f %%.",
                                 100 * r[CONDITION_LPL].layer[VGG_LAYERS - 1].vote.factor[ROOM_SHAPE],
                                 r[CONDITION_LPL].layer[VGG_LAYERS - 1].vote.score > pixels->score ? "above" : "below",
                                 best + 1, 100 * r[CONDITION_LPL].layer[best].vote.score);
    else if (used < size)
        snprintf(text + used, size - used, "%s", r[CONDITION_PIXELS].done ? "." : " %.");
}

bool roomfigures_scores(const rooms_result_t r[CONDITIONS], const char *folder) {
    enum { PANELS = 5, BY_LAYER = 3 };
    static const char *const title[PANELS] = {"Disentanglement score", "Strict disentanglement score",
                                              "Participation ratio", "Score of each factor, last layer",
                                              "Linear readout of each factor, last layer"};
    static const char *const what[PANELS] = {"score", "strict score", "participation ratio", "score", "accuracy"};
    static const int column[PANELS] = {3, 5, 7, 4, 5};
    static const double by[PANELS] = {1, 1, 1, 1, 100};
    figure_t f;
    char caption[1200];
    bool any = false;
    for (int c = 0; c < CONDITIONS; c++) any = any || r[c].done;
    if (!any) return true;
    scores_caption(caption, sizeof caption, r);
    if (!figure_open(&f, folder, "rooms_scores", 1500, 880, "What the layers keep apart", "Extended Data Fig. 6",
                     caption))
        return false;
    scores_data(&f, r);
    figure_grid(&f, 2, 3, &(figure_space_t){.right = 210});
    for (int panel = 0; panel < PANELS; panel++) {
        const figure_axis_t layer = {.label = "layer", .unit = "1", .low = 0.5, .high = 8.5, .step = 1};
        const figure_axis_t factor = {.low = -0.5, .high = 5.5, .names = factor_short, .n_names = ROOM_FACTORS};
        const figure_axis_t percent = {.label = what[panel], .unit = "%", .low = 0, .high = 100};
        const figure_axis_t number = {.label = what[panel], .unit = "1", .low = 0, .high = NAN};
        figure_panel(&f, &(figure_panel_t){.title = title[panel],
                                           .x = panel < BY_LAYER ? layer : factor,
                                           .y = panel == 2 ? number : percent,
                                           .grid = true,
                                           .legend = panel == 2 ? FIGURE_RIGHT : FIGURE_NO_LEGEND});
        for (int c = 0, block = 0; c < CONDITIONS; c++) {
            if (!r[c].done) continue;
            figure_mark(&f, &(figure_mark_t){FIGURE_BOTH, conditions[c].title, panel < BY_LAYER ? NULL : "factors",
                                             .block = block, .x = 2, .y = column[panel], .y_by = by[panel],
                                             .colour = deepfigures_colour(c), .dash = deepfigures_dash(c), .size = 6});
            block++;
        }
    }
    return figure_close(&f);
}

/* Means over `each` rows. */
typedef struct smooth_t {
    figure_t *f;
    double sum[4]; /* step and the last layer's three terms */
    long each, n;
} smooth_t;

static void smooth_row(void *user, size_t step, const double *loss) {
    smooth_t *s = user;
    s->sum[0] += (double)step;
    for (int k = 0; k < 3; k++) s->sum[k + 1] += loss[3 * (VGG_LAYERS - 1) + k];
    if (++s->n < s->each) return;
    for (int k = 0; k < 4; k++) {
        figure_data(s->f, "%s%.6g", k ? "," : "", s->sum[k] / (double)s->n);
        s->sum[k] = 0;
    }
    figure_data(s->f, "\n");
    s->n = 0;
}

/* A log (losslog.h) averaged over so many rows that the curve has some 60 points: a block of NAME-smooth.csv. */
static void smooth(figure_t *f, const char *folder, const char *name) {
    const long rows = losslog_each(folder, name, NULL, NULL);
    smooth_t s = {f, {0}, rows > 60 ? rows / 60 : 1, 0};
    losslog_each(folder, name, smooth_row, &s);
    figure_data(f, "\n\n");
}

bool roomfigures_losses(const char *folder) {
    static const char *const what[3] = {"pull", "push", "decorrelation"};
    figure_t f;
    bool learned[CONDITIONS], any = false;
    if (!figure_open(&f, folder, "rooms_losses", 1300, 540, "What the last layer learns to make small",
                     "beside Extended Data Fig. 6",
                     "The three terms of the last layer's loss while the networks watch the movie; dots are single "
                     "steps, lines are means over a sixtieth of the run."))
        return false;
    figure_csv(&f, NULL);
    if (f.csv == NULL) return figure_close(&f);
    losslog_head(f.csv);
    for (int c = 0; c < CONDITIONS; c++) {
        learned[c] = losslog_copy(f.csv, folder, conditions[c].name) != 0;
        if (learned[c]) figure_data(&f, "\n\n");
        any = any || learned[c];
    }
    if (!any) return figure_close(&f);
    figure_csv(&f, "smooth");
    figure_data(&f, "step,pull,push,decorrelation\n");
    for (int c = 0; c < CONDITIONS; c++)
        if (learned[c]) smooth(&f, folder, conditions[c].name);
    figure_grid(&f, 1, 3, &(figure_space_t){.right = 200});
    for (int panel = 0; panel < 3; panel++) {
        const figure_axis_t log = {.label = what[panel], .unit = "1", .low = 1e-6, .high = 1e2, .log = true};
        const figure_axis_t even = {.label = what[panel], .unit = "1", .low = -5, .high = 10};
        figure_panel(&f, &(figure_panel_t){.title = what[panel],
                                           .x = {.label = "steps", .unit = "thousands", .high = NAN},
                                           .y = panel == 1 ? even : log,
                                           .legend = panel == 2 ? FIGURE_RIGHT : FIGURE_NO_LEGEND});
        for (int pass = 0; pass < 2; pass++) /* each recorded step as a dot, and a smooth line */
            for (int c = 0, block = 0; c < CONDITIONS; c++) {
                if (!learned[c]) continue;
                if (pass == 0)
                    figure_mark(&f, &(figure_mark_t){FIGURE_POINTS, .block = block, .x = 2, .x_by = 1e-3,
                                                     .y = 3 * VGG_LAYERS + panel, .colour = deepfigures_colour(c),
                                                     .size = 0.8});
                else
                    figure_mark(&f, &(figure_mark_t){FIGURE_LINE, conditions[c].title, "smooth", .block = block, .x = 1,
                                                     .x_by = 1e-3, .y = 2 + panel, .colour = deepfigures_colour(c),
                                                     .dash = deepfigures_dash(c)});
                block++;
            }
    }
    return figure_close(&f);
}

bool roomfigures_similarity(const rooms_result_t *r, int c, const char *folder) {
    figure_t f;
    char file[64], caption[400], title[100];
    double least = 1;
    snprintf(file, sizeof file, "rooms_similarity_%s", conditions[c].name);
    snprintf(title, sizeof title, "Similarity of images that differ in one factor: %s, last layer",
             conditions[c].title);
    snprintf(caption, sizeof caption,
             "How alike the last layer's responses are to two images that differ in one factor (%s): one matrix a "
             "factor, its values in the order in which the movie shows them; dark is alike, on one scale. Bands and "
             "rings are the movie's transitions from a value to the next.",
             conditions[c].title);
    if (!figure_open(&f, folder, file, 1120, 800, title, "Extended Data Fig. 6", caption)) return false;
    for (int k = 0; k < ROOM_FACTORS; k++)
        for (int a = 0; a < room_values[k] * room_values[k]; a++) least = fmin(least, r->similar[k][a]);
    figure_grid(&f, 2, 3, &(figure_space_t){.left = 64, .right = 100, .dx = 62, .dy = 100});
    for (int k = 0; k < ROOM_FACTORS; k++) {
        const int values = room_values[k];
        char part[16];
        snprintf(part, sizeof part, "%d", k);
        figure_csv(&f, part);
        for (int a = 0; a < values; a++)
            for (int b = 0; b < values; b++)
                figure_data(&f, "%.4f%c", r->similar[k][a * values + b], b + 1 < values ? ',' : '\n');
        const figure_axis_t value = {
            .label = "value", .unit = "number", .low = -0.5, .high = values - 0.5, .step = values > 4 ? 2 : 1};
        figure_axis_t down = value;
        down.down = true;
        figure_panel(&f, &(figure_panel_t){.title = room_names[k],
                                           .x = value,
                                           .y = down,
                                           .square = true,
                                           .colours = FIGURE_SEQUENTIAL,
                                           .low = fmin(least, 0.999),
                                           .high = 1,
                                           .scale = k % 3 == 2 ? "similarity" : NULL});
        figure_mark(&f, &(figure_mark_t){FIGURE_MATRIX, .part = part});
    }
    return figure_close(&f);
}
