/* file/place.c - see place.h. All names are looked up below an open folder, so neither another working folder nor a
 * link that somebody moves meanwhile leads a save astray, and the temporary file adds nothing to the length of a
 * path. */
#ifndef LPLI_NO_STDIO
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* O_PATH: folders that may be entered, but not listed */
#endif
#ifndef _FILE_OFFSET_BITS
#define _FILE_OFFSET_BITS 64
#endif
#include "file/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h> /* renameat */
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/vfs.h>
#include <sys/xattr.h>
#endif

#include "core/text.h"

enum {
    LINKS = 40,     /* as many as Linux follows */
    TRIES = 65536,  /* temporary names */
    PIECE = 1 << 30 /* Linux writes at most 2 GiB at once */
};
#ifdef O_SEARCH
#define FOLDER_ONLY O_SEARCH
#elif defined(O_PATH)
#define FOLDER_ONLY O_PATH
#else
#define FOLDER_ONLY O_RDONLY
#endif

static bool fail(lpli_place_t *p, int error, lpli_place_fault_t fault) {
    if (p->error == 0) p->error = error != 0 ? error : EIO, p->fault = fault;
    return false;
}

static int shut(int *fd) {
    const int status = *fd >= 0 ? close(*fd) : 0;
    *fd = -1;
    return status == 0 || errno == EINTR ? 0 : errno; /* after EINTR it is closed */
}

static void end_all(lpli_place_t *p) {
    if (p->fd != p->old) shut(&p->fd);
    p->fd = -1;
    shut(&p->old);
    shut(&p->folder);
}

static void remove_temporary(lpli_place_t *p) {
    if (p->temporary[0] != 0) unlinkat(p->folder, p->temporary, 0);
    p->temporary[0] = 0;
}

/* ---- following links ---- */

/* Go to the folder part of path, seen from the present folder, and keep its last part as the name. path is cut in
 * two. */
