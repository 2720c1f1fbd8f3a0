/* layer/online_real.c - lpl_update_online: one sample, exponential statistics, the weights read once and written once.
 *
 * Without decorrelation a unit needs nothing of its neighbours, so a few rows of W go through everything (inner
 * product, statistics, delta, weight change) while they are in cache. With it, and where units compete, all responses
 * come first, then what comes of all units together, then the weights: two passes. No libm function is called here but
 * those of the activation and of the reported loss. */
#include "core/error.h"
#include "core/threads.h"
#include "layer/change.h"
#include "layer/kind.h"
#include "layer/online.h"
#include "layer/scale.h"
#include "linalg/vector.h"

enum { SETTLE_EVERY = 64 }; /* steps between two looks for covariances that have died away */

typedef struct {
    lpl_layer_t *l;
    lpli_online_t o;
    const real *x, *zp;
    const double *lateral; /* per unit, already scaled, or NULL */
    double *dev;           /* decorrelation: z - mean */
    double decorr;
    size_t block; /* rows that go through all stages together, while in L2 */
    int ahead;    /* the next ones fit into L1 beside them: fetch them early */
    int learns;
    /* within these a unit's step overflows nowhere (guard.c); beyond them it is first done on copies */
    double z_limit, delta_limit;
} step_t;

/* Rows that go through all stages together: 4 .. LPLI_TASK_UNITS, so many that these and the next ones nearly fit into
 * L1. The bits do not depend on it. */
#define L1_BYTES (52 * 1024) /* 48, of which a little is lost at no cost */
static size_t block_rows(size_t n) {
    const size_t fit = L1_BYTES / 2 / (n * sizeof(real)) / 4 * 4;
    return fit < 4 ? 4 : fit > LPLI_TASK_UNITS / 4 ? LPLI_TASK_UNITS / 4 : fit;
}

static size_t task_count(const step_t *s) { return ((size_t)s->l->cfg.n_post + LPLI_TASK_UNITS - 1) / LPLI_TASK_UNITS; }

static size_t task_end(const step_t *s, size_t task) {
    const size_t M = (size_t)s->l->cfg.n_post, end = (task + 1) * LPLI_TASK_UNITS;
    return end < M ? end : M;
}

/* f' of unit i, or u, if z does not tell it; else NULL. */
static real *kept_at(const lpl_layer_t *l, size_t i) {
    return l->scratch.kept[1] ? (real *)l->scratch.kept[1] + i : NULL;
}
static real *fprime_at(const lpl_layer_t *l, size_t i) {
    return lpli_traits(l->rule.rule)->inputs ? NULL : kept_at(l, i);
}

/* What the rule is about: responses, or inputs. */
static const real *seen(const lpl_layer_t *l) {
    return lpli_traits(l->rule.rule)->inputs && l->scratch.kept[1] ? l->scratch.kept[1] : l->scratch.now;
}

/* z of units i .. i+rows-1 into now. */
static void respond(const step_t *s, size_t i, size_t rows) {
    const lpl_layer_t *l = s->l;
    real *z = (real *)l->scratch.now + i;
    LPLI_PICK(l->gemm.isa, lpli_dots)
    (z, (const real *)l->param.w + i * l->param.ldw, l->param.ldw, rows, s->x, (size_t)l->cfg.n_pre);
    R(lpli_activate)(l, z, rows, kept_at(l, i), i, 1, rows);
}

/* delta of units i .. i+rows-1. */
static void find_delta(const step_t *s, const double *mean, const double *sigma2, size_t i, size_t rows) {
    lpl_layer_t *l = s->l;
    LPLI_PICK(l->gemm.isa, lpli_online_delta)
    ((real *)l->scratch.delta[1] + i, (const real *)l->scratch.now + i, s->zp ? s->zp + i : NULL, fprime_at(l, i),
     mean + i, sigma2 + i, s->lateral ? s->lateral + i : NULL, lpli_thresholds(l) ? (real *)l->param.theta + i : NULL,
     rows, &s->o);
}

