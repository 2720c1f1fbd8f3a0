/* tests/test_connect.c - connectivity of every kind, views of it, spikes as bits, delays, drive and traces; bad
 * input. */
#include "common/testing.h"

#include "common/memfile.h"
#include "connect/connect_state.h"
#include "connect/drive.h"
#include "core/cpu.h"

/* What a projection says about its connectivity. */
typedef struct {
    size_t n_pre, n_post, n;
    uint64_t *row_ptr;
    uint32_t *col;
} rows_t;

static lpl_status_t create(const lpl_connect_t *c, size_t n_pre, size_t n_post, lpl_projection_t **p) {
    lpl_projection_config_t cfg;
    OK(lpl_projection_config_init(&cfg, sizeof cfg));
    cfg.n_pre = n_pre, cfg.n_post = n_post;
    return lpl_projection_create(&cfg, c, p);
}

static rows_t rows_of(const lpl_connect_t *c, size_t n_pre, size_t n_post) {
    lpl_projection_t *p = NULL;
    double n;
    OK(create(c, n_pre, n_post, &p));
    OK(lpl_projection_get(p, LPL_PROJECTION_PARAM_N_SYNAPSES, &n));
    rows_t r = {n_pre, n_post, (size_t)n, malloc((n_pre + 1) * sizeof(uint64_t)),
                malloc(((size_t)n + 1) * sizeof(uint32_t))};
    OK(lpl_projection_connectivity(p, r.row_ptr, r.col));
    OK(lpl_projection_connectivity(p, NULL, NULL));
    lpl_projection_destroy(p);
    ck_assert(r.row_ptr[0] == 0 && r.row_ptr[n_pre] == r.n);
    return r;
}

static void free_rows(rows_t *r) { free(r->row_ptr), free(r->col); }

static lpl_connect_t kind(int32_t k) {
    lpl_connect_t c;
    OK(lpl_connect_init(&c, sizeof c));
    c.kind = k;
    return c;
}

/* A random matrix of pairs; about the given share of them is connected. */
static unsigned char *pairs(size_t n, double density) {
    unsigned char *m = malloc(n);
    for (size_t k = 0; k < n; k++) m[k] = testing_real() < 2 * density - 1;
    return m;
}

static void same_as(const rows_t *r, const unsigned char *m) {
    size_t k = 0, wrong = 0; /* few assertions: each costs a system call */
    for (size_t j = 0; j < r->n_pre; j++) {
        wrong += r->row_ptr[j] != k;
        for (size_t i = 0; i < r->n_post; i++)
            if (m[j * r->n_post + i]) wrong += k >= r->n || r->col[k] != i, k++;
    }
    ck_assert_uint_eq(r->n, k);
    ck_assert_uint_eq(wrong, 0);
}

START_TEST(dense) {
    for (int round = 0; round < 20; round++) {
        const size_t n_pre = testing_size(1, 40), n_post = testing_size(1, 40);
        for (uint32_t flags = 0; flags <= LPL_CONNECT_NO_SELF; flags++) {
            lpl_connect_t c = kind(LPL_CONNECT_DENSE);
            c.flags = flags;
            unsigned char *m = pairs(n_pre * n_post, 2);
            for (size_t j = 0; flags && j < n_pre && j < n_post; j++) m[j * n_post + j] = 0;
            rows_t r = rows_of(&c, n_pre, n_post);
            same_as(&r, m);
            free_rows(&r);
            if (!flags) {
                r = rows_of(NULL, n_pre, n_post);
                same_as(&r, m);
                free_rows(&r);
            }
            free(m);
        }
    }
}
END_TEST

/* The same pairs as CSR and as a list in any order. */
START_TEST(csr_and_list) {
    for (int round = 0; round < 40; round++) {
        const size_t n_pre = testing_size(1, 60), n_post = testing_size(1, 60), all = n_pre * n_post;
        unsigned char *m = pairs(all, round % 5 / 4.0); /* none to all */
        uint64_t *row_ptr = calloc(n_pre + 1, sizeof *row_ptr);
        uint32_t *col = malloc(all * sizeof *col), *pre = malloc(all * sizeof *pre), *post = malloc(all * sizeof *post);
        size_t n = 0;
        for (size_t k = 0; k < all; k++) {
            if (m[k]) col[n] = post[n] = (uint32_t)(k % n_post), pre[n++] = (uint32_t)(k / n_post);
            row_ptr[k / n_post + 1] = n;
        }
        for (size_t k = n; k > 1; k--) { /* shuffle */
            const size_t to = testing_size(0, k - 1);
            const uint32_t a = pre[k - 1], b = post[k - 1];
            pre[k - 1] = pre[to], post[k - 1] = post[to], pre[to] = a, post[to] = b;
        }
        lpl_connect_t c = kind(LPL_CONNECT_CSR), l = kind(LPL_CONNECT_LIST);
        c.n_synapses = l.n_synapses = n;
        c.row_ptr = row_ptr, c.col = n > 0 ? col : NULL, l.pre = n > 0 ? pre : NULL, l.post = n > 0 ? post : NULL;
        rows_t from_csr = rows_of(&c, n_pre, n_post), from_list = rows_of(&l, n_pre, n_post);
        same_as(&from_csr, m);
        same_as(&from_list, m);
        free_rows(&from_csr), free_rows(&from_list);
        free(m), free(row_ptr), free(col), free(pre), free(post);
    }
}
END_TEST

