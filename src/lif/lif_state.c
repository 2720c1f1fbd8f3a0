/* lif/lif_state.c - save and load a population.
 *
 * Records (T = the population's dtype): LIF_ u64 (integers of the config, steps done, knots of the clamp), PARM f64 (real parameters),
 * MEM_ THR_ AMPA NMDA GABA (n of T each), and with a clamp CLMS u64 (steps of its knots), CLMV f64 (their volts). */
#include <stdlib.h>

#include "core/error.h"
#include "lif/lif.h"
#include "state/container.h"

enum { N_INT = 9, N_REAL = 14, ROOM = 64 };

static const char *const state_tag[LPLI_LIF_STATES] = {"MEM_", "THR_", "AMPA", "NMDA", "GABA"};

static size_t elem(const lpl_lif_config_t *c) { return c->dtype == LPL_F64 ? sizeof(double) : sizeof(float); }

static int is_finite(const void *p, size_t n, size_t size) {
    for (size_t i = 0; i < n; i++) {
        const double x = size == sizeof(double) ? ((const double *)p)[i] : (double)((const float *)p)[i];
        if (!isfinite(x)) return 0;
    }
    return 1;
}

/* The real parameters, in the order of PARM. */
static void reals_of(lpl_lif_config_t *c, double *field[N_REAL]) {
    double *const all[N_REAL] = {&c->dt,      &c->tau_mem, &c->tau_ampa,  &c->tau_nmda, &c->tau_gaba,  &c->tau_thr, &c->v_rest,
                                 &c->v_reset, &c->v_thr,   &c->thr_spike, &c->e_inh,    &c->ampa_nmda, &c->v_init,  &c->v_init_sd};
    memcpy(field, all, sizeof all);
}

lpl_status_t lpl_lif_save(const lpl_lif_t *p, lpl_write_fn write, void *user) {
    static const char fn[] = "lpl_lif_save";
    if (!p || !write) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", p ? "write" : "p");
    lpl_lif_config_t c = p->cfg;
    const size_t n = (size_t)c.n;
    const uint64_t ints[N_INT] = {c.flags, (uint64_t)c.dtype, (uint64_t)c.threshold, c.n, c.seed, c.stream, (uint64_t)(int64_t)c.label,
                                  p->step, p->clamp.n};
    double reals[N_REAL], *field[N_REAL];
    reals_of(&c, field);
    for (int k = 0; k < N_REAL; k++) reals[k] = *field[k];
    for (int s = 0; s < LPLI_LIF_STATES; s++) /* before the first byte: a file that cannot be loaded is never begun */
        if (!is_finite(p->state[s], n, elem(&c))) return lpli_fail(LPL_E_NONFINITE, fn, "state %s holds NaN or infinity", state_tag[s]);
    lpli_writer_t w;
    LPLI_TRY(lpli_write_begin(&w, write, user, fn));
    LPLI_TRY(lpli_write_u64(&w, "LIF_", ints, N_INT));
    LPLI_TRY(lpli_write_f64(&w, "PARM", reals, N_REAL));
    for (int s = 0; s < LPLI_LIF_STATES; s++) LPLI_TRY(lpli_write_rows(&w, state_tag[s], p->state[s], 1, n, n, elem(&c)));
    if (p->clamp.n > 0) {
        LPLI_TRY(lpli_write_u64(&w, "CLMS", p->clamp.step, p->clamp.n));
        LPLI_TRY(lpli_write_f64(&w, "CLMV", p->clamp.volt, p->clamp.n));
    }
    return lpli_write_end(&w);
}

/* The record that must come next. */
static lpl_status_t expect(lpli_reader_t *r, const char *tag, const char *fn) {
    LPLI_TRY(lpli_read_next(r));
    if (r->at_end || strcmp(r->tag, tag) != 0)
        return lpli_fail(LPL_E_FORMAT, fn, "record %s instead of %s: not the state of a population", r->at_end ? "END" : r->tag, tag);
    return LPL_OK;
}

/* A record of at least `least` 8-byte numbers; newer versions may have appended some. */
static lpl_status_t expect_numbers(lpli_reader_t *r, const char *tag, uint64_t least, const char *fn) {
    LPLI_TRY(expect(r, tag, fn));
    if (r->length % 8 != 0 || r->length / 8 < least || r->length / 8 > ROOM)
        return lpli_fail(LPL_E_FORMAT, fn, "record %s has %llu bytes", tag, (unsigned long long)r->length);
    return LPL_OK;
}

