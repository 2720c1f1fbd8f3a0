/* projection/projection_state.c - save and load a projection.
 *
 * Records (container.h; T = the projection's dtype): PROJ u64 (numbers below), PARM f64 (reals); of a part PART
 * (part_state.h); ROWS, COLS (connect_state.h; not if dense); WGHT T; TRPR, TRPO T (INHIBITORY); DLAY u64, the rows of
 * spikes on their way. New versions may append entries to PROJ and PARM and add records with lower-case tags. */
#include <float.h>

#include "connect/connect_state.h"
#include "core/object.h"
#include "projection/projection.h"
#include "state/part_state.h"

static const lpli_number_t number[] = {
    LPLI_STORED(lpl_projection_t, cfg.flags, LPLI_UINT32, 0),
    LPLI_STORED(lpl_projection_t, cfg.dtype, LPLI_INT32, LPL_F64),
    LPLI_STORED(lpl_projection_t, cfg.kind, LPLI_INT32, LPL_PROJECTION_INHIBITORY),
    LPLI_STORED_ANY(lpl_projection_t, cfg.n_pre),
    LPLI_STORED_ANY(lpl_projection_t, cfg.n_post),
    LPLI_STORED(lpl_projection_t, cfg.mode, LPLI_INT32, LPL_MODE_FROZEN),
    LPLI_STORED_SIGNED(lpl_projection_t, cfg.label),
    LPLI_STORED(lpl_projection_t, csr.n_synapses, LPLI_SIZE, PTRDIFF_MAX / 64),
    LPLI_STORED(lpl_projection_t, csr.dense, LPLI_BOOL, 1),
    LPLI_STORED_ANY(lpl_projection_t, step),
};
#define REAL(field) offsetof(lpl_projection_t, cfg.field)
static const uint16_t reals[] = {REAL(dt),    REAL(delay_ax), REAL(w_init), REAL(w_min),
                                 REAL(w_max), REAL(zeta),     REAL(kappa),  REAL(tau_stdp)};
static const lpli_fields_t fields = {
    .object = "a projection",
    .tag = "PROJ",
    .number = number,
    .real = reals,
    .n_number = LPLI_COUNT_OF(number),
    .n_real = LPLI_COUNT_OF(reals),
};

enum { ARRAYS = 4 };

static void arrays(const lpl_projection_t *p, lpli_array_t out[ARRAYS]) {
    const int32_t T = p->cfg.dtype;
    /* Between a pre spike and the next post spike a plastic weight may exceed w_max. */
    const double high = p->tr_pre ? p->w_most : p->w_max, trace = T == LPL_F64 ? 0x1p55 : 0x1p26; /* see w_most */
    const lpli_array_t all[ARRAYS] = {
        LPLI_ARRAY_REALS("WGHT", p->w, p->csr.n_synapses, T, p->w_min, high),
        LPLI_ARRAY_REALS(p->tr_pre ? "TRPR" : NULL, p->tr_pre, p->csr.n_pre, T, 0, trace),
        LPLI_ARRAY_REALS(p->tr_post ? "TRPO" : NULL, p->tr_post, p->csr.n_post, T, 0, trace),
        lpli_delay_array("DLAY", &p->delay, p->csr.n_pre),
    };
    memcpy(out, all, sizeof all);
}

lpl_status_t lpl_projection_save(const lpl_projection_t *p, lpl_write_fn write, void *user) {
    static const char fn[] = "lpl_projection_save";
    if (!p || !write) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", p ? "write" : "p");
    lpli_array_t array[ARRAYS];
    lpli_writer_t w;
    arrays(p, array);
    LPLI_TRY(lpli_arrays_check(array, ARRAYS, "projection", p->cfg.label, fn));
    LPLI_TRY(lpli_write_begin(&w, write, user, fn));
    LPLI_TRY(lpli_fields_write(&w, &fields, p));
    LPLI_TRY(lpli_part_write(&w, lpli_projection_part(p)));
    LPLI_TRY(lpli_csr_write(&w, &p->csr));
    LPLI_TRY(lpli_arrays_write(&w, array, ARRAYS));
    return lpli_write_end(&w);
}

static lpl_status_t read_arrays(lpl_projection_t *p, lpli_reader_t *r) {
    lpli_array_t array[ARRAYS];
    arrays(p, array);
    LPLI_TRY(lpli_arrays_read(r, fields.object, array, ARRAYS));
    return lpli_read_rest(r);
}

lpl_status_t lpl_projection_load(lpl_read_fn read, void *user, size_t max_bytes, lpl_projection_t **out) {
    static const char fn[] = "lpl_projection_load";
    if (!read || !out) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", read ? "out" : "read");
    lpl_projection_t decided = {.step = 0}, *p = NULL;
    lpli_csr_t csr = {0};
    lpli_reader_t r;
    LPLI_TRY(lpl_projection_config_init(&decided.cfg, sizeof decided.cfg));
    LPLI_TRY(lpli_read_begin(&r, read, user, fn));
    LPLI_TRY(lpli_fields_read(&r, &fields, &decided));
    LPLI_TRY(lpli_part_read(&r, decided.cfg.n_post, &decided.cfg.post_begin, &decided.cfg.n_post_global));
    const size_t n = decided.csr.n_synapses;
    const bool dense = decided.csr.dense;
    if (lpli_projection_decide(&decided, fn) < 0 || (dense && n != (uint64_t)decided.cfg.n_pre * decided.cfg.n_post))
        return lpli_fail(LPL_E_FORMAT, fn, "records PROJ and PARM do not describe a projection that can be");
    LPLI_TRY(lpli_check_memory(lpli_projection_bytes(&decided), lpli_max_bytes(max_bytes, 16), fields.object, fn));
    LPLI_TRY(lpli_csr_read(&r, &csr, (size_t)decided.cfg.n_pre, (size_t)decided.cfg.n_post, n, dense, fields.object));
    LPLI_TRY(lpli_projection_make(&decided, &csr, &p, fn));
    const lpl_status_t status = read_arrays(p, &r);
    if (status < 0)
        lpl_projection_destroy(p);
    else
        *out = p;
    return status;
}
