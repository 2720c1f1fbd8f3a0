/* examples/worlds/ray.h - where a ray meets the object of the room (room.h): closed forms for a cube, a cylinder, a
 * sphere, a capsule. */
#ifndef EXAMPLES_RAY_H
#define EXAMPLES_RAY_H

#include <math.h>
#include <stdbool.h>

typedef struct vec_t {
    double x, y, z;
} vec_t;

static inline vec_t vec_add(vec_t a, double s, vec_t b) { return (vec_t){a.x + s * b.x, a.y + s * b.y, a.z + s * b.z}; }
static inline double vec_dot(vec_t a, vec_t b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
static inline vec_t vec_unit(vec_t a) {
    const double s = 1 / sqrt(vec_dot(a, a));
    return (vec_t){a.x * s, a.y * s, a.z * s};
}

typedef struct hit_t {
    double t;
    vec_t normal;
} hit_t;

/* The nearest t > 0 at which o + t d, |d| = 1, meets a shape (ROOM_CUBE ... of room.h) that stands on y = 0 at the
 * origin; and the normal there. false: it does not. */
bool ray_meet(hit_t *h, vec_t o, vec_t d, int shape, double scale);

#endif
