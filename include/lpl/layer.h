/* lpl/layer.h - lpl_layer_t: a layer that owns weights, statistics and optimiser state, and learns by itself.
 *
 *   a = W x + bias,  z = f(a)          W is n_post x n_pre, post-major: w[i*ldw + j] is the weight from pre j to post i
 *   a = W * x + bias, z = pool(f(a))   a convolution: x is channels x height x width (NCHW), W n_post x
 *                                      (channels/groups x kernel), z a map
 *   delta by the rule of rule.h,  gradient G = - sum_b delta^b x^b' ,  W by the optimiser of optim.h
 *
 * A deep network is the host's loop over layers; no signal passes between them but z.
 *
 * Mini-batches: lpl_update on pairs (x0 = a moment ago or one view, x1 = now or the other view).
 * Streams: lpl_update_online, one sample per call, exponential statistics.
 * Layers share nothing: different layers may be used by different threads without locks. On one layer, calls that take
 * a const pointer may run together, all others need exclusive access. lpl_update, lpl_update_online and lpl_gradient
 * allocate nothing (memory is taken at create), print nothing, and give the same bits for any number of threads.
 * Every call validates everything before it writes anything; on error nothing has changed. The one exception is
 * LPL_E_NONFINITE from lpl_update_online, see there.
 *
 * Divergence. A call that would leave a weight, bias, moment, statistic, threshold or parameter of the head NaN or
 * infinite, or hand out a gradient or report that holds one, returns LPL_E_NONFINITE, and the sentence names layer,
 * unit and step. Nothing has changed (no weights, moments, statistics, step count or remembered response), so the last
 * good state can be saved. Large finite values are no error. In the modes FROZEN and TRACK no weight is written
 * whatever the input, and none with eta = 0 (but by LPL_INIT_UNIT_VARIANCE): then SGD computes no gradient at all;
 * momentum and Adam go on with their moments (a warm-up may start at 0) and refuse a step that would make those
 * infinite.
 */
#ifndef LPL_LAYER_H
#define LPL_LAYER_H

#include "activation.h"
#include "optim.h"
#include "rule.h"
#include "state.h"
#include "stats.h"
#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lpl_layer_t lpl_layer_t;

enum {
    LPL_LAYER_DENSE = 0,
    LPL_LAYER_CONV2D = 1
};

/* What x0 and x1 of lpl_update are.
 *   CAUSAL     x0 is the past: its response is a constant (stop-gradient), x1's view learns (article)
 *   SYMMETRIC  two views: both learn, push and decorr halved in each (the published code's deep networks; theory
 *              1.5) */
enum {
    LPL_PAIR_CAUSAL = 0,
    LPL_PAIR_SYMMETRIC = 1
};

/* Start values of weights and biases. UNIFORM: +-1/sqrt(n_pre) (PyTorch's default), weight (i, j) from draw i*n_pre + j
 * of (seed, stream), bias i from draw n_post*n_pre + i (random.h); ZERO: all 0, for a host that writes its own.
 *
 * UNIT_VARIANCE (since 0.1.1): as UNIFORM, and the first lpl_update in mode LEARN scales the weights and the bias of
 * each unit by one positive factor, before it learns, so that the unit's responses to x1 have variance 1 over the batch
 * (n - 1; SEES_POSITIONS: mean variance of its positions; SEES_HEAD: the pooled responses, then the head's hidden
 * units, then its outputs). A unit that does not vary there keeps its values. In a stack the layers above see the
 * scaled responses, so they are scaled layer by layer on one batch. It happens once, whatever eta, whoever wrote the
 * values (borrowed ones are scaled where they are), and not at all if that update is refused. Until then lpl_forward
 * and lpl_gradient take the values as they are, FROZEN and TRACK leave them so, a state file keeps what is to come
 * (0.1.0 refuses such a file; after that update it is like any other), lpl_update_online and a first update of one row
 * are LPL_E_ORDER, and lpl_layer_copy from a layer that waits for nothing ends the waiting. For LINEAR, RELU and
 * LEAKY_RELU, which scale with their input, and batch_max >= 2: else LPL_E_ARG. Takes memory for a second copy of the
 * start values. Not in a build with RULES=no. Deep responses of UNIFORM values start at 1e-3 and below, where Adam's
 * first steps, which know no scale, kill units (docs/layer.md). */
