/* tests/test_network.c - many steps in one call: the bits of the loop written by hand, for any cut into runs and
 * blocks; spikes from and to the host; errors inside a step; memory. */
#include "common/alloc.h"
#include "common/alloc_fail.h"
#include "common/memfile.h"
#include "common/testing.h"

#include <float.h>

#include "network/network.h"

/* ---- a network, as the host makes it ---- */

enum { LIFS = 2, EDGES = 6, SOURCES = 2, RECORDS = 3, GROUPS = 4, MOST = 330 };
/* groups: E (population 0), I (population 1), inputs of sources, inputs of the host */
enum { E, I, IN, OUT };

typedef struct {
    int32_t dtype;
    size_t n[GROUPS];
    lpl_lif_t *lif[LIFS];
    lpl_source_t *source[SOURCES];
    lpl_spiking_t *plastic[2];     /* IN -> E, OUT -> E (drives nobody) */
    lpl_projection_t *fixed[4];    /* OUT -> I, E -> I, I -> E (inhibitory), I -> I */
    lpl_record_t *record[RECORDS]; /* E, IN, OUT */
    uint64_t *at[RECORDS];
    uint32_t *who[RECORDS];
    size_t room;
    size_t t;
    uint64_t key; /* of the host's spikes */
} world_t;

typedef struct {
    int32_t dtype, engine, slow, threads;
    uint64_t every, memory_max;
    double rate, delay;
    int adapts, clamps;
} plan_t;

static plan_t any_plan(void) {
    plan_t p = {.dtype = testing_size(0, 1) ? LPL_F64 : LPL_F32, .every = testing_size(0, 2) ? 37 : 300};
    p.engine = testing_size(0, 3) ? LPL_ENGINE_BLOCK : LPL_ENGINE_FUSED;
    p.slow = testing_size(0, 1) ? LPL_SLOW_DOUBLE : LPL_SLOW_REFERENCE;
    p.threads = (int32_t)testing_size(1, 2);
    p.rate = testing_size(0, 1) ? 10 : 300;
    p.delay = 1e-4 * (double)testing_size(1, 11);
    p.adapts = (int)testing_size(0, 1), p.clamps = testing_size(0, 4) == 0;
    if (testing_size(0, 3) == 0) p.memory_max = 1 << 18;
    return p;
}

static world_t *make(const plan_t *plan, uint64_t seed) {
    world_t *w = calloc(1, sizeof *w);
    w->dtype = plan->dtype, w->key = seed;
    const size_t e = testing_size(20, 300), i = testing_size(1, 40), in = testing_size(30, 130),
                 out = testing_size(1, 70);
    const size_t n[GROUPS] = {e, i, in, out};
    memcpy(w->n, n, sizeof n);
    lpl_lif_config_t lif;
    OK(lpl_lif_config_init(&lif, sizeof lif));
    for (int q = 0; q < LIFS; q++) {
        lif.n = n[q], lif.dtype = plan->dtype, lif.seed = seed, lif.stream = (uint64_t)q, lif.label = q;
        if (plan->adapts) lif.dg_adapt = 0.1;
        lif.v_init = -51e-3; /* some fire at once */
        OK(lpl_lif_create(&lif, &w->lif[q]));
        if (plan->clamps) OK(lpl_lif_clamp(w->lif[q], (const double[]){0, 0.01}, (const double[]){-0.06, -0.03}, 2));
    }
    lpl_source_config_t src;
    const double time[3] = {0, 0.01, 0.05}, rate[3] = {plan->rate, 3 * plan->rate, plan->rate / 2};
    uint64_t step[40];
    uint32_t neuron[40];
    OK(lpl_source_config_init(&src, sizeof src));
    src.n = in / 2, src.n_knots = 3, src.time_s = time, src.rate_hz = rate, src.flags = LPL_SOURCE_LOOP;
    src.seed = seed;
    OK(lpl_source_create(&src, &w->source[0]));
    OK(lpl_source_config_init(&src, sizeof src));
    for (size_t k = 0; k < 40; k++) step[k] = 5 * (k / 2), neuron[k] = (uint32_t)(k % 2 ? 7 + k % 3 : k % 5);
    src.kind = LPL_SOURCE_SPIKES, src.first = in / 2 + 2, src.n = 12, src.n_spikes = 40, src.spk_step = step,
    src.spk_neuron = neuron;
    OK(lpl_source_create(&src, &w->source[1]));
    for (int q = 0; q < 2; q++) {
        lpl_spiking_config_t c;
        lpl_connect_t connect;
        OK(lpl_spiking_config_init(&c, sizeof c));
        OK(lpl_connect_init(&connect, sizeof connect));
        connect.kind = LPL_CONNECT_RANDOM, connect.probability = 0.3, connect.seed = seed;
        c.n_pre = n[q ? OUT : IN], c.n_post = e, c.dtype = plan->dtype, c.slow = plan->slow, c.threads = plan->threads;
        c.engine = plan->engine, c.update_every = q ? 23 : plan->every, c.memory_max = plan->memory_max, c.label = q;
        if (plan->engine == LPL_ENGINE_FUSED) c.memory_max = 0;
        c.delay_ax = plan->delay, c.w_init = 0.4, c.eta = 0.5;
        OK(lpl_spiking_create(&c, q ? NULL : &connect, &w->plastic[q]));
    }
    for (int q = 0; q < 4; q++) {
        static const int ends[4][2] = {{OUT, I}, {E, I}, {I, E}, {I, I}};
        lpl_projection_config_t c;
        lpl_connect_t connect;
        OK(lpl_projection_config_init(&c, sizeof c));
        OK(lpl_connect_init(&connect, sizeof connect));
        connect.kind = LPL_CONNECT_RANDOM, connect.probability = 0.4, connect.seed = seed, connect.stream = 1 + q;
        c.n_pre = n[ends[q][0]], c.n_post = n[ends[q][1]], c.dtype = plan->dtype, c.label = 10 + q;
        c.kind = q == 2 ? LPL_PROJECTION_INHIBITORY : LPL_PROJECTION_STATIC, c.zeta = 0.01;
        c.delay_ax = q == 3 ? 1e-4 : plan->delay * (q + 1);
        OK(lpl_projection_create(&c, q == 1 ? NULL : &connect, &w->fixed[q]));
    }
    static const int seen[RECORDS] = {E, IN, OUT};
    w->room = 20000;
    for (int q = 0; q < RECORDS; q++) {
        lpl_record_config_t c;
        OK(lpl_record_config_init(&c, sizeof c));
        c.n = n[seen[q]], c.bin_steps = 13;
        OK(lpl_record_create(&c, &w->record[q]));
        w->at[q] = calloc(w->room, sizeof *w->at[q]), w->who[q] = calloc(w->room, sizeof *w->who[q]);
        OK(lpl_record_spikes_into(w->record[q], w->at[q], w->who[q], w->room));
    }
    return w;
}