static double square(const lpl_layer_t *l, size_t i) {
    const double z = (double)((const real *)l->scratch.now)[i];
    return z * z;
}

/* What SGD keeps of the weights of a unit. */
static real kept(const lpl_layer_t *l, double decay) { return (real)(1 - l->optim.eta * decay); }

/* Decay of the weights of unit i. */
static double decay_of(const lpl_layer_t *l, size_t i) {
    const double product = lpli_traits(l->rule.rule)->competes /* delta is y */
                               ? (double)((const real *)l->scratch.delta[1])[i] * (double)seen(l)[i]
                               : square(l, i);
    return l->cfg.weight_decay + lpli_own_decay(l->rule.rule, product);
}

/* The weight change of units i .. i+rows-1. */
static void change(const step_t *s, size_t i, size_t rows) {
    lpl_layer_t *l = s->l;
    const size_t n = (size_t)l->cfg.n_pre;
    const real *delta = (const real *)l->scratch.delta[1] + i;
    if (!s->learns) return;
    const double eta = l->optim.eta;
    if (l->cfg.optim == LPL_OPTIM_SGD) {
        real keep[LPLI_TASK_UNITS], by[LPLI_TASK_UNITS]; /* rows <= LPLI_TASK_UNITS */
        const real same = kept(l, l->cfg.weight_decay);
        for (size_t r = 0; r < rows; r++) keep[r] = same;
        for (size_t r = 0; lpli_traits(l->rule.rule)->decays && r < rows; r++) keep[r] = kept(l, decay_of(l, i + r));
        for (size_t r = 0; r < rows; r++) by[r] = (real)(eta * (double)delta[r]);
        const size_t ldw = l->param.ldw, ahead = s->ahead && i + 2 * rows <= (size_t)l->cfg.n_post ? rows * ldw : 0;
        real *w = (real *)l->param.w + i * ldw;
        if (!l->scratch.change_asked) {
            LPLI_PICK(l->gemm.isa, lpli_update_rows)(w, ldw, rows, s->x, n, keep, by, ahead);
        } else {
            const size_t part = i / LPLI_TASK_UNITS;
            for (size_t r = 0; r < rows; r++)
                R(lpli_change_row)(l, part, w + r * ldw, NULL, NULL, s->x, n, keep + r, by[r], 0);
        }
    } else {
        real *m = l->param.m, *v = l->param.v;
        for (size_t r = 0; r < rows; r++) {
            real *w = (real *)l->param.w + (i + r) * l->param.ldw, *mr = m + (i + r) * n,
                 *vr = v ? v + (i + r) * n : NULL, decay = (real)decay_of(l, i + r);
            if (l->scratch.change_asked)
                R(lpli_change_row)(l, i / LPLI_TASK_UNITS, w, mr, vr, s->x, n, NULL, -delta[r], decay);
            else
                LPLI_PICK(l->gemm.isa, lpli_optim_rows)(w, mr, vr, s->x, n, -delta[r], decay, &l->optim);
        }
    }
    if (lpli_learns_bias(l)) {
        real *bm = l->param.bias_m, *bv = l->param.bias_v;
        LPLI_PICK(l->gemm.isa, lpli_optim_rows)
        ((real *)l->param.bias + i, bm ? bm + i : NULL, bv ? bv + i : NULL, delta, rows, -1, 0, &l->optim);
    }
}

static void move_theta(const step_t *s, size_t i, size_t rows) {
    for (size_t r = 0; lpli_thresholds(s->l) && r < rows; r++) R(lpli_move_theta)(s->l, i + r, square(s->l, i + r));
}

