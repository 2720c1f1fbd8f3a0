/* tests/test_tiles.c - the tiles of a plastic projection: those of the whole against parts of one each, bytes, and
 * places beyond 2^32 synapses. */
#if defined(__linux__)
#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE /* mmap */
#endif
#include <sys/mman.h>
#endif
#include <stdbool.h>

#include "common/parts.h"

#include "connect/drive.h"
#include "part/cut.h"
#include "spiking/forward.h"

enum { TILED = 1300, TILED_PRE = 40, NARROW = 6 };

typedef struct {
    uint32_t pre[TILED_PRE], post[TILED];
    size_t n_pre, n_post;
    float v[TILED];
    double v64[TILED];
} moment_t;

static void moment(moment_t *m) {
    m->n_pre = m->n_post = 0;
    for (uint32_t j = 0; j < TILED_PRE; j++)
        if (testing_size(0, 19) == 0) m->pre[m->n_pre++] = j;
    for (uint32_t i = 0; i < TILED; i++) {
        if (testing_size(0, 49) == 0) m->post[m->n_post++] = i;
        m->v[i] = (float)(-0.05 + 0.005 * testing_real()), m->v64[i] = (double)m->v[i];
    }
}

/* Those of post neurons first .. first + n - 1. */
static lpl_status_t step(lpl_spiking_t *s, const moment_t *m, size_t first, size_t n, int32_t dtype) {
    uint32_t post[TILED];
    size_t n_post = 0;
    for (size_t k = 0; k < m->n_post; k++)
        if (m->post[k] >= first && m->post[k] < first + n) post[n_post++] = (uint32_t)(m->post[k] - first);
    return dtype == LPL_F64 ? lpl_spiking_step_f64(s, m->pre, m->n_pre, post, n_post, m->v64 + first)
                            : lpl_spiking_step(s, m->pre, m->n_pre, post, n_post, m->v + first);
}

static void same_bytes(const lpl_spiking_t *whole, lpl_spiking_t *const *part, size_t parts) {
    lpl_spiking_t *merged = NULL;
    memfile_t f[2] = {{0}, {0}};
    OK(lpl_spiking_cut((const lpl_spiking_t *const *)part, parts, 0, TILED, &merged));
    OK(lpl_spiking_save(whole, memfile_write, &f[0]));
    OK(lpl_spiking_save(merged, memfile_write, &f[1]));
    lpl_spiking_destroy(merged);
    equal_files(&f[0], &f[1], "tiles", 0);
}

/* Elements of a state of the parts, one after the other in the order of the whole's synapses. */
static void same_values(const lpl_spiking_t *whole, lpl_spiking_t *const *part, size_t parts, int32_t dtype) {
    lpl_spiking_t *merged = NULL;
    double n;
    OK(lpl_spiking_cut((const lpl_spiking_t *const *)part, parts, 0, TILED, &merged));
    OK(lpl_spiking_get(whole, LPL_SPIKING_PARAM_N_SYNAPSES, &n));
    double *a = calloc((size_t)n, sizeof *a), *b = calloc((size_t)n, sizeof *b);
    for (int32_t what = LPL_SPIKING_ELIG; what <= LPL_SPIKING_ELIG_SUM; what++) {
        OK(dtype == LPL_F64 ? lpl_spiking_read_f64(whole, a, (size_t)n, NULL, what)
                            : lpl_spiking_read(whole, (float *)(void *)a, (size_t)n, NULL, what));
        OK(dtype == LPL_F64 ? lpl_spiking_read_f64(merged, b, (size_t)n, NULL, what)
                            : lpl_spiking_read(merged, (float *)(void *)b, (size_t)n, NULL, what));
        ck_assert(memcmp(a, b, (size_t)n * sizeof *a) == 0);
    }
    free(a), free(b);
    lpl_spiking_destroy(merged);
}