static void unmake(world_t *w) {
    for (int q = 0; q < LIFS; q++) lpl_lif_destroy(w->lif[q]);
    for (int q = 0; q < SOURCES; q++) lpl_source_destroy(w->source[q]);
    for (int q = 0; q < 2; q++) lpl_spiking_destroy(w->plastic[q]);
    for (int q = 0; q < 4; q++) lpl_projection_destroy(w->fixed[q]);
    for (int q = 0; q < RECORDS; q++) lpl_record_destroy(w->record[q]), free(w->at[q]), free(w->who[q]);
    free(w);
}

/* The host's spikes of step t: a function of t and the key alone. */
static size_t host_spikes(const world_t *w, size_t t, uint32_t *list) {
    size_t n = 0;
    for (size_t j = 0; j < w->n[OUT]; j++) {
        uint64_t x = (w->key + 1) * 0x9E3779B97F4A7C15ull ^ (t * 1315423911u + j * 2654435761u);
        x ^= x >> 31, x *= 0xD6E8FEB86659FD93ull, x ^= x >> 29;
        if (x % 100 < 2) list[n++] = (uint32_t)j;
    }
    return n;
}

/* The loop written by hand. A failing call is the result; *at says which, and where to go on. */
static lpl_status_t hand_step(world_t *w, int *at) {
    static uint32_t spk[GROUPS][MOST];
    static size_t n_spk[GROUPS];
    static float v32[MOST];
    static double v64[MOST];
    const bool wide = w->dtype == LPL_F64;
    lpl_status_t status = LPL_OK;
#define STEP(number, call)  \
    if (*at <= (number)) {  \
        status = (call);    \
        if (status < 0) {   \
            *at = (number); \
            return status;  \
        }                   \
    }
    if (*at == 0) {
        n_spk[IN] = 0;
        for (int q = 0; q < SOURCES; q++) {
            size_t n;
            OK(lpl_source_step(w->source[q], spk[IN] + n_spk[IN], MOST - n_spk[IN], &n));
            n_spk[IN] += n;
        }
        n_spk[OUT] = host_spikes(w, w->t, spk[OUT]);
        for (int q = 0; q < LIFS; q++)
            OK(wide ? lpl_lif_step_f64(w->lif[q], spk[q], &n_spk[q], q ? NULL : v64)
                    : lpl_lif_step(w->lif[q], spk[q], &n_spk[q], q ? NULL : v32));
    }
    STEP(1, lpl_spiking_drive_lif(w->plastic[0], w->lif[E], LPL_RECEPTOR_AMPA))
    STEP(2, lpl_projection_drive_lif(w->fixed[0], w->lif[I], LPL_RECEPTOR_AMPA))
    STEP(3, lpl_projection_drive_lif(w->fixed[1], w->lif[I], LPL_RECEPTOR_AMPA))
    STEP(4, lpl_projection_drive_lif(w->fixed[2], w->lif[E], LPL_RECEPTOR_GABA))
    STEP(5, lpl_projection_drive_lif(w->fixed[3], w->lif[I], LPL_RECEPTOR_GABA))
#define LISTS(a, b) spk[a], n_spk[a], spk[b], n_spk[b]
    STEP(6, wide ? lpl_spiking_step_f64(w->plastic[0], LISTS(IN, E), v64)
                 : lpl_spiking_step(w->plastic[0], LISTS(IN, E), v32))
    STEP(7, wide ? lpl_spiking_step_f64(w->plastic[1], LISTS(OUT, E), v64)
                 : lpl_spiking_step(w->plastic[1], LISTS(OUT, E), v32))
    STEP(8, lpl_projection_step(w->fixed[0], LISTS(OUT, I)))
    STEP(9, lpl_projection_step(w->fixed[1], LISTS(E, I)))
    STEP(10, lpl_projection_step(w->fixed[2], LISTS(I, E)))
    STEP(11, lpl_projection_step(w->fixed[3], LISTS(I, I)))
    OK(lpl_record_step(w->record[0], spk[E], n_spk[E]));
    OK(lpl_record_step(w->record[1], spk[IN], n_spk[IN]));
    OK(lpl_record_step(w->record[2], spk[OUT], n_spk[OUT]));
    w->t++;
    *at = 0;
    return LPL_OK;
}

