/* examples/worlds/figure.c - see figure.h. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "figure.h"

#include "must.h"
#include "output.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- how figures look: with templates/figure.gp and figure.py the only place that says it */

/* Lines of templates/figure.gp and figure.py, made into C by the Makefile; NULL ends each. */
extern const char *const figure_template_gp[], *const figure_template_py[];

static const char *const colours[FIGURE_COLOURS] = {"#222222", "#0072B2", "#D55E00", "#009E73",
                                                    "#E69F00", "#CC79A7", "#56B4E9", "#777777"};

typedef struct stop_t {
    double at;
    const char *colour;
} stop_t;
static const stop_t diverging[5] = {
    {0, "#08519c"}, {0.25, "#6baed6"}, {0.5, "#ffffff"}, {0.75, "#fdae6b"}, {1, "#a63603"}};
static const stop_t sequential[3] = {{0, "#ffffff"}, {0.5, "#6baed6"}, {1, "#08306b"}};

/* Pixels around and between panels; the title of the whole, a legend above, a colour bar beside. */
static const figure_space_t usual = {90, 24, 64, 48, 108, 116};
enum { TITLE = 34, LEGEND = 26, BAR = 96 };

/* Names in the JSON, and how gnuplot says it. */
static const struct {
    const char *name, *gnuplot;
    bool lines, points;
} kinds[] = {
    [FIGURE_LINE] = {"line", "lines", true, false},          [FIGURE_POINTS] = {"points", "points", false, true},
    [FIGURE_BOTH] = {"both", "linespoints", true, true},     [FIGURE_STEPS] = {"steps", "histeps", true, false},
    [FIGURE_BARS] = {"bars", "boxes", false, false},         [FIGURE_BAND] = {"band", "filledcurves", false, false},
    [FIGURE_MAP] = {"map", "image pixels", false, false},    [FIGURE_MATRIX] = {"matrix", "image pixels", false, false},
    [FIGURE_RGB] = {"rgb", "rgbimage pixels", false, false}, [FIGURE_PICTURE] = {"picture", "rgbimage", false, false},
    [FIGURE_VERTICAL] = {"vertical", "lines", true, false},  [FIGURE_HORIZONTAL] = {"horizontal", "lines", true, false},
    [FIGURE_ARROW] = {"arrow", "lines", true, false},        [FIGURE_NOTE] = {"note", NULL, false, false},
};
static const char *const keys[] = {
    [FIGURE_TOP_LEFT] = "top left Left reverse",       [FIGURE_TOP_RIGHT] = "top right Left reverse",
    [FIGURE_BOTTOM_LEFT] = "bottom left Left reverse", [FIGURE_BOTTOM_RIGHT] = "bottom right Left reverse",
    [FIGURE_MIDDLE_LEFT] = "center left Left reverse", [FIGURE_MIDDLE_RIGHT] = "center right Left reverse",
};
static const int shapes[] = {7, 6, 13, 5}; /* gnuplot's points: full, open, diamond, square */

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

bool figure_folder(const char *folder) { return make_folder(folder) || no_folder(folder); }

void figure_path(const figure_t *f, const char *part, const char *extension, char *path, size_t size) {
    snprintf(path, size, "%s/data/%s%s%s.%s", f->folder, f->name, part != NULL ? "-" : "", part != NULL ? part : "",
             extension);
}

static FILE *open_path(figure_t *f, const char *path) {
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        fprintf(stderr, "cannot write %s: %s\n", path, strerror(errno));
        output_lost();
        f->failed = true;
    }
    return file;
}

static FILE *open_file(figure_t *f, const char *part, const char *extension) {
    char path[700];
    figure_path(f, part, extension, path, sizeof path);
    return open_path(f, path);
}

