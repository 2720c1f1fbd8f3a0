/* examples/worlds/idx.h - MNIST's idx files, plain or gzip'ed (with zlib).
 *
 * Images: 00 00 08 03, count, rows, columns as big-endian 32-bit numbers, then count * rows * columns bytes (0 =
 * background). Labels: 00 00 08 01, count, then count bytes. */
#ifndef EXAMPLES_IDX_H
#define EXAMPLES_IDX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct idx_t {
    uint8_t *data; /* count * rows * cols bytes; free() ends it */
    size_t count;
    size_t rows; /* 1 for labels */
    size_t cols; /* 1 for labels */
} idx_t;

/* Read one file. On failure false, and a sentence in why (size bytes) that names the file and what was found in it. */
bool idx_read_images(idx_t *out, const char *path, char *why, size_t size);
bool idx_read_labels(idx_t *out, const char *path, char *why, size_t size);

/* Read FOLDER/STEM-images-idx3-ubyte and FOLDER/STEM-labels-idx1-ubyte (stem "train" or "t10k"), each with or without
 * ".gz", also as STEM-images.idx3-ubyte, also in the folder's subfolder MNIST/raw or raw, and check that they belong
 * together. */
bool idx_read_pair(idx_t *images, idx_t *labels, const char *folder, const char *stem, char *why, size_t size);

#endif
