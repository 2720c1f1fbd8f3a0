/* tests/test_file.c - files by name: links, rights, devices, hard links, long names, limits, failures of the system,
 * many processes. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#ifndef _FILE_OFFSET_BITS
#define _FILE_OFFSET_BITS 64 /* inodes and places in a folder of 64 bits, on 32-bit hosts too */
#endif
#include "common/testing.h"

#ifndef LPLI_NO_STDIO
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/memfile.h"

/* ---- the system's calls, which fail when asked to: the library is in this program, so it calls these ---- */

typedef struct {
    int armed;    /* this call (1, 2, ...) and the later ones fail; 0: none */
    int error;    /* with this error; 0: write takes one byte only, read gives one */
    int calls;    /* since armed */
    int once;     /* only that call fails */
    int only_new; /* fsync: only regular files count (1), only folders (2) */
} fault_t;

static fault_t room_fault, write_fault, read_fault, fsync_fault, close_fault, rename_fault;

static int due(fault_t *f) {
    if (f->armed == 0 || ++f->calls < f->armed) return 0;
    if (f->once) f->armed = 0;
    return 1;
}

static void *next_call(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (found == NULL) abort();
    return found;
}

/* A function's address out of an object's. */
#define NEXT(type, name)                               \
    static type next;                                  \
    if (next == NULL) {                                \
        void *found_ = next_call(name);                \
        memcpy((void *)&next, &found_, sizeof found_); \
    }

typedef ssize_t (*write_fn)(int, const void *, size_t);
typedef ssize_t (*read_fn)(int, void *, size_t);
typedef int (*fd_fn)(int);
typedef int (*rename_fn)(int, const char *, int, const char *);

ssize_t write(int fd, const void *bytes, size_t n) {
    NEXT(write_fn, "write")
    if (due(&write_fault)) {
        if (write_fault.error == 0) return next(fd, bytes, n < 1 ? n : 1);
        errno = write_fault.error;
        return -1;
    }
    return next(fd, bytes, n);
}

ssize_t read(int fd, void *bytes, size_t n) {
    NEXT(read_fn, "read")
    if (due(&read_fault)) {
        if (read_fault.error == 0) return next(fd, bytes, n < 1 ? n : 1);
        errno = read_fault.error;
        return -1;
    }
    return next(fd, bytes, n);
}

int fsync(int fd) {
    NEXT(fd_fn, "fsync")
    struct stat s;
    const int kind = fstat(fd, &s) == 0 && S_ISDIR(s.st_mode) ? 2 : 1;
    if ((fsync_fault.only_new == 0 || fsync_fault.only_new == kind) && due(&fsync_fault)) {
        errno = fsync_fault.error;
        return -1;
    }
    return next(fd);
}

int close(int fd) {
    NEXT(fd_fn, "close")
    if (due(&close_fault)) {
        next(fd);
        errno = close_fault.error;
        return -1;
    }
    return next(fd);
}

int renameat(int from, const char *old, int to, const char *new) {
    NEXT(rename_fn, "renameat")
    if (due(&rename_fault)) {
        errno = rename_fault.error;
        return -1;
    }
    return next(from, old, to, new);
}

#ifdef __GLIBC__ /* elsewhere that name may be a macro; the library asks for files of any length */
typedef int (*room_fn)(int, off64_t, off64_t);

int posix_fallocate64(int fd, off64_t at, off64_t n) {
    NEXT(room_fn, "posix_fallocate64")
    if (!due(&room_fault)) return next(fd, at, n);
    (void)!ftruncate64(fd, at + n / 2); /* some systems have allocated a part by then */
    return room_fault.error;
}
#endif

static void no_faults(void) {
    memset(&room_fault, 0, sizeof room_fault);
    memset(&write_fault, 0, sizeof write_fault), memset(&read_fault, 0, sizeof read_fault),
        memset(&fsync_fault, 0, sizeof fsync_fault);
    memset(&close_fault, 0, sizeof close_fault), memset(&rename_fault, 0, sizeof rename_fault);
}

/* ---- a folder, files, layers ---- */

static char top[64];
static lpl_layer_t *layer, *other; /* two states of different length */

static lpl_layer_t *make_layer(size_t n_pre, uint64_t seed) {
    lpl_layer_config_t c;
    lpl_layer_t *l = NULL;
    OK(lpl_layer_config_init(&c, sizeof c));
    c.n_pre = n_pre, c.n_post = 10, c.seed = seed;
    OK(lpl_layer_create(&c, &l));
    return l;
}

static char *in_top(const char *name) {
    static char ring[8][4200];
    static int at;
    char *path = ring[at++ % 8];
    snprintf(path, sizeof ring[0], "%s/%s", top, name);
    return path;
}

static void setup(void) {
    snprintf(top, sizeof top, "/tmp/lpl-test-%s", "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(top));
    ck_assert_int_eq(chmod(top, 0777), 0);
    umask(022);
    no_faults();
    layer = make_layer(1500, 1), other = make_layer(50, 2); /* more and less than the buffer between two writes */
}

static void remove_all(const char *path) {
    DIR *d = opendir(path);
    const struct dirent *e;
    char below[4500];
    while (d != NULL && (e = readdir(d)) != NULL) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
        snprintf(below, sizeof below, "%s/%s", path, e->d_name);
        if (unlink(below) != 0) remove_all(below);
    }
    if (d != NULL) closedir(d);
    rmdir(path);
}

static void teardown(void) {
    no_faults();
    lpl_layer_destroy(layer), lpl_layer_destroy(other);
    remove_all(top);
}

/* Files of a folder: nothing may be left behind. */
static size_t entries(const char *path) {
    DIR *d = opendir(path);
    size_t n = 0;
    const struct dirent *e;
    ck_assert_ptr_nonnull(d);
    while ((e = readdir(d)) != NULL) n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    closedir(d);
    return n;
}

