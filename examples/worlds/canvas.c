/* examples/worlds/canvas.c - see canvas.h. */
#include "canvas.h"

#include <math.h>
#include <string.h>

#include "must.h"

size_t canvas_slots(size_t side) {
    const size_t margin = (vgg_reach() + side - 1) / side; /* whole slots between two places */
    return 2 * margin + 1 < CANVAS_SLOTS ? 2 * margin + 1 : CANVAS_SLOTS;
}

/* The slot of the shorter canvas. */
static size_t slot_of(const canvas_t *c, int place) {
    return place == CANVAS_TOP ? 0 : place == CANVAS_CENTRE ? c->slots / 2 : c->slots - 1;
}

canvas_terms_t canvas_terms(canvas_terms_t whole, size_t slots) {
    const double s = (double)slots / CANVAS_SLOTS;
    return (canvas_terms_t){whole.pull * s * s, whole.push, whole.decorr * s * s * s * s, whole.eps / (s * s)};
}

static double of(lpl_stack_t *net, size_t k, int32_t param) {
    lpl_layer_t *l;
    double v;
    MUST(lpl_stack_layer(net, k, &l));
    MUST(lpl_layer_get(l, param, &v));
    return v;
}

static bool is_such(lpl_stack_t *encoder, const vgg_t *v, char *why, size_t size) {
    if (lpl_stack_size(encoder) != VGG_LAYERS) {
        snprintf(why, size, "the encoder has %zu layers, need the %d of VGG-11", lpl_stack_size(encoder), VGG_LAYERS);
        return false;
    }
    for (size_t k = 0; k < VGG_LAYERS; k++) {
        if (of(encoder, k, LPL_PARAM_BIAS) != 0) {
            snprintf(
                why, size,
                "layer %zu of the encoder has biases, so a blank canvas is not silent: train it as condition no_bias",
                k + 1);
            return false;
        }
        if (of(encoder, k, LPL_PARAM_N_POST) != (double)vgg_width(v, k)) {
            snprintf(why, size, "layer %zu of the encoder has %.0f channels, need %zu", k + 1,
                     of(encoder, k, LPL_PARAM_N_POST), vgg_width(v, k));
            return false;
        }
    }
    if (of(encoder, 0, LPL_PARAM_WIDTH) != (double)v->side || of(encoder, 0, LPL_PARAM_HEIGHT) != (double)v->side) {
        snprintf(why, size, "the encoder learned on images of %.0f x %.0f, these are %zu x %zu",
                 of(encoder, 0, LPL_PARAM_HEIGHT), of(encoder, 0, LPL_PARAM_WIDTH), v->side, v->side);
        return false;
    }
    return true;
}

bool canvas_create(canvas_t *c, lpl_stack_t *encoder, const vgg_t *v, size_t slots, char *why, size_t size) {
    if (slots % 2 == 0 || slots > CANVAS_SLOTS || (slots < CANVAS_SLOTS && (slots - 1) / 2 * v->side < vgg_reach())) {
        snprintf(why, size,
                 "a canvas of %zu slots of %zu pixels: need an odd number, and a margin of %zu pixels (activity of %d "
                 "layers reaches so "
                 "far): %zu",
                 slots, v->side, vgg_reach(), VGG_LAYERS, canvas_slots(v->side));
        return false;
    }
    if (!is_such(encoder, v, why, size)) return false;
    const canvas_terms_t t = canvas_terms((canvas_terms_t){v->pull, v->push, v->decorr, 1e-4}, slots);
    vgg_t tall = *v;
    tall.tall = slots, tall.bias = 0, tall.pull = t.pull, tall.push = t.push, tall.decorr = t.decorr;
    *c = (canvas_t){.side = v->side, .slots = slots, .channels = vgg_width(v, VGG_LAYERS - 1), .batch = v->batch};
    c->pixels = 3 * slots * v->side * v->side;
    c->features = CANVAS_SLOTS * c->channels;
    c->net = vgg_create(&tall);
    for (size_t k = 0; k < VGG_LAYERS; k++) {
        lpl_layer_t *to, *from;
        MUST(lpl_stack_layer(c->net, k, &to));
        MUST(lpl_stack_layer(encoder, k, &from));
        MUST(lpl_layer_copy(to, from, NULL));
        MUST(lpl_layer_set(to, LPL_PARAM_EPS, t.eps));
    }
    return true;
}

