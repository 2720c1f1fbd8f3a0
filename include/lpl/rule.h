/* lpl/rule.h - the learning rule itself: from responses and statistics to the post-synaptic factor delta.
 *
 * The weight change of every rule here is   dW_ij = eta sum_b delta_i^b x_j^b - eta weight_decay W_ij,
 * and this header is about delta. For LPL (theory 1.5, article Eq. 7 in the corrected form of the erratum):
 *
 *   delta_i^b = f'(a_i^b) / N * [ - pull (z_i^b - zprev_i^b)                                   predictive term
 *                                 + push alpha / (sigma2_i + eps) (z_i^b - zbar_i)             Hebbian term
 *                                 - decorr beta sum_{k != i} (z_k^b - zbar_k) C_ik ]           decorrelation
 *
 *   alpha = B / (B - 1),  beta = 4 B / ((B - 1)(M - 1))  with statistics of a batch (sigma2, C: divisor B - 1)
 *   alpha = 1,            beta = 4 / (M - 1)              with exponential statistics (the limit B -> infinity)
 *   beta = 0 if M = 1.
 *
 *   N (norm)   LPL_NORM_LAYER    M B: the mean over units and batch, as printed                   (default)
 *              LPL_NORM_NEURON   B: each neuron's own rule (theory 1.4), whatever the size of its layer
 *   form       LPL_FORM_ERRATUM    as above; it is minus the gradient of  pull/2 L_pull + push/2 L_push + decorr
 *              L_decorr
 *              LPL_FORM_REFERENCE  the published code's losses without the factors 1/2: minus the gradient of
 *                                  pull L_pull + push L_push + decorr L_decorr; equals 2 x ERRATUM with decorr / 2
 *   losses     L_pull   = mean_{b,i} (z - zprev)^2
 *              L_push   = - mean_i log(sigma2_i + eps)
 *              L_decorr = sum_{i != k} C_ik^2 / (M^2 - M)
 *              With LPL_NORM_NEURON the gradient is that of M times the loss.
 *   push_form  LPL_PUSH_LOGVAR   L_push above: gain 1/(sigma2 + eps)
 *              LPL_PUSH_NAIVE    L_push = - mean_i sigma2_i: gain 1; diverges without strong decay (theory 1.8)
 *              LPL_PUSH_HINGE    L_push = mean_i max(0, 1 - s_i), s = sqrt(sigma2 + eps) (VICReg): gain 1/(2 s) while s
 *                                < 1, else 0 (the factor 2 / (B - 1) of d sigma2 is common to all three)
 *   more forms, since 0.1.1: of a batch as a whole, in double, with LPL_STATS_BATCH alone and so not for streams (the
 *   erratum's factor 1/2, the norm and share of a symmetric pair are as with the others). A sample is a row, n = B of
 *   them, with P = M units; with LPL_SEES_POSITIONS every position of every row is one, n = B positions, P channels.
 *   push_form  LPL_PUSH_NEGATIVE negative samples (theory 4.6): u = z / |z| (0 where |z| <= 1e-12, no gradient),
 *                                L_push = mean over ordered pairs b != d of (u_b . u_d)^2, in 0 .. 1, and
 *                                dL/dz_b = (I - u_b u_b') / |z_b|  4 / (n (n - 1)) sum_{d != b} (u_b . u_d) u_d
 *              LPL_PUSH_LOGDET   L_push = - log det(C + eps I) / P, C the covariance (divisor n - 1), and
 *                                dL/dz_b = - 2 / (P (n - 1)) (C + eps I)^-1 (z_b - zbar): all of C, where LOGVAR has
 *                                its diagonal (the same where C is diagonal). n < P: through the samples' n x n matrix
 *   pull_form  LPL_PULL_DIFFERENCE L_pull above                                                  (default)
 *              LPL_PULL_COSINE   L_pull = - mean_b u_b . uprev_b, in -1 .. 1; with PUSH_NEGATIVE the baseline of the
 *                                article
 *              LPL_PULL_DIRECTPRED a linear predictor in closed form (Tian, Chen & Ganguli 2021; Halvagal, Laborieux &
 *                                Zenke 2023): W = V (s / s_max + predictor_eps)^predictor_alpha V' of C = V s V', where
 *                                C <- predictor_keep C + (1 - predictor_keep) Z'Z / n, not centred, takes this batch in
 *                                first. L_pull = mean_{b,i} (W z - zprev)^2 with W constant: a descent along
 *                                - 2 / (n P) W (W z - zprev)
 *              LPL_PULL_ISOLOSS  the same without W' in front (the isotropic loss of the same article, Euclidean):
 *                                - 2 / (n P) (W z - zprev). L_pull is the same number, of which that is no gradient
 *              A predictor is a state of a layer (lpl/layer.h): lpl_rule_delta refuses these two. Of a symmetric pair
 *              each view is predicted from the other, held constant, and L_pull is the sum of the two; C takes in both
 *              views. W = 1 while C is 0. Collapse is kept away by W alone, so push may be 0.
 * zprev is a constant (stop-gradient): one view learns. The symmetric two-view form (theory 1.5, end) is the sum of two
 * such updates, roles swapped, each with half of push and decorr; lpl_layer_t does that with LPL_PAIR_SYMMETRIC.
 *
 * Comparison rules (one neuron, N = B, no pull / push / decorr; y = z):
 *   LPL_RULE_HEBB             delta = y f' / B
 *   LPL_RULE_HEBB_COVARIANCE  delta = (y - ybar) f' / (B - 1)
 *   LPL_RULE_OJA              delta = y f' / B, and every weight of row i also decays by eta mean_b(y_i^2)   (Oja 1982)
 *   LPL_RULE_BCM              delta = y (y - theta) f' / B;  afterwards theta += (mean_b y^2 - theta) / tau_theta
 *   LPL_RULE_SLOWNESS         delta = - (y - yprev) f' / B: slowness without any constraint; collapses (theory 1.8,
 *                             Hebb off)
 *   LPL_RULE_SOFTHEBB         a soft winner-take-all of the units of a layer (Journe, Rodriguez, Guo & Moraitis 2023;
 *                             Moraitis et al. 2022). Of the inputs to the units, before the activation:
 *                               u_i = sum_j w_ij x_j + b_i
 *                               y_i = exp(u_i / temperature) / sum_k exp(u_k / temperature)
 *                               dw_ij = eta mean_b y_i (x_j - u_i w_ij)
 *                             so delta = y_i / B, without f', and every weight of row i also decays by eta mean_b(y_i
 *                             u_i), which grows the weights where u_i is negative. Rows come to rest at length 1 (b =
 *                             0), in the direction of the inputs that the unit wins. Since 0.1.1.
 *                             temperature: in the units of u, > 0; small: the winner takes all, large: all learn alike.
 *                             The literature's inverse temperature is 1 / temperature. A bias is part of u and does not
 *                             learn: temperature times the logarithm of a prior, if the host writes one.
 *                             Not offered: the anti-Hebbian sign of losers (here every y_i is positive, losers learn as
 *                             winners do, only less), learning rates that depend on the length of a row, biases that
 *                             learn, SoftHebb in convolutions. Of a pair only the present sample learns; x0 is reported
 *                             (pull) and nothing else.
 */
