/* layer/layer.h - the insides of lpl_layer_t. */
#ifndef LPLI_LAYER_H
#define LPLI_LAYER_H

#include "activation/activation.h"
#include "conv/conv.h"
#include "linalg/gemm.h"
#include "lpl/layer.h"
#include "optim/optim.h"
#include "rule/rule.h"
#include "state/fields.h"

/* A weight update goes through tiles of this size, so that the gradient of a tile is still in cache when the optimiser
 * reads it. */
#ifndef LPLI_UPDATE_ROWS
#define LPLI_UPDATE_ROWS 256
#define LPLI_UPDATE_COLS 512
#endif

/* Units of one task of the online step; a fixed number, so that threads do not change any bit. */
#define LPLI_TASK_UNITS 64

/* Arrays marked (T) have the layer's dtype, (R) that in which its rule runs. n = fan_in (weights of a unit), M =
 * n_post, U = units (what the rule calls M), B = batch_max. Dense: fan_in = n_pre, U = M. Everything lives in one
 * block, except borrowed weights. */

/* What is learned, and the optimiser's moments. */
typedef struct lpli_layer_param_t {
    void *w, *bias; /* (T) M x n with leading dimension ldw; M. The layer's own, or borrowed */
    size_t ldw;
    void *own_w, *own_bias; /* (T) */
    void *m, *v;            /* (T) M x n: moments of the weights */
    void *bias_m, *bias_v;  /* (T) M */
    void *theta;            /* (T) M: BCM */
    double *
        theta_exact; /* M: float layers; theta before it was rounded. NULL after loading a file that has none (0.1.0) */
    void *head, *head_m,
        *head_v; /* (T) conv/head.h: W1 (hidden x M), b1, W2 (out x hidden), b2 in one array, and its moments */
#ifndef LPLI_NO_RULES
    void *unscaled; /* (T) M x n + biases + head: start values as they were, while the first update scales them
                       (scale.h) */
#endif
} lpli_layer_param_t;

/* What the rule remembers of earlier batches. */
typedef struct lpli_layer_stats_t {
    double *mean, *sigma2;   /* U: STATE_MEAN, STATE_SIGMA2 */
    double *cov;             /* lpli_form_units squared: EWMA with decorrelation */
    double *predictor;       /* P x P: C of a predictor's pull form; P = U, or the channels of a map (rule/forms.h) */
    void *prev;              /* (R) B x U: remembered response (CAUSAL) */
    size_t prev_batch;       /* rows of prev; 0: none */
    double *forgotten;       /* B, with more than one row: 1 where prev no longer counts, else 0 (forget.c) */
    int32_t some_forgotten;  /* some are 1; never all of prev_batch */
    int32_t has_stale;       /* STALE: mean and sigma2 hold a previous batch */
    double k_mean, k_sigma2; /* EWMA gain of one sample */
} lpli_layer_stats_t;

/* guard.c: bounds of magnitudes, infinite where they are not known. */
typedef struct lpli_layer_bound_t {
    lpli_optim_high_t high; /* weights, biases and head; their moments */
    double cov;
    int32_t tame; /* means and variances are known to be below LPLI_TAME and its square, so taking in a z below it is
                 safe */
} lpli_layer_bound_t;

