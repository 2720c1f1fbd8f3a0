/* examples/worlds/logistic.c - see logistic.h. Products run in the library: logits by lpl_readout_predict, gradients by
 * lpl_rule_apply. */
#include "logistic.h"

#include <math.h>
#include <string.h>

#include "must.h"

enum { MEMORY = 10 }; /* pairs that L-BFGS keeps */

typedef struct {
    const float *x;
    const int32_t *y;
    size_t n, d, classes, length; /* length: of w and b together */
    double l2;
    float *w, *p, *g; /* w: parameters in float; p: n x classes; g: gradient in float */
} problem_t;

static float *standardised(const float *x, size_t n, size_t d, const double *mean, const double *scale) {
    float *z = must_alloc(n * d, sizeof *z);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < d; j++) z[i * d + j] = (float)(((double)x[i * d + j] - mean[j]) * scale[j]);
    return z;
}

/* Loss and gradient at theta. */
static double evaluate(problem_t *q, const double *theta, double *gradient) {
    const size_t k = q->classes, weights = k * q->d;
    double loss = 0;
    for (size_t i = 0; i < q->length; i++) q->w[i] = (float)theta[i];
    MUST(lpl_readout_predict(q->p, k, NULL, q->w, q->d, q->w + weights, q->x, q->d, NULL, q->n, q->d, k));
    for (size_t i = 0; i < q->n; i++) {
        float *row = q->p + i * k, high = row[0];
        double sum = 0;
        for (size_t c = 1; c < k; c++) high = row[c] > high ? row[c] : high;
        for (size_t c = 0; c < k; c++) sum += exp((double)(row[c] - high));
        loss += log(sum) - (double)(row[q->y[i]] - high);
        for (size_t c = 0; c < k; c++)
            row[c] = (float)((exp((double)(row[c] - high)) / sum - (c == (size_t)q->y[i])) / (double)q->n);
    }
    memset(q->g, 0, q->length * sizeof *q->g);
    MUST(lpl_rule_apply(q->g, q->d, q->g + weights, q->p, k, NULL, q->x, q->d, q->d, k, q->n, 1, 0));
    loss /= (double)q->n;
    for (size_t i = 0; i < q->length; i++) {
        gradient[i] = (double)q->g[i];
        if (i < weights) {
            gradient[i] += q->l2 * theta[i];
            loss += q->l2 / 2 * theta[i] * theta[i];
        }
    }
    return loss;
}

static double dot(const double *a, const double *b, size_t n) {
    double s = 0;
    for (size_t i = 0; i < n; i++) s += a[i] * b[i];
    return s;
}

/* Limited-memory BFGS with a step that is halved until the loss falls enough. */
static void minimise(problem_t *q, double *theta, int iterations) {
    const size_t n = q->length;
    double *s = must_alloc(MEMORY * n, sizeof *s), *y = must_alloc(MEMORY * n, sizeof *y), rho[MEMORY], alpha[MEMORY];
    double *g = must_alloc(n, sizeof *g), *next = must_alloc(n, sizeof *next), *g_next = must_alloc(n, sizeof *g_next),
           *d = must_alloc(n, sizeof *d);
    double loss = evaluate(q, theta, g);
    int kept = 0, newest = -1;
    for (int it = 0; it < iterations; it++) {
        double largest = 0, step = kept ? 1 : 1 / (1e-12 + sqrt(dot(g, g, n)));
        for (size_t i = 0; i < n; i++) {
            d[i] = -g[i];
            largest = fmax(largest, fabs(g[i]));
        }
        if (largest < 1e-5) break;
        for (int k = 0; k < kept; k++) { /* from the newest pair to the oldest, and back */
            const int at = (newest - k + MEMORY) % MEMORY;
            alpha[at] = rho[at] * dot(s + (size_t)at * n, d, n);
            for (size_t i = 0; i < n; i++) d[i] -= alpha[at] * y[(size_t)at * n + i];
        }
        if (kept) {
            const double *yn = y + (size_t)newest * n, scale = 1 / (rho[newest] * dot(yn, yn, n));
            for (size_t i = 0; i < n; i++) d[i] *= scale;
        }
        for (int k = kept - 1; k >= 0; k--) {
            const int at = (newest - k + MEMORY) % MEMORY;
            const double beta = rho[at] * dot(y + (size_t)at * n, d, n);
            for (size_t i = 0; i < n; i++) d[i] += (alpha[at] - beta) * s[(size_t)at * n + i];
        }
        const double slope = dot(g, d, n);
        double trial = 0;
        int halvings = 0;
        for (; halvings < 20; halvings++, step /= 2) {
            for (size_t i = 0; i < n; i++) next[i] = theta[i] + step * d[i];
            trial = evaluate(q, next, g_next);
            if (trial <= loss + 1e-4 * step * slope) break;
        }
        if (halvings == 20) break; /* float32 products: no more to gain */
        newest = (newest + 1) % MEMORY;
        double *sn = s + (size_t)newest * n, *yn = y + (size_t)newest * n;
        for (size_t i = 0; i < n; i++) {
            sn[i] = next[i] - theta[i];
            yn[i] = g_next[i] - g[i];
        }
        const double curvature = dot(sn, yn, n);
        if (curvature > 1e-16) {
            rho[newest] = 1 / curvature;
            kept = kept < MEMORY ? kept + 1 : MEMORY;
        } else {
            newest = (newest - 1 + MEMORY) % MEMORY;
        }
        memcpy(theta, next, n * sizeof *theta);
        memcpy(g, g_next, n * sizeof *g);
        loss = trial;
    }
    free(s), free(y), free(g), free(next), free(g_next), free(d);
}

double logistic_accuracy(const float *x, const int32_t *y, size_t n, const float *x_test, const int32_t *y_test,
                         size_t n_test, size_t d, size_t classes, double l2, int iterations) {
    double *mean = must_alloc(d, sizeof *mean), *scale = must_alloc(d, sizeof *scale), accuracy = 0;
    for (size_t j = 0; j < d; j++) {
        double sum = 0, sum2 = 0;
        for (size_t i = 0; i < n; i++) sum += (double)x[i * d + j];
        mean[j] = sum / (double)n;
        for (size_t i = 0; i < n; i++) sum2 += ((double)x[i * d + j] - mean[j]) * ((double)x[i * d + j] - mean[j]);
        scale[j] = sum2 > 1e-24 * (double)n ? 1 / sqrt(sum2 / (double)n) : 0;
    }
    float *z = standardised(x, n, d, mean, scale), *z_test = standardised(x_test, n_test, d, mean, scale);
    problem_t q = {.x = z, .y = y, .n = n, .d = d, .classes = classes, .length = classes * (d + 1), .l2 = l2};
    q.w = must_alloc(q.length, sizeof *q.w);
    q.g = must_alloc(q.length, sizeof *q.g);
    q.p = must_alloc(n * classes, sizeof *q.p);
    double *theta = must_alloc(q.length, sizeof *theta);
    minimise(&q, theta, iterations);
    for (size_t i = 0; i < q.length; i++) q.w[i] = (float)theta[i];
    MUST(lpl_readout_predict(NULL, 0, &accuracy, q.w, d, q.w + classes * d, z_test, d, y_test, n_test, d, classes));
    free(mean), free(scale), free(z), free(z_test), free(q.w), free(q.g), free(q.p), free(theta);
    return accuracy;
}
