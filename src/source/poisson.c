/* source/poisson.c - Poisson spikes by skipping ahead and thinning; the exact definition is docs/source.md.
 *
 * Time is cut into segments of a fixed number of steps. Within one, candidates come at the largest probability of the
 * segment: the distance between two of them over the flattened places (step, neuron) is geometric, so a quiet place
 * costs nothing. Each is kept with probability p(its step) / p_max. The random numbers of a segment are its own, so
 * spikes depend on the step alone, wherever one begins. */
#include <math.h>

#include "core/error.h"
#include "core/log.h"
#include "core/random.h"
#include "source/source.h"

enum { LENGTH_MAX = 4096, CANDIDATES = 32 };

/* ---- rate ---- */

lpl_status_t lpli_poisson_check(const lpl_source_config_t *c, const char *fn) {
    LPLI_TRY(lpli_check_positive(c->dt, fn, "dt"));
    if (c->n_knots == 0)
        return lpli_fail(LPL_E_ARG, fn, "n_knots = 0: a Poisson source needs a rate, one knot if it is constant");
    if (c->n_knots > (uint64_t)(PTRDIFF_MAX / 64))
        return lpli_fail(LPL_E_SIZE, fn, "n_knots = %llu: more memory than can be addressed",
                         (unsigned long long)c->n_knots);
    if (!c->rate_hz || (!c->time_s && c->n_knots > 1))
        return lpli_fail(LPL_E_NULL, fn, "%s is NULL", c->rate_hz ? "time_s" : "rate_hz");
    for (size_t k = 0; k < c->n_knots; k++) {
        const double time = c->time_s ? c->time_s[k] : 0, rate = c->rate_hz[k];
        if (!(time >= 0 && time <= DBL_MAX))
            return lpli_fail(LPL_E_ARG, fn, "time_s[%zu] = %g s, need 0 or more", k, time);
        if (k > 0 && time <= c->time_s[k - 1])
            return lpli_fail(LPL_E_ARG, fn, "time_s[%zu] = %g s after %g s: need ascending times", k, time,
                             c->time_s[k - 1]);
        if (!(rate >= 0 && rate <= DBL_MAX))
            return lpli_fail(LPL_E_ARG, fn, "rate_hz[%zu] = %g, need 0 or more", k, rate);
        if (rate * c->dt >= 1)
            return lpli_fail(LPL_E_UNITS, fn,
                             "rate_hz[%zu] = %g Hz, dt = %g s: need rate dt < 1; did you give kHz, or dt in ms?", k,
                             rate, c->dt);
    }
    return LPL_OK;
}

/* The last knot at or before x >= 0, looked for upwards from *at, then by halving. */
static size_t knot_before(const lpli_rate_t *r, double x, size_t *at) {
    enum { NEAR = 8 };
    size_t low = *at, high = r->n;
    if (r->x[low] > x) low = 0;
    for (int k = 0; k < NEAR && low + 1 < high; k++) {
        if (r->x[low + 1] > x)
            high = low + 1;
        else
            low++;
    }
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (r->x[middle] > x)
            high = middle;
        else
            low = middle;
    }
    return *at = low;
}

/* Where step t lies among the knots: seconds after the first one, within the pass *pass. Monotone in t within a
 * pass. */
static double phase(const lpli_rate_t *r, double dt, uint64_t t, double *pass) {
    const double x = (double)t * dt - r->begin, length = r->x[r->n - 1];
    *pass = 0;
    if (!(x > 0)) return 0;
    if (!r->loop) return x < length ? x : length;
    *pass = floor(x / length);
    const double rest = x - *pass * length;
    return rest > 0 ? (rest < length ? rest : length) : 0;
}

static double rate_of(const lpli_rate_t *r, double x, size_t *at) {
    const size_t k = knot_before(r, x, at);
    if (k + 1 == r->n) return r->rate[k];
    return r->rate[k] + (r->rate[k + 1] - r->rate[k]) * ((x - r->x[k]) / (r->x[k + 1] - r->x[k]));
}

double lpli_rate_at(const lpli_rate_t *r, double dt, uint64_t t, size_t *at) {
    double pass;
    return rate_of(r, phase(r, dt, t, &pass), at);
}

