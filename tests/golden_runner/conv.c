/* tests/golden_runner/conv.c - group conv: one convolutional block (convolution, relu, optional 2 x 2 pool, mean over
 * positions). */
#include "golden.h"

#include <stdlib.h>
#include <string.h>

typedef struct conv_t {
    golden_case_t *c;
    int dtype;
    size_t batch, n_pre, out, fan_in;
    double p, h, d, eps;
    lpl_layer_config_t cfg;
    void *x[2], *w, *b;
} conv_t;

/* A layer of the case with these coefficients, or NULL (the case has failed). */
static lpl_layer_t *make(conv_t *s, int pair, double pull, double push, double decorr) {
    golden_case_t *c = s->c;
    lpl_layer_config_t cfg = s->cfg;
    lpl_layer_t *l = NULL;
    cfg.dtype = s->dtype;
    cfg.pair = pair;
    cfg.pull = pull;
    cfg.push = push;
    cfg.decorr = decorr;
    if (!golden_ok(c, lpl_layer_create(&cfg, &l), "lpl_layer_create")) {
        return NULL;
    }
    if (!golden_ok(c, typed_layer_write(s->dtype, l, s->w, s->out * s->fan_in, LPL_STATE_WEIGHTS), "lpl_layer_write") ||
        (cfg.bias && !golden_ok(c, typed_layer_write(s->dtype, l, s->b, s->out, LPL_STATE_BIAS), "lpl_layer_write"))) {
        lpl_layer_destroy(l);
        return NULL;
    }
    return l;
}

/* dW_NAME and db_NAME of a layer; x0 the other view or the past, x1 the one that learns. */
static void gradient(conv_t *s, lpl_layer_t *l, const char *name, const void *x0, const void *x1,
                     lpl_report_t *report) {
    golden_case_t *c = s->c;
    const size_t n = s->out * s->fan_in;
    void *dw = typed_new(s->dtype, n), *db = typed_new(s->dtype, s->out);
    double *out = golden_doubles(n > s->out ? n : s->out);
    const golden_tolerance_t gradients = {.rel64 = 1e-9};
    char file[64];
    if (golden_ok(c, lpl_report_init(report, sizeof *report), "lpl_report_init") &&
        golden_ok(
            c, typed_gradient(s->dtype, l, dw, s->fan_in, s->cfg.bias ? db : NULL, report, x0, x1, s->n_pre, s->batch),
            "lpl_gradient")) {
        snprintf(file, sizeof file, "dW_%s", name);
        typed_read(out, s->dtype, dw, n);
        golden_compare(c, file, s->dtype, out, n, &gradients);
        if (s->cfg.bias) {
            snprintf(file, sizeof file, "db_%s", name);
            typed_read(out, s->dtype, db, s->out);
            golden_compare(c, file, s->dtype, out, s->out, &gradients);
        }
    }
    free(dw);
    free(db);
    free(out);
}

/* Maps, pooled responses and their gradients. */
static void responses(conv_t *s, const lpl_layer_t *l) {
    golden_case_t *c = s->c;
    double n_out = 0;
    const golden_tolerance_t forward = {.rel64 = 1e-10}, backward = {.rel64 = 1e-9};
    if (!golden_ok(c, lpl_layer_get(l, LPL_PARAM_N_OUT, &n_out), "lpl_layer_get")) {
        return;
    }
    const size_t row = (size_t)n_out, positions = row / s->out, n = s->batch * s->out;
    double *map = golden_doubles(s->batch * row), *mean = golden_doubles(n);
    void *fm = typed_new(s->dtype, s->batch * row), *z[2] = {typed_new(s->dtype, n), typed_new(s->dtype, n)},
         *delta = typed_new(s->dtype, n);
    for (int v = 0; v < 2; v++) {
        if (golden_ok(c, typed_forward(s->dtype, l, fm, row, s->x[v], s->n_pre, s->batch), "lpl_forward")) {
            typed_read(map, s->dtype, fm, s->batch * row);
            golden_compare(c, v == 0 ? "fm1" : "fm2", s->dtype, map, s->batch * row, &forward);
            for (size_t k = 0; k < n; k++) {
                mean[k] = 0;
                for (size_t q = 0; q < positions; q++) {
                    mean[k] += map[k * positions + q] / (double)positions;
                }
                if (s->dtype == LPL_F64) {
                    ((double *)z[v])[k] = mean[k];
                } else {
                    ((float *)z[v])[k] = (float)mean[k];
                }
            }
            golden_compare(c, v == 0 ? "z1" : "z2", s->dtype, mean, n, &forward);
        }
    }
    lpl_rule_config_t cfg;
    size_t bytes = 0;
    if (golden_ok(c, lpl_rule_config_init(&cfg, sizeof cfg), "lpl_rule_config_init")) {
        cfg.form = LPL_FORM_REFERENCE;
        cfg.pull = s->p;
        cfg.push = 0.5 * s->h;
        cfg.decorr = 0.5 * s->d;
        cfg.eps = s->eps;
        void *scratch = NULL;
        if (golden_ok(c, lpl_rule_scratch(&cfg, &bytes, s->out, s->batch, s->dtype), "lpl_rule_scratch") &&
            (scratch = aligned_alloc(64, (bytes / 64 + 1) * 64)) != NULL) {
            for (int v = 0; v < 2; v++) {
                if (golden_ok(
                        c,
                        typed_rule_delta(s->dtype, &cfg, delta, NULL, scratch, bytes, z[v], z[1 - v], s->out, s->batch),
                        "lpl_rule_delta")) {
                    typed_read(mean, s->dtype, delta, n);
                    for (size_t k = 0; k < n; k++) {
                        mean[k] = -mean[k];
                    }
                    golden_compare(c, v == 0 ? "dz1_total" : "dz2_total", s->dtype, mean, n, &backward);
                }
            }
        }
        free(scratch);
    }
    free(map);
    free(mean);
    free(fm);
    free(z[0]);
    free(z[1]);
    free(delta);
}

