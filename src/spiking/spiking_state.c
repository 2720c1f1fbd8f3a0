/* spiking/spiking_state.c - lpl_spiking_save, lpl_spiking_load: everything that the next step can see, histories of the present block included.
 *
 * Records, in this order (container: src/state/container.c):
 *   SPIK u64   the numbers of `ints` below       PARM f64   the numbers of `reals`
 *   ROWS COLS  connectivity, if not all to all   LINE u64   pre spikes on their way
 *   PREB POSB u64, FPRI, ERRF                    histories: the rows in use (spiking.h)
 *   ERR_ RISE FLT_ MEAN SIG2, MN64 SG64          post neurons (the last two f64, with LPL_SLOW_DOUBLE)
 *   TRPR PSP_, PLIN                              pre neurons (PLIN: FUSED)
 *   WGHT ELIG ELFL SUM_, GRD2                    synapses (GRD2: with scaling)
 * Arrays are in the projection's type. */
#include <float.h>
#include <math.h>

#include "connect/connect_state.h"
#include "core/error.h"
#include "core/real.h"
#include "spiking/spiking.h"

enum {
    INT_DTYPE,
    INT_FORM,
    INT_N_PRE,
    INT_N_POST,
    INT_N_SYN,
    INT_DENSE,
    INT_EVERY,
    INT_SCALING,
    INT_SLOW,
    INT_MODE,
    INT_ENGINE,
    INT_MEMORY,
    INT_LABEL,
    INT_STEP,
    INT_T,
    INT_UPDATES,
    INT_PENDING,
    INT_FORWARD,
    N_INT,
    ROOM = 64
};

static const char OBJECT[] = "a plastic projection";

/* The config's doubles, in the order of the file. */
#define REALS(c)                                                                                                                           \
    {                                                                                                                                      \
        &(c)->dt, &(c)->eta, &(c)->push, &(c)->pull, &(c)->xi, &(c)->delta, &(c)->tau_syn, &(c)->tau_psp, &(c)->tau_rise, &(c)->tau_decay, \
            &(c)->tau_err_rise, &(c)->tau_err_decay, &(c)->beta, &(c)->v_theta, &(c)->t_lag, &(c)->delay_ax, &(c)->tau_mean,               \
            &(c)->tau_sigma2, &(c)->mean_init, &(c)->sigma2_init, &(c)->w_init, &(c)->w_min, &(c)->w_max, &(c)->tau_wdecay, &(c)->tau_rms  \
    }
enum { N_REAL = 25 };

/* Arrays of the projection's type that are stored as they are. */
typedef struct {
    const char *tag;
    void *p;
    size_t n;
    double low, high; /* values allowed; DBL_MAX: any finite one */
} array_t;

enum { ARRAYS = 13 };

static void arrays(array_t out[ARRAYS], const lpl_spiking_t *s) {
    const size_t n_pre = (size_t)s->cfg.n_pre, n_post = (size_t)s->cfg.n_post, n_syn = s->csr.n_synapses;
    const bool wide = s->cfg.dtype == LPL_F64;
    const double any = DBL_MAX, w_min = wide ? s->cfg.w_min : lpli_as_float(s->cfg.w_min),
                 w_max = wide ? s->cfg.w_max : lpli_as_float(s->cfg.w_max);
    const array_t all[ARRAYS] = {{"ERR_", s->err, n_post, -any, any},
                                 {"RISE", s->err_rise, n_post, -any, any},
                                 {"FLT_", s->err_flt, n_post, -any, any},
                                 {"MEAN", s->mean, n_post, 0, any},
                                 {"SIG2", s->sigma2, n_post, 0, any},
                                 {"TRPR", s->tr_pre, n_pre, 0, any},
                                 {"PSP_", s->psp, n_pre, 0, any},
                                 {"PLIN", s->psp_line, s->psp_line ? s->delay * n_pre : 0, 0, any},
                                 {"WGHT", s->w, n_syn, w_min, w_max},
                                 {"ELIG", s->elig, n_syn, -any, any},
                                 {"ELFL", s->elig_flt, n_syn, -any, any},
                                 {"SUM_", s->sum, n_syn, -any, any},
                                 {"GRD2", s->grad2, s->grad2 ? n_syn : 0, 0, any}};
    memcpy(out, all, sizeof all);
}

/* The first of n values that is not within low .. high (NaN is not); n if all are. */
static size_t first_unsound(const void *p, size_t n, double low, double high, bool wide) {
    size_t k = 0;
    for (; k < n; k++) {
        const double x = wide ? ((const double *)p)[k] : (double)((const float *)p)[k];
        if (!(x >= low && x <= high)) break;
    }
    return k;
}

