/* metrics/pairwise.c - measures over pairs of samples: cosines and their squares, uniformity. */
#include <math.h>

#include "metrics/metrics.h"

/* u_b = x_b / max(|x_b|, 1e-12) */
static const lpli_row_map_t unit_rows = {.scale = 1, .unit = 1, .floor = 1e-12};

static double dot(const double *a, const double *b, size_t d) {
    double s = 0;
    for (size_t j = 0; j < d; j++) s += a[j] * b[j];
    return s;
}

static double pairs_of(double n) { return n * (n - 1) / 2; }

static lpl_status_t need_pairs(const lpli_metric_t *m) {
    if (m->n >= 2) return LPL_OK;
    return lpli_fail(LPL_E_ARG, m->fn, "n = %zu: a mean over pairs of samples needs n >= 2", m->n);
}

static lpl_status_t need_cross_pairs(const lpli_metric_t *m) {
    if (m->n_classes >= 2) return LPL_OK;
    return lpli_fail(LPL_E_ARG, m->fn, "y: only class %d has samples, need two classes for pairs of different class",
                     lpli_metric_label(m, 0));
}

static lpl_status_t need_pairs_within(const lpli_metric_t *m, size_t k) {
    if (m->start[k + 1] - m->start[k] >= 2) return LPL_OK;
    return lpli_fail(LPL_E_ARG, m->fn,
                     "y: class %d has one sample, so it has no pairs; need >= 2 samples in each class that has any",
                     lpli_metric_label(m, k));
}

/* The sum of dot products over the pairs b < d of a set is (|sum_b u_b|^2 - sum_b |u_b|^2) / 2. This adds up both parts
 * for class k. */
static void class_sum(const lpli_metric_t *m, const lpli_rows_t *x, size_t k, const lpli_row_map_t *map, double *sum,
                      double *squares, double *row) {
    lpli_row_set_t set = lpli_metric_class(m, k);
    for (size_t j = 0; j < m->d; j++) sum[j] = 0;
    *squares = 0;
    for (size_t r = 0; r < set.n; r++) {
        lpli_rows_load(x, set, r, 1, map, row);
        for (size_t j = 0; j < m->d; j++) sum[j] += row[j];
        *squares += dot(row, row, m->d);
    }
}

/* A row equal to the mean has no direction. */
static lpl_status_t check_directions(const lpli_metric_t *m, const lpli_row_map_t *map, double *row) {
    lpli_row_map_t centred = *map;
    centred.unit = 0;
    for (size_t b = 0; b < m->n; b++) {
        lpli_rows_load(&m->x, lpli_metric_all(m), b, 1, &centred, row);
        if (!(dot(row, row, m->d) > 0))
            return lpli_fail(LPL_E_ARG, m->fn,
                             "x: row %zu equals the mean of all rows, so its cosine with another row is 0/0", b);
    }
    return LPL_OK;
}

/* LPL_METRIC_COSINE_CROSS_CLASS and _WITHIN_CLASS. */
lpl_status_t lpli_metric_cosine(lpli_metric_t *m, int32_t metric, double *out) {
    size_t d = m->d;
    int cross = metric == LPL_METRIC_COSINE_CROSS_CLASS;
    if (cross) LPLI_TRY(need_cross_pairs(m));
    double *mean = lpli_metric_take(m, d, sizeof *mean), *row = lpli_metric_take(m, d, sizeof *row);
    double *sum = lpli_metric_take(m, d, sizeof *sum), *total = lpli_metric_take(m, d, sizeof *total);
    if (!mean || !row || !sum || !total) return lpli_metric_no_memory(m, d);
    lpli_rows_mean(&m->x, lpli_metric_all(m), mean, row);
    lpli_row_map_t map = {.centre = mean, .scale = lpli_rows_scale(&m->x, lpli_metric_all(m), mean, row), .unit = 1};
    LPLI_TRY(check_directions(m, &map, row));
    double within = 0, squared_sums = 0, cross_pairs = pairs_of((double)m->n);
    for (size_t k = 0; k < m->n_classes; k++) {
        double squares, pairs = pairs_of((double)(m->start[k + 1] - m->start[k]));
        if (!cross) LPLI_TRY(need_pairs_within(m, k));
        class_sum(m, &m->x, k, &map, sum, &squares, row);
        double squared_sum = dot(sum, sum, d);
        for (size_t j = 0; j < d; j++) total[j] += sum[j];
        if (!cross) within += (squared_sum - squares) / 2 / pairs;
        squared_sums += squared_sum;
        cross_pairs -= pairs;
    }
    *out = cross ? (dot(total, total, d) - squared_sums) / 2 / cross_pairs : within / (double)m->n_classes;
    return LPL_OK;
}

lpl_status_t lpli_metric_cosine_pull(lpli_metric_t *m, double *out) {
    double *a = lpli_metric_take(m, m->d, sizeof *a), *b = lpli_metric_take(m, m->d, sizeof *b), s = 0;
    if (!a || !b) return lpli_metric_no_memory(m, m->d);
    for (size_t r = 0; r < m->n; r++) {
        lpli_rows_load(&m->x, lpli_metric_all(m), r, 1, &unit_rows, a);
        lpli_rows_load(&m->x2, lpli_metric_all(m), r, 1, &unit_rows, b);
        s += dot(a, b, m->d);
    }
    *out = -s / (double)m->n;
    return LPL_OK;
}

