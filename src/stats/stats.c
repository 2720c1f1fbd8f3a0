/* stats/stats.c - lpl_stats_t: config, layout in memory (taken in heap.c), merge, read (equations:
 * include/lpl/stats.h). */
#include "stats/stats.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "core/check.h"
#include "core/cpu.h"
#include "core/object.h"
#include "core/real.h"
#include "stats/moments.h"

static const lpl_stats_config_t defaults = {
    .size = sizeof(lpl_stats_config_t),
    .batch_max = 1,
    .threads = 1,
    .tau_mean = 1000,
    .tau_sigma2 = 1000,
    .sigma2_init = 1,
};

lpl_status_t lpl_stats_config_init(lpl_stats_config_t *cfg, size_t size) {
    return lpli_config_init(cfg, size, &defaults, sizeof defaults, "lpl_stats_config_init");
}

static lpl_status_t check(const lpl_stats_config_t *c, const char *fn) {
    if (c->flags != 0 || c->reserved != 0) return lpli_fail(LPL_E_ARG, fn, "flags and reserved must be 0");
    LPLI_TRY(lpli_check_dtype_of(c->dtype, fn));
    LPLI_TRY(lpli_check_enum(c->mode, LPL_STATS_ALL, fn, "mode"));
    LPLI_TRY(lpli_check_count(c->n_units, 1, UINT64_C(1) << 31, fn, "n_units"));
    LPLI_TRY(lpli_check_count(c->batch_max, 1, UINT64_C(1) << 31, fn, "batch_max"));
    LPLI_TRY(lpli_check_enum(c->covariance, 1, fn, "covariance"));
    LPLI_TRY(lpli_check_threads(c->threads, fn));
    LPLI_TRY(lpli_check_tau(c->tau_mean, fn, "tau_mean"));
    LPLI_TRY(lpli_check_tau(c->tau_sigma2, fn, "tau_sigma2"));
    LPLI_TRY(lpli_check_finite(c->mean_init, -DBL_MAX, DBL_MAX, fn, "mean_init"));
    return lpli_check_finite(c->sigma2_init, 0, DBL_MAX, fn, "sigma2_init");
}

void lpli_stats_lay_out(void *object, lpli_arena_t *a) {
    lpl_stats_t *s = object;
    const lpl_stats_config_t *c = &s->cfg;
    const bool slow = c->mode == LPL_STATS_EWMA || c->mode == LPL_STATS_ALL;
    const uint64_t units = c->n_units, square = c->covariance ? units : 0;
    double **const vector[] = {&s->mean, &s->m2, &s->new_mean, &s->new_m2};
    for (size_t k = 0; k < sizeof vector / sizeof *vector; k++) *vector[k] = lpli_take(a, units, 1, sizeof(double));
    s->cov = lpli_take(a, slow ? square : 0, units, sizeof(double));
    s->gram = lpli_take(a, square, units, sizeof(double));
    s->zc = lpli_take(a, c->covariance ? c->batch_max : 0, units, sizeof(double));
    s->spare = lpli_take(a, slow ? 0 : square, units, sizeof(double));
}

lpl_status_t lpli_stats_decide(lpl_stats_t *s, const char *fn) {
    int32_t isa = LPL_ISA_REF;
    LPLI_TRY(check(&s->cfg, fn));
    LPLI_TRY(lpli_isa_choose(s->cfg.isa, &isa, fn));
    s->cfg.size = sizeof s->cfg;
    lpli_gemm_init(&s->gemm, isa, 0);
    s->bytes = lpli_object_bytes(s, sizeof *s, lpli_stats_lay_out);
    if (s->bytes == 0)
        return lpli_fail(LPL_E_SIZE, fn, "n_units = %zu, batch_max = %zu: more memory than can be addressed",
                         (size_t)s->cfg.n_units, (size_t)s->cfg.batch_max);
    return LPL_OK;
}

void lpli_stats_start(lpl_stats_t *s) {
    const size_t units = (size_t)s->cfg.n_units;
    const int ewma = s->cfg.mode == LPL_STATS_EWMA;
    s->count = 0;
    for (size_t i = 0; i < units; i++) {
        s->mean[i] = ewma ? s->cfg.mean_init : 0;
        s->m2[i] = ewma ? s->cfg.sigma2_init : 0;
    }
    if (s->cov) memset(s->cov, 0, units * units * sizeof(double));
    for (size_t i = 0; s->cov && ewma && i < units; i++) s->cov[i * units + i] = s->cfg.sigma2_init;
    if (s->gram) memset(s->gram, 0, units * units * sizeof(double));
}

lpl_status_t lpl_stats_reset(lpl_stats_t *s) {
    if (!s) return lpli_fail(LPL_E_NULL, "lpl_stats_reset", "s is NULL");
    lpli_stats_start(s);
    return LPL_OK;
}

/* Rows to be taken in: their number, moments and (with covariance) sums of products of deviations. */
typedef struct {
    double n;
    const double *mean, *m2, *gram;
} rows_t;

/* Both ways of taking rows in are done twice where an overflow cannot be excluded: without write they only look, and
 * return the first unit that would hold NaN or infinity, else the number of units. */

