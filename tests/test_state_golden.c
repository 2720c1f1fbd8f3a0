/* tests/test_state_golden.c - the state files of this and earlier releases (tests/golden/state): each loads, holds what
 * it should, and goes on. */
#include "common/memfile.h"
#include "common/old_worlds.h"
#include "common/testing.h"

#ifndef LPL_TEST_GOLDEN
#define LPL_TEST_GOLDEN "tests/golden/state"
#endif

static memfile_t file_of(const char *name) {
    char path[300];
    memfile_t f = {0};
    unsigned char buf[4096];
    size_t n;
    snprintf(path, sizeof path, "%s/%s", LPL_TEST_GOLDEN, name);
    FILE *in = fopen(path, "rb");
    ck_assert_msg(in != NULL, "cannot open %s (run from the repository's folder)", path);
    while ((n = fread(buf, 1, sizeof buf, in)) > 0) memfile_write(buf, n, &f);
    fclose(in);
    return f;
}

static double param(const lpl_layer_t *l, int32_t which) {
    double v = 0;
    OK(lpl_layer_get(l, which, &v));
    return v;
}

/* States of a layer are those of the formula, to the bit. */
static void check_layer(const lpl_layer_t *l, const lpl_layer_config_t *c, size_t k) {
    ck_assert(param(l, LPL_PARAM_UNITS) == (double)world_units(c) &&
              param(l, LPL_PARAM_FAN_IN) == (double)world_fan_in(c));
    ck_assert(param(l, LPL_PARAM_DTYPE) == c->dtype && param(l, LPL_PARAM_ETA) == c->eta &&
              param(l, LPL_PARAM_LABEL) == c->label);
    ck_assert(param(l, LPL_PARAM_TEMPERATURE) == (c->rule == LPL_RULE_SOFTHEBB ? c->temperature : 0));
    ck_assert(param(l, LPL_PARAM_STEP) == WORLD_STEPS && param(l, LPL_PARAM_N_POST) == (double)c->n_post);
    for (int32_t state = LPL_STATE_WEIGHTS; state <= LPL_STATE_PREDICTOR; state++) {
        double got[WORLD_ROOM], need[WORLD_ROOM];
        const size_t n = world_state_length(c, state);
        if (n == 0) continue;
        world_read(l, c, got, n, state);
        world_values(k, need, n, state);
        ck_assert_mem_eq(got, need, n * sizeof *got);
    }
}

/* Two layers hold the same, but for the rounding of matrix products. */
static void check_same(const lpl_layer_t *a, const lpl_layer_t *b, const lpl_layer_config_t *c) {
    const double tolerance = c->dtype == LPL_F64 ? 1e-11 : 1e-4;
    for (int32_t state = LPL_STATE_WEIGHTS; state <= LPL_STATE_PREDICTOR; state++) {
        double x[WORLD_ROOM], y[WORLD_ROOM];
        const size_t n = state == LPL_STATE_PREV ? 0 : world_state_length(c, state);
        if (n == 0) continue;
        world_read(a, c, x, n, state);
        world_read(b, c, y, n, state);
        for (size_t i = 0; i < n; i++) CLOSE(x[i], y[i], tolerance, 1 + fabs(y[i]));
    }
}

START_TEST(layers) {
    for (size_t k = 0; k < WORLDS; k++) {
        memfile_t f = file_of(world_name(k));
        lpl_layer_t *l = NULL, *now = world_layer(k);
        lpl_layer_config_t c;
        OK(lpl_layer_load(memfile_read, &f, 0, 1, &l));
        ck_assert_uint_eq(f.at, f.n);
        world_config(k, &c);
        check_layer(l, &c, k);
        for (size_t t = WORLD_STEPS; t < WORLD_STEPS + 3; t++) world_update(l, &c, t), world_update(now, &c, t);
        check_same(l, now, &c);
        lpl_layer_destroy(l), lpl_layer_destroy(now), free(f.data);
    }
}
END_TEST

START_TEST(stacks) {
    for (size_t k = 0; k < WORLD_STACKS; k++) {
        memfile_t f = file_of(world_stack_name(k));
        lpl_stack_t *s = NULL, *now = world_stack(k);
        lpl_layer_config_t c[2];
        OK(lpl_stack_load(memfile_read, &f, 0, 1, &s));
        ck_assert_uint_eq(f.at, f.n);
        ck_assert_uint_eq(lpl_stack_size(s), 2);
        world_stack_configs(k, c);
        for (int done = 0; done < 2; done++) {
            for (size_t at = 0; at < 2; at++) {
                lpl_layer_t *l = NULL, *same = NULL;
                OK(lpl_stack_layer(s, at, &l));
                OK(lpl_stack_layer(now, at, &same));
                if (!done) check_layer(l, &c[at], k + at);
                check_same(l, same, &c[at]);
            }
            for (size_t t = WORLD_STEPS; t < WORLD_STEPS + 3; t++)
                world_stack_update(s, c, t), world_stack_update(now, c, t);
        }
        lpl_stack_destroy(s), lpl_stack_destroy(now), free(f.data);
    }
}
END_TEST

