/* spiking/spiking.h - inside of a plastic projection (equations E1 - E9: include/lpl/spiking.h).
 *
 * Two clocks: `step` counts all steps and drives the axonal delay; `t` counts those that are learned from (all but
 * FROZEN ones), and windows, blocks and updates go by it. Learning looks back over histories, rows of which belong to
 * steps of t:
 *
 *   history      row 0 is step           a row                     a block needs of the past
 *   fprime       t0 - delay              n_pad reals               E3: fprime(t - delay); a row holds v(t) until the
 *                forward pass has been there
 *   err_flt      t0                      n_pad reals               (what E4 of that step multiplies with)
 *   post_bits    t0 - past_post          post_words                E1, E7: S(t - delay), S(t - lag)
 *   pre_bits     t0 - 2 delay            pre_words                 E4: S(t - delay); E8 and E3 together: S(t - 2 delay
 *                - 1)
 *
 * t0 is the first step of the present block, `pending` the number of its steps recorded so far, `forward` how many of
 * them the forward pass (E1, E2, E7 - E9 of the post neurons) has seen. FUSED is a block that is dealt with after each
 * step; its rows only slide now and then. */
#ifndef LPLI_SPIKING_H
#define LPLI_SPIKING_H

#include "connect/connect.h"
#include "connect/spikes.h"
#include "core/arena.h"
#include "core/real.h"
#include "lpl/spiking.h"

/* Post neurons are worked on in chunks: a task of the forward pass. A multiple of 64 (words of bits) and of LPLI_LANES.
 * A task of the backward pass is a span, one or more chunks. */
enum {
    LPLI_CHUNK = 256,
    LPLI_QUIET_EVERY = 64, /* steps between two looks for traces that have died away */
    LPLI_FUSED_ROWS = 64
};

/* Filter constants: exp(-dt/tau) and dt/tau, rounded to float for float32; k_syn and r_psp where they are used: the
 * tables of BLOCK go by the double ones, as those of 0.1.0 did, whose states go on with the same bits. */
typedef struct lpli_spk_const_t {
    double k_syn, r_psp, k_rise, r_decay, r_err_rise, r_err_decay, k_mean, k_sigma2;
    double c_mean;   /* -dt/tau_mean */
    double c_sigma2; /* dt/tau_sigma2, or 1/tau_sigma2 (E7) */
    double xi, push_scale, delta_err, delta_sum;
    double slow_mean, slow_sigma2; /* exp(-dt/tau) - 1, not rounded: LPL_SLOW_DOUBLE */
    double rms, wdecay;            /* E5 */
} lpli_spk_const_t;

/* Where a projection began, for its verdict (verdict.c): mean rate, Hz, and mean weight, of the config or of what was
 * written last. */
typedef struct lpli_spk_start_t {
    double rate, w;
} lpli_spk_start_t;

/* LPL_SPIKING_WATCH. */
typedef struct lpli_spk_watch_t {
    void *w;          /* synapses: the weights at the last look */
    uint64_t learned; /* changes of weights since then in mode LEARN */
    int32_t verdict;  /* of the last look */
    double change;    /* report.weight_change */
} lpli_spk_watch_t;

/* lpl_spiking_largest: whom a part with scaling asks, and the answer for the change of weights at hand. */
typedef struct lpli_spk_ask_t {
    lpl_spiking_largest_fn fn;
    void *user;
    bool known;
    double answer;
} lpli_spk_ask_t;

/* Bounds of magnitudes, of now and for good (guard.c). */
typedef struct lpli_spk_high_t {
    double err, fprime, mean, sigma2, trace, elig, sum, grad2;
} lpli_spk_high_t;

struct lpl_spiking_t {
    lpl_spiking_config_t cfg;
    lpli_spk_const_t k;
    lpli_csr_t csr;
    size_t bytes, end_of_state; /* of this block: all, and behind the struct up to the tables */

    lpli_spk_high_t high;
    bool calm; /* guard.c: no step can overflow */
    lpli_spk_start_t start;
    lpli_spk_watch_t watch;
    lpli_spk_ask_t ask;

    uint64_t step, t, updates;
    size_t cap; /* rows of a block at most */
    size_t delay, lag, past_post;
    size_t n_pad, pre_words, post_words, n_chunks;
    size_t pending, forward;
    int32_t threads;

    lpli_delay_t line; /* pre spikes on their way */
    uint64_t *pre_bits, *post_bits;
    void *fprime, *err_flt_row;

