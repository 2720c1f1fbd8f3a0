/* core/units.c - see units.h. */
#include "core/units.h"

#include <float.h>
#include <string.h>

#include "core/error.h"

/* Fast constants are those of membranes, receptors and filters: milliseconds to tenths of a second. Intervals of
 * behaviour and adaptation may be seconds. Slow averages may be as slow as anybody likes, and a decay of 1e9 s is the
 * published way to switch it off. */
#define ANY DBL_MAX
static const lpli_seconds_t table[] = {
    {"dt", 0.01},       /* a step: 0.1 ms as a rule */
    {"delay_ax", 0.05}, /* axons: 0.1 .. 45 ms */
    {"tau_mem", 0.5},   /* membranes: 1 .. 200 ms */
    {"tau_ampa", 0.1},  /* 0.2 .. 20 ms */
    {"tau_nmda", 1},    /* 20 .. 300 ms */
    {"tau_gaba", 0.5},  /* 2 ms (A) .. 200 ms (B) */
    {"tau_adapt", 20},  /* adaptation: 20 ms .. 20 s */
    {"tau_thr", 4},     /* refractoriness: 1 .. 100 ms; a threshold that adapts: seconds */
    {"tau_syn", 0.5},   /* trace of a pre spike: 1 .. 100 ms */
    {"tau_psp", 0.5},   /* 1 .. 200 ms */
    {"tau_rise", 0.2},  /* eligibility: 0.5 .. 50 ms */
    {"tau_decay", 0.5}, /* 1 .. 200 ms */
    {"tau_err_rise", 0.2}, {"tau_err_decay", 0.5}, {"tau_stdp", 0.5}, /* windows of plasticity: 5 .. 200 ms */
    {"t_lag", 10},       /* "a moment ago": 20 ms, or seconds of behaviour */
    {"tau_mean", ANY},   /* 600 s */
    {"tau_sigma2", ANY}, /* 30 s */
    {"tau_rms", ANY},    /* 100 s */
    {"tau_wdecay", ANY}, /* 0 or 1e9 s: off */
    {"tau_rate", ANY},   /* a recorder's: 10 s */
};

/* Beyond a million times the range nobody has given ms or us: that is "never". */
static const double never = 1e6;

const lpli_seconds_t *lpli_seconds(size_t k) { return k < sizeof table / sizeof *table ? &table[k] : NULL; }

lpl_status_t lpli_check_seconds(double value, const char *fn, const char *name) {
    for (size_t k = 0; k < sizeof table / sizeof *table; k++)
        if (strcmp(table[k].name, name) == 0) {
            if (!(value > table[k].most) || value > never * table[k].most)
                return LPL_OK; /* NaN is another's to refuse */
            return lpli_fail(LPL_E_UNITS, fn, "%s = %g s, need at most %g s: did you give ms?", name, value,
                             table[k].most);
        }
    return LPL_OK;
}

lpl_status_t lpli_check_all_seconds(const lpli_given_t *given, size_t n, const char *fn) {
    for (size_t k = 0; k < n; k++) LPLI_TRY(lpli_check_seconds(given[k].value, fn, given[k].name));
    return LPL_OK;
}
