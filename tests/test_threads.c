/* tests/test_threads.c - work over threads: each task once, worker ids usable as indices, no thread unasked, same
 * bits. */
#include <dirent.h>
#include <pthread.h>
#ifdef _OPENMP
#include <omp.h>
#endif

#include "common/testing.h"
#include "core/threads.h"

enum { TASKS = 500, THREADS_MAX = 8 };

typedef struct {
    int32_t threads;
    int done[TASKS];         /* how often each task ran */
    int in_use[THREADS_MAX]; /* a worker id must never be in two hands */
    int out_of_range, clashes;
    double scratch[THREADS_MAX];
    double result[TASKS];
    pthread_t seen[TASKS];
} work_t;

static void task(void *ctx, size_t k, size_t worker) {
    work_t *w = ctx;
    if (worker >= (size_t)(w->threads > 1 ? w->threads : 1)) {
        __atomic_add_fetch(&w->out_of_range, 1, __ATOMIC_RELAXED);
        return;
    }
    if (__atomic_add_fetch(&w->in_use[worker], 1, __ATOMIC_ACQ_REL) != 1)
        __atomic_add_fetch(&w->clashes, 1, __ATOMIC_RELAXED);
    w->scratch[worker] = 0;
    for (int j = 1; j < 50 + (int)(k % 7) * 100; j++) w->scratch[worker] += 1.0 / (j + (double)k);
    w->result[k] = w->scratch[worker];
    w->done[k]++;
    w->seen[k] = pthread_self();
    __atomic_sub_fetch(&w->in_use[worker], 1, __ATOMIC_ACQ_REL);
}

static void each_once(const work_t *w, size_t n) {
    ck_assert_int_eq(w->out_of_range, 0);
    ck_assert_int_eq(w->clashes, 0);
    for (size_t k = 0; k < TASKS; k++) ck_assert_int_eq(w->done[k], k < n);
}

START_TEST(every_task_once_same_results) {
    static work_t one, many;
    const size_t sizes[] = {0, 1, 2, 3, 7, 64, TASKS};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        memset(&one, 0, sizeof one);
        one.threads = 1;
        lpli_parallel(sizes[s], 1, task, &one);
        each_once(&one, sizes[s]);
        for (int32_t threads = 2; threads <= THREADS_MAX; threads++) {
            memset(&many, 0, sizeof many);
            many.threads = threads;
            lpli_parallel(sizes[s], threads, task, &many);
            each_once(&many, sizes[s]);
            ck_assert_mem_eq(one.result, many.result, sizeof one.result);
        }
    }
}
END_TEST

/* Two workers that wait for each other begin with the first tasks of their own halves. */
typedef struct {
    size_t first[2];
    int begun[2], waiting, alone;
} halves_t;

