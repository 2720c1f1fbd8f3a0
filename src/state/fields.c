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
    const uint64_t most = n->wide ? (uint64_t)n->most << 32 | UINT32_MAX : n->most;
    if (n->type == LPLI_INT32 && n->wide) return (int64_t)v >= INT32_MIN && (int64_t)v <= INT32_MAX;
    const uint64_t room = n->type == LPLI_INT32    ? INT32_MAX
                          : n->type == LPLI_UINT32 ? UINT32_MAX
                          : n->type == LPLI_SIZE   ? SIZE_MAX
                          : n->type == LPLI_BOOL   ? 1
                                                   : UINT64_MAX;
    return v <= room && v <= most;
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

lpl_status_t lpli_row_of_reals(const lpli_array_t *a, size_t row, lpl_status_t code, const char *what, const char *fn) {
    for (size_t j = 0; j < a->cols; j++) {
        const double v = lpli_element(a->p, a->dtype, row * a->ld + j);
        const size_t k = row * a->cols + j;
        if (!(v >= -DBL_MAX && v <= DBL_MAX))
            return lpli_fail(code, fn, "%s %s holds NaN or infinity (value %zu)", what, a->tag, k);
        if (!(v >= a->low && v <= a->high))
            return lpli_fail(code, fn, "%s %s, value %zu is out of range: %g, need %g .. %g", what, a->tag, k, v,
                             a->low, a->high);
    }
    return LPL_OK;
}

static lpl_status_t check_whole(const lpli_array_t *a, size_t k, uint64_t v, lpl_status_t code, const char *what,
                                const char *fn) {
    if (v <= a->most) return LPL_OK;
    return lpli_fail(code, fn, "%s %s, value %zu is out of range: %llu, need at most %llu", what, a->tag, k,
                     (unsigned long long)v, (unsigned long long)a->most);
}

lpl_status_t lpli_row_of_counts(const lpli_array_t *a, size_t row, lpl_status_t code, const char *what,
                                const char *fn) {
    const uint64_t *p = (const uint64_t *)a->p + row * a->ld;
    for (size_t j = 0; j < a->cols; j++) LPLI_TRY(check_whole(a, row * a->cols + j, p[j], code, what, fn));
    return LPL_OK;
}

lpl_status_t lpli_row_of_indices(const lpli_array_t *a, size_t row, lpl_status_t code, const char *what,
                                 const char *fn) {
    const uint32_t *p = (const uint32_t *)a->p + row * a->ld;
    for (size_t j = 0; j < a->cols; j++) LPLI_TRY(check_whole(a, row * a->cols + j, p[j], code, what, fn));
    return LPL_OK;
}

lpl_status_t lpli_row_of_bits(const lpli_array_t *a, size_t row, lpl_status_t code, const char *what, const char *fn) {
    const uint64_t *p = (const uint64_t *)a->p + row * a->ld;
    if (a->cols == 0 || a->most % 64 == 0 || p[a->cols - 1] >> a->most % 64 == 0) return LPL_OK;
    return lpli_fail(code, fn, "%s %s: a spike of a neuron that does not exist", what, a->tag);
}

static lpl_status_t check(const lpli_array_t *a, lpl_status_t code, const char *what, const char *fn) {
    for (size_t i = 0; i < a->rows; i++) LPLI_TRY(a->row(a, i, code, what, fn));
    return LPL_OK;
}

lpl_status_t lpli_arrays_check(const lpli_array_t *a, size_t n, const char *noun, int32_t label, const char *fn) {
    for (size_t k = 0; k < n; k++) {
        const lpl_status_t status = a[k].tag ? check(&a[k], LPL_E_NONFINITE, "state", fn) : LPL_OK;
        if (status < 0) return noun ? lpli_fail_note(status, " (%s %d)", noun, (int)label) : status;
    }
    return LPL_OK;
}

lpl_status_t lpli_arrays_write(lpli_writer_t *w, const lpli_array_t *a, size_t n) {
    for (size_t k = 0; k < n; k++)
        if (a[k].tag)
            LPLI_TRY(lpli_write_rows(w, a[k].tag, a[k].p, a[k].rows, a[k].cols, a[k].ld, lpli_size_of(a[k].dtype)));
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

static lpl_status_t read_array(lpli_reader_t *r, const lpli_array_t *a) {
    const size_t n = a->rows * a->cols, elem = lpli_size_of(a->dtype);
    LPLI_TRY(elem == sizeof(uint64_t) ? lpli_read_u64(r, a->p, n) : lpli_read_u32(r, a->p, n));
    spread(a, elem);
    return check(a, LPL_E_FORMAT, "record", r->fn);
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
    void *const none = NULL;
    for (size_t k = 0; k < n; k++) {
        if (!(left >> k & 1)) continue;
        if (!a[k].optional)
            return lpli_fail(LPL_E_FORMAT, r->fn, "record %s is missing: not the state of %s", a[k].tag, object);
        memcpy(a[k].optional, &none, sizeof none);
    }
    return LPL_OK;
}

lpl_status_t lpli_read_rest(lpli_reader_t *r) {
    while (!r->at_end) LPLI_TRY(lpli_read_next(r));
    return LPL_OK;
}