static memfile_t bytes_of(const lpl_layer_t *l) {
    memfile_t f = {0};
    OK(lpl_layer_save(l, memfile_write, &f));
    return f;
}

/* Does the file hold exactly this layer's state? */
static int holds(const char *path, const lpl_layer_t *l) {
    memfile_t want = bytes_of(l);
    FILE *f = fopen(path, "rb");
    unsigned char *got = malloc(want.n + 1);
    const int same = f != NULL && fread(got, 1, want.n + 1, f) == want.n && memcmp(got, want.data, want.n) == 0;
    if (f != NULL) fclose(f);
    free(got), free(want.data);
    return same;
}

static void put_text(const char *path, const char *text) {
    FILE *f = fopen(path, "wb");
    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
}

static struct stat status_of(const char *path) {
    struct stat s;
    ck_assert_msg(lstat(path, &s) == 0, "no %s", path);
    return s;
}

#define HOLDS(path, l) ck_assert_msg(holds(path, l), "%s does not hold the state of %s", path, #l)

static lpl_status_t put_layer(lpl_write_fn write_, void *file, void *user) {
    return lpl_layer_save(user, write_, file);
}

/* A save that must fail: LPL_E_IO with these words; again, where nothing was injected, with this reason. */
static void fails(const lpl_layer_t *l, const char *path, int error, const char *word) {
    int32_t reason = -1;
    FAILS(lpl_layer_save_file(l, path), LPL_E_IO, word);
    ck_assert_ptr_nonnull(strstr(lpl_last_error(), "LPL_E_IO lpl_layer_save_file: cannot "));
    no_faults();
    if (error == 0) return;
    FAILS(lpl_file_save(&reason, path, put_layer, (void *)(uintptr_t)l), LPL_E_IO, word);
    ck_assert_int_eq(reason, error);
}

/* ---- every kind of object ---- */

typedef struct {
    const char *name;
    void *(*make)(void);
    lpl_status_t (*save)(const void *o, lpl_write_fn write, void *user);
    lpl_status_t (*save_file)(const void *o, const char *path);
    lpl_status_t (*load_file)(const char *path, void **out);
    void (*destroy)(void *o);
} kind_t;

#define KIND(topic, set, make_call, load_call)                                         \
    static void *fresh_##topic(void) {                                                 \
        lpl_##topic##_config_t c;                                                      \
        lpl_##topic##_t *o = NULL;                                                     \
        OK(lpl_##topic##_config_init(&c, sizeof c));                                   \
        set;                                                                           \
        OK(make_call);                                                                 \
        return o;                                                                      \
    }                                                                                  \
    static lpl_status_t save_##topic(const void *o, lpl_write_fn write_, void *user) { \
        return lpl_##topic##_save(o, write_, user);                                    \
    }                                                                                  \
    static lpl_status_t save_file_##topic(const void *o, const char *path) {           \
        return lpl_##topic##_save_file(o, path);                                       \
    }                                                                                  \
    static lpl_status_t load_file_##topic(const char *path, void **out) {              \
        lpl_##topic##_t *o = NULL;                                                     \
        const lpl_status_t status = load_call;                                         \
        *out = o;                                                                      \
        return status;                                                                 \
    }                                                                                  \
    static void destroy_##topic(void *o) { lpl_##topic##_destroy(o); }

#define lpl_stack_config_t lpl_layer_config_t
#define lpl_stack_config_init lpl_layer_config_init
static lpl_status_t stack_of(const lpl_layer_config_t *c, lpl_stack_t **out) {
    const lpl_layer_config_t *const list[1] = {c};
    return lpl_stack_create(list, 1, out);
}
/* clang-format off */
KIND(layer, (c.n_pre = 6, c.n_post = 4), lpl_layer_create(&c, &o), lpl_layer_load_file(path, 0, 1, &o))
KIND(stack, (c.n_pre = 6, c.n_post = 4), stack_of(&c, &o), lpl_stack_load_file(path, 0, 1, &o))
KIND(stats, (c.n_units = 5), lpl_stats_create(&c, &o), lpl_stats_load_file(path, 0, &o))
KIND(spiking, (c.n_pre = 7, c.n_post = 3), lpl_spiking_create(&c, NULL, &o), lpl_spiking_load_file(path, 0, 1, &o))
KIND(projection, (c.n_pre = 7, c.n_post = 3), lpl_projection_create(&c, NULL, &o), lpl_projection_load_file(path, 0,
&o))
KIND(lif, (c.n = 5), lpl_lif_create(&c, &o), lpl_lif_load_file(path, 0, &o))
KIND(record, (c.n = 5), lpl_record_create(&c, &o), lpl_record_load_file(path, 0, &o))
#define ROW(topic) {#topic, fresh_##topic, save_##topic, save_file_##topic, load_file_##topic, destroy_##topic}
static const kind_t kinds[] = {ROW(layer), ROW(stack), ROW(stats), ROW(spiking), ROW(projection), ROW(lif),
ROW(record)};
/* clang-format on */
enum { KINDS = sizeof kinds / sizeof kinds[0] };