#ifndef LPL_RULE_H
#define LPL_RULE_H

#include "stats.h"
#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    LPL_RULE_LPL = 0,
    LPL_RULE_HEBB = 1,
    LPL_RULE_HEBB_COVARIANCE = 2,
    LPL_RULE_OJA = 3,
    LPL_RULE_BCM = 4,
    LPL_RULE_SLOWNESS = 5,
    LPL_RULE_SOFTHEBB = 6
};

enum { LPL_FORM_ERRATUM = 0, LPL_FORM_REFERENCE = 1 };

enum { LPL_NORM_LAYER = 0, LPL_NORM_NEURON = 1 };

enum { LPL_PUSH_LOGVAR = 0, LPL_PUSH_NAIVE = 1, LPL_PUSH_HINGE = 2, LPL_PUSH_NEGATIVE = 3, LPL_PUSH_LOGDET = 4 };

enum { LPL_PULL_DIFFERENCE = 0, LPL_PULL_COSINE = 1, LPL_PULL_DIRECTPRED = 2, LPL_PULL_ISOLOSS = 3 };

typedef struct lpl_rule_config_t {
    uint32_t size;       /* sizeof(lpl_rule_config_t), set by lpl_rule_config_init */
    uint32_t flags;      /* 0 */
    int32_t rule;        /* LPL_RULE_LPL (default), ... */
    int32_t form;        /* LPL_FORM_ERRATUM (default), ... */
    int32_t norm;        /* LPL_NORM_LAYER (default), ... */
    int32_t push_form;   /* LPL_PUSH_LOGVAR (default), ... */
    double pull;         /* coefficient of the predictive term, finite, >= 0 (default 1) */
    double push;         /* lambda_1, >= 0 (default 1) */
    double decorr;       /* lambda_2, >= 0 (default 0: no lateral term, no O(M^2) cost) */
    double eps;          /* variance floor, > 0 (default 1e-4) */
    double tau_theta;    /* BCM threshold, batches, >= 1 (default 10); at most about 2e7 where theta is the host's
                             float array */
    double collapse_std; /* a unit whose standard deviation is below this counts as collapsed, >= 0 (default 1e-3) */
    double temperature;  /* SOFTHEBB, > 0 (default 1); since 0.1.1 */
    int32_t pull_form;   /* LPL_PULL_DIFFERENCE (default) or COSINE; since 0.1.1 */
    int32_t reserved;    /* 0 */
} lpl_rule_config_t;

