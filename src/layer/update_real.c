/* layer/update_real.c - lpl_update and lpl_gradient: one learning step on a batch of pairs. Responses (forward_real.c, conv_learn_real.c),
 * the rule (signal_real.c), then weights; nothing is written before all that can fail is known. */
#include "core/error.h"
#include "core/threads.h"
#include "layer/kind.h"
#include "stats/moments.h"

/* ---- weights ---- */

typedef struct {
    lpl_layer_t *l;
    const real *x[2];
    size_t ldx[2], batch, columns;
    int first;
    real *dw; /* gradient only: where to */
    size_t lddw;
} weights_t;

/* One tile of G = - sum over views of delta' x: written out, or handed to the optimiser while it is in cache. */
static void weights_task(void *ctx, size_t task, size_t worker) {
    const weights_t *j = ctx;
    lpl_layer_t *l = j->l;
    const size_t M = (size_t)l->cfg.n_post, n = (size_t)l->cfg.n_pre;
    const size_t i = task / j->columns * LPLI_UPDATE_ROWS, k = task % j->columns * LPLI_UPDATE_COLS;
    const size_t rows = M - i < LPLI_UPDATE_ROWS ? M - i : LPLI_UPDATE_ROWS, cols = n - k < LPLI_UPDATE_COLS ? n - k : LPLI_UPDATE_COLS;
    const size_t tile = (M < LPLI_UPDATE_ROWS ? M : LPLI_UPDATE_ROWS) * (n < LPLI_UPDATE_COLS ? n : LPLI_UPDATE_COLS);
    real *g = j->dw ? j->dw + i * j->lddw + k : (real *)l->tiles + worker * tile;
    const size_t ldg = j->dw ? j->lddw : cols;
    for (int v = j->first; v < 2; v++) R(lpli_gemm_tile)
    (&l->gemm, 1, 0, rows, cols, j->batch, -1, (const real *)l->delta[v] + i, M, j->x[v] + k, j->ldx[v], v == j->first ? 0 : 1, g, ldg);
    const real *decay = l->decay, wd = (real)l->cfg.weight_decay;
    for (size_t r = 0; r < rows; r++) {
        real *w = (real *)l->w + (i + r) * l->ldw + k, *m = l->m, *v = l->v;
        if (j->dw) { /* Oja's own decay is part of the rule's gradient; weight_decay is the optimiser's */
            if (l->rule.rule == LPL_RULE_OJA)
                for (size_t q = 0; q < cols; q++) g[r * ldg + q] += decay[i + r] * w[q];
            continue;
        }
        LPLI_PICK(l->gemm.isa, lpli_optim_rows)
        (w, m ? m + (i + r) * n + k : NULL, v ? v + (i + r) * n + k : NULL, g + r * ldg, cols, 1, wd + decay[i + r], &l->optim);
    }
}

/* Gradient of the biases, - sum over views and samples of delta, into out. */
static void bias_gradient(lpl_layer_t *l, real *out, int first, size_t batch) {
    const size_t M = (size_t)l->cfg.n_post;
    double sum[2][LPLI_STRIP];
    for (size_t i = 0; i < M; i += LPLI_STRIP) {
        const size_t cols = M - i < LPLI_STRIP ? M - i : LPLI_STRIP;
        for (int v = first; v < 2; v++) LPLI_PICK(l->gemm.isa, lpli_col_sums)(sum[v], (const real *)l->delta[v] + i, M, batch, cols);
        for (size_t k = 0; k < cols; k++) out[i + k] = (real) - (first == 0 ? sum[0][k] + sum[1][k] : sum[1][k]);
    }
}

/* What the rule sees of a batch (kind.h: see): of a dense layer the responses. */
static void see(lpl_layer_t *l, void *z, const real *x, size_t ldx, size_t batch, int view, real *y) {
    const R(lpli_calls_t) *calls = R(lpli_calls)(l->cfg.kind);
    if (calls) {
        calls->see(l, z, x, ldx, batch, view, y);
        return;
    }
    R(lpli_respond)(l, z, l->units, x, ldx, batch);
    if (y) memcpy(y, z, batch * l->n_out * sizeof(real));
}