/* Before the first byte: a file that cannot be loaded is never begun. */
static lpl_status_t can_be_saved(const lpl_spiking_t *s, const char *fn) {
    const bool wide = s->cfg.dtype == LPL_F64;
    const size_t n = (size_t)s->cfg.n_post, e = lpli_spk_elem(s);
    const char *bad = NULL;
    array_t all[ARRAYS];
    arrays(all, s);
    for (size_t k = 0; k < ARRAYS && !bad; k++)
        if (first_unsound(all[k].p, all[k].n, all[k].low, all[k].high, wide) < all[k].n) bad = all[k].tag;
    for (size_t row = 0; row < s->delay + s->pending && !bad; row++)
        if (first_unsound((const unsigned char *)s->fprime + row * s->n_pad * e, n, -1, DBL_MAX, wide) < n) bad = "FPRI";
    for (size_t row = 0; row < s->forward && !bad; row++)
        if (first_unsound((const unsigned char *)s->err_flt_row + row * s->n_pad * e, n, -DBL_MAX, DBL_MAX, wide) < n) bad = "ERRF";
    if (s->mean64 && !bad)
        if (first_unsound(s->mean64, n, 0, DBL_MAX, true) < n || first_unsound(s->sigma64, n, 0, DBL_MAX, true) < n) bad = "MN64 or SG64";
    return bad ? lpli_fail(LPL_E_NONFINITE, fn, "projection %d: state %s holds NaN or infinity", (int)s->cfg.label, bad) : LPL_OK;
}

lpl_status_t lpl_spiking_save(const lpl_spiking_t *s, lpl_write_fn write, void *user) {
    static const char fn[] = "lpl_spiking_save";
    if (!s || !write) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", s ? "write" : "s");
    LPLI_TRY(can_be_saved(s, fn));
    const lpl_spiking_config_t *c = &s->cfg;
    const size_t e = lpli_spk_elem(s), n_post = (size_t)c->n_post;
    const uint64_t ints[N_INT] = {[INT_DTYPE] = (uint64_t)c->dtype,
                                  [INT_FORM] = (uint64_t)c->form,
                                  [INT_N_PRE] = c->n_pre,
                                  [INT_N_POST] = c->n_post,
                                  [INT_N_SYN] = s->csr.n_synapses,
                                  [INT_DENSE] = s->csr.col == NULL,
                                  [INT_EVERY] = c->update_every,
                                  [INT_SCALING] = (uint64_t)c->scaling,
                                  [INT_SLOW] = (uint64_t)c->slow,
                                  [INT_MODE] = (uint64_t)c->mode,
                                  [INT_ENGINE] = (uint64_t)c->engine,
                                  [INT_MEMORY] = c->memory_max,
                                  [INT_LABEL] = (uint32_t)c->label,
                                  [INT_STEP] = s->step,
                                  [INT_T] = s->t,
                                  [INT_UPDATES] = s->updates,
                                  [INT_PENDING] = s->pending,
                                  [INT_FORWARD] = s->forward};
    const double *const fields[N_REAL] = REALS(c);
    double reals[N_REAL];
    for (size_t k = 0; k < N_REAL; k++) reals[k] = *fields[k];
    lpli_writer_t w;
    LPLI_TRY(lpli_write_begin(&w, write, user, fn));
    LPLI_TRY(lpli_write_u64(&w, "SPIK", ints, N_INT));
    LPLI_TRY(lpli_write_f64(&w, "PARM", reals, N_REAL));
    LPLI_TRY(lpli_csr_write(&w, &s->csr));
    LPLI_TRY(lpli_delay_write(&w, "LINE", &s->line));
    LPLI_TRY(lpli_write_u64(&w, "PREB", s->pre_bits, (2 * s->delay + s->pending) * s->pre_words));
    LPLI_TRY(lpli_write_u64(&w, "POSB", s->post_bits, (s->past_post + s->pending) * s->post_words));
    LPLI_TRY(lpli_write_rows(&w, "FPRI", s->fprime, s->delay + s->pending, n_post, s->n_pad, e));
    LPLI_TRY(lpli_write_rows(&w, "ERRF", s->err_flt_row, s->forward, n_post, s->n_pad, e));
    if (s->mean64) {
        LPLI_TRY(lpli_write_f64(&w, "MN64", s->mean64, n_post));
        LPLI_TRY(lpli_write_f64(&w, "SG64", s->sigma64, n_post));
    }
    array_t all[ARRAYS];
    arrays(all, s);
    for (size_t k = 0; k < ARRAYS; k++)
        if (all[k].p || all[k].n > 0) LPLI_TRY(lpli_write_rows(&w, all[k].tag, all[k].p, 1, all[k].n, all[k].n, e));
    return lpli_write_end(&w);
}

