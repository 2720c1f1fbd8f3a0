/* examples/worlds/stills.h - grey pictures from a folder: PNG (libpng), JPEG and whatever else FFmpeg's libraries
 * decode, or the files of CIFAR-10 (doubled), STL-10 or MNIST (doubled). */
#ifndef EXAMPLES_STILLS_H
#define EXAMPLES_STILLS_H

#include "grey.h"

enum { STILLS_WIDTH = 640, STILLS_MOST = 1000 };

/* At most STILLS_MOST of them, in the order of their names; pictures wider than STILLS_WIDTH are averaged down by a
 * whole factor. Each at least `least` pixels wide and high. false and a sentence in why: no such folder, nothing in it,
 * or one that cannot be read or is too small. Pictures of a single brightness are left out. */
bool stills_read(grey_t **out, size_t *n, const char *folder, size_t least, char *why, size_t size);
void stills_free(grey_t *pictures, size_t n);

#endif
