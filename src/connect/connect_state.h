/* connect/connect_state.h - connectivity and delays in a state file. */
#ifndef LPLI_CONNECT_STATE_H
#define LPLI_CONNECT_STATE_H

#include "connect/connect.h"
#include "connect/spikes.h"
#include "state/fields.h"

/* Records ROWS (u64 row_ptr) and COLS (u32); dense connectivity needs none. read checks what it read and makes *out;
 * the caller has checked the sizes (n_synapses = n_pre n_post if dense) and that the memory may be taken. */
lpl_status_t lpli_csr_write(lpli_writer_t *w, const lpli_csr_t *csr);
lpl_status_t lpli_csr_read(lpli_reader_t *r, lpli_csr_t *out, size_t n_pre, size_t n_post, size_t n_synapses,
                           bool dense, const char *object);

/* The rows of a delay of n neurons, for an object's table of arrays. */
lpli_array_t lpli_delay_array(const char *tag, const lpli_delay_t *d, size_t n);

#endif
