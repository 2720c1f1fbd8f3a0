/* layer/io_real.c - named states in and out, and weights in the host's memory. */
#include "core/error.h"
#include "layer/layer.h"

#ifndef LPLI_F64
lpl_status_t lpli_state_length(const lpl_layer_t *l, int32_t state, size_t *n, const char *fn) {
    const size_t M = (size_t)l->cfg.n_post, all = M * l->fan_in, U = l->units, P = lpli_form_units(l),
                 hidden = l->param.head ? l->cfg.head_hidden : 0, out = l->param.head ? l->cfg.head_out : 0;
    LPLI_TRY(lpli_check_enum(state, LPL_STATE_PREDICTOR, fn, "state"));
    const size_t length[] = {
        [LPL_STATE_WEIGHTS] = all,
        [LPL_STATE_BIAS] = l->param.bias ? M : 0,
        [LPL_STATE_MEAN] = U,
        [LPL_STATE_SIGMA2] = U,
        [LPL_STATE_COVARIANCE] = l->stats.cov ? P * P : 0,
        [LPL_STATE_PREV] = l->stats.prev ? (l->stats.prev_batch ? l->stats.prev_batch : 1) * U : 0,
        [LPL_STATE_OPTIM_M] = l->param.m ? all : 0,
        [LPL_STATE_OPTIM_V] = l->param.v ? all : 0,
        [LPL_STATE_BIAS_M] = l->param.bias_m ? M : 0,
        [LPL_STATE_BIAS_V] = l->param.bias_v ? M : 0,
        [LPL_STATE_THETA] = l->param.theta ? M : 0,
        [LPL_STATE_HEAD_W1] = hidden * M,
        [LPL_STATE_HEAD_B1] = hidden,
        [LPL_STATE_HEAD_W2] = out * hidden,
        [LPL_STATE_HEAD_B2] = out,
        [LPL_STATE_PREDICTOR] = l->stats.predictor ? P * P : 0,
    };
    if (length[state] == 0)
        return lpli_fail(LPL_E_ARG, fn, "state = %d: a layer of this configuration has no such state", (int)state);
    *n = length[state];
    return LPL_OK;
}
#endif

/* Where a state lives: as real without gaps, as real rows, or as double. */
typedef struct {
    real *p;
    double *d;
    size_t rows, cols, ld;
} place_t;

static place_t place(const lpl_layer_t *l, int32_t state) {
    const size_t M = (size_t)l->cfg.n_post, n = l->fan_in, U = l->units, P = lpli_form_units(l);
    real *const plain[] = {
        [LPL_STATE_WEIGHTS] = l->param.w,     [LPL_STATE_BIAS] = l->param.bias,   [LPL_STATE_PREV] = l->stats.prev,
        [LPL_STATE_OPTIM_M] = l->param.m,     [LPL_STATE_OPTIM_V] = l->param.v,   [LPL_STATE_BIAS_M] = l->param.bias_m,
        [LPL_STATE_BIAS_V] = l->param.bias_v, [LPL_STATE_THETA] = l->param.theta,
    };
    switch (state) {
    case LPL_STATE_MEAN: return (place_t){.d = l->stats.mean, .rows = 1, .cols = U, .ld = U};
    case LPL_STATE_SIGMA2: return (place_t){.d = l->stats.sigma2, .rows = 1, .cols = U, .ld = U};
    case LPL_STATE_COVARIANCE: return (place_t){.d = l->stats.cov, .rows = P, .cols = P, .ld = P};
    case LPL_STATE_PREDICTOR: return (place_t){.d = l->stats.predictor, .rows = P, .cols = P, .ld = P};
    case LPL_STATE_WEIGHTS: return (place_t){.p = l->param.w, .rows = M, .cols = n, .ld = l->param.ldw};
    case LPL_STATE_OPTIM_M:
    case LPL_STATE_OPTIM_V: return (place_t){.p = plain[state], .rows = M, .cols = n, .ld = n};
    case LPL_STATE_PREV:
        return l->rule_f64 ? (place_t){.d = l->stats.prev, .rows = l->stats.prev_batch, .cols = U, .ld = U}
                           : (place_t){.p = l->stats.prev, .rows = l->stats.prev_batch, .cols = U, .ld = U};
    case LPL_STATE_HEAD_W1:
    case LPL_STATE_HEAD_B1:
    case LPL_STATE_HEAD_W2:
    case LPL_STATE_HEAD_B2: {
        const lpli_head_part_t part = lpli_head_part(&l->cfg, state - LPL_STATE_HEAD_W1);
        return (place_t){.p = (real *)l->param.head + part.at, .rows = 1, .cols = part.n, .ld = part.n};
    }
    default: return (place_t){.p = plain[state], .rows = 1, .cols = M, .ld = M};
    }
}

