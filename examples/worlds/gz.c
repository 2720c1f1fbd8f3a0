/* examples/worlds/gz.c - see gz.h. zlib's gzread is not used: it takes whatever follows a member for padding and drops
 * it in silence, so a second member with a damaged head would be lost without a word. */
#include "gz.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef HAVE_ZLIB
#include <zlib.h>
#endif

enum { CHUNK = 1 << 16 };

struct gz_t {
    FILE *file;
    const char *bad;
    char sentence[160];
    bool looked; /* at the first bytes, so compressed is known */
    bool compressed;
    bool between;    /* members: the last one has ended */
    size_t at, have; /* what of in is not yet used: in[at .. have) */
    unsigned char in[CHUNK];
#ifdef HAVE_ZLIB
    z_stream z;
#endif
};

gz_t *gz_open(const char *path) {
    FILE *file = fopen(path, "rb");
    gz_t *f = file != NULL ? calloc(1, sizeof *f) : NULL;
    if (f != NULL)
        f->file = file;
    else if (file != NULL)
        fclose(file);
    return f;
}

void gz_close(gz_t *f) {
    if (f == NULL) return;
#ifdef HAVE_ZLIB
    if (f->compressed) inflateEnd(&f->z);
#endif
    fclose(f->file);
    free(f);
}

const char *gz_bad(const gz_t *f) { return f->bad; }

bool gz_is_compressed(const void *bytes, size_t n) {
    const unsigned char *b = bytes;
    return n >= 2 && b[0] == 0x1f && b[1] == 0x8b;
}

bool gz_has_zlib(void) {
#ifdef HAVE_ZLIB
    return true;
#else
    return false;
#endif
}

/* Is there anything left in f->in, after reading more if need be? False at the end of the file and on error. */
static bool fill(gz_t *f) {
    if (f->at < f->have) return true;
    if (f->bad != NULL) return false;
    f->at = 0;
    errno = 0;
    f->have = fread(f->in, 1, sizeof f->in, f->file);
    if (f->have < sizeof f->in && ferror(f->file) != 0) {
        snprintf(f->sentence, sizeof f->sentence, "cannot be read: %s", errno != 0 ? strerror(errno) : "read error");
        f->bad = f->sentence;
    }
    return f->have > 0;
}

static size_t read_plain(gz_t *f, unsigned char *to, size_t n) {
    size_t got = 0;
    while (got < n && fill(f)) {
        const size_t k = n - got < f->have - f->at ? n - got : f->have - f->at;
        memcpy(to + got, f->in + f->at, k);
        f->at += k;
        got += k;
    }
    return got;
}

#ifdef HAVE_ZLIB

/* Behind a member: zeros to the end of the file, or the next member. True if there is one. */
static bool next_member(gz_t *f) {
    bool padded = false;
    while (fill(f)) {
        if (f->in[f->at] == 0) {
            padded = true;
            f->at++;
        } else if (padded) {
            f->bad = "compressed data damaged: zeros, then something else, follow the end";
            return false;
        } else {
            f->between = false;
            return inflateReset(&f->z) == Z_OK;
        }
    }
    return false;
}

static size_t read_members(gz_t *f, unsigned char *to, size_t n) {
    size_t got = 0;
    while (got < n && f->bad == NULL && (!f->between || next_member(f))) {
        const size_t room = n - got < CHUNK ? n - got : CHUNK;
        if (!fill(f)) {
            if (f->bad == NULL) f->bad = "compressed data damaged: the file ends before they do";
            break;
        }
        f->z.next_in = f->in + f->at;
        f->z.avail_in = (uInt)(f->have - f->at);
        f->z.next_out = to + got;
        f->z.avail_out = (uInt)room;
        const int status = inflate(&f->z, Z_NO_FLUSH);
        f->at = f->have - f->z.avail_in;
        got += room - f->z.avail_out;
        if (status == Z_STREAM_END) {
            f->between = true;
        } else if (status != Z_OK && status != Z_BUF_ERROR) {
            snprintf(f->sentence, sizeof f->sentence, "compressed data damaged: %s",
                     f->z.msg != NULL ? f->z.msg : zError(status));
            f->bad = f->sentence;
        }
    }
    return got;
}

#endif

size_t gz_read(gz_t *f, void *buf, size_t n) {
#ifdef HAVE_ZLIB
    if (!f->looked && fill(f)) {
        f->looked = true;
        if (gz_is_compressed(f->in, f->have)) {
            f->compressed =
                inflateInit2(&f->z, 15 + 16) == Z_OK; /* 15: the largest window, 16: gzip's head and checksums */
            if (!f->compressed) f->bad = "no memory to decompress";
        }
    }
    if (f->compressed) return read_members(f, buf, n);
#endif
    return read_plain(f, buf, n);
}
