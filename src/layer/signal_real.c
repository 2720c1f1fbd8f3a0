/* layer/signal_real.c - from responses to delta: the layer's statistics and the rule, before any weight is touched.
 *
 * Compiled for the type in which the rule runs: that of the layer, or double in a convolution, whose pooled responses
 * are few and whose bias gradients are sums that nearly cancel.
 * Everything that can fail is found before anything is written: responses first, then their moments (which are finite
 * only if the responses are), then the rule. */
#include <float.h>

#include "core/error.h"
#include "layer/kind.h"
#include "linalg/vector.h"
#include "rule/forms.h"
#include "stats/moments.h"
#ifndef LPLI_NO_MALLOC
#include "reduce/reduce.h"
#endif

static lpl_status_t nonfinite(const lpl_layer_t *l, size_t unit, const char *what, const char *fn) {
    return lpli_fail(LPL_E_NONFINITE, fn,
                     "layer %d, unit %zu, step %llu: %s is NaN, infinite, or too large to be squared",
                     (int)l->cfg.label, unit, (unsigned long long)l->step + 1, what);
}

static double highest(const lpl_layer_t *l, const double *p) { return lpli_guard_highest(p, l->units); }

/* Do the responses fit the layer's type? Those of a float32 convolution are computed and remembered in double, and
 * handed out and read as float32. high: none is larger. */
static lpl_status_t check_range(const lpl_layer_t *l, const real *z, size_t batch, double high, const char *what,
                                const char *fn) {
#ifdef LPLI_F64
    if (l->cfg.dtype == LPL_F64 || high <= (double)FLT_MAX) return LPL_OK;
    for (size_t k = 0; k < batch * l->units; k++)
        if (!(fabs(z[k]) <= (double)FLT_MAX)) return nonfinite(l, k % l->units, what, fn);
#else
    (void)l, (void)z, (void)batch, (void)high, (void)what, (void)fn;
#endif
    return LPL_OK;
}

/* Moments of one view; its first non-finite unit if there is one. zc: z - mean, or NULL. *high: no response of it is
 * larger. */
static lpl_status_t find_moments(lpl_layer_t *l, int view, const real *z, real *zc, size_t batch, double *high,
                                 const char *fn) {
    const size_t M = l->units;
    R(lpli_moments)
    (l->scratch.batch_mean[view], l->scratch.batch_m2[view], zc, M, z, M, batch, M, l->gemm.isa, l->cfg.threads);
    const double m2 = highest(l, l->scratch.batch_m2[view]),
                 z_high = highest(l, l->scratch.batch_mean[view]) + sqrt(m2);
    if (z_high > *high) *high = z_high;
    for (size_t i = 0; i < M && !isfinite(m2); i++)
        if (!isfinite(l->scratch.batch_m2[view][i])) return nonfinite(l, i, view ? "z of x1" : "z of x0", fn);
    return check_range(l, z, batch, z_high, view ? "z of x1" : "z of x0", fn);
}

/* Inputs to the units, where responses do not tell of them. */
static lpl_status_t check_inputs(lpl_layer_t *l, const real *u, size_t batch, double *high, const char *fn) {
    const size_t M = l->units;
    const double top = (double)LPLI_PICK(l->gemm.isa, lpli_highest)(u, batch * M);
    if (top > *high) *high = top;
    if (top <= (double)LPLI_REAL_MAX) return LPL_OK;
    size_t k = 0;
    while (k + 1 < batch * M && isfinite(u[k])) k++;
    return nonfinite(l, k % M, "its input by x1", fn);
}

static lpl_status_t check_past(lpl_layer_t *l, const real *z, size_t batch, double *high, const char *fn) {
    const size_t M = l->units;
    const double most = (double)LPLI_PICK(l->gemm.isa, lpli_highest)(z, batch * M);
    if (most > *high) *high = most;
    if (isfinite(most * most * (double)batch * (double)M) || isfinite(LPLI_PICK(l->gemm.isa, lpli_sumsq)(z, batch * M)))
        return check_range(l, z, batch, most, "z of x0", fn);
    for (size_t i = 0; i < M; i++)
        for (size_t b = 0; b < batch; b++)
            if (!isfinite((double)z[b * M + i] * (double)z[b * M + i])) return nonfinite(l, i, "z of x0", fn);
    return nonfinite(l, 0, "z of x0", fn);
}

