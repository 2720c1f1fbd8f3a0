/* spiking/synapse_kernel.c - see synapse.h. */
#include "spiking/synapse.h"

#include "lpl/spiking.h"
#include "spiking/spiking.h"

/* E3, E4 */
#define FUSED(psp)                                                \
    do {                                                          \
        const real c = elig[k] + (psp)*fprime[i];                 \
        const real m = elig_flt[k] + r_decay * (c - elig_flt[k]); \
        elig_flt[k] = m;                                          \
        elig[k] = k_rise * c;                                     \
        sum[k] = sum[k] + m * err_flt[i];                         \
    } while (0)

void K(lpli_fused_row)(real *restrict elig, real *restrict elig_flt, real *restrict sum, size_t n, real psp,
                       const real *restrict fprime, const real *restrict err_flt, real r_decay, real k_rise) {
    for (size_t k = 0; k < n; k++) {
        const size_t i = k;
        FUSED(psp);
    }
}

void K(lpli_fused_flat)(real *restrict elig, real *restrict elig_flt, real *restrict sum, const uint32_t *restrict pre,
                        lpli_index_t col, size_t n, const real *restrict psp, const real *restrict fprime,
                        const real *restrict err_flt, real r_decay, real k_rise) {
    LPLI_EACH_INDEX(col, 0, n, k, i, { FUSED(psp[pre[k]]); });
}

void K(lpli_row_spike)(real *restrict sum, real *restrict d_elig, real *restrict d_flt, lpli_index_t col, size_t base,
                       size_t n, const real *restrict sum_p, const real *restrict elig_p, const real *restrict flt_p,
                       real k_syn) {
    LPLI_EACH_INDEX(col, base, n, k, i, {
        sum[k] += k_syn * sum_p[i];
        d_elig[k] += k_syn * elig_p[i];
        d_flt[k] += k_syn * flt_p[i];
    });
}

void K(lpli_row_close)(real *restrict elig, real *restrict elig_flt, real *restrict sum, real *restrict d_elig,
                       real *restrict d_flt, lpli_index_t col, size_t n, const R(lpli_row_close_t) * c) {
    const real *restrict f[LPLI_COEFS];
    for (size_t v = 0; v < LPLI_COEFS; v++) f[v] = c->coef + v * c->ld;
    const real p = c->p, q = c->q, add = c->add, keep_elig = c->keep_elig, keep_flt = c->keep_flt,
               elig_to_flt = c->elig_to_flt;
    LPLI_EACH_INDEX(col, 0, n, k, i, {
        const real a = elig[k], m = elig_flt[k];
        sum[k] += ((p * f[LPLI_COEF_SUM_P][i] + q * f[LPLI_COEF_SUM_Q][i]) +
                   (a * f[LPLI_COEF_SUM_ELIG][i] + m * f[LPLI_COEF_SUM_FLT][i])) +
                  add;
        elig[k] = ((p * f[LPLI_COEF_ELIG_P][i] + q * f[LPLI_COEF_ELIG_Q][i]) + keep_elig * a) + d_elig[k];
        elig_flt[k] =
            ((p * f[LPLI_COEF_FLT_P][i] + q * f[LPLI_COEF_FLT_Q][i]) + (keep_flt * m + elig_to_flt * a)) + d_flt[k];
        d_elig[k] = 0;
        d_flt[k] = 0;
    });
}

/* With constant arguments a loop without branches. */
static inline void apply(real *restrict w, real *restrict sum, real *restrict grad2, size_t n,
                         const R(lpli_apply_t) * a, int scaling, bool learn, bool shrink) {
    const R(lpli_apply_t) c = *a;
    for (size_t k = 0; k < n; k++) {
        real g = sum[k] / c.every;
        sum[k] = 0;
        double step = (double)g * c.eta;
        if (scaling != LPL_SCALING_NONE) {
            g = (g < 0 ? -g : g) < c.nought ? 0 : g;
            const real old = c.rms * grad2[k], square = g * g;
            const real next =
                scaling == LPL_SCALING_MAXNORM ? (square > old ? square : old) : old + ((real)1 - c.rms) * square;
            const real now =
                g == 0 && next < REAL_MIN ? 0 : next; /* of a synapse at rest: no denormal number for ever */
            grad2[k] = now;
            step = 1 / (sqrt((double)now / c.correct) + 1e-32) * (double)g * c.eta;
        }
        if (learn) {
            real v = w[k];
            if (shrink) v = (real)((double)v - c.decay * (double)v);
            v = (real)((double)v + step);
            v = v < c.low ? c.low : v;
            w[k] = v > c.high ? c.high : v;
        }
    }
}

void K(lpli_apply)(real *w, real *sum, real *grad2, size_t n, const R(lpli_apply_t) * a) {
    const bool shrink = a->decay > 0;
    if (a->scaling == LPL_SCALING_NONE) {
        if (!a->learn)
            memset(sum, 0, n * sizeof *sum);
        else if (shrink)
            apply(w, sum, NULL, n, a, LPL_SCALING_NONE, true, true);
        else
            apply(w, sum, NULL, n, a, LPL_SCALING_NONE, true, false);
    } else if (a->scaling == LPL_SCALING_MAXNORM) {
        if (a->learn)
            apply(w, sum, grad2, n, a, LPL_SCALING_MAXNORM, true, true);
        else
            apply(w, sum, grad2, n, a, LPL_SCALING_MAXNORM, false, false);
    } else {
        if (a->learn)
            apply(w, sum, grad2, n, a, LPL_SCALING_RMS, true, true);
        else
            apply(w, sum, grad2, n, a, LPL_SCALING_RMS, false, false);
    }
}

real K(lpli_largest)(const real *x, size_t n) {
    real largest = 0;
    for (size_t k = 0; k < n; k++) {
        const real v = x[k] < 0 ? -x[k] : x[k];
        largest = v > largest ? v : largest;
    }
    return largest;
}