    /* post neurons, n_pad each */
    void *err, *err_rise, *err_flt, *mean, *sigma2;
    double *mean64, *sigma64; /* LPL_SLOW_DOUBLE */
    void *scratch;            /* threads x (LPLI_SCRATCH, FUSED: _FUSED) x lpli_spk_scratch_size, reals */
    void *coef;               /* BLOCK: LPLI_COEFS x n_pad reals */

    /* pre neurons; FUSED: as the last step left them, BLOCK: as step t0 - delay - 1 left them */
    void *tr_pre, *psp;
    void *psp_line;           /* FUSED: delay x n_pre; psp before E6 of step t at t % delay */
    uint32_t *pre_of;         /* FUSED, sparse: pre neuron of each synapse */
    uint32_t *jumped, *count; /* BLOCK */
    uint8_t *pre_any;         /* BLOCK, scratch: a row of pre_bits each */

    /* synapses */
    void *w, *elig, *elig_flt, *sum, *grad2;

    /* BLOCK: what the backward pass knows of `span` post neurons, from 0, span, 2 span, ... on, is spread over their
     * synapses together: so many that a pre neuron has some dozens of them, and what is looked up for each of its
     * spikes counts little. */
    size_t span, n_spans;
    uint32_t *span_ptr; /* sparse, more than one span: n_pre x (n_spans + 1), where a row's spans begin in it */

    /* BLOCK: the end of a block goes tile by tile, `tile_spans` spans of post neurons each, so that what it takes per
     * synapse is taken for those of a tile alone: what the spikes of this block add to the traces, and the sum. A row
     * has its synapses of the present tile from tile_at on. One tile: tile_at and tile_sum are NULL, row_ptr and sum
     * take their places. Where a block is a window and nobody asks for the largest gradient, sums are not kept at all:
     * weights change in the tile. */
    size_t n_tiles, tile_spans, tile_room; /* synapses of the largest tile */
    bool keeps_sum;
    void *d_elig, *d_elig_flt, *tile_sum; /* tile_room; 0 between tiles */
    size_t *tile_at;                      /* n_pre */

    /* BLOCK: powers, cap + 2 each. pow_syn[n] = k_syn^n, pow_psp[n] = (1 - r_psp)^n, cross[n]: psp after n steps of a
     * unit tr_pre; tail_elig[n], tail_flt[n]: elig and elig_flt at the end of what enters elig n steps before (E3) */
    double *pow_syn, *pow_psp, *cross, *tail_elig, *tail_flt;
};

/* steps of which the backward pass keeps what their pre spikes need */
enum { LPLI_KEPT = 8 };
/* vectors of scratch that a task has: the backward pass (BLOCK) takes 8 (lpli_back_t) and 3 a step kept, the forward
 * pass 3 */
enum { LPLI_SCRATCH = 8 + 3 * LPLI_KEPT, LPLI_SCRATCH_FUSED = 3 };
/* coefficients at the start of a block */
enum {
    LPLI_COEF_SUM_P,
    LPLI_COEF_SUM_Q,
    LPLI_COEF_SUM_ELIG,
    LPLI_COEF_SUM_FLT,
    LPLI_COEF_ELIG_P,
    LPLI_COEF_ELIG_Q,
    LPLI_COEF_FLT_P,
    LPLI_COEF_FLT_Q,
    LPLI_COEFS
};

static inline size_t lpli_spk_elem(const lpl_spiking_t *s) {
    return s->cfg.dtype == LPL_F64 ? sizeof(double) : sizeof(float);
}
static inline bool lpli_spk_is_block(const lpl_spiking_t *s) { return s->cfg.engine == LPL_ENGINE_BLOCK; }

/* A vector of scratch: the first chunk or span. */
static inline size_t lpli_spk_scratch_size(const lpl_spiking_t *s) {
    const size_t most = lpli_spk_is_block(s) && s->span > LPLI_CHUNK ? s->span : LPLI_CHUNK;
    return s->n_pad < most ? s->n_pad : most;
}

/* Its post neurons. */
static inline lpli_part_t lpli_spiking_part(const lpl_spiking_t *s) {
    return (lpli_part_t){s->cfg.post_begin, s->cfg.n_post, s->cfg.n_post_global};
}

/* Config as given -> all fields decided (form's own xi and delta, engine, isa), constants, steps. */
lpl_status_t lpli_spiking_decide(lpl_spiking_t *s, const lpl_spiking_config_t *cfg, const char *fn);
/* Make a projection from a decided one and its rows (which it takes over, also on failure). */
lpl_status_t lpli_spiking_make(lpl_spiking_t *decided, lpli_csr_t *csr, lpl_spiking_t **out, const char *fn);
/* Bytes that one with csr's shape takes, connectivity included; 0: not addressable. */
size_t lpli_spiking_bytes(lpl_spiking_t *decided);
/* Elements of a named state; 0 for an unknown one. */
size_t lpli_spiking_length(const lpl_spiking_t *s, int32_t what);

