/* linalg/vector_kernel.c - see vector.h. */
#include "linalg/vector.h"

#define VEC_LANES (LPLI_VEC_BYTES / sizeof(real))
#define VECS (128 / LPLI_VEC_BYTES) /* registers that make up the lanes of one row */
#define ROWS (LPLI_VEC_BYTES / 16)  /* rows at a time: 8 registers of sums in every instruction set */
#define LOAD(p) (*(const lpli_vec *)(const void *)(p))

/* The last elements of a row (fewer than LPLI_LANES, so that element j + k belongs to lane k), then the tree over lanes. */
static inline real finish(real *lane, const real *w, const real *x, size_t rest) {
    for (size_t k = 0; k < rest; k++) lane[k] += w[k] * x[k];
    for (size_t half = LPLI_LANES / 2; half > 0; half /= 2)
        for (size_t k = 0; k < half; k++) lane[k] += lane[k + half];
    return lane[0];
}

/* rows <= ROWS is a constant at every call: all sums stay in registers while the rows share the loads of x. */
static inline __attribute__((always_inline)) void some_rows(real *out, const real *w, size_t ldw, const real *x, size_t n, const size_t rows) {
    lpli_vec sum[ROWS][VECS];
    size_t j = 0;
#pragma GCC unroll 4
    for (size_t r = 0; r < rows; r++)
#pragma GCC unroll 8
        for (size_t q = 0; q < VECS; q++) sum[r][q] = (lpli_vec){0};
    for (; j + LPLI_LANES <= n; j += LPLI_LANES) {
#pragma GCC unroll 8
        for (size_t q = 0; q < VECS; q++) {
            const lpli_vec xq = LOAD(x + j + q * VEC_LANES);
#pragma GCC unroll 4
            for (size_t r = 0; r < rows; r++) sum[r][q] += LOAD(w + r * ldw + j + q * VEC_LANES) * xq;
        }
    }
    for (size_t r = 0; r < rows; r++) {
        real lane[LPLI_LANES];
        memcpy(lane, sum[r], sizeof lane);
        out[r] = finish(lane, w + r * ldw + j, x + j, n - j);
    }
}

void K(lpli_dots)(real *out, const real *w, size_t ldw, size_t rows, const real *x, size_t n) {
    size_t r = 0;
    if (n <= 2) { /* the lanes that would be added are zero */
        for (; r < rows; r++) out[r] = n == 2 ? w[r * ldw] * x[0] + w[r * ldw + 1] * x[1] : n == 1 ? w[r * ldw] * x[0] : 0;
        return;
    }
    for (; r + ROWS <= rows; r += ROWS) some_rows(out + r, w + r * ldw, ldw, x, n, ROWS);
    for (; r < rows; r++) some_rows(out + r, w + r * ldw, ldw, x, n, 1);
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
