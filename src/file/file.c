/* file/file.c - see lpl/file.h: a path for every pair of save and load. Where the bytes go is place.c. */
#ifndef LPLI_NO_STDIO
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#ifndef _FILE_OFFSET_BITS
#define _FILE_OFFSET_BITS 64
#endif
#include "lpl/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "core/text.h"
#include "file/place.h"

/* ---- sentences ---- */

enum { SHOWN = 120 };

/* The end of a path, which tells files apart, if all of it would leave no room for the reason. */
static const char *shown(const char *path, char room[SHOWN]) {
    const size_t n = strlen(path);
    if (n < SHOWN) return path;
    const char *tail = path + n - (SHOWN - 4);
    while (((unsigned char)*tail & 0xC0) == 0x80) tail++; /* not within a letter */
    lpli_format(room, SHOWN, "...%s", tail);
    return room;
}

static lpl_status_t fail_with(const char *fn, const char *what, const char *path, int error) {
    char room[SHOWN];
    const char *reason = lpli_place_reason(error);
    if (reason != NULL) return lpli_fail(LPL_E_IO, fn, "cannot %s %s: %s", what, shown(path, room), reason);
    return lpli_fail(LPL_E_IO, fn, "cannot %s %s: error %d of the system", what, shown(path, room), error);
}

static lpl_status_t fail_place(const lpli_place_t *p, const char *fn, const char *path) {
    switch (p->fault) {
    case LPLI_PLACE_FOLDER:
        return fail_with(fn, p->error == EACCES ? "make a file in folder" : "use folder", p->shown, p->error);
    case LPLI_PLACE_UNFLUSHED: return fail_with(fn, "flush folder", p->shown, p->error);
    case LPLI_PLACE_PROTECTED: return fail_with(fn, "replace write-protected", path, p->error);
    default: return fail_with(fn, "write", path, p->error);
    }
}

/* What a content said, with the file behind it; something in general if it said nothing. before: the last error until
 * then. */
static lpl_status_t fail_content(lpl_status_t status, const char *fn, const char *path, const char *before) {
    char room[SHOWN];
    if (strcmp(before, lpl_last_error()) == 0 &&
        strncmp(before, lpl_status_name(status), strlen(lpl_status_name(status))) != 0)
        lpli_fail(status, fn, "the content's own function failed");
    return lpli_fail_note(status, "; file %s", shown(path, room));
}

static lpl_status_t check_path(const char *path, const char *fn) {
    return path != NULL ? LPL_OK : lpli_fail(LPL_E_NULL, fn, "path = NULL, need the name of a file");
}

/* ---- saving ---- */

static int32_t write_place(const void *buf, size_t n, void *place) { return lpli_place_write(place, buf, n) ? 0 : -1; }

static lpl_status_t save_to(int32_t *reason, const char *path, lpl_file_save_fn content, void *user, const char *fn) {
    char before[256];
    lpli_place_t p;
    LPLI_TRY(check_path(path, fn));
    if (!lpli_place_begin(&p, path)) {
        *reason = p.error;
        return fail_place(&p, fn, path);
    }
    memcpy(before, lpl_last_error(), strlen(lpl_last_error()) + 1);
    const lpl_status_t status = content(write_place, &p, user);
    if (status < 0 || p.error != 0)
        lpli_place_give_up(&p);
    else
        lpli_place_end(&p);
    *reason = p.error;
    if (p.error != 0) return fail_place(&p, fn, path); /* whatever became of it in content */
    return status < 0 ? fail_content(status, fn, path, before) : status;
}

static lpl_status_t save(int32_t *reason, const char *path, lpl_file_save_fn content, void *user, const char *fn) {
    const int found = errno;
    int32_t error = 0;
    const lpl_status_t status = save_to(&error, path, content, user, fn);
    if (reason != NULL) *reason = error;
    errno = found;
    return status;
}

lpl_status_t lpl_file_save(int32_t *reason, const char *path, lpl_file_save_fn content, void *user) {
    static const char fn[] = "lpl_file_save";
    if (content == NULL) return lpli_fail(LPL_E_NULL, fn, "content = NULL, need a function that writes");
    return save(reason, path, content, user, fn);
}

/* ---- loading ---- */

typedef struct {
    int fd, error;
    size_t at, held; /* place in buffer, bytes in it */
    unsigned char buffer[LPLI_PLACE_BUFFER];
} source_t;

