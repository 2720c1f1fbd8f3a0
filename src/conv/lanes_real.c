/* conv/lanes_real.c - see conv/lanes.h: forward and weight gradient, chunk by chunk. */
#include "conv/lanes.h"

#include "core/threads.h"

#ifdef LPLI_HAVE_X86_KERNELS

typedef R(lpli_chunk_t) chunk_t;

/* ---- forward ---- */

static void images_task(void *ctx, size_t task, size_t worker) {
    (void)worker;
    const chunk_t *c = ctx;
    const lpli_geometry_t *g = c->r->g;
    const size_t j = task / g->groups * g->lanes, channels = g->channels / g->groups, positions = g->height * g->width;
    LPLI_LANES_PICK(c->r->gemm->isa, lpli_lanes_images)
    (c->r->inputs + task * positions * channels * g->row, g->row, channels,
     c->x + (c->first + j) * c->ldx + task % g->groups * channels * positions, c->ldx,
     lpli_at_most(g->lanes, c->images - j), channels, positions);
}

/* Where the kernel meets the map: output position o, its taps from .. to - 1. */
static void valid_taps(size_t o, size_t kernel, size_t padding, size_t length, size_t *from, size_t *to) {
    *from = o < padding ? padding - o : 0;
    *to = lpli_at_most(kernel, length + padding - o);
    if (*to < *from) *to = *from;
}

/* A row of lanes, NULL: zeros. Its size is one of three: as constants they are moves, not calls. */
static void copy_row(real *to, const real *from, size_t size) {
    static const real zeros[LPLI_LANES_MAX] = {0};
    if (from == NULL) from = zeros;
    switch (size) {
    case 128: memcpy(to, from, 128); break;
    case 64: memcpy(to, from, 64); break;
    default: memcpy(to, from, size); break;
    }
}

/* The patch of one position, (channel, tap) x lanes; padding is 0. */
static void gather_patch(const lpli_geometry_t *g, real *patch, const real *xl, size_t oy, size_t ox) {
    const size_t channels = g->channels / g->groups;
    for (size_t k = 0; k < channels; k++)
        for (size_t ky = 0; ky < g->kernel_h; ky++)
            for (size_t kx = 0; kx < g->kernel_w; kx++, patch += g->row) {
                const size_t iy = oy + ky - g->padding, ix = ox + kx - g->padding; /* wraps outside */
                copy_row(patch,
                         iy < g->height && ix < g->width ? xl + ((iy * g->width + ix) * channels + k) * g->row : NULL,
                         g->row * sizeof(real));
            }
}

/* Scratch of a forward task. */
typedef struct {
    real *panels, *patches, *sums, *fm, *stage;
    double *means;
} forward_t;

static forward_t forward_scratch(const lpli_geometry_t *g, real *p) {
    forward_t f;
    const size_t tile = g->mt * g->lanes;
    f.means = (double *)(void *)p;
    p += g->block * tile * (sizeof(double) / sizeof(real));
    f.sums = p, p += 4 * tile;
    f.fm = p, p += tile;
    f.stage = p, p += g->block * g->stage * tile;
    f.patches = p, p += g->patches ? 4 * g->K * g->lanes : 0;
    f.panels = p;
    return f;
}

/* Sums of one position for one tile. */
static void position(const chunk_t *c, const real *panel, const real *xl, const real *patch, real *sums, size_t m,
                     size_t nv, size_t oy, size_t ox) {
    const lpli_geometry_t *g = c->r->g;
    const size_t channels = g->channels / g->groups;
    if (patch) {
        LPLI_LANES_PICK(c->r->gemm->isa, lpli_lanes_product)
        (m, g->mt, nv, 1, g->K, panel, 0, patch, g->row, 0, sums, 0);
        return;
    }
    size_t y0, y1, x0, x1;
    valid_taps(oy, g->kernel_h, g->padding, g->height, &y0, &y1);
    valid_taps(ox, g->kernel_w, g->padding, g->width, &x0, &x1);
    const size_t run = x1 - x0; /* may be 0 with a wide padding: then the sums are 0 */
    const real *b =
        run && y1 > y0 ? xl + ((oy + y0 - g->padding) * g->width + ox + x0 - g->padding) * channels * g->row : xl;
    LPLI_LANES_PICK(c->r->gemm->isa, lpli_lanes_product)
    (m, g->mt, nv, y1 - y0, run * channels, panel + (y0 * g->kernel_w + x0) * channels * g->mt,
     g->kernel_w * channels * g->mt, b, g->row, g->width * channels * g->row, sums, 0);
}

