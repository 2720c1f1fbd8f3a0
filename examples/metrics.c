/* examples/metrics.c - what to measure on responses: lpl_metric, lpl_readout_fit.
 *
 * The responses here are random numbers of which theory knows the answers: how many dimensions they fill, and how well
 * a linear readout can tell two classes that overlap. */
#include <lpl.h>
#include <math.h>
#include <stdio.h>

#define MUST(call) \
    if ((call) < 0) return fprintf(stderr, "metrics: %s\n", lpl_last_error()), 1

enum { N = 3000, D = 12, LOUD = 4 };

int main(void) {
    static float x[N * D], test[N * D], w[2 * D]; /* weights of the readout start at 0 */
    static int32_t y[N];
    float bias[2] = {0};
    double dimension, selectivity, within, seen, unseen;
    lpl_readout_config_t cfg;

    /* Four features with standard deviation 1, eight with 0.1. Their covariance has these variances on its diagonal, so
     * the participation ratio tr(C)^2 / |C|^2 is  (4 + 8 * 0.01)^2 / (4 + 8 * 0.0001)  = 4.16: about four dimensions
     * are in use. */
    MUST(lpl_random_normal(x, N * D, 8, 0, 0));
    MUST(lpl_random_normal(test, N * D, 8, 1, 0));
    for (int k = 0; k < N * D; k++)
        if (k % D >= LOUD) x[k] *= 0.1f, test[k] *= 0.1f;
    MUST(lpl_metric(&dimension, LPL_METRIC_PARTICIPATION_RATIO, x, D, NULL, 0, NULL, N, D));

    /* Two classes, one at -1, one at +1 along feature 0, sd 1: the best readout is right with probability Phi(1) =
     * 0.841. */
    for (int b = 0; b < N; b++) {
        y[b] = b % 2;
        x[b * D] += y[b] ? 1.0f : -1.0f;
        test[b * D] += y[b] ? 1.0f : -1.0f;
    }
    MUST(lpl_metric(&within, LPL_METRIC_COSINE_CROSS_CLASS, x, D, NULL, 0, y, N, D));
    /* Selectivity is of one unit: d = 1, rows D apart. |mean of class 1 - mean of class 0| over the whole range:
     * 2 / 8.6, for the extremes of 1500 normal numbers lie some 3.3 from their mean. */
    MUST(lpl_metric(&selectivity, LPL_METRIC_SELECTIVITY, x, D, NULL, 0, y, N, 1));

    MUST(lpl_readout_config_init(&cfg, sizeof cfg)); /* softmax regression, Adam, mini-batches of 512 */
    cfg.n_classes = 2;
    cfg.epochs = 60;
    cfg.eta = 1e-2;
    MUST(lpl_readout_fit(&cfg, w, D, bias, NULL, x, D, y, N, D));
    MUST(lpl_readout_predict(NULL, 0, &seen, w, D, bias, x, D, y, N, D, 2));
    MUST(lpl_readout_predict(NULL, 0, &unseen, w, D, bias, test, D, y, N, D, 2));

    printf("metrics: %d responses of %d units\n", N, D);
    printf("  participation ratio              expected 4.16    got %.2f\n", dimension);
    printf("  selectivity of unit 0            expected 0.23    got %.2f\n", selectivity);
    printf("  cosine between the classes       expected < 0     got %.2f\n", within);
    printf("  readout, the samples it saw      expected 0.84    got %.2f\n", seen);
    printf("  readout, new samples             expected 0.84    got %.2f\n", unseen);
    return fclose(stdout) != 0 || fabs(dimension - 4.16) > 0.1 || fabs(unseen - 0.841) > 0.02 || within >= 0;
}