/* Sums of products of deviations of two sets of rows (Chan, Golub & LeVeque 1983), for the mean, the variances and the
 * covariance. */
static size_t join(lpl_stats_t *s, const rows_t *r, int write) {
    const size_t units = (size_t)s->cfg.n_units;
    const double total = s->count + r->n, weight = s->count * r->n / total;
    double *own = s->cov ? s->cov : s->gram;
    for (size_t i = 0; s->cfg.covariance && i < units; i++)
        for (size_t j = 0; j < units; j++) {
            const size_t k = i * units + j;
            const double sum = own[k] + (r->gram[k] + weight * ((r->mean[i] - s->mean[i]) * (r->mean[j] - s->mean[j])));
            if (!write && !isfinite(sum)) return i;
            if (write) own[k] = sum;
        }
    for (size_t i = 0; i < units; i++) {
        const double d = r->mean[i] - s->mean[i], m2 = s->m2[i] + (r->m2[i] + weight * d * d),
                     mean = s->mean[i] + d * (r->n / total);
        if (!write && !(isfinite(m2) && isfinite(mean))) return i;
        if (write) s->m2[i] = m2, s->mean[i] = mean;
    }
    if (write) s->count = total;
    return units;
}

static size_t join_ewma(lpl_stats_t *s, const rows_t *r, int write) {
    const size_t units = (size_t)s->cfg.n_units;
    const double k_mean = lpli_ewma_gain(r->n, s->cfg.tau_mean), k_sigma2 = lpli_ewma_gain(r->n, s->cfg.tau_sigma2);
    if (!write) {
        for (size_t i = 0; i < units; i++) {
            double mean = s->mean[i], m2 = s->m2[i];
            lpli_ewma_take(&mean, &m2, r->mean + i, r->m2 + i, 1, r->n, k_mean, k_sigma2);
            if (!isfinite(mean) || !isfinite(m2)) return i;
            for (size_t j = 0; s->cov && j < units; j++) {
                double other = s->mean[j], unused = 0;
                lpli_ewma_take(&other, &unused, r->mean + j, r->m2 + j, 1, r->n, k_mean, k_sigma2);
                const size_t k = i * units + j;
                if (!isfinite(
                        lpli_ewma_cov(s->cov[k], r->gram[k], r->n, r->mean[i] - mean, r->mean[j] - other, k_sigma2)))
                    return i;
            }
        }
        return units;
    }
    lpli_ewma_take(s->mean, s->m2, r->mean, r->m2, units, r->n, k_mean, k_sigma2);
    for (size_t i = 0; s->cov && i < units; i++) {
        double *row = s->cov + i * units;
        lpli_ewma_cov_row_f64(row, NULL, false, row, r->gram + i * units, r->mean, s->mean, i, units, r->n, k_sigma2,
                              s->gemm.isa);
    }
    s->count += r->n;
    return units;
}

/* Largest magnitude; NaN or infinity if there is one. */
static double largest(const double *p, size_t n) {
    double high = 0;
    for (size_t k = 0; p && k < n; k++) {
        const double v = fabs(p[k]);
        if (v <= high) continue;
        high = v;
        if (!(high <= DBL_MAX)) break;
    }
    return high;
}

/* No overflow is possible, by the largest of everything. */
static int is_calm(const lpl_stats_t *s, const rows_t *r) {
    const size_t units = (size_t)s->cfg.n_units, square = s->cfg.covariance ? units * units : 0;
    const double mean = largest(s->mean, units) + largest(r->mean, units);
    double sum = largest(s->m2, units) + largest(r->m2, units) + (s->count + r->n) * mean * mean;
    sum += largest(s->cov ? s->cov : s->gram, square) + largest(r->gram, square);
    return sum <= DBL_MAX / 4096;
}

static lpl_status_t take_in(lpl_stats_t *s, const rows_t *r, const char *fn) {
    size_t (*const how)(lpl_stats_t *, const rows_t *, int) = s->cfg.mode == LPL_STATS_EWMA ? join_ewma : join;
    const size_t bad = is_calm(s, r) ? (size_t)s->cfg.n_units : how(s, r, 0);
    if (bad < s->cfg.n_units)
        return lpli_fail(LPL_E_NONFINITE, fn,
                         "mean, variance or covariance of unit %zu would become NaN or infinite; nothing has changed",
                         bad);
    how(s, r, 1);
    return LPL_OK;
}

lpl_status_t lpli_stats_take(lpl_stats_t *s, double n, const double *mean, const double *m2, const double *gram,
                             const char *fn) {
    const size_t units = (size_t)s->cfg.n_units;
    const rows_t r = {.n = n, .mean = mean, .m2 = m2, .gram = gram};
    if (s->cfg.mode == LPL_STATS_EWMA || s->cfg.mode == LPL_STATS_ALL) return take_in(s, &r, fn);
    /* BATCH, STALE: replace (gram is the spare one; exchange them) */
    for (size_t k = 0; gram && !(largest(gram, units * units) <= DBL_MAX) && k < units * units; k++)
        if (!isfinite(gram[k]))
            return lpli_fail(LPL_E_NONFINITE, fn,
                             "the covariance of units %zu and %zu is too large; nothing has changed", k / units,
                             k % units);
    memcpy(s->mean, mean, units * sizeof(double));
    memcpy(s->m2, m2, units * sizeof(double));
    double *old = s->gram;
    s->gram = s->spare;
    s->spare = old;
    s->count = n;
    return LPL_OK;
}

