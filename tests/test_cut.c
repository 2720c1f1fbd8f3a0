/* tests/test_cut.c - networks cut into parts: the union of parts is the whole, bit for bit, in any cut; and what does
 * not belong together is refused. */
#include <stdbool.h>

#include "common/parts.h"

enum { MOST_PARTS = 5 };

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

static asked_t asked[PLASTIC];
static asker_t asker[MOST_PARTS][PLASTIC];

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

int main(void) {
    testing_seed("cut", 80);
    Suite *s = suite_create("cut");
    TCase *t = tcase_create("cut");
    suite_add_tcase(s, t);
    tcase_add_test(t, networks);
    tcase_add_test(t, different);
    tcase_add_test(t, gaps_and_places);
    return testing_run(s);
}
