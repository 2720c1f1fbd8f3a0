/* examples/worlds/swapworld.h - the swap experiment of Li & DiCarlo (2008) as simulated in the paper (theory 8.2):
 * who is seen after whom, the dense layer that learns from it, what is measured.
 *
 * 48 images in eights P1 N1 P2 N2 PC NC. In an exposure what is at the centre is the past and stands still; the
 * peripheral view learns to be predictable from it. At the swap place of its set (1: top, 2: bottom) the object that
 * was seen there is the other one of the pair: P is tied to the centre view of N, and N to that of P. At the other
 * end (non-swap) it is the same object. PC and NC are never seen. */
#ifndef EXAMPLES_SWAPWORLD_H
#define EXAMPLES_SWAPWORLD_H

#include <stdbool.h>

#include "canvas.h"

enum {
    SWAP_PAIRS = 8,                           /* of each set */
    SWAP_SETS = 3,                            /* two that are learned, and the controls */
    SWAP_IMAGES = 2 * SWAP_PAIRS * SWAP_SETS, /* in the order P1 N1 P2 N2 PC NC */
    SWAP_LEARNED = 2 * SWAP_PAIRS * 2,        /* those that are learned: the first 32 */
    SWAP_ROWS = CANVAS_PLACES * SWAP_LEARNED, /* views of an exposure: row = 3 image + place */
    SWAP_ALL = CANVAS_PLACES * SWAP_IMAGES,   /* rows that are measured */
    SWAP_EXPOSURES = 400
};

/* The row that row `row` (0 .. SWAP_ROWS-1) follows; centre rows follow themselves: their predictive term is 0. */
int swap_past(int row, bool swapped);
/* Where images of set 0 or 1 are swapped; the other end of the canvas is their non-swap place. */
int swap_place(int set);

/* The dense layer on `features`: learning invariance to the place from pairs (rows now = view 1 of each pair, then
 * view 2; past = view 2, then view 1), and learning from exposures (SWAP_ROWS rows now, past by swap_past). Both
 * losses are mean squared differences over the pairs that have one (128, or 64 of 96 rows), plus push, plus 10
 * decorrelation, each over all rows together (theory 8.2), as one causal layer says them: its predictive term is a
 * mean over all rows, one side of a pair learning from each. */
lpl_layer_t *swap_dense_pairs(size_t features, size_t units, size_t pairs, uint64_t seed, int threads);
lpl_layer_t *swap_dense_exposure(const lpl_layer_t *learned, double pull, double eta, int threads);
/* Coefficient of the predictive term that makes a causal mean over 96 rows the published one. */
double swap_exposure_pull(double pull);

/* An orthonormal basis of what n rows span (basis: room for n x features, its rows), and the rows in it (out: n x
 * rank). Returns the rank. Gradient descent moves weights within that span alone, so a layer that reads these
 * coordinates (swap_dense_span: with the learned layer's weights and biases) goes the way of one that reads all
 * features. */
size_t swap_span(double *basis, float *out, const float *x, size_t n, size_t features);
lpl_layer_t *swap_dense_span(const lpl_layer_t *learned, const double *basis, size_t rank);

/* The dense layer's learning rate by rule: SWAP_RATE M / (2 tr Cov(x)) over n rows; *trace may be NULL. Features of
 * encoders differ in size by orders of magnitude, and so do the rates at which a layer learns from them. From about
 * 0.7 on the decorrelation's steps overshoot (responses swing from one update to the next), with 1.5 they diverge. */
#define SWAP_RATE 0.15
double swap_eta(const float *x, size_t n, size_t features, size_t units, double *trace);

/* What is measured, before an exposure: differences of the responses to the preferred and to the other object, means
 * over pairs and units, and their standard error; the mean responses to both of set 2 at its swap place. */
typedef struct swap_point_t {
    double swap, nonswap, control, swap_se, nonswap_se, control_se, preferred, other;
} swap_point_t;
enum { SWAP_POINT = sizeof(swap_point_t) / sizeof(double) };

/* sign[(set * SWAP_PAIRS + pair) * units + unit]: +1 if P is preferred at the centre, else -1; from responses
 * (SWAP_ALL x units) before learning. */
void swap_signs(signed char *sign, const float *z, size_t units);
void swap_measure(swap_point_t *p, const float *z, const signed char *sign, size_t units);

/* Are responses the same everywhere? Correlation with the centre over images and units; mean of response / response
 * at the centre, where that exceeds 1e-4. */
double swap_correlation(const float *z, size_t units, int place);
double swap_ratio(const float *z, size_t units, int place);

/* In vivo, at 0, 100, ..., 400 exposures (theory 8.1): spikes/s, half-widths of the bars; normalised responses. */
enum { SWAP_VIVO = 5 };
typedef struct swap_vivo_t {
    double exposures, swap, swap_bar, nonswap, nonswap_bar, control, control_bar, preferred, other;
} swap_vivo_t;
extern const swap_vivo_t swap_vivo[SWAP_VIVO];

#endif
