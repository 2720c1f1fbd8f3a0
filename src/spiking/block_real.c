/* spiking/block_real.c - E3, E4, E6, E8 over a whole block, exactly, at a cost that hardly depends on the number of
 * synapses.
 *
 * Between two changes of the weights the traces of a synapse are linear in the pre neuron's spikes, with coefficients
 * that are the post neuron's alone. So run the filters of E3, E4 backwards over the block, per post neuron, from its
 * last step T to its first t0, and ask what a unit of each trace is worth for the sum at the end:
 *
 *   B1  y(t) = (1 - r_decay) y(t+1) + err_flt(t)                       a unit of elig_flt at t (after E3)
 *   B2  c(t) = k_rise c(t+1) + r_decay y(t)                            a unit that enters elig at t
 *   B3  q(n) = (1 - r_psp) q(n+1) + fprime(t - delay) c(t)             a unit of psp as step n = t - delay - 1 leaves
 *   it (E6, E3)
 *   B4  p(n) = k_syn p(n+1) + r_psp q(n+1)                             a unit of tr_pre likewise
 *   B5  a spike of pre neuron j at step n - delay raises tr_pre by k_syn, so   sum_ij += k_syn p_i(n)
 *   B6  what was there at the start:   sum_ij += tr_pre_j p_i + psp_j q_i + elig_ij c_i(t0) + elig_flt_ij (1 - r_decay)
 *                                      y_i(t0)  [+ delta x spikes]
 *
 * elig and elig_flt at T: the same B3 - B6 with, in place of c(t), the powers tail_elig, tail_flt of what is left at T
 * of a unit that entered at t. No product over synapses x steps remains (the matrix products of the usual form, sum = H
 * E', have a factor H that is itself a filtered 0/1 matrix): a block costs O(post neurons x steps) + O(pre spikes x
 * fan-out) + O(synapses). */
#include "spiking/forward.h"
#include "spiking/synapse.h"

/* Synapses of row j that end in a span. */
static inline void part_of_row(const lpl_spiking_t *s, size_t j, size_t span, size_t *first, size_t *n) {
    const size_t begin = (size_t)s->csr.row_ptr[j];
    if (s->csr.dense) {
        const size_t from = span * s->span, left = s->csr.n_post - from;
        *first = begin + from, *n = left < s->span ? left : s->span;
    } else if (s->span_ptr) {
        const uint32_t *ptr = s->span_ptr + j * (s->n_spans + 1) + span;
        *first = begin + ptr[0], *n = ptr[1] - ptr[0];
    } else
        *first = begin, *n = (size_t)s->csr.row_ptr[j + 1] - begin;
}

/* Where synapse k of row j has its sum and what is added to its traces; first: its row's first one in the tile. */
static inline size_t place_in_tile(const lpl_spiking_t *s, size_t j, size_t k, size_t first) {
    return s->tile_at ? s->tile_at[j] + (k - first) : k;
}
static inline real *sums_of(const lpl_spiking_t *s) { return s->tile_at ? s->tile_sum : s->sum; }

/* Sums are as they were, places are known. */
static void open_tile(lpl_spiking_t *s, size_t tile) {
    if (!s->tile_at) return;
    size_t at = 0, first;
    for (size_t j = 0; j < s->csr.n_pre; j++) {
        const size_t n = R(lpli_spiking_tile_of_row)(s, j, tile, &first);
        s->tile_at[j] = at;
        if (s->keeps_sum && n > 0) memcpy((real *)s->tile_sum + at, (const real *)s->sum + first, n * sizeof(real));
        at += n;
    }
}

/* B5 for the pre spikes in a row of bits; p: sum_p, elig_p, flt_p of the step. */
static void spikes(lpl_spiking_t *s, size_t span, const uint64_t *row, const real *const p[3]) {
    const real k_syn = (real)s->k.k_syn;
    real *sum = sums_of(s), *d_elig = s->d_elig, *d_flt = s->d_elig_flt;
    LPLI_EACH_SPIKE(j, row, s->pre_words, {
        size_t first;
        size_t n;
        part_of_row(s, j, span, &first, &n);
        size_t at = first;
        if (s->tile_at) {
            size_t begin;
            (void)R(lpli_spiking_tile_of_row)(s, j, span / s->tile_spans, &begin);
            at = place_in_tile(s, j, first, begin);
        }
        LPLI_PICK(s->cfg.isa, lpli_row_spike)
        (sum + at, d_elig + at, d_flt + at, lpli_index_from(s->csr.col, first), span * s->span, n, p[0], p[1], p[2],
         k_syn);
    })
}

