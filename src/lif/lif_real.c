/* lif/lif_real.c - first values, the step, and states in and out. */
#include "connect/drive.h"
#include "core/check.h"
#include "core/object.h"
#include "lif/lif.h"
#include "lpl/random.h"

#ifdef LPLI_F64
#define k_of(p) ((p)->k.f64)
#else
#define k_of(p) ((p)->k.f32)
#endif

enum { SETTLE_EVERY = 16 };

/* While no conductance is beyond LIMIT and no potential beyond VOLTS, no operation of a step can overflow, and none is
 * beyond afterwards: g_ampa, g_gaba and g_adapt decay (what g_adapt can be filled up to is part of the bound), g_nmda
 * follows g_ampa, v is clipped. */
#define LIMIT ((double)LPLI_REAL_MAX / 4096)
#define VOLTS 64

/* What the kernel works on: the n neurons and those that fill the last vector. */
static size_t padded(const lpl_lif_t *p) {
    const size_t vector = (p->isa == LPL_ISA_AVX512 ? 64 : 32) / sizeof(real);
    return ((size_t)p->cfg.n + vector - 1) / vector * vector;
}

void R(lpli_lif_constants)(lpl_lif_t *p) {
    const lpl_lif_config_t *c = &p->cfg;
    const double dt = c->dt, q = c->ampa_nmda;
    real *k = k_of(p);
    k[LPLI_LIF_A] = (real)(-q / (q + 1));
    k[LPLI_LIF_N] = (real)(-1 / (q + 1));
    k[LPLI_LIF_K_AMPA] = (real)exp(-dt / (double)(real)c->tau_ampa);
    k[LPLI_LIF_K_GABA] = (real)exp(-dt / (double)(real)c->tau_gaba);
    k[LPLI_LIF_K_NMDA] = (real)(1 - exp(-dt / (double)(real)c->tau_nmda));
    k[LPLI_LIF_K_THR] = (real)exp(-dt / (double)(real)c->tau_thr);
    k[LPLI_LIF_M] = (real)(dt / (double)(real)c->tau_mem);
    k[LPLI_LIF_E_INH] = (real)c->e_inh;
    k[LPLI_LIF_V_REST] = (real)c->v_rest;
    k[LPLI_LIF_V_RESET] = (real)c->v_reset;
    k[LPLI_LIF_V_THR] = (real)c->v_thr;
    k[LPLI_LIF_THR] = (real)c->thr_spike;
    k[LPLI_LIF_KEEP] = c->threshold == LPL_THRESHOLD_ADD;
    k[LPLI_LIF_K_ADAPT] = lpli_lif_adapts(p) ? (real)exp(-dt / (double)(real)c->tau_adapt) : 0;
    k[LPLI_LIF_ADAPT] = (real)c->dg_adapt;
}

void R(lpli_lif_start)(lpl_lif_t *p) {
    const lpl_lif_config_t *c = &p->cfg;
    const size_t n = (size_t)c->n;
    real *v = p->state[LPL_LIF_V];
    PUB(lpl_random_normal)(v, n, c->seed, c->stream, c->first);
    for (size_t i = 0; i < n; i++) v[i] = (real)(c->v_init + c->v_init_sd * (double)v[i]);
}

void R(lpli_lif_measure)(lpl_lif_t *p) {
    const size_t n = (size_t)p->cfg.n;
    const real *v = p->state[LPL_LIF_V];
    double high = 0;
    for (int s = LPL_LIF_G_AMPA; s < lpli_lif_states(p); s++)
        for (size_t i = 0; i < n; i++) {
            const double g = fabs((double)((const real *)p->state[s])[i]);
            if (!(g <= high)) high = g;
        }
    for (size_t i = 0; i < n; i++)
        if (!(fabs((double)v[i]) <= VOLTS)) high = (double)INFINITY;
    /* x = k x + dg stays below 2^25 dg (2^54 in double) whatever k is: there the sum stalls */
    p->high = high + p->cfg.dg_adapt * (sizeof(real) == sizeof(double) ? 0x1p55 : 0x1p26);
}

/* A population whose conductances are beyond LIMIT: would this step leave NaN or infinity? On copies. command: of the
 * clamp, or NULL. */
static lpl_status_t look_ahead(const lpl_lif_t *p, const real *command, const char *fn) {
    static const char *const name[LPLI_LIF_STATES] = {"v", "thr", "g_ampa", "g_nmda", "g_gaba", "g_adapt"};
    const size_t n = (size_t)p->cfg.n, all = padded(p);
    const int states = lpli_lif_states(p);
    for (size_t at = 0; at < all; at += LPLI_PIECE) {
        real copy[LPLI_LIF_STATES][LPLI_PIECE];
        uint32_t spare[LPLI_PIECE];
        void *state[LPLI_LIF_STATES] = {NULL};
        const size_t piece = all - at < LPLI_PIECE ? all - at : LPLI_PIECE, real_n = n - at < piece ? n - at : piece;
        for (int s = 0; s < states; s++)
            state[s] = memcpy(copy[s], (const real *)p->state[s] + at, piece * sizeof(real));
        for (size_t i = 0; command && i < piece; i++) copy[LPL_LIF_V][i] = *command;
        LPLI_PICK(p->isa, lpli_lif_step)(k_of(p), state, piece, real_n, spare);
        for (size_t i = 0; i < real_n; i++)
            for (int s = 0; s < states; s++)
                if (!isfinite(copy[s][i]))
                    return lpli_fail(LPL_E_NONFINITE, fn,
                                     "%s of neuron %zu would become NaN or infinite in step %llu (label %d)", name[s],
                                     at + i, (unsigned long long)p->step, (int)p->cfg.label);
    }
    return LPL_OK;
}

