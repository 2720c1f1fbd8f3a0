/* examples/worlds/stills.c - see stills.h. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "stills.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#ifdef HAVE_PNG
#include <png.h>
#endif

#include "idx.h"
#include "images.h"
#include "must.h"
#include "videofile.h"

enum { PATH = 2048, LARGEST = 16384 };

/* What was found so far, and where sentences go. */
typedef struct {
    grey_t *picture;
    size_t n, room, least;
    char *why;
    size_t size;
} found_t;

/* Keep a picture, averaged down where it is wide. */
static bool keep(found_t *f, const char *name, const uint8_t *bytes, size_t width, size_t height) {
    const size_t by = (width + STILLS_WIDTH - 1) / STILLS_WIDTH, w = width / by, h = height / by;
    if (w < f->least || h < f->least) {
        snprintf(f->why, f->size, "%s: a picture of %zu x %zu pixels, need at least %zu x %zu", name, w, h, f->least,
                 f->least);
        return false;
    }
    if (f->n == f->room) {
        f->room = 2 * f->room + 16;
        grey_t *more = must_alloc(f->room, sizeof *more);
        if (f->n > 0) memcpy(more, f->picture, f->n * sizeof *more);
        free(f->picture);
        f->picture = more;
    }
    uint8_t *small = must_alloc(w * h, 1);
    for (size_t y = 0; y < h; y++)
        for (size_t x = 0; x < w; x++) {
            size_t sum = 0;
            for (size_t k = 0; k < by * by; k++) sum += bytes[(y * by + k / by) * width + x * by + k % by];
            small[y * w + x] = (uint8_t)((sum + by * by / 2) / (by * by));
        }
    f->n += grey_from_bytes(&f->picture[f->n], small, w, h);
    free(small);
    return true;
}

#ifdef HAVE_PNG
static bool read_png(found_t *f, const char *path) {
    png_image image = {.version = PNG_IMAGE_VERSION};
    bool good = png_image_begin_read_from_file(&image, path) != 0;
    if (good && (image.width > LARGEST || image.height > LARGEST)) {
        snprintf(f->why, f->size, "%s: a picture of %lu x %lu pixels, need at most %d", path,
                 (unsigned long)image.width, (unsigned long)image.height, LARGEST);
        png_image_free(&image);
        return false;
    }
    if (good) {
        image.format = PNG_FORMAT_GRAY;
        uint8_t *bytes = must_alloc(PNG_IMAGE_SIZE(image), 1);
        const png_color black = {0, 0, 0}; /* behind what is transparent */
        good = png_image_finish_read(&image, &black, bytes, 0, NULL) != 0;
        if (good) {
            good = keep(f, path, bytes, image.width, image.height);
            free(bytes);
            return good;
        }
        free(bytes);
    }
    snprintf(f->why, f->size, "%s: cannot be read as PNG (%s)", path, image.message);
    png_image_free(&image);
    return false;
}
#endif

static bool read_any(found_t *f, const char *path) {
    videofile_t *v = videofile_open(path, 0, f->why, f->size);
    if (v == NULL) return false;
    uint8_t *bytes = must_alloc(videofile_width(v) * videofile_height(v), 1);
    const bool good =
        videofile_next(v, bytes, f->why, f->size) == 1 && keep(f, path, bytes, videofile_width(v), videofile_height(v));
    free(bytes);
    videofile_close(v);
    return good;
}

static bool ends_with(const char *name, const char *end) {
    const size_t n = strlen(name), m = strlen(end);
    return n > m && strcasecmp(name + n - m, end) == 0;
}

