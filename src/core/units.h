/* core/units.h - the one table of time constants and delays: what is plausible in seconds, so that milliseconds are
 * noticed. */
#ifndef LPLI_UNITS_H
#define LPLI_UNITS_H

#include <stddef.h>

#include "lpl/status.h"

/* A parameter in seconds. most: the largest plausible value, small enough that a usual value given in ms lies above it;
 * DBL_MAX: any. */
typedef struct lpli_seconds_t {
    const char *name;
    double most;
} lpli_seconds_t;

/* Row k of the table, or NULL behind the last. */
const lpli_seconds_t *lpli_seconds(size_t k);

/* LPL_E_UNITS, with "did you give ms?", if the parameter of this name lies above its range. For create and set; not for
 * load, which takes whatever was once accepted. */
lpl_status_t lpli_check_seconds(double value, const char *fn, const char *name);

/* Several fields of a config: LPLI_CHECK_SECONDS(fn, {c->tau_mem, "tau_mem"}, ...). */
typedef struct lpli_given_t {
    double value;
    const char *name;
} lpli_given_t;
lpl_status_t lpli_check_all_seconds(const lpli_given_t *given, size_t n, const char *fn);
#define LPLI_CHECK_SECONDS(fn, ...)                             \
    lpli_check_all_seconds((const lpli_given_t[]){__VA_ARGS__}, \
                           sizeof((const lpli_given_t[]){__VA_ARGS__}) / sizeof(lpli_given_t), fn)

#endif
