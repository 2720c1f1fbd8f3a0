/* bench/conv.c - one layer-local learning step of VGG-11 (two views, decorrelation, relu, Adam, float32), its forward
 * pass, and its layers. */
#define _POSIX_C_SOURCE 200809L
#include "vggnet.h"

#include <stdio.h>
#include <sys/resource.h>

static void measure(bench_t *b, size_t side, size_t batch) {
    char group[BENCH_NAME], note[BENCH_NAME];
    snprintf(group, sizeof group, "VGG-11, %zu x %zu, batch %zu", side, side, batch);
    vggnet_t *s = vggnet_stack(1, side, batch, b->threads, 0), *large = NULL;
    vggnet_step(s);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    snprintf(note, sizeof note, "peak memory %ld MB", usage.ru_maxrss / 1024);
    bench_add(b, group, "step", note, (double)batch, "images", vggnet_step, s);
    bench_warm(b);
    bench_add(b, group, "forward", "", (double)batch, "images", vggnet_forward, s);
    if (b->threads == 1 && batch <= 64) large = vggnet_add_4x4(b, group, 1, side, batch);
    bench_run(b);
    bench_goal(b, group, "step", "PyTorch step", 1, 2, ">= 2 x PyTorch");
    bench_goal(b, group, "step", "PyTorch step", 1, 1.5, ">= 1.5 x PyTorch");
    bench_goal(b, group, "forward", "PyTorch forward", 1, 1.5, ">= 1.5 x PyTorch");
    vggnet_goals_4x4(b, group, large);
    vggnet_free(s), vggnet_free(large);
}

int main(int argc, char **argv) {
    static bench_t b;
    bench_begin(&b, "conv", argc, argv);
    b.cases = b.threads == 1 ? 4 : 2;
    measure(&b, 32, 64);
    measure(&b, 96, 16);
    if (b.threads == 1) { /* of several threads the other two tell as much */
        measure(&b, 32, 256);
        /* The rate is of nominal products: it may exceed sgemm's where most of the kernel lies in the padding. */
        vggnet_measure_layers(&b, "layers of VGG-11, 32 x 32, batch 64", 1, 32, 64);
    }
    return bench_end(&b);
}
