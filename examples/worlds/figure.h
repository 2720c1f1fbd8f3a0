/* examples/worlds/figure.h - figures: said once, as panels and marks over numbers in CSV files, and drawn by gnuplot or
 * by matplotlib, whichever is there.
 *
 * A figure NAME in a folder is NAME.svg and NAME.txt (which program drew it, its place in the paper, its title, and
 * what is to be seen; pages and people read it). In FOLDER/data lie its numbers NAME.csv (or several: NAME-PART.csv),
 * NAME.gp for gnuplot, NAME.json for figure.py, which draws with matplotlib: `gnuplot NAME.gp` or
 * `python3 figure.py NAME.json` in that folder draws the figure again, after any change. Without either the numbers and
 * scripts are kept. What a picture looks like stands in examples/worlds/templates, its colours
 * in figure_script.c, distances in figure.c. Each axis has a label and a unit, each SVG a title and a description in
 * words.
 *
 * Colours are those of Okabe & Ito, which colour-blind readers can tell apart; maps go from blue over white to orange,
 * or from white to blue. */
#ifndef EXAMPLES_FIGURE_H
#define EXAMPLES_FIGURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum {
    FIGURE_BLACK = 0,
    FIGURE_BLUE = 1,
    FIGURE_VERMILLION = 2,
    FIGURE_GREEN = 3,
    FIGURE_ORANGE = 4,
    FIGURE_PURPLE = 5,
    FIGURE_SKY = 6,
    FIGURE_GREY = 7,
    FIGURE_COLOURS = 8
};

/* Kinds of marks. */
enum {
    FIGURE_LINE,       /* x, y; e: error bars */
    FIGURE_POINTS,     /* the same without a line */
    FIGURE_BOTH,       /* line and points */
    FIGURE_STEPS,      /* a histogram's outline, x in the middle */
    FIGURE_BARS,       /* as wide as `size`, in units of x */
    FIGURE_BAND,       /* from y - e to y + e */
    FIGURE_MAP,        /* colours z (column e) on an even grid of x and y, rows of equal y one after the other */
    FIGURE_MATRIX,     /* colours; the file is a matrix without a head, its first row at y = 0 */
    FIGURE_RGB,        /* x, y and the three columns after y: 0 .. 255 */
    FIGURE_PICTURE,    /* data/NAME.png, one pixel a unit, y from its lower edge */
    FIGURE_VERTICAL,   /* a dashed line at x = at[0] */
    FIGURE_HORIZONTAL, /* a dashed line at y = at[0] */
    FIGURE_ARROW,      /* two heads, from -at to at */
    FIGURE_NOTE        /* title, to the right of x = at[0], at the part at[1] of the panel's height */
};

/* Where a panel's legend stands. */
enum {
    FIGURE_NO_LEGEND,
    FIGURE_TOP_LEFT,
    FIGURE_TOP_RIGHT,
    FIGURE_BOTTOM_LEFT,
    FIGURE_BOTTOM_RIGHT,
    FIGURE_MIDDLE_LEFT,
    FIGURE_MIDDLE_RIGHT,
    FIGURE_ABOVE, /* a row between title and panel */
    FIGURE_RIGHT  /* beside the panel, from its top down; figure_space leaves room for it */
};

enum { FIGURE_DIVERGING, FIGURE_SEQUENTIAL };

/* low and high: both 0: from the data; one of them NAN: that one. */
typedef struct figure_axis_t {
    const char *label; /* "rate"; NULL (or ""): no axis is drawn, or only its names */
    const char *unit;  /* "Hz": the axis says "rate (Hz)"; "1": a plain number */
    double low, high;
    double step; /* between numbers; 0: whatever looks well */
    bool log;
    bool down;                /* grows downwards */
    bool bare;                /* its numbers and label stand at another panel */
    const char *const *names; /* words instead of numbers, at `at`; to be there until figure_close */
    const double *at;         /* NULL: 0, 1, 2, ... */
    size_t n_names;
} figure_axis_t;

