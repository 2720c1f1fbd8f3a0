/* part/cut.c - see cut.h. */
#include "part/cut.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"

/* ---- which part has which neurons ---- */

static lpl_status_t differ(const lpli_same_t *f, const void *a, const void *b, size_t part, const char *fn) {
    if (f->type == LPLI_DOUBLE)
        return lpli_fail(LPL_E_ARG, fn,
                         "%s of parts[%zu] is %g, that of parts[0] %g: not parts of one whole, or not "
                         "at the same step",
                         f->name, part, lpli_field_value(b, f->offset, f->type),
                         lpli_field_value(a, f->offset, f->type));
    return lpli_fail(LPL_E_ARG, fn,
                     "%s of parts[%zu] is %llu, that of parts[0] %llu: not parts of one whole, or not at "
                     "the same step",
                     f->name, part, (unsigned long long)lpli_field_bits(b, f->offset, f->type),
                     (unsigned long long)lpli_field_bits(a, f->offset, f->type));
}

static lpl_status_t check_same(const void *const *parts, size_t n_parts, const lpli_same_t *same, size_t n_same,
                               const char *fn) {
    for (size_t q = 1; q < n_parts; q++)
        for (size_t k = 0; k < n_same; k++) {
            const lpli_same_t *f = &same[k];
            const lpli_type_t as = f->type == LPLI_DOUBLE ? LPLI_UINT64 : f->type; /* its bits */
            if (lpli_field_bits(parts[0], f->offset, as) != lpli_field_bits(parts[q], f->offset, as))
                return differ(f, parts[0], parts[q], q, fn);
        }
    return LPL_OK;
}

static int by_place(const void *a, const void *b) {
    const lpli_piece_t *p = a, *q = b;
    return p->to != q->to ? (p->to > q->to) - (p->to < q->to) : (p->part > q->part) - (p->part < q->part);
}

/* All parts as pieces of the whole, in order. */
static lpl_status_t order(lpli_piece_t *piece, const void *const *parts, size_t n_parts, lpli_part_of_fn *part_of,
                          const char *fn) {
    const uint64_t global = part_of(parts[0]).global;
    for (size_t q = 0; q < n_parts; q++) {
        const lpli_part_t p = part_of(parts[q]);
        if (p.global != global)
            return lpli_fail(LPL_E_ARG, fn, "parts[%zu] belongs to a whole of %llu neurons, parts[0] to one of %llu", q,
                             (unsigned long long)p.global, (unsigned long long)global);
        piece[q] = (lpli_piece_t){.part = q, .to = (size_t)p.first, .n = (size_t)p.n};
    }
    qsort(piece, n_parts, sizeof *piece, by_place);
    for (size_t q = 1; q < n_parts; q++)
        if (piece[q].to < piece[q - 1].to + piece[q - 1].n)
            return lpli_fail(LPL_E_ARG, fn, "neuron %zu is in parts[%zu] and in parts[%zu]", piece[q].to,
                             piece[q - 1].part, piece[q].part);
    return LPL_OK;
}

/* What of them lies in first .. first + n - 1; how many pieces that is. */
static lpl_status_t pick(lpli_piece_t *piece, size_t *n_pieces, size_t n_parts, size_t first, size_t n,
                         const char *fn) {
    const size_t end = first + n;
    size_t at = first, kept = 0;
    for (size_t q = 0; q < n_parts; q++) {
        lpli_piece_t p = piece[q];
        const size_t begin = p.to > first ? p.to : first, stop = p.to + p.n < end ? p.to + p.n : end;
        if (begin >= stop) continue;
        if (begin > at) break;
        piece[kept++] = (lpli_piece_t){.part = p.part, .from = begin - p.to, .to = begin - first, .n = stop - begin};
        at = stop;
    }
    *n_pieces = kept;
    return at == end ? LPL_OK : lpli_fail(LPL_E_ARG, fn, "neuron %zu is in none of the %zu parts", at, n_parts);
}

/* The pieces of first .. first + n - 1, in order: *pieces (free) and how many. */
static lpl_status_t plan(lpli_piece_t **pieces, size_t *n_pieces, const lpli_cut_t *kind, const void *const *parts,
                         size_t n_parts, uint64_t first, uint64_t n, const char *fn) {
    if (!parts) return lpli_fail(LPL_E_NULL, fn, "parts is NULL");
    LPLI_TRY(lpli_check_size(n_parts, 1, PTRDIFF_MAX / sizeof(lpli_piece_t), fn, "n_parts"));
    for (size_t q = 0; q < n_parts; q++)
        if (!parts[q]) return lpli_fail(LPL_E_NULL, fn, "parts[%zu] is NULL", q);
    const uint64_t global = kind->part_of(parts[0]).global;
    LPLI_TRY(lpli_check_count(n, 1, global, fn, "n"));
    if (first > global - n)
        return lpli_fail(LPL_E_ARG, fn, "neurons from %llu on, %llu of them, but the whole has %llu",
                         (unsigned long long)first, (unsigned long long)n, (unsigned long long)global);
    lpli_piece_t *piece = malloc(n_parts * sizeof *piece);
    if (!piece) return lpli_fail(LPL_E_MEMORY, fn, "no memory for n_parts = %zu", n_parts);
    lpl_status_t status = order(piece, parts, n_parts, kind->part_of, fn);
    if (status >= 0) status = check_same(parts, n_parts, kind->same, kind->n_same, fn);
    if (status >= 0) status = pick(piece, n_pieces, n_parts, (size_t)first, (size_t)n, fn);
    if (status < 0)
        free(piece);
    else
        *pieces = piece;
    return status;
}

