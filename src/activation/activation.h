/* activation/activation.h - f and f' for rows of responses (equations: include/lpl/activation.h). */
#ifndef LPLI_ACTIVATION_H
#define LPLI_ACTIVATION_H

#include "core/kernel.h"
#include "lpl/activation.h"

typedef struct lpli_act_t {
    int32_t kind;
    double p0, p1;
} lpli_act_t;

/* Check kind and parameters; p0 = 0 or p1 = 0 stand for the defaults of layer.h if use_defaults. */
lpl_status_t lpli_act_init(lpli_act_t *act, int32_t kind, double p0, double p1, int use_defaults, const char *fn);

/* In place: z = f(z + bias), bias may be NULL. NaN stays NaN in every f. */
LPLI_KERNEL(void, lpli_act_rows, (real * z, size_t ldz, const real *bias, size_t rows, size_t cols, const lpli_act_t *act));

/* fp[j] = f'(a_j) from z_j = f(a_j): every f here is invertible where f' is not constant. */
LPLI_KERNEL(void, lpli_fprime, (real * fp, const real *z, size_t n, const lpli_act_t *act));

#endif
