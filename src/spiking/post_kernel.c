/* spiking/post_kernel.c - see post.h. Order and rounding of every operation as in the published code. */
#include "spiking/post.h"

static inline real surrogate(real v, double beta, double v_theta) { /* E2 */
    const real h = (real)(((double)v - v_theta) * beta);
    const double d = 1 + fabs((double)h);
    return (real)(beta / (d * d));
}

void K(lpli_post_step)(const R(lpli_post_const_t) * c, const R(lpli_post_t) * p, real *restrict fprime,
                       real *restrict flt_before, const real *restrict delayed, const real *restrict lagged,
                       const real *restrict now, size_t n) {
    real *restrict err = p->err, *restrict rise = p->rise, *restrict flt = p->flt, *restrict mean = p->mean,
                   *restrict sigma2 = p->sigma2;
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

void K(lpli_post_step_slow)(const R(lpli_post_const_t) * c, const R(lpli_post_t) * p, real *restrict fprime,
                            real *restrict flt_before, const real *restrict delayed, const real *restrict lagged,
                            const real *restrict now, size_t n) {
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

/* Steps without spikes: fewer operations, and the quotients of E1 and E2 overlap with the rest. Adding 0 turns -0 into
 * 0, as adding the spikes of nobody does. Arrays as arguments, since there compilers believe that they do not overlap;
 * not inlined for that. */
__attribute__((noinline)) static void rows_fast(const R(lpli_post_const_t) * c, real *restrict err, real *restrict rise,
                                                real *restrict flt, real *restrict mean, real *restrict sigma2,
                                                real *restrict fprime, real *restrict flt_before, size_t ld,
                                                size_t rows, size_t n) {
    const R(lpli_post_const_t) k = *c;
    for (size_t row = 0; row < rows; row++, fprime += ld, flt_before += ld)
        for (size_t i = 0; i < n; i++) {
            const real residual = mean[i] * k.c_mean + 0;
            const real e = residual / (sigma2[i] + k.xi) * k.push + k.delta + 0;
            const real square = residual * residual;
            err[i] = e;
            sigma2[i] = k.k_sigma2 * (sigma2[i] + square * k.c_sigma2);
            mean[i] = k.k_mean * mean[i];
            flt_before[i] = flt[i];
            rise[i] = rise[i] + k.r_err_rise * (e - rise[i]);
            flt[i] = flt[i] + k.r_err_decay * (rise[i] - flt[i]);
            fprime[i] = surrogate(fprime[i], k.beta, k.v_theta);
        }
}

__attribute__((noinline)) static void rows_slow(const R(lpli_post_const_t) * c, real *restrict err, real *restrict rise,
                                                real *restrict flt, double *restrict mean, double *restrict sigma2,
                                                real *restrict fprime, real *restrict flt_before, size_t ld,
                                                size_t rows, size_t n) {
    const R(lpli_post_const_t) k = *c;
    for (size_t row = 0; row < rows; row++, fprime += ld, flt_before += ld)
        for (size_t i = 0; i < n; i++) {
            const double residual = mean[i] * k.slow_c_mean + 0;
            const real e = (real)(residual / (sigma2[i] + k.slow_xi) * k.slow_push) + k.delta + 0;
            const double variance = sigma2[i] + residual * residual * k.slow_c_sigma2;
            err[i] = e;
            sigma2[i] = variance + k.slow_sigma2 * variance;
            mean[i] = mean[i] + k.slow_mean * mean[i];
            flt_before[i] = flt[i];
            rise[i] = rise[i] + k.r_err_rise * (e - rise[i]);
            flt[i] = flt[i] + k.r_err_decay * (rise[i] - flt[i]);
            fprime[i] = surrogate(fprime[i], k.beta, k.v_theta);
        }
}

void K(lpli_post_rows)(const R(lpli_post_const_t) * c, const R(lpli_post_t) * p, real *fprime, real *flt_before,
                       size_t ld, size_t rows, size_t n) {
    rows_fast(c, p->err, p->rise, p->flt, p->mean, p->sigma2, fprime, flt_before, ld, rows, n);
}

void K(lpli_post_rows_slow)(const R(lpli_post_const_t) * c, const R(lpli_post_t) * p, real *fprime, real *flt_before,
                            size_t ld, size_t rows, size_t n) {
    rows_slow(c, p->err, p->rise, p->flt, p->mean64, p->sigma64, fprime, flt_before, ld, rows, n);
}

/* As many neurons as one register holds. A CPU without vectors takes them one by one. */
#ifdef LPLI_SCALAR
typedef real strip_t;
#else
typedef lpli_vec strip_t;
#endif

/* lpli_vec needs no alignment and may stand for any type. */
static inline strip_t load(const real *x) { return *(const strip_t *)(const void *)x; }
static inline void store(real *x, strip_t v) { *(strip_t *)(void *)x = v; }

/* The eight states of a strip stay in registers while it walks back through the rows. Caches see downward steps of a
 * row late, and a window of them is larger than most second-level caches: rows are asked for some steps before. */
enum { AHEAD = 12 };

void K(lpli_back_rows)(const R(lpli_back_const_t) * k, const R(lpli_back_t) * b, const real *fprime,
                       const real *err_flt, size_t ld, const R(lpli_back_row_t) * at, size_t rows, size_t all,
                       real *kept, size_t n) {
    const real r_decay = k->r_decay, k_rise = k->k_rise, r_psp = k->r_psp, k_syn = k->k_syn;
    for (size_t i = 0; i < n; i += sizeof(strip_t) / sizeof(real)) {
        strip_t y = load(b->y + i), c = load(b->c + i);
        strip_t sum_p = load(b->sum_p + i), elig_p = load(b->elig_p + i), flt_p = load(b->flt_p + i);
        strip_t sum_q = load(b->sum_q + i), elig_q = load(b->elig_q + i), flt_q = load(b->flt_q + i);
        const real *f_row = fprime + i, *e_row = err_flt + i;
        real *out = kept + i;
        for (size_t row = 0; row < rows; row++, f_row -= ld, e_row -= ld) {
            const strip_t f = load(f_row);
            if (row + AHEAD < all) {
                __builtin_prefetch(f_row - AHEAD * ld);
                __builtin_prefetch(e_row - AHEAD * ld);
            }
            y = (y - r_decay * y) + load(e_row);   /* B1 */
            c = k_rise * c + r_decay * y;          /* B2 */
            sum_p = k_syn * sum_p + r_psp * sum_q; /* B4, then B3: p takes the later step's q */
            sum_q = (sum_q - r_psp * sum_q) + f * c;
            elig_p = k_syn * elig_p + r_psp * elig_q;
            elig_q = (elig_q - r_psp * elig_q) + f * at[row].tail_elig;
            flt_p = k_syn * flt_p + r_psp * flt_q;
            flt_q = (flt_q - r_psp * flt_q) + f * at[row].tail_flt;
            if (at[row].keep) {
                store(out, sum_p), store(out + n, elig_p), store(out + 2 * n, flt_p);
                out += 3 * n;
            }
        }
        store(b->y + i, y), store(b->c + i, c);
        store(b->sum_p + i, sum_p), store(b->elig_p + i, elig_p), store(b->flt_p + i, flt_p);
        store(b->sum_q + i, sum_q), store(b->elig_q + i, elig_q), store(b->flt_q + i, flt_q);
    }
}

void K(lpli_follow)(real *restrict x, const real *restrict y, real r, size_t n) {
    for (size_t j = 0; j < n; j++) x[j] = x[j] + r * (y[j] - x[j]);
}

int K(lpli_any_wild)(const real *v, size_t n) {
#ifdef LPLI_F64
    uint64_t wild = 0; /* as wide as real, so that comparisons stay in their lanes */
#else
    uint32_t wild = 0;
#endif
    for (size_t i = 0; i < n; i++) wild |= !((v[i] < 0 ? -v[i] : v[i]) <= 1);
    return wild != 0;
}
