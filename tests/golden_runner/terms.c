/* tests/golden_runner/terms.c - group terms: pull and push forms of a whole batch, and slow features in closed form.
 *
 * A layer hands out dL/dW, not dL/dz. So its input is a row of z with a row of the unit matrix behind it, its weights
 * are the unit matrix with zeros behind it: then the responses are z, and column M + b of the gradient is dL/dz_b. What
 * needs no predictor goes through lpl_rule_delta too.
 */
#include "golden.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct terms_t {
    golden_case_t *c;
    int dtype;
    size_t batch, units;
    double *z[2], *cov; /* both views, and what the predictor has seen */
    double eps, keep, predictor_eps;
    double *out[2], *next; /* gradients of both views; the predictor's matrix afterwards */
} terms_t;

/* n numbers in the run's type. */
static void *typed(const terms_t *s, const double *v, size_t n) {
    void *p = typed_new(s->dtype, n);
    for (size_t i = 0; i < n; i++) {
        if (s->dtype == LPL_F64) {
            ((double *)p)[i] = v[i];
        } else {
            ((float *)p)[i] = (float)v[i];
        }
    }
    return p;
}

/* The gradient of one layer step: s->out[1], and s->out[0] of a symmetric pair; the samples of each view have columns
 * of their own. learns: the view that learns, if the pair is causal. */
static int step(terms_t *s, const lpl_layer_config_t *form, int learns, lpl_report_t *report) {
    golden_case_t *c = s->c;
    const size_t M = s->units, B = s->batch, n = M + 2 * B;
    lpl_layer_config_t cfg = *form;
    lpl_layer_t *l = NULL;
    double *x[2] = {golden_doubles(B * n), golden_doubles(B * n)}, *w = golden_doubles(M * n);
    void *tx[2], *tw, *dw = typed_new(s->dtype, M * n), *matrix = typed(s, s->cov, M * M);
    cfg.dtype = s->dtype, cfg.n_pre = n, cfg.n_post = M, cfg.batch_max = B, cfg.bias = 0, cfg.eps = s->eps;
    cfg.form = LPL_FORM_REFERENCE, cfg.decorr = 0, cfg.eta = 0, cfg.collapse_std = 0;
    cfg.predictor_eps = s->predictor_eps, cfg.predictor_keep = s->keep;
    for (int v = 0; v < 2; v++) { /* x0 holds the view that is the past, or view 1 */
        const int view = cfg.pair == LPL_PAIR_SYMMETRIC || learns == 1 ? v : 1 - v;
        for (size_t b = 0; b < B; b++) {
            memcpy(x[v] + b * n, s->z[view] + b * M, M * sizeof **x);
            x[v][b * n + M + (size_t)v * B + b] = 1;
        }
    }
    for (size_t i = 0; i < M; i++) {
        w[i * n + i] = 1;
    }
    tx[0] = typed(s, x[0], B * n), tx[1] = typed(s, x[1], B * n), tw = typed(s, w, M * n);
    int ok = golden_ok(c, lpl_layer_create(&cfg, &l), "lpl_layer_create") &&
             golden_ok(c, typed_layer_write(s->dtype, l, tw, M * n, LPL_STATE_WEIGHTS), "lpl_layer_write") &&
             (cfg.pull_form < LPL_PULL_DIRECTPRED ||
              golden_ok(c, typed_layer_write(s->dtype, l, matrix, M * M, LPL_STATE_PREDICTOR), "lpl_layer_write")) &&
             golden_ok(c, lpl_report_init(report, sizeof *report), "lpl_report_init") &&
             golden_ok(c, typed_gradient(s->dtype, l, dw, n, NULL, report, tx[0], tx[1], n, B), "lpl_gradient");
    if (ok) {
        typed_read(w, s->dtype, dw, M * n);
        for (size_t b = 0; b < B; b++) {
            for (size_t i = 0; i < M; i++) {
                s->out[0][b * M + i] = w[i * n + M + b];
                s->out[1][b * M + i] = w[i * n + M + B + b];
            }
        }
    }
    /* an update with eta = 0 takes the batch into the predictor's matrix */
    if (ok && cfg.pull_form >= LPL_PULL_DIRECTPRED) {
        ok = golden_ok(c, typed_update(s->dtype, l, NULL, tx[0], tx[1], n, B), "lpl_update") &&
             golden_ok(c, typed_layer_read(s->dtype, l, matrix, M * M, LPL_STATE_PREDICTOR), "lpl_layer_read");
        typed_read(s->next, s->dtype, matrix, M * M);
    }
    lpl_layer_destroy(l);
    free(x[0]), free(x[1]), free(w), free(tx[0]), free(tx[1]), free(tw), free(dw), free(matrix);
    return ok;
}

