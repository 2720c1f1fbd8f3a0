/* tests/golden_runner/dense.c - group dense: responses and weight gradients of one dense layer, through lpl_layer_t.
 *
 * The layer is in REFERENCE form. The two-view files come from a SYMMETRIC layer whose coefficients are set so that one
 * term is alone; dW_causal, db_causal from a CAUSAL layer. The gradients with respect to the responses come from
 * lpl_rule_delta on the layer's own responses.
 */
#include "golden.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct dense_t {
    golden_case_t *c;
    int dtype;
    size_t batch, n_pre, n_post;
    double p, h, d, eps, slope;
    int activation;
    int has_bias;
    void *x[2], *w, *b;
} dense_t;

static int activation_of(const char *word) {
    static const struct {
        const char *word;
        int activation;
    } table[] = {{"linear", LPL_ACT_LINEAR},         {"identity", LPL_ACT_LINEAR}, {"relu", LPL_ACT_RELU},
                 {"leaky_relu", LPL_ACT_LEAKY_RELU}, {"tanh", LPL_ACT_TANH},       {"sigmoid", LPL_ACT_SIGMOID},
                 {"softplus", LPL_ACT_SOFTPLUS}};
    for (size_t k = 0; k < sizeof table / sizeof table[0]; k++) {
        if (strcmp(word, table[k].word) == 0) {
            return table[k].activation;
        }
    }
    return -1;
}

/* A layer of the case with the case's weights, or NULL (the case has failed). */
static lpl_layer_t *make(dense_t *s, int pair) {
    golden_case_t *c = s->c;
    lpl_layer_config_t cfg;
    lpl_layer_t *l = NULL;
    if (!golden_ok(c, lpl_layer_config_init(&cfg, sizeof cfg), "lpl_layer_config_init")) {
        return NULL;
    }
    cfg.dtype = s->dtype;
    cfg.n_pre = s->n_pre;
    cfg.n_post = s->n_post;
    cfg.batch_max = s->batch;
    cfg.activation = s->activation;
    cfg.act_p0 = s->slope;
    cfg.bias = s->has_bias;
    cfg.form = LPL_FORM_REFERENCE;
    cfg.pair = pair;
    cfg.decorr = 1; /* so that the coefficient may be set later */
    cfg.eps = s->eps;
    cfg.init = LPL_INIT_ZERO;
    if (!golden_ok(c, lpl_layer_create(&cfg, &l), "lpl_layer_create")) {
        return NULL;
    }
    if (!golden_ok(c, typed_layer_write(s->dtype, l, s->w, s->n_post * s->n_pre, LPL_STATE_WEIGHTS),
                   "lpl_layer_write") ||
        (s->has_bias &&
         !golden_ok(c, typed_layer_write(s->dtype, l, s->b, s->n_post, LPL_STATE_BIAS), "lpl_layer_write"))) {
        lpl_layer_destroy(l);
        return NULL;
    }
    return l;
}

/* Gradient of the layer with the given coefficients, compared with dW_NAME and db_NAME. dz_max: the largest gradient of
 * a response, of which a bias gradient sums batch x views: where these cancel, only their rounding is left. */
static int gradient(dense_t *s, lpl_layer_t *l, const char *name, double pull, double push, double decorr,
                    double dz_max, lpl_report_t *report) {
    golden_case_t *c = s->c;
    const size_t n_w = s->n_post * s->n_pre;
    if (!golden_ok(c, lpl_layer_set(l, LPL_PARAM_PULL, pull), "lpl_layer_set") ||
        !golden_ok(c, lpl_layer_set(l, LPL_PARAM_PUSH, push), "lpl_layer_set") ||
        !golden_ok(c, lpl_layer_set(l, LPL_PARAM_DECORR, decorr), "lpl_layer_set") ||
        !golden_ok(c, lpl_report_init(report, sizeof *report), "lpl_report_init")) {
        return 0;
    }
    void *dw = typed_new(s->dtype, n_w), *db = typed_new(s->dtype, s->n_post);
    double *out = golden_doubles(n_w > s->n_post ? n_w : s->n_post);
    const int ok = golden_ok(c,
                             typed_gradient(s->dtype, l, dw, s->n_pre, s->has_bias ? db : NULL, report, s->x[0],
                                            s->x[1], s->n_pre, s->batch),
                             "lpl_gradient");
    if (ok) {
        char file[64];
        const double terms = 2 * (double)s->batch * dz_max;
        const golden_tolerance_t weights = {.rel64 = 1e-9};
        const golden_tolerance_t biases = {
            .rel64 = 1e-9, .floor64 = 4 * DBL_EPSILON * terms, .floor32 = 4 * (double)FLT_EPSILON * terms};
        snprintf(file, sizeof file, "dW_%s", name);
        typed_read(out, s->dtype, dw, n_w);
        golden_compare(c, file, s->dtype, out, n_w, &weights);
        if (s->has_bias) {
            snprintf(file, sizeof file, "db_%s", name);
            typed_read(out, s->dtype, db, s->n_post);
            golden_compare(c, file, s->dtype, out, s->n_post, &biases);
        }
    }
    free(dw);
    free(db);
    free(out);
    return ok;
}

