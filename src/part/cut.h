/* part/cut.h - what lpl_lif_cut, lpl_record_cut, lpl_projection_cut and lpl_spiking_cut have in common: which neurons
 * come from which part, and that the parts belong together. */
#ifndef LPLI_CUT_H
#define LPLI_CUT_H

#include <stddef.h>

#include "connect/connect.h"
#include "core/field.h"
#include "core/part.h"

/* Neurons from .. from + n - 1 of parts[part] become to .. to + n - 1 of the new one. */
typedef struct lpli_piece_t {
    size_t part;
    size_t from, to, n;
} lpli_piece_t;

/* A field that all parts have in common. */
typedef struct lpli_same_t {
    size_t offset;
    lpli_type_t type;
    const char *name;
} lpli_same_t;
#define LPLI_SAME(object, field, name, type) \
    { offsetof(struct object, field), type, name }

/* Of parts[part]; what part_of says of its neurons. */
typedef lpli_part_t lpli_part_of_fn(const void *object);

/* A kind of object: what a cut of it needs. check: what all parts see is the same, or NULL; make: *out (an object **)
 * is the new one, neurons first .. first + n - 1, of these pieces in order. */
typedef struct lpli_cut_t {
    lpli_part_of_fn *part_of;
    const lpli_same_t *same;
    size_t n_same;
    lpl_status_t (*check)(const void *const *parts, size_t n_parts, const char *fn);
    lpl_status_t (*make)(const void *const *parts, const lpli_piece_t *pieces, size_t n_pieces, uint64_t first,
                         uint64_t n, void *out, const char *fn);
} lpli_cut_t;

/* LPL_E_ARG: a gap, neurons twice, parts of different wholes, a field that differs, what check says. */
lpl_status_t lpli_cut(const lpli_cut_t *kind, const void *const *parts, size_t n_parts, uint64_t first, uint64_t n,
                      void *out, const char *fn);

/* LPL_E_ARG if these bytes of parts[part] are not those of parts[0]; name: what they are. */
lpl_status_t lpli_cut_equal(const void *a, const void *b, size_t bytes, size_t part, const char *name, const char *fn);

/* One piece of an array of rows x neurons, elements of elem bytes; of rows of bits, which were 0. */
void lpli_cut_copy(void *to, size_t to_ld, const void *from, size_t from_ld, size_t rows, size_t elem,
                   const lpli_piece_t *p);
void lpli_cut_bits(uint64_t *to, size_t to_words, const uint64_t *from, size_t from_words, size_t rows,
                   const lpli_piece_t *p);

/* Connectivity of the new one, from that of the parts: csr_of(parts[part]). */
typedef const lpli_csr_t *lpli_csr_of_fn(const void *object);
lpl_status_t lpli_cut_connect(lpli_csr_t *out, const lpli_piece_t *pieces, size_t n_pieces, const void *const *parts,
                              lpli_csr_of_fn *csr_of, size_t n_pre, size_t n_post, const char *fn);

/* The synapses of row j onto a piece: *first .. *first + returned - 1 of the part. */
size_t lpli_cut_row(const lpli_csr_t *csr, size_t j, const lpli_piece_t *p, size_t *first);

/* Something that there is per synapse: all pieces of it, array(parts[part], which) -> out. */
typedef const void *lpli_array_of_fn(const void *object, int which);
void lpli_cut_synapses(void *out, int which, size_t elem, const lpli_piece_t *pieces, size_t n_pieces,
                       const void *const *parts, lpli_csr_of_fn *csr_of, lpli_array_of_fn *array_of, size_t n_pre);

#endif