static void by_hand(world_t *w, size_t steps) {
    for (int at = 0; steps-- > 0;) OK(hand_step(w, &at));
}

/* ---- the same as a network ---- */

/* records: so many of them, the one of the host's neurons last. */
static lpl_network_t *compose(const world_t *w, uint64_t block, int records) {
    lpl_network_config_t c;
    lpl_network_t *net = NULL;
    uint32_t g;
    OK(lpl_network_config_init(&c, sizeof c));
    c.block_steps = block;
    OK(lpl_network_create(&c, &net));
    for (uint32_t q = 0; q < LIFS; q++) {
        OK(lpl_network_add_lif(net, &g, w->lif[q]));
        ck_assert_uint_eq(g, q);
    }
    for (uint32_t q = IN; q <= OUT; q++) {
        OK(lpl_network_add_input(net, &g, w->n[q]));
        ck_assert_uint_eq(g, q);
    }
    for (int q = 0; q < SOURCES; q++) OK(lpl_network_add_source(net, w->source[q], IN));
    OK(lpl_network_add_spiking(net, w->plastic[0], IN, E, LPL_RECEPTOR_AMPA));
    OK(lpl_network_add_spiking(net, w->plastic[1], OUT, E, LPL_NETWORK_NO_RECEPTOR));
    OK(lpl_network_add_projection(net, w->fixed[0], OUT, I, LPL_RECEPTOR_AMPA));
    OK(lpl_network_add_projection(net, w->fixed[1], E, I, LPL_RECEPTOR_AMPA));
    OK(lpl_network_add_projection(net, w->fixed[2], I, E, LPL_RECEPTOR_GABA));
    OK(lpl_network_add_projection(net, w->fixed[3], I, I, LPL_RECEPTOR_GABA));
    for (int q = 0; q < records; q++) OK(lpl_network_add_record(net, w->record[q], q == 0 ? E : q == 1 ? IN : OUT));
    OK(lpl_network_finish(net));
    return net;
}

static lpl_network_t *network(const world_t *w, uint64_t block) { return compose(w, block, RECORDS); }

/* Lists of the host's spikes for n steps from step t on. */
typedef struct {
    uint64_t *ptr;
    uint32_t *neuron;
} lists_t;

static lists_t host_lists(const world_t *w, size_t t, size_t n) {
    lists_t l = {malloc((n + 1) * sizeof *l.ptr), malloc((n * w->n[OUT] + 1) * sizeof *l.neuron)};
    l.ptr[0] = 3; /* need not be 0 */
    l.neuron = realloc(l.neuron, (n * w->n[OUT] + 4) * sizeof *l.neuron);
    for (size_t k = 0; k < n; k++) l.ptr[k + 1] = l.ptr[k] + host_spikes(w, t + k, l.neuron + l.ptr[k]);
    return l;
}

static void free_lists(lists_t l) { free(l.ptr), free(l.neuron); }

static lpl_status_t run(world_t *w, lpl_network_t *net, size_t n) {
    const lists_t l = host_lists(w, w->t, n);
    OK(lpl_network_feed(net, OUT, n, l.ptr, l.neuron));
    const lpl_status_t status = lpl_network_run(net, n);
    double last;
    OK(lpl_network_get(net, LPL_NETWORK_PARAM_LAST, &last));
    w->t += (size_t)last;
    free_lists(l);
    return status;
}

/* ---- comparison: all that state files hold, and what was recorded ---- */

static void same_files(const memfile_t *a, const memfile_t *b, const char *what) {
    ck_assert_msg(a->n == b->n && memcmp(a->data, b->data, a->n) == 0, "%s: state files differ", what);
}

#define SAME(save, a, b, what)            \
    do {                                  \
        memfile_t fa_ = {0}, fb_ = {0};   \
        OK(save(a, memfile_write, &fa_)); \
        OK(save(b, memfile_write, &fb_)); \
        same_files(&fa_, &fb_, what);     \
        free(fa_.data), free(fb_.data);   \
    } while (0)

static void same(const world_t *a, const world_t *b) {
    ck_assert_uint_eq(a->t, b->t);
    for (int q = 0; q < LIFS; q++) SAME(lpl_lif_save, a->lif[q], b->lif[q], "population");
    for (int q = 0; q < 2; q++) SAME(lpl_spiking_save, a->plastic[q], b->plastic[q], "plastic projection");
    for (int q = 0; q < 4; q++) SAME(lpl_projection_save, a->fixed[q], b->fixed[q], "projection");
    for (int q = 0; q < RECORDS; q++) {
        uint64_t n;
        SAME(lpl_record_save, a->record[q], b->record[q], "recorder");
        OK(lpl_record_state(a->record[q], &n, NULL, NULL, NULL, NULL, NULL));
        ck_assert_int_eq(memcmp(a->at[q], b->at[q], a->room * sizeof *a->at[q]), 0);
        ck_assert_int_eq(memcmp(a->who[q], b->who[q], a->room * sizeof *a->who[q]), 0);
        ck_assert(q == OUT || n > 0);
    }
    for (int q = 0; q < SOURCES; q++) {
        uint64_t x, y;
        OK(lpl_source_tell(a->source[q], &x));
        OK(lpl_source_tell(b->source[q], &y));
        ck_assert_uint_eq(x, y);
    }
}