enum {
    LPL_INIT_UNIFORM = 0,
    LPL_INIT_ZERO = 1,
    LPL_INIT_UNIT_VARIANCE = 2
};

/* What the loss of a convolutional layer looks at.
 *   POOLED     the mean of each channel over positions (theory 4.1)
 *   POSITIONS  every position ("no pooling", theory 4.6): pull and push per channel and position, decorrelation of
 *              channels with all positions as samples. Exponential statistics (since 0.1.1): mean and sigma2 of
 *              each channel and position; a covariance of channels, n_post x n_post, that takes in every position of
 *              every row around the channel's mean (that of its positions' means), tau counting rows, not positions
 *   HEAD       linear - relu - linear - relu on the pooled responses (projector, theory 4.6), trained by the same loss;
 *              its gradient stays in this layer */
enum {
    LPL_SEES_POOLED = 0,
    LPL_SEES_POSITIONS = 1,
    LPL_SEES_HEAD = 2
};

/* Bits of lpl_layer_config_t.flags. */
enum {
    LPL_FLAG_BATCH_INVARIANT = 1, /* a row of z has the same bits whatever the batch around it; slower for small
                                     batches */
    LPL_FLAG_WINOGRAD_4X4 = 2     /* float32 convolutions 3 x 3 of stride 1 on maps of 8 x 8 and more may take fewer
                                     products (up to 4 times fewer than direct sums) with an error some 5 times larger;
                                     nothing changes where that cannot be or does not pay, nor in other layers
                                     (docs/layer.md). Since 0.1.1 */
};

/* Sets of constants: every field but sizes, dtype, activation's parameters, seed, stream, threads, label and isa. */
enum {
    LPL_PRESET_ERRATUM = 0,   /* corrected rule of the article: CAUSAL, ERRATUM form, batch statistics, pull 1, push 1,
                                 decorr 1, eps 1e-4, SGD eta 1e-2 */
    LPL_PRESET_REFERENCE = 1, /* published deep networks (theory 4.2, 4.4): SYMMETRIC, REFERENCE form, decorr 10, relu,
                                 Adam 1e-3, weight decay 1.5e-6 */
    LPL_PRESET_TOY2D = 2,     /* theory 3.2: linear, no bias, CAUSAL, REFERENCE form, eps 1e-8, decorr 0, SGD 1e-2,
                                 weight decay 0.15 */
    LPL_PRESET_STREAM = 3     /* online: CAUSAL, ERRATUM form, NEURON norm, exponential statistics of 1000 samples,
                                 decorr 0, SGD 1e-3, weight decay 1e-3 */
};

