/* lpl/activation.h - z = f(a) and f'(a), element by element. */
#ifndef LPL_ACTIVATION_H
#define LPL_ACTIVATION_H

#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

/*                     z = f(a)                          f'(a)                      p0, p1
 *  LPL_ACT_LINEAR     a                                 1
 *  LPL_ACT_RELU       max(0, a)                         1 if a > 0, else 0
 *  LPL_ACT_LEAKY_RELU a if a > 0, else p0 a             1 or p0                    p0 slope, 0 < p0 < 1 (usual 0.01)
 *  LPL_ACT_TANH       tanh a                            1 - z^2
 *  LPL_ACT_SIGMOID    1 / (1 + exp(-a))                 z (1 - z)
 *  LPL_ACT_SOFTPLUS   log(1 + exp(a)); a if a > 20      1 - exp(-z)
 *  LPL_ACT_SATURATING phi(a - 3 p0) + p0 (theory 2.1)    phi'(a - 3 p0)             p0 = r0 > 0 (2), p1 = r_max > r0
 *                                                        (80)
 *      (p0 and p1 - p0 from 1e-30 to 1e30)
 *      phi(h) = r0 tanh(h / r0) for h < 0, (r_max - r0) tanh(h / (r_max - r0)) for h >= 0   (Rajan, Abbott &
 *      Sompolinsky)
 *  LPL_ACT_GELU       a Phi(a)                          Phi(a) + a exp(-a^2/2) / sqrt(2 pi)
 *  LPL_ACT_SILU       a s(a)                            s(a) (1 + a (1 - s(a)))
 *      Phi(a) = (1 + erf(a / sqrt 2)) / 2: the exact gelu (Hendrycks & Gimpel 2016); s(a) = 1 / (1 + exp(-a)) (Elfwing
 *      et al. 2018). These two fall and rise again, so z does not tell f': a dense layer keeps f' of a batch, batch_max
 *      n_post values more (twice that for a symmetric pair)
 */
enum {
    LPL_ACT_LINEAR = 0,
    LPL_ACT_RELU = 1,
    LPL_ACT_LEAKY_RELU = 2,
    LPL_ACT_TANH = 3,
    LPL_ACT_SIGMOID = 4,
    LPL_ACT_SOFTPLUS = 5,
    LPL_ACT_SATURATING = 6,
    LPL_ACT_GELU = 7, /* since 0.1.1 */
    LPL_ACT_SILU = 8  /* since 0.1.1 */
};

/* z[k] = f(a[k]) and fprime[k] = f'(a[k]) for k < n.
 *   z, fprime  n elements each; either may be NULL (not wanted); z may be the same array as a, otherwise no overlap
 *   p0, p1     parameters of the table above; ignored where there are none
 * Finite a give finite z and fprime; NaN stays NaN, and infinity gives what the function tends to.
 * Returns LPL_OK, LPL_E_NULL, LPL_E_ARG, LPL_E_SIZE, LPL_E_OVERLAP. Thread class: any. Allocates nothing. Since 0.1. */
LPL_API lpl_status_t lpl_activate(float *z, float *fprime, const float *a, size_t n, int32_t activation, double p0,
                                  double p1);
LPL_API lpl_status_t lpl_activate_f64(double *z, double *fprime, const double *a, size_t n, int32_t activation,
                                      double p0, double p1);

#ifdef __cplusplus
}
#endif
#endif
