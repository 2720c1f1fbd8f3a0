/* examples/paper/rule_curves.c - the shape of the learning rule (Fig. 1 and Extended Data Fig. 1; theory 2), next to
 * BCM's.
 *
 * Every point of every curve is one learning step of one neuron, made with the calls that a host without lpl_layer_t
 * uses: lpl_activate gives z and f' from the drive, lpl_rule_delta the post-synaptic factor, lpl_rule_apply the weight
 * change. The slow statistics zbar and sigma^2 come from a tracker with exponential averages that starts at the wanted
 * values. */
#include <math.h>
#include <string.h>

#include "worlds/cli.h"
#include "worlds/figure.h"
#include "worlds/must.h"
#include "worlds/table.h"

#define N_DRIVE 800 /* h = 0, 0.1 .. 79.9 */
#define MAP_X 99
#define MAP_Y 49
#define R0 2.0    /* rate at the foot of the f-I curve, Hz */
#define RMAX 80.0 /* saturation, Hz */
#define ETA 1e-3

/* The neuron of section 2.1: its f-I curve, its slow statistics, and how its output changes at the moment of the
 * step. */
typedef struct neuron_t {
    int32_t activation; /* LPL_ACT_SATURATING or LPL_ACT_RELU */
    int32_t rule;       /* LPL_RULE_LPL or LPL_RULE_BCM */
    double mean;        /* zbar; for BCM the threshold theta */
    double sigma2;
    double dzdt;
} neuron_t;

typedef struct curve_t {
    double z[N_DRIVE];
    double dw[N_DRIVE];
    size_t n;
} curve_t;

/* Work space of lpl_rule_delta, on a 64-byte boundary. */
static _Alignas(64) unsigned char scratch[4096];

static void check_scratch(const lpl_rule_config_t *cfg) {
    size_t need = 0;
    MUST(lpl_rule_scratch(cfg, &need, 1, 1, LPL_F64));
    if (need <= sizeof scratch) return;
    fprintf(stderr, "lpl_rule_delta wants %zu bytes of scratch, this program has %zu\n", need, sizeof scratch);
    exit(3);
}

static void respond(const neuron_t *neuron, double drive, double *z, double *fprime) {
    if (neuron->activation == LPL_ACT_SATURATING) {
        MUST(lpl_activate_f64(z, fprime, &drive, 1, LPL_ACT_SATURATING, R0, RMAX));
    } else { /* the same shifts around a rectifier: z = max(0, h - 3 r0) + r0 */
        double a = drive - 3.0 * R0;
        MUST(lpl_activate_f64(z, fprime, &a, 1, LPL_ACT_RELU, 0, 0));
        *z += R0;
    }
}

static lpl_stats_t *make_tracker(double mean, double sigma2, double tau) {
    lpl_stats_config_t cfg;
    lpl_stats_t *stats = NULL;
    MUST(lpl_stats_config_init(&cfg, sizeof cfg));
    cfg.dtype = LPL_F64;
    cfg.mode = LPL_STATS_EWMA;
    cfg.n_units = 1;
    cfg.tau_mean = tau;
    cfg.tau_sigma2 = tau;
    cfg.mean_init = mean;
    cfg.sigma2_init = sigma2;
    MUST(lpl_stats_create(&cfg, &stats));
    return stats;
}

/* The weight change of one step at this drive; the presynaptic activity co-varies with the drive, so it is the
 * drive. */
