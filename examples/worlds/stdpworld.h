/* examples/worlds/stdpworld.h - the pairing experiment of Fig. 6 (theory 7.2): 100 synapses onto one neuron under a
 * voltage clamp, all of them paired with the neuron's spikes at once, each with its own interval. */
#ifndef EXAMPLES_STDPWORLD_H
#define EXAMPLES_STDPWORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lpl.h"

#define STDP_SYNAPSES 100
#define STDP_PAIRINGS 100
#define STDP_SECONDS 200.0 /* of the published run: pairings later than that do not happen */

typedef struct stdp_setup_t {
    double interval; /* s: inputs fire from -interval to +interval around the spike */
    double rate;     /* Hz: pairings */
    double mean;     /* Hz: the running mean at the start */
    double
        sigma2; /* Hz: the running variance at the start, of the rate, as in the published form (divided by 1/dt in the
                   erratum's) */
    int32_t form;   /* LPL_FORM_* */
    int32_t engine; /* LPL_ENGINE_* */
    int32_t slow;   /* LPL_SLOW_* */
    bool drive;     /* do the synapses act on the membrane? Then the clamp leaks: see stdp_run */
} stdp_setup_t;

typedef struct stdp_result_t {
    double change[STDP_SYNAPSES]; /* (w - w_init) / w_init after the experiment */
    size_t pairings;              /* that fitted into STDP_SECONDS */
    size_t spikes;                /* of the neuron; one per pairing unless the synapses made others */
} stdp_result_t;

typedef struct stdp_run_t {
    stdp_setup_t setup;
    stdp_result_t result;
} stdp_run_t;

/* Window of the figure: 50 ms, 10 Hz, mean 10 Hz, variance 0.1 Hz, erratum form, with drive; the published arithmetic
 * (LPL_SLOW_REFERENCE), for it is compared with what the published program gives. */
void stdp_defaults(stdp_setup_t *setup);
/* Of its synapses. */
lpl_spiking_config_t stdp_plastic(const stdp_setup_t *setup);

/* t_post - t_pre of a synapse, s: +interval for synapse 0, -interval for the last. */
double stdp_delta_t(const stdp_setup_t *setup, size_t synapse);

/* One experiment. The neuron is held at -51 mV, 1 mV below threshold, and brought over it at each pairing. The clamp is
 * a soft one, as in the published simulation: each step begins at the commanded potential, so a large conductance
 * crosses the threshold within the step, and the neuron fires when it was not told to. */
void stdp_run(stdp_run_t *run);

/* Synapses at the extremes of the window. */
size_t stdp_lowest(const stdp_run_t *run);
size_t stdp_highest(const stdp_run_t *run);

#endif
