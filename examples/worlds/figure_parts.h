/* examples/worlds/figure_parts.h - what the files of figure.h share: figure.c (what is said of a figure, its files),
 * figure_script.c (scripts for gnuplot and matplotlib) and figure_draw.c (running them, and what an SVG says of
 * itself). For nobody else. */
#ifndef EXAMPLES_FIGURE_PARTS_H
#define EXAMPLES_FIGURE_PARTS_H

#include "figure.h"

/* Lines of templates/figure.gp and figure.py, made into C by the Makefile; NULL ends each. */
extern const char *const figure_template_gp[], *const figure_template_py[];

/* Pixels: the title of the whole, a legend above, a colour bar beside. */
enum { FIGURE_TITLE = 34, FIGURE_LEGEND = 26, FIGURE_BAR = 96 };

/* A file to write, NULL after a sentence on stderr and a note in f->failed; by its path, or in FOLDER/data. */
FILE *figure_open_path(figure_t *f, const char *path);
FILE *figure_open_file(figure_t *f, const char *part, const char *extension);
void figure_close_file(figure_t *f, FILE *file);

/* The first mark behind those of a panel. */
size_t figure_last_mark(const figure_t *f, size_t panel);

/* NAME.gp, NAME.json and figure.py in FOLDER/data. */
void figure_write_gnuplot(figure_t *f);
void figure_write_json(figure_t *f);
void figure_write_python(figure_t *f);

/* Draw what the scripts say, and tell what was written. false after a sentence on stderr. */
bool figure_draw(const figure_t *f);

#endif
