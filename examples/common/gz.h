/* examples/common/gz.h - read a file that may be gzip'ed: built with HAVE_ZLIB, plain and compressed files alike; without, plain ones. */
#ifndef EXAMPLES_GZ_H
#define EXAMPLES_GZ_H

#include <stddef.h>
#include <stdio.h>

#ifdef HAVE_ZLIB
#include <zlib.h>
typedef gzFile gz_t;
#define gz_open(path) gzopen(path, "rb")
#define gz_close(file) gzclose(file)
#else
typedef FILE *gz_t;
#define gz_open(path) fopen(path, "rb")
#define gz_close(file) fclose(file)
#endif

/* Up to n bytes; less at the end of the file or when it is damaged (gz_bad). */
static inline size_t gz_read(gz_t file, void *buf, size_t n) {
    size_t got = 0;
#ifdef HAVE_ZLIB
    while (got < n) {
        const size_t piece = n - got < ((size_t)1 << 24) ? n - got : ((size_t)1 << 24);
        const int k = gzread(file, (char *)buf + got, (unsigned)piece);
        if (k <= 0) {
            break;
        }
        got += (size_t)k;
    }
#else
    got = fread(buf, 1, n, file);
#endif
    return got;
}

/* Was a read cut short by an error, or by compressed data that are damaged or end too early? */
static inline int gz_bad(gz_t file) {
#ifdef HAVE_ZLIB
    int number = Z_OK;
    gzerror(file, &number);
    return number != Z_OK && number != Z_STREAM_END;
#else
    return ferror(file);
#endif
}

/* Are these the first bytes of a compressed file? (gz_read without zlib gives them as they are.) */
static inline int gz_is_compressed(const void *bytes, size_t n) {
    const unsigned char *b = bytes;
    return n >= 2 && b[0] == 0x1f && b[1] == 0x8b;
}

#endif
