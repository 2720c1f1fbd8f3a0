/* rule/rule_api_real.c - the rule on the host's own arrays: lpl_rule_delta, lpl_rule_apply. */
#include "core/cpu.h"
#include "core/error.h"
#include "linalg/vector.h"
#include "optim/optim.h"
#include "rule/forms.h"
#include "rule/rule.h"
#include "stats/moments.h"
#include "stats/stats.h"

static const lpl_rule_config_t defaults = {
    .size = sizeof(lpl_rule_config_t),
    .rule = LPL_RULE_LPL,
    .pull = 1,
    .push = 1,
    .eps = 1e-4,
    .tau_theta = 10,
    .collapse_std = 1e-3,
    .temperature = 1,
};

/* The caller's config, checked. stats: LPL_STATS_* of the tracker, BATCH without one. */
static lpl_status_t read_config(lpli_rule_t *r, double *tau_theta, const lpl_rule_config_t *cfg, int32_t stats,
                                const char *fn) {
    lpl_rule_config_t c = defaults;
    LPLI_TRY(lpli_config_copy(&c, sizeof c, cfg, fn));
    if (c.flags != 0) return lpli_fail(LPL_E_ARG, fn, "flags = %llu, need 0", (unsigned long long)c.flags);
    *r = (lpli_rule_t){
        .rule = c.rule,
        .form = c.form,
        .norm = c.norm,
        .push_form = c.push_form,
        .pull_form = c.pull_form,
        .stats = stats,
        .pull = c.pull,
        .push = c.push,
        .decorr = c.decorr,
        .eps = c.eps,
        .collapse_std = c.collapse_std,
        .temperature = c.temperature,
    };
    *tau_theta = c.tau_theta;
    if (c.reserved != 0) return lpli_fail(LPL_E_ARG, fn, "reserved must be 0");
    LPLI_TRY(lpli_rule_check(r, c.tau_theta, fn));
    if (lpli_predicts(r))
        return lpli_fail(LPL_E_UNSUPPORTED, fn,
                         "pull_form = %d: the predictor of LPL_PULL_DIRECTPRED and LPL_PULL_ISOLOSS is a state of a "
                         "layer (lpl_layer_create), arrays alone have none",
                         (int)r->pull_form);
    return LPL_OK;
}

/* The host's theta is as wide as its responses: does it still move? (A layer keeps its own in double.) */
static lpl_status_t check_theta(const lpli_rule_t *r, double tau_theta, const char *fn) {
    const double lost = (double)(1 - (real)(1 - 1 / tau_theta));
    if (!lpli_traits(r->rule)->theta || fabs(1 / tau_theta / lost - 1) <= 1.0 / 3)
        return LPL_OK; /* false for a loss of 0 */
    return lpli_fail(LPL_E_ARG, fn,
                     "tau_theta = %g, which theta's type rounds to %g, need a smaller one or the _f64 call", tau_theta,
                     1 / lost);
}

/* Scratch, in this order, each part on a 64-byte boundary: doubles mean, batch_mean, sigma2, batch_m2, pull_sum; reals
 * gain, fprime_max; zc; square; doubles of forms.h. The moments are needed by any rule, zc and square with
 * decorrelation only. */
typedef struct {
    size_t moments, units, zc, square, forms, total;
} scratch_t;

static size_t round64(size_t bytes) { return (bytes + 63) / 64 * 64; }

