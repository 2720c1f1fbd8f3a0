/* tests/tsan/threads.c - lpli_parallel on POSIX threads, for ThreadSanitizer, which does not understand GCC's OpenMP.
 * Linked before the library, it takes the place of src/core/threads.c: the library's own tasks, really concurrent. */
#include "core/threads.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "lpl/threads.h"

enum { MOST = 16 };

static atomic_int one_thread;

void lpl_one_thread(void) { atomic_store(&one_thread, 1); }

int32_t lpl_is_one_thread(void) { return atomic_load(&one_thread); }

typedef struct {
    atomic_size_t next_task, next_worker;
    size_t n_tasks;
    lpli_task_fn fn;
    void *ctx;
} team_t;

static void *work(void *arg) {
    team_t *team = arg;
    const size_t worker = atomic_fetch_add(&team->next_worker, 1);
    for (size_t task; (task = atomic_fetch_add(&team->next_task, 1)) < team->n_tasks;)
        team->fn(team->ctx, task, worker);
    return NULL;
}

void lpli_parallel(size_t n_tasks, int32_t threads, lpli_task_fn fn, void *ctx) {
    team_t team = {0, 0, n_tasks, fn, ctx};
    pthread_t thread[MOST];
    size_t n = threads < 1 || lpl_is_one_thread() ? 1 : (size_t)threads < n_tasks ? (size_t)threads : n_tasks;
    if (n > MOST) n = MOST;
    for (size_t t = 1; t < n; t++)
        if (pthread_create(&thread[t], NULL, work, &team)) abort();
    work(&team);
    for (size_t t = 1; t < n; t++) pthread_join(thread[t], NULL);
}
