/* conv/geometry.c - a convolution's config: checks, geometry, scratch; its kind (kind.h). */
#include "conv/conv.h"

#include <math.h>

#include "core/cpu.h"
#include "core/error.h"
#include "layer/kind.h"
#include "conv/winograd.h"

/* Most input bytes of a chunk's col matrix; at least one image. */
#define CHUNK_BYTES ((size_t)4 << 20)
/* With images in lanes: bytes of a chunk of images (L3 and some of L2), of a task's weights (L2), rows of a product of the weight gradient,
 * and input channels of a group below which taps count as channels. */
#define LANES_BYTES ((size_t)2 << 20)
#define PANEL_BYTES ((size_t)160 << 10)
#define GRADIENT_RUN 1024
#define PATCH_CHANNELS 8

static lpl_status_t check_size(uint32_t v, uint32_t low, uint32_t high, const char *fn, const char *name) {
    if (v >= low && v <= high) return LPL_OK;
    return lpli_fail(LPL_E_ARG, fn, "%s = %llu, need %llu .. %llu", name, (unsigned long long)v, (unsigned long long)low,
                     (unsigned long long)high);
}

static lpl_status_t check(lpl_layer_config_t *c, const char *fn) {
    LPLI_TRY(check_size(c->channels, 1, 65535, fn, "channels"));
    LPLI_TRY(check_size(c->height, 1, 65535, fn, "height"));
    LPLI_TRY(check_size(c->width, 1, 65535, fn, "width"));
    const uint64_t inputs = (uint64_t)c->channels * c->height * c->width;
    if (c->n_pre == 0) c->n_pre = inputs;
    if (c->n_pre != inputs)
        return lpli_fail(LPL_E_ARG, fn, "n_pre = %llu, need channels * height * width = %llu (or 0)", (unsigned long long)c->n_pre,
                         (unsigned long long)inputs);
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
    const uint32_t rows = (c->height + 2 * c->padding - c->kernel_h) / c->stride + 1,
                   cols = (c->width + 2 * c->padding - c->kernel_w) / c->stride + 1;
    if (c->pool > rows || c->pool > cols) return lpli_fail(LPL_E_ARG, fn, "pool = 2 is larger than the map, %d x %d", (int)rows, (int)cols);
    LPLI_TRY(lpli_check_enum(c->sees, LPL_SEES_HEAD, fn, "sees"));
    if (c->sees == LPL_SEES_HEAD) {
        LPLI_TRY(check_size(c->head_hidden, 1, 1u << 20, fn, "head_hidden"));
        LPLI_TRY(check_size(c->head_out, 1, 1u << 20, fn, "head_out"));
    }
    if (c->sees == LPL_SEES_POSITIONS && c->stats == LPL_STATS_EWMA)
        return lpli_fail(LPL_E_ARG, fn,
                         "sees = LPL_SEES_POSITIONS needs statistics of the batch (stats = LPL_STATS_BATCH or LPL_STATS_STALE)");
    if (c->rule != LPL_RULE_LPL) return lpli_fail(LPL_E_ARG, fn, "rule = %d, a convolution learns by LPL_RULE_LPL", (int)c->rule);
    return LPL_OK;
}

/* Each size below and in winograd.c is one of these products times less than 2^12 (lanes, tiles, blocks), so that none wraps in
 * 64 bits, and each array is asked for in 64 bits (core/arena.h). In double: four counts multiply to more than any integer. */
static bool fits(const lpl_layer_config_t *c) {
    const uint32_t rows = (c->height + 2 * c->padding - c->kernel_h) / c->stride + 1,
                   cols = (c->width + 2 * c->padding - c->kernel_w) / c->stride + 1, pooled_rows = rows / c->pool,
                   pooled_cols = cols / c->pool;
    const double M = (double)c->n_post, B = (double)c->batch_max, P = (double)rows * (double)cols,
                 Q = (double)pooled_rows * (double)pooled_cols, taps = (double)c->channels * (double)c->kernel_h * (double)c->kernel_w,
                 K = taps / (double)c->groups, most = fmin((double)(PTRDIFF_MAX / 2), 0x1p48) / (double)lpli_elem(c);
    return M * K <= most && K * P <= most && M * P <= most && B * M * Q <= most && taps * P <= 0x1p48;
}

