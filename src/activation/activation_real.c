/* activation/activation_real.c - lpl_activate, and the check of activation parameters. */
#include "activation/activation.h"

#include "core/cpu.h"
#include "core/error.h"

#ifndef LPLI_F64
const lpli_act_traits_t lpli_acts[LPLI_ACTS] = {
    [LPL_ACT_LINEAR] = {.from_z = true, .pieces = true},
    [LPL_ACT_RELU] = {.from_z = true, .pieces = true},
    [LPL_ACT_LEAKY_RELU] = {.from_z = true, .pieces = true},
    [LPL_ACT_TANH] = {.from_z = true},
    [LPL_ACT_SIGMOID] = {.from_z = true},
    [LPL_ACT_SOFTPLUS] = {.from_z = true},
    [LPL_ACT_SATURATING] = {.from_z = true},
    [LPL_ACT_GELU] = {.from_z = false},
    [LPL_ACT_SILU] = {.from_z = false},
};

double lpli_act_low_slope(const lpli_act_t *act) {
    return act->kind == LPL_ACT_LINEAR ? 1 : act->kind == LPL_ACT_RELU ? 0 : act->p0;
}

lpl_status_t lpli_act_init(lpli_act_t *act, int32_t kind, double p0, double p1, int use_defaults, const char *fn) {
    const int leaky = kind == LPL_ACT_LEAKY_RELU, saturating = kind == LPL_ACT_SATURATING;
    LPLI_TRY(lpli_check_enum(kind, LPLI_ACTS - 1, fn, "activation"));
    if (use_defaults && p0 == 0) p0 = leaky ? 0.01 : 2;
    if (use_defaults && p1 == 0) p1 = 80;
    if (leaky && !(p0 > 0 && p0 < 1))
        return lpli_fail(LPL_E_ARG, fn, "p0 = %g, need 0 < p0 < 1 (slope of LPL_ACT_LEAKY_RELU)", p0);
    if (saturating &&
        !(p0 >= 1e-30 && p1 - p0 >= 1e-30 && p1 <= 1e30)) /* so that float has room for h and its quotients */
        return lpli_fail(LPL_E_ARG, fn,
                         "p0 = %g, p1 = %g, need 0 < p0 < p1, from 1e-30 to 1e30 (r0 and r_max of LPL_ACT_SATURATING)",
                         p0, p1);
    act->kind = kind;
    act->p0 = leaky || saturating ? p0 : 0;
    act->p1 = saturating ? p1 : 0;
    return LPL_OK;
}
#endif

lpl_status_t PUB(lpl_activate)(real *z, real *fprime, const real *a, size_t n, int32_t activation, double p0,
                               double p1) {
    static const char fn[] = "lpl_activate";
    lpli_act_t act;
    LPLI_TRY(lpli_act_init(&act, activation, p0, p1, 0, fn));
    LPLI_TRY(lpli_check_matrix(a, 1, n, n, sizeof(real), fn, "a"));
    if (z && z != a) LPLI_TRY(lpli_check_apart(z, 1, n, n, a, 1, n, n, sizeof(real), fn, "z and a"));
    if (fprime) LPLI_TRY(lpli_check_apart(fprime, 1, n, n, a, 1, n, n, sizeof(real), fn, "fprime and a"));
    if (z && fprime) LPLI_TRY(lpli_check_apart(z, 1, n, n, fprime, 1, n, n, sizeof(real), fn, "z and fprime"));
    const int32_t isa = lpli_isa_best();
    enum { CHUNK = LPLI_PIECE };
    for (size_t k = 0; k < n; k += CHUNK) {
        const size_t m = n - k < CHUNK ? n - k : CHUNK;
        real t[CHUNK];
        memcpy(t, a + k, m * sizeof(real));
        LPLI_PICK(isa, lpli_act_rows)(t, m, fprime ? fprime + k : NULL, m, NULL, 1, m, &act);
        if (z) memcpy(z + k, t, m * sizeof(real));
    }
    return LPL_OK;
}
