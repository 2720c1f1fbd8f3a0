/* tests/test_state.c - saving and loading layers and trackers: borrowed weights, bad files, failing callbacks. */
#include "common/state_steps.h"

/* Weights in the host's memory, with gaps: saved with their values, loaded into the layer's own memory. */
START_TEST(borrowed_weights) {
    lpl_layer_config_t c;
    lpl_layer_t *a = NULL, *b = NULL;
    float w[4 * 7], bias[4], got[4 * 5], before[4 * 7];
    OK(lpl_layer_config_init(&c, sizeof c));
    c.n_pre = 5, c.n_post = 4, c.batch_max = 2;
    OK(lpl_layer_create(&c, &a));
    for (size_t k = 0; k < 28; k++) w[k] = k % 7 < 5 ? (float)testing_real() : NAN;
    for (size_t k = 0; k < 4; k++) bias[k] = (float)testing_real();
    memcpy(before, w, sizeof w);
    OK(lpl_layer_borrow_weights(a, w, 7, bias));
    memfile_t f = saved(a);
    ck_assert_mem_eq(w, before, sizeof w);
    OK(lpl_layer_load(memfile_read, &f, 0, 1, &b));
    OK(lpl_layer_read(b, got, 20, LPL_STATE_WEIGHTS));
    for (size_t i = 0; i < 4; i++) ck_assert_mem_eq(got + 5 * i, w + 7 * i, 5 * sizeof(float));
    OK(lpl_layer_read(b, got, 4, LPL_STATE_BIAS));
    ck_assert_mem_eq(got, bias, sizeof bias);
    w[0] += 1; /* b does not look at the host's array */
    OK(lpl_layer_read(b, got, 20, LPL_STATE_WEIGHTS));
    ck_assert(got[0] == before[0]);
    lpl_layer_destroy(a), lpl_layer_destroy(b), free(f.data);
}
END_TEST

/* A coefficient set to 0 at run time keeps its memory over a save: it can be set again. */
START_TEST(decorr_off_and_on) {
    lpl_layer_config_t c;
    lpl_layer_t *a = NULL, *b = NULL;
    double v = -1;
    OK(lpl_layer_config_init(&c, sizeof c));
    c.n_pre = 3, c.n_post = 4, c.batch_max = 4, c.stats = LPL_STATS_EWMA, c.decorr = 2;
    OK(lpl_layer_create(&c, &a));
    OK(lpl_layer_set(a, LPL_PARAM_DECORR, 0));
    memfile_t f = saved(a);
    OK(lpl_layer_load(memfile_read, &f, 0, 1, &b));
    OK(lpl_layer_get(b, LPL_PARAM_DECORR, &v));
    ck_assert(v == 0);
    OK(lpl_layer_set(b, LPL_PARAM_DECORR, 2));
    lpl_layer_destroy(a), lpl_layer_destroy(b), free(f.data);
}
END_TEST

/* ---- refusals ---- */

static lpl_layer_t *small_layer(int32_t dtype) {
    lpl_layer_config_t c;
    lpl_layer_t *l = NULL;
    OK(lpl_layer_config_init(&c, sizeof c));
    c.n_pre = 3, c.n_post = 2, c.batch_max = 2, c.dtype = dtype, c.optim = LPL_OPTIM_ADAM, c.stats = LPL_STATS_EWMA;
    OK(lpl_layer_create(&c, &l));
    return l;
}

static lpl_stats_t *small_stats(void) {
    lpl_stats_config_t c;
    lpl_stats_t *s = NULL;
    OK(lpl_stats_config_init(&c, sizeof c));
    c.n_units = 3, c.batch_max = 2, c.covariance = 1;
    OK(lpl_stats_create(&c, &s));
    return s;
}

/* Both loaders on a file; handles must stay as they were when it is refused. */
static lpl_status_t try_layer(memfile_t f, size_t max_bytes) {
    lpl_layer_t *const mark = (lpl_layer_t *)(void *)&f, *l = mark;
    f.at = f.calls = 0;
    const lpl_status_t status = lpl_layer_load(memfile_read, &f, max_bytes, 1, &l);
    ck_assert((status < 0) == (l == mark));
    if (status >= 0) lpl_layer_destroy(l);
    return status;
}

