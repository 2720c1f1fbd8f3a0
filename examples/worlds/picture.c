/* examples/worlds/picture.c - see picture.h. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "picture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#ifdef HAVE_PNG
#include <png.h>
#endif

#include "must.h"

static bool put(const char *path, const uint8_t *rgb, size_t height, size_t width) {
#ifdef HAVE_PNG
    png_image image;
    memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    image.width = (png_uint_32)width;
    image.height = (png_uint_32)height;
    image.format = PNG_FORMAT_RGB;
    return png_image_write_to_file(&image, path, 0, rgb, 0, NULL) != 0;
#else
    FILE *f = fopen(path, "wb");
    if (f == NULL) return false;
    const bool written =
        fprintf(f, "P6\n%zu %zu\n255\n", width, height) > 0 && fwrite(rgb, 3 * width, height, f) == height;
    return fclose(f) == 0 && written;
#endif
}

bool picture_figure(const picture_t *p, const char *folder, const char *name, const char *title, const char *where,
                    const char *caption) {
    enum { LEFT = 190, RIGHT = 20, BELOW = 16, AXIS = 66, ABOVE = 48 };
    const int bottom = p->x.label != NULL ? AXIS : BELOW;
    const size_t larger = p->width < 800 ? 1000 / p->width : 1; /* so that it is as large as its words ask for */
    const double w = (double)(larger * p->width), h = (double)(larger * p->height), wide = w + LEFT + RIGHT,
                 high = h + bottom + ABOVE;
    char path[1024];
    figure_t f;
    if (!figure_open(&f, folder, name, (int)wide, (int)high, title, where, caption)) return false;
#ifdef HAVE_PNG
    figure_path(&f, NULL, "png", path, sizeof path);
#else
    snprintf(path, sizeof path, "%s/%s.ppm", folder, name);
#endif
    errno = 0;
    if (!put(path, p->rgb, p->height, p->width)) {
        fprintf(stderr, "cannot write %s: %s\n", path,
                errno != 0 ? strerror(errno) : "the picture could not be encoded");
        f.failed = true;
    }
    double *from_below = must_alloc(p->n + 1, sizeof *from_below);
    for (size_t k = 0; k < p->n; k++) from_below[k] = (double)p->height - p->at[k];
#ifdef HAVE_PNG
    figure_axis_t x = p->x;
    if (x.low == x.high) x.low = 0, x.high = (double)p->width;
    figure_panel(&f,
                 &(figure_panel_t){
                     .title = title,
                     .x = x,
                     .y = {.low = 0, .high = (double)p->height, .names = p->names, .at = from_below, .n_names = p->n},
                     .place = {LEFT / wide, (LEFT + w) / wide, bottom / high, (bottom + h) / high}});
    figure_mark(&f, &(figure_mark_t){.kind = FIGURE_PICTURE});
#endif
    const bool written = figure_close(&f);
    free(from_below);
    return written;
}
