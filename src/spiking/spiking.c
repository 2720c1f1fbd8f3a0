/* spiking/spiking.c - lpl_spiking_t: config, memory, parameters, health. Equations: include/lpl/spiking.h. */
#include "spiking/spiking.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "core/cpu.h"
#include "core/object.h"
#include "core/param.h"
#include "core/units.h"

/* clang-format off */
static const lpl_spiking_config_t defaults = {
    .size = sizeof(lpl_spiking_config_t),
    .dt = 1e-4, .eta = 1e-2, .push = 1, .pull = 1, .delta = -1,
    .tau_syn = 5e-3, .tau_psp = 20e-3, .tau_rise = 2e-3, .tau_decay = 10e-3, .tau_err_rise = 2e-3,
    .tau_err_decay = 10e-3,
    .beta = 1000, .v_theta = -50e-3, .t_lag = 20e-3, .delay_ax = 8e-4, .tau_mean = 600, .tau_sigma2 = 30,
    .update_every = 5000, .w_init = 0.15, .w_max = 1, .slow = LPL_SLOW_DOUBLE, .tau_rms = 100, .threads = 1,
};
/* clang-format on */

/* BLOCK is the faster one from a few steps on (docs/spiking.md); below this FUSED has less to set up. */
enum { BLOCK_FROM = 8, BLOCK_LEAST = 16 };
#define HISTORY_DEFAULT ((uint64_t)256 << 20)

lpl_status_t lpl_spiking_config_init(lpl_spiking_config_t *cfg, size_t size) {
    return lpli_config_init(cfg, size, &defaults, sizeof defaults, "lpl_spiking_config_init");
}

lpl_status_t lpl_spiking_preset(lpl_spiking_config_t *cfg, int32_t preset) {
    static const char fn[] = "lpl_spiking_preset";
    lpl_spiking_config_t c = defaults;
    LPLI_TRY(lpli_config_copy(&c, sizeof c, cfg, fn));
    LPLI_TRY(lpli_check_enum(preset, LPL_PRESET_SPIKING_STDP_REFERENCE, fn, "preset"));
    lpl_spiking_config_t p = defaults;
    p.dtype = c.dtype, p.n_pre = c.n_pre, p.n_post = c.n_post, p.threads = c.threads, p.isa = c.isa, p.label = c.label,
    p.engine = c.engine;
    p.memory_max = c.memory_max, p.flags = c.flags;
    p.post_begin = c.post_begin, p.n_post_global = c.n_post_global;
    const bool published = preset >= LPL_PRESET_SPIKING_NETWORK_REFERENCE;
    p.form = published ? LPL_FORM_REFERENCE : LPL_FORM_ERRATUM;
    p.slow = published ? LPL_SLOW_REFERENCE : LPL_SLOW_DOUBLE;
    const size_t room = c.size < cfg->size ? c.size : cfg->size;
    if (p.slow != defaults.slow &&
        room < offsetof(lpl_spiking_config_t, tau_rms)) /* a default would take its place at create */
        return lpli_fail(LPL_E_VERSION, fn, "cfg->size = %zu has no room for slow, which preset %d sets", room,
                         (int)preset);
    if (preset == LPL_PRESET_SPIKING_STDP || preset == LPL_PRESET_SPIKING_STDP_REFERENCE)
        p.eta = 5e-3, p.delta = 0, p.tau_sigma2 = 300, p.w_init = 0.5, p.mean_init = 20,
        p.sigma2_init = published ? 0.1 : 1e-5;
    return lpli_config_init(cfg, room, &p, sizeof p, fn);
}

/* ---- config -> constants ---- */

/* volatile: gcc 12 at -O2 loses some of these conversions when it makes vectors of them. */
static double rounded(double x, int32_t dtype) {
    volatile float narrow = (float)x;
    return dtype == LPL_F64 ? x : (double)narrow;
}
static double decay(double dt, double tau, int32_t dtype) { return rounded(exp(-dt / rounded(tau, dtype)), dtype); }
static double rate(double dt, double tau, int32_t dtype) { return rounded(dt / rounded(tau, dtype), dtype); }

static void constants(lpl_spiking_t *s) {
    const lpl_spiking_config_t *c = &s->cfg;
    const int32_t type = c->dtype;
    const bool erratum = c->form == LPL_FORM_ERRATUM;
    lpli_spk_const_t *k = &s->k;
    k->k_syn = exp(-c->dt / rounded(c->tau_syn, type)),
    k->r_psp = c->dt / rounded(c->tau_psp, type); /* see spiking.h */
    k->k_rise = decay(c->dt, c->tau_rise, type), k->r_decay = rate(c->dt, c->tau_decay, type);
    k->r_err_rise = rate(c->dt, c->tau_err_rise, type), k->r_err_decay = rate(c->dt, c->tau_err_decay, type);
    k->k_mean = decay(c->dt, c->tau_mean, type), k->k_sigma2 = decay(c->dt, c->tau_sigma2, type);
    k->slow_mean = expm1(-c->dt / c->tau_mean), k->slow_sigma2 = expm1(-c->dt / c->tau_sigma2);
    k->c_mean = rounded(-c->dt / rounded(c->tau_mean, type), type);
    k->c_sigma2 = rounded((erratum ? c->dt : 1.0) / rounded(c->tau_sigma2, type), type);
    k->push_scale = erratum ? c->dt : 1.0;
    k->xi = rounded(c->xi > 0 ? c->xi : erratum ? 1e-7 : 1e-3, type);
    const double delta = c->delta >= 0 ? c->delta : erratum ? 1e-3 : 1e-5;
    k->delta_err = erratum ? 0 : rounded(delta, type), k->delta_sum = erratum ? rounded(delta, type) : 0;
    k->rms = rounded(exp(-c->dt * (double)c->update_every / c->tau_rms), type);
    k->wdecay = c->tau_wdecay > 0 ? -expm1(-c->dt * (double)c->update_every / c->tau_wdecay) : 0;
}

