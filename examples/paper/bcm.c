/* examples/paper/bcm.c - rate-based pairing: the sign of the weight change turns round at a post-synaptic rate, and
 * that threshold slides with the neuron's activity, as BCM theory asks for (theory 1.9, 2.3).
 *
 * The neurons are the host's own: their spikes are Poisson trains of chosen rates, their potentials are held, as in a
 * voltage clamp, and both are handed to lpl_spiking_step. Spikes and inputs are independent, so nothing but the rates
 * matters: on average the predictive term of LPL cancels, and the Hebbian term leaves
 *
 *   dw/dt = eta' rate_pre f'(v) (rate_post - mean) / (variance + xi)
 *
 * with the threshold at the running mean. Two ways of holding: at -52 mV, whatever the rate (a line through the
 * threshold); and closer to the spike threshold the more the neuron fires, |v + 50 mV| = 20 mV / (1 + rate / 5 Hz).
 * That makes f' grow about in proportion to the rate, and the curve becomes that of BCM: none at rest, depression,
 * potentiation. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "worlds/cli.h"
#include "worlds/figure.h"
#include "worlds/firstspikes.h"
#include "worlds/must.h"
#include "worlds/progress.h"
#include "worlds/table.h"

#define DT 1e-4
#define N_PRE 100
#define N_RATES 21 /* post-synaptic rates: 0, 3 .. 60 Hz */
#define RATE_STEP 3.0
#define MAX_REPS 50
#define MAX_POST (N_RATES * MAX_REPS)
#define V_THETA -50e-3
#define BETA 1000.0
#define N_MEANS 3
#define N_AGES 6
#define AGE_FROM 10.0 /* Hz: the mean that a neuron has when its rate changes */
#define AGE_TO 30.0
#define AGE_TAU 60.0 /* s: tau_mean there; ten times faster than the paper's */

typedef struct options_t {
    double seconds, rate;
    long reps, seed, threads;
    const char *folder;
} options_t;

typedef struct experiment_t {
    double mean;     /* Hz, at the start */
    double push;     /* 1, or 0: the predictive term alone */
    double tau_mean; /* s */
    double age;      /* s at AGE_TO Hz before the pairing, without weight changes */
    int free_v;      /* potential follows the rate */
    uint64_t stream; /* of its spikes: this and the next N_RATES + 1 */
} experiment_t;

typedef struct outcome_t {
    double rate[N_RATES];   /* Hz, as it came out */
    double change[N_RATES]; /* relative, mean over synapses and neurons */
    double sem[N_RATES];    /* over neurons */
    double theory[N_RATES];
    double threshold; /* Hz: mean over all neurons of the running mean when pairing begins */
} outcome_t;

static double distance_to_threshold(const experiment_t *e, double rate) {
    return e->free_v ? 20e-3 / (1.0 + rate / 5.0) : 2e-3;
}

static void configure(lpl_spiking_config_t *cfg, const experiment_t *e, size_t n_post) {
    MUST(lpl_spiking_config_init(cfg, sizeof *cfg));
    MUST(lpl_spiking_preset(cfg, LPL_PRESET_SPIKING_STDP));
    cfg->n_pre = N_PRE;
    cfg->n_post = n_post;
    cfg->dt = DT;
    cfg->push = e->push;
    cfg->tau_mean = e->tau_mean;
    cfg->mean_init = e->mean;
    cfg->sigma2_init = e->mean * DT * (1.0 - e->mean * DT); /* what a Poisson train of that rate settles at */
    cfg->mode = e->age > 0.0 ? LPL_MODE_TRACK : LPL_MODE_LEARN;
}

static lpl_source_t *make_poisson(size_t n, size_t first, double rate, const options_t *o, uint64_t stream) {
    lpl_source_config_t cfg;
    lpl_source_t *source = NULL;
    MUST(lpl_source_config_init(&cfg, sizeof cfg));
    cfg.n = n;
    cfg.first = first;
    cfg.dt = DT;
    cfg.seed = (uint64_t)o->seed;
    cfg.stream = stream;
    cfg.n_knots = 1;
    cfg.rate_hz = &rate;
    MUST(lpl_source_create(&cfg, &source));
    return source;
}

