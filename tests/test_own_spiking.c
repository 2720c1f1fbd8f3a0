/* tests/test_own_spiking.c - networks as a new user would write them: the verdict on each, LPL_LOOK when it changes,
 * and that the knob that the sentence names mends it. */
#include <stdbool.h>

#include "common/memfile.h"
#include "common/spike_world.h"

/* ---- networks: those of docs/own_spiking.md ---- */

typedef struct {
    const char *name;
    uint64_t n_pre, n_post;
    double p, rate;        /* of a connection; of an input, Hz */
    double w, w_max, eta;  /* w 0: the default */
    bool prime;            /* 3 tau_mean in LPL_MODE_TRACK */
    double recurrent;      /* weight between its neurons, 10 of them */
    bool inhibit;          /* a quarter as many inhibitory neurons, plastic (lpl/projection.h) */
    int32_t verdict, mend; /* the first one that is not OK */
    int mends;             /* until all is well */
} own_t;

#define W(inputs, rate) (0.9 * 0.4 / ((inputs) * (rate)*5e-3)) /* docs/own_spiking.md, for the default neuron */

static const own_t own[] = {
    {"sparse", 100, 10, 0.1, 5, 0, 1, 1e-2, false, 0, false, LPL_VERDICT_SILENT, LPL_MEND_RAISE_W, 1},
    {"all to all", 100, 10, 1, 10, 0, 1, 1e-2, false, 0, false, LPL_VERDICT_RUNAWAY, LPL_MEND_PRIME, 3},
    {"large", 600, 10, 1, 5, 0, 1, 1e-2, false, 0, false, LPL_VERDICT_RUNAWAY, LPL_MEND_LOWER_W, 3},
    {"nanosiemens", 200, 10, 0.25, 5, 2, 10, 1e-2, false, 0, false, LPL_VERDICT_RUNAWAY, LPL_MEND_LOWER_W, 1},
    {"recurrent", 200, 40, 0.25, 5, W(50, 5), 2, 1e-2, true, 0.3, false, LPL_VERDICT_RUNAWAY, LPL_MEND_LOWER_W, 1},
    {"not primed", 100, 10, 1, 10, W(100, 10), 1, 1e-2, false, 0, false, LPL_VERDICT_RUNAWAY, LPL_MEND_PRIME, 2},
    {"eta of the article", 600, 10, 1, 5, W(600, 5), 1, 1e-2, true, 0, false, LPL_VERDICT_SILENT, LPL_MEND_LOWER_ETA,
     1},
    {"no input", 100, 10, 1, 0, W(100, 10), 1, W(100, 10) / 30, true, 0, false, LPL_VERDICT_SILENT, LPL_MEND_INPUT, 1},
    {"careful", 200, 10, 0.25, 5, W(50, 5), 1, 1e-5, true, 0, false, LPL_VERDICT_NOT_LEARNING, LPL_MEND_RAISE_ETA, 1},
    {"at its bound", 100, 10, 0.1, 5, 1, 1, 1.0 / 30, true, 0, false, LPL_VERDICT_SATURATED, LPL_MEND_RAISE_W_MAX, 1},
    {"well", 200, 10, 0.25, 5, W(50, 5), 4 * W(50, 5), W(50, 5) / 30, true, 0, false, LPL_VERDICT_OK, LPL_MEND_NONE, 0},
};
enum { OWN = sizeof own / sizeof *own, TAU_STEPS = 100000, TAUS = 9 };

typedef struct {
    lpl_source_t *source;
    lpl_lif_t *cells, *others;
    lpl_spiking_t *s;
    lpl_projection_t *p[4];
    lpl_network_t *net;
} net_t;

static lpl_projection_t *project(net_t *n, int k, int32_t kind, uint64_t n_pre, uint64_t n_post, double p, double w,
                                 int32_t dtype) {
    lpl_projection_config_t c;
    lpl_connect_t connect = sparse(1);
    OK(lpl_projection_config_init(&c, sizeof c));
    c.kind = kind, c.dtype = dtype, c.n_pre = n_pre, c.n_post = n_post, c.w_init = w;
    connect.kind = LPL_CONNECT_RANDOM, connect.probability = p, connect.seed = 5, connect.stream = (uint64_t)k;
    connect.flags = n_pre == n_post ? LPL_CONNECT_NO_SELF : 0;
    OK(lpl_projection_create(&c, &connect, &n->p[k]));
    return n->p[k];
}

