/* spiking/guard_real.c - would a step of an absurd projection leave NaN or infinity behind? The same arithmetic on
 * copies (spiking.h). */
#include "core/error.h"
#include "linalg/vector.h"
#include "spiking/forward.h"
#include "spiking/synapse.h"

static void raise(double *high, double to) {
    if (!(to <= *high)) *high = to;
}

static double highest(const lpl_spiking_t *s, const void *p, size_t n) {
    return p && n > 0 ? (double)LPLI_PICK(s->cfg.isa, lpli_highest)(p, n) : 0;
}

void R(lpli_spiking_measure)(lpl_spiking_t *s) {
    const size_t n = (size_t)s->cfg.n_post, n_pre = s->csr.n_pre, n_syn = s->csr.n_synapses;
    lpli_spk_high_t *h = &s->high;
    const void *const err[] = {s->err, s->err_rise, s->err_flt}, *const trace[] = {s->tr_pre, s->psp},
                      *const elig[] = {s->elig, s->elig_flt};
    for (size_t k = 0; k < sizeof err / sizeof *err; k++) raise(&h->err, highest(s, err[k], n));
    for (size_t k = 0; k < sizeof trace / sizeof *trace; k++) raise(&h->trace, highest(s, trace[k], n_pre));
    for (size_t k = 0; k < sizeof elig / sizeof *elig; k++) raise(&h->elig, highest(s, elig[k], n_syn));
    for (size_t row = 0; row < s->forward; row++)
        raise(&h->err, highest(s, (const real *)s->err_flt_row + row * s->n_pad, n));
    for (size_t row = 0; row < s->delay + s->forward; row++)
        raise(&h->fprime, highest(s, (const real *)s->fprime + row * s->n_pad, n));
    if (s->psp_line) raise(&h->trace, highest(s, s->psp_line, s->delay * n_pre));
    raise(&h->sum, highest(s, s->sum, n_syn));
    raise(&h->grad2, highest(s, s->grad2, n_syn));
    raise(&h->mean, highest(s, s->mean, n));
    raise(&h->sigma2, highest(s, s->sigma2, n));
    for (size_t i = 0; s->mean64 && i < n; i++) raise(&h->mean, s->mean64[i]), raise(&h->sigma2, s->sigma64[i]);
}

static lpl_status_t diverged(const lpl_spiking_t *s, const char *what, size_t at, const char *fn) {
    return lpli_fail(
        LPL_E_NONFINITE, fn,
        "projection %d, step %llu: %s %zu would become NaN or infinite (push, pull, delta, eta or mean too large?)",
        (int)s->cfg.label, (unsigned long long)s->step, what, at);
}

/* ---- post neurons ---- */

static size_t first_infinite(const real *x, size_t n) {
    size_t k = 0;
    while (k < n && x[k] - x[k] == 0) k++;
    return k;
}

lpl_status_t R(lpli_spiking_check_forward)(const lpl_spiking_t *s, bool keep, const char *fn) {
    for (size_t chunk = 0; chunk < s->n_chunks; chunk++) {
        enum { STATES = 5 };
        real copy[STATES][LPLI_CHUNK], spare[LPLI_CHUNK];
        double slow[2][LPLI_CHUNK];
        const size_t first = lpli_chunk_first(chunk), n = lpli_chunk_size(s, chunk);
        const void *const state[STATES] = {s->err, s->err_rise, s->err_flt, s->mean, s->sigma2};
        for (size_t k = 0; k < STATES; k++) memcpy(copy[k], (const real *)state[k] + first, n * sizeof(real));
        if (s->mean64) {
            memcpy(slow[0], s->mean64 + first, n * sizeof(double));
            memcpy(slow[1], s->sigma64 + first, n * sizeof(double));
        }
        const R(lpli_post_t) post = {
            .err = copy[0],
            .rise = copy[1],
            .flt = copy[2],
            .mean = copy[3],
            .sigma2 = copy[4],
            .mean64 = s->mean64 ? slow[0] : NULL,
            .sigma64 = s->mean64 ? slow[1] : NULL,
        };
        R(lpli_spiking_forward_some)(s, &post, keep ? spare : NULL, chunk, 0);
        const size_t left = (size_t)s->cfg.n_post - first,
                     real_n = left < n ? left : n; /* the others only fill the last vector */
        size_t bad = real_n;
        for (size_t k = 0; k < STATES; k++) {
            const size_t at = first_infinite(copy[k], real_n);
            if (at < bad) bad = at;
        }
        for (size_t i = 0; s->mean64 && i < bad; i++)
            if (!isfinite(slow[0][i]) || !isfinite(slow[1][i])) bad = i;
        if (bad < real_n) return diverged(s, "the error of post neuron", first + bad, fn);
    }
    return LPL_OK;
}

/* ---- synapses ---- */

enum { PIECE = 256 };
typedef struct {
    real elig[PIECE], elig_flt[PIECE], sum[PIECE], d_elig[PIECE], d_flt[PIECE], w[PIECE], grad2[PIECE];
} piece_t;

/* Synapses k .. k+n-1, all of pre neuron j, whose first in the present tile is `begin`, as they would be before the
 * weights change. */
