/* examples/worlds/deepfigures.c - see deepfigures.h. */
#include "deepfigures.h"

#include <math.h>
#include <stdlib.h>

#include "deeplearn.h"
#include "losslog.h"
#include "must.h"

int deepfigures_colour(int c) {
    static const int colour[CONDITIONS] = {FIGURE_BLUE,   FIGURE_VERMILLION, FIGURE_GREEN,      FIGURE_ORANGE,
                                           FIGURE_PURPLE, FIGURE_SKY,        FIGURE_VERMILLION, FIGURE_GREEN,
                                           FIGURE_ORANGE, FIGURE_PURPLE,     FIGURE_BLUE,       FIGURE_GREY,
                                           FIGURE_GREY,   FIGURE_SKY,        FIGURE_VERMILLION, FIGURE_GREEN,
                                           FIGURE_ORANGE, FIGURE_PURPLE,     FIGURE_BLACK};
    return colour[c];
}

int deepfigures_dash(int c) { return (c >= CONDITION_CAUSAL && c <= CONDITION_ONLINE) || c > CONDITION_PIXELS; }

void deepfigures_filters(lpl_stack_t *net, size_t n, const char *folder, const char *name) {
    char file[64], title[80], caption[200];
    lpl_layer_t *l;
    figure_t f;
    if (n < DEEPFIGURES_FILTERS) return;
    const size_t columns = 8, rows = (n + columns - 1) / columns;
    float *w = must_alloc(n * 27, sizeof *w);
    MUST(lpl_stack_layer(net, 0, &l));
    MUST(lpl_layer_read(l, w, n * 27, LPL_STATE_WEIGHTS));
    snprintf(file, sizeof file, "filters_%s", name);
    snprintf(caption, sizeof caption,
             "Weights of the first layer's filters (%s) as pictures of 3 x 3 pixels: grey is zero, a colour is that "
             "channel's weight, each filter scaled by its largest.",
             name);
    snprintf(title, sizeof title, "Filters of the first layer: %s", name);
    if (figure_open(&f, folder, file, 8 * 110 + 60, (int)(110 * rows) + 70, title, "no figure of the article",
                    caption)) {
        figure_csv(&f, NULL);
        figure_data(&f, "x,y,red,green,blue\n");
        for (size_t y = 0; y < 4 * rows; y++) /* a whole grid: 3 x 3 pixels for each filter, white between them */
            for (size_t x = 0; x < 4 * columns; x++) {
                const size_t k = (rows - 1 - y / 4) * columns + x / 4;
                float high = 1e-12f;
                figure_data(&f, "%zu,%zu", x, y);
                for (size_t q = 0; k < n && q < 27; q++) high = fmaxf(high, fabsf(w[k * 27 + q]));
                for (size_t c = 0; c < 3; c++) {
                    const bool inside = k < n && x % 4 < 3 && y % 4 < 3;
                    figure_data(&f, ",%d",
                                inside ? (int)(127.5f + 127.5f * w[k * 27 + c * 9 + (2 - y % 4) * 3 + x % 4] / high)
                                       : 255);
                }
                figure_data(&f, "\n");
            }
        figure_grid(&f, 1, 1, &(figure_space_t){.left = 30, .right = 30, .bottom = 20});
        figure_panel(&f, &(figure_panel_t){.title = title, .square = true});
        figure_mark(&f, &(figure_mark_t){FIGURE_RGB, .x = 1, .y = 2});
        figure_close(&f);
    }
    free(w);
}

