/* linalg/vector_kernel.c - see vector.h. */
#include "linalg/vector.h"

#ifdef LPLI_SCALAR

#define ROWS 4

/* Lane after lane: its elements are LPLI_LANES apart. The sums of rows that share the loads of x stay in registers. */
static inline __attribute__((always_inline)) void some_rows(real *out, const real *w, size_t ldw, const real *x,
                                                            size_t n, const size_t rows) {
    real sum[ROWS][LPLI_LANES];
    for (size_t lane = 0; lane < LPLI_LANES; lane++) {
        real s[ROWS] = {0};
        for (size_t j = lane; j < n; j += LPLI_LANES)
            for (size_t r = 0; r < rows; r++) s[r] += w[r * ldw + j] * x[j];
        for (size_t r = 0; r < rows; r++) sum[r][lane] = s[r];
    }
    for (size_t r = 0; r < rows; r++) {
        for (size_t half = LPLI_LANES / 2; half > 0;
             half /= 2) /* the tree of the vectors: lane k + lane k + 16, then + 8, ... */
            for (size_t k = 0; k < half; k++) sum[r][k] += sum[r][k + half];
        out[r] = sum[r][0];
    }
}

#else

#define VEC_LANES (LPLI_VEC_BYTES / sizeof(real))
#define VECS (128 / LPLI_VEC_BYTES)                           /* registers that make up the lanes of one row */
#define ROWS (LPLI_VEC_BYTES == 64 ? 8 : LPLI_VEC_BYTES / 16) /* rows at a time: half of the registers hold sums */
#define LOAD(p) (*(const lpli_vec *)(const void *)(p))
#define STORE(p) (*(lpli_vec *)(void *)(p))

/* Sum of the lanes of one row: lane k + lane k + 16, then + 8, + 4, ... (float), whatever register holds them. */
static inline real tree(lpli_vec sum[VECS]) {
    typedef real quarter __attribute__((vector_size(16)));
    enum { QUARTERS = LPLI_VEC_BYTES / 16, IN_QUARTER = 16 / sizeof(real) };
    quarter t[QUARTERS];
#pragma GCC unroll 8
    for (size_t half = VECS / 2; half > 0; half /= 2)
#pragma GCC unroll 8
        for (size_t q = 0; q < half; q++) sum[q] += sum[q + half];
    memcpy(t, sum, sizeof t);
#pragma GCC unroll 2
    for (size_t half = QUARTERS / 2; half > 0; half /= 2)
#pragma GCC unroll 2
        for (size_t q = 0; q < half; q++) t[q] += t[q + half];
    return IN_QUARTER == 4 ? (t[0][0] + t[0][2 % IN_QUARTER]) + (t[0][1] + t[0][3 % IN_QUARTER]) : t[0][0] + t[0][1];
}

/* rows <= ROWS is a constant at every call: all sums stay in registers while the rows share the loads of x. The last
 * rest < VEC_LANES elements are padded with zeros (x_end is): a lane is never -0, so adding +0 leaves its bits
 * alone. */
static inline __attribute__((always_inline)) void some_rows(real *out, const real *w, size_t ldw, const real *x,
                                                            size_t n, size_t rest, const real *x_end,
                                                            const size_t rows) {
    lpli_vec sum[ROWS][VECS];
    size_t j = 0;
#pragma GCC unroll 8
    for (size_t r = 0; r < rows; r++)
#pragma GCC unroll 8
        for (size_t q = 0; q < VECS; q++) sum[r][q] = (lpli_vec){0};
    for (; j + LPLI_LANES <= n; j += LPLI_LANES) {
#pragma GCC unroll 8
        for (size_t q = 0; q < VECS; q++) {
            const lpli_vec xq = LOAD(x + j + q * VEC_LANES);
#pragma GCC unroll 8
            for (size_t r = 0; r < rows; r++) sum[r][q] += LOAD(w + r * ldw + j + q * VEC_LANES) * xq;
        }
    }
#pragma GCC unroll 8
    for (size_t q = 0; q < VECS;
         q++) { /* fewer than LPLI_LANES elements are left: whole registers, then the padded one */
        if (j + VEC_LANES <= n) {
            const lpli_vec xq = LOAD(x + j);
#pragma GCC unroll 8
            for (size_t r = 0; r < rows; r++) sum[r][q] += LOAD(w + r * ldw + j) * xq;
            j += VEC_LANES;
        } else if (rest > 0) {
#pragma GCC unroll 8
            for (size_t r = 0; r < rows; r++) {
                real w_end[VEC_LANES] = {0};
                memcpy(w_end, w + r * ldw + j, rest * sizeof(real));
                sum[r][q] += LOAD(w_end) * LOAD(x_end);
            }
            rest = 0;
        }
    }
#pragma GCC unroll 8
    for (size_t r = 0; r < rows; r++) out[r] = tree(sum[r]);
}

#endif

