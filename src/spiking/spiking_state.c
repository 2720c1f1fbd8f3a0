/* spiking/spiking_state.c - lpl_spiking_save, lpl_spiking_load: everything that the next step can see, histories of the
 * present block included.
 *
 * Records, in this order (container: src/state/container.c):
 *   SPIK u64   the numbers below                 PARM f64   the reals
 *   PART       of a part (state/part_state.h)
 *   ROWS COLS  connectivity, if not all to all   LINE u64   pre spikes on their way
 *   PREB POSB u64, FPRI, ERRF                    histories: the rows in use (spiking.h)
 *   ERR_ RISE FLT_ MEAN SIG2, MN64 SG64          post neurons (the last two f64, with LPL_SLOW_DOUBLE)
 *   TRPR PSP_, PLIN                              pre neurons (PLIN: FUSED)
 *   WGHT ELIG ELFL SUM_, GRD2, WOLD              synapses (GRD2: with scaling, WOLD: with LPL_SPIKING_WATCH)
 * Arrays are in the projection's type. */
#include <float.h>
#include <math.h>

#include "connect/connect_state.h"
#include "core/object.h"
#include "spiking/spiking.h"
#include "state/part_state.h"

#define MOST_NEURONS ((uint64_t)1 << 31)
static const lpli_number_t number[] = {
    LPLI_STORED(lpl_spiking_t, cfg.dtype, LPLI_INT32, LPL_F64),
    LPLI_STORED(lpl_spiking_t, cfg.form, LPLI_INT32, LPL_FORM_REFERENCE),
    LPLI_STORED(lpl_spiking_t, cfg.n_pre, LPLI_UINT64, MOST_NEURONS),
    LPLI_STORED(lpl_spiking_t, cfg.n_post, LPLI_UINT64, MOST_NEURONS),
    LPLI_STORED(lpl_spiking_t, csr.n_synapses, LPLI_SIZE, PTRDIFF_MAX / 64),
    LPLI_STORED(lpl_spiking_t, csr.dense, LPLI_BOOL, 1),
    LPLI_STORED_ANY(lpl_spiking_t, cfg.update_every),
    LPLI_STORED(lpl_spiking_t, cfg.scaling, LPLI_INT32, LPL_SCALING_RMS),
    LPLI_STORED(lpl_spiking_t, cfg.slow, LPLI_INT32, LPL_SLOW_DOUBLE),
    LPLI_STORED(lpl_spiking_t, cfg.mode, LPLI_INT32, LPL_MODE_FROZEN),
    LPLI_STORED(lpl_spiking_t, cfg.engine, LPLI_INT32, LPL_ENGINE_BLOCK),
    LPLI_STORED_ANY(lpl_spiking_t, cfg.memory_max),
    LPLI_STORED_LOW(lpl_spiking_t, cfg.label),
    LPLI_STORED(lpl_spiking_t, step, LPLI_UINT64, (uint64_t)1 << 53),
    LPLI_STORED_ANY(lpl_spiking_t, t),
    LPLI_STORED_ANY(lpl_spiking_t, updates),
    LPLI_STORED(lpl_spiking_t, pending, LPLI_SIZE, UINT64_MAX),
    LPLI_STORED(lpl_spiking_t, forward, LPLI_SIZE, UINT64_MAX),
    /* since 0.1.1, with LPL_SPIKING_WATCH */
    LPLI_STORED(lpl_spiking_t, cfg.flags, LPLI_UINT32, LPL_SPIKING_WATCH),
    LPLI_STORED(lpl_spiking_t, watch.verdict, LPLI_INT32, LPL_VERDICT_NOT_LEARNING),
    LPLI_STORED_ANY(lpl_spiking_t, watch.learned),
};
#define REAL(field) offsetof(lpl_spiking_t, cfg.field)
static const uint16_t reals[] = {
    REAL(dt), REAL(eta), REAL(push), REAL(pull), REAL(xi), REAL(delta), REAL(tau_syn), REAL(tau_psp), REAL(tau_rise),
    REAL(tau_decay), REAL(tau_err_rise), REAL(tau_err_decay), REAL(beta), REAL(v_theta), REAL(t_lag), REAL(delay_ax),
    REAL(tau_mean), REAL(tau_sigma2), REAL(mean_init), REAL(sigma2_init), REAL(w_init), REAL(w_min), REAL(w_max),
    REAL(tau_wdecay), REAL(tau_rms),
    /* since 0.1.1, where they are not mean_init and w_init, and with LPL_SPIKING_WATCH */
    offsetof(lpl_spiking_t, start.rate), offsetof(lpl_spiking_t, start.w), offsetof(lpl_spiking_t, watch.change)};
static const lpli_fields_t fields = {
    .object = "a plastic projection",
    .tag = "SPIK",
    .number = number,
    .real = reals,
    .n_number = LPLI_COUNT_OF(number),
    .n_real = LPLI_COUNT_OF(reals),
    .n_late = 3,
    .n_late_number = 3,
};

enum { ARRAYS = 21, SUMS = 18 };
static const double nought = 0;

