/* tests/test_load_in.c - lpl_layer_load_in and lpl_layer_load_size: the layer of lpl_layer_load, in memory of the
 * caller's. */
#include "common/alloc.h"

#include "common/memfile.h"
#include "common/state_worlds.h"
#include "common/testing.h"

enum { ALIGN = 64, GUARD = 4096 };

/* Memory with a pattern around it. */
typedef struct {
    unsigned char *block, *mem;
    size_t bytes;
} room_t;

static room_t room_of(size_t bytes) {
    room_t r = {.bytes = bytes};
    r.block = malloc(bytes + ALIGN + 2 * GUARD);
    ck_assert_ptr_nonnull(r.block);
    memset(r.block, 0xA5, bytes + ALIGN + 2 * GUARD);
    r.mem = (unsigned char *)(((uintptr_t)r.block + GUARD + ALIGN - 1) / ALIGN * ALIGN);
    return r;
}

/* Bytes outside mem .. mem + inside that lost the pattern. */
static size_t touched(const room_t *r, size_t inside) {
    size_t n = 0;
    for (const unsigned char *p = r->block; p < r->block + r->bytes + ALIGN + 2 * GUARD; p++)
        n += *p != 0xA5 && !(p >= r->mem && p < r->mem + inside);
    return n;
}

static memfile_t saved(const lpl_layer_t *l) {
    memfile_t f = {0};
    OK(lpl_layer_save(l, memfile_write, &f));
    return f;
}

static void same_file(const lpl_layer_t *a, const lpl_layer_t *b) {
    memfile_t fa = saved(a), fb = saved(b);
    ck_assert_uint_eq(fa.n, fb.n);
    ck_assert_mem_eq(fa.data, fb.data, fa.n);
    free(fa.data), free(fb.data);
}

/* Layers of every kind that has records of its own (state_worlds.h), and all presets. */
enum { LAYERS = WORLDS + 8 };

static lpl_layer_t *layer(size_t k, lpl_layer_config_t *c) {
    lpl_layer_t *l = NULL;
    if (k < WORLDS) {
        world_config(k, c);
        return world_layer(k);
    }
    k -= WORLDS;
    OK(lpl_layer_config_init(c, sizeof *c));
    OK(lpl_layer_preset(c, (int32_t)(k % 4)));
    c->n_pre = 3, c->n_post = 5, c->batch_max = 4, c->dtype = (int32_t)(k / 4);
    OK(lpl_layer_create(c, &l));
    return l;
}

static lpl_status_t size_of(memfile_t *f, int32_t threads, size_t *bytes) {
    size_t align = 0;
    f->at = 0;
    const lpl_status_t status = lpl_layer_load_size(memfile_read, f, threads, bytes, &align);
    ck_assert_uint_eq(align, status == LPL_OK ? ALIGN : 0);
    return status;
}

static lpl_status_t load(memfile_t *f, const room_t *r, size_t bytes, lpl_layer_t **out) {
    f->at = 0;
    return lpl_layer_load_in(r->mem, bytes, memfile_read, f, 1, out);
}

/* Same file, same steps, same bits as lpl_layer_load; nothing outside the bytes that load_size says, which are those of
 * create. */
START_TEST(same_as_load) {
    for (size_t k = 0; k < LAYERS; k++) {
        lpl_layer_config_t c;
        lpl_layer_t *first = layer(k, &c), *a = NULL, *b = NULL;
        size_t bytes = 0, made = 0, align = 0;
        for (size_t t = 0; t < 3; t++) world_update(first, &c, t);
        memfile_t f = saved(first);
        OK(size_of(&f, 1, &bytes));
        ck_assert_uint_lt(f.at, 2048);
        OK(lpl_layer_size(&c, &made, &align));
        ck_assert_uint_eq(bytes, made);
        const room_t r = room_of(bytes);
        OK(load(&f, &r, bytes, &b));
        ck_assert_uint_eq(f.at, f.n);
        ck_assert_uint_eq(touched(&r, bytes), 0);
        f.at = 0;
        OK(lpl_layer_load(memfile_read, &f, 0, 1, &a));
        same_file(a, b);
        for (size_t t = 3; t < 6; t++) world_update(first, &c, t), world_update(a, &c, t), world_update(b, &c, t);
        same_file(a, b);
        same_file(first, b);
        ck_assert_uint_eq(touched(&r, bytes), 0);
        lpl_layer_destroy(b); /* the block is the caller's */
        ck_assert_uint_eq(touched(&r, bytes), 0);
        lpl_layer_destroy(first), lpl_layer_destroy(a), free(f.data), free(r.block);
    }
}
END_TEST

