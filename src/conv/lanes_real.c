/* conv/lanes_real.c - see conv/lanes.h: forward and weight gradient, chunk by chunk. */
#include "conv/lanes.h"

#include "core/threads.h"

#ifdef LPLI_HAVE_X86_KERNELS

typedef R(lpli_chunk_t) chunk_t;

/* ---- forward ---- */

/* A plane of xl with its padding. */
static void padded_images(const chunk_t *c, real *xl, const real *x, size_t n) {
    const lpli_geometry_t *g = c->r->g;
    const size_t channels = g->channels / g->groups, position = channels * g->row, p = g->padding,
                 line = lpli_lanes_width(g) * position;
    memset(xl, 0, p * line * sizeof(real));
    xl += p * line;
    for (size_t y = 0; y < g->height; y++, xl += line) {
        memset(xl, 0, p * position * sizeof(real));
        for (size_t k = 0; k < channels; k++) LPLI_LANES_PICK(c->r->gemm->isa, lpli_lanes_images)
        (xl + p * position + k * g->row, g->row, channels, x + (k * g->height + y) * g->width, c->ldx, n, 1, g->width);
        memset(xl + (p + g->width) * position, 0, p * position * sizeof(real));
    }
    memset(xl, 0, p * line * sizeof(real));
}

static void images_task(void *ctx, size_t task, size_t worker) {
    (void)worker;
    const chunk_t *c = ctx;
    const lpli_geometry_t *g = c->r->g;
    const size_t j = task / g->groups * g->lanes, channels = g->channels / g->groups, positions = g->height * g->width,
                 n = lpli_at_most(g->lanes, c->images - j);
    real *xl = c->r->inputs + task * (size_t)lpli_lanes_area(g) * channels * g->row;
    const real *x = c->x + (c->first + j) * c->ldx + task % g->groups * channels * positions;
    if (g->few)
        padded_images(c, xl, x, n);
    else
        LPLI_LANES_PICK(c->r->gemm->isa, lpli_lanes_images)(xl, g->row, channels, x, c->ldx, n, channels, positions);
}

/* xl of a group of lanes and of channels. */
static const real *images_at(const chunk_t *c, size_t group, size_t channel_group) {
    const lpli_geometry_t *g = c->r->g;
    return c->r->inputs +
           (group * g->groups + channel_group) * (size_t)lpli_lanes_area(g) * (g->channels / g->groups) * g->row;
}

/* Few channels: how far from a position's first tap the others lie in xl, in the order of weights. */
static void tap_distances(const lpli_geometry_t *g, size_t *at) {
    const size_t channels = g->channels / g->groups;
    for (size_t k = 0; k < channels; k++)
        for (size_t ky = 0; ky < g->kernel_h; ky++)
            for (size_t kx = 0; kx < g->kernel_w; kx++)
                *at++ = ((ky * lpli_lanes_width(g) + kx) * channels + k) * g->row;
}

/* Where the kernel meets the map: output position o, its taps from .. to - 1. */
static void valid_taps(size_t o, size_t kernel, size_t padding, size_t length, size_t *from, size_t *to) {
    *from = o < padding ? padding - o : 0;
    *to = lpli_at_most(kernel, length + padding - o);
    if (*to < *from) *to = *from;
}

/* Scratch of a forward task. */
typedef struct {
    size_t *at; /* few channels: tap_distances */
    real *panels, *sums, *fm, *stage;
    double *means;
} forward_t;

static forward_t forward_scratch(const lpli_geometry_t *g, real *p) {
    forward_t f = {.at = (size_t *)(void *)p};
    const size_t tile = g->mt * g->lanes;
    p += lpli_lanes_distances(g, sizeof(real));
    f.means = (double *)(void *)p;
    p += g->block * tile * (sizeof(double) / sizeof(real));
    f.sums = p, p += 4 * tile;
    f.fm = p, p += tile;
    f.stage = p, p += g->block * g->stage * tile;
    f.panels = p;
    return f;
}

