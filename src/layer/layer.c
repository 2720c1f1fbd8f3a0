/* layer/layer.c - lpl_layer_t: config, presets, memory, life. Layers on the heap: heap.c. */
#include "layer/layer.h"

#include <float.h>
#include <string.h>

#include "core/arena.h"
#include "core/cpu.h"
#include "core/check.h"
#include "core/error.h"
#include "core/object.h"
#include "layer/kind.h"
#include "layer/scale.h"
#include "linalg/blas.h"
#include "rule/forms.h"
#include "stats/moments.h"

static const lpl_layer_config_t defaults = {
    .size = sizeof(lpl_layer_config_t),
    .batch_max = 1,
    .bias = 1,
    .pull = 1,
    .push = 1,
    .decorr = 1,
    .eps = 1e-4,
    .tau_mean = 1000,
    .tau_sigma2 = 1000,
    .sigma2_init = 1,
    .tau_theta = 10,
    .theta_init = 1,
    .collapse_std = 1e-3,
    .eta = 1e-2,
    .momentum = 0.9,
    .beta1 = 0.9,
    .beta2 = 0.999,
    .adam_eps = 1e-8,
    .threads = 1,
    .kernel_h = 3,
    .kernel_w = 3,
    .stride = 1,
    .padding = 1,
    .groups = 1,
    .pool = 1,
    .temperature = 1,
#ifndef LPLI_NO_RULES
    .predictor_alpha = 1,
    .predictor_eps = 0.1,
    .predictor_keep = 0.99,
#endif
};

lpl_status_t lpl_layer_config_init(lpl_layer_config_t *cfg, size_t size) {
    return lpli_config_init(cfg, size, &defaults, sizeof defaults, "lpl_layer_config_init");
}

lpl_status_t lpl_layer_preset(lpl_layer_config_t *cfg, int32_t preset) {
    static const char fn[] = "lpl_layer_preset";
    lpl_layer_config_t c = defaults, p = defaults;
    LPLI_TRY(lpli_config_copy(&c, sizeof c, cfg, fn));
    LPLI_TRY(lpli_check_enum(preset, LPL_PRESET_STREAM, fn, "preset"));
    /* what a preset leaves alone */
#define KEEP(first, behind) \
    memcpy(&p.first, &c.first, offsetof(lpl_layer_config_t, behind) - offsetof(lpl_layer_config_t, first))
    p.size = c.size;
    KEEP(kind, activation), KEEP(act_p0, pull), KEEP(seed, init), KEEP(threads, channels);
    KEEP(channels, temperature); /* the convolution */
#undef KEEP
    if (preset == LPL_PRESET_REFERENCE) {
        p.pair = LPL_PAIR_SYMMETRIC, p.form = LPL_FORM_REFERENCE, p.decorr = 10, p.activation = LPL_ACT_RELU;
        p.optim = LPL_OPTIM_ADAM, p.eta = 1e-3, p.weight_decay = 1.5e-6;
    } else if (preset == LPL_PRESET_TOY2D) {
        p.form = LPL_FORM_REFERENCE, p.bias = 0, p.decorr = 0, p.eps = 1e-8, p.eta = 1e-2, p.weight_decay = 0.15;
    } else if (preset == LPL_PRESET_STREAM) {
        p.norm = LPL_NORM_NEURON, p.stats = LPL_STATS_EWMA, p.decorr = 0, p.eta = 1e-3, p.weight_decay = 1e-3;
    }
    memcpy(cfg, &p, c.size < sizeof p ? c.size : sizeof p);
    return LPL_OK;
}