static double step(const neuron_t *neuron, const lpl_stats_t *stats, double drive) {
    lpl_rule_config_t cfg;
    double z, z_prev, fprime, delta, theta = neuron->mean, w = 0.0;
    MUST(lpl_rule_config_init(&cfg, sizeof cfg));
    cfg.rule = neuron->rule;
    cfg.norm = LPL_NORM_NEURON;
    cfg.eps = 1e-12; /* the published curves have none */
    check_scratch(&cfg);
    respond(neuron, drive, &z, &fprime);
    z_prev = z - neuron->dzdt; /* the output one time unit ago */
    MUST(lpl_rule_delta_f64(&cfg, &delta, 1, NULL, NULL, neuron->rule == LPL_RULE_BCM ? &theta : NULL, scratch,
                            sizeof scratch, &z, 1, &z_prev, 1, &fprime, 1, stats, 1, 1));
    MUST(lpl_rule_apply_f64(&w, 1, NULL, &delta, 1, NULL, &drive, 1, 1, 1, 1, ETA, 0.0));
    return w;
}

static void trace(curve_t *curve, const neuron_t *neuron, size_t n) {
    lpl_stats_t *stats = make_tracker(neuron->mean, neuron->sigma2, 1000.0);
    double fprime;
    curve->n = n;
    for (size_t k = 0; k < n; k++) {
        double drive = 0.1 * (double)k;
        respond(neuron, drive, &curve->z[k], &fprime);
        curve->dw[k] = step(neuron, stats, drive);
    }
    lpl_stats_destroy(stats);
}

/* Where the curve turns from depression to potentiation, by linear interpolation; NaN if it does not. */
static double threshold(const curve_t *c) {
    for (size_t k = 1; k < c->n; k++)
        if (c->dw[k - 1] < 0.0 && c->dw[k] >= 0.0)
            return c->z[k - 1] + (c->z[k] - c->z[k - 1]) * c->dw[k - 1] / (c->dw[k - 1] - c->dw[k]);
    return NAN;
}

/* ---- what experiments on BCM's curve agree on (theory 2.3): its signs ---- */

/* The running mean of a neuron that has been active at this rate for long, then the curve that it has. */
static double curve_after(curve_t *c, double rate) {
    enum { LONG = 3000 };
    lpl_stats_t *stats = make_tracker(30.0, 81.0, 300.0);
    double mean;
    for (uint64_t t = 0; t < LONG; t++) {
        double noise, z;
        MUST(lpl_random_normal_f64(&noise, 1, 2, 0, t));
        z = rate * (1.0 + 0.3 * noise);
        MUST(lpl_stats_update_f64(stats, &z, 1, 1));
    }
    MUST(lpl_stats_read(stats, &mean, 1, LPL_STATS_MEAN));
    lpl_stats_destroy(stats);
    trace(c, &(neuron_t){LPL_ACT_SATURATING, LPL_RULE_LPL, mean, 1, 0}, N_DRIVE);
    return threshold(c);
}

/* Share of the points with an output between low and high whose weight change has this sign. */
static double share(const curve_t *c, double low, double high, int sign) {
    size_t n = 0, of = 0;
    for (size_t k = 0; k < c->n; k++) {
        if (c->z[k] <= low || c->z[k] >= high) continue;
        of++;
        n += sign < 0 ? c->dw[k] < 0.0 : c->dw[k] > 0.0;
    }
    return of > 0 ? (double)n / (double)of : (double)NAN;
}

/* The experiments have no common scale (stimulation frequency, depolarisation, time in the dark), so signs are all that
 * can be compared. */
static void compare_experiments(table_t *t) {
    static curve_t high, low;
    const double theta = curve_after(&high, 30.0), after_dark = curve_after(&low, 10.0);
    double deepest = 0.0, resting = 0.0;
    for (size_t k = 0; k < high.n; k++) {
        deepest = fmin(deepest, high.dw[k]);
        if (high.z[k] < 0.1) resting = fmax(resting, fabs(high.dw[k]));
    }
    t->source = "in vivo: no change without activity (Cooper & Bear 2012)";
    table_near(t, TABLE_MUST, 0.0, resting / fabs(deepest), 0.05, "below 0.1 Hz: change / deepest depression");
    t->source = "in vivo: depression between (the same; Ngezahayo 2000)";
    table_near(t, TABLE_MUST, 1.0, share(&high, 0.5, theta, -1), 0.0, "from 0.5 Hz to threshold: share depressed");
    t->source = "in vivo: potentiation above (the same)";
    table_near(t, TABLE_MUST, 1.0, share(&high, theta, RMAX, 1), 0.0, "above threshold: share potentiated");
    t->source = "in vivo: slides down in the dark (Cooper & Bear 2012)";
    table_above(t, TABLE_MUST, 0.0, theta - after_dark, "threshold after 30 Hz - after 10 Hz, Hz");
    t->source = "theory: the mean (1.4); experiments have no common scale";
    table_near(t, TABLE_MUST, 30.0, theta, 0.5, "  after 30 Hz");
    table_near(t, TABLE_MUST, 10.0, after_dark, 0.5, "  after 10 Hz");
}