/* Sums of one position for one tile. */
static void position(const chunk_t *c, const real *panel, const real *xl, const size_t *at, real *sums, size_t m,
                     size_t nv, size_t oy, size_t ox) {
    const lpli_geometry_t *g = c->r->g;
    const size_t channels = g->channels / g->groups;
    if (g->few) {
        LPLI_LANES_PICK(c->r->gemm->isa, lpli_lanes_patch)
        (m, g->mt, nv, g->K, panel, xl + (oy * lpli_lanes_width(g) + ox) * channels * g->row, at, sums);
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

/* Responses of count tiles, or of a part of one, for one group of lanes. */
static void respond(const chunk_t *c, const forward_t *f, const lpli_part_t *p, size_t count, size_t group) {
    const lpli_geometry_t *g = c->r->g;
    const int32_t isa = c->r->gemm->isa;
    const size_t lanes = g->lanes, area = g->mt * lanes, image = group * lanes,
                 n = lpli_at_most(lanes, c->images - image), nv = n > lanes / 2 ? 2 : 1;
    const size_t tile = p->tile, oc = p->first, batch_group = c->first / lanes + group, b = c->first + image;
    const real *xl = images_at(c, group, tile / g->group_tiles);
    size_t rows = p->m;
    for (size_t t = 1; t < count; t++) rows += lpli_tile_channels(g, tile + t);
    memset(f->means, 0, count * area * sizeof(double));
    for (size_t q = 0; q < g->Q; q++) {
        const size_t oy = q / g->out_cols * g->pool, ox = q % g->out_cols * g->pool, windows = g->pool * g->pool;
        for (size_t t = 0; t < count; t++) {
            const size_t m = count == 1 ? p->m : lpli_tile_channels(g, tile + t),
                         kept = ((batch_group * g->tiles + tile + t) * g->Q + q) * area + p->from * lanes;
            for (size_t k = 0; k < windows; k++)
                position(c, f->panels + t * g->mt * g->K, xl, f->at, f->sums + k * area, m, nv, oy + k / 2, ox + k % 2);
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

/* Some tiles of one group, or a part of one, for all or one of the chunk's lane groups. */
static void forward_task(void *ctx, size_t task, size_t worker) {
    const chunk_t *c = ctx;
    const lpli_geometry_t *g = c->r->g;
    const forward_t f = forward_scratch(g, c->r->work + worker * g->work);
    const size_t blocks = lpli_divide_up(g->group_tiles, c->block), tasks = g->groups * blocks * c->cut;
    const size_t part = task / tasks, block = task % tasks; /* a thread goes on with the images that it has turned */
    const size_t at = block / c->cut % blocks * c->block, tile = block / c->cut / blocks * g->group_tiles + at,
                 count = lpli_at_most(c->block, g->group_tiles - at);
    const lpli_part_t p = lpli_tile_part(g, tile * c->cut + block % c->cut, c->cut);
    if (g->few) tap_distances(g, f.at);
    for (size_t t = 0; t < count; t++) LPLI_LANES_PICK(c->r->gemm->isa, lpli_lanes_weights)
    (f.panels + t * g->mt * g->K, count == 1 ? p.m : lpli_tile_channels(g, tile + t), g->mt,
     c->r->w + (t == 0 ? p.first : lpli_tile_first(g, tile + t)) * c->r->ldw, c->r->ldw,
     g->few ? g->K : g->channels / g->groups, g->few ? 1 : g->kernel_h * g->kernel_w);
    const size_t all = lpli_divide_up(c->images, g->lanes);
    for (size_t group = c->parts > 1 ? part : 0; group < (c->parts > 1 ? part + 1 : all); group++)
        respond(c, &f, &p, count, group);
}

void R(lpli_lanes_forward)(const R(lpli_conv_run_t) * r, double *z, real *fm, size_t ldfm, real *fp, unsigned char *win,
                           const real *x, size_t ldx, size_t batch) {
    const lpli_geometry_t *g = r->g;
    const size_t blocks = g->groups * lpli_divide_up(g->group_tiles, g->block),
                 threads = r->threads > 1 ? (size_t)r->threads : 1;
    for (size_t first = 0; first < batch; first += g->chunk) {
        chunk_t c = {.r = r, .first = first, .images = lpli_at_most(g->chunk, batch - first), .x = x, .ldx = ldx};
        c.z = z, c.fm = fm, c.ldfm = ldfm, c.fp = fp, c.win = win, c.block = g->block, c.cut = 1;
        const size_t all = lpli_divide_up(c.images, g->lanes);
        /* Weights are turned once for each part: only where there are few tiles, and threads to share them. */
        c.parts = blocks < 8 && r->threads > 1 ? all : 1;
        size_t tasks = blocks * c.parts;
        if (tasks < 4 * threads && tasks % threads != 0) { /* tile by tile, or by halves */
            c.block = 1, c.cut = lpli_tile_parts(g, r->threads);
            tasks = g->tiles * c.cut * c.parts;
        }
        lpli_parallel(all * g->groups, r->threads, images_task, &c);
        lpli_parallel(tasks, r->threads, forward_task, &c);
    }
}

/* ---- weight gradient ---- */

static void channels_task(void *ctx, size_t task, size_t worker) {
    (void)worker;
    const chunk_t *c = ctx;
    const lpli_geometry_t *g = c->r->g;
    const size_t image = task / g->groups * LPLI_LANES_TOGETHER, group = task % g->groups,
                 channels = g->channels / g->groups, n = lpli_at_most(LPLI_LANES_TOGETHER, c->images - image);
    const real *x = c->x + (c->first + image) * c->ldx + group * channels * g->height * g->width;
    const size_t positions = g->height * g->width, step = c->images * g->lanes, block = positions * step;
    LPLI_LANES_PICK(c->r->gemm->isa, lpli_lanes_channels)
    (c->r->inputs + group * g->channel_blocks * block + image * g->lanes, block, step, g->lanes, x, c->ldx, n,
     positions, channels, positions);
}

/* d of one tile and group of lanes for the position q, or if it is the mean's for all: then q is not used. */
static void take_delta(const chunk_t *c, real *d, const lpli_part_t *p, size_t image, size_t n, size_t q) {
    const lpli_geometry_t *g = c->r->g;
    const size_t m = p->m, oc = p->first, b = c->first + image;
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) {
            const size_t at = (b + j) * g->out_channels + oc + i;
            d[i * g->lanes + j] = c->d_mean ? (real)(c->d_mean[at] / (double)g->Q) /* the mean passes on 1/Q */
                                            : c->d_map[at * g->Q + q];
        }
}

/* Sums of d f' of one tile and group of lanes into the gradients of its biases. */
static void add_bias(const chunk_t *c, const double *sums, const lpli_part_t *p, size_t image, size_t n) {
    const lpli_geometry_t *g = c->r->g;
    const size_t m = p->m, oc = p->first, b = c->first + image;
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++)
            c->db[oc + i] -=
                sums[i * g->lanes + j] * (c->d_mean ? c->d_mean[(b + j) * g->out_channels + oc + i] / (double)g->Q : 1);
}

/* Where f' and winners of one tile, group of lanes and position are kept. */
static size_t kept_at(const chunk_t *c, const lpli_part_t *p, size_t image, size_t q) {
    const lpli_geometry_t *g = c->r->g;
    return ((((c->first + image) / g->lanes * g->tiles + p->tile) * g->Q + q) * g->mt + p->from) * g->lanes;
}

/* G of a part of a tile for the rows first .. last - 1 of the map (rows, cols, images, mt) and sums of d f'. */
static void build_gradient(const chunk_t *c, real *G, real *d, double *sums, const lpli_part_t *p, size_t mt,
                           size_t first, size_t last) {
    const lpli_geometry_t *g = c->r->g;
    const int32_t isa = c->r->gemm->isa;
    const size_t lanes = g->lanes, area = g->mt * lanes, m = p->m, windows = g->pool * g->pool;
    for (size_t image = 0; image < c->images; image += lanes) {
        const size_t n = lpli_at_most(lanes, c->images - image);
        memset(d, 0, area * sizeof(real));
        if (c->d_mean) take_delta(c, d, p, image, n, 0);
        memset(sums, 0, area * sizeof(double));
        for (size_t q = first / g->pool * g->out_cols; q < last / g->pool * g->out_cols; q++) {
            const size_t oy = q / g->out_cols * g->pool - first, ox = q % g->out_cols * g->pool,
                         kept = kept_at(c, p, image, q);
            if (c->d_map) take_delta(c, d, p, image, n, q);
            real *at[4];
            for (size_t k = 0; k < windows; k++)
                at[k] = G + (((oy + k / 2) * g->map_cols + ox + k % 2) * c->images + image) * mt;
            LPLI_LANES_PICK(isa, lpli_lanes_back)
            (at, m, mt, n, d, c->fp_in + kept, c->win_in ? c->win_in + kept : NULL, windows);
            LPLI_LANES_PICK(isa, lpli_lanes_sum)(sums, c->d_map ? d : NULL, c->fp_in + kept, m * lanes);
        }
        add_bias(c, sums, p, image, n);
    }
}

/* Where tap k of the kernel meets the rows (or columns) from .. to - 1 of the map. */
static void valid_positions(size_t k, size_t padding, size_t length, size_t *from, size_t *to) {
    if (*from + k < padding) *from = padding - k;
    *to = lpli_at_most(*to, length + padding > k ? length + padding - k : 0);
}

/* The weights of a part of a tile. */
static void gradient_task(void *ctx, size_t task, size_t worker) {
    const chunk_t *c = ctx;
    const lpli_geometry_t *g = c->r->g;
    const lpli_part_t p = lpli_tile_part(g, task, c->parts);
    const size_t lanes = g->lanes, area = g->mt * lanes, n = c->images, m = p.m, tile = p.tile,
                 mt = c->parts > 1 ? m : g->mt, cols = g->map_cols;
    const size_t height = g->height, width = g->width, padding = g->padding, kernel_w = g->kernel_w,
                 taps = g->kernel_h * kernel_w, channels = g->channels / g->groups;
    double *sums = (double *)(void *)(c->r->work + worker * g->work);
    real *d = (real *)(void *)(sums + area), *G = d + area,
         *dw = c->dw + tile * g->channel_blocks * taps * area + p.from * lanes;
    for (size_t k = 0; k < g->channel_blocks * taps && c->start; k++)
        memset(dw + k * area, 0, p.room * lanes * sizeof(real));
    for (size_t first = 0; first < g->map_rows; first += g->row_block) {
        const size_t last = lpli_at_most(first + g->row_block, g->map_rows);
        build_gradient(c, G, d, sums, &p, mt, first, last);
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
                (m, mt, nv, y1 - y0, (x1 - x0) * n, G + ((y0 - first) * cols + x0) * n * mt, cols * n * mt,
                 xc + ((y0 + ky - padding) * width + x0 + kx - padding) * n * lanes, lanes, width * n * lanes,
                 dw + (block * taps + tap) * area, 1);
            }
        }
    }
}

/* ---- the same with few input channels ---- */

typedef struct {
    size_t *at;
    double *bias;
    real *d, *G, *sums;
} few_t;

static few_t few_scratch(const lpli_geometry_t *g, real *p) {
    few_t f = {.at = (size_t *)(void *)p};
    const size_t area = g->mt * g->lanes;
    p += lpli_lanes_distances(g, sizeof(real));
    f.bias = (double *)(void *)p;
    p += area * (sizeof(double) / sizeof(real));
    f.d = p, p += area;
    f.sums = p, p += g->K * (area / 2);
    f.G = p;
    return f;
}

/* G of the block of the map from (top, left) on, (row, column, half of the lanes) x m vectors, and sums of d f'. */
static void build_few(const chunk_t *c, const few_t *f, const lpli_part_t *p, size_t image, size_t n, size_t nv,
                      size_t top, size_t left, size_t rows, size_t cols) {
    const lpli_geometry_t *g = c->r->g;
    const int32_t isa = c->r->gemm->isa;
    const size_t m = p->m, position = nv * m * (g->lanes / 2), pool = g->pool;
    for (size_t y = 0; y < rows; y += pool)
        for (size_t x = 0; x < cols; x += pool) {
            const size_t q = (top + y) / pool * g->out_cols + (left + x) / pool, kept = kept_at(c, p, image, q);
            if (c->d_map) take_delta(c, f->d, p, image, n, q);
            real *to[4];
            for (size_t k = 0; k < pool * pool; k++) to[k] = f->G + ((y + k / 2) * cols + x + k % 2) * position;
            LPLI_LANES_PICK(isa, lpli_lanes_spread)
            (to, m, nv, f->d, c->fp_in + kept, c->win_in ? c->win_in + kept : NULL, pool * pool);
            LPLI_LANES_PICK(isa, lpli_lanes_sum)(f->bias, c->d_map ? f->d : NULL, c->fp_in + kept, m * g->lanes);
        }
}

/* Each weight's sum over lanes into the gradient. For every group of images: what they say cancels, mostly. */
static void add_lanes(const chunk_t *c, real *sums, const lpli_part_t *p) {
    const lpli_geometry_t *g = c->r->g;
    const size_t lanes = g->lanes, half = lanes / 2, m = p->m;
    for (size_t i = 0; i < m; i++)
        for (size_t k = 0; k < g->K; k++) {
            real *s = sums + (k * g->mt + i) * half;
            for (size_t w = half / 2; w > 0; w /= 2)
                for (size_t j = 0; j < w; j++) s[j] += s[j + w];
            c->dw[((p->tile * g->channel_blocks + k / lanes) * g->mt + p->from + i) * lanes + k % lanes] += s[0];
        }
}

/* The weights of a part of a tile. */
static void few_task(void *ctx, size_t task, size_t worker) {
    const chunk_t *c = ctx;
    const lpli_geometry_t *g = c->r->g;
    const few_t f = few_scratch(g, c->r->work + worker * g->work);
    const lpli_part_t p = lpli_tile_part(g, task, c->parts);
    const size_t lanes = g->lanes, half = lanes / 2, area = g->mt * lanes, m = p.m,
                 step = g->channels / g->groups * g->row, line = lpli_lanes_width(g) * step;
    tap_distances(g, f.at);
    for (size_t k = 0; k < g->channel_blocks && c->start; k++)
        memset(c->dw + (p.tile * g->channel_blocks + k) * area + p.from * lanes, 0, p.room * lanes * sizeof(real));
    for (size_t image = 0; image < c->images; image += lanes) {
        const size_t n = lpli_at_most(lanes, c->images - image), nv = n > half ? 2 : 1;
        const real *xl = images_at(c, image / lanes, p.tile / g->group_tiles);
        memset(f.d, 0, area * sizeof(real));
        if (c->d_mean) take_delta(c, f.d, &p, image, n, 0);
        memset(f.bias, 0, area * sizeof(double));
        memset(f.sums, 0, g->K * (area / 2) * sizeof(real));
        for (size_t top = 0; top < g->map_rows; top += g->row_block)
            for (size_t left = 0; left < g->map_cols; left += g->col_block) {
                const size_t rows = lpli_at_most(g->row_block, g->map_rows - top),
                             cols = lpli_at_most(g->col_block, g->map_cols - left);
                build_few(c, &f, &p, image, n, nv, top, left, rows, cols);
                for (size_t v = 0; v < nv; v++) LPLI_LANES_PICK(c->r->gemm->isa, lpli_lanes_correlate)
                (m, g->mt, g->K, rows, cols, f.G + v * m * half, nv * m * half, cols * nv * m * half,
                 xl + top * line + left * step + v * half, step, line, f.at, f.sums);
            }
        add_bias(c, f.bias, &p, image, n);
        add_lanes(c, f.sums, &p);
    }
}

void R(lpli_lanes_gradient)(const R(lpli_conv_run_t) * r, bool start, real *dw, double *db, const double *d_mean,
                            const real *d_map, const real *fp, const unsigned char *win, const real *x, size_t ldx,
                            size_t batch) {
    const lpli_geometry_t *g = r->g;
    for (size_t first = 0; first < batch; first += g->chunk) {
        chunk_t c = {.r = r, .first = first, .images = lpli_at_most(g->chunk, batch - first), .x = x, .ldx = ldx};
        c.d_mean = d_mean, c.d_map = d_map, c.fp_in = fp, c.win_in = win, c.dw = dw, c.db = db;
        c.start = start && first == 0;
        if (g->few)
            lpli_parallel(lpli_divide_up(c.images, g->lanes) * g->groups, r->threads, images_task, &c);
        else
            lpli_parallel(lpli_divide_up(c.images, LPLI_LANES_TOGETHER) * g->groups, r->threads, channels_task, &c);
        c.parts = lpli_tile_parts(g, r->threads);
        lpli_parallel(g->tiles * c.parts, r->threads, g->few ? few_task : gradient_task, &c);
    }
}

const real *R(lpli_lanes_row)(const lpli_geometry_t *g, int32_t isa, real *room, const real *dw, size_t channel) {
    const size_t taps = g->few ? 1 : g->kernel_h * g->kernel_w, channels = g->few ? g->K : g->channels / g->groups;
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