/* Would the weight change of unit i leave NaN or infinity? The same arithmetic on copies. */
static int unit_is_bad(const step_t *s, size_t i) {
    enum { CHUNK = LPLI_PIECE };
    const lpl_layer_t *l = s->l;
    const int32_t isa = l->gemm.isa;
    const size_t n = (size_t)l->cfg.n_pre;
    const real *delta = (const real *)l->scratch.delta[1] + i, *w = (const real *)l->param.w + i * l->param.ldw;
    const double decay = decay_of(l, i);
    if (!s->learns) return 0;
    if (l->cfg.optim == LPL_OPTIM_SGD) {
        const real keep = kept(l, decay), by = (real)(l->optim.eta * (double)*delta);
        for (size_t k = 0; k < n; k += CHUNK) {
            real copy[CHUNK];
            const size_t len = n - k < CHUNK ? n - k : CHUNK;
            memcpy(copy, w + k, len * sizeof(real));
            LPLI_PICK(isa, lpli_update_rows)(copy, len, 1, s->x + k, len, &keep, &by, 0);
            if (!(LPLI_PICK(isa, lpli_highest)(copy, len) <= LPLI_REAL_MAX)) return 1;
        }
    } else {
        const real *m = l->param.m, *v = l->param.v;
        if (R(lpli_optim_first_bad)(isa, w, m + i * n, v ? v + i * n : NULL, s->x, n, -*delta, (real)decay, &l->optim,
                                    NULL) < n)
            return 1;
    }
    const real *b = l->param.bias, *bm = l->param.bias_m, *bv = l->param.bias_v;
    return lpli_learns_bias(l) && R(lpli_optim_first_bad)(isa, b + i, bm ? bm + i : NULL, bv ? bv + i : NULL, delta, 1,
                                                          -1, 0, &l->optim, NULL) < 1;
}

/* One unit beyond the limits, whose mean and variance are those from before. If its step is bad it is left as it is, z
 * becomes NaN. */
static void careful_unit(const step_t *s, size_t i) {
    lpl_layer_t *l = s->l;
    real *z = (real *)l->scratch.now + i;
    const int moves = s->o.k_mean > 0;
    const double mean = l->stats.mean[i], sigma2 = l->stats.sigma2[i];
    ((real *)l->scratch.refused)[i] = 0;
    if (!isfinite(*z)) return;
    if (moves) LPLI_PICK(l->gemm.isa, lpli_online_statistics)(l->stats.mean + i, l->stats.sigma2 + i, z, 1, &s->o);
    find_delta(s, l->stats.mean, l->stats.sigma2, i, 1);
    if (isfinite(l->stats.mean[i]) && isfinite(l->stats.sigma2[i]) &&
        !(moves && lpli_thresholds(l) && !isfinite(R(lpli_next_theta)(l, i, square(l, i)))) && !unit_is_bad(s, i)) {
        change(s, i, 1);
        if (moves) move_theta(s, i, 1);
        return;
    }
    l->stats.mean[i] = mean, l->stats.sigma2[i] = sigma2;
    ((real *)l->scratch.refused)[i] = 1;
    *z = (real)NAN;
}

/* One pass: everything for a block of units. Units whose z or step is not finite are left as they are. */
static void one_pass_task(void *ctx, size_t task, size_t worker) {
    (void)worker;
    const step_t *s = ctx;
    lpl_layer_t *l = s->l;
    const size_t end = task_end(s, task);
    const double *const mean = l->scratch.batch_mean[0]; /* this and the next from before the step */
    const double *const sigma2 = l->scratch.batch_m2[0];
    for (size_t i = task * LPLI_TASK_UNITS, rows; i < end; i += rows) {
        rows = end - i < s->block ? end - i : s->block;
        respond(s, i, rows);
        const real *z = (const real *)l->scratch.now + i;
        int calm = (double)LPLI_PICK(l->gemm.isa, lpli_highest)(z, rows) <= s->z_limit;
        if (calm) {
            if (s->o.k_mean > 0)
                LPLI_PICK(l->gemm.isa, lpli_online_statistics)(l->stats.mean + i, l->stats.sigma2 + i, z, rows, &s->o);
            find_delta(s, l->stats.mean, l->stats.sigma2, i, rows);
            calm = !s->learns || (double)LPLI_PICK(l->gemm.isa, lpli_highest)((const real *)l->scratch.delta[1] + i,
                                                                              rows) <= s->delta_limit;
            if (!calm) {
                memcpy(l->stats.mean + i, mean + i, rows * sizeof(double));
                memcpy(l->stats.sigma2 + i, sigma2 + i, rows * sizeof(double));
            }
        }
        if (calm) {
            change(s, i, rows);
            if (s->o.k_mean > 0) move_theta(s, i, rows);
        } else {
            for (size_t r = 0; r < rows; r++) careful_unit(s, i + r);
        }
    }
}