typedef struct lpl_layer_config_t {
    uint32_t size;        /* sizeof(lpl_layer_config_t), set by lpl_layer_config_init */
    uint32_t flags;       /* LPL_FLAG_* or-ed together (default 0) */
    int32_t kind;         /* LPL_LAYER_DENSE (default), LPL_LAYER_CONV2D */
    int32_t dtype;        /* LPL_F32 (default), LPL_F64 */
    uint64_t n_pre;       /* inputs, 1 .. 2^31; no default */
    uint64_t n_post;      /* units, 1 .. 2^31; no default */
    uint64_t batch_max;   /* most rows of one lpl_update or lpl_gradient, >= 1 (default 1) */
    int32_t activation;   /* LPL_ACT_* (default LINEAR) */
    int32_t bias;         /* 1 (default): a bias per unit; 0: none */
    int32_t rule;         /* LPL_RULE_* (default LPL) */
    int32_t form;         /* LPL_FORM_* (default ERRATUM) */
    int32_t norm;         /* LPL_NORM_* (default LAYER) */
    int32_t push_form;    /* LPL_PUSH_* (default LOGVAR) */
    int32_t pair;         /* LPL_PAIR_* (default CAUSAL) */
    int32_t stats;        /* LPL_STATS_BATCH (default), STALE or EWMA */
    double act_p0;        /* activation.h; 0 (default): 0.01 for LEAKY_RELU, 2 for SATURATING */
    double act_p1;        /* activation.h; 0 (default): 80 for SATURATING */
    double pull;          /* rule.h (default 1) */
    double push;          /* rule.h (default 1) */
    double decorr;        /* rule.h (default 1) */
    double eps;           /* rule.h, > 0 (default 1e-4) */
    double tau_mean;      /* samples, >= 2 (default 1000); EWMA */
    double tau_sigma2;    /* samples, >= 2 (default 1000); EWMA: variance and covariance */
    double mean_init;     /* EWMA: start value of every mean (default 0) */
    double sigma2_init;   /* EWMA: start value of every variance, >= 0 (default 1) */
    double tau_theta;     /* BCM, batches, >= 1 (default 10); theta is kept in double (0.1.0: in dtype, where a long
                             average stalls) */
    double theta_init;    /* BCM: start value of every threshold (default 1) */
    double collapse_std;  /* rule.h, >= 0 (default 1e-3) */
    int32_t optim;        /* LPL_OPTIM_* (default SGD) */
    int32_t mode;         /* LPL_MODE_* (default LEARN) */
    double eta;           /* learning rate, >= 0 (default 1e-2) */
    double momentum;      /* optim.h (default 0.9) */
    double beta1;         /* optim.h (default 0.9) */
    double beta2;         /* optim.h (default 0.999) */
    double adam_eps;      /* optim.h (default 1e-8) */
    double weight_decay;  /* on weights, never on biases, >= 0 (default 0) */
    uint64_t seed;        /* start values (default 0) */
    uint64_t stream;      /* start values: give each layer its own (default 0) */
    int32_t init;         /* LPL_INIT_* (default UNIFORM) */
    int32_t threads;      /* OpenMP threads of an update, 1 .. 1024 (default 1: none are started) */
    int32_t isa;          /* LPL_ISA_* (default AUTO) */
    int32_t label;        /* the host's number for this layer, named in messages (default 0) */
    /* LPL_LAYER_CONV2D only */
    uint32_t channels;    /* of the input (default 0); n_pre is channels * height * width (0: filled in), n_post the
                             output channels */
    uint32_t height;      /* of the input map, 1 .. 65535 (default 0) */
    uint32_t width;       /* of the input map, 1 .. 65535 (default 0) */
    uint32_t kernel_h;    /* >= 1 (default 3) */
    uint32_t kernel_w;    /* >= 1 (default 3) */
    uint32_t stride;      /* >= 1 (default 1) */
    uint32_t padding;     /* zeros on each side, < kernel (default 1) */
    uint32_t groups;      /* divides channels and n_post (default 1) */
    uint32_t pool;        /* 1: none (default), 2: 2 x 2 maximum, stride 2, odd sizes floored */
    int32_t sees;         /* LPL_SEES_*: what the loss looks at (default POOLED) */
    uint32_t head_hidden; /* LPL_SEES_HEAD: hidden units of the projection head, >= 1 (default 0) */
    uint32_t head_out;    /* LPL_SEES_HEAD: its outputs, >= 1 (default 0) */
    /* any kind */
    double temperature;   /* SOFTHEBB, > 0 (default 1); since 0.1.1 */
    int32_t pull_form;    /* LPL_PULL_* (default DIFFERENCE); since 0.1.1, as all below */
    int32_t reserved;     /* 0 */
    double predictor_alpha; /* DIRECTPRED, ISOLOSS: exponent of the predictor, >= 0 (default 1). 0, 1 and 2 need no
                             eigenvectors, others about 6 P^3 multiply-adds a step more */
    double predictor_eps; /* likewise: added to its eigenvalues, >= 0 (default 0.1) */
    double predictor_keep; /* likewise: what C keeps in a step, 0 <= keep < 1 (default 0.99) */
} lpl_layer_config_t;