/* ---- load ---- */

static lpl_status_t decide(lpl_spiking_t *decided, const uint64_t ints[ROOM], const double reals[ROOM], const char *fn) {
    static const struct {
        int at;
        uint64_t most;
    } limits[] = {{INT_DTYPE, 1},
                  {INT_FORM, 1},
                  {INT_N_PRE, (uint64_t)1 << 31},
                  {INT_N_POST, (uint64_t)1 << 31},
                  {INT_N_SYN, (uint64_t)PTRDIFF_MAX / 64},
                  {INT_DENSE, 1},
                  {INT_SCALING, 2},
                  {INT_SLOW, 1},
                  {INT_MODE, 2},
                  {INT_ENGINE, 2},
                  {INT_LABEL, UINT32_MAX},
                  {INT_STEP, (uint64_t)1 << 53}};
    for (size_t k = 0; k < sizeof limits / sizeof *limits; k++)
        if (ints[limits[k].at] > limits[k].most) return lpli_fail(LPL_E_FORMAT, fn, "record SPIK, entry %d: out of range", limits[k].at);
    lpl_spiking_config_t c;
    LPLI_TRY(lpl_spiking_config_init(&c, sizeof c));
    c.dtype = (int32_t)ints[INT_DTYPE], c.form = (int32_t)ints[INT_FORM], c.n_pre = ints[INT_N_PRE], c.n_post = ints[INT_N_POST];
    c.update_every = ints[INT_EVERY], c.scaling = (int32_t)ints[INT_SCALING], c.slow = (int32_t)ints[INT_SLOW];
    c.mode = (int32_t)ints[INT_MODE], c.engine = (int32_t)ints[INT_ENGINE], c.memory_max = ints[INT_MEMORY];
    c.label = (int32_t)(uint32_t)ints[INT_LABEL];
    double *const fields[N_REAL] = REALS(&c);
    for (size_t k = 0; k < N_REAL; k++) *fields[k] = reals[k];
    if (ints[INT_ENGINE] == LPL_ENGINE_AUTO || lpli_spiking_decide(decided, &c, fn) < 0)
        return lpli_fail(LPL_E_FORMAT, fn, "records SPIK and PARM do not describe a projection that can be");
    const uint64_t t = ints[INT_T], since = t == 0 ? 0 : (t - 1) % c.update_every;
    const uint64_t pending = lpli_spk_is_block(decided) ? since % decided->cap : t % decided->cap;
    if (t > ints[INT_STEP] || ints[INT_PENDING] != pending || ints[INT_FORWARD] > pending ||
        (!lpli_spk_is_block(decided) && ints[INT_FORWARD] != pending) || ints[INT_UPDATES] != (t == 0 ? 0 : (t - 1) / c.update_every + 1))
        return lpli_fail(LPL_E_FORMAT, fn, "record SPIK: steps, updates and the length of the block do not fit together");
    if (ints[INT_DENSE] && ints[INT_N_SYN] != c.n_pre * c.n_post)
        return lpli_fail(LPL_E_FORMAT, fn, "record SPIK: all to all, but not n_pre x n_post synapses");
    return LPL_OK;
}

/* n values of the projection's type (or doubles), all within low .. high. */
static lpl_status_t read_reals(lpli_reader_t *r, const char *tag, void *p, size_t n, double low, double high, bool wide) {
    LPLI_TRY(lpli_read_expect(r, tag, OBJECT));
    LPLI_TRY(wide ? lpli_read_f64(r, p, n) : lpli_read_f32(r, p, n));
    const size_t k = first_unsound(p, n, low, high, wide);
    return k == n ? LPL_OK : lpli_fail(LPL_E_FORMAT, r->fn, "record %s: value %zu is out of range", tag, k);
}

/* Rows of n_post values without gaps into rows of n_pad. */
static lpl_status_t read_rows(lpli_reader_t *r, const char *tag, void *p, size_t rows, const lpl_spiking_t *s, double low) {
    const size_t n = (size_t)s->cfg.n_post, e = lpli_spk_elem(s);
    LPLI_TRY(read_reals(r, tag, p, rows * n, low, DBL_MAX, e == sizeof(double)));
    for (size_t row = rows; row-- > 0;) {
        unsigned char *to = (unsigned char *)p + row * s->n_pad * e;
        memmove(to, (unsigned char *)p + row * n * e, n * e);
        memset(to + n * e, 0, (s->n_pad - n) * e);
    }
    return LPL_OK;
}

