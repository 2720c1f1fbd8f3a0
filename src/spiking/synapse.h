/* spiking/synapse.h - kernels over the synapses of one pre neuron (a row, or the part of a row within one chunk of post
 * neurons).
 *
 * col: post neurons of the synapses, or none for neighbours (all to all): post neuron of synapse k is then k itself,
 * counted from the start of the arrays per post neuron. */
#ifndef LPLI_SYNAPSE_H
#define LPLI_SYNAPSE_H

#include "connect/index.h"
#include "core/kernel.h"

/* E3 and E4 of one step, without delta: a row of neighbours, and any n synapses with their pre and post neurons. */
LPLI_KERNEL(void, lpli_fused_row,
            (real * elig, real *elig_flt, real *sum, size_t n, real psp, const real *fprime, const real *err_flt,
             real r_decay, real k_rise));
LPLI_KERNEL(void, lpli_fused_flat,
            (real * elig, real *elig_flt, real *sum, const uint32_t *pre, lpli_index_t col, size_t n, const real *psp,
             const real *fprime, const real *err_flt, real r_decay, real k_rise));

/* B5: a pre spike adds k_syn times what a unit of tr_pre is worth. The arrays per post neuron begin with number `base`
 * of col. */
LPLI_KERNEL(void, lpli_row_spike,
            (real * sum, real *d_elig, real *d_flt, lpli_index_t col, size_t base, size_t n, const real *sum_p,
             const real *elig_p, const real *flt_p, real k_syn));

typedef struct R(lpli_row_close_t) {
    real p, q;                             /* tr_pre and psp of the row at the start of the block */
    real add;                              /* delta times the delayed spikes of the block */
    real keep_elig, keep_flt, elig_to_flt; /* powers over the whole block */
    const real *coef;                      /* LPLI_COEFS x ld */
    size_t ld;
} R(lpli_row_close_t);

/* B6: end of a block; d_elig, d_flt = 0. */
LPLI_KERNEL(void, lpli_row_close,
            (real * elig, real *elig_flt, real *sum, real *d_elig, real *d_flt, lpli_index_t col, size_t n,
             const R(lpli_row_close_t) * c));

typedef struct R(lpli_apply_t) {
    double eta, decay, correct; /* decay: eta (1 - exp(-dt update_every / tau_wdecay)); correct: 1 - R^n (RMS) */
    real every, low, high, rms, nought; /* |gradient| below nought counts as 0 (with scaling) */
    int32_t learn, scaling;
} R(lpli_apply_t);

/* E5 for n synapses. */
LPLI_KERNEL(void, lpli_apply, (real * w, real *sum, real *grad2, size_t n, const R(lpli_apply_t) * a));

/* max |x| */
LPLI_KERNEL(real, lpli_largest, (const real *x, size_t n));

#endif
