/* conv/conv.h - a layer's convolution: from input to what the rule sees, and from delta back to gradients. Layers call
 * this room; it knows none of them. */
#ifndef LPLI_CONV_H
#define LPLI_CONV_H

#include <stdatomic.h>

#include "conv/engine.h"
#include "conv/head.h"
#include "core/arena.h"

/* Scratch of one forward call, engine.h. */
typedef struct lpli_conv_scratch_t {
    void *inputs, *work, *weights; /* (T) */
    void *block;                   /* the heap's, or NULL: the layer's own */
} lpli_conv_scratch_t;

/* (T): of the layer's dtype. M = n_post, n = fan_in, B = batch_max, Q = positions of a response map. */
typedef struct lpli_conv_t {
    lpli_geometry_t g;
    int32_t engine; /* engine.h; chosen when the layer is made */
    int32_t sees;   /* LPL_SEES_* */
    lpli_conv_sizes_t size;

    /* of a view of a batch, from its responses to the gradient; in the engine's order */
    void *fprime[2];          /* (T) B x M Q */
    unsigned char *winner[2]; /* B x M Q: of the pool's windows */

    void *gradient, *gradient_row; /* (T) M x n, in the engine's order; a row in the order of weights for each thread */
    double *bias_gradient;         /* M */
    lpli_head_t head;
    void *samples, *sample_delta; /* (T) SEES_POSITIONS: B Q x M, every position a sample; samples of both views for
                                     exponential statistics of a pair */
    double *sample_stats;         /* SEES_POSITIONS: 5 M */

    lpli_conv_scratch_t scratch; /* of a call with exclusive access, or of the one lpl_forward that finds it free */
    atomic_flag *taken;          /* an lpl_forward works in it */
} lpli_conv_t;

/* A convolution's part of a config, completed in place. */
lpl_status_t lpli_conv_check(lpl_layer_config_t *c, const char *fn);
/* Geometry and engine of a checked config. */
void lpli_conv_decide(lpli_conv_t *v, const lpl_layer_config_t *c);
/* Its arrays; and, of a copy that shares the others, those alone that hold a batch from its responses to its
 * gradient. */
void lpli_conv_place(lpli_conv_t *v, const lpl_layer_config_t *c, lpli_arena_t *a);
void lpli_conv_place_kept(lpli_conv_t *v, const lpl_layer_config_t *c, lpli_arena_t *a);

/* Scratch for a call that shares the layer with others on other threads. Nobody waits: the layer's own if it is free,
 * else from the heap until give; LPL_E_MEMORY if there is none. */
lpl_status_t lpli_conv_take(const lpli_conv_t *v, size_t elem, lpli_conv_scratch_t *s, const char *fn);
void lpli_conv_give(const lpli_conv_t *v, const lpli_conv_scratch_t *s);

/* lpl_forward: the map. Shared access; r without scratch. */
lpl_status_t R(lpli_conv_map)(const lpli_conv_t *v, R(lpli_conv_run_t) * r, real *z, size_t ldz, const real *x,
                              size_t ldx, size_t batch, const char *fn);

/* What the rule sees of a batch, and what the gradient will need: z by sees B x M means (double), B x M Q (T), or the
 * head's B x out (double). y: the map too, rows without gaps, or NULL. */
void R(lpli_conv_see)(const lpli_conv_t *v, const R(lpli_conv_run_t) * r, const void *head_param, void *z,
                      const real *x, size_t ldx, size_t batch, int view, real *y);

/* From delta of views first .. 1 to gradients of weights, biases and head: into v, and in the end into dw and db if
 * those are wanted (lpl_gradient). */
typedef struct lpli_conv_learn_t {
    const void *x[2];
    size_t ldx[2], batch, lddw;
    int first;
    void *dw, *db; /* gradient only, else NULL */
} lpli_conv_learn_t;
void R(lpli_conv_gradient)(const lpli_conv_t *v, const R(lpli_conv_run_t) * r, const lpli_conv_learn_t *q,
                           void *const delta[2]);
/* Row i of the weights' gradient, in their order; worker's room may hold it until the next call. */
const real *R(lpli_conv_gradient_row)(const lpli_conv_t *v, int32_t isa, size_t i, size_t worker);

/* Channels whose f' was 0 everywhere in views first .. 1. */
size_t R(lpli_conv_dead)(const lpli_conv_t *v, int first, size_t batch);

/* alive_c = 1 where it was not, in some view. */
void R(lpli_conv_alive)(const lpli_conv_t *v, int first, size_t batch, double *alive);

/* Maps (image, channel, position) -> samples (image, position) x channels; and the other way, added. */
void R(lpli_conv_to_samples)(const lpli_conv_t *v, int32_t threads, real *samples, const real *map, size_t batch);
void R(lpli_conv_add_samples)(const lpli_conv_t *v, int32_t threads, real *map, const real *samples, size_t batch);

#endif
