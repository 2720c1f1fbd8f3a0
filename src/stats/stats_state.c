/* stats/stats_state.c - save and load a tracker.
 *
 * Records: STAT u64 (numbers below), PARM f64 (reals; the last is the count), MEAN f64, M2__ f64, GRAM f64 (BATCH,
 * STALE; f32 in files that 0.1.0 has written of a float32 tracker) or COVA f64 (EWMA, ALL), with a covariance only. */
#include "core/object.h"
#include "state/fields.h"
#include "stats/stats.h"

#define MOST ((uint64_t)1 << 31)
static const lpli_number_t number[] = {
    LPLI_STORED(lpl_stats_t, cfg.flags, LPLI_UINT32, 0),
    LPLI_STORED(lpl_stats_t, cfg.dtype, LPLI_INT32, LPL_F64),
    LPLI_STORED(lpl_stats_t, cfg.mode, LPLI_INT32, LPL_STATS_ALL),
    LPLI_STORED(lpl_stats_t, cfg.n_units, LPLI_UINT64, MOST),
    LPLI_STORED(lpl_stats_t, cfg.batch_max, LPLI_UINT64, MOST),
    LPLI_STORED(lpl_stats_t, cfg.covariance, LPLI_INT32, 1),
};
static const uint16_t reals[] = {offsetof(lpl_stats_t, cfg.tau_mean), offsetof(lpl_stats_t, cfg.tau_sigma2),
                                 offsetof(lpl_stats_t, cfg.mean_init), offsetof(lpl_stats_t, cfg.sigma2_init),
                                 offsetof(lpl_stats_t, count)};
static const lpli_fields_t fields = {
    .object = "a tracker",
    .tag = "STAT",
    .number = number,
    .real = reals,
    .n_number = LPLI_COUNT_OF(number),
    .n_real = LPLI_COUNT_OF(reals),
};

enum { GRAM = 3, ARRAYS };

static void arrays(const lpl_stats_t *s, lpli_array_t out[ARRAYS]) {
    const size_t n = (size_t)s->cfg.n_units;
    const lpli_array_t all[ARRAYS] = {
        LPLI_ARRAY_REALS("MEAN", s->mean, n, LPL_F64, -DBL_MAX, DBL_MAX),
        LPLI_ARRAY_REALS("M2__", s->m2, n, LPL_F64, 0, DBL_MAX),
        LPLI_ARRAY_ROWS(s->cov ? "COVA" : NULL, s->cov, n, n, n, LPL_F64, -DBL_MAX, DBL_MAX),
        LPLI_ARRAY_ROWS(s->gram && !s->cov ? "GRAM" : NULL, s->gram, n, n, n, LPL_F64, -DBL_MAX, DBL_MAX),
    };
    memcpy(out, all, sizeof all);
}

lpl_status_t lpl_stats_save(const lpl_stats_t *s, lpl_write_fn write, void *user) {
    static const char fn[] = "lpl_stats_save";
    if (!s || !write) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", s ? "write" : "s");
    lpli_array_t array[ARRAYS];
    lpli_writer_t w;
    arrays(s, array);
    LPLI_TRY(lpli_fail_note(lpli_arrays_check(array, ARRAYS, NULL, 0, fn), "; lpl_stats_reset starts anew"));
    LPLI_TRY(lpli_write_begin(&w, write, user, fn));
    LPLI_TRY(lpli_fields_write(&w, &fields, s));
    LPLI_TRY(lpli_arrays_write(&w, array, ARRAYS));
    return lpli_write_end(&w);
}

/* GRAM of four bytes an element, by way of the spare matrix. */
static lpl_status_t read_floats(lpl_stats_t *s, lpli_reader_t *r, lpli_array_t a) {
    const size_t n = a.rows * a.cols;
    a.p = s->spare, a.dtype = LPL_F32;
    LPLI_TRY(lpli_arrays_read(r, fields.object, &a, 1));
    for (size_t k = 0; k < n; k++) s->gram[k] = (double)((const float *)(const void *)s->spare)[k];
    return LPL_OK;
}

static lpl_status_t read_arrays(lpl_stats_t *s, lpli_reader_t *r) {
    lpli_array_t array[ARRAYS];
    arrays(s, array);
    LPLI_TRY(lpli_arrays_read(r, fields.object, array, GRAM));
    bool found = false;
    if (array[GRAM].tag) LPLI_TRY(lpli_read_optional(r, array[GRAM].tag, &found));
    r->held = found || r->held;
    if (found && s->cfg.dtype == LPL_F32 && r->length == (uint64_t)sizeof(float) * array[GRAM].rows * array[GRAM].cols)
        LPLI_TRY(read_floats(s, r, array[GRAM]));
    else
        LPLI_TRY(lpli_arrays_read(r, fields.object, array + GRAM, 1));
    return lpli_read_rest(r);
}

lpl_status_t lpl_stats_load(lpl_read_fn read, void *user, size_t max_bytes, lpl_stats_t **out) {
    static const char fn[] = "lpl_stats_load";
    if (!read || !out) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", read ? "out" : "read");
    lpl_stats_t decided = {.count = 0}, *s = NULL;
    lpli_reader_t r;
    LPLI_TRY(lpl_stats_config_init(&decided.cfg, sizeof decided.cfg));
    LPLI_TRY(lpli_read_begin(&r, read, user, fn));
    LPLI_TRY(lpli_fields_read(&r, &fields, &decided));
    if (lpli_stats_decide(&decided, fn) < 0 || !(decided.count >= 0 && decided.count <= 0x1p53))
        return lpli_fail(LPL_E_FORMAT, fn, "records STAT and PARM do not describe a tracker that can be");
    LPLI_TRY(lpli_check_memory(decided.bytes, lpli_max_bytes(max_bytes, 1), fields.object, fn));
    LPLI_TRY(lpli_stats_make(&decided, &s, fn));
    const lpl_status_t status = read_arrays(s, &r);
    if (status < 0)
        lpl_stats_destroy(s);
    else
        *out = s;
    return status;
}
