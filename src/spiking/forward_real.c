/* spiking/forward_real.c - the post neurons' side of learning: error and its filters, mean, variance, surrogate
 * derivative (E1, E2, E7 - E9).
 *
 * All of it depends on post spikes and potentials alone, never on weights. So it may wait: it runs over the recorded
 * steps when a block ends, or before something that it reads changes. Chunks of post neurons are independent tasks. */
#include "spiking/forward.h"

static R(lpli_post_const_t) post_constants(const lpl_spiking_t *s) {
    const lpl_spiking_config_t *c = &s->cfg;
    const lpli_spk_const_t *k = &s->k;
    const double push = k->push_scale * (double)(real)c->push;
    return (R(lpli_post_const_t)){.c_mean = (real)k->c_mean,
                                  .xi = (real)k->xi,
                                  .push = (real)push,
                                  .delta = (real)k->delta_err,
                                  .pull = (real)c->pull,
                                  .k_mean = (real)k->k_mean,
                                  .c_sigma2 = (real)k->c_sigma2,
                                  .k_sigma2 = (real)k->k_sigma2,
                                  .r_err_rise = (real)k->r_err_rise,
                                  .r_err_decay = (real)k->r_err_decay,
                                  .beta = c->beta,
                                  .v_theta = c->v_theta,
                                  .slow_c_mean = -c->dt / c->tau_mean,
                                  .slow_mean = k->slow_mean,
                                  .slow_c_sigma2 = k->push_scale / c->tau_sigma2,
                                  .slow_sigma2 = k->slow_sigma2,
                                  .slow_xi = k->xi,
                                  .slow_push = push};
}

/* x[i] = value for each neuron of the chunk that fired in this row of bits. */
static void mark(real *x, const uint64_t *row, size_t first, size_t n, real value) {
    LPLI_EACH_SPIKE(i, row + first / 64, (n + 63) / 64, { x[i] = value; })
}

void R(lpli_spiking_forward_some)(const lpl_spiking_t *s, const R(lpli_post_t) * p, real *spare, size_t chunk,
                                  size_t worker) {
    const size_t first = lpli_chunk_first(chunk), n = lpli_chunk_work(s, chunk);
    const R(lpli_post_const_t) constants = post_constants(s);
    const R(lpli_post_t) post = *p;
    real *fired[3] = {R(lpli_spk_scratch)(s, worker, 0), R(lpli_spk_scratch)(s, worker, 1),
                      R(lpli_spk_scratch)(s, worker, 2)};
    for (int v = 0; v < 3; v++) memset(fired[v], 0, n * sizeof(real));
    for (size_t row = s->forward; row < s->pending; row++) {
        const uint64_t *now = s->post_bits + (s->past_post + row) * s->post_words;
        const uint64_t *bits[3] = {now - s->delay * s->post_words, now - s->lag * s->post_words, now};
        real *fprime = (real *)s->fprime + (s->delay + row) * s->n_pad + first;
        real *flt_before = (real *)s->err_flt_row + row * s->n_pad + first;
        if (spare) fprime = memcpy(spare, fprime, n * sizeof(real));
        for (int v = 0; v < 3; v++) mark(fired[v], bits[v], first, n, 1);
        if (post.mean64) LPLI_PICK(s->cfg.isa, lpli_post_step_slow)
        (&constants, &post, fprime, flt_before, fired[0], fired[1], fired[2], n);
        else LPLI_PICK(s->cfg.isa, lpli_post_step)(&constants, &post, fprime, flt_before, fired[0], fired[1], fired[2],
                                                   n);
        for (int v = 0; v < 3; v++) mark(fired[v], bits[v], first, n, 0);
        if ((s->t - s->pending + row) % LPLI_QUIET_EVERY == 0) {
            real *const quiet[] = {post.rise, post.flt, post.mean, post.sigma2};
            for (size_t v = 0; v < sizeof quiet / sizeof *quiet; v++) LPLI_PICK(s->cfg.isa, lpli_quiet)(quiet[v], n);
            for (size_t i = 0; post.mean64 && i < n;
                 i++) { /* both are >= 0; denormal numbers only, as nothing else of them may go */
                if (post.mean64[i] < DBL_MIN) post.mean64[i] = 0;
                if (post.sigma64[i] < DBL_MIN) post.sigma64[i] = 0;
            }
        }
    }
}

static void forward_chunk(void *ctx, size_t chunk, size_t worker) {
    const lpl_spiking_t *s = ctx;
    const size_t first = lpli_chunk_first(chunk);
    const bool slow = s->cfg.slow == LPL_SLOW_DOUBLE;
    const R(lpli_post_t)
        post = {(real *)s->err + first,          (real *)s->err_rise + first, (real *)s->err_flt + first,
                (real *)s->mean + first,         (real *)s->sigma2 + first,   slow ? s->mean64 + first : NULL,
                slow ? s->sigma64 + first : NULL};
    R(lpli_spiking_forward_some)(s, &post, NULL, chunk, worker);
}

void R(lpli_spiking_forward)(lpl_spiking_t *s) {
    if (s->forward == s->pending) return;
    lpli_parallel(s->n_chunks, s->pending - s->forward > 1 ? s->threads : 1, forward_chunk, s);
    s->forward = s->pending;
}