/* ---- with other ranks (reduce/reduce.h) ---- */

static real *square_of(const lpl_layer_t *l) {
#ifndef LPLI_NO_MALLOC
    if (lpli_reduces(l)) return l->reduce->square;
#endif
    return l->scratch.square;
}

static double *forms_of(const lpl_layer_t *l) {
#ifndef LPLI_NO_MALLOC
    if (lpli_reduces(l)) return l->reduce->forms;
#endif
    return l->scratch.forms;
}

#ifndef LPLI_NO_MALLOC
/* Largest magnitude, infinity for NaN, which no maximum over ranks would show. */
static double visible(double high) { return isnan(high) ? (double)INFINITY : high; }

/* Moments of both views over the ranks. learns: largest inputs and what a head keeps are wanted too. */
static lpl_status_t reduce_moments(lpl_layer_t *l, const real *const z[2], lpli_guard_t *q, const char *fn) {
    lpli_layer_reduce_t *r = l->reduce;
    const size_t U = l->units;
    const double limit = l->cfg.dtype == LPL_F64 ? DBL_MAX : (double)FLT_MAX;
    const lpli_rows_t rows = lpli_reduce_rows(l, z[0], z[1]);
    double *m = r->max;
    const real *u = lpli_traits(l->rule.rule)->inputs ? l->scratch.kept[1] : NULL;
    memset(m, 0, (LPLI_MAX_EXTRAS + 4 * U) * sizeof *m);
    for (int v = 0; v < 2; v++) {
        if (!z[v]) continue;
        const size_t bad = R(lpli_rows_look)(&rows, v, limit);
        if (bad < U) m[LPLI_MAX_BAD] = fmax(m[LPLI_MAX_BAD], (double)(2 * U - (size_t)v * U - bad));
    }
    m[LPLI_MAX_X] = visible(q->x);
    if (u) m[LPLI_MAX_U] = visible((double)LPLI_PICK(l->gemm.isa, lpli_highest)(u, r->own * U));
    if (lpli_convolves(l) && l->cfg.sees == LPL_SEES_HEAD) lpli_reduce_head_high(l, m);
    LPLI_TRY(lpli_hook_reduce(&r->hook, m, LPLI_MAX_EXTRAS + 4 * U, LPL_REDUCE_FLOAT64, LPL_REDUCE_MAX, fn));
    if (m[LPLI_MAX_BAD] > 0) {
        const size_t k = 2 * U - (size_t)m[LPLI_MAX_BAD];
        return nonfinite(l, k % U, k < U ? "z of x0" : "z of x1", fn);
    }
    if (!(m[LPLI_MAX_U] <= (double)LPLI_REAL_MAX)) return nonfinite(l, 0, "its input by x1", fn);
    q->x = m[LPLI_MAX_X];
    r->x_high = q->x;
    for (int v = 0; v < 2; v++)
        for (size_t i = 0; z[v] && i < U; i++) {
            const double range = lpli_rows_range(&rows, v, i), far = fmax(fabs(rows.high[v][i]), fabs(rows.low[v][i]));
            if (!(4 * (double)r->total * (double)U * (range * range + far * far) <= DBL_MAX))
                return nonfinite(l, i, v ? "z of x1" : "z of x0", fn);
            q->z = far > q->z ? far : q->z;
        }
    q->z = fmax(q->z, m[LPLI_MAX_U]);
    LPLI_TRY(R(lpli_rows_means)(&rows, l->scratch.batch_mean, fn));
    return R(lpli_rows_squares)(&rows, l->scratch.batch_mean, l->scratch.batch_m2, r->pull_sum, fn);
}

/* Sums of products of the centred rows, over the ranks: into r->products. zc: centred rows of a view, or of both. */
static lpl_status_t reduce_products(lpl_layer_t *l, const real *zc0, const real *zc1, int v, const char *fn) {
    lpli_layer_reduce_t *r = l->reduce;
    const lpli_rows_t rows = lpli_reduce_rows(l, NULL, NULL);
    const real *const both[2] = {zc0, zc1};
    for (size_t i = 0; i < l->units; i++)
        r->work[i] = zc0 && zc1 ? lpli_rows_union(&rows, i) : lpli_rows_range(&rows, v, i);
    r->products.threads = l->cfg.threads;
    r->products.total = r->total * (zc0 && zc1 ? 2 : 1);
    lpli_products_start(&r->products, r->work);
    return R(lpli_products)(&r->products, both, r->own, r->square, fn);
}
#endif

