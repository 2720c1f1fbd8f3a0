/* examples/worlds/figure_script.c - see figure.h and figure_parts.h. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "figure_parts.h"

#include <math.h>
#include <string.h>

/* ---- how figures look: with templates/figure.gp and figure.py the only place that says it */

static const char *const colours[FIGURE_COLOURS] = {"#222222", "#0072B2", "#D55E00", "#009E73",
                                                    "#E69F00", "#CC79A7", "#56B4E9", "#777777"};

typedef struct stop_t {
    double at;
    const char *colour;
} stop_t;
static const stop_t diverging[5] = {
    {0, "#08519c"}, {0.25, "#6baed6"}, {0.5, "#ffffff"}, {0.75, "#fdae6b"}, {1, "#a63603"}};
static const stop_t sequential[3] = {{0, "#ffffff"}, {0.5, "#6baed6"}, {1, "#08306b"}};

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
                at[3] + 0.45 * FIGURE_LEGEND / f->height);
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
    for (size_t i = f->first[k]; i < figure_last_mark(f, k); i++) {
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
    for (size_t i = f->first[k]; i < figure_last_mark(f, k); i++) {
        if (f->mark[i].kind == FIGURE_NOTE) continue;
        fputs(any ? ", \\\n     " : "", gp);
        gp_mark(gp, f, &f->mark[i]);
        any = true;
    }
    fputs(any ? "\n" : "NaN notitle\n", gp);
}

void figure_write_gnuplot(figure_t *f) {
    FILE *gp = figure_open_file(f, NULL, "gp");
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
    figure_close_file(f, gp);
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

void figure_write_json(figure_t *f) {
    FILE *js = figure_open_file(f, NULL, "json");
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
        for (size_t i = f->first[k]; i < figure_last_mark(f, k); i++) {
            fputs(i > f->first[k] ? ",\n" : "\n", js);
            js_mark(js, f, &f->mark[i]);
        }
        fputs("]}", js);
    }
    fputs("]}\n", js);
    figure_close_file(f, js);
}

void figure_write_python(figure_t *f) {
    char path[700];
    snprintf(path, sizeof path, "%s/data/figure.py", f->folder);
    FILE *py = figure_open_path(f, path);
    if (py == NULL) return;
    for (const char *const *line = figure_template_py; *line != NULL; line++) fputs(*line, py);
    figure_close_file(f, py);
}