void lpli_layer_follow(lpl_layer_t *l) {
    const lpl_layer_config_t *c = &l->cfg;
    l->rule = (lpli_rule_t){
        .rule = c->rule,
        .form = c->form,
        .norm = c->norm,
        .push_form = c->push_form,
        .pull_form = c->pull_form,
        .stats = c->stats,
        .pull = c->pull,
        .push = c->push,
        .decorr = c->decorr,
        .eps = c->eps,
        .collapse_std = c->collapse_std,
        .temperature = c->temperature,
#ifndef LPLI_NO_RULES
        .predictor_alpha = c->predictor_alpha,
        .predictor_eps = c->predictor_eps,
        .predictor_keep = c->predictor_keep,
#endif
    };
    l->optim = (lpli_optim_t){
        .optim = c->optim,
        .eta = c->eta,
        .momentum = c->momentum,
        .beta1 = c->beta1,
        .beta2 = c->beta2,
        .adam_eps = c->adam_eps,
        .beta1_t = l->optim.beta1_t,
        .beta2_t = l->optim.beta2_t,
    };
}

void lpli_layer_set_gains(lpl_layer_t *l) {
    l->stats.k_mean = lpli_ewma_gain(1, l->cfg.tau_mean);
    l->stats.k_sigma2 = lpli_ewma_gain(1, l->cfg.tau_sigma2);
}

#ifndef LPLI_NO_RULES
static lpl_status_t check_init(const lpl_layer_config_t *c, const char *fn) {
    static const char name[] = "init = LPL_INIT_UNIT_VARIANCE";
    LPLI_TRY(lpli_check_enum(c->init, LPL_INIT_UNIT_VARIANCE, fn, "init"));
    if (c->init != LPL_INIT_UNIT_VARIANCE) return LPL_OK;
    if (c->activation != LPL_ACT_LINEAR && c->activation != LPL_ACT_RELU && c->activation != LPL_ACT_LEAKY_RELU)
        return lpli_fail(LPL_E_ARG, fn,
                         "%s: activation = %d does not scale with its input, need LPL_ACT_LINEAR, RELU or LEAKY_RELU",
                         name, (int)c->activation);
    if (c->batch_max < 2)
        return lpli_fail(LPL_E_ARG, fn, "%s: batch_max = 1, need 2 or more: one row has no variance", name);
    return LPL_OK;
}
#endif

