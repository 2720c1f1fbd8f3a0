/* examples/worlds/cellsfigures.h - the figures of examples/paper/movies.c. */
#ifndef EXAMPLES_CELLSFIGURES_H
#define EXAMPLES_CELLSFIGURES_H

#include "cellslearn.h"

/* A condition, or the simple stage (condition -1), of one seed. */
typedef struct cells_row_t {
    int condition;
    long seed;
    cells_result_t r;
} cells_row_t;

/* Histograms of F1 / F0, autocorrelation, decoding of orientation at another phase, responses over phase: movies.
 * false after a sentence on stderr. */
bool cellsfigures_measures(const cells_row_t *row, size_t n, const char *folder);
/* Responses of four cells of the first seed, continuous and scrambled, by orientation x phase: movies_maps. */
bool cellsfigures_maps(const cells_row_t *row, size_t n, const char *folder);
/* Their weights, by the orientation and phase of the simple cells that they come from: movies_weights. */
bool cellsfigures_weights(const cells_row_t *row, size_t n, const char *folder);
/* Frames of the movie in a row, and below them what a scrambled movie makes of them: movies_strip. */
bool cellsfigures_strip(const gaze_t *movie, uint64_t seed, const char *folder);

#endif
