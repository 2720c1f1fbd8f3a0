/* examples/worlds/progress.c - see progress.h. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "progress.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BAR_CELLS 24
#define TERMINAL_INTERVAL 0.1
#define PLAIN_INTERVAL 5.0

static volatile sig_atomic_t stop_flag;

double progress_clock(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void on_interrupt(int number) {
    (void)number;
    stop_flag = 1;
}

void progress_catch_interrupt(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_interrupt;
    action.sa_flags = (int)SA_RESETHAND; /* a second Ctrl-C gets the default action */
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
}

bool progress_stop(void) { return stop_flag != 0; }

void progress_begin(progress_t *p, const char *what, double total, const char *unit) {
    memset(p, 0, sizeof *p);
    p->what = what;
    p->unit = unit;
    p->total = total;
    p->start = progress_clock();
    p->shown = p->start;
    p->terminal = isatty(STDERR_FILENO) != 0;
}

static void format_rate(char *text, size_t size, double rate, const char *unit) {
    if (rate >= 1e6)
        snprintf(text, size, "%.1f M %s/s", rate * 1e-6, unit);
    else if (rate >= 1e3)
        snprintf(text, size, "%.1f k %s/s", rate * 1e-3, unit);
    else
        snprintf(text, size, "%.3g %s/s", rate, unit);
}

static void format_eta(char *text, size_t size, double seconds) {
    if (seconds < 100.0)
        snprintf(text, size, "%.0f s", seconds);
    else
        snprintf(text, size, "%.0f min", seconds / 60.0);
}

void progress_tick(progress_t *p, double done, const char *note) {
    double now = progress_clock();
    double fraction, elapsed;
    char rate[48], eta[24];
    if (now - p->shown < (p->terminal ? TERMINAL_INTERVAL : PLAIN_INTERVAL)) return;
    p->shown = now;
    elapsed = now - p->start;
    fraction = p->total > 0.0 ? done / p->total : 0.0;
    if (fraction > 1.0) fraction = 1.0;
    if (note == NULL) note = "";
    format_rate(rate, sizeof rate, done / elapsed, p->unit);
    if (fraction > 0.0)
        format_eta(eta, sizeof eta, elapsed * (1.0 - fraction) / fraction);
    else
        snprintf(eta, sizeof eta, "?");
    if (p->terminal) {
        char bar[BAR_CELLS + 1];
        int full = (int)(fraction * BAR_CELLS);
        for (int i = 0; i < BAR_CELLS; i++) bar[i] = i < full ? '#' : '.';
        bar[BAR_CELLS] = '\0';
        fprintf(stderr, "\r%s [%s] %3.0f %%  ETA %s  %s  %s\033[K", p->what, bar, 100.0 * fraction, eta, rate, note);
    } else {
        fprintf(stderr, "%s: %.1f %%  ETA %s  %s  %s\n", p->what, 100.0 * fraction, eta, rate, note);
    }
    fflush(stderr);
    p->drawn = true;
}

double progress_end(progress_t *p) {
    if (p->terminal && p->drawn) {
        fprintf(stderr, "\r\033[K");
        fflush(stderr);
    }
    return progress_clock() - p->start;
}
