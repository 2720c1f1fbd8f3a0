/* examples/worlds/progress.h - a progress line on stderr, a stop flag for Ctrl-C, and a clock.
 *
 * On a terminal: one line that is redrawn ten times a second. Elsewhere: a plain line every five seconds at most, none
 * if the job is over before. Nothing goes to stdout, so results can be piped. */
#ifndef EXAMPLES_PROGRESS_H
#define EXAMPLES_PROGRESS_H

#include <stdbool.h>

typedef struct progress_t {
    const char *what; /* "sigma sweep" */
    const char *unit; /* "steps": what done and total count */
    double total;
    double start; /* seconds */
    double shown; /* when the last line was drawn */
    bool terminal;
    bool drawn;
} progress_t;

/* Seconds of a monotonic clock. */
double progress_clock(void);

/* Catch SIGINT: the first one sets the stop flag, so that the program can end cleanly; a second one ends it at once. */
void progress_catch_interrupt(void);
bool progress_stop(void);

void progress_begin(progress_t *p, const char *what, double total, const char *unit);
/* note: a short text at the end of the line ("loss 0.12"), or NULL. */
void progress_tick(progress_t *p, double done, const char *note);
/* Clear the line (terminal) and return the seconds since begin. */
double progress_end(progress_t *p);

#endif
