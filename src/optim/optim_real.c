/* optim/optim_real.c - lpl_optim_step and its config. */
#include "optim/optim.h"

#include "core/cpu.h"
#include "core/error.h"

enum { BLOCK = 8192 }; /* parameters at a time */

static const lpl_optim_config_t defaults = {
    .size = sizeof(lpl_optim_config_t),
    .optim = LPL_OPTIM_SGD,
    .eta = 1e-2,
    .momentum = 0.9,
    .beta1 = 0.9,
    .beta2 = 0.999,
    .adam_eps = 1e-8,
};

#ifndef LPLI_F64
lpl_status_t lpl_optim_config_init(lpl_optim_config_t *cfg, size_t size) {
    return lpli_config_init(cfg, size, &defaults, sizeof defaults, "lpl_optim_config_init");
}

static lpl_status_t check_beta(double v, const char *fn, const char *name) {
    if (v >= 0 && v < 1) return LPL_OK;
    return lpli_fail(LPL_E_ARG, fn, "%s = %g, need 0 <= %s < 1", name, v, name);
}

lpl_status_t lpli_optim_check(int32_t optim, double eta, double momentum, double beta1, double beta2, double adam_eps,
                              double weight_decay, const char *fn) {
    LPLI_TRY(lpli_check_enum(optim, LPL_OPTIM_ADAM, fn, "optim"));
    LPLI_TRY(lpli_check_finite(eta, 0, DBL_MAX, fn, "eta"));
    LPLI_TRY(lpli_check_finite(weight_decay, 0, DBL_MAX, fn, "weight_decay"));
    LPLI_TRY(check_beta(momentum, fn, "momentum"));
    LPLI_TRY(check_beta(beta1, fn, "beta1"));
    LPLI_TRY(check_beta(beta2, fn, "beta2"));
    return lpli_check_positive(adam_eps, fn, "adam_eps");
}

static lpl_status_t check_factor(double beta, float lost, const char *fn, const char *name) {
    if (fabs((1 - beta) / (double)lost - 1) <= 1.0 / 3) return LPL_OK; /* false for a loss of 0 */
    return lpli_fail(LPL_E_ARG, fn, "%s = 1 - %g, which float32 rounds to 1 - %g, need a smaller one or float64", name,
                     1 - beta, (double)lost);
}

lpl_status_t lpli_optim_check_factors(int32_t optim, double momentum, double beta1, double beta2, int32_t dtype,
                                      const char *fn) {
    if (dtype == LPL_F64) return LPL_OK; /* the factors are doubles */
    if (optim == LPL_OPTIM_MOMENTUM) return check_factor(momentum, 1 - (float)momentum, fn, "momentum");
    if (optim != LPL_OPTIM_ADAM) return LPL_OK;
    LPLI_TRY(check_factor(beta1, 1 - (float)(1 - (float)(1 - beta1)), fn, "beta1"));
    return check_factor(beta2, 1 - (float)beta2, fn, "beta2");
}
#endif

/* Would the step leave a parameter or moment NaN or infinite? */
static lpl_status_t check_step(int32_t isa, const real *w, const real *m, const real *v, const real *g, size_t n,
                               uint64_t t, real decay, const lpli_optim_t *o, const char *fn) {
    const real *const array[4] = {g, w, m, v};
    real h[4];
    LPLI_PICK(isa, lpli_optim_highest)(h, array, n);
    if (!(h[0] <= LPLI_REAL_MAX)) {
        size_t j = 0;
        while (isfinite(g[j])) j++;
        return lpli_fail(LPL_E_NONFINITE, fn, "g[%zu] = %g, need finite gradients; nothing has changed", j,
                         (double)g[j]);
    }
    if (o->optim == LPL_OPTIM_SGD && (real)o->eta == 0) return LPL_OK;
    lpli_optim_high_t high = {(double)h[1], (double)h[2], (double)h[3]};
    if (lpli_optim_is_calm(o, LPLI_DTYPE, &high, (double)h[0], (double)decay, (double)decay)) return LPL_OK;
    const char *what = "w";
    const size_t j = R(lpli_optim_first_bad)(isa, w, m, v, g, n, 1, decay, o, &what);
    if (j == n) return LPL_OK;
    return lpli_fail(
        LPL_E_NONFINITE, fn,
        "parameter %zu, step %llu: its %s would become NaN or infinite (w = %g, g = %g, eta = %g); nothing has changed",
        j, (unsigned long long)t, what, (double)w[j], (double)g[j], o->eta);
}

lpl_status_t PUB(lpl_optim_step)(const lpl_optim_config_t *cfg, real *w, real *m, real *v, const real *g, size_t n,
                                 uint64_t t) {
    static const char fn[] = "lpl_optim_step";
    lpl_optim_config_t c = defaults;
    LPLI_TRY(lpli_config_copy(&c, sizeof c, cfg, fn));
    LPLI_TRY(lpli_optim_check(c.optim, c.eta, c.momentum, c.beta1, c.beta2, c.adam_eps, c.weight_decay, fn));
    LPLI_TRY(lpli_optim_check_factors(c.optim, c.momentum, c.beta1, c.beta2, LPLI_DTYPE, fn));
    if (c.flags != 0 || c.reserved != 0) return lpli_fail(LPL_E_ARG, fn, "flags and reserved must be 0");
    if (t == 0) return lpli_fail(LPL_E_ARG, fn, "t = 0, need >= 1 (1 is the first step)");
    const real *array[4] = {w, g, c.optim == LPL_OPTIM_SGD ? NULL : m, c.optim == LPL_OPTIM_ADAM ? v : NULL};
    const char *name[4] = {"w", "g", "m", "v"};
    const int used = c.optim == LPL_OPTIM_ADAM ? 4 : c.optim == LPL_OPTIM_MOMENTUM ? 3 : 2;
    for (int i = 0; i < used; i++) {
        LPLI_TRY(lpli_check_matrix(array[i], 1, n, n, sizeof(real), fn, name[i]));
        for (int k = 0; k < i; k++)
            LPLI_TRY(lpli_check_apart(array[i], 1, n, n, array[k], 1, n, n, sizeof(real), fn, "w, g, m, v"));
    }
    const lpli_optim_t o = {
        .optim = c.optim,
        .eta = c.eta,
        .momentum = c.momentum,
        .beta1 = c.beta1,
        .beta2 = c.beta2,
        .adam_eps = c.adam_eps,
        .beta1_t = pow(c.beta1, (double)t),
        .beta2_t = pow(c.beta2, (double)t),
    };
    const int32_t isa = lpli_isa_best();
    if (used < 4) v = NULL; /* what the optimiser has no use for may be anything */
    if (used < 3) m = NULL;
    LPLI_TRY(check_step(isa, w, m, v, g, n, t, (real)c.weight_decay, &o, fn));
    for (size_t end = n; end > 0;) { /* from the end, which the check has left in cache */
        const size_t len = end % BLOCK ? end % BLOCK : BLOCK, at = end - len;
        LPLI_PICK(isa, lpli_optim_rows)
        (w + at, m ? m + at : NULL, v ? v + at : NULL, g + at, len, 1, (real)c.weight_decay, &o);
        end = at;
    }
    return LPL_OK;
}