/* And n_post_global, if it was left out. */
static lpl_status_t check(lpl_spiking_config_t *c, const char *fn) {
    if ((c->flags & ~(uint32_t)LPL_SPIKING_WATCH) != 0 || c->reserved != 0)
        return lpli_fail(LPL_E_ARG, fn, "flags = %llu, reserved = %d, need LPL_SPIKING_WATCH or 0, and 0",
                         (unsigned long long)c->flags, (int)c->reserved);
    LPLI_TRY(lpli_check_dtype_of(c->dtype, fn));
    LPLI_TRY(lpli_check_enum(c->form, LPL_FORM_REFERENCE, fn, "form"));
    LPLI_TRY(lpli_check_count(c->n_pre, 1, UINT64_C(1) << 31, fn, "n_pre"));
    LPLI_TRY(lpli_check_count(c->n_post, 1, UINT64_C(1) << 31, fn, "n_post"));
    LPLI_TRY(lpli_check_part(c->post_begin, c->n_post, &c->n_post_global, fn, "post_begin", "n_post_global"));
    const struct {
        double tau;
        const char *name;
    } taus[] = {{c->tau_syn, "tau_syn"},     {c->tau_psp, "tau_psp"},           {c->tau_rise, "tau_rise"},
                {c->tau_decay, "tau_decay"}, {c->tau_err_rise, "tau_err_rise"}, {c->tau_err_decay, "tau_err_decay"},
                {c->tau_mean, "tau_mean"},   {c->tau_sigma2, "tau_sigma2"}};
    for (size_t k = 0; k < sizeof taus / sizeof *taus; k++)
        LPLI_TRY(lpli_check_dt(c->dt, taus[k].tau, fn, taus[k].name));
    LPLI_TRY(lpli_check_positive(c->tau_rms, fn, "tau_rms"));
    LPLI_TRY(lpli_check_finite(c->tau_wdecay, 0, DBL_MAX, fn, "tau_wdecay"));
    LPLI_TRY(lpli_check_finite(c->eta, 0, FLT_MAX, fn, "eta"));
    LPLI_TRY(lpli_check_finite(c->push, 0, FLT_MAX, fn, "push"));
    LPLI_TRY(lpli_check_finite(c->pull, 0, FLT_MAX, fn, "pull"));
    LPLI_TRY(lpli_check_finite(c->xi, 0, FLT_MAX, fn, "xi"));
    LPLI_TRY(lpli_check_finite(c->delta, -FLT_MAX, FLT_MAX, fn, "delta"));
    LPLI_TRY(lpli_check_positive(c->beta, fn, "beta"));
    LPLI_TRY(lpli_check_finite(c->beta, 0, FLT_MAX, fn, "beta"));
    LPLI_TRY(lpli_check_volt(c->v_theta, fn, "v_theta"));
    LPLI_TRY(lpli_check_finite(c->mean_init, 0, 1 / c->dt, fn, "mean_init"));
    LPLI_TRY(lpli_check_finite(c->sigma2_init, 0, FLT_MAX, fn, "sigma2_init"));
    LPLI_TRY(lpli_check_count(c->update_every, 1, UINT64_C(1) << 40, fn, "update_every"));
    LPLI_TRY(lpli_check_finite(c->w_min, -FLT_MAX, FLT_MAX, fn, "w_min"));
    LPLI_TRY(lpli_check_finite(c->w_max, c->w_min, FLT_MAX, fn, "w_max"));
    LPLI_TRY(lpli_check_finite(c->w_init, c->w_min, c->w_max, fn, "w_init"));
    LPLI_TRY(lpli_check_enum(c->scaling, LPL_SCALING_RMS, fn, "scaling"));
    LPLI_TRY(lpli_check_enum(c->slow, LPL_SLOW_DOUBLE, fn, "slow"));
    LPLI_TRY(lpli_check_enum(c->mode, LPL_MODE_FROZEN, fn, "mode"));
    LPLI_TRY(lpli_check_enum(c->engine, LPL_ENGINE_BLOCK, fn, "engine"));
    return lpli_check_threads(c->threads, fn);
}

/* For create alone: are these seconds? */
static lpl_status_t check_units(const lpl_spiking_config_t *c, const char *fn) {
    return LPLI_CHECK_SECONDS(fn, {c->dt, "dt"}, {c->delay_ax, "delay_ax"}, {c->t_lag, "t_lag"},
                              {c->tau_syn, "tau_syn"}, {c->tau_psp, "tau_psp"}, {c->tau_rise, "tau_rise"},
                              {c->tau_decay, "tau_decay"}, {c->tau_err_rise, "tau_err_rise"},
                              {c->tau_err_decay, "tau_err_decay"}, {c->tau_mean, "tau_mean"},
                              {c->tau_sigma2, "tau_sigma2"}, {c->tau_rms, "tau_rms"}, {c->tau_wdecay, "tau_wdecay"});
}

