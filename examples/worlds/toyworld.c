/* examples/worlds/toyworld.c - see toyworld.h. */
#include "toyworld.h"

#include <math.h>
#include <string.h>

#include "must.h"

#define CHUNK 32 /* steps whose data are drawn at once: 100 kB, so that they stay in the cache */
#define N_TEST 10000
#define ROW (2 * TOY_BATCH)

/* Streams of random numbers of one world. */
enum { STREAM_NOISE = 0, STREAM_FLIPS = 1, STREAM_TEST = 2, STREAM_WEIGHTS = 3, STREAMS = 4 };

const char *const toy_names[TOY_RULES] = {"lpl", "pred_off", "hebb_off", "oja", "naive", "vicreg"};
const char *const toy_titles[TOY_RULES] = {"LPL", "pred. off", "Hebb off", "Oja", "naive push", "VICReg push"};

void toy_defaults(toy_setup_t *setup) {
    memset(setup, 0, sizeof *setup);
    setup->sigma_y = 1.0;
    setup->pull = 1.0;
    setup->push = 1.0;
    setup->naive_decay = TOY_DECAY;
    setup->steps = 10000;
    setup->rules = (1u << TOY_RULES) - 1;
}

double toy_eta(const toy_setup_t *setup) { return 0.01 / fmax(1.0, setup->sigma_y); }

/* The neuron: linear, two inputs, no bias, plain SGD. This is all that tells one rule from another. */
static lpl_layer_t *make_neuron(const toy_setup_t *setup, int rule) {
    lpl_layer_config_t cfg;
    lpl_layer_t *neuron = NULL;
    MUST(lpl_layer_config_init(&cfg, sizeof cfg));
    MUST(lpl_layer_preset(&cfg, LPL_PRESET_TOY2D));
    cfg.n_pre = 2;
    cfg.n_post = 1;
    cfg.batch_max = TOY_BATCH;
    cfg.eta = toy_eta(setup);
    cfg.weight_decay = TOY_DECAY;
    cfg.seed = setup->seed;
    cfg.stream = setup->world * STREAMS + STREAM_WEIGHTS;
    switch (rule) {
    case TOY_LPL:
        cfg.pull = setup->pull;
        cfg.push = setup->push;
        break;
    case TOY_PRED_OFF: cfg.pull = 0.0; break;
    case TOY_HEBB_OFF: cfg.push = 0.0; break;
    case TOY_OJA: cfg.rule = LPL_RULE_OJA; break;
    case TOY_NAIVE:
        cfg.push_form = LPL_PUSH_NAIVE;
        cfg.weight_decay = setup->naive_decay;
        break;
    default: cfg.push_form = LPL_PUSH_HINGE; break;
    }
    MUST(lpl_layer_create(&cfg, &neuron));
    return neuron;
}

/* normals (x1, x2, x1, x2 ...) -> samples, in place: x = cluster + spread * normal. */
static void place(float *restrict x, const float *restrict cluster, const float *restrict spread, size_t n) {
    for (size_t k = 0; k < n; k++) x[k] = cluster[k] + spread[k] * x[k];
}

void toy_sample(float *x, size_t n, const toy_setup_t *setup, uint64_t stream) {
    MUST(lpl_random_normal(x, 2 * n, setup->seed, stream, 0));
    for (size_t b = 0; b < n; b++) {
        x[2 * b] = (b < n / 2 ? 1.0f : -1.0f) + (float)TOY_SIGMA_X * x[2 * b];
        x[2 * b + 1] *= (float)setup->sigma_y;
    }
}

/* One batch after the other; x[0] is the last batch of the chunk before. */
typedef struct world_t {
    const toy_setup_t *setup;
    float x[(CHUNK + 1) * ROW];
    float flips[CHUNK * TOY_BATCH];
    float cluster[ROW]; /* s, 0, s, 0 ... */
    float spread[ROW];
} world_t;

