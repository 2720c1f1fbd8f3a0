/* rule/rule.c - the scalar parts of the rule: factors, gains, losses, report (equations: include/lpl/rule.h). */
#include <float.h>
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "rule/rule.h"

#ifndef LPLI_NO_RULES
extern const lpli_traits_t lpli_all_traits[LPLI_RULES];
const lpli_traits_t lpli_all_traits[LPLI_RULES] = {
    /* row k is rule k */
    [LPL_RULE_LPL] = {LPLI_TRAITS_OF_LPL},
    [LPL_RULE_HEBB] = {.losses = false},
    [LPL_RULE_HEBB_COVARIANCE] = {.centred = true},
    [LPL_RULE_OJA] = {.decays = true},
    [LPL_RULE_BCM] = {.theta = true},
    [LPL_RULE_SLOWNESS] = {.pulls = true, .needs_past = true},
    [LPL_RULE_SOFTHEBB] = {.inputs = true, .competes = true, .decays = true},
};
#endif

#ifndef LPLI_NO_RULES
/* Forms of the whole batch: of its own statistics alone. */
lpl_status_t lpli_rule_check_forms(const lpli_rule_t *r, const char *fn) {
    static const char *const names[][4] = {{"", "LPL_PULL_COSINE", "LPL_PULL_DIRECTPRED", "LPL_PULL_ISOLOSS"},
                                           {"LPL_PUSH_NEGATIVE", "LPL_PUSH_LOGDET"}};
    const int pull = lpli_pull_is_form(r);
    if (r->stats != LPL_STATS_BATCH)
        return lpli_fail(LPL_E_ARG, fn,
                         "%s = %s is a term of a whole batch, with the statistics of that batch: stats = %d, need "
                         "LPL_STATS_BATCH",
                         pull ? "pull_form" : "push_form",
                         pull ? names[0][r->pull_form] : names[1][r->push_form - LPL_PUSH_NEGATIVE], (int)r->stats);
    if (!lpli_predicts(r)) return LPL_OK;
    LPLI_TRY(lpli_check_finite(r->predictor_alpha, 0, DBL_MAX, fn, "predictor_alpha"));
    LPLI_TRY(lpli_check_finite(r->predictor_eps, 0, DBL_MAX, fn, "predictor_eps"));
    if (!(r->predictor_keep >= 0 && r->predictor_keep < 1))
        return lpli_fail(LPL_E_ARG, fn, "predictor_keep = %g, need 0 <= predictor_keep < 1", r->predictor_keep);
    if (!isfinite(pow(1 + r->predictor_eps, r->predictor_alpha)))
        return lpli_fail(LPL_E_ARG, fn,
                         "predictor_alpha = %g, predictor_eps = %g: need a finite (1 + predictor_eps)^predictor_alpha, "
                         "the predictor's largest eigenvalue",
                         r->predictor_alpha, r->predictor_eps);
    return LPL_OK;
}
#endif

lpl_status_t lpli_rule_check(const lpli_rule_t *r, double tau_theta, const char *fn) {
    LPLI_TRY(lpli_check_enum(r->rule, LPLI_RULES - 1, fn, "rule"));
#ifdef LPLI_NO_RULES
    if (r->rule != LPL_RULE_LPL || (uint32_t)r->push_form >= LPLI_PUSH_FORMS || r->pull_form != LPL_PULL_DIFFERENCE)
        return lpli_fail(LPL_E_UNSUPPORTED, fn,
                         "rule, push_form or pull_form: this liblpl was built with RULES=no, need LPL_RULE_LPL");
#else
    LPLI_TRY(lpli_check_enum(r->push_form, LPLI_PUSH_FORMS - 1, fn, "push_form"));
    LPLI_TRY(lpli_check_enum(r->pull_form, LPLI_PULL_FORMS - 1, fn, "pull_form"));
    if (lpli_has_forms(r)) LPLI_TRY(lpli_rule_check_forms(r, fn));
#endif
    LPLI_TRY(lpli_check_enum(r->form, LPL_FORM_REFERENCE, fn, "form"));
    LPLI_TRY(lpli_check_enum(r->norm, LPL_NORM_NEURON, fn, "norm"));
    LPLI_TRY(lpli_check_finite(r->pull, 0, DBL_MAX, fn, "pull"));
    LPLI_TRY(lpli_check_finite(r->push, 0, DBL_MAX, fn, "push"));
    LPLI_TRY(lpli_check_finite(r->decorr, 0, DBL_MAX, fn, "decorr"));
    LPLI_TRY(lpli_check_positive(r->eps, fn, "eps"));
    LPLI_TRY(lpli_check_finite(r->collapse_std, 0, DBL_MAX, fn, "collapse_std"));
    LPLI_TRY(lpli_check_positive(r->temperature, fn, "temperature"));
    return lpli_check_finite(tau_theta, 1, DBL_MAX, fn, "tau_theta");
}

lpl_status_t lpli_rule_singular(size_t at, int sample, double eps, const char *fn) {
    return lpli_fail(
        LPL_E_NONFINITE, fn,
        "LPL_PUSH_LOGDET: the covariance has no inverse, %s %zu is told by those before it and eps = %g is "
        "lost beside its variance; nothing has changed (need a larger eps, or smaller responses)",
        sample ? "sample" : "unit", at, eps);
}