/* For create alone: does each factor still mean its time constant after rounding to the type? */
static lpl_status_t check_factors(const lpl_spiking_t *s, const char *fn) {
    static const char need[] = "slow = LPL_SLOW_DOUBLE";
    const lpl_spiking_config_t *c = &s->cfg;
    const lpli_spk_const_t *k = &s->k;
    const double dt = c->dt, every = dt * (double)c->update_every;
    const int32_t type = c->dtype;
    if (c->slow == LPL_SLOW_REFERENCE) {
        LPLI_TRY(lpli_check_lost(-log(k->k_mean), dt / c->tau_mean, c->tau_mean, type, fn, "tau_mean", need));
        LPLI_TRY(lpli_check_lost(-log(k->k_sigma2), dt / c->tau_sigma2, c->tau_sigma2, type, fn, "tau_sigma2", need));
    }
    LPLI_TRY(lpli_check_decay(k->k_syn, dt, c->tau_syn, type, fn, "tau_syn"));
    LPLI_TRY(lpli_check_decay(k->k_rise, dt, c->tau_rise, type, fn, "tau_rise"));
    LPLI_TRY(lpli_check_rate(k->r_psp, dt, c->tau_psp, type, fn, "tau_psp"));
    LPLI_TRY(lpli_check_rate(k->r_decay, dt, c->tau_decay, type, fn, "tau_decay"));
    LPLI_TRY(lpli_check_rate(k->r_err_rise, dt, c->tau_err_rise, type, fn, "tau_err_rise"));
    LPLI_TRY(lpli_check_rate(k->r_err_decay, dt, c->tau_err_decay, type, fn, "tau_err_decay"));
    if (c->scaling != LPL_SCALING_NONE && k->rms > 0) /* 0: forgotten long before the next update, as it should be */
        LPLI_TRY(lpli_check_decay(k->rms, every, c->tau_rms, type, fn, "tau_rms"));
    return LPL_OK;
}

/* Post neurons, up to a whole vector. */
static size_t padded(size_t n_post) {
    const size_t to = 128 / sizeof(float);
    return (n_post + to - 1) / to * to;
}

lpl_status_t lpli_spiking_decide(lpl_spiking_t *s, const lpl_spiking_config_t *cfg, const char *fn) {
    *s = (lpl_spiking_t){.cfg = defaults};
    lpl_spiking_config_t *c = &s->cfg;
    LPLI_TRY(lpli_config_copy(c, sizeof *c, cfg, fn));
    LPLI_TRY(check(c, fn));
    LPLI_TRY(lpli_steps_of(&s->delay, c->delay_ax, c->dt, fn, "delay_ax"));
    LPLI_TRY(lpli_steps_of(&s->lag, c->t_lag, c->dt, fn, "t_lag"));
    LPLI_TRY(lpli_isa_choose(c->isa, &c->isa, fn));
    if (c->engine == LPL_ENGINE_AUTO) c->engine = c->update_every >= BLOCK_FROM ? LPL_ENGINE_BLOCK : LPL_ENGINE_FUSED;
    s->threads = c->threads;
    s->past_post = s->lag > s->delay ? s->lag : s->delay;
    s->n_pad = padded((size_t)c->n_post);
    s->n_chunks = (s->n_pad + LPLI_CHUNK - 1) / LPLI_CHUNK;
    s->pre_words = lpli_spike_words((size_t)c->n_pre), s->post_words = lpli_spike_words(s->n_pad);
    if (lpli_spk_is_block(s)) {
        /* a block ends where the whole's does: its rows are counted, not those of a part */
        const size_t whole = padded((size_t)c->n_post_global);
        const uint64_t words = (uint64_t)s->pre_words + lpli_spike_words(whole),
                       row = (uint64_t)2 * whole * lpli_spk_elem(s) + 8 * words + 5 * sizeof(double);
        const uint64_t most = (c->memory_max ? c->memory_max : HISTORY_DEFAULT) / row;
        const uint64_t least = BLOCK_LEAST * row;
        if (c->memory_max && most < BLOCK_LEAST)
            return lpli_fail(LPL_E_ARG, fn, "memory_max = %llu bytes, need at least %llu (%d steps of %llu)",
                             (unsigned long long)c->memory_max, (unsigned long long)least, (int)BLOCK_LEAST,
                             (unsigned long long)row);
        const uint64_t wanted = most < BLOCK_LEAST ? BLOCK_LEAST : most,
                       cap = wanted < c->update_every ? wanted : c->update_every;
        if (cap > (uint64_t)(PTRDIFF_MAX / 64)) /* lay_out adds the delays to it */
            return lpli_fail(LPL_E_SIZE, fn,
                             "memory_max = %llu: a history of %llu steps is more memory than can be addressed",
                             (unsigned long long)c->memory_max, (unsigned long long)cap);
        s->cap = (size_t)cap;
    } else
        s->cap = LPLI_FUSED_ROWS;
    constants(s);
    return LPL_OK;
}

/* ---- memory ---- */

