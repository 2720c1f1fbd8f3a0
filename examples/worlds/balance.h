/* examples/worlds/balance.h - where learning ends: has a layer found the size of its responses?
 *
 * At rest no loss is won by larger or smaller responses, so what the push would gain by larger ones, pull,
 * decorrelation and the decay of weights lose (lplloss.h, lplloss_scale):
 *
 *   2 pull mean (z1 - z0)^2 + 4 decorr mean C_ik^2 + decay |w|^2  =  2 push mean var / (var + eps)
 *
 * (of a causal pair (z1 - z0) z1 in place of the square). The right side is 2 push wherever units live, whatever the
 * inputs: that the push is divided by the variance, and not by another power of it, is in this number. */
#ifndef EXAMPLES_BALANCE_H
#define EXAMPLES_BALANCE_H

#include "lplloss.h"
#include "vgg.h"

typedef struct balance_t {
    double lost, won; /* left side and right side, summed up */
} balance_t;

/* Take in `batch` rows, as many as the layer learned from at a time: z0 is what x0 calls forth. */
void balance_add(balance_t *b, const lpl_layer_t *l, bool symmetric, const float *x0, const float *x1, size_t ld,
                 size_t batch);
/* The same of each layer of a network that v tells of. */
void balance_add_vgg(balance_t b[VGG_LAYERS], lpl_stack_t *net, const vgg_t *v, const float *x0, const float *x1);

/* Of settings that firstupdate_fits (firstupdate.h), with a push. */
bool balance_fits(const vgg_t *v);
/* Of the layer that is furthest from 1. */
double balance_furthest(const double balance[VGG_LAYERS]);

/* lost / won: 1. */
double balance_of(const balance_t *b);

#endif
