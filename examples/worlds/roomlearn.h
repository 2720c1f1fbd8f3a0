/* examples/worlds/roomlearn.h - the learning of examples/paper/rooms.c: networks that watch the movie together,
 * checkpoints, resumption.
 *
 * Networks of several conditions learn side by side, each on a thread of its own: a narrow network gives several
 * threads too little to do. They see the same frames at the same step, and none depends on another. */
#ifndef EXAMPLES_ROOMLEARN_H
#define EXAMPLES_ROOMLEARN_H

#include "condition.h"
#include "balance.h"
#include "firstupdate.h"
#include "movie.h"

typedef struct roomlearn_t {
    long steps, batch, width, size, threads, seed, checkpoint; /* width: channels of the first block */
    long warmup, epochs, epoch; /* schedule: epochs of `epoch` steps; epochs 0: constant eta */
    double eta;
    int32_t sees;   /* LPL_SEES_POSITIONS: losses of all conditions see every position, unless a condition says what its
                     loss sees; LPL_SEES_POOLED: as the conditions are */
    uint32_t flags; /* LPL_FLAG_* of all layers */
    int resume;
    const char *folder;
} roomlearn_t;

/* The network of condition c, for vgg_create. */
vgg_t roomlearn_encoder(const roomlearn_t *s, int c);

/* How many of `left` conditions learn at a time: as many as there are threads, or one if it can have two threads or
 * more. */
int roomlearn_together(const roomlearn_t *s, int left);

/* Train the n networks of conditions c[0 .. n-1] up to step s->steps, or until progress_stop(); from their checkpoints
 * on if s->resume. net[k] is new; the caller destroys it. Writes FOLDER/NAME.lpl (statefile.h) and
 * FOLDER/losses_NAME.csv (losslog.h). A checkpoint of another run ends the program before anything is written. False if
 * the last state of one could not be saved. */
bool roomlearn(lpl_stack_t **net, const int *c, int n, const roomlearn_t *s, const room_t *room, const movie_t *movie);

/* The first update of condition c on frames of its first step; for settings that firstupdate_fits. */
firstupdate_t roomlearn_first(const roomlearn_t *s, int c, const room_t *room, const movie_t *movie);
/* The balance of each layer of what has learned (balance.h), on frames that it would have gone on with; likewise. */
void roomlearn_balance(double balance[VGG_LAYERS], lpl_stack_t *net, const roomlearn_t *s, int c, const room_t *room,
                       const movie_t *movie);

#endif
