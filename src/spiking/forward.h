/* spiking/forward.h - what the typed files of this folder share. */
#ifndef LPLI_FORWARD_H
#define LPLI_FORWARD_H

#include "connect/drive.h"
#include "core/threads.h"
#include "spiking/post.h"
#include "spiking/spiking.h"
#include "spiking/synapse.h"

/* Post neurons of chunk c: first, and how many (of the padded ones). */
static inline size_t lpli_chunk_first(size_t c) { return c * LPLI_CHUNK; }
static inline size_t lpli_chunk_size(const lpl_spiking_t *s, size_t c) {
    const size_t left = s->n_pad - c * LPLI_CHUNK;
    return left < LPLI_CHUNK ? left : LPLI_CHUNK;
}

/* Of `most` post neurons from `first` on as many as have to be worked on: up to a whole vector of the instruction
 * set. */
static inline size_t lpli_post_work(const lpl_spiking_t *s, size_t first, size_t most) {
    const size_t lanes = (s->cfg.isa == LPL_ISA_AVX512 ? 64 : 32) / sizeof(real), left = (size_t)s->cfg.n_post - first;
    return left < most ? (left + lanes - 1) / lanes * lanes : most;
}

/* Scratch vector v of a worker. */
static inline real *R(lpli_spk_scratch)(const lpl_spiking_t *s, size_t worker, size_t v) {
    return (real *)s->scratch +
           (worker * (lpli_spk_is_block(s) ? LPLI_SCRATCH : LPLI_SCRATCH_FUSED) + v) * lpli_spk_scratch_size(s);
}

/* The first synapse of row j in a tile, and how many: FUSED: one tile. */
static inline size_t R(lpli_spiking_tile_of_row)(const lpl_spiking_t *s, size_t j, size_t tile, size_t *first) {
    const size_t begin = tile * s->tile_spans, next = begin + s->tile_spans,
                 end = next < s->n_spans ? next : s->n_spans, row = (size_t)s->csr.row_ptr[j];
    if (s->n_tiles == 1) {
        *first = row;
        return (size_t)s->csr.row_ptr[j + 1] - row;
    }
    if (s->csr.dense) {
        const size_t from = begin * s->span, stop = end * s->span;
        *first = row + from;
        return (stop < s->csr.n_post ? stop : s->csr.n_post) - from;
    }
    const uint32_t *ptr = s->span_ptr + j * (s->n_spans + 1);
    *first = row + ptr[begin];
    return ptr[end] - ptr[begin];
}

/* The forward pass of one chunk over the recorded steps that have not seen it, with post neurons' states in *p.
 * spare: room for a chunk of fprime, whose rows then stay potentials; or NULL. */
void R(lpli_spiking_forward_some)(const lpl_spiking_t *s, const R(lpli_post_t) * p, real *spare, size_t chunk,
                                  size_t worker);
/* What closes the present block for pre neuron j (B6). */
R(lpli_row_close_t) R(lpli_spiking_row)(const lpl_spiking_t *s, size_t j);
/* The n-th change of weights, largest |sum|. */
R(lpli_apply_t) R(lpli_spiking_change)(const lpl_spiking_t *s, uint64_t n, real largest);

#endif
