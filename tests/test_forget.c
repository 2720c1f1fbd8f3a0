/* tests/test_forget.c - lpl_layer_forget_rows: parallel streams of which some begin anew, in every kind of layer; the
 * same of a stack; state files and copies keep it. */
#include "common/testing.h"

#include "common/memfile.h"

enum { B = 6, N = 2 * 4 * 4, M = 5 };

typedef struct {
    int f64, conv, sees, stats, rule, bias, pull_form;
} kind_t;

static lpl_layer_t *make(const kind_t *k) {
    lpl_layer_config_t c;
    lpl_layer_t *l = NULL;
    OK(lpl_layer_config_init(&c, sizeof c));
    c.n_pre = N, c.n_post = M, c.batch_max = B, c.dtype = k->f64 ? LPL_F64 : LPL_F32, c.bias = k->bias;
    c.pull_form = k->pull_form;
    c.activation = LPL_ACT_TANH, c.stats = k->stats, c.rule = k->rule, c.mode = LPL_MODE_TRACK, c.seed = 3;
    if (k->conv) c.kind = LPL_LAYER_CONV2D, c.channels = 2, c.height = c.width = 4, c.sees = k->sees;
    if (k->conv) c.activation = LPL_ACT_RELU;
    if (k->sees == LPL_SEES_HEAD) c.head_hidden = 12, c.head_out = 8;
    OK(lpl_layer_create(&c, &l));
    return l;
}

static double get(const lpl_layer_t *l, int32_t param) {
    double v;
    OK(lpl_layer_get(l, param, &v));
    return v;
}

/* Frames of B streams, as float and double alike. */
typedef struct {
    float f[B * N];
    double d[B * N];
} frames_t;

static void draw(frames_t *x) {
    for (int k = 0; k < B * N; k++) x->f[k] = (float)testing_real(), x->d[k] = (double)x->f[k];
}

static void update(lpl_layer_t *l, const kind_t *k, lpl_report_t *r, const frames_t *x0, const frames_t *x1) {
    if (k->f64)
        OK(lpl_update_f64(l, r, x0 ? x0->d : NULL, N, x1->d, N, B));
    else
        OK(lpl_update(l, r, x0 ? x0->f : NULL, N, x1->f, N, B));
}

/* What an update would do: the gradient of all weights and biases, and the report. */
typedef struct {
    double dw[M * N], db[M];
    lpl_report_t r;
} step_t;

static void gradient(lpl_layer_t *l, const kind_t *k, step_t *s, const frames_t *x0, const frames_t *x1) {
    const size_t fan = (size_t)get(l, LPL_PARAM_FAN_IN);
    float dw[M * N], db[M];
    memset(s, 0, sizeof *s);
    OK(lpl_report_init(&s->r, sizeof s->r));
    if (k->f64) {
        OK(lpl_gradient_f64(l, s->dw, fan, k->bias ? s->db : NULL, &s->r, x0 ? x0->d : NULL, N, x1->d, N, B));
        return;
    }
    OK(lpl_gradient(l, dw, fan, k->bias ? db : NULL, &s->r, x0 ? x0->f : NULL, N, x1->f, N, B));
    for (size_t j = 0; j < M * fan; j++) s->dw[j] = (double)dw[j];
    for (int i = 0; i < M && k->bias; i++) s->db[i] = (double)db[i];
}

static int kinds(kind_t *k, int number) {
    static const int rules[] = {LPL_RULE_LPL, LPL_RULE_SLOWNESS};
    int left = number;
    *k = (kind_t){.f64 = left % 2};
    left /= 2, k->bias = left % 2;
    left /= 2, k->stats = left % 3 == 0 ? LPL_STATS_BATCH : left % 3 == 1 ? LPL_STATS_STALE : LPL_STATS_EWMA;
    left /= 3;
    if (left < 2) k->rule = rules[left];
    if (left >= 2 && left < 5)
        k->conv = 1, k->sees = left == 2 ? LPL_SEES_POOLED : left == 3 ? LPL_SEES_POSITIONS : LPL_SEES_HEAD;
    if (left >= 5) k->pull_form = left - 5 + LPL_PULL_COSINE, k->stats = LPL_STATS_BATCH;
    return left - 5 + LPL_PULL_COSINE <= LPL_PULL_ISOLOSS;
}

