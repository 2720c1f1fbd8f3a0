/* examples/worlds/rowlog.c - see rowlog.h. */
#include "rowlog.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"

bool rowlog_path(char path[ROWLOG_PATH], const char *folder, const char *kind, const char *name) {
    return snprintf(path, ROWLOG_PATH, "%s/%s_%s.csv", folder, kind, name) < ROWLOG_PATH;
}

/* Whole rows of an earlier log up to a step; what a kill left half written ends them. Returns how many, or -1 if one
 * was not taken. */
static long copy_rows(lpl_write_fn write, void *to, FILE *from, size_t last) {
    char line[ROWLOG_LINE];
    long rows = 0;
    bool head = true;
    for (; from != NULL && fgets(line, sizeof line, from) != NULL; head = false) {
        const char *comma = strchr(line, ',');
        if (head) continue;
        if (comma == NULL || (size_t)strtoull(comma + 1, NULL, 10) > last || strchr(line, '\n') == NULL) break;
        if (write != NULL && write(line, strlen(line), to) != 0) return -1;
        rows++;
    }
    return rows;
}

typedef struct {
    FILE *from;
    const char *head;
    size_t last;
} earlier_t;

static lpl_status_t put_log(lpl_write_fn write, void *file, void *user) {
    const earlier_t *e = user;
    return write(e->head, strlen(e->head), file) == 0 && copy_rows(write, file, e->from, e->last) >= 0 ? LPL_OK
                                                                                                       : LPL_E_IO;
}

FILE *rowlog_open(const char *path, const char *head, size_t last) {
    earlier_t earlier = {last > 0 ? fopen(path, "r") : NULL, head, last};
    const lpl_status_t status = lpl_file_save(NULL, path, put_log, &earlier);
    if (earlier.from != NULL) fclose(earlier.from);
    if (status < 0) {
        fprintf(stderr, "%s\n", lpl_last_error());
        return NULL;
    }
    FILE *log = fopen(path, "a");
    if (log == NULL) fprintf(stderr, "cannot write %s: %s\n", path, strerror(errno));
    return log;
}

void rowlog_close(FILE *log, const char *program, const char *what) {
    const int cut = ferror(log);
    if (fclose(log) == 0 && cut == 0) return;
    fprintf(stderr, "%s: the log of %s could not be written\n", program, what);
    output_lost();
}

long rowlog_each(const char *path, lpl_write_fn write, void *user) {
    FILE *from = fopen(path, "r");
    if (from == NULL) return 0;
    const long rows = copy_rows(write, user, from, SIZE_MAX);
    fclose(from);
    return rows;
}
