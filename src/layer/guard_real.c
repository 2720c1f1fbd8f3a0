/* layer/guard_real.c - the largest magnitudes of what a layer learns (layer.h). */
#include "layer/layer.h"
#include "linalg/vector.h"

static double highest(const lpl_layer_t *l, const void *p, size_t rows, size_t cols, size_t ld) {
    return p ? (double)R(lpli_highest_of)(l->gemm.isa, p, rows, cols, ld) : 0;
}

/* The largest; NaN if there is one. */
static double larger(double a, double b) { return a <= b ? b : a <= (double)INFINITY ? a > b ? a : b : a; }

/* Of weights (M x fan_in, ld apart), biases and head. */
static double of_all(const lpl_layer_t *l, const void *w, size_t ld, const void *bias, const void *head) {
    const size_t M = (size_t)l->cfg.n_post, H = (size_t)lpli_head_length(&l->cfg);
    return larger(highest(l, w, M, l->fan_in, ld), larger(highest(l, bias, 1, M, M), highest(l, head, 1, H, H)));
}

void R(lpli_guard_measure)(lpl_layer_t *l, int all) {
    l->bound.high.w = of_all(l, l->param.w, l->param.ldw, l->param.bias, l->param.head);
    if (!all) return;
    l->bound.high.m = of_all(l, l->param.m, l->fan_in, l->param.bias_m, l->param.head_m);
    l->bound.high.v = of_all(l, l->param.v, l->fan_in, l->param.bias_v, l->param.head_v);
    l->bound.cov = l->stats.cov ? lpli_guard_highest(l->stats.cov, lpli_form_units(l) * lpli_form_units(l)) : 0;
}
