/* tests/golden_runner/typed.c - the library's calls for either element type behind one name, and buffers to go with
 * them. */
#include "golden.h"

#include <stdlib.h>
#include <string.h>

void *golden_memory(void *p) {
    if (p == NULL) {
        fputs("golden: out of memory\n", stderr);
        exit(2);
    }
    return p;
}

double *golden_doubles(size_t n) { return golden_memory(calloc(n > 0 ? n : 1, sizeof(double))); }

void *typed_new(int dtype, size_t n) {
    return golden_memory(calloc(n > 0 ? n : 1, dtype == LPL_F64 ? sizeof(double) : sizeof(float)));
}

void *typed_from(int dtype, const npy_t *a) {
    return golden_memory(dtype == LPL_F64 ? (void *)npy_to_f64(a) : (void *)npy_to_f32(a));
}

void typed_read(double *out, int dtype, const void *a, size_t n) {
    for (size_t i = 0; i < n; i++) {
        out[i] = dtype == LPL_F64 ? ((const double *)a)[i] : (double)((const float *)a)[i];
    }
}

const void *typed_at(int dtype, const void *a, size_t i) {
    return dtype == LPL_F64 ? (const void *)((const double *)a + i) : (const void *)((const float *)a + i);
}

const char *typed_name(int dtype) { return dtype == LPL_F64 ? "float64" : "float32"; }

lpl_status_t typed_rule_delta(int dtype, const lpl_rule_config_t *cfg, void *delta, lpl_report_t *report, void *scratch,
                              size_t scratch_bytes, const void *z, const void *z_prev, size_t n_post, size_t batch) {
    return dtype == LPL_F64 ? lpl_rule_delta_f64(cfg, delta, n_post, NULL, report, NULL, scratch, scratch_bytes, z,
                                                 n_post, z_prev, n_post, NULL, n_post, NULL, n_post, batch)
                            : lpl_rule_delta(cfg, delta, n_post, NULL, report, NULL, scratch, scratch_bytes, z, n_post,
                                             z_prev, n_post, NULL, n_post, NULL, n_post, batch);
}

lpl_status_t typed_forward(int dtype, const lpl_layer_t *l, void *z, size_t ldz, const void *x, size_t ldx,
                           size_t batch) {
    return dtype == LPL_F64 ? lpl_forward_f64(l, z, ldz, x, ldx, batch) : lpl_forward(l, z, ldz, x, ldx, batch);
}

lpl_status_t typed_update(int dtype, lpl_layer_t *l, lpl_report_t *report, const void *x0, const void *x1, size_t ldx,
                          size_t batch) {
    return dtype == LPL_F64 ? lpl_update_f64(l, report, x0, ldx, x1, ldx, batch)
                            : lpl_update(l, report, x0, ldx, x1, ldx, batch);
}

lpl_status_t typed_gradient(int dtype, lpl_layer_t *l, void *dw, size_t lddw, void *db, lpl_report_t *report,
                            const void *x0, const void *x1, size_t ldx, size_t batch) {
    return dtype == LPL_F64 ? lpl_gradient_f64(l, dw, lddw, db, report, x0, ldx, x1, ldx, batch)
                            : lpl_gradient(l, dw, lddw, db, report, x0, ldx, x1, ldx, batch);
}

lpl_status_t typed_layer_read(int dtype, const lpl_layer_t *l, void *dst, size_t n, int32_t state) {
    return dtype == LPL_F64 ? lpl_layer_read_f64(l, dst, n, state) : lpl_layer_read(l, dst, n, state);
}

lpl_status_t typed_layer_write(int dtype, lpl_layer_t *l, const void *src, size_t n, int32_t state) {
    return dtype == LPL_F64 ? lpl_layer_write_f64(l, src, n, state) : lpl_layer_write(l, src, n, state);
}

lpl_status_t typed_optim_step(int dtype, const lpl_optim_config_t *cfg, void *w, void *m, void *v, const void *g,
                              size_t n, uint64_t t) {
    return dtype == LPL_F64 ? lpl_optim_step_f64(cfg, w, m, v, g, n, t) : lpl_optim_step(cfg, w, m, v, g, n, t);
}

lpl_status_t typed_metric(int dtype, double *out, int32_t metric, const void *x, const void *x2, const int32_t *y,
                          size_t n, size_t d) {
    return dtype == LPL_F64 ? lpl_metric_f64(out, metric, x, d, x2, d, y, n, d)
                            : lpl_metric(out, metric, x, d, x2, d, y, n, d);
}

lpl_status_t typed_metric_classes(int dtype, double *out, size_t n_out, int32_t metric, const void *x, const int32_t *y,
                                  size_t n, size_t d, size_t n_classes) {
    return dtype == LPL_F64 ? lpl_metric_classes_f64(out, n_out, metric, x, d, y, n, d, n_classes)
                            : lpl_metric_classes(out, n_out, metric, x, d, y, n, d, n_classes);
}

lpl_status_t typed_readout_fit(int dtype, const lpl_readout_config_t *cfg, void *w, void *bias, double *epoch_loss,
                               const void *x, const int32_t *y, size_t n, size_t d) {
    return dtype == LPL_F64 ? lpl_readout_fit_f64(cfg, w, d, bias, epoch_loss, x, d, y, n, d)
                            : lpl_readout_fit(cfg, w, d, bias, epoch_loss, x, d, y, n, d);
}

lpl_status_t typed_readout_predict(int dtype, void *logits, double *accuracy, const void *w, const void *bias,
                                   const void *x, const int32_t *y, size_t n, size_t d, size_t n_classes) {
    return dtype == LPL_F64 ? lpl_readout_predict_f64(logits, n_classes, accuracy, w, d, bias, x, d, y, n, d, n_classes)
                            : lpl_readout_predict(logits, n_classes, accuracy, w, d, bias, x, d, y, n, d, n_classes);
}
