/* stats/stats_state.c - save and load a tracker.
 *
 * Records: STAT u64 (integers of the config), PARM f64 (its real parameters, and the count), MEAN f64, M2__ f64,
 * GRAM in the dtype (BATCH, STALE) or COVA f64 (EWMA, ALL), with a covariance only. */
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "state/container.h"
#include "stats/stats.h"

enum { N_INT = 6, N_REAL = 5, ROOM = 64 };
static const char OBJECT[] = "a tracker";

static size_t elem(const lpl_stats_config_t *c) { return c->dtype == LPL_F64 ? sizeof(double) : sizeof(float); }

/* All elements finite, variances not negative: a file with anything else could only produce NaN. */
static int is_sound(const void *p, size_t n, size_t size, int variance) {
    for (size_t k = 0; k < n; k++) {
        const double v = size == sizeof(double) ? ((const double *)p)[k] : (double)((const float *)p)[k];
        if (!isfinite(v) || (variance && v < 0)) return 0;
    }
    return 1;
}

lpl_status_t lpl_stats_save(const lpl_stats_t *s, lpl_write_fn write, void *user) {
    static const char fn[] = "lpl_stats_save";
    if (!s || !write) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", s ? "write" : "s");
    const lpl_stats_config_t *c = &s->cfg;
    const size_t M = (size_t)c->n_units;
    const uint64_t ints[N_INT] = {c->flags, (uint64_t)c->dtype, (uint64_t)c->mode, c->n_units, c->batch_max, (uint64_t)c->covariance};
    const double reals[N_REAL] = {c->tau_mean, c->tau_sigma2, c->mean_init, c->sigma2_init, s->count};
    const void *square = s->cov ? s->cov : s->gram;
    const size_t size = s->cov ? sizeof(double) : elem(c);
    /* before the first byte: a file that cannot be loaded is never begun */
    if (!is_sound(s->mean, M, sizeof(double), 0) || !is_sound(s->m2, M, sizeof(double), 1) ||
        (c->covariance && !is_sound(square, M * M, size, 0)))
        return lpli_fail(LPL_E_NONFINITE, fn, "a mean or variance has overflowed to infinity or NaN (lpl_stats_reset starts anew)");
    lpli_writer_t w;
    LPLI_TRY(lpli_write_begin(&w, write, user, fn));
    LPLI_TRY(lpli_write_u64(&w, "STAT", ints, N_INT));
    LPLI_TRY(lpli_write_f64(&w, "PARM", reals, N_REAL));
    LPLI_TRY(lpli_write_f64(&w, "MEAN", s->mean, M));
    LPLI_TRY(lpli_write_f64(&w, "M2__", s->m2, M));
    if (s->cov)
        LPLI_TRY(lpli_write_f64(&w, "COVA", s->cov, M * M));
    else if (s->gram)
        LPLI_TRY(lpli_write_rows(&w, "GRAM", s->gram, M, M, M, elem(c)));
    return lpli_write_end(&w);
}

static lpl_status_t read_array(lpli_reader_t *r, const char *tag, void *p, size_t n, size_t size, int variance, const char *fn) {
    LPLI_TRY(lpli_read_expect(r, tag, OBJECT));
    LPLI_TRY(size == sizeof(double) ? lpli_read_f64(r, p, n) : lpli_read_f32(r, p, n));
    if (!is_sound(p, n, size, variance)) return lpli_fail(LPL_E_FORMAT, fn, "record %s holds NaN, infinity or a negative variance", tag);
    return LPL_OK;
}

static lpl_status_t read_arrays(lpl_stats_t *s, lpli_reader_t *r, const char *fn) {
    const size_t M = (size_t)s->cfg.n_units;
    LPLI_TRY(read_array(r, "MEAN", s->mean, M, sizeof(double), 0, fn));
    LPLI_TRY(read_array(r, "M2__", s->m2, M, sizeof(double), 1, fn));
    if (s->cov)
        LPLI_TRY(read_array(r, "COVA", s->cov, M * M, sizeof(double), 0, fn));
    else if (s->gram)
        LPLI_TRY(read_array(r, "GRAM", s->gram, M * M, elem(&s->cfg), 0, fn));
    while (!r->at_end) LPLI_TRY(lpli_read_next(r)); /* records of newer versions: skipped or refused by their tag */
    return LPL_OK;
}

lpl_status_t lpl_stats_load(lpl_read_fn read, void *user, size_t max_bytes, lpl_stats_t **out) {
    static const char fn[] = "lpl_stats_load";
    if (!read || !out) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", read ? "out" : "read");
    if (max_bytes == 0) max_bytes = (size_t)1 << 30;
    uint64_t ints[ROOM];
    double reals[ROOM];
    lpli_reader_t r;
    LPLI_TRY(lpli_read_begin(&r, read, user, fn));
    LPLI_TRY(lpli_read_expect_u64(&r, "STAT", OBJECT, ints, N_INT, ROOM));
    LPLI_TRY(lpli_read_expect_f64(&r, "PARM", OBJECT, reals, N_REAL, ROOM));
    lpl_stats_config_t c;
    LPLI_TRY(lpl_stats_config_init(&c, sizeof c));
    for (int k = 0; k < N_INT; k++)
        if (ints[k] > (k == 3 || k == 4 ? (uint64_t)1 << 31 : 16))
            return lpli_fail(LPL_E_FORMAT, fn, "record STAT, entry %d: out of range", k);
    c.flags = (uint32_t)ints[0];
    c.dtype = (int32_t)ints[1], c.mode = (int32_t)ints[2], c.covariance = (int32_t)ints[5];
    c.n_units = ints[3], c.batch_max = ints[4];
    c.tau_mean = reals[0], c.tau_sigma2 = reals[1], c.mean_init = reals[2], c.sigma2_init = reals[3];
    const double count = reals[4];
    if (lpli_stats_check(&c, fn) < 0 || !(count >= 0 && count <= 9007199254740992.0))
        return lpli_fail(LPL_E_FORMAT, fn, "records STAT and PARM do not describe a tracker that can be");
    if (lpli_stats_bytes(&c) > max_bytes)
        return lpli_fail(LPL_E_MEMORY, fn, "the tracker takes %zu bytes, max_bytes = %zu", lpli_stats_bytes(&c), max_bytes);
    lpl_stats_t *s = NULL;
    LPLI_TRY(lpli_stats_make(&c, &s, fn));
    s->count = count;
    const lpl_status_t status = read_arrays(s, &r, fn);
    if (status < 0) {
        lpl_stats_destroy(s);
        return status;
    }
    *out = s;
    return LPL_OK;
}
