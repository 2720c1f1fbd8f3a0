/* bench/conv.c - one layer-local learning step of VGG-11 (two views, decorrelation, relu, Adam, float32), its forward
 * pass, and its layers. */
#define _POSIX_C_SOURCE 200809L
#include "common.h"

#include <stdio.h>
#include <sys/resource.h>

#include "lpl.h"

enum { LAYERS = 8 };
static const size_t WIDTH[LAYERS + 1] = {3, 64, 128, 256, 256, 512, 512, 512, 512};
static const uint32_t POOL[LAYERS] = {2, 2, 1, 2, 1, 2, 1, 2};

typedef struct {
    lpl_stack_t *stack;
    lpl_layer_t *layer; /* NULL: all layers */
    float *x0, *x1, *z;
    size_t n, n_out, batch;
} net_t;

static double sample_update(void *ctx) {
    net_t *s = ctx;
    double t = bench_now();
    bench_check(s->layer ? lpl_update(s->layer, NULL, s->x0, s->n, s->x1, s->n, s->batch)
                         : lpl_stack_update(s->stack, NULL, s->x0, s->n, s->x1, s->n, s->batch));
    return bench_now() - t;
}

static double sample_forward(void *ctx) {
    net_t *s = ctx;
    double t = bench_now();
    bench_check(s->layer ? lpl_forward(s->layer, s->z, s->n_out, s->x0, s->n, s->batch)
                         : lpl_stack_forward(s->stack, s->z, s->n_out, s->x0, s->n, s->batch, LAYERS - 1));
    return bench_now() - t;
}

static lpl_layer_config_t config(int k, size_t side, size_t batch, int threads) {
    lpl_layer_config_t c;
    bench_check(lpl_layer_config_init(&c, sizeof c));
    bench_check(lpl_layer_preset(&c, LPL_PRESET_REFERENCE));
    c.kind = LPL_LAYER_CONV2D, c.channels = (uint32_t)WIDTH[k], c.height = c.width = (uint32_t)side,
    c.n_post = WIDTH[k + 1], c.pool = POOL[k];
    c.batch_max = batch, c.threads = threads, c.stream = (uint64_t)k;
    return c;
}

static void inputs(net_t *s) {
    s->x0 = bench_alloc(s->n * s->batch * sizeof(float));
    s->x1 = bench_alloc(s->n * s->batch * sizeof(float));
    s->z = bench_alloc(s->n_out * s->batch * sizeof(float));
    bench_fill(s->x0, s->n * s->batch, 3);
    bench_fill(s->x1, s->n * s->batch, 4);
}

/* Nominal: 2 per weight and position, products with the padding counted; in units of 1e9. */
static double gflop(int k, size_t side, size_t batch) {
    return 2e-9 * 9 * (double)(WIDTH[k] * WIDTH[k + 1] * side * side * batch);
}

static void measure(bench_t *b, size_t side, size_t batch) {
    char group[BENCH_NAME], note[BENCH_NAME];
    snprintf(group, sizeof group, "VGG-11, %zu x %zu, batch %zu", side, side, batch);
    lpl_layer_config_t c[LAYERS];
    const lpl_layer_config_t *configs[LAYERS];
    size_t at = side;
    for (int k = 0; k < LAYERS; at /= POOL[k++]) c[k] = config(k, at, batch, b->threads), configs[k] = &c[k];
    net_t *s = bench_alloc(sizeof *s);
    *s = (net_t){.n = 3 * side * side, .n_out = WIDTH[LAYERS] * at * at, .batch = batch};
    bench_check(lpl_stack_create(configs, LAYERS, &s->stack));
    inputs(s);
    sample_update(s);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    snprintf(note, sizeof note, "peak memory %ld MB", usage.ru_maxrss / 1024);
    bench_add(b, group, "step", note, (double)batch, "images", sample_update, s);
    bench_add(b, group, "forward", "", (double)batch, "images", sample_forward, s);
    bench_run(b);
    bench_goal(b, group, "step", "PyTorch step", 1, 2, ">= 2 x PyTorch");
    bench_goal(b, group, "step", "PyTorch step", 1, 1.5, ">= 1.5 x PyTorch");
    bench_goal(b, group, "forward", "PyTorch forward", 1, 1.5, ">= 1.5 x PyTorch");
    lpl_stack_destroy(s->stack);
}

/* Each layer on inputs of its own; the rate is of nominal products, so it may exceed sgemm's where most of the kernel
 * lies in the padding. */
static void measure_layers(bench_t *b, size_t batch) {
    char group[BENCH_NAME], name[32], versus[BENCH_NAME], note[BENCH_NAME];
    snprintf(group, sizeof group, "layers of VGG-11, 32 x 32, batch %zu", batch);
    size_t side = 32;
    for (int k = 0; k < LAYERS; side /= POOL[k++]) {
        const lpl_layer_config_t c = config(k, side, batch, b->threads);
        net_t *s = bench_alloc(sizeof *s);
        *s = (net_t){
            .n = WIDTH[k] * side * side, .n_out = WIDTH[k + 1] * (side / POOL[k]) * (side / POOL[k]), .batch = batch};
        bench_check(lpl_layer_create(&c, &s->layer));
        inputs(s);
        snprintf(note, sizeof note, "%zu -> %zu, %zu x %zu", WIDTH[k], WIDTH[k + 1], side, side);
        snprintf(name, sizeof name, "L%d forward", k);
        bench_add(b, group, name, note, gflop(k, side, batch), "GFLOP", sample_forward, s);
        snprintf(versus, sizeof versus, "PyTorch %s", name);
        bench_goal(b, group, name, versus, 1, 0, "(against PyTorch)");
        bench_goal(b, group, name, "sgemm", gflop(k, side, batch) / (2e-9 * 2048.0 * 2048.0 * 2048.0), 0, "(of sgemm)");
        snprintf(name, sizeof name, "L%d step", k);
        bench_add(b, group, name, "", 4 * gflop(k, side, batch), "GFLOP", sample_update, s);
        bench_goal(b, group, name, "sgemm", 4 * gflop(k, side, batch) / (2e-9 * 2048.0 * 2048.0 * 2048.0), 0,
                   "(of sgemm)");
    }
    bench_add_products(b, group, 2048, 2048, 0);
    bench_run(b);
}

int main(int argc, char **argv) {
    static bench_t b;
    bench_begin(&b, "conv", argc, argv);
    measure(&b, 32, 64);
    measure(&b, 96, 16);
    measure(&b, 32, 256);
    measure_layers(&b, 64);
    return bench_end(&b);
}
