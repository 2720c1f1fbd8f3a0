/* connect/connect.h - connectivity as the library keeps it: compressed rows, one per pre neuron, columns ascending. */
#ifndef LPLI_CONNECT_H
#define LPLI_CONNECT_H

#include <stdbool.h>

#include "connect/index.h"
#include "core/part.h"
#include "lpl/connect.h"

typedef struct lpli_csr_t {
    size_t n_pre, n_post, n_synapses;
    uint64_t *row_ptr; /* n_pre + 1 */
    bool dense;        /* all to all: col of k is k % n_post, and row_ptr[j] = j n_post */
    lpli_index_t col;  /* n_synapses; none if dense */
    void *block;       /* what lpli_csr_free frees */
    size_t bytes;      /* of it */
} lpli_csr_t;

/* Check a description and build its rows: post neurons `post` of the whole. c = NULL: all to all. Errors name the row,
 * column or pair. */
lpl_status_t lpli_connect(lpli_csr_t *out, const lpl_connect_t *c, size_t n_pre, lpli_part_t post, const char *fn);
void lpli_csr_free(lpli_csr_t *csr);

/* Bytes that connectivity of this shape (n_pre, n_synapses, dense) takes; 0: cannot be addressed. */
size_t lpli_csr_bytes(const lpli_csr_t *shape);

/* Room for the rows of out->n_pre neurons; dense: no col. */
lpl_status_t lpli_csr_allocate(lpli_csr_t *out, size_t n_synapses, bool dense, const char *fn);

/* Copy the rows out; either may be NULL. */
void lpli_csr_copy(const lpli_csr_t *csr, uint64_t *row_ptr, uint32_t *col);

/* The same synapses ordered by post neuron: entries ptr[i] .. ptr[i+1] - 1 are those onto i, from pre neurons pre[...]
 * ascending; entry e is synapse row_ptr[pre[e]] + in_row[e]. Arrays: ptr n_post + 1, pre (numbers below n_pre) and
 * in_row (below n_post) n_synapses. */
void lpli_csr_by_post(const lpli_csr_t *csr, uint64_t *ptr, lpli_index_t pre, lpli_index_t in_row);

/* Check that rows read from a file are connectivity (lpli_connect's rules). */
lpl_status_t lpli_csr_check(const uint64_t *row_ptr, const uint32_t *col, size_t n_pre, size_t n_post,
                            size_t n_synapses, const char *fn);

#endif
