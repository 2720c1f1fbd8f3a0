/* conv/head.h - the projection head behind a convolution's pooled responses: relu(W2 relu(W1 pooled + b1) + b2).
 *
 * All of it runs in double, in float32 layers too. Where every unit is active the loss does not depend on b1 or b2 (a
 * shift of all responses leaves variances, covariances and differences alone), and where a unit never varies not on
 * its weights: such gradients are sums that cancel. In float32 they come out as 1e-9, and Adam, whose eps is 1e-8,
 * makes a visible step of them. Parameters and moments are of the layer's type (T), and belong to the layer. */
#ifndef LPLI_CONV_HEAD_H
#define LPLI_CONV_HEAD_H

#include <stdbool.h>

#include "core/arena.h"
#include "linalg/gemm.h"
#include "lpl/layer.h"

/* Scratch. M: channels, B: batch_max. */
typedef struct lpli_head_t {
    size_t M, hidden, out;
    int32_t dtype;
    double *pooled[2]; /* B x M: responses of a view */
    double *inner[2];  /* B x hidden: hidden responses of a view */
    double *param;     /* the parameters in double */
    double *sum;       /* their gradients in double */
    void *gradient;    /* (T) and rounded */
    double *back;      /* B x hidden: derivatives at the hidden responses */
    double *means;     /* B x M: pooled responses, and what comes back to them */
} lpli_head_t;

/* The four arrays of parameters, which lie one behind the other. */
enum { LPLI_HEAD_W1, LPLI_HEAD_B1, LPLI_HEAD_W2, LPLI_HEAD_B2, LPLI_HEAD_PARTS };
typedef struct lpli_head_part_t {
    size_t at, n, row; /* row: parameters of a unit */
    bool decays;       /* weights decay, biases do not */
    const char *name;
} lpli_head_part_t;
static inline lpli_head_part_t lpli_head_part(const lpl_layer_config_t *c, int part) {
    const size_t M = (size_t)c->n_post, hidden = c->head_hidden, out = c->head_out;
    const lpli_head_part_t all[LPLI_HEAD_PARTS] = {
        [LPLI_HEAD_W1] = {.at = 0, .n = hidden * M, .row = M, .decays = true, .name = "head (hidden weights)"},
        [LPLI_HEAD_B1] = {.at = hidden * M, .n = hidden, .row = 1, .name = "head (hidden biases)"},
        [LPLI_HEAD_W2] =
            {.at = hidden * (M + 1), .n = out * hidden, .row = hidden, .decays = true, .name = "head (output weights)"},
        [LPLI_HEAD_B2] = {.at = hidden * (M + 1) + out * hidden, .n = out, .row = 1, .name = "head (output biases)"},
    };
    return all[part];
}

/* Number of all parameters; 0 without a head. */
static inline uint64_t lpli_head_length(const lpl_layer_config_t *c) {
    return c->sees == LPL_SEES_HEAD ? c->head_hidden * (c->n_post + 1) + c->head_out * ((uint64_t)c->head_hidden + 1)
                                    : 0;
}

void lpli_head_place(lpli_head_t *h, const lpl_layer_config_t *c, lpli_arena_t *a);
void lpli_head_place_kept(lpli_head_t *h, const lpl_layer_config_t *c, lpli_arena_t *a); /* pooled and inner alone */

/* means (B x M) -> z (B x out), by parameters param (T). */
void lpli_head_forward(const lpli_head_t *h, const lpli_gemm_t *gemm, int32_t threads, const void *param, double *z,
                       size_t batch, int view);

/* Gradients: start at 0, add those of a view, round to the layer's type. delta (B x out, relu's f' included) is an
 * ascent direction, gradients are minus that; what reaches the pooled responses goes into means, an ascent direction
 * too. */
void lpli_head_start(const lpli_head_t *h);
void lpli_head_backward(const lpli_head_t *h, const lpli_gemm_t *gemm, int32_t threads, const double *delta,
                        size_t batch, int view);
void lpli_head_end(const lpli_head_t *h);

#endif
