/* connect/connect_state.c - see connect_state.h. */
#include "connect/connect_state.h"

lpl_status_t lpli_csr_write(lpli_writer_t *w, const lpli_csr_t *csr) {
    if (!csr->col) return LPL_OK;
    LPLI_TRY(lpli_write_u64(w, "ROWS", csr->row_ptr, csr->n_pre + 1));
    return lpli_write_u32(w, "COLS", csr->col, csr->n_synapses);
}

static lpl_status_t read_rows(lpli_reader_t *r, lpli_csr_t *out, const char *object) {
    LPLI_TRY(lpli_read_expect(r, "ROWS", object));
    LPLI_TRY(lpli_read_u64(r, out->row_ptr, out->n_pre + 1));
    LPLI_TRY(lpli_read_expect(r, "COLS", object));
    LPLI_TRY(lpli_read_u32(r, out->col, out->n_synapses));
    if (lpli_csr_check(out->row_ptr, out->col, out->n_pre, out->n_post, out->n_synapses, r->fn) < 0)
        return lpli_fail(LPL_E_FORMAT, r->fn, "records ROWS and COLS do not describe connectivity");
    return LPL_OK;
}

lpl_status_t lpli_csr_read(lpli_reader_t *r, lpli_csr_t *out, size_t n_pre, size_t n_post, size_t n_synapses, bool dense,
                           const char *object) {
    if (dense) return lpli_connect(out, NULL, n_pre, n_post, r->fn);
    *out = (lpli_csr_t){.n_pre = n_pre, .n_post = n_post};
    LPLI_TRY(lpli_csr_allocate(out, n_synapses, false, r->fn));
    const lpl_status_t status = read_rows(r, out, object);
    if (status < 0) lpli_csr_free(out);
    return status;
}

lpl_status_t lpli_delay_write(lpli_writer_t *w, const char *tag, const lpli_delay_t *d) {
    return lpli_write_u64(w, tag, d->rows, d->steps * d->words);
}

lpl_status_t lpli_delay_read(lpli_reader_t *r, const char *tag, const char *object, lpli_delay_t *d, size_t n) {
    LPLI_TRY(lpli_read_expect(r, tag, object));
    LPLI_TRY(lpli_read_u64(r, d->rows, d->steps * d->words));
    for (size_t t = 0; n % 64 != 0 && t < d->steps; t++)
        if (d->rows[(t + 1) * d->words - 1] >> n % 64 != 0)
            return lpli_fail(LPL_E_FORMAT, r->fn, "record %s: a spike of a neuron that does not exist", tag);
    return LPL_OK;
}
