/* metrics/moments.c - measures of single units and samples: distance to N(0, 1), radial push, sparseness,
 * selectivity. */
#include <math.h>

#include "metrics/metrics.h"

static const double floor_var = 1e-4; /* added to variances and norms, as in the published code */

/* LPL_METRIC_KL_GAUSSIAN and LPL_METRIC_ABS_LOGVAR, with v = log(var_i + 1e-4). */
lpl_status_t lpli_metric_gaussian(lpli_metric_t *m, int32_t metric, double *out) {
    if (m->n < 2) return lpli_fail(LPL_E_ARG, m->fn, "n = %zu: the unbiased variance needs n >= 2", m->n);
    double *mean = lpli_metric_take(m, m->d, sizeof *mean), *var = lpli_metric_take(m, m->d, sizeof *var);
    double *row = lpli_metric_take(m, m->d, sizeof *row);
    if (!mean || !var || !row) return lpli_metric_no_memory(m, m->d);
    lpli_rows_mean(&m->x, lpli_metric_all(m), mean, row);
    lpli_row_map_t centred = {.centre = mean, .scale = 1};
    for (size_t b = 0; b < m->n; b++) {
        lpli_rows_load(&m->x, lpli_metric_all(m), b, 1, &centred, row);
        for (size_t i = 0; i < m->d; i++) var[i] += row[i] * row[i];
    }
    double s = 0;
    for (size_t i = 0; i < m->d; i++) {
        double floored = var[i] / (double)(m->n - 1) + floor_var, v = log(floored);
        s += metric == LPL_METRIC_KL_GAUSSIAN ? -0.5 * (1 + v - mean[i] * mean[i] - floored) : fabs(v);
    }
    *out = s / (double)m->d;
    return LPL_OK;
}

lpl_status_t lpli_metric_radial_push(lpli_metric_t *m, double *out) {
    double *mean = lpli_metric_take(m, m->d, sizeof *mean), *row = lpli_metric_take(m, m->d, sizeof *row), s = 0;
    if (!mean || !row) return lpli_metric_no_memory(m, m->d);
    lpli_rows_mean(&m->x, lpli_metric_all(m), mean, row);
    lpli_row_map_t centred = {.centre = mean, .scale = 1};
    for (size_t b = 0; b < m->n; b++) {
        lpli_rows_load(&m->x, lpli_metric_all(m), b, 1, &centred, row);
        double l1 = 0, l2 = 0;
        for (size_t j = 0; j < m->d; j++) {
            l1 += fabs(row[j]);
            l2 += row[j] * row[j];
        }
        s += -1 / (l1 + floor_var) + 1 / (sqrt(l2) + floor_var);
    }
    *out = s / (double)m->n;
    return LPL_OK;
}

/* Columns, then rows divided by their L2 norms (at least 1e-12, as in u_b); mean over rows of the L1 norm: 1 (one unit)
 * .. sqrt(d) (all alike). */
lpl_status_t lpli_metric_sparse_filtering(lpli_metric_t *m, double *out) {
    double *norm = lpli_metric_take(m, m->d, sizeof *norm), *row = lpli_metric_take(m, m->d, sizeof *row), s = 0;
    if (!norm || !row) return lpli_metric_no_memory(m, m->d);
    for (size_t b = 0; b < m->n; b++) {
        lpli_rows_load(&m->x, lpli_metric_all(m), b, 1, NULL, row);
        for (size_t j = 0; j < m->d; j++) norm[j] += row[j] * row[j];
    }
    for (size_t j = 0; j < m->d; j++) norm[j] = fmax(sqrt(norm[j]), 1e-12); /* a dead unit stays 0 */
    for (size_t b = 0; b < m->n; b++) {
        lpli_rows_load(&m->x, lpli_metric_all(m), b, 1, NULL, row);
        double l1 = 0, l2 = 0;
        for (size_t j = 0; j < m->d; j++) {
            double v = row[j] / norm[j];
            l1 += fabs(v);
            l2 += v * v;
        }
        s += l1 / fmax(sqrt(l2), 1e-12);
    }
    *out = s / (double)m->n;
    return LPL_OK;
}

/* |mean of class 1 - mean of class 0| / (max - min), one unit (theory 3.2, 3.5). */
lpl_status_t lpli_metric_selectivity(lpli_metric_t *m, double *out) {
    if (m->d != 1)
        return lpli_fail(LPL_E_SIZE, m->fn, "d = %zu: selectivity is of one unit, need d = 1 (and ldx = its stride)",
                         m->d);
    for (size_t k = 0; k < m->n_classes; k++)
        if (lpli_metric_label(m, k) > 1)
            return lpli_fail(LPL_E_ARG, m->fn, "y[%zu] = %d, need 0 or 1 for selectivity", m->order[m->start[k]],
                             lpli_metric_label(m, k));
    if (m->n_classes != 2)
        return lpli_fail(LPL_E_ARG, m->fn, "y: class %d has no samples, selectivity needs both",
                         1 - lpli_metric_label(m, 0));
    double mean[2], value, low = 0, high = 0;
    for (size_t b = 0; b < m->n; b++) {
        lpli_rows_load(&m->x, lpli_metric_all(m), b, 1, NULL, &value);
        low = b == 0 || value < low ? value : low;
        high = b == 0 || value > high ? value : high;
    }
    if (!(high > low)) return lpli_fail(LPL_E_ARG, m->fn, "x: all values are equal (%g), so selectivity is 0/0", low);
    for (size_t k = 0; k < 2; k++) lpli_rows_mean(&m->x, lpli_metric_class(m, k), &mean[k], &value);
    *out = fabs(mean[1] - mean[0]) / (high - low);
    return LPL_OK;
}
