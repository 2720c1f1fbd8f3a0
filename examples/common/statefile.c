/* examples/common/statefile.c - see statefile.h. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "statefile.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The two functions that the library calls; user is the FILE. */
static int32_t put(const void *buf, size_t n, void *user) { return fwrite(buf, 1, n, user) == n ? 0 : -1; }

static int32_t get(void *buf, size_t n, void *user) {
    FILE *file = user;
    if (fread(buf, 1, n, file) == n) return 0;
    return ferror(file) ? -1 : 1; /* a read error, or the end of the file */
}

/* What is written and read: a layer, or notes and a stack. */
typedef struct {
    const lpl_layer_t *layer;
    const lpl_stack_t *stack;
    const uint64_t *note;
    size_t n_note;
} content_t;

/* Notes are stored as numbers of eight bytes, lowest first, behind their count. */
static int32_t put_number(uint64_t v, FILE *file) {
    unsigned char bytes[8];
    for (int k = 0; k < 8; k++) bytes[k] = (unsigned char)(v >> (8 * k));
    return put(bytes, sizeof bytes, file);
}

static int32_t get_number(uint64_t *v, FILE *file) {
    unsigned char bytes[8];
    const int32_t status = get(bytes, sizeof bytes, file);
    *v = 0;
    for (int k = 0; k < 8 && status == 0; k++) *v |= (uint64_t)bytes[k] << (8 * k);
    return status;
}

static lpl_status_t write_content(const content_t *c, FILE *file) {
    if (c->layer != NULL) return lpl_layer_save(c->layer, put, file);
    if (put_number(c->n_note, file) != 0) return LPL_E_IO;
    for (size_t k = 0; k < c->n_note; k++)
        if (put_number(c->note[k], file) != 0) return LPL_E_IO;
    return lpl_stack_save(c->stack, put, file);
}

static bool save(const content_t *content, const char *path, char *why, size_t size) {
    char temporary[1024];
    FILE *file;
    lpl_status_t status;
    bool flushed, closed;
    if (snprintf(temporary, sizeof temporary, "%s.tmp", path) >= (int)sizeof temporary) {
        snprintf(why, size, "a path of %zu letters is too long", strlen(path));
        return false;
    }
    file = fopen(temporary, "wb");
    if (file == NULL) {
        snprintf(why, size, "cannot write %s: %s", temporary, strerror(errno));
        return false;
    }
    status = write_content(content, file);
    flushed = status >= 0 && fflush(file) == 0 && fsync(fileno(file)) == 0;
    closed = fclose(file) == 0;
    if (flushed && closed && rename(temporary, path) == 0) return true;
    if (status < 0 && status != LPL_E_IO)
        snprintf(why, size, "%s: %s", path, lpl_last_error());
    else
        snprintf(why, size, "cannot write %s: %s", path, strerror(errno));
    remove(temporary);
    return false;
}

bool statefile_save_layer(const lpl_layer_t *layer, const char *path, char *why, size_t size) {
    const content_t content = {.layer = layer};
    return save(&content, path, why, size);
}

bool statefile_save_stack(const lpl_stack_t *stack, const uint64_t *note, size_t n_note, const char *path, char *why, size_t size) {
    const content_t content = {.stack = stack, .note = note, .n_note = n_note};
    return save(&content, path, why, size);
}

bool statefile_load_layer(lpl_layer_t **out, const char *path, size_t max_bytes, int32_t threads, char *why, size_t size) {
    FILE *file = fopen(path, "rb");
    lpl_status_t status;
    if (file == NULL) {
        snprintf(why, size, "cannot open %s: %s", path, strerror(errno));
        return false;
    }
    status = lpl_layer_load(get, file, max_bytes, threads, out);
    fclose(file);
    if (status < 0) snprintf(why, size, "%s: %s", path, lpl_last_error());
    return status >= 0;
}

bool statefile_load_stack(lpl_stack_t **out, uint64_t *note, size_t n_note, const char *path, size_t max_bytes, int32_t threads, char *why,
                          size_t size) {
    FILE *file = fopen(path, "rb");
    uint64_t count = 0, value = 0;
    if (file == NULL) {
        snprintf(why, size, "cannot open %s: %s", path, strerror(errno));
        return false;
    }
    bool good = get_number(&count, file) == 0 && count == n_note && count <= STATEFILE_NOTES;
    uint64_t kept[STATEFILE_NOTES];
    for (size_t k = 0; good && k < n_note; k++) {
        good = get_number(&value, file) == 0;
        kept[k] = value;
    }
    if (!good) {
        snprintf(why, size, "%s: is not a checkpoint of this program", path);
    } else if (lpl_stack_load(get, file, max_bytes, threads, out) < 0) {
        snprintf(why, size, "%s: %s", path, lpl_last_error());
        good = false;
    } else if (n_note > 0) {
        memcpy(note, kept, n_note * sizeof *note);
    }
    fclose(file);
    return good;
}
