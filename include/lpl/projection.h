/* lpl/projection.h - lpl_projection_t: the other synapses of a network, fixed or with symmetric inhibitory STDP, behind
 * an axonal delay.
 *
 * LPL_PROJECTION_STATIC      weights stay.
 * LPL_PROJECTION_INHIBITORY  symmetric inhibitory STDP (Vogels et al. 2011, with the erratum's sign; theory 6.4):
 *     at each delayed pre spike j:  w_ij = max(w_min, w_ij + zeta (tr_post_i - 2 kappa tau_stdp))
 *     at each post spike i:         w_ij = min(w_max, w_ij + zeta tr_pre_j)
 *     then  tr_pre_j = k (tr_pre_j + S_j(t-d)),  tr_post_i = k (tr_post_i + S_i(t)),  k = exp(-dt / tau_stdp)
 *   Drift for independent trains: 2 zeta tau_stdp rate_pre (rate_post - kappa), so kappa is the rate that inhibition
 *   aims at. As in the reference a weight may exceed w_max between a pre spike and the next post spike.
 * Order within a host's step: spiking.h.
 */
#ifndef LPL_PROJECTION_H
#define LPL_PROJECTION_H

#include "connect.h"
#include "lif.h"
#include "state.h"
#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Calls that take a const pointer may run together on any threads; others need exclusive access. */
typedef struct lpl_projection_t lpl_projection_t;

enum {
    LPL_PROJECTION_STATIC = 0,
    LPL_PROJECTION_INHIBITORY = 1
};

typedef struct lpl_projection_config_t {
    uint32_t size;    /* sizeof(lpl_projection_config_t), set by lpl_projection_config_init */
    uint32_t flags;   /* 0 */
    int32_t dtype;    /* LPL_F32 (default), LPL_F64 */
    int32_t kind;     /* LPL_PROJECTION_* (default STATIC) */
    uint64_t n_pre;   /* 1 .. 2^31; no default */
    uint64_t n_post;  /* 1 .. 2^31; no default */
    double dt;        /* s (default 1e-4) */
    double delay_ax;  /* s: axonal delay, a whole number of dt, 1 .. 2^20 (default 8e-4) */
    double w_init;    /* every weight (default 0.5) */
    double w_min;     /* lower bound of every weight (default 0) */
    double w_max;     /* upper bound (default 1); STATIC: both bound what may be written */
    double zeta;      /* INHIBITORY: learning rate, 0 .. 1e6 (default 1e-3); 0 switches the rule off */
    double kappa;     /* INHIBITORY: target rate, Hz, 0 .. 1/dt (default 10) */
    double tau_stdp;  /* INHIBITORY: s, at least 2 dt (default 20e-3) */
    int32_t mode;     /* LPL_MODE_* (status.h): LEARN (default); TRACK: traces move, weights do not; FROZEN: only
                         transmits */
    int32_t label;    /* the host's number, named in messages (default 0) */
    uint64_t post_begin; /* of a part (connect.h, docs/part.md): its first post neuron (default 0) of ... Since 0.1.1 */
    uint64_t n_post_global; /* ... the whole, up to 2^31; 0: n_post, this is the whole (default 0). Since 0.1.1 */
} lpl_projection_config_t;

enum {
    LPL_PROJECTION_WEIGHTS = 0, /* per synapse */
    LPL_PROJECTION_TR_PRE = 1,  /* per pre neuron (INHIBITORY) */
    LPL_PROJECTION_TR_POST = 2  /* per post neuron (INHIBITORY) */
};

enum {
    LPL_PROJECTION_PARAM_ZETA = 0,
    LPL_PROJECTION_PARAM_KAPPA = 1,
    LPL_PROJECTION_PARAM_MODE = 2,
    LPL_PROJECTION_PARAM_STEP = 3, /* steps done; read only, as all that follow */
    LPL_PROJECTION_PARAM_N_PRE = 4,
    LPL_PROJECTION_PARAM_N_POST = 5,
    LPL_PROJECTION_PARAM_N_SYNAPSES = 6,
    LPL_PROJECTION_PARAM_DTYPE = 7,
    LPL_PROJECTION_PARAM_KIND = 8,
    LPL_PROJECTION_PARAM_DELAY = 9, /* steps */
    LPL_PROJECTION_PARAM_MEMORY = 10,
    LPL_PROJECTION_PARAM_LABEL = 11,
    LPL_PROJECTION_PARAM_POST_BEGIN = 12, /* since 0.1.1, as the next */
    LPL_PROJECTION_PARAM_N_POST_GLOBAL = 13
};