/* Pair (j, i) is connected if uniform draw j n_post + i of (seed, stream) is below the probability: as documented, so
 * as any host can. */
START_TEST(by_chance) {
    for (int round = 0; round < 12; round++) {
        const size_t n_pre = testing_size(1, 70), n_post = testing_size(1, 70), all = n_pre * n_post;
        lpl_connect_t c = kind(LPL_CONNECT_RANDOM);
        c.probability = round % 4 / 3.0, c.seed = testing_bits(), c.stream = testing_bits();
        c.flags = round % 2 ? LPL_CONNECT_NO_SELF : 0;
        double *u = malloc(all * sizeof *u);
        unsigned char *m = malloc(all);
        OK(lpl_random_uniform_f64(u, all, c.seed, c.stream, 0));
        for (size_t k = 0; k < all; k++) m[k] = u[k] < c.probability && !(c.flags && k / n_post == k % n_post);
        rows_t r = rows_of(&c, n_pre, n_post);
        same_as(&r, m);
        free_rows(&r);
        free(u), free(m);
    }
}
END_TEST

/* Density within five standard deviations, rows and columns too; other streams give other pairs. */
START_TEST(density) {
    enum { N = 400 };
    lpl_connect_t c = kind(LPL_CONNECT_RANDOM);
    c.probability = 0.1, c.seed = 123;
    rows_t r = rows_of(&c, N, N);
    CLOSE((double)r.n, 0.1 * N * N, 5, sqrt(0.09 * N * N));
    size_t in[N] = {0};
    for (size_t j = 0; j < N; j++) CLOSE((double)(r.row_ptr[j + 1] - r.row_ptr[j]), 0.1 * N, 6, sqrt(0.09 * N));
    for (size_t k = 0; k < r.n; k++) in[r.col[k]]++;
    for (size_t i = 0; i < N; i++) CLOSE((double)in[i], 0.1 * N, 6, sqrt(0.09 * N));
    c.stream = 1;
    rows_t other = rows_of(&c, N, N);
    size_t common = 0;
    for (size_t j = 0; j < N; j++)
        for (size_t a = r.row_ptr[j], b = other.row_ptr[j]; a < r.row_ptr[j + 1] && b < other.row_ptr[j + 1];) {
            common += r.col[a] == other.col[b];
            if (r.col[a] < other.col[b])
                a++;
            else
                b++;
        }
    CLOSE((double)common, 0.01 * N * N, 6, sqrt(0.01 * N * N));
    free_rows(&r), free_rows(&other);
}
END_TEST

/* Every synapse once, by post neuron, pre neurons ascending. */
START_TEST(by_post) {
    for (int round = 0; round < 20; round++) {
        const size_t n_pre = testing_size(1, 50), n_post = testing_size(1, 50);
        lpl_connect_t c = kind(round % 2 ? LPL_CONNECT_RANDOM : LPL_CONNECT_DENSE);
        c.probability = 0.3, c.seed = testing_bits();
        lpli_csr_t csr = {0};
        OK(lpli_connect(&csr, &c, n_pre, (lpli_part_t){0, n_post, n_post}, "test"));
        const size_t n = csr.n_synapses;
        uint64_t *ptr = malloc((n_post + 1) * sizeof *ptr);
        uint32_t *pre = malloc((n + 1) * sizeof *pre);
        uint16_t *in_row = malloc((n + 1) * sizeof *in_row);
        lpli_csr_by_post(&csr, ptr, (lpli_index_t){NULL, pre}, (lpli_index_t){in_row, NULL});
        ck_assert(ptr[0] == 0 && ptr[n_post] == n);
        for (size_t i = 0; i < n_post; i++)
            for (uint64_t s = ptr[i]; s < ptr[i + 1]; s++) {
                const uint64_t k = csr.row_ptr[pre[s]] + in_row[s];
                ck_assert(k < csr.row_ptr[pre[s] + 1]);
                ck_assert_uint_eq(csr.dense ? k % n_post : lpli_index_at(csr.col, k), i);
                ck_assert(s == ptr[i] || pre[s] > pre[s - 1]);
            }
        free(ptr), free(in_row), free(pre);
        lpli_csr_free(&csr);
    }
}
END_TEST

