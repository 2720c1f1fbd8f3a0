/* tests/test_alloc_spiking.c - memory of the spiking topics: steps take none, also where blocks and windows end; each
 * allocation of create, load, read and report, failed in turn, gives LPL_E_MEMORY, leaks nothing and changes
 * nothing. */
#include "common/alloc.h"
#include "common/alloc_fail.h"
#include "common/memfile.h"

#if ALLOC_COUNTED

enum { PRE = 70, POST = 50, SYNAPSES = PRE * POST, EVERY = 30, STEPS = 70 };
static float v32[POST];
static double v64[POST];

typedef struct {
    lpl_spiking_config_t c;
    lpl_connect_t connect;
} world_t;

/* sparse: 0 all to all, 1 by chance, 2 by a list, 3 by rows */
static world_t world(int32_t engine, int32_t dtype, int sparse) {
    static const uint32_t pre[3] = {5, 1, 1}, post[3] = {2, 8, 3}, col[2] = {1, 3};
    static uint64_t row_ptr[PRE + 1] = {0, 0, 2};
    world_t w;
    OK(lpl_spiking_config_init(&w.c, sizeof w.c));
    OK(lpl_connect_init(&w.connect, sizeof w.connect));
    w.c.n_pre = PRE, w.c.n_post = POST, w.c.engine = engine, w.c.dtype = dtype, w.c.update_every = EVERY;
    w.c.scaling = sparse ? LPL_SCALING_MAXNORM : LPL_SCALING_NONE,
    w.c.slow = sparse ? LPL_SLOW_DOUBLE : LPL_SLOW_REFERENCE;
    if (sparse == 1) w.connect.kind = LPL_CONNECT_RANDOM, w.connect.probability = 0.2;
    if (sparse == 2)
        w.connect.kind = LPL_CONNECT_LIST, w.connect.n_synapses = 3, w.connect.pre = pre, w.connect.post = post;
    for (size_t j = 2; j <= PRE; j++) row_ptr[j] = 2;
    if (sparse == 3)
        w.connect.kind = LPL_CONNECT_CSR, w.connect.n_synapses = 2, w.connect.row_ptr = row_ptr, w.connect.col = col;
    return w;
}

static lpl_spiking_t *make(const world_t *w) {
    lpl_spiking_t *s = NULL;
    OK(lpl_spiking_create(&w->c, &w->connect, &s));
    return s;
}

static size_t list(uint32_t *spikes, size_t n, size_t t) {
    size_t k = 0;
    for (size_t i = t % 7; i < n; i += 9) spikes[k++] = (uint32_t)i;
    return k;
}

static lpl_status_t step(lpl_spiking_t *s, int32_t dtype, size_t t) {
    uint32_t pre[PRE], post[POST];
    const size_t a = list(pre, PRE, t), b = list(post, POST, 3 * t);
    return dtype == LPL_F64 ? lpl_spiking_step_f64(s, pre, a, post, b, v64) : lpl_spiking_step(s, pre, a, post, b, v32);
}

static void fill(void) {
    for (int i = 0; i < POST; i++) v64[i] = -0.06 + 0.01 * testing_real(), v32[i] = (float)v64[i];
}

/* ---- steps ---- */

