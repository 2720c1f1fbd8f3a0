/* tests/test_stack.c - the stack is the host's loop over layers: the same bits, one state file, shapes that must
 * chain. */
#include "common/testing.h"

#include <pthread.h>

#include "common/memfile.h"
#include "layer/layer.h"
#include "stack/stack.h"

enum { LAYERS = 4, BATCH = 6, N_IN = 3 * 8 * 8 };

/* Two convolutions (8 x 8 with a pool, then 4 x 4), then two dense layers. */
static void configs(lpl_layer_config_t c[LAYERS], int32_t pair, int32_t dtype) {
    for (int k = 0; k < LAYERS; k++) {
        OK(lpl_layer_config_init(&c[k], sizeof c[k]));
        OK(lpl_layer_preset(&c[k], LPL_PRESET_REFERENCE));
        c[k].pair = pair, c[k].dtype = dtype, c[k].batch_max = BATCH, c[k].stream = (uint64_t)k, c[k].label = k;
    }
    c[0].kind = c[1].kind = LPL_LAYER_CONV2D;
    c[0].channels = 3, c[0].height = c[0].width = 8, c[0].n_post = 5, c[0].pool = 2;
    c[1].channels = 5, c[1].height = c[1].width = 4, c[1].n_post = 7;
    c[2].n_pre = 7 * 16, c[2].n_post = 20;
    c[3].n_pre = 20, c[3].n_post = 9, c[3].activation = LPL_ACT_TANH;
}

static lpl_stack_t *make(const lpl_layer_config_t c[LAYERS]) {
    const lpl_layer_config_t *p[LAYERS] = {&c[0], &c[1], &c[2], &c[3]};
    lpl_stack_t *s = NULL;
    OK(lpl_stack_create(p, LAYERS, &s));
    ck_assert_uint_eq(lpl_stack_size(s), LAYERS);
    return s;
}

START_TEST(same_as_a_loop) {
    for (int pair = LPL_PAIR_CAUSAL; pair <= LPL_PAIR_SYMMETRIC; pair++) {
        lpl_layer_config_t c[LAYERS];
        configs(c, pair, LPL_F32);
        lpl_stack_t *s = make(c);
        lpl_layer_t *own[LAYERS];
        lpl_report_t a[LAYERS], b[LAYERS];
        for (int k = 0; k < LAYERS; k++) {
            OK(lpl_layer_create(&c[k], &own[k]));
            OK(lpl_report_init(&a[k], sizeof a[k]));
            OK(lpl_report_init(&b[k], sizeof b[k]));
        }
        for (int t = 0; t < 4; t++) {
            float *x0 = testing_floats(BATCH * N_IN), *x1 = testing_floats(BATCH * N_IN);
            const int remembered = pair == LPL_PAIR_CAUSAL && t > 1;
            const lpl_status_t got = lpl_stack_update(s, a, remembered ? NULL : x0, N_IN, x1, N_IN, BATCH);
            OK(got);
            float *in[2] = {malloc(BATCH * N_IN * 4), malloc(BATCH * N_IN * 4)};
            memcpy(in[0], x0, BATCH * N_IN * 4), memcpy(in[1], x1, BATCH * N_IN * 4);
            for (int k = 0; k < LAYERS; k++) {
                double n_pre, n_out;
                OK(lpl_layer_get(own[k], LPL_PARAM_N_PRE, &n_pre));
                OK(lpl_layer_get(own[k], LPL_PARAM_N_OUT, &n_out));
                const size_t n = (size_t)n_pre, m = (size_t)n_out;
                float *out[2] = {malloc(BATCH * m * 4), malloc(BATCH * m * 4)};
                for (int v = 0; v < 2; v++) OK(lpl_forward(own[k], out[v], m, in[v], n, BATCH));
                OK(lpl_update(own[k], &b[k], remembered ? NULL : in[0], n, in[1], n, BATCH));
                ck_assert_msg(a[k].total == b[k].total && a[k].pull == b[k].pull && a[k].step == b[k].step,
                              "layer %d, step %d", k, t);
                for (int v = 0; v < 2; v++) free(in[v]), in[v] = out[v];
            }
            free(in[0]), free(in[1]), free(x0), free(x1);
        }
        float *x = testing_floats(BATCH * N_IN), z[BATCH * 9], map[BATCH * 80];
        OK(lpl_stack_forward(s, z, 9, x, N_IN, BATCH, LAYERS - 1));
        OK(lpl_stack_forward(s, map, 80, x, N_IN, BATCH, 0));
        float first[BATCH * 80];
        OK(lpl_forward(own[0], first, 80, x, N_IN, BATCH));
        ck_assert(memcmp(map, first, sizeof map) == 0);
        lpl_layer_t *top;
        float w[180], w2[180];
        OK(lpl_stack_layer(s, 3, &top));
        OK(lpl_layer_read(top, w, 180, LPL_STATE_WEIGHTS));
        OK(lpl_layer_read(own[3], w2, 180, LPL_STATE_WEIGHTS));
        ck_assert(memcmp(w, w2, sizeof w) == 0);
        for (int k = 0; k < LAYERS; k++) lpl_layer_destroy(own[k]);
        free(x), lpl_stack_destroy(s);
    }
}
END_TEST