/* Scratch of one call. An array that holds one thing after the other has a name for each. */
typedef struct lpli_layer_scratch_t {
    void *now, *past; /* (R) B x U: responses to x1 and x0, as the rule sees them */
    void *
        kept[2]; /* (R) B x U, dense, of a view that learns: f', where z does not tell it (activation.h), or u of a rule
                      that asks for it, where z is another; else NULL */
    void *delta[2];         /* (R) B x U, of a view; rule.h */
    void *centred, *square; /* (R) B x U; rule.h. EWMA: room for doubles, and of both views of a symmetric pair */
    void *decay;            /* (R) max(U, M): OJA, SOFTHEBB */
    double *batch_mean
        [2]; /* U: moments of view 0, 1. The online step: [0] means before it, or with decorrelation after it */
    double *batch_m2[2];     /* U. The online step: [0] variances before it */
    double *use_sigma2;      /* U: the variances that this call's rule uses */
    double *known_bias_grad; /* M or NULL: bias gradients that are known without their sum, else NaN (signal_real.c) */
    double *change;          /* 2 x parts: sum |dw| and sum |w| of each (change.h) */
    size_t parts;
    int32_t change_asked;
    void *tiles;   /* (T) one update tile for each thread (dense) */
    double *forms; /* rule/forms.h: of a rule that has terms of the whole batch */
    union {
        void *push_gain; /* (R) U: rule.h */
        void *bias_grad; /* (T) M: sum over the batch of delta, afterwards */
    };
    union {
        void *fprime_max[2]; /* (R) U: of view first, and of the other; 0: dead */
        struct {
            void *refused, *fprime; /* (R) U, online step: units whose step is not made; f' for the report */
        };
    };
    union {
        double *use_mean;  /* U: the means that this call's rule uses */
        double *deviation; /* M, online step: z - mean */
    };
    union {
        double *unread_m2; /* U: sums that nobody reads (lpli_center_all) */
        double *cov_row;   /* M, online step that is not calm: a copy */
    };
    union {
        double *variance;  /* U: for the report */
        double *pair_mean; /* U: of the rows of both views, before that */
        double *lateral;   /* M, online step: the decorrelation term; SOFTHEBB: y */
    };
    union {
        double *pull_sum;   /* U: rule.h */
        double *pair_m2;    /* U: as pair_mean */
        double *cov_square; /* M, online step: for the report, sum of a row's squares */
    };
} lpli_layer_scratch_t;

struct lpl_layer_t {
    lpl_layer_config_t cfg; /* complete: defaults resolved */
    lpli_rule_t rule;
    lpli_act_t act;
    lpli_act_t
        rule_act; /* whose f' is part of delta: act (dense), relu (head), linear (convolution: f' comes with the map; a
                     rule that asks for inputs) */
    size_t fan_in, units, n_out;
    int32_t
        rule_f64; /* the rule runs in double: always in a float64 layer, and in a convolution but for SEES_POSITIONS */
    lpli_gemm_t gemm;
    lpli_optim_t optim; /* with the running products beta^t */
    uint64_t step;      /* updates done */

    void *block; /* the heap's, and how it goes back there; NULL in the caller's memory */
    void (*release)(void *block);
    size_t bytes;         /* of the whole layer */
    uint16_t threads_max; /* there is scratch for so many */
    bool has_square;      /* there is memory for decorrelation: scratch.square */

    lpli_layer_param_t param;
    lpli_layer_stats_t stats;
    lpli_layer_bound_t bound;
    lpli_layer_scratch_t scratch;
    lpli_conv_t *conv; /* of a convolution, else NULL */
#ifndef LPLI_NO_MALLOC
    struct lpli_layer_reduce_t *reduce;  /* reduce/reduce.h: with a hook, else NULL */
    void (*forget_hook)(lpl_layer_t *l); /* gives its memory back */
#endif
    bool apart; /* a convolution's scratch is not in the block: it works in another's (lpli_layer_lend) */
    size_t apart_bytes;
};

/* Does it learn together with other ranks? Known without looking in a build without a heap, which has no hooks. */
static inline int lpli_reduces(const lpl_layer_t *l) {
#ifdef LPLI_NO_MALLOC
    (void)l;
    return 0;
#else
    return l->reduce != NULL;
#endif
}

/* Bytes of an element of scratch.centred and square: in EWMA mode products of deviations come in double first. */
static inline size_t lpli_square_size(const lpl_layer_t *l) {
    return l->rule_f64 || l->cfg.dtype == LPL_F64 || l->cfg.stats == LPL_STATS_EWMA ? sizeof(double) : sizeof(float);
}

/* Does the layer keep fp and win for this view (it learns from it)? */
static inline int lpli_view_learns(const lpl_layer_t *l, int view) {
    return view == 1 || l->cfg.pair == LPL_PAIR_SYMMETRIC;
}

/* Is it a convolution? Known without looking in a build that has none (CONV=no), so that the compiler drops what would
 * follow. */
static inline int lpli_convolves(const lpl_layer_t *l) {
#ifdef LPLI_NO_CONV
    (void)l;
    return 0;
#else
    return l->cfg.kind == LPL_LAYER_CONV2D;
#endif
}
static inline int lpli_sees_positions(const lpl_layer_t *l) {
    return lpli_convolves(l) && l->cfg.sees == LPL_SEES_POSITIONS;
}