/* n_steps of all neurons; group k of `groups` are the neurons of one rate. Adds to spikes[] of each group (may be
 * NULL). */
static void pair(lpl_spiking_t *s, lpl_source_t *inputs, lpl_source_t *const *groups, size_t n_groups, const float *v,
                 uint64_t n_steps, size_t n_post, size_t *spikes) {
    for (uint64_t t = 0; t < n_steps && !progress_stop(); t++) {
        uint32_t pre[N_PRE], post[MAX_POST];
        size_t n_spk_pre, n_spk_post = 0;
        MUST(lpl_source_step(inputs, pre, N_PRE, &n_spk_pre));
        for (size_t k = 0; k < n_groups; k++) {
            size_t n = 0;
            MUST(lpl_source_step(groups[k], post + n_spk_post, n_post - n_spk_post, &n));
            n_spk_post += n;
            if (spikes != NULL) spikes[k] += n;
        }
        MUST(lpl_spiking_step(s, pre, n_spk_pre, post, n_spk_post, v));
    }
}

/* The equation above, with the mean and the variance (Hz) on their way to the rate. */
static double theory(const experiment_t *e, const lpl_spiking_config_t *cfg, double mean, double sigma2, double rate,
                     double rate_pre, double seconds) {
    const double near = 1.0 + BETA * distance_to_threshold(e, rate);
    const double k_syn = exp(-DT / cfg->tau_syn), k_rise = exp(-DT / cfg->tau_rise);
    const double elig = rate_pre * DT * k_syn / (1.0 - k_syn) * BETA / (near * near) / (1.0 - k_rise);
    const double h = 0.01; /* s */
    double sum = 0.0;
    for (uint64_t n = (uint64_t)(seconds / h + 0.5); n > 0; n--) {
        sum += h / DT * e->push * DT * (rate - mean) / (sigma2 + 1e-3);
        mean += h / cfg->tau_mean * (rate - mean);
        sigma2 += h / cfg->tau_sigma2 * (rate - sigma2);
    }
    return cfg->eta * elig * sum / (double)cfg->update_every / cfg->w_init;
}

static void run(outcome_t *out, const experiment_t *e, const options_t *o) {
    const size_t reps = (size_t)o->reps, n_post = N_RATES * reps;
    const uint64_t n_steps = (uint64_t)(o->seconds / DT + 0.5) + 1; /* and the update at the end */
    float *w = must_alloc(N_PRE * n_post, sizeof *w), v[MAX_POST], mean[MAX_POST], sigma2[MAX_POST];
    double variance = 0.0;
    size_t spikes[N_RATES] = {0};
    lpl_spiking_config_t cfg;
    lpl_spiking_t *s = NULL;
    lpl_source_t *inputs = make_poisson(N_PRE, 0, o->rate, o, e->stream), *groups[N_RATES];
    configure(&cfg, e, n_post);
    MUST(lpl_spiking_create(&cfg, NULL, &s));
    for (size_t i = 0; i < n_post; i++) {
        const size_t k = i / reps;
        v[i] = (float)(V_THETA - distance_to_threshold(e, RATE_STEP * (double)k));
    }
    if (e->age > 0.0) {
        lpl_source_t *before = make_poisson(n_post, 0, AGE_TO, o, e->stream + 1);
        pair(s, inputs, &before, 1, v, (uint64_t)(e->age / DT + 0.5), n_post, NULL);
        lpl_source_destroy(before);
        MUST(lpl_spiking_set(s, LPL_SPIKING_PARAM_MODE, LPL_MODE_LEARN));
    }
    MUST(lpl_spiking_read(s, mean, n_post, NULL, LPL_SPIKING_MEAN));
    MUST(lpl_spiking_read(s, sigma2, n_post, NULL, LPL_SPIKING_SIGMA2));
    out->threshold = 0.0;
    for (size_t i = 0; i < n_post; i++) {
        out->threshold += (double)mean[i] / e->tau_mean / (double)n_post;
        variance += (double)sigma2[i] / DT / (double)n_post;
    }
    for (size_t k = 0; k < N_RATES; k++)
        groups[k] = make_poisson(reps, k * reps, RATE_STEP * (double)k, o, e->stream + 2 + k);
    pair(s, inputs, groups, N_RATES, v, n_steps, n_post, spikes);
    MUST(lpl_spiking_read(s, w, N_PRE * n_post, NULL, LPL_SPIKING_WEIGHTS));
    for (size_t k = 0; k < N_RATES; k++) {
        double sum = 0.0, squares = 0.0;
        for (size_t i = k * reps; i < (k + 1) * reps; i++) {
            double change = 0.0;
            for (size_t j = 0; j < N_PRE; j++) change += ((double)w[j * n_post + i] / cfg.w_init - 1.0) / N_PRE;
            sum += change;
            squares += change * change;
        }
        out->rate[k] = (double)spikes[k] / ((double)reps * o->seconds);
        out->change[k] = sum / (double)reps;
        out->sem[k] =
            reps > 1 ? sqrt(fmax(0.0, squares - sum * out->change[k]) / (double)(reps - 1) / (double)reps) : 0.0;
        out->theory[k] = theory(e, &cfg, out->threshold, variance, out->rate[k], o->rate, o->seconds);
        lpl_source_destroy(groups[k]);
    }
    lpl_source_destroy(inputs);
    lpl_spiking_destroy(s);
    free(w);
}

