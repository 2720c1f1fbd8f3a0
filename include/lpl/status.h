/* lpl/status.h - status codes, error detail, and the few types that every other header uses. */
#ifndef LPL_STATUS_H
#define LPL_STATUS_H

#include <stddef.h>
#include <stdint.h>

#ifndef LPL_API
#if defined(LPL_BUILDING) && defined(_WIN32)
#define LPL_API __declspec(dllexport)
#elif defined(LPL_BUILDING)
#define LPL_API __attribute__((visibility("default")))
#elif defined(_WIN32) && !defined(LPL_STATIC)
#define LPL_API __declspec(dllimport)
#else
#define LPL_API
#endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Result of a call. 0 is success, negative an error (nothing was changed, except where LPL_E_NONFINITE says otherwise),
 * positive "done, but look". */
typedef int32_t lpl_status_t;

enum {
    LPL_OK = 0,
    LPL_COLLAPSED = 1,       /* done, but every unit's response is constant: std below collapse_std in all of them */
    LPL_LOOK = 2,            /* done, but the verdict of a spiking projection that is watched has changed: its report
                                names the knob (lpl/spiking.h). Since 0.1.1 */

    LPL_E_ARG = -1,          /* a value out of its range: tau_mean = 0, eta = NaN, an enum value that does not exist */
    LPL_E_NULL = -2,         /* a pointer that may not be NULL was NULL */
    LPL_E_SIZE = -3,         /* a count or leading dimension that does not fit: ldx < n_pre, batch > batch_max, batch 1
                                with batch statistics */
    LPL_E_DTYPE = -4,        /* lpl_update on a float64 layer, or lpl_update_f64 on a float32 layer */
    LPL_E_OVERLAP = -5,      /* an output array shares memory with an input array */
    LPL_E_VERSION = -6,      /* a config struct or state file of a newer version that uses a field this library does not
                                know */
    LPL_E_MEMORY = -7,       /* no memory at create or load, or the caller's block is too small */
    LPL_E_UNSUPPORTED = -8,  /* a legal request that this build or this CPU cannot serve: LPL_ISA_AVX512 without it */
    LPL_E_NONFINITE = -9,    /* a value is, or would become, NaN or infinite; the detail names layer label, unit and
                                step */
    LPL_E_FORMAT = -10,      /* a state file that is truncated, damaged, foreign, or of another kind of object */
    LPL_E_IO = -11,          /* the caller's read or write function reported a failure */
    LPL_E_UNITS = -12,       /* a time constant that cannot be in the documented unit: dt > tau / 2 (ms given for s, or
                                s where samples count?) */
    LPL_E_ORDER = -13,       /* a call that needs an earlier one: a read of the previous response before there was
                                any */
    LPL_E_REDUCE = -14       /* the caller's reduce function reported a failure, or another rank has refused this call
                                (lpl/reduce.h). Since 0.1.1 */
};

/* Name of a code ("LPL_E_ARG") and its general meaning in one sentence. Static text, never NULL; an unknown code gives
 * "LPL_E_UNKNOWN". Thread class: any. Since 0.1. */
LPL_API const char *lpl_status_name(lpl_status_t status);
LPL_API const char *lpl_status_string(lpl_status_t status);

/* One sentence about the last call that failed on this thread: code, function, argument, what it was, what it may be;
 * e.g. "LPL_E_ARG lpl_layer_create: tau_mean = 0, need > 0". At most 255 bytes, never NULL, "" before the first failure
 * (where the platform has no thread-local storage: one for the whole program). The text stays valid until this thread's
 * next failure. Successful calls do not touch it. Thread class: any. Since 0.1. */
LPL_API const char *lpl_last_error(void);

/* Element type of data arrays. Functions with a plain name take float, those ending in _f64 take double. */
enum {
    LPL_F32 = 0,
    LPL_F64 = 1
};

/* Instruction set of the inner loops. AUTO takes the best one that the CPU has; the others force one (tests,
 * debugging). Element-wise kernels and reductions give the same bits in each; matrix products agree within rounding. */
enum {
    LPL_ISA_AUTO = 0,
    LPL_ISA_REF = 1,
    LPL_ISA_AVX2 = 2,
    LPL_ISA_AVX512 = 3
};

/* What an object that learns still does. LEARN: all moves. TRACK: statistics, thresholds, traces and the remembered
 * response move, weights and optimiser do not. FROZEN: nothing moves; a layer's update computes its report only, a
 * projection only transmits. */
enum {
    LPL_MODE_LEARN = 0,
    LPL_MODE_TRACK = 1,
    LPL_MODE_FROZEN = 2
};

/* For bindings: the table of everything whose value or layout is part of the ABI, entry by entry.
 *   name   "LPL_E_ARG" (value of an enum constant), "sizeof lpl_report_t" (bytes), or "offsetof lpl_report_t.pull"
 *          (bytes); static text
 *   index  0, 1, 2, ...
 * Returns LPL_E_ARG past the last entry (the loop's end; lpl_last_error is not touched), LPL_E_NULL if name or value is
 * NULL. Thread class: any. Since 0.1. */
LPL_API lpl_status_t lpl_abi_entry(const char **name, int64_t *value, size_t index);

#ifdef __cplusplus
}
#endif
#endif
