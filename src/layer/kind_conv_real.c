/* layer/kind_conv_real.c - a convolution among the kinds of layers (kind.h): what conv.h computes, and the
 * optimiser. */
#include "core/error.h"
#include "core/threads.h"
#include "layer/change.h"
#include "layer/kind.h"
#include "linalg/vector.h"
#include "stats/moments.h"
#ifndef LPLI_NO_MALLOC
#include "reduce/reduce.h"
#endif

/* Calls with exclusive access work in the layer's scratch. */
static R(lpli_conv_run_t) conv_run(const lpl_layer_t *l) {
    return (R(lpli_conv_run_t)){
        .g = &l->conv->g,
        .gemm = &l->gemm,
        .act = &l->act,
        .threads = l->cfg.threads,
        .w = l->param.w,
        .bias = l->param.bias,
        .ldw = l->param.ldw,
        .inputs = l->conv->scratch.inputs,
        .work = l->conv->scratch.work,
        .weights = l->conv->scratch.weights,
    };
}

static lpl_status_t map(const lpl_layer_t *l, real *z, size_t ldz, const real *x, size_t ldx, size_t batch,
                        const char *fn) {
    R(lpli_conv_run_t) r = conv_run(l);
    return R(lpli_conv_map)(l->conv, &r, z, ldz, x, ldx, batch, fn);
}

static void see(lpl_layer_t *l, void *z, const real *x, size_t ldx, size_t batch, int view, real *y) {
    const R(lpli_conv_run_t) r = conv_run(l);
    R(lpli_conv_see)(l->conv, &r, l->param.head, z, x, ldx, batch, view, y);
}

static size_t dead(const lpl_layer_t *l, int first, size_t batch) { return R(lpli_conv_dead)(l->conv, first, batch); }

/* A row of the weights' gradient, in their order. */
static const real *gradient_row(const lpl_layer_t *l, size_t i, size_t worker) {
#ifndef LPLI_NO_MALLOC
    if (lpli_reduces(l)) {
        real *room = (real *)l->conv->gradient_row + worker * l->fan_in;
        R(lpli_reduce_get)(l->reduce, i * l->fan_in, room, l->fan_in, l->reduce->row_high[i]);
        return room;
    }
#endif
    return R(lpli_conv_gradient_row)(l->conv, l->gemm.isa, i, worker);
}

#ifndef LPLI_NO_MALLOC
static void add_row_task(void *ctx, size_t i, size_t worker) {
    const lpl_layer_t *l = ctx;
    lpli_layer_reduce_t *r = l->reduce;
    const size_t n = l->fan_in;
    const real *row = R(lpli_conv_gradient_row)(l->conv, l->gemm.isa, i, worker);
    if (!(LPLI_PICK(l->gemm.isa, lpli_highest)(row, n) <= LPLI_REAL_MAX) || !isfinite(l->conv->bias_gradient[i])) {
        atomic_store(&r->bad, 1);
        return;
    }
    R(lpli_reduce_add)(r, i * n, row, n, r->row_high[i]);
    R(lpli_reduce_add_wide)(r, lpli_at_bias(l) + i, l->conv->bias_gradient + i, 1, r->bias_high[i]);
}

static void add(lpl_layer_t *l, const lpli_conv_learn_t *q, size_t at) {
    const R(lpli_conv_run_t) run = conv_run(l);
    const size_t row = l->units * (l->rule_f64 ? sizeof(double) : sizeof(real));
    void *delta[2] = {NULL, NULL};
    for (int v = q->first; v < 2; v++) delta[v] = (char *)l->scratch.delta[v] + at * row;
    R(lpli_conv_gradient)(l->conv, &run, q, delta);
    lpli_parallel((size_t)l->cfg.n_post, l->cfg.threads, add_row_task, l);
    const size_t H = (size_t)lpli_head_length(&l->cfg);
    if (H > 0 && !(lpli_guard_highest(l->conv->head.sum, H) <= DBL_MAX))
        atomic_store(&l->reduce->bad, 1);
    else
        R(lpli_reduce_head_add)(l);
}

static void reduced(lpl_layer_t *l) {
    R(lpli_reduce_head_get)(l);
    if (l->param.head) lpli_head_end(&l->conv->head);
    for (size_t i = 0; i < l->cfg.n_post; i++) R(lpli_reduce_get_wide)
    (l->reduce, lpli_at_bias(l) + i, l->conv->bias_gradient + i, 1, l->reduce->bias_high[i]);
}
#endif

