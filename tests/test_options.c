/* tests/test_options.c - options of a layer, and of a stack, that nobody has put together yet: any draw of them is
 * refused with a sentence, or gives the same bits with more threads, after saving and loading, and (stack) in memory
 * that its layers share. */
#include <check.h>

#include "common/memfile.h"
#include "common/testing.h"

enum { BATCH = 9, STEPS = 4, SIDE = 8, CHANNELS = 4, LAYERS = 2 };

static int32_t one_of(int32_t most) { return (int32_t)testing_size(0, (size_t)most); }
/* Now and then another than 0. */
static int32_t seldom(int32_t most) { return testing_size(0, 2) == 0 ? one_of(most) : 0; }

static lpl_layer_config_t draw(size_t k) {
    lpl_layer_config_t c;
    OK(lpl_layer_config_init(&c, sizeof c));
    OK(lpl_layer_preset(&c, one_of(LPL_PRESET_STREAM)));
    c.kind = one_of(1), c.dtype = LPL_F32, c.batch_max = BATCH, c.stream = k, c.seed = testing_bits() >> 1;
    c.n_pre = CHANNELS * SIDE * SIDE, c.n_post = 6, c.flags = (uint32_t)seldom(3);
    if (c.kind == LPL_LAYER_CONV2D) {
        c.channels = CHANNELS, c.height = c.width = SIDE, c.n_post = CHANNELS * (size_t)(1 + one_of(1));
        c.groups = 1u << seldom(1), c.pool = 1 + (uint32_t)one_of(1), c.stride = 1 + (uint32_t)seldom(1);
        c.sees = one_of(2), c.padding = (uint32_t)one_of(1);
        if (c.sees == LPL_SEES_HEAD) c.head_hidden = 7, c.head_out = 5;
    }
    c.activation = one_of(LPL_ACT_SILU), c.bias = one_of(1), c.init = seldom(2);
    c.rule = seldom(LPL_RULE_SOFTHEBB), c.form = one_of(1), c.norm = one_of(1);
    c.push_form = one_of(4), c.pull_form = seldom(3), c.pair = one_of(1), c.stats = one_of(2);
    c.optim = one_of(2), c.eta = 1e-3, c.decorr = one_of(1), c.weight_decay = 1e-3 * one_of(1);
    c.tau_mean = c.tau_sigma2 = 20;
    return c;
}

static void samples(float *x, uint64_t step) {
    for (size_t k = 0; k < BATCH * CHANNELS * SIDE * SIDE; k++) {
        uint64_t z = (k + 1 + step * 1000003) * 0x9E3779B97F4A7C15u;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
        x[k] = (float)((double)(z >> 40) / 8388608 - 1);
    }
}

/* Steps from .. to - 1; the statuses in a row, so that runs can be compared where one fails. */
static uint64_t learn(lpl_layer_t *l, const lpl_layer_config_t *c, uint64_t from, uint64_t to) {
    static float x0[BATCH * CHANNELS * SIDE * SIDE], x1[BATCH * CHANNELS * SIDE * SIDE];
    const size_t n = CHANNELS * SIDE * SIDE;
    uint64_t said = 0;
    for (uint64_t step = from; step < to; step++) {
        samples(x0, 2 * step), samples(x1, 2 * step + 1);
        const int pairs = c->pair == LPL_PAIR_SYMMETRIC || step % 2 == 0;
        const lpl_status_t s = lpl_update(l, NULL, pairs ? x0 : NULL, n, x1, n, BATCH - step % 2);
        if (s < 0) ck_assert_uint_gt(strlen(lpl_last_error()), 20);
        said = said * 31 + (uint64_t)(s + 100);
    }
    return said;
}

static memfile_t saved(const lpl_layer_t *l) {
    memfile_t f = {0};
    OK(lpl_layer_save(l, memfile_write, &f));
    return f;
}

