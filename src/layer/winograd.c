/* layer/winograd.c - see winograd.h: where it is used, and the sizes of its parts. */
#include "layer/winograd.h"

#ifdef LPLI_HAVE_X86_KERNELS

/* Bytes of transformed inputs at a time (L3), of inputs that wait for it (L2); columns of G at a time (16 arrays of them: L2). */
#define V_BYTES ((size_t)4 << 20)
#define STRIP_BYTES ((size_t)256 << 10)
#define GRADIENT_RUN ((size_t)256)
/* Products that are saved must pay for the transforms: at least this many input and output channels, and so many times fewer products. */
#define MIN_CHANNELS 64
#define MIN_GAIN 1.3

static size_t between(size_t v, size_t low, size_t high) { return v < low ? low : v > high ? high : v; }
static size_t largest(size_t a, size_t b) { return a > b ? a : b; }

/* Pairs of output position and tap that meet the input, of one dimension. */
static size_t products(size_t outputs, size_t length, size_t padding) {
    size_t n = 0;
    for (size_t o = 0; o < outputs; o++)
        for (size_t k = 0; k < 3; k++) n += o + k - padding < length; /* wraps outside */
    return n;
}

void lpli_winograd_choose(lpli_conv_t *g, size_t batch_max) {
    const size_t channels = g->channels / g->groups, out = g->out_channels / g->groups, edge = 3 - g->pool;
    if (g->kernel_h != 3 || g->kernel_w != 3 || g->stride != 1 || channels < MIN_CHANNELS || out < MIN_CHANNELS) return;
    lpli_winograd_t w = {.span = g->lanes / g->row, .rows = lpli_divide_up(g->out_rows, edge), .cols = lpli_divide_up(g->out_cols, edge)};
    const double direct = (double)products(g->map_rows, g->height, g->padding) * (double)products(g->map_cols, g->width, g->padding);
    if (direct < MIN_GAIN * 16 * (double)(w.rows * w.cols)) return;
    if (w.cols % 2 == 0) g->row = g->lanes / 2, w.span = 2; /* pairs of squares: smaller parts */
    w.blocks = lpli_divide_up(w.cols, w.span);
    const size_t area = g->mt * g->lanes, range = w.blocks * 16 * g->channels * g->lanes * sizeof(float);
    w.range = between(V_BYTES / range, 1, w.rows);
    g->chunk = g->row * (w.range < w.rows ? 1 : between(V_BYTES / (range * w.rows), 1, lpli_divide_up(batch_max, g->row)));
    const size_t line = g->width * g->row; /* of one channel */
    w.strip = between(STRIP_BYTES / ((2 * w.range + 2) * line * sizeof(float)), 1, channels);
    const size_t run = between(V_BYTES / (16 * g->groups * g->channel_blocks * g->lanes * sizeof(float)), 1, GRADIENT_RUN);
    w.back_range = between(run / (w.cols * g->row), 1, w.rows);
    w.back_images = g->row * (w.back_range < w.rows ? 1 : between(run / (w.rows * w.cols * g->row), 1, lpli_divide_up(batch_max, g->row)));
    g->cells = w.rows * w.blocks * (g->pool == 2 ? 1 : 4);
    g->wino = w;
    const size_t means = area * sizeof(double) / sizeof(float);
    const size_t inputs = ((2 * w.range + 2) * g->width + 1) * w.strip * g->row, weights = 9 * channels * g->mt,
                 tile = means + 21 * area + g->mt * w.range * edge * g->out_cols * g->row;
    const size_t back_inputs = ((2 * w.back_range + 2) * g->width + 1) * g->lanes,
                 back_tile = means + 5 * area + 16 * w.back_range * w.cols * w.back_images * g->mt;
    g->work = largest(largest(largest(inputs, weights), tile), largest(back_inputs, back_tile));
    g->work = lpli_divide_up(g->work, 16) * 16;
}

#endif