static lpl_status_t scratch_layout(scratch_t *s, const lpli_rule_t *r, size_t units, size_t batch, size_t elem,
                                   const char *fn) {
    LPLI_TRY(lpli_check_size(units, 1, (size_t)1 << 31, fn, "n_post"));
    LPLI_TRY(lpli_check_size(batch, 1, (size_t)1 << 31, fn, "batch"));
    const int lateral = lpli_decorrelates(r, units);
    s->moments = round64(units * sizeof(double));
    s->units = round64(units * elem);
    const double need = 5.0 * (double)s->moments + 2.0 * (double)s->units +
                        (lateral ? ((double)batch * (double)units + (double)units * (double)units) * (double)elem : 0) +
                        (double)lpli_forms_elements(r, units, batch, 0) * sizeof(double);
    if (need > (double)(PTRDIFF_MAX / 2))
        return lpli_fail(LPL_E_SIZE, fn, "n_post = %zu, batch = %zu: more memory than can be addressed", units, batch);
    /* units^2 always suffices, whichever form and whatever tracker is used */
    s->zc = lateral ? round64(batch * units * elem) : 0;
    s->square = lateral ? round64(units * units * elem) : 0;
    s->forms = round64((size_t)lpli_forms_elements(r, units, batch, 0) * sizeof(double));
    s->total = 5 * s->moments + 2 * s->units + s->zc + s->square + s->forms;
    return LPL_OK;
}

#ifndef LPLI_F64
lpl_status_t lpl_rule_config_init(lpl_rule_config_t *cfg, size_t size) {
    return lpli_config_init(cfg, size, &defaults, sizeof defaults, "lpl_rule_config_init");
}

lpl_status_t lpl_report_init(lpl_report_t *report, size_t size) {
    static const lpl_report_t zero = {.size = sizeof(lpl_report_t)};
    return lpli_config_init(report, size, &zero, sizeof zero, "lpl_report_init");
}

lpl_status_t lpl_rule_scratch(const lpl_rule_config_t *cfg, size_t *bytes, size_t n_post, size_t batch, int32_t dtype) {
    static const char fn[] = "lpl_rule_scratch";
    lpli_rule_t r;
    scratch_t s = {0};
    double tau = 0;
    LPLI_TRY(read_config(&r, &tau, cfg, LPL_STATS_BATCH, fn));
    if (!bytes) return lpli_fail(LPL_E_NULL, fn, "bytes is NULL");
    LPLI_TRY(lpli_check_dtype_of(dtype, fn));
    LPLI_TRY(scratch_layout(&s, &r, n_post, batch, dtype == LPL_F64 ? sizeof(double) : sizeof(float), fn));
    *bytes = s.total;
    return LPL_OK;
}
#endif

/* Every array of the call against every other that is written. */
static lpl_status_t check_arrays(real *delta, size_t ldd, real *decay, real *theta, const real *z, size_t ldz,
                                 const real *z_prev, size_t ldzp, const real *fprime, size_t ldf, size_t n,
                                 size_t batch, const char *fn) {
    const size_t e = sizeof(real);
    LPLI_TRY(lpli_check_matrix(delta, batch, n, ldd, e, fn, "delta"));
    LPLI_TRY(lpli_check_matrix(z, batch, n, ldz, e, fn, "z"));
    if (z_prev) LPLI_TRY(lpli_check_matrix(z_prev, batch, n, ldzp, e, fn, "z_prev"));
    if (fprime) LPLI_TRY(lpli_check_matrix(fprime, batch, n, ldf, e, fn, "fprime"));
    const struct {
        const real *p;
        size_t rows, ld;
    } in[4] = {{z, batch, ldz}, {z_prev, batch, ldzp}, {fprime, batch, ldf}, {theta, 1, n}},
      out[3] = {{delta, batch, ldd}, {decay, 1, n}, {theta, 1, n}};
    for (int o = 0; o < 3; o++) {
        for (int i = 0; i < 4; i++)
            if (out[o].p && in[i].p && !(o == 2 && i == 3))
                LPLI_TRY(lpli_check_apart(out[o].p, out[o].rows, n, out[o].ld, in[i].p, in[i].rows, n, in[i].ld, e, fn,
                                          "an output (delta, decay, theta) and an input"));
        for (int i = o + 1; i < 3; i++)
            if (out[o].p && out[i].p)
                LPLI_TRY(lpli_check_apart(out[o].p, out[o].rows, n, out[o].ld, out[i].p, out[i].rows, n, out[i].ld, e,
                                          fn, "two of the outputs delta, decay, theta"));
    }
    return LPL_OK;
}

static lpl_status_t bad_past(const char *fn) {
    return lpli_fail(LPL_E_NONFINITE, fn, "z_prev holds a value that is NaN, infinite, or too large to be squared");
}

