/* projection/projection.c - lpl_projection_t: life, step, parameters (equations: include/lpl/projection.h). */
#include "projection/projection.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "connect/drive.h"
#include "core/cpu.h"
#include "core/object.h"
#include "core/param.h"
#include "core/units.h"
#include "lif/lif.h"

static const lpl_projection_config_t defaults = {
    .size = sizeof(lpl_projection_config_t),
    .dt = 1e-4,
    .delay_ax = 8e-4,
    .w_init = 0.5,
    .w_max = 1,
    .zeta = 1e-3,
    .kappa = 10,
    .tau_stdp = 20e-3,
};

/* Bounds that keep float32 weights finite for good. */
#define WEIGHT_LIMIT 1e30
#define ZETA_LIMIT 1e6

lpl_status_t lpl_projection_config_init(lpl_projection_config_t *cfg, size_t size) {
    return lpli_config_init(cfg, size, &defaults, sizeof defaults, "lpl_projection_config_init");
}

/* ---- checks ---- */

static lpl_status_t check_kappa(double kappa, double dt, const char *fn) {
    LPLI_TRY(lpli_check_finite(kappa, 0, DBL_MAX, fn, "kappa"));
    if (kappa > 1 / dt)
        return lpli_fail(LPL_E_ARG, fn, "kappa = %g Hz, but with dt = %g s no neuron fires at more than %g Hz", kappa,
                         dt, 1 / dt);
    return LPL_OK;
}

/* And n_post_global, if it was left out; and the delay in steps. */
static lpl_status_t check(lpl_projection_config_t *c, size_t *steps, const char *fn) {
    if (c->flags != 0) return lpli_fail(LPL_E_ARG, fn, "flags must be 0");
    LPLI_TRY(lpli_check_dtype_of(c->dtype, fn));
    LPLI_TRY(lpli_check_enum(c->kind, LPL_PROJECTION_INHIBITORY, fn, "kind"));
    LPLI_TRY(lpli_check_enum(c->mode, LPL_MODE_FROZEN, fn, "mode"));
    LPLI_TRY(lpli_check_count(c->n_pre, 1, UINT64_C(1) << 31, fn, "n_pre"));
    LPLI_TRY(lpli_check_count(c->n_post, 1, UINT64_C(1) << 31, fn, "n_post"));
    LPLI_TRY(lpli_check_part(c->post_begin, c->n_post, &c->n_post_global, fn, "post_begin", "n_post_global"));
    LPLI_TRY(lpli_check_positive(c->dt, fn, "dt"));
    LPLI_TRY(lpli_steps_of(steps, c->delay_ax, c->dt, fn, "delay_ax"));
    LPLI_TRY(lpli_check_finite(c->w_min, -WEIGHT_LIMIT, WEIGHT_LIMIT, fn, "w_min"));
    LPLI_TRY(lpli_check_finite(c->w_max, c->w_min, WEIGHT_LIMIT, fn, "w_max"));
    LPLI_TRY(lpli_check_finite(c->w_init, c->w_min, c->w_max, fn, "w_init"));
    if (c->kind != LPL_PROJECTION_INHIBITORY) return LPL_OK;
    LPLI_TRY(lpli_check_dt(c->dt, c->tau_stdp, fn, "tau_stdp"));
    LPLI_TRY(lpli_check_finite(c->zeta, 0, ZETA_LIMIT, fn, "zeta"));
    return check_kappa(c->kappa, c->dt, fn);
}

/* An error of one of the host's projections. */
static lpl_status_t named(const lpl_projection_t *p, lpl_status_t status) {
    return lpli_fail_note(status, " (projection %d)", (int)p->cfg.label);
}

/* ---- life ---- */

/* To the dtype; what it does not reach is its largest number: 0 times that is 0. */
static double rounded(const lpl_projection_t *p, double v) {
    const double most = p->cfg.dtype == LPL_F64 ? DBL_MAX : (double)FLT_MAX, within = fmax(-most, fmin(v, most));
    return p->cfg.dtype == LPL_F64 ? within : (double)(float)within;
}