/* Scalars that lpl_layer_set changes and lpl_layer_get reads at run time. */
enum {
    LPL_PARAM_ETA = 0,
    LPL_PARAM_PULL = 1,
    LPL_PARAM_PUSH = 2,
    LPL_PARAM_DECORR = 3,       /* from 0 to > 0 only if the layer was created with decorr > 0 (memory) */
    LPL_PARAM_EPS = 4,
    LPL_PARAM_WEIGHT_DECAY = 5,
    LPL_PARAM_MOMENTUM = 6,
    LPL_PARAM_TAU_MEAN = 7,
    LPL_PARAM_TAU_SIGMA2 = 8,
    LPL_PARAM_COLLAPSE_STD = 9,
    LPL_PARAM_MODE = 10,        /* LPL_MODE_* as a number */
    LPL_PARAM_THREADS = 11,     /* 1 .. threads of the config */
    LPL_PARAM_STEP = 12,        /* updates done; set (since 0.1.1): go on as after so many, 0 .. 2^53 (Adam's bias
                                   correction follows) */
    LPL_PARAM_N_PRE = 13,       /* read only */
    LPL_PARAM_N_POST = 14,      /* read only */
    LPL_PARAM_BATCH_MAX = 15,   /* read only */
    LPL_PARAM_DTYPE = 16,       /* read only */
    LPL_PARAM_ISA = 17,         /* the instruction set in use; read only */
    LPL_PARAM_MEMORY = 18,      /* bytes taken at create; read only */
    LPL_PARAM_BIAS = 19,        /* 1 if the layer has biases; read only */
    LPL_PARAM_LABEL = 20,       /* the host's number; read only */
    LPL_PARAM_N_OUT = 21,       /* length of a row of lpl_forward's z: n_post, or n_post * out_height * out_width; read
                                   only */
    LPL_PARAM_OUT_HEIGHT = 22,  /* of the response map; 1 for dense layers; read only */
    LPL_PARAM_OUT_WIDTH = 23,   /* likewise */
    LPL_PARAM_FAN_IN = 24,      /* weights of one unit: n_pre, or channels / groups * kernel; read only */
    LPL_PARAM_UNITS = 25,       /* what the rule calls M: n_post; SEES_POSITIONS: n_out; SEES_HEAD: head_out; read
                                   only */
    LPL_PARAM_PREV_ROWS = 26,   /* rows of the remembered response (0: none), so LPL_STATE_PREV has PREV_ROWS * UNITS
                                   values; read only */
    LPL_PARAM_HEAD_HIDDEN = 27, /* hidden units of the projection head; 0 without one; read only */
    LPL_PARAM_CHANNELS = 28,    /* of the images that a convolution takes; dense layers: n_pre; read only */
    LPL_PARAM_HEIGHT = 29,      /* likewise; dense layers: 1 */
    LPL_PARAM_WIDTH = 30,       /* likewise */
    LPL_PARAM_TEMPERATURE = 31  /* SOFTHEBB; with other rules 0 and read only. Since 0.1.1 */
};

/* Named states that lpl_layer_read and lpl_layer_write copy, in the layer's dtype. */
enum {
    LPL_STATE_WEIGHTS = 0,     /* n_post * fan_in, row-major without gaps (convolution: C_out x C/groups x kernel_h x
                                  kernel_w) */
    LPL_STATE_BIAS = 1,        /* n_post; LPL_E_ARG without biases */
    LPL_STATE_MEAN = 2,        /* units: BATCH: of the last update's learning view; STALE, EWMA: running */
    LPL_STATE_SIGMA2 = 3,      /* units: likewise (unbiased in BATCH, STALE) */
    LPL_STATE_COVARIANCE = 4,  /* units * units (SEES_POSITIONS: n_post * n_post): EWMA with decorr */
    LPL_STATE_PREV = 5,        /* k * units: the remembered response of the last update of batch k; read: LPL_E_ORDER if
                                  none */
    LPL_STATE_OPTIM_M = 6,     /* n_post * fan_in: first moment of the weights (MOMENTUM, ADAM) */
    LPL_STATE_OPTIM_V = 7,     /* n_post * fan_in: second moment (ADAM) */
    LPL_STATE_BIAS_M = 8,      /* n_post */
    LPL_STATE_BIAS_V = 9,      /* n_post */
    LPL_STATE_THETA = 10,      /* n_post: BCM threshold */
    LPL_STATE_HEAD_W1 = 11,    /* head_hidden * n_post: projection head */
    LPL_STATE_HEAD_B1 = 12,    /* head_hidden */
    LPL_STATE_HEAD_W2 = 13,    /* head_out * head_hidden */
    LPL_STATE_HEAD_B2 = 14,    /* head_out */
    LPL_STATE_PREDICTOR = 15   /* P * P: C of a predictor (pull_form DIRECTPRED, ISOLOSS), P = units, or n_post with
                                  SEES_POSITIONS; symmetric. Since 0.1.1 */
};

