/* tests/test_images.c - what examples/paper/deep_images.c stands on: readers of image files, augmented views, the
 * converged logistic regression. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "worlds/augment.h"
#include "worlds/images.h"
#include "worlds/logistic.h"
#include "worlds/views.h"
#include "common/folder.h"
#include "common/testing.h"

static char why[1400];

/* ---- files ---- */

static uint8_t *bytes_of(size_t n) {
    uint8_t *b = malloc(n);
    ck_assert_ptr_nonnull(b);
    for (size_t k = 0; k < n; k++) b[k] = (uint8_t)(testing_bits() >> 32);
    return b;
}

START_TEST(cifar_files) {
    images_t im = {0};
    uint8_t *b = bytes_of(3 * CIFAR_RECORD);
    for (size_t k = 0; k < 3; k++) b[k * CIFAR_RECORD] = (uint8_t)(9 - k);
    ck_assert(!images_cifar_exists(folder, "data_batch_1.bin"));
    ck_assert(!images_cifar(&im, folder, "data_batch_1.bin", why, sizeof why));
    ck_assert_ptr_nonnull(strstr(why, "data_batch_1.bin"));
    write_file("data_batch_1.bin", b, 3 * CIFAR_RECORD);
    ck_assert(images_cifar_exists(folder, "data_batch_1.bin"));
    for (int twice = 1; twice <= 2; twice++) { /* a second file is appended */
        ck_assert_msg(images_cifar(&im, folder, "data_batch_1.bin", why, sizeof why), "%s", why);
        ck_assert_uint_eq(im.n, 3 * (size_t)twice);
        for (size_t k = 0; k < im.n; k++) {
            ck_assert_int_eq(im.labels[k], 9 - (int)(k % 3));
            ck_assert_int_eq(memcmp(im.pixels + k * CIFAR_PIXELS, b + k % 3 * CIFAR_RECORD + 1, CIFAR_PIXELS), 0);
        }
    }
    b[CIFAR_RECORD] = 10; /* refused as a whole, what was read stays */
    write_file("test_batch.bin", b, 3 * CIFAR_RECORD);
    ck_assert(!images_cifar(&im, folder, "test_batch.bin", why, sizeof why));
    ck_assert_ptr_nonnull(strstr(why, "record 1 has label 10"));
    write_file("test_batch.bin", b, 3 * CIFAR_RECORD - 1);
    ck_assert(!images_cifar(&im, folder, "test_batch.bin", why, sizeof why));
    ck_assert_ptr_nonnull(strstr(why, "9218 bytes"));
    write_file("test_batch.bin", b, 0);
    ck_assert(!images_cifar(&im, folder, "test_batch.bin", why, sizeof why));
    ck_assert_ptr_nonnull(strstr(why, "empty"));
    ck_assert_uint_eq(im.n, 6);
    images_free(&im);
    free(b);
}
END_TEST

START_TEST(stl_files) {
    images_t im = {0};
    uint8_t *b = bytes_of(2 * STL_PIXELS), labels[2] = {1, 10};
    write_file("train_X.bin", b, 2 * STL_PIXELS);
    ck_assert(!images_stl(&im, folder, "train", why, sizeof why)); /* no labels */
    ck_assert_ptr_nonnull(strstr(why, "train_y.bin"));
    write_file("train_y.bin", labels, 1);
    ck_assert(!images_stl(&im, folder, "train", why, sizeof why));
    ck_assert_ptr_nonnull(strstr(why, "1 labels for 2 images"));
    write_file("train_y.bin", labels, 2);
    ck_assert_msg(images_stl(&im, folder, "train", why, sizeof why), "%s", why);
    ck_assert_int_eq(im.labels[0], 0);
    ck_assert_int_eq(im.labels[1], 9);
    for (int k = 0; k < 100; k++) { /* columns first in the file */
        const size_t i = (size_t)testing_size(0, 2 - 1), c = (size_t)testing_size(0, 3 - 1),
                     y = (size_t)testing_size(0, STL_SIDE - 1), x = (size_t)testing_size(0, STL_SIDE - 1);
        ck_assert_uint_eq(im.pixels[((i * 3 + c) * STL_SIDE + y) * STL_SIDE + x],
                          b[((i * 3 + c) * STL_SIDE + x) * STL_SIDE + y]);
    }
    labels[1] = 0;
    write_file("train_y.bin", labels, 2);
    ck_assert(!images_stl(&im, folder, "train", why, sizeof why));
    ck_assert_ptr_nonnull(strstr(why, "label 1 is 0"));
    ck_assert_uint_eq(im.n, 2);
    images_free(&im);
    write_file("unlabeled_X.bin", b, STL_PIXELS);
    ck_assert_msg(images_stl(&im, folder, "unlabeled", why, sizeof why), "%s", why);
    ck_assert_ptr_null(im.labels);
    images_free(&im);
    /* as the archive unpacks: the folder inside */
    ck_assert(!images_stl(&im, folder, "test", why, sizeof why));
    ck_assert_ptr_nonnull(strstr(why, "stl10_binary"));
    ck_assert_int_eq(mkdir(path_of("stl10_binary"), 0777), 0);
    write_file("stl10_binary/test_X.bin", b, STL_PIXELS);
    labels[0] = 3;
    write_file("stl10_binary/test_y.bin", labels, 1);
    ck_assert_msg(images_stl(&im, folder, "test", why, sizeof why), "%s", why);
    ck_assert_int_eq(im.labels[0], 2);
    images_free(&im);
    unlink(path_of("stl10_binary/test_X.bin")), unlink(path_of("stl10_binary/test_y.bin"));
    rmdir(path_of("stl10_binary"));
    free(b);
}
END_TEST

