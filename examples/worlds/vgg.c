/* examples/worlds/vgg.c - see vgg.h. */
#include "vgg.h"

#include "must.h"

static const size_t widths[VGG_LAYERS] = {64, 128, 256, 256, 512, 512, 512, 512};
static const int pools[VGG_LAYERS] = {2, 2, 1, 2, 1, 2, 1, 2};

enum { HEAD_HIDDEN = 2048, HEAD_OUT = 256 };

vgg_t vgg_defaults(size_t side, size_t batch) {
    return (vgg_t){.side = side,
                   .tall = 1,
                   .divide = 1,
                   .batch = batch,
                   .pull = 1,
                   .push = 1,
                   .decorr = 10,
                   .eta = 1e-3,
                   .threads = 1,
                   .isa = LPL_ISA_AUTO,
                   .share = LPL_STACK_SHARED_SCRATCH,
                   .pair = LPL_PAIR_SYMMETRIC,
                   .stats = LPL_STATS_BATCH,
                   .sees = LPL_SEES_POOLED,
                   .tau = 1000,
                   .bias = 1};
}

static size_t divided(size_t width, const vgg_t *v) { return width / v->divide ? width / v->divide : 1; }

size_t vgg_width(const vgg_t *v, size_t k) { return divided(widths[k], v); }

size_t vgg_row(const vgg_t *v, size_t k) {
    size_t side = v->side;
    for (size_t l = 0; l <= k; l++) side /= (size_t)pools[l];
    return vgg_width(v, k) * v->tall * side * side;
}

/* A kernel of 3 reaches one position further; a pooled position is touched if one of its two is. */
size_t vgg_reach(void) {
    size_t reach = 0, stride = 1, pixels = 0;
    for (size_t k = 0; k < VGG_LAYERS; k++) {
        reach++;
        pixels = reach * stride > pixels ? reach * stride : pixels;
        stride *= (size_t)pools[k];
        reach = (reach + (size_t)pools[k] - 1) / (size_t)pools[k];
        pixels = reach * stride > pixels ? reach * stride : pixels;
    }
    return pixels;
}

lpl_stack_t *vgg_create(const vgg_t *v) {
    lpl_layer_config_t cfg[VGG_LAYERS];
    const lpl_layer_config_t *list[VGG_LAYERS];
    lpl_stack_t *stack = NULL;
    size_t side = v->side, channels = 3;
    for (size_t k = 0; k < VGG_LAYERS; k++) {
        MUST(lpl_layer_config_init(&cfg[k], sizeof cfg[k]));
        MUST(lpl_layer_preset(&cfg[k], LPL_PRESET_REFERENCE));
        cfg[k].kind = LPL_LAYER_CONV2D;
        cfg[k].channels = (uint32_t)channels;
        cfg[k].height = (uint32_t)(v->tall * side), cfg[k].width = (uint32_t)side;
        cfg[k].n_post = channels = vgg_width(v, k);
        cfg[k].pool = (uint32_t)pools[k];
        cfg[k].batch_max = v->batch;
        cfg[k].pull = v->pull;
        cfg[k].push = v->push;
        cfg[k].decorr = v->decorr;
        cfg[k].eta = v->eta;
        cfg[k].pair = v->pair;
        cfg[k].stats = v->stats;
        cfg[k].tau_mean = cfg[k].tau_sigma2 = v->tau;
        cfg[k].bias = v->bias;
        cfg[k].pull_form = v->pull_form;
        cfg[k].push_form = v->push_form;
        cfg[k].sees = v->sees;
        if (v->sees == LPL_SEES_HEAD)
            cfg[k].head_hidden = (uint32_t)divided(HEAD_HIDDEN, v), cfg[k].head_out = (uint32_t)divided(HEAD_OUT, v);
        cfg[k].seed = v->seed;
        cfg[k].stream = k;
        cfg[k].label = (int32_t)k + 1;
        cfg[k].threads = v->threads;
        cfg[k].isa = v->isa;
        cfg[k].init = v->init;
        cfg[k].flags = v->flags;
        cfg[k].collapse_std = 0; /* conditions that collapse are part of the experiment */
        side /= (size_t)pools[k];
        list[k] = &cfg[k];
    }
    MUST(lpl_stack_create_with(list, VGG_LAYERS, v->share, &stack));
    return stack;
}
