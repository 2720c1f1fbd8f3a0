/* tests/test_reduce_stats.c - a tracker over ranks (lpl/reduce.h): threads in place of ranks. */
#include "common/memfile.h"
#include "common/rank_faults.h"

enum { STEPS = 4, MAX_ROWS = 96 };

/* Batches, and how their rows are dealt to ranks. */
typedef struct {
    lpl_stats_config_t cfg;
    lpl_reduce_config_t reduce;
    size_t rows[STEPS], first[STEPS][RANKS_MAX + 1];
    double *z[STEPS];
    int blocking;
} world_t;

static int pick(int n) { return (int)testing_size(0, (size_t)n - 1); }

static void deal(world_t *w, int n) {
    for (size_t s = 0; s < STEPS; s++) {
        const size_t chunk = (size_t)w->reduce.chunk, chunks = w->rows[s] / chunk;
        w->first[s][0] = 0, w->first[s][n] = w->rows[s];
        for (int k = 1; k < n; k++) w->first[s][k] = testing_size(w->first[s][k - 1] / chunk, chunks) * chunk;
    }
}

static world_t world(void) {
    world_t w = {.blocking = pick(2)};
    lpl_stats_config_t *c = &w.cfg;
    OK(lpl_stats_config_init(c, sizeof *c));
    OK(lpl_reduce_config_init(&w.reduce, sizeof w.reduce));
    c->dtype = pick(2) ? LPL_F64 : LPL_F32;
    c->mode = pick(4);
    c->covariance = pick(4) > 0;
    c->n_units = pick(6) ? testing_size(1, 40) : testing_size(130, 300);
    c->threads = pick(8) ? 1 : 2;
    c->tau_mean = 20, c->tau_sigma2 = 60;
    w.reduce.chunk = testing_size(1, 12);
    const double offset = pick(2) ? 0 : 1000;
    for (size_t s = 0; s < STEPS; s++) {
        w.rows[s] = testing_size(1, MAX_ROWS / (size_t)w.reduce.chunk) * (size_t)w.reduce.chunk;
        if (w.rows[s] < 2) w.rows[s] = 2;
        w.z[s] = testing_doubles(w.rows[s] * (size_t)c->n_units);
        for (size_t k = 0; k < w.rows[s] * c->n_units; k++)
            w.z[s][k] = c->dtype == LPL_F64 ? w.z[s][k] + offset : (double)(float)(w.z[s][k] + offset);
    }
    c->batch_max = MAX_ROWS;
    return w;
}

static void free_world(world_t *w) {
    for (size_t s = 0; s < STEPS; s++) free(w->z[s]);
}

static lpl_status_t update(lpl_stats_t *t, const world_t *w, size_t s, size_t first, size_t end) {
    const size_t M = (size_t)w->cfg.n_units, n = (end - first) * M;
    const double *z = w->z[s] + first * M;
    if (w->cfg.dtype == LPL_F64) return lpl_stats_update_f64(t, z, M, end - first);
    float *f = malloc((n + 1) * sizeof *f);
    for (size_t k = 0; k < n; k++) f[k] = (float)z[k];
    const lpl_status_t status = lpl_stats_update(t, f, M, end - first);
    free(f);
    return status;
}

/* Count, mean, both variances and covariance, one after the other. */
static double *seen(const lpl_stats_t *t, const lpl_stats_config_t *c, size_t *n) {
    const size_t M = (size_t)c->n_units;
    *n = 1 + 3 * M + (c->covariance ? M * M : 0);
    double *all = malloc(*n * sizeof *all);
    OK(lpl_stats_read(t, all, 1, LPL_STATS_COUNT));
    OK(lpl_stats_read(t, all + 1, M, LPL_STATS_MEAN));
    OK(lpl_stats_read(t, all + 1 + M, M, LPL_STATS_SIGMA2));
    OK(lpl_stats_read(t, all + 1 + 2 * M, M, LPL_STATS_SIGMA2_POPULATION));
    if (c->covariance) OK(lpl_stats_read(t, all + 1 + 3 * M, M * M, LPL_STATS_COVARIANCE));
    return all;
}

