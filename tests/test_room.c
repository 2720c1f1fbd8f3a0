/* tests/test_room.c - what examples/paper/rooms.c stands on: the room and its pictures, the movie, the disentanglement
 * score, the log. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worlds/disentangle.h"
#include "worlds/movie.h"
#include "worlds/ray.h"
#include "worlds/room.h"
#include "worlds/losslog.h"
#include "worlds/output.h"
#include "common/folder.h"
#include "common/testing.h"

enum { SIDE = 16, PIXELS = 3 * SIDE * SIDE };

/* ---- pictures ---- */

START_TEST(numbers_and_factors) {
    int total = 0, factor[ROOM_FACTORS], back[ROOM_FACTORS];
    uint32_t images = 1;
    for (int f = 0; f < ROOM_FACTORS; f++) total += room_values[f], images *= (uint32_t)room_values[f];
    ck_assert_int_eq(total, ROOM_VALUES);
    ck_assert_uint_eq(images, ROOM_IMAGES);
    for (int k = 0; k < 1000; k++) {
        for (int f = 0; f < ROOM_FACTORS; f++) factor[f] = (int)testing_size(0, (size_t)room_values[f] - 1);
        const uint32_t index = room_index(factor);
        ck_assert_uint_lt(index, ROOM_IMAGES);
        room_split(back, index);
        ck_assert_int_eq(memcmp(factor, back, sizeof back), 0);
        if (factor[ROOM_ORIENTATION] < 14) { /* orientation is the fastest digit */
            factor[ROOM_ORIENTATION]++;
            ck_assert_uint_eq(room_index(factor), index + 1);
        }
    }
}
END_TEST

/* The same bits whatever the number of threads, of images in one call, and the neighbours. */
START_TEST(same_pictures_for_any_threads) {
    enum { N = 29 };
    static float a[N * PIXELS], b[N * PIXELS];
    uint32_t image[N];
    room_t one = room_create(SIDE, 1), three = room_create(SIDE, 3);
    for (int k = 0; k < N; k++) image[k] = (uint32_t)testing_size(0, ROOM_IMAGES - 1);
    ck_assert_int_eq(memcmp(one.planes, three.planes, ROOM_GEOMETRIES * ROOM_PLANES * SIDE * SIDE * sizeof(float)), 0);
    room_draw(&one, a, image, N);
    room_draw(&three, b, image, N);
    ck_assert_int_eq(memcmp(a, b, sizeof a), 0);
    room_draw(&three, b, image + 7, 1);
    ck_assert_int_eq(memcmp(a + 7 * PIXELS, b, PIXELS * sizeof *b), 0);
    room_free(&one), room_free(&three);
}
END_TEST

/* Weights of light are a partition: never negative, never above 1 in sum, so no pixel is clamped. */
START_TEST(light_is_bounded) {
    room_t r = room_create(SIDE, 2);
    for (size_t g = 0; g < ROOM_GEOMETRIES; g++)
        for (size_t i = 0; i < SIDE * SIDE; i++) {
            float sum = 0;
            for (size_t k = 0; k < ROOM_PLANES; k++) {
                const float v = r.planes[(g * ROOM_PLANES + k) * SIDE * SIDE + i];
                ck_assert(v >= 0);
                sum += v;
            }
            ck_assert_msg(sum > 0.05f && sum <= 1 + 1e-6f, "geometry %zu, pixel %zu: %g", g, i, (double)sum);
        }
    room_free(&r);
}
END_TEST

static double apart(const float *a, const float *b) {
    double sum = 0;
    for (int k = 0; k < PIXELS; k++) sum += fabs((double)a[k] - (double)b[k]) / PIXELS;
    return sum;
}

/* Any two values of a factor give another picture, whatever the other factors are; a hue changes its own surface
 * only. */
