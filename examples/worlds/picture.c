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

#include "figure.h"
#include "output.h"

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

bool picture_write(const char *folder, const char *name, const uint8_t *rgb, size_t height, size_t width,
                   const char *where, const char *caption) {
#ifdef HAVE_PNG
    const char *kind = "png";
#else
    const char *kind = "ppm";
#endif
    char path[1024];
    if (!figure_folder(folder)) return false;
    if (snprintf(path, sizeof path, "%s/%s.%s", folder, name, kind) >= (int)sizeof path) {
        fprintf(stderr, "a path of %zu letters is too long\n", strlen(folder));
        output_lost();
        return false;
    }
    if (!figure_caption(folder, name, where, caption)) return false;
    errno = 0;
    if (!put(path, rgb, height, width)) {
        fprintf(stderr, "cannot write %s: %s\n", path,
                errno != 0 ? strerror(errno) : "the picture could not be encoded");
        output_lost();
        return false;
    }
    fprintf(stderr, "wrote %s\n", path);
    return true;
}
