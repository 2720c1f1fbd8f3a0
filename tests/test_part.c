/* tests/test_part.c - parts of a network: the union of parts is the whole, bit for bit, in any cut. */
#include "common/testing.h"

#include "common/memfile.h"

/* A cut of n neurons into `parts` uneven pieces: begin[0] = 0 .. begin[parts] = n. */
static void uneven(size_t *begin, size_t n, size_t parts) {
    begin[0] = 0;
    for (size_t p = 1; p < parts; p++)
        begin[p] = begin[p - 1] + testing_size(1, (n - begin[p - 1] - (parts - p)) / (parts - p) * 2 % n + 1);
    begin[parts] = n;
    for (size_t p = parts; p-- > 1;) /* each at least one */
        if (begin[p] >= begin[p + 1]) begin[p] = begin[p + 1] - 1;
}

enum { MOST_PARTS = 5 };

/* ---- connectivity ---- */

typedef struct {
    size_t n_pre, n_post, n;
    uint64_t *row_ptr;
    uint32_t *col;
} rows_t;

static rows_t rows_of(const lpl_connect_t *c, size_t n_pre, uint64_t first, size_t n_post, uint64_t global) {
    lpl_projection_config_t cfg;
    lpl_projection_t *p = NULL;
    double n;
    OK(lpl_projection_config_init(&cfg, sizeof cfg));
    cfg.n_pre = n_pre, cfg.n_post = n_post, cfg.post_begin = first, cfg.n_post_global = global;
    OK(lpl_projection_create(&cfg, c, &p));
    OK(lpl_projection_get(p, LPL_PROJECTION_PARAM_N_SYNAPSES, &n));
    rows_t r = {n_pre, n_post, (size_t)n, malloc((n_pre + 1) * sizeof(uint64_t)),
                malloc(((size_t)n + 1) * sizeof(uint32_t))};
    OK(lpl_projection_connectivity(p, r.row_ptr, r.col));
    lpl_projection_destroy(p);
    return r;
}
static void free_rows(rows_t *r) { free(r->row_ptr), free(r->col); }

/* Row by row the parts' columns, shifted, are the whole's. */
static void together(const lpl_connect_t *c, size_t n_pre, size_t n_post, size_t parts) {
    rows_t whole = rows_of(c, n_pre, 0, n_post, testing_bits() % 2 ? 0 : n_post), part[MOST_PARTS];
    size_t begin[MOST_PARTS + 1], wrong = 0, k = 0;
    uneven(begin, n_post, parts);
    for (size_t p = 0; p < parts; p++) part[p] = rows_of(c, n_pre, begin[p], begin[p + 1] - begin[p], n_post);
    for (size_t j = 0; j < n_pre; j++) {
        wrong += whole.row_ptr[j] != k;
        for (size_t p = 0; p < parts; p++)
            for (uint64_t q = part[p].row_ptr[j]; q < part[p].row_ptr[j + 1]; q++, k++)
                wrong += k >= whole.n || whole.col[k] != part[p].col[q] + begin[p];
    }
    ck_assert_uint_eq(k, whole.n);
    ck_assert_uint_eq(wrong, 0);
    for (size_t p = 0; p < parts; p++) free_rows(&part[p]);
    free_rows(&whole);
}

START_TEST(connectivity) {
    static const int32_t kinds[] = {LPL_CONNECT_DENSE, LPL_CONNECT_RANDOM, LPL_CONNECT_RANDOM_ROWS};
    for (int round = 0; round < 60; round++) {
        const size_t n_post = testing_size(5, 90), n_pre = testing_size(1, 90);
        lpl_connect_t c;
        OK(lpl_connect_init(&c, sizeof c));
        c.kind = kinds[round % 3];
        c.flags = round % 2 ? LPL_CONNECT_NO_SELF : 0;
        c.probability = (double)(round % 7) / 6, c.seed = testing_bits(), c.stream = testing_bits();
        together(&c, n_pre, n_post, testing_size(1, MOST_PARTS));
    }
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("part");
    TCase *t = tcase_create("part");
    tcase_add_test(t, connectivity);
    suite_add_tcase(s, t);
    return s;
}

int main(void) {
    testing_seed("test_part", 77);
    return testing_run(suite());
}
