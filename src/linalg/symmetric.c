/* linalg/symmetric.c - see symmetric.h. Loops run along rows, so that the compiler vectorises them; the bulk of the
 * Cholesky factor and of the solutions are matrix products. */
#include "linalg/symmetric.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { BLOCK = 64 };

static size_t block_of(size_t n, size_t k) { return n - k < BLOCK ? n - k : BLOCK; }

/* y += s x */
static void add(double *restrict y, const double *restrict x, size_t n, double s) {
    for (size_t j = 0; j < n; j++) y[j] += s * x[j];
}

/* ---- Cholesky ---- */

/* l_ij of row i, columns first .. last - 1, whose rows of L are known: forward substitution within a block. */
static void finish_row(double *row, const double *a, size_t n, size_t first, size_t last) {
    for (size_t j = first; j < last; j++) {
        double s = row[j];
        const double *l = a + j * n;
        for (size_t p = first; p < j; p++) s -= row[p] * l[p];
        row[j] = s / l[j];
    }
}

size_t lpli_cholesky(const lpli_gemm_t *g, double *a, size_t n, double *work, int32_t threads) {
    const double lost = 4 * (double)n * DBL_EPSILON;
    for (size_t i = 0; i < n; i++) work[i] = lost * a[i * n + i];
    for (size_t k = 0; k < n; k += BLOCK) {
        const size_t end = k + block_of(n, k), rest = n - end;
        for (size_t i = k; i < end; i++) {
            double *row = a + i * n, d = row[i];
            finish_row(row, a, n, k, i);
            for (size_t p = k; p < i; p++) d -= row[p] * row[p];
            if (!(d > work[i]) || !(d <= DBL_MAX)) return i;
            row[i] = sqrt(d);
        }
        for (size_t i = end; i < n; i++) finish_row(a + i * n, a, n, k, end);
        if (rest > 0) {
            const double *panel = a + end * n + k;
            lpli_gemm_f64(g, 0, 1, rest, rest, end - k, -1, panel, n, panel, n, 1, a + end * n + end, n, threads);
        }
    }
    return n;
}

double lpli_cholesky_log_det(const double *l, size_t n) {
    double s = 0;
    for (size_t i = 0; i < n; i++) s += log(l[i * n + i]);
    return 2 * s;
}

static void divide(double *x, size_t m, double by) {
    for (size_t j = 0; j < m; j++) x[j] /= by;
}

void lpli_cholesky_forward(const lpli_gemm_t *g, const double *l, size_t n, double *x, size_t m, size_t ldx,
                           int32_t threads) {
    for (size_t k = 0; k < n; k += BLOCK) {
        const size_t end = k + block_of(n, k);
        if (k > 0) lpli_gemm_f64(g, 0, 0, end - k, m, k, -1, l + k * n, n, x, ldx, 1, x + k * ldx, ldx, threads);
        for (size_t i = k; i < end; i++) {
            for (size_t p = k; p < i; p++) add(x + i * ldx, x + p * ldx, m, -l[i * n + p]);
            divide(x + i * ldx, m, l[i * n + i]);
        }
    }
}

void lpli_cholesky_backward(const lpli_gemm_t *g, const double *l, size_t n, double *x, size_t m, size_t ldx,
                            int32_t threads) {
    for (size_t k = (n - 1) / BLOCK * BLOCK;; k -= BLOCK) {
        const size_t end = k + block_of(n, k);
        if (end < n)
            lpli_gemm_f64(g, 1, 0, end - k, m, n - end, -1, l + end * n + k, n, x + end * ldx, ldx, 1, x + k * ldx, ldx,
                          threads);
        for (size_t i = end; i-- > k;) {
            for (size_t p = i + 1; p < end; p++) add(x + i * ldx, x + p * ldx, m, -l[p * n + i]);
            divide(x + i * ldx, m, l[i * n + i]);
        }
        if (k == 0) return;
    }
}

void lpli_cholesky_solve(const lpli_gemm_t *g, const double *l, size_t n, double *x, size_t m, size_t ldx,
                         int32_t threads) {
    lpli_cholesky_forward(g, l, n, x, m, ldx, threads);
    lpli_cholesky_backward(g, l, n, x, m, ldx, threads);
}

/* ---- eigenvalues ---- */

/* Householder: A = Q T Q', T tridiagonal with diagonal d and e[i] beside d[i] and d[i + 1]. Row k of a keeps the
 * reflector of step k behind its diagonal (v, from k + 1 on), work[k] its factor beta: I - beta v v'. */
