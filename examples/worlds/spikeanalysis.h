/* examples/worlds/spikeanalysis.h - what the network of Fig. 5 has learned (theory 6.5).
 *
 * Spikes are counted in bins of 25 ms. For each input group a Lasso regression reconstructs its summed count in a bin
 * from the counts of the E neurons in the same bin; R2 on bins that were not fitted says how well. */
#ifndef EXAMPLES_SPIKEANALYSIS_H
#define EXAMPLES_SPIKEANALYSIS_H

#include "network.h"

enum { SPIKES_BIN = 250, SPIKES_BINS_PER_SECOND = NETWORK_PER_SECOND / SPIKES_BIN };
#define SPIKES_PENALTY 0.1

/* Lasso with intercept, by coordinate descent:  minimise 1/(2n) sum_b (y_b - c - x_b w)^2 + penalty sum_j |w_j|.
 * The moments of x are taken once and serve every y. */
typedef struct lasso_t {
    size_t n, d;
    const float *x; /* n x d, lent */
    double *mean;   /* d */
    double *gram;   /* d x d: covariance of the columns */
} lasso_t;

void lasso_begin(lasso_t *l, const float *x, size_t n, size_t d);
/* w: out, d; returns c. Exact to 1e-9 of the penalty (in the optimality conditions), or after 10 000 sweeps. */
double lasso_fit(const lasso_t *l, double *w, const double *y, double penalty);
void lasso_end(lasso_t *l);
/* c + row w */
double lasso_predict(const float *row, size_t d, const double *w, double c);

/* 1 - sum (y - c - x w)^2 / sum (y - mean y)^2; 0 for a constant y that is met, -inf for one that is not. */
double lasso_r2(const float *x, size_t n, size_t d, const double *y, const double *w, double c);

/* A stretch of activity while it is being counted. */
typedef struct spikes_window_t {
    size_t bins, room;      /* full bins so far; bins that there is room for */
    size_t steps;           /* in the bin that is being filled */
    uint64_t first;         /* step at which the window began */
    lpl_record_t *record;   /* of the E neurons */
    uint32_t *e;            /* room x NETWORK_E counts */
    double *group[SIGNALS]; /* room counts each */
    uint64_t n_i;           /* spikes of all I neurons */
} spikes_window_t;

void spikes_window_begin(spikes_window_t *w, const network_t *net, size_t seconds);
/* After each network_step. */
void spikes_window_step(spikes_window_t *w, const network_t *net);
void spikes_window_end(spikes_window_t *w);

/* Results of the 100 s before the end of a window (of all of it if it is shorter). */
typedef struct spikes_result_t {
    double from, to;    /* s */
    double r2[SIGNALS]; /* fitted on the first 95 %, measured on the last 5 % (theory 6.5) */
    double r2_long
        [SIGNALS];      /* fitted on the 100 s before these, measured on all of them; NAN if the window is shorter than
                      200 s */
    double correlation; /* of all five reconstructions with the five true counts, over the whole window */
    double dimension;   /* participation ratio of the binned activity */
    double rate_e, rate_i; /* Hz, mean over neurons */
} spikes_result_t;

/* rate: NETWORK_E mean rates (Hz) in these 100 s, or NULL. predicted: SIGNALS x bins reconstructed counts of the last 5
 * % in order, or NULL. */
void spikes_window_analyse(const spikes_window_t *w, spikes_result_t *r, double *rate, double *predicted);

/* (a - b) / (a + b + 1e-9) */
double spikes_selectivity(double a, double b);

#endif