START_TEST(every_factor_is_seen) {
    static float a[PIXELS], b[PIXELS];
    room_t r = room_create(SIDE, 1);
    for (int k = 0; k < 300; k++) {
        int factor[ROOM_FACTORS], other[ROOM_FACTORS];
        const int f = k % ROOM_FACTORS, values = room_values[f];
        room_split(factor, (uint32_t)testing_size(0, ROOM_IMAGES - 1));
        memcpy(other, factor, sizeof other);
        other[f] = (factor[f] + (int)testing_size(1, (size_t)values - 1)) % values;
        const uint32_t image[2] = {room_index(factor), room_index(other)};
        room_draw(&r, a, image, 1);
        room_draw(&r, b, image + 1, 1);
        ck_assert_msg(apart(a, b) > 0.004, "%s %d and %d: %g", room_names[f], factor[f], other[f], apart(a, b));
        const float *p = r.planes + (size_t)(image[0] % ROOM_GEOMETRIES) * ROOM_PLANES * SIDE * SIDE;
        for (size_t i = 0; f < 3 && i < SIDE * SIDE; i++)
            for (size_t c = 0; c < 3 && p[(size_t)f * SIDE * SIDE + i] <= 0; c++)
                ck_assert(a[c * SIDE * SIDE + i] == b[c * SIDE * SIDE + i]);
    }
    room_free(&r);
}
END_TEST

/* mean and sd come from a formula; a sample of pictures agrees. */
START_TEST(normalisation) {
    enum { N = 3000 };
    float *x = malloc(N * PIXELS * sizeof *x);
    uint32_t image[N];
    uint8_t rgb[PIXELS];
    room_t r = room_create(SIDE, 1);
    movie_sample(image, N, testing_bits(), 0);
    room_draw(&r, x, image, N);
    for (size_t c = 0; c < 3; c++) {
        double sum = 0, square = 0, per_image = 0;
        for (size_t b = 0; b < N; b++) {
            double one = 0;
            for (size_t i = 0; i < SIDE * SIDE; i++) {
                const double v = (double)x[(b * 3 + c) * SIDE * SIDE + i];
                one += v / (SIDE * SIDE), square += v * v / (SIDE * SIDE);
            }
            sum += one, per_image += one * one;
        }
        const double mean = sum / N, error = sqrt((per_image / N - mean * mean) / N);
        CLOSE(mean, 0, 5 * error, 1); /* pixels of an image go together: the images count */
        CLOSE(square / N, 1, 0.05, 1);
    }
    room_picture(&r, rgb, image[0]);
    for (size_t c = 0; c < 3; c++)
        for (size_t i = 0; i < SIDE * SIDE; i++)
            CLOSE(rgb[3 * i + c], 255 * ((double)x[c * SIDE * SIDE + i] * r.sd[c] + r.mean[c]), 0.51, 1);
    free(x);
    room_free(&r);
}
END_TEST

/* Rays against what geometry says: a sphere and an upright cylinder seen from the side and from above, a box from a
 * corner. */
