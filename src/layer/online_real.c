/* layer/online_real.c - lpl_update_online: one sample, exponential statistics, the weights read once and written once.
 *
 * Without decorrelation a unit needs nothing of its neighbours, so a few rows of W go through everything (inner product,
 * statistics, delta, weight change) while they are in cache. With it all responses come first, then the lateral term, then the
 * weights: two passes. No libm function is called here but those of the activation and of the reported loss. */
#include "core/error.h"
#include "core/threads.h"
#include "layer/kind.h"
#include "layer/online.h"
#include "linalg/vector.h"

#define TASK_UNITS 64 /* units of one task; a fixed number, so that threads do not change any bit */

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
} step_t;

/* Rows that go through all stages together: 4 .. TASK_UNITS, so many that these and the next ones nearly fit into L1. The bits do not
 * depend on it. */
#define L1_BYTES (52 * 1024) /* 48, of which a little is lost at no cost */
static size_t block_rows(size_t n) {
    const size_t fit = L1_BYTES / 2 / (n * sizeof(real)) / 4 * 4;
    return fit < 4 ? 4 : fit > TASK_UNITS / 4 ? TASK_UNITS / 4 : fit;
}

static size_t task_count(const step_t *s) { return ((size_t)s->l->cfg.n_post + TASK_UNITS - 1) / TASK_UNITS; }

static size_t task_end(const step_t *s, size_t task) {
    const size_t M = (size_t)s->l->cfg.n_post, end = (task + 1) * TASK_UNITS;
    return end < M ? end : M;
}

/* z of units i .. i+rows-1 into now. */
static void respond(const step_t *s, size_t i, size_t rows) {
    const lpl_layer_t *l = s->l;
    real *z = (real *)l->now + i;
    LPLI_PICK(l->gemm.isa, lpli_dots)(z, (const real *)l->w + i * l->ldw, l->ldw, rows, s->x, (size_t)l->cfg.n_pre);
    LPLI_PICK(l->gemm.isa, lpli_act_rows)(z, rows, l->bias ? (const real *)l->bias + i : NULL, 1, rows, &l->act);
}

/* delta and the weight change of units i .. i+rows-1. */
static void change(const step_t *s, size_t i, size_t rows) {
    lpl_layer_t *l = s->l;
    const size_t n = (size_t)l->cfg.n_pre;
    const real *z = (const real *)l->now + i;
    real *delta = (real *)l->delta[1] + i, *theta = l->theta ? (real *)l->theta + i : NULL;
    LPLI_PICK(l->gemm.isa, lpli_online_delta)
    (delta, z, s->zp ? s->zp + i : NULL, l->mean + i, l->sigma2 + i, s->lateral ? s->lateral + i : NULL, theta, rows, &s->o);
    if (!s->learns) return;
    const double eta = l->optim.eta, wd = l->cfg.weight_decay;
    const int oja = l->rule.rule == LPL_RULE_OJA, sgd = l->cfg.optim == LPL_OPTIM_SGD;
    if (sgd) {
        real keep[TASK_UNITS], by[TASK_UNITS]; /* rows <= TASK_UNITS */
        const real same = (real)(1 - eta * wd);
        for (size_t r = 0; r < rows; r++) keep[r] = oja ? (real)(1 - eta * (wd + (double)z[r] * (double)z[r])) : same;
        for (size_t r = 0; r < rows; r++) by[r] = (real)(eta * (double)delta[r]);
        const int ahead = s->ahead && i + 2 * rows <= (size_t)l->cfg.n_post;
        LPLI_PICK(l->gemm.isa, lpli_update_rows)((real *)l->w + i * l->ldw, l->ldw, rows, s->x, n, keep, by, ahead ? rows * l->ldw : 0);
    } else {
        real *m = l->m, *v = l->v;
        for (size_t r = 0; r < rows; r++) {
            const double decay = wd + (oja ? (double)z[r] * (double)z[r] : 0);
            LPLI_PICK(l->gemm.isa, lpli_optim_rows)
            ((real *)l->w + (i + r) * l->ldw, m + (i + r) * n, v ? v + (i + r) * n : NULL, s->x, n, -delta[r], (real)decay, &l->optim);
        }
    }
    if (l->bias) {
        real *bm = l->bias_m, *bv = l->bias_v;
        LPLI_PICK(l->gemm.isa, lpli_optim_rows)((real *)l->bias + i, bm ? bm + i : NULL, bv ? bv + i : NULL, delta, rows, -1, 0, &l->optim);
    }
}

