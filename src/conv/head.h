/* conv/head.h - the projection head behind a convolution's pooled responses: relu(W2 relu(W1 pooled + b1) +
 * b2).
 *
 * All of it runs in double, in float32 layers too. Where every unit is active the loss does not depend on b1 or b2 (a
 * shift of all responses leaves variances, covariances and differences alone), and where a unit never varies not on
 * its weights: such gradients are sums that cancel. In float32 they come out as 1e-9, and Adam, whose eps is 1e-8,
 * makes a visible step of them. Parameters and moments are of the layer's type. */
#ifndef LPLI_CONV_HEAD_H
#define LPLI_CONV_HEAD_H

#include "layer/layer.h"

/* means (B x n_post) -> z (B x head_out), and the inner responses of this view. */
void lpli_head_forward(lpl_layer_t *l, double *z, size_t batch, int view);

/* Gradients: start at 0, add those of a view, round to the layer's type (head_grad). delta (B x head_out, relu's f'
 * included) is an ascent direction, gradients are minus that; what reaches the pooled responses goes into means, an
 * ascent direction too. */
void lpli_head_start(lpl_layer_t *l);
void lpli_head_backward(lpl_layer_t *l, const double *delta, size_t batch, int view);
void lpli_head_end(lpl_layer_t *l);

#endif
