/* conv/lanes.h - convolution with images in the lanes of vectors (stride 1, AVX2 or AVX-512).
 *
 * Two vectors of images (NR = LPLI_LANES_NR) are the columns of a register tile, mt output channels its rows: a window
 * of the map needs no copy (im2col), and products with the padding are left out, a quarter of all at VGG-11 on 32 x 32.
 * Layouts:
 *   xl     images/NR, group, position, channel, NR     forward: a row of the kernel is one run of kernel_w * channels
 *          rows (NR/2 for few images)
 *   xc     group, channels/NR, position, image, NR     weight gradient: a row of the map is one run of cols * images
 *          rows
 *   kept   images/NR, tile, Q, mt, NR                  f' and winners of a view
 *   dw     tile, channels/NR, tap, mt, NR              until it is read (lpli_lanes_row)
 * With few input channels a row of the kernel is too short a run, and channels do not fill a vector: xl holds the
 * padding too, so that the taps of every position lie at the same distances, which are a table; the weight gradient
 * has images in lanes as well, that is a vector of sums for each weight, and reads xl and kept as they are. In dw the
 * taps are then the channels of a 1 x 1 convolution. */
#ifndef LPLI_CONV_LANES_H
#define LPLI_CONV_LANES_H

#include "conv/engine.h"

/* Channels of a register tile, for vectors of this many elements: sums in 28 of 32 (AVX-512), 12 of 16 registers; a
 * turned vector holds a row. */
#define LPLI_LANES_MR(lanes) ((lanes) == 16 ? 14 : (lanes) == 8 && LPLI_VEC_BYTES == 64 ? 8 : (lanes) == 8 ? 6 : 4)

#define LPLI_LANES_MAX 32 /* lanes of any register tile */

/* These are compiled for AVX2 and AVX-512 only (lanes_ukr.c, lanes_pack_ukr.c). */
#define LPLI_LANES_KERNEL(ret, name, args) \
    ret LPLI_CAT(R(name), avx2) args;      \
    ret LPLI_CAT(R(name), avx512) args
#ifdef LPLI_HAVE_X86_KERNELS
#define LPLI_LANES_PICK(isa, name) ((isa) == LPL_ISA_AVX512 ? LPLI_CAT(R(name), avx512) : LPLI_CAT(R(name), avx2))
#endif

/* c (m x NR, or its first half if nv is 1) = (add: c +) sum over segs runs of k: a (k columns, mt apart) times b (k
 * rows, ldb apart). */
LPLI_LANES_KERNEL(void, lpli_lanes_product,
                  (size_t m, size_t mt, size_t nv, size_t segs, size_t k, const real *a, size_t a_step, const real *b,
                   size_t ldb, size_t b_step, real *c, int add));

/* The same, not added, with k single rows of b, at[j] elements from b on. */
LPLI_LANES_KERNEL(void, lpli_lanes_patch,
                  (size_t m, size_t mt, size_t nv, size_t k, const real *a, const real *b, const size_t *at, real *c));

/* The way back with images in lanes: sums (taps arrays of mt vectors, m of them in use) += over runs of n positions g
 * (m vectors a position) times x, at[tap] elements on. */
LPLI_LANES_KERNEL(void, lpli_lanes_correlate,
                  (size_t m, size_t mt, size_t taps, size_t runs, size_t n, const real *g, size_t g_step, size_t g_run,
                   const real *x, size_t x_step, size_t x_run, const size_t *at, real *sums));

/* -d f' of one q, mt x NR each -> nv x m vectors at the pool^2 positions at[k]. */
LPLI_LANES_KERNEL(void, lpli_lanes_spread,
                  (real *const *at, size_t m, size_t nv, const real *d, const real *fp, const unsigned char *win,
                   size_t windows));

/* Sums of the pool's window (c: pool^2 tiles of mt x NR) -> responses fm, and if not NULL a copy in stage (rows
 * ld_stage apart), f' fp and winners win, each mt x NR; sum += fm. */
LPLI_LANES_KERNEL(void, lpli_lanes_post,
                  (real * c, size_t m, size_t mt, const real *bias, real *fm, real *stage, size_t ld_stage, real *fp,
                   unsigned char *win, double *sum, const lpli_act_t *act, const lpli_geometry_t *g));

/* n images of one group, rows ldx apart -> xl, whose rows hold row images, a position step rows. */
LPLI_LANES_KERNEL(void, lpli_lanes_images,
                  (real * xl, size_t row, size_t step, const real *x, size_t ldx, size_t n, size_t channels,
                   size_t positions));
/* rows x row (NR or half of it) -> n rows, ldy apart. */
LPLI_LANES_KERNEL(void, lpli_lanes_flush, (real * y, size_t ldy, size_t n, const real *in, size_t row, size_t rows));
/* m rows of weights, (channel, tap) -> (tap, channel), mt. */
LPLI_LANES_KERNEL(void, lpli_lanes_weights,
                  (real * panel, size_t m, size_t mt, const real *w, size_t ldw, size_t channels, size_t taps));
