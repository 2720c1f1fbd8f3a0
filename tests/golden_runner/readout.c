/* tests/golden_runner/readout.c - group readout: the linear readout trained on given features, through
 * lpl_readout_fit. */
#include "golden.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct readout_t {
    npy_t x, y, x_test, y_test, w0, b0;
    int32_t *labels, *labels_test;
    size_t n, n_test, d, k;
    lpl_readout_config_t cfg;
} readout_t;

static int configure(golden_case_t *c, readout_t *s) {
    if (!golden_ok(c, lpl_readout_config_init(&s->cfg, sizeof s->cfg), "lpl_readout_config_init")) {
        return 0;
    }
    const char *optimizer = golden_word(c, "optimizer");
    s->cfg.batch = golden_count(c, "batch", 512);
    s->cfg.epochs = golden_count(c, "epochs", 20);
    s->cfg.eta = golden_number(c, "lr", 1e-3);
    s->cfg.beta1 = golden_number(c, "beta1", 0.9);
    s->cfg.beta2 = golden_number(c, "beta2", 0.999);
    s->cfg.adam_eps = golden_number(c, "eps", golden_number(c, "adam_eps", 1e-8));
    if (optimizer[0] != '\0' && strcmp(optimizer, "adam") != 0) {
        golden_skip(c, "the readout is trained with Adam, not with '%s'", optimizer);
    } else if (golden_number(c, "shuffle", 0) != 0) {
        golden_skip(c, "the readout takes its mini-batches in order, a shuffled run cannot be repeated");
    } else if (golden_number(c, "weight_decay", 0) != 0) {
        golden_skip(c, "the readout has no weight decay");
    }
    if (s->cfg.batch < 1 || s->cfg.epochs < 1 || s->cfg.epochs > 1000000) {
        golden_fail(c, "batch must be at least 1, epochs 1 .. 1e6");
    }
    return c->status == GOLDEN_PASSED;
}

static int inputs(golden_case_t *c, readout_t *s) {
    if (!golden_input(c, "X", 2, &s->x) || !golden_input(c, "y", 1, &s->y) ||
        !golden_input(c, "X_test", 2, &s->x_test) || !golden_input(c, "y_test", 1, &s->y_test) ||
        !golden_input(c, "W0", 2, &s->w0) || !golden_input(c, "b0", 1, &s->b0)) {
        return 0;
    }
    s->n = s->x.shape[0];
    s->d = s->x.shape[1];
    s->n_test = s->x_test.shape[0];
    s->k = s->w0.shape[0];
    s->cfg.n_classes = s->k;
    s->labels = npy_to_i32(&s->y);
    s->labels_test = npy_to_i32(&s->y_test);
    if (s->labels == NULL || s->labels_test == NULL || s->y.count != s->n || s->y_test.count != s->n_test ||
        s->x_test.shape[1] != s->d || s->w0.shape[1] != s->d || s->b0.count != s->k ||
        golden_count(c, "N", s->n) != s->n || golden_count(c, "N_test", s->n_test) != s->n_test ||
        golden_count(c, "D", s->d) != s->d || golden_count(c, "classes", s->k) != s->k) {
        golden_fail(
            c,
            "X (N x D), y, X_test (N_test x D), y_test, W0 (classes x D) and b0 do not fit together or to scalars.csv");
    }
    return c->status == GOLDEN_PASSED;
}

static void run(golden_case_t *c, const readout_t *s, int dtype) {
    void *x = typed_from(dtype, &s->x), *x_test = typed_from(dtype, &s->x_test), *w = typed_from(dtype, &s->w0),
         *b = typed_from(dtype, &s->b0);
    void *logits = typed_new(dtype, s->n_test * s->k);
    const size_t n_out = s->n_test * s->k > s->k * s->d ? s->n_test * s->k : s->k * s->d;
    double *loss = golden_doubles((size_t)s->cfg.epochs), *out = golden_doubles(n_out > s->k ? n_out : s->k),
           accuracy = 0;
    if (golden_ok(c, typed_readout_fit(dtype, &s->cfg, w, b, loss, x, s->labels, s->n, s->d), "lpl_readout_fit") &&
        golden_ok(c,
                  typed_readout_predict(dtype, logits, &accuracy, w, b, x_test, s->labels_test, s->n_test, s->d, s->k),
                  "lpl_readout_predict")) {
        const double steps = (double)s->cfg.epochs * ceil((double)s->n / (double)s->cfg.batch);
        const golden_tolerance_t weights = {.rel64 = 1e-8, .abs32 = 10 * s->cfg.eta * 1e-3 * steps};
        const golden_tolerance_t losses = {.rel64 = 1e-8};
        typed_read(out, dtype, w, s->k * s->d);
        golden_compare(c, "W", dtype, out, s->k * s->d, &weights);
        typed_read(out, dtype, b, s->k);
        golden_compare(c, "b", dtype, out, s->k, &weights);
        typed_read(out, dtype, logits, s->n_test * s->k);
        golden_compare(c, "logits_test", dtype, out, s->n_test * s->k, &losses);
        golden_compare(c, "epoch_mean_loss", dtype, loss, (size_t)s->cfg.epochs, &losses);
        golden_compare_scalar(c, "accuracy_test", dtype, accuracy, &losses);
    }
    free(x);
    free(x_test);
    free(w);
    free(b);
    free(logits);
    free(loss);
    free(out);
}

void golden_readout(golden_case_t *c) {
    readout_t s;
    memset(&s, 0, sizeof s);
    if (configure(c, &s) && inputs(c, &s)) {
        run(c, &s, LPL_F64);
        run(c, &s, LPL_F32);
    }
    free(s.labels);
    free(s.labels_test);
    npy_free(&s.x);
    npy_free(&s.y);
    npy_free(&s.x_test);
    npy_free(&s.y_test);
    npy_free(&s.w0);
    npy_free(&s.b0);
}
