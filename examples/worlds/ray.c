/* examples/worlds/ray.c - see ray.h. */
#include "ray.h"

#include "room.h"

static void nearer(hit_t *h, double t, vec_t normal) {
    if (t > 1e-6 && t < h->t) *h = (hit_t){t, normal};
}

static void meet_sphere(hit_t *h, vec_t o, vec_t d, double height, double radius) {
    const vec_t c = {o.x, o.y - height, o.z};
    const double b = vec_dot(c, d), root = b * b - vec_dot(c, c) + radius * radius;
    if (root < 0) return;
    const double t = -b - sqrt(root);
    const vec_t p = vec_add(c, t, d);
    nearer(h, t, (vec_t){p.x / radius, p.y / radius, p.z / radius});
}

/* The side of an upright cylinder from y = low to y = high. */
static void meet_side(hit_t *h, vec_t o, vec_t d, double radius, double low, double high) {
    const double a = d.x * d.x + d.z * d.z, b = o.x * d.x + o.z * d.z, c = o.x * o.x + o.z * o.z - radius * radius,
                 root = b * b - a * c;
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

bool ray_meet(hit_t *h, vec_t o, vec_t d, int shape, double scale) {
    *h = (hit_t){1e30, {0, 0, 0}};
    if (shape == ROOM_CUBE) {
        meet_box(h, o, d, 0.62 * scale);
    } else if (shape == ROOM_CYLINDER) {
        const double radius = 0.62 * scale, top = 1.3 * scale, t = (top - o.y) / d.y, x = o.x + t * d.x,
                     z = o.z + t * d.z;
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
