/* conv/learn_real.c - a convolutional layer's way from input to what the rule sees, and from delta back to its weights. */
#include "core/error.h"
#include "core/threads.h"
#include "conv/lanes.h"
#include "conv/head.h"
#include "layer/kind.h"
#include "linalg/vector.h"
#include "stats/moments.h"

static R(lpli_conv_run_t) conv_run(const lpl_layer_t *l) {
    return (R(lpli_conv_run_t)){&l->conv, &l->gemm, &l->act, l->cfg.threads, l->w, l->bias, l->ldw, l->col, l->map, l->dw};
}

/* ---- forward ---- */

/* The host's forward: the map. Calls on several threads take turns with the scratch. */
static void map(const lpl_layer_t *l, real *z, size_t ldz, const real *x, size_t ldx, size_t batch) {
    const R(lpli_conv_run_t) r = conv_run(l);
    while (atomic_flag_test_and_set_explicit(l->col_busy, memory_order_acquire)) {
    }
    R(lpli_conv_forward)(&r, NULL, z, ldz, NULL, NULL, x, ldx, batch);
    atomic_flag_clear_explicit(l->col_busy, memory_order_release);
}

static void see(lpl_layer_t *l, void *z, const real *x, size_t ldx, size_t batch, int view, real *y) {
    const R(lpli_conv_run_t) r = conv_run(l);
    const int whole = l->cfg.sees == LPL_SEES_POSITIONS; /* the rule sees what the next layer sees */
    if (whole)
        R(lpli_conv_forward)(&r, NULL, z, l->n_out, l->fp[view], l->win[view], x, ldx, batch);
    else
        R(lpli_conv_forward)(&r, l->cfg.sees == LPL_SEES_HEAD ? l->means : z, y, l->n_out, l->fp[view], l->win[view], x, ldx, batch);
    if (whole && y) memcpy(y, z, batch * l->n_out * sizeof(real));
    if (l->cfg.sees != LPL_SEES_HEAD) return;
    lpli_head_forward(l, z, batch, view);
}

static size_t dead(const lpl_layer_t *l, int first, size_t batch) {
    const size_t M = (size_t)l->cfg.n_post, Q = l->conv.Q;
    size_t n_dead = 0;
    for (size_t c = 0; c < M; c++) {
        int alive = 0;
#ifdef LPLI_HAVE_X86_KERNELS
        if (l->conv.lanes) {
            for (int view = first; view < 2 && !alive; view++) alive = !R(lpli_lanes_silent)(&l->conv, l->fp[view], c, batch);
            n_dead += !alive;
            continue;
        }
#endif
        for (int view = first; view < 2 && !alive; view++)
            for (size_t b = 0; b < batch && !alive; b++) {
                const real *fp = (const real *)l->fp[view] + (b * M + c) * Q;
                for (size_t q = 0; q < Q && !alive; q++) alive = fp[q] != 0;
            }
        n_dead += !alive;
    }
    return n_dead;
}

/* ---- backward ---- */

typedef struct {
    lpl_layer_t *l;
} rows_t;

/* One row of the gradient, in the order of weights. */
static real *gradient_row(lpl_layer_t *l, size_t i, size_t worker) {
#ifdef LPLI_HAVE_X86_KERNELS
    if (l->conv.lanes) {
        real *row = (real *)l->row + worker * l->fan_in;
        R(lpli_lanes_row)(&l->conv, l->gemm.isa, row, l->dw, i);
        return row;
    }
#endif
    (void)worker;
    return (real *)l->dw + i * l->fan_in;
}

static void optim_task(void *ctx, size_t i, size_t worker) {
    lpl_layer_t *l = ((const rows_t *)ctx)->l;
    const size_t n = l->fan_in;
    real *m = l->m, *v = l->v;
    LPLI_PICK(l->gemm.isa, lpli_optim_rows)
    ((real *)l->w + i * l->ldw, m ? m + i * n : NULL, v ? v + i * n : NULL, gradient_row(l, i, worker), n, 1, (real)l->cfg.weight_decay,
     &l->optim);
}

/* The four arrays of the head: weights decay, biases do not. */
typedef struct {
    size_t at, n, row; /* row: parameters of a unit */
    real decay;
    const char *name;
} part_t;

static size_t head_list(const lpl_layer_t *l, part_t out[4]) {
    const size_t M = (size_t)l->cfg.n_post, hidden = l->cfg.head_hidden, last = l->cfg.head_out;
    const real decay = (real)l->cfg.weight_decay;
    const part_t all[4] = {{0, hidden * M, M, decay, "head (hidden weights)"},
                           {hidden * M, hidden, 1, 0, "head (hidden biases)"},
                           {hidden * (M + 1), last * hidden, hidden, decay, "head (output weights)"},
                           {hidden * (M + 1) + last * hidden, last, 1, 0, "head (output biases)"}};
    memcpy(out, all, sizeof all);
    return 4;
}