static lpl_status_t try_stats(memfile_t f, size_t max_bytes) {
    lpl_stats_t *const mark = (lpl_stats_t *)(void *)&f, *s = mark;
    f.at = f.calls = 0;
    const lpl_status_t status = lpl_stats_load(memfile_read, &f, max_bytes, &s);
    ck_assert((status < 0) == (s == mark));
    if (status >= 0) lpl_stats_destroy(s);
    return status;
}

/* A tracker refuses what would overflow it, so what it holds can always be saved. */
START_TEST(overflowed) {
    const double huge[6] = {0.9e154,  0, 0,
                            -0.9e154, 1, 1}; /* the sum of its squares fits into a double once, not twice */
    lpl_stats_config_t c;
    lpl_stats_t *s = NULL;
    memfile_t f = {0};
    OK(lpl_stats_config_init(&c, sizeof c));
    c.n_units = 3, c.batch_max = 2, c.dtype = LPL_F64, c.mode = LPL_STATS_ALL;
    OK(lpl_stats_create(&c, &s));
    OK(lpl_stats_update_f64(s, huge, 3, 2));
    FAILS(lpl_stats_update_f64(s, huge, 3, 2), LPL_E_NONFINITE, "unit 0");
    OK(lpl_stats_save(s, memfile_write, &f));
    lpl_stats_destroy(s), free(f.data);
}
END_TEST

START_TEST(wrong_kind) {
    lpl_layer_t *l = small_layer(LPL_F32);
    lpl_stats_t *s = small_stats();
    memfile_t fl = saved(l), fs = saved_stats(s);
    OK(try_layer(fl, 0));
    OK(try_stats(fs, 0));
    FAILS(try_layer(fs, 0), LPL_E_FORMAT, "not the state of a layer");
    FAILS(try_stats(fl, 0), LPL_E_FORMAT, "not the state of a tracker");
    lpl_layer_destroy(l), lpl_stats_destroy(s), free(fl.data), free(fs.data);
}
END_TEST

START_TEST(max_bytes) {
    lpl_layer_t *l = small_layer(LPL_F64);
    lpl_stats_t *s = small_stats();
    memfile_t fl = saved(l), fs = saved_stats(s);
    double need = 0;
    OK(lpl_layer_get(l, LPL_PARAM_MEMORY, &need));
    OK(try_layer(fl, (size_t)need));
    FAILS(try_layer(fl, (size_t)need - 1), LPL_E_MEMORY, "max_bytes");
    FAILS(try_layer(fl, 1), LPL_E_MEMORY, "max_bytes");
    FAILS(try_stats(fs, 1), LPL_E_MEMORY, "max_bytes");
    OK(try_stats(fs, 100000));
    lpl_layer_destroy(l), lpl_stats_destroy(s), free(fl.data), free(fs.data);
}
END_TEST

