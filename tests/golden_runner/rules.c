/* tests/golden_runner/rules.c - group rules: one linear neuron without bias, weights after every step of each rule.
 *
 * Step t is one lpl_update with the past x[t] and the present x[t+1]; SGD with weight decay.
 */
#include "golden.h"

#include <math.h>
#include <stdlib.h>

static const struct {
    const char *name; /* of the array with the weights after each step */
    int rule, push_form;
    double pull, push;
} variants[] = {{"w_lpl", LPL_RULE_LPL, LPL_PUSH_LOGVAR, 1, 1},
                {"w_hebb_only", LPL_RULE_LPL, LPL_PUSH_LOGVAR, 0, 1},
                {"w_pred_only", LPL_RULE_LPL, LPL_PUSH_LOGVAR, 1, 0},
                {"w_naive_variance", LPL_RULE_LPL, LPL_PUSH_NAIVE, 1, 1},
                {"w_vicreg_variance", LPL_RULE_LPL, LPL_PUSH_HINGE, 1, 1},
                {"w_oja", LPL_RULE_OJA, LPL_PUSH_LOGVAR, 0, 0},
                {"w_hebb_plain", LPL_RULE_HEBB, LPL_PUSH_LOGVAR, 0, 0},
                {"w_hebb_covariance", LPL_RULE_HEBB_COVARIANCE, LPL_PUSH_LOGVAR, 0, 0},
                {"w_bcm", LPL_RULE_BCM, LPL_PUSH_LOGVAR, 0, 0}};

static const char theta_name[] = "theta_bcm";

/* The whole sequence with one rule in one element type. */
static void run(golden_case_t *c, size_t k, int dtype, const npy_t *x, const npy_t *w0) {
    const size_t steps = x->shape[0] - 1, batch = x->shape[1], d = x->shape[2];
    const int bcm = variants[k].rule == LPL_RULE_BCM;
    lpl_layer_config_t cfg;
    lpl_layer_t *l = NULL;
    if (!golden_ok(c, lpl_layer_config_init(&cfg, sizeof cfg), "lpl_layer_config_init")) {
        return;
    }
    cfg.dtype = dtype;
    cfg.n_pre = d;
    cfg.n_post = 1;
    cfg.batch_max = batch;
    cfg.bias = 0;
    cfg.rule = variants[k].rule;
    cfg.form = LPL_FORM_REFERENCE;
    cfg.push_form = variants[k].push_form;
    cfg.pull = variants[k].pull;
    cfg.push = variants[k].push;
    cfg.decorr = 0;
    cfg.eps = golden_number(c, "epsilon", golden_number(c, "eps", 1e-8));
    cfg.eta = golden_number(c, "lr", 1e-2);
    cfg.weight_decay = golden_number(c, "weight_decay", 0);
    cfg.theta_init = golden_number(c, "bcm_theta0", 1);
    cfg.tau_theta = golden_number(c, "bcm_tau", 10);
    cfg.init = LPL_INIT_ZERO;
    if (!golden_ok(c, lpl_layer_create(&cfg, &l), "lpl_layer_create")) {
        return;
    }
    void *in = typed_from(dtype, x), *w = typed_from(dtype, w0), *theta = typed_new(dtype, 1);
    double *weights = golden_doubles(steps * d), *thetas = golden_doubles(steps);
    int ok = golden_ok(c, typed_layer_write(dtype, l, w, d, LPL_STATE_WEIGHTS), "lpl_layer_write"), diverged = 0;
    for (size_t t = 0; t < steps && ok; t++) {
        if (!diverged) {
            const lpl_status_t status = typed_update(dtype, l, NULL, typed_at(dtype, in, t * batch * d),
                                                     typed_at(dtype, in, (t + 1) * batch * d), d, batch);
            diverged = status == LPL_E_NONFINITE;
            ok = diverged || golden_ok(c, status, "lpl_update");
            ok = ok && golden_ok(c, typed_layer_read(dtype, l, w, d, LPL_STATE_WEIGHTS), "lpl_layer_read");
            ok = ok && (!bcm || golden_ok(c, typed_layer_read(dtype, l, theta, 1, LPL_STATE_THETA), "lpl_layer_read"));
        }
        typed_read(weights + t * d, dtype, w, d);
        typed_read(thetas + t, dtype, theta, 1);
        for (size_t i = 0; diverged && i < d; i++) {
            weights[t * d + i] =
                (double)NAN; /* where the reference has NaN too, the two agree that the rule diverges */
        }
    }
    if (ok) {
        const golden_tolerance_t tolerance = {.rel64 = 1e-8};
        golden_compare(c, variants[k].name, dtype, weights, steps * d, &tolerance);
        if (bcm) {
            golden_compare(c, theta_name, dtype, thetas, steps, &tolerance);
        }
    }
    lpl_layer_destroy(l);
    free(in);
    free(w);
    free(theta);
    free(weights);
    free(thetas);
}

void golden_rules(golden_case_t *c) {
    npy_t x = {0}, w0 = {0};
    (void)golden_word(c, "sigma_y");
    if (golden_input(c, "x", 3, &x) && golden_input(c, "w0", -1, &w0)) {
        const double t = golden_number(c, "T", (double)x.shape[0] - 1);
        if (x.shape[0] < 2 || x.shape[1] < 2 || w0.count != x.shape[2] || t != (double)x.shape[0] - 1 ||
            golden_count(c, "B", x.shape[1]) != x.shape[1] || golden_count(c, "D", x.shape[2]) != x.shape[2]) {
            golden_fail(
                c, "x must be (T + 1) x B x D with T >= 1 and B >= 2, and w0 must have D elements, as in scalars.csv");
        }
        const int fits = c->status == GOLDEN_PASSED;
        for (size_t k = 0; k < sizeof variants / sizeof variants[0] && fits; k++) {
            if (golden_wants(c, variants[k].name) ||
                (variants[k].rule == LPL_RULE_BCM && golden_wants(c, theta_name))) {
                run(c, k, LPL_F64, &x, &w0);
                run(c, k, LPL_F32, &x, &w0);
            }
        }
    }
    npy_free(&x);
    npy_free(&w0);
}
