/* activation/gauss.h - the distribution function of the normal distribution and its density, for gelu. Like exp.h
 * without branches and without libm: loops vectorise, and the bits are the same on every CPU.
 *
 * With s = |x|, Phi(-s) = exp(-s^2 / 2) Q(s), and (s + 4) Q(s) is a polynomial in t = (s - 4) / (s + 4), which runs
 * over -1 .. 1: the Chebyshev expansion of that function (interpolated at 60 points with 40 digits, like Shepherd &
 * Laframboise 1981 for erfc), cut where the relative error of Q is 5e-16 (double) and 2e-9 (float). */
#ifndef LPLI_GAUSS_H
#define LPLI_GAUSS_H

#include "activation/exp.h"
#include "core/real.h"

/* The coefficients, from t^0 on. */
#ifdef LPLI_F64
#define LPLI_GAUSS_TERMS 23
#else
#define LPLI_GAUSS_TERMS 12
#endif
static const double lpli_gauss_q[LPLI_GAUSS_TERMS] = {
#ifdef LPLI_F64
    /* clang-format off */
0.7552851304157514, -0.607896641971893, 0.3871374007422266, -0.1865218579595787,
    0.06039657489036092, -0.007540188968891619, -0.0034796923566515025, 0.0016308184854735856,
    0.00013334420916014778, -0.00023109513778728935, -1.907676030719098e-06, 3.514560235904452e-05,
    7.146021531267463e-07, -5.9228937775419286e-06, -6.249551077565179e-07, 1.0269840701431931e-06,
    2.6473372819798695e-07, -1.622316320853568e-07, -7.87836034269365e-08, 1.9569608939974084e-08,
    1.606738695732946e-08, -1.277235143295779e-09, -1.6886576966786845e-09
#else
    0.7552851305166057, -0.6078966313662241, 0.38713739385984314, -0.1865221598399514,
    0.060396648278004936, -0.007537717159683632, -0.0034799546374434, 0.0016220401055284282,
    0.00013365338709444132, -0.0002155737762864521, -1.7310823014754179e-06, 2.118298425522466e-05
/* clang-format on */
#endif
};

/* Phi(x); *density = exp(-x^2 / 2) / sqrt(2 pi). Both are 0 or 1 beyond |x| = 38, where a double has no more of
 * them. */
static inline double lpli_gauss(double x, double *density) {
    const double s = x < 0 ? -x : x, d = 1 / (s + 4), t = (s - 4) * d, square = x * x;
    const double e = square > 1444 ? 0 : lpli_exp(-0.5 * square);
    double p = lpli_gauss_q[LPLI_GAUSS_TERMS - 1];
#ifndef LPLI_SCALAR
#pragma GCC unroll 32
#endif
    for (int k = LPLI_GAUSS_TERMS - 2; k >= 0; k--) p = p * t + lpli_gauss_q[k];
    const double tail = e * (p * d);
    *density = e * 0.3989422804014327;
    return x < 0 ? tail : 1 - tail;
}

#endif