/* Moments of all rows of this call: of a symmetric pair those of the union (Chan, Golub & LeVeque 1983), in pair_mean
 * and pair_m2. */
static void union_moments(const lpl_layer_t *l, int first, size_t batch, const double **mean, const double **m2) {
    *mean = l->scratch.batch_mean[1];
    *m2 = l->scratch.batch_m2[1];
    if (first == 1) return;
    for (size_t i = 0; i < l->units; i++) {
        const double d = l->scratch.batch_mean[1][i] - l->scratch.batch_mean[0][i];
        l->scratch.pair_mean[i] = (l->scratch.batch_mean[0][i] + l->scratch.batch_mean[1][i]) / 2;
        l->scratch.pair_m2[i] = l->scratch.batch_m2[0][i] + l->scratch.batch_m2[1][i] + d * d * (double)batch / 2;
    }
    *mean = l->scratch.pair_mean;
    *m2 = l->scratch.pair_m2;
}

/* EWMA: the running averages with this call's rows taken in, into use_mean, use_sigma2. The two views of a symmetric
 * pair are one batch of 2 B rows. */
static void ewma_statistics(lpl_layer_t *l, int first, size_t batch) {
    const double rows = (double)(first == 0 ? 2 * batch : batch), *mean, *m2;
    union_moments(l, first, batch, &mean, &m2);
    lpli_ewma_take(l->scratch.use_mean, l->scratch.use_sigma2, mean, m2, l->units, rows,
                   lpli_ewma_gain(rows, l->cfg.tau_mean), lpli_ewma_gain(rows, l->cfg.tau_sigma2));
}

/* And the covariance, into square (zero diagonal), or into the layer's own, or nowhere: LOOK returns the first unit
 * for which it would not be finite, else the number of units. */
enum { USE = 0, COMMIT = 1, LOOK = 2 };

/* The rows of this call: of both views of a symmetric pair. */
static const real *rows_of(const real *const z[2], int first, int v) { return v < first ? NULL : z[v]; }

#ifndef LPLI_NO_MALLOC
/* Sums of products of deviations over the ranks: into r->products. */
static lpl_status_t reduce_covariance(lpl_layer_t *l, const real *const z[2], const lpli_guard_t *q, const char *fn) {
    lpli_layer_reduce_t *r = l->reduce;
    const lpli_rows_t rows = lpli_reduce_rows(l, NULL, NULL);
    const double *mean, *m2;
    union_moments(l, q->first, q->batch, &mean, &m2);
    for (size_t i = 0; i < l->units; i++)
        r->work[i] = q->first == 0 ? lpli_rows_union(&rows, i) : lpli_rows_range(&rows, 1, i);
    r->products.threads = l->cfg.threads;
    r->products.total = r->total * (q->first == 0 ? 2 : 1);
    lpli_products_start(&r->products, r->work);
    for (int v = q->first; v < 2; v++) R(lpli_products_rows)
    (&r->products, z[v], l->units, q->own, mean, l->scratch.centred, r->square);
    return lpli_hook_sum(&r->hook, r->products.sum, lpli_products_length(l->units), fn);
}
#endif

/* Sums of products of deviations around the mean of all rows come in double into the room of square; its rows then
 * become, one after the other, those of the new covariance in the rule's type, which take no more room. */
static size_t ewma_covariance(lpl_layer_t *l, const real *const z[2], int first, size_t batch, int what) {
    const size_t M = lpli_form_units(l), Q = lpli_places(l), rows = first == 0 ? 2 * batch : batch;
    const double k_sigma2 = lpli_ewma_gain((double)rows, l->cfg.tau_sigma2), *m2;
    const real *each[2] = {rows_of(z, first, 0), rows_of(z, first, 1)};
    const double *mean[2] = {NULL, l->scratch.use_mean};
    union_moments(l, first, batch, &mean[0], &m2);
    if (lpli_sees_positions(l)) R(lpli_calls)(l->cfg.kind)->samples(l, each, mean, batch);
    real *square = square_of(l), *row = (real *)(void *)l->scratch.unread_m2;
    double *gram = (double *)(void *)square;
#ifndef LPLI_NO_MALLOC
    if (lpli_reduces(l)) lpli_products_get_f64(&l->reduce->products, gram, 1);
#endif
    if (!lpli_reduces(l)) R(lpli_scatter)
    (&l->gemm, gram, l->scratch.centred, each, M, mean[0], batch * Q, M, l->cfg.threads);
    for (size_t i = 0; i < M; i++) {
        double *cov = l->stats.cov + i * M;
        if (!LPLI_PICK(l->gemm.isa, lpli_cov_row)(what == COMMIT ? cov : NULL, row, what == LOOK, cov, gram + i * M,
                                                  mean[0], mean[1], i, M, (double)(rows * Q), k_sigma2))
            return i;
        row[i] = 0;
        memcpy(square + i * M, row, M * sizeof *row);
    }
    return M;
}

