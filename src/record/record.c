/* record/record.c - lpl_record_t: spikes and counts into the host's arrays, running rates, health
 * (include/lpl/record.h).
 *
 * A running rate is touched only when its neuron spikes; the steps between are one power of the decay. */
#include "record/record.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/object.h"
#include "core/part.h"
#include "core/units.h"

static const lpl_record_config_t defaults = {
    .size = sizeof(lpl_record_config_t), .dt = 1e-4, .tau_rate = 10, .silent_hz = 0.01, .runaway_hz = 200};

lpl_status_t lpl_record_config_init(lpl_record_config_t *cfg, size_t size) {
    return lpli_config_init(cfg, size, &defaults, sizeof defaults, "lpl_record_config_init");
}

/* ---- life ---- */

/* And n_global, if it was left out. */
static lpl_status_t check(lpl_record_config_t *c, const char *fn) {
    if (c->flags != 0) return lpli_fail(LPL_E_ARG, fn, "flags must be 0");
    LPLI_TRY(lpli_check_count(c->n, 1, UINT64_C(1) << 31, fn, "n"));
    LPLI_TRY(lpli_check_part(c->first, c->n, &c->n_global, fn, "first", "n_global"));
    LPLI_TRY(lpli_check_dt(c->dt, c->tau_rate, fn, "tau_rate"));
    LPLI_TRY(lpli_check_finite(c->silent_hz, 0, DBL_MAX, fn, "silent_hz"));
    LPLI_TRY(lpli_check_finite(c->runaway_hz, c->silent_hz, DBL_MAX, fn, "runaway_hz"));
    if (c->bin_steps > UINT32_MAX)
        return lpli_fail(LPL_E_ARG, fn, "bin_steps = %llu, need less than 2^32", (unsigned long long)c->bin_steps);
    return LPL_OK;
}

static void lay_out(void *object, lpli_arena_t *a) {
    lpl_record_t *r = object;
    const uint64_t n = r->cfg.n;
    r->trace = lpli_take(a, n, 1, sizeof *r->trace);
    r->last = lpli_take(a, n, 1, sizeof *r->last);
    r->counts = lpli_take(a, n, 1, sizeof *r->counts);
    r->bin = lpli_take(a, r->cfg.bin_steps > 0 ? n : 0, 1, sizeof *r->bin);
}

lpl_status_t lpli_record_decide(lpl_record_t *r, const char *fn) {
    LPLI_TRY(check(&r->cfg, fn));
    r->cfg.size = sizeof r->cfg;
    r->log_q = log1p(-r->cfg.dt / r->cfg.tau_rate);
    r->bytes = lpli_object_bytes(r, sizeof *r, lay_out);
    if (r->bytes == 0)
        return lpli_fail(LPL_E_SIZE, fn, "n = %llu: more memory than can be addressed", (unsigned long long)r->cfg.n);
    return LPL_OK;
}

lpl_status_t lpli_record_make(const lpl_record_t *decided, lpl_record_t **out, const char *fn) {
    void *block = NULL;
    LPLI_TRY(lpli_object_make(&block, decided, sizeof *decided, decided->bytes, lay_out, fn));
    *out = block;
    return LPL_OK;
}

lpl_status_t lpl_record_create(const lpl_record_config_t *cfg, lpl_record_t **out) {
    static const char fn[] = "lpl_record_create";
    lpl_record_t decided = {.cfg = defaults};
    LPLI_TRY(lpli_config_copy(&decided.cfg, sizeof decided.cfg, cfg, fn));
    if (!out) return lpli_fail(LPL_E_NULL, fn, "out is NULL");
    LPLI_TRY(lpli_record_decide(&decided, fn));
    LPLI_TRY(LPLI_CHECK_SECONDS(fn, {decided.cfg.dt, "dt"}, {decided.cfg.tau_rate, "tau_rate"}));
    return lpli_record_make(&decided, out, fn);
}

void lpl_record_destroy(lpl_record_t *r) { free(r); }

lpl_status_t lpl_record_reset(lpl_record_t *r) {
    if (!r) return lpli_fail(LPL_E_NULL, "lpl_record_reset", "r is NULL");
    const size_t n = (size_t)r->cfg.n;
    r->t = r->stored = r->lost = r->stored_bins = 0;
    r->all = 0;
    memset(r->trace, 0, n * sizeof *r->trace);
    memset(r->last, 0, n * sizeof *r->last);
    memset(r->counts, 0, n * sizeof *r->counts);
    if (r->bin) memset(r->bin, 0, n * sizeof *r->bin);
    return LPL_OK;
}

/* ---- the host's arrays ---- */

lpl_status_t lpl_record_spikes_into(lpl_record_t *r, uint64_t *step, uint32_t *neuron, size_t room) {
    static const char fn[] = "lpl_record_spikes_into";
    if (!r) return lpli_fail(LPL_E_NULL, fn, "r is NULL");
    LPLI_TRY(lpli_check_matrix(step, 1, room, room, sizeof *step, fn, "step"));
    LPLI_TRY(lpli_check_matrix(neuron, 1, room, room, sizeof *neuron, fn, "neuron"));
    r->step = step, r->neuron = neuron, r->room = room;
    r->stored = r->lost = 0;
    return LPL_OK;
}

