/* layer/kind.c - the kinds that this build has, but dense. The one place that knows of CONV=no. */
#include "layer/kind.h"

extern const lpli_kind_t *lpli_conv_kind(void);

const lpli_kind_t *lpli_kind(int32_t kind) {
#ifdef LPLI_NO_CONV
    (void)kind;
    return NULL;
#else
    return kind == LPL_LAYER_CONV2D ? lpli_conv_kind() : NULL;
#endif
}
