/* tests/test_alloc.c - updates allocate nothing; each allocation of every other call, failed in turn, gives
 * LPL_E_MEMORY and no leak. */
#include "common/alloc.h"
#include "common/alloc_fail.h"
#include "common/memfile.h"
#include "layer/layer.h"

#if ALLOC_COUNTED

enum { PRE = 70, POST = 50, BATCH = 40, CLASSES = 5 };
static float x[3][BATCH * PRE], z[BATCH * POST];
static double xd[BATCH * PRE];
static int32_t labels[BATCH], halves[BATCH];

static void fill(void) {
    for (size_t k = 0; k < BATCH * PRE; k++) {
        for (int view = 0; view < 3; view++) x[view][k] = (float)testing_real();
        xd[k] = testing_real();
    }
    for (int k = 0; k < BATCH; k++) labels[k] = k % CLASSES, halves[k] = k % 2;
}

static lpl_layer_config_t config(int32_t preset) {
    lpl_layer_config_t cfg;
    OK(lpl_layer_config_init(&cfg, sizeof cfg));
    OK(lpl_layer_preset(&cfg, preset));
    cfg.n_pre = PRE, cfg.n_post = POST, cfg.batch_max = BATCH;
    return cfg;
}

/* Every call of a layer that learns, once. */
static void work(lpl_layer_t *l, int32_t preset, lpl_report_t *report) {
    static float gradient[POST * PRE];
    if (preset == LPL_PRESET_STREAM) {
        for (int k = 0; k < 10; k++) MUST(lpl_update_online(l, z, report, x[0] + k * PRE) >= 0);
    } else {
        MUST(lpl_update(l, report, x[0], PRE, x[1], PRE, BATCH) >= 0);
        MUST(lpl_update(l, NULL, x[1], PRE, x[2], PRE, BATCH / 2) >= 0);
        MUST(lpl_gradient(l, gradient, PRE, NULL, report, x[0], PRE, x[1], PRE, BATCH) >= 0);
    }
    MUST(lpl_forward(l, z, POST, x[0], PRE, BATCH) >= 0);
    MUST(lpl_layer_set(l, LPL_PARAM_ETA, 1e-3) >= 0);
    MUST(lpl_layer_read(l, gradient, POST * PRE, LPL_STATE_WEIGHTS) >= 0);
    MUST(lpl_layer_write(l, gradient, POST * PRE, LPL_STATE_WEIGHTS) >= 0);
}

START_TEST(the_counter_counts) {
    alloc_start(0);
    void *volatile p = malloc(10);
    p = realloc(p, 100);
    free(p);
    p = malloc(5);
    alloc_stop();
    free(p);
    ck_assert_uint_eq(alloc_state.own, 3);
    ck_assert_int_eq(alloc_state.live, 1);
    alloc_start(2);
    p = malloc(1);
    void *volatile q = calloc(1, 1);
    alloc_stop();
    ck_assert(p && !q);
    free(p);
}
END_TEST

/* Nothing by liblpl, nothing by BLIS once everything has been called once. With threads BLIS may need a pool more. */
START_TEST(updates_allocate_nothing) {
    fill();
    for (int32_t preset = LPL_PRESET_ERRATUM; preset <= LPL_PRESET_STREAM; preset++)
        for (int32_t threads = 1; threads <= 2; threads++) {
            lpl_layer_config_t cfg = config(preset);
            cfg.threads = threads;
            lpl_layer_t *l;
            OK(lpl_layer_create(&cfg, &l));
            lpl_report_t report;
            OK(lpl_report_init(&report, sizeof report));
            work(l, preset, &report);
            alloc_start(0);
            for (int k = 0; k < 5; k++) work(l, preset, &report);
            alloc_stop();
            ck_assert_int_eq(wrong, 0);
            ck_assert_uint_eq(alloc_state.own, 0);
            if (threads == 1) ck_assert_uint_eq(alloc_state.other, 0);
            lpl_layer_destroy(l);
        }
}
END_TEST

