/* conv/winograd_gradient.c - see conv/winograd.h: the weight gradient, summed in the transformed domain. */
#include "conv/winograd.h"

#include "core/threads.h"

#ifdef LPLI_HAVE_X86_KERNELS

typedef lpli_chunk_t_f32 chunk_t;

/* Up to NR channels of one image: turned, transformed. */
static void inputs_task(void *ctx, size_t task, size_t worker) {
    const chunk_t *c = ctx;
    const lpli_geometry_t *g = c->r->g;
    const lpli_winograd_t *w = &g->wino;
    const int32_t isa = c->r->gemm->isa;
    const size_t channels = g->channels / g->groups, plane = g->height * g->width,
                 blocks = g->groups * g->channel_blocks;
    const size_t image = task / blocks, block = task % blocks, from = block % g->channel_blocks * g->lanes,
                 n = lpli_at_most(g->lanes, channels - from), len = n > g->lanes / 2 ? g->lanes : g->lanes / 2;
    const size_t top = w->edge * c->row,
                 y0 = top > g->padding ? top - g->padding : 0, /* rows of the input, y0 .. y1 - 1 */
        y1 = lpli_at_most(g->height, top + w->edge * c->rows + 2 - g->padding);
    float *zeros = c->r->work + worker * g->work, *xc = zeros + g->lanes;
    memset(zeros, 0, g->lanes * sizeof(float));
    LPLI_LANES_PICK(isa, lpli_lanes_channels)
    (xc, 0, len, 0,
     c->x + (c->first + image) * c->ldx + (block / g->channel_blocks * channels + from) * plane + y0 * g->width, 0, 1,
     plane, n, (y1 - y0) * g->width);
    const size_t v_step = lpli_winograd_apart(c->run * g->lanes);
    float *v = c->r->inputs + block * w->parts * v_step + image * g->lanes;
    for (size_t row = 0; row < c->rows; row++) {
        lpli_winograd_row_t_f32 s = {.side = w->side,
                                     .zeros = zeros,
                                     .rows = 1,
                                     .len = len,
                                     .width = g->width,
                                     .padding = g->padding,
                                     .squares = w->cols,
                                     .span = 1,
                                     .v_step = v_step,
                                     .block = c->images * g->lanes,
                                     .ldv = g->lanes};
        for (size_t k = 0; k < w->side; k++) {
            const size_t y = top + w->edge * row + k - g->padding; /* wraps outside */
            s.in[k] = y < g->height ? xc + (y - y0) * g->width * len : NULL;
        }
        LPLI_LANES_PICK(isa, lpli_winograd_inputs)(v + row * w->cols * s.block, &s);
    }
}

/* Scratch of a tile's task; mt: how far apart positions lie in windows and G. */
typedef struct {
    double *sums;
    float *d, *windows, *G;
    size_t mt;
} scratch_t;

/* Derivatives of span squares of one group of lanes, transformed, into G (16, square, image, mt). */
static void build_block(const chunk_t *c, const scratch_t *s, const lpli_part_t *p, size_t image, size_t row,
                        size_t block) {
    const lpli_geometry_t *g = c->r->g;
    const lpli_winograd_t *w = &g->wino;
    const int32_t isa = c->r->gemm->isa;
    const size_t area = g->mt * g->lanes, m = p->m, oc = p->first, edge = w->out, from = p->from * g->lanes,
                 cells = edge * edge, windows = g->pool * g->pool;
    const size_t n = lpli_at_most(g->row, c->images - image), b = c->first + image;
    const size_t squares = lpli_at_most(w->span, w->cols - block * w->span);
    for (size_t k = 0; k < cells; k++) {
        const size_t kept =
            ((((b / g->row) * g->tiles + p->tile) * w->rows + c->row + row) * w->blocks + block) * cells + k;
        const size_t y = (c->row + row) * edge + k / edge;
        for (size_t h = 0; h < squares && c->d_map; h++) {
            const size_t x = (block * w->span + h) * edge + k % edge;
            if (y >= g->out_rows || x >= g->out_cols) continue; /* f' is 0 */
            for (size_t i = 0; i < m; i++)
                for (size_t j = 0; j < n; j++)
                    s->d[i * g->lanes + h * g->row + j] =
                        c->d_map[((b + j) * g->out_channels + oc + i) * g->Q + y * g->out_cols + x];
        }
        float *at[4];
        for (size_t i = 0; i < windows; i++) at[i] = s->windows + (k * windows + i) * area;
        LPLI_LANES_PICK(isa, lpli_lanes_back)
        (at, m, s->mt, squares == 2 ? g->row + n : n, s->d, c->fp_in + kept * area + from,
         c->win_in ? c->win_in + kept * area + from : NULL, windows);
        LPLI_LANES_PICK(isa, lpli_lanes_sum)
        (s->sums, c->d_map ? s->d : NULL, c->fp_in + kept * area + from, m * g->lanes);
    }
    for (size_t h = 0; h < squares; h++) {
        const size_t at = (row * w->cols + block * w->span + h) * c->images + image;
        LPLI_LANES_PICK(isa, lpli_winograd_back)
        (w->side, g->pool, s->G + at * s->mt, lpli_winograd_apart(c->run * s->mt), s->windows + h * g->row * s->mt,
         area, n * s->mt);
    }
}