/* Largest magnitude of p's n elements. */
static double highest(const lpl_layer_t *l, const real *p, size_t n) {
    return (double)LPLI_PICK(l->gemm.isa, lpli_highest)(p, n);
}

/* What is known of the weights before a step with SGD in the host's arrays: it writes no larger ones itself
 * (lpl_layer_borrow_weights), so that they need not be read for this. */
static void know_weights(lpl_layer_t *l) {
    if (l->param.w == l->param.own_w) return;
    if (l->cfg.optim == LPL_OPTIM_SGD)
        l->bound.high.w = fmax(l->bound.high.w, lpli_optim_limit(l->cfg.dtype) / 2);
    else
        R(lpli_guard_measure)(l, 0);
}

/* Is a step with gradients up to g calm while |z| <= z? (Rules of one pass: no decay is negative.) */
static int is_calm(const lpl_layer_t *l, lpli_optim_high_t *high, double g, double z) {
    const double least = l->cfg.weight_decay;
    return lpli_optim_is_calm(&l->optim, l->cfg.dtype, high, g, least, least + lpli_most_decay(l->rule.rule, z));
}

/* The limits of one pass. delta_limit: the optimiser stays calm with gradients of delta times x, and delta (bias). */
static void find_limits(step_t *s, double x) {
    lpl_layer_t *l = s->l;
    const size_t M = (size_t)l->cfg.n_post;
    const double limit = lpli_optim_limit(l->cfg.dtype), by = x > 1 ? x : 1;
    s->z_limit = l->cfg.dtype == LPL_F64 ? LPLI_TAME : (double)LPLI_REAL_MAX;
    s->delta_limit = -1;
    if (lpli_thresholds(l)) s->z_limit = highest(l, l->param.theta, M) <= limit ? fmin(s->z_limit, sqrt(limit)) : -1;
    if (lpli_traits(l->rule.rule)->decays) s->z_limit = sqrt(sqrt(sqrt(limit)));
    if (!l->bound.tame)
        l->bound.tame = lpli_guard_highest(l->stats.mean, M) <= LPLI_TAME &&
                        lpli_guard_highest(l->stats.sigma2, M) <= LPLI_TAME * LPLI_TAME * 4;
    if (!l->bound.tame) s->z_limit = -1;
    if (!s->learns || !(by <= limit)) return;
    know_weights(l);
    for (int exact = 0; exact < 2; exact++) {
        double g = l->cfg.optim == LPL_OPTIM_ADAM
                       ? fmin(sqrt(limit), limit * l->optim.adam_eps / fmax(1, l->optim.eta)) / 64
                       : limit / fmax(1, l->optim.eta) / 64;
        if (exact) R(lpli_guard_measure)(l, 1);
        for (int k = 0; k < 3; k++, g = k == 1 ? sqrt(g) : fmin(g, 1)) {
            lpli_optim_high_t high = l->bound.high;
            if (!is_calm(l, &high, g, s->z_limit)) continue;
            s->delta_limit = g / by;
            return;
        }
    }
}