/* Defaults; preset. cfg->size must be set (by init) before the preset.
 * Returns LPL_OK, LPL_E_NULL, LPL_E_VERSION, LPL_E_ARG. Thread class: any. Since 0.1. */
LPL_API lpl_status_t lpl_layer_config_init(lpl_layer_config_t *cfg, size_t size);
LPL_API lpl_status_t lpl_layer_preset(lpl_layer_config_t *cfg, int32_t preset);

/* Bytes that a layer of this config takes and the alignment it needs, for lpl_layer_create_in.
 * Returns LPL_OK or what lpl_layer_create would. Thread class: any. Since 0.1. */
LPL_API lpl_status_t lpl_layer_size(const lpl_layer_config_t *cfg, size_t *bytes, size_t *align);

/* Make a layer; the config is copied. create takes one block from malloc, create_in builds in the caller's memory
 * (bytes and alignment from lpl_layer_size; must outlive the layer; nothing else is allocated, no heap is needed but by
 * lpl_forward on several threads). *out is set only on success. Returns LPL_OK, LPL_E_NULL, LPL_E_ARG (also, since
 * 0.1.1: a momentum, beta1 or beta2 of a float32 layer that float32 cannot hold, optim.h), LPL_E_UNITS (tau below 2
 * samples), LPL_E_SIZE, LPL_E_VERSION, LPL_E_UNSUPPORTED, LPL_E_MEMORY. Thread class: any. Since 0.1. */
LPL_API lpl_status_t lpl_layer_create(const lpl_layer_config_t *cfg, lpl_layer_t **out);
LPL_API lpl_status_t lpl_layer_create_in(void *mem, size_t bytes, const lpl_layer_config_t *cfg, lpl_layer_t **out);

/* End a layer; NULL is fine. Memory from create is freed; the caller's block and borrowed weights are only let go. */
LPL_API void lpl_layer_destroy(lpl_layer_t *l);

/* z = f(W x + bias) for batch rows (any batch, also 0).
 *   z   out, batch x n_out, ldz >= n_out (n_post; convolution: the map, n_post x out_height x out_width);  x  batch x
 *       n_pre;  no overlap
 * Nothing is kept, so nothing is refused: where x holds NaN or infinity, or a sum overflows, z says so by IEEE 754 (a
 * learning call on the same x, and the readout, return LPL_E_NONFINITE).
 * Returns LPL_OK, LPL_E_NULL, LPL_E_SIZE, LPL_E_DTYPE, LPL_E_OVERLAP, LPL_E_MEMORY (since 0.1.1, see below).
 * Shared access; nobody waits for another thread. Allocates nothing, with one exception: a call on a convolution while
 * another call is at work in the same layer takes scratch of its own from the heap (some MB, docs/layer.md) and gives
 * it back at the end; LPL_E_MEMORY, and z as it was, if there is none or if this build has no heap.
 * Cost 2 batch n_pre n_post flop (convolution: 2 batch fan_in n_post positions). Since 0.1. */
LPL_API lpl_status_t lpl_forward(const lpl_layer_t *l, float *z, size_t ldz, const float *x, size_t ldx, size_t batch);
LPL_API lpl_status_t lpl_forward_f64(const lpl_layer_t *l, double *z, size_t ldz, const double *x, size_t ldx,
                                     size_t batch);