static void world_begin(world_t *world, const toy_setup_t *setup) {
    world->setup = setup;
    for (size_t b = 0; b < TOY_BATCH; b++) {
        world->cluster[2 * b] = b < TOY_BATCH / 2 ? 1.0f : -1.0f;
        world->cluster[2 * b + 1] = 0.0f;
        world->spread[2 * b] = (float)TOY_SIGMA_X;
        world->spread[2 * b + 1] = (float)setup->sigma_y;
    }
    MUST(lpl_random_normal(world->x + CHUNK * ROW, ROW, setup->seed, setup->world * STREAMS + STREAM_NOISE, 0));
    place(world->x + CHUNK * ROW, world->cluster, world->spread, ROW);
}

/* Draw the batches after first .. first + CHUNK. */
static void world_advance(world_t *world, size_t first) {
    const toy_setup_t *setup = world->setup;
    const uint64_t stream = setup->world * STREAMS;
    memcpy(world->x, world->x + CHUNK * ROW, ROW * sizeof *world->x);
    MUST(lpl_random_normal(world->x + ROW, CHUNK * ROW, setup->seed, stream + STREAM_NOISE,
                           (uint64_t)(first + 1) * ROW));
    if (setup->noise_p > 0.0)
        MUST(lpl_random_uniform(world->flips, CHUNK * TOY_BATCH, setup->seed, stream + STREAM_FLIPS,
                                (uint64_t)first * TOY_BATCH));
    for (size_t k = 0; k < CHUNK; k++) {
        if (setup->noise_p > 0.0)
            for (size_t b = 0; b < TOY_BATCH; b++)
                if (world->flips[k * TOY_BATCH + b] < (float)setup->noise_p)
                    world->cluster[2 * b] = -world->cluster[2 * b];
        place(world->x + (k + 1) * ROW, world->cluster, world->spread, ROW);
    }
}

static bool worth_watching(size_t step) { return step <= 10 || (step <= 100 && step % 10 == 0) || step % 100 == 0; }

static void watch_neuron(toy_watch_fn watch, void *user, const lpl_layer_t *neuron, size_t step, int rule) {
    float y[TOY_BATCH], w[2];
    double activity = 0.0;
    MUST(lpl_layer_read(neuron, y, TOY_BATCH, LPL_STATE_PREV)); /* the response to the batch just learnt from */
    MUST(lpl_layer_read(neuron, w, 2, LPL_STATE_WEIGHTS));
    for (size_t b = 0; b < TOY_BATCH; b++) activity += fabs((double)y[b]) / TOY_BATCH;
    watch(user, step, rule, activity, w);
}

static void measure(toy_result_t *result, const lpl_layer_t *neuron, const float *x, const int32_t *label, float *y) {
    float w[2];
    MUST(lpl_layer_read(neuron, w, 2, LPL_STATE_WEIGHTS));
    MUST(lpl_forward(neuron, y, 1, x, 2, N_TEST));
    result->w[0] = (double)w[0];
    result->w[1] = (double)w[1];
    result->alignment = fabs(result->w[0]) / hypot(result->w[0], result->w[1]);
    result->activity = 0.0;
    for (size_t b = 0; b < N_TEST; b++) result->activity += fabs((double)y[b]) / N_TEST;
    MUST(lpl_metric(&result->selectivity, LPL_METRIC_SELECTIVITY, y, 1, NULL, 0, label, N_TEST, 1));
}