/* Pre neurons, post neurons, synapses; then tables that are only read. */
static void lay_out(void *object, lpli_arena_t *a) {
    lpl_spiking_t *s = object;
    const size_t e = lpli_spk_elem(s), n_pre = (size_t)s->cfg.n_pre, n_syn = s->csr.n_synapses;
    const bool block = lpli_spk_is_block(s), slow = s->cfg.slow == LPL_SLOW_DOUBLE;
    s->line = (lpli_delay_t){s->pre_words, s->delay, lpli_take(a, s->delay, s->pre_words, sizeof(uint64_t))};
    s->pre_bits = lpli_take(a, 2 * s->delay + s->cap, s->pre_words, sizeof(uint64_t));
    s->tr_pre = lpli_take(a, n_pre, 1, e), s->psp = lpli_take(a, n_pre, 1, e);
    s->psp_line = block ? NULL : lpli_take(a, s->delay, n_pre, e);
    s->jumped = block ? lpli_take(a, n_pre, 1, sizeof(uint32_t)) : NULL;
    s->count = block ? lpli_take(a, n_pre, 1, sizeof(uint32_t)) : NULL;
    s->pre_any = block ? lpli_take(a, 2 * s->delay + s->cap, 1, 1) : NULL;
    s->post_bits = lpli_take(a, s->past_post + s->cap, s->post_words, sizeof(uint64_t));
    s->fprime = lpli_take(a, s->delay + s->cap, s->n_pad, e);
    s->err_flt_row = lpli_take(a, s->cap, s->n_pad, e);
    void **const post[] = {&s->err, &s->err_rise, &s->err_flt, &s->mean, &s->sigma2};
    for (size_t k = 0; k < sizeof post / sizeof *post; k++) *post[k] = lpli_take(a, s->n_pad, 1, e);
    s->mean64 = slow ? lpli_take(a, s->n_pad, 1, sizeof(double)) : NULL;
    s->sigma64 = slow ? lpli_take(a, s->n_pad, 1, sizeof(double)) : NULL;
    s->scratch =
        lpli_take(a, (size_t)s->cfg.threads * (block ? LPLI_SCRATCH : LPLI_SCRATCH_FUSED), lpli_spk_scratch_size(s), e);
    s->coef = block ? lpli_take(a, LPLI_COEFS, s->n_pad, e) : NULL;
    void **const synapse[] = {&s->w, &s->elig, &s->elig_flt};
    for (size_t k = 0; k < sizeof synapse / sizeof *synapse; k++) *synapse[k] = lpli_take(a, n_syn, 1, e);
    s->sum = lpli_take(a, s->keeps_sum ? n_syn : 0, 1, e);
    s->grad2 = s->cfg.scaling != LPL_SCALING_NONE ? lpli_take(a, n_syn, 1, e) : NULL;
    const bool tiles = block && s->n_tiles > 1;
    s->d_elig = block ? lpli_take(a, s->tile_room, 1, e) : NULL;
    s->d_elig_flt = block ? lpli_take(a, s->tile_room, 1, e) : NULL;
    s->tile_sum = tiles ? lpli_take(a, s->tile_room, 1, e) : NULL;
    s->tile_at = tiles ? lpli_take(a, n_pre, 1, sizeof *s->tile_at) : NULL;
    s->end_of_state = a->used;
    s->pre_of = !block && !s->csr.dense ? lpli_take(a, n_syn, 1, sizeof(uint32_t)) : NULL;
    double **const table[] = {&s->pow_syn, &s->pow_psp, &s->cross, &s->tail_elig, &s->tail_flt};
    for (size_t k = 0; k < sizeof table / sizeof *table; k++)
        *table[k] = block ? lpli_take(a, s->cap + 2, 1, sizeof(double)) : NULL;
    s->watch.w = lpli_spiking_watched(s) ? lpli_take(a, n_syn, 1, e) : NULL;
    s->span_ptr =
        block && !s->csr.dense && s->n_spans > 1 ? lpli_take(a, n_pre, s->n_spans + 1, sizeof(uint32_t)) : NULL;
}

/* How many chunks make a span, tiles of so many chunks given: a row has a chunk's worth of synapses in it if the tile,
 * and the threads' shares of it, are large enough. All to all has that in one chunk. */
static size_t chunks_of_span(const lpl_spiking_t *s, size_t tile) {
    enum { MOST = 8, ROW = 192 };
    const lpli_csr_t *csr = &s->csr;
    const size_t share = tile / (size_t)s->cfg.threads, room = share < MOST ? share : MOST;
    if (csr->dense || csr->n_synapses == 0 || room < 2) return 1;
    const double row = (double)csr->n_synapses / (double)csr->n_pre / (double)s->n_chunks; /* of a chunk */
    const size_t wanted = row * (double)room > ROW ? (size_t)ceil(ROW / row) : room;
    const size_t spans = (tile + wanted - 1) / wanted;
    return (tile + spans - 1) / spans;
}

/* How the end of a block is cut into tiles: rows of a tile are not much shorter than it pays to work on one. Of rows
 * that are not there yet (load), they count as even. */
static void plan_tiles(lpl_spiking_t *s) {
    enum { MOST_TILES = 32, ROW = 48 };
    const lpli_csr_t *csr = &s->csr;
    const size_t n = csr->n_synapses, chunks = s->n_chunks, threads = (size_t)s->cfg.threads;
    size_t tiles = csr->n_pre > 0 ? n / csr->n_pre / ROW : 1, most[MOST_TILES] = {0};
    if (tiles > MOST_TILES) tiles = MOST_TILES;
    if (tiles > chunks / threads) tiles = chunks / threads; /* each thread has a chunk to work on */
    if (tiles < 1 || !lpli_spk_is_block(s)) tiles = 1;
    const size_t tile = (chunks + tiles - 1) / tiles, span = chunks_of_span(s, tile);
    s->span = span * LPLI_CHUNK, s->n_spans = (chunks + span - 1) / span;
    s->tile_spans = (tile + span - 1) / span;
    s->n_tiles = (s->n_spans + s->tile_spans - 1) / s->tile_spans;
    s->keeps_sum = s->n_tiles == 1 || s->cap < s->cfg.update_every || s->cfg.scaling != LPL_SCALING_NONE;
    const size_t width = s->tile_spans * s->span;
    s->tile_room = n;
    if (s->n_tiles == 1) return;
    if (csr->dense)
        s->tile_room = csr->n_pre * width;
    else if (!lpli_index_any(csr->col))
        s->tile_room = n / s->n_tiles + 1;
    else {
        s->tile_room = 0;
        for (size_t k = 0; k < n; k++) most[lpli_index_at(csr->col, k) / width]++;
        for (size_t q = 0; q < s->n_tiles; q++)
            if (most[q] > s->tile_room) s->tile_room = most[q];
    }
}

