/* metrics/metrics_real.c - lpl_metric and lpl_metric_classes: check the arguments, then compute in double. */
#include <string.h>

#include "core/cpu.h"
#include "core/real.h"
#include "metrics/metrics.h"

/* Squares of squares may overflow where squares do not. */
static lpl_status_t check_result(const double *v, size_t n, const char *fn) {
    for (size_t k = 0; k < n; k++)
        if (!isfinite(v[k])) return lpli_fail(LPL_E_NONFINITE, fn, "the result would be %g: x is too large", v[k]);
    return LPL_OK;
}

/* Larger values (float64 only) have squares that may overflow. */
#define LARGEST 1e150

static lpl_status_t check_values(const real *x, size_t ldx, size_t n, size_t d, const char *fn, const char *name) {
    for (size_t b = 0; b < n; b++) {
        for (size_t j = 0; j < d; j++) {
            double v = x[b * ldx + j];
            if (!isfinite(v))
                return lpli_fail(LPL_E_NONFINITE, fn, "%s: row %zu, column %zu is %g, need finite numbers", name, b, j,
                                 v);
            if (fabs(v) > LARGEST)
                return lpli_fail(LPL_E_ARG, fn,
                                 "%s: row %zu, column %zu is %g, need magnitudes <= %g (their squares are needed)",
                                 name, b, j, v, LARGEST);
        }
    }
    return LPL_OK;
}

static lpl_status_t check_labels(const int32_t *y, size_t n, size_t n_classes, const char *fn) {
    if (!y) return lpli_fail(LPL_E_NULL, fn, "y = NULL, need %zu labels", n);
    for (size_t b = 0; b < n; b++) {
        if (y[b] < 0) return lpli_fail(LPL_E_ARG, fn, "y[%zu] = %d, need >= 0", b, (int)y[b]);
        if ((size_t)y[b] >= n_classes)
            return lpli_fail(LPL_E_ARG, fn, "y[%zu] = %d, need 0 .. %zu", b, (int)y[b], n_classes - 1);
    }
    return LPL_OK;
}

static lpl_status_t check_data(const real *x, size_t ldx, size_t n, size_t d, const char *fn, const char *name) {
    LPLI_TRY(lpli_check_matrix(x, n, d, ldx, sizeof(real), fn, name));
    return check_values(x, ldx, n, d, fn, name);
}

static lpli_rows_t rows_of(const real *x, size_t ldx, size_t n, size_t d) {
#ifdef LPLI_F64
    return (lpli_rows_t){.f64 = x, .ld = ldx, .n = n, .d = d};
#else
    return (lpli_rows_t){.f32 = x, .ld = ldx, .n = n, .d = d};
#endif
}

static lpli_metric_t begin(const char *fn, const real *x, size_t ldx, size_t n, size_t d, const int32_t *y) {
    lpli_metric_t m;
    memset(&m, 0, sizeof m);
    m.fn = fn;
    m.x = rows_of(x, ldx, n, d);
    m.y = y;
    m.n = n;
    m.d = d;
    lpli_gemm_init(&m.gemm, lpli_isa_best(), 0);
    return m;
}

static int needs_labels(int32_t metric) {
    switch (metric) {
    case LPL_METRIC_COSINE_CROSS_CLASS:
    case LPL_METRIC_COSINE_WITHIN_CLASS:
    case LPL_METRIC_MANIFOLD_CORRELATION:
    case LPL_METRIC_MANIFOLD_RADIUS:
    case LPL_METRIC_MANIFOLD_DIM:
    case LPL_METRIC_COSINE_PUSH_LABELS:
    case LPL_METRIC_COSINE_PULL_LABELS:
    case LPL_METRIC_SELECTIVITY: return 1;
    default: return 0;
    }
}

static int needs_second(int32_t metric) {
    return metric == LPL_METRIC_COSINE_PULL || metric == LPL_METRIC_COSINE_PULL_LABELS;
}

