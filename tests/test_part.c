/* tests/test_part.c - parts of a network: the union of parts is the whole, bit for bit, in any cut. */
#include <stdbool.h>

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
        const bool absurd = round == 5;
        lpl_spiking_config_t c;
        lpl_connect_t connect;
        lpl_spiking_t *whole = NULL, *part[NARROW] = {NULL};
        OK(lpl_spiking_config_init(&c, sizeof c));
        OK(lpl_connect_init(&connect, sizeof connect));
        if (round / 3 != 1)
            connect.kind = LPL_CONNECT_RANDOM_ROWS, connect.probability = 0.4, connect.seed = testing_bits();
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

static Suite *suite(void) {
    Suite *s = suite_create("part");
    TCase *t = tcase_create("part");
    tcase_add_test(t, connectivity);
    tcase_add_test(t, networks);
    tcase_add_test(t, tiles);
    tcase_add_test(t, refused);
    tcase_add_test(t, memory);
    suite_add_tcase(s, t);
    return s;
}

int main(void) {
    testing_seed("test_part", 77);
    return testing_run(suite());
}
