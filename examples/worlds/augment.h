/* examples/worlds/augment.h - the parts of an augmented view (views.h): its random numbers, the box that is cut out,
 * colours, blur. Colour operations work in place on three planes of n pixels, red, green, blue in 0 .. 1, and keep them
 * there. */
#ifndef EXAMPLES_AUGMENT_H
#define EXAMPLES_AUGMENT_H

#include <stddef.h>
#include <stdint.h>

/* A block of uniform numbers for each (seed, epoch, image, view), used from the front. */
enum { BOX_DRAWS = 4 * 10, JITTER_DRAWS = 3 + 4, DICE_DRAWS = BOX_DRAWS + 2 + JITTER_DRAWS + 3 };

typedef struct dice_t {
    float u[DICE_DRAWS];
    int at;
} dice_t;

void dice_roll(dice_t *d, uint64_t seed, uint64_t epoch, uint64_t image, int view);
static inline float dice_uniform(dice_t *d, float low, float high) { return low + (high - low) * d->u[d->at++]; }
static inline size_t dice_whole(dice_t *d, size_t n) { return (size_t)(d->u[d->at++] * (float)n) % n; }

typedef struct box_t {
    size_t y, x, h, w;
} box_t;

/* Area 0.08 .. 1 of the image, aspect 3/4 .. 4/3; after ten tries that do not fit, the largest legal box in the centre.
 * Always takes BOX_DRAWS numbers, so that what follows does not depend on the tries. */
box_t box_random(dice_t *d, size_t height, size_t width);

/* Brightness of pixel k. */
float augment_grey(const float *p, size_t n, size_t k);
void augment_brightness(float *p, size_t n, float f);
/* About the mean grey of the image; about each pixel's own grey (0: a grey image). */
void augment_contrast(float *p, size_t n, float f);
void augment_saturation(float *p, size_t n, float f);
/* Through hue, saturation, value; shift in turns. */
void augment_hue(float *p, size_t n, float shift);
/* These four in a random order with random factors: JITTER_DRAWS numbers. */
void augment_jitter(float *p, size_t n, dice_t *d);

/* Gaussian blur of standard deviation sd (pixels), kernel a tenth of the side, made odd, border reflected. temporary:
 * height x width. */
void augment_blur(float *p, size_t height, size_t width, float *temporary, float sd);

#endif
