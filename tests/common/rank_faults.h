/* tests/common/rank_faults.h - what is wrong on one rank is told on all (ranks.h): the same table of what each says,
 * whatever learns or counts together. */
#ifndef TESTS_RANK_FAULTS_H
#define TESTS_RANK_FAULTS_H

#include "common/ranks.h"
#include "common/testing.h"

/* Given to each rank's work: which fault, and which form of the object; the other fields are filled by it. */
typedef struct {
    int what, form;
    lpl_status_t status[RANKS_MAX];
    char text[RANKS_MAX][256];
    size_t calls; /* of the hook */
} rank_fault_t;

/* Rank 1 has it; what it says, and what the others say. */
typedef struct {
    lpl_status_t odd, others;
    const char *odd_says, *others_say;
} rank_verdict_t;

typedef void (*rank_work_t)(rank_t *r, void *fault);

/* What rank r's call has returned. */
static inline void rank_fault_note(rank_fault_t *f, const rank_t *r, lpl_status_t status) {
    f->status[r->rank] = status;
    if (status < 0) snprintf(f->text[r->rank], sizeof f->text[r->rank], "%s", lpl_last_error());
    if (r->rank == 0) f->calls = r->calls;
}

static inline void rank_fault_is_told(rank_work_t work, int what, int form, const rank_verdict_t *expected) {
    ranks_t all = {0};
    rank_fault_t f = {.what = what, .form = form};
    ranks_run(&all, 3, work, &f);
    for (int k = 0; k < 3; k++) {
        const lpl_status_t need = k == 1 ? expected->odd : expected->others;
        const char *word = k == 1 ? expected->odd_says : expected->others_say;
        ck_assert_msg(f.status[k] == need && strstr(f.text[k], word), "fault %d, form %d, rank %d: %s", what, form, k,
                      f.text[k]);
    }
}

/* The hook fails on all ranks, at each of its calls (7) or starts (8) in turn; returns how many there are. what: no
 * fault. */
static inline size_t rank_hook_fails(rank_work_t work, int what, int form) {
    ranks_t good = {0};
    rank_fault_t f = {.what = what, .form = form};
    ranks_run(&good, 2, work, &f);
    ck_assert_int_ge(f.status[0], LPL_OK);
    const size_t calls = f.calls;
    for (size_t at = 1; at <= calls; at++) {
        ranks_t bad = {0};
        for (int k = 0; k < RANKS_MAX; k++) bad.rank[k].fail_at = at;
        f = (rank_fault_t){.what = what, .form = form};
        ranks_run(&bad, 2, work, &f);
        for (int k = 0; k < 2; k++)
            ck_assert_msg(f.status[k] == LPL_E_REDUCE && strstr(f.text[k], "failure ("), "call %zu: %s", at, f.text[k]);
    }
    return calls;
}

#endif