/* The terms of the whole batch, into *f. */
static lpl_status_t find_forms(lpli_forms_t *f, lpli_losses_t *loss, void *block, const real *z, size_t ldz,
                               const real *z_prev, size_t ldzp, const char *fn) {
    size_t stuck;
    lpli_forms_lay(f, block, f->rows, 0);
    R(lpli_forms_gather)(f, f->z[1], z, ldz, 1);
    if (z_prev) R(lpli_forms_gather)(f, f->z[0], z_prev, ldzp, 1);
    for (size_t b = 0; z_prev && b < f->rows; b++) { /* a cosine would not tell */
        double square = 0;
        for (size_t i = 0; i < f->units; i++) square += f->z[0][b * f->units + i] * f->z[0][b * f->units + i];
        if (!(square <= DBL_MAX)) return bad_past(fn);
    }
    loss->pull = lpli_forms_pull(f, 1, z_prev != NULL);
    loss->push = lpli_forms_push(f, 1, 1, &stuck);
    if (stuck != SIZE_MAX) return lpli_rule_singular(stuck, f->rows < f->units, f->rule->eps, fn);
    return LPL_OK;
}

lpl_status_t PUB(lpl_rule_delta)(const lpl_rule_config_t *cfg, real *delta, size_t ldd, real *decay,
                                 lpl_report_t *report, real *theta, void *scratch, size_t scratch_bytes, const real *z,
                                 size_t ldz, const real *z_prev, size_t ldzp, const real *fprime, size_t ldf,
                                 const lpl_stats_t *stats, size_t n_post, size_t batch) {
    static const char fn[] = "lpl_rule_delta";
    lpli_rule_t r;
    scratch_t s = {0};
    double tau_theta = 0, cov_scale = 1;
    int32_t mode = stats ? lpli_stats_mode(stats) : LPL_STATS_BATCH;
    if (mode == LPL_STATS_ALL) mode = LPL_STATS_EWMA; /* slow statistics of both kinds enter as constants */
    LPLI_TRY(read_config(&r, &tau_theta, cfg, mode, fn));
    LPLI_TRY(scratch_layout(&s, &r, n_post, batch, sizeof(real), fn));
    LPLI_TRY(check_arrays(delta, ldd, decay, theta, z, ldz, z_prev, ldzp, fprime, ldf, n_post, batch, fn));
    if (report && report->size == 0) return lpli_fail(LPL_E_ARG, fn, "report->size = 0: call lpl_report_init first");
    LPLI_TRY(check_theta(&r, tau_theta, fn));
    if (lpli_traits(r.rule)->theta && !theta) return lpli_fail(LPL_E_NULL, fn, "theta is NULL, LPL_RULE_BCM needs it");
    if (lpli_traits(r.rule)->needs_past && !z_prev)
        return lpli_fail(LPL_E_NULL, fn, "z_prev is NULL, LPL_RULE_SLOWNESS needs it");
    if (lpli_traits(r.rule)->inputs && fprime)
        return lpli_fail(LPL_E_ARG, fn, "fprime is given, LPL_RULE_SOFTHEBB has no f' (need NULL)");
    if (mode != LPL_STATS_EWMA && batch < 2)
        return lpli_fail(LPL_E_SIZE, fn, "batch = %zu, need >= 2 for statistics of a batch", batch);
    if (!scratch || scratch_bytes < s.total || (uintptr_t)scratch % 64 != 0)
        return lpli_fail(scratch ? LPL_E_SIZE : LPL_E_NULL, fn,
                         "scratch: need %zu bytes on a 64-byte boundary, got %zu at offset %zu", s.total, scratch_bytes,
                         (size_t)((uintptr_t)scratch % 64));
    const int lateral = s.zc != 0;
    const double *tracked_cov = NULL;
    unsigned char *at = scratch;
    double *part[5];
    for (int i = 0; i < 5; i++, at += s.moments) part[i] = (double *)(void *)at;
    double *mean = part[0], *batch_mean = part[1], *sigma2 = part[2], *batch_m2 = part[3], *pull_sum = part[4];
    real *gain = (real *)(void *)at, *fprime_max = (real *)(void *)(at += s.units);
    real *zc = (real *)(void *)(at += s.units), *square = (real *)(void *)(at += s.zc);
    void *forms = at + s.square;
    if (stats)
        LPLI_TRY(lpli_stats_for_rule(stats, mean, sigma2, lateral && mode == LPL_STATS_EWMA ? &tracked_cov : NULL,
                                     &cov_scale, n_post, fn));

    const int32_t isa = lpli_isa_best();
    R(lpli_moments)(batch_mean, batch_m2, zc && lateral ? zc : NULL, n_post, z, ldz, batch, n_post, isa, 1);
    for (size_t i = 0; i < n_post; i++)
        if (!isfinite(batch_m2[i]))
            return lpli_fail(LPL_E_NONFINITE, fn, "z of unit %zu is NaN, infinite, or too large to be squared", i);
    if (!stats)
        for (size_t i = 0; i < n_post; i++) {
            mean[i] = batch_mean[i];
            sigma2[i] = batch_m2[i] / ((double)batch - 1);
        }
    if (tracked_cov) {
        R(lpli_center_all)(zc, n_post, pull_sum, z, ldz, mean, batch, n_post, isa, 1);
        for (size_t i = 0; i < n_post; i++)
            for (size_t k = 0; k < n_post; k++)
                square[i * n_post + k] = i == k ? 0 : (real)(tracked_cov[i * n_post + k] * cov_scale);
    }

    lpli_gemm_t gemm;
    lpli_gemm_init(&gemm, isa, 0);
    const R(lpli_rule_work_t) w = {
        .rule = &r,
        .gemm = &gemm,
        .isa = isa,
        .threads = 1,
        .units = n_post,
        .batch = batch,
#ifndef LPLI_NO_MALLOC
        .total = batch,
#endif
        .square_ready = tracked_cov != NULL,
        .square = square,
    };
    lpli_losses_t loss = {0};
    lpli_forms_t f = {.rule = &r,
                      .gemm = &gemm,
                      .threads = 1,
                      .rows = batch,
                      .units = n_post,
                      .report = report != NULL,
                      .scale = r.norm == LPL_NORM_NEURON ? (double)n_post : 1};
    if (lpli_has_forms(&r)) LPLI_TRY(find_forms(&f, &loss, forms, z, ldz, z_prev, ldzp, fn));
    const R(lpli_view_t) v = {
        .term = f.term[1],
        .positions = 1,
        .z = z,
        .z_prev = z_prev,
        .fprime = fprime,
        .theta = theta,
        .u = z,
        .ldu = ldz,
        .ldz = ldz,
        .ldp = ldzp,
        .ldf = ldf,
        .ldd = ldd,
        .mean = mean,
        .sigma2 = sigma2,
        .batch_mean = batch_mean,
        .batch_m2 = batch_m2,
        .delta = delta,
        .decay = decay,
        .zc = zc,
        .gain = gain,
        .pull_sum = pull_sum,
        .fprime_max = fprime_max,
    };
    R(lpli_rule_view)(&w, &v, 1, report ? &loss.decorr : NULL);
    if (z_prev && !lpli_pull_is_form(&r)) loss.pull = lpli_pull_loss(pull_sum, n_post, batch);
    if (!isfinite(loss.pull)) return bad_past(fn);
    if (report) {
        const int stale = mode == LPL_STATS_STALE;
        if (!lpli_push_is_form(&r))
            loss.push =
                lpli_push_loss(&r, mean, sigma2, stale ? batch_mean : NULL, stale ? batch_m2 : NULL, n_post, batch);
        for (size_t i = 0; i < n_post; i++) {
            loss.mean_activity += batch_mean[i] / (double)n_post;
            loss.n_dead += fprime_max[i] == 0;
        }
    }
    /* nothing that is not finite is handed out as a result */
    lpl_report_t full = {.size = sizeof full};
    const lpl_status_t status = lpli_report_fill(report ? &full : NULL, &r, &loss, sigma2, n_post);
    if (report && !lpli_report_is_finite(&full))
        return lpli_fail(LPL_E_NONFINITE, fn,
                         "the report would hold NaN or infinity (total = %g): z or a coefficient is too large",
                         full.total);
    if (!(R(lpli_highest_of)(isa, delta, batch, n_post, ldd) <= LPLI_REAL_MAX))
        for (size_t i = 0; i < n_post; i++)
            for (size_t b = 0; b < batch; b++)
                if (!isfinite(delta[b * ldd + i]))
                    return lpli_fail(LPL_E_NONFINITE, fn,
                                     "delta of unit %zu, row %zu is %g: z, fprime or a coefficient is too large", i, b,
                                     (double)delta[b * ldd + i]);
    for (size_t i = 0; decay && i < n_post; i++)
        if (!isfinite(decay[i]))
            return lpli_fail(LPL_E_NONFINITE, fn, "decay of unit %zu is %g: z is too large", i, (double)decay[i]);
    const int moves = lpli_traits(r.rule)->theta;
    for (int write = 0; moves && write < 2; write++) /* first look, then write */
        for (size_t i = 0; i < n_post; i++) {
            const real next =
                R(lpli_theta)(theta[i], NULL, lpli_mean_square(batch_mean[i], batch_m2[i], (double)batch), tau_theta);
            if (!isfinite(next))
                return lpli_fail(LPL_E_NONFINITE, fn, "theta of unit %zu would become %g", i, (double)next);
            if (write) theta[i] = next;
        }
    if (report) lpli_report_copy(report, &full);
    return status;
}

