/* tests/fuzz/fuzz_file.c - fuzz target: a folder in which links, hard links, folders and files are made, cut, and
 * saved to and loaded from by name. A save that is done is found under its name and behind all links; one that fails
 * has changed no file; nothing is left behind; a load from a file says what a load from memory says. */
#ifndef _XOPEN_SOURCE
#define _XOPEN_SOURCE 700
#endif
#ifndef _FILE_OFFSET_BITS
#define _FILE_OFFSET_BITS 64
#endif
#include "fuzz/fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAMES = 6, STATES = 3, MAX_STEPS = 40, ROOM = 8192 };

/* "s" and "s/c" are a folder, unless something else came into their place; one name is as long as names can be. */
static const char *const names[NAMES] = {"a", "b", "s/c", "s", "s/../d", NULL};
static char top[64], longest[256];
static lpl_stats_t *state[STATES];
static memfile_t bytes[STATES];

/* The disk is not what is tried here: thousands of saves, not one waits for it. */
int fsync(int fd) { return fd < 0 ? -1 : 0; }

static const char *name(size_t k) { return names[k] != NULL ? names[k] : longest; }

static const char *path_of(size_t k) {
    static char ring[4][400];
    static size_t at;
    char *path = ring[at++ % 4];
    snprintf(path, sizeof ring[0], "%s/%s", top, name(k));
    return path;
}

static void remove_below(const char *folder) {
    DIR *d = opendir(folder);
    for (const struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
        char path[800];
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
        FUZZ_NEED(strncmp(e->d_name, ".lpl-", 5) != 0); /* left behind */
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        if (unlink(path) != 0) {
            remove_below(path);
            rmdir(path);
        }
    }
    if (d != NULL) closedir(d);
}

static void end(void) {
    remove_below(top);
    rmdir(top);
    for (size_t k = 0; k < STATES; k++) lpl_stats_destroy(state[k]), free(bytes[k].data);
}

static void begin(void) {
    if (top[0] != 0) return;
    snprintf(top, sizeof top, "%s/lpl-fuzz-%s", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp",
             "XXXXXX"); /* memory if there is some */
    FUZZ_NEED(mkdtemp(top) != NULL);
    atexit(end);
    memset(longest, 'n', 255);
    for (size_t k = 0; k < STATES; k++) {
        lpl_stats_config_t c;
        FUZZ_NEED(lpl_stats_config_init(&c, sizeof c) == LPL_OK);
        c.n_units = 1 + 20 * k;
        FUZZ_NEED(lpl_stats_create(&c, &state[k]) == LPL_OK &&
                  lpl_stats_save(state[k], memfile_write, &bytes[k]) == LPL_OK);
    }
}

/* What a name holds: bytes, or -1. */
static long content(size_t k, unsigned char *to) {
    struct stat s;
    FILE *f = stat(path_of(k), &s) == 0 && S_ISREG(s.st_mode) ? fopen(path_of(k), "rb") : NULL;
    if (f == NULL) return -1;
    const long n = (long)fread(to, 1, ROOM, f);
    fclose(f);
    return n;
}

static void save(size_t k, size_t which) {
    static unsigned char before[NAMES][ROOM], after[ROOM];
    long n[NAMES];
    struct stat link_before, link_after;
    for (size_t i = 0; i < NAMES; i++) n[i] = content(i, before[i]);
    const int linked = lstat(path_of(k), &link_before) == 0 && S_ISLNK(link_before.st_mode);
    const lpl_status_t status = fuzz_status(lpl_stats_save_file(state[which], path_of(k)));
    FUZZ_NEED(status == LPL_OK || status == LPL_E_IO);
    if (status == LPL_OK) {
        FUZZ_NEED(content(k, after) == (long)bytes[which].n && memcmp(after, bytes[which].data, bytes[which].n) == 0);
        if (linked) FUZZ_NEED(lstat(path_of(k), &link_after) == 0 && link_after.st_ino == link_before.st_ino);
        return;
    }
    for (size_t i = 0; i < NAMES; i++)
        FUZZ_NEED(content(i, after) == n[i] && (n[i] < 0 || memcmp(after, before[i], (size_t)n[i]) == 0));
}