static void one_kind(int which) {
    const kind_t *k = &kinds[which];
    char word[100];
    memfile_t want = {0}, got = {0};
    void *a = k->make(), *b = NULL;
    const char *path = in_top("o.lpl");
    OK(k->save_file(a, path));
    OK(k->load_file(path, &b));
    OK(k->save(a, memfile_write, &want));
    OK(k->save(b, memfile_write, &got));
    ck_assert(want.n == got.n && memcmp(want.data, got.data, got.n) == 0);
    ck_assert_int_eq(status_of(path).st_size, (off_t)want.n);
    k->destroy(b);
    /* and their refusals */
    snprintf(word, sizeof word, "LPL_E_IO lpl_%s_load_file: cannot open %s: No such file", k->name, in_top("none.lpl"));
    FAILS(k->load_file(in_top("none.lpl"), &b), LPL_E_IO, word);
    snprintf(word, sizeof word, "LPL_E_NULL lpl_%s_save_file: path = NULL", k->name);
    FAILS(k->save_file(a, NULL), LPL_E_NULL, word);
    snprintf(word, sizeof word, "lpl_%s_load_file: path = NULL", k->name);
    FAILS(k->load_file(NULL, &b), LPL_E_NULL, word);
    FAILS(k->save_file(NULL, path), LPL_E_NULL, "NULL");
    for (off_t cut = 0; cut < (off_t)want.n; cut += 1 + (off_t)want.n / 7) {
        ck_assert_int_eq(truncate(path, cut), 0);
        FAILS(k->load_file(path, &b), LPL_E_FORMAT, "truncated");
        ck_assert_ptr_nonnull(strstr(lpl_last_error(), path));
        ck_assert_ptr_null(b);
        OK(k->save_file(a, path));
    }
    for (int other_kind = 0; other_kind < KINDS; other_kind++)
        if (other_kind != which) ck_assert_int_eq(kinds[other_kind].load_file(path, &b), LPL_E_FORMAT);
    ck_assert_uint_eq(entries(top), 1);
    ck_assert_int_eq(unlink(path), 0);
    k->destroy(a), free(want.data), free(got.data);
}

START_TEST(every_kind) {
    for (int which = 0; which < KINDS; which++) one_kind(which);
}
END_TEST

/* ---- links ---- */

START_TEST(links) {
    ck_assert_int_eq(mkdir(in_top("real"), 0755), 0);
    ck_assert_int_eq(mkdir(in_top("links"), 0755), 0);
    put_text(in_top("real/run7.lpl"), "old");
    ck_assert_int_eq(symlink("real/run7.lpl", in_top("latest.lpl")), 0);
    OK(lpl_layer_save_file(layer, in_top("latest.lpl"))); /* a link, seen from its own folder */
    ck_assert(S_ISLNK(status_of(in_top("latest.lpl")).st_mode));
    HOLDS(in_top("real/run7.lpl"), layer);
    /* a chain: absolute, up, beside, through a folder that is a link */
    ck_assert_int_eq(symlink("../real", in_top("links/folder")), 0);
    ck_assert_int_eq(symlink("folder/run7.lpl", in_top("links/a")), 0);
    ck_assert_int_eq(symlink("a", in_top("links/b")), 0);
    ck_assert_int_eq(symlink("../links/b", in_top("real/c")), 0);
    ck_assert_int_eq(symlink(in_top("real/c"), in_top("d")), 0);
    OK(lpl_layer_save_file(other, in_top("d")));
    HOLDS(in_top("real/run7.lpl"), other);
    static const char *const stay[] = {"latest.lpl", "links/folder", "links/a", "links/b", "real/c", "d"};
    for (size_t k = 0; k < sizeof stay / sizeof stay[0]; k++) ck_assert(S_ISLNK(status_of(in_top(stay[k])).st_mode));
    /* to a file that does not exist yet */
    ck_assert_int_eq(symlink("real/new.lpl", in_top("dangling")), 0);
    OK(lpl_layer_save_file(layer, in_top("dangling")));
    HOLDS(in_top("real/new.lpl"), layer);
    ck_assert(S_ISLNK(status_of(in_top("dangling")).st_mode));
    /* nowhere */
    ck_assert_int_eq(symlink("none/new.lpl", in_top("lost")), 0);
    fails(layer, in_top("lost"), ENOENT, "/none: No such file or directory");
    ck_assert_int_eq(symlink("loop2", in_top("loop1")), 0);
    ck_assert_int_eq(symlink("loop1", in_top("loop2")), 0);
    fails(layer, in_top("loop1"), ELOOP, "Too many levels of symbolic links");
    ck_assert_int_eq(symlink("real", in_top("to_folder")), 0);
    fails(layer, in_top("to_folder"), EISDIR, "Is a directory");
    ck_assert_uint_eq(entries(in_top("real")), 3); /* run7.lpl new.lpl c */
    ck_assert_uint_eq(entries(in_top("links")), 3);
    ck_assert_uint_eq(entries(top), 9);
}
END_TEST

START_TEST(relative_paths) {
    char here[4096];
    ck_assert_ptr_nonnull(getcwd(here, sizeof here));
    ck_assert_int_eq(chdir(top), 0);
    OK(lpl_layer_save_file(layer, "net.lpl"));
    HOLDS(in_top("net.lpl"), layer);
    OK(lpl_layer_save_file(other, "./net.lpl"));
    HOLDS(in_top("net.lpl"), other);
    fails(layer, "none/net.lpl", ENOENT, "cannot use folder none: No such file or directory");
    fails(layer, "net.lpl/x.lpl", ENOTDIR, "folder net.lpl: Not a directory");
    fails(layer, "", ENOENT, "No such file");
    fails(layer, ".", EISDIR, "Is a directory");
    fails(layer, "..", EISDIR, "Is a directory");
    fails(layer, "net.lpl/", EISDIR, "Is a directory");
    fails(layer, "/", EISDIR, "Is a directory");
    fails(layer, top, EISDIR, "Is a directory");
    HOLDS(in_top("net.lpl"), other);
    ck_assert_uint_eq(entries(top), 1);
    ck_assert_int_eq(chdir(here), 0);
}
END_TEST

/* ---- rights ---- */