/* Check and complete the config (defaults of act_p0, act_p1). */
static lpl_status_t check(lpl_layer_t *l, const char *fn) {
    lpl_layer_config_t *c = &l->cfg;
    int32_t isa = LPL_ISA_REF;
#ifdef LPLI_NO_CONV
    if (c->flags & ~(uint32_t)LPL_FLAG_BATCH_INVARIANT)
        return lpli_fail(LPL_E_ARG, fn, "flags = %llu, need 0 or LPL_FLAG_BATCH_INVARIANT",
                         (unsigned long long)c->flags);
#else
    if (c->flags & ~(uint32_t)(LPL_FLAG_BATCH_INVARIANT | LPL_FLAG_WINOGRAD_4X4))
        return lpli_fail(LPL_E_ARG, fn, "flags = %llu, need LPL_FLAG_BATCH_INVARIANT, LPL_FLAG_WINOGRAD_4X4, both or 0",
                         (unsigned long long)c->flags);
#endif
    if ((c->flags & LPL_FLAG_BATCH_INVARIANT) && !lpli_blas_can_be_batch_invariant())
        return lpli_fail(LPL_E_UNSUPPORTED, fn,
                         "flags: LPL_FLAG_BATCH_INVARIANT needs the BLIS version that liblpl was built with (%s)",
                         lpli_blas_name());
    LPLI_TRY(lpli_check_enum(c->kind, LPL_LAYER_CONV2D, fn, "kind"));
    const lpli_kind_t *kind = lpli_kind(c->kind);
    if (c->kind != LPL_LAYER_DENSE && !kind)
        return lpli_fail(LPL_E_UNSUPPORTED, fn,
                         "kind = LPL_LAYER_CONV2D: this liblpl was built with CONV=no, need LPL_LAYER_DENSE");
    if (kind) LPLI_TRY(kind->check(c, fn));
    LPLI_TRY(lpli_check_dtype_of(c->dtype, fn));
    LPLI_TRY(lpli_check_count(c->n_pre, 1, UINT64_C(1) << 31, fn, "n_pre"));
    LPLI_TRY(lpli_check_count(c->n_post, 1, UINT64_C(1) << 31, fn, "n_post"));
    LPLI_TRY(lpli_check_count(c->batch_max, 1, UINT64_C(1) << 31, fn, "batch_max"));
    LPLI_TRY(lpli_act_init(&l->act, c->activation, c->act_p0, c->act_p1, 1, fn));
    c->act_p0 = l->act.p0;
    c->act_p1 = l->act.p1;
    LPLI_TRY(lpli_check_enum(c->bias, 1, fn, "bias"));
    LPLI_TRY(lpli_check_enum(c->pair, LPL_PAIR_SYMMETRIC, fn, "pair"));
    if (c->stats == LPL_STATS_ALL) return lpli_fail(LPL_E_ARG, fn, "stats = LPL_STATS_ALL, need BATCH, STALE or EWMA");
    LPLI_TRY(lpli_check_enum(c->stats, LPL_STATS_EWMA, fn, "stats"));
    lpli_layer_follow(l);
    LPLI_TRY(lpli_rule_check(&l->rule, c->tau_theta, fn));
    if (!lpli_traits(c->rule)->competes) c->temperature = 0; /* it has none */
    if (!lpli_traits(c->rule)->losses && c->pair != LPL_PAIR_CAUSAL)
        return lpli_fail(LPL_E_ARG, fn,
                         "pair = LPL_PAIR_SYMMETRIC, need LPL_PAIR_CAUSAL with a comparison rule (rule = %d)",
                         (int)c->rule);
    LPLI_TRY(lpli_check_tau(c->tau_mean, fn, "tau_mean"));
    LPLI_TRY(lpli_check_tau(c->tau_sigma2, fn, "tau_sigma2"));
    LPLI_TRY(lpli_check_finite(c->mean_init, -DBL_MAX, DBL_MAX, fn, "mean_init"));
    LPLI_TRY(lpli_check_finite(c->sigma2_init, 0, DBL_MAX, fn, "sigma2_init"));
    LPLI_TRY(lpli_check_finite(c->theta_init, -DBL_MAX, DBL_MAX, fn, "theta_init"));
    LPLI_TRY(lpli_optim_check(c->optim, c->eta, c->momentum, c->beta1, c->beta2, c->adam_eps, c->weight_decay, fn));
    LPLI_TRY(lpli_check_enum(c->mode, LPL_MODE_FROZEN, fn, "mode"));
#ifndef LPLI_NO_RULES
    LPLI_TRY(lpli_check_enum(c->reserved, 0, fn, "reserved"));
#endif
#ifdef LPLI_NO_RULES
    LPLI_TRY(lpli_check_enum(c->init, LPL_INIT_ZERO, fn, "init"));
#else
    LPLI_TRY(check_init(c, fn));
#endif
    LPLI_TRY(lpli_check_threads(c->threads, fn));
    LPLI_TRY(lpli_isa_choose(c->isa, &isa, fn));
    lpli_gemm_init(&l->gemm, isa, c->flags);
    return LPL_OK;
}

/* What follows from the config: fan_in, units, n_out, whose f' the rule applies. */
static void derive(lpl_layer_t *l) {
    const lpl_layer_config_t *c = &l->cfg;
    l->fan_in = (size_t)c->n_pre;
    l->units = l->n_out = (size_t)c->n_post;
    l->rule_act = l->act;
    if (lpli_traits(c->rule)->inputs) l->rule_act = (lpli_act_t){.kind = LPL_ACT_LINEAR};
    l->rule_f64 = c->dtype == LPL_F64;
    if (lpli_kind(c->kind)) lpli_kind(c->kind)->derive(l);
}