static void move_theta(const step_t *s, size_t i, size_t rows) {
    lpl_layer_t *l = s->l;
    const real *z = (const real *)l->now + i;
    for (size_t r = 0; l->theta && r < rows; r++) {
        real *theta = (real *)l->theta + i + r;
        *theta += (real)(((double)z[r] * (double)z[r] - (double)*theta) / l->cfg.tau_theta);
    }
}

/* One pass: everything for a block of units. Units whose z is not finite are left as they are. */
static void one_pass_task(void *ctx, size_t task, size_t worker) {
    (void)worker;
    const step_t *s = ctx;
    lpl_layer_t *l = s->l;
    const size_t end = task_end(s, task);
    for (size_t i = task * TASK_UNITS; i < end;) {
        size_t rows = end - i < s->block ? end - i : s->block;
        respond(s, i, rows);
        const real *z = (const real *)l->now + i;
        size_t good = 0;
        while (good < rows && isfinite(z[good])) good++;
        if (good < rows) rows = good > 0 ? good : 1;
        if (good > 0) {
            if (s->o.k_mean > 0) LPLI_PICK(l->gemm.isa, lpli_online_statistics)(l->mean + i, l->sigma2 + i, z, rows, &s->o);
            change(s, i, rows);
            if (s->o.k_mean > 0) move_theta(s, i, rows);
        }
        i += rows;
    }
}

static void respond_task(void *ctx, size_t task, size_t worker) {
    (void)worker;
    const step_t *s = ctx;
    respond(s, task * TASK_UNITS, task_end(s, task) - task * TASK_UNITS);
}

static void lateral_task(void *ctx, size_t task, size_t worker) {
    (void)worker;
    const step_t *s = ctx;
    lpl_layer_t *l = s->l;
    const size_t M = (size_t)l->cfg.n_post;
    for (size_t i = task * TASK_UNITS, end = task_end(s, task); i < end; i++) {
        double square = 0, sum = LPLI_PICK(l->gemm.isa, lpli_online_lateral)(l->cov + i * M, s->dev, i, M, s->o.k_sigma2, &square);
        l->gauge[i] = -s->decorr * sum;
        l->pull_sum[i] = square; /* for the report */
    }
}

static void change_task(void *ctx, size_t task, size_t worker) {
    (void)worker;
    const step_t *s = ctx;
    const size_t end = task_end(s, task);
    for (size_t i = task * TASK_UNITS; i < end; i += s->block) change(s, i, end - i < s->block ? end - i : s->block);
}

/* First unit whose z is not finite, and how many there are. */
static size_t count_bad(const lpl_layer_t *l, size_t *first) {
    const size_t M = (size_t)l->cfg.n_post;
    const real *z = l->now;
    size_t bad = 0;
    for (size_t i = 0; i < M; i++)
        if (!isfinite(z[i])) {
            if (bad == 0) *first = i;
            bad++;
        }
    return bad;
}

static lpl_status_t check(const lpl_layer_t *l, const real *z, const lpl_report_t *report, const real *x, const char *fn) {
    if (!l) return lpli_fail(LPL_E_NULL, fn, "l is NULL");
    LPLI_TRY(lpli_check_dtype(l, LPLI_DTYPE, fn));
    const size_t n = (size_t)l->cfg.n_pre, M = l->units, rows = (size_t)l->cfg.n_post, k = l->fan_in;
    if (!x) return lpli_fail(LPL_E_NULL, fn, "x is NULL");
    LPLI_TRY(lpli_check_apart(l->w, rows, k, l->ldw, x, 1, n, n, sizeof(real), fn, "the layer's weights and x"));
    if (z) {
        LPLI_TRY(lpli_check_apart(z, 1, M, M, x, 1, n, n, sizeof(real), fn, "z and x"));
        LPLI_TRY(lpli_check_apart(z, 1, M, M, l->w, rows, k, l->ldw, sizeof(real), fn, "z and the layer's weights"));
    }
    if (report && report->size == 0) return lpli_fail(LPL_E_ARG, fn, "report->size = 0: call lpl_report_init first");
    if (l->cfg.stats != LPL_STATS_EWMA)
        return lpli_fail(LPL_E_ORDER, fn, "the layer was created with statistics of a batch; a single sample needs stats = LPL_STATS_EWMA");
    if (l->cfg.pair != LPL_PAIR_CAUSAL)
        return lpli_fail(LPL_E_ORDER, fn, "the layer was created with LPL_PAIR_SYMMETRIC, a stream needs LPL_PAIR_CAUSAL");
    if (l->prev_batch > 1)
        return lpli_fail(LPL_E_ORDER, fn, "the remembered response has %zu rows, a stream has 1 (lpl_layer_forget starts anew)",
                         l->prev_batch);
    return LPL_OK;
}

