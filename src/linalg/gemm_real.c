/* linalg/gemm_real.c - see gemm.h: tiles, the symmetric product, and the reference product. */
#include "core/kernel.h"
#include "core/threads.h"
#include "linalg/blas.h"
#include "linalg/gemm.h"
#include "linalg/vector.h"

#define TILE_M 512
#define TILE_N 512
#define GRAM_TILE 256

/* Products this small are not worth a call of BLIS (a few microseconds). A function of the shape alone. */
static int is_small(const lpli_gemm_t *g, size_t m, size_t n, size_t k) {
    if (g->batch_invariant) return n <= 4;
    return m <= 4 || n <= 4 || m * n < 8192 / (k ? k : 1);
}

/* The reference product: inner products along rows where both operands have them (A B'), else row updates. */
static void reference(const lpli_gemm_t *g, int ta, int tb, size_t m, size_t n, size_t k, real alpha, const real *a,
                      size_t lda, const real *b, size_t ldb, real beta, real *c, size_t ldc) {
    enum { BLOCK = 64, FEW = 4 };
    if (!ta && tb) {
#ifndef LPLI_NO_MALLOC           /* code that a small build does without; the bits are the same */
        if (n <= FEW && m > n) { /* few columns: many rows of A in a call, for one of B */
            for (size_t i0 = 0; i0 < m; i0 += BLOCK) {
                const size_t mb = m - i0 < BLOCK ? m - i0 : BLOCK;
                for (size_t j = 0; j < n; j++) {
                    real t[BLOCK], *ci = c + i0 * ldc + j;
                    LPLI_PICK(g->isa, lpli_dots)(t, a + i0 * lda, lda, mb, b + j * ldb, k);
                    for (size_t i = 0; i < mb; i++)
                        ci[i * ldc] = beta == 0 ? alpha * t[i] : beta * ci[i * ldc] + alpha * t[i];
                }
            }
            return;
        }
#endif
        for (size_t j0 = 0; j0 < n; j0 += BLOCK) { /* a block of B's rows stays in cache for all rows of A */
            size_t nb = n - j0 < BLOCK ? n - j0 : BLOCK;
            for (size_t i = 0; i < m; i++) {
                real t[BLOCK], *ci = c + i * ldc + j0;
                LPLI_PICK(g->isa, lpli_dots)(t, b + j0 * ldb, ldb, nb, a + i * lda, k);
                if (beta == 0)
                    for (size_t j = 0; j < nb; j++) ci[j] = alpha * t[j];
                else
                    for (size_t j = 0; j < nb; j++) ci[j] = beta * ci[j] + alpha * t[j];
            }
        }
        return;
    }
    for (size_t i = 0; i < m; i++) {
        real *ci = c + i * ldc;
        if (beta == 0)
            for (size_t j = 0; j < n; j++) ci[j] = 0;
        else if (beta != 1)
            for (size_t j = 0; j < n; j++) ci[j] *= beta;
    }
    if (tb) { /* A' B': rare; element by element */
        for (size_t i = 0; i < m; i++)
            for (size_t j = 0; j < n; j++) {
                real s = 0;
                for (size_t p = 0; p < k; p++) s += a[p * lda + i] * b[j * ldb + p];
                c[i * ldc + j] += alpha * s;
            }
        return;
    }
    for (size_t p0 = 0; p0 < k; p0 += BLOCK) { /* a block of B's rows stays in cache for all rows of C */
        const size_t pb = k - p0 < BLOCK ? k - p0 : BLOCK;
        for (size_t i = 0; i < m; i++) {
            real s[BLOCK];
            const real *ai = ta ? a + p0 * lda + i : a + i * lda + p0;
            for (size_t p = 0; p < pb; p++) s[p] = alpha * ai[ta ? p * lda : p];
            LPLI_PICK(g->isa, lpli_add_rows)(c + i * ldc, b + p0 * ldb, ldb, pb, n, s);
        }
    }
}

#ifdef LPLI_F64
#define BLAS_GEMM lpli_blas_gemm_f64
#define BLAS_LOWER lpli_blas_lower_f64
#else
#define BLAS_GEMM lpli_blas_gemm_f32
#define BLAS_LOWER lpli_blas_lower_f32
void lpli_gemm_init(lpli_gemm_t *g, int32_t isa, uint32_t flags) {
    g->isa = isa;
    g->batch_invariant = flags & 1; /* LPL_FLAG_BATCH_INVARIANT */
}
#endif