START_TEST(trackers) {
    for (size_t k = 0; k < WORLD_TRACKERS; k++) {
        memfile_t f = file_of(world_tracker_name(k));
        lpl_stats_t *s = NULL, *same = world_tracker(k);
        double got[WORLD_ROOM], need[WORLD_ROOM];
        OK(lpl_stats_load(memfile_read, &f, 0, &s));
        for (int32_t what = LPL_STATS_MEAN; what <= LPL_STATS_DTYPE; what++) {
            const size_t n = what >= LPL_STATS_COUNT ? 1 : what == LPL_STATS_COVARIANCE ? 9 : 3;
            OK(lpl_stats_read(s, got, n, what));
            OK(lpl_stats_read(same, need, n, what));
            for (size_t i = 0; i < n; i++) CLOSE(got[i], need[i], 1e-6, 1 + fabs(need[i]));
        }
        lpl_stats_destroy(s), lpl_stats_destroy(same), free(f.data);
    }
}
END_TEST

/* The values of two spiking objects, now and after more steps; exp of another C library may differ in its last bit. */
static void check_values(const spiking_world_t *w, const char *name, const void *a, const void *b, double tolerance) {
    double x[SPIKING_VALUES], y[SPIKING_VALUES];
    const size_t n = w->read(a, x);
    size_t wrong = 0;
    ck_assert_uint_eq(n, w->read(b, y));
    for (size_t i = 0; i < n; i++) wrong += !(fabs(x[i] - y[i]) <= tolerance * fabs(y[i]) + 1e-12);
    ck_assert_msg(wrong == 0, "%s: %zu of %zu values differ", name, wrong, n);
}

START_TEST(spiking) {
    for (size_t kind = 0; kind < SPIKING_KINDS; kind++)
        for (size_t k = 0; k < spiking_worlds[kind].n; k++) {
            const spiking_world_t *w = &spiking_worlds[kind];
            const double tolerance = strstr(w->names[k], "-f32-") ? 1e-4 : 1e-9;
            memfile_t f = file_of(w->names[k]);
            void *loaded = NULL, *now = w->make(k);
            OK(w->load(memfile_read, &f, &loaded));
            ck_assert_uint_eq(f.at, f.n);
            check_values(w, w->names[k], loaded, now, tolerance);
            w->run(loaded, SPIKING_STEPS, SPIKING_STEPS + 70), w->run(now, SPIKING_STEPS, SPIKING_STEPS + 70);
            check_values(w, w->names[k], loaded, now, tolerance);
            w->destroy(loaded), w->destroy(now), free(f.data);
        }
}
END_TEST

/* What 0.1.0 made goes on with its bits, whatever create says of it today; so does what is saved in between. */
START_TEST(old) {
    for (size_t k = 0; k < OLD_WORLDS; k++) {
        const old_world_t *w = &old_worlds[k];
        const spiking_world_t ops = old_ops(w->kind);
        memfile_t first = file_of(w->name), last = file_of(w->later), again = {0};
        void *a = NULL, *b = NULL, *c = NULL;
        double x[SPIKING_VALUES], y[SPIKING_VALUES];
        OK(ops.load(memfile_read, &first, &a));
        OK(ops.load(memfile_read, &last, &b));
        ops.run(a, OLD_STEPS, OLD_STEPS + 30);
        OK(ops.save(a, memfile_write, &again));
        OK(ops.load(memfile_read, &again, &c));
        const size_t n = ops.read(b, y);
        ck_assert_msg(ops.read(a, x) == n && memcmp(x, y, n * sizeof *x) != 0, "%s: nothing happens", w->name);
        ops.run(a, OLD_STEPS + 30, OLD_LATER), ops.run(c, OLD_STEPS + 30, OLD_LATER);
        size_t wrong = 0;
        ops.read(a, x);
        for (size_t i = 0; i < n; i++) wrong += x[i] != y[i];
        ops.read(c, x);
        for (size_t i = 0; i < n; i++) wrong += x[i] != y[i];
        ck_assert_msg(wrong == 0, "%s: %zu of %zu values differ from what 0.1.0 had", w->name, wrong, 2 * n);
        ops.destroy(a), ops.destroy(b), ops.destroy(c);
        free(first.data), free(last.data), free(again.data);
    }
}
END_TEST

/* ... and create refuses what could only stall, or is no second. */
START_TEST(refused_now) {
    for (size_t k = 0; k < OLD_WORLDS; k++) {
        void *object = NULL;
        const lpl_status_t status = old_worlds[k].make(&object);
        ck_assert_msg(status == old_worlds[k].create, "%s: %s", old_worlds[k].name, lpl_last_error());
        if (status >= 0) old_ops(old_worlds[k].kind).destroy(object);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("state_golden");
    TCase *t = tcase_create("state_golden");
    tcase_add_test(t, layers);
    tcase_add_test(t, stacks);
    tcase_add_test(t, trackers);
    tcase_add_test(t, spiking);
    tcase_add_test(t, old);
    tcase_add_test(t, refused_now);
    suite_add_tcase(suite, t);
    return testing_run(suite);
}