/* spiking/forward_real.c: E1, E2, E7 - E9 for the recorded steps that have not seen them. */
void lpli_spiking_forward_f32(lpl_spiking_t *s);
void lpli_spiking_forward_f64(lpl_spiking_t *s);
/* spiking/block_real.c: E3, E4, E6, E8 for all recorded steps at once. */
void lpli_spiking_end_block_f32(lpl_spiking_t *s);
void lpli_spiking_end_block_f64(lpl_spiking_t *s);
/* spiking/fused_real.c: E3, E4, E6, E8 for the step just recorded. */
void lpli_spiking_fused_f32(lpl_spiking_t *s);
void lpli_spiking_fused_f64(lpl_spiking_t *s);
/* One step of the pre neurons' traces (E6, E8) with the pre spikes of delay_ax ago. */
void lpli_spiking_pre_step_f32(const lpl_spiking_t *s, float *tr_pre, float *psp, const uint64_t *delayed);
void lpli_spiking_pre_step_f64(const lpl_spiking_t *s, double *tr_pre, double *psp, const uint64_t *delayed);
/* spiking/apply_real.c: E5, for all synapses. */
void lpli_spiking_apply_f32(lpl_spiking_t *s);
void lpli_spiking_apply_f64(lpl_spiking_t *s);
/* ---- divergence: a step that would leave NaN or infinity behind is refused ----
 * guard.c: bounds from the parameters exclude an overflow for good in all but absurd configs (calm). Otherwise
 * guard_real.c finds out, step by step, on copies on the stack; that takes twice as long.
 *   bound    s->high and s->calm anew, from what s->high was, after parameters have changed
 *   measure  s->high at least what the states hold */
void lpli_spiking_bound(lpl_spiking_t *s);
void lpli_spiking_measure_f32(lpl_spiking_t *s);
void lpli_spiking_measure_f64(lpl_spiking_t *s);
/* Would the forward pass of the recorded steps leave post neurons finite? keep: rows of fprime stay potentials, else
 * they become f'. */
lpl_status_t lpli_spiking_check_forward_f32(const lpl_spiking_t *s, bool keep, const char *fn);
lpl_status_t lpli_spiking_check_forward_f64(const lpl_spiking_t *s, bool keep, const char *fn);
/* Would synapses be finite after the step just recorded (FUSED), or after the present block, whose backward pass is
 * done (BLOCK), and after the weights have changed, if update? Rows are as check_forward (keep = false) leaves them.
 * */
lpl_status_t lpli_spiking_check_synapses_f32(lpl_spiking_t *s, bool update, const char *fn);
lpl_status_t lpli_spiking_check_synapses_f64(lpl_spiking_t *s, bool update, const char *fn);
/* The largest |sum| of all parts, of which this one has `own`: asked once a change of weights. */
double lpli_spiking_agree(lpl_spiking_t *s, double own);
/* LPL_E_ORDER if nobody can be asked. */
lpl_status_t lpli_spiking_check_ask(const lpl_spiking_t *s, const char *fn);

/* end_block in its parts, for who looks first: what comes once; per tile, the backward pass and how to undo it; and all
 * that follows (of one tile, whose backward pass is done). */
void lpli_spiking_prepare_f32(lpl_spiking_t *s);
void lpli_spiking_prepare_f64(lpl_spiking_t *s);
void lpli_spiking_backward_f32(lpl_spiking_t *s, size_t tile);
void lpli_spiking_backward_f64(lpl_spiking_t *s, size_t tile);
void lpli_spiking_forget_f32(lpl_spiking_t *s);
void lpli_spiking_forget_f64(lpl_spiking_t *s);
void lpli_spiking_close_f32(lpl_spiking_t *s);
void lpli_spiking_close_f64(lpl_spiking_t *s);

/* spiking/verdict.c
 *   judge  verdict and mend of a report whose other fields are there
 *   look   after a change of weights, with LPL_SPIKING_WATCH: LPL_LOOK if the verdict is another one */
