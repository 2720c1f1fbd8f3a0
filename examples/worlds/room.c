/* examples/worlds/room.c - see room.h. Rays meet the object (ray.h), the floor or a wall; no recursion. */
#include "room.h"

#include <math.h>
#include <stdlib.h>

#include "must.h"
#include "ray.h"

const int room_values[ROOM_FACTORS] = {10, 10, 10, 8, 4, 15};
const char *const room_names[ROOM_FACTORS] = {"floor hue", "wall hue", "object hue", "scale", "shape", "orientation"};

enum { SAMPLES = 3 };

/* The scene, in metres: y is up, the floor is y = 0, the walls are |x| = WALL and |z| = WALL, the object stands at the
 * origin. */
static const double WALL = 3.6, WALL_HEIGHT = 2.55, CAMERA_RADIUS = 3.5, CAMERA_HEIGHT = 2.0, LOOK_HEIGHT = 0.72,
                    ZOOM = 0.56;
static const double ORIENTATION_STEP = 5.0, SCALE_LOW = 0.6, SCALE_HIGH = 1.25;

/* ---- light ---- */

static vec_t to_light(void) { return vec_unit((vec_t){0.8, 1.0, 0.35}); }

/* What one ray sees is added to a pixel's four weights: F, W, O, H. */
static void look(double pixel[ROOM_PLANES], vec_t o, vec_t d, int shape, double scale) {
    const vec_t light = to_light();
    hit_t h;
    if (ray_meet(&h, o, d, shape, scale)) {
        const double shade = 0.42 + 0.58 * fmax(0, vec_dot(h.normal, light)),
                     ground = 0.85 + 0.15 * fmin(1, o.y + h.t * d.y);
        const vec_t half = vec_unit(vec_add(light, -1, d));
        const double gloss = 0.5 * pow(fmax(0, vec_dot(h.normal, half)), 50);
        pixel[ROOM_OBJECT] += shade * ground * (1 - gloss);
        pixel[3] += gloss;
        return;
    }
    const double tx = d.x != 0 ? ((d.x > 0 ? WALL : -WALL) - o.x) / d.x : 1e30,
                 tz = d.z != 0 ? ((d.z > 0 ? WALL : -WALL) - o.z) / d.z : 1e30, tf = d.y < 0 ? -o.y / d.y : 1e30,
                 tw = fmin(tx, tz);
    if (tf < tw) {
        const vec_t p = vec_add(o, tf, d);
        const double far = (p.x * p.x + p.z * p.z) / (WALL * WALL), lit = 1 - 0.16 * far;
        pixel[ROOM_FLOOR] += ray_meet(&h, p, light, shape, scale) ? 0.42 * lit : 0.95 * lit;
        return;
    }
    const vec_t p = vec_add(o, tw, d);
    if (p.y > WALL_HEIGHT) { /* the sky above the walls */
        pixel[3] += 0.88;
        return;
    }
    const vec_t normal = tx < tz ? (vec_t){d.x > 0 ? -1 : 1, 0, 0} : (vec_t){0, 0, d.z > 0 ? -1 : 1};
    const double shade = 0.5 + 0.5 * fmax(0, vec_dot(normal, light)), low = 0.8 + 0.2 * fmin(1, p.y / 0.5);
    pixel[ROOM_WALL] += shade * low * (ray_meet(&h, p, light, shape, scale) ? 0.5 : 1);
}

static void cast_rays(float *planes, size_t side, int scale_value, int shape, int orientation) {
    const double angle = (orientation - 7) * ORIENTATION_STEP * 3.14159265358979323846 / 180;
    const double scale = SCALE_LOW + (SCALE_HIGH - SCALE_LOW) * scale_value / 7;
    const vec_t eye = {CAMERA_RADIUS * sin(angle), CAMERA_HEIGHT, CAMERA_RADIUS * cos(angle)};
    const vec_t ahead = vec_unit((vec_t){-eye.x, LOOK_HEIGHT - eye.y, -eye.z}), right = {cos(angle), 0, -sin(angle)};
    const vec_t up = {-right.z * ahead.y, right.z * ahead.x - right.x * ahead.z, right.x * ahead.y}; /* right x ahead */
    for (size_t y = 0; y < side; y++)
        for (size_t x = 0; x < side; x++) {
            double pixel[ROOM_PLANES] = {0};
            for (size_t s = 0; s < SAMPLES * SAMPLES; s++) {
                const double u = ((double)(x * SAMPLES + s % SAMPLES) + 0.5) / (double)(side * SAMPLES) * 2 - 1,
                             v = 1 - ((double)(y * SAMPLES + s / SAMPLES) + 0.5) / (double)(side * SAMPLES) * 2;
                look(pixel, eye, vec_unit(vec_add(vec_add(ahead, ZOOM * u, right), ZOOM * v, up)), shape, scale);
            }
            for (size_t k = 0; k < ROOM_PLANES; k++)
                planes[(k * side + y) * side + x] = (float)(pixel[k] / (SAMPLES * SAMPLES));
        }
}

