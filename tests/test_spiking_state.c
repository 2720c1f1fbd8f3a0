/* tests/test_spiking_state.c - the plastic projection: save and load, damaged files, bad input, engines and memory. */
#include "common/memfile.h"
#include "common/spike_world.h"

/* ---- state ---- */

static lpl_spiking_t *through_file(const lpl_spiking_t *s, int32_t threads) {
    memfile_t f = {0};
    lpl_spiking_t *copy = NULL;
    OK(lpl_spiking_save(s, memfile_write, &f));
    OK(lpl_spiking_load(memfile_read, &f, 0, threads, &copy));
    free(f.data);
    return copy;
}

START_TEST(save_and_load) {
    for (int round = 0; round < 12; round++) {
        const size_t np = testing_size(1, 80), nq = testing_size(1, 300), steps = testing_size(100, 900);
        lpl_spiking_config_t c = any_config(np, nq);
        lpl_connect_t connect = sparse(round % 3 ? 0.2 : 1);
        c.engine = round % 2 ? LPL_ENGINE_FUSED : LPL_ENGINE_BLOCK, c.dtype = round / 2 % 2, c.label = -3;
        if (round % 4 == 2) c.memory_max = (uint64_t)testing_size(20, 100) * (16 * nq + 1024);
        world_t w = world_make(np, nq, steps, 0.01, 0.005);
        lpl_spiking_t *whole = make(&c, &connect), *part = make(&c, &connect);
        const size_t cut = testing_size(0, steps), change = testing_size(0, cut);
        play(whole, &w, 0, change), play(part, &w, 0, change);
        OK(lpl_spiking_set(whole, LPL_SPIKING_PARAM_PULL, 0.7));
        OK(lpl_spiking_set(part, LPL_SPIKING_PARAM_PULL, 0.7));
        play(whole, &w, change, steps), play(part, &w, change, cut);
        lpl_spiking_t *resumed = through_file(part, 2);
        same(part, resumed);
        play(resumed, &w, cut, steps);
        same(whole, resumed);
        ck_assert(param(resumed, LPL_SPIKING_PARAM_LABEL) == -3 &&
                  param(resumed, LPL_SPIKING_PARAM_STEP) == (double)steps);
        lpl_spiking_destroy(whole), lpl_spiking_destroy(part), lpl_spiking_destroy(resumed), world_free(&w);
    }
}
END_TEST

START_TEST(damaged_files) {
    lpl_spiking_config_t c = config(9, 7);
    lpl_connect_t connect = sparse(0.5);
    c.update_every = 40, c.slow = LPL_SLOW_DOUBLE, c.scaling = LPL_SCALING_RMS;
    lpl_spiking_t *s = make(&c, &connect), *none = NULL;
    world_t w = world_make(9, 7, 70, 0.05, 0.05);
    memfile_t f = {0};
    play(s, &w, 0, 70);
    OK(lpl_spiking_save(s, memfile_write, &f));
    for (size_t n = 0; n < f.n; n += 1 + n / 16) { /* truncated */
        memfile_t cut = {.data = f.data, .n = n};
        ck_assert(lpl_spiking_load(memfile_read, &cut, 0, 1, &none) == LPL_E_FORMAT && none == NULL);
    }
    for (int k = 0; k < 300; k++) { /* a bit flipped: noticed, or in the padding of no record */
        memfile_t bad = {.data = malloc(f.n), .n = f.n};
        memcpy(bad.data, f.data, f.n);
        bad.data[testing_size(0, f.n - 1)] ^= (unsigned char)(1u << testing_size(0, 7));
        ck_assert(lpl_spiking_load(memfile_read, &bad, 0, 1, &none) < 0 && none == NULL);
        free(bad.data);
    }
    memfile_t again = {.data = f.data, .n = f.n};
    FAILS(lpl_spiking_load(memfile_read, &again, 1000, 1, &none), LPL_E_MEMORY, "max_bytes");
    again.at = 0;
    FAILS(lpl_spiking_load(memfile_read, &again, 0, 0, &none), LPL_E_ARG, "threads");
    memfile_t failing = {.fail_at = 5};
    FAILS(lpl_spiking_save(s, memfile_write, &failing), LPL_E_IO, "");
    free(failing.data);
    lpl_stats_config_t sc;
    lpl_stats_t *stats = NULL;
    OK(lpl_stats_config_init(&sc, sizeof sc));
    sc.n_units = 3;
    OK(lpl_stats_create(&sc, &stats));
    memfile_t foreign = {0};
    OK(lpl_stats_save(stats, memfile_write, &foreign));
    FAILS(lpl_spiking_load(memfile_read, &foreign, 0, 1, &none), LPL_E_FORMAT, "SPIK");
    free(foreign.data), free(f.data), lpl_stats_destroy(stats), lpl_spiking_destroy(s), world_free(&w);
}
END_TEST

