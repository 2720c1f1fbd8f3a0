/* rule/term.h - the term of each rule, before f': each stands here once (equations: include/lpl/rule.h). The file that
 * includes this says in which type sums are formed:
 *   #define acc real      a batch (rule_kernel.c)
 *   #define acc double    one sample at a time (layer/online_kernel.c), where a slow average must not stall */
#ifndef LPLI_TERM_H
#define LPLI_TERM_H

#include "rule/rule.h"

/* What the term of n units is made of. */
typedef struct term_t {
    const real *z, *z_prev; /* z_prev NULL: none, or a rule without it */
    const real *theta;      /* thresholds */
    const double *mean;
    const acc *gain;   /* of z - mean: LPL */
    const acc *shared; /* what comes of all units together: LPL: the lateral term, or NULL; SOFTHEBB: y */
    acc unit, pull;    /* lpli_factors_t */
} term_t;

static inline void form_term(acc *d, int32_t rule, const term_t *t, size_t n) {
    const real *z = t->z, *z_prev = t->z_prev, *theta = t->theta;
    const double *mean = t->mean;
    const acc *gain = t->gain, *shared = t->shared, unit = t->unit, pull = t->pull;
#define EACH_UNIT for (size_t i = 0; i < n; i++)
    switch (lpli_present_rule(rule)) {
    case LPL_RULE_LPL:
        if (shared)
            EACH_UNIT d[i] = shared[i] + gain[i] * (acc)((double)z[i] - mean[i]);
        else
            EACH_UNIT d[i] = gain[i] * (acc)((double)z[i] - mean[i]);
        break;
    case LPL_RULE_HEBB:
    case LPL_RULE_OJA: EACH_UNIT d[i] = unit * (acc)z[i]; break;
    case LPL_RULE_HEBB_COVARIANCE: EACH_UNIT d[i] = unit * (acc)((double)z[i] - mean[i]); break;
    case LPL_RULE_BCM: EACH_UNIT d[i] = unit * ((acc)z[i] * ((acc)z[i] - (acc)theta[i])); break;
    case LPL_RULE_SOFTHEBB: EACH_UNIT d[i] = unit * shared[i]; break;
    default: EACH_UNIT d[i] = 0; break; /* SLOWNESS: the difference below is all */
    }
    if (z_prev) EACH_UNIT d[i] -= pull * ((acc)z[i] - (acc)z_prev[i]);
#undef EACH_UNIT
}

#endif