START_TEST(rights) {
    static const mode_t modes[] = {0600, 0640, 0644, 0660, 0666, 0755, 0700};
    const char *path = in_top("net.lpl");
    for (int round = 0; round < 2; round++) {
        umask(round ? 0077 : 0002);
        OK(lpl_layer_save_file(layer, path));
        ck_assert_uint_eq(status_of(path).st_mode & 07777, round ? 0600 : 0664);
        for (size_t k = 0; k < sizeof modes / sizeof modes[0]; k++) {
            ck_assert_int_eq(chmod(path, modes[k]), 0);
            OK(lpl_layer_save_file(k % 2 ? layer : other, path));
            ck_assert_uint_eq(status_of(path).st_mode & 07777, modes[k]);
            HOLDS(path, k % 2 ? layer : other);
        }
        if (geteuid() == 0) { /* owner and group too */
            ck_assert_int_eq(chown(path, 1234, 4321), 0);
            ck_assert_int_eq(chmod(path, 04750), 0);
            OK(lpl_layer_save_file(layer, path));
            ck_assert(status_of(path).st_uid == 1234 && status_of(path).st_gid == 4321);
            ck_assert_uint_eq(status_of(path).st_mode & 07777, 04750);
        }
        ck_assert_int_eq(unlink(path), 0);
    }
}
END_TEST

/* Run in a process of its own, without the rights of root. Returns its exit status. */
static int as_nobody(void (*job)(void)) {
    int status;
    const pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) _exit(99);
        job();
        _exit(0);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* In the child: no assertions of Check, an exit status. */
#define NEED(number, condition)                                                       \
    do {                                                                              \
        if (!(condition)) {                                                           \
            fprintf(stderr, "%s does not hold (%s)\n", #condition, lpl_last_error()); \
            _exit(number);                                                            \
        }                                                                             \
    } while (0)

static void without_rights(void) {
    int32_t reason = 0;
    NEED(1, lpl_file_save(&reason, in_top("shut/net.lpl"), put_layer, layer) == LPL_E_IO && reason == EACCES);
    NEED(2, strstr(lpl_last_error(), "cannot make a file in folder ") &&
                strstr(lpl_last_error(), "/shut: Permission denied"));
    NEED(3, lpl_file_save(&reason, in_top("open/kept.lpl"), put_layer, layer) == LPL_E_IO && reason == EACCES);
    NEED(4, strstr(lpl_last_error(), "write-protected") && strstr(lpl_last_error(), "open/kept.lpl"));
    NEED(5,
         lpl_file_save(&reason, in_top("shut/link.lpl"), put_layer, layer) >= 0 && reason == 0); /* a link out of it */
    NEED(6, lpl_layer_save_file(layer, in_top("blind/net.lpl")) >= 0);   /* enter and write, but not list */
    NEED(7, lpl_layer_save_file(layer, in_top("open/theirs.lpl")) >= 0); /* somebody else's file */
    NEED(8, lpl_file_load(&reason, in_top("open/secret.lpl"), NULL, NULL) == LPL_E_NULL);
    lpl_layer_t *l = NULL;
    NEED(9, lpl_layer_load_file(in_top("open/secret.lpl"), 0, 1, &l) == LPL_E_IO &&
                strstr(lpl_last_error(), "Permission denied"));
    NEED(10, lpl_layer_save_file(layer, in_top("locked/net.lpl")) == LPL_E_IO &&
                 strstr(lpl_last_error(), "/locked: Permission denied"));
}

START_TEST(no_rights) {
    const uid_t nobody = geteuid() == 0 ? 65534 : geteuid();
    static const char *const made[] = {"shut", "open", "blind", "locked"};
    for (size_t k = 0; k < 4; k++) ck_assert_int_eq(mkdir(in_top(made[k]), 0755), 0);
    ck_assert_int_eq(chown(in_top("open"), nobody, (gid_t)-1), 0);
    ck_assert_int_eq(chown(in_top("blind"), nobody, (gid_t)-1), 0);
    put_text(in_top("shut/net.lpl"), "old"), put_text(in_top("open/kept.lpl"), "old"),
        put_text(in_top("open/secret.lpl"), "old");
    put_text(in_top("open/theirs.lpl"), "old");
    ck_assert_int_eq(chmod(in_top("shut/net.lpl"), 0666), 0);
    ck_assert_int_eq(chmod(in_top("open/theirs.lpl"), 04676), 0);
    ck_assert_int_eq(symlink("../open/linked.lpl", in_top("shut/link.lpl")), 0);
    ck_assert_int_eq(chmod(in_top("open/kept.lpl"), 0444), 0);
    ck_assert_int_eq(chmod(in_top("open/secret.lpl"), 0000), 0);
    ck_assert_int_eq(chmod(in_top("shut"), 0555), 0);
    ck_assert_int_eq(chmod(in_top("blind"), 0300), 0);
    ck_assert_int_eq(chmod(in_top("locked"), 0000), 0);
    ck_assert_int_eq(as_nobody(without_rights), 0);
    for (size_t k = 0; k < 4; k++) ck_assert_int_eq(chmod(in_top(made[k]), 0755), 0);
    ck_assert_int_eq(status_of(in_top("shut/net.lpl")).st_size, 3);
    ck_assert_int_eq(status_of(in_top("open/kept.lpl")).st_size, 3);
    HOLDS(in_top("open/linked.lpl"), layer), HOLDS(in_top("blind/net.lpl"), layer),
        HOLDS(in_top("open/theirs.lpl"), layer);
    if (geteuid() == 0) /* another owner and group: no set-uid bit, and the group gets what everybody has */
        ck_assert_uint_eq(status_of(in_top("open/theirs.lpl")).st_mode & 07777, 0666);
    ck_assert_uint_eq(entries(in_top("shut")), 2);
    ck_assert_uint_eq(entries(in_top("open")), 4);
    ck_assert_uint_eq(entries(in_top("blind")), 1);
    ck_assert_uint_eq(entries(in_top("locked")), 0);
}
END_TEST

/* ---- in place ---- */

START_TEST(hard_links) {
    const char *a = in_top("a.lpl"), *b = in_top("b.lpl");
    for (int round = 0; round < 2; round++) {
        const lpl_layer_t *first = round ? other : layer, *second = round ? layer : other; /* shorter, longer */
        OK(lpl_layer_save_file(first, a));
        ck_assert_int_eq(chmod(a, 0604), 0);
        ck_assert_int_eq(link(a, b), 0);
        const struct stat before = status_of(a);
        OK(lpl_layer_save_file(second, b));
        ck_assert(status_of(a).st_ino == before.st_ino && status_of(b).st_ino == before.st_ino &&
                  status_of(a).st_nlink == 2);
        ck_assert_uint_eq(status_of(a).st_mode & 07777, 0604);
        HOLDS(a, second), HOLDS(b, second);
        /* what fails before the last copy costs nothing */
        write_fault = (fault_t){.armed = 1, .error = ENOSPC};
        fails(first, a, 0, "No space left");
        HOLDS(a, second);
#ifdef __GLIBC__
        if (second == other) { /* no room for the longer one */
            room_fault = (fault_t){.armed = 1, .error = ENOSPC};
            fails(first, a, 0, "No space left");
            HOLDS(a, second);
        }
#endif
        ck_assert_uint_eq(entries(top), 2);
        ck_assert_int_eq(unlink(a) + unlink(b), 0);
    }
}
END_TEST

/* A process that reads all of a pipe or socket and writes it to a file. */
static pid_t reader_of(int fd, int fd_not, const char *path, const char *out) {
    const pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid != 0) return pid;
    char piece[777];
    ssize_t n;
    if (fd_not >= 0) close(fd_not);
    if (path != NULL) fd = open(path, O_RDONLY);
    FILE *f = fopen(out, "wb");
    while ((n = read(fd, piece, sizeof piece)) > 0)
        if (fwrite(piece, 1, (size_t)n, f) != (size_t)n) _exit(1);
    _exit(fclose(f) != 0 || n < 0);
}

