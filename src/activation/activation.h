/* activation/activation.h - f and f' for rows of responses (equations: include/lpl/activation.h). */
#ifndef LPLI_ACTIVATION_H
#define LPLI_ACTIVATION_H

#include <stdbool.h>

#include "core/kernel.h"
#include "lpl/activation.h"

typedef struct lpli_act_t {
    int32_t kind;
    double p0, p1;
} lpli_act_t;

/* What a layer asks of an activation; row k is activation k (LPL_ACT_*). */
typedef struct lpli_act_traits_t {
    bool
        from_z; /* f' can be had from z: f is invertible where f' is not constant. Else f' is kept when z is computed */
    bool pieces; /* f' is 1 for a > 0, and for a <= 0 another constant (lpli_act_low_slope) */
} lpli_act_traits_t;
enum { LPLI_ACTS = LPL_ACT_SILU + 1 };
extern const lpli_act_traits_t lpli_acts[LPLI_ACTS];

double lpli_act_low_slope(const lpli_act_t *act);

/* Check kind and parameters; p0 = 0 or p1 = 0 stand for the defaults of layer.h if use_defaults. */
lpl_status_t lpli_act_init(lpli_act_t *act, int32_t kind, double p0, double p1, int use_defaults, const char *fn);

/* In place: z = f(z + bias), bias may be NULL; fp, if not NULL, = f'(z + bias) from before. NaN stays NaN in every
 * f. */
LPLI_KERNEL(void, lpli_act_rows,
            (real * z, size_t ldz, real *fp, size_t ldf, const real *bias, size_t rows, size_t cols,
             const lpli_act_t *act));

/* fp[j] = f'(a_j) from z_j = f(a_j), where z tells it (from_z). */
LPLI_KERNEL(void, lpli_fprime, (real * fp, const real *z, size_t n, const lpli_act_t *act));

#endif