/* Bounds of the weights after one pass. */
static void follow(step_t *s, double x) {
    lpl_layer_t *l = s->l;
    const size_t M = (size_t)l->cfg.n_post;
    if (l->cfg.dtype == LPL_F64 && !(highest(l, l->scratch.now, M) <= LPLI_TAME)) l->bound.tame = 0;
    if (!s->learns) return;
    const double g = highest(l, l->scratch.delta[1], M) * (x > 1 ? x : 1),
                 z = lpli_traits(l->rule.rule)->decays ? highest(l, l->scratch.now, M) : 0;
    if (s->delta_limit < 0 || !is_calm(l, &l->bound.high, g, z)) lpli_guard_forget(l);
}

static void respond_task(void *ctx, size_t task, size_t worker) {
    (void)worker;
    const step_t *s = ctx;
    respond(s, task * LPLI_TASK_UNITS, task_end(s, task) - task * LPLI_TASK_UNITS);
}

/* The lateral term of unit i; its row of the covariance (the layer's, or a copy) takes in the sample. */
static void lateral(const step_t *s, double *cov, size_t i) {
    lpl_layer_t *l = s->l;
    double square = 0, sum = LPLI_PICK(l->gemm.isa, lpli_online_lateral)(cov, s->dev, i, (size_t)l->cfg.n_post,
                                                                         s->o.k_sigma2, &square);
    l->scratch.lateral[i] = -s->decorr * sum;
    l->scratch.cov_square[i] = square; /* for the report */
}

static void lateral_task(void *ctx, size_t task, size_t worker) {
    (void)worker;
    const step_t *s = ctx;
    lpl_layer_t *l = s->l;
    const size_t M = (size_t)l->cfg.n_post;
    for (size_t i = task * LPLI_TASK_UNITS, end = task_end(s, task); i < end; i++) {
        double *cov = l->stats.cov + i * M;
        lateral(s, cov, i);
        if (l->step % SETTLE_EVERY != 0 || s->o.k_sigma2 == 0) continue; /* M x M of them: not every time */
        for (size_t j = 0; j < M; j++) cov[j] = lpli_settled(cov[j]);
    }
}

/* y of all units, for find_delta. */
static void compete(lpl_layer_t *l) {
    const size_t M = (size_t)l->cfg.n_post;
    real *y = l->scratch.delta[1];
    LPLI_PICK(l->gemm.isa, lpli_compete)(y, seen(l), M, l->rule.temperature);
    for (size_t i = 0; i < M; i++) l->scratch.lateral[i] = (double)y[i];
}

static void change_task(void *ctx, size_t task, size_t worker) {
    (void)worker;
    const step_t *s = ctx;
    const size_t end = task_end(s, task);
    for (size_t i = task * LPLI_TASK_UNITS; i < end; i += s->block) {
        const size_t rows = end - i < s->block ? end - i : s->block;
        find_delta(s, s->l->stats.mean, s->l->stats.sigma2, i, rows);
        change(s, i, rows);
    }
}

/* First unit whose z (or u) is not finite, and how many there are. */
static size_t count_bad(const lpl_layer_t *l, size_t *first) {
    const size_t M = (size_t)l->cfg.n_post;
    const real *z = seen(l);
    size_t bad = 0;
    if (highest(l, z, M) <= (double)LPLI_REAL_MAX) return 0; /* NaN is above all */
    for (size_t i = 0; i < M; i++)
        if (!isfinite(z[i])) {
            if (bad == 0) *first = i;
            bad++;
        }
    return bad;
}

