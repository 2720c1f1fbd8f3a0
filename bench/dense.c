/* bench/dense.c - one learning step of a dense layer (lpl_update, symmetric pair, decorrelation, relu, Adam, float32)
 * against sgemm. */
#include "common.h"

#include <stdio.h>

#include "lpl.h"

typedef struct {
    lpl_layer_t *layer;
    float *x0, *x1;
    size_t n, batch;
} step_t;

static double sample_update(void *ctx) {
    step_t *s = ctx;
    double t = bench_now();
    bench_check(lpl_update(s->layer, NULL, s->x0, s->n, s->x1, s->n, s->batch));
    return bench_now() - t;
}

static step_t *step_new(size_t n, size_t batch, int threads) {
    lpl_layer_config_t cfg;
    bench_check(lpl_layer_config_init(&cfg, sizeof cfg));
    bench_check(lpl_layer_preset(&cfg, LPL_PRESET_REFERENCE));
    cfg.n_pre = cfg.n_post = n;
    cfg.batch_max = batch;
    cfg.activation = LPL_ACT_RELU;
    cfg.threads = threads;
    step_t *s = bench_alloc(sizeof *s);
    *s = (step_t){.n = n, .batch = batch};
    s->x0 = bench_alloc(n * batch * sizeof(float));
    s->x1 = bench_alloc(n * batch * sizeof(float));
    bench_fill(s->x0, n * batch, 3);
    bench_fill(s->x1, n * batch, 4);
    bench_check(lpl_layer_create(&cfg, &s->layer));
    return s;
}

/* Floating-point operations of a step, in units of 1e9. Both views: forward and weight gradient, 2 batch n^2 each; then
 * either the symmetric covariance (half of 2 batch n^2) and its product with the responses, or, for small batches, the
 * Gram matrix of the samples (half of 2 batch^2 n) and its product with the responses: (Z Z')Z = Z(Z'Z). */
static double gflop(size_t n, size_t batch, int gram) {
    double b = (double)batch, m = (double)n;
    return 1e-9 * 2 * (4 * b * m * m + (gram ? 3 * b * b * m : 3 * b * m * m));
}

static void measure(bench_t *b, size_t n, size_t batch) {
    char group[BENCH_NAME], note[BENCH_NAME], text[BENCH_NAME];
    snprintf(group, sizeof group, "dense %zu -> %zu, batch %zu", n, n, batch);
    int gram = n >= 128 && batch <= n / 2; /* as the library chooses (docs/design.md) */
    double with_covariance = gflop(n, batch, 0), executed = gflop(n, batch, gram),
           sgemm = 2e-9 * 2048.0 * 2048.0 * 2048.0;
    snprintf(note, sizeof note, "executes %.2f GFLOP (%s)", executed, gram ? "Gram form" : "symmetric covariance");
    step_t *s = step_new(n, batch, b->threads);
    bench_add(b, group, "lpl_update", note, executed, "GFLOP", sample_update, s);
    bench_add_products(b, group, 2048, 2048, 0);
    bench_run(b);
    snprintf(text, sizeof text, "%.1f GFLOP at >= 0.85 x sgemm", with_covariance);
    bench_goal(b, group, "lpl_update", "sgemm", with_covariance / sgemm, 0.85, text);
    if (gram) {
        snprintf(text, sizeof text, "(executed %.1f GFLOP against sgemm)", executed);
        bench_goal(b, group, "lpl_update", "sgemm", executed / sgemm, 0, text);
    }
    bench_goal(b, group, "lpl_update", "PyTorch", 1, 1.8, ">= 1.8 x PyTorch");
    lpl_layer_destroy(s->layer);
}

int main(int argc, char **argv) {
    static bench_t b;
    bench_begin(&b, "dense", argc, argv);
    b.cases = 2;
    measure(&b, 2048, 256);
    measure(&b, 512, 1024);
    return bench_end(&b);
}
