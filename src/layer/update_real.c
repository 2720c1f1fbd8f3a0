/* layer/update_real.c - lpl_update and lpl_gradient: one learning step on a batch of pairs. Responses (forward_real.c,
 * kind_conv_real.c), the rule (signal_real.c), then weights; nothing is written before all that can fail is known. */
#include "core/error.h"
#include "core/threads.h"
#include "layer/change.h"
#include "layer/kind.h"
#include "layer/scale.h"
#include "linalg/vector.h"
#include "stats/moments.h"
#ifndef LPLI_NO_MALLOC
#include "reduce/reduce.h"
#endif

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

/* - sum over views of delta' x of one tile and some rows of the batch. */
static void tile_product(const weights_t *j, const tile_t *t, size_t at, size_t rows, real *g, size_t ldg) {
    const lpl_layer_t *l = j->l;
    const size_t M = (size_t)l->cfg.n_post;
    for (int v = j->first; v < 2; v++) R(lpli_gemm_tile)
    (&l->gemm, 1, 0, t->rows, t->cols, rows, -1, (const real *)l->scratch.delta[v] + at * M + t->i, M,
     j->x[v] + at * j->ldx[v] + t->k, j->ldx[v], v == j->first ? 0 : 1, g, ldg);
}

/* G of one tile: of all rows. */
static void tile_gradient(const weights_t *j, const tile_t *t, real *g, size_t ldg) {
    const lpl_layer_t *l = j->l;
#ifndef LPLI_NO_MALLOC
    for (size_t r = 0; lpli_reduces(l) && r < t->rows; r++) R(lpli_reduce_get)
    (l->reduce, (t->i + r) * l->fan_in + t->k, g + r * ldg, t->cols, l->reduce->row_high[t->i + r]);
#endif
    if (!lpli_reduces(l)) tile_product(j, t, 0, j->batch, g, ldg);
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
#ifndef LPLI_NO_MALLOC
        if (lpli_reduces(l)) {
            for (; k < cols; k++)
                if (known && !isnan(known[k]))
                    out[i + k] = (real)known[k];
                else
                    R(lpli_reduce_get)(l->reduce, lpli_at_bias(l) + i + k, out + i + k, 1, l->reduce->bias_high[i + k]);
            continue;
        }
#endif
        for (int v = first; v < 2; v++)
            LPLI_PICK(l->gemm.isa, lpli_col_sums)(sum[v], (const real *)l->scratch.delta[v] + i, M, batch, cols);
        for (; k < cols; k++)
            out[i + k] = (real)(known && !isnan(known[k]) ? known[k]
                                : first == 0              ? -(sum[0][k] + sum[1][k])
                                                          : -sum[1][k]);
    }
}

/* What the rule sees of a batch (kind.h: see): of a dense layer the responses. kept: of the view. */
static void see_rows(lpl_layer_t *l, void *z, real *kept, const real *x, size_t ldx, size_t batch, int view, real *y) {
    const R(lpli_calls_t) *calls = R(lpli_calls)(l->cfg.kind);
    if (calls) {
        calls->see(l, z, x, ldx, batch, view, y);
        return;
    }
    R(lpli_respond)(l, z, l->units, kept, x, ldx, batch);
    if (y) memcpy(y, z, batch * l->n_out * sizeof(real));
}