lpl_status_t lpli_metric_cosine_pull_labels(lpli_metric_t *m, double *out) {
    double *sum = lpli_metric_take(m, m->d, sizeof *sum), *row = lpli_metric_take(m, m->d, sizeof *row), s = 0;
    if (!sum || !row) return lpli_metric_no_memory(m, m->d);
    for (size_t k = 0; k < m->n_classes; k++) {
        LPLI_TRY(need_pairs_within(m, k));
        for (int view = 0; view < 2; view++) {
            double squares;
            class_sum(m, view ? &m->x2 : &m->x, k, &unit_rows, sum, &squares, row);
            s -= (dot(sum, sum, m->d) - squares) / 2 / pairs_of((double)(m->start[k + 1] - m->start[k])) / 2;
        }
    }
    *out = s;
    return LPL_OK;
}

/* Over ordered pairs b != d: all of |U U'|_F^2 but the diagonal. */
lpl_status_t lpli_metric_cosine_push(lpli_metric_t *m, double *out) {
    LPLI_TRY(need_pairs(m));
    double trace, sumsq, diagonal = 0, *row = lpli_metric_take(m, m->d, sizeof *row);
    if (!row) return lpli_metric_no_memory(m, m->d);
    LPLI_TRY(lpli_rows_gram(m, &m->x, lpli_metric_all(m), &unit_rows, &trace, &sumsq));
    for (size_t b = 0; b < m->n; b++) {
        lpli_rows_load(&m->x, lpli_metric_all(m), b, 1, &unit_rows, row);
        double s = dot(row, row, m->d);
        diagonal += s * s;
    }
    *out = sumsq > diagonal ? (sumsq - diagonal) / (2 * pairs_of((double)m->n)) : 0;
    return LPL_OK;
}

/* The sum over the pairs of one block of the Gram matrix of the u: rows i .. , columns j .. (i <= j); n_pairs counts
 * them. */
static double block_of_pairs(const lpli_metric_t *m, int32_t metric, const double *gram, size_t i, size_t ni, size_t j,
                             size_t nj, const double *square, double *n_pairs) {
    double s = 0;
    for (size_t p = 0; p < ni; p++) {
        for (size_t q = i == j ? p + 1 : 0; q < nj; q++) {
            double g = gram[p * nj + q];
            if (metric == LPL_METRIC_UNIFORMITY) {
                double apart = square[i + p] + square[j + q] - 2 * g; /* |u_b - u_d|^2 */
                s += exp(-2 * (apart > 0 ? apart : 0));
            } else if (m->class_of[i + p] != m->class_of[j + q]) {
                s += g * g;
            } else {
                continue;
            }
            *n_pairs += 1;
        }
    }
    return s;
}

/* LPL_METRIC_COSINE_PUSH_LABELS and LPL_METRIC_UNIFORMITY: these need each pair. */
lpl_status_t lpli_metric_pairs(lpli_metric_t *m, int32_t metric, double *out) {
    if (metric == LPL_METRIC_UNIFORMITY)
        LPLI_TRY(need_pairs(m));
    else
        LPLI_TRY(need_cross_pairs(m));
    size_t n = m->n, d = m->d, step = lpli_metric_block(n, d);
    double *a = lpli_metric_take(m, step * d, sizeof *a), *b = lpli_metric_take(m, step * d, sizeof *b);
    double *gram = lpli_metric_take(m, step * step, sizeof *gram), *square = lpli_metric_take(m, n, sizeof *square);
    if (!a || !b || !gram || !square) return lpli_metric_no_memory(m, step * d > n ? step * d : n);
    for (size_t r = 0; r < n; r++) {
        lpli_rows_load(&m->x, lpli_metric_all(m), r, 1, &unit_rows, a);
        square[r] = dot(a, a, d);
    }
    double s = 0, n_pairs = 0;
    for (size_t i = 0; i < n; i += step) {
        size_t ni = n - i < step ? n - i : step;
        lpli_rows_load(&m->x, lpli_metric_all(m), i, ni, &unit_rows, a);
        for (size_t j = i; j < n; j += step) {
            size_t nj = n - j < step ? n - j : step;
            if (j > i) lpli_rows_load(&m->x, lpli_metric_all(m), j, nj, &unit_rows, b);
            lpli_gemm_f64(&m->gemm, 0, 1, ni, nj, d, 1, a, d, j > i ? b : a, d, 0, gram, nj, 1);
            s += block_of_pairs(m, metric, gram, i, ni, j, nj, square, &n_pairs);
        }
    }
    *out = metric == LPL_METRIC_UNIFORMITY ? log(s / n_pairs) : s / n_pairs;
    return LPL_OK;
}

/* mean_b (u_b . k)^2, k the normalised mean of the u_b. */
lpl_status_t lpli_metric_push_to_centroid(lpli_metric_t *m, double *out) {
    double *centroid = lpli_metric_take(m, m->d, sizeof *centroid), *row = lpli_metric_take(m, m->d, sizeof *row),
           s = 0;
    if (!centroid || !row) return lpli_metric_no_memory(m, m->d);
    for (int pass = 0; pass < 2; pass++) {
        for (size_t b = 0; b < m->n; b++) {
            lpli_rows_load(&m->x, lpli_metric_all(m), b, 1, &unit_rows, row);
            if (pass == 0) {
                for (size_t j = 0; j < m->d; j++) centroid[j] += row[j];
            } else {
                double c = dot(row, centroid, m->d);
                s += c * c;
            }
        }
        if (pass == 1) break;
        double norm = sqrt(dot(centroid, centroid, m->d));
        if (!(norm > 0))
            return lpli_fail(LPL_E_ARG, m->fn,
                             "x: the unit-length rows add up to 0, so their centroid has no direction");
        for (size_t j = 0; j < m->d; j++) centroid[j] /= norm;
    }
    *out = s / (double)m->n;
    return LPL_OK;
}
