/* examples/worlds/views.h - the two augmented views of an image (theory 4.3), and the evaluation transform.
 *
 * In this order: random resized crop (area 0.08 .. 1, aspect 3/4 .. 4/3, ten tries, then the largest centre crop;
 * bilinear), horizontal flip (1/2); with probability 0.8 colour jitter (brightness, contrast, saturation factors 0.2 ..
 * 1.8, hue +-0.2 turns, random order); greyscale (0.2); Gaussian blur (1/2; kernel a tenth of the side, made odd; sd
 * 0.1 .. 2; reflected border); normalisation. Images are float in [0, 1] throughout: the published pipeline rounds to 8
 * bits between steps.
 *
 * Every random number comes from (seed, epoch, image, view), so results do not depend on threads, order or
 * interruption. */
#ifndef EXAMPLES_VIEWS_H
#define EXAMPLES_VIEWS_H

#include "images.h"

typedef struct views_t {
    uint64_t seed;
    double mean[3], sd[3]; /* of the channels, scale 0 .. 1 */
    int threads;
} views_t;

/* CIFAR-10's and STL-10's constants of theory 4.3, one thread. */
views_t views_cifar(uint64_t seed);
views_t views_stl(uint64_t seed);

/* out (n x 3 x height x width): view `view` of images index[0 .. n-1] in this epoch. */
void views_make(const views_t *v, float *out, const images_t *images, const uint32_t *index, size_t n, uint64_t epoch,
                int view);

/* Without augmentation: resize the shorter side to 1.1 of it, crop the centre, normalise (theory 4.3); or, plain, only
 * normalise. */
void views_evaluate(const views_t *v, float *out, const images_t *images, size_t first, size_t n, bool plain);

/* A random order of 0 .. n-1 for this epoch. */
void views_permutation(uint32_t *order, size_t n, uint64_t seed, uint64_t epoch);

#endif
