/* core/check.h - checks of what several kinds of object are given: lists of neurons, time constants in samples, seconds
 * in steps of dt, volts. One wording each. A table of what is plausible in seconds: core/units.h; checks of any number:
 * core/error.h. */
#ifndef LPLI_CHECK_H
#define LPLI_CHECK_H

#include "core/error.h"

/* A list of indices: ascending, none twice, all below n. Errors name the argument, the place and the value. */
lpl_status_t lpli_check_spikes(const uint32_t *spikes, size_t n_spk, size_t n, const char *fn, const char *name);

/* For a read call: index (or all) must lie below `all`. */
lpl_status_t lpli_check_index(size_t n, const uint64_t *index, size_t all, const char *fn);

/* A time constant in samples: 2 <= tau < inf; LPL_E_UNITS below 2. */
lpl_status_t lpli_check_tau(double tau, const char *fn, const char *name);

/* Turn a duration into steps: a whole number of dt (to 0.01 dt), at least 1, at most 2^20; LPL_E_ARG or LPL_E_UNITS
 * otherwise. */
lpl_status_t lpli_steps_of(size_t *steps, double seconds, double dt, const char *fn, const char *name);

/* dt >= 1e-290 s and at most half of tau; LPL_E_UNITS with the hint "did you give ms?" otherwise. */
lpl_status_t lpli_check_dt(double dt, double tau, const char *fn, const char *name);

/* For create (never for load: what an older release took goes on): a factor that was rounded to dtype makes a trace
 * forget the fraction `lost` per step (-log of the factor) instead of `exact`. LPL_E_ARG with `need` if the time
 * constant is thereby off by more than a third. */
lpl_status_t lpli_check_lost(double lost, double exact, double tau, int32_t dtype, const char *fn, const char *name,
                             const char *need);
/* The same for the two kinds of factor (rounded here), need: a shorter time constant, or float64. k = exp(-dt/tau);
 * r = dt/tau of x += r (y - x). */
lpl_status_t lpli_check_decay(double k, double dt, double tau, int32_t dtype, const char *fn, const char *name);
lpl_status_t lpli_check_rate(double r, double dt, double tau, int32_t dtype, const char *fn, const char *name);

/* A potential: finite, within 1 V. */
lpl_status_t lpli_check_volt(double v, const char *fn, const char *name);

#endif