static net_t make_net(const own_t *o, int32_t dtype, int32_t engine) {
    net_t n = {0};
    lpl_source_config_t source;
    lpl_lif_config_t lif;
    lpl_spiking_config_t c;
    lpl_network_config_t net;
    lpl_connect_t connect;
    uint32_t in, cells, others;
    OK(lpl_source_config_init(&source, sizeof source));
    source.n = o->n_pre, source.n_knots = 1, source.rate_hz = &o->rate, source.seed = 3;
    OK(lpl_source_create(&source, &n.source));
    OK(lpl_lif_config_init(&lif, sizeof lif));
    lif.n = o->n_post, lif.dtype = dtype;
    OK(lpl_lif_create(&lif, &n.cells));
    OK(lpl_spiking_config_init(&c, sizeof c));
    c.flags = LPL_SPIKING_WATCH, c.dtype = dtype, c.engine = engine, c.n_pre = o->n_pre, c.n_post = o->n_post;
    c.tau_mean = 10, c.tau_sigma2 = 3, c.eta = o->eta, c.w_max = o->w_max;
    if (o->w > 0) c.w_init = o->w;
    OK(lpl_connect_init(&connect, sizeof connect));
    connect.kind = LPL_CONNECT_RANDOM, connect.probability = o->p, connect.seed = 4;
    OK(lpl_spiking_create(&c, &connect, &n.s));
    OK(lpl_network_config_init(&net, sizeof net));
    OK(lpl_network_create(&net, &n.net));
    OK(lpl_network_add_input(n.net, &in, o->n_pre));
    OK(lpl_network_add_source(n.net, n.source, in));
    OK(lpl_network_add_lif(n.net, &cells, n.cells));
    OK(lpl_network_add_spiking(n.net, n.s, in, cells, LPL_RECEPTOR_AMPA));
    if (o->recurrent > 0)
        OK(lpl_network_add_projection(
            n.net,
            project(&n, 0, LPL_PROJECTION_STATIC, o->n_post, o->n_post, 10 / (double)o->n_post, o->recurrent, dtype),
            cells, cells, LPL_RECEPTOR_AMPA));
    if (o->inhibit) {
        const uint64_t i = (o->n_post + 3) / 4;
        lif.n = i, lif.stream = 1;
        OK(lpl_lif_create(&lif, &n.others));
        OK(lpl_network_add_lif(n.net, &others, n.others));
        OK(lpl_network_add_projection(n.net, project(&n, 1, LPL_PROJECTION_STATIC, o->n_post, i, 0.3, 0.5, dtype),
                                      cells, others, LPL_RECEPTOR_AMPA));
        OK(lpl_network_add_projection(n.net, project(&n, 2, LPL_PROJECTION_INHIBITORY, i, o->n_post, 0.5, 0.5, dtype),
                                      others, cells, LPL_RECEPTOR_GABA));
    }
    OK(lpl_network_finish(n.net));
    return n;
}

static void free_net(net_t *n) {
    lpl_network_destroy(n->net);
    lpl_source_destroy(n->source), lpl_lif_destroy(n->cells), lpl_lif_destroy(n->others), lpl_spiking_destroy(n->s);
    for (int k = 0; k < 4; k++) lpl_projection_destroy(n->p[k]);
}

static lpl_spiking_report_t report(const lpl_spiking_t *s) {
    lpl_spiking_report_t r;
    OK(lpl_spiking_report_init(&r, sizeof r));
    OK(lpl_spiking_report(s, &r));
    return r;
}