static void close_file(figure_t *f, FILE *file) {
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
    if (rows * columns > 1) f->space.top += TITLE;
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
    p->place[1] = (left + wide - (p->scale != NULL && beside < BAR ? BAR - beside : 0)) / w;
    p->place[2] = (top - high) / h;
    p->place[3] = (top - (p->legend == FIGURE_ABOVE ? LEGEND : 0)) / h;
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

static size_t last_mark(const figure_t *f, size_t panel) {
    return panel + 1 < f->panels ? f->first[panel + 1] : f->marks;
}

void figure_csv(figure_t *f, const char *part) {
    close_file(f, f->csv);
    f->csv = open_file(f, part, "csv");
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

/* ---- gnuplot */

/* 'text', where a quote inside is doubled. */
static void quote(FILE *to, const char *text) {
    fputc('\'', to);
    for (; *text != '\0'; text++) {
        if (*text == '\'') fputc('\'', to);
        fputc(*text == '\n' ? ' ' : *text, to);
    }
    fputc('\'', to);
}

static void gp_end(FILE *gp, double v) { isnan(v) ? fputc('*', gp) : fprintf(gp, "%.10g", v); }

static void gp_axis(FILE *gp, const figure_axis_t *a, char name) {
    const bool free_ends = a->low == a->high;
    const double low = free_ends ? NAN : a->low, high = free_ends ? NAN : a->high;
    fprintf(gp, "set %clabel ", name);
    quote(gp, a->bare ? "" : a->label);
    fprintf(gp, " offset %s\n%s logscale %c\nset %crange [", name == 'y' ? "1.2,0" : "0,0.7", a->log ? "set" : "unset",
            name, name);
    gp_end(gp, a->down ? high : low); /* `reverse` turns free ends only */
    fputc(':', gp);
    gp_end(gp, a->down ? low : high);
    fprintf(gp, "] %s\n", a->down && free_ends ? "reverse" : "noreverse");
    fprintf(gp, "set format %c '%s'\n", name, a->bare ? "" : "%g");
    if (a->n_names > 0) {
        fprintf(gp, "set %ctics %s(", name, a->label[0] == '\0' ? "scale 0 " : "");
        for (size_t k = 0; k < a->n_names; k++) {
            fputs(k > 0 ? ", " : "", gp);
            quote(gp, a->bare ? "" : a->names[k]);
            fprintf(gp, " %.10g", a->at != NULL ? a->at[k] : (double)k);
        }
        fputs(")\n", gp);
    } else if (a->label[0] == '\0') {
        fprintf(gp, "unset %ctics\n", name);
    } else if (a->step > 0) {
        fprintf(gp, "set %ctics scale 0.6 %.10g\n", name, a->step);
    } else {
        fprintf(gp, "set %ctics scale 0.6 autofreq\n", name);
    }
}

static void gp_palette(FILE *gp, const stop_t *stops, int n) {
    fputs("set palette defined (", gp);
    for (int k = 0; k < n; k++) fprintf(gp, "%s%g '%s'", k ? ", " : "", stops[k].at, stops[k].colour);
    fputs(")\n", gp);
}

static void gp_file(FILE *gp, const figure_t *f, const figure_mark_t *m) {
    char file[200];
    snprintf(file, sizeof file, "%s%s%s.%s", f->name, m->part != NULL ? "-" : "", m->part != NULL ? m->part : "",
             m->kind == FIGURE_PICTURE ? "png" : "csv");
    quote(gp, file);
}

static void gp_column(FILE *gp, int column, double by, double plus) {
    if (by == 1 && plus == 0)
        fprintf(gp, "%d", column);
    else
        fprintf(gp, "($%d*%.10g%+.10g)", column, by, plus);
}

/* `'file' index 2 using 1:3 skip 1` of a mark over columns. */
static void gp_numbers(FILE *gp, const figure_t *f, const figure_mark_t *m) {
    gp_file(gp, f, m);
    fprintf(gp, " index %d", m->block); /* without it: all blocks; the head is in the first one */
    fputs(" using ", gp);
    gp_column(gp, m->x, m->x_by, m->x_plus);
    fputc(':', gp);
    if (m->kind == FIGURE_BAND) {
        fprintf(gp, "(($%d-$%d)*%.10g):(($%d+$%d)*%.10g)", m->y, m->e, m->y_by, m->y, m->e, m->y_by);
    } else if (m->kind == FIGURE_RGB) {
        fprintf(gp, "%d:%d:%d:%d", m->y, m->y + 1, m->y + 2, m->y + 3);
    } else {
        gp_column(gp, m->y, m->y_by, 0);
        if (m->kind == FIGURE_BARS) fprintf(gp, ":(%.10g)", m->size);
        if (m->e > 0) fputc(':', gp), gp_column(gp, m->e, m->y_by, 0);
    }
    if (m->block == 0) fputs(" skip 1", gp);
}

static void gp_line(FILE *gp, const figure_mark_t *m) {
    fprintf(gp, " lc rgb '%s'", colours[m->colour]);
    if (kinds[m->kind].lines || m->e > 0) fprintf(gp, " lw %g dt %d", m->width / 1.4, m->dash + 1);
    if (kinds[m->kind].points) fprintf(gp, " pt %d ps %g", shapes[m->hollow], m->size / 9);
}

static void gp_mark(FILE *gp, const figure_t *f, const figure_mark_t *m) {
    const bool bars = m->e > 0 && m->kind <= FIGURE_BOTH;
    switch (m->kind) {
    case FIGURE_MATRIX:
        gp_file(gp, f, m);
        fputs(" matrix with image pixels", gp);
        break;
    case FIGURE_PICTURE:
        gp_file(gp, f, m);
        fputs(" binary filetype=png with rgbimage", gp);
        break;
    case FIGURE_MAP:
    case FIGURE_RGB:
        gp_numbers(gp, f, m);
        fprintf(gp, " with %s", kinds[m->kind].gnuplot);
        break;
    case FIGURE_VERTICAL:
    case FIGURE_HORIZONTAL:
    case FIGURE_ARROW: /* drawn by gp_arrow; here its entry in the legend */
        fputs("NaN with lines", gp);
        gp_line(gp, m);
        break;
    default:
        gp_numbers(gp, f, m);
        fprintf(gp, " with %s",
                !bars                      ? kinds[m->kind].gnuplot
                : m->kind == FIGURE_POINTS ? "yerrorbars"
                                           : "yerrorlines");
        if (m->kind == FIGURE_BAND) fputs(" fs transparent solid 0.2 noborder", gp);
        gp_line(gp, m);
        if (bars && m->kind == FIGURE_LINE) fputs(" ps 0", gp);
    }
    fputs(m->title != NULL ? " title " : " notitle", gp);
    if (m->title != NULL) quote(gp, m->title);
}

/* Lines across a panel, arrows and notes are set before the plot. */
static void gp_arrow(FILE *gp, const figure_mark_t *m, size_t number) {
    char ends[200];
    const double *at = m->at;
    if (m->kind == FIGURE_NOTE) {
        fprintf(gp, "set label %zu ", number);
        quote(gp, m->title);
        fprintf(gp, " at first %.10g, graph %g offset 1,0\n", at[0], at[1]);
        return;
    }
    if (m->kind == FIGURE_VERTICAL)
        snprintf(ends, sizeof ends, "first %.10g, graph 0 to first %.10g, graph 1 nohead back", at[0], at[0]);
    else if (m->kind == FIGURE_HORIZONTAL)
        snprintf(ends, sizeof ends, "graph 0, first %.10g to graph 1, first %.10g nohead back", at[0], at[0]);
    else if (m->kind == FIGURE_ARROW)
        snprintf(ends, sizeof ends, "first %.10g, first %.10g to first %.10g, first %.10g heads filled front", -at[0],
                 -at[1], at[0], at[1]);
    else
        return;
    fprintf(gp, "set arrow %zu from %s", number, ends);
    gp_line(gp, m);
    fputc('\n', gp);
}

static void gp_legend(FILE *gp, const figure_t *f, const figure_panel_t *p) {
    const double *at = p->place;
    if (p->legend == FIGURE_NO_LEGEND)
        fputs("unset key\n", gp);
    else if (p->legend == FIGURE_ABOVE)
        fprintf(gp, "set key at screen %.5f, screen %.5f center horizontal maxrows 1\n", (at[0] + at[1]) / 2,
                at[3] + 0.45 * LEGEND / f->height);
    else if (p->legend == FIGURE_RIGHT)
        fprintf(gp, "set key at screen %.5f, screen %.5f top left Left reverse vertical maxrows 40\n",
                at[1] + 10.0 / f->width, at[3]);
    else
        fprintf(gp, "set key inside vertical maxrows 40 %s\n", keys[p->legend]);
}

static void gp_panel(FILE *gp, const figure_t *f, size_t k) {
    const figure_panel_t *p = &f->panel[k];
    const char *const side[4] = {"lmargin", "rmargin", "bmargin", "tmargin"};
    bool bar = false, any = false;
    fprintf(gp, "\nunset arrow\nunset label\n");
    for (int i = 0; i < 4; i++) fprintf(gp, "set %s at screen %.5f\n", side[i], p->place[i]);
    fputs("set title ", gp);
    quote(gp, p->title != NULL ? p->title : "");
    fprintf(gp, " offset 0,%g\nset size %s\nset border %d\n%s\n%s\n", p->legend == FIGURE_ABOVE ? 1.2 : -0.3,
            p->square ? "ratio -1" : "noratio", p->x.label[0] == '\0' && p->y.label[0] == '\0' ? 0 : 3,
            p->grid ? "set grid y lc rgb '#dddddd' lw 0.5" : "unset grid",
            p->zero ? "set xzeroaxis lc rgb '#bbbbbb' dt 2" : "unset xzeroaxis");
    gp_axis(gp, &p->x, 'x');
    gp_axis(gp, &p->y, 'y');
    gp_legend(gp, f, p);
    for (size_t i = f->first[k]; i < last_mark(f, k); i++) {
        const figure_mark_t *m = &f->mark[i];
        bar = bar || m->kind == FIGURE_MAP || m->kind == FIGURE_MATRIX;
        gp_arrow(gp, m, i + 1);
    }
    if (bar) {
        gp_palette(gp, p->colours == FIGURE_DIVERGING ? diverging : sequential, p->colours == FIGURE_DIVERGING ? 5 : 3);
        fprintf(gp, "set cbrange [%.10g:%.10g]\n%s colorbox\nset cblabel ", p->low, p->high,
                p->scale != NULL ? "set" : "unset");
        quote(gp, p->scale != NULL ? p->scale : "");
        if (p->scale != NULL)
            fprintf(gp, "\nset colorbox user origin screen %.5f, screen %.5f size screen %.5f, screen %.5f",
                    p->place[1] + 10.0 / f->width, p->place[2], 16.0 / f->width, p->place[3] - p->place[2]);
        fputc('\n', gp);
    }
    fputs("plot ", gp);
    for (size_t i = f->first[k]; i < last_mark(f, k); i++) {
        if (f->mark[i].kind == FIGURE_NOTE) continue;
        fputs(any ? ", \\\n     " : "", gp);
        gp_mark(gp, f, &f->mark[i]);
        any = true;
    }
    fputs(any ? "\n" : "NaN notitle\n", gp);
}

static void write_gnuplot(figure_t *f) {
    FILE *gp = open_file(f, NULL, "gp");
    if (gp == NULL) return;
    fprintf(gp, "# draws ../%s.svg from the CSV beside it: gnuplot %s.gp\n", f->name, f->name);
    fprintf(gp,
            "set terminal svg size %d,%d dynamic noenhanced font 'Helvetica,15' background '#ffffff' linewidth 1.4\n",
            f->width, f->height);
    for (const char *const *line = figure_template_gp; *line != NULL; line++) fputs(*line, gp);
    fprintf(gp, "set output '../%s.svg'\nset multiplot", f->name);
    if (f->panels > 1) {
        fputs(" title ", gp);
        quote(gp, f->title);
        fputs(" font ',18'", gp);
    }
    fputc('\n', gp);
    for (size_t k = 0; k < f->panels; k++) gp_panel(gp, f, k);
    fputs("unset multiplot\nset output\n", gp);
    close_file(f, gp);
}

/* ---- JSON, for figure.py and whoever else draws */

static void js_text(FILE *js, const char *text) {
    if (text == NULL) {
        fputs("null", js);
        return;
    }
    fputc('"', js);
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\') fputc('\\', js);
        if ((unsigned char)*text < ' ')
            fputc(' ', js);
        else
            fputc(*text, js);
    }
    fputc('"', js);
}

static void js_number(FILE *js, double v) { isfinite(v) ? fprintf(js, "%.10g", v) : fputs("null", js); }

static void js_axis(FILE *js, const char *name, const figure_axis_t *a) {
    const bool free_ends = a->low == a->high;
    fprintf(js, "   \"%s\": {\"text\": ", name);
    js_text(js, a->label);
    fputs(", \"low\": ", js);
    js_number(js, free_ends ? NAN : a->low);
    fputs(", \"high\": ", js);
    js_number(js, free_ends ? NAN : a->high);
    fprintf(js, ", \"step\": %.10g, \"log\": %s, \"down\": %s, \"bare\": %s, \"names\": [", a->step,
            a->log ? "true" : "false", a->down ? "true" : "false", a->bare ? "true" : "false");
    for (size_t k = 0; k < a->n_names; k++) fputs(k ? ", " : "", js), js_text(js, a->names[k]);
    fputs("], \"at\": [", js);
    for (size_t k = 0; k < a->n_names; k++) fprintf(js, "%s%.10g", k ? ", " : "", a->at != NULL ? a->at[k] : (double)k);
    fputs("]},\n", js);
}

static void js_mark(FILE *js, const figure_t *f, const figure_mark_t *m) {
    char file[200];
    snprintf(file, sizeof file, "%s%s%s.%s", f->name, m->part != NULL ? "-" : "", m->part != NULL ? m->part : "",
             m->kind == FIGURE_PICTURE ? "png" : "csv");
    fprintf(js, "    {\"kind\": \"%s\", \"title\": ", kinds[m->kind].name);
    js_text(js, m->title);
    fputs(", \"file\": ", js);
    js_text(js, file);
    fprintf(js, ", \"block\": %d, \"x\": %d, \"y\": %d, \"e\": %d, \"z\": %d,", m->block, m->x, m->y, m->e, m->e);
    fprintf(js, " \"x_by\": %.10g, \"x_plus\": %.10g, \"y_by\": %.10g,\n", m->x_by, m->x_plus, m->y_by);
    fprintf(
        js,
        "     \"colour\": %d, \"dash\": %d, \"hollow\": %d, \"width\": %g, \"size\": %.10g, \"at\": [%.10g, %.10g]}",
        m->colour, m->dash, m->hollow, m->width, m->size, m->at[0], m->at[1]);
}

static void js_stops(FILE *js, const char *name, const stop_t *stops, int n) {
    fprintf(js, " \"%s\": [", name);
    for (int k = 0; k < n; k++) fprintf(js, "%s[%g, \"%s\"]", k ? ", " : "", stops[k].at, stops[k].colour);
    fputs("],\n", js);
}

static void write_json(figure_t *f) {
    FILE *js = open_file(f, NULL, "json");
    if (js == NULL) return;
    fputs("{\"name\": ", js);
    js_text(js, f->name);
    fputs(",\n \"title\": ", js);
    js_text(js, f->title);
    fputs(",\n \"where\": ", js);
    js_text(js, f->where);
    fputs(",\n \"caption\": ", js);
    js_text(js, f->caption);
    fprintf(js, ",\n \"width\": %d, \"height\": %d,\n \"colours\": [", f->width, f->height);
    for (int k = 0; k < FIGURE_COLOURS; k++) fprintf(js, "%s\"%s\"", k ? ", " : "", colours[k]);
    fputs("],\n", js);
    js_stops(js, "diverging", diverging, 5);
    js_stops(js, "sequential", sequential, 3);
    fputs(" \"panels\": [", js);
    for (size_t k = 0; k < f->panels; k++) {
        const figure_panel_t *p = &f->panel[k];
        fprintf(js, "%s\n  {\"title\": ", k ? "," : "");
        js_text(js, p->title);
        fprintf(js, ", \"place\": [%.5f, %.5f, %.5f, %.5f], \"legend\": %d, \"square\": %s,", p->place[0], p->place[1],
                p->place[2], p->place[3], p->legend, p->square ? "true" : "false");
        fprintf(js, " \"grid\": %s, \"zero\": %s, \"colours\": %d, \"low\": %.10g, \"high\": %.10g, \"scale\": ",
                p->grid ? "true" : "false", p->zero ? "true" : "false", p->colours, p->low, p->high);
        js_text(js, p->scale);
        fputs(",\n", js);
        js_axis(js, "x", &p->x);
        js_axis(js, "y", &p->y);
        fputs("   \"marks\": [", js);
        for (size_t i = f->first[k]; i < last_mark(f, k); i++) {
            fputs(i > f->first[k] ? ",\n" : "\n", js);
            js_mark(js, f, &f->mark[i]);
        }
        fputs("]}", js);
    }
    fputs("]}\n", js);
    close_file(f, js);
}

static void write_python(figure_t *f) {
    char path[700];
    snprintf(path, sizeof path, "%s/data/figure.py", f->folder);
    FILE *py = open_path(f, path);
    if (py == NULL) return;
    for (const char *const *line = figure_template_py; *line != NULL; line++) fputs(*line, py);
    close_file(f, py);
}

/* ---- drawing */

static const char *const drawers[] = {"auto", "gnuplot", "matplotlib", "none"};
enum { AUTO, GNUPLOT, MATPLOTLIB, NONE, DRAWERS };
static int chosen = -1;

static int drawer_named(const char *name) {
    int k = 0;
    while (k < DRAWERS && strcmp(drawers[k], name) != 0) k++;
    return k;
}

bool figure_drawer(const char *name) {
    const int k = drawer_named(name);
    if (k < DRAWERS) chosen = k;
    return k < DRAWERS;
}

/* Is there a program of this name on PATH? (Asked before popen, so that the shell prints no message of its own.) */
static bool on_path(const char *program) {
    const char *path = getenv("PATH");
    while (path != NULL && *path != '\0') {
        char file[1024];
        size_t n = strcspn(path, ":");
        if (n > 0 && n + strlen(program) + 2 < sizeof file) {
            memcpy(file, path, n);
            snprintf(file + n, sizeof file - n, "/%s", program);
            if (access(file, X_OK) == 0) return true;
        }
        path += n + (path[n] == ':');
    }
    return false;
}

/* Lines for a program, through a pipe, so that no file name passes through a shell. True if its status was 0. */
static bool tell(const char *command, const char *before, const char *const *lines, const char *folder,
                 const char *after) {
    FILE *pipe = popen(command, "w");
    if (pipe == NULL) return false;
    void (*old)(int) = signal(SIGPIPE, SIG_IGN); /* one that ends at once is a figure less, not the end of us */
    for (const char *const *line = lines; line != NULL && *line != NULL; line++) fputs(*line, pipe);
    fputs(before, pipe);
    for (const char *c = folder; *c != '\0'; c++) {
        if (*c == '\'') fputs(lines != NULL ? "\\" : "'", pipe); /* Python's quote, gnuplot's quote */
        if (*c == '\\' && lines != NULL) fputc('\\', pipe);
        fputc(*c, pipe);
    }
    fputs(after, pipe);
    const bool done = pclose(pipe) == 0;
    signal(SIGPIPE, old);
    return done;
}

/* The command of a Python that has matplotlib, NULL: there is none. The user's own comes first, then the system's. */
static const char *matplotlib(void) {
    static const char *const command[2] = {"LC_ALL=C.UTF-8 python3 -", "LC_ALL=C.UTF-8 /usr/bin/python3 -"};
    static int known = -1;
    if (known < 0 && on_path("python3") && system("python3 -c 'import matplotlib' > /dev/null 2>&1") == 0) known = 0;
    if (known < 0 && access("/usr/bin/python3", X_OK) == 0 &&
        system("/usr/bin/python3 -c 'import matplotlib' > /dev/null 2>&1") == 0)
        known = 1;
    if (known < 0) known = 2;
    return known < 2 ? command[known] : NULL;
}

static int drawer(void) {
    int k = chosen;
    const char *said = getenv("LPL_DRAW");
    if (k < 0 && said != NULL && *said != '\0') {
        k = drawer_named(said);
        if (k == DRAWERS) fprintf(stderr, "LPL_DRAW=%s: it may be auto, gnuplot, matplotlib or none\n", said);
    }
    if (k < 0 || k == DRAWERS) k = AUTO;
    if (k == AUTO) k = on_path("gnuplot") ? GNUPLOT : matplotlib() != NULL ? MATPLOTLIB : NONE;
    return chosen = k;
}

/* Points as decimals, degree signs as written, whatever the user's locale. */
static bool draw(const figure_t *f, int by) {
    char after[200];
    if (by == GNUPLOT) {
        snprintf(after, sizeof after, "/data'\nload '%s.gp'\n", f->name);
        return tell("LC_ALL=C.UTF-8 gnuplot", "cd '", NULL, f->folder, after);
    }
    snprintf(after, sizeof after, "/data/%s.json')\n", f->name);
    return matplotlib() != NULL && tell(matplotlib(), "draw('", figure_template_py, f->folder, after);
}

/* Programs write "Gnuplot", or nothing, where a picture says what it is to those who cannot see it. */
static void xml_text(FILE *to, const char *text) {
    for (; *text != '\0'; text++) {
        if (*text == '<' || *text == '>' || *text == '&')
            fputs(*text == '<' ? "&lt;" : *text == '>' ? "&gt;" : "&amp;", to);
        else
            fputc(*text, to);
    }
}

/* After the spaces at p: the element <name>...</name>, skipped if it stands there. */
static const char *past_element(const char *p, const char *name) {
    char begin[32], end[32];
    snprintf(begin, sizeof begin, "<%s>", name);
    snprintf(end, sizeof end, "</%s>", name);
    const char *at = p + strspn(p, " \t\r\n");
    if (strncmp(at, begin, strlen(begin)) != 0) return p;
    const char *over = strstr(at, end);
    return over != NULL ? over + strlen(end) : p;
}

/* The SVG's own title and description are ours; its size is in pixels. True if the file is whole (gnuplot's status is 0
 * when the disk is full) and could be written again. */
static bool named_svg(const figure_t *f, const char *path) {
    char again[720];
    FILE *file = fopen(path, "rb");
    long size = -1;
    if (file != NULL && fseek(file, 0, SEEK_END) == 0) size = ftell(file);
    if (size < 6) {
        if (file != NULL) fclose(file);
        return false;
    }
    char *svg = must_alloc((size_t)size + 1, 1);
    rewind(file);
    const bool got = fread(svg, 1, (size_t)size, file) == (size_t)size;
    fclose(file);
    size_t n = strlen(svg);
    while (n > 0 && isspace((unsigned char)svg[n - 1])) n--;
    const char *start = strstr(svg, "<svg"), *body = start != NULL ? strchr(start, '>') : NULL;
    bool whole = got && body != NULL && n > 6 && strncmp(svg + n - 6, "</svg>", 6) == 0;
    snprintf(again, sizeof again, "%s.new", path);
    FILE *to = whole ? fopen(again, "wb") : NULL;
    if (to != NULL) {
        const char *rest = past_element(past_element(body + 1, "title"), "desc");
        fwrite(svg, 1, (size_t)(start - svg), to);
        fprintf(
            to,
            "<svg role=\"img\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\"\n xmlns=\"http://www.w3.org/2000/svg\""
            " xmlns:xlink=\"http://www.w3.org/1999/xlink\">\n<title>",
            f->width, f->height, f->width, f->height);
        xml_text(to, f->title);
        fputs("</title>\n<desc>", to);
        xml_text(to, f->caption);
        fputs("</desc>", to);
        /* gnuplot calls each curve "gnuplot_plot_1a", which people see under the pointer. */
        for (const char *at; (at = strstr(rest, "<title>gnuplot_plot_")) != NULL;) {
            fwrite(rest, 1, (size_t)(at - rest), to);
            rest = past_element(at, "title");
            if (rest == at) break;
        }
        fputs(rest, to);
        const bool written = ferror(to) == 0;
        whole = fclose(to) == 0 && written && rename(again, path) == 0;
        if (!whole) remove(again);
    } else {
        whole = false;
    }
    free(svg);
    return whole;
}

static void say_written(const char *path) {
    struct stat info;
    if (stat(path, &info) == 0) fprintf(stderr, "wrote %s (%.0f kB)\n", path, (double)info.st_size / 1024.0 + 0.499);
}

static bool close_and_draw(figure_t *f) {
    char path[700];
    close_file(f, f->csv);
    f->csv = NULL;
    if (f->panels == 0) return !f->failed;
    write_gnuplot(f);
    write_json(f);
    write_python(f);
    if (f->failed) {
        fprintf(stderr, "figure %s/%s is incomplete\n", f->folder, f->name);
        return false;
    }
    const int by = drawer();
    if (by == NONE) {
        figure_path(f, NULL, "gp", path, sizeof path);
        fprintf(stderr, "neither gnuplot nor matplotlib draws here: kept %s and the numbers beside it, no SVG drawn\n",
                path);
        return true;
    }
    snprintf(path, sizeof path, "%s/%s.svg", f->folder, f->name);
    if (!draw(f, by)) {
        fprintf(stderr, "%s could not draw %s\n", drawers[by], path);
        return false;
    }
    if (!named_svg(f, path)) {
        fprintf(stderr, "%s is cut short: is the disk full?\n", path);
        return false;
    }
    say_written(path);
    return true;
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