/* ---- lpl_rule_apply ---- */

typedef struct {
    real *w;
    const real *delta, *decay, *x;
    size_t ldw, ldd, ldx, n_pre, n_post, batch;
    double eta, weight_decay;
    int32_t isa;
    lpli_gemm_t gemm;
} apply_t;

/* What row i keeps of its weights. */
static real kept(const apply_t *a, size_t i) {
    return (real)(1 - a->eta * (a->weight_decay + (a->decay ? (double)a->decay[i] : 0)));
}

static real next_bias(const apply_t *a, const real *bias, size_t i) {
    double sum = 0;
    for (size_t b = 0; b < a->batch; b++) sum += (double)a->delta[b * a->ldd + i];
    return bias[i] + (real)(a->eta * sum);
}

/* No overflow is possible: bounds by the largest weight, input, factor. */
static int is_calm(const apply_t *a) {
    const double limit = lpli_optim_limit(LPLI_DTYPE);
    const double w = (double)R(lpli_highest_of)(a->isa, a->w, a->n_post, a->n_pre, a->ldw),
                 d = (double)R(lpli_highest_of)(a->isa, a->delta, a->batch, a->n_post, a->ldd),
                 x = (double)R(lpli_highest_of)(a->isa, a->x, a->batch, a->n_pre, a->ldx),
                 sum = (double)a->batch * d * (x > 1 ? x : 1);
    double keep = 0;
    for (size_t i = 0; i < a->n_post; i++) {
        const double k = fabs((double)kept(a, i));
        if (!(k <= keep)) keep = k;
        if (!(keep <= limit)) return 0;
    }
    return a->eta <= limit && x <= limit && d <= limit && sum <= limit && keep * w + a->eta * sum <= limit;
}

