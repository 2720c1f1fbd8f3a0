/* conv/im2col.c - see engine.h: any convolution on any CPU. A chunk of images becomes a matrix col (K x n P), K =
 * channels per group x kernel, P output positions; the convolution is W col (C x n P), the weight gradient G col'. */
#include "conv/engine.h"
#include "core/object.h"

/* Most input bytes of a chunk's col matrix; at least one image. */
#define CHUNK_BYTES ((size_t)4 << 20)

bool lpli_im2col_plan(lpli_geometry_t *g, const lpl_layer_config_t *c) {
    const size_t image = g->K * g->P * lpli_size_of(c->dtype);
    g->chunk = image < CHUNK_BYTES ? CHUNK_BYTES / image : 1;
    if (g->chunk > c->batch_max) g->chunk = (size_t)c->batch_max;
    return true;
}

lpli_conv_sizes_t lpli_im2col_sizes(const lpli_geometry_t *g, uint64_t batch, uint64_t threads) {
    (void)threads;
    return (lpli_conv_sizes_t){
        .kept = batch * g->out_channels * g->Q,
        .gradient = (uint64_t)g->out_channels * g->K,
        .inputs = (uint64_t)g->K * g->chunk * g->P,
        .forward = (uint64_t)g->K * g->chunk * g->P,
        .work = (uint64_t)g->out_channels * g->chunk * g->P, /* the map */
        .workers = 1,
    };
}