/* Runs it, each tau_mean a look; the first report that is not OK, or the last. LPL_LOOK says where verdicts change. */
static lpl_spiking_report_t verdict_of(const own_t *o, int32_t dtype, int32_t engine) {
    net_t n = make_net(o, dtype, engine);
    lpl_spiking_report_t r = report(n.s), first = {0};
    int32_t before = LPL_VERDICT_OK, more = 2; /* looks behind the first bad one */
    ck_assert(r.verdict == LPL_VERDICT_EARLY && r.mend == LPL_MEND_NONE);
    if (o->prime) OK(lpl_spiking_set(n.s, LPL_SPIKING_PARAM_MODE, LPL_MODE_TRACK));
    for (int tau = 0; tau < TAUS + (o->prime ? 3 : 0) && more > 0; tau++) {
        if (o->prime && tau == 3) OK(lpl_spiking_set(n.s, LPL_SPIKING_PARAM_MODE, LPL_MODE_LEARN));
        ck_assert_int_eq(lpl_network_run(n.net, tau == 0 ? TAU_STEPS : TAU_STEPS - 1), LPL_OK); /* up to the change */
        const lpl_status_t status = lpl_network_run(n.net, 1);
        r = report(n.s);
        ck_assert_int_eq(r.verdict, (int32_t)param(n.s, LPL_SPIKING_PARAM_VERDICT));
        ck_assert_msg(status == (r.verdict == before ? LPL_OK : LPL_LOOK), "%s: status %d after %d, verdict %d",
                      o->name, (int)status, (int)before, (int)r.verdict);
        before = r.verdict;
        ck_assert(r.mend != LPL_MEND_LEARN || (o->prime && tau < 3));
        if (first.verdict == 0 && r.verdict != LPL_VERDICT_OK) first = r;
        more -= first.verdict != 0;
    }
    free_net(&n);
    return first.verdict ? first : r;
}

/* What the sentence says. */
static void turn(own_t *o, int32_t mend) {
    const double w = W((double)o->n_pre * o->p, o->rate);
    switch (mend) {
    case LPL_MEND_INPUT: o->rate = 10; break;
    case LPL_MEND_RAISE_W:
    case LPL_MEND_LOWER_W:
        if (o->w == w) o->inhibit = true;
        o->w = w, o->w_max = fmax(o->w_max, 4 * w);
        break;
    case LPL_MEND_PRIME:
        if (o->prime) o->eta /= 4;
        o->prime = true;
        break;
    case LPL_MEND_LOWER_ETA:
    case LPL_MEND_RAISE_ETA: o->eta = o->w / 30; break;
    case LPL_MEND_RAISE_W_MAX: o->w_max = 4 * o->w; break;
    default: ck_abort_msg("%s: mend %d names no knob", o->name, (int)mend);
    }
}

static void follow(const own_t *start, int32_t dtype, int32_t engine) {
    own_t o = *start;
    for (int mends = 0;; mends++) {
        const lpl_spiking_report_t r = verdict_of(&o, dtype, engine);
        printf("%s: mend %d: verdict %d, %s; %.2f Hz, weight %g, change %g\n", o.name, mends, (int)r.verdict,
               lpl_spiking_verdict_string(r.verdict, r.mend), r.rate, r.w_mean, r.weight_change);
        if (mends == 0) {
            ck_assert_int_eq(r.verdict, start->verdict);
            ck_assert_int_eq(r.mend, start->mend);
        }
        if (r.verdict == LPL_VERDICT_OK) {
            ck_assert_int_eq(mends, start->mends);
            ck_assert(r.weight_change >= 1e-3 && r.silent <= 0.5 && r.runaway <= 0.5);
            return;
        }
        ck_assert_msg(mends < start->mends, "%s: not mended", o.name);
        turn(&o, r.mend);
    }
}

START_TEST(networks_of_a_new_user) { follow(&own[_i], LPL_F32, LPL_ENGINE_AUTO); }
END_TEST

START_TEST(double_and_both_engines) {
    follow(&own[_i == 0 ? 0 : 5], LPL_F64, _i == 0 ? LPL_ENGINE_FUSED : LPL_ENGINE_BLOCK);
}
END_TEST

int main(void) {
    testing_seed("test_own_spiking", 61);
    Suite *suite = suite_create("own_spiking");
    TCase *tc = tcase_create("own_spiking");
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, networks_of_a_new_user, 0, OWN);
    tcase_add_loop_test(tc, double_and_both_engines, 0, 2);
    suite_add_tcase(suite, tc);
    return testing_run(suite);
}
