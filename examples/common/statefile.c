/* examples/common/statefile.c - see statefile.h. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "statefile.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int32_t statefile_put(const void *buf, size_t n, void *user) { return fwrite(buf, 1, n, user) == n ? 0 : -1; }

int32_t statefile_get(void *buf, size_t n, void *user) {
    FILE *file = user;
    if (fread(buf, 1, n, file) == n) return 0;
    return ferror(file) ? -1 : 1; /* a read error, or the end of the file */
}

int32_t statefile_put_number(uint64_t v, FILE *file) {
    unsigned char bytes[8];
    for (int k = 0; k < 8; k++) bytes[k] = (unsigned char)(v >> (8 * k));
    return statefile_put(bytes, sizeof bytes, file);
}

int32_t statefile_get_number(uint64_t *v, FILE *file) {
    unsigned char bytes[8];
    const int32_t status = statefile_get(bytes, sizeof bytes, file);
    *v = 0;
    for (int k = 0; k < 8 && status == 0; k++) *v |= (uint64_t)bytes[k] << (8 * k);
    return status;
}

bool statefile_save(statefile_write_fn write, const void *object, const char *path, char *why, size_t size) {
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
    status = write(object, file);
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

static lpl_status_t write_layer(const void *layer, FILE *file) { return lpl_layer_save(layer, statefile_put, file); }

bool statefile_save_layer(const lpl_layer_t *layer, const char *path, char *why, size_t size) {
    return statefile_save(write_layer, layer, path, why, size);
}

/* Notes lie in front of the stack, behind their count. */
typedef struct {
    const lpl_stack_t *stack;
    const uint64_t *note;
    size_t n_note;
} noted_stack_t;

static lpl_status_t write_stack(const void *object, FILE *file) {
    const noted_stack_t *s = object;
    if (statefile_put_number(s->n_note, file) != 0) return LPL_E_IO;
    for (size_t k = 0; k < s->n_note; k++)
        if (statefile_put_number(s->note[k], file) != 0) return LPL_E_IO;
    return lpl_stack_save(s->stack, statefile_put, file);
}

bool statefile_save_stack(const lpl_stack_t *stack, const uint64_t *note, size_t n_note, const char *path, char *why, size_t size) {
    const noted_stack_t content = {stack, note, n_note};
    return statefile_save(write_stack, &content, path, why, size);
}

bool statefile_load_layer(lpl_layer_t **out, const char *path, size_t max_bytes, int32_t threads, char *why, size_t size) {
    FILE *file = fopen(path, "rb");
    lpl_status_t status;
    if (file == NULL) {
        snprintf(why, size, "cannot open %s: %s", path, strerror(errno));
        return false;
    }
    status = lpl_layer_load(statefile_get, file, max_bytes, threads, out);
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
    bool good = statefile_get_number(&count, file) == 0 && count == n_note && count <= STATEFILE_NOTES;
    uint64_t kept[STATEFILE_NOTES];
    for (size_t k = 0; good && k < n_note; k++) {
        good = statefile_get_number(&value, file) == 0;
        kept[k] = value;
    }
    if (!good) {
        snprintf(why, size, "%s: is not a checkpoint of this program", path);
    } else if (lpl_stack_load(statefile_get, file, max_bytes, threads, out) < 0) {
        snprintf(why, size, "%s: %s", path, lpl_last_error());
        good = false;
    } else if (n_note > 0) {
        memcpy(note, kept, n_note * sizeof *note);
    }
    fclose(file);
    return good;
}
