/* layer/online.h - kernels of the stream step (online_real.c). */
#ifndef LPLI_ONLINE_H
#define LPLI_ONLINE_H

#include "rule/rule.h"

/* Constants of one step for every unit. */
typedef struct lpli_online_t {
    const lpli_rule_t *rule;
    const lpli_act_t *act;
    double k_mean, k_sigma2; /* EWMA gains of one sample; 0: statistics stand still */
    double pull, push, unit; /* lpli_factors_t */
} lpli_online_t;

/* For n units: statistics take in z (mean, then variance around the new mean), then delta = f' times the rule's term.
 * zp NULL: no previous response; fprime NULL: from z; shared: what comes of all units together, or NULL; theta: read,
 * or NULL. */
LPLI_KERNEL(void, lpli_online_statistics,
            (double *mean, double *sigma2, const real *z, size_t n, const lpli_online_t *o));
LPLI_KERNEL(void, lpli_online_delta,
            (real * delta, const real *z, const real *zp, const real *fprime, const double *mean, const double *sigma2,
             const double *shared, const real *theta, size_t n, const lpli_online_t *o));

/* Row i of the covariance takes in a sample, c_k += (dev_i dev_k - c_k) gain; returns sum_{k != i} c_k dev_k. Adds
 * sum_{k != i} c_k^2 to *square_sum. gain 0: the row is only read. */
LPLI_KERNEL(double, lpli_online_lateral,
            (double *c, const double *dev, size_t i, size_t n, double gain, double *square_sum));

#endif
