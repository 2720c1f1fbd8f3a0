/* conv/lanes_ukr.c - see conv/lanes.h: the register tile, and what follows a product while it is in cache. */
#include "conv/lanes.h"
#include "linalg/transpose.h"

#define MR LPLI_LANES_MR(LANES)
#define NR (2 * LANES)
#define TAPS 3
#define AHEAD 12 /* rows of b */

#define SUMS (LPLI_VEC_BYTES == 64 ? 28 : 12) /* registers that hold sums */

/* The CASE of each number of rows. */
#if LPLI_VEC_BYTES == 64 && !defined(LPLI_F64)
#define MORE_CASES CASE(5) CASE(6) CASE(7) CASE(8) CASE(9) CASE(10) CASE(11) CASE(12) CASE(13) CASE(14)
#elif LPLI_VEC_BYTES == 64
#define MORE_CASES CASE(5) CASE(6) CASE(7) CASE(8)
#elif !defined(LPLI_F64)
#define MORE_CASES CASE(5) CASE(6)
#else
#define MORE_CASES
#endif
#define EACH_M(m) \
    switch (m) { CASE(1) CASE(2) CASE(3) CASE(4) MORE_CASES default:; }

/* m and nv are constants at each call below, so that the sums stay in registers. */
static inline __attribute__((always_inline)) void tile(size_t m, size_t nv, size_t mt, size_t segs, size_t k,
                                                       const real *a, size_t a_step, const real *b, size_t ldb,
                                                       size_t b_step, real *c, int add) {
    lpli_vec acc[MR][2];
#define ROWS _Pragma("GCC unroll 14") for (size_t i = 0; i < m; i++)
    ROWS acc[i][0] = acc[i][1] = (lpli_vec){0};
    for (size_t s = 0; s < segs; s++, a += a_step, b += b_step) {
        const real *p = a, *q = b;
        for (size_t j = 0; j < k; j++, p += mt, q += ldb) {
#if LPLI_VEC_BYTES == 64 /* whole cache lines: there the loads wait, with AVX2 the multipliers do */
            __builtin_prefetch(q + AHEAD * ldb);
            if (nv == 2) __builtin_prefetch(q + AHEAD * ldb + LANES);
#endif
            const lpli_vec b0 = *(const lpli_vec *)(const void *)q,
                           b1 = nv == 2 ? *(const lpli_vec *)(const void *)(q + LANES) : b0;
            ROWS {
                const lpli_vec ai = p[i] - (lpli_vec){0};
                acc[i][0] += ai * b0;
                if (nv == 2) acc[i][1] += ai * b1;
            }
        }
    }
    ROWS for (size_t v = 0; v < nv; v++) {
        lpli_vec *out = (lpli_vec *)(void *)(c + i * NR + v * LANES);
        if (add) acc[i][v] += *out;
        *out = acc[i][v];
    }
}

/* The same with the rows of b anywhere. */
static inline __attribute__((always_inline)) void patch(size_t m, size_t nv, size_t mt, size_t k, const real *a,
                                                        const real *b, const size_t *at, real *c) {
    lpli_vec acc[MR][2];
    ROWS acc[i][0] = acc[i][1] = (lpli_vec){0};
    for (size_t j = 0; j < k; j++, a += mt) {
        const real *q = b + at[j];
        const lpli_vec b0 = *(const lpli_vec *)(const void *)q,
                       b1 = nv == 2 ? *(const lpli_vec *)(const void *)(q + LANES) : b0;
        ROWS {
            const lpli_vec ai = a[i] - (lpli_vec){0};
            acc[i][0] += ai * b0;
            if (nv == 2) acc[i][1] += ai * b1;
        }
    }
    ROWS for (size_t v = 0; v < nv; v++) * (lpli_vec *)(void *)(c + i * NR + v * LANES) = acc[i][v];
}

