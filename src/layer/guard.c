/* layer/guard.c - can this step overflow anywhere? Bounds from a few numbers, before anything is written (layer.h).
 *
 * Every bound is a sum or product of magnitudes in double, compared with lpli_optim_limit, 1/4096 of the largest number
 * of the type: room for rounding in any order. A bound that is itself infinite or NaN is never below it. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "layer/layer.h"

/* conv/winograd.h: inputs grow by 4, derivatives by 4, taps by 4 on the way; with squares of 4 x 4 by 28, 67, 8 */
#define CONV_TERMS(c) ((c)->flags & LPL_FLAG_WINOGRAD_4X4 ? 1 << 14 : 64)

void lpli_guard_forget(lpl_layer_t *l) {
    l->bound.high = (lpli_optim_high_t){.w = INFINITY, .m = INFINITY, .v = INFINITY};
    l->bound.cov = INFINITY;
    l->bound.tame = 0;
}

/* By the bits without the sign, whose order is that of magnitudes, infinity and NaN above all. */
double lpli_guard_highest(const double *p, size_t n) {
    int64_t most = 0;
#pragma GCC unroll 4
    for (size_t i = 0; i < n; i++) {
        int64_t b;
        memcpy(&b, p + i, sizeof b);
        b &= INT64_MAX;
        most = b > most ? b : most;
    }
    double high;
    memcpy(&high, &most, sizeof high);
    return high;
}

lpli_optim_t lpli_next_optim(const lpl_layer_t *l) {
    lpli_optim_t o = l->optim;
    lpli_optim_advance(&o);
    return o;
}

lpl_status_t lpli_diverged(const lpl_layer_t *l, size_t unit, const char *what, const char *fn) {
    return lpli_fail(LPL_E_NONFINITE, fn,
                     "layer %d, unit %zu, step %llu: its %s would become NaN or infinite; nothing has changed (eta, or "
                     "the input, too large?)",
                     (int)l->cfg.label, unit, (unsigned long long)l->step + 1, what);
}

lpl_status_t lpli_report_diverged(const lpl_layer_t *l, const lpl_report_t *full, const char *fn) {
    const struct {
        const char *name;
        double v;
    } field[] = {{"pull", full->pull},
                 {"push", full->push},
                 {"decorr", full->decorr},
                 {"total", full->total},
                 {"min_std", full->min_std},
                 {"mean_std", full->mean_std},
                 {"mean_activity", full->mean_activity}};
    size_t k = 0;
    while (k < 6 && isfinite(field[k].v)) k++;
    return lpli_fail(
        LPL_E_NONFINITE, fn,
        "layer %d, step %llu: %s of the report would be %g; nothing has changed (without a report it is not computed)",
        (int)l->cfg.label, (unsigned long long)l->step + 1, field[k].name, field[k].v);
}

/* The post-synaptic factor, the statistics and what the report needs of the covariance. d: bound of |delta|. */
static int signal_is_calm(lpl_layer_t *l, const lpli_rule_t *r, lpli_guard_t *q, int exact, double *d) {
    const int positions = lpli_sees_positions(l), ewma = r->stats == LPL_STATS_EWMA;
    const double own = lpli_optim_limit(l->cfg.dtype), limit = l->rule_f64 ? lpli_optim_limit(LPL_F64) : own,
                 huge = DBL_MAX / 4096;
    const size_t M = l->units, channels = positions ? (size_t)l->cfg.n_post : M,
                 samples = positions ? q->batch * l->conv->g.Q : q->batch;
    const double share = q->first == 0 ? 0.5 : 1, B = (double)q->batch;
    const double spread = q->z + (q->z > q->mean ? q->z : q->mean), square = spread * spread;
    const lpli_factors_t f = lpli_rule_factors(r, M, q->batch, share);
    const lpli_traits_t *t = lpli_traits(r->rule);
    const double theta = q->theta;
    double smallest = 0;
    *d = 0;
    if (!(square * B <= huge)) return 0;
    const double sigma2 = ewma ? lpli_guard_highest(l->scratch.use_sigma2, M) : square;
    if (!(sigma2 <= huge)) return 0;
    if (exact && t->losses) { /* the smallest variance instead of 0 */
        smallest = DBL_MAX;
        for (int v = r->stats == LPL_STATS_BATCH ? q->first : 1; v < 2; v++)
            for (size_t i = 0; i < M; i++) {
                const double s =
                    r->stats == LPL_STATS_BATCH ? l->scratch.batch_m2[v][i] / (B - 1) : l->scratch.use_sigma2[i];
                if (s < smallest) smallest = s;
            }
    }
    q->cov_high = l->bound.cov;
    if (t->losses) {
        const double gain = f.push * lpli_push_gain(r, smallest);
        double lateral = 0, diagonal = 0;
        if (r->decorr > 0 && channels > 1) {
            const double decorr = positions ? lpli_rule_factors(r, channels, samples, share).decorr : f.decorr;
            const double n = (double)(channels > samples ? channels : samples) * 2, products = n * square;
            const double c = ewma && l->bound.cov > products ? l->bound.cov : products, sums = n * spread * c;
            if (ewma && q->commits) q->cov_high = c;
            if (!(sums <= limit && decorr <= limit && decorr * c <= limit)) return 0;
            if (q->report &&
                !((c * c * n * n * (1 + r->decorr) + (1 + r->pull) * square + (1 + r->push) * (sigma2 + 1e3)) *
                      (double)M <=
                  huge))
                return 0;
            lateral = decorr * sums;
            diagonal = decorr * c;
        }
        if (!(f.pull <= limit && gain + diagonal <= limit)) return 0;
        *d = (f.pull + gain + diagonal) * spread + lateral + q->term;
    } else {
        *d = t->theta ? f.unit * q->z * (q->z + theta) : t->competes ? f.unit : f.unit * spread;
    }
    if (!(q->z * q->z + theta <= huge) || (lpli_thresholds(l) && !(q->z * q->z + theta <= own))) return 0;
    return *d <= limit && (*d <= own || (!q->learns && !q->gradient));
}