START_TEST(save_and_resume) {
    lpl_layer_config_t c[LAYERS];
    configs(c, LPL_PAIR_CAUSAL, LPL_F64);
    lpl_stack_t *a = make(c), *b = make(c);
    double *x = testing_doubles(6 * BATCH * N_IN), za[BATCH * 9], zb[BATCH * 9];
    for (int t = 0; t < 6; t++) {
        OK(lpl_stack_update_f64(a, NULL, NULL, 0, x + t * BATCH * N_IN, N_IN, BATCH));
        OK(lpl_stack_update_f64(b, NULL, NULL, 0, x + t * BATCH * N_IN, N_IN, BATCH));
        if (t != 2) continue;
        memfile_t f = {0};
        OK(lpl_stack_save(b, memfile_write, &f));
        lpl_stack_destroy(b);
        OK(lpl_stack_load(memfile_read, &f, 0, 1, &b));
        ck_assert_uint_eq(f.at, f.n); /* nothing is left over */
        lpl_stack_t *none = NULL;
        f.at = 0;
        FAILS(lpl_stack_load(memfile_read, &f, 1000, 1, &none), LPL_E_MEMORY, "max_bytes");
        f.at = 0, f.n -= 70;
        FAILS(lpl_stack_load(memfile_read, &f, 0, 1, &none), LPL_E_FORMAT, "truncated");
        ck_assert_ptr_null(none);
        free(f.data);
    }
    OK(lpl_stack_forward_f64(a, za, 9, x, N_IN, BATCH, 3));
    OK(lpl_stack_forward_f64(b, zb, 9, x, N_IN, BATCH, 3));
    ck_assert(memcmp(za, zb, sizeof za) == 0);
    free(x), lpl_stack_destroy(a), lpl_stack_destroy(b);
}
END_TEST

/* One bad weight in the last layer: nothing at all is written. */
START_TEST(nothing_half_written) {
    lpl_layer_config_t c[LAYERS];
    configs(c, LPL_PAIR_CAUSAL, LPL_F64);
    lpl_stack_t *s = make(c);
    lpl_layer_t *last;
    memfile_t f = {0};
    double w[9 * 20] = {0}, bias[9] = {0};
    OK(lpl_stack_layer(s, LAYERS - 1, &last));
    OK(lpl_layer_borrow_weights_f64(last, w, 20, bias));
    w[9 * 20 - 1] = NAN; /* in the host's memory, where no call could refuse it */
    FAILS(lpl_stack_save(s, memfile_write, &f), LPL_E_NONFINITE, "NaN");
    ck_assert_uint_eq(f.n, 0);
    free(f.data), lpl_stack_destroy(s);
}
END_TEST

/* ---- LPL_STACK_SHARED_SCRATCH ---- */

enum { MANY = 12 };

/* Every engine and sight: few channels, Winograd, images in lanes, im2col (stride 2), then dense. */
static void any_configs(lpl_layer_config_t c[LAYERS], int32_t dtype, int32_t sees, int32_t threads) {
    configs(c, LPL_PAIR_SYMMETRIC, dtype);
    for (int k = 0; k < LAYERS; k++) c[k].batch_max = MANY, c[k].threads = threads;
    for (int k = 0; k < 3; k++) {
        c[k].kind = LPL_LAYER_CONV2D, c[k].n_pre = 0, c[k].sees = sees;
        if (sees == LPL_SEES_HEAD) c[k].head_hidden = 6, c[k].head_out = 5;
    }
    c[0].pool = 1, c[0].n_post = 40;
    c[1].channels = 40, c[1].height = c[1].width = 8, c[1].n_post = 65, c[1].pool = 2;
    c[2].channels = 65, c[2].height = c[2].width = 4, c[2].n_post = 9, c[2].stride = 2;
    c[3].n_pre = 9 * 4;
}

static void save(const lpl_stack_t *s, memfile_t *f) {
    *f = (memfile_t){0};
    OK(lpl_stack_save(s, memfile_write, f));
}

