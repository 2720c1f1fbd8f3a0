/* optim/optim.h - one optimiser step on contiguous parameters (equations: include/lpl/optim.h). */
#ifndef LPLI_OPTIM_H
#define LPLI_OPTIM_H

#include "core/kernel.h"
#include "lpl/optim.h"

/* Constants of one step in double; beta1_t = beta1^t, beta2_t = beta2^t. */
typedef struct lpli_optim_t {
    int32_t optim;
    double eta, momentum, beta1, beta2, adam_eps, beta1_t, beta2_t;
} lpli_optim_t;

/* One step on: beta^t. */
static inline void lpli_optim_advance(lpli_optim_t *o) {
    o->beta1_t *= o->beta1;
    o->beta2_t *= o->beta2;
}

/* Moments settle at 0: a first moment (or momentum) smaller than LPLI_MOMENT_MIN counts as 0, and a second moment
 * that is no normal number. A first moment of that size moves no weight that can be told from 0; its products with
 * beta and eta would be denormal, so its bound is higher. */
#ifdef LPLI_F64
#define LPLI_MOMENT_MIN 1e-300
#else
#define LPLI_MOMENT_MIN 1e-30f
#endif

/* g = scale grad_j + decay w_j, then the step. scale is 1, or -1 where grad holds the ascent direction, or -delta_i
 * where grad is x. Where eta is 0 (or rounds to it) w is not written, whatever g is: 0 times infinity is not nothing.
 * */
LPLI_KERNEL(void, lpli_optim_rows,
            (real * w, real *m, real *v, const real *grad, size_t n, real scale, real decay, const lpli_optim_t *o));

/* ---- divergence: is every parameter finite after the step? ---- */

/* Would the step leave a w, m or v NaN or infinite? The first such parameter, or n; *what says which of them
 * ("weights", ...), if it is not NULL. The same arithmetic on copies: nothing is written. m and v where the optimiser
 * has them, else NULL. */
size_t lpli_optim_first_bad_f32(int32_t isa, const float *w, const float *m, const float *v, const float *grad,
                                size_t n, float scale, float decay, const lpli_optim_t *o, const char **what);
size_t lpli_optim_first_bad_f64(int32_t isa, const double *w, const double *m, const double *v, const double *grad,
                                size_t n, double scale, double decay, const lpli_optim_t *o, const char **what);

/* Bounds of the magnitudes of parameters and moments. */
typedef struct lpli_optim_high_t {
    double w, m, v;
} lpli_optim_high_t;

/* Cheap: no step with gradients of at most grad and decays from least to decay (no least is further from 0 than decay)
 * overflows a number of this dtype on the way, and then *high holds for the parameters after it. 0: perhaps one does,
 * and *high is as it was. NaN among the bounds is such a perhaps. */
int lpli_optim_is_calm(const lpli_optim_t *o, int32_t dtype, lpli_optim_high_t *high, double grad, double least,
                       double decay);

/* Largest magnitudes of two to four arrays (the last ones may be NULL: 0) of n elements, in one pass; infinity or NaN
 * where there is one. */
LPLI_KERNEL(void, lpli_optim_highest, (real high[4], const real *const p[4], size_t n));

/* Sums and products that stay below this cannot overflow the dtype, however they are rounded. */
double lpli_optim_limit(int32_t dtype);

/* Check the scalar parameters; shared with the layer's config. */
lpl_status_t lpli_optim_check(int32_t optim, double eta, double momentum, double beta1, double beta2, double adam_eps,
                              double weight_decay, const char *fn);

/* Do the factors of this optimiser's averages still mean what they say when they are rounded to dtype? One that
 * rounds to 1 never forgets. Off by more than a third: LPL_E_ARG. Not for load: a layer of an older release goes on.
 * */
lpl_status_t lpli_optim_check_factors(int32_t optim, double momentum, double beta1, double beta2, int32_t dtype,
                                      const char *fn);

#endif
