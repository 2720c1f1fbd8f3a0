/* lif/lif.c - lpl_lif_t: life, parameters, voltage clamp (equations: include/lpl/lif.h). */
#include "lif/lif.h"

#include <stdlib.h>

#include "core/check.h"
#include "core/cpu.h"
#include "core/object.h"
#include "core/param.h"
#include "core/part.h"
#include "core/units.h"

static const lpl_lif_config_t defaults = {
    .size = sizeof(lpl_lif_config_t),
    .dt = 1e-4,
    .tau_mem = 20e-3,
    .tau_ampa = 5e-3,
    .tau_nmda = 100e-3,
    .tau_gaba = 10e-3,
    .tau_thr = 5e-3,
    .v_rest = -70e-3,
    .v_reset = -70e-3,
    .v_thr = -50e-3,
    .thr_spike = 100e-3,
    .e_inh = -80e-3,
    .ampa_nmda = 1,
    .v_init = -60e-3,
    .v_init_sd = 10e-3,
    .tau_adapt = 100e-3,
};

lpl_status_t lpl_lif_config_init(lpl_lif_config_t *cfg, size_t size) {
    return lpli_config_init(cfg, size, &defaults, sizeof defaults, "lpl_lif_config_init");
}

/* And n_global, if it was left out. */
static lpl_status_t check(lpl_lif_config_t *c, const char *fn) {
    if (c->flags != 0) return lpli_fail(LPL_E_ARG, fn, "flags must be 0");
    LPLI_TRY(lpli_check_dtype_of(c->dtype, fn));
    LPLI_TRY(lpli_check_enum(c->threshold, LPL_THRESHOLD_ADD, fn, "threshold"));
    LPLI_TRY(lpli_check_count(c->n, 1, UINT64_C(1) << 31, fn, "n"));
    LPLI_TRY(lpli_check_part(c->first, c->n, &c->n_global, fn, "first", "n_global"));
    LPLI_TRY(lpli_check_dt(c->dt, c->tau_mem, fn, "tau_mem"));
    LPLI_TRY(lpli_check_dt(c->dt, c->tau_ampa, fn, "tau_ampa"));
    LPLI_TRY(lpli_check_dt(c->dt, c->tau_nmda, fn, "tau_nmda"));
    LPLI_TRY(lpli_check_dt(c->dt, c->tau_gaba, fn, "tau_gaba"));
    LPLI_TRY(lpli_check_dt(c->dt, c->tau_thr, fn, "tau_thr"));
    LPLI_TRY(lpli_check_volt(c->v_rest, fn, "v_rest"));
    LPLI_TRY(lpli_check_volt(c->v_reset, fn, "v_reset"));
    LPLI_TRY(lpli_check_volt(c->v_thr, fn, "v_thr"));
    LPLI_TRY(lpli_check_volt(c->thr_spike, fn, "thr_spike"));
    LPLI_TRY(lpli_check_finite(c->thr_spike, 0, DBL_MAX, fn, "thr_spike"));
    LPLI_TRY(lpli_check_volt(c->e_inh, fn, "e_inh"));
    LPLI_TRY(lpli_check_finite(c->e_inh, -1, 0, fn, "e_inh")); /* v is clipped to e_inh .. 0 */
    LPLI_TRY(lpli_check_finite(c->ampa_nmda, 0, DBL_MAX, fn, "ampa_nmda"));
    LPLI_TRY(lpli_check_volt(c->v_init, fn, "v_init"));
    LPLI_TRY(lpli_check_volt(c->v_init_sd, fn, "v_init_sd"));
    LPLI_TRY(lpli_check_finite(c->v_init_sd, 0, DBL_MAX, fn, "v_init_sd"));
    LPLI_TRY(lpli_check_finite(c->dg_adapt, 0, 1e6, fn, "dg_adapt"));
    return c->dg_adapt > 0 ? lpli_check_dt(c->dt, c->tau_adapt, fn, "tau_adapt") : LPL_OK;
}

/* The arena's blocks are whole 64-byte vectors. */
static void lay_out(void *object, lpli_arena_t *a) {
    lpl_lif_t *p = object;
    for (int s = 0; s < lpli_lif_states(p); s++) p->state[s] = lpli_take(a, 1, p->cfg.n, lpli_size_of(p->cfg.dtype));
}

lpl_status_t lpli_lif_decide(lpl_lif_t *p, const char *fn) {
    LPLI_TRY(check(&p->cfg, fn));
    LPLI_TRY(lpli_isa_choose(p->cfg.isa, &p->isa, fn));
    p->cfg.size = sizeof p->cfg;
    p->bytes = lpli_object_bytes(p, sizeof *p, lay_out);
    if (p->bytes == 0) return lpli_fail(LPL_E_SIZE, fn, "n = %zu: more memory than can be addressed", (size_t)p->cfg.n);
    LPLI_BY_DTYPE(p->cfg.dtype, lpli_lif_constants)(p);
    return LPL_OK;
}