START_TEST(steps_allocate_nothing) {
    fill();
    for (int32_t engine = LPL_ENGINE_FUSED; engine <= LPL_ENGINE_BLOCK; engine++)
        for (int32_t dtype = LPL_F32; dtype <= LPL_F64; dtype++)
            for (int sparse = 0; sparse < 2; sparse++) {
                world_t w = world(engine, dtype, sparse);
                lpl_spiking_t *s = make(&w);
                lpl_lif_config_t lc;
                lpl_lif_t *l = NULL;
                static const uint64_t ptr[3] = {0, 2, 3};
                static const uint32_t spikes[3] = {1, 4, 0};
                static float v2[2 * POST], g[POST];
                static double d2[2 * POST], gd[POST];
                OK(lpl_lif_config_init(&lc, sizeof lc));
                lc.n = POST, lc.dtype = dtype;
                OK(lpl_lif_create(&lc, &l));
                alloc_start(0);
                for (size_t t = 0; t < STEPS; t++) { /* over two updates and the ends of their blocks */
                    MUST((dtype ? lpl_spiking_drive_f64(s, gd) : lpl_spiking_drive(s, g)) == LPL_OK);
                    MUST(lpl_spiking_drive_lif(s, l, LPL_RECEPTOR_AMPA) == LPL_OK);
                    MUST(step(s, dtype, t) == LPL_OK);
                    if (t % 11 == 5)
                        MUST((dtype ? lpl_spiking_steps_f64(s, 2, ptr, spikes, ptr, spikes, d2, POST)
                                    : lpl_spiking_steps(s, 2, ptr, spikes, ptr, spikes, v2, POST)) == LPL_OK);
                    if (t == 40) MUST(lpl_spiking_set(s, LPL_SPIKING_PARAM_PUSH, 0.5) == LPL_OK);
                    if (t == 50) MUST(lpl_spiking_set(s, LPL_SPIKING_PARAM_MODE, LPL_MODE_FROZEN) == LPL_OK);
                    if (t == 60) MUST(lpl_spiking_set(s, LPL_SPIKING_PARAM_MODE, LPL_MODE_TRACK) == LPL_OK);
                }
                MUST((dtype ? lpl_spiking_write_f64(s, v64, POST, LPL_SPIKING_MEAN)
                            : lpl_spiking_write(s, v32, POST, LPL_SPIKING_MEAN)) < 0);
                MUST(lpl_spiking_step(s, spikes, 3, NULL, 0, v32) < 0); /* failing does not allocate either */
                alloc_stop();
                ck_assert_int_eq(wrong, 0);
                ck_assert_uint_eq(alloc_state.own + alloc_state.other, 0);
                lpl_spiking_destroy(s), lpl_lif_destroy(l);
            }
}
END_TEST

START_TEST(other_steps_allocate_nothing) {
    static const double time[2] = {0, 0.01}, volt[2] = {-0.07, -0.04}, rate = 100;
    lpl_projection_config_t pc;
    lpl_lif_config_t lc;
    lpl_source_config_t sc;
    lpl_record_config_t rc;
    lpl_projection_t *p = NULL;
    lpl_lif_t *l = NULL;
    lpl_source_t *source = NULL;
    lpl_record_t *r = NULL;
    static uint64_t at[50];
    static uint32_t who[50], bins[5 * POST], spikes[PRE], post[POST];
    static float g[POST], v[POST];
    OK(lpl_projection_config_init(&pc, sizeof pc));
    OK(lpl_lif_config_init(&lc, sizeof lc));
    OK(lpl_source_config_init(&sc, sizeof sc));
    OK(lpl_record_config_init(&rc, sizeof rc));
    pc.n_pre = PRE, pc.n_post = lc.n = rc.n = POST, pc.kind = LPL_PROJECTION_INHIBITORY;
    sc.n = PRE, sc.n_knots = 1, sc.rate_hz = &rate, rc.bin_steps = 20;
    OK(lpl_projection_create(&pc, NULL, &p));
    OK(lpl_lif_create(&lc, &l));
    OK(lpl_lif_clamp(l, time, volt, 2));
    OK(lpl_source_create(&sc, &source));
    OK(lpl_record_create(&rc, &r));
    OK(lpl_record_spikes_into(r, at, who, 50));
    OK(lpl_record_bins_into(r, bins, 5));
    alloc_start(0);
    for (size_t t = 0; t < 130; t++) {
        size_t n = 0, fired = 0;
        MUST(lpl_source_step(source, spikes, PRE, &n) == LPL_OK);
        MUST(lpl_projection_drive(p, g) == LPL_OK && lpl_projection_drive_lif(p, l, LPL_RECEPTOR_GABA) == LPL_OK);
        MUST(lpl_lif_step(l, post, &fired, v) == LPL_OK);
        MUST(lpl_projection_step(p, spikes, n, post, fired) == LPL_OK);
        MUST(lpl_record_step(r, post, fired) == LPL_OK);
    }
    MUST(lpl_source_seek(source, 1000000) == LPL_OK && lpl_record_reset(r) == LPL_OK);
    alloc_stop();
    ck_assert_int_eq(wrong, 0);
    ck_assert_uint_eq(alloc_state.own + alloc_state.other, 0);
    lpl_projection_destroy(p), lpl_lif_destroy(l), lpl_source_destroy(source), lpl_record_destroy(r);
}
END_TEST

