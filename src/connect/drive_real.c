/* connect/drive_real.c - would the spikes of a step overflow a conductance? See drive.h. */
#include "connect/drive.h"

size_t R(lpli_drive_overflows)(const real *g, const real *w, const lpli_csr_t *csr, const uint64_t *row) {
    const size_t n_post = (size_t)csr->n_post;
    if (csr->n_synapses == 0) return n_post;
    for (size_t at = 0; at < n_post; at += LPLI_PIECE) {
        real sum[LPLI_PIECE];
        const size_t n = n_post - at < LPLI_PIECE ? n_post - at : LPLI_PIECE;
        memcpy(sum, g + at, n * sizeof *sum);
        LPLI_EACH_SPIKE(j, row, lpli_spike_words(csr->n_pre), {
            const size_t first = (size_t)csr->row_ptr[j], end = (size_t)csr->row_ptr[j + 1];
            for (size_t k = first; k < end; k++) {
                const size_t i = csr->dense ? k - first : lpli_index_at(csr->col, k);
                if (i >= at && i - at < n) sum[i - at] += w[k];
            }
        })
        for (size_t i = 0; i < n; i++)
            if (!isfinite(sum[i]) && isfinite(g[at + i])) return at + i;
    }
    return n_post;
}
