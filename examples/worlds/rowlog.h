/* examples/worlds/rowlog.h - a CSV file that grows while a program learns and goes on after --resume where the
 * checkpoint is. Rows are "name,step,...". */
#ifndef EXAMPLES_ROWLOG_H
#define EXAMPLES_ROWLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "lpl.h"

enum { ROWLOG_LINE = 1024, ROWLOG_PATH = 1200 };

/* FOLDER/KIND_NAME.csv; false if that is too long. */
bool rowlog_path(char path[ROWLOG_PATH], const char *folder, const char *kind, const char *name);

/* Open a file for more rows; those after step `last` are dropped (0: all), and what a kill left half written. head: the
 * line that names the columns, with its newline. NULL after a sentence on stderr. */
FILE *rowlog_open(const char *path, const char *head, size_t last);
/* Close it; if rows were lost, a sentence on stderr, and the program's exit status tells it (output.h). */
void rowlog_close(FILE *log, const char *program, const char *what);

/* Hand each whole row to write (a line with its newline; write may be NULL); returns how many there are, 0 without a
 * file, -1 if one was not taken. */
long rowlog_each(const char *path, lpl_write_fn write, void *user);

#endif
