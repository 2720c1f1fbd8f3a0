/* examples/worlds/toyworld.h - the two-dimensional world of Fig. 2 and a neuron that lives in it (theory 3.1, 3.2).
 *
 * x = (s + 0.1 xi1, sigma_y xi2) with a cluster s = +-1 that stays the same from one moment to the next (with
 * probability noise_p it flips) and fresh noise xi. So x1 is slow and x2 fast, and for sigma_y > 1 the fast one has the
 * larger variance. */
#ifndef EXAMPLES_TOYWORLD_H
#define EXAMPLES_TOYWORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firstupdate.h"

/* Rules that are compared; every one sees the same data and starts from the same weights. */
enum {
    TOY_LPL = 0,
    TOY_PRED_OFF = 1, /* pull removed */
    TOY_HEBB_OFF = 2, /* push removed */
    TOY_OJA = 3,
    TOY_NAIVE = 4,  /* push is the variance instead of its logarithm */
    TOY_VICREG = 5, /* push is VICReg's hinge */
    TOY_RULES = 6
};

/* "lpl", "pred_off" ... for files; "LPL", "pred. off" ... for people. */
extern const char *const toy_names[TOY_RULES];
extern const char *const toy_titles[TOY_RULES];

#define TOY_BATCH 200
#define TOY_SIGMA_X 0.1
#define TOY_DECAY 0.15

typedef struct toy_setup_t {
    double sigma_y;
    double noise_p;
    double pull; /* coefficients of TOY_LPL; 1 and 1 in the paper */
    double push;
    double naive_decay; /* weight decay of TOY_NAIVE: 0.15, in the comparison of activities 1.5 */
    size_t steps;
    unsigned rules; /* bit r: run rule r */
    uint64_t seed;
    uint64_t world; /* number of this run: another world, another start */
} toy_setup_t;

typedef struct toy_result_t {
    bool diverged; /* activity left the range of float; the rest is then NaN */
    double w[2];
    double selectivity; /* between the clusters, on 10 000 fresh samples */
    double alignment;   /* |w1| / |w| */
    double activity;    /* mean |y| on the same samples */
} toy_result_t;

/* Called after the updates 1, 2 .. 10, 20 .. 100, 200 .. (and then every hundredth) with the activity and weights of a
 * rule. */
typedef void (*toy_watch_fn)(void *user, size_t step, int rule, double activity, const float w[2]);

void toy_defaults(toy_setup_t *setup);

/* Learn and measure. Results of rules that are not in setup->rules are left alone. May run on several threads at
 * once. */
void toy_run(toy_result_t out[TOY_RULES], const toy_setup_t *setup, toy_watch_fn watch, void *user);

/* The first update of the LPL neuron. */
firstupdate_t toy_first(const toy_setup_t *setup);

/* n samples of the world, n even, half of them in each cluster (the first half s = +1): x1, x2, x1, x2 ... */
void toy_sample(float *x, size_t n, const toy_setup_t *setup, uint64_t stream);

/* Where learning must end (theory 1.8): axis 0 or 1, and |w|; and after how many steps it is there, but for a twentieth
 * of the way in direction and a hundredth in length. false if there is no closed form, or if both axes are about as
 * good. */
bool toy_theory(const toy_setup_t *setup, int rule, int *axis, double *norm, double *steps);

/* Learning rate of all rules. */
double toy_eta(const toy_setup_t *setup);

#endif