size_t lpli_spiking_bytes(lpl_spiking_t *decided) {
    const size_t rows = lpli_csr_bytes(&decided->csr);
    plan_tiles(decided);
    decided->bytes = rows > 0 ? lpli_object_bytes(decided, sizeof *decided, lay_out) : 0;
    return decided->bytes > 0 ? decided->bytes + rows : 0;
}

static void fill_tables(lpl_spiking_t *s) {
    const lpli_spk_const_t *k = &s->k;
    double syn = 1, psp = 1, cross = 0, elig = k->k_rise, flt = k->r_decay;
    for (size_t n = 0; n < s->cap + 2; n++) {
        s->pow_syn[n] = syn, s->pow_psp[n] = psp, s->cross[n] = cross, s->tail_elig[n] = elig, s->tail_flt[n] = flt;
        cross = (1 - k->r_psp) * cross + k->r_psp * syn;
        syn *= k->k_syn, psp *= 1 - k->r_psp;
        flt = (1 - k->r_decay) * flt + k->r_decay * elig;
        elig *= k->k_rise;
        if (syn < 1e-30) syn = 0;
        if (psp < 1e-30) psp = 0;
        if (cross < 1e-30) cross = 0;
        if (elig < 1e-30) elig = 0;
        if (flt < 1e-30) flt = 0;
    }
}

static void split_rows(lpl_spiking_t *s) {
    for (size_t j = 0; j < s->csr.n_pre; j++) {
        uint64_t k = s->csr.row_ptr[j];
        uint32_t *ptr = s->span_ptr + j * (s->n_spans + 1);
        for (size_t c = 0; c <= s->n_spans; c++) {
            while (k < s->csr.row_ptr[j + 1] && lpli_index_at(s->csr.col, k) < c * s->span) k++;
            ptr[c] = (uint32_t)(k - s->csr.row_ptr[j]);
        }
    }
}

lpl_status_t lpli_spiking_make(lpl_spiking_t *decided, lpli_csr_t *csr, lpl_spiking_t **out, const char *fn) {
    void *block = NULL;
    decided->csr = *csr;
    lpl_status_t status = LPL_OK;
    if (lpli_spiking_bytes(decided) == 0)
        status = lpli_fail(LPL_E_SIZE, fn, "%zu synapses, %zu steps of history: more memory than can be addressed",
                           csr->n_synapses, decided->cap);
    if (status >= 0) status = lpli_object_make(&block, decided, sizeof *decided, decided->bytes, lay_out, fn);
    if (status < 0) {
        lpli_csr_free(csr);
        return status;
    }
    lpl_spiking_t *s = block;
    if (s->span_ptr) split_rows(s);
    if (s->pre_of)
        for (size_t j = 0; j < csr->n_pre; j++)
            for (uint64_t k = csr->row_ptr[j]; k < csr->row_ptr[j + 1]; k++) s->pre_of[k] = (uint32_t)j;
    if (lpli_spk_is_block(s)) fill_tables(s);
    const lpl_spiking_config_t *c = &s->cfg;
    lpli_fill(s->w, c->dtype, csr->n_synapses, c->w_init);
    lpli_fill(s->mean, c->dtype, (size_t)c->n_post, rounded(c->mean_init * rounded(c->tau_mean, c->dtype), c->dtype));
    lpli_fill(s->sigma2, c->dtype, (size_t)c->n_post, c->sigma2_init);
    if (c->slow == LPL_SLOW_DOUBLE) {
        lpli_fill(s->mean64, LPL_F64, (size_t)c->n_post, c->mean_init * c->tau_mean);
        lpli_fill(s->sigma64, LPL_F64, (size_t)c->n_post, c->sigma2_init);
    }
    s->start = (lpli_spk_start_t){.rate = c->mean_init, .w = c->w_init};
    s->watch.learned = 0, s->watch.verdict = LPL_VERDICT_EARLY, s->watch.change = -1;
    s->high = (lpli_spk_high_t){.mean = c->mean_init * c->tau_mean, .sigma2 = c->sigma2_init};
    lpli_spiking_bound(s);
    memset(csr, 0, sizeof *csr);
    *out = s;
    return LPL_OK;
}

