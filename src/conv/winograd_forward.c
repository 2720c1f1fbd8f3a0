/* conv/winograd_forward.c - see conv/winograd.h: responses, one range of rows of squares after the other. */
#include "conv/winograd.h"

#include "core/threads.h"

#ifdef LPLI_HAVE_X86_KERNELS

typedef lpli_chunk_t_f32 chunk_t;
enum { APART_BYTES = 1 << 20 };

/* Transformed weights of one tile of channels. */
static void weights_task(void *ctx, size_t tile, size_t worker) {
    const lpli_conv_run_t_f32 *r = ctx;
    const lpli_geometry_t *g = r->g;
    const size_t channels = g->channels / g->groups, n = channels * g->mt;
    float *panel = r->work + worker * g->work;
    LPLI_LANES_PICK(r->gemm->isa, lpli_lanes_weights)
    (panel, lpli_tile_channels(g, tile), g->mt, r->w + lpli_tile_first(g, tile) * r->ldw, r->ldw, channels, 9);
    LPLI_LANES_PICK(r->gemm->isa, lpli_winograd_weights)
    (g->wino.side, r->weights + tile * g->wino.parts * n, n, panel, n, n);
}

/* A strip of the input channels of one group, for one group of lanes: turned, transformed. */
static void inputs_task(void *ctx, size_t task, size_t worker) {
    const chunk_t *c = ctx;
    const lpli_geometry_t *g = c->r->g;
    const lpli_winograd_t *w = &g->wino;
    const int32_t isa = c->r->gemm->isa;
    const size_t channels = g->channels / g->groups, strips = lpli_divide_up(channels, w->strip),
                 plane = g->height * g->width;
    const size_t from = task % strips * w->strip, n = lpli_at_most(w->strip, channels - from),
                 block = task / strips; /* lanes, group */
    const size_t j = block / g->groups * g->row, images = lpli_at_most(g->row, c->images - j);
    const size_t top = w->edge * c->row,
                 y0 = top > g->padding ? top - g->padding : 0, /* rows of the input, y0 .. y1 - 1 */
        y1 = lpli_at_most(g->height, top + w->edge * c->rows + 2 - g->padding);
    float *xl = c->r->work + worker * g->work, *zeros = xl + (w->edge * w->range + 2) * g->width * w->strip * g->row;
    const float *x = c->x + (c->first + j) * c->ldx + (block % g->groups * channels + from) * plane + y0 * g->width;
    for (size_t k = 0; k < n; k++) LPLI_LANES_PICK(isa, lpli_lanes_images)
    (xl + k * g->row, g->row, n, x + k * plane, c->ldx, images, 1, (y1 - y0) * g->width);
    memset(zeros, 0, n * g->row * sizeof(float));
    const size_t lines = n * g->row * g->width;
    const size_t v_step = lpli_winograd_apart(channels * g->lanes);
    float *v = c->r->inputs + block * c->rows * w->blocks * w->parts * v_step + from * g->lanes;
    for (size_t row = 0; row < c->rows; row++) {
        lpli_winograd_row_t_f32 s = {.side = w->side,
                                     .zeros = zeros,
                                     .rows = n,
                                     .len = g->row,
                                     .width = g->width,
                                     .padding = g->padding,
                                     .squares = w->cols,
                                     .span = w->span,
                                     .v_step = v_step,
                                     .block = w->parts * v_step,
                                     .half = g->row,
                                     .ldv = g->lanes};
        for (size_t k = 0; k < w->side; k++) {
            const size_t y = top + w->edge * row + k - g->padding; /* wraps outside */
            s.in[k] = y < g->height ? xl + (y - y0) * lines : NULL;
        }
        LPLI_LANES_PICK(isa, lpli_winograd_inputs)(v + row * w->blocks * s.block, &s);
    }
}

/* Scratch of a tile's task. */
typedef struct {
    double *means;
    float *products, *sums, *fm, *stage;
} scratch_t;

/* Sums of span squares -> responses: kept, added to the means, collected. count: positions of the range. */
static void respond(const chunk_t *c, const scratch_t *s, const lpli_part_t *p, size_t group, size_t row, size_t block,
                    size_t count) {
    const lpli_geometry_t *g = c->r->g;
    const lpli_winograd_t *w = &g->wino;
    const int32_t isa = c->r->gemm->isa;
    const size_t area = g->mt * g->lanes, m = p->m, edge = w->out, cells = edge * edge, from = p->from * g->lanes;
    for (size_t k = 0; k < cells; k++) {
        const size_t kept =
            ((((c->first / g->row + group) * g->tiles + p->tile) * w->rows + c->row + row) * w->blocks + block) *
                cells +
            k;
        const size_t y = (c->row + row) * edge + k / edge,
                     x = block * w->span * edge + k % edge; /* of the first square */
        const size_t inside = y >= g->out_rows || x >= g->out_cols      ? 0
                              : w->span == 1 || x + edge >= g->out_cols ? 1
                                                                        : 2;
        float *fp = c->fp ? c->fp + kept * area + from : NULL;
        if (inside == 0) { /* the map has an odd length: this part of the square is no response */
            if (fp) memset(fp, 0, p->room * g->lanes * sizeof(float));
            continue;
        }
        LPLI_LANES_PICK(isa, lpli_lanes_post)
        (s->sums + k * g->pool * g->pool * area, m, g->mt, c->r->bias ? c->r->bias + p->first : NULL, s->fm, NULL, 0,
         fp, c->win ? c->win + kept * area + from : NULL, NULL, c->r->act, g);
        for (size_t i = 0; i < m && inside < w->span; i++) {
            memset(s->fm + i * g->lanes + g->row, 0, g->row * sizeof(float));
            if (fp) memset(fp + i * g->lanes + g->row, 0, g->row * sizeof(float));
        }
        if (c->z) LPLI_LANES_PICK(isa, lpli_lanes_sum)(s->means, NULL, s->fm, m * g->lanes);
        const size_t at = (y - c->row * edge) * g->out_cols + x;
        if (c->fm) LPLI_LANES_PICK(isa, lpli_winograd_stage)
        (s->stage + at * g->row, count * g->row, edge * g->row, s->fm, m, inside, g->row);
    }
}

