/* lpl/spiking.h - lpl_spiking_t: a plastic projection onto spiking neurons, learning by LPL (theory 6.3).
 *
 *   dw_ij/dt = eta [ alpha * (psp_j f'(v_i)) ] [ alpha * ( -pull (S_i(t) - S_i(t - t_lag)) + push (S_i - mean_i) /
 *   (sigma2_i + xi) ) ] + eta delta S_j
 *
 * psp_j: pre spikes after tau_syn and tau_psp;  f'(v) = beta / (1 + beta |v - v_theta|)^2;  alpha: a rise and a decay
 * filter, two of each; mean_i, sigma2_i: running mean and variance of the post spike train. Written out per step of
 * length dt, with k(tau) = exp(-dt/tau), r(tau) = dt/tau, d = delay_ax in steps, l = t_lag in steps, D_i = S_i(t-d)
 * (every right-hand side is what step t-1 left, unless said):
 *
 *   E1  err_i      = push_eff (D_i - mean_i r(tau_mean)) / (sigma2_i + xi)  [+ delta]  - pull (D_i - S_i(t-l))
 *   E2  fprime_i   = f'(v_i(t))
 *   E3  elig_ij   += psp_j(t-d) fprime_i(t-d);  elig_flt_ij += r(tau_decay) (elig_ij - elig_flt_ij);  elig_ij *=
 *                 k(tau_rise)
 *   E4  sum_ij    += elig_flt_ij err_flt_i   [+ delta S_j(t-d)]
 *   E5  every update_every steps (t = 0, update_every, ...):  w_ij += eta sum_ij / update_every, clipped to [w_min,
 *   w_max];  sum_ij = 0
 *   E6  psp_j     += r(tau_psp) (tr_pre_j - psp_j)
 *   E7  sigma2_i   = k(tau_sigma2) (sigma2_i + c (D_i - mean_i r(tau_mean))^2)
 *   E8  tr_pre_j   = k(tau_syn) (tr_pre_j + S_j(t-d));  mean_i = k(tau_mean) (mean_i + S_i(t))
 *   E9  err_rise_i += r(tau_err_rise) (err_i - err_rise_i);  err_flt_i += r(tau_err_decay) (err_rise_i - err_flt_i)
 *
 *   LPL_FORM_ERRATUM    push_eff = push dt, xi = 1e-7, c = dt/tau_sigma2, delta = 1e-3 in E4  (sigma2: variance of the
 *                       spike count of a step)
 *   LPL_FORM_REFERENCE  push_eff = push,    xi = 1e-3, c = 1/tau_sigma2,  delta = 1e-5 in E1  (as published; sigma2 in
 *                                           Hz)
 * The two are the same rule but for rounding and the place of delta (docs/spiking.md). The interval between "now" and
 * "a moment ago" is t_lag - delay_ax, as in the reference (19.2 ms with the defaults).
 *
 * One time step of a host, in this order:
 *   1  S(t): sources (source.h), populations (lif.h)
 *   2  lpl_spiking_drive, lpl_projection_drive: conductances += w S(t - delay_ax), felt by the membrane at step t + 1
 *   3  lpl_spiking_step, lpl_projection_step: learning; it sees v(t) after threshold and reset, and the spikes S(t)
 *
 * Engines (equal results within numerics of docs/spiking.md; chosen by the config alone):
 *   FUSED  one pass over all synapses each step, arithmetic in the order E1 - E9 with every operation rounded: bit for
 *          bit the reference in float
 *   BLOCK  nothing per synapse until a block ends; then E3, E4 are run backwards as filters per post neuron, and each
 *          pre spike adds what it is worth to its synapses. Exact algebra (src/spiking/block_real.c); cost per synapse
 *          and step near 0.
 * Memory is fixed at create. All calls are deterministic: the same bits for any number of threads, for step n times and
 * steps(n), and after save and load. Reading never changes a run.
 */
#ifndef LPL_SPIKING_H
#define LPL_SPIKING_H

#include "connect.h"
#include "layer.h"
#include "lif.h"
#include "state.h"
#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A plastic projection. Calls that take a const pointer may run together on any threads; others need exclusive
 * access. */
typedef struct lpl_spiking_t lpl_spiking_t;

enum {
    LPL_ENGINE_AUTO = 0, /* BLOCK from update_every = 8 on, FUSED below */
    LPL_ENGINE_FUSED = 1,
    LPL_ENGINE_BLOCK = 2
};

