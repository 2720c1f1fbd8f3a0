/* spiking/post_kernel.c - see post.h. Order and rounding of every operation as in the published code. */
#include "spiking/post.h"

static inline real surrogate(real v, double beta, double v_theta) { /* E2 */
    const real h = (real)(((double)v - v_theta) * beta);
    const double d = 1 + fabs((double)h);
    return (real)(beta / (d * d));
}

void K(lpli_post_step)(const R(lpli_post_const_t) * c, const R(lpli_post_t) * p, real *restrict fprime, real *restrict flt_before,
                       const real *restrict delayed, const real *restrict lagged, const real *restrict now, size_t n) {
    real *restrict err = p->err, *restrict rise = p->rise, *restrict flt = p->flt, *restrict mean = p->mean, *restrict sigma2 = p->sigma2;
    const R(lpli_post_const_t) k = *c;
    for (size_t i = 0; i < n; i++) {
        const real residual = mean[i] * k.c_mean + delayed[i];
        real e = residual / (sigma2[i] + k.xi); /* E1 */
        e = e * k.push;
        e = e + k.delta;
        e = e - k.pull * delayed[i];
        e = e + k.pull * lagged[i];
        err[i] = e;
        const real square = residual * residual; /* E7 */
        sigma2[i] = k.k_sigma2 * (sigma2[i] + square * k.c_sigma2);
        mean[i] = k.k_mean * (mean[i] + now[i]); /* E8 */
        flt_before[i] = flt[i];
        rise[i] = rise[i] + k.r_err_rise * (e - rise[i]); /* E9 */
        flt[i] = flt[i] + k.r_err_decay * (rise[i] - flt[i]);
    }
    for (size_t i = 0; i < n; i++) fprime[i] = surrogate(fprime[i], k.beta, k.v_theta);
}

void K(lpli_post_step_slow)(const R(lpli_post_const_t) * c, const R(lpli_post_t) * p, real *restrict fprime, real *restrict flt_before,
                            const real *restrict delayed, const real *restrict lagged, const real *restrict now, size_t n) {
    real *restrict err = p->err, *restrict rise = p->rise, *restrict flt = p->flt;
    double *restrict mean = p->mean64, *restrict sigma2 = p->sigma64;
    const R(lpli_post_const_t) k = *c;
    for (size_t i = 0; i < n; i++) {
        const double residual = mean[i] * k.slow_c_mean + (double)delayed[i];
        real e = (real)(residual / (sigma2[i] + k.slow_xi) * k.slow_push); /* E1 */
        e = e + k.delta;
        e = e - k.pull * delayed[i];
        e = e + k.pull * lagged[i];
        err[i] = e;
        const double v = sigma2[i] + residual * residual * k.slow_c_sigma2; /* E7, as x += (k - 1) x */
        sigma2[i] = v + k.slow_sigma2 * v;
        const double m = mean[i] + (double)now[i];
        mean[i] = m + k.slow_mean * m;
        flt_before[i] = flt[i];
        rise[i] = rise[i] + k.r_err_rise * (e - rise[i]); /* E9 */
        flt[i] = flt[i] + k.r_err_decay * (rise[i] - flt[i]);
    }
    for (size_t i = 0; i < n; i++) fprime[i] = surrogate(fprime[i], k.beta, k.v_theta);
}

/* B3, B4: what a unit of psp (q) and of tr_pre (p) of the step before is worth; p first, for it takes the later step's q. */
static inline void value(real *restrict p, real *restrict q, const real *restrict in, real r_psp, real k_syn, size_t n) {
    for (size_t i = 0; i < n; i++) {
        p[i] = k_syn * p[i] + r_psp * q[i];
        q[i] = (q[i] - r_psp * q[i]) + in[i];
    }
}

static inline void value_of_tail(real *restrict p, real *restrict q, const real *restrict fprime, real tail, real r_psp, real k_syn,
                                 size_t n) {
    for (size_t i = 0; i < n; i++) {
        p[i] = k_syn * p[i] + r_psp * q[i];
        q[i] = (q[i] - r_psp * q[i]) + fprime[i] * tail;
    }
}

static inline void adjoint(real *restrict y, real *restrict c, real *restrict worth, const real *restrict fprime,
                           const real *restrict err_flt, real r_decay, real k_rise, size_t n) {
    for (size_t i = 0; i < n; i++) {
        y[i] = (y[i] - r_decay * y[i]) + err_flt[i]; /* B1 */
        c[i] = k_rise * c[i] + r_decay * y[i];       /* B2 */
        worth[i] = fprime[i] * c[i];
    }
}

void K(lpli_back_step)(const R(lpli_back_const_t) * k, const R(lpli_back_t) * b, const real *fprime, const real *err_flt, real tail_elig,
                       real tail_flt, size_t n) {
    adjoint(b->y, b->c, b->worth, fprime, err_flt, k->r_decay, k->k_rise, n);
    value(b->sum_p, b->sum_q, b->worth, k->r_psp, k->k_syn, n);
    value_of_tail(b->elig_p, b->elig_q, fprime, tail_elig, k->r_psp, k->k_syn, n);
    value_of_tail(b->flt_p, b->flt_q, fprime, tail_flt, k->r_psp, k->k_syn, n);
}

void K(lpli_follow)(real *restrict x, const real *restrict y, real r, size_t n) {
    for (size_t j = 0; j < n; j++) x[j] = x[j] + r * (y[j] - x[j]);
}

size_t K(lpli_count_wild)(const real *v, size_t n) {
    size_t wild = 0;
    for (size_t i = 0; i < n; i++) wild += !((v[i] < 0 ? -v[i] : v[i]) <= 1);
    return wild;
}
