/* state/container.c - the .lpl container.
 *
 * Byte layout (all integers little-endian, floats IEEE-754; offsets from the start of the object):
 *
 *   head     16 bytes   89 'L' 'P' 'L' 0D 0A 1A 0A | u16 major (1) | u16 minor (0) | u32 flags (0)
 *   record   header 16 bytes: char tag[4] | u32 crc | u64 length, placed so that the payload starts on a multiple of
 *            64: zero padding (0 .. 63 bytes), header, payload of length bytes
 *   ...
 *   "END "   the last record, payload 64 bytes: u64 count of the records before it | u32 CRC-32C over the head and
 *            their headers, in order | 52 bytes reserved, written as zero
 *
 * crc is the CRC-32C of tag, length and payload. Padding must be zero. The object ends with the payload of END, on a
 * multiple of 64: whatever follows in the stream is not touched, so several objects can follow each other and all their
 * payloads stay aligned. A tag is a letter and three printable ASCII characters. Upper-case letter: the reader must
 * understand the record; lower case: it may be skipped. A reader refuses an unknown major and accepts a newer minor,
 * whose new records are skippable and whose arrays have only grown at the end. It skips at most 1 GiB in all and takes
 * at most 65536 records, so that an endless source cannot hold it. */
#include "state/container.h"

#include <string.h>

#include "core/error.h"
#include "state/crc32c.h"

#ifndef LPLI_STATE_CHUNK /* bytes handed to the host's functions at most at a time, on the stack; a multiple of 8 */
#define LPLI_STATE_CHUNK 4096
#endif
enum {
    MAJOR = 1,
    MINOR = 0,
    HEAD = 16,
    HEADER = 16,
    ALIGN = 64,
    CHUNK = LPLI_STATE_CHUNK,
    END_LENGTH = 64,
    MAX_RECORDS = 65536
};
static const uint64_t max_skip = (uint64_t)1 << 30;
static const unsigned char magic[8] = {0x89, 'L', 'P', 'L', 0x0D, 0x0A, 0x1A, 0x0A};

static void put(unsigned char *p, uint64_t v, int bytes) {
    for (int k = 0; k < bytes; k++) p[k] = (unsigned char)(v >> (8 * k));
}

static uint64_t take(const unsigned char *p, int bytes) {
    uint64_t v = 0;
    for (int k = 0; k < bytes; k++) v |= (uint64_t)p[k] << (8 * k);
    return v;
}

/* Zero bytes before a header at this position, so that the payload behind it is aligned. */
static size_t padding(uint64_t position) { return (size_t)((ALIGN - (position + HEADER) % ALIGN) % ALIGN); }

/* ---- elements of any width, as integers ---- */

static uint64_t load_bits(const void *p, size_t index, size_t elem) {
    uint64_t wide = 0;
    uint32_t narrow = 0;
    if (elem == 8) {
        memcpy(&wide, (const unsigned char *)p + index * 8, 8);
        return wide;
    }
    if (elem == 4) {
        memcpy(&narrow, (const unsigned char *)p + index * 4, 4);
        return narrow;
    }
    return ((const unsigned char *)p)[index];
}

static void store_bits(void *p, size_t index, size_t elem, uint64_t bits) {
    const uint32_t narrow = (uint32_t)bits;
    if (elem == 8)
        memcpy((unsigned char *)p + index * 8, &bits, 8);
    else if (elem == 4)
        memcpy((unsigned char *)p + index * 4, &narrow, 4);
    else
        ((unsigned char *)p)[index] = (unsigned char)bits;
}

/* ---- writing ---- */

static lpl_status_t emit(lpli_writer_t *w, const void *p, size_t n) {
    if (w->status < 0 || n == 0) return w->status;
    if (w->write(p, n, w->user) != 0)
        return w->status =
                   lpli_fail(LPL_E_IO, w->fn, "write function failed at byte %llu", (unsigned long long)w->position);
    w->position += n;
    return LPL_OK;
}

lpl_status_t lpli_write_begin(lpli_writer_t *w, lpl_write_fn write, void *user, const char *fn) {
    unsigned char head[HEAD] = {0};
    *w = (lpli_writer_t){.write = write, .user = user, .fn = fn};
    memcpy(head, magic, sizeof magic);
    put(head + 8, MAJOR, 2);
    put(head + 10, MINOR, 2);
    w->headers_crc = lpli_crc32c(0, head, sizeof head);
    return emit(w, head, sizeof head);
}