typedef struct figure_panel_t {
    const char *title;
    figure_axis_t x, y;
    int legend;
    bool square;       /* a unit of x is as long as one of y */
    bool grid;         /* faint lines at the numbers of y */
    bool zero;         /* a dashed line at y = 0 */
    int colours;       /* of maps: FIGURE_DIVERGING or FIGURE_SEQUENTIAL */
    double low, high;  /* of maps: the ends of the colours */
    const char *scale; /* of maps: what the colour bar says (a unit in it where there is one); NULL: no bar */
    double place[4];   /* left, right, bottom, top as parts of the figure; all 0: the next place of the grid */
} figure_panel_t;

typedef struct figure_mark_t {
    int kind;
    const char *title;         /* in the legend; NULL: not there */
    const char *part;          /* NAME-PART.csv; NULL: NAME.csv. PICTURE: of the file's name */
    int block;                 /* of the file: blocks are parted by two empty lines, the head counts for the first */
    int x, y, e;               /* columns, from 1 */
    double x_by, x_plus, y_by; /* x * x_by + x_plus, y * y_by; factors 0: 1 */
    int colour;
    int dash;           /* 0: full, 1: dashed, 2: dotted */
    int hollow;         /* points: 1 an open circle, 2 a diamond, 3 a square */
    double width, size; /* of lines and points; 0: 2, 4 pixels. BARS: size in units of x */
    double at[2];
} figure_mark_t;

/* Pixels that are left free: around all panels, and between them. */
typedef struct figure_space_t {
    int left, right, bottom, top, dx, dy;
} figure_space_t;

typedef struct figure_t {
    FILE *csv;
    char folder[512];
    char name[64];
    const char *title, *where, *caption;
    int width, height, rows, columns, next;
    figure_space_t space;
    figure_panel_t *panel;
    figure_mark_t *mark;
    size_t *first; /* mark of each panel */
    size_t panels, marks, texts;
    char **text; /* copies of all strings */
    bool failed;
} figure_t;

/* Which program draws from now on: "auto" (gnuplot, else python3 with matplotlib), "gnuplot", "matplotlib" or "none".
 * false if it is another word. Unless called, the environment's LPL_DRAW says so, and "auto" without it. */
bool figure_drawer(const char *name);

/* Make a folder and those above it, before the work whose results are to go there. false after a sentence on stderr: it
 * cannot be made, or nothing be written into it. */
bool figure_folder(const char *folder);

/* Start a figure of width x height pixels; makes the folder (and those above it). title: a line, the SVG's title, and
 * drawn over several panels; where: its place in the paper ("Fig. 2"); caption: sentences, what is to be seen. false
 * after a sentence on stderr. */
bool figure_open(figure_t *f, const char *folder, const char *name, int width, int height, const char *title,
                 const char *where, const char *caption);
/* Panels stand in rows and columns (1 and 1 unless called). space: NULL, or numbers of pixels, 0: as usual. */
void figure_grid(figure_t *f, int rows, int columns, const figure_space_t *space);
/* A panel, and what is seen in it. All strings are copied. An axis that has a label must have a unit. */
void figure_panel(figure_t *f, const figure_panel_t *panel);
void figure_mark(figure_t *f, const figure_mark_t *mark);

/* Go on with the file NAME-PART.csv (part NULL: NAME.csv, which is open at first only if this is called), and text for
 * it, as printf; no newline is added. */
void figure_csv(figure_t *f, const char *part);
void figure_data(figure_t *f, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The path of a file of FOLDER/data: NAME[-PART].EXTENSION. */
void figure_path(const figure_t *f, const char *part, const char *extension, char *path, size_t size);

/* v with so many digits after the point, and no minus before a zero. The text stands until the eighth call after
 * this. */
const char *figure_number(double v, int digits);

/* Write the scripts, draw, and say on stderr what was written; without a panel there is nothing to draw. false if a
 * file could not be written or drawn. */
bool figure_close(figure_t *f);

#endif
