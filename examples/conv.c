/* examples/conv.c - a convolutional layer on two views of each image: LPL_LAYER_CONV2D.
 *
 * Images show stripes, upright or lying, at a random place under noise; the two views of a pair share the direction and
 * nothing else. Each channel's mean response should come to tell the direction: what is alike in both views is kept,
 * the rest is thrown away. */
#include <lpl.h>
#include <math.h>
#include <stdio.h>

#define MUST(call) \
    if ((call) < 0) return fprintf(stderr, "conv: %s\n", lpl_last_error()), 1

enum { SIDE = 12, PIXELS = SIDE * SIDE, CHANNELS = 4, MAP = PIXELS / 4, BATCH = 32, STEPS = 300, TEST = 2 * BATCH };

/* Image b of a batch: upright stripes if b is even. Images are channels x height x width, here one channel. */
static void draw(float *x, int batch, uint64_t stream) {
    float place[TEST], noise[PIXELS];
    lpl_random_uniform(place, (size_t)batch, 3, stream, 0);
    for (int b = 0; b < batch; b++) {
        lpl_random_normal(noise, PIXELS, 4, stream, (uint64_t)b * PIXELS);
        for (int k = 0; k < PIXELS; k++) {
            const float turns = (float)(b % 2 ? k / SIDE : k % SIDE) / 4 + place[b];
            x[b * PIXELS + k] = sinf(6.2831853f * turns) + 0.3f * noise[k];
        }
    }
}

/* Share of the variance over images that is not the direction's, mean over channels: 0 if z is the direction alone. */
static int spread(const lpl_layer_t *layer, double *share) {
    static float x[TEST * PIXELS], z[TEST * CHANNELS * MAP];
    draw(x, TEST, 1000000);
    MUST(lpl_forward(layer, z, CHANNELS * MAP, x, PIXELS, TEST)); /* maps, after pooling of 2 x 2 */
    *share = 0;
    for (int c = 0; c < CHANNELS; c++) {
        double sum[2] = {0}, square = 0;
        for (int b = 0; b < TEST; b++) {
            double mean = 0; /* what the rule sees */
            for (int k = 0; k < MAP; k++) mean += (double)z[(b * CHANNELS + c) * MAP + k] / MAP;
            sum[b % 2] += mean;
            square += mean * mean;
        }
        const double within = square - (sum[0] * sum[0] + sum[1] * sum[1]) / (TEST / 2);
        const double all = square - pow(sum[0] + sum[1], 2) / TEST;
        *share += within / all / CHANNELS;
    }
    return 0;
}

int main(void) {
    static float x0[BATCH * PIXELS], x1[BATCH * PIXELS];
    lpl_layer_config_t cfg;
    lpl_layer_t *layer;
    double before, after, n_out;

    MUST(lpl_layer_config_init(&cfg, sizeof cfg));
    MUST(lpl_layer_preset(&cfg, LPL_PRESET_REFERENCE)); /* two views, relu, Adam: as the published deep networks */
    cfg.kind = LPL_LAYER_CONV2D;
    cfg.channels = 1;
    cfg.height = cfg.width = SIDE;
    cfg.n_post = CHANNELS; /* kernel 3 x 3, stride 1, padding 1 are the defaults */
    cfg.pool = 2;
    cfg.batch_max = BATCH;
    cfg.eta = 1e-2;
    cfg.decorr = 1; /* 10 in the preset; but there is one thing to tell, so the channels cannot all differ */
    cfg.seed = 1;
    MUST(lpl_layer_create(&cfg, &layer));
    MUST(lpl_layer_get(layer, LPL_PARAM_N_OUT, &n_out)); /* ask for the length of a row of z rather than work it out */
    if (spread(layer, &before) != 0) return 1;
    for (uint64_t step = 0; step < STEPS; step++) {
        draw(x0, BATCH, 2 * step);
        draw(x1, BATCH, 2 * step + 1);
        MUST(lpl_update(layer, NULL, x0, PIXELS, x1, PIXELS, BATCH));
    }
    if (spread(layer, &after) != 0) return 1;
    printf("conv: %d filters of 3 x 3, %d steps of %d pairs\n", CHANNELS, STEPS, BATCH);
    printf("  values of a response map                 expected %d   got %.0f\n", CHANNELS * MAP, n_out);
    printf("  variance, not of direction   at first %.2f   expected < 0.2   got %.2f\n", before, after);
    lpl_layer_destroy(layer);
    return after < 0.2 && n_out == CHANNELS * MAP && fclose(stdout) == 0 ? 0 : 1; /* stdout: a full disk */
}
