/* layer/conv.c - a convolution's config: checks and geometry. */
#include "layer/conv.h"

#include "core/error.h"
#include "layer/layer.h"

/* Most input bytes of a chunk's col matrix; at least one image. */
#define CHUNK_BYTES ((size_t)4 << 20)

static lpl_status_t check_size(uint32_t v, uint32_t low, uint32_t high, const char *fn, const char *name) {
    if (v >= low && v <= high) return LPL_OK;
    return lpli_fail(LPL_E_ARG, fn, "%s = %llu, need %llu .. %llu", name, (unsigned long long)v, (unsigned long long)low, (unsigned long long)high);
}

lpl_status_t lpli_conv_check(lpl_layer_config_t *c, const char *fn) {
    LPLI_TRY(check_size(c->channels, 1, 65535, fn, "channels"));
    LPLI_TRY(check_size(c->height, 1, 65535, fn, "height"));
    LPLI_TRY(check_size(c->width, 1, 65535, fn, "width"));
    const uint64_t inputs = (uint64_t)c->channels * c->height * c->width;
    if (c->n_pre == 0) c->n_pre = inputs;
    if (c->n_pre != inputs)
        return lpli_fail(LPL_E_ARG, fn, "n_pre = %llu, need channels * height * width = %llu (or 0)", (unsigned long long)c->n_pre, (unsigned long long)inputs);
    LPLI_TRY(check_size(c->kernel_h, 1, 65535, fn, "kernel_h"));
    LPLI_TRY(check_size(c->kernel_w, 1, 65535, fn, "kernel_w"));
    LPLI_TRY(check_size(c->stride, 1, 65535, fn, "stride"));
    const uint32_t smaller = c->kernel_h < c->kernel_w ? c->kernel_h : c->kernel_w;
    LPLI_TRY(check_size(c->padding, 0, smaller - 1, fn, "padding"));
    if (c->height + 2 * c->padding < c->kernel_h || c->width + 2 * c->padding < c->kernel_w)
        return lpli_fail(LPL_E_ARG, fn, "kernel %d x %d is larger than the padded map %d x %d", (int)c->kernel_h, (int)c->kernel_w,
                         (int)(c->height + 2 * c->padding), (int)(c->width + 2 * c->padding));
    LPLI_TRY(check_size(c->groups, 1, 65535, fn, "groups"));
    if (c->channels % c->groups != 0 || c->n_post % c->groups != 0)
        return lpli_fail(LPL_E_ARG, fn, "groups = %d must divide channels = %d and n_post = %llu", (int)c->groups, (int)c->channels,
                         (unsigned long long)c->n_post);
    LPLI_TRY(check_size(c->pool, 1, 2, fn, "pool"));
    const uint32_t rows = (c->height + 2 * c->padding - c->kernel_h) / c->stride + 1, cols = (c->width + 2 * c->padding - c->kernel_w) / c->stride + 1;
    if (c->pool > rows || c->pool > cols) return lpli_fail(LPL_E_ARG, fn, "pool = 2 is larger than the map, %d x %d", (int)rows, (int)cols);
    LPLI_TRY(lpli_check_enum(c->sees, LPL_SEES_HEAD, fn, "sees"));
    if (c->sees == LPL_SEES_HEAD) {
        LPLI_TRY(check_size(c->head_hidden, 1, 1u << 20, fn, "head_hidden"));
        LPLI_TRY(check_size(c->head_out, 1, 1u << 20, fn, "head_out"));
    }
    if (c->sees == LPL_SEES_POSITIONS && c->stats == LPL_STATS_EWMA)
        return lpli_fail(LPL_E_ARG, fn, "sees = LPL_SEES_POSITIONS needs statistics of the batch (stats = LPL_STATS_BATCH or LPL_STATS_STALE)");
    if (c->rule != LPL_RULE_LPL) return lpli_fail(LPL_E_ARG, fn, "rule = %d, a convolution learns by LPL_RULE_LPL", (int)c->rule);
    return LPL_OK;
}

void lpli_conv_geometry(lpli_conv_t *g, const lpl_layer_config_t *c) {
    *g = (lpli_conv_t){
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
    g->rows = (g->height + 2 * g->padding - g->kernel_h) / g->stride + 1;
    g->cols = (g->width + 2 * g->padding - g->kernel_w) / g->stride + 1;
    g->P = g->rows * g->cols;
    g->out_rows = g->rows / g->pool;
    g->out_cols = g->cols / g->pool;
    g->Q = g->out_rows * g->out_cols;
    g->K = g->channels / g->groups * g->kernel_h * g->kernel_w;
    const size_t image = g->K * g->P * lpli_elem(c);
    g->chunk = image < CHUNK_BYTES ? CHUNK_BYTES / image : 1;
    if (g->chunk > c->batch_max) g->chunk = (size_t)c->batch_max;
}