/* What the step uses, from the config: each parameter is rounded to the dtype, each product too. */
static void derive(void *object, int32_t param) {
    lpl_projection_t *p = object;
    const lpl_projection_config_t *c = &p->cfg;
    const double tau = rounded(p, c->tau_stdp);
    p->k = rounded(p, exp(-c->dt / tau));
    p->zeta = rounded(p, c->zeta);
    p->target = rounded(p, rounded(p, 2 * rounded(p, c->kappa)) * tau);
    (void)param; /* all of it, after create and after each set */
    p->w_min = rounded(p, c->w_min), p->w_max = rounded(p, c->w_max);
    /* INHIBITORY: beyond w_max by zeta tr_post at each pre spike until the next post spike; tr_post is at most 2^26
     * (2^55 in double) and decays, or, where k is 1, both sums stall */
    p->w_most = fmax(fabs(p->w_min), fabs(p->w_max)) + (c->dtype == LPL_F64 ? 0x1p130 : 0x1p72);
}

static void lay_out(void *object, lpli_arena_t *a) {
    lpl_projection_t *p = object;
    const bool learns = p->cfg.kind == LPL_PROJECTION_INHIBITORY, by_post = learns && !p->csr.dense;
    const size_t elem = lpli_size_of(p->cfg.dtype), n_synapses = p->csr.n_synapses;
    const uint64_t n_pre = p->cfg.n_pre, n_post = p->cfg.n_post;
    p->delay.rows = lpli_take(a, p->delay.steps, p->delay.words, sizeof(uint64_t));
    p->w = lpli_take(a, n_synapses, 1, elem);
    p->tr_pre = lpli_take(a, learns ? n_pre : 0, 1, elem);
    p->tr_post = lpli_take(a, learns ? n_post : 0, 1, elem);
    p->post_ptr = lpli_take(a, by_post ? n_post + 1 : 0, 1, sizeof *p->post_ptr);
    p->post_from = lpli_take_index(a, by_post ? n_synapses : 0, n_pre);
    p->post_in_row = lpli_take_index(a, by_post ? n_synapses : 0, n_post);
    p->post_row = lpli_take(a, learns ? lpli_spike_words((size_t)n_post) : 0, 1, sizeof *p->post_row);
}

lpl_status_t lpli_projection_decide(lpl_projection_t *p, const char *fn) {
    LPLI_TRY(check(&p->cfg, &p->delay.steps, fn));
    p->cfg.size = sizeof p->cfg;
    p->isa = lpli_isa_best();
    p->csr.n_pre = (size_t)p->cfg.n_pre, p->csr.n_post = (size_t)p->cfg.n_post;
    p->delay.words = lpli_spike_words(p->csr.n_pre);
    derive(p, 0);
    return LPL_OK;
}

size_t lpli_projection_bytes(lpl_projection_t *decided) {
    const size_t rows = lpli_csr_bytes(&decided->csr);
    decided->bytes = rows > 0 ? lpli_object_bytes(decided, sizeof *decided, lay_out) : 0;
    return decided->bytes > 0 ? decided->bytes + rows : 0;
}

lpl_status_t lpli_projection_make(lpl_projection_t *decided, lpli_csr_t *csr, lpl_projection_t **out, const char *fn) {
    void *block = NULL;
    decided->csr = *csr;
    (void)lpli_projection_bytes(decided); /* 0: refused next */
    const lpl_status_t status = lpli_object_make(&block, decided, sizeof *decided, decided->bytes, lay_out, fn);
    if (status < 0) {
        lpli_csr_free(csr);
        return status;
    }
    lpl_projection_t *p = block;
    lpli_fill(p->w, p->cfg.dtype, csr->n_synapses, p->cfg.w_init);
    if (p->post_ptr) lpli_csr_by_post(csr, p->post_ptr, p->post_from, p->post_in_row);
    *csr = (lpli_csr_t){0};
    *out = p;
    return LPL_OK;
}

