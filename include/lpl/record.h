/* lpl/record.h - lpl_record_t: what a population does: spikes into the host's buffers, counts per bin, running rates,
 * health.
 *
 * States of projections and populations are recorded by their own read calls, with a list of indices, whenever the host
 * likes; this object is for what cannot be read afterwards: the spikes.
 * Rates: rate_i += S_i - rate_i dt/tau_rate, in units of spikes per tau_rate, read in Hz.
 */
#ifndef LPL_RECORD_H
#define LPL_RECORD_H

#include "state.h"
#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lpl_record_t lpl_record_t;

/* Bits of the health word; 0 until tau_rate has passed. */
enum {
    LPL_HEALTH_SILENT = 1, /* mean rate of the population below silent_hz */
    LPL_HEALTH_RUNAWAY = 2 /* mean rate of the population above runaway_hz */
};

typedef struct lpl_record_config_t {
    uint32_t size;      /* sizeof(lpl_record_config_t), set by lpl_record_config_init */
    uint32_t flags;     /* 0 */
    uint64_t n;         /* neurons, 1 .. 2^31; no default */
    double dt;          /* s (default 1e-4) */
    double tau_rate;    /* s: running rates (default 10) */
    double silent_hz;   /* Hz: a mean rate below it is SILENT (default 0.01) */
    double runaway_hz;  /* Hz: one above it is RUNAWAY (default 200) */
    uint64_t bin_steps; /* steps of a bin of counts; 0: none (default) */
    uint64_t first;     /* of a part (docs/part.md), neurons first .. first + n - 1 of n_global: `neuron` of
                           lpl_record_spikes_into says these numbers, everything else 0 .. n - 1 (default 0). Since
                           0.1.1, as the next */
    uint64_t n_global;  /* neurons of the whole, up to 2^31; 0: n, this is the whole (default 0) */
} lpl_record_config_t;

enum {
    LPL_RECORD_RATES = 0,  /* n: running rate of each neuron, Hz (bias of the start removed) */
    LPL_RECORD_COUNTS = 1, /* n: spikes of each neuron since create or reset */
    LPL_RECORD_N = 2,      /* 1: number of neurons, for whoever loads a recorder */
    LPL_RECORD_FIRST = 3,  /* 1: since 0.1.1, as the next */
    LPL_RECORD_N_GLOBAL = 4 /* 1 */
};

/* Fill in the defaults. Returns LPL_OK, LPL_E_NULL, LPL_E_VERSION. Thread class: any. Since 0.1. */
LPL_API lpl_status_t lpl_record_config_init(lpl_record_config_t *cfg, size_t size);

/* Returns LPL_OK, LPL_E_NULL, LPL_E_ARG, LPL_E_UNITS (dt above half of tau_rate, or like ms), LPL_E_SIZE,
 * LPL_E_VERSION, LPL_E_MEMORY. Thread class: any. Since 0.1. */
LPL_API lpl_status_t lpl_record_create(const lpl_record_config_t *cfg, lpl_record_t **out);
LPL_API void lpl_record_destroy(lpl_record_t *r);

/* Write what comes from now on into arrays of the host (lent until the next call of this function or destroy; NULL with
 * 0 ends it):
 *   step, neuron  room spikes each, in order
 *   bins          room_bins x n counts, row-major, one row per full bin (bin_steps > 0)
 * When an array is full the rest is counted, not stored. Each call starts its array and counter from the beginning,
 * reset does so too. Steps count from create or reset on, bins begin at multiples of bin_steps (a matrix lent in the
 * middle of a bin gets all of it). Since 0.1. */
LPL_API lpl_status_t lpl_record_spikes_into(lpl_record_t *r, uint64_t *step, uint32_t *neuron, size_t room);
LPL_API lpl_status_t lpl_record_bins_into(lpl_record_t *r, uint32_t *bins, size_t room_bins);

/* One step: the spikes of the population (ascending, none twice). Exclusive access. Allocates nothing. O(spikes). Since
 * 0.1. */
LPL_API lpl_status_t lpl_record_step(lpl_record_t *r, const uint32_t *spikes, size_t n_spk);

/* Stored and lost spikes, full bins written, steps seen, mean rate (running, Hz), health word; any pointer may be NULL.
 * Since 0.1. */
LPL_API lpl_status_t lpl_record_state(const lpl_record_t *r, uint64_t *n_spikes, uint64_t *n_lost, uint64_t *n_bins,
                                      uint64_t *steps, double *mean_rate, uint32_t *health);
LPL_API lpl_status_t lpl_record_read(const lpl_record_t *r, double *dst, size_t n, int32_t what);
LPL_API lpl_status_t lpl_record_reset(lpl_record_t *r);

/* As lpl_lif_save and lpl_lif_load (without the lent arrays). Since 0.1. */
LPL_API lpl_status_t lpl_record_save(const lpl_record_t *r, lpl_write_fn write, void *user);
LPL_API lpl_status_t lpl_record_load(lpl_read_fn read, void *user, size_t max_bytes, lpl_record_t **out);

/* Parts cut anew, neurons first .. first + n - 1, as lpl_spiking_cut (spiking.h). The mean rate and health of *out are
 * those of its neurons, of their own running rates: of a merged whole equal to the whole's but for rounding. Since
 * 0.1.1. */
LPL_API lpl_status_t lpl_record_cut(const lpl_record_t *const *parts, size_t n_parts, uint64_t first, uint64_t n,
                                    lpl_record_t **out);

#ifdef __cplusplus
}
#endif
#endif
