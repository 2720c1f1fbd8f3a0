/* cluster_spiking/spikerun.h - a run of cluster_spiking's network, step by step with all ranks, and its course. */
#ifndef SPIKERUN_H
#define SPIKERUN_H

#include <stdio.h>

#include "cluster_spiking/spikenet.h"

enum { PER_BIN = 1000 };                 /* steps of a bin of the course */
enum { ASK_SAVE = 100, ASK_STOP = 101 }; /* statuses that ranks tell each other */

typedef struct {
    double *rate[POPULATIONS]; /* Hz, of bins of PER_BIN steps */
    size_t n, room;
    uint64_t count[POPULATIONS], from; /* of the bin that is being filled */
    double *work, *told; /* --trace: s of each exchange that this rank worked, and was in lpl_mpi_spikes */
    size_t exchanges;
} course_t;

course_t spikerun_begin(const options_t *o);
void spikerun_free(course_t *c);
/* To the end. quiet: without progress and checkpoints. */
lpl_status_t spikerun_go(part_t *p, lpl_mpi_t *m, course_t *c, FILE *json, double synapses, bool quiet);
/* Each rank's times, two columns a rank, a row an exchange. */
lpl_status_t spikerun_write_trace(const course_t *c, const options_t *o, lpl_mpi_t *m);

#endif
