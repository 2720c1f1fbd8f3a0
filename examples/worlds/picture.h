/* examples/worlds/picture.h - a figure that is a picture of bytes (RGB), with words beside its rows. */
#ifndef EXAMPLES_PICTURE_H
#define EXAMPLES_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "figure.h"

typedef struct picture_t {
    const uint8_t *rgb; /* height x width x 3 */
    size_t height, width;
    const char *const *names; /* n words on the left ... */
    const double *at;         /* ... at so many pixels from the upper edge */
    size_t n;
    figure_axis_t x; /* in pixels */
} picture_t;

/* The picture as NAME.png in FOLDER/data, and the figure around it (figure.h). Without libpng: FOLDER/NAME.ppm alone.
 * On failure false, after a sentence on stderr. */
bool picture_figure(const picture_t *p, const char *folder, const char *name, const char *title, const char *where,
                    const char *caption);

#endif