/* What an update reports; all values but the last are free by-products. Set size before the call (lpl_report_init); the
 * library writes min(size, its own) bytes. Losses are L_pull, L_push, L_decorr above: without coefficients and without
 * the factor 1/2. */
typedef struct lpl_report_t {
    uint32_t size;        /* sizeof(lpl_report_t) */
    int32_t status;       /* what the call returned: LPL_OK or LPL_COLLAPSED */
    double pull;          /* L_pull; 0 if there was no previous response */
    double push;          /* L_push; symmetric pair: mean of both views */
    double decorr;        /* L_decorr; likewise; 0 if M = 1 or the coefficient is 0 */
    double total;         /* the sum that the update descends, by form and coefficients */
    double mean_activity; /* mean of z over batch and units */
    double min_std;       /* collapse gauge: smallest standard deviation of a unit ... */
    double mean_std;      /* ... and the mean over units */
    uint64_t n_collapsed; /* units with a standard deviation below collapse_std */
    uint64_t n_dead;      /* units with f' = 0 in every sample: they cannot learn */
    uint64_t step;        /* updates done so far, this one included */
    double weight_change; /* since 0.1.1: sum |dw| / sum |w| over the weights (not biases, not a head), w from before;
                              >= 0, no unit. Weights that were all 0: 1 if they moved. 0 where none were written
                              (lpl_gradient, lpl_rule_delta, TRACK, FROZEN, eta = 0). Each weight is looked at
                              twice: with the rest of the report 8 % of an update of 64 -> 32 in a batch of 32, but an
                              lpl_update_online of 784 -> 256 executes 2.3 times as many instructions. A report of
                              size offsetof(lpl_report_t, weight_change), as in 0.1.0, does not ask for it */
} lpl_report_t;

/* Zero *report and set its size. Returns LPL_OK, LPL_E_NULL, LPL_E_VERSION. Thread class: any. Since 0.1. */
LPL_API lpl_status_t lpl_report_init(lpl_report_t *report, size_t size);

/* Fill *cfg with defaults; as lpl_stats_config_init. */
LPL_API lpl_status_t lpl_rule_config_init(lpl_rule_config_t *cfg, size_t size);

/* Bytes of scratch memory that lpl_rule_delta needs for these sizes (0 is possible). scratch must be aligned to 64
 * bytes. Returns LPL_OK, LPL_E_NULL, LPL_E_ARG, LPL_E_SIZE, LPL_E_VERSION. Thread class: any. Since 0.1. */
LPL_API lpl_status_t lpl_rule_scratch(const lpl_rule_config_t *cfg, size_t *bytes, size_t n_post, size_t batch,
                                      int32_t dtype);

