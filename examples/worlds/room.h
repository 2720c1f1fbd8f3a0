/* examples/worlds/room.h - a small room with an object in it, drawn by a ray caster: a world of images with known
 * factors (theory 5.1).
 *
 * Six factors, as 3D Shapes has them: floor hue 10, wall hue 10, object hue 10, scale 8, shape 4 (cube, cylinder,
 * sphere, capsule), orientation 15; 480 000 images. index = ((((floor * 10 + wall) * 10 + object) * 8 + scale) * 4 +
 * shape) * 15 + orientation.
 *
 * Light does not depend on hues: a pixel is   floor hue * F + wall hue * W + object hue * O + white * H,   where F, W,
 *                                             O, H >= 0,
 * F + W + O + H <= 1, depend on scale, shape and orientation only. So room_create casts rays for these 480 geometries
 * once (3 x 3 rays a pixel), and an image is a weighted sum of four planes. The mean and variance of each channel over
 * all 480 000 images follow exactly. */
#ifndef EXAMPLES_ROOM_H
#define EXAMPLES_ROOM_H

#include <stddef.h>
#include <stdint.h>

enum {
    ROOM_FLOOR = 0,
    ROOM_WALL = 1,
    ROOM_OBJECT = 2,
    ROOM_SCALE = 3,
    ROOM_SHAPE = 4,
    ROOM_ORIENTATION = 5,
    ROOM_FACTORS = 6
};
enum { ROOM_CUBE = 0, ROOM_CYLINDER = 1, ROOM_SPHERE = 2, ROOM_CAPSULE = 3 };
enum {
    ROOM_HUES = 10,
    ROOM_GEOMETRIES = 8 * 4 * 15,
    ROOM_IMAGES = 10 * 10 * 10 * ROOM_GEOMETRIES,
    ROOM_VALUES = 57,
    ROOM_SIDE_MAX = 256
};
enum { ROOM_PLANES = 4 }; /* floor, wall, object, white */

/* Number of values of each factor (their sum is ROOM_VALUES), and its name. */
extern const int room_values[ROOM_FACTORS];
extern const char *const room_names[ROOM_FACTORS];

typedef struct room_t {
    size_t side;           /* of the square images */
    int threads;           /* of room_create and room_draw; results do not depend on it */
    float *planes;         /* ROOM_GEOMETRIES x ROOM_PLANES x side x side: F, W, O, H */
    double mean[3], sd[3]; /* of the channels over all images, scale 0 .. 1 */
} room_t;

/* Cast the rays; ends the program if there is no memory (30 MB at 64 x 64). side 4 .. ROOM_SIDE_MAX. */
room_t room_create(size_t side, int threads);
void room_free(room_t *r);

/* Between an image's number and its factors. */
void room_split(int factor[ROOM_FACTORS], uint32_t index);
uint32_t room_index(const int factor[ROOM_FACTORS]);

/* out: n images of 3 x side x side, normalised: (value - mean) / sd of the channel. */
void room_draw(const room_t *r, float *out, const uint32_t *index, size_t n);

/* One image as bytes, side x side x 3, for people. */
void room_picture(const room_t *r, uint8_t *rgb, uint32_t index);

#endif