/* The payload of rows x cols elements, chunk by chunk: once for its checksum, once to be written. */
static uint32_t payload(lpli_writer_t *w, const void *p, size_t rows, size_t cols, size_t ld, size_t elem, uint32_t crc,
                        int write) {
    unsigned char chunk[CHUNK];
    size_t used = 0;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++) {
            put(chunk + used, load_bits(p, i * ld + j, elem), (int)elem);
            used += elem;
            if (used == CHUNK || (i == rows - 1 && j == cols - 1)) {
                if (write)
                    emit(w, chunk, used);
                else
                    crc = lpli_crc32c(crc, chunk, used);
                used = 0;
            }
        }
    return crc;
}

static lpl_status_t record(lpli_writer_t *w, const char *tag, const void *p, size_t rows, size_t cols, size_t ld,
                           size_t elem) {
    static const unsigned char zero[ALIGN] = {0};
    unsigned char header[HEADER] = {0};
    if (w->status < 0) return w->status;
    memcpy(header, tag, 4);
    put(header + 8, (uint64_t)rows * cols * elem, 8);
    uint32_t crc = lpli_crc32c(lpli_crc32c(0, header, 4), header + 8, 8);
    put(header + 4, payload(w, p, rows, cols, ld, elem, crc, 0), 4);
    emit(w, zero, padding(w->position));
    emit(w, header, sizeof header);
    payload(w, p, rows, cols, ld, elem, 0, 1);
    w->headers_crc = lpli_crc32c(w->headers_crc, header, sizeof header);
    w->n_records++;
    return w->status;
}

lpl_status_t lpli_write_bytes(lpli_writer_t *w, const char *tag, const void *p, size_t n) {
    return record(w, tag, p, 1, n, n, 1);
}
lpl_status_t lpli_write_u64(lpli_writer_t *w, const char *tag, const uint64_t *p, size_t n) {
    return record(w, tag, p, 1, n, n, 8);
}
lpl_status_t lpli_write_u32(lpli_writer_t *w, const char *tag, const uint32_t *p, size_t n) {
    return record(w, tag, p, 1, n, n, 4);
}
lpl_status_t lpli_write_f32(lpli_writer_t *w, const char *tag, const float *p, size_t n) {
    return record(w, tag, p, 1, n, n, 4);
}
lpl_status_t lpli_write_f64(lpli_writer_t *w, const char *tag, const double *p, size_t n) {
    return record(w, tag, p, 1, n, n, 8);
}

lpl_status_t lpli_write_rows(lpli_writer_t *w, const char *tag, const void *p, size_t rows, size_t cols, size_t ld,
                             size_t elem) {
    return record(w, tag, p, rows, cols, ld, elem);
}

/* A piece of 16-bit numbers as the file has them, 32 bits each, through its checksum or written. */
static uint32_t widened(lpli_writer_t *w, const uint16_t *p, size_t n, uint32_t crc, int write) {
    uint32_t wide[CHUNK / sizeof(uint32_t)];
    for (size_t k = 0; k < n; k++) wide[k] = p[k];
    return payload(w, wide, 1, n, n, sizeof *wide, crc, write);
}

/* Not a case of record(), so that firmware, which has no such numbers, does not carry it. */
lpl_status_t lpli_write_narrow(lpli_writer_t *w, const char *tag, const uint16_t *p, size_t n) {
    enum { PIECE = CHUNK / sizeof(uint32_t) };
    static const unsigned char zero[ALIGN] = {0};
    unsigned char header[HEADER] = {0};
    if (w->status < 0) return w->status;
    memcpy(header, tag, 4);
    put(header + 8, (uint64_t)n * sizeof(uint32_t), 8);
    uint32_t crc = lpli_crc32c(lpli_crc32c(0, header, 4), header + 8, 8);
    for (size_t k = 0; k < n; k += PIECE) crc = widened(w, p + k, n - k < PIECE ? n - k : PIECE, crc, 0);
    put(header + 4, crc, 4);
    emit(w, zero, padding(w->position));
    emit(w, header, sizeof header);
    for (size_t k = 0; k < n; k += PIECE) (void)widened(w, p + k, n - k < PIECE ? n - k : PIECE, 0, 1);
    w->headers_crc = lpli_crc32c(w->headers_crc, header, sizeof header);
    w->n_records++;
    return w->status;
}

lpl_status_t lpli_write_end(lpli_writer_t *w) {
    unsigned char end[END_LENGTH] = {0};
    put(end, w->n_records, 8);
    put(end + 8, w->headers_crc, 4);
    return record(w, "END ", end, 1, sizeof end, sizeof end, 1);
}

/* ---- reading ---- */