/* One learning step on a batch of pairs: forward, statistics, rule, weights, in place.
 *   report  out (size set), or NULL
 *   x0      batch x n_pre: the past, or the other view (ldx0 >= n_pre). NULL (CAUSAL only): use the response remembered
 *           from the last update of the same batch; with none yet the predictive term is 0
 *   x1      batch x n_pre: now, or the second view
 *   batch   rows; 2 .. batch_max with BATCH or STALE statistics, 1 .. batch_max with EWMA
 * The response to x1 is remembered for the next call. Order: forward; EWMA statistics take in z; delta; weights; STALE
 * statistics. Returns LPL_OK, LPL_COLLAPSED (done, all units constant), LPL_E_NULL, LPL_E_SIZE, LPL_E_DTYPE,
 * LPL_E_ORDER (also a first batch of one row with LPL_INIT_UNIT_VARIANCE),
 * LPL_E_NONFINITE (divergence, see above: a response is NaN, infinite or too large to be squared, or
 * something that the step would write is not finite; nothing written). Exclusive access. Allocates nothing.
 * Cost 8 batch n_pre n_post flop (CAUSAL with x0: 6, without: 4), decorr: + about 4 min(batch, n_post) batch n_post a
 * view. Since 0.1. */
LPL_API lpl_status_t lpl_update(lpl_layer_t *l, lpl_report_t *report, const float *x0, size_t ldx0, const float *x1,
                                size_t ldx1, size_t batch);
LPL_API lpl_status_t lpl_update_f64(lpl_layer_t *l, lpl_report_t *report, const double *x0, size_t ldx0,
                                    const double *x1, size_t ldx1, size_t batch);

/* One step on a stream: one sample; needs EWMA statistics (any rule but HEBB_COVARIANCE with BATCH). z at once, weights
 * up to date on return.
 *   z       out, units (n_post; convolution: what the loss sees), or NULL
 *   report  out, or NULL (then no logarithm is computed)
 *   x       n_pre
 * Order, unit by unit: z = f(w x + b); mean, then variance take in z; delta; weights. Without decorr the weights are
 * read and written once; with it all z come first, then the lateral term, then the weights. SOFTHEBB, whose units
 * compete, goes the way of decorr in this and in what follows.
 * Returns LPL_OK, LPL_COLLAPSED, LPL_E_NULL, LPL_E_DTYPE, LPL_E_ORDER (batch statistics; start values that are still to
 * be scaled), LPL_E_OVERLAP, and
 * LPL_E_NONFINITE: some unit's z is NaN or infinite, or its step would leave weights, moments, statistics or threshold
 * so. Then those units are unchanged (weights, bias, moments, statistics, threshold, remembered response); without
 * decorr all other units have made their step and it counts, unless all are such units; with decorr nothing has
 * changed. z and report are not written. The detail names the first such unit and how many there are. Every state is
 * finite and can be saved. Without decorr a report that would hold NaN or infinity is noticed when all units have made
 * their step (the sentence says so); with it, before. Exclusive access. Allocates nothing. Cost 4 n_pre n_post flop;
 * with decorr + O(n_post^2). Since 0.1. */
LPL_API lpl_status_t lpl_update_online(lpl_layer_t *l, float *z, lpl_report_t *report, const float *x);
LPL_API lpl_status_t lpl_update_online_f64(lpl_layer_t *l, double *z, lpl_report_t *report, const double *x);

/* The gradient that lpl_update would hand to its optimiser (weight decay not included), without changing the layer.
 *   dw      out, n_post x fan_in (n_pre; convolution: channels/groups x kernel), lddw >= fan_in;  db  out, n_post, or
 *           NULL
 *   report  out, or NULL
 * Other arguments, returns, access and cost as lpl_update (LPL_E_NONFINITE: dw, db and report are not written). Since
 * 0.1. */
LPL_API lpl_status_t lpl_gradient(lpl_layer_t *l, float *dw, size_t lddw, float *db, lpl_report_t *report,
                                  const float *x0, size_t ldx0, const float *x1, size_t ldx1, size_t batch);
LPL_API lpl_status_t lpl_gradient_f64(lpl_layer_t *l, double *dw, size_t lddw, double *db, lpl_report_t *report,
                                      const double *x0, size_t ldx0, const double *x1, size_t ldx1, size_t batch);

