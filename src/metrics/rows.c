/* metrics/rows.c - the host's rows as blocks of doubles, their mean, scale and Gram moments; classes; temporary
 * memory. */
#include <math.h>
#include <stdlib.h>

#include "metrics/metrics.h"

enum {
    BLOCK_ROWS = 256,         /* most rows of a block */
    BLOCK_ELEMENTS = 1 << 20, /* and its most elements (8 MiB), unless a single row has more */
    GRAM_FEATURES = 4096      /* d x d Gram matrices up to 128 MiB; beyond, blocks of the n x n one */
};

/* ---- temporary memory ---- */
void *lpli_metric_take(lpli_metric_t *m, size_t count, size_t elem) {
    if (m->n_taken == LPLI_METRIC_ARRAYS || count > PTRDIFF_MAX / elem) return NULL;
    void *p = calloc(count ? count : 1, elem);
    if (p) m->taken[m->n_taken++] = p;
    return p;
}

lpl_status_t lpli_metric_no_memory(const lpli_metric_t *m, size_t count) {
    return lpli_fail(LPL_E_MEMORY, m->fn, "no memory for a temporary array of %zu elements", count);
}

void lpli_metric_release(lpli_metric_t *m, size_t kept) {
    while (m->n_taken > kept) free(m->taken[--m->n_taken]);
}

/* ---- classes ---- */
lpli_row_set_t lpli_metric_all(const lpli_metric_t *m) { return (lpli_row_set_t){NULL, m->n}; }

typedef struct labelled_t {
    int32_t label;
    size_t row;
} labelled_t;

static int by_label(const void *pa, const void *pb) {
    const labelled_t *a = pa, *b = pb;
    if (a->label != b->label) return a->label < b->label ? -1 : 1;
    return a->row < b->row ? -1 : a->row > b->row;
}

lpl_status_t lpli_metric_index(lpli_metric_t *m) {
    labelled_t *sorted = lpli_metric_take(m, m->n, sizeof *sorted);
    m->class_of = lpli_metric_take(m, m->n, sizeof *m->class_of);
    m->order = lpli_metric_take(m, m->n, sizeof *m->order);
    m->start = lpli_metric_take(m, m->n + 1, sizeof *m->start);
    if (!sorted || !m->class_of || !m->order || !m->start) return lpli_metric_no_memory(m, m->n);
    for (size_t b = 0; b < m->n; b++) sorted[b] = (labelled_t){m->y[b], b};
    qsort(sorted, m->n, sizeof *sorted, by_label);
    m->n_classes = 0;
    for (size_t p = 0; p < m->n; p++) {
        if (p == 0 || sorted[p].label != sorted[p - 1].label) m->start[m->n_classes++] = p;
        m->order[p] = sorted[p].row;
        m->class_of[sorted[p].row] = m->n_classes - 1;
    }
    m->start[m->n_classes] = m->n;
    return LPL_OK;
}

lpli_row_set_t lpli_metric_class(const lpli_metric_t *m, size_t k) {
    return (lpli_row_set_t){m->order + m->start[k], m->start[k + 1] - m->start[k]};
}

int lpli_metric_label(const lpli_metric_t *m, size_t k) { return (int)m->y[m->order[m->start[k]]]; }

/* ---- rows ---- */
size_t lpli_metric_block(size_t n, size_t d) {
    size_t rows = BLOCK_ELEMENTS / (d ? d : 1);
    if (rows > BLOCK_ROWS) rows = BLOCK_ROWS;
    if (rows > n) rows = n;
    return rows ? rows : 1;
}

static void load_row(const lpli_rows_t *x, size_t b, const lpli_row_map_t *map, double *dst) {
    size_t d = x->d;
    if (x->f32) {
        const float *row = x->f32 + b * x->ld;
        for (size_t j = 0; j < d; j++) dst[j] = row[j];
    } else {
        const double *row = x->f64 + b * x->ld;
        for (size_t j = 0; j < d; j++) dst[j] = row[j];
    }
    if (!map) return;
    if (map->centre)
        for (size_t j = 0; j < d; j++) dst[j] -= map->centre[j];
    if (map->scale != 1)
        for (size_t j = 0; j < d; j++) dst[j] *= map->scale;
    if (map->unit) {
        double s = 0;
        for (size_t j = 0; j < d; j++) s += dst[j] * dst[j];
        s = sqrt(s);
        if (s < map->floor) s = map->floor;
        for (size_t j = 0; j < d; j++) dst[j] /= s;
    }
}