static lpl_status_t update(lpl_stack_t *s, int32_t dtype, const double *x0, const double *x1) {
    float f0[MANY * N_IN], f1[MANY * N_IN];
    if (dtype == LPL_F64) return lpl_stack_update_f64(s, NULL, x0, N_IN, x1, N_IN, MANY);
    for (size_t j = 0; j < MANY * N_IN; j++) f0[j] = (float)x0[j], f1[j] = (float)x1[j];
    return lpl_stack_update(s, NULL, f0, N_IN, f1, N_IN, MANY);
}

/* What the layers leave in each other's scratch, and whatever else is in it, matters to none; fewer bytes; a file of
 * one kind loads as the other. */
START_TEST(shared_scratch) {
    for (int round = 0; round < 6; round++) {
        const int32_t dtype = round % 2 ? LPL_F64 : LPL_F32, threads = 1 + round / 4;
        lpl_layer_config_t c[LAYERS];
        const lpl_layer_config_t *p[LAYERS] = {&c[0], &c[1], &c[2], &c[3]};
        any_configs(c, dtype, round / 2, threads);
        lpl_stack_t *own, *shared, *none = NULL;
        OK(lpl_stack_create(p, LAYERS, &own));
        OK(lpl_stack_create_with(p, LAYERS, LPL_STACK_SHARED_SCRATCH, &shared));
        size_t most = 0, saved = 0;
        for (int k = 0; k < LAYERS; k++) {
            const size_t apart = shared->layer[k]->apart_bytes;
            ck_assert_uint_eq(own->layer[k]->apart_bytes, 0);
            ck_assert_int_eq(apart > 0, c[k].kind == LPL_LAYER_CONV2D);
            if (apart == 0) continue;
            ck_assert_uint_le(own->layer[k]->bytes, shared->layer[k]->bytes + apart + LPLI_ALIGN);
            ck_assert_uint_gt(own->layer[k]->bytes, shared->layer[k]->bytes + apart / 2);
            most = apart > most ? apart : most, saved += apart;
        }
        ck_assert_uint_gt(saved, most);
        for (int t = 0; t < 5; t++) {
            double *x0 = testing_doubles(MANY * N_IN), *x1 = testing_doubles(MANY * N_IN);
            unsigned char *scratch = (unsigned char *)(void *)shared->layer[0]->conv->taken;
            memset(scratch + LPLI_ALIGN, t % 2 ? 255 : 0x55, most - LPLI_ALIGN); /* NaN, or large */
            OK(update(own, dtype, x0, x1));
            OK(update(shared, dtype, x0, x1));
            memfile_t a, b;
            save(own, &a), save(shared, &b);
            ck_assert_uint_eq(a.n, b.n);
            ck_assert(memcmp(a.data, b.data, a.n) == 0);
            if (t == 2) { /* on from the file, the other way round */
                lpl_stack_destroy(own), lpl_stack_destroy(shared);
                OK(lpl_stack_load(memfile_read, &b, 0, threads, &own));
                FAILS(lpl_stack_load_with(memfile_read, &a, 0, threads, 2, &none), LPL_E_ARG, "flags");
                size_t bytes = most;
                OK(lpl_stack_load_with(memfile_read, &a, 0, threads, LPL_STACK_SHARED_SCRATCH, &shared));
                for (int k = 0; k < LAYERS; k++) bytes += shared->layer[k]->bytes;
                a.at = 0;
                FAILS(lpl_stack_load_with(memfile_read, &a, bytes - 1, threads, LPL_STACK_SHARED_SCRATCH, &none),
                      LPL_E_MEMORY, "shared scratch");
            }
            free(a.data), free(b.data), free(x0), free(x1);
        }
        lpl_stack_destroy(own), lpl_stack_destroy(shared);
    }
}
END_TEST

typedef struct {
    const lpl_layer_t *l;
    const float *x;
    float *z, *expect;
    size_t n;
    int wrong;
} caller_t;

static void *call(void *user) {
    caller_t *c = user;
    for (int k = 0; k < 40; k++)
        c->wrong += lpl_forward(c->l, c->z, c->l->n_out, c->x, c->n, MANY) < 0 ||
                    memcmp(c->z, c->expect, MANY * c->l->n_out * sizeof(float)) != 0;
    return NULL;
}

