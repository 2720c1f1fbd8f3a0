/* state/part_state.c - see part_state.h. */
#include "state/part_state.h"

#include "core/error.h"

#define MOST_NEURONS ((uint64_t)1 << 31)

lpl_status_t lpli_part_write(lpli_writer_t *w, lpli_part_t part) {
    const uint64_t numbers[2] = {part.first, part.global};
    return lpli_is_part(part) ? lpli_write_u64(w, "PART", numbers, 2) : w->status;
}

lpl_status_t lpli_part_read(lpli_reader_t *r, uint64_t n, uint64_t *first, uint64_t *global) {
    uint64_t numbers[2] = {0, n};
    bool found;
    LPLI_TRY(lpli_read_optional(r, "PART", &found));
    if (found) LPLI_TRY(lpli_read_u64(r, numbers, 2));
    if (numbers[1] < n || numbers[1] > MOST_NEURONS || numbers[0] > numbers[1] - n || (found && numbers[1] == n))
        return lpli_fail(LPL_E_FORMAT, r->fn, "record PART: neurons from %llu on of %llu, where the state has %llu",
                         (unsigned long long)numbers[0], (unsigned long long)numbers[1], (unsigned long long)n);
    *first = numbers[0], *global = numbers[1];
    return LPL_OK;
}