/* ---- the step ---- */

typedef struct {
    const real *x0, *x1;
    size_t ldx0, ldx1, batch;
    real *y0, *y1; /* responses before learning, or NULL */
    real *dw, *db; /* gradient only */
    size_t lddw;
    int gradient;
} request_t;

static lpl_status_t check_request(const lpl_layer_t *l, const request_t *q, const lpl_report_t *report, const char *fn) {
    const size_t n = (size_t)l->cfg.n_pre, M = (size_t)l->cfg.n_post, k = l->fan_in, e = sizeof(real);
    LPLI_TRY(lpli_check_batch(q->batch, l->cfg.stats == LPL_STATS_EWMA ? 1 : 2, (size_t)l->cfg.batch_max, fn));
    LPLI_TRY(lpli_check_matrix(q->x1, q->batch, n, q->ldx1, e, fn, "x1"));
    LPLI_TRY(lpli_check_apart(l->w, M, k, l->ldw, q->x1, q->batch, n, q->ldx1, e, fn, "the layer's weights and x1"));
    if (q->x0) {
        LPLI_TRY(lpli_check_matrix(q->x0, q->batch, n, q->ldx0, e, fn, "x0"));
        LPLI_TRY(lpli_check_apart(l->w, M, k, l->ldw, q->x0, q->batch, n, q->ldx0, e, fn, "the layer's weights and x0"));
    } else if (l->cfg.pair == LPL_PAIR_SYMMETRIC) {
        return lpli_fail(LPL_E_NULL, fn, "x0 is NULL, LPL_PAIR_SYMMETRIC needs both views");
    } else if (l->prev_batch != 0 && l->prev_batch != q->batch) {
        return lpli_fail(LPL_E_ORDER, fn, "x0 is NULL: the remembered response has %zu rows, batch = %zu (lpl_layer_forget starts anew)",
                         l->prev_batch, q->batch);
    }
    if (report && report->size == 0) return lpli_fail(LPL_E_ARG, fn, "report->size = 0: call lpl_report_init first");
    if (!q->gradient) return LPL_OK;
    LPLI_TRY(lpli_check_matrix(q->dw, M, k, q->lddw, e, fn, "dw"));
    LPLI_TRY(lpli_check_apart(q->dw, M, k, q->lddw, q->x1, q->batch, n, q->ldx1, e, fn, "dw and x1"));
    LPLI_TRY(lpli_check_apart(q->dw, M, k, q->lddw, l->w, M, k, l->ldw, e, fn, "dw and the layer's weights"));
    if (q->x0) LPLI_TRY(lpli_check_apart(q->dw, M, k, q->lddw, q->x0, q->batch, n, q->ldx0, e, fn, "dw and x0"));
    if (!q->db) return LPL_OK;
    if (!l->bias) return lpli_fail(LPL_E_ARG, fn, "db is given, but the layer has no biases (need NULL)");
    LPLI_TRY(lpli_check_apart(q->db, 1, M, M, q->dw, M, k, q->lddw, e, fn, "db and dw"));
    LPLI_TRY(lpli_check_apart(q->db, 1, M, M, l->bias, 1, M, M, e, fn, "db and the layer's biases"));
    if (q->x0) LPLI_TRY(lpli_check_apart(q->db, 1, M, M, q->x0, q->batch, n, q->ldx0, e, fn, "db and x0"));
    return lpli_check_apart(q->db, 1, M, M, q->x1, q->batch, n, q->ldx1, e, fn, "db and x1");
}

