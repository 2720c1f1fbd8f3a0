/* core/threads.c - see threads.h. OpenMP threads exist only if a config asks for more than one. */
#include "core/threads.h"

#include <stdatomic.h>

#include "lpl/threads.h"

#if defined(_OPENMP) && !defined(_WIN32)
#define TEAMS_AND_FORK 1
#include <pthread.h>
#endif

/* The one thing in this library that is global and can be written (lpl/threads.h says why it must be). After a fork
 * only the thread that called it exists in the child, while GCC's OpenMP still counts on the team that it keeps: the
 * next region would wait for ever. */
enum { NO_TEAM_YET = 0, TEAM = 1, ONE_THREAD = 2 };
static atomic_int lpli_team;

void lpl_one_thread(void) { atomic_store_explicit(&lpli_team, ONE_THREAD, memory_order_relaxed); }

int32_t lpl_is_one_thread(void) { return atomic_load_explicit(&lpli_team, memory_order_relaxed) == ONE_THREAD; }

#ifdef _OPENMP
/* May a team be started? Before the first one the system is told what to do in children. Two threads here at once tell
 * it twice, which harms nothing. */
static int may_have_team(void) {
    int known = atomic_load_explicit(&lpli_team, memory_order_relaxed);
#ifdef TEAMS_AND_FORK
    if (known == NO_TEAM_YET) {
        if (pthread_atfork(NULL, NULL, lpl_one_thread)) return 0; /* no memory for that: this call without a team */
        atomic_compare_exchange_strong(&lpli_team, &known, TEAM);
    }
#endif
    return known != ONE_THREAD;
}
#endif

void lpli_parallel(size_t n_tasks, int32_t threads, lpli_task_fn fn, void *ctx) {
#ifdef _OPENMP
    if (threads > 1 && n_tasks > 1 && may_have_team()) {
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
