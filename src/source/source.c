/* source/source.c - lpl_source_t: life, step, seek; and the kind that plays recorded spikes (include/lpl/source.h). */
#include "source/source.h"

#include <stdlib.h>
#include <string.h>

#include "core/cpu.h"
#include "core/object.h"
#include "core/part.h"
#include "core/units.h"

static const lpl_source_config_t defaults = {.size = sizeof(lpl_source_config_t), .dt = 1e-4};

#define STEPS_MAX ((uint64_t)1 << 63)  /* SPIKES */
#define BLOCKS_MAX ((uint64_t)1 << 62) /* POISSON: of random words, see random.h */

lpl_status_t lpl_source_config_init(lpl_source_config_t *cfg, size_t size) {
    return lpli_config_init(cfg, size, &defaults, sizeof defaults, "lpl_source_config_init");
}

/* ---- recorded spikes ---- */

lpl_status_t lpli_spikes_check(const lpl_source_config_t *c, const char *fn) {
    if (c->flags != 0) return lpli_fail(LPL_E_ARG, fn, "LPL_SOURCE_LOOP goes with LPL_SOURCE_POISSON");
    if (c->n_spikes > (uint64_t)(PTRDIFF_MAX / 64))
        return lpli_fail(LPL_E_SIZE, fn, "n_spikes = %llu: more memory than can be addressed",
                         (unsigned long long)c->n_spikes);
    if (c->n_spikes > 0 && (!c->spk_step || !c->spk_neuron))
        return lpli_fail(LPL_E_NULL, fn, "%s is NULL", c->spk_step ? "spk_neuron" : "spk_step");
    for (size_t k = 0; k < c->n_spikes; k++) {
        const unsigned long long step = c->spk_step[k], neuron = c->spk_neuron[k];
        const unsigned long long all = c->n_global ? c->n_global : c->n;
        if (neuron >= all)
            return lpli_fail(LPL_E_ARG, fn, "spk_neuron[%zu] = %llu, but there are %llu neurons, from 0 on", k, neuron,
                             all);
        if (step >= STEPS_MAX) return lpli_fail(LPL_E_ARG, fn, "spk_step[%zu] = %llu, need less than 2^63", k, step);
        if (k == 0 || step > c->spk_step[k - 1]) continue;
        if (step < c->spk_step[k - 1])
            return lpli_fail(LPL_E_ARG, fn, "spk_step[%zu] = %llu after %llu: need ascending steps", k, step,
                             (unsigned long long)c->spk_step[k - 1]);
        if (neuron <= c->spk_neuron[k - 1])
            return lpli_fail(LPL_E_ARG, fn,
                             "spk_neuron[%zu] = %llu after %llu in step %llu: need ascending neurons, none twice", k,
                             neuron, (unsigned long long)c->spk_neuron[k - 1], step);
    }
    return LPL_OK;
}

/* The spikes from place `at` on. */
static void show(lpl_source_t *s) {
    s->n_list = 0;
    s->next = s->at < s->n_spikes ? s->step[s->at] : s->end;
    if (s->at < s->n_spikes) s->list = s->neuron + s->at;
    while (s->at + s->n_list < s->n_spikes && s->step[s->at + s->n_list] == s->next) s->n_list++;
}

void lpli_spikes_open(lpl_source_t *s) {
    size_t low = 0, high = s->n_spikes; /* the first spike at or after step `next` */
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (s->step[middle] < s->next)
            low = middle + 1;
        else
            high = middle;
    }
    s->at = low;
    show(s);
}

void lpli_spikes_advance(lpl_source_t *s) {
    s->at += s->n_list;
    show(s);
}

/* ---- life ---- */