static size_t lowest(const curve_t *c) {
    size_t at = 0;
    for (size_t k = 1; k < c->n; k++)
        if (c->dw[k] < c->dw[at]) at = k;
    return at;
}

/* Three curves in one panel and one CSV; peak: divide each by its largest magnitude. */
static void panel(figure_t *f, const char *part, const char *title, const char *label, const neuron_t neurons[3],
                  const double values[3], size_t n, int peak) {
    static curve_t curves[3];
    figure_csv(f, part);
    figure_data(f, "z");
    for (int i = 0; i < 3; i++) {
        double largest = 0.0;
        trace(&curves[i], &neurons[i], n);
        for (size_t k = 0; k < n; k++) largest = fmax(largest, fabs(curves[i].dw[k]));
        for (size_t k = 0; peak && k < n; k++) curves[i].dw[k] /= largest;
        figure_data(f, ",dw_%g", values[i]);
    }
    figure_data(f, "\n");
    for (size_t k = 0; k < n; k++)
        figure_data(f, "%.6g,%.8g,%.8g,%.8g\n", curves[0].z[k], curves[0].dw[k], curves[1].dw[k], curves[2].dw[k]);
    figure_panel(f, &(figure_panel_t){.title = title,
                                      .x = {"output z", "Hz"},
                                      .y = {peak ? "weight change / largest" : "weight change Δw", "1"},
                                      .legend = FIGURE_TOP_LEFT,
                                      .zero = true});
    for (int i = 0; i < 3; i++) {
        char name[64];
        snprintf(name, sizeof name, label, values[i]);
        figure_mark(f, &(figure_mark_t){FIGURE_LINE, name, part, .x = 1, .y = i + 2, .colour = i + 1});
    }
}

/* The weight change at h = 45 over a rectangle of dz/dt or zbar (x) and sigma^2 (y). Returns the largest. */
static double map_data(figure_t *f, const char *part, neuron_t neuron, int vary_mean, double low, double high) {
    double largest = 0.0;
    figure_csv(f, part);
    figure_data(f, "%s,sigma2,dw\n", vary_mean ? "zbar" : "dzdt");
    for (int j = 0; j < MAP_Y; j++) {
        neuron.sigma2 = 1.0 + 2.0 * j / (MAP_Y - 1);
        for (int i = 0; i < MAP_X; i++) {
            double x = low + (high - low) * i / (MAP_X - 1), dw;
            lpl_stats_t *stats;
            *(vary_mean ? &neuron.mean : &neuron.dzdt) = x;
            stats = make_tracker(neuron.mean, neuron.sigma2, 1000.0);
            dw = step(&neuron, stats, 45.0);
            largest = fmax(largest, fabs(dw));
            figure_data(f, "%.6g,%.6g,%.8g\n", x, neuron.sigma2, dw);
            lpl_stats_destroy(stats);
        }
    }
    return largest;
}

/* largest: at the ends of the colours, the same for all maps. */
static void map(figure_t *f, const char *part, const char *title, const char *label, const char *unit, double low,
                double high, double largest) {
    figure_panel(f, &(figure_panel_t){.title = title,
                                      .x = {label, unit, low, high},
                                      .y = {"variance σ²", "Hz²", 1, 3},
                                      .low = -largest,
                                      .high = largest,
                                      .scale = "weight change Δw"});
    figure_mark(f, &(figure_mark_t){FIGURE_MAP, .part = part, .x = 1, .y = 2, .e = 3});
}

