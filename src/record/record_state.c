/* record/record_state.c - save and load a recorder; the arrays that the host has lent are not part of it.
 *
 * Records: RECO u64 (flags, n, bin_steps, steps seen), PARM f64 (dt, tau_rate, silent_hz, runaway_hz, running rate of the population),
 * TRAC f64, LAST u64, CNTS u64 (n each), and with bins BINC u64 (n: counts of the bin that is not full). */
#include <float.h>
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "record/record.h"
#include "state/container.h"

enum { N_INT = 4, N_REAL = 5, ROOM = 64 };
static const char object[] = "a recorder";

lpl_status_t lpl_record_save(const lpl_record_t *r, lpl_write_fn write, void *user) {
    static const char fn[] = "lpl_record_save";
    if (!r || !write) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", r ? "write" : "r");
    const lpl_record_config_t *c = &r->cfg;
    const size_t n = (size_t)c->n;
    const uint64_t ints[N_INT] = {c->flags, c->n, c->bin_steps, r->t};
    const double reals[N_REAL] = {c->dt, c->tau_rate, c->silent_hz, c->runaway_hz, r->all};
    lpli_writer_t w;
    LPLI_TRY(lpli_write_begin(&w, write, user, fn));
    LPLI_TRY(lpli_write_u64(&w, "RECO", ints, N_INT));
    LPLI_TRY(lpli_write_f64(&w, "PARM", reals, N_REAL));
    LPLI_TRY(lpli_write_f64(&w, "TRAC", r->trace, n));
    LPLI_TRY(lpli_write_u64(&w, "LAST", r->last, n));
    LPLI_TRY(lpli_write_u64(&w, "CNTS", r->counts, n));
    if (r->bin) LPLI_TRY(lpli_write_u64(&w, "BINC", r->bin, n));
    return lpli_write_end(&w);
}

static lpl_status_t read_counts(lpli_reader_t *r, const char *tag, uint64_t *p, size_t n, uint64_t most) {
    LPLI_TRY(lpli_read_expect(r, tag, object));
    LPLI_TRY(lpli_read_u64(r, p, n));
    for (size_t i = 0; i < n; i++)
        if (p[i] > most)
            return lpli_fail(LPL_E_FORMAT, r->fn, "record %s, entry %zu: %llu, but at most %llu can be", tag, i, (unsigned long long)p[i],
                             (unsigned long long)most);
    return LPL_OK;
}

static lpl_status_t read_arrays(lpl_record_t *rec, lpli_reader_t *r) {
    const size_t n = (size_t)rec->cfg.n;
    const uint64_t t = rec->t, bin_steps = rec->cfg.bin_steps;
    const double most = fmin(2 * rec->cfg.tau_rate / rec->cfg.dt, DBL_MAX / (double)n); /* twice what a spike in every step leads to */
    LPLI_TRY(lpli_read_expect(r, "TRAC", object));
    LPLI_TRY(lpli_read_f64(r, rec->trace, n));
    for (size_t i = 0; i < n; i++)
        if (!(rec->trace[i] >= 0 && rec->trace[i] <= most))
            return lpli_fail(LPL_E_FORMAT, r->fn, "record TRAC, entry %zu: %g, need 0 .. %g", i, rec->trace[i], most);
    LPLI_TRY(read_counts(r, "LAST", rec->last, n, t == 0 ? 0 : t - 1));
    LPLI_TRY(read_counts(r, "CNTS", rec->counts, n, t));
    if (rec->bin) LPLI_TRY(read_counts(r, "BINC", rec->bin, n, t % bin_steps));
    if (!(rec->all >= 0 && rec->all <= most * (double)n))
        return lpli_fail(LPL_E_FORMAT, r->fn, "record PARM: running rate %g, need 0 .. %g", rec->all, most * (double)n);
    while (!r->at_end) LPLI_TRY(lpli_read_next(r)); /* records of newer versions: skipped or refused by their tag */
    return LPL_OK;
}

lpl_status_t lpl_record_load(lpl_read_fn read, void *user, size_t max_bytes, lpl_record_t **out) {
    static const char fn[] = "lpl_record_load";
    if (!read || !out) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", read ? "out" : "read");
    if (max_bytes == 0) max_bytes = (size_t)1 << 30;
    uint64_t ints[ROOM];
    double reals[ROOM];
    lpli_reader_t r;
    LPLI_TRY(lpli_read_begin(&r, read, user, fn));
    LPLI_TRY(lpli_read_expect_u64(&r, "RECO", object, ints, N_INT, ROOM));
    LPLI_TRY(lpli_read_expect_f64(&r, "PARM", object, reals, N_REAL, ROOM));
    lpl_record_config_t c;
    LPLI_TRY(lpl_record_config_init(&c, sizeof c));
    c.flags = ints[0] == 0 ? 0 : 1;
    c.n = ints[1], c.bin_steps = ints[2];
    c.dt = reals[0], c.tau_rate = reals[1], c.silent_hz = reals[2], c.runaway_hz = reals[3];
    if (lpli_record_check(&c, fn) < 0 || ints[3] >> 63 != 0)
        return lpli_fail(LPL_E_FORMAT, fn, "records RECO and PARM do not describe a recorder that can be");
    if (lpli_record_bytes(&c) > max_bytes)
        return lpli_fail(LPL_E_MEMORY, fn, "the recorder takes %zu bytes, max_bytes = %zu", lpli_record_bytes(&c), max_bytes);
    lpl_record_t *rec = NULL;
    LPLI_TRY(lpli_record_make(&c, &rec, fn));
    rec->t = ints[3], rec->all = reals[4];
    const lpl_status_t status = read_arrays(rec, &r);
    if (status < 0) {
        lpl_record_destroy(rec);
        return status;
    }
    *out = rec;
    return LPL_OK;
}
