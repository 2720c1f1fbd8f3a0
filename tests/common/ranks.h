/* tests/common/ranks.h - ranks without MPI: threads of one process, each with what it has of its own, and a hook
 * (lpl/reduce.h) that reduces over them. Every rank adds in an order of its own, so sums whose order matters are found
 * out. */
#ifndef LPL_RANKS_H
#define LPL_RANKS_H

#include <pthread.h>

#include "common/testing.h"

enum { RANKS_MAX = 8 };

typedef struct ranks_t ranks_t;
typedef struct {
    ranks_t *all;
    int rank;
    void *data; /* of the call */
    size_t n;
    int32_t type, op;
    size_t calls, fail_at; /* fails at this call (1, 2, ...) on every rank; 0: never */
    size_t pending;        /* starts without their finish */
    size_t most_pending;
} rank_t;

struct ranks_t {
    int n, same_order; /* same_order: all ranks add in one order */
    rank_t rank[RANKS_MAX];
    pthread_barrier_t barrier;
    void (*work)(rank_t *r, void *user);
    void *user;
};

static inline size_t ranks_bytes(int32_t type) { return type == LPL_REDUCE_FLOAT32 ? 4 : 8; }

/* to = from op to */
static inline void ranks_combine(void *to, const void *from, size_t n, int32_t type, int32_t op) {
    for (size_t k = 0; k < n; k++)
        if (type == LPL_REDUCE_INT64)
            ((uint64_t *)to)[k] += ((const uint64_t *)from)[k];
        else if (type == LPL_REDUCE_FLOAT32)
            ((float *)to)[k] += ((const float *)from)[k];
        else if (op == LPL_REDUCE_SUM)
            ((double *)to)[k] += ((const double *)from)[k];
        else {
            ck_assert(!isnan(((const double *)from)[k]));
            if (((const double *)from)[k] > ((double *)to)[k]) ((double *)to)[k] = ((const double *)from)[k];
        }
}

static inline int32_t ranks_reduce(void *data, size_t n, int32_t type, int32_t op, void *user) {
    rank_t *r = user;
    ranks_t *all = r->all;
    if (++r->calls == r->fail_at) return 7;
    r->data = data, r->n = n, r->type = type, r->op = op;
    pthread_barrier_wait(&all->barrier);
    const size_t bytes = n * ranks_bytes(type);
    unsigned char *sum = malloc(bytes);
    for (int k = 0; k < all->n; k++) {
        const rank_t *other = &all->rank[(k + (all->same_order ? 0 : r->rank)) % all->n];
        /* the sequence of reductions is the same on all ranks */
        ck_assert(other->n == n && other->type == type && other->op == op);
        if (k == 0)
            memcpy(sum, other->data, bytes);
        else
            ranks_combine(sum, other->data, n, type, op);
    }
    pthread_barrier_wait(&all->barrier);
    memcpy(data, sum, bytes);
    free(sum);
    return 0;
}

typedef struct {
    void *data;
    size_t n;
    int32_t type, op;
} ranks_request_t;

static inline int32_t ranks_start(void *data, size_t n, int32_t type, int32_t op, void **request, void *user) {
    rank_t *r = user;
    ck_assert_ptr_null(*request);
    if (r->fail_at != 0 && r->calls + 1 == r->fail_at) return r->calls++, 8;
    ranks_request_t *q = malloc(sizeof *q);
    *q = (ranks_request_t){data, n, type, op};
    *request = q;
    r->pending++;
    if (r->pending > r->most_pending) r->most_pending = r->pending;
    return 0;
}

static inline int32_t ranks_finish(void *request, void *user) {
    rank_t *r = user;
    ranks_request_t *q = request;
    const int32_t status = ranks_reduce(q->data, q->n, q->type, q->op, user);
    free(q);
    r->pending--;
    return status;
}

static inline void *ranks_thread(void *rank) {
    rank_t *r = rank;
    r->all->work(r, r->all->user);
    return NULL;
}

/* work(rank, user) on n ranks at once. */
static inline void ranks_run(ranks_t *all, int n, void (*work)(rank_t *r, void *user), void *user) {
    pthread_t thread[RANKS_MAX];
    all->n = n, all->work = work, all->user = user;
    pthread_barrier_init(&all->barrier, NULL, (unsigned)n);
    for (int k = 0; k < n; k++) {
        const size_t fail_at = all->rank[k].fail_at;
        all->rank[k] = (rank_t){.all = all, .rank = k, .fail_at = fail_at};
        ck_assert_int_eq(pthread_create(&thread[k], NULL, ranks_thread, &all->rank[k]), 0);
    }
    for (int k = 0; k < n; k++) pthread_join(thread[k], NULL);
    pthread_barrier_destroy(&all->barrier);
}

#endif