lpl_status_t PUB(lpl_layer_read)(const lpl_layer_t *l, real *dst, size_t n, int32_t state) {
    static const char fn[] = "lpl_layer_read";
    size_t length = 0;
    if (!l || !dst) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", l ? "dst" : "l");
    LPLI_TRY(lpli_check_dtype(l, LPLI_DTYPE, fn));
    LPLI_TRY(lpli_state_length(l, state, &length, fn));
    if (state == LPL_STATE_PREV && l->stats.prev_batch == 0)
        return lpli_fail(LPL_E_ORDER, fn, "no response is remembered yet");
    if (n != length) return lpli_fail(LPL_E_SIZE, fn, "n = %zu, need exactly %zu", n, length);
    const place_t s = place(l, state);
#ifndef LPLI_F64 /* statistics of a float32 layer are kept in double: a variance may be 1e60 */
    for (size_t k = 0; s.d && k < length; k++) {
        const double v = s.d[k / s.cols * s.ld + k % s.cols];
        if (!isfinite((real)v))
            return lpli_fail(LPL_E_NONFINITE, fn, "element %zu of state %d is %g, more than float32 holds", k,
                             (int)state, v);
    }
#endif
    for (size_t i = 0; i < s.rows; i++)
        for (size_t j = 0; j < s.cols; j++) dst[i * s.cols + j] = s.d ? (real)s.d[i * s.ld + j] : s.p[i * s.ld + j];
    return LPL_OK;
}

lpl_status_t PUB(lpl_layer_write)(lpl_layer_t *l, const real *src, size_t n, int32_t state) {
    static const char fn[] = "lpl_layer_write";
    size_t length = 0;
    if (!l || !src) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", l ? "src" : "l");
    LPLI_TRY(lpli_check_dtype(l, LPLI_DTYPE, fn));
    LPLI_TRY(lpli_state_length(l, state, &length, fn));
    const size_t M = l->units;
    if (state == LPL_STATE_PREV) { /* as many rows as are given become the remembered response */
        if (n == 0 || n % M != 0 || n / M > l->cfg.batch_max)
            return lpli_fail(LPL_E_SIZE, fn, "n = %zu, need k * units = k * %zu with 1 <= k <= batch_max", n, M);
    } else if (n != length) {
        return lpli_fail(LPL_E_SIZE, fn, "n = %zu, need exactly %zu", n, length);
    }
    const int variance = state == LPL_STATE_SIGMA2 || state == LPL_STATE_OPTIM_V || state == LPL_STATE_BIAS_V;
    for (size_t k = 0; k < n; k++) {
        if (!isfinite(src[k])) return lpli_fail(LPL_E_NONFINITE, fn, "src[%zu] is NaN or infinite", k);
        const int diagonal = (state == LPL_STATE_COVARIANCE && k % (M + 1) == 0) ||
                             (state == LPL_STATE_PREDICTOR && k % (lpli_form_units(l) + 1) == 0);
        if ((variance || diagonal) && src[k] < 0)
            return lpli_fail(LPL_E_ARG, fn, "src[%zu] = %g, a variance must be >= 0", k, (double)src[k]);
    }
    lpli_guard_forget(l);
    if (state == LPL_STATE_PREV) lpli_remember_rows(l), l->stats.prev_batch = n / M;
    if ((state == LPL_STATE_MEAN || state == LPL_STATE_SIGMA2) && l->cfg.stats == LPL_STATS_STALE)
        l->stats.has_stale = 1;
    for (size_t i = 0; state == LPL_STATE_THETA && l->param.theta_exact && i < n; i++)
        l->param.theta_exact[i] = (double)src[i];
    const place_t s = place(l, state);
    for (size_t i = 0; i < s.rows; i++)
        for (size_t j = 0; j < s.cols; j++) {
            if (s.d)
                s.d[i * s.ld + j] = (double)src[i * s.cols + j];
            else
                s.p[i * s.ld + j] = src[i * s.cols + j];
        }
    return LPL_OK;
}

lpl_status_t PUB(lpl_layer_borrow_weights)(lpl_layer_t *l, real *w, size_t ldw, real *bias) {
    static const char fn[] = "lpl_layer_borrow_weights";
    if (!l) return lpli_fail(LPL_E_NULL, fn, "l is NULL");
    LPLI_TRY(lpli_check_dtype(l, LPLI_DTYPE, fn));
    const size_t M = (size_t)l->cfg.n_post, n = l->fan_in;
    lpli_guard_forget(l);
    if (!w && !bias) { /* back home */
        for (size_t i = 0; i < M && l->param.w != l->param.own_w; i++)
            memcpy((real *)l->param.own_w + i * n, (real *)l->param.w + i * l->param.ldw, n * sizeof(real));
        if (l->param.bias && l->param.bias != l->param.own_bias)
            memcpy(l->param.own_bias, l->param.bias, M * sizeof(real));
        l->param.w = l->param.own_w;
        l->param.ldw = n;
        l->param.bias = l->param.own_bias;
        return LPL_OK;
    }
    LPLI_TRY(lpli_check_matrix(w, M, n, ldw, sizeof(real), fn, "w"));
    if ((bias != NULL) != (l->cfg.bias == 1))
        return lpli_fail(LPL_E_NULL, fn, "bias is %s, but the layer has %s", bias ? "given" : "NULL",
                         l->cfg.bias ? "biases" : "none");
    if (bias) LPLI_TRY(lpli_check_apart(w, M, n, ldw, bias, 1, M, M, sizeof(real), fn, "w and bias"));
    for (size_t i = 0; i < M; i++) {
        for (size_t j = 0; j < n; j++)
            if (!isfinite(w[i * ldw + j]))
                return lpli_fail(LPL_E_NONFINITE, fn, "w of unit %zu, input %zu is NaN or infinite", i, j);
        if (bias && !isfinite(bias[i])) return lpli_fail(LPL_E_NONFINITE, fn, "bias of unit %zu is NaN or infinite", i);
    }
    l->param.w = w;
    l->param.ldw = ldw;
    l->param.bias = bias;
    return LPL_OK;
}
