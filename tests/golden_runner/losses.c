/* tests/golden_runner/losses.c - group losses: the three losses and their gradients, through lpl_rule_delta.
 *
 * delta in REFERENCE form is minus the gradient of pull L_pull + push L_push + decorr L_decorr of the view that learns,
 * the other view being a constant. In the two-view form both learn, each with half of push and decorr (theory 1.5); so
 * each gradient file is minus the delta of one view with the right coefficients. rule_delta is the ERRATUM form itself.
 */
#include "golden.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct losses_t {
    golden_case_t *c;
    int dtype;
    size_t batch, units;
    void *z[2]; /* both views, in the run's type */
    double *z64[2];
    double eps;
    void *delta;
    double *out;
} losses_t;

static const size_t alignment = 64;

/* The factor for view (0 or 1) with the given coefficients into s->out (minus delta if negate), the report into
 * *report. */
static int run(losses_t *s, int view, int form, double pull, double push, double decorr, int negate,
               lpl_report_t *report) {
    golden_case_t *c = s->c;
    lpl_rule_config_t cfg;
    size_t bytes = 0;
    if (!golden_ok(c, lpl_rule_config_init(&cfg, sizeof cfg), "lpl_rule_config_init") ||
        !golden_ok(c, lpl_report_init(report, sizeof *report), "lpl_report_init")) {
        return 0;
    }
    cfg.form = form;
    cfg.pull = pull;
    cfg.push = push;
    cfg.decorr = decorr;
    cfg.eps = s->eps;
    if (!golden_ok(c, lpl_rule_scratch(&cfg, &bytes, s->units, s->batch, s->dtype), "lpl_rule_scratch")) {
        return 0;
    }
    void *scratch = aligned_alloc(alignment, (bytes / alignment + 1) * alignment);
    if (scratch == NULL) {
        golden_fail(c, "no memory for %zu bytes of scratch", bytes);
        return 0;
    }
    const lpl_status_t status = typed_rule_delta(s->dtype, &cfg, s->delta, report, scratch, bytes, s->z[view],
                                                 s->z[1 - view], s->units, s->batch);
    free(scratch);
    if (!golden_ok(c, status, "lpl_rule_delta")) {
        return 0;
    }
    typed_read(s->out, s->dtype, s->delta, s->batch * s->units);
    for (size_t i = 0; negate && i < s->batch * s->units; i++) {
        s->out[i] = -s->out[i];
    }
    return 1;
}

/* Rounding errors of the terms of the gradients of view v, in units of DBL_EPSILON: of push, and of decorr. They matter
 * where a unit's activity is constant: the exact gradient is 0 and what is left is the rounding of z - mean. */
static void rounding(const losses_t *s, int v, double *push, double *decorr, double *loss) {
    const double b = (double)s->batch, m = (double)s->units;
    double z_max = 0, sd_max = 0, gain = 0;
    for (size_t i = 0; i < s->units; i++) {
        double mean = 0, var = 0;
        for (size_t k = 0; k < s->batch; k++) {
            mean += s->z64[v][k * s->units + i] / b;
            z_max = fmax(z_max, fabs(s->z64[v][k * s->units + i]));
        }
        for (size_t k = 0; k < s->batch; k++) {
            const double d = s->z64[v][k * s->units + i] - mean;
            var += d * d / (b - 1);
        }
        sd_max = fmax(sd_max, sqrt(var));
        gain = fmax(gain, 2 / ((var + s->eps) * (b - 1) * m));
    }
    const double noise = 8 * DBL_EPSILON * z_max, sd = sd_max + noise;
    *push = gain * noise;
    *decorr = m > 1 ? 4 / ((b - 1) * (m - 1)) * noise * sd * sd : 0;
    *loss = noise * sd * noise * sd;
}

