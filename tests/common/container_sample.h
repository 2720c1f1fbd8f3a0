/* tests/common/container_sample.h - an object with a record of every type, its writer and its reader, for the tests of
 * the container. */
#ifndef LPL_CONTAINER_SAMPLE_H
#define LPL_CONTAINER_SAMPLE_H

#include "common/memfile.h"
#include "common/testing.h"
#include "state/container.h"
#include "state/crc32c.h"

enum { N_U64 = 5, N_F32 = 70, N_F64 = 9, ROWS = 3, COLS = 4, LD = 7, N_NOTE = 11 };

/* One object with a record of every type. */
typedef struct {
    unsigned char bytes[13], note[N_NOTE];
    uint64_t u64[N_U64];
    float f32[N_F32], rows32[ROWS * LD];
    double f64[N_F64], rows64[ROWS * LD];
} sample_t;

static inline void fill(sample_t *s) {
    for (size_t k = 0; k < sizeof s->bytes; k++) s->bytes[k] = (unsigned char)testing_bits();
    for (size_t k = 0; k < N_NOTE; k++) s->note[k] = (unsigned char)testing_bits();
    for (size_t k = 0; k < N_U64; k++) s->u64[k] = testing_bits();
    for (size_t k = 0; k < N_F32; k++) s->f32[k] = (float)testing_real();
    for (size_t k = 0; k < N_F64; k++) s->f64[k] = testing_real();
    for (size_t k = 0; k < ROWS * LD; k++) s->rows32[k] = (float)testing_real(), s->rows64[k] = testing_real();
    s->f32[0] = -0.0f, s->f64[0] = 4.9e-324;
}

static inline lpl_status_t save(const sample_t *s, lpl_write_fn write, void *user) {
    lpli_writer_t w;
    lpli_write_begin(&w, write, user, "save");
    lpli_write_bytes(&w, "BYTE", s->bytes, sizeof s->bytes);
    lpli_write_u64(&w, "U64_", s->u64, N_U64);
    lpli_write_bytes(&w, "note", s->note, N_NOTE);
    lpli_write_f32(&w, "F32_", s->f32, N_F32);
    lpli_write_f64(&w, "F64_", s->f64, N_F64);
    lpli_write_f32(&w, "NONE", NULL, 0);
    lpli_write_rows(&w, "RW32", s->rows32, ROWS, COLS, LD, sizeof(float));
    lpli_write_rows(&w, "RW64", s->rows64, ROWS, COLS, LD, sizeof(double));
    return lpli_write_end(&w);
}

typedef struct {
    sample_t s;
    float packed32[ROWS * COLS];
    double packed64[ROWS * COLS];
} loaded_t;

static inline lpl_status_t expect(lpli_reader_t *r, const char *tag) {
    const lpl_status_t status = lpli_read_next(r);
    if (status < 0) return status;
    return !r->at_end && strcmp(r->tag, tag) == 0 ? LPL_OK : LPL_E_FORMAT;
}

#define TRY(call)                       \
    do {                                \
        const lpl_status_t s_ = (call); \
        if (s_ < 0) return s_;          \
    } while (0)

/* As a topic would: a fixed order of known records, skipping what may be skipped. */
static inline lpl_status_t load(loaded_t *out, lpl_read_fn read, void *user) {
    lpli_reader_t r;
    TRY(lpli_read_begin(&r, read, user, "load"));
    TRY(expect(&r, "BYTE"));
    TRY(lpli_read_bytes(&r, out->s.bytes, sizeof out->s.bytes));
    TRY(expect(&r, "U64_"));
    TRY(lpli_read_u64(&r, out->s.u64, N_U64));
    do TRY(lpli_read_next(&r));
    while (!r.at_end && strcmp(r.tag, "note") == 0);
    if (strcmp(r.tag, "F32_") != 0) return LPL_E_FORMAT;
    TRY(lpli_read_f32(&r, out->s.f32, N_F32));
    TRY(expect(&r, "F64_"));
    TRY(lpli_read_f64(&r, out->s.f64, N_F64));
    TRY(expect(&r, "NONE"));
    TRY(lpli_read_f32(&r, NULL, 0));
    TRY(expect(&r, "RW32"));
    TRY(lpli_read_f32(&r, out->packed32, ROWS * COLS));
    TRY(expect(&r, "RW64"));
    TRY(lpli_read_f64(&r, out->packed64, ROWS * COLS));
    TRY(lpli_read_next(&r));
    return r.at_end ? LPL_OK : LPL_E_FORMAT;
}

static inline lpl_status_t load_from(const memfile_t *f) {
    memfile_t copy = *f;
    loaded_t out;
    copy.at = 0;
    return load(&out, memfile_read, &copy);
}

static inline void put_le(unsigned char *p, uint64_t v, int bytes) {
    for (int k = 0; k < bytes; k++, v >>= 8) p[k] = (unsigned char)v;
}

/* Bit by bit, straight from the polynomial. */
static inline uint32_t slow_crc(const unsigned char *p, size_t n) {
    uint32_t c = ~0u;
    for (size_t i = 0; i < n; i++) {
        c ^= p[i];
        for (int k = 0; k < 8; k++) c = c & 1 ? c >> 1 ^ 0x82F63B78u : c >> 1;
    }
    return ~c;
}

#endif