/* Which rows of pre spikes hold any: they are gone through four times. */
static void note_spikes(lpl_spiking_t *s) {
    for (size_t row = 0; row < 2 * s->delay + s->pending; row++)
        s->pre_any[row] = lpli_any_spike(s->pre_bits + row * s->pre_words, s->pre_words);
}

/* Pre spikes whose worth the step `row` knows, S(t - 2 delay - 1) (B5); NULL: none, nor at the first step. */
static const uint64_t *worth_at(const lpl_spiking_t *s, size_t row) {
    return row > 0 && s->pre_any[row - 1] ? s->pre_bits + (row - 1) * s->pre_words : NULL;
}

enum { ROWS_AT_ONCE = 64 };

/* A stretch of steps that end with `row` - 1: as many as there is room for what their spikes need, but the earliest of
 * them is one at which small values become 0. Fills in their rows of `at`; the earliest keeps nothing, its state is the
 * end's. */
static size_t stretch(const lpl_spiking_t *s, size_t row, R(lpli_back_row_t) * at) {
    const size_t steps = s->pending;
    size_t n = 0, kept = 0;
    for (;;) {
        const size_t r = row - 1 - n;
        const bool quiet = (s->t - steps + r) % LPLI_QUIET_EVERY == 0, spiked = worth_at(s, r) != NULL;
        const bool last = r == 0 || quiet || n + 1 == ROWS_AT_ONCE || kept == LPLI_KEPT;
        at[n] =
            (R(lpli_back_row_t)){(real)s->tail_elig[steps - 1 - r], (real)s->tail_flt[steps - 1 - r], spiked && !last};
        kept += spiked && !last;
        n++;
        if (last) return n;
    }
}

typedef struct {
    lpl_spiking_t *s;
    size_t tile;
    const R(lpli_apply_t) * change; /* weights change, too */
} tile_t;

static void backward_span(void *ctx, size_t task, size_t worker) {
    lpl_spiking_t *s = ((const tile_t *)ctx)->s;
    const size_t span = ((const tile_t *)ctx)->tile * s->tile_spans + task;
    const size_t first = span * s->span, n = lpli_post_work(s, first, s->span), steps = s->pending;
    const R(lpli_back_const_t) k = {.r_decay = (real)s->k.r_decay,
                                    .k_rise = (real)s->k.k_rise,
                                    .r_psp = (real)s->k.r_psp,
                                    .k_syn = (real)s->k.k_syn};
    enum { STATES = sizeof(R(lpli_back_t)) / sizeof(real *) };
    real *v[STATES], *kept = R(lpli_spk_scratch)(s, worker, STATES);
    for (size_t x = 0; x < STATES; x++) {
        v[x] = R(lpli_spk_scratch)(s, worker, x);
        memset(v[x], 0, n * sizeof(real));
    }
    const R(lpli_back_t) b = {
        .y = v[0],
        .c = v[1],
        .sum_q = v[2],
        .sum_p = v[3],
        .elig_q = v[4],
        .elig_p = v[5],
        .flt_q = v[6],
        .flt_p = v[7],
    };
    for (size_t row = steps; row > 0;) {
        R(lpli_back_row_t) at[ROWS_AT_ONCE];
        const size_t rows = stretch(s, row, at), top = (row - 1) * s->n_pad + first;
        LPLI_PICK(s->cfg.isa, lpli_back_rows)
        (&k, &b, (const real *)s->fprime + top, (const real *)s->err_flt_row + top, s->n_pad, at, rows, row, kept, n);
        if ((s->t - steps + row - rows) % LPLI_QUIET_EVERY == 0)
            for (size_t x = 0; x < STATES; x++) LPLI_PICK(s->cfg.isa, lpli_quiet)(v[x], n);
        const real *p = kept;
        for (size_t r = 0; r + 1 < rows; r++)
            if (at[r].keep) {
                spikes(s, span, worth_at(s, row - 1 - r), (const real *const[]){p, p + n, p + 2 * n});
                p += 3 * n;
            }
        row -= rows;
        const uint64_t *bits = worth_at(s, row);
        if (bits) spikes(s, span, bits, (const real *const[]){b.sum_p, b.elig_p, b.flt_p});
    }
    real *coef = (real *)s->coef + first;
    const size_t ld = s->n_pad;
    for (size_t i = 0; i < n; i++) { /* B6 */
        coef[LPLI_COEF_SUM_P * ld + i] = b.sum_p[i];
        coef[LPLI_COEF_SUM_Q * ld + i] = b.sum_q[i];
        coef[LPLI_COEF_SUM_ELIG * ld + i] = b.c[i];
        coef[LPLI_COEF_SUM_FLT * ld + i] = b.y[i] - k.r_decay * b.y[i];
        coef[LPLI_COEF_ELIG_P * ld + i] = b.elig_p[i];
        coef[LPLI_COEF_ELIG_Q * ld + i] = b.elig_q[i];
        coef[LPLI_COEF_FLT_P * ld + i] = b.flt_p[i];
        coef[LPLI_COEF_FLT_Q * ld + i] = b.flt_q[i];
    }
}

