/* conv/lanes_ukr.c - see conv/lanes.h: the register tile, and what follows a product while it is in cache. */
#include "conv/lanes.h"
#include "linalg/transpose.h"

#define MR LPLI_LANES_MR(LANES)
#define NR (2 * LANES)
#define AHEAD 12 /* rows of b */

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

void K(lpli_lanes_product)(size_t m, size_t mt, size_t nv, size_t segs, size_t k, const real *a, size_t a_step,
                           const real *b, size_t ldb, size_t b_step, real *c, int add) {
#define CASE(n)                                                         \
    case n:                                                             \
        if (nv == 2)                                                    \
            tile(n, 2, mt, segs, k, a, a_step, b, ldb, b_step, c, add); \
        else                                                            \
            tile(n, 1, mt, segs, k, a, a_step, b, ldb, b_step, c, add); \
        return;
    switch (m) {
        /* clang-format off */
        CASE(1) CASE(2) CASE(3) CASE(4)
#if LPLI_VEC_BYTES == 64 || !defined(LPLI_F64)
        CASE(5) CASE(6)
#endif
#if LPLI_VEC_BYTES == 64
        CASE(7) CASE(8)
#ifndef LPLI_F64
        CASE(9) CASE(10) CASE(11) CASE(12) CASE(13) CASE(14)
#endif
#endif
        /* clang-format on */
    }
}

void K(lpli_lanes_post)(real *c, size_t m, size_t mt, const real *bias, real *fm, real *stage, size_t ld_stage,
                        real *fp, unsigned char *win, double *sum, const lpli_act_t *act, const lpli_geometry_t *g) {
    const size_t n = m * NR, windows = g->pool * g->pool;
    for (size_t k = 0; k < windows; k++)
        for (size_t i = 0; bias && i < m; i++)
            for (size_t j = 0; j < NR; j++) c[(k * mt + i) * NR + j] += bias[i];
    const bool keep = fp && !lpli_acts[act->kind].from_z;
    if (!keep) K(lpli_act_rows)(c, mt * NR, NULL, 0, NULL, windows, n, act);
    for (size_t i = 0; keep && i < m; i++) {
        real slope[4][NR];
        for (size_t k = 0; k < windows; k++)
            K(lpli_act_rows)(c + (k * mt + i) * NR, NR, slope[k], NR, NULL, 1, NR, act);
        for (size_t j = 0; j < NR; j++) { /* the winner as below */
            size_t at = 0;
            for (size_t k = 1; k < windows; k++) {
                const real v = c[(k * mt + i) * NR + j];
                if (v > c[(at * mt + i) * NR + j] || v != v) at = k;
            }
            fp[i * NR + j] = slope[at][j];
        }
    }
    if (windows == 1) {
        memcpy(fm, c, n * sizeof(real));
    } else {
        real best[NR];
        unsigned char at[NR];
        for (size_t i = 0; i < m; i++) { /* the first of equal values wins; NaN wins always */
            memcpy(best, c + i * NR, sizeof best);
            memset(at, 0, sizeof at);
            for (unsigned char k = 1; k < 4; k++) {
                const real *v = c + (k * mt + i) * NR;
                for (int64_t j = 0; j < NR; j++) {
                    const int wins = v[j] > best[j] || v[j] != v[j];
                    best[j] = wins ? v[j] : best[j];
                    at[j] = wins ? k : at[j];
                }
            }
            memcpy(fm + i * NR, best, sizeof best);
            if (win) memcpy(win + i * NR, at, sizeof at);
        }
    }
    for (size_t i = 0; stage && i < m; i++) memcpy(stage + i * ld_stage, fm + i * NR, NR * sizeof(real));
    if (sum)
        for (size_t j = 0; j < n; j++) sum[j] += (double)fm[j];
    if (fp && !keep) K(lpli_fprime)(fp, fm, n, act);
}

/* Winners are turned along with the products (as numbers), once for all windows: a turn costs 64 shuffles. */
void K(lpli_lanes_back)(real *const *at, size_t m, size_t mt, size_t n, const real *d, const real *fp,
                        const unsigned char *win, size_t windows) {
    typedef unsigned char bytes __attribute__((vector_size(LPLI_VEC_BYTES / sizeof(real))));
#ifdef LPLI_F64
    typedef int64_t mask __attribute__((vector_size(LPLI_VEC_BYTES)));
#else
    typedef int32_t mask __attribute__((vector_size(LPLI_VEC_BYTES)));
#endif
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
                bytes b = {0};
                if ((size_t)i < m) memcpy(&b, win + i * NR + o, sizeof b);
                w[i] = __builtin_convertvector(b, lpli_vec);
            }
            transpose(w);
        }
        for (size_t k = 0; k < windows; k++) {
            real *out = at[k] + (size_t)o * mt;
            const lpli_vec here = (real)k - (lpli_vec){0};
            for (size_t r = 0; r < rows; r++, out += mt) {
                lpli_vec v = g[r];
                if (windows > 1) v = (lpli_vec)((mask)v & (mask)(w[r] == here));
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

void K(lpli_lanes_sum)(double *sum, const real *d, const real *fp, size_t n) {
    if (d)
        for (size_t j = 0; j < n; j++) sum[j] += (double)d[j] * (double)fp[j];
    else
        for (size_t j = 0; j < n; j++) sum[j] += (double)fp[j];
}