void K(lpli_dots)(real *out, const real *w, size_t ldw, size_t rows, const real *x, size_t n) {
    size_t r = 0;
    if (n <= 2) { /* the lanes that would be added are zero */
        for (; r < rows; r++)
            out[r] = n == 2 ? w[r * ldw] * x[0] + w[r * ldw + 1] * x[1] : n == 1 ? w[r * ldw] * x[0] : 0;
        return;
    }
#ifdef LPLI_SCALAR
    for (; r + ROWS <= rows; r += ROWS) some_rows(out + r, w + r * ldw, ldw, x, n, ROWS);
    for (; r < rows; r++) some_rows(out + r, w + r * ldw, ldw, x, n, 1);
#else
    const size_t rest = n % VEC_LANES;
    real x_end[VEC_LANES] = {0};
    memcpy(x_end, x + (n - rest), rest * sizeof(real));
    for (; r + ROWS <= rows; r += ROWS) some_rows(out + r, w + r * ldw, ldw, x, n, rest, x_end, ROWS);
    for (; r < rows; r++) some_rows(out + r, w + r * ldw, ldw, x, n, rest, x_end, 1);
#endif
}

void K(lpli_axpby)(real *y, const real *x, size_t n, real keep, real s) {
    if (keep == 1)
        for (size_t j = 0; j < n; j++) y[j] = y[j] + s * x[j];
    else
        for (size_t j = 0; j < n; j++) y[j] = keep * y[j] + s * x[j];
}

#ifndef LPLI_SCALAR
/* vecs registers of y, a constant at every call. */
static inline __attribute__((always_inline)) void add_rows(real *y, const real *x, size_t ldx, size_t rows,
                                                           const real *s, const size_t vecs) {
    lpli_vec sum[VECS];
#pragma GCC unroll 8
    for (size_t q = 0; q < vecs; q++) sum[q] = LOAD(y + q * VEC_LANES);
    for (size_t r = 0; r < rows; r++)
#pragma GCC unroll 8
        for (size_t q = 0; q < vecs; q++) sum[q] = sum[q] + s[r] * LOAD(x + r * ldx + q * VEC_LANES);
#pragma GCC unroll 8
    for (size_t q = 0; q < vecs; q++) STORE(y + q * VEC_LANES) = sum[q];
}
#endif

void K(lpli_add_rows)(real *y, const real *x, size_t ldx, size_t rows, size_t n, const real *s) {
    size_t j = 0;
#ifndef LPLI_SCALAR
    real end[VEC_LANES];
    const size_t rest = n > VEC_LANES ? n % VEC_LANES : 0, last = n - VEC_LANES;
    if (rest > 0) { /* a whole register at the end, of which the first elements are those of the others */
        memcpy(end, y + last, sizeof end);
        add_rows(end, x + last, ldx, rows, s, 1);
    }
    for (; j + LPLI_LANES <= n; j += LPLI_LANES) add_rows(y + j, x + j, ldx, rows, s, VECS);
    for (; j + VEC_LANES <= n; j += VEC_LANES) add_rows(y + j, x + j, ldx, rows, s, 1);
    if (rest > 0) {
        memcpy(y + last, end, sizeof end);
        return;
    }
#endif
    for (; j < n; j++) {
        real sum = y[j];
        for (size_t r = 0; r < rows; r++) sum = sum + s[r] * x[r * ldx + j];
        y[j] = sum;
    }
}

