/* examples/stack.c - a deep network without backpropagation: lpl_stack_t, layers one after the other, each with its own
 * loss.
 *
 * Two hidden numbers, shared by the frames of a pair, reach 20 sensors through a nonlinear mixture under noise that is
 * new in each frame. Layer by layer less of what a unit says is noise: the share of its variance that differs within a
 * pair falls with depth. */
#include <lpl.h>
#include <math.h>
#include <stdio.h>

#define MUST(call) \
    if ((call) < 0) return fprintf(stderr, "stack: %s\n", lpl_last_error()), 1

enum { LAYERS = 3, SENSORS = 20, BATCH = 64, STEPS = 500 };

static void draw(float *x0, float *x1, uint64_t step) {
    static float hidden[2 * BATCH], noise[2 * BATCH * SENSORS], mix[3 * SENSORS];
    lpl_random_normal(mix, 3 * SENSORS, 5, 0, 0);
    lpl_random_normal(hidden, 2 * BATCH, 5, 1, 2 * BATCH * step);
    lpl_random_normal(noise, 2 * BATCH * SENSORS, 5, 2, 2 * BATCH * SENSORS * step);
    for (int k = 0; k < BATCH * SENSORS; k++) {
        const float *h = hidden + k / SENSORS * 2, *m = mix + k % SENSORS * 3;
        const float signal = tanhf(m[0] * h[0] + m[1] * h[1] + m[2]);
        x0[k] = signal + 0.5f * noise[2 * k];
        x1[k] = signal + 0.5f * noise[2 * k + 1];
    }
}

int main(void) {
    static const uint64_t width[LAYERS + 1] = {SENSORS, 16, 8, 2};
    static float x0[BATCH * SENSORS], x1[BATCH * SENSORS];
    lpl_layer_config_t cfg[LAYERS];
    const lpl_layer_config_t *list[LAYERS];
    lpl_report_t report[LAYERS];
    lpl_stack_t *stack;
    lpl_layer_t *last;
    double share[LAYERS] = {0}, steps;

    for (int k = 0; k < LAYERS; k++) {
        MUST(lpl_layer_config_init(&cfg[k], sizeof cfg[k]));
        MUST(lpl_layer_preset(&cfg[k], LPL_PRESET_REFERENCE));
        cfg[k].activation = LPL_ACT_TANH;
        cfg[k].n_pre = width[k]; /* must be the width of the layer below */
        cfg[k].n_post = width[k + 1];
        cfg[k].batch_max = BATCH;
        cfg[k].seed = 1;
        cfg[k].stream = (uint64_t)k; /* other start values in each layer */
        cfg[k].label = k;            /* error sentences name it */
        list[k] = &cfg[k];
        MUST(lpl_report_init(&report[k], sizeof report[k]));
    }
    MUST(lpl_stack_create(list, LAYERS, &stack));
    for (uint64_t step = 0; step < STEPS; step++) {
        draw(x0, x1, step);
        /* all layers, each on what the one below says */
        MUST(lpl_stack_update(stack, report, x0, SENSORS, x1, SENSORS, BATCH));
        for (int k = 0; k < LAYERS && step >= STEPS - 100; k++) /* mean (z1 - z0)^2 over twice the variance */
            share[k] += report[k].pull / (2 * report[k].mean_std * report[k].mean_std) / 100;
    }
    /* A layer of a stack is an ordinary layer: here its count of steps. */
    MUST(lpl_stack_layer(stack, LAYERS - 1, &last));
    MUST(lpl_layer_get(last, LPL_PARAM_STEP, &steps));

    printf("stack: %d layers, %.0f steps; share of the variance that differs within a pair\n", LAYERS, steps);
    for (int k = 0; k < LAYERS; k++) printf("  layer %d, %2d units   got %.2f\n", k, (int)width[k + 1], share[k]);
    printf("  falls with depth   expected yes   got %s\n", share[0] > share[1] && share[1] > share[2] ? "yes" : "no");
    lpl_stack_destroy(stack);
    return fclose(stdout) == 0 && share[0] > share[1] && share[1] > share[2] && share[2] < 0.2 ? 0 : 1;
}
