/* conv/im2col_kernel.c - see engine.h. */
#include "conv/engine.h"

void K(lpli_im2col)(real *col, size_t ldcol, const real *x, const lpli_geometry_t *g) {
    const size_t channels = g->channels / g->groups;
    for (size_t c = 0; c < channels; c++)
        for (size_t ky = 0; ky < g->kernel_h; ky++)
            for (size_t kx = 0; kx < g->kernel_w; kx++, col += ldcol) {
                const real *plane = x + c * g->height * g->width;
                /* output columns whose input column ox * stride + kx - padding lies inside */
                const size_t left = g->padding > kx ? (g->padding - kx + g->stride - 1) / g->stride : 0;
                const size_t end =
                    g->width + g->padding > kx ? (g->width + g->padding - kx + g->stride - 1) / g->stride : 0;
                const size_t first = left < g->cols ? left : g->cols, last = end < g->cols ? end : g->cols;
                for (size_t oy = 0; oy < g->rows; oy++) {
                    real *out = col + oy * g->cols;
                    const size_t iy = oy * g->stride + ky;
                    if (iy < g->padding || iy >= g->height + g->padding || first >= last) {
                        memset(out, 0, g->cols * sizeof(real));
                        continue;
                    }
                    const real *in = plane + (iy - g->padding) * g->width;
                    for (size_t ox = 0; ox < first; ox++) out[ox] = 0;
                    if (g->stride == 1)
                        memcpy(out + first, in + (first + kx - g->padding), (last - first) * sizeof(real));
                    else
                        for (size_t ox = first; ox < last; ox++) out[ox] = in[ox * g->stride + kx - g->padding];
                    for (size_t ox = last; ox < g->cols; ox++) out[ox] = 0;
                }
            }
}

/* lpli_conv_post of an f whose z does not tell f': both for the windows of some responses, then the winners. */
static double winners(const real *a, real *fm, real *fp, unsigned char *win, const lpli_act_t *act,
                      const lpli_geometry_t *g) {
    enum { SOME = 32 };
    double sum = 0;
    for (size_t qy = 0; qy < g->out_rows; qy++)
        for (size_t first = 0; first < g->out_cols; first += SOME) {
            const size_t n = g->out_cols - first < SOME ? g->out_cols - first : SOME;
            real z[4][SOME], slope[4][SOME];
            for (size_t k = 0; k < 4; k++) {
                for (size_t j = 0; j < n; j++) z[k][j] = a[(2 * qy + k / 2) * g->cols + 2 * (first + j) + k % 2];
                K(lpli_act_rows)(z[k], n, slope[k], n, NULL, 1, n, act);
            }
            for (size_t j = 0; j < n; j++) {
                const size_t q = qy * g->out_cols + first + j;
                unsigned char at = 0;
                for (unsigned char k = 1; k < 4; k++)
                    if (z[k][j] > z[at][j] || z[k][j] != z[k][j]) at = k;
                sum += (double)z[at][j];
                if (fm) fm[q] = z[at][j];
                if (win) win[q] = at;
                fp[q] = slope[at][j];
            }
        }
    return sum / (double)g->Q;
}

double K(lpli_conv_post)(real *a, real bias, real *fm, real *fp, unsigned char *win, const lpli_act_t *act,
                         const lpli_geometry_t *g) {
    double sum = 0;
    const bool from_z = lpli_acts[act->kind].from_z;
    for (size_t p = 0; p < g->P; p++) a[p] += bias;
    if (fp && !from_z && g->pool == 1) {
        K(lpli_act_rows)(a, g->P, fp, g->P, NULL, 1, g->P, act);
        fp = NULL; /* done */
    } else if (fp && !from_z) {
        return winners(a, fm, fp, win, act, g);
    } else {
        K(lpli_act_rows)(a, g->P, NULL, 0, NULL, 1, g->P, act);
    }
    if (g->pool == 1) {
        for (size_t p = 0; p < g->P; p++) sum += (double)a[p];
        if (fm) memcpy(fm, a, g->P * sizeof(real));
        if (fp) K(lpli_fprime)(fp, a, g->P, act);
        return sum / (double)g->Q;
    }
    for (size_t qy = 0; qy < g->out_rows; qy++)
        for (size_t qx = 0; qx < g->out_cols; qx++) {
            const real *in = a + 2 * qy * g->cols + 2 * qx;
            const real v[4] = {in[0], in[1], in[g->cols], in[g->cols + 1]};
            real best = v[0];
            unsigned char at = 0;
            for (unsigned char k = 1; k < 4; k++)
                if (v[k] > best || v[k] != v[k]) best = v[k], at = k;
            const size_t q = qy * g->out_cols + qx;
            sum += (double)best;
            if (fm) fm[q] = best;
            if (fp) fp[q] = best; /* turned into f' below */
            if (win) win[q] = at;
        }
    if (fp) K(lpli_fprime)(fp, fp, g->Q, act);
    return sum / (double)g->Q;
}

void K(lpli_conv_back)(real *out, const real *d, size_t d_step, const real *fp, const unsigned char *win,
                       const lpli_geometry_t *g) {
    if (g->pool == 1) {
        for (size_t q = 0; q < g->Q; q++) out[q] = d[q * d_step] * fp[q];
        return;
    }
    memset(out, 0, g->P * sizeof(real));
    for (size_t qy = 0; qy < g->out_rows; qy++)
        for (size_t qx = 0; qx < g->out_cols; qx++) {
            const size_t q = qy * g->out_cols + qx, at = win[q];
            out[(2 * qy + at / 2) * g->cols + 2 * qx + at % 2] = d[q * d_step] * fp[q];
        }
}
