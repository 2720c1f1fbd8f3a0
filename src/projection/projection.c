/* projection/projection.c - lpl_projection_t: life, step, parameters (equations: include/lpl/projection.h). */
#include "projection/projection.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "connect/drive.h"
#include "core/arena.h"
#include "core/cpu.h"
#include "core/error.h"
#include "core/units.h"
#include "lif/lif.h"
#include "lpl/layer.h"

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
static const double weight_limit = 1e30, zeta_limit = 1e6;

lpl_status_t lpl_projection_config_init(lpl_projection_config_t *cfg, size_t size) {
    return lpli_config_init(cfg, size, &defaults, sizeof defaults, "lpl_projection_config_init");
}

/* ---- checks ---- */

static lpl_status_t check_kappa(double kappa, double dt, const char *fn) {
    LPLI_TRY(lpli_check_finite(kappa, 0, DBL_MAX, fn, "kappa"));
    if (kappa > 1 / dt)
        return lpli_fail(LPL_E_ARG, fn, "kappa = %g Hz, but with dt = %g s no neuron fires at more than %g Hz", kappa, dt, 1 / dt);
    return LPL_OK;
}

lpl_status_t lpli_projection_check(const lpl_projection_config_t *c, const char *fn) {
    size_t steps;
    if (c->flags != 0) return lpli_fail(LPL_E_ARG, fn, "flags must be 0");
    LPLI_TRY(lpli_check_dtype_of(c->dtype, fn));
    LPLI_TRY(lpli_check_enum(c->kind, LPL_PROJECTION_INHIBITORY, fn, "kind"));
    LPLI_TRY(lpli_check_enum(c->mode, LPL_MODE_FROZEN, fn, "mode"));
    LPLI_TRY(lpli_check_count(c->n_pre, 1, UINT64_C(1) << 31, fn, "n_pre"));
    LPLI_TRY(lpli_check_count(c->n_post, 1, UINT64_C(1) << 31, fn, "n_post"));
    LPLI_TRY(lpli_check_positive(c->dt, fn, "dt"));
    LPLI_TRY(lpli_steps_of(&steps, c->delay_ax, c->dt, fn, "delay_ax"));
    LPLI_TRY(lpli_check_finite(c->w_min, -weight_limit, weight_limit, fn, "w_min"));
    LPLI_TRY(lpli_check_finite(c->w_max, c->w_min, weight_limit, fn, "w_max"));
    LPLI_TRY(lpli_check_finite(c->w_init, c->w_min, c->w_max, fn, "w_init"));
    if (c->kind != LPL_PROJECTION_INHIBITORY) return LPL_OK;
    LPLI_TRY(lpli_check_dt(c->dt, c->tau_stdp, fn, "tau_stdp"));
    LPLI_TRY(lpli_check_finite(c->zeta, 0, zeta_limit, fn, "zeta"));
    return check_kappa(c->kappa, c->dt, fn);
}

/* An error of one of the host's projections. */
static lpl_status_t named(const lpl_projection_t *p, lpl_status_t status) {
    return lpli_fail_note(status, " (projection %d)", (int)p->cfg.label);
}

/* ---- life ---- */

static double rounded(const lpl_projection_t *p, double v) { return p->cfg.dtype == LPL_F64 ? v : (double)(float)v; }

/* What the step uses, from the config: each parameter is rounded to the dtype, each product too. */
static void derive(lpl_projection_t *p) {
    const lpl_projection_config_t *c = &p->cfg;
    const double tau = rounded(p, c->tau_stdp);
    p->k = rounded(p, exp(-c->dt / tau));
    p->zeta = rounded(p, c->zeta);
    p->target = rounded(p, rounded(p, 2 * rounded(p, c->kappa)) * tau);
    p->w_min = rounded(p, c->w_min), p->w_max = rounded(p, c->w_max);
}

static void place(lpl_projection_t *p, lpli_arena_t *a, size_t n_synapses, bool dense) {
    const size_t elem = lpli_projection_elem(&p->cfg), n_pre = (size_t)p->cfg.n_pre, n_post = (size_t)p->cfg.n_post;
    const bool learns = p->cfg.kind == LPL_PROJECTION_INHIBITORY, by_post = learns && !dense;
    p->delay.rows = lpli_take(a, p->delay.steps, p->delay.words, sizeof(uint64_t));
    p->w = lpli_take(a, n_synapses, 1, elem);
    p->tr_pre = lpli_take(a, learns ? n_pre : 0, 1, elem);
    p->tr_post = lpli_take(a, learns ? n_post : 0, 1, elem);
    p->post_ptr = lpli_take(a, by_post ? n_post + 1 : 0, 1, sizeof *p->post_ptr);
    p->post_from = lpli_take(a, by_post ? n_synapses : 0, 1, sizeof *p->post_from);
    p->post_synapse = lpli_take(a, by_post ? n_synapses : 0, 1, sizeof *p->post_synapse);
    p->post_row = lpli_take(a, learns ? lpli_spike_words(n_post) : 0, 1, sizeof *p->post_row);
}