START_TEST(bad_connectivity) {
    uint64_t row_ptr[4] = {0, 2, 3, 4};
    uint32_t col[4] = {0, 2, 1, 0}, pre[3] = {2, 0, 2}, post[3] = {1, 1, 0};
    lpl_projection_t *p = NULL;
    lpl_connect_t c = kind(LPL_CONNECT_CSR);
    c.row_ptr = row_ptr, c.col = col, c.n_synapses = 4;
#define CSR(place, value, word)                       \
    do {                                              \
        const __typeof__(place) was = place;          \
        place = value;                                \
        FAILS(create(&c, 3, 3, &p), LPL_E_ARG, word); \
        ck_assert_ptr_null(p);                        \
        place = was;                                  \
    } while (0)
    CSR(row_ptr[0], 1, "row_ptr[0] = 1");
    CSR(row_ptr[1], 4, "row_ptr[2] = 3 after 4"); /* descending */
    CSR(row_ptr[2], 9, "row_ptr[2] = 9");
    CSR(row_ptr[3], 3, "row_ptr[3] = 3"); /* a hole at the end */
    CSR(row_ptr[3], UINT64_MAX, "row_ptr[3]");
    CSR(c.n_synapses, 5, "n_synapses = 5");
    CSR(col[1], 3, "col[1] = 3 in row 0");
    CSR(col[1], 0, "col[1] = 0 after 0"); /* twice */
    CSR(col[0], 2, "col[1] = 2 after 2");
    CSR(c.flags, LPL_CONNECT_NO_SELF, "NO_SELF");
    CSR(c.flags, 2, "flags = 2");
    CSR(c.reserved, 1, "reserved");
    CSR(c.kind, LPL_CONNECT_RANDOM_ROWS + 1, "kind");
    CSR(c.kind, -1, "kind");
    c.row_ptr = NULL;
    FAILS(create(&c, 3, 3, &p), LPL_E_NULL, "row_ptr");
    c.row_ptr = row_ptr, c.col = NULL;
    FAILS(create(&c, 3, 3, &p), LPL_E_NULL, "col");
    c.n_synapses = UINT64_MAX;
    FAILS(create(&c, 3, 3, &p), LPL_E_SIZE, "n_synapses");
    c = kind(LPL_CONNECT_LIST);
    c.pre = pre, c.post = post, c.n_synapses = 3;
    CSR(pre[1], 3, "pre[1] = 3");
    CSR(post[2], 7, "post[2] = 7");
    CSR(post[2], 1, "pre 2, post 1 is listed twice");
    c.post = NULL;
    FAILS(create(&c, 3, 3, &p), LPL_E_NULL, "post");
    c.pre = NULL;
    FAILS(create(&c, 3, 3, &p), LPL_E_NULL, "pre");
    c = kind(LPL_CONNECT_RANDOM);
    CSR(c.probability, -0.1, "probability");
    CSR(c.probability, 1.1, "probability");
    CSR(c.probability, NAN, "probability");
    c.kind = LPL_CONNECT_RANDOM_ROWS;
    CSR(c.probability, -0.1, "probability");
    CSR(c.probability, NAN, "probability");
    CSR(c.n_post_global, 4, "n_post_global = 4, but the projection's are 0, 3");
    CSR(c.post_begin, 1, "post_begin = 1");
    c.kind = LPL_CONNECT_RANDOM;
    c.probability = 1;
    const size_t huge = (size_t)1 << 31;
    FAILS(create(NULL, huge, huge, &p), LPL_E_SIZE, "all to all");
    if (sizeof(size_t) < 8) FAILS(create(&c, huge, huge, &p), LPL_E_SIZE, "pairs");
    c.size = 4;
    FAILS(create(&c, 3, 3, &p), LPL_E_VERSION, "size");
    FAILS(lpl_connect_init(NULL, sizeof c), LPL_E_NULL, "NULL");
}
END_TEST