/* The predictive term alone, with neuron j firing whenever input j does, `after` seconds later (earlier if below 0):
 * mean relative change of the synapses between the two. What cancels for independent trains does not here. */
static double follow(double after, const options_t *o) {
    enum { SECONDS = 30, MOST = 400 };
    const experiment_t e = {20.0, 0.0, 600.0, 0.0, 0, 5000};
    const size_t lag = (size_t)(fabs(after) / DT + 0.5);
    uint32_t *past = must_alloc(MOST * N_PRE, sizeof *past);
    size_t n_past[MOST] = {0};
    float *w = must_alloc((size_t)N_PRE * N_PRE, sizeof *w), v[N_PRE];
    lpl_spiking_config_t cfg;
    lpl_spiking_t *s = NULL;
    lpl_source_t *trains = make_poisson(N_PRE, 0, o->rate, o, e.stream);
    double change = 0.0;
    configure(&cfg, &e, N_PRE);
    MUST(lpl_spiking_create(&cfg, NULL, &s));
    for (size_t i = 0; i < N_PRE; i++) v[i] = (float)(V_THETA - distance_to_threshold(&e, o->rate));
    for (size_t t = 0; t <= (size_t)(SECONDS / DT); t++) {
        uint32_t *const now = past + t % MOST * N_PRE, *const then = past + (t + MOST - lag) % MOST * N_PRE;
        size_t *const n_now = &n_past[t % MOST], n_then = n_past[(t + MOST - lag) % MOST];
        MUST(lpl_source_step(trains, now, N_PRE, n_now));
        if (after > 0)
            MUST(lpl_spiking_step(s, now, *n_now, then, n_then, v));
        else
            MUST(lpl_spiking_step(s, then, n_then, now, *n_now, v));
    }
    MUST(lpl_spiking_read(s, w, (size_t)N_PRE * N_PRE, NULL, LPL_SPIKING_WEIGHTS));
    for (size_t j = 0; j < N_PRE; j++) change += ((double)w[j * N_PRE + j] / cfg.w_init - 1.0) / N_PRE;
    lpl_source_destroy(trains);
    lpl_spiking_destroy(s);
    free(w), free(past);
    return change;
}

/* The rate at which depression turns into potentiation: zero of the line through the four points around the first
 * crossing, each divided by f' (what is left is straight). NaN if there is none. */
static double crossing(const outcome_t *out, const experiment_t *e) {
    size_t at = 1;
    double n = 0.0, x = 0.0, y = 0.0, xx = 0.0, xy = 0.0;
    while (at < N_RATES && !(out->change[at - 1] < 0.0 && out->change[at] >= 0.0)) at++;
    if (at == N_RATES) return NAN;
    for (size_t k = at >= 2 ? at - 2 : 0; k < at + 2 && k < N_RATES; k++) {
        const double near = 1.0 + BETA * distance_to_threshold(e, RATE_STEP * (double)k),
                     value = out->change[k] * near * near;
        n += 1.0;
        x += out->rate[k];
        y += value;
        xx += out->rate[k] * out->rate[k];
        xy += out->rate[k] * value;
    }
    return (x * xy - xx * y) / (n * xy - x * y);
}