/* A voltage clamp overwrites potentials before the step with the command of the step before. */
static bool command(lpl_lif_t *p, real *volt) {
    if (p->clamp.n == 0 || p->step == 0) return false;
    *volt = (real)lpli_clamp_at(&p->clamp, p->step - 1);
    return true;
}

bool R(lpli_lif_is_calm)(lpl_lif_t *p, double more) {
    if (!(p->high + more <= LIMIT)) R(lpli_lif_measure)(p);
    return p->high + more <= LIMIT;
}

lpl_status_t R(lpli_lif_look)(lpl_lif_t *p, const char *fn) {
    real volt;
    if (R(lpli_lif_is_calm)(p, 0)) return LPL_OK;
    return look_ahead(p, command(p, &volt) ? &volt : NULL, fn);
}

size_t R(lpli_lif_advance)(lpl_lif_t *p, uint32_t *spikes) {
    const size_t n = (size_t)p->cfg.n, all = padded(p);
    real volt;
    if (command(p, &volt))
        for (size_t i = 0; i < n; i++) ((real *)p->state[LPL_LIF_V])[i] = volt;
    const size_t n_spk = LPLI_PICK(p->isa, lpli_lif_step)(k_of(p), p->state, all, n, spikes);
    if (++p->step % SETTLE_EVERY == 0)
        for (int s = LPL_LIF_THR; s < lpli_lif_states(p); s++) LPLI_PICK(p->isa, lpli_quiet)(p->state[s], all);
    return n_spk;
}

lpl_status_t PUB(lpl_lif_step)(lpl_lif_t *p, uint32_t *spikes, size_t *n_spk, real *v) {
    static const char fn[] = "lpl_lif_step";
    if (!p || !spikes || !n_spk)
        return lpli_fail(LPL_E_NULL, fn, "%s is NULL", !p ? "p" : !spikes ? "spikes" : "n_spk");
    LPLI_TRY(lpli_check_same_dtype(p->cfg.dtype, LPLI_DTYPE, "the population", fn));
    LPLI_TRY(R(lpli_lif_look)(p, fn));
    *n_spk = R(lpli_lif_advance)(p, spikes);
    if (v) memcpy(v, p->state[LPL_LIF_V], (size_t)p->cfg.n * sizeof *v);
    return LPL_OK;
}

lpl_status_t PUB(lpl_lif_read)(const lpl_lif_t *p, real *dst, size_t n, const uint64_t *index, int32_t what) {
    static const char fn[] = "lpl_lif_read";
    if (!p || (!dst && n > 0)) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", p ? "dst" : "p");
    LPLI_TRY(lpli_check_same_dtype(p->cfg.dtype, LPLI_DTYPE, "the population", fn));
    LPLI_TRY(lpli_check_enum(what, LPL_LIF_G_ADAPT, fn, "what"));
    LPLI_TRY(lpli_check_index(n, index, (size_t)p->cfg.n, fn));
    const real *x = p->state[what];
    for (size_t i = 0; i < n; i++) dst[i] = x ? x[index ? index[i] : i] : 0;
    return LPL_OK;
}

lpl_status_t PUB(lpl_lif_write)(lpl_lif_t *p, const real *src, size_t n, int32_t what) {
    static const char fn[] = "lpl_lif_write";
    if (!p || !src) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", p ? "src" : "p");
    LPLI_TRY(lpli_check_same_dtype(p->cfg.dtype, LPLI_DTYPE, "the population", fn));
    LPLI_TRY(lpli_check_enum(what, LPL_LIF_G_ADAPT, fn, "what"));
    if (!p->state[what])
        return lpli_fail(LPL_E_ARG, fn, "what = %d: this population does not adapt (dg_adapt = 0)", (int)what);
    LPLI_TRY(lpli_check_size(n, (size_t)p->cfg.n, (size_t)p->cfg.n, fn, "n"));
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(src[i])) return lpli_fail(LPL_E_NONFINITE, fn, "src[%zu] is NaN or infinite", i);
        if (what <= LPL_LIF_THR && !(src[i] >= -1 && src[i] <= 1))
            return lpli_fail(LPL_E_UNITS, fn, "src[%zu] = %g V, need -1 .. 1: did you give mV?", i, (double)src[i]);
        if (what > LPL_LIF_THR && src[i] < 0)
            return lpli_fail(LPL_E_ARG, fn, "src[%zu] = %g, a conductance must be >= 0", i, (double)src[i]);
    }
    memcpy(p->state[what], src, n * sizeof *src);
    R(lpli_lif_measure)(p);
    return LPL_OK;
}