static void two(const plan_t *plan, world_t *w[2]) {
    const uint64_t seed = testing_bits() >> 32, state = testing_state;
    for (int q = 0; q < 2; q++) testing_state = state, w[q] = make(plan, seed);
}

/* ---- tests ---- */

static void mode(const world_t *w, int32_t m) {
    for (int q = 0; q < 2; q++) OK(lpl_spiking_set(w->plastic[q], LPL_SPIKING_PARAM_MODE, m));
    OK(lpl_projection_set(w->fixed[2], LPL_PROJECTION_PARAM_MODE, m));
}

/* Any network, any cut into runs, any block: the bits of the loop by hand. Now and then the members are stepped by hand
 * between runs, modes and parameters change, and what is read changes nothing. */
START_TEST(as_by_hand) {
    for (int repeat = 0; repeat < 8; repeat++) {
        const plan_t plan = any_plan();
        world_t *w[2];
        two(&plan, w);
        lpl_network_t *net = network(w[1], testing_size(0, 2) ? testing_size(1, 70) : 0);
        for (size_t done = 0; done < 500;) {
            const size_t n = testing_size(0, 3) ? testing_size(1, 90) : testing_size(0, 2);
            const int what = (int)testing_size(0, 9);
            for (int q = 0; q < 2; q++) {
                if (what < 3) mode(w[q], LPL_MODE_LEARN + what);
                if (what == 3) OK(lpl_spiking_set(w[q]->plastic[0], LPL_SPIKING_PARAM_PUSH, 0.5));
                if (what == 4) OK(lpl_projection_set(w[q]->fixed[2], LPL_PROJECTION_PARAM_ZETA, 0.02));
            }
            if (what == 5) {
                lpl_spiking_report_t r;
                OK(lpl_spiking_report_init(&r, sizeof r));
                OK(lpl_spiking_report(w[1]->plastic[0], &r));
            }
            if (what == 6)
                by_hand(w[1], n);
            else
                OK(run(w[1], net, n));
            by_hand(w[0], n);
            done += n;
        }
        same(w[0], w[1]);
        lpl_network_destroy(net);
        unmake(w[0]), unmake(w[1]);
    }
}
END_TEST

/* ---- save and resume ---- */

#define THROUGH_FILE(save, load, object)         \
    do {                                         \
        memfile_t file_ = {0};                   \
        OK(save(object, memfile_write, &file_)); \
        OK(load);                                \
        free(file_.data);                        \
    } while (0)

/* Members through state files at any step, into a new network. */
START_TEST(resume) {
    for (int repeat = 0; repeat < 4; repeat++) {
        const plan_t plan = any_plan();
        world_t *w[2];
        two(&plan, w);
        lpl_network_t *net[2] = {network(w[0], 0), network(w[1], 0)};
        const size_t before = testing_size(1, 400), after = testing_size(1, 400);
        OK(run(w[0], net[0], before + after));
        OK(run(w[1], net[1], before));
        lpl_network_destroy(net[1]);
        for (int q = 0; q < LIFS; q++) {
            lpl_lif_t *p;
            THROUGH_FILE(lpl_lif_save, lpl_lif_load(memfile_read, &file_, 0, &p), w[1]->lif[q]);
            lpl_lif_destroy(w[1]->lif[q]), w[1]->lif[q] = p;
        }
        for (int q = 0; q < 2; q++) {
            lpl_spiking_t *p;
            THROUGH_FILE(lpl_spiking_save, lpl_spiking_load(memfile_read, &file_, 0, 1, &p), w[1]->plastic[q]);
            lpl_spiking_destroy(w[1]->plastic[q]), w[1]->plastic[q] = p;
        }
        for (int q = 0; q < 4; q++) {
            lpl_projection_t *p;
            THROUGH_FILE(lpl_projection_save, lpl_projection_load(memfile_read, &file_, 0, &p), w[1]->fixed[q]);
            lpl_projection_destroy(w[1]->fixed[q]), w[1]->fixed[q] = p;
        }
        for (int q = 0; q < SOURCES; q++) OK(lpl_source_seek(w[1]->source[q], before));
        net[1] = network(w[1], 7);
        OK(run(w[1], net[1], after));
        same(w[0], w[1]);
        for (int q = 0; q < 2; q++) lpl_network_destroy(net[q]), unmake(w[q]);
    }
}
END_TEST

/* ---- spikes from and to the host ---- */