static bool walk(lpli_place_t *p, char *path) {
    char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path, *folder = slash == NULL ? "." : slash == path ? "/" : path;
    if (path[0] == 0) return fail(p, ENOENT, LPLI_PLACE_TARGET);
    if (name[0] == 0 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) return fail(p, EISDIR, LPLI_PLACE_TARGET);
    if (strlen(name) >= sizeof p->name) return fail(p, ENAMETOOLONG, LPLI_PLACE_TARGET);
    memcpy(p->name, name, strlen(name) + 1);
    if (slash != NULL) *slash = 0;
    if (p->folder >= 0 && slash == NULL) return true; /* a link beside its target */
    if (folder[0] == '/' || p->folder < 0) {
        lpli_format(p->shown, sizeof p->shown, "%s", folder);
    } else {
        const size_t n = strlen(p->shown);
        lpli_format(p->shown + n, sizeof p->shown - n, "/%s", folder);
    }
    const int from = p->folder >= 0 ? p->folder : AT_FDCWD;
    int next = openat(from, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    p->readable = next >= 0;
    if (next < 0 && errno == EACCES) next = openat(from, folder, FOLDER_ONLY | O_DIRECTORY | O_CLOEXEC);
    const int error = errno;
    shut(&p->folder);
    p->folder = next;
    return next >= 0 || fail(p, error, LPLI_PLACE_FOLDER);
}

/* /proc/self/fd/1, where /dev/stdout leads: no text that could be followed, but an open file. */
static bool is_open_file(const lpli_place_t *p) {
#ifdef __linux__
    struct statfs fs;
    return fstatfs(p->folder, &fs) == 0 && (unsigned long)fs.f_type == 0x9fa0; /* PROC_SUPER_MAGIC */
#else
    (void)p;
    return false;
#endif
}

/* Our own descriptor of that number, if it is one: written at its place, as the program's other output. -1: none. */
static int own_descriptor(const lpli_place_t *p) {
    struct stat there, here;
    int number = 0;
    for (const char *c = p->name; *c != 0; c++) {
        if (*c < '0' || *c > '9' || number > 1000000) return -1;
        number = 10 * number + (*c - '0');
    }
    if (fstatat(p->folder, p->name, &there, 0) != 0 || fstat(number, &here) != 0) return -1;
    if (there.st_dev != here.st_dev || there.st_ino != here.st_ino) return -1;
    return fcntl(number, F_DUPFD_CLOEXEC, 0);
}

/* Open what is no regular file, or one that is open already. */
static bool stream(lpli_place_t *p, int flags) {
    p->kind = LPLI_PLACE_STREAM;
    p->fd = flags != 0 ? own_descriptor(p) : -1;
    if (p->fd < 0) p->fd = openat(p->folder, p->name, O_WRONLY | O_NOCTTY | O_CLOEXEC | flags);
    return p->fd >= 0 || fail(p, errno, LPLI_PLACE_TARGET);
}

/* The folder and name where the links end. */
static bool follow(lpli_place_t *p, const char *path, bool *open_file) {
    char text[PATH_MAX];
    const size_t n = strlen(path);
    *open_file = false;
    if (n >= sizeof text) return fail(p, ENAMETOOLONG, LPLI_PLACE_TARGET);
    memcpy(text, path, n + 1);
    for (int k = 0; k <= LINKS; k++) {
        if (!walk(p, text)) return false;
        const ssize_t length = readlinkat(p->folder, p->name, text, sizeof text);
        if (length < 0) return true; /* no link, or nothing yet: what comes next says it */
        if ((size_t)length >= sizeof text) return fail(p, ENAMETOOLONG, LPLI_PLACE_TARGET);
        text[length] = 0;
        if (is_open_file(p)) return *open_file = true;
    }
    return fail(p, ELOOP, LPLI_PLACE_TARGET);
}

/* ---- the new file ---- */

/* Names that two processes do not share, nor, mostly, two threads; O_EXCL does the rest. */
static bool make_temporary(lpli_place_t *p, mode_t mode) {
    const unsigned long long here = (unsigned long long)(uintptr_t)p >> 4;
    for (unsigned long long k = 0; k < TRIES; k++) {
        lpli_format(p->temporary, sizeof p->temporary, ".lpl-%llu-%llu.tmp", (unsigned long long)getpid(),
                    (here + k) % 1000000000000u);
        p->fd = openat(p->folder, p->temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
        if (p->fd >= 0) return true;
        if (errno != EEXIST && errno != EINTR) break;
    }
    p->temporary[0] = 0;
    return fail(p, errno, LPLI_PLACE_FOLDER);
}

/* Access list of the old file. False: there is one, and it cannot be given. */
static bool keep_access_list(lpli_place_t *p) {
#ifdef __linux__
    static const char list[] = "system.posix_acl_access";
    const ssize_t n = fgetxattr(p->old, list, p->buffer, sizeof p->buffer);
    if (n < 0) return errno != ERANGE; /* none, or a file system that knows none */
    return fsetxattr(p->fd, list, p->buffer, (size_t)n, 0) == 0;
#else
    (void)p;
    return true;
#endif
}

/* The old file's rights for the new one, which nobody but its owner could open until now. */
static bool keep_rights(lpli_place_t *p, const struct stat *old) {
    struct stat made;
    mode_t mode = old->st_mode & 07777;
    if (fstat(p->fd, &made) != 0) return fail(p, errno, LPLI_PLACE_TARGET);
    const bool owner = made.st_uid == old->st_uid || fchown(p->fd, old->st_uid, (gid_t)-1) == 0;
    const bool group = made.st_gid == old->st_gid || fchown(p->fd, (uid_t)-1, old->st_gid) == 0;
    if (!owner || !group) mode &= 0777;
    if (!keep_access_list(p)) p->kind = LPLI_PLACE_COPY;
    if (!group) mode &= ~(mode_t)070 | (mode & 07) << 3; /* another group: no more than everybody has */
    return fchmod(p->fd, mode) == 0 || fail(p, errno, LPLI_PLACE_TARGET);
}

static bool begin(lpli_place_t *p, const char *path) {
    struct stat there;
    struct rlimit most;
    bool open_file;
    if (getrlimit(RLIMIT_FSIZE, &most) == 0 && most.rlim_cur != RLIM_INFINITY) p->limit = (uint64_t)most.rlim_cur;
    if (!follow(p, path, &open_file)) return false;
    if (open_file) return stream(p, O_APPEND);
    if (fstatat(p->folder, p->name, &there, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno != ENOENT) return fail(p, errno, errno == EACCES ? LPLI_PLACE_FOLDER : LPLI_PLACE_TARGET);
        p->kind = LPLI_PLACE_NEW;
        return make_temporary(p, 0666);
    }
    if (S_ISDIR(there.st_mode)) return fail(p, EISDIR, LPLI_PLACE_TARGET);
    if (!S_ISREG(there.st_mode)) return stream(p, 0);
    /* Not truncated, not blocked by what may have come into its place; open, it says more than stat, and may be
     * copied into. */
    p->old = openat(p->folder, p->name, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC);
    if (p->old < 0 && errno == ENOENT) { /* removed between two calls */
        p->kind = LPLI_PLACE_NEW;
        return make_temporary(p, 0666);
    }
    if (p->old < 0) return fail(p, errno, errno == EACCES || errno == EPERM ? LPLI_PLACE_PROTECTED : LPLI_PLACE_TARGET);
    if (fstat(p->old, &there) != 0) return fail(p, errno, LPLI_PLACE_TARGET);
    if (!S_ISREG(there.st_mode)) return fail(p, EBUSY, LPLI_PLACE_TARGET);
    p->kind = there.st_nlink > 1 ? LPLI_PLACE_COPY : LPLI_PLACE_FILE;
    return make_temporary(p, 0600) && (p->kind == LPLI_PLACE_COPY || keep_rights(p, &there));
}

bool lpli_place_begin(lpli_place_t *p, const char *path) {
    p->folder = p->old = p->fd = -1;
    p->readable = false;
    p->limit = UINT64_MAX;
    p->written = p->held = 0;
    p->error = 0, p->fault = LPLI_PLACE_FINE;
    p->name[0] = p->temporary[0] = p->shown[0] = 0;
    if (begin(p, path)) return true;
    lpli_place_give_up(p);
    return false;
}

/* ---- bytes ---- */

/* All n bytes or an error: a short write is followed by the next, which says why it was short. */
static bool put(lpli_place_t *p, int fd, const unsigned char *bytes, size_t n) {
    if (p->error != 0) return false;
    if (p->kind != LPLI_PLACE_STREAM && n > p->limit - (p->written < p->limit ? p->written : p->limit))
        return fail(p, EFBIG, LPLI_PLACE_TARGET);
    while (n > 0) {
        const ssize_t done = write(fd, bytes, n < PIECE ? n : PIECE);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return fail(p, done < 0 ? errno : EIO, LPLI_PLACE_TARGET);
        bytes += done, n -= (size_t)done, p->written += (uint64_t)done;
    }
    return true;
}

static bool drain(lpli_place_t *p) {
    const size_t n = p->held;
    p->held = 0;
    return put(p, p->fd, p->buffer, n);
}

bool lpli_place_write(lpli_place_t *p, const void *bytes, size_t n) {
    if (n == 0) return p->error == 0;
    if (n > sizeof p->buffer - p->held && !drain(p)) return false;
    if (n > sizeof p->buffer) return put(p, p->fd, bytes, n);
    memcpy(p->buffer + p->held, bytes, n);
    p->held += n;
    return p->error == 0;
}

ssize_t lpli_place_read(int fd, void *bytes, size_t n) {
    ssize_t got;
    do got = read(fd, bytes, n < PIECE ? n : PIECE);
    while (got < 0 && errno == EINTR);
    return got;
}

/* ---- the end ---- */

/* To the disk. Pipes, terminals and some file systems cannot; that is no fault. */
static int flush(int fd) {
    while (fsync(fd) != 0) {
        if (errno == EINTR) continue;
        return errno == EINVAL || errno == ENOTSUP || errno == EROFS || errno == ENOSYS || errno == EBADF ? 0 : errno;
    }
    return 0;
}

/* Room for a longer file, before the first byte of the old one is lost. File systems that cannot promise it say so. */
static bool make_room(lpli_place_t *p, uint64_t n) {
    struct stat old;
    if (fstat(p->old, &old) != 0) return fail(p, errno, LPLI_PLACE_TARGET);
    if (n <= (uint64_t)old.st_size) return true;
    const int error = posix_fallocate(p->old, old.st_size, (off_t)n - old.st_size);
    if (error != ENOSPC && error != EDQUOT && error != EFBIG && error != EIO) return true;
    (void)!ftruncate(p->old, old.st_size); /* as long as it was; that one cannot fail for want of room */
    return fail(p, error, LPLI_PLACE_TARGET);
}

/* The complete new file into the old one. */
static bool copy(lpli_place_t *p) {
    const uint64_t n = p->written;
    if (!make_room(p, n)) return false;
    p->written = 0;
    if (lseek(p->fd, 0, SEEK_SET) != 0) return fail(p, errno, LPLI_PLACE_TARGET);
    while (p->written < n) {
        const ssize_t piece = lpli_place_read(p->fd, p->buffer, sizeof p->buffer);
        if (piece <= 0) return fail(p, piece < 0 ? errno : EIO, LPLI_PLACE_TARGET);
        if (!put(p, p->old, p->buffer, (size_t)piece)) return false;
    }
    if (ftruncate(p->old, (off_t)n) != 0) return fail(p, errno, LPLI_PLACE_TARGET);
    const int error = flush(p->old);
    return error == 0 || fail(p, error, LPLI_PLACE_TARGET);
}

static bool take_name(lpli_place_t *p) {
    int error = shut(&p->fd);
    if (error != 0) return fail(p, error, LPLI_PLACE_TARGET);
    if (renameat(p->folder, p->temporary, p->folder, p->name) == 0) {
        p->temporary[0] = 0;
        error = p->readable ? flush(p->folder) : 0;
        return error == 0 || fail(p, error, LPLI_PLACE_UNFLUSHED);
    }
    error = errno;
    /* A mount point (a file that a container was given), or a name in /tmp that belongs to somebody else. */
    if (p->old >= 0 && (error == EBUSY || error == EXDEV || error == EPERM || error == EACCES)) {
        p->fd = openat(p->folder, p->temporary, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        if (p->fd >= 0) return copy(p);
    }
    return fail(p, error, LPLI_PLACE_TARGET);
}

static bool finish(lpli_place_t *p) {
    int error;
    if (!drain(p)) return false;
    error = flush(p->fd);
    if (error != 0) return fail(p, error, LPLI_PLACE_TARGET);
    if (p->kind == LPLI_PLACE_COPY) {
        if (!copy(p)) return false;
        error = shut(&p->old);
    } else if (p->kind == LPLI_PLACE_STREAM) {
        error = shut(&p->fd);
    } else {
        return take_name(p);
    }
    return error == 0 || fail(p, error, LPLI_PLACE_TARGET);
}

bool lpli_place_end(lpli_place_t *p) {
    finish(p);
    lpli_place_give_up(p);
    return p->error == 0;
}

void lpli_place_give_up(lpli_place_t *p) {
    remove_temporary(p);
    end_all(p);
}

/* ---- words ---- */

const char *lpli_place_reason(int error) {
    static const struct {
        int error;
        const char *text;
    } known[] = {
        {EACCES, "Permission denied"},
        {EAGAIN, "it would have to wait (non-blocking)"},
        {EBADF, "not open for this"},
        {EBUSY, "Device or resource busy"},
        {ECONNRESET, "Connection reset"},
        {EDQUOT, "Disk quota exceeded"},
        {EFBIG, "File too large (RLIMIT_FSIZE, or the file system's limit)"},
        {EINTR, "Interrupted by a signal"},
        {EIO, "Input/output error"},
        {EISDIR, "Is a directory"},
        {ELOOP, "Too many levels of symbolic links"},
        {EMFILE, "Too many open files"},
        {ENAMETOOLONG, "File name too long"},
        {ENFILE, "Too many open files in the system"},
        {ENODEV, "No such device"},
        {ENOENT, "No such file or directory"},
        {ENOMEM, "Out of memory"},
        {ENOSPC, "No space left on device"},
        {ENOTDIR, "Not a directory"},
        {ENXIO, "No such device or address (a socket?)"},
        {EPERM, "Operation not permitted"},
        {EPIPE, "Broken pipe"},
        {EROFS, "Read-only file system"},
        {ESTALE, "Stale file handle"},
        {ETXTBSY, "Text file busy"},
    };
    for (size_t k = 0; k < sizeof known / sizeof known[0]; k++)
        if (known[k].error == error) return known[k].text;
    return NULL;
}
#else
typedef int lpli_no_place; /* a file of C holds something */
#endif
