/* examples/worlds/movie.c - see movie.h. */
#include "movie.h"

#include <stddef.h>

#include "must.h"

/* Streams of the seed's random numbers; the layers' start values have streams 0 .. 7. */
enum { STREAM_PERMUTATION = 16, STREAM_TRAJECTORY = 17, STREAM_BLOCK = 18, STREAM_SHUFFLE = 19, STREAM_SAMPLE = 20 };
enum { DRAWS = 4 };

static const double DOUBLED = 0.22119921692859512; /* 1 - exp(-1/4) */

static void swap_order(uint32_t *order, const double *u, size_t n) {
    for (size_t k = 0; k < n; k++) order[k] = (uint32_t)k;
    for (size_t k = n; k-- > 1;) {
        const size_t other = (size_t)(u[k] * (double)(k + 1));
        const uint32_t kept = order[k];
        order[k] = order[other];
        order[other] = kept;
    }
}

movie_t movie_create(uint64_t seed) {
    movie_t m = {seed, {{0}}};
    for (int f = 0; f < 3; f++) {
        double u[ROOM_HUES];
        uint32_t order[ROOM_HUES];
        MUST(lpl_random_uniform_f64(u, ROOM_HUES, seed, STREAM_PERMUTATION, (uint64_t)f * ROOM_HUES));
        swap_order(order, u, ROOM_HUES);
        for (int k = 0; k < ROOM_HUES; k++) m.permutation[f][k] = (uint8_t)order[k];
    }
    return m;
}

/* The next value; at an end of the line the step turns round. */
static int move(int value, int *step, int values, int wraps) {
    int next = value + *step;
    if (wraps) return (next + values) % values;
    if (next < 0 || next >= values) {
        next = next < 0 ? 0 : values - 1;
        *step = -*step;
        if (next == value) next += *step; /* it was there already */
    }
    return next;
}

int movie_trajectory(const movie_t *m, uint32_t frame[MOVIE_FRAMES], uint64_t trajectory, int *step) {
    static const int movers[ROOM_FACTORS - 1] = {ROOM_FLOOR, ROOM_WALL, ROOM_OBJECT, ROOM_SCALE, ROOM_ORIENTATION};
    double u[DRAWS];
    int factor[ROOM_FACTORS], seen[ROOM_FACTORS];
    MUST(lpl_random_uniform_f64(u, DRAWS, m->seed, STREAM_TRAJECTORY, trajectory * DRAWS));
    room_split(factor, (uint32_t)(u[0] * ROOM_IMAGES));
    const int mover = movers[(int)(u[1] * (ROOM_FACTORS - 1))];
    int d = (u[2] < 0.5 ? -1 : 1) * (u[3] < DOUBLED ? 2 : 1);
    if (step != NULL) *step = d;
    for (int t = 0; t < MOVIE_FRAMES; t++) {
        for (int f = 0; f < ROOM_FACTORS; f++) seen[f] = f < 3 ? m->permutation[f][factor[f]] : factor[f];
        frame[t] = room_index(seen);
        factor[mover] = move(factor[mover], &d, room_values[mover], mover < 3);
    }
    return mover;
}

void movie_frames(const movie_t *m, uint32_t *frame, uint64_t first, size_t n) {
    uint32_t whole[MOVIE_FRAMES];
    for (size_t k = 0; k < n; k++) {
        const uint64_t at = first + k;
        if (k == 0 || at % MOVIE_FRAMES == 0) movie_trajectory(m, whole, at / MOVIE_FRAMES, NULL);
        frame[k] = whole[at % MOVIE_FRAMES];
    }
}

size_t movie_blocks(size_t pairs) { return (size_t)MOVIE_TRAJECTORIES * MOVIE_FRAMES / (pairs + 1) - MOVIE_HELD; }

void movie_block(const movie_t *m, uint32_t *frame, size_t pairs, uint64_t step) {
    double u;
    MUST(lpl_random_uniform_f64(&u, 1, m->seed, STREAM_BLOCK, step));
    movie_frames(m, frame, (uint64_t)(u * (double)movie_blocks(pairs)) * (pairs + 1), pairs + 1);
}

void movie_shuffle(const movie_t *m, uint32_t *order, size_t n, uint64_t step) {
    double *u = must_alloc(n, sizeof *u);
    MUST(lpl_random_uniform_f64(u, n, m->seed, STREAM_SHUFFLE, step * MOVIE_PAIRS_MAX));
    swap_order(order, u, n);
    free(u);
}

void movie_sample(uint32_t *frame, size_t n, uint64_t seed, uint64_t set) {
    for (size_t k = 0; k < n; k++) {
        double u;
        MUST(lpl_random_uniform_f64(&u, 1, seed, STREAM_SAMPLE, (set << 32) + k));
        frame[k] = (uint32_t)(u * ROOM_IMAGES);
    }
}
