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
    uint64_t *post_ptr; /* the synapses by post neuron (lpli_csr_by_post); NULL if dense, where their numbers are known */
    uint32_t *post_from;
    uint64_t *post_synapse;
    uint64_t *post_row;                   /* scratch: post spikes of a step as bits */
    double k, zeta, target, w_min, w_max; /* as the step uses them, rounded to the dtype; target = 2 kappa tau_stdp */
};

/* Check a config that is already complete and make a projection; csr becomes its own, or is freed on failure. Shared with load. */
lpl_status_t lpli_projection_check(const lpl_projection_config_t *c, const char *fn);
size_t lpli_projection_bytes(const lpl_projection_config_t *c, size_t n_synapses, bool dense); /* with rows; 0: cannot be addressed */
lpl_status_t lpli_projection_make(const lpl_projection_config_t *c, lpli_csr_t *csr, lpl_projection_t **out, const char *fn);

static inline size_t lpli_projection_elem(const lpl_projection_config_t *c) { return c->dtype == LPL_F64 ? sizeof(double) : sizeof(float); }

/* The step of LPL_PROJECTION_INHIBITORY (equations: include/lpl/projection.h): weights, if learn, then traces. `arrived` are the delayed pre
 * spikes; post the spikes of this step. The first two choose the instruction set. */
typedef void lpli_learn_fn(lpl_projection_t *p, const uint64_t *arrived, const uint32_t *post, size_t n_spk_post, bool learn);
lpli_learn_fn lpli_projection_learn_f32, lpli_projection_learn_f64;
/* lpl_projection_drive into an array of the projection's dtype. */
lpl_status_t lpli_projection_drive_f32(const lpl_projection_t *p, void *g);
lpl_status_t lpli_projection_drive_f64(const lpl_projection_t *p, void *g);
LPLI_KERNEL(void, lpli_istdp, (lpl_projection_t * p, const uint64_t *arrived, const uint32_t *post, size_t n_spk_post, bool learn));

#endif
