/* projection/projection_state.c - save and load a projection.
 *
 * Records (container.h; T = the projection's dtype): PROJ u64, integers of the config and counters; PARM f64, its real parameters; ROWS, COLS
 * (connect_state.h; not if dense); WGHT T; TRPR, TRPO T (INHIBITORY); DLAY u64, the rows of spikes on their way.
 * New versions may append entries to PROJ and PARM and add records with lower-case tags. */
#include <math.h>

#include "connect/connect_state.h"
#include "core/error.h"
#include "projection/projection.h"

enum { N_INT = 10, N_REAL = 8, ROOM = 64 };
static const char object[] = "a projection";

/* A value of a loaded or saved array may lie in low .. high. */
static bool is_sound(const void *p, size_t n, size_t elem, double low, double high) {
    for (size_t k = 0; k < n; k++) {
        const double v = elem == sizeof(double) ? ((const double *)p)[k] : (double)((const float *)p)[k];
        if (!(v >= low && v <= high)) return false;
    }
    return true;
}

/* Between a pre spike and the next post spike a plastic weight may exceed w_max. */
static bool weights_sound(const lpl_projection_t *p) {
    const double high = p->cfg.kind == LPL_PROJECTION_INHIBITORY ? (double)FLT_MAX : p->w_max;
    return is_sound(p->w, p->csr.n_synapses, lpli_projection_elem(&p->cfg), p->w_min, high);
}

lpl_status_t lpl_projection_save(const lpl_projection_t *p, lpl_write_fn write, void *user) {
    static const char fn[] = "lpl_projection_save";
    if (!p || !write) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", p ? "write" : "p");
    const lpl_projection_config_t *c = &p->cfg;
    const uint64_t ints[N_INT] = {c->flags,          (uint64_t)c->dtype,          (uint64_t)c->kind, c->n_pre,           c->n_post,
                                  (uint64_t)c->mode, (uint64_t)(int64_t)c->label, p->csr.n_synapses, p->csr.col == NULL, p->step};
    const double reals[N_REAL] = {c->dt, c->delay_ax, c->w_init, c->w_min, c->w_max, c->zeta, c->kappa, c->tau_stdp};
    const size_t elem = lpli_projection_elem(c);
    lpli_writer_t w;
    LPLI_TRY(lpli_write_begin(&w, write, user, fn));
    LPLI_TRY(lpli_write_u64(&w, "PROJ", ints, N_INT));
    LPLI_TRY(lpli_write_f64(&w, "PARM", reals, N_REAL));
    LPLI_TRY(lpli_csr_write(&w, &p->csr));
    LPLI_TRY(lpli_write_rows(&w, "WGHT", p->w, 1, p->csr.n_synapses, p->csr.n_synapses, elem));
    if (p->tr_pre) {
        LPLI_TRY(lpli_write_rows(&w, "TRPR", p->tr_pre, 1, p->csr.n_pre, p->csr.n_pre, elem));
        LPLI_TRY(lpli_write_rows(&w, "TRPO", p->tr_post, 1, p->csr.n_post, p->csr.n_post, elem));
    }
    LPLI_TRY(lpli_delay_write(&w, "DLAY", &p->delay));
    return lpli_write_end(&w);
}

static lpl_status_t read_array(lpli_reader_t *r, const char *tag, void *p, size_t n, size_t elem) {
    LPLI_TRY(lpli_read_expect(r, tag, object));
    return elem == sizeof(double) ? lpli_read_f64(r, p, n) : lpli_read_f32(r, p, n);
}

