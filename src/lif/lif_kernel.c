/* lif/lif_kernel.c - one step of a population; see lif.h. The numbers in the comments are the equations of include/lpl/lif.h. */
#include "lif/lif.h"

#ifdef LPLI_F64
typedef uint64_t flag_t; /* as wide as real, so that comparisons stay in their lanes */
#else
typedef uint32_t flag_t;
#endif

enum { LANES = 64 / sizeof(real), BLOCK = 64 }; /* neurons are taken in blocks whose flags are looked at together */

/* What a neuron does in a step; bit 0: it fired, bit 1: not finite. */
static inline flag_t advance(const real *k, real *v_, real *thr_, real *ampa, real *nmda, real *gaba) {
    const real ga = *ampa, gg = *gaba, v = *v_;
    const real e = (k[LPLI_LIF_A] * ga + k[LPLI_LIF_N] * *nmda) * v;
    const real h = (v - k[LPLI_LIF_E_INH]) * gg;
    const real l = v - k[LPLI_LIF_V_REST];
    const real gn = *nmda + k[LPLI_LIF_K_NMDA] * ga;
    *nmda = gn - k[LPLI_LIF_K_NMDA] * gn;
    *ampa = k[LPLI_LIF_K_AMPA] * ga;
    *gaba = k[LPLI_LIF_K_GABA] * gg;
    const real thr = k[LPLI_LIF_K_THR] * *thr_;
    real u = v + k[LPLI_LIF_M] * e - k[LPLI_LIF_M] * h - k[LPLI_LIF_M] * l;
    u = u < k[LPLI_LIF_E_INH] ? k[LPLI_LIF_E_INH] : u;
    u = u > 0 ? 0 : u;
    const int fired = u > k[LPLI_LIF_V_THR] + thr;
    *v_ = fired ? k[LPLI_LIF_V_RESET] : u;
    *thr_ = fired ? k[LPLI_LIF_KEEP] * thr + k[LPLI_LIF_THR] : thr;
    const real all = (*ampa + *nmda) + (*gaba + u);
    return (flag_t)fired | (all - all != 0 ? 2u : 0u);
}

size_t K(lpli_lif_step)(const real *k_, void *const *state, size_t n, size_t real_n, uint32_t *spikes, int *bad) {
    real *restrict v = state[LPL_LIF_V], *restrict thr = state[LPL_LIF_THR];
    real *restrict ampa = state[LPL_LIF_G_AMPA], *restrict nmda = state[LPL_LIF_G_NMDA], *restrict gaba = state[LPL_LIF_G_GABA];
    real k[LPLI_LIF_CONSTANTS];
    memcpy(k, k_, sizeof k);
    size_t n_spk = 0;
    flag_t seen = 0;
    for (size_t at = 0; at < n; at += BLOCK) {
        flag_t flag[BLOCK], any = 0;
        const size_t vectors = (n - at < BLOCK ? n - at : BLOCK) / LANES;
        for (size_t i = 0; i < vectors * LANES; i++) {
            flag[i] = advance(k, v + at + i, thr + at + i, ampa + at + i, nmda + at + i, gaba + at + i);
            any |= flag[i];
        }
        seen |= any;
        if (any & 1)
            for (size_t i = 0; i < BLOCK && at + i < real_n; i++)
                if (flag[i] & 1) spikes[n_spk++] = (uint32_t)(at + i);
    }
    *bad = (seen & 2) != 0;
    return n_spk;
}

void K(lpli_lif_settle)(real *x, size_t n) {
    for (size_t i = 0; i < n; i++) x[i] = x[i] < (real)1e-30 && x[i] > (real)-1e-30 ? 0 : x[i];
}
