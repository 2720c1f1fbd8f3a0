/* examples/worlds/augment.c - see augment.h. */
#include "augment.h"

#include <math.h>

#include "must.h"

void dice_roll(dice_t *d, uint64_t seed, uint64_t epoch, uint64_t image, int view) {
    MUST(lpl_random_uniform(d->u, DICE_DRAWS, seed, 2 * epoch + (uint64_t)view + 16, image * DICE_DRAWS));
    d->at = 0;
}

box_t box_random(dice_t *d, size_t height, size_t width) {
    const float area = (float)(height * width);
    box_t found = {0, 0, 0, 0};
    for (int attempt = 0; attempt < 10;
         attempt++) { /* all draws are made, so that what follows does not depend on the tries */
        const float a = area * dice_uniform(d, 0.08f, 1), ratio = expf(dice_uniform(d, logf(0.75f), logf(4 / 3.0f)));
        const size_t w = (size_t)lroundf(sqrtf(a * ratio)), h = (size_t)lroundf(sqrtf(a / ratio));
        const float uy = dice_uniform(d, 0, 1), ux = dice_uniform(d, 0, 1);
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
float augment_grey(const float *p, size_t n, size_t k) {
    return 0.299f * p[k] + 0.587f * p[n + k] + 0.114f * p[2 * n + k];
}

void augment_brightness(float *p, size_t n, float f) {
    for (size_t k = 0; k < 3 * n; k++) p[k] = clamp(p[k] * f);
}

void augment_contrast(float *p, size_t n, float f) {
    float mean = 0;
    for (size_t k = 0; k < n; k++) mean += augment_grey(p, n, k);
    mean /= (float)n;
    for (size_t k = 0; k < 3 * n; k++) p[k] = clamp(mean + f * (p[k] - mean));
}

void augment_saturation(float *p, size_t n, float f) {
    for (size_t k = 0; k < n; k++) {
        const float g = augment_grey(p, n, k);
        for (size_t c = 0; c < 3; c++) p[c * n + k] = clamp(g + f * (p[c * n + k] - g));
    }
}

/* Through hue, saturation, value; shift in turns. */
void augment_hue(float *p, size_t n, float shift) {
    for (size_t k = 0; k < n; k++) {
        const float r = p[k], g = p[n + k], b = p[2 * n + k];
        const float high = fmaxf(r, fmaxf(g, b)), low = fminf(r, fminf(g, b)), range = high - low;
        if (range <= 0) continue;
        float h = high == r   ? (g - b) / range
                  : high == g ? 2 + (b - r) / range
                              : 4 + (r - g) / range; /* sixths of a turn */
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

void augment_jitter(float *p, size_t n, dice_t *d) {
    int order[4] = {0, 1, 2, 3};
    for (int k = 3; k > 0; k--) {
        const size_t j = dice_whole(d, (size_t)k + 1);
        const int t = order[k];
        order[k] = order[j];
        order[j] = t;
    }
    float f[4];
    for (int k = 0; k < 4; k++) f[k] = k < 3 ? dice_uniform(d, 0.2f, 1.8f) : dice_uniform(d, -0.2f, 0.2f);
    for (int k = 0; k < 4; k++) {
        if (order[k] == 0) augment_brightness(p, n, f[0]);
        if (order[k] == 1) augment_contrast(p, n, f[1]);
        if (order[k] == 2) augment_saturation(p, n, f[2]);
        if (order[k] == 3) augment_hue(p, n, f[3]);
    }
}

void augment_blur(float *p, size_t height, size_t width, float *temporary, float sd) {
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
