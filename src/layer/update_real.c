/* layer/update_real.c - lpl_update and lpl_gradient: one learning step on a batch of pairs. Responses (forward_real.c,
 * kind_conv_real.c), the rule (signal_real.c), then weights; nothing is written before all that can fail is known. */
#include "core/error.h"
#include "core/threads.h"
#include "layer/change.h"
#include "layer/kind.h"
#include "layer/scale.h"
#include "linalg/vector.h"
#include "stats/moments.h"

/* ---- weights ---- */

typedef struct {
    lpl_layer_t *l;
    const real *x[2];
    size_t ldx[2], batch, columns;
    int first, gradient;
    real *dw; /* gradient only: where to */
    size_t lddw;
} weights_t;

/* A tile of the weights. */
typedef struct {
    size_t i, k, rows, cols;
} tile_t;

static tile_t tile_of(const weights_t *j, size_t task) {
    const size_t M = (size_t)j->l->cfg.n_post, n = (size_t)j->l->cfg.n_pre;
    tile_t t = {.i = task / j->columns * LPLI_UPDATE_ROWS, .k = task % j->columns * LPLI_UPDATE_COLS};
    t.rows = M - t.i < LPLI_UPDATE_ROWS ? M - t.i : LPLI_UPDATE_ROWS;
    t.cols = n - t.k < LPLI_UPDATE_COLS ? n - t.k : LPLI_UPDATE_COLS;
    return t;
}

static size_t tile_count(const weights_t *j) {
    return ((size_t)j->l->cfg.n_post + LPLI_UPDATE_ROWS - 1) / LPLI_UPDATE_ROWS * j->columns;
}

/* G = - sum over views of delta' x of one tile. */
static void tile_gradient(const weights_t *j, const tile_t *t, real *g, size_t ldg) {
    const lpl_layer_t *l = j->l;
    for (int v = j->first; v < 2; v++) R(lpli_gemm_tile)
    (&l->gemm, 1, 0, t->rows, t->cols, j->batch, -1, (const real *)l->scratch.delta[v] + t->i, (size_t)l->cfg.n_post,
     j->x[v] + t->k, j->ldx[v], v == j->first ? 0 : 1, g, ldg);
    if (!j->gradient || !lpli_traits(l->rule.rule)->decays) return;
    /* a rule's own decay is part of the rule's gradient; weight_decay is the optimiser's */
    for (size_t r = 0; r < t->rows; r++) {
        const real *w = (const real *)l->param.w + (t->i + r) * l->param.ldw + t->k,
                   decay = ((const real *)l->scratch.decay)[t->i + r];
        for (size_t q = 0; q < t->cols; q++) g[r * ldg + q] += decay * w[q];
    }
}

/* One tile: written out, or handed to the optimiser while it is in cache. */
static void weights_task(void *ctx, size_t task, size_t worker) {
    const weights_t *j = ctx;
    lpl_layer_t *l = j->l;
    const tile_t t = tile_of(j, task);
    if (j->gradient) {
        tile_gradient(j, &t, j->dw + t.i * j->lddw + t.k, j->lddw);
        return;
    }
    const size_t M = (size_t)l->cfg.n_post, n = (size_t)l->cfg.n_pre;
    const size_t tile = (M < LPLI_UPDATE_ROWS ? M : LPLI_UPDATE_ROWS) * (n < LPLI_UPDATE_COLS ? n : LPLI_UPDATE_COLS);
    real *g = (real *)l->scratch.tiles + worker * tile;
    tile_gradient(j, &t, g, t.cols);
    const real *decay = l->scratch.decay, wd = (real)l->cfg.weight_decay;
    for (size_t r = 0; r < t.rows; r++) {
        const size_t at = (t.i + r) * n + t.k;
        real *w = (real *)l->param.w + (t.i + r) * l->param.ldw + t.k, *m = l->param.m, *v = l->param.v;
        const real *gr = g + r * t.cols, by = wd + decay[t.i + r];
        m = m ? m + at : NULL, v = v ? v + at : NULL;
        if (l->scratch.change_asked)
            R(lpli_change_row)(l, task, w, m, v, gr, t.cols, NULL, 1, by);
        else
            LPLI_PICK(l->gemm.isa, lpli_optim_rows)(w, m, v, gr, t.cols, 1, by, &l->optim);
    }
}