START_TEST(rays) {
    hit_t h;
    ck_assert(ray_meet(&h, (vec_t){0, 0.76, 5}, (vec_t){0, 0, -1}, ROOM_SPHERE, 1));
    CLOSE(h.t, 5 - 0.76, 1e-12, 1);
    CLOSE(h.normal.z, 1, 1e-12, 1);
    ck_assert(!ray_meet(&h, (vec_t){0, 0.76, 5}, (vec_t){0, 0, 1}, ROOM_SPHERE, 1)); /* behind */
    ck_assert(ray_meet(&h, (vec_t){0.1, 9, 0.2}, (vec_t){0, -1, 0}, ROOM_CYLINDER, 2));
    CLOSE(h.t, 9 - 2.6, 1e-12, 1);
    CLOSE(h.normal.y, 1, 1e-12, 1);
    ck_assert(ray_meet(&h, (vec_t){-5, 0.5, 0}, (vec_t){1, 0, 0}, ROOM_CAPSULE, 1));
    CLOSE(h.t, 5 - 0.42, 1e-12, 1);
    CLOSE(h.normal.x, -1, 1e-12, 1);
    ck_assert(ray_meet(&h, (vec_t){0, 9, 0}, (vec_t){0, -1, 0}, ROOM_CAPSULE, 1));
    CLOSE(h.t, 9 - 1.85, 1e-12, 1);
    ck_assert(ray_meet(&h, (vec_t){0.1, 0.2, 4}, (vec_t){0, 0, -1}, ROOM_CUBE, 1));
    CLOSE(h.t, 4 - 0.62, 1e-12, 1);
    ck_assert(!ray_meet(&h, (vec_t){0.63, 0.2, 4}, (vec_t){0, 0, -1}, ROOM_CUBE, 1));
    /* whatever is met lies on the line, outside of nothing: from the hit on, the normal points back to the eye */
    for (int k = 0; k < 2000; k++) {
        const vec_t eye = {4 * testing_real(), 2.5 + testing_real(), 4},
                    d = vec_unit((vec_t){testing_real() - eye.x, 1 + testing_real() - eye.y, -4});
        if (ray_meet(&h, eye, d, k % 4, 1)) {
            ck_assert_msg(vec_dot(h.normal, d) <= 1e-9, "shape %d: %g", k % 4, vec_dot(h.normal, d));
            CLOSE(vec_dot(h.normal, h.normal), 1, 1e-9, 1);
        }
    }
}
END_TEST

/* ---- movie ---- */

/* One factor moves, never shape, in steps of 1 or 2: hues on their hidden circle, scale and orientation on a line that
 * turns back. */
START_TEST(trajectories) {
    enum { N = 8000 };
    const movie_t m = movie_create(testing_bits());
    uint8_t hidden[3][ROOM_HUES];
    int moved[ROOM_FACTORS] = {0}, twice = 0, up = 0, starts[15] = {0};
    for (int f = 0; f < 3; f++) {
        int seen = 0;
        for (int k = 0; k < ROOM_HUES; k++)
            hidden[f][m.permutation[f][k]] = (uint8_t)k, seen |= 1 << m.permutation[f][k];
        ck_assert_int_eq(seen, (1 << ROOM_HUES) - 1); /* a permutation */
    }
    for (uint64_t n = 0; n < N; n++) {
        uint32_t frame[MOVIE_FRAMES];
        int step, at[MOVIE_FRAMES][ROOM_FACTORS];
        const int mover = movie_trajectory(&m, frame, n, &step);
        for (int t = 0; t < MOVIE_FRAMES; t++) {
            room_split(at[t], frame[t]);
            for (int f = 0; f < 3; f++) at[t][f] = hidden[f][at[t][f]];
        }
        ck_assert_int_ne(mover, ROOM_SHAPE);
        moved[mover]++, twice += abs(step) == 2, up += step > 0, starts[at[0][ROOM_ORIENTATION]]++;
        int d = step;
        for (int t = 1; t < MOVIE_FRAMES; t++) {
            const int v = at[t - 1][mover], last = room_values[mover] - 1;
            for (int f = 0; f < ROOM_FACTORS; f++) ck_assert(f == mover || at[t][f] == at[0][f]);
            if (mover < 3) {
                ck_assert_int_eq(at[t][mover], (v + d + ROOM_HUES) % ROOM_HUES);
                continue;
            }
            int expected = v + d;
            if (expected > last || expected < 0) { /* not beyond the end: to it, or, from it, back */
                expected = d > 0 ? (v == last ? last - abs(d) : last) : (v == 0 ? abs(d) : 0);
                d = -d;
            }
            ck_assert_msg(at[t][mover] == expected, "trajectory %llu, frame %d: %s %d after %d", (unsigned long long)n,
                          t, room_names[mover], at[t][mover], v);
        }
    }
    /* within four standard deviations of what is said in movie.h */
    for (int f = 0; f < ROOM_FACTORS; f++) CLOSE(moved[f], f == ROOM_SHAPE ? 0 : N / 5.0, 4 * sqrt(N * 0.16), 1);
    CLOSE(twice, N * 0.2212, 4 * sqrt(N * 0.2212 * 0.7788), 1);
    CLOSE(up, N / 2.0, 4 * sqrt(N / 4.0), 1);
    for (int k = 0; k < 15; k++) CLOSE(starts[k], N / 15.0, 4 * sqrt(N / 15.0), 1);
}
END_TEST

