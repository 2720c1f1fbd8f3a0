/* rule/rule_kernel.c - the element-wise part of the rule (rule.h, lpli_combine). */
#define acc real
#include "rule/term.h"
#include "stats/moments.h"

#define EACH for (size_t i = 0; i < cols; i++)

void K(lpli_combine)(const R(lpli_combine_t) * c, size_t first, size_t cols) {
    const R(lpli_view_t) *v = c->v;
    double pull_sum[LPLI_STRIP] = {0};
    real fp_max[LPLI_STRIP] = {0}, fp[LPLI_STRIP], d[LPLI_STRIP];
    const int linear = !v->fprime && (!v->act || v->act->kind == LPL_ACT_LINEAR);
    for (size_t b = 0; b < c->rows; b++) {
        const real *z = v->z + b * v->ldz + first;
        real *out = v->delta + b * v->ldd + first;
        const real *past = v->z_prev ? v->z_prev + b * v->ldp + first : NULL;
        const term_t t = {
            .z = z,
            .z_prev = c->pulls ? past : NULL,
            .theta = v->theta ? v->theta + first : NULL,
            .mean = v->mean + first,
            .gain = v->gain + first,
            .shared = c->shared ? out : NULL,
            .unit = c->unit,
            .pull = c->pull,
        };
        form_term(d, c->rule, &t, cols);
        if (past) EACH {
                const double diff = (double)z[i] - (double)past[i];
                pull_sum[i] += diff * diff;
            }
        if (linear) {
            EACH out[i] = d[i];
            continue;
        }
        const real *f = fp;
        if (v->fprime)
            f = v->fprime + b * v->ldf + first;
        else
            K(lpli_fprime)(fp, z, cols, v->act);
        EACH {
            out[i] = d[i] * f[i];
            real size = f[i] < 0 ? -f[i] : f[i];
            fp_max[i] = size > fp_max[i] ? size : fp_max[i];
        }
    }
    EACH {
        v->pull_sum[first + i] = pull_sum[i];
        v->fprime_max[first + i] = linear ? 1 : fp_max[i];
    }
}