/* ---- bad input: a sentence, and nothing has changed ---- */

START_TEST(bad_steps) {
    for (int32_t engine = LPL_ENGINE_FUSED; engine <= LPL_ENGINE_BLOCK; engine++) {
        lpl_spiking_config_t c = config(20, 10);
        c.engine = engine, c.update_every = 50;
        lpl_spiking_t *s = make(&c, NULL), *untouched = make(&c, NULL);
        world_t w = world_make(20, 10, 100, 0.05, 0.05);
        play(s, &w, 0, 75), play(untouched, &w, 0, 75);
        float v[10];
        const uint32_t descending[] = {3, 2}, twice[] = {4, 4}, high[] = {1, 20}, fine[] = {1, 2};
        memcpy(v, w.v, sizeof v);
        FAILS(lpl_spiking_step(s, descending, 2, NULL, 0, v), LPL_E_ARG, "pre[1] = 2 after 3");
        FAILS(lpl_spiking_step(s, fine, 2, twice, 2, v), LPL_E_ARG, "post[1] = 4 after 4");
        FAILS(lpl_spiking_step(s, high, 2, NULL, 0, v), LPL_E_ARG, "pre[1] = 20");
        FAILS(lpl_spiking_step(s, NULL, 2, NULL, 0, v), LPL_E_NULL, "pre");
        FAILS(lpl_spiking_step(s, NULL, 0, NULL, 0, NULL), LPL_E_NULL, "v");
        FAILS(lpl_spiking_step(NULL, NULL, 0, NULL, 0, v), LPL_E_NULL, "s");
        FAILS(lpl_spiking_step_f64(s, NULL, 0, NULL, 0, w.v64), LPL_E_DTYPE, "type");
        v[3] = NAN;
        FAILS(lpl_spiking_step(s, NULL, 0, NULL, 0, v), LPL_E_NONFINITE, "v[3]");
        v[3] = -65;
        FAILS(lpl_spiking_step(s, NULL, 0, NULL, 0, v), LPL_E_UNITS, "did you give mV?");
        const uint64_t ptr[] = {0, 2, 1}, ok[] = {0, 1, 2};
        FAILS(lpl_spiking_steps(s, 2, ptr, fine, ok, fine, w.v, 10), LPL_E_ARG, "pre_ptr[2]");
        FAILS(lpl_spiking_steps(s, 2, ok, fine, ok, fine, w.v, 9), LPL_E_SIZE, "v: leading");
        FAILS(lpl_spiking_steps(s, 2, ok, NULL, ok, fine, w.v, 10), LPL_E_NULL, "pre");
        float x[200];
        FAILS(lpl_spiking_read(s, x, 199, NULL, LPL_SPIKING_WEIGHTS), LPL_E_SIZE, "n = 199");
        const uint64_t index[] = {200};
        FAILS(lpl_spiking_read(s, x, 1, index, LPL_SPIKING_WEIGHTS), LPL_E_ARG, "index[0] = 200");
        FAILS(lpl_spiking_read(s, x, 1, NULL, 99), LPL_E_ARG, "what");
        for (size_t k = 0; k < 200; k++) x[k] = 0.5f;
        x[120] = 1.5f;
        FAILS(lpl_spiking_write(s, x, 200, LPL_SPIKING_WEIGHTS), LPL_E_ARG, "src[120] = 1.5");
        FAILS(lpl_spiking_write(s, x, 10, LPL_SPIKING_MEAN), LPL_E_ORDER, "first step");
        FAILS(lpl_spiking_write(s, x, 10, LPL_SPIKING_ERR), LPL_E_ARG, "what");
        FAILS(lpl_spiking_set(s, LPL_SPIKING_PARAM_ETA, NAN), LPL_E_ARG, "eta");
        FAILS(lpl_spiking_set(s, LPL_SPIKING_PARAM_MODE, 7), LPL_E_ARG, "mode");
        FAILS(lpl_spiking_set(s, LPL_SPIKING_PARAM_STEP, 7), LPL_E_ARG, "param");
        same(s, untouched);
        play(s, &w, 75, 100), play(untouched, &w, 75, 100);
        same(s, untouched);
        lpl_spiking_destroy(s), lpl_spiking_destroy(untouched), world_free(&w);
    }
}
END_TEST