lpl_status_t lpl_record_bins_into(lpl_record_t *r, uint32_t *bins, size_t room_bins) {
    static const char fn[] = "lpl_record_bins_into";
    if (!r) return lpli_fail(LPL_E_NULL, fn, "r is NULL");
    if (!r->bin && room_bins > 0) return lpli_fail(LPL_E_ARG, fn, "this recorder was created with bin_steps = 0");
    LPLI_TRY(lpli_check_matrix(bins, room_bins, (size_t)r->cfg.n, (size_t)r->cfg.n, sizeof *bins, fn, "bins"));
    r->bins = bins, r->room_bins = room_bins;
    r->stored_bins = 0;
    return LPL_OK;
}

/* ---- steps ---- */

static void end_bin(lpl_record_t *r) {
    const size_t n = (size_t)r->cfg.n;
    if (r->stored_bins < r->room_bins) {
        uint32_t *row = r->bins + (size_t)r->stored_bins++ * n;
        for (size_t i = 0; i < n; i++) row[i] = (uint32_t)r->bin[i];
    }
    memset(r->bin, 0, n * sizeof *r->bin);
}

void lpli_record_advance(lpl_record_t *r, const uint32_t *spikes, size_t n_spk) {
    r->all += (double)n_spk - r->all * (r->cfg.dt / r->cfg.tau_rate);
    for (size_t s = 0; s < n_spk; s++) {
        const uint32_t i = spikes[s];
        r->trace[i] = r->trace[i] * exp((double)(r->t - r->last[i]) * r->log_q) + 1;
        r->last[i] = r->t;
        r->counts[i]++;
        if (r->bin) r->bin[i]++;
    }
    if (r->room > 0) {
        const uint32_t first = (uint32_t)r->cfg.first;
        const size_t left = r->room - (size_t)r->stored, take = n_spk < left ? n_spk : left;
        for (size_t s = 0; s < take; s++) r->step[r->stored + s] = r->t, r->neuron[r->stored + s] = spikes[s] + first;
        r->stored += take;
        r->lost += n_spk - take;
    }
    r->t++;
    if (r->bin && r->t % r->cfg.bin_steps == 0) end_bin(r);
}

lpl_status_t lpl_record_step(lpl_record_t *r, const uint32_t *spikes, size_t n_spk) {
    static const char fn[] = "lpl_record_step";
    if (!r) return lpli_fail(LPL_E_NULL, fn, "r is NULL");
    LPLI_TRY(lpli_check_spikes(spikes, n_spk, (size_t)r->cfg.n, fn, "spikes"));
    lpli_record_advance(r, spikes, n_spk);
    return LPL_OK;
}

/* ---- reading ---- */

/* Hz for each spike per tau_rate. A constant rate has reached the fraction 1 - q^t of its final trace after t steps. */
static double hz(const lpl_record_t *r) {
    return r->t == 0 ? 0 : -1 / (r->cfg.tau_rate * expm1((double)r->t * r->log_q));
}

lpl_status_t lpl_record_state(const lpl_record_t *r, uint64_t *n_spikes, uint64_t *n_lost, uint64_t *n_bins,
                              uint64_t *steps, double *mean_rate, uint32_t *health) {
    if (!r) return lpli_fail(LPL_E_NULL, "lpl_record_state", "r is NULL");
    const double mean = r->all * hz(r) / (double)r->cfg.n;
    if (n_spikes) *n_spikes = r->stored;
    if (n_lost) *n_lost = r->lost;
    if (n_bins) *n_bins = r->stored_bins;
    if (steps) *steps = r->t;
    if (mean_rate) *mean_rate = mean;
    if (health) {
        const int settled = (double)r->t * r->cfg.dt >= r->cfg.tau_rate;
        *health = !settled                   ? 0
                  : mean < r->cfg.silent_hz  ? LPL_HEALTH_SILENT
                  : mean > r->cfg.runaway_hz ? LPL_HEALTH_RUNAWAY
                                             : 0;
    }
    return LPL_OK;
}

lpl_status_t lpl_record_read(const lpl_record_t *r, double *dst, size_t n, int32_t what) {
    static const char fn[] = "lpl_record_read";
    if (!r || !dst) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", r ? "dst" : "r");
    LPLI_TRY(lpli_check_enum(what, LPL_RECORD_N_GLOBAL, fn, "what"));
    const size_t length = what >= LPL_RECORD_N ? 1 : (size_t)r->cfg.n;
    if (n != length) return lpli_fail(LPL_E_SIZE, fn, "n = %zu, need exactly %zu", n, length);
    if (what >= LPL_RECORD_N) {
        *dst = (double)(what == LPL_RECORD_N ? r->cfg.n : what == LPL_RECORD_FIRST ? r->cfg.first : r->cfg.n_global);
        return LPL_OK;
    }
    if (what == LPL_RECORD_COUNTS) {
        for (size_t i = 0; i < n; i++) dst[i] = (double)r->counts[i];
        return LPL_OK;
    }
    const double scale = hz(r);
    for (size_t i = 0; i < n; i++)
        dst[i] = r->t == 0 ? 0 : r->trace[i] * exp((double)(r->t - 1 - r->last[i]) * r->log_q) * scale;
    return LPL_OK;
}
