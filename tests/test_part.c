/* tests/test_part.c - parts of a network: the union of parts is the whole, bit for bit, in any cut. */
#if defined(__linux__)
#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE /* mmap */
#endif
#include <sys/mman.h>
#endif
#include <stdbool.h>

#include "common/testing.h"

#include "common/memfile.h"
#include "connect/drive.h"
#include "connect/rows.h"
#include "core/log.h"
#include "part/cut.h"
#include "spiking/forward.h"

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

/* ---- a network, whole or in parts ---- */

enum { E, I, X, GROUPS };
enum { LIFS = 2, EDGES = 6, PLASTIC = 2, RECORDS = 2 };
static const size_t neurons[GROUPS] = {70, 21, 66};
static const struct {
    int pre, post;
    int32_t receptor;
} edge[EDGES] = {{X, E, LPL_RECEPTOR_AMPA}, {E, E, LPL_RECEPTOR_AMPA}, {I, E, LPL_RECEPTOR_GABA},
                 {E, I, LPL_RECEPTOR_AMPA}, {I, I, LPL_RECEPTOR_GABA}, {X, I, LPL_RECEPTOR_AMPA}};
enum { STEP_MOST = 5, ROOM = STEP_MOST * 70 };

typedef struct {
    int32_t dtype, engine, scaling, slow, rows;
    uint32_t flags;
    uint64_t memory_max, seed;
    bool spread_inputs, adapts;
} plan_t;

/* One process. */
typedef struct {
    size_t first[GROUPS], n[GROUPS];
    bool alone; /* the whole, without a word about parts */
    lpl_lif_t *lif[LIFS];
    lpl_source_t *source;
    lpl_spiking_t *plastic[PLASTIC];
    lpl_projection_t *fixed[EDGES - PLASTIC];
    lpl_record_t *record[RECORDS];
    lpl_network_t *net;
    uint32_t pre[GROUPS]; /* groups of the network: with the numbers of the whole */
    uint64_t ptr[GROUPS][STEP_MOST + 1];
    uint32_t who[GROUPS][ROOM];
} rank_t;

static void place(rank_t *r, size_t parts, size_t part) {
    for (int g = 0; g < GROUPS; g++) {
        uint64_t first, n;
        OK(lpl_part_range(&first, &n, neurons[g], parts, part));
        r->first[g] = (size_t)first, r->n[g] = (size_t)n;
    }
    r->alone = parts == 0;
}

static lpl_connect_t connect_of(const plan_t *plan, int q) {
    lpl_connect_t c;
    OK(lpl_connect_init(&c, sizeof c));
    if (q == 5) return c; /* all to all */
    c.kind = plan->rows ? LPL_CONNECT_RANDOM_ROWS : LPL_CONNECT_RANDOM;
    c.probability = 0.3, c.seed = plan->seed, c.stream = (uint64_t)q;
    if (edge[q].pre == edge[q].post) c.flags = LPL_CONNECT_NO_SELF;
    return c;
}

static void make_members(rank_t *r, const plan_t *plan) {
    for (int g = 0; g < LIFS; g++) {
        lpl_lif_config_t c;
        OK(lpl_lif_config_init(&c, sizeof c));
        c.n = r->n[g], c.dtype = plan->dtype, c.seed = plan->seed, c.stream = (uint64_t)g, c.label = g;
        c.v_init = -51e-3;
        if (plan->adapts) c.dg_adapt = 0.1;
        if (!r->alone) c.first = r->first[g], c.n_global = neurons[g];
        OK(lpl_lif_create(&c, &r->lif[g]));
        if (g == I)
            OK(lpl_lif_clamp(r->lif[g], (const double[]){0, 2e-3, 3e-3, 4e-3},
                             (const double[]){-0.06, -0.05, -0.04, -0.06}, plan->adapts ? 4 : 0));
        lpl_record_config_t k;
        OK(lpl_record_config_init(&k, sizeof k));
        k.n = r->n[g], k.bin_steps = g ? 13 : 0;
        if (!r->alone) k.first = r->first[g], k.n_global = neurons[g];
        OK(lpl_record_create(&k, &r->record[g]));
    }
    for (int q = 0; q < EDGES; q++) {
        lpl_connect_t connect = connect_of(plan, q);
        const uint64_t first = r->alone ? 0 : r->first[edge[q].post], all = r->alone ? 0 : neurons[edge[q].post];
        if (q % 2) connect.post_begin = first, connect.n_post_global = all; /* twice said is fine */
        if (q < PLASTIC) {
            lpl_spiking_config_t c;
            OK(lpl_spiking_config_init(&c, sizeof c));
            c.n_pre = neurons[edge[q].pre], c.n_post = r->n[edge[q].post], c.label = q;
            c.post_begin = first, c.n_post_global = all;
            c.dtype = plan->dtype, c.engine = plan->engine, c.scaling = plan->scaling, c.slow = plan->slow;
            c.flags = plan->flags, c.update_every = q ? 23 : 37, c.eta = plan->scaling ? 0.01 : 2, c.w_init = 0.4;
            c.memory_max = plan->engine == LPL_ENGINE_BLOCK ? plan->memory_max : 0;
            c.delay_ax = 1e-4 * (STEP_MOST + 3 * q), c.tau_rms = 0.01, c.sigma2_init = 1e-6;
            OK(lpl_spiking_create(&c, &connect, &r->plastic[q]));
            continue;
        }
        lpl_projection_config_t c;
        OK(lpl_projection_config_init(&c, sizeof c));
        c.n_pre = neurons[edge[q].pre], c.n_post = r->n[edge[q].post], c.label = q, c.dtype = plan->dtype;
        c.post_begin = first, c.n_post_global = all;
        c.kind = q == 2 ? LPL_PROJECTION_INHIBITORY : LPL_PROJECTION_STATIC, c.zeta = 0.01;
        c.delay_ax = 1e-4 * (STEP_MOST + q);
        OK(lpl_projection_create(&c, &connect, &r->fixed[q - PLASTIC]));
    }
}

