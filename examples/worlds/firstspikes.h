/* examples/worlds/firstspikes.h - is the first weight change of a plastic projection the one that its equations demand?
 * What firstupdate.h is for layers: less than a second before minutes of learning, in which a time constant in the
 * wrong unit or a missing derivative may do no harm that is seen.
 *
 * Twenty inputs and six neurons with the settings of a program, but without scaling of gradients (which hides their
 * size), from a running mean of 15 Hz on: random spikes, random potentials, up to the first change of weights. Beside
 * it E1 - E9 of lpl/spiking.h as they stand there, for each synapse and step, in double. */
#ifndef EXAMPLES_FIRSTSPIKES_H
#define EXAMPLES_FIRSTSPIKES_H

#include "lpl.h"
#include "table.h"

/* Differences, as a share of what is demanded: root of the sum of squares over all synapses or neurons. */
typedef struct firstspikes_t {
    double weights; /* of their change */
    double mean;    /* of what the running mean has gained or lost */
    double sigma2;  /* likewise the variance */
} firstspikes_t;

firstspikes_t firstspikes(const lpl_spiking_config_t *of);

/* Its rows. */
void firstspikes_judge(table_t *t, const firstspikes_t *f);

#endif
