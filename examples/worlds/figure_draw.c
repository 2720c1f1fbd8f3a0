/* examples/worlds/figure_draw.c - see figure.h and figure_parts.h. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "figure_parts.h"

#include "must.h"

#include <ctype.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

bool figure_draw(const figure_t *f) {
    char path[700];
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