START_TEST(bad_configs) {
    lpl_spiking_t *none = NULL;
    const lpl_spiking_config_t good = config(4, 3);
#define REFUSED(change, code, word)                             \
    do {                                                        \
        lpl_spiking_config_t c = good;                          \
        change;                                                 \
        FAILS(lpl_spiking_create(&c, NULL, &none), code, word); \
        ck_assert(none == NULL);                                \
    } while (0)
    REFUSED(c.dt = 0.1, LPL_E_UNITS, "did you give ms?");
    REFUSED(c.tau_rise = 1e-4, LPL_E_UNITS, "tau_rise");
    REFUSED(c.tau_mean = 0, LPL_E_ARG, "tau_mean");
    REFUSED(c.delay_ax = -1e-3, LPL_E_ARG, "delay_ax");
    REFUSED(c.delay_ax = 0, LPL_E_ARG, "delay_ax");
    REFUSED(c.delay_ax = 0.00055, LPL_E_ARG, "whole number");
    REFUSED(c.t_lag = 20e3, LPL_E_UNITS, "t_lag");
    REFUSED(c.n_pre = 0, LPL_E_SIZE, "n_pre");
    REFUSED(c.w_init = 2, LPL_E_ARG, "w_init");
    REFUSED(c.w_min = 2, LPL_E_ARG, "w_max");
    REFUSED(c.eta = -1, LPL_E_ARG, "eta");
    REFUSED(c.v_theta = -50, LPL_E_UNITS, "mV");
    REFUSED(c.form = 3, LPL_E_ARG, "form");
    REFUSED(c.engine = 4, LPL_E_ARG, "engine");
    REFUSED(c.memory_max = 100, LPL_E_ARG, "memory_max");
    REFUSED(c.threads = 0, LPL_E_ARG, "threads");
    REFUSED(c.update_every = 0, LPL_E_SIZE, "update_every");
    REFUSED(c.flags = 2, LPL_E_ARG, "flags = 2");
    const uint64_t holes[] = {0, 2, 1, 2, 2}, rows[] = {0, 1, 2, 2, 2};
    const uint32_t wrong[] = {0, 3}, fine[] = {0, 2};
    lpl_connect_t connect = sparse(1);
    connect.kind = LPL_CONNECT_CSR, connect.n_synapses = 2, connect.row_ptr = holes, connect.col = fine;
    FAILS(lpl_spiking_create(&good, &connect, &none), LPL_E_ARG, "row_ptr[2]");
    connect.row_ptr = rows, connect.col = wrong;
    FAILS(lpl_spiking_create(&good, &connect, &none), LPL_E_ARG, "col[1] = 3");
    FAILS(lpl_spiking_create(NULL, NULL, &none), LPL_E_NULL, "cfg");
    FAILS(lpl_spiking_create(&good, NULL, NULL), LPL_E_NULL, "out");
    lpl_spiking_destroy(NULL);
}
END_TEST

/* Engine AUTO and block length follow from the config; memory is what is reported. */
START_TEST(engine_and_memory) {
    lpl_spiking_config_t c = config(50, 40);
    lpl_spiking_t *s = make(&c, NULL);
    ck_assert(param(s, LPL_SPIKING_PARAM_ENGINE) == LPL_ENGINE_BLOCK && param(s, LPL_SPIKING_PARAM_BLOCK) == 5000);
    lpl_spiking_destroy(s);
    c.memory_max = 100000;
    s = make(&c, NULL);
    ck_assert(param(s, LPL_SPIKING_PARAM_BLOCK) < 300 && param(s, LPL_SPIKING_PARAM_MEMORY) < 200000);
    lpl_spiking_destroy(s);
    c.update_every = 1;
    s = make(&c, NULL);
    ck_assert(param(s, LPL_SPIKING_PARAM_ENGINE) == LPL_ENGINE_FUSED && param(s, LPL_SPIKING_PARAM_BLOCK) == 1);
    lpl_spiking_destroy(s);
    /* no synapse at all is a projection too */
    lpl_connect_t connect = sparse(0);
    c.update_every = 100;
    s = make(&c, &connect);
    world_t w = world_make(50, 40, 250, 0.01, 0.01);
    play(s, &w, 0, 250);
    lpl_spiking_t *copy = through_file(s, 1);
    same(s, copy);
    lpl_spiking_destroy(s), lpl_spiking_destroy(copy), world_free(&w);
}
END_TEST

int main(void) {
    testing_seed("test_spiking_state", 41);
    Suite *suite = suite_create("spiking_state");
    TCase *tc = tcase_create("spiking_state");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, save_and_load);
    tcase_add_test(tc, damaged_files);
    tcase_add_test(tc, bad_steps);
    tcase_add_test(tc, bad_configs);
    tcase_add_test(tc, engine_and_memory);
    suite_add_tcase(suite, tc);
    return testing_run(suite);
}