/* Where an overflow cannot be excluded: tile by tile on a copy, which goes back into w if write is set. The first unit
 * that would hold NaN or infinity, or n_post. */
static size_t apply_on_copies(const apply_t *a, int write) {
    enum { ROWS = 8, COLS = 128 };
    for (size_t i = 0; i < a->n_post; i += ROWS)
        for (size_t k = 0; k < a->n_pre; k += COLS) {
            const size_t rows = a->n_post - i < ROWS ? a->n_post - i : ROWS,
                         cols = a->n_pre - k < COLS ? a->n_pre - k : COLS;
            real t[ROWS * COLS];
            for (size_t r = 0; r < rows; r++) {
                const real keep = kept(a, i + r);
                for (size_t j = 0; j < cols; j++) t[r * cols + j] = keep * a->w[(i + r) * a->ldw + k + j];
            }
            R(lpli_gemm)
            (&a->gemm, 1, 0, rows, cols, a->batch, (real)a->eta, a->delta + i, a->ldd, a->x + k, a->ldx, 1, t, cols, 1);
            for (size_t r = 0; r < rows; r++) {
                if (!(LPLI_PICK(a->isa, lpli_highest)(t + r * cols, cols) <= LPLI_REAL_MAX)) return i + r;
                if (write) memcpy(a->w + (i + r) * a->ldw + k, t + r * cols, cols * sizeof(real));
            }
        }
    return a->n_post;
}

