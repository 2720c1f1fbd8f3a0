/* cluster_spiking/spikenet.h - the network of cluster_spiking: how large it is, this rank's part of it, its
 * checkpoints, and sums over all ranks that do not depend on their number. */
#ifndef SPIKENET_H
#define SPIKENET_H

#include <lpl/mpi.h>
#include <stdbool.h>

enum { SIGNAL_GROUPS = 5, SECOND = 10000 }; /* steps */
enum { E = 0, I = 1, POPULATIONS = 2 };
enum { E_E, I_E, E_I, I_I, PROJECTIONS }; /* pre, post */
static const double KAPPA = 10;           /* Hz */

typedef struct {
    double synapses, seconds, delay, every, patience;
    long seed, threads;
    int resume, alone, trace;
    const char *folder, *checkpoint, *json;
} options_t;

/* Of the whole. */
typedef struct {
    uint64_t n[POPULATIONS], n_in, k, in_k; /* neurons, inputs, synapses of an E neuron, of them from inputs */
    uint64_t delay;                         /* steps */
} plan_t;

/* Of this rank. */
typedef struct {
    plan_t plan;
    const options_t *o;
    uint64_t first[POPULATIONS], n[POPULATIONS];
    lpl_source_t *source[SIGNAL_GROUPS];
    lpl_lif_t *lif[POPULATIONS];
    lpl_spiking_t *in_e;
    lpl_projection_t *p[PROJECTIONS];
    lpl_network_t *net;
    uint32_t group[POPULATIONS]; /* of the neurons of all ranks */
    uint64_t *ptr[POPULATIONS];
    uint32_t *fired[POPULATIONS];
    uint64_t step, hash, spikes[POPULATIONS]; /* hash: of this rank's spikes since the start */
    double wall;                              /* s, of runs before a checkpoint */
    double cpu_run, cpu_deliver;              /* s: of the network's steps, of taking in what all have told */
    int64_t up, down; /* what has pulled E neurons up and down, in 2^-20 V, summed over neurons and looks */
} part_t;

#define TRY(call)                            \
    do {                                     \
        const lpl_status_t status_ = (call); \
        if (status_ < 0) return status_;     \
    } while (0)

void spikenet_begin(part_t *p, const options_t *o, const lpl_mpi_t *m);
/* The members of this rank, and who fires into what once all of them are there. */
lpl_status_t spikenet_make_members(part_t *p);
lpl_status_t spikenet_compose(part_t *p);
void spikenet_destroy(part_t *p);

/* Into o->checkpoint, and from there on, on any number of ranks: step, hash, wall time, and the members. */
lpl_status_t spikenet_save(part_t *p, lpl_mpi_t *m, double wall);
lpl_status_t spikenet_take_up(part_t *p, lpl_mpi_t *m);

/* Whatever is added up over ranks is added up of these. */
uint64_t spikenet_mix(uint64_t a, uint64_t b, uint64_t c);

typedef struct {
    uint64_t weights, spikes, synapses, plastic;
    int64_t up, down;
} sums_t;
/* Sums over synapses of a hash of pre, post and weight; over spikes; and what there is. */
lpl_status_t spikenet_sums(sums_t *s, const part_t *p, lpl_mpi_t *m);

#endif
