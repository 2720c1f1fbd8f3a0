/* examples/worlds/network.h - the spiking network of Fig. 5 (theory 6.2) out of the library's parts.
 *
 *   5 x 100 Poisson inputs --LPL--> 100 E <--inhibitory STDP-- 25 I <-- E (a local random mask), I (random)
 *
 * Build it, run it, save and load it. The order inside a step is the one of lpl/network.h. */
#ifndef EXAMPLES_NETWORK_H
#define EXAMPLES_NETWORK_H

#include <stdbool.h>

#include "lpl.h"
#include "signals.h"

enum {
    NETWORK_GROUP = 100,
    NETWORK_IN = SIGNALS * NETWORK_GROUP,
    NETWORK_E = 100,
    NETWORK_I = 25,
    NETWORK_PER_SECOND = 10000,
    NETWORK_RUN = 100 /* steps of one call at most */
};

/* What is left out (theory 6.5). */
enum {
    NETWORK_LPL = 0,
    NETWORK_PRED_OFF = 1,    /* pull = 0 */
    NETWORK_HEBB_OFF = 2,    /* push = 0 */
    NETWORK_INHIB_OFF = 3,   /* no I neurons */
    NETWORK_INHIB_FIXED = 4, /* I -> E does not learn */
    NETWORK_CONDITIONS = 5
};
extern const char *const network_names[NETWORK_CONDITIONS];  /* "pred_off" */
extern const char *const network_titles[NETWORK_CONDITIONS]; /* "pred. off" */

typedef struct network_setup_t {
    int condition;        /* NETWORK_* */
    uint64_t seed;        /* of connections, initial potentials and input spikes */
    uint64_t signal_seed; /* of the rate signals (signals.h) */
    int32_t scaling;      /* LPL_SCALING_* */
    int32_t form;         /* LPL_FORM_* */
    int32_t engine;       /* LPL_ENGINE_* */
    int32_t threads;      /* of the plastic projection; no result depends on it */
} network_setup_t;

/* Step k of a run: neuron[ptr[k]] .. neuron[ptr[k+1] - 1]. */
typedef struct {
    uint64_t ptr[NETWORK_RUN + 1];
    uint32_t *neuron;
} network_spikes_t;

typedef struct network_t {
    network_setup_t setup;
    signal_t signal[SIGNALS];
    lpl_source_t *source[SIGNALS];
    lpl_lif_t *e, *i; /* i and the three projections of inhibition: NULL without it */
    lpl_spiking_t *in_e;
    lpl_projection_t *e_i, *i_e, *i_i;
    lpl_network_t *all; /* the parts above, to be run together */
    uint64_t step;      /* steps done */
    /* what network_look shows of a step: spikes of each input group, of all inputs, E and I */
    size_t n_in[SIGNALS], n_all_in, n_e, n_i;
    const uint32_t *spk_in, *spk_e, *spk_i;
    /* spikes of the steps of the last run */
    network_spikes_t in, of_e, of_i;
} network_t;

/* LPL, seed 1, the published signals, no scaling, erratum form, engine chosen by the library, one thread. */
network_setup_t network_defaults(void);
/* Of the plastic projection. */
lpl_spiking_config_t network_plastic(const network_setup_t *setup);
network_t *network_create(const network_setup_t *setup);
void network_destroy(network_t *net);

/* n <= NETWORK_RUN time steps of 0.1 ms. Spikes of E and I in all of them: net->of_e.ptr[n], net->of_i.ptr[n]. */
void network_run(network_t *net, size_t n);

/* What step k of the last run brought. */
void network_look(network_t *net, size_t k);

/* One time step, looked at. */
void network_step(network_t *net);

/* Learning of the plastic projection: LPL_MODE_TRACK (priming) or LPL_MODE_LEARN. Inhibition learns in both. */
void network_mode(network_t *net, int32_t mode);

/* Weights by input group and E neuron, absent synapses as 0: w[i*SIGNALS + k] = mean over the 100 inputs of group k. */
void network_group_weights(const network_t *net, double w[NETWORK_E * SIGNALS]);

/* The whole state in one file, with numbers of the host's own in front (statefile.h). */
bool network_save(const network_t *net, const uint64_t *note, size_t n_note, const char *path, char *why, size_t size);

/* Read it: NULL, and a sentence in why, if there is no such file, if it is damaged, or if it belongs to another network
 * than setup describes (threads may differ). *note: n_note numbers, to be freed by the caller. */
network_t *network_load(const network_setup_t *setup, uint64_t **note, size_t *n_note, const char *path, char *why,
                        size_t size);

#endif
