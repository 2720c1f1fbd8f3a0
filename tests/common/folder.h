/* tests/common/folder.h - a folder of its own for each test of a file reader: folder_setup and folder_teardown are
 * fixtures. */
#ifndef TESTS_FOLDER_H
#define TESTS_FOLDER_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[64], folder_files[16][64];
static size_t folder_n;

static const char *path_of(const char *name) {
    static char path[sizeof folder + sizeof folder_files];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void write_file(const char *name, const void *bytes, size_t n) {
    FILE *file = fopen(path_of(name), "wb");
    size_t known = 0;
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, n, file), n);
    ck_assert_int_eq(fclose(file), 0);
    while (known < folder_n && strcmp(folder_files[known], name) != 0) known++;
    ck_assert_uint_lt(known, sizeof folder_files / sizeof folder_files[0]);
    if (known == folder_n) snprintf(folder_files[folder_n++], sizeof folder_files[0], "%s", name);
}

static void folder_setup(void) {
    snprintf(folder, sizeof folder, "/tmp/lpl-test-%s", "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    folder_n = 0;
}

static void folder_teardown(void) {
    for (size_t i = 0; i < folder_n; i++) unlink(path_of(folder_files[i]));
    rmdir(folder);
}

#endif