static int32_t read_source(void *buf, size_t n, void *user) {
    source_t *s = user;
    unsigned char *to = buf;
    if (s->error != 0) return -1;
    while (n > 0) {
        if (s->at == s->held) {
            const bool direct = n >= sizeof s->buffer;
            const ssize_t got = lpli_place_read(s->fd, direct ? to : s->buffer, direct ? n : sizeof s->buffer);
            if (got < 0) s->error = errno;
            if (got <= 0) return got < 0 ? -1 : 1;
            if (direct) {
                to += got, n -= (size_t)got;
                continue;
            }
            s->at = 0, s->held = (size_t)got;
        }
        const size_t k = n < s->held - s->at ? n : s->held - s->at;
        memcpy(to, s->buffer + s->at, k);
        s->at += k, to += k, n -= k;
    }
    return 0;
}

static lpl_status_t load_from(int32_t *reason, const char *path, lpl_file_load_fn content, void *user, const char *fn) {
    char before[256];
    struct stat found;
    source_t s = {.error = 0};
    LPLI_TRY(check_path(path, fn));
    s.fd = open(path, O_RDONLY | O_NOCTTY | O_CLOEXEC);
    if (s.fd < 0) s.error = errno;
    if (s.fd >= 0 && fstat(s.fd, &found) == 0 && S_ISDIR(found.st_mode)) s.error = EISDIR;
    lpl_status_t status = LPL_OK;
    if (s.error == 0) {
        memcpy(before, lpl_last_error(), strlen(lpl_last_error()) + 1);
        status = content(read_source, &s, user);
    }
    if (s.fd >= 0) close(s.fd);
    *reason = s.error;
    if (s.error != 0) return fail_with(fn, s.fd < 0 ? "open" : "read", path, s.error);
    return status < 0 ? fail_content(status, fn, path, before) : status;
}

static lpl_status_t load(int32_t *reason, const char *path, lpl_file_load_fn content, void *user, const char *fn) {
    const int found = errno;
    int32_t error = 0;
    const lpl_status_t status = load_from(&error, path, content, user, fn);
    if (reason != NULL) *reason = error;
    errno = found;
    return status;
}

lpl_status_t lpl_file_load(int32_t *reason, const char *path, lpl_file_load_fn content, void *user) {
    static const char fn[] = "lpl_file_load";
    if (content == NULL) return lpli_fail(LPL_E_NULL, fn, "content = NULL, need a function that reads");
    return load(reason, path, content, user, fn);
}

/* ---- one object ---- */

#define SAVE_FILE(topic)                                                                    \
    static lpl_status_t put_##topic(lpl_write_fn write, void *file, void *user) {           \
        return lpl_##topic##_save(*(const lpl_##topic##_t *const *)user, write, file);      \
    }                                                                                       \
    lpl_status_t lpl_##topic##_save_file(const lpl_##topic##_t *object, const char *path) { \
        return save(NULL, path, put_##topic, &object, "lpl_" #topic "_save_file");          \
    }

/* declared are path, max_bytes and, if the object has some, threads; given are the arguments of the callbacks'
 * function. */
#define LOAD_FILE(topic, declared, threads_kept, given)                                    \
    typedef struct {                                                                       \
        size_t max_bytes;                                                                  \
        int32_t threads;                                                                   \
        lpl_##topic##_t **out;                                                             \
    } want_##topic;                                                                        \
    static lpl_status_t get_##topic(lpl_read_fn read, void *file, void *user) {            \
        const want_##topic *want = user;                                                   \
        return lpl_##topic##_load given;                                                   \
    }                                                                                      \
    lpl_status_t lpl_##topic##_load_file declared {                                        \
        want_##topic want = {.max_bytes = max_bytes, .threads = threads_kept, .out = out}; \
        return load(NULL, path, get_##topic, &want, "lpl_" #topic "_load_file");           \
    }
#define THREADED(topic)                                                                                     \
    LOAD_FILE(topic, (const char *path, size_t max_bytes, int32_t threads, lpl_##topic##_t **out), threads, \
              (read, file, want->max_bytes, want->threads, want->out))
#define ALONE(topic)                                                                 \
    LOAD_FILE(topic, (const char *path, size_t max_bytes, lpl_##topic##_t **out), 1, \
              (read, file, want->max_bytes, want->out))
/* clang-format off */
SAVE_FILE(layer) THREADED(layer)
SAVE_FILE(stack) THREADED(stack)
SAVE_FILE(spiking) THREADED(spiking)
SAVE_FILE(stats) ALONE(stats)
SAVE_FILE(projection) ALONE(projection)
SAVE_FILE(lif) ALONE(lif)
SAVE_FILE(record) ALONE(record)
/* clang-format on */
#else
typedef int lpli_no_file; /* a file of C holds something */
#endif
