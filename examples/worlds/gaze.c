/* examples/worlds/gaze.c - see gaze.h. */
#include "gaze.h"

#include <math.h>
#include <string.h>

#include "must.h"

/* Random numbers of one seed in a row: scenes take as many as they take. */
typedef struct {
    uint64_t seed, uniforms, normals;
} dice_t;

static double uniform(dice_t *d) {
    double u;
    MUST(lpl_random_uniform_f64(&u, 1, d->seed, 31, d->uniforms++));
    return u;
}

static size_t whole(dice_t *d, size_t n) {
    const size_t k = (size_t)(uniform(d) * (double)n);
    return k < n ? k : n - 1;
}

/* Where the window is (its upper left corner), and where it goes. */
typedef struct {
    double x, y, vx, vy;
} place_t;

static place_t jump(dice_t *d, double speed, double width, double height) {
    const double angle = 8 * atan(1) * uniform(d);
    place_t p = {.vx = speed * cos(angle), .vy = speed * sin(angle)};
    p.x = uniform(d) * width, p.y = uniform(d) * height;
    return p;
}

static void reflect(double *x, double *v, double high) {
    while (*x < 0 || *x > high) {
        *x = *x < 0 ? -*x : 2 * high - *x;
        *v = -*v;
        if (high <= 0) *x = 0;
    }
}

static void drift(place_t *p, dice_t *d, double speed, double width, double height, bool periodic) {
    double xi[2];
    p->x += p->vx, p->y += p->vy;
    if (!periodic) reflect(&p->x, &p->vx, width), reflect(&p->y, &p->vy, height);
    MUST(lpl_random_normal_f64(xi, 2, d->seed, 32, d->normals));
    d->normals += 2;
    p->vx = 0.9 * p->vx + sqrt(0.19 / 2) * speed * xi[0];
    p->vy = 0.9 * p->vy + sqrt(0.19 / 2) * speed * xi[1];
}

static void look(float *out, const grey_t *g, const place_t *p, bool periodic) {
    for (int y = 0; y < GAZE_SIDE; y++)
        for (int x = 0; x < GAZE_SIDE; x++) out[y * GAZE_SIDE + x] = grey_at(g, p->x + x, p->y + y, periodic);
}

static gaze_t make(size_t n) {
    return (gaze_t){
        .n = n, .frame = must_alloc(n * GAZE_PIXELS, sizeof(float)), .scene = must_alloc(n, sizeof(int32_t))};
}

gaze_t gaze_pictures(const grey_t *picture, size_t n_pictures, bool periodic, double speed, size_t n, uint64_t seed) {
    gaze_t g = make(n);
    dice_t d = {.seed = seed};
    const grey_t *now = picture;
    place_t p = {0};
    double width = 0, height = 0;
    for (size_t t = 0; t < n; t++) {
        if (t % GAZE_SCENE == 0) {
            now = picture + whole(&d, n_pictures);
            width = (double)now->width - (periodic ? 0 : GAZE_SIDE);
            height = (double)now->height - (periodic ? 0 : GAZE_SIDE);
            p = jump(&d, speed, width, height);
            g.scenes++;
        }
        look(g.frame + t * GAZE_PIXELS, now, &p, periodic);
        g.scene[t] = (int32_t)g.scenes - 1;
        drift(&p, &d, speed, width, height, periodic);
    }
    return g;
}

void gaze_measure(gaze_video_t *v) {
    const size_t pixels = v->width * v->height;
    double sum = 0, square = 0;
    for (size_t k = 0; k < v->n * pixels; k++) sum += v->p[k];
    v->mean = sum / (double)(v->n * pixels);
    for (size_t k = 0; k < v->n * pixels; k++) square += (v->p[k] - v->mean) * (v->p[k] - v->mean);
    v->sd = sqrt(square / (double)(v->n * pixels));
    v->cut = must_alloc(v->n, sizeof *v->cut);
    v->cuts = 0;
    for (size_t t = 1; t < v->n; t++) {
        const uint8_t *now = v->p + t * pixels, *before = now - pixels;
        uint64_t change = 0;
        for (size_t k = 0; k < pixels; k++)
            change += now[k] > before[k] ? (uint64_t)(now[k] - before[k]) : (uint64_t)(before[k] - now[k]);
        v->cut[t] = (double)change / (double)pixels > GAZE_CUT * v->sd;
        v->cuts += v->cut[t];
    }
}

/* Frames from t on that belong together, at most GAZE_SCENE. */
static size_t together(const gaze_video_t *v, size_t t) {
    size_t n = 1;
    while (n < GAZE_SCENE && t + n < v->n && !v->cut[t + n]) n++;
    return n;
}

bool gaze_follow(gaze_t *out, const gaze_video_t *v, double speed, size_t n, uint64_t seed) {
    const size_t pixels = v->width * v->height;
    const double width = (double)v->width - GAZE_SIDE, height = (double)v->height - GAZE_SIDE;
    dice_t d = {.seed = seed};
    bool moves = false;
    for (size_t t = 0; t < v->n; t++) moves = moves || together(v, t) > 1;
    if (!moves) return false;
    gaze_t g = make(n);
    grey_t frame = {v->width, v->height, must_alloc(pixels, sizeof(float))};
    for (size_t t = 0; t < n;) {
        const size_t first = whole(&d, v->n), length = together(v, first);
        place_t p = jump(&d, speed, width, height);
        if (length < 2) continue;
        for (size_t k = 0; k < length && t < n; k++, t++) {
            const uint8_t *from = v->p + (first + k) * pixels;
            float *to = g.frame + t * GAZE_PIXELS;
            /* only the pixels that the window needs: its corner and one row and column more */
            const size_t x0 = (size_t)p.x, y0 = (size_t)p.y;
            for (size_t y = y0; y < y0 + GAZE_SIDE + 1 && y < v->height; y++)
                for (size_t x = x0; x < x0 + GAZE_SIDE + 1 && x < v->width; x++)
                    frame.p[y * v->width + x] = (float)((from[y * v->width + x] - v->mean) / v->sd);
            look(to, &frame, &p, false);
            g.scene[t] = (int32_t)g.scenes;
            drift(&p, &d, speed, width, height, false);
        }
        g.scenes++;
    }
    grey_free(&frame);
    *out = g;
    return true;
}

void gaze_free(gaze_t *g) {
    free(g->frame), free(g->scene);
    *g = (gaze_t){0};
}

void gaze_video_free(gaze_video_t *v) {
    free(v->p), free(v->cut);
    *v = (gaze_video_t){0};
}