lpl_status_t lpl_spiking_create(const lpl_spiking_config_t *cfg, const lpl_connect_t *connect, lpl_spiking_t **out) {
    static const char fn[] = "lpl_spiking_create";
    if (!cfg || !out) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", cfg ? "out" : "cfg");
    lpl_spiking_t decided;
    LPLI_TRY(lpli_spiking_decide(&decided, cfg, fn));
    LPLI_TRY(check_units(&decided.cfg, fn));
    LPLI_TRY(check_factors(&decided, fn));
    if (decided.cfg.xi > 0 && decided.k.xi == 0)
        return lpli_fail(LPL_E_ARG, fn, "xi = %g is 0 in float32, need at least %g (or 0: the form's own)",
                         decided.cfg.xi, (double)FLT_MIN);
    lpli_csr_t csr;
    LPLI_TRY(lpli_connect(&csr, connect, (size_t)decided.cfg.n_pre, lpli_spiking_part(&decided), fn));
    return lpli_spiking_make(&decided, &csr, out, fn);
}

void lpl_spiking_destroy(lpl_spiking_t *s) {
    if (!s) return;
    lpli_csr_free(&s->csr);
    free(s);
}

/* ---- histories ---- */

static void slide(void *rows, size_t by, size_t keep, size_t row_bytes) {
    memmove(rows, (unsigned char *)rows + by * row_bytes, keep * row_bytes);
}

void lpli_spiking_slide(lpl_spiking_t *s, unsigned parts) {
    const size_t by = s->pending;
    if (parts & LPLI_PART_PRE) slide(s->pre_bits, by, 2 * s->delay, s->pre_words * sizeof(uint64_t));
    if (parts & LPLI_PART_POST) {
        slide(s->post_bits, by, s->past_post, s->post_words * sizeof(uint64_t));
        slide(s->fprime, by, s->delay, s->n_pad * lpli_spk_elem(s));
    }
    s->pending = s->forward = 0;
}

/* What is in use of the parts, from one projection to a copy with the same layout. */
static void copy_parts(lpl_spiking_t *to, const lpl_spiking_t *from, unsigned parts) {
    const size_t e = lpli_spk_elem(from), n_pre = (size_t)from->cfg.n_pre * e, n_pad = from->n_pad * e,
                 n_syn = from->csr.n_synapses * e;
    const struct {
        unsigned part;
        void *to;
        const void *from;
        size_t bytes;
    } all[] = {
        {LPLI_PART_PRE, to->pre_bits, from->pre_bits,
         (2 * from->delay + from->pending) * from->pre_words * sizeof(uint64_t)},
        {LPLI_PART_PRE, to->tr_pre, from->tr_pre, n_pre},
        {LPLI_PART_PRE, to->psp, from->psp, n_pre},
        {LPLI_PART_POST, to->post_bits, from->post_bits,
         (from->past_post + from->pending) * from->post_words * sizeof(uint64_t)},
        {LPLI_PART_POST, to->fprime, from->fprime, (from->delay + from->pending) * n_pad},
        {LPLI_PART_POST, to->err_flt_row, from->err_flt_row, from->forward * n_pad},
        {LPLI_PART_POST, to->err, from->err, n_pad},
        {LPLI_PART_POST, to->err_rise, from->err_rise, n_pad},
        {LPLI_PART_POST, to->err_flt, from->err_flt, n_pad},
        {LPLI_PART_POST, to->mean, from->mean, n_pad},
        {LPLI_PART_POST, to->sigma2, from->sigma2, n_pad},
        {LPLI_PART_POST, to->mean64, from->mean64, from->mean64 ? from->n_pad * sizeof(double) : 0},
        {LPLI_PART_POST, to->sigma64, from->sigma64, from->sigma64 ? from->n_pad * sizeof(double) : 0},
        {LPLI_PART_SYNAPSES, to->w, from->w, n_syn},
        {LPLI_PART_SYNAPSES, to->grad2, from->grad2, from->grad2 ? n_syn : 0},
        {LPLI_PART_SYNAPSES, to->elig, from->elig, n_syn},
        {LPLI_PART_SYNAPSES, to->elig_flt, from->elig_flt, n_syn},
        {LPLI_PART_SYNAPSES, to->sum, from->sum, from->sum ? n_syn : 0},
        {LPLI_PART_SYNAPSES, to->d_elig, from->d_elig, from->tile_room * e}, /* 0 */
        {LPLI_PART_SYNAPSES, to->d_elig_flt, from->d_elig_flt, from->tile_room * e},
        {LPLI_PART_SYNAPSES, to->tile_sum, from->tile_sum, from->tile_sum ? from->tile_room * e : 0},
    };
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        if (parts & all[k].part && all[k].bytes > 0) memcpy(all[k].to, all[k].from, all[k].bytes);
}

lpl_status_t lpli_spiking_settled(const lpl_spiking_t *s, lpl_spiking_t **out, unsigned parts, const char *fn) {
    lpl_spiking_t shape = *s; /* its sums are kept: somebody wants to see them */
    lpli_arena_t a = {0};
    shape.keeps_sum = true;
    lay_out(&shape, &a);
    const size_t bytes = sizeof(lpl_spiking_t) + LPLI_ALIGN - 1 + shape.end_of_state;
    lpl_spiking_t *copy = malloc(bytes); /* what is not copied is never touched */
    if (!copy)
        return lpli_fail(LPL_E_MEMORY, fn, "no memory for %zu bytes to look at a block that has not ended", bytes);
    *copy = *s;
    copy->keeps_sum = true;
    a = lpli_arena_behind(copy, sizeof *copy);
    lay_out(copy, &a);
    if (!s->sum && copy->sum && parts & LPLI_PART_SYNAPSES) memset(copy->sum, 0, s->csr.n_synapses * lpli_spk_elem(s));
    copy->csr.block = NULL;
    copy->pow_syn = s->pow_syn, copy->pow_psp = s->pow_psp, copy->cross = s->cross, copy->span_ptr = s->span_ptr;
    copy->tail_elig = s->tail_elig, copy->tail_flt = s->tail_flt, copy->watch.w = s->watch.w;
    copy_parts(copy, s, parts);
    LPLI_BY_DTYPE(copy->cfg.dtype, lpli_spiking_settle)(copy, parts);
    *out = copy;
    return LPL_OK;
}