lpl_status_t lpli_cut(const lpli_cut_t *kind, const void *const *parts, size_t n_parts, uint64_t first, uint64_t n,
                      void *out, const char *fn) {
    lpli_piece_t *pieces = NULL;
    size_t n_pieces = 0;
    if (!out) return lpli_fail(LPL_E_NULL, fn, "out is NULL");
    LPLI_TRY(plan(&pieces, &n_pieces, kind, parts, n_parts, first, n, fn));
    lpl_status_t status = kind->check ? kind->check(parts, n_parts, fn) : LPL_OK;
    if (status >= 0) status = kind->make(parts, pieces, n_pieces, first, n, out, fn);
    free(pieces);
    return status;
}

/* ---- arrays ---- */

lpl_status_t lpli_cut_equal(const void *a, const void *b, size_t bytes, size_t part, const char *name, const char *fn) {
    if (bytes == 0 || memcmp(a, b, bytes) == 0) return LPL_OK;
    return lpli_fail(LPL_E_ARG, fn, "%s of parts[%zu] are not those of parts[0]", name, part);
}

void lpli_cut_copy(void *to, size_t to_ld, const void *from, size_t from_ld, size_t rows, size_t elem,
                   const lpli_piece_t *p) {
    for (size_t r = 0; r < rows; r++)
        memcpy((unsigned char *)to + (r * to_ld + p->to) * elem,
               (const unsigned char *)from + (r * from_ld + p->from) * elem, p->n * elem);
}

void lpli_cut_bits(uint64_t *to, size_t to_words, const uint64_t *from, size_t from_words, size_t rows,
                   const lpli_piece_t *p) {
    for (size_t r = 0; r < rows; r++)
        for (size_t i = 0; i < p->n; i++) {
            const size_t a = p->from + i, b = p->to + i;
            to[r * to_words + b / 64] |= (from[r * from_words + a / 64] >> a % 64 & 1) << b % 64;
        }
}

/* ---- synapses ---- */

/* The first synapse of begin .. end - 1 onto neuron `post` or one behind it. */
static size_t at_or_behind(const lpli_csr_t *csr, size_t begin, size_t end, size_t post) {
    while (begin < end) {
        const size_t middle = begin + (end - begin) / 2;
        if (lpli_index_at(csr->col, middle) < post)
            begin = middle + 1;
        else
            end = middle;
    }
    return begin;
}

size_t lpli_cut_row(const lpli_csr_t *csr, size_t j, const lpli_piece_t *p, size_t *first) {
    const size_t begin = (size_t)csr->row_ptr[j], end = (size_t)csr->row_ptr[j + 1];
    if (csr->dense) {
        *first = begin + p->from;
        return p->n;
    }
    *first = at_or_behind(csr, begin, end, p->from);
    return at_or_behind(csr, *first, end, p->from + p->n) - *first;
}

lpl_status_t lpli_cut_connect(lpli_csr_t *out, const lpli_piece_t *pieces, size_t n_pieces, const void *const *parts,
                              lpli_csr_of_fn *csr_of, size_t n_pre, size_t n_post, const char *fn) {
    bool dense = true;
    uint64_t n = 0;
    size_t first;
    for (size_t q = 0; q < n_pieces; q++) {
        const lpli_csr_t *csr = csr_of(parts[pieces[q].part]);
        dense = dense && csr->dense;
        for (size_t j = 0; j < n_pre; j++) n += lpli_cut_row(csr, j, &pieces[q], &first);
    }
    if (n > (uint64_t)(PTRDIFF_MAX / 64))
        return lpli_fail(LPL_E_SIZE, fn, "%llu synapses: more memory than can be addressed", (unsigned long long)n);
    *out = (lpli_csr_t){.n_pre = n_pre, .n_post = n_post};
    LPLI_TRY(lpli_csr_allocate(out, (size_t)n, dense, fn));
    size_t k = 0;
    for (size_t j = 0; j < n_pre; j++) {
        out->row_ptr[j] = k;
        for (size_t q = 0; q < n_pieces; q++) {
            const lpli_piece_t *p = &pieces[q];
            const lpli_csr_t *csr = csr_of(parts[p->part]);
            const size_t here = lpli_cut_row(csr, j, p, &first);
            for (size_t i = 0; !out->dense && i < here; i++)
                lpli_index_put(out->col, k + i,
                               (csr->dense ? p->from + i : lpli_index_at(csr->col, first + i)) - p->from + p->to);
            k += here;
        }
    }
    out->row_ptr[n_pre] = k;
    return LPL_OK;
}

void lpli_cut_synapses(void *out, int which, size_t elem, const lpli_piece_t *pieces, size_t n_pieces,
                       const void *const *parts, lpli_csr_of_fn *csr_of, lpli_array_of_fn *array_of, size_t n_pre) {
    unsigned char *to = out;
    for (size_t j = 0; j < n_pre; j++)
        for (size_t q = 0; q < n_pieces; q++) {
            const void *part = parts[pieces[q].part];
            size_t first;
            const size_t here = lpli_cut_row(csr_of(part), j, &pieces[q], &first);
            if (here == 0) continue; /* without any there may be no array */
            memcpy(to, (const unsigned char *)array_of(part, which) + first * elem, here * elem);
            to += here * elem;
        }
}