/* For create alone: does the factor of the traces still mean tau_stdp after rounding to the type? */
static lpl_status_t check_factor(const lpl_projection_t *p, const char *fn) {
    const lpl_projection_config_t *c = &p->cfg;
    if (c->kind != LPL_PROJECTION_INHIBITORY) return LPL_OK;
    return lpli_check_decay(p->k, c->dt, c->tau_stdp, c->dtype, fn, "tau_stdp");
}

lpl_status_t lpl_projection_create(const lpl_projection_config_t *cfg, const lpl_connect_t *connect,
                                   lpl_projection_t **out) {
    static const char fn[] = "lpl_projection_create";
    lpl_projection_t decided = {.cfg = defaults};
    lpl_projection_config_t *c = &decided.cfg;
    lpli_csr_t csr = {0};
    LPLI_TRY(lpli_config_copy(c, sizeof *c, cfg, fn));
    if (!out) return lpli_fail(LPL_E_NULL, fn, "out is NULL");
    lpl_status_t status =
        LPLI_CHECK_SECONDS(fn, {c->dt, "dt"}, {c->delay_ax, "delay_ax"}); /* before they are counted in each other */
    if (status >= 0) status = lpli_projection_decide(&decided, fn);
    if (status >= 0 && c->kind == LPL_PROJECTION_INHIBITORY) status = lpli_check_seconds(c->tau_stdp, fn, "tau_stdp");
    if (status >= 0) status = check_factor(&decided, fn);
    if (status >= 0) status = lpli_connect(&csr, connect, (size_t)c->n_pre, lpli_projection_part(&decided), fn);
    if (status >= 0) status = lpli_projection_make(&decided, &csr, out, fn);
    return lpli_fail_note(status, " (projection %d)", (int)c->label);
}

void lpl_projection_destroy(lpl_projection_t *p) {
    if (!p) return;
    lpli_csr_free(&p->csr);
    free(p);
}

/* ---- steps ---- */

lpl_status_t lpl_projection_step(lpl_projection_t *p, const uint32_t *pre, size_t n_spk_pre, const uint32_t *post,
                                 size_t n_spk_post) {
    static const char fn[] = "lpl_projection_step";
    if (!p) return lpli_fail(LPL_E_NULL, fn, "p is NULL");
    const size_t n_pre = p->csr.n_pre, n_post = p->csr.n_post;
    LPLI_TRY(named(p, lpli_check_spikes(pre, n_spk_pre, n_pre, fn, "pre")));
    LPLI_TRY(named(p, lpli_check_spikes(post, n_spk_post, n_post, fn, "post")));
    uint64_t *row = lpli_delay_row(&p->delay, p->step); /* those of delay_ax ago */
    if (lpli_projection_moves(p))
        LPLI_BY_DTYPE(p->cfg.dtype, lpli_projection_learn)(p, row, post, n_spk_post, lpli_projection_learns(p));
    lpli_spikes_to_bits(row, p->delay.words, pre, n_spk_pre);
    p->step++;
    return LPL_OK;
}

lpl_status_t lpl_projection_drive_lif(const lpl_projection_t *p, lpl_lif_t *target, int32_t receptor) {
    static const char fn[] = "lpl_projection_drive_lif";
    if (!p || !target) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", p ? "target" : "p");
    void *g = NULL;
    const double most = lpli_projection_most(p);
    LPLI_TRY(named(p, lpli_lif_receptor(target, receptor, p->cfg.dtype, p->csr.n_post, most, &g, fn)));
    return LPLI_BY_DTYPE(p->cfg.dtype, lpli_projection_drive)(p, g);
}

/* ---- parameters ---- */

/* MEMORY */
static double compute(const void *object, int32_t param) {
    const lpl_projection_t *p = object;
    (void)param;
    return (double)(p->bytes + p->csr.bytes);
}

static lpl_status_t bounds(const void *object, int32_t param, double *low, double *high, const char *fn) {
    const lpl_projection_t *p = object;
    (void)low;
    if (param != LPL_PROJECTION_PARAM_MODE && p->cfg.kind != LPL_PROJECTION_INHIBITORY)
        return lpli_fail(LPL_E_ARG, fn,
                         "zeta and kappa belong to LPL_PROJECTION_INHIBITORY; this projection is STATIC");
    if (param == LPL_PROJECTION_PARAM_KAPPA) *high = 1 / p->cfg.dt; /* no neuron fires at more */
    return LPL_OK;
}