/* What arrays have as rows and columns; 0 where a config has no such array. */
enum {
    ONE,
    N_IN,   /* fan_in */
    UNITS,  /* n_post */
    SEEN,   /* units, as the rule sees them */
    LARGER, /* of the two */
    ROWS,   /* batch_max */
    BIASES, /* UNITS with biases, else 0; and so on */
    MOM1,
    MOM2,
    BIAS_MOM1,
    BIAS_MOM2,
    BCM,
    BCM_FLOAT,
    HEAD,
    HEAD_MOM1,
    HEAD_MOM2,
    COV_ROWS,
    PREV_ROWS,
    FORGOTTEN, /* none where a batch has but one row */
    KEPT_ROWS, /* with an f' or u that z does not tell; of both views */
    KEPT_OTHER_ROWS,
    OTHER_ROWS, /* of the view that learns in a symmetric pair only */
    CENTRED,
    SQUARE,
    KNOWN_BIASES,
    PARTS,
#ifndef LPLI_NO_RULES
    FORMS,     /* of the whole batch */
    PREDICTOR, /* elements of its matrix */
    UNSCALED,  /* of start values that wait */
#endif
    EXTENTS
};
/* (T), (R) of layer.h, lpli_square_size, and double: where one is wide, those behind it are. */
enum { OF_LAYER, OF_RULE, OF_SQUARE, OF_DOUBLE };

#define ARRAY(field, rows, cols, type) \
    { offsetof(lpl_layer_t, field), rows, cols, type }
static const struct {
    uint16_t at;
    uint8_t rows, cols, type;
} arrays[] = {
    ARRAY(param.own_w, UNITS, N_IN, OF_LAYER),
    ARRAY(param.own_bias, BIASES, ONE, OF_LAYER),
    ARRAY(param.m, MOM1, N_IN, OF_LAYER),
    ARRAY(param.v, MOM2, N_IN, OF_LAYER),
    ARRAY(param.bias_m, BIAS_MOM1, ONE, OF_LAYER),
    ARRAY(param.bias_v, BIAS_MOM2, ONE, OF_LAYER),
    ARRAY(param.theta, BCM, ONE, OF_LAYER),
    ARRAY(param.theta_exact, BCM_FLOAT, ONE, OF_DOUBLE),
    ARRAY(param.head, HEAD, ONE, OF_LAYER),
    ARRAY(param.head_m, HEAD_MOM1, ONE, OF_LAYER),
    ARRAY(param.head_v, HEAD_MOM2, ONE, OF_LAYER),
    ARRAY(stats.mean, SEEN, ONE, OF_DOUBLE),
    ARRAY(stats.sigma2, SEEN, ONE, OF_DOUBLE),
    ARRAY(stats.cov, COV_ROWS, COV_ROWS, OF_DOUBLE),
    ARRAY(stats.prev, PREV_ROWS, SEEN, OF_RULE),
    ARRAY(stats.forgotten, FORGOTTEN, ONE, OF_DOUBLE),
    ARRAY(scratch.now, ROWS, SEEN, OF_RULE),
    ARRAY(scratch.past, ROWS, SEEN, OF_RULE),
    ARRAY(scratch.kept[1], KEPT_ROWS, SEEN, OF_RULE),
    ARRAY(scratch.kept[0], KEPT_OTHER_ROWS, SEEN, OF_RULE),
    ARRAY(scratch.delta[1], ROWS, SEEN, OF_RULE),
    ARRAY(scratch.delta[0], OTHER_ROWS, SEEN, OF_RULE),
    ARRAY(scratch.centred, CENTRED, SEEN, OF_SQUARE),
    ARRAY(scratch.square, SQUARE, ONE, OF_SQUARE),
    ARRAY(scratch.push_gain, LARGER, ONE, OF_RULE),
    ARRAY(scratch.fprime_max[1], SEEN, ONE, OF_RULE),
    ARRAY(scratch.fprime_max[0], SEEN, ONE, OF_RULE),
    ARRAY(scratch.decay, LARGER, ONE, OF_RULE),
    ARRAY(scratch.batch_mean[0], SEEN, ONE, OF_DOUBLE),
    ARRAY(scratch.batch_m2[0], SEEN, ONE, OF_DOUBLE),
    ARRAY(scratch.batch_mean[1], SEEN, ONE, OF_DOUBLE),
    ARRAY(scratch.batch_m2[1], SEEN, ONE, OF_DOUBLE),
    ARRAY(scratch.use_mean, SEEN, ONE, OF_DOUBLE),
    ARRAY(scratch.use_sigma2, SEEN, ONE, OF_DOUBLE),
    ARRAY(scratch.unread_m2, SEEN, ONE, OF_DOUBLE),
    ARRAY(scratch.pull_sum, SEEN, ONE, OF_DOUBLE),
    ARRAY(scratch.variance, SEEN, ONE, OF_DOUBLE),
    ARRAY(scratch.known_bias_grad, KNOWN_BIASES, ONE, OF_DOUBLE),
    ARRAY(scratch.change, PARTS, ONE, OF_DOUBLE),
#ifndef LPLI_NO_RULES
    ARRAY(scratch.forms, FORMS, ONE, OF_DOUBLE),
    ARRAY(stats.predictor, PREDICTOR, ONE, OF_DOUBLE),
    ARRAY(param.unscaled, UNSCALED, ONE, OF_LAYER),
#endif
};

