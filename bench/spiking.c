/* bench/spiking.c - spiking plasticity: the network of Fig. 5, whole and by part; dense and sparse projections against
 * a plain loop and sgemm. */
#include "common.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "worlds/network.h"

enum { WINDOW = 5000, TAPE = 997 /* different steps, played in turn */ };

/* ---- spikes and potentials that do not depend on anything ---- */

typedef struct {
    size_t n_pre, n_post, n_a[TAPE], n_b[TAPE];
    uint32_t *pre, *post;
    float *v;
} tape_t;

static tape_t *tape(size_t n_pre, size_t n_post, double rate_pre, double rate_post) {
    tape_t *x = bench_alloc(sizeof *x);
    x->n_pre = n_pre, x->n_post = n_post;
    x->pre = bench_alloc(TAPE * n_pre * sizeof *x->pre), x->post = bench_alloc(TAPE * n_post * sizeof *x->post);
    x->v = bench_alloc(TAPE * n_post * sizeof *x->v);
    float *u = bench_alloc((n_pre + n_post) * sizeof *u);
    for (size_t t = 0; t < TAPE; t++) {
        bench_check(lpl_random_uniform(u, n_pre + n_post, 7, 0, t * (n_pre + n_post)));
        x->n_a[t] = x->n_b[t] = 0;
        for (size_t j = 0; j < n_pre; j++)
            if (u[j] < rate_pre * 1e-4) x->pre[t * n_pre + x->n_a[t]++] = (uint32_t)j;
        for (size_t i = 0; i < n_post; i++) {
            if (u[n_pre + i] < rate_post * 1e-4) x->post[t * n_post + x->n_b[t]++] = (uint32_t)i;
            x->v[t * n_post + i] = -0.07f + 0.02f * u[n_pre + i];
        }
    }
    free(u);
    return x;
}

/* ---- a projection on its own ---- */

typedef struct {
    tape_t *in;
    lpl_spiking_t *s;
    float *g;
    size_t at, steps; /* of a sample */
    int silent;
    /* the plain loop's */
    size_t n_syn;
    uint64_t *row_ptr;
    uint32_t *col;
    float *c, *m, *sum, *w, *psp, *fprime, *err;
    int update;
} projection_t;

static double sample_projection(void *ctx) {
    projection_t *p = ctx;
    const tape_t *x = p->in;
    const double t = bench_now();
    for (size_t k = 0; k < p->steps; k++) {
        const size_t at = p->at++ % TAPE;
        bench_check(lpl_spiking_drive(p->s, p->g));
        bench_check(lpl_spiking_step(p->s, x->pre + at * x->n_pre, p->silent ? 0 : x->n_a[at], x->post + at * x->n_post,
                                     p->silent ? 0 : x->n_b[at], x->v + at * x->n_post));
    }
    return (bench_now() - t) / (double)p->steps;
}

/* One pass over c, m and sum each step, and over w when weights change: what one would write down first. Traces of
 * neurons are given. */
__attribute__((noinline)) static void plain_step(projection_t *p, int update) {
    const size_t n_pre = p->in->n_pre;
    for (size_t j = 0; j < n_pre; j++) {
        const float h = p->psp[j];
        for (uint64_t k = p->row_ptr[j]; k < p->row_ptr[j + 1]; k++) {
            const uint32_t i = p->col[k];
            const float c = p->c[k] + h * p->fprime[i];
            const float m = p->m[k] + 0.01f * (c - p->m[k]);
            p->m[k] = m;
            p->c[k] = 0.95122945f * c;
            p->sum[k] += m * p->err[i];
            if (update) {
                const float w = p->w[k] + 1e-2f * p->sum[k];
                p->w[k] = w < 0 ? 0 : w > 1 ? 1 : w;
                p->sum[k] = 0;
            }
        }
    }
}

static double sample_plain(void *ctx) {
    projection_t *p = ctx;
    const size_t steps = p->steps > 100 ? 20 : p->steps;
    const double t = bench_now();
    for (size_t k = 0; k < steps; k++) plain_step(p, p->update);
    return (bench_now() - t) / (double)steps;
}

