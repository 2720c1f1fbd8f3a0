/* conv/engine_real.c - see engine.h: the table of one element type. */
#include "conv/engine.h"

#include "conv/lanes.h"
#include "conv/winograd.h"

static const R(lpli_engine_calls_t) table[LPLI_ENGINES] = {
    [LPLI_BY_IM2COL] = {.forward = R(lpli_im2col_forward),
                        .gradient = R(lpli_im2col_gradient),
                        .row = R(lpli_im2col_row),
                        .silent = R(lpli_im2col_silent)},
#ifdef LPLI_HAVE_X86_KERNELS
    [LPLI_BY_LANES] = {.forward = R(lpli_lanes_forward),
                       .gradient = R(lpli_lanes_gradient),
                       .row = R(lpli_lanes_row),
                       .silent = R(lpli_lanes_silent)},
#ifndef LPLI_F64
    [LPLI_BY_WINOGRAD] = {.forward = lpli_winograd_forward_f32,
                          .gradient = lpli_winograd_gradient_f32,
                          .row = lpli_winograd_row_f32,
                          .silent = lpli_lanes_silent_f32},
#endif
#endif
};

const R(lpli_engine_calls_t) * R(lpli_engine_calls)(int32_t engine) { return &table[engine]; }