static void gradients(losses_t *s, double p, double h, double d) {
    static const char *const views[] = {"z1", "z2"};
    lpl_report_t report;
    char name[64];
    const size_t n = s->batch * s->units;
    for (int v = 0; v < 2; v++) {
        double push, decorr, loss;
        rounding(s, v, &push, &decorr, &loss);
        const struct {
            const char *name;
            double pull, push, decorr, floor;
        } parts[] = {{"pull", 1, 0, 0, 0},
                     {"push", 0, 0.5, 0, push},
                     {"decorr", 0, 0, 0.5, decorr},
                     {"total", p, 0.5 * h, 0.5 * d, h * push + d * decorr}};
        for (size_t k = 0; k < sizeof parts / sizeof parts[0]; k++) {
            snprintf(name, sizeof name, "d_%s_%s", parts[k].name, views[v]);
            const golden_tolerance_t t = {.rel64 = 1e-9, .floor64 = parts[k].floor};
            if (golden_wants(s->c, name) &&
                run(s, v, LPL_FORM_REFERENCE, parts[k].pull, parts[k].push, parts[k].decorr, 1, &report)) {
                golden_compare(s->c, name, s->dtype, s->out, n, &t);
            }
        }
        snprintf(name, sizeof name, "d_causal_%s", views[v]);
        const golden_tolerance_t t = {.rel64 = 1e-9, .floor64 = h * push + d * decorr};
        if (golden_wants(s->c, name) && run(s, v, LPL_FORM_REFERENCE, p, h, d, 1, &report)) {
            golden_compare(s->c, name, s->dtype, s->out, n, &t);
        }
    }
    double push, decorr, loss;
    rounding(s, 1, &push, &decorr, &loss);
    const double l1 = golden_number(s->c, "lambda_1", 1), l2 = golden_number(s->c, "lambda_2", 1);
    const golden_tolerance_t t = {.rel64 = 1e-9, .floor64 = l1 * push + l2 * decorr};
    if (golden_wants(s->c, "rule_delta") && run(s, 1, LPL_FORM_ERRATUM, 1, l1, l2, 0, &report)) {
        golden_compare(s->c, "rule_delta", s->dtype, s->out, n, &t);
    }
}

/* A decorrelation of one unit is 0 / 0 in the reference; the library's answer is documented to be 0. */
static void compare_decorr(losses_t *s, const char *name, double got, const golden_tolerance_t *t) {
    if (s->units == 1 && golden_wants(s->c, name)) {
        (void)golden_word(s->c, name);
        golden_note(s->c, name, typed_name(s->dtype), fabs(got), 0);
    } else {
        golden_compare_scalar(s->c, name, s->dtype, got, t);
    }
}