/* Responses of count tiles for one group of lanes. */
static void respond(const chunk_t *c, const forward_t *f, size_t tile, size_t count, size_t group) {
    const lpli_geometry_t *g = c->r->g;
    const int32_t isa = c->r->gemm->isa;
    const size_t lanes = g->lanes, area = g->mt * lanes, image = group * lanes,
                 n = lpli_at_most(lanes, c->images - image), nv = n > lanes / 2 ? 2 : 1;
    const size_t channels = g->channels / g->groups, oc = lpli_tile_first(g, tile),
                 batch_group = c->first / lanes + group, b = c->first + image;
    const real *xl =
        c->r->inputs + (group * g->groups + tile / g->group_tiles) * g->height * g->width * channels * g->row;
    size_t rows = 0;
    for (size_t t = 0; t < count; t++) rows += lpli_tile_channels(g, tile + t);
    memset(f->means, 0, count * area * sizeof(double));
    for (size_t q = 0; q < g->Q; q++) {
        const size_t oy = q / g->out_cols * g->pool, ox = q % g->out_cols * g->pool, windows = g->pool * g->pool;
        for (size_t k = 0; k < windows && g->patches; k++)
            gather_patch(g, f->patches + k * g->K * lanes, xl, oy + k / 2, ox + k % 2);
        for (size_t t = 0; t < count; t++) {
            const size_t m = lpli_tile_channels(g, tile + t),
                         kept = ((batch_group * g->tiles + tile + t) * g->Q + q) * area;
            for (size_t k = 0; k < windows; k++)
                position(c, f->panels + t * g->mt * g->K, xl, g->patches ? f->patches + k * g->K * lanes : NULL,
                         f->sums + k * area, m, nv, oy + k / 2, ox + k % 2);
            LPLI_LANES_PICK(isa, lpli_lanes_post)
            (f->sums, m, g->mt, c->r->bias ? c->r->bias + oc + t * g->mt : NULL, f->fm,
             c->fm ? f->stage + (t * g->mt * g->stage + q % g->stage) * lanes : NULL, g->stage * lanes,
             c->fp ? c->fp + kept : NULL, c->win ? c->win + kept : NULL, c->z ? f->means + t * area : NULL, c->r->act,
             g);
        }
        if (!c->fm || (q + 1) % g->stage) continue;
        real *y = c->fm + b * c->ldfm + oc * g->Q + q + 1 - g->stage;
        if (g->stage == g->Q)
            LPLI_LANES_PICK(isa, lpli_lanes_flush)(y, c->ldfm, n, f->stage, lanes, rows * g->Q);
        else
            for (size_t i = 0; i < rows; i++) LPLI_LANES_PICK(isa, lpli_lanes_flush)
        (y + i * g->Q, c->ldfm, n, f->stage + i * g->stage * lanes, lanes, g->stage);
    }
    for (size_t i = 0; i < rows && c->z; i++)
        for (size_t j = 0; j < n; j++)
            c->z[(b + j) * g->out_channels + oc + i] = f->means[i * lanes + j] / (double)g->Q;
}

