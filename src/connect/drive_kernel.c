/* connect/drive_kernel.c - see drive.h. */
#include "connect/drive.h"

void K(lpli_drive)(real *g, const real *w, const lpli_csr_t *csr, const uint64_t *row) {
    const size_t words = lpli_spike_words(csr->n_pre);
    if (csr->n_synapses == 0) return; /* w is NULL */
    LPLI_EACH_SPIKE(j, row, words, {
        const size_t first = (size_t)csr->row_ptr[j], n = (size_t)csr->row_ptr[j + 1] - first;
        const real *wj = w + first;
        const lpli_index_t to = lpli_index_from(csr->col, first);
        LPLI_EACH_INDEX(to, 0, n, k, i, { g[i] += wj[k]; });
    })
}

void K(lpli_trace)(real *x, size_t n, const uint64_t *row, real k) {
    LPLI_EACH_SPIKE(i, row, lpli_spike_words(n), { x[i] += 1; })
    for (size_t i = 0; i < n; i++) {
        const real y = k * x[i];
        x[i] = y < LPLI_TRACE_MIN ? 0 : y;
    }
}

/* x never grows (k <= 1), so what falls below the least in between is below it at the end. */
void K(lpli_trace_idle)(real *x, size_t n, real k, size_t steps) {
    enum { WIDTH = 256 / sizeof(real) }; /* in registers through the steps */
    for (size_t i = 0; i < n; i += WIDTH) {
        const size_t m = n - i < WIDTH ? n - i : WIDTH;
        real y[WIDTH] = {0};
        memcpy(y, x + i, m * sizeof *y);
        for (size_t s = 0; s < steps; s++)
            for (size_t l = 0; l < WIDTH; l++) y[l] *= k;
        for (size_t l = 0; l < WIDTH; l++) y[l] = y[l] < LPLI_TRACE_MIN ? 0 : y[l];
        memcpy(x + i, y, m * sizeof *y);
    }
}

void K(lpli_quiet)(real *x, size_t n) {
    for (size_t i = 0; i < n; i++) x[i] = x[i] < LPLI_TRACE_MIN && x[i] > -LPLI_TRACE_MIN ? 0 : x[i];
}
