/* layer/kind.c - the kinds that this build has, but dense. Of CONV=no know kind.h and lpli_convolves (layer.h). */
#include "layer/kind.h"

#ifndef LPLI_NO_CONV
extern const lpli_kind_t *lpli_conv_kind(void);

const lpli_kind_t *lpli_kind(int32_t kind) { return kind == LPL_LAYER_CONV2D ? lpli_conv_kind() : NULL; }
#endif
