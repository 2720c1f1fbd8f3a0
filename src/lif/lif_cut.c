/* lif/lif_cut.c - lpl_lif_cut: parts of a population cut anew. */
#include "core/object.h"
#include "lif/lif.h"
#include "part/cut.h"

#define REAL(field) LPLI_SAME(lpl_lif_t, cfg.field, #field, LPLI_DOUBLE)
static const lpli_same_t same[] = {
    LPLI_SAME(lpl_lif_t, step, "the step", LPLI_UINT64),
    LPLI_SAME(lpl_lif_t, cfg.flags, "flags", LPLI_UINT32),
    LPLI_SAME(lpl_lif_t, cfg.dtype, "dtype", LPLI_INT32),
    LPLI_SAME(lpl_lif_t, cfg.threshold, "threshold", LPLI_INT32),
    LPLI_SAME(lpl_lif_t, cfg.seed, "seed", LPLI_UINT64),
    LPLI_SAME(lpl_lif_t, cfg.stream, "stream", LPLI_UINT64),
    LPLI_SAME(lpl_lif_t, cfg.label, "label", LPLI_INT32),
    LPLI_SAME(lpl_lif_t, clamp.n, "the number of knots of the clamp", LPLI_SIZE),
    REAL(dt),
    REAL(tau_mem),
    REAL(tau_ampa),
    REAL(tau_nmda),
    REAL(tau_gaba),
    REAL(tau_thr),
    REAL(v_rest),
    REAL(v_reset),
    REAL(v_thr),
    REAL(thr_spike),
    REAL(e_inh),
    REAL(ampa_nmda),
    REAL(v_init),
    REAL(v_init_sd),
    REAL(tau_adapt),
    REAL(dg_adapt),
};

static lpli_part_t part_of(const void *object) { return lpli_lif_part(object); }

static lpl_status_t check_clamps(const void *const *objects, size_t n_parts, const char *fn) {
    const lpl_lif_t *const *parts = (const lpl_lif_t *const *)objects;
    const lpli_clamp_t *a = &parts[0]->clamp;
    for (size_t q = 1; q < n_parts; q++) {
        const lpli_clamp_t *b = &parts[q]->clamp;
        LPLI_TRY(lpli_cut_equal(a->step, b->step, a->n * sizeof *a->step, q, "the steps of the clamp", fn));
        LPLI_TRY(lpli_cut_equal(a->volt, b->volt, a->n * sizeof *a->volt, q, "the potentials of the clamp", fn));
    }
    return LPL_OK;
}

static lpl_status_t make(const void *const *objects, const lpli_piece_t *pieces, size_t n_pieces, uint64_t first,
                         uint64_t n, void *out, const char *fn) {
    const lpl_lif_t *const *parts = (const lpl_lif_t *const *)objects;
    lpl_lif_t decided = {.cfg = parts[0]->cfg, .step = parts[0]->step}, *p = NULL;
    const lpli_clamp_t *clamp = &parts[0]->clamp;
    decided.cfg.first = first, decided.cfg.n = n;
    LPLI_TRY(lpli_lif_decide(&decided, fn));
    LPLI_TRY(lpli_lif_make(&decided, &p, fn));
    const lpl_status_t status = lpli_clamp_make(&p->clamp, clamp->n, fn);
    if (status < 0) {
        lpl_lif_destroy(p);
        return status;
    }
    if (clamp->n > 0) {
        memcpy(p->clamp.step, clamp->step, clamp->n * sizeof *clamp->step);
        memcpy(p->clamp.volt, clamp->volt, clamp->n * sizeof *clamp->volt);
    }
    for (size_t q = 0; q < n_pieces; q++)
        for (int s = 0; s < lpli_lif_states(p); s++)
            lpli_cut_copy(p->state[s], 0, parts[pieces[q].part]->state[s], 0, 1, lpli_size_of(p->cfg.dtype),
                          &pieces[q]);
    LPLI_BY_DTYPE(p->cfg.dtype, lpli_lif_measure)(p);
    *(lpl_lif_t **)out = p;
    return LPL_OK;
}

lpl_status_t lpl_lif_cut(const lpl_lif_t *const *parts, size_t n_parts, uint64_t first, uint64_t n, lpl_lif_t **out) {
    static const lpli_cut_t kind = {part_of, same, sizeof same / sizeof *same, check_clamps, make};
    return lpli_cut(&kind, (const void *const *)parts, n_parts, first, n, out, "lpl_lif_cut");
}
