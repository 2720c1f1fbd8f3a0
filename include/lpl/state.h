/* lpl/state.h - how objects are saved and loaded: the callbacks, and the .lpl container they carry.
 *
 * Each topic has its own pair (lpl_layer_save / lpl_layer_load, lpl_stats_save / lpl_stats_load). These calls open no
 * file: they hand bytes to the host's function and ask it for bytes, so files, sockets, flash pages and memory all
 * work. Files by name: file.h. run(N + M) gives the same bits as run(N), save, load, run(M).
 *
 * The container: a 16-byte head, then records, each with a tag, a CRC-32C and a length, padded to 64 bytes; always
 * little-endian. The byte layout is the opening comment of src/state/container.c and docs/state.md.
 */
#ifndef LPL_STATE_H
#define LPL_STATE_H

#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Take the next n bytes (buf, n) of a state file. Called only on the calling thread, inside the save call.
 * Return 0 to go on, anything else to stop; the save call then returns LPL_E_IO. Must not touch the object being
 * saved. */
typedef int32_t (*lpl_write_fn)(const void *buf, size_t n, void *user);

/* Deliver the next n bytes of a state file into buf. Return 0 if all n were delivered, a positive value if the data
 * ended before (the load call then returns LPL_E_FORMAT, "truncated"), a negative value on a read error (LPL_E_IO).
 * */
typedef int32_t (*lpl_read_fn)(void *buf, size_t n, void *user);

#ifdef __cplusplus
}
#endif
#endif
