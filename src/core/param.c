/* core/param.c - see param.h. */
#include "core/param.h"

#include <math.h>

#include "core/error.h"

/* The error of one of the host's objects. */
static lpl_status_t named(const lpli_params_t *t, const void *object, lpl_status_t status) {
    if (status >= 0 || !t->noun) return status;
    return lpli_fail_note(status, " (%s %d)", t->noun, (int)lpli_field_value(object, t->label, LPLI_INT32));
}

static lpl_status_t check(const lpli_params_t *t, const void *object, int32_t param, const void *p, const void *q,
                          const char *fn) {
    if (!object) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", t->handle);
    if (!p || !q) return named(t, object, lpli_fail(LPL_E_NULL, fn, "an output is NULL"));
    return named(t, object, lpli_check_enum(param, t->n - 1, fn, "param"));
}

static lpl_status_t bounds(const lpli_params_t *t, const void *object, int32_t param, double *low, double *high,
                           const char *fn) {
    const lpli_param_t *row = &t->table[param];
    if (!row->writable) return lpli_fail(LPL_E_ARG, fn, "%s (param = %d) is read only", row->name, (int)param);
    *low = row->low, *high = row->high;
    return t->bounds ? t->bounds(object, param, low, high, fn) : LPL_OK;
}

lpl_status_t lpli_param_bounds(const lpli_params_t *t, const void *object, int32_t param, double *low, double *high,
                               const char *fn) {
    double a = 0, b = 0;
    LPLI_TRY(check(t, object, param, low, high, fn));
    LPLI_TRY(named(t, object, bounds(t, object, param, &a, &b, fn)));
    *low = a, *high = b;
    return LPL_OK;
}

static lpl_status_t set(const lpli_params_t *t, void *object, int32_t param, double value, const char *fn) {
    const lpli_param_t *row = &t->table[param];
    double low = 0, high = 0;
    LPLI_TRY(bounds(t, object, param, &low, &high, fn));
    const lpl_status_t range = lpli_check_finite(value, low, high, fn, row->name);
    if (range < 0) {
        const char *why = t->why && value > high ? t->why(object, param) : NULL;
        return why ? lpli_fail_note(range, ": %s", why) : range;
    }
    if (row->type != LPLI_DOUBLE && value != floor(value))
        return lpli_fail(LPL_E_ARG, fn, "%s = %g, need a whole number, %g .. %g", row->name, value, low, high);
    if (t->prepare) LPLI_TRY(t->prepare(object, param, value, fn));
    lpli_field_set_value(object, row->offset, row->type, value);
    if (t->changed) t->changed(object, param);
    return LPL_OK;
}

lpl_status_t lpli_param_set(const lpli_params_t *t, void *object, int32_t param, double value, const char *fn) {
    LPLI_TRY(check(t, object, param, object, object, fn));
    return named(t, object, set(t, object, param, value, fn));
}

lpl_status_t lpli_param_get(const lpli_params_t *t, const void *object, int32_t param, double *value, const char *fn) {
    if (object && !value) return lpli_fail(LPL_E_NULL, fn, "value is NULL");
    LPLI_TRY(check(t, object, param, object, object, fn));
    const lpli_param_t *row = &t->table[param];
    *value = row->computed ? t->compute(object, param) : lpli_field_value(object, row->offset, row->type);
    return LPL_OK;
}
