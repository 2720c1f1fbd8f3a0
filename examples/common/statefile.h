/* examples/common/statefile.h - the state of a layer, a stack or a network in a file: what a host hands to lpl_layer_save and its kin. */
#ifndef EXAMPLES_STATEFILE_H
#define EXAMPLES_STATEFILE_H

#include <stdbool.h>
#include <stdio.h>

#include "lpl.h"

/* What the library calls to write and read; user is a FILE. And numbers of the host's own: eight bytes, lowest first. */
int32_t statefile_put(const void *buf, size_t n, void *user);
int32_t statefile_get(void *buf, size_t n, void *user);
int32_t statefile_put_number(uint64_t v, FILE *file);
int32_t statefile_get_number(uint64_t *v, FILE *file);

/* Anything that a function writes to a FILE, as below: PATH is the old file or the new one. The function returns LPL_OK, LPL_E_IO (errno says
 * why) or what a call of the library returned. */
typedef lpl_status_t (*statefile_write_fn)(const void *object, FILE *file);
bool statefile_save(statefile_write_fn write, const void *object, const char *path, char *why, size_t size);

/* Write to PATH.tmp, flush it to the disk, then rename: whatever happens, PATH is the old state or the new one, never half of it.
 * On failure false, and a sentence in why (size bytes). */
bool statefile_save_layer(const lpl_layer_t *layer, const char *path, char *why, size_t size);

/* Read a layer with so many threads; it may take max_bytes of memory at most (0: the library's own limit). */
bool statefile_load_layer(lpl_layer_t **out, const char *path, size_t max_bytes, int32_t threads, char *why, size_t size);

/* The same for a stack, with a few numbers of the host's own (steps done, ...) in front: note[0 .. n_note-1], at most STATEFILE_NOTES. */
enum { STATEFILE_NOTES = 64 };
bool statefile_save_stack(const lpl_stack_t *stack, const uint64_t *note, size_t n_note, const char *path, char *why, size_t size);
bool statefile_load_stack(lpl_stack_t **out, uint64_t *note, size_t n_note, const char *path, size_t max_bytes, int32_t threads, char *why,
                          size_t size);

#endif