/* Defaults. Returns LPL_OK, LPL_E_NULL, LPL_E_VERSION. Thread class: any. Since 0.1. */
LPL_API lpl_status_t lpl_projection_config_init(lpl_projection_config_t *cfg, size_t size);

/* Make a projection; config and connectivity are copied. connect = NULL: all to all. All memory is taken here. Bounds
 * lie within +-1e30. Returns LPL_OK, LPL_E_NULL, LPL_E_ARG (also, since 0.1.1: a tau_stdp that exp(-dt/tau_stdp),
 * rounded to dtype, misses by more than a third), LPL_E_UNITS (dt above half of tau_stdp; a delay or constant that
 * looks like ms, docs/status.md), LPL_E_SIZE, LPL_E_VERSION, LPL_E_MEMORY. Thread class: any. Since 0.1. */
LPL_API lpl_status_t lpl_projection_create(const lpl_projection_config_t *cfg, const lpl_connect_t *connect,
                                           lpl_projection_t **out);
LPL_API void lpl_projection_destroy(lpl_projection_t *p);

/* As lpl_spiking_drive, but weights of +-1e30 at most cannot make a finite conductance infinite; const, so that it
 * changes no weight: step does. Since 0.1. */
LPL_API lpl_status_t lpl_projection_drive(const lpl_projection_t *p, float *g);
LPL_API lpl_status_t lpl_projection_drive_f64(const lpl_projection_t *p, double *g);
LPL_API lpl_status_t lpl_projection_drive_lif(const lpl_projection_t *p, lpl_lif_t *target, int32_t receptor);

/* One step: takes in the spikes of this step (lists as in lpl_spiking_step) and learns. STATIC: post may be NULL with
 * n_spk_post 0. Returns LPL_OK, LPL_E_NULL, LPL_E_ARG. Exclusive access. Allocates nothing. INHIBITORY: O(n_pre +
 * n_post) plus the synapses of the neurons that fired. Since 0.1. */
LPL_API lpl_status_t lpl_projection_step(lpl_projection_t *p, const uint32_t *pre, size_t n_spk_pre,
                                         const uint32_t *post, size_t n_spk_post);

/* As lpl_spiking_read, lpl_spiking_write (WEIGHTS only), lpl_spiking_connectivity, ... Since 0.1. */
LPL_API lpl_status_t lpl_projection_read(const lpl_projection_t *p, float *dst, size_t n, const uint64_t *index,
                                         int32_t what);
LPL_API lpl_status_t lpl_projection_read_f64(const lpl_projection_t *p, double *dst, size_t n, const uint64_t *index,
                                             int32_t what);
LPL_API lpl_status_t lpl_projection_write(lpl_projection_t *p, const float *src, size_t n, int32_t what);
LPL_API lpl_status_t lpl_projection_write_f64(lpl_projection_t *p, const double *src, size_t n, int32_t what);
LPL_API lpl_status_t lpl_projection_connectivity(const lpl_projection_t *p, uint64_t *row_ptr, uint32_t *col);
LPL_API lpl_status_t lpl_projection_set(lpl_projection_t *p, int32_t param, double value);
LPL_API lpl_status_t lpl_projection_get(const lpl_projection_t *p, int32_t param, double *value);

/* The closed range that lpl_projection_set accepts for a parameter of this projection: ZETA 0 .. 1e6, KAPPA 0 .. 1/dt
 * (INHIBITORY), MODE; MODE takes whole numbers. LPL_E_ARG: unknown, read only, or not of this kind of projection;
 * LPL_E_NULL. Shared access. Since 0.1.1. */
LPL_API lpl_status_t lpl_projection_bounds(const lpl_projection_t *p, int32_t param, double *low, double *high);
LPL_API lpl_status_t lpl_projection_save(const lpl_projection_t *p, lpl_write_fn write, void *user);
LPL_API lpl_status_t lpl_projection_load(lpl_read_fn read, void *user, size_t max_bytes, lpl_projection_t **out);

/* Parts cut anew, as lpl_spiking_cut. Since 0.1.1. */
LPL_API lpl_status_t lpl_projection_cut(const lpl_projection_t *const *parts, size_t n_parts, uint64_t post_begin,
                                        uint64_t n_post, lpl_projection_t **out);

#ifdef __cplusplus
}
#endif
#endif