lpl_status_t PUB(lpl_metric)(double *out, int32_t metric, const real *x, size_t ldx, const real *x2, size_t ldx2,
                             const int32_t *y, size_t n, size_t d) {
    const char *fn = "lpl_metric";
    if (!out) return lpli_fail(LPL_E_NULL, fn, "out = NULL, need a place for the value");
    LPLI_TRY(lpli_check_enum(metric, LPL_METRIC_SELECTIVITY, fn, "metric"));
    LPLI_TRY(lpli_check_size(n, 1, PTRDIFF_MAX, fn, "n"));
    LPLI_TRY(lpli_check_size(d, 1, PTRDIFF_MAX, fn, "d"));
    LPLI_TRY(check_data(x, ldx, n, d, fn, "x"));
    if (needs_second(metric)) LPLI_TRY(check_data(x2, ldx2, n, d, fn, "x2"));
    if (needs_labels(metric)) LPLI_TRY(check_labels(y, n, SIZE_MAX, fn));
    lpli_metric_t m = begin(fn, x, ldx, n, d, y);
    m.x2 = rows_of(x2, ldx2, n, d);
    lpl_status_t status = needs_labels(metric) ? lpli_metric_index(&m) : LPL_OK;
    double value = 0;
    if (status == LPL_OK) status = lpli_metric_scalar(&m, metric, &value);
    lpli_metric_release(&m, 0);
    if (status == LPL_OK) status = check_result(&value, 1, fn);
    if (status == LPL_OK) *out = value;
    return status;
}

lpl_status_t PUB(lpl_metric_classes)(double *out, size_t n_out, int32_t metric, const real *x, size_t ldx,
                                     const int32_t *y, size_t n, size_t d, size_t n_classes) {
    const char *fn = "lpl_metric_classes";
    LPLI_TRY(lpli_check_enum(metric, LPL_METRIC_CLASS_CORRELATION, fn, "metric"));
    LPLI_TRY(lpli_check_size(n, 1, PTRDIFF_MAX, fn, "n"));
    LPLI_TRY(lpli_check_size(d, 1, PTRDIFF_MAX, fn, "d"));
    LPLI_TRY(lpli_check_size(n_classes, 1, n, fn, "n_classes"));
    size_t across = metric == LPL_METRIC_CLASS_CORRELATION ? n_classes : 1;
    LPLI_TRY(lpli_check_matrix(out, n_classes, across, across, sizeof *out, fn, "out"));
    LPLI_TRY(lpli_check_size(n_out, n_classes * across, n_classes * across, fn, "n_out"));
    LPLI_TRY(check_data(x, ldx, n, d, fn, "x"));
    LPLI_TRY(check_labels(y, n, n_classes, fn));
    LPLI_TRY(lpli_check_apart(out, 1, n_out * sizeof *out, n_out * sizeof *out, x, n, d * sizeof *x, ldx * sizeof *x, 1,
                              fn, "out and x"));
    lpli_metric_t m = begin(fn, x, ldx, n, d, y);
    double *values = lpli_metric_take(&m, n_out, sizeof *values);
    lpl_status_t status = values ? lpli_metric_index(&m) : lpli_metric_no_memory(&m, n_out);
    if (status == LPL_OK) status = lpli_metric_array(&m, metric, values, n_classes);
    if (status == LPL_OK) status = check_result(values, n_out, fn);
    if (status == LPL_OK) memcpy(out, values, n_out * sizeof *out);
    lpli_metric_release(&m, 0);
    return status;
}

lpl_status_t PUB(lpl_sfa)(double *w, size_t ldw, double *mu, const real *x0, size_t ldx0, const real *x1, size_t ldx1,
                          size_t n, size_t d, size_t n_features, double ridge) {
    static const char fn[] = "lpl_sfa";
    const size_t e = sizeof *x0, K = n_features;
    if (!w && !mu) return lpli_fail(LPL_E_NULL, fn, "w and mu are NULL, need a place for one of them");
    LPLI_TRY(lpli_check_size(n, 1, PTRDIFF_MAX, fn, "n"));
    LPLI_TRY(lpli_check_size(d, 1, PTRDIFF_MAX, fn, "d"));
    LPLI_TRY(lpli_check_size(K, 1, d, fn, "n_features"));
    LPLI_TRY(lpli_check_finite(ridge, 0, DBL_MAX, fn, "ridge"));
    LPLI_TRY(check_data(x0, ldx0, n, d, fn, "x0"));
    LPLI_TRY(check_data(x1, ldx1, n, d, fn, "x1"));
    const struct {
        double *p;
        size_t rows, cols, ld;
        const char *name[2];
    } out[2] = {{w, K, d, ldw, {"w and x0", "w and x1"}}, {mu, 1, K, K, {"mu and x0", "mu and x1"}}};
    for (int k = 0; k < 2; k++) { /* counted in bytes, for the types may differ */
        const size_t cols = out[k].cols * sizeof(double), ld = out[k].ld * sizeof(double);
        if (!out[k].p) continue;
        LPLI_TRY(lpli_check_matrix(out[k].p, out[k].rows, out[k].cols, out[k].ld, sizeof(double), fn, k ? "mu" : "w"));
        LPLI_TRY(lpli_check_apart(out[k].p, out[k].rows, cols, ld, x0, n, d * e, ldx0 * e, 1, fn, out[k].name[0]));
        LPLI_TRY(lpli_check_apart(out[k].p, out[k].rows, cols, ld, x1, n, d * e, ldx1 * e, 1, fn, out[k].name[1]));
    }
    if (w && mu) LPLI_TRY(lpli_check_apart(w, K, d, ldw, mu, 1, K, K, sizeof *w, fn, "w and mu"));
    lpli_metric_t m = begin(fn, x0, ldx0, n, d, NULL);
    m.x2 = rows_of(x1, ldx1, n, d);
    const lpl_status_t status = lpli_metric_sfa(&m, w, ldw, mu, K, ridge);
    lpli_metric_release(&m, 0);
    return status;
}

