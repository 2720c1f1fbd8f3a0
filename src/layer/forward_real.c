/* layer/forward_real.c - z = f(W x + bias), and the start values of W and bias. */
#include "core/error.h"
#include "core/random.h"
#include "core/threads.h"
#include "layer/kind.h"

#define TILE_ROWS 512
#define TILE_COLS 512

void R(lpli_activate)(const lpl_layer_t *l, real *z, size_t ldz, real *kept, size_t unit, size_t rows, size_t cols) {
    const real *bias = l->param.bias ? (const real *)l->param.bias + unit : NULL;
    if (kept && lpli_traits(l->rule.rule)->inputs) { /* u = W x + bias, then z = f(u) */
        LPLI_PICK(l->gemm.isa, lpli_act_rows)(z, ldz, NULL, 0, bias, rows, cols, &l->rule_act);
        for (size_t b = 0; b < rows; b++) memcpy(kept + b * l->units, z + b * ldz, cols * sizeof(real));
        kept = NULL, bias = NULL;
    }
    LPLI_PICK(l->gemm.isa, lpli_act_rows)(z, ldz, kept, l->units, bias, rows, cols, &l->act);
}

typedef struct {
    const lpl_layer_t *l;
    real *z, *kept;
    const real *x;
    size_t ldz, ldx, batch, columns;
} job_t;

static void forward_task(void *ctx, size_t task, size_t worker) {
    (void)worker;
    const job_t *j = ctx;
    const lpl_layer_t *l = j->l;
    const size_t M = (size_t)l->cfg.n_post, b = task / j->columns * TILE_ROWS, i = task % j->columns * TILE_COLS;
    const size_t rows = j->batch - b < TILE_ROWS ? j->batch - b : TILE_ROWS,
                 cols = M - i < TILE_COLS ? M - i : TILE_COLS;
    real *z = j->z + b * j->ldz + i;
    R(lpli_gemm_tile)
    (&l->gemm, 0, 1, rows, cols, (size_t)l->cfg.n_pre, 1, j->x + b * j->ldx, j->ldx,
     (const real *)l->param.w + i * l->param.ldw, l->param.ldw, 0, z, j->ldz);
    R(lpli_activate)(l, z, j->ldz, j->kept ? j->kept + b * l->units + i : NULL, i, rows, cols);
}

void R(lpli_respond)(const lpl_layer_t *l, real *z, size_t ldz, real *kept, const real *x, size_t ldx, size_t batch) {
    job_t j = {
        .l = l,
        .z = z,
        .kept = kept,
        .x = x,
        .ldz = ldz,
        .ldx = ldx,
        .batch = batch,
        .columns = ((size_t)l->cfg.n_post + TILE_COLS - 1) / TILE_COLS,
    };
    lpli_parallel((batch + TILE_ROWS - 1) / TILE_ROWS * j.columns, l->cfg.threads, forward_task, &j);
}

lpl_status_t PUB(lpl_forward)(const lpl_layer_t *l, real *z, size_t ldz, const real *x, size_t ldx, size_t batch) {
    static const char fn[] = "lpl_forward";
    if (!l) return lpli_fail(LPL_E_NULL, fn, "l is NULL");
    LPLI_TRY(lpli_check_dtype(l, LPLI_DTYPE, fn));
    const size_t n = (size_t)l->cfg.n_pre, M = l->n_out;
    LPLI_TRY(lpli_check_matrix(z, batch, M, ldz, sizeof(real), fn, "z"));
    LPLI_TRY(lpli_check_matrix(x, batch, n, ldx, sizeof(real), fn, "x"));
    LPLI_TRY(lpli_check_apart(z, batch, M, ldz, x, batch, n, ldx, sizeof(real), fn, "z and x"));
    LPLI_TRY(lpli_check_apart(z, batch, M, ldz, l->param.w, (size_t)l->cfg.n_post, l->fan_in, l->param.ldw,
                              sizeof(real), fn, "z and the layer's weights"));
    const R(lpli_calls_t) *calls = R(lpli_calls)(l->cfg.kind);
    if (calls) return calls->map(l, z, ldz, x, ldx, batch, fn);
    R(lpli_respond)(l, z, ldz, NULL, x, ldx, batch);
    return LPL_OK;
}

/* Uniform in +-1/sqrt(fan), from the draws that follow offset. */
static uint64_t init_part(const lpl_layer_t *l, real *p, size_t length, size_t fan, uint64_t offset) {
    const real bound = (real)(1 / sqrt((double)fan));
    R(lpli_uniform)(p, length, l->cfg.seed, l->cfg.stream, offset);
    for (size_t k = 0; k < length; k++) p[k] = (2 * p[k] - 1) * bound;
    return offset + length;
}

void R(lpli_init_weights)(lpl_layer_t *l) {
    const size_t n = l->fan_in, M = (size_t)l->cfg.n_post;
    uint64_t offset = init_part(l, l->param.own_w, M * n, n, 0);
    offset = init_part(l, l->param.own_bias, l->param.own_bias ? M : 0, n, offset);
    if (!l->param.head) return;
    for (int k = 0; k < LPLI_HEAD_PARTS; k++) {
        const lpli_head_part_t part = lpli_head_part(&l->cfg, k);
        offset =
            init_part(l, (real *)l->param.head + part.at, part.n, k < LPLI_HEAD_W2 ? M : l->cfg.head_hidden, offset);
    }
}
