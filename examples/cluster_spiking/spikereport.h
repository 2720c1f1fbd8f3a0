/* cluster_spiking/spikereport.h - what came out of a run of cluster_spiking: a table and a figure. */
#ifndef SPIKEREPORT_H
#define SPIKEREPORT_H

#include "cluster_spiking/spikerun.h"

/* Per rank: least and most over all. */
typedef struct {
    double wall, run, deliver, waited, memory; /* s, s, s, s, MB */
} cost_t;
enum { COSTS = sizeof(cost_t) / sizeof(double) };

void spikereport_cost(cost_t *c, const part_t *p, double wall, const lpl_mpi_t *m);
/* one: sums of the same network on one rank, or NULL; model: seconds of this run; made: s to make the network. Rows
 * that do not hold. */
size_t spikereport_table(const part_t *p, const sums_t *s, const sums_t *one, const course_t *c, const lpl_mpi_t *m,
                         const cost_t *low, const cost_t *high, double model, double made);
void spikereport_draw(const options_t *o, const course_t *c, const part_t *p);

#endif
