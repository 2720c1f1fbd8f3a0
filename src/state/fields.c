/* state/fields.c - see fields.h. */
#include "state/fields.h"

#include <float.h>
#include <string.h>

#include "core/error.h"
#include "core/object.h"

/* ---- numbers ---- */

static void collect(const lpli_fields_t *f, const void *object, uint64_t *ints, double *reals) {
    for (size_t k = 0; k < f->n_number; k++) ints[k] = lpli_field_bits(object, f->number[k].offset, f->number[k].type);
    for (size_t k = 0; k < f->n_real; k++) reals[k] = lpli_field_value(object, f->real[k], LPLI_DOUBLE);
}

lpl_status_t lpli_fields_write(lpli_writer_t *w, const lpli_fields_t *f, const void *object) {
    uint64_t ints[LPLI_FIELDS_MAX];
    double reals[LPLI_FIELDS_MAX];
    collect(f, object, ints, reals);
    LPLI_TRY(lpli_write_u64(w, f->tag, ints, f->n_number));
    if (f->n_real == 0) return LPL_OK;
    return lpli_write_f64(w, "PARM", reals, f->n_real);
}

/* Does entry k fit into its field and lie in its range? */
static bool fits(const lpli_number_t *n, uint64_t v) {
    if (n->type == LPLI_INT32 && n->most == UINT64_MAX) return (int64_t)v >= INT32_MIN && (int64_t)v <= INT32_MAX;
    const uint64_t room = n->type == LPLI_INT32    ? INT32_MAX
                          : n->type == LPLI_UINT32 ? UINT32_MAX
                          : n->type == LPLI_SIZE   ? SIZE_MAX
                          : n->type == LPLI_BOOL   ? 1
                                                   : UINT64_MAX;
    return v <= room && v <= n->most;
}

lpl_status_t lpli_fields_read(lpli_reader_t *r, const lpli_fields_t *f, void *object) {
    uint64_t ints[LPLI_FIELDS_MAX];
    double reals[LPLI_FIELDS_MAX];
    collect(f, object, ints, reals);
    LPLI_TRY(lpli_read_expect_u64(r, f->tag, f->object, ints, f->n_number - f->n_late_number, LPLI_FIELDS_MAX));
    if (f->n_real > 0)
        LPLI_TRY(lpli_read_expect_f64(r, "PARM", f->object, reals, f->n_real - f->n_late, LPLI_FIELDS_MAX));
    for (size_t k = 0; k < f->n_number; k++) {
        if (!fits(&f->number[k], ints[k]))
            return lpli_fail(LPL_E_FORMAT, r->fn, "record %s, entry %zu: %llu is out of range", f->tag, k,
                             (unsigned long long)ints[k]);
        lpli_field_set_bits(object, f->number[k].offset, f->number[k].type, ints[k]);
    }
    for (size_t k = 0; k < f->n_real; k++) lpli_field_set_value(object, f->real[k], LPLI_DOUBLE, reals[k]);
    return LPL_OK;
}

/* ---- arrays ---- */

static size_t element_size(const lpli_array_t *a) {
    return a->kind == LPLI_REALS     ? lpli_size_of(a->dtype)
           : a->kind == LPLI_INDICES ? sizeof(uint32_t)
                                     : sizeof(uint64_t);
}

/* The first element, row by row, that is not what it may be; rows x cols if all are. */
static size_t first_unsound(const lpli_array_t *a) {
    size_t bad = 0;
    for (size_t i = 0; i < a->rows; i++) {
        const size_t at = i * a->ld;
        for (size_t j = 0; j < a->cols; j++, bad++) {
            if (a->kind == LPLI_REALS) {
                const double v = lpli_element(a->p, a->dtype, at + j);
                if (!(v >= a->low && v <= a->high && v >= -DBL_MAX && v <= DBL_MAX))
                    return bad; /* NaN is in no range */
            } else if (a->kind == LPLI_INDICES) {
                if (((const uint32_t *)a->p)[at + j] > a->most) return bad;
            } else if (a->kind == LPLI_COUNTS) {
                if (((const uint64_t *)a->p)[at + j] > a->most) return bad;
            } else if (a->most % 64 != 0 && j == a->cols - 1 && ((const uint64_t *)a->p)[at + j] >> a->most % 64 != 0)
                return bad;
        }
    }
    return bad;
}