lpl_status_t lpl_stats_merge(lpl_stats_t *dst, const lpl_stats_t *src) {
    static const char fn[] = "lpl_stats_merge";
    if (!dst || !src) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", dst ? "src" : "dst");
    if (dst == src) return lpli_fail(LPL_E_OVERLAP, fn, "dst and src are the same tracker");
    if (src->cfg.mode == LPL_STATS_EWMA)
        return lpli_fail(
            LPL_E_ARG, fn,
            "src is an LPL_STATS_EWMA tracker; its rows cannot be told apart any more (need BATCH, STALE or ALL)");
    if (src->cfg.n_units != dst->cfg.n_units)
        return lpli_fail(LPL_E_SIZE, fn, "src has %zu units, dst has %zu", (size_t)src->cfg.n_units,
                         (size_t)dst->cfg.n_units);
    if (dst->cfg.covariance && !src->cfg.covariance)
        return lpli_fail(LPL_E_ARG, fn, "dst tracks a covariance and src does not");
    if (src->count == 0) return LPL_OK;
    const rows_t r = {
        .n = src->count,
        .mean = src->mean,
        .m2 = src->m2,
        .gram = !dst->cfg.covariance ? NULL
                : src->cov           ? src->cov
                                     : src->gram,
    };
    return take_in(dst, &r, fn);
}

int32_t lpli_stats_mode(const lpl_stats_t *s) { return s->cfg.mode; }

/* What m2 and the sums of products are to be multiplied by: 1 (EWMA), 1/(count - 1), or 1/count. */
static double scale(const lpl_stats_t *s, int population) {
    if (s->cfg.mode == LPL_STATS_EWMA) return 1;
    return 1 / (population ? s->count : s->count - 1);
}

static lpl_status_t need_rows(const lpl_stats_t *s, double n, const char *fn) {
    if (s->cfg.mode == LPL_STATS_EWMA || s->count >= n) return LPL_OK;
    return lpli_fail(LPL_E_ORDER, fn, "the tracker has seen %g rows, need %g", s->count, n);
}

lpl_status_t lpli_stats_for_rule(const lpl_stats_t *s, double *mean, double *sigma2, const double **cov,
                                 double *cov_scale, size_t n, const char *fn) {
    if (n != s->cfg.n_units)
        return lpli_fail(LPL_E_SIZE, fn, "stats has %zu units, n_post = %zu", (size_t)s->cfg.n_units, n);
    LPLI_TRY(need_rows(s, 2, fn));
    if (cov && !s->cov) return lpli_fail(LPL_E_ARG, fn, "decorr > 0 needs stats with covariance = 1");
    *cov_scale = scale(s, 0);
    memcpy(mean, s->mean, n * sizeof(double));
    for (size_t i = 0; i < n; i++) sigma2[i] = s->m2[i] * *cov_scale;
    if (cov) *cov = s->cov;
    return LPL_OK;
}

lpl_status_t lpl_stats_read(const lpl_stats_t *s, double *dst, size_t n, int32_t what) {
    static const char fn[] = "lpl_stats_read";
    if (!s || !dst) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", s ? "dst" : "s");
    LPLI_TRY(lpli_check_enum(what, LPL_STATS_DTYPE, fn, "what"));
    const size_t units = (size_t)s->cfg.n_units;
    const int scalar = what >= LPL_STATS_COUNT;
    const size_t length = scalar ? 1 : what == LPL_STATS_COVARIANCE ? units * units : units;
    if (n != length) return lpli_fail(LPL_E_SIZE, fn, "n = %zu, need exactly %zu", n, length);
    if (what == LPL_STATS_COVARIANCE && !s->cfg.covariance)
        return lpli_fail(LPL_E_ARG, fn, "this tracker was created with covariance = 0");
    if (!scalar) LPLI_TRY(need_rows(s, what == LPL_STATS_MEAN || what == LPL_STATS_SIGMA2_POPULATION ? 1 : 2, fn));
    const double by = scalar ? 0 : scale(s, what == LPL_STATS_SIGMA2_POPULATION);
    switch (what) {
    case LPL_STATS_COUNT: dst[0] = s->count; break;
    case LPL_STATS_N_UNITS: dst[0] = (double)units; break;
    case LPL_STATS_DTYPE: dst[0] = s->cfg.dtype; break;
    case LPL_STATS_MEAN: memcpy(dst, s->mean, units * sizeof(double)); break;
    case LPL_STATS_COVARIANCE:
        for (size_t k = 0; k < n; k++) dst[k] = (s->cov ? s->cov : s->gram)[k] * by;
        break;
    default:
        for (size_t i = 0; i < n; i++) dst[i] = s->m2[i] * by;
        break;
    }
    return LPL_OK;
}