static void half(void *ctx, size_t k, size_t worker) {
    halves_t *h = ctx;
    if (h->begun[worker]++) return;
    h->first[worker] = k;
    __atomic_add_fetch(&h->waiting, 1, __ATOMIC_ACQ_REL);
    for (int turn = 0; __atomic_load_n(&h->waiting, __ATOMIC_ACQUIRE) < 2; turn++) {
        if (turn == 2000) { /* one thread is all that this system gives */
            h->alone = 1;
            return;
        }
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
}

START_TEST(workers_begin_apart) {
    for (size_t n = 2; n < 40; n++) {
        halves_t h = {0};
        lpli_parallel(n, 2, half, &h);
        if (h.alone) return;
        ck_assert_uint_eq(h.first[0], 0);
        ck_assert_uint_eq(h.first[1], n / 2);
    }
}
END_TEST

/* Threads of this process; 0 where the system does not say. */
static int threads_alive(void) {
    DIR *folder = opendir("/proc/self/task");
    if (!folder) return 0;
    int n = 0;
    for (struct dirent *entry; (entry = readdir(folder));) n += entry->d_name[0] != '.';
    closedir(folder);
    return n;
}

static void fill_pair(float *x, size_t n, uint64_t offset) { OK(lpl_random_normal(x, n, 1, 2, offset)); }

enum { N_PRE = 96, N_POST = 80, BATCH = 128 };

/* Some updates of a layer; its weights come out. */
static void learn(float *w, int32_t threads, int steps) {
    static float x0[BATCH * N_PRE], x1[BATCH * N_PRE];
    lpl_layer_config_t cfg;
    OK(lpl_layer_config_init(&cfg, sizeof cfg));
    OK(lpl_layer_preset(&cfg, LPL_PRESET_REFERENCE));
    cfg.n_pre = N_PRE, cfg.n_post = N_POST, cfg.batch_max = BATCH, cfg.threads = threads;
    lpl_layer_t *l;
    OK(lpl_layer_create(&cfg, &l));
    for (int k = 0; k < steps; k++) {
        fill_pair(x0, BATCH * N_PRE, 0);
        fill_pair(x1, BATCH * N_PRE, 1000000u * (unsigned)(k + 1));
        OK(lpl_update(l, NULL, x0, N_PRE, x1, N_PRE, BATCH));
    }
    OK(lpl_layer_read(l, w, N_POST * N_PRE, LPL_STATE_WEIGHTS));
    lpl_layer_destroy(l);
}

static float weights[2][N_POST * N_PRE];

START_TEST(one_thread_starts_none) { /* a process of its own: no OpenMP team exists before */
    static work_t w;
    const int before = threads_alive();
    w.threads = 1;
    lpli_parallel(TASKS, 1, task, &w);
    lpli_parallel(TASKS, 0, task, &w);
    lpli_parallel(1, 8, task, &w); /* one task needs no company */
    for (size_t k = 0; k < TASKS; k++) ck_assert(pthread_equal(w.seen[k], pthread_self()));
    learn(weights[0], 1, 3);
    ck_assert_int_eq(threads_alive(), before);
    if (before == 0) {
        printf("test_threads: this system does not list threads; not counted\n");
        return;
    }
#ifdef _OPENMP
    lpli_parallel(TASKS, 3, task, &w); /* the count would notice */
    ck_assert_int_gt(threads_alive(), before);
#endif
}
END_TEST

START_TEST(layers_do_not_depend_on_threads) {
    learn(weights[0], 1, 3);
    for (int32_t threads = 2; threads <= 5; threads++) {
        learn(weights[1], threads, 3);
        ck_assert_mem_eq(weights[0], weights[1], sizeof weights[0]);
    }
}
END_TEST

/* The host's own parallel region, one layer or job of the library in each of its threads. */
START_TEST(inside_the_hosts_region) {
    static work_t w[4];
    memset(w, 0, sizeof w);
#ifdef _OPENMP
    omp_set_max_active_levels(2);
#pragma omp parallel for num_threads(4)
#endif
    for (int k = 0; k < 4; k++) {
        w[k].threads = 3;
        lpli_parallel(TASKS, 3, task, &w[k]);
    }
    for (int k = 0; k < 4; k++) {
        each_once(&w[k], TASKS);
        ck_assert_mem_eq(w[k].result, w[0].result, sizeof w[0].result);
    }
#ifdef _OPENMP
    omp_set_max_active_levels(1); /* nested teams of one thread: still right */
    memset(w, 0, sizeof w);
#pragma omp parallel for num_threads(4)
    for (int k = 0; k < 4; k++) {
        w[k].threads = 3;
        lpli_parallel(TASKS, 3, task, &w[k]);
    }
    for (int k = 0; k < 4; k++) each_once(&w[k], TASKS);
#endif
}
END_TEST

/* The host's own threads, no OpenMP of theirs: each has its own layer, all get the bits of one. */
static void *host_thread(void *user) {
    work_t *w = user;
    lpli_parallel(TASKS, w->threads, task, w);
    return NULL;
}

START_TEST(hosts_own_threads) {
    static work_t w[3];
    pthread_t thread[3];
    memset(w, 0, sizeof w);
    for (int k = 0; k < 3; k++) {
        w[k].threads = k + 1;
        ck_assert_int_eq(pthread_create(&thread[k], NULL, host_thread, &w[k]), 0);
    }
    for (int k = 0; k < 3; k++) pthread_join(thread[k], NULL);
    for (int k = 0; k < 3; k++) {
        each_once(&w[k], TASKS);
        ck_assert_mem_eq(w[k].result, w[0].result, sizeof w[0].result);
    }
}
END_TEST

/* ---- one plastic projection, looked at by several of the host's threads at once ---- */

enum { SPK_PRE = 60, SPK_POST = 300, SPK_LOOKS = 3 };

typedef struct {
    const lpl_spiking_t *s;
    float tr_pre[SPK_PRE], psp[SPK_PRE], flt[SPK_POST], fprime[SPK_POST], g[SPK_POST];
    float elig[SPK_PRE * SPK_POST], sum[SPK_PRE * SPK_POST];
    lpl_spiking_report_t report;
    double step, n_syn;
    uint64_t bytes, check;
    lpl_status_t status;
} look_t;

static int32_t sum_up(const void *buf, size_t n, void *user) {
    look_t *k = user;
    for (size_t i = 0; i < n; i++) k->check = k->check * 31 + ((const unsigned char *)buf)[i];
    k->bytes += n;
    return 0;
}

static void *look(void *user) {
    look_t *k = user;
    if (lpl_spiking_get(k->s, LPL_SPIKING_PARAM_N_SYNAPSES, &k->n_syn) < 0) return NULL;
    const size_t n_syn = (size_t)k->n_syn;
    const lpl_status_t all[] = {lpl_spiking_read(k->s, k->tr_pre, SPK_PRE, NULL, LPL_SPIKING_TR_PRE),
                                lpl_spiking_drive(k->s, k->g),
                                lpl_spiking_report(k->s, &k->report),
                                lpl_spiking_read(k->s, k->elig, n_syn, NULL, LPL_SPIKING_ELIG_FLT),
                                lpl_spiking_read(k->s, k->sum, n_syn, NULL, LPL_SPIKING_ELIG_SUM),
                                lpl_spiking_read(k->s, k->psp, SPK_PRE, NULL, LPL_SPIKING_PSP),
                                lpl_spiking_read(k->s, k->flt, SPK_POST, NULL, LPL_SPIKING_ERR_FLT),
                                lpl_spiking_read(k->s, k->fprime, SPK_POST, NULL, LPL_SPIKING_FPRIME),
                                lpl_spiking_get(k->s, LPL_SPIKING_PARAM_STEP, &k->step),
                                lpl_spiking_save(k->s, sum_up, k)};
    for (size_t c = 0; c < sizeof all / sizeof *all; c++)
        if (all[c] < 0) k->status = all[c];
    return NULL;
}

/* Steps of it; where they stop, a block is pending. */
static lpl_spiking_t *stepped(int32_t engine, int32_t threads, int sparse) {
    lpl_spiking_config_t c;
    lpl_connect_t connect;
    lpl_spiking_t *s = NULL;
    float v[SPK_POST];
    OK(lpl_spiking_config_init(&c, sizeof c));
    OK(lpl_connect_init(&connect, sizeof connect));
    if (sparse) connect.kind = LPL_CONNECT_RANDOM, connect.probability = 0.2;
    c.n_pre = SPK_PRE, c.n_post = SPK_POST, c.engine = engine, c.threads = threads, c.update_every = 15;
    OK(lpl_spiking_create(&c, &connect, &s));
    for (uint32_t t = 0; t < 40; t++) {
        const uint32_t pre[3] = {t % 20, 20 + t % 7, 40 + t % 13}, post[2] = {t * 7 % 150, 150 + t * 11 % 150};
        for (uint32_t i = 0; i < SPK_POST; i++) v[i] = -0.05f - 0.0001f * (float)((i * 13 + t * 5) % 100);
        OK(lpl_spiking_step(s, pre, 3, post, 2, v));
    }
    return s;
}

START_TEST(shared_looks_at_a_projection) {
    static look_t seen[SPK_LOOKS], alone;
    for (int32_t engine = LPL_ENGINE_FUSED; engine <= LPL_ENGINE_BLOCK; engine++)
        for (int sparse = 0; sparse < 2; sparse++) {
            lpl_spiking_t *one = stepped(engine, 1, sparse), *many = stepped(engine, 3, sparse);
            pthread_t thread[SPK_LOOKS];
            memset(seen, 0, sizeof seen), memset(&alone, 0, sizeof alone);
            alone.s = one;
            OK(lpl_spiking_report_init(&alone.report, sizeof alone.report));
            look(&alone);
            for (int k = 0; k < SPK_LOOKS; k++) {
                seen[k].s = many;
                OK(lpl_spiking_report_init(&seen[k].report, sizeof seen[k].report));
                ck_assert_int_eq(pthread_create(&thread[k], NULL, look, &seen[k]), 0);
            }
            for (int k = 0; k < SPK_LOOKS; k++) pthread_join(thread[k], NULL);
            ck_assert_int_eq(alone.status, LPL_OK);
            ck_assert(alone.step == 40 && alone.bytes > 0);
            for (int k = 0; k < SPK_LOOKS; k++) {
                seen[k].s = one; /* all else is the same, to the bit */
                ck_assert_mem_eq(&seen[k], &alone, sizeof alone);
            }
            lpl_spiking_destroy(one), lpl_spiking_destroy(many);
        }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("threads");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 30);
    tcase_add_test(all, one_thread_starts_none);
    tcase_add_test(all, every_task_once_same_results);
    tcase_add_test(all, workers_begin_apart);
    tcase_add_test(all, layers_do_not_depend_on_threads);
    tcase_add_test(all, inside_the_hosts_region);
    tcase_add_test(all, hosts_own_threads);
    tcase_add_test(all, shared_looks_at_a_projection);
    suite_add_tcase(suite, all);
    return testing_run(suite);
}
