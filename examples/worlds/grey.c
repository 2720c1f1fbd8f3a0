/* examples/worlds/grey.c - see grey.h. */
#include "grey.h"

#include <math.h>

#include "must.h"

bool grey_from_bytes(grey_t *out, const uint8_t *bytes, size_t width, size_t height) {
    const size_t n = width * height;
    double sum = 0, square = 0;
    for (size_t k = 0; k < n; k++) sum += bytes[k];
    for (size_t k = 0; k < n; k++) square += (bytes[k] - sum / (double)n) * (bytes[k] - sum / (double)n);
    if (!(square > 0)) return false;
    const double mean = sum / (double)n, sd = sqrt(square / (double)n);
    *out = (grey_t){width, height, must_alloc(n, sizeof *out->p)};
    for (size_t k = 0; k < n; k++) out->p[k] = (float)((bytes[k] - mean) / sd);
    return true;
}

void grey_from_rgb(uint8_t *grey, const uint8_t *rgb, size_t n) {
    for (size_t k = 0; k < n; k++)
        grey[k] = (uint8_t)((299 * rgb[3 * k] + 587 * rgb[3 * k + 1] + 114 * rgb[3 * k + 2] + 500) / 1000);
}

float grey_at(const grey_t *g, double x, double y, bool periodic) {
    const double left = floor(x), top = floor(y);
    const float u = (float)(x - left), v = (float)(y - top);
    long column = (long)left, row = (long)top;
    const long w = (long)g->width, h = (long)g->height;
    if (periodic) column = (column % w + w) % w, row = (row % h + h) % h;
    const long column1 = periodic ? (column + 1) % w : column + (column + 1 < w), /* on the last pixel u is 0 */
        row1 = periodic ? (row + 1) % h : row + (row + 1 < h);
    const float *a = g->p + row * w, *b = g->p + row1 * w;
    return (1 - v) * ((1 - u) * a[column] + u * a[column1]) + v * ((1 - u) * b[column] + u * b[column1]);
}

void grey_free(grey_t *g) {
    free(g->p);
    *g = (grey_t){0};
}