/* Bytes of the block of a checked config, without the rows; 0 if it cannot be addressed. Sets the shape of the delay. */
static size_t block_bytes(lpl_projection_t *p, size_t n_synapses, bool dense) {
    lpli_arena_t a = {0};
    (void)lpli_steps_of(&p->delay.steps, p->cfg.delay_ax, p->cfg.dt, "", "delay_ax"); /* checked: cannot fail */
    p->delay.words = lpli_spike_words((size_t)p->cfg.n_pre);
    place(p, &a, n_synapses, dense);
    return a.too_large ? 0 : a.used + LPLI_ALIGN + sizeof *p;
}

size_t lpli_projection_bytes(const lpl_projection_config_t *c, size_t n_synapses, bool dense) {
    lpl_projection_t p = {.cfg = *c};
    const size_t block = block_bytes(&p, n_synapses, dense);
    if (block == 0 || n_synapses > PTRDIFF_MAX / 64) return 0;
    lpli_arena_t rows = {0}; /* as lpli_csr_allocate */
    lpli_take(&rows, (size_t)c->n_pre + 1, 1, sizeof(uint64_t));
    if (!dense) lpli_take(&rows, n_synapses > 0 ? n_synapses : 1, 1, sizeof(uint32_t));
    return rows.too_large ? 0 : block + rows.used + LPLI_ALIGN;
}

