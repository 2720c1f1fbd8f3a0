/* rule/rule.h - from responses and statistics to the post-synaptic factor of a batch. Equations and names:
 * include/lpl/rule.h. Used by lpl_rule_delta and the layers' batch update; the stream step (layer/online_real.c) has
 * its own statistics and lateral term, and shares the terms (term.h), factors, gains, thresholds, decays and reports.
 * What sets one rule apart from another are its traits. */
#ifndef LPLI_RULE_H
#define LPLI_RULE_H

#include <stdbool.h>

#include "activation/activation.h"
#include "core/kernel.h"
#include "linalg/gemm.h"
#include "lpl/rule.h"

typedef struct lpli_rule_t {
    int32_t rule, form, norm, push_form, stats; /* stats: where mean and variance come from, LPL_STATS_* */
    int32_t pull_form;
    double pull, push, decorr, eps, collapse_std, temperature;
    double predictor_alpha, predictor_eps, predictor_keep;
} lpli_rule_t;

/* What a rule needs and does. */
typedef struct lpli_traits_t {
    bool losses; /* descends L_pull, L_push and L_decorr with the config's coefficients; so it may learn from two views,
                   and convolve */
    bool centred;    /* its term, but for the past, is a gain times z - mean */
    bool pulls;      /* the term holds - pull (z - z_prev) */
    bool needs_past; /* and nothing else */
    bool theta;      /* units have thresholds, which take in the mean square of z */
    bool decays;   /* rows of weights decay by the mean of a product: the square of z, or y u of a rule that competes */
    bool inputs;   /* the term is of u, before the activation, and has no f'; biases are part of u and do not learn */
    bool competes; /* it is of y, the softmax of u over the units of a sample */
} lpli_traits_t;
enum { LPLI_RULES = LPL_RULE_SOFTHEBB + 1 };

/* Which of the rules that pass lpli_rule_check it is: known without looking in a build that has but LPL (RULES=no), so
 * that the compiler drops what the others need. */
static inline int32_t lpli_present_rule(int32_t rule) {
#ifdef LPLI_NO_RULES
    (void)rule;
    return LPL_RULE_LPL;
#else
    return rule;
#endif
}

/* The traits of a rule (LPL_RULE_*). */
#define LPLI_TRAITS_OF_LPL .losses = true, .centred = true, .pulls = true
static inline const lpli_traits_t *lpli_traits(int32_t rule) {
#ifdef LPLI_NO_RULES
    static const lpli_traits_t lpl = {LPLI_TRAITS_OF_LPL};
    (void)rule;
    return &lpl;
#else
    extern const lpli_traits_t lpli_all_traits[LPLI_RULES];
    return &lpli_all_traits[rule];
#endif
}

/* Pull and push forms, and whether a term is of the batch as a whole (forms.h), which also a build without the
 * comparison rules has not. */
#ifdef LPLI_NO_RULES
enum { LPLI_PUSH_FORMS = LPL_PUSH_HINGE + 1, LPLI_PULL_FORMS = LPL_PULL_DIFFERENCE + 1 };
#else
enum { LPLI_PUSH_FORMS = LPL_PUSH_LOGDET + 1, LPLI_PULL_FORMS = LPL_PULL_ISOLOSS + 1 };
#endif
static inline bool lpli_push_is_form(const lpli_rule_t *r) {
    return (int)LPLI_PUSH_FORMS > LPL_PUSH_NEGATIVE && lpli_traits(r->rule)->losses &&
           r->push_form >= LPL_PUSH_NEGATIVE;
}
static inline bool lpli_pull_is_form(const lpli_rule_t *r) {
    return LPLI_PULL_FORMS > 1 && lpli_traits(r->rule)->losses && r->pull_form != LPL_PULL_DIFFERENCE;
}
static inline bool lpli_has_forms(const lpli_rule_t *r) { return lpli_pull_is_form(r) || lpli_push_is_form(r); }
/* With a predictor, that is with a matrix of its own to remember? */
static inline bool lpli_predicts(const lpli_rule_t *r) {
    return lpli_pull_is_form(r) && r->pull_form >= LPL_PULL_DIRECTPRED;
}

/* The mean square of n values from their mean and their sum of squared deviations: what thresholds take in. */
static inline double lpli_mean_square(double mean, double m2, double n) { return m2 / n + mean * mean; }

/* By how much the weights of a unit decay, beside weight_decay, by its rule; product: see traits. */
static inline double lpli_own_decay(int32_t rule, double product) { return lpli_traits(rule)->decays ? product : 0; }
/* The largest and the smallest that can be, while no response and no input to a unit is larger than high. */
static inline double lpli_most_decay(int32_t rule, double high) {
    return lpli_own_decay(rule, lpli_traits(rule)->competes ? high : high * high);
}
static inline double lpli_least_decay(int32_t rule, double high) { return lpli_traits(rule)->competes ? -high : 0; }

/* theta += (square - theta) / tau. exact: the threshold in double, or NULL if theta itself is all there is (a float
 * with a large tau would stop short of its goal). Of a silent unit 0: no denormal number for ever. */
