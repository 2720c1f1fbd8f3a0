/* bench/toy2d_bench.c - the two-dimensional toy problem (theory 3.1, 3.2): 10 000 steps of batch 200, drawing the
 * numbers included. */
#include "common.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "lpl.h"

enum { STEPS = 10000, BATCH = 200 };

/* The next element of every sequence: x1 = s + 0.1 xi, x2 = sigma_y xi. Sequences 0 .. BATCH/2 - 1 have s = +1, the
 * others -1. */
static void next_element(float *x, const float *xi, float sigma_y) {
    for (size_t b = 0; b < BATCH; b++) {
        x[2 * b] = (b < BATCH / 2 ? 1.0f : -1.0f) + 0.1f * xi[2 * b];
        x[2 * b + 1] = sigma_y * xi[2 * b + 1];
    }
}

static double sample_library(void *ctx) {
    uint64_t *run = ctx;
    double start = bench_now();
    lpl_layer_config_t cfg;
    bench_check(lpl_layer_config_init(&cfg, sizeof cfg));
    bench_check(lpl_layer_preset(&cfg, LPL_PRESET_TOY2D));
    cfg.n_pre = 2;
    cfg.n_post = 1;
    cfg.batch_max = BATCH;
    cfg.seed = ++*run;
    lpl_layer_t *layer;
    bench_check(lpl_layer_create(&cfg, &layer));
    float x[2][2 * BATCH], xi[2 * BATCH];
    for (size_t t = 0; t <= STEPS; t++) {
        bench_check(lpl_random_normal(xi, 2 * BATCH, cfg.seed, 1, t * 2 * BATCH));
        next_element(x[t % 2], xi, 1);
        if (t > 0) bench_check(lpl_update(layer, NULL, x[(t - 1) % 2], 2, x[t % 2], 2, BATCH));
    }
    float w[2];
    bench_check(lpl_layer_read(layer, w, 2, LPL_STATE_WEIGHTS));
    lpl_layer_destroy(layer);
    double took = bench_now() - start;
    if (!(fabsf(fabsf(w[0]) - 3.43f) < 0.2f &&
          fabsf(w[1]) < 0.5f)) { /* theory 3.3: the slow axis, |w| = sqrt(2 / 0.17) */
        fprintf(stderr, "toy2d_bench: weights (%g, %g) instead of (+-3.4, 0): what was timed is not the toy problem\n",
                (double)w[0], (double)w[1]);
        exit(1);
    }
    return took;
}

/* The plain C of a first attempt: rand(), Box-Muller with libm, double. */
static double normal(void) {
    double u = (rand() + 1.0) / (RAND_MAX + 1.0), v = rand() / (RAND_MAX + 1.0);
    return sqrt(-2 * log(u)) * cos(6.283185307179586 * v);
}

static double sample_naive(void *ctx) {
    (void)ctx;
    static double x[2][BATCH][2], z[2][BATCH];
    double w[2] = {0.3, -0.2}, start = bench_now();
    for (int t = 0; t <= STEPS; t++) {
        double(*now)[2] = x[t % 2], (*past)[2] = x[(t + 1) % 2], mean = 0, var = 0, g[2] = {0, 0};
        for (int b = 0; b < BATCH; b++) {
            now[b][0] = (b < BATCH / 2 ? 1 : -1) + 0.1 * normal();
            now[b][1] = normal();
        }
        if (t == 0) continue;
        for (int b = 0; b < BATCH; b++) {
            z[0][b] = w[0] * past[b][0] + w[1] * past[b][1];
            z[1][b] = w[0] * now[b][0] + w[1] * now[b][1];
            mean += z[1][b] / BATCH;
        }
        for (int b = 0; b < BATCH; b++) var += (z[1][b] - mean) * (z[1][b] - mean) / (BATCH - 1);
        for (int b = 0; b < BATCH; b++) {
            double d = 2 * (z[1][b] - z[0][b]) / BATCH - 2 * (z[1][b] - mean) / ((BATCH - 1) * (var + 1e-8));
            g[0] += d * now[b][0];
            g[1] += d * now[b][1];
        }
        for (int j = 0; j < 2; j++) w[j] -= 1e-2 * (g[j] + 0.15 * w[j]);
    }
    double took = bench_now() - start;
    if (!(fabs(fabs(w[0]) - 3.43) < 0.2)) exit(1); /* also keeps the loop from being left out */
    return took;
}

int main(int argc, char **argv) {
    static bench_t b;
    static uint64_t run;
    const char *group = "toy2d, 10 000 steps of batch 200";
    bench_begin(&b, "toy2d_bench", argc, argv);
    bench_add(&b, group, "lpl_update", "random numbers included", STEPS * 1e-6, "M steps", sample_library, &run);
    bench_add(&b, group, "plain C", "rand(), libm, double", STEPS * 1e-6, "M steps", sample_naive, NULL);
    bench_run(&b);
    bench_goal(&b, group, "lpl_update", NULL, 0.1, 1, "<= 0.1 s");
    bench_goal(&b, group, "lpl_update", "PyTorch", 1, 0, "(against PyTorch)");
    return bench_end(&b);
}
