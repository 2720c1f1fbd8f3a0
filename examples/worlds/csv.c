/* examples/worlds/csv.c - tables as text: read a CSV file with a header line and # comments, write one with full
 * precision. */
#include "csv.h"

#include "gz.h"

#include <errno.h>
#include <locale.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MAX_BYTES ((size_t)1 << 30)

static int csv_fail(char *error, size_t n, const char *path, const char *format, ...) {
    if (error != NULL && n > 0) {
        int used = snprintf(error, n, "%s: ", path);
        if (used >= 0 && (size_t)used < n) {
            va_list list;
            va_start(list, format);
            vsnprintf(error + used, n - (size_t)used, format, list);
            va_end(list);
        }
    }
    return -1;
}

/* -- numbers
 * -------------------------------------------------------------------------------------------------------- */

int csv_parse(const char *text, double *v) {
    char buffer[128];
    const char *point = localeconv()->decimal_point;
    size_t k = 0;
    while (*text == ' ' || *text == '\t') {
        text++;
    }
    if (*text == '\0') {
        return 0;
    }
    for (; *text != '\0'; text++) {
        if (*text == '.') {
            /* strtod expects the decimal point of the locale, the file has a dot. */
            for (const char *p = point; *p != '\0' && k + 1 < sizeof buffer; p++) {
                buffer[k++] = *p;
            }
        } else {
            buffer[k++] = *text;
        }
        if (k + 1 >= sizeof buffer) {
            return -1;
        }
    }
    while (k > 0 && (buffer[k - 1] == ' ' || buffer[k - 1] == '\t')) {
        k--;
    }
    buffer[k] = '\0';
    char *end = NULL;
    const double value = strtod(buffer, &end);
    if (end == buffer || *end != '\0') {
        return -1;
    }
    *v = value;
    return 1;
}

/* -- reading
 * -------------------------------------------------------------------------------------------------------- */

static char *read_text(const char *path, size_t *length, char *error, size_t n) {
    gz_t *f = gz_open(path);
    if (f == NULL) {
        csv_fail(error, n, path, "cannot be opened: %s", strerror(errno));
        return NULL;
    }
    size_t size = 0, room = 65536;
    char *text = malloc(room + 1);
    while (text != NULL) {
        size += gz_read(f, text + size, room - size);
        if (size < room) {
            break;
        }
        room *= 2;
        char *more = room <= MAX_BYTES ? realloc(text, room + 1) : NULL;
        if (more == NULL) {
            free(text);
        }
        text = more;
    }
    if (text == NULL) {
        csv_fail(error, n, path, "too large for memory (at most %zu bytes)", MAX_BYTES);
    } else if (gz_bad(f) != NULL) {
        csv_fail(error, n, path, "%s", gz_bad(f));
        free(text);
        text = NULL;
    } else if (gz_is_compressed(text, size)) {
        csv_fail(error, n, path, "is compressed, and this program was built without zlib: gunzip it first");
        free(text);
        text = NULL;
    } else if (memchr(text, '\0', size) != NULL) {
        csv_fail(error, n, path, "contains a zero byte, so it is not a text table");
        free(text);
        text = NULL;
    } else {
        text[size] = '\0';
        *length = size;
    }
    gz_close(f);
    return text;
}

/* Cut the next cell off *s (in place). Returns the cell, or NULL for a quote that does not end. */
static char *take_cell(char **s, int *last) {
    char *cell = *s, *p = cell;
    if (*p == '"') {
        char *to = cell;
        for (p++;; p++) {
            if (*p == '\0') {
                return NULL;
            }
            if (*p == '"') {
                if (p[1] != '"') {
                    break;
                }
                p++;
            }
            *to++ = *p;
        }
        p++;
        *to = '\0';
        if (*p != ',' && *p != '\0') {
            return NULL;
        }
    } else {
        while (*p != ',' && *p != '\0') {
            p++;
        }
    }
    *last = *p == '\0';
    *p = '\0';
    *s = *last ? p : p + 1;
    return cell;
}

static size_t count_cells(const char *line) {
    size_t n = 1;
    int quoted = 0;
    for (; *line != '\0'; line++) {
        if (*line == '"') {
            quoted = !quoted;
        } else if (*line == ',' && !quoted) {
            n++;
        }
    }
    return n;
}

/* One line that is no comment: the header or a row. */
static int take_line(csv_t *t, char *line, size_t number, const char *path, char *error, size_t n) {
    const int is_head = t->head == NULL;
    if (is_head) {
        t->n_cols = count_cells(line);
        t->head = calloc(t->n_cols, sizeof *t->head);
        if (t->head == NULL) {
            return csv_fail(error, n, path, "no memory for %zu columns", t->n_cols);
        }
    } else if (count_cells(line) != t->n_cols) {
        return csv_fail(error, n, path, "line %zu has %zu cells, the header has %zu", number, count_cells(line),
                        t->n_cols);
    }
    char **to = is_head ? t->head : t->cell + t->n_rows * t->n_cols;
    int last = 0;
    for (size_t c = 0; c < t->n_cols; c++) {
        to[c] = last ? NULL : take_cell(&line, &last);
        if (to[c] == NULL || last != (c + 1 == t->n_cols)) {
            return csv_fail(error, n, path, "line %zu has a quote that does not end", number);
        }
    }
    t->n_rows += is_head ? 0 : 1;
    return 0;
}

