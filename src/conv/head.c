/* conv/head.c - see conv/head.h. */
#include "conv/head.h"

#include <string.h>

typedef struct {
    double *w1, *b1, *w2, *b2;
    size_t M, hidden, out;
} head_t;

static head_t parts(const lpl_layer_t *l, double *p) {
    head_t h = {.M = (size_t)l->cfg.n_post, .hidden = l->cfg.head_hidden, .out = l->cfg.head_out};
    h.w1 = p;
    h.b1 = h.w1 + h.hidden * h.M;
    h.w2 = h.b1 + h.hidden;
    h.b2 = h.w2 + h.out * h.hidden;
    return h;
}

static void linear_relu(const lpl_layer_t *l, double *z, const double *x, const double *w, const double *b, size_t batch, size_t n,
                        size_t m) {
    lpli_gemm_f64(&l->gemm, 0, 1, batch, m, n, 1, x, n, w, n, 0, z, m, l->cfg.threads);
    for (size_t k = 0; k < batch; k++)
        for (size_t i = 0; i < m; i++) {
            const double a = z[k * m + i] + b[i];
            z[k * m + i] = a <= 0 ? 0 : a; /* NaN stays */
        }
}

void lpli_head_forward(lpl_layer_t *l, double *z, size_t batch, int view) {
    const size_t length = (size_t)lpli_head_length(&l->cfg);
    if (l->cfg.dtype == LPL_F64)
        memcpy(l->conv.head_wide, l->param.head, length * sizeof(double));
    else
        for (size_t k = 0; k < length; k++) l->conv.head_wide[k] = (double)((const float *)l->param.head)[k];
    const head_t h = parts(l, l->conv.head_wide);
    memcpy(l->conv.pooled[view], l->conv.means, batch * h.M * sizeof(double));
    linear_relu(l, l->conv.hidden[view], l->conv.pooled[view], h.w1, h.b1, batch, h.M, h.hidden);
    linear_relu(l, z, l->conv.hidden[view], h.w2, h.b2, batch, h.hidden, h.out);
}

void lpli_head_start(lpl_layer_t *l) { memset(l->conv.head_sum, 0, (size_t)lpli_head_length(&l->cfg) * sizeof(double)); }

/* out_i -= sum over rows of a (batch x n) */
static void subtract_columns(double *out, const double *a, size_t batch, size_t n) {
    for (size_t k = 0; k < batch; k++)
        for (size_t i = 0; i < n; i++) out[i] -= a[k * n + i];
}

void lpli_head_backward(lpl_layer_t *l, const double *delta, size_t batch, int view) {
    const head_t h = parts(l, l->conv.head_wide), g = parts(l, l->conv.head_sum);
    const int32_t threads = l->cfg.threads;
    const double *hidden = l->conv.hidden[view];
    double *d = l->conv.head_back;
    lpli_gemm_f64(&l->gemm, 1, 0, h.out, h.hidden, batch, -1, delta, h.out, hidden, h.hidden, 1, g.w2, h.hidden, threads);
    subtract_columns(g.b2, delta, batch, h.out);
    lpli_gemm_f64(&l->gemm, 0, 0, batch, h.hidden, h.out, 1, delta, h.out, h.w2, h.hidden, 0, d, h.hidden, threads);
    for (size_t k = 0; k < batch * h.hidden; k++)
        if (!(hidden[k] > 0)) d[k] = 0;
    lpli_gemm_f64(&l->gemm, 1, 0, h.hidden, h.M, batch, -1, d, h.hidden, l->conv.pooled[view], h.M, 1, g.w1, h.M, threads);
    subtract_columns(g.b1, d, batch, h.hidden);
    lpli_gemm_f64(&l->gemm, 0, 0, batch, h.M, h.hidden, 1, d, h.hidden, h.w1, h.M, 0, l->conv.means, h.M, threads);
}

void lpli_head_end(lpl_layer_t *l) {
    const size_t length = (size_t)lpli_head_length(&l->cfg);
    if (l->cfg.dtype == LPL_F64)
        memcpy(l->conv.head_grad, l->conv.head_sum, length * sizeof(double));
    else
        for (size_t k = 0; k < length; k++) ((float *)l->conv.head_grad)[k] = (float)l->conv.head_sum[k];
}
