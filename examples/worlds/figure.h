/* examples/worlds/figure.h - figures: the numbers as CSV, a gnuplot script beside them, and the SVG that it draws.
 *
 * A figure NAME in a folder is NAME.csv (or several: NAME-PART.csv), NAME.gp and NAME.svg. The script uses relative
 * names: `cd folder && gnuplot NAME.gp` draws the figure again, after any change. Without gnuplot the CSV and the
 * script are kept. NAME.txt says which program drew it, where it stands in the paper and what is to be seen; pages and
 * people read it. Colours are those of Okabe & Ito, which colour-blind readers can tell apart: line types 1 .. 7 of
 * the script are blue, vermillion, green, orange, purple, sky blue, grey. */
#ifndef EXAMPLES_FIGURE_H
#define EXAMPLES_FIGURE_H

#include <stdbool.h>
#include <stdio.h>

enum {
    FIGURE_BLUE = 1,
    FIGURE_VERMILLION = 2,
    FIGURE_GREEN = 3,
    FIGURE_ORANGE = 4,
    FIGURE_PURPLE = 5,
    FIGURE_SKY = 6,
    FIGURE_GREY = 7
};

typedef struct figure_t {
    FILE *csv;
    FILE *gp;
    char folder[512];
    char name[64];
    bool failed;
} figure_t;

/* Make a folder and those above it. false after a sentence on stderr. */
bool figure_folder(const char *folder);
/* What belongs under a picture, into NAME.txt: its place in the paper ("Fig. 2") and, in sentences, what is to be seen.
 * false after a sentence on stderr. */
bool figure_caption(const char *folder, const char *name, const char *where, const char *caption);
/* Start a figure of width x height pixels with its caption; makes the folder (and those above it). false after a
 * sentence on stderr. */
bool figure_open(figure_t *f, const char *folder, const char *name, int width, int height, const char *where,
                 const char *caption);
/* Go on with the file NAME-PART.csv (part NULL: NAME.csv, which is open at first only if this is called). */
void figure_csv(figure_t *f, const char *part);
/* Text for the CSV and for the script, as printf; no newline is added. */
void figure_data(figure_t *f, const char *format, ...) __attribute__((format(printf, 2, 3)));
void figure_plot(figure_t *f, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A blue - white - vermillion palette for maps of signed values. */
void figure_diverging(figure_t *f);
/* Close the files, draw, and say on stderr what was written. false if a file could not be written or drawn. */
bool figure_close(figure_t *f);

#endif
