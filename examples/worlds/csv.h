/* examples/worlds/csv.h - tables as text: read a CSV file with a header line and # comments, write one with full
 * precision.
 *
 * Numbers are read and written with a decimal point, whatever the locale of the process.
 */
#ifndef LPL_EXAMPLES_CSV_H
#define LPL_EXAMPLES_CSV_H

#include <stddef.h>
#include <stdio.h>

/* A table in memory. cell[row * n_cols + col]; blank cells are "". */
typedef struct csv_t {
    size_t n_rows; /* without the header */
    size_t n_cols;
    size_t n_comments;
    char **head;    /* n_cols column names */
    char **cell;    /* n_rows * n_cols */
    char **comment; /* n_comments lines that started with #, without it */
    char *text;     /* what the pointers above point into */
} csv_t;

/* Read a file, plain or compressed (gz.h): lines starting with # are comments, the first other line names the columns,
 * every further line has as many cells ("..." may enclose a cell that contains a comma). Returns 0, or -1 with one
 * sentence in error and *t zeroed. */
int csv_read(csv_t *t, const char *path, char *error, size_t n);
void csv_free(csv_t *t);

/* Index of a column, or -1. */
int csv_column(const csv_t *t, const char *name);

/* The text of a cell, "" outside the table. */
const char *csv_text(const csv_t *t, size_t row, int col);

/* A cell as a number (nan and inf are numbers). Returns 1, 0 if it is blank, -1 if it is not a number; *v is set only
 * for 1. */
int csv_number(const csv_t *t, size_t row, int col, double *v);

/* A parameter given as "key=value" in a comment line. Returns as csv_number (0: no such key). */
int csv_comment_number(const csv_t *t, const char *key, double *v);

/* A whole string as a number: returns 1, 0 (blank) or -1 (something else in it). */
int csv_parse(const char *text, double *v);

/* A scalars.csv table: columns name, float64, float32; the row of a name, or -1. */
int csv_find(const csv_t *t, const char *name);

/* Writing. Cells are put one after the other; csv_end_row ends a line. Errors are kept until csv_close. */
typedef struct csv_writer_t {
    FILE *file;
    int in_row;
} csv_writer_t;

int csv_create(csv_writer_t *w, const char *path, char *error, size_t n);
void csv_put_comment(csv_writer_t *w, const char *text);
void csv_put_text(csv_writer_t *w, const char *text);
void csv_put_number(csv_writer_t *w, double v); /* the fewest of 15 .. 17 digits that read back as the same double */
void csv_end_row(csv_writer_t *w);
int csv_close(csv_writer_t *w); /* 0, or -1 if anything could not be written */

#endif