static lpl_status_t read_bits(lpli_reader_t *r, const char *tag, uint64_t *rows, size_t steps, size_t words, size_t n) {
    lpli_delay_t d = {words, steps, rows};
    return lpli_delay_read(r, tag, OBJECT, &d, n);
}

static lpl_status_t read_all(lpl_spiking_t *s, lpli_reader_t *r, const uint64_t ints[ROOM]) {
    const size_t n_pre = (size_t)s->cfg.n_pre, n_post = (size_t)s->cfg.n_post;
    s->step = ints[INT_STEP], s->t = ints[INT_T], s->updates = ints[INT_UPDATES];
    s->pending = (size_t)ints[INT_PENDING], s->forward = (size_t)ints[INT_FORWARD];
    LPLI_TRY(lpli_delay_read(r, "LINE", OBJECT, &s->line, n_pre));
    LPLI_TRY(read_bits(r, "PREB", s->pre_bits, 2 * s->delay + s->pending, s->pre_words, n_pre));
    LPLI_TRY(read_bits(r, "POSB", s->post_bits, s->past_post + s->pending, s->post_words, n_post));
    LPLI_TRY(read_rows(r, "FPRI", s->fprime, s->delay + s->pending, s, -1));
    LPLI_TRY(read_rows(r, "ERRF", s->err_flt_row, s->forward, s, -DBL_MAX));
    if (s->mean64) {
        LPLI_TRY(read_reals(r, "MN64", s->mean64, n_post, 0, DBL_MAX, true));
        LPLI_TRY(read_reals(r, "SG64", s->sigma64, n_post, 0, DBL_MAX, true));
    }
    array_t all[ARRAYS];
    arrays(all, s);
    for (size_t k = 0; k < ARRAYS; k++)
        if (all[k].p || all[k].n > 0)
            LPLI_TRY(read_reals(r, all[k].tag, all[k].p, all[k].n, all[k].low, all[k].high, s->cfg.dtype == LPL_F64));
    while (!r->at_end) LPLI_TRY(lpli_read_next(r)); /* records of newer versions: skipped or refused by their tag */
    LPLI_BY_DTYPE(s->cfg.dtype, lpli_spiking_measure)(s);
    lpli_spiking_bound(s);
    return LPL_OK;
}

lpl_status_t lpl_spiking_load(lpl_read_fn read, void *user, size_t max_bytes, int32_t threads, lpl_spiking_t **out) {
    static const char fn[] = "lpl_spiking_load";
    if (!read || !out) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", read ? "out" : "read");
    if (threads < 1 || threads > 1024) return lpli_fail(LPL_E_ARG, fn, "threads = %d, need 1 .. 1024", (int)threads);
    if (max_bytes == 0) max_bytes = sizeof(size_t) > 4 ? (size_t)1 << 31 << 3 : (size_t)PTRDIFF_MAX;
    uint64_t ints[ROOM] = {0};
    double reals[ROOM] = {0};
    lpli_reader_t r;
    LPLI_TRY(lpli_read_begin(&r, read, user, fn));
    LPLI_TRY(lpli_read_expect_u64(&r, "SPIK", OBJECT, ints, N_INT, ROOM));
    LPLI_TRY(lpli_read_expect_f64(&r, "PARM", OBJECT, reals, N_REAL, ROOM));
    lpl_spiking_t decided = {0}, *s = NULL;
    LPLI_TRY(decide(&decided, ints, reals, fn));
    decided.cfg.threads = decided.threads = threads;
    const size_t n_syn = (size_t)ints[INT_N_SYN], need = lpli_spiking_bytes(&decided, n_syn, ints[INT_DENSE] != 0);
    if (need == 0 || need > max_bytes)
        return lpli_fail(LPL_E_MEMORY, fn, "the projection takes %zu bytes, max_bytes = %zu", need, max_bytes);
    lpli_csr_t csr = {0};
    LPLI_TRY(lpli_csr_read(&r, &csr, (size_t)decided.cfg.n_pre, (size_t)decided.cfg.n_post, n_syn, ints[INT_DENSE] != 0, OBJECT));
    LPLI_TRY(lpli_spiking_make(&decided, &csr, &s, fn));
    const lpl_status_t status = read_all(s, &r, ints);
    if (status < 0) {
        lpl_spiking_destroy(s);
        return status;
    }
    *out = s;
    return LPL_OK;
}