/* The projection head, from delta d of its outputs to *pooled, what reaches the pooled responses; gradients into *g. */
static void head_bound(const lpl_layer_t *l, const lpli_guard_t *q, double d, double *pooled, double *g) {
    const double w = l->bound.high.w, M = (double)l->cfg.n_post, hidden = (double)l->cfg.head_hidden,
                 out = (double)l->cfg.head_out, B = 2 * (double)q->batch;
    const double response = ((double)l->fan_in * q->x + 1) * w + 1 + fabs(l->act.p0) + fabs(l->act.p1),
                 h = (M * response + 1) * w;
    const double back = out * d * w, limit = lpli_optim_limit(l->cfg.dtype);
    *pooled = hidden * back * w;
    *g = B * d * (h + 1) + B * back * (response + 1); /* not fmax, which drops NaN */
    /* The head's relu hides a response that overflows from its outputs, but 0 times that is NaN in the gradient. */
    if (!(response <= limit && h <= limit)) *g = INFINITY;
}

static int weights_are_calm(lpl_layer_t *l, const lpli_rule_t *r, lpli_guard_t *q, double d) {
    const int convolution = lpli_convolves(l);
    const double limit = lpli_optim_limit(l->cfg.dtype), terms = 2 * (double)q->batch;
    double g = 0, decay = l->cfg.weight_decay;
    if (convolution && l->cfg.sees == LPL_SEES_HEAD) head_bound(l, q, d, &d, &g);
    if (!(d <= limit && g <= limit)) return 0;
    const double sum = convolution ? CONV_TERMS(&l->cfg) * terms * (double)l->conv->g.Q * d : terms * d;
    g = fmax(g, fmax(sum, sum * q->x));
    if (!(sum <= limit && sum * q->x <= limit && g <= limit)) return 0;
    const double least = decay + lpli_least_decay(r->rule, q->z);
    decay += 2 * lpli_most_decay(r->rule, q->z);
    q->high = l->bound.high;
    if (q->gradient) return !lpli_traits(r->rule)->decays || g + decay * l->bound.high.w <= limit;
    const lpli_optim_t o = lpli_next_optim(l);
    return lpli_optim_is_calm(&o, l->cfg.dtype, &q->high, g, least, decay);
}

int lpli_guard_is_calm(lpl_layer_t *l, const lpli_rule_t *r, lpli_guard_t *q) {
    if (l->param.w != l->param.own_w && (q->learns || q->gradient))
        q->measure(l, 0); /* the host may have written into its arrays since */
    for (int exact = 0; exact < 2; exact++) {
        double d;
        if (exact) q->measure(l, 1);
        if (!signal_is_calm(l, r, q, exact, &d)) continue;
        q->high = l->bound.high;
        if ((!q->learns && !q->gradient) || weights_are_calm(l, r, q, d)) return 1;
    }
    return 0;
}
