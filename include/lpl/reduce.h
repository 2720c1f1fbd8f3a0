/* lpl/reduce.h - learning on several ranks: a function of the host sums arrays over them. liblpl knows no MPI; the hook
 * may be MPI_Allreduce, threads of one process, or anything that leaves the same result in every rank's array.
 *
 * Each rank holds a layer of the same configuration and weights and calls lpl_update with its own rows. Together these
 * are one batch: moments, covariances, terms of the whole batch, gradient and report are those of all rows, and every
 * rank takes the same step, so the layers stay equal to the bit.
 *
 * The bits do not depend on the number of ranks, nor on the order in which the hook adds. Rows are worked on in chunks
 * of a fixed number (config.chunk): a product is never of more rows than that. What chunks give is added in fixed
 * point,
 *
 *   sum_k p_k = q sum_k trunc(p_k / q),   q = 2^(e - 61),  2^e >= a bound of sum_k |p_k|
 *
 * with integers of 64 bits, whose sum does not depend on any order. The bound comes from largest magnitudes, of which
 * the hook takes the maximum first. One rank with a hook gives the bits of N ranks; those of a layer without one it
 * does not (another order of rounding). K chunks and R rows together, S units:
 *
 *   a sum over responses    error < K q,  2^e <= 4 R max|z_i|;  of squared deviations 4 R (max z_i - min z_i)^2
 *   a covariance            error < K q / R,  2^e <= 8 R times the ranges of both units
 *   a gradient              error < K q,  2^e <= 8 R max|delta_i| max|x| (convolution: of f' too; POSITIONS: times
 *                           those)
 *
 * beside the rounding of the products of a chunk, which are of the layer's type (covariances of EWMA: of doubles).
 * 2^-61 is 4e-19: with 16 chunks and a gradient 1/1000 of its bound the error is 7e-15 of it (float: 6e-8 by its own
 * rounding).
 *
 * All ranks make the same calls in the same order, and each call makes the same sequence of reductions on every rank,
 * whatever its data. The first one of each call also asks whether all agree: if a rank refuses its arguments, it
 * returns why, and all others LPL_E_REDUCE; if two are in different steps, have other configurations or make different
 * calls, all return LPL_E_REDUCE. Nothing has changed then, anywhere. A rank without rows takes part with batch = 0.
 * Only a call that has no layer (NULL) cannot take part; then the others wait, as they do for a rank that has ended:
 * time limits are the hook's affair.
 */
#ifndef LPL_REDUCE_H
#define LPL_REDUCE_H

#include "stack.h"
#include "stats.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a hook does with the arrays of all ranks, element by element. */
enum {
    LPL_REDUCE_SUM = 0,
    LPL_REDUCE_MAX = 1
};

/* Of what. SUM comes with INT64 (no sum overflows), with LPL_REDUCE_FLOAT also with the other two; MAX with FLOAT64,
 * and no element of it is NaN. */
enum {
    LPL_REDUCE_INT64 = 0,
    LPL_REDUCE_FLOAT64 = 1,
    LPL_REDUCE_FLOAT32 = 2
};

/* Reduce data[0..n-1] (LPL_REDUCE_INT64, ...; aligned to its elements) over all ranks, in place, by op; n >= 1, the
 * same on every rank. Returns 0, or anything else for a failure: the call that asked for it returns LPL_E_REDUCE. */
typedef int32_t (*lpl_reduce_fn)(void *data, size_t n, int32_t type, int32_t op, void *user);

/* The same in two halves, so that a layer's gradient is on its way while the next layer computes. start returns at
 * once; data must be left alone until finish, which waits for it. *request, NULL before, is the host's: finish gets
 * what start has left there. Every start that returned 0 is followed by one finish, in the order of the starts;
 * between them other reductions are started, and reductions by lpl_reduce_fn are made (MPI_Iallreduce and MPI_Wait, on
 * one communicator). */
typedef int32_t (*lpl_reduce_start_fn)(void *data, size_t n, int32_t type, int32_t op, void **request, void *user);
typedef int32_t (*lpl_reduce_finish_fn)(void *request, void *user);

/* Bits of lpl_reduce_config_t.flags. */
enum {
    LPL_REDUCE_FLOAT = 1 /* add in floating point: chunks play no role, a gradient travels in the layer's own type (half
                            the bytes of a float32 layer), and the bits depend on the number of ranks and the hook's
                            order */
};

typedef struct lpl_reduce_config_t {
    uint32_t size;  /* sizeof(lpl_reduce_config_t), set by lpl_reduce_config_init */
    uint32_t flags; /* 0 (default) or LPL_REDUCE_FLOAT */
    uint64_t chunk; /* rows of a chunk, 1 .. 2^31 (default 32); batch of every rank's calls is a whole number of them */
} lpl_reduce_config_t;

