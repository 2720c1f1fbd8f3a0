/* examples/worlds/room.c - see room.h. Rays meet planes, a box, a cylinder or spheres: closed forms, no recursion. */
#include "room.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "must.h"

const int room_values[ROOM_FACTORS] = {10, 10, 10, 8, 4, 15};
const char *const room_names[ROOM_FACTORS] = {"floor hue", "wall hue", "object hue", "scale", "shape", "orientation"};

enum { SAMPLES = 3, PLANES = 4 };

/* The scene, in metres: y is up, the floor is y = 0, the walls are |x| = WALL and |z| = WALL, the object stands at the origin. */
static const double WALL = 3.6, WALL_HEIGHT = 2.55, CAMERA_RADIUS = 3.5, CAMERA_HEIGHT = 2.0, LOOK_HEIGHT = 0.72, ZOOM = 0.56;
static const double ORIENTATION_STEP = 5.0, SCALE_LOW = 0.6, SCALE_HIGH = 1.25;

typedef struct {
    double x, y, z;
} vec_t;

static vec_t add(vec_t a, double s, vec_t b) { return (vec_t){a.x + s * b.x, a.y + s * b.y, a.z + s * b.z}; }
static double dot(vec_t a, vec_t b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
static vec_t unit(vec_t a) {
    const double s = 1 / sqrt(dot(a, a));
    return (vec_t){a.x * s, a.y * s, a.z * s};
}

/* ---- where a ray o + t d meets the object: nearest t > 0 and the normal there ---- */

typedef struct {
    double t;
    vec_t normal;
} hit_t;

static void nearer(hit_t *h, double t, vec_t normal) {
    if (t > 1e-6 && t < h->t) *h = (hit_t){t, normal};
}

static void meet_sphere(hit_t *h, vec_t o, vec_t d, double height, double radius) {
    const vec_t c = {o.x, o.y - height, o.z};
    const double b = dot(c, d), root = b * b - dot(c, c) + radius * radius;
    if (root < 0) return;
    const double t = -b - sqrt(root);
    const vec_t p = add(c, t, d);
    nearer(h, t, (vec_t){p.x / radius, p.y / radius, p.z / radius});
}

/* The side of an upright cylinder from y = low to y = high. */
static void meet_side(hit_t *h, vec_t o, vec_t d, double radius, double low, double high) {
    const double a = d.x * d.x + d.z * d.z, b = o.x * d.x + o.z * d.z, c = o.x * o.x + o.z * o.z - radius * radius, root = b * b - a * c;
    if (root < 0 || a < 1e-12) return;
    const double t = (-b - sqrt(root)) / a, y = o.y + t * d.y;
    if (y >= low && y <= high) nearer(h, t, (vec_t){(o.x + t * d.x) / radius, 0, (o.z + t * d.z) / radius});
}

static void meet_box(hit_t *h, vec_t o, vec_t d, double half) {
    const double at[3] = {o.x, o.y - half, o.z}, along[3] = {d.x, d.y, d.z};
    double in = -1e30, out = 1e30;
    int axis = 0;
    for (int k = 0; k < 3; k++) {
        if (fabs(along[k]) < 1e-12) {
            if (fabs(at[k]) > half) return;
            continue;
        }
        const double t0 = (-half - at[k]) / along[k], t1 = (half - at[k]) / along[k];
        if (fmin(t0, t1) > in) in = fmin(t0, t1), axis = k;
        out = fmin(out, fmax(t0, t1));
    }
    if (in > out) return;
    const double s = along[axis] > 0 ? -1 : 1;
    nearer(h, in, (vec_t){axis == 0 ? s : 0, axis == 1 ? s : 0, axis == 2 ? s : 0});
}

static bool meet(hit_t *h, vec_t o, vec_t d, int shape, double scale) {
    *h = (hit_t){1e30, {0, 0, 0}};
    if (shape == ROOM_CUBE) {
        meet_box(h, o, d, 0.62 * scale);
    } else if (shape == ROOM_CYLINDER) {
        const double radius = 0.62 * scale, top = 1.3 * scale, t = (top - o.y) / d.y, x = o.x + t * d.x, z = o.z + t * d.z;
        meet_side(h, o, d, radius, 0, top);
        if (x * x + z * z <= radius * radius) nearer(h, t, (vec_t){0, 1, 0});
    } else if (shape == ROOM_SPHERE) {
        meet_sphere(h, o, d, 0.76 * scale, 0.76 * scale);
    } else {
        const double radius = 0.42 * scale, top = 1.85 * scale;
        meet_side(h, o, d, radius, radius, top - radius);
        meet_sphere(h, o, d, radius, radius);
        meet_sphere(h, o, d, top - radius, radius);
    }
    return h->t < 1e30;
}

/* ---- light ---- */

static vec_t to_light(void) { return unit((vec_t){0.8, 1.0, 0.35}); }

/* What one ray sees is added to a pixel's four weights: F, W, O, H. */
static void look(double pixel[PLANES], vec_t o, vec_t d, int shape, double scale) {
    const vec_t light = to_light();
    hit_t h;
    if (meet(&h, o, d, shape, scale)) {
        const double shade = 0.42 + 0.58 * fmax(0, dot(h.normal, light)), ground = 0.85 + 0.15 * fmin(1, o.y + h.t * d.y);
        const vec_t half = unit(add(light, -1, d));
        const double gloss = 0.5 * pow(fmax(0, dot(h.normal, half)), 50);
        pixel[ROOM_OBJECT] += shade * ground * (1 - gloss);
        pixel[3] += gloss;
        return;
    }
    const double tx = d.x != 0 ? ((d.x > 0 ? WALL : -WALL) - o.x) / d.x : 1e30,
                 tz = d.z != 0 ? ((d.z > 0 ? WALL : -WALL) - o.z) / d.z : 1e30, tf = d.y < 0 ? -o.y / d.y : 1e30, tw = fmin(tx, tz);
    if (tf < tw) {
        const vec_t p = add(o, tf, d);
        const double far = (p.x * p.x + p.z * p.z) / (WALL * WALL), lit = 1 - 0.16 * far;
        pixel[ROOM_FLOOR] += meet(&h, p, light, shape, scale) ? 0.42 * lit : 0.95 * lit;
        return;
    }
    const vec_t p = add(o, tw, d);
    if (p.y > WALL_HEIGHT) { /* the sky above the walls */
        pixel[3] += 0.88;
        return;
    }
    const vec_t normal = tx < tz ? (vec_t){d.x > 0 ? -1 : 1, 0, 0} : (vec_t){0, 0, d.z > 0 ? -1 : 1};
    const double shade = 0.5 + 0.5 * fmax(0, dot(normal, light)), low = 0.8 + 0.2 * fmin(1, p.y / 0.5);
    pixel[ROOM_WALL] += shade * low * (meet(&h, p, light, shape, scale) ? 0.5 : 1);
}

static void cast_rays(float *planes, size_t side, int scale_value, int shape, int orientation) {
    const double angle = (orientation - 7) * ORIENTATION_STEP * 3.14159265358979323846 / 180;
    const double scale = SCALE_LOW + (SCALE_HIGH - SCALE_LOW) * scale_value / 7;
    const vec_t eye = {CAMERA_RADIUS * sin(angle), CAMERA_HEIGHT, CAMERA_RADIUS * cos(angle)};
    const vec_t ahead = unit((vec_t){-eye.x, LOOK_HEIGHT - eye.y, -eye.z}), right = {cos(angle), 0, -sin(angle)};
    const vec_t up = {-right.z * ahead.y, right.z * ahead.x - right.x * ahead.z, right.x * ahead.y}; /* right x ahead */
    for (size_t y = 0; y < side; y++)
        for (size_t x = 0; x < side; x++) {
            double pixel[PLANES] = {0};
            for (size_t s = 0; s < SAMPLES * SAMPLES; s++) {
                const double u = ((double)(x * SAMPLES + s % SAMPLES) + 0.5) / (double)(side * SAMPLES) * 2 - 1,
                             v = 1 - ((double)(y * SAMPLES + s / SAMPLES) + 0.5) / (double)(side * SAMPLES) * 2;
                look(pixel, eye, unit(add(add(ahead, ZOOM * u, right), ZOOM * v, up)), shape, scale);
            }
            for (size_t k = 0; k < PLANES; k++) planes[(k * side + y) * side + x] = (float)(pixel[k] / (SAMPLES * SAMPLES));
        }
}

/* ---- colours ---- */

/* Hue k/10 of a turn, at one saturation and value. */
static void paint(double rgb[3], int k) {
    const double turn = 6.0 * k / ROOM_HUES, saturation = 0.85;
    for (int c = 0; c < 3; c++) {
        const double apart = fabs(fmod(turn - 2 * c + 9, 6) - 3); /* sixths of a turn from the channel's own hue, 0 .. 3 */
        rgb[c] = 1 - saturation * fmin(1, fmax(0, apart - 1));
    }
}

static const double white[3] = {0.93, 0.97, 1.0};

/* Weights of the four planes in channel c. */
static void mix(double weight[PLANES], const int factor[ROOM_FACTORS], int c) {
    double rgb[3];
    for (int k = 0; k < 3; k++) {
        paint(rgb, factor[k]);
        weight[k] = rgb[c];
    }
    weight[3] = white[c];
}

/* Hues are independent and uniform, so the moments of a channel are those of the planes weighted by the moments of the paints. */
static void moments(room_t *r) {
    const size_t n = r->side * r->side;
    double sum[PLANES] = {0}, product[PLANES][PLANES] = {{0}};
    for (size_t g = 0; g < ROOM_GEOMETRIES; g++)
        for (size_t i = 0; i < n; i++) {
            const float *p = r->planes + g * PLANES * n + i;
            for (size_t k = 0; k < PLANES; k++) {
                sum[k] += (double)p[k * n];
                for (size_t l = 0; l < PLANES; l++) product[k][l] += (double)p[k * n] * (double)p[l * n];
            }
        }
    for (int c = 0; c < 3; c++) {
        double first = 0, second = 0, rgb[3], mean = 0, square = 0;
        for (int k = 0; k < ROOM_HUES; k++) paint(rgb, k), mean += rgb[c] / ROOM_HUES, square += rgb[c] * rgb[c] / ROOM_HUES;
        for (int k = 0; k < PLANES; k++) {
            const double mk = k < 3 ? mean : white[c];
            first += mk * sum[k];
            for (int l = 0; l < PLANES; l++) second += (k == l && k < 3 ? square : mk * (l < 3 ? mean : white[c])) * product[k][l];
        }
        first /= (double)(n * ROOM_GEOMETRIES);
        second /= (double)(n * ROOM_GEOMETRIES);
        r->mean[c] = first;
        r->sd[c] = sqrt(second - first * first);
    }
}

/* ---- the calls ---- */

room_t room_create(size_t side, int threads) {
    const size_t length = PLANES * side * side;
    room_t r = {side, threads, must_alloc(ROOM_GEOMETRIES * length, sizeof(float)), {0}, {0}};
#pragma omp parallel for schedule(dynamic, 8) num_threads(threads)
    for (int g = 0; g < ROOM_GEOMETRIES; g++) cast_rays(r.planes + (size_t)g * length, side, g / 60, g / 15 % 4, g % 15);
    moments(&r);
    return r;
}

void room_free(room_t *r) {
    free(r->planes);
    r->planes = NULL;
}

void room_split(int factor[ROOM_FACTORS], uint32_t index) {
    for (int k = ROOM_FACTORS - 1; k >= 0; k--) {
        factor[k] = (int)(index % (uint32_t)room_values[k]);
        index /= (uint32_t)room_values[k];
    }
}

uint32_t room_index(const int factor[ROOM_FACTORS]) {
    uint32_t index = 0;
    for (int k = 0; k < ROOM_FACTORS; k++) index = index * (uint32_t)room_values[k] + (uint32_t)factor[k];
    return index;
}

void room_draw(const room_t *r, float *out, const uint32_t *index, size_t n) {
    const size_t pixels = r->side * r->side;
#pragma omp parallel for schedule(static) num_threads(r->threads) if (n > 1)
    for (size_t b = 0; b < n; b++) {
        const float *p = r->planes + (size_t)(index[b] % ROOM_GEOMETRIES) * PLANES * pixels;
        int factor[ROOM_FACTORS];
        room_split(factor, index[b]);
        for (int c = 0; c < 3; c++) {
            double weight[PLANES];
            mix(weight, factor, c);
            const float w0 = (float)(weight[0] / r->sd[c]), w1 = (float)(weight[1] / r->sd[c]), w2 = (float)(weight[2] / r->sd[c]),
                        w3 = (float)(weight[3] / r->sd[c]), shift = (float)(r->mean[c] / r->sd[c]);
            float *to = out + (b * 3 + (size_t)c) * pixels;
            for (size_t i = 0; i < pixels; i++)
                to[i] = (w0 * p[i] + w1 * p[pixels + i]) + (w2 * p[2 * pixels + i] + w3 * p[3 * pixels + i]) - shift;
        }
    }
}

void room_picture(const room_t *r, uint8_t *rgb, uint32_t index) {
    const size_t pixels = r->side * r->side;
    const float *p = r->planes + (size_t)(index % ROOM_GEOMETRIES) * PLANES * pixels;
    int factor[ROOM_FACTORS];
    room_split(factor, index);
    for (int c = 0; c < 3; c++) {
        double weight[PLANES];
        mix(weight, factor, c);
        for (size_t i = 0; i < pixels; i++) {
            double v = 0;
            for (size_t k = 0; k < PLANES; k++) v += weight[k] * (double)p[k * pixels + i];
            rgb[3 * i + (size_t)c] = (uint8_t)(255 * fmin(1, v) + 0.5);
        }
    }
}
