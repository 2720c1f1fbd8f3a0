/* spiking/read_real.c - states out and in: lpl_spiking_read, lpl_spiking_write, lpl_spiking_report's pass over the
 * synapses. */
#include "core/object.h"
#include "spiking/forward.h"

static lpl_status_t check_state(const lpl_spiking_t *s, const void *array, size_t n, const char *fn, const char *name) {
    if (!s) return lpli_fail(LPL_E_NULL, fn, "s is NULL");
    LPLI_TRY(lpli_check_same_dtype(s->cfg.dtype, LPLI_DTYPE, "the projection", fn));
    if (!array && n > 0) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", name);
    return LPL_OK;
}

/* BLOCK: traces of the pre neurons lag delay + 1 steps behind; bring them here. The block has just ended: bits of row r
 * are of t0 - 2 delay + r. */
static void catch_up(lpl_spiking_t *s) {
    for (size_t row = 0; row < s->delay; row++)
        R(lpli_spiking_pre_step)(s, s->tr_pre, s->psp, s->pre_bits + row * s->pre_words);
}

static const real *values(const lpl_spiking_t *s, int32_t what) {
    switch (what) {
    case LPL_SPIKING_WEIGHTS: return s->w;
    case LPL_SPIKING_ELIG: return s->elig;
    case LPL_SPIKING_ELIG_FLT: return s->elig_flt;
    case LPL_SPIKING_ELIG_SUM: return s->sum;
    case LPL_SPIKING_GRAD2: return s->grad2;
    case LPL_SPIKING_TR_PRE: return s->tr_pre;
    case LPL_SPIKING_PSP: return s->psp;
    case LPL_SPIKING_ERR: return s->err;
    case LPL_SPIKING_ERR_RISE: return s->err_rise;
    case LPL_SPIKING_ERR_FLT: return s->err_flt;
    case LPL_SPIKING_MEAN: return s->mean;
    case LPL_SPIKING_SIGMA2: return s->sigma2;
    default: return (const real *)s->fprime + (s->delay + s->pending - 1) * s->n_pad; /* FPRIME */
    }
}

/* The step that would store such a value is refused; the gradients of a block that has not ended show it to a reader
 * first. */
static lpl_status_t not_finite(const lpl_spiking_t *s, int32_t what, size_t at, bool settled, const char *fn) {
    return lpli_fail(LPL_E_NONFINITE, fn, "projection %d, step %llu: value %zu of state %d %s", (int)s->cfg.label,
                     (unsigned long long)s->step, at, (int)what,
                     settled ? "would be NaN or infinite if the block ended now"
                             : "is beyond the largest number of the type");
}

lpl_status_t PUB(lpl_spiking_read)(const lpl_spiking_t *s, real *dst, size_t n, const uint64_t *index, int32_t what) {
    static const char fn[] = "lpl_spiking_read";
    LPLI_TRY(check_state(s, dst, n, fn, "dst"));
    LPLI_TRY(lpli_check_enum(what, LPL_SPIKING_FPRIME, fn, "what"));
    LPLI_TRY(lpli_check_index(n, index, lpli_spiking_length(s, what), fn));
    lpl_spiking_t *settled = NULL;
    if (lpli_spk_is_block(s) && what != LPL_SPIKING_WEIGHTS && what != LPL_SPIKING_GRAD2) {
        const unsigned parts = what <= LPL_SPIKING_GRAD2 ? LPLI_PART_PRE | LPLI_PART_POST | LPLI_PART_SYNAPSES
                               : what <= LPL_SPIKING_PSP ? LPLI_PART_PRE
                                                         : LPLI_PART_POST;
        LPLI_TRY(lpli_spiking_settled(s, &settled, parts, fn));
        if (parts == LPLI_PART_PRE) catch_up(settled);
        s = settled;
    }
    const double *slow = s->cfg.slow != LPL_SLOW_DOUBLE ? NULL
                         : what == LPL_SPIKING_MEAN     ? s->mean64
                         : what == LPL_SPIKING_SIGMA2   ? s->sigma64
                                                        : NULL;
    const real *x = values(s, what);
    lpl_status_t status = LPL_OK;
    for (int copy = s->calm; copy < 2 && status >= 0;
         copy++) /* what may overflow is looked at before anything is copied */
        for (size_t v = 0; v < n; v++) {
            const size_t at = index ? (size_t)index[v] : v;
            const real value = slow ? (real)slow[at] : x ? x[at] : 0;
            if (copy)
                dst[v] = value;
            else if (!isfinite(value)) {
                status = not_finite(s, what, at, settled != NULL, fn);
                break;
            }
        }
    lpl_spiking_destroy(settled);
    return status;
}

