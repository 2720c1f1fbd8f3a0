/* reduce/rule_real.c - the rule, chunk by chunk, in the type in which it runs (reduce.h). */
#include "reduce/reduce.h"

void R(lpli_reduce_rule)(lpl_layer_t *l, const R(lpli_rule_work_t) * w, const R(lpli_view_t) * v, double share,
                         double *decorr_loss) {
    const lpli_layer_reduce_t *r = l->reduce;
    double *alive = r->factor + LPLI_MAX_EXTRAS + l->units;
    size_t at = 0, n;
    do { /* once without rows too: losses of pairs of units are the same on every rank */
        n = lpli_rows_of_chunk(&r->hook, at, w->batch);
        R(lpli_rule_work_t) work = *w;
        R(lpli_view_t) view = *v;
        work.batch = n;
        view.z += at * v->ldz;
        if (v->z_prev) view.z_prev += at * v->ldp;
        if (v->fprime) view.fprime += at * v->ldf;
        if (v->u) view.u += at * v->ldu;
        if (v->term) view.term += at * l->units;
        if (v->zc) view.zc += at * l->units;
        view.delta += at * v->ldd;
        R(lpli_rule_view)(&work, &view, share, at == 0 ? decorr_loss : NULL);
        for (size_t i = 0; i < l->units; i++)
            if (v->fprime_max[i] != 0) alive[i] = 1;
        at += n;
    } while (at < w->batch);
}

size_t R(lpli_column_high)(double *high, const real *a, size_t rows, size_t units) {
    size_t bad = units;
    for (size_t b = 0; b < rows; b++)
        for (size_t i = 0; i < units; i++) {
            const double size = fabs((double)a[b * units + i]);
            if (size > high[i]) high[i] = size;
            if (!(size <= (double)LPLI_REAL_MAX) && i < bad) bad = i;
        }
    return bad;
}
