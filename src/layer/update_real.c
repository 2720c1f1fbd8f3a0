/* layer/update_real.c - lpl_update and lpl_gradient: one learning step on a batch of pairs.
 *
 * Everything that can fail is found before anything is written: responses first, then their moments (which are finite only if
 * the responses are), then the rule, then weights and state. */
#include "core/error.h"
#include "core/threads.h"
#include "layer/layer.h"
#include "linalg/vector.h"
#include "stats/moments.h"

static lpl_status_t nonfinite(const lpl_layer_t *l, size_t unit, const char *what, const char *fn) {
    return lpli_fail(LPL_E_NONFINITE, fn, "layer %d, unit %zu, step %llu: %s is NaN, infinite, or too large to be squared", (int)l->cfg.label, unit,
                     (unsigned long long)l->step + 1, what);
}

/* Moments of one view; its first non-finite unit if there is one. */
static lpl_status_t find_moments(lpl_layer_t *l, int view, const real *z, size_t batch, const char *fn) {
    const size_t M = l->units;
    R(lpli_moments)(l->batch_mean[view], l->batch_m2[view], NULL, M, z, M, batch, M, l->gemm.isa, l->cfg.threads);
    for (size_t i = 0; i < M; i++)
        if (!isfinite(l->batch_m2[view][i])) return nonfinite(l, i, view ? "z of x1" : "z of x0", fn);
    return LPL_OK;
}

static lpl_status_t check_past(lpl_layer_t *l, const real *z, size_t batch, const char *fn) {
    const size_t M = l->units;
    if (isfinite(LPLI_PICK(l->gemm.isa, lpli_sumsq)(z, batch * M))) return LPL_OK;
    for (size_t i = 0; i < M; i++)
        for (size_t b = 0; b < batch; b++)
            if (!isfinite((double)z[b * M + i] * (double)z[b * M + i])) return nonfinite(l, i, "z of x0", fn);
    return nonfinite(l, 0, "z of x0", fn);
}

/* EWMA: the running averages with this call's rows taken in, into use_mean, use_sigma2 and, with decorrelation, square (zero
 * diagonal); commit: into the layer's own too. The two views of a symmetric pair are one batch of 2 B rows. */
static void ewma_statistics(lpl_layer_t *l, const real *const z[2], int first, size_t batch, int commit) {
    const size_t M = l->units, rows = first == 0 ? 2 * batch : batch;
    const double k_mean = lpli_ewma_gain((double)rows, l->cfg.tau_mean), k_sigma2 = lpli_ewma_gain((double)rows, l->cfg.tau_sigma2);
    const double *mean = l->batch_mean[1], *m2 = l->batch_m2[1];
    if (first == 0) { /* moments of the union (Chan, Golub & LeVeque 1983) */
        for (size_t i = 0; i < M; i++) {
            const double d = l->batch_mean[1][i] - l->batch_mean[0][i];
            l->gauge[i] = (l->batch_mean[0][i] + l->batch_mean[1][i]) / 2;
            l->pull_sum[i] = l->batch_m2[0][i] + l->batch_m2[1][i] + d * d * (double)batch / 2;
        }
        mean = l->gauge;
        m2 = l->pull_sum;
    }
    lpli_ewma_take(l->use_mean, l->use_sigma2, mean, m2, M, (double)rows, k_mean, k_sigma2);
    if (l->cov && l->rule.decorr > 0) {
        real *zc = l->zc, *square = l->square;
        for (int v = first; v < 2; v++)
            R(lpli_center_all)(zc + (size_t)(v - first) * batch * M, M, l->use_m2, z[v], M, mean, batch, M, l->gemm.isa, l->cfg.threads);
        R(lpli_gram)(&l->gemm, 1, M, rows, 1, zc, M, square, M, l->cfg.threads);
        for (size_t i = 0; i < M; i++) {
            const double di = mean[i] - l->use_mean[i];
            for (size_t j = 0; j < M; j++) {
                const size_t e = i * M + j;
                const double c = l->cov[e] + ((double)square[e] / (double)rows + di * (mean[j] - l->use_mean[j]) - l->cov[e]) * k_sigma2;
                if (commit) l->cov[e] = c;
                square[e] = i == j ? 0 : (real)c;
            }
        }
    }
    if (!commit) return;
    memcpy(l->mean, l->use_mean, M * sizeof(double));
    memcpy(l->sigma2, l->use_sigma2, M * sizeof(double));
}

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
    for (int v = j->first; v < 2; v++)
        R(lpli_gemm_tile)(&l->gemm, 1, 0, rows, cols, j->batch, -1, (const real *)l->delta[v] + i, M, j->x[v] + k, j->ldx[v],
                          v == j->first ? 0 : 1, g, ldg);
    const real *decay = l->decay, wd = (real)l->cfg.weight_decay;
    for (size_t r = 0; r < rows; r++) {
        real *w = (real *)l->w + (i + r) * l->ldw + k, *m = l->m, *v = l->v;
        if (j->dw) { /* Oja's own decay is part of the rule's gradient; weight_decay is the optimiser's */
            if (l->rule.rule == LPL_RULE_OJA)
                for (size_t q = 0; q < cols; q++) g[r * ldg + q] += decay[i + r] * w[q];
            continue;
        }
        LPLI_PICK(l->gemm.isa, lpli_optim_rows)(w, m ? m + (i + r) * n + k : NULL, v ? v + (i + r) * n + k : NULL, g + r * ldg, cols, 1,
                                                wd + decay[i + r], &l->optim);
    }
}