static void see(lpl_layer_t *l, void *z, const real *x, size_t ldx, size_t batch, int view, real *y) {
    real *kept = l->scratch.kept[view];
#ifndef LPLI_NO_MALLOC
    if (lpli_reduces(l)) {
        const size_t row = l->units * (l->rule_f64 ? sizeof(double) : sizeof(real));
        for (size_t at = 0, n; at < batch; at += n) {
            n = lpli_rows_of_chunk(&l->reduce->hook, at, batch);
            lpli_reduce_slot(l, at);
            see_rows(l, (char *)z + at * row, kept ? kept + at * l->units : NULL, x + at * ldx, ldx, n, view,
                     y ? y + at * l->n_out : NULL);
        }
        return;
    }
#endif
    see_rows(l, z, kept, x, ldx, batch, view, y);
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
#ifndef LPLI_NO_MALLOC
    if (lpli_reduces(l)) {
        const lpl_reduce_config_t *c = &l->reduce->hook.cfg;
        LPLI_TRY(lpli_check_batch(q->batch, 0, (size_t)l->cfg.batch_max, fn));
        if (lpli_is_exact(&l->reduce->hook) && q->batch % (size_t)c->chunk != 0)
            return lpli_fail(LPL_E_SIZE, fn, "batch = %zu, need a whole number of chunks of %zu rows", q->batch,
                             (size_t)c->chunk);
    }
#endif
    if (!lpli_reduces(l))
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

#ifndef LPLI_NO_MALLOC
/* ---- the gradient, with other ranks (reduce/reduce.h) ---- */

static void add_tile_task(void *ctx, size_t task, size_t worker) {
    const weights_t *j = ctx;
    const lpl_layer_t *l = j->l;
    lpli_layer_reduce_t *r = l->reduce;
    const tile_t t = tile_of(j, task);
    const size_t M = (size_t)l->cfg.n_post, n = (size_t)l->cfg.n_pre;
    const size_t tile = (M < LPLI_UPDATE_ROWS ? M : LPLI_UPDATE_ROWS) * (n < LPLI_UPDATE_COLS ? n : LPLI_UPDATE_COLS);
    real *g = (real *)l->scratch.tiles + worker * tile;
    for (size_t at = 0, rows; at < j->batch; at += rows) {
        rows = lpli_rows_of_chunk(&r->hook, at, j->batch);
        tile_product(j, &t, at, rows, g, t.cols);
        if (!(R(lpli_highest_of)(l->gemm.isa, g, t.rows, t.cols, t.cols) <= LPLI_REAL_MAX)) {
            atomic_store(&r->bad, 1);
            return;
        }
        for (size_t k = 0; k < t.rows; k++) R(lpli_reduce_add)
        (r, (t.i + k) * n + t.k, g + k * t.cols, t.cols, r->row_high[t.i + k]);
    }
}

/* Of the biases, and of a rule that competes the decays of the rows: delta is y / B. */
static void add_units(lpl_layer_t *l, int first) {
    const lpli_layer_reduce_t *r = l->reduce;
    const size_t M = (size_t)l->cfg.n_post;
    double sum[LPLI_STRIP];
    const int competes = lpli_traits(l->rule.rule)->competes;
    for (int v = first; v < 2; v++)
        for (size_t at = 0, rows; at < r->own; at += rows) {
            const real *delta = (const real *)l->scratch.delta[v] + at * M;
            const real *u = (const real *)(l->scratch.kept[v] ? l->scratch.kept[v] : l->scratch.now);
            rows = lpli_rows_of_chunk(&r->hook, at, r->own);
            for (size_t i = 0, n; i < M; i += n) {
                n = M - i < LPLI_STRIP ? M - i : LPLI_STRIP;
                LPLI_PICK(l->gemm.isa, lpli_col_sums)(sum, delta + i, M, rows, n);
                for (size_t k = 0; k < n; k++) sum[k] = -sum[k];
                for (size_t k = 0; lpli_learns_bias(l) && k < n; k++) R(lpli_reduce_add_wide)
                (r, lpli_at_bias(l) + i + k, sum + k, 1, r->bias_high[i + k]);
            }
            for (size_t i = 0; competes && i < M; i++) {
                double s = 0;
                for (size_t b = 0; b < rows; b++) s += (double)delta[b * M + i] * (double)u[(at + b) * M + i];
                R(lpli_reduce_add_wide)(r, lpli_at_decay(l) + i, &s, 1, r->bias_high[i] * r->max[LPLI_MAX_U]);
            }
        }
}

static void add_gradient(lpl_layer_t *l, const request_t *q, int first) {
    const R(lpli_calls_t) *calls = R(lpli_calls)(l->cfg.kind);
    if (!calls) {
        weights_t j = weights_request(l, q, first);
        lpli_parallel(tile_count(&j), l->cfg.threads, add_tile_task, &j);
        add_units(l, first);
        return;
    }
    for (size_t at = 0, n; at < q->batch; at += n) {
        n = lpli_rows_of_chunk(&l->reduce->hook, at, q->batch);
        lpli_conv_learn_t c = conv_request(q, first);
        c.batch = n;
        for (int v = first; v < 2; v++) c.x[v] = (const real *)c.x[v] + at * c.ldx[v];
        lpli_reduce_slot(l, at);
        calls->add(l, &c, at);
    }
}

static void get_decay(lpl_layer_t *l) {
    real *decay = l->scratch.decay;
    for (size_t i = 0; lpli_traits(l->rule.rule)->competes && i < l->units; i++) R(lpli_reduce_get)
    (l->reduce, lpli_at_decay(l) + i, decay + i, 1, l->reduce->bias_high[i] * l->reduce->max[LPLI_MAX_U]);
}
#endif

/* A step in two halves: all that its responses tell, up to the sums of its gradient; then what fails, and what is
 * written. */
typedef struct {
    request_t q;
    lpl_report_t *report;
    const void *past;
    const char *fn;
    lpli_guard_t guard;
    lpli_rule_t rule;
    lpli_losses_t loss;
    int later; /* there is something to do before the second half */
} step_t;

static lpl_status_t check_call(const lpl_layer_t *l, const step_t *s) {
    LPLI_TRY(lpli_check_dtype(l, LPLI_DTYPE, s->fn));
    return check_request(l, &s->q, s->report, s->fn);
}

/* Do this rank and, with a hook, all others make this call? */
static lpl_status_t agree(lpl_layer_t *l, step_t *s) {
    if (!l) return lpli_fail(LPL_E_NULL, s->fn, "l is NULL");
    const lpl_status_t status = check_call(l, s);
#ifndef LPLI_NO_MALLOC
    if (lpli_reduces(l))
        return lpli_reduce_agree(l, status, s->q.batch, s->q.x0 || l->stats.prev_batch > 0, s->report != NULL,
                                 s->q.gradient, s->fn);
#endif
    return status;
}

static lpl_status_t begin_step(lpl_layer_t *l, step_t *s) {
    const request_t *q = &s->q;
    const char *fn = s->fn;
    size_t total = q->batch;
#ifndef LPLI_NO_MALLOC
    if (lpli_reduces(l)) total = l->reduce->total;
#endif
    const int first = l->cfg.pair == LPL_PAIR_SYMMETRIC ? 0 : 1; /* views first .. 1 learn */
    const R(lpli_calls_t) *calls = R(lpli_calls)(l->cfg.kind);
    s->guard = (lpli_guard_t){
        .learns = !q->gradient && lpli_layer_learns(l),
        .gradient = q->gradient,
        .commits = l->cfg.mode != LPL_MODE_FROZEN && !q->gradient,
        .report = s->report != NULL,
        .first = first,
        .batch = total,
#ifndef LPLI_NO_MALLOC
        .own = q->batch,
#endif
        .measure = R(lpli_guard_measure),
    };
    const int learns = s->guard.learns || s->guard.gradient;
    if (q->x0) see(l, l->scratch.past, q->x0, q->ldx0, q->batch, 0, q->y0);
    see(l, l->scratch.now, q->x1, q->ldx1, q->batch, 1, q->y1);
    s->past = q->x0 ? l->scratch.past : lpli_recall(l);
#ifndef LPLI_NO_MALLOC
    if (lpli_reduces(l)) {
        s->guard.report = l->reduce->report;
        if (q->batch == 0) s->past = l->reduce->has_past ? l->scratch.past : NULL;
        memset(l->reduce->factor, 0, (LPLI_MAX_EXTRAS + 2 * l->units) * sizeof(double));
    }
#endif
    if (learns) s->guard.x = largest_input(l, q, first);
    LPLI_TRY((calls ? calls->signal : R(lpli_signal))(l, s->past, l->scratch.now, &s->guard, &s->rule, &s->loss, fn));
#ifndef LPLI_NO_MALLOC
    if (lpli_reduces(l)) {
        LPLI_TRY(R(lpli_reduce_delta)(l, first, learns, &s->loss, fn));
        if (learns) {
            add_gradient(l, q, first);
            return lpli_reduce_start(l, s->guard.calm, s->later, fn);
        }
    }
#endif
    if (calls && s->report && !lpli_reduces(l)) s->loss.n_dead = calls->dead(l, first, q->batch);
    return LPL_OK;
}

static lpl_status_t end_step(lpl_layer_t *l, step_t *s) {
    const request_t *q = &s->q;
    const char *fn = s->fn;
    const R(lpli_calls_t) *calls = R(lpli_calls)(l->cfg.kind);
    const int first = s->guard.first, learns = s->guard.learns || s->guard.gradient;
    lpl_report_t full = {.size = sizeof full};
#ifndef LPLI_NO_MALLOC
    if (lpli_reduces(l) && learns) {
        LPLI_TRY(lpli_reduce_finish(l, fn));
        get_decay(l);
    }
#endif
    s->loss.step = l->step + (uint64_t)s->guard.commits;
    const lpl_status_t status =
        lpli_report_fill(s->guard.report ? &full : NULL, &s->rule, &s->loss, l->scratch.variance, l->units);
    if (s->guard.report && !lpli_report_is_finite(&full)) return lpli_report_diverged(l, &full, fn);
    if (!s->guard.calm && s->guard.commits)
        LPLI_TRY((calls ? calls->check_move : R(lpli_check_move))(l, s->past, l->scratch.now, &s->guard, fn));
    if (!s->guard.calm && learns) LPLI_TRY(check_learn(l, q, first, fn));

    /* from here on nothing fails */
    if (s->guard.commits && l->cfg.mode == LPL_MODE_LEARN) l->optim = lpli_next_optim(l);
    lpli_change_begin(l, s->report);
    if (learns) learn(l, q, first);
    full.weight_change = lpli_change_end(l);
    if (s->guard.commits) (calls ? calls->move_on : R(lpli_move_on))(l, s->past, l->scratch.now, &s->guard);
    if (s->guard.commits && s->guard.calm) {
        l->bound.high = s->guard.high;
        l->bound.cov = s->guard.cov_high;
        if (!(s->guard.z <= LPLI_TAME)) l->bound.tame = 0;
    } else if (s->guard.commits) {
        lpli_guard_forget(l);
    }
    if (s->report) lpli_report_copy(s->report, &full);
    return status;
}

static lpl_status_t run(lpl_layer_t *l, lpl_report_t *report, const request_t *q, const char *fn) {
    step_t s = {.q = *q, .report = report, .fn = fn};
    LPLI_TRY(agree(l, &s));
#ifndef LPLI_NO_RULES
    const int scales = lpli_scales_now(l) && !q->gradient;
    if (scales) LPLI_TRY(R(lpli_scale_start)(l, see, q->x1, q->ldx1, q->batch, fn));
#endif
    lpl_status_t status = begin_step(l, &s);
    if (status >= 0) status = end_step(l, &s);
#ifndef LPLI_NO_RULES
    if (status < 0 && scales) R(lpli_scale_undo)(l);
#endif
    return status;
}

#ifndef LPLI_NO_MALLOC
_Static_assert(sizeof(step_t) <= LPLI_STEP_BYTES, "a step has room in lpli_layer_reduce_t");

lpl_status_t R(lpli_update_begin)(lpl_layer_t *l, lpl_report_t *report, real *y0, real *y1, const real *x0, size_t ldx0,
                                  const real *x1, size_t ldx1, size_t batch, const char *fn) {
    step_t *s = l->reduce->step;
    *s = (step_t){.q = {.x0 = x0, .x1 = x1, .ldx0 = ldx0, .ldx1 = ldx1, .batch = batch, .y0 = y0, .y1 = y1},
                  .report = report,
                  .fn = fn,
                  .later = 1};
    LPLI_TRY(agree(l, s));
    return begin_step(l, s);
}

lpl_status_t R(lpli_update_end)(lpl_layer_t *l) { return end_step(l, l->reduce->step); }
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
