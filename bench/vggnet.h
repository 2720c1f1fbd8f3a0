/* bench/vggnet.h - VGG-11 as the benches of convolutions use it: the whole network, or one layer, with inputs. */
#ifndef BENCH_VGGNET_H
#define BENCH_VGGNET_H

#include "common.h"
#include "lpl.h"

enum { VGGNET_LAYERS = 8 };

typedef struct {
    lpl_stack_t *stack; /* one of these is NULL */
    lpl_layer_t *layer;
    float *x0, *x1, *z;
    size_t n, n_out, batch;
    size_t from, to, side; /* channels, and side of the input's maps */
    double gflop;          /* forward; nominal: 2 per weight and position, products with the padding counted; 1e9 */
} vggnet_t;

/* divide: of the widths (1: VGG-11; 4: a quarter). Two views, decorrelation, relu, Adam, float32. */
vggnet_t *vggnet_stack(size_t divide, size_t side, size_t batch, int threads);
/* Layer k (from 0) alone, of the network whose input is side x side. */
vggnet_t *vggnet_layer(size_t divide, int k, size_t side, size_t batch, int threads);
void vggnet_free(vggnet_t *s);

/* Samples: a learning step, a forward pass. ctx: vggnet_t *. */
double vggnet_step(void *ctx);
double vggnet_forward(void *ctx);

/* Add step and forward of each layer, against sgemm and PyTorch's "L0 forward" ..., and run. */
void vggnet_measure_layers(bench_t *b, const char *group, size_t divide, size_t side, size_t batch);

#endif