static lpl_status_t check(const lpl_source_config_t *c, const char *fn) {
    LPLI_TRY(lpli_check_enum(c->kind, LPL_SOURCE_SPIKES, fn, "kind"));
    if ((c->flags & ~(uint32_t)LPL_SOURCE_LOOP) != 0)
        return lpli_fail(LPL_E_ARG, fn, "flags = %llu, need LPL_SOURCE_LOOP or 0", (unsigned long long)c->flags);
    LPLI_TRY(lpli_check_count(c->n, 1, UINT64_C(1) << 31, fn, "n"));
    uint64_t all = c->n_global;
    if (all > 0) LPLI_TRY(lpli_check_part(c->first, c->n, &all, fn, "first", "n_global"));
    const uint64_t most = (uint64_t)UINT32_MAX + 1 - c->n;
    if (c->first > most || c->offset > most - c->first)
        return lpli_fail(LPL_E_SIZE, fn, "first = %llu, offset = %llu with n = %llu: need first + offset + n <= 2^32",
                         (unsigned long long)c->first, (unsigned long long)c->offset, (unsigned long long)c->n);
    return c->kind == LPL_SOURCE_POISSON ? lpli_poisson_check(c, fn) : lpli_spikes_check(c, fn);
}

static void lay_out(void *object, lpli_arena_t *a) {
    lpl_source_t *s = object;
    const int poisson = s->cfg.kind == LPL_SOURCE_POISSON;
    s->rate.x = lpli_take(a, s->rate.n, 1, sizeof *s->rate.x);
    s->rate.rate = lpli_take(a, s->rate.n, 1, sizeof *s->rate.rate);
    s->pending = lpli_take(a, poisson ? s->cfg.n : 0, 1, sizeof *s->pending);
    s->step = lpli_take(a, s->n_spikes, 1, sizeof *s->step);
    s->neuron = lpli_take(a, s->n_spikes, 1, sizeof *s->neuron);
}

/* SPIKES: is spike k one of this part's? */
static int is_own(const lpl_source_config_t *c, size_t k) {
    return c->n_global == 0 || (c->spk_neuron[k] >= c->first && c->spk_neuron[k] - c->first < c->n);
}

/* Copy the caller's arrays, which are lent for this call only. */
static void fill(lpl_source_t *s, const lpl_source_config_t *c) {
    lpli_rate_t *r = &s->rate;
    s->cfg.time_s = s->cfg.rate_hz = NULL, s->cfg.spk_step = NULL, s->cfg.spk_neuron = NULL;
    s->end = STEPS_MAX;
    if (c->kind == LPL_SOURCE_SPIKES) {
        size_t n = 0;
        for (size_t k = 0; k < c->n_spikes; k++)
            if (is_own(c, k)) s->step[n] = c->spk_step[k], s->neuron[n++] = (uint32_t)(c->spk_neuron[k] - s->own);
        return;
    }
    r->begin = c->time_s ? c->time_s[0] : 0;
    for (size_t k = 0; k < r->n; k++) {
        r->x[k] = c->time_s ? c->time_s[k] - r->begin : 0;
        r->rate[k] = c->rate_hz[k];
    }
    r->loop = (c->flags & LPL_SOURCE_LOOP) != 0 && r->n > 1;
    s->isa = lpli_isa_best();
    s->seg.length = lpli_poisson_length(c);
    s->seg.cells = s->seg.length * s->group;
    const uint64_t segments = BLOCKS_MAX / (s->seg.cells + 1);
    if (segments < s->end / s->seg.length) s->end = segments * s->seg.length;
}

lpl_status_t lpl_source_create(const lpl_source_config_t *cfg, lpl_source_t **out) {
    static const char fn[] = "lpl_source_create";
    lpl_source_t decided = {.cfg = defaults};
    lpl_source_config_t *c = &decided.cfg;
    LPLI_TRY(lpli_config_copy(c, sizeof *c, cfg, fn));
    if (!out) return lpli_fail(LPL_E_NULL, fn, "out is NULL");
    LPLI_TRY(check(c, fn));
    LPLI_TRY(lpli_check_seconds(c->dt, fn, "dt"));
    const int poisson = c->kind == LPL_SOURCE_POISSON;
    decided.rate.n = poisson ? (size_t)c->n_knots : 0;
    for (size_t k = 0; !poisson && k < c->n_spikes; k++) decided.n_spikes += (size_t)is_own(c, k);
    decided.group = c->n_global ? c->n_global : c->n, decided.own = c->n_global ? c->first : 0;
    decided.shift = (uint32_t)(c->first + c->offset);
    void *block = NULL;
    LPLI_TRY(lpli_object_make(&block, &decided, sizeof decided, lpli_object_bytes(&decided, sizeof decided, lay_out),
                              lay_out, fn));
    fill(block, c);
    *out = block;
    return LPL_OK;
}