/* What is wrong with element k of `what` ("record", "state"). */
static lpl_status_t fail(const lpli_array_t *a, size_t k, lpl_status_t code, const char *what, const char *fn) {
    const size_t at = k / a->cols * a->ld + k % a->cols;
    if (a->kind == LPLI_BITS)
        return lpli_fail(code, fn, "%s %s: a spike of a neuron that does not exist", what, a->tag);
    if (a->kind != LPLI_REALS) {
        const uint64_t v = a->kind == LPLI_INDICES ? ((const uint32_t *)a->p)[at] : ((const uint64_t *)a->p)[at];
        return lpli_fail(code, fn, "%s %s, value %zu is out of range: %llu, need at most %llu", what, a->tag, k,
                         (unsigned long long)v, (unsigned long long)a->most);
    }
    const double v = lpli_element(a->p, a->dtype, at);
    if (!(v >= -DBL_MAX && v <= DBL_MAX))
        return lpli_fail(code, fn, "%s %s holds NaN or infinity (value %zu)", what, a->tag, k);
    return lpli_fail(code, fn, "%s %s, value %zu is out of range: %g, need %g .. %g", what, a->tag, k, v, a->low,
                     a->high);
}

lpl_status_t lpli_arrays_check(const lpli_array_t *a, size_t n, const char *noun, int32_t label, const char *fn) {
    for (size_t k = 0; k < n; k++) {
        const size_t bad = a[k].tag ? first_unsound(&a[k]) : 0;
        if (!a[k].tag || bad == a[k].rows * a[k].cols) continue;
        const lpl_status_t status = fail(&a[k], bad, LPL_E_NONFINITE, "state", fn);
        return noun ? lpli_fail_note(status, " (%s %d)", noun, (int)label) : status;
    }
    return LPL_OK;
}

lpl_status_t lpli_arrays_write(lpli_writer_t *w, const lpli_array_t *a, size_t n) {
    for (size_t k = 0; k < n; k++)
        if (a[k].tag)
            LPLI_TRY(lpli_write_rows(w, a[k].tag, a[k].p, a[k].rows, a[k].cols, a[k].ld, element_size(&a[k])));
    return LPL_OK;
}

/* Rows that were read without gaps to where they belong, from the last one on; the gaps become 0. */
static void spread(const lpli_array_t *a, size_t elem) {
    if (a->ld == a->cols) return;
    for (size_t i = a->rows; i-- > 0;) {
        unsigned char *to = (unsigned char *)a->p + i * a->ld * elem;
        memmove(to, (unsigned char *)a->p + i * a->cols * elem, a->cols * elem);
        memset(to + a->cols * elem, 0, (a->ld - a->cols) * elem);
    }
}

static lpl_status_t read_elements(lpli_reader_t *r, const lpli_array_t *a, size_t elem) {
    const size_t n = a->rows * a->cols;
    if (a->kind == LPLI_REALS) return elem == sizeof(double) ? lpli_read_f64(r, a->p, n) : lpli_read_f32(r, a->p, n);
    return a->kind == LPLI_INDICES ? lpli_read_u32(r, a->p, n) : lpli_read_u64(r, a->p, n);
}

static lpl_status_t read_array(lpli_reader_t *r, const lpli_array_t *a) {
    LPLI_TRY(read_elements(r, a, element_size(a)));
    spread(a, element_size(a));
    const size_t bad = first_unsound(a);
    return bad < a->rows * a->cols ? fail(a, bad, LPL_E_FORMAT, "record", r->fn) : LPL_OK;
}

lpl_status_t lpli_arrays_read(lpli_reader_t *r, const char *object, const lpli_array_t *a, size_t n) {
    for (size_t k = 0; k < n; k++) {
        if (!a[k].tag) continue;
        LPLI_TRY(lpli_read_expect(r, a[k].tag, object));
        LPLI_TRY(read_array(r, &a[k]));
    }
    return LPL_OK;
}

lpl_status_t lpli_arrays_read_any(lpli_reader_t *r, const char *object, const lpli_array_t *a, size_t n) {
    uint32_t left = 0; /* bit k: array k is still to come */
    for (size_t k = 0; k < n; k++)
        if (a[k].tag) left |= (uint32_t)1 << k;
    while (!r->at_end) {
        LPLI_TRY(lpli_read_next(r)); /* skips or refuses the one before, if it was none of these */
        for (size_t k = 0; k < n && !r->at_end; k++)
            if ((left >> k & 1) && memcmp(a[k].tag, r->tag, 4) == 0) {
                LPLI_TRY(read_array(r, &a[k]));
                left &= ~((uint32_t)1 << k);
                break;
            }
    }
    for (size_t k = 0; k < n; k++) {
        if (!(left >> k & 1)) continue;
        if (!a[k].optional)
            return lpli_fail(LPL_E_FORMAT, r->fn, "record %s is missing: not the state of %s", a[k].tag, object);
        memcpy(a[k].optional, &(void *){NULL}, sizeof(void *));
    }
    return LPL_OK;
}

lpl_status_t lpli_read_rest(lpli_reader_t *r) {
    while (!r->at_end) LPLI_TRY(lpli_read_next(r));
    return LPL_OK;
}