lpl_status_t lpli_projection_make(const lpl_projection_config_t *c, lpli_csr_t *csr, lpl_projection_t **out, const char *fn) {
    lpl_projection_t start = {.cfg = *c, .isa = lpli_isa_best(), .csr = *csr};
    const size_t n = csr->n_synapses, bytes = block_bytes(&start, n, !csr->col);
    unsigned char *block = bytes > 0 ? malloc(bytes) : NULL;
    if (!block) {
        lpli_csr_free(csr);
        if (bytes == 0) return lpli_fail(LPL_E_SIZE, fn, "%zu synapses: more memory than can be addressed", n);
        return lpli_fail(LPL_E_MEMORY, fn, "no memory for %zu bytes", bytes);
    }
    memset(block, 0, bytes);
    lpl_projection_t *p = (lpl_projection_t *)(void *)block;
    lpli_arena_t a = {.base = (unsigned char *)(((uintptr_t)block + sizeof *p + LPLI_ALIGN - 1) / LPLI_ALIGN * LPLI_ALIGN)};
    *p = start;
    p->cfg.size = sizeof p->cfg;
    p->bytes = bytes;
    place(p, &a, n, !csr->col);
    derive(p);
    for (size_t k = 0; k < n; k++)
        if (c->dtype == LPL_F64)
            ((double *)p->w)[k] = c->w_init;
        else
            ((float *)p->w)[k] = (float)c->w_init;
    if (p->post_ptr) lpli_csr_by_post(csr, p->post_ptr, p->post_from, p->post_synapse);
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

lpl_status_t lpl_projection_create(const lpl_projection_config_t *cfg, const lpl_connect_t *connect, lpl_projection_t **out) {
    static const char fn[] = "lpl_projection_create";
    lpl_projection_config_t c = defaults;
    lpli_csr_t csr = {0};
    LPLI_TRY(lpli_config_copy(&c, sizeof c, cfg, fn));
    if (!out) return lpli_fail(LPL_E_NULL, fn, "out is NULL");
    lpl_status_t status = LPLI_CHECK_SECONDS(fn, {c.dt, "dt"}, {c.delay_ax, "delay_ax"}); /* before they are counted in each other */
    if (status >= 0) status = lpli_projection_check(&c, fn);
    if (status >= 0 && c.kind == LPL_PROJECTION_INHIBITORY) status = lpli_check_seconds(c.tau_stdp, fn, "tau_stdp");
    if (status >= 0) status = lpli_connect(&csr, connect, (size_t)c.n_pre, (size_t)c.n_post, fn);
    lpl_projection_t *p = NULL;
    if (status >= 0) status = lpli_projection_make(&c, &csr, &p, fn);
    if (status >= 0) status = check_factor(p, fn);
    if (status >= 0)
        *out = p;
    else
        lpl_projection_destroy(p);
    return lpli_fail_note(status, " (projection %d)", (int)c.label);
}

void lpl_projection_destroy(lpl_projection_t *p) {
    if (!p) return;
    lpli_csr_free(&p->csr);
    free(p);
}

/* ---- steps ---- */

lpl_status_t lpl_projection_step(lpl_projection_t *p, const uint32_t *pre, size_t n_spk_pre, const uint32_t *post, size_t n_spk_post) {
    static const char fn[] = "lpl_projection_step";
    if (!p) return lpli_fail(LPL_E_NULL, fn, "p is NULL");
    const size_t n_pre = p->csr.n_pre, n_post = p->csr.n_post;
    LPLI_TRY(named(p, lpli_check_spikes(pre, n_spk_pre, n_pre, fn, "pre")));
    LPLI_TRY(named(p, lpli_check_spikes(post, n_spk_post, n_post, fn, "post")));
    uint64_t *row = lpli_delay_row(&p->delay, p->step); /* those of delay_ax ago */
    if (p->cfg.kind == LPL_PROJECTION_INHIBITORY && p->cfg.mode != LPL_MODE_FROZEN) {
        const bool learn = p->cfg.mode == LPL_MODE_LEARN && p->zeta > 0 && p->csr.n_synapses > 0;
        LPLI_BY_DTYPE(p->cfg.dtype, lpli_projection_learn)(p, row, post, n_spk_post, learn);
    }
    lpli_spikes_to_bits(row, p->delay.words, pre, n_spk_pre);
    p->step++;
    return LPL_OK;
}

lpl_status_t lpl_projection_drive_lif(const lpl_projection_t *p, lpl_lif_t *target, int32_t receptor) {
    static const char fn[] = "lpl_projection_drive_lif";
    if (!p || !target) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", p ? "target" : "p");
    void *g = NULL;
    LPLI_TRY(named(p, lpli_lif_receptor(target, receptor, p->cfg.dtype, p->csr.n_post, &g, fn)));
    return LPLI_BY_DTYPE(p->cfg.dtype, lpli_projection_drive)(p, g);
}

/* ---- parameters ---- */

lpl_status_t lpl_projection_set(lpl_projection_t *p, int32_t param, double value) {
    static const char fn[] = "lpl_projection_set";
    if (!p) return lpli_fail(LPL_E_NULL, fn, "p is NULL");
    LPLI_TRY(named(p, lpli_check_enum(param, LPL_PROJECTION_PARAM_LABEL, fn, "param")));
    if (param > LPL_PROJECTION_PARAM_MODE) return named(p, lpli_fail(LPL_E_ARG, fn, "param = %d is read only", (int)param));
    if (param != LPL_PROJECTION_PARAM_MODE && p->cfg.kind != LPL_PROJECTION_INHIBITORY)
        return named(p, lpli_fail(LPL_E_ARG, fn, "zeta and kappa belong to LPL_PROJECTION_INHIBITORY; this projection is STATIC"));
    switch (param) {
    case LPL_PROJECTION_PARAM_ZETA:
        LPLI_TRY(named(p, lpli_check_finite(value, 0, zeta_limit, fn, "zeta")));
        p->cfg.zeta = value;
        break;
    case LPL_PROJECTION_PARAM_KAPPA:
        LPLI_TRY(named(p, check_kappa(value, p->cfg.dt, fn)));
        p->cfg.kappa = value;
        break;
    default:
        LPLI_TRY(named(p, lpli_check_finite(value, LPL_MODE_LEARN, LPL_MODE_FROZEN, fn, "mode")));
        if (value != (double)(int32_t)value) return named(p, lpli_fail(LPL_E_ARG, fn, "mode = %g, need a whole number", value));
        p->cfg.mode = (int32_t)value;
        break;
    }
    derive(p);
    return LPL_OK;
}

lpl_status_t lpl_projection_get(const lpl_projection_t *p, int32_t param, double *value) {
    static const char fn[] = "lpl_projection_get";
    if (!p || !value) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", p ? "value" : "p");
    LPLI_TRY(named(p, lpli_check_enum(param, LPL_PROJECTION_PARAM_LABEL, fn, "param")));
    const lpl_projection_config_t *c = &p->cfg;
    const double all[] = {
        [LPL_PROJECTION_PARAM_ZETA] = c->zeta,
        [LPL_PROJECTION_PARAM_KAPPA] = c->kappa,
        [LPL_PROJECTION_PARAM_MODE] = c->mode,
        [LPL_PROJECTION_PARAM_STEP] = (double)p->step,
        [LPL_PROJECTION_PARAM_N_PRE] = (double)c->n_pre,
        [LPL_PROJECTION_PARAM_N_POST] = (double)c->n_post,
        [LPL_PROJECTION_PARAM_N_SYNAPSES] = (double)p->csr.n_synapses,
        [LPL_PROJECTION_PARAM_DTYPE] = c->dtype,
        [LPL_PROJECTION_PARAM_KIND] = c->kind,
        [LPL_PROJECTION_PARAM_DELAY] = (double)p->delay.steps,
        [LPL_PROJECTION_PARAM_MEMORY] = (double)(p->bytes + p->csr.bytes),
        [LPL_PROJECTION_PARAM_LABEL] = c->label,
    };
    *value = all[param];
    return LPL_OK;
}

lpl_status_t lpl_projection_connectivity(const lpl_projection_t *p, uint64_t *row_ptr, uint32_t *col) {
    if (!p) return lpli_fail(LPL_E_NULL, "lpl_projection_connectivity", "p is NULL");
    lpli_csr_copy(&p->csr, row_ptr, col);
    return LPL_OK;
}
