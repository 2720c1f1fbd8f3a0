/* lpl/connect.h - which pre neuron reaches which post neuron: all, a CSR matrix or a list of the host, or each pair by
 * chance.
 *
 * Of a network that is spread over processes each has a part (docs/part.md): all n_pre pre neurons, and the post
 * neurons post_begin .. post_begin + n_post - 1 of n_post_global. Chance goes by the numbers of the whole, so the parts
 * together are the whole, bit for bit. Everything else that speaks of post neurons (columns, spikes, potentials,
 * states) counts the part's own, 0 .. n_post - 1.
 *
 * Connectivity is described once, at create (lpl_spiking_create, lpl_projection_create), and copied. Synapses are
 * numbered row by row, a row being the targets of one pre neuron, columns ascending: k is the index of everything that
 * there is per synapse. All to all, k = pre * n_post + post. (Rate layers are post-major; here a spike touches the
 * synapses of one pre neuron, and they lie together.)
 */
#ifndef LPL_CONNECT_H
#define LPL_CONNECT_H

#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    LPL_CONNECT_DENSE = 0,  /* every pair (but see NO_SELF) */
    LPL_CONNECT_CSR = 1,    /* row_ptr, col */
    LPL_CONNECT_LIST = 2,   /* pre, post: pairs in any order, none twice */
    LPL_CONNECT_RANDOM = 3, /* each pair with the given probability, independently, by random.h from (seed, stream): one
                               draw a pair, O(n_pre n_post) */
    LPL_CONNECT_RANDOM_ROWS = 4 /* the same law, other draws: from connected pair to connected pair, post neuron by post
                                   neuron, O(n_pre + n_post + synapses) (docs/connect.md). Since 0.1.1 */
};

/* Bits of lpl_connect_t.flags. */
enum {
    LPL_CONNECT_NO_SELF = 1 /* DENSE, RANDOM, RANDOM_ROWS: not from j to j, post neurons by their number in the whole
                               (recurrent projections) */
};

typedef struct lpl_connect_t {
    uint32_t size;           /* sizeof(lpl_connect_t), set by lpl_connect_init */
    uint32_t flags;          /* LPL_CONNECT_NO_SELF (default 0) */
    int32_t kind;            /* LPL_CONNECT_* (default DENSE) */
    int32_t reserved;        /* 0 */
    uint64_t n_synapses;     /* CSR, LIST: length of col, of pre and post */
    const uint64_t *row_ptr; /* CSR: n_pre + 1 offsets, 0 first, ascending, n_synapses last */
    const uint32_t *col;     /* CSR: post neurons, strictly ascending within a row */
    const uint32_t *pre;     /* LIST */
    const uint32_t *post;    /* LIST */
    double probability;      /* RANDOM, RANDOM_ROWS: 0 .. 1 */
    uint64_t seed;           /* RANDOM, RANDOM_ROWS (default 0) */
    uint64_t stream;         /* likewise: give each projection its own (default 0) */
    uint64_t post_begin;     /* of a part: its first post neuron; both 0 (default): what the projection's config says.
                                Since 0.1.1, as the next */
    uint64_t n_post_global;  /* post neurons of the whole */
} lpl_connect_t;

/* Defaults: all to all. Returns LPL_OK, LPL_E_NULL, LPL_E_VERSION. Thread class: any. Since 0.1. */
LPL_API lpl_status_t lpl_connect_init(lpl_connect_t *c, size_t size);

#ifdef __cplusplus
}
#endif
#endif
