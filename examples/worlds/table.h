/* examples/worlds/table.h - the "expected / got" table that every example ends with.
 *
 *   quantity                          expected        got  tolerance  verdict
 *   LPL selectivity, sigma_y = 1         0.730      0.729      0.030  ok
 *
 * Rows are of two kinds: a MUST that fails makes the program fail; a SHOULD is only marked. */
#ifndef EXAMPLES_TABLE_H
#define EXAMPLES_TABLE_H

#include <stddef.h>

enum { TABLE_MUST = 0, TABLE_SHOULD = 1 };

typedef struct table_t {
    size_t rows;
    size_t missed;       /* rows outside of their tolerance */
    size_t missed_musts; /* those that count */
    const char *source;  /* of the expected values of the rows that follow; NULL: the table has no such column */
} table_t;

void table_begin(table_t *t, const char *title);
/* The same with a column that says where expected values come from: t->source, which may change from row to row. */
void table_begin_sourced(table_t *t, const char *title);
/* |got - expected| <= tolerance. A NaN that was expected is right, any other is wrong. */
void table_near(table_t *t, int need, double expected, double got, double tolerance, const char *what, ...)
    __attribute__((format(printf, 6, 7)));
/* got < bound, got > bound. */
void table_below(table_t *t, int need, double bound, double got, const char *what, ...)
    __attribute__((format(printf, 5, 6)));
void table_above(table_t *t, int need, double bound, double got, const char *what, ...)
    __attribute__((format(printf, 5, 6)));
/* low <= got <= high. */
void table_between(table_t *t, int need, double low, double high, double got, const char *what, ...)
    __attribute__((format(printf, 6, 7)));
/* A value without an expectation, for the reader. */
void table_value(table_t *t, double got, const char *what, ...) __attribute__((format(printf, 3, 4)));
/* Print the summary; returns the number of MUST rows that failed. */
size_t table_end(const table_t *t);

#endif
