/* core/threads.h - deterministic splitting of work over threads.
 *
 * Work is cut into tasks by the problem alone; threads only choose which task to do next. Tasks write disjoint memory,
 * and partial results are combined afterwards in task order. So the bits never depend on the number of threads. */
#ifndef LPLI_THREADS_H
#define LPLI_THREADS_H

#include <stddef.h>
#include <stdint.h>

/* worker: 0 .. threads-1, for scratch memory of one's own. */
typedef void (*lpli_task_fn)(void *ctx, size_t task, size_t worker);

/* Run tasks 0 .. n_tasks-1. threads <= 1, or a build without OpenMP: in order, on the caller's thread. */
void lpli_parallel(size_t n_tasks, int32_t threads, lpli_task_fn fn, void *ctx);

#endif
