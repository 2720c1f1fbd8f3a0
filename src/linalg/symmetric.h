/* linalg/symmetric.h - symmetric matrices in double, row-major without gaps: Cholesky factor, solutions with it,
 * eigenvalues and eigenvectors. In place, in the caller's memory; products through gemm.h, so any number of threads
 * gives the same bits. */
#ifndef LPLI_SYMMETRIC_H
#define LPLI_SYMMETRIC_H

#include "linalg/gemm.h"

/* A (n x n) = L L': L into the lower triangle of a, what is above it is undefined. work: n doubles. Returns n, or the
 * first row whose pivot is not above rounding (4 n DBL_EPSILON of its diagonal element): A is not positive definite in
 * double. NaN is no pivot. */
size_t lpli_cholesky(const lpli_gemm_t *g, double *a, size_t n, double *work, int32_t threads);

/* log det A from its factor. */
double lpli_cholesky_log_det(const double *l, size_t n);

/* X (n x m, ldx >= m) becomes A^-1 X, from the factor L of A. */
void lpli_cholesky_solve(const lpli_gemm_t *g, const double *l, size_t n, double *x, size_t m, size_t ldx,
                         int32_t threads);
/* Its two halves: L^-1 X and L'^-1 X. */
void lpli_cholesky_forward(const lpli_gemm_t *g, const double *l, size_t n, double *x, size_t m, size_t ldx,
                           int32_t threads);
void lpli_cholesky_backward(const lpli_gemm_t *g, const double *l, size_t n, double *x, size_t m, size_t ldx,
                            int32_t threads);

/* Eigenvalues of A (n x n, symmetric, finite, best near 1 in size), the largest first, into values; A is overwritten.
 * vectors: n x n, row k the unit eigenvector of values[k], its largest element positive (of equally large ones the
 * first); or NULL. work: 3 n doubles. Householder's tridiagonal form, then implicit QL. Returns 0 if QL does not come
 * to rest (60 turns for one value). Cost 4/3 n^3 multiply-adds, with vectors about 6 n^3. */
int lpli_eigen(double *a, size_t n, double *values, double *vectors, double *work);

#endif