/* ---- B6 for all rows ---- */

enum { TASK = 1 << 15 }; /* synapses of a task, about */

static size_t rows_per_task(const lpl_spiking_t *s) {
    const size_t mean = s->csr.n_synapses / s->csr.n_pre + 1;
    return mean < TASK ? TASK / mean : 1;
}

R(lpli_row_close_t) R(lpli_spiking_row)(const lpl_spiking_t *s, size_t j) {
    const size_t steps = s->pending;
    return (R(lpli_row_close_t)){.p = ((const real *)s->tr_pre)[j],
                                 .q = ((const real *)s->psp)[j],
                                 .add = (real)(s->k.delta_sum * s->count[j]),
                                 .keep_elig = (real)s->tail_elig[steps - 1],
                                 .elig_to_flt = (real)s->tail_flt[steps - 1],
                                 .keep_flt = (real)pow(1 - s->k.r_decay, (double)steps),
                                 .coef = s->coef,
                                 .ld = s->n_pad};
}

static void close_rows(void *ctx, size_t task, size_t worker) {
    const tile_t *t = ctx;
    lpl_spiking_t *s = t->s;
    (void)worker;
    const size_t per_task = rows_per_task(s),
                 end = (task + 1) * per_task < s->csr.n_pre ? (task + 1) * per_task : s->csr.n_pre;
    const real *tr_pre = s->tr_pre, *psp = s->psp;
    R(lpli_row_close_t) c = R(lpli_spiking_row)(s, 0);
    if (s->csr.dense) c.coef += t->tile * s->tile_spans * s->span;
    real *const sums = sums_of(s);
    for (size_t j = task * per_task; j < end; j++) {
        size_t k;
        const size_t n = R(lpli_spiking_tile_of_row)(s, j, t->tile, &k), at = place_in_tile(s, j, k, k);
        c.p = tr_pre[j], c.q = psp[j], c.add = (real)(s->k.delta_sum * s->count[j]);
        LPLI_PICK(s->cfg.isa, lpli_row_close)
        ((real *)s->elig + k, (real *)s->elig_flt + k, sums + at, (real *)s->d_elig + at, (real *)s->d_elig_flt + at,
         lpli_index_from(s->csr.col, k), n, &c);
        LPLI_PICK(s->cfg.isa, lpli_quiet)((real *)s->elig + k, n);
        LPLI_PICK(s->cfg.isa, lpli_quiet)((real *)s->elig_flt + k, n);
        if (t->change) LPLI_PICK(s->cfg.isa, lpli_apply)((real *)s->w + k, sums + at, NULL, n, t->change);
        if (s->tile_at && s->keeps_sum && n > 0) {
            memcpy((real *)s->sum + k, sums + at, n * sizeof(real));
            memset(sums + at, 0, n * sizeof(real));
        }
    }
}

/* ---- pre neurons: from spike to spike by powers (E6, E8) ---- */