static void make_network(rank_t *r, const plan_t *plan, uint64_t step) {
    lpl_source_config_t s;
    const double time[3] = {0, 0.004, 0.009}, rate[3] = {200, 900, 100};
    const bool spread = plan->spread_inputs && !r->alone;
    OK(lpl_source_config_init(&s, sizeof s));
    s.n = spread ? r->n[X] : neurons[X], s.first = spread ? r->first[X] : 0, s.n_global = spread ? neurons[X] : 0;
    s.n_knots = 3, s.time_s = time, s.rate_hz = rate, s.flags = LPL_SOURCE_LOOP, s.seed = plan->seed;
    OK(lpl_source_create(&s, &r->source));
    OK(lpl_source_seek(r->source, step));
    lpl_network_config_t c;
    OK(lpl_network_config_init(&c, sizeof c));
    OK(lpl_network_create(&c, &r->net));
    uint32_t own[GROUPS];
    for (int g = 0; g < LIFS; g++) {
        OK(lpl_network_add_lif(r->net, &own[g], r->lif[g]));
        OK(lpl_network_add_record(r->net, r->record[g], own[g]));
    }
    OK(lpl_network_add_input(r->net, &own[X], neurons[X]));
    OK(lpl_network_add_source(r->net, r->source, own[X]));
    memcpy(r->pre, own, sizeof own);
    for (int g = 0; g < LIFS && !r->alone; g++)
        OK(lpl_network_add_remote(r->net, &r->pre[g], neurons[g], own[g], r->first[g]));
    for (int q = 0; q < EDGES; q++) {
        const uint32_t pre = r->pre[edge[q].pre], post = own[edge[q].post];
        if (q < PLASTIC)
            OK(lpl_network_add_spiking(r->net, r->plastic[q], pre, post, edge[q].receptor));
        else
            OK(lpl_network_add_projection(r->net, r->fixed[q - PLASTIC], pre, post, edge[q].receptor));
    }
    OK(lpl_network_finish(r->net));
    for (int g = 0; g < GROUPS; g++)
        OK(lpl_network_spikes_into(r->net, r->pre[g], r->ptr[g], STEP_MOST, r->who[g], ROOM));
}

static void end(rank_t *r) {
    lpl_network_destroy(r->net);
    lpl_source_destroy(r->source);
    for (int g = 0; g < LIFS; g++) lpl_lif_destroy(r->lif[g]), lpl_record_destroy(r->record[g]);
    for (int q = 0; q < PLASTIC; q++) lpl_spiking_destroy(r->plastic[q]);
    for (int q = 0; q < EDGES - PLASTIC; q++) lpl_projection_destroy(r->fixed[q]);
    memset(r, 0, sizeof *r);
}

/* What each change of weights has asked for, as the whole answers it. */
enum { ASKED_MOST = 200 };
typedef struct {
    double all[ASKED_MOST], most[ASKED_MOST];
    size_t n;
} asked_t;
static asked_t asked[PLASTIC];
typedef struct {
    asked_t *of;
    size_t at;
} asker_t;
static asker_t asker[MOST_PARTS][PLASTIC];

static double note(double largest, void *user) {
    asked_t *a = user;
    ck_assert_uint_lt(a->n, ASKED_MOST);
    a->most[a->n] = 0;
    return a->all[a->n++] = largest;
}

static double answer(double largest, void *user) {
    asker_t *a = user;
    asked_t *of = a->of;
    if (largest > of->most[a->at]) of->most[a->at] = largest;
    return of->all[a->at++];
}

static void run_whole(rank_t *r, size_t steps) {
    for (size_t t = 0; t < steps; t += STEP_MOST) OK(lpl_network_run(r->net, STEP_MOST));
}

/* As many processes, which tell each other who has fired every STEP_MOST steps. */
static void run_parts(rank_t *r, size_t parts, size_t steps, bool own_too) {
    for (size_t t = 0; t < steps; t += STEP_MOST) {
        for (size_t p = 0; p < parts; p++) OK(lpl_network_run(r[p].net, STEP_MOST));
        for (size_t p = 0; p < parts; p++)
            for (size_t other = 0; other < parts; other++)
                for (int g = 0; g < GROUPS; g++)
                    if (other != p || own_too)
                        OK(lpl_network_deliver(r[p].net, r[p].pre[g], STEP_MOST, r[other].ptr[g], r[other].who[g]));
    }
}

