/* examples/worlds/table.c - see table.h. */
#include "table.h"

#include "figure.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define WHAT_WIDTH 44
#define NUMBER_WIDTH 11

void table_begin(table_t *t, const char *title) {
    memset(t, 0, sizeof *t);
    t->source = "";
    printf("\n%s\n%-*s %*s %*s %*s  verdict  source of what is expected\n", title, WHAT_WIDTH, "quantity", NUMBER_WIDTH,
           "expected", NUMBER_WIDTH, "got", NUMBER_WIDTH, "tolerance");
}

/* Three digits after the point for numbers of everyday size, otherwise three significant ones. */
static const char *number(char *text, size_t size, double v) {
    double a = fabs(v);
    if (isnan(v))
        snprintf(text, size, "NaN");
    else if (a == 0.0 || (a >= 1e-3 && a < 1e4))
        snprintf(text, size, "%s", figure_number(v, 3)); /* no minus before a zero */
    else
        snprintf(text, size, "%.2e", v);
    return text;
}

/* ok < 0: no verdict, and `source` says why. */
static void row(table_t *t, int need, int ok, const char *expected, double got, const char *tolerance,
                const char *source, const char *what, va_list args) {
    char label[128], value[32];
    const char *verdict = ok < 0 ? "-" : ok ? "ok" : need == TABLE_MUST ? "FAIL" : "differs";
    vsnprintf(label, sizeof label, what, args);
    printf("%-*s %*s %*s %*s  %-7s  %s%s\n", WHAT_WIDTH, label, NUMBER_WIDTH, expected, NUMBER_WIDTH,
           number(value, sizeof value, got), NUMBER_WIDTH, tolerance, verdict, ok < 0 ? "not comparable: " : "",
           source != NULL && *source != '\0' ? source : "(no source)");
    if (ok < 0) return;
    t->rows++;
    if (!ok) {
        t->missed++;
        if (need == TABLE_MUST) t->missed_musts++;
    }
}

void table_near(table_t *t, int need, double expected, double got, double tolerance, const char *what, ...) {
    char left[32], right[32];
    int ok = isnan(expected) ? isnan(got) : fabs(got - expected) <= tolerance; /* false if got is NaN */
    va_list args;
    va_start(args, what);
    number(left, sizeof left, expected);
    row(t, need, ok, left, got, isnan(expected) ? "" : number(right, sizeof right, tolerance), t->source, what, args);
    va_end(args);
}

static void one_sided(table_t *t, int need, char sign, double bound, int ok, double got, const char *what,
                      va_list args) {
    char text[32], left[40];
    snprintf(left, sizeof left, "%c %s", sign, number(text, sizeof text, bound));
    row(t, need, ok, left, got, "", t->source, what, args);
}

void table_below(table_t *t, int need, double bound, double got, const char *what, ...) {
    va_list args;
    va_start(args, what);
    one_sided(t, need, '<', bound, got < bound, got, what, args);
    va_end(args);
}

void table_above(table_t *t, int need, double bound, double got, const char *what, ...) {
    va_list args;
    va_start(args, what);
    one_sided(t, need, '>', bound, got > bound, got, what, args);
    va_end(args);
}

void table_between(table_t *t, int need, double low, double high, double got, const char *what, ...) {
    char left[32];
    va_list args;
    va_start(args, what);
    snprintf(left, sizeof left, "%.3g..%.3g", low, high);
    row(t, need, got >= low && got <= high, left, got, "", t->source, what, args);
    va_end(args);
}

void table_not_comparable(table_t *t, const char *why, double got, const char *what, ...) {
    va_list args;
    va_start(args, what);
    row(t, TABLE_SHOULD, -1, "", got, "", why, what, args);
    va_end(args);
}

size_t table_end(const table_t *t) {
    if (t->rows > 0) printf("%zu of %zu as expected", t->rows - t->missed, t->rows);
    if (t->missed_musts > 0) printf("; %zu that must hold failed", t->missed_musts);
    if (t->rows > 0) printf("\n");
    fflush(stdout);
    return t->missed_musts;
}