static void run(conv_t *s) {
    golden_case_t *c = s->c;
    lpl_report_t report;
    lpl_layer_t *two = make(s, LPL_PAIR_SYMMETRIC, s->p, s->h, s->d);
    if (two == NULL) {
        return;
    }
    responses(s, two);
    gradient(s, two, "total", s->x[0], s->x[1], &report);
    lpl_layer_destroy(two);
    const golden_tolerance_t plain = {.rel64 = 1e-10};
    golden_compare_scalar(c, "pull", s->dtype, report.pull, &plain);
    golden_compare_scalar(c, "push", s->dtype, report.push, &plain);
    if (s->d != 0) {
        golden_compare_scalar(c, "decorr", s->dtype, report.decorr, &plain);
    }
    golden_compare_scalar(c, "total", s->dtype, report.total, &plain);
    /* the part of one view is a one-sided update with half of push and decorr (theory 1.5) */
    lpl_layer_t *one = make(s, LPL_PAIR_CAUSAL, s->p, s->h / 2, s->d / 2);
    if (one != NULL) {
        gradient(s, one, "view1", s->x[1], s->x[0], &report);
        gradient(s, one, "view2", s->x[0], s->x[1], &report);
    }
    lpl_layer_destroy(one);
}

void golden_conv(golden_case_t *c) {
    npy_t x1 = {0}, x2 = {0}, w = {0}, b = {0};
    conv_t s = {.c = c};
    s.p = golden_number(c, "pull_coeff", 1);
    s.h = golden_number(c, "push_coeff", 1);
    s.d = golden_number(c, "decorr_coeff", 10);
    s.eps = golden_number(c, "epsilon", 1e-4);
    if (golden_input(c, "x1", 4, &x1) && golden_input(c, "x2", 4, &x2) && golden_input(c, "W", 4, &w) &&
        golden_array(c, "b", 0, &b) >= 0 &&
        golden_ok(c, lpl_layer_config_init(&s.cfg, sizeof s.cfg), "lpl_layer_config_init")) {
        const size_t channels = x1.shape[1], groups = golden_count(c, "groups", 1);
        s.batch = x1.shape[0];
        s.n_pre = x1.count / (s.batch ? s.batch : 1);
        s.out = w.shape[0];
        s.fan_in = w.shape[1] * w.shape[2] * w.shape[3];
        s.cfg.kind = LPL_LAYER_CONV2D;
        s.cfg.channels = (uint32_t)channels;
        s.cfg.height = (uint32_t)x1.shape[2];
        s.cfg.width = (uint32_t)x1.shape[3];
        s.cfg.n_post = s.out;
        s.cfg.batch_max = s.batch;
        s.cfg.kernel_h = (uint32_t)w.shape[2];
        s.cfg.kernel_w = (uint32_t)w.shape[3];
        s.cfg.padding = (uint32_t)golden_count(c, "padding", 1);
        s.cfg.stride = (uint32_t)golden_count(c, "stride", 1);
        s.cfg.groups = (uint32_t)groups;
        s.cfg.pool = golden_count(c, "maxpool2x2", 0) ? 2 : 1;
        s.cfg.activation = LPL_ACT_RELU;
        s.cfg.bias = b.data != NULL;
        s.cfg.form = LPL_FORM_REFERENCE;
        s.cfg.eps = s.eps;
        s.cfg.init = LPL_INIT_ZERO;
        if (x2.count != x1.count || w.shape[1] * groups != channels || (b.data && b.count != s.out)) {
            golden_fail(c, "x1, x2 (B x C x H x W), W (C_out x C / groups x k x k) and b (C_out) do not fit together");
        } else if (s.batch < 2) {
            golden_skip(c, "a batch of 1 has no variance; the reference divides by zero there");
        }
        for (int pass = 0; pass < 2 && c->status == GOLDEN_PASSED; pass++) {
            s.dtype = pass == 0 ? LPL_F64 : LPL_F32;
            s.x[0] = typed_from(s.dtype, &x1);
            s.x[1] = typed_from(s.dtype, &x2);
            s.w = typed_from(s.dtype, &w);
            s.b = typed_from(s.dtype, &b);
            run(&s);
            free(s.x[0]);
            free(s.x[1]);
            free(s.w);
            free(s.b);
        }
    }
    npy_free(&x1);
    npy_free(&x2);
    npy_free(&w);
    npy_free(&b);
}
