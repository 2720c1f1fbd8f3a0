/* optim/optim_kernel.c - see optim.h. */
#include "optim/optim.h"

void K(lpli_optim_rows)(real *w, real *m, real *v, const real *grad, size_t n, real scale, real decay, const lpli_optim_t *o) {
    const real eta = (real)o->eta;
    if (o->optim == LPL_OPTIM_SGD) {
        if (eta == 0) return;
        for (size_t j = 0; j < n; j++) w[j] -= eta * (scale * grad[j] + decay * w[j]);
    } else if (o->optim == LPL_OPTIM_MOMENTUM) {
        const real mu = (real)o->momentum;
        if (eta == 0)
            for (size_t j = 0; j < n; j++) m[j] = mu * m[j] + (scale * grad[j] + decay * w[j]);
        else
            for (size_t j = 0; j < n; j++) {
                m[j] = mu * m[j] + (scale * grad[j] + decay * w[j]);
                w[j] -= eta * m[j];
            }
    } else {
        const real c1 = (real)(1 - o->beta1), b2 = (real)o->beta2, c2 = (real)(1 - o->beta2), eps = (real)o->adam_eps;
        const real step = (real)(o->eta / (1 - o->beta1_t)), root = (real)(1 / sqrt(1 - o->beta2_t));
        if (step == 0) {
            for (size_t j = 0; j < n; j++) {
                real g = scale * grad[j] + decay * w[j];
                m[j] += (g - m[j]) * c1;
                v[j] = b2 * v[j] + c2 * (g * g);
            }
            return;
        }
        for (size_t j = 0; j < n; j++) {
            real g = scale * grad[j] + decay * w[j];
            m[j] += (g - m[j]) * c1;
            v[j] = b2 * v[j] + c2 * (g * g);
            w[j] -= step * (m[j] / (real_sqrt(v[j]) * root + eps));
        }
    }
}