/* Run-time scalars (LPL_PARAM_*). set: LPL_E_ARG if read-only, unknown or out of bounds (the layer is unchanged).
 * bounds: the closed range that set accepts. Exclusive / shared / any. Since 0.1. */
LPL_API lpl_status_t lpl_layer_set(lpl_layer_t *l, int32_t param, double value);
LPL_API lpl_status_t lpl_layer_get(const lpl_layer_t *l, int32_t param, double *value);
LPL_API lpl_status_t lpl_layer_bounds(const lpl_layer_t *l, int32_t param, double *low, double *high);

/* Copy a named state (LPL_STATE_*) out or in; n must be exactly its length. write refuses NaN, infinity and negative
 * variances; read, since 0.1.1, what a float32 layer keeps in double and float cannot hold (a variance of 1e60: dst as
 * it was). Returns LPL_OK, LPL_E_NULL, LPL_E_ARG (this layer has no such state), LPL_E_SIZE, LPL_E_DTYPE, LPL_E_ORDER,
 * LPL_E_NONFINITE. Shared / exclusive access. Since 0.1. */
LPL_API lpl_status_t lpl_layer_read(const lpl_layer_t *l, float *dst, size_t n, int32_t state);
LPL_API lpl_status_t lpl_layer_read_f64(const lpl_layer_t *l, double *dst, size_t n, int32_t state);
LPL_API lpl_status_t lpl_layer_write(lpl_layer_t *l, const float *src, size_t n, int32_t state);
LPL_API lpl_status_t lpl_layer_write_f64(lpl_layer_t *l, const double *src, size_t n, int32_t state);

/* Copy what src has learned into dst, all that fits: layers of other map sizes, batches, coefficients, rules or
 * optimisers, as long as weights and biases have the same shape. The configuration of dst stays as it is (coefficients,
 * eta, mode, sees, ...).
 *   copied  out, or NULL: bit 1 << LPL_STATE_* for each state that was copied
 * Always: weights, biases. Where both layers have it: threshold; head, of the same shape; moments and LPL_PARAM_STEP,
 * of the same optimiser; mean, variance, covariance and C of a predictor, of the same kind of statistics over the same
 * units; remembered response, of the same units, if batch_max of dst has room for its rows (otherwise dst remembers
 * none). Other states stay as they were. A copy of the same configuration goes on with the bits of src. Borrowed
 * weights of dst are written where they are. Returns LPL_OK, LPL_E_NULL, LPL_E_DTYPE, LPL_E_ARG (kind, bias differ),
 * LPL_E_SIZE (n_post, fan_in, kernel, groups differ), LPL_E_OVERLAP, LPL_E_NONFINITE (a state of src). dst: exclusive
 * access, src: shared. Allocates nothing. Cost: one pass over the states. Since 0.1.1. */
LPL_API lpl_status_t lpl_layer_copy(lpl_layer_t *dst, const lpl_layer_t *src, uint32_t *copied);

/* A target layer that follows slowly (BYOL's target network): w_target = keep w_target + (1 - keep) w of src, for
 * weights, biases and the head; nothing else of target moves. In double and rounded once, so a float32 target stands
 * still where it is nearer to src than about 6e-8 / (1 - keep) of a weight.
 *   keep  0 (a copy) .. 1 (nothing)
 * How the two learn together: docs/layer.md. Returns LPL_OK, LPL_E_NULL, LPL_E_DTYPE, LPL_E_ARG (keep; kind, bias
 * differ), LPL_E_SIZE (n_post, fan_in, kernel, groups, head differ), LPL_E_OVERLAP, LPL_E_NONFINITE (a state of
 * either). target: exclusive access, src: shared. Allocates nothing. Cost: one pass over the parameters. Since
 * 0.1.1. */
LPL_API lpl_status_t lpl_layer_ema(lpl_layer_t *target, const lpl_layer_t *src, double keep);