/* The larger of `most` and the rates of the knots in low .. high. */
static double highest_knot(lpli_rate_t *r, double low, double high, double most) {
    for (size_t k = knot_before(r, low, &r->at); k < r->n && r->x[k] <= high; k++)
        if (r->x[k] >= low && r->rate[k] > most) most = r->rate[k];
    return most;
}

/* The highest rate of steps first .. last: piecewise linear, so it is at one of them or at a knot between. */
static double highest(lpli_rate_t *r, double dt, uint64_t first, uint64_t last) {
    double pass[2];
    const double x = phase(r, dt, first, &pass[0]), y = phase(r, dt, last, &pass[1]), end = r->x[r->n - 1];
    if (pass[1] > pass[0] + 1) return highest_knot(r, 0, end, 0);
    double most = rate_of(r, x, &r->at);
    if (pass[1] == pass[0]) {
        most = highest_knot(r, x, y, most);
    } else {
        most = highest_knot(r, x, end, most);
        most = highest_knot(r, 0, y, most);
    }
    const double at_end = rate_of(r, y, &r->at);
    return at_end > most ? at_end : most;
}

/* ---- segments ---- */

/* A power of two of at most 4096 steps, with no more than 32 candidates to be expected at the highest rate, as far as
 * possible. */
uint64_t lpli_poisson_length(const lpl_source_config_t *c) {
    double most = 0;
    for (size_t k = 0; k < c->n_knots; k++)
        if (c->rate_hz[k] > most) most = c->rate_hz[k];
    const double each = (double)(c->n_global ? c->n_global : c->n) * (most * c->dt);
    uint64_t length = LENGTH_MAX;
    while (length > 1 && each * (double)length > CANDIDATES) length /= 2;
    return length;
}

static uint64_t draw53(const uint32_t *words) { return ((uint64_t)words[1] << 32 | words[0]) >> 11; }

/* The place of the next spike of the segment, or `cells`. */
static uint64_t next_spike(lpl_source_t *s) {
    lpli_segment_t *g = &s->seg;
    if (g->p_max == 0) return g->cells;
    for (;;) {
        if (g->used == LPLI_SOURCE_BATCH) {
            LPLI_PICK(s->isa, lpli_philox)(g->words, LPLI_SOURCE_BATCH, g->block, s->cfg.seed, s->cfg.stream);
            g->block += LPLI_SOURCE_BATCH, g->used = 0;
        }
        const uint32_t *w = g->words + 4 * g->used++;
        const double gap = lpli_log_unit_f64((double)(int64_t)(draw53(w) + 1) * 0x1p-53) / g->log_q;
        if (gap >= (double)(g->cells - g->cell)) return g->cells;
        const uint64_t place = g->cell + (uint64_t)gap;
        g->cell = place + 1;
        if (place % s->group - s->own >= s->cfg.n) continue; /* of another part */
        const double p = lpli_rate_at(&s->rate, s->cfg.dt, g->begin + place / s->group, &s->rate.at) * s->cfg.dt;
        if ((double)(int64_t)draw53(w + 2) * 0x1p-53 * g->p_max < p) return place;
    }
}

void lpli_poisson_advance(lpl_source_t *s) {
    lpli_segment_t *g = &s->seg;
    s->list = s->pending, s->n_list = 0;
    if (g->spike == g->cells) {
        s->next = g->begin + g->length;
        return;
    }
    const uint64_t step = g->spike / s->group, first = step * s->group + s->own;
    while (g->spike < first + s->cfg.n && g->spike < g->cells) {
        s->pending[s->n_list++] = (uint32_t)(g->spike - first);
        g->spike = next_spike(s);
    }
    s->next = g->begin + step;
}

void lpli_poisson_open(lpl_source_t *s) {
    lpli_segment_t *g = &s->seg;
    const uint64_t t = s->next, index = t / g->length;
    g->begin = index * g->length;
    g->p_max = highest(&s->rate, s->cfg.dt, g->begin, g->begin + g->length - 1) * s->cfg.dt;
    g->log_q = lpli_log_1m_f64(g->p_max);
    g->cell = 0;
    g->block = index * (g->cells + 1);
    g->used = LPLI_SOURCE_BATCH;
    g->spike = next_spike(s);
    do lpli_poisson_advance(s);
    while (s->next < t);
}