lpl_status_t lpli_lif_make(const lpl_lif_t *decided, lpl_lif_t **out, const char *fn) {
    void *block = NULL;
    LPLI_TRY(lpli_object_make(&block, decided, sizeof *decided, decided->bytes, lay_out, fn));
    *out = block;
    return LPL_OK;
}

/* For create alone: does each factor still mean its time constant after rounding to the type? */
static lpl_status_t check_factors(const lpl_lif_t *p, const char *fn) {
    const lpl_lif_config_t *c = &p->cfg;
    const int wide = c->dtype == LPL_F64;
    const struct {
        int k;
        double tau;
        const char *name;
    } decays[] = {
        {LPLI_LIF_K_AMPA, c->tau_ampa, "tau_ampa"},
        {LPLI_LIF_K_GABA, c->tau_gaba, "tau_gaba"},
        {LPLI_LIF_K_THR, c->tau_thr, "tau_thr"},
        {LPLI_LIF_K_ADAPT, c->tau_adapt, "tau_adapt"},
    };
    for (size_t i = 0; i < sizeof decays / sizeof *decays; i++) {
        if (decays[i].k == LPLI_LIF_K_ADAPT && !lpli_lif_adapts(p)) continue;
        const double k = wide ? p->k.f64[decays[i].k] : (double)p->k.f32[decays[i].k];
        LPLI_TRY(lpli_check_decay(k, c->dt, decays[i].tau, c->dtype, fn, decays[i].name));
    }
    const double nmda =
        wide ? p->k.f64[LPLI_LIF_K_NMDA] : (double)p->k.f32[LPLI_LIF_K_NMDA]; /* what g_nmda loses of itself */
    LPLI_TRY(lpli_check_decay(1 - nmda, c->dt, c->tau_nmda, c->dtype, fn, "tau_nmda"));
    /* M scales currents and leak alike: what has to be right is M itself, however small beside 1. */
    const double m = wide ? p->k.f64[LPLI_LIF_M] : (double)p->k.f32[LPLI_LIF_M];
    return lpli_check_lost(m, c->dt / c->tau_mem, c->tau_mem, c->dtype, fn, "tau_mem", "a shorter one");
}

lpl_status_t lpl_lif_create(const lpl_lif_config_t *cfg, lpl_lif_t **out) {
    static const char fn[] = "lpl_lif_create";
    lpl_lif_t decided = {.cfg = defaults};
    const lpl_lif_config_t *c = &decided.cfg;
    LPLI_TRY(lpli_config_copy(&decided.cfg, sizeof decided.cfg, cfg, fn));
    if (!out) return lpli_fail(LPL_E_NULL, fn, "out is NULL");
    LPLI_TRY(lpli_lif_decide(&decided, fn));
    LPLI_TRY(LPLI_CHECK_SECONDS(fn, {c->dt, "dt"}, {c->tau_mem, "tau_mem"}, {c->tau_ampa, "tau_ampa"},
                                {c->tau_nmda, "tau_nmda"}, {c->tau_gaba, "tau_gaba"}, {c->tau_thr, "tau_thr"}));
    if (lpli_lif_adapts(&decided)) LPLI_TRY(lpli_check_seconds(c->tau_adapt, fn, "tau_adapt"));
    LPLI_TRY(check_factors(&decided, fn));
    LPLI_TRY(lpli_lif_make(&decided, out, fn));
    LPLI_BY_DTYPE(c->dtype, lpli_lif_start)(*out);
    LPLI_BY_DTYPE(c->dtype, lpli_lif_measure)(*out);
    return LPL_OK;
}

void lpl_lif_destroy(lpl_lif_t *p) {
    if (!p) return;
    lpli_clamp_free(&p->clamp);
    free(p);
}

/* ---- parameters: all read only ---- */

/* MEMORY */
static double compute(const void *object, int32_t param) {
    const lpl_lif_t *p = object;
    (void)param;
    return (double)(p->bytes + p->clamp.n * (sizeof *p->clamp.step + sizeof *p->clamp.volt));
}

static const lpli_param_t param_table[] = {
    [LPL_LIF_PARAM_STEP] = LPLI_PARAM_READ("step", lpl_lif_t, step, LPLI_UINT64),
    [LPL_LIF_PARAM_N] = LPLI_PARAM_READ("n", lpl_lif_t, cfg.n, LPLI_UINT64),
    [LPL_LIF_PARAM_DTYPE] = LPLI_PARAM_READ("dtype", lpl_lif_t, cfg.dtype, LPLI_INT32),
    [LPL_LIF_PARAM_DT] = LPLI_PARAM_READ("dt", lpl_lif_t, cfg.dt, LPLI_DOUBLE),
    [LPL_LIF_PARAM_ISA] = LPLI_PARAM_READ("isa", lpl_lif_t, isa, LPLI_INT32),
    [LPL_LIF_PARAM_MEMORY] = LPLI_PARAM_COMPUTED("memory"),
    [LPL_LIF_PARAM_LABEL] = LPLI_PARAM_READ("label", lpl_lif_t, cfg.label, LPLI_INT32),
    [LPL_LIF_PARAM_FIRST] = LPLI_PARAM_READ("first", lpl_lif_t, cfg.first, LPLI_UINT64),
    [LPL_LIF_PARAM_N_GLOBAL] = LPLI_PARAM_READ("n_global", lpl_lif_t, cfg.n_global, LPLI_UINT64),
};
static const lpli_params_t params = {.handle = "p",
                                     .noun = "population",
                                     .label = offsetof(lpl_lif_t, cfg.label),
                                     .table = param_table,
                                     .n = sizeof param_table / sizeof *param_table,
                                     .compute = compute};

