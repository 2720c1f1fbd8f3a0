/* examples/worlds/gaze.h - a movie as a small window sees it: a gaze that wanders over pictures, or goes with a video.
 *
 * Scenes of up to GAZE_SCENE frames. Within one the window (GAZE_SIDE x GAZE_SIDE pixels) drifts with a velocity v
 * that forgets itself slowly, v <- 0.9 v + sqrt(0.19) speed / sqrt(2) xi, |v| = speed at first; then the gaze jumps
 * to another picture, place and direction (a saccade). Borders reflect it, periodic pictures have none. In a video a
 * scene is so many consecutive frames at one place, with the same drift on top, and ends at a cut: where the mean
 * absolute difference of consecutive frames is above GAZE_CUT standard deviations of the video.
 *
 * All of it is a function of (material, speed, seed). */
#ifndef EXAMPLES_GAZE_H
#define EXAMPLES_GAZE_H

#include "grey.h"

enum { GAZE_SIDE = 18, GAZE_PIXELS = GAZE_SIDE * GAZE_SIDE, GAZE_SCENE = 30 };
#define GAZE_CUT 0.6

/* Frames in a row, and which scene each belongs to (0, 1, ...). */
typedef struct gaze_t {
    size_t n, scenes;
    float *frame;   /* n x GAZE_PIXELS */
    int32_t *scene; /* n */
} gaze_t;

/* n frames over pictures. Each is at least GAZE_SIDE + 1 pixels wide and high. */
gaze_t gaze_pictures(const grey_t *picture, size_t n_pictures, bool periodic, double speed, size_t n, uint64_t seed);

/* A video: frames of one size, as bytes. */
typedef struct gaze_video_t {
    size_t width, height, n;
    uint8_t *p; /* n x height x width */
    double mean, sd;
    bool *cut; /* frame k is another shot than k - 1 */
    size_t cuts;
} gaze_video_t;

/* Mean, standard deviation and cuts of a video whose frames are there. */
void gaze_measure(gaze_video_t *v);
/* n frames of it, in units of sd about the mean; false if it has no two frames of one shot. */
bool gaze_follow(gaze_t *out, const gaze_video_t *v, double speed, size_t n, uint64_t seed);

void gaze_free(gaze_t *g);
void gaze_video_free(gaze_video_t *v);

#endif