/* ---- calls that take memory ---- */

static lpl_status_t create_job(void *user) {
    const world_t *w = user;
    lpl_spiking_t *const mark = user, *s = mark;
    const lpl_status_t status = lpl_spiking_create(&w->c, &w->connect, &s);
    MUST((status == LPL_OK) == (s != mark));
    if (s != mark) lpl_spiking_destroy(s);
    return status;
}

static lpl_status_t load_job(void *user) {
    memfile_t *f = user;
    lpl_spiking_t *const mark = user, *s = mark;
    f->at = 0;
    const lpl_status_t status = lpl_spiking_load(memfile_read, f, 0, 1, &s);
    MUST((status == LPL_OK) == (s != mark));
    if (s != mark) lpl_spiking_destroy(s);
    return status;
}

/* All states that need a look at a copy, in the middle of a block. dst is written whole or not at all. */
static lpl_status_t read_job(void *user) {
    const lpl_spiking_t *s = user;
    static float dst[SYNAPSES];
    double n_syn = 0;
    MUST(lpl_spiking_get(s, LPL_SPIKING_PARAM_N_SYNAPSES, &n_syn) == LPL_OK);
    for (int32_t what = LPL_SPIKING_WEIGHTS; what <= LPL_SPIKING_FPRIME; what++) {
        const size_t n = what <= LPL_SPIKING_GRAD2 ? (size_t)n_syn : what <= LPL_SPIKING_PSP ? PRE : POST;
        for (size_t k = 0; k < n; k++) dst[k] = 777;
        const lpl_status_t status = lpl_spiking_read(s, dst, n, NULL, what);
        for (size_t k = 0; k < n; k++) MUST((dst[k] == 777) == (status < 0));
        if (status < 0) return status;
    }
    return LPL_OK;
}

static lpl_status_t report_job(void *user) {
    lpl_spiking_report_t report, before;
    MUST(lpl_spiking_report_init(&report, sizeof report) == LPL_OK);
    before = report;
    const lpl_status_t status = lpl_spiking_report(user, &report);
    MUST((memcmp(&report, &before, sizeof report) == 0) == (status < 0));
    return status;
}

START_TEST(create_and_load) {
    fill();
    for (int32_t engine = LPL_ENGINE_FUSED; engine <= LPL_ENGINE_BLOCK; engine++)
        for (int sparse = 0; sparse < 4; sparse++) {
            world_t w = world(engine, LPL_F32, sparse);
            ck_assert_uint_eq(fail_each(create_job, &w), 2); /* rows, and one block for all else */
            lpl_spiking_t *s = make(&w);
            for (size_t t = 0; t < 40; t++) OK(step(s, LPL_F32, t));
            memfile_t f = {0};
            OK(lpl_spiking_save(s, memfile_write, &f));
            memfile_t g = {.room = f.room, .data = f.data};
            alloc_start(0);
            MUST(lpl_spiking_save(s, memfile_write, &g) == LPL_OK); /* saving allocates nothing */
            alloc_stop();
            ck_assert_int_eq(wrong, 0);
            ck_assert_uint_eq(alloc_state.own + alloc_state.other, 0);
            ck_assert_uint_eq(fail_each(load_job, &f), 2);
            lpl_spiking_destroy(s), free(f.data);
        }
}
END_TEST

