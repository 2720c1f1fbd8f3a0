/* lpl/part.h - a network spread over processes: who owns which neurons, and what a state holds.
 *
 * A part of a population, a recorder or a source is neurons first .. first + n - 1 of n_global (lif.h, record.h,
 * source.h); a part of a projection is all synapses onto such neurons, with all pre neurons there are (connect.h). What
 * is drawn goes by the numbers of the whole, so the parts together are the whole, bit for bit, in any cut.
 * Parts are cut anew by lpl_lif_cut, lpl_projection_cut, lpl_spiking_cut and lpl_record_cut; files of parts by the
 * program lpl-recut. Spikes between processes: lpl_network_add_remote, lpl_network_deliver (network.h). docs/part.md
 * has all of it in one place.
 */
#ifndef LPL_PART_H
#define LPL_PART_H

#include "state.h"
#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The even cut, the one of lpl-recut: part number `part` of n_parts has neurons floor(n_global part / n_parts) up to
 * floor(n_global (part + 1) / n_parts) - 1. *n is 0 if there are more parts than neurons. Returns LPL_OK, LPL_E_NULL,
 * LPL_E_SIZE (n_global beyond 2^32, n_parts not in 1 .. 2^31, part >= n_parts). Thread class: any. Since 0.1.1. */
LPL_API lpl_status_t lpl_part_range(uint64_t *first, uint64_t *n, uint64_t n_global, uint64_t n_parts, uint64_t part);

/* Whose state. */
enum {
    LPL_PART_OTHER = 0, /* of a layer, a stack, statistics: they have no parts */
    LPL_PART_LIF = 1,
    LPL_PART_PROJECTION = 2,
    LPL_PART_SPIKING = 3,
    LPL_PART_RECORD = 4
};

/* What a state says of itself. OTHER: all but kind and bytes are 0. */
typedef struct lpl_part_info_t {
    uint32_t size;     /* sizeof(lpl_part_info_t), set by the caller or lpl_part_info_init */
    int32_t kind;      /* LPL_PART_* */
    uint64_t bytes;    /* of the state, its head to its end */
    uint64_t first;    /* neurons first .. first + n - 1 of n_global; of a projection post neurons */
    uint64_t n;
    uint64_t n_global; /* n: a whole */
    uint64_t step;     /* steps done */
} lpl_part_info_t;

/* All 0. Returns LPL_OK, LPL_E_NULL, LPL_E_VERSION. Thread class: any. Since 0.1.1. */
LPL_API lpl_status_t lpl_part_info_init(lpl_part_info_t *info, size_t size);

/* Read one state of any kind (state.h) to its end, for what it is: which part, how many bytes. Every byte is read and
 * every checksum looked at, nothing is made of it: what lpl_lif_load and its kin would refuse beyond that (a number out
 * of range) is for them to find. Returns LPL_OK, LPL_E_NULL, LPL_E_FORMAT, LPL_E_VERSION, LPL_E_IO; *info is written
 * on success only. Allocates nothing. Thread class: any. Since 0.1.1. */
LPL_API lpl_status_t lpl_part_look(lpl_part_info_t *info, lpl_read_fn read, void *user);

/* Files of N parts -> files of M parts, by the even cut (lpl_part_range), for a run that goes on with another number of
 * processes. A file holds one state or several, one after the other, as lpl_file_save's content writes them (file.h);
 * state q of all files belongs together. Populations, projections and recorders are cut; what every file holds whole
 * and alike (another kind of state, a projection that every process has all of) is copied. Of one file every such
 * object is cut.
 *   to, from   n_to new and n_from old paths; no new file may be an old one
 *   max_bytes  of one state in memory, as of the load calls (0: theirs)
 * All old files are read through before the first new one is begun, and each new one is written as lpl_file_save does:
 * whole or not at all. In memory are, at a time, one state of a new file and those that it overlaps. Returns LPL_OK,
 * LPL_E_NULL, LPL_E_SIZE, LPL_E_ARG (files that do not belong together: what lpl_spiking_cut says, other states in
 * another file; fewer neurons than parts), LPL_E_FORMAT, LPL_E_VERSION, LPL_E_MEMORY, LPL_E_NONFINITE, LPL_E_IO; the
 * detail names state and file. After an error some new files may be there, each of them whole. POSIX systems; absent
 * with STDIO=no. Thread class: any. Since 0.1.1. */
LPL_API lpl_status_t lpl_part_recut(const char *const *to, size_t n_to, const char *const *from, size_t n_from,
                                    size_t max_bytes);

#ifdef __cplusplus
}
#endif
#endif
