/* spiking/spiking_cut.c - lpl_spiking_cut: parts of a plastic projection cut anew, at any step of a block. */
#include "core/object.h"
#include "part/cut.h"
#include "spiking/spiking.h"

#define REAL(field) LPLI_SAME(lpl_spiking_t, cfg.field, #field, LPLI_DOUBLE)
#define WHOLE(field) LPLI_SAME(lpl_spiking_t, cfg.field, #field, LPLI_UINT64)
#define ENUM(field) LPLI_SAME(lpl_spiking_t, cfg.field, #field, LPLI_INT32)
static const lpli_same_t same[] = {
    LPLI_SAME(lpl_spiking_t, step, "the step", LPLI_UINT64),
    LPLI_SAME(lpl_spiking_t, t, "the number of steps learned from", LPLI_UINT64),
    LPLI_SAME(lpl_spiking_t, updates, "the number of weight changes", LPLI_UINT64),
    LPLI_SAME(lpl_spiking_t, pending, "the length of the block so far", LPLI_SIZE),
    LPLI_SAME(lpl_spiking_t, forward, "the number of steps looked at", LPLI_SIZE),
    LPLI_SAME(lpl_spiking_t, cfg.flags, "flags", LPLI_UINT32),
    ENUM(dtype),
    ENUM(form),
    WHOLE(n_pre),
    REAL(dt),
    REAL(eta),
    REAL(push),
    REAL(pull),
    REAL(xi),
    REAL(delta),
    REAL(tau_syn),
    REAL(tau_psp),
    REAL(tau_rise),
    REAL(tau_decay),
    REAL(tau_err_rise),
    REAL(tau_err_decay),
    REAL(beta),
    REAL(v_theta),
    REAL(t_lag),
    REAL(delay_ax),
    REAL(tau_mean),
    REAL(tau_sigma2),
    REAL(mean_init),
    REAL(sigma2_init),
    WHOLE(update_every),
    REAL(w_init),
    REAL(w_min),
    REAL(w_max),
    REAL(tau_wdecay),
    ENUM(scaling),
    ENUM(slow),
    REAL(tau_rms),
    ENUM(mode),
    ENUM(engine),
    WHOLE(memory_max),
    ENUM(label),
};

static lpli_part_t part_of(const void *object) { return lpli_spiking_part(object); }
static const lpli_csr_t *csr_of(const void *object) { return &((const lpl_spiking_t *)object)->csr; }

/* ---- arrays, by the same numbers in a part and in the new one ---- */

enum { W, ELIG, ELIG_FLT, SUM, GRAD2, OLD_W, SYNAPSE_ARRAYS };
static const void *synapses_of(const void *object, int which) {
    const lpl_spiking_t *s = object;
    const void *const all[SYNAPSE_ARRAYS] = {s->w, s->elig, s->elig_flt, s->sum, s->grad2, s->watch.w};
    return all[which];
}

/* SUM: where they are not kept they are 0, and so are those of the others. */
static bool all_have(const lpl_spiking_t *const *parts, const lpli_piece_t *pieces, size_t n_pieces, int which) {
    for (size_t q = 0; q < n_pieces; q++)
        if (parts[pieces[q].part]->csr.n_synapses > 0 && !synapses_of(parts[pieces[q].part], which)) return false;
    return true;
}

enum { POST_ARRAYS = 7 };
static void posts_of(const lpl_spiking_t *s, void *all[POST_ARRAYS], size_t elem[POST_ARRAYS]) {
    void *const array[POST_ARRAYS] = {s->err, s->err_rise, s->err_flt, s->mean, s->sigma2, s->mean64, s->sigma64};
    for (size_t k = 0; k < POST_ARRAYS; k++) all[k] = array[k], elem[k] = k < 5 ? lpli_spk_elem(s) : sizeof(double);
}

enum { PRE_ARRAYS = 5 };
static void pres_of(const lpl_spiking_t *s, void *all[PRE_ARRAYS], size_t bytes[PRE_ARRAYS]) {
    const size_t row = s->pre_words * sizeof(uint64_t), trace = s->csr.n_pre * lpli_spk_elem(s);
    void *const array[PRE_ARRAYS] = {s->line.rows, s->pre_bits, s->tr_pre, s->psp, s->psp_line};
    const size_t size[PRE_ARRAYS] = {s->delay * row, (2 * s->delay + s->pending) * row, trace, trace,
                                     s->psp_line ? s->delay * trace : 0};
    for (size_t k = 0; k < PRE_ARRAYS; k++) all[k] = array[k], bytes[k] = size[k];
}

/* What all parts see: their pre neurons. */
static lpl_status_t check_pre(const void *const *objects, size_t n_parts, const char *fn) {
    const lpl_spiking_t *const *parts = (const lpl_spiking_t *const *)objects;
    static const char *const name[PRE_ARRAYS] = {"spikes on their way (was lpl_network_deliver called for all?)",
                                                 "spikes of pre neurons", "traces of pre neurons",
                                                 "potentials of pre neurons", "potentials on their way"};
    void *a[PRE_ARRAYS], *b[PRE_ARRAYS];
    size_t bytes[PRE_ARRAYS];
    for (size_t q = 1; q < n_parts; q++) {
        pres_of(parts[0], a, bytes), pres_of(parts[q], b, bytes);
        for (size_t k = 0; k < PRE_ARRAYS; k++) LPLI_TRY(lpli_cut_equal(a[k], b[k], bytes[k], q, name[k], fn));
    }
    return LPL_OK;
}

