/* layer/layer_state.c - save and load a layer.
 *
 * Records (container.h; * = only where the layer has such a state; T = the layer's dtype):
 *   LAYR  u64  integers of the config and the counters, in the order of collect()
 *   PARM  f64  real parameters, likewise
 *   WGHT T rows of n_pre   BIAS* T   MOM1* MOM2* BMO1* BMO2* T   THET* T   PREV* T
 *   thet* f64 (theta before it was rounded; since 0.1.1: a file without it goes on with the rounded one, as 0.1.0 did)
 *   MEAN  f64   SIG2  f64   COVA* f64   HEAD* HMO1* HMO2* T (projection head and its moments)
 *   TEMP* f64 (the temperature, > 0; layers whose units compete; since 0.1.1)
 * New versions may append entries to LAYR and PARM and add records with lower-case tags. */
#include <math.h>
#include <string.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/object.h"
#include "layer/layer.h"
#include "state/container.h"

enum { N_INT = 36, N_INT_DENSE = 24, N_REAL = 21, ROOM = 64 }; /* files of dense layers may end after N_INT_DENSE */

typedef struct {
    uint64_t i[ROOM];
    double d[ROOM];
    size_t n_int; /* entries that the file has */
} numbers_t;

/* Where entry k of LAYR lives in the config; the four counters (STEP and on) do not. One list for both directions. */
enum { I32, U32, U64, COUNTER, STEP = 20, HAS_STALE = 21, PREV_ROWS = 22, HAS_SQUARE = 23 };
typedef struct {
    uint16_t at;
    uint8_t type;
} field_t;
#define FIELD(type, name) \
    { offsetof(lpl_layer_config_t, name), type }
static const field_t ints[N_INT] = {
    FIELD(U32, flags),     FIELD(I32, kind),       FIELD(I32, dtype),    FIELD(U64, n_pre),    FIELD(U64, n_post),
    FIELD(U64, batch_max), FIELD(I32, activation), FIELD(I32, bias),     FIELD(I32, rule),     FIELD(I32, form),
    FIELD(I32, norm),      FIELD(I32, push_form),  FIELD(I32, pair),     FIELD(I32, stats),    FIELD(I32, optim),
    FIELD(I32, mode),      FIELD(U64, seed),       FIELD(U64, stream),   FIELD(I32, init),     FIELD(I32, label),
    {0, COUNTER},          {0, COUNTER},           {0, COUNTER},         {0, COUNTER},         FIELD(U32, channels),
    FIELD(U32, height),    FIELD(U32, width),      FIELD(U32, kernel_h), FIELD(U32, kernel_w), FIELD(U32, stride),
    FIELD(U32, padding),   FIELD(U32, groups),     FIELD(U32, pool),     FIELD(I32, sees),     FIELD(U32, head_hidden),
    FIELD(U32, head_out),
};

/* The same of PARM; the last two are beta1^t and beta2^t. */
#define REAL(name) offsetof(lpl_layer_config_t, name)
static const uint16_t reals[N_REAL - 2] = {
    REAL(act_p0),    REAL(act_p1),     REAL(pull),         REAL(push),         REAL(decorr),
    REAL(eps),       REAL(tau_mean),   REAL(tau_sigma2),   REAL(mean_init),    REAL(sigma2_init),
    REAL(tau_theta), REAL(theta_init), REAL(collapse_std), REAL(eta),          REAL(momentum),
    REAL(beta1),     REAL(beta2),      REAL(adam_eps),     REAL(weight_decay),
};

static void collect(const lpl_layer_t *l, numbers_t *n) {
    const unsigned char *c = (const unsigned char *)&l->cfg;
    for (size_t k = 0; k < N_INT; k++) {
        const void *p = c + ints[k].at;
        n->i[k] = ints[k].type == U64   ? *(const uint64_t *)p
                  : ints[k].type == U32 ? *(const uint32_t *)p
                                        : (uint64_t)(int64_t) * (const int32_t *)p;
    }
    n->i[STEP] = l->step;
    n->i[HAS_STALE] = (uint64_t)l->stats.has_stale;
    n->i[PREV_ROWS] = l->stats.prev_batch;
    n->i[HAS_SQUARE] = l->scratch.square != NULL;
    for (size_t k = 0; k < N_REAL - 2; k++) n->d[k] = *(const double *)(const void *)(c + reals[k]);
    n->d[N_REAL - 2] = l->optim.beta1_t;
    n->d[N_REAL - 1] = l->optim.beta2_t;
}

