/* core/field.h - a number in a struct, by its place and type: what the tables of parameters (param.h) and of state
 * files (state/fields.h) are made of. */
#ifndef LPLI_FIELD_H
#define LPLI_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef enum lpli_type_t {
    LPLI_DOUBLE, /* the first: what a table row that says nothing about it has */
    LPLI_INT32,
    LPLI_UINT32,
    LPLI_UINT64,
    LPLI_SIZE,
    LPLI_BOOL
} lpli_type_t;

/* A field that is no double, as 64 bits: signed ones extended by their sign. */
static inline uint64_t lpli_field_bits(const void *object, size_t offset, lpli_type_t type) {
    const void *p = (const unsigned char *)object + offset;
    switch (type) {
    case LPLI_INT32: return (uint64_t)(int64_t) * (const int32_t *)p;
    case LPLI_UINT32: return *(const uint32_t *)p;
    case LPLI_SIZE: return *(const size_t *)p;
    case LPLI_BOOL: return *(const bool *)p;
    default: return *(const uint64_t *)p;
    }
}

static inline void lpli_field_set_bits(void *object, size_t offset, lpli_type_t type, uint64_t v) {
    void *p = (unsigned char *)object + offset;
    switch (type) {
    case LPLI_INT32: *(int32_t *)p = (int32_t)(int64_t)v; break;
    case LPLI_UINT32: *(uint32_t *)p = (uint32_t)v; break;
    case LPLI_SIZE: *(size_t *)p = (size_t)v; break;
    case LPLI_BOOL: *(bool *)p = v != 0; break;
    default: *(uint64_t *)p = v; break;
    }
}

/* A field of any type, as a number. */
static inline double lpli_field_value(const void *object, size_t offset, lpli_type_t type) {
    if (type == LPLI_DOUBLE) return *(const double *)(const void *)((const unsigned char *)object + offset);
    const uint64_t bits = lpli_field_bits(object, offset, type);
    return type == LPLI_INT32 ? (double)(int64_t)bits : (double)bits;
}

static inline void lpli_field_set_value(void *object, size_t offset, lpli_type_t type, double v) {
    if (type == LPLI_DOUBLE)
        *(double *)(void *)((unsigned char *)object + offset) = v;
    else
        lpli_field_set_bits(object, offset, type, type == LPLI_INT32 ? (uint64_t)(int64_t)v : (uint64_t)v);
}

#endif
