/* conv/winograd_ukr.c - see conv/winograd.h: the transforms. Each is a transform of one dimension, along columns, then
 * along rows. */
#include "conv/winograd.h"

#ifndef LPLI_F64

#define LANES ((size_t)(LPLI_VEC_BYTES / sizeof(real)))
#define NR (2 * LANES)

static inline lpli_vec load(const real *p) { return *(const lpli_vec *)(const void *)p; }
static inline void store(real *p, lpli_vec v) { *(lpli_vec *)(void *)p = v; }

/* n <= LANES elements, the rest 0. */
static inline lpli_vec load_some(const real *p, size_t n) {
    if (n == LANES) return load(p);
    lpli_vec v = {0};
    memcpy(&v, p, n * sizeof(real));
    return v;
}
static inline void store_some(real *p, lpli_vec v, size_t n) {
    if (n == LANES)
        store(p, v);
    else
        memcpy(p, &v, n * sizeof(real));
}

/* One dimension; o and a are s apart (inputs: o so). B', G, A', A, G' of conv/winograd.h. */
static inline void inputs(lpli_vec *o, const lpli_vec *a, size_t s, size_t so) {
    o[0] = a[0] - a[2 * s], o[so] = a[s] + a[2 * s], o[2 * so] = a[2 * s] - a[s], o[3 * so] = a[3 * s] - a[s];
}
static inline void weights(lpli_vec *o, const lpli_vec *a, size_t s) {
    const lpli_vec outer = (a[0] + a[2 * s]) * (real)0.5, middle = a[s] * (real)0.5;
    o[0] = a[0], o[s] = outer + middle, o[2 * s] = outer - middle, o[3 * s] = a[2 * s];
}
static inline void sums(lpli_vec *o, const lpli_vec *a, size_t s) {
    o[0] = a[0] + a[s] + a[2 * s], o[s] = a[s] - a[2 * s] + a[3 * s];
}
static inline void back(lpli_vec *o, const lpli_vec *a, size_t s) {
    o[0] = a[0], o[s] = a[0] + a[s], o[2 * s] = a[0] - a[s], o[3 * s] = a[s];
}
static inline void taps(lpli_vec *o, const lpli_vec *a, size_t s) {
    const lpli_vec even = (a[s] + a[2 * s]) * (real)0.5;
    o[0] = a[0] + even, o[s] = (a[s] - a[2 * s]) * (real)0.5, o[2 * s] = even + a[3 * s];
}

/* Both dimensions of an array of from x from, to x to, of n elements each; four columns are kept apart. */
#define UNROLL _Pragma("GCC unroll 4")
#define UNROLL6 _Pragma("GCC unroll 6")
#define TRANSFORM(name, one, from, to)                                                                           \
    void K(name)(real * out, size_t out_step, const real *in, size_t in_step, size_t n) {                        \
        for (size_t j = 0; j < n; j += LANES) {                                                                  \
            const size_t len = lpli_at_most(LANES, n - j);                                                       \
            lpli_vec a[16], b[16], c[16];                                                                        \
            UNROLL for (size_t y = 0; y < (from); y++) UNROLL for (size_t x = 0; x < (from); x++) a[4 * y + x] = \
                load_some(in + (y * (from) + x) * in_step + j, len);                                             \
            UNROLL for (size_t x = 0; x < (from); x++) one(b + x, a + x, 4);                                     \
            UNROLL for (size_t y = 0; y < (to); y++) one(c + 4 * y, b + 4 * y, 1);                               \
            UNROLL for (size_t y = 0; y < (to); y++) UNROLL for (size_t x = 0; x < (to); x++)                    \
                store_some(out + (y * (to) + x) * out_step + j, c[4 * y + x], len);                              \
        }                                                                                                        \
    }
TRANSFORM(lpli_winograd_weights, weights, 3, 4)
TRANSFORM(lpli_winograd_sums, sums, 4, 2)
TRANSFORM(lpli_winograd_back, back, 2, 4)
TRANSFORM(lpli_winograd_taps, taps, 4, 3)

/* Squares side by side share two of four columns. */
static inline __attribute__((always_inline)) void side_by_side(real *out, const real *in[4][6],
                                                               const R(lpli_winograd_row_t) * r, const size_t squares) {
    for (size_t row = 0; row < r->rows; row++, out += r->ldv)
        for (size_t j = 0; j < r->len; j += LANES) {
            lpli_vec b[4 * 6];
            UNROLL6 for (size_t x = 0; x < 2 * squares + 2; x++) {
                lpli_vec a[4];
                UNROLL for (size_t y = 0; y < 4; y++) a[y] = load(in[y][x] + row * r->len + j);
                inputs(b + x, a, 1, 6);
            }
            UNROLL for (size_t h = 0; h < squares; h++) UNROLL for (size_t y = 0; y < 4; y++) {
                lpli_vec c[4];
                inputs(c, b + 6 * y + 2 * h, 1, 1);
                UNROLL for (size_t x = 0; x < 4; x++) store(out + (4 * y + x) * r->v_step + h * r->half + j, c[x]);
            }
        }
}

void K(lpli_winograd_inputs)(real *v, const R(lpli_winograd_row_t) * r) {
    const size_t position = r->rows * r->len;
    for (size_t square = 0; square < r->squares; square += r->span, v += r->block) {
        const real *in[4][6];
        for (size_t y = 0; y < 4; y++)
            for (size_t x = 0; x < 6; x++) {
                const size_t ix = 2 * square + x - r->padding; /* wraps outside */
                in[y][x] = r->in[y] && ix < r->width ? r->in[y] + ix * position : r->zeros;
            }
        if (r->span == 2 && square + 1 < r->squares)
            side_by_side(v, in, r, 2);
        else
            side_by_side(v, in, r, 1);
    }
}

void K(lpli_winograd_stage)(real *stage, size_t ld, size_t step, const real *fm, size_t m, size_t squares, size_t row) {
    for (size_t i = 0; i < m; i++)
        for (size_t h = 0; h < squares; h++)
            for (size_t j = 0; j < row; j += LANES)
                store(stage + i * ld + h * step + j, load(fm + i * NR + h * row + j));
}

#endif