static void compare(terms_t *s, const char *name, int view) {
    const golden_tolerance_t t = {.rel64 = 1e-9, .floor64 = 16 * DBL_EPSILON, .floor32 = 16 * DBL_EPSILON};
    golden_compare(s->c, name, s->dtype, s->out[view], s->batch * s->units, &t);
}

/* The same term through lpl_rule_delta: minus the gradient. */
static void compare_delta(terms_t *s, const char *name, const lpl_layer_config_t *form, int view) {
    lpl_rule_config_t cfg;
    lpl_report_t report;
    size_t bytes = 0;
    enum { ALIGN = 64 };
    const size_t n = s->batch * s->units;
    if (!golden_wants(s->c, name) || !golden_ok(s->c, lpl_rule_config_init(&cfg, sizeof cfg), "lpl_rule_config_init") ||
        !golden_ok(s->c, lpl_report_init(&report, sizeof report), "lpl_report_init")) {
        return;
    }
    cfg.form = LPL_FORM_REFERENCE, cfg.pull = form->pull, cfg.push = form->push, cfg.eps = s->eps, cfg.collapse_std = 0;
    cfg.pull_form = form->pull_form, cfg.push_form = form->push_form;
    if (!golden_ok(s->c, lpl_rule_scratch(&cfg, &bytes, s->units, s->batch, s->dtype), "lpl_rule_scratch")) {
        return;
    }
    void *scratch = golden_memory(aligned_alloc(ALIGN, (bytes / ALIGN + 1) * ALIGN)), *z = typed(s, s->z[view], n),
         *other = typed(s, s->z[1 - view], n), *delta = typed_new(s->dtype, n);
    if (golden_ok(s->c, typed_rule_delta(s->dtype, &cfg, delta, &report, scratch, bytes, z, other, s->units, s->batch),
                  "lpl_rule_delta")) {
        typed_read(s->out[view], s->dtype, delta, n);
        for (size_t i = 0; i < n; i++) {
            s->out[view][i] = -s->out[view][i];
        }
        compare(s, name, view);
    }
    free(scratch), free(z), free(other), free(delta);
}

static void scalar(terms_t *s, const char *name, double got) {
    const golden_tolerance_t t = {.rel64 = 1e-10, .floor64 = 64 * DBL_EPSILON, .floor32 = 8 * (double)FLT_EPSILON};
    golden_compare_scalar(s->c, name, s->dtype, got, &t);
}

/* A push form and its gradient in each view, then the cosine pull. */
static void pairs(terms_t *s, lpl_layer_config_t form) {
    static const struct {
        const char *name;
        int push_form;
    } pushes[] = {{"negative", LPL_PUSH_NEGATIVE}, {"logdet", LPL_PUSH_LOGDET}};
    lpl_report_t report;
    char name[64];
    for (int view = 0; view < 2; view++) {
        for (size_t k = 0; k < 2; k++) {
            form.push_form = pushes[k].push_form, form.push = 1, form.pull = 0, form.pull_form = LPL_PULL_DIFFERENCE;
            if (!step(s, &form, view, &report)) {
                return;
            }
            snprintf(name, sizeof name, "%s_push_z%d", pushes[k].name, view + 1);
            scalar(s, name, report.push);
            snprintf(name, sizeof name, "d_%s_z%d", pushes[k].name, view + 1);
            compare(s, name, 1);
            compare_delta(s, name, &form, view);
        }
        form.push = 0, form.pull = 1, form.pull_form = LPL_PULL_COSINE, form.push_form = LPL_PUSH_LOGVAR;
        if (!step(s, &form, view, &report)) {
            return;
        }
        scalar(s, "cosine_pull", report.pull);
        snprintf(name, sizeof name, "d_cosine_z%d", view + 1);
        compare(s, name, 1);
        compare_delta(s, name, &form, view);
    }
    form.pair = LPL_PAIR_SYMMETRIC; /* both views learn, with the gradients of the one-sided steps; push counts half */
    if (!step(s, &form, 1, &report)) {
        return;
    }
    scalar(s, "cosine_pull", report.pull);
    compare(s, "d_cosine_z1", 0);
    compare(s, "d_cosine_z2", 1);
    for (size_t k = 0; k < 2; k++) {
        form.push_form = pushes[k].push_form, form.push = 2, form.pull = 0;
        if (!step(s, &form, 1, &report)) {
            return;
        }
        for (int view = 0; view < 2; view++) {
            snprintf(name, sizeof name, "d_%s_z%d", pushes[k].name, view + 1);
            compare(s, name, view);
        }
    }
}