/* Windows of at most the delay; what the host's neurons did in one is known only after it. */
START_TEST(delivered_late) {
    for (int repeat = 0; repeat < 6; repeat++) {
        const plan_t plan = any_plan();
        world_t *w[2];
        double delay;
        two(&plan, w);
        lpl_network_t *net = compose(w[1], 0, 2);
        OK(lpl_network_get(net, LPL_NETWORK_PARAM_DELAY, &delay));
        ck_assert(delay == 1); /* I -> I */
        OK(lpl_spiking_get(w[1]->plastic[1], LPL_SPIKING_PARAM_DELAY, &delay));
        while (w[1]->t < 500) {
            const size_t n = testing_size(1, (size_t)delay), t = w[1]->t;
            const lists_t l = host_lists(w[1], t, n);
            OK(lpl_network_run(net, n));
            if (testing_size(0, 1)) { /* in two parts: even neurons, odd ones */
                for (uint32_t part = 0; part < 2; part++) {
                    lists_t half = host_lists(w[1], t, n);
                    uint64_t at = 0;
                    for (size_t k = 0; k < n; k++) {
                        half.ptr[k] = at;
                        for (uint64_t s = l.ptr[k]; s < l.ptr[k + 1]; s++)
                            if (l.neuron[s] % 2 == part) half.neuron[at++] = l.neuron[s];
                    }
                    half.ptr[n] = at;
                    OK(lpl_network_deliver(net, OUT, n, half.ptr, half.neuron));
                    free_lists(half);
                }
            } else
                OK(lpl_network_deliver(net, OUT, n, l.ptr, l.neuron));
            if (w[1]->t % 5 == 0) mode(w[1], w[1]->t % 10 ? LPL_MODE_LEARN : LPL_MODE_FROZEN);
            for (size_t k = 0; k < n; k++) {
                OK(lpl_record_step(w[1]->record[2], l.neuron + l.ptr[k], (size_t)(l.ptr[k + 1] - l.ptr[k])));
                by_hand(w[0], 1);
            }
            w[1]->t += n;
            if ((w[1]->t - n) % 5 == 0) mode(w[0], (w[1]->t - n) % 10 ? LPL_MODE_LEARN : LPL_MODE_FROZEN);
            free_lists(l);
        }
        same(w[0], w[1]);
        const lists_t l = host_lists(w[1], 0, (size_t)delay + 1);
        OK(lpl_network_run(net, (size_t)delay + 1));
        FAILS(lpl_network_deliver(net, OUT, (size_t)delay + 1, l.ptr, l.neuron), LPL_E_SIZE, "arrive after");
        FAILS(lpl_network_deliver(net, OUT, (size_t)delay, l.ptr, l.neuron), LPL_E_SIZE, "as the last run");
        FAILS(lpl_network_deliver(net, IN, (size_t)delay + 1, l.ptr, l.neuron), LPL_E_ARG, "recorder");
        FAILS(lpl_network_deliver(net, E, (size_t)delay + 1, l.ptr, l.neuron), LPL_E_ARG, "population");
        free_lists(l);
        lpl_network_destroy(net);
        unmake(w[0]), unmake(w[1]);
    }
}
END_TEST

/* What the network shows is what a recorder saw. */
START_TEST(shown) {
    static const uint32_t group[RECORDS] = {E, IN, OUT};
    const plan_t plan = {.rate = 200, .every = 60, .delay = 8e-4, .threads = 1};
    world_t *w = make(&plan, 3);
    lpl_network_t *net = network(w, 0);
    uint64_t ptr[RECORDS][101], seen[RECORDS] = {0};
    static uint32_t who[RECORDS][100 * MOST];
    for (int q = 0; q < RECORDS; q++) OK(lpl_network_spikes_into(net, group[q], ptr[q], 100, who[q], 100 * MOST));
    while (w->t < 400) {
        const size_t n = testing_size(1, 100), t = w->t;
        OK(run(w, net, n));
        for (int q = 0; q < RECORDS; q++) {
            ck_assert_uint_eq(ptr[q][0], 0);
            for (size_t k = 0; k < n; k++)
                for (uint64_t s = ptr[q][k]; s < ptr[q][k + 1]; s++, seen[q]++) {
                    ck_assert_uint_eq(w->at[q][seen[q]], t + k);
                    ck_assert_uint_eq(w->who[q][seen[q]], who[q][s]);
                }
        }
    }
    for (int q = 0; q < RECORDS; q++) {
        uint64_t stored;
        OK(lpl_record_state(w->record[q], &stored, NULL, NULL, NULL, NULL, NULL));
        ck_assert_uint_eq(stored, seen[q]);
    }
    /* less room than spikes: the rest is counted */
    OK(lpl_network_spikes_into(net, IN, ptr[1], 100, who[1], 2));
    who[1][2] = 12345;
    OK(run(w, net, 100));
    ck_assert(ptr[1][100] > 2 && who[1][2] == 12345);
    FAILS(run(w, net, 101), LPL_E_SIZE, "room for 100");
    OK(lpl_network_spikes_into(net, IN, NULL, 0, NULL, 0));
    lpl_network_destroy(net);
    unmake(w);
}
END_TEST

/* ---- errors inside a step ---- */

/* Absurd parameters: the run stops at the call at which the loop by hand stops, members as there, and after a mend both
 * go on to the same bits. kind 0: learning overflows, 1: what arrives does. */