/* Any piece of the movie is the same piece; blocks are pieces, never of those that are held back. */
START_TEST(blocks) {
    enum { PAIRS = 100 };
    const movie_t m = movie_create(7), again = movie_create(7), other = movie_create(8);
    uint32_t all[60 * MOVIE_FRAMES], part[PAIRS + 1], block[PAIRS + 1];
    movie_frames(&m, all, 0, sizeof all / sizeof *all);
    for (int k = 0; k < 50; k++) {
        const size_t first = testing_size(0, 58 * MOVIE_FRAMES - PAIRS);
        movie_frames(&again, part, first, PAIRS + 1);
        ck_assert_int_eq(memcmp(part, all + first, sizeof part), 0);
    }
    movie_frames(&other, part, 0, PAIRS + 1);
    ck_assert_int_ne(memcmp(part, all, sizeof part), 0);
    ck_assert_uint_eq(movie_blocks(1024), 1061 - MOVIE_HELD); /* theory 5.1 */
    for (uint64_t step = 0; step < 20; step++) {
        size_t found = 0;
        movie_block(&m, block, PAIRS, step);
        for (size_t b = 0; b < movie_blocks(PAIRS) && !found; b++) {
            movie_frames(&m, part, b * (PAIRS + 1), 1);
            if (part[0] != block[0]) continue;
            movie_frames(&m, part, b * (PAIRS + 1), PAIRS + 1);
            found = memcmp(part, block, sizeof part) == 0;
        }
        ck_assert_uint_eq(found, 1);
    }
    uint32_t order[2][PAIRS], seen[PAIRS] = {0};
    for (uint64_t s = 0; s < 2; s++) movie_shuffle(&m, order[s], PAIRS, s);
    for (int k = 0; k < PAIRS; k++) seen[order[0][k]]++;
    for (int k = 0; k < PAIRS; k++) ck_assert_uint_eq(seen[k], 1);
    ck_assert_int_ne(memcmp(order[0], order[1], sizeof order[0]), 0);
}
END_TEST

/* Field by field: a 32-bit host has padding behind `constant`. */
static bool same_result(const disentangle_result_t *a, const disentangle_result_t *b) {
    for (int f = 0; f < ROOM_FACTORS; f++)
        if (a->factor[f] != b->factor[f]) return false;
    return a->score == b->score && a->score_sd == b->score_sd && a->strict == b->strict &&
           a->strict_sd == b->strict_sd && a->constant == b->constant;
}

/* ---- disentanglement ---- */

/* One feature for each factor value (1 if the image has it) with a little noise is perfect; random numbers are at
 * chance. */
