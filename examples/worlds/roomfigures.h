/* examples/worlds/roomfigures.h - the figures of examples/paper/rooms.c. */
#ifndef EXAMPLES_ROOMFIGURES_H
#define EXAMPLES_ROOMFIGURES_H

#include "condition.h"
#include "deepfigures.h"
#include "disentangle.h"
#include "movie.h"

/* What was found in one layer, or in the raw pixels. */
typedef struct rooms_layer_t {
    disentangle_result_t vote;
    double readout[ROOM_FACTORS]; /* accuracy */
    double dimension, activity;   /* participation ratio, mean over images and features */
} rooms_layer_t;

typedef struct rooms_result_t {
    rooms_layer_t layer[VGG_LAYERS];
    double similar[ROOM_FACTORS][15 * 15]; /* disentangle_similarity of the last layer, values x values */
    int layers;                            /* VGG_LAYERS, or 1: pixels */
    bool done;
    double balance[VGG_LAYERS]; /* balance.h; 0: of what does not learn, or by another loss */
} rooms_result_t;

/* All of these: false after a sentence on stderr if the figure could not be written. */

/* All values of each factor in two scenes, two rows a factor (the other factors stay), then for each factor that moves
 * the first trajectory of the movie in which it does; pictures of 64 x 64 or more: rooms_sheet. */
bool roomfigures_sheet(const room_t *r, const movie_t *m, const char *folder);
/* Score, strict score and participation ratio by layer, and the readout of each factor in the last layer:
 * rooms_scores. */
bool roomfigures_scores(const rooms_result_t r[CONDITIONS], const char *folder);
/* Losses of the last layer over steps, from the logs that there are: rooms_losses. */
bool roomfigures_losses(const char *folder);
/* Similarity of images that differ in one factor under condition c, a matrix for each factor: rooms_similarity_NAME. */
bool roomfigures_similarity(const rooms_result_t *r, int c, const char *folder);

#endif