/* Gradient of the biases, - sum over views and samples of delta, into out. */
static void bias_gradient(lpl_layer_t *l, real *out, int first, size_t batch) {
    const size_t M = (size_t)l->cfg.n_post;
    double sum[2][LPLI_STRIP];
    for (size_t i = 0; i < M; i += LPLI_STRIP) {
        const size_t cols = M - i < LPLI_STRIP ? M - i : LPLI_STRIP;
        for (int v = first; v < 2; v++)
            LPLI_PICK(l->gemm.isa, lpli_col_sums)(sum[v], (const real *)l->delta[v] + i, M, batch, cols);
        for (size_t k = 0; k < cols; k++) out[i + k] = (real)-(first == 0 ? sum[0][k] + sum[1][k] : sum[1][k]);
    }
}

/* ---- the step ---- */

typedef struct {
    const real *x0, *x1;
    size_t ldx0, ldx1, batch;
    real *dw, *db; /* gradient only */
    size_t lddw;
    int gradient;
} request_t;

static lpl_status_t check_request(const lpl_layer_t *l, const request_t *q, const lpl_report_t *report, const char *fn) {
    const size_t n = (size_t)l->cfg.n_pre, M = (size_t)l->cfg.n_post, k = l->fan_in, e = sizeof(real);
    LPLI_TRY(lpli_check_count(q->batch, l->cfg.stats == LPL_STATS_EWMA ? 1 : 2, (size_t)l->cfg.batch_max, fn, "batch"));
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
    if (l->cfg.kind == LPL_LAYER_CONV2D) {
        const lpli_conv_learn_t c = {{q->x0, q->x1}, {q->ldx0, q->ldx1}, q->batch, q->lddw, first, q->dw, q->db};
        R(lpli_conv_learn)(l, &c);
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

/* What an update moves besides weights: thresholds, stale statistics, the remembered response, the step count. */
static void move_on(lpl_layer_t *l, int first, size_t batch) {
    const size_t M = l->units;
    const double B = (double)batch;
    for (size_t i = 0; l->theta && i < M; i++) { /* BCM: theta += (<z^2> - theta) / tau */
        real *theta = (real *)l->theta + i;
        *theta += (real)((l->batch_m2[1][i] / B + l->batch_mean[1][i] * l->batch_mean[1][i] - (double)*theta) / l->cfg.tau_theta);
    }
    if (l->cfg.stats != LPL_STATS_EWMA) { /* paper 1.6 (b): the average of the views' mean and unbiased variance */
        for (size_t i = 0; i < M; i++) {
            l->mean[i] = first == 0 ? (l->batch_mean[0][i] + l->batch_mean[1][i]) / 2 : l->batch_mean[1][i];
            l->sigma2[i] = (first == 0 ? (l->batch_m2[0][i] + l->batch_m2[1][i]) / 2 : l->batch_m2[1][i]) / (B - 1);
        }
        l->has_stale = 1;
    }
    if (l->prev) {
        void *old = l->prev;
        l->prev = l->now;
        l->now = old;
        l->prev_batch = batch;
    }
    l->step++;
}

static lpl_status_t run(lpl_layer_t *l, lpl_report_t *report, const request_t *q, const char *fn) {
    if (!l) return lpli_fail(LPL_E_NULL, fn, "l is NULL");
    LPLI_TRY(lpli_check_dtype(l, LPLI_DTYPE, fn));
    LPLI_TRY(check_request(l, q, report, fn));
    const size_t M = l->units, B = q->batch;
    const int first = l->cfg.pair == LPL_PAIR_SYMMETRIC ? 0 : 1; /* views first .. 1 learn */
    const int moves = l->cfg.mode != LPL_MODE_FROZEN, commits = moves && !q->gradient;
    lpli_rule_t rule = l->rule;
    if (rule.stats == LPL_STATS_STALE && !l->has_stale) rule.stats = LPL_STATS_BATCH; /* the very first step */
    const int positions = l->cfg.kind == LPL_LAYER_CONV2D && l->cfg.sees == LPL_SEES_POSITIONS;
    const int decorrelates = rule.rule == LPL_RULE_LPL && rule.decorr > 0 && (positions ? l->cfg.n_post : M) > 1;
    const int lateral = decorrelates && !positions, ewma = rule.stats == LPL_STATS_EWMA;
    lpli_rule_t main = rule; /* of the units; the lateral term of a map is another rule's (lpli_decorrelate_positions) */
    if (positions) main.decorr = 0;

    const real *z[2] = {q->x0 ? l->past : l->prev_batch ? l->prev : NULL, l->now};
    if (q->x0) R(lpli_see)(l, l->past, q->x0, q->ldx0, B, 0);
    R(lpli_see)(l, l->now, q->x1, q->ldx1, B, 1);
    if (z[0] && first == 1) LPLI_TRY(check_past(l, z[0], B, fn));
    for (int v = first; v < 2; v++) LPLI_TRY(find_moments(l, v, z[v], B, fn));

    if (rule.stats != LPL_STATS_BATCH) {
        memcpy(l->use_mean, l->mean, M * sizeof(double));
        memcpy(l->use_sigma2, l->sigma2, M * sizeof(double));
    }
    if (ewma && moves) ewma_statistics(l, z, first, B, commits);
    if (ewma && !moves && lateral)
        for (size_t i = 0; i < M * M; i++) ((real *)l->square)[i] = i % (M + 1) == 0 ? 0 : (real)l->cov[i];

    lpli_losses_t loss = {0};
    const double share = first == 0 ? 0.5 : 1;
    for (int v = first; v < 2; v++) {
        double decorr = 0;
        if (lateral) R(lpli_center_all)(l->zc, M, l->use_m2, z[v], M, ewma ? l->use_mean : l->batch_mean[v], B, M, l->gemm.isa, l->cfg.threads);
        if (rule.stats == LPL_STATS_BATCH) {
            memcpy(l->use_mean, l->batch_mean[v], M * sizeof(double));
            for (size_t i = 0; i < M; i++) l->use_sigma2[i] = l->batch_m2[v][i] / ((double)B - 1);
        }
        const R(lpli_rule_work_t) w = {&main, &l->gemm, l->gemm.isa, l->cfg.threads, M, B, ewma, l->square};
        const R(lpli_view_t) view = {z[v], z[1 - v], NULL, l->theta, M, M, 0, M, &l->rule_act, l->use_mean, l->use_sigma2, l->batch_mean[v],
                                     l->batch_m2[v], l->delta[v], l->decay, l->zc, l->gain, l->pull_sum, v == first ? l->dead : l->fprime_max};
        R(lpli_rule_view)(&w, &view, share, report ? &decorr : NULL);
        if (positions && decorrelates) decorr = R(lpli_decorrelate_positions)(l, &rule, z[v], l->delta[v], B, share);
        loss.decorr += share * decorr;
        const int stale = rule.stats == LPL_STATS_STALE;
        if (report)
            loss.push += share * lpli_push_loss(&rule, l->use_mean, l->use_sigma2, stale ? l->batch_mean[v] : NULL, stale ? l->batch_m2[v] : NULL, M, B);
        for (size_t i = 0; i < M; i++) {
            const double variance = ewma ? l->use_sigma2[i] : l->batch_m2[v][i] / ((double)B - 1);
            l->gauge[i] = v == first ? variance : (l->gauge[i] + variance) / 2;
            loss.mean_activity += share * l->batch_mean[v][i] / (double)M;
        }
    }
    if (z[0]) loss.pull = lpli_pull_loss(l->pull_sum, M, B);
    if (l->cfg.kind == LPL_LAYER_CONV2D) {
        if (report) loss.n_dead = R(lpli_conv_dead)(l, first, B);
    } else {
        for (size_t i = 0; i < M; i++)
            loss.n_dead += ((const real *)l->dead)[i] == 0 && (first == 1 || ((const real *)l->fprime_max)[i] == 0);
    }

    if (q->gradient || l->cfg.mode == LPL_MODE_LEARN) learn(l, q, first);
    if (commits) move_on(l, first, B);
    loss.step = l->step;
    return lpli_report_fill(report, &rule, &loss, l->gauge, M);
}

lpl_status_t PUB(lpl_update)(lpl_layer_t *l, lpl_report_t *report, const real *x0, size_t ldx0, const real *x1, size_t ldx1, size_t batch) {
    const request_t q = {.x0 = x0, .x1 = x1, .ldx0 = ldx0, .ldx1 = ldx1, .batch = batch};
    return run(l, report, &q, "lpl_update");
}

lpl_status_t PUB(lpl_gradient)(lpl_layer_t *l, real *dw, size_t lddw, real *db, lpl_report_t *report, const real *x0, size_t ldx0,
                               const real *x1, size_t ldx1, size_t batch) {
    const request_t q = {.x0 = x0, .x1 = x1, .ldx0 = ldx0, .ldx1 = ldx1, .batch = batch, .dw = dw, .db = db, .lddw = lddw, .gradient = 1};
    return run(l, report, &q, "lpl_gradient");
}