static void tile_task(void *ctx, size_t task, size_t worker) {
    const chunk_t *c = ctx;
    const lpli_geometry_t *g = c->r->g;
    const lpli_winograd_t *w = &g->wino;
    const int32_t isa = c->r->gemm->isa;
    const size_t shares = g->tiles * c->parts, all = lpli_divide_up(c->images, g->row),
                 begin = c->apart ? task / shares : 0, end = c->apart ? begin + 1 : all;
    const lpli_part_t p = lpli_tile_part(g, task % shares, c->parts);
    const size_t area = g->mt * g->lanes, m = p.m, oc = p.first, tile = p.tile, channels = g->channels / g->groups,
                 v_step = lpli_winograd_apart(channels * g->lanes);
    const size_t edge = w->out, out = c->row * edge,
                 count = (lpli_at_most(g->out_rows, (c->row + c->rows) * edge) - out) * g->out_cols;
    const float *u = c->r->weights + tile * w->parts * channels * g->mt + p.from;
    scratch_t s = {.means = (double *)(void *)(c->r->work + worker * g->work)};
    s.products = (float *)(void *)(s.means + area);
    s.sums = s.products + w->parts * area, s.fm = s.sums + w->edge * w->edge * area, s.stage = s.fm + area;
    for (size_t group = begin; group < end; group++) {
        const size_t b = c->first + group * g->row, n = lpli_at_most(g->row, c->images - group * g->row);
        const float *v =
            c->r->inputs + (group * g->groups + tile / g->group_tiles) * c->rows * w->blocks * w->parts * v_step;
        memset(s.means, 0, area * sizeof(double));
        for (size_t row = 0; row < c->rows; row++)
            for (size_t block = 0; block < w->blocks; block++, v += w->parts * v_step) {
                const size_t nv = (w->span == 1 ? n : (w->cols - block * w->span) * g->row) > g->lanes / 2 ? 2 : 1;
                for (size_t k = 0; k < w->parts; k++) LPLI_LANES_PICK(isa, lpli_lanes_product)
                (m, g->mt, nv, 1, channels, u + k * channels * g->mt, 0, v + k * v_step, g->lanes, 0,
                 s.products + k * area, 0);
                LPLI_LANES_PICK(isa, lpli_winograd_sums)
                (w->side, g->pool, s.sums, area, s.products, area, m * g->lanes);
                respond(c, &s, &p, group, row, block, count);
            }
        for (size_t i = 0; i < m && c->z; i++)
            for (size_t j = 0; j < n; j++) {
                double *z = c->z + (b + j) * g->out_channels + oc + i, *mean = s.means + i * g->lanes + j;
                *z = (c->row ? *z : 0) + (*mean + (w->span == 2 ? mean[g->row] : 0)) / (double)g->Q;
            }
        if (!c->fm) continue;
        float *y = c->fm + b * c->ldfm + oc * g->Q + out * g->out_cols;
        if (count == g->Q)
            LPLI_LANES_PICK(isa, lpli_lanes_flush)(y, c->ldfm, n, s.stage, g->row, m * count);
        else
            for (size_t i = 0; i < m; i++) LPLI_LANES_PICK(isa, lpli_lanes_flush)
        (y + i * g->Q, c->ldfm, n, s.stage + i * count * g->row, g->row, count);
    }
}

/* Are tasks of one group of lanes each, so that a thread goes on with the images whose inputs it has transformed?
 * Where there are enough of them, and each core's cache holds all weights. */
static bool lanes_apart(const lpli_geometry_t *g, int32_t threads, size_t all) {
    const size_t u = g->tiles * g->wino.parts * (g->channels / g->groups) * g->mt * sizeof(float);
    return threads > 1 && all % (size_t)threads == 0 && u <= APART_BYTES;
}

void lpli_winograd_forward_f32(const lpli_conv_run_t_f32 *r, double *z, float *fm, size_t ldfm, float *fp,
                               unsigned char *win, const float *x, size_t ldx, size_t batch) {
    const lpli_geometry_t *g = r->g;
    const size_t strips = lpli_divide_up(g->channels / g->groups, g->wino.strip);
    lpli_parallel(g->tiles, r->threads, weights_task, (void *)(uintptr_t)r);
    for (size_t first = 0; first < batch; first += g->chunk)
        for (size_t row = 0; row < g->wino.rows; row += g->wino.range) {
            chunk_t c = {.r = r,
                         .first = first,
                         .images = lpli_at_most(g->chunk, batch - first),
                         .row = row,
                         .x = x,
                         .ldx = ldx};
            c.rows = lpli_at_most(g->wino.range, g->wino.rows - row);
            c.z = z, c.fm = fm, c.ldfm = ldfm, c.fp = fp, c.win = win;
            lpli_parallel(lpli_divide_up(c.images, g->row) * g->groups * strips, r->threads, inputs_task, &c);
            const size_t all = lpli_divide_up(c.images, g->row);
            c.apart = lanes_apart(g, r->threads, all);
            c.parts = c.apart ? 1 : lpli_tile_parts(g, r->threads);
            lpli_parallel(g->tiles * c.parts * (c.apart ? all : 1), r->threads, tile_task, &c);
        }
}

#endif
