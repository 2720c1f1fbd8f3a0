/* examples/worlds/views.c - see views.h. One image at a time, on float planes that stay in L1/L2. */
#include "views.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "must.h"

views_t views_cifar(uint64_t seed) {
    return (views_t){seed, {125.3 / 255, 123.0 / 255, 113.9 / 255}, {63.0 / 255, 62.1 / 255, 66.7 / 255}, 1};
}

views_t views_stl(uint64_t seed) { return (views_t){seed, {0.43, 0.42, 0.39}, {0.27, 0.26, 0.27}, 1}; }

/* ---- random numbers: a block of uniforms for each (epoch, image, view) ---- */

enum { BOX_DRAWS = 4 * 10, JITTER_DRAWS = 3 + 4, DRAWS = BOX_DRAWS + 2 + JITTER_DRAWS + 3 };

typedef struct {
    float u[DRAWS];
    int at;
} dice_t;

static void dice_roll(dice_t *d, uint64_t seed, uint64_t epoch, uint64_t image, int view) {
    MUST(lpl_random_uniform(d->u, DRAWS, seed, 2 * epoch + (uint64_t)view + 16, image * DRAWS));
    d->at = 0;
}

static float uniform(dice_t *d, float low, float high) { return low + (high - low) * d->u[d->at++]; }
static size_t whole(dice_t *d, size_t n) { return (size_t)(d->u[d->at++] * (float)n) % n; }

/* ---- geometry ---- */

typedef struct {
    size_t y, x, h, w;
} box_t;

/* Where the pixels of a row or column of the output come from: position + 1/2 -> start + (position + 1/2) scale, kept inside low .. high. */
static inline float source(size_t position, float start, float scale, size_t low, size_t high) {
    const float f = start + ((float)position + 0.5f) * scale - 0.5f;
    return f < (float)low ? (float)low : f > (float)high ? (float)high : f;
}

/* out (height x width, in 0 .. 1) from a plane of bytes, bilinear: output pixel centres map to start + centre * scale; pixels outside of
 * the box repeat its edge. Mirrored if flip. */
static void resample(float *out, size_t height, size_t width, const uint8_t *plane, size_t stride, float start_y, float start_x,
                     float scale_y, float scale_x, box_t box, bool flip) {
    for (size_t y = 0; y < height; y++) {
        const float fy = source(y, start_y, scale_y, box.y, box.y + box.h - 1);
        const size_t iy = (size_t)fy, jy = iy + 1 < box.y + box.h ? iy + 1 : iy;
        const float ay = fy - (float)iy;
        const uint8_t *top = plane + iy * stride, *bottom = plane + jy * stride;
        for (size_t x = 0; x < width; x++) {
            const float fx = source(x, start_x, scale_x, box.x, box.x + box.w - 1);
            const size_t ix = (size_t)fx, jx = ix + 1 < box.x + box.w ? ix + 1 : ix;
            const float ax = fx - (float)ix;
            const float t = (float)top[ix] + ax * ((float)top[jx] - (float)top[ix]),
                        b = (float)bottom[ix] + ax * ((float)bottom[jx] - (float)bottom[ix]);
            out[y * width + (flip ? width - 1 - x : x)] = (t + ay * (b - t)) / 255;
        }
    }
}

static box_t random_box(dice_t *d, size_t height, size_t width) {
    const float area = (float)(height * width);
    box_t found = {0, 0, 0, 0};
    for (int attempt = 0; attempt < 10; attempt++) { /* all draws are made, so that what follows does not depend on the tries */
        const float a = area * uniform(d, 0.08f, 1), ratio = expf(uniform(d, logf(0.75f), logf(4 / 3.0f)));
        const size_t w = (size_t)lroundf(sqrtf(a * ratio)), h = (size_t)lroundf(sqrtf(a / ratio));
        const float uy = uniform(d, 0, 1), ux = uniform(d, 0, 1);
        if (found.h > 0 || w == 0 || h == 0 || w > width || h > height) continue;
        found = (box_t){(size_t)(uy * (float)(height - h + 1)), (size_t)(ux * (float)(width - w + 1)), h, w};
    }
    if (found.h == 0) { /* the whole image, cut to a legal aspect */
        found.h = height < width * 4 / 3 ? height : width * 4 / 3;
        found.w = width < height * 4 / 3 ? width : height * 4 / 3;
        found.y = (height - found.h) / 2;
        found.x = (width - found.w) / 2;
    }
    return found;
}

