/* tests/test_rows.c - connectivity by rows: that of parts is that of the whole, in any cut; rows by chance are those
 * that docs/connect.md has, and independent. */
#include <stdbool.h>

#include "common/parts.h"

#include "connect/rows.h"
#include "core/log.h"

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

/* ---- rows by chance ---- */

/* As docs/connect.md has it, from the public random words. */
static size_t naive_row(uint32_t *pre, uint64_t seed, uint64_t stream, double p, uint64_t n_pre, uint64_t post) {
    size_t n = 0;
    double j = -1;
    for (uint64_t m = 0; p > 0; m++) {
        uint32_t w[4];
        OK(lpl_random_bits(w, 4, seed, stream, 4 * ((post << 31) + m)));
        const double high = (double)w[3] * 0x1p32 + (double)w[2], low = (double)w[1] * 0x1p32 + ((double)w[0] + 0.5);
        double v = high * 0x1p-64 + low * 0x1p-128;
        if (!(v < 1)) v = 1 - 0x1p-53;
        j += (p < 1 ? floor(lpli_log_1m_f64(v) / lpli_log_1m_f64(p)) : 0) + 1;
        if (!(j < (double)n_pre)) break;
        pre[n++] = (uint32_t)j;
    }
    return n;
}

START_TEST(rows_as_documented) {
    static const double chance[] = {0, 1e-9, 0.003, 0.1, 0.5, 0.93, 1 - 1e-15, 1};
    for (int round = 0; round < 32; round++) {
        const size_t n_pre = testing_size(1, 300), n_post = testing_size(1, 40), global = n_post + testing_size(0, 900),
                     first = testing_size(0, global - n_post);
        lpl_connect_t c;
        OK(lpl_connect_init(&c, sizeof c));
        c.kind = LPL_CONNECT_RANDOM_ROWS, c.probability = chance[round % 8];
        c.seed = testing_bits(), c.stream = testing_bits();
        rows_t r = rows_of(&c, n_pre, first, n_post, global);
        uint8_t *there = calloc(n_pre * n_post, 1);
        for (size_t j = 0; j < n_pre; j++)
            for (uint64_t k = r.row_ptr[j]; k < r.row_ptr[j + 1]; k++) there[j * n_post + r.col[k]] = 1;
        size_t n = 0, wrong = 0;
        for (size_t i = 0; i < n_post; i++) {
            uint32_t pre[300];
            const size_t own = naive_row(pre, c.seed, c.stream, c.probability, n_pre, first + i);
            for (size_t k = 0; k < own; k++) wrong += !there[pre[k] * n_post + i];
            n += own;
        }
        ck_assert_uint_eq(n, r.n);
        ck_assert_uint_eq(wrong, 0);
        free(there), free_rows(&r);
    }
}
END_TEST

/* Independent pairs: counts of synapses, of rows, of columns, of neighbours that are both connected, within 6 standard
 * deviations of what the binomial law says (chance of a false alarm below 2e-9 each, some 4000 looks). */
START_TEST(rows_by_chance) {
    enum { N = 500 };
    static const double chance[] = {0.02, 0.3, 0.8};
    for (int q = 0; q < 3; q++) {
        const double p = chance[q];
        lpl_connect_t c;
        OK(lpl_connect_init(&c, sizeof c));
        c.kind = LPL_CONNECT_RANDOM_ROWS, c.probability = p, c.seed = testing_bits();
        rows_t r = rows_of(&c, N, 0, N, 0);
        static uint8_t there[N][N];
        memset(there, 0, sizeof there);
        CLOSE((double)r.n, p * N * N, 6, sqrt(p * (1 - p)) * N);
        for (size_t j = 0; j < N; j++) {
            CLOSE((double)(r.row_ptr[j + 1] - r.row_ptr[j]), p * N, 6.5, sqrt(p * (1 - p) * N));
            for (uint64_t k = r.row_ptr[j]; k < r.row_ptr[j + 1]; k++) there[j][r.col[k]] = 1;
        }
        double down = 0, across = 0, corner = there[0][0] + there[N - 1][N - 1] + there[0][N - 1] + there[N - 1][0];
        for (size_t i = 0; i < N; i++) {
            double in = 0;
            for (size_t j = 0; j < N; j++) {
                in += there[j][i];
                if (j > 0) down += there[j][i] * there[j - 1][i];
                if (i > 0) across += there[j][i] * there[j][i - 1];
            }
            CLOSE(in, p * N, 6.5, sqrt(p * (1 - p) * N));
        }
        /* variance of a count of neighbouring pairs: each shares a pair with two others */
        const double n = (double)N * (N - 1), sd = sqrt(n * (p * p * (1 - p * p) + 2 * (p * p * p - p * p * p * p)));
        CLOSE(down, p * p * n, 6, sd);
        CLOSE(across, p * p * n, 6, sd);
        (void)corner;
        free_rows(&r);
    }
}
END_TEST

/* 2^31 pre neurons and chances of a few in 10^9 and less: as many as there should be, everywhere, even and odd alike,
 * in a time that goes by the synapses; at 2^-100 none. */
START_TEST(rows_of_billions) {
    const uint64_t n_pre = UINT64_C(1) << 31;
    const double mean = 3;
    lpli_row_t r;
    lpli_rows_open(&r, 5, 6, mean / (double)n_pre, n_pre);
    double n = 0, place = 0, odd = 0, rows = 20000, squares = 0;
    for (uint64_t i = 0; i < (uint64_t)rows; i++) {
        double own = 0;
        lpli_row_begin(&r, n_pre - 1 - i);
        for (uint64_t j, before = 0; (j = lpli_row_next(&r)) < n_pre; before = j) {
            ck_assert(own == 0 || j > before);
            own++, place += (double)j / (double)n_pre, odd += (double)(j % 2);
        }
        n += own, squares += own * own;
    }
    CLOSE(n, mean * rows, 6, sqrt(mean * rows));
    CLOSE(place / n, 0.5, 6, sqrt(1 / 12.0 / n));
    CLOSE(odd / n, 0.5, 6, sqrt(0.25 / n));
    CLOSE(squares / rows - mean * mean, mean, 6, sqrt((mean + 14 * mean * mean) / rows)); /* Poisson: variance = mean */
    lpli_rows_open(&r, 5, 6, 0x1p-100, n_pre);
    for (uint64_t i = 0; i < 1000; i++) {
        lpli_row_begin(&r, i);
        ck_assert(lpli_row_next(&r) >= n_pre);
    }
}
END_TEST

int main(void) {
    testing_seed("rows", 78);
    Suite *s = suite_create("rows");
    TCase *t = tcase_create("rows");
    suite_add_tcase(s, t);
    tcase_add_test(t, connectivity);
    tcase_add_test(t, rows_as_documented);
    tcase_add_test(t, rows_by_chance);
    tcase_add_test(t, rows_of_billions);
    return testing_run(s);
}
