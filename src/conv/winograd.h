/* conv/winograd.h - 3 x 3 convolutions of float32 images in lanes (conv/lanes.h) by Winograd's F(2 x 2, 3 x 3), or,
 * where the config allows its error, F(4 x 4, 3 x 3).
 *
 * A square of 2 x 2 sums needs 16 products per weight and input channel instead of 36, one of 4 x 4 needs 36 instead of
 * 144 (Winograd 1980; Lavin & Gray 2016):
 *   Y = A' [(G g G') . (B' d B)] A                 d: the inputs, g: the kernel, .: element by element
 *   dL/dg = sum over squares and images  G' [(A dY A') . (B' d B)] G
 * The sum over channels, and in the gradient that over squares and images, is taken before the last transform: as many
 * products of matrices, each with the register tile of conv/lanes.h. For squares of 2 x 2 A (here with a sign moved to
 * B so that nothing is negated), B and G hold 0, +-1 and 1/2. Those of 4 x 4 are a polynomial's values at 0, +-a, +-b
 * and infinity: a = 5/8, b = 3/2 have a quarter of the error of the usual 1 and 2, and exact products.
 *
 * Row images and span squares side by side are the lanes of a register tile: 32 images of one square, or 16 of two
 * (AVX-512). Layouts:
 *   forward, a range of rows of squares at a time
 *     u      tile, part, channel, mt                             transformed weights: in the place of dw
 *     v      images/row, group, square/span, part, channel, NR   transformed inputs; parts lpli_winograd_apart
 *   weight gradient, a range of rows of squares at a time
 *     v      group, channels/NR, part, square, image, NR
 *     dw     tile, channels/NR, part, mt, NR                     until it is read
 *   kept     images/row, tile, square/span, response in it, mt, NR
 * Positions of a square: of each response those of its pool window. */
#ifndef LPLI_WINOGRAD_H
#define LPLI_WINOGRAD_H

#include "conv/lanes.h"

#ifndef LPLI_F64

/* A row of squares: in[y] are side rows of positions (NULL: outside), each of rows x len. */
typedef struct R(lpli_winograd_row_t) {
    size_t side;
    const real *in[6], *zeros; /* zeros: rows x len */
    size_t rows, len, width, padding, squares, span;
    size_t v_step, block, half,
        ldv; /* of v: from one part to the next, from span squares to the next, between these, row to row */
} R(lpli_winograd_row_t);

/* Floats from one of the arrays that are written side by side to the next: an odd number of cache lines, so that they
 * do not meet in one set of the cache. */
static inline size_t lpli_winograd_apart(uint64_t n) { return (size_t)((n + 15) / 16 | 1) * 16; }

#ifdef LPLI_HAVE_X86_KERNELS
/* Transforms, element by element over arrays of n (or rows x len); *_step: from one of the parts (taps, positions) to
 * the next. */
LPLI_LANES_KERNEL(void, lpli_winograd_weights,
                  (size_t side, real *u, size_t u_step, const real *w, size_t w_step, size_t n));
LPLI_LANES_KERNEL(void, lpli_winograd_sums,
                  (size_t side, size_t pool, real *y, size_t y_step, const real *m, size_t m_step, size_t n));
LPLI_LANES_KERNEL(void, lpli_winograd_back,
                  (size_t side, size_t pool, real *u, size_t u_step, const real *g, size_t g_step, size_t n));
LPLI_LANES_KERNEL(void, lpli_winograd_taps,
                  (size_t side, real *w, size_t w_step, const real *m, size_t m_step, size_t n));

LPLI_LANES_KERNEL(void, lpli_winograd_inputs, (real * v, const R(lpli_winograd_row_t) * r));

/* m x NR responses, row of each square -> stage: rows ld apart, squares step apart. */
LPLI_LANES_KERNEL(void, lpli_winograd_stage,
                  (real * stage, size_t ld, size_t step, const real *fm, size_t m, size_t squares, size_t row));

void R(lpli_winograd_forward)(const R(lpli_conv_run_t) * r, double *z, real *fm, size_t ldfm, real *fp,
                              unsigned char *win, const real *x, size_t ldx, size_t batch);
void R(lpli_winograd_gradient)(const R(lpli_conv_run_t) * r, bool start, real *dw, double *db, const double *d_mean,
                               const real *d_map, const real *fp, const unsigned char *win, const real *x, size_t ldx,
                               size_t batch);
const real *R(lpli_winograd_row)(const lpli_geometry_t *g, int32_t isa, real *room, const real *dw, size_t channel);
#endif

#endif
#endif