/* Fill *cfg with defaults. size = sizeof *cfg as the caller was compiled.
 * Returns LPL_OK, LPL_E_NULL, LPL_E_VERSION. Thread class: any. Since 0.1.1. */
LPL_API lpl_status_t lpl_reduce_config_init(lpl_reduce_config_t *cfg, size_t size);

/* From now on lpl_update and lpl_gradient of this layer are of the rows of all ranks. Memory for it is taken here:
 * 8 bytes for each weight, and what docs/reduce.md says.
 *   cfg     NULL: no hook any more, memory is given back (also by lpl_layer_destroy); the other arguments must be NULL
 *   fn      the hook; not NULL
 *   start, finish   its non-blocking form, or both NULL. Used by lpl_stack_update
 *   user    handed to the hook
 * Makes no reduction, so ranks may call it at any time. batch of lpl_update: 0 .. batch_max rows of this rank, a whole
 * number of chunks (LPL_E_SIZE); all ranks together at least 2 (EWMA: 1). A remembered response is of this rank's rows;
 * forgotten rows likewise. With decorr the covariance is always formed (M x M, never the samples' matrix).
 * lpl_update_online is refused (LPL_E_ORDER). A hook is no part of the state: lpl_layer_load gives a layer without one,
 * lpl_layer_copy leaves that of dst. Weights, moments and statistics are the same on every rank, so the file of one is
 * that of all: a run may go on with another number of ranks (the remembered response, LPL_STATE_PREV, is in the order
 * of ranks).
 * Returns LPL_OK, LPL_E_NULL, LPL_E_ARG (flags), LPL_E_ORDER (start values still to be scaled,
 * LPL_INIT_UNIT_VARIANCE: the first update is made without a hook), LPL_E_SIZE (chunk: more than batch_max),
 * LPL_E_UNSUPPORTED (exponential statistics with LPL_SEES_POSITIONS), LPL_E_VERSION, LPL_E_MEMORY
 * (the layer is as before). Exclusive access. Since 0.1.1. */
LPL_API lpl_status_t lpl_layer_set_reduce(lpl_layer_t *l, const lpl_reduce_config_t *cfg, lpl_reduce_fn fn,
                                          lpl_reduce_start_fn start, lpl_reduce_finish_fn finish, void *user);

/* The same for every layer of a stack. lpl_stack_update then starts the reduction of each layer's gradient and goes on
 * to the next layer; layers make their steps at the end, in order. If one fails, those before it have learned, and it
 * and those after it have not, on every rank alike. Returns as above. Since 0.1.1. */
LPL_API lpl_status_t lpl_stack_set_reduce(lpl_stack_t *s, const lpl_reduce_config_t *cfg, lpl_reduce_fn fn,
                                          lpl_reduce_start_fn start, lpl_reduce_finish_fn finish, void *user);

/* The same for a tracker: lpl_stats_update of it, and nothing else, is of the rows of all ranks, which hold trackers of
 * one configuration that have seen the same. batch: 0 .. batch_max rows of this rank, a whole number of chunks
 * (LPL_E_SIZE); all ranks together at least 2 (EWMA, ALL: 1). Count, mean, variances and covariance are those of all
 * rows, the same bits on every rank and on any number of them; EWMA takes them in as one batch.
 *   mean        error < K q / R
 *   variance    error < K q / R (sums of squared deviations: K q); covariance likewise
 * with q as above and products in double, for float32 too. Reductions: 9 numbers and M means (sum), 2 M + 1 (max), M
 * squares and, with covariance, M (M + 1) / 2 products (sum), 8 bytes each. With start and finish the squares are on
 * their way while the products are formed. Cost beside the hook: a conversion of each product and chunk. Memory, taken
 * here: 40 bytes a unit, with covariance 8 M (M + 1) / 2 + 8 M more.
 * A hook is no part of the state: lpl_stats_load gives a tracker without one, lpl_stats_merge adds what this rank has.
 * The file of one rank is that of all: a run may go on with another number of ranks.
 * Returns LPL_OK, LPL_E_NULL, LPL_E_ARG (flags), LPL_E_SIZE (chunk: more than batch_max), LPL_E_VERSION, LPL_E_MEMORY
 * (the tracker is as before). Exclusive access. Since 0.1.1. */
LPL_API lpl_status_t lpl_stats_set_reduce(lpl_stats_t *s, const lpl_reduce_config_t *cfg, lpl_reduce_fn fn,
                                          lpl_reduce_start_fn start, lpl_reduce_finish_fn finish, void *user);

#ifdef __cplusplus
}
#endif
#endif
