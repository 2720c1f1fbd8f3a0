/* bench/scaling.c - strong scaling: the same work on one thread and on more, in turns, beside a plain loop that shares
 * nothing: what the machine gives at this moment. */
#include "vggnet.h"

#include <stdio.h>

enum { COUNTS = 8, PLAIN = 1 << 13, ROUNDS = 1 << 12 };

/* ---- the plain loop: multiply-adds on 32 KB, each thread on its own ---- */

typedef struct {
    float *x;
    int threads;
} plain_t;

static double sample_plain(void *ctx) {
    plain_t *p = ctx;
    const double t = bench_now();
#pragma omp parallel for schedule(static) num_threads(p->threads)
    for (int r = 0; r < ROUNDS; r++) {
        float sum = 0;
        for (int i = 0; i < PLAIN; i += 8)
            sum += (p->x[i] * p->x[i + 1] + p->x[i + 2] * p->x[i + 3]) + (p->x[i + 4] * p->x[i + 5] + p->x[i + 6]);
        p->x[PLAIN + r] = sum;
    }
    return bench_now() - t;
}

static void *plain(int threads) {
    plain_t *p = bench_alloc(sizeof *p);
    *p = (plain_t){bench_alloc((PLAIN + ROUNDS) * sizeof(float)), threads};
    bench_fill(p->x, PLAIN, 1);
    return p;
}

/* ---- the library ---- */

typedef struct {
    lpl_layer_t *layer;
    float *x0, *x1;
    size_t n, batch;
} dense_t;

static double sample_dense(void *ctx) {
    dense_t *s = ctx;
    const double t = bench_now();
    bench_check(lpl_update(s->layer, NULL, s->x0, s->n, s->x1, s->n, s->batch));
    return bench_now() - t;
}

static void *dense(int threads) {
    lpl_layer_config_t c;
    bench_check(lpl_layer_config_init(&c, sizeof c));
    bench_check(lpl_layer_preset(&c, LPL_PRESET_REFERENCE));
    c.n_pre = c.n_post = 1024, c.batch_max = 512, c.activation = LPL_ACT_RELU, c.threads = threads;
    dense_t *s = bench_alloc(sizeof *s);
    *s = (dense_t){.n = 1024, .batch = 512};
    s->x0 = bench_alloc(s->n * s->batch * sizeof(float)), s->x1 = bench_alloc(s->n * s->batch * sizeof(float));
    bench_fill(s->x0, s->n * s->batch, 3), bench_fill(s->x1, s->n * s->batch, 4);
    bench_check(lpl_layer_create(&c, &s->layer));
    return s;
}

typedef struct {
    lpl_spiking_t *s;
    float *v;
    uint32_t pre[8], post[8];
} spiking_t;

enum { PRE = 2000, POST = 1000, WINDOW = 5000 };

static double sample_spiking(void *ctx) {
    spiking_t *p = ctx;
    const double t = bench_now();
    for (int k = 0; k < WINDOW; k++) bench_check(lpl_spiking_step(p->s, p->pre, 1, p->post, k % 2, p->v));
    return (bench_now() - t) / WINDOW;
}

static void *spiking(int threads) {
    lpl_spiking_config_t c;
    lpl_connect_t connect;
    bench_check(lpl_spiking_config_init(&c, sizeof c));
    bench_check(lpl_connect_init(&connect, sizeof connect));
    c.n_pre = PRE, c.n_post = POST, c.update_every = WINDOW, c.threads = threads;
    spiking_t *p = bench_alloc(sizeof *p);
    p->v = bench_alloc(POST * sizeof(float)), p->pre[0] = 7, p->post[0] = 9;
    for (int i = 0; i < POST; i++) p->v[i] = -0.06f;
    bench_check(lpl_spiking_create(&c, &connect, &p->s));
    return p;
}

static void *vgg(int threads) { return vggnet_stack(1, 32, 64, threads, 0); }
static void *vgg_large(int threads) { return vggnet_stack(1, 96, 16, threads, 0); }
static void *vgg_narrow(int threads) { return vggnet_stack(4, 32, 64, threads, 0); }

static void measure(bench_t *b, const char *group, void *(*make)(int), bench_sample_fn sample) {
    char name[BENCH_NAME], text[BENCH_NAME];
    int count[COUNTS], n = 0;
    for (int t = 1; t < b->threads && n + 1 < COUNTS; t *= 2) count[n++] = t;
    count[n++] = b->threads;
    for (int k = 0; k < n; k++) {
        snprintf(name, sizeof name, "%d thread%s", count[k], count[k] > 1 ? "s" : "");
        bench_add(b, group, name, "", 1, "steps", sample, make(count[k]));
    }
    for (int k = 0; k < n; k++) {
        snprintf(name, sizeof name, "plain loop, %d thread%s", count[k], count[k] > 1 ? "s" : "");
        bench_add(b, group, name, "shares nothing", 1, "steps", sample_plain, plain(count[k]));
    }
    bench_run(b);
    for (int k = 1; k < n; k++) {
        snprintf(name, sizeof name, "%d threads", count[k]);
        snprintf(text, sizeof text, ">= %.2f x one thread", 0.925 * count[k]);
        bench_goal(b, group, name, "1 thread", 1, 0.925 * count[k], text);
        snprintf(name, sizeof name, "plain loop, %d threads", count[k]);
        bench_goal(b, group, name, "plain loop, 1 thread", 1, 0, "(what the machine gives)");
    }
}

int main(int argc, char **argv) {
    static bench_t b;
    bench_begin(&b, "scaling", argc, argv);
    b.cases = 5;
    if (b.threads < 2) {
        fprintf(stderr, "scaling: --threads N, at least 2\n");
        return 2;
    }
    measure(&b, "scaling: VGG-11 step, 32 x 32, batch 64", vgg, vggnet_step);
    measure(&b, "scaling: VGG-11 step, 96 x 96, batch 16", vgg_large, vggnet_step);
    measure(&b, "scaling: quarter-width VGG-11 step, batch 64", vgg_narrow, vggnet_step);
    measure(&b, "scaling: dense 1024 -> 1024, batch 512", dense, sample_dense);
    measure(&b, "scaling: projection 2000 x 1000", spiking, sample_spiking);
    return bench_end(&b);
}