static lpl_status_t check(const lpl_layer_t *l, const real *z, const lpl_report_t *report, const real *x,
                          const char *fn) {
    if (!l) return lpli_fail(LPL_E_NULL, fn, "l is NULL");
    LPLI_TRY(lpli_check_dtype(l, LPLI_DTYPE, fn));
    const size_t n = (size_t)l->cfg.n_pre, M = l->units, rows = (size_t)l->cfg.n_post, k = l->fan_in;
    if (!x) return lpli_fail(LPL_E_NULL, fn, "x is NULL");
    LPLI_TRY(
        lpli_check_apart(l->param.w, rows, k, l->param.ldw, x, 1, n, n, sizeof(real), fn, "the layer's weights and x"));
    if (z) {
        LPLI_TRY(lpli_check_apart(z, 1, M, M, x, 1, n, n, sizeof(real), fn, "z and x"));
        LPLI_TRY(lpli_check_apart(z, 1, M, M, l->param.w, rows, k, l->param.ldw, sizeof(real), fn,
                                  "z and the layer's weights"));
    }
    if (report && report->size == 0) return lpli_fail(LPL_E_ARG, fn, "report->size = 0: call lpl_report_init first");
    if (l->cfg.stats != LPL_STATS_EWMA)
        return lpli_fail(
            LPL_E_ORDER, fn,
            "the layer was created with statistics of a batch; a single sample needs stats = LPL_STATS_EWMA");
    if (l->cfg.pair != LPL_PAIR_CAUSAL)
        return lpli_fail(LPL_E_ORDER, fn,
                         "the layer was created with LPL_PAIR_SYMMETRIC, a stream needs LPL_PAIR_CAUSAL");
#ifndef LPLI_NO_RULES
    if (lpli_scales_now(l)) return lpli_scale_is_due(l, fn);
#endif
    if (l->stats.prev_batch > 1)
        return lpli_fail(LPL_E_ORDER, fn,
                         "the remembered response has %zu rows, a stream has 1 (lpl_layer_forget starts anew)",
                         l->stats.prev_batch);
    return LPL_OK;
}

/* The report of a step, and its status; mean, sigma2: after it. */
static lpl_status_t finish(lpl_layer_t *l, lpl_report_t *report, const step_t *s, const double *mean,
                           const double *sigma2) {
    const size_t M = (size_t)l->cfg.n_post;
    const int lateral = s->decorr != 0;
    lpli_losses_t loss = {.step = l->step + (l->cfg.mode != LPL_MODE_FROZEN)};
    if (!report) return lpli_report_fill(NULL, &l->rule, &loss, sigma2, M);
    const real *z = l->scratch.now;
    real *fp = fprime_at(l, 0);
    if (s->zp) loss.pull = LPLI_PICK(l->gemm.isa, lpli_sqdiff)(z, s->zp, M) / (double)M;
    loss.push = lpli_push_loss(&l->rule, mean, sigma2, NULL, NULL, M, 1);
    for (size_t i = 0; lateral && i < M; i++) loss.decorr += l->scratch.cov_square[i] / ((double)M * ((double)M - 1));
    if (!fp) LPLI_PICK(l->gemm.isa, lpli_fprime)(fp = l->scratch.fprime, z, M, &l->rule_act);
    for (size_t i = 0; i < M; i++) {
        loss.mean_activity += (double)z[i] / (double)M;
        loss.n_dead += fp[i] == 0;
    }
    return lpli_report_fill(report, &l->rule, &loss, sigma2, M);
}

/* After the step: its response is the remembered one. */
static void remember(lpl_layer_t *l, real *z) {
    if (z) memcpy(z, l->scratch.now, (size_t)l->cfg.n_post * sizeof(real));
    if (l->cfg.mode == LPL_MODE_FROZEN) return;
    void *old = l->stats.prev;
    l->stats.prev = l->scratch.now;
    l->scratch.now = old;
    l->stats.prev_batch = 1;
    l->step++;
}

