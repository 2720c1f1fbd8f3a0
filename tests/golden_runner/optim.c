/* tests/golden_runner/optim.c - group optim: optimiser steps on given gradients, and learning-rate schedules
 * (lr_*.csv). */
#include "golden.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Optimiser and constants of the case into *cfg; 0 if the case cannot be run. */
static int configure(golden_case_t *c, lpl_optim_config_t *cfg) {
    if (!golden_ok(c, lpl_optim_config_init(cfg, sizeof *cfg), "lpl_optim_config_init")) {
        return 0;
    }
    const char *kind = golden_word(c, "kind");
    cfg->eta = golden_number(c, "lr", 1e-3);
    cfg->weight_decay = golden_number(c, "weight_decay", 0);
    const double momentum = golden_number(c, "momentum", 0);
    if (strcmp(kind, "adam") == 0) {
        cfg->optim = LPL_OPTIM_ADAM;
        cfg->beta1 = golden_number(c, "beta1", 0.9);
        cfg->beta2 = golden_number(c, "beta2", 0.999);
        cfg->adam_eps = golden_number(c, "eps", golden_number(c, "adam_eps", 1e-8));
        if (golden_number(c, "amsgrad", 0) != 0) {
            golden_skip(c, "amsgrad is not offered");
        }
    } else if (strcmp(kind, "sgd") == 0 || strcmp(kind, "momentum") == 0 || strcmp(kind, "sgd_momentum") == 0) {
        cfg->optim = momentum > 0 ? LPL_OPTIM_MOMENTUM : LPL_OPTIM_SGD;
        cfg->momentum = momentum > 0 ? momentum : cfg->momentum;
        if (golden_number(c, "dampening", 0) != 0 || golden_number(c, "nesterov", 0) != 0) {
            golden_skip(c, "momentum with dampening or Nesterov's form is not offered");
        }
    } else {
        golden_skip(c, "optimiser '%s' is not one of this release", kind);
    }
    return c->status == GOLDEN_PASSED;
}

/* All steps in one element type. Each parameter is a world of its own (one has a gradient of 1e4, one of 1e-6), so each
 * is compared on its own scale: its largest value, for the moments the last one or what its largest gradient
 * contributes. */
static void run(golden_case_t *c, const lpl_optim_config_t *cfg, int dtype, const npy_t *p0, const npy_t *g) {
    const size_t n = p0->count, steps = g->shape[0];
    void *w = typed_from(dtype, p0), *gradient = typed_from(dtype, g), *m = typed_new(dtype, n),
         *v = typed_new(dtype, n);
    double *p = golden_doubles(steps * n);
    double *scale_p = golden_doubles(n), *scale_m = golden_doubles(n), *scale_v = golden_doubles(n);
    const int adam = cfg->optim == LPL_OPTIM_ADAM, with_m = cfg->optim != LPL_OPTIM_SGD;
    int ok = 1;
    for (size_t i = 0; i < n; i++) {
        scale_p[i] = fabs(npy_get(p0, i));
    }
    for (size_t t = 0; t < steps && ok; t++) {
        ok = golden_ok(c,
                       typed_optim_step(dtype, cfg, w, with_m ? m : NULL, adam ? v : NULL,
                                        typed_at(dtype, gradient, t * n), n, t + 1),
                       "lpl_optim_step");
        typed_read(p + t * n, dtype, w, n);
        for (size_t i = 0; i < n; i++) {
            const double size = fabs(npy_get(g, t * n + i)) + cfg->weight_decay * fabs(p[t * n + i]);
            scale_p[i] = fmax(scale_p[i], fabs(p[t * n + i]));
            scale_m[i] = fmax(scale_m[i], adam ? (1 - cfg->beta1) * size : size);
            scale_v[i] = fmax(scale_v[i], (1 - cfg->beta2) * size * size);
        }
    }
    double *first_moment = golden_doubles(n), *second_moment = golden_doubles(n);
    typed_read(first_moment, dtype, m, n);
    typed_read(second_moment, dtype, v, n);
    for (size_t i = 0; i < n; i++) {
        scale_m[i] = fmax(scale_m[i], fabs(first_moment[i]));
        scale_v[i] = fmax(scale_v[i], fabs(second_moment[i]));
    }
    if (ok) {
        const double abs32 = adam ? 10 * cfg->eta * 1e-3 * (double)steps : 0;
        const golden_tolerance_t parameters = {.rel64 = 1e-8, .abs32 = abs32, .scale = scale_p, .n_scale = n};
        const golden_tolerance_t first = {.rel64 = 1e-8, .scale = scale_m, .n_scale = n};
        const golden_tolerance_t second = {.rel64 = 1e-8, .scale = scale_v, .n_scale = n};
        golden_compare(c, "p", dtype, p, steps * n, &parameters);
        if (with_m) {
            golden_compare(c, adam ? "exp_avg" : "momentum_buffer", dtype, first_moment, n, &first);
        }
        if (adam) {
            golden_compare(c, "exp_avg_sq", dtype, second_moment, n, &second);
        }
    }
    free(w);
    free(gradient);
    free(m);
    free(v);
    free(p);
    free(first_moment);
    free(second_moment);
    free(scale_p);
    free(scale_m);
    free(scale_v);
}