/* ---- colours ---- */

/* Hue k/10 of a turn, at one saturation and value. */
static void paint(double rgb[3], int k) {
    const double turn = 6.0 * k / ROOM_HUES, saturation = 0.85;
    for (int c = 0; c < 3; c++) {
        const double apart =
            fabs(fmod(turn - 2 * c + 9, 6) - 3); /* sixths of a turn from the channel's own hue, 0 .. 3 */
        rgb[c] = 1 - saturation * fmin(1, fmax(0, apart - 1));
    }
}

static const double white[3] = {0.93, 0.97, 1.0};

/* Weights of the four planes in channel c. */
static void mix(double weight[ROOM_PLANES], const int factor[ROOM_FACTORS], int c) {
    double rgb[3];
    for (int k = 0; k < 3; k++) {
        paint(rgb, factor[k]);
        weight[k] = rgb[c];
    }
    weight[3] = white[c];
}

/* Hues are independent and uniform, so the moments of a channel are those of the planes weighted by the moments of the
 * paints. */
static void moments(room_t *r) {
    const size_t n = r->side * r->side;
    double sum[ROOM_PLANES] = {0}, product[ROOM_PLANES][ROOM_PLANES] = {{0}};
    for (size_t g = 0; g < ROOM_GEOMETRIES; g++)
        for (size_t i = 0; i < n; i++) {
            const float *p = r->planes + g * ROOM_PLANES * n + i;
            for (size_t k = 0; k < ROOM_PLANES; k++) {
                sum[k] += (double)p[k * n];
                for (size_t l = 0; l < ROOM_PLANES; l++) product[k][l] += (double)p[k * n] * (double)p[l * n];
            }
        }
    for (int c = 0; c < 3; c++) {
        double first = 0, second = 0, rgb[3], mean = 0, square = 0;
        for (int k = 0; k < ROOM_HUES; k++)
            paint(rgb, k), mean += rgb[c] / ROOM_HUES, square += rgb[c] * rgb[c] / ROOM_HUES;
        for (int k = 0; k < ROOM_PLANES; k++) {
            const double mk = k < 3 ? mean : white[c];
            first += mk * sum[k];
            for (int l = 0; l < ROOM_PLANES; l++)
                second += (k == l && k < 3 ? square : mk * (l < 3 ? mean : white[c])) * product[k][l];
        }
        first /= (double)(n * ROOM_GEOMETRIES);
        second /= (double)(n * ROOM_GEOMETRIES);
        r->mean[c] = first;
        r->sd[c] = sqrt(second - first * first);
    }
}

/* ---- the calls ---- */

room_t room_create(size_t side, int threads) {
    const size_t length = ROOM_PLANES * side * side;
    room_t r = {side, threads, must_alloc(ROOM_GEOMETRIES * length, sizeof(float)), {0}, {0}};
#pragma omp parallel for schedule(dynamic, 8) num_threads(threads)
    for (int g = 0; g < ROOM_GEOMETRIES; g++)
        cast_rays(r.planes + (size_t)g * length, side, g / 60, g / 15 % 4, g % 15);
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
        const float *p = r->planes + (size_t)(index[b] % ROOM_GEOMETRIES) * ROOM_PLANES * pixels;
        int factor[ROOM_FACTORS];
        room_split(factor, index[b]);
        for (int c = 0; c < 3; c++) {
            double weight[ROOM_PLANES];
            mix(weight, factor, c);
            const float w0 = (float)(weight[0] / r->sd[c]), w1 = (float)(weight[1] / r->sd[c]),
                        w2 = (float)(weight[2] / r->sd[c]), w3 = (float)(weight[3] / r->sd[c]),
                        shift = (float)(r->mean[c] / r->sd[c]);
            float *to = out + (b * 3 + (size_t)c) * pixels;
            for (size_t i = 0; i < pixels; i++)
                to[i] = (w0 * p[i] + w1 * p[pixels + i]) + (w2 * p[2 * pixels + i] + w3 * p[3 * pixels + i]) - shift;
        }
    }
}

void room_picture(const room_t *r, uint8_t *rgb, uint32_t index) {
    const size_t pixels = r->side * r->side;
    const float *p = r->planes + (size_t)(index % ROOM_GEOMETRIES) * ROOM_PLANES * pixels;
    int factor[ROOM_FACTORS];
    room_split(factor, index);
    for (int c = 0; c < 3; c++) {
        double weight[ROOM_PLANES];
        mix(weight, factor, c);
        for (size_t i = 0; i < pixels; i++) {
            double v = 0;
            for (size_t k = 0; k < ROOM_PLANES; k++) v += weight[k] * (double)p[k * pixels + i];
            rgb[3 * i + (size_t)c] = (uint8_t)(255 * fmin(1, v) + 0.5);
        }
    }
}