static void gradient(lpl_layer_t *l, const lpli_conv_learn_t *q) {
    const R(lpli_conv_run_t) r = conv_run(l);
#ifndef LPLI_NO_MALLOC
    if (lpli_reduces(l)) reduced(l);
#endif
    if (!lpli_reduces(l)) R(lpli_conv_gradient)(l->conv, &r, q, l->scratch.delta);
    const double *known = l->scratch.known_bias_grad;
    for (size_t i = 0; known && i < l->cfg.n_post; i++)
        if (!isnan(known[i])) l->conv->bias_gradient[i] = known[i];
}

/* ---- from gradients to parameters ---- */

static void optim_task(void *ctx, size_t i, size_t worker) {
    lpl_layer_t *l = ctx;
    const size_t n = l->fan_in;
    real *w = (real *)l->param.w + i * l->param.ldw, *m = l->param.m, *v = l->param.v,
         decay = (real)l->cfg.weight_decay;
    const real *g = gradient_row(l, i, worker);
    m = m ? m + i * n : NULL, v = v ? v + i * n : NULL;
    if (l->scratch.change_asked)
        R(lpli_change_row)(l, i, w, m, v, g, n, NULL, 1, decay);
    else
        LPLI_PICK(l->gemm.isa, lpli_optim_rows)(w, m, v, g, n, 1, decay, &l->optim);
}

static real decay_of(const lpl_layer_t *l, const lpli_head_part_t *p) {
    return p->decays ? (real)l->cfg.weight_decay : 0;
}

static void optim_part(lpl_layer_t *l, const lpli_head_part_t *p) {
    real *m = l->param.head_m, *v = l->param.head_v;
    LPLI_PICK(l->gemm.isa, lpli_optim_rows)
    ((real *)l->param.head + p->at, m ? m + p->at : NULL, v ? v + p->at : NULL, (real *)l->conv->head.gradient + p->at,
     p->n, 1, decay_of(l, p), &l->optim);
}

static void learn(lpl_layer_t *l, const lpli_conv_learn_t *q) {
    const size_t M = (size_t)l->cfg.n_post, n = l->fan_in;
    if (q->dw) {
        for (size_t i = 0; i < M; i++) memcpy((real *)q->dw + i * q->lddw, gradient_row(l, i, 0), n * sizeof(real));
        for (size_t i = 0; q->db && i < M; i++) ((real *)q->db)[i] = (real)l->conv->bias_gradient[i];
        return;
    }
    lpli_parallel(M, l->cfg.threads, optim_task, l);
    if (l->param.bias) {
        real *g = l->scratch.bias_grad;
        for (size_t i = 0; i < M; i++) g[i] = (real)l->conv->bias_gradient[i];
        LPLI_PICK(l->gemm.isa, lpli_optim_rows)(l->param.bias, l->param.bias_m, l->param.bias_v, g, M, 1, 0, &l->optim);
    }
    for (int k = 0; l->param.head && k < LPLI_HEAD_PARTS; k++) {
        const lpli_head_part_t part = lpli_head_part(&l->cfg, k);
        optim_part(l, &part);
    }
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
        const int bad =
            q->dw ? !(LPLI_PICK(isa, lpli_highest)(row, n) <= LPLI_REAL_MAX)
                  : R(lpli_optim_first_bad)(isa, w + i * l->param.ldw, m ? m + i * n : NULL, v ? v + i * n : NULL, row,
                                            n, 1, (real)l->cfg.weight_decay, &o, &what) < n;
        if (bad) return lpli_diverged(l, i, what, fn);
        g[i] = (real)l->conv->bias_gradient[i];
        if (biases && q->dw && !isfinite(g[i])) return lpli_diverged(l, i, "bias gradient", fn);
    }
    if (q->dw) return LPL_OK;
    if (biases) {
        const size_t i =
            R(lpli_optim_first_bad)(isa, l->param.bias, l->param.bias_m, l->param.bias_v, g, M, 1, 0, &o, NULL);
        if (i < M) return lpli_diverged(l, i, "bias", fn);
    }
    m = l->param.head_m, v = l->param.head_v;
    for (int k = 0; l->param.head && k < LPLI_HEAD_PARTS; k++) {
        const lpli_head_part_t part = lpli_head_part(&l->cfg, k);
        const size_t at = part.at;
        const size_t bad =
            R(lpli_optim_first_bad)(isa, (const real *)l->param.head + at, m ? m + at : NULL, v ? v + at : NULL,
                                    (const real *)l->conv->head.gradient + at, part.n, 1, decay_of(l, &part), &o, NULL);
        if (bad < part.n) return lpli_diverged(l, bad / part.row, part.name, fn);
    }
    return LPL_OK;
}

