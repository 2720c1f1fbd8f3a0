/* metrics/sfa.c - slow features in closed form (lpl/metrics.h, lpl_sfa): C0 v = mu (D + ridge I) v. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "linalg/symmetric.h"
#include "metrics/metrics.h"

/* S = L^-1 S L'^-1 for a symmetric S, both triangles. */
static void whiten(const lpli_gemm_t *g, const double *l, double *s, size_t d) {
    for (int side = 0; side < 2; side++) {
        lpli_cholesky_forward(g, l, d, s, d, d, 1);
        for (size_t i = 0; i < d; i++)
            for (size_t j = 0; j < i; j++) {
                const double x = s[i * d + j];
                s[i * d + j] = s[j * d + i];
                s[j * d + i] = x;
            }
    }
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < i; j++) s[i * d + j] = s[j * d + i] = (s[i * d + j] + s[j * d + i]) / 2;
}

/* Means over the rows of both sides, and a power of two that brings what is left near 1. 0: all rows are equal. */
static double centre(lpli_metric_t *m, double *mean, double *other, double *row) {
    const lpli_row_set_t all = lpli_metric_all(m);
    lpli_rows_mean(&m->x, all, mean, row);
    lpli_rows_mean(&m->x2, all, other, row);
    for (size_t j = 0; j < m->d; j++) mean[j] += (other[j] - mean[j]) / 2;
    const double a = lpli_rows_scale(&m->x, all, mean, row), b = lpli_rows_scale(&m->x2, all, mean, row);
    return a == 0 ? b : b == 0 || a < b ? a : b;
}

/* C0 and D (d x d, zero before), of the scaled data. */
static void moments(lpli_metric_t *m, const lpli_row_map_t *map, double *c0, double *change, double *a, double *b) {
    const size_t n = m->n, d = m->d, step = lpli_metric_block(n, d);
    for (size_t first = 0; first < n; first += step) {
        const size_t rows = n - first < step ? n - first : step;
        lpli_rows_load(&m->x, lpli_metric_all(m), first, rows, map, a);
        lpli_rows_load(&m->x2, lpli_metric_all(m), first, rows, map, b);
        lpli_gemm_f64(&m->gemm, 1, 0, d, d, rows, 0.5 / (double)n, a, d, a, d, 1, c0, d, 1);
        lpli_gemm_f64(&m->gemm, 1, 0, d, d, rows, 0.5 / (double)n, b, d, b, d, 1, c0, d, 1);
        for (size_t k = 0; k < rows * d; k++) b[k] -= a[k];
        lpli_gemm_f64(&m->gemm, 1, 0, d, d, rows, 0.5 / (double)n, b, d, b, d, 1, change, d, 1);
    }
}

lpl_status_t lpli_metric_sfa(lpli_metric_t *m, double *w, size_t ldw, double *mu, size_t n_features, double ridge) {
    const size_t d = m->d, step = lpli_metric_block(m->n, d);
    const int addressed = d <= PTRDIFF_MAX / sizeof(double) / d;
    double *mean = lpli_metric_take(m, d, sizeof *mean), *values = lpli_metric_take(m, d, sizeof *values),
           *work = lpli_metric_take(m, 3 * d, sizeof *work);
    double *c0 = addressed ? lpli_metric_take(m, d * d, sizeof *c0) : NULL,
           *change = c0 ? lpli_metric_take(m, d * d, sizeof *change) : NULL,
           *vectors = change && w ? lpli_metric_take(m, d * d, sizeof *vectors) : NULL,
           *a = change ? lpli_metric_take(m, step * d, sizeof *a) : NULL,
           *b = a ? lpli_metric_take(m, step * d, sizeof *b) : NULL;
    if (!mean || !values || !work || !b || (w && !vectors)) return lpli_metric_no_memory(m, d * d);
    const lpli_row_map_t map = {.centre = mean, .scale = centre(m, mean, values, work)};
    const double s = map.scale, scaled = ridge > 0 ? s * s * ridge : 0; /* of rows near 1e-160 s * s overflows */
    if (s == 0) return lpli_fail(LPL_E_ARG, m->fn, "x0 and x1: all rows are equal, nothing varies");
    if (!(scaled <= 1e300))
        return lpli_fail(LPL_E_ARG, m->fn, "ridge = %g: what varies in x0 and x1 is nothing beside it", ridge);
    moments(m, &map, c0, change, a, b);
    for (size_t j = 0; j < d; j++) change[j * d + j] += scaled;
    const size_t stuck = lpli_cholesky(&m->gemm, change, d, work, 1);
    if (stuck < d)
        return lpli_fail(LPL_E_ARG, m->fn,
                         "x1 - x0: feature %zu changes by no more than the ones before it tell, so something does not "
                         "change at all and is infinitely slow; need a ridge > 0 (it is %g)",
                         stuck, ridge);
    whiten(&m->gemm, change, c0, d);
    if (!lpli_eigen(c0, d, values, vectors, work))
        return lpli_fail(LPL_E_NONFINITE, m->fn, "the eigenvalues of x0 and x1 are not found: values too large");
    for (size_t i = 0; w && i < d; i++) /* vectors into columns */
        for (size_t j = 0; j < d; j++) c0[j * d + i] = vectors[i * d + j];
    if (w) lpli_cholesky_backward(&m->gemm, change, d, c0, d, d, 1);
    for (size_t k = 0; k < n_features; k++) {
        size_t at = 0;
        for (size_t j = 1; w && j < d; j++)
            if (fabs(c0[j * d + k]) > fabs(c0[at * d + k])) at = j;
        if (w && !(values[k] > 4 * (double)d * DBL_EPSILON * values[0]))
            return lpli_fail(LPL_E_ARG, m->fn, "n_features = %zu: x0 and x1 vary in %zu directions only", n_features,
                             k);
        mean[k] = w ? (c0[at * d + k] < 0 ? -s : s) / sqrt(values[k]) : 0; /* from here on what v is scaled by */
        if (!(values[k] <= DBL_MAX) || (w && !(fabs(mean[k] * c0[at * d + k]) <= DBL_MAX)))
            return lpli_fail(LPL_E_NONFINITE, m->fn, "feature %zu: mu = %g, or its weights, are too large", k,
                             values[k]);
    }
    for (size_t k = 0; k < n_features; k++) {
        for (size_t j = 0; w && j < d; j++) w[k * ldw + j] = mean[k] * c0[j * d + k];
        if (mu) mu[k] = values[k] > 0 ? values[k] : 0;
    }
    return LPL_OK;
}
