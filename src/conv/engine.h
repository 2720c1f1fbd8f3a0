/* conv/engine.h - the ways to compute a convolution: im2col, images in lanes (lanes.h), Winograd (winograd.h).
 *
 * Layer-local learning needs no gradient with respect to the input, so an engine does two things: responses of a batch,
 * and from the ascent direction at the responses to the gradient of weights and biases. A layer's engine is chosen when
 * it is made: the first of the table that can do this convolution, and pays. From then on every call goes to it by one
 * pointer. */
#ifndef LPLI_CONV_ENGINE_H
#define LPLI_CONV_ENGINE_H

#include "activation/activation.h"
#include "conv/geometry.h"
#include "core/kernel.h"
#include "linalg/gemm.h"

enum { LPLI_BY_WINOGRAD, LPLI_BY_LANES, LPLI_BY_IM2COL, LPLI_ENGINES };

/* Elements of the arrays of an engine. 64 bits wide on every host: they decide whether there can be such a layer. */
typedef struct lpli_conv_sizes_t {
    uint64_t kept;     /* of one view of a batch, from its responses to the gradient: f', winners */
    uint64_t gradient; /* of the weights, until it is read row by row */
    uint64_t inputs;   /* images of a chunk as the products read them */
    uint64_t forward;  /* of these, what the responses need without the gradient */
    uint64_t work;     /* scratch of the products */
    uint64_t workers;  /* so often: 1, of a chunk; or for every thread */
    uint64_t weights;  /* transformed weights; 0: none. In an update they lie in the place of gradient */
} lpli_conv_sizes_t;

typedef struct lpli_engine_t {
    /* Can it do this convolution, and does it pay? Completes *g, or leaves the geometry as it is. */
    bool (*plan)(lpli_geometry_t *g, const lpl_layer_config_t *c);
    lpli_conv_sizes_t (*sizes)(const lpli_geometry_t *g, uint64_t batch, uint64_t threads);
} lpli_engine_t;

bool lpli_im2col_plan(lpli_geometry_t *g, const lpl_layer_config_t *c);
lpli_conv_sizes_t lpli_im2col_sizes(const lpli_geometry_t *g, uint64_t batch, uint64_t threads);
#ifdef LPLI_HAVE_X86_KERNELS
bool lpli_lanes_plan(lpli_geometry_t *g, const lpl_layer_config_t *c);
lpli_conv_sizes_t lpli_lanes_sizes(const lpli_geometry_t *g, uint64_t batch, uint64_t threads);
bool lpli_winograd_plan(lpli_geometry_t *g, const lpl_layer_config_t *c);
lpli_conv_sizes_t lpli_winograd_sizes(const lpli_geometry_t *g, uint64_t batch, uint64_t threads);
#endif

/* What a call works with. */
typedef struct R(lpli_conv_run_t) {
    const lpli_geometry_t *g;
    const lpli_gemm_t *gemm;
    const lpli_act_t *act;
    int32_t threads;
    const real *w, *bias;
    size_t ldw;
    real *inputs, *work, *weights; /* scratch, lpli_conv_sizes_t */
} R(lpli_conv_run_t);

/* What the tasks of an engine share: the call's arrays (see below) and where it is in them. */
typedef struct R(lpli_chunk_t) {
    const R(lpli_conv_run_t) * r;
    size_t first, images;  /* of this chunk */
    size_t group;          /* im2col: of channels */
    size_t parts;          /* of the images, in forward tasks of lanes; of each tile, in others of lanes and Winograd */
    bool apart;            /* Winograd: a forward task is of one group of lanes */
    size_t block, cut;     /* lanes: tiles of a forward task, parts of each */
    size_t row, rows, run; /* Winograd: of this range; squares x images */
    const real *x;
    size_t ldx;
    /* forward */
    double *z;
    real *fm, *fp;
    size_t ldfm;
    unsigned char *win;
    /* gradient */
    const double *d_mean;
    const real *d_map, *fp_in;
    const unsigned char *win_in;
    real *dw;
    double *db;
    bool start; /* nothing is in dw */
} R(lpli_chunk_t);

/* One element type's calls.
 *   forward   responses of a batch. Any of z (B x C means over positions, in double), fm (B x C Q, row ldfm), fp and
 *             win (kept) may be NULL
 *   gradient  dw += - sum G col' (kept in the engine's order; start: dw = that), db_c += - sum G, from the ascent
 *   direction at the responses:
 *             d_mean (B x C, of the means, in double) or d_map (B x C Q, of every position), the other NULL. G is the
 *             derivative at the map before the activation
 *   row       the gradient of one output channel, in the order of weights; in room (K) if it is not so already
 *   silent    is f' of this channel 0 everywhere in a view? */
typedef struct R(lpli_engine_calls_t) {
    void (*forward)(const R(lpli_conv_run_t) * r, double *z, real *fm, size_t ldfm, real *fp, unsigned char *win,
                    const real *x, size_t ldx, size_t batch);
    void (*gradient)(const R(lpli_conv_run_t) * r, bool start, real *dw, double *db, const double *d_mean,
                     const real *d_map, const real *fp, const unsigned char *win, const real *x, size_t ldx,
                     size_t batch);
    const real *(*row)(const lpli_geometry_t *g, int32_t isa, real *room, const real *dw, size_t channel);
    bool (*silent)(const lpli_geometry_t *g, const real *fp, size_t channel, size_t batch);
} R(lpli_engine_calls_t);

const R(lpli_engine_calls_t) * R(lpli_engine_calls)(int32_t engine);

void R(lpli_im2col_forward)(const R(lpli_conv_run_t) * r, double *z, real *fm, size_t ldfm, real *fp,
                            unsigned char *win, const real *x, size_t ldx, size_t batch);
void R(lpli_im2col_gradient)(const R(lpli_conv_run_t) * r, bool start, real *dw, double *db, const double *d_mean,
                             const real *d_map, const real *fp, const unsigned char *win, const real *x, size_t ldx,
                             size_t batch);
const real *R(lpli_im2col_row)(const lpli_geometry_t *g, int32_t isa, real *room, const real *dw, size_t channel);
bool R(lpli_im2col_silent)(const lpli_geometry_t *g, const real *fp, size_t channel, size_t batch);

/* ---- kernels of im2col ---- */

/* Copy one image's channels of one group into K rows of P, each row ldcol apart. */
LPLI_KERNEL(void, lpli_im2col, (real * col, size_t ldcol, const real *x, const lpli_geometry_t *g));

/* One image, one channel: a (P sums) + bias -> f -> pool. fm (Q responses), fp (Q derivatives at the winner), win (Q:
 * which of the window, 0 .. 3) may be NULL; returns the mean response. a is overwritten. The first of equal values
 * wins; NaN wins always. */
LPLI_KERNEL(double, lpli_conv_post,
            (real * a, real bias, real *fm, real *fp, unsigned char *win, const lpli_act_t *act,
             const lpli_geometry_t *g));

/* The way back: out (P values) = d[q] fp[q] at the winners, 0 elsewhere; d advances by d_step (0: one value for
 * all). */
LPLI_KERNEL(void, lpli_conv_back,
            (real * out, const real *d, size_t d_step, const real *fp, const unsigned char *win,
             const lpli_geometry_t *g));

#endif