/* Every array of the layer, in the order of layer.h. */
static void place(lpl_layer_t *l, lpli_arena_t *a) {
    const lpl_layer_config_t *c = &l->cfg;
    const lpli_kind_t *kind = lpli_kind(c->kind);
    void *own = lpli_take(a, kind ? 1 : 0, 1, sizeof *l->conv);
    if (own) l->conv = own; /* else measured, or dense */
    derive(l);
    const uint64_t n = l->fan_in, M = c->n_post, U = l->units, B = c->batch_max, H = lpli_head_length(c);
    const int symmetric = c->pair == LPL_PAIR_SYMMETRIC,
              moments = c->optim - LPL_OPTIM_SGD; /* SGD 0, MOMENTUM 1, ADAM 2 */
    lpli_rule_t rule = l->rule;                   /* memory for decorrelation stays, whatever decorr was set to since */
    if (l->has_square && rule.decorr == 0) rule.decorr = 1;
    const uint64_t square = kind ? kind->square(l, &rule) : lpli_square_elements(&rule, U, B);
    l->has_square = square > 0;
    const int ewma = c->stats == LPL_STATS_EWMA;
    const int told = lpli_traits(c->rule)->inputs ? c->activation == LPL_ACT_LINEAR : lpli_acts[c->activation].from_z;
    const uint64_t kept = kind || told ? 0 : B;
    const uint64_t biases = c->bias ? M : 0, bcm = lpli_traits(c->rule)->theta ? M : 0;
    const uint64_t tiles = ((M - 1) / LPLI_UPDATE_ROWS + 1) * ((n - 1) / LPLI_UPDATE_COLS + 1),
                   blocks = (M - 1) / LPLI_TASK_UNITS + 1,
                   parts = kind             ? M
                           : tiles > blocks ? tiles
                                            : blocks;
    l->scratch.parts = (size_t)parts;
#ifndef LPLI_NO_RULES
    const uint64_t P = lpli_form_units(l);
#endif
    const uint64_t extent[EXTENTS] = {
        [ONE] = 1,
        [N_IN] = n,
        [UNITS] = M,
        [SEEN] = U,
        [LARGER] = U > M ? U : M,
        [ROWS] = B,
        [BIASES] = biases,
        [MOM1] = moments > 0 ? M : 0,
        [MOM2] = moments > 1 ? M : 0,
        [BIAS_MOM1] = moments > 0 ? biases : 0,
        [BIAS_MOM2] = moments > 1 ? biases : 0,
        [BCM] = bcm,
        [BCM_FLOAT] = c->dtype == LPL_F32 ? bcm : 0,
        [HEAD] = H,
        [HEAD_MOM1] = moments > 0 ? H : 0,
        [HEAD_MOM2] = moments > 1 ? H : 0,
        [COV_ROWS] = square > 0 && ewma ? lpli_form_units(l) : 0,
        [PREV_ROWS] = symmetric ? 0 : B,
        [FORGOTTEN] = symmetric || B < 2 ? 0 : B,
        [KEPT_ROWS] = kept,
        [KEPT_OTHER_ROWS] = symmetric ? kept : 0,
        [OTHER_ROWS] = symmetric ? B : 0,
        [CENTRED] = square > 0 ? (symmetric && ewma ? 2 * B : B) : 0,
        [SQUARE] = square,
        [KNOWN_BIASES] = l->rule_f64 ? 0 : biases,
        [PARTS] = 2 * parts,
#ifndef LPLI_NO_RULES
        [FORMS] = lpli_forms_elements(&rule, P, B * (U / P), symmetric),
        [PREDICTOR] = lpli_predicts(&rule) ? P * P : 0,
        [UNSCALED] = c->init == LPL_INIT_UNIT_VARIANCE ? M * n + biases + H : 0,
#endif
    };
    const int wide_from = c->dtype == LPL_F64 ? OF_LAYER : l->rule_f64 ? OF_RULE : ewma ? OF_SQUARE : OF_DOUBLE;
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++) {
        const size_t e = arrays[k].type < wide_from ? sizeof(float) : sizeof(double);
        void *p = lpli_take(a, extent[arrays[k].rows], extent[arrays[k].cols], e);
        memcpy((unsigned char *)l + arrays[k].at, &p,
               sizeof p); /* pointers to void and to double look alike (assumptions.h) */
    }
    if (kind) {
        lpli_arena_t apart = {.base = NULL};
        kind->place(l, l->apart ? &apart : a);
        l->apart_bytes = apart.used;
        a->too_large |= apart.too_large;
    } else
        l->scratch.tiles =
            lpli_take(a, (uint64_t)c->threads,
                      (M < LPLI_UPDATE_ROWS ? M : LPLI_UPDATE_ROWS) * (n < LPLI_UPDATE_COLS ? n : LPLI_UPDATE_COLS),
                      lpli_size_of(c->dtype));
}

