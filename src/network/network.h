/* network/network.h - the insides of lpl_network_t: groups of neurons, members, and the blocks of steps in which they
 * are worked on (run.c).
 *
 * A spike passes through three places. Its group lists it for the steps of a block. Each projection from that group
 * keeps it as a bit in the row of its delay line, as in its own step call: row t % delay, read at step t and then
 * filled with the spikes of step t. A plastic projection also records it for learning.
 *
 * A remote group (lpl_network_add_remote) lists what its local group lists, under other numbers. Spikes from elsewhere
 * never stand in its lists: lpl_network_deliver puts them in the two other places. */
#ifndef LPLI_NETWORK_H
#define LPLI_NETWORK_H

#include "connect/spikes.h"
#include "lpl/network.h"

/* Spikes of `n` neurons. Step k of the block has who[ptr[k]] .. who[ptr[k+1] - 1]. */
typedef struct lpli_group_t {
    size_t n;
    lpl_lif_t *lif; /* NULL: inputs, or remote */
    bool remote;    /* its neurons first .. are those of `local`, a group added before it */
    uint32_t local, first;
    double more; /* at most what all projections add to a conductance in one step (lif/lif.h) */
    size_t n_sources;
    bool recorded;
    const uint64_t *ptr; /* of the present block: own_ptr and own, or within what the host has lent */
    const uint32_t *who;
    uint64_t *own_ptr; /* block + 1 */
    uint32_t *own;     /* block x n */
    /* lent by the host: for the next run */
    const uint64_t *fed_ptr;
    const uint32_t *fed;
    size_t fed_steps;
    /* lent by the host: who fires in a run */
    uint64_t *out_ptr;
    uint32_t *out;
    size_t out_steps, out_room;
} lpli_group_t;

typedef struct lpli_source_of_t {
    lpl_source_t *s;
    uint32_t group;
    uint64_t first, n;
} lpli_source_of_t;

/* A projection of either kind: one of the two is NULL. */
typedef struct lpli_edge_t {
    lpl_projection_t *p;
    lpl_spiking_t *s;
    uint32_t pre, post;
    int32_t receptor;
    int32_t dtype;
    void *g;                   /* conductances that it drives; NULL: none */
    const lpli_delay_t *delay; /* its own */
    /* of a run */
    uint64_t step;  /* its own, up to which `busy` is known; NOT_KNOWN */
    uint8_t *busy;  /* a row of the delay line each: are there spikes in it? */
    size_t phase;   /* step % delay */
    bool moves;     /* learns, or moves its traces */
    bool learns;    /* STATIC, INHIBITORY: weights */
    size_t behind;  /* INHIBITORY: steps that its traces have not made yet */
    size_t learned; /* steps of the last run that it has learned from */
} lpli_edge_t;
#define LPLI_NOT_KNOWN UINT64_MAX

typedef struct lpli_record_of_t {
    lpl_record_t *r;
    uint32_t group;
} lpli_record_of_t;

struct lpl_network_t {
    lpl_network_config_t cfg;
    double dt; /* 0: no member with one yet */
    size_t n_groups, n_sources, n_edges, n_records;
    lpli_group_t *group;
    lpli_source_of_t *source; /* in the order of their groups, as added within one */
    lpli_edge_t *edge;
    lpli_record_of_t *record;
    bool finished;
    size_t block; /* steps that lists have room for */
    size_t bytes; /* of this */
    void *memory;
    uint32_t *when, *whom; /* what sources of one group bring in a block: block x the largest such group */
    uint64_t *place;       /* block + 1 */
    uint64_t steps;        /* whole ones */
    size_t last;           /* those of the last run */
    bool look;             /* LPL_LOOK of a member in the last run */
    size_t stopped;        /* 0, or 1 + the call of the present step with which to go on (run.c) */
};

/* Spikes of step k of the block. */
static inline const uint32_t *lpli_fired(const lpli_group_t *g, size_t k, size_t *n) {
    *n = (size_t)(g->ptr[k + 1] - g->ptr[k]);
    return g->who + g->ptr[k];
}

#endif