static void scalars(losses_t *s, double p, double h, double d) {
    lpl_report_t one[2], lateral[2],
        causal; /* one view each; the decorrelation alone, as without its coefficient it is not computed */
    double push[2], decorr[2], loss[2];
    if (!run(s, 0, LPL_FORM_REFERENCE, 0, 0, 1, 1, &lateral[0]) ||
        !run(s, 1, LPL_FORM_REFERENCE, 0, 0, 1, 1, &lateral[1]) ||
        !run(s, 0, LPL_FORM_REFERENCE, p, 0.5 * h, 0.5 * d, 1, &one[0]) ||
        !run(s, 1, LPL_FORM_REFERENCE, p, 0.5 * h, 0.5 * d, 1, &one[1]) ||
        !run(s, 1, LPL_FORM_REFERENCE, p, h, d, 1, &causal)) {
        return;
    }
    rounding(s, 0, &push[0], &decorr[0], &loss[0]);
    rounding(s, 1, &push[1], &decorr[1], &loss[1]);
    /* Rounding of the sums: a loss that adds terms of both signs may come out near 0. */
    const double terms = fabs(p * one[1].pull) + fabs(h) * (fabs(one[0].push) + fabs(one[1].push)) +
                         d * (lateral[0].decorr + lateral[1].decorr);
    const golden_tolerance_t plain = {.rel64 = 1e-10};
    const golden_tolerance_t logs = {.rel64 = 1e-10, .floor64 = 64 * DBL_EPSILON, .floor32 = 8 * (double)FLT_EPSILON};
    const golden_tolerance_t products = {.rel64 = 1e-10, .floor64 = loss[0] + loss[1]};
    const golden_tolerance_t sums = {
        .rel64 = 1e-10, .floor64 = 8 * DBL_EPSILON * terms, .floor32 = 8 * (double)FLT_EPSILON * terms};
    const int t = s->dtype;
    golden_compare_scalar(s->c, "pull", t, one[1].pull, &plain);
    golden_compare_scalar(s->c, "pull_loss", t, one[1].pull, &plain);
    golden_compare_scalar(s->c, "push", t, 0.5 * (one[0].push + one[1].push), &logs);
    golden_compare_scalar(s->c, "push_loss", t, 0.5 * (one[0].push + one[1].push), &logs);
    golden_compare_scalar(s->c, "push_view1", t, one[0].push, &logs);
    golden_compare_scalar(s->c, "push_view2", t, one[1].push, &logs);
    compare_decorr(s, "decorr", 0.5 * (lateral[0].decorr + lateral[1].decorr), &products);
    compare_decorr(s, "decorr_loss", 0.5 * (lateral[0].decorr + lateral[1].decorr), &products);
    compare_decorr(s, "decorr_view1", lateral[0].decorr, &products);
    compare_decorr(s, "decorr_view2", lateral[1].decorr, &products);
    /* Each view's total contains the whole pull loss; the two-view total contains it once. */
    golden_compare_scalar(s->c, "total_loss", t, one[0].total + one[1].total - p * one[1].pull, &sums);
    golden_compare_scalar(s->c, "total", t, one[0].total + one[1].total - p * one[1].pull, &sums);
    golden_compare_scalar(s->c, "causal_loss", t, causal.total, &sums);
    golden_compare_scalar(s->c, "causal", t, causal.total, &sums);
}

void golden_losses(golden_case_t *c) {
    npy_t z1, z2;
    if (!golden_input(c, "z1", 2, &z1)) {
        return;
    }
    if (!golden_input(c, "z2", 2, &z2)) {
        npy_free(&z1);
        return;
    }
    losses_t s = {.c = c, .batch = z1.shape[0], .units = z1.shape[1]};
    const double p = golden_number(c, "pull_coeff", 1), h = golden_number(c, "push_coeff", 1),
                 d = golden_number(c, "decorr_coeff", 10);
    s.eps = golden_number(c, "epsilon", 1e-4);
    (void)golden_word(c, "kind");
    if (z2.shape[0] != s.batch || z2.shape[1] != s.units || golden_count(c, "B", s.batch) != s.batch ||
        golden_count(c, "M", s.units) != s.units) {
        golden_fail(c, "z1 is %zu x %zu, z2 is %zu x %zu; both must be B x M of scalars.csv", s.batch, s.units,
                    z2.shape[0], z2.shape[1]);
    } else if (s.batch < 2) {
        golden_skip(c, "a batch of 1 has no variance; the reference divides by zero there");
    } else if (c->status == GOLDEN_PASSED) {
        for (int pass = 0; pass < 2; pass++) {
            s.dtype = pass == 0 ? LPL_F64 : LPL_F32;
            s.z[0] = typed_from(s.dtype, &z1);
            s.z[1] = typed_from(s.dtype, &z2);
            s.z64[0] = npy_to_f64(&z1);
            s.z64[1] = npy_to_f64(&z2);
            s.delta = typed_new(s.dtype, s.batch * s.units);
            s.out = golden_doubles(s.batch * s.units);
            if (s.z64[0] != NULL && s.z64[1] != NULL) {
                scalars(&s, p, h, d);
                gradients(&s, p, h, d);
            } else {
                golden_fail(c, "out of memory");
            }
            for (int v = 0; v < 2; v++) {
                free(s.z[v]);
                free(s.z64[v]);
            }
            free(s.delta);
            free(s.out);
        }
    }
    npy_free(&z1);
    npy_free(&z2);
}
