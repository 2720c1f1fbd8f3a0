/* tests/common/alloc_fail.h - let each allocation of a job fail in turn (alloc.h must come first). */
#ifndef LPL_ALLOC_FAIL_H
#define LPL_ALLOC_FAIL_H

#include "common/testing.h"

#if ALLOC_COUNTED

/* Check's own assertions allocate, so what is counted may not use them: it notes what went wrong here. */
static int wrong;
#define MUST(condition) (wrong += !(condition))

typedef lpl_status_t (*job_fn)(void *user); /* makes, uses nothing, ends what it made */

/* Let the first, the second, ... allocation fail, until the job needs no more. Returns how many it made. */
static size_t fail_each(job_fn job, void *user) {
    OK(job(user)); /* BLIS takes its pools here */
    for (size_t n = 1;; n++) {
        alloc_start(n);
        const lpl_status_t status = job(user);
        alloc_stop();
        ck_assert_int_eq(wrong, 0);
        ck_assert_int_eq(alloc_state.live, 0);
        if (alloc_state.own < n) { /* none was left to fail */
            OK(status);
            return n - 1;
        }
        ck_assert_msg(status == LPL_E_MEMORY, "allocation %zu failed: %s (%s)", n, lpl_status_name(status),
                      lpl_last_error());
        ck_assert(strncmp(lpl_last_error(), "LPL_E_MEMORY lpl_", 17) == 0);
    }
}

#endif
#endif