static void stops(int kind, int32_t engine, int32_t dtype) {
    const double huge = dtype ? 1e300 : 3e37, weight = dtype ? 1.5e308 : 3.2e38;
    const plan_t plan = {.dtype = dtype, .rate = 200, .every = 60, .delay = 8e-4, .threads = 1, .engine = engine};
    world_t *w[2];
    two(&plan, w);
    for (int q = 0; q < 2 && kind == 1; q++) { /* weights that overflow a conductance when two arrive */
        lpl_spiking_config_t c;
        lpl_spiking_destroy(w[q]->plastic[0]);
        OK(lpl_spiking_config_init(&c, sizeof c));
        c.n_pre = w[q]->n[IN], c.n_post = w[q]->n[E], c.dtype = dtype, c.w_max = dtype ? (double)FLT_MAX : weight;
        c.w_init = c.w_max, c.engine = engine, c.update_every = 60;
        OK(lpl_spiking_create(&c, NULL, &w[q]->plastic[0]));
    }
    (void)huge;
    lpl_network_t *net = network(w[1], 0);
    int at = 0, failed = 0;
    size_t whole = 0;
    double v;
    for (int q = 0; q < 2 && kind == 0; q++) {
        OK(lpl_spiking_set(w[q]->plastic[0], LPL_SPIKING_PARAM_PUSH, 3e38));
        OK(lpl_spiking_set(w[q]->plastic[1], LPL_SPIKING_PARAM_PULL, 3e38));
    }
    for (int repeat = 0; repeat < 3; repeat++) {
        lpl_status_t status = LPL_OK;
        const size_t from = w[0]->t;
        while (status >= 0 && w[0]->t < from + 200) status = hand_step(w[0], &at);
        whole = w[0]->t - from;
        const lpl_status_t again = run(w[1], net, 200);
        ck_assert_int_eq(status, again);
        OK(lpl_network_get(net, LPL_NETWORK_PARAM_LAST, &v));
        ck_assert_uint_eq((size_t)v, whole);
        OK(lpl_network_get(net, LPL_NETWORK_PARAM_STOPPED, &v));
        ck_assert(v == (status < 0));
        if (status < 0) {
            failed++;
            ck_assert_int_eq(again, LPL_E_NONFINITE);
            ck_assert_msg(strstr(lpl_last_error(), "lpl_network_run: ") && strstr(lpl_last_error(), ", step "), "%s",
                          lpl_last_error());
            const lists_t l = host_lists(w[1], 0, 200);
            FAILS(lpl_network_deliver(net, OUT, (size_t)whole, l.ptr, l.neuron), LPL_E_ARG, "recorder");
            free_lists(l);
        }
        if (repeat == 0 && kind == 0) /* one mend after the other */
            for (int q = 0; q < 2; q++) OK(lpl_spiking_set(w[q]->plastic[0], LPL_SPIKING_PARAM_PUSH, 1));
        if (repeat == 1 && kind == 0)
            for (int q = 0; q < 2; q++) OK(lpl_spiking_set(w[q]->plastic[1], LPL_SPIKING_PARAM_PULL, 1));
        if (kind == 1) { /* gone from the conductances by then */
            float *zero32 = calloc(w[0]->n[E], sizeof *zero32);
            for (int q = 0; q < 2; q++) OK(lpl_lif_write(w[q]->lif[E], zero32, w[0]->n[E], LPL_LIF_G_AMPA));
            free(zero32);
        }
    }
    ck_assert_int_gt(failed, 0);
    if (at == 0) same(w[0], w[1]);
    lpl_network_destroy(net);
    unmake(w[0]), unmake(w[1]);
}

START_TEST(stops_inside_a_step) {
    for (int32_t engine = LPL_ENGINE_FUSED; engine <= LPL_ENGINE_BLOCK; engine++) {
        stops(0, engine, LPL_F32);
        stops(1, engine, LPL_F32);
    }
}
END_TEST

/* A population that cannot make its step: nothing of that step has moved. */
START_TEST(neurons_refuse) {
    const plan_t plan = {.rate = 100, .every = 60, .delay = 8e-4, .threads = 1};
    world_t *w[2];
    two(&plan, w);
    lpl_network_t *net = network(w[1], 0);
    const size_t n = w[0]->n[E];
    float *g = malloc(n * sizeof *g);
    for (size_t i = 0; i < n; i++) g[i] = 3.402e38f;
    OK(run(w[1], net, 100));
    by_hand(w[0], 100);
    for (int q = 0; q < 2; q++) {
        OK(lpl_lif_write(w[q]->lif[E], g, n, LPL_LIF_G_NMDA));
        OK(lpl_lif_write(w[q]->lif[E], g, n, LPL_LIF_G_AMPA));
    }
    FAILS(run(w[1], net, 50), LPL_E_NONFINITE, "of neuron 0");
    same(w[0], w[1]);
    memset(g, 0, n * sizeof *g);
    for (int q = 0; q < 2; q++) {
        OK(lpl_lif_write(w[q]->lif[E], g, n, LPL_LIF_G_NMDA));
        OK(lpl_lif_write(w[q]->lif[E], g, n, LPL_LIF_G_AMPA));
    }
    OK(run(w[1], net, 150));
    by_hand(w[0], 150);
    same(w[0], w[1]);
    free(g);
    lpl_network_destroy(net);
    unmake(w[0]), unmake(w[1]);
}
END_TEST

/* ---- what is refused ---- */