static void tridiagonal(double *a, size_t n, double *d, double *e, double *beta, double *p) {
    for (size_t k = 0; k + 1 < n; k++) {
        double *v = a + k * n + k + 1, *rest = a + (k + 1) * n + k + 1, norm2 = 0, dot = 0;
        const size_t m = n - k - 1;
        d[k] = a[k * n + k];
        for (size_t j = 1; j < m; j++) norm2 += v[j] * v[j];
        beta[k] = 0;
        e[k] = v[0];
        if (norm2 == 0) continue;
        const double norm = sqrt(norm2 + v[0] * v[0]);
        e[k] = v[0] > 0 ? -norm : norm;
        v[0] -= e[k];
        beta[k] = 2 / (norm2 + v[0] * v[0]);
        for (size_t j = 0; j < m; j++) p[j] = 0;
        for (size_t i = 0; i < m; i++) add(p, rest + i * n, m, beta[k] * v[i]);
        for (size_t j = 0; j < m; j++) dot += p[j] * v[j];
        for (size_t j = 0; j < m; j++) p[j] -= beta[k] / 2 * dot * v[j];
        for (size_t i = 0; i < m; i++) {
            add(rest + i * n, p, m, -v[i]);
            add(rest + i * n, v, m, -p[i]);
        }
    }
    d[n - 1] = a[n * n - 1];
    e[n - 1] = 0;
}

/* Q' of the reflectors, row by row. */
static void reflectors(const double *a, size_t n, const double *beta, double *q, double *t) {
    memset(q, 0, n * n * sizeof *q);
    for (size_t i = 0; i < n; i++) q[i * n + i] = 1;
    for (size_t k = n - 1; k-- > 0;) { /* Q = H_0 H_1 ..., from the last one on */
        const double *v = a + k * n + k + 1;
        double *rest = q + (k + 1) * n + k + 1;
        const size_t m = n - k - 1;
        if (beta[k] == 0) continue;
        for (size_t j = 0; j < m; j++) t[j] = 0;
        for (size_t i = 0; i < m; i++) add(t, rest + i * n, m, beta[k] * v[i]);
        for (size_t i = 0; i < m; i++) add(rest + i * n, t, m, -v[i]);
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++) {
            const double x = q[i * n + j];
            q[i * n + j] = q[j * n + i];
            q[j * n + i] = x;
        }
}

static void turn(double *restrict x, double *restrict y, size_t n, double c, double s) {
    for (size_t j = 0; j < n; j++) {
        const double f = y[j];
        y[j] = s * x[j] + c * f;
        x[j] = c * x[j] - s * f;
    }
}

/* Implicit QL with Wilkinson's shift; rows of z turn along. What lies off the diagonal has gone where it is lost in the
 * rounding of its neighbours, or in that of the whole: a matrix of low rank (more units than samples) has a block of
 * nothing but rounding, whose elements never become small beside each other while large ones turn with them. */
static int ql(double *d, double *e, size_t n, double *z) {
    double norm = 0;
    for (size_t i = 0; i < n; i++) norm = fmax(norm, fabs(d[i]) + fabs(e[i]));
    for (size_t l = 0; l < n; l++)
        for (int turns = 0;; turns++) {
            size_t m = l, i;
            while (m + 1 < n && !(fabs(e[m]) <= DBL_EPSILON * fmax(fabs(d[m]) + fabs(d[m + 1]), norm))) m++;
            if (m == l) break;
            if (turns == 60) return 0;
            double g = (d[l + 1] - d[l]) / (2 * e[l]), r = hypot(g, 1), s = 1, c = 1, p = 0;
            g = d[m] - d[l] + e[l] / (g + (g < 0 ? -r : r));
            for (i = m; i-- > l;) {
                const double f = s * e[i], b = c * e[i];
                r = hypot(f, g);
                e[i + 1] = r;
                if (r == 0) {
                    d[i + 1] -= p;
                    e[m] = 0;
                    break;
                }
                s = f / r, c = g / r;
                g = d[i + 1] - p;
                r = (d[i] - g) * s + 2 * c * b;
                p = s * r;
                d[i + 1] = g + p;
                g = c * r - b;
                if (z) turn(z + i * n, z + (i + 1) * n, n, c, s);
            }
            if (i != SIZE_MAX && i + 1 > l && r == 0) continue; /* fell apart within */
            d[l] -= p;
            e[l] = g;
            e[m] = 0;
        }
    return 1;
}

int lpli_eigen(double *a, size_t n, double *values, double *vectors, double *work) {
    double *e = work, *beta = work + n, *p = work + 2 * n;
    tridiagonal(a, n, values, e, beta, p);
    if (vectors) reflectors(a, n, beta, vectors, p);
    if (!ql(values, e, n, vectors)) return 0;
    for (size_t k = 0; k < n; k++) { /* the largest first */
        size_t top = k, at = 0;
        for (size_t i = k + 1; i < n; i++)
            if (values[i] > values[top]) top = i;
        const double x = values[top];
        values[top] = values[k];
        values[k] = x;
        if (!vectors) continue;
        double *row = vectors + k * n, *other = vectors + top * n;
        for (size_t j = 0; j < n && top != k; j++) {
            const double y = row[j];
            row[j] = other[j];
            other[j] = y;
        }
        for (size_t j = 1; j < n; j++)
            if (fabs(row[j]) > fabs(row[at])) at = j;
        const double sign = row[at] < 0 ? -1 : 1;
        for (size_t j = 0; j < n; j++) row[j] *= sign;
    }
    return 1;
}