/* (tap, channel), taps step apart -> weights (channel, tap). */
LPLI_LANES_KERNEL(void, lpli_lanes_taps, (real * w, const real *in, size_t step, size_t channels, size_t taps));
/* n images, rows ldx apart, of channels, plane apart, x positions -> xc: channel blocks block apart, positions step
 * apart, images apart. Those of a position lie side by side, so several at a time write whole pages one after the
 * other. */
LPLI_LANES_KERNEL(void, lpli_lanes_channels,
                  (real * xc, size_t block, size_t step, size_t apart, const real *x, size_t ldx, size_t n,
                   size_t plane, size_t channels, size_t positions));
#define LPLI_LANES_TOGETHER 8

/* Positions of a plane of xl: with few channels the padding is in it. */
static inline size_t lpli_lanes_width(const lpli_geometry_t *g) { return g->width + (g->few ? 2 * g->padding : 0); }
static inline uint64_t lpli_lanes_area(const lpli_geometry_t *g) {
    return (uint64_t)(g->height + (g->few ? 2 * g->padding : 0)) * lpli_lanes_width(g);
}
/* Elements of T bytes that the distances of the taps take, doubles behind them. */
static inline size_t lpli_lanes_distances(const lpli_geometry_t *g, size_t T) {
    return g->few ? (g->K * sizeof(size_t) + 7) / 8 * 8 / T : 0;
}

/* -d f' of one q: mt x NR each -> rows of mt for n images at the pool^2 positions at[k]. d_step 0: d is the same for
 * all q. */
LPLI_LANES_KERNEL(void, lpli_lanes_back,
                  (real *const *at, size_t m, size_t mt, size_t n, const real *d, const real *fp,
                   const unsigned char *win, size_t windows));

/* sum += d f', or f' alone, over the n elements of a tile. */
LPLI_LANES_KERNEL(void, lpli_lanes_sum, (double *sum, const real *d, const real *fp, size_t n));

/* Channels of a tile, the first of them; the last tile of a group may have fewer than mt. */
static inline size_t lpli_tile_channels(const lpli_geometry_t *g, size_t tile) {
    return lpli_at_most(g->mt, g->out_channels / g->groups - tile % g->group_tiles * g->mt);
}
static inline size_t lpli_tile_first(const lpli_geometry_t *g, size_t tile) {
    return tile / g->group_tiles * (g->out_channels / g->groups) + tile % g->group_tiles * g->mt;
}

/* Rows from .. from + m - 1 of a tile, those of the output channels from `first` on; room: rows of arrays that are
 * theirs, unused ones behind the last channel included. */
typedef struct lpli_part_t {
    size_t tile, from, m, first, room;
} lpli_part_t;

/* Few tiles that threads cannot share evenly are cut in halves, where half the rows still keep the multipliers busy. */
static inline size_t lpli_tile_parts(const lpli_geometry_t *g, int32_t threads) {
    const size_t t = threads > 1 ? (size_t)threads : 1;
    return g->mt >= 8 && g->tiles % t != 0 && g->tiles < 4 * t ? 2 : 1;
}
static inline lpli_part_t lpli_tile_part(const lpli_geometry_t *g, size_t task, size_t parts) {
    const size_t tile = task / parts, k = task % parts, m = lpli_tile_channels(g, tile), from = m * k / parts,
                 to = m * (k + 1) / parts;
    return (lpli_part_t){tile, from, to - from, lpli_tile_first(g, tile) + from, (k + 1 == parts ? g->mt : to) - from};
}

/* Where the gradient of a channel's weights from channel block `block` on begins in dw; taps: arrays of mt x NR of a
 * block. */
static inline size_t lpli_lanes_place(const lpli_geometry_t *g, size_t channel, size_t block, size_t taps) {
    const size_t per_group = g->out_channels / g->groups, in_group = channel % per_group;
    const size_t tile = channel / per_group * g->group_tiles + in_group / g->mt;
    return (tile * g->channel_blocks + block) * taps * g->mt * g->lanes + in_group % g->mt * g->lanes;
}

void R(lpli_lanes_forward)(const R(lpli_conv_run_t) * r, double *z, real *fm, size_t ldfm, real *fp, unsigned char *win,
                           const real *x, size_t ldx, size_t batch);
void R(lpli_lanes_gradient)(const R(lpli_conv_run_t) * r, bool start, real *dw, double *db, const double *d_mean,
                            const real *d_map, const real *fp, const unsigned char *win, const real *x, size_t ldx,
                            size_t batch);
const real *R(lpli_lanes_row)(const lpli_geometry_t *g, int32_t isa, real *room, const real *dw, size_t channel);
bool R(lpli_lanes_silent)(const lpli_geometry_t *g, const real *fp, size_t channel, size_t batch);

#endif