static void optim_part(lpl_layer_t *l, const part_t *p) {
    real *m = l->head_m, *v = l->head_v;
    LPLI_PICK(l->gemm.isa, lpli_optim_rows)
    ((real *)l->head + p->at, m ? m + p->at : NULL, v ? v + p->at : NULL, (real *)l->head_grad + p->at, p->n, 1, p->decay, &l->optim);
}

static void gradient(lpl_layer_t *l, const lpli_conv_learn_t *q) {
    const size_t M = (size_t)l->cfg.n_post;
    const int head = l->cfg.sees == LPL_SEES_HEAD, positions = l->cfg.sees == LPL_SEES_POSITIONS;
    const R(lpli_conv_run_t) r = conv_run(l);
    real *dw = l->dw;
    memset(dw, 0, (size_t)lpli_conv_dw(&l->conv) * sizeof(real));
    memset(l->db, 0, M * sizeof(double));
    if (head) lpli_head_start(l);
    for (int view = q->first; view < 2; view++) {
        const double *mean = positions ? NULL : l->delta[view];
        if (head) {
            lpli_head_backward(l, mean, q->batch, view);
            mean = l->means;
        }
        R(lpli_conv_backward)
        (&r, dw, l->db, mean, positions ? l->delta[view] : NULL, l->fp[view], l->win[view], q->x[view], q->ldx[view], q->batch);
    }
    if (head) lpli_head_end(l);
    for (size_t i = 0; l->flat && i < M; i++)
        if (!isnan(l->flat[i])) l->db[i] = l->flat[i];
}

static void learn(lpl_layer_t *l, const lpli_conv_learn_t *q) {
    const size_t M = (size_t)l->cfg.n_post, n = l->fan_in;
    if (q->dw) {
        for (size_t i = 0; i < M; i++) memcpy((real *)q->dw + i * q->lddw, gradient_row(l, i, 0), n * sizeof(real));
        for (size_t i = 0; q->db && i < M; i++) ((real *)q->db)[i] = (real)l->db[i];
        return;
    }
    rows_t rows = {l};
    lpli_parallel(M, l->cfg.threads, optim_task, &rows);
    if (l->bias) {
        real *g = l->gain;
        for (size_t i = 0; i < M; i++) g[i] = (real)l->db[i];
        LPLI_PICK(l->gemm.isa, lpli_optim_rows)(l->bias, l->bias_m, l->bias_v, g, M, 1, 0, &l->optim);
    }
    part_t part[4];
    const size_t parts = l->head ? head_list(l, part) : 0;
    for (size_t p = 0; p < parts; p++) optim_part(l, &part[p]);
}

static lpl_status_t check_learn(lpl_layer_t *l, const lpli_conv_learn_t *q, const char *fn) {
    const size_t M = (size_t)l->cfg.n_post, n = l->fan_in;
    const int32_t isa = l->gemm.isa;
    const lpli_optim_t o = lpli_next_optim(l);
    const real *w = l->w, *m = l->m, *v = l->v;
    const int biases = q->dw ? q->db != NULL : l->bias != NULL;
    real *g = l->gain;
    for (size_t i = 0; i < M; i++) {
        const real *row = gradient_row(l, i, 0);
        const char *what = "gradient";
        const int bad = q->dw ? !(LPLI_PICK(isa, lpli_highest)(row, n) <= LPLI_REAL_MAX)
                              : R(lpli_optim_first_bad)(isa, w + i * l->ldw, m ? m + i * n : NULL, v ? v + i * n : NULL, row, n, 1,
                                                        (real)l->cfg.weight_decay, &o, &what) < n;
        if (bad) return lpli_diverged(l, i, what, fn);
        g[i] = (real)l->db[i];
        if (biases && q->dw && !isfinite(g[i])) return lpli_diverged(l, i, "bias gradient", fn);
    }
    if (q->dw) return LPL_OK;
    if (biases) {
        const size_t i = R(lpli_optim_first_bad)(isa, l->bias, l->bias_m, l->bias_v, g, M, 1, 0, &o, NULL);
        if (i < M) return lpli_diverged(l, i, "bias", fn);
    }
    part_t part[4];
    const size_t parts = l->head ? head_list(l, part) : 0;
    m = l->head_m, v = l->head_v;
    for (size_t p = 0; p < parts; p++) {
        const size_t at = part[p].at;
        const size_t k = R(lpli_optim_first_bad)(isa, (const real *)l->head + at, m ? m + at : NULL, v ? v + at : NULL,
                                                 (const real *)l->head_grad + at, part[p].n, 1, part[p].decay, &o, NULL);
        if (k < part[p].n) return lpli_diverged(l, k / part[p].row, part[p].name, fn);
    }
    return LPL_OK;
}

