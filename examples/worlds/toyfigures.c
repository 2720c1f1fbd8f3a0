/* examples/worlds/toyfigures.c - see toyfigures.h. */
#include "toyfigures.h"

#include <math.h>

#include "figure.h"
#include "must.h"

#define N_CLOUD 400
#define N_DISTANCE 2000
#define N_CORNERS 2000 /* samples of the loss curves: each of 8 equally likely cases 250 times */

/* The line type of each rule, the same in all figures. */
static const int line_type[TOY_RULES] = {FIGURE_BLUE,   FIGURE_VERMILLION, FIGURE_GREY,
                                         FIGURE_ORANGE, FIGURE_PURPLE,     FIGURE_GREEN};

/* Curves that often coincide (LPL and VICReg, Oja and pred. off) stay visible: the second of each pair is dashed. */
static const int dash[TOY_RULES] = {0, 1, 0, 0, 0, 1};

void toy_log(void *user, size_t step, int rule, double activity, const float w[2]) {
    toy_log_t *log = user;
    size_t k = log->n[rule];
    if (k >= TOY_LOG) return;
    log->step[rule][k] = step;
    log->activity[rule][k] = activity;
    log->w[rule][k][0] = (double)w[0];
    log->w[rule][k][1] = (double)w[1];
    log->n[rule] = k + 1;
}

bool toy_draw_world(const char *folder, const toy_setup_t *setup, const toy_log_t *log) {
    static const int rules[4] = {TOY_LPL, TOY_OJA, TOY_PRED_OFF, TOY_HEBB_OFF};
    float x[2 * N_CLOUD];
    const double reach = 2.2 * fmax(1.2, setup->sigma_y);
    figure_t f;
    if (!figure_open(&f, folder, "toy2d_world", 1300, 640, "A neuron and two inputs: one slow, one loud", "Fig. 2",
                     "Left: what the neuron sees, two clusters along the slow input and louder noise along the fast "
                     "one, and the axis that it ends on: LPL the slow input, Oja's rule the loud one. "
                     "Right: the way of the two weights from the same start."))
        return false;
    toy_sample(x, N_CLOUD, setup, 1u << 20); /* a stream that no run uses */
    for (int cluster = 0; cluster < 2; cluster++) {
        figure_csv(&f, cluster == 0 ? "plus" : "minus");
        figure_data(&f, "x1,x2\n");
        for (int b = cluster * N_CLOUD / 2; b < (cluster + 1) * N_CLOUD / 2; b++)
            figure_data(&f, "%.5g,%.5g\n", (double)x[2 * b], (double)x[2 * b + 1]);
    }
    char label[80];
    snprintf(label, sizeof label, "x₂: fast, standard deviation %g", setup->sigma_y);
    figure_grid(&f, 1, 2, NULL);
    figure_panel(&f, &(figure_panel_t){.title = "What the neuron sees, and the axis it learns",
                                       .x = {"x₁: slow (cluster)", "1", -reach, reach},
                                       .y = {label, "1", -reach, reach},
                                       .square = true,
                                       .legend = FIGURE_TOP_RIGHT});
    figure_mark(
        &f, &(figure_mark_t){FIGURE_POINTS, "cluster +1", "plus", .x = 1, .y = 2, .colour = FIGURE_GREY, .size = 3});
    figure_mark(&f, &(figure_mark_t){FIGURE_POINTS, "cluster −1", "minus", .x = 1, .y = 2, .colour = FIGURE_GREY,
                                     .size = 4, .hollow = 1});
    for (int k = 0; k < 2; k++) {
        const int rule = rules[k];
        const size_t n = log->n[rule];
        if (n == 0) continue;
        const double w1 = log->w[rule][n - 1][0], w2 = log->w[rule][n - 1][1], norm = hypot(w1, w2) / (0.9 * reach);
        figure_mark(&f, &(figure_mark_t){FIGURE_ARROW, k == 0 ? "LPL" : "Oja", .colour = line_type[rule], .width = 4.5,
                                         .at = {w1 / norm, w2 / norm}});
    }
    figure_panel(&f, &(figure_panel_t){.title = "The way of the weights, from the same start",
                                       .x = {"w₁", "1"},
                                       .y = {"w₂", "1"},
                                       .square = true,
                                       .zero = true,
                                       .legend = FIGURE_TOP_RIGHT});
    for (int k = 0; k < 4; k++) {
        const int rule = rules[k];
        figure_csv(&f, toy_names[rule]);
        figure_data(&f, "step,w1,w2\n");
        for (size_t i = 0; i < log->n[rule]; i++)
            figure_data(&f, "%zu,%.6g,%.6g\n", log->step[rule][i], log->w[rule][i][0], log->w[rule][i][1]);
        figure_mark(&f, &(figure_mark_t){FIGURE_BOTH, toy_titles[rule], toy_names[rule], .x = 2, .y = 3,
                                         .colour = line_type[rule], .size = 3});
    }
    return figure_close(&f);
}