static lpl_status_t finish(lpl_layer_t *l, lpl_report_t *report, const step_t *s) {
    const size_t M = (size_t)l->cfg.n_post;
    const int lateral = s->decorr != 0;
    lpli_losses_t loss = {.step = l->step};
    if (!report) return lpli_report_fill(NULL, &l->rule, &loss, l->sigma2, M);
    const real *z = l->now;
    real *fp = l->fprime_max;
    if (s->zp) loss.pull = LPLI_PICK(l->gemm.isa, lpli_sqdiff)(z, s->zp, M) / (double)M;
    loss.push = lpli_push_loss(&l->rule, l->mean, l->sigma2, NULL, NULL, M, 1);
    for (size_t i = 0; lateral && i < M; i++) loss.decorr += l->pull_sum[i] / ((double)M * ((double)M - 1));
    LPLI_PICK(l->gemm.isa, lpli_fprime)(fp, z, M, &l->act);
    for (size_t i = 0; i < M; i++) {
        loss.mean_activity += (double)z[i] / (double)M;
        loss.n_dead += fp[i] == 0;
    }
    return lpli_report_fill(report, &l->rule, &loss, l->sigma2, M);
}

lpl_status_t PUB(lpl_update_online)(lpl_layer_t *l, real *z, lpl_report_t *report, const real *x) {
    static const char fn[] = "lpl_update_online";
    LPLI_TRY(check(l, z, report, x, fn));
    const R(lpli_calls_t) *calls = R(lpli_calls)(l->cfg.kind);
    if (calls) return calls->online(l, z, report, x);
    const size_t M = (size_t)l->cfg.n_post, n = (size_t)l->cfg.n_pre;
    const int moves = l->cfg.mode != LPL_MODE_FROZEN;
    const lpli_factors_t f = lpli_rule_factors(&l->rule, M, 1, 1);
    step_t s = {
        .l = l,
        .o = {&l->rule, &l->act, moves ? l->k_mean : 0, moves ? l->k_sigma2 : 0, f.pull, f.push, f.unit},
        .x = x,
        .zp = l->prev_batch ? l->prev : NULL,
        .decorr = l->rule.rule == LPL_RULE_LPL && l->cov ? f.decorr : 0,
        .block = block_rows(n),
        .ahead = 8 * n * sizeof(real) <= L1_BYTES,
        .learns = l->cfg.mode == LPL_MODE_LEARN,
    };
    const lpli_optim_t before = l->optim;
    if (s.learns) {
        l->optim.beta1_t *= l->optim.beta1;
        l->optim.beta2_t *= l->optim.beta2;
    }
    size_t first = 0, bad = 0;
    if (s.decorr == 0) {
        lpli_parallel(task_count(&s), l->cfg.threads, one_pass_task, &s);
        bad = count_bad(l, &first);
        real *now = l->now, *prev = l->prev;
        for (size_t i = first; bad > 0 && i < M; i++) /* such units remember what they had */
            if (!isfinite(now[i])) now[i] = s.zp ? prev[i] : 0;
    } else {
        lpli_parallel(task_count(&s), l->cfg.threads, respond_task, &s);
        bad = count_bad(l, &first);
        if (bad > 0) {
            l->optim = before;
        } else {
            const real *now = l->now;
            if (moves) LPLI_PICK(l->gemm.isa, lpli_online_statistics)(l->mean, l->sigma2, now, M, &s.o);
            s.dev = l->use_mean;
            s.lateral = l->gauge;
            for (size_t i = 0; i < M; i++) s.dev[i] = (double)now[i] - l->mean[i];
            lpli_parallel(task_count(&s), l->cfg.threads, lateral_task, &s);
            lpli_parallel(task_count(&s), l->cfg.threads, change_task, &s);
            if (moves) move_theta(&s, 0, M);
        }
    }
    if (bad > 0 && s.decorr != 0)
        return lpli_fail(LPL_E_NONFINITE, fn, "layer %d, unit %zu, step %llu: z is NaN or infinite (%zu units in all); nothing has changed",
                         (int)l->cfg.label, first, (unsigned long long)l->step + 1, bad);
    if (moves) l->step++;
    const lpl_status_t status = finish(l, bad > 0 ? NULL : report, &s);
    if (z && bad == 0) memcpy(z, l->now, M * sizeof(real));
    if (moves) {
        void *old = l->prev;
        l->prev = l->now;
        l->now = old;
        l->prev_batch = 1;
    }
    if (bad > 0)
        return lpli_fail(LPL_E_NONFINITE, fn,
                         "layer %d, unit %zu, step %llu: z is NaN or infinite (%zu units in all); all other units have made their step",
                         (int)l->cfg.label, first, (unsigned long long)l->step, bad);
    return status;
}