/* Nor do terms of a whole batch, with more samples than units and with fewer. */
START_TEST(terms_allocate_nothing) {
    fill();
    for (int32_t pull = LPL_PULL_DIFFERENCE; pull <= LPL_PULL_ISOLOSS; pull++)
        for (int32_t push = LPL_PUSH_HINGE; push <= LPL_PUSH_LOGDET; push++)
            for (int few = 0; few < 2; few++) {
                lpl_layer_config_t cfg = config(LPL_PRESET_ERRATUM);
                cfg.pull_form = pull, cfg.push_form = push, cfg.predictor_alpha = 0.5;
                lpl_layer_t *l;
                OK(lpl_layer_create(&cfg, &l));
                lpl_report_t report;
                OK(lpl_report_init(&report, sizeof report));
                const size_t rows = few ? 2 : BATCH;
                OK(lpl_update(l, &report, x[0], PRE, x[1], PRE, rows));
                alloc_start(0);
                for (int k = 0; k < 3; k++) MUST(lpl_update(l, &report, x[0], PRE, x[1], PRE, rows) >= 0);
                MUST(lpl_layer_ema(l, l, 0.5) >= 0);
                alloc_stop();
                ck_assert_int_eq(wrong, 0);
                ck_assert_uint_eq(alloc_state.own + alloc_state.other, 0);
                lpl_layer_destroy(l);
            }
}
END_TEST

START_TEST(other_steps_allocate_nothing) {
    fill();
    lpl_stats_config_t cfg;
    OK(lpl_stats_config_init(&cfg, sizeof cfg));
    cfg.n_units = POST, cfg.batch_max = BATCH, cfg.covariance = 1, cfg.mode = LPL_STATS_EWMA;
    lpl_stats_t *s;
    OK(lpl_stats_create(&cfg, &s));
    lpl_optim_config_t optim;
    OK(lpl_optim_config_init(&optim, sizeof optim));
    static float random[1000];
    OK(lpl_stats_update(s, x[0], PRE, BATCH));
    alloc_start(0);
    MUST(lpl_stats_update(s, x[0], PRE, BATCH) >= 0);
    MUST(lpl_random_normal(random, 1000, 1, 2, 3) >= 0);
    MUST(lpl_activate(z, NULL, x[0], 1000, LPL_ACT_TANH, 0, 0) >= 0);
    MUST(lpl_optim_step(&optim, random, NULL, NULL, x[0], 1000, 1) >= 0);
    MUST(lpl_random_normal(NULL, 3, 1, 2, 3) == LPL_E_NULL); /* failing does not allocate either */
    alloc_stop();
    ck_assert_int_eq(wrong, 0);
    ck_assert_uint_eq(alloc_state.own + alloc_state.other, 0);
    lpl_stats_destroy(s);
}
END_TEST

/* A convolution: nothing, by each engine. */
static lpl_layer_t *engine_layer(uint32_t channels, uint32_t stride, int32_t isa) {
    lpl_layer_config_t cfg;
    OK(lpl_layer_config_init(&cfg, sizeof cfg));
    OK(lpl_layer_preset(&cfg, LPL_PRESET_REFERENCE));
    cfg.kind = LPL_LAYER_CONV2D, cfg.channels = channels, cfg.height = cfg.width = 6, cfg.n_post = channels,
    cfg.batch_max = 16;
    cfg.stride = stride, cfg.isa = isa;
    lpl_layer_t *l;
    OK(lpl_layer_create(&cfg, &l));
    return l;
}

enum { CHANNELS = 64, IMAGES = 16 };
static float image[2][IMAGES * CHANNELS * 36], response[IMAGES * CHANNELS * 36];

START_TEST(convolutions_allocate_nothing) {
    static const uint32_t channels[] = {3, 8, CHANNELS};
    for (size_t k = 0; k < sizeof image / sizeof(float); k++) image[k % 2][k / 2] = (float)testing_real();
    for (int k = 0; k < 9; k++) {
        lpl_layer_t *l = engine_layer(channels[k % 3], 1 + k / 3 % 2, k / 6 ? LPL_ISA_REF : LPL_ISA_AUTO);
        const size_t n = (size_t)l->cfg.n_pre;
        lpl_report_t report;
        OK(lpl_report_init(&report, sizeof report));
        for (int round = 0; round < 2; round++) { /* BLIS takes its pools in the first */
            if (round) alloc_start(0);
            MUST(lpl_update(l, &report, image[0], n, image[1], n, IMAGES) >= 0);
            MUST(lpl_forward(l, response, l->n_out, image[0], n, IMAGES) >= 0);
        }
        alloc_stop();
        ck_assert_int_eq(wrong, 0);
        ck_assert_uint_eq(alloc_state.own + alloc_state.other, 0);
        lpl_layer_destroy(l);
    }
}
END_TEST

/* ---- calls that allocate ---- */

