/* part/recut.c - lpl_part_recut: files of parts cut anew (include/lpl/part.h). */
#ifndef LPLI_NO_STDIO
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#ifndef _FILE_OFFSET_BITS
#define _FILE_OFFSET_BITS 64
#endif
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "lpl/file.h"
#include "lpl/part.h"

static const char fn[] = "lpl_part_recut";

/* ---- what the old files hold ---- */

/* A state in an old file. */
typedef struct {
    lpl_part_info_t info;
    uint64_t begin; /* byte of the file */
} state_t;

typedef struct {
    const char *path;
    size_t n; /* states */
    state_t *state;
} old_t;

typedef struct {
    size_t n_old, n_new, max_bytes;
    old_t *old;
    size_t part;         /* the new file in hand */
    int file;            /* the old one that is read */
    unsigned char first; /* a byte read ahead */
    bool ahead;
} recut_t;

/* The next byte is read before a state, to tell the end of a file from a state cut short. Returns 1: the end. */
static int32_t read_some(recut_t *r, void *buf, size_t n) {
    unsigned char *to = buf;
    if (n > 0 && r->ahead) *to++ = r->first, n--, r->ahead = false;
    while (n > 0) {
        const ssize_t got = read(r->file, to, n < (size_t)1 << 30 ? n : (size_t)1 << 30);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return got < 0 ? -1 : 1;
        to += got, n -= (size_t)got;
    }
    return 0;
}
static int32_t read_file(void *buf, size_t n, void *user) { return read_some(user, buf, n); }

static lpl_status_t open_at(recut_t *r, const old_t *old, uint64_t begin) {
    r->ahead = false;
    do r->file = open(old->path, O_RDONLY | O_CLOEXEC);
    while (r->file < 0 && errno == EINTR);
    if (r->file >= 0 && lseek(r->file, (off_t)begin, SEEK_SET) == (off_t)begin) return LPL_OK;
    if (r->file >= 0) close(r->file);
    return lpli_fail(LPL_E_IO, fn, "cannot read %s", old->path);
}

static lpl_status_t look_through(recut_t *r, old_t *old) {
    uint64_t at = 0;
    for (;;) {
        const int32_t end = read_some(r, &r->first, 1);
        if (end < 0) return lpli_fail(LPL_E_IO, fn, "read error at byte %llu", (unsigned long long)at);
        if (end > 0) break;
        r->ahead = true;
        if ((old->n & (old->n - 1)) == 0) {
            state_t *more = realloc(old->state, (old->n ? 2 * old->n : 1) * sizeof *more);
            if (!more) return lpli_fail(LPL_E_MEMORY, fn, "no memory for %zu states", old->n + 1);
            old->state = more;
        }
        state_t *s = &old->state[old->n];
        *s = (state_t){.info = {.size = sizeof s->info}, .begin = at};
        LPLI_TRY(lpli_fail_note(lpl_part_look(&s->info, read_file, r), " (state %zu)", old->n));
        at += s->info.bytes;
        old->n++;
    }
    return old->n > 0 ? LPL_OK : lpli_fail(LPL_E_FORMAT, fn, "the file is empty");
}

static lpl_status_t look_at_all(recut_t *r) {
    for (size_t k = 0; k < r->n_old; k++) {
        old_t *old = &r->old[k];
        LPLI_TRY(open_at(r, old, 0));
        const lpl_status_t status = look_through(r, old);
        close(r->file);
        LPLI_TRY(lpli_fail_note(status, "; file %s", old->path));
        if (old->n != r->old[0].n)
            return lpli_fail(LPL_E_ARG, fn, "%s holds %zu states, %s %zu", old->path, old->n, r->old[0].path,
                             r->old[0].n);
        for (size_t q = 0; q < old->n; q++)
            if (old->state[q].info.kind != r->old[0].state[q].info.kind)
                return lpli_fail(LPL_E_ARG, fn, "state %zu of %s is not of the kind that it is in %s", q, old->path,
                                 r->old[0].path);
    }
    return LPL_OK;
}

/* ---- a new file ---- */

/* Each process had all of it: no parts. */
static bool is_common(const recut_t *r, size_t q) {
    if (r->old[0].state[q].info.kind == LPL_PART_OTHER) return true;
    for (size_t k = 0; k < r->n_old; k++)
        if (r->old[k].state[q].info.n != r->old[k].state[q].info.n_global) return false;
    return r->n_old > 1;
}

