/* tests/test_index.c - numbers of neurons in 16 and in 32 bits: the same bits just below and just above the limit. */
#include "connect/index.h"

#include "common/memfile.h"
#include "common/spike_world.h"

enum { LIMIT = 65536 };

START_TEST(numbers) {
    uint16_t narrow[3] = {0};
    uint32_t wide[3] = {0};
    const lpli_index_t none = {NULL, NULL}, a = {narrow, NULL}, b = {NULL, wide};
    ck_assert(lpli_index_is_narrow(LIMIT, LIMIT) && !lpli_index_is_narrow(LIMIT, LIMIT + 1));
    ck_assert(!lpli_index_is_narrow(LIMIT - 1, LIMIT));
    ck_assert(!lpli_index_any(none) && lpli_index_any(a) && lpli_index_any(b));
    ck_assert(!lpli_index_any(lpli_index_from(none, 5)));
    lpli_index_put(a, 1, LIMIT - 1), lpli_index_put(b, 1, LIMIT);
    ck_assert(lpli_index_at(a, 1) == LIMIT - 1 && lpli_index_at(b, 1) == LIMIT);
    ck_assert(lpli_index_at(lpli_index_from(a, 1), 0) == LIMIT - 1 && lpli_index_at(lpli_index_from(b, 1), 0) == LIMIT);
    ck_assert(narrow[0] == 0 && narrow[2] == 0 && wide[0] == 0 && wide[2] == 0);
}
END_TEST

/* Pairs with the neurons at the limit among them, rows ascending as a list need not be. */
typedef struct {
    size_t n;
    uint32_t *pre, *post;
} pairs_t;

static pairs_t some_pairs(size_t n_pre, size_t n_post, double chance) {
    pairs_t p = {.pre = malloc((n_pre * n_post / 2) * sizeof *p.pre)};
    p.post = malloc((n_pre * n_post / 2) * sizeof *p.post);
    for (size_t j = 0; j < n_pre; j++)
        for (size_t i = 0; i < n_post; i++)
            if ((j + 1 == n_pre && i + 1 == n_post) || (testing_real() + 1) / 2 < chance) {
                ck_assert(p.n < n_pre * n_post / 2);
                p.pre[p.n] = (uint32_t)j, p.post[p.n++] = (uint32_t)i;
            }
    return p;
}

static lpl_connect_t as_list(const pairs_t *p) {
    lpl_connect_t c;
    OK(lpl_connect_init(&c, sizeof c));
    c.kind = LPL_CONNECT_LIST, c.n_synapses = p->n, c.pre = p->pre, c.post = p->post;
    return c;
}

static lpl_spiking_t *through_file(lpl_spiking_t *s) {
    memfile_t f = {0};
    lpl_spiking_t *copy = NULL;
    OK(lpl_spiking_save(s, memfile_write, &f));
    OK(lpl_spiking_load(memfile_read, &f, 0, 1, &copy));
    free(f.data);
    lpl_spiking_destroy(s);
    return copy;
}

/* What there is per synapse, and what they transmit. */
static void equal(const lpl_spiking_t *a, const lpl_spiking_t *b, size_t n_post) {
    for (int32_t what = LPL_SPIKING_WEIGHTS; what <= LPL_SPIKING_ELIG_SUM; what++) {
        double *x = state(a, what), *y = state(b, what);
        ck_assert_uint_eq(length(a, what), length(b, what));
        ck_assert_msg(memcmp(x, y, length(a, what) * sizeof *x) == 0, "state %d", (int)what);
        free(x), free(y);
    }
    if (param(a, LPL_SPIKING_PARAM_DTYPE) == LPL_F64) return;
    float *g = calloc(2 * n_post + 1, sizeof *g), *h = g + n_post;
    OK(lpl_spiking_drive(a, g));
    OK(lpl_spiking_drive(b, h));
    ck_assert(memcmp(g, h, n_post * sizeof *g) == 0);
    free(g);
}

static void columns_are(const lpl_spiking_t *s, const pairs_t *p) {
    const size_t n_pre = length(s, LPL_SPIKING_TR_PRE);
    uint64_t *row = malloc((n_pre + 1) * sizeof *row);
    uint32_t *col = malloc(p->n * sizeof *col);
    size_t wrong = 0;
    OK(lpl_spiking_connectivity(s, row, col));
    ck_assert_uint_eq(row[n_pre], p->n);
    for (size_t k = 0, j = 0; k < p->n; k++) {
        while (row[j + 1] <= k) j++;
        wrong += p->pre[k] != j || p->post[k] != col[k];
    }
    ck_assert_uint_eq(wrong, 0);
    free(row), free(col);
}

/* The world of one more, silent, post or pre neuron is the same for the others. */
typedef struct {
    const world_t *w;
    float *v;
    double *v64;
    size_t n_post;
} stage_t;

