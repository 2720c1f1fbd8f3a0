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
    /* in every build: float sums run so far before they are added up in double; the second are copied to the stack */
    enum { CHUNK = 512, COPIED = 128 };
    const int32_t isa = l->gemm.isa;
    double *sum = l->scratch.change + 2 * part;
    const int idle = keep && *keep == 1 && by == 0; /* then lpli_update_rows writes nothing */
    for (size_t k = 0, len; k < n; k += len) {
        real old[COPIED];
        const size_t most = keep ? CHUNK : COPIED;
        len = n - k < most ? n - k : most;
        if (keep) {
            LPLI_PICK(isa, lpli_add_change)(sum, idle ? w + k : NULL, w + k, x + k, len, *keep, by);
            continue;
        }
        memcpy(old, w + k, len * sizeof(real));
        LPLI_PICK(isa, lpli_optim_rows)
        (w + k, m ? m + k : NULL, v ? v + k : NULL, x + k, len, by, decay, &l->optim);
        LPLI_PICK(isa, lpli_add_change)(sum, old, w + k, NULL, len, 0, 0);
    }
}
