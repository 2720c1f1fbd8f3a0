/* state/container.h - write and read the records of a .lpl file (layout: container.c). Topics compose their state from
 * these. */
#ifndef LPLI_CONTAINER_H
#define LPLI_CONTAINER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lpl/state.h"

/* ---- writing: begin, records, end. The first failure is remembered and returned by every later call. ---- */
typedef struct lpli_writer_t {
    lpl_write_fn write;
    void *user;
    const char *fn; /* public function, for messages */
    lpl_status_t status;
    uint64_t n_records;
    uint64_t position;    /* bytes written so far: for the 64-byte padding */
    uint32_t headers_crc; /* running CRC-32C over the head and all record headers */
} lpli_writer_t;

lpl_status_t lpli_write_begin(lpli_writer_t *w, lpl_write_fn write, void *user, const char *fn);
/* Whole records from arrays of the host's type, stored little-endian. tag: 4 characters. */
lpl_status_t lpli_write_bytes(lpli_writer_t *w, const char *tag, const void *p, size_t n);
lpl_status_t lpli_write_u64(lpli_writer_t *w, const char *tag, const uint64_t *p, size_t n);
lpl_status_t lpli_write_u32(lpli_writer_t *w, const char *tag, const uint32_t *p, size_t n);
/* As lpli_write_u32, from 16 bits. */
lpl_status_t lpli_write_narrow(lpli_writer_t *w, const char *tag, const uint16_t *p, size_t n);
lpl_status_t lpli_write_f32(lpli_writer_t *w, const char *tag, const float *p, size_t n);
lpl_status_t lpli_write_f64(lpli_writer_t *w, const char *tag, const double *p, size_t n);
/* Rows of a matrix with a leading dimension, stored without gaps. elem 4 (float) or 8 (double). */
lpl_status_t lpli_write_rows(lpli_writer_t *w, const char *tag, const void *p, size_t rows, size_t cols, size_t ld,
                             size_t elem);
lpl_status_t lpli_write_end(lpli_writer_t *w);

/* ---- reading: begin, then a loop of next + one of the payload calls, until at_end ---- */
typedef struct lpli_reader_t {
    lpl_read_fn read;
    void *user;
    const char *fn;
    uint16_t major, minor;
    uint64_t n_records;
    uint64_t position;
    uint64_t skipped; /* payload bytes of skipped records so far: bounded */
    uint32_t headers_crc;
    char tag[5];     /* of the present record, NUL-terminated */
    uint32_t crc;    /* its payload checksum */
    uint64_t length; /* its payload length in bytes */
    bool at_end;     /* the END record was reached and is consistent */
    bool pending;    /* payload of the present record not read yet */
    bool held;       /* the present record is the one that lpli_read_expect comes to next */
} lpli_reader_t;

lpl_status_t lpli_read_begin(lpli_reader_t *r, lpl_read_fn read, void *user, const char *fn);
/* Next record header; skips an unread payload of the present record if its tag is skippable (lower-case first letter),
 * else fails. Once at_end it reads nothing more. */
lpl_status_t lpli_read_next(lpli_reader_t *r);
/* Is the next record one of this tag? If not, it stays the next for lpli_read_expect. */
lpl_status_t lpli_read_optional(lpli_reader_t *r, const char *tag, bool *found);
/* The payload of the present record, whatever it is: only its checksum. */
lpl_status_t lpli_read_skip(lpli_reader_t *r);
/* The payload of the present record, n elements of elem bytes, all 0. */
lpl_status_t lpli_read_zeros(lpli_reader_t *r, size_t n, size_t elem);
/* Payload of the present record into an array of exactly n elements; LPL_E_FORMAT if the length differs, the checksum
 * is wrong or the data end. The array is written before the checksum is known: callers load into memory of their
 * own. */
lpl_status_t lpli_read_bytes(lpli_reader_t *r, void *p, size_t n);
lpl_status_t lpli_read_u64(lpli_reader_t *r, uint64_t *p, size_t n);
lpl_status_t lpli_read_u32(lpli_reader_t *r, uint32_t *p, size_t n);
lpl_status_t lpli_read_f32(lpli_reader_t *r, float *p, size_t n);
lpl_status_t lpli_read_f64(lpli_reader_t *r, double *p, size_t n);
/* Go to the next record, which must have this tag; object says of what the state should be ("a projection"). */
lpl_status_t lpli_read_expect(lpli_reader_t *r, const char *tag, const char *object);
/* That, and its least .. room numbers of 8 bytes (a newer version may have appended some). */
lpl_status_t lpli_read_expect_u64(lpli_reader_t *r, const char *tag, const char *object, uint64_t *p, size_t least,
                                  size_t room);
lpl_status_t lpli_read_expect_f64(lpli_reader_t *r, const char *tag, const char *object, double *p, size_t least,
                                  size_t room);

#endif