START_TEST(damage) {
    lpl_layer_t *l = small_layer(LPL_F32);
    lpl_stats_t *s = small_stats();
    memfile_t fl = saved(l), fs = saved_stats(s);
    for (size_t n = 0; n < fl.n || n < fs.n; n++) {
        memfile_t cl = fl, cs = fs;
        cl.n = n < fl.n ? n : 0;
        cs.n = n < fs.n ? n : 0;
        FAILS(try_layer(cl, 0), LPL_E_FORMAT, "truncated");
        FAILS(try_stats(cs, 0), LPL_E_FORMAT, "truncated");
    }
    for (size_t bit = 0; bit < 8 * fl.n; bit++) {
        fl.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
        ck_assert_msg(try_layer(fl, 0) < 0, "layer, bit %zu", bit);
        fl.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    for (size_t bit = 0; bit < 8 * fs.n; bit++) {
        fs.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
        ck_assert_msg(try_stats(fs, 0) < 0, "tracker, bit %zu", bit);
        fs.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    lpl_layer_destroy(l), lpl_stats_destroy(s), free(fl.data), free(fs.data);
}
END_TEST

/* A convolution with a head, and a stack of it and a dense layer, after a step. */
static lpl_layer_config_t convolution(void) {
    lpl_layer_config_t c;
    OK(lpl_layer_config_init(&c, sizeof c));
    c.kind = LPL_LAYER_CONV2D, c.channels = 2, c.height = 3, c.width = 2, c.kernel_h = 2, c.groups = 2, c.n_post = 2,
    c.batch_max = 2;
    c.sees = LPL_SEES_HEAD, c.head_hidden = 3, c.head_out = 2, c.optim = LPL_OPTIM_ADAM, c.activation = LPL_ACT_RELU;
    return c;
}

static lpl_status_t try_stack(memfile_t f) {
    lpl_stack_t *const mark = (lpl_stack_t *)(void *)&f, *s = mark;
    f.at = f.calls = 0;
    const lpl_status_t status = lpl_stack_load(memfile_read, &f, 0, 1, &s);
    ck_assert((status < 0) == (s == mark));
    if (status >= 0) lpl_stack_destroy(s);
    return status;
}

static lpl_status_t try_convolution(memfile_t f) { return try_layer(f, 0); }

/* Every length and every bit of a file, and every call of the read function. */
static void damage_all(memfile_t f, lpl_status_t (*attempt)(memfile_t f)) {
    size_t loaded = 0, other = 0, calls = 0;
    OK(attempt(f));
    for (size_t n = 0; n < f.n; n++) {
        memfile_t cut = f;
        cut.n = n;
        other += attempt(cut) != LPL_E_FORMAT;
    }
    for (size_t bit = 0; bit < 8 * f.n; bit++) {
        f.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
        loaded += attempt(f) >= 0;
        f.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    for (lpl_status_t status = LPL_E_IO; status == LPL_E_IO; calls++) {
        memfile_t failing = f;
        failing.fail_at = calls + 1;
        status = attempt(failing);
        other += status != LPL_E_IO && status != LPL_OK;
    }
    ck_assert_uint_gt(calls, 10);
    ck_assert_uint_eq(loaded, 0);
    ck_assert_uint_eq(other, 0);
}

START_TEST(damage_of_convolutions_and_stacks) {
    lpl_layer_config_t c[2] = {convolution(), convolution()};
    const lpl_layer_config_t *const list[2] = {&c[0], &c[1]};
    lpl_layer_t *l = NULL;
    lpl_stack_t *s = NULL;
    memfile_t fl = {0}, fs = {0};
    float x[2 * 12];
    for (int k = 0; k < 24; k++) x[k] = (float)testing_real();
    OK(lpl_layer_create(&c[0], &l));
    OK(lpl_update(l, NULL, x, 12, x, 12, 2));
    OK(lpl_layer_save(l, memfile_write, &fl));
    damage_all(fl, try_convolution);
    OK(lpl_layer_config_init(&c[1], sizeof c[1]));
    double n_out = 0;
    OK(lpl_layer_get(l, LPL_PARAM_N_OUT, &n_out));
    c[1].n_pre = (uint64_t)n_out, c[1].n_post = 3, c[1].batch_max = 2;
    OK(lpl_stack_create(list, 2, &s));
    OK(lpl_stack_update(s, NULL, x, 12, x, 12, 2));
    OK(lpl_stack_save(s, memfile_write, &fs));
    damage_all(fs, try_stack);
    FAILS(try_layer(fs, 0), LPL_E_FORMAT, "not the state of a layer");
    FAILS(try_stack(fl), LPL_E_FORMAT, "not the state of a stack");
    lpl_layer_destroy(l), lpl_stack_destroy(s), free(fl.data), free(fs.data);
}
END_TEST

/* The memory between the layers counts too. */
START_TEST(max_bytes_of_a_stack) {
    lpl_layer_config_t c[2];
    const lpl_layer_config_t *const list[2] = {&c[0], &c[1]};
    lpl_stack_t *s = NULL;
    lpl_layer_t *l = NULL;
    memfile_t f = {0};
    double bytes[2];
    for (int k = 0; k < 2; k++) {
        OK(lpl_layer_config_init(&c[k], sizeof c[k]));
        c[k].n_pre = k ? 9 : 3, c[k].n_post = 9, c[k].batch_max = 50;
    }
    OK(lpl_stack_create(list, 2, &s));
    for (size_t k = 0; k < 2; k++) {
        OK(lpl_stack_layer(s, k, &l));
        OK(lpl_layer_get(l, LPL_PARAM_MEMORY, &bytes[k]));
    }
    OK(lpl_stack_save(s, memfile_write, &f));
    const size_t need = (size_t)(bytes[0] + bytes[1]) + 4 * 50 * 9 * sizeof(float);
    lpl_stack_destroy(s);
    OK(lpl_stack_load(memfile_read, &f, need, 1, &s));
    lpl_stack_destroy(s);
    s = NULL, f.at = 0;
    FAILS(lpl_stack_load(memfile_read, &f, need - 1, 1, &s), LPL_E_MEMORY, "max_bytes");
    ck_assert_ptr_null(s);
    free(f.data);
}
END_TEST

START_TEST(failing_callbacks) {
    lpl_layer_t *l = small_layer(LPL_F32);
    lpl_stats_t *s = small_stats();
    memfile_t fl = saved(l), fs = saved_stats(s);
    const size_t layer_writes = fl.calls, stats_writes = fs.calls;
    for (size_t k = 1; k <= layer_writes; k++) {
        memfile_t t = {.fail_at = k};
        FAILS(lpl_layer_save(l, memfile_write, &t), LPL_E_IO, "lpl_layer_save: write function");
        ck_assert_uint_eq(t.calls, k);
        free(t.data);
    }
    for (size_t k = 1; k <= stats_writes; k++) {
        memfile_t t = {.fail_at = k};
        FAILS(lpl_stats_save(s, memfile_write, &t), LPL_E_IO, "lpl_stats_save: write function");
        free(t.data);
    }
    memfile_t count = fl;
    lpl_layer_t *again = NULL;
    count.calls = 0;
    OK(lpl_layer_load(memfile_read, &count, 0, 1, &again));
    lpl_layer_destroy(again);
    for (size_t k = 1; k <= count.calls; k++) {
        memfile_t t = fl;
        t.fail_at = k;
        FAILS(try_layer(t, 0), LPL_E_IO, "lpl_layer_load: read function");
    }
    for (size_t k = 1; k <= 5; k++) {
        memfile_t t = fs;
        t.fail_at = k;
        FAILS(try_stats(t, 0), LPL_E_IO, "lpl_stats_load: read function");
    }
    same_bytes(saved(l), fl);
    same_bytes(saved_stats(s), fs);
    lpl_layer_destroy(l), lpl_stats_destroy(s);
}
END_TEST

START_TEST(null_and_range) {
    lpl_layer_t *l = small_layer(LPL_F32), *out = NULL;
    lpl_stats_t *s = small_stats(), *sout = NULL;
    memfile_t f = saved(l);
    FAILS(lpl_layer_save(NULL, memfile_write, &f), LPL_E_NULL, "l");
    FAILS(lpl_layer_save(l, NULL, NULL), LPL_E_NULL, "write");
    FAILS(lpl_layer_load(NULL, NULL, 0, 1, &out), LPL_E_NULL, "read");
    FAILS(lpl_layer_load(memfile_read, &f, 0, 1, NULL), LPL_E_NULL, "out");
    FAILS(lpl_layer_load(memfile_read, &f, 0, 0, &out), LPL_E_ARG, "threads");
    FAILS(lpl_layer_load(memfile_read, &f, 0, 1025, &out), LPL_E_ARG, "threads");
    FAILS(lpl_stats_save(NULL, memfile_write, &f), LPL_E_NULL, "s");
    FAILS(lpl_stats_save(s, NULL, NULL), LPL_E_NULL, "write");
    FAILS(lpl_stats_load(NULL, NULL, 0, &sout), LPL_E_NULL, "read");
    FAILS(lpl_stats_load(memfile_read, &f, 0, NULL), LPL_E_NULL, "out");
    ck_assert(out == NULL && sout == NULL);
    lpl_layer_destroy(l), lpl_stats_destroy(s), free(f.data);
}
END_TEST

/* The place of a record's payload in a file. */
static unsigned char *payload(const memfile_t *f, const char *tag) {
    for (size_t at = 48; at + 16 <= f->n;) {
        uint64_t length = 0;
        for (int k = 7; k >= 0; k--) length = length << 8 | f->data[at + 8 + (size_t)k];
        if (memcmp(f->data + at, tag, 4) == 0) return f->data + at + 16;
        at += 16 + (size_t)length;
        at += (48 + 64 - at % 64) % 64;
    }
    ck_abort_msg("no record %s", tag);
    return NULL;
}

/* Every number of the two number records, replaced by absurd ones with all checksums right: refused or harmless, never
 * accepted with something that cannot be worked with. */
START_TEST(absurd_numbers) {
    lpl_layer_t *l = small_layer(LPL_F64);
    memfile_t f = saved(l);
    static const uint64_t absurd[] = {0,
                                      1,
                                      2,
                                      7,
                                      255,
                                      1u << 31,
                                      (uint64_t)1 << 32,
                                      INT64_MAX,
                                      (uint64_t)1 << 63,
                                      UINT64_MAX,
                                      0x7FF0000000000000u /* inf */,
                                      0x7FF8000000000000u /* NaN */,
                                      0xFFF0000000000000u,
                                      0x7FEFFFFFFFFFFFFFu /* DBL_MAX */,
                                      0xBFF0000000000000u /* -1 */,
                                      0x0000000000000001u};
    static const struct {
        const char *tag;
        size_t n;
    } record[] = {{"LAYR", 24}, {"PARM", 21}, {"WGHT", 6}, {"MEAN", 2}, {"SIG2", 2}, {"COVA", 4}, {"MOM2", 6}};
    for (size_t r = 0; r < sizeof record / sizeof record[0]; r++)
        for (size_t k = 0; k < record[r].n; k++)
            for (size_t a = 0; a < sizeof absurd / sizeof absurd[0]; a++) {
                memfile_t t = memfile_copy(&f);
                unsigned char *p = payload(&t, record[r].tag) + 8 * k;
                for (int b = 0; b < 8; b++) p[b] = (unsigned char)(absurd[a] >> 8 * b);
                memfile_repair(&t);
                lpl_layer_t *out = NULL;
                const lpl_status_t status = lpl_layer_load(memfile_read, &t, 1 << 20, 1, &out);
                if (status >= 0) { /* then it is a layer like any other: it saves itself as it was */
                    memfile_t again = saved(out);
                    lpl_layer_t *twice = NULL;
                    OK(lpl_layer_load(memfile_read, &again, 1 << 20, 1, &twice));
                    same_bytes(saved(twice), again);
                    lpl_layer_destroy(twice);
                }
                lpl_layer_destroy(out);
                free(t.data);
            }
    lpl_layer_destroy(l), free(f.data);
}
END_TEST

int main(void) {
    testing_seed("test_state", 11);
    Suite *suite = suite_create("state");
    TCase *t = tcase_create("state");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, borrowed_weights);
    tcase_add_test(t, decorr_off_and_on);
    tcase_add_test(t, overflowed);
    tcase_add_test(t, wrong_kind);
    tcase_add_test(t, max_bytes);
    tcase_add_test(t, damage);
    tcase_add_test(t, damage_of_convolutions_and_stacks);
    tcase_add_test(t, max_bytes_of_a_stack);
    tcase_add_test(t, failing_callbacks);
    tcase_add_test(t, null_and_range);
    tcase_add_test(t, absurd_numbers);
    suite_add_tcase(suite, t);
    return testing_run(suite);
}