/* Some tiles of one group for all or one of the chunk's lane groups. */
static void forward_task(void *ctx, size_t task, size_t worker) {
    const chunk_t *c = ctx;
    const lpli_geometry_t *g = c->r->g;
    const forward_t f = forward_scratch(g, c->r->work + worker * g->work);
    const size_t blocks = lpli_divide_up(g->group_tiles, g->block), block = task / c->parts, part = task % c->parts;
    const size_t at = block % blocks * g->block, tile = block / blocks * g->group_tiles + at,
                 count = lpli_at_most(g->block, g->group_tiles - at);
    for (size_t t = 0; t < count; t++) LPLI_LANES_PICK(c->r->gemm->isa, lpli_lanes_weights)
    (f.panels + t * g->mt * g->K, lpli_tile_channels(g, tile + t), g->mt,
     c->r->w + lpli_tile_first(g, tile + t) * c->r->ldw, c->r->ldw, g->patches ? g->K : g->channels / g->groups,
     g->patches ? 1 : g->kernel_h * g->kernel_w);
    const size_t all = lpli_divide_up(c->images, g->lanes);
    for (size_t group = c->parts > 1 ? part : 0; group < (c->parts > 1 ? part + 1 : all); group++)
        respond(c, &f, tile, count, group);
}

void R(lpli_lanes_forward)(const R(lpli_conv_run_t) * r, double *z, real *fm, size_t ldfm, real *fp, unsigned char *win,
                           const real *x, size_t ldx, size_t batch) {
    const lpli_geometry_t *g = r->g;
    const size_t blocks = g->groups * lpli_divide_up(g->group_tiles, g->block);
    for (size_t first = 0; first < batch; first += g->chunk) {
        chunk_t c = {.r = r, .first = first, .images = lpli_at_most(g->chunk, batch - first), .x = x, .ldx = ldx};
        c.z = z, c.fm = fm, c.ldfm = ldfm, c.fp = fp, c.win = win;
        const size_t all = lpli_divide_up(c.images, g->lanes);
        /* Weights are turned once for each part: only where there are few tiles, and threads to share them. */
        c.parts = blocks < 8 && r->threads > 1 ? all : 1;
        lpli_parallel(all * g->groups, r->threads, images_task, &c);
        lpli_parallel(blocks * c.parts, r->threads, forward_task, &c);
    }
}

/* ---- weight gradient ---- */

/* Patches of the rows from .. to - 1 of the map, one image: (channel, tap) x positions; padding is 0. */
static void patch_rows(const lpli_geometry_t *g, real *col, const real *x, size_t from, size_t to) {
    const size_t channels = g->channels / g->groups;
    for (size_t k = 0; k < channels; k++)
        for (size_t ky = 0; ky < g->kernel_h; ky++)
            for (size_t kx = 0; kx < g->kernel_w; kx++) {
                size_t x0, x1; /* positions whose tap lies inside the map */
                x0 = lpli_at_most(kx < g->padding ? g->padding - kx : 0, g->cols);
                x1 = lpli_at_most(g->cols, g->width + g->padding > kx ? g->width + g->padding - kx : 0);
                for (size_t y = from; y < to; y++, col += g->cols) {
                    const size_t iy = y + ky - g->padding; /* wraps outside */
                    if (iy >= g->height || x1 <= x0) {
                        memset(col, 0, g->cols * sizeof(real));
                        continue;
                    }
                    memset(col, 0, x0 * sizeof(real));
                    memcpy(col + x0, x + (k * g->height + iy) * g->width + x0 + kx - g->padding,
                           (x1 - x0) * sizeof(real));
                    memset(col + x1, 0, (g->cols - x1) * sizeof(real));
                }
            }
}

static void channels_task(void *ctx, size_t task, size_t worker) {
    const chunk_t *c = ctx;
    const lpli_geometry_t *g = c->r->g;
    const size_t image = task / g->groups * LPLI_LANES_TOGETHER, group = task % g->groups,
                 channels = g->channels / g->groups, n = lpli_at_most(LPLI_LANES_TOGETHER, c->images - image);
    const real *x = c->x + (c->first + image) * c->ldx + group * channels * g->height * g->width;
    const size_t positions = g->patches ? g->P : g->height * g->width, step = c->images * g->lanes,
                 block = positions * step;
    real *xc = c->r->inputs + group * g->channel_blocks * block + image * g->lanes;
    if (!g->patches) {
        LPLI_LANES_PICK(c->r->gemm->isa, lpli_lanes_channels)
        (xc, block, step, g->lanes, x, c->ldx, n, positions, channels, positions);
        return;
    }
    real *col = c->r->work + worker * g->work;
    const size_t band = lpli_lanes_band(g);
    for (size_t from = 0; from < g->rows; from += band) {
        const size_t to = lpli_at_most(from + band, g->rows), length = (to - from) * g->cols;
        for (size_t i = 0; i < n; i++) patch_rows(g, col + i * g->K * length, x + i * c->ldx, from, to);
        LPLI_LANES_PICK(c->r->gemm->isa, lpli_lanes_channels)
        (xc + from * g->cols * step, block, step, g->lanes, col, g->K * length, n, length, g->K, length);
    }
}

