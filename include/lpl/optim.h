/* lpl/optim.h - SGD, momentum and Adam on the host's own arrays, and the learning-rate schedule of the paper (4.4). */
#ifndef LPL_OPTIM_H
#define LPL_OPTIM_H

#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* With g the gradient of the loss (so that w goes against it), t = 1, 2, ... the step:
 *   every one         g += weight_decay w                       (coupled L2: before the moments; not AdamW)
 *   LPL_OPTIM_SGD       w -= eta g
 *   LPL_OPTIM_MOMENTUM  m = momentum m + g (first step: m = g);  w -= eta m            (no dampening, no Nesterov)
 *   LPL_OPTIM_ADAM      m += (g - m)(1 - beta1);  v = beta2 v + (1 - beta2) g^2;
 *                       w -= eta / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + adam_eps)
 * Moments settle at exactly 0: an m below 1e-30 in size (float64: 1e-300) and a v that is no normal number (below
 * 1.2e-38; float64: 2.2e-308) become 0 as they are written, so that parameters without a gradient never hold denormal
 * numbers, which slow a CPU down.
 */
enum {
    LPL_OPTIM_SGD = 0,
    LPL_OPTIM_MOMENTUM = 1,
    LPL_OPTIM_ADAM = 2
};

typedef struct lpl_optim_config_t {
    uint32_t size;        /* sizeof(lpl_optim_config_t), set by lpl_optim_config_init */
    uint32_t flags;       /* 0 */
    int32_t optim;        /* LPL_OPTIM_SGD (default), ... */
    int32_t reserved;     /* 0 */
    double eta;           /* learning rate, >= 0 (default 1e-2) */
    double momentum;      /* 0 <= momentum < 1 (default 0.9); MOMENTUM. float32: up to about 1 - 4e-8: above that it
                             would round to a factor that forgets at another pace, or never */
    double beta1;         /* 0 <= beta1 < 1 (default 0.9); ADAM. float32: as momentum */
    double beta2;         /* 0 <= beta2 < 1 (default 0.999); ADAM. float32: as momentum */
    double adam_eps;      /* > 0 (default 1e-8); ADAM */
    double weight_decay;  /* >= 0 (default 0) */
} lpl_optim_config_t;

/* Fill *cfg with defaults; as lpl_stats_config_init. */
LPL_API lpl_status_t lpl_optim_config_init(lpl_optim_config_t *cfg, size_t size);

/* One step of n parameters.
 *   w     in/out, n parameters
 *   m, v  in/out, n moments each, zero before the first step; m is for MOMENTUM and ADAM, v for ADAM, else NULL
 *   g     n gradients
 *   t     number of this step, 1 for the first
 * eta = 0 writes no parameter, whatever m and v hold (moments move on; SGD has none).
 * Returns LPL_OK, LPL_E_NULL, LPL_E_ARG, LPL_E_SIZE, LPL_E_OVERLAP, LPL_E_VERSION, and since 0.1.1 LPL_E_NONFINITE: a
 * gradient is NaN or infinite, or a parameter or moment would become so; the message says which, and nothing has
 * changed. Thread class: any. Allocates nothing. Cost O(n): one pass over all arrays to look and one to change them,
 * 2.2 (SGD), 3.3 (MOMENTUM), 5.2 (ADAM) AVX2 instructions a parameter in float32, of which the look is 0.9, 1.3, 1.4;
 * in time it is half of the change in cache and up to as much as it from memory. Since 0.1. */
LPL_API lpl_status_t lpl_optim_step(const lpl_optim_config_t *cfg, float *w, float *m, float *v, const float *g,
                                    size_t n, uint64_t t);
LPL_API lpl_status_t lpl_optim_step_f64(const lpl_optim_config_t *cfg, double *w, double *m, double *v, const double *g,
                                        size_t n, uint64_t t);

/* Learning rate of an epoch: linear warm-up, then cosine (theory 4.4):
 *   epoch < warmup:  start + epoch (base - start) / (warmup - 1)           (warmup = 1: base)
 *   else             end + (base - end) (1 + cos(pi (epoch - warmup) / (epochs - warmup))) / 2;  past the last epoch:
 *                    end
 * So epoch 0 runs at start (0 in the paper) and base is reached at epochs warmup - 1 and warmup.
 *   eta     out
 *   epoch   may be fractional, >= 0
 *   warmup, epochs   0 <= warmup < epochs
 * Returns LPL_OK, LPL_E_NULL, LPL_E_ARG. Thread class: any. Since 0.1. */
LPL_API lpl_status_t lpl_schedule_warmup_cosine(double *eta, double epoch, double base, double start, double end,
                                                uint64_t warmup, uint64_t epochs);

#ifdef __cplusplus
}
#endif
#endif
