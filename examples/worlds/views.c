/* examples/worlds/views.c - see views.h. One image at a time, on float planes that stay in L1/L2. */
#include "views.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "augment.h"
#include "must.h"

views_t views_cifar(uint64_t seed) {
    return (views_t){seed, {125.3 / 255, 123.0 / 255, 113.9 / 255}, {63.0 / 255, 62.1 / 255, 66.7 / 255}, 1};
}

views_t views_stl(uint64_t seed) { return (views_t){seed, {0.43, 0.42, 0.39}, {0.27, 0.26, 0.27}, 1}; }

/* ---- geometry ---- */

/* Where the pixels of a row or column of the output come from: position + 1/2 -> start + (position + 1/2) scale, kept
 * inside low .. high. */
static inline float source(size_t position, float start, float scale, size_t low, size_t high) {
    const float f = start + ((float)position + 0.5f) * scale - 0.5f;
    return f < (float)low ? (float)low : f > (float)high ? (float)high : f;
}

/* out (height x width, in 0 .. 1) from a plane of bytes, bilinear: output pixel centres map to start + centre * scale;
 * pixels outside of the box repeat its edge. Mirrored if flip. */
static void resample(float *out, size_t height, size_t width, const uint8_t *plane, size_t stride, float start_y,
                     float start_x, float scale_y, float scale_x, box_t box, bool flip) {
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

static void normalise(float *p, size_t n, const views_t *v) {
    for (size_t c = 0; c < 3; c++) {
        const float mean = (float)v->mean[c], scale = (float)(1 / v->sd[c]);
        for (size_t k = 0; k < n; k++) p[c * n + k] = (p[c * n + k] - mean) * scale;
    }
}

/* ---- whole images ---- */

static void view_one(const views_t *v, float *out, float *temporary, const images_t *im, uint32_t image, uint64_t epoch,
                     int view) {
    const size_t h = im->height, w = im->width, n = h * w;
    dice_t d;
    dice_roll(&d, v->seed, epoch, image, view);
    const box_t box = box_random(&d, h, w);
    const bool flip = dice_uniform(&d, 0, 1) < 0.5f, colour = dice_uniform(&d, 0, 1) < 0.8f;
    for (size_t c = 0; c < 3; c++)
        resample(out + c * n, h, w, im->pixels + (image * 3 + c) * n, w, (float)box.y, (float)box.x,
                 (float)box.h / (float)h, (float)box.w / (float)w, box, flip);
    if (colour) augment_jitter(out, n, &d);
    d.at = DICE_DRAWS - 3; /* whether or not there was jitter */
    if (dice_uniform(&d, 0, 1) < 0.2f) augment_saturation(out, n, 0);
    const bool blurred = dice_uniform(&d, 0, 1) < 0.5f;
    const float sd = dice_uniform(&d, 0.1f, 2);
    if (blurred) augment_blur(out, h, w, temporary, sd);
    normalise(out, n, v);
}

void views_make(const views_t *v, float *out, const images_t *im, const uint32_t *index, size_t n, uint64_t epoch,
                int view) {
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
        for (size_t k = 0; k < n; k++) view_one(v, out + k * pixels, temporary, im, index[k], epoch, view);
        free(temporary);
    }
}

void views_evaluate(const views_t *v, float *out, const images_t *im, size_t first, size_t n, bool plain) {
    const size_t h = im->height, w = im->width, pixels = h * w;
    const box_t all = {0, 0, h, w};
    /* the centre h x w of an image of 1.1 h: output pixel p is pixel p + margin of it, and one of its pixels is h /
     * (1.1 h) of ours */
    const size_t big = plain ? h : h * 11 / 10;
    const float scale = (float)h / (float)big, margin = rintf((float)(big - h) / 2);
    for (size_t k = 0; k < n; k++) {
        float *o = out + k * 3 * pixels;
        for (size_t c = 0; c < 3; c++)
            resample(o + c * pixels, h, w, im->pixels + ((first + k) * 3 + c) * pixels, w, margin * scale,
                     margin * scale, scale, scale, all, false);
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
