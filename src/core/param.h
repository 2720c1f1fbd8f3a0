/* core/param.h - parameters by number: one table per object, one get, one set, one bounds, one wording for all.
 *
 * Row k of the table is parameter k (LPL_..._PARAM_*): its name as in the config, where it lies in the object, and, if
 * it can be set, its closed range. What is no field is computed by the object, what follows from fields is brought up
 * to date by it. */
#ifndef LPLI_PARAM_H
#define LPLI_PARAM_H

#include "core/field.h"
#include "lpl/status.h"

typedef struct lpli_param_t {
    const char *name;
    size_t offset;
    lpli_type_t type;
    bool computed; /* no field: lpli_params_t.compute has it */
    bool writable; /* within low .. high, or what lpli_params_t.bounds narrows it to */
    double low, high;
} lpli_param_t;

typedef struct lpli_params_t {
    const char *handle; /* name of the object's argument, for "p is NULL" */
    const char *noun;   /* for "(projection 3)" behind errors; 3 is the label, at this offset */
    size_t label;
    const lpli_param_t *table;
    int32_t n;
    double (*compute)(const void *object, int32_t param);
    /* Optional. Narrow the range, or refuse: this object has no such parameter. */
    lpl_status_t (*bounds)(const void *object, int32_t param, double *low, double *high, const char *fn);
    /* Optional, behind the error of a value above the range: why that ends before the table's, or NULL. */
    const char *(*why)(const void *object, int32_t param);
    /* Optional, before a value within the range is set: what has to be done with the old one, or refuse (nothing has
     * changed then). */
    lpl_status_t (*prepare)(void *object, int32_t param, double value, const char *fn);
    /* Optional, behind a set: bring up to date what follows from it. */
    void (*changed)(void *object, int32_t param);
} lpli_params_t;

lpl_status_t lpli_param_get(const lpli_params_t *t, const void *object, int32_t param, double *value, const char *fn);
lpl_status_t lpli_param_set(const lpli_params_t *t, void *object, int32_t param, double value, const char *fn);
lpl_status_t lpli_param_bounds(const lpli_params_t *t, const void *object, int32_t param, double *low, double *high,
                               const char *fn);

/* Rows: read only field, computed; real, whole number and uint64_t count (at most 2^53) that can be set. */
#define LPLI_PARAM_READ(name_, object, field, type_) \
    { .name = name_, .offset = offsetof(struct object, field), .type = type_ }
#define LPLI_PARAM_COMPUTED(name_) \
    { .name = name_, .computed = true }
#define LPLI_PARAM_REAL(name_, object, field, low_, high_)                                                           \
    {                                                                                                                \
        .name = name_, .offset = offsetof(struct object, field), .type = LPLI_DOUBLE, .writable = true, .low = low_, \
        .high = high_                                                                                                \
    }
#define LPLI_PARAM_WHOLE(name_, object, field, low_, high_)                                                         \
    {                                                                                                               \
        .name = name_, .offset = offsetof(struct object, field), .type = LPLI_INT32, .writable = true, .low = low_, \
        .high = high_                                                                                               \
    }
#define LPLI_PARAM_COUNT(name_, object, field, low_, high_)                                                          \
    {                                                                                                                \
        .name = name_, .offset = offsetof(struct object, field), .type = LPLI_UINT64, .writable = true, .low = low_, \
        .high = high_                                                                                                \
    }

#endif
