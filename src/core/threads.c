/* core/threads.c - see threads.h. OpenMP threads exist only if a config asks for more than one. */
#include "core/threads.h"

void lpli_parallel(size_t n_tasks, int32_t threads, lpli_task_fn fn, void *ctx) {
#ifdef _OPENMP
    if (threads > 1 && n_tasks > 1) {
        size_t team = (size_t)threads < n_tasks ? (size_t)threads : n_tasks;
        size_t next = 0;
#pragma omp parallel num_threads((int)team)
        {
            size_t worker;
#pragma omp atomic capture
            worker = next++;
#pragma omp for schedule(dynamic, 1)
            for (size_t task = 0; task < n_tasks; task++) fn(ctx, task, worker);
        }
        return;
    }
#else
    (void)threads;
#endif
    for (size_t task = 0; task < n_tasks; task++) fn(ctx, task, 0);
}
