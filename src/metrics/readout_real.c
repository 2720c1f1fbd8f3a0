/* metrics/readout_real.c - the linear readout: softmax regression on frozen responses (theory 4.5). */
#include <stdlib.h>
#include <string.h>

#include "activation/exp.h"
#include "core/cpu.h"
#include "core/error.h"
#include "core/real.h"
#include "linalg/gemm.h"
#include "lpl/metrics.h"
#include "optim/optim.h"

#define CLASSES_MAX ((size_t)1 << 31) /* labels are int32_t */

enum {
    PREDICT_ROWS = 256 /* rows of logits at a time */
};

static const lpl_readout_config_t defaults = {
    .size = sizeof(lpl_readout_config_t),
    .n_classes = 10,
    .batch = 512,
    .epochs = 20,
    .eta = 1e-3,
    .beta1 = 0.9,
    .beta2 = 0.999,
    .adam_eps = 1e-8,
};

#ifndef LPLI_F64
lpl_status_t lpl_readout_config_init(lpl_readout_config_t *cfg, size_t size) {
    return lpli_config_init(cfg, size, &defaults, sizeof defaults, "lpl_readout_config_init");
}
#endif

/* ---- checks ---- */
static lpl_status_t check_config(const lpl_readout_config_t *c, const char *fn) {
    if (c->flags != 0) return lpli_fail(LPL_E_ARG, fn, "cfg->flags = %llu, need 0", (unsigned long long)c->flags);
    LPLI_TRY(lpli_check_count(c->n_classes, 2, CLASSES_MAX, fn, "n_classes"));
    LPLI_TRY(lpli_check_count(c->batch, 1, INT64_MAX, fn, "batch"));
    LPLI_TRY(lpli_check_count(c->epochs, 1, PTRDIFF_MAX, fn, "epochs"));
    LPLI_TRY(lpli_check_positive(c->eta, fn, "eta"));
    LPLI_TRY(lpli_optim_check(LPL_OPTIM_ADAM, c->eta, 0, c->beta1, c->beta2, c->adam_eps, 0, fn));
    return lpli_optim_check_factors(LPL_OPTIM_ADAM, 0, c->beta1, c->beta2, LPLI_DTYPE, fn);
}

/* Largest magnitude of a matrix, which must be finite. */
static lpl_status_t check_values(const real *p, size_t rows, size_t cols, size_t ld, double *largest, const char *fn,
                                 const char *name) {
    double high = 0;
    for (size_t r = 0; r < rows; r++) {
        for (size_t c = 0; c < cols; c++) {
            double v = fabs((double)p[r * ld + c]);
            if (!(v <= (double)LPLI_REAL_MAX))
                return lpli_fail(LPL_E_NONFINITE, fn, "%s: row %zu, column %zu is %g, need finite numbers", name, r, c,
                                 (double)p[r * ld + c]);
            high = v > high ? v : high;
        }
    }
    *largest = high;
    return LPL_OK;
}

static lpl_status_t check_labels(const int32_t *y, size_t n, size_t n_classes, const char *fn) {
    if (!y && n > 0) return lpli_fail(LPL_E_NULL, fn, "y = NULL, need %zu labels", n);
    for (size_t b = 0; b < n; b++)
        if (y[b] < 0 || (size_t)y[b] >= n_classes)
            return lpli_fail(LPL_E_ARG, fn, "y[%zu] = %d, need 0 .. %zu", b, (int)y[b], n_classes - 1);
    return LPL_OK;
}

/* ---- training ---- */
/* One mini-batch: logits in s (rows x K) become the gradient of the mean cross entropy; returns the sum of cross
 * entropies. log sum_k exp(s_k) is taken around the largest logit, so that it neither overflows nor underflows. */
static double cross_entropy(real *s, const int32_t *y, size_t rows, size_t K) {
    double loss = 0;
    for (size_t r = 0; r < rows; r++) {
        real *row = s + r * K, top = row[0], sum = 0;
        for (size_t k = 1; k < K; k++) top = row[k] > top ? row[k] : top;
        const double target = (double)row[y[r]] - (double)top;
        for (size_t k = 0; k < K; k++) {
            row[k] = (real)lpli_exp((double)(row[k] - top));
            sum += row[k];
        }
        loss += log((double)sum) - target;
        for (size_t k = 0; k < K; k++) row[k] /= sum;
        row[y[r]] -= 1;
        for (size_t k = 0; k < K; k++) row[k] /= (real)rows;
    }
    return loss;
}

