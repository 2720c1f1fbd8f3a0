/* conv/lanes.c - see lanes.h: where it is used, and the sizes of its parts. */
#include "conv/lanes.h"

#include "core/cpu.h"
#include "core/object.h"

#ifdef LPLI_HAVE_X86_KERNELS

/* Bytes of a chunk of images (L3 and some of L2), of a task's weights (L2), rows of a product of the weight gradient,
 * bytes of G at a time (half of L1) and input channels of a group below which there are few. */
#define LANES_BYTES ((size_t)2 << 20)
#define PANEL_BYTES ((size_t)160 << 10)
#define GRADIENT_RUN 1024
#define FEW_BYTES ((size_t)16 << 10)
#define FEW_CHANNELS 8

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
    g->few = channels < FEW_CHANNELS;
    g->block = (size_t)lpli_between(g->few ? g->group_tiles : PANEL_BYTES / (g->mt * g->K * T), 1,
                                    g->group_tiles < 5 ? g->group_tiles : 5);
    g->map_rows = g->out_rows * g->pool;
    g->map_cols = g->out_cols * g->pool;
    g->stage = g->out_cols >= lanes / 2 ? g->out_cols : g->Q;
    g->channel_blocks = lpli_divide_up(g->few ? g->K : channels, lanes);
    const uint64_t area = lpli_lanes_area(g),
                   image = (g->few ? g->channels : (uint64_t)g->groups * g->channel_blocks * lanes) * area * T;
    g->chunk = lpli_divide_up((size_t)lpli_between(LANES_BYTES / image, 1, c->batch_max), lanes) * lanes;
    if (g->row < lanes) g->chunk = g->row; /* also for the larger batches that lpl_forward takes */
    const uint64_t means = sizeof(double) / T * lanes, at = lpli_lanes_distances(g, T);
    uint64_t back;
    if (g->few) { /* a block of G whose width divides the map's evenly */
        const size_t position = g->mt * lanes * T, row = g->map_cols * g->pool * position,
                     width = lpli_divide_up(g->map_cols, lpli_divide_up(row, FEW_BYTES));
        g->col_block = lpli_divide_up(width, g->pool) * g->pool;
        g->row_block = (size_t)lpli_between(FEW_BYTES / (g->col_block * g->pool * position), 1, g->out_rows) * g->pool;
        back = (means + (1 + (uint64_t)g->row_block * g->col_block) * lanes + g->K * (lanes / 2)) * g->mt;
    } else {
        g->row_block =
            lpli_divide_up((size_t)lpli_between(GRADIENT_RUN / ((uint64_t)g->map_cols * g->chunk), 1, g->map_rows),
                           g->pool) *
            g->pool;
        back = ((uint64_t)g->row_block * g->map_cols * g->chunk + means + lanes) * g->mt;
    }
    const uint64_t block = g->block,
                   forward = block * g->mt * g->K + ((5 + block * g->stage) * lanes + block * means) * g->mt;
    g->work = lpli_work(at + lpli_largest(forward, back));
    g->cells = g->Q;
    return true;
}

lpli_conv_sizes_t lpli_lanes_sizes(const lpli_geometry_t *g, uint64_t batch, uint64_t threads) {
    const uint64_t taps = g->few ? 1 : g->kernel_h * g->kernel_w, area = lpli_lanes_area(g);
    const uint64_t blocks = (uint64_t)g->groups * g->channel_blocks * g->lanes; /* channels, in whole vectors */
    return (lpli_conv_sizes_t){
        .kept = (batch + g->row - 1) / g->row * g->tiles * g->cells * g->mt * g->lanes,
        .gradient = taps * g->tiles * g->channel_blocks * g->mt * g->lanes,
        .inputs = (g->few ? g->channels : blocks) * area * g->chunk,
        .forward = g->channels * area * g->chunk,
        .work = g->work,
        .workers = threads,
    };
}

#endif
