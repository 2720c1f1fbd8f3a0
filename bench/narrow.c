/* bench/narrow.c - a quarter of VGG-11's widths, what rooms --quick and a laptop train: the step, its forward pass, its
 * layers. */
#include "vggnet.h"

#include <stdio.h>

static void measure(bench_t *b, size_t batch) {
    char group[BENCH_NAME], note[BENCH_NAME];
    snprintf(group, sizeof group, "quarter-width VGG-11, 32 x 32, batch %zu", batch);
    vggnet_t *s = vggnet_stack(4, 32, batch, b->threads, 0), *large;
    snprintf(note, sizeof note, "a step: %.2f nominal GFLOP", 4 * s->gflop);
    bench_add(b, group, "step", note, (double)batch, "pairs", vggnet_step, s);
    bench_add(b, group, "forward", "", (double)batch, "images", vggnet_forward, s);
    large = vggnet_add_4x4(b, group, 4, 32, batch);
    bench_run(b);
    bench_goal(b, group, "step", "PyTorch step", 1, 0, "(against PyTorch)");
    bench_goal(b, group, "step", NULL, 4 * s->gflop / 75, 1, ">= 75 nominal GFLOP/s");
    bench_goal(b, group, "forward", "PyTorch forward", 1, 0, "(against PyTorch)");
    vggnet_goals_4x4(b, group, large);
    vggnet_free(s), vggnet_free(large);
}

int main(int argc, char **argv) {
    static bench_t b;
    bench_begin(&b, "narrow", argc, argv);
    b.cases = 2;
    measure(&b, 64);
    vggnet_measure_layers(&b, "layers of the quarter-width VGG-11, batch 64", 4, 32, 64);
    return bench_end(&b);
}
