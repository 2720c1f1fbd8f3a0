/* metrics/manifold.c - participation ratio, and the geometry of classes: radius, spread, dimension, correlation of
 * centres. */
#include <math.h>

#include "metrics/metrics.h"

/* tr(C)^2 / |C|_F^2 = (sum of eigenvalues)^2 / sum of their squares (theory 4.5). Scale-free, so the data are brought
 * near 1. */
lpl_status_t lpli_metric_participation(lpli_metric_t *m, lpli_row_set_t set, double *out) {
    size_t kept = m->n_taken;
    double *mean = lpli_metric_take(m, m->d, sizeof *mean), *row = lpli_metric_take(m, m->d, sizeof *row);
    if (!mean || !row) return lpli_metric_no_memory(m, m->d);
    lpli_rows_mean(&m->x, set, mean, row);
    lpli_row_map_t map = {.centre = mean, .scale = lpli_rows_scale(&m->x, set, mean, row)};
    double trace = 0, sumsq = 0;
    if (map.scale != 0) LPLI_TRY(lpli_rows_gram(m, &m->x, set, &map, &trace, &sumsq));
    *out = sumsq > 0 ? trace * trace / sumsq : 0;
    lpli_metric_release(m, kept);
    return LPL_OK;
}

lpl_status_t lpli_metric_class_dims(lpli_metric_t *m, double *out) {
    for (size_t k = 0; k < m->n_classes; k++) LPLI_TRY(lpli_metric_participation(m, lpli_metric_class(m, k), &out[k]));
    return LPL_OK;
}

static double distance(const double *a, const double *b, size_t d) {
    double s = 0;
    for (size_t j = 0; j < d; j++) s += (a[j] - b[j]) * (a[j] - b[j]);
    return sqrt(s);
}

static double mean_distance(const lpli_metric_t *m, lpli_row_set_t set, const double *centre, double *row) {
    double s = 0;
    for (size_t r = 0; r < set.n; r++) {
        lpli_rows_load(&m->x, set, r, 1, NULL, row);
        s += distance(row, centre, m->d);
    }
    return s / (double)set.n;
}

lpl_status_t lpli_metric_radii(lpli_metric_t *m, double *radii, double *spreads, double *global) {
    double *mean = lpli_metric_take(m, m->d, sizeof *mean), *centre = lpli_metric_take(m, m->d, sizeof *centre);
    double *row = lpli_metric_take(m, m->d, sizeof *row);
    if (!mean || !centre || !row) return lpli_metric_no_memory(m, m->d);
    lpli_rows_mean(&m->x, lpli_metric_all(m), mean, row);
    if (global) *global = mean_distance(m, lpli_metric_all(m), mean, row);
    for (size_t k = 0; k < m->n_classes && (radii || spreads); k++) {
        lpli_row_set_t set = lpli_metric_class(m, k);
        lpli_rows_mean(&m->x, set, centre, row);
        if (radii) radii[k] = mean_distance(m, set, centre, row);
        if (spreads) spreads[k] = distance(centre, mean, m->d);
    }
    return LPL_OK;
}

/* out[k*K + l]: correlation over features of the class means k and l. */
lpl_status_t lpli_metric_correlation(lpli_metric_t *m, double *out) {
    size_t K = m->n_classes, d = m->d;
    double *centres = K <= PTRDIFF_MAX / sizeof(double) / d ? lpli_metric_take(m, K * d, sizeof *centres) : NULL;
    double *row = lpli_metric_take(m, d, sizeof *row);
    if (!centres || !row) return lpli_metric_no_memory(m, K * d);
    for (size_t k = 0; k < K; k++) {
        double *c = centres + k * d, mean = 0, norm = 0;
        lpli_rows_mean(&m->x, lpli_metric_class(m, k), c, row);
        for (size_t j = 1; j < d; j++) mean += c[j] - c[0]; /* around the first: equal features give exactly 0 */
        mean = c[0] + mean / (double)d;
        for (size_t j = 0; j < d; j++) c[j] -= mean;
        for (size_t j = 0; j < d; j++) norm = fabs(c[j]) > norm ? fabs(c[j]) : norm;
        if (norm == 0)
            return lpli_fail(
                LPL_E_ARG, m->fn,
                "x: the mean of class %d is the same in every feature, so it has no correlation with another",
                lpli_metric_label(m, k));
        for (size_t j = 0; j < d; j++) c[j] /= norm;
        norm = 0;
        for (size_t j = 0; j < d; j++) norm += c[j] * c[j];
        norm = sqrt(norm);
        for (size_t j = 0; j < d; j++) c[j] /= norm;
    }
    lpli_gemm_f64(&m->gemm, 0, 1, K, K, d, 1, centres, d, centres, d, 0, out, K, 1);
    return LPL_OK;
}