static int same(const memfile_t *a, const memfile_t *b) {
    return a->n == b->n && (a->n == 0 || memcmp(a->data, b->data, a->n) == 0);
}

static void tell(const lpl_layer_config_t *c) {
    printf("kind %d flags %u sees %d rule %d push %d pull %d pair %d stats %d optim %d act %d init %d form %d norm %d "
           "groups %u pool %u stride %u bias %d decorr %g\n",
           c->kind, c->flags, c->sees, c->rule, c->push_form, c->pull_form, c->pair, c->stats, c->optim, c->activation,
           c->init, c->form, c->norm, c->groups, c->pool, c->stride, c->bias, c->decorr);
}

START_TEST(layers) {
    const int rounds = testing_rounds("options of layers", 120, 40);
    int made = 0, refused = 0;
    for (int round = 0; round < rounds; round++) {
        lpl_layer_config_t c = draw(1);
        lpl_layer_t *l = NULL, *more = NULL, *loaded = NULL;
        if (lpl_layer_create(&c, &l) < 0) {
            ck_assert_ptr_null(l);
            ck_assert_uint_gt(strlen(lpl_last_error()), 20);
            refused++;
            continue;
        }
        made++;
        const uint64_t first = learn(l, &c, 0, STEPS / 2);
        memfile_t half = saved(l);
        const uint64_t second = learn(l, &c, STEPS / 2, STEPS);
        memfile_t end = saved(l);
        c.threads = 3;
        OK(lpl_layer_create(&c, &more));
        const int same_said = learn(more, &c, 0, STEPS / 2) == first && learn(more, &c, STEPS / 2, STEPS) == second;
        memfile_t threads = saved(more);
        OK(lpl_layer_load(memfile_read, &half, 0, 2, &loaded));
        const int resumed_said = learn(loaded, &c, STEPS / 2, STEPS) == second;
        memfile_t resumed = saved(loaded);
        const int good = same_said && resumed_said && same(&end, &threads) && same(&end, &resumed);
        if (!good) tell(&c);
        ck_assert_msg(good, "round %d: statuses %d %d, three threads %d, resumed %d", round, same_said, resumed_said,
                      same(&end, &threads), same(&end, &resumed));
        lpl_layer_destroy(l), lpl_layer_destroy(more), lpl_layer_destroy(loaded);
        free(half.data), free(end.data), free(threads.data), free(resumed.data);
    }
    ck_assert_int_gt(made, rounds / 10);
    ck_assert_int_gt(refused, rounds / 10);
}
END_TEST

/* Two layers: the first of any kind, the second dense on its responses. */
static memfile_t stack_after(const lpl_layer_config_t c[LAYERS], uint32_t flags, int threads, int half,
                             uint64_t *said) {
    static float x0[BATCH * CHANNELS * SIDE * SIDE], x1[BATCH * CHANNELS * SIDE * SIDE];
    lpl_layer_config_t own[LAYERS] = {c[0], c[1]};
    const lpl_layer_config_t *list[LAYERS] = {&own[0], &own[1]};
    const size_t n = CHANNELS * SIDE * SIDE;
    lpl_stack_t *s = NULL;
    memfile_t f = {0};
    own[0].threads = own[1].threads = threads;
    *said = 0;
    if (lpl_stack_create_with(list, LAYERS, flags, &s) < 0) {
        ck_assert_uint_gt(strlen(lpl_last_error()), 20);
        return f;
    }
    for (uint64_t step = 0; step < STEPS; step++) {
        samples(x0, 2 * step), samples(x1, 2 * step + 1);
        const lpl_status_t status = lpl_stack_update(s, NULL, x0, n, x1, n, BATCH - step % 2);
        *said = *said * 31 + (uint64_t)(status + 100);
        if (half && step == STEPS / 2) {
            memfile_t kept = {0};
            OK(lpl_stack_save(s, memfile_write, &kept));
            lpl_stack_destroy(s), s = NULL;
            OK(lpl_stack_load_with(memfile_read, &kept, 0, threads, flags, &s));
            free(kept.data);
        }
    }
    OK(lpl_stack_save(s, memfile_write, &f));
    lpl_stack_destroy(s);
    return f;
}