static bool is_picture(const char *name) {
    static const char *const ends[] = {".png", ".jpg", ".jpeg", ".ppm", ".pgm", ".bmp", ".tif", ".tiff", ".webp"};
    for (size_t k = 0; k < sizeof ends / sizeof ends[0]; k++)
        if (name[0] != '.' && ends_with(name, ends[k])) return true;
    return false;
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* Pictures that are files of the folder. */
static bool read_pictures(found_t *f, const char *folder) {
    char **names = NULL, path[PATH];
    size_t n = 0, room = 0;
    bool good = true;
    DIR *d = opendir(folder);
    if (d == NULL) {
        snprintf(f->why, f->size, "%s: no folder that can be read (%s)", folder, strerror(errno));
        return false;
    }
    for (const struct dirent *e; (e = readdir(d)) != NULL;) { /* all: which come first is the file system's secret */
        if (!is_picture(e->d_name)) continue;
        if (n == room) {
            room = 2 * room + 64;
            char **more = must_alloc(room, sizeof *more);
            if (n > 0) memcpy(more, names, n * sizeof *more);
            free(names);
            names = more;
        }
        names[n] = must_alloc(strlen(e->d_name) + 1, 1);
        strcpy(names[n++], e->d_name);
    }
    closedir(d);
    if (n > 0) qsort(names, n, sizeof *names, by_name);
    for (size_t k = 0; good && k < n && f->n < STILLS_MOST; k++) {
        if (snprintf(path, sizeof path, "%s/%s", folder, names[k]) >= PATH) {
            snprintf(f->why, f->size, "%s: the name of a picture is too long", folder);
            good = false;
            break;
        }
#ifdef HAVE_PNG
        if (ends_with(names[k], ".png")) {
            good = read_png(f, path);
            continue;
        }
#endif
        good = read_any(f, path);
    }
    for (size_t k = 0; k < n; k++) free(names[k]);
    free(names);
    return good;
}

static bool exists(const char *folder, const char *subfolder, const char *file) {
    char path[PATH];
    for (int k = 0; k < 2; k++) {
        snprintf(path, sizeof path, "%s/%s%s%s", folder, k ? subfolder : "", k ? "/" : "", file);
        FILE *f = fopen(path, "rb");
        if (f != NULL) {
            fclose(f);
            return true;
        }
    }
    return false;
}

/* A picture twice as wide and high: its pixels fourfold. */
static bool keep_doubled(found_t *f, const char *name, const uint8_t *grey, size_t width, size_t height) {
    uint8_t *wide = must_alloc(4 * width * height, 1);
    for (size_t y = 0; y < 2 * height; y++)
        for (size_t x = 0; x < 2 * width; x++) wide[y * 2 * width + x] = grey[y / 2 * width + x / 2];
    const bool good = keep(f, name, wide, 2 * width, 2 * height);
    free(wide);
    return good;
}

static bool keep_images(found_t *f, const char *folder, images_t *im, bool doubled) {
    const size_t pixels = im->height * im->width;
    uint8_t *rgb = must_alloc(3 * pixels, 1), *grey = must_alloc(pixels, 1);
    bool good = true;
    for (size_t k = 0; good && k < im->n && f->n < STILLS_MOST; k++) {
        for (size_t q = 0; q < 3 * pixels; q++) rgb[q] = im->pixels[(k * 3 + q % 3) * pixels + q / 3];
        grey_from_rgb(grey, rgb, pixels);
        good = doubled ? keep_doubled(f, folder, grey, im->width, im->height)
                       : keep(f, folder, grey, im->width, im->height);
    }
    free(rgb), free(grey);
    images_free(im);
    return good;
}

/* The files of the data sets that other programs read. */
static bool read_sets(found_t *f, const char *folder) {
    images_t im = {0};
    if (images_cifar_exists(folder, "data_batch_1.bin"))
        return images_cifar(&im, folder, "data_batch_1.bin", f->why, f->size) && keep_images(f, folder, &im, true);
    if (exists(folder, "stl10_binary", "train_X.bin"))
        return images_stl(&im, folder, "train", f->why, f->size) && keep_images(f, folder, &im, false);
    idx_t digits, labels;
    char unused[400];
    if (!idx_read_pair(&digits, &labels, folder, "train", unused, sizeof unused)) return true; /* none of these */
    bool good = true;
    for (size_t k = 0; good && k < digits.count && f->n < STILLS_MOST; k++)
        good = keep_doubled(f, folder, digits.data + k * digits.rows * digits.cols, digits.cols, digits.rows);
    free(digits.data), free(labels.data);
    return good;
}

bool stills_read(grey_t **out, size_t *n, const char *folder, size_t least, char *why, size_t size) {
    found_t f = {.least = least, .why = why, .size = size};
    const bool good = read_pictures(&f, folder) && (f.n > 0 || read_sets(&f, folder));
    if (good && f.n > 0) {
        *out = f.picture, *n = f.n;
        return true;
    }
    if (good)
        snprintf(why, size,
                 "%s: no pictures in this folder (PNG%s, or the files of CIFAR-10, STL-10 or MNIST), or all of one "
                 "brightness",
                 folder, videofile_can() ? ", JPEG, PPM, BMP, TIFF, WebP" : "; built without FFmpeg's libraries");
    stills_free(f.picture, f.n);
    return false;
}

void stills_free(grey_t *pictures, size_t n) {
    for (size_t k = 0; k < n; k++) grey_free(&pictures[k]);
    free(pictures);
}
