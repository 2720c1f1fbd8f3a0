/* record/record_state.c - save and load a recorder; the arrays that the host has lent are not part of it.
 *
 * Records: RECO u64 (numbers below), PARM f64 (reals), of a part PART (part_state.h), TRAC f64, LAST u64, CNTS u64 (n
 * each), and with bins BINC u64 (n: counts of the bin that is not full). */
#include <float.h>
#include <math.h>

#include "core/object.h"
#include "record/record.h"
#include "state/fields.h"
#include "state/part_state.h"

static const lpli_number_t number[] = {
    LPLI_STORED(lpl_record_t, cfg.flags, LPLI_UINT32, 0),
    LPLI_STORED_ANY(lpl_record_t, cfg.n),
    LPLI_STORED_ANY(lpl_record_t, cfg.bin_steps),
    LPLI_STORED(lpl_record_t, t, LPLI_UINT64, INT64_MAX),
};
static const uint16_t reals[] = {offsetof(lpl_record_t, cfg.dt), offsetof(lpl_record_t, cfg.tau_rate),
                                 offsetof(lpl_record_t, cfg.silent_hz), offsetof(lpl_record_t, cfg.runaway_hz),
                                 offsetof(lpl_record_t, all)};
static const lpli_fields_t fields = {
    .object = "a recorder",
    .tag = "RECO",
    .number = number,
    .real = reals,
    .n_number = LPLI_COUNT_OF(number),
    .n_real = LPLI_COUNT_OF(reals),
};

enum { ARRAYS = 4 };

static void arrays(const lpl_record_t *r, lpli_array_t out[ARRAYS]) {
    const size_t n = (size_t)r->cfg.n;
    const uint64_t t = r->t, in_bin = r->bin ? t % r->cfg.bin_steps : 0;
    /* twice what a spike in every step leads to, and no more than one a step */
    const double most = fmin(fmin(2 * r->cfg.tau_rate / r->cfg.dt, (double)t), DBL_MAX / (double)n);
    const lpli_array_t all[ARRAYS] = {
        LPLI_ARRAY_REALS("TRAC", r->trace, n, LPL_F64, 0, most),
        LPLI_ARRAY_COUNTS("LAST", r->last, n, t == 0 ? 0 : t - 1),
        LPLI_ARRAY_COUNTS("CNTS", r->counts, n, t),
        LPLI_ARRAY_COUNTS(r->bin ? "BINC" : NULL, r->bin, n, in_bin),
    };
    memcpy(out, all, sizeof all);
}

lpl_status_t lpl_record_save(const lpl_record_t *r, lpl_write_fn write, void *user) {
    static const char fn[] = "lpl_record_save";
    if (!r || !write) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", r ? "write" : "r");
    lpli_array_t array[ARRAYS];
    lpli_writer_t w;
    arrays(r, array);
    LPLI_TRY(lpli_arrays_check(array, ARRAYS, NULL, 0, fn));
    LPLI_TRY(lpli_write_begin(&w, write, user, fn));
    LPLI_TRY(lpli_fields_write(&w, &fields, r));
    LPLI_TRY(lpli_part_write(&w, lpli_record_part(r)));
    LPLI_TRY(lpli_arrays_write(&w, array, ARRAYS));
    return lpli_write_end(&w);
}

static lpl_status_t read_arrays(lpl_record_t *rec, lpli_reader_t *r) {
    lpli_array_t array[ARRAYS];
    arrays(rec, array);
    LPLI_TRY(lpli_arrays_read(r, fields.object, array, ARRAYS));
    if (!(rec->all >= 0 && rec->all <= array[0].high * (double)rec->cfg.n))
        return lpli_fail(LPL_E_FORMAT, r->fn, "record PARM: running rate %g, need 0 .. %g", rec->all,
                         array[0].high * (double)rec->cfg.n);
    return lpli_read_rest(r);
}

lpl_status_t lpl_record_load(lpl_read_fn read, void *user, size_t max_bytes, lpl_record_t **out) {
    static const char fn[] = "lpl_record_load";
    if (!read || !out) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", read ? "out" : "read");
    lpl_record_t decided = {.bytes = 0}, *rec = NULL;
    lpli_reader_t r;
    LPLI_TRY(lpl_record_config_init(&decided.cfg, sizeof decided.cfg));
    LPLI_TRY(lpli_read_begin(&r, read, user, fn));
    LPLI_TRY(lpli_fields_read(&r, &fields, &decided));
    LPLI_TRY(lpli_part_read(&r, decided.cfg.n, &decided.cfg.first, &decided.cfg.n_global));
    if (lpli_record_decide(&decided, fn) < 0)
        return lpli_fail(LPL_E_FORMAT, fn, "records RECO and PARM do not describe a recorder that can be");
    LPLI_TRY(lpli_check_memory(decided.bytes, lpli_max_bytes(max_bytes, 1), fields.object, fn));
    LPLI_TRY(lpli_record_make(&decided, &rec, fn));
    const lpl_status_t status = read_arrays(rec, &r);
    if (status < 0)
        lpl_record_destroy(rec);
    else
        *out = rec;
    return status;
}
