/* lpl/lif.h - lpl_lif_t: a population of integrate-and-fire neurons with conductance synapses and a moving threshold
 * (docs/lif.md).
 *
 *   tau_mem dv/dt = (v_rest - v) + (A g_ampa + N g_nmda) (e_exc - v) + (g_gaba + g_adapt) (e_inh - v)
 *                   A = q/(q+1), N = 1/(q+1), q = ampa_nmda
 *   g_ampa, g_gaba decay with tau_ampa, tau_gaba;  tau_nmda dg_nmda/dt = g_ampa - g_nmda;  threshold = v_thr + thr, thr
 *   decays with tau_thr tau_adapt dg_adapt/dt = -g_adapt  (only with dg_adapt > 0, otherwise g_adapt = 0)
 *   spike if v > threshold: v = v_reset, thr = thr_spike (set, or added with LPL_THRESHOLD_ADD), g_adapt += dg_adapt
 * Conductances are in units of the leak. A step: forward Euler for v, exponential decay for the rest, in the order of
 * docs/lif.md; in float every operation rounds as in the published simulations, so potentials agree bit for bit with
 * them. v is clipped to [e_inh, e_exc]. e_exc is 0 V (as there). After every 16th step conductances and thr within
 * +-1e-30 are set to 0: nothing becomes denormal.
 */
#ifndef LPL_LIF_H
#define LPL_LIF_H

#include "state.h"
#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A population. Calls that take a const pointer may run together on any threads; others need exclusive access. */
typedef struct lpl_lif_t lpl_lif_t;

/* Which conductance a projection feeds. */
enum {
    LPL_RECEPTOR_AMPA = 0, /* and through it NMDA */
    LPL_RECEPTOR_GABA = 1
};

enum {
    LPL_THRESHOLD_SET = 0, /* thr = thr_spike at a spike (the published code) */
    LPL_THRESHOLD_ADD = 1  /* thr += thr_spike (the article's words) */
};

typedef struct lpl_lif_config_t {
    uint32_t size;         /* sizeof(lpl_lif_config_t), set by lpl_lif_config_init */
    uint32_t flags;        /* 0 */
    int32_t dtype;         /* LPL_F32 (default), LPL_F64 */
    int32_t threshold;     /* LPL_THRESHOLD_* (default SET) */
    uint64_t n;            /* neurons, 1 .. 2^31; no default */
    double dt;             /* s (default 1e-4); at most half of every time constant */
    double tau_mem;        /* s: membrane (default 20e-3) */
    double tau_ampa;       /* s: conductance (default 5e-3) */
    double tau_nmda;       /* s: conductance (default 100e-3) */
    double tau_gaba;       /* s: conductance (default 10e-3) */
    double tau_thr;        /* s: moving threshold (default 5e-3) */
    double v_rest;         /* V: leak (default -70e-3) */
    double v_reset;        /* V: after a spike (default -70e-3) */
    double v_thr;          /* V: threshold at rest (default -50e-3) */
    double thr_spike;      /* V: what a spike adds to the threshold, or sets it to, >= 0 (default 100e-3) */
    double e_inh;          /* V: reversal of GABA, <= 0 (default -80e-3) */
    double ampa_nmda;      /* q: AMPA's share against NMDA's, >= 0 (default 1) */
    double v_init;         /* V: mean of the initial potentials (default -60e-3) */
    double v_init_sd;      /* V: their standard deviation (default 10e-3; 0: all v_init) */
    uint64_t seed;         /* initial potentials: normal draws first .. first + n - 1 of (seed, stream) (random.h;
                              default 0) */
    uint64_t stream;       /* likewise: give each population its own (default 0) */
    int32_t isa;           /* LPL_ISA_* (default AUTO) */
    int32_t label;         /* the host's number, named in messages (default 0) */
    double tau_adapt;      /* s: spike-triggered adaptation (default 100e-3; dt at most half of it). Since 0.1.1 */
    double dg_adapt;       /* what a spike adds to g_adapt, in units of the leak, 0 .. 1e6; 0: none adapts (default).
                              Since 0.1.1 */
    uint64_t first;        /* of a part (docs/part.md), neurons first .. first + n - 1 of n_global: draws go by these
                              numbers, everything else by 0 .. n - 1 (default 0). Since 0.1.1, as the next */
    uint64_t n_global;     /* neurons of the whole, up to 2^31; 0: n, this is the whole (default 0) */
} lpl_lif_config_t;

/* Named states for lpl_lif_read and lpl_lif_write; n values each. */
enum {
    LPL_LIF_V = 0,      /* V, after threshold and reset [mem] */
    LPL_LIF_THR = 1,    /* V: moving part of the threshold [thr] */
    LPL_LIF_G_AMPA = 2, /* [g_ampa] */
    LPL_LIF_G_NMDA = 3, /* [g_nmda] */
    LPL_LIF_G_GABA = 4, /* [g_gaba] */
    LPL_LIF_G_ADAPT = 5 /* 0 where dg_adapt is 0, and then not to be written. Since 0.1.1 */
};

enum {
    LPL_LIF_PARAM_STEP = 0, /* steps done; read only, as all of them */
    LPL_LIF_PARAM_N = 1,
    LPL_LIF_PARAM_DTYPE = 2,
    LPL_LIF_PARAM_DT = 3,
    LPL_LIF_PARAM_ISA = 4,
    LPL_LIF_PARAM_MEMORY = 5,
    LPL_LIF_PARAM_LABEL = 6,
    LPL_LIF_PARAM_FIRST = 7, /* since 0.1.1, as the next */
    LPL_LIF_PARAM_N_GLOBAL = 8
};

