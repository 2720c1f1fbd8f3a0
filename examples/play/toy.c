/* examples/play/toy.c - the neuron of Fig. 2 in a browser: what docs/site's page "One neuron, two inputs" calls.
 *
 * The world is that of toyworld.h (theory 3.1): x = (s + 0.1 xi, noise xi), the cluster s = +-1 stays within a pair.
 * One linear neuron makes steps of 200 pairs; push, pull and noise may be moved between them. toy_check makes a fixed
 * series of moves and hands out all that came of it, so that two builds can be compared byte by byte. */
#include <lpl.h>
#include <math.h>
#include <string.h>

#include "play.h"

enum { BATCH = 200, STREAM_NOISE = 0, STREAM_START = 1 };

static struct {
    lpl_layer_t *neuron;
    double noise;
    uint64_t seed, step;
    float past[2 * BATCH], now[2 * BATCH], z[BATCH], w[2];
    double selectivity;
    lpl_report_t report;
} toy;

static void draw(float *x, uint64_t moment) {
    lpl_random_normal(x, 2 * BATCH, toy.seed, STREAM_NOISE, moment * 2 * BATCH);
    for (int b = 0; b < BATCH; b++) {
        x[2 * b] = (b < BATCH / 2 ? 1.0f : -1.0f) + 0.1f * x[2 * b];
        x[2 * b + 1] *= (float)toy.noise;
    }
}

/* Difference of the clusters' mean responses over the whole range (theory 3.2). */
static double selectivity(void) {
    double mean[2] = {0, 0}, low = INFINITY, high = -INFINITY;
    for (int b = 0; b < BATCH; b++) {
        mean[b < BATCH / 2] += (double)toy.z[b] / (BATCH / 2);
        low = fmin(low, (double)toy.z[b]);
        high = fmax(high, (double)toy.z[b]);
    }
    return high > low ? fabs(mean[1] - mean[0]) / (high - low) : 0;
}

static int look(void) {
    draw(toy.now, toy.step);
    if (lpl_layer_read(toy.neuron, toy.w, 2, LPL_STATE_WEIGHTS) < 0) return -1;
    if (lpl_forward(toy.neuron, toy.z, 1, toy.now, 2, BATCH) < 0) return -1;
    toy.selectivity = selectivity();
    return 0;
}

PLAY_CALL int toy_begin(uint32_t seed, double push, double pull, double noise) {
    lpl_layer_config_t cfg;
    lpl_layer_destroy(toy.neuron);
    memset(&toy, 0, sizeof toy);
    toy.seed = seed;
    toy.noise = noise;
    lpl_layer_config_init(&cfg, sizeof cfg);
    lpl_layer_preset(&cfg, LPL_PRESET_TOY2D);
    cfg.n_pre = 2, cfg.n_post = 1, cfg.batch_max = BATCH;
    cfg.push = push, cfg.pull = pull;
    cfg.eta = 0.01 / fmax(1.0, noise);
    cfg.seed = seed, cfg.stream = STREAM_START;
    if (lpl_report_init(&toy.report, sizeof toy.report) < 0 || lpl_layer_create(&cfg, &toy.neuron) < 0) return -1;
    return look();
}

PLAY_CALL int toy_set(double push, double pull, double noise) {
    toy.noise = noise;
    if (lpl_layer_set(toy.neuron, LPL_PARAM_PUSH, push) < 0 || lpl_layer_set(toy.neuron, LPL_PARAM_PULL, pull) < 0 ||
        lpl_layer_set(toy.neuron, LPL_PARAM_ETA, 0.01 / fmax(1.0, noise)) < 0)
        return -1;
    return 0;
}

/* n steps of learning. 1: the neuron has collapsed. */
PLAY_CALL int toy_learn(int n) {
    int collapsed = 0;
    for (int k = 0; k < n; k++) {
        draw(toy.past, toy.step);
        draw(toy.now, toy.step + 1);
        const lpl_status_t status = lpl_update(toy.neuron, &toy.report, toy.past, 2, toy.now, 2, BATCH);
        if (status < 0) return -1;
        collapsed = status == LPL_COLLAPSED;
        toy.step++;
    }
    return look() < 0 ? -1 : collapsed;
}

/* 0, 1: weights; 2: selectivity; 3: L_pull; 4: L_push; 5: standard deviation of the response; 6: steps. */
PLAY_CALL double toy_number(int which) {
    switch (which) {
    case 0:
    case 1: return (double)toy.w[which];
    case 2: return toy.selectivity;
    case 3: return toy.report.pull;
    case 4: return toy.report.push;
    case 5: return toy.report.mean_std;
    default: return (double)toy.step;
    }
}

/* The 200 points of this moment, x1, x2, x1, x2 ...; the neuron's answers to them. */
PLAY_CALL const float *toy_points(void) { return toy.now; }
PLAY_CALL const float *toy_answers(void) { return toy.z; }
PLAY_CALL const char *toy_error(void) { return lpl_last_error(); }

PLAY_CALL size_t toy_check(unsigned char *out, size_t room) {
    static const double move[4][3] = {{1, 1, 4}, {1, 0, 4}, {0, 1, 0.5}, {2, 0.5, 1}}; /* push, pull, noise */
    play_bytes_t bytes = {out, room, 0};
    if (toy_begin(7, 1, 1, 1) < 0) return 0;
    for (int k = 0; k < 4; k++) {
        if (toy_set(move[k][0], move[k][1], move[k][2]) < 0 || toy_learn(500) < 0) return 0;
        play_put(&bytes, toy.w, sizeof toy.w);
        play_put(&bytes, toy.z, sizeof toy.z);
        play_put(&bytes, toy.now, sizeof toy.now);
        play_put(&bytes, &toy.selectivity, sizeof toy.selectivity);
        play_put(&bytes, &toy.report.pull, sizeof(double));
        play_put(&bytes, &toy.report.mean_std, sizeof(double));
    }
    return bytes.n;
}
