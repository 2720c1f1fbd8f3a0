/* stats/stats.h - the tracker's insides, and what the rule needs to see of it. */
#ifndef LPLI_STATS_H
#define LPLI_STATS_H

#include "core/arena.h"
#include "core/real.h"
#include "linalg/gemm.h"
#include "lpl/stats.h"

struct lpl_stats_t {
    lpl_stats_config_t cfg;
    size_t bytes; /* of this block */
    lpli_gemm_t gemm;
    double count; /* rows behind the present values (EWMA: seen so far) */
    double *mean; /* M */
    double *m2;   /* M: sum of squared deviations; EWMA: the variance itself */
    double *cov;  /* M x M, EWMA: covariance, ALL: sums of products of deviations; NULL in BATCH and STALE, or without
                covariance */
    double *new_mean; /* scratch, M: moments of the batch that comes in */
    double *new_m2;   /* scratch, M */
    double *gram;     /* M x M: sums of products of deviations of the last batch; BATCH, STALE: the state itself */
    double *zc;       /* scratch, batch_max x M; gram and zc NULL without covariance */
    double *spare; /* scratch, M x M, BATCH and STALE with covariance: where a new gram is made before it replaces the
                      old */
#ifndef LPLI_NO_MALLOC
    struct lpli_stats_reduce_t *reduce;  /* reduce/tracker.c: with a hook, else NULL */
    void (*forget_hook)(lpl_stats_t *s); /* gives its memory back */
#endif
};

int32_t lpli_stats_mode(const lpl_stats_t *s);

/* Copy mean and variance of n units (as the rule divides by) and, if cov is given, point to the M x M covariance of an
 * EWMA or ALL tracker, to be multiplied by *cov_scale. Fails if the sizes differ, nothing was seen yet, or there is no
 * covariance. */
lpl_status_t lpli_stats_for_rule(const lpl_stats_t *s, double *mean, double *sigma2, const double **cov,
                                 double *cov_scale, size_t n, const char *fn);

/* cfg complete -> all that follows from it; decided -> a tracker, count as decided, arrays 0 (core/object.h); start
 * values. Shared with load. */
lpl_status_t lpli_stats_decide(lpl_stats_t *s, const char *fn);
lpl_status_t lpli_stats_make(const lpl_stats_t *decided, lpl_stats_t **out, const char *fn);
void lpli_stats_start(lpl_stats_t *s);
void lpli_stats_lay_out(void *object, lpli_arena_t *a);

/* Take in a batch whose moments are in new_mean, new_m2 and (with covariance) gram, by mode. LPL_E_NONFINITE: something
 * would overflow, nothing has changed. */
lpl_status_t lpli_stats_take(lpl_stats_t *s, double n, const double *mean, const double *m2, const double *gram,
                             const char *fn);

#endif
