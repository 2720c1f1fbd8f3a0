/* examples/worlds/losslog.c - see losslog.h. */
#include "losslog.h"

#include "output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 1024, PATH = 1200 };

static int file_name(char path[PATH], const char *folder, const char *name) {
    return snprintf(path, PATH, "%s/losses_%s.csv", folder, name) < PATH;
}

/* The line that names the columns. */
static void head_line(char line[LINE]) {
    size_t n = (size_t)snprintf(line, LINE, "condition,step");
    for (int k = 1; k <= VGG_LAYERS; k++) n += (size_t)snprintf(line + n, LINE - n, ",pull%d,push%d,decorr%d", k, k, k);
    snprintf(line + n, LINE - n, "\n");
}

void losslog_head(FILE *to) {
    char line[LINE];
    head_line(line);
    fputs(line, to);
}

void losslog_row(FILE *log, const char *name, size_t step, const lpl_report_t report[VGG_LAYERS]) {
    fprintf(log, "%s,%zu", name, step);
    for (int k = 0; k < VGG_LAYERS; k++)
        fprintf(log, ",%.6g,%.6g,%.6g", report[k].pull, report[k].push, report[k].decorr);
    fprintf(log, "\n");
}

/* Whole rows of an earlier log up to a step; what a kill left half written ends them. Returns how many, or -1 if one
 * was not taken. */
static long copy_rows(lpl_write_fn write, void *to, FILE *from, size_t last) {
    char line[LINE];
    long rows = 0;
    while (from != NULL && fgets(line, sizeof line, from) != NULL) {
        const char *comma = strchr(line, ',');
        const size_t step = comma != NULL ? (size_t)strtoull(comma + 1, NULL, 10) : 0;
        if (step == 0) continue; /* the head */
        if (step > last || strchr(line, '\n') == NULL) break;
        if (write(line, strlen(line), to) != 0) return -1;
        rows++;
    }
    return rows;
}

typedef struct {
    FILE *from;
    size_t last;
} earlier_t;

static lpl_status_t put_log(lpl_write_fn write, void *file, void *user) {
    const earlier_t *earlier = user;
    char line[LINE];
    head_line(line);
    return write(line, strlen(line), file) == 0 && copy_rows(write, file, earlier->from, earlier->last) >= 0 ? LPL_OK
                                                                                                             : LPL_E_IO;
}

FILE *losslog_open(const char *folder, const char *name, size_t step) {
    char path[PATH];
    if (!file_name(path, folder, name)) {
        fprintf(stderr, "a path of %zu letters is too long\n", strlen(folder));
        return NULL;
    }
    earlier_t earlier = {step > 0 ? fopen(path, "r") : NULL, step};
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

void losslog_close(FILE *log, const char *program, const char *what) {
    const int cut = ferror(log);
    if (fclose(log) == 0 && cut == 0) return;
    fprintf(stderr, "%s: the log of %s could not be written\n", program, what);
    output_lost();
}

static int32_t put_file(const void *buf, size_t n, void *file) { return fwrite(buf, 1, n, file) == n ? 0 : -1; }

int losslog_copy(FILE *to, const char *folder, const char *name) {
    char path[PATH];
    FILE *from = file_name(path, folder, name) ? fopen(path, "r") : NULL;
    if (from == NULL) return 0;
    const long rows = copy_rows(put_file, to, from, SIZE_MAX);
    fclose(from);
    return rows > 0;
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
    char path[PATH];
    reader_t r = {row, user};
    FILE *from = file_name(path, folder, name) ? fopen(path, "r") : NULL;
    if (from == NULL) return 0;
    const long rows = copy_rows(read_row, &r, from, SIZE_MAX);
    fclose(from);
    return rows;
}