static projection_t *projection(const bench_t *b, size_t n_pre, size_t n_post, double probability, uint64_t every,
                                int threads) {
    projection_t *p = bench_alloc(sizeof *p);
    *p = (projection_t){.in = tape(n_pre, n_post, 5, 5), .steps = every < 2 ? 100 : WINDOW, .update = every < 2};
    lpl_spiking_config_t c;
    lpl_connect_t connect;
    (void)b;
    bench_check(lpl_spiking_config_init(&c, sizeof c));
    bench_check(lpl_connect_init(&connect, sizeof connect));
    if (probability < 1) connect.kind = LPL_CONNECT_RANDOM, connect.probability = probability, connect.seed = 1;
    c.n_pre = n_pre, c.n_post = n_post, c.update_every = every, c.threads = threads, c.mean_init = 5,
    c.sigma2_init = 5e-4;
    bench_check(lpl_spiking_create(&c, &connect, &p->s));
    double n;
    bench_check(lpl_spiking_get(p->s, LPL_SPIKING_PARAM_N_SYNAPSES, &n));
    p->n_syn = (size_t)n;
    p->g = bench_alloc(n_post * sizeof(float));
    p->row_ptr = bench_alloc((n_pre + 1) * sizeof *p->row_ptr), p->col = bench_alloc(p->n_syn * sizeof *p->col);
    bench_check(lpl_spiking_connectivity(p->s, p->row_ptr, p->col));
    float **const synapse[] = {&p->c, &p->m, &p->sum, &p->w};
    for (size_t k = 0; k < 4; k++) *synapse[k] = bench_alloc(p->n_syn * sizeof(float));
    p->psp = bench_alloc(n_pre * sizeof(float)), p->fprime = bench_alloc(n_post * sizeof(float)),
    p->err = bench_alloc(n_post * sizeof(float));
    bench_fill(p->psp, n_pre, 1), bench_fill(p->fprime, n_post, 2), bench_fill(p->err, n_post, 3);
    return p;
}

/* Nominal: what the form with three matrix products does, 1.46 products of n_syn x steps for a whole window
 * (docs/performance.md). */
static double gflop(const projection_t *p) { return 1.46 * 2e-9 * (double)p->n_syn; }

static void measure_projection(bench_t *b, size_t n_pre, size_t n_post, double probability, double limit_ns) {
    char group[BENCH_NAME], text[BENCH_NAME];
    snprintf(group, sizeof group, "projection %zu x %zu, %.0f %%, weights every %d steps", n_pre, n_post,
             100 * probability, (int)WINDOW);
    projection_t *p = projection(b, n_pre, n_post, probability, WINDOW, b->threads);
    bench_add(b, group, "lpl_spiking_step", "a step; drive included", gflop(p), "nominal GFLOP", sample_projection, p);
    bench_add(b, group, "plain C", "one pass over three arrays a step", gflop(p), "nominal GFLOP", sample_plain, p);
    if (b->threads > 1) {
        projection_t *one = projection(b, n_pre, n_post, probability, WINDOW, 1);
        bench_add(b, group, "one thread", "", gflop(one), "nominal GFLOP", sample_projection, one);
    }
    if (probability == 1) bench_add_products(b, group, 2048, 2048, 0);
    bench_run(b);
    snprintf(text, sizeof text, "<= %.2f ns per synapse and step", limit_ns);
    bench_goal(b, group, "lpl_spiking_step", NULL, limit_ns * 1e-9 * (double)p->n_syn, 1, text);
    bench_goal(b, group, "lpl_spiking_step", "plain C", 1, 0, "(against plain C)");
    if (probability == 1)
        bench_goal(b, group, "lpl_spiking_step", "sgemm", gflop(p) / (2e-9 * 2048.0 * 2048.0 * 2048.0), 0.6,
                   ">= 0.60 of sgemm (nominal)");
    if (b->threads > 1)
        bench_goal(b, group, "lpl_spiking_step", "one thread", 1, probability == 1 ? 1.7 : 0,
                   ">= 1.7 x one thread (dense)");
    lpl_spiking_destroy(p->s);
}

static void measure_every_step(bench_t *b, double probability) {
    char group[BENCH_NAME];
    snprintf(group, sizeof group, "projection 500 x 100, %.0f %%, weights every step", 100 * probability);
    projection_t *p = projection(b, 500, 100, probability, 1, 1);
    bench_add(b, group, "lpl_spiking_step", "a step; drive included", 0, "", sample_projection, p);
    bench_add(b, group, "plain C", "one pass over four arrays; neurons' traces given", 0, "", sample_plain, p);
    bench_run(b);
    bench_goal(b, group, "lpl_spiking_step", "plain C", 1, 1, ">= 1 x plain C");
    lpl_spiking_destroy(p->s);
}

/* ---- the network of Fig. 5 ---- */

enum { SECOND = NETWORK_PER_SECOND };

static double sample_network(void *ctx) { /* one second of model time */
    const double t = bench_now();
    for (int k = 0; k < SECOND; k += NETWORK_RUN) network_run(ctx, NETWORK_RUN);
    return bench_now() - t;
}

static double sample_sources(void *ctx) {
    network_t *net = ctx;
    uint32_t spk[NETWORK_IN];
    size_t n;
    const double t = bench_now();
    for (int k = 0; k < SECOND; k++)
        for (int g = 0; g < SIGNALS; g++) bench_check(lpl_source_step(net->source[g], spk, NETWORK_IN, &n));
    return bench_now() - t;
}

/* One neuron of each: parts on their own are stepped by hand. */
static const uint32_t in_fires[1] = {7}, e_fires[1] = {9}, i_fires[1] = {3};
static float v_of_e[NETWORK_E];

