/* core/part.h - a part of a whole: neurons first .. first + n - 1 of `global` (docs/part.md). */
#ifndef LPLI_PART_H
#define LPLI_PART_H

#include <stdbool.h>
#include <stdint.h>

#include "lpl/status.h"

typedef struct lpli_part_t {
    uint64_t first, n, global;
} lpli_part_t;

static inline bool lpli_is_part(lpli_part_t p) { return p.n != p.global; }

/* The fields of a config, whose n is checked: *global 0 becomes n. Names: of the fields, for the sentence. */
lpl_status_t lpli_check_part(uint64_t first, uint64_t n, uint64_t *global, const char *fn, const char *first_name,
                             const char *global_name);

#endif