/* ---- parameters ---- */

lpl_status_t lpl_spiking_connectivity(const lpl_spiking_t *s, uint64_t *row_ptr, uint32_t *col) {
    if (!s) return lpli_fail(LPL_E_NULL, "lpl_spiking_connectivity", "s is NULL");
    lpli_csr_copy(&s->csr, row_ptr, col);
    return LPL_OK;
}

lpl_status_t lpl_spiking_drive_lif(const lpl_spiking_t *s, lpl_lif_t *target, int32_t receptor) {
    static const char fn[] = "lpl_spiking_drive_lif";
    if (!s || !target) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", s ? "target" : "s");
    return LPLI_BY_DTYPE(s->cfg.dtype, lpli_spiking_drive_lif)(s, target, receptor, fn);
}

static double compute(const void *object, int32_t param) {
    const lpl_spiking_t *s = object;
    if (param == LPL_SPIKING_PARAM_BLOCK) return lpli_spk_is_block(s) ? (double)s->cap : 1;
    return (double)(s->bytes + s->csr.bytes); /* MEMORY */
}

static lpl_status_t bounds(const void *object, int32_t param, double *low, double *high, const char *fn) {
    (void)low, (void)fn;
    if (param == LPL_SPIKING_PARAM_THREADS) *high = ((const lpl_spiking_t *)object)->cfg.threads;
    return LPL_OK;
}

static const char *why(const void *object, int32_t param) {
    (void)object;
    return param == LPL_SPIKING_PARAM_THREADS ? "it was created with no more" : NULL;
}

/* Steps up to now had the old push and pull. */
static lpl_status_t prepare(void *object, int32_t param, double value, const char *fn) {
    lpl_spiking_t *s = object;
    (void)value;
    if (param != LPL_SPIKING_PARAM_PUSH && param != LPL_SPIKING_PARAM_PULL) return LPL_OK;
    if (!s->calm) LPLI_TRY(LPLI_BY_DTYPE(s->cfg.dtype, lpli_spiking_check_forward)(s, true, fn));
    LPLI_BY_DTYPE(s->cfg.dtype, lpli_spiking_forward)(s);
    return LPL_OK;
}

static void changed(void *object, int32_t param) {
    if (param <= LPL_SPIKING_PARAM_PULL) lpli_spiking_bound(object); /* ETA, PUSH, PULL */
}

static const lpli_param_t param_table[] = {
    [LPL_SPIKING_PARAM_ETA] = LPLI_PARAM_REAL("eta", lpl_spiking_t, cfg.eta, 0, (double)FLT_MAX),
    [LPL_SPIKING_PARAM_PUSH] = LPLI_PARAM_REAL("push", lpl_spiking_t, cfg.push, 0, (double)FLT_MAX),
    [LPL_SPIKING_PARAM_PULL] = LPLI_PARAM_REAL("pull", lpl_spiking_t, cfg.pull, 0, (double)FLT_MAX),
    [LPL_SPIKING_PARAM_MODE] = LPLI_PARAM_WHOLE("mode", lpl_spiking_t, cfg.mode, LPL_MODE_LEARN, LPL_MODE_FROZEN),
    [LPL_SPIKING_PARAM_THREADS] = LPLI_PARAM_WHOLE("threads", lpl_spiking_t, threads, 1, 1024),
    [LPL_SPIKING_PARAM_STEP] = LPLI_PARAM_READ("step", lpl_spiking_t, step, LPLI_UINT64),
    [LPL_SPIKING_PARAM_UPDATES] = LPLI_PARAM_READ("updates", lpl_spiking_t, updates, LPLI_UINT64),
    [LPL_SPIKING_PARAM_N_PRE] = LPLI_PARAM_READ("n_pre", lpl_spiking_t, cfg.n_pre, LPLI_UINT64),
    [LPL_SPIKING_PARAM_N_POST] = LPLI_PARAM_READ("n_post", lpl_spiking_t, cfg.n_post, LPLI_UINT64),
    [LPL_SPIKING_PARAM_N_SYNAPSES] = LPLI_PARAM_READ("n_synapses", lpl_spiking_t, csr.n_synapses, LPLI_SIZE),
    [LPL_SPIKING_PARAM_DTYPE] = LPLI_PARAM_READ("dtype", lpl_spiking_t, cfg.dtype, LPLI_INT32),
    [LPL_SPIKING_PARAM_ENGINE] = LPLI_PARAM_READ("engine", lpl_spiking_t, cfg.engine, LPLI_INT32),
    [LPL_SPIKING_PARAM_ISA] = LPLI_PARAM_READ("isa", lpl_spiking_t, cfg.isa, LPLI_INT32),
    [LPL_SPIKING_PARAM_MEMORY] = LPLI_PARAM_COMPUTED("memory"),
    [LPL_SPIKING_PARAM_BLOCK] = LPLI_PARAM_COMPUTED("block"),
    [LPL_SPIKING_PARAM_DT] = LPLI_PARAM_READ("dt", lpl_spiking_t, cfg.dt, LPLI_DOUBLE),
    [LPL_SPIKING_PARAM_DELAY] = LPLI_PARAM_READ("delay", lpl_spiking_t, delay, LPLI_SIZE),
    [LPL_SPIKING_PARAM_LAG] = LPLI_PARAM_READ("lag", lpl_spiking_t, lag, LPLI_SIZE),
    [LPL_SPIKING_PARAM_TAU_MEAN] = LPLI_PARAM_READ("tau_mean", lpl_spiking_t, cfg.tau_mean, LPLI_DOUBLE),
    [LPL_SPIKING_PARAM_W_MIN] = LPLI_PARAM_READ("w_min", lpl_spiking_t, cfg.w_min, LPLI_DOUBLE),
    [LPL_SPIKING_PARAM_W_MAX] = LPLI_PARAM_READ("w_max", lpl_spiking_t, cfg.w_max, LPLI_DOUBLE),
    [LPL_SPIKING_PARAM_LABEL] = LPLI_PARAM_READ("label", lpl_spiking_t, cfg.label, LPLI_INT32),
    [LPL_SPIKING_PARAM_VERDICT] = LPLI_PARAM_READ("verdict", lpl_spiking_t, watch.verdict, LPLI_INT32),
    [LPL_SPIKING_PARAM_POST_BEGIN] = LPLI_PARAM_READ("post_begin", lpl_spiking_t, cfg.post_begin, LPLI_UINT64),
    [LPL_SPIKING_PARAM_N_POST_GLOBAL] = LPLI_PARAM_READ("n_post_global", lpl_spiking_t, cfg.n_post_global, LPLI_UINT64),
};
static const lpli_params_t params = {.handle = "s",
                                     .noun = "projection",
                                     .label = offsetof(lpl_spiking_t, cfg.label),
                                     .table = param_table,
                                     .n = sizeof param_table / sizeof *param_table,
                                     .compute = compute,
                                     .bounds = bounds,
                                     .why = why,
                                     .prepare = prepare,
                                     .changed = changed};

