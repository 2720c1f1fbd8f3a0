/* spiking/apply_real.c - weights change (E5). */
#include "spiking/forward.h"
#include "spiking/synapse.h"

enum { TASK = 1 << 16 }; /* synapses of a task */

typedef struct {
    lpl_spiking_t *s;
    R(lpli_apply_t) a;
} change_t;

static void change(void *ctx, size_t task, size_t worker) {
    change_t *c = ctx;
    lpl_spiking_t *s = c->s;
    (void)worker;
    const size_t k = task * TASK, left = s->csr.n_synapses - k, n = left < TASK ? left : TASK;
    LPLI_PICK(s->cfg.isa, lpli_apply)
    ((real *)s->w + k, (real *)s->sum + k, s->grad2 ? (real *)s->grad2 + k : NULL, n, &c->a);
}

R(lpli_apply_t) R(lpli_spiking_change)(const lpl_spiking_t *s, uint64_t n, real largest) {
    const lpl_spiking_config_t *c = &s->cfg;
    R(lpli_apply_t)
    a = {.eta = (double)(real)c->eta,
         .decay = s->k.wdecay * (double)(real)c->eta,
         .correct = c->scaling == LPL_SCALING_RMS ? 1 - pow(s->k.rms, (double)n) : 1,
         .every = (real)c->update_every,
         .low = (real)c->w_min,
         .high = (real)c->w_max,
         .rms = (real)s->k.rms,
         .learn = c->mode == LPL_MODE_LEARN,
         .scaling = c->scaling};
    if (c->scaling != LPL_SCALING_NONE)
        a.nought = largest / a.every * (real)1e-20; /* rounding of one engine, and 0 in the other */
    return a;
}

void R(lpli_spiking_apply)(lpl_spiking_t *s) {
    const lpl_spiking_config_t *c = &s->cfg;
    real largest = 0;
    if (c->scaling != LPL_SCALING_NONE)
        largest = (real)lpli_spiking_agree(
            s, s->ask.known ? 0 : (double)LPLI_PICK(c->isa, lpli_largest)(s->sum, s->csr.n_synapses));
    s->ask.known = false;
    s->updates++;
    if (!s->keeps_sum) return; /* done, tile by tile */
    change_t all = {.s = s, .a = R(lpli_spiking_change)(s, s->updates, largest)};
    lpli_parallel((s->csr.n_synapses + TASK - 1) / TASK, s->threads, change, &all);
}