/* Units of a sample, as terms of the whole batch see it: of a map its channels. */
static inline size_t lpli_form_units(const lpl_layer_t *l) {
    return lpli_sees_positions(l) ? (size_t)l->cfg.n_post : l->units;
}

/* How many places of it the loss sees. */
static inline size_t lpli_places(const lpl_layer_t *l) {
    const size_t M = (size_t)l->cfg.n_post;
    return lpli_sees_positions(l) && M > 0 ? l->units / M : 1;
}

/* Thresholds, or NULL; likewise known in a build without the rule that has them (RULES=no). */
static inline void *lpli_thresholds(const lpl_layer_t *l) {
#ifdef LPLI_NO_RULES
    (void)l;
    return NULL;
#else
    return l->param.theta;
#endif
}

/* Do biases learn? */
static inline int lpli_learns_bias(const lpl_layer_t *l) { return l->param.bias && !lpli_traits(l->rule.rule)->inputs; }

/* LPL_E_NONFINITE, with the name of the state, if a state holds NaN or infinity. */
lpl_status_t lpli_layer_can_be_saved(const lpl_layer_t *l, const char *fn);

/* Bring up to date what follows from numbers of the config that can be set (params.c): coefficients of rule and
 * optimiser, which are copies; gains of tau_mean and tau_sigma2. */
void lpli_layer_follow(lpl_layer_t *l);
void lpli_layer_set_gains(lpl_layer_t *l);

/* A layer comes into being in two steps (core/object.h). decide: l->cfg, checked and completed -> all that follows from
 * it, bytes measured; has_square: wanted also where decorr = 0. configure: the same from the caller's config, with what
 * only create asks. make: a decided layer in mem, which has room for it (check_room: of the caller's), arrays 0,
 * counters as decided; begin: with the start values, as config.init and others say. */
lpl_status_t lpli_layer_decide(lpl_layer_t *l, const char *fn);
lpl_status_t lpli_layer_configure(lpl_layer_t *l, const lpl_layer_config_t *cfg, const char *fn);
lpl_status_t lpli_layer_check_room(const lpl_layer_t *decided, const void *mem, size_t bytes, const char *fn);
lpl_layer_t *lpli_layer_make(const lpl_layer_t *decided, void *mem);
lpl_layer_t *lpli_layer_begin(const lpl_layer_t *decided, void *mem);

/* A layer whose convolution, if it is one, has no scratch of its own: of a decided layer; bytes and apart_bytes follow.
 * lend: before the first call, apart_bytes on an LPLI_ALIGN boundary, contents of no matter; layers that share it are
 * used one after the other, but for lpl_forward. */
void lpli_layer_set_apart(lpl_layer_t *decided);
void lpli_layer_lend(lpl_layer_t *l, void *scratch);

/* A layer from the heap, on behalf of fn: lpl_layer_create, lpl_layer_load; apart: as above. */
lpl_status_t lpli_layer_create(const lpl_layer_config_t *cfg, bool apart, lpl_layer_t **out, const char *fn);
lpl_status_t lpli_layer_load(lpl_read_fn read, void *user, size_t max_bytes, int32_t threads, bool apart,
                             lpl_layer_t **out, const char *fn);

/* A state file: read the records of numbers, check and decide; then make the layer in mem and read the arrays. */
lpl_status_t lpli_layer_open(lpli_reader_t *r, lpl_layer_t *decided, lpl_read_fn read, void *user, int32_t threads,
                             const char *fn);
lpl_status_t lpli_layer_fill(lpli_reader_t *r, const lpl_layer_t *decided, void *mem, lpl_layer_t **out);

/* What a layer has learned, in the order of its file (layer_state.c). Without a tag: it has no such array now. */
enum {
    LPLI_WGHT,
    LPLI_BIAS,
    LPLI_MOM1,
    LPLI_MOM2,
    LPLI_BMO1,
    LPLI_BMO2,
    LPLI_THET,
    LPLI_THET_EXACT,
    LPLI_MEAN,
    LPLI_SIG2,
    LPLI_COVA,
    LPLI_PREV,
    LPLI_HEAD,
    LPLI_HMO1,
    LPLI_HMO2,
#ifndef LPLI_NO_RULES
    LPLI_PRED,
#endif
    LPLI_FORG,
    LPLI_TEMP,
#ifndef LPLI_NO_RULES
    LPLI_PULL,
#endif
    LPLI_LAYER_ARRAYS
};
void lpli_layer_arrays(const lpl_layer_t *l, lpli_array_t out[LPLI_LAYER_ARRAYS]);