static lpl_status_t one_pass(step_t *s, real *z, lpl_report_t *report, const char *fn) {
    lpl_layer_t *l = s->l;
    const size_t M = (size_t)l->cfg.n_post;
    const double x = s->learns ? highest(l, s->x, (size_t)l->cfg.n_pre) : 0;
    const unsigned long long step = (unsigned long long)l->step + 1;
    lpl_report_t full = {.size = sizeof full};
    memcpy(l->scratch.batch_mean[0], l->stats.mean, M * sizeof(double));
    memcpy(l->scratch.batch_m2[0], l->stats.sigma2, M * sizeof(double));
    const lpli_optim_t before = l->optim;
    if (l->cfg.mode == LPL_MODE_LEARN) l->optim = lpli_next_optim(l);
    find_limits(s, x);
    lpli_parallel(task_count(s), l->cfg.threads, one_pass_task, s);
    follow(s, x);
    size_t first = 0;
    const size_t bad = count_bad(l, &first);
    if (bad > 0) {
        const int refused = ((const real *)l->scratch.refused)[first] != 0, all = bad == M;
        real *now = l->scratch.now, *prev = l->stats.prev;
        for (size_t i = first; i < M; i++) /* such units remember what they had */
            if (!isfinite(now[i])) now[i] = s->zp ? prev[i] : 0;
        if (all)
            l->optim = before;
        else
            remember(l, NULL);
        return lpli_fail(LPL_E_NONFINITE, fn, "layer %d, unit %zu, step %llu: %s (%zu units in all); %s",
                         (int)l->cfg.label, first, step,
                         refused
                             ? "its weights, moments or statistics would become NaN or infinite (eta, or x, too large?)"
                             : "z is NaN or infinite",
                         bad, all ? "nothing has changed" : "all other units have made their step");
    }
    const lpl_status_t status = finish(l, report ? &full : NULL, s, l->stats.mean, l->stats.sigma2);
    full.weight_change = lpli_change_end(l);
    remember(l, z);
    if (report && !lpli_report_is_finite(&full))
        return lpli_fail(LPL_E_NONFINITE, fn,
                         "layer %d, step %llu: the report would hold NaN or infinity (total = %g); all units have made "
                         "their step",
                         (int)l->cfg.label, step, full.total);
    if (report) lpli_report_copy(report, &full);
    return status;
}