/* Division of the gradient g = sum / update_every by its running size, per synapse; g2 is LPL_SPIKING_GRAD2. R =
 * exp(-dt update_every / tau_rms).
 *   NONE     w += eta g
 *   MAXNORM  g2 = max(g^2, R g2), w += eta g / (sqrt(g2) + 1e-32)     (the reference's accelerated optimiser)
 *   RMS      g2 = R g2 + (1 - R) g^2, divided by 1 - R^n after n updates
 * g2 of a synapse whose g is 0 becomes 0 once it is no normal number. */
enum {
    LPL_SCALING_NONE = 0,
    LPL_SCALING_MAXNORM = 1,
    LPL_SCALING_RMS = 2
};

/* How mean and sigma2 are kept. DOUBLE (the default since 0.1.1): in double, x += (k - 1) x, as written: within 1 %
 * of exp(-t/tau) at every dt and tau. REFERENCE: in the projection's type, x = k x, as in the published simulations,
 * whose bits it gives; in float32 the effective time constant then wanders with the value (420 - 700 s for 600 s),
 * and near dt/tau = 2^-25 k rounds to 1: create refuses a k that means another time constant by more than a third.
 * The values are those of 0.1; a config that says 0 says REFERENCE. */
enum {
    LPL_SLOW_REFERENCE = 0,
    LPL_SLOW_DOUBLE = 1
};

enum {
    LPL_PRESET_SPIKING_NETWORK = 0, /* Fig. 5: erratum form; the defaults of lpl_spiking_config_init */
    LPL_PRESET_SPIKING_STDP = 1,    /* Fig. 6: eta 5e-3, delta 0, tau_sigma2 300 s, w_init 0.5, mean_init 20 Hz,
                                       sigma2_init 1e-5 */
    LPL_PRESET_SPIKING_NETWORK_REFERENCE = 2, /* the same two in LPL_FORM_REFERENCE (sigma2_init of STDP: 0.1), with
                                                 LPL_SLOW_REFERENCE */
    LPL_PRESET_SPIKING_STDP_REFERENCE = 3
};

/* Bits of lpl_spiking_config_t.flags. WATCH (since 0.1.1): look at the verdict (below) at the first weight change after
 * each tau_mean, and say so when it is another one: that step, or the call that makes it, returns LPL_LOOK (status.h).
 * Each change is told once, the first look at a healthy projection is no change, and none comes before tau_mean has
 * passed. It also measures weight_change, for which it keeps a copy of the weights. Cost: nothing in a step, one pass
 * over weights and post neurons each tau_mean. Without the flag nothing is kept and nothing told; a report has a
 * verdict all the same. */
enum {
    LPL_SPIKING_WATCH = 1
};

