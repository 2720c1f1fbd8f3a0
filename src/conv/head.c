/* conv/head.c - see conv/head.h. */
#include "conv/head.h"

#include <string.h>

#include "core/object.h"

typedef struct {
    double *w1, *b1, *w2, *b2;
} parts_t;

static parts_t parts(const lpli_head_t *h, double *p) {
    parts_t q = {.w1 = p};
    q.b1 = q.w1 + h->hidden * h->M;
    q.w2 = q.b1 + h->hidden;
    q.b2 = q.w2 + h->out * h->hidden;
    return q;
}

static size_t length(const lpli_head_t *h) { return h->hidden * (h->M + 1) + h->out * (h->hidden + 1); }

void lpli_head_place_kept(lpli_head_t *h, const lpl_layer_config_t *c, lpli_arena_t *a) {
    const uint64_t rows = lpli_head_length(c) > 0 ? c->batch_max : 0;
    for (int view = 0; view < 2; view++) {
        h->pooled[view] = lpli_take(a, rows, h->M, sizeof(double));
        h->inner[view] = lpli_take(a, rows, h->hidden, sizeof(double));
    }
}

void lpli_head_place(lpli_head_t *h, const lpl_layer_config_t *c, lpli_arena_t *a) {
    const uint64_t n = lpli_head_length(c), rows = n > 0 ? c->batch_max : 0;
    h->M = (size_t)c->n_post, h->hidden = c->head_hidden, h->out = c->head_out;
    h->dtype = c->dtype;
    lpli_head_place_kept(h, c, a);
    h->param = lpli_take(a, n, 1, sizeof(double));
    h->sum = lpli_take(a, n, 1, sizeof(double));
    h->gradient = lpli_take(a, n, 1, lpli_size_of(c->dtype));
    h->back = lpli_take(a, rows, h->hidden, sizeof(double));
    h->means = lpli_take(a, rows, h->M, sizeof(double));
}

static void linear_relu(const lpli_gemm_t *gemm, int32_t threads, double *z, const double *x, const double *w,
                        const double *b, size_t batch, size_t n, size_t m) {
    lpli_gemm_f64(gemm, 0, 1, batch, m, n, 1, x, n, w, n, 0, z, m, threads);
    for (size_t k = 0; k < batch; k++)
        for (size_t i = 0; i < m; i++) {
            const double a = z[k * m + i] + b[i];
            z[k * m + i] = a <= 0 ? 0 : a; /* NaN stays */
        }
}

void lpli_head_forward(const lpli_head_t *h, const lpli_gemm_t *gemm, int32_t threads, const void *param, double *z,
                       size_t batch, int view) {
    for (size_t k = 0; k < length(h); k++) h->param[k] = lpli_element(param, h->dtype, k);
    const parts_t p = parts(h, h->param);
    memcpy(h->pooled[view], h->means, batch * h->M * sizeof(double));
    linear_relu(gemm, threads, h->inner[view], h->pooled[view], p.w1, p.b1, batch, h->M, h->hidden);
    linear_relu(gemm, threads, z, h->inner[view], p.w2, p.b2, batch, h->hidden, h->out);
}

void lpli_head_start(const lpli_head_t *h) { memset(h->sum, 0, length(h) * sizeof(double)); }

/* out_i -= sum over rows of a (batch x n) */
static void subtract_columns(double *out, const double *a, size_t batch, size_t n) {
    for (size_t k = 0; k < batch; k++)
        for (size_t i = 0; i < n; i++) out[i] -= a[k * n + i];
}

void lpli_head_backward(const lpli_head_t *h, const lpli_gemm_t *gemm, int32_t threads, const double *delta,
                        size_t batch, int view) {
    const parts_t p = parts(h, h->param), g = parts(h, h->sum);
    const size_t M = h->M, hidden = h->hidden, out = h->out;
    const double *inner = h->inner[view];
    double *d = h->back;
    lpli_gemm_f64(gemm, 1, 0, out, hidden, batch, -1, delta, out, inner, hidden, 1, g.w2, hidden, threads);
    subtract_columns(g.b2, delta, batch, out);
    lpli_gemm_f64(gemm, 0, 0, batch, hidden, out, 1, delta, out, p.w2, hidden, 0, d, hidden, threads);
    for (size_t k = 0; k < batch * hidden; k++)
        if (!(inner[k] > 0)) d[k] = 0;
    lpli_gemm_f64(gemm, 1, 0, hidden, M, batch, -1, d, hidden, h->pooled[view], M, 1, g.w1, M, threads);
    subtract_columns(g.b1, d, batch, hidden);
    lpli_gemm_f64(gemm, 0, 0, batch, M, hidden, 1, d, hidden, p.w1, M, 0, h->means, M, threads);
}

void lpli_head_end(const lpli_head_t *h) {
    for (size_t k = 0; k < length(h); k++)
        if (h->dtype == LPL_F64)
            ((double *)h->gradient)[k] = h->sum[k];
        else
            ((float *)h->gradient)[k] = (float)h->sum[k];
}
