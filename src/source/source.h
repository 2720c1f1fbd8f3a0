/* source/source.h - the insides of a source, and what its two kinds offer to the common calls (source.c). */
#ifndef LPLI_SOURCE_H
#define LPLI_SOURCE_H

#include "lpl/source.h"

enum { LPLI_SOURCE_BATCH = 16 }; /* candidates whose random words are made together */

/* Rate over time: knot k at x[k] = time_s[k] - time_s[0] with rate[k]; `at` remembers where the last look-up was (only
 * for speed). */
typedef struct lpli_rate_t {
    size_t n, at;
    double *x, *rate;
    double begin; /* time_s[0] */
    int loop;
} lpli_rate_t;

/* A segment of a Poisson source: `length` steps, `cells` = length x group places (step, neuron), flattened with the
 * neuron last. */
typedef struct lpli_segment_t {
    uint64_t length, cells;
    uint64_t begin; /* first step */
    uint64_t cell;  /* the next place that a candidate can take */
    uint64_t spike; /* the first spike that is not in the list of `next`; cells: no more in this segment */
    uint64_t block; /* of random words, for the candidate after the batch */
    double p_max;   /* of a candidate */
    double log_q;   /* ln(1 - p_max) */
    size_t used;    /* candidates of the batch used up */
    uint32_t words[4 * LPLI_SOURCE_BATCH];
} lpli_segment_t;

struct lpl_source_t {
    lpl_source_config_t cfg; /* without the caller's arrays */
    uint64_t group, own;     /* neurons of the whole; the first of them that is a neuron of this source */
    uint32_t shift;          /* from neuron of this source to index that comes out */
    uint64_t t;              /* the next step */
    uint64_t next;           /* >= t: the steps before it have no spikes */
    uint64_t end;            /* steps that can be made */
    size_t n_list;           /* spikes of step `next`; 0: step `next` has not been looked at */
    const uint32_t *list;
    /* POISSON */
    lpli_rate_t rate;
    lpli_segment_t seg;
    uint32_t *pending; /* n */
    int32_t isa;
    /* SPIKES */
    size_t n_spikes, at;
    uint64_t *step;
    uint32_t *neuron;
};

/* Look at step `next` and, if it has no spikes, at what follows: then either n_list > 0, or nothing fires before a
 * larger `next`. */
void lpli_poisson_open(lpl_source_t *s);
void lpli_spikes_open(lpl_source_t *s);

/* Steps that can be made yet. */
static inline uint64_t lpli_source_left(const lpl_source_t *s) { return s->end - s->t; }

/* The next n_steps steps (no more than are left): who[k], with `first`, fires when[k] steps from now; how many did.
 * Room for n each step. */
size_t lpli_source_some(lpl_source_t *s, size_t n_steps, uint32_t *when, uint32_t *who);

/* After step `next`: the following step with spikes, or the next one to look at. */
void lpli_poisson_advance(lpl_source_t *s);
void lpli_spikes_advance(lpl_source_t *s);

/* A checked config; its steps per segment and how many steps its random numbers last. */
lpl_status_t lpli_poisson_check(const lpl_source_config_t *c, const char *fn);
lpl_status_t lpli_spikes_check(const lpl_source_config_t *c, const char *fn);
uint64_t lpli_poisson_length(const lpl_source_config_t *c);

/* Spikes per second at step t. */
double lpli_rate_at(const lpli_rate_t *r, double dt, uint64_t t, size_t *at);

#endif
