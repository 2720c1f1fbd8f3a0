/* examples/common/losslog.c - see losslog.h. */
#include "losslog.h"

#include "output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 1024, PATH = 1200 };

static int file_name(char path[PATH], const char *folder, const char *name, const char *end) {
    return snprintf(path, PATH, "%s/losses_%s.csv%s", folder, name, end) < PATH;
}

void losslog_head(FILE *to) {
    fprintf(to, "condition,step");
    for (int k = 1; k <= VGG_LAYERS; k++) fprintf(to, ",pull%d,push%d,decorr%d", k, k, k);
    fprintf(to, "\n");
}

void losslog_row(FILE *log, const char *name, size_t step, const lpl_report_t report[VGG_LAYERS]) {
    fprintf(log, "%s,%zu", name, step);
    for (int k = 0; k < VGG_LAYERS; k++) fprintf(log, ",%.6g,%.6g,%.6g", report[k].pull, report[k].push, report[k].decorr);
    fprintf(log, "\n");
}

/* Whole rows of an earlier log up to a step; what a kill left half written ends them. */
static size_t copy_rows(FILE *to, FILE *from, size_t last) {
    char line[LINE];
    size_t rows = 0;
    while (from != NULL && fgets(line, sizeof line, from) != NULL) {
        const char *comma = strchr(line, ',');
        const size_t step = comma != NULL ? (size_t)strtoull(comma + 1, NULL, 10) : 0;
        if (step == 0) continue; /* the head */
        if (step > last || strchr(line, '\n') == NULL) break;
        fputs(line, to);
        rows++;
    }
    return rows;
}

FILE *losslog_open(const char *folder, const char *name, size_t step) {
    char path[PATH], temporary[PATH];
    if (!file_name(path, folder, name, "") || !file_name(temporary, folder, name, ".tmp")) {
        fprintf(stderr, "a path of %zu letters is too long\n", strlen(folder));
        return NULL;
    }
    FILE *from = step > 0 ? fopen(path, "r") : NULL, *to = fopen(temporary, "w");
    if (to != NULL) {
        losslog_head(to);
        copy_rows(to, from, step);
    }
    if (from != NULL) fclose(from);
    if (to == NULL || fflush(to) != 0 || ferror(to) != 0 || rename(temporary, path) != 0) {
        fprintf(stderr, "cannot write %s: %s\n", path, strerror(errno));
        if (to != NULL) fclose(to);
        return NULL;
    }
    return to; /* the file has its name now */
}

void losslog_close(FILE *log, const char *program, const char *what) {
    const int cut = ferror(log);
    if (fclose(log) == 0 && cut == 0) return;
    fprintf(stderr, "%s: the log of %s could not be written\n", program, what);
    output_lost();
}

int losslog_copy(FILE *to, const char *folder, const char *name) {
    char path[PATH];
    FILE *from = file_name(path, folder, name, "") ? fopen(path, "r") : NULL;
    if (from == NULL) return 0;
    const size_t rows = copy_rows(to, from, SIZE_MAX);
    fclose(from);
    return rows > 0;
}
