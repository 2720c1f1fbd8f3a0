/* examples/worlds/figure.c - see figure.h and figure_parts.h. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "figure.h"

#include "figure_parts.h"
#include "must.h"
#include "output.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Pixels around and between panels. */
static const figure_space_t usual = {90, 24, 64, 48, 108, 116};

/* ---- files */

static bool make_folder(const char *folder) {
    char path[600];
    size_t n = strlen(folder);
    errno = ENAMETOOLONG;
    if (n == 0 || n >= sizeof path) return false;
    memcpy(path, folder, n + 1);
    for (size_t i = 1; i <= n; i++) {
        if (path[i] != '/' && path[i] != '\0') continue;
        char kept = path[i];
        path[i] = '\0';
        if (mkdir(path, 0777) != 0 && errno != EEXIST) return false;
        path[i] = kept;
    }
    return true;
}

static bool no_folder(const char *folder) {
    fprintf(stderr, "cannot make the folder '%s': %s\n", folder, strerror(errno));
    return false;
}

/* A file can be made there: not so where the name is a file's, or on what is read only. */
static bool can_write(const char *folder) {
    char path[640];
    snprintf(path, sizeof path, "%s/.lpl-XXXXXX", folder);
    const int file = mkstemp(path);
    if (file < 0) return false;
    close(file);
    return unlink(path) == 0;
}

bool figure_folder(const char *folder) {
    if (!make_folder(folder)) return no_folder(folder);
    if (can_write(folder)) return true;
    fprintf(stderr, "cannot write into the folder '%s': %s\n", folder, strerror(errno));
    return false;
}

void figure_path(const figure_t *f, const char *part, const char *extension, char *path, size_t size) {
    snprintf(path, size, "%s/data/%s%s%s.%s", f->folder, f->name, part != NULL ? "-" : "", part != NULL ? part : "",
             extension);
}

FILE *figure_open_path(figure_t *f, const char *path) {
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        fprintf(stderr, "cannot write %s: %s\n", path, strerror(errno));
        output_lost();
        f->failed = true;
    }
    return file;
}

FILE *figure_open_file(figure_t *f, const char *part, const char *extension) {
    char path[700];
    figure_path(f, part, extension, path, sizeof path);
    return figure_open_path(f, path);
}

void figure_close_file(figure_t *f, FILE *file) {
    if (file == NULL) return;
    if (ferror(file) != 0) f->failed = true;
    if (fclose(file) != 0) f->failed = true;
}

static bool caption_written(const figure_t *f) {
    char path[700];
    snprintf(path, sizeof path, "%s/%s.txt", f->folder, f->name);
    FILE *file = fopen(path, "w");
    bool whole = file != NULL && fprintf(file, "program: %s\nwhere: %s\ntitle: %s\n\n%s\n", output_program(), f->where,
                                         f->title, f->caption) > 0;
    if (file != NULL) whole = fclose(file) == 0 && whole;
    if (!whole) {
        fprintf(stderr, "cannot write %s: %s\n", path, strerror(errno));
        output_lost();
    }
    return whole;
}

/* ---- what is said of a figure */

static const char *keep(figure_t *f, const char *text) {
    if (text == NULL) return NULL;
    char *copy = must_alloc(strlen(text) + 1, 1);
    strcpy(copy, text);
    if ((f->texts & (f->texts - 1)) == 0) { /* room is doubled */
        char **more = must_alloc(f->texts > 0 ? 2 * f->texts : 1, sizeof *more);
        if (f->texts > 0) memcpy(more, f->text, f->texts * sizeof *more);
        free(f->text);
        f->text = more;
    }
    return f->text[f->texts++] = copy;
}

/* One more element of a list whose room is doubled. */
static void *grown(void *list, size_t n, size_t size) {
    if ((n & (n - 1)) != 0) return list;
    char *more = must_alloc(n > 0 ? 2 * n : 1, size);
    if (n > 0) memcpy(more, list, n * size);
    free(list);
    return more;
}

bool figure_open(figure_t *f, const char *folder, const char *name, int width, int height, const char *title,
                 const char *where, const char *caption) {
    char data[600];
    memset(f, 0, sizeof *f);
    errno = ENAMETOOLONG;
    const bool fits = strlen(folder) < sizeof f->folder && strlen(name) < sizeof f->name;
    if (fits) snprintf(data, sizeof data, "%s/data", folder);
    if (!fits || !make_folder(data)) {
        output_lost();
        return no_folder(fits ? data : folder);
    }
    strcpy(f->folder, folder);
    strcpy(f->name, name);
    f->title = keep(f, title), f->where = keep(f, where), f->caption = keep(f, caption);
    f->width = width, f->height = height;
    f->rows = f->columns = 1;
    f->space = usual;
    f->failed = !caption_written(f);
    return true;
}