static void write_points(figure_t *f, const char *part, const char *x_name, const toy_point_t *points, size_t n) {
    figure_csv(f, part);
    figure_data(f, "%s", x_name);
    for (int rule = 0; rule < TOY_RULES; rule++)
        figure_data(f, ",%s_selectivity,%s_sem,%s_alignment,%s_activity,%s_norm", toy_names[rule], toy_names[rule],
                    toy_names[rule], toy_names[rule], toy_names[rule]);
    figure_data(f, "\n");
    for (size_t i = 0; i < n; i++) {
        const toy_point_t *p = &points[i];
        figure_data(f, "%.6g", p->x);
        for (int rule = 0; rule < TOY_RULES; rule++)
            figure_data(f, ",%.6g,%.4g,%.6g,%.6g,%.6g", p->selectivity[rule], p->selectivity_sem[rule],
                        p->alignment[rule], p->activity[rule], p->norm[rule]);
        figure_data(f, "\n");
    }
}

/* One curve per rule; quantity 0 selectivity (with error bars), 1 alignment. */
static void plot_points(figure_t *f, const char *part, unsigned rules, int quantity) {
    static const int order[TOY_RULES] = {TOY_LPL, TOY_VICREG, TOY_OJA, TOY_PRED_OFF, TOY_NAIVE, TOY_HEBB_OFF};
    for (int k = 0; k < TOY_RULES; k++) {
        const int rule = order[k], column = 2 + 5 * rule;
        if ((rules >> rule & 1u) == 0) continue;
        figure_mark(f, &(figure_mark_t){FIGURE_BOTH, toy_titles[rule], part, .x = 1,
                                        .y = quantity == 0 ? column : column + 2, .e = quantity == 0 ? column + 1 : 0,
                                        .colour = line_type[rule], .dash = dash[rule], .width = 2.6});
    }
}

static const figure_axis_t fast_axis = {"standard deviation of the fast input x₂", "1", 0.008, 125, .log = true};

bool toy_draw_sweep(const char *folder, const toy_point_t *points, size_t n) {
    const unsigned all =
        (1u << TOY_LPL) | (1u << TOY_PRED_OFF) | (1u << TOY_OJA) | (1u << TOY_NAIVE) | (1u << TOY_VICREG);
    figure_t f;
    if (!figure_open(&f, folder, "toy2d_sweep", 1250, 580, "Selectivity and alignment against the noise", "Fig. 2",
                     "Selectivity for the slow cluster, and alignment of the weights with the slow input, against the "
                     "noise on the fast input. LPL stays selective at every noise level; "
                     "Oja's rule and LPL without prediction lose it where the fast input becomes the louder one "
                     "(dashed line at 1). Error bars: standard errors over worlds."))
        return false;
    write_points(&f, NULL, "sigma_y", points, n);
    figure_grid(&f, 1, 2, NULL);
    for (int quantity = 0; quantity < 2; quantity++) {
        figure_panel(&f, &(figure_panel_t){.title = quantity ? "Alignment with the slow input"
                                                             : "Selectivity for the slow cluster",
                                           .x = fast_axis,
                                           .y = {quantity ? "|w₁| / |w|" : "selectivity", "1", -0.03, 1.08},
                                           .legend = FIGURE_MIDDLE_LEFT});
        plot_points(&f, NULL, quantity ? all & ~(1u << TOY_NAIVE) : all, quantity);
        figure_mark(&f, &(figure_mark_t){FIGURE_VERTICAL, .at = {1.005}, .colour = FIGURE_GREY});
    }
    return figure_close(&f);
}