/* Panels (a) to (c): zbar, sigma^2 and dz/dt varied; then (d), (e) the maps and (f) BCM with its threshold where LPL
 * has zbar. */
static bool draw_rule(const char *folder, int32_t activation) {
    const int saturating = activation == LPL_ACT_SATURATING;
    const double means[3] = {20, 30, 40}, sigmas[3] = {saturating ? 0.75 : 0.7, 1, 2}, slopes[3] = {-10, 0, 10};
    const neuron_t base = {activation, LPL_RULE_LPL, 30, 1, 0};
    const size_t n = saturating ? N_DRIVE : 500;
    neuron_t by_mean[3], by_sigma[3], by_slope[3], bcm[3];
    char caption[1000];
    figure_t f;
    snprintf(caption, sizeof caption,
             "Weight change of one neuron with a %s f-I curve against its output z, each point one learning step. "
             "(a) The threshold between depression and potentiation is the running mean of the output. "
             "(b) The smaller its variance, the larger the change. "
             "(c) An output that rises moves the threshold up, one that falls moves it down: predictable is what does "
             "not change. "
             "(d, e) The change as a map, over the variance and the change of the output or its mean; blue is "
             "depression, orange potentiation, both maps on one scale. "
             "(f) The same neuron under BCM with three thresholds, each curve divided by its largest value.",
             saturating ? "saturating" : "rectified-linear");
    for (int i = 0; i < 3; i++) {
        by_mean[i] = by_sigma[i] = by_slope[i] = base;
        by_mean[i].mean = means[i];
        by_sigma[i].sigma2 = sigmas[i];
        by_slope[i].dzdt = slopes[i];
        bcm[i] = by_mean[i];
        bcm[i].rule = LPL_RULE_BCM;
    }
    if (!figure_open(&f, folder, saturating ? "rule_curves" : "rule_curves_relu", 1400, 860,
                     saturating ? "The LPL rule: saturating f-I curve" : "The LPL rule: rectified-linear f-I curve",
                     saturating ? "Fig. 1" : "Extended Data Fig. 1", caption))
        return false;
    figure_grid(&f, 2, 3, NULL);
    panel(&f, "a", "(a) moving threshold", "mean %g Hz", by_mean, means, n, 0);
    panel(&f, "b", "(b) metaplasticity", "σ² = %g Hz²", by_sigma, sigmas, n, 0);
    panel(&f, "c", "(c) predictive term", "dz/dt = %g Hz", by_slope, slopes, n, 0);
    const double largest = fmax(map_data(&f, "d", base, 0, -10, 10), map_data(&f, "e", base, 1, 0, 60));
    map(&f, "d", "(d) Δw at h = 45 Hz, mean 30 Hz", "change dz/dt", "Hz per step", -10, 10, largest);
    map(&f, "e", "(e) Δw at h = 45 Hz, dz/dt = 0", "mean output", "Hz", 0, 60, largest);
    panel(&f, "f", "(f) BCM, same neuron", "θ = %g Hz", bcm, means, n, 1);
    return figure_close(&f);
}

#define SLIDE_STEPS 3000
#define SLIDE_TAU 300.0
#define SLIDE_UNIT 30.0 /* Hz: the rate that counts as 1 in BCM's <z^2> */

/* Both thresholds slide after the mean activity of a neuron has dropped from 30 to 10 Hz, as in the dark-rearing
 * experiments that support BCM (theory 2.3). LPL's is the mean, BCM's the mean square: it moves further. Final values
 * in out[2]. */
