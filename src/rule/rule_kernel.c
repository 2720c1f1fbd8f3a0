/* rule/rule_kernel.c - the element-wise part of the rule (rule.h, lpli_combine). */
#include "rule/rule.h"
#include "stats/moments.h"

#define EACH for (size_t i = 0; i < cols; i++)

/* d = term of the present rule for one row, without f'. */
static inline void one_row(real *d, const R(lpli_combine_t) * c, const real *z, const real *zp, const real *lateral, const double *mean,
                           const real *gain, const real *theta, double *pull_sum, size_t cols) {
    const real unit = c->unit, pull = c->pull;
    switch (c->rule) {
    case LPL_RULE_LPL:
        if (lateral)
            EACH d[i] = lateral[i] + gain[i] * (real)((double)z[i] - mean[i]);
        else
            EACH d[i] = gain[i] * (real)((double)z[i] - mean[i]);
        break;
    case LPL_RULE_HEBB:
    case LPL_RULE_OJA: EACH d[i] = unit * z[i]; break;
    case LPL_RULE_HEBB_COVARIANCE: EACH d[i] = unit * (real)((double)z[i] - mean[i]); break;
    case LPL_RULE_BCM: EACH d[i] = unit * (z[i] * (z[i] - theta[i])); break;
    default: EACH d[i] = 0; break; /* SLOWNESS: the difference below is all */
    }
    if (!zp) return;
    EACH {
        double diff = (double)z[i] - (double)zp[i];
        pull_sum[i] += diff * diff;
    }
    if (c->rule == LPL_RULE_LPL || c->rule == LPL_RULE_SLOWNESS) EACH d[i] -= pull * (z[i] - zp[i]);
}

void K(lpli_combine)(const R(lpli_combine_t) * c, size_t first, size_t cols) {
    const R(lpli_view_t) *v = c->v;
    double pull_sum[LPLI_STRIP] = {0};
    real fp_max[LPLI_STRIP] = {0}, fp[LPLI_STRIP], d[LPLI_STRIP];
    const int linear = !v->fprime && (!v->act || v->act->kind == LPL_ACT_LINEAR);
    for (size_t b = 0; b < c->rows; b++) {
        const real *z = v->z + b * v->ldz + first;
        real *out = v->delta + b * v->ldd + first;
        one_row(d, c, z, v->z_prev ? v->z_prev + b * v->ldp + first : NULL, c->lateral ? out : NULL, v->mean + first, v->gain + first,
                v->theta ? v->theta + first : NULL, pull_sum, cols);
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