real R(lpli_next_theta)(const lpl_layer_t *l, size_t i, double square) {
    return R(lpli_theta)(((const real *)l->param.theta)[i], l->param.theta_exact ? l->param.theta_exact + i : NULL,
                         square, l->cfg.tau_theta);
}

void R(lpli_move_theta)(lpl_layer_t *l, size_t i, double square) {
    ((real *)l->param.theta)[i] = R(lpli_next_theta)(l, i, square);
    if (l->param.theta_exact)
        l->param.theta_exact[i] = lpli_exact_theta(l->param.theta_exact[i], square, l->cfg.tau_theta);
}

static double mean_square(const lpl_layer_t *l, size_t i, double B) {
    return lpli_mean_square(l->scratch.batch_mean[1][i], l->scratch.batch_m2[1][i], B);
}

/* Theory 1.6 (b): the average of the views' mean and unbiased variance. */
static double stale_mean(const lpl_layer_t *l, int first, size_t i) {
    return first == 0 ? (l->scratch.batch_mean[0][i] + l->scratch.batch_mean[1][i]) / 2 : l->scratch.batch_mean[1][i];
}
static double stale_sigma2(const lpl_layer_t *l, int first, size_t i, double B) {
    return (first == 0 ? (l->scratch.batch_m2[0][i] + l->scratch.batch_m2[1][i]) / 2 : l->scratch.batch_m2[1][i]) /
           (B - 1);
}

/* The terms of the whole batch, before anything else: how large they are is then known, and so is whether they can be
 * had. Into f->term; losses by view. */
typedef struct {
    double pull, push[2];
} form_losses_t;

static lpl_status_t find_forms(lpl_layer_t *l, lpli_forms_t *f, const real *const z[2], lpli_guard_t *q,
                               form_losses_t *loss, const char *fn) {
    const int first = q->first, symmetric = first == 0, moves = l->cfg.mode != LPL_MODE_FROZEN;
    const size_t positions = l->units / f->units;
    size_t stuck;
    const size_t most = (size_t)l->cfg.batch_max * positions;
    lpli_forms_lay(f, forms_of(l), f->ranks && most < f->units ? f->units : most, symmetric);
    for (int v = 0; v < 2; v++)
        if (z[v]) R(lpli_forms_gather)(f, f->z[v], z[v], l->units, positions);
    const int predicted = !lpli_predicts(f->rule) || lpli_forms_predict(f, l->stats.predictor, first, moves);
    if (f->ranks && f->ranks->status < 0) return f->ranks->status;
    if (!predicted) return lpli_diverged(l, 0, "predictor", fn);
    for (int v = first; v < 2; v++) {
        const double pull = lpli_forms_pull(f, v, z[1 - v] != NULL);
        loss->pull = lpli_predicts(f->rule) ? loss->pull + pull : pull;
    }
    for (int v = first; v < 2; v++) {
        loss->push[v] = lpli_forms_push(f, v, symmetric ? 0.5 : 1, &stuck);
        if (f->ranks && f->ranks->status < 0) return f->ranks->status;
        if (stuck != SIZE_MAX)
            return lpli_fail_note(lpli_rule_singular(stuck, !f->ranks && f->rows < f->units, f->rule->eps, fn),
                                  " (layer %d, step %llu)", (int)l->cfg.label, (unsigned long long)l->step + 1);
        const double high = lpli_forms_highest(f, v);
        q->term = high > q->term || isnan(high) ? high : q->term;
    }
    if (q->term <= DBL_MAX) return LPL_OK;
    for (int v = first; v < 2; v++)
        for (size_t k = 0; k < f->rows * f->units; k++)
            if (!isfinite(f->term[v][k])) return lpli_diverged(l, k % f->units, "pull or push", fn);
    return lpli_diverged(l, 0, "pull or push", fn);
}