START_TEST(nothing_is_allocated) {
    if (!ALLOC_COUNTED || !alloc_works()) return;
    for (size_t k = 0; k < LAYERS; k++) {
        lpl_layer_config_t c;
        lpl_layer_t *l = layer(k, &c), *b = NULL;
        memfile_t f = saved(l);
        size_t bytes = 0, align = 0;
        OK(size_of(&f, 1, &bytes));
        const room_t r = room_of(bytes);
        f.at = 0;
        alloc_start(1); /* any would fail */
        const lpl_status_t sized = lpl_layer_load_size(memfile_read, &f, 1, &bytes, &align);
        f.at = 0;
        const lpl_status_t status = lpl_layer_load_in(r.mem, bytes, memfile_read, &f, 1, &b);
        lpl_layer_destroy(b);
        alloc_stop();
        OK(sized);
        OK(status);
        ck_assert_uint_eq(alloc_state.own + alloc_state.other, 0);
        ck_assert_int_eq((int)alloc_state.live, 0); /* destroy frees nothing either */
        lpl_layer_destroy(l), free(f.data), free(r.block);
    }
}
END_TEST

START_TEST(memory_that_does_not_do) {
    lpl_layer_config_t c;
    lpl_layer_t *l = layer(0, &c), *const mark = l, *b = mark;
    memfile_t f = saved(l);
    size_t bytes = 0;
    OK(size_of(&f, 1, &bytes));
    room_t r = room_of(bytes + ALIGN);
    char need[64];
    snprintf(need, sizeof need, "need %zu bytes", bytes);
    for (size_t less = 1; less <= bytes; less += less < 3 ? 1 : bytes / 7) {
        FAILS(load(&f, &r, bytes - less, &b), LPL_E_MEMORY, need);
        ck_assert_ptr_eq(b, mark);
    }
    FAILS(load(&f, &r, 0, &b), LPL_E_MEMORY, "lpl_layer_load_in");
    for (size_t off = 1; off < ALIGN; off++) {
        room_t skew = r;
        skew.mem += off;
        FAILS(load(&f, &skew, bytes, &b), LPL_E_MEMORY, "boundary");
        ck_assert_ptr_eq(b, mark);
    }
    ck_assert_uint_eq(touched(&r, 0), 0); /* refused before a byte was written */
    OK(load(&f, &r, bytes + ALIGN, &b));
    ck_assert_uint_eq(touched(&r, bytes), 0);
    double memory = 0;
    OK(lpl_layer_get(b, LPL_PARAM_MEMORY, &memory));
    ck_assert_uint_eq((size_t)memory, bytes);
    lpl_layer_destroy(l), free(f.data), free(r.block);
}
END_TEST

/* Threads take scratch of their own, so they are part of the question. */
START_TEST(threads) {
    for (size_t k = 0; k < LAYERS; k++) {
        lpl_layer_config_t c;
        lpl_layer_t *l = layer(k, &c), *b = NULL;
        memfile_t f = saved(l);
        size_t one = 0, four = 0, made = 0, align = 0;
        OK(size_of(&f, 1, &one));
        OK(size_of(&f, 4, &four));
        ck_assert_uint_gt(four, one);
        c.threads = 4;
        OK(lpl_layer_size(&c, &made, &align));
        ck_assert_uint_eq(made, four);
        const room_t r = room_of(four);
        f.at = 0;
        FAILS(lpl_layer_load_in(r.mem, one, memfile_read, &f, 4, &b), LPL_E_MEMORY, "need");
        f.at = 0;
        OK(lpl_layer_load_in(r.mem, four, memfile_read, &f, 4, &b));
        for (size_t t = 0; t < 2; t++) world_update(l, &c, t), world_update(b, &c, t);
        same_file(l, b);
        lpl_layer_destroy(l), free(f.data), free(r.block);
    }
}
END_TEST

/* Every length and bit of a file, every call of the read function: the statuses of lpl_layer_load, nothing written
 * outside. */
