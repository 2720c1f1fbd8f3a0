/* activation/exp.h - exp(x) and exp(x) - 1 in double, without branches and without libm, so that loops over it
 * vectorise and give the same bits on every CPU. Error below 2 ulp for |x| <= 700; NaN stays NaN; results saturate
 * beyond +-700.
 *
 * x = k ln 2 + r, |r| <= ln 2 / 2;  exp(x) - 1 = 2^k (exp(r) - 1) + (2^k - 1), exp(r) - 1 by its Taylor series to r^13
 * (rest < 2e-17 r). lpli_exp_parts returns exp(r) - 1 and sets *scale = 2^k. */
#ifndef LPLI_EXP_H
#define LPLI_EXP_H

#include <stdint.h>
#include <string.h>

static inline double lpli_exp_parts(double x, double *scale) {
    const double shifter =
        6755399441055744.0; /* 1.5 * 2^52: adding it rounds to an integer, whose bits are then the low bits */
    x = x > 700 ? 700 : x;
    x = x < -700 ? -700 : x;
    const double t = x * 1.4426950408889634 + shifter, k = t - shifter;
    const double r = (x - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10;
    int64_t bits;
    memcpy(&bits, &t, sizeof bits);
    bits = (int64_t)(((uint64_t)bits + 1023) << 52);
    memcpy(scale, &bits, sizeof *scale);
    const double q = r * r; /* even and odd powers side by side: half as long a chain of dependent operations */
    double even = 1.0 / 479001600.0, odd = 1.0 / 6227020800.0;
    even = even * q + 1.0 / 3628800.0;
    odd = odd * q + 1.0 / 39916800.0;
    even = even * q + 1.0 / 40320.0;
    odd = odd * q + 1.0 / 362880.0;
    even = even * q + 1.0 / 720.0;
    odd = odd * q + 1.0 / 5040.0;
    even = even * q + 1.0 / 24.0;
    odd = odd * q + 1.0 / 120.0;
    even = even * q + 0.5;
    odd = odd * q + 1.0 / 6.0;
    return r + (even + odd * r) * q;
}

static inline double lpli_expm1(double x) {
    double scale, p = lpli_exp_parts(x, &scale);
    return scale * p + (scale - 1);
}

static inline double lpli_exp(double x) {
    double scale, p = lpli_exp_parts(x, &scale);
    return scale * p + scale;
}

/* tanh x = e / (e + 2), e = exp(2x) - 1. */
static inline double lpli_tanh(double x) {
    const double e = lpli_expm1(2 * x);
    return e / (e + 2);
}

#endif
