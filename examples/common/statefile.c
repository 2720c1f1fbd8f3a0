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

bool statefile_save_layer(const lpl_layer_t *layer, const char *path, char *why, size_t size) {
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
    status = lpl_layer_save(layer, put, file);
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