void deepfigures_depth(const deepjudge_t r[CONDITIONS], const char *folder) {
    static const char *const title[3] = {"linear readout (softmax, Adam, 20 epochs)", "converged logistic regression",
                                         "participation ratio (batches of 256)"};
    figure_t f;
    bool any = false;
    double best = 0.1; /* one scale for both readouts */
    for (int c = 0; c < CONDITIONS; c++) any = any || r[c].done;
    for (int c = 0; c < CONDITIONS; c++)
        for (int k = 0; r[c].done && k < VGG_LAYERS; k++)
            best = fmax(best, fmax(r[c].accuracy[0][k], r[c].accuracy[1][k]));
    if (!any || !figure_open(&f, folder, "accuracy_by_depth", 1440, 540, "What the layers hold", "Fig. 3",
                             "What the layers hold, from first to last: test accuracy of two linear readouts of the "
                             "object class, and the participation ratio of the responses, one curve a condition."))
        return;
    figure_csv(&f, NULL);
    figure_data(&f, "condition,layer,softmax,logistic,dimension,dimension_all,sd,mean,dead\n");
    for (int c = 0; c < CONDITIONS; c++) {
        if (!r[c].done) continue;
        for (int k = 0; k < VGG_LAYERS; k++)
            figure_data(&f, "%s,%d,%.4f,%.4f,%.3f,%.3f,%.5g,%.5g,%g\n", conditions[c].name, k + 1, r[c].accuracy[0][k],
                        r[c].accuracy[1][k], r[c].dimension[k], r[c].dimension_all[k], r[c].sd[k], r[c].mean[k],
                        r[c].dead[k]);
        figure_data(&f, "\n\n");
    }
    figure_grid(&f, 1, 3, &(figure_space_t){.right = 190});
    for (int panel = 0; panel < 3; panel++) {
        figure_panel(&f, &(figure_panel_t){.title = title[panel],
                                           .x = {.label = "layer", .unit = "1", .low = 0.5, .high = 8.5, .step = 1},
                                           .y = {panel < 2 ? "test accuracy" : "participation ratio", "1", 0,
                                                 panel < 2 ? 1.1 * best : NAN},
                                           .legend = panel == 2 ? FIGURE_RIGHT : FIGURE_NO_LEGEND});
        for (int c = 0, block = 0; c < CONDITIONS; c++) {
            if (!r[c].done) continue;
            figure_mark(&f, &(figure_mark_t){FIGURE_BOTH, conditions[c].title, .block = block, .x = 2, .y = panel + 3,
                                             .colour = deepfigures_colour(c), .dash = deepfigures_dash(c), .size = 6});
            block++;
        }
        if (panel < 2) {
            figure_mark(&f, &(figure_mark_t){FIGURE_HORIZONTAL, .at = {0.1}, .colour = FIGURE_GREY});
            figure_mark(&f, &(figure_mark_t){FIGURE_NOTE, "chance", .at = {0.5, 0.1 / (1.1 * best) + 0.04}});
        }
    }
    figure_close(&f);
}

typedef struct {
    figure_t *f;
    double best;
} curve_t;

static void curve_row(figure_t *f, double pairs, const deepjudge_t *r) {
    figure_data(f, "%.6g", pairs);
    for (int q = 0; q < 2; q++)
        for (int k = 0; k < VGG_LAYERS; k++) figure_data(f, ",%.4f", r->accuracy[q][k]);
    figure_data(f, "\n");
}

static void curve_point(void *user, const deepjudge_t *r) {
    curve_t *t = user;
    for (int k = 0; k < VGG_LAYERS; k++) t->best = fmax(t->best, fmax(r->accuracy[0][k], r->accuracy[1][k]));
    if (t->f != NULL) curve_row(t->f, 1e-6 * (double)r->pairs, r);
}

