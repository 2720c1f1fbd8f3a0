/* tests/test_weight_change.c - weight_change of the report against a plain loop over copies of the weights. */
#include "common/testing.h"

#include <stddef.h>

enum { B = 6 };

typedef struct {
    int f64, conv, sees, optim, rule, pair, online, decorr, mode, threads, isa, keeps;
    size_t n, m;
    double eta;
} kind_t;

static lpl_layer_config_t config(const kind_t *k) {
    lpl_layer_config_t c;
    OK(lpl_layer_config_init(&c, sizeof c));
    c.dtype = k->f64 ? LPL_F64 : LPL_F32, c.n_post = k->m, c.batch_max = k->online ? 1 : B, c.optim = k->optim;
    c.rule = k->rule, c.pair = k->pair, c.eta = k->eta, c.decorr = k->decorr, c.mode = k->mode, c.seed = 7;
    c.threads = k->threads ? k->threads : 1, c.isa = k->isa, c.weight_decay = k->keeps ? 0 : 1e-3,
    c.activation = LPL_ACT_RELU;
    c.stats = k->online ? LPL_STATS_EWMA : LPL_STATS_BATCH;
    if (k->conv) {
        c.kind = LPL_LAYER_CONV2D, c.channels = 3, c.height = c.width = 6, c.sees = k->sees, c.pool = 2;
        if (k->sees == LPL_SEES_HEAD) c.head_hidden = 7, c.head_out = 4;
    } else {
        c.n_pre = k->n;
    }
    return c;
}

static lpl_layer_t *make(const kind_t *k) {
    const lpl_layer_config_t c = config(k);
    lpl_layer_t *l = NULL;
    OK(lpl_layer_create(&c, &l));
    return l;
}

static size_t get(const lpl_layer_t *l, int32_t param) {
    double v;
    OK(lpl_layer_get(l, param, &v));
    return (size_t)v;
}

static void read_weights(const lpl_layer_t *l, const kind_t *k, double *w, size_t n) {
    if (k->f64) {
        OK(lpl_layer_read_f64(l, w, n, LPL_STATE_WEIGHTS));
        return;
    }
    float *f = malloc(n * sizeof *f);
    OK(lpl_layer_read(l, f, n, LPL_STATE_WEIGHTS));
    for (size_t i = 0; i < n; i++) w[i] = (double)f[i];
    free(f);
}

static void step(lpl_layer_t *l, const kind_t *k, lpl_report_t *r, const double *x, size_t n) {
    const size_t count = 2 * B * n;
    float *f = malloc(count * sizeof *f);
    for (size_t i = 0; i < count; i++) f[i] = (float)x[i];
    if (k->online && k->f64)
        OK(lpl_update_online_f64(l, NULL, r, x));
    else if (k->online)
        OK(lpl_update_online(l, NULL, r, f));
    else if (k->f64)
        OK(lpl_update_f64(l, r, x, n, x + B * n, n, B));
    else
        OK(lpl_update(l, r, f, n, f + B * n, n, B));
    free(f);
}

/* Of steps 1 .. 4 into got, each compared with the plain loop; moves: a change is expected. */
static void run(const kind_t *k, double got[4], int moves) {
    lpl_layer_t *l = make(k);
    const size_t n = get(l, LPL_PARAM_N_PRE), count = get(l, LPL_PARAM_FAN_IN) * k->m;
    double *before = malloc(count * sizeof *before), *after = malloc(count * sizeof *after);
    for (int t = 0; t < 4; t++) {
        double *x = testing_doubles(2 * B * n), change = 0, all = 0;
        lpl_report_t r;
        OK(lpl_report_init(&r, sizeof r));
        read_weights(l, k, before, count);
        step(l, k, &r, x, n);
        read_weights(l, k, after, count);
        for (size_t i = 0; i < count; i++) change += fabs(after[i] - before[i]), all += fabs(before[i]);
        CLOSE(r.weight_change, change / all, k->f64 ? 1e-13 : 1e-5, change / all);
        ck_assert((r.weight_change > 0) == moves);
        got[t] = r.weight_change;
        free(x);
    }
    free(before), free(after);
    lpl_layer_destroy(l);
}