/* ---- parts into a whole, and into other parts ---- */

static void cut_members(rank_t *to, const rank_t *from, size_t parts) {
    const void *of[MOST_PARTS];
    for (int g = 0; g < LIFS; g++) {
        for (size_t p = 0; p < parts; p++) of[parts - 1 - p] = from[p].lif[g]; /* in any order */
        OK(lpl_lif_cut((const lpl_lif_t *const *)of, parts, to->first[g], to->n[g], &to->lif[g]));
        for (size_t p = 0; p < parts; p++) of[p] = from[p].record[g];
        OK(lpl_record_cut((const lpl_record_t *const *)of, parts, to->first[g], to->n[g], &to->record[g]));
    }
    for (int q = 0; q < EDGES; q++) {
        const size_t first = to->first[edge[q].post], n = to->n[edge[q].post];
        for (size_t p = 0; p < parts; p++)
            of[p] = q < PLASTIC ? (const void *)from[p].plastic[q] : from[p].fixed[q - PLASTIC];
        if (q < PLASTIC)
            OK(lpl_spiking_cut((const lpl_spiking_t *const *)of, parts, first, n, &to->plastic[q]));
        else
            OK(lpl_projection_cut((const lpl_projection_t *const *)of, parts, first, n, &to->fixed[q - PLASTIC]));
    }
}

static void equal_files(const memfile_t *a, const memfile_t *b, const char *what, int which) {
    ck_assert_msg(a->n == b->n && memcmp(a->data, b->data, a->n) == 0, "%s %d: other bytes than the whole", what,
                  which);
    free(a->data), free(b->data);
}

/* The same states, byte by byte; of recorders the mean rate but for rounding. */
static void same_as(const rank_t *a, const rank_t *b) {
    for (int g = 0; g < LIFS; g++) {
        memfile_t f[2] = {{0}, {0}};
        OK(lpl_lif_save(a->lif[g], memfile_write, &f[0]));
        OK(lpl_lif_save(b->lif[g], memfile_write, &f[1]));
        equal_files(&f[0], &f[1], "population", g);
        double x[70], y[70];
        for (int32_t what = LPL_RECORD_RATES; what <= LPL_RECORD_COUNTS; what++) {
            OK(lpl_record_read(a->record[g], x, neurons[g], what));
            OK(lpl_record_read(b->record[g], y, neurons[g], what));
            ck_assert(memcmp(x, y, neurons[g] * sizeof *x) == 0);
        }
        OK(lpl_record_state(a->record[g], NULL, NULL, NULL, NULL, &x[0], NULL));
        OK(lpl_record_state(b->record[g], NULL, NULL, NULL, NULL, &y[0], NULL));
        CLOSE(x[0], y[0], 1e-12, x[0]);
    }
    for (int q = 0; q < EDGES; q++) {
        memfile_t f[2] = {{0}, {0}};
        if (q < PLASTIC) {
            OK(lpl_spiking_save(a->plastic[q], memfile_write, &f[0]));
            OK(lpl_spiking_save(b->plastic[q], memfile_write, &f[1]));
        } else {
            OK(lpl_projection_save(a->fixed[q - PLASTIC], memfile_write, &f[0]));
            OK(lpl_projection_save(b->fixed[q - PLASTIC], memfile_write, &f[1]));
        }
        equal_files(&f[0], &f[1], "projection", q);
    }
}