static inline void jump(lpl_spiking_t *s, size_t j, size_t to) {
    const size_t n = to - s->jumped[j];
    real *tr_pre = s->tr_pre, *psp = s->psp;
    const double p = (double)tr_pre[j], q = (double)psp[j];
    const double p1 = s->pow_syn[n] * p, q1 = s->pow_psp[n] * q + s->cross[n] * p;
    tr_pre[j] = (real)(p1 < 1e-30 ? 0 : p1), psp[j] = (real)(q1 < 1e-30 ? 0 : q1);
    s->jumped[j] = (uint32_t)to;
}

static void advance_pre(lpl_spiking_t *s) {
    real *tr_pre = s->tr_pre;
    memset(s->jumped, 0, s->csr.n_pre * sizeof *s->jumped);
    for (size_t row = 0; row < s->pending; row++) {
        if (!s->pre_any[row]) continue;
        LPLI_EACH_SPIKE(j, s->pre_bits + row * s->pre_words, s->pre_words,
                        { /* a spike counts before the decay of its step */
                          jump(s, j, row + 1);
                          tr_pre[j] = (real)((double)tr_pre[j] + s->k.k_syn);
                        })
    }
    for (size_t j = 0; j < s->csr.n_pre; j++) jump(s, j, s->pending);
}

static void count_delayed(lpl_spiking_t *s) {
    memset(s->count, 0, s->csr.n_pre * sizeof *s->count);
    if (s->k.delta_sum > 0)
        for (size_t row = 0; row < s->pending; row++) {
            if (!s->pre_any[row + s->delay]) continue;
            LPLI_EACH_SPIKE(j, s->pre_bits + (row + s->delay) * s->pre_words, s->pre_words, { s->count[j]++; })
        }
}

void R(lpli_spiking_prepare)(lpl_spiking_t *s) {
    note_spikes(s);
    count_delayed(s);
}

void R(lpli_spiking_backward)(lpl_spiking_t *s, size_t tile) {
    const size_t first = tile * s->tile_spans, left = s->n_spans - first;
    tile_t t = {.s = s, .tile = tile};
    open_tile(s, tile);
    lpli_parallel(left < s->tile_spans ? left : s->tile_spans, s->threads, backward_span, &t);
}

void R(lpli_spiking_forget)(lpl_spiking_t *s) {
    void *const start[] = {sums_of(s), s->d_elig, s->d_elig_flt};
    for (size_t k = 0; k < sizeof start / sizeof *start; k++) memset(start[k], 0, s->tile_room * sizeof(real));
}

/* The rest of a tile; the weights change with it where sums are not kept, for there the window has ended. */
static void close_tile(lpl_spiking_t *s, size_t tile) {
    const size_t per_task = rows_per_task(s);
    R(lpli_apply_t) change;
    tile_t t = {.s = s, .tile = tile};
    if (!s->keeps_sum) change = R(lpli_spiking_change)(s, s->updates + 1, 0), t.change = &change;
    lpli_parallel((s->csr.n_pre + per_task - 1) / per_task, s->threads, close_rows, &t);
}

static void close_all(lpl_spiking_t *s, bool behind_backward) {
    for (size_t tile = 0; tile < s->n_tiles; tile++) {
        if (!behind_backward || s->n_tiles > 1) R(lpli_spiking_backward)(s, tile);
        close_tile(s, tile);
    }
}

void R(lpli_spiking_settle)(lpl_spiking_t *s, unsigned parts) {
    if (s->pending == 0) return;
    if (parts & LPLI_PART_POST) R(lpli_spiking_forward)(s);
    if (parts & LPLI_PART_SYNAPSES && s->csr.n_synapses > 0) {
        R(lpli_spiking_prepare)(s);
        close_all(s, false);
    } else
        note_spikes(s);
    if (parts & LPLI_PART_PRE) advance_pre(s);
    lpli_spiking_slide(s, parts);
}

void R(lpli_spiking_close)(lpl_spiking_t *s) {
    if (s->csr.n_synapses > 0)
        close_all(s, true);
    else
        note_spikes(s);
    advance_pre(s);
    lpli_spiking_slide(s, LPLI_PART_PRE | LPLI_PART_POST | LPLI_PART_SYNAPSES);
}

void R(lpli_spiking_end_block)(lpl_spiking_t *s) {
    R(lpli_spiking_settle)(s, LPLI_PART_PRE | LPLI_PART_POST | LPLI_PART_SYNAPSES);
}