typedef struct lpl_spiking_config_t {
    uint32_t size;         /* sizeof(lpl_spiking_config_t), set by lpl_spiking_config_init */
    uint32_t flags;        /* LPL_SPIKING_WATCH (default 0) */
    int32_t dtype;         /* LPL_F32 (default), LPL_F64 */
    int32_t form;          /* LPL_FORM_ERRATUM (default), LPL_FORM_REFERENCE */
    uint64_t n_pre;        /* 1 .. 2^31; no default */
    uint64_t n_post;       /* 1 .. 2^31; no default */
    double dt;             /* s (default 1e-4); at most half of every time constant */
    double eta;            /* learning rate, >= 0 (default 1e-2) */
    double push;           /* Hebbian term, >= 0 (default 1; lambda in the article) */
    double pull;           /* predictive term, >= 0 (default 1; phi in the code) */
    double xi;             /* variance floor, in units of sigma2; 0: the form's own (default) */
    double delta;          /* transmitter-triggered term, >= 0; negative: the form's own (default -1) */
    double tau_syn;        /* s: pre trace (default 5e-3) */
    double tau_psp;        /* s: psp (default 20e-3) */
    double tau_rise;       /* s: eligibility, un-normalised stage (default 2e-3) */
    double tau_decay;      /* s: eligibility, second stage (default 10e-3) */
    double tau_err_rise;   /* s: error, first stage (default 2e-3) */
    double tau_err_decay;  /* s: error, second stage (default 10e-3) */
    double beta;           /* 1/V: steepness of the surrogate derivative (default 1000) */
    double v_theta;        /* V: its centre (default -50e-3) */
    double t_lag;          /* s: "a moment ago" (default 20e-3); at least dt */
    double delay_ax;       /* s: axonal delay (default 8e-4); at least dt */
    double tau_mean;       /* s: slow mean of the post neurons' spikes (default 600) */
    double tau_sigma2;     /* s: running variance (default 30) */
    double mean_init;      /* Hz (default 0) */
    double sigma2_init;    /* in units of the form's sigma2, >= 0 (default 0) */
    uint64_t update_every; /* steps between weight changes, >= 1 (default 5000) */
    double w_init;         /* every weight (default 0.15) */
    double w_min;          /* lower bound of every weight (default 0) */
    double w_max;          /* upper bound (default 1) */
    double tau_wdecay;     /* s; 0: none (default). w -= w eta (1 - exp(-dt update_every / tau_wdecay)) at each
                              update */
    int32_t scaling;       /* LPL_SCALING_* (default NONE) */
    int32_t slow;          /* LPL_SLOW_* (default DOUBLE; 0.1.0: REFERENCE) */
    double tau_rms;        /* s: running size of the gradient, MAXNORM and RMS (default 100) */
    int32_t mode;          /* LPL_MODE_* (status.h; default LEARN). TRACK: all but the weights move (priming). FROZEN:
                              only transmits */
    int32_t engine;        /* LPL_ENGINE_* (default AUTO) */
    uint64_t memory_max;   /* bytes of history at most (BLOCK); 0 (default): whole windows of update_every steps, up to
                              256 MiB. Of a part: those of the whole, as blocks begin and end with the whole's */
    int32_t threads;       /* 1 .. 1024 (default 1: none are started) */
    int32_t isa;           /* LPL_ISA_* (default AUTO) */
    int32_t label;         /* the host's number for this projection, named in messages (default 0) */
    int32_t reserved;      /* 0 */
    uint64_t post_begin;   /* of a part (connect.h, docs/part.md): its first post neuron (default 0) of ... Since
                              0.1.1, as the next */
    uint64_t n_post_global; /* ... the whole, up to 2^31; 0: n_post, this is the whole (default 0) */
} lpl_spiking_config_t;

/* Scalars for lpl_spiking_set and lpl_spiking_get. What is set acts from the next step on. */
enum {
    LPL_SPIKING_PARAM_ETA = 0,
    LPL_SPIKING_PARAM_PUSH = 1,
    LPL_SPIKING_PARAM_PULL = 2,
    LPL_SPIKING_PARAM_MODE = 3,         /* LPL_MODE_* as a number */
    LPL_SPIKING_PARAM_THREADS = 4,      /* 1 .. threads of the config */
    LPL_SPIKING_PARAM_STEP = 5,         /* number of steps done = the next t; read only, as all that follow */
    LPL_SPIKING_PARAM_UPDATES = 6,      /* weight changes done */
    LPL_SPIKING_PARAM_N_PRE = 7,
    LPL_SPIKING_PARAM_N_POST = 8,
    LPL_SPIKING_PARAM_N_SYNAPSES = 9,
    LPL_SPIKING_PARAM_DTYPE = 10,
    LPL_SPIKING_PARAM_ENGINE = 11,      /* the engine in use */
    LPL_SPIKING_PARAM_ISA = 12,
    LPL_SPIKING_PARAM_MEMORY = 13,      /* bytes taken at create */
    LPL_SPIKING_PARAM_BLOCK = 14,       /* steps of a block (FUSED: 1) */
    LPL_SPIKING_PARAM_DT = 15,
    LPL_SPIKING_PARAM_DELAY = 16,       /* steps */
    LPL_SPIKING_PARAM_LAG = 17,         /* steps */
    LPL_SPIKING_PARAM_TAU_MEAN = 18,
    LPL_SPIKING_PARAM_W_MIN = 19,
    LPL_SPIKING_PARAM_W_MAX = 20,
    LPL_SPIKING_PARAM_LABEL = 21,
    LPL_SPIKING_PARAM_VERDICT = 22,     /* LPL_VERDICT_* of the last look (LPL_SPIKING_WATCH), EARLY before the first.
                                           Since 0.1.1, as those that follow */
    LPL_SPIKING_PARAM_POST_BEGIN = 23,
    LPL_SPIKING_PARAM_N_POST_GLOBAL = 24
};