/* rows of s = x w' + bias, w K x d without gaps, bias K */
static void logits_of(const lpli_gemm_t *gemm, real *s, size_t lds, const real *w, size_t ldw, const real *bias,
                      const real *x, size_t ldx, size_t rows, size_t d, size_t K) {
    for (size_t r = 0; r < rows; r++) memcpy(s + r * lds, bias, K * sizeof *s);
    if (d > 0) R(lpli_gemm)(gemm, 0, 1, rows, K, d, 1, x, ldx, w, ldw, 1, s, lds, 1);
}

/* Working memory of a training run: p = weights, then biases; the rest alike, s = logits of a batch. */
typedef struct fit_t {
    real *p, *m, *v, *g, *s;
    double *loss;
} fit_t;

/* What a training run reads, and which of its mini-batches are to be done: first .. end - 1. */
typedef struct fit_job_t {
    const lpl_readout_config_t *c;
    const real *x;
    const int32_t *y;
    size_t ldx, n, d;
    uint64_t first, end;
    const char *fn;
} fit_job_t;

static uint64_t batches_of(const lpl_readout_config_t *c, size_t n) { return (n - 1) / c->batch + 1; }

static lpl_status_t train(const fit_job_t *j, fit_t *f) {
    const lpl_readout_config_t *c = j->c;
    const size_t K = (size_t)c->n_classes, d = j->d, n_w = K * d, n = j->n;
    const uint64_t in_epoch = batches_of(c, n);
    lpli_gemm_t gemm;
    const int32_t isa = lpli_isa_best();
    lpli_gemm_init(&gemm, isa, 0);
    lpli_optim_t o = {
        .optim = LPL_OPTIM_ADAM,
        .eta = c->eta,
        .beta1 = c->beta1,
        .beta2 = c->beta2,
        .adam_eps = c->adam_eps,
        .beta1_t = 1,
        .beta2_t = 1,
    };
    for (uint64_t t = j->first; t < j->end; t++) {
        const size_t epoch = (size_t)(t / in_epoch), b = (size_t)(t % in_epoch * c->batch);
        const size_t rows = n - b < c->batch ? n - b : (size_t)c->batch;
        const real *xb = j->x + b * j->ldx;
        double *loss = &f->loss[epoch];
        if (b == 0) *loss = 0;
        logits_of(&gemm, f->s, K, f->p, d, f->p + n_w, xb, j->ldx, rows, d, K);
        *loss += cross_entropy(f->s, j->y + b, rows, K);
        if (!isfinite(*loss))
            return lpli_fail(LPL_E_NONFINITE, j->fn,
                             "the cross entropy is no longer finite in epoch %zu, batch from row %zu; w and bias are "
                             "unchanged: scale x down?",
                             epoch, b);
        if (d > 0) R(lpli_gemm)(&gemm, 1, 0, K, d, rows, 1, f->s, K, xb, j->ldx, 0, f->g, d, 1);
        memset(f->g + n_w, 0, K * sizeof *f->g);
        for (size_t r = 0; r < rows; r++)
            for (size_t k = 0; k < K; k++) f->g[n_w + k] += f->s[r * K + k];
        /* parameters that are no longer finite show in the next loss or at the end; the caller's are untouched till
         * then */
        o.beta1_t = pow(c->beta1, (double)t + 1), o.beta2_t = pow(c->beta2, (double)t + 1);
        LPLI_PICK(isa, lpli_optim_rows)(f->p, f->m, f->v, f->g, n_w + K, 1, 0, &o);
        if (b + rows == n) *loss /= (double)n;
    }
    double largest;
    return check_values(f->p, 1, n_w + K, n_w + K, &largest, j->fn, "trained weights and biases");
}