/* Bytes of a layer whose config is checked, or 0 if that cannot be addressed. */
static size_t measure(lpl_layer_t *l) {
    lpli_conv_t conv = {.taken = NULL};
    lpli_arena_t a = {0};
    if (lpli_kind(l->cfg.kind) && !lpli_kind(l->cfg.kind)->fits(&l->cfg)) return 0;
    l->conv = &conv;
    lpli_take(&a, 1, 1, sizeof *l);
    place(l, &a);
    l->conv = NULL;
    return a.too_large ? 0 : a.used;
}

#ifndef LPLI_NO_CONV
void lpli_layer_set_apart(lpl_layer_t *decided) {
    decided->apart = lpli_kind(decided->cfg.kind) != NULL;
    decided->bytes = measure(decided); /* less than before */
}

void lpli_layer_lend(lpl_layer_t *l, void *scratch) {
    lpli_arena_t a = {.base = scratch};
    if (l->apart) lpli_kind(l->cfg.kind)->place(l, &a);
}
#else
void lpli_layer_set_apart(lpl_layer_t *decided) { (void)decided; }
void lpli_layer_lend(lpl_layer_t *l, void *scratch) { (void)l, (void)scratch; }
#endif

lpl_status_t lpli_layer_decide(lpl_layer_t *l, const char *fn) {
    const lpl_layer_config_t *c = &l->cfg;
    LPLI_TRY(check(l, fn));
    l->bytes = measure(l);
    if (l->bytes == 0)
        return lpli_fail(LPL_E_SIZE, fn,
                         "n_pre = %zu, n_post = %zu, batch_max = %zu: more memory than can be addressed",
                         (size_t)c->n_pre, (size_t)c->n_post, (size_t)c->batch_max);
    return LPL_OK;
}

lpl_status_t lpli_layer_configure(lpl_layer_t *l, const lpl_layer_config_t *cfg, const char *fn) {
    *l = (lpl_layer_t){.cfg = defaults, .optim = {.beta1_t = 1, .beta2_t = 1}};
    LPLI_TRY(lpli_config_copy(&l->cfg, sizeof l->cfg, cfg, fn));
    LPLI_TRY(lpli_layer_decide(l, fn));
    const lpl_layer_config_t *c = &l->cfg;
    return lpli_optim_check_factors(c->optim, c->momentum, c->beta1, c->beta2, c->dtype, fn);
}