static lpl_status_t fetch(lpli_reader_t *r, void *p, size_t n) {
    if (n == 0) return LPL_OK;
    const int32_t got = r->read(p, n, r->user);
    if (got < 0)
        return lpli_fail(LPL_E_IO, r->fn, "read function failed at byte %llu", (unsigned long long)r->position);
    if (got > 0)
        return lpli_fail(LPL_E_FORMAT, r->fn, "truncated: the data end at byte %llu or soon after",
                         (unsigned long long)r->position);
    r->position += n;
    return LPL_OK;
}

lpl_status_t lpli_read_begin(lpli_reader_t *r, lpl_read_fn read, void *user, const char *fn) {
    unsigned char head[HEAD];
    *r = (lpli_reader_t){.read = read, .user = user, .fn = fn};
    LPLI_TRY(fetch(r, head, sizeof head));
    if (memcmp(head, magic, sizeof magic) != 0) {
        if (memcmp(head, magic, 4) == 0 || memcmp(head + 1, "LPL", 3) == 0)
            return lpli_fail(LPL_E_FORMAT, fn, "a .lpl file damaged in transfer (text mode?)");
        return lpli_fail(LPL_E_FORMAT, fn, "not a .lpl file");
    }
    r->headers_crc = lpli_crc32c(0, head, sizeof head);
    r->major = (uint16_t)take(head + 8, 2);
    r->minor = (uint16_t)take(head + 10, 2);
    if (r->major != MAJOR)
        return lpli_fail(LPL_E_VERSION, fn, "format version %d, this library reads %d", (int)r->major, MAJOR);
    if (take(head + 12, 4) != 0) return lpli_fail(LPL_E_VERSION, fn, "format flags that this library does not know");
    return LPL_OK;
}

/* Checksum of a record's header without its crc field. */
static uint32_t begin_crc(const lpli_reader_t *r) {
    unsigned char length[8];
    put(length, r->length, 8);
    return lpli_crc32c(lpli_crc32c(0, r->tag, 4), length, 8);
}

/* The payload of n elements into p (NULL: only its checksum), chunk by chunk. */
static lpl_status_t read_payload(lpli_reader_t *r, void *p, uint64_t n, size_t elem) {
    unsigned char chunk[CHUNK];
    uint32_t crc = begin_crc(r);
    uint64_t done = 0;
    while (done < n) {
        const size_t now = n - done < CHUNK / elem ? (size_t)(n - done) : CHUNK / elem;
        LPLI_TRY(fetch(r, chunk, now * elem));
        crc = lpli_crc32c(crc, chunk, now * elem);
        for (size_t k = 0; p && k < now; k++) store_bits(p, (size_t)done + k, elem, take(chunk + k * elem, (int)elem));
        done += now;
    }
    r->pending = false;
    if (crc != r->crc) return lpli_fail(LPL_E_FORMAT, r->fn, "record %s: wrong checksum, the data are damaged", r->tag);
    return LPL_OK;
}

static lpl_status_t read_elements(lpli_reader_t *r, void *p, size_t n, size_t elem) {
    if (r->length / elem != n || r->length % elem != 0)
        return lpli_fail(LPL_E_FORMAT, r->fn, "record %s has %llu bytes, need %llu", r->tag,
                         (unsigned long long)r->length, (unsigned long long)n * elem);
    return read_payload(r, p, n, elem);
}