START_TEST(refused) {
    const plan_t plan = {.rate = 100, .every = 60, .delay = 8e-4, .threads = 1};
    world_t *w = make(&plan, 1), *x = make(&plan, 2);
    lpl_network_config_t c;
    lpl_network_t *net = NULL, *none = NULL;
    uint32_t g = 77, e, in;
    double v;
    OK(lpl_network_config_init(&c, sizeof c));
    FAILS(lpl_network_config_init(NULL, sizeof c), LPL_E_NULL, "NULL");
    FAILS(lpl_network_create(NULL, &net), LPL_E_NULL, "cfg");
    FAILS(lpl_network_create(&c, NULL), LPL_E_NULL, "out");
    c.flags = 1;
    FAILS(lpl_network_create(&c, &net), LPL_E_ARG, "flags");
    c.flags = 0, c.block_steps = 5000;
    FAILS(lpl_network_create(&c, &net), LPL_E_SIZE, "block_steps");
    c.block_steps = 0;
    OK(lpl_network_create(&c, &net));
    FAILS(lpl_network_finish(net), LPL_E_ORDER, "one group");
    FAILS(lpl_network_run(net, 1), LPL_E_ORDER, "finish");
    FAILS(lpl_network_add_input(net, &g, 0), LPL_E_SIZE, "n = 0");
    FAILS(lpl_network_add_input(net, NULL, 3), LPL_E_NULL, "group");
    FAILS(lpl_network_add_input(none, &g, 3), LPL_E_NULL, "net");
    FAILS(lpl_network_add_lif(net, &g, NULL), LPL_E_NULL, "p is");
    FAILS(lpl_network_add_lif(net, NULL, w->lif[E]), LPL_E_NULL, "group");
    ck_assert_uint_eq(g, 77);
    OK(lpl_network_add_lif(net, &e, w->lif[E]));
    FAILS(lpl_network_add_lif(net, &g, w->lif[E]), LPL_E_ARG, "already");
    OK(lpl_network_add_input(net, &in, w->n[IN]));
    FAILS(lpl_network_add_source(net, w->source[0], e), LPL_E_ARG, "population");
    FAILS(lpl_network_add_source(net, w->source[0], 9), LPL_E_ARG, "2 groups");
    OK(lpl_network_add_source(net, w->source[1], in));
    FAILS(lpl_network_add_source(net, w->source[0], in), LPL_E_ARG, "begins with neuron 0");
    FAILS(lpl_network_add_source(net, w->source[1], in), LPL_E_ARG, "already");
    FAILS(lpl_network_add_spiking(net, w->plastic[0], in, in, LPL_RECEPTOR_AMPA), LPL_E_SIZE, "n_post");
    FAILS(lpl_network_add_spiking(net, w->plastic[0], e, e, LPL_RECEPTOR_AMPA), LPL_E_SIZE, "n_pre");
    FAILS(lpl_network_add_spiking(net, w->plastic[0], in, e, 7), LPL_E_ARG, "receptor");
    FAILS(lpl_network_add_spiking(net, w->plastic[0], 4, e, 0), LPL_E_ARG, "pre = 4");
    FAILS(lpl_network_add_spiking(net, NULL, in, e, 0), LPL_E_NULL, "s is");
    FAILS(lpl_network_add_projection(net, NULL, in, e, 0), LPL_E_NULL, "p is");
    OK(lpl_network_add_spiking(net, w->plastic[0], in, e, LPL_RECEPTOR_AMPA));
    FAILS(lpl_network_add_spiking(net, w->plastic[0], in, e, LPL_RECEPTOR_AMPA), LPL_E_ARG, "already");
    { /* sizes that fit, ends that do not */
        lpl_projection_config_t pc;
        lpl_projection_t *p;
        OK(lpl_projection_config_init(&pc, sizeof pc));
        pc.n_pre = pc.n_post = w->n[IN];
        OK(lpl_projection_create(&pc, NULL, &p));
        FAILS(lpl_network_add_projection(net, p, in, in, LPL_RECEPTOR_GABA), LPL_E_ARG, "no population");
        lpl_projection_destroy(p);
        pc.dt = 2e-4;
        OK(lpl_projection_create(&pc, NULL, &p));
        FAILS(lpl_network_add_projection(net, p, in, in, LPL_NETWORK_NO_RECEPTOR), LPL_E_ARG, "dt = 0.0002");
        lpl_projection_destroy(p);
        pc.dt = 1e-4, pc.dtype = LPL_F64, pc.n_post = w->n[E], pc.label = 4;
        OK(lpl_projection_create(&pc, NULL, &p));
        FAILS(lpl_network_add_projection(net, p, in, e, LPL_RECEPTOR_GABA), LPL_E_DTYPE, "(projection 4)");
        lpl_projection_destroy(p);
    }
    FAILS(lpl_network_add_record(net, w->record[0], in), LPL_E_SIZE, "recorder");
    FAILS(lpl_network_add_record(net, NULL, in), LPL_E_NULL, "r is");
    OK(lpl_network_add_record(net, w->record[0], e));
    FAILS(lpl_network_add_record(net, w->record[0], e), LPL_E_ARG, "already");
    FAILS(lpl_network_feed(net, in, 0, NULL, NULL), LPL_E_ORDER, "finish");
    OK(lpl_network_add_input(net, &g, 5));
    OK(lpl_network_finish(net));
    FAILS(lpl_network_finish(net), LPL_E_ORDER, "finished");
    FAILS(lpl_network_add_lif(net, &g, x->lif[E]), LPL_E_ORDER, "before");
    static const uint64_t ptr[4] = {0, 2, 3, 2};
    static const uint32_t who[3] = {1, 4, 0}, wrong_order[3] = {4, 4, 0}, far[3] = {1, 5, 0};
    FAILS(lpl_network_feed(net, in, 2, ptr, who), LPL_E_ARG, "has sources");
    FAILS(lpl_network_feed(net, e, 2, ptr, who), LPL_E_ARG, "population");
    FAILS(lpl_network_feed(net, 8, 2, ptr, who), LPL_E_ARG, "group = 8");
    FAILS(lpl_network_feed(net, g, 2, NULL, who), LPL_E_NULL, "ptr");
    FAILS(lpl_network_feed(net, g, 2, ptr, NULL), LPL_E_NULL, "neuron");
    FAILS(lpl_network_feed(net, g, 3, ptr, who), LPL_E_ARG, "ptr[3] = 2 after 3");
    FAILS(lpl_network_feed(net, g, 2, ptr, wrong_order), LPL_E_ARG, "(step 0");
    FAILS(lpl_network_feed(net, g, 2, ptr, far), LPL_E_ARG, "5 neurons");
    OK(lpl_network_feed(net, g, 2, ptr, who));
    FAILS(lpl_network_run(net, 3), LPL_E_SIZE, "are for 2");
    OK(lpl_network_run(net, 2));
    OK(lpl_network_run(net, 3)); /* lent for one run */
    OK(lpl_network_run(net, 0));
    FAILS(lpl_network_run(NULL, 3), LPL_E_NULL, "net");
    FAILS(lpl_network_run(net, SIZE_MAX), LPL_E_SIZE, "negative");
    FAILS(lpl_network_spikes_into(net, e, NULL, 3, NULL, 0), LPL_E_NULL, "ptr");
    FAILS(lpl_network_get(net, 99, &v), LPL_E_ARG, "param");
    FAILS(lpl_network_get(NULL, 0, &v), LPL_E_NULL, "net");
    OK(lpl_network_get(net, LPL_NETWORK_PARAM_STEP, &v));
    ck_assert(v == 5);
    OK(lpl_network_get(net, LPL_NETWORK_PARAM_N_GROUPS, &v));
    ck_assert(v == 3);
    OK(lpl_network_get(net, LPL_NETWORK_PARAM_BLOCK, &v));
    ck_assert(v == 64);
    OK(lpl_network_get(net, LPL_NETWORK_PARAM_MEMORY, &v));
    ck_assert(v > 64 * 4 * (double)(w->n[E] + w->n[IN]));
    OK(lpl_source_seek(w->source[1], (UINT64_C(1) << 63) - 2));
    FAILS(lpl_network_run(net, 3), LPL_E_SIZE, "2 steps left");
    lpl_network_destroy(net);
    lpl_network_destroy(NULL);
    unmake(w), unmake(x);
}
END_TEST

