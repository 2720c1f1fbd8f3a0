/* examples/worlds/disentangle.h - does a code keep the factors of the room apart? Majority vote of Kim & Mnih (theory
 * 5.1), linear readout. */
#ifndef EXAMPLES_DISENTANGLE_H
#define EXAMPLES_DISENTANGLE_H

#include "room.h"

/* Sizes of the vote. A point fixes one factor at one value, draws images whose other factors are random, and takes the
 * feature of least variance (in units of its variance over all images; features without variance do not count; the
 * first of equal ones). */
typedef struct disentangle_t {
    size_t draws; /* images of a point (paper: 4000) */
    size_t
        points; /* for each of the 57 factor values, to vote and again, new ones, to test (paper: 10; so 570 of each) */
    size_t repetitions; /* of the whole (paper: 10) */
    uint64_t seed;
    int threads; /* results do not depend on it */
} disentangle_t;

typedef struct disentangle_result_t {
    double score,
        score_sd; /* fraction of test points whose feature votes for the right factor; mean and sd over repetitions */
    double strict,
        strict_sd;   /* the same when each factor keeps only as many features as it has values, each with weight 1 */
    size_t constant; /* features without variance */
    double factor[ROOM_FACTORS]; /* score, of the points of each factor alone */
} disentangle_result_t;

void disentangle_defaults(disentangle_t *s); /* the paper's sizes, one thread */

/* x: features of n images (n x d), drawn at random from all 480 000; image: their numbers. The images of a point are
 * drawn, with replacement, from those of the n that have the value; every value must occur (n >= 1000 is ample). */
void disentangle_score(disentangle_result_t *out, const disentangle_t *s, const float *x, const uint32_t *image,
                       size_t n, size_t d);

/* Votes (d x ROOM_FACTORS, already divided by the number of values) of the strict score: for each factor, 1 for the
 * features with the most votes, as many as the factor has values and never those without a vote, 0 for all others. */
void disentangle_strict(double *votes, size_t d);

/* Accuracy of a linear readout of one factor (lpl_readout on standardised features; four fifths of the images train,
 * the rest tests). */
double disentangle_readout(const float *x, const uint32_t *image, size_t n, size_t d, int factor, size_t epochs,
                           uint64_t seed);

/* The same of all factors, several at a time. */
void disentangle_readouts(double out[ROOM_FACTORS], const float *x, const uint32_t *image, size_t n, size_t d,
                          size_t epochs, uint64_t seed, int threads);

/* How alike are images that differ in one factor? x: draws x values x d; the images of one draw share all other
 * factors. out (values x values): cosine of the responses minus their mean over all rows, averaged over draws; rows
 * that equal the mean count as 0. */
void disentangle_similarity(double *out, const float *x, size_t draws, size_t values, size_t d);

#endif