static bool draw_sliding(const char *folder, double out[2]) {
    lpl_stats_t *stats = make_tracker(30.0, 81.0, SLIDE_TAU);
    lpl_rule_config_t cfg;
    double theta = (30.0 * 30.0 + 81.0) / (SLIDE_UNIT * SLIDE_UNIT);
    figure_t f;
    if (!figure_open(&f, folder, "rule_curves_sliding", 760, 480, "The threshold slides when activity drops",
                     "beside Fig. 1",
                     "Output of a neuron (grey) whose mean activity drops from 30 to 10 Hz at step 0, and the "
                     "thresholds between depression and potentiation: "
                     "that of LPL is the running mean, that of BCM the running mean square, which moves further."))
        return false;
    MUST(lpl_rule_config_init(&cfg, sizeof cfg));
    cfg.rule = LPL_RULE_BCM;
    cfg.norm = LPL_NORM_NEURON;
    cfg.tau_theta = SLIDE_TAU;
    check_scratch(&cfg);
    figure_csv(&f, NULL);
    figure_data(&f, "step,z,lpl_threshold,bcm_threshold\n");
    out[0] = out[1] = 0.0;
    for (int t = -500; t < SLIDE_STEPS; t++) {
        double noise, z, y, delta, mean;
        MUST(lpl_random_normal_f64(&noise, 1, 1, 0, (uint64_t)(t + 500)));
        z = (t < 0 ? 30.0 : 10.0) * (1.0 + 0.3 * noise);
        y = z / SLIDE_UNIT;
        MUST(lpl_stats_update_f64(stats, &z, 1, 1));
        MUST(lpl_stats_read(stats, &mean, 1, LPL_STATS_MEAN));
        MUST(lpl_rule_delta_f64(&cfg, &delta, 1, NULL, NULL, &theta, scratch, sizeof scratch, &y, 1, NULL, 1, NULL, 1,
                                stats, 1, 1));
        if (t >= SLIDE_STEPS - 1000) { /* averages over the last third, when both have settled */
            out[0] += mean / 1000.0;
            out[1] += theta * SLIDE_UNIT / 1000.0;
        }
        if (t % 10 == 0) figure_data(&f, "%d,%.6g,%.6g,%.6g\n", t, z, mean, theta * SLIDE_UNIT);
    }
    lpl_stats_destroy(stats);
    figure_panel(&f, &(figure_panel_t){.title = "The threshold slides when activity drops",
                                       .x = {"step", "1", -500, SLIDE_STEPS},
                                       .y = {"rate", "Hz", 0, NAN},
                                       .legend = FIGURE_TOP_RIGHT});
    figure_mark(&f, &(figure_mark_t){FIGURE_POINTS, "output z", .x = 1, .y = 2, .colour = FIGURE_GREY, .size = 2});
    figure_mark(
        &f, &(figure_mark_t){FIGURE_LINE, "LPL threshold: mean", .x = 1, .y = 3, .colour = FIGURE_BLUE, .width = 3.5});
    figure_mark(&f, &(figure_mark_t){FIGURE_LINE, "BCM threshold: mean square / 30 Hz", .x = 1, .y = 4,
                                     .colour = FIGURE_VERMILLION, .width = 3.5});
    figure_mark(&f, &(figure_mark_t){FIGURE_VERTICAL, .at = {0}, .colour = FIGURE_GREY});
    return figure_close(&f);
}

