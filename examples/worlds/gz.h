/* examples/worlds/gz.h - read a file that may be gzip'ed: built with HAVE_ZLIB, plain and compressed files alike;
 * without, plain ones.
 *
 * A compressed file is believed only as far as its own checksums reach: what gz_read handed out is whole once it has
 * returned less than was asked for and gz_bad is NULL. So a reader that knows how much it wants asks for one byte more:
 * only then are the last checksum and length read, and what follows them. Several members in a row count as one file,
 * as gzip has it; zeros may pad the end. */
#ifndef EXAMPLES_GZ_H
#define EXAMPLES_GZ_H

#include <stdbool.h>
#include <stddef.h>

typedef struct gz_t gz_t;

gz_t *gz_open(const char *path); /* NULL: errno says why */
void gz_close(gz_t *f);

/* Up to n bytes; less at the end of the file or when it is damaged (gz_bad). */
size_t gz_read(gz_t *f, void *buf, size_t n);

/* NULL, or why reading stopped before the end: compressed data that are damaged or end too early, or the disk's
 * reason. */
const char *gz_bad(const gz_t *f);

/* Are these the first bytes of a compressed file? (gz_read without zlib gives them as they are.) */
bool gz_is_compressed(const void *bytes, size_t n);

/* Built with zlib? */
bool gz_has_zlib(void);

#endif
