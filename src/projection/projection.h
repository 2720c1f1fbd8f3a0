/* projection/projection.h - the insides of lpl_projection_t. */
#ifndef LPLI_PROJECTION_H
#define LPLI_PROJECTION_H

#include "connect/connect.h"
#include "connect/spikes.h"
#include "core/kernel.h"
#include "lpl/projection.h"

struct lpl_projection_t {
    lpl_projection_config_t cfg;
    int32_t isa;
    size_t bytes;       /* of this block; the rows of csr have one of their own */
    uint64_t step;      /* steps done */
    lpli_csr_t csr;     /* owned */
    lpli_delay_t delay; /* pre spikes of the last delay_ax */
    void *w;            /* n_synapses, in the dtype */
    void *tr_pre;       /* n_pre, n_post; INHIBITORY, as all that follow */
    void *tr_post;
    uint64_t *post_ptr; /* the synapses by post neuron (lpli_csr_by_post); NULL if dense: their numbers are known */
    lpli_index_t post_from, post_in_row;
    uint64_t *post_row;                   /* scratch: post spikes of a step as bits */
    double w_most;                        /* no weight is, nor becomes, larger in size */
    double k, zeta, target, w_min, w_max; /* as the step uses them, rounded to the dtype; target = 2 kappa tau_stdp */
};

/* Its post neurons. */
static inline lpli_part_t lpli_projection_part(const lpl_projection_t *p) {
    return (lpli_part_t){p->cfg.post_begin, p->cfg.n_post, p->cfg.n_post_global};
}

/* cfg complete -> all that follows from it but the connectivity; csr's shape too -> bytes with rows (0: cannot be
 * addressed); decided -> a projection, counters as decided, whose own csr becomes, or is freed on failure
 * (core/object.h). Shared with load. */
lpl_status_t lpli_projection_decide(lpl_projection_t *p, const char *fn);
size_t lpli_projection_bytes(lpl_projection_t *decided);
lpl_status_t lpli_projection_make(lpl_projection_t *decided, lpli_csr_t *csr, lpl_projection_t **out, const char *fn);

/* The step of LPL_PROJECTION_INHIBITORY (equations: include/lpl/projection.h): weights, if learn, then traces.
 * `arrived` are the delayed pre spikes; post the spikes of this step. The first two choose the instruction set. */
typedef void lpli_learn_fn(lpl_projection_t *p, const uint64_t *arrived, const uint32_t *post, size_t n_spk_post,
                           bool learn);
lpli_learn_fn lpli_projection_learn_f32, lpli_projection_learn_f64;
/* As many of them without a spike, in which nothing is learned. */
void lpli_projection_idle_f32(lpl_projection_t *p, size_t steps);
void lpli_projection_idle_f64(lpl_projection_t *p, size_t steps);
/* What this row of delayed pre spikes adds to g. */
void lpli_projection_arrive_f32(const lpl_projection_t *p, void *g, const uint64_t *row);
void lpli_projection_arrive_f64(const lpl_projection_t *p, void *g, const uint64_t *row);
/* Does lpl_projection_step move traces? And weights? */
static inline bool lpli_projection_moves(const lpl_projection_t *p) {
    return p->cfg.kind == LPL_PROJECTION_INHIBITORY && p->cfg.mode != LPL_MODE_FROZEN;
}
static inline bool lpli_projection_learns(const lpl_projection_t *p) {
    return p->cfg.mode == LPL_MODE_LEARN && p->zeta > 0 && p->csr.n_synapses > 0;
}
/* No sum of its weights onto a neuron is, nor becomes, larger (lpli_lif_receptor's `most`). */
static inline double lpli_projection_most(const lpl_projection_t *p) {
    return 2 * (double)p->csr.n_pre * p->w_most; /* a sum that is rounded grows by at most twice what is added */
}
/* lpl_projection_drive into an array of the projection's dtype. */
lpl_status_t lpli_projection_drive_f32(const lpl_projection_t *p, void *g);
lpl_status_t lpli_projection_drive_f64(const lpl_projection_t *p, void *g);
LPLI_KERNEL(void, lpli_istdp,
            (lpl_projection_t * p, const uint64_t *arrived, const uint32_t *post, size_t n_spk_post, bool learn));

#endif
