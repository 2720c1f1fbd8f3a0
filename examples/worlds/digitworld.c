/* examples/worlds/digitworld.c - see digitworld.h. */
#include "digitworld.h"

#include <math.h>
#include <string.h>

#include "must.h"
#include "progress.h"

#define DIGIT_PIXELS (DIGIT_SIDE * DIGIT_SIDE)

/* Streams of random numbers of one run. */
enum { STREAM_CHOICE = 0, STREAM_STEPS = 1, STREAM_WEIGHTS = 2, STREAMS = 4 };

/* A number in 0 .. n-1 from a random word, n < 2^31. */
static size_t below(uint32_t word, size_t n) { return (size_t)(((uint64_t)(word >> 1) * n) >> 31); }

/* The first per_class entries of a random order (Fisher & Yates) of the images of one digit, appended to out. */
static bool choose_class(float *out, const idx_t *images, const idx_t *labels, int digit, size_t per_class,
                         uint64_t seed, uint64_t stream) {
    size_t *at = must_alloc(images->count, sizeof *at);
    uint32_t *words = must_alloc(per_class, sizeof *words);
    size_t n = 0;
    for (size_t k = 0; k < images->count; k++)
        if (labels->data[k] == digit) at[n++] = k;
    MUST(lpl_random_bits(words, per_class, seed, stream, (uint64_t)digit << 32));
    for (size_t k = 0; k < per_class && n >= per_class; k++) {
        const size_t pick = k + below(words[k], n - k), image = at[pick];
        at[pick] = at[k];
        for (size_t p = 0; p < DIGIT_PIXELS; p++)
            out[k * DIGIT_PIXELS + p] = (float)images->data[image * DIGIT_PIXELS + p] / 255.0f;
    }
    free(words);
    free(at);
    return n >= per_class;
}

bool digits_choose(digits_t *out, const idx_t *images, const idx_t *labels, const int digit[2], size_t per_class,
                   uint64_t seed, uint64_t run) {
    out->per_class = per_class;
    out->pixels = must_alloc(2 * per_class * DIGIT_PIXELS, sizeof(float));
    for (int c = 0; c < 2; c++)
        if (!choose_class(out->pixels + (size_t)c * per_class * DIGIT_PIXELS, images, labels, digit[c], per_class, seed,
                          run * STREAMS + STREAM_CHOICE)) {
            digits_free(out);
            return false;
        }
    return true;
}

void digits_free(digits_t *digits) {
    free(digits->pixels);
    digits->pixels = NULL;
}

/* Paint exemplar k at a place (0: upper left, 1: lower right) onto a canvas. */
static void paint(float *canvas, const digits_t *digits, size_t k, int place) {
    const float *from = digits->pixels + k * DIGIT_PIXELS;
    float *to = canvas + (place ? DIGIT_SIDE * CANVAS_SIDE + DIGIT_SIDE : 0);
    memset(canvas, 0, CANVAS * sizeof *canvas);
    for (size_t row = 0; row < DIGIT_SIDE; row++)
        memcpy(to + row * CANVAS_SIDE, from + row * DIGIT_SIDE, DIGIT_SIDE * sizeof *to);
}

/* The next moment of all sequences. The first half of them has the slow property 0, the second half 1. */
static void next_batch(float *x, const digits_t *digits, int slow, uint64_t seed, uint64_t stream, size_t step) {
    uint32_t words[DIGIT_BATCH];
    MUST(lpl_random_bits(words, DIGIT_BATCH, seed, stream, (uint64_t)step * DIGIT_BATCH));
    for (size_t b = 0; b < DIGIT_BATCH; b++) {
        const int fixed = b >= DIGIT_BATCH / 2, jumping = (int)(words[b] & 1);
        if (slow == DIGIT_PLACE)
            paint(x + b * CANVAS, digits, below(words[b], 2 * digits->per_class), fixed);
        else
            paint(x + b * CANVAS, digits, (size_t)fixed * digits->per_class + below(words[b], digits->per_class),
                  jumping);
    }
}

/* Mean canvas of all exemplars at both places: what Oja's rule is given without. */
static void mean_canvas(float *mean, const digits_t *digits) {
    const size_t n = 2 * digits->per_class;
    double sum[DIGIT_PIXELS] = {0};
    for (size_t k = 0; k < n; k++)
        for (size_t p = 0; p < DIGIT_PIXELS; p++) sum[p] += (double)digits->pixels[k * DIGIT_PIXELS + p];
    memset(mean, 0, CANVAS * sizeof *mean);
    for (size_t p = 0; p < DIGIT_PIXELS; p++) {
        const size_t row = p / DIGIT_SIDE, col = p % DIGIT_SIDE;
        const float half = (float)(0.5 * sum[p] / (double)n); /* each place is empty half of the time */
        mean[row * CANVAS_SIDE + col] = half;
        mean[(row + DIGIT_SIDE) * CANVAS_SIDE + col + DIGIT_SIDE] = half;
    }
}

/* One linear neuron, no bias, plain SGD with eta 0.01. */
static lpl_layer_t *make_neuron(int rule, uint64_t seed, uint64_t run) {
    lpl_layer_config_t cfg;
    lpl_layer_t *neuron = NULL;
    MUST(lpl_layer_config_init(&cfg, sizeof cfg));
    MUST(lpl_layer_preset(&cfg, LPL_PRESET_TOY2D)); /* the constants are those of Fig. 2 */
    cfg.n_pre = CANVAS;
    cfg.n_post = 1;
    cfg.batch_max = DIGIT_BATCH;
    cfg.seed = seed;
    cfg.stream = run * STREAMS + STREAM_WEIGHTS;
    if (rule == DIGIT_PRED_OFF) cfg.pull = 0.0;
    if (rule == DIGIT_OJA) {
        cfg.rule = LPL_RULE_OJA;
        cfg.weight_decay = 0.0;
    }
    MUST(lpl_layer_create(&cfg, &neuron));
    return neuron;
}

