/* rule/rule.h - from responses and statistics to the post-synaptic factor: the one place where the rule is computed.
 * Equations and names: include/lpl/rule.h. Used by lpl_rule_delta, the layers' batch update and, unit by unit, the stream step. */
#ifndef LPLI_RULE_H
#define LPLI_RULE_H

#include "activation/activation.h"
#include "core/kernel.h"
#include "linalg/gemm.h"
#include "lpl/rule.h"

typedef struct lpli_rule_t {
    int32_t rule, form, norm, push_form, stats; /* stats: where mean and variance come from, LPL_STATS_* */
    double pull, push, decorr, eps, collapse_std;
} lpli_rule_t;

/* Scalar factors of the three terms for a batch of B rows and M units; share = 1, or 1/2 in each view of a symmetric pair. */
typedef struct lpli_factors_t {
    double pull;   /* of (z - z_prev) */
    double push;   /* of gain(sigma2) (z - zbar): includes alpha */
    double decorr; /* of sum_{k != i} (z_k - zbar_k) C_ik: includes beta */
    double unit;   /* 1/N of the comparison rules */
} lpli_factors_t;

lpl_status_t lpli_rule_check(const lpli_rule_t *r, double tau_theta, const char *fn);
lpli_factors_t lpli_rule_factors(const lpli_rule_t *r, size_t units, size_t batch, double share);

/* Gain of the push term, d(-L_push)/d(sigma2) without common factors: 1/(sigma2 + eps), 1, or 1/(2 s) while s < 1. */
double lpli_push_gain(const lpli_rule_t *r, double sigma2);
/* L_push over units. STALE: with the batch's moments around the stale mean (theory 1.6 b); batch_mean, batch_m2 NULL otherwise. */
double lpli_push_loss(const lpli_rule_t *r, const double *mean, const double *sigma2, const double *batch_mean, const double *batch_m2,
                      size_t units, size_t batch);
/* The sum that the update descends. */
double lpli_total_loss(const lpli_rule_t *r, double pull, double push, double decorr, size_t units);
/* Fill report from losses and per-unit variances; returns LPL_COLLAPSED if every unit is below collapse_std, else LPL_OK.
 * report may be NULL. */
typedef struct lpli_losses_t {
    double pull, push, decorr, mean_activity;
    uint64_t n_dead, step;
} lpli_losses_t;
lpl_status_t lpli_report_fill(lpl_report_t *report, const lpli_rule_t *r, const lpli_losses_t *loss, const double *sigma2, size_t units);
/* Is every number of a report finite? One that is not is never handed out. */
int lpli_report_is_finite(const lpl_report_t *full);
/* *full, as much of it as the caller's report has room for. */
void lpli_report_copy(lpl_report_t *report, const lpl_report_t *full);

/* Would the Gram matrix of samples (B x B) be cheaper than the covariance (M x M)? Zc (Zc' Zc) = (Zc Zc') Zc. */
int lpli_prefers_gram(uint64_t units, uint64_t batch);
/* Elements of the square scratch matrix for any batch up to batch_max. */
uint64_t lpli_square_elements(const lpli_rule_t *r, uint64_t units, uint64_t batch_max);

/* One view of a batch: what learns, from what, into what. */
typedef struct R(lpli_view_t) {
    const real *z, *z_prev, *fprime, *theta; /* z_prev, fprime, theta may be NULL */
    size_t ldz, ldp, ldf, ldd;
    const lpli_act_t *act;               /* f' from z if fprime is NULL; both NULL: f' = 1 */
    const double *mean, *sigma2;         /* statistics of the push term */
    const double *batch_mean, *batch_m2; /* moments of this batch */
    real *delta;                         /* out, B x M */
    real *decay;                         /* out, M, or NULL: OJA */
    real *zc;                            /* B x M without gaps: z - zbar for decorr (STALE: around the batch mean) */
    real *gain;                          /* scratch, M */
    double *pull_sum;                    /* out, M: sum_b (z - z_prev)^2 */
    real *fprime_max;                    /* out, M: largest f' in the batch; 0 = dead */
} R(lpli_view_t);

typedef struct R(lpli_rule_work_t) {
    const lpli_rule_t *rule;
    const lpli_gemm_t *gemm;
    int32_t isa, threads;
    size_t units, batch;
    int square_ready; /* square holds the covariance already, M x M with a zero diagonal (slow statistics) */
    real *square;     /* scratch, lpli_square_elements */
} R(lpli_rule_work_t);

/* delta of one view; *decorr_loss is set if it is not NULL (0 without decorrelation). */
void R(lpli_rule_view)(const R(lpli_rule_work_t) * w, const R(lpli_view_t) * v, double share, double *decorr_loss);

/* L_pull from pull_sum, and the number of dead units. */
double lpli_pull_loss(const double *pull_sum, size_t units, size_t batch);

/* The rest of the sum, strip by strip: delta = f' (lateral + gain (z - mean) - pull (z - z_prev)), or a comparison rule. */
typedef struct R(lpli_combine_t) {
    const R(lpli_view_t) * v;
    int32_t rule;
    real pull, unit;
    int lateral; /* delta holds the lateral term already */
    size_t rows;
} R(lpli_combine_t);
LPLI_KERNEL(void, lpli_combine, (const R(lpli_combine_t) * c, size_t first, size_t cols));

#endif
