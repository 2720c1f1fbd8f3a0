/* layer/layer_state.c - save and load a layer.
 *
 * Records (container.h; * = only where the layer has such a state; T = the layer's dtype):
 *   LAYR  u64  integers of the config and the counters      PARM  f64  real parameters, beta1^t, beta2^t
 *   WGHT T rows of n_pre   BIAS* T   MOM1* MOM2* BMO1* BMO2* T   THET* T   PREV* T
 *   thet* f64 (theta before it was rounded; since 0.1.1: a file without it goes on with the rounded one, as 0.1.0 did)
 *   MEAN  f64   SIG2  f64   COVA* f64   HEAD* HMO1* HMO2* T (projection head and its moments)
 *   TEMP* f64 (the temperature, > 0; layers whose units compete; since 0.1.1)
 *   PULL* f64 predictor_alpha, predictor_eps, predictor_keep (of another pull form than DIFFERENCE, which is the last
 *         entry of LAYR then and else not there; since 0.1.1)   PRED* f64 P rows of P (of a predictor)
 *   FORG* f64 (a number for each row of PREV: 1 if it is forgotten, else 0; only where one is; since 0.1.1)
 * New versions may append entries to LAYR and PARM and add records with lower-case tags. */
#include <float.h>

#include "core/object.h"
#include "layer/layer.h"

#define SIGNED(field) LPLI_STORED_SIGNED(lpl_layer_t, cfg.field)
#define LOW(field) LPLI_STORED_LOW(lpl_layer_t, cfg.field)
#define LONG(field) LPLI_STORED_ANY(lpl_layer_t, cfg.field)
static const lpli_number_t number[] = {
    LOW(flags),
    SIGNED(kind),
    SIGNED(dtype),
    LONG(n_pre),
    LONG(n_post),
    LONG(batch_max),
    SIGNED(activation),
    SIGNED(bias),
    SIGNED(rule),
    SIGNED(form),
    SIGNED(norm),
    SIGNED(push_form),
    SIGNED(pair),
    SIGNED(stats),
    SIGNED(optim),
    SIGNED(mode),
    LONG(seed),
    LONG(stream),
    SIGNED(init),
    SIGNED(label),
    LPLI_STORED_ANY(lpl_layer_t, step),
    LPLI_STORED(lpl_layer_t, stats.has_stale, LPLI_INT32, 1),
    LPLI_STORED(lpl_layer_t, stats.prev_batch, LPLI_SIZE, UINT64_MAX),
    LPLI_STORED(lpl_layer_t, has_square, LPLI_BOOL, 1),
    LOW(channels),
    LOW(height),
    LOW(width),
    LOW(kernel_h),
    LOW(kernel_w),
    LOW(stride),
    LOW(padding),
    LOW(groups),
    LOW(pool),
    SIGNED(sees),
    LOW(head_hidden),
    LOW(head_out),
#ifndef LPLI_NO_RULES
    SIGNED(pull_form),
#endif
};
/* the last numbers: files of dense layers may end before them, all but those of another pull form before the last */
enum { OF_CONV = 12, OF_FORMS = LPLI_PULL_FORMS > 1 };
#define REAL(field) offsetof(lpl_layer_t, cfg.field)
static const uint16_t reals[] = {
    REAL(act_p0),
    REAL(act_p1),
    REAL(pull),
    REAL(push),
    REAL(decorr),
    REAL(eps),
    REAL(tau_mean),
    REAL(tau_sigma2),
    REAL(mean_init),
    REAL(sigma2_init),
    REAL(tau_theta),
    REAL(theta_init),
    REAL(collapse_std),
    REAL(eta),
    REAL(momentum),
    REAL(beta1),
    REAL(beta2),
    REAL(adam_eps),
    REAL(weight_decay),
    offsetof(lpl_layer_t, optim.beta1_t),
    offsetof(lpl_layer_t, optim.beta2_t),
};
static const lpli_fields_t fields = {
    .object = "a layer",
    .tag = "LAYR",
    .number = number,
    .real = reals,
    .n_number = LPLI_COUNT_OF(number),
    .n_real = LPLI_COUNT_OF(reals),
    .n_late_number = OF_CONV + OF_FORMS,
};

/* ---- arrays ---- */

