/* connect/spikes.c - see spikes.h: checks shared by everything that counts time in steps of dt seconds. */
#include "connect/spikes.h"

#include <float.h>
#include <math.h>

enum { STEPS_MAX = 1 << 20 };

lpl_status_t lpli_check_spikes(const uint32_t *spikes, size_t n_spk, size_t n, const char *fn, const char *name) {
    if (n_spk == 0) return LPL_OK;
    if (!spikes) return lpli_fail(LPL_E_NULL, fn, "%s is NULL, with %zu spikes", name, n_spk);
    for (size_t s = 0; s < n_spk; s++) {
        if (spikes[s] >= n)
            return lpli_fail(LPL_E_ARG, fn, "%s[%zu] = %llu, but there are %zu neurons, 0 .. %zu", name, s, (unsigned long long)spikes[s],
                             n, n - 1);
        if (s > 0 && spikes[s] <= spikes[s - 1])
            return lpli_fail(LPL_E_ARG, fn, "%s[%zu] = %llu after %llu: need ascending indices, none twice", name, s,
                             (unsigned long long)spikes[s], (unsigned long long)spikes[s - 1]);
    }
    return LPL_OK;
}

lpl_status_t lpli_steps_of(size_t *steps, double seconds, double dt, const char *fn, const char *name) {
    const double n = floor(seconds / dt + 0.5);
    if (!(seconds > 0) || !(seconds <= DBL_MAX) || n < 1)
        return lpli_fail(LPL_E_ARG, fn, "%s = %g s, need at least one step of dt = %g s", name, seconds, dt);
    if (n > STEPS_MAX)
        return lpli_fail(LPL_E_UNITS, fn, "%s = %g s is more than %d steps of dt = %g s: did you give ms?", name, seconds, (int)STEPS_MAX,
                         dt);
    if (fabs(seconds / dt - n) > 0.01)
        return lpli_fail(LPL_E_ARG, fn, "%s = %g s is not a whole number of steps of dt = %g s", name, seconds, dt);
    *steps = (size_t)n;
    return LPL_OK;
}

lpl_status_t lpli_check_dt(double dt, double tau, const char *fn, const char *name) {
    LPLI_TRY(lpli_check_positive(dt, fn, "dt"));
    LPLI_TRY(lpli_check_positive(tau, fn, name));
    if (dt > tau / 2)
        return lpli_fail(LPL_E_UNITS, fn, "dt = %g s, %s = %g s: dt must be at most half of it; did you give ms?", dt, name, tau);
    return LPL_OK;
}