START_TEST(reading_a_block_that_has_not_ended) {
    fill();
    for (int sparse = 0; sparse < 2; sparse++) {
        world_t w = world(LPL_ENGINE_BLOCK, LPL_F32, sparse);
        lpl_spiking_t *s = make(&w), *same = make(&w);
        memfile_t a = {0}, b = {0};
        for (size_t t = 0; t < 2 * EVERY + EVERY / 2; t++) {
            OK(step(s, LPL_F32, t));
            OK(step(same, LPL_F32, t));
        }
        OK(lpl_spiking_save(s, memfile_write, &a));
        ck_assert_uint_ge(fail_each(read_job, s), 1);
        ck_assert_uint_eq(fail_each(report_job, s), 1);
        OK(lpl_spiking_save(s, memfile_write, &b));
        ck_assert(a.n == b.n && memcmp(a.data, b.data, a.n) == 0);
        for (size_t t = 0; t < EVERY; t++) { /* and the run is the one that was never looked at */
            OK(step(s, LPL_F32, t));
            OK(step(same, LPL_F32, t));
        }
        a.n = b.n = 0;
        OK(lpl_spiking_save(s, memfile_write, &a));
        OK(lpl_spiking_save(same, memfile_write, &b));
        ck_assert(a.n == b.n && memcmp(a.data, b.data, a.n) == 0);
        lpl_spiking_destroy(s), lpl_spiking_destroy(same), free(a.data), free(b.data);
    }
}
END_TEST

/* The other topics' create and load (test_lif, test_projection, test_record and test_source look at each more
 * closely). */
#define JOBS(kind, ...)                                                        \
    static lpl_status_t kind##_load_job(void *user) {                          \
        memfile_t *f = user;                                                   \
        lpl_##kind##_t *o = NULL;                                              \
        f->at = 0;                                                             \
        const lpl_status_t status = lpl_##kind##_load(memfile_read, f, 0, &o); \
        MUST((status == LPL_OK) == (o != NULL));                               \
        lpl_##kind##_destroy(o);                                               \
        return status;                                                         \
    }                                                                          \
    static lpl_status_t kind##_create_job(void *user) {                        \
        lpl_##kind##_t *o = NULL;                                              \
        const lpl_status_t status = lpl_##kind##_create(__VA_ARGS__, &o);      \
        MUST((status == LPL_OK) == (o != NULL));                               \
        lpl_##kind##_destroy(o);                                               \
        return status;                                                         \
    }
JOBS(projection, user, NULL)
JOBS(lif, user)
JOBS(record, user)

