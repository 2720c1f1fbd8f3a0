/* core/check.c - see check.h. */
#include "core/check.h"

#include <float.h>
#include <math.h>

/* ---- lists of indices ---- */

lpl_status_t lpli_check_spikes(const uint32_t *spikes, size_t n_spk, size_t n, const char *fn, const char *name) {
    if (n_spk == 0) return LPL_OK;
    if (!spikes) return lpli_fail(LPL_E_NULL, fn, "%s is NULL, with %zu spikes", name, n_spk);
    for (size_t s = 0; s < n_spk; s++) {
        if (spikes[s] >= n)
            return lpli_fail(LPL_E_ARG, fn, "%s[%zu] = %llu, but there are %zu neurons, 0 .. %zu", name, s,
                             (unsigned long long)spikes[s], n, n - 1);
        if (s > 0 && spikes[s] <= spikes[s - 1])
            return lpli_fail(LPL_E_ARG, fn, "%s[%zu] = %llu after %llu: need ascending indices, none twice", name, s,
                             (unsigned long long)spikes[s], (unsigned long long)spikes[s - 1]);
    }
    return LPL_OK;
}

lpl_status_t lpli_check_index(size_t n, const uint64_t *index, size_t all, const char *fn) {
    if (!index) {
        if (n != all)
            return lpli_fail(LPL_E_SIZE, fn, "n = %zu, but this state has %zu values (or give an index list)", n, all);
        return LPL_OK;
    }
    for (size_t s = 0; s < n; s++)
        if (index[s] >= all)
            return lpli_fail(LPL_E_ARG, fn, "index[%zu] = %llu, but this state has %zu values", s,
                             (unsigned long long)index[s], all);
    return LPL_OK;
}

/* ---- samples, seconds and volts ---- */

/* The step is one sample, and an average over fewer than two steps is none: rather seconds were given where samples are
 * counted. */
lpl_status_t lpli_check_tau(double tau, const char *fn, const char *name) {
    LPLI_TRY(lpli_check_positive(tau, fn, name));
    if (tau < 2)
        return lpli_fail(LPL_E_UNITS, fn, "%s = %g, need >= 2: it counts samples (did you give seconds?)", name, tau);
    return LPL_OK;
}

enum { STEPS_MAX = 1 << 20 };

lpl_status_t lpli_steps_of(size_t *steps, double seconds, double dt, const char *fn, const char *name) {
    const double n = floor(seconds / dt + 0.5);
    if (!(seconds > 0) || !(seconds <= DBL_MAX) || n < 1)
        return lpli_fail(LPL_E_ARG, fn, "%s = %g s, need at least one step of dt = %g s", name, seconds, dt);
    if (n > STEPS_MAX)
        return lpli_fail(LPL_E_UNITS, fn, "%s = %g s is more than %d steps of dt = %g s: did you give ms?", name,
                         seconds, (int)STEPS_MAX, dt);
    if (fabs(seconds / dt - n) > 0.01)
        return lpli_fail(LPL_E_ARG, fn, "%s = %g s is not a whole number of steps of dt = %g s", name, seconds, dt);
    *steps = (size_t)n;
    return LPL_OK;
}

lpl_status_t lpli_check_dt(double dt, double tau, const char *fn, const char *name) {
    static const double least = 1e-290; /* rates of many neurons in Hz, at most 1 / dt each, stay numbers */
    LPLI_TRY(lpli_check_positive(dt, fn, "dt"));
    if (dt < least) return lpli_fail(LPL_E_ARG, fn, "dt = %g s, need at least %g s", dt, least);
    LPLI_TRY(lpli_check_positive(tau, fn, name));
    if (dt > tau / 2)
        return lpli_fail(LPL_E_UNITS, fn, "dt = %g s, %s = %g s: dt must be at most half of it; did you give ms?", dt,
                         name, tau);
    return LPL_OK;
}

lpl_status_t lpli_check_volt(double v, const char *fn, const char *name) {
    LPLI_TRY(lpli_check_finite(v, -DBL_MAX, DBL_MAX, fn, name));
    if (fabs(v) > 1) return lpli_fail(LPL_E_UNITS, fn, "%s = %g V, need -1 .. 1: did you give mV?", name, v);
    return LPL_OK;
}

/* ---- factors rounded to the type of a trace ---- */

lpl_status_t lpli_check_lost(double lost, double exact, double tau, int32_t dtype, const char *fn, const char *name,
                             const char *need) {
    const char *type = dtype == LPL_F64 ? "float64" : "float32";
    if (fabs(exact / lost - 1) <= 1.0 / 3) return LPL_OK; /* not for a factor of 1: infinity, or NaN */
    if (!(fabs(lost) > 0))
        return lpli_fail(LPL_E_ARG, fn, "%s = %g s: its factor rounds to 1 in %s, so nothing decays, need %s", name,
                         tau, type, need);
    return lpli_fail(LPL_E_ARG, fn, "%s = %g s: its factor, rounded to %s, acts like %g s, need %s", name, tau, type,
                     tau * exact / lost, need);
}

static double narrow(double x, int32_t dtype) { return dtype == LPL_F64 ? x : (double)(float)x; }

static const char *need_of(int32_t dtype) {
    return dtype == LPL_F64 ? "a shorter one or a longer dt" : "a shorter one, a longer dt or dtype = LPL_F64";
}

lpl_status_t lpli_check_decay(double k, double dt, double tau, int32_t dtype, const char *fn, const char *name) {
    return lpli_check_lost(-log(narrow(k, dtype)), dt / tau, tau, dtype, fn, name, need_of(dtype));
}

/* What the trace keeps, 1 - r, is what rounds: below it a step changes no bit. */
lpl_status_t lpli_check_rate(double r, double dt, double tau, int32_t dtype, const char *fn, const char *name) {
    return lpli_check_lost(-log(narrow(1 - narrow(r, dtype), dtype)), -log1p(-dt / tau), tau, dtype, fn, name,
                           need_of(dtype));
}
