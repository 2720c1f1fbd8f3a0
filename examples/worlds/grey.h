/* examples/worlds/grey.h - grey pictures of any size: what gazes wander over (gaze.h). */
#ifndef EXAMPLES_GREY_H
#define EXAMPLES_GREY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct grey_t {
    size_t width, height;
    float *p; /* row by row, zero mean and unit variance */
} grey_t;

/* From bytes (row by row). false if all pixels are the same: it has no variance to be divided by. */
bool grey_from_bytes(grey_t *out, const uint8_t *bytes, size_t width, size_t height);
/* Brightness of n pixels of red, green, blue in a row. */
void grey_from_rgb(uint8_t *grey, const uint8_t *rgb, size_t n);
/* Value at a place between pixels; 0 <= x <= width - 1, likewise y (periodic: any, the picture repeats). */
float grey_at(const grey_t *g, double x, double y, bool periodic);
void grey_free(grey_t *g);

#endif