void R(lpli_gemm_tile)(const lpli_gemm_t *g, int ta, int tb, size_t m, size_t n, size_t k, real alpha, const real *a,
                       size_t lda, const real *b, size_t ldb, real beta, real *c, size_t ldc) {
    if (m == 0 || n == 0) return;
    if (!is_small(g, m, n, k) && BLAS_GEMM(g, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)) return;
    reference(g, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

typedef struct {
    const lpli_gemm_t *g;
    int ta, tb;
    size_t m, n, k, lda, ldb, ldc, columns;
    real alpha, beta;
    const real *a, *b;
    real *c;
} product_t;

static void product_task(void *ctx, size_t task, size_t worker) {
    (void)worker;
    const product_t *p = ctx;
    size_t i = task / p->columns * TILE_M, j = task % p->columns * TILE_N;
    size_t m = p->m - i < TILE_M ? p->m - i : TILE_M, n = p->n - j < TILE_N ? p->n - j : TILE_N;
    R(lpli_gemm_tile)
    (p->g, p->ta, p->tb, m, n, p->k, p->alpha, p->ta ? p->a + i : p->a + i * p->lda, p->lda,
     p->tb ? p->b + j * p->ldb : p->b + j, p->ldb, p->beta, p->c + i * p->ldc + j, p->ldc);
}

void R(lpli_gemm)(const lpli_gemm_t *g, int ta, int tb, size_t m, size_t n, size_t k, real alpha, const real *a,
                  size_t lda, const real *b, size_t ldb, real beta, real *c, size_t ldc, int32_t threads) {
    product_t p = {
        .g = g,
        .ta = ta,
        .tb = tb,
        .m = m,
        .n = n,
        .k = k,
        .lda = lda,
        .ldb = ldb,
        .ldc = ldc,
        .columns = (n + TILE_N - 1) / TILE_N,
        .alpha = alpha,
        .beta = beta,
        .a = a,
        .b = b,
        .c = c,
    };
    lpli_parallel((m + TILE_M - 1) / TILE_M * p.columns, threads, product_task, &p);
}

/* Tiles of the lower triangle, row by row: task -> (row, column). */
static void gram_task(void *ctx, size_t task, size_t worker) {
    (void)worker;
    const product_t *p = ctx;
    size_t row = 0;
    while (task > row) task -= ++row;
    size_t i = row * GRAM_TILE, j = task * GRAM_TILE;
    size_t m = p->n - i < GRAM_TILE ? p->n - i : GRAM_TILE, n = p->n - j < GRAM_TILE ? p->n - j : GRAM_TILE;
    real *c = p->c + i * p->ldc + j;
    const real *left = p->ta ? p->a + i : p->a + i * p->lda, *right = p->ta ? p->a + j : p->a + j * p->lda;
    const int ta = p->ta, tb = !p->ta; /* of a tile on the diagonal half is enough */
    if (row != task || is_small(p->g, m, n, p->k) ||
        !BLAS_LOWER(p->g, ta, tb, n, p->k, p->alpha, left, p->lda, right, p->lda, 0, c, p->ldc))
        R(lpli_gemm_tile)(p->g, ta, tb, m, n, p->k, p->alpha, left, p->lda, right, p->lda, 0, c, p->ldc);
    enum {
        PIECE = 16
    }; /* the mirror image in pieces of a few cache lines; on the diagonal upper from lower, so that C is symmetric to
          the bit */
    for (size_t r0 = 0; r0 < m; r0 += PIECE)
        for (size_t s0 = 0; s0 < n && (row != task || s0 <= r0); s0 += PIECE)
            for (size_t s = s0; s < n && s < s0 + PIECE; s++)
                for (size_t r = row == task && s >= r0 ? s + 1 : r0; r < m && r < r0 + PIECE; r++)
                    p->c[(j + s) * p->ldc + i + r] = c[r * p->ldc + s];
}

void R(lpli_gram)(const lpli_gemm_t *g, int ta, size_t n, size_t k, real alpha, const real *a, size_t lda, real *c,
                  size_t ldc, int32_t threads) {
    product_t p = {.g = g,
                   .ta = ta,
                   .m = n,
                   .n = n,
                   .k = k,
                   .lda = lda,
                   .ldb = lda,
                   .ldc = ldc,
                   .alpha = alpha,
                   .a = a,
                   .b = a,
                   .c = c};
    size_t tiles = (n + GRAM_TILE - 1) / GRAM_TILE;
    lpli_parallel(tiles * (tiles + 1) / 2, threads, gram_task, &p);
}