/* With decorrelation, or units that compete. Statistics after the step: batch_mean[0], use_sigma2. */
static lpl_status_t two_passes(step_t *s, real *z, lpl_report_t *report, const char *fn) {
    lpl_layer_t *l = s->l;
    const size_t M = (size_t)l->cfg.n_post;
    const int moves = l->cfg.mode != LPL_MODE_FROZEN, decorrelates = s->decorr != 0;
    const unsigned long long step = (unsigned long long)l->step + 1;
    double *mean = l->scratch.batch_mean[0], *sigma2 = l->scratch.use_sigma2;
    lpl_report_t full = {.size = sizeof full};
    lpl_status_t status = LPL_OK;
    lpli_parallel(task_count(s), l->cfg.threads, respond_task, s);
    size_t first = 0;
    const size_t bad = count_bad(l, &first);
    if (bad > 0)
        return lpli_fail(LPL_E_NONFINITE, fn,
                         "layer %d, unit %zu, step %llu: %s is NaN or infinite (%zu units in all); nothing has changed",
                         (int)l->cfg.label, first, step, seen(l) == l->scratch.now ? "z" : "W x + b", bad);
    const real *now = l->scratch.now;
    memcpy(mean, l->stats.mean, M * sizeof(double));
    memcpy(sigma2, l->stats.sigma2, M * sizeof(double));
    if (moves) LPLI_PICK(l->gemm.isa, lpli_online_statistics)(mean, sigma2, now, M, &s->o);
    s->dev = l->scratch.deviation;
    s->lateral = l->scratch.lateral;
    if (decorrelates)
        for (size_t i = 0; i < M; i++) s->dev[i] = (double)now[i] - mean[i];
    else
        compete(l);

    lpli_guard_t guard = {.learns = s->learns,
                          .commits = moves,
                          .report = report != NULL,
                          .first = 1,
                          .batch = 1,
                          .measure = R(lpli_guard_measure)};
    guard.x = s->learns ? highest(l, s->x, (size_t)l->cfg.n_pre) : 0;
    guard.z = fmax(fmax(highest(l, now, M), highest(l, seen(l), M)), s->zp ? highest(l, s->zp, M) : 0);
    guard.mean = lpli_guard_highest(mean, M);
    guard.calm = lpli_guard_is_calm(l, &l->rule, &guard);
    if (!guard.calm) {
        const lpli_optim_t before = l->optim;
        for (size_t i = 0; i < M; i++) {
            double *row = l->scratch.cov_row;
            if (decorrelates) {
                memcpy(row, l->stats.cov + i * M, M * sizeof(double));
                lateral(s, row, i);
            }
            if (moves &&
                !(isfinite(mean[i]) && isfinite(sigma2[i]) && (!decorrelates || lpli_guard_highest(row, M) <= DBL_MAX)))
                return lpli_diverged(l, i, "mean, variance or covariance", fn);
        }
        find_delta(s, mean, sigma2, 0, M);
        if (s->learns) l->optim = lpli_next_optim(l);
        size_t i = 0;
        while (i < M && !unit_is_bad(s, i)) i++;
        l->optim = before;
        if (i < M) return lpli_diverged(l, i, "weights or moments", fn);
        if (report) finish(l, &full, s, mean, sigma2);
        if (report && !lpli_report_is_finite(&full)) return lpli_report_diverged(l, &full, fn);
    }
    if (decorrelates) lpli_parallel(task_count(s), l->cfg.threads, lateral_task, s);
    if (moves) {
        memcpy(l->stats.mean, mean, M * sizeof(double));
        memcpy(l->stats.sigma2, sigma2, M * sizeof(double));
    }
    if (l->cfg.mode == LPL_MODE_LEARN) l->optim = lpli_next_optim(l);
    lpli_parallel(task_count(s), l->cfg.threads, change_task, s);
    if (moves) move_theta(s, 0, M);
    if (moves && guard.calm) {
        l->bound.high = guard.high;
        l->bound.cov = guard.cov_high;
    } else if (moves) {
        lpli_guard_forget(l);
    }
    status = finish(l, report ? &full : NULL, s, l->stats.mean, l->stats.sigma2);
    full.weight_change = lpli_change_end(l);
    if (report) lpli_report_copy(report, &full);
    remember(l, z);
    return status;
}

lpl_status_t PUB(lpl_update_online)(lpl_layer_t *l, real *z, lpl_report_t *report, const real *x) {
    static const char fn[] = "lpl_update_online";
    LPLI_TRY(check(l, z, report, x, fn));
    if (lpli_reduces(l))
        return lpli_fail(LPL_E_ORDER, fn,
                         "the layer learns together with other ranks, from batches alone (lpl_update)");
    const R(lpli_calls_t) *calls = R(lpli_calls)(l->cfg.kind);
    if (calls) return calls->online(l, z, report, x);
    const size_t M = (size_t)l->cfg.n_post, n = (size_t)l->cfg.n_pre;
    const int moves = l->cfg.mode != LPL_MODE_FROZEN;
    const lpli_factors_t f = lpli_rule_factors(&l->rule, M, 1, 1);
    step_t s = {
        .l = l,
        .o =
            {
                .rule = &l->rule,
                .act = &l->rule_act,
                .k_mean = moves ? l->stats.k_mean : 0,
                .k_sigma2 = moves ? l->stats.k_sigma2 : 0,
                .pull = f.pull,
                .push = f.push,
                .unit = f.unit,
            },
        .x = x,
        .zp = l->stats.prev_batch ? l->stats.prev : NULL,
        .decorr = lpli_traits(l->rule.rule)->losses && l->stats.cov ? f.decorr : 0,
        .block = block_rows(n),
        .ahead = 8 * n * sizeof(real) <= L1_BYTES,
        .learns = lpli_layer_learns(l),
    };
    lpli_change_begin(l, report);
    const int together = s.decorr != 0 || lpli_traits(l->rule.rule)->competes;
    return together ? two_passes(&s, z, report, fn) : one_pass(&s, z, report, fn);
}