/* G of one tile for the rows first .. last - 1 of the map (rows, cols, images, mt) and sums of d f'. */
static void build_gradient(const chunk_t *c, real *G, real *d, double *sums, size_t tile, size_t first, size_t last) {
    const lpli_geometry_t *g = c->r->g;
    const int32_t isa = c->r->gemm->isa;
    const size_t lanes = g->lanes, area = g->mt * lanes, m = lpli_tile_channels(g, tile), oc = lpli_tile_first(g, tile),
                 windows = g->pool * g->pool;
    for (size_t image = 0; image < c->images; image += lanes) {
        const size_t n = lpli_at_most(lanes, c->images - image), b = c->first + image;
        memset(d, 0, area * sizeof(real));
        if (c->d_mean) /* the mean over positions passes on 1/Q */
            for (size_t i = 0; i < m; i++)
                for (size_t j = 0; j < n; j++)
                    d[i * lanes + j] = (real)(c->d_mean[(b + j) * g->out_channels + oc + i] / (double)g->Q);
        memset(sums, 0, area * sizeof(double));
        for (size_t q = first / g->pool * g->out_cols; q < last / g->pool * g->out_cols; q++) {
            const size_t oy = q / g->out_cols * g->pool - first, ox = q % g->out_cols * g->pool,
                         kept = ((b / lanes * g->tiles + tile) * g->Q + q) * area;
            if (c->d_map)
                for (size_t i = 0; i < m; i++)
                    for (size_t j = 0; j < n; j++)
                        d[i * lanes + j] = c->d_map[((b + j) * g->out_channels + oc + i) * g->Q + q];
            real *at[4];
            for (size_t k = 0; k < windows; k++)
                at[k] = G + (((oy + k / 2) * g->map_cols + ox + k % 2) * c->images + image) * g->mt;
            LPLI_LANES_PICK(isa, lpli_lanes_back)
            (at, m, g->mt, n, d, c->fp_in + kept, c->win_in ? c->win_in + kept : NULL, windows);
            LPLI_LANES_PICK(isa, lpli_lanes_sum)(sums, c->d_map ? d : NULL, c->fp_in + kept, m * lanes);
        }
        for (size_t i = 0; i < m; i++)
            for (size_t j = 0; j < n; j++)
                c->db[oc + i] -= sums[i * lanes + j] *
                                 (c->d_mean ? c->d_mean[(b + j) * g->out_channels + oc + i] / (double)g->Q : 1);
    }
}

/* Where tap k of the kernel meets the rows (or columns) from .. to - 1 of the map. */
static void valid_positions(size_t k, size_t padding, size_t length, size_t *from, size_t *to) {
    if (*from + k < padding) *from = padding - k;
    *to = lpli_at_most(*to, length + padding > k ? length + padding - k : 0);
}

