/* record/record.h - the insides of a recorder, shared by record.c and record_state.c. */
#ifndef LPLI_RECORD_H
#define LPLI_RECORD_H

#include "core/part.h"
#include "lpl/record.h"

struct lpl_record_t {
    lpl_record_config_t cfg;
    size_t bytes;     /* of this block */
    double log_q;     /* ln(1 - dt/tau_rate): decay of a running rate in one step */
    uint64_t t;       /* steps seen */
    double all;       /* running rate of the whole population, spikes per tau_rate, after step t - 1 */
    double *trace;    /* n: running rate, spikes per tau_rate, as its last spike left it */
    uint64_t *last;   /* n: step of the last spike; 0 with trace 0 before the first */
    uint64_t *counts; /* n */
    uint64_t *bin;    /* n: counts of the bin that is not full yet; NULL without bins */
    /* lent by the host */
    uint64_t *step;
    uint32_t *neuron;
    uint32_t *bins;
    size_t room, room_bins;
    uint64_t stored, lost, stored_bins;
};

/* Its neurons. */
static inline lpli_part_t lpli_record_part(const lpl_record_t *r) {
    return (lpli_part_t){r->cfg.first, r->cfg.n, r->cfg.n_global};
}

/* cfg complete -> all that follows from it; decided -> a recorder, counters and rate as decided (core/object.h). */
lpl_status_t lpli_record_decide(lpl_record_t *r, const char *fn);
lpl_status_t lpli_record_make(const lpl_record_t *decided, lpl_record_t **out, const char *fn);

/* lpl_record_step of a checked list. */
void lpli_record_advance(lpl_record_t *r, const uint32_t *spikes, size_t n_spk);

#endif
