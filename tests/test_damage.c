/* tests/test_damage.c - the .lpl container: damage of every kind, hostile and failing sources. */
#include "common/container_sample.h"

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
        ck_assert_msg(status == LPL_E_FORMAT || status == LPL_E_VERSION, "bit %zu of byte %zu flipped: %s", bit % 8,
                      bit / 8, lpl_status_name(status));
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
    static const char heads[][48] = {"\x93NUMPY\x01\x00v\x00{'descr': '<f4'",
                                     "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR and more", "PK\x03\x04 a zip archive",
                                     "plain text, longer than a head"};
    for (size_t k = 0; k < sizeof heads / sizeof heads[0]; k++) {
        memfile_t t = {0};
        memfile_write(heads[k], 20, &t);
        FAILS(load_from(&t), LPL_E_FORMAT, "not a .lpl file");
        free(t.data);
    }
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
    static const uint64_t lengths[] = {((uint64_t)1 << 30) + 1, (uint64_t)1 << 40, INT64_MAX, UINT64_MAX - 63,
                                       UINT64_MAX};
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

/* The limit counts what was skipped before. */
START_TEST(skipped_in_all) {
    memfile_t f = {0};
    lpli_writer_t w;
    const uint64_t v[2] = {1, 2};
    for (int before = 0; before < 2; before++) {
        lpli_reader_t r;
        f.n = f.at = 0;
        OK(lpli_write_begin(&w, memfile_write, &f, "save"));
        OK(lpli_write_u64(&w, "note", v, 2));
        OK(lpli_write_u64(&w, "more", v, 2));
        OK(lpli_write_end(&w));
        OK(lpli_read_begin(&r, memfile_read, &f, "load"));
        if (before) r.skipped = ((uint64_t)1 << 30) - 31; /* room for one of the two */
        OK(lpli_read_next(&r));
        OK(lpli_read_next(&r));
        if (before) {
            FAILS(lpli_read_next(&r), LPL_E_FORMAT, "more than 1 GiB");
        } else {
            OK(lpli_read_next(&r));
            ck_assert(r.at_end && r.skipped == 32);
        }
    }
    free(f.data);
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

int main(void) {
    testing_seed("test_damage", 8);
    Suite *suite = suite_create("damage");
    TCase *t = tcase_create("damage");
    tcase_set_timeout(t, 30);
    tcase_add_test(t, truncation);
    tcase_add_test(t, bit_flips);
    tcase_add_test(t, text_mode);
    tcase_add_test(t, foreign);
    tcase_add_test(t, moved_records);
    tcase_add_test(t, endless);
    tcase_add_test(t, skipped_in_all);
    tcase_add_test(t, too_many_records);
    tcase_add_test(t, write_failures);
    tcase_add_test(t, read_failures);
    suite_add_tcase(suite, t);
    return testing_run(suite);
}
