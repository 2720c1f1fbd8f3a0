/* connect/connect_state.c - see connect_state.h. */
#include "connect/connect_state.h"

#include <stdlib.h>

#include "core/error.h"

lpl_status_t lpli_csr_write(lpli_writer_t *w, const lpli_csr_t *csr) {
    if (csr->dense) return LPL_OK;
    LPLI_TRY(lpli_write_u64(w, "ROWS", csr->row_ptr, csr->n_pre + 1));
    return csr->col.narrow ? lpli_write_narrow(w, "COLS", csr->col.narrow, csr->n_synapses)
                           : lpli_write_u32(w, "COLS", csr->col.wide, csr->n_synapses);
}

/* What the numbers may be says lpli_csr_check, row by row; col: room for them in 32 bits. */
static lpl_status_t read_rows(lpli_reader_t *r, lpli_csr_t *out, uint32_t *col, const char *object) {
    enum { ARRAYS = 2 };
    const lpli_array_t array[ARRAYS] = {LPLI_ARRAY_COUNTS("ROWS", out->row_ptr, out->n_pre + 1, UINT64_MAX),
                                        LPLI_ARRAY_INDICES("COLS", col, out->n_synapses, UINT32_MAX)};
    LPLI_TRY(lpli_arrays_read(r, object, array, ARRAYS));
    if (lpli_csr_check(out->row_ptr, col, out->n_pre, out->n_post, out->n_synapses, r->fn) < 0)
        return lpli_fail(LPL_E_FORMAT, r->fn, "records ROWS and COLS do not describe connectivity");
    for (size_t k = 0; out->col.narrow && k < out->n_synapses; k++) out->col.narrow[k] = (uint16_t)col[k];
    return LPL_OK;
}

/* A file has 32 bits for each. The room for those that become 16 is no more than what the weights take, which come
 * next. */
static lpl_status_t read_columns(lpli_reader_t *r, lpli_csr_t *out, const char *object) {
    if (out->col.wide) return read_rows(r, out, out->col.wide, object);
    uint32_t *col = malloc((out->n_synapses + 1) * sizeof *col);
    if (!col) return lpli_fail(LPL_E_MEMORY, r->fn, "no memory for %zu synapses", out->n_synapses);
    const lpl_status_t status = read_rows(r, out, col, object);
    free(col);
    return status;
}

lpl_status_t lpli_csr_read(lpli_reader_t *r, lpli_csr_t *out, size_t n_pre, size_t n_post, size_t n_synapses,
                           bool dense, const char *object) {
    if (dense) return lpli_connect(out, NULL, n_pre, (lpli_part_t){0, n_post, n_post}, r->fn);
    *out = (lpli_csr_t){.n_pre = n_pre, .n_post = n_post};
    LPLI_TRY(lpli_csr_allocate(out, n_synapses, false, r->fn));
    const lpl_status_t status = read_columns(r, out, object);
    if (status < 0) lpli_csr_free(out);
    return status;
}

lpli_array_t lpli_delay_array(const char *tag, const lpli_delay_t *d, size_t n) {
    return (lpli_array_t)LPLI_ARRAY_BITS(tag, d->rows, d->steps, d->words, n);
}