START_TEST(damage) {
    const size_t some[] = {0, 3, 6, 7};
    for (size_t n = 0; n < sizeof some / sizeof some[0]; n++) {
        lpl_layer_config_t c;
        lpl_layer_t *l = layer(some[n], &c), *const mark = l, *b = mark, *a;
        memfile_t f = saved(l);
        size_t bytes = 0, other = 0, written = 0, calls = 0;
        OK(size_of(&f, 1, &bytes));
        const room_t r = room_of(bytes);
        for (size_t cut = 0; cut < f.n; cut++) {
            memfile_t t = f;
            t.n = cut;
            other += load(&t, &r, bytes, &b) != LPL_E_FORMAT || b != mark;
            written += touched(&r, bytes) > 0;
        }
        for (size_t bit = 0; bit < 8 * f.n; bit++) {
            f.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
            const lpl_status_t in = load(&f, &r, bytes, &b);
            a = NULL, f.at = 0;
            const lpl_status_t on_heap = lpl_layer_load(memfile_read, &f, 0, 1, &a);
            other += in >= 0 || b != mark ||
                     (in != on_heap && in != LPL_E_MEMORY); /* MEMORY: the bit asks for a larger layer */
            written += bit % 64 == 0 && touched(&r, bytes) > 0;
            f.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
        }
        for (lpl_status_t status = LPL_E_IO; status == LPL_E_IO; calls++) {
            memfile_t t = f;
            t.fail_at = calls + 1, t.calls = 0;
            status = load(&t, &r, bytes, &b);
            other += status == LPL_OK ? b == mark : status != LPL_E_IO || b != mark;
        }
        ck_assert_uint_gt(calls, 10);
        ck_assert_uint_eq(other, 0);
        ck_assert_uint_eq(written, 0);
        lpl_layer_destroy(l), free(f.data), free(r.block);
    }
}
END_TEST

START_TEST(size_of_what_is_no_layer) {
    lpl_layer_config_t c;
    lpl_layer_t *l = layer(0, &c);
    memfile_t f = saved(l);
    size_t bytes = 7, align = 0;
    for (size_t cut = 0; cut < 400; cut += 13) {
        memfile_t t = f;
        t.n = cut;
        FAILS(size_of(&t, 1, &bytes), LPL_E_FORMAT, "lpl_layer_load_size: truncated");
    }
    for (size_t k = 1; k < 5; k++) {
        memfile_t t = f;
        t.fail_at = k, t.calls = 0;
        FAILS(size_of(&t, 1, &bytes), LPL_E_IO, "lpl_layer_load_size: read function");
    }
    ck_assert_uint_eq(bytes, 7); /* untouched */
    f.at = 0;
    FAILS(lpl_layer_load_size(NULL, NULL, 1, &bytes, &align), LPL_E_NULL, "read");
    FAILS(lpl_layer_load_size(memfile_read, &f, 1, NULL, &align), LPL_E_NULL, "bytes");
    FAILS(lpl_layer_load_size(memfile_read, &f, 1, &bytes, NULL), LPL_E_NULL, "align");
    FAILS(size_of(&f, 0, &bytes), LPL_E_ARG, "threads");
    FAILS(size_of(&f, 1025, &bytes), LPL_E_ARG, "threads");
    lpl_layer_t *out = NULL;
    unsigned char mem[64];
    FAILS(lpl_layer_load_in(NULL, 64, memfile_read, &f, 1, &out), LPL_E_NULL, "mem");
    FAILS(lpl_layer_load_in(mem, 64, NULL, &f, 1, &out), LPL_E_NULL, "read");
    FAILS(lpl_layer_load_in(mem, 64, memfile_read, &f, 1, NULL), LPL_E_NULL, "out");
    FAILS(lpl_layer_load_in(mem, 64, memfile_read, &f, 0, &out), LPL_E_ARG, "threads");
    FAILS(lpl_layer_load_in(mem, 64, memfile_read, &f, -1, &out), LPL_E_ARG, "threads");
    ck_assert_ptr_null(out);
    lpl_layer_destroy(l), free(f.data);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("load_in");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, same_as_load);
    tcase_add_test(t, nothing_is_allocated);
    tcase_add_test(t, memory_that_does_not_do);
    tcase_add_test(t, threads);
    tcase_add_test(t, damage);
    tcase_add_test(t, size_of_what_is_no_layer);
    suite_add_tcase(suite, t);
    return testing_run(suite);
}