START_TEST(perfect_and_random_codes) {
    enum { N = 4000 };
    uint32_t image[N];
    float *x = calloc(N * ROOM_VALUES, sizeof *x), *noise = testing_floats(N * ROOM_VALUES);
    movie_sample(image, N, testing_bits(), 5);
    for (int b = 0; b < N; b++) {
        int factor[ROOM_FACTORS], first = 0;
        room_split(factor, image[b]);
        for (int f = 0; f < ROOM_FACTORS; first += room_values[f++]) x[b * ROOM_VALUES + first + factor[f]] = 1;
        for (int j = 0; j < ROOM_VALUES; j++) x[b * ROOM_VALUES + j] += 0.01f * noise[b * ROOM_VALUES + j];
    }
    disentangle_t s = {400, 10, 2, testing_bits(), 1};
    disentangle_result_t good, same, bad;
    disentangle_score(&good, &s, x, image, N, ROOM_VALUES);
    s.threads = 3;
    disentangle_score(&same, &s, x, image, N, ROOM_VALUES);
    ck_assert(same_result(&good, &same));
    ck_assert_msg(good.score > 0.98 && good.strict > 0.97, "score %g, strict %g", good.score, good.strict);
    disentangle_score(&bad, &s, noise, image, N, ROOM_VALUES);
    /* chance: features are alike, so every one votes for the factor with the most votes per value; the best constant
     * answer is right for 15 of 57 values, and votes that fall by luck on few features lift it a little */
    ck_assert_msg(bad.score < 0.35 && bad.strict < 0.35, "score %g, strict %g", bad.score, bad.strict);
    for (int f = 0; f < ROOM_FACTORS; f++) {
        const double right = disentangle_readout(x, image, N, ROOM_VALUES, f, 5, 1),
                     luck = disentangle_readout(noise, image, N, ROOM_VALUES, f, 5, 1);
        ck_assert_msg(right > 0.99, "%s: %g", room_names[f], right);
        CLOSE(luck, 1.0 / room_values[f], 5 * sqrt(0.25 / (N / 5.0)), 1);
    }
    free(x), free(noise);
}
END_TEST

/* Scale does not matter, features without variance do not count, and a code without any is wrong everywhere. */
START_TEST(scales_and_constants) {
    enum { N = 2000, D = 8 };
    uint32_t image[N];
    static float x[N * D], y[N * D];
    movie_sample(image, N, testing_bits(), 6);
    for (int b = 0; b < N; b++) {
        int factor[ROOM_FACTORS];
        room_split(factor, image[b]);
        for (int j = 0; j < D; j++) x[b * D + j] = j < ROOM_FACTORS ? (float)factor[j] : 3;
        for (int j = 0; j < D; j++)
            y[b * D + j] = x[b * D + j] * (float)(1 << (3 * j)); /* powers of two: the same digits */
    }
    const disentangle_t s = {200, 4, 1, 3, 1};
    disentangle_result_t a, b;
    disentangle_score(&a, &s, x, image, N, D);
    disentangle_score(&b, &s, y, image, N, D);
    ck_assert_uint_eq(a.constant, 2);
    ck_assert_double_eq(a.score, 1); /* the factors themselves: the fixed one has variance 0 */
    ck_assert_double_eq(a.strict, 1);
    ck_assert(same_result(&a, &b));
    for (int f = 0; f < ROOM_FACTORS; f++) ck_assert_double_eq(a.factor[f], 1);
    /* Without one factor its points go astray, and no others; all are worth as much as they have values. */
    for (int b2 = 0; b2 < N; b2++) y[b2 * D + ROOM_SHAPE] = 3;
    disentangle_score(&b, &s, y, image, N, D);
    double whole = 0;
    for (int f = 0; f < ROOM_FACTORS; f++) {
        if (f == ROOM_SHAPE)
            ck_assert_double_eq(b.factor[f], 0);
        else
            ck_assert_double_eq(b.factor[f], 1);
        whole += b.factor[f] * room_values[f] / ROOM_VALUES;
    }
    ck_assert_msg(fabs(whole - b.score) < 1e-12, "%g, %g", whole, b.score);
    for (int k = 0; k < N * D; k++) x[k] = 0.1f;
    disentangle_score(&a, &s, x, image, N, D);
    ck_assert_uint_eq(a.constant, D);
    ck_assert_double_eq(a.score, 0);
}
END_TEST

START_TEST(strict_votes) {
    enum { D = 20 };
    double votes[D * ROOM_FACTORS] = {0};
    for (int j = 0; j < D; j++)
        votes[j * ROOM_FACTORS + ROOM_SHAPE] =
            j == 3 ? 0 : 1 + j % 7;             /* 4 values: the best four, the first of equal ones */
    votes[5 * ROOM_FACTORS + ROOM_FLOOR] = 0.1; /* 10 values, one feature */
    disentangle_strict(votes, D);
    for (int j = 0; j < D; j++) {
        ck_assert_double_eq(votes[j * ROOM_FACTORS + ROOM_SHAPE], j == 6 || j == 13 || j == 5 || j == 12);
        ck_assert_double_eq(votes[j * ROOM_FACTORS + ROOM_FLOOR], j == 5);
        ck_assert_double_eq(votes[j * ROOM_FACTORS + ROOM_WALL], 0);
    }
}
END_TEST