static int tracks_covariance(const lpl_layer_t *l) { return l->stats.cov && l->rule.decorr > 0; }

lpl_status_t R(lpli_check_move)(lpl_layer_t *l, const void *z0, const void *z1, const lpli_guard_t *q, const char *fn) {
    const size_t M = l->units;
    const double B = (double)q->batch;
    const int ewma = l->cfg.stats == LPL_STATS_EWMA;
    for (size_t i = 0; i < M; i++) {
        if (lpli_thresholds(l) && !isfinite(R(lpli_next_theta)(l, i, mean_square(l, i, B))))
            return lpli_diverged(l, i, "threshold", fn);
        const double mean = ewma ? l->scratch.use_mean[i] : stale_mean(l, q->first, i);
        const double sigma2 = ewma ? l->scratch.use_sigma2[i] : stale_sigma2(l, q->first, i, B);
        if (!isfinite(mean) || !isfinite(sigma2)) return lpli_diverged(l, i, "mean or variance", fn);
    }
    if (!ewma || !tracks_covariance(l)) return LPL_OK;
    const real *const z[2] = {z0, z1};
    const size_t i = ewma_covariance(l, z, q->first, q->batch, LOOK);
    return i < lpli_form_units(l) ? lpli_diverged(l, i, "covariance", fn) : LPL_OK;
}

/* What an update moves besides weights: thresholds, statistics, the remembered response, the step count. */
void R(lpli_move_on)(lpl_layer_t *l, const void *z0, const void *z1, const lpli_guard_t *q) {
    const size_t M = l->units;
    const double B = (double)q->batch;
    for (size_t i = 0; lpli_thresholds(l) && i < M; i++) R(lpli_move_theta)(l, i, mean_square(l, i, B));
    if (l->cfg.stats == LPL_STATS_EWMA) {
        const real *const z[2] = {z0, z1};
        memcpy(l->stats.mean, l->scratch.use_mean, M * sizeof(double));
        memcpy(l->stats.sigma2, l->scratch.use_sigma2, M * sizeof(double));
        if (tracks_covariance(l) && !q->calm) ewma_covariance(l, z, q->first, q->batch, COMMIT);
    } else {
        for (size_t i = 0; i < M; i++) {
            l->stats.mean[i] = stale_mean(l, q->first, i);
            l->stats.sigma2[i] = stale_sigma2(l, q->first, i, B);
        }
        l->stats.has_stale = 1;
    }
    if (lpli_predicts(&l->rule))
        memcpy(l->stats.predictor, forms_of(l), lpli_form_units(l) * lpli_form_units(l) * sizeof(double));
    if (l->stats.prev) {
        void *old = l->stats.prev;
        l->stats.prev = l->scratch.now;
        l->scratch.now = old;
        l->stats.prev_batch = LPLI_OWN(q);
        lpli_remember_rows(l);
    }
    l->step++;
}

/* ---- bias gradients that cancel ----
 * Where f' is the same in all rows, a bias gradient is a sum of z - mean and z - z_prev, whose value the means tell:
 * of statistics of the batch and a symmetric pair it is 0. Summed up from delta in float32 it comes out as 1e-9, of
 * which Adam (eps 1e-8) makes a visible step. Where the rule runs in double there is no such array. */
#ifndef LPLI_F64

/* Mean of n units over the rows of a view that does not learn: as that of a view that does, so that equal responses
 * cancel. */
static void other_mean(const lpl_layer_t *l, double *mean, const real *z, size_t n, size_t batch) {
    LPLI_PICK(l->gemm.isa, lpli_col_sums)(mean, z, l->units, batch, n);
    for (size_t k = 0; k < n; k++) mean[k] /= (double)batch;
}

