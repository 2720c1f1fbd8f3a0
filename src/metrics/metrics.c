/* metrics/metrics.c - from checked arguments to the numbers: which function computes which metric. */
#include "metrics/metrics.h"

static double mean_of(const double *v, size_t n) {
    double s = 0;
    for (size_t k = 0; k < n; k++) s += v[k];
    return s / (double)n;
}

/* The scalars that are means of an array over classes. */
static lpl_status_t mean_over_classes(lpli_metric_t *m, int32_t metric, double *out) {
    size_t K = m->n_classes, count = metric == LPL_METRIC_MANIFOLD_CORRELATION ? K * K : K;
    if (metric == LPL_METRIC_MANIFOLD_CORRELATION && K < 2)
        return lpli_fail(LPL_E_ARG, m->fn, "y: only class %d has samples, need two classes for a correlation",
                         lpli_metric_label(m, 0));
    double *v = K <= PTRDIFF_MAX / K ? lpli_metric_take(m, count, sizeof *v) : NULL;
    if (!v) return lpli_metric_no_memory(m, count);
    if (metric == LPL_METRIC_MANIFOLD_DIM) {
        LPLI_TRY(lpli_metric_class_dims(m, v));
        *out = mean_of(v, K);
    } else if (metric == LPL_METRIC_MANIFOLD_RADIUS) {
        double global;
        LPLI_TRY(lpli_metric_radii(m, v, NULL, &global));
        if (!(global > 0))
            return lpli_fail(LPL_E_ARG, m->fn, "x: all rows are equal, so the global radius is 0 and the ratio 0/0");
        *out = mean_of(v, K) / global;
    } else {
        double s = 0;
        LPLI_TRY(lpli_metric_correlation(m, v));
        for (size_t k = 0; k < K; k++)
            for (size_t l = k + 1; l < K; l++) s += v[k * K + l];
        *out = s / ((double)K * (double)(K - 1) / 2);
    }
    return LPL_OK;
}

lpl_status_t lpli_metric_scalar(lpli_metric_t *m, int32_t metric, double *out) {
    switch (metric) {
    case LPL_METRIC_PARTICIPATION_RATIO: return lpli_metric_participation(m, lpli_metric_all(m), out);
    case LPL_METRIC_COSINE_CROSS_CLASS:
    case LPL_METRIC_COSINE_WITHIN_CLASS: return lpli_metric_cosine(m, metric, out);
    case LPL_METRIC_MANIFOLD_CORRELATION:
    case LPL_METRIC_MANIFOLD_RADIUS:
    case LPL_METRIC_MANIFOLD_DIM: return mean_over_classes(m, metric, out);
    case LPL_METRIC_GLOBAL_RADIUS: return lpli_metric_radii(m, NULL, NULL, out);
    case LPL_METRIC_COSINE_PUSH: return lpli_metric_cosine_push(m, out);
    case LPL_METRIC_COSINE_PUSH_LABELS:
    case LPL_METRIC_UNIFORMITY: return lpli_metric_pairs(m, metric, out);
    case LPL_METRIC_COSINE_PULL: return lpli_metric_cosine_pull(m, out);
    case LPL_METRIC_COSINE_PULL_LABELS: return lpli_metric_cosine_pull_labels(m, out);
    case LPL_METRIC_PUSH_TO_CENTROID: return lpli_metric_push_to_centroid(m, out);
    case LPL_METRIC_KL_GAUSSIAN:
    case LPL_METRIC_ABS_LOGVAR: return lpli_metric_gaussian(m, metric, out);
    case LPL_METRIC_RADIAL_PUSH: return lpli_metric_radial_push(m, out);
    case LPL_METRIC_SPARSE_FILTERING: return lpli_metric_sparse_filtering(m, out);
    default: return lpli_metric_selectivity(m, out);
    }
}

/* Labels are below n_classes, so as many classes with samples as that means that none is empty. */
lpl_status_t lpli_metric_array(lpli_metric_t *m, int32_t metric, double *out, size_t n_classes) {
    if (m->n_classes != n_classes) {
        size_t k = 0;
        while (k < m->n_classes && (size_t)lpli_metric_label(m, k) == k) k++;
        return lpli_fail(LPL_E_ARG, m->fn, "y: class %zu has no samples, need at least one in each of 0 .. %zu", k,
                         n_classes - 1);
    }
    switch (metric) {
    case LPL_METRIC_CLASS_RADII: return lpli_metric_radii(m, out, NULL, NULL);
    case LPL_METRIC_CENTROID_SPREADS: return lpli_metric_radii(m, NULL, out, NULL);
    case LPL_METRIC_CLASS_DIMS: return lpli_metric_class_dims(m, out);
    default: return lpli_metric_correlation(m, out);
    }
}