typedef struct {
    const world_t *w;
    size_t from, to, n;
    lpl_stats_t **tracker; /* of each rank, kept; or NULL */
    double *state[RANKS_MAX];
    size_t most_pending;
} job_t;

static void track(rank_t *r, void *user) {
    job_t *j = user;
    const world_t *w = j->w;
    lpl_stats_t *t = j->tracker ? j->tracker[r->rank] : NULL;
    if (!t) OK(lpl_stats_create(&w->cfg, &t));
    OK(lpl_stats_set_reduce(t, &w->reduce, ranks_reduce, w->blocking ? NULL : ranks_start,
                            w->blocking ? NULL : ranks_finish, r));
    for (size_t s = j->from; s < j->to; s++) OK(update(t, w, s, w->first[s][r->rank], w->first[s][r->rank + 1]));
    size_t n;
    j->state[r->rank] = seen(t, &w->cfg, &n);
    if (r->rank == 0) j->n = n, j->most_pending = r->most_pending;
    ck_assert_uint_eq(r->pending, 0);
    if (j->tracker)
        j->tracker[r->rank] = t;
    else
        lpl_stats_destroy(t);
}

static const char *name_of(const world_t *w) {
    static char text[200];
    snprintf(text, sizeof text, "dtype %d mode %d covariance %d units %d chunk %d blocking %d flags %d",
             (int)w->cfg.dtype, (int)w->cfg.mode, (int)w->cfg.covariance, (int)w->cfg.n_units, (int)w->reduce.chunk,
             w->blocking, (int)w->reduce.flags);
    return text;
}

/* What n ranks see, compared with want to the bit. */
static void run(job_t *j, int n, int same_order, const double *want) {
    ranks_t all = {.same_order = same_order};
    ranks_run(&all, n, track, j);
    for (int k = 0; want && k < n; k++)
        for (size_t q = 0; q < j->n; q++)
            ck_assert_msg(j->state[k][q] == want[q], "%d ranks, rank %d, number %zu: %.17g, %.17g (%s)", n, k, q,
                          j->state[k][q], want[q], name_of(j->w));
}

static void free_states(job_t *j, int n) {
    for (int k = 0; k < n; k++) free(j->state[k]);
}

START_TEST(ranks_do_not_matter) {
    for (int round = 0; round < testing_rounds("trackers on 1 .. 4 ranks", 60, 20); round++) {
        world_t w = world();
        job_t one = {.w = &w, .to = STEPS};
        deal(&w, 1);
        run(&one, 1, 0, NULL);
        for (int n = 2; n <= 4; n++) {
            job_t more = {.w = &w, .to = STEPS};
            w.blocking = !w.blocking; /* nor does the form */
            deal(&w, n);
            run(&more, n, 0, one.state[0]);
            ck_assert_uint_eq(more.most_pending, w.blocking ? 0 : w.cfg.covariance ? 2 : 1);
            free_states(&more, n);
        }
        free_states(&one, 1), free_world(&w);
    }
}
END_TEST

/* Of doubles, and of floats: covariances, too, are summed in double. */
START_TEST(as_without_a_hook) {
    for (int round = 0; round < testing_rounds("trackers with and without a hook", 40, 12); round++) {
        world_t w = world();
        w.reduce.flags = pick(2) ? LPL_REDUCE_FLOAT : 0;
        lpl_stats_t *t = NULL;
        size_t n;
        OK(lpl_stats_create(&w.cfg, &t));
        for (size_t s = 0; s < STEPS; s++) OK(update(t, &w, s, 0, w.rows[s]));
        double *want = seen(t, &w.cfg, &n);
        job_t j = {.w = &w, .to = STEPS};
        deal(&w, 3);
        run(&j, 3, 1, NULL);
        for (int k = 0; k < 3; k++)
            for (size_t q = 0; q < n; q++)
                ck_assert_msg(fabs(j.state[k][q] - want[q]) <= 1e-12 * (1 + fabs(want[q])) &&
                                  j.state[k][q] == j.state[0][q],
                              "rank %d, number %zu: %.17g, %.17g (%s)", k, q, j.state[k][q], want[q], name_of(&w));
        free(want), free_states(&j, 3), free_world(&w), lpl_stats_destroy(t);
    }
}
END_TEST

