/* lif/lif.h - the population's insides, and how projections reach its conductances. */
#ifndef LPLI_LIF_H
#define LPLI_LIF_H

#include <stdbool.h>

#include "core/kernel.h"
#include "core/part.h"
#include "lpl/lif.h"

/* Where a projection adds its weights: the n_post conductances of a receptor, elements of dtype, to none of which it
 * will add more than `most` in size (lpli_lif_t.high), nor let it overflow. Checks receptor, dtype and size; the errors
 * speak of the target. */
lpl_status_t lpli_lif_receptor(lpl_lif_t *p, int32_t receptor, int32_t dtype, size_t n_post, double most, void **g,
                               const char *fn);

/* The two halves of lpl_lif_step: would the step leave NaN or infinity (LPL_E_NONFINITE)? And the step, which cannot
 * fail after that; how many fired. */
lpl_status_t lpli_lif_look_f32(lpl_lif_t *p, const char *fn);
lpl_status_t lpli_lif_look_f64(lpl_lif_t *p, const char *fn);
size_t lpli_lif_advance_f32(lpl_lif_t *p, uint32_t *spikes);
size_t lpli_lif_advance_f64(lpl_lif_t *p, uint32_t *spikes);
/* Can no step fail before conductances have grown by `more` in size? */
bool lpli_lif_is_calm_f32(lpl_lif_t *p, double more);
bool lpli_lif_is_calm_f64(lpl_lif_t *p, double more);

/* ---- below: for src/lif only ---- */

enum { LPLI_LIF_STATES = 6 }; /* LPL_LIF_V .. LPL_LIF_G_ADAPT */

/* Constants of a step, as the kernel wants them. float: computed in double from time constants rounded to float, then
 * rounded once. */
enum {
    LPLI_LIF_A,       /* -q/(q+1): share of g_ampa in the excitatory drive, negative */
    LPLI_LIF_N,       /* -1/(q+1): share of g_nmda */
    LPLI_LIF_K_AMPA,  /* exp(-dt/tau_ampa) */
    LPLI_LIF_K_GABA,  /* exp(-dt/tau_gaba) */
    LPLI_LIF_K_NMDA,  /* 1 - exp(-dt/tau_nmda) */
    LPLI_LIF_K_THR,   /* exp(-dt/tau_thr) */
    LPLI_LIF_M,       /* dt/tau_mem */
    LPLI_LIF_E_INH,   /* V */
    LPLI_LIF_V_REST,  /* V */
    LPLI_LIF_V_RESET, /* V */
    LPLI_LIF_V_THR,   /* V */
    LPLI_LIF_THR,     /* V: thr_spike */
    LPLI_LIF_KEEP,    /* what of thr is kept at a spike: 0 (SET) or 1 (ADD) */
    LPLI_LIF_K_ADAPT, /* exp(-dt/tau_adapt) */
    LPLI_LIF_ADAPT,   /* dg_adapt */
    LPLI_LIF_CONSTANTS
};

/* Voltage clamp: volt[j] counts at step[j]; steps ascend (of two at the same step the later one counts). */
#define LPLI_CLAMP_STEP_MAX 0x1p53
typedef struct lpli_clamp_t {
    size_t n, at; /* knots; the last one that was passed */
    uint64_t *step;
    double *volt;
} lpli_clamp_t;

struct lpl_lif_t {
    lpl_lif_config_t cfg;
    int32_t isa;
    uint64_t step; /* steps done */
    size_t bytes;  /* of this block */
    double high;   /* no conductance is beyond this in size; infinite: a potential is beyond what the bound
                                     of lif_real.c is for. Grows by what may arrive, is measured anew when it is too
                                     large */
    void *state[LPLI_LIF_STATES]; /* n each, in the dtype, and up to 63 bytes that the kernel treats as more neurons;
                                     G_ADAPT: NULL without adaptation */
    union {
        float f32[LPLI_LIF_CONSTANTS];
        double f64[LPLI_LIF_CONSTANTS];
    } k;
    lpli_clamp_t clamp; /* step: the block of both arrays; NULL without a clamp */
};

/* Its neurons. */
static inline lpli_part_t lpli_lif_part(const lpl_lif_t *p) {
    return (lpli_part_t){p->cfg.first, p->cfg.n, p->cfg.n_global};
}

static inline bool lpli_lif_adapts(const lpl_lif_t *p) { return p->cfg.dg_adapt > 0; }
static inline int lpli_lif_states(const lpl_lif_t *p) { return lpli_lif_adapts(p) ? LPLI_LIF_STATES : LPL_LIF_G_ADAPT; }

/* cfg complete -> all that follows from it; decided -> a population, all states 0 (core/object.h). Shared with load. */
lpl_status_t lpli_lif_decide(lpl_lif_t *p, const char *fn);
lpl_status_t lpli_lif_make(const lpl_lif_t *decided, lpl_lif_t **out, const char *fn);

/* A clamp of n knots whose values are still to be set; n = 0: none. */
lpl_status_t lpli_clamp_make(lpli_clamp_t *c, size_t n, const char *fn);
void lpli_clamp_free(lpli_clamp_t *c);

/* The command at step t; t does not go back from call to call. */
double lpli_clamp_at(lpli_clamp_t *c, uint64_t t);

/* Constants of a step from the config; first potentials. */
void lpli_lif_constants_f32(lpl_lif_t *p);
void lpli_lif_constants_f64(lpl_lif_t *p);
void lpli_lif_start_f32(lpl_lif_t *p);
void lpli_lif_start_f64(lpl_lif_t *p);
/* p->high, from the states. */
void lpli_lif_measure_f32(lpl_lif_t *p);
void lpli_lif_measure_f64(lpl_lif_t *p);

/* One step of n neurons (a whole number of vectors of 32 bytes, AVX-512: 64): the equations of lif.h, in that order.
 * state: LPL_LIF_* (G_ADAPT NULL: none adapts). Indices below `real_n` that fired go to spikes; returns how many. */
LPLI_KERNEL(size_t, lpli_lif_step, (const real *k, void *const *state, size_t n, size_t real_n, uint32_t *spikes));

#endif