/* The bytes of state q of old file k: equal to those of file 0, and written (k = 0), in pieces. */
static lpl_status_t copy_or_compare(recut_t *r, size_t q, size_t k, lpl_write_fn write, void *file) {
    enum { PIECE = 1 << 14 };
    unsigned char a[PIECE], b[PIECE];
    const state_t *s = &r->old[0].state[q], *t = &r->old[k].state[q];
    bool equal = s->info.bytes == t->info.bytes;
    for (uint64_t done = 0; equal && done < s->info.bytes; done += PIECE) {
        const size_t n = s->info.bytes - done < PIECE ? (size_t)(s->info.bytes - done) : PIECE;
        LPLI_TRY(open_at(r, &r->old[0], s->begin + done));
        int32_t bad = read_some(r, a, n);
        close(r->file);
        if (bad == 0 && k > 0) {
            LPLI_TRY(open_at(r, &r->old[k], t->begin + done));
            bad = read_some(r, b, n);
            close(r->file);
        }
        if (bad != 0) return lpli_fail(LPL_E_IO, fn, "cannot read %s", r->old[k].path);
        equal = k == 0 || memcmp(a, b, n) == 0;
        if (k == 0 && write(a, n, file) != 0) return lpli_fail(LPL_E_IO, fn, "write error");
    }
    if (equal) return LPL_OK;
    return lpli_fail(LPL_E_ARG, fn, "state %zu of %s is no part, and not what it is in %s", q, r->old[k].path,
                     r->old[0].path);
}

/* The four kinds, as one. */
typedef union {
    void *p;
    lpl_lif_t *lif;
    lpl_projection_t *projection;
    lpl_spiking_t *spiking;
    lpl_record_t *record;
} object_t;

static lpl_status_t load(recut_t *r, int32_t kind, object_t *o) {
    switch (kind) {
    case LPL_PART_LIF: return lpl_lif_load(read_file, r, r->max_bytes, &o->lif);
    case LPL_PART_PROJECTION: return lpl_projection_load(read_file, r, r->max_bytes, &o->projection);
    case LPL_PART_SPIKING: return lpl_spiking_load(read_file, r, r->max_bytes, 1, &o->spiking);
    default: return lpl_record_load(read_file, r, r->max_bytes, &o->record);
    }
}

static lpl_status_t cut(int32_t kind, const void *parts, size_t n_parts, uint64_t first, uint64_t n, object_t *o) {
    switch (kind) {
    case LPL_PART_LIF: return lpl_lif_cut(parts, n_parts, first, n, &o->lif);
    case LPL_PART_PROJECTION: return lpl_projection_cut(parts, n_parts, first, n, &o->projection);
    case LPL_PART_SPIKING: return lpl_spiking_cut(parts, n_parts, first, n, &o->spiking);
    default: return lpl_record_cut(parts, n_parts, first, n, &o->record);
    }
}

static lpl_status_t save(int32_t kind, const object_t *o, lpl_write_fn write, void *file) {
    switch (kind) {
    case LPL_PART_LIF: return lpl_lif_save(o->lif, write, file);
    case LPL_PART_PROJECTION: return lpl_projection_save(o->projection, write, file);
    case LPL_PART_SPIKING: return lpl_spiking_save(o->spiking, write, file);
    default: return lpl_record_save(o->record, write, file);
    }
}

static void destroy(int32_t kind, object_t o) {
    switch (kind) {
    case LPL_PART_LIF: lpl_lif_destroy(o.lif); break;
    case LPL_PART_PROJECTION: lpl_projection_destroy(o.projection); break;
    case LPL_PART_SPIKING: lpl_spiking_destroy(o.spiking); break;
    default: lpl_record_destroy(o.record);
    }
}

