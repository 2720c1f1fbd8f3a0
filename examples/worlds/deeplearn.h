/* examples/worlds/deeplearn.h - learning of deep networks on pairs of views: schedule, checkpoints, and what the layers
 * hold along the way. */
#ifndef EXAMPLES_DEEPLEARN_H
#define EXAMPLES_DEEPLEARN_H

#include "condition.h"
#include "deepdata.h"
#include "deepjudge.h"
#include "balance.h"
#include "firstupdate.h"

/* The numbers in front of a checkpoint (statefile.h). */
enum {
    DEEP_STEP,
    DEEP_CONDITION,
    DEEP_SEED,
    DEEP_BATCH,
    DEEP_DIVIDE,
    DEEP_IMAGES,
    DEEP_SIDE,
    DEEP_ETA,
    DEEP_SCHEDULE, /* steps, 0: constant eta */
    DEEP_WARMUP,
    DEEP_OTHER, /* 1: full batches alone; 2: start values scaled to unit variance */
    DEEP_NOTES
};

typedef struct deeplearn_t {
    long steps, batch, divide, threads, seed, checkpoint;
    long warmup;        /* steps of linear warm-up from 0, then cosine to eta / 1000 at the last step (theory 4.4) */
    double eta;         /* its highest */
    bool constant;      /* eta all along */
    bool whole, plain;  /* deepdata.h, deepjudge.h */
    long judge;         /* the layers are judged so many times, evenly, the end included; 0: at the end alone */
    int32_t isa;        /* LPL_ISA_* */
    bool unit;          /* LPL_INIT_UNIT_VARIANCE */
    const char *folder; /* of checkpoints and logs */
} deeplearn_t;

double deeplearn_eta(const deeplearn_t *o, size_t step);

/* The network of condition c, for vgg_create. */
vgg_t deeplearn_encoder(const deeplearn_t *o, int c, const deepdata_t *d);
/* Its first update, on pairs of the first step; for settings that firstupdate_fits. */
firstupdate_t deeplearn_first(const deeplearn_t *o, int c, const deepdata_t *d);

/* Learn condition c (nothing to learn: judge the start values), or, resume, go on where FOLDER/NAME.lpl stopped; judge.
 * FOLDER/curve_NAME.csv gets what was judged, a row a layer: with pairs seen, eta, instruction set and CPU. Returns the
 * network, and in *step how far it is: below o->steps if it was interrupted (the checkpoint is whole). NULL and a
 * sentence in why (size bytes): the checkpoint is of another run, or cannot be read or written. */
lpl_stack_t *deeplearn(deepjudge_t *r, size_t *step, vgg_t *v, const deeplearn_t *o, int c, const deepdata_t *d,
                       bool resume, char *why, size_t size);

/* The rows of FOLDER/curve_NAME.csv, step by step, layer by layer; returns how many points there are. */
typedef void (*deeplearn_point_fn)(void *user, const deepjudge_t *r);
long deeplearn_each(const char *folder, const char *name, deeplearn_point_fn point, void *user);

#endif
