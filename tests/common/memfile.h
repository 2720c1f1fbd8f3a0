/* tests/common/memfile.h - a state file in memory: callbacks for save and load, failure on demand, correction of
 * checksums. */
#ifndef LPL_MEMFILE_H
#define LPL_MEMFILE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "state/crc32c.h"

typedef struct {
    unsigned char *data;
    size_t n, room, at; /* bytes held, allocated, and the place of the next read */
    size_t calls;       /* of read or write */
    size_t fail_at;     /* this call (1, 2, ...) fails; 0: none */
    size_t largest;     /* most bytes in one call */
} memfile_t;

static inline int32_t memfile_write(const void *buf, size_t n, void *user) {
    memfile_t *f = user;
    f->calls++;
    if (f->calls == f->fail_at) return 5;
    if (n == 0) return 0;
    if (n > f->largest) f->largest = n;
    if (f->n + n > f->room) {
        f->room = 2 * (f->n + n) + 64;
        f->data = realloc(f->data, f->room);
        if (!f->data) abort();
    }
    memcpy(f->data + f->n, buf, n);
    f->n += n;
    return 0;
}

static inline int32_t memfile_read(void *buf, size_t n, void *user) {
    memfile_t *f = user;
    f->calls++;
    if (f->calls == f->fail_at) return -5;
    if (f->n - f->at < n) return 1;
    memcpy(buf, f->data + f->at, n);
    f->at += n;
    return 0;
}

static inline memfile_t memfile_copy(const memfile_t *f) {
    memfile_t t = {0};
    memfile_write(f->data, f->n, &t);
    return t;
}

/* Make every checksum right again after the bytes were changed on purpose, as far as the records can still be followed:
 * so that what lies behind the checksums is reached. */
static inline void memfile_repair(memfile_t *f) {
    uint32_t headers = f->n >= 16 ? lpli_crc32c(0, f->data, 16) : 0;
    uint64_t count = 0;
    for (size_t at = 48; at + 16 <= f->n;) {
        unsigned char *h = f->data + at;
        uint64_t length = 0;
        for (int k = 7; k >= 0; k--) length = length << 8 | h[8 + k];
        if (length > f->n - at - 16) return;
        const int end = memcmp(h, "END ", 4) == 0;
        if (end && length >= 12)
            for (int k = 0; k < 12; k++)
                h[16 + k] = (unsigned char)(k < 8 ? count >> 8 * k : (uint64_t)headers >> 8 * (k - 8));
        const uint32_t crc = lpli_crc32c(lpli_crc32c(lpli_crc32c(0, h, 4), h + 8, 8), h + 16, (size_t)length);
        for (int k = 0; k < 4; k++) h[4 + k] = (unsigned char)(crc >> 8 * k);
        if (end) return;
        headers = lpli_crc32c(headers, h, 16);
        count++;
        at += 16 + (size_t)length;
        at += (48 + 64 - at % 64) % 64;
    }
}

#endif