/* Rows that are forgotten are as pairs of the same frame twice; the others as pairs of the frames before and now. */
START_TEST(as_explicit_pairs) {
    kind_t k;
    for (int number = 0; kinds(&k, number); number++)
        for (int few = 0; few < 2; few++) {
            lpl_layer_t *l = make(&k);
            frames_t x[2], past;
            step_t told, got, plain;
            const uint32_t cut[] = {4, 1, 1, 2, 0}, n_cut = few ? 2 : 5;
            draw(&x[0]), draw(&x[1]);
            past = x[0];
            for (uint32_t q = 0; q < n_cut; q++) {
                memcpy(past.f + cut[q] * N, x[1].f + cut[q] * N, N * sizeof(float));
                memcpy(past.d + cut[q] * N, x[1].d + cut[q] * N, N * sizeof(double));
            }
            update(l, &k, NULL, NULL, &x[0]);
            gradient(l, &k, &plain, NULL, &x[1]);
            gradient(l, &k, &told, &past, &x[1]);
            OK(lpl_layer_forget_rows(l, cut, n_cut));
            for (int again = 0; again < 2; again++) { /* a gradient leaves what is remembered as it is */
                gradient(l, &k, &got, NULL, &x[1]);
                ck_assert_msg(memcmp(&got, &told, sizeof got) == 0, "kind %d", number);
            }
            if (k.pull_form == LPL_PULL_DIFFERENCE)
                ck_assert_msg(got.r.pull < plain.r.pull && got.r.pull > 0, "kind %d: %g, all remembered %g", number,
                              got.r.pull, plain.r.pull);
            lpl_report_t r;
            OK(lpl_report_init(&r, sizeof r));
            update(l, &k, &r, NULL, &x[1]);
            ck_assert(r.pull == told.r.pull && r.total == told.r.total);
            update(l, &k, &r, NULL, &x[1]); /* from then on all rows are remembered: here the same frame */
            ck_assert(r.pull == 0 || k.pull_form != LPL_PULL_DIFFERENCE);
            gradient(l, &k, &got, NULL, &x[0]);
            gradient(l, &k, &told, &x[1], &x[0]);
            ck_assert(memcmp(&got, &told, sizeof got) == 0);
            lpl_layer_destroy(l);
        }
}
END_TEST

START_TEST(what_is_remembered) {
    const kind_t k = {.bias = 1};
    lpl_layer_t *l = make(&k);
    frames_t x;
    float prev[B * M], z[B * M];
    draw(&x);
    const uint32_t all[B] = {5, 4, 3, 2, 1, 0}, three = 3;
    OK(lpl_layer_forget_rows(l, all, B)); /* nothing is remembered yet */
    update(l, &k, NULL, NULL, &x);
    OK(lpl_layer_forget_rows(l, NULL, 0));
    OK(lpl_layer_forget_rows(l, &three, 1));
    OK(lpl_layer_read(l, prev, B * M, LPL_STATE_PREV));
    OK(lpl_forward(l, z, M, x.f, N, B));
    for (int i = 0; i < M; i++) z[3 * M + i] = 0;
    ck_assert(memcmp(prev, z, sizeof z) == 0);
    step_t told, got;
    lpl_report_t r;
    OK(lpl_report_init(&r, sizeof r));
    OK(lpl_layer_write(l, z, B * M, LPL_STATE_PREV)); /* now that row is remembered, and is 0 */
    gradient(l, &k, &got, NULL, &x);
    ck_assert(got.r.pull > 0);
    OK(lpl_layer_forget_rows(l, &three, 1));
    gradient(l, &k, &told, NULL, &x);
    ck_assert(told.r.pull == 0);
    OK(lpl_layer_forget_rows(l, all, B - 1));
    ck_assert(get(l, LPL_PARAM_PREV_ROWS) == B);
    OK(lpl_layer_forget_rows(l, all, B)); /* as lpl_layer_forget: another number of rows may follow */
    ck_assert(get(l, LPL_PARAM_PREV_ROWS) == 0);
    FAILS(lpl_layer_read(l, prev, B * M, LPL_STATE_PREV), LPL_E_ORDER, "remembered");
    OK(lpl_update(l, &r, NULL, 0, x.f, N, B - 2));
    OK(lpl_layer_forget_rows(l, all, 2)); /* rows beyond the four that are remembered */
    OK(lpl_update(l, &r, NULL, 0, x.f + N, N, B - 2));
    ck_assert(r.pull > 0);
    OK(lpl_layer_forget_rows(l, &three, 1));
    OK(lpl_layer_forget(l));
    OK(lpl_update(l, &r, NULL, 0, x.f, N, B));
    OK(lpl_update(l, &r, NULL, 0, x.f, N, B)); /* nothing is left of the row that was forgotten before */
    gradient(l, &k, &got, NULL, &x);
    ck_assert(got.r.pull == 0);
    FAILS(lpl_layer_forget_rows(NULL, all, 1), LPL_E_NULL, "l is NULL");
    FAILS(lpl_layer_forget_rows(l, NULL, 1), LPL_E_NULL, "row is NULL");
    const uint32_t beyond[2] = {1, B};
    FAILS(lpl_layer_forget_rows(l, beyond, 2), LPL_E_SIZE, "row[1] = 6");
    OK(lpl_layer_read(l, prev, B * M, LPL_STATE_PREV));
    OK(lpl_forward(l, z, M, x.f, N, B));
    ck_assert(memcmp(prev, z, sizeof z) == 0); /* nothing was forgotten */
    lpl_layer_destroy(l);
}
END_TEST