/* For steps that are not calm: would that leave NaN or infinity? One tile after the other, with the same products. */
static lpl_status_t check_weights(const weights_t *j, const char *fn) {
    lpl_layer_t *l = j->l;
    const lpli_optim_t o = lpli_next_optim(l);
    const size_t n = (size_t)l->cfg.n_pre;
    const real *decay = l->scratch.decay, wd = (real)l->cfg.weight_decay, *m = l->param.m, *v = l->param.v;
    real *g = l->scratch.tiles;
    for (size_t task = 0; task < tile_count(j); task++) {
        const tile_t t = tile_of(j, task);
        tile_gradient(j, &t, g, t.cols);
        for (size_t r = 0; r < t.rows; r++) {
            const size_t i = t.i + r, at = i * n + t.k;
            const char *what = "gradient";
            const int bad =
                j->gradient ? !(LPLI_PICK(l->gemm.isa, lpli_highest)(g + r * t.cols, t.cols) <= LPLI_REAL_MAX)
                            : R(lpli_optim_first_bad)(l->gemm.isa, (const real *)l->param.w + i * l->param.ldw + t.k,
                                                      m ? m + at : NULL, v ? v + at : NULL, g + r * t.cols, t.cols, 1,
                                                      wd + decay[i], &o, &what) < t.cols;
            if (bad) return lpli_diverged(l, i, what, fn);
        }
    }
    return LPL_OK;
}

/* Gradient of the biases, - sum over views and samples of delta, into out. */
static void bias_gradient(lpl_layer_t *l, real *out, int first, size_t batch) {
    const size_t M = (size_t)l->cfg.n_post;
    double sum[2][LPLI_STRIP];
    if (!lpli_learns_bias(l)) {
        memset(out, 0, M * sizeof(real));
        return;
    }
    for (size_t i = 0; i < M; i += LPLI_STRIP) {
        const size_t cols = M - i < LPLI_STRIP ? M - i : LPLI_STRIP;
        const double *known = l->scratch.known_bias_grad ? l->scratch.known_bias_grad + i : NULL;
        size_t k = 0;
        for (; known && k < cols && !isnan(known[k]); k++) out[i + k] = (real)known[k];
        if (k == cols) continue;
        for (int v = first; v < 2; v++)
            LPLI_PICK(l->gemm.isa, lpli_col_sums)(sum[v], (const real *)l->scratch.delta[v] + i, M, batch, cols);
        for (; k < cols; k++)
            out[i + k] = (real)(known && !isnan(known[k]) ? known[k]
                                : first == 0              ? -(sum[0][k] + sum[1][k])
                                                          : -sum[1][k]);
    }
}