START_TEST(resume_on_another_number) {
    for (int round = 0; round < testing_rounds("trackers saved and resumed", 30, 8); round++) {
        world_t w = world();
        job_t whole = {.w = &w, .to = STEPS};
        deal(&w, 1);
        run(&whole, 1, 0, NULL);
        lpl_stats_t *four[4] = {NULL};
        job_t part = {.w = &w, .to = 2, .tracker = four};
        deal(&w, 4);
        run(&part, 4, 0, NULL);
        free_states(&part, 4);
        for (int n = 1; n <= 3; n++) {
            lpl_stats_t *next[3] = {NULL};
            for (int k = 0; k < n; k++) { /* any rank's file is that of all */
                memfile_t f = {0};
                OK(lpl_stats_save(four[pick(4)], memfile_write, &f));
                OK(lpl_stats_load(memfile_read, &f, 0, &next[k]));
                free(f.data);
            }
            job_t rest = {.w = &w, .from = 2, .to = STEPS, .tracker = next};
            deal(&w, n);
            run(&rest, n, 0, whole.state[0]);
            free_states(&rest, n);
            for (int k = 0; k < n; k++) lpl_stats_destroy(next[k]);
        }
        for (int k = 0; k < 4; k++) lpl_stats_destroy(four[k]);
        free_states(&whole, 1), free_world(&w);
    }
}
END_TEST

/* ---- failures: on every rank alike, nothing changes, nobody waits ---- */

/* What is wrong; its form: is the hook blocking? */
enum { BAD_SIZE, BAD_POINTER, BAD_TYPE, BAD_NAN, BAD_RANGE, OTHER_TAU, OTHER_COUNT, NO_ROWS, FAULTS, NONE };

static memfile_t saved(const lpl_stats_t *t) {
    memfile_t f = {0};
    OK(lpl_stats_save(t, memfile_write, &f));
    return f;
}

static void fault(rank_t *r, void *user) {
    rank_fault_t *f = user;
    enum { M = 5 };
    const int k = r->rank, odd = k == 1;
    lpl_stats_config_t c;
    lpl_reduce_config_t cfg;
    lpl_stats_t *t = NULL;
    double z[24 * M];
    float single[24 * M] = {0};
    OK(lpl_stats_config_init(&c, sizeof c));
    OK(lpl_reduce_config_init(&cfg, sizeof cfg));
    cfg.chunk = 4;
    c.n_units = M, c.dtype = LPL_F64, c.batch_max = 24, c.mode = LPL_STATS_EWMA, c.covariance = 1;
    if (f->what == OTHER_TAU && odd) c.tau_sigma2 *= 2;
    OK(lpl_stats_create(&c, &t));
    for (int i = 0; i < 24 * M; i++) z[i] = sin(i * (k + 3));
    OK(lpl_stats_update_f64(t, z, M, f->what == OTHER_COUNT && odd ? 9 : 8)); /* what each has seen before */
    if (f->what != OTHER_COUNT) OK(lpl_stats_reset(t));
    OK(lpl_stats_set_reduce(t, &cfg, ranks_reduce, f->form ? NULL : ranks_start, f->form ? NULL : ranks_finish, r));
    memfile_t before = saved(t);
    if (f->what == BAD_NAN && odd) z[2 * M + 3] = NAN;
    if (f->what == BAD_RANGE && odd) z[2 * M + 3] = 1e200;
    const size_t rows = f->what == BAD_SIZE && odd ? 6 : f->what == NO_ROWS ? 0 : 8;
    const lpl_status_t status = f->what == BAD_TYPE && odd
                                    ? lpl_stats_update(t, single, M, rows)
                                    : lpl_stats_update_f64(t, f->what == BAD_POINTER && odd ? NULL : z, M, rows);
    rank_fault_note(f, r, status);
    if (status < 0) {
        memfile_t now = saved(t);
        ck_assert_uint_eq(now.n, before.n);
        ck_assert(memcmp(now.data, before.data, now.n) == 0);
        free(now.data);
    }
    ck_assert_uint_eq(r->pending, 0);
    free(before.data), lpl_stats_destroy(t);
}