/* Named states for lpl_spiking_read, as step t left them; names in brackets: columns of the golden data. */
enum {
    LPL_SPIKING_WEIGHTS = 0,   /* per synapse */
    LPL_SPIKING_ELIG = 1,      /* per synapse, after its decay [el] */
    LPL_SPIKING_ELIG_FLT = 2,  /* per synapse [el_flt] */
    LPL_SPIKING_ELIG_SUM = 3,  /* per synapse: sum of E4; 0 after an update [el_sum] */
    LPL_SPIKING_GRAD2 = 4,     /* per synapse: squared size of the gradient [g2]; 0 without scaling */
    LPL_SPIKING_TR_PRE = 5,    /* per pre neuron [pretr] */
    LPL_SPIKING_PSP = 6,       /* per pre neuron [psp] */
    LPL_SPIKING_ERR = 7,       /* per post neuron [err] */
    LPL_SPIKING_ERR_RISE = 8,  /* per post neuron [tr_err] */
    LPL_SPIKING_ERR_FLT = 9,   /* per post neuron [tr_err_flt] */
    LPL_SPIKING_MEAN = 10,     /* per post neuron: the trace of E8; divided by tau_mean a rate in Hz [mean] */
    LPL_SPIKING_SIGMA2 = 11,   /* per post neuron [sigma2] */
    LPL_SPIKING_FPRIME = 12    /* per post neuron: surrogate derivative of this step */
};

/* What a report says in one word: the first of these that is true, EARLY .. NOT_LEARNING, or OK. Rates are those of
 * LPL_SPIKING_MEAN / tau_mean, without what is left of where it began (mean_init, or the mean of what was written):
 *   rate_i = (mean_i / tau_mean - start e) / (1 - e),  e = exp(-T / tau_mean),  T = dt x steps learned or tracked
 * so that at T = tau_mean a neuron that has never fired has rate 0 whatever mean_init was.
 *   EARLY         T < tau_mean: nothing can be said
 *   SILENT        more than half of the post neurons fire below 0.01 Hz (as n_silent: no spike for several tau_sigma2,
 *                 whose variance has none to be taken of)
 *   RUNAWAY       more than half fire above 1 / t_lag (50 Hz): a spike in each "a moment ago", none to predict
 *   SATURATED     more than half of the synapses are at w_max, or more than 0.9 at a bound: nothing left to learn with
 *   NOT_LEARNING  in mode LEARN: eta is 0, or, with LPL_SPIKING_WATCH, weight_change is below 1e-3 (a thousand tau_mean
 *                 to become other weights)
 * Since 0.1.1. */
enum {
    LPL_VERDICT_EARLY = 0,
    LPL_VERDICT_OK = 1,
    LPL_VERDICT_SILENT = 2,
    LPL_VERDICT_RUNAWAY = 3,
    LPL_VERDICT_SATURATED = 4,
    LPL_VERDICT_NOT_LEARNING = 5
};

/* The knob to turn, beside a verdict; lpl_spiking_verdict_string has it in a sentence, docs/own_spiking.md in a table.
 * "Start" is w_init, or the mean of the weights last written.
 *   NONE         EARLY and OK
 *   LEARN        OK, but mode is not LEARN: the weights stand still
 *   INPUT        SILENT: no pre neuron has fired for some 14 tau_psp: LPL_SPIKING_PSP and TR_PRE are below 1e-6
 *   RAISE_W      SILENT, weights about where they started: they are too small
 *   LOWER_ETA    SILENT, mean weight below half of the start: learning took them there; SATURATED otherwise
 *   LOWER_W      RUNAWAY, weights about where they started: too large, or neurons excite each other
 *   PRIME        RUNAWAY, mean weight above 1.5 times the start: learning took them there
 *   RAISE_W_MAX  SATURATED at w_max, where the start was above w_max / 2
 *   RAISE_ETA    NOT_LEARNING
 * Since 0.1.1. */
enum {
    LPL_MEND_NONE = 0,
    LPL_MEND_LEARN = 1,
    LPL_MEND_INPUT = 2,
    LPL_MEND_RAISE_W = 3,
    LPL_MEND_LOWER_W = 4,
    LPL_MEND_PRIME = 5,
    LPL_MEND_LOWER_ETA = 6,
    LPL_MEND_RAISE_ETA = 7,
    LPL_MEND_RAISE_W_MAX = 8
};

