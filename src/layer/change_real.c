/* layer/change_real.c - see layer/change.h. */
#include "layer/change.h"

#include "linalg/vector.h"

#ifndef LPLI_F64
void lpli_change_begin(lpl_layer_t *l, const lpl_report_t *report) {
    l->scratch.change_asked = report && report->size >= offsetof(lpl_report_t, weight_change) + sizeof(double);
    for (size_t k = 0; l->scratch.change_asked && k < 2 * l->scratch.parts; k++) l->scratch.change[k] = 0;
}

double lpli_change_end(const lpl_layer_t *l) {
    double change = 0, all = 0;
    if (!l->scratch.change_asked) return 0;
    for (size_t k = 0; k < 2 * l->scratch.parts; k += 2)
        change += l->scratch.change[k], all += l->scratch.change[k + 1];
    /* a report holds no infinity: beyond the largest number stands the largest number */
    change = change <= DBL_MAX ? change : DBL_MAX, all = all <= DBL_MAX ? all : DBL_MAX;
    if (all == 0) return change > 0;
    change /= all;
    return change <= DBL_MAX ? change : DBL_MAX;
}
#endif

void R(lpli_change_row)(lpl_layer_t *l, size_t part, real *w, real *m, real *v, const real *x, size_t n,
                        const real *keep, real by, real decay) {
    enum { CHUNK = 128 }; /* in every build: float sums run so far before they are added up in double */
    const int32_t isa = l->gemm.isa;
    for (size_t k = 0, len; k < n; k += len) {
        real old[CHUNK];
        len = n - k < CHUNK ? n - k : CHUNK;
        memcpy(old, w + k, len * sizeof(real));
        if (keep)
            LPLI_PICK(isa, lpli_update_rows)(w + k, len, 1, x + k, len, keep, &by, 0);
        else
            LPLI_PICK(isa, lpli_optim_rows)
        (w + k, m ? m + k : NULL, v ? v + k : NULL, x + k, len, by, decay, &l->optim);
        LPLI_PICK(isa, lpli_add_change)(l->scratch.change + 2 * part, old, w + k, len);
    }
}
