/* layer/kind_real.c - kind.c for the calls of one element type. */
#include "layer/kind.h"

extern const R(lpli_calls_t) * R(lpli_conv_calls)(void);

const R(lpli_calls_t) * R(lpli_calls)(int32_t kind) {
#ifdef LPLI_NO_CONV
    (void)kind;
    return NULL;
#else
    return kind == LPL_LAYER_CONV2D ? R(lpli_conv_calls)() : NULL;
#endif
}
