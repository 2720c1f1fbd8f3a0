/* layer/layer.h - the insides of lpl_layer_t. */
#ifndef LPLI_LAYER_H
#define LPLI_LAYER_H

#include "activation/activation.h"
#include "linalg/gemm.h"
#include "lpl/layer.h"
#include "optim/optim.h"
#include "rule/rule.h"

/* A weight update goes through tiles of this size, so that the gradient of a tile is still in cache when the optimiser reads it. */
#define LPLI_UPDATE_ROWS 256
#define LPLI_UPDATE_COLS 512

/* Arrays marked (T) have the layer's dtype. n = n_pre, M = n_post, B = batch_max. Everything lives in one block, except borrowed weights. */
struct lpl_layer_t {
    lpl_layer_config_t cfg; /* complete: defaults resolved */
    lpli_rule_t rule;
    lpli_act_t act;
    lpli_gemm_t gemm;
    lpli_optim_t optim;  /* with the running products beta^t */
    void *block;         /* to free, or NULL in the caller's memory */
    size_t bytes;        /* of the whole layer */
    int32_t threads_max; /* there is scratch for so many */

    uint64_t step;     /* updates done */
    int32_t has_stale; /* STALE: mean and sigma2 hold a previous batch */
    size_t prev_batch; /* rows of prev; 0: none */
    double k_mean, k_sigma2; /* EWMA gain of one sample */

    void *w, *bias;         /* (T) M x n with leading dimension ldw; M. The layer's own, or borrowed */
    size_t ldw;
    void *own_w, *own_bias; /* (T) */
    void *m, *v;            /* (T) M x n: moments of the weights */
    void *bias_m, *bias_v;  /* (T) M */
    void *theta;            /* (T) M: BCM */
    double *mean, *sigma2;  /* M: STATE_MEAN, STATE_SIGMA2 */
    double *cov;            /* M x M: EWMA with decorrelation */
    void *prev;             /* (T) B x M: remembered response (CAUSAL) */

    /* scratch of one call */
    void *now, *past;                        /* (T) B x M: responses to x1 and x0 */
    void *delta[2], *zc, *square;            /* (T) B x M each (zc: 2 B with EWMA and a symmetric pair); rule.h */
    void *gain, *fprime_max, *dead, *decay;  /* (T) M */
    double *batch_mean[2], *batch_m2[2];     /* M: moments of view 0, 1 */
    double *use_mean, *use_sigma2;           /* M: the statistics that this call's rule uses */
    double *use_m2;                          /* M: sums that nobody reads (lpli_center_all) */
    double *pull_sum, *gauge;                /* M: rule.h; variances for the report */
    void *tiles;                             /* (T) one update tile for each thread */
};

/* Bytes of the layer's parts that do not depend on anything but the config. */
size_t lpli_elem(const lpl_layer_config_t *c);

/* Check and complete a config in place (defaults of act_p0, act_p1). */
lpl_status_t lpli_layer_check(lpl_layer_config_t *c, lpli_rule_t *rule, lpli_act_t *act, int32_t *isa, const char *fn);
/* Make a layer from a checked config; weights start at 0. Used by create and load. */
lpl_status_t lpli_layer_make(void *mem, size_t bytes, const lpl_layer_config_t *c, lpl_layer_t **out, const char *fn);

/* "layer 3 (step 17)" facts for messages come from these. */
lpl_status_t lpli_check_dtype(const lpl_layer_t *l, int32_t dtype, const char *fn);

/* z = f(W x + bias): used by forward and update; the same bits in both. */
void lpli_respond_f32(const lpl_layer_t *l, float *z, size_t ldz, const float *x, size_t ldx, size_t batch);
void lpli_respond_f64(const lpl_layer_t *l, double *z, size_t ldz, const double *x, size_t ldx, size_t batch);

/* Start values of config.init. */
void lpli_init_weights_f32(lpl_layer_t *l);
void lpli_init_weights_f64(lpl_layer_t *l);

/* Length of a named state, or an error if this layer has none such. */
lpl_status_t lpli_state_length(const lpl_layer_t *l, int32_t state, size_t *n, const char *fn);

#endif
