/* lpl/network.h - lpl_network_t: many time steps of a composed spiking network in one call.
 *
 * The host makes sources, populations, projections and recorders as ever, tells a network once who fires into what, and
 * then asks for n steps. It gets the bits of its own loop over lpl_source_step, lpl_lif_step, lpl_spiking_drive_lif,
 * lpl_projection_drive_lif, lpl_spiking_step, lpl_projection_step and lpl_record_step, without a dozen calls and their
 * checks in each step. One step, in this order:
 *
 *   1  who fires: sources, spikes of the host, then populations, each in the order in which they were added
 *   2  what arrives: projections of both kinds that drive a population, in the order in which they were added
 *   3  what is learned: projections of both kinds, in that order
 *   4  recorders
 *
 * Neurons are known to the network in groups: a population is one, and a group of inputs is one (neurons that sources
 * or the host let fire). Groups are numbered from 0 on as they are added.
 *
 * Members stay the host's: the network neither copies nor destroys them. Destroy it before its members. Between runs
 * they can be read, set, saved and stepped by themselves; a network has no state of its own but where it stopped after
 * an error. So a run can be interrupted after any number of steps, saved by saving its members and resumed by loading
 * them into a new network: run(N + M) = run(N), run(M), bit for bit.
 *
 * A member may belong to one network and to nobody else's call while that runs: exclusive access to all of them.
 */
#ifndef LPL_NETWORK_H
#define LPL_NETWORK_H

#include "lif.h"
#include "projection.h"
#include "record.h"
#include "source.h"
#include "spiking.h"
#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lpl_network_t lpl_network_t;

typedef struct lpl_network_config_t {
    uint32_t size;        /* sizeof(lpl_network_config_t), set by lpl_network_config_init */
    uint32_t flags;       /* 0 */
    uint64_t block_steps; /* steps at most for which spikes are held inside, 1 .. 4096; 0 (default): 64, or fewer in a
                             large network (4 MiB). No result depends on it */
} lpl_network_config_t;

/* In place of a receptor: the projection learns, but drives nobody (the host does, or there is nothing to drive). */
enum { LPL_NETWORK_NO_RECEPTOR = -1 };

/* Scalars for lpl_network_get. */
enum {
    LPL_NETWORK_PARAM_STEP = 0,    /* whole steps made by this network */
    LPL_NETWORK_PARAM_LAST = 1,    /* of them, those of the last run */
    LPL_NETWORK_PARAM_STOPPED = 2, /* 1: the last run stopped inside a step (lpl_network_run) */
    LPL_NETWORK_PARAM_N_GROUPS = 3,
    LPL_NETWORK_PARAM_BLOCK = 4, /* steps for which spikes are held inside; 0 before lpl_network_finish */
    LPL_NETWORK_PARAM_DELAY = 5, /* steps: the shortest axonal delay among the projections; 0: there are none */
    LPL_NETWORK_PARAM_MEMORY = 6 /* bytes, members not counted */
};

/* Defaults. Returns LPL_OK, LPL_E_NULL, LPL_E_VERSION. Thread class: any. Since 0.1.1. */
LPL_API lpl_status_t lpl_network_config_init(lpl_network_config_t *cfg, size_t size);

/* An empty network. Returns LPL_OK, LPL_E_NULL, LPL_E_ARG, LPL_E_SIZE, LPL_E_VERSION, LPL_E_MEMORY. Thread class: any.
 * Since 0.1.1. */
LPL_API lpl_status_t lpl_network_create(const lpl_network_config_t *cfg, lpl_network_t **out);

/* End the network, not its members; NULL is fine. */
LPL_API void lpl_network_destroy(lpl_network_t *net);

/* Add a group of n inputs, or a population. *group: its number. Returns LPL_OK, LPL_E_NULL, LPL_E_SIZE (n not in 1 ..
 * 2^31), LPL_E_ARG (that population is in the network already; its dt is not that of the other members), LPL_E_ORDER
 * (after lpl_network_finish), LPL_E_MEMORY; on failure nothing was added. So it is with all that follow. Exclusive
 * access. Since 0.1.1. */
LPL_API lpl_status_t lpl_network_add_input(lpl_network_t *net, uint32_t *group, uint64_t n);
LPL_API lpl_status_t lpl_network_add_lif(lpl_network_t *net, uint32_t *group, lpl_lif_t *p);

/* Of a network spread over processes (docs/part.md): a group of n_global neurons, of which first .. first + n - 1 are
 * the n of group `local` of this network, a population or inputs, and the others fire elsewhere. It is the pre group of
 * projections, which see the spikes of the local ones at once and those from elsewhere by lpl_network_deliver, after
 * runs of at most the axonal delay. lpl_network_spikes_into shows the local ones under their numbers in this group:
 * what the other processes want to know. It is nobody's post group and has no recorder. Returns as above; LPL_E_ARG
 * also: no such group, one of this kind, first + n > n_global. Since 0.1.1. */
LPL_API lpl_status_t lpl_network_add_remote(lpl_network_t *net, uint32_t *group, uint64_t n_global, uint32_t local,
                                            uint64_t first);

/* Let a source fire in a group of inputs, as the neurons first .. first + n - 1 of its config. Sources of one group are
 * added in ascending order of `first` and share no neuron. Returns as above; LPL_E_ARG also: not a group of inputs,
 * neurons that the group does not have, or not behind those of the source before. Since 0.1.1. */
LPL_API lpl_status_t lpl_network_add_source(lpl_network_t *net, lpl_source_t *s, uint32_t group);

