/* examples/own_arrays.c - the rule on the host's own arrays, no layer object: lpl_activate, lpl_stats_t,
 * lpl_rule_delta, lpl_optim_step.
 *
 * For hosts that have weights, products and optimisers of their own. A step is
 *     a = W x,   z, f' = f(a),   statistics take in z,   delta = the rule,   gradient G = - sum_b delta^b x^b',   W by
 * the optimiser and here a layer object makes the same steps beside it: the same weights come out. */
#include <lpl.h>
#include <math.h>
#include <stdio.h>

#define MUST(call) \
    if ((call) < 0) return fprintf(stderr, "own_arrays: %s\n", lpl_last_error()), 1

enum { N = 6, M = 4, B = 16, STEPS = 500, W = N * M };

int main(void) {
    double w[W], g[W], m[W] = {0}, v[W] = {0}, layer_w[W]; /* weights, gradient, Adam's two moments */
    double a[B * M], z[B * M] = {0}, z_prev[B * M], slope[B * M], delta[B * M], worst = 0;
    lpl_rule_config_t rule;
    lpl_stats_config_t sc;
    lpl_optim_config_t optim;
    lpl_layer_config_t lc;
    lpl_stats_t *stats;
    lpl_layer_t *layer;
    lpl_report_t report;

    MUST(lpl_rule_config_init(&rule, sizeof rule)); /* LPL, pull 1, push 1; decorr is 0 here and 1 in a layer */
    rule.decorr = 1;
    MUST(lpl_stats_config_init(&sc, sizeof sc));
    sc.dtype = LPL_F64, sc.mode = LPL_STATS_EWMA, sc.n_units = M, sc.batch_max = B, sc.covariance = 1;
    MUST(lpl_stats_create(&sc, &stats));
    MUST(lpl_optim_config_init(&optim, sizeof optim));
    optim.optim = LPL_OPTIM_ADAM, optim.eta = 1e-3;
    MUST(lpl_report_init(&report, sizeof report));

    MUST(lpl_layer_config_init(&lc, sizeof lc)); /* the same as a layer */
    lc.dtype = LPL_F64, lc.n_pre = N, lc.n_post = M, lc.batch_max = B, lc.activation = LPL_ACT_TANH;
    lc.bias = 0, lc.stats = LPL_STATS_EWMA, lc.optim = LPL_OPTIM_ADAM, lc.eta = 1e-3, lc.seed = 1;
    MUST(lpl_layer_create(&lc, &layer));
    MUST(lpl_layer_read_f64(layer, w, W, LPL_STATE_WEIGHTS)); /* the same start */

    /* What the rule needs beside its arguments is the host's too; lpl_rule_scratch tells the size. */
    static double block[1024 + 8];
    size_t need;
    double *mem = block; /* on a boundary of 64 bytes */
    while ((uintptr_t)mem % 64 != 0) mem++;
    MUST(lpl_rule_scratch(&rule, &need, M, B, LPL_F64));
    if (need > 1024 * sizeof(double)) return 1;

    for (uint64_t t = 0; t < STEPS; t++) {
        double x[B * N];
        MUST(lpl_random_normal_f64(x, B * N, 2, 0, B * N * t));
        for (int k = 0; k < B * M; k++) {
            z_prev[k] = z[k], a[k] = 0; /* of the batch before */
            for (int j = 0; j < N; j++) a[k] += w[k % M * N + j] * x[k / M * N + j];
        }
        MUST(lpl_activate_f64(z, slope, a, B * M, LPL_ACT_TANH, 0, 0));
        MUST(lpl_stats_update_f64(stats, z, M, B));
        const double *past = t > 0 ? z_prev : NULL; /* NULL: no predictive term yet */
        MUST(lpl_rule_delta_f64(&rule, delta, M, NULL, &report, NULL, mem, need, z, M, past, M, slope, M, stats, M, B));
        for (int k = 0; k < W; k++) {
            g[k] = 0;
            for (int b = 0; b < B; b++) g[k] -= delta[b * M + k / N] * x[b * N + k % N];
        }
        MUST(lpl_optim_step_f64(&optim, w, m, v, g, W, t + 1));
        MUST(lpl_update_f64(layer, NULL, NULL, 0, x, N, B)); /* x0 = NULL: the response that it remembers */
    }
    MUST(lpl_layer_read_f64(layer, layer_w, W, LPL_STATE_WEIGHTS));
    for (int k = 0; k < W; k++) worst = fmax(worst, fabs(w[k] - layer_w[k]));
    printf("own_arrays: %d steps of the rule by hand and by a layer object\n", STEPS);
    printf("  mean standard deviation of a unit            expected near 0.7   got %.2f\n", report.mean_std);
    printf("  weights agree to ten digits                  expected yes   got %s\n", worst < 1e-10 ? "yes" : "no");
    lpl_stats_destroy(stats);
    lpl_layer_destroy(layer);
    return worst < 1e-10 && fclose(stdout) == 0 ? 0 : 1; /* stdout: a full disk */
}
