/* lif/lif_state.c - save and load a population.
 *
 * Records (T = the population's dtype): LIF_ u64 (numbers below: integers of the config, steps done, knots of the
 * clamp), PARM f64 (reals), MEM_ THR_ AMPA NMDA GABA (n of T each), with a clamp CLMS u64 (steps of its knots), CLMV
 * f64 (their volts), of a part PART (part_state.h), and with adaptation (0.1.1) two more reals in PARM and ADPT (n of
 * T), which a 0.1.0 refuses. */
#include "core/object.h"
#include "lif/lif.h"
#include "state/fields.h"
#include "state/part_state.h"

static const lpli_number_t number[] = {
    LPLI_STORED(lpl_lif_t, cfg.flags, LPLI_UINT32, 0),
    LPLI_STORED(lpl_lif_t, cfg.dtype, LPLI_INT32, LPL_F64),
    LPLI_STORED(lpl_lif_t, cfg.threshold, LPLI_INT32, LPL_THRESHOLD_ADD),
    LPLI_STORED_ANY(lpl_lif_t, cfg.n),
    LPLI_STORED_ANY(lpl_lif_t, cfg.seed),
    LPLI_STORED_ANY(lpl_lif_t, cfg.stream),
    LPLI_STORED_SIGNED(lpl_lif_t, cfg.label),
    LPLI_STORED_ANY(lpl_lif_t, step),
    LPLI_STORED(lpl_lif_t, clamp.n, LPLI_SIZE, PTRDIFF_MAX / 16),
};
#define REAL(field) offsetof(lpl_lif_t, cfg.field)
static const uint16_t reals[] = {REAL(dt),       REAL(tau_mem),   REAL(tau_ampa),  REAL(tau_nmda),
                                 REAL(tau_gaba), REAL(tau_thr),   REAL(v_rest),    REAL(v_reset),
                                 REAL(v_thr),    REAL(thr_spike), REAL(e_inh),     REAL(ampa_nmda),
                                 REAL(v_init),   REAL(v_init_sd), REAL(tau_adapt), REAL(dg_adapt)};
enum { ADAPTATION = 2 }; /* the last reals, since 0.1.1: only of a population that adapts */
static const lpli_fields_t fields = {
    .object = "a population",
    .tag = "LIF_",
    .number = number,
    .real = reals,
    .n_number = LPLI_COUNT_OF(number),
    .n_real = LPLI_COUNT_OF(reals),
    .n_late = ADAPTATION,
};

enum { ARRAYS = LPLI_LIF_STATES + 2 };

static void arrays(const lpl_lif_t *p, lpli_array_t out[ARRAYS]) {
    static const char *const tag[LPLI_LIF_STATES] = {"MEM_", "THR_", "AMPA", "NMDA", "GABA", "ADPT"};
    const size_t n = (size_t)p->cfg.n, knots = p->clamp.n;
    const bool clamp = knots > 0;
    for (int s = 0; s < LPL_LIF_G_ADAPT; s++)
        out[s] = (lpli_array_t)LPLI_ARRAY_REALS(tag[s], p->state[s], n, p->cfg.dtype, -DBL_MAX, DBL_MAX);
    out[LPL_LIF_G_ADAPT] =
        (lpli_array_t)LPLI_ARRAY_COUNTS(clamp ? "CLMS" : NULL, p->clamp.step, knots, (uint64_t)LPLI_CLAMP_STEP_MAX);
    out[LPL_LIF_G_ADAPT + 1] =
        (lpli_array_t)LPLI_ARRAY_REALS(clamp ? "CLMV" : NULL, p->clamp.volt, knots, LPL_F64, -1, 1);
    out[ARRAYS - 1] = (lpli_array_t)LPLI_ARRAY_REALS(lpli_lif_adapts(p) ? tag[LPL_LIF_G_ADAPT] : NULL,
                                                     p->state[LPL_LIF_G_ADAPT], n, p->cfg.dtype, -DBL_MAX, DBL_MAX);
}

lpl_status_t lpl_lif_save(const lpl_lif_t *p, lpl_write_fn write, void *user) {
    static const char fn[] = "lpl_lif_save";
    if (!p || !write) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", p ? "write" : "p");
    lpli_array_t array[ARRAYS];
    lpli_writer_t w;
    lpli_fields_t stored = fields;
    if (!lpli_lif_adapts(p)) stored.n_real -= stored.n_late;
    arrays(p, array);
    LPLI_TRY(lpli_arrays_check(array, ARRAYS, "population", p->cfg.label, fn));
    LPLI_TRY(lpli_write_begin(&w, write, user, fn));
    LPLI_TRY(lpli_fields_write(&w, &stored, p));
    LPLI_TRY(lpli_part_write(&w, lpli_lif_part(p)));
    LPLI_TRY(lpli_arrays_write(&w, array, ARRAYS));
    return lpli_write_end(&w);
}

static lpl_status_t read_arrays(lpl_lif_t *p, lpli_reader_t *r) {
    lpli_array_t array[ARRAYS];
    lpli_clamp_t *c = &p->clamp;
    LPLI_TRY(lpli_clamp_make(c, c->n, r->fn));
    arrays(p, array);
    LPLI_TRY(lpli_arrays_read(r, fields.object, array, ARRAYS));
    for (size_t j = 1; j < c->n; j++)
        if (c->step[j] < c->step[j - 1])
            return lpli_fail(LPL_E_FORMAT, r->fn, "record CLMS, value %zu: %llu after %llu, need ascending steps", j,
                             (unsigned long long)c->step[j], (unsigned long long)c->step[j - 1]);
    return lpli_read_rest(r);
}

lpl_status_t lpl_lif_load(lpl_read_fn read, void *user, size_t max_bytes, lpl_lif_t **out) {
    static const char fn[] = "lpl_lif_load";
    enum { KNOT = sizeof(uint64_t) + sizeof(double) };
    if (!read || !out) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", read ? "out" : "read");
    lpl_lif_t decided = {.step = 0}, *p = NULL;
    lpli_reader_t r;
    LPLI_TRY(lpl_lif_config_init(&decided.cfg, sizeof decided.cfg));
    LPLI_TRY(lpli_read_begin(&r, read, user, fn));
    LPLI_TRY(lpli_fields_read(&r, &fields, &decided));
    LPLI_TRY(lpli_part_read(&r, decided.cfg.n, &decided.cfg.first, &decided.cfg.n_global));
    if (lpli_lif_decide(&decided, fn) < 0)
        return lpli_fail(LPL_E_FORMAT, fn, "records LIF_ and PARM do not describe a population that can be");
    const size_t knots = decided.clamp.n * KNOT, room = (size_t)PTRDIFF_MAX - knots;
    LPLI_TRY(lpli_check_memory(decided.bytes < room ? decided.bytes + knots : 0, lpli_max_bytes(max_bytes, 1),
                               fields.object, fn));
    LPLI_TRY(lpli_lif_make(&decided, &p, fn));
    const lpl_status_t status = read_arrays(p, &r);
    if (status < 0)
        lpl_lif_destroy(p);
    else {
        LPLI_BY_DTYPE(p->cfg.dtype, lpli_lif_measure)(p);
        *out = p;
    }
    return status;
}