bool toy_draw_activity(const char *folder, const toy_log_t *log) {
    figure_t f;
    if (!figure_open(&f, folder, "toy2d_activity", 760, 560, "Activity during learning", "Fig. 2",
                     "Mean activity during learning, logarithmic. LPL settles at a fixed level; without its Hebbian "
                     "term activity decays, and with a push that is proportional to the variance it explodes."))
        return false;
    figure_panel(&f, &(figure_panel_t){.title = "Activity during learning, both inputs of variance 1",
                                       .x = {"step", "1", 1, NAN, .log = true},
                                       .y = {"mean |y| of a batch", "1", 1e-5, 1e7, .log = true, .step = 100},
                                       .legend = FIGURE_TOP_LEFT});
    for (int rule = 0; rule < TOY_RULES; rule++) {
        char title[100];
        if (log->n[rule] == 0) continue;
        figure_csv(&f, toy_names[rule]);
        figure_data(&f, "step,activity\n");
        for (size_t i = 0; i < log->n[rule]; i++)
            figure_data(&f, "%zu,%.6g\n", log->step[rule][i], log->activity[rule][i]);
        snprintf(title, sizeof title, "%s%s", toy_titles[rule], rule == TOY_NAIVE ? " (decay 1.5)" : "");
        figure_mark(&f, &(figure_mark_t){FIGURE_LINE, title, toy_names[rule], .x = 1, .y = 2, .colour = line_type[rule],
                                         .dash = dash[rule], .width = 2.8});
    }
    return figure_close(&f);
}

bool toy_draw_noise(const char *folder, const toy_point_t *by_p, size_t n_p, const toy_point_t *by_sigma,
                    size_t n_sigma) {
    figure_t f;
    if (!figure_open(&f, folder, "toy2d_noise", 1250, 560, "Noisy transitions", "Fig. 2",
                     "Left: selectivity when the cluster flips between a sample and the next with some probability; it "
                     "is lost when more than half of the transitions flip. "
                     "Right: with a flip in every fifth step, against the noise on the fast input."))
        return false;
    write_points(&f, "p", "noise_p", by_p, n_p);
    write_points(&f, "sigma", "sigma_y", by_sigma, n_sigma);
    figure_grid(&f, 1, 2, NULL);
    figure_panel(&f, &(figure_panel_t){.title = "Both inputs of variance 1",
                                       .x = {"probability that the cluster flips", "1", -0.02, 1.02},
                                       .y = {"selectivity", "1", -0.03, 0.9},
                                       .legend = FIGURE_TOP_RIGHT});
    plot_points(&f, "p", 1u << TOY_LPL, 0);
    figure_mark(&f, &(figure_mark_t){FIGURE_VERTICAL, .at = {0.5}, .colour = FIGURE_GREY});
    figure_panel(&f, &(figure_panel_t){.title = "A flip in every fifth step",
                                       .x = fast_axis,
                                       .y = {"selectivity", "1", -0.03, 0.9},
                                       .legend = FIGURE_MIDDLE_LEFT});
    plot_points(&f, "sigma", (1u << TOY_LPL) | (1u << TOY_PRED_OFF) | (1u << TOY_OJA), 0);
    return figure_close(&f);
}

/* z = D (s/2 + xi/4) with s, xi, and the xi of the moment before all +-1 and independent: the same mean squares as
 * Gaussian clusters of that width, without sampling noise. */