/* Rate of the lowest of these values, one a rate. */
static double deepest(const outcome_t *out, const double *value) {
    size_t at = 0;
    for (size_t k = 1; k < N_RATES; k++)
        if (value[k] < value[at]) at = k;
    return out->rate[at];
}

static void write_curve(figure_t *f, const char *part, const outcome_t *out) {
    figure_csv(f, part);
    figure_data(f, "rate_hz,change,sem,theory\n");
    for (size_t k = 0; k < N_RATES; k++)
        figure_data(f, "%.4f,%.6g,%.3g,%.6g\n", out->rate[k], out->change[k], out->sem[k], out->theory[k]);
}

/* So that the depression below the threshold is seen: far beyond it the curve leaves the panel. */
static double depth(const outcome_t *out) {
    double low = 0.0;
    for (size_t k = 0; k < N_RATES; k++) low = fmin(low, out->theory[k]);
    return 100.0 * low;
}

/* Points as simulated, lines from the theory; y from 2 to -5 times `depth`, or from all of it (0). */
static void plot_curves(figure_t *f, const char *title, const char *const *parts, const double *values,
                        const char *what, size_t n, double low) {
    figure_panel(f, &(figure_panel_t){.title = title,
                                      .x = {"post-synaptic rate", "Hz", -1, 62},
                                      .y = {"weight change", "%", 2 * low, -5 * low},
                                      .legend = FIGURE_TOP_LEFT,
                                      .zero = true});
    for (size_t k = 0; k < n; k++) {
        char name[64];
        snprintf(name, sizeof name, what, values[k]);
        figure_mark(
            f, &(figure_mark_t){FIGURE_POINTS, .part = parts[k], .x = 1, .y = 2, .y_by = 100, .colour = (int)k + 1});
        figure_mark(f,
                    &(figure_mark_t){FIGURE_LINE, name, parts[k], .x = 1, .y = 4, .y_by = 100, .colour = (int)k + 1});
        figure_mark_t mean = {.kind = FIGURE_VERTICAL, .colour = (int)k + 1, .dash = 2};
        mean.at[0] = values[k];
        if (strchr(what, 'H') != NULL) figure_mark(f, &mean);
    }
}

static const double means[N_MEANS] = {10, 20, 30};
static const double ages[N_AGES] = {0, 15, 30, 60, 120, 240};

static double expected_threshold(double age) { return AGE_TO + (AGE_FROM - AGE_TO) * exp(-age / AGE_TAU); }

