/* tests/test_idx.c - the reader of MNIST files that the examples use: right files, and every kind of wrong one. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "worlds/idx.h"
#include "worlds/gz.h"
#include "common/folder.h"

static char why[1200];

/* Two images of 1 x 3, and their labels. */
static const uint8_t good_images[] = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255};
static const uint8_t good_labels[] = {0, 0, 8, 1, 0, 0, 0, 2, 7, 9};

START_TEST(reads_a_pair) {
    idx_t images, labels;
    write_file("train-images-idx3-ubyte", good_images, sizeof good_images);
    write_file("train-labels-idx1-ubyte", good_labels, sizeof good_labels);
    ck_assert_msg(idx_read_pair(&images, &labels, folder, "train", why, sizeof why), "%s", why);
    ck_assert_uint_eq(images.count, 2);
    ck_assert_uint_eq(images.rows, 1);
    ck_assert_uint_eq(images.cols, 3);
    ck_assert_int_eq(memcmp(images.data, good_images + 16, 6), 0);
    ck_assert_uint_eq(labels.count, 2);
    ck_assert_uint_eq(labels.data[1], 9);
    free(images.data);
    free(labels.data);
}
END_TEST

/* Names that unpackers and torchvision give, in any mixture of the two files. */
START_TEST(finds_every_usual_name) {
    static const char *const names[] = {"train-%s-idx%d-ubyte",     "train-%s-idx%d-ubyte.gz",
                                        "train-%s.idx%d-ubyte",     "train-%s.idx%d-ubyte.gz",
                                        "raw/train-%s-idx%d-ubyte", "MNIST/raw/train-%s.idx%d-ubyte.gz"};
    const size_t n = sizeof names / sizeof *names;
    ck_assert(mkdir(path_of("raw"), 0777) == 0 && mkdir(path_of("MNIST"), 0777) == 0 &&
              mkdir(path_of("MNIST/raw"), 0777) == 0);
    for (size_t k = 0; k < n * n; k++) {
        char image_name[64], label_name[64];
        idx_t images, labels;
        snprintf(image_name, sizeof image_name, names[k / n], "images", 3);
        snprintf(label_name, sizeof label_name, names[k % n], "labels", 1);
        write_file(image_name, good_images, sizeof good_images);
        write_file(label_name, good_labels, sizeof good_labels);
        ck_assert_msg(idx_read_pair(&images, &labels, folder, "train", why, sizeof why), "%s, %s: %s", image_name,
                      label_name, why);
        free(images.data);
        free(labels.data);
        unlink(path_of(image_name));
        unlink(path_of(label_name));
    }
    rmdir(path_of("MNIST/raw")), rmdir(path_of("MNIST")), rmdir(path_of("raw"));
}
END_TEST

/* A file that must be refused with a sentence that holds the file's name and these words. */
static void refused(const void *bytes, size_t n, const char *words) {
    idx_t out;
    write_file("a", bytes, n);
    ck_assert(!idx_read_images(&out, path_of("a"), why, sizeof why));
    ck_assert_ptr_null(out.data);
    ck_assert_msg(strstr(why, path_of("a")) != NULL && strstr(why, words) != NULL, "'%s' does not say '%s'", why,
                  words);
}

START_TEST(refuses_every_truncation) {
    for (size_t n = 0; n < sizeof good_images; n++)
        refused(good_images, n, n < 4 ? "no idx file" : n < 16 ? "inside its head" : "promises 2");
}
END_TEST

START_TEST(refuses_what_is_not_meant) {
    uint8_t bytes[sizeof good_images + 1] = {0};
    refused(good_labels, sizeof good_labels, "starts with 0x00000801");
    memcpy(bytes, good_images, sizeof good_images);
    refused(bytes, sizeof bytes, "goes on after");
    memset(bytes + 4, 0xff, 4); /* four thousand million images */
    refused(bytes, sizeof bytes, "not a size");
    memcpy(bytes, good_images, sizeof good_images);
    bytes[15] = 0;
    refused(bytes, sizeof bytes, "not a size");
    bytes[0] = 0x1f;
    bytes[1] = 0x8b;
    refused(bytes, sizeof bytes, "without zlib");
}
END_TEST

START_TEST(refuses_a_missing_or_unequal_pair) {
    static const uint8_t three[] = {0, 0, 8, 1, 0, 0, 0, 3, 7, 9, 1};
    idx_t images, labels;
    ck_assert(!idx_read_pair(&images, &labels, folder, "train", why, sizeof why));
    ck_assert(strstr(why, "holds no train-images-idx3-ubyte") != NULL && strstr(why, folder) != NULL);
    write_file("train-images-idx3-ubyte", good_images, sizeof good_images);
    ck_assert(!idx_read_pair(&images, &labels, folder, "train", why, sizeof why));
    ck_assert_ptr_nonnull(strstr(why, "labels"));
    ck_assert_ptr_null(images.data);
    write_file("train-labels-idx1-ubyte", three, sizeof three);
    ck_assert(!idx_read_pair(&images, &labels, folder, "train", why, sizeof why));
    ck_assert_ptr_nonnull(strstr(why, "3 labels"));
    ck_assert_ptr_null(images.data);
    ck_assert_ptr_null(labels.data);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("idx");
    TCase *tests = tcase_create("idx");
    SRunner *runner = srunner_create(suite);
    int failed;
    suite_add_tcase(suite, tests);
    tcase_add_checked_fixture(tests, folder_setup, folder_teardown);
    tcase_add_test(tests, reads_a_pair);
    tcase_add_test(tests, finds_every_usual_name);
    tcase_add_test(tests, refuses_every_truncation);
    tcase_add_test(tests, refuses_what_is_not_meant);
    tcase_add_test(tests, refuses_a_missing_or_unequal_pair);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