/* Defaults. Returns LPL_OK, LPL_E_NULL, LPL_E_VERSION. Thread class: any. Since 0.1. */
LPL_API lpl_status_t lpl_lif_config_init(lpl_lif_config_t *cfg, size_t size);

/* Make a population; all memory is taken here. Returns LPL_OK, LPL_E_NULL, LPL_E_ARG, LPL_E_UNITS (dt above half of a
 * time constant; one that looks like ms, docs/status.md; potentials beyond 1 V), LPL_E_SIZE, LPL_E_VERSION,
 * LPL_E_UNSUPPORTED, LPL_E_MEMORY. LPL_E_ARG is also (since 0.1.1) a time constant that its factor, rounded to dtype,
 * misses by more than a third. Thread class: any. Since 0.1. */
LPL_API lpl_status_t lpl_lif_create(const lpl_lif_config_t *cfg, lpl_lif_t **out);
LPL_API void lpl_lif_destroy(lpl_lif_t *p);

/* One step. First the voltage clamp, if there is one, overwrites the potentials with the command of the step before.
 *   spikes  out: indices of the neurons that fired, ascending; room for n
 *   n_spk   out: how many
 *   v       out: the n potentials after threshold and reset, V; may be NULL
 * Returns LPL_OK, LPL_E_NULL, LPL_E_DTYPE, LPL_E_NONFINITE (a potential or conductance would become NaN or infinite,
 * as absurd conductances were written or arrived; the detail names state, neuron and step. Since 0.1.1 nothing has
 * changed then, nor are spikes, n_spk and v written). A population whose conductances may be beyond 1/4096 of the
 * largest number looks at each step first, on copies, which takes twice as long. Exclusive access. Allocates nothing.
 * O(n). Since 0.1. */
LPL_API lpl_status_t lpl_lif_step(lpl_lif_t *p, uint32_t *spikes, size_t *n_spk, float *v);
LPL_API lpl_status_t lpl_lif_step_f64(lpl_lif_t *p, uint32_t *spikes, size_t *n_spk, double *v);

/* A voltage clamp, the same for all neurons: at the end of step t (seen by the membrane at step t + 1) v becomes the
 * command at t, piecewise linear between knots (time_s strictly ascending, from 0 on; before the first and after the
 * last knot its value holds). The knot at time s counts at step floor(s/dt + 1/2), of two at one step the later. Knots
 * are copied and replace an earlier clamp. n_knots = 0 lets go. lpl_lif_read shows v as the step left it, before the
 * clamp. Returns LPL_OK, LPL_E_NULL, LPL_E_ARG (out of order, negative), LPL_E_SIZE, LPL_E_UNITS (beyond 1 V),
 * LPL_E_MEMORY. Exclusive access. Since 0.1. */
LPL_API lpl_status_t lpl_lif_clamp(lpl_lif_t *p, const double *time_s, const double *volt, size_t n_knots);

/* Copy states out: elements index[0..n-1], or with index = NULL all of them (n is then their number); or set all n
 * values (potentials within +-1 V, conductances >= 0). Returns LPL_OK, LPL_E_NULL, LPL_E_ARG (also: LPL_LIF_G_ADAPT of
 * a population that does not adapt is written), LPL_E_SIZE, LPL_E_DTYPE; write also LPL_E_UNITS (beyond 1 V),
 * LPL_E_NONFINITE. Reading: shared access. Since 0.1. */
LPL_API lpl_status_t lpl_lif_read(const lpl_lif_t *p, float *dst, size_t n, const uint64_t *index, int32_t what);
LPL_API lpl_status_t lpl_lif_read_f64(const lpl_lif_t *p, double *dst, size_t n, const uint64_t *index, int32_t what);
LPL_API lpl_status_t lpl_lif_write(lpl_lif_t *p, const float *src, size_t n, int32_t what);
LPL_API lpl_status_t lpl_lif_write_f64(lpl_lif_t *p, const double *src, size_t n, int32_t what);

/* A scalar: LPL_LIF_PARAM_*. Returns LPL_OK, LPL_E_NULL, LPL_E_ARG. Shared access. Since 0.1. */
LPL_API lpl_status_t lpl_lif_get(const lpl_lif_t *p, int32_t param, double *value);

/* Save to / load from the host's functions (state.h), everything, the clamp too: run(N + M) = run(N), save, load,
 * run(M). max_bytes 0 = 1 GiB. save returns LPL_E_NONFINITE for a population that holds NaN or infinity; load refuses a
 * damaged or foreign file without any effect (LPL_E_FORMAT), and takes the best instruction set there is. Since 0.1. */
LPL_API lpl_status_t lpl_lif_save(const lpl_lif_t *p, lpl_write_fn write, void *user);
LPL_API lpl_status_t lpl_lif_load(lpl_read_fn read, void *user, size_t max_bytes, lpl_lif_t **out);

/* Parts cut anew, neurons first .. first + n - 1, as lpl_spiking_cut (spiking.h). Since 0.1.1. */
LPL_API lpl_status_t lpl_lif_cut(const lpl_lif_t *const *parts, size_t n_parts, uint64_t first, uint64_t n,
                                 lpl_lif_t **out);

#ifdef __cplusplus
}
#endif
#endif