enum { ONE, M, N, U, H, ROWS, P, EXTENTS };      /* n_post, fan_in, units, length of the head, remembered rows, P */
enum { OF_LAYER, OF_RULE, OF_DOUBLE, VARIANCE }; /* (T) and (R) of layer.h, double; a double that is not negative */
enum { MOMENT2 = VARIANCE + 1 };                 /* likewise (T) */
static const struct {
    char tag[5];
    uint8_t rows, cols, type;
    uint16_t at;
} table[] = {
#define ARRAY(field, tag, rows, cols, type) \
    { tag, rows, cols, type, offsetof(lpl_layer_t, field) }
    [LPLI_WGHT] = ARRAY(param.w, "WGHT", M, N, OF_LAYER),
    [LPLI_BIAS] = ARRAY(param.bias, "BIAS", ONE, M, OF_LAYER),
    [LPLI_MOM1] = ARRAY(param.m, "MOM1", M, N, OF_LAYER),
    [LPLI_MOM2] = ARRAY(param.v, "MOM2", M, N, MOMENT2),
    [LPLI_BMO1] = ARRAY(param.bias_m, "BMO1", ONE, M, OF_LAYER),
    [LPLI_BMO2] = ARRAY(param.bias_v, "BMO2", ONE, M, MOMENT2),
    [LPLI_THET] = ARRAY(param.theta, "THET", ONE, M, OF_LAYER),
    [LPLI_THET_EXACT] = ARRAY(param.theta_exact, "thet", ONE, M, OF_DOUBLE),
    [LPLI_MEAN] = ARRAY(stats.mean, "MEAN", ONE, U, OF_DOUBLE),
    [LPLI_SIG2] = ARRAY(stats.sigma2, "SIG2", ONE, U, VARIANCE),
    [LPLI_COVA] = ARRAY(stats.cov, "COVA", P, P, OF_DOUBLE),
    [LPLI_PREV] = ARRAY(stats.prev, "PREV", ROWS, U, OF_RULE),
    [LPLI_HEAD] = ARRAY(param.head, "HEAD", ONE, H, OF_LAYER),
    [LPLI_HMO1] = ARRAY(param.head_m, "HMO1", ONE, H, OF_LAYER),
    [LPLI_HMO2] = ARRAY(param.head_v, "HMO2", ONE, H, MOMENT2),
#ifndef LPLI_NO_RULES
    [LPLI_PRED] = ARRAY(stats.predictor, "PRED", P, P, OF_DOUBLE),
#endif
    [LPLI_FORG] = ARRAY(stats.forgotten, "FORG", ROWS, ONE, VARIANCE),
};

void lpli_layer_arrays(const lpl_layer_t *l, lpli_array_t out[LPLI_LAYER_ARRAYS]) {
    const size_t extent[EXTENTS] = {[ONE] = 1,
                                    [M] = (size_t)l->cfg.n_post,
                                    [N] = l->fan_in,
                                    [U] = l->units,
                                    [H] = (size_t)lpli_head_length(&l->cfg),
                                    [P] = lpli_form_units(l),
                                    [ROWS] = l->stats.prev_batch};
    for (int k = 0; k < LPLI_TEMP; k++) {
        const int type = table[k].type, narrow = type == OF_RULE ? !l->rule_f64 : type == OF_LAYER || type == MOMENT2;
        const size_t rows = extent[table[k].rows], cols = extent[table[k].cols];
        void *p;
        memcpy(&p, (const unsigned char *)l + table[k].at, sizeof p);
        out[k] = (lpli_array_t){
            .tag = p && rows > 0 ? table[k].tag : NULL,
            .p = p,
            .rows = rows,
            .cols = cols,
            .ld = k == LPLI_WGHT ? l->param.ldw : cols,
            .row = lpli_row_of_reals,
            .dtype = narrow ? l->cfg.dtype : LPL_F64,
            .low = type >= VARIANCE ? 0 : -DBL_MAX,
            .high = DBL_MAX,
        };
    }
    out[LPLI_TEMP] = (lpli_array_t)LPLI_ARRAY_REALS(lpli_traits(l->cfg.rule)->competes ? "TEMP" : NULL,
                                                    (void *)&l->cfg.temperature, 1, LPL_F64, DBL_TRUE_MIN, DBL_MAX);
#ifndef LPLI_NO_RULES
    out[LPLI_PULL] = (lpli_array_t)LPLI_ARRAY_REALS(lpli_pull_is_form(&l->rule) ? "PULL" : NULL,
                                                    (void *)&l->cfg.predictor_alpha, 3, LPL_F64, 0, DBL_MAX);
#endif
    if (!l->stats.some_forgotten) out[LPLI_FORG].tag = NULL;
}

lpl_status_t lpli_layer_can_be_saved(const lpl_layer_t *l, const char *fn) {
    lpli_array_t array[LPLI_LAYER_ARRAYS];
    lpli_layer_arrays(l, array);
    return lpli_arrays_check(array, LPLI_LAYER_ARRAYS, "layer", l->cfg.label, fn);
}