void K(lpli_update_rows)(real *w, size_t ldw, size_t rows, const real *x, size_t n, const real *keep, const real *s,
                         size_t ahead) {
    size_t r = 0;
#ifdef LPLI_SCALAR
    (void)ahead;
#else
    enum { GROUP = 4, LINE = 64 / sizeof(real) };
    for (; r + GROUP <= rows; r += GROUP) { /* these share the loads of x */
        real *w0 = w + r * ldw, *w1 = w0 + ldw, *w2 = w1 + ldw, *w3 = w2 + ldw;
        const real k0 = keep[r], k1 = keep[r + 1], k2 = keep[r + 2], k3 = keep[r + 3], s0 = s[r], s1 = s[r + 1],
                   s2 = s[r + 2], s3 = s[r + 3];
        const int idle = (k0 == 1 && s0 == 0) || (k1 == 1 && s1 == 0) || (k2 == 1 && s2 == 0) || (k3 == 1 && s3 == 0);
        size_t j = 0;
        if (idle) {
            for (size_t i = r; i < r + GROUP; i++)
                if (keep[i] != 1 || s[i] != 0) K(lpli_axpby)(w + i * ldw, x, n, keep[i], s[i]);
            continue;
        }
        for (; j + LINE <= n; j += LINE) {
            __builtin_prefetch(w0 + ahead + j); /* every second row; the processor's own prefetch finds the others */
            __builtin_prefetch(w2 + ahead + j);
#pragma GCC unroll 4
            for (size_t q = 0; q < LINE; q += VEC_LANES) {
                const lpli_vec xq = LOAD(x + j + q);
                STORE(w0 + j + q) = k0 * LOAD(w0 + j + q) + s0 * xq;
                STORE(w1 + j + q) = k1 * LOAD(w1 + j + q) + s1 * xq;
                STORE(w2 + j + q) = k2 * LOAD(w2 + j + q) + s2 * xq;
                STORE(w3 + j + q) = k3 * LOAD(w3 + j + q) + s3 * xq;
            }
        }
        for (; j < n; j++) {
            w0[j] = k0 * w0[j] + s0 * x[j];
            w1[j] = k1 * w1[j] + s1 * x[j];
            w2[j] = k2 * w2[j] + s2 * x[j];
            w3[j] = k3 * w3[j] + s3 * x[j];
        }
    }
#endif
    for (; r < rows; r++)
        if (keep[r] != 1 || s[r] != 0) K(lpli_axpby)(w + r * ldw, x, n, keep[r], s[r]);
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

/* By the bits without the sign, which are in the order of magnitudes, infinity and NaN above all: a comparison of
 * numbers loses NaN. */
#ifdef LPLI_F64
typedef int64_t bits_t;
#else
typedef int32_t bits_t;
#endif
#define MAGNITUDE (sizeof(bits_t) == 4 ? (bits_t)0x7fffffff : (bits_t)INT64_MAX)

real K(lpli_highest)(const real *p, size_t n) {
    bits_t most = 0;
    size_t j = 0;
#ifndef LPLI_SCALAR
    typedef bits_t vec __attribute__((vector_size(LPLI_VEC_BYTES), aligned(sizeof(real)), may_alias));
    enum { STEP = 2 * LPLI_LANES };
    if (n >= STEP) {
        bits_t t[STEP / 2];
        vec high[VECS] = {{0}};
        for (; j + STEP <= n; j += STEP)
#pragma GCC unroll 16
            for (size_t q = 0; q < 2 * VECS; q++) {
                const vec b = *(const vec *)(const void *)(p + j + q * VEC_LANES) & MAGNITUDE,
                          larger = b > high[q % VECS];
                high[q % VECS] = (b & larger) | (high[q % VECS] & ~larger);
            }
        memcpy(t, high, sizeof t);
        for (size_t k = 0; k < LPLI_LANES; k++) most = t[k] > most ? t[k] : most;
    }
#endif
    for (; j < n; j++) {
        bits_t one;
        memcpy(&one, p + j, sizeof one);
        one &= MAGNITUDE;
        most = one > most ? one : most;
    }
    real high;
    memcpy(&high, &most, sizeof high);
    return high;
}

/* Sums of |now - was| and |was|, in lanes and their tree; now is w, was is old, or, with updates (a constant), now is
 * keep was + s x and goes to w. */
static inline __attribute__((always_inline)) void add_change(double sum[2], real *w, const real *old, const real *x,
                                                             size_t n, real keep, real s, const int updates) {
    real change[LPLI_LANES] = {0}, all[LPLI_LANES] = {0};
    size_t k = 0;
#ifndef LPLI_SCALAR
    typedef bits_t vec __attribute__((vector_size(LPLI_VEC_BYTES), aligned(sizeof(real)), may_alias));
    lpli_vec c[VECS] = {{0}}, a[VECS] = {{0}};
    for (; k + LPLI_LANES <= n; k += LPLI_LANES)
#pragma GCC unroll 8
        for (size_t q = 0; q < VECS; q++) {
            real *at = w + k + q * VEC_LANES;
            const lpli_vec was = LOAD(updates ? at : old + k + q * VEC_LANES);
            lpli_vec now = LOAD(at);
            if (updates) now = keep * was + s * LOAD(x + k + q * VEC_LANES);
            if (updates) STORE(at) = now;
            c[q] += (lpli_vec)((vec)(now - was) & MAGNITUDE);
            a[q] += (lpli_vec)((vec)was & MAGNITUDE);
        }
    if (k == n) {
        sum[0] += (double)tree(c), sum[1] += (double)tree(a);
        return;
    }
    memcpy(change, c, sizeof change);
    memcpy(all, a, sizeof all);
#endif
    for (; k < n; k++) {
        const real was = updates ? w[k] : old[k], now = updates ? keep * was + s * x[k] : w[k];
        if (updates) w[k] = now;
        change[k % LPLI_LANES] += real_abs(now - was);
        all[k % LPLI_LANES] += real_abs(was);
    }
    for (size_t half = LPLI_LANES / 2; half > 0; half /= 2) /* the tree of the vectors */
        for (size_t j = 0; j < half; j++) change[j] += change[j + half], all[j] += all[j + half];
    sum[0] += (double)change[0], sum[1] += (double)all[0];
}

void K(lpli_add_change)(double sum[2], const real *old, real *w, const real *x, size_t n, real keep, real s) {
    if (old)
        add_change(sum, w, old, NULL, n, 0, 0, 0);
    else
        add_change(sum, w, NULL, x, n, keep, s, 1);
}
