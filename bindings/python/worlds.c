/* bindings/python/worlds.c - image sequences and readouts of the examples as plain C calls, for lpl/worlds.py and
 * lpl/probe.py.
 *
 * `make worlds` builds lib/liblplworlds.so from this file and examples/worlds. It belongs to the package alone: its
 * calls may change from one commit to the next (WORLDS_ABI does then). Arguments are checked in Python. */
#include "worlds/disentangle.h"
#include "worlds/logistic.h"
#include "worlds/movie.h"
#include "worlds/must.h"
#include "worlds/views.h"

#define WORLDS_ABI 2
#ifdef _WIN32
#define WORLDS __declspec(dllexport)
#else
#define WORLDS __attribute__((visibility("default")))
#endif

WORLDS int32_t worlds_abi(void);
WORLDS void worlds_views(float *out, const uint8_t *pixels, size_t height, size_t width, const uint32_t *index,
                         size_t n, uint64_t seed, const double *mean_sd, uint64_t epoch, int32_t view, int32_t threads);
WORLDS void worlds_evaluate(float *out, const uint8_t *pixels, size_t height, size_t width, size_t n,
                            const double *mean_sd, int32_t plain);
WORLDS void worlds_constants(double *mean_sd, int32_t stl);
WORLDS void worlds_permutation(uint32_t *order, size_t n, uint64_t seed, uint64_t epoch);
WORLDS void *worlds_room_create(double *mean_sd, size_t side, int32_t threads);
WORLDS void worlds_room_free(void *room);
WORLDS void worlds_room_draw(const void *room, float *out, const uint32_t *index, size_t n, int32_t threads);
WORLDS void worlds_room_picture(const void *room, uint8_t *rgb, uint32_t index);
WORLDS int32_t worlds_movie_trajectory(uint32_t *frame, int32_t *step, uint64_t seed, uint64_t trajectory);
WORLDS void worlds_movie_block(uint32_t *frame, uint64_t seed, size_t pairs, uint64_t step);
WORLDS size_t worlds_movie_blocks(size_t pairs);
WORLDS void worlds_movie_shuffle(uint32_t *order, uint64_t seed, size_t n, uint64_t step);
WORLDS void worlds_movie_sample(uint32_t *frame, size_t n, uint64_t seed, uint64_t set);
WORLDS double worlds_logistic(const float *x, const int32_t *y, size_t n, const float *x_test, const int32_t *y_test,
                              size_t n_test, size_t d, size_t classes, double l2, int32_t iterations);
WORLDS void worlds_disentangle(double *out, const float *x, const uint32_t *image, size_t n, size_t d, size_t draws,
                               size_t points, size_t repetitions, uint64_t seed, int32_t threads);
WORLDS double worlds_factor_readout(const float *x, const uint32_t *image, size_t n, size_t d, int32_t factor,
                                    size_t epochs, uint64_t seed);
WORLDS void worlds_similarity(double *out, const float *x, size_t draws, size_t values, size_t d);

int32_t worlds_abi(void) { return WORLDS_ABI; }

static views_t views(uint64_t seed, const double *mean_sd, int32_t threads) {
    views_t v = {.seed = seed, .threads = threads};
    for (int c = 0; c < 3; c++) v.mean[c] = mean_sd[c], v.sd[c] = mean_sd[3 + c];
    return v;
}

/* The images are only read. */
static images_t images(const uint8_t *pixels, size_t n, size_t height, size_t width) {
    return (images_t){.n = n, .height = height, .width = width, .pixels = (uint8_t *)(uintptr_t)pixels};
}

void worlds_views(float *out, const uint8_t *pixels, size_t height, size_t width, const uint32_t *index, size_t n,
                  uint64_t seed, const double *mean_sd, uint64_t epoch, int32_t view, int32_t threads) {
    const views_t v = views(seed, mean_sd, threads);
    const images_t im = images(pixels, 0, height, width);
    views_make(&v, out, &im, index, n, epoch, view);
}

void worlds_evaluate(float *out, const uint8_t *pixels, size_t height, size_t width, size_t n, const double *mean_sd,
                     int32_t plain) {
    const views_t v = views(0, mean_sd, 1);
    const images_t im = images(pixels, n, height, width);
    views_evaluate(&v, out, &im, 0, n, plain != 0);
}

void worlds_constants(double *mean_sd, int32_t stl) {
    const views_t v = stl ? views_stl(0) : views_cifar(0);
    for (int c = 0; c < 3; c++) mean_sd[c] = v.mean[c], mean_sd[3 + c] = v.sd[c];
}

void worlds_permutation(uint32_t *order, size_t n, uint64_t seed, uint64_t epoch) {
    views_permutation(order, n, seed, epoch);
}

void *worlds_room_create(double *mean_sd, size_t side, int32_t threads) {
    room_t *room = must_alloc(1, sizeof *room);
    *room = room_create(side, threads);
    for (int c = 0; c < 3; c++) mean_sd[c] = room->mean[c], mean_sd[3 + c] = room->sd[c];
    return room;
}

void worlds_room_free(void *room) {
    room_free(room);
    free(room);
}

void worlds_room_draw(const void *room, float *out, const uint32_t *index, size_t n, int32_t threads) {
    room_t r = *(const room_t *)room;
    r.threads = threads; /* of this call: a child of a fork has one */
    room_draw(&r, out, index, n);
}

void worlds_room_picture(const void *room, uint8_t *rgb, uint32_t index) { room_picture(room, rgb, index); }

int32_t worlds_movie_trajectory(uint32_t *frame, int32_t *step, uint64_t seed, uint64_t trajectory) {
    const movie_t m = movie_create(seed);
    int by = 0;
    const int factor = movie_trajectory(&m, frame, trajectory, &by);
    *step = by;
    return factor;
}

void worlds_movie_block(uint32_t *frame, uint64_t seed, size_t pairs, uint64_t step) {
    const movie_t m = movie_create(seed);
    movie_block(&m, frame, pairs, step);
}

size_t worlds_movie_blocks(size_t pairs) { return movie_blocks(pairs); }

void worlds_movie_shuffle(uint32_t *order, uint64_t seed, size_t n, uint64_t step) {
    const movie_t m = movie_create(seed);
    movie_shuffle(&m, order, n, step);
}

void worlds_movie_sample(uint32_t *frame, size_t n, uint64_t seed, uint64_t set) { movie_sample(frame, n, seed, set); }

double worlds_logistic(const float *x, const int32_t *y, size_t n, const float *x_test, const int32_t *y_test,
                       size_t n_test, size_t d, size_t classes, double l2, int32_t iterations) {
    return logistic_accuracy(x, y, n, x_test, y_test, n_test, d, classes, l2, iterations);
}

void worlds_disentangle(double *out, const float *x, const uint32_t *image, size_t n, size_t d, size_t draws,
                        size_t points, size_t repetitions, uint64_t seed, int32_t threads) {
    const disentangle_t setup = {draws, points, repetitions, seed, threads};
    disentangle_result_t r;
    disentangle_score(&r, &setup, x, image, n, d);
    out[0] = r.score, out[1] = r.score_sd, out[2] = r.strict, out[3] = r.strict_sd, out[4] = (double)r.constant;
}

double worlds_factor_readout(const float *x, const uint32_t *image, size_t n, size_t d, int32_t factor, size_t epochs,
                             uint64_t seed) {
    return disentangle_readout(x, image, n, d, factor, epochs, seed);
}

void worlds_similarity(double *out, const float *x, size_t draws, size_t values, size_t d) {
    disentangle_similarity(out, x, draws, values, d);
}
