/* examples/worlds/vgg.h - the encoder of theory 4.1 as a stack: VGG-11 without batch norm or dense layers, every block
 * learning by itself. */
#ifndef EXAMPLES_VGG_H
#define EXAMPLES_VGG_H

#include "lpl.h"

enum { VGG_LAYERS = 8 };

/* Layers that divide the side by 2: the last map has side / VGG_STRIDE positions in a row. */
enum { VGG_STRIDE = 32 };

/* What a condition changes of the published settings (LPL_PRESET_REFERENCE). */
typedef struct vgg_t {
    size_t side;   /* of the square RGB images */
    size_t tall;   /* so many of them high is what the network sees: 1; a canvas has more (canvas.h) */
    size_t divide; /* all widths by this: 1 (64 .. 512), 4, 8, ... */
    size_t batch;  /* most pairs of one update */
    double pull, push, decorr, eta;
    uint64_t seed;
    int threads;
    int32_t isa;    /* LPL_ISA_* */
    int32_t init;   /* LPL_INIT_* */
    uint32_t flags; /* LPL_FLAG_* of every layer */
    uint32_t share; /* LPL_STACK_SHARED_SCRATCH (its layers learn one after the other), or 0: reductions overlap */
    int32_t pair, stats,
        sees;   /* LPL_PAIR_*, LPL_STATS_*, LPL_SEES_* (HEAD: 2048 hidden units, 256 outputs, both by divide; theory
                 4.6) */
    double tau; /* samples; of exponential statistics */
    int bias;
    int32_t pull_form, push_form; /* LPL_PULL_*, LPL_PUSH_* */
} vgg_t;

/* The published settings at full width. */
vgg_t vgg_defaults(size_t side, size_t batch);
/* Make it; ends the program with the library's sentence on failure. */
lpl_stack_t *vgg_create(const vgg_t *v);
/* Output channels of block k, and the length of its response rows. */
size_t vgg_width(const vgg_t *v, size_t k);
size_t vgg_row(const vgg_t *v, size_t k);
/* How many pixels beyond an image its activity reaches, where there are no biases: positions of the canvas around it
 * that matter. */
size_t vgg_reach(void);

#endif
