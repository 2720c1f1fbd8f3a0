/* layer/kind_conv_real.c - a convolutional layer's way from input to what the rule sees, and from delta back to its weights. */
#include "core/error.h"
#include "core/threads.h"
#include "conv/lanes.h"
#include "conv/head.h"
#include "layer/kind.h"
#include "linalg/vector.h"
#include "stats/moments.h"

static R(lpli_conv_run_t) conv_run(const lpl_layer_t *l) {
    return (R(lpli_conv_run_t)){
        .g = &l->conv.g,
        .gemm = &l->gemm,
        .act = &l->act,
        .threads = l->cfg.threads,
        .w = l->param.w,
        .bias = l->param.bias,
        .ldw = l->param.ldw,
        .col = l->conv.col,
        .map = l->conv.map,
        .u = l->conv.dw,
    };
}

/* ---- forward ---- */

/* The host's forward: the map. Calls on several threads take turns with the scratch. */
static void map(const lpl_layer_t *l, real *z, size_t ldz, const real *x, size_t ldx, size_t batch) {
    const R(lpli_conv_run_t) r = conv_run(l);
    while (atomic_flag_test_and_set_explicit(l->conv.col_busy, memory_order_acquire)) {
    }
    R(lpli_conv_forward)(&r, NULL, z, ldz, NULL, NULL, x, ldx, batch);
    atomic_flag_clear_explicit(l->conv.col_busy, memory_order_release);
}

static void see(lpl_layer_t *l, void *z, const real *x, size_t ldx, size_t batch, int view, real *y) {
    const R(lpli_conv_run_t) r = conv_run(l);
    const int whole = l->cfg.sees == LPL_SEES_POSITIONS; /* the rule sees what the next layer sees */
    if (whole)
        R(lpli_conv_forward)(&r, NULL, z, l->n_out, l->conv.fp[view], l->conv.win[view], x, ldx, batch);
    else
        R(lpli_conv_forward)
        (&r, l->cfg.sees == LPL_SEES_HEAD ? l->conv.means : z, y, l->n_out, l->conv.fp[view], l->conv.win[view], x, ldx, batch);
    if (whole && y) memcpy(y, z, batch * l->n_out * sizeof(real));
    if (l->cfg.sees != LPL_SEES_HEAD) return;
    lpli_head_forward(l, z, batch, view);
}

