/* lpl/stats.h - running mean, variance and covariance of responses: the "slow" quantities of the rule (theory 1.6).
 *
 * A tracker watches M units. Rows of z are samples, columns are units. Moments are kept in double for both dtypes and
 * computed in two passes or by Welford-type updates, so that an offset costs no accuracy (float32: mean 1e4, sd 0.1;
 * float64: mean 1e6, sd 1e-3) and slow trackers never stall.
 *
 *   mode               mean after an update with a batch of B rows                    variance
 *   LPL_STATS_BATCH    mean_b z                                                       of this batch around its mean
 *   LPL_STATS_STALE    as BATCH; a rule that reads it before the next update uses the previous batch (theory 1.6 b)
 *   LPL_STATS_EWMA     m += (mean_b z - m) (1 - exp(-B/tau_mean))                     s += (mean_b (z-m')^2 - s) (1 -
 *                      exp(-B/tau_sigma2))
 *   LPL_STATS_ALL      over all rows since create or reset                            likewise
 * tau in samples; with B = 1 this is m += (z - m)(1 - exp(-1/tau)). In EWMA mode m' is the mean after its own update;
 * the start values are mean_init and sigma2_init. A batch in EWMA mode counts as B samples taken at once (their order
 * does not matter), which is what makes partial statistics mergeable.
 */
#ifndef LPL_STATS_H
#define LPL_STATS_H

#include "state.h"
#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A tracker. Calls that take a const pointer may run together on any threads; others need exclusive access. */
typedef struct lpl_stats_t lpl_stats_t;

enum {
    LPL_STATS_BATCH = 0,
    LPL_STATS_STALE = 1,
    LPL_STATS_EWMA = 2,
    LPL_STATS_ALL = 3
};

/* What lpl_stats_read copies out. n = number of doubles. */
enum {
    LPL_STATS_MEAN = 0,               /* n_units */
    LPL_STATS_SIGMA2 = 1,             /* n_units: the variance that the rule divides by: unbiased (count - 1) in BATCH,
                                         STALE, ALL; EWMA's own in EWMA */
    LPL_STATS_SIGMA2_POPULATION = 2,  /* n_units: divisor count (EWMA: the same as SIGMA2) */
    LPL_STATS_COVARIANCE = 3,         /* n_units * n_units, row-major, symmetric; divisor as SIGMA2 */
    LPL_STATS_COUNT = 4,              /* 1: rows behind the present values (EWMA: rows seen so far) */
    LPL_STATS_N_UNITS = 5,            /* 1: n_units, for hosts that have loaded the tracker */
    LPL_STATS_DTYPE = 6               /* 1: LPL_F32 or LPL_F64 */
};

typedef struct lpl_stats_config_t {
    uint32_t size;       /* sizeof(lpl_stats_config_t), set by lpl_stats_config_init */
    uint32_t flags;      /* 0 */
    int32_t dtype;       /* LPL_F32 (default) or LPL_F64: element type of z */
    int32_t mode;        /* LPL_STATS_BATCH (default), ... */
    uint64_t n_units;    /* M, 1 .. 2^31; no default */
    uint64_t batch_max;  /* most rows of one update call, >= 1 (default 1) */
    int32_t covariance;  /* 0 (default): mean and variance only; 1: full covariance too, O(M^2) memory */
    int32_t threads;     /* >= 1 (default 1); results do not depend on it */
    double tau_mean;     /* samples, >= 2; EWMA (default 1000) */
    double tau_sigma2;   /* samples, >= 2; EWMA, variance and covariance (default 1000) */
    double mean_init;    /* EWMA start value of every mean (default 0) */
    double sigma2_init;  /* EWMA start value of every variance, >= 0 (default 1); covariances start at 0 */
    int32_t isa;         /* LPL_ISA_AUTO (default), ... */
    int32_t reserved;    /* 0 */
} lpl_stats_config_t;

/* Fill *cfg with defaults. size = sizeof *cfg as the caller was compiled; all size bytes are set.
 * Returns LPL_OK, LPL_E_NULL, LPL_E_VERSION (size too small or over 64 KiB). Thread class: any. Since 0.1. */