static void traces_after(const lpl_spiking_t *s, piece_t *p, size_t j, size_t begin, size_t k, size_t n) {
    const size_t bytes = n * sizeof(real), steps = s->pending, in_row = k - (size_t)s->csr.row_ptr[j];
    const lpli_index_t col = lpli_index_from(s->csr.col, k);
    memcpy(p->elig, (const real *)s->elig + k, bytes);
    memcpy(p->elig_flt, (const real *)s->elig_flt + k, bytes);
    const size_t at = s->tile_at ? s->tile_at[j] + (k - begin) : k; /* in the present tile */
    memcpy(p->sum, (const real *)(s->tile_at ? s->tile_sum : s->sum) + at, bytes);
    if (lpli_spk_is_block(s)) {
        memcpy(p->d_elig, (const real *)s->d_elig + at, bytes);
        memcpy(p->d_flt, (const real *)s->d_elig_flt + at, bytes);
        R(lpli_row_close_t) c = R(lpli_spiking_row)(s, j);
        if (s->csr.dense) c.coef += in_row;
        LPLI_PICK(s->cfg.isa, lpli_row_close)(p->elig, p->elig_flt, p->sum, p->d_elig, p->d_flt, col, n, &c);
        return;
    }
    const size_t row = steps - 1;
    const real *psp = (const real *)s->psp_line + (size_t)((s->t - 1) % s->delay) * s->csr.n_pre;
    const real *fprime = (const real *)s->fprime + row * s->n_pad,
               *err_flt = (const real *)s->err_flt_row + row * s->n_pad;
    const real r_decay = (real)s->k.r_decay, k_rise = (real)s->k.k_rise;
    if (!s->csr.dense) LPLI_PICK(s->cfg.isa, lpli_fused_flat)
    (p->elig, p->elig_flt, p->sum, s->pre_of + k, col, n, psp, fprime, err_flt, r_decay, k_rise);
    else LPLI_PICK(s->cfg.isa, lpli_fused_row)(p->elig, p->elig_flt, p->sum, n, psp[j], fprime + in_row,
                                               err_flt + in_row, r_decay, k_rise);
    const uint64_t *delayed = s->pre_bits + (row + s->delay) * s->pre_words;
    if (s->k.delta_sum > 0 && (delayed[j / 64] >> (j % 64) & 1))
        for (size_t i = 0; i < n; i++) p->sum[i] += (real)s->k.delta_sum;
}

static lpl_status_t check_piece(const lpl_spiking_t *s, const piece_t *p, size_t k, size_t n, const char *fn) {
    const real *const x[] = {p->elig, p->elig_flt, p->sum};
    static const char *const name[] = {"the eligibility of synapse", "the filtered eligibility of synapse",
                                       "the gradient of synapse"};
    for (size_t v = 0; v < 3; v++) {
        const size_t at = first_infinite(x[v], n);
        if (at < n) return diverged(s, name[v], k + at, fn);
    }
    return LPL_OK;
}

static lpl_status_t check_change(const lpl_spiking_t *s, piece_t *p, const R(lpli_apply_t) * a, size_t k, size_t n,
                                 const char *fn) {
    memcpy(p->w, (const real *)s->w + k, n * sizeof(real));
    if (s->grad2) memcpy(p->grad2, (const real *)s->grad2 + k, n * sizeof(real));
    LPLI_PICK(s->cfg.isa, lpli_apply)(p->w, p->sum, s->grad2 ? p->grad2 : NULL, n, a);
    size_t at = first_infinite(p->w, n);
    if (at < n) return diverged(s, "the weight of synapse", k + at, fn);
    at = s->grad2 ? first_infinite(p->grad2, n) : n;
    return at < n ? diverged(s, "the squared gradient of synapse", k + at, fn) : LPL_OK;
}

lpl_status_t R(lpli_spiking_check_synapses)(lpl_spiking_t *s, bool update, const char *fn) {
    real largest = 0;
    R(lpli_apply_t) a = {0};
    piece_t p;
    for (int change = 0; change < (update ? 2 : 1);
         change++) { /* first the traces, all of them: their largest enters the change */
        if (change) a = R(lpli_spiking_change)(s, s->updates + 1, (real)lpli_spiking_agree(s, (double)largest));
        for (size_t tile = 0; tile < s->n_tiles; tile++) {
            if (s->tile_at) R(lpli_spiking_backward)(s, tile);
            for (size_t j = 0; j < s->csr.n_pre; j++) {
                size_t row;
                const size_t all = R(lpli_spiking_tile_of_row)(s, j, tile, &row);
                for (size_t k = row; k < row + all; k += PIECE) {
                    const size_t n = row + all - k < PIECE ? row + all - k : PIECE;
                    traces_after(s, &p, j, row, k, n);
                    if (change) {
                        LPLI_TRY(check_change(s, &p, &a, k, n, fn));
                        continue;
                    }
                    LPLI_TRY(check_piece(s, &p, k, n, fn));
                    const real most = LPLI_PICK(s->cfg.isa, lpli_largest)(p.sum, n);
                    if (most > largest) largest = most;
                }
            }
            if (s->tile_at) R(lpli_spiking_forget)(s);
        }
    }
    return LPL_OK;
}