static void ended(pid_t pid) {
    int status = -1;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
}

START_TEST(pipes_and_devices) {
    char name[64];
    int ends[2];
    OK(lpl_layer_save_file(layer, "/dev/null"));
    ck_assert(S_ISCHR(status_of("/dev/null").st_mode));
    fails(layer, "/dev/full", ENOSPC, "cannot write /dev/full: No space left on device");
    ck_assert_int_eq(symlink("/dev/full", in_top("full")), 0);
    fails(layer, in_top("full"), ENOSPC, "No space left on device");
    /* a named pipe, into and out of */
    ck_assert_int_eq(mkfifo(in_top("fifo"), 0600), 0);
    pid_t pid = reader_of(-1, -1, in_top("fifo"), in_top("got"));
    OK(lpl_layer_save_file(layer, in_top("fifo")));
    ended(pid);
    HOLDS(in_top("got"), layer);
    ck_assert(S_ISFIFO(status_of(in_top("fifo")).st_mode));
    fflush(stdout);
    pid = fork();
    if (pid == 0) _exit(lpl_layer_save_file(layer, in_top("fifo")) < 0);
    lpl_layer_t *back = NULL;
    OK(lpl_layer_load_file(in_top("fifo"), 0, 1, &back));
    ended(pid);
    memfile_t a = bytes_of(layer), b = bytes_of(back);
    ck_assert(a.n == b.n && memcmp(a.data, b.data, a.n) == 0);
    free(a.data), free(b.data), lpl_layer_destroy(back);
    /* open files: a pipe, a socket, a file at its place (as "> file" and "/dev/stdout" of a shell) */
    for (int sort = 0; sort < 2; sort++) {
        ck_assert_int_eq(sort ? socketpair(AF_UNIX, SOCK_STREAM, 0, ends) : pipe(ends), 0);
        pid = reader_of(ends[0], ends[1], NULL, in_top("got"));
        close(ends[0]);
        snprintf(name, sizeof name, "/dev/fd/%d", ends[1]);
        OK(lpl_layer_save_file(sort ? other : layer, name));
        close(ends[1]);
        ended(pid);
        HOLDS(in_top("got"), sort ? other : layer);
    }
    put_text(in_top("out"), "");
    const int fd = open(in_top("out"), O_WRONLY);
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    const ino_t inode = status_of(in_top("out")).st_ino;
    ck_assert_int_eq((int)write(fd, "head", 4), 4);
    OK(lpl_layer_save_file(layer, name));
    ck_assert_int_eq((int)write(fd, "tail", 4), 4);
    close(fd);
    a = bytes_of(layer);
    ck_assert_int_eq(status_of(in_top("out")).st_size, (off_t)a.n + 8);
    ck_assert(status_of(in_top("out")).st_ino == inode);
    free(a.data);
    /* nobody reads: an error where the host ignores SIGPIPE */
    struct sigaction ignore = {.sa_handler = SIG_IGN}, old;
    sigaction(SIGPIPE, &ignore, &old);
    ck_assert_int_eq(pipe(ends), 0);
    close(ends[0]);
    snprintf(name, sizeof name, "/dev/fd/%d", ends[1]);
    fails(layer, name, EPIPE, "Broken pipe");
    close(ends[1]);
    /* one that would have to wait */
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    int room = 4096;
    setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    snprintf(name, sizeof name, "/dev/fd/%d", ends[1]);
    fails(layer, name, EAGAIN, "would have to wait");
    close(ends[0]), close(ends[1]);
    sigaction(SIGPIPE, &old, NULL);
    ck_assert_uint_eq(entries(top), 4); /* full fifo got out */
}
END_TEST

/* ---- lengths ---- */

