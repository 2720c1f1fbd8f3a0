/* layer/online_kernel.c - see online.h. In double: M numbers a step, and a slow average must not stall. */
#define acc double
#include "layer/online.h"
#include "rule/term.h"
#include "stats/moments.h"

#define EACH for (size_t i = 0; i < n; i++)

void K(lpli_online_statistics)(double *mean, double *sigma2, const real *z, size_t n, const lpli_online_t *o) {
    const double k_mean = o->k_mean, k_sigma2 = o->k_sigma2;
    EACH {
        double m = lpli_settled(lpli_ewma(mean[i], (double)z[i], k_mean)), d = (double)z[i] - m;
        mean[i] = m;
        sigma2[i] = lpli_settled(lpli_ewma(sigma2[i], d * d, k_sigma2));
    }
}

void K(lpli_online_delta)(real *delta, const real *z, const real *zp, const real *fprime, const double *mean,
                          const double *sigma2, const double *shared, const real *theta, size_t n,
                          const lpli_online_t *o) {
    enum { CHUNK = 64 };
    const lpli_rule_t *rule = o->rule;
    const double push = o->push, eps = rule->eps;
    const lpli_traits_t *traits = lpli_traits(rule->rule);
    double d[CHUNK], gain[CHUNK];
    real fp[CHUNK];
    for (size_t at = 0; n > 0; at += CHUNK) {
        const size_t rest = n;
        n = rest < CHUNK ? rest : CHUNK;
        if (traits->losses && rule->push_form == LPL_PUSH_LOGVAR)
            EACH gain[i] = push / (sigma2[at + i] + eps);
        else if (traits->losses)
            EACH gain[i] = push * lpli_push_gain(rule, sigma2[at + i]);
        const term_t t = {
            .z = z + at,
            .z_prev = zp && o->pull != 0 ? zp + at : NULL,
            .theta = theta ? theta + at : NULL,
            .mean = mean + at,
            .gain = gain,
            .shared = shared ? shared + at : NULL,
            .unit = o->unit,
            .pull = o->pull,
        };
        form_term(d, rule->rule, &t, n);
        const real *f = fprime ? fprime + at : fp;
        if (!fprime && o->act->kind == LPL_ACT_LINEAR) {
            EACH delta[at + i] = (real)d[i];
        } else {
            if (!fprime) K(lpli_fprime)(fp, z + at, n, o->act);
            EACH delta[at + i] = (real)(d[i] * (double)f[i]);
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
        for (size_t j = 0; j < n; j++) c[j] = lpli_ewma(c[j], di * dev[j], gain);
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