/* Put a projection between two groups, n_pre and n_post neurons. receptor: LPL_RECEPTOR_* of the post population, or
 * LPL_NETWORK_NO_RECEPTOR. A plastic projection, and one that drives, ends in a population of its own dtype. Returns as
 * above; LPL_E_ARG also: no such group; LPL_E_SIZE: the sizes differ; LPL_E_DTYPE. Since 0.1.1. */
LPL_API lpl_status_t lpl_network_add_projection(lpl_network_t *net, lpl_projection_t *p, uint32_t pre, uint32_t post,
                                                int32_t receptor);
LPL_API lpl_status_t lpl_network_add_spiking(lpl_network_t *net, lpl_spiking_t *s, uint32_t pre, uint32_t post,
                                             int32_t receptor);

/* Let a recorder see a group. Since 0.1.1. */
LPL_API lpl_status_t lpl_network_add_record(lpl_network_t *net, lpl_record_t *r, uint32_t group);

/* All have been added: take the memory for runs. Returns LPL_OK, LPL_E_NULL, LPL_E_ORDER (done before; no group),
 * LPL_E_SIZE, LPL_E_MEMORY. Since 0.1.1. */
LPL_API lpl_status_t lpl_network_finish(lpl_network_t *net);

/* Spikes of the host for the next run, which has to be one of n_steps: in step k of it the neurons neuron[ptr[k]] ..
 * neuron[ptr[k+1] - 1] of the group fire, ascending, none twice (ptr: n_steps + 1 offsets). All of it is checked here
 * and lent until that run returns. A group has sources or spikes of the host. Not called for a run: none fire. Returns
 * LPL_OK, LPL_E_NULL, LPL_E_ARG (no such group, one with sources, a population; spikes out of order or range),
 * LPL_E_ORDER (before lpl_network_finish). Exclusive access. Allocates nothing. Since 0.1.1. */
LPL_API lpl_status_t lpl_network_feed(lpl_network_t *net, uint32_t group, size_t n_steps, const uint64_t *ptr,
                                      const uint32_t *neuron);

/* n steps. Returns LPL_OK, LPL_E_NULL, LPL_E_ORDER (before lpl_network_finish), LPL_E_SIZE (lpl_network_feed was for
 * another number of steps; a source at the end of its random numbers): nothing has moved then.
 *
 * LPL_LOOK: all steps are made, and the verdict of a plastic projection with LPL_SPIKING_WATCH has changed in one of
 * them, as lpl_spiking_step would have said.
 *
 * LPL_E_NONFINITE as lpl_lif_step, lpl_spiking_drive_lif, lpl_spiking_step: only a member with absurd parameters or
 * states can give it, and such a network is run step by step, every member looked at before it moves. The sentence
 * names the member and its step. The steps before are whole (LPL_NETWORK_PARAM_LAST counts them), the run has stopped
 * inside the next one: what comes before the refused call in the order above has been done, nothing behind it, so
 * members may differ by this one step. After a mend (a smaller push, say) the next run goes on with just that call, and
 * that step is the first of its n: the bits are those of a host's loop that repeats the call. (Its spikes are inside;
 * what lpl_network_feed says of that step is not looked at again.) Save members before such a run, or after going on.
 *
 * Exclusive access to the network and all members. Allocates nothing. The same bits for any number of threads of the
 * members, and for n calls of one step. Cost: that of the members' arithmetic; what is per call in the host's loop is
 * per block of LPL_NETWORK_PARAM_BLOCK steps, or up to a change of plastic weights. Since 0.1.1. */
LPL_API lpl_status_t lpl_network_run(lpl_network_t *net, size_t n_steps);

/* Spikes of neurons elsewhere (of another process) that fired during the last run, handed over after it: they have not
 * arrived yet if that run was not longer than the axonal delay. As lpl_network_feed for n_steps = those of the last
 * run, except that the spikes act at once, may come in several calls (each neuron's in one of them, or more), and a
 * group with sources takes them too. Returns also LPL_E_ARG: a population, a group with a recorder, which has seen
 * these steps; LPL_E_SIZE: the last run had another number of steps, or more than the delay of a projection from this
 * group; LPL_E_ORDER: it stopped inside a step. Exclusive access. Since 0.1.1. */
LPL_API lpl_status_t lpl_network_deliver(lpl_network_t *net, uint32_t group, size_t n_steps, const uint64_t *ptr,
                                         const uint32_t *neuron);

/* Write who fires in a group into arrays of the host, lent until the next call of this function for that group or
 * destroy (NULL, NULL, 0, 0 ends it). Each run starts anew: step k of it had the spikes neuron[ptr[k]] ..
 * neuron[ptr[k+1] - 1]. ptr: room_steps + 1 offsets; a run of more steps is LPL_E_SIZE. neuron: room spikes; of more,
 * the rest is counted, not stored. Returns LPL_OK, LPL_E_NULL, LPL_E_ARG, LPL_E_SIZE. Exclusive access. Since 0.1.1. */
LPL_API lpl_status_t lpl_network_spikes_into(lpl_network_t *net, uint32_t group, uint64_t *ptr, size_t room_steps,
                                             uint32_t *neuron, size_t room);

/* A scalar: LPL_NETWORK_PARAM_*. Returns LPL_OK, LPL_E_NULL, LPL_E_ARG. Shared access. Since 0.1.1. */
LPL_API lpl_status_t lpl_network_get(const lpl_network_t *net, int32_t param, double *value);

#ifdef __cplusplus
}
#endif
#endif
