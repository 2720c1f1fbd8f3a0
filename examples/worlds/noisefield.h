/* examples/worlds/noisefield.h - random pictures with the amplitude spectrum of natural ones, 1 / |f|: a world without
 * files. What slowness makes of a movie does not depend on more than that (Wiskott, Sprekeler & Berkes 2007). */
#ifndef EXAMPLES_NOISEFIELD_H
#define EXAMPLES_NOISEFIELD_H

#include "grey.h"

enum { NOISE_SIDE = 512, NOISE_FIELDS = 8 };

/* Periodic pictures of side x side pixels (a power of 2), Gaussian, zero mean, unit variance; two at a time, real and
 * imaginary part of the inverse transform of complex white noise / |f|. n is even. */
void noisefield_make(grey_t *out, size_t n, size_t side, uint64_t seed);

/* Inverse discrete Fourier transform without a factor, in place: n (a power of 2) complex numbers, `step` apart; re and
 * im of one number beside each other. */
void noisefield_transform(double *z, size_t n, size_t step);

#endif