START_TEST(long_names) {
    char name[300], path[PATH_MAX + 10];
    memset(name, 'n', sizeof name);
    name[255] = 0;
    OK(lpl_layer_save_file(layer, in_top(name)));
    OK(lpl_layer_save_file(other, in_top(name)));
    HOLDS(in_top(name), other);
    name[255] = 'n', name[256] = 0;
    fails(layer, in_top(name), ENAMETOOLONG, "File name too long");
    ck_assert_ptr_nonnull(
        strstr(lpl_last_error(), "cannot write ...nnnn")); /* the end of the name and the reason fit */
    name[100] = 0;
    /* as long as open() takes it: nothing is added */
    size_t n = (size_t)snprintf(path, sizeof path, "%s/", top);
    while (n + 6 + 2 <= PATH_MAX - 1) n += (size_t)snprintf(path + n, sizeof path - n, "./");
    while (n < PATH_MAX - 1) path[n++] = 'x';
    path[n] = 0;
    ck_assert_uint_eq(strlen(path), PATH_MAX - 1);
    OK(lpl_layer_save_file(layer, path));
    OK(lpl_layer_save_file(other, path));
    HOLDS(path, other);
    path[n] = 'x', path[n + 1] = 0;
    fails(layer, path, ENAMETOOLONG, "File name too long");
    ck_assert_uint_eq(entries(top), 2);
    /* letters of several bytes are not cut through */
    for (size_t k = 0; k < 200; k += 2) memcpy(name + k, "\xC3\xA4", 2);
    for (int shift = 0; shift < 2; shift++) {
        strcpy(name + 200, shift ? "x.lpl" : ".lpl");
        lpl_layer_t *l = NULL;
        FAILS(lpl_layer_load_file(in_top(name), 0, 1, &l), LPL_E_IO, "cannot open ...\xC3\xA4");
    }
}
END_TEST

/* ---- failures of the system ---- */

/* A save that fails leaves the old file and nothing else, whatever failed and when. */
START_TEST(injected) {
    const char *path = in_top("net.lpl");
    static const struct {
        fault_t *which;
        fault_t how;
        const char *word;
    } faults[] = {
        {&write_fault, {.armed = 1, .error = ENOSPC}, "No space left on device"},
        {&write_fault, {.armed = 2, .error = EIO}, "Input/output error"},
        {&write_fault, {.armed = 3, .error = EDQUOT}, "Disk quota exceeded"},
        {&write_fault, {.armed = 1, .error = 4095}, "error 4095"},
        {&fsync_fault, {.armed = 1, .error = EIO, .only_new = 1}, "Input/output error"},
        {&fsync_fault, {.armed = 1, .error = ENOSPC, .only_new = 1}, "No space left"},
        {&close_fault, {.armed = 1, .error = EDQUOT}, "Disk quota exceeded"},
        {&rename_fault, {.armed = 1, .error = EIO}, "Input/output error"},
        {&rename_fault, {.armed = 1, .error = ENOSPC}, "No space left"},
    };
    for (int old = 0; old < 2; old++) {
        for (size_t k = 0; k < sizeof faults / sizeof faults[0]; k++) {
            *faults[k].which = faults[k].how;
            if (faults[k].which == &close_fault) close_fault.armed = 1, close_fault.once = 1;
            fails(layer, path, 0, faults[k].word);
            no_faults();
            ck_assert_ptr_nonnull(strstr(lpl_last_error(), path));
            if (old) HOLDS(path, other);
            ck_assert_uint_eq(entries(top), (size_t)old);
        }
        OK(lpl_layer_save_file(other, path));
    }
    /* one byte at a time, interrupted, and calls that a file system does not know: all fine */
    write_fault = (fault_t){.armed = 1};
    OK(lpl_layer_save_file(layer, path));
    no_faults();
    HOLDS(path, layer);
    write_fault = (fault_t){.armed = 2, .error = EINTR, .once = 1},
    fsync_fault = (fault_t){.armed = 1, .error = EINTR, .once = 1};
    OK(lpl_layer_save_file(other, path));
    HOLDS(path, other);
    fsync_fault = (fault_t){.armed = 1, .error = EINVAL};
    OK(lpl_layer_save_file(layer, path));
    no_faults();
    /* the folder cannot be flushed: the new file has its name, and the error says what may be lost */
    fsync_fault = (fault_t){.armed = 1, .error = EIO, .only_new = 2};
    fails(other, path, 0, "cannot flush folder");
    no_faults();
    HOLDS(path, other);
    ck_assert_uint_eq(entries(top), 1);
}
END_TEST

/* A name that cannot be given to another file (a mount point): copied into. */
START_TEST(cannot_be_renamed) {
    const char *path = in_top("net.lpl");
    OK(lpl_layer_save_file(layer, path));
    ck_assert_int_eq(chmod(path, 0640), 0);
    const ino_t inode = status_of(path).st_ino;
    static const int errors[] = {EBUSY, EXDEV, EPERM};
    for (int k = 0; k < 3; k++) {
        rename_fault = (fault_t){.armed = 1, .error = errors[k]};
        OK(lpl_layer_save_file(k % 2 ? layer : other, path));
        no_faults();
        HOLDS(path, k % 2 ? layer : other);
        ck_assert(status_of(path).st_ino == inode);
        ck_assert_uint_eq(status_of(path).st_mode & 07777, 0640);
        ck_assert_uint_eq(entries(top), 1);
    }
    ck_assert_int_eq(unlink(path), 0);
    rename_fault = (fault_t){.armed = 1, .error = EBUSY}; /* nothing there to copy into */
    fails(layer, path, 0, "busy");
    no_faults();
}
END_TEST

