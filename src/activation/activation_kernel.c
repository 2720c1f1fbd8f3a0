/* activation/activation_kernel.c - see activation.h. Only softplus calls libm (log1p), whose bits are its own. */
#include "activation/activation.h"

#include "activation/exp.h"
#include "activation/gauss.h"

#define EACH for (size_t j = 0; j < n; j++)

/* f(a), and f'(a) of functions whose z does not tell it. inside: a within bounds beyond which f is 0 or a, so that
 * infinity times 0 is not met. */
static inline double gelu(double a, double *slope) {
    const double inside = a < -40 ? -40 : a > 40 ? 40 : a;
    double density;
    const double phi = lpli_gauss(inside, &density);
    *slope = phi + inside * density;
    return (a < 0 ? inside : a) * phi;
}

static inline double silu(double a, double *slope) {
    const double inside = a < -750 ? -750 : a > 40 ? 40 : a;
    const double s = inside < -700 ? 0 : 1 / (1 + lpli_exp(-inside));
    *slope = s * (1 + inside * (1 - s));
    return (a < 0 ? inside : a) * s;
}

#define EACH_Z_AND_FP(f)                      \
    EACH {                                    \
        double slope;                         \
        z[j] = (real)f((double)z[j], &slope); \
        if (fp) fp[j] = (real)slope;          \
    }

/* z = f(z); fp, if not NULL, f'(z) of an f whose z does not tell. */
static void apply(real *z, real *fp, size_t n, const lpli_act_t *act) {
    const real p0 = (real)act->p0, rest = (real)(act->p1 - act->p0);
    switch (act->kind) {
    case LPL_ACT_RELU: EACH z[j] = z[j] <= 0 ? 0 : z[j]; break;
    case LPL_ACT_LEAKY_RELU: EACH z[j] = z[j] <= 0 ? p0 * z[j] : z[j]; break;
    case LPL_ACT_TANH: EACH z[j] = (real)lpli_tanh((double)z[j]); break;
    case LPL_ACT_SIGMOID: EACH z[j] = (real)(1 / (1 + lpli_exp(-(double)z[j]))); break;
    case LPL_ACT_SOFTPLUS: EACH z[j] = z[j] > 20 ? z[j] : real_log1p((real)lpli_exp((double)z[j])); break;
    case LPL_ACT_SATURATING: /* Rajan, Abbott & Sompolinsky: phi(a - 3 r0) + r0 (theory 2.1) */
        EACH {
            real h = z[j] - 3 * p0, range = h < 0 ? p0 : rest;
            z[j] = (real)((double)range * lpli_tanh((double)(h / range))) + p0;
        }
        break;
    case LPL_ACT_GELU: EACH_Z_AND_FP(gelu); break;
    case LPL_ACT_SILU: EACH_Z_AND_FP(silu); break;
    default: break; /* LINEAR */
    }
}

void K(lpli_act_rows)(real *z, size_t ldz, real *fp, size_t ldf, const real *bias, size_t rows, size_t cols,
                      const lpli_act_t *act) {
    if (!bias && !fp && act->kind == LPL_ACT_LINEAR) return;
    if (!bias && ldz == cols && (!fp || ldf == cols)) cols *= rows, rows = rows > 0; /* without gaps: one long row */
    for (size_t b = 0; b < rows; b++) {
        real *zb = z + b * ldz, *fb = fp ? fp + b * ldf : NULL;
        if (bias)
            for (size_t i = 0; i < cols; i++) zb[i] += bias[i];
        apply(zb, fb, cols, act);
        if (fb && lpli_acts[act->kind].from_z) K(lpli_fprime)(fb, zb, cols, act);
    }
}

void K(lpli_fprime)(real *fp, const real *z, size_t n, const lpli_act_t *act) {
    const real p0 = (real)act->p0, rest = (real)(act->p1 - act->p0);
    switch (act->kind) {
    case LPL_ACT_RELU: EACH fp[j] = z[j] > 0 ? 1 : 0; break;
    case LPL_ACT_LEAKY_RELU: EACH fp[j] = z[j] > 0 ? 1 : p0; break;
    case LPL_ACT_TANH: EACH fp[j] = 1 - z[j] * z[j]; break;
    case LPL_ACT_SIGMOID: EACH fp[j] = z[j] * (1 - z[j]); break;
    case LPL_ACT_SOFTPLUS: EACH fp[j] = (real)-lpli_expm1(-(double)z[j]); break;
    case LPL_ACT_SATURATING: /* phi' = sech^2 = 1 - tanh^2 */
        EACH {
            real range = z[j] < p0 ? p0 : rest, t = (z[j] - p0) / range;
            fp[j] = 1 - t * t;
        }
        break;
    default: EACH fp[j] = 1; break;
    }
}