static stage_t stage(const world_t *w, size_t n_post) {
    stage_t s = {w, calloc(n_post, sizeof(float)), calloc(n_post, sizeof(double)), n_post};
    return s;
}

static void step(lpl_spiking_t *s, const stage_t *x, size_t t) {
    const world_t *w = x->w;
    const uint32_t *pre = w->pre + w->pre_ptr[t], *post = w->post + w->post_ptr[t];
    const size_t a = (size_t)(w->pre_ptr[t + 1] - w->pre_ptr[t]), b = (size_t)(w->post_ptr[t + 1] - w->post_ptr[t]);
    memcpy(x->v, w->v + t * w->n_post, w->n_post * sizeof *x->v);
    memcpy(x->v64, w->v64 + t * w->n_post, w->n_post * sizeof *x->v64);
    OK(param(s, LPL_SPIKING_PARAM_DTYPE) == LPL_F64 ? lpl_spiking_step_f64(s, pre, a, post, b, x->v64)
                                                    : lpl_spiking_step(s, pre, a, post, b, x->v));
}

/* round: bit 0 the type, bit 1 the engine, bit 2 whose number is at the limit. */
START_TEST(plastic) {
    const int rounds = testing_rounds("plastic", 8, 4);
    for (int round = 0; round < rounds; round++) {
        enum { STEPS = 21, CUT = 12 };
        const bool by_pre = round / 4 != 0;
        const size_t n_pre = by_pre ? LIMIT : 5, n_post = by_pre ? 5 : LIMIT;
        pairs_t p = some_pairs(n_pre, n_post, 0.25);
        lpl_connect_t connect = as_list(&p);
        lpl_spiking_config_t c;
        lpl_spiking_t *narrow = NULL, *wide = NULL;
        OK(lpl_spiking_config_init(&c, sizeof c));
        c.n_pre = n_pre, c.n_post = n_post, c.dtype = round % 2, c.update_every = 9, c.sigma2_init = 1e-6, c.eta = 3;
        c.delay_ax = 2e-4, c.t_lag = 1e-3; /* short histories: files of 65536 neurons */
        c.engine = round / 2 % 2 ? LPL_ENGINE_BLOCK : LPL_ENGINE_FUSED;
        c.isa = LPL_ISA_REF;
        OK(lpl_spiking_create(&c, &connect, &narrow));
        c.isa = LPL_ISA_AUTO;
        c.n_pre += by_pre, c.n_post += !by_pre;
        OK(lpl_spiking_create(&c, &connect, &wide));
        /* two bytes a synapse are between them (BLOCK's scratch is not the same for both) */
        const double more = param(wide, LPL_SPIKING_PARAM_MEMORY) - param(narrow, LPL_SPIKING_PARAM_MEMORY);
        if (!by_pre && c.engine == LPL_ENGINE_FUSED)
            ck_assert_msg(more > 1.9 * (double)p.n, "%g bytes, %zu synapses", more, p.n);
        world_t w = world_make(n_pre, n_post, STEPS, by_pre ? 0.01 : 0.1, 0.01);
        stage_t a = stage(&w, n_post), b = stage(&w, (size_t)c.n_post);
        for (size_t t = 0; t < STEPS; t++) {
            if (t == CUT) narrow = through_file(narrow), wide = through_file(wide);
            step(narrow, &a, t), step(wide, &b, t);
            if (t == CUT) equal(narrow, wide, n_post);
        }
        equal(narrow, wide, n_post);
        columns_are(narrow, &p), columns_are(wide, &p);
        double *moved = state(narrow, LPL_SPIKING_WEIGHTS);
        size_t changed = 0;
        for (size_t k = 0; k < p.n; k++) changed += moved[k] != moved[p.n - 1];
        ck_assert_uint_gt(changed, 0); /* there was something to compare */
        free(moved);
        if (!by_pre && c.dtype == LPL_F32) { /* two narrow parts of the wide whole, and what they give together */
            const uint64_t half = LIMIT / 2;
            lpl_spiking_t *part[2] = {NULL}, *whole = NULL;
            memfile_t f = {0}, again = {0};
            OK(lpl_spiking_cut((const lpl_spiking_t *const[]){wide}, 1, 0, half, &part[0]));
            OK(lpl_spiking_cut((const lpl_spiking_t *const[]){wide}, 1, half, c.n_post - half, &part[1]));
            OK(lpl_spiking_cut((const lpl_spiking_t *const *)part, 2, 0, c.n_post, &whole));
            OK(lpl_spiking_save(wide, memfile_write, &f));
            OK(lpl_spiking_save(whole, memfile_write, &again));
            ck_assert(f.n == again.n && memcmp(f.data, again.data, f.n) == 0);
            free(f.data), free(again.data);
            lpl_spiking_destroy(part[0]), lpl_spiking_destroy(part[1]), lpl_spiking_destroy(whole);
        }
        lpl_spiking_destroy(narrow), lpl_spiking_destroy(wide);
        free(a.v), free(a.v64), free(b.v), free(b.v64), free(p.pre), free(p.post);
        world_free(&w);
    }
}
END_TEST