/* The weights of one tile of channels. */
static void tile_task(void *ctx, size_t task, size_t worker) {
    const chunk_t *c = ctx;
    const lpli_geometry_t *g = c->r->g;
    const lpli_winograd_t *w = &g->wino;
    const lpli_part_t p = lpli_tile_part(g, task, c->parts);
    const size_t area = g->mt * g->lanes, m = p.m, oc = p.first, tile = p.tile, channels = g->channels / g->groups;
    scratch_t s = {.mt = c->parts > 1 ? m : g->mt, .sums = (double *)(void *)(c->r->work + worker * g->work)};
    s.d = (float *)(void *)(s.sums + area), s.windows = s.d + area, s.G = s.windows + w->edge * w->edge * area;
    for (size_t image = 0; image < c->images; image += g->row) {
        const size_t n = lpli_at_most(g->row, c->images - image), b = c->first + image;
        memset(s.d, 0, area * sizeof(float));
        memset(s.sums, 0, area * sizeof(double));
        for (size_t i = 0; i < m && c->d_mean; i++) /* the mean over positions passes on 1/Q */
            for (size_t j = 0; j < n; j++)
                for (size_t h = 0; h < w->span; h++)
                    s.d[i * g->lanes + h * g->row + j] =
                        (float)(c->d_mean[(b + j) * g->out_channels + oc + i] / (double)g->Q);
        for (size_t row = 0; row < c->rows; row++)
            for (size_t block = 0; block < w->blocks; block++) build_block(c, &s, &p, image, row, block);
        for (size_t i = 0; i < m; i++)
            for (size_t j = 0; j < n; j++)
                for (size_t h = 0; h < w->span; h++)
                    c->db[oc + i] -= s.sums[i * g->lanes + h * g->row + j] *
                                     (c->d_mean ? c->d_mean[(b + j) * g->out_channels + oc + i] / (double)g->Q : 1);
    }
    const size_t v_step = lpli_winograd_apart(c->run * g->lanes), g_step = lpli_winograd_apart(c->run * s.mt);
    float *dw = c->dw + tile * g->channel_blocks * w->parts * area + p.from * g->lanes;
    for (size_t k = 0; k < g->channel_blocks * w->parts && c->start; k++)
        memset(dw + k * area, 0, p.room * g->lanes * sizeof(float));
    for (size_t block = 0; block < g->channel_blocks; block++) {
        const size_t nv = channels - block * g->lanes > g->lanes / 2 ? 2 : 1;
        const float *v = c->r->inputs + (tile / g->group_tiles * g->channel_blocks + block) * w->parts * v_step;
        for (size_t k = 0; k < w->parts; k++) LPLI_LANES_PICK(c->r->gemm->isa, lpli_lanes_product)
        (m, s.mt, nv, 1, c->run, s.G + k * g_step, 0, v + k * v_step, g->lanes, 0, dw + (block * w->parts + k) * area,
         1);
    }
}

void lpli_winograd_gradient_f32(const lpli_conv_run_t_f32 *r, bool start, float *dw, double *db, const double *d_mean,
                                const float *d_map, const float *fp, const unsigned char *win, const float *x,
                                size_t ldx, size_t batch) {
    const lpli_geometry_t *g = r->g;
    const lpli_winograd_t *w = &g->wino;
    for (size_t first = 0; first < batch; first += w->back_images)
        for (size_t row = 0; row < w->rows; row += w->back_range) {
            chunk_t c = {.r = r,
                         .first = first,
                         .images = lpli_at_most(w->back_images, batch - first),
                         .row = row,
                         .x = x,
                         .ldx = ldx};
            c.rows = lpli_at_most(w->back_range, w->rows - row);
            c.run = c.rows * w->cols * c.images;
            c.d_mean = d_mean, c.d_map = d_map, c.fp_in = fp, c.win_in = win, c.dw = dw, c.db = db;
            c.start = start && first == 0 && row == 0;
            lpli_parallel(c.images * g->groups * g->channel_blocks, r->threads, inputs_task, &c);
            c.parts = lpli_tile_parts(g, r->threads);
            lpli_parallel(g->tiles * c.parts, r->threads, tile_task, &c);
        }
}

const float *lpli_winograd_row_f32(const lpli_geometry_t *g, int32_t isa, float *room, const float *dw,
                                   size_t channel) {
    const size_t area = g->mt * g->lanes, channels = g->channels / g->groups;
    float *out = room;
    for (size_t block = 0; block < g->channel_blocks; block++) {
        float taps[9 * LPLI_LANES_MAX];
        const size_t n = lpli_at_most(g->lanes, channels - block * g->lanes);
        LPLI_LANES_PICK(isa, lpli_winograd_taps)
        (g->wino.side, taps, g->lanes, dw + lpli_lanes_place(g, channel, block, g->wino.parts), area, g->lanes);
        LPLI_LANES_PICK(isa, lpli_lanes_taps)(out, taps, g->lanes, n, 9);
        out += n * 9;
    }
    return room;
}

#endif
