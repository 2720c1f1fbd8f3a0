/* linalg/vector_kernel.c - see vector.h. */
#include "linalg/vector.h"

/* One row: two vectors of lanes, then the remaining elements into the first lanes. */
static inline real dot_end(lpli_vec s0, const lpli_vec *s1, const real *w, const real *x, size_t j, size_t n) {
    s0 += *s1;
    real t[LPLI_LANES];
    memcpy(t, &s0, sizeof t);
    for (size_t k = 0; j < n; j++, k = (k + 1) % LPLI_LANES) t[k] += w[j] * x[j];
    memcpy(&s0, t, sizeof t);
    return lpli_lane_sum(&s0);
}

#define LOAD(p) (*(const lpli_vec *)(const void *)(p))

void K(lpli_dots)(real *out, const real *w, size_t ldw, size_t rows, const real *x, size_t n) {
    const size_t L = LPLI_LANES;
    size_t r = 0;
    if (n < 2 * L) { /* short rows: the same lanes, without vectors */
        for (; r < rows; r++) {
            const real *wr = w + r * ldw;
            real t[LPLI_LANES] = {0};
            for (size_t j = 0; j < n; j++) t[j % LPLI_LANES] += wr[j] * x[j];
            if (n <= 2) {
                out[r] = t[0] + t[1]; /* the tree adds zeros only */
                continue;
            }
            lpli_vec v;
            memcpy(&v, t, sizeof t);
            out[r] = lpli_lane_sum(&v);
        }
        return;
    }
    for (; r + 4 <= rows; r += 4) { /* four rows share the loads of x */
        const real *w0 = w + r * ldw, *w1 = w0 + ldw, *w2 = w1 + ldw, *w3 = w2 + ldw;
        lpli_vec a0 = {0}, a1 = {0}, b0 = {0}, b1 = {0}, c0 = {0}, c1 = {0}, d0 = {0}, d1 = {0};
        size_t j = 0;
        for (; j + 2 * L <= n; j += 2 * L) {
            lpli_vec x0 = LOAD(x + j), x1 = LOAD(x + j + L);
            a0 += LOAD(w0 + j) * x0;
            a1 += LOAD(w0 + j + L) * x1;
            b0 += LOAD(w1 + j) * x0;
            b1 += LOAD(w1 + j + L) * x1;
            c0 += LOAD(w2 + j) * x0;
            c1 += LOAD(w2 + j + L) * x1;
            d0 += LOAD(w3 + j) * x0;
            d1 += LOAD(w3 + j + L) * x1;
        }
        out[r] = dot_end(a0, &a1, w0, x, j, n);
        out[r + 1] = dot_end(b0, &b1, w1, x, j, n);
        out[r + 2] = dot_end(c0, &c1, w2, x, j, n);
        out[r + 3] = dot_end(d0, &d1, w3, x, j, n);
    }
    for (; r < rows; r++) {
        const real *w0 = w + r * ldw;
        lpli_vec a0 = {0}, a1 = {0};
        size_t j = 0;
        for (; j + 2 * L <= n; j += 2 * L) {
            a0 += LOAD(w0 + j) * LOAD(x + j);
            a1 += LOAD(w0 + j + L) * LOAD(x + j + L);
        }
        out[r] = dot_end(a0, &a1, w0, x, j, n);
    }
}

void K(lpli_axpby)(real *y, const real *x, size_t n, real keep, real s) {
    if (keep == 1)
        for (size_t j = 0; j < n; j++) y[j] = y[j] + s * x[j];
    else
        for (size_t j = 0; j < n; j++) y[j] = keep * y[j] + s * x[j];
}

/* Eight lanes of double: the fixed width of sums that are reported or compared. */
#define WIDTH 8
static inline double sum8(const double t[WIDTH]) {
    return ((t[0] + t[4]) + (t[2] + t[6])) + ((t[1] + t[5]) + (t[3] + t[7]));
}

double K(lpli_sqdiff)(const real *a, const real *b, size_t n) {
    double t[WIDTH] = {0};
    size_t j = 0;
    for (; j + WIDTH <= n; j += WIDTH)
        for (size_t k = 0; k < WIDTH; k++) {
            double d = (double)a[j + k] - (double)b[j + k];
            t[k] += d * d;
        }
    for (size_t k = 0; j < n; j++, k++) {
        double d = (double)a[j] - (double)b[j];
        t[k] += d * d;
    }
    return sum8(t);
}

double K(lpli_sumsq)(const real *a, size_t n) {
    double t[WIDTH] = {0};
    size_t j = 0;
    for (; j + WIDTH <= n; j += WIDTH)
        for (size_t k = 0; k < WIDTH; k++) t[k] += (double)a[j + k] * (double)a[j + k];
    for (size_t k = 0; j < n; j++, k++) t[k] += (double)a[j] * (double)a[j];
    return sum8(t);
}