/* The weights of one tile. */
static void gradient_task(void *ctx, size_t tile, size_t worker) {
    const chunk_t *c = ctx;
    const lpli_geometry_t *g = c->r->g;
    const size_t lanes = g->lanes, area = g->mt * lanes, n = c->images, m = lpli_tile_channels(g, tile),
                 cols = g->map_cols;
    const size_t height = g->patches ? g->rows : g->height, width = g->patches ? g->cols : g->width,
                 padding = g->patches ? 0 : g->padding;
    const size_t kernel_w = g->patches ? 1 : g->kernel_w, taps = g->patches ? 1 : g->kernel_h * kernel_w;
    const size_t channels = g->patches ? g->K : g->channels / g->groups;
    double *sums = (double *)(void *)(c->r->work + worker * g->work);
    real *d = (real *)(void *)(sums + area), *G = d + area;
    for (size_t first = 0; first < g->map_rows; first += g->row_block) {
        const size_t last = lpli_at_most(first + g->row_block, g->map_rows);
        build_gradient(c, G, d, sums, tile, first, last);
        for (size_t block = 0; block < g->channel_blocks; block++) {
            const real *xc =
                c->r->inputs + (tile / g->group_tiles * g->channel_blocks + block) * height * width * n * lanes;
            const size_t nv = channels - block * lanes > lanes / 2 ? 2 : 1;
            for (size_t tap = 0; tap < taps; tap++) {
                const size_t ky = tap / kernel_w, kx = tap % kernel_w;
                size_t y0 = first, y1 = last, x0 = 0, x1 = cols;
                valid_positions(ky, padding, height, &y0, &y1);
                valid_positions(kx, padding, width, &x0, &x1);
                if (y0 >= y1 || x0 >= x1) continue;
                LPLI_LANES_PICK(c->r->gemm->isa, lpli_lanes_product)
                (m, g->mt, nv, y1 - y0, (x1 - x0) * n, G + ((y0 - first) * cols + x0) * n * g->mt, cols * n * g->mt,
                 xc + ((y0 + ky - padding) * width + x0 + kx - padding) * n * lanes, lanes, width * n * lanes,
                 c->dw + ((tile * g->channel_blocks + block) * taps + tap) * area, 1);
            }
        }
    }
}

void R(lpli_lanes_gradient)(const R(lpli_conv_run_t) * r, real *dw, double *db, const double *d_mean, const real *d_map,
                            const real *fp, const unsigned char *win, const real *x, size_t ldx, size_t batch) {
    const lpli_geometry_t *g = r->g;
    for (size_t first = 0; first < batch; first += g->chunk) {
        chunk_t c = {.r = r, .first = first, .images = lpli_at_most(g->chunk, batch - first), .x = x, .ldx = ldx};
        c.d_mean = d_mean, c.d_map = d_map, c.fp_in = fp, c.win_in = win, c.dw = dw, c.db = db;
        lpli_parallel(lpli_divide_up(c.images, LPLI_LANES_TOGETHER) * g->groups, r->threads, channels_task, &c);
        lpli_parallel(g->tiles, r->threads, gradient_task, &c);
    }
}

const real *R(lpli_lanes_row)(const lpli_geometry_t *g, int32_t isa, real *room, const real *dw, size_t channel) {
    const size_t taps = g->patches ? 1 : g->kernel_h * g->kernel_w,
                 channels = g->patches ? g->K : g->channels / g->groups;
    real *out = room;
    for (size_t block = 0; block < g->channel_blocks; block++) {
        const size_t n = lpli_at_most(g->lanes, channels - block * g->lanes);
        LPLI_LANES_PICK(isa, lpli_lanes_taps)
        (out, dw + lpli_lanes_place(g, channel, block, taps), g->mt * g->lanes, n, taps);
        out += n * taps;
    }
    return room;
}

bool R(lpli_lanes_silent)(const lpli_geometry_t *g, const real *fp, size_t channel, size_t batch) {
    const size_t per_group = g->out_channels / g->groups, in_group = channel % per_group, area = g->mt * g->lanes;
    const size_t tile = channel / per_group * g->group_tiles + in_group / g->mt, row = in_group % g->mt;
    for (size_t first = 0; first < batch; first += g->row)
        for (size_t q = 0; q < g->cells; q++) {
            const real *p = fp + ((first / g->row * g->tiles + tile) * g->cells + q) * area + row * g->lanes;
            for (size_t j = 0; j < g->columns; j++)
                if (j % g->row < batch - first && p[j] != 0) return false;
        }
    return true;
}

#endif
