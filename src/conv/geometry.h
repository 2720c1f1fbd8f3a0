/* conv/geometry.h - a two-dimensional convolution with activation and max pool: what follows from its config, and the
 * numbers of the engine (engine.h) that computes it. */
#ifndef LPLI_CONV_GEOMETRY_H
#define LPLI_CONV_GEOMETRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lpl/layer.h"

/* winograd.h. Squares are edge x edge positions. */
typedef struct lpli_winograd_t {
    size_t edge, side, parts;       /* 2 or 4; of the inputs of a square, edge + 2; products of a square, side^2 */
    size_t out;                     /* responses along a square: edge / pool */
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

    size_t chunk; /* images at a time */
    /* lanes.h, winograd.h */
    size_t lanes, mt; /* images of a register tile, its channels */
    size_t row; /* images of a row of xl: lanes, or half if batches are that small (else every other cache set would be
                idle) */
    size_t columns;            /* of a register tile, in use */
    size_t group_tiles, tiles; /* of a group, of all */
    size_t block;              /* tiles of a forward task */
    size_t map_rows, map_cols; /* positions that a pool window covers */
    size_t row_block;          /* rows of the map at a time in the weight gradient */
    size_t col_block;          /* its columns, with few input channels */
    size_t stage;              /* responses of a channel that are collected before they are written */
    size_t channel_blocks;     /* ceil(channels of a group, or K, / lanes) */
    int few;                   /* input channels */
    size_t cells;              /* tiles of kept values of an image: Q, or more (winograd.h) */
    size_t work;               /* elements of scratch of a thread */
    lpli_winograd_t wino;
} lpli_geometry_t;

/* A field of a config: low <= v <= high. */
lpl_status_t lpli_check_field(uint32_t v, uint32_t low, uint32_t high, const char *fn, const char *name);
/* The shape in a config, completed in place (n_pre). */
lpl_status_t lpli_geometry_check(lpl_layer_config_t *c, const char *fn);
/* Can all that this convolution needs be addressed? */
bool lpli_geometry_fits(const lpl_layer_config_t *c);
/* From a checked config; the engine's numbers are 0. */
lpli_geometry_t lpli_geometry_of(const lpl_layer_config_t *c);

static inline size_t lpli_at_most(size_t a, size_t b) { return a < b ? a : b; }
static inline size_t lpli_divide_up(size_t a, size_t b) { return (a + b - 1) / b; }
static inline uint64_t lpli_between(uint64_t v, uint64_t low, uint64_t high) {
    return v < low ? low : v > high ? high : v;
}
static inline uint64_t lpli_largest(uint64_t a, uint64_t b) { return a > b ? a : b; }

/* A thread's scratch, in whole 64-byte vectors of float; what a size_t does not hold becomes what no memory does. */
static inline size_t lpli_work(uint64_t elements) {
    return elements > PTRDIFF_MAX ? (size_t)PTRDIFF_MAX / 16 * 16 : ((size_t)elements + 15) / 16 * 16;
}

#endif
