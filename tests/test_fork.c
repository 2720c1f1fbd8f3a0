/* tests/test_fork.c - lpl/threads.h: a child of a process that has used threads goes on with one, every object, with
 * the same bits. Without that, GCC's OpenMP waits for threads that the child does not have: the alarm ends it. */
#include <dirent.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/testing.h"
#include "core/threads.h"

enum { UNITS = 80, BATCH = 96, SIDE = 12, SPK_PRE = 60, SPK_POST = 300, SECONDS = 300 }; /* emulated CPUs are slow */

/* ---- one of each object that takes threads ---- */

typedef struct {
    lpl_layer_t *dense, *stream, *still, *conv[3];
    lpl_stack_t *stack;
    lpl_stats_t *stats;
    lpl_spiking_t *spiking[2];
} all_t;

static lpl_layer_config_t dense_config(int32_t threads) {
    lpl_layer_config_t c;
    OK(lpl_layer_config_init(&c, sizeof c));
    OK(lpl_layer_preset(&c, LPL_PRESET_REFERENCE));
    c.n_pre = UNITS, c.n_post = UNITS, c.batch_max = BATCH, c.threads = threads, c.seed = 5;
    return c;
}

static void create_all(all_t *a, int32_t threads) {
    lpl_layer_config_t c = dense_config(threads), d = c;
    OK(lpl_layer_create(&c, &a->dense));
    OK(lpl_layer_create(&c, &a->still));
    c.stream = 1;
    const lpl_layer_config_t *row[] = {&d, &c};
    OK(lpl_stack_create(row, 2, &a->stack));
    OK(lpl_layer_config_init(&c, sizeof c));
    OK(lpl_layer_preset(&c, LPL_PRESET_STREAM));
    c.n_pre = UNITS, c.n_post = 3 * UNITS, c.decorr = 1, c.threads = threads;
    OK(lpl_layer_create(&c, &a->stream));
    for (int32_t sees = 0; sees < 3; sees++) {
        c = dense_config(threads);
        c.kind = LPL_LAYER_CONV2D, c.channels = 4, c.height = SIDE, c.width = SIDE, c.n_pre = 0, c.n_post = 16,
        c.pool = 2, c.sees = sees;
        if (sees == LPL_SEES_HEAD) c.head_hidden = 32, c.head_out = 16;
        c.batch_max = 16;
        OK(lpl_layer_create(&c, &a->conv[sees]));
    }
    lpl_stats_config_t s;
    OK(lpl_stats_config_init(&s, sizeof s));
    s.n_units = 4 * UNITS, s.batch_max = BATCH, s.covariance = 1, s.threads = threads;
    OK(lpl_stats_create(&s, &a->stats));
    for (int k = 0; k < 2; k++) {
        lpl_spiking_config_t p;
        OK(lpl_spiking_config_init(&p, sizeof p));
        p.n_pre = SPK_PRE, p.n_post = SPK_POST, p.engine = k ? LPL_ENGINE_BLOCK : LPL_ENGINE_FUSED, p.threads = threads,
        p.update_every = 15;
        OK(lpl_spiking_create(&p, NULL, &a->spiking[k]));
    }
}

static void destroy_all(all_t *a) {
    lpl_layer_destroy(a->dense), lpl_layer_destroy(a->stream), lpl_layer_destroy(a->still), lpl_stack_destroy(a->stack);
    for (int k = 0; k < 3; k++) lpl_layer_destroy(a->conv[k]);
    for (int k = 0; k < 2; k++) lpl_spiking_destroy(a->spiking[k]);
    lpl_stats_destroy(a->stats);
}

static int32_t sum_up(const void *buf, size_t n, void *user) {
    uint64_t *sum = user;
    for (size_t i = 0; i < n; i++) *sum = *sum * 31 + ((const unsigned char *)buf)[i];
    return 0;
}

/* Some steps of each, from input number `first` on. */
static void use_all(all_t *a, uint64_t first, uint64_t *sum) {
    static float x[2][BATCH * 4 * SIDE * SIDE], z[BATCH * 4 * UNITS], dw[UNITS * UNITS], db[UNITS];
    for (uint64_t k = first; k < first + 3; k++) {
        for (uint64_t v = 0; v < 2; v++) OK(lpl_random_normal(x[v], sizeof x[v] / sizeof *x[v], 1, 2 + v, k << 24));
        OK(lpl_update(a->dense, NULL, x[0], UNITS, x[1], UNITS, BATCH));
        OK(lpl_stack_update(a->stack, NULL, x[0], UNITS, x[1], UNITS, BATCH));
        OK(lpl_gradient(a->still, dw, UNITS, db, NULL, x[0], UNITS, x[1], UNITS, BATCH));
        OK(lpl_forward(a->dense, z, UNITS, x[0], UNITS, BATCH));
        sum_up(z, BATCH * UNITS * sizeof *z, sum);
        sum_up(dw, sizeof dw, sum);
        OK(lpl_stack_forward(a->stack, z, UNITS, x[0], UNITS, BATCH, 1));
        sum_up(z, BATCH * UNITS * sizeof *z, sum);
        for (size_t t = 0; t < 5; t++) OK(lpl_update_online(a->stream, z, NULL, x[0] + t * UNITS));
        for (int c = 0; c < 3; c++) OK(lpl_update(a->conv[c], NULL, x[0], 4 * SIDE * SIDE, x[1], 4 * SIDE * SIDE, 16));
        OK(lpl_stats_update(a->stats, x[0], 4 * UNITS, BATCH));
        for (uint32_t t = 0; t < 20; t++) {
            const uint32_t pre[3] = {t % 20, 20 + t % 7, 40 + t % 13}, post[2] = {t * 7 % 150, 150 + t * 11 % 150};
            float volt[SPK_POST];
            for (uint32_t i = 0; i < SPK_POST; i++) volt[i] = -0.05f - 0.0001f * (float)((i * 13 + t * 5) % 100);
            for (int s = 0; s < 2; s++) OK(lpl_spiking_step(a->spiking[s], pre, 3, post, 2, volt));
        }
    }
    OK(lpl_layer_save(a->dense, sum_up, sum));
    OK(lpl_layer_save(a->stream, sum_up, sum));
    OK(lpl_stack_save(a->stack, sum_up, sum));
    for (int k = 0; k < 3; k++) OK(lpl_layer_save(a->conv[k], sum_up, sum));
    for (int k = 0; k < 2; k++) OK(lpl_spiking_save(a->spiking[k], sum_up, sum));
    OK(lpl_stats_save(a->stats, sum_up, sum));
}

