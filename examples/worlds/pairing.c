/* examples/worlds/pairing.c - see pairing.h. */
#include "pairing.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST 0.1 /* s: post spike of the first pairing */
#define HOLD -51e-3
#define PULSE -20e-3
#define AFTER -60e-3
#define KNOTS 7 /* of a pairing */

typedef struct event_t {
    uint64_t step;
    uint32_t input;
} event_t;

static bool refuse(char *why, size_t size, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(why, size, format, args);
    va_end(args);
    return false;
}

/* A time as a text file with 7 digits holds it. */
static double written(double t) {
    char text[32];
    snprintf(text, sizeof text, "%.6e", t);
    return strtod(text, NULL);
}

static uint64_t nearest_step(double t, double dt) { return (uint64_t)floor(written(t) / dt + 0.5); }

static int by_step(const void *a, const void *b) {
    const event_t *x = a, *y = b;
    return x->step != y->step ? (x->step > y->step) - (x->step < y->step)
                              : (x->input > y->input) - (x->input < y->input);
}

/* A knot; one that is not later than the last (pairings that follow closely) is left out. */
static void knot(pairing_t *p, double t, double v) {
    const double time = written(t);
    if (p->n_knots == 0 || time > p->time_s[p->n_knots - 1]) {
        p->time_s[p->n_knots] = time;
        p->volt[p->n_knots++] = v;
    }
}

static void make_command(pairing_t *p, double frequency, size_t n_pairings, double dt) {
    static const double volt[KNOTS] = {HOLD, HOLD, HOLD, PULSE, PULSE, HOLD, HOLD};
    const double at[KNOTS] = {-10e-3 - dt, -10e-3, -2 * dt, -dt, 0, dt, 5e-3};
    const double last = FIRST + (double)(n_pairings - 1) / frequency;
    knot(p, 0, HOLD);
    for (size_t k = 0; k < n_pairings; k++) {
        for (size_t i = 0; i < KNOTS; i++) {
            knot(p, FIRST + (double)k / frequency + at[i], volt[i]);
        }
    }
    knot(p, last + 10e-3, AFTER);
}

static bool make_spikes(pairing_t *p, double frequency, size_t n_pairings, size_t n_inputs, double dt,
                        uint64_t n_steps) {
    event_t *events = calloc(n_pairings * n_inputs, sizeof *events);
    if (events == NULL) {
        return false;
    }
    for (size_t k = 0; k < n_pairings; k++) {
        const double post = FIRST + (double)k / frequency;
        p->n_pairings += nearest_step(post, dt) < n_steps;
        for (size_t j = 0; j < n_inputs; j++) {
            const event_t e = {nearest_step(post + p->lag_s[j], dt), (uint32_t)j};
            if (e.step < n_steps) {
                events[p->n_spikes++] = e;
            }
        }
    }
    qsort(events, p->n_spikes, sizeof *events, by_step);
    for (size_t i = 0; i < p->n_spikes; i++) {
        p->step[i] = events[i].step;
        p->input[i] = events[i].input;
    }
    free(events);
    return true;
}

bool pairing_make(pairing_t *p, double interval, double frequency, size_t n_pairings, size_t n_inputs, double dt,
                  double duration, char *why, size_t size) {
    memset(p, 0, sizeof *p);
    if (!(dt > 0) || !(duration > 0) || !(duration / dt < 1e15)) {
        return refuse(why, size, "a step of %g s and %g s in all: need a positive number of steps", dt, duration);
    }
    if (!(interval >= 0 && interval <= FIRST)) {
        return refuse(why, size, "the interval is %g s, need 0 .. %g s, the time of the first pairing", interval,
                      FIRST);
    }
    if (!(frequency > 0 && 1 / frequency >= 2 * dt)) {
        return refuse(why, size, "the frequency of pairings is %g Hz, need above 0 and at most %g Hz (two steps apart)",
                      frequency, 0.5 / dt);
    }
    if (n_pairings == 0 || n_inputs == 0 || n_pairings > ((size_t)1 << 30) / n_inputs) {
        return refuse(why, size, "%zu pairings of %zu inputs: need at least one of each, and fewer than 2^30 spikes",
                      n_pairings, n_inputs);
    }
    p->lag_s = calloc(n_inputs, sizeof *p->lag_s);
    p->step = calloc(n_pairings * n_inputs, sizeof *p->step);
    p->input = calloc(n_pairings * n_inputs, sizeof *p->input);
    p->time_s = calloc(KNOTS * n_pairings + 2, sizeof *p->time_s);
    p->volt = calloc(KNOTS * n_pairings + 2, sizeof *p->volt);
    bool ok = p->lag_s != NULL && p->step != NULL && p->input != NULL && p->time_s != NULL && p->volt != NULL;
    if (ok) {
        for (size_t j = 0; j < n_inputs; j++) {
            p->lag_s[j] = n_inputs > 1 ? -interval + (double)j * (2 * interval / (double)(n_inputs - 1)) : -interval;
        }
        make_command(p, frequency, n_pairings, dt);
        ok = make_spikes(p, frequency, n_pairings, n_inputs, dt, (uint64_t)floor(duration / dt));
    }
    if (!ok) {
        pairing_free(p);
        return refuse(why, size, "no memory for %zu pairings of %zu inputs", n_pairings, n_inputs);
    }
    return true;
}

void pairing_free(pairing_t *p) {
    free(p->lag_s);
    free(p->step);
    free(p->input);
    free(p->time_s);
    free(p->volt);
    memset(p, 0, sizeof *p);
}