/* lpl_forward while another call is at work in a convolution's scratch: one block, which goes back; without it nothing
 * is written. */
static lpl_status_t forward_job(void *user) {
    const lpl_layer_t *l = user;
    memset(response, 0, sizeof response);
    const lpl_status_t s = lpl_forward(l, response, l->n_out, image[0], (size_t)l->cfg.n_pre, IMAGES);
    for (size_t k = 0; s == LPL_E_MEMORY && k < sizeof response / sizeof(float); k++) MUST(response[k] == 0);
    return s;
}

START_TEST(forward_beside_another) {
    for (int k = 0; k < 4; k++) {
        lpl_layer_t *l = engine_layer(k % 2 ? CHANNELS : 3, 1 + (uint32_t)k / 2, LPL_ISA_AUTO);
        lpli_conv_scratch_t first;
        OK(lpli_conv_take(l->conv, sizeof(float), &first, "test"));
        ck_assert_uint_eq(fail_each(forward_job, l), 1);
        lpli_conv_give(l->conv, &first);
        ck_assert_uint_eq(fail_each(forward_job, l), 0);
        lpl_layer_destroy(l);
    }
}
END_TEST

static lpl_status_t layer_job(void *user) {
    lpl_layer_t *l = NULL;
    const lpl_status_t s = lpl_layer_create(user, &l);
    MUST((s == LPL_OK) == (l != NULL));
    lpl_layer_destroy(l);
    return s;
}
static lpl_status_t stats_job(void *user) {
    lpl_stats_t *t = NULL;
    const lpl_status_t s = lpl_stats_create(user, &t);
    MUST((s == LPL_OK) == (t != NULL));
    lpl_stats_destroy(t);
    return s;
}
static lpl_status_t layer_load_job(void *user) {
    memfile_t *f = user;
    f->at = 0;
    lpl_layer_t *l = NULL;
    const lpl_status_t s = lpl_layer_load(memfile_read, f, 0, 1, &l);
    MUST((s == LPL_OK) == (l != NULL));
    lpl_layer_destroy(l);
    return s;
}
static lpl_status_t stats_load_job(void *user) {
    memfile_t *f = user;
    f->at = 0;
    lpl_stats_t *t = NULL;
    const lpl_status_t s = lpl_stats_load(memfile_read, f, 0, &t);
    MUST((s == LPL_OK) == (t != NULL));
    lpl_stats_destroy(t);
    return s;
}
static lpl_status_t stack_job(void *user) {
    const lpl_layer_config_t *cfg = user;
    const lpl_layer_config_t *const list[2] = {&cfg[0], &cfg[1]};
    lpl_stack_t *t = NULL;
    const lpl_status_t s = lpl_stack_create(list, 2, &t);
    MUST((s == LPL_OK) == (t != NULL));
    lpl_stack_destroy(t);
    return s;
}
static lpl_status_t stack_load_job(void *user) {
    memfile_t *f = user;
    f->at = 0;
    lpl_stack_t *t = NULL;
    const lpl_status_t s = lpl_stack_load(memfile_read, f, 0, 1, &t);
    MUST((s == LPL_OK) == (t != NULL));
    lpl_stack_destroy(t);
    return s;
}

START_TEST(layers) {
    for (int32_t preset = LPL_PRESET_ERRATUM; preset <= LPL_PRESET_STREAM + 1; preset++) {
        const int competes = preset > LPL_PRESET_STREAM; /* the last: a layer whose units compete */
        lpl_layer_config_t cfg = config(competes ? LPL_PRESET_STREAM : preset);
        if (competes) cfg.rule = LPL_RULE_SOFTHEBB, cfg.activation = LPL_ACT_TANH;
        ck_assert_uint_eq(fail_each(layer_job, &cfg), 1);
        lpl_layer_t *l;
        OK(lpl_layer_create(&cfg, &l));
        if (competes) OK(lpl_update(l, NULL, NULL, 0, x[1], PRE, BATCH)); /* pools of BLIS */
        memfile_t f = {0};
        OK(lpl_layer_save(l, memfile_write, &f));
        alloc_start(0);
        memfile_t g = {.room = f.room, .data = f.data};
        MUST(lpl_layer_save(l, memfile_write, &g) >= 0); /* saving allocates nothing */
        if (competes) {
            MUST(lpl_update(l, NULL, NULL, 0, x[1], PRE, BATCH) >= 0);
            const uint32_t cut = 1;
            MUST(lpl_layer_forget_rows(l, &cut, 1) >= 0);
            MUST(lpl_update(l, NULL, NULL, 0, x[1], PRE, BATCH) >= 0);
            MUST(lpl_layer_forget(l) >= 0);
            MUST(lpl_update_online(l, response, NULL, x[0]) >= 0);
        }
        alloc_stop();
        ck_assert_int_eq(wrong, 0);
        ck_assert_uint_eq(alloc_state.own + alloc_state.other, 0);
        lpl_layer_destroy(l);
        ck_assert_uint_ge(fail_each(layer_load_job, &f), 1);
        free(f.data);
    }
}
END_TEST