void lpl_source_destroy(lpl_source_t *s) { free(s); }

/* ---- steps ---- */

lpl_status_t lpl_source_step(lpl_source_t *s, uint32_t *spikes, size_t room, size_t *n_spk) {
    static const char fn[] = "lpl_source_step";
    if (!s || !n_spk) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", s ? "n_spk" : "s");
    if (!spikes && room > 0) return lpli_fail(LPL_E_NULL, fn, "spikes is NULL, with room = %zu", room);
    const int poisson = s->cfg.kind == LPL_SOURCE_POISSON;
    if (s->t == s->next) {
        if (s->t >= s->end)
            return lpli_fail(LPL_E_SIZE, fn, "source %d: step %llu is beyond its last", (int)s->cfg.label,
                             (unsigned long long)s->t);
        if (s->n_list == 0) (poisson ? lpli_poisson_open : lpli_spikes_open)(s);
    }
    if (s->t < s->next) {
        *n_spk = 0;
        s->t++;
        return LPL_OK;
    }
    if (room < s->n_list)
        return lpli_fail(LPL_E_SIZE, fn, "source %d: room = %zu, but %zu neurons fire in step %llu", (int)s->cfg.label,
                         room, s->n_list, (unsigned long long)s->t);
    for (size_t k = 0; k < s->n_list; k++) spikes[k] = s->list[k] + s->shift;
    *n_spk = s->n_list;
    s->t++;
    (poisson ? lpli_poisson_advance : lpli_spikes_advance)(s);
    return LPL_OK;
}

size_t lpli_source_some(lpl_source_t *s, size_t n_steps, uint32_t *when, uint32_t *who) {
    const int poisson = s->cfg.kind == LPL_SOURCE_POISSON;
    const uint64_t begin = s->t, end = begin + n_steps;
    size_t n = 0;
    while (s->t < end) {
        if (s->t == s->next && s->n_list == 0) (poisson ? lpli_poisson_open : lpli_spikes_open)(s);
        if (s->t < s->next) { /* nobody before it */
            s->t = s->next < end ? s->next : end;
            continue;
        }
        for (size_t k = 0; k < s->n_list; k++, n++) when[n] = (uint32_t)(s->t - begin), who[n] = s->list[k] + s->shift;
        s->t++;
        (poisson ? lpli_poisson_advance : lpli_spikes_advance)(s);
    }
    return n;
}

lpl_status_t lpl_source_tell(const lpl_source_t *s, uint64_t *t) {
    if (!s || !t) return lpli_fail(LPL_E_NULL, "lpl_source_tell", "%s is NULL", s ? "t" : "s");
    *t = s->t;
    return LPL_OK;
}

lpl_status_t lpl_source_seek(lpl_source_t *s, uint64_t t) {
    static const char fn[] = "lpl_source_seek";
    if (!s) return lpli_fail(LPL_E_NULL, fn, "s is NULL");
    if (t > s->end)
        return lpli_fail(LPL_E_SIZE, fn, "source %d: t = %llu, need at most %llu", (int)s->cfg.label,
                         (unsigned long long)t, (unsigned long long)s->end);
    s->t = s->next = t;
    s->n_list = 0;
    return LPL_OK;
}

lpl_status_t lpl_source_rate(const lpl_source_t *s, double *rate, uint64_t t) {
    static const char fn[] = "lpl_source_rate";
    if (!s || !rate) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", s ? "rate" : "s");
    if (s->cfg.kind != LPL_SOURCE_POISSON) return lpli_fail(LPL_E_ARG, fn, "a source of recorded spikes has no rate");
    size_t at = 0;
    *rate = lpli_rate_at(&s->rate, s->cfg.dt, t, &at);
    return LPL_OK;
}