START_TEST(failures) {
    static const rank_verdict_t expected[FAULTS] = {
        [BAD_SIZE] = {LPL_E_SIZE, LPL_E_REDUCE, "whole number of chunks", "1 of 3 ranks refused"},
        [BAD_POINTER] = {LPL_E_NULL, LPL_E_REDUCE, "z", "1 of 3 ranks refused"},
        [BAD_TYPE] = {LPL_E_DTYPE, LPL_E_REDUCE, "float", "1 of 3 ranks refused"},
        [BAD_NAN] = {LPL_E_NONFINITE, LPL_E_NONFINITE, "unit 3", "unit 3"},
        [BAD_RANGE] = {LPL_E_NONFINITE, LPL_E_NONFINITE, "unit 3", "unit 3"},
        [OTHER_TAU] = {LPL_E_REDUCE, LPL_E_REDUCE, "differ", "differ"},
        [OTHER_COUNT] = {LPL_E_REDUCE, LPL_E_REDUCE, "differ", "differ"},
        [NO_ROWS] = {LPL_E_SIZE, LPL_E_SIZE, "0 rows", "0 rows"},
    };
    for (int what = 0; what < FAULTS; what++) rank_fault_is_told(fault, what, what % 2, &expected[what]);
}
END_TEST

/* At each of its calls, started or not. */
START_TEST(the_hook_fails) {
    for (int blocking = 0; blocking < 2; blocking++) ck_assert_uint_eq(rank_hook_fails(fault, NONE, blocking), 5);
}
END_TEST

START_TEST(bad_arguments) {
    lpl_stats_config_t c;
    lpl_reduce_config_t cfg;
    lpl_stats_t *t = NULL;
    float z[8] = {1, 2, 3, 4};
    OK(lpl_stats_config_init(&c, sizeof c));
    OK(lpl_reduce_config_init(&cfg, sizeof cfg));
    c.n_units = 1, c.batch_max = 8;
    cfg.chunk = 4;
    OK(lpl_stats_create(&c, &t));
    FAILS(lpl_stats_set_reduce(NULL, &cfg, ranks_reduce, NULL, NULL, NULL), LPL_E_NULL, "s is NULL");
    FAILS(lpl_stats_set_reduce(t, &cfg, NULL, NULL, NULL, NULL), LPL_E_NULL, "fn");
    FAILS(lpl_stats_set_reduce(t, &cfg, ranks_reduce, ranks_start, NULL, NULL), LPL_E_NULL, "finish");
    FAILS(lpl_stats_set_reduce(t, &cfg, ranks_reduce, NULL, ranks_finish, NULL), LPL_E_NULL, "start");
    FAILS(lpl_stats_set_reduce(t, NULL, ranks_reduce, NULL, NULL, NULL), LPL_E_NULL, "cfg");
    cfg.chunk = 9;
    FAILS(lpl_stats_set_reduce(t, &cfg, ranks_reduce, NULL, NULL, NULL), LPL_E_SIZE, "chunk");
    cfg.chunk = 4, cfg.flags = 2;
    FAILS(lpl_stats_set_reduce(t, &cfg, ranks_reduce, NULL, NULL, NULL), LPL_E_ARG, "flags");
    cfg.flags = 0;
    OK(lpl_stats_set_reduce(t, &cfg, ranks_reduce, NULL, NULL, NULL)); /* not called */
    OK(lpl_stats_set_reduce(t, &cfg, ranks_reduce, NULL, NULL, NULL)); /* another one in its place */
    OK(lpl_stats_set_reduce(t, NULL, NULL, NULL, NULL, NULL));
    OK(lpl_stats_set_reduce(t, NULL, NULL, NULL, NULL, NULL));
    OK(lpl_stats_update(t, z, 1, 3)); /* as before */
    lpl_stats_destroy(t);
}
END_TEST

int main(void) {
    testing_seed("test_reduce_stats", 20261129);
    Suite *s = suite_create("reduce_stats");
    TCase *t = tcase_create("all");
    tcase_add_test(t, ranks_do_not_matter);
    tcase_add_test(t, as_without_a_hook);
    tcase_add_test(t, resume_on_another_number);
    tcase_add_test(t, failures);
    tcase_add_test(t, the_hook_fails);
    tcase_add_test(t, bad_arguments);
    suite_add_tcase(s, t);
    return testing_run(s);
}