void lpli_rows_load(const lpli_rows_t *x, lpli_row_set_t set, size_t first, size_t count, const lpli_row_map_t *map,
                    double *dst) {
    for (size_t r = 0; r < count; r++) load_row(x, set.index ? set.index[first + r] : first + r, map, dst + r * x->d);
}

/* Around the first row: so an offset costs no accuracy, and equal rows give differences of exactly 0. */
void lpli_rows_mean(const lpli_rows_t *x, lpli_row_set_t set, double *mean, double *row) {
    size_t d = x->d, first = set.index ? set.index[0] : 0;
    for (size_t j = 0; j < d; j++) mean[j] = 0;
    for (size_t r = 1; r < set.n; r++) {
        lpli_rows_load(x, set, r, 1, NULL, row);
        if (x->f32)
            for (size_t j = 0; j < d; j++) mean[j] += row[j] - (double)x->f32[first * x->ld + j];
        else
            for (size_t j = 0; j < d; j++) mean[j] += row[j] - x->f64[first * x->ld + j];
    }
    lpli_rows_load(x, set, 0, 1, NULL, row);
    for (size_t j = 0; j < d; j++) mean[j] = row[j] + mean[j] / (double)set.n;
}

double lpli_rows_scale(const lpli_rows_t *x, lpli_row_set_t set, const double *centre, double *row) {
    lpli_row_map_t map = {.centre = centre, .scale = 1};
    double largest = 0;
    for (size_t r = 0; r < set.n; r++) {
        lpli_rows_load(x, set, r, 1, &map, row);
        for (size_t j = 0; j < x->d; j++) largest = fabs(row[j]) > largest ? fabs(row[j]) : largest;
    }
    if (largest == 0) return 0;
    int e;
    frexp(largest, &e);
    return ldexp(1, e < -1000 ? 1000 : -e);
}

/* ---- Gram moments: with R the mapped rows, |R'R|_F = |R R'|_F ---- */
static double sum_of_squares(const double *p, size_t n) {
    double s = 0;
    for (size_t k = 0; k < n; k++) s += p[k] * p[k];
    return s;
}

lpl_status_t lpli_rows_gram(lpli_metric_t *m, const lpli_rows_t *x, lpli_row_set_t set, const lpli_row_map_t *map,
                            double *trace, double *sumsq) {
    size_t d = x->d, step = lpli_metric_block(set.n, d), kept = m->n_taken;
    int by_features = d <= set.n && d <= GRAM_FEATURES;
    size_t n_gram = by_features ? d * d : step * step;
    double *a = lpli_metric_take(m, step * d, sizeof *a);
    double *b = by_features ? a : lpli_metric_take(m, step * d, sizeof *b);
    double *gram = lpli_metric_take(m, n_gram, sizeof *gram);
    if (!a || !b || !gram) return lpli_metric_no_memory(m, step * d > n_gram ? step * d : n_gram);
    double tr = 0, sq = 0;
    for (size_t i = 0; i < set.n; i += step) {
        size_t ni = set.n - i < step ? set.n - i : step;
        lpli_rows_load(x, set, i, ni, map, a);
        tr += sum_of_squares(a, ni * d);
        if (by_features) {
            lpli_gemm_f64(&m->gemm, 1, 0, d, d, ni, 1, a, d, a, d, 1, gram, d, 1);
            continue;
        }
        for (size_t j = i; j < set.n; j += step) {
            size_t nj = set.n - j < step ? set.n - j : step;
            if (j > i) lpli_rows_load(x, set, j, nj, map, b);
            lpli_gemm_f64(&m->gemm, 0, 1, ni, nj, d, 1, a, d, j > i ? b : a, d, 0, gram, nj, 1);
            sq += (j > i ? 2 : 1) * sum_of_squares(gram, ni * nj);
        }
    }
    *trace = tr;
    *sumsq = by_features ? sum_of_squares(gram, d * d) : sq;
    lpli_metric_release(m, kept);
    return LPL_OK;
}
