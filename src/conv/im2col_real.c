/* conv/im2col_real.c - see im2col.c: chunks of images through im2col and products. Chunks and tiles depend on shapes
 * alone. */
#include "conv/engine.h"

#include "core/threads.h"

typedef R(lpli_chunk_t) chunk_t;

/* col of one group for one image. */
static void col_task(void *ctx, size_t image, size_t worker) {
    (void)worker;
    const chunk_t *c = ctx;
    const lpli_geometry_t *g = c->r->g;
    const real *x = c->x + (c->first + image) * c->ldx + c->group * (g->channels / g->groups) * g->height * g->width;
    LPLI_PICK(c->r->gemm->isa, lpli_im2col)(c->r->inputs + image * g->P, c->images * g->P, x, g);
}

/* One output channel of one image: map -> responses. */
static void post_task(void *ctx, size_t task, size_t worker) {
    (void)worker;
    const chunk_t *c = ctx;
    const lpli_geometry_t *g = c->r->g;
    const size_t image = task / g->out_channels, channel = task % g->out_channels, b = c->first + image,
                 q = (b * g->out_channels + channel) * g->Q;
    const double mean = LPLI_PICK(c->r->gemm->isa, lpli_conv_post)(
        c->r->work + (channel * c->images + image) * g->P, c->r->bias ? c->r->bias[channel] : 0,
        c->fm ? c->fm + b * c->ldfm + channel * g->Q : NULL, c->fp ? c->fp + q : NULL, c->win ? c->win + q : NULL,
        c->r->act, g);
    if (c->z) c->z[b * g->out_channels + channel] = mean;
}

void R(lpli_im2col_forward)(const R(lpli_conv_run_t) * r, double *z, real *fm, size_t ldfm, real *fp,
                            unsigned char *win, const real *x, size_t ldx, size_t batch) {
    const lpli_geometry_t *g = r->g;
    const size_t out = g->out_channels / g->groups;
    for (size_t first = 0; first < batch; first += g->chunk) {
        chunk_t c = {
            .r = r, .first = first, .images = batch - first < g->chunk ? batch - first : g->chunk, .x = x, .ldx = ldx};
        c.z = z, c.fm = fm, c.ldfm = ldfm, c.fp = fp, c.win = win;
        const size_t n = c.images * g->P;
        for (c.group = 0; c.group < g->groups; c.group++) {
            lpli_parallel(c.images, r->threads, col_task, &c);
            R(lpli_gemm)
            (r->gemm, 0, 0, out, n, g->K, 1, r->w + c.group * out * r->ldw, r->ldw, r->inputs, n, 0,
             r->work + c.group * out * n, n, r->threads);
        }
        lpli_parallel(c.images * g->out_channels, r->threads, post_task, &c);
    }
}

/* One output channel: its row of G for all images of the chunk, and the bias gradient (in double: its terms nearly
 * cancel). */
static void back_task(void *ctx, size_t channel, size_t worker) {
    (void)worker;
    const chunk_t *c = ctx;
    const lpli_geometry_t *g = c->r->g;
    double sum = 0;
    for (size_t image = 0; image < c->images; image++) {
        const size_t cell = (c->first + image) * g->out_channels + channel;
        const real *fp = c->fp_in + cell * g->Q, *d = c->d_map ? c->d_map + cell * g->Q : NULL;
        const double mean = c->d_mean ? c->d_mean[cell] / (double)g->Q : 0; /* the mean over positions passes on 1/Q */
        const real one = (real)mean;
        LPLI_PICK(c->r->gemm->isa, lpli_conv_back)
        (c->r->work + (channel * c->images + image) * g->P, c->d_mean ? &one : d, c->d_mean ? 0 : 1, fp,
         c->win_in ? c->win_in + cell * g->Q : NULL, g);
        double s = 0;
        if (c->d_mean)
            for (size_t q = 0; q < g->Q; q++) s += (double)fp[q];
        else
            for (size_t q = 0; q < g->Q; q++) s += (double)d[q] * (double)fp[q];
        sum += c->d_mean ? mean * s : s;
    }
    c->db[channel] -= sum;
}

void R(lpli_im2col_gradient)(const R(lpli_conv_run_t) * r, bool start, real *dw, double *db, const double *d_mean,
                             const real *d_map, const real *fp, const unsigned char *win, const real *x, size_t ldx,
                             size_t batch) {
    const lpli_geometry_t *g = r->g;
    const size_t out = g->out_channels / g->groups;
    if (start) memset(dw, 0, g->out_channels * g->K * sizeof(real));
    for (size_t first = 0; first < batch; first += g->chunk) {
        chunk_t c = {
            .r = r, .first = first, .images = batch - first < g->chunk ? batch - first : g->chunk, .x = x, .ldx = ldx};
        c.d_mean = d_mean, c.d_map = d_map, c.fp_in = fp, c.win_in = win, c.db = db;
        const size_t n = c.images * g->P;
        lpli_parallel(g->out_channels, r->threads, back_task, &c);
        for (c.group = 0; c.group < g->groups; c.group++) {
            lpli_parallel(c.images, r->threads, col_task, &c);
            R(lpli_gemm)
            (r->gemm, 0, 1, out, g->K, n, -1, r->work + c.group * out * n, n, r->inputs, n, 1,
             dw + c.group * out * g->K, g->K, r->threads);
        }
    }
}

const real *R(lpli_im2col_row)(const lpli_geometry_t *g, int32_t isa, real *room, const real *dw, size_t channel) {
    (void)isa, (void)room;
    return dw + channel * g->K;
}

bool R(lpli_im2col_silent)(const lpli_geometry_t *g, const real *fp, size_t channel, size_t batch) {
    for (size_t b = 0; b < batch; b++)
        for (size_t q = 0; q < g->Q; q++)
            if (fp[(b * g->out_channels + channel) * g->Q + q] != 0) return false;
    return true;
}