/* On copies, which go back if all went well. moments, epoch_loss: NULL, or what parts hand on. */
static lpl_status_t fit_in(const fit_job_t *j, fit_t *f, real *w, size_t ldw, real *bias, real *moments,
                           double *epoch_loss) {
    const size_t K = (size_t)j->c->n_classes, epochs = (size_t)j->c->epochs, d = j->d,
                 n_p = K * d + K; /* checked: they fit */
    for (size_t k = 0; k < K && d > 0; k++) memcpy(f->p + k * d, w + k * ldw, d * sizeof *w);
    memcpy(f->p + K * d, bias, K * sizeof *bias);
    if (j->first > 0) memcpy(f->m, moments, 2 * n_p * sizeof *moments);
    if (j->first > 0) memcpy(f->loss, epoch_loss, epochs * sizeof *epoch_loss);
    LPLI_TRY(train(j, f));
    for (size_t k = 0; k < K && d > 0; k++) memcpy(w + k * ldw, f->p + k * d, d * sizeof *w);
    memcpy(bias, f->p + K * d, K * sizeof *bias);
    if (moments) memcpy(moments, f->m, 2 * n_p * sizeof *moments);
    if (epoch_loss) memcpy(epoch_loss, f->loss, epochs * sizeof *epoch_loss);
    return LPL_OK;
}

/* Outputs apart from x and from each other. */
static lpl_status_t check_outputs(const fit_job_t *j, const real *w, size_t ldw, const real *bias) {
    const size_t K = (size_t)j->c->n_classes, n = j->n, d = j->d, ldx = j->ldx;
    const real *x = j->x;
    const char *fn = j->fn;
    LPLI_TRY(lpli_check_matrix(w, K, d, ldw, sizeof *w, fn, "w"));
    LPLI_TRY(lpli_check_matrix(bias, 1, K, K, sizeof *bias, fn, "bias"));
    LPLI_TRY(lpli_check_matrix(x, n, d, ldx, sizeof *x, fn, "x"));
    LPLI_TRY(lpli_check_apart(w, K, d, ldw, x, n, d, ldx, sizeof *x, fn, "w and x"));
    LPLI_TRY(lpli_check_apart(bias, 1, K, K, x, n, d, ldx, sizeof *x, fn, "bias and x"));
    return lpli_check_apart(bias, 1, K, K, w, K, d, ldw, sizeof *w, fn, "bias and w");
}

/* The rows that will be read: all of them at first, later those of the part (all, if it goes round the end of an
 * epoch). */
static lpl_status_t check_data(const fit_job_t *j) {
    const uint64_t in_epoch = batches_of(j->c, j->n), from = j->first % in_epoch, count = j->end - j->first;
    size_t low = 0, high = j->n, K = (size_t)j->c->n_classes;
    double largest;
    if (j->first > 0 && from + count <= in_epoch) {
        low = (size_t)(from * j->c->batch);
        high = from + count == in_epoch ? j->n : (size_t)((from + count) * j->c->batch);
    }
    if (!j->y) return check_labels(j->y, j->n, K, j->fn);
    LPLI_TRY(check_labels(j->y + low, high - low, K, j->fn));
    return check_values(j->x + low * j->ldx, high - low, j->d, j->ldx, &largest, j->fn, "x");
}

/* j->end: all mini-batches of the run. */
static lpl_status_t run_length(fit_job_t *j) {
    const uint64_t in_epoch = batches_of(j->c, j->n);
    if (j->c->epochs > UINT64_MAX / in_epoch)
        return lpli_fail(LPL_E_SIZE, j->fn, "epochs = %llu of %llu mini-batches, need fewer",
                         (unsigned long long)j->c->epochs, (unsigned long long)in_epoch);
    j->end = j->c->epochs * in_epoch;
    return LPL_OK;
}

static lpl_status_t fit(const fit_job_t *j, real *w, size_t ldw, real *bias, real *moments, double *epoch_loss) {
    const lpl_readout_config_t *c = j->c;
    const size_t K = (size_t)c->n_classes, d = j->d, n_p_max = PTRDIFF_MAX / 8 / sizeof(real) / K;
    const size_t rows = j->n < c->batch ? j->n : (size_t)c->batch;
    double largest;
    LPLI_TRY(check_data(j));
    LPLI_TRY(check_values(w, K, d, ldw, &largest, j->fn, "w"));
    LPLI_TRY(check_values(bias, 1, K, K, &largest, j->fn, "bias"));
    fit_t f = {.p = NULL};
    real *block = NULL;
    if (d < n_p_max && rows < n_p_max) {
        const size_t n_p = K * d + K;
        block = calloc(4 * n_p + rows * K, sizeof *block);
        f.loss = c->epochs <= PTRDIFF_MAX / sizeof *f.loss ? calloc((size_t)c->epochs, sizeof *f.loss) : NULL;
        if (block) f.p = block, f.m = f.p + n_p, f.v = f.m + n_p, f.g = f.v + n_p, f.s = f.g + n_p;
    }
    lpl_status_t status =
        block && f.loss
            ? fit_in(j, &f, w, ldw, bias, moments, epoch_loss)
            : lpli_fail(LPL_E_MEMORY, j->fn, "no memory for %zu x %zu weights, their moments and %zu rows of logits", K,
                        d, rows);
    free(f.loss);
    free(block);
    return status;
}

