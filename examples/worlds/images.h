/* examples/worlds/images.h - small colour images with labels: CIFAR-10 and STL-10 in their binary forms. */
#ifndef EXAMPLES_IMAGES_H
#define EXAMPLES_IMAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sides, bytes of an image, bytes of a record of CIFAR-10's files. */
enum {
    CIFAR_SIDE = 32,
    CIFAR_PIXELS = 3 * CIFAR_SIDE * CIFAR_SIDE,
    CIFAR_RECORD = 1 + CIFAR_PIXELS,
    STL_SIDE = 96,
    STL_PIXELS = 3 * STL_SIDE * STL_SIDE
};

/* n images, planar: pixel (c, y, x) of image k is pixels[((k * 3 + c) * height + y) * width + x]. */
typedef struct images_t {
    size_t n, height, width;
    uint8_t *pixels;
    int32_t *labels; /* 0 .. 9, or NULL (STL-10 unlabelled) */
} images_t;

/* Append the records of a CIFAR-10 file (data_batch_N.bin, test_batch.bin: label byte, then 1024 red, green, blue bytes
 * each) in folder, or in its subfolder cifar-10-batches-bin. false and a sentence in why (the file, what was found) if
 * it is missing, cut short or not of this form; images is then as before. */
bool images_cifar(images_t *images, const char *folder, const char *file, char *why, size_t size);

/* Append STL-10 images (NAME_X.bin: 3 x 96 x 96 bytes, columns first; NAME_y.bin: labels 1 .. 10, absent for
 * "unlabeled") in folder, or in its subfolder stl10_binary. */
bool images_stl(images_t *images, const char *folder, const char *name, char *why, size_t size);

/* Is there such a CIFAR-10 file? */
bool images_cifar_exists(const char *folder, const char *file);

void images_free(images_t *images);

#endif
