/* examples/worlds/digitworld.h - sequences of two handwritten digits at two places, Supplementary Fig. S2 (theory 3.5).
 *
 * A sample is a 56 x 56 canvas, black but for one 28 x 28 digit in the upper left or the lower right corner. Within a
 * sequence either the place stays and the digit jumps (DIGIT_PLACE), or the digit stays and the place jumps
 * (DIGIT_CLASS); the exemplar is new at every step. */
#ifndef EXAMPLES_DIGITWORLD_H
#define EXAMPLES_DIGITWORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "balance.h"
#include "firstupdate.h"
#include "idx.h"

#define DIGIT_SIDE 28
#define CANVAS_SIDE 56
#define CANVAS (CANVAS_SIDE * CANVAS_SIDE)
#define DIGIT_BATCH 200

enum {
    DIGIT_PLACE = 0, /* what is slow: the place ... */
    DIGIT_CLASS = 1, /* ... or the digit */
    DIGIT_SEQUENCES = 2
};

enum { DIGIT_LPL = 0, DIGIT_PRED_OFF = 1, DIGIT_OJA = 2, DIGIT_RULES = 3 };

/* The exemplars of one run: per_class images of the first digit, then as many of the second; pixels in [0, 1]. */
typedef struct digits_t {
    float *pixels;
    size_t per_class;
} digits_t;

/* Choose per_class random images of each of the two digits. false if there are not so many. */
bool digits_choose(digits_t *out, const idx_t *images, const idx_t *labels, const int digit[2], size_t per_class,
                   uint64_t seed, uint64_t run);
void digits_free(digits_t *digits);

typedef struct digit_result_t {
    double place;   /* selectivity for the place */
    double digit;   /* selectivity for the digit */
    double balance; /* balance.h; NaN: Oja's rule, which has no loss */
    float w[CANVAS];
} digit_result_t;

typedef void (*digit_tick_fn)(void *user, size_t steps_done);

/* Learn for so many steps with every rule side by side, then measure on all exemplars at both places; *untrained gets
 * the start weights. tick is called every 50 steps, or NULL. */
void digits_run(digit_result_t out[DIGIT_RULES], digit_result_t *untrained, const digits_t *digits, int slow,
                size_t steps, uint64_t seed, uint64_t run, digit_tick_fn tick, void *user);

/* The first update of the LPL neuron. */
firstupdate_t digits_first(const digits_t *digits, int slow, uint64_t seed, uint64_t run);

/* A neuron that has not learned: out gets what its start weights are selective for. */
void digits_untrained(digit_result_t *out, const digits_t *digits, uint64_t seed, uint64_t run);

#endif