static bool draw(const char *folder, const outcome_t *held, const outcome_t *rising, const outcome_t *aged,
                 const double *aged_zero) {
    static const char *const held_parts[] = {"held-10", "held-20", "held-30"},
                             *const rising_parts[] = {"rising-10", "rising-20", "rising-30"},
                             *const aged_parts[] = {"aged-0", "aged-30", "aged-240"};
    static const size_t shown[3] = {0, 2, 5};
    double shown_ages[3];
    figure_t f;
    if (!figure_open(&f, folder, "bcm", 1250, 920, "Rate-based pairing: the threshold follows the mean",
                     "no figure of the article",
                     "Weight change against the post-synaptic rate; points are simulated, lines the rule's mean field. "
                     "Above: running means of 10, 20 and 30 Hz, with the potential held (left) "
                     "and depolarised in step with the rate (right): depression below the running mean, potentiation "
                     "above. Below: after the rate has changed, the threshold slides to the new mean, exponentially."))
        return false;
    for (size_t k = 0; k < N_MEANS; k++) {
        write_curve(&f, held_parts[k], &held[k]);
        write_curve(&f, rising_parts[k], &rising[k]);
        write_curve(&f, aged_parts[k], &aged[shown[k]]);
        shown_ages[k] = ages[shown[k]];
    }
    figure_csv(&f, "threshold");
    figure_data(&f, "seconds,zero_crossing_hz,running_mean_hz\n");
    for (size_t k = 0; k < N_AGES; k++) figure_data(&f, "%g,%.4f,%.4f\n", ages[k], aged_zero[k], aged[k].threshold);
    figure_csv(&f, "mean");
    figure_data(&f, "seconds,running_mean_hz\n");
    for (int t = 0; t <= 250; t++) figure_data(&f, "%d,%.4f\n", t, expected_threshold(t));
    char after[100], time[60];
    snprintf(after, sizeof after, "after some time at %g Hz, having been at %g Hz", AGE_TO, AGE_FROM);
    snprintf(time, sizeof time, "time at %g Hz", AGE_TO);
    figure_grid(&f, 2, 2, NULL);
    plot_curves(&f, "held at −52 mV; lines: theory", held_parts, means, "mean %g Hz", N_MEANS, 0);
    plot_curves(&f, "depolarised in step with the rate", rising_parts, means, "mean %g Hz", N_MEANS,
                depth(&rising[N_MEANS - 1]));
    plot_curves(&f, after, aged_parts, shown_ages, "after %g s", N_MEANS, depth(&aged[N_AGES - 1]));
    figure_panel(&f, &(figure_panel_t){.title = "the threshold slides",
                                       .x = {time, "s", -8, 250},
                                       .y = {"rate without change", "Hz", 0, 35},
                                       .legend = FIGURE_BOTTOM_RIGHT});
    snprintf(time, sizeof time, "mean with tau = %g s", AGE_TAU);
    figure_mark(&f, &(figure_mark_t){FIGURE_LINE, time, "mean", .x = 1, .y = 2, .colour = FIGURE_GREY});
    figure_mark(&f, &(figure_mark_t){FIGURE_POINTS, "zero crossing", "threshold", .x = 1, .y = 2,
                                     .colour = FIGURE_VERMILLION, .size = 7});
    return figure_close(&f);
}