/* lpl_forward of two layers that share scratch, at once. */
START_TEST(forward_in_shared_scratch) {
    lpl_layer_config_t c[LAYERS];
    const lpl_layer_config_t *p[LAYERS] = {&c[0], &c[1], &c[2], &c[3]};
    any_configs(c, LPL_F32, LPL_SEES_POOLED, 1);
    lpl_stack_t *s;
    OK(lpl_stack_create_with(p, LAYERS, LPL_STACK_SHARED_SCRATCH, &s));
    caller_t caller[2];
    pthread_t thread[2];
    for (int k = 0; k < 2; k++) {
        const lpl_layer_t *l = s->layer[k];
        const size_t n = (size_t)l->cfg.n_pre, bytes = MANY * l->n_out * sizeof(float);
        caller[k] = (caller_t){.l = l, .x = testing_floats(MANY * n), .z = malloc(bytes), .expect = malloc(bytes)};
        caller[k].n = n;
        OK(lpl_forward(l, caller[k].expect, l->n_out, caller[k].x, n, MANY));
    }
    for (int k = 0; k < 2; k++) pthread_create(&thread[k], NULL, call, &caller[k]);
    for (int k = 0; k < 2; k++) {
        pthread_join(thread[k], NULL);
        ck_assert_int_eq(caller[k].wrong, 0);
        free((void *)(uintptr_t)caller[k].x), free(caller[k].z), free(caller[k].expect);
    }
    lpl_stack_destroy(s);
}
END_TEST

START_TEST(bad_input) {
    lpl_layer_config_t c[LAYERS];
    const lpl_layer_config_t *p[LAYERS] = {&c[0], &c[1], &c[2], &c[3]};
    lpl_stack_t *s = NULL;
    configs(c, LPL_PAIR_SYMMETRIC, LPL_F32);
    FAILS(lpl_stack_create(NULL, 4, &s), LPL_E_NULL, "cfg");
    FAILS(lpl_stack_create(p, 0, &s), LPL_E_SIZE, "n_layers");
    FAILS(lpl_stack_create(p, LAYERS, NULL), LPL_E_NULL, "out");
    FAILS(lpl_stack_create_with(p, LAYERS, 2, &s), LPL_E_ARG, "flags");
    c[2].n_pre = 111;
    FAILS(lpl_stack_create(p, LAYERS, &s), LPL_E_SIZE, "layer 2 takes rows of 111");
    c[2].n_pre = 112, c[3].batch_max = 5;
    FAILS(lpl_stack_create(p, LAYERS, &s), LPL_E_SIZE, "batch_max of layer 3");
    c[3].batch_max = BATCH, c[3].dtype = LPL_F64;
    FAILS(lpl_stack_create(p, LAYERS, &s), LPL_E_DTYPE, "layer 3");
    c[3].dtype = LPL_F32, c[3].pair = LPL_PAIR_CAUSAL;
    FAILS(lpl_stack_create(p, LAYERS, &s), LPL_E_ARG, "pair of layer 3");
    c[3].pair = LPL_PAIR_SYMMETRIC, c[1].eta = NAN;
    FAILS(lpl_stack_create(p, LAYERS, &s), LPL_E_ARG, "eta");
    p[2] = NULL, c[1].eta = 1;
    FAILS(lpl_stack_create(p, LAYERS, &s), LPL_E_NULL, "cfg[2]");
    ck_assert_ptr_null(s);
    s = make(c);
    float *x = testing_floats(BATCH * N_IN), z[9];
    lpl_layer_t *l = NULL;
    FAILS(lpl_stack_layer(s, 4, &l), LPL_E_SIZE, "k");
    FAILS(lpl_stack_forward(s, z, 9, x, N_IN, 1, 4), LPL_E_SIZE, "last");
    FAILS(lpl_stack_forward(s, z, 8, x, N_IN, 1, 3), LPL_E_SIZE, "z");
    FAILS(lpl_stack_forward(s, z, 9, x, N_IN, BATCH + 1, 3), LPL_E_SIZE, "batch");
    FAILS(lpl_stack_update(s, NULL, NULL, 0, x, N_IN, BATCH), LPL_E_NULL, "x0");
    FAILS(lpl_stack_update(s, NULL, x, N_IN, x, N_IN - 1, BATCH), LPL_E_SIZE, "x1");
    FAILS(lpl_stack_update_f64(s, NULL, NULL, 0, NULL, 0, BATCH), LPL_E_DTYPE, "float32");
    FAILS(lpl_stack_update(NULL, NULL, x, N_IN, x, N_IN, BATCH), LPL_E_NULL, "s");
    ck_assert_uint_eq(lpl_stack_size(NULL), 0);
    free(x), lpl_stack_destroy(s), lpl_stack_destroy(NULL);
}
END_TEST

int main(void) {
    testing_seed("test_stack", 20261124);
    Suite *s = suite_create("stack");
    TCase *t = tcase_create("all");
    tcase_add_test(t, same_as_a_loop);
    tcase_add_test(t, save_and_resume);
    tcase_add_test(t, nothing_half_written);
    tcase_add_test(t, shared_scratch);
    tcase_add_test(t, forward_in_shared_scratch);
    tcase_add_test(t, bad_input);
    suite_add_tcase(s, t);
    return testing_run(s);
}