/* g: m vectors a position; x: of w taps. */
static inline __attribute__((always_inline)) void correlate(size_t m, const size_t w, size_t runs, size_t n,
                                                            const real *g, size_t g_step, size_t g_run, const real *x,
                                                            size_t x_step, size_t x_run, const size_t *at, real *sums,
                                                            size_t mt) {
    lpli_vec acc[MR][TAPS];
#define EACH_TAP _Pragma("GCC unroll 3") for (size_t t = 0; t < w; t++)
    ROWS EACH_TAP acc[i][t] = (lpli_vec){0}; /* sums of sums: their error grows with the longer of them */
    const real *const x1 = x + at[w > 1], *const x2 = x + at[w > 2 ? 2 : 0];
    x += at[0];
    for (size_t r = 0; r < runs; r++) {
        const real *p = g + r * g_run;
        size_t o = r * x_run;
        for (size_t j = 0; j < n; j++, p += g_step, o += x_step) {
            const real *const tap[TAPS] = {x + o, x1 + o, x2 + o};
            lpli_vec xt[TAPS];
            EACH_TAP xt[t] = *(const lpli_vec *)(const void *)tap[t];
            ROWS {
                lpli_vec gi = *(const lpli_vec *)(const void *)(p + i * LANES);
                __asm__("" : "+v"(gi)); /* in a register: gcc would read it for each tap */
                EACH_TAP acc[i][t] += gi * xt[t];
            }
        }
    }
    ROWS EACH_TAP *(lpli_vec *)(void *)(sums + (t * mt + i) * LANES) += acc[i][t];
}

void K(lpli_lanes_product)(size_t m, size_t mt, size_t nv, size_t segs, size_t k, const real *a, size_t a_step,
                           const real *b, size_t ldb, size_t b_step, real *c, int add) {
#define CASE(n)                                                         \
    case n:                                                             \
        if (nv == 2)                                                    \
            tile(n, 2, mt, segs, k, a, a_step, b, ldb, b_step, c, add); \
        else                                                            \
            tile(n, 1, mt, segs, k, a, a_step, b, ldb, b_step, c, add); \
        return;
    EACH_M(m)
#undef CASE
}

void K(lpli_lanes_patch)(size_t m, size_t mt, size_t nv, size_t k, const real *a, const real *b, const size_t *at,
                         real *c) {
#define CASE(n)                              \
    case n:                                  \
        if (nv == 2)                         \
            patch(n, 2, mt, k, a, b, at, c); \
        else                                 \
            patch(n, 1, mt, k, a, b, at, c); \
        return;
    EACH_M(m)
#undef CASE
}

/* So many taps that the sums stay in registers. */
#define SIDE_BY_SIDE(m) ((m)*3 <= SUMS ? 3 : 2)
void K(lpli_lanes_correlate)(size_t m, size_t mt, size_t taps, size_t runs, size_t n, const real *g, size_t g_step,
                             size_t g_run, const real *x, size_t x_step, size_t x_run, const size_t *at, real *sums) {
#define CASE(n_)                                                                                        \
    case n_:                                                                                            \
        for (; taps >= SIDE_BY_SIDE(n_);                                                                \
             taps -= SIDE_BY_SIDE(n_), at += SIDE_BY_SIDE(n_), sums += SIDE_BY_SIDE(n_) * mt * LANES)   \
            correlate(n_, SIDE_BY_SIDE(n_), runs, n, g, g_step, g_run, x, x_step, x_run, at, sums, mt); \
        for (; taps > 0; taps--, at++, sums += mt * LANES)                                              \
            correlate(n_, 1, runs, n, g, g_step, g_run, x, x_step, x_run, at, sums, mt);                \
        return;
    EACH_M(m)
#undef CASE
}

#ifdef LPLI_F64
typedef int64_t mask_t __attribute__((vector_size(LPLI_VEC_BYTES), aligned(sizeof(real)), may_alias));
#else
typedef int32_t mask_t __attribute__((vector_size(LPLI_VEC_BYTES), aligned(sizeof(real)), may_alias));
#endif
typedef unsigned char bytes_t __attribute__((vector_size(LPLI_VEC_BYTES / sizeof(real)), aligned(1), may_alias));

static inline lpli_vec load(const real *p) { return *(const lpli_vec *)(const void *)p; }
static inline void store(real *p, lpli_vec v) { *(lpli_vec *)(void *)p = v; }
static inline lpli_vec only(mask_t here, lpli_vec v) { return (lpli_vec)(here & (mask_t)v); }

