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

/* Where a step's rows of post spikes lie: delayed, lagged, now. */
typedef struct {
    const uint64_t *bits[3];
} fired_t;

static fired_t fired_at(const lpl_spiking_t *s, size_t row) {
    const uint64_t *now = s->post_bits + (s->past_post + row) * s->post_words;
    return (fired_t){{now - s->delay * s->post_words, now - s->lag * s->post_words, now}};
}

static bool silent(const lpl_spiking_t *s, size_t row, size_t first, size_t n) {
    const fired_t at = fired_at(s, row);
    uint64_t any = 0;
    for (size_t w = first / 64; w < first / 64 + (n + 63) / 64; w++)
        any |= at.bits[0][w] | at.bits[1][w] | at.bits[2][w];
    return any == 0;
}

static bool quiet_after(const lpl_spiking_t *s, size_t row) {
    return (s->t - s->pending + row) % LPLI_QUIET_EVERY == 0;
}

/* Rows from `row` on that can be worked on together: none has a spike, and only behind the last one small values become
 * 0. Or one row. */
static size_t together(const lpl_spiking_t *s, size_t row, size_t first, size_t n, bool *spikes) {
    size_t rows = 0;
    while (row + rows < s->pending && silent(s, row + rows, first, n))
        if (quiet_after(s, row + rows++)) break;
    *spikes = rows == 0;
    return rows > 0 ? rows : 1;
}

static void make_quiet(const R(lpli_post_t) * post, int32_t isa, size_t n) {
    real *const quiet[] = {post->rise, post->flt, post->mean, post->sigma2};
    for (size_t v = 0; v < sizeof quiet / sizeof *quiet; v++) LPLI_PICK(isa, lpli_quiet)(quiet[v], n);
    for (size_t i = 0; post->mean64 && i < n; i++) { /* both are >= 0; denormal numbers only, as nothing else may go */
        if (post->mean64[i] < DBL_MIN) post->mean64[i] = 0;
        if (post->sigma64[i] < DBL_MIN) post->sigma64[i] = 0;
    }
}

void R(lpli_spiking_forward_some)(const lpl_spiking_t *s, const R(lpli_post_t) * p, real *spare, size_t chunk,
                                  size_t worker) {
    const size_t first = lpli_chunk_first(chunk), n = lpli_post_work(s, first, LPLI_CHUNK), ld = s->n_pad;
    const R(lpli_post_const_t) constants = post_constants(s);
    const R(lpli_post_t) post = *p;
    const int32_t isa = s->cfg.isa;
    real *fired[3] = {R(lpli_spk_scratch)(s, worker, 0), R(lpli_spk_scratch)(s, worker, 1),
                      R(lpli_spk_scratch)(s, worker, 2)};
    for (int v = 0; v < 3; v++) memset(fired[v], 0, n * sizeof(real));
    for (size_t row = s->forward, rows; row < s->pending; row += rows) {
        real *fprime = (real *)s->fprime + (s->delay + row) * ld + first;
        real *flt_before = (real *)s->err_flt_row + row * ld + first;
        bool spikes = true;
        rows = spare ? 1 : together(s, row, first, n, &spikes);
        if (!spikes) {
            if (post.mean64)
                LPLI_PICK(isa, lpli_post_rows_slow)(&constants, &post, fprime, flt_before, ld, rows, n);
            else
                LPLI_PICK(isa, lpli_post_rows)(&constants, &post, fprime, flt_before, ld, rows, n);
        } else {
            const fired_t at = fired_at(s, row);
            if (spare) fprime = memcpy(spare, fprime, n * sizeof(real));
            for (int v = 0; v < 3; v++) mark(fired[v], at.bits[v], first, n, 1);
            if (post.mean64) LPLI_PICK(isa, lpli_post_step_slow)
            (&constants, &post, fprime, flt_before, fired[0], fired[1], fired[2], n);
            else LPLI_PICK(isa, lpli_post_step)(&constants, &post, fprime, flt_before, fired[0], fired[1], fired[2], n);
            for (int v = 0; v < 3; v++) mark(fired[v], at.bits[v], first, n, 0);
        }
        if (quiet_after(s, row + rows - 1)) make_quiet(&post, isa, n);
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