static const lpli_param_t param_table[] = {
    [LPL_PROJECTION_PARAM_ZETA] = LPLI_PARAM_REAL("zeta", lpl_projection_t, cfg.zeta, 0, ZETA_LIMIT),
    [LPL_PROJECTION_PARAM_KAPPA] = LPLI_PARAM_REAL("kappa", lpl_projection_t, cfg.kappa, 0, DBL_MAX),
    [LPL_PROJECTION_PARAM_MODE] = LPLI_PARAM_WHOLE("mode", lpl_projection_t, cfg.mode, LPL_MODE_LEARN, LPL_MODE_FROZEN),
    [LPL_PROJECTION_PARAM_STEP] = LPLI_PARAM_READ("step", lpl_projection_t, step, LPLI_UINT64),
    [LPL_PROJECTION_PARAM_N_PRE] = LPLI_PARAM_READ("n_pre", lpl_projection_t, cfg.n_pre, LPLI_UINT64),
    [LPL_PROJECTION_PARAM_N_POST] = LPLI_PARAM_READ("n_post", lpl_projection_t, cfg.n_post, LPLI_UINT64),
    [LPL_PROJECTION_PARAM_N_SYNAPSES] = LPLI_PARAM_READ("n_synapses", lpl_projection_t, csr.n_synapses, LPLI_SIZE),
    [LPL_PROJECTION_PARAM_DTYPE] = LPLI_PARAM_READ("dtype", lpl_projection_t, cfg.dtype, LPLI_INT32),
    [LPL_PROJECTION_PARAM_KIND] = LPLI_PARAM_READ("kind", lpl_projection_t, cfg.kind, LPLI_INT32),
    [LPL_PROJECTION_PARAM_DELAY] = LPLI_PARAM_READ("delay", lpl_projection_t, delay.steps, LPLI_SIZE),
    [LPL_PROJECTION_PARAM_MEMORY] = LPLI_PARAM_COMPUTED("memory"),
    [LPL_PROJECTION_PARAM_LABEL] = LPLI_PARAM_READ("label", lpl_projection_t, cfg.label, LPLI_INT32),
    [LPL_PROJECTION_PARAM_POST_BEGIN] = LPLI_PARAM_READ("post_begin", lpl_projection_t, cfg.post_begin, LPLI_UINT64),
    [LPL_PROJECTION_PARAM_N_POST_GLOBAL] =
        LPLI_PARAM_READ("n_post_global", lpl_projection_t, cfg.n_post_global, LPLI_UINT64),
};
static const lpli_params_t params = {.handle = "p",
                                     .noun = "projection",
                                     .label = offsetof(lpl_projection_t, cfg.label),
                                     .table = param_table,
                                     .n = sizeof param_table / sizeof *param_table,
                                     .compute = compute,
                                     .bounds = bounds,
                                     .changed = derive};

lpl_status_t lpl_projection_set(lpl_projection_t *p, int32_t param, double value) {
    return lpli_param_set(&params, p, param, value, "lpl_projection_set");
}

lpl_status_t lpl_projection_get(const lpl_projection_t *p, int32_t param, double *value) {
    return lpli_param_get(&params, p, param, value, "lpl_projection_get");
}

lpl_status_t lpl_projection_bounds(const lpl_projection_t *p, int32_t param, double *low, double *high) {
    return lpli_param_bounds(&params, p, param, low, high, "lpl_projection_bounds");
}

lpl_status_t lpl_projection_connectivity(const lpl_projection_t *p, uint64_t *row_ptr, uint32_t *col) {
    if (!p) return lpli_fail(LPL_E_NULL, "lpl_projection_connectivity", "p is NULL");
    lpli_csr_copy(&p->csr, row_ptr, col);
    return LPL_OK;
}