/* A whole of 6 chunks, of as many tiles, against parts of one; absurd: no step is calm, each is looked at first. */
START_TEST(tiles) {
    const int rounds = testing_rounds("tiles", 9, 3);
    for (int round = 0; round < rounds; round++) {
        static moment_t m;
        static const double chance[] = {0.4, 0.1, 0.05}; /* a span of one chunk and of several */
        const bool absurd = round == 5;
        lpl_spiking_config_t c;
        lpl_connect_t connect;
        lpl_spiking_t *whole = NULL, *part[NARROW] = {NULL};
        OK(lpl_spiking_config_init(&c, sizeof c));
        OK(lpl_connect_init(&connect, sizeof connect));
        if (round / 3 != 1)
            connect.kind = LPL_CONNECT_RANDOM_ROWS, connect.probability = chance[round % 3],
            connect.seed = testing_bits();
        c.n_pre = TILED_PRE, c.n_post = TILED, c.dtype = round % 2 ? LPL_F64 : LPL_F32, c.update_every = 60;
        c.engine = LPL_ENGINE_BLOCK, c.scaling = round % 3, c.sigma2_init = 1e-6, c.tau_rms = 0.02;
        c.eta = c.scaling ? 0.01 : 3, c.tau_wdecay = round % 4 ? 0 : 1, c.threads = (int32_t)testing_size(1, 2);
        if (round % 4 == 1)
            c.memory_max = c.dtype == LPL_F64 ? 700000 : 400000; /* windows in several blocks: sums are kept */
        if (round % 4 == 2) c.flags = LPL_SPIKING_WATCH;
        if (absurd) c.push = 1e30, c.eta = 1e-30, c.xi = 1e-3;
        OK(lpl_spiking_create(&c, &connect, &whole));
        static asked_t asked;
        memset(&asked, 0, sizeof asked);
        OK(lpl_spiking_largest(whole, note, &asked));
        for (size_t p = 0; p < NARROW; p++) {
            uint64_t first, n;
            OK(lpl_part_range(&first, &n, TILED, NARROW, p));
            c.n_post = n, c.post_begin = first, c.n_post_global = TILED;
            OK(lpl_spiking_create(&c, &connect, &part[p]));
            static asker_t ask[NARROW];
            ask[p] = (asker_t){&asked, 0};
            if (c.scaling) OK(lpl_spiking_largest(part[p], answer, &ask[p]));
        }
        const size_t steps = testing_size(125, 160);
        for (size_t t = 0; t < steps; t++) {
            moment(&m);
            OK(step(whole, &m, 0, TILED, c.dtype));
            for (size_t p = 0; p < NARROW; p++) {
                uint64_t first, n;
                OK(lpl_part_range(&first, &n, TILED, NARROW, p));
                OK(step(part[p], &m, (size_t)first, (size_t)n, c.dtype));
            }
            if (t == 30) same_values(whole, part, NARROW, c.dtype);
            if (t == 30 || t == 60 || t + 1 == steps) same_bytes(whole, part, NARROW);
        }
        lpl_spiking_destroy(whole);
        for (size_t p = 0; p < NARROW; p++) lpl_spiking_destroy(part[p]);
    }
}
END_TEST

/* A refused step at the end of a window changes nothing, whatever the number of tiles. */
START_TEST(refused) {
    static moment_t m;
    lpl_spiking_config_t c;
    lpl_spiking_t *s = NULL;
    OK(lpl_spiking_config_init(&c, sizeof c));
    c.n_pre = TILED_PRE, c.n_post = TILED, c.update_every = 20, c.engine = LPL_ENGINE_BLOCK, c.sigma2_init = 1e-6;
    OK(lpl_spiking_create(&c, NULL, &s));
    for (size_t t = 0; t < 20; t++) {
        moment(&m);
        OK(step(s, &m, 0, TILED, c.dtype));
    }
    memfile_t f[2] = {{0}, {0}};
    OK(lpl_spiking_set(s, LPL_SPIKING_PARAM_ETA, 3e38));
    OK(lpl_spiking_set(s, LPL_SPIKING_PARAM_PUSH, 3e37));
    OK(lpl_spiking_save(s, memfile_write, &f[0]));
    moment(&m);
    lpl_status_t status = step(s, &m, 0, TILED, c.dtype);
    ck_assert_int_eq(status, LPL_E_NONFINITE);
    OK(lpl_spiking_save(s, memfile_write, &f[1]));
    equal_files(&f[0], &f[1], "refused", 0);
    OK(lpl_spiking_set(s, LPL_SPIKING_PARAM_PUSH, 1));
    OK(lpl_spiking_set(s, LPL_SPIKING_PARAM_ETA, 1));
    OK(step(s, &m, 0, TILED, c.dtype));
    lpl_spiking_destroy(s);
}
END_TEST

/* Bytes a synapse, all to all: weight and two traces, and little more. */
START_TEST(memory) {
    lpl_spiking_config_t c;
    lpl_spiking_t *s = NULL;
    double bytes, n;
    OK(lpl_spiking_config_init(&c, sizeof c));
    c.n_pre = 300, c.n_post = 9000, c.update_every = 60;
    OK(lpl_spiking_create(&c, NULL, &s));
    OK(lpl_spiking_get(s, LPL_SPIKING_PARAM_MEMORY, &bytes));
    OK(lpl_spiking_get(s, LPL_SPIKING_PARAM_N_SYNAPSES, &n));
    const double history = 2 * 9000.0 * (60 + 8) * 4 + 20 * 9000 * 4;
    ck_assert_msg((bytes - history) / n < 14, "%g bytes a synapse", (bytes - history) / n);
    lpl_spiking_destroy(s);
}
END_TEST

/* ---- beyond 2^32 synapses, without the memory for them ---- */