/* Numbers 0 .. 3 of a vector -> bytes. */
static inline void store_bytes(unsigned char *out, mask_t at) {
#if LPLI_VEC_BYTES == 32 && !defined(LPLI_F64) && !defined(__clang__) /* gcc would take the elements one by one */
    typedef unsigned char all_t __attribute__((vector_size(32)));
    const all_t from = {0,  4,  8,  12, 0,  4,  8,  12, 0,  4,  8,  12, 0,  4,  8,  12,
                        16, 20, 24, 28, 16, 20, 24, 28, 16, 20, 24, 28, 16, 20, 24, 28};
    const mask_t packed = (mask_t)__builtin_shuffle((all_t)at, from);
    const int32_t half[2] = {packed[0], packed[4]};
    memcpy(out, half, sizeof half);
#else
    *(bytes_t *)out = __builtin_convertvector(at, bytes_t);
#endif
}

/* And back. */
static inline mask_t load_bytes(const unsigned char *in) {
#if LPLI_VEC_BYTES == 32 && !defined(LPLI_F64) && !defined(__clang__)
    typedef unsigned char all_t __attribute__((vector_size(32)));
    typedef uint64_t words_t __attribute__((vector_size(32)));
    const all_t from = {0,  0,  0,  0,  1,  1,  1,  1,  2,  2,  2,  2,  3,  3,  3,  3,
                        20, 20, 20, 20, 21, 21, 21, 21, 22, 22, 22, 22, 23, 23, 23, 23};
    uint64_t word;
    memcpy(&word, in, sizeof word);
    const words_t all = {word, word, word, word};
    return (mask_t)__builtin_shuffle((all_t)all, from) & 255;
#else
    return __builtin_convertvector(*(const bytes_t *)in, mask_t);
#endif
}

/* The largest of the window; relu: of a + bias after relu, f' too. The first of equal values wins; NaN wins always.
 * windows, relu: constants at each call. */
static inline __attribute__((always_inline)) void largest(const real *c, size_t m, size_t mt, const real *bias,
                                                          real *fm, real *fp, unsigned char *win, const size_t windows,
                                                          const int relu) {
    const lpli_vec one = (real)1 - (lpli_vec){0};
    for (size_t i = 0; i < m; i++) {
        const lpli_vec b = (bias ? bias[i] : (real)-0.0) - (lpli_vec){0}; /* a + -0 is a */
        for (size_t v = i * NR; v < (i + 1) * NR; v += (size_t)LANES) {
            lpli_vec best = load(c + v) + b;
            mask_t at = {0};
            if (relu) best = only(~(best <= 0), best);
            _Pragma("GCC unroll 4") for (size_t k = 1; k < windows; k++) {
                lpli_vec z = load(c + k * mt * NR + v) + b;
                if (relu) z = only(~(z <= 0), z);
                const mask_t wins = (z > best) | (z != z);
                best = (lpli_vec)((wins & (mask_t)z) | (~wins & (mask_t)best));
                at = (wins & ((mask_t){0} + (int)k)) | (~wins & at);
            }
            store(fm + v, best);
            if (relu && fp) store(fp + v, only(best > 0, one));
            if (windows > 1 && win) store_bytes(win + v, at);
        }
    }
}