/* A convolution with what its loss can look at. */
static lpl_layer_config_t convolution(int32_t sees) {
    lpl_layer_config_t cfg = config(LPL_PRESET_REFERENCE);
    cfg.kind = LPL_LAYER_CONV2D, cfg.n_pre = 0;
    cfg.channels = 2, cfg.height = 5, cfg.width = 7, cfg.n_post = 9, cfg.batch_max = BATCH; /* 2 x 5 x 7 = PRE */
    cfg.sees = sees;
    if (sees == LPL_SEES_HEAD) cfg.head_hidden = 6, cfg.head_out = 4;
    return cfg;
}

START_TEST(convolutions) {
    fill();
    for (int32_t sees = LPL_SEES_POOLED; sees <= LPL_SEES_HEAD; sees++) {
        lpl_layer_config_t cfg = convolution(sees);
        ck_assert_uint_eq(fail_each(layer_job, &cfg), 1);
        lpl_layer_t *l;
        OK(lpl_layer_create(&cfg, &l));
        memfile_t f = {0};
        OK(lpl_layer_save(l, memfile_write, &f));
        ck_assert_uint_ge(fail_each(layer_load_job, &f), 1);
        free(f.data);
        OK(lpl_update(l, NULL, x[0], PRE, x[1], PRE, BATCH));
        alloc_start(0);
        MUST(lpl_update(l, NULL, x[0], PRE, x[2], PRE, BATCH) >= 0);
        MUST(lpl_update(l, NULL, x[1], PRE, x[2], PRE, BATCH / 2) >= 0);
        alloc_stop();
        ck_assert_int_eq(wrong, 0);
        ck_assert_uint_eq(alloc_state.own + alloc_state.other, 0);
        lpl_layer_destroy(l);
    }
}
END_TEST

START_TEST(layers_in_the_callers_memory) {
    lpl_layer_config_t cfg = config(LPL_PRESET_REFERENCE);
    size_t bytes, align;
    OK(lpl_layer_size(&cfg, &bytes, &align));
    void *block = aligned_alloc(align, (bytes + align - 1) / align * align);
    lpl_layer_t *l;
    alloc_start(1); /* any would fail */
    MUST(lpl_layer_create_in(block, bytes, &cfg, &l) >= 0);
    lpl_layer_destroy(l);
    alloc_stop();
    ck_assert_int_eq(wrong, 0);
    ck_assert_uint_eq(alloc_state.own + alloc_state.other, 0);
    free(block);
}
END_TEST

START_TEST(trackers) {
    for (int32_t mode = LPL_STATS_BATCH; mode <= LPL_STATS_ALL; mode++) {
        lpl_stats_config_t cfg;
        OK(lpl_stats_config_init(&cfg, sizeof cfg));
        cfg.n_units = POST, cfg.batch_max = BATCH, cfg.covariance = mode % 2, cfg.mode = mode;
        ck_assert_uint_ge(fail_each(stats_job, &cfg), 1);
        lpl_stats_t *s;
        OK(lpl_stats_create(&cfg, &s));
        memfile_t f = {0};
        OK(lpl_stats_save(s, memfile_write, &f));
        lpl_stats_destroy(s);
        ck_assert_uint_ge(fail_each(stats_load_job, &f), 1);
        free(f.data);
    }
}
END_TEST

START_TEST(stacks) {
    lpl_layer_config_t cfg[2] = {config(LPL_PRESET_REFERENCE), config(LPL_PRESET_REFERENCE)};
    cfg[1].n_pre = POST, cfg[1].n_post = 20;
    ck_assert_uint_ge(fail_each(stack_job, cfg), 3);
    const lpl_layer_config_t *const list[2] = {&cfg[0], &cfg[1]};
    lpl_stack_t *t;
    OK(lpl_stack_create(list, 2, &t));
    memfile_t f = {0};
    OK(lpl_stack_save(t, memfile_write, &f));
    lpl_stack_destroy(t);
    ck_assert_uint_ge(fail_each(stack_load_job, &f), 3);
    free(f.data);
}
END_TEST

