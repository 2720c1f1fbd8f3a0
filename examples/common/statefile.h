/* examples/common/statefile.h - a layer's or a stack's state in a file: what a host hands to lpl_layer_save and lpl_layer_load. */
#ifndef EXAMPLES_STATEFILE_H
#define EXAMPLES_STATEFILE_H

#include <stdbool.h>

#include "lpl.h"

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