/* Values into a place of their own first: on error the caller's are as they were. */
lpl_status_t PUB(lpl_slowness)(double *out, const real *x, size_t ldx, const int32_t *scene, size_t n, size_t d,
                               size_t lag) {
    const char *fn = "lpl_slowness";
    LPLI_TRY(lpli_check_size(n, 2, PTRDIFF_MAX, fn, "n"));
    LPLI_TRY(lpli_check_size(d, 1, PTRDIFF_MAX, fn, "d"));
    LPLI_TRY(lpli_check_size(lag, 1, n - 1, fn, "lag"));
    LPLI_TRY(lpli_check_matrix(out, 1, d, d, sizeof *out, fn, "out"));
    LPLI_TRY(check_data(x, ldx, n, d, fn, "x"));
    LPLI_TRY(lpli_check_apart(out, 1, d * sizeof *out, d * sizeof *out, x, n, d * sizeof *x, ldx * sizeof *x, 1, fn,
                              "out and x"));
    lpli_metric_t m = begin(fn, x, ldx, n, d, scene);
    double *values = lpli_metric_take(&m, d, sizeof *values);
    lpl_status_t status = values ? lpli_metric_slowness(&m, lag, values) : lpli_metric_no_memory(&m, d);
    if (status == LPL_OK) status = check_result(values, d, fn);
    if (status == LPL_OK) memcpy(out, values, d * sizeof *out);
    lpli_metric_release(&m, 0);
    return status;
}

lpl_status_t PUB(lpl_modulation)(double *f0, double *f1, const real *x, size_t ldx, const real *blank, size_t n,
                                 size_t d) {
    const char *fn = "lpl_modulation";
    LPLI_TRY(lpli_check_size(n, 3, PTRDIFF_MAX, fn, "n"));
    LPLI_TRY(lpli_check_size(d, 1, PTRDIFF_MAX, fn, "d"));
    LPLI_TRY(lpli_check_matrix(f0, 1, d, d, sizeof *f0, fn, "f0"));
    LPLI_TRY(lpli_check_matrix(f1, 1, d, d, sizeof *f1, fn, "f1"));
    LPLI_TRY(check_data(x, ldx, n, d, fn, "x"));
    if (blank) LPLI_TRY(check_data(blank, d, 1, d, fn, "blank"));
    LPLI_TRY(lpli_check_apart(f0, 1, d, d, f1, 1, d, d, sizeof *f0, fn, "f0 and f1"));
    for (int k = 0; k < 2; k++) {
        double *f = k ? f1 : f0;
        LPLI_TRY(lpli_check_apart(f, 1, d * sizeof *f, d * sizeof *f, x, n, d * sizeof *x, ldx * sizeof *x, 1, fn,
                                  k ? "f1 and x" : "f0 and x"));
        if (blank)
            LPLI_TRY(lpli_check_apart(f, 1, d * sizeof *f, d * sizeof *f, blank, 1, d * sizeof *x, d * sizeof *x, 1, fn,
                                      k ? "f1 and blank" : "f0 and blank"));
    }
    lpli_metric_t m = begin(fn, x, ldx, n, d, NULL);
    if (blank) m.x2 = rows_of(blank, d, 1, d);
    double *values = lpli_metric_take(&m, 2 * d, sizeof *values);
    lpl_status_t status = values ? lpli_metric_modulation(&m, values, values + d) : lpli_metric_no_memory(&m, 2 * d);
    if (status == LPL_OK) status = check_result(values, 2 * d, fn);
    if (status == LPL_OK) memcpy(f0, values, d * sizeof *f0);
    if (status == LPL_OK) memcpy(f1, values + d, d * sizeof *f1);
    lpli_metric_release(&m, 0);
    return status;
}