START_TEST(similarity) {
    enum { DRAWS = 50, VALUES = 4, D = 6 };
    static float x[DRAWS * VALUES * D];
    double out[VALUES * VALUES];
    for (int b = 0; b < DRAWS * VALUES; b++)
        x[b * D + b % VALUES] = 1 + 0.2f * (float)testing_real(); /* a feature of its own each */
    disentangle_similarity(out, x, DRAWS, VALUES, D);
    for (int k = 0; k < VALUES * VALUES; k++)
        CLOSE(out[k], k / VALUES == k % VALUES ? 1 : -1.0 / (VALUES - 1), k / VALUES == k % VALUES ? 1e-12 : 0.03, 1);
    memset(x, 0, sizeof x);
    disentangle_similarity(out, x, DRAWS, VALUES, D);
    for (int k = 0; k < VALUES * VALUES; k++) ck_assert_double_eq(out[k], 0);
}
END_TEST

/* ---- log ---- */

START_TEST(log_goes_on_from_the_checkpoint) {
    lpl_report_t report[VGG_LAYERS];
    char text[4096] = {0};
    for (int k = 0; k < VGG_LAYERS; k++) OK(lpl_report_init(&report[k], sizeof report[k]));
    write_file("losses_lpl.csv", "", 0); /* for the fixture, which removes it */
    FILE *log = losslog_open(folder, "lpl", 0);
    ck_assert_ptr_nonnull(log);
    for (size_t step = 10; step <= 40; step += 10) report[0].pull = (double)step, losslog_row(log, "lpl", step, report);
    fprintf(log, "lpl,50,0.1"); /* killed while it wrote */
    ck_assert_int_eq(fclose(log), 0);
    log = losslog_open(folder, "lpl", 20); /* 30 and 40 are done again */
    report[0].pull = -30;
    losslog_row(log, "lpl", 30, report);
    ck_assert_int_eq(fclose(log), 0);
    FILE *to = tmpfile();
    ck_assert(losslog_copy(to, folder, "lpl"));
    ck_assert(!losslog_copy(to, folder, "pred_off"));
    rewind(to);
    ck_assert_uint_gt(fread(text, 1, sizeof text - 1, to), 0);
    fclose(to);
    ck_assert_int_eq(strncmp(text, "lpl,10,10,", 10), 0);
    ck_assert_ptr_nonnull(strstr(text, "\nlpl,20,20,"));
    ck_assert_ptr_nonnull(strstr(text, "\nlpl,30,-30,"));
    ck_assert_ptr_null(strstr(text, "lpl,40"));
    ck_assert_ptr_null(strstr(text, "lpl,50"));
}
END_TEST

int main(void) {
    testing_seed("room", 19);
    Suite *suite = suite_create("room");
    TCase *tests = tcase_create("room");
    suite_add_tcase(suite, tests);
    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, folder_setup, folder_teardown);
    tcase_add_test(tests, numbers_and_factors);
    tcase_add_test(tests, same_pictures_for_any_threads);
    tcase_add_test(tests, light_is_bounded);
    tcase_add_test(tests, every_factor_is_seen);
    tcase_add_test(tests, normalisation);
    tcase_add_test(tests, rays);
    tcase_add_test(tests, trajectories);
    tcase_add_test(tests, blocks);
    tcase_add_test(tests, perfect_and_random_codes);
    tcase_add_test(tests, scales_and_constants);
    tcase_add_test(tests, strict_votes);
    tcase_add_test(tests, similarity);
    tcase_add_test(tests, log_goes_on_from_the_checkpoint);
    return testing_run(suite);
}
