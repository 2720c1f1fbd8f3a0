/* projection/projection_kernel.c - symmetric inhibitory STDP (projection.h), every operation rounded as in the
 * published code.
 *
 * There a synapse transmits and changes in one pass: for each delayed pre spike, each of its weights is added to the
 * conductance and then changed; post spikes of the step change weights afterwards; traces move last. Here
 * lpl_projection_drive transmits all of them first, and this step does the rest. The bits are the same: within a step a
 * synapse transmits once, before its own pre spike changes it, no other synapse's change touches its weight, and no
 * trace moves before all have learned. Conductances see the same additions in the same order. */
#include "connect/drive.h"
#include "projection/projection.h"

static inline real at_pre_spike(real w, real tr_post, real zeta, real target, real w_min) {
    const real v = w + zeta * (tr_post - target);
    return v < w_min ? w_min : v;
}

static inline real at_post_spike(real w, real tr_pre, real zeta, real w_max) {
    const real v = w + zeta * tr_pre;
    return v > w_max ? w_max : v;
}

static void learn_pre(const lpl_projection_t *p, const uint64_t *arrived) {
    const lpli_csr_t *csr = &p->csr;
    const real zeta = (real)p->zeta, target = (real)p->target, w_min = (real)p->w_min, *tr_post = p->tr_post;
    LPLI_EACH_SPIKE(j, arrived, p->delay.words, {
        const size_t first = (size_t)csr->row_ptr[j], n = (size_t)csr->row_ptr[j + 1] - first;
        real *w = (real *)p->w + first;
        const lpli_index_t to = lpli_index_from(csr->col, first);
        LPLI_EACH_INDEX(to, 0, n, k, i, { w[k] = at_pre_spike(w[k], tr_post[i], zeta, target, w_min); });
    })
}

static void learn_post(const lpl_projection_t *p, const uint32_t *post, size_t n_spk_post) {
    const lpli_csr_t *csr = &p->csr;
    const real zeta = (real)p->zeta, w_max = (real)p->w_max, *tr_pre = p->tr_pre;
    real *w = p->w;
    for (size_t s = 0; s < n_spk_post; s++) {
        const size_t i = post[s];
        if (!csr->dense) {
            const size_t first = (size_t)p->post_ptr[i], n = (size_t)p->post_ptr[i + 1] - first;
            const lpli_index_t from = lpli_index_from(p->post_from, first),
                               in_row = lpli_index_from(p->post_in_row, first);
            LPLI_EACH_INDEX(from, 0, n, k, j, {
                real *wk = w + csr->row_ptr[j] + lpli_index_at(in_row, k);
                *wk = at_post_spike(*wk, tr_pre[j], zeta, w_max);
            });
        } else
            for (size_t j = 0; j < csr->n_pre; j++)
                w[j * csr->n_post + i] = at_post_spike(w[j * csr->n_post + i], tr_pre[j], zeta, w_max);
    }
}

void K(lpli_istdp)(lpl_projection_t *p, const uint64_t *arrived, const uint32_t *post, size_t n_spk_post, bool learn) {
    if (learn) {
        learn_pre(p, arrived);
        learn_post(p, post, n_spk_post);
    }
    lpli_spikes_to_bits(p->post_row, lpli_spike_words(p->csr.n_post), post, n_spk_post);
    K(lpli_trace)(p->tr_pre, p->csr.n_pre, arrived, (real)p->k);
    K(lpli_trace)(p->tr_post, p->csr.n_post, p->post_row, (real)p->k);
}
