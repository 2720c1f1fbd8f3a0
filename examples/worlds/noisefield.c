/* examples/worlds/noisefield.c - see noisefield.h. */
#include "noisefield.h"

#include <math.h>

#include "must.h"

/* Cooley and Tukey, radix 2, on a copy without gaps. */
void noisefield_transform(double *z, size_t n, size_t step) {
    double *a = must_alloc(2 * n, sizeof *a);
    size_t bits = 0;
    while ((size_t)1 << bits < n) bits++;
    for (size_t k = 0; k < n; k++) {
        size_t reversed = 0;
        for (size_t b = 0; b < bits; b++) reversed |= (k >> b & 1) << (bits - 1 - b);
        a[2 * reversed] = z[2 * k * step], a[2 * reversed + 1] = z[2 * k * step + 1];
    }
    for (size_t half = 1; half < n; half *= 2)
        for (size_t j = 0; j < half; j++) {
            const double angle = 4 * atan(1) * (double)j / (double)half, c = cos(angle), s = sin(angle);
            for (size_t k = j; k < n; k += 2 * half) {
                double *p = a + 2 * k, *q = p + 2 * half;
                const double re = c * q[0] - s * q[1], im = c * q[1] + s * q[0];
                q[0] = p[0] - re, q[1] = p[1] - im;
                p[0] += re, p[1] += im;
            }
        }
    for (size_t k = 0; k < n; k++) z[2 * k * step] = a[2 * k], z[2 * k * step + 1] = a[2 * k + 1];
    free(a);
}

static double frequency(size_t k, size_t side) { return k <= side / 2 ? (double)k : (double)side - (double)k; }

/* One part of the complex field, normalised. */
static void take(grey_t *out, const double *z, size_t side) {
    const size_t n = side * side;
    double mean = 0, square = 0;
    for (size_t k = 0; k < n; k++) mean += z[2 * k] / (double)n;
    for (size_t k = 0; k < n; k++) square += (z[2 * k] - mean) * (z[2 * k] - mean) / (double)n;
    *out = (grey_t){side, side, must_alloc(n, sizeof *out->p)};
    for (size_t k = 0; k < n; k++) out->p[k] = (float)((z[2 * k] - mean) / sqrt(square));
}

void noisefield_make(grey_t *out, size_t n, size_t side, uint64_t seed) {
    const size_t all = side * side;
    double *z = must_alloc(2 * all, sizeof *z);
    for (size_t pair = 0; pair < n / 2; pair++) {
        MUST(lpl_random_normal_f64(z, 2 * all, seed, 30, pair * 2 * all));
        for (size_t y = 0; y < side; y++)
            for (size_t x = 0; x < side; x++) {
                const double f = hypot(frequency(x, side), frequency(y, side));
                for (size_t part = 0; part < 2; part++) z[2 * (y * side + x) + part] *= f > 0 ? 1 / f : 0;
            }
        for (size_t k = 0; k < side; k++) noisefield_transform(z + 2 * k * side, side, 1);
        for (size_t k = 0; k < side; k++) noisefield_transform(z + 2 * k, side, side);
        take(&out[2 * pair], z, side);
        take(&out[2 * pair + 1], z + 1, side);
    }
    free(z);
}