/* Table 2.2: where each curve crosses zero, its minimum, and its last value. */
static void compare_curves(table_t *t) {
    static const double rows[7][7] = {/* zbar, sigma2, dz/dt; zero at, minimum, at z, value at h = 79.9 */
                                      {20, 1, 0, 20, -0.143, 7.9, 1.438},  {30, 1, 0, 30, -0.285, 12.6, 1.075},
                                      {40, 1, 0, 40, -0.469, 17.1, 0.712}, {30, 0.75, 0, 30, -0.380, 12.6, 1.434},
                                      {30, 2, 0, 30, -0.142, 12.6, 0.538}, {30, 1, -10, 20, -0.143, 7.9, 1.438},
                                      {30, 1, 10, 40, -0.469, 17.1, 0.712}};
    static curve_t c;
    for (int i = 0; i < 7; i++) {
        const double *r = rows[i];
        const neuron_t neuron = {LPL_ACT_SATURATING, LPL_RULE_LPL, r[0], r[1], r[2]};
        size_t low;
        trace(&c, &neuron, N_DRIVE);
        low = lowest(&c);
        t->source = "theory: mean + variance x dz/dt (1.4)";
        table_near(t, TABLE_MUST, r[3], threshold(&c), 0.01, "mean %g, var %g, dz/dt %+g: zero at z", r[0], r[1], r[2]);
        t->source = "another program: the article's curves (2.2)";
        table_near(t, TABLE_MUST, r[4], c.dw[low], 5.1e-4, "  minimum");
        table_near(t, TABLE_MUST, r[5], c.z[low], 0.051, "  at z");
        table_near(t, TABLE_MUST, r[6], c.dw[N_DRIVE - 1], 5.1e-4, "  at h = 79.9");
    }
}

int main(int argc, char **argv) {
    const char *folder = "lpl-out";
    const cli_t cli = {
        "rule_curves",
        "shape of the learning rule of one neuron, and BCM's beside it",
        "  z  = phi(h - 3 r0) + r0                              phi: saturating f-I curve, or a rectifier\n"
        "  dw = eta h phi'(h - 3 r0) [ (z - mean) / variance  -  dz/dt ]            LPL (theory 1.4, 2.1)\n"
        "  dw = eta h phi'(h - 3 r0) z (z - theta),  theta -> <z^2>                 BCM (1982)",
        NULL,
        0,
        NULL,
        NULL,
        NULL,
        NULL,
        &folder,
        NULL};
    static curve_t c;
    double sliding[2] = {NAN, NAN};
    table_t t;
    bool drawn;
    int status = cli_parse(&cli, argc, argv);
    if (status >= 0) return status;
    if (!figure_folder(folder)) return 3;

    drawn = draw_rule(folder, LPL_ACT_SATURATING);
    drawn = draw_rule(folder, LPL_ACT_RELU) && drawn;
    drawn = draw_sliding(folder, sliding) && drawn;

    table_begin(&t, "rule_curves: shape of the rule (theory 2.2 and 1.9)");
    compare_curves(&t);
    t.source = "theory: mean + variance x dz/dt (1.4)";
    for (int slope = -5; slope <= 5; slope += 10) { /* theta = zbar + sigma^2 dz/dt (theory 1.4) */
        const neuron_t neuron = {LPL_ACT_SATURATING, LPL_RULE_LPL, 30, 2, slope};
        trace(&c, &neuron, N_DRIVE);
        table_near(&t, TABLE_MUST, 30.0 + 2.0 * slope, threshold(&c), 0.01, "mean 30, var 2, dz/dt %+d: zero at z",
                   slope);
    }
    const neuron_t relu = {LPL_ACT_RELU, LPL_RULE_LPL, 30, 1, 0}, bcm = {LPL_ACT_SATURATING, LPL_RULE_BCM, 30, 1, 0};
    trace(&c, &relu, 500);
    table_near(&t, TABLE_MUST, 30, threshold(&c), 0.01, "rectifier, mean 30: zero at z");
    t.source = "theory: theta (1.9)";
    trace(&c, &bcm, N_DRIVE);
    table_near(&t, TABLE_MUST, 30, threshold(&c), 0.05, "BCM, theta 30: zero at z");
    t.source = "theory: the mean";
    table_near(&t, TABLE_MUST, 10, sliding[0], 0.3, "LPL threshold after the drop to 10 Hz");
    t.source = "theory: (100 + 9) / 30 (1.9)";
    table_near(&t, TABLE_MUST, 109.0 / 30.0, sliding[1], 0.3, "BCM threshold after the drop to 10 Hz");
    compare_experiments(&t);
    return table_end(&t) > 0 || !drawn ? 1 : 0;
}