int main(int argc, char **argv) {
    options_t o = {90.0, 10.0, 10, 1, 1, "lpl-out"};
    const cli_option_t options[] = {{"seconds", 0, CLI_REAL, &o.seconds, 1, 1e4, "S", "length of the pairing"},
                                    {"rate", 0, CLI_REAL, &o.rate, 0.1, 200, "HZ", "rate of the inputs"},
                                    {"reps", 0, CLI_INT, &o.reps, 1, MAX_REPS, "N", "neurons per post-synaptic rate"},
                                    {"seed", 0, CLI_INT, &o.seed, 0, 2147483647, "N", "of all spikes"},
                                    {"threads", 0, CLI_INT, &o.threads, 1, 1024, "N",
                                     "experiments at the same time; they give the same numbers on any number"}};
    const cli_t cli = {
        "bcm",
        "weight change against the post-synaptic rate: a sliding threshold",
        "  dw/dt = eta' rate_pre f'(v) (rate_post - mean) / (variance + xi)      LPL, rates alone (theory 1.9, 6.3)\n"
        "  dw/dt = eta' rate_pre rate_post (rate_post - threshold)               BCM (1982)",
        options,
        sizeof options / sizeof options[0],
        NULL,
        NULL,
        NULL,
        NULL,
        &o.folder,
        NULL};
    enum { HELD = 0, RISING = N_MEANS, PULL = 2 * N_MEANS, AGED = 2 * N_MEANS + 1, N_EXPERIMENTS = AGED + N_AGES };
    static experiment_t experiments[N_EXPERIMENTS];
    static outcome_t out[N_EXPERIMENTS];
    double zero[N_EXPERIMENTS];
    size_t done = 0;
    progress_t progress;
    table_t t;
    bool drawn;
    int status = cli_parse(&cli, argc, argv);
    if (status >= 0) return status;
    if (!figure_folder(o.folder)) return 3;
    progress_catch_interrupt();
    for (size_t k = 0; k < N_MEANS; k++) {
        experiments[HELD + k] = (experiment_t){means[k], 1.0, 600.0, 0.0, 0, 0};
        experiments[RISING + k] = (experiment_t){means[k], 1.0, 600.0, 0.0, 1, 0};
    }
    experiments[PULL] = (experiment_t){means[1], 0.0, 600.0, 0.0, 0, 0};
    for (size_t k = 0; k < N_AGES; k++) experiments[AGED + k] = (experiment_t){AGE_FROM, 1.0, AGE_TAU, ages[k], 1, 0};
    for (uint64_t k = 0; k < N_EXPERIMENTS; k++) experiments[k].stream = 100 * k;
    progress_begin(&progress, "rates", N_EXPERIMENTS, "experiments");
#pragma omp parallel for schedule(dynamic, 1) num_threads((int)o.threads)
    for (size_t k = N_EXPERIMENTS; k > 0; k--) { /* the long ones first */
        if (progress_stop()) continue;
        run(&out[k - 1], &experiments[k - 1], &o);
#pragma omp critical
        progress_tick(&progress, (double)++done, NULL);
    }
    fprintf(stderr, "time: %d experiments in %.1f s\n", (int)N_EXPERIMENTS, progress_end(&progress));
    if (progress_stop()) {
        fprintf(stderr, "interrupted\n");
        return 130;
    }
    for (size_t k = 0; k < N_EXPERIMENTS; k++) zero[k] = crossing(&out[k], &experiments[k]);
    drawn = draw(o.folder, out + HELD, out + RISING, out + AGED, zero + AGED);

    /* the tolerances are for this much averaging */
    const int need = o.seconds >= 90.0 && o.reps >= 10 && o.rate >= 10.0 ? TABLE_MUST : TABLE_SHOULD;
    table_begin(&t, "bcm: rate without change, and sizes, against theory");
    for (size_t k = 0; k < N_MEANS; k++) {
        const outcome_t *h = &out[HELD + k], *r = &out[RISING + k];
        t.source = "theory: the running mean (1.4)";
        table_near(&t, need, means[k], zero[HELD + k], 0.6, "held, mean %g Hz: zero crossing, Hz", means[k]);
        t.source = "theory: mean field (1.9, 6.3)";
        table_near(&t, need, h->theory[N_RATES - 1], h->change[N_RATES - 1], 0.05 * fabs(h->theory[N_RATES - 1]),
                   "  change at %.0f Hz", RATE_STEP * (N_RATES - 1));
        t.source = "theory: the running mean (1.4)";
        table_near(&t, need, means[k], zero[RISING + k], 0.6, "depolarised, mean %g Hz: zero crossing, Hz", means[k]);
        t.source = "theory: mean field (1.9, 6.3)";
        table_near(&t, need, r->theory[N_RATES - 1], r->change[N_RATES - 1], 0.05 * fabs(r->theory[N_RATES - 1]),
                   "  change at %.0f Hz", RATE_STEP * (N_RATES - 1));
    }
    const outcome_t *last = &out[RISING + N_MEANS - 1];
    t.source = "theory: mean field; two rates on either side";
    table_near(&t, need, deepest(last, last->theory), deepest(last, last->change), 2.1 * RATE_STEP,
               "  deepest depression at, Hz");
    t.source = "theory: cancels on average";
    table_near(&t, need, 0.0, out[PULL].change[N_RATES - 1] / out[HELD + 1].change[N_RATES - 1], 0.1,
               "predictive term alone: share of the change");
    t.source = "published code: signs of its window, variance 100";
    table_below(&t, TABLE_MUST, -0.02, follow(20e-3, &o), "  spikes 20 ms after their inputs: change");
    table_above(&t, TABLE_MUST, 0.02, follow(-10e-3, &o), "  10 ms before: change");
    lpl_spiking_config_t plastic;
    configure(&plastic, &experiments[0], N_RATES);
    const firstspikes_t first = firstspikes(&plastic);
    firstspikes_judge(&t, &first);
    t.source = "theory: the mean, 30 - 20 exp(-t / 60 s)";
    for (size_t k = 0; k < N_AGES; k++)
        table_near(&t, need, expected_threshold(ages[k]), zero[AGED + k], 1.0, "%g s at %g Hz: zero crossing, Hz",
                   ages[k], AGE_TO);
    return table_end(&t) > 0 || !drawn ? 1 : 0;
}
