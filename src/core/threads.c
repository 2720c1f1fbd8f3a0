/* core/threads.c - see threads.h. OpenMP threads exist only if a config asks for more than one. */
#include "core/threads.h"

#include <stdatomic.h>

#include "lpl/threads.h"

#ifdef _OPENMP
#include <omp.h>
#endif
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

#ifdef _OPENMP
/* A run of neighbouring tasks: number k of n_runs. */
enum { RUNS = 32 };
typedef struct {
    _Alignas(64) atomic_size_t taken;
} run_t;

static size_t run_begin(size_t n_tasks, size_t n_runs, size_t k) {
    return n_tasks / n_runs * k + n_tasks % n_runs * k / n_runs;
}

/* A worker begins with a run of its own: where the tasks of one region and of the next belong to the same images, what
 * it has written lies in its core's cache when it reads it again. Then it takes what others have left. */
static void work(run_t *run, size_t n_runs, size_t n_tasks, lpli_task_fn fn, void *ctx, size_t worker) {
    for (size_t k = 0; k < n_runs; k++) {
        const size_t own = (worker + k) % n_runs, begin = run_begin(n_tasks, n_runs, own),
                     n = run_begin(n_tasks, n_runs, own + 1) - begin;
        for (;;) {
            const size_t task = atomic_fetch_add_explicit(&run[own].taken, 1, memory_order_relaxed);
            if (task >= n) break;
            fn(ctx, begin + task, worker);
        }
    }
}
#endif

void lpli_parallel(size_t n_tasks, int32_t threads, lpli_task_fn fn, void *ctx) {
#ifdef _OPENMP
    if (threads > 1 && n_tasks > 1 && may_have_team()) {
        size_t team = (size_t)threads < n_tasks ? (size_t)threads : n_tasks;
        const size_t n_runs = team < RUNS ? team : RUNS;
        run_t run[RUNS];
        for (size_t k = 0; k < n_runs; k++) atomic_init(&run[k].taken, 0);
#pragma omp parallel num_threads((int)team)
        work(run, n_runs, n_tasks, fn, ctx, (size_t)omp_get_thread_num());
        return;
    }
#else
    (void)threads;
#endif
    for (size_t task = 0; task < n_tasks; task++) fn(ctx, task, 0);
}
