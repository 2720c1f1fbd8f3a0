/* examples/worlds/table.h - the "expected / got" table that every example ends with.
 *
 *   quantity                          expected        got  tolerance  verdict  source of what is expected
 *   LPL selectivity, sigma_y = 1         0.730      0.729      0.030  ok       article: Fig. 2, ten runs
 *   LPL selectivity, sigma_y = 1.7                  0.729             -        not comparable: no value is published
 *
 * Rows are of three kinds: a MUST that fails makes the program fail; a SHOULD is only marked; and what has no verdict
 * says why. Where an expected value comes from is said in the last column, which begins with one of
 *
 *   article, erratum, published code    its text and figures; its notebooks and programs, run or read
 *   theory                              follows from the equations (docs/theory.md)
 *   in vivo, in vitro                   an experiment
 *   another program                     an independent one, written from the equations
 *   own                                 own regression: measured with this program before, or a bound chosen from
 *                                       that */
#ifndef EXAMPLES_TABLE_H
#define EXAMPLES_TABLE_H

#include <stddef.h>

enum { TABLE_MUST = 0, TABLE_SHOULD = 1 };

typedef struct table_t {
    size_t rows;
    size_t missed;       /* rows outside of their tolerance */
    size_t missed_musts; /* those that count */
    const char *source;  /* of the expected values of the rows that follow */
} table_t;

/* t->source is "" at first, which prints as "(no source)". */
void table_begin(table_t *t, const char *title);
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
/* A value without a verdict, for the reader: "not comparable: " and why. */
void table_not_comparable(table_t *t, const char *why, double got, const char *what, ...)
    __attribute__((format(printf, 4, 5)));
/* Print the summary; returns the number of MUST rows that failed. */
size_t table_end(const table_t *t);

#endif
