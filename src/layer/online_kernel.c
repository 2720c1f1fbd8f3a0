/* layer/online_kernel.c - see online.h. In double: M numbers a step, and a slow average must not stall. */
#include "layer/online.h"

#define EACH for (size_t i = 0; i < n; i++)

void K(lpli_online_statistics)(double *mean, double *sigma2, const real *z, size_t n, const lpli_online_t *o) {
    const double k_mean = o->k_mean, k_sigma2 = o->k_sigma2;
    EACH {
        double m = lpli_settled(mean[i] + ((double)z[i] - mean[i]) * k_mean), d = (double)z[i] - m;
        mean[i] = m;
        sigma2[i] = lpli_settled(sigma2[i] + (d * d - sigma2[i]) * k_sigma2);
    }
}

void K(lpli_online_delta)(real *delta, const real *z, const real *zp, const double *mean, const double *sigma2, const double *lateral,
                          const real *theta, size_t n, const lpli_online_t *o) {
    enum { CHUNK = 64 };
    const double unit = o->unit, push = o->push, eps = o->rule->eps;
    const double pull = o->rule->rule == LPL_RULE_SLOWNESS ? unit : o->rule->rule == LPL_RULE_LPL ? o->pull : 0;
    double d[CHUNK];
    real fp[CHUNK];
    for (size_t at = 0; n > 0; at += CHUNK) {
        const size_t rest = n;
        n = rest < CHUNK ? rest : CHUNK;
        const real *zn = z + at;
        const double *mn = mean + at, *sn = sigma2 + at;
        switch (o->rule->rule) {
        case LPL_RULE_LPL:
            if (o->rule->push_form == LPL_PUSH_LOGVAR)
                EACH d[i] = push / (sn[i] + eps) * ((double)zn[i] - mn[i]);
            else
                EACH d[i] = push * lpli_push_gain(o->rule, sn[i]) * ((double)zn[i] - mn[i]);
            break;
        case LPL_RULE_HEBB:
        case LPL_RULE_OJA: EACH d[i] = unit * (double)zn[i]; break;
        case LPL_RULE_HEBB_COVARIANCE: EACH d[i] = unit * ((double)zn[i] - mn[i]); break;
        case LPL_RULE_BCM: EACH d[i] = unit * (double)zn[i] * ((double)zn[i] - (double)theta[at + i]); break;
        default: EACH d[i] = 0; break;
        }
        if (lateral) EACH d[i] += lateral[at + i];
        if (zp && pull != 0) EACH d[i] -= pull * ((double)zn[i] - (double)zp[at + i]);
        if (o->act->kind == LPL_ACT_LINEAR) {
            EACH delta[at + i] = (real)d[i];
        } else {
            K(lpli_fprime)(fp, zn, n, o->act);
            EACH delta[at + i] = (real)(d[i] * (double)fp[i]);
        }
        n = rest - n;
    }
}

double K(lpli_online_lateral)(double *c, const double *dev, size_t i, size_t n, double gain, double *square_sum) {
    enum { WIDTH = 8 }; /* fixed lanes */
    double s[WIDTH] = {0}, q[WIDTH] = {0};
    const double di = dev[i];
    size_t k = 0;
    if (gain != 0)
        for (size_t j = 0; j < n; j++) c[j] += (di * dev[j] - c[j]) * gain;
    for (; k + WIDTH <= n; k += WIDTH)
        for (size_t j = 0; j < WIDTH; j++) {
            s[j] += c[k + j] * dev[k + j];
            q[j] += c[k + j] * c[k + j];
        }
    for (size_t j = 0; k < n; j++, k++) {
        s[j] += c[k] * dev[k];
        q[j] += c[k] * c[k];
    }
    for (size_t half = WIDTH / 2; half > 0; half /= 2)
        for (size_t j = 0; j < half; j++) s[j] += s[j + half], q[j] += q[j + half];
    *square_sum += q[0] - c[i] * c[i];
    return s[0] - c[i] * di;
}
