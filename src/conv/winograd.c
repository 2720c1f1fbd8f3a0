/* conv/winograd.c - see conv/winograd.h: where it is used, and the sizes of its parts. */
#include "conv/winograd.h"

#ifdef LPLI_HAVE_X86_KERNELS

/* Bytes of transformed inputs at a time (L2), of inputs that wait for it (L2); columns of G at a time (16 arrays of
 * them: L2). */
#define V_BYTES ((size_t)1 << 20)
#define STRIP_BYTES ((size_t)256 << 10)
#define GRADIENT_RUN ((size_t)256)
#define STRIP 16 /* channels: enough tasks for threads */
/* Products that are saved must pay for the transforms: at least so many input channels, of which each is transformed
 * once for all output channels, so many of these, and so many times fewer products. */
#define MIN_INPUTS 32
#define MIN_OUTPUTS 64
#define MIN_GAIN 1.3
/* Squares of 4 x 4, where they are allowed: maps of at least so many rows and columns; what they save is worth it for
 * fewer channels. */
#define LARGE_MAP 8
#define LARGE_INPUTS 8
#define LARGE_OUTPUTS 16

/* Pairs of output position and tap that meet the input, of one dimension. */
static size_t products(size_t outputs, size_t length, size_t padding) {
    size_t n = 0;
    for (size_t o = 0; o < outputs; o++)
        for (size_t k = 0; k < 3; k++) n += o + k - padding < length; /* wraps outside */
    return n;
}

/* Squares of edge x edge: how many, and how they lie in a register tile. False if they do not pay. */
static bool squares(lpli_winograd_t *w, const lpli_geometry_t *g, size_t edge) {
    w->edge = edge, w->side = edge + 2, w->parts = w->side * w->side, w->out = edge / g->pool;
    w->rows = lpli_divide_up(g->out_rows, w->out), w->cols = lpli_divide_up(g->out_cols, w->out);
    w->span = g->lanes / g->row;
    if (w->cols % 2 == 0) w->span = 2; /* pairs of squares: smaller parts */
    w->blocks = lpli_divide_up(w->cols, w->span);
    const double direct =
        (double)products(g->map_rows, g->height, g->padding) * (double)products(g->map_cols, g->width, g->padding);
    return direct >= MIN_GAIN * (double)w->parts * ((double)w->rows * (double)w->cols);
}

/* Bytes of a row of squares, transformed, of one group of lanes. */
static uint64_t row_bytes(const lpli_winograd_t *w, const lpli_geometry_t *g) {
    return (uint64_t)w->parts * w->blocks * g->channels * g->lanes * sizeof(float);
}

bool lpli_winograd_plan(lpli_geometry_t *g, const lpl_layer_config_t *c) {
    if (c->dtype != LPL_F32 || !lpli_lanes_plan(g, c)) return false;
    const size_t channels = g->channels / g->groups, out = g->out_channels / g->groups;
    lpli_winograd_t w = {0};
    if (g->kernel_h != 3 || g->kernel_w != 3 || g->stride != 1 || g->few) return false;
    const bool large = (c->flags & LPL_FLAG_WINOGRAD_4X4) && g->map_rows >= LARGE_MAP && g->map_cols >= LARGE_MAP &&
                       channels >= LARGE_INPUTS && out >= LARGE_OUTPUTS && squares(&w, g, 4);
    if (!large && (channels < MIN_INPUTS || out < MIN_OUTPUTS || !squares(&w, g, 2))) return false;
    g->row = g->lanes / w.span;
    const size_t edge = w.out;
    const uint64_t area = g->mt * g->lanes, range = row_bytes(&w, g), chunks = (c->batch_max + g->row - 1) / g->row;
    w.range = (size_t)lpli_between(V_BYTES / range, 1, w.rows);
    g->chunk = g->row * (w.range < w.rows ? 1 : (size_t)lpli_between(V_BYTES / (range * w.rows), 1, chunks));
    const uint64_t line = (uint64_t)g->width * g->row; /* of one channel */
    w.strip = (size_t)lpli_between(STRIP_BYTES / ((w.edge * w.range + 2) * line * sizeof(float)), 1, channels);
    w.strip = lpli_divide_up(channels, lpli_divide_up(channels, w.strip < STRIP ? w.strip : STRIP)); /* tasks alike */
    const uint64_t run =
        lpli_between(V_BYTES / (w.parts * g->groups * g->channel_blocks * g->lanes * sizeof(float)), 1, GRADIENT_RUN);
    w.back_range = (size_t)lpli_between(run / (w.cols * g->row), 1, w.rows);
    w.back_images =
        g->row *
        (w.back_range < w.rows ? 1 : (size_t)lpli_between(run / ((uint64_t)w.rows * w.cols * g->row), 1, chunks));
    g->cells = w.rows * w.blocks * edge * edge;
    g->columns = g->lanes;
    g->wino = w;
    const uint64_t means = area * sizeof(double) / sizeof(float),
                   squares = (uint64_t)w.back_range * w.cols * w.back_images;
    const uint64_t inputs = (((uint64_t)w.edge * w.range + 2) * g->width + 1) * w.strip * g->row,
                   weights = (uint64_t)9 * channels * g->mt, positions = (uint64_t)w.edge * w.edge,
                   tile = means + (w.parts + positions + 1) * area +
                          (uint64_t)w.range * edge * g->out_cols * g->row * g->mt;
    const uint64_t back_inputs = (((uint64_t)w.edge * w.back_range + 2) * g->width + 1) * g->lanes,
                   back_tile =
                       means + (1 + positions) * area + w.parts * (uint64_t)lpli_winograd_apart(squares * g->mt);
    g->work = lpli_work(
        lpli_largest(lpli_largest(lpli_largest(inputs, weights), tile), lpli_largest(back_inputs, back_tile)));
    return true;
}

lpli_conv_sizes_t lpli_winograd_sizes(const lpli_geometry_t *g, uint64_t batch, uint64_t threads) {
    const lpli_winograd_t *w = &g->wino;
    const uint64_t groups = (uint64_t)g->chunk / g->row * g->groups * w->range * w->blocks,
                   forward = groups * lpli_winograd_apart((uint64_t)g->channels / g->groups * g->lanes),
                   back = (uint64_t)g->groups * g->channel_blocks *
                          lpli_winograd_apart((uint64_t)g->lanes * w->back_range * w->cols * w->back_images);
    lpli_conv_sizes_t s = lpli_lanes_sizes(g, batch, threads);
    s.gradient = (uint64_t)w->parts * g->tiles * g->channel_blocks * g->mt * g->lanes;
    s.inputs = w->parts * lpli_largest(forward, back);
    s.forward = w->parts * forward;
    s.weights = (uint64_t)w->parts * g->tiles * (g->channels / g->groups) * g->mt;
    return s;
}

#endif
