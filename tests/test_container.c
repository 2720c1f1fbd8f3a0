/* tests/test_container.c - the .lpl container: checksum, layout, round trip, versions, tags, several objects in one
 * stream. */
#include "common/container_sample.h"

static uint64_t le(const unsigned char *p, int bytes) {
    uint64_t v = 0;
    while (bytes-- > 0) v = v << 8 | p[bytes];
    return v;
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

/* More than one chunk, through rows of all widths: what is written is what a packed array gives. */
START_TEST(chunks) {
    for (int round = 0; round < 30; round++) {
        const size_t rows = testing_size(0, 40), cols = testing_size(0, 3000 / (rows + 1) * 2),
                     ld = cols + testing_size(0, 5);
        double *a = testing_doubles(rows * ld), *packed = testing_doubles(rows * cols),
               *back = testing_doubles(rows * cols);
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
    tcase_add_test(t, versions);
    tcase_add_test(t, tags);
    tcase_add_test(t, several_objects);
    tcase_add_test(t, wrong_lengths);
    tcase_add_test(t, chunks);
    suite_add_tcase(suite, t);
    return testing_run(suite);
}