/* What the rule sees of a batch (kind.h: see): of a dense layer the responses. */
static void see(lpl_layer_t *l, void *z, const real *x, size_t ldx, size_t batch, int view, real *y) {
    const R(lpli_calls_t) *calls = R(lpli_calls)(l->cfg.kind);
    if (calls) {
        calls->see(l, z, x, ldx, batch, view, y);
        return;
    }
    R(lpli_respond)(l, z, l->units, l->scratch.kept[view], x, ldx, batch);
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

static lpl_status_t check_request(const lpl_layer_t *l, const request_t *q, const lpl_report_t *report,
                                  const char *fn) {
    const size_t n = (size_t)l->cfg.n_pre, M = (size_t)l->cfg.n_post, k = l->fan_in, e = sizeof(real);
    LPLI_TRY(lpli_check_batch(q->batch, l->cfg.stats == LPL_STATS_EWMA ? 1 : 2, (size_t)l->cfg.batch_max, fn));
    LPLI_TRY(lpli_check_matrix(q->x1, q->batch, n, q->ldx1, e, fn, "x1"));
    LPLI_TRY(lpli_check_apart(l->param.w, M, k, l->param.ldw, q->x1, q->batch, n, q->ldx1, e, fn,
                              "the layer's weights and x1"));
    if (q->x0) {
        LPLI_TRY(lpli_check_matrix(q->x0, q->batch, n, q->ldx0, e, fn, "x0"));
        LPLI_TRY(lpli_check_apart(l->param.w, M, k, l->param.ldw, q->x0, q->batch, n, q->ldx0, e, fn,
                                  "the layer's weights and x0"));
    } else if (l->cfg.pair == LPL_PAIR_SYMMETRIC) {
        return lpli_fail(LPL_E_NULL, fn, "x0 is NULL, LPL_PAIR_SYMMETRIC needs both views");
    } else if (l->stats.prev_batch != 0 && l->stats.prev_batch != q->batch) {
        return lpli_fail(LPL_E_ORDER, fn,
                         "x0 is NULL: the remembered response has %zu rows, batch = %zu (lpl_layer_forget starts anew)",
                         l->stats.prev_batch, q->batch);
    }
    if (report && report->size == 0) return lpli_fail(LPL_E_ARG, fn, "report->size = 0: call lpl_report_init first");
    if (!q->gradient) return LPL_OK;
    LPLI_TRY(lpli_check_matrix(q->dw, M, k, q->lddw, e, fn, "dw"));
    LPLI_TRY(lpli_check_apart(q->dw, M, k, q->lddw, q->x1, q->batch, n, q->ldx1, e, fn, "dw and x1"));
    LPLI_TRY(
        lpli_check_apart(q->dw, M, k, q->lddw, l->param.w, M, k, l->param.ldw, e, fn, "dw and the layer's weights"));
    if (q->x0) LPLI_TRY(lpli_check_apart(q->dw, M, k, q->lddw, q->x0, q->batch, n, q->ldx0, e, fn, "dw and x0"));
    if (!q->db) return LPL_OK;
    if (!l->param.bias) return lpli_fail(LPL_E_ARG, fn, "db is given, but the layer has no biases (need NULL)");
    LPLI_TRY(lpli_check_apart(q->db, 1, M, M, q->dw, M, k, q->lddw, e, fn, "db and dw"));
    LPLI_TRY(lpli_check_apart(q->db, 1, M, M, l->param.bias, 1, M, M, e, fn, "db and the layer's biases"));
    if (q->x0) LPLI_TRY(lpli_check_apart(q->db, 1, M, M, q->x0, q->batch, n, q->ldx0, e, fn, "db and x0"));
    return lpli_check_apart(q->db, 1, M, M, q->x1, q->batch, n, q->ldx1, e, fn, "db and x1");
}

static lpli_conv_learn_t conv_request(const request_t *q, int first) {
    return (lpli_conv_learn_t){
        .x = {q->x0, q->x1},
        .ldx = {q->ldx0, q->ldx1},
        .batch = q->batch,
        .lddw = q->lddw,
        .first = first,
        .dw = q->dw,
        .db = q->db,
    };
}

static weights_t weights_request(lpl_layer_t *l, const request_t *q, int first) {
    const size_t columns = ((size_t)l->cfg.n_pre + LPLI_UPDATE_COLS - 1) / LPLI_UPDATE_COLS;
    return (weights_t){
        .l = l,
        .x = {q->x0, q->x1},
        .ldx = {q->ldx0, q->ldx1},
        .batch = q->batch,
        .columns = columns,
        .first = first,
        .gradient = q->gradient,
        .dw = q->dw,
        .lddw = q->lddw,
    };
}

/* For steps that are not calm: would learn() leave NaN or infinity? Nothing but scratch is written. */
static lpl_status_t check_learn(lpl_layer_t *l, const request_t *q, int first, const char *fn) {
    const size_t M = (size_t)l->cfg.n_post;
    const R(lpli_calls_t) *calls = R(lpli_calls)(l->cfg.kind);
    if (calls) {
        const lpli_conv_learn_t c = conv_request(q, first);
        calls->gradient(l, &c);
        return calls->check_learn(l, &c, fn);
    }
    const weights_t j = weights_request(l, q, first);
    LPLI_TRY(check_weights(&j, fn));
    if (!(q->gradient ? q->db : l->param.bias) || !lpli_learns_bias(l)) return LPL_OK;
    const lpli_optim_t o = lpli_next_optim(l);
    real *g = l->scratch.bias_grad;
    bias_gradient(l, g, first, q->batch);
    size_t i = 0;
    if (q->gradient)
        while (i < M && isfinite(g[i])) i++;
    else
        i = R(lpli_optim_first_bad)(l->gemm.isa, l->param.bias, l->param.bias_m, l->param.bias_v, g, M, 1, 0, &o, NULL);
    return i < M ? lpli_diverged(l, i, q->gradient ? "bias gradient" : "bias", fn) : LPL_OK;
}

static void learn(lpl_layer_t *l, const request_t *q, int first) {
    const size_t M = (size_t)l->cfg.n_post;
    const R(lpli_calls_t) *calls = R(lpli_calls)(l->cfg.kind);
    if (calls) {
        const lpli_conv_learn_t c = conv_request(q, first);
        calls->gradient(l, &c);
        calls->learn(l, &c);
        return;
    }
    weights_t j = weights_request(l, q, first);
    lpli_parallel(tile_count(&j), l->cfg.threads, weights_task, &j);
    if (q->gradient) {
        if (q->db) bias_gradient(l, q->db, first, q->batch);
    } else if (lpli_learns_bias(l)) {
        bias_gradient(l, l->scratch.bias_grad, first, q->batch);
        LPLI_PICK(l->gemm.isa, lpli_optim_rows)
        (l->param.bias, l->param.bias_m, l->param.bias_v, l->scratch.bias_grad, M, 1, 0, &l->optim);
    }
}

/* Largest input of the views that learn, in parts. */
typedef struct {
    const lpl_layer_t *l;
    const request_t *q;
    int first;
    size_t parts;
    real high[2][16];
} largest_t;

static void largest_task(void *ctx, size_t task, size_t worker) {
    (void)worker;
    largest_t *s = ctx;
    const request_t *q = s->q;
    const size_t view = task % 2, part = task / 2, from = q->batch * part / s->parts,
                 rows = q->batch * (part + 1) / s->parts - from, ld = view ? q->ldx1 : q->ldx0;
    const real *x = view ? q->x1 : q->x0;
    s->high[view][part] =
        (int)view < s->first ? 0 : R(lpli_highest_of)(s->l->gemm.isa, x + from * ld, rows, (size_t)s->l->cfg.n_pre, ld);
}

static double largest_input(const lpl_layer_t *l, const request_t *q, int first) {
    largest_t s = {.l = l, .q = q, .first = first};
    double high = 0;
    s.parts = l->cfg.threads == 1 ? 1 : q->batch < 16 ? q->batch : 16;
    lpli_parallel(2 * s.parts, l->cfg.threads, largest_task, &s);
    for (size_t k = 0; k < 2 * s.parts; k++) {
        const double part = (double)s.high[k % 2][k / 2];
        if (!(part <= high)) high = part; /* also NaN, if there is one, */
        if (isnan(high)) break;           /* for good */
    }
    return high;
}

#ifndef LPLI_NO_RULES
static lpl_status_t run_scaled(lpl_layer_t *l, lpl_report_t *report, const request_t *q, const char *fn);
#endif

static lpl_status_t run(lpl_layer_t *l, lpl_report_t *report, const request_t *q, const char *fn) {
    if (!l) return lpli_fail(LPL_E_NULL, fn, "l is NULL");
    LPLI_TRY(lpli_check_dtype(l, LPLI_DTYPE, fn));
    LPLI_TRY(check_request(l, q, report, fn));
#ifndef LPLI_NO_RULES
    if (lpli_scales_now(l) && !q->gradient) return run_scaled(l, report, q, fn);
#endif
    const int first = l->cfg.pair == LPL_PAIR_SYMMETRIC ? 0 : 1; /* views first .. 1 learn */
    const R(lpli_calls_t) *calls = R(lpli_calls)(l->cfg.kind);
    lpli_guard_t guard = {
        .learns = !q->gradient && lpli_layer_learns(l),
        .gradient = q->gradient,
        .commits = l->cfg.mode != LPL_MODE_FROZEN && !q->gradient,
        .report = report != NULL,
        .first = first,
        .batch = q->batch,
        .measure = R(lpli_guard_measure),
    };
    const int learns = guard.learns || guard.gradient;
    lpli_rule_t rule;
    lpli_losses_t loss;
    lpl_report_t full = {.size = sizeof full};

    if (q->x0) see(l, l->scratch.past, q->x0, q->ldx0, q->batch, 0, q->y0);
    see(l, l->scratch.now, q->x1, q->ldx1, q->batch, 1, q->y1);
    const void *past = q->x0 ? l->scratch.past : lpli_recall(l);
    if (learns) guard.x = largest_input(l, q, first);
    LPLI_TRY((calls ? calls->signal : R(lpli_signal))(l, past, l->scratch.now, &guard, &rule, &loss, fn));
    if (calls && report) loss.n_dead = calls->dead(l, first, q->batch);
    loss.step = l->step + (uint64_t)guard.commits;
    const lpl_status_t status = lpli_report_fill(report ? &full : NULL, &rule, &loss, l->scratch.variance, l->units);
    if (report && !lpli_report_is_finite(&full)) return lpli_report_diverged(l, &full, fn);
    if (!guard.calm && guard.commits)
        LPLI_TRY((calls ? calls->check_move : R(lpli_check_move))(l, past, l->scratch.now, &guard, fn));
    if (!guard.calm && learns) LPLI_TRY(check_learn(l, q, first, fn));

    /* from here on nothing fails */
    if (guard.commits && l->cfg.mode == LPL_MODE_LEARN) l->optim = lpli_next_optim(l);
    lpli_change_begin(l, report);
    if (learns) learn(l, q, first);
    full.weight_change = lpli_change_end(l);
    if (guard.commits) (calls ? calls->move_on : R(lpli_move_on))(l, past, l->scratch.now, &guard);
    if (guard.commits && guard.calm) {
        l->bound.high = guard.high;
        l->bound.cov = guard.cov_high;
        if (!(guard.z <= LPLI_TAME)) l->bound.tame = 0;
    } else if (guard.commits) {
        lpli_guard_forget(l);
    }
    if (report) lpli_report_copy(report, &full);
    return status;
}

#ifndef LPLI_NO_RULES
/* The first update of start values that are to be scaled. */
static lpl_status_t run_scaled(lpl_layer_t *l, lpl_report_t *report, const request_t *q, const char *fn) {
    LPLI_TRY(R(lpli_scale_start)(l, see, q->x1, q->ldx1, q->batch, fn));
    const lpl_status_t status = run(l, report, q, fn); /* they are */
    if (status < 0) R(lpli_scale_undo)(l);
    return status;
}
#endif

lpl_status_t PUB(lpl_update)(lpl_layer_t *l, lpl_report_t *report, const real *x0, size_t ldx0, const real *x1,
                             size_t ldx1, size_t batch) {
    const request_t q = {.x0 = x0, .x1 = x1, .ldx0 = ldx0, .ldx1 = ldx1, .batch = batch};
    return run(l, report, &q, "lpl_update");
}

lpl_status_t R(lpli_update)(lpl_layer_t *l, lpl_report_t *report, real *y0, real *y1, const real *x0, size_t ldx0,
                            const real *x1, size_t ldx1, size_t batch, const char *fn) {
    const request_t q = {.x0 = x0, .x1 = x1, .ldx0 = ldx0, .ldx1 = ldx1, .batch = batch, .y0 = y0, .y1 = y1};
    return run(l, report, &q, fn);
}

lpl_status_t PUB(lpl_gradient)(lpl_layer_t *l, real *dw, size_t lddw, real *db, lpl_report_t *report, const real *x0,
                               size_t ldx0, const real *x1, size_t ldx1, size_t batch) {
    const request_t q = {.x0 = x0,
                         .x1 = x1,
                         .ldx0 = ldx0,
                         .ldx1 = ldx1,
                         .batch = batch,
                         .dw = dw,
                         .db = db,
                         .lddw = lddw,
                         .gradient = 1};
    return run(l, report, &q, "lpl_gradient");
}
