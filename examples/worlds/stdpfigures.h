/* examples/worlds/stdpfigures.h - the figures of examples/paper/stdp.c. */
#ifndef EXAMPLES_STDPFIGURES_H
#define EXAMPLES_STDPFIGURES_H

#include "stdpworld.h"

/* A window of the published simulation: changes at t_post - t_pre = 29.8, 9.6, -9.6, -29.8 ms, and the neuron's
 * spikes. */
#define STDP_POINTS 4
extern const size_t stdp_point[STDP_POINTS]; /* their synapses */
typedef struct stdp_window_t {
    double mean, sigma2;
    double change[STDP_POINTS];
    size_t spikes;
} stdp_window_t;

/* The synapses of the rate dependence: t_post - t_pre = 9.9 and -10.3 ms with an interval of 20 ms, called +10 and -10
 * ms in the figure. */
#define STDP_PLUS 25
#define STDP_MINUS 75

/* One panel per window; published[k] (may be NULL): what the published simulation gave. */
bool stdp_draw_windows(const char *folder, const stdp_run_t *runs, const stdp_window_t *const *published, size_t n);

/* Runs over pairing rates, with three means, with and without drive: runs[(mean * 2 + no drive) * n_rates + k]. Panels:
 * the mean in the middle beside Sjostrom's slices, the neuron's spikes, all three means with and without drive. */
bool stdp_draw_rates(const char *folder, const stdp_run_t *runs, size_t n_rates);

/* What a different variance, and a different mean, make of the window. Both lists ascend. */
bool stdp_draw_metaplasticity(const char *folder, const stdp_run_t *by_sigma2, size_t n_sigma2,
                              const stdp_run_t *by_mean, size_t n_mean);

#endif