void canvas_free(canvas_t *c) {
    lpl_stack_destroy(c->net);
    free(c->scale);
    *c = (canvas_t){0};
}

void canvas_put(const canvas_t *c, float *out, const float *image, int place) {
    const size_t square = c->side * c->side, all = c->slots * square;
    memset(out, 0, c->pixels * sizeof *out);
    for (size_t channel = 0; channel < 3; channel++)
        memcpy(out + channel * all + slot_of(c, place) * square, image + channel * square, square * sizeof *out);
}

void canvas_features(const canvas_t *c, float *out, const float *map, int place) {
    const size_t cells = c->side / VGG_STRIDE, square = cells * cells; /* positions of a slot in the last map */
    const size_t first = place == CANVAS_TOP      ? 0
                         : place == CANVAS_CENTRE ? (CANVAS_SLOTS - c->slots) / 2
                                                  : CANVAS_SLOTS - c->slots;
    memset(out, 0, c->features * sizeof *out);
    for (size_t channel = 0; channel < c->channels; channel++)
        for (size_t s = 0; s < c->slots; s++) {
            double sum = 0;
            for (size_t q = 0; q < square; q++) sum += (double)map[(channel * c->slots + s) * square + q];
            out[channel * CANVAS_SLOTS + first + s] =
                (float)(sum / (double)square) * (c->scale != NULL ? c->scale[channel] : 1);
        }
}

void canvas_encode(const canvas_t *c, float *out, const float *images, const uint8_t *place, size_t n) {
    const size_t cells = c->side / VGG_STRIDE, row = c->channels * c->slots * cells * cells,
                 image = 3 * c->side * c->side;
    const size_t each = place != NULL ? 1 : CANVAS_PLACES, all = each * n, step = c->batch < all ? c->batch : all;
    float *x = must_alloc(step * c->pixels, sizeof *x), *map = must_alloc(step * row, sizeof *map);
    for (size_t first = 0; first < all; first += step) {
        const size_t rows = all - first < step ? all - first : step;
        for (size_t k = 0; k < rows; k++)
            canvas_put(c, x + k * c->pixels, images + (first + k) / each * image,
                       place != NULL ? place[first + k] : (int)((first + k) % each));
        MUST(lpl_stack_forward(c->net, map, row, x, c->pixels, rows, VGG_LAYERS - 1));
        for (size_t k = 0; k < rows; k++)
            canvas_features(c, out + (first + k) * c->features, map + k * row,
                            place != NULL ? place[first + k] : (int)((first + k) % each));
    }
    free(x), free(map);
}

void canvas_scale(canvas_t *c, float *rows, size_t n) {
    float *scale = must_alloc(c->channels, sizeof *scale);
    for (size_t channel = 0; channel < c->channels; channel++) {
        double sum = 0, square = 0;
        for (size_t b = 0; b < n; b++)
            for (size_t s = 0; s < CANVAS_SLOTS; s++) {
                const double v = (double)rows[b * c->features + channel * CANVAS_SLOTS + s];
                sum += v, square += v * v;
            }
        const double all = (double)n * CANVAS_SLOTS, var = (square - sum * sum / all) / all;
        scale[channel] = var > 1e-12 ? (float)(1 / sqrt(var)) : 0;
    }
    for (size_t k = 0; k < n * c->features; k++) rows[k] *= scale[k % c->features / CANVAS_SLOTS];
    free(c->scale);
    c->scale = scale;
}

void canvas_scale_as(canvas_t *c, const canvas_t *other) {
    free(c->scale);
    c->scale = NULL;
    if (other->scale == NULL) return;
    c->scale = must_alloc(c->channels, sizeof *c->scale);
    memcpy(c->scale, other->scale, c->channels * sizeof *c->scale);
}
