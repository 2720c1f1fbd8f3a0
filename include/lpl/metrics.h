/* lpl/metrics.h - what to measure on frozen responses: dimensionality, selectivity, class geometry, slow features in
 * closed form, slowness in time, modulation by the phase of a grating, and the linear readout.
 *
 * These calls look at data; they are not part of learning. They may allocate temporary memory (LPL_E_MEMORY) and take
 * any thread. Metrics compute in double whatever the dtype of the data (float64 data beyond 1e150 in magnitude are
 * LPL_E_ARG, since their squares overflow), the readout in the dtype of its data.
 *
 * Notation: x is n samples x d features, x_b row b, c the column mean; u_b = x_b / max(|x_b|_2, 1e-12); y_b in 0 ..
 * n_classes-1 labels; c_k the mean of class k; pairs b < d are unordered.
 */
#ifndef LPL_METRICS_H
#define LPL_METRICS_H

#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Scalars. Column "needs": y labels, x2 a second set of responses of the same shape. */
enum {
    LPL_METRIC_PARTICIPATION_RATIO = 0,   /* tr(C)^2 / |C|_F^2 of the centred covariance; 0 if all samples are equal */
    LPL_METRIC_COSINE_CROSS_CLASS = 1,    /* y: mean over pairs of different class of cos(x_b - c, x_d - c) */
    LPL_METRIC_COSINE_WITHIN_CLASS = 2,   /* y: mean over classes of the mean over pairs in the class of the same
                                             cosine */
    LPL_METRIC_MANIFOLD_CORRELATION = 3,  /* y: mean over k < l of LPL_METRIC_CLASS_CORRELATION */
    LPL_METRIC_MANIFOLD_RADIUS = 4,       /* y: mean_k class radius / global radius */
    LPL_METRIC_MANIFOLD_DIM = 5,          /* y: mean_k class dimension */
    LPL_METRIC_GLOBAL_RADIUS = 6,         /* mean_b |x_b - c|_2 */
    LPL_METRIC_COSINE_PUSH = 7,           /* mean over ordered pairs b != d of (u_b . u_d)^2 */
    LPL_METRIC_COSINE_PUSH_LABELS = 8,    /* y: mean over pairs of different class of (u_b . u_d)^2 */
    LPL_METRIC_COSINE_PULL = 9,           /* x2: - mean_b u_b . u2_b */
    LPL_METRIC_COSINE_PULL_LABELS = 10,   /* y, x2: sum over classes of (mean over pairs in class of - u_b . u_d, and
                                             the same for x2) / 2 */
    LPL_METRIC_PUSH_TO_CENTROID = 11,     /* mean_b (u_b . k)^2, k the normalised mean of the u_b */
    LPL_METRIC_UNIFORMITY = 12,           /* log mean over pairs of exp(-2 |u_b - u_d|^2) */
    LPL_METRIC_KL_GAUSSIAN = 13,          /* -1/2 mean_i (1 + v - mu^2 - exp v), v = log(var_i + 1e-4), var unbiased */
    LPL_METRIC_ABS_LOGVAR = 14,           /* mean_i |log(var_i + 1e-4)| */
    LPL_METRIC_RADIAL_PUSH = 15,          /* mean_b (-1 / (|x_b - c|_1 + 1e-4) + 1 / (|x_b - c|_2 + 1e-4)) */
    LPL_METRIC_SPARSE_FILTERING = 16,     /* columns, then rows divided by max(L2 norm, 1e-12); mean over rows of the L1
                                             norm */
    LPL_METRIC_SELECTIVITY = 17           /* y in {0, 1}, d = 1: |mean of class 1 - mean of class 0| / (max - min)
                                             (theory 3.2, 3.5) */
};

/* Arrays over classes. */
enum {
    LPL_METRIC_CLASS_RADII = 0,       /* n_classes: mean over the class of |x_b - c_k|_2 */
    LPL_METRIC_CENTROID_SPREADS = 1,  /* n_classes: |c_k - c|_2 */
    LPL_METRIC_CLASS_DIMS = 2,        /* n_classes: participation ratio of the class's rows */
    LPL_METRIC_CLASS_CORRELATION = 3  /* n_classes^2: with d_k = c_k minus the mean over its own features, d_k . d_l /
                                         (|d_k| |d_l|) */
};

/* One scalar. x: n x d, ldx >= d; x2: the same shape, or NULL if not needed; y: n labels >= 0, or NULL if not needed.
 * Classes without samples do not count. Undefined values (0/0: one class only, no pairs) give LPL_E_ARG, never NaN.
 * Returns LPL_OK, LPL_E_NULL, LPL_E_ARG, LPL_E_SIZE, LPL_E_MEMORY, LPL_E_NONFINITE (in x or x2, or the result would
 * be). Cost O(n d^2), pairwise ones O(n^2 d). Since 0.1. */
LPL_API lpl_status_t lpl_metric(double *out, int32_t metric, const float *x, size_t ldx, const float *x2, size_t ldx2,
                                const int32_t *y, size_t n, size_t d);
