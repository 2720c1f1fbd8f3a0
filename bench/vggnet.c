/* bench/vggnet.c - see vggnet.h. */
#include "vggnet.h"

#include <stdio.h>
#include <stdlib.h>

enum { LAYERS = VGGNET_LAYERS };
static const size_t width_of[LAYERS + 1] = {3, 64, 128, 256, 256, 512, 512, 512, 512};
static const uint32_t pool_of[LAYERS] = {2, 2, 1, 2, 1, 2, 1, 2};

static size_t width(int k, size_t divide) { return k == 0 ? width_of[0] : width_of[k] / divide; }

static double nominal(int k, size_t divide, size_t side, size_t batch) {
    return 2e-9 * 9 * (double)(width(k, divide) * width(k + 1, divide) * side * side * batch);
}

static lpl_layer_config_t config(int k, size_t divide, size_t side, size_t batch, int threads, uint32_t flags) {
    lpl_layer_config_t c;
    bench_check(lpl_layer_config_init(&c, sizeof c));
    bench_check(lpl_layer_preset(&c, LPL_PRESET_REFERENCE));
    c.kind = LPL_LAYER_CONV2D, c.channels = (uint32_t)width(k, divide), c.height = c.width = (uint32_t)side;
    c.n_post = width(k + 1, divide), c.pool = pool_of[k];
    c.batch_max = batch, c.threads = threads, c.stream = (uint64_t)k, c.flags = flags;
    return c;
}

static void inputs(vggnet_t *s) {
    s->x0 = bench_alloc(s->n * s->batch * sizeof(float));
    s->x1 = bench_alloc(s->n * s->batch * sizeof(float));
    s->z = bench_alloc(s->n_out * s->batch * sizeof(float));
    bench_fill(s->x0, s->n * s->batch, 3);
    bench_fill(s->x1, s->n * s->batch, 4);
}

vggnet_t *vggnet_stack(size_t divide, size_t side, size_t batch, int threads, uint32_t flags) {
    lpl_layer_config_t c[LAYERS];
    const lpl_layer_config_t *configs[LAYERS];
    size_t at = side;
    vggnet_t *s = bench_alloc(sizeof *s);
    for (int k = 0; k < LAYERS; at /= pool_of[k++]) {
        c[k] = config(k, divide, at, batch, threads, flags), configs[k] = &c[k];
        s->gflop += nominal(k, divide, at, batch);
    }
    s->n = 3 * side * side, s->n_out = width(LAYERS, divide) * at * at, s->batch = batch;
    s->from = 3, s->to = width(LAYERS, divide), s->side = side;
    bench_check(lpl_stack_create(configs, LAYERS, &s->stack));
    inputs(s);
    return s;
}

vggnet_t *vggnet_layer(size_t divide, int k, size_t side, size_t batch, int threads) {
    for (int l = 0; l < k; l++) side /= pool_of[l];
    const lpl_layer_config_t c = config(k, divide, side, batch, threads, 0);
    vggnet_t *s = bench_alloc(sizeof *s);
    s->from = width(k, divide), s->to = width(k + 1, divide), s->side = side, s->batch = batch;
    s->n = s->from * side * side, s->n_out = s->to * (side / pool_of[k]) * (side / pool_of[k]);
    s->gflop = nominal(k, divide, side, batch);
    bench_check(lpl_layer_create(&c, &s->layer));
    inputs(s);
    return s;
}

void vggnet_free(vggnet_t *s) {
    if (!s) return;
    lpl_stack_destroy(s->stack);
    lpl_layer_destroy(s->layer);
    free(s->x0), free(s->x1), free(s->z), free(s);
}

double vggnet_step(void *ctx) {
    vggnet_t *s = ctx;
    double t = bench_now();
    bench_check(s->layer ? lpl_update(s->layer, NULL, s->x0, s->n, s->x1, s->n, s->batch)
                         : lpl_stack_update(s->stack, NULL, s->x0, s->n, s->x1, s->n, s->batch));
    return bench_now() - t;
}

double vggnet_forward(void *ctx) {
    vggnet_t *s = ctx;
    double t = bench_now();
    bench_check(s->layer ? lpl_forward(s->layer, s->z, s->n_out, s->x0, s->n, s->batch)
                         : lpl_stack_forward(s->stack, s->z, s->n_out, s->x0, s->n, s->batch, LAYERS - 1));
    return bench_now() - t;
}

vggnet_t *vggnet_add_4x4(bench_t *b, const char *group, size_t divide, size_t side, size_t batch) {
    if (!VGGNET_4X4) return NULL;
    vggnet_t *s = vggnet_stack(divide, side, batch, b->threads, VGGNET_4X4);
    bench_add(b, group, "4x4 step", "squares of 4 x 4", (double)batch, "images", vggnet_step, s);
    bench_add(b, group, "4x4 forward", "", (double)batch, "images", vggnet_forward, s);
    return s;
}

void vggnet_goals_4x4(bench_t *b, const char *group, const vggnet_t *s) {
    if (!s) return;
    bench_goal(b, group, "4x4 step", "PyTorch step", 1, 0, "(against PyTorch)");
    bench_goal(b, group, "4x4 forward", "PyTorch forward", 1, 0, "(against PyTorch)");
    bench_goal(b, group, "4x4 step", "step", 1, 0, "(against squares of 2 x 2)");
    bench_goal(b, group, "4x4 forward", "forward", 1, 0, "(against squares of 2 x 2)");
}

void vggnet_measure_layers(bench_t *b, const char *group, size_t divide, size_t side, size_t batch) {
    const double sgemm = 2e-9 * 2048.0 * 2048.0 * 2048.0;
    char name[32], versus[BENCH_NAME], note[BENCH_NAME];
    vggnet_t *all[LAYERS];
    for (int k = 0; k < LAYERS; k++) {
        vggnet_t *s = all[k] = vggnet_layer(divide, k, side, batch, b->threads);
        snprintf(note, sizeof note, "%zu -> %zu, %zu x %zu", s->from, s->to, s->side, s->side);
        snprintf(name, sizeof name, "L%d forward", k);
        bench_add(b, group, name, note, s->gflop, "GFLOP", vggnet_forward, s);
        snprintf(versus, sizeof versus, "PyTorch %s", name);
        bench_goal(b, group, name, versus, 1, 0, "(against PyTorch)");
        bench_goal(b, group, name, "sgemm", s->gflop / sgemm, 0, "(of sgemm)");
        snprintf(name, sizeof name, "L%d step", k);
        bench_add(b, group, name, "", 4 * s->gflop, "GFLOP", vggnet_step, s);
        bench_goal(b, group, name, "sgemm", 4 * s->gflop / sgemm, 0, "(of sgemm)");
    }
    bench_add_products(b, group, 2048, 2048, 0);
    bench_run(b);
    for (int k = 0; k < LAYERS; k++) vggnet_free(all[k]);
}