static inline bool lpli_spiking_watched(const lpl_spiking_t *s) { return (s->cfg.flags & LPL_SPIKING_WATCH) != 0; }
void lpli_spiking_judge(const lpl_spiking_t *s, lpl_spiking_report_t *report);
lpl_status_t lpli_spiking_look(lpl_spiking_t *s);
/* Changes of weights between two looks. */
uint64_t lpli_spiking_look_every(const lpl_spiking_t *s);
/* What is left of the running mean that the projection began with, 0 .. 1. */
double lpli_spiking_left_over(const lpl_spiking_t *s);
/* spiking/read_real.c: all fields of a report but size, step and updates, which start at 0, and verdict and mend. */
void lpli_spiking_health_f32(const lpl_spiking_t *s, lpl_spiking_report_t *report);
void lpli_spiking_health_f64(const lpl_spiking_t *s, lpl_spiking_report_t *report);
/* From watch.w to the present weights, as report.weight_change; and these become watch.w. */
double lpli_spiking_moved_f32(lpl_spiking_t *s);
double lpli_spiking_moved_f64(lpl_spiking_t *s);
/* spiking/step_real.c: a step in its parts, for whoever has checked lists and potentials.
 *   arrive  what this row of delayed pre spikes adds to g; LPL_E_NONFINITE only if not lpli_spiking_drives_safely
 *   record  the spikes and potentials of the step behind `ahead` recorded ones (FROZEN: nothing is recorded)
 *   learn   from n recorded steps, lpli_spiking_left at most; 1 if it is not calm, and then it can fail. v: potentials
 *           of the last one
 * The caller keeps the line and `step`. */
lpl_status_t lpli_spiking_arrive_f32(const lpl_spiking_t *s, void *g, const uint64_t *row, const char *fn);
lpl_status_t lpli_spiking_arrive_f64(const lpl_spiking_t *s, void *g, const uint64_t *row, const char *fn);
void lpli_spiking_record_f32(lpl_spiking_t *s, size_t ahead, const uint32_t *pre, size_t n_spk_pre,
                             const uint32_t *post, size_t n_spk_post, const void *v);
void lpli_spiking_record_f64(lpl_spiking_t *s, size_t ahead, const uint32_t *pre, size_t n_spk_pre,
                             const uint32_t *post, size_t n_spk_post, const void *v);
/* LPL_LOOK of the step that ends a window, too. */
lpl_status_t lpli_spiking_learn_f32(lpl_spiking_t *s, size_t n, const void *v, const char *fn);
lpl_status_t lpli_spiking_learn_f64(lpl_spiking_t *s, size_t n, const void *v, const char *fn);
static inline double lpli_spiking_largest(const lpl_spiking_t *s) { /* weight in size */
    const double low = s->cfg.w_min < 0 ? -s->cfg.w_min : s->cfg.w_min, high = s->cfg.w_max;
    return high > low ? high : low;
}
/* lpli_lif_receptor's `most`; twice: a sum that is rounded grows by at most twice what is added. */
static inline double lpli_spiking_most(const lpl_spiking_t *s) {
    return 2 * (double)s->cfg.n_pre * lpli_spiking_largest(s);
}
bool lpli_spiking_drives_safely_f32(const lpl_spiking_t *s);
bool lpli_spiking_drives_safely_f64(const lpl_spiking_t *s);
/* Steps to the end of the present block or the next change of weights, that step included. */
static inline size_t lpli_spiking_left(const lpl_spiking_t *s) {
    const uint64_t phase = s->t % s->cfg.update_every, update = phase == 0 ? 1 : s->cfg.update_every - phase + 1;
    const size_t room = s->cap - s->pending;
    return !lpli_spk_is_block(s) ? 1 : update < room ? (size_t)update : room;
}
lpl_status_t lpli_spiking_drive_lif_f32(const lpl_spiking_t *s, lpl_lif_t *target, int32_t receptor, const char *fn);
lpl_status_t lpli_spiking_drive_lif_f64(const lpl_spiking_t *s, lpl_lif_t *target, int32_t receptor, const char *fn);
/* Parts of a projection. */
enum { LPLI_PART_PRE = 1, LPLI_PART_POST = 2, LPLI_PART_SYNAPSES = 4 };
/* Forget the oldest rows: row `pending` becomes row 0. */
void lpli_spiking_slide(lpl_spiking_t *s, unsigned parts);
/* A BLOCK projection as it would be if its block ended now: a copy (free with lpl_spiking_destroy) that shares
 * connectivity and tables with s, and of which only these parts mean anything. SYNAPSES needs both others. */
lpl_status_t lpli_spiking_settled(const lpl_spiking_t *s, lpl_spiking_t **out, unsigned parts, const char *fn);
void lpli_spiking_settle_f32(lpl_spiking_t *copy, unsigned parts);
void lpli_spiking_settle_f64(lpl_spiking_t *copy, unsigned parts);

#endif
