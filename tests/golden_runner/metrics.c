/* tests/golden_runner/metrics.c - group metrics: representation metrics through lpl_metric and lpl_metric_classes. */
#include "golden.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

static const struct {
    const char *name;
    int metric;
    int needs_y, needs_x2;
} scalars[] = {{"participation_ratio", LPL_METRIC_PARTICIPATION_RATIO, 0, 0},
               {"cosine_cross_class_mean", LPL_METRIC_COSINE_CROSS_CLASS, 1, 0},
               {"cosine_within_class_mean", LPL_METRIC_COSINE_WITHIN_CLASS, 1, 0},
               {"manifold_class_correlation", LPL_METRIC_MANIFOLD_CORRELATION, 1, 0},
               {"manifold_mean_class_radius_over_global", LPL_METRIC_MANIFOLD_RADIUS, 1, 0},
               {"manifold_mean_class_dim", LPL_METRIC_MANIFOLD_DIM, 1, 0},
               {"manifold_global_radius", LPL_METRIC_GLOBAL_RADIUS, 0, 0},
               {"cosine_push_loss", LPL_METRIC_COSINE_PUSH, 0, 0},
               {"cosine_push_loss_labels", LPL_METRIC_COSINE_PUSH_LABELS, 1, 0},
               {"cosine_pull_loss", LPL_METRIC_COSINE_PULL, 0, 1},
               {"cosine_pull_loss_labels", LPL_METRIC_COSINE_PULL_LABELS, 1, 1},
               {"cosine_push_to_centroid_loss", LPL_METRIC_PUSH_TO_CENTROID, 0, 0},
               {"uniform_loss_t2", LPL_METRIC_UNIFORMITY, 0, 0},
               {"kl_divergence_to_standard_gaussian", LPL_METRIC_KL_GAUSSIAN, 0, 0},
               {"mean_abs_logvar", LPL_METRIC_ABS_LOGVAR, 0, 0},
               {"radial_push", LPL_METRIC_RADIAL_PUSH, 0, 0},
               {"sparse_filtering_loss", LPL_METRIC_SPARSE_FILTERING, 0, 0}};

static const struct {
    const char *name;
    int metric;
    int squared; /* n_classes x n_classes, else n_classes */
} arrays[] = {{"class_radii", LPL_METRIC_CLASS_RADII, 0},
              {"centroid_spreads", LPL_METRIC_CENTROID_SPREADS, 0},
              {"class_dims", LPL_METRIC_CLASS_DIMS, 0},
              {"class_correlation_matrix", LPL_METRIC_CLASS_CORRELATION, 1}};

static void run(golden_case_t *c, int dtype, const npy_t *x, const npy_t *x2, const int32_t *y, size_t n_classes) {
    const size_t n = x->shape[0], d = x->shape[1];
    void *a = typed_from(dtype, x), *a2 = x2->data != NULL ? typed_from(dtype, x2) : NULL;
    double *out = golden_doubles(n_classes * n_classes);
    /* Means of cosines, and differences of terms near 1, may cancel: their rounding is an absolute amount. */
    const golden_tolerance_t scalar = {.rel64 = 1e-10, .floor64 = 64 * DBL_EPSILON, .floor32 = 8 * (double)FLT_EPSILON};
    const golden_tolerance_t array = {.rel64 = 1e-9};
    for (size_t k = 0; k < sizeof scalars / sizeof scalars[0]; k++) {
        double got = 0;
        if (!golden_wants(c, scalars[k].name)) {
            continue;
        }
        if ((scalars[k].needs_y && y == NULL) || (scalars[k].needs_x2 && a2 == NULL)) {
            golden_fail(c, "%s needs %s, which is missing", scalars[k].name,
                        scalars[k].needs_y && y == NULL ? "y.npy" : "X2.npy");
            continue;
        }
        lpl_status_t status = typed_metric(dtype, &got, scalars[k].metric, a, a2, y, n, d);
        if (status == LPL_E_ARG && isnan(golden_number(c, scalars[k].name, 0))) {
            got = (double)NAN; /* 0/0 in the reference, "undefined" here: they agree */
            status = LPL_OK;
        }
        if (golden_ok(c, status, scalars[k].name)) {
            golden_compare_scalar(c, scalars[k].name, dtype, got, &scalar);
        }
    }
    for (size_t k = 0; k < sizeof arrays / sizeof arrays[0]; k++) {
        const size_t n_out = arrays[k].squared ? n_classes * n_classes : n_classes;
        if (!golden_wants(c, arrays[k].name)) {
            continue;
        }
        if (y == NULL) {
            golden_fail(c, "%s needs y.npy, which is missing", arrays[k].name);
        } else if (golden_ok(c, typed_metric_classes(dtype, out, n_out, arrays[k].metric, a, y, n, d, n_classes),
                             arrays[k].name)) {
            golden_compare(c, arrays[k].name, dtype, out, n_out, &array);
        }
    }
    free(a);
    free(a2);
    free(out);
}

void golden_metrics(golden_case_t *c) {
    npy_t x = {0}, x2 = {0}, labels = {0};
    int32_t *y = NULL;
    size_t n_classes = 0;
    (void)golden_word(c, "kind");
    if (golden_input(c, "X", 2, &x) && golden_array(c, "X2", 0, &x2) >= 0 && golden_array(c, "y", 0, &labels) >= 0) {
        if (labels.data != NULL) {
            y = npy_to_i32(&labels);
            for (size_t i = 0; y != NULL && i < labels.count; i++) {
                n_classes = y[i] >= 0 && (size_t)y[i] + 1 > n_classes ? (size_t)y[i] + 1 : n_classes;
            }
        }
        const double stated = golden_number(c, "classes", (double)n_classes);
        if (golden_count(c, "N", x.shape[0]) != x.shape[0] || golden_count(c, "D", x.shape[1]) != x.shape[1] ||
            (labels.data != NULL &&
             (y == NULL || labels.count != x.shape[0] || !(stated >= (double)n_classes) || stated > 1e6)) ||
            (x2.data != NULL && (x2.n_dims != 2 || x2.shape[0] != x.shape[0] || x2.shape[1] != x.shape[1]))) {
            golden_fail(c, "X and X2 must be N x D and y must hold N labels, as in scalars.csv");
        }
        n_classes = (size_t)stated;
        if (c->status == GOLDEN_PASSED) {
            run(c, LPL_F64, &x, &x2, y, n_classes);
            run(c, LPL_F32, &x, &x2, y, n_classes);
        }
    }
    free(y);
    npy_free(&x);
    npy_free(&x2);
    npy_free(&labels);
}