LPL_API lpl_status_t lpl_metric_f64(double *out, int32_t metric, const double *x, size_t ldx, const double *x2,
                                    size_t ldx2, const int32_t *y, size_t n, size_t d);

/* One array over classes; n_out must be its length; y in 0 .. n_classes-1, each class with at least one sample.
 * Returns as lpl_metric, and LPL_E_OVERLAP. Since 0.1. */
LPL_API lpl_status_t lpl_metric_classes(double *out, size_t n_out, int32_t metric, const float *x, size_t ldx,
                                        const int32_t *y, size_t n, size_t d, size_t n_classes);
LPL_API lpl_status_t lpl_metric_classes_f64(double *out, size_t n_out, int32_t metric, const double *x, size_t ldx,
                                            const int32_t *y, size_t n, size_t d, size_t n_classes);

/* Slow feature analysis in closed form (Wiskott & Sejnowski 2002): the linear features that vary most for how little
 * they change from a moment ago (row b of x0) to now (row b of x1), and what LPL on a linear neuron ends in (theory
 * 1.8).
 *
 *   C0 v = mu (D + ridge I) v     C0 = sum over the rows of both sides of (x - m)(x - m)' / (2 n), m their mean
 *                                 D  = sum_b (x1_b - x0_b)(x1_b - x0_b)' / (2 n)
 *
 *   w      out, n_features x d, ldw >= d, or NULL: the features with the largest mu, slowest first, each scaled so that
 *          w x has variance 1 (w' C0 w = 1) and turned so that its largest element is positive
 *   mu     out, n_features, or NULL: variance per (change + ridge), >= 0, no unit; with ridge = 0 the eigenvalue of
 *          D v = lambda C0 v is lambda = 1 / mu
 *   x0, x1 n x d, ldx0, ldx1 >= d; of a series of n + 1 rows x: x0 = x, x1 = x + ldx
 *   n      pairs, >= 1;  n_features  1 .. d
 *   ridge  >= 0, in the units of x^2: LPL's weight_decay / pull (erratum form, NEURON norm). One linear neuron then
 *          rests at w sqrt(mu push / pull), up to its sign, with pairs that are the same both ways round
 * Returns LPL_OK, LPL_E_NULL, LPL_E_ARG (something in x does not change and ridge is 0; nothing varies; w: fewer
 * directions vary than n_features), LPL_E_SIZE, LPL_E_OVERLAP, LPL_E_MEMORY, LPL_E_NONFINITE. On error w and mu are
 * unchanged. Allocates 5 d^2 doubles at most and a block of rows. Thread class: any. Cost 3 n d^2 + about 12 d^3
 * multiply-adds. Since 0.1.1. */
LPL_API lpl_status_t lpl_sfa(double *w, size_t ldw, double *mu, const float *x0, size_t ldx0, const float *x1,
                             size_t ldx1, size_t n, size_t d, size_t n_features, double ridge);
LPL_API lpl_status_t lpl_sfa_f64(double *w, size_t ldw, double *mu, const double *x0, size_t ldx0, const double *x1,
                                 size_t ldx1, size_t n, size_t d, size_t n_features, double ridge);

/* How fast each unit changes. Rows of x are moments in a row (time runs downwards).
 *   out    d values: mean over pairs of (x_t,i - x_{t-lag},i)^2, divided by 2 var_i (unbiased, over all rows): 0 for
 *          what stands still, 1 for what has no memory beyond lag, up to 2 for what swings; 1 - out is the
 *          autocorrelation at this lag
 *   scene  n labels, rows of one label in a row are a scene, and pairs lie within one; NULL: all is one scene
 *   lag    rows, >= 1
 * Returns LPL_OK, LPL_E_NULL, LPL_E_SIZE, LPL_E_ARG (no scene is longer than lag; a unit has the same value in all
 * rows, so 0/0: the sentence names it), LPL_E_OVERLAP, LPL_E_MEMORY, LPL_E_NONFINITE. out is written only on success.
 * Thread class: any. Cost O(n d). Since 0.1.1. */
LPL_API lpl_status_t lpl_slowness(double *out, const float *x, size_t ldx, const int32_t *scene, size_t n, size_t d,
                                  size_t lag);
LPL_API lpl_status_t lpl_slowness_f64(double *out, const double *x, size_t ldx, const int32_t *scene, size_t n,
                                      size_t d, size_t lag);

/* Mean and modulation of each unit's response to a grating that drifts by one cycle: what tells simple cells from
 * complex ones.
 *   f0     d values: mean over the n phases, minus the response to a blank
 *   f1     d values: amplitude of the first harmonic, (2/n) |sum_k x_k,i exp(-2 pi i k/n)|, about no mean
 *   x      n phases in equal steps over one cycle x d units; blank  d responses to a blank, or NULL: 0
 *   n      >= 3
 * f1 / f0 is pi/2 for a rectified sine, 0 for a response that does not know the phase; above 1 a cell is called simple.
 * Returns LPL_OK, LPL_E_NULL, LPL_E_SIZE, LPL_E_ARG, LPL_E_OVERLAP, LPL_E_MEMORY, LPL_E_NONFINITE; outputs are written
 * only on success. Thread class: any. Cost O(n d). Since 0.1.1. */