#define TAKES_MEMORY(kind, config, object)                          \
    do {                                                            \
        memfile_t f = {0};                                          \
        ck_assert_uint_ge(fail_each(kind##_create_job, config), 1); \
        OK(lpl_##kind##_save(object, memfile_write, &f));           \
        ck_assert_uint_ge(fail_each(kind##_load_job, &f), 1);       \
        free(f.data);                                               \
    } while (0)

START_TEST(other_topics) {
    static const double time[2] = {0, 0.01}, volt[2] = {-0.07, -0.04};
    lpl_projection_config_t pc;
    lpl_lif_config_t lc;
    lpl_record_config_t rc;
    lpl_projection_t *p = NULL;
    lpl_lif_t *l = NULL;
    lpl_record_t *r = NULL;
    OK(lpl_projection_config_init(&pc, sizeof pc));
    OK(lpl_lif_config_init(&lc, sizeof lc));
    OK(lpl_record_config_init(&rc, sizeof rc));
    pc.n_pre = PRE, pc.n_post = lc.n = rc.n = POST, pc.kind = LPL_PROJECTION_INHIBITORY, rc.bin_steps = 20;
    OK(lpl_projection_create(&pc, NULL, &p));
    OK(lpl_lif_create(&lc, &l));
    OK(lpl_lif_clamp(l, time, volt, 2));
    OK(lpl_record_create(&rc, &r));
    TAKES_MEMORY(projection, &pc, p);
    TAKES_MEMORY(lif, &lc, l);
    TAKES_MEMORY(record, &rc, r);
    lpl_projection_destroy(p), lpl_lif_destroy(l), lpl_record_destroy(r);
}
END_TEST

/* Parts cut anew: of two objects one, by chance with rows (whose counts are a block of their own, too). */
#define CUT_JOB(kind)                                                                                     \
    static lpl_status_t kind##_cut_job(void *user) {                                                      \
        lpl_##kind##_t *const *two = user, *o = NULL;                                                     \
        const lpl_status_t status = lpl_##kind##_cut((const lpl_##kind##_t *const *)two, 2, 3, POST, &o); \
        MUST((status == LPL_OK) == (o != NULL));                                                          \
        lpl_##kind##_destroy(o);                                                                          \
        return status;                                                                                    \
    }
CUT_JOB(spiking)
CUT_JOB(projection)
CUT_JOB(lif)
CUT_JOB(record)

START_TEST(cuts) {
    static const double time[2] = {0, 0.01}, volt[2] = {-0.07, -0.04};
    world_t w = world(LPL_ENGINE_BLOCK, LPL_F32, 1);
    lpl_projection_config_t pc;
    lpl_lif_config_t lc;
    lpl_record_config_t rc;
    lpl_spiking_t *s[2] = {NULL};
    lpl_projection_t *p[2] = {NULL};
    lpl_lif_t *l[2] = {NULL};
    lpl_record_t *r[2] = {NULL};
    OK(lpl_projection_config_init(&pc, sizeof pc));
    OK(lpl_lif_config_init(&lc, sizeof lc));
    OK(lpl_record_config_init(&rc, sizeof rc));
    pc.n_pre = PRE, pc.n_post = lc.n = rc.n = POST, pc.kind = LPL_PROJECTION_INHIBITORY, rc.bin_steps = 20;
    pc.n_post_global = lc.n_global = rc.n_global = w.c.n_post_global = 2 * POST;
    w.connect.kind = LPL_CONNECT_RANDOM_ROWS;
    for (uint64_t k = 0; k < 2; k++) {
        pc.post_begin = lc.first = rc.first = w.c.post_begin = k * POST;
        if (k == 0) ck_assert_uint_eq(fail_each(create_job, &w), 3);
        s[k] = make(&w);
        OK(lpl_projection_create(&pc, &w.connect, &p[k]));
        OK(lpl_lif_create(&lc, &l[k]));
        OK(lpl_lif_clamp(l[k], time, volt, 2));
        OK(lpl_record_create(&rc, &r[k]));
    }
    ck_assert_uint_eq(fail_each(spiking_cut_job, s), 3); /* the plan, rows, and one block for all else */
    ck_assert_uint_eq(fail_each(projection_cut_job, p), 3);
    ck_assert_uint_eq(fail_each(lif_cut_job, l), 3); /* the clamp */
    ck_assert_uint_eq(fail_each(record_cut_job, r), 2);
    for (int k = 0; k < 2; k++)
        lpl_spiking_destroy(s[k]), lpl_projection_destroy(p[k]), lpl_lif_destroy(l[k]), lpl_record_destroy(r[k]);
}
END_TEST

int main(void) {
    testing_seed("test_alloc_spiking", 1);
    if (!alloc_works()) {
        printf("test_alloc_spiking: skipped, a tool has taken the allocator's place\n");
        return 0;
    }
    Suite *suite = suite_create("alloc_spiking");
    TCase *all = tcase_create("all");
    tcase_add_test(all, steps_allocate_nothing);
    tcase_add_test(all, other_steps_allocate_nothing);
    tcase_add_test(all, create_and_load);
    tcase_add_test(all, reading_a_block_that_has_not_ended);
    tcase_add_test(all, other_topics);
    tcase_add_test(all, cuts);
    suite_add_tcase(suite, all);
    return testing_run(suite);
}

#else

int main(void) {
    printf("test_alloc_spiking: skipped, this build or C library does not let a program count its allocations\n");
    return 0;
}

#endif
