/* conv/lanes.c - see lanes.h: where it is used, and the sizes of its parts. */
#include "conv/lanes.h"

#include "core/cpu.h"
#include "core/object.h"

#ifdef LPLI_HAVE_X86_KERNELS

/* Bytes of a chunk of images (L3 and some of L2), of a task's weights (L2), rows of a product of the weight gradient,
 * and input channels of a group below which taps count as channels. */
#define LANES_BYTES ((size_t)2 << 20)
#define PANEL_BYTES ((size_t)160 << 10)
#define GRADIENT_RUN 1024
#define PATCH_CHANNELS 8

/* Where it pays: stride 1, a vector unit, and images to fill half a register. */
bool lpli_lanes_plan(lpli_geometry_t *g, const lpl_layer_config_t *c) {
    int32_t isa;
    if (g->stride != 1 || lpli_isa_choose(c->isa, &isa, "") < 0 || isa < LPL_ISA_AVX2) return false;
    const size_t T = lpli_size_of(c->dtype), lanes = (isa == LPL_ISA_AVX512 ? (size_t)128 : 64) / T,
                 tile_max = isa == LPL_ISA_AVX512 ? 112 / T >= 28 ? 14 : 8
                            : T == 4              ? 6
                                                  : 4;
    if (c->batch_max * 4 < lanes) return false;
    const size_t channels = g->channels / g->groups, out = g->out_channels / g->groups;
    g->lanes = lanes;
    g->columns = g->row = c->batch_max <= lanes / 2 ? lanes / 2 : lanes;
    g->group_tiles = lpli_divide_up(out, tile_max);
    g->mt = lpli_divide_up(out, g->group_tiles);
    g->tiles = g->groups * g->group_tiles;
    g->patches = channels < PATCH_CHANNELS;
    g->block = (size_t)lpli_between(g->patches ? g->group_tiles : PANEL_BYTES / (g->mt * g->K * T), 1,
                                    g->group_tiles < 5 ? g->group_tiles : 5);
    g->map_rows = g->out_rows * g->pool;
    g->map_cols = g->out_cols * g->pool;
    g->stage = g->out_cols >= lanes / 2 ? g->out_cols : g->Q;
    g->channel_blocks = lpli_divide_up(g->patches ? g->K : channels, lanes);
    const uint64_t image =
        (uint64_t)g->groups * g->channel_blocks * lanes * (g->patches ? g->P : g->height * g->width) * T;
    g->chunk = lpli_divide_up((size_t)lpli_between(LANES_BYTES / image, 1, c->batch_max), lanes) * lanes;
    if (g->row < lanes) g->chunk = g->row; /* also for the larger batches that lpl_forward takes */
    g->row_block =
        lpli_divide_up((size_t)lpli_between(GRADIENT_RUN / ((uint64_t)g->map_cols * g->chunk), 1, g->map_rows),
                       g->pool) *
        g->pool;
    const uint64_t block = g->block, run = (uint64_t)g->row_block * g->map_cols * g->chunk,
                   forward = (block * g->mt + (g->patches ? 4 * lanes : 0)) * g->K +
                             (5 + block * (g->stage + sizeof(double) / T)) * g->mt * lanes,
                   backward = (run + (1 + sizeof(double) / T) * lanes) * g->mt +
                              (g->patches ? LPLI_LANES_TOGETHER * g->K * lpli_lanes_band(g) * g->cols : 0);
    g->work = lpli_work(lpli_largest(forward, backward));
    g->cells = g->Q;
    return true;
}

lpli_conv_sizes_t lpli_lanes_sizes(const lpli_geometry_t *g, uint64_t batch, uint64_t threads) {
    const uint64_t taps = g->patches ? 1 : g->kernel_h * g->kernel_w, area = (uint64_t)g->height * g->width;
    const uint64_t blocks = (uint64_t)g->groups * g->channel_blocks * g->lanes; /* channels, in whole vectors */
    return (lpli_conv_sizes_t){
        .kept = (batch + g->row - 1) / g->row * g->tiles * g->cells * g->mt * g->lanes,
        .gradient = taps * g->tiles * g->channel_blocks * g->mt * g->lanes,
        .inputs = lpli_largest(blocks * (g->patches ? g->P : area), g->channels * area) * g->chunk,
        .forward = g->channels * area * g->chunk,
        .work = g->work,
        .workers = threads,
    };
}

#endif
