/* examples/worlds/swapfigures.c - see swapfigures.h. */
#include "swapfigures.h"

#include <math.h>
#include <string.h>

#include "must.h"
#include "picture.h"

static double start_mean(const swap_run_t *r) { return (r->point[0].preferred + r->point[0].other) / 2; }

static void curves_data(figure_t *f, const swap_run_t *run, size_t n) {
    figure_csv(f, NULL);
    figure_data(f, "condition,images,exposure,swap,swap_se,nonswap,nonswap_se,control,control_se,preferred,other,"
                   "preferred_about_start,"
                   "other_about_start\n");
    for (size_t k = 0; k < n; k++) {
        for (long t = 0; t <= run[k].done; t++) {
            const swap_point_t *p = &run[k].point[t];
            figure_data(f, "%s,%ld,%ld,%.5f,%.5f,%.5f,%.5f,%.5f,%.5f,%.5f,%.5f,%.5f,%.5f\n", run[k].name, run[k].set, t,
                        p->swap, p->swap_se, p->nonswap, p->nonswap_se, p->control, p->control_se, p->preferred,
                        p->other, p->preferred - start_mean(&run[k]), p->other - start_mean(&run[k]));
        }
        figure_data(f, "\n\n");
    }
    figure_csv(f, "in_vivo");
    figure_data(f, "exposure,swap,swap_bar,nonswap,nonswap_bar,control,control_bar,preferred_minus_1,other_minus_1\n");
    for (int k = 0; k < SWAP_VIVO; k++) {
        const swap_vivo_t *v = &swap_vivo[k];
        figure_data(f, "%.0f,%.2f,%.1f,%.2f,%.1f,%.2f,%.1f,%.3f,%.3f\n", v->exposures, v->swap, v->swap_bar, v->nonswap,
                    v->nonswap_bar, v->control, v->control_bar, v->preferred - 1, v->other - 1);
    }
}

/* Colour by condition; the set by the kind of line. */
static int colour(const swap_run_t *r) {
    return r->pull == 0 ? FIGURE_GREY : r->swapped ? FIGURE_VERMILLION : FIGURE_BLUE;
}

bool swapfigures_curves(const swap_run_t *run, size_t n, long exposures, bool both_ways, const char *folder) {
    static const char *const title[3] = {"Swap position", "Non-swap position", "Control objects"};
    static const char *const what[2] = {"Model", "In vivo"};
    double high = 0, far = 0;
    figure_t f;
    if (!figure_open(&f, folder, "swap", 1640, 820,
                     "Selectivity for an object where it is swapped for another (Li & DiCarlo 2008)", "Fig. 4",
                     "Response to the preferred minus that to the other object while the eyes move 400 times. Above "
                     "the model, below the same in the monkey (Li & DiCarlo 2008; means and published bars). "
                     "Selectivity falls where one object is swapped for the other during the eye movement, "
                     "much less at the other place and for objects that were never shown; "
                     "without the swap (blue) or without prediction (grey) the two places do not differ. Last column: "
                     "responses to the two objects at the swap place."))
        return false;
    curves_data(&f, run, n);
    for (size_t k = 0; k < n; k++)
        for (long t = 0; t <= run[k].done; t++) {
            const swap_point_t *p = &run[k].point[t];
            high = fmax(high, fmax(p->swap + p->swap_se, fmax(p->nonswap + p->nonswap_se, p->control + p->control_se)));
            far = fmax(far, fmax(fabs(p->preferred - start_mean(&run[k])), fabs(p->other - start_mean(&run[k]))));
        }
    figure_grid(&f, 2, 4, &(figure_space_t){.dx = 104});
    for (int row = 0; row < 2; row++) {
        const double span = row == 0 ? (double)exposures : 400;
        const figure_axis_t exposed = {.label = "exposures",
                                       .unit = "1",
                                       .low = -span / 20,
                                       .high = 1.05 * span,
                                       .step = row == 1         ? 100
                                               : exposures >= 4 ? (double)(exposures / 4)
                                                                : 1};
        for (int panel = 0; panel < 3; panel++) {
            const int column = 4 + 2 * panel;
            char name[80];
            snprintf(name, sizeof name, "%s: %s", what[row], title[panel]);
            figure_panel(&f,
                         &(figure_panel_t){.title = name,
                                           .x = exposed,
                                           .y = {"preferred − other", row == 0 ? "response" : "spikes/s", 0,
                                                 row == 0 ? 1.1 * high : 16},
                                           .grid = true,
                                           .legend = row == 0 && panel == 2 ? FIGURE_BOTTOM_RIGHT : FIGURE_NO_LEGEND});
            if (row == 1) {
                figure_mark(&f, &(figure_mark_t){FIGURE_BOTH, .part = "in_vivo", .x = 1, .y = 2 + 2 * panel,
                                                 .e = 3 + 2 * panel, .colour = FIGURE_VERMILLION, .size = 6});
                continue;
            }
            for (size_t k = 0; k < n; k++) /* bands of the experiment itself, then lines */
                if (run[k].swapped && run[k].pull > 0)
                    figure_mark(&f, &(figure_mark_t){FIGURE_BAND, .block = (int)k, .x = 3, .y = column, .e = column + 1,
                                                     .colour = colour(&run[k])});
            for (size_t k = 0; k < n; k++) {
                bool told = false;
                for (size_t i = 0; i < k; i++) told = told || strcmp(run[i].name, run[k].name) == 0;
                figure_mark(&f, &(figure_mark_t){FIGURE_LINE, told ? NULL : run[k].title, .block = (int)k, .x = 3,
                                                 .y = column, .colour = colour(&run[k])});
            }
        }
        figure_panel(&f, &(figure_panel_t){.title = row == 1    ? "In vivo: swap position"
                                                    : both_ways ? "Model: both sets, swap position"
                                                                : "Model: set 2, swap position",
                                           .x = exposed,
                                           .y = {row == 0 ? "response − mean at start" : "normalised response − 1", "1",
                                                 row == 0 ? -1.15 * far : -0.5, row == 0 ? 1.15 * far : 0.5},
                                           .grid = true,
                                           .legend = FIGURE_TOP_RIGHT});
        for (int other = 0; other < 2; other++) {
            const char *const object = other ? "other" : "preferred";
            const int colour_of = other ? FIGURE_PURPLE : FIGURE_GREEN;
            if (row == 1)
                figure_mark(&f, &(figure_mark_t){FIGURE_BOTH, object, "in_vivo", .x = 1, .y = 8 + other,
                                                 .colour = colour_of, .size = 6, .hollow = other ? 3 : 0});
            bool told = false;
            for (size_t k = 0; row == 0 && k < n; k++) {
                if (strcmp(run[k].name, run[0].name) != 0) continue;
                figure_mark(&f, &(figure_mark_t){FIGURE_LINE, told ? NULL : object, .block = (int)k, .x = 3,
                                                 .y = 12 + other, .colour = colour_of});
                told = true;
            }
        }
    }
    return figure_close(&f);
}