/* ---- colour: three planes of n pixels ---- */

static float clamp(float v) { return v < 0 ? 0 : v > 1 ? 1 : v; }
static float grey(const float *p, size_t n, size_t k) { return 0.299f * p[k] + 0.587f * p[n + k] + 0.114f * p[2 * n + k]; }

static void brightness(float *p, size_t n, float f) {
    for (size_t k = 0; k < 3 * n; k++) p[k] = clamp(p[k] * f);
}

static void contrast(float *p, size_t n, float f) {
    float mean = 0;
    for (size_t k = 0; k < n; k++) mean += grey(p, n, k);
    mean /= (float)n;
    for (size_t k = 0; k < 3 * n; k++) p[k] = clamp(mean + f * (p[k] - mean));
}

static void saturation(float *p, size_t n, float f) {
    for (size_t k = 0; k < n; k++) {
        const float g = grey(p, n, k);
        for (size_t c = 0; c < 3; c++) p[c * n + k] = clamp(g + f * (p[c * n + k] - g));
    }
}

/* Through hue, saturation, value; shift in turns. */
static void hue(float *p, size_t n, float shift) {
    for (size_t k = 0; k < n; k++) {
        const float r = p[k], g = p[n + k], b = p[2 * n + k];
        const float high = fmaxf(r, fmaxf(g, b)), low = fminf(r, fminf(g, b)), range = high - low;
        if (range <= 0) continue;
        float h = high == r ? (g - b) / range : high == g ? 2 + (b - r) / range : 4 + (r - g) / range; /* sixths of a turn */
        h += 6 * shift;
        h -= 6 * floorf(h / 6);
        for (int c = 0; c < 3; c++) { /* distance of each channel's peak on the circle */
            float t = h + (c == 0 ? 6 : c == 1 ? 4 : 2);
            t -= 6 * floorf(t / 6);
            const float away = fabsf(t - 3) - 1;
            p[(size_t)c * n + k] = low + range * clamp(away);
        }
    }
}

static void jitter(float *p, size_t n, dice_t *d) {
    int order[4] = {0, 1, 2, 3};
    for (int k = 3; k > 0; k--) {
        const size_t j = whole(d, (size_t)k + 1);
        const int t = order[k];
        order[k] = order[j];
        order[j] = t;
    }
    float f[4];
    for (int k = 0; k < 4; k++) f[k] = k < 3 ? uniform(d, 0.2f, 1.8f) : uniform(d, -0.2f, 0.2f);
    for (int k = 0; k < 4; k++) {
        if (order[k] == 0) brightness(p, n, f[0]);
        if (order[k] == 1) contrast(p, n, f[1]);
        if (order[k] == 2) saturation(p, n, f[2]);
        if (order[k] == 3) hue(p, n, f[3]);
    }
}

static void blur(float *p, size_t height, size_t width, float *temporary, float sd) {
    enum { MOST = 15 };
    size_t size = height / 10;
    size = size % 2 ? size : size + 1;
    if (size > MOST) size = MOST;
    const long half = (long)size / 2;
    float w[MOST], sum = 0;
    for (long k = -half; k <= half; k++) sum += w[k + half] = expf(-(float)(k * k) / (2 * sd * sd));
    for (size_t k = 0; k < size; k++) w[k] /= sum;
    for (size_t c = 0; c < 3; c++) {
        float *plane = p + c * height * width;
        for (int pass = 0; pass < 2; pass++) { /* rows, then columns */
            const long n = pass == 0 ? (long)width : (long)height, step = pass == 0 ? 1 : (long)width;
            const float *in = pass == 0 ? plane : temporary;
            float *out = pass == 0 ? temporary : plane;
            for (long y = 0; y < (long)height; y++)
                for (long x = 0; x < (long)width; x++) {
                    const long at = pass == 0 ? x : y, base = y * (long)width + x - at * step;
                    float s = 0;
                    for (long k = -half; k <= half; k++) {
                        long q = at + k;
                        q = q < 0 ? -q : q >= n ? 2 * (n - 1) - q : q; /* reflected */
                        s += w[k + half] * in[base + q * step];
                    }
                    out[y * (long)width + x] = s;
                }
        }
    }
}