/* In the order of the file: histories, post neurons in double, then what is stored as it is. */
static void arrays(const lpl_spiking_t *s, lpli_array_t out[ARRAYS]) {
    const size_t n_pre = (size_t)s->cfg.n_pre, n_post = (size_t)s->cfg.n_post, n_syn = s->csr.n_synapses,
                 past = s->delay + s->pending;
    const lpli_delay_t pre = {s->pre_words, 2 * s->delay + s->pending, s->pre_bits},
                       post = {s->post_words, s->past_post + s->pending, s->post_bits};
    const int32_t T = s->cfg.dtype;
    const double any = DBL_MAX, w_min = T == LPL_F64 ? s->cfg.w_min : lpli_as_float(s->cfg.w_min),
                 w_max = T == LPL_F64 ? s->cfg.w_max : lpli_as_float(s->cfg.w_max);
    const lpli_array_t all[ARRAYS] = {
        lpli_delay_array("LINE", &s->line, n_pre),
        lpli_delay_array("PREB", &pre, n_pre),
        lpli_delay_array("POSB", &post, n_post),
        LPLI_ARRAY_ROWS("FPRI", s->fprime, past, n_post, s->n_pad, T, -1, any),
        LPLI_ARRAY_ROWS("ERRF", s->err_flt_row, s->forward, n_post, s->n_pad, T, -any, any),
        LPLI_ARRAY_REALS(s->mean64 ? "MN64" : NULL, s->mean64, n_post, LPL_F64, 0, any),
        LPLI_ARRAY_REALS(s->mean64 ? "SG64" : NULL, s->sigma64, n_post, LPL_F64, 0, any),
        LPLI_ARRAY_REALS("ERR_", s->err, n_post, T, -any, any),
        LPLI_ARRAY_REALS("RISE", s->err_rise, n_post, T, -any, any),
        LPLI_ARRAY_REALS("FLT_", s->err_flt, n_post, T, -any, any),
        LPLI_ARRAY_REALS("MEAN", s->mean, n_post, T, 0, any),
        LPLI_ARRAY_REALS("SIG2", s->sigma2, n_post, T, 0, any),
        LPLI_ARRAY_REALS("TRPR", s->tr_pre, n_pre, T, 0, any),
        LPLI_ARRAY_REALS("PSP_", s->psp, n_pre, T, 0, any),
        LPLI_ARRAY_REALS(s->psp_line ? "PLIN" : NULL, s->psp_line, s->delay * n_pre, T, 0, any),
        LPLI_ARRAY_REALS(s->w ? "WGHT" : NULL, s->w, n_syn, T, w_min, w_max),
        LPLI_ARRAY_REALS(s->elig ? "ELIG" : NULL, s->elig, n_syn, T, -any, any),
        LPLI_ARRAY_REALS(s->elig_flt ? "ELFL" : NULL, s->elig_flt, n_syn, T, -any, any),
        s->keeps_sum ? (lpli_array_t)LPLI_ARRAY_REALS(s->sum ? "SUM_" : NULL, s->sum, n_syn, T, -any, any)
                     : (lpli_array_t)LPLI_ARRAY_ZEROS("SUM_", (void *)(uintptr_t)&nought, n_syn, T),
        LPLI_ARRAY_REALS(s->grad2 ? "GRD2" : NULL, s->grad2, n_syn, T, 0, any),
        LPLI_ARRAY_REALS(s->watch.w ? "WOLD" : NULL, s->watch.w, n_syn, T, w_min, w_max),
    };
    memcpy(out, all, sizeof all);
}

lpl_status_t lpl_spiking_save(const lpl_spiking_t *s, lpl_write_fn write, void *user) {
    static const char fn[] = "lpl_spiking_save";
    if (!s || !write) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", s ? "write" : "s");
    lpli_array_t array[ARRAYS];
    lpli_writer_t w;
    arrays(s, array);
    LPLI_TRY(lpli_arrays_check(array, ARRAYS, "projection", s->cfg.label, fn));
    LPLI_TRY(lpli_write_begin(&w, write, user, fn));
    lpli_fields_t stored = fields;
    if (!lpli_spiking_watched(s)) {
        stored.n_number -= stored.n_late_number;
        if (s->start.rate == s->cfg.mean_init && s->start.w == s->cfg.w_init) stored.n_real -= stored.n_late;
    }
    LPLI_TRY(lpli_fields_write(&w, &stored, s));
    LPLI_TRY(lpli_part_write(&w, lpli_spiking_part(s)));
    LPLI_TRY(lpli_csr_write(&w, &s->csr));
    LPLI_TRY(lpli_arrays_write(&w, array, ARRAYS));
    return lpli_write_end(&w);
}

/* ---- load ---- */

