/* examples/worlds/idx.c - see idx.h. Plain and compressed files: gz.h. */
#include "idx.h"

#include "gz.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC_IMAGES 0x00000803u
#define MAGIC_LABELS 0x00000801u
#define LARGEST ((size_t)1 << 30) /* bytes of one file: twenty times MNIST */

static bool refuse(char *why, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

static bool refuse(char *why, size_t size, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(why, size, format, args);
    va_end(args);
    return false;
}

static uint32_t big_endian(const uint8_t *b) {
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | (uint32_t)b[3];
}

static bool read_body(idx_t *out, gz_t *file, const char *path, uint32_t magic, char *why, size_t size) {
    const char *kind = magic == MAGIC_IMAGES ? "images" : "labels";
    size_t head_size = magic == MAGIC_IMAGES ? 16 : 8;
    uint8_t head[16] = {0}, one;
    size_t got = gz_read(file, head, head_size);
    size_t item, bytes;
    if (gz_is_compressed(head, got))
        return refuse(why, size, "%s is compressed, and this program was built without zlib: gunzip it first", path);
    if (gz_bad(file) != NULL) return refuse(why, size, "%s: %s", path, gz_bad(file));
    if (got < 4) return refuse(why, size, "%s has %zu bytes: no idx file of %s", path, got, kind);
    if (big_endian(head) != magic)
        return refuse(why, size, "%s starts with 0x%08x; an idx file of %s starts with 0x%08x", path,
                      (unsigned)big_endian(head), kind, (unsigned)magic);
    if (got < head_size)
        return refuse(why, size, "%s ends after %zu bytes, inside its head of %zu", path, got, head_size);
    out->count = big_endian(head + 4);
    out->rows = magic == MAGIC_IMAGES ? big_endian(head + 8) : 1;
    out->cols = magic == MAGIC_IMAGES ? big_endian(head + 12) : 1;
    if (out->count == 0 || out->rows == 0 || out->cols == 0 || out->rows > 4096 || out->cols > 4096 ||
        out->count > LARGEST / (out->rows * out->cols))
        return refuse(why, size, "%s promises %zu %s of %zu x %zu: not a size that can be meant", path, out->count,
                      kind, out->rows, out->cols);
    item = out->rows * out->cols;
    bytes = out->count * item;
    out->data = malloc(bytes);
    if (out->data == NULL) return refuse(why, size, "no memory for the %zu bytes of %s", bytes, path);
    got = gz_read(file, out->data, bytes);
    if (got == bytes && gz_read(file, &one, 1) != 0)
        return refuse(why, size, "%s goes on after the %zu %s that it promises", path, out->count, kind);
    /* Asked after that one byte more: only then has the last checksum been read. */
    if (gz_bad(file) != NULL) return refuse(why, size, "%s: %s", path, gz_bad(file));
    if (got < bytes)
        return refuse(why, size, "%s promises %zu %s but ends after %zu of them", path, out->count, kind, got / item);
    return true;
}

static bool read_idx(idx_t *out, const char *path, uint32_t magic, char *why, size_t size) {
    gz_t *file = gz_open(path);
    bool ok;
    memset(out, 0, sizeof *out);
    if (file == NULL) return refuse(why, size, "cannot open %s: %s", path, strerror(errno));
    ok = read_body(out, file, path, magic, why, size);
    gz_close(file);
    if (!ok) {
        free(out->data);
        memset(out, 0, sizeof *out);
    }
    return ok;
}

bool idx_read_images(idx_t *out, const char *path, char *why, size_t size) {
    return read_idx(out, path, MAGIC_IMAGES, why, size);
}

bool idx_read_labels(idx_t *out, const char *path, char *why, size_t size) {
    return read_idx(out, path, MAGIC_LABELS, why, size);
}

/* Where people have these files: as MNIST's page names them, as some unpackers do, and where torchvision puts them. */
static const char *const subfolders[] = {"", "MNIST/raw/", "raw/"};

/* Path of FOLDER/[SUBFOLDER/]STEM-WHAT-KIND[.gz], or with a dot before KIND; false, and a sentence, if there is none of
 * these. */
static bool choose(char *path, size_t path_size, const char *folder, const char *stem, const char *what,
                   const char *kind, char *why, size_t size) {
    for (size_t k = 0; k < 4 * (sizeof subfolders / sizeof *subfolders); k++) {
        snprintf(path, path_size, "%s/%s%s-%s%c%s%s", folder, subfolders[k / 4], stem, what, k % 4 < 2 ? '-' : '.',
                 kind, k % 2 == 0 ? "" : ".gz");
        FILE *file = fopen(path, "rb");
        if (file != NULL) {
            fclose(file);
            return true;
        }
        if (errno != ENOENT && errno != ENOTDIR) return true; /* it is there: the reader says what is wrong with it */
    }
    return refuse(
        why, size,
        "%s holds no %s-%s-%s (looked for also: %s-%s.%s, each with .gz, and in the subfolders MNIST/raw and raw)",
        folder, stem, what, kind, stem, what, kind);
}

bool idx_read_pair(idx_t *images, idx_t *labels, const char *folder, const char *stem, char *why, size_t size) {
    char image_path[1024], label_path[1024];
    memset(images, 0, sizeof *images);
    memset(labels, 0, sizeof *labels);
    if (strlen(folder) > 900)
        return refuse(why, size, "the folder's name has %zu letters, at most 900 can be used", strlen(folder));
    if (!choose(image_path, sizeof image_path, folder, stem, "images", "idx3-ubyte", why, size) ||
        !choose(label_path, sizeof label_path, folder, stem, "labels", "idx1-ubyte", why, size))
        return false;
    if (!idx_read_images(images, image_path, why, size)) return false;
    if (!idx_read_labels(labels, label_path, why, size)) {
        free(images->data);
        memset(images, 0, sizeof *images);
        return false;
    }
    if (images->count != labels->count) {
        refuse(why, size, "%s has %zu images, %s has %zu labels", image_path, images->count, label_path, labels->count);
        free(images->data);
        free(labels->data);
        memset(images, 0, sizeof *images);
        memset(labels, 0, sizeof *labels);
        return false;
    }
    return true;
}
