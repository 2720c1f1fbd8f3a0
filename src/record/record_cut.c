/* record/record_cut.c - lpl_record_cut: parts of a recorder cut anew, without the lent arrays. */
#include <math.h>

#include "core/error.h"
#include "part/cut.h"
#include "record/record.h"

static const lpli_same_t same[] = {
    LPLI_SAME(lpl_record_t, t, "the step", LPLI_UINT64),
    LPLI_SAME(lpl_record_t, cfg.flags, "flags", LPLI_UINT32),
    LPLI_SAME(lpl_record_t, cfg.dt, "dt", LPLI_DOUBLE),
    LPLI_SAME(lpl_record_t, cfg.tau_rate, "tau_rate", LPLI_DOUBLE),
    LPLI_SAME(lpl_record_t, cfg.silent_hz, "silent_hz", LPLI_DOUBLE),
    LPLI_SAME(lpl_record_t, cfg.runaway_hz, "runaway_hz", LPLI_DOUBLE),
    LPLI_SAME(lpl_record_t, cfg.bin_steps, "bin_steps", LPLI_UINT64),
};

static lpli_part_t part_of(const void *object) { return lpli_record_part(object); }

/* The running rate of all neurons, from those of each. */
static double sum_of_rates(const lpl_record_t *r) {
    double all = 0;
    for (uint64_t i = 0; r->t > 0 && i < r->cfg.n; i++)
        all += r->trace[i] * exp((double)(r->t - 1 - r->last[i]) * r->log_q);
    return all;
}

static lpl_status_t make(const void *const *objects, const lpli_piece_t *pieces, size_t n_pieces, uint64_t first,
                         uint64_t n, void *out, const char *fn) {
    const lpl_record_t *const *parts = (const lpl_record_t *const *)objects;
    lpl_record_t decided = {.cfg = parts[0]->cfg, .t = parts[0]->t}, *r = NULL;
    decided.cfg.first = first, decided.cfg.n = n;
    LPLI_TRY(lpli_record_decide(&decided, fn));
    LPLI_TRY(lpli_record_make(&decided, &r, fn));
    for (size_t q = 0; q < n_pieces; q++) {
        const lpli_piece_t *p = &pieces[q];
        const lpl_record_t *part = parts[p->part];
        lpli_cut_copy(r->trace, 0, part->trace, 0, 1, sizeof *r->trace, p);
        lpli_cut_copy(r->last, 0, part->last, 0, 1, sizeof *r->last, p);
        lpli_cut_copy(r->counts, 0, part->counts, 0, 1, sizeof *r->counts, p);
        if (r->bin) lpli_cut_copy(r->bin, 0, part->bin, 0, 1, sizeof *r->bin, p);
    }
    r->all = sum_of_rates(r);
    *(lpl_record_t **)out = r;
    return LPL_OK;
}

lpl_status_t lpl_record_cut(const lpl_record_t *const *parts, size_t n_parts, uint64_t first, uint64_t n,
                            lpl_record_t **out) {
    static const lpli_cut_t kind = {part_of, same, sizeof same / sizeof *same, NULL, make};
    return lpli_cut(&kind, (const void *const *)parts, n_parts, first, n, out, "lpl_record_cut");
}