/* State q of the new file in hand, from the old ones that it overlaps. parts: room for n_old. */
static lpl_status_t put(recut_t *r, size_t q, void **parts, lpl_write_fn write, void *file) {
    const lpl_part_info_t *info = &r->old[0].state[q].info;
    const int32_t kind = info->kind;
    uint64_t first, n;
    size_t n_parts = 0;
    object_t out = {NULL};
    LPLI_TRY(lpl_part_range(&first, &n, info->n_global, r->n_new, r->part));
    if (n == 0)
        return lpli_fail(LPL_E_ARG, fn, "state %zu is of %llu neurons: too few for %zu parts", q,
                         (unsigned long long)info->n_global, r->n_new);
    lpl_status_t status = LPL_OK;
    for (size_t k = 0; k < r->n_old && status >= 0; k++) {
        const lpl_part_info_t *old = &r->old[k].state[q].info;
        if (old->first >= first + n || old->first + old->n <= first) continue;
        object_t o = {NULL};
        status = open_at(r, &r->old[k], r->old[k].state[q].begin);
        if (status < 0) break;
        status = lpli_fail_note(load(r, kind, &o), " (state %zu); file %s", q, r->old[k].path);
        close(r->file);
        if (status >= 0) parts[n_parts++] = o.p;
    }
    if (status >= 0 && n_parts == 0) /* no neuron of it */
        status = lpli_fail(LPL_E_ARG, fn, "neuron %llu is in none of the files", (unsigned long long)first);
    if (status >= 0) status = cut(kind, parts, n_parts, first, n, &out);
    for (size_t k = 0; k < n_parts; k++) destroy(kind, (object_t){parts[k]});
    if (status >= 0) {
        status = save(kind, &out, write, file);
        destroy(kind, out);
    }
    return lpli_fail_note(status, " (state %zu)", q);
}

static lpl_status_t content(lpl_write_fn write, void *file, void *user) {
    recut_t *r = user;
    void **parts = malloc(r->n_old * sizeof *parts);
    if (!parts) return lpli_fail(LPL_E_MEMORY, fn, "no memory for %zu files", r->n_old);
    lpl_status_t status = LPL_OK;
    for (size_t q = 0; q < r->old[0].n && status >= 0; q++)
        status = is_common(r, q) ? copy_or_compare(r, q, 0, write, file) : put(r, q, parts, write, file);
    free(parts);
    return status;
}

/* ---- the call ---- */

static lpl_status_t check(const recut_t *r, const char *const *to) {
    for (size_t m = 0; m < r->n_new; m++) {
        struct stat a, b;
        if (!to[m]) return lpli_fail(LPL_E_NULL, fn, "to[%zu] is NULL", m);
        for (size_t other = 0; other < m; other++)
            if (strcmp(to[m], to[other]) == 0)
                return lpli_fail(LPL_E_ARG, fn, "to[%zu] and to[%zu] are one file, %s", other, m, to[m]);
        if (stat(to[m], &a) != 0) continue; /* not there yet */
        for (size_t k = 0; k < r->n_old; k++)
            if (stat(r->old[k].path, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino)
                return lpli_fail(LPL_E_ARG, fn, "to[%zu] is from[%zu], %s: give the new files other names", m, k,
                                 to[m]);
    }
    return LPL_OK;
}

static lpl_status_t recut(recut_t *r, const char *const *to) {
    LPLI_TRY(check(r, to));
    LPLI_TRY(look_at_all(r));
    for (size_t q = 0; q < r->old[0].n; q++)
        for (size_t k = 1; k < r->n_old && is_common(r, q); k++) LPLI_TRY(copy_or_compare(r, q, k, NULL, NULL));
    for (r->part = 0; r->part < r->n_new; r->part++) LPLI_TRY(lpl_file_save(NULL, to[r->part], content, r));
    return LPL_OK;
}

lpl_status_t lpl_part_recut(const char *const *to, size_t n_to, const char *const *from, size_t n_from,
                            size_t max_bytes) {
    const int before = errno;
    if (!to || !from) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", to ? "from" : "to");
    LPLI_TRY(lpli_check_size(n_to, 1, (size_t)INT32_MAX, fn, "n_to"));
    LPLI_TRY(lpli_check_size(n_from, 1, (size_t)INT32_MAX, fn, "n_from"));
    for (size_t k = 0; k < n_from; k++)
        if (!from[k]) return lpli_fail(LPL_E_NULL, fn, "from[%zu] is NULL", k);
    old_t *old = calloc(n_from > 0 ? n_from : 1, sizeof *old);
    if (!old) return lpli_fail(LPL_E_MEMORY, fn, "no memory for %zu files", n_from);
    for (size_t k = 0; k < n_from; k++) old[k].path = from[k];
    recut_t r = {.n_old = n_from, .n_new = n_to, .max_bytes = max_bytes, .old = old};
    const lpl_status_t status = recut(&r, to);
    for (size_t k = 0; k < n_from; k++) free(old[k].state);
    free(old);
    errno = before;
    return status;
}
#endif