/* Inhibitory and fixed, whose synapses stand by post neuron, too. */
START_TEST(others) {
    for (int round = 0; round < 4; round++) {
        enum { STEPS = 24 };
        const bool by_pre = round / 2 != 0;
        const size_t n_pre = by_pre ? LIMIT : 5, n_post = by_pre ? 5 : LIMIT;
        pairs_t p = some_pairs(n_pre, n_post, 0.25);
        lpl_connect_t connect = as_list(&p);
        lpl_projection_config_t c;
        lpl_projection_t *it[2] = {NULL};
        OK(lpl_projection_config_init(&c, sizeof c));
        c.kind = round % 2 ? LPL_PROJECTION_INHIBITORY : LPL_PROJECTION_STATIC, c.zeta = 0.05;
        c.n_pre = n_pre, c.n_post = n_post;
        OK(lpl_projection_create(&c, &connect, &it[0]));
        c.n_pre += by_pre, c.n_post += !by_pre;
        OK(lpl_projection_create(&c, &connect, &it[1]));
        double bytes[2];
        for (int k = 0; k < 2; k++) OK(lpl_projection_get(it[k], LPL_PROJECTION_PARAM_MEMORY, &bytes[k]));
        if (!by_pre) ck_assert(bytes[1] - bytes[0] > (round % 2 ? 3.9 : 1.9) * (double)p.n);
        world_t w = world_make(n_pre, n_post, STEPS, by_pre ? 0.01 : 0.1, 0.01);
        float *g[2] = {calloc((size_t)c.n_post, sizeof(float)), calloc((size_t)c.n_post, sizeof(float))};
        for (size_t t = 0; t < STEPS; t++)
            for (int k = 0; k < 2; k++) {
                OK(lpl_projection_drive(it[k], g[k]));
                OK(lpl_projection_step(it[k], w.pre + w.pre_ptr[t], (size_t)(w.pre_ptr[t + 1] - w.pre_ptr[t]),
                                       w.post + w.post_ptr[t], (size_t)(w.post_ptr[t + 1] - w.post_ptr[t])));
                if (t != STEPS / 2) continue;
                memfile_t f = {0};
                OK(lpl_projection_save(it[k], memfile_write, &f));
                lpl_projection_destroy(it[k]);
                OK(lpl_projection_load(memfile_read, &f, 0, &it[k]));
                free(f.data);
            }
        ck_assert(memcmp(g[0], g[1], n_post * sizeof(float)) == 0);
        float *x = malloc(2 * p.n * sizeof *x), *y = x + p.n;
        OK(lpl_projection_read(it[0], x, p.n, NULL, LPL_PROJECTION_WEIGHTS));
        OK(lpl_projection_read(it[1], y, p.n, NULL, LPL_PROJECTION_WEIGHTS));
        ck_assert(memcmp(x, y, p.n * sizeof *x) == 0);
        size_t changed = 0;
        for (size_t k = 0; k < p.n; k++) changed += x[k] != 0.5f;
        ck_assert((changed > p.n / 50) == (round % 2));
        free(x), free(g[0]), free(g[1]), free(p.pre), free(p.post), world_free(&w);
        lpl_projection_destroy(it[0]), lpl_projection_destroy(it[1]);
    }
}
END_TEST

/* The number that has no room in 16 bits, among many. */
START_TEST(first_beyond) {
    for (size_t n_post = LIMIT; n_post <= LIMIT + 1; n_post++) {
        pairs_t p = some_pairs(4, n_post, 0.3);
        lpl_connect_t connect = as_list(&p);
        lpl_spiking_config_t c;
        lpl_spiking_t *s = NULL;
        ck_assert(p.n >= LIMIT && p.post[p.n - 1] == n_post - 1);
        OK(lpl_spiking_config_init(&c, sizeof c));
        c.n_pre = 4, c.n_post = n_post, c.update_every = 20;
        OK(lpl_spiking_create(&c, &connect, &s));
        columns_are(s, &p);
        s = through_file(s);
        columns_are(s, &p);
        lpl_spiking_destroy(s);
        free(p.pre), free(p.post);
    }
}
END_TEST

int main(void) {
    testing_seed("test_index", 20261128);
    Suite *s = suite_create("index");
    TCase *t = tcase_create("all");
    tcase_add_test(t, numbers);
    tcase_add_test(t, first_beyond);
    tcase_add_test(t, plastic);
    tcase_add_test(t, others);
    suite_add_tcase(s, t);
    return testing_run(s);
}
