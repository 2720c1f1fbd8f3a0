/* examples/worlds/deepfigures.c - see deepfigures.h. */
#include "deepfigures.h"

#include <math.h>
#include <stdlib.h>

#include "must.h"

const char *deepfigures_line(int c) {
    static const int colour[CONDITIONS] = {FIGURE_BLUE, FIGURE_VERMILLION, FIGURE_GREEN, FIGURE_ORANGE, FIGURE_PURPLE,
                                           FIGURE_SKY,  FIGURE_VERMILLION, FIGURE_GREEN, FIGURE_ORANGE, FIGURE_PURPLE,
                                           FIGURE_BLUE, FIGURE_GREY,       FIGURE_GREY,  FIGURE_SKY};
    static char text[32];
    snprintf(text, sizeof text, "lt %d dt %d", colour[c], c >= CONDITION_CAUSAL && c <= CONDITION_ONLINE ? 2 : 1);
    return text;
}

void deepfigures_filters(lpl_stack_t *net, size_t n, const char *folder, const char *name) {
    char file[64], caption[200];
    lpl_layer_t *l;
    figure_t f;
    const size_t columns = 8, rows = (n + columns - 1) / columns;
    float *w = must_alloc(n * 27, sizeof *w);
    MUST(lpl_stack_layer(net, 0, &l));
    MUST(lpl_layer_read(l, w, n * 27, LPL_STATE_WEIGHTS));
    snprintf(file, sizeof file, "filters_%s", name);
    snprintf(caption, sizeof caption,
             "Weights of the first layer's filters (%s) as pictures of 3 x 3 pixels: grey is zero, a colour is that "
             "channel's weight, each filter scaled by its largest.",
             name);
    if (figure_open(&f, folder, file, 640, (int)(70 * rows) + 60, "no figure of the article", caption)) {
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
        figure_plot(&f,
                    "set title 'First-layer filters, %s'\nset margins 1,1,1,3\nunset tics\nunset border\nset size "
                    "ratio -1\nunset "
                    "key\nplot '%s.csv' using "
                    "1:2:3:4:5 skip 1 with rgbimage pixels\n",
                    name, file);
        figure_close(&f);
    }
    free(w);
}

void deepfigures_depth(const deepfigures_result_t r[CONDITIONS], const char *folder) {
    static const char *const title[3] = {"linear readout (softmax, Adam, 20 epochs)", "converged logistic regression",
                                         "participation ratio (test images)"};
    figure_t f;
    bool any = false;
    for (int c = 0; c < CONDITIONS; c++) any = any || r[c].done;
    if (!any || !figure_open(&f, folder, "accuracy_by_depth", 1200, 480, "Fig. 3",
                             "What the layers hold, from first to last: test accuracy of two linear readouts of the "
                             "object class, and the participation ratio of the responses, one curve a condition."))
        return;
    figure_csv(&f, NULL);
    figure_data(&f, "condition,layer,softmax,logistic,dimension,sd,mean,dead\n");
    for (int c = 0; c < CONDITIONS; c++) {
        if (!r[c].done) continue;
        for (int k = 0; k < VGG_LAYERS; k++)
            figure_data(&f, "%s,%d,%.4f,%.4f,%.3f,%.5g,%.5g,%g\n", conditions[c].name, k + 1, r[c].accuracy[0][k],
                        r[c].accuracy[1][k], r[c].dimension[k], r[c].sd[k], r[c].mean[k], r[c].dead[k]);
        figure_data(&f, "\n\n");
    }
    figure_plot(&f, "set multiplot layout 1,3\nset datafile missing 'nan'\nset xlabel 'layer'\nset xrange "
                    "[0.5:8.5]\nset key outside "
                    "bottom center horizontal maxcols 3\n");
    for (int panel = 0; panel < 3; panel++) {
        int block = 0;
        figure_plot(&f, "set title '%s'\n%s\nplot ", title[panel],
                    panel < 2 ? "set ylabel 'test accuracy'\nset yrange [0:*]" : "set ylabel ''\nset yrange [0:*]");
        for (int c = 0; c < CONDITIONS; c++) {
            if (!r[c].done) continue;
            figure_plot(&f, "%s'accuracy_by_depth.csv' index %d using 2:%d %swith linespoints pt 7 %s title '%s'",
                        block ? ", " : "", block, panel + 3, block ? "" : "skip 1 ", deepfigures_line(c),
                        conditions[c].title);
            block++;
        }
        if (panel < 2) figure_plot(&f, ", 0.1 lt 7 dt 2 title 'chance'");
        figure_plot(&f, "\n");
    }
    figure_plot(&f, "unset multiplot\n");
    figure_close(&f);
}

void deepfigures_losses(figure_t *f, const bool learned[CONDITIONS]) {
    figure_plot(f, "set xlabel 'step'\nset key outside bottom center horizontal maxcols 3\nset multiplot layout 1,2\n");
    for (int panel = 0; panel < 2; panel++) {
        const int layer = panel ? VGG_LAYERS : 1;
        figure_plot(f, "set title 'Loss of layer %d'\nset ylabel 'pull + push + 10 decorr'\nplot ", layer);
        for (int c = 0, block = 0; c < CONDITIONS; c++) {
            if (!learned[c]) continue;
            figure_plot(f, "%s'losses.csv' index %d using 2:($%d + $%d + 10 * $%d) %swith lines %s lw 2 title '%s'",
                        block ? ", " : "", block, 3 * layer, 3 * layer + 1, 3 * layer + 2, block ? "" : "skip 1 ",
                        deepfigures_line(c), conditions[c].title);
            block++;
        }
        figure_plot(f, "\n");
    }
    figure_plot(f, "unset multiplot\n");
}