void toy_run(toy_result_t out[TOY_RULES], const toy_setup_t *setup, toy_watch_fn watch, void *user) {
    lpl_layer_t *neurons[TOY_RULES] = {NULL};
    world_t *world = must_alloc(1, sizeof *world);
    float *test = must_alloc(3 * N_TEST, sizeof *test);
    int32_t *label = must_alloc(N_TEST, sizeof *label);
    for (int rule = 0; rule < TOY_RULES; rule++) {
        if ((setup->rules >> rule & 1u) == 0) continue;
        neurons[rule] = make_neuron(setup, rule);
        memset(&out[rule], 0, sizeof out[rule]);
    }
    world_begin(world, setup);
    for (size_t step = 0; step < setup->steps; step++) {
        const float *now = world->x + (step % CHUNK) * ROW; /* x_t; x_{t+1} is the row after it */
        if (step % CHUNK == 0) world_advance(world, step);
        for (int rule = 0; rule < TOY_RULES; rule++) {
            lpl_status_t status;
            if (neurons[rule] == NULL || out[rule].diverged) continue;
            status = lpl_update(neurons[rule], NULL, now, 2, now + ROW, 2, TOY_BATCH);
            if (status == LPL_E_NONFINITE)
                out[rule].diverged = true;
            else
                MUST(status);
            if (watch != NULL && !out[rule].diverged && worth_watching(step + 1))
                watch_neuron(watch, user, neurons[rule], step + 1, rule);
        }
    }
    toy_sample(test, N_TEST, setup, setup->world * STREAMS + STREAM_TEST);
    for (size_t b = N_TEST / 2; b < N_TEST; b++) label[b] = 1;
    for (int rule = 0; rule < TOY_RULES; rule++) {
        if (neurons[rule] == NULL) continue;
        if (out[rule].diverged)
            out[rule].w[0] = out[rule].w[1] = out[rule].selectivity = out[rule].alignment = out[rule].activity = NAN;
        else
            measure(&out[rule], neurons[rule], test, label, test + 2 * N_TEST);
        lpl_layer_destroy(neurons[rule]);
    }
    free(label);
    free(test);
    free(world);
}

firstupdate_t toy_first(const toy_setup_t *setup) {
    float x[2][ROW];
    lpl_layer_t *neuron = make_neuron(setup, TOY_LPL);
    for (uint64_t k = 0; k < 2; k++) /* rows of equal place are of the same cluster */
        toy_sample(x[k], TOY_BATCH, setup, setup->world * STREAMS + STREAM_NOISE + (k << 40));
    const firstupdate_t f = firstupdate_layer(neuron, false, x[0], x[1], 2, TOY_BATCH);
    lpl_layer_destroy(neuron);
    return f;
}

bool toy_theory(const toy_setup_t *setup, int rule, int *axis, double *norm, double *steps) {
    /* variance of each input, and half the mean square of its change */
    const double c[2] = {1.0 + TOY_SIGMA_X * TOY_SIGMA_X, setup->sigma_y * setup->sigma_y};
    const double d[2] = {TOY_SIGMA_X * TOY_SIGMA_X + 2.0 * setup->noise_p, c[1]};
    double push = rule == TOY_LPL ? setup->push : 1.0, pull = rule == TOY_LPL ? setup->pull : 0.0, mu[2];
    if (rule != TOY_LPL && rule != TOY_PRED_OFF && rule != TOY_OJA) return false;
    if (push == 0.0) return false; /* collapse: no direction */
    for (int i = 0; i < 2; i++)
        mu[i] = c[i] / (2.0 * pull * d[i] + TOY_DECAY); /* Oja: decay alone, the order is that of c */
    *axis = mu[1] > mu[0];
    if (fmax(mu[0], mu[1]) < 1.5 * fmin(mu[0], mu[1])) return false;
    /* rates near the end: |w| doubles back with 2 k (Oja: 2 c), the other axis dies away with what it lacks */
    const double eta = toy_eta(setup), k = rule == TOY_OJA ? c[*axis] : 2.0 * pull * d[*axis] + TOY_DECAY;
    const double lacks = 1.0 - fmin(mu[0], mu[1]) / fmax(mu[0], mu[1]);
    *steps = fmax(log(20.0) / (eta * k * lacks), log(100.0) / (2.0 * eta * k));
    *norm = rule == TOY_OJA ? sqrt(fmax(0.0, 1.0 - TOY_DECAY / c[*axis]))
                            : sqrt(2.0 * push / (2.0 * pull * d[*axis] + TOY_DECAY));
    return true;
}