START_TEST(stacks) {
    const int rounds = testing_rounds("options of stacks", 45, 15);
    int made = 0;
    for (int round = 0; round < rounds; round++) {
        lpl_layer_config_t c[LAYERS] = {draw(1), draw(2)};
        uint64_t said, other;
        if (c[0].kind == LPL_LAYER_CONV2D && round % 2) {
            c[1].kind = LPL_LAYER_CONV2D, c[1].channels = (uint32_t)c[0].n_post, c[1].groups = 1, c[1].stride = 1;
            c[1].height = c[1].width = 0, c[1].padding = 1, c[1].pool = 1;
            const size_t out = (SIDE + 2 * c[0].padding - 3) / c[0].stride + 1;
            c[1].height = c[1].width = (uint32_t)(c[0].pool == 2 ? out / 2 : out), c[1].n_pre = 0;
        } else {
            const size_t out = (SIDE + 2 * c[0].padding - 3) / c[0].stride + 1, side = c[0].pool == 2 ? out / 2 : out;
            c[1].kind = LPL_LAYER_DENSE, c[1].flags &= LPL_FLAG_BATCH_INVARIANT;
            c[1].n_pre = c[0].kind == LPL_LAYER_DENSE ? c[0].n_post : c[0].n_post * side * side;
        }
        c[1].pair = c[0].pair;
        memfile_t whole = stack_after(c, 0, 1, 0, &said);
        for (int kind = 0; kind < 4; kind++) {
            memfile_t f = stack_after(c, kind / 2 ? LPL_STACK_SHARED_SCRATCH : 0, 3, kind % 2, &other);
            if (said != other || !same(&whole, &f)) tell(&c[0]), tell(&c[1]);
            ck_assert_msg(said == other && same(&whole, &f), "round %d: shared %d, resumed %d", round, kind / 2,
                          kind % 2);
            free(f.data);
        }
        made += whole.n > 0;
        free(whole.data);
    }
    ck_assert_int_gt(made, rounds / 20);
}
END_TEST

/* What the loss of a convolution sees is nothing to a dense layer. */
START_TEST(dense_with_a_head) {
    for (int optim = 0; optim < 3; optim++) {
        lpl_layer_config_t c;
        lpl_layer_t *l[2];
        memfile_t f[2];
        float w[2][4 * 6];
        OK(lpl_layer_config_init(&c, sizeof c));
        c.n_pre = CHANNELS * SIDE * SIDE, c.n_post = 6, c.batch_max = BATCH, c.init = LPL_INIT_UNIT_VARIANCE;
        c.optim = optim, c.eta = 1e-3;
        for (int k = 0; k < 2; k++) {
            if (k == 1) c.sees = LPL_SEES_HEAD, c.head_hidden = 7, c.head_out = 5;
            OK(lpl_layer_create(&c, &l[k]));
            learn(l[k], &c, 0, STEPS);
            f[k] = saved(l[k]);
            lpl_status_t status = lpl_forward(l[k], w[k], 6, (const float[4 * CHANNELS * SIDE * SIDE]){1}, c.n_pre, 4);
            OK(status);
            lpl_layer_destroy(l[k]), free(f[k].data);
        }
        ck_assert(memcmp(w[0], w[1], sizeof w[0]) == 0);
    }
}
END_TEST

int main(void) {
    testing_seed("options", 20261129);
    Suite *s = suite_create("options");
    TCase *t = tcase_create("options");
    suite_add_tcase(s, t);
    tcase_add_test(t, layers);
    tcase_add_test(t, stacks);
    tcase_add_test(t, dense_with_a_head);
    return testing_run(s);
}