/* The post-synaptic factor of a batch, on the host's own arrays (rows b < batch, columns i < n_post, ld >= n_post).
 *   delta     out, batch x n_post, includes f' if fprime is given
 *   decay     out, n_post, or NULL: additional decay per weight row, mean_b y^2 (OJA), mean_b y u (SOFTHEBB; may be
 *             negative), else 0
 *   report    out, or NULL
 *   theta     in/out, n_post: BCM threshold; NULL for the other rules
 *   scratch, scratch_bytes   see lpl_rule_scratch
 *   z         responses now (SOFTHEBB: u, the units' inputs, before the activation)
 *   z_prev    responses a moment ago, or the other view; NULL: no predictive term
 *   fprime    f'(a), or NULL for f' = 1 (SOFTHEBB has no f': NULL)
 *   stats     NULL: mean, variance and covariance of this very batch (batch >= 2);
 *             else the tracker to take them from (STALE: before it is updated; its covariance is needed if decorr > 0,
 *             except STALE, where decorr uses this batch as the reference does)
 * Returns LPL_OK, LPL_COLLAPSED, LPL_E_NULL, LPL_E_ARG, LPL_E_SIZE, LPL_E_DTYPE, LPL_E_OVERLAP, LPL_E_ORDER,
 * LPL_E_NONFINITE (z, or delta, decay, theta or a number of the report would be NaN or infinite, or PUSH_LOGDET's
 * matrix is singular in double: delta and decay are then undefined, theta and report unchanged), LPL_E_UNSUPPORTED (a
 * predictor). Thread class: any; stats shared. Allocates nothing. Cost O(batch M); with decorr, PUSH_NEGATIVE or
 * PUSH_LOGDET min(O(batch M^2), O(batch^2 M)). Since 0.1. */
LPL_API lpl_status_t lpl_rule_delta(const lpl_rule_config_t *cfg, float *delta, size_t ldd, float *decay,
                                    lpl_report_t *report, float *theta, void *scratch, size_t scratch_bytes,
                                    const float *z, size_t ldz, const float *z_prev, size_t ldzp, const float *fprime,
                                    size_t ldf, const lpl_stats_t *stats, size_t n_post, size_t batch);
LPL_API lpl_status_t lpl_rule_delta_f64(const lpl_rule_config_t *cfg, double *delta, size_t ldd, double *decay,
                                        lpl_report_t *report, double *theta, void *scratch, size_t scratch_bytes,
                                        const double *z, size_t ldz, const double *z_prev, size_t ldzp,
                                        const double *fprime, size_t ldf, const lpl_stats_t *stats, size_t n_post,
                                        size_t batch);

/* Apply a factor to weights: w_ij += eta (sum_b delta_i^b x_j^b - (weight_decay + decay_i) w_ij), b_i += eta sum_b
 * delta_i^b.
 *   w      in/out, n_post x n_pre, w[i*ldw + j]
 *   bias   in/out, n_post, or NULL
 *   delta  batch x n_post, ldd >= n_post;  decay  n_post or NULL;  x  batch x n_pre, ldx >= n_pre
 * SOFTHEBB: no bias (its biases do not learn).
 * With eta = 0 nothing is written, whatever delta and x hold. Returns LPL_OK, LPL_E_NULL, LPL_E_ARG, LPL_E_SIZE,
 * LPL_E_OVERLAP, LPL_E_NONFINITE (a weight or bias would become NaN or infinite: nothing was written). Thread class:
 * any. Cost O(batch n_pre n_post), and one pass over w, delta and x to exclude an overflow. Since 0.1. */
LPL_API lpl_status_t lpl_rule_apply(float *w, size_t ldw, float *bias, const float *delta, size_t ldd,
                                    const float *decay, const float *x, size_t ldx, size_t n_pre, size_t n_post,
                                    size_t batch, double eta, double weight_decay);
LPL_API lpl_status_t lpl_rule_apply_f64(double *w, size_t ldw, double *bias, const double *delta, size_t ldd,
                                        const double *decay, const double *x, size_t ldx, size_t n_pre, size_t n_post,
                                        size_t batch, double eta, double weight_decay);

#ifdef __cplusplus
}
#endif
#endif
