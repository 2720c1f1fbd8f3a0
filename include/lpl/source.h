/* lpl/source.h - lpl_source_t: neurons that fire by themselves: Poisson groups with a constant or moving rate, and
 * recorded spikes.
 *
 * LPL_SOURCE_POISSON  each of n neurons fires at step t with probability rate(t) dt, independently. rate(t) is
 *                     piecewise linear
 *     between knots (time_s[k], rate_hz[k]); one knot: constant; before the first knot and after the last one their
 *     values hold, or with LPL_SOURCE_LOOP the series begins again (the last knot coincides with the first of the next
 *     pass). Spikes are a pure function of (seed, stream, t): random.h, by skipping ahead (no draw per neuron and step)
 *     and thinning; docs/source.md has the exact definition. No bias for any neuron. Groups with other streams are
 *     independent.
 * LPL_SOURCE_SPIKES   neuron spk_neuron[k] fires at step spk_step[k] (steps ascending, neurons ascending within a step,
 *                     none twice).
 * Arrays are copied at create.
 */
#ifndef LPL_SOURCE_H
#define LPL_SOURCE_H

#include "state.h"
#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lpl_source_t lpl_source_t;

enum {
    LPL_SOURCE_POISSON = 0,
    LPL_SOURCE_SPIKES = 1
};

/* Bits of lpl_source_config_t.flags. */
enum {
    LPL_SOURCE_LOOP = 1
};

typedef struct lpl_source_config_t {
    uint32_t size;              /* sizeof(lpl_source_config_t), set by lpl_source_config_init */
    uint32_t flags;             /* LPL_SOURCE_LOOP (default 0) */
    int32_t kind;               /* LPL_SOURCE_* (default POISSON) */
    int32_t label;              /* the host's number, named in messages (default 0) */
    uint64_t n;                 /* neurons, 1 .. 2^31; no default */
    uint64_t first;             /* added to every index that comes out: groups side by side in one pre population
                                   (default 0) */
    double dt;                  /* s (default 1e-4) */
    uint64_t seed;              /* POISSON: random numbers are of (seed, stream) (default 0) */
    uint64_t stream;            /* POISSON: give each source its own (default 0) */
    uint64_t n_knots;           /* POISSON, >= 1 (default 0) */
    const double *time_s;       /* POISSON: ascending, the first >= 0; may be NULL for one knot */
    const double *rate_hz;      /* POISSON: 0 <= rate < 1/dt */
    uint64_t n_spikes;          /* SPIKES (default 0) */
    const uint64_t *spk_step;   /* SPIKES */
    const uint32_t *spk_neuron; /* SPIKES: < n; of a part: < n_global, others' are left out */
    uint64_t n_global;          /* a part (docs/part.md): neurons first .. first + n - 1 of a group of n_global, up to
                                   2^31, with the spikes that they have in the whole, and these numbers; 0: this is the
                                   whole, its neurons are 0 .. n - 1 whatever first is (default 0). Since 0.1.1, as the
                                   next */
    uint64_t offset;            /* added to every index that comes out, too: where the group of a part begins in the pre
                                   population (default 0) */
} lpl_source_config_t;

/* Fill in the defaults. Returns LPL_OK, LPL_E_NULL, LPL_E_VERSION. Thread class: any. Since 0.1. */
LPL_API lpl_status_t lpl_source_config_init(lpl_source_config_t *cfg, size_t size);

/* Returns LPL_OK, LPL_E_NULL, LPL_E_ARG (names the first knot or spike that is out of order or range), LPL_E_UNITS (dt
 * like ms; rate dt >= 1: "did you give kHz, or dt in ms?"), LPL_E_SIZE, LPL_E_VERSION, LPL_E_MEMORY. Thread class: any.
 * Since 0.1. */
LPL_API lpl_status_t lpl_source_create(const lpl_source_config_t *cfg, lpl_source_t **out);
LPL_API void lpl_source_destroy(lpl_source_t *s);

/* One step: indices (plus `first` and `offset`) of the neurons that fire, ascending.
 *   spikes  out, room for at least `room` indices
 *   n_spk   out: how many
 * Returns LPL_OK, LPL_E_NULL, LPL_E_SIZE (room too small; nothing has moved; or the end of the random numbers, after
 * about 2^62 / n steps). Exclusive access. Allocates nothing. O(1) plus the spikes. Since 0.1. */
LPL_API lpl_status_t lpl_source_step(lpl_source_t *s, uint32_t *spikes, size_t room, size_t *n_spk);

/* The next step t that lpl_source_step will make; go to another one, O(1), exact: spikes depend on t alone (so there is
 * nothing to save). Beyond the last step: LPL_E_SIZE. Since 0.1. */
LPL_API lpl_status_t lpl_source_tell(const lpl_source_t *s, uint64_t *t);
LPL_API lpl_status_t lpl_source_seek(lpl_source_t *s, uint64_t t);

/* Rate (Hz) at step t; SPIKES: LPL_E_ARG. Shared access. Since 0.1. */
LPL_API lpl_status_t lpl_source_rate(const lpl_source_t *s, double *rate, uint64_t t);

#ifdef __cplusplus
}
#endif
#endif