lpl_status_t lpl_spiking_set(lpl_spiking_t *s, int32_t param, double value) {
    return lpli_param_set(&params, s, param, value, "lpl_spiking_set");
}

lpl_status_t lpl_spiking_get(const lpl_spiking_t *s, int32_t param, double *value) {
    return lpli_param_get(&params, s, param, value, "lpl_spiking_get");
}

lpl_status_t lpl_spiking_bounds(const lpl_spiking_t *s, int32_t param, double *low, double *high) {
    return lpli_param_bounds(&params, s, param, low, high, "lpl_spiking_bounds");
}

size_t lpli_spiking_length(const lpl_spiking_t *s, int32_t what) {
    if (what < LPL_SPIKING_WEIGHTS || what > LPL_SPIKING_FPRIME) return 0;
    return what <= LPL_SPIKING_GRAD2 ? s->csr.n_synapses
           : what <= LPL_SPIKING_PSP ? (size_t)s->cfg.n_pre
                                     : (size_t)s->cfg.n_post;
}

/* ---- one of several parts ---- */

lpl_status_t lpl_spiking_largest(lpl_spiking_t *s, lpl_spiking_largest_fn fn, void *user) {
    if (!s) return lpli_fail(LPL_E_NULL, "lpl_spiking_largest", "s is NULL");
    s->ask = (lpli_spk_ask_t){.fn = fn, .user = user};
    return LPL_OK;
}

lpl_status_t lpli_spiking_check_ask(const lpl_spiking_t *s, const char *fn) {
    if (s->ask.fn || s->cfg.scaling == LPL_SCALING_NONE || !lpli_is_part(lpli_spiking_part(s))) return LPL_OK;
    return lpli_fail(LPL_E_ORDER, fn,
                     "projection %d is a part, with scaling: lpl_spiking_largest has to say how to ask the others",
                     (int)s->cfg.label);
}

double lpli_spiking_agree(lpl_spiking_t *s, double own) {
    lpli_spk_ask_t *ask = &s->ask;
    if (!ask->known) {
        const double all = ask->fn ? ask->fn(own, ask->user) : own;
        ask->answer = all > own ? all : own;
        ask->known = true;
    }
    return ask->answer;
}

/* ---- health ---- */

lpl_status_t lpl_spiking_report_init(lpl_spiking_report_t *report, size_t size) {
    static const lpl_spiking_report_t empty = {.size = sizeof(lpl_spiking_report_t)};
    return lpli_config_init(report, size, &empty, sizeof empty, "lpl_spiking_report_init");
}

lpl_status_t lpl_spiking_report(const lpl_spiking_t *s, lpl_spiking_report_t *report) {
    static const char fn[] = "lpl_spiking_report";
    if (!s || !report) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", s ? "report" : "s");
    lpl_spiking_report_t r = {.size = sizeof r}, check;
    LPLI_TRY(lpli_config_copy(&check, sizeof check, report, fn));
    lpl_spiking_t *settled = NULL;
    if (lpli_spk_is_block(s))
        LPLI_TRY(lpli_spiking_settled(s, &settled, LPLI_PART_PRE | LPLI_PART_POST | LPLI_PART_SYNAPSES, fn));
    const lpl_spiking_t *now = settled ? settled : s;
    LPLI_BY_DTYPE(s->cfg.dtype, lpli_spiking_health)(now, &r);
    lpli_spiking_judge(now, &r);
    lpl_spiking_destroy(settled);
    r.step = s->step, r.updates = s->updates;
    return lpli_config_init(report, report->size, &r, sizeof r, fn);
}
