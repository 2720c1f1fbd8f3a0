/* lif/lif_kernel.c - one step of a population; see lif.h. The equations are those of include/lpl/lif.h; each operation
 * rounds as written. */
#include "lif/lif.h"

#ifdef LPLI_F64
typedef uint64_t flag_t; /* as wide as real, so that comparisons stay in their lanes */
#else
typedef uint32_t flag_t;
#endif

enum { LANES = 32 / sizeof(real), BLOCK = 256 };

/* n neurons, a whole number of vectors, as if none fired: what branches there are are selections, so that the loop
 * vectorises. flag: 1 for a neuron that fires; for these few, fire() comes behind. Returns whether there are any.
 * adapts is a constant: two loops come of it. */
static inline flag_t advance(const real *restrict k, real *restrict v, real *restrict thr, real *restrict ampa,
                             real *restrict nmda, real *restrict gaba, real *restrict adapt, flag_t *restrict flag,
                             size_t n, bool adapts) {
    const real A = k[LPLI_LIF_A], N = k[LPLI_LIF_N],
               M = k[LPLI_LIF_M]; /* locals: a load in a selection would be a branch */
    const real k_ampa = k[LPLI_LIF_K_AMPA], k_nmda = k[LPLI_LIF_K_NMDA], k_gaba = k[LPLI_LIF_K_GABA],
               k_thr = k[LPLI_LIF_K_THR];
    const real e_inh = k[LPLI_LIF_E_INH], v_rest = k[LPLI_LIF_V_REST], v_thr = k[LPLI_LIF_V_THR],
               k_adapt = k[LPLI_LIF_K_ADAPT];
    flag_t any = 0;
    for (size_t i = 0; i < n; i++) {
        const real v0 = v[i], ga = ampa[i], gg = gaba[i];
        const real e = (A * ga + N * nmda[i]) * v0;
        const real h = (v0 - e_inh) * (adapts ? gg + adapt[i] : gg);
        const real l = v0 - v_rest;
        const real gn = nmda[i] + k_nmda * ga;
        nmda[i] = gn - k_nmda * gn;
        ampa[i] = k_ampa * ga;
        gaba[i] = k_gaba * gg;
        const real theta = k_thr * thr[i];
        const real u = v0 + M * e - M * h - M * l;
        const real low = u < e_inh ? e_inh : u, clipped = low > 0 ? 0 : low;
        v[i] = clipped;
        thr[i] = theta;
        if (adapts) adapt[i] = k_adapt * adapt[i];
        flag[i] = clipped > v_thr + theta ? 1u : 0u;
        any |= flag[i];
    }
    return any;
}

/* Neuron i fires. adapt: NULL if none adapts. */
static inline void fire(const real *k, real *v, real *thr, real *adapt, size_t i) {
    v[i] = k[LPLI_LIF_V_RESET];
    thr[i] = k[LPLI_LIF_KEEP] * thr[i] + k[LPLI_LIF_THR];
    if (adapt) adapt[i] = adapt[i] + k[LPLI_LIF_ADAPT];
}

size_t K(lpli_lif_step)(const real *k, void *const *state, size_t n, size_t real_n, uint32_t *spikes) {
    real *v = state[LPL_LIF_V], *thr = state[LPL_LIF_THR];
    real *ampa = state[LPL_LIF_G_AMPA], *nmda = state[LPL_LIF_G_NMDA], *gaba = state[LPL_LIF_G_GABA],
         *adapt = state[LPL_LIF_G_ADAPT];
    size_t n_spk = 0;
    for (size_t at = 0; at < n; at += BLOCK) {
        flag_t flag[BLOCK];
        const size_t vectors = (n - at < BLOCK ? n - at : BLOCK) / LANES;
        const flag_t any =
            adapt
                ? advance(k, v + at, thr + at, ampa + at, nmda + at, gaba + at, adapt + at, flag, vectors * LANES, true)
                : advance(k, v + at, thr + at, ampa + at, nmda + at, gaba + at, NULL, flag, vectors * LANES, false);
        if (any) /* rare; vector by vector, and neuron by neuron only where one fired */
            for (size_t q = 0; q < vectors; q++) {
                flag_t some = 0;
                for (size_t l = 0; l < LANES; l++) some |= flag[q * LANES + l];
                for (size_t i = q * LANES; some && i < (q + 1) * LANES; i++) {
                    if (!flag[i]) continue;
                    fire(k, v, thr, adapt, at + i);
                    if (at + i < real_n) spikes[n_spk++] = (uint32_t)(at + i);
                }
            }
    }
    return n_spk;
}