LPL_API lpl_status_t lpl_modulation(double *f0, double *f1, const float *x, size_t ldx, const float *blank, size_t n,
                                    size_t d);
LPL_API lpl_status_t lpl_modulation_f64(double *f0, double *f1, const double *x, size_t ldx, const double *blank,
                                        size_t n, size_t d);

/* Linear readout (probe; theory 4.5): softmax regression with bias, cross entropy, Adam, mini-batches in the order
 * given. */
typedef struct lpl_readout_config_t {
    uint32_t size;       /* sizeof(lpl_readout_config_t), set by lpl_readout_config_init */
    uint32_t flags;      /* 0 */
    uint64_t n_classes;  /* classes, K >= 2 (default 10) */
    uint64_t batch;      /* rows of a mini-batch, >= 1 (default 512); the last one of an epoch may be smaller */
    uint64_t epochs;     /* passes over the rows, >= 1 (default 20) */
    double eta;          /* learning rate, > 0 (default 1e-3) */
    double beta1;        /* Adam: 0 <= beta1 < 1 (default 0.9) */
    double beta2;        /* Adam: 0 <= beta2 < 1 (default 0.999) */
    double adam_eps;     /* Adam: > 0 (default 1e-8) */
} lpl_readout_config_t;

/* Fill *cfg with defaults; as lpl_stats_config_init. */
LPL_API lpl_status_t lpl_readout_config_init(lpl_readout_config_t *cfg, size_t size);

/* Train the readout.
 *   w           in/out, K x d, ldw >= d: start values in, trained weights out;  bias  in/out, K
 *   epoch_loss  out, epochs values: mean cross entropy over the samples of each epoch (as seen, before each step), or
 *               NULL
 *   x           n x d;  y  n labels in 0 .. K-1
 * Returns LPL_OK, LPL_E_NULL, LPL_E_ARG, LPL_E_SIZE, LPL_E_OVERLAP, LPL_E_VERSION, LPL_E_MEMORY, LPL_E_NONFINITE (also
 * if training diverges). On error w and bias are unchanged.
 * Cost 6 n d K flop an epoch. Since 0.1. */
LPL_API lpl_status_t lpl_readout_fit(const lpl_readout_config_t *cfg, float *w, size_t ldw, float *bias,
                                     double *epoch_loss, const float *x, size_t ldx, const int32_t *y, size_t n,
                                     size_t d);
LPL_API lpl_status_t lpl_readout_fit_f64(const lpl_readout_config_t *cfg, double *w, size_t ldw, double *bias,
                                         double *epoch_loss, const double *x, size_t ldx, const int32_t *y, size_t n,
                                         size_t d);

/* The same training in parts, so that a host can look at it, stop it or show how far it is: mini-batches first ..
 * first + count - 1 of the run's epochs * ceil(n / batch). Parts in a row, the first with first = 0, give the bits of
 * lpl_readout_fit.
 *   moments     in/out, 2 (K d + K) values, Adam's; the first part sets them to 0 before it uses them
 *   epoch_loss  in/out, epochs values: sum of the cross entropies so far, from an epoch's last mini-batch on their mean
 * count = 0 and a part behind the end of the run do nothing; first = 0 checks all of x and y, later parts the rows that
 * they use. Returns as lpl_readout_fit. On error w, bias, moments and epoch_loss are as before this part. Since
 * 0.1.1. */
LPL_API lpl_status_t lpl_readout_fit_part(const lpl_readout_config_t *cfg, float *w, size_t ldw, float *bias,
                                          float *moments, double *epoch_loss, const float *x, size_t ldx,
                                          const int32_t *y, size_t n, size_t d, uint64_t first, uint64_t count);
LPL_API lpl_status_t lpl_readout_fit_part_f64(const lpl_readout_config_t *cfg, double *w, size_t ldw, double *bias,
                                              double *moments, double *epoch_loss, const double *x, size_t ldx,
                                              const int32_t *y, size_t n, size_t d, uint64_t first, uint64_t count);

/* logits = x w' + bias (n x K, ldl >= K), or NULL; accuracy = fraction of rows whose largest logit is y (the first of
 * equal ones), or NULL; y may be NULL if accuracy is. Returns as lpl_readout_fit. Since 0.1. */
LPL_API lpl_status_t lpl_readout_predict(float *logits, size_t ldl, double *accuracy, const float *w, size_t ldw,
                                         const float *bias, const float *x, size_t ldx, const int32_t *y, size_t n,
                                         size_t d, size_t n_classes);
LPL_API lpl_status_t lpl_readout_predict_f64(double *logits, size_t ldl, double *accuracy, const double *w, size_t ldw,
                                             const double *bias, const double *x, size_t ldx, const int32_t *y,
                                             size_t n, size_t d, size_t n_classes);

#ifdef __cplusplus
}
#endif
#endif
