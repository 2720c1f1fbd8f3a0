/* examples/worlds/deepjudge.h - what the layers of a deep network hold: two linear readouts of the class, how many
 * dimensions, how active, how many units are dead (theory 4.5). */
#ifndef EXAMPLES_DEEPJUDGE_H
#define EXAMPLES_DEEPJUDGE_H

#include "deepdata.h"
#include "vgg.h"

enum { DEEPJUDGE_CLASSES = 10, DEEPJUDGE_BATCH = 256 };

/* Layer by layer. Dead: units whose variance over the test images is below 1e-12. */
typedef struct deepjudge_t {
    double balance[VGG_LAYERS];       /* of the end (balance.h); 0: of what does not learn, or by another loss */
    double accuracy[2][VGG_LAYERS];   /* 0: softmax readout of theory 4.5, 1: converged logistic regression */
    double dimension[VGG_LAYERS];     /* participation ratio in batches of 256 test images, mean over full
                                         batches; 0 where nothing varies */
    double dimension_all[VGG_LAYERS]; /* of all test images at once */
    double sd[VGG_LAYERS], mean[VGG_LAYERS], dead[VGG_LAYERS];
    size_t step, pairs; /* when, if whoever judges knows (deeplearn.h) */
    bool done;
} deepjudge_t;

/* Responses of every layer to the images, each the mean over positions: out[k] is n x vgg_width(v, k), to be freed.
 * One pass through the network. plain: images as they are, not resized and cropped. */
void deepjudge_features(float *out[VGG_LAYERS], lpl_stack_t *net, const vgg_t *v, const views_t *views,
                        const images_t *images, bool plain);

/* Judge; seed: of the readout's start weights; what: for the progress line. done stays false if it was interrupted. */
void deepjudge(deepjudge_t *r, lpl_stack_t *net, const vgg_t *v, const deepdata_t *d, bool plain, uint64_t seed,
               const char *what);

#endif
