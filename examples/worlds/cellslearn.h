/* examples/worlds/cellslearn.h - the learning of examples/paper/movies.c: a dense layer on simple cells, from pairs of
 * frames; checkpoints, resumption with the same bits. */
#ifndef EXAMPLES_CELLSLEARN_H
#define EXAMPLES_CELLSLEARN_H

#include "cells.h"
#include "balance.h"
#include "firstupdate.h"

/* The numbers of cells_conditions[]: the order of every table and figure. */
enum {
    CELLS_CONTINUOUS, /* pairs of the movie */
    CELLS_SCRAMBLED,  /* the past is any frame of the movie */
    CELLS_PRED_OFF,
    CELLS_HEBB_OFF,
    CELLS_STREAM, /* frame by frame: the past is what was said a moment ago, in parallel streams */
    CELLS_RANDOM, /* the start values */
    CELLS_CONDITIONS
};
typedef struct cells_condition_t {
    const char *name, *title;
    double pull, push;
    bool scrambled, stream, learns;
} cells_condition_t;
extern const cells_condition_t cells_conditions[CELLS_CONDITIONS];

typedef struct cellslearn_t {
    long steps, batch, threads, checkpoint;
    double pull, push, decorr, eta;
    int resume;
    const char *folder;
} cellslearn_t;

/* What one run learns from, and what becomes of it. */
typedef struct cells_run_t {
    int condition;
    long seed;
    /* the movie that is learned, as simple cells see it: n x CELLS_SIMPLE, of scenes; pairs are `lag` frames apart */
    const float *simple;
    const int32_t *scene;
    size_t n, lag;
    uint64_t movie;     /* cellslearn_hash */
    lpl_layer_t *layer; /* out; NULL before it has begun */
    long done;          /* out: updates */
    bool kept;          /* out: FOLDER/movies_NAME_SEED.lpl is of this state */
} cells_run_t;

/* A number that belongs to n values. */
uint64_t cellslearn_hash(const float *x, size_t n);
/* How many pairs there are. */
size_t cellslearn_pairs(const int32_t *scene, size_t n, size_t lag);

/* All runs, as many at a time as threads, until they are done or progress_stop() interrupts. */
void cellslearn(const cellslearn_t *s, cells_run_t *run, size_t n);

/* The first update of a run that learns from pairs. */
firstupdate_t cellslearn_first(const cellslearn_t *s, const cells_run_t *run);
/* The balance of what has learned (not frame by frame), on pairs that it would have gone on with. */
double cellslearn_balance(const cellslearn_t *s, const cells_run_t *run);

#endif
