/* examples/worlds/swaplearn.h - the learning of examples/paper/swap.c: a dense layer becomes indifferent to the
 * place of an image, then sees exposures; checkpoints of both, resumption with the same bits. */
#ifndef EXAMPLES_SWAPLEARN_H
#define EXAMPLES_SWAPLEARN_H

#include "balance.h"
#include "firstupdate.h"
#include "progress.h"
#include "swapworld.h"
#include "views.h"

typedef struct swaplearn_t {
    long seed, threads, checkpoint; /* checkpoint: updates between them, and exposures */
    long pairs, steps;              /* of the dense layer before the exposures */
    long exposures, updates;        /* updates of an exposure */
    long settle;                    /* exposures of the dense layer before the first, in which nothing is swapped */
    double eta, conv_eta;           /* dense layer, 0: by rule (swap_eta); convolutions, 0: they do not learn */
    int resume;
    uint64_t encoder; /* swaplearn_hash */
    const char *folder;
} swaplearn_t;

/* A number that belongs to the weights of a network. */
uint64_t swaplearn_hash(lpl_stack_t *net);

/* What the pairs are: the same image at two places (table: features of n images at all places), or two augmented
 * views of one (images, views). */
typedef struct swap_material_t {
    const float *table;
    size_t n;
    const images_t *images;
    const views_t *views;
} swap_material_t;

/* The dense layer after s->steps updates, or where progress_stop() interrupted; *kept: its last state is in
 * FOLDER/swap_dense.lpl. */
lpl_layer_t *swaplearn_dense(const swaplearn_t *s, const canvas_t *c, const swap_material_t *m, size_t units,
                             bool *kept);

/* The first of those updates. */
/* The balance of the dense layer, on pairs that it would have gone on with. */
double swaplearn_balance(const swaplearn_t *s, const canvas_t *c, const swap_material_t *m, const lpl_layer_t *dense);
firstupdate_t swaplearn_first_pairs(const swaplearn_t *s, const canvas_t *c, const swap_material_t *m, size_t units);

/* One run of exposures. */
typedef struct swap_run_t {
    const char *name; /* for its files */
    const char *title;
    bool swapped;
    double pull;
    long set;                                                /* number of the 48 images */
    const float *images;                                     /* SWAP_IMAGES of them, normalised */
    const float *features;                                   /* SWAP_ALL x features: before learning */
    swap_point_t *point;                                     /* out: exposures + 1 of them */
    double eta, trace;                                       /* out: of the dense layer */
    double correlation[CANVAS_PLACES], ratio[CANVAS_PLACES]; /* out: before learning */
    long done;                                               /* out: exposures */
    bool kept;                                               /* out: FOLDER/swap_NAME_SET.lpl is of this state */
    bool diverged;                                           /* out: at exposure done + 1, or: */
    bool settling;                                           /* out: while it settled, before the first */
    double stable; /* out: the largest learning rate of those tried that goes on for 100 updates; 0: none does */
} swap_run_t;

/* All runs side by side, or one after the other if convolutions learn (each then gets all threads). encoder: as for
 * canvas_create, on terms v. */
void swaplearn_exposures(const swaplearn_t *s, swap_run_t *run, size_t n, const canvas_t *c, lpl_stack_t *encoder,
                         const vgg_t *v, const lpl_layer_t *dense);

/* The first update of a run, after which its rate is known; its convolutions stand still. */
firstupdate_t swaplearn_first_exposure(const swap_run_t *run, const canvas_t *c, const lpl_layer_t *dense);

#endif