/* Health of a projection. */
typedef struct lpl_spiking_report_t {
    uint32_t size;         /* sizeof(lpl_spiking_report_t), set by the caller or lpl_spiking_report_init; one of 104
                              bytes, as in 0.1.0, ends before verdict */
    uint32_t reserved;
    uint64_t step;         /* steps done */
    uint64_t updates;      /* weight changes done */
    double w_mean;         /* mean weight */
    double w_std;
    uint64_t n_at_min;     /* synapses at w_min */
    uint64_t n_at_max;     /* synapses at w_max */
    uint64_t n_nonfinite;  /* weights, sums and traces that are NaN or infinite */
    double rate_mean;      /* Hz: mean of LPL_SPIKING_MEAN / tau_mean */
    double rate_min;
    double rate_max;
    uint64_t n_silent;     /* post neurons with a running mean below 0.01 Hz */
    uint64_t n_runaway;    /* post neurons with a running mean above 200 Hz */
    int32_t verdict;       /* LPL_VERDICT_*. This and all that follow: since 0.1.1 */
    int32_t mend;          /* LPL_MEND_* */
    double rate;           /* Hz: mean over the post neurons of the rate that the verdict goes by */
    double silent;         /* share of post neurons that the verdict counts as silent, 0 .. 1 */
    double runaway;        /* likewise */
    double weight_change;  /* sum |w - w'| over the larger of sum |w|, sum |w'|, w' from tau_mean before: of the last
                              whole tau_mean in mode LEARN, 0 .. 2. -1: not known (no LPL_SPIKING_WATCH, or none has
                              passed) */
} lpl_spiking_report_t;

/* Defaults; preset. Returns LPL_OK, LPL_E_NULL, LPL_E_VERSION (also: a cfg->size without room for what the preset
 * sets), LPL_E_ARG. Thread class: any. Since 0.1. */
LPL_API lpl_status_t lpl_spiking_config_init(lpl_spiking_config_t *cfg, size_t size);
LPL_API lpl_status_t lpl_spiking_preset(lpl_spiking_config_t *cfg, int32_t preset);

/* Make a projection; config and connectivity are copied. connect = NULL: all to all. All memory is taken here.
 * Returns LPL_OK, LPL_E_NULL, LPL_E_ARG (also, since 0.1.1: a time constant that its factor, rounded to dtype, misses
 * by more than a third; the detail names it), LPL_E_UNITS (dt above half of a time constant; a delay or constant that
 * looks like ms, docs/status.md), LPL_E_SIZE, LPL_E_VERSION, LPL_E_UNSUPPORTED, LPL_E_MEMORY. Thread class: any. Since
 * 0.1. */
LPL_API lpl_status_t lpl_spiking_create(const lpl_spiking_config_t *cfg, const lpl_connect_t *connect,
                                        lpl_spiking_t **out);
LPL_API void lpl_spiking_destroy(lpl_spiking_t *s);

/* One time step of learning: E1 - E9.
 *   pre    n_spk_pre indices of the pre neurons that fired at this step, ascending, none twice
 *   post   n_spk_post indices of the post neurons that fired at this step, ascending, none twice
 *   v      n_post membrane potentials after threshold and reset, V
 * Returns LPL_OK, LPL_E_NULL, LPL_E_ARG (an index out of range, twice or not ascending), LPL_E_DTYPE, LPL_E_NONFINITE
 * (v), LPL_E_UNITS (|v| > 1 V), and since 0.1.1 LPL_E_NONFINITE too where a trace, gradient or weight would become NaN
 * or infinite (absurd push, pull, delta, eta or mean; the message says which): nothing has changed then, and the state
 * before can be saved. One exception: where BLOCK cuts a window into several blocks (memory_max) and it is the end of a
 * block that is refused, LPL_SPIKING_ELIG_SUM has become 0, what the window had gathered so far. A sane projection is
 * known at create to stay finite, at no cost; one that is not looks at each step first, which takes twice as long.
 * LPL_LOOK: done, and the verdict has changed (only with LPL_SPIKING_WATCH; since 0.1.1). Exclusive access. Allocates
 * nothing. FUSED: O(n_synapses); BLOCK: O(n_post + spikes), and O(n_synapses) once a block. Since 0.1. */