/* One stream: row 0 is all of it. Two views have no past at all. */
START_TEST(one_row_and_two_views) {
    lpl_layer_config_t c;
    lpl_layer_t *l;
    lpl_report_t r;
    frames_t x;
    const uint32_t zero = 0;
    draw(&x);
    OK(lpl_report_init(&r, sizeof r));
    OK(lpl_layer_config_init(&c, sizeof c));
    OK(lpl_layer_preset(&c, LPL_PRESET_STREAM));
    c.n_pre = N, c.n_post = M;
    OK(lpl_layer_create(&c, &l));
    for (int cut = 0; cut < 2; cut++) {
        OK(lpl_update_online(l, NULL, NULL, x.f));
        if (cut) OK(lpl_layer_forget_rows(l, &zero, 1));
        OK(lpl_update_online(l, NULL, &r, x.f + N));
        ck_assert((r.pull == 0) == cut);
        OK(lpl_update(l, &r, NULL, 0, x.f, N, 1));
        ck_assert(r.pull > 0);
        if (cut) OK(lpl_layer_forget_rows(l, &zero, 1));
        OK(lpl_update(l, &r, NULL, 0, x.f + N, N, 1));
        ck_assert((r.pull == 0) == cut);
        OK(lpl_layer_forget(l));
    }
    lpl_layer_destroy(l);
    OK(lpl_layer_preset(&c, LPL_PRESET_REFERENCE));
    c.batch_max = B;
    OK(lpl_layer_create(&c, &l));
    OK(lpl_update(l, NULL, x.f, N, x.f, N, B));
    OK(lpl_layer_forget_rows(l, &zero, 1));
    OK(lpl_update(l, NULL, x.f, N, x.f, N, B));
    lpl_layer_destroy(l);
}
END_TEST