START_TEST(spikes_and_delays) {
    const uint32_t good[] = {0, 3, 63, 64, 199}, twice[] = {1, 5, 5}, down[] = {5, 4}, far[] = {3, 200};
    OK(lpli_check_spikes(good, 5, 200, "test", "pre"));
    OK(lpli_check_spikes(NULL, 0, 200, "test", "pre"));
    FAILS(lpli_check_spikes(NULL, 1, 200, "test", "pre"), LPL_E_NULL, "pre is NULL");
    FAILS(lpli_check_spikes(twice, 3, 200, "test", "pre"), LPL_E_ARG, "pre[2] = 5 after 5");
    FAILS(lpli_check_spikes(down, 2, 200, "test", "post"), LPL_E_ARG, "post[1] = 4 after 5");
    FAILS(lpli_check_spikes(far, 2, 200, "test", "pre"), LPL_E_ARG, "pre[1] = 200");
    uint64_t row[4] = {1, 2, 3, 4};
    size_t n = 0;
    lpli_spikes_to_bits(row, 4, good, 5);
    LPLI_EACH_SPIKE(i, row, 4, { ck_assert_uint_eq(i, good[n++]); })
    ck_assert_uint_eq(n, 5);
    size_t steps = 0;
    for (int k = 1; k <= 1000; k++) {
        OK(lpli_steps_of(&steps, k * 1e-4, 1e-4, "test", "delay_ax"));
        ck_assert_uint_eq(steps, (size_t)k);
        OK(lpli_steps_of(&steps, (double)(float)(k * 0.1f), 0.1f, "test", "delay_ax"));
        ck_assert_uint_eq(steps, (size_t)k);
    }
    FAILS(lpli_steps_of(&steps, -8e-4, 1e-4, "test", "delay_ax"), LPL_E_ARG, "delay_ax = -0.0008");
    FAILS(lpli_steps_of(&steps, 0, 1e-4, "test", "delay_ax"), LPL_E_ARG, "at least one step");
    FAILS(lpli_steps_of(&steps, NAN, 1e-4, "test", "delay_ax"), LPL_E_ARG, "delay_ax");
    FAILS(lpli_steps_of(&steps, INFINITY, 1e-4, "test", "delay_ax"), LPL_E_ARG, "delay_ax");
    FAILS(lpli_steps_of(&steps, 0.25, 1e-4 * 3, "test", "delay_ax"), LPL_E_ARG, "whole number");
    FAILS(lpli_steps_of(&steps, 1e9, 1e-4, "test", "delay_ax"), LPL_E_UNITS, "ms");
    OK(lpli_check_dt(1e-4, 2e-4, "test", "tau"));
    FAILS(lpli_check_dt(0.1, 20e-3, "test", "tau_stdp"), LPL_E_UNITS, "did you give ms");
    FAILS(lpli_check_dt(0, 20e-3, "test", "tau_stdp"), LPL_E_ARG, "dt");
    FAILS(lpli_check_dt(1e-4, NAN, "test", "tau_stdp"), LPL_E_ARG, "tau_stdp");
}
END_TEST

/* Drive and traces of every instruction set against the plain sums. */
START_TEST(kernels) {
    for (int round = 0; round < 10; round++) {
        const size_t n_pre = testing_size(1, 150), n_post = testing_size(1, 150), words = lpli_spike_words(n_pre);
        lpl_connect_t c = kind(round % 2 ? LPL_CONNECT_RANDOM : LPL_CONNECT_DENSE);
        c.probability = 0.3, c.seed = testing_bits();
        lpli_csr_t csr = {0};
        OK(lpli_connect(&csr, &c, n_pre, (lpli_part_t){0, n_post, n_post}, "test"));
        float *w = testing_floats(csr.n_synapses), *g0 = testing_floats(n_post), *x0 = testing_floats(n_pre);
        uint64_t *row = calloc(words, sizeof *row);
        for (size_t j = 0; j < n_pre; j++) row[j / 64] |= (uint64_t)(testing_size(0, 3) == 0) << j % 64;
        for (int32_t isa = LPL_ISA_REF; isa <= LPL_ISA_AVX512; isa++) {
            int32_t have;
            if (lpli_isa_choose(isa, &have, "test") < 0) continue;
            float *g = malloc(n_post * sizeof *g), *x = malloc(n_pre * sizeof *x);
            const float k = 0.995f;
            memcpy(g, g0, n_post * sizeof *g);
            for (size_t j = 0; j < n_pre; j++) x[j] = fabsf(x0[j]);
            LPLI_PICK(isa, lpli_drive)(g, w, &csr, row);
            LPLI_PICK(isa, lpli_trace)(x, n_pre, row, k);
            for (size_t i = 0; i < n_post; i++) {
                float sum = g0[i];
                for (size_t j = 0; j < n_pre; j++)
                    for (uint64_t s = csr.row_ptr[j]; s < csr.row_ptr[j + 1]; s++)
                        if ((row[j / 64] >> j % 64 & 1) && (csr.dense ? s % n_post : lpli_index_at(csr.col, s)) == i)
                            sum += w[s];
                ck_assert(memcmp(&g[i], &sum, sizeof sum) == 0);
            }
            for (size_t j = 0; j < n_pre; j++) {
                const float now = fabsf(x0[j]) + (float)(row[j / 64] >> j % 64 & 1), want = k * now;
                ck_assert(memcmp(&x[j], &want, sizeof want) == 0);
            }
            size_t denormal = 0;
            for (int t = 0; t < 15000; t++) { /* towards 0, and never denormal */
                memset(row, 0, words * sizeof *row);
                LPLI_PICK(isa, lpli_trace)(x, n_pre, row, k);
                for (size_t j = 0; j < n_pre; j++) denormal += x[j] != 0 && x[j] < 1e-30f;
            }
            ck_assert_uint_eq(denormal, 0);
            ck_assert(x[0] == 0);
            free(g), free(x);
        }
        lpli_csr_free(&csr);
        free(w), free(g0), free(x0), free(row);
    }
}
END_TEST