LPL_API lpl_status_t lpl_stats_config_init(lpl_stats_config_t *cfg, size_t size);

/* Make a tracker on malloc'ed memory; all memory is taken here. *out is set only on success.
 * Returns LPL_OK, LPL_E_NULL, LPL_E_ARG, LPL_E_UNITS (tau below 2 samples), LPL_E_SIZE, LPL_E_VERSION,
 * LPL_E_UNSUPPORTED, LPL_E_MEMORY. Since 0.1. */
LPL_API lpl_status_t lpl_stats_create(const lpl_stats_config_t *cfg, lpl_stats_t **out);

/* Free a tracker; NULL is fine. */
LPL_API void lpl_stats_destroy(lpl_stats_t *s);

/* Take in a batch: rows b = 0 .. batch-1, z[b*ldz + i], ldz >= n_units, 1 <= batch <= batch_max (BATCH and STALE: batch
 * >= 2). Returns LPL_OK, LPL_E_NULL, LPL_E_SIZE, LPL_E_DTYPE, LPL_E_NONFINITE (z, or a mean, variance or covariance
 * would be; the tracker is unchanged).
 * With a hook (lpl_stats_set_reduce, reduce.h) the batch is that of all ranks; LPL_E_REDUCE then.
 * Exclusive access. Allocates nothing. Cost O(batch M), with covariance O(batch M^2), in double for both dtypes.
 * Since 0.1. */
LPL_API lpl_status_t lpl_stats_update(lpl_stats_t *s, const float *z, size_t ldz, size_t batch);
LPL_API lpl_status_t lpl_stats_update_f64(lpl_stats_t *s, const double *z, size_t ldz, size_t batch);

/* Combine partial statistics: as if dst had seen the rows behind src too, up to rounding (Chan, Golub & LeVeque 1983).
 *   src   BATCH, STALE or ALL tracker with as many units, and a covariance if dst has one
 *   dst   BATCH, STALE, ALL: the union of both sets of rows;  EWMA: src's rows become one update with a batch
 * So each thread or rank keeps a BATCH tracker, these are merged in a fixed order, and the result goes into the EWMA
 * one. An empty src changes nothing. Returns LPL_OK, LPL_E_NULL, LPL_E_ARG, LPL_E_SIZE, LPL_E_NONFINITE (dst is
 * unchanged). Exclusive access to dst, shared to src. Since 0.1. */
LPL_API lpl_status_t lpl_stats_merge(lpl_stats_t *dst, const lpl_stats_t *src);

/* Copy a quantity out (LPL_STATS_MEAN ...) into dst[0..n-1], always double. n must be exactly its length.
 * Returns LPL_OK, LPL_E_NULL, LPL_E_ARG, LPL_E_SIZE, LPL_E_ORDER (nothing seen yet, or one row where an unbiased
 * variance is asked for). Shared access. Since 0.1. */
LPL_API lpl_status_t lpl_stats_read(const lpl_stats_t *s, double *dst, size_t n, int32_t what);

/* Forget everything: back to the state after create. Exclusive access. Since 0.1. */
LPL_API lpl_status_t lpl_stats_reset(lpl_stats_t *s);

/* Save to / load from the host's functions (state.h). load trusts nothing: it refuses to allocate more than max_bytes
 * (0 = 1 GiB) and checks every length and checksum first. On failure *out is untouched.
 * Returns LPL_OK, LPL_E_NULL, LPL_E_IO; save: LPL_E_NONFINITE (a mean or variance has overflowed; nothing was written);
 * load: LPL_E_FORMAT, LPL_E_VERSION, LPL_E_MEMORY. Since 0.1. */
LPL_API lpl_status_t lpl_stats_save(const lpl_stats_t *s, lpl_write_fn write, void *user);
LPL_API lpl_status_t lpl_stats_load(lpl_read_fn read, void *user, size_t max_bytes, lpl_stats_t **out);

#ifdef __cplusplus
}
#endif
#endif
