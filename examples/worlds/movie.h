/* examples/worlds/movie.h - what happens in the room: trajectories in which one factor moves (theory 5.1), cut into
 * blocks of pairs.
 *
 * 64 000 trajectories of 17 frames, one after the other. Each starts at random; one factor other than shape moves in
 * all of it, by +-1 a frame, or by +-2 (a quarter as many draws as trajectories, with replacement, are doubled: one in
 * 1 / (1 - exp(-1/4)) = 4.5). Hues wrap; scale and orientation stop at their ends and turn back. Then each hue goes
 * through a fixed random permutation, so what follows in time is no neighbour in colour. A block is `pairs` + 1 frames
 * in a row: pair i = frames i, i + 1; one in 17 crosses into another trajectory. The last MOVIE_HELD blocks are never
 * drawn for training.
 *
 * All of it is a function of (seed, number): nothing is stored, nothing depends on threads, order or interruption. */
#ifndef EXAMPLES_MOVIE_H
#define EXAMPLES_MOVIE_H

#include "room.h"

enum { MOVIE_FRAMES = 17, MOVIE_TRAJECTORIES = 64000, MOVIE_HELD = 30, MOVIE_PAIRS_MAX = 16384 };

typedef struct movie_t {
    uint64_t seed;
    uint8_t permutation[3][ROOM_HUES]; /* colour of the hue that time counts, for floor, wall, object */
} movie_t;

movie_t movie_create(uint64_t seed);

/* Image numbers of a trajectory; returns the factor that moves, its step in *step (may be NULL). */
int movie_trajectory(const movie_t *m, uint32_t frame[MOVIE_FRAMES], uint64_t trajectory, int *step);

/* Frames first .. first + n - 1 of all trajectories in a row. */
void movie_frames(const movie_t *m, uint32_t *frame, uint64_t first, size_t n);

/* Number of blocks of so many pairs that training draws from (1 .. MOVIE_PAIRS_MAX pairs). */
size_t movie_blocks(size_t pairs);

/* The pairs + 1 frames of the block that training step `step` sees. */
void movie_block(const movie_t *m, uint32_t *frame, size_t pairs, uint64_t step);

/* A random order of 0 .. n-1 that belongs to (seed, step). */
void movie_shuffle(const movie_t *m, uint32_t *order, size_t n, uint64_t step);

/* n images drawn from all 480 000, with replacement; `set` tells independent draws apart. */
void movie_sample(uint32_t *frame, size_t n, uint64_t seed, uint64_t set);

#endif