/* Of n units from i on of view v: - sum over rows of delta / f'. */
static void flat_terms(const lpl_layer_t *l, double *term, const lpli_rule_t *rule, int v, int first,
                       const real *const z[2], size_t batch, size_t i, size_t n) {
    const double B = (double)batch, *mean = l->scratch.batch_mean[v] + i, *other = l->scratch.batch_mean[1 - v] + i,
                 *use = l->scratch.use_mean + i;
    const lpli_factors_t f = lpli_rule_factors(rule, l->units, batch, first == 0 ? 0.5 : 1);
    const int losses = lpli_traits(rule->rule)->losses;
    double past[LPLI_STRIP];
    if (rule->stats == LPL_STATS_BATCH) /* around its own mean: 0 */
        memset(term, 0, n * sizeof *term);
    else
        for (size_t k = 0; k < n; k++)
            term[k] = (losses ? f.push * lpli_push_gain(rule, l->scratch.use_sigma2[i + k]) : f.unit) * B *
                      (mean[k] - use[k]);
    if (!losses || !z[1 - v]) return;
    if (first == 1 && !lpli_reduces(l)) {
        other_mean(l, past, z[0] + i, n, batch);
        other = past;
    }
    for (size_t k = 0; k < n; k++) term[k] -= f.pull * B * (mean[k] - other[k]);
}

/* Slopes of n units (lpli_col_slopes), of the rows of all ranks; false if none is known. */
static bool slopes_of(const lpl_layer_t *l, real *slope, const real *z, int v, size_t batch, size_t i, size_t n,
                      real low) {
#ifndef LPLI_NO_MALLOC
    if (lpli_reduces(l)) {
        const lpli_rows_t rows = lpli_reduce_rows((lpl_layer_t *)(uintptr_t)l, NULL, NULL);
        bool some = false;
        for (size_t k = 0; k < n; k++) {
            slope[k] = -rows.low[v][i + k] > 0 ? 1 : rows.high[v][i + k] <= 0 ? low : (real)NAN;
            some |= !isnan(slope[k]);
        }
        return some;
    }
#endif
    (void)v;
    return LPLI_PICK(l->gemm.isa, lpli_col_slopes)(slope, z + i, l->units, batch, n, low);
}

/* Add those of view v to known_bias_grad (- sum over rows of delta), after the rule has run. A bias stands for the Q
 * units of a channel (dense: 1). */
static void flat_view(lpl_layer_t *l, const lpli_rule_t *rule, int decorrelates, int v, int first,
                      const real *const z[2], size_t batch) {
    const size_t M = (size_t)l->cfg.n_post, Q = l->units / M;
    double *flat = l->scratch.known_bias_grad, term[LPLI_STRIP], sum = 0;
    const double low = lpli_act_low_slope(&l->act);
    real slope[LPLI_STRIP], by = 1;
    int known = lpli_acts[l->act.kind].pieces && lpli_traits(rule->rule)->centred &&
                !(decorrelates && rule->stats == LPL_STATS_EWMA) && !lpli_pull_is_form(rule) &&
                !(lpli_push_is_form(rule) && rule->push_form == LPL_PUSH_NEGATIVE); /* LOGDET's sum to 0 too */
    for (size_t c = 0; v == first && c < M; c++) flat[c] = 0;
    for (size_t k = 0; k < LPLI_STRIP && k < l->units && low == 1; k++) slope[k] = 1;
    for (size_t i = 0, n, q = 0, c = 0; i < l->units; i += n) {
        n = l->units - i < LPLI_STRIP ? l->units - i : LPLI_STRIP;
        const int here = known && (low == 1 || slopes_of(l, slope, z[v], v, batch, i, n, (real)low));
        if (here) flat_terms(l, term, rule, v, first, z, batch, i, n);
        for (size_t k = 0; !here && Q == 1 && k < n; k++) flat[c++] = (double)NAN;
        for (size_t k = 0; (here || Q > 1) && k < n; k++) {
            by = !here || (q > 0 && by != slope[k]) ? (real)NAN : slope[k];
            if (by > 0) sum += term[k];
            if (++q < Q) continue;
            flat[c++] -= by > 0 ? (by == 1 ? sum : low * sum) : (double)by; /* 0, or not known */
            sum = 0, q = 0;
        }
    }
}
#endif