lpl_status_t lpl_layer_size(const lpl_layer_config_t *cfg, size_t *bytes, size_t *align) {
    lpl_layer_t decided;
    if (!bytes || !align) return lpli_fail(LPL_E_NULL, "lpl_layer_size", "%s is NULL", bytes ? "align" : "bytes");
    LPLI_TRY(lpli_layer_configure(&decided, cfg, "lpl_layer_size"));
    *bytes = decided.bytes;
    *align = LPLI_ALIGN;
    return LPL_OK;
}

lpl_status_t lpli_layer_check_room(const lpl_layer_t *decided, const void *mem, size_t bytes, const char *fn) {
    if (bytes >= decided->bytes && (uintptr_t)mem % LPLI_ALIGN == 0) return LPL_OK;
    return lpli_fail(LPL_E_MEMORY, fn, "mem: need %zu bytes on a %d-byte boundary, got %zu at offset %zu",
                     decided->bytes, LPLI_ALIGN, bytes, (size_t)((uintptr_t)mem % LPLI_ALIGN));
}

lpl_layer_t *lpli_layer_make(const lpl_layer_t *decided, void *mem) {
    memset(mem, 0, decided->bytes);
    lpli_arena_t a = {.base = mem};
    lpl_layer_t *l = lpli_take(&a, 1, 1, sizeof *l);
    *l = *decided;
    place(l, &a);
    l->threads_max = (uint16_t)l->cfg.threads;
    lpli_guard_forget(l);
    lpli_layer_set_gains(l);
    l->param.w = l->param.own_w;
    l->param.ldw = l->fan_in;
    l->param.bias = l->param.own_bias;
    return l;
}

/* Statistics and thresholds as they start. */
static void start(lpl_layer_t *l) {
    const lpl_layer_config_t *c = &l->cfg;
    const size_t U = l->units;
    for (size_t i = 0; c->stats == LPL_STATS_EWMA && i < U; i++) {
        l->stats.mean[i] = c->mean_init;
        l->stats.sigma2[i] = c->sigma2_init;
    }
    const size_t side = l->stats.cov ? lpli_form_units(l) : 0;
    for (size_t i = 0; i < side; i++) l->stats.cov[i * (side + 1)] = c->sigma2_init;
    if (!lpli_thresholds(l)) return;
    lpli_fill(l->param.theta, c->dtype, U, c->theta_init);
    if (l->param.theta_exact) lpli_fill(l->param.theta_exact, LPL_F64, U, c->theta_init);
}

lpl_layer_t *lpli_layer_begin(const lpl_layer_t *decided, void *mem) {
    lpl_layer_t *l = lpli_layer_make(decided, mem);
    start(l);
    if (lpli_starts_uniform(l)) LPLI_BY_DTYPE(l->cfg.dtype, lpli_init_weights)(l);
    return l;
}

lpl_status_t lpl_layer_create_in(void *mem, size_t bytes, const lpl_layer_config_t *cfg, lpl_layer_t **out) {
    static const char fn[] = "lpl_layer_create_in";
    lpl_layer_t decided;
    if (!mem) return lpli_fail(LPL_E_NULL, fn, "mem is NULL");
    LPLI_TRY(lpli_layer_configure(&decided, cfg, fn));
    if (!out) return lpli_fail(LPL_E_NULL, fn, "out is NULL");
    LPLI_TRY(lpli_layer_check_room(&decided, mem, bytes, fn));
    *out = lpli_layer_begin(&decided, mem);
    return LPL_OK;
}

void lpl_layer_destroy(lpl_layer_t *l) {
#ifndef LPLI_NO_MALLOC
    if (l && l->reduce) l->forget_hook(l);
#endif
    if (l && l->release) l->release(l->block);
}
