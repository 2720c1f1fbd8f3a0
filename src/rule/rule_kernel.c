/* rule/rule_kernel.c - the element-wise part of the rule (rule.h, lpli_combine). */
#define acc real
#include "rule/term.h"

#include "activation/exp.h"
#include "stats/moments.h"

#define EACH for (size_t i = 0; i < cols; i++)

#ifndef LPLI_NO_MALLOC /* code that a small build does without; the bits are the same */
/* One linear unit whose rows lie side by side: they take the place of the units. */
static void one_column(const R(lpli_combine_t) * c, size_t at) {
    const R(lpli_view_t) *v = c->v;
    double mean[LPLI_STRIP], sum = 0;
    real theta[LPLI_STRIP], gain[LPLI_STRIP], d[LPLI_STRIP];
    const size_t most = c->rows < LPLI_STRIP ? c->rows : LPLI_STRIP;
    for (size_t k = 0; k < most; k++)
        mean[k] = v->mean[at], gain[k] = v->gain[at], theta[k] = v->theta ? v->theta[at] : 0;
    for (size_t b = 0; b < c->rows; b += LPLI_STRIP) {
        const size_t n = c->rows - b < LPLI_STRIP ? c->rows - b : LPLI_STRIP;
        const real *z = v->z + b + at, *past = v->z_prev ? v->z_prev + b + at : NULL;
        real *restrict out = v->delta + b + at;
        const term_t t = {
            .z = z,
            .z_prev = c->pulls ? past : NULL,
            .theta = theta,
            .mean = mean,
            .gain = gain,
            .shared = c->shared ? out : NULL,
            .unit = c->unit,
            .pull = c->pull,
        };
        form_term(d, c->rule, &t, n);
        for (size_t k = 0; past && k < n; k++) {
            const double diff = (double)z[k] - (double)past[k];
            sum += diff * diff;
        }
        memcpy(out, d, n * sizeof *d);
    }
    v->pull_sum[at] = sum;
    v->fprime_max[at] = 1;
}
#endif

void K(lpli_combine)(const R(lpli_combine_t) * c, size_t first, size_t cols) {
    const R(lpli_view_t) *v = c->v;
    double pull_sum[LPLI_STRIP], own[LPLI_STRIP];
    real fp_max[LPLI_STRIP], fp[LPLI_STRIP], d[LPLI_STRIP];
    if (c->competes) EACH own[i] = 0;
    const int linear = !v->fprime && (!v->act || v->act->kind == LPL_ACT_LINEAR);
#ifndef LPLI_NO_MALLOC
    if (cols == 1 && linear && !c->competes && v->ldz == 1 && v->ldd == 1 && (!v->z_prev || v->ldp == 1)) {
        one_column(c, first);
        return;
    }
#endif
    EACH pull_sum[i] = 0, fp_max[i] = 0;
    for (size_t b = 0; b < c->rows; b++) {
        const real *z = v->z + b * v->ldz + first;
        real *restrict out = v->delta + b * v->ldd + first;
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
        if (c->competes) {
            const real *u = v->u + b * v->ldu + first;
            EACH own[i] += (double)out[i] * (double)u[i];
        }
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
    if (c->competes && v->decay) EACH v->decay[first + i] = (real)(own[i] / (double)c->rows);
}

void K(lpli_compete)(real *y, const real *u, size_t n, double temperature) {
    enum { WIDTH = 8, FAR = -700 }; /* FAR: where lpli_exp stops; what lies beyond counts as 0 */
    double sum[WIDTH] = {0};
    real top = u[0];
    for (size_t i = 1; i < n; i++) top = u[i] > top ? u[i] : top;
    for (size_t i = 0; i < n; i += WIDTH) {
        const size_t width = n - i < WIDTH ? n - i : WIDTH;
        const real *from = u + i;
        real last[WIDTH];
        double e[WIDTH];
        if (width < WIDTH) {
            for (size_t j = 0; j < WIDTH; j++) last[j] = j < width ? u[i + j] : (real)-INFINITY;
            from = last;
        }
        for (size_t j = 0; j < WIDTH; j++) {
            const double below = ((double)from[j] - (double)top) / temperature;
            e[j] = below < FAR ? 0 : lpli_exp(below);
            sum[j] += e[j];
        }
        for (size_t j = 0; j < width; j++) y[i + j] = (real)e[j];
    }
    for (size_t half = WIDTH / 2; half > 0; half /= 2)
        for (size_t j = 0; j < half; j++) sum[j] += sum[j + half];
    for (size_t i = 0; i < n; i++) {
        const double share = (double)y[i] / sum[0];
        y[i] = share < (double)REAL_MIN ? 0 : (real)share; /* no denormal numbers for the products that follow */
    }
}
