/* tests/test_gz.c - files that may be compressed, as the examples read them: every byte that is missing, wrong or too
 * many is noticed. Random sizes, contents and cuts; the seed is printed and can be given in LPL_TEST_SEED. */
#include <check.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef HAVE_ZLIB
#include <zlib.h>
#endif

#include "worlds/csv.h"
#include "worlds/gz.h"
#include "worlds/idx.h"
#include "common/folder.h"

#ifdef HAVE_ZLIB
enum { ROOM = 1 << 20 };

static uint64_t state;
static unsigned char packed[ROOM], plain[ROOM], back[ROOM];

static uint32_t draw(uint32_t below) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((state >> 33) % below);
}

static void seed_setup(void) {
    const char *given = getenv("LPL_TEST_SEED");
    state = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)getpid() * 2654435761u;
    printf("seed %llu\n", (unsigned long long)state);
    fflush(stdout);
    folder_setup();
}

/* n bytes as one gzip member at `to`: how many it takes. */
static size_t pack(unsigned char *to, const unsigned char *from, size_t n, int level) {
    z_stream z = {0};
    ck_assert_int_eq(deflateInit2(&z, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (unsigned char *)(uintptr_t)from;
    z.avail_in = (uInt)n;
    z.next_out = to;
    z.avail_out = ROOM / 4;
    ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    const size_t made = ROOM / 4 - z.avail_out;
    deflateEnd(&z);
    return made;
}

static size_t fill_plain(void) {
    const size_t n = 1 + draw(90000); /* more than one buffer of the reader */
    for (size_t i = 0; i < n; i++) plain[i] = (unsigned char)draw(1 + draw(255));
    return n;
}

/* Read the file in pieces of random size: bytes handed out; *bad is what the reader says of them. */
static size_t read_back(const char *name, bool *bad) {
    gz_t *f = gz_open(path_of(name));
    size_t n = 0, got, want;
    ck_assert_ptr_nonnull(f);
    do {
        want = 1 + draw(70000);
        got = gz_read(f, back + n, want < ROOM - n ? want : ROOM - n);
        n += got;
    } while (got == want);
    *bad = gz_bad(f) != NULL;
    ck_assert(!*bad || strlen(gz_bad(f)) > 10);
    ck_assert_uint_eq(gz_read(f, back, 1), 0); /* the end stays the end */
    gz_close(f);
    return n;
}

START_TEST(whole_files) {
    for (int round = 0; round < 20; round++) {
        const size_t n = fill_plain(), members = 1 + draw(3), padding = draw(2) ? draw(1000) : 0;
        size_t size = 0, at = 0;
        for (size_t k = 0; k < members; k++) {
            const size_t part = k + 1 == members ? n - at : draw((uint32_t)(n - at + 1)); /* members may be empty */
            size += pack(packed + size, plain + at, part, (int)draw(10));
            at += part;
        }
        memset(packed + size, 0, padding);
        write_file("a", packed, size + padding);
        bool bad;
        ck_assert_uint_eq(read_back("a", &bad), n);
        ck_assert(!bad && memcmp(back, plain, n) == 0);
        if (gz_is_compressed(plain, n)) continue;
        write_file("a", plain, n);
        ck_assert_uint_eq(read_back("a", &bad), n);
        ck_assert(!bad && memcmp(back, plain, n) == 0);
    }
}
END_TEST

/* One member or two, cut anywhere but at the end of the first: noticed, also inside the last eight bytes. */
START_TEST(every_cut_is_noticed) {
    for (int members = 1; members <= 2; members++) {
        const size_t n = 1 + draw(60), first = pack(packed, plain, n, 6);
        const size_t size = members == 1 ? first : first + pack(packed + first, plain, n, 6);
        for (size_t cut = 2; cut < size; cut++) {
            bool bad;
            write_file("a", packed, cut);
            read_back("a", &bad);
            ck_assert_msg(bad == (cut != first), "%zu of %zu bytes", cut, size);
        }
    }
}
END_TEST

/* Any bit of a member turned over: noticed, or the same bytes come out (the date in the head, bits before stored
 * data). */
START_TEST(every_wrong_bit_is_noticed) {
    const size_t n = 1 + draw(40);
    for (size_t i = 0; i < n; i++) plain[i] = (unsigned char)draw(256);
    const size_t size = pack(packed, plain, n, 6);
    for (size_t bit = 16; bit < 8 * size; bit++) { /* the first two bytes make it a compressed file */
        bool bad;
        packed[bit / 8] ^= (unsigned char)(1 << bit % 8);
        write_file("a", packed, size);
        const size_t got = read_back("a", &bad);
        ck_assert_msg(bad || (got == n && memcmp(back, plain, n) == 0), "bit %zu of byte %zu", bit % 8, bit / 8);
        packed[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
}
END_TEST

START_TEST(what_follows_the_end_is_noticed) {
    const size_t n = fill_plain(), size = pack(packed, plain, n, 1);
    static const char *const tails[] = {"x", "\x1f", "\x1f\x8b", "<html>", "\0x", "\0\0\0\x1f\x8b"};
    static const size_t lengths[] = {1, 1, 2, 6, 2, 5};
    for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++) {
        bool bad;
        memcpy(packed + size, tails[k], lengths[k]);
        write_file("a", packed, size + lengths[k]);
        read_back("a", &bad);
        ck_assert_msg(bad, "tail %zu", k);
    }
}
END_TEST

/* The readers on top: a sentence with the file's name, and not "after 0 of them". */
START_TEST(idx_and_csv_refuse_damage) {
    static unsigned char file[16 + 50 * 49] = {0, 0, 8, 3, 0, 0, 0, 50, 0, 0, 0, 7, 0, 0, 0, 7};
    static const char table[] = "a,b\n1,2\n3,4\n";
    char why[1200];
    for (size_t i = 16; i < sizeof file; i++) file[i] = (unsigned char)draw(256);
    for (size_t lost = 0; lost <= 8; lost++) {
        idx_t images;
        csv_t rows;
        size_t size = pack(packed, file, sizeof file, 6);
        write_file("images.gz", packed, size - lost);
        bool whole = idx_read_images(&images, path_of("images.gz"), why, sizeof why);
        ck_assert_msg(whole == (lost == 0), "%zu bytes lost", lost);
        ck_assert(whole || (strstr(why, "damaged") != NULL && strstr(why, path_of("images.gz")) != NULL &&
                            strstr(why, " 0 ") == NULL));
        free(images.data);
        size = pack(packed, (const unsigned char *)table, sizeof table - 1, 6);
        write_file("t.csv.gz", packed, size - lost);
        whole = csv_read(&rows, path_of("t.csv.gz"), why, sizeof why) == 0;
        ck_assert_msg(whole == (lost == 0) && (whole || strstr(why, "damaged") != NULL), "%zu bytes lost: %s", lost,
                      why);
        csv_free(&rows);
    }
    idx_t images;
    size_t size = pack(packed, file, sizeof file, 0); /* stored: all bytes are there, only the checksum is wrong */
    packed[size - 8] ^= 1;
    write_file("images.gz", packed, size);
    ck_assert(!idx_read_images(&images, path_of("images.gz"), why, sizeof why) && strstr(why, "damaged") != NULL);
}
END_TEST
#endif

START_TEST(a_folder_is_no_file) {
    char byte;
    gz_t *f = gz_open(folder);
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(gz_read(f, &byte, 1), 0);
    ck_assert_ptr_nonnull(gz_bad(f));
    gz_close(f);
    ck_assert_ptr_null(gz_open(path_of("not there")));
    ck_assert_int_eq(errno, ENOENT);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("gz");
    TCase *tests = tcase_create("gz");
    SRunner *runner = srunner_create(suite);
    suite_add_tcase(suite, tests);
#ifdef HAVE_ZLIB
    tcase_add_checked_fixture(tests, seed_setup, folder_teardown);
    tcase_add_test(tests, whole_files);
    tcase_add_test(tests, every_cut_is_noticed);
    tcase_add_test(tests, every_wrong_bit_is_noticed);
    tcase_add_test(tests, what_follows_the_end_is_noticed);
    tcase_add_test(tests, idx_and_csv_refuse_damage);
#else
    tcase_add_checked_fixture(tests, folder_setup, folder_teardown);
#endif
    tcase_add_test(tests, a_folder_is_no_file);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
