/* examples/stream.c - one sample at a time: lpl_update_online.
 *
 * Four sensors mix a slow signal with three fast ones that are twice as loud. A neuron that sees each sample once,
 * keeping nothing but its weights, its running mean and variance and its last response, extracts the slow one. */
#include <lpl.h>
#include <math.h>
#include <stdio.h>

#define MUST(call) \
    if ((call) < 0) return fprintf(stderr, "stream: %s\n", lpl_last_error()), 1

enum { N = 4, SAMPLES = 60000, LAST = 10000 };

int main(void) {
    /* sensor i = sum_k mix[i][k] / 2 source k: a rotation, so no sensor shows the slow signal alone */
    static const float mix[N][N] = {{1, 1, 1, 1}, {1, 1, -1, -1}, {1, -1, 1, -1}, {1, -1, -1, 1}};
    static const float keep[N] = {0.995f, 0.4f, 0.4f, 0.4f}, loud[N] = {1, 2, 2, 2};
    float source[N] = {0};
    double zs = 0, zz = 0, ss = 0, xs = 0, xx = 0;
    lpl_layer_config_t cfg;
    lpl_layer_t *layer;

    MUST(lpl_layer_config_init(&cfg, sizeof cfg));
    MUST(lpl_layer_preset(&cfg, LPL_PRESET_STREAM)); /* mean and variance over the last 1000 samples or so */
    cfg.n_pre = N;
    cfg.n_post = 1;
    cfg.seed = 1;
    MUST(lpl_layer_create(&cfg, &layer));

    for (uint64_t t = 0; t < SAMPLES; t++) {
        float noise[N], x[N] = {0}, z;
        MUST(lpl_random_normal(noise, N, 1, 0, N * t));
        for (int k = 0; k < N; k++) source[k] = keep[k] * source[k] + loud[k] * sqrtf(1 - keep[k] * keep[k]) * noise[k];
        for (int i = 0; i < N; i++)
            for (int k = 0; k < N; k++) x[i] += mix[i][k] / 2 * source[k];

        MUST(lpl_update_online(layer, &z, NULL, x)); /* z for the host at once, the weights are up to date on return */

        if (t >= SAMPLES - LAST) { /* correlations with the slow signal, of the neuron and of a sensor */
            zs += (double)z * (double)source[0];
            xs += (double)x[0] * (double)source[0];
            zz += (double)z * (double)z;
            xx += (double)x[0] * (double)x[0];
            ss += (double)source[0] * (double)source[0];
        }
    }
    const double neuron = fabs(zs) / sqrt(zz * ss), sensor = fabs(xs) / sqrt(xx * ss);
    printf("stream: |correlation| with the slow signal, last %d of %d samples\n", LAST, SAMPLES);
    printf("  a sensor     expected about %.2f   got %.2f\n", 1 / sqrt(1 + 3 * 4.0), sensor);
    printf("  the neuron   expected > %.2f       got %.2f\n", 0.98, neuron);
    lpl_layer_destroy(layer);
    return neuron > 0.98 && fclose(stdout) == 0 ? 0 : 1; /* stdout: a full disk */
}
