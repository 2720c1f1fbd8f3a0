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

/* One dimension; o and a are s apart (inputs: o so). B', G, A', A, G' of conv/winograd.h; 4: of F(4 x 4, 3 x 3). */
static inline void inputs2(lpli_vec *o, const lpli_vec *a, size_t s, size_t so) {
    o[0] = a[0] - a[2 * s], o[so] = a[s] + a[2 * s], o[2 * so] = a[2 * s] - a[s], o[3 * so] = a[3 * s] - a[s];
}
static inline void weights2(lpli_vec *o, const lpli_vec *a, size_t s) {
    const lpli_vec outer = (a[0] + a[2 * s]) * (real)0.5, middle = a[s] * (real)0.5;
    o[0] = a[0], o[s] = outer + middle, o[2 * s] = outer - middle, o[3 * s] = a[2 * s];
}
static inline void sums2(lpli_vec *o, const lpli_vec *a, size_t s) {
    o[0] = a[0] + a[s] + a[2 * s], o[s] = a[s] - a[2 * s] + a[3 * s];
}
static inline void back2(lpli_vec *o, const lpli_vec *a, size_t s) {
    o[0] = a[0], o[s] = a[0] + a[s], o[2 * s] = a[0] - a[s], o[3 * s] = a[s];
}
static inline void taps2(lpli_vec *o, const lpli_vec *a, size_t s) {
    const lpli_vec even = (a[s] + a[2 * s]) * (real)0.5;
    o[0] = a[0] + even, o[s] = (a[s] - a[2 * s]) * (real)0.5, o[2 * s] = even + a[3 * s];
}

/* Points a and b, and what the values there are divided by: products of the distances to the other finite points. */
#define PA ((real)0.625)
#define PB ((real)1.5)
#define AA (PA * PA)
#define BB (PB * PB)
#define F0 (1 / (AA * BB))
#define FA (1 / (2 * AA * (AA - BB)))
#define FB (1 / (2 * BB * (BB - AA)))

static inline void inputs4(lpli_vec *o, const lpli_vec *a, size_t s, size_t so) {
    const lpli_vec ea = a[4 * s] - BB * a[2 * s], oa = PA * (a[3 * s] - BB * a[s]), eb = a[4 * s] - AA * a[2 * s],
                   ob = PB * (a[3 * s] - AA * a[s]);
    o[0] = AA * BB * a[0] - (AA + BB) * a[2 * s] + a[4 * s];
    o[so] = ea + oa, o[2 * so] = ea - oa, o[3 * so] = eb + ob, o[4 * so] = eb - ob;
    o[5 * so] = AA * BB * a[s] - (AA + BB) * a[3 * s] + a[5 * s];
}
static inline void weights4(lpli_vec *o, const lpli_vec *a, size_t s) {
    const lpli_vec ea = FA * (a[0] + AA * a[2 * s]), oa = FA * PA * a[s], eb = FB * (a[0] + BB * a[2 * s]),
                   ob = FB * PB * a[s];
    o[0] = F0 * a[0], o[s] = ea + oa, o[2 * s] = ea - oa, o[3 * s] = eb + ob, o[4 * s] = eb - ob, o[5 * s] = a[2 * s];
}
static inline void sums4(lpli_vec *o, const lpli_vec *a, size_t s) {
    const lpli_vec ea = a[s] + a[2 * s], oa = PA * (a[s] - a[2 * s]), eb = a[3 * s] + a[4 * s],
                   ob = PB * (a[3 * s] - a[4 * s]);
    o[0] = a[0] + (ea + eb), o[s] = oa + ob, o[2 * s] = AA * ea + BB * eb, o[3 * s] = (AA * oa + BB * ob) + a[5 * s];
}
static inline void back4(lpli_vec *o, const lpli_vec *a, size_t s) {
    const lpli_vec ea = a[0] + AA * a[2 * s], oa = PA * (a[s] + AA * a[3 * s]), eb = a[0] + BB * a[2 * s],
                   ob = PB * (a[s] + BB * a[3 * s]);
    o[0] = a[0], o[s] = ea + oa, o[2 * s] = ea - oa, o[3 * s] = eb + ob, o[4 * s] = eb - ob, o[5 * s] = a[3 * s];
}
static inline void taps4(lpli_vec *o, const lpli_vec *a, size_t s) {
    const lpli_vec ea = FA * (a[s] + a[2 * s]), oa = FA * PA * (a[s] - a[2 * s]), eb = FB * (a[3 * s] + a[4 * s]),
                   ob = FB * PB * (a[3 * s] - a[4 * s]);
    o[0] = F0 * a[0] + (ea + eb), o[s] = oa + ob, o[2 * s] = (AA * ea + BB * eb) + a[5 * s];
}

/* Position (y, x) of a square, those of a pool window side by side. */
static inline size_t position(size_t y, size_t x, size_t edge, size_t pool) {
    return pool == 2 ? ((y / 2) * (edge / 2) + x / 2) * 4 + y % 2 * 2 + x % 2 : y * edge + x;
}

/* Both dimensions of an array of from x from, to x to, of n elements each; columns are kept MOST apart. First and
 * last are constants. */