/* What the numbers of a file say, decided; counters and the shape of the connectivity as in the file. */
static lpl_status_t decide(lpl_spiking_t *decided, const lpl_spiking_t *file, const char *fn) {
    const lpl_spiking_config_t *c = &file->cfg;
    if (c->engine == LPL_ENGINE_AUTO || lpli_spiking_decide(decided, c, fn) < 0)
        return lpli_fail(LPL_E_FORMAT, fn, "records SPIK and PARM do not describe a projection that can be");
    const uint64_t t = file->t, since = t == 0 ? 0 : (t - 1) % c->update_every;
    const uint64_t pending = lpli_spk_is_block(decided) ? since % decided->cap : t % decided->cap;
    if (t > file->step || file->step > (uint64_t)1 << 53 || file->pending != pending || file->forward > pending ||
        (!lpli_spk_is_block(decided) && file->forward != pending) ||
        file->updates != (t == 0 ? 0 : (t - 1) / c->update_every + 1))
        return lpli_fail(LPL_E_FORMAT, fn,
                         "record SPIK: steps, updates and the length of the block do not fit together");
    const double change = file->watch.change, rate = file->start.rate;
    if (!(change >= -1 && change <= 2) || !(rate >= 0 && rate <= DBL_MAX) || !(fabs(file->start.w) <= DBL_MAX) ||
        file->watch.learned > file->updates)
        return lpli_fail(LPL_E_FORMAT, fn, "records SPIK and PARM: what belongs to the verdict is out of range");
    if (file->csr.dense && file->csr.n_synapses != c->n_pre * c->n_post)
        return lpli_fail(LPL_E_FORMAT, fn, "record SPIK: all to all, but not n_pre x n_post synapses");
    decided->csr = (lpli_csr_t){.n_pre = (size_t)c->n_pre,
                                .n_post = (size_t)c->n_post,
                                .n_synapses = file->csr.n_synapses,
                                .dense = file->csr.dense};
    decided->step = file->step, decided->t = t, decided->updates = file->updates;
    decided->pending = file->pending, decided->forward = file->forward;
    return LPL_OK;
}

static lpl_status_t read_arrays(lpl_spiking_t *s, lpli_reader_t *r) {
    lpli_array_t array[ARRAYS];
    arrays(s, array);
    LPLI_TRY(lpli_arrays_read(r, fields.object, array, SUMS));
    if (s->keeps_sum)
        LPLI_TRY(lpli_arrays_read(r, fields.object, array + SUMS, 1));
    else {
        LPLI_TRY(lpli_read_expect(r, array[SUMS].tag, fields.object));
        LPLI_TRY(lpli_read_zeros(r, s->csr.n_synapses, lpli_spk_elem(s)));
    }
    LPLI_TRY(lpli_arrays_read(r, fields.object, array + SUMS + 1, ARRAYS - SUMS - 1));
    LPLI_TRY(lpli_read_rest(r));
    LPLI_BY_DTYPE(s->cfg.dtype, lpli_spiking_measure)(s);
    lpli_spiking_bound(s);
    return LPL_OK;
}

lpl_status_t lpl_spiking_load(lpl_read_fn read, void *user, size_t max_bytes, int32_t threads, lpl_spiking_t **out) {
    static const char fn[] = "lpl_spiking_load";
    if (!read || !out) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", read ? "out" : "read");
    LPLI_TRY(lpli_check_threads(threads, fn));
    max_bytes = lpli_max_bytes(max_bytes, 16);
    lpl_spiking_t file = {.start = {NAN, NAN}, .watch = {.change = -1, .verdict = LPL_VERDICT_EARLY}}, decided,
                  *s = NULL;
    lpli_csr_t csr = {0};
    lpli_reader_t r;
    LPLI_TRY(lpl_spiking_config_init(&file.cfg, sizeof file.cfg));
    LPLI_TRY(lpli_read_begin(&r, read, user, fn));
    LPLI_TRY(lpli_fields_read(&r, &fields, &file));
    LPLI_TRY(lpli_part_read(&r, file.cfg.n_post, &file.cfg.post_begin, &file.cfg.n_post_global));
    if (isnan(file.start.rate) && isnan(file.start.w))
        file.start = (lpli_spk_start_t){.rate = file.cfg.mean_init, .w = file.cfg.w_init};
    LPLI_TRY(decide(&decided, &file, fn));
    decided.cfg.threads = decided.threads = threads;
    const size_t n_pre = (size_t)file.cfg.n_pre, n_post = (size_t)file.cfg.n_post, n_syn = file.csr.n_synapses;
    LPLI_TRY(lpli_check_memory(lpli_spiking_bytes(&decided), max_bytes, fields.object, fn));
    LPLI_TRY(lpli_csr_read(&r, &csr, n_pre, n_post, n_syn, file.csr.dense, fields.object));
    decided.csr = csr; /* now its largest tile is known */
    const lpl_status_t fits = lpli_check_memory(lpli_spiking_bytes(&decided), max_bytes, fields.object, fn);
    if (fits < 0) {
        lpli_csr_free(&csr);
        return fits;
    }
    LPLI_TRY(lpli_spiking_make(&decided, &csr, &s, fn));
    s->start = file.start;
    s->watch.verdict = file.watch.verdict, s->watch.learned = file.watch.learned, s->watch.change = file.watch.change;
    const lpl_status_t status = read_arrays(s, &r);
    if (status < 0)
        lpl_spiking_destroy(s);
    else
        *out = s;
    return status;
}