/* ---- views ---- */

static images_t some_images(size_t n, size_t side) {
    images_t im = {n, side, side, bytes_of(n * 3 * side * side), NULL};
    return im;
}

/* The same view whoever computes it: other threads, other neighbours; another one for another epoch, view, image,
 * seed. */
START_TEST(views_belong_to_their_numbers) {
    enum { N = 37, SIDE = 16, PIXELS = 3 * SIDE * SIDE };
    static float a[N * PIXELS], b[N * PIXELS];
    images_t im = some_images(1, SIDE);
    images_t all = some_images(N, SIDE);
    views_t v = views_cifar(5), w = views_cifar(5);
    uint32_t order[N];
    views_permutation(order, N, 5, 0);
    w.threads = 3;
    views_make(&v, a, &all, order, N, 4, 1);
    views_make(&w, b, &all, order, N, 4, 1);
    ck_assert_int_eq(memcmp(a, b, sizeof a), 0);
    views_make(&v, b, &all, order + 9, 1, 4, 1);
    ck_assert_int_eq(memcmp(a + 9 * PIXELS, b, PIXELS * sizeof *b), 0);
    const struct {
        uint64_t seed, epoch;
        int view;
    } other[] = {{6, 4, 1}, {5, 3, 1}, {5, 4, 0}, {5, 5, 0}};
    const uint32_t zero = 0;
    for (size_t k = 0; k < 4; k++) {
        w.seed = other[k].seed;
        views_make(&v, a, &im, &zero, 1, 4, 1);
        views_make(&w, b, &im, &zero, 1, other[k].epoch, other[k].view);
        ck_assert_int_ne(memcmp(a, b, PIXELS * sizeof *b), 0);
    }
    images_free(&im);
    images_free(&all);
}
END_TEST

/* The frequencies of theory 4.3: an image of one vertical edge, red on the left, tells flips; grey images have three
 * equal planes. */
START_TEST(views_have_the_published_frequencies) {
    enum { N = 4000, SIDE = 20, PLANE = SIDE * SIDE };
    static float out[3 * PLANE];
    images_t im = {1, SIDE, SIDE, calloc(3 * PLANE, 1), NULL};
    int greys = 0, mirrored = 0, upright = 0, outside = 0;
    const uint32_t zero = 0;
    views_t v = views_cifar(11);
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            im.pixels[y * SIDE + x] = (uint8_t)(80 + 5 * x), im.pixels[PLANE + y * SIDE + x] = 60,
                                 im.pixels[2 * PLANE + y * SIDE + x] = 40;
    for (int c = 0; c < 3; c++) v.mean[c] = 0, v.sd[c] = 1;
    for (int k = 0; k < N; k++) {
        views_make(&v, out, &im, &zero, 1, (uint64_t)k, 0);
        float apart = 0, slope = 0;
        for (int p = 0; p < PLANE; p++) {
            apart = fmaxf(apart, fabsf(out[p] - out[PLANE + p])),
            slope += (p % SIDE < SIDE / 2 ? -1.0f : 1.0f) * (out[p] + out[PLANE + p] + out[2 * PLANE + p]);
            for (int c = 0; c < 3; c++) outside += !(out[c * PLANE + p] >= -1e-6f && out[c * PLANE + p] <= 1 + 1e-6f);
        }
        greys += apart < 1e-6f;
        mirrored += slope < -1e-3f;
        upright += slope > 1e-3f;
    }
    ck_assert_int_eq(outside, 0);
    /* three standard deviations and a little: grey also by a saturation near 0 or all channels clamped, flat by
     * contrast near 0 */
    ck_assert_msg(greys > 0.17 * N && greys < 0.25 * N, "grey: %d of %d", greys, N);
    ck_assert_msg(mirrored > 0.45 * N && mirrored < 0.53 * N && upright > 0.45 * N && upright < 0.53 * N,
                  "left %d, right %d of %d", mirrored, upright, N);
    images_free(&im);
}
END_TEST

