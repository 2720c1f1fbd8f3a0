/* examples/worlds/logistic.h - converged multinomial logistic regression: a linear readout that does not depend on the
 * features' scale. */
#ifndef EXAMPLES_LOGISTIC_H
#define EXAMPLES_LOGISTIC_H

#include <stddef.h>
#include <stdint.h>

/* Standardise x (n x d) and x_test with x's mean and standard deviation per feature (constant ones become 0), fit  mean
 * cross entropy + l2/2 |w|^2  by L-BFGS (at most `iterations`, or until the gradient is below 1e-5), and return the
 * accuracy on the test set. */
double logistic_accuracy(const float *x, const int32_t *y, size_t n, const float *x_test, const int32_t *y_test,
                         size_t n_test, size_t d, size_t classes, double l2, int iterations);

#endif