/* Selectivities on every exemplar at both places. A constant that Oja's centring would take off does not change
 * them. */
static void measure(digit_result_t *result, const lpl_layer_t *neuron, const digits_t *digits, float *x) {
    const size_t n = 4 * digits->per_class;
    float *y = must_alloc(n, sizeof *y);
    int32_t *place = must_alloc(n, sizeof *place), *digit = must_alloc(n, sizeof *digit);
    for (size_t first = 0; first < n; first += DIGIT_BATCH) {
        const size_t rows = n - first < DIGIT_BATCH ? n - first : DIGIT_BATCH;
        for (size_t b = 0; b < rows; b++) {
            const size_t k = first + b;
            place[k] = (int32_t)(k & 1);
            digit[k] = k / 2 >= digits->per_class;
            paint(x + b * CANVAS, digits, k / 2, place[k]);
        }
        MUST(lpl_forward(neuron, y + first, 1, x, CANVAS, rows));
    }
    MUST(lpl_metric(&result->place, LPL_METRIC_SELECTIVITY, y, 1, NULL, 0, place, n, 1));
    MUST(lpl_metric(&result->digit, LPL_METRIC_SELECTIVITY, y, 1, NULL, 0, digit, n, 1));
    MUST(lpl_layer_read(neuron, result->w, CANVAS, LPL_STATE_WEIGHTS));
    free(digit);
    free(place);
    free(y);
}

/* On batches that it would have gone on with; past is the last one. */
static double balance(const lpl_layer_t *neuron, const digits_t *digits, int slow, uint64_t seed, uint64_t stream,
                      size_t step, float *past, float *now) {
    enum { BATCHES = 20 };
    balance_t b = {0, 0};
    next_batch(past, digits, slow, seed, stream, step);
    for (size_t k = 1; k <= BATCHES; k++) {
        next_batch(now, digits, slow, seed, stream, step + k);
        balance_add(&b, neuron, false, past, now, CANVAS, DIGIT_BATCH);
        memcpy(past, now, DIGIT_BATCH * CANVAS * sizeof *past);
    }
    return balance_of(&b);
}

firstupdate_t digits_first(const digits_t *digits, int slow, uint64_t seed, uint64_t run) {
    const uint64_t stream = run * STREAMS + STREAM_STEPS;
    float *past = must_alloc(DIGIT_BATCH * CANVAS, sizeof *past), *now = must_alloc(DIGIT_BATCH * CANVAS, sizeof *now);
    lpl_layer_t *neuron = make_neuron(DIGIT_LPL, seed, run);
    next_batch(past, digits, slow, seed, stream, 0);
    next_batch(now, digits, slow, seed, stream, 1);
    const firstupdate_t f = firstupdate_layer(neuron, false, past, now, CANVAS, DIGIT_BATCH);
    lpl_layer_destroy(neuron);
    free(past), free(now);
    return f;
}

void digits_untrained(digit_result_t *out, const digits_t *digits, uint64_t seed, uint64_t run) {
    float *x = must_alloc(DIGIT_BATCH * CANVAS, sizeof *x);
    lpl_layer_t *neuron = make_neuron(DIGIT_LPL, seed, run);
    measure(out, neuron, digits, x);
    lpl_layer_destroy(neuron);
    free(x);
}

void digits_run(digit_result_t out[DIGIT_RULES], digit_result_t *untrained, const digits_t *digits, int slow,
                size_t steps, uint64_t seed, uint64_t run, digit_tick_fn tick, void *user) {
    const uint64_t stream = run * STREAMS + STREAM_STEPS;
    const size_t batch = DIGIT_BATCH * CANVAS;
    float *x = must_alloc(3 * batch, sizeof *x), *mean = must_alloc(CANVAS, sizeof *mean);
    float *past = x, *now = x + batch, *centred = x + 2 * batch;
    lpl_layer_t *neurons[DIGIT_RULES];
    mean_canvas(mean, digits);
    for (int rule = 0; rule < DIGIT_RULES; rule++) neurons[rule] = make_neuron(rule, seed, run);
    measure(untrained, neurons[0], digits, now);
    next_batch(now, digits, slow, seed, stream, 0);
    for (size_t step = 1; step <= steps && !progress_stop(); step++) {
        float *t = past;
        past = now;
        now = t;
        next_batch(now, digits, slow, seed, stream, step);
        for (size_t b = 0; b < DIGIT_BATCH; b++)
            for (size_t p = 0; p < CANVAS; p++) centred[b * CANVAS + p] = now[b * CANVAS + p] - mean[p];
        for (int rule = 0; rule < DIGIT_RULES; rule++) {
            const float *x1 = rule == DIGIT_OJA ? centred : now;
            /* pred. off and Oja do not look at the past: without x0 they save a forward pass */
            MUST(lpl_update(neurons[rule], NULL, rule == DIGIT_LPL ? past : NULL, CANVAS, x1, CANVAS, DIGIT_BATCH));
        }
        if (tick != NULL && step % 50 == 0) tick(user, 50);
    }
    for (int rule = 0; rule < DIGIT_RULES; rule++) {
        measure(&out[rule], neurons[rule], digits, now);
        out[rule].balance =
            rule != DIGIT_OJA ? balance(neurons[rule], digits, slow, seed, stream, steps, past, now) : (double)NAN;
        lpl_layer_destroy(neurons[rule]);
    }
    free(mean);
    free(x);
}
