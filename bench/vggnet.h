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

/* Larger squares in Winograd's products; 0 in a version that has none. */
#if LPL_VERSION_MAJOR > 0 || LPL_VERSION_MINOR > 1 || LPL_VERSION_PATCH > 0
enum { VGGNET_4X4 = LPL_FLAG_WINOGRAD_4X4 };
#else
enum { VGGNET_4X4 = 0 };
#endif

/* divide: of the widths (1: VGG-11; 4: a quarter); flags: of the layers. Two views, decorrelation, relu, Adam,
 * float32. */
vggnet_t *vggnet_stack(size_t divide, size_t side, size_t batch, int threads, uint32_t flags);
/* Layer k (from 0) alone, of the network whose input is side x side. */
vggnet_t *vggnet_layer(size_t divide, int k, size_t side, size_t batch, int threads);
void vggnet_free(vggnet_t *s);

/* Samples: a learning step, a forward pass. ctx: vggnet_t *. */
double vggnet_step(void *ctx);
double vggnet_forward(void *ctx);

/* Add step and forward of the network with larger squares, against PyTorch. ctx of both is given back, or NULL. */
vggnet_t *vggnet_add_4x4(bench_t *b, const char *group, size_t divide, size_t side, size_t batch);
void vggnet_goals_4x4(bench_t *b, const char *group, const vggnet_t *s);

/* Add step and forward of each layer, against sgemm and PyTorch's "L0 forward" ..., and run. */
void vggnet_measure_layers(bench_t *b, const char *group, size_t divide, size_t side, size_t batch);

#endif