LPL_API lpl_status_t lpl_spiking_step(lpl_spiking_t *s, const uint32_t *pre, size_t n_spk_pre, const uint32_t *post,
                                      size_t n_spk_post, const float *v);
LPL_API lpl_status_t lpl_spiking_step_f64(lpl_spiking_t *s, const uint32_t *pre, size_t n_spk_pre, const uint32_t *post,
                                          size_t n_spk_post, const double *v);

/* n_steps of them in one call: step k has the pre spikes pre[pre_ptr[k]] .. pre[pre_ptr[k+1] - 1], post spikes
 * likewise, and potentials v[k*ldv + i]. The same bits as n_steps single calls; all arguments are checked before the
 * first step. LPL_E_NONFINITE of a step that would diverge: those before it are made (LPL_SPIKING_PARAM_STEP counts
 * them). LPL_LOOK: all are made, and one of them said so. Since 0.1. */
LPL_API lpl_status_t lpl_spiking_steps(lpl_spiking_t *s, size_t n_steps, const uint64_t *pre_ptr, const uint32_t *pre,
                                       const uint64_t *post_ptr, const uint32_t *post, const float *v, size_t ldv);
LPL_API lpl_status_t lpl_spiking_steps_f64(lpl_spiking_t *s, size_t n_steps, const uint64_t *pre_ptr,
                                           const uint32_t *pre, const uint64_t *post_ptr, const uint32_t *post,
                                           const double *v, size_t ldv);

/* What the synapses transmit at the step that is about to be learned from: for each pre neuron that fired delay_ax ago,
 * in ascending order, g[i] += w_ij. g: n_post conductances of the host. drive_lif adds to a population's own (receptor:
 * LPL_RECEPTOR_*, lif.h). Returns LPL_OK, LPL_E_NULL, LPL_E_DTYPE, LPL_E_SIZE, LPL_E_ARG, and since 0.1.1
 * LPL_E_NONFINITE (a finite conductance would become NaN or infinite; nothing has changed. Only float32 weights from
 * 2^102 on can do that). Shared access to s. Since 0.1. */
LPL_API lpl_status_t lpl_spiking_drive(const lpl_spiking_t *s, float *g);
LPL_API lpl_status_t lpl_spiking_drive_f64(const lpl_spiking_t *s, double *g);
LPL_API lpl_status_t lpl_spiking_drive_lif(const lpl_spiking_t *s, lpl_lif_t *target, int32_t receptor);

/* Copy a state out: elements index[0..n-1], or with index = NULL all of them (n is then their number). At any step;
 * BLOCK evaluates a copy of what is pending (memory for it is taken and freed inside the call). Returns LPL_OK,
 * LPL_E_NULL, LPL_E_ARG, LPL_E_SIZE, LPL_E_DTYPE, LPL_E_MEMORY, and since 0.1.1 LPL_E_NONFINITE: an element asked for
 * would be NaN or infinite if the block ended now (of absurd parameters; the step that ends it will be refused), or is
 * beyond float; dst is as it was then. Shared access. Since 0.1. */
LPL_API lpl_status_t lpl_spiking_read(const lpl_spiking_t *s, float *dst, size_t n, const uint64_t *index,
                                      int32_t what);
LPL_API lpl_status_t lpl_spiking_read_f64(const lpl_spiking_t *s, double *dst, size_t n, const uint64_t *index,
                                          int32_t what);

/* Set all values of a state: LPL_SPIKING_WEIGHTS (within [w_min, w_max]; at any time), LPL_SPIKING_MEAN,
 * LPL_SPIKING_SIGMA2 (before the first step). Returns LPL_OK, LPL_E_NULL, LPL_E_ARG (a value out of range: named by
 * index), LPL_E_SIZE, LPL_E_DTYPE, LPL_E_ORDER. Since 0.1. */
LPL_API lpl_status_t lpl_spiking_write(lpl_spiking_t *s, const float *src, size_t n, int32_t what);
LPL_API lpl_status_t lpl_spiking_write_f64(lpl_spiking_t *s, const double *src, size_t n, int32_t what);

/* The connectivity as CSR: row_ptr n_pre + 1, col n_synapses (either may be NULL). Shared access. Since 0.1. */
LPL_API lpl_status_t lpl_spiking_connectivity(const lpl_spiking_t *s, uint64_t *row_ptr, uint32_t *col);