/* The config part of collect(), the other way; the rest of the numbers is used by lpli_layer_open itself. */
static lpl_status_t restore_config(lpl_layer_config_t *config, const numbers_t *n, const char *fn) {
    unsigned char *c = (unsigned char *)config;
    for (size_t k = 0; k < N_INT && k < n->n_int; k++) {
        void *p = c + ints[k].at;
        const int64_t v = (int64_t)n->i[k];
        if ((ints[k].type == I32 && (v < INT32_MIN || v > INT32_MAX)) ||
            (ints[k].type == U32 && (v < 0 || v > (int64_t)UINT32_MAX)))
            return lpli_fail(LPL_E_FORMAT, fn, "record LAYR, entry %zu: out of range", k);
        switch (ints[k].type) {
        case I32: *(int32_t *)p = (int32_t)v; break;
        case U32: *(uint32_t *)p = (uint32_t)v; break;
        case U64: *(uint64_t *)p = (uint64_t)v; break;
        default: break;
        }
    }
    for (size_t k = 0; k < N_REAL - 2; k++) *(double *)(void *)(c + reals[k]) = n->d[k];
    return LPL_OK;
}

/* The arrays of a layer, by record. */
typedef struct {
    const char *tag;
    void *p;
    size_t rows, cols, ld, elem;
    int variance; /* may not be negative */
} array_t;

enum { N_ARRAY = 16 };

static size_t list_arrays(const lpl_layer_t *l, array_t out[N_ARRAY]) {
    const size_t M = (size_t)l->cfg.n_post, n = l->fan_in, U = l->units, H = (size_t)lpli_head_length(&l->cfg),
                 T = lpli_size_of(l->cfg.dtype), D = sizeof(double);
    const array_t all[N_ARRAY] = {
        {"WGHT", l->param.w, M, n, l->param.ldw, T, 0},
        {"BIAS", l->param.bias, 1, M, M, T, 0},
        {"MOM1", l->param.m, M, n, n, T, 0},
        {"MOM2", l->param.v, M, n, n, T, 1},
        {"BMO1", l->param.bias_m, 1, M, M, T, 0},
        {"BMO2", l->param.bias_v, 1, M, M, T, 1},
        {"THET", l->param.theta, 1, M, M, T, 0},
        {"thet", l->param.theta_exact, 1, M, M, D, 0},
        {"MEAN", l->stats.mean, 1, U, U, D, 0},
        {"SIG2", l->stats.sigma2, 1, U, U, D, 1},
        {"COVA", l->stats.cov, U, U, U, D, 0},
        {"PREV", l->stats.prev_batch ? l->stats.prev : NULL, l->stats.prev_batch, U, U, l->rule_f64 ? D : T, 0},
        {"HEAD", l->param.head, 1, H, H, T, 0},
        {"HMO1", l->param.head_m, 1, H, H, T, 0},
        {"HMO2", l->param.head_v, 1, H, H, T, 1},
        {"TEMP", lpli_traits(l->cfg.rule)->competes ? (void *)&l->cfg.temperature : NULL, 1, 1, 1, D, 1},
    };
    size_t count = 0;
    for (size_t k = 0; k < N_ARRAY; k++)
        if (all[k].p) out[count++] = all[k];
    return count;
}

/* All elements finite, variances not negative: a file with anything else could only produce NaN. */
static int is_sound(const array_t *a) {
    for (size_t i = 0; i < a->rows; i++)
        for (size_t j = 0; j < a->cols; j++) {
            const size_t k = i * a->ld + j;
            const double v = a->elem == sizeof(double) ? ((const double *)a->p)[k] : (double)((const float *)a->p)[k];
            if (!isfinite(v) || (a->variance && v < 0)) return 0;
        }
    return 1;
}