lpl_status_t PUB(lpl_rule_apply)(real *w, size_t ldw, real *bias, const real *delta, size_t ldd, const real *decay,
                                 const real *x, size_t ldx, size_t n_pre, size_t n_post, size_t batch, double eta,
                                 double weight_decay) {
    static const char fn[] = "lpl_rule_apply";
    const size_t e = sizeof(real);
    LPLI_TRY(lpli_check_matrix(w, n_post, n_pre, ldw, e, fn, "w"));
    LPLI_TRY(lpli_check_matrix(delta, batch, n_post, ldd, e, fn, "delta"));
    LPLI_TRY(lpli_check_matrix(x, batch, n_pre, ldx, e, fn, "x"));
    LPLI_TRY(lpli_check_finite(eta, 0, DBL_MAX, fn, "eta"));
    LPLI_TRY(lpli_check_finite(weight_decay, 0, DBL_MAX, fn, "weight_decay"));
    LPLI_TRY(lpli_check_apart(w, n_post, n_pre, ldw, delta, batch, n_post, ldd, e, fn, "w and delta"));
    LPLI_TRY(lpli_check_apart(w, n_post, n_pre, ldw, x, batch, n_pre, ldx, e, fn, "w and x"));
    if (bias) {
        LPLI_TRY(lpli_check_apart(bias, 1, n_post, n_post, w, n_post, n_pre, ldw, e, fn, "bias and w"));
        LPLI_TRY(lpli_check_apart(bias, 1, n_post, n_post, delta, batch, n_post, ldd, e, fn, "bias and delta"));
        LPLI_TRY(lpli_check_apart(bias, 1, n_post, n_post, x, batch, n_pre, ldx, e, fn, "bias and x"));
    }
    if (decay) LPLI_TRY(lpli_check_apart(w, n_post, n_pre, ldw, decay, 1, n_post, n_post, e, fn, "w and decay"));
    if (eta == 0) return LPL_OK;
    apply_t a = {
        .w = w,
        .delta = delta,
        .decay = decay,
        .x = x,
        .ldw = ldw,
        .ldd = ldd,
        .ldx = ldx,
        .n_pre = n_pre,
        .n_post = n_post,
        .batch = batch,
        .eta = eta,
        .weight_decay = weight_decay,
        .isa = lpli_isa_best(),
    };
    lpli_gemm_init(&a.gemm, a.isa, 0);
    for (size_t i = 0; bias && i < n_post; i++)
        if (!isfinite(next_bias(&a, bias, i)))
            return lpli_fail(LPL_E_NONFINITE, fn, "bias of unit %zu would become NaN or infinite", i);
    if (is_calm(&a)) {
        for (size_t i = 0; i < n_post; i++) {
            const real keep = kept(&a, i);
            if (keep != 1)
                for (size_t j = 0; j < n_pre; j++) w[i * ldw + j] *= keep;
        }
        R(lpli_gemm)(&a.gemm, 1, 0, n_post, n_pre, batch, (real)eta, delta, ldd, x, ldx, 1, w, ldw, 1);
    } else {
        const size_t bad = apply_on_copies(&a, 0);
        if (bad < n_post)
            return lpli_fail(LPL_E_NONFINITE, fn,
                             "weights of unit %zu would become NaN or infinite; nothing has changed", bad);
        apply_on_copies(&a, 1);
    }
    for (size_t i = 0; bias && i < n_post; i++) bias[i] = next_bias(&a, bias, i);
    return LPL_OK;
}
