/* examples/worlds/statefile.h - checkpoints of the programs: the library's files (lpl/file.h), with sentences for
 * people and a few numbers of the program's own in front. */
#ifndef EXAMPLES_STATEFILE_H
#define EXAMPLES_STATEFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lpl.h"

/* A program's own content by lpl_file_save and lpl_file_load. On failure false, and a sentence in why (size bytes). */
bool statefile_save(lpl_file_save_fn content, void *user, const char *path, char *why, size_t size);
bool statefile_load(lpl_file_load_fn content, void *user, const char *path, char *why, size_t size);

/* Is there no file of this name? One that cannot be read is not missing: reading it says why. */
bool statefile_missing(const char *path);

/* Numbers of the program's own in such a content: eight bytes, lowest first. Not 0: it failed. */
int32_t statefile_put_number(uint64_t v, lpl_write_fn write, void *file);
int32_t statefile_get_number(uint64_t *v, lpl_read_fn read, void *file);

bool statefile_save_layer(const lpl_layer_t *layer, const char *path, char *why, size_t size);

/* Read a layer with so many threads; it may take max_bytes of memory at most (0: the library's own limit). */
bool statefile_load_layer(lpl_layer_t **out, const char *path, size_t max_bytes, int32_t threads, char *why,
                          size_t size);

/* The same for a stack, with a few numbers of the host's own (steps done, ...) in front: note[0 .. n_note-1], at most
 * STATEFILE_NOTES. */
enum { STATEFILE_NOTES = 64 };
bool statefile_save_stack(const lpl_stack_t *stack, const uint64_t *note, size_t n_note, const char *path, char *why,
                          size_t size);
bool statefile_load_stack(lpl_stack_t **out, uint64_t *note, size_t n_note, const char *path, size_t max_bytes,
                          int32_t threads, char *why, size_t size);

#endif
