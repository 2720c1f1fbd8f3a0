/* examples/worlds/cells.h - simple cells, which are given, and what complex cells are told by (theory 10).
 *
 * Simple cells: Gabor filters of GAZE_SIDE x GAZE_SIDE pixels, CELLS_ORIENTATIONS x CELLS_PHASES x 3 x 3 positions 3
 * pixels apart; wavelength 6 pixels, round envelope of s.d. 0.45 wavelengths, zero mean, unit norm; rectified, all
 * divided by one constant. In movies whose contrast comes and goes (photographs, videos) each frame is divided by how
 * much it excites them: s / (0.2 + r / mean r), r the root mean square over the cells.
 *
 * Probes: gratings A cos(2 pi (x cos theta + y sin theta) / lambda + phi), one cycle of phases is one cycle of drift.
 * A cell is complex if F1 < F0 at the grating that it likes best. */
#ifndef EXAMPLES_CELLS_H
#define EXAMPLES_CELLS_H

#include <stdbool.h>

#include "gaze.h"
#include "lpl.h"

enum {
    CELLS_ORIENTATIONS = 8,
    CELLS_PHASES = 4,
    CELLS_POSITIONS = 9,
    CELLS_SIMPLE = CELLS_ORIENTATIONS * CELLS_PHASES * CELLS_POSITIONS, /* in this order, positions last */
    CELLS_COMPLEX = 16,
    /* of gratings */
    CELLS_THETAS = 16, /* over 180 degrees */
    CELLS_LAMBDAS = 3,
    CELLS_STEPS = 24, /* phases */
    CELLS_GRATINGS = CELLS_THETAS * CELLS_LAMBDAS * CELLS_STEPS,
    CELLS_SHIFTS = 4, /* of the phase, for decoding: 0, 45, 90, 180 degrees */
    CELLS_LAGS = GAZE_SCENE - 1,
    CELLS_MAPPED = 4
};
extern const double cells_lambda[CELLS_LAMBDAS];
extern const int cells_shift[CELLS_SHIFTS]; /* steps */

/* The simple stage. */
typedef struct cells_t {
    lpl_layer_t *bank;
    bool normalised;
    double constant, mean_r; /* 1 / mean s.d.; mean r */
} cells_t;

/* Made for a movie: its constants are those of the first n_train frames. */
cells_t cells_create(const gaze_t *movie, size_t n_train, bool normalised);
void cells_free(cells_t *c);
/* out (n x CELLS_SIMPLE): responses to n frames of GAZE_PIXELS. */
void cells_respond(const cells_t *c, float *out, const float *frame, size_t n);
/* out (CELLS_GRATINGS + 1) x CELLS_SIMPLE: to gratings of this amplitude, theta by lambda by step; last a blank. */
void cells_gratings(const cells_t *c, float *out, double amplitude);

/* Correlation of a cell's response with itself so many frames later, mean over those of d cells that are not silent;
 * NaN if no scene is as long. */
double cells_correlation(const float *z, const int32_t *scene, size_t n, size_t d, size_t lag);

#define CELLS_SILENT 1e-3
/* What is found out about d cells (at most CELLS_SIMPLE). */
typedef struct cells_result_t {
    size_t units, live;         /* live: they respond to gratings, and have a s.d. above CELLS_SILENT in the movie */
    double ratio[CELLS_SIMPLE]; /* F1 / F0; NaN of those that do not live */
    double tuning[CELLS_SIMPLE][CELLS_STEPS];             /* response over phases of the best grating */
    double map[CELLS_MAPPED][CELLS_THETAS * CELLS_STEPS]; /* by orientation and phase at its wavelength; first cells */
    double weight[CELLS_MAPPED][CELLS_ORIENTATIONS * CELLS_PHASES]; /* of the first cells: cells_weights */
    double median, complex;                                         /* of the ratios; share below 1 */
    double sd;                          /* of the responses in the movie that is held out, mean over all cells */
    double selectivity;                 /* for orientation: mean of |sum r exp(2 i theta)| / sum r */
    double slowness;                    /* mean <(z_t - z_{t-1})^2> / (2 var z) in the movie that is held out */
    double correlation[CELLS_LAGS + 1]; /* mean autocorrelation there */
    double memory;                      /* frames until it falls below 1 / e; CELLS_LAGS + 1: it does not */
    double decoding[CELLS_SHIFTS];      /* orientation by nearest mean, tested at another phase */
    double dimension;                   /* participation ratio of the movie that is held out */
} cells_result_t;

/* grating: (CELLS_GRATINGS + 1) x d responses; movie: n x d, of scenes. decoded: find decoding too. */
void cells_judge(cells_result_t *r, const float *grating, const float *movie, const int32_t *scene, size_t n, size_t d,
                 bool decoded, uint64_t seed);

/* The weights of a learned layer's first cells from simple cells of each orientation and phase, at the position from
 * which a cell takes most (sum of squares). */
void cells_weights(cells_result_t *r, const lpl_layer_t *layer);

#endif