int csv_read(csv_t *t, const char *path, char *error, size_t n) {
    memset(t, 0, sizeof *t);
    size_t length = 0, n_lines = 1;
    t->text = read_text(path, &length, error, n);
    if (t->text == NULL) {
        return -1;
    }
    for (const char *p = t->text; *p != '\0'; p++) {
        n_lines += *p == '\n';
    }
    /* Every row has at least one byte more than it has cells, so this bounds rows * columns. */
    t->comment = calloc(n_lines, sizeof *t->comment);
    t->cell = calloc(length + n_lines + 1, sizeof *t->cell);
    int result =
        t->comment != NULL && t->cell != NULL ? 0 : csv_fail(error, n, path, "no memory for %zu lines", n_lines);
    char *line = t->text;
    for (size_t number = 1; result == 0 && line != NULL; number++) {
        char *end = strchr(line, '\n');
        if (end != NULL) {
            *end = '\0';
        }
        const size_t used = strlen(line);
        if (used > 0 && line[used - 1] == '\r') {
            line[used - 1] = '\0';
        }
        if (line[0] == '#') {
            t->comment[t->n_comments++] = line + 1;
        } else if (line[0] != '\0') {
            result = take_line(t, line, number, path, error, n);
        }
        line = end == NULL ? NULL : end + 1;
    }
    if (result == 0 && t->head == NULL) {
        result = csv_fail(error, n, path, "is empty: no line names the columns");
    }
    if (result != 0) {
        csv_free(t);
    }
    return result;
}

void csv_free(csv_t *t) {
    free(t->head);
    free(t->cell);
    free(t->comment);
    free(t->text);
    memset(t, 0, sizeof *t);
}

int csv_column(const csv_t *t, const char *name) {
    for (size_t c = 0; c < t->n_cols; c++) {
        if (strcmp(t->head[c], name) == 0) {
            return (int)c;
        }
    }
    return -1;
}

const char *csv_text(const csv_t *t, size_t row, int col) {
    return row < t->n_rows && col >= 0 && (size_t)col < t->n_cols ? t->cell[row * t->n_cols + (size_t)col] : "";
}

int csv_number(const csv_t *t, size_t row, int col, double *v) { return csv_parse(csv_text(t, row, col), v); }

int csv_comment_number(const csv_t *t, const char *key, double *v) {
    const size_t length = strlen(key);
    for (size_t i = 0; i < t->n_comments; i++) {
        for (const char *p = strstr(t->comment[i], key); p != NULL; p = strstr(p + 1, key)) {
            const int starts = p == t->comment[i] || p[-1] == ' ' || p[-1] == '\t' || p[-1] == ',';
            if (starts && p[length] == '=') {
                char value[64];
                const size_t used = strcspn(p + length + 1, " \t,;");
                if (used >= sizeof value) {
                    return -1;
                }
                memcpy(value, p + length + 1, used);
                value[used] = '\0';
                return csv_parse(value, v);
            }
        }
    }
    return 0;
}

int csv_find(const csv_t *t, const char *name) {
    for (size_t r = 0; r < t->n_rows; r++) {
        if (strcmp(csv_text(t, r, 0), name) == 0) {
            return (int)r;
        }
    }
    return -1;
}

/* -- writing
 * -------------------------------------------------------------------------------------------------------- */

int csv_create(csv_writer_t *w, const char *path, char *error, size_t n) {
    w->in_row = 0;
    w->file = fopen(path, "w");
    return w->file != NULL ? 0 : csv_fail(error, n, path, "cannot be created: %s", strerror(errno));
}

void csv_put_comment(csv_writer_t *w, const char *text) { fprintf(w->file, "# %s\n", text); }

static void separate(csv_writer_t *w) {
    if (w->in_row) {
        fputc(',', w->file);
    }
    w->in_row = 1;
}

void csv_put_text(csv_writer_t *w, const char *text) {
    separate(w);
    if (strpbrk(text, ",\"\n\r") == NULL && text[0] != '#') {
        fputs(text, w->file);
        return;
    }
    fputc('"', w->file);
    for (; *text != '\0'; text++) {
        if (*text == '"') {
            fputc('"', w->file);
        }
        fputc(*text == '\n' || *text == '\r' ? ' ' : *text, w->file); /* a cell stays on its line */
    }
    fputc('"', w->file);
}

void csv_put_number(csv_writer_t *w, double v) {
    char text[64];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, v);
        if (strtod(text, NULL) == v) {
            break;
        }
    }
    separate(w);
    const char *point = localeconv()->decimal_point;
    const char *at = point[0] != '\0' ? strstr(text, point) : NULL;
    if (at == NULL) {
        fputs(text, w->file);
    } else {
        fprintf(w->file, "%.*s.%s", (int)(at - text), text, at + strlen(point));
    }
}

void csv_end_row(csv_writer_t *w) {
    fputc('\n', w->file);
    w->in_row = 0;
}

int csv_close(csv_writer_t *w) {
    const int bad = ferror(w->file);
    const int closed = fclose(w->file);
    w->file = NULL;
    return bad || closed != 0 ? -1 : 0;
}