static lpl_status_t read_arrays(lpli_reader_t *r, lpl_projection_t *p) {
    const size_t elem = lpli_projection_elem(&p->cfg), n_pre = p->csr.n_pre, n_post = p->csr.n_post;
    LPLI_TRY(read_array(r, "WGHT", p->w, p->csr.n_synapses, elem));
    if (!weights_sound(p)) return lpli_fail(LPL_E_FORMAT, r->fn, "record WGHT holds a weight outside of its bounds");
    if (p->tr_pre) {
        LPLI_TRY(read_array(r, "TRPR", p->tr_pre, n_pre, elem));
        LPLI_TRY(read_array(r, "TRPO", p->tr_post, n_post, elem));
        if (!is_sound(p->tr_pre, n_pre, elem, 0, FLT_MAX) || !is_sound(p->tr_post, n_post, elem, 0, FLT_MAX))
            return lpli_fail(LPL_E_FORMAT, r->fn, "record TRPR or TRPO holds NaN, infinity or a negative trace");
    }
    LPLI_TRY(lpli_delay_read(r, "DLAY", object, &p->delay, n_pre));
    while (!r->at_end) LPLI_TRY(lpli_read_next(r)); /* records of newer versions: skipped or refused by their tag */
    return LPL_OK;
}

/* Config from the two records of numbers, checked. */
static lpl_status_t restore_config(lpl_projection_config_t *c, const uint64_t *i, const double *d, const char *fn) {
    LPLI_TRY(lpl_projection_config_init(c, sizeof *c));
    const int64_t label = (int64_t)i[6];
    const uint64_t n_max = (uint64_t)1 << 31;
    if (i[0] > 0 || i[1] > INT32_MAX || i[2] > INT32_MAX || i[3] > n_max || i[4] > n_max || i[5] > INT32_MAX || label < INT32_MIN ||
        label > INT32_MAX || i[7] > (uint64_t)PTRDIFF_MAX / 64 || i[8] > 1)
        return lpli_fail(LPL_E_FORMAT, fn, "record PROJ: a number is out of range");
    c->dtype = (int32_t)i[1], c->kind = (int32_t)i[2], c->n_pre = i[3], c->n_post = i[4], c->mode = (int32_t)i[5];
    c->label = (int32_t)label;
    c->dt = d[0], c->delay_ax = d[1], c->w_init = d[2], c->w_min = d[3], c->w_max = d[4], c->zeta = d[5], c->kappa = d[6],
    c->tau_stdp = d[7];
    if (lpli_projection_check(c, fn) < 0 || (i[8] == 1 && (i[7] / c->n_pre != c->n_post || i[7] % c->n_pre != 0)))
        return lpli_fail(LPL_E_FORMAT, fn, "records PROJ and PARM do not describe a projection that can be");
    return LPL_OK;
}

lpl_status_t lpl_projection_load(lpl_read_fn read, void *user, size_t max_bytes, lpl_projection_t **out) {
    static const char fn[] = "lpl_projection_load";
    if (!read || !out) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", read ? "out" : "read");
    uint64_t ints[ROOM];
    double reals[ROOM];
    lpl_projection_config_t c;
    lpli_reader_t r;
    lpli_csr_t csr = {0};
    lpl_projection_t *p = NULL;
    LPLI_TRY(lpli_read_begin(&r, read, user, fn));
    LPLI_TRY(lpli_read_expect_u64(&r, "PROJ", object, ints, N_INT, ROOM));
    LPLI_TRY(lpli_read_expect_f64(&r, "PARM", object, reals, N_REAL, ROOM));
    LPLI_TRY(restore_config(&c, ints, reals, fn));
    const size_t n = (size_t)ints[7], bytes = lpli_projection_bytes(&c, n, ints[8] == 1);
    const uint64_t limit = max_bytes > 0 ? max_bytes : (uint64_t)1 << 34;
    if (bytes == 0 || bytes > limit)
        return lpli_fail(LPL_E_MEMORY, fn, "the projection takes %zu bytes, max_bytes = %llu", bytes, (unsigned long long)limit);
    LPLI_TRY(lpli_csr_read(&r, &csr, (size_t)c.n_pre, (size_t)c.n_post, n, ints[8] == 1, object));
    LPLI_TRY(lpli_projection_make(&c, &csr, &p, fn));
    p->step = ints[9];
    const lpl_status_t status = read_arrays(&r, p);
    if (status < 0) {
        lpl_projection_destroy(p);
        return status;
    }
    *out = p;
    return LPL_OK;
}