static size_t dead(const lpl_layer_t *l, int first, size_t batch) {
    const size_t M = (size_t)l->cfg.n_post, Q = l->conv.g.Q;
    size_t n_dead = 0;
    for (size_t c = 0; c < M; c++) {
        int alive = 0;
#ifdef LPLI_HAVE_X86_KERNELS
        if (l->conv.g.lanes) {
            for (int view = first; view < 2 && !alive; view++) alive = !R(lpli_lanes_silent)(&l->conv.g, l->conv.fp[view], c, batch);
            n_dead += !alive;
            continue;
        }
#endif
        for (int view = first; view < 2 && !alive; view++)
            for (size_t b = 0; b < batch && !alive; b++) {
                const real *fp = (const real *)l->conv.fp[view] + (b * M + c) * Q;
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
    if (l->conv.g.lanes) {
        real *row = (real *)l->conv.row + worker * l->fan_in;
        R(lpli_lanes_row)(&l->conv.g, l->gemm.isa, row, l->conv.dw, i);
        return row;
    }
#endif
    (void)worker;
    return (real *)l->conv.dw + i * l->fan_in;
}

static void optim_task(void *ctx, size_t i, size_t worker) {
    lpl_layer_t *l = ((const rows_t *)ctx)->l;
    const size_t n = l->fan_in;
    real *m = l->param.m, *v = l->param.v;
    LPLI_PICK(l->gemm.isa, lpli_optim_rows)
    ((real *)l->param.w + i * l->param.ldw, m ? m + i * n : NULL, v ? v + i * n : NULL, gradient_row(l, i, worker), n, 1,
     (real)l->cfg.weight_decay, &l->optim);
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
    const part_t all[4] = {
        {.at = 0, .n = hidden * M, .row = M, .decay = decay, .name = "head (hidden weights)"},
        {.at = hidden * M, .n = hidden, .row = 1, .name = "head (hidden biases)"},
        {.at = hidden * (M + 1), .n = last * hidden, .row = hidden, .decay = decay, .name = "head (output weights)"},
        {.at = hidden * (M + 1) + last * hidden, .n = last, .row = 1, .name = "head (output biases)"},
    };
    memcpy(out, all, sizeof all);
    return 4;
}

static void optim_part(lpl_layer_t *l, const part_t *p) {
    real *m = l->param.head_m, *v = l->param.head_v;
    LPLI_PICK(l->gemm.isa, lpli_optim_rows)
    ((real *)l->param.head + p->at, m ? m + p->at : NULL, v ? v + p->at : NULL, (real *)l->conv.head_grad + p->at, p->n, 1, p->decay,
     &l->optim);
}

static void gradient(lpl_layer_t *l, const lpli_conv_learn_t *q) {
    const size_t M = (size_t)l->cfg.n_post;
    const int head = l->cfg.sees == LPL_SEES_HEAD, positions = l->cfg.sees == LPL_SEES_POSITIONS;
    const R(lpli_conv_run_t) r = conv_run(l);
    real *dw = l->conv.dw;
    memset(dw, 0, (size_t)lpli_conv_dw(&l->conv.g) * sizeof(real));
    memset(l->conv.db, 0, M * sizeof(double));
    if (head) lpli_head_start(l);
    for (int view = q->first; view < 2; view++) {
        const double *mean = positions ? NULL : l->scratch.delta[view];
        if (head) {
            lpli_head_backward(l, mean, q->batch, view);
            mean = l->conv.means;
        }
        R(lpli_conv_backward)
        (&r, dw, l->conv.db, mean, positions ? l->scratch.delta[view] : NULL, l->conv.fp[view], l->conv.win[view], q->x[view], q->ldx[view],
         q->batch);
    }
    if (head) lpli_head_end(l);
    for (size_t i = 0; l->scratch.known_bias_grad && i < M; i++)
        if (!isnan(l->scratch.known_bias_grad[i])) l->conv.db[i] = l->scratch.known_bias_grad[i];
}

static void learn(lpl_layer_t *l, const lpli_conv_learn_t *q) {
    const size_t M = (size_t)l->cfg.n_post, n = l->fan_in;
    if (q->dw) {
        for (size_t i = 0; i < M; i++) memcpy((real *)q->dw + i * q->lddw, gradient_row(l, i, 0), n * sizeof(real));
        for (size_t i = 0; q->db && i < M; i++) ((real *)q->db)[i] = (real)l->conv.db[i];
        return;
    }
    rows_t rows = {l};
    lpli_parallel(M, l->cfg.threads, optim_task, &rows);
    if (l->param.bias) {
        real *g = l->scratch.bias_grad;
        for (size_t i = 0; i < M; i++) g[i] = (real)l->conv.db[i];
        LPLI_PICK(l->gemm.isa, lpli_optim_rows)(l->param.bias, l->param.bias_m, l->param.bias_v, g, M, 1, 0, &l->optim);
    }
    part_t part[4];
    const size_t parts = l->param.head ? head_list(l, part) : 0;
    for (size_t p = 0; p < parts; p++) optim_part(l, &part[p]);
}

static lpl_status_t check_learn(lpl_layer_t *l, const lpli_conv_learn_t *q, const char *fn) {
    const size_t M = (size_t)l->cfg.n_post, n = l->fan_in;
    const int32_t isa = l->gemm.isa;
    const lpli_optim_t o = lpli_next_optim(l);
    const real *w = l->param.w, *m = l->param.m, *v = l->param.v;
    const int biases = q->dw ? q->db != NULL : l->param.bias != NULL;
    real *g = l->scratch.bias_grad;
    for (size_t i = 0; i < M; i++) {
        const real *row = gradient_row(l, i, 0);
        const char *what = "gradient";
        const int bad = q->dw ? !(LPLI_PICK(isa, lpli_highest)(row, n) <= LPLI_REAL_MAX)
                              : R(lpli_optim_first_bad)(isa, w + i * l->param.ldw, m ? m + i * n : NULL, v ? v + i * n : NULL, row, n, 1,
                                                        (real)l->cfg.weight_decay, &o, &what) < n;
        if (bad) return lpli_diverged(l, i, what, fn);
        g[i] = (real)l->conv.db[i];
        if (biases && q->dw && !isfinite(g[i])) return lpli_diverged(l, i, "bias gradient", fn);
    }
    if (q->dw) return LPL_OK;
    if (biases) {
        const size_t i = R(lpli_optim_first_bad)(isa, l->param.bias, l->param.bias_m, l->param.bias_v, g, M, 1, 0, &o, NULL);
        if (i < M) return lpli_diverged(l, i, "bias", fn);
    }
    part_t part[4];
    const size_t parts = l->param.head ? head_list(l, part) : 0;
    m = l->param.head_m, v = l->param.head_v;
    for (size_t p = 0; p < parts; p++) {
        const size_t at = part[p].at;
        const size_t k = R(lpli_optim_first_bad)(isa, (const real *)l->param.head + at, m ? m + at : NULL, v ? v + at : NULL,
                                                 (const real *)l->conv.head_grad + at, part[p].n, 1, part[p].decay, &o, NULL);
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
    const size_t M = (size_t)t->l->cfg.n_post, Q = t->l->conv.g.Q;
    const real *in = t->z + image * M * Q;
    real *out = t->out + image * M * Q;
    for (size_t q = 0; q < Q; q++)
        for (size_t c = 0; c < M; c++) out[q * M + c] = in[c * Q + q];
}

static void turn_back_task(void *ctx, size_t image, size_t worker) {
    (void)worker;
    const turn_t *t = ctx;
    const size_t M = (size_t)t->l->cfg.n_post, Q = t->l->conv.g.Q;
    const real *in = t->z + image * M * Q;
    real *out = t->out + image * M * Q;
    for (size_t c = 0; c < M; c++)
        for (size_t q = 0; q < Q; q++) out[c * Q + q] += in[q * M + c];
}

static double decorrelate(lpl_layer_t *l, const lpli_rule_t *rule, const real *z, real *delta, size_t batch, double share) {
    const size_t M = (size_t)l->cfg.n_post, samples = batch * l->conv.g.Q;
    double *mean = l->conv.turned_stats, *m2 = mean + M, *sigma2 = m2 + M, *pull_sum = sigma2 + M, loss = 0;
    lpli_rule_t only = *rule; /* the lateral term alone, of this batch */
    only.pull = only.push = 0;
    only.stats = LPL_STATS_BATCH;
    turn_t t = {.l = l, .z = z, .out = l->conv.turned};
    lpli_parallel(batch, l->cfg.threads, turn_task, &t);
    R(lpli_moments)(mean, m2, l->scratch.centred, M, l->conv.turned, M, samples, M, l->gemm.isa, l->cfg.threads);
    for (size_t i = 0; i < M; i++) sigma2[i] = m2[i] / ((double)samples - 1);
    const R(lpli_rule_work_t) w = {
        .rule = &only,
        .gemm = &l->gemm,
        .isa = l->gemm.isa,
        .threads = l->cfg.threads,
        .units = M,
        .batch = samples,
        .square = l->scratch.square,
    };
    const R(lpli_view_t) v = {
        .z = l->conv.turned,
        .ldz = M,
        .ldp = M,
        .ldd = M,
        .mean = mean,
        .sigma2 = sigma2,
        .batch_mean = mean,
        .batch_m2 = m2,
        .delta = l->conv.turned_delta,
        .zc = l->scratch.centred,
        .gain = l->scratch.push_gain,
        .pull_sum = pull_sum,
        .fprime_max = l->scratch.fprime_max[1],
    };
    R(lpli_rule_view)(&w, &v, share, &loss);
    turn_t back = {.l = l, .z = l->conv.turned_delta, .out = delta};
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
    const void *response = l->cfg.mode == LPL_MODE_FROZEN ? l->scratch.now : l->stats.prev;
    for (size_t i = 0; status >= 0 && z && i < l->units; i++)
        z[i] = l->rule_f64 ? (real)((const double *)response)[i] : ((const real *)response)[i];
    return status;
}

const R(lpli_calls_t) * R(lpli_conv_calls)(void) {
    static const R(lpli_calls_t) calls = {
        .map = map,
        .see = see,
        .signal = signal,
        .check_move = check_move,
        .move_on = move_on,
        .decorrelate = decorrelate,
        .gradient = gradient,
        .check_learn = check_learn,
        .learn = learn,
        .dead = dead,
        .online = online,
    };
    return &calls;
}