/* ---- decorrelation of channels with every position as a sample (theory 4.6, "no pooling") ---- */

#ifndef LPLI_NO_MALLOC
/* The same over the ranks: chunks of rows, each with its positions. */
static double decorrelate_ranks(lpl_layer_t *l, const lpli_rule_t *only, const real *z, real *delta, int v,
                                double share) {
    lpli_layer_reduce_t *r = l->reduce;
    const size_t M = (size_t)l->cfg.n_post, Q = l->conv->g.Q, own = r->own * Q, total = r->total * Q;
    double *mean = l->conv->sample_stats, *m2 = mean + M, *sigma2 = m2 + M, *pull_sum = sigma2 + M, loss = 0;
    double *const none[2] = {NULL, NULL}, *high = r->channel, *low = high + M;
    lpli_hook_t hook = r->hook; /* of samples */
    hook.cfg.chunk *= Q;
    lpli_rows_t rows = {.hook = &hook, .gemm = &l->gemm, .threads = l->cfg.threads, .own = own, .total = total};
    rows.units = rows.ld = M;
    rows.z[1] = r->samples, rows.high[1] = high, rows.low[1] = low;
    rows.scale = r->scale, rows.work = r->work, rows.sum = r->sum;
    const double *up = r->max + LPLI_MAX_EXTRAS + 2 * (size_t)v * l->units, *down = up + l->units;
    for (size_t i = 0; i < M; i++) {
        high[i] = low[i] = -DBL_MAX;
        for (size_t q = 0; q < Q; q++) high[i] = fmax(high[i], up[i * Q + q]), low[i] = fmax(low[i], down[i * Q + q]);
    }
    R(lpli_conv_to_samples)(l->conv, l->cfg.threads, r->samples, z, r->own);
    double *const to_mean[2] = {none[0], mean}, *const to_m2[2] = {none[0], m2};
    r->status = R(lpli_rows_means)(&rows, to_mean, r->fn);
    if (r->status >= 0) r->status = R(lpli_rows_squares)(&rows, to_mean, to_m2, NULL, r->fn);
    if (r->status < 0) return 0;
    R(lpli_center_all)
    (l->scratch.centred, M, pull_sum, r->samples, M, mean, own, M, l->gemm.isa, l->cfg.threads);
    lpli_products_t p = r->products;
    const real *const both[2] = {NULL, l->scratch.centred};
    p.hook = &hook, p.threads = l->cfg.threads, p.n = M, p.total = total;
    for (size_t i = 0; i < M; i++) r->work[i] = high[i] + low[i];
    lpli_products_start(&p, r->work);
    r->status = R(lpli_products)(&p, both, own, r->square, r->fn);
    if (r->status < 0) return 0;
    R(lpli_products_get)(&p, r->square, 1 / ((double)total - 1));
    for (size_t i = 0; i < M; i++) ((real *)r->square)[i * (M + 1)] = 0, sigma2[i] = m2[i] / ((double)total - 1);
    size_t at = 0, n;
    do {
        n = lpli_rows_of_chunk(&hook, at, own);
        const R(lpli_rule_work_t) w = {
            .rule = only,
            .gemm = &l->gemm,
            .isa = l->gemm.isa,
            .threads = l->cfg.threads,
            .units = M,
            .batch = n,
            .total = total,
            .square_ready = 1,
            .square = r->square,
        };
        const R(lpli_view_t) view = {
            .z = (real *)r->samples + at * M,
            .ldz = M,
            .ldp = M,
            .ldd = M,
            .mean = mean,
            .sigma2 = sigma2,
            .batch_mean = mean,
            .batch_m2 = m2,
            .delta = (real *)r->sample_delta + at * M,
            .zc = (real *)l->scratch.centred + at * M,
            .gain = l->scratch.push_gain,
            .pull_sum = pull_sum,
            .fprime_max = l->scratch.fprime_max[1],
        };
        R(lpli_rule_view)(&w, &view, share, at == 0 ? &loss : NULL);
        at += n;
    } while (at < own);
    R(lpli_conv_add_samples)(l->conv, l->cfg.threads, delta, r->sample_delta, r->own);
    return loss;
}
#endif