lpl_status_t lpl_layer_save(const lpl_layer_t *l, lpl_write_fn write, void *user) {
    static const char fn[] = "lpl_layer_save";
    if (!l || !write) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", l ? "write" : "l");
    lpli_array_t array[LPLI_LAYER_ARRAYS];
    lpli_writer_t w;
    lpli_layer_arrays(l, array);
    LPLI_TRY(lpli_arrays_check(array, LPLI_LAYER_ARRAYS, "layer", l->cfg.label, fn));
    LPLI_TRY(lpli_write_begin(&w, write, user, fn));
#ifdef LPLI_NO_RULES
    LPLI_TRY(lpli_fields_write(&w, &fields, l));
#else
    lpli_fields_t numbers = fields;
    if (!lpli_pull_is_form(&l->rule)) numbers.n_number -= OF_FORMS; /* a file as before */
    LPLI_TRY(lpli_fields_write(&w, &numbers, l));
#endif
    LPLI_TRY(lpli_arrays_write(&w, array, LPLI_LAYER_ARRAYS));
    return lpli_write_end(&w);
}

/* ---- load ---- */

lpl_status_t lpli_layer_open(lpli_reader_t *r, lpl_layer_t *decided, lpl_read_fn read, void *user, int32_t threads,
                             const char *fn) {
    const lpl_layer_config_t *c = &decided->cfg;
    const lpli_optim_t *o = &decided->optim;
    LPLI_TRY(lpli_check_threads(threads, fn));
    *decided = (lpl_layer_t){.block = NULL};
    LPLI_TRY(lpl_layer_config_init(&decided->cfg, sizeof decided->cfg));
    LPLI_TRY(lpli_read_begin(r, read, user, fn));
    LPLI_TRY(lpli_fields_read(r, &fields, decided));
    decided->cfg.threads = threads;
    const lpl_status_t status = lpli_layer_decide(decided, fn);
    if (status == LPL_E_UNSUPPORTED) return status;
    if (status < 0) return lpli_fail(LPL_E_FORMAT, fn, "records LAYR and PARM do not describe a layer that can be");
    if (decided->stats.prev_batch > (c->pair == LPL_PAIR_SYMMETRIC ? 0 : c->batch_max) ||
        !(o->beta1_t >= 0 && o->beta1_t <= 1) || !(o->beta2_t >= 0 && o->beta2_t <= 1))
        return lpli_fail(LPL_E_FORMAT, fn, "records LAYR and PARM: counters out of range");
    return LPL_OK;
}

lpl_status_t lpli_layer_fill(lpli_reader_t *r, const lpl_layer_t *decided, void *mem, lpl_layer_t **out) {
    lpli_array_t array[LPLI_LAYER_ARRAYS];
    lpl_layer_t *l = lpli_layer_make(decided, mem);
    lpli_layer_arrays(l, array);
    void *forgotten = l->stats.forgotten;
    array[LPLI_THET_EXACT].optional = &l->param.theta_exact;
    if (l->stats.prev_batch > 1) array[LPLI_FORG].tag = "FORG";
    array[LPLI_FORG].optional = &forgotten;
    LPLI_TRY(lpli_arrays_read_any(r, fields.object, array, LPLI_LAYER_ARRAYS));
    l->stats.some_forgotten = forgotten != NULL && l->stats.prev_batch > 1;
    lpli_layer_follow(l); /* the temperature, numbers of the predictor */
    if (lpli_pull_is_form(&l->rule) && lpli_rule_check_forms(&l->rule, r->fn) < 0)
        return lpli_fail(LPL_E_FORMAT, r->fn, "record PULL: numbers of the predictor out of range");
    *out = l;
    return LPL_OK;
}

lpl_status_t lpl_layer_load_size(lpl_read_fn read, void *user, int32_t threads, size_t *bytes, size_t *align) {
    static const char fn[] = "lpl_layer_load_size";
    lpli_reader_t r;
    lpl_layer_t decided;
    if (!read || !bytes || !align)
        return lpli_fail(LPL_E_NULL, fn, "%s is NULL", !read ? "read" : !bytes ? "bytes" : "align");
    LPLI_TRY(lpli_layer_open(&r, &decided, read, user, threads, fn));
    *bytes = decided.bytes;
    *align = LPLI_ALIGN;
    return LPL_OK;
}

lpl_status_t lpl_layer_load_in(void *mem, size_t bytes, lpl_read_fn read, void *user, int32_t threads,
                               lpl_layer_t **out) {
    static const char fn[] = "lpl_layer_load_in";
    lpli_reader_t r;
    lpl_layer_t decided, *l = NULL;
    if (!mem || !read || !out) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", !mem ? "mem" : !read ? "read" : "out");
    LPLI_TRY(lpli_layer_open(&r, &decided, read, user, threads, fn));
    LPLI_TRY(lpli_layer_check_room(&decided, mem, bytes, fn));
    LPLI_TRY(lpli_layer_fill(&r, &decided, mem, &l));
    *out = l;
    return LPL_OK;
}