/* Through files, as another program would. */
static void through_files(rank_t *r) {
#define THROUGH(type, object, ...)                               \
    do {                                                         \
        memfile_t f = {0};                                       \
        OK(lpl_##type##_save(object, memfile_write, &f));        \
        lpl_##type##_destroy(object);                            \
        OK(lpl_##type##_load(memfile_read, &f, 0, __VA_ARGS__)); \
        free(f.data);                                            \
    } while (0)
    for (int g = 0; g < LIFS; g++) {
        THROUGH(lif, r->lif[g], &r->lif[g]);
        THROUGH(record, r->record[g], &r->record[g]);
    }
    for (int q = 0; q < PLASTIC; q++) THROUGH(spiking, r->plastic[q], 1, &r->plastic[q]);
    for (int q = 0; q < EDGES - PLASTIC; q++) THROUGH(projection, r->fixed[q], &r->fixed[q]);
}

static void begin_asking(rank_t *r, size_t p) {
    for (int q = 0; q < PLASTIC; q++) {
        if (r->alone) {
            OK(lpl_spiking_largest(r->plastic[q], note, &asked[q]));
            continue;
        }
        double updates;
        OK(lpl_spiking_get(r->plastic[q], LPL_SPIKING_PARAM_UPDATES, &updates));
        asker[p][q] = (asker_t){&asked[q], (size_t)updates};
        OK(lpl_spiking_largest(r->plastic[q], answer, &asker[p][q]));
    }
}

static void whole_and_parts(const plan_t *plan, size_t parts, size_t then, size_t steps[2]) {
    static rank_t whole, before, r[MOST_PARTS], again[MOST_PARTS], merged;
    memset(asked, 0, sizeof asked);
    place(&whole, 1, 0);
    whole.alone = true;
    make_members(&whole, plan);
    if (plan->scaling) begin_asking(&whole, 0);
    make_network(&whole, plan, 0);
    run_whole(&whole, steps[0]);
    place(&before, 1, 0);
    cut_members(&before, &whole, 1); /* a copy */
    same_as(&before, &whole);
    run_whole(&whole, steps[1]);
    double fired[70], all = 0;
    OK(lpl_record_read(whole.record[E], fired, neurons[E], LPL_RECORD_COUNTS));
    for (size_t i = 0; i < neurons[E]; i++) all += fired[i];
    ck_assert_msg(all > 20, "%g spikes", all);

    for (size_t p = 0; p < parts; p++) {
        place(&r[p], parts, p);
        make_members(&r[p], plan);
        if (plan->scaling) begin_asking(&r[p], p);
        make_network(&r[p], plan, 0);
    }
    run_parts(r, parts, steps[0], plan->adapts);
    place(&merged, 1, 0);
    cut_members(&merged, r, parts);
    same_as(&merged, &before);
    end(&merged), end(&before);

    for (size_t p = 0; p < parts; p++) through_files(&r[p]);
    for (size_t p = 0; p < then; p++) {
        place(&again[p], then, p);
        cut_members(&again[p], r, parts);
        through_files(&again[p]);
        if (plan->scaling) begin_asking(&again[p], p);
        make_network(&again[p], plan, steps[0]);
    }
    for (size_t p = 0; p < parts; p++) end(&r[p]);
    run_parts(again, then, steps[1], false);
    place(&merged, 1, 0);
    cut_members(&merged, again, then);
    same_as(&merged, &whole);
    for (int q = 0; q < PLASTIC && plan->scaling; q++) /* what the whole found largest one of the parts has found */
        ck_assert(asked[q].n > 2 && memcmp(asked[q].all, asked[q].most, asked[q].n * sizeof *asked[q].all) == 0);
    for (size_t p = 0; p < then; p++) end(&again[p]);
    end(&merged), end(&whole);
}

/* Every engine, type, scaling; steps[0] ends in the middle of blocks. */
START_TEST(networks) {
    const int rounds = testing_rounds("networks in parts", 18, 9);
    for (int round = 0; round < rounds; round++) {
        plan_t plan = {.dtype = round % 2 ? LPL_F64 : LPL_F32, .seed = testing_bits(), .rows = round / 2 % 2};
        plan.engine = round % 3 ? LPL_ENGINE_BLOCK : LPL_ENGINE_FUSED;
        plan.scaling = round / 3 % 3, plan.slow = testing_size(0, 1) ? LPL_SLOW_DOUBLE : LPL_SLOW_REFERENCE;
        plan.flags = testing_size(0, 1) ? LPL_SPIKING_WATCH : 0;
        plan.memory_max = testing_size(0, 1) ? 40000 : 0; /* windows in several blocks */
        plan.spread_inputs = testing_size(0, 1), plan.adapts = testing_size(0, 1);
        size_t steps[2] = {STEP_MOST * testing_size(1, 25), STEP_MOST * testing_size(16, 30)};
        whole_and_parts(&plan, testing_size(1, 4), testing_size(1, 4), steps);
    }
}
END_TEST

/* ---- the end of a block, tile by tile ---- */

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
        memset(asked, 0, sizeof asked);
        OK(lpl_spiking_largest(whole, note, &asked[0]));
        for (size_t p = 0; p < NARROW; p++) {
            uint64_t first, n;
            OK(lpl_part_range(&first, &n, TILED, NARROW, p));
            c.n_post = n, c.post_begin = first, c.n_post_global = TILED;
            OK(lpl_spiking_create(&c, &connect, &part[p]));
            static asker_t ask[NARROW];
            ask[p] = (asker_t){&asked[0], 0};
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

/* ---- sources, recorders, looks ---- */

START_TEST(sources) {
    for (int round = 0; round < 20; round++) {
        const size_t n = testing_size(4, 200), parts = testing_size(1, 4);
        const double time[2] = {0, 0.02}, rate[2] = {10, (double)testing_size(10, 900)};
        uint64_t at[60];
        uint32_t who[60];
        for (size_t k = 0; k < 60; k++) at[k] = k / 3, who[k] = (uint32_t)(k % 3 ? n / 4 * (k % 3) + 1 : 0);
        lpl_source_config_t c;
        lpl_source_t *whole = NULL, *part[4] = {NULL};
        OK(lpl_source_config_init(&c, sizeof c));
        c.n = n, c.kind = round % 4 ? LPL_SOURCE_POISSON : LPL_SOURCE_SPIKES, c.seed = testing_bits();
        if (c.kind == LPL_SOURCE_POISSON)
            c.n_knots = 2, c.time_s = time, c.rate_hz = rate;
        else
            c.n_spikes = 60, c.spk_step = at, c.spk_neuron = who;
        OK(lpl_source_create(&c, &whole));
        for (size_t p = 0; p < parts; p++) {
            OK(lpl_part_range(&c.first, &c.n, n, parts, p));
            c.n_global = n, c.offset = round % 2 ? 1000 : 0;
            OK(lpl_source_create(&c, &part[p]));
        }
        for (uint64_t t = 0; t < 300; t++) {
            uint32_t a[200], b[200];
            size_t n_a, n_b = 0;
            if (t == 150) { /* forth and back */
                OK(lpl_source_seek(whole, 40));
                for (size_t p = 0; p < parts; p++) OK(lpl_source_seek(part[p], 40));
            }
            OK(lpl_source_step(whole, a, 200, &n_a));
            for (size_t p = 0; p < parts; p++) {
                size_t own;
                OK(lpl_source_step(part[p], b + n_b, 200 - n_b, &own));
                n_b += own;
            }
            ck_assert_uint_eq(n_a, n_b);
            for (size_t k = 0; k < n_a; k++) ck_assert_uint_eq(a[k] + c.offset, b[k]);
        }
        lpl_source_destroy(whole);
        for (size_t p = 0; p < parts; p++) lpl_source_destroy(part[p]);
    }
    lpl_source_config_t c;
    lpl_source_t *s = NULL;
    const double rate = 10;
    OK(lpl_source_config_init(&c, sizeof c));
    c.n = 5, c.first = 6, c.n_global = 10, c.n_knots = 1, c.rate_hz = &rate;
    FAILS(lpl_source_create(&c, &s), LPL_E_ARG, "first = 6");
    c.first = 5, c.offset = UINT64_MAX;
    FAILS(lpl_source_create(&c, &s), LPL_E_SIZE, "offset");
    c.offset = UINT32_MAX - 8; /* 5 + offset + 5 = 2^32 + 1 */
    FAILS(lpl_source_create(&c, &s), LPL_E_SIZE, "2^32");
    c.offset--;
    OK(lpl_source_create(&c, &s));
    lpl_source_destroy(s);
}
END_TEST

START_TEST(ranges_and_looks) {
    uint64_t first, n;
    for (int round = 0; round < 200; round++) {
        const uint64_t global = testing_bits() >> testing_size(33, 63), parts = testing_size(1, 50);
        uint64_t next = 0;
        for (uint64_t p = 0; p < parts; p++) {
            OK(lpl_part_range(&first, &n, global, parts, p));
            ck_assert(first == next && n >= global / parts && n <= global / parts + 1);
            next += n;
        }
        ck_assert_uint_eq(next, global);
    }
    OK(lpl_part_range(&first, &n, UINT64_C(1) << 32, UINT64_C(1) << 31, (UINT64_C(1) << 31) - 1));
    ck_assert(first == (UINT64_C(1) << 32) - 2 && n == 2);
    FAILS(lpl_part_range(NULL, &n, 3, 1, 0), LPL_E_NULL, "first");
    FAILS(lpl_part_range(&first, NULL, 3, 1, 0), LPL_E_NULL, "n is NULL");
    FAILS(lpl_part_range(&first, &n, (UINT64_C(1) << 32) + 1, 1, 0), LPL_E_SIZE, "n_global");
    FAILS(lpl_part_range(&first, &n, 3, 0, 0), LPL_E_SIZE, "n_parts");
    FAILS(lpl_part_range(&first, &n, 3, 2, 2), LPL_E_SIZE, "part = 2");

    lpl_lif_config_t c;
    lpl_lif_t *p = NULL;
    memfile_t f = {0};
    lpl_part_info_t info;
    OK(lpl_lif_config_init(&c, sizeof c));
    c.n = 4, c.first = 3, c.n_global = 9;
    OK(lpl_lif_create(&c, &p));
    OK(lpl_lif_save(p, memfile_write, &f));
    OK(lpl_part_info_init(&info, sizeof info));
    OK(lpl_part_look(&info, memfile_read, &f));
    ck_assert(info.kind == LPL_PART_LIF && info.first == 3 && info.n == 4 && info.n_global == 9 && info.step == 0 &&
              info.bytes == f.n);
    double number;
    OK(lpl_lif_get(p, LPL_LIF_PARAM_FIRST, &number));
    ck_assert(number == 3);
    OK(lpl_lif_get(p, LPL_LIF_PARAM_N_GLOBAL, &number));
    ck_assert(number == 9);
    for (size_t cut = 0; cut < f.n; cut++) {
        memfile_t shorter = f;
        shorter.n = cut, shorter.at = 0;
        FAILS(lpl_part_look(&info, memfile_read, &shorter), LPL_E_FORMAT, "truncated");
    }
    for (size_t bit = 0; bit < 8 * f.n; bit++) { /* and each flipped bit is seen */
        f.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
        f.at = 0;
        const lpl_status_t status = lpl_part_look(&info, memfile_read, &f);
        ck_assert(status == LPL_E_FORMAT || status == LPL_E_VERSION);
        f.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    ck_assert_uint_eq(info.n, 4);
    FAILS(lpl_part_look(NULL, memfile_read, &f), LPL_E_NULL, "info");
    FAILS(lpl_part_look(&info, NULL, &f), LPL_E_NULL, "read");
    free(f.data);
    c.first = 6;
    FAILS(lpl_lif_create(&c, &p), LPL_E_ARG, "first = 6");
    c.n_global = 3;
    FAILS(lpl_lif_create(&c, &p), LPL_E_SIZE, "n_global");
    c.n_global = 0;
    FAILS(lpl_lif_create(&c, &p), LPL_E_ARG, "without n_global");
    c.n_global = (UINT64_C(1) << 31) + 1;
    FAILS(lpl_lif_create(&c, &p), LPL_E_SIZE, "n_global");
    lpl_lif_destroy(p);

    lpl_record_config_t k;
    lpl_record_t *r = NULL;
    uint64_t at[2];
    uint32_t who[2];
    OK(lpl_record_config_init(&k, sizeof k));
    k.n = 4, k.first = 3, k.n_global = 9;
    OK(lpl_record_create(&k, &r));
    OK(lpl_record_spikes_into(r, at, who, 2));
    OK(lpl_record_step(r, (const uint32_t[]){0, 3}, 2));
    ck_assert(who[0] == 3 && who[1] == 6);
    FAILS(lpl_record_step(r, (const uint32_t[]){4}, 1), LPL_E_ARG, "4 neurons");
    OK(lpl_record_read(r, &number, 1, LPL_RECORD_FIRST));
    ck_assert(number == 3);
    OK(lpl_record_read(r, &number, 1, LPL_RECORD_N_GLOBAL));
    ck_assert(number == 9);
    lpl_record_destroy(r);
}
END_TEST

/* ---- what does not belong together ---- */

/* Two parts, the second with one field of its config changed. */
#define DIFFER(type, config_t, begin, all, size, word, ...)                                           \
    do {                                                                                              \
        config_t cfg;                                                                                 \
        lpl_##type##_t *two[2] = {NULL}, *out = NULL;                                                 \
        for (int side = 0; side < 2; side++) {                                                        \
            OK(lpl_##type##_config_init(&cfg, sizeof cfg));                                           \
            size;                                                                                     \
            cfg.begin = 5 * (uint64_t)side, cfg.all = 10;                                             \
            if (side) {                                                                               \
                __VA_ARGS__;                                                                          \
            }                                                                                         \
            OK(MAKE_##type(&cfg, &two[side]));                                                        \
        }                                                                                             \
        FAILS(lpl_##type##_cut((const lpl_##type##_t *const *)two, 2, 0, 10, &out), LPL_E_ARG, word); \
        ck_assert(out == NULL);                                                                       \
        lpl_##type##_destroy(two[0]), lpl_##type##_destroy(two[1]);                                   \
    } while (0)
#define MAKE_lif(c, out) lpl_lif_create(c, out)
#define MAKE_record(c, out) lpl_record_create(c, out)
#define MAKE_projection(c, out) lpl_projection_create(c, NULL, out)
#define MAKE_spiking(c, out) lpl_spiking_create(c, NULL, out)
#define LIF(field, value) DIFFER(lif, lpl_lif_config_t, first, n_global, cfg.n = 5, #field, cfg.field = value)
#define RECORD(field, value) DIFFER(record, lpl_record_config_t, first, n_global, cfg.n = 5, #field, cfg.field = value)
#define PROJECTION(field, value)                                           \
    DIFFER(projection, lpl_projection_config_t, post_begin, n_post_global, \
           (cfg.n_pre = 3, cfg.n_post = 5, cfg.kind = LPL_PROJECTION_INHIBITORY), #field, cfg.field = value)
#define SPIKING(field, value)                                        \
    DIFFER(spiking, lpl_spiking_config_t, post_begin, n_post_global, \
           (cfg.n_pre = 3, cfg.n_post = 5, cfg.update_every = 50), #field, cfg.field = value)

START_TEST(different) {
    LIF(dtype, LPL_F64);
    LIF(threshold, LPL_THRESHOLD_ADD);
    LIF(dt, 2e-4);
    LIF(tau_mem, 0.021);
    LIF(tau_ampa, 0.006);
    LIF(tau_nmda, 0.11);
    LIF(tau_gaba, 0.011);
    LIF(tau_thr, 0.006);
    LIF(v_rest, -0.071);
    LIF(v_reset, -0.071);
    LIF(v_thr, -0.051);
    LIF(thr_spike, 0.11);
    LIF(e_inh, -0.081);
    LIF(ampa_nmda, 2);
    LIF(v_init, -0.061);
    LIF(v_init_sd, 0.011);
    LIF(seed, 1);
    LIF(stream, 1);
    LIF(label, 1);
    LIF(tau_adapt, 0.11);
    LIF(dg_adapt, 0.1);
    RECORD(dt, 2e-4);
    RECORD(tau_rate, 11);
    RECORD(silent_hz, 0.02);
    RECORD(runaway_hz, 201);
    RECORD(bin_steps, 5);
    PROJECTION(dtype, LPL_F64);
    PROJECTION(kind, LPL_PROJECTION_STATIC);
    PROJECTION(n_pre, 4);
    PROJECTION(dt, 2e-4);
    PROJECTION(delay_ax, 9e-4);
    PROJECTION(w_init, 0.4);
    PROJECTION(w_min, 0.1);
    PROJECTION(w_max, 2);
    PROJECTION(zeta, 2e-3);
    PROJECTION(kappa, 11);
    PROJECTION(tau_stdp, 0.021);
    PROJECTION(mode, LPL_MODE_TRACK);
    PROJECTION(label, 1);
    SPIKING(dtype, LPL_F64);
    SPIKING(form, LPL_FORM_REFERENCE);
    SPIKING(n_pre, 4);
    SPIKING(dt, 5e-5);
    SPIKING(eta, 0.02);
    SPIKING(push, 2);
    SPIKING(pull, 2);
    SPIKING(xi, 1e-3);
    SPIKING(delta, 1);
    SPIKING(tau_syn, 0.006);
    SPIKING(tau_psp, 0.021);
    SPIKING(tau_rise, 0.003);
    SPIKING(tau_decay, 0.011);
    SPIKING(tau_err_rise, 0.003);
    SPIKING(tau_err_decay, 0.011);
    SPIKING(beta, 1001);
    SPIKING(v_theta, -0.051);
    SPIKING(t_lag, 0.021);
    SPIKING(delay_ax, 9e-4);
    SPIKING(tau_mean, 601);
    SPIKING(tau_sigma2, 31);
    SPIKING(mean_init, 1);
    SPIKING(sigma2_init, 1);
    SPIKING(update_every, 51);
    SPIKING(w_init, 0.16);
    SPIKING(w_min, 0.01);
    SPIKING(w_max, 2);
    SPIKING(tau_wdecay, 10);
    SPIKING(scaling, LPL_SCALING_RMS);
    SPIKING(slow, LPL_SLOW_REFERENCE);
    SPIKING(tau_rms, 101);
    SPIKING(mode, LPL_MODE_TRACK);
    SPIKING(engine, LPL_ENGINE_FUSED);
    SPIKING(memory_max, 1 << 20);
    SPIKING(label, 1);
    SPIKING(flags, LPL_SPIKING_WATCH);
}
END_TEST

START_TEST(gaps_and_places) {
    lpl_spiking_config_t c;
    lpl_spiking_t *part[3] = {NULL}, *out = NULL, *whole = NULL;
    static const float v[9] = {0};
    const lpl_spiking_t *none[2] = {NULL, NULL};
    OK(lpl_spiking_config_init(&c, sizeof c));
    c.n_pre = 70, c.n_post = 3, c.n_post_global = 9, c.label = 4;
    for (size_t p = 0; p < 3; p++) {
        c.post_begin = 3 * p;
        OK(lpl_spiking_create(&c, NULL, &part[p]));
    }
    const lpl_spiking_t *const *const all = (const lpl_spiking_t *const *)part;
    FAILS(lpl_spiking_cut(NULL, 1, 0, 1, &out), LPL_E_NULL, "parts is NULL");
    FAILS(lpl_spiking_cut(none, 2, 0, 1, &out), LPL_E_NULL, "parts[0] is NULL");
    FAILS(lpl_spiking_cut(all, 3, 0, 1, NULL), LPL_E_NULL, "out");
    FAILS(lpl_spiking_cut(all, 0, 0, 1, &out), LPL_E_SIZE, "n_parts = 0");
    FAILS(lpl_spiking_cut(all, 3, 0, 0, &out), LPL_E_SIZE, "n = 0");
    FAILS(lpl_spiking_cut(all, 3, 0, 10, &out), LPL_E_SIZE, "n = 10");
    FAILS(lpl_spiking_cut(all, 3, 5, 5, &out), LPL_E_ARG, "from 5 on, 5 of them");
    FAILS(lpl_spiking_cut(all, 3, UINT64_MAX, 5, &out), LPL_E_ARG, "the whole has 9");
    FAILS(lpl_spiking_cut(all, 2, 0, 9, &out), LPL_E_ARG, "neuron 6 is in none of the 2 parts");
    const lpl_spiking_t *const apart[2] = {part[2], part[0]}, *const twice[3] = {part[1], part[0], part[1]};
    FAILS(lpl_spiking_cut(apart, 2, 2, 5, &out), LPL_E_ARG, "neuron 3 is in none");
    FAILS(lpl_spiking_cut(twice, 3, 0, 3, &out), LPL_E_ARG, "neuron 3 is in parts[0] and in parts[2]");
    OK(lpl_spiking_cut(apart, 2, 7, 2, &out)); /* what is not asked for may be missing */
    lpl_spiking_destroy(out);
    out = NULL;
    c.n_post_global = 0, c.post_begin = 0;
    OK(lpl_spiking_create(&c, NULL, &whole));
    const lpl_spiking_t *const others[2] = {part[0], whole};
    FAILS(lpl_spiking_cut(others, 2, 0, 3, &out), LPL_E_ARG, "a whole of 3 neurons, parts[0] to one of 9");
    lpl_spiking_destroy(whole);
    const uint32_t pre[2] = {3, 69};
    for (size_t p = 0; p < 3; p++) OK(lpl_spiking_step(part[p], pre, p == 1 ? 1 : 2, NULL, 0, v));
    FAILS(lpl_spiking_cut(all, 3, 0, 9, &out), LPL_E_ARG, "spikes on their way");
    OK(lpl_spiking_step(part[1], pre, 2, NULL, 0, v));
    FAILS(lpl_spiking_cut(all, 3, 0, 9, &out), LPL_E_ARG, "the step of parts[1] is 2, that of parts[0] 1");
    ck_assert(out == NULL);
    FAILS(lpl_spiking_step(part[1], pre, 2, (const uint32_t[]){3}, 1, v), LPL_E_ARG, "post[0] = 3");
    for (size_t p = 0; p < 3; p++) lpl_spiking_destroy(part[p]);
    /* parts with scaling have to know whom to ask, wholes not */
    c.scaling = LPL_SCALING_MAXNORM;
    OK(lpl_spiking_create(&c, NULL, &whole));
    OK(lpl_spiking_step(whole, NULL, 0, NULL, 0, v));
    lpl_spiking_destroy(whole);
    c.n_post_global = 9;
    OK(lpl_spiking_create(&c, NULL, &whole));
    FAILS(lpl_spiking_step(whole, NULL, 0, NULL, 0, v), LPL_E_ORDER, "lpl_spiking_largest");
    FAILS(lpl_spiking_largest(NULL, NULL, NULL), LPL_E_NULL, "s is NULL");
    lpl_spiking_destroy(whole);
}
END_TEST

START_TEST(remote_groups) {
    lpl_network_config_t c;
    lpl_network_t *net = NULL;
    uint32_t in, far, other;
    const uint64_t ptr[2] = {0, 1};
    const uint32_t who[1] = {0};
    OK(lpl_network_config_init(&c, sizeof c));
    OK(lpl_network_create(&c, &net));
    OK(lpl_network_add_input(net, &in, 10));
    FAILS(lpl_network_add_remote(net, &far, 20, 1, 0), LPL_E_ARG, "local = 1");
    FAILS(lpl_network_add_remote(net, &far, 20, in, 11), LPL_E_ARG, "do not fit");
    FAILS(lpl_network_add_remote(net, &far, 9, in, 0), LPL_E_ARG, "do not fit");
    FAILS(lpl_network_add_remote(net, &far, 0, in, 0), LPL_E_SIZE, "n_global");
    FAILS(lpl_network_add_remote(net, &far, 20, in, UINT64_MAX), LPL_E_ARG, "do not fit");
    FAILS(lpl_network_add_remote(net, NULL, 20, in, 0), LPL_E_NULL, "group");
    OK(lpl_network_add_remote(net, &far, 20, in, 10));
    FAILS(lpl_network_add_remote(net, &other, 20, far, 0), LPL_E_ARG, "remote itself");
    lpl_record_config_t rc;
    lpl_record_t *r = NULL;
    OK(lpl_record_config_init(&rc, sizeof rc));
    rc.n = 20;
    OK(lpl_record_create(&rc, &r));
    FAILS(lpl_network_add_record(net, r, far), LPL_E_ARG, "is remote");
    lpl_projection_config_t pc;
    lpl_projection_t *p = NULL;
    OK(lpl_projection_config_init(&pc, sizeof pc));
    pc.n_pre = pc.n_post = 20;
    OK(lpl_projection_create(&pc, NULL, &p));
    FAILS(lpl_network_add_projection(net, p, far, far, LPL_NETWORK_NO_RECEPTOR), LPL_E_ARG, "is remote");
    lpl_source_config_t sc;
    lpl_source_t *s = NULL;
    const double rate = 1;
    OK(lpl_source_config_init(&sc, sizeof sc));
    sc.n = 3, sc.n_knots = 1, sc.rate_hz = &rate;
    OK(lpl_source_create(&sc, &s));
    FAILS(lpl_network_add_source(net, s, far), LPL_E_ARG, "is remote");
    OK(lpl_network_finish(net));
    FAILS(lpl_network_feed(net, far, 1, ptr, who), LPL_E_ARG, "is remote");
    uint64_t seen[3];
    uint32_t fired[4];
    const uint64_t fed_ptr[3] = {0, 2, 3};
    const uint32_t fed[3] = {1, 9, 0};
    OK(lpl_network_spikes_into(net, far, seen, 2, fired, 4));
    OK(lpl_network_feed(net, in, 2, fed_ptr, fed));
    OK(lpl_network_run(net, 2));
    ck_assert(seen[1] == 2 && seen[2] == 3 && fired[0] == 11 && fired[1] == 19 && fired[2] == 10);
    lpl_network_destroy(net);
    lpl_record_destroy(r), lpl_projection_destroy(p), lpl_source_destroy(s);
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

static Suite *suite(void) {
    Suite *s = suite_create("part");
    TCase *t = tcase_create("part");
    tcase_add_test(t, connectivity);
    tcase_add_test(t, networks);
    tcase_add_test(t, rows_as_documented);
    tcase_add_test(t, rows_by_chance);
    tcase_add_test(t, rows_of_billions);
    tcase_add_test(t, sources);
    tcase_add_test(t, ranges_and_looks);
    tcase_add_test(t, different);
    tcase_add_test(t, gaps_and_places);
    tcase_add_test(t, remote_groups);
    tcase_add_test(t, tiles);
    tcase_add_test(t, refused);
    tcase_add_test(t, memory);
    BEYOND(t);
    suite_add_tcase(s, t);
    return s;
}

int main(void) {
    testing_seed("test_part", 77);
    return testing_run(suite());
}