static void predictors(terms_t *s, lpl_layer_config_t form) {
    static const struct {
        const char *tag;
        double alpha;
    } powers[] = {{"05", 0.5}, {"1", 1}, {"2", 2}};
    static const struct {
        const char *name;
        int pull_form;
    } forms[] = {{"directpred", LPL_PULL_DIRECTPRED}, {"isoloss", LPL_PULL_ISOLOSS}};
    const golden_tolerance_t t = {.rel64 = 1e-12};
    lpl_report_t report;
    char name[64];
    form.push = 0, form.pull = 1;
    for (size_t k = 0; k < sizeof powers / sizeof powers[0]; k++) {
        form.predictor_alpha = powers[k].alpha;
        for (size_t f = 0; f < 2; f++) {
            form.pull_form = forms[f].pull_form, form.pair = LPL_PAIR_CAUSAL;
            if (!step(s, &form, 1, &report)) {
                return;
            }
            snprintf(name, sizeof name, "predicted_pull_%s", powers[k].tag);
            scalar(s, name, report.pull);
            snprintf(name, sizeof name, "d_%s_%s", forms[f].name, powers[k].tag);
            compare(s, name, 1);
            golden_compare(s->c, "C_next", s->dtype, s->next, s->units * s->units, &t);
            form.pair = LPL_PAIR_SYMMETRIC;
            if (!step(s, &form, 1, &report)) {
                return;
            }
            snprintf(name, sizeof name, "predicted_pull_both_%s", powers[k].tag);
            scalar(s, name, report.pull);
            for (int view = 0; view < 2; view++) {
                snprintf(name, sizeof name, "d_%s_both_%s_z%d", forms[f].name, powers[k].tag, view + 1);
                compare(s, name, view);
            }
            golden_compare(s->c, "C_both", s->dtype, s->next, s->units * s->units, &t);
        }
    }
}

static void slow_features(terms_t *s, double ridge) {
    npy_t mu;
    const golden_tolerance_t t = {.rel64 = 1e-9};
    const size_t M = s->units, B = s->batch;
    if (golden_array(s->c, "sfa_mu", 0, &mu) != 1) {
        return;
    }
    const size_t K = mu.shape[0];
    npy_free(&mu);
    double *w = golden_doubles(K * M), *got = golden_doubles(K);
    void *x0 = typed(s, s->z[0], B * M), *x1 = typed(s, s->z[1], B * M);
    if (golden_ok(s->c,
                  s->dtype == LPL_F64 ? lpl_sfa_f64(w, M, got, x0, M, x1, M, B, M, K, ridge)
                                      : lpl_sfa(w, M, got, x0, M, x1, M, B, M, K, ridge),
                  "lpl_sfa")) {
        golden_compare(s->c, "sfa_mu", s->dtype, got, K, &t);
        golden_compare(s->c, "sfa_w", s->dtype, w, K * M, &t);
    }
    free(w), free(got), free(x0), free(x1);
}

void golden_terms(golden_case_t *c) {
    npy_t z[2], cov;
    if (!golden_input(c, "z1", 2, &z[0])) {
        return;
    }
    terms_t s = {.c = c, .batch = z[0].shape[0], .units = z[0].shape[1]};
    s.eps = golden_number(c, "eps", 1e-4);
    s.keep = golden_number(c, "predictor_keep", 0.99);
    s.predictor_eps = golden_number(c, "predictor_eps", 0.1);
    const double ridge = golden_number(c, "ridge", 0);
    if (golden_input(c, "z2", 2, &z[1])) {
        if (golden_input(c, "C", 2, &cov)) {
            const size_t B = s.batch, M = s.units;
            if (z[1].shape[0] != B || z[1].shape[1] != M || cov.shape[0] != M || cov.shape[1] != M ||
                golden_count(c, "B", B) != B || golden_count(c, "M", M) != M) {
                golden_fail(c, "z1 and z2 must be B x M of scalars.csv, C must be M x M");
            }
            s.z[0] = npy_to_f64(&z[0]), s.z[1] = npy_to_f64(&z[1]), s.cov = npy_to_f64(&cov);
            s.out[0] = golden_doubles(B * M), s.out[1] = golden_doubles(B * M), s.next = golden_doubles(M * M);
            for (int pass = 0; pass < 2 && c->status == GOLDEN_PASSED; pass++) {
                lpl_layer_config_t form;
                s.dtype = pass == 0 ? LPL_F64 : LPL_F32;
                if (golden_ok(c, lpl_layer_config_init(&form, sizeof form), "lpl_layer_config_init")) {
                    pairs(&s, form);
                    predictors(&s, form);
                    slow_features(&s, ridge);
                }
            }
            free(s.z[0]), free(s.z[1]), free(s.cov), free(s.out[0]), free(s.out[1]), free(s.next);
            npy_free(&cov);
        }
        npy_free(&z[1]);
    }
    npy_free(&z[0]);
}