/* The single operations, against what they mean. */
START_TEST(colours_and_blur) {
    enum { N = 64 };
    float p[3 * N], q[3 * N];
    for (int k = 0; k < 3 * N; k++) p[k] = (float)(testing_real() / 2 + 0.5);
    memcpy(q, p, sizeof p);
    augment_hue(q, N, 0);
    for (int k = 0; k < 3 * N; k++) CLOSE(q[k], p[k], 1e-5f, 1);
    augment_hue(q, N, 1 / 3.0f); /* a third of a turn: red becomes green, green blue, blue red */
    for (int k = 0; k < N; k++)
        for (int c = 0; c < 3; c++) CLOSE(q[(c + 1) % 3 * N + k], p[c * N + k], 1e-5f, 1);
    memcpy(q, p, sizeof p);
    augment_brightness(q, N, 1), augment_contrast(q, N, 1), augment_saturation(q, N, 1);
    for (int k = 0; k < 3 * N; k++) CLOSE(q[k], p[k], 1e-5f, 1);
    float g[N], mean = 0;
    for (int k = 0; k < N; k++) mean += (g[k] = augment_grey(p, N, (size_t)k)) / N;
    memcpy(q, p, sizeof p);
    augment_saturation(q, N, 0);
    for (int k = 0; k < 3 * N; k++) CLOSE(q[k], g[k % N], 1e-5f, 1);
    memcpy(q, p, sizeof p);
    augment_contrast(q, N, 0);
    for (int k = 0; k < 3 * N; k++) CLOSE(q[k], mean, 1e-5f, 1);
    /* a blur has weight one: constants stay, sums of an inner point stay, and its width is sd */
    enum { SIDE = 30 };
    static float plane[3 * SIDE * SIDE], space[SIDE * SIDE];
    for (int k = 0; k < 3 * SIDE * SIDE; k++) plane[k] = 0.25f;
    augment_blur(plane, SIDE, SIDE, space, 1.3f);
    for (int k = 0; k < 3 * SIDE * SIDE; k++) CLOSE(plane[k], 0.25f, 1e-6f, 1);
    memset(plane, 0, sizeof plane);
    plane[15 * SIDE + 15] = 1;
    augment_blur(plane, SIDE, SIDE, space, 0.8f);
    float sum = 0;
    for (int k = 0; k < SIDE * SIDE; k++) sum += plane[k];
    CLOSE(sum, 1, 1e-6f, 1);
    CLOSE(plane[15 * SIDE + 16] / plane[15 * SIDE + 15], expf(-1 / (2 * 0.8f * 0.8f)), 1e-5f, 1);
}
END_TEST

/* Boxes are inside, in the published range of areas and aspects (but for rounding to pixels), or the largest centre
 * crop. */
START_TEST(boxes) {
    dice_t d;
    for (uint64_t k = 0; k < 5000; k++) {
        const size_t h = 8 + (size_t)testing_size(0, 90 - 1), w = 8 + (size_t)testing_size(0, 90 - 1);
        dice_roll(&d, 3, k, 0, 0);
        const box_t b = box_random(&d, h, w);
        ck_assert(b.h > 0 && b.w > 0 && b.y + b.h <= h && b.x + b.w <= w);
        ck_assert_int_eq(d.at, BOX_DRAWS);
        const float high = ((float)b.w + 0.5f) / ((float)b.h - 0.5f), low = ((float)b.w - 0.5f) / ((float)b.h + 0.5f);
        ck_assert_msg(high >= 0.74f && low <= 1.34f, "%zu x %zu of %zu x %zu", b.h, b.w, h, w);
    }
}
END_TEST