void golden_optim(golden_case_t *c) {
    npy_t p0 = {0}, g = {0};
    lpl_optim_config_t cfg;
    if (configure(c, &cfg) && golden_input(c, "p0", -1, &p0) && golden_input(c, "g", -1, &g)) {
        if (g.n_dims != p0.n_dims + 1 || (p0.count > 0 && g.count / p0.count != g.shape[0]) ||
            g.count % (p0.count > 0 ? p0.count : 1) != 0 || golden_count(c, "n", p0.count) != p0.count ||
            golden_count(c, "steps", g.shape[0]) != g.shape[0]) {
            golden_fail(c, "p0 must be n and g steps x n as in scalars.csv");
        }
        if (c->status == GOLDEN_PASSED) {
            run(c, &cfg, LPL_F64, &p0, &g);
            run(c, &cfg, LPL_F32, &p0, &g);
        }
    }
    npy_free(&p0);
    npy_free(&g);
}

/* A schedule: its parameters are in the comment line, one row an epoch. */
void golden_schedule(golden_case_t *c) {
    static const char *const keys[] = {"base_lr", "warmup_start_lr", "eta_min", "warmup_epochs", "max_epochs"};
    double v[5];
    csv_t t;
    char error[512];
    if (csv_read(&t, c->path, error, sizeof error) != 0) {
        golden_fail(c, "%s", error);
        return;
    }
    for (int k = 0; k < 5; k++) {
        if (csv_comment_number(&t, keys[k], &v[k]) != 1) {
            golden_fail(c, "the comment line gives no number for %s", keys[k]);
        }
    }
    if (c->status == GOLDEN_PASSED && !(v[3] >= 0 && v[3] <= 1e15 && v[4] >= 0 && v[4] <= 1e15)) {
        golden_fail(c, "warmup_epochs = %g and max_epochs = %g must be counts", v[3], v[4]);
    }
    const int col_epoch = csv_column(&t, "epoch");
    if (col_epoch < 0) {
        golden_fail(c, "there is no column epoch");
    }
    for (size_t col = 0; col < t.n_cols && c->status == GOLDEN_PASSED; col++) {
        if ((int)col == col_epoch) {
            continue;
        }
        if (strncmp(t.head[col], "lr", 2) != 0) {
            if (c->verbose) {
                printf("       column %s not compared: the runner does not know it\n", t.head[col]);
            }
            continue;
        }
        double worst = 0;
        for (size_t r = 0; r < t.n_rows && c->status == GOLDEN_PASSED; r++) {
            double epoch = 0, want = 0, got = 0;
            if (csv_number(&t, r, col_epoch, &epoch) != 1 || csv_number(&t, r, (int)col, &want) != 1) {
                golden_fail(c, "row %zu has no number in column epoch or %s", r + 1, t.head[col]);
            } else if (golden_ok(
                           c, lpl_schedule_warmup_cosine(&got, epoch, v[0], v[1], v[2], (uint64_t)v[3], (uint64_t)v[4]),
                           "lpl_schedule_warmup_cosine")) {
                worst = fmax(worst, fabs(got - want));
            }
        }
        if (c->status == GOLDEN_PASSED && t.n_rows > 0) {
            golden_note(c, t.head[col], "float64", worst, 1e-10 * fmax(fabs(v[0]), fabs(v[1])));
        }
    }
    csv_free(&t);
}
