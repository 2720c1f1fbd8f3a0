/* examples/worlds/picture.h - a picture of bytes (RGB) as a file: PNG where libpng was found, else PPM. */
#ifndef EXAMPLES_PICTURE_H
#define EXAMPLES_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Write height x width x 3 bytes to FOLDER/NAME.png or FOLDER/NAME.ppm, its caption to NAME.txt (figure_caption), and
 * say so on stderr; makes the folder. On failure false, after a sentence on stderr. */
bool picture_write(const char *folder, const char *name, const uint8_t *rgb, size_t height, size_t width,
                   const char *where, const char *caption);

#endif