static void fill_post(lpl_spiking_t *s, const lpl_spiking_t *part, const lpli_piece_t *p) {
    void *to[POST_ARRAYS], *from[POST_ARRAYS];
    size_t elem[POST_ARRAYS];
    posts_of(s, to, elem), posts_of(part, from, elem);
    for (size_t k = 0; k < POST_ARRAYS; k++)
        if (to[k]) lpli_cut_copy(to[k], 0, from[k], 0, 1, elem[k], p);
    const size_t e = lpli_spk_elem(s);
    lpli_cut_copy(s->fprime, s->n_pad, part->fprime, part->n_pad, s->delay + s->pending, e, p);
    lpli_cut_copy(s->err_flt_row, s->n_pad, part->err_flt_row, part->n_pad, s->forward, e, p);
    lpli_cut_bits(s->post_bits, s->post_words, part->post_bits, part->post_words, s->past_post + s->pending, p);
}

/* What a verdict goes by: the mean over the synapses, or post neurons, of the parts; of equal ones just that. */
static void fill_verdict(lpl_spiking_t *s, const lpl_spiking_t *const *parts, const lpli_piece_t *pieces,
                         size_t n_pieces) {
    const lpl_spiking_t *a = parts[pieces[0].part];
    double rate = 0, w = 0, synapses = 0;
    s->start = a->start, s->watch.verdict = a->watch.verdict, s->watch.learned = a->watch.learned;
    s->watch.change = a->watch.change;
    bool one_rate = true, one_w = true;
    for (size_t q = 0; q < n_pieces; q++) {
        const lpl_spiking_t *part = parts[pieces[q].part];
        const double n = (double)part->csr.n_synapses;
        one_rate = one_rate && part->start.rate == a->start.rate, one_w = one_w && part->start.w == a->start.w;
        rate += part->start.rate * (double)pieces[q].n, w += part->start.w * n, synapses += n;
        if (part->watch.verdict != a->watch.verdict) s->watch.verdict = LPL_VERDICT_EARLY;
        if (part->watch.change != a->watch.change) s->watch.change = -1;
        if (part->watch.learned < s->watch.learned) s->watch.learned = part->watch.learned;
    }
    if (!one_rate) s->start.rate = rate / (double)s->cfg.n_post;
    if (!one_w && synapses > 0) s->start.w = w / synapses;
}

static lpl_status_t make(const void *const *objects, const lpli_piece_t *pieces, size_t n_pieces, uint64_t first,
                         uint64_t n, void *out, const char *fn) {
    const lpl_spiking_t *const *parts = (const lpl_spiking_t *const *)objects;
    const lpl_spiking_t *a = parts[0];
    lpl_spiking_config_t cfg = a->cfg;
    lpl_spiking_t decided, *s = NULL;
    lpli_csr_t csr = {0};
    cfg.post_begin = first, cfg.n_post = n;
    LPLI_TRY(lpli_spiking_decide(&decided, &cfg, fn));
    decided.threads = a->threads;
    decided.step = a->step, decided.t = a->t, decided.updates = a->updates;
    decided.pending = a->pending, decided.forward = a->forward;
    LPLI_TRY(lpli_cut_connect(&csr, pieces, n_pieces, objects, csr_of, a->csr.n_pre, (size_t)n, fn));
    LPLI_TRY(lpli_spiking_make(&decided, &csr, &s, fn));
    void *to[PRE_ARRAYS], *from[PRE_ARRAYS];
    size_t bytes[PRE_ARRAYS];
    pres_of(s, to, bytes), pres_of(a, from, bytes);
    for (size_t k = 0; k < PRE_ARRAYS; k++)
        if (bytes[k] > 0) memcpy(to[k], from[k], bytes[k]);
    for (size_t q = 0; q < n_pieces; q++) fill_post(s, parts[pieces[q].part], &pieces[q]);
    void *const synapses[SYNAPSE_ARRAYS] = {s->w, s->elig, s->elig_flt, s->sum, s->grad2, s->watch.w};
    for (int k = 0; k < SYNAPSE_ARRAYS; k++)
        if (synapses[k] && all_have(parts, pieces, n_pieces, k))
            lpli_cut_synapses(synapses[k], k, lpli_spk_elem(s), pieces, n_pieces, objects, csr_of, synapses_of,
                              s->csr.n_pre);
    fill_verdict(s, parts, pieces, n_pieces);
    LPLI_BY_DTYPE(s->cfg.dtype, lpli_spiking_measure)(s);
    lpli_spiking_bound(s);
    *(lpl_spiking_t **)out = s;
    return LPL_OK;
}

lpl_status_t lpl_spiking_cut(const lpl_spiking_t *const *parts, size_t n_parts, uint64_t post_begin, uint64_t n_post,
                             lpl_spiking_t **out) {
    static const lpli_cut_t kind = {part_of, same, sizeof same / sizeof *same, check_pre, make};
    return lpli_cut(&kind, (const void *const *)parts, n_parts, post_begin, n_post, out, "lpl_spiking_cut");
}
