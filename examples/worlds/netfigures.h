/* examples/worlds/netfigures.h - the figures of spiking_network (Fig. 5 of the paper). */
#ifndef EXAMPLES_NETFIGURES_H
#define EXAMPLES_NETFIGURES_H

#include "netresult.h"

/* What happened over time: kept by the program, and by its checkpoints. */
enum { NETCOURSE_ROWS = 4096, NETCOURSE_WINDOWS = 64 };
typedef struct netcourse_row_t {
    double time;            /* s, end of the stretch */
    double rate_e, rate_i;  /* Hz, over the stretch */
    double weight[SIGNALS]; /* mean over all pairs of input and E neuron, absent synapses as 0 */
} netcourse_row_t;
typedef struct netcourse_t {
    double n, n_windows; /* whole numbers; double so that a course is an array of doubles */
    netcourse_row_t row[NETCOURSE_ROWS];
    spikes_result_t window[NETCOURSE_WINDOWS];
} netcourse_t;

/* The last seconds, spike by spike. */
enum { NETRASTER_SECONDS = 4, NETRASTER_ROOM = 200000 };
typedef struct netraster_t {
    uint64_t from; /* step */
    size_t n[3];   /* spikes of inputs, E, I */
    uint64_t step[3][NETRASTER_ROOM];
    uint32_t neuron[3][NETRASTER_ROOM];
} netraster_t;

/* Of one run; files are named after the condition and the seed. */
bool netfigures_raster(const netresult_t *r, const netraster_t *raster, const signal_t signal[SIGNALS],
                       const char *folder);
bool netfigures_course(const netresult_t *r, const netcourse_t *course, const char *folder);
/* counts, predicted: SIGNALS x bins of 25 ms, up to the end of the run. */
bool netfigures_reconstruction(const netresult_t *r, const double *counts, const double *predicted, size_t bins,
                               const signal_t signal[SIGNALS], const char *folder);
bool netfigures_weights(const netresult_t *r, const char *folder);

/* Of several conditions side by side: means over seeds and signals. */
bool netfigures_conditions(const netresult_t *r, size_t n, const char *folder);
/* R2 against skewness, of all runs that are accelerated; nothing if they do not differ in their signals. */
bool netfigures_signals(const netresult_t *r, size_t n, const char *folder);

#endif
