/* examples/worlds/canvas.h - one image at one of three places of a blank canvas, 13 images high and one wide, as an
 * encoder sees it (the swap experiment, theory 8.2).
 *
 * Slots top, centre, bottom are 0, 6, 12 of the 13. In an encoder without biases blank regions stay exactly zero and
 * an image's activity reaches vgg_reach() = 64 pixels beyond it, so nothing changes if the three slots are the
 * first, the middle and the last of a shorter canvas with that margin between them: `slots` is 3 at 64 x 64 pixels
 * or more, 5 at 32 x 32. Features are those of the 13: the last map, averaged over the positions of each slot,
 * channel by channel (channel c, slot s is feature 13 c + s). */
#ifndef EXAMPLES_CANVAS_H
#define EXAMPLES_CANVAS_H

#include <stdbool.h>
#include <stddef.h>

#include "vgg.h"

enum { CANVAS_SLOTS = 13, CANVAS_TOP = 0, CANVAS_CENTRE = 1, CANVAS_BOTTOM = 2, CANVAS_PLACES = 3 };

typedef struct canvas_t {
    size_t side, slots; /* slots: of the shorter canvas */
    size_t pixels;      /* of it, with its three channels */
    size_t channels;    /* of the encoder's last map */
    size_t features;    /* 13 of each channel */
    size_t batch;       /* most canvases of one call */
    lpl_stack_t *net;   /* the encoder, on canvases */
    float *scale;       /* of each channel, for its features; NULL: they are as the encoder gives them */
} canvas_t;

/* The canvas slots that images of this side need; all 13 are always enough. */
size_t canvas_slots(size_t side);

/* A canvas of so many slots for an encoder that was learned on square images, on such terms as its layers would go
 * on learning with (v: pull, push, decorr, eta, pair, batch of the whole canvas of 13, see canvas_terms; side and
 * widths are the encoder's). Its weights, moments and step count are copied. false and a sentence in why: a layer
 * has biases, shapes are not v's, the margin is too small. */
bool canvas_create(canvas_t *c, lpl_stack_t *encoder, const vgg_t *v, size_t slots, char *why, size_t size);
void canvas_free(canvas_t *c);

/* The mean over a shorter canvas is 13 / slots times that over all 13, so losses of the latter are these of the
 * former: pull s^2, decorr s^4, eps / s^2, s = slots / 13. Applied by canvas_create. */
typedef struct canvas_terms_t {
    double pull, push, decorr, eps;
} canvas_terms_t;
canvas_terms_t canvas_terms(canvas_terms_t whole, size_t slots);

/* out (pixels): the image (3 x side x side, normalised) at a place, blank elsewhere. */
void canvas_put(const canvas_t *c, float *out, const float *image, int place);

/* out (features): from a last map (a row of lpl_stack_forward) of a canvas that had its image there. */
void canvas_features(const canvas_t *c, float *out, const float *map, int place);

/* Features of n images at all places: out[(3 i + place) * features]; or, place not NULL, of image i at place[i]:
 * out[i * features]. */
void canvas_encode(const canvas_t *c, float *out, const float *images, const uint8_t *place, size_t n);

/* From now on the features of each channel have variance 1 over such rows as these n (as canvas_encode gave them;
 * scaled too). In a young encoder a few channels vary most, and what is learned about some images then holds for all.
 * A channel without variance is 0. */
void canvas_scale(canvas_t *c, float *rows, size_t n);
/* As those of another canvas of the same encoder. */
void canvas_scale_as(canvas_t *c, const canvas_t *other);

#endif
