/* spiking/forward.h - what the typed files of this folder share. */
#ifndef LPLI_FORWARD_H
#define LPLI_FORWARD_H

#include "connect/drive.h"
#include "core/threads.h"
#include "spiking/post.h"
#include "spiking/spiking.h"

/* Post neurons of chunk c: first, and how many (of the padded ones). */
static inline size_t lpli_chunk_first(size_t c) { return c * LPLI_CHUNK; }
static inline size_t lpli_chunk_size(const lpl_spiking_t *s, size_t c) {
    const size_t left = s->n_pad - c * LPLI_CHUNK;
    return left < LPLI_CHUNK ? left : LPLI_CHUNK;
}

/* Scratch vector v of a worker. */
static inline real *R(lpli_spk_scratch)(const lpl_spiking_t *s, size_t worker, size_t v) {
    return (real *)s->scratch + (worker * LPLI_SCRATCH + v) * LPLI_CHUNK;
}

#endif
