/* state/part_state.h - the record that says which part of a whole a state is: PART u64, first and n_global. It stands
 * behind the numbers of an object, and only in the state of a part: a version that does not know it refuses such a
 * state. */
#ifndef LPLI_PART_STATE_H
#define LPLI_PART_STATE_H

#include "core/part.h"
#include "state/container.h"

/* Nothing, of a whole. */
lpl_status_t lpli_part_write(lpli_writer_t *w, lpli_part_t part);
/* Of n neurons; 0 and n, of a whole. */
lpl_status_t lpli_part_read(lpli_reader_t *r, uint64_t n, uint64_t *first, uint64_t *global);

#endif