/* The remembered response (forget.c). check_rows: LPL_E_NULL, LPL_E_SIZE; forget_rows: rows that were checked;
 * remember_rows: all rows of prev count (again); recall: the past of an update without x0 whose responses are in
 * scratch.now, or NULL: forgotten rows are those of now, so their difference is exactly 0. */
lpl_status_t lpli_check_rows(const lpl_layer_t *l, const uint32_t *row, size_t n, const char *fn);
void lpli_forget_rows(lpl_layer_t *l, const uint32_t *row, size_t n);
void lpli_remember_rows(lpl_layer_t *l);
const void *lpli_recall(const lpl_layer_t *l);

/* LPL_E_DTYPE if the layer has another element type than the call. */
lpl_status_t lpli_check_dtype(const lpl_layer_t *l, int32_t dtype, const char *fn);

/* z = f(W x + bias): used by forward and update; the same bits in both. kept: scratch.kept of a view (rows of n_post),
 * or NULL. */
void lpli_respond_f32(const lpl_layer_t *l, float *z, size_t ldz, float *kept, const float *x, size_t ldx,
                      size_t batch);
void lpli_respond_f64(const lpl_layer_t *l, double *z, size_t ldz, double *kept, const double *x, size_t ldx,
                      size_t batch);
/* From a tile of sums W x: + bias, kept, z. */
void lpli_activate_f32(const lpl_layer_t *l, float *z, size_t ldz, float *kept, size_t unit, size_t rows, size_t cols);
void lpli_activate_f64(const lpl_layer_t *l, double *z, size_t ldz, double *kept, size_t unit, size_t rows,
                       size_t cols);

/* lpl_update that also gives the responses before learning (rows of n_out, or NULL): what the next layer of a stack
 * sees. */
lpl_status_t lpli_update_f32(lpl_layer_t *l, lpl_report_t *report, float *y0, float *y1, const float *x0, size_t ldx0,
                             const float *x1, size_t ldx1, size_t batch, const char *fn);
lpl_status_t lpli_update_f64(lpl_layer_t *l, lpl_report_t *report, double *y0, double *y1, const double *x0,
                             size_t ldx0, const double *x1, size_t ldx1, size_t batch, const char *fn);

/* The same in two halves, of a layer with a hook (reduce/reduce.h): what begin has found is the layer's until end. */
lpl_status_t lpli_update_begin_f32(lpl_layer_t *l, lpl_report_t *report, float *y0, float *y1, const float *x0,
                                   size_t ldx0, const float *x1, size_t ldx1, size_t batch, const char *fn);
lpl_status_t lpli_update_begin_f64(lpl_layer_t *l, lpl_report_t *report, double *y0, double *y1, const double *x0,
                                   size_t ldx0, const double *x1, size_t ldx1, size_t batch, const char *fn);
lpl_status_t lpli_update_end_f32(lpl_layer_t *l);
lpl_status_t lpli_update_end_f64(lpl_layer_t *l);

/* ---- divergence (guard.c): an update that would leave NaN or infinity behind writes nothing ----
 * A step is calm if bounds of everything it computes, taken from the largest input, response and weight, exclude an
 * overflow: a few numbers for each unit. Nearly all are. A step that is not calm is first done on copies. */
typedef struct lpli_guard_t {
    int learns, gradient; /* weights move; a gradient is handed out. Neither: only statistics and the report count */
    int commits, report;  /* statistics move; a report is wanted */
    int first;            /* views first .. 1 learn */
    size_t batch;         /* of all ranks */
#ifndef LPLI_NO_MALLOC
    size_t own; /* rows of this rank */
#endif
    double x;                                 /* largest input of the views that learn */
    void (*measure)(lpl_layer_t *l, int all); /* lpli_guard_measure in the layer's dtype */
    /* by lpli_signal */
    double z, mean, theta; /* largest response, running mean, threshold */
    double term;           /* largest term of the whole batch (rule/forms.h), else 0 */
    int calm;
    lpli_optim_high_t high; /* calm: l->bound.high after the step */
    double cov_high;
} lpli_guard_t;