#if SIZE_MAX > 0xFFFFFFFFu && defined(__linux__)
START_TEST(beyond_32_bits) {
    enum { MANY = 70000 }; /* 4.9e9 synapses all to all */
    const size_t n = (size_t)MANY * MANY;
    lpl_spiking_config_t c;
    lpl_spiking_t s;
    OK(lpl_spiking_config_init(&c, sizeof c));
    c.n_pre = c.n_post = MANY, c.memory_max = (uint64_t)1 << 30, c.update_every = 100, c.engine = LPL_ENGINE_BLOCK;
    OK(lpli_spiking_decide(&s, &c, "test"));
    s.csr = (lpli_csr_t){.n_pre = MANY, .n_post = MANY, .n_synapses = n, .dense = true};
    const double bytes = (double)lpli_spiking_bytes(&s);
    ck_assert_msg(bytes > 12.0 * (double)n && bytes < 14.0 * (double)n, "%g bytes a synapse", bytes / (double)n);
    ck_assert_uint_gt(s.n_tiles, 1);
    /* places: rows of the last tile of the last neuron end where all ends, tiles of a row follow each other */
    s.csr.row_ptr = malloc((MANY + 1) * sizeof(uint64_t));
    for (size_t j = 0; j <= MANY; j++) s.csr.row_ptr[j] = j * MANY;
    for (size_t j = MANY - 3; j < MANY; j++) {
        size_t next = j * MANY, first;
        for (size_t tile = 0; tile < s.n_tiles; tile++) {
            const size_t own = lpli_spiking_tile_of_row_f32(&s, j, tile, &first);
            ck_assert(first == next && own > 0 && own <= s.tile_spans * s.span);
            next += own;
        }
        ck_assert_uint_eq(next, (j + 1) * MANY);
    }
    const lpli_piece_t piece = {.from = MANY - 10, .n = 10};
    size_t first;
    ck_assert(lpli_cut_row(&s.csr, MANY - 1, &piece, &first) == 10 && first == n - 10);
    /* transmission of the last neuron: only the pages of its row are touched */
    float *w = mmap(NULL, n * sizeof *w, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    ck_assert_msg(w != MAP_FAILED, "no address space");
    static float g[MANY];
    static uint64_t row[(MANY + 63) / 64];
    row[(MANY - 1) / 64] = (uint64_t)1 << (MANY - 1) % 64;
    for (size_t i = 0; i < MANY; i++) w[n - MANY + i] = (float)(i % 97);
    lpli_drive_f32_ref(g, w, &s.csr, row);
    size_t wrong = 0;
    for (size_t i = 0; i < MANY; i++) wrong += g[i] != (float)(i % 97);
    ck_assert_uint_eq(wrong, 0);
    /* the same rows sparse: columns that lie beyond 2^32, too */
    uint32_t *col =
        mmap(NULL, n * sizeof *col, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    ck_assert_msg(col != MAP_FAILED, "no address space");
    for (size_t i = 0; i < MANY; i++) col[n - MANY + i] = (uint32_t)i;
    s.csr.dense = false, s.csr.col.wide = col;
    memset(g, 0, sizeof g);
    lpli_drive_f32_ref(g, w, &s.csr, row);
    for (size_t i = 0; i < MANY; i++) wrong += g[i] != (float)(i % 97);
    ck_assert_uint_eq(wrong, 0);
    ck_assert(lpli_cut_row(&s.csr, MANY - 1, &piece, &first) == 10 && first == n - 10);
    munmap(w, n * sizeof *w), munmap(col, n * sizeof *col);
    free(s.csr.row_ptr);
    /* what cannot be had is said, not cut off: 2^31 x 2^31 */
    lpl_projection_config_t p;
    lpl_projection_t *projection = NULL;
    lpl_spiking_t *plastic = NULL;
    OK(lpl_projection_config_init(&p, sizeof p));
    c.memory_max = 0;
    p.n_pre = c.n_pre = UINT64_C(1) << 31, p.n_post = c.n_post = UINT64_C(1) << 31;
    FAILS(lpl_projection_create(&p, NULL, &projection), LPL_E_SIZE, "more memory");
    FAILS(lpl_spiking_create(&c, NULL, &plastic), LPL_E_SIZE, "more memory");
}
END_TEST
#define BEYOND(t) tcase_add_test(t, beyond_32_bits)
#else
#define BEYOND(t) ((void)(t))
#endif

int main(void) {
    testing_seed("tiles", 79);
    Suite *s = suite_create("tiles");
    TCase *t = tcase_create("tiles");
    suite_add_tcase(s, t);
    tcase_add_test(t, tiles);
    tcase_add_test(t, refused);
    tcase_add_test(t, memory);
    BEYOND(t);
    return testing_run(s);
}
