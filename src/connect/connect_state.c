/* connect/connect_state.c - see connect_state.h. */
#include "connect/connect_state.h"

#include "core/error.h"

enum { ARRAYS = 2 };

/* None if dense. What the numbers may be says lpli_csr_check, row by row. */
static void arrays(const lpli_csr_t *csr, lpli_array_t out[ARRAYS]) {
    out[0] = (lpli_array_t)LPLI_ARRAY_COUNTS(csr->dense ? NULL : "ROWS", csr->row_ptr, csr->n_pre + 1, UINT64_MAX);
    out[1] = (lpli_array_t)LPLI_ARRAY_INDICES(csr->dense ? NULL : "COLS", csr->col, csr->n_synapses, UINT32_MAX);
}

lpl_status_t lpli_csr_write(lpli_writer_t *w, const lpli_csr_t *csr) {
    lpli_array_t array[ARRAYS];
    arrays(csr, array);
    return lpli_arrays_write(w, array, ARRAYS);
}

static lpl_status_t read_rows(lpli_reader_t *r, lpli_csr_t *out, const char *object) {
    lpli_array_t array[ARRAYS];
    arrays(out, array);
    LPLI_TRY(lpli_arrays_read(r, object, array, ARRAYS));
    if (lpli_csr_check(out->row_ptr, out->col, out->n_pre, out->n_post, out->n_synapses, r->fn) < 0)
        return lpli_fail(LPL_E_FORMAT, r->fn, "records ROWS and COLS do not describe connectivity");
    return LPL_OK;
}

lpl_status_t lpli_csr_read(lpli_reader_t *r, lpli_csr_t *out, size_t n_pre, size_t n_post, size_t n_synapses,
                           bool dense, const char *object) {
    if (dense) return lpli_connect(out, NULL, n_pre, (lpli_part_t){0, n_post, n_post}, r->fn);
    *out = (lpli_csr_t){.n_pre = n_pre, .n_post = n_post};
    LPLI_TRY(lpli_csr_allocate(out, n_synapses, false, r->fn));
    const lpl_status_t status = read_rows(r, out, object);
    if (status < 0) lpli_csr_free(out);
    return status;
}

lpli_array_t lpli_delay_array(const char *tag, const lpli_delay_t *d, size_t n) {
    return (lpli_array_t)LPLI_ARRAY_BITS(tag, d->rows, d->steps, d->words, n);
}
