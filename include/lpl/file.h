/* lpl/file.h - state files by name: on top of the callbacks of state.h, the one way in which a save can lose nothing.
 *
 * A save writes a new file in the folder of the old one, flushes it to the disk, and gives it the name only then.
 * Whatever happens - an error, a full disk, a kill, two programs that save to one name - the name stands for a whole
 * state, the old one or the new one.
 *   Links      symbolic links are followed: the link stays, what it points to (a file that does not exist yet, too)
 *              gets the content.
 *   Rights     a new file has what the umask leaves; an old one keeps mode and access list, and owner and group where
 *              the process may give them (a group that it may not give gets no more than everybody). A file that may
 *              not be written is not replaced.
 *   In place   are written devices, pipes and the open files behind /dev/stdout and /dev/fd/N, as the bytes come;
 *              and, from the complete new file and with its rights untouched, what a new file cannot replace: a file
 *              with several names (hard links), a mount point. A kill during that last copy leaves a file that cannot
 *              be loaded.
 *   Left over  .lpl-PID-NUMBER.tmp in that folder: only from a process that was killed; a failed save removes it.
 *   Signals    handlers are never changed. A file that would pass RLIMIT_FSIZE is refused before SIGXFSZ is raised; a
 *              pipe that nobody reads any more raises SIGPIPE as always.
 *
 * POSIX systems; these functions are absent from a library that was built with STDIO=no. errno stays as it was.
 */
#ifndef LPL_FILE_H
#define LPL_FILE_H

#include "layer.h"
#include "lif.h"
#include "projection.h"
#include "record.h"
#include "spiking.h"
#include "stack.h"
#include "state.h"
#include "stats.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A host's own content: several objects in one file, numbers in front. Called once; to write, call write(buf, n,
 * file) and lpl_layer_save(l, write, file) and its kin; to read, read(buf, n, file) and the load calls. Return LPL_OK
 * or what went wrong (what the call said, or LPL_E_IO, LPL_E_FORMAT of your own). user is the host's. */
typedef lpl_status_t (*lpl_file_save_fn)(lpl_write_fn write, void *file, void *user);
typedef lpl_status_t (*lpl_file_load_fn)(lpl_read_fn read, void *file, void *user);

/* Save / load what content writes / reads, by the rules above. path is what open() takes, at most PATH_MAX bytes,
 * names of up to NAME_MAX. reason (may be NULL): the system's error number (errno of <errno.h>) behind LPL_E_IO,
 * otherwise 0. What lies behind the last byte that content reads is not looked at. content may be entered only after
 * the file could be opened. Returns what content returned (>= 0: done), LPL_E_NULL, or LPL_E_IO with a sentence that
 * names the file (or the folder, if no file can be made there) and the reason. On failure the old file is as it was,
 * with two exceptions: what is written in place, and "cannot flush folder" after the new file has its name. The
 * detail of a failed content has the file added. Cost: the bytes, written once (a copy in place: twice), and two
 * flushes to the disk; 24 KiB of stack, no memory. Thread class: any, and any process at the same time. Since 0.1.1. */
LPL_API lpl_status_t lpl_file_save(int32_t *reason, const char *path, lpl_file_save_fn content, void *user);
LPL_API lpl_status_t lpl_file_load(int32_t *reason, const char *path, lpl_file_load_fn content, void *user);

/* One object in a file: lpl_X_save and lpl_X_load with a path instead of the callback. Arguments, limits and statuses
 * are those of these functions (layer.h and its kin), LPL_E_IO is as above. A state with NaN (LPL_E_NONFINITE) never
 * touches the file; a damaged or cut file is LPL_E_FORMAT. On failure *out is untouched. Thread class: as lpl_X_save,
 * lpl_X_load. Since 0.1.1. */
LPL_API lpl_status_t lpl_layer_save_file(const lpl_layer_t *l, const char *path);
LPL_API lpl_status_t lpl_layer_load_file(const char *path, size_t max_bytes, int32_t threads, lpl_layer_t **out);
LPL_API lpl_status_t lpl_stack_save_file(const lpl_stack_t *s, const char *path);
LPL_API lpl_status_t lpl_stack_load_file(const char *path, size_t max_bytes, int32_t threads, lpl_stack_t **out);
LPL_API lpl_status_t lpl_stats_save_file(const lpl_stats_t *s, const char *path);
LPL_API lpl_status_t lpl_stats_load_file(const char *path, size_t max_bytes, lpl_stats_t **out);
LPL_API lpl_status_t lpl_spiking_save_file(const lpl_spiking_t *s, const char *path);
LPL_API lpl_status_t lpl_spiking_load_file(const char *path, size_t max_bytes, int32_t threads, lpl_spiking_t **out);
LPL_API lpl_status_t lpl_projection_save_file(const lpl_projection_t *p, const char *path);
LPL_API lpl_status_t lpl_projection_load_file(const char *path, size_t max_bytes, lpl_projection_t **out);
LPL_API lpl_status_t lpl_lif_save_file(const lpl_lif_t *p, const char *path);
LPL_API lpl_status_t lpl_lif_load_file(const char *path, size_t max_bytes, lpl_lif_t **out);
LPL_API lpl_status_t lpl_record_save_file(const lpl_record_t *r, const char *path);
LPL_API lpl_status_t lpl_record_load_file(const char *path, size_t max_bytes, lpl_record_t **out);

#ifdef __cplusplus
}
#endif
#endif
