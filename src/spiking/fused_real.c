/* spiking/fused_real.c - one pass over all synapses each step, in the order of the published code: for short update
 * intervals, and as the reference. */
#include "spiking/forward.h"
#include "spiking/synapse.h"

enum { TASK = 1 << 16 }; /* synapses of a task */

typedef struct {
    lpl_spiking_t *s;
    const real *psp, *fprime, *err_flt;
} step_t;

static void rows(void *ctx, size_t task, size_t worker) {
    const step_t *c = ctx;
    lpl_spiking_t *s = c->s;
    (void)worker;
    const real r_decay = (real)s->k.r_decay, k_rise = (real)s->k.k_rise;
    real *elig = s->elig, *elig_flt = s->elig_flt, *sum = s->sum;
    if (!s->csr.dense) {
        const size_t k = task * TASK, left = s->csr.n_synapses - k, n = left < TASK ? left : TASK;
        LPLI_PICK(s->cfg.isa, lpli_fused_flat)
        (elig + k, elig_flt + k, sum + k, s->pre_of + k, lpli_index_from(s->csr.col, k), n, c->psp, c->fprime,
         c->err_flt, r_decay, k_rise);
        return;
    }
    const size_t n = s->csr.n_post, per_task = n < TASK ? TASK / n : 1, end = (task + 1) * per_task;
    for (size_t j = task * per_task; j < end && j < s->csr.n_pre; j++) LPLI_PICK(s->cfg.isa, lpli_fused_row)
    (elig + j * n, elig_flt + j * n, sum + j * n, n, c->psp[j], c->fprime, c->err_flt, r_decay, k_rise);
}

void R(lpli_spiking_pre_step)(const lpl_spiking_t *s, real *tr_pre, real *psp, const uint64_t *delayed) {
    const size_t n = s->csr.n_pre;
    LPLI_PICK(s->cfg.isa, lpli_follow)(psp, tr_pre, (real)s->k.r_psp, n);    /* E6 */
    LPLI_PICK(s->cfg.isa, lpli_trace)(tr_pre, n, delayed, (real)s->k.k_syn); /* E8 */
}

void R(lpli_spiking_fused)(lpl_spiking_t *s) {
    const size_t row = s->pending - 1, n_pre = s->csr.n_pre, n_syn = s->csr.n_synapses;
    const uint64_t t = s->t - 1;
    R(lpli_spiking_forward)(s);
    real *line = (real *)s->psp_line + (size_t)(t % s->delay) * n_pre, *sum = s->sum, *tr_pre = s->tr_pre,
         *psp = s->psp;
    step_t step = {
        .s = s,
        .psp = line,
        .fprime = (real *)s->fprime + row * s->n_pad,
        .err_flt = (real *)s->err_flt_row + row * s->n_pad,
    };
    const size_t per_task = s->csr.n_post < TASK ? TASK / s->csr.n_post : 1;
    lpli_parallel(s->csr.dense ? (n_pre + per_task - 1) / per_task : (n_syn + TASK - 1) / TASK, s->threads, rows,
                  &step);
    const uint64_t *delayed = s->pre_bits + (row + s->delay) * s->pre_words;
    if (s->k.delta_sum > 0) { /* E4: a row at a time, after the product, as the reference adds them */
        const real delta = (real)s->k.delta_sum;
        LPLI_EACH_SPIKE(j, delayed, s->pre_words, {
            for (uint64_t k = s->csr.row_ptr[j]; k < s->csr.row_ptr[j + 1]; k++) sum[k] += delta;
        })
    }
    memcpy(line, psp, n_pre * sizeof(real));
    R(lpli_spiking_pre_step)(s, tr_pre, psp, delayed);
    if (t % LPLI_QUIET_EVERY == 0) {
        LPLI_PICK(s->cfg.isa, lpli_quiet)(psp, n_pre);
        real *const synapse[] = {s->elig, s->elig_flt};
        for (size_t v = 0; v < 2; v++) LPLI_PICK(s->cfg.isa, lpli_quiet)(synapse[v], n_syn);
    }
}
