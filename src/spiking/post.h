/* spiking/post.h - kernels over post neurons: one step forward (E1, E2, E7 - E9), steps backward (block_real.c). */
#ifndef LPLI_POST_H
#define LPLI_POST_H

#include "core/kernel.h"

typedef struct R(lpli_post_const_t) {
    real c_mean, xi, push, delta, pull, k_mean, c_sigma2, k_sigma2, r_err_rise, r_err_decay;
    double beta, v_theta;
    double slow_c_mean, slow_mean, slow_c_sigma2, slow_sigma2, slow_xi,
        slow_push; /* LPL_SLOW_DOUBLE; slow_x = exp(-dt/tau_x) - 1 */
} R(lpli_post_const_t);

typedef struct R(lpli_post_t) {
    real *err, *rise, *flt, *mean, *sigma2;
    double *mean64, *sigma64; /* in their place with LPL_SLOW_DOUBLE */
} R(lpli_post_t);

/* n post neurons, one step. fprime: v(t) in, f'(v) out. flt_before: err_flt as the step before left it. delayed,
 * lagged, now: 1 where a neuron fired delay_ax ago, t_lag ago, now. */
LPLI_KERNEL(void, lpli_post_step,
            (const R(lpli_post_const_t) * c, const R(lpli_post_t) * p, real *fprime, real *flt_before,
             const real *delayed, const real *lagged, const real *now, size_t n));
LPLI_KERNEL(void, lpli_post_step_slow,
            (const R(lpli_post_const_t) * c, const R(lpli_post_t) * p, real *fprime, real *flt_before,
             const real *delayed, const real *lagged, const real *now, size_t n));

/* As many steps as rows, in none of which one of the three is 1, the earliest first. Rows lie ld apart. */
LPLI_KERNEL(void, lpli_post_rows,
            (const R(lpli_post_const_t) * c, const R(lpli_post_t) * p, real *fprime, real *flt_before, size_t ld,
             size_t rows, size_t n));
LPLI_KERNEL(void, lpli_post_rows_slow,
            (const R(lpli_post_const_t) * c, const R(lpli_post_t) * p, real *fprime, real *flt_before, size_t ld,
             size_t rows, size_t n));

typedef struct R(lpli_back_const_t) {
    real r_decay, k_rise, r_psp, k_syn;
} R(lpli_back_const_t);

/* State of the backward pass, n values each. */
typedef struct R(lpli_back_t) {
    real *y, *c, *sum_q, *sum_p, *elig_q, *elig_p, *flt_q, *flt_p;
} R(lpli_back_t);

typedef struct R(lpli_back_row_t) {
    real tail_elig, tail_flt; /* of this step (block_real.c) */
    int32_t keep;             /* are sum_p, elig_p, flt_p wanted as they are after this step? */
} R(lpli_back_row_t);

/* Backwards through `rows` steps, the latest first (block_real.c). fprime, err_flt: of that step; rows lie ld apart.
 * at[0] is the latest, too; there are `all` of them, to be asked for beforehand. kept: for each step that says so, in
 * this order, sum_p, elig_p and flt_p, n each. n: a whole number of vectors of the instruction set. */
LPLI_KERNEL(void, lpli_back_rows,
            (const R(lpli_back_const_t) * c, const R(lpli_back_t) * b, const real *fprime, const real *err_flt,
             size_t ld, const R(lpli_back_row_t) * at, size_t rows, size_t all, real *kept, size_t n));

/* x += r (y - x) */
LPLI_KERNEL(void, lpli_follow, (real * x, const real *y, real r, size_t n));

/* Is one of n potentials not within +-1 V (NaN is not)? */
LPLI_KERNEL(int, lpli_any_wild, (const real *v, size_t n));

#endif
