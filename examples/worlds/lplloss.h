/* examples/worlds/lplloss.h - the loss of a layer as the theory writes it, from responses and in double: what programs
 * hold the library's learning to (firstupdate.h, balance.h).
 *
 *   L = pull mean (z1 - z0)^2 - push mean log(var + eps) + decorr sum_{i != k} C_ik^2 / (M^2 - M)
 *
 * (theory 1.5, published form, statistics of the batch); causal pairs: z0 stands still; symmetric ones: both views
 * move, push and decorr are means over both. A convolution is seen pooled or at every position. */
#ifndef EXAMPLES_LPLLOSS_H
#define EXAMPLES_LPLLOSS_H

#include <stdbool.h>

#include "lpl.h"

typedef struct lplloss_t {
    bool symmetric;
    double pull, push, decorr, eps;
    size_t batch, units, positions; /* positions: of a response that the loss sees; 1: the mean over all */
} lplloss_t;

/* Each term, with its coefficient. */
typedef struct lplloss_terms_t {
    double pull, push, decorr;
} lplloss_terms_t;

/* positions: the loss sees every one of a convolution. */
lplloss_t lplloss_of(const lpl_layer_t *l, bool symmetric, bool positions, size_t batch);

/* What the loss sees of layer l's responses to x, in double, to be freed; the responses themselves into map, or
 * NULL. */
double *lplloss_see(const lplloss_t *r, const lpl_layer_t *l, const float *x, size_t ld, float *map);

double lplloss_value(const lplloss_t *r, const double *z1, const double *z0);

/* dL / ds of responses s z (at s = 1; z0 of a causal pair stands still): what the gradient along the weights
 * themselves must be, where a layer's response grows with its weights in proportion, as linear and rectified ones
 * do. */
lplloss_terms_t lplloss_scale(const lplloss_t *r, const double *z1, const double *z0);

/* Mean (z1 - z0)^2; the same were all other rows as much the past of a row as its own. */
double lplloss_pull(const lplloss_t *r, const double *z1, const double *z0);
double lplloss_pull_of_strangers(const lplloss_t *r, const double *z1, const double *z0);

#endif