static lpl_status_t read_clamp(lpl_lif_t *p, lpli_reader_t *r, size_t n, const char *fn) {
    lpli_clamp_t *c = &p->clamp;
    LPLI_TRY(lpli_clamp_make(c, n, fn));
    LPLI_TRY(expect(r, "CLMS", fn));
    LPLI_TRY(lpli_read_u64(r, c->step, n));
    LPLI_TRY(expect(r, "CLMV", fn));
    LPLI_TRY(lpli_read_f64(r, c->volt, n));
    for (size_t j = 0; j < n; j++)
        if ((double)c->step[j] > LPLI_CLAMP_STEP_MAX || (j > 0 && c->step[j] < c->step[j - 1]) || !(fabs(c->volt[j]) <= 1))
            return lpli_fail(LPL_E_FORMAT, fn, "records CLMS and CLMV, knot %zu: not a clamp", j);
    return LPL_OK;
}

static lpl_status_t read_arrays(lpl_lif_t *p, lpli_reader_t *r, size_t knots, const char *fn) {
    const size_t n = (size_t)p->cfg.n, size = elem(&p->cfg);
    for (int s = 0; s < LPLI_LIF_STATES; s++) {
        LPLI_TRY(expect(r, state_tag[s], fn));
        LPLI_TRY(size == sizeof(double) ? lpli_read_f64(r, p->state[s], n) : lpli_read_f32(r, p->state[s], n));
        if (!is_finite(p->state[s], n, size)) return lpli_fail(LPL_E_FORMAT, fn, "record %s holds NaN or infinity", state_tag[s]);
    }
    if (knots > 0) LPLI_TRY(read_clamp(p, r, knots, fn));
    while (!r->at_end) LPLI_TRY(lpli_read_next(r)); /* records of newer versions: skipped or refused by their tag */
    return LPL_OK;
}

lpl_status_t lpl_lif_load(lpl_read_fn read, void *user, size_t max_bytes, lpl_lif_t **out) {
    static const char fn[] = "lpl_lif_load";
    if (!read || !out) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", read ? "out" : "read");
    if (max_bytes == 0) max_bytes = (size_t)1 << 30;
    uint64_t ints[ROOM];
    double reals[ROOM], *field[N_REAL];
    lpli_reader_t r;
    LPLI_TRY(lpli_read_begin(&r, read, user, fn));
    LPLI_TRY(expect_numbers(&r, "LIF_", N_INT, fn));
    LPLI_TRY(lpli_read_u64(&r, ints, (size_t)(r.length / 8)));
    LPLI_TRY(expect_numbers(&r, "PARM", N_REAL, fn));
    LPLI_TRY(lpli_read_f64(&r, reals, (size_t)(r.length / 8)));
    lpl_lif_config_t c;
    LPLI_TRY(lpl_lif_config_init(&c, sizeof c));
    const int64_t label = (int64_t)ints[6];
    const uint64_t step = ints[7], knots = ints[8];
    if (ints[0] > UINT32_MAX || ints[1] > LPL_F64 || ints[2] > LPL_THRESHOLD_ADD || label < INT32_MIN || label > INT32_MAX)
        return lpli_fail(LPL_E_FORMAT, fn, "record LIF_: an entry is out of range");
    c.flags = (uint32_t)ints[0], c.dtype = (int32_t)ints[1], c.threshold = (int32_t)ints[2];
    c.n = ints[3], c.seed = ints[4], c.stream = ints[5], c.label = (int32_t)label;
    reals_of(&c, field);
    for (int k = 0; k < N_REAL; k++) *field[k] = reals[k];
    if (lpli_lif_check(&c, fn) < 0) return lpli_fail(LPL_E_FORMAT, fn, "records LIF_ and PARM do not describe a population that can be");
    if (lpli_lif_bytes(&c) > max_bytes || knots > (max_bytes - lpli_lif_bytes(&c)) / 16)
        return lpli_fail(LPL_E_MEMORY, fn, "the population takes %zu bytes and %llu knots of a clamp, max_bytes = %zu", lpli_lif_bytes(&c),
                         (unsigned long long)knots, max_bytes);
    lpl_lif_t *p = NULL;
    LPLI_TRY(lpli_lif_make(&c, &p, fn));
    p->step = step;
    const lpl_status_t status = read_arrays(p, &r, (size_t)knots, fn);
    if (status < 0) {
        lpl_lif_destroy(p);
        return status;
    }
    *out = p;
    return LPL_OK;
}