#ifdef LPLI_NO_MALLOC
#define LPLI_OWN(q) ((q)->batch)
#else
#define LPLI_OWN(q) ((q)->own)
#endif

#define LPLI_TAME 1e150

/* Does a step move weights or moments? With SGD and eta = 0 nothing does. */
static inline int lpli_layer_learns(const lpl_layer_t *l) {
    return l->cfg.mode == LPL_MODE_LEARN && !(l->cfg.optim == LPL_OPTIM_SGD && l->cfg.eta == 0);
}

/* rule: of this step; use_mean, use_sigma2 are set unless its statistics are those of the batch. Sets high and
 * cov_high. */
int lpli_guard_is_calm(lpl_layer_t *l, const lpli_rule_t *rule, lpli_guard_t *q);
/* Bounds are no longer known (the host has written a state, or a step was not calm). */
void lpli_guard_forget(lpl_layer_t *l);
/* Measure l->bound.high, of the weights alone or all, l->bound.cov too. */
void lpli_guard_measure_f32(lpl_layer_t *l, int all);
void lpli_guard_measure_f64(lpl_layer_t *l, int all);
/* Largest magnitude of n doubles; infinity or NaN if one is. Not a kernel: there are few. */
double lpli_guard_highest(const double *p, size_t n);
/* The optimiser's constants in the step after the present one. */
lpli_optim_t lpli_next_optim(const lpl_layer_t *l);

/* LPL_E_NONFINITE of a step that would go too far: "layer 3, unit 5, step 17: its <what> would become NaN or infinite;
 * ..." */
lpl_status_t lpli_diverged(const lpl_layer_t *l, size_t unit, const char *what, const char *fn);
lpl_status_t lpli_report_diverged(const lpl_layer_t *l, const lpl_report_t *full, const char *fn);

/* From responses (R; z0 may be NULL) to delta of the views that learn. used: the rule with the statistics it found (the
 * first STALE step uses the batch's). scratch.variance holds the variances. Nothing of the layer moves but, in a calm
 * step, the covariance. */
lpl_status_t lpli_signal_f32(lpl_layer_t *l, const void *z0, const void *z1, lpli_guard_t *q, lpli_rule_t *used,
                             lpli_losses_t *sum, const char *fn);
lpl_status_t lpli_signal_f64(lpl_layer_t *l, const void *z0, const void *z1, lpli_guard_t *q, lpli_rule_t *used,
                             lpli_losses_t *sum, const char *fn);
/* BCM: theta_i += (square - theta_i) / tau_theta: what it would become; make it so. In double: a float with a large
 * tau_theta would stop short of its goal. */
float lpli_next_theta_f32(const lpl_layer_t *l, size_t i, double square);
double lpli_next_theta_f64(const lpl_layer_t *l, size_t i, double square);
void lpli_move_theta_f32(lpl_layer_t *l, size_t i, double square);
void lpli_move_theta_f64(lpl_layer_t *l, size_t i, double square);
/* Would lpli_move_on leave NaN or infinity? For steps that are not calm. */
lpl_status_t lpli_check_move_f32(lpl_layer_t *l, const void *z0, const void *z1, const lpli_guard_t *q, const char *fn);
lpl_status_t lpli_check_move_f64(lpl_layer_t *l, const void *z0, const void *z1, const lpli_guard_t *q, const char *fn);
/* What an update moves besides weights; z0, z1 as in lpli_signal. */
void lpli_move_on_f32(lpl_layer_t *l, const void *z0, const void *z1, const lpli_guard_t *q);
void lpli_move_on_f64(lpl_layer_t *l, const void *z0, const void *z1, const lpli_guard_t *q);

/* LPL_PARAM_STEP: as if the optimiser had made so many steps (copy.c). */
void lpli_layer_set_step(lpl_layer_t *l, uint64_t step);

/* Start values of config.init. */
void lpli_init_weights_f32(lpl_layer_t *l);
void lpli_init_weights_f64(lpl_layer_t *l);

/* Length of a named state, or an error if this layer has none such. */
lpl_status_t lpli_state_length(const lpl_layer_t *l, int32_t state, size_t *n, const char *fn);

#endif