/* An image into a strip of the canvas, slot by slot from left to right. */
static void paste(uint8_t *strip, size_t row, const float *image, size_t side, size_t slot, const double mean[3],
                  const double sd[3]) {
    for (size_t c = 0; c < 3; c++)
        for (size_t y = 0; y < side; y++)
            for (size_t x = 0; x < side; x++) {
                const double v = (double)image[(c * side + y) * side + x] * sd[c] + mean[c];
                strip[3 * (y * row + slot * side + x) + c] = (uint8_t)(255 * (v < 0 ? 0 : v > 1 ? 1 : v) + 0.5);
            }
}

bool swapfigures_canvas(const float *images, size_t side, const double mean[3], const double sd[3],
                        const char *folder) {
    enum { STRIPS = 4, GAP = 6 };
    static const size_t slot[STRIPS] = {6, 12, 6, 0};          /* glances at set 1: centre, non-swap; centre, swap */
    static const size_t image[STRIPS] = {0, 0, 0, SWAP_PAIRS}; /* P, P; P, N */
    const size_t row = CANVAS_SLOTS * side, height = STRIPS * side + (STRIPS - 1) * GAP;
    uint8_t *sheet = must_alloc(3 * row * height, 1);
    memset(sheet, 255, 3 * row * height);
    for (size_t k = 0; k < STRIPS; k++) {
        uint8_t *strip = sheet + 3 * row * k * (side + GAP);
        for (size_t i = 0; i < row * side; i++)
            for (size_t c = 0; c < 3; c++) strip[3 * i + c] = (uint8_t)(255 * mean[c] + 0.5);
        paste(strip, row, images + image[k] * 3 * side * side, side, slot[k], mean, sd);
    }
    static const char *const names[STRIPS] = {"centre", "non-swap place", "centre", "swap place"};
    double at[STRIPS];
    for (size_t k = 0; k < STRIPS; k++) at[k] = (double)k * (double)(side + GAP) + 0.5 * (double)side;
    const picture_t p = {sheet, height, row, names, at, STRIPS, {.label = "position on the canvas", .unit = "pixels"}};
    const bool written =
        picture_figure(&p, folder, "swap_canvas", "What the model sees in two glances", "Fig. 4",
                       "What the model sees in two glances, each strip the canvas from one end to the other. First an "
                       "image at the centre, then the same image at the place without a swap; "
                       "then again at the centre, and at the swap place another object stands in its stead.");
    free(sheet);
    return written;
}