/* Change a scalar: ETA (>= 0; at the next weight change), PUSH, PULL (>= 0; from the next step on), MODE, THREADS.
 * Returns LPL_OK, LPL_E_NULL, LPL_E_ARG. Exclusive access. Since 0.1. */
LPL_API lpl_status_t lpl_spiking_set(lpl_spiking_t *s, int32_t param, double value);

/* Read any of LPL_SPIKING_PARAM_*. Returns LPL_OK, LPL_E_NULL, LPL_E_ARG. Shared access. Since 0.1. */
LPL_API lpl_status_t lpl_spiking_get(const lpl_spiking_t *s, int32_t param, double *value);

/* The closed range that lpl_spiking_set accepts for a parameter of this projection; MODE and THREADS (up to the
 * config's) take whole numbers. LPL_E_ARG: unknown or read only; LPL_E_NULL. Shared access. Since 0.1.1. */
LPL_API lpl_status_t lpl_spiking_bounds(const lpl_spiking_t *s, int32_t param, double *low, double *high);

/* A part of a projection with scaling (MAXNORM, RMS) asks the other parts one number at each change of weights: the
 * largest |LPL_SPIKING_ELIG_SUM|, in whose proportion a gradient counts as 0. fn is called inside the step that changes
 * weights, once, on the calling thread; largest is the part's own, what it returns that of all parts (NaN or less than
 * largest: largest counts). user is the host's, both are lent until another call. Without it a step of such a part is
 * LPL_E_ORDER; a whole does not need it. Returns LPL_OK, LPL_E_NULL (s; fn may be NULL: none any more). Exclusive
 * access. Since 0.1.1. */
typedef double (*lpl_spiking_largest_fn)(double largest, void *user);
LPL_API lpl_status_t lpl_spiking_largest(lpl_spiking_t *s, lpl_spiking_largest_fn fn, void *user);

/* Cut anew: the part post_begin .. post_begin + n_post - 1 of the whole to which the n_parts given ones belong, which
 * have to cover it, no post neuron twice (others may be given too; order does not matter). Of one part it is a split,
 * of several a merge, and so N parts become M without the whole ever being in one place. What runs on from *out has the
 * bits that the whole would have. The parts must be at the same place: LPL_E_ARG names the first field, spike or trace
 * of a pre neuron in which one differs from the first (threads, isa and what belongs to the verdict may), a gap, or a
 * neuron in two parts. Verdict and weight_change: those of the parts if they agree, else EARLY and -1. threads: as
 * parts[0]; the function of lpl_spiking_largest: none. Returns LPL_OK, LPL_E_NULL, LPL_E_ARG, LPL_E_SIZE,
 * LPL_E_MEMORY. Shared access to all parts. Since 0.1.1. */
LPL_API lpl_status_t lpl_spiking_cut(const lpl_spiking_t *const *parts, size_t n_parts, uint64_t post_begin,
                                     uint64_t n_post, lpl_spiking_t **out);

/* Health: one pass over weights and post neurons. Shared access. Since 0.1. */
LPL_API lpl_status_t lpl_spiking_report_init(lpl_spiking_report_t *report, size_t size);
LPL_API lpl_status_t lpl_spiking_report(const lpl_spiking_t *s, lpl_spiking_report_t *report);

/* A sentence for report.verdict and report.mend: what was found, and the knob. Static text, never NULL; a pair that no
 * report has gives "not a verdict of this version of liblpl". Thread class: any. Since 0.1.1. */
LPL_API const char *lpl_spiking_verdict_string(int32_t verdict, int32_t mend);

/* Save to / load from the host's functions (state.h), everything: run(N + M) = run(N), save, load, run(M). max_bytes 0
 * = 16 GiB. save returns LPL_E_NONFINITE for a projection that holds NaN or infinity, before the first byte. load:
 * threads for the new projection; refuses a damaged or foreign file without any effect (LPL_E_FORMAT). Since 0.1. */
LPL_API lpl_status_t lpl_spiking_save(const lpl_spiking_t *s, lpl_write_fn write, void *user);
LPL_API lpl_status_t lpl_spiking_load(lpl_read_fn read, void *user, size_t max_bytes, int32_t threads,
                                      lpl_spiking_t **out);

#ifdef __cplusplus
}
#endif
#endif
