/* examples/worlds/figure.c - see figure.h. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "figure.h"

#include "output.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool make_folder(const char *folder) {
    char path[512];
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

/* folder/name[-part].ext */
static void file_name(char *path, size_t size, const figure_t *f, const char *part, const char *ext) {
    snprintf(path, size, "%s/%s%s%s.%s", f->folder, f->name, part != NULL ? "-" : "", part != NULL ? part : "", ext);
}

static FILE *open_file(figure_t *f, const char *part, const char *ext) {
    char path[700];
    FILE *file;
    file_name(path, sizeof path, f, part, ext);
    file = fopen(path, "w");
    if (file == NULL) {
        fprintf(stderr, "cannot write %s: %s\n", path, strerror(errno));
        output_lost();
        f->failed = true;
    }
    return file;
}

static void say_written(const char *path) {
    struct stat info;
    if (stat(path, &info) == 0) fprintf(stderr, "wrote %s (%.0f kB)\n", path, (double)info.st_size / 1024.0 + 0.499);
}

bool figure_caption(const char *folder, const char *name, const char *where, const char *caption) {
    char path[700];
    snprintf(path, sizeof path, "%s/%s.txt", folder, name);
    FILE *file = fopen(path, "w");
    bool whole = file != NULL && fprintf(file, "program: %s\nwhere: %s\n\n%s\n", output_program(), where, caption) > 0;
    if (file != NULL) whole = fclose(file) == 0 && whole;
    if (!whole) {
        fprintf(stderr, "cannot write %s: %s\n", path, strerror(errno));
        output_lost();
    }
    return whole;
}

bool figure_open(figure_t *f, const char *folder, const char *name, int width, int height, const char *where,
                 const char *caption) {
    static const char *const colours[] = {"#0072B2", "#D55E00", "#009E73", "#E69F00", "#CC79A7", "#56B4E9", "#777777"};
    memset(f, 0, sizeof *f);
    errno = ENAMETOOLONG;
    if (strlen(folder) >= sizeof f->folder || strlen(name) >= sizeof f->name || !make_folder(folder)) {
        output_lost();
        return no_folder(folder);
    }
    strcpy(f->folder, folder);
    strcpy(f->name, name);
    f->failed = !figure_caption(folder, name, where, caption);
    f->gp = open_file(f, NULL, "gp");
    if (f->gp == NULL) return false;
    figure_plot(f, "# draws %s.svg from the CSV beside it: gnuplot %s.gp\n", name, name);
    figure_plot(
        f, "set terminal svg size %d,%d dynamic noenhanced font 'Helvetica,15' background '#ffffff' linewidth 1.4\n",
        width, height);
    figure_plot(f, "set encoding utf8\nset output '%s.svg'\nset datafile separator ','\nset datafile missing 'nan'\n",
                name);
    for (int i = 0; i < 7; i++)
        figure_plot(f, "set linetype %d lc rgb '%s' lw 1.6 pt %d ps 0.5\n", i + 1, colours[i], i == 6 ? 2 : 2 * i + 5);
    figure_plot(f, "set border 3 lc rgb '#444444'\nset tics nomirror out scale 0.6\nset key samplen 1.6 spacing 1.15\n"
                   "set title font ',16' offset 0,-0.3\n");
    return true;
}

static void close_csv(figure_t *f) {
    if (f->csv == NULL) return;
    if (ferror(f->csv) != 0) f->failed = true;
    if (fclose(f->csv) != 0) f->failed = true;
    f->csv = NULL;
}

void figure_csv(figure_t *f, const char *part) {
    char path[700];
    close_csv(f);
    f->csv = open_file(f, part, "csv");
    file_name(path, sizeof path, f, part, "csv");
    if (f->csv != NULL) setvbuf(f->csv, NULL, _IOFBF, 1 << 16);
}

void figure_data(figure_t *f, const char *format, ...) {
    va_list args;
    if (f->csv == NULL) return;
    va_start(args, format);
    vfprintf(f->csv, format, args);
    va_end(args);
}

void figure_plot(figure_t *f, const char *format, ...) {
    va_list args;
    if (f->gp == NULL) return;
    va_start(args, format);
    vfprintf(f->gp, format, args);
    va_end(args);
}

void figure_diverging(figure_t *f) {
    figure_plot(f, "set palette defined (-1 '#08519c', -0.5 '#6baed6', 0 '#ffffff', 0.5 '#fdae6b', 1 '#a63603')\n");
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

/* gnuplot's status is 0 when the disk is full: does the file end as an SVG does? */
static bool whole_svg(const char *path) {
    static const char end[] = "</svg>";
    char tail[32] = "";
    FILE *file = fopen(path, "rb");
    bool whole = file != NULL && fseek(file, -(long)(sizeof tail - 1), SEEK_END) == 0;
    whole = whole && fread(tail, 1, sizeof tail - 1, file) == sizeof tail - 1 && strstr(tail, end) != NULL;
    if (file != NULL) fclose(file);
    return whole;
}

/* gnuplot reads two lines from us, so no file name passes through a shell. A quote inside '...' is doubled in
 * gnuplot. */
static bool draw(const figure_t *f) {
    /* Points as decimals, degree signs as written, whatever the user's locale. */
    FILE *pipe = popen("LC_ALL=C.UTF-8 gnuplot", "w");
    void (*old)(int);
    bool done;
    if (pipe == NULL) return false;
    old = signal(SIGPIPE, SIG_IGN); /* a gnuplot that ends at once is a figure less, not the end of the program */
    fputs("cd '", pipe);
    for (const char *c = f->folder; *c != '\0'; c++) {
        if (*c == '\'') fputc('\'', pipe);
        fputc(*c, pipe);
    }
    fprintf(pipe, "'\nload '%s.gp'\n", f->name);
    done = pclose(pipe) == 0;
    signal(SIGPIPE, old);
    return done;
}

static bool close_and_draw(figure_t *f) {
    char path[700];
    close_csv(f);
    if (f->gp != NULL) {
        figure_plot(f, "set output\n");
        if (ferror(f->gp) != 0) f->failed = true;
        if (fclose(f->gp) != 0) f->failed = true;
        f->gp = NULL;
    }
    if (f->failed) {
        fprintf(stderr, "figure %s/%s is incomplete\n", f->folder, f->name);
        return false;
    }
    file_name(path, sizeof path, f, NULL, "gp");
    if (!on_path("gnuplot")) {
        fprintf(stderr, "no gnuplot here: kept %s and the CSV beside it, no SVG drawn\n", path);
        return true;
    }
    if (!draw(f)) {
        fprintf(stderr, "gnuplot could not draw %s\n", path);
        return false;
    }
    file_name(path, sizeof path, f, NULL, "svg");
    if (!whole_svg(path)) {
        fprintf(stderr, "%s is cut short: is the disk full?\n", path);
        return false;
    }
    say_written(path);
    return true;
}

bool figure_close(figure_t *f) {
    const bool whole = close_and_draw(f);
    if (!whole) output_lost();
    return whole;
}