START_TEST(evaluation_and_order) {
    enum { SIDE = 32, PLANE = SIDE * SIDE, N = 1000 };
    static float out[3 * PLANE];
    images_t im = some_images(2, SIDE);
    views_t v = views_cifar(1);
    views_evaluate(&v, out, &im, 1, 1, true);
    for (int k = 0; k < 3 * PLANE; k++)
        CLOSE(out[k], ((im.pixels[3 * PLANE + k] / 255.0 - v.mean[k / PLANE]) / v.sd[k / PLANE]), 1e-5f, 1);
    for (int k = 0; k < PLANE; k++)
        im.pixels[k] = (uint8_t)(7 * (k % SIDE)); /* a ramp, enlarged: slope 32/35, the same centre */
    v.mean[0] = 0, v.sd[0] = 1 / 255.0;
    views_evaluate(&v, out, &im, 0, 1, false);
    for (int x = 0; x < SIDE; x++) CLOSE(out[5 * SIDE + x], 7 * ((2 + (float)x + 0.5f) * 32 / 35 - 0.5f), 1e-3f, 1);
    images_free(&im);

    uint32_t order[2][N];
    int same = 0;
    uint8_t seen[N] = {0};
    for (int e = 0; e < 2; e++) views_permutation(order[e], N, 7, (uint64_t)e);
    for (int k = 0; k < N; k++) seen[order[0][k]]++, same += order[0][k] == order[1][k];
    for (int k = 0; k < N; k++) ck_assert_uint_eq(seen[k], 1);
    ck_assert_int_lt(same, 15);
}
END_TEST

/* ---- logistic regression ---- */

/* About a standard normal: a sum of twelve. */
static double normal(void) {
    double sum = 0;
    for (int k = 0; k < 12; k++) sum += testing_real() / 2;
    return sum;
}

START_TEST(logistic_regression) {
    enum { N = 600, D = 5, K = 3 };
    static float x[N * D], t[N * D], wide[N * D], wide_t[N * D];
    static int32_t y[N], yt[N];
    for (int k = 0; k < N; k++) {
        y[k] = (int32_t)testing_size(0, K - 1), yt[k] = (int32_t)testing_size(0, K - 1);
        for (int i = 0; i < D; i++)
            x[k * D + i] = (float)(normal() + 4 * (i == y[k])), t[k * D + i] = (float)(normal() + 4 * (i == yt[k]));
        x[k * D + D - 1] = t[k * D + D - 1] = 3; /* constant: must not divide by zero */
        for (int i = 0; i < D; i++)
            wide[k * D + i] = x[k * D + i] * 1e3f + 50, wide_t[k * D + i] = t[k * D + i] * 1e3f + 50;
    }
    const double right = logistic_accuracy(x, y, N, t, yt, N, D, K, 1e-4, 200);
    ck_assert_msg(right > 0.97, "%g", right); /* Bayes: two unit normals 4 sqrt 2 apart, two rivals: 0.995 */
    CLOSE(logistic_accuracy(wide, y, N, wide_t, yt, N, D, K, 1e-4, 200), right, 0.004, 1);
    for (int k = 0; k < N; k++)
        y[k] = (int32_t)testing_size(0, K - 1), yt[k] = (int32_t)testing_size(0, K - 1); /* labels of chance */
    const double chance = logistic_accuracy(x, y, N, t, yt, N, D, K, 1e-4, 200);
    ck_assert_msg(chance > 0.25 && chance < 0.42, "%g", chance);
}
END_TEST

int main(void) {
    testing_seed("images", 17);
    Suite *suite = suite_create("images");
    TCase *tests = tcase_create("images");
    suite_add_tcase(suite, tests);
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, folder_setup, folder_teardown);
    tcase_add_test(tests, cifar_files);
    tcase_add_test(tests, stl_files);
    tcase_add_test(tests, views_belong_to_their_numbers);
    tcase_add_test(tests, views_have_the_published_frequencies);
    tcase_add_test(tests, colours_and_blur);
    tcase_add_test(tests, boxes);
    tcase_add_test(tests, evaluation_and_order);
    tcase_add_test(tests, logistic_regression);
    return testing_run(suite);
}