void K(lpli_lanes_post)(real *c, size_t m, size_t mt, const real *bias, real *fm, real *stage, size_t ld_stage,
                        real *fp, unsigned char *win, double *sum, const lpli_act_t *act, const lpli_geometry_t *g) {
    const size_t n = m * NR, windows = g->pool * g->pool;
    if (act->kind == LPL_ACT_RELU && windows > 1) {
        largest(c, m, mt, bias, fm, fp, win, 4, 1);
        fp = NULL; /* done */
    } else if (act->kind == LPL_ACT_RELU) {
        largest(c, m, mt, bias, fm, fp, NULL, 1, 1);
        fp = NULL;
    } else {
        for (size_t k = 0; k < windows; k++)
            for (size_t i = 0; bias && i < m; i++)
                for (real *p = c + (k * mt + i) * NR, *end = p + NR; p < end; p += LANES) store(p, load(p) + bias[i]);
        const bool keep = fp && !lpli_acts[act->kind].from_z;
        if (!keep) K(lpli_act_rows)(c, mt * NR, NULL, 0, NULL, windows, n, act);
        for (size_t i = 0; keep && i < m; i++) {
            real slope[4][NR];
            for (size_t k = 0; k < windows; k++)
                K(lpli_act_rows)(c + (k * mt + i) * NR, NR, slope[k], NR, NULL, 1, NR, act);
            for (size_t j = 0; j < NR; j++) { /* the winner as above */
                size_t at = 0;
                for (size_t k = 1; k < windows; k++) {
                    const real v = c[(k * mt + i) * NR + j];
                    if (v > c[(at * mt + i) * NR + j] || v != v) at = k;
                }
                fp[i * NR + j] = slope[at][j];
            }
        }
        if (windows > 1)
            largest(c, m, mt, NULL, fm, NULL, win, 4, 0);
        else
            memcpy(fm, c, n * sizeof(real));
        if (keep) fp = NULL;
    }
    for (size_t i = 0; stage && i < m; i++) memcpy(stage + i * ld_stage, fm + i * NR, NR * sizeof(real));
    if (sum)
        for (size_t j = 0; j < n; j++) sum[j] += (double)fm[j];
    if (fp) K(lpli_fprime)(fp, fm, n, act);
}

/* Winners are turned along with the products (as numbers), once for all windows: a turn costs 64 shuffles. */
void K(lpli_lanes_back)(real *const *at, size_t m, size_t mt, size_t n, const real *d, const real *fp,
                        const unsigned char *win, size_t windows) {
    for (int64_t half = 0; half < 2 && half * LANES < (int64_t)n; half++) {
        const size_t left = n - (size_t)(half * LANES), rows = left < (size_t)LANES ? left : (size_t)LANES;
        const int64_t o = half * LANES;
        lpli_vec g[LANES], w[LANES];
        LANE_LOOP {
            g[i] = (lpli_vec){0};
            if ((size_t)i < m)
                g[i] -= *(const lpli_vec *)(const void *)(d + i * NR + o) *
                        *(const lpli_vec *)(const void *)(fp + i * NR + o);
        }
        transpose(g);
        if (windows > 1) {
            LANE_LOOP {
                w[i] = (lpli_vec){0};
                if ((size_t)i < m) w[i] = __builtin_convertvector(load_bytes(win + i * NR + o), lpli_vec);
            }
            transpose(w);
        }
        for (size_t k = 0; k < windows; k++) {
            real *out = at[k] + (size_t)o * mt;
            const lpli_vec here = (real)k - (lpli_vec){0};
            for (size_t r = 0; r < rows; r++, out += mt) {
                lpli_vec v = g[r];
                if (windows > 1) v = only(w[r] == here, v);
                if (mt == MR)
                    memcpy(out, &v, MR * sizeof(real));
                else if (mt == MR - 1)
                    memcpy(out, &v, (MR - 1) * sizeof(real));
                else
                    memcpy(out, &v, mt * sizeof(real));
            }
        }
    }
}

void K(lpli_lanes_spread)(real *const *at, size_t m, size_t nv, const real *d, const real *fp, const unsigned char *win,
                          size_t windows) {
    for (size_t v = 0; v < nv; v++)
        for (size_t i = 0; i < m; i++) {
            const size_t from = i * NR + v * LANES, to = (v * m + i) * LANES;
            const lpli_vec g = (lpli_vec){0} - load(d + from) * load(fp + from);
            if (windows == 1) {
                store(at[0] + to, g);
                continue;
            }
            const mask_t winner = load_bytes(win + from);
            _Pragma("GCC unroll 4") for (int k = 0; k < 4; k++) store(at[k] + to, only(winner == k, g));
        }
}

void K(lpli_lanes_sum)(double *sum, const real *d, const real *fp, size_t n) {
    if (d)
        for (size_t j = 0; j < n; j++) sum[j] += (double)d[j] * (double)fp[j];
    else
        for (size_t j = 0; j < n; j++) sum[j] += (double)fp[j];
}