void deepfigures_curve(const char *folder, int c, const deepjudge_t *level) {
    static const char *const title[2] = {"linear readout (softmax, Adam, 20 epochs)", "converged logistic regression"};
    static const int colour[VGG_LAYERS] = {FIGURE_SKY,   FIGURE_BLUE,   FIGURE_GREEN, FIGURE_ORANGE,
                                           FIGURE_BLACK, FIGURE_PURPLE, FIGURE_GREY,  FIGURE_VERMILLION};
    char file[64], name[120], layer[VGG_LAYERS][16];
    figure_t f;
    curve_t t = {NULL, 0.1};
    if (deeplearn_each(folder, conditions[c].name, curve_point, &t) < 2) return;
    if (level != NULL) curve_point(&t, level);
    snprintf(file, sizeof file, "curve_%s", conditions[c].name);
    snprintf(name, sizeof name, "What the layers hold as they learn: %s", conditions[c].title);
    if (!figure_open(
            &f, folder, file, 1240, 560, name, "Fig. 3",
            "Test accuracy of two linear readouts of each layer against the pairs of views that it has learned "
            "from. At 0, where they were judged, the start values."))
        return;
    t.f = &f;
    figure_csv(&f, NULL);
    figure_data(&f, "million_pairs");
    for (int q = 0; q < 2; q++)
        for (int k = 1; k <= VGG_LAYERS; k++) figure_data(&f, ",%s%d", q ? "logistic" : "softmax", k);
    figure_data(&f, "\n");
    if (level != NULL) curve_row(&f, 0, level);
    deeplearn_each(folder, conditions[c].name, curve_point, &t);
    figure_grid(&f, 1, 2, &(figure_space_t){.right = 150});
    for (int panel = 0; panel < 2; panel++) {
        figure_panel(&f, &(figure_panel_t){.title = title[panel],
                                           .x = {.label = "pairs seen", .unit = "millions", .high = NAN},
                                           .y = {"test accuracy", "1", 0, 1.1 * t.best},
                                           .legend = panel ? FIGURE_RIGHT : FIGURE_NO_LEGEND});
        for (int k = 0; k < VGG_LAYERS; k++) {
            snprintf(layer[k], sizeof layer[k], "layer %d", k + 1);
            figure_mark(&f, &(figure_mark_t){FIGURE_BOTH, layer[k], .x = 1, .y = 2 + VGG_LAYERS * panel + k,
                                             .colour = colour[k], .dash = k % 2, .size = 5});
        }
        figure_mark(&f, &(figure_mark_t){FIGURE_HORIZONTAL, .at = {0.1}, .colour = FIGURE_GREY});
    }
    figure_close(&f);
}

typedef struct total_t {
    figure_t *f;
    int layer;
} total_t;

static void total_row(void *user, size_t step, const double *loss) {
    const total_t *t = user;
    const double *l = loss + 3 * t->layer;
    figure_data(t->f, "%zu,%.6g\n", step, l[0] + l[1] + 10 * l[2]);
}

void deepfigures_losses(const char *folder, const bool learned[CONDITIONS]) {
    figure_t f;
    if (!figure_open(&f, folder, "losses", 1200, 540, "Loss during learning", "Fig. 3",
                     "Loss of the first and of the last layer during learning, one curve a condition. Every layer "
                     "minimises its own; no gradient passes between layers."))
        return;
    for (int panel = 0; panel < 2; panel++) {
        total_t t = {&f, panel ? VGG_LAYERS - 1 : 0};
        figure_csv(&f, panel ? "last" : "first");
        figure_data(&f, "step,loss\n");
        for (int c = 0; c < CONDITIONS; c++) {
            if (!learned[c]) continue;
            losslog_each(folder, conditions[c].name, total_row, &t);
            figure_data(&f, "\n\n"); /* one block per condition */
        }
    }
    figure_grid(&f, 1, 2, &(figure_space_t){.right = 190});
    for (int panel = 0; panel < 2; panel++) {
        figure_panel(&f, &(figure_panel_t){.title = panel ? "Last layer" : "First layer",
                                           .x = {.label = "step", .unit = "1", .high = NAN},
                                           .y = {.label = "pull + push + 10 decorr", .unit = "1"},
                                           .legend = panel ? FIGURE_RIGHT : FIGURE_NO_LEGEND});
        for (int c = 0, block = 0; c < CONDITIONS; c++) {
            if (!learned[c]) continue;
            figure_mark(&f,
                        &(figure_mark_t){FIGURE_LINE, conditions[c].title, panel ? "last" : "first", .block = block,
                                         .x = 1, .y = 2, .colour = deepfigures_colour(c), .dash = deepfigures_dash(c)});
            block++;
        }
    }
    figure_close(&f);
}
