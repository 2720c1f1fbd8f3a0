/* conv/conv.h - two-dimensional convolution, activation, max pool, and what the rule sees of the map.
 *
 * Products: a chunk of images becomes a matrix col (K x n P), K = channels per group x kernel, P output positions; the convolution is
 * W col (C x n P), the weight gradient G col', G the derivative at the map before the activation. Layer-local learning needs
 * no gradient with respect to the input. */
#ifndef LPLI_CONV_H
#define LPLI_CONV_H

#include <stdatomic.h>

#include "activation/activation.h"
#include "core/kernel.h"
#include "linalg/gemm.h"

/* conv/winograd.h; span 0: not used. Squares are 2 x 2 positions. */
typedef struct lpli_winograd_t {
    size_t span;                    /* squares side by side in a register tile */
    size_t rows, cols, blocks;      /* of squares; blocks: of span squares, in a row */
    size_t range, strip;            /* rows at a time, input channels that are transformed at a time */
    size_t back_range, back_images; /* the same in the weight gradient, and images */
} lpli_winograd_t;

typedef struct lpli_geometry_t {
    size_t channels, height, width; /* input, per image */
    size_t kernel_h, kernel_w, stride, padding, groups, pool;
    size_t out_channels;
    size_t rows, cols, P;         /* map of the convolution: rows x cols = P positions */
    size_t out_rows, out_cols, Q; /* after the pool */
    size_t K;                     /* weights of one output channel */
    size_t chunk;                 /* images at a time */
    /* conv/lanes.h; lanes 0: by im2col */
    size_t lanes, mt; /* images of a register tile, its channels */
    size_t row;       /* images of a row of xl: lanes, or half if batches are that small (else every other cache set would be idle) */
    size_t group_tiles, tiles; /* of a group, of all */
    size_t block;              /* tiles of a forward task */
    size_t map_rows, map_cols; /* positions that a pool window covers */
    size_t row_block;          /* rows of the map at a time in the weight gradient */
    size_t stage;              /* responses of a channel that are collected before they are written */
    size_t channel_blocks;     /* ceil(channels of a group, or K, / lanes) */
    int patches;               /* few input channels: the taps are channels */
    size_t cells;              /* tiles of kept values of an image: Q, or more (conv/winograd.h) */
    size_t work;               /* elements of scratch of a thread */
    lpli_winograd_t wino;
} lpli_geometry_t;

/* A layer's convolution: its geometry, and scratch of a call. (T): the layer's dtype. M = n_post, n = fan_in, B = batch_max,
 * Q = positions of a response map. */
typedef struct lpli_conv_t {
    lpli_geometry_t g;
    void *col, *map;               /* (T) below */
    atomic_flag *col_busy;         /* lpl_forward may run on several threads; these two arrays are then used in turn */
    void *fp[2];                   /* (T) B x M Q: f' of the responses */
    unsigned char *win[2];         /* B x M Q: winners of the pool */
    void *dw, *row;                /* (T) M x n (conv/lanes.h: turned), a row of it for each thread */
    double *db;                    /* M */
    double *pooled[2], *hidden[2]; /* conv/head.h: B x M, B x head_hidden */
    double *head_wide, *head_sum;  /* conv/head.h: as head: its parameters and gradients in double */
    double *head_back;             /* conv/head.h: B x head_hidden */
    void *head_grad;               /* (T) as head */
    double *means;                 /* head: B x M, pooled responses, and what comes back to them */
    void *turned, *turned_delta;   /* (T) SEES_POSITIONS: B Q x M */
    double *turned_stats;          /* SEES_POSITIONS: 5 M */
} lpli_conv_t;

/* Elements of what is kept of a batch (f', winners), of the weight gradient before it is read, and of the scratch arrays col and
 * map. 64 bits wide on every host: they decide whether there can be such a layer. */
uint64_t lpli_conv_kept(const lpli_geometry_t *g, uint64_t batch);
uint64_t lpli_conv_dw(const lpli_geometry_t *g);
uint64_t lpli_conv_col(const lpli_geometry_t *g);
uint64_t lpli_conv_map(const lpli_geometry_t *g); /* lanes: of a thread */

/* A thread's scratch, in whole 64-byte vectors of float; what a size_t does not hold becomes what no memory does. */
static inline size_t lpli_work(uint64_t elements) {
    return elements > PTRDIFF_MAX ? (size_t)PTRDIFF_MAX / 16 * 16 : ((size_t)elements + 15) / 16 * 16;
}

/* Copy one image's channels of one group into K rows of P, each row ldcol apart. */
LPLI_KERNEL(void, lpli_im2col, (real * col, size_t ldcol, const real *x, const lpli_geometry_t *g));

/* One image, one channel: a (P sums) + bias -> f -> pool. fm (Q responses), fp (Q derivatives at the winner), win (Q: which of the
 * window, 0 .. 3) may be NULL; returns the mean response. a is overwritten. The first of equal values wins; NaN wins always. */
LPLI_KERNEL(double, lpli_conv_post,
            (real * a, real bias, real *fm, real *fp, unsigned char *win, const lpli_act_t *act, const lpli_geometry_t *g));

/* The way back: out (P values) = d[q] fp[q] at the winners, 0 elsewhere; d advances by d_step (0: one value for all). */
LPLI_KERNEL(void, lpli_conv_back,
            (real * out, const real *d, size_t d_step, const real *fp, const unsigned char *win, const lpli_geometry_t *g));

/* Responses of a batch. Any of z (B x C means over positions, in double), fm (B x C Q, row ldfm), fp and win (B x C Q) may be NULL. */
typedef struct R(lpli_conv_run_t) {
    const lpli_geometry_t *g;
    const lpli_gemm_t *gemm;
    const lpli_act_t *act;
    int32_t threads;
    const real *w, *bias;
    size_t ldw;
    real *col, *map; /* scratch: K x chunk P of one group; C x chunk P */
    real *u;         /* scratch: transformed weights (conv/winograd.h) */
} R(lpli_conv_run_t);
void R(lpli_conv_forward)(const R(lpli_conv_run_t) * r, double *z, real *fm, size_t ldfm, real *fp, unsigned char *win, const real *x,
                          size_t ldx, size_t batch);

/* dw (C x K) += - sum G col', db_c += - sum G, from the ascent direction at the responses: d_mean (B x C, of the means, in double) or d_map
 * (B x C Q, of every position), the other NULL. */
void R(lpli_conv_backward)(const R(lpli_conv_run_t) * r, real *dw, double *db, const double *d_mean, const real *d_map, const real *fp,
                           const unsigned char *win, const real *x, size_t ldx, size_t batch);

#endif
