/* state/fields.h - what of an object is stored, as tables: numbers of two records (integers, reals), then arrays. One
 * table drives save, load and the check of what is saved and loaded. Tables stand in the object's own room, so an
 * unused room can be left out. */
#ifndef LPLI_FIELDS_H
#define LPLI_FIELDS_H

#include "core/field.h"
#include "state/container.h"

/* An entry of the integer record: a field of the object and the largest number it may be. Row k of the table is entry k
 * of the record. */
typedef struct lpli_number_t { /* small: firmware carries such tables */
    uint16_t offset;
    uint8_t type; /* lpli_type_t */
    bool wide;    /* a limit beyond 32 bits: most holds its upper half, the lower one may be anything */
    uint32_t most;
} lpli_number_t;

#define LPLI_STORED(object, field, type_, most_)                                                   \
    {                                                                                              \
        offsetof(struct object, field), type_, (uint64_t)(most_) >> 32 != 0,                       \
            (uint32_t)((uint64_t)(most_) >> 32 != 0 ? (uint64_t)(most_) >> 32 : (uint64_t)(most_)) \
    }
/* An int32_t that may be negative. Stored with its sign extended; or not, in records that began so. */
#define LPLI_STORED_SIGNED(object, field) LPLI_STORED(object, field, LPLI_INT32, UINT64_MAX)
#define LPLI_STORED_LOW(object, field) LPLI_STORED(object, field, LPLI_UINT32, UINT32_MAX)
/* A bit pattern, or a count whose range the object itself checks. */
#define LPLI_STORED_ANY(object, field) LPLI_STORED(object, field, LPLI_UINT64, UINT64_MAX)

typedef struct lpli_fields_t {
    const char *object; /* "a recorder" */
    const char *tag;    /* of the integer record; that of the reals is PARM */
    const lpli_number_t *number;
    const uint16_t *real;    /* offsets of doubles, whose ranges the object checks */
    size_t n_number, n_real; /* no reals: no such record */
    /* Of each, the last ones: a file may be without them, the object's own values then stay. An object that makes no
     * use of its late reals writes the table without them, so that older versions read it. */
    size_t n_late, n_late_number;
} lpli_fields_t;
enum { LPLI_FIELDS_MAX = 64 }; /* numbers in a record; versions to come may append to ours, up to that */

lpl_status_t lpli_fields_write(lpli_writer_t *w, const lpli_fields_t *f, const void *object);
/* The two records that come next, into a struct that holds the defaults. LPL_E_FORMAT if an integer is out of its
 * range. */
lpl_status_t lpli_fields_read(lpli_reader_t *r, const lpli_fields_t *f, void *object);

/* An array record, and what its elements may be: the one check of what was computed (save) or read (load). It stands in
 * a function for each sort of element, so that a build has but those that it uses: code (LPL_E_...) and a sentence
 * about `what` ("record", "state") if one of this row is not what it may be. */
typedef struct lpli_array_t lpli_array_t;
typedef lpl_status_t lpli_row_fn(const lpli_array_t *a, size_t row, lpl_status_t code, const char *what,
                                 const char *fn);
lpli_row_fn lpli_row_of_reals, lpli_row_of_counts, lpli_row_of_indices, lpli_row_of_bits;
struct lpli_array_t {
    const char *tag; /* NULL: this object has no such array */
    void *p;
    size_t rows, cols, ld; /* stored without gaps; they are 0 after load */
    lpli_row_fn *row;
    int32_t dtype;    /* reals; others have the width of LPL_F32 or LPL_F64 */
    double low, high; /* reals: finite and low .. high */
    uint64_t most;    /* counts (uint64_t), indices (uint32_t): at most this; rows of bits of this many neurons */
    void *optional;   /* NULL, or where the object has p: read_any writes NULL there if it is missing */
};

#define LPLI_ARRAY_REALS(tag, p, n, dtype, low, high) \
    { tag, p, 1, n, n, lpli_row_of_reals, dtype, low, high, 0, NULL }
#define LPLI_ARRAY_ROWS(tag, p, rows, cols, ld, dtype, low, high) \
    { tag, p, rows, cols, ld, lpli_row_of_reals, dtype, low, high, 0, NULL }
/* n of them that are 0 and stand nowhere: nought is one 0. For arrays_write; read by lpli_read_zeros. */
#define LPLI_ARRAY_ZEROS(tag, nought, n, dtype) \
    { tag, nought, n, 1, 0, lpli_row_of_reals, dtype, 0, 0, 0, NULL }
#define LPLI_ARRAY_COUNTS(tag, p, n, most) \
    { tag, p, 1, n, n, lpli_row_of_counts, LPL_F64, 0, 0, most, NULL }
#define LPLI_ARRAY_INDICES(tag, p, n, most) \
    { tag, p, 1, n, n, lpli_row_of_indices, LPL_F32, 0, 0, most, NULL }
#define LPLI_ARRAY_BITS(tag, p, rows, words, neurons) \
    { tag, p, rows, words, words, lpli_row_of_bits, LPL_F64, 0, 0, neurons, NULL }

/* Before the first byte: LPL_E_NONFINITE if load would refuse what is there; a file that cannot be loaded is never
 * begun. noun and label name the object, if it has a label. */
lpl_status_t lpli_arrays_check(const lpli_array_t *a, size_t n, const char *noun, int32_t label, const char *fn);
lpl_status_t lpli_arrays_write(lpli_writer_t *w, const lpli_array_t *a, size_t n);
/* The records that come next, in this order. LPL_E_FORMAT if an element is out of its range. */
lpl_status_t lpli_arrays_read(lpli_reader_t *r, const char *object, const lpli_array_t *a, size_t n);
/* All records up to the end, in any order: n of them at most 32, others as lpli_read_rest. LPL_E_FORMAT if one is
 * missing that is not optional, or an element is out of its range. */
lpl_status_t lpli_arrays_read_any(lpli_reader_t *r, const char *object, const lpli_array_t *a, size_t n);

/* To the end: records of newer versions are skipped, or refused by their tag. */
lpl_status_t lpli_read_rest(lpli_reader_t *r);

#define LPLI_COUNT_OF(table) (sizeof(table) / sizeof *(table))

#endif
