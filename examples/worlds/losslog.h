/* examples/worlds/losslog.h - the losses of a run as CSV, one file for each condition; after --resume it goes on where
 * the checkpoint is. */
#ifndef EXAMPLES_LOSSLOG_H
#define EXAMPLES_LOSSLOG_H

#include <stdio.h>

#include "vgg.h"

enum { LOSSLOG_EVERY = 10 }; /* steps */

/* Open FOLDER/losses_NAME.csv for more rows; rows after `step` are dropped (step 0: all). NULL after a sentence on
 * stderr. */
FILE *losslog_open(const char *folder, const char *name, size_t step);
/* condition, step, then pull, push and decorr of each layer. */
void losslog_row(FILE *log, const char *name, size_t step, const lpl_report_t report[VGG_LAYERS]);
/* Close it; if rows were lost, a sentence on stderr, and the program's exit status tells it (output.h). */
void losslog_close(FILE *log, const char *program, const char *what);
/* Copy the rows to `to`; false if there is no log or no row in it. */
int losslog_copy(FILE *to, const char *folder, const char *name);
/* Calls back with each whole row's step and its 3 * VGG_LAYERS numbers; returns how many rows there are. row may be
 * NULL. */
typedef void (*losslog_row_fn)(void *user, size_t step, const double *loss);
long losslog_each(const char *folder, const char *name, losslog_row_fn row, void *user);
/* The line that names the columns. */
void losslog_head(FILE *to);

#endif
