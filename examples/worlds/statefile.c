/* examples/worlds/statefile.c - see statefile.h. */
#include "statefile.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool told(lpl_status_t status, char *why, size_t size) {
    if (status < 0) snprintf(why, size, "%s", lpl_last_error());
    return status >= 0;
}

bool statefile_save(lpl_file_save_fn content, void *user, const char *path, char *why, size_t size) {
    return told(lpl_file_save(NULL, path, content, user), why, size);
}

bool statefile_load(lpl_file_load_fn content, void *user, const char *path, char *why, size_t size) {
    return told(lpl_file_load(NULL, path, content, user), why, size);
}

static lpl_status_t read_nothing(lpl_read_fn read, void *file, void *user) {
    (void)read, (void)file, (void)user;
    return LPL_OK;
}

bool statefile_missing(const char *path) {
    int32_t reason;
    return lpl_file_load(&reason, path, read_nothing, NULL) < 0 && reason == ENOENT;
}

int32_t statefile_put_number(uint64_t v, lpl_write_fn write, void *file) {
    unsigned char bytes[8];
    for (int k = 0; k < 8; k++) bytes[k] = (unsigned char)(v >> (8 * k));
    return write(bytes, sizeof bytes, file);
}

int32_t statefile_get_number(uint64_t *v, lpl_read_fn read, void *file) {
    unsigned char bytes[8];
    const int32_t status = read(bytes, sizeof bytes, file);
    *v = 0;
    for (int k = 0; k < 8 && status == 0; k++) *v |= (uint64_t)bytes[k] << (8 * k);
    return status;
}

bool statefile_save_layer(const lpl_layer_t *layer, const char *path, char *why, size_t size) {
    return told(lpl_layer_save_file(layer, path), why, size);
}

bool statefile_load_layer(lpl_layer_t **out, const char *path, size_t max_bytes, int32_t threads, char *why,
                          size_t size) {
    return told(lpl_layer_load_file(path, max_bytes, threads, out), why, size);
}

/* Notes lie in front of the stack, behind their count. */
typedef struct {
    const lpl_stack_t *stack;
    const uint64_t *note;
    size_t n_note;
} noted_stack_t;

static lpl_status_t put_stack(lpl_write_fn write, void *file, void *user) {
    const noted_stack_t *s = user;
    if (statefile_put_number(s->n_note, write, file) != 0) return LPL_E_IO;
    for (size_t k = 0; k < s->n_note; k++)
        if (statefile_put_number(s->note[k], write, file) != 0) return LPL_E_IO;
    return lpl_stack_save(s->stack, write, file);
}

bool statefile_save_stack(const lpl_stack_t *stack, const uint64_t *note, size_t n_note, const char *path, char *why,
                          size_t size) {
    noted_stack_t content = {stack, note, n_note};
    return statefile_save(put_stack, &content, path, why, size);
}

typedef struct {
    uint64_t note[STATEFILE_NOTES];
    size_t n_note, max_bytes;
    int32_t threads;
    bool foreign; /* other numbers than a program of this sort writes */
    lpl_stack_t **out;
} wanted_stack_t;

static lpl_status_t get_stack(lpl_read_fn read, void *file, void *user) {
    wanted_stack_t *w = user;
    uint64_t count = 0;
    w->foreign = true;
    if (statefile_get_number(&count, read, file) != 0 || count != w->n_note || count > STATEFILE_NOTES)
        return LPL_E_FORMAT;
    for (size_t k = 0; k < w->n_note; k++)
        if (statefile_get_number(&w->note[k], read, file) != 0) return LPL_E_FORMAT;
    w->foreign = false;
    return lpl_stack_load(read, file, w->max_bytes, w->threads, w->out);
}

bool statefile_load_stack(lpl_stack_t **out, uint64_t *note, size_t n_note, const char *path, size_t max_bytes,
                          int32_t threads, char *why, size_t size) {
    wanted_stack_t wanted = {.n_note = n_note, .max_bytes = max_bytes, .threads = threads, .out = out};
    const lpl_status_t status = lpl_file_load(NULL, path, get_stack, &wanted);
    if (status == LPL_E_FORMAT && wanted.foreign)
        snprintf(why, size, "%s: is not a checkpoint of this program", path);
    else
        told(status, why, size);
    if (status >= 0 && n_note > 0) memcpy(note, wanted.note, n_note * sizeof *note);
    return status >= 0;
}