/* Paper 1.5: N, alpha, beta. */
lpli_factors_t lpli_rule_factors(const lpli_rule_t *r, size_t units, size_t batch, double share) {
    const double M = (double)units, B = (double)batch;
    const double n = r->norm == LPL_NORM_LAYER ? M * B : B;
    const double twice = r->form == LPL_FORM_REFERENCE ? 2 : 1;
    const int ewma = r->stats == LPL_STATS_EWMA;
    const double alpha = ewma ? 1 : B / (B - 1);
    const double beta = units < 2 ? 0 : ewma ? 4 / (M - 1) : 4 * B / ((B - 1) * (M - 1));
    const lpli_traits_t *t = lpli_traits(r->rule);
    lpli_factors_t f;
    f.unit = t->centred && !ewma ? 1 / (B - 1) : 1 / B;
    f.pull = lpli_pull_is_form(r) ? 0 : t->losses ? twice * r->pull / n : t->pulls ? f.unit : 0;
    f.push = twice * r->push * share * alpha / n;
    f.decorr = r->decorr * share * beta / n;
    return f;
}

double lpli_push_gain(const lpli_rule_t *r, double sigma2) {
    if (lpli_push_is_form(r)) return 0;
    if (r->push_form == LPL_PUSH_NAIVE) return 1;
    if (r->push_form == LPL_PUSH_HINGE) {
        double s = sqrt(sigma2 + r->eps);
        return s < 1 ? 0.5 / s : 0;
    }
    return 1 / (sigma2 + r->eps);
}

double lpli_push_loss(const lpli_rule_t *r, const double *mean, const double *sigma2, const double *batch_mean,
                      const double *batch_m2, size_t units, size_t batch) {
    double loss = 0;
    for (size_t i = 0; i < units; i++) {
        if (batch_mean) { /* STALE: - sum_b (z - mean)^2 gain / (B - 1), whose gradient has the usual form */
            double d = batch_mean[i] - mean[i];
            loss -= (batch_m2[i] + (double)batch * d * d) / ((double)batch - 1) * lpli_push_gain(r, sigma2[i]);
        } else if (r->push_form == LPL_PUSH_NAIVE) {
            loss -= sigma2[i];
        } else if (r->push_form == LPL_PUSH_HINGE) {
            loss += fmax(0, 1 - sqrt(sigma2[i] + r->eps));
        } else {
            loss -= log(sigma2[i] + r->eps);
        }
    }
    return loss / (double)units;
}

double lpli_pull_loss(const double *pull_sum, size_t units, size_t batch) {
    double s = 0;
    for (size_t i = 0; i < units; i++) s += pull_sum[i];
    return s / ((double)units * (double)batch);
}

double lpli_total_loss(const lpli_rule_t *r, double pull, double push, double decorr, size_t units) {
    if (!lpli_traits(r->rule)->losses) return 0; /* the comparison rules are not derived from these losses */
    const double half = r->form == LPL_FORM_REFERENCE ? 1 : 0.5, scale = r->norm == LPL_NORM_NEURON ? (double)units : 1;
    return scale * (half * r->pull * pull + half * r->push * push + r->decorr * decorr);
}

int lpli_prefers_gram(uint64_t units, uint64_t batch) {
    /* Half the flop at batch = units / 2. For small layers the covariance is as fast, and exact where a single unit
     * varies. */
    return units >= 128 && batch <= units / 2;
}

uint64_t lpli_square_elements(const lpli_rule_t *r, uint64_t units, uint64_t batch_max) {
    if (!lpli_decorrelates(r, units)) return 0;
    if (r->stats == LPL_STATS_EWMA || !lpli_prefers_gram(units, batch_max)) return units * units;
    return batch_max * batch_max;
}

lpl_status_t lpli_report_fill(lpl_report_t *report, const lpli_rule_t *r, const lpli_losses_t *loss,
                              const double *sigma2, size_t units) {
    const double limit = r->collapse_std * r->collapse_std;
    uint64_t collapsed = 0;
    for (size_t i = 0; i < units; i++) collapsed += sigma2[i] < limit;
    const lpl_status_t status = collapsed == units && units > 0 ? LPL_COLLAPSED : LPL_OK;
    if (!report) return status;
    double smallest = sqrt(sigma2[0]), sum = 0;
    for (size_t i = 0; i < units; i++) {
        double s = sqrt(sigma2[i]);
        smallest = s < smallest ? s : smallest;
        sum += s;
    }
    lpl_report_t full = {
        .size = report->size,
        .status = status,
        .pull = loss->pull,
        .push = loss->push,
        .decorr = loss->decorr,
        .total = lpli_total_loss(r, loss->pull, loss->push, loss->decorr, units),
        .mean_activity = loss->mean_activity,
        .min_std = smallest,
        .mean_std = sum / (double)units,
        .n_collapsed = collapsed,
        .n_dead = loss->n_dead,
        .step = loss->step,
    };
    lpli_report_copy(report, &full);
    return status;
}

int lpli_report_is_finite(const lpl_report_t *r) {
    return isfinite(r->pull) && isfinite(r->push) && isfinite(r->decorr) && isfinite(r->total) &&
           isfinite(r->mean_activity) && isfinite(r->min_std) && isfinite(r->mean_std);
}

void lpli_report_copy(lpl_report_t *report, const lpl_report_t *full) {
    const uint32_t size = report->size;
    memcpy(report, full, size < sizeof *full ? size : sizeof *full);
    report->size = size;
}