/* Every read that can fail, short reads, a file that grows something behind the state. */
START_TEST(reading) {
    const char *path = in_top("net.lpl");
    lpl_layer_t *l = NULL;
    int32_t reason = -1;
    OK(lpl_layer_save_file(layer, path));
    read_fault = (fault_t){.armed = 1, .error = EIO};
    FAILS(lpl_layer_load_file(path, 0, 1, &l), LPL_E_IO, "cannot read ");
    read_fault = (fault_t){.armed = 2, .error = EIO};
    FAILS(lpl_layer_load_file(path, 0, 1, &l), LPL_E_IO, "Input/output error");
    read_fault = (fault_t){.armed = 2, .error = EINTR, .once = 1};
    OK(lpl_layer_load_file(path, 0, 1, &l));
    lpl_layer_destroy(l);
    read_fault = (fault_t){.armed = 1};
    OK(lpl_layer_load_file(path, 0, 1, &l));
    no_faults();
    lpl_layer_destroy(l), l = NULL;
    FAILS(lpl_layer_load_file(top, 0, 1, &l), LPL_E_IO, "Is a directory");
    FAILS(lpl_layer_load_file(in_top("none/x"), 0, 1, &l), LPL_E_IO, "No such file or directory");
    FAILS(lpl_layer_load_file(path, 100, 1, &l), LPL_E_MEMORY, "max_bytes");
    ck_assert_ptr_nonnull(strstr(lpl_last_error(), path));
    FAILS(lpl_layer_load_file(path, 0, 0, &l), LPL_E_ARG, "threads");
    FAILS(lpl_layer_load_file(path, 0, 1, NULL), LPL_E_NULL, "out");
    put_text(in_top("empty"), "");
    FAILS(lpl_layer_load_file(in_top("empty"), 0, 1, &l), LPL_E_FORMAT, "truncated");
    FAILS(lpl_layer_load_file("/dev/null", 0, 1, &l), LPL_E_FORMAT, "file /dev/null");
    ck_assert_ptr_null(l);
    FAILS(lpl_file_load(&reason, in_top("none"), NULL, NULL), LPL_E_NULL, "content = NULL");
    FAILS(lpl_file_save(&reason, path, NULL, NULL), LPL_E_NULL, "content = NULL");
    HOLDS(path, layer);
}
END_TEST

/* ---- a host's own content ---- */

typedef struct {
    lpl_status_t result;
    int told; /* whether a call of the library says why */
    lpl_layer_t *read_back[2];
    uint64_t number;
} own_t;

static lpl_status_t put_own(lpl_write_fn write_, void *file, void *user) {
    const own_t *o = user;
    static const unsigned char big[40000] = {7};
    if (write_(&o->number, sizeof o->number, file) != 0 || write_(big, sizeof big, file) != 0 ||
        write_(big, 0, file) != 0)
        return LPL_E_IO;
    if (lpl_layer_save(layer, write_, file) < 0 || lpl_layer_save(other, write_, file) < 0) return LPL_E_IO;
    if (o->told) return lpl_layer_save(NULL, write_, file);
    return o->result;
}

static lpl_status_t get_own(lpl_read_fn read_, void *file, void *user) {
    own_t *o = user;
    static unsigned char big[40000];
    if (read_(&o->number, sizeof o->number, file) != 0 || read_(big, sizeof big, file) != 0 || big[0] != 7)
        return LPL_E_FORMAT;
    lpl_status_t status = lpl_layer_load(read_, file, 0, 1, &o->read_back[0]);
    if (status >= 0) status = lpl_layer_load(read_, file, 0, 1, &o->read_back[1]);
    if (status >= 0) ck_assert_int_gt(read_(big, 1, file), 0); /* the end */
    return status >= 0 ? o->result : status;
}

static lpl_status_t ignores(lpl_write_fn write_, void *file, void *user) {
    (void)user;
    for (int k = 0; k < 5000; k++) write_(&k, sizeof k, file);
    return LPL_OK;
}

START_TEST(own_content) {
    const char *path = in_top("all.lpl");
    own_t o = {.result = 3, .number = 42};
    int32_t reason = -1;
    errno = 77;
    ck_assert_int_eq(lpl_file_save(&reason, path, put_own, &o), 3); /* what content returns, if it is no error */
    ck_assert_int_eq(reason, 0);
    o.number = 0;
    ck_assert_int_eq(lpl_file_load(&reason, path, get_own, &o), 3);
    ck_assert_uint_eq(o.number, 42);
    for (int k = 0; k < 2; k++) {
        memfile_t a = bytes_of(k ? other : layer), b = bytes_of(o.read_back[k]);
        ck_assert(a.n == b.n && memcmp(a.data, b.data, a.n) == 0);
        free(a.data), free(b.data), lpl_layer_destroy(o.read_back[k]);
    }
    const struct stat before = status_of(path);
    o.result = LPL_E_FORMAT;
    FAILS(lpl_file_save(&reason, path, put_own, &o), LPL_E_FORMAT,
          "lpl_file_save: the content's own function failed; file ");
    ck_assert_int_eq(reason, 0);
    o.told = 1;
    FAILS(lpl_file_save(NULL, path, put_own, &o), LPL_E_NULL, "lpl_layer_save");
    ck_assert_ptr_nonnull(strstr(lpl_last_error(), path));
    write_fault =
        (fault_t){.armed = 1, .error = EIO, .once = 1}; /* a content that does not look: noticed all the same */
    FAILS(lpl_file_save(&reason, path, ignores, NULL), LPL_E_IO, "Input/output error");
    ck_assert_int_eq(reason, EIO);
    ck_assert(status_of(path).st_ino == before.st_ino && status_of(path).st_size == before.st_size);
    ck_assert_uint_eq(entries(top), 1);
    ck_assert_int_eq(errno, 77);
}
END_TEST

START_TEST(not_finite) {
    const char *path = in_top("net.lpl");
    float w[40 * 10], bias[10] = {0};
    lpl_layer_t *l = make_layer(40, 3);
    OK(lpl_layer_save_file(l, path));
    lpl_layer_t *before = NULL;
    OK(lpl_layer_load_file(path, 0, 1, &before));
    memset(w, 0, sizeof w);
    OK(lpl_layer_borrow_weights(l, w, 40, bias));
    w[17] = NAN;
    FAILS(lpl_layer_save_file(l, path), LPL_E_NONFINITE, "NaN");
    ck_assert_ptr_nonnull(strstr(lpl_last_error(), path));
    HOLDS(path, before);
    ck_assert_uint_eq(entries(top), 1);
    /* into a pipe or device not a byte either: /dev/full would complain */
    FAILS(lpl_layer_save_file(l, "/dev/full"), LPL_E_NONFINITE, "NaN");
    lpl_layer_destroy(l), lpl_layer_destroy(before);
}
END_TEST

