/* examples/worlds/images.c - see images.h. Nothing is trusted: sizes, labels and shapes are checked before anything is
 * kept. */
#include "images.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The whole file, or NULL and a sentence. */
static uint8_t *read_all(const char *path, size_t *bytes, char *why, size_t size) {
    FILE *f = fopen(path, "rb");
    long end = -1;
    uint8_t *data = NULL;
    if (f == NULL) {
        snprintf(why, size, "%s: cannot be opened", path);
        return NULL;
    }
    if (fseek(f, 0, SEEK_END) == 0) end = ftell(f);
    rewind(f);
    if (end > 0) data = malloc((size_t)end);
    if (data == NULL || fread(data, 1, (size_t)end, f) != (size_t)end) {
        snprintf(why, size, end <= 0 ? "%s: is empty" : "%s: cannot be read", path);
        free(data);
        data = NULL;
    }
    fclose(f);
    *bytes = (size_t)end;
    return data;
}

/* Path of folder/file, or of folder/subfolder/file as the archive unpacks; false if neither is there (path then names
 * the first). */
static bool find(char *path, size_t size, const char *folder, const char *subfolder, const char *file) {
    for (int k = 0; k < 2; k++) {
        const int n = k == 0 ? snprintf(path, size, "%s/%s", folder, file)
                             : snprintf(path, size, "%s/%s/%s", folder, subfolder, file);
        FILE *f = n >= 0 && (size_t)n < size ? fopen(path, "rb") : NULL;
        if (f != NULL) {
            fclose(f);
            return true;
        }
    }
    snprintf(path, size, "%s/%s", folder, file);
    return false;
}

static const char cifar_folder[] = "cifar-10-batches-bin", stl_folder[] = "stl10_binary";

bool images_cifar_exists(const char *folder, const char *file) {
    char path[1024];
    return find(path, sizeof path, folder, cifar_folder, file);
}

/* The whole of such a file, or NULL and a sentence. */
static uint8_t *read_found(char *path, size_t path_size, const char *folder, const char *subfolder, const char *file,
                           size_t *bytes, char *why, size_t size) {
    if (find(path, path_size, folder, subfolder, file)) return read_all(path, bytes, why, size);
    snprintf(why, size, "%s: there is no such file (nor in its subfolder %s)", path, subfolder);
    return NULL;
}

/* Room for n more images of this size; labels too if asked for. */
static bool grow(images_t *im, size_t n, size_t side, bool labels, char *why, size_t size) {
    const size_t pixels = 3 * side * side;
    if (im->n > 0 && (im->height != side || im->width != side || (im->labels != NULL) != labels)) {
        snprintf(why, size, "images of another kind are already there");
        return false;
    }
    uint8_t *p = realloc(im->pixels, (im->n + n) * pixels);
    if (p != NULL) im->pixels = p;
    int32_t *l = labels ? realloc(im->labels, (im->n + n) * sizeof *l) : NULL;
    if (l != NULL) im->labels = l;
    if (p == NULL || (labels && l == NULL)) {
        snprintf(why, size, "no memory for %zu images", im->n + n);
        return false;
    }
    im->height = im->width = side;
    return true;
}

bool images_cifar(images_t *im, const char *folder, const char *file, char *why, size_t size) {
    char path[1024];
    size_t bytes = 0;
    uint8_t *data = read_found(path, sizeof path, folder, cifar_folder, file, &bytes, why, size);
    if (data == NULL) return false;
    const size_t n = bytes / CIFAR_RECORD;
    bool good = bytes % CIFAR_RECORD == 0;
    if (!good)
        snprintf(why, size, "%s: has %zu bytes, need a multiple of %d (cut short, or not CIFAR-10's binary form)", path,
                 bytes, CIFAR_RECORD);
    for (size_t k = 0; good && k < n; k++) {
        good = data[k * CIFAR_RECORD] < 10;
        if (!good) snprintf(why, size, "%s: record %zu has label %d, need 0 .. 9", path, k, data[k * CIFAR_RECORD]);
    }
    good = good && grow(im, n, CIFAR_SIDE, true, why, size);
    for (size_t k = 0; good && k < n; k++) {
        im->labels[im->n + k] = data[k * CIFAR_RECORD];
        memcpy(im->pixels + (im->n + k) * CIFAR_PIXELS, data + k * CIFAR_RECORD + 1, CIFAR_PIXELS);
    }
    if (good) im->n += n;
    free(data);
    return good;
}

bool images_stl(images_t *im, const char *folder, const char *name, char *why, size_t size) {
    char path[1024], file[64];
    size_t bytes = 0, label_bytes = 0;
    const bool labelled = strcmp(name, "unlabeled") != 0;
    snprintf(file, sizeof file, "%s_X.bin", name);
    uint8_t *data = read_found(path, sizeof path, folder, stl_folder, file, &bytes, why, size), *labels = NULL;
    if (data == NULL) return false;
    const size_t n = bytes / STL_PIXELS;
    bool good = bytes % STL_PIXELS == 0;
    if (!good) snprintf(why, size, "%s: has %zu bytes, need a multiple of %d", path, bytes, STL_PIXELS);
    if (good && labelled) {
        snprintf(file, sizeof file, "%s_y.bin", name);
        labels = read_found(path, sizeof path, folder, stl_folder, file, &label_bytes, why, size);
        good = labels != NULL;
        if (good && label_bytes != n) {
            snprintf(why, size, "%s: has %zu labels for %zu images", path, label_bytes, n);
            good = false;
        }
        for (size_t k = 0; good && k < n; k++) {
            good = labels[k] >= 1 && labels[k] <= 10;
            if (!good) snprintf(why, size, "%s: label %zu is %d, need 1 .. 10", path, k, labels[k]);
        }
    }
    good = good && grow(im, n, STL_SIDE, labelled, why, size);
    for (size_t k = 0; good && k < n; k++) {
        if (labelled) im->labels[im->n + k] = labels[k] - 1;
        for (size_t c = 0; c < 3; c++)
            for (size_t x = 0; x < STL_SIDE; x++)
                for (size_t y = 0; y < STL_SIDE; y++)
                    im->pixels[(((im->n + k) * 3 + c) * STL_SIDE + y) * STL_SIDE + x] =
                        data[((k * 3 + c) * STL_SIDE + x) * STL_SIDE + y];
    }
    if (good) im->n += n;
    free(data);
    free(labels);
    return good;
}

void images_free(images_t *im) {
    free(im->pixels);
    free(im->labels);
    *im = (images_t){0};
}