/* Learn in the host's own arrays: from now on the layer reads and writes w (n_post x fan_in, ldw >= fan_in) and bias
 * (n_post; NULL exactly if the layer has none). They stay borrowed until destroy, or until given back by a call with w
 * = NULL and bias = NULL, which copies the values back into the layer. The present values of w and bias are taken over.
 * A host that writes into them itself between calls of lpl_update_online keeps to magnitudes below 1e34 (float32) or
 * 1e304, for that call does not read all of them again to exclude an overflow; the other calls do.
 * Returns LPL_OK, LPL_E_NULL, LPL_E_SIZE, LPL_E_DTYPE, LPL_E_OVERLAP, LPL_E_NONFINITE. Exclusive access. Since 0.1. */
LPL_API lpl_status_t lpl_layer_borrow_weights(lpl_layer_t *l, float *w, size_t ldw, float *bias);
LPL_API lpl_status_t lpl_layer_borrow_weights_f64(lpl_layer_t *l, double *w, size_t ldw, double *bias);

/* Forget the remembered response (the start of a new sequence): the next predictive term without x0 is 0. Exclusive
 * access. Since 0.1. */
LPL_API lpl_status_t lpl_layer_forget(lpl_layer_t *l);

/* The same for some rows. Where batches are parallel streams (row b of each call goes on with sequence b), a sequence
 * that ends is cut there and the others go on: in the next update without x0 these rows are as if their x0 had given
 * the response of their x1, so their predictive term is 0 (with a linear predictor, LPL_PULL_DIRECTPRED or ISOLOSS,
 * they are predicted from themselves). They still count as rows of the batch.
 *   row  n numbers below batch_max, in any order; a row that is not remembered (yet) has nothing to forget. NULL if
 *        n = 0
 * When no row is left this is lpl_layer_forget. Until the next update LPL_STATE_PREV reads 0 there; writing it
 * remembers all rows again. State files keep it (0.1.0 refuses such a file). Returns LPL_OK, LPL_E_NULL, LPL_E_SIZE
 * (nothing is forgotten). Exclusive access. Allocates nothing. Since 0.1.1. */
LPL_API lpl_status_t lpl_layer_forget_rows(lpl_layer_t *l, const uint32_t *row, size_t n);

/* Save / load (state.h): config, weights, statistics, moments, remembered response, step count. A layer with borrowed
 * weights is saved with their values and loaded with its own. threads and isa are not part of the state: a loaded layer
 * has the given threads (>= 1) and LPL_ISA_AUTO. max_bytes: most memory the new layer may take (0 = 4 GiB).
 * Returns LPL_OK, LPL_E_NULL, LPL_E_IO; save: LPL_E_NONFINITE (a state holds NaN or infinity; nothing was written);
 * load: LPL_E_ARG (threads), LPL_E_FORMAT, LPL_E_VERSION, LPL_E_MEMORY, LPL_E_UNSUPPORTED. On failure *out is
 * untouched. Since 0.1. */
LPL_API lpl_status_t lpl_layer_save(const lpl_layer_t *l, lpl_write_fn write, void *user);
LPL_API lpl_status_t lpl_layer_load(lpl_read_fn read, void *user, size_t max_bytes, int32_t threads, lpl_layer_t **out);

/* Load into the caller's memory, as lpl_layer_create_in makes a layer there: nothing is allocated, no heap is needed.
 * load_in writes the same layer as lpl_layer_load (same file, same checks, same bits afterwards) into mem, which must
 * outlive it.
 *   mem      bytes bytes on an align boundary, both from load_size; more is fine
 *   bytes    out of load_size: what the layer of this file takes with so many threads;  align: likewise
 * load_size reads the first two records of the file and no further (less than 2 KiB); start again at its first byte for
 * load_in. Returns what lpl_layer_load returns; LPL_E_MEMORY: mem is too small or not aligned (the detail says what is
 * needed; nothing was written). On any other failure mem holds nothing of use, and *out is untouched. Thread class:
 * any. Cost: one pass over the file. Since 0.1.1. */
LPL_API lpl_status_t lpl_layer_load_size(lpl_read_fn read, void *user, int32_t threads, size_t *bytes, size_t *align);
LPL_API lpl_status_t lpl_layer_load_in(void *mem, size_t bytes, lpl_read_fn read, void *user, int32_t threads,
                                       lpl_layer_t **out);

#ifdef __cplusplus
}
#endif
#endif