void figure_grid(figure_t *f, int rows, int columns, const figure_space_t *space) {
    f->rows = rows, f->columns = columns;
    f->space = usual;
    if (rows * columns > 1) f->space.top += FIGURE_TITLE;
    if (space == NULL) return;
    const int given[6] = {space->left, space->right, space->bottom, space->top, space->dx, space->dy};
    int *const here[6] = {&f->space.left, &f->space.right, &f->space.bottom, &f->space.top, &f->space.dx, &f->space.dy};
    for (int k = 0; k < 6; k++)
        if (given[k] != 0) *here[k] = given[k];
}

static void place(figure_t *f, figure_panel_t *p) {
    const figure_space_t *s = &f->space;
    const double w = f->width, h = f->height;
    if (p->place[1] > p->place[0]) return;
    const int row = f->next / f->columns, column = f->next % f->columns;
    const double wide = (w - s->left - s->right - (f->columns - 1) * s->dx) / f->columns;
    const double high = (h - s->top - s->bottom - (f->rows - 1) * s->dy) / f->rows;
    const double left = s->left + column * (wide + s->dx), top = h - s->top - row * (high + s->dy);
    f->next++;
    p->place[0] = left / w;
    const int beside = column == f->columns - 1 ? s->right : 0; /* room for a colour bar */
    p->place[1] = (left + wide - (p->scale != NULL && beside < FIGURE_BAR ? FIGURE_BAR - beside : 0)) / w;
    p->place[2] = (top - high) / h;
    p->place[3] = (top - (p->legend == FIGURE_ABOVE ? FIGURE_LEGEND : 0)) / h;
}

/* An axis that is drawn says what it shows, and in what. */
static void label(figure_t *f, figure_axis_t *a) {
    char text[200];
    if (a->label == NULL || a->label[0] == '\0') {
        a->label = "";
        return;
    }
    if (a->unit == NULL) {
        fprintf(stderr, "figure %s: the axis '%s' has no unit\n", f->name, a->label);
        f->failed = true;
        return;
    }
    snprintf(text, sizeof text, strcmp(a->unit, "1") == 0 ? "%s" : "%s (%s)", a->label, a->unit);
    a->label = keep(f, text);
}

void figure_panel(figure_t *f, const figure_panel_t *panel) {
    f->panel = grown(f->panel, f->panels, sizeof *f->panel);
    f->first = grown(f->first, f->panels, sizeof *f->first);
    figure_panel_t *p = &f->panel[f->panels];
    f->first[f->panels++] = f->marks;
    *p = *panel;
    place(f, p);
    p->title = keep(f, p->title), p->scale = keep(f, p->scale);
    label(f, &p->x);
    label(f, &p->y);
}

void figure_mark(figure_t *f, const figure_mark_t *mark) {
    f->mark = grown(f->mark, f->marks, sizeof *f->mark);
    figure_mark_t *m = &f->mark[f->marks++];
    *m = *mark;
    m->title = keep(f, m->title), m->part = keep(f, m->part);
    const bool line = m->kind == FIGURE_VERTICAL || m->kind == FIGURE_HORIZONTAL;
    if (line && m->dash == 0) m->dash = 1;
    if (m->width == 0) m->width = line ? 1.2 : 2.2;
    if (m->size == 0) m->size = 4;
    if (m->x_by == 0) m->x_by = 1;
    if (m->y_by == 0) m->y_by = 1;
}

size_t figure_last_mark(const figure_t *f, size_t panel) {
    return panel + 1 < f->panels ? f->first[panel + 1] : f->marks;
}

void figure_csv(figure_t *f, const char *part) {
    figure_close_file(f, f->csv);
    f->csv = figure_open_file(f, part, "csv");
    if (f->csv != NULL) setvbuf(f->csv, NULL, _IOFBF, 1 << 16);
}

void figure_data(figure_t *f, const char *format, ...) {
    va_list args;
    if (f->csv == NULL) return;
    va_start(args, format);
    vfprintf(f->csv, format, args);
    va_end(args);
}

const char *figure_number(double v, int digits) {
    static char text[8][40];
    static unsigned next;
    char *t = text[next++ % 8];
    snprintf(t, sizeof text[0], "%.*f", digits, v);
    if (t[0] == '-' && t[strspn(t, "-0.")] == '\0') memmove(t, t + 1, strlen(t));
    return t;
}

static bool close_and_draw(figure_t *f) {
    figure_close_file(f, f->csv);
    f->csv = NULL;
    if (f->panels == 0) return !f->failed;
    figure_write_gnuplot(f);
    figure_write_json(f);
    figure_write_python(f);
    if (f->failed) {
        fprintf(stderr, "figure %s/%s is incomplete\n", f->folder, f->name);
        return false;
    }
    return figure_draw(f);
}

bool figure_close(figure_t *f) {
    const bool whole = close_and_draw(f);
    if (!whole) output_lost();
    for (size_t k = 0; k < f->texts; k++) free(f->text[k]);
    free(f->text), free(f->panel), free(f->mark), free(f->first);
    f->text = NULL, f->panel = NULL, f->mark = NULL, f->first = NULL;
    f->texts = f->panels = f->marks = 0;
    return whole;
}