lpl_status_t PUB(lpl_spiking_write)(lpl_spiking_t *s, const real *src, size_t n, int32_t what) {
    static const char fn[] = "lpl_spiking_write";
    LPLI_TRY(check_state(s, src, n, fn, "src"));
    if (what != LPL_SPIKING_WEIGHTS && what != LPL_SPIKING_MEAN && what != LPL_SPIKING_SIGMA2)
        return lpli_fail(LPL_E_ARG, fn, "what = %d, need LPL_SPIKING_WEIGHTS, MEAN or SIGMA2", (int)what);
    LPLI_TRY(lpli_check_index(n, NULL, lpli_spiking_length(s, what), fn));
    if (what != LPL_SPIKING_WEIGHTS && s->t > 0)
        return lpli_fail(LPL_E_ORDER, fn, "mean and variance can be set before the first step, %llu were done",
                         (unsigned long long)s->t);
    const double low = what == LPL_SPIKING_WEIGHTS ? (double)(real)s->cfg.w_min : 0,
                 high = what == LPL_SPIKING_WEIGHTS ? (double)(real)s->cfg.w_max : (double)LPLI_REAL_MAX;
    for (size_t v = 0; v < n; v++)
        if (!((double)src[v] >= low && (double)src[v] <= high))
            return lpli_fail(LPL_E_ARG, fn, "src[%zu] = %g, need %g .. %g", v, (double)src[v], low, high);
    double *slow = s->cfg.slow != LPL_SLOW_DOUBLE ? NULL
                   : what == LPL_SPIKING_MEAN     ? s->mean64
                   : what == LPL_SPIKING_SIGMA2   ? s->sigma64
                                                  : NULL;
    if (n > 0)
        memcpy(what == LPL_SPIKING_WEIGHTS ? s->w
               : what == LPL_SPIKING_MEAN  ? s->mean
                                           : s->sigma2,
               src, n * sizeof(real));
    for (size_t v = 0; slow && v < n; v++) slow[v] = (double)src[v];
    double mean = 0;
    for (size_t v = 0; v < n; v++) mean += ((double)src[v] - mean) / (double)(v + 1);
    if (what == LPL_SPIKING_WEIGHTS) {
        s->start.w = n > 0 ? mean : s->start.w;
        if (s->watch.w && n > 0) memcpy(s->watch.w, src, n * sizeof(real));
        s->watch.learned = 0;
    } else {
        if (what == LPL_SPIKING_MEAN) s->start.rate = mean / s->cfg.tau_mean;
        R(lpli_spiking_measure)(s);
        lpli_spiking_bound(s);
    }
    return LPL_OK;
}

/* ---- health ---- */

static uint64_t nonfinite(const real *x, size_t n) {
    uint64_t found = 0;
    for (size_t k = 0; x && k < n; k++) found += !(x[k] - x[k] == 0);
    return found;
}

void R(lpli_spiking_health)(const lpl_spiking_t *s, lpl_spiking_report_t *r) {
    const real *w = s->w, low = (real)s->cfg.w_min, high = (real)s->cfg.w_max;
    const size_t n_syn = s->csr.n_synapses, n_post = (size_t)s->cfg.n_post;
    double mean = 0, square = 0;
    for (size_t k = 0; k < n_syn; k++) { /* Welford */
        const double d = (double)w[k] - mean;
        mean += d / (double)(k + 1);
        square += d * ((double)w[k] - mean);
        r->n_at_min += w[k] <= low;
        r->n_at_max += w[k] >= high;
    }
    r->w_mean = mean, r->w_std = n_syn > 0 ? sqrt(square / (double)n_syn) : 0;
    const real *const synapse[] = {s->w, s->elig, s->elig_flt, s->sum, s->grad2};
    for (size_t v = 0; v < sizeof synapse / sizeof *synapse; v++) r->n_nonfinite += nonfinite(synapse[v], n_syn);
    const real *const post[] = {s->err, s->err_rise, s->err_flt, s->mean, s->sigma2};
    for (size_t v = 0; v < sizeof post / sizeof *post; v++) r->n_nonfinite += nonfinite(post[v], n_post);
    const real *trace = s->mean;
    const double left = lpli_spiking_left_over(s);
    uint64_t silent = 0, wild = 0;
    for (size_t i = 0; i < n_post; i++) {
        const double rate = (s->mean64 ? s->mean64[i] : (double)trace[i]) / s->cfg.tau_mean;
        r->rate_mean += rate / (double)n_post;
        if (i == 0 || rate < r->rate_min) r->rate_min = rate;
        if (i == 0 || rate > r->rate_max) r->rate_max = rate;
        r->n_silent += rate < 0.01;
        r->n_runaway += rate > 200;
        const double own = left < 1 ? (rate - s->start.rate * left) / (1 - left) : rate;
        r->rate += own / (double)n_post;
        silent += own < 0.01;
        wild += own > 1 / s->cfg.t_lag;
    }
    r->silent = (double)silent / (double)n_post, r->runaway = (double)wild / (double)n_post;
    r->weight_change = s->watch.change;
}

double R(lpli_spiking_moved)(lpl_spiking_t *s) {
    const size_t n = s->csr.n_synapses;
    const real *w = s->w, *old = s->watch.w;
    double moved = 0, now = 0, before = 0;
    for (size_t k = 0; k < n; k++) {
        moved += fabs((double)w[k] - (double)old[k]);
        now += fabs((double)w[k]), before += fabs((double)old[k]);
    }
    if (n > 0) memcpy(s->watch.w, w, n * sizeof(real));
    return moved > 0 ? moved / fmax(now, before) : 0;
}
