/* conv/winograd.c - see conv/winograd.h: where it is used, and the sizes of its parts. */
#include "conv/winograd.h"

#ifdef LPLI_HAVE_X86_KERNELS

/* Bytes of transformed inputs at a time (L3), of inputs that wait for it (L2); columns of G at a time (16 arrays of them: L2). */
#define V_BYTES ((size_t)4 << 20)
#define STRIP_BYTES ((size_t)256 << 10)
#define GRADIENT_RUN ((size_t)256)
/* Products that are saved must pay for the transforms: at least this many input and output channels, and so many times fewer products. */
#define MIN_CHANNELS 64
#define MIN_GAIN 1.3

static size_t between(uint64_t v, uint64_t low, uint64_t high) { return (size_t)(v < low ? low : v > high ? high : v); }
static uint64_t largest(uint64_t a, uint64_t b) { return a > b ? a : b; }

/* Pairs of output position and tap that meet the input, of one dimension. */
static size_t products(size_t outputs, size_t length, size_t padding) {
    size_t n = 0;
    for (size_t o = 0; o < outputs; o++)
        for (size_t k = 0; k < 3; k++) n += o + k - padding < length; /* wraps outside */
    return n;
}

void lpli_winograd_choose(lpli_geometry_t *g, uint64_t batch_max) {
    const size_t channels = g->channels / g->groups, out = g->out_channels / g->groups, edge = 3 - g->pool;
    if (g->kernel_h != 3 || g->kernel_w != 3 || g->stride != 1 || channels < MIN_CHANNELS || out < MIN_CHANNELS) return;
    lpli_winograd_t w = {.span = g->lanes / g->row, .rows = lpli_divide_up(g->out_rows, edge), .cols = lpli_divide_up(g->out_cols, edge)};
    const double direct = (double)products(g->map_rows, g->height, g->padding) * (double)products(g->map_cols, g->width, g->padding);
    if (direct < MIN_GAIN * 16 * ((double)w.rows * (double)w.cols)) return;
    if (w.cols % 2 == 0) g->row = g->lanes / 2, w.span = 2; /* pairs of squares: smaller parts */
    w.blocks = lpli_divide_up(w.cols, w.span);
    const uint64_t area = g->mt * g->lanes, range = (uint64_t)16 * w.blocks * g->channels * g->lanes * sizeof(float),
                   chunks = (batch_max + g->row - 1) / g->row;
    w.range = between(V_BYTES / range, 1, w.rows);
    g->chunk = g->row * (w.range < w.rows ? 1 : between(V_BYTES / (range * w.rows), 1, chunks));
    const uint64_t line = (uint64_t)g->width * g->row; /* of one channel */
    w.strip = between(STRIP_BYTES / ((2 * w.range + 2) * line * sizeof(float)), 1, channels);
    const uint64_t run = between(V_BYTES / (16 * g->groups * g->channel_blocks * g->lanes * sizeof(float)), 1, GRADIENT_RUN);
    w.back_range = between(run / (w.cols * g->row), 1, w.rows);
    w.back_images = g->row * (w.back_range < w.rows ? 1 : between(run / ((uint64_t)w.rows * w.cols * g->row), 1, chunks));
    g->cells = w.rows * w.blocks * (g->pool == 2 ? 1 : 4);
    g->wino = w;
    const uint64_t means = area * sizeof(double) / sizeof(float), squares = (uint64_t)w.back_range * w.cols * w.back_images;
    const uint64_t inputs = (((uint64_t)2 * w.range + 2) * g->width + 1) * w.strip * g->row, weights = (uint64_t)9 * channels * g->mt,
                   tile = means + 21 * area + (uint64_t)w.range * edge * g->out_cols * g->row * g->mt;
    const uint64_t back_inputs = (((uint64_t)2 * w.back_range + 2) * g->width + 1) * g->lanes,
                   back_tile = means + 5 * area + 16 * squares * g->mt;
    g->work = lpli_work(largest(largest(largest(inputs, weights), tile), largest(back_inputs, back_tile)));
}

#endif