/* ---- memory ---- */

#if ALLOC_COUNTED
static lpl_status_t build(void *user) {
    const world_t *w = user;
    lpl_network_config_t c;
    lpl_network_t *net = NULL;
    uint32_t g;
    lpl_status_t status;
    MUST(lpl_network_config_init(&c, sizeof c) == LPL_OK);
    status = lpl_network_create(&c, &net);
    for (int q = 0; q < LIFS && status >= 0; q++) status = lpl_network_add_lif(net, &g, w->lif[q]);
    for (int q = IN; q <= OUT && status >= 0; q++) status = lpl_network_add_input(net, &g, w->n[q]);
    for (int q = 0; q < SOURCES && status >= 0; q++) status = lpl_network_add_source(net, w->source[q], IN);
    if (status >= 0) status = lpl_network_add_spiking(net, w->plastic[0], IN, E, LPL_RECEPTOR_AMPA);
    if (status >= 0) status = lpl_network_add_projection(net, w->fixed[0], OUT, I, LPL_RECEPTOR_AMPA);
    if (status >= 0) status = lpl_network_add_record(net, w->record[0], E);
    if (status >= 0) status = lpl_network_finish(net);
    lpl_network_destroy(net);
    return status;
}

START_TEST(memory) {
    const plan_t plan = {.rate = 100, .every = 60, .delay = 8e-4, .threads = 1};
    world_t *w = make(&plan, 1);
    ck_assert_uint_gt(fail_each(build, w), 8);
    lpl_network_t *net = network(w, 0);
    const lists_t l = host_lists(w, 0, 200);
    alloc_start(0);
    MUST(lpl_network_feed(net, OUT, 200, l.ptr, l.neuron) == LPL_OK);
    MUST(lpl_network_run(net, 200) == LPL_OK);
    MUST(lpl_network_run(net, 1) == LPL_OK);
    MUST(lpl_network_deliver(net, IN, 1, l.ptr, l.neuron) < 0);
    MUST(lpl_spiking_set(w->plastic[0], LPL_SPIKING_PARAM_PUSH, 3e38) == LPL_OK);
    MUST(lpl_network_run(net, 200) == LPL_E_NONFINITE);
    alloc_stop();
    ck_assert_int_eq(wrong, 0);
    ck_assert_uint_eq(alloc_state.own + alloc_state.other, 0);
    free_lists(l);
    lpl_network_destroy(net);
    unmake(w);
}
END_TEST
#endif

int main(void) {
    Suite *suite = suite_create("network");
    TCase *t = tcase_create("network");
    testing_seed("test_network", 1);
    tcase_set_timeout(t, 120);
    tcase_add_test(t, as_by_hand);
    tcase_add_test(t, resume);
    tcase_add_test(t, delivered_late);
    tcase_add_test(t, shown);
    tcase_add_test(t, stops_inside_a_step);
    tcase_add_test(t, neurons_refuse);
    tcase_add_test(t, refused);
#if ALLOC_COUNTED
    tcase_add_test(t, memory);
#endif
    suite_add_tcase(suite, t);
    return testing_run(suite);
}
