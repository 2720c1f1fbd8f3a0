/* layer/signal_real.c - from responses to delta: the layer's statistics and the rule, before any weight is touched.
 *
 * Compiled for the type in which the rule runs: that of the layer, or double in a convolution, whose pooled responses are few and
 * whose bias gradients are sums that nearly cancel.
 * Everything that can fail is found before anything is written: responses first, then their moments (which are finite only if
 * the responses are), then the rule. */
#include "core/error.h"
#include "layer/kind.h"
#include "linalg/vector.h"
#include "stats/moments.h"

static lpl_status_t nonfinite(const lpl_layer_t *l, size_t unit, const char *what, const char *fn) {
    return lpli_fail(LPL_E_NONFINITE, fn, "layer %d, unit %zu, step %llu: %s is NaN, infinite, or too large to be squared",
                     (int)l->cfg.label, unit, (unsigned long long)l->step + 1, what);
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

/* What an update moves besides weights: thresholds, stale statistics, the remembered response, the step count. */
void R(lpli_move_on)(lpl_layer_t *l, int first, size_t batch) {
    const size_t M = l->units;
    const double B = (double)batch;
    for (size_t i = 0; l->theta && i < M; i++) { /* BCM: theta += (<z^2> - theta) / tau */
        real *theta = (real *)l->theta + i;
        *theta += (real)((l->batch_m2[1][i] / B + l->batch_mean[1][i] * l->batch_mean[1][i] - (double)*theta) / l->cfg.tau_theta);
    }
    if (l->cfg.stats != LPL_STATS_EWMA) { /* theory 1.6 (b): the average of the views' mean and unbiased variance */
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

lpl_status_t R(lpli_signal)(lpl_layer_t *l, const void *z0, const void *z1, size_t batch, int commits, int want_report, lpli_rule_t *used,
                            lpli_losses_t *sum, const char *fn) {
    const size_t M = l->units, B = batch;
    const int first = l->cfg.pair == LPL_PAIR_SYMMETRIC ? 0 : 1; /* views first .. 1 learn */
    const int moves = l->cfg.mode != LPL_MODE_FROZEN;
    lpli_rule_t rule = l->rule;
    if (rule.stats == LPL_STATS_STALE && !l->has_stale) rule.stats = LPL_STATS_BATCH; /* the very first step */
    const int positions = l->cfg.kind == LPL_LAYER_CONV2D && l->cfg.sees == LPL_SEES_POSITIONS;
    const int decorrelates = rule.rule == LPL_RULE_LPL && rule.decorr > 0 && (positions ? l->cfg.n_post : M) > 1;
    const int lateral = decorrelates && !positions, ewma = rule.stats == LPL_STATS_EWMA;
    lpli_rule_t main = rule; /* of the units; the lateral term of a map is another rule's (decorrelate in kind.h) */
    if (positions) main.decorr = 0;

    const real *z[2] = {z0, z1};
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
        if (lateral)
            R(lpli_center_all)(l->zc, M, l->use_m2, z[v], M, ewma ? l->use_mean : l->batch_mean[v], B, M, l->gemm.isa, l->cfg.threads);
        if (rule.stats == LPL_STATS_BATCH) {
            memcpy(l->use_mean, l->batch_mean[v], M * sizeof(double));
            for (size_t i = 0; i < M; i++) l->use_sigma2[i] = l->batch_m2[v][i] / ((double)B - 1);
        }
        const R(lpli_rule_work_t) w = {&main, &l->gemm, l->gemm.isa, l->cfg.threads, M, B, ewma, l->square};
        const R(lpli_view_t) view = {z[v],
                                     z[1 - v],
                                     NULL,
                                     l->theta,
                                     M,
                                     M,
                                     0,
                                     M,
                                     &l->rule_act,
                                     l->use_mean,
                                     l->use_sigma2,
                                     l->batch_mean[v],
                                     l->batch_m2[v],
                                     l->delta[v],
                                     l->decay,
                                     l->zc,
                                     l->gain,
                                     l->pull_sum,
                                     v == first ? l->dead : l->fprime_max};
        R(lpli_rule_view)(&w, &view, share, want_report ? &decorr : NULL);
        if (positions && decorrelates) decorr = R(lpli_calls)(l->cfg.kind)->decorrelate(l, &rule, z[v], l->delta[v], B, share);
        loss.decorr += share * decorr;
        const int stale = rule.stats == LPL_STATS_STALE;
        if (want_report)
            loss.push += share * lpli_push_loss(&rule, l->use_mean, l->use_sigma2, stale ? l->batch_mean[v] : NULL,
                                                stale ? l->batch_m2[v] : NULL, M, B);
        for (size_t i = 0; i < M; i++) {
            const double variance = ewma ? l->use_sigma2[i] : l->batch_m2[v][i] / ((double)B - 1);
            l->gauge[i] = v == first ? variance : (l->gauge[i] + variance) / 2;
            loss.mean_activity += share * l->batch_mean[v][i] / (double)M;
        }
    }
    if (z[0]) loss.pull = lpli_pull_loss(l->pull_sum, M, B);
    for (size_t i = 0; i < M; i++) loss.n_dead += ((const real *)l->dead)[i] == 0 && (first == 1 || ((const real *)l->fprime_max)[i] == 0);
    *sum = loss;
    *used = rule;
    return LPL_OK;
}