lpl_status_t R(lpli_signal)(lpl_layer_t *l, const void *z0, const void *z1, lpli_guard_t *q, lpli_rule_t *used,
                            lpli_losses_t *sum, const char *fn) {
    const size_t M = l->units, B = q->batch, own = LPLI_OWN(q);
    const int first = q->first, want_report = q->report;
    const int moves = l->cfg.mode != LPL_MODE_FROZEN;
    lpli_rule_t rule = l->rule;
    if (rule.stats == LPL_STATS_STALE && !l->stats.has_stale) rule.stats = LPL_STATS_BATCH; /* the very first step */
    const int positions = lpli_sees_positions(l);
    const int decorrelates = lpli_decorrelates(&rule, positions ? l->cfg.n_post : M);
    const int lateral = decorrelates && !positions, ewma = rule.stats == LPL_STATS_EWMA;
    lpli_rule_t main = rule; /* of the units; the lateral term of a map is another rule's (decorrelate in kind.h) */
    if (positions) main.decorr = 0;

    const real *z[2] = {z0, z1};
    q->z = q->mean = 0;
    const int inputs = lpli_traits(rule.rule)->inputs; /* what is kept of a view is u, not f' */
#ifndef LPLI_NO_MALLOC
    if (lpli_reduces(l)) LPLI_TRY(reduce_moments(l, z, q, fn));
#endif
    if (z[0] && first == 1 && !lpli_reduces(l)) LPLI_TRY(check_past(l, z[0], B, &q->z, fn));
    for (int v = first; v < 2 && !lpli_reduces(l); v++)
        LPLI_TRY(find_moments(l, v, z[v], v == first && lateral && !ewma ? l->scratch.centred : NULL, B, &q->z, fn));
    if (inputs && l->scratch.kept[1] && !lpli_reduces(l)) LPLI_TRY(check_inputs(l, l->scratch.kept[1], B, &q->z, fn));

    if (rule.stats != LPL_STATS_BATCH) {
        memcpy(l->scratch.use_mean, l->stats.mean, M * sizeof(double));
        memcpy(l->scratch.use_sigma2, l->stats.sigma2, M * sizeof(double));
    }
    const int has_forms = lpli_has_forms(&rule);
    lpli_forms_t forms = {
        .rule = &rule,
        .gemm = &l->gemm,
        .threads = l->cfg.threads,
        .units = has_forms ? lpli_form_units(l) : 0,
        .report = want_report,
        .scale = rule.norm == LPL_NORM_NEURON ? (double)M : 1,
    };
    form_losses_t form_loss = {0};
#ifndef LPLI_NO_MALLOC
    lpli_forms_ranks_t ranks;
    if (lpli_reduces(l) && has_forms) {
        lpli_reduce_forms(l, &ranks, fn);
        forms.ranks = &ranks;
    }
#endif
    if (forms.units > 0) {
        forms.rows = own * (M / forms.units);
        LPLI_TRY(find_forms(l, &forms, z, q, &form_loss, fn));
    }
    if (ewma && moves) ewma_statistics(l, first, B);
    if (rule.stats != LPL_STATS_BATCH) q->mean = highest(l, l->scratch.use_mean);
    if (lpli_thresholds(l)) q->theta = (double)LPLI_PICK(l->gemm.isa, lpli_highest)(l->param.theta, M);
    q->calm = lpli_guard_is_calm(l, &rule, q);
#ifndef LPLI_NO_MALLOC
    if (lpli_reduces(l) && ewma && moves && lateral) LPLI_TRY(reduce_covariance(l, z, q, fn));
#endif
    const size_t P = lpli_form_units(l);
    if (ewma && moves && decorrelates) ewma_covariance(l, z, first, B, q->calm && q->commits ? COMMIT : USE);
    if (ewma && !moves && decorrelates)
        for (size_t i = 0; i < P * P; i++) square_of(l)[i] = i % (P + 1) == 0 ? 0 : (real)l->stats.cov[i];

    lpli_losses_t loss = {0};
    const double share = first == 0 ? 0.5 : 1;
    for (int v = first; v < 2; v++) {
        double decorr = 0;
        if (lateral && (ewma || v != first || lpli_reduces(l))) R(lpli_center_all)
        (l->scratch.centred, M, l->scratch.unread_m2, z[v], M, ewma ? l->scratch.use_mean : l->scratch.batch_mean[v],
         own, M, l->gemm.isa, l->cfg.threads);
#ifndef LPLI_NO_MALLOC
        if (lpli_reduces(l) && lateral && !ewma) {
            LPLI_TRY(reduce_products(l, v == 0 ? l->scratch.centred : NULL, v == 1 ? l->scratch.centred : NULL, v, fn));
            R(lpli_products_get)(&l->reduce->products, l->reduce->square, 1 / ((double)B - 1));
            for (size_t i = 0; i < M; i++) square_of(l)[i * (M + 1)] = 0;
        }
#endif
        if (rule.stats == LPL_STATS_BATCH) {
            memcpy(l->scratch.use_mean, l->scratch.batch_mean[v], M * sizeof(double));
            for (size_t i = 0; i < M; i++) l->scratch.use_sigma2[i] = l->scratch.batch_m2[v][i] / ((double)B - 1);
        }
        const R(lpli_rule_work_t) w = {
            .rule = &main,
            .gemm = &l->gemm,
            .isa = l->gemm.isa,
            .threads = l->cfg.threads,
            .units = M,
            .batch = own,
#ifndef LPLI_NO_MALLOC
            .total = B,
#endif
            .square_ready = ewma || lpli_reduces(l),
            .square = square_of(l),
        };
        const R(lpli_view_t) view = {
            .term = forms.term[v],
            .positions = has_forms ? M / forms.units : 1,
            .z = z[v],
            .z_prev = z[1 - v],
            .fprime = inputs ? NULL : l->scratch.kept[v],
            .u = l->scratch.kept[v] ? l->scratch.kept[v] : z[v],
            .ldu = M,
            .theta = l->param.theta,
            .ldz = M,
            .ldp = M,
            .ldf = M,
            .ldd = M,
            .act = &l->rule_act,
            .mean = l->scratch.use_mean,
            .sigma2 = l->scratch.use_sigma2,
            .batch_mean = l->scratch.batch_mean[v],
            .batch_m2 = l->scratch.batch_m2[v],
            .delta = l->scratch.delta[v],
            .decay = l->scratch.decay,
            .zc = l->scratch.centred,
            .gain = l->scratch.push_gain,
            .pull_sum = l->scratch.pull_sum,
            .fprime_max = l->scratch.fprime_max[v != first],
        };
#ifndef LPLI_NO_MALLOC
        if (lpli_reduces(l)) R(lpli_reduce_rule)(l, &w, &view, share, want_report ? &decorr : NULL);
#endif
        if (!lpli_reduces(l)) R(lpli_rule_view)(&w, &view, share, want_report ? &decorr : NULL);
        if (positions && decorrelates)
            decorr = R(lpli_calls)(l->cfg.kind)->decorrelate(l, &rule, z[v], l->scratch.delta[v], B, share);
#ifndef LPLI_NO_MALLOC
        if (lpli_reduces(l)) LPLI_TRY(l->reduce->status);
#endif
#ifndef LPLI_F64
        if (l->scratch.known_bias_grad) flat_view(l, &main, decorrelates, v, first, z, B);
#endif
        loss.decorr += share * decorr;
        const int stale = rule.stats == LPL_STATS_STALE;
        if (want_report && lpli_push_is_form(&rule)) loss.push += share * form_loss.push[v];
        if (want_report && !lpli_push_is_form(&rule))
            loss.push += share * lpli_push_loss(&rule, l->scratch.use_mean, l->scratch.use_sigma2,
                                                stale ? l->scratch.batch_mean[v] : NULL,
                                                stale ? l->scratch.batch_m2[v] : NULL, M, B);
        for (size_t i = 0; i < M; i++) {
            const double variance = ewma ? l->scratch.use_sigma2[i] : l->scratch.batch_m2[v][i] / ((double)B - 1);
            l->scratch.variance[i] = v == first ? variance : (l->scratch.variance[i] + variance) / 2;
            loss.mean_activity += share * l->scratch.batch_mean[v][i] / (double)M;
        }
    }
#ifndef LPLI_NO_MALLOC
    if (lpli_reduces(l)) memcpy(l->scratch.pull_sum, l->reduce->pull_sum, M * sizeof(double));
#endif
    if (z[0]) loss.pull = lpli_pull_is_form(&rule) ? form_loss.pull : lpli_pull_loss(l->scratch.pull_sum, M, B);
    for (size_t i = 0; i < M; i++)
        loss.n_dead += ((const real *)l->scratch.fprime_max[0])[i] == 0 &&
                       (first == 1 || ((const real *)l->scratch.fprime_max[1])[i] == 0);
    *sum = loss;
    *used = rule;
    return LPL_OK;
}
