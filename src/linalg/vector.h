/* linalg/vector.h - inner products and row updates: the kernels under small products and the stream step. */
#ifndef LPLI_VECTOR_H
#define LPLI_VECTOR_H

#include "core/kernel.h"

/* out[r] = sum_j w[r*ldw + j] x[j] for r < rows. Each sum runs over two lpli_vec of lanes, whatever rows is. */
LPLI_KERNEL(void, lpli_dots, (real * out, const real *w, size_t ldw, size_t rows, const real *x, size_t n));

/* y[j] = keep y[j] + s x[j] (keep = 1: exactly y + s x). */
LPLI_KERNEL(void, lpli_axpby, (real * y, const real *x, size_t n, real keep, real s));

/* y[j] = ((y[j] + s[0] x[j]) + s[1] x[ldx + j]) + ..., row after row. */
LPLI_KERNEL(void, lpli_add_rows, (real * y, const real *x, size_t ldx, size_t rows, size_t n, const real *s));

/* lpli_axpby for rows of w, each with its own factors: w[r*ldw + j] = keep[r] w[r*ldw + j] + s[r] x[j]; a row with keep
 * 1 and s 0 is left alone. Elements as far behind each as ahead says are fetched into L1 on the way: the stream step
 * visits them soon. ahead may be 0. */
LPLI_KERNEL(void, lpli_update_rows,
            (real * w, size_t ldw, size_t rows, const real *x, size_t n, const real *keep, const real *s,
             size_t ahead));

/* sum_j (a_j - b_j)^2 and sum_j a_j^2, in double. */
LPLI_KERNEL(double, lpli_sqdiff, (const real *a, const real *b, size_t n));
LPLI_KERNEL(double, lpli_sumsq, (const real *a, size_t n));

/* sum[0] += sum_j |w_j - old_j|, sum[1] += sum_j |old_j|; n is a piece, whose sums are formed in lanes of real. If old
 * is NULL the step is made here, with the bits of lpli_update_rows: w from before is old, keep w + s x is w. */
LPLI_KERNEL(void, lpli_add_change,
            (double sum[2], const real *old, real *w, const real *x, size_t n, real keep, real s));

/* Largest magnitude of n elements (0 for none); infinity or NaN where there is one, NaN above infinity. */
LPLI_KERNEL(real, lpli_highest, (const real *p, size_t n));
/* The same of rows x cols elements with leading dimension ld. */
real R(lpli_highest_of)(int32_t isa, const real *p, size_t rows, size_t cols, size_t ld);

#endif
