/* examples/worlds/toyfigures.h - the figures of examples/paper/toy2d.c. */
#ifndef EXAMPLES_TOYFIGURES_H
#define EXAMPLES_TOYFIGURES_H

#include "toyworld.h"

/* Averages over repetitions at one value of sigma_y or noise_p. */
typedef struct toy_point_t {
    double x;
    double selectivity[TOY_RULES];
    double selectivity_sem[TOY_RULES]; /* standard error; 0 with one repetition */
    double alignment[TOY_RULES];
    double activity[TOY_RULES]; /* median */
    double norm[TOY_RULES];     /* |w|, median */
} toy_point_t;

/* The course of one run. */
#define TOY_LOG 1024
typedef struct toy_log_t {
    size_t n[TOY_RULES];
    size_t step[TOY_RULES][TOY_LOG];
    double activity[TOY_RULES][TOY_LOG];
    double w[TOY_RULES][TOY_LOG][2];
} toy_log_t;

/* A toy_watch_fn that fills a toy_log_t (what does not fit is left out). */
void toy_log(void *log, size_t step, int rule, double activity, const float w[2]);

/* Samples with the learned axes of LPL and Oja; the way of the weights. */
bool toy_draw_world(const char *folder, const toy_setup_t *setup, const toy_log_t *log);
/* Selectivity and alignment over sigma_y. */
bool toy_draw_sweep(const char *folder, const toy_point_t *points, size_t n);
/* Activity over training. */
bool toy_draw_activity(const char *folder, const toy_log_t *log);
/* Noisy transitions: selectivity over noise_p, and over sigma_y at noise_p = 0.2. */
bool toy_draw_noise(const char *folder, const toy_point_t *by_p, size_t n_p, const toy_point_t *by_sigma,
                    size_t n_sigma);

/* Supplementary Fig. S1 (theory 3.4): the loss against the distance D of two clusters of width D/4, for three kinds of
 * push. */
typedef struct toy_losses_t {
    double naive_at_10;          /* loss at D = 10 */
    double log_at, log_loss;     /* minimum with the logarithm */
    double hinge_at, hinge_loss; /* with VICReg's hinge */
} toy_losses_t;
bool toy_draw_losses(const char *folder, toy_losses_t *found);

#endif
