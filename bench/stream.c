/* bench/stream.c - one online step (lpl_update_online, no decorrelation) against a loop that reads and writes the
 * weights once. */
#include "common.h"

#include <math.h>
#include <stdio.h>

#include "lpl.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define BEST_CLONE __attribute__((target_clones("default", "avx2", "avx512f"), noinline, optimize("O3")))
#else
#define BEST_CLONE __attribute__((noinline))
#endif

enum { INPUTS = 64 }; /* different samples, used in turn */

typedef struct {
    size_t n_pre, n_post, calls, at;
    int tanh;
    lpl_layer_t *layer;
    float *x, *z;
    float *w, *bias, *mean, *sigma2, *z_prev; /* the naive peer's; w is also what the copy loop goes through */
} stream_t;

/* Reads and writes the array once; the factor keeps the compiler from leaving anything out. */
BEST_CLONE static void touch(float *w, size_t n, float keep) {
    for (size_t k = 0; k < n; k++) w[k] *= keep;
}

static double sample_touch(void *ctx) {
    stream_t *s = ctx;
    double t = bench_now();
    for (size_t c = 0; c < s->calls; c++) touch(s->w, s->n_pre * s->n_post, c % 2 ? 1.0009765625f : 0.9990243902f);
    return (bench_now() - t) / (double)s->calls;
}

static double sample_online(void *ctx) {
    stream_t *s = ctx;
    double t = bench_now();
    for (size_t c = 0; c < s->calls; c++, s->at++)
        bench_check(lpl_update_online(s->layer, s->z, NULL, s->x + s->at % INPUTS * s->n_pre));
    return (bench_now() - t) / (double)s->calls;
}

/* The same rule as one would write it down in C: exponential statistics, SGD with decay. */
__attribute__((noinline)) static void naive_step(stream_t *s, const float *x) {
    const float k = 1 - expf(-1 / 1000.0f), eta = 1e-3f, keep = 1 - 1e-3f * 1e-3f, eps = 1e-4f;
    for (size_t i = 0; i < s->n_post; i++) {
        float *w = s->w + i * s->n_pre, a = s->bias[i];
        for (size_t j = 0; j < s->n_pre; j++) a += w[j] * x[j];
        float z = s->tanh ? tanhf(a) : a > 0 ? a : 0, slope = s->tanh ? 1 - z * z : a > 0;
        s->mean[i] += (z - s->mean[i]) * k;
        float d = z - s->mean[i];
        s->sigma2[i] += (d * d - s->sigma2[i]) * k;
        float delta = eta * slope * (s->z_prev[i] - z + d / (s->sigma2[i] + eps));
        for (size_t j = 0; j < s->n_pre; j++) w[j] = keep * w[j] + delta * x[j];
        s->bias[i] += delta;
        s->z_prev[i] = z;
    }
}

static double sample_naive(void *ctx) {
    stream_t *s = ctx;
    double t = bench_now();
    for (size_t c = 0; c < s->calls; c++, s->at++) naive_step(s, s->x + s->at % INPUTS * s->n_pre);
    return (bench_now() - t) / (double)s->calls;
}

static void measure(bench_t *b, size_t n_pre, size_t n_post, int use_tanh, int in_cache) {
    char group[BENCH_NAME];
    snprintf(group, sizeof group, "stream %zu -> %zu, %s", n_pre, n_post, use_tanh ? "tanh" : "relu");
    stream_t *s = bench_alloc(sizeof *s);
    *s = (stream_t){.n_pre = n_pre, .n_post = n_post, .calls = n_pre * n_post < 1000000 ? 200 : 2, .tanh = use_tanh};
    s->x = bench_alloc(INPUTS * n_pre * sizeof(float));
    bench_fill(s->x, INPUTS * n_pre, 5);
    s->z = bench_alloc(n_post * sizeof(float));
    s->w = bench_alloc(n_pre * n_post * sizeof(float));
    s->bias = bench_alloc(n_post * sizeof(float));
    s->mean = bench_alloc(n_post * sizeof(float));
    s->sigma2 = bench_alloc(n_post * sizeof(float));
    s->z_prev = bench_alloc(n_post * sizeof(float));
    for (size_t i = 0; i < n_post; i++) s->sigma2[i] = 1;
    lpl_layer_config_t cfg;
    bench_check(lpl_layer_config_init(&cfg, sizeof cfg));
    bench_check(lpl_layer_preset(&cfg, LPL_PRESET_STREAM));
    cfg.n_pre = n_pre;
    cfg.n_post = n_post;
    cfg.activation = use_tanh ? LPL_ACT_TANH : LPL_ACT_RELU;
    bench_check(lpl_layer_create(&cfg, &s->layer));
    bench_check(lpl_layer_read(s->layer, s->w, n_pre * n_post, LPL_STATE_WEIGHTS));
    double gbytes = 8e-9 * (double)n_pre * (double)n_post; /* one read and one write of the weights */
    bench_add(b, group, "lpl_update_online", "one read and one write of the weights", gbytes, "GB", sample_online, s);
    bench_add(b, group, "copy loop", "reads and writes the same array once", gbytes, "GB", sample_touch, s);
    bench_add(b, group, "plain C", "two loops a unit, as written down", gbytes, "GB", sample_naive, s);
    bench_run(b);
    if (in_cache) {
        bench_goal(b, group, "lpl_update_online", "copy loop", 1, 0, "(of the copy loop; L1 allows 0.25-0.40)");
        bench_goal(b, group, "lpl_update_online", "PyTorch, hand-written", 1, 4, ">= 4 x PyTorch, hand-written");
        bench_goal(b, group, "lpl_update_online", "PyTorch, autograd", 1, 12, ">= 12 x PyTorch, autograd + SGD");
    } else {
        bench_goal(b, group, "lpl_update_online", "copy loop", 1, 0.6, ">= 0.60 of the copy loop");
        bench_goal(b, group, "lpl_update_online", "PyTorch, hand-written", 1, 0, "(against PyTorch, hand-written)");
        bench_goal(b, group, "lpl_update_online", "PyTorch, autograd", 1, 0, "(against PyTorch, autograd + SGD)");
    }
    lpl_layer_destroy(s->layer);
}

int main(int argc, char **argv) {
    static bench_t b;
    bench_begin(&b, "stream", argc, argv);
    b.cases = 3;
    measure(&b, 784, 256, 0, 1);
    measure(&b, 784, 256, 1, 1);
    measure(&b, 4096, 4096, 0, 0);
    return bench_end(&b);
}