lpl_status_t lpli_read_next(lpli_reader_t *r) {
    unsigned char zero[ALIGN], header[HEADER], end[END_LENGTH];
    if (r->at_end) return LPL_OK;
    if (r->pending) {
        if (!(r->tag[0] >= 'a' && r->tag[0] <= 'z'))
            return lpli_fail(r->minor > MINOR ? LPL_E_VERSION : LPL_E_FORMAT, r->fn,
                             "record %s is not known, or not in this place", r->tag);
        if (r->length > max_skip - r->skipped)
            return lpli_fail(LPL_E_FORMAT, r->fn, "record %s: unknown records of more than 1 GiB, %llu bytes here",
                             r->tag, (unsigned long long)r->length);
        r->skipped += r->length;
        LPLI_TRY(read_payload(r, NULL, r->length, 1));
    }
    if (r->n_records == MAX_RECORDS) return lpli_fail(LPL_E_FORMAT, r->fn, "more than %d records", MAX_RECORDS);
    const size_t pad = padding(r->position);
    LPLI_TRY(fetch(r, zero, pad));
    for (size_t k = 0; k < pad; k++)
        if (zero[k] != 0)
            return lpli_fail(LPL_E_FORMAT, r->fn, "padding before byte %llu is not zero",
                             (unsigned long long)r->position);
    LPLI_TRY(fetch(r, header, sizeof header));
    const int letter = (header[0] >= 'A' && header[0] <= 'Z') || (header[0] >= 'a' && header[0] <= 'z');
    for (int k = 0; k < 4; k++)
        if (!letter || header[k] < 0x20 || header[k] > 0x7E)
            return lpli_fail(LPL_E_FORMAT, r->fn, "no record at byte %llu",
                             (unsigned long long)(r->position - sizeof header));
    memcpy(r->tag, header, 4);
    r->tag[4] = 0;
    r->crc = (uint32_t)take(header + 4, 4);
    r->length = take(header + 8, 8);
    r->pending = true;
    if (memcmp(header, "END ", 4) != 0) {
        r->headers_crc = lpli_crc32c(r->headers_crc, header, sizeof header);
        r->n_records++;
        return LPL_OK;
    }
    LPLI_TRY(read_elements(r, end, sizeof end, 1));
    if (take(end, 8) != r->n_records || (uint32_t)take(end + 8, 4) != r->headers_crc)
        return lpli_fail(LPL_E_FORMAT, r->fn, "record END does not match the records before it");
    r->at_end = true;
    return LPL_OK;
}

lpl_status_t lpli_read_bytes(lpli_reader_t *r, void *p, size_t n) { return read_elements(r, p, n, 1); }
lpl_status_t lpli_read_u64(lpli_reader_t *r, uint64_t *p, size_t n) { return read_elements(r, p, n, 8); }
lpl_status_t lpli_read_u32(lpli_reader_t *r, uint32_t *p, size_t n) { return read_elements(r, p, n, 4); }
lpl_status_t lpli_read_f32(lpli_reader_t *r, float *p, size_t n) { return read_elements(r, p, n, 4); }
lpl_status_t lpli_read_f64(lpli_reader_t *r, double *p, size_t n) { return read_elements(r, p, n, 8); }

lpl_status_t lpli_read_optional(lpli_reader_t *r, const char *tag, bool *found) {
    LPLI_TRY(lpli_read_next(r));
    *found = !r->at_end && memcmp(r->tag, tag, 4) == 0;
    r->held = !*found;
    return LPL_OK;
}

lpl_status_t lpli_read_zeros(lpli_reader_t *r, size_t n, size_t elem) {
    static const unsigned char zero[CHUNK] = {0};
    uint32_t crc = begin_crc(r);
    for (uint64_t left = r->length; left > 0;) {
        const size_t now = left < CHUNK ? (size_t)left : CHUNK;
        crc = lpli_crc32c(crc, zero, now);
        left -= now;
    }
    if (r->length / elem != n || r->length % elem != 0 || crc != r->crc)
        return lpli_fail(LPL_E_FORMAT, r->fn, "record %s: need %zu values, all 0", r->tag, n);
    return lpli_read_skip(r);
}

lpl_status_t lpli_read_skip(lpli_reader_t *r) { return read_payload(r, NULL, r->length, 1); }

lpl_status_t lpli_read_expect(lpli_reader_t *r, const char *tag, const char *object) {
    if (!r->held) LPLI_TRY(lpli_read_next(r));
    r->held = false;
    if (r->at_end || memcmp(r->tag, tag, 4) != 0)
        return lpli_fail(LPL_E_FORMAT, r->fn, "record %s instead of %s: not the state of %s",
                         r->at_end ? "END" : r->tag, tag, object);
    return LPL_OK;
}

static lpl_status_t expect_numbers(lpli_reader_t *r, const char *tag, const char *object, void *p, size_t least,
                                   size_t room) {
    LPLI_TRY(lpli_read_expect(r, tag, object));
    if (r->length % 8 != 0 || r->length / 8 < least || r->length / 8 > room)
        return lpli_fail(LPL_E_FORMAT, r->fn, "record %s has %llu bytes, need at least %zu", tag,
                         (unsigned long long)r->length, least * 8);
    return read_elements(r, p, (size_t)(r->length / 8), 8);
}

lpl_status_t lpli_read_expect_u64(lpli_reader_t *r, const char *tag, const char *object, uint64_t *p, size_t least,
                                  size_t room) {
    return expect_numbers(r, tag, object, p, least, room);
}

lpl_status_t lpli_read_expect_f64(lpli_reader_t *r, const char *tag, const char *object, double *p, size_t least,
                                  size_t room) {
    return expect_numbers(r, tag, object, p, least, room);
}