lpl_status_t lpl_lif_get(const lpl_lif_t *p, int32_t param, double *value) {
    return lpli_param_get(&params, p, param, value, "lpl_lif_get");
}

lpl_status_t lpli_lif_receptor(lpl_lif_t *p, int32_t receptor, int32_t dtype, size_t n_post, double most, void **g,
                               const char *fn) {
    if (!p) return lpli_fail(LPL_E_NULL, fn, "target is NULL");
    LPLI_TRY(lpli_check_enum(receptor, LPL_RECEPTOR_GABA, fn, "receptor"));
    LPLI_TRY(lpli_check_same_dtype(p->cfg.dtype, dtype, "the target", fn));
    if (p->cfg.n != n_post)
        return lpli_fail(LPL_E_SIZE, fn, "target has %zu neurons, need n_post = %zu", (size_t)p->cfg.n, n_post);
    p->high += most;
    *g = p->state[receptor == LPL_RECEPTOR_GABA ? LPL_LIF_G_GABA : LPL_LIF_G_AMPA];
    return LPL_OK;
}

/* ---- the voltage clamp ---- */

void lpli_clamp_free(lpli_clamp_t *c) {
    free(c->step);
    *c = (lpli_clamp_t){0};
}

lpl_status_t lpli_clamp_make(lpli_clamp_t *c, size_t n, const char *fn) {
    enum { KNOT = sizeof(uint64_t) + sizeof(double) };
    *c = (lpli_clamp_t){.n = n};
    if (n == 0) return LPL_OK;
    c->step = n > PTRDIFF_MAX / KNOT ? NULL : malloc(n * KNOT);
    if (!c->step) return lpli_fail(LPL_E_MEMORY, fn, "no memory for n_knots = %zu", n);
    c->volt = (double *)(void *)(c->step + n);
    return LPL_OK;
}

lpl_status_t lpl_lif_clamp(lpl_lif_t *p, const double *time_s, const double *volt, size_t n_knots) {
    static const char fn[] = "lpl_lif_clamp";
    if (!p) return lpli_fail(LPL_E_NULL, fn, "p is NULL");
    LPLI_TRY(lpli_check_matrix(time_s, 1, n_knots, n_knots, sizeof *time_s, fn, "time_s"));
    LPLI_TRY(lpli_check_matrix(volt, 1, n_knots, n_knots, sizeof *volt, fn, "volt"));
    for (size_t j = 0; j < n_knots; j++) {
        if (!(time_s[j] >= 0 && time_s[j] / p->cfg.dt <= LPLI_CLAMP_STEP_MAX))
            return lpli_fail(LPL_E_ARG, fn, "time_s[%zu] = %g, need 0 .. %g", j, time_s[j],
                             LPLI_CLAMP_STEP_MAX * p->cfg.dt);
        if (j > 0 && !(time_s[j] > time_s[j - 1]))
            return lpli_fail(LPL_E_ARG, fn, "time_s[%zu] = %g after %g, need ascending times", j, time_s[j],
                             time_s[j - 1]);
        if (!(fabs(volt[j]) <= DBL_MAX)) return lpli_fail(LPL_E_ARG, fn, "volt[%zu] is NaN or infinite", j);
        if (fabs(volt[j]) > 1)
            return lpli_fail(LPL_E_UNITS, fn, "volt[%zu] = %g V, need -1 .. 1: did you give mV?", j, volt[j]);
    }
    lpli_clamp_t clamp;
    LPLI_TRY(lpli_clamp_make(&clamp, n_knots, fn));
    for (size_t j = 0; j < n_knots; j++) {
        clamp.step[j] = (uint64_t)floor(time_s[j] / p->cfg.dt + 0.5);
        clamp.volt[j] = volt[j];
    }
    lpli_clamp_free(&p->clamp);
    p->clamp = clamp;
    return LPL_OK;
}

double lpli_clamp_at(lpli_clamp_t *c, uint64_t t) {
    while (c->at + 1 < c->n && c->step[c->at + 1] <= t) c->at++;
    const size_t j = c->at;
    if (t <= c->step[j] || j + 1 == c->n) return c->volt[j];
    const double part = (double)(t - c->step[j]) / (double)(c->step[j + 1] - c->step[j]);
    return c->volt[j] + part * (c->volt[j + 1] - c->volt[j]);
}