static double sample_neurons(void *ctx) {
    network_t *net = ctx;
    uint32_t spk[NETWORK_E];
    size_t n;
    const double t = bench_now();
    for (int k = 0; k < SECOND; k++) {
        bench_check(lpl_lif_step(net->e, spk, &n, v_of_e));
        bench_check(lpl_lif_step(net->i, spk, &n, NULL));
    }
    return bench_now() - t;
}

static double sample_plastic(void *ctx) {
    network_t *net = ctx;
    const double t = bench_now();
    for (int k = 0; k < SECOND; k++) {
        bench_check(lpl_spiking_drive_lif(net->in_e, net->e, LPL_RECEPTOR_AMPA));
        bench_check(lpl_spiking_step(net->in_e, in_fires, k % 4 == 0, e_fires, k % 20 == 0, v_of_e));
    }
    return bench_now() - t;
}

static double sample_others(void *ctx) {
    network_t *net = ctx;
    const double t = bench_now();
    for (int k = 0; k < SECOND; k++) {
        bench_check(lpl_projection_drive_lif(net->e_i, net->i, LPL_RECEPTOR_AMPA));
        bench_check(lpl_projection_drive_lif(net->i_e, net->e, LPL_RECEPTOR_GABA));
        bench_check(lpl_projection_drive_lif(net->i_i, net->i, LPL_RECEPTOR_GABA));
        bench_check(lpl_projection_step(net->e_i, e_fires, k % 20 == 0, NULL, 0));
        bench_check(lpl_projection_step(net->i_e, i_fires, k % 50 == 0, e_fires, k % 20 == 0));
        bench_check(lpl_projection_step(net->i_i, i_fires, k % 50 == 0, NULL, 0));
    }
    return bench_now() - t;
}

static network_t *network(int seconds) {
    network_setup_t setup = network_defaults();
    setup.scaling = LPL_SCALING_MAXNORM; /* active soon */
    network_t *net = network_create(&setup);
    for (long k = 0; k < (long)seconds * SECOND; k += NETWORK_RUN) network_run(net, NETWORK_RUN);
    return net;
}

static void measure_network(bench_t *b) {
    static const char group[] = "network of Fig. 5, one second of model time", flat[] = "cost that does not grow",
                      quiet[] = "silent inputs";
    network_t *net = network(b->quick ? 20 : 400), *parts = network(20), *young = network(10);
    const double synapses = 5082.0 * SECOND * 1e-9;
    bench_add(b, group, "network", "all included", synapses, "G synapse-steps", sample_network, net);
    bench_add(b, group, "part: sources", "5 groups of 100", 0, "", sample_sources, parts);
    bench_add(b, group, "part: neurons", "100 E, 25 I", 0, "", sample_neurons, parts);
    bench_add(b, group, "part: plastic projection", "drive, traces, weights; 2500 pre, 500 post spikes", 0, "",
              sample_plastic, parts);
    bench_add(b, group, "part: other projections", "E to I, I to E (learning), I to I", 0, "", sample_others, parts);
    bench_run(b);
    bench_goal(b, group, "network", NULL, 5.4e-3, 1, "<= 5.4 ms");
    bench_goal(b, group, "network", "reference", 1, 60, ">= 60 x the reference simulator");
    bench_add(b, flat, "after 400 s", "", 0, "", sample_network, net);
    bench_add(b, flat, "after 10 s", "", 0, "", sample_network, young);
    bench_run(b);
    bench_goal(b, flat, "after 400 s", "after 10 s", 1, 0, "(1: flat; activity grows with learning)");
    projection_t *loud = projection(b, 500, 100, 0.1, WINDOW, 1), *silent = projection(b, 500, 100, 0.1, WINDOW, 1);
    silent->silent = 1;
    for (int k = 0; k < (b->quick ? 5 : 200); k++) sample_projection(silent);
    bench_add(b, quiet, "spikes at 5 Hz", "a step", 0, "", sample_projection, loud);
    bench_add(b, quiet, "100 s without a spike", "a step", 0, "", sample_projection, silent);
    bench_run(b);
    bench_goal(b, quiet, "100 s without a spike", "spikes at 5 Hz", 1, 1, ">= 1: no denormals");
    network_destroy(net), network_destroy(parts), network_destroy(young), lpl_spiking_destroy(loud->s),
        lpl_spiking_destroy(silent->s);
}

int main(int argc, char **argv) {
    static bench_t b;
    bench_begin(&b, "spiking", argc, argv);
    b.cases = b.threads == 1 ? 8 : 3;
    if (b.threads == 1) {
        measure_network(&b);
        measure_every_step(&b, 0.1);
        measure_every_step(&b, 1);
    }
    measure_projection(&b, 500, 100, 0.1, 0.08);
    measure_projection(&b, 2000, 1000, 1, 0.06);
    measure_projection(&b, 2000, 1000, 0.1, 0.08);
    return bench_end(&b);
}