/* Rows and delays through a state file; what does not describe connectivity is refused. */
START_TEST(in_a_file) {
    enum { PRE = 70, POST = 40, STEPS = 5 };
    lpl_connect_t c = kind(LPL_CONNECT_RANDOM);
    c.probability = 0.2;
    lpli_csr_t csr = {0}, back = {0};
    OK(lpli_connect(&csr, &c, PRE, (lpli_part_t){0, POST, POST}, "test"));
    uint64_t rows[STEPS * 2], rows_back[STEPS * 2];
    for (size_t k = 0; k < STEPS * 2; k++) rows[k] = testing_bits() & (k % 2 ? 63 : UINT64_MAX);
    lpli_delay_t d = {2, STEPS, rows}, d_back = {2, STEPS, rows_back};
    const lpli_array_t line = lpli_delay_array("DLAY", &d, PRE), line_back = lpli_delay_array("DLAY", &d_back, PRE);
    for (int wrong = 0; wrong < 4; wrong++) {
        memfile_t f = {0};
        lpli_writer_t w;
        lpli_reader_t r;
        if (wrong == 1) lpli_index_put(csr.col, 3, POST);
        if (wrong == 2) lpli_index_put(csr.col, 3, lpli_index_at(csr.col, 2)), csr.row_ptr[1] = csr.row_ptr[2];
        if (wrong == 3) rows[5] |= 64;
        OK(lpli_write_begin(&w, memfile_write, &f, "test"));
        OK(lpli_csr_write(&w, &csr));
        OK(lpli_arrays_write(&w, &line, 1));
        OK(lpli_write_end(&w));
        OK(lpli_read_begin(&r, memfile_read, &f, "test"));
        if (wrong == 1 || wrong == 2) {
            FAILS(lpli_csr_read(&r, &back, PRE, POST, csr.n_synapses, false, "a test"), LPL_E_FORMAT, "connectivity");
            ck_assert_ptr_null(back.block);
        } else {
            OK(lpli_csr_read(&r, &back, PRE, POST, csr.n_synapses, false, "a test"));
            ck_assert(memcmp(back.row_ptr, csr.row_ptr, (PRE + 1) * sizeof *csr.row_ptr) == 0);
            for (size_t k = 0; k < csr.n_synapses; k++)
                ck_assert_uint_eq(lpli_index_at(back.col, k), lpli_index_at(csr.col, k));
            if (wrong == 3)
                FAILS(lpli_arrays_read(&r, "a test", &line_back, 1), LPL_E_FORMAT, "does not exist");
            else
                OK(lpli_arrays_read(&r, "a test", &line_back, 1));
            ck_assert(memcmp(rows, rows_back, sizeof rows) == 0);
            lpli_csr_free(&back);
        }
        free(f.data);
        lpli_csr_free(&csr);
        OK(lpli_connect(&csr, &c, PRE, (lpli_part_t){0, POST, POST}, "test"));
    }
    lpli_csr_free(&csr);
}
END_TEST

int main(void) {
    testing_seed("test_connect", 20261124);
    Suite *s = suite_create("connect");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, dense);
    tcase_add_test(t, csr_and_list);
    tcase_add_test(t, by_chance);
    tcase_add_test(t, density);
    tcase_add_test(t, by_post);
    tcase_add_test(t, bad_connectivity);
    tcase_add_test(t, spikes_and_delays);
    tcase_add_test(t, kernels);
    tcase_add_test(t, in_a_file);
    suite_add_tcase(s, t);
    return testing_run(s);
}