static void normalise(float *p, size_t n, const views_t *v) {
    for (size_t c = 0; c < 3; c++) {
        const float mean = (float)v->mean[c], scale = (float)(1 / v->sd[c]);
        for (size_t k = 0; k < n; k++) p[c * n + k] = (p[c * n + k] - mean) * scale;
    }
}

/* ---- whole images ---- */

static void augment(const views_t *v, float *out, float *temporary, const images_t *im, uint32_t image, uint64_t epoch, int view) {
    const size_t h = im->height, w = im->width, n = h * w;
    dice_t d;
    dice_roll(&d, v->seed, epoch, image, view);
    const box_t box = random_box(&d, h, w);
    const bool flip = uniform(&d, 0, 1) < 0.5f, colour = uniform(&d, 0, 1) < 0.8f;
    for (size_t c = 0; c < 3; c++)
        resample(out + c * n, h, w, im->pixels + (image * 3 + c) * n, w, (float)box.y, (float)box.x, (float)box.h / (float)h,
                 (float)box.w / (float)w, box, flip);
    if (colour) jitter(out, n, &d);
    d.at = DRAWS - 3; /* whether or not there was jitter */
    if (uniform(&d, 0, 1) < 0.2f) saturation(out, n, 0);
    const bool blurred = uniform(&d, 0, 1) < 0.5f;
    const float sd = uniform(&d, 0.1f, 2);
    if (blurred) blur(out, h, w, temporary, sd);
    normalise(out, n, v);
}

void views_make(const views_t *v, float *out, const images_t *im, const uint32_t *index, size_t n, uint64_t epoch, int view) {
    const size_t pixels = 3 * im->height * im->width;
    int threads = v->threads;
    (void)threads;
#ifdef _OPENMP
#pragma omp parallel num_threads(threads)
#endif
    {
        float *temporary = must_alloc(im->height * im->width, sizeof *temporary);
#ifdef _OPENMP
#pragma omp for schedule(dynamic, 8)
#endif
        for (size_t k = 0; k < n; k++) augment(v, out + k * pixels, temporary, im, index[k], epoch, view);
        free(temporary);
    }
}

void views_evaluate(const views_t *v, float *out, const images_t *im, size_t first, size_t n, bool plain) {
    const size_t h = im->height, w = im->width, pixels = h * w;
    const box_t all = {0, 0, h, w};
    /* the centre h x w of an image of 1.1 h: output pixel p is pixel p + margin of it, and one of its pixels is h / (1.1 h) of ours */
    const size_t big = plain ? h : h * 11 / 10;
    const float scale = (float)h / (float)big, margin = rintf((float)(big - h) / 2);
    for (size_t k = 0; k < n; k++) {
        float *o = out + k * 3 * pixels;
        for (size_t c = 0; c < 3; c++)
            resample(o + c * pixels, h, w, im->pixels + ((first + k) * 3 + c) * pixels, w, margin * scale, margin * scale, scale, scale,
                     all, false);
        normalise(o, pixels, v);
    }
}

void views_permutation(uint32_t *order, size_t n, uint64_t seed, uint64_t epoch) {
    uint32_t *bits = must_alloc(n, sizeof *bits);
    MUST(lpl_random_bits(bits, n, seed, epoch, (uint64_t)1 << 40));
    for (size_t k = 0; k < n; k++) order[k] = (uint32_t)k;
    for (size_t k = n; k-- > 1;) { /* Fisher and Yates */
        const size_t j = (size_t)(((uint64_t)bits[k] * (k + 1)) >> 32);
        const uint32_t t = order[k];
        order[k] = order[j];
        order[j] = t;
    }
    free(bits);
}