/* ---- children ---- */

/* Threads of this process; 0 where the system does not say. */
static int threads_alive(void) {
    DIR *folder = opendir("/proc/self/task");
    if (!folder) return 0;
    int n = 0;
    for (struct dirent *entry; (entry = readdir(folder));) n += entry->d_name[0] != '.';
    closedir(folder);
    return n;
}

/* What check(user) answers in a child: true is exit status 0. A child that waits for ever is ended by the alarm. */
static void in_child(const char *what, int (*check)(void *), void *user) {
    fflush(NULL);
    const pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        alarm(SECONDS);
        _exit(check(user) ? 0 : 1);
    }
    int status = 0;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_msg(!WIFSIGNALED(status), "%s: ended by signal %d (%d: it waited for ever)", what, WTERMSIG(status),
                  SIGALRM);
    ck_assert_msg(WEXITSTATUS(status) == 0, "%s: wrong in the child", what);
}

static void count(void *ctx, size_t task, size_t worker) {
    (void)worker;
    ((int *)ctx)[task]++;
}

/* Nine tasks for three threads. */
static int tasks_done(void *user) {
    int done[9] = {0}, all = 1;
    (void)user;
    lpli_parallel(9, 3, count, done);
    for (int k = 0; k < 9; k++) all = all && done[k] == 1;
    return all;
}

typedef struct {
    all_t *old; /* made before the fork */
    uint64_t want_next, want_new;
} wanted_t;

static int same_bits(void *user) {
    const wanted_t *w = user;
    uint64_t next = 0, fresh = 0;
    all_t a;
    use_all(w->old, 3, &next); /* goes on with its copy */
    create_all(&a, 3);
    use_all(&a, 0, &fresh);
    destroy_all(&a), destroy_all(w->old);
    return next == w->want_next && fresh == w->want_new;
}

static int grandchild(void *user) {
    in_child("grandchild", same_bits, user);
    return same_bits(user);
}

#ifdef _OPENMP
static int one_thread_and_right(void *user) {
    return lpl_is_one_thread() == 1 && tasks_done(user) && threads_alive() <= 1;
}

static int team_then_child(void *user) {
    const int before = threads_alive();
    if (lpl_is_one_thread() || !tasks_done(user) || (before && threads_alive() <= before)) return 0;
    in_child("child of the first team", one_thread_and_right, user);
    return lpl_is_one_thread() == 0;
}

/* First, while this process has had no team: its children are free to have theirs. */
START_TEST(no_team_no_limit) {
    ck_assert_int_eq(lpl_is_one_thread(), 0);
    in_child("child before any team", team_then_child, NULL);
    in_child("and another", team_then_child, NULL);
    ck_assert_int_eq(lpl_is_one_thread(), 0);
}
END_TEST

START_TEST(flag_only_in_children) {
    ck_assert(tasks_done(NULL));
    in_child("child", one_thread_and_right, NULL);
    ck_assert_int_eq(lpl_is_one_thread(), 0); /* the parent keeps its threads */
    ck_assert(tasks_done(NULL));
    in_child("second child", one_thread_and_right, NULL);
}
END_TEST
#endif

static int on_request(void *user) {
    const int before = threads_alive();
    lpl_one_thread();
    return lpl_is_one_thread() == 1 && tasks_done(user) && threads_alive() == before;
}

START_TEST(one_thread_on_request) { /* in a child, because it cannot be taken back */
    in_child("on request", on_request, NULL);
}
END_TEST

START_TEST(every_object_in_children) {
    all_t one, many;
    wanted_t want = {&many, 0, 0};
    uint64_t sum = 0;
    create_all(&one, 1), create_all(&many, 3);
    use_all(&one, 0, &want.want_new);
    use_all(&many, 0, &sum);
    ck_assert_uint_eq(sum, want.want_new);
    use_all(&one, 3, &want.want_next);
    in_child("children", same_bits, &want);
    in_child("grandchildren", grandchild, &want);
    sum = 0;
    use_all(&many, 3, &sum); /* the parent goes on with its threads */
    ck_assert_uint_eq(sum, want.want_next);
    destroy_all(&one), destroy_all(&many);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("fork");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 4 * SECONDS);
#ifdef _OPENMP
    tcase_add_test(all, no_team_no_limit);
    tcase_add_test(all, flag_only_in_children);
#endif
    tcase_add_test(all, one_thread_on_request);
    tcase_add_test(all, every_object_in_children);
    suite_add_tcase(suite, all);
    return testing_run(suite);
}
