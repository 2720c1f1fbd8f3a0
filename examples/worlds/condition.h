/* examples/worlds/condition.h - what a deep network is trained with: LPL, LPL without one of its terms, variants of it,
 * controls. */
#ifndef EXAMPLES_CONDITION_H
#define EXAMPLES_CONDITION_H

#include <stdbool.h>

#include "vgg.h"

/* The numbers of conditions[]: the order of every table and figure. */
enum {
    CONDITION_LPL,
    CONDITION_PRED_OFF,
    CONDITION_HEBB_OFF,
    CONDITION_DECORR_OFF,
    CONDITION_SHUFFLED, /* the second of each pair belongs to another first */
    CONDITION_CAUSAL,   /* only the later frame or second view learns (article) */
    CONDITION_STALE,    /* statistics of the batch before (theory 1.6 b) */
    CONDITION_EWMA,     /* exponential averages over about CONDITION_TAU batches (theory 1.6 c) */
    CONDITION_NO_BIAS,
    CONDITION_POSITIONS, /* the loss sees every position ("no pooling") */
    CONDITION_HEAD,      /* the loss sees a projection head */
    CONDITION_ONLINE,    /* frame by frame, in the order of the movie: a batch of one, causal (so twice the pull: of
                            a symmetric pair both views are pulled), exponential averages */
    CONDITION_RANDOM,    /* the start values */
    CONDITION_PIXELS,    /* no network */
    /* other objectives, only by name: "all" leaves them out */
    CONDITION_NEGATIVE,   /* negative samples: cosines of a projection head (theory 4.6) */
    CONDITION_LOGDET,     /* push by the log det of the covariance, which is a decorrelation too */
    CONDITION_DIRECTPRED, /* no push: a linear predictor in closed form */
    CONDITION_ISOLOSS,    /* likewise, isotropic */
    CONDITION_ONLINE_OFF, /* ONLINE without the predictive term */
    CONDITIONS
};
/* Batches, counted by the frames of one view (of a pair of which both learn, twice as many rows). Not longer: in the
 * first thousand steps a layer's responses change within a few, and averages that tell of responses long gone push and
 * decorrelate in the wrong directions. Nor shorter: frames in a row are a few scenes, and averages over fewer than some
 * fifteen let deep layers collapse (rooms: docs/examples.md). */
enum { CONDITION_TAU = 2 };
#define CONDITION_SLOWER 0.5 /* learning rate of EWMA, of that with statistics of the batch */

typedef struct condition_t {
    const char *name; /* for --conditions and in file names */
    const char *title;
    double pull, push, decorr;
    int32_t pair, stats, sees;
    int bias;
    bool trained;
    int32_t pull_form, push_form; /* LPL_PULL_*, LPL_PUSH_* */
} condition_t;

extern const condition_t conditions[CONDITIONS];

/* Does c see one frame at a time? */
bool condition_online(int c);

/* An encoder for condition c: c's settings in defaults for such pictures. One frame at a time (ONLINE), eta is divided
 * by the root of batch, since Adam would move weights as far for one frame as for a batch; EWMA
 * learns at CONDITION_SLOWER times eta. */
vgg_t condition_vgg(int c, size_t side, size_t batch, double eta);

/* Is conditions[c] in a list of names between commas, or the list "all" (up to PIXELS)? */
bool condition_wanted(const char *list, int c);
/* The first name in the list that is none of ours (its length in *n), or NULL. */
const char *condition_unknown(const char *list, size_t *n);
/* All names between commas, for people. */
const char *condition_names(void);

#endif