/* ---- limits, kills, many processes ---- */

static void small_limit(void) {
    struct rlimit most = {4096, RLIM_INFINITY};
    int32_t reason = 0;
    memfile_t exact = bytes_of(other);
    most.rlim_max = most.rlim_cur = 4096;
    setrlimit(RLIMIT_FSIZE, &most); /* SIGXFSZ as it is: it kills */
    NEED(1, lpl_file_save(&reason, in_top("net.lpl"), put_layer, layer) == LPL_E_IO && reason == EFBIG);
    NEED(2, strstr(lpl_last_error(), "File too large"));
    NEED(3, lpl_file_save(&reason, in_top("new.lpl"), put_layer, layer) == LPL_E_IO && reason == EFBIG);
    NEED(4, lpl_file_save(&reason, in_top("two.lpl"), put_layer, layer) == LPL_E_IO && reason == EFBIG);
    most.rlim_cur = exact.n;
    NEED(5,
         exact.n <= 4096 && setrlimit(RLIMIT_FSIZE, &most) == 0 && lpl_layer_save_file(other, in_top("fits.lpl")) >= 0);
    most.rlim_cur = exact.n - 1;
    NEED(6, setrlimit(RLIMIT_FSIZE, &most) == 0 && lpl_layer_save_file(other, in_top("fits.lpl")) == LPL_E_IO);
    NEED(7, lpl_layer_save_file(layer, "/dev/null") >= 0); /* no file */
    free(exact.data);
}

START_TEST(file_size_limit) {
    int status;
    OK(lpl_layer_save_file(layer, in_top("net.lpl")));
    OK(lpl_layer_save_file(layer, in_top("two.lpl")));
    ck_assert_int_eq(link(in_top("two.lpl"), in_top("three.lpl")), 0);
    fflush(stdout);
    const pid_t pid = fork();
    if (pid == 0) {
        small_limit();
        _exit(0);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0); /* no signal */
    HOLDS(in_top("net.lpl"), layer), HOLDS(in_top("two.lpl"), layer), HOLDS(in_top("fits.lpl"), other);
    ck_assert_uint_eq(entries(top), 4);
}
END_TEST

/* Processes that save to one name and load from it: none fails, none ever sees half a file. */
START_TEST(race) {
    enum { WRITERS = 4, SAVES = 60 };
    pid_t pid[WRITERS];
    const char *path = in_top("net.lpl");
    fflush(stdout);
    for (int k = 0; k < WRITERS; k++) {
        pid[k] = fork();
        if (pid[k] != 0) continue;
        lpl_layer_t *mine = make_layer(40 + 170 * (size_t)k, (uint64_t)k), *back = NULL;
        for (int n = 0; n < SAVES; n++) {
            NEED(1, lpl_layer_save_file(mine, path) >= 0);
            NEED(2, lpl_layer_load_file(path, 0, 1, &back) >= 0);
            lpl_layer_destroy(back);
        }
        lpl_layer_destroy(mine);
        _exit(0);
    }
    for (int k = 0; k < WRITERS; k++) ended(pid[k]);
    ck_assert_uint_eq(entries(top), 1);
}
END_TEST

/* Killed in the middle: the old file is whole, what is left has the documented name and disturbs nobody. */
static lpl_status_t killed(lpl_write_fn write_, void *file, void *user) {
    (void)user;
    lpl_layer_save(layer, write_, file);
    raise(SIGKILL);
    return LPL_OK;
}

START_TEST(left_over) {
    int status;
    const char *path = in_top("net.lpl");
    OK(lpl_layer_save_file(other, path));
    fflush(stdout);
    const pid_t pid = fork();
    if (pid == 0) _exit((int)lpl_file_save(NULL, path, killed, NULL));
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFSIGNALED(status));
    HOLDS(path, other);
    ck_assert_uint_eq(entries(top), 2);
    char expected[40], *name = NULL;
    snprintf(expected, sizeof expected, ".lpl-%d-", (int)pid);
    DIR *d = opendir(top);
    for (const struct dirent *e; (e = readdir(d)) != NULL;)
        if (strncmp(e->d_name, expected, strlen(expected)) == 0) name = strdup(e->d_name);
    closedir(d);
    ck_assert_ptr_nonnull(name);
    ck_assert_str_eq(name + strlen(name) - 4, ".tmp");
    ck_assert_uint_lt(strlen(name), 48);
    free(name);
    OK(lpl_layer_save_file(layer, path));
    HOLDS(path, layer);
    ck_assert_uint_eq(entries(top), 2);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("file");
    TCase *tc = tcase_create("file");
    testing_seed("test_file", 1);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, every_kind);
    tcase_add_test(tc, links);
    tcase_add_test(tc, relative_paths);
    tcase_add_test(tc, rights);
    tcase_add_test(tc, no_rights);
    tcase_add_test(tc, hard_links);
    tcase_add_test(tc, pipes_and_devices);
    tcase_add_test(tc, long_names);
    tcase_add_test(tc, injected);
    tcase_add_test(tc, cannot_be_renamed);
    tcase_add_test(tc, reading);
    tcase_add_test(tc, own_content);
    tcase_add_test(tc, not_finite);
    tcase_add_test(tc, file_size_limit);
    tcase_add_test(tc, race);
    tcase_add_test(tc, left_over);
    suite_add_tcase(suite, tc);
    return testing_run(suite);
}
#else
/* A library without files has nothing to test here. */
int main(void) {
    testing_seed("test_file", 1);
    return testing_run(suite_create("file"));
}
#endif
