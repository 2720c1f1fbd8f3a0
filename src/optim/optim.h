/* optim/optim.h - one optimiser step on contiguous parameters (equations: include/lpl/optim.h). */
#ifndef LPLI_OPTIM_H
#define LPLI_OPTIM_H

#include "core/kernel.h"
#include "lpl/optim.h"

/* Constants of one step in double; beta1_t = beta1^t, beta2_t = beta2^t. */
typedef struct lpli_optim_t {
    int32_t optim;
    double eta, momentum, beta1, beta2, adam_eps, beta1_t, beta2_t;
} lpli_optim_t;

/* g = scale grad_j + decay w_j, then the step. scale is 1, or -1 where grad holds the ascent direction, or -delta_i where grad is x. */
LPLI_KERNEL(void, lpli_optim_rows, (real * w, real *m, real *v, const real *grad, size_t n, real scale, real decay, const lpli_optim_t *o));

/* Check the scalar parameters; shared with the layer's config. */
lpl_status_t lpli_optim_check(int32_t optim, double eta, double momentum, double beta1, double beta2, double adam_eps, double weight_decay,
                              const char *fn);

#endif