static void load(size_t k) {
    unsigned char held[ROOM];
    const long n = content(k, held);
    lpl_stats_t *a = NULL, *b = NULL;
    const lpl_status_t status = fuzz_status(lpl_stats_load_file(path_of(k), 1 << 18, &a));
    if (n < 0) {
        FUZZ_NEED(status == LPL_E_IO && a == NULL);
        return;
    }
    memfile_t f = {.data = held, .n = (size_t)n}, again = {0};
    FUZZ_NEED(status == lpl_stats_load(memfile_read, &f, 1 << 18, &b));
    FUZZ_NEED((status == LPL_OK) == (a != NULL));
    if (a != NULL) {
        FUZZ_NEED(lpl_stats_save(a, memfile_write, &again) == LPL_OK);
        FUZZ_NEED(again.n <= (size_t)n && memcmp(again.data, held, again.n) == 0);
    }
    free(again.data), lpl_stats_destroy(a), lpl_stats_destroy(b);
}

/* Bytes of the input, or a piece of a state, as a file. */
static void put(size_t k, fuzz_in_t *in) {
    unsigned char mixed[ROOM];
    const memfile_t *from = &bytes[fuzz_pick(in, STATES)];
    size_t n = fuzz_byte(in) % 4 == 0 ? from->n : (from->n * fuzz_byte(in)) / 256;
    memcpy(mixed, from->data, n);
    for (size_t flips = fuzz_byte(in) % 3; flips > 0 && n > 0; flips--) mixed[fuzz_byte(in) * 7 % n] ^= fuzz_byte(in);
    struct stat s;
    if (lstat(path_of(k), &s) == 0 && !S_ISREG(s.st_mode)) return;
    FILE *f = fopen(path_of(k), "wb");
    if (f == NULL) return;
    FUZZ_NEED(fwrite(mixed, 1, n, f) == n);
    fclose(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_in_t in = {data, size};
    begin();
    remove_below(top);
    FUZZ_NEED(mkdir(path_of(3), 0755) == 0);
    for (int step = 0; step < MAX_STEPS && in.n > 0; step++) {
        const size_t what = fuzz_pick(&in, 10), k = fuzz_pick(&in, NAMES), other = fuzz_pick(&in, NAMES);
        char text[600];
        switch (what) {
        case 0:
            snprintf(text, sizeof text, "%s", other % 2 ? name(other) : path_of(other)); /* relative or not */
            if (symlink(text, path_of(k)) != 0) FUZZ_NEED(errno != EINVAL);
            break;
        case 1:
            if (link(path_of(other), path_of(k)) != 0) FUZZ_NEED(errno != EINVAL);
            break;
        case 2:
            if (unlink(path_of(k)) != 0) (void)!rmdir(path_of(k));
            break;
        case 3:
            if (mkdir(path_of(k), 0700) != 0) FUZZ_NEED(errno != EINVAL);
            break;
        case 4: put(k, &in); break;
        case 5:
        case 6: load(k); break;
        default: save(k, fuzz_pick(&in, STATES));
        }
    }
    return 0;
}

/* Bytes of the library's own generator, long enough for a few dozen steps. */
size_t fuzz_seed(size_t k, uint8_t *data, size_t room) {
    uint32_t bits[256];
    if (k >= 32) return 0;
    FUZZ_NEED(lpl_random_bits(bits, 256, 20261128, k, 0) == LPL_OK);
    const size_t n = 60 + 4 * k < room ? 60 + 4 * k : room;
    for (size_t i = 0; i < n; i++) data[i] = (uint8_t)(bits[i] >> 24);
    return n;
}