static void learn(lpl_layer_t *l, const request_t *q, int first) {
    const size_t M = (size_t)l->cfg.n_post, n = (size_t)l->cfg.n_pre;
    if (!q->gradient) {
        l->optim.beta1_t *= l->optim.beta1;
        l->optim.beta2_t *= l->optim.beta2;
    }
    const R(lpli_calls_t) *calls = R(lpli_calls)(l->cfg.kind);
    if (calls) {
        const lpli_conv_learn_t c = {{q->x0, q->x1}, {q->ldx0, q->ldx1}, q->batch, q->lddw, first, q->dw, q->db};
        calls->learn(l, &c);
        return;
    }
    weights_t j = {l, {q->x0, q->x1}, {q->ldx0, q->ldx1}, q->batch, (n + LPLI_UPDATE_COLS - 1) / LPLI_UPDATE_COLS, first, q->dw, q->lddw};
    lpli_parallel((M + LPLI_UPDATE_ROWS - 1) / LPLI_UPDATE_ROWS * j.columns, l->cfg.threads, weights_task, &j);
    if (q->gradient) {
        if (q->db) bias_gradient(l, q->db, first, q->batch);
    } else if (l->bias) {
        bias_gradient(l, l->gain, first, q->batch);
        LPLI_PICK(l->gemm.isa, lpli_optim_rows)(l->bias, l->bias_m, l->bias_v, l->gain, M, 1, 0, &l->optim);
    }
}

static lpl_status_t run(lpl_layer_t *l, lpl_report_t *report, const request_t *q, const char *fn) {
    if (!l) return lpli_fail(LPL_E_NULL, fn, "l is NULL");
    LPLI_TRY(lpli_check_dtype(l, LPLI_DTYPE, fn));
    LPLI_TRY(check_request(l, q, report, fn));
    const int first = l->cfg.pair == LPL_PAIR_SYMMETRIC ? 0 : 1; /* views first .. 1 learn */
    const int commits = l->cfg.mode != LPL_MODE_FROZEN && !q->gradient;
    const R(lpli_calls_t) *calls = R(lpli_calls)(l->cfg.kind);
    const void *past = q->x0 ? l->past : l->prev_batch ? l->prev : NULL;
    lpli_rule_t rule;
    lpli_losses_t loss;

    if (q->x0) see(l, l->past, q->x0, q->ldx0, q->batch, 0, q->y0);
    see(l, l->now, q->x1, q->ldx1, q->batch, 1, q->y1);
    LPLI_TRY((calls ? calls->signal : R(lpli_signal))(l, past, l->now, q->batch, commits, report != NULL, &rule, &loss, fn));
    if (calls && report) loss.n_dead = calls->dead(l, first, q->batch);

    if (q->gradient || l->cfg.mode == LPL_MODE_LEARN) learn(l, q, first);
    if (commits) (calls ? calls->move_on : R(lpli_move_on))(l, first, q->batch);
    loss.step = l->step;
    return lpli_report_fill(report, &rule, &loss, l->gauge, l->units);
}

lpl_status_t PUB(lpl_update)(lpl_layer_t *l, lpl_report_t *report, const real *x0, size_t ldx0, const real *x1, size_t ldx1, size_t batch) {
    const request_t q = {.x0 = x0, .x1 = x1, .ldx0 = ldx0, .ldx1 = ldx1, .batch = batch};
    return run(l, report, &q, "lpl_update");
}

lpl_status_t R(lpli_update)(lpl_layer_t *l, lpl_report_t *report, real *y0, real *y1, const real *x0, size_t ldx0, const real *x1,
                            size_t ldx1, size_t batch, const char *fn) {
    const request_t q = {.x0 = x0, .x1 = x1, .ldx0 = ldx0, .ldx1 = ldx1, .batch = batch, .y0 = y0, .y1 = y1};
    return run(l, report, &q, fn);
}

lpl_status_t PUB(lpl_gradient)(lpl_layer_t *l, real *dw, size_t lddw, real *db, lpl_report_t *report, const real *x0, size_t ldx0,
                               const real *x1, size_t ldx1, size_t batch) {
    const request_t q = {.x0 = x0, .x1 = x1, .ldx0 = ldx0, .ldx1 = ldx1, .batch = batch, .dw = dw, .db = db, .lddw = lddw, .gradient = 1};
    return run(l, report, &q, "lpl_gradient");
}