/* Files and copies go on with the same bits; a file without forgotten rows is that of 0.1.0. */
START_TEST(saved_and_copied) {
    kind_t k;
    for (int number = 0; kinds(&k, number); number++) {
        lpl_layer_t *l = make(&k), *other = NULL, *copy = make(&k);
        memfile_t whole = {0}, cut = {0}, again = {0};
        frames_t x[2];
        step_t told, got;
        const uint32_t row[2] = {5, 2};
        draw(&x[0]), draw(&x[1]);
        update(l, &k, NULL, NULL, &x[0]);
        OK(lpl_layer_save(l, memfile_write, &whole));
        OK(lpl_layer_forget_rows(l, row, 2));
        OK(lpl_layer_save(l, memfile_write, &cut));
        ck_assert(cut.n > whole.n);
        gradient(l, &k, &told, NULL, &x[1]);
        OK(lpl_layer_load(memfile_read, &cut, 0, 1, &other));
        OK(lpl_layer_save(other, memfile_write, &again));
        ck_assert(again.n == cut.n && memcmp(again.data, cut.data, cut.n) == 0);
        update(copy, &k, NULL, NULL, &x[1]);
        OK(lpl_layer_copy(copy, other, NULL));
        OK(lpl_layer_copy(copy, copy, NULL));
        for (int from = 0; from < 2; from++) {
            gradient(from ? copy : other, &k, &got, NULL, &x[1]);
            ck_assert_msg(memcmp(&got, &told, sizeof got) == 0, "kind %d, %s", number, from ? "copy" : "file");
        }
        lpl_layer_destroy(other), other = NULL;
        OK(lpl_layer_load(memfile_read, &whole, 0, 1, &other)); /* a copy of one that remembers all */
        OK(lpl_layer_copy(copy, other, NULL));
        gradient(copy, &k, &got, NULL, &x[1]);
        gradient(other, &k, &told, NULL, &x[1]);
        ck_assert(memcmp(&got, &told, sizeof got) == 0);
        update(l, &k, NULL, NULL, &x[1]); /* and the file is short again */
        again.n = again.at = 0;
        OK(lpl_layer_save(l, memfile_write, &again));
        ck_assert(again.n == whole.n);
        lpl_layer_destroy(l), lpl_layer_destroy(other), lpl_layer_destroy(copy);
        free(whole.data), free(cut.data), free(again.data);
    }
}
END_TEST

START_TEST(a_stack_forgets) {
    lpl_layer_config_t c[2];
    const lpl_layer_config_t *p[2] = {&c[0], &c[1]};
    lpl_stack_t *s;
    lpl_report_t r[2];
    lpl_layer_t *l;
    frames_t x;
    draw(&x);
    for (int k = 0; k < 2; k++) {
        OK(lpl_report_init(&r[k], sizeof r[k]));
        OK(lpl_layer_config_init(&c[k], sizeof c[k]));
        c[k].n_pre = k ? M : N, c[k].n_post = k ? 3 : M, c[k].batch_max = B, c[k].mode = LPL_MODE_TRACK;
    }
    OK(lpl_stack_create(p, 2, &s));
    const uint32_t rows[B] = {0, 1, 2, 3, 4, 5}, beyond = B;
    double pull[2];
    for (int n = 0; n <= B; n++) { /* the same frames shifted by a row: each row brings its share of the change */
        OK(lpl_stack_forget(s));
        OK(lpl_stack_update(s, NULL, NULL, 0, x.f, N, B - 1));
        OK(lpl_stack_forget_rows(s, rows, (size_t)n));
        OK(lpl_stack_update(s, r, NULL, 0, x.f + N, N, B - 1));
        for (int k = 0; k < 2; k++) {
            ck_assert(n == 0 || (n < B - 1 ? r[k].pull < pull[k] && r[k].pull > 0 : r[k].pull == 0));
            pull[k] = r[k].pull;
        }
    }
    OK(lpl_stack_forget(s));
    for (size_t k = 0; k < 2; k++) {
        OK(lpl_stack_layer(s, k, &l));
        ck_assert(get(l, LPL_PARAM_PREV_ROWS) == 0);
    }
    FAILS(lpl_stack_forget(NULL), LPL_E_NULL, "s is NULL");
    FAILS(lpl_stack_forget_rows(NULL, rows, 1), LPL_E_NULL, "s is NULL");
    FAILS(lpl_stack_forget_rows(s, NULL, 1), LPL_E_NULL, "row is NULL");
    FAILS(lpl_stack_forget_rows(s, &beyond, 1), LPL_E_SIZE, "row[0]");
    lpl_stack_destroy(s);
}
END_TEST

int main(void) {
    testing_seed("test_forget", 1);
    Suite *s = suite_create("forget");
    TCase *t = tcase_create("all");
    tcase_add_test(t, as_explicit_pairs);
    tcase_add_test(t, what_is_remembered);
    tcase_add_test(t, one_row_and_two_views);
    tcase_add_test(t, saved_and_copied);
    tcase_add_test(t, a_stack_forgets);
    suite_add_tcase(s, t);
    return testing_run(s);
}