#ifdef LPLI_HAVE_X86_KERNELS
static uint64_t between(uint64_t v, uint64_t low, uint64_t high) { return v < low ? low : v > high ? high : v; }
#endif

/* The lanes of conv/lanes.h, where they pay: stride 1, a vector unit, and images to fill half a register. */
static void choose_lanes(lpli_geometry_t *g, const lpl_layer_config_t *c) {
#ifdef LPLI_HAVE_X86_KERNELS
    int32_t isa;
    if (g->stride != 1 || lpli_isa_choose(c->isa, &isa, "") < 0 || isa < LPL_ISA_AVX2) return;
    const size_t T = lpli_elem(c), lanes = (isa == LPL_ISA_AVX512 ? (size_t)128 : 64) / T,
                 tile_max = isa == LPL_ISA_AVX512 ? 112 / T >= 28 ? 14 : 8
                            : T == 4              ? 6
                                                  : 4;
    if (c->batch_max * 4 < lanes) return;
    const size_t channels = g->channels / g->groups, out = g->out_channels / g->groups;
    g->lanes = lanes;
    g->row = c->batch_max <= lanes / 2 ? lanes / 2 : lanes;
    g->group_tiles = lpli_divide_up(out, tile_max);
    g->mt = lpli_divide_up(out, g->group_tiles);
    g->tiles = g->groups * g->group_tiles;
    g->patches = channels < PATCH_CHANNELS;
    g->block = (size_t)between(g->patches ? g->group_tiles : PANEL_BYTES / (g->mt * g->K * T), 1, g->group_tiles < 5 ? g->group_tiles : 5);
    g->map_rows = g->out_rows * g->pool;
    g->map_cols = g->out_cols * g->pool;
    g->stage = g->out_cols >= lanes / 2 ? g->out_cols : g->Q;
    g->channel_blocks = lpli_divide_up(g->patches ? g->K : channels, lanes);
    const uint64_t image = (uint64_t)g->groups * g->channel_blocks * lanes * (g->patches ? g->P : g->height * g->width) * T;
    g->chunk = lpli_divide_up((size_t)between(LANES_BYTES / image, 1, c->batch_max), lanes) * lanes;
    if (g->row < lanes) g->chunk = g->row; /* also for the larger batches that lpl_forward takes */
    g->row_block = lpli_divide_up((size_t)between(GRADIENT_RUN / ((uint64_t)g->map_cols * g->chunk), 1, g->map_rows), g->pool) * g->pool;
    const uint64_t block = g->block, run = (uint64_t)g->row_block * g->map_cols * g->chunk,
                   forward = (block * g->mt + (g->patches ? 4 * lanes : 0)) * g->K +
                             (5 + block * (g->stage + sizeof(double) / T)) * g->mt * lanes,
                   backward = (run + (1 + sizeof(double) / T) * lanes) * g->mt + (g->patches ? g->K * g->P : 0);
    g->work = lpli_work(forward > backward ? forward : backward);
    g->cells = g->Q;
    if (T == sizeof(float)) lpli_winograd_choose(g, c->batch_max);
#else
    (void)g, (void)c;
#endif
}