lpl_status_t lpli_layer_can_be_saved(const lpl_layer_t *l, const char *fn) {
    array_t array[N_ARRAY];
    const size_t count = list_arrays(l, array);
    for (size_t k = 0; k < count; k++)
        if (!is_sound(&array[k]))
            return lpli_fail(LPL_E_NONFINITE, fn, "layer %d: state %s holds NaN or infinity", (int)l->cfg.label,
                             array[k].tag);
    return LPL_OK;
}

lpl_status_t lpl_layer_save(const lpl_layer_t *l, lpl_write_fn write, void *user) {
    static const char fn[] = "lpl_layer_save";
    if (!l || !write) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", l ? "write" : "l");
    LPLI_TRY(lpli_layer_can_be_saved(l, fn)); /* before the first byte: a file that cannot be loaded is never begun */
    array_t array[N_ARRAY];
    const size_t count = list_arrays(l, array);
    numbers_t n;
    lpli_writer_t w;
    collect(l, &n);
    LPLI_TRY(lpli_write_begin(&w, write, user, fn));
    LPLI_TRY(lpli_write_u64(&w, "LAYR", n.i, N_INT));
    LPLI_TRY(lpli_write_f64(&w, "PARM", n.d, N_REAL));
    for (size_t k = 0; k < count; k++)
        LPLI_TRY(
            lpli_write_rows(&w, array[k].tag, array[k].p, array[k].rows, array[k].cols, array[k].ld, array[k].elem));
    return lpli_write_end(&w);
}

/* One of the two number records: at least as many entries as we know, at most ROOM. */
static lpl_status_t read_numbers(lpli_reader_t *r, const char *tag, numbers_t *n, const char *fn) {
    const int whole = memcmp(tag, "LAYR", 4) == 0;
    LPLI_TRY(lpli_read_next(r));
    if (r->at_end || memcmp(r->tag, tag, 4) != 0)
        return lpli_fail(LPL_E_FORMAT, fn, "record %s instead of %s: not the state of a layer",
                         r->at_end ? "END" : r->tag, tag);
    const uint64_t count = r->length / 8;
    if (r->length % 8 != 0 || count < (whole ? N_INT_DENSE : N_REAL) || count > ROOM)
        return lpli_fail(LPL_E_FORMAT, fn, "record %s has %llu bytes", tag, (unsigned long long)r->length);
    if (whole) n->n_int = (size_t)count;
    return whole ? lpli_read_u64(r, n->i, (size_t)count) : lpli_read_f64(r, n->d, (size_t)count);
}

static lpl_status_t read_arrays(lpl_layer_t *l, lpli_reader_t *r, const char *fn) {
    array_t array[N_ARRAY];
    const size_t count = list_arrays(l, array);
    for (;;) {
        LPLI_TRY(lpli_read_next(r));
        if (r->at_end) break;
        size_t k = 0;
        while (k < count && (!array[k].p || memcmp(array[k].tag, r->tag, 4) != 0)) k++;
        if (k == count) continue; /* skipped, or refused by the next lpli_read_next */
        const array_t a = array[k];
        const size_t n = a.rows * a.cols;
        LPLI_TRY(a.elem == sizeof(double) ? lpli_read_f64(r, a.p, n) : lpli_read_f32(r, a.p, n));
        if (!is_sound(&a))
            return lpli_fail(LPL_E_FORMAT, fn, "record %s holds NaN, infinity or a negative variance", a.tag);
        array[k].p = NULL; /* done */
    }
    for (size_t k = 0; k < count; k++)
        if (array[k].p && strcmp(array[k].tag, "thet") == 0)
            l->param.theta_exact = NULL;
        else if (array[k].p)
            return lpli_fail(LPL_E_FORMAT, fn, "record %s is missing", array[k].tag);
    return LPL_OK;
}

