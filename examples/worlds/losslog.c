/* examples/worlds/losslog.c - see losslog.h. */
#include "losslog.h"

#include <stdlib.h>
#include <string.h>

#include "rowlog.h"

static bool file_name(char path[ROWLOG_PATH], const char *folder, const char *name) {
    return rowlog_path(path, folder, "losses", name);
}

/* The line that names the columns. */
static void head_line(char line[ROWLOG_LINE]) {
    size_t n = (size_t)snprintf(line, ROWLOG_LINE, "condition,step");
    for (int k = 1; k <= VGG_LAYERS; k++)
        n += (size_t)snprintf(line + n, ROWLOG_LINE - n, ",pull%d,push%d,decorr%d", k, k, k);
    snprintf(line + n, ROWLOG_LINE - n, "\n");
}

void losslog_head(FILE *to) {
    char line[ROWLOG_LINE];
    head_line(line);
    fputs(line, to);
}

void losslog_row(FILE *log, const char *name, size_t step, const lpl_report_t report[VGG_LAYERS]) {
    fprintf(log, "%s,%zu", name, step);
    for (int k = 0; k < VGG_LAYERS; k++)
        fprintf(log, ",%.6g,%.6g,%.6g", report[k].pull, report[k].push, report[k].decorr);
    fprintf(log, "\n");
}

FILE *losslog_open(const char *folder, const char *name, size_t step) {
    char path[ROWLOG_PATH], line[ROWLOG_LINE];
    if (!file_name(path, folder, name)) {
        fprintf(stderr, "a path of %zu letters is too long\n", strlen(folder));
        return NULL;
    }
    head_line(line);
    return rowlog_open(path, line, step);
}

void losslog_close(FILE *log, const char *program, const char *what) { rowlog_close(log, program, what); }

static int32_t put_file(const void *buf, size_t n, void *file) { return fwrite(buf, 1, n, file) == n ? 0 : -1; }

int losslog_copy(FILE *to, const char *folder, const char *name) {
    char path[ROWLOG_PATH];
    return file_name(path, folder, name) && rowlog_each(path, put_file, to) > 0;
}

typedef struct {
    losslog_row_fn row;
    void *user;
} reader_t;

static int32_t read_row(const void *buf, size_t n, void *user) {
    const reader_t *r = user;
    const char *cell = memchr(buf, ',', n);
    double loss[3 * VGG_LAYERS] = {0};
    if (cell == NULL || r->row == NULL) return 0;
    const size_t step = (size_t)strtoull(cell + 1, NULL, 10);
    for (int k = 0; k < 3 * VGG_LAYERS && (cell = strchr(cell + 1, ',')) != NULL; k++) loss[k] = strtod(cell + 1, NULL);
    r->row(r->user, step, loss);
    return 0;
}

long losslog_each(const char *folder, const char *name, losslog_row_fn row, void *user) {
    char path[ROWLOG_PATH];
    reader_t r = {row, user};
    return file_name(path, folder, name) ? rowlog_each(path, read_row, &r) : 0;
}
