/* tests/test_container.c - the .lpl container: checksum, layout, round trip, damage of every kind, failing callbacks. */
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

static void fill(sample_t *s) {
    for (size_t k = 0; k < sizeof s->bytes; k++) s->bytes[k] = (unsigned char)testing_bits();
    for (size_t k = 0; k < N_NOTE; k++) s->note[k] = (unsigned char)testing_bits();
    for (size_t k = 0; k < N_U64; k++) s->u64[k] = testing_bits();
    for (size_t k = 0; k < N_F32; k++) s->f32[k] = (float)testing_real();
    for (size_t k = 0; k < N_F64; k++) s->f64[k] = testing_real();
    for (size_t k = 0; k < ROWS * LD; k++) s->rows32[k] = (float)testing_real(), s->rows64[k] = testing_real();
    s->f32[0] = -0.0f, s->f64[0] = 4.9e-324;
}

static lpl_status_t save(const sample_t *s, lpl_write_fn write, void *user) {
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

static lpl_status_t expect(lpli_reader_t *r, const char *tag) {
    const lpl_status_t status = lpli_read_next(r);
    if (status < 0) return status;
    return !r->at_end && strcmp(r->tag, tag) == 0 ? LPL_OK : LPL_E_FORMAT;
}

#define TRY(call)                                   \
    do {                                            \
        const lpl_status_t s_ = (call);             \
        if (s_ < 0) return s_;                      \
    } while (0)

/* As a topic would: a fixed order of known records, skipping what may be skipped. */
static lpl_status_t load(loaded_t *out, lpl_read_fn read, void *user) {
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

static lpl_status_t load_from(const memfile_t *f) {
    memfile_t copy = *f;
    loaded_t out;
    copy.at = 0;
    return load(&out, memfile_read, &copy);
}

static uint64_t le(const unsigned char *p, int bytes) {
    uint64_t v = 0;
    while (bytes-- > 0) v = v << 8 | p[bytes];
    return v;
}

static void put_le(unsigned char *p, uint64_t v, int bytes) {
    for (int k = 0; k < bytes; k++, v >>= 8) p[k] = (unsigned char)v;
}

/* Bit by bit, straight from the polynomial. */
static uint32_t slow_crc(const unsigned char *p, size_t n) {
    uint32_t c = ~0u;
    for (size_t i = 0; i < n; i++) {
        c ^= p[i];
        for (int k = 0; k < 8; k++) c = c & 1 ? c >> 1 ^ 0x82F63B78u : c >> 1;
    }
    return ~c;
}

START_TEST(checksum) {
    unsigned char zero[32] = {0}, ones[32], up[32], any[300];
    for (int k = 0; k < 32; k++) ones[k] = 0xFF, up[k] = (unsigned char)k;
    ck_assert_uint_eq(lpli_crc32c(0, "123456789", 9), 0xE3069283u);
    ck_assert_uint_eq(lpli_crc32c(0, "", 0), 0);
    ck_assert_uint_eq(lpli_crc32c(0, zero, 32), 0x8A9136AAu); /* RFC 3720, B.4 */
    ck_assert_uint_eq(lpli_crc32c(0, ones, 32), 0x62A8AB43u);
    ck_assert_uint_eq(lpli_crc32c(0, up, 32), 0x46DD794Eu);
    for (int round = 0; round < 200; round++) {
        const size_t at = testing_size(0, 9), n = testing_size(0, 280), cut = testing_size(0, n);
        for (size_t k = 0; k < n; k++) any[at + k] = (unsigned char)testing_bits();
        ck_assert_uint_eq(lpli_crc32c(lpli_crc32c(0, any + at, cut), any + at + cut, n - cut), slow_crc(any + at, n));
    }
}
END_TEST

START_TEST(round_trip) {
    for (int round = 0; round < 20; round++) {
        sample_t s;
        loaded_t out;
        memfile_t f = {0};
        fill(&s);
        OK(save(&s, memfile_write, &f));
        OK(load(&out, memfile_read, &f));
        ck_assert_uint_eq(f.at, f.n);
        ck_assert_mem_eq(s.bytes, out.s.bytes, sizeof s.bytes);
        ck_assert_mem_eq(s.u64, out.s.u64, sizeof s.u64);
        ck_assert_mem_eq(s.f32, out.s.f32, sizeof s.f32);
        ck_assert_mem_eq(s.f64, out.s.f64, sizeof s.f64);
        for (size_t i = 0; i < ROWS; i++) {
            ck_assert_mem_eq(s.rows32 + i * LD, out.packed32 + i * COLS, COLS * sizeof(float));
            ck_assert_mem_eq(s.rows64 + i * LD, out.packed64 + i * COLS, COLS * sizeof(double));
        }
        free(f.data);
    }
}
END_TEST

/* The bytes themselves, read by this test's own parser of the documented layout. */
START_TEST(layout) {
    static const unsigned char magic[8] = {0x89, 'L', 'P', 'L', 0x0D, 0x0A, 0x1A, 0x0A};
    static const char *const tags[] = {"BYTE", "U64_", "note", "F32_", "F64_", "NONE", "RW32", "RW64", "END "};
    unsigned char headers[16 * 10];
    sample_t s;
    memfile_t f = {0};
    fill(&s);
    s.u64[0] = 0x0102030405060708u;
    s.f32[1] = 1.0f;
    OK(save(&s, memfile_write, &f));
    ck_assert_mem_eq(f.data, magic, 8);
    ck_assert_uint_eq(le(f.data + 8, 2), 1);
    ck_assert_uint_eq(le(f.data + 10, 2), 0);
    ck_assert_uint_eq(le(f.data + 12, 4), 0);
    memcpy(headers, f.data, 16);
    size_t at = 16;
    for (size_t k = 0; k < 9; k++) {
        unsigned char covered[2000];
        for (; at % 64 != 48; at++) ck_assert_uint_eq(f.data[at], 0);
        const unsigned char *h = f.data + at, *payload = h + 16;
        const size_t length = (size_t)le(h + 8, 8);
        ck_assert_mem_eq(h, tags[k], 4);
        memcpy(covered, h, 4);
        memcpy(covered + 4, h + 8, 8);
        memcpy(covered + 12, payload, length);
        ck_assert_uint_eq(le(h + 4, 4), slow_crc(covered, 12 + length));
        if (k == 1) {
            ck_assert_uint_eq(payload[0], 8);
            ck_assert_uint_eq(payload[7], 1);
        }
        if (k == 3) ck_assert_uint_eq(le(payload + 4, 4), 0x3F800000u);
        if (k == 6) ck_assert_uint_eq(length, ROWS * COLS * 4);
        if (k == 8) {
            ck_assert_uint_eq(length, 64);
            ck_assert_uint_eq(le(payload, 8), 8);
            ck_assert_uint_eq(le(payload + 8, 4), slow_crc(headers, 16 * 9));
        }
        memcpy(headers + 16 * (k + 1), h, 16);
        at += 16 + length;
    }
    ck_assert_uint_eq(at, f.n);
    ck_assert_uint_eq(f.n % 64, 0);
    free(f.data);
}
END_TEST

START_TEST(truncation) {
    sample_t s;
    memfile_t f = {0};
    fill(&s);
    OK(save(&s, memfile_write, &f));
    for (size_t n = 0; n < f.n; n++) {
        memfile_t cut = f;
        cut.n = n;
        FAILS(load_from(&cut), LPL_E_FORMAT, "truncated");
    }
    free(f.data);
}
END_TEST

/* Every single bit counts: each flip is refused. */
START_TEST(bit_flips) {
    sample_t s;
    memfile_t f = {0};
    fill(&s);
    OK(save(&s, memfile_write, &f));
    OK(load_from(&f));
    for (size_t bit = 0; bit < 8 * f.n; bit++) {
        f.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
        const lpl_status_t status = load_from(&f);
        ck_assert_msg(status == LPL_E_FORMAT || status == LPL_E_VERSION, "bit %zu of byte %zu flipped: %s", bit % 8, bit / 8,
                      lpl_status_name(status));
        f.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    OK(load_from(&f));
    free(f.data);
}
END_TEST

/* What a transfer in text mode does: CR LF -> LF, LF -> CR LF, CR -> LF, the high bit lost, cut at ^Z. */
START_TEST(text_mode) {
    sample_t s;
    memfile_t f = {0};
    fill(&s);
    OK(save(&s, memfile_write, &f));
    for (int way = 0; way < 5; way++) {
        memfile_t t = {0};
        for (size_t k = 0; k < f.n; k++) {
            unsigned char c = f.data[k], lf = '\n', cr = '\r';
            if (way == 0 && c == '\r' && k + 1 < f.n && f.data[k + 1] == '\n') continue;
            if (way == 1 && c == '\n') memfile_write(&cr, 1, &t);
            if (way == 2 && c == '\r') c = lf;
            if (way == 3) c &= 0x7F;
            if (way == 4 && c == 0x1A) break;
            memfile_write(&c, 1, &t);
        }
        FAILS(load_from(&t), LPL_E_FORMAT, way == 4 ? "truncated" : "text mode");
        free(t.data);
    }
    free(f.data);
}
END_TEST

START_TEST(foreign) {
    static const char *const heads[] = {"\x93NUMPY\x01\x00v\x00{'descr': '<f4'", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "PK\x03\x04 a zip archive", "plain text, more than a head"};
    for (size_t k = 0; k < sizeof heads / sizeof heads[0]; k++) {
        memfile_t t = {0};
        memfile_write(heads[k], 20, &t);
        FAILS(load_from(&t), LPL_E_FORMAT, "not a .lpl file");
        free(t.data);
    }
}
END_TEST

/* Writes the head's version fields, corrects the checksum in END, and loads. */
static lpl_status_t load_version(const memfile_t *f, unsigned major, unsigned minor, uint32_t flags) {
    memfile_t t = memfile_copy(f);
    put_le(t.data + 8, major, 2);
    put_le(t.data + 10, minor, 2);
    put_le(t.data + 12, flags, 4);
    memfile_repair(&t);
    const lpl_status_t status = load_from(&t);
    free(t.data);
    return status;
}

START_TEST(versions) {
    sample_t s;
    memfile_t f = {0};
    fill(&s);
    OK(save(&s, memfile_write, &f));
    OK(load_version(&f, 1, 0, 0));
    OK(load_version(&f, 1, 1, 0));
    OK(load_version(&f, 1, 0xFFFF, 0));
    FAILS(load_version(&f, 2, 0, 0), LPL_E_VERSION, "version 2");
    FAILS(load_version(&f, 0, 0, 0), LPL_E_VERSION, "version 0");
    FAILS(load_version(&f, 1, 0, 1u << 31), LPL_E_VERSION, "flags");
    free(f.data);
}
END_TEST

/* A file of the records given by their tags, each with 8 bytes, read by a loop that knows "DATA" only. */
static lpl_status_t walk(const char *const *tags, size_t n, int end, unsigned minor, size_t *known) {
    memfile_t f = {0};
    lpli_writer_t w;
    lpli_reader_t r;
    uint64_t v = 7;
    lpl_status_t status;
    OK(lpli_write_begin(&w, memfile_write, &f, "save"));
    for (size_t k = 0; k < n; k++) OK(lpli_write_u64(&w, tags[k], &v, 1));
    if (end) OK(lpli_write_end(&w));
    put_le(f.data + 10, minor, 2);
    if (end) memfile_repair(&f);
    *known = 0;
    status = lpli_read_begin(&r, memfile_read, &f, "load");
    while (status >= 0 && (status = lpli_read_next(&r)) >= 0 && !r.at_end) {
        if (strcmp(r.tag, "DATA") != 0) continue;
        status = lpli_read_u64(&r, &v, 1);
        ++*known;
    }
    if (status >= 0) {
        ck_assert_uint_eq(f.at, f.n);
        OK(lpli_read_next(&r)); /* stays at the end */
        ck_assert(r.at_end);
    }
    free(f.data);
    return status;
}

START_TEST(tags) {
    size_t known;
    OK(walk((const char *const[]){"DATA", "note", "DATA", "zzzz"}, 4, 1, 0, &known));
    ck_assert_uint_eq(known, 2);
    OK(walk(NULL, 0, 1, 0, &known));
    FAILS(walk((const char *const[]){"DATA", "NEW1"}, 2, 1, 0, &known), LPL_E_FORMAT, "NEW1");
    FAILS(walk((const char *const[]){"DATA", "NEW1"}, 2, 1, 1, &known), LPL_E_VERSION, "NEW1");
    FAILS(walk((const char *const[]){"DATA", "\x01"
                                             "ABC"},
               2, 1, 0, &known),
          LPL_E_FORMAT, "no record");
    FAILS(walk((const char *const[]){"DATA", "_ABC"}, 2, 1, 0, &known), LPL_E_FORMAT, "no record");
    FAILS(walk((const char *const[]){"DATA", "AB\xC3\xA4"}, 2, 1, 0, &known), LPL_E_FORMAT, "no record");
    FAILS(walk((const char *const[]){"DATA"}, 1, 0, 0, &known), LPL_E_FORMAT, "truncated");
}
END_TEST

/* Records left out, doubled or exchanged: their own checksums hold, the one in END does not. */
START_TEST(moved_records) {
    memfile_t f = {0};
    lpli_writer_t w;
    const uint64_t v[2] = {1, 2};
    OK(lpli_write_begin(&w, memfile_write, &f, "save"));
    OK(lpli_write_u64(&w, "aaaa", &v[0], 1));
    OK(lpli_write_u64(&w, "bbbb", &v[1], 1));
    OK(lpli_write_end(&w));
    enum { HEAD = 48, RECORD = 64 };
    ck_assert_uint_eq(f.n, HEAD + 2 * RECORD + 80);
    for (int way = 0; way < 4; way++) {
        memfile_t t = {0};
        lpli_reader_t r;
        lpl_status_t status;
        memfile_write(f.data, HEAD, &t);
        if (way != 0) memfile_write(f.data + HEAD + (way == 1 ? RECORD : 0), RECORD, &t);
        if (way != 3) memfile_write(f.data + HEAD + (way == 1 ? 0 : RECORD), RECORD, &t);
        if (way == 2) memfile_write(f.data + HEAD + RECORD, RECORD, &t);
        memfile_write(f.data + HEAD + 2 * RECORD, f.n - HEAD - 2 * RECORD, &t);
        OK(lpli_read_begin(&r, memfile_read, &t, "load"));
        while ((status = lpli_read_next(&r)) >= 0 && !r.at_end) {
        }
        FAILS(status, LPL_E_FORMAT, "END");
        free(t.data);
    }
    free(f.data);
}
END_TEST

/* Several objects in one stream, and anything after the last: a reader takes its own object, nothing more. */
START_TEST(several_objects) {
    sample_t a, b;
    loaded_t out;
    memfile_t f = {0};
    fill(&a);
    fill(&b);
    OK(save(&a, memfile_write, &f));
    const size_t first = f.n;
    OK(save(&b, memfile_write, &f));
    memfile_write("garbage", 7, &f);
    OK(load(&out, memfile_read, &f));
    ck_assert_uint_eq(f.at, first);
    ck_assert_mem_eq(a.u64, out.s.u64, sizeof a.u64);
    OK(load(&out, memfile_read, &f));
    ck_assert_uint_eq(f.at, f.n - 7);
    ck_assert_mem_eq(b.u64, out.s.u64, sizeof b.u64);
    FAILS(load(&out, memfile_read, &f), LPL_E_FORMAT, "truncated");

    memfile_t twice = {0}; /* a second END is not part of the object */
    memfile_write(f.data, first, &twice);
    memfile_write(f.data + first - 80, 80, &twice);
    OK(load(&out, memfile_read, &twice));
    ck_assert_uint_eq(twice.at, first);
    FAILS(load(&out, memfile_read, &twice), LPL_E_FORMAT, "not a .lpl file");
    free(f.data), free(twice.data);
}
END_TEST

START_TEST(wrong_lengths) {
    sample_t s;
    memfile_t f = {0};
    fill(&s);
    for (int way = 0; way < 4; way++) {
        lpli_writer_t w;
        lpli_reader_t r;
        f.n = f.at = 0;
        OK(lpli_write_begin(&w, memfile_write, &f, "save"));
        OK(lpli_write_bytes(&w, "DATA", s.bytes, 12));
        OK(lpli_write_end(&w));
        OK(lpli_read_begin(&r, memfile_read, &f, "load"));
        OK(lpli_read_next(&r));
        if (way == 0) FAILS(lpli_read_bytes(&r, s.bytes, 11), LPL_E_FORMAT, "need 11");
        if (way == 1) FAILS(lpli_read_u64(&r, s.u64, 1), LPL_E_FORMAT, "need 8");
        if (way == 2) FAILS(lpli_read_f32(&r, s.f32, 4), LPL_E_FORMAT, "need 16");
        if (way == 3) OK(lpli_read_f32(&r, s.f32, 3));
    }
    free(f.data);
}
END_TEST

/* A source that never ends: after a skippable record's header of absurd length come zeros for ever. */
typedef struct {
    memfile_t start;
    uint64_t delivered;
} endless_t;

static int32_t endless_read(void *buf, size_t n, void *user) {
    endless_t *e = user;
    memset(buf, 0, n);
    const size_t k = e->start.n - e->start.at < n ? e->start.n - e->start.at : n;
    memcpy(buf, e->start.data + e->start.at, k);
    e->start.at += k;
    e->delivered += n;
    return 0;
}

START_TEST(endless) {
    static const uint64_t lengths[] = {((uint64_t)1 << 30) + 1, (uint64_t)1 << 40, INT64_MAX, UINT64_MAX - 63, UINT64_MAX};
    for (size_t k = 0; k < sizeof lengths / sizeof lengths[0]; k++) {
        endless_t e = {0};
        lpli_writer_t w;
        lpli_reader_t r;
        OK(lpli_write_begin(&w, memfile_write, &e.start, "save"));
        OK(lpli_write_bytes(&w, "note", NULL, 0));
        put_le(e.start.data + 48 + 8, lengths[k], 8);
        OK(lpli_read_begin(&r, endless_read, &e, "load"));
        OK(lpli_read_next(&r));
        FAILS(lpli_read_next(&r), LPL_E_FORMAT, "more than 1 GiB");
        ck_assert(e.delivered < 4096);
        free(e.start.data);
    }
}
END_TEST

/* A source of empty skippable records without end. */
static int32_t empty_records_read(void *buf, size_t n, void *user) {
    unsigned char *p = buf, header[16] = {'n', 'o', 't', 'e'};
    uint64_t *position = user;
    put_le(header + 4, slow_crc((const unsigned char *)"note\0\0\0\0\0\0\0", 12), 4);
    for (size_t k = 0; k < n; k++, ++*position) p[k] = *position % 64 >= 48 ? header[*position % 64 - 48] : 0;
    return 0;
}

START_TEST(too_many_records) {
    memfile_t f = {0};
    lpli_writer_t w;
    lpli_reader_t r;
    uint64_t position = 16;
    lpl_status_t status;
    OK(lpli_write_begin(&w, memfile_write, &f, "save"));
    OK(lpli_read_begin(&r, memfile_read, &f, "load"));
    r.read = empty_records_read, r.user = &position;
    while ((status = lpli_read_next(&r)) >= 0 && !r.at_end) {
    }
    FAILS(status, LPL_E_FORMAT, "more than 65536 records");
    free(f.data);
}
END_TEST

/* The write function fails at its k-th call, for every k: LPL_E_IO, and it is not called again. */
START_TEST(write_failures) {
    sample_t s;
    fill(&s);
    size_t calls = 1;
    for (size_t k = 0; k < calls; k++) {
        memfile_t f = {.fail_at = k + 1};
        FAILS(save(&s, memfile_write, &f), LPL_E_IO, "write function");
        ck_assert_uint_eq(f.calls, k + 1);
        free(f.data);
        if (k == 0) {
            memfile_t whole = {0};
            OK(save(&s, memfile_write, &whole));
            calls = whole.calls;
            free(whole.data);
        }
    }
    ck_assert(calls > 10);
}
END_TEST

START_TEST(read_failures) {
    sample_t s;
    loaded_t out;
    memfile_t f = {0};
    fill(&s);
    OK(save(&s, memfile_write, &f));
    f.calls = 0;
    OK(load(&out, memfile_read, &f));
    const size_t calls = f.calls;
    for (size_t k = 0; k < calls; k++) {
        memfile_t t = f;
        t.at = t.calls = 0;
        t.fail_at = k + 1;
        FAILS(load(&out, memfile_read, &t), LPL_E_IO, "read function");
        ck_assert_uint_eq(t.calls, k + 1);
    }
    free(f.data);
}
END_TEST

/* More than one chunk, through rows of all widths: what is written is what a packed array gives. */
START_TEST(chunks) {
    for (int round = 0; round < 30; round++) {
        const size_t rows = testing_size(0, 40), cols = testing_size(0, 3000 / (rows + 1) * 2), ld = cols + testing_size(0, 5);
        double *a = testing_doubles(rows * ld), *packed = testing_doubles(rows * cols), *back = testing_doubles(rows * cols);
        memfile_t f = {0}, g = {0};
        lpli_writer_t w;
        lpli_reader_t r;
        for (size_t i = 0; i < rows; i++)
            for (size_t j = 0; j < cols; j++) packed[i * cols + j] = a[i * ld + j];
        OK(lpli_write_begin(&w, memfile_write, &f, "save"));
        OK(lpli_write_rows(&w, "DATA", a, rows, cols, ld, sizeof(double)));
        OK(lpli_write_end(&w));
        OK(lpli_write_begin(&w, memfile_write, &g, "save"));
        OK(lpli_write_f64(&w, "DATA", packed, rows * cols));
        OK(lpli_write_end(&w));
        ck_assert_uint_eq(f.n, g.n);
        ck_assert_mem_eq(f.data, g.data, f.n);
        ck_assert_uint_le(f.largest, 4096);
        OK(lpli_read_begin(&r, memfile_read, &f, "load"));
        OK(lpli_read_next(&r));
        OK(lpli_read_f64(&r, back, rows * cols));
        OK(lpli_read_next(&r));
        ck_assert(r.at_end);
        if (rows > 0 && cols > 0) ck_assert_mem_eq(back, packed, rows * cols * sizeof(double));
        free(a), free(packed), free(back), free(f.data), free(g.data);
    }
}
END_TEST

int main(void) {
    testing_seed("test_container", 7);
    Suite *suite = suite_create("container");
    TCase *t = tcase_create("container");
    tcase_set_timeout(t, 30);
    tcase_add_test(t, checksum);
    tcase_add_test(t, round_trip);
    tcase_add_test(t, layout);
    tcase_add_test(t, truncation);
    tcase_add_test(t, bit_flips);
    tcase_add_test(t, text_mode);
    tcase_add_test(t, foreign);
    tcase_add_test(t, versions);
    tcase_add_test(t, tags);
    tcase_add_test(t, moved_records);
    tcase_add_test(t, several_objects);
    tcase_add_test(t, wrong_lengths);
    tcase_add_test(t, endless);
    tcase_add_test(t, too_many_records);
    tcase_add_test(t, write_failures);
    tcase_add_test(t, read_failures);
    tcase_add_test(t, chunks);
    suite_add_tcase(suite, t);
    return testing_run(suite);
}