static const kind_t kinds[] = {
    {.n = 40, .m = 9},
    {.n = 700, .m = 70, .optim = LPL_OPTIM_MOMENTUM},
    {.n = 13, .m = 300, .optim = LPL_OPTIM_ADAM, .pair = LPL_PAIR_SYMMETRIC, .decorr = 1},
    {.n = 300, .m = 70, .rule = LPL_RULE_OJA},
    {.n = 300, .m = 70, .rule = LPL_RULE_SOFTHEBB},
    {.conv = 1, .m = 9, .decorr = 1},
    {.conv = 1, .m = 9, .sees = LPL_SEES_POSITIONS, .optim = LPL_OPTIM_ADAM},
    {.conv = 1, .m = 9, .sees = LPL_SEES_HEAD, .optim = LPL_OPTIM_MOMENTUM},
    {.online = 1, .n = 150, .m = 70},
    {.online = 1, .n = 700, .m = 7, .decorr = 1},
    {.online = 1, .n = 1100, .m = 70, .keeps = 1},
    {.online = 1, .n = 33, .m = 70, .optim = LPL_OPTIM_ADAM},
    {.online = 1, .n = 33, .m = 70, .rule = LPL_RULE_OJA},
    {.online = 1, .n = 33, .m = 70, .rule = LPL_RULE_SOFTHEBB},
    {.online = 1, .conv = 1, .m = 9},
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

START_TEST(what_the_weights_did) {
    for (size_t i = 0; i < 2 * KINDS; i++) {
        kind_t k = kinds[i / 2];
        double got[4];
        k.f64 = i % 2, k.eta = 1e-2;
        run(&k, got, 1);
        k.mode = LPL_MODE_FROZEN;
        run(&k, got, 0);
        k.mode = LPL_MODE_TRACK;
        run(&k, got, 0);
        k.mode = LPL_MODE_LEARN, k.eta = 0;
        run(&k, got, 0);
    }
}
END_TEST

/* Threads change no bit; nor does the instruction set, where products do not (docs/design.md). */
START_TEST(same_bits) {
    for (size_t i = 0; i < 2 * KINDS; i++) {
        kind_t k = kinds[i / 2];
        double one[4], three[4];
        k.f64 = i % 2, k.eta = 1e-2, k.isa = k.conv || !k.online ? LPL_ISA_AUTO : LPL_ISA_REF;
        testing_state = 99;
        run(&k, one, 1);
        testing_state = 99;
        k.threads = 3, k.isa = LPL_ISA_AUTO;
        run(&k, three, 1);
        for (int t = 0; t < 4; t++) ck_assert_msg(one[t] == three[t], "kind %zu, step %d", i / 2, t);
    }
}
END_TEST

/* The weights of a layer that is asked and of one that is not: the same bits, -0 of a unit at rest included. */
START_TEST(asking_changes_no_bit) {
    for (size_t i = 0; i < 2 * KINDS; i++) {
        kind_t k = kinds[i / 2];
        k.f64 = i % 2, k.eta = 1e-2;
        lpl_layer_t *asked = make(&k), *other = make(&k);
        const size_t n = get(asked, LPL_PARAM_N_PRE), count = get(asked, LPL_PARAM_FAN_IN) * k.m;
        double *w = testing_doubles(count), *v = malloc(count * sizeof *v);
        float *w32 = malloc(count * sizeof *w32);
        for (size_t j = 0; j < count; j++) w[j] = j % 5 ? w[j] : -0.0, w32[j] = (float)w[j];
        for (int b = 0; b < 2; b++) {
            if (k.f64)
                OK(lpl_layer_write_f64(b ? other : asked, w, count, LPL_STATE_WEIGHTS));
            else
                OK(lpl_layer_write(b ? other : asked, w32, count, LPL_STATE_WEIGHTS));
        }
        for (int t = 0; t < 4; t++) {
            double *x = testing_doubles(2 * B * n);
            lpl_report_t r;
            OK(lpl_report_init(&r, sizeof r));
            for (size_t j = 0; t == 0 && j < 2 * B * n; j++) x[j] = 0; /* nobody moves */
            step(asked, &k, &r, x, n);
            step(other, &k, NULL, x, n);
            read_weights(asked, &k, w, count), read_weights(other, &k, v, count);
            ck_assert_msg(memcmp(w, v, count * sizeof *w) == 0, "kind %zu, step %d", i / 2, t);
            free(x);
        }
        free(w), free(v), free(w32);
        lpl_layer_destroy(asked), lpl_layer_destroy(other);
    }
}
END_TEST

/* A report as long as in 0.1.0, alone and in an array of them, is not written behind its end. */
typedef struct {
    unsigned char bytes[offsetof(lpl_report_t, weight_change)];
} old_t;

START_TEST(a_report_of_old) {
    const kind_t k = {.n = 8, .m = 8, .eta = 1e-2};
    union {
        old_t old[3];
        lpl_report_t report;
    } u;
    float x[2 * B * 8];
    const lpl_layer_config_t c = config(&k), *const both_configs[2] = {&c, &c};
    lpl_layer_t *l = make(&k);
    lpl_stack_t *s = NULL;
    for (int i = 0; i < 2 * B * 8; i++) x[i] = (float)testing_real();
    memset(&u, 0xa5, sizeof u);
    OK(lpl_report_init(&u.report, sizeof(old_t)));
    OK(lpl_update(l, &u.report, x, 8, x + B * 8, 8, B));
    for (size_t i = 0; i < sizeof(old_t); i++) ck_assert(u.old[1].bytes[i] == 0xa5);
    OK(lpl_stack_create(both_configs, 2, &s));
    for (int i = 0; i < 2; i++) {
        lpl_report_t r;
        OK(lpl_report_init(&r, sizeof r));
        r.size = sizeof(old_t);
        memcpy(&u.old[i], &r, sizeof(old_t));
    }
    OK(lpl_stack_update(s, &u.report, x, 8, x + B * 8, 8, B));
    for (int i = 0; i < 2; i++) {
        lpl_report_t r;
        memcpy(&r, &u.old[i], sizeof(old_t));
        ck_assert_uint_eq(r.size, sizeof(old_t));
        ck_assert_uint_eq(r.step, 1);
    }
    for (size_t i = 0; i < sizeof(old_t); i++) ck_assert(u.old[2].bytes[i] == 0xa5);
    lpl_report_t both[2];
    for (int i = 0; i < 2; i++) OK(lpl_report_init(&both[i], sizeof both[i]));
    OK(lpl_stack_update(s, both, x, 8, x + B * 8, 8, B));
    for (int i = 0; i < 2; i++) ck_assert(both[i].weight_change > 0 && both[i].weight_change < 1);
    lpl_stack_destroy(s);
    lpl_layer_destroy(l);
}
END_TEST

/* No weights before: 1 if they move. Sums that float cannot hold: finite. */
START_TEST(nothing_and_too_much) {
    for (int f64 = 0; f64 < 2; f64++) {
        const kind_t k = {.n = 64, .m = 2, .eta = 1e-2, .f64 = f64, .online = 1};
        lpl_layer_t *l = make(&k);
        double zero[128] = {0}, one[64 * 2 * B], huge[128];
        float zero32[128] = {0}, huge32[128], bias32[2] = {1, 1};
        const double bias[2] = {1, 1};
        lpl_report_t r;
        OK(lpl_report_init(&r, sizeof r));
        for (int i = 0; i < 64 * 2 * B; i++) one[i] = 1;
        for (int i = 0; i < 128; i++) huge[i] = i % 2 ? 1e308 : -1e308, huge32[i] = i % 2 ? 2e38F : -2e38F;
        if (f64) {
            OK(lpl_layer_write_f64(l, zero, 128, LPL_STATE_WEIGHTS));
            OK(lpl_layer_write_f64(l, bias, 2, LPL_STATE_BIAS));
        } else {
            OK(lpl_layer_write(l, zero32, 128, LPL_STATE_WEIGHTS));
            OK(lpl_layer_write(l, bias32, 2, LPL_STATE_BIAS));
        }
        step(l, &k, &r, one, 64);
        ck_assert(r.weight_change == 1);
        if (f64)
            OK(lpl_layer_write_f64(l, huge, 128, LPL_STATE_WEIGHTS));
        else
            OK(lpl_layer_write(l, huge32, 128, LPL_STATE_WEIGHTS));
        for (int i = 0; i < 64; i++) one[i] = f64 ? 1e-300 : 1e-30;
        OK(lpl_layer_set(l, LPL_PARAM_ETA, 1e-9));
        step(l, &k, &r, one, 64);
        ck_assert(isfinite(r.weight_change) && r.weight_change >= 0);
        lpl_layer_destroy(l);
    }
}
END_TEST

int main(void) {
    testing_seed("test_weight_change", 20261128);
    Suite *s = suite_create("weight_change");
    TCase *t = tcase_create("all");
    tcase_add_test(t, what_the_weights_did);
    tcase_add_test(t, same_bits);
    tcase_add_test(t, asking_changes_no_bit);
    tcase_add_test(t, a_report_of_old);
    tcase_add_test(t, nothing_and_too_much);
    suite_add_tcase(s, t);
    return testing_run(s);
}