#define MOST 6
#define UNROLL _Pragma("GCC unroll 6")
#define AT_IN(y, x, from) ((y) * (from) + (x))
#define AT_SQUARE(y, x, edge) position(y, x, edge, pool)
#define TRANSFORM(one, from, to, at_in, at_out)                                                                 \
    for (size_t j = 0; j < n; j += LANES) {                                                                     \
        const size_t len = lpli_at_most(LANES, n - j);                                                          \
        lpli_vec a[MOST * MOST], b[MOST * MOST], c[MOST * MOST];                                                \
        UNROLL for (size_t y = 0; y < (from); y++) UNROLL for (size_t x = 0; x < (from); x++) a[MOST * y + x] = \
            load_some(in + at_in(y, x, from) * in_step + j, len);                                               \
        UNROLL for (size_t x = 0; x < (from); x++) one(b + x, a + x, MOST);                                     \
        UNROLL for (size_t y = 0; y < (to); y++) one(c + MOST * y, b + MOST * y, 1);                            \
        UNROLL for (size_t y = 0; y < (to); y++) UNROLL for (size_t x = 0; x < (to); x++)                       \
            store_some(out + at_out(y, x, to) * out_step + j, c[MOST * y + x], len);                            \
    }

void K(lpli_winograd_weights)(size_t side, real *out, size_t out_step, const real *in, size_t in_step, size_t n) {
    if (side == 4)
        TRANSFORM(weights2, 3, 4, AT_IN, AT_IN)
    else
        TRANSFORM(weights4, 3, 6, AT_IN, AT_IN)
}

void K(lpli_winograd_taps)(size_t side, real *out, size_t out_step, const real *in, size_t in_step, size_t n) {
    if (side == 4)
        TRANSFORM(taps2, 4, 3, AT_IN, AT_IN)
    else
        TRANSFORM(taps4, 6, 3, AT_IN, AT_IN)
}

void K(lpli_winograd_sums)(size_t side, size_t pool, real *out, size_t out_step, const real *in, size_t in_step,
                           size_t n) {
    if (side == 4)
        TRANSFORM(sums2, 4, 2, AT_IN, AT_IN)
    else
        TRANSFORM(sums4, 6, 4, AT_IN, AT_SQUARE)
}

void K(lpli_winograd_back)(size_t side, size_t pool, real *out, size_t out_step, const real *in, size_t in_step,
                           size_t n) {
    if (side == 4)
        TRANSFORM(back2, 2, 4, AT_IN, AT_IN)
    else
        TRANSFORM(back4, 4, 6, AT_SQUARE, AT_IN)
}

/* Squares side by side share two columns. side, squares: constants at each call. */
#define UNROLL10 _Pragma("GCC unroll 10")
static inline __attribute__((always_inline)) void side_by_side(real *out, const real *in[6][10],
                                                               const R(lpli_winograd_row_t) * r, const size_t side,
                                                               const size_t squares) {
    const size_t edge = side - 2, cols = edge * squares + 2;
    for (size_t row = 0; row < r->rows; row++, out += r->ldv)
        for (size_t j = 0; j < r->len; j += LANES) {
            lpli_vec b[6 * 10];
            UNROLL10 for (size_t x = 0; x < cols; x++) {
                lpli_vec a[6];
                UNROLL for (size_t y = 0; y < side; y++) a[y] = load(in[y][x] + row * r->len + j);
                if (side == 4)
                    inputs2(b + x, a, 1, 10);
                else
                    inputs4(b + x, a, 1, 10);
            }
            UNROLL for (size_t h = 0; h < squares; h++) UNROLL for (size_t y = 0; y < side; y++) {
                lpli_vec c[6];
                if (side == 4)
                    inputs2(c, b + 10 * y + edge * h, 1, 1);
                else
                    inputs4(c, b + 10 * y + edge * h, 1, 1);
                UNROLL for (size_t x = 0; x < side; x++)
                    store(out + (side * y + x) * r->v_step + h * r->half + j, c[x]);
            }
        }
}

void K(lpli_winograd_inputs)(real *v, const R(lpli_winograd_row_t) * r) {
    const size_t area = r->rows * r->len, edge = r->side - 2;
    for (size_t square = 0; square < r->squares; square += r->span, v += r->block) {
        const real *in[6][10];
        for (size_t y = 0; y < r->side; y++)
            for (size_t x = 0; x < 2 * edge + 2; x++) {
                const size_t ix = edge * square + x - r->padding; /* wraps outside */
                in[y][x] = r->in[y] && ix < r->width ? r->in[y] + ix * area : r->zeros;
            }
        const bool pair = r->span == 2 && square + 1 < r->squares;
        if (r->side == 4 && pair)
            side_by_side(v, in, r, 4, 2);
        else if (r->side == 4)
            side_by_side(v, in, r, 4, 1);
        else if (pair)
            side_by_side(v, in, r, 6, 2);
        else
            side_by_side(v, in, r, 6, 1);
    }
}

void K(lpli_winograd_stage)(real *stage, size_t ld, size_t step, const real *fm, size_t m, size_t squares, size_t row) {
    for (size_t i = 0; i < m; i++)
        for (size_t h = 0; h < squares; h++)
            for (size_t j = 0; j < row; j += LANES)
                store(stage + i * ld + h * step + j, load(fm + i * NR + h * row + j));
}

#endif
