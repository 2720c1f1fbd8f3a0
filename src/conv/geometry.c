/* conv/geometry.c - see geometry.h. */
#include "conv/geometry.h"

#include <math.h>

#include "core/object.h"

lpl_status_t lpli_check_field(uint32_t v, uint32_t low, uint32_t high, const char *fn, const char *name) {
    if (v >= low && v <= high) return LPL_OK;
    return lpli_fail(LPL_E_ARG, fn, "%s = %llu, need %llu .. %llu", name, (unsigned long long)v,
                     (unsigned long long)low, (unsigned long long)high);
}

lpl_status_t lpli_geometry_check(lpl_layer_config_t *c, const char *fn) {
    LPLI_TRY(lpli_check_field(c->channels, 1, 65535, fn, "channels"));
    LPLI_TRY(lpli_check_field(c->height, 1, 65535, fn, "height"));
    LPLI_TRY(lpli_check_field(c->width, 1, 65535, fn, "width"));
    const uint64_t inputs = (uint64_t)c->channels * c->height * c->width;
    if (c->n_pre == 0) c->n_pre = inputs;
    if (c->n_pre != inputs)
        return lpli_fail(LPL_E_ARG, fn, "n_pre = %llu, need channels * height * width = %llu (or 0)",
                         (unsigned long long)c->n_pre, (unsigned long long)inputs);
    LPLI_TRY(lpli_check_field(c->kernel_h, 1, 65535, fn, "kernel_h"));
    LPLI_TRY(lpli_check_field(c->kernel_w, 1, 65535, fn, "kernel_w"));
    LPLI_TRY(lpli_check_field(c->stride, 1, 65535, fn, "stride"));
    const uint32_t smaller = c->kernel_h < c->kernel_w ? c->kernel_h : c->kernel_w;
    LPLI_TRY(lpli_check_field(c->padding, 0, smaller - 1, fn, "padding"));
    if (c->height + 2 * c->padding < c->kernel_h || c->width + 2 * c->padding < c->kernel_w)
        return lpli_fail(LPL_E_ARG, fn, "kernel %d x %d is larger than the padded map %d x %d", (int)c->kernel_h,
                         (int)c->kernel_w, (int)(c->height + 2 * c->padding), (int)(c->width + 2 * c->padding));
    LPLI_TRY(lpli_check_field(c->groups, 1, 65535, fn, "groups"));
    if (c->channels % c->groups != 0 || c->n_post % c->groups != 0)
        return lpli_fail(LPL_E_ARG, fn, "groups = %d must divide channels = %d and n_post = %llu", (int)c->groups,
                         (int)c->channels, (unsigned long long)c->n_post);
    LPLI_TRY(lpli_check_field(c->pool, 1, 2, fn, "pool"));
    const uint32_t rows = (c->height + 2 * c->padding - c->kernel_h) / c->stride + 1,
                   cols = (c->width + 2 * c->padding - c->kernel_w) / c->stride + 1;
    if (c->pool > rows || c->pool > cols)
        return lpli_fail(LPL_E_ARG, fn, "pool = 2 is larger than the map, %d x %d", (int)rows, (int)cols);
    return LPL_OK;
}

/* Each size in this room is one of these products times less than 2^12 (lanes, tiles, blocks), so that none wraps in
 * 64 bits, and each array is asked for in 64 bits (core/arena.h). In double: four counts multiply to more than any
 * integer. */
bool lpli_geometry_fits(const lpl_layer_config_t *c) {
    const uint32_t rows = (c->height + 2 * c->padding - c->kernel_h) / c->stride + 1,
                   cols = (c->width + 2 * c->padding - c->kernel_w) / c->stride + 1, pooled_rows = rows / c->pool,
                   pooled_cols = cols / c->pool;
    const double M = (double)c->n_post, B = (double)c->batch_max, P = (double)rows * (double)cols,
                 Q = (double)pooled_rows * (double)pooled_cols,
                 taps = (double)c->channels * (double)c->kernel_h * (double)c->kernel_w, K = taps / (double)c->groups,
                 most = fmin((double)(PTRDIFF_MAX / 2), 0x1p48) / (double)lpli_size_of(c->dtype);
    return M * K <= most && K * P <= most && M * P <= most && B * M * Q <= most && taps * P <= 0x1p48;
}

lpli_geometry_t lpli_geometry_of(const lpl_layer_config_t *c) {
    lpli_geometry_t g = {
        .channels = c->channels,
        .height = c->height,
        .width = c->width,
        .kernel_h = c->kernel_h,
        .kernel_w = c->kernel_w,
        .stride = c->stride,
        .padding = c->padding,
        .groups = c->groups,
        .pool = c->pool,
        .out_channels = (size_t)c->n_post,
    };
    g.rows = (g.height + 2 * g.padding - g.kernel_h) / g.stride + 1;
    g.cols = (g.width + 2 * g.padding - g.kernel_w) / g.stride + 1;
    g.P = g.rows * g.cols;
    g.out_rows = g.rows / g.pool;
    g.out_cols = g.cols / g.pool;
    g.Q = g.out_rows * g.out_cols;
    g.K = g.channels / g.groups * g.kernel_h * g.kernel_w;
    return g;
}