/* Responses of both views, and the gradients with respect to them; returns the largest of these, or -1. */
static double responses(dense_t *s, const lpl_layer_t *l) {
    golden_case_t *c = s->c;
    const size_t n = s->batch * s->n_post;
    void *z[2] = {typed_new(s->dtype, n), typed_new(s->dtype, n)}, *delta = typed_new(s->dtype, n);
    double *out = golden_doubles(n), largest = 0;
    const golden_tolerance_t forward = {.rel64 = 1e-10}, backward = {.rel64 = 1e-9};
    for (int v = 0; v < 2 && largest >= 0; v++) {
        if (golden_ok(c, typed_forward(s->dtype, l, z[v], s->n_post, s->x[v], s->n_pre, s->batch), "lpl_forward")) {
            typed_read(out, s->dtype, z[v], n);
            golden_compare(c, v == 0 ? "z1" : "z2", s->dtype, out, n, &forward);
        } else {
            largest = -1;
        }
    }
    lpl_rule_config_t cfg;
    size_t bytes = 0;
    if (largest < 0 || !golden_ok(c, lpl_rule_config_init(&cfg, sizeof cfg), "lpl_rule_config_init")) {
        largest = -1;
    } else {
        cfg.form = LPL_FORM_REFERENCE;
        cfg.pull = s->p;
        cfg.push = 0.5 * s->h;
        cfg.decorr = 0.5 * s->d;
        cfg.eps = s->eps;
        largest =
            golden_ok(c, lpl_rule_scratch(&cfg, &bytes, s->n_post, s->batch, s->dtype), "lpl_rule_scratch") ? 0 : -1;
    }
    void *scratch = aligned_alloc(64, (bytes / 64 + 1) * 64);
    for (int v = 0; v < 2 && largest >= 0; v++) {
        if (scratch != NULL &&
            golden_ok(
                c, typed_rule_delta(s->dtype, &cfg, delta, NULL, scratch, bytes, z[v], z[1 - v], s->n_post, s->batch),
                "lpl_rule_delta")) {
            typed_read(out, s->dtype, delta, n);
            for (size_t i = 0; i < n; i++) {
                out[i] = -out[i];
                largest = fmax(largest, fabs(out[i]));
            }
            golden_compare(c, v == 0 ? "dz1_total" : "dz2_total", s->dtype, out, n, &backward);
        } else {
            golden_fail(c, "no memory for %zu bytes of scratch", bytes);
            largest = -1;
        }
    }
    free(scratch);
    free(z[0]);
    free(z[1]);
    free(delta);
    free(out);
    return largest;
}

/* r: the report of the total; decorr: the decorrelation loss, which is only computed where its coefficient is not 0. */
static void compare_losses(dense_t *s, const lpl_report_t *r, double decorr) {
    const double terms = fabs(s->p * r->pull) + fabs(s->h * r->push) + s->d * decorr;
    const golden_tolerance_t plain = {.rel64 = 1e-10};
    const golden_tolerance_t logs = {.rel64 = 1e-10, .floor64 = 64 * DBL_EPSILON, .floor32 = 8 * (double)FLT_EPSILON};
    const golden_tolerance_t sums = {
        .rel64 = 1e-10, .floor64 = 8 * DBL_EPSILON * terms, .floor32 = 8 * (double)FLT_EPSILON * terms};
    golden_compare_scalar(s->c, "pull", s->dtype, r->pull, &plain);
    golden_compare_scalar(s->c, "push", s->dtype, r->push, &logs);
    if (s->n_post == 1 && golden_wants(s->c, "decorr")) {
        (void)golden_word(s->c, "decorr"); /* 0 / 0 in the reference, documented to be 0 here */
        golden_note(s->c, "decorr", typed_name(s->dtype), fabs(decorr), 0);
    } else {
        golden_compare_scalar(s->c, "decorr", s->dtype, decorr, &plain);
    }
    golden_compare_scalar(s->c, "total", s->dtype, r->total, &sums);
}