static lpl_status_t metric_job(void *user) {
    const int32_t metric = *(int32_t *)user;
    double out = -7;
    const size_t d = metric == LPL_METRIC_SELECTIVITY ? 1 : PRE;
    const int32_t *y = metric == LPL_METRIC_SELECTIVITY ? halves : labels;
    lpl_status_t s = lpl_metric(&out, metric, x[0], PRE, x[1], PRE, y, BATCH, d);
    MUST(s >= 0 || out == -7);
    if (s >= 0) s = lpl_metric_f64(&out, metric, xd, PRE, xd, PRE, y, BATCH, d);
    return s;
}
static lpl_status_t class_metric_job(void *user) {
    const int32_t metric = *(int32_t *)user;
    double out[CLASSES * CLASSES];
    return lpl_metric_classes(out, metric == LPL_METRIC_CLASS_CORRELATION ? CLASSES * CLASSES : CLASSES, metric, x[0],
                              PRE, labels, BATCH, PRE, CLASSES);
}
static lpl_status_t slowness_job(void *user) {
    double out[PRE];
    (void)user;
    out[0] = -7;
    const lpl_status_t s = lpl_slowness(out, x[0], PRE, NULL, BATCH, PRE, 1);
    MUST(s >= 0 || out[0] == -7);
    return s;
}
static lpl_status_t modulation_job(void *user) {
    double f0[PRE], f1[PRE];
    (void)user;
    f0[0] = f1[0] = -7;
    const lpl_status_t s = lpl_modulation_f64(f0, f1, xd, PRE, NULL, BATCH, PRE);
    MUST(s >= 0 || (f0[0] == -7 && f1[0] == -7));
    return s;
}
static lpl_status_t readout_job(void *user) {
    lpl_readout_config_t *cfg = user;
    float w[CLASSES * PRE] = {0}, bias[CLASSES] = {0};
    double accuracy, loss[2];
    lpl_status_t s = lpl_readout_fit(cfg, w, PRE, bias, loss, x[0], PRE, labels, BATCH, PRE);
    for (size_t k = 0; s < 0 && k < CLASSES * PRE; k++) MUST(w[k] == 0);
    if (s >= 0) s = lpl_readout_predict(NULL, 0, &accuracy, w, PRE, bias, x[0], PRE, labels, BATCH, PRE, CLASSES);
    return s;
}

START_TEST(measures) {
    fill();
    size_t made = 0;
    for (int32_t metric = 0; metric <= LPL_METRIC_SELECTIVITY; metric++) made += fail_each(metric_job, &metric);
    for (int32_t metric = 0; metric <= LPL_METRIC_CLASS_CORRELATION; metric++)
        made += fail_each(class_metric_job, &metric);
    made += fail_each(slowness_job, NULL) + fail_each(modulation_job, NULL);
    ck_assert_uint_gt(made, 10);
    lpl_readout_config_t cfg;
    OK(lpl_readout_config_init(&cfg, sizeof cfg));
    cfg.n_classes = CLASSES, cfg.batch = 16, cfg.epochs = 2;
    ck_assert_uint_ge(fail_each(readout_job, &cfg), 2);
}
END_TEST

int main(void) {
    testing_seed("test_alloc", 1);
    if (!alloc_works()) {
        printf("test_alloc: skipped, a tool has taken the allocator's place\n");
        return 0;
    }
    Suite *suite = suite_create("alloc");
    TCase *all = tcase_create("all");
    tcase_add_test(all, the_counter_counts);
    tcase_add_test(all, updates_allocate_nothing);
    tcase_add_test(all, terms_allocate_nothing);
    tcase_add_test(all, other_steps_allocate_nothing);
    tcase_add_test(all, convolutions_allocate_nothing);
    tcase_add_test(all, forward_beside_another);
    tcase_add_test(all, layers);
    tcase_add_test(all, convolutions);
    tcase_add_test(all, layers_in_the_callers_memory);
    tcase_add_test(all, trackers);
    tcase_add_test(all, stacks);
    tcase_add_test(all, measures);
    suite_add_tcase(suite, all);
    return testing_run(suite);
}

#else

int main(void) {
    printf("test_alloc: skipped, this build or C library does not let a program count its allocations\n");
    return 0;
}

#endif