lpl_status_t lpli_layer_open(lpli_layer_file_t *f, lpl_read_fn read, void *user, int32_t threads, const char *fn) {
    LPLI_TRY(lpli_check_threads(threads, fn));
    numbers_t n;
    LPLI_TRY(lpli_read_begin(&f->r, read, user, fn));
    LPLI_TRY(read_numbers(&f->r, "LAYR", &n, fn));
    LPLI_TRY(read_numbers(&f->r, "PARM", &n, fn));

    lpl_layer_config_t *c = &f->c;
    LPLI_TRY(lpl_layer_config_init(c, sizeof *c));
    LPLI_TRY(restore_config(c, &n, fn));
    c->threads = threads;
    f->decorr = c->decorr;
    if (n.i[HAS_SQUARE] && c->decorr == 0)
        c->decorr = 1; /* the layer had memory for decorrelation, its coefficient was set to 0 later */
    lpl_layer_config_t complete;
    const lpl_status_t status = lpli_layer_checked_size(c, &complete, &f->bytes, fn);
    if (status == LPL_E_UNSUPPORTED) return status;
    if (status < 0) return lpli_fail(LPL_E_FORMAT, fn, "records LAYR and PARM do not describe a layer that can be");
    f->beta1_t = n.d[N_REAL - 2], f->beta2_t = n.d[N_REAL - 1];
    if (n.i[PREV_ROWS] > c->batch_max || (n.i[PREV_ROWS] && c->pair == LPL_PAIR_SYMMETRIC) || n.i[HAS_STALE] > 1 ||
        n.i[HAS_SQUARE] > 1 || !(f->beta1_t >= 0 && f->beta1_t <= 1) || !(f->beta2_t >= 0 && f->beta2_t <= 1))
        return lpli_fail(LPL_E_FORMAT, fn, "records LAYR and PARM: counters out of range");
    f->step = n.i[STEP];
    f->has_stale = (int32_t)n.i[HAS_STALE];
    f->prev_batch = (size_t)n.i[PREV_ROWS];
    return LPL_OK;
}

lpl_status_t lpli_layer_fill(lpli_layer_file_t *f, void *mem, size_t bytes, lpl_layer_t **out, const char *fn) {
    lpl_layer_t *l = NULL;
    LPLI_TRY(lpli_layer_make(mem, bytes, &f->c, &l, fn));
    l->cfg.decorr = l->rule.decorr = f->decorr;
    l->step = f->step;
    l->stats.has_stale = f->has_stale;
    l->stats.prev_batch = f->prev_batch;
    l->optim.beta1_t = f->beta1_t;
    l->optim.beta2_t = f->beta2_t;
    LPLI_TRY(read_arrays(l, &f->r, fn));
    if (lpli_traits(l->cfg.rule)->competes && !(l->cfg.temperature > 0))
        return lpli_fail(LPL_E_FORMAT, fn, "record TEMP: the temperature is 0");
    l->rule.temperature = l->cfg.temperature;
    *out = l;
    return LPL_OK;
}

lpl_status_t lpl_layer_load_size(lpl_read_fn read, void *user, int32_t threads, size_t *bytes, size_t *align) {
    static const char fn[] = "lpl_layer_load_size";
    lpli_layer_file_t f;
    if (!read || !bytes || !align)
        return lpli_fail(LPL_E_NULL, fn, "%s is NULL", !read ? "read" : !bytes ? "bytes" : "align");
    LPLI_TRY(lpli_layer_open(&f, read, user, threads, fn));
    *bytes = f.bytes;
    *align = LPLI_ALIGN;
    return LPL_OK;
}

lpl_status_t lpl_layer_load_in(void *mem, size_t bytes, lpl_read_fn read, void *user, int32_t threads,
                               lpl_layer_t **out) {
    static const char fn[] = "lpl_layer_load_in";
    lpli_layer_file_t f;
    if (!mem || !read || !out) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", !mem ? "mem" : !read ? "read" : "out");
    LPLI_TRY(lpli_layer_open(&f, read, user, threads, fn));
    lpl_layer_t *l = NULL;
    LPLI_TRY(lpli_layer_fill(&f, mem, bytes, &l, fn));
    *out = l;
    return LPL_OK;
}