/* Exponential statistics are of units: a channel's mean is that of its positions. In sample_stats: the new means first,
 * which the lateral term takes, the batch's behind. */
static void channel_means(const lpl_layer_t *l, double *to, const double *mean) {
    const size_t M = (size_t)l->cfg.n_post, Q = l->conv->g.Q;
    for (size_t i = 0; i < M; i++) {
        double sum = 0;
        for (size_t p = 0; p < Q; p++) sum += mean[i * Q + p];
        to[i] = sum / (double)Q;
    }
}

static void to_samples(lpl_layer_t *l, const real *each[2], const double *mean[2], size_t batch) {
    const size_t M = (size_t)l->cfg.n_post;
    double *now = l->conv->sample_stats, *of_batch = now + 4 * M;
    real *room = l->conv->samples;
    channel_means(l, of_batch, mean[0]);
    channel_means(l, now, mean[1]);
    mean[0] = of_batch, mean[1] = now;
    for (int v = 1; v >= 0; v--) {
        if (!each[v]) continue;
        R(lpli_conv_to_samples)(l->conv, l->cfg.threads, room, each[v], batch);
        each[v] = room;
        room += batch * l->units;
    }
}

static double decorrelate(lpl_layer_t *l, const lpli_rule_t *rule, const real *z, real *delta, size_t batch,
                          double share) {
    const size_t M = (size_t)l->cfg.n_post, samples = batch * l->conv->g.Q;
    double *mean = l->conv->sample_stats, *m2 = mean + M, *sigma2 = m2 + M, *pull_sum = sigma2 + M, loss = 0;
    const int ewma = rule->stats == LPL_STATS_EWMA;
    lpli_rule_t only = *rule; /* the lateral term alone, of this batch or with the running covariance */
    only.pull = only.push = 0;
    only.pull_form = LPL_PULL_DIFFERENCE;
    only.push_form = LPL_PUSH_LOGVAR;
    if (!ewma) only.stats = LPL_STATS_BATCH;
#ifndef LPLI_NO_MALLOC
    if (lpli_reduces(l)) return decorrelate_ranks(l, &only, z, delta, z == l->scratch.now, share);
#endif
    R(lpli_conv_to_samples)(l->conv, l->cfg.threads, l->conv->samples, z, batch);
    if (ewma) {
        channel_means(l, mean, l->scratch.use_mean);
        R(lpli_center_all)
        (l->scratch.centred, M, m2, l->conv->samples, M, mean, samples, M, l->gemm.isa, l->cfg.threads);
    } else
        R(lpli_moments)
    (mean, m2, l->scratch.centred, M, l->conv->samples, M, samples, M, l->gemm.isa, l->cfg.threads);
    for (size_t i = 0; i < M; i++) sigma2[i] = ewma ? 1 : m2[i] / ((double)samples - 1); /* there is no push */
    const R(lpli_rule_work_t) w = {
        .rule = &only,
        .gemm = &l->gemm,
        .isa = l->gemm.isa,
        .threads = l->cfg.threads,
        .units = M,
        .batch = samples,
#ifndef LPLI_NO_MALLOC
        .total = samples,
#endif
        .square_ready = ewma,
        .square = l->scratch.square,
    };
    const R(lpli_view_t) v = {
        .z = l->conv->samples,
        .ldz = M,
        .ldp = M,
        .ldd = M,
        .mean = mean,
        .sigma2 = sigma2,
        .batch_mean = mean,
        .batch_m2 = m2,
        .delta = l->conv->sample_delta,
        .zc = l->scratch.centred,
        .gain = l->scratch.push_gain,
        .pull_sum = pull_sum,
        .fprime_max = l->scratch.fprime_max[1],
    };
    R(lpli_rule_view)(&w, &v, share, &loss);
    R(lpli_conv_add_samples)(l->conv, l->cfg.threads, delta, l->conv->sample_delta, batch);
    return loss;
}

/* ---- its calls (kind.h) ---- */

/* The rule of a float32 layer may run in double (layer.h, rule_f64). */
static lpl_status_t signal(lpl_layer_t *l, const void *z0, const void *z1, lpli_guard_t *q, lpli_rule_t *used,
                           lpli_losses_t *sum, const char *fn) {
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
        .samples = to_samples,
#ifndef LPLI_NO_MALLOC
        .add = add,
#endif
        .gradient = gradient,
        .check_learn = check_learn,
        .learn = learn,
        .dead = dead,
        .online = online,
    };
    return &calls;
}