/* ---- decorrelation of channels with every position as a sample (theory 4.6, "no pooling") ---- */

typedef struct {
    const lpl_layer_t *l;
    const real *z; /* maps in; or deltas of samples in */
    real *out;
} turn_t;

/* Maps (image, channel, position) -> samples (image, position) x channels. */
static void turn_task(void *ctx, size_t image, size_t worker) {
    (void)worker;
    const turn_t *t = ctx;
    const size_t M = (size_t)t->l->cfg.n_post, Q = t->l->conv.Q;
    const real *in = t->z + image * M * Q;
    real *out = t->out + image * M * Q;
    for (size_t q = 0; q < Q; q++)
        for (size_t c = 0; c < M; c++) out[q * M + c] = in[c * Q + q];
}

static void turn_back_task(void *ctx, size_t image, size_t worker) {
    (void)worker;
    const turn_t *t = ctx;
    const size_t M = (size_t)t->l->cfg.n_post, Q = t->l->conv.Q;
    const real *in = t->z + image * M * Q;
    real *out = t->out + image * M * Q;
    for (size_t c = 0; c < M; c++)
        for (size_t q = 0; q < Q; q++) out[c * Q + q] += in[q * M + c];
}

static double decorrelate(lpl_layer_t *l, const lpli_rule_t *rule, const real *z, real *delta, size_t batch, double share) {
    const size_t M = (size_t)l->cfg.n_post, samples = batch * l->conv.Q;
    double *mean = l->turned_stats, *m2 = mean + M, *sigma2 = m2 + M, *pull_sum = sigma2 + M, loss = 0;
    lpli_rule_t only = *rule; /* the lateral term alone, of this batch */
    only.pull = only.push = 0;
    only.stats = LPL_STATS_BATCH;
    turn_t t = {l, z, l->turned};
    lpli_parallel(batch, l->cfg.threads, turn_task, &t);
    R(lpli_moments)(mean, m2, l->zc, M, l->turned, M, samples, M, l->gemm.isa, l->cfg.threads);
    for (size_t i = 0; i < M; i++) sigma2[i] = m2[i] / ((double)samples - 1);
    const R(lpli_rule_work_t) w = {&only, &l->gemm, l->gemm.isa, l->cfg.threads, M, samples, 0, l->square};
    const R(lpli_view_t) v = {l->turned, NULL,    NULL,     NULL,         M, M, 0, M, NULL, mean, sigma2, mean, m2, l->turned_delta, NULL,
                              l->zc,     l->gain, pull_sum, l->fprime_max};
    R(lpli_rule_view)(&w, &v, share, &loss);
    turn_t back = {l, l->turned_delta, delta};
    lpli_parallel(batch, l->cfg.threads, turn_back_task, &back);
    return loss;
}

/* ---- its calls (kind.h) ---- */

/* The rule of a float32 layer may run in double (layer.h, rule_f64). */
static lpl_status_t signal(lpl_layer_t *l, const void *z0, const void *z1, lpli_guard_t *q, lpli_rule_t *used, lpli_losses_t *sum,
                           const char *fn) {
    return (l->rule_f64 ? lpli_signal_f64 : R(lpli_signal))(l, z0, z1, q, used, sum, fn);
}

static lpl_status_t check_move(lpl_layer_t *l, const void *z0, const void *z1, const lpli_guard_t *q, const char *fn) {
    return (l->rule_f64 ? lpli_check_move_f64 : R(lpli_check_move))(l, z0, z1, q, fn);
}

static void move_on(lpl_layer_t *l, const void *z0, const void *z1, const lpli_guard_t *q) {
    (l->rule_f64 ? lpli_move_on_f64 : R(lpli_move_on))(l, z0, z1, q);
}

/* A convolution reads its weights many times for one sample anyway: a batch of one. */
static lpl_status_t online(lpl_layer_t *l, real *z, lpl_report_t *report, const real *x) {
    const lpl_status_t status = PUB(lpl_update)(l, report, NULL, 0, x, (size_t)l->cfg.n_pre, 1);
    const void *response = l->cfg.mode == LPL_MODE_FROZEN ? l->now : l->prev;
    for (size_t i = 0; status >= 0 && z && i < l->units; i++)
        z[i] = l->rule_f64 ? (real)((const double *)response)[i] : ((const real *)response)[i];
    return status;
}

const R(lpli_calls_t) * R(lpli_conv_calls)(void) {
    static const R(lpli_calls_t) calls = {map, see, signal, check_move, move_on, decorrelate, gradient, check_learn, learn, dead, online};
    return &calls;
}
