/* layer/kind_real.c - kind.c for the calls of one element type. With F64=no there are none in double: the rule of a
 * float32 convolution may run in double (rule_f64), its calls do not. */
#include "layer/kind.h"

#ifndef LPLI_NO_CONV
extern const R(lpli_calls_t) * R(lpli_conv_calls)(void);

const R(lpli_calls_t) * R(lpli_calls)(int32_t kind) {
#if defined(LPLI_NO_F64) && defined(LPLI_F64)
    (void)kind;
    return NULL;
#else
    return kind == LPL_LAYER_CONV2D ? R(lpli_conv_calls)() : NULL;
#endif
}
#endif