lpl_status_t PUB(lpl_readout_fit)(const lpl_readout_config_t *cfg, real *w, size_t ldw, real *bias, double *epoch_loss,
                                  const real *x, size_t ldx, const int32_t *y, size_t n, size_t d) {
    const char *fn = "lpl_readout_fit";
    lpl_readout_config_t c = defaults;
    LPLI_TRY(lpli_config_copy(&c, sizeof c, cfg, fn));
    LPLI_TRY(check_config(&c, fn));
    LPLI_TRY(lpli_check_size(n, 1, PTRDIFF_MAX, fn, "n"));
    fit_job_t j = {.c = &c, .x = x, .y = y, .ldx = ldx, .n = n, .d = d, .fn = fn};
    LPLI_TRY(run_length(&j));
    LPLI_TRY(check_outputs(&j, w, ldw, bias));
    if (epoch_loss)
        LPLI_TRY(
            lpli_check_matrix(epoch_loss, 1, (size_t)c.epochs, (size_t)c.epochs, sizeof *epoch_loss, fn, "epoch_loss"));
    return fit(&j, w, ldw, bias, NULL, epoch_loss);
}

lpl_status_t PUB(lpl_readout_fit_part)(const lpl_readout_config_t *cfg, real *w, size_t ldw, real *bias, real *moments,
                                       double *epoch_loss, const real *x, size_t ldx, const int32_t *y, size_t n,
                                       size_t d, uint64_t first, uint64_t count) {
    const char *fn = "lpl_readout_fit_part";
    lpl_readout_config_t c = defaults;
    LPLI_TRY(lpli_config_copy(&c, sizeof c, cfg, fn));
    LPLI_TRY(check_config(&c, fn));
    LPLI_TRY(lpli_check_size(n, 1, PTRDIFF_MAX, fn, "n"));
    fit_job_t j = {.c = &c, .x = x, .y = y, .ldx = ldx, .n = n, .d = d, .first = first, .fn = fn};
    LPLI_TRY(run_length(&j));
    LPLI_TRY(check_outputs(&j, w, ldw, bias));
    const size_t K = (size_t)c.n_classes, n_m = d < PTRDIFF_MAX / 8 / sizeof *moments / K ? 2 * (K * d + K) : SIZE_MAX;
    LPLI_TRY(lpli_check_matrix(moments, 1, n_m, n_m, sizeof *moments, fn, "moments"));
    LPLI_TRY(
        lpli_check_matrix(epoch_loss, 1, (size_t)c.epochs, (size_t)c.epochs, sizeof *epoch_loss, fn, "epoch_loss"));
    LPLI_TRY(lpli_check_apart(moments, 1, n_m, n_m, x, n, d, ldx, sizeof *x, fn, "moments and x"));
    LPLI_TRY(lpli_check_apart(moments, 1, n_m, n_m, w, K, d, ldw, sizeof *w, fn, "moments and w"));
    LPLI_TRY(lpli_check_apart(moments, 1, n_m, n_m, bias, 1, K, K, sizeof *bias, fn, "moments and bias"));
    if (first >= j.end || count == 0) return LPL_OK;
    if (count < j.end - first) j.end = first + count;
    return fit(&j, w, ldw, bias, moments, epoch_loss);
}