static inline double lpli_theta_step(double theta, double square, double tau) { return (square - theta) / tau; }
static inline double lpli_exact_theta(double exact, double square, double tau) {
    return lpli_settled(exact + lpli_theta_step(exact, square, tau));
}
static inline real R(lpli_theta)(real theta, const double *exact, double square, double tau) {
    const real next =
        exact ? (real)lpli_exact_theta(*exact, square, tau) : theta + (real)lpli_theta_step((double)theta, square, tau);
    return real_abs(next) < REAL_MIN ? 0 : next;
}

/* Scalar factors of the three terms for a batch of B rows and M units; share = 1, or 1/2 in each view of a symmetric
 * pair. */
typedef struct lpli_factors_t {
    double pull;   /* of (z - z_prev); 0 for a rule without it */
    double push;   /* of gain(sigma2) (z - zbar): includes alpha */
    double decorr; /* of sum_{k != i} (z_k - zbar_k) C_ik: includes beta */
    double unit;   /* 1/N of the other rules */
} lpli_factors_t;

lpl_status_t lpli_rule_check(const lpli_rule_t *r, double tau_theta, const char *fn);
/* LPL_E_NONFINITE: the factor of LPL_PUSH_LOGDET's matrix fails at this unit, or at this sample. */
lpl_status_t lpli_rule_singular(size_t at, int sample, double eps, const char *fn);
/* A part of that: what forms of the whole batch ask for. */
lpl_status_t lpli_rule_check_forms(const lpli_rule_t *r, const char *fn);
lpli_factors_t lpli_rule_factors(const lpli_rule_t *r, size_t units, size_t batch, double share);

/* Has delta a lateral term? */
static inline bool lpli_decorrelates(const lpli_rule_t *r, uint64_t units) {
    return lpli_traits(r->rule)->losses && r->decorr > 0 && units > 1;
}

/* Gain of the push term, d(-L_push)/d(sigma2) without common factors: 1/(sigma2 + eps), 1, or 1/(2 s) while s < 1. 0 of
 * a form of the whole batch. */
double lpli_push_gain(const lpli_rule_t *r, double sigma2);
/* L_push over units. STALE: with the batch's moments around the stale mean (theory 1.6 b); batch_mean, batch_m2 NULL
 * otherwise. */
double lpli_push_loss(const lpli_rule_t *r, const double *mean, const double *sigma2, const double *batch_mean,
                      const double *batch_m2, size_t units, size_t batch);
/* The sum that the update descends. */
double lpli_total_loss(const lpli_rule_t *r, double pull, double push, double decorr, size_t units);
/* Fill report from losses and per-unit variances; returns LPL_COLLAPSED if every unit is below collapse_std, else
 * LPL_OK. report may be NULL. */
typedef struct lpli_losses_t {
    double pull, push, decorr, mean_activity;
    uint64_t n_dead, step;
} lpli_losses_t;
lpl_status_t lpli_report_fill(lpl_report_t *report, const lpli_rule_t *r, const lpli_losses_t *loss,
                              const double *sigma2, size_t units);
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
    const real *u;                           /* inputs of the units, of a rule that asks for them */
    size_t ldz, ldp, ldf, ldd, ldu;
    const lpli_act_t *act;               /* f' from z if fprime is NULL; both NULL: f' = 1 */
    const double *mean, *sigma2;         /* statistics of the push term */
    const double *batch_mean, *batch_m2; /* moments of this batch */
    const double *term;                  /* of a rule that has forms: what they come to (forms.h) */
    size_t positions;                    /* of each of its units; 1 but for a map */
    real *delta;                         /* out, B x M */
    real *decay;                         /* out, M, or NULL: OJA, SOFTHEBB */
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
#ifndef LPLI_NO_MALLOC
    size_t total; /* samples of the whole batch, of which these are a chunk (reduce/reduce.h) */
#endif
    int square_ready; /* square holds the covariance already, M x M with a zero diagonal (slow statistics) */
    real *square;     /* scratch, lpli_square_elements */
} R(lpli_rule_work_t);
#ifdef LPLI_NO_MALLOC
#define LPLI_TOTAL(w) ((w)->batch)
#else
#define LPLI_TOTAL(w) ((w)->total)
#endif

/* delta of one view; *decorr_loss is set if it is not NULL (0 without decorrelation). */
void R(lpli_rule_view)(const R(lpli_rule_work_t) * w, const R(lpli_view_t) * v, double share, double *decorr_loss);

/* L_pull from pull_sum. */
double lpli_pull_loss(const double *pull_sum, size_t units, size_t batch);

/* The rest, strip by strip: delta = f' times the rule's term (term.h). */
typedef struct R(lpli_combine_t) {
    const R(lpli_view_t) * v;
    int32_t rule;
    real pull, unit;
    int shared; /* delta holds already what comes of all units together */
    int competes, pulls;
    size_t rows;
} R(lpli_combine_t);
LPLI_KERNEL(void, lpli_combine, (const R(lpli_combine_t) * c, size_t first, size_t cols));

/* y = softmax(u / temperature) of n > 0 units; the sum of exponentials in double, over fixed lanes. */
LPLI_KERNEL(void, lpli_compete, (real * y, const real *u, size_t n, double temperature));

#endif