static void find_geometry(lpli_geometry_t *g, const lpl_layer_config_t *c) {
    *g = (lpli_geometry_t){
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
    choose_lanes(g, c);
}

uint64_t lpli_conv_kept(const lpli_geometry_t *g, uint64_t batch) {
    return g->lanes ? (batch + g->row - 1) / g->row * g->tiles * g->cells * g->mt * g->lanes : batch * g->out_channels * g->Q;
}

uint64_t lpli_conv_dw(const lpli_geometry_t *g) {
    const uint64_t taps = g->wino.span ? 16 : g->patches ? 1 : g->kernel_h * g->kernel_w;
    return g->lanes ? taps * g->tiles * g->channel_blocks * g->mt * g->lanes : (uint64_t)g->out_channels * g->K;
}

uint64_t lpli_conv_col(const lpli_geometry_t *g) {
    if (!g->lanes) return (uint64_t)g->K * g->chunk * g->P;
    uint64_t backward = (uint64_t)g->groups * g->channel_blocks * g->lanes, forward = (uint64_t)g->channels * g->chunk;
    if (g->wino.span) {
        backward *= (uint64_t)16 * g->wino.back_range * g->wino.cols * g->wino.back_images;
        forward *= (uint64_t)16 * g->wino.range * g->wino.blocks * g->wino.span;
    } else {
        backward *= (uint64_t)(g->patches ? g->P : g->height * g->width) * g->chunk;
        forward *= (uint64_t)g->height * g->width;
    }
    return backward > forward ? backward : forward;
}

uint64_t lpli_conv_map(const lpli_geometry_t *g) { return g->lanes ? g->work : (uint64_t)g->out_channels * g->chunk * g->P; }

/* ---- its kind ---- */

static void derive(lpl_layer_t *l) {
    const lpl_layer_config_t *c = &l->cfg;
    const size_t M = (size_t)c->n_post;
    find_geometry(&l->conv.g, c);
    l->fan_in = l->conv.g.K;
    l->n_out = M * l->conv.g.Q;
    l->units = c->sees == LPL_SEES_POSITIONS ? l->n_out : c->sees == LPL_SEES_HEAD ? c->head_out : M;
    l->rule_act = (lpli_act_t){.kind = c->sees == LPL_SEES_HEAD ? LPL_ACT_RELU : LPL_ACT_LINEAR};
    l->rule_f64 = c->dtype == LPL_F64 || c->sees != LPL_SEES_POSITIONS;
}

static uint64_t square(const lpl_layer_t *l) {
    const uint64_t B = l->cfg.batch_max;
    return l->cfg.sees == LPL_SEES_POSITIONS ? lpli_square_elements(&l->rule, l->cfg.n_post, B * l->conv.g.Q)
                                             : lpli_square_elements(&l->rule, l->units, B);
}

static void place(lpl_layer_t *l, lpli_arena_t *a) {
    const lpl_layer_config_t *c = &l->cfg;
    const lpli_geometry_t *g = &l->conv.g;
    const uint64_t M = c->n_post, B = c->batch_max, hidden = c->head_hidden;
    const size_t T = lpli_elem(c);
    const int head = c->sees == LPL_SEES_HEAD, turn = c->sees == LPL_SEES_POSITIONS && c->decorr > 0 && M > 1;
    l->conv.col = lpli_take(a, lpli_conv_col(g), 1, T);
    l->conv.map = lpli_take(a, lpli_conv_map(g), g->lanes ? (uint64_t)c->threads : 1, T);
    l->conv.col_busy = lpli_take(a, 1, 1, sizeof *l->conv.col_busy);
    for (int view = 0; view < 2; view++) {
        const uint64_t kept = lpli_view_learns(l, view) ? lpli_conv_kept(g, B) : 0;
        l->conv.fp[view] = lpli_take(a, kept, 1, T);
        l->conv.win[view] = lpli_take(a, g->pool == 2 ? kept : 0, 1, 1);
        l->conv.pooled[view] = lpli_take(a, head ? B : 0, M, sizeof(double));
        l->conv.hidden[view] = lpli_take(a, head ? B : 0, hidden, sizeof(double));
    }
    l->conv.dw = lpli_take(a, lpli_conv_dw(g), 1, T);
    l->conv.row = lpli_take(a, (uint64_t)c->threads, g->K, T);
    l->conv.db = lpli_take(a, M, 1, sizeof(double));
    l->conv.means = lpli_take(a, head ? B : 0, M, sizeof(double));
    l->conv.head_wide = lpli_take(a, lpli_head_length(c), 1, sizeof(double));
    l->conv.head_sum = lpli_take(a, lpli_head_length(c), 1, sizeof(double));
    l->conv.head_back = lpli_take(a, head ? B : 0, hidden, sizeof(double));
    l->conv.head_grad = lpli_take(a, lpli_head_length(c), 1, T);
    l->conv.turned = lpli_take(a, turn ? B : 0, l->units, T);
    l->conv.turned_delta = lpli_take(a, turn ? B : 0, l->units, T);
    l->conv.turned_stats = lpli_take(a, turn ? 5 * M : 0, 1, sizeof(double));
}

const lpli_kind_t *lpli_conv_kind(void) {
    static const lpli_kind_t kind = {.check = check, .fits = fits, .derive = derive, .square = square, .place = place};
    return &kind;
}