/* ---- prediction ---- */
/* Blocks of logits, copied out if wanted; counts the rows whose largest logit, the first of equal ones, is y. */
static lpl_status_t predict(real *logits, size_t ldl, size_t *n_right, real *s, const real *w, size_t ldw,
                            const real *bias, const real *x, size_t ldx, const int32_t *y, size_t n, size_t d, size_t K,
                            const char *fn) {
    lpli_gemm_t gemm;
    lpli_gemm_init(&gemm, lpli_isa_best(), 0);
    *n_right = 0;
    for (size_t b = 0; b < n; b += PREDICT_ROWS) {
        size_t rows = n - b < PREDICT_ROWS ? n - b : PREDICT_ROWS;
        logits_of(&gemm, s, K, w, ldw, bias, x + b * ldx, ldx, rows, d, K);
        for (size_t r = 0; r < rows; r++) {
            const real *row = s + r * K;
            size_t top = 0;
            for (size_t k = 0; k < K; k++) {
                if (!isfinite(row[k]))
                    return lpli_fail(LPL_E_NONFINITE, fn, "the logit of row %zu, class %zu is too large for its type",
                                     b + r, k);
                if (row[k] > row[top]) top = k;
            }
            if (y && (size_t)y[b + r] == top) ++*n_right;
            if (logits) memcpy(logits + (b + r) * ldl, row, K * sizeof *row);
        }
    }
    return LPL_OK;
}

lpl_status_t PUB(lpl_readout_predict)(real *logits, size_t ldl, double *accuracy, const real *w, size_t ldw,
                                      const real *bias, const real *x, size_t ldx, const int32_t *y, size_t n, size_t d,
                                      size_t n_classes) {
    const char *fn = "lpl_readout_predict";
    const size_t K = n_classes;
    double high_w = 0, high_b = 0, high_x = 0;
    LPLI_TRY(lpli_check_size(K, 2, CLASSES_MAX, fn, "n_classes"));
    LPLI_TRY(lpli_check_matrix(w, K, d, ldw, sizeof *w, fn, "w"));
    LPLI_TRY(lpli_check_matrix(bias, 1, K, K, sizeof *bias, fn, "bias"));
    LPLI_TRY(lpli_check_matrix(x, n, d, ldx, sizeof *x, fn, "x"));
    LPLI_TRY(lpli_check_size(n, accuracy ? 1 : 0, PTRDIFF_MAX, fn, accuracy ? "n (of an accuracy)" : "n"));
    if (accuracy) LPLI_TRY(check_labels(y, n, K, fn));
    if (logits) {
        LPLI_TRY(lpli_check_matrix(logits, n, K, ldl, sizeof *logits, fn, "logits"));
        LPLI_TRY(lpli_check_apart(logits, n, K, ldl, x, n, d, ldx, sizeof *x, fn, "logits and x"));
        LPLI_TRY(lpli_check_apart(logits, n, K, ldl, w, K, d, ldw, sizeof *w, fn, "logits and w"));
        LPLI_TRY(lpli_check_apart(logits, n, K, ldl, bias, 1, K, K, sizeof *bias, fn, "logits and bias"));
    }
    LPLI_TRY(check_values(w, K, d, ldw, &high_w, fn, "w"));
    LPLI_TRY(check_values(bias, 1, K, K, &high_b, fn, "bias"));
    LPLI_TRY(check_values(x, n, d, ldx, &high_x, fn, "x"));
    const size_t rows = n < PREDICT_ROWS ? n : PREDICT_ROWS;
    real *s = rows <= PTRDIFF_MAX / sizeof *s / K ? malloc((rows ? rows : 1) * K * sizeof *s) : NULL;
    if (!s) return lpli_fail(LPL_E_MEMORY, fn, "no memory for %zu rows of %zu logits", rows, K);
    size_t n_right = 0;
    const int32_t *labels = accuracy ? y : NULL;
    lpl_status_t status = LPL_OK;
    /* Logits are written as they come. Where one might overflow, a run without output finds that out first. */
    if (logits && !(high_w * high_x * (double)d + high_b < (double)LPLI_REAL_MAX / 4))
        status = predict(NULL, 0, &n_right, s, w, ldw, bias, x, ldx, labels, n, d, K, fn);
    if (status == LPL_OK) status = predict(logits, ldl, &n_right, s, w, ldw, bias, x, ldx, labels, n, d, K, fn);
    if (status == LPL_OK && accuracy) *accuracy = (double)n_right / (double)n;
    free(s);
    return status;
}