static void corners(float *z, float *z_prev, double distance) {
    for (int b = 0; b < N_CORNERS; b++) {
        const double s = b & 1 ? 0.5 : -0.5;
        z[b] = (float)(distance * (s + (b & 2 ? 0.25 : -0.25)));
        z_prev[b] = (float)(distance * (s + (b & 4 ? 0.25 : -0.25)));
    }
}

/* L_pull + L_push as the rule reports them while it computes its factor. */
static double loss_at(double distance, int32_t push_form) {
    static float z[N_CORNERS], z_prev[N_CORNERS], delta[N_CORNERS];
    static _Alignas(64) unsigned char scratch[4096];
    lpl_rule_config_t cfg;
    lpl_report_t report;
    size_t need = 0;
    MUST(lpl_rule_config_init(&cfg, sizeof cfg));
    MUST(lpl_report_init(&report, sizeof report));
    cfg.form = LPL_FORM_REFERENCE;
    cfg.push_form = push_form;
    cfg.eps = 1e-8;
    MUST(lpl_rule_scratch(&cfg, &need, 1, N_CORNERS, LPL_F32));
    if (need > sizeof scratch) {
        fprintf(stderr, "lpl_rule_delta wants %zu bytes of scratch, this program has %zu\n", need, sizeof scratch);
        exit(3);
    }
    corners(z, z_prev, distance);
    MUST(lpl_rule_delta(&cfg, delta, 1, NULL, &report, NULL, scratch, sizeof scratch, z, 1, z_prev, 1, NULL, 1, NULL, 1,
                        N_CORNERS));
    return report.pull + report.push;
}

bool toy_draw_losses(const char *folder, toy_losses_t *found) {
    figure_t f;
    found->log_loss = found->hinge_loss = INFINITY;
    if (!figure_open(&f, folder, "toy2d_losses", 760, 520, "Why the logarithm", "Supplementary Fig. S1",
                     "Why the logarithm: the loss of two clusters against their distance. That of LPL has its minimum "
                     "at the square root of 8; minus the variance alone has none; "
                     "that of VICReg has one too."))
        return false;
    figure_csv(&f, NULL);
    figure_data(&f, "distance,naive,log,hinge\n");
    for (int k = 0; k < N_DISTANCE; k++) {
        const double d = 1e-3 + (10.0 - 1e-3) * k / (N_DISTANCE - 1);
        const double naive = loss_at(d, LPL_PUSH_NAIVE), log_loss = loss_at(d, LPL_PUSH_LOGVAR),
                     hinge = loss_at(d, LPL_PUSH_HINGE);
        if (k % 10 == 0 || k == N_DISTANCE - 1) figure_data(&f, "%.5g,%.6g,%.6g,%.6g\n", d, naive, log_loss, hinge);
        if (log_loss < found->log_loss) {
            found->log_loss = log_loss;
            found->log_at = d;
        }
        if (hinge < found->hinge_loss) {
            found->hinge_loss = hinge;
            found->hinge_at = d;
        }
        found->naive_at_10 = naive;
    }
    static const struct {
        const char *title;
        int column, rule;
    } curve[3] = {
        {"LPL: − log σ²", 3, TOY_LPL}, {"naive: − σ²", 2, TOY_NAIVE}, {"VICReg: max(0, 1 − σ)", 4, TOY_VICREG}};
    figure_panel(&f, &(figure_panel_t){.title = "Why the logarithm: loss of two clusters at distance D",
                                       .x = {"distance D", "1", 0, 10},
                                       .y = {"loss", "1", -5, 10},
                                       .zero = true,
                                       .legend = FIGURE_TOP_LEFT});
    for (int k = 0; k < 3; k++)
        figure_mark(&f, &(figure_mark_t){FIGURE_LINE, curve[k].title, .x = 1, .y = curve[k].column,
                                         .colour = line_type[curve[k].rule], .width = 2.8});
    return figure_close(&f);
}