static void run(dense_t *s) {
    lpl_report_t report, lateral;
    lpl_layer_t *two = make(s, LPL_PAIR_SYMMETRIC), *causal = NULL;
    const double dz = two != NULL ? responses(s, two) : -1;
    if (dz >= 0 && gradient(s, two, "pull", 1, 0, 0, dz, &report) && gradient(s, two, "push", 0, 1, 0, dz, &report) &&
        gradient(s, two, "decorr", 0, 0, 1, dz, &lateral) && gradient(s, two, "total", s->p, s->h, s->d, dz, &report)) {
        compare_losses(s, &report, lateral.decorr);
        causal = make(s, LPL_PAIR_CAUSAL);
    }
    if (causal != NULL && gradient(s, causal, "causal", s->p, s->h, s->d, 2 * dz, &report)) {
        const double terms = fabs(s->p * report.pull) + fabs(s->h * report.push) + s->d * report.decorr;
        const golden_tolerance_t sums = {
            .rel64 = 1e-10, .floor64 = 8 * DBL_EPSILON * terms, .floor32 = 8 * (double)FLT_EPSILON * terms};
        golden_compare_scalar(s->c, "causal", s->dtype, report.total, &sums);
    }
    lpl_layer_destroy(two);
    lpl_layer_destroy(causal);
}

/* The shapes of the four inputs must fit together and to the sizes in scalars.csv. */
static int shapes_fit(dense_t *s, const npy_t *x1, const npy_t *x2, const npy_t *w, const npy_t *b) {
    golden_case_t *c = s->c;
    s->batch = x1->shape[0];
    s->n_pre = x1->shape[1];
    s->n_post = w->shape[0];
    s->has_bias = b->data != NULL;
    if (x2->shape[0] != s->batch || x2->shape[1] != s->n_pre || w->shape[1] != s->n_pre ||
        (s->has_bias && b->count != s->n_post)) {
        golden_fail(c, "x1, x2 (B x N), W (M x N) and b (M) do not fit together");
        return 0;
    }
    if (golden_count(c, "B", s->batch) != s->batch || golden_count(c, "N", s->n_pre) != s->n_pre ||
        golden_count(c, "M", s->n_post) != s->n_post) {
        golden_fail(c, "the arrays have B = %zu, N = %zu, M = %zu, scalars.csv says otherwise", s->batch, s->n_pre,
                    s->n_post);
        return 0;
    }
    return 1;
}

void golden_dense(golden_case_t *c) {
    npy_t x1 = {0}, x2 = {0}, w = {0}, b = {0};
    dense_t s = {.c = c};
    const char *word = golden_word(c, "activation");
    s.activation = activation_of(word);
    s.p = golden_number(c, "pull_coeff", 1);
    s.h = golden_number(c, "push_coeff", 1);
    s.d = golden_number(c, "decorr_coeff", 10);
    s.eps = golden_number(c, "epsilon", 1e-4);
    s.slope =
        s.activation == LPL_ACT_LEAKY_RELU ? golden_number(c, "slope", golden_number(c, "negative_slope", 0.01)) : 0;
    if (s.activation < 0) {
        golden_skip(c, "activation '%s' is not one of this release", word);
    } else if (golden_input(c, "x1", 2, &x1) && golden_input(c, "x2", 2, &x2) && golden_input(c, "W", 2, &w) &&
               golden_array(c, "b", 0, &b) >= 0 && shapes_fit(&s, &x1, &x2, &w, &b)) {
        if (s.batch < 2) {
            golden_skip(c, "a batch of 1 has no variance; the reference divides by zero there");
        }
        for (int pass = 0; pass < 2 && c->status != GOLDEN_SKIPPED; pass++) {
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
