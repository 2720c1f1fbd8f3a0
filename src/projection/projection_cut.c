/* projection/projection_cut.c - lpl_projection_cut: parts of a projection cut anew. */
#include "core/object.h"
#include "part/cut.h"
#include "projection/projection.h"

#define REAL(field) LPLI_SAME(lpl_projection_t, cfg.field, #field, LPLI_DOUBLE)
static const lpli_same_t same[] = {
    LPLI_SAME(lpl_projection_t, step, "the step", LPLI_UINT64),
    LPLI_SAME(lpl_projection_t, cfg.flags, "flags", LPLI_UINT32),
    LPLI_SAME(lpl_projection_t, cfg.dtype, "dtype", LPLI_INT32),
    LPLI_SAME(lpl_projection_t, cfg.kind, "kind", LPLI_INT32),
    LPLI_SAME(lpl_projection_t, cfg.n_pre, "n_pre", LPLI_UINT64),
    LPLI_SAME(lpl_projection_t, cfg.mode, "mode", LPLI_INT32),
    LPLI_SAME(lpl_projection_t, cfg.label, "label", LPLI_INT32),
    REAL(dt),
    REAL(delay_ax),
    REAL(w_init),
    REAL(w_min),
    REAL(w_max),
    REAL(zeta),
    REAL(kappa),
    REAL(tau_stdp),
};

static lpli_part_t part_of(const void *object) { return lpli_projection_part(object); }
static const lpli_csr_t *csr_of(const void *object) { return &((const lpl_projection_t *)object)->csr; }
static const void *weights_of(const void *object, int which) {
    (void)which;
    return ((const lpl_projection_t *)object)->w;
}

/* What all parts see: their pre neurons. */
static lpl_status_t check_pre(const void *const *objects, size_t n_parts, const char *fn) {
    const lpl_projection_t *const *parts = (const lpl_projection_t *const *)objects;
    const lpl_projection_t *a = parts[0];
    const size_t elem = lpli_size_of(a->cfg.dtype);
    for (size_t q = 1; q < n_parts; q++) {
        const lpl_projection_t *b = parts[q];
        LPLI_TRY(lpli_cut_equal(a->delay.rows, b->delay.rows, a->delay.steps * a->delay.words * sizeof(uint64_t), q,
                                "spikes on their way (was lpl_network_deliver called for all?)", fn));
        if (a->tr_pre)
            LPLI_TRY(lpli_cut_equal(a->tr_pre, b->tr_pre, a->csr.n_pre * elem, q, "traces of pre neurons", fn));
    }
    return LPL_OK;
}

static lpl_status_t make(const void *const *objects, const lpli_piece_t *pieces, size_t n_pieces, uint64_t first,
                         uint64_t n, void *out, const char *fn) {
    const lpl_projection_t *const *parts = (const lpl_projection_t *const *)objects;
    const lpl_projection_t *a = parts[0];
    const size_t n_pre = a->csr.n_pre, elem = lpli_size_of(a->cfg.dtype);
    lpl_projection_t decided = {.cfg = a->cfg, .step = a->step}, *p = NULL;
    lpli_csr_t csr = {0};
    decided.cfg.post_begin = first, decided.cfg.n_post = n;
    LPLI_TRY(lpli_projection_decide(&decided, fn));
    LPLI_TRY(lpli_cut_connect(&csr, pieces, n_pieces, objects, csr_of, n_pre, (size_t)n, fn));
    LPLI_TRY(lpli_projection_make(&decided, &csr, &p, fn));
    lpli_cut_synapses(p->w, 0, elem, pieces, n_pieces, objects, csr_of, weights_of, n_pre);
    memcpy(p->delay.rows, a->delay.rows, a->delay.steps * a->delay.words * sizeof(uint64_t));
    if (p->tr_pre) memcpy(p->tr_pre, a->tr_pre, n_pre * elem);
    for (size_t q = 0; p->tr_post && q < n_pieces; q++)
        lpli_cut_copy(p->tr_post, 0, parts[pieces[q].part]->tr_post, 0, 1, elem, &pieces[q]);
    *(lpl_projection_t **)out = p;
    return LPL_OK;
}

lpl_status_t lpl_projection_cut(const lpl_projection_t *const *parts, size_t n_parts, uint64_t post_begin,
                                uint64_t n_post, lpl_projection_t **out) {
    static const lpli_cut_t kind = {part_of, same, sizeof same / sizeof *same, check_pre, make};
    return lpli_cut(&kind, (const void *const *)parts, n_parts, post_begin, n_post, out, "lpl_projection_cut");
}
