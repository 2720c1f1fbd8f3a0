/* metrics/series.c - measures of rows that are in an order: slowness in time, modulation over the phases of a cycle. */
#include <math.h>

#include "metrics/metrics.h"

/* A power of two that brings the largest |x - mean| of each unit near 1, so that no square over- or underflows. */
static lpl_status_t find_scales(lpli_metric_t *m, const double *mean, double *scale, double *row) {
    const lpli_row_map_t centred = {.centre = mean, .scale = 1};
    for (size_t i = 0; i < m->d; i++) scale[i] = 0;
    for (size_t t = 0; t < m->n; t++) {
        lpli_rows_load(&m->x, lpli_metric_all(m), t, 1, &centred, row);
        for (size_t i = 0; i < m->d; i++) scale[i] = fmax(scale[i], fabs(row[i]));
    }
    for (size_t i = 0; i < m->d; i++) {
        int e;
        if (scale[i] == 0)
            return lpli_fail(LPL_E_ARG, m->fn, "x: unit %zu has the same value in all %zu rows, so its slowness is 0/0",
                             i, m->n);
        frexp(scale[i], &e);
        scale[i] = ldexp(1, e < -1000 ? 1000 : -e);
    }
    return LPL_OK;
}

/* m->y: labels of scenes, or NULL. */
lpl_status_t lpli_metric_slowness(lpli_metric_t *m, size_t lag, double *out) {
    const size_t n = m->n, d = m->d;
    const lpli_row_set_t all = lpli_metric_all(m);
    double *mean = lpli_metric_take(m, d, sizeof *mean), *var = lpli_metric_take(m, d, sizeof *var);
    double *row = lpli_metric_take(m, d, sizeof *row), *past = lpli_metric_take(m, d, sizeof *past);
    double *scale = lpli_metric_take(m, d, sizeof *scale);
    size_t start = 0, pairs = 0;
    if (!mean || !var || !row || !past || !scale) return lpli_metric_no_memory(m, d);
    lpli_rows_mean(&m->x, all, mean, row);
    LPLI_TRY(find_scales(m, mean, scale, row));
    const lpli_row_map_t centred = {.centre = mean, .scale = 1};
    for (size_t i = 0; i < d; i++) out[i] = 0;
    for (size_t t = 0; t < n; t++) {
        lpli_rows_load(&m->x, all, t, 1, &centred, row);
        for (size_t i = 0; i < d; i++) var[i] += row[i] * scale[i] * (row[i] * scale[i]);
        if (t > 0 && m->y && m->y[t] != m->y[t - 1]) start = t;
        if (t - start < lag) continue;
        lpli_rows_load(&m->x, all, t - lag, 1, &centred, past);
        for (size_t i = 0; i < d; i++) {
            const double change = (row[i] - past[i]) * scale[i];
            out[i] += change * change;
        }
        pairs++;
    }
    if (pairs == 0) return lpli_fail(LPL_E_ARG, m->fn, "lag = %zu: no scene has more rows than that (n = %zu)", lag, n);
    for (size_t i = 0; i < d; i++) out[i] = out[i] / (double)pairs / (2 * var[i] / (double)(n - 1));
    return LPL_OK;
}

/* m->x2: the blank, one row, or none. */
lpl_status_t lpli_metric_modulation(lpli_metric_t *m, double *f0, double *f1) {
    const size_t n = m->n, d = m->d;
    const double turn = 8 * atan(1);
    double *mean = lpli_metric_take(m, d, sizeof *mean), *row = lpli_metric_take(m, d, sizeof *row);
    double *sine = lpli_metric_take(m, d, sizeof *sine);
    if (!mean || !row || !sine) return lpli_metric_no_memory(m, d);
    lpli_rows_mean(&m->x, lpli_metric_all(m), mean, row);
    for (size_t i = 0; i < d; i++) f1[i] = 0;
    const lpli_row_map_t centred = {.centre = mean, .scale = 1}; /* a large mean costs no accuracy */
    for (size_t k = 0; k < n; k++) {
        const double angle = turn * (double)k / (double)n, c = cos(angle), s = sin(angle);
        lpli_rows_load(&m->x, lpli_metric_all(m), k, 1, &centred, row);
        for (size_t i = 0; i < d; i++) f1[i] += c * row[i], sine[i] += s * row[i];
    }
    for (size_t i = 0; i < d; i++) f1[i] = 2 / (double)n * hypot(f1[i], sine[i]);
    if (m->x2.f32 || m->x2.f64)
        lpli_rows_load(&m->x2, (lpli_row_set_t){NULL, 1}, 0, 1, NULL, row);
    else
        for (size_t i = 0; i < d; i++) row[i] = 0;
    for (size_t i = 0; i < d; i++) f0[i] = mean[i] - row[i];
    return LPL_OK;
}
