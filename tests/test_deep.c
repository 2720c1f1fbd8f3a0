/* tests/test_deep.c - the protocol of examples/paper/deep_images.c: which images learn and which train the readout, the
 * batches of an epoch, the schedule, what is judged. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "worlds/deeplearn.h"
#include "worlds/must.h"
#include "worlds/rowlog.h"
#include "common/folder.h"
#include "common/testing.h"

static char why[1400];

/* n records of CIFAR-10's form whose pixels all are the number of the record (from first), labels 0 .. 9. */
static void write_cifar(const char *name, size_t n, size_t first) {
    uint8_t *b = must_alloc(n, CIFAR_RECORD);
    for (size_t k = 0; k < n; k++) {
        memset(b + k * CIFAR_RECORD, (int)(first + k), CIFAR_RECORD);
        b[k * CIFAR_RECORD] = (uint8_t)(k % 10);
    }
    write_file(name, b, n * CIFAR_RECORD);
    free(b);
}

START_TEST(cifar_all_and_short) {
    deepdata_t d;
    ck_assert(!deepdata_load(&d, folder, DEEPDATA_CIFAR, 1, 1, why, sizeof why));
    ck_assert_ptr_nonnull(strstr(why, "data_batch_1.bin"));
    write_cifar("test_batch.bin", 4, 200);
    write_cifar("data_batch_2.bin", 5, 20);
    for (int kind = DEEPDATA_CIFAR; kind <= DEEPDATA_CIFAR_SHORT; kind++) { /* a single file does both */
        ck_assert_msg(deepdata_load(&d, folder, kind, 1, 1, why, sizeof why), "%s", why);
        ck_assert_ptr_eq(d.train, d.readout);
        ck_assert_uint_eq(d.train->n, 5);
        ck_assert_uint_eq(d.test->n, 4);
        deepdata_free(&d);
    }
    write_cifar("data_batch_3.bin", 6, 30);
    write_cifar("data_batch_5.bin", 7, 50);
    ck_assert(deepdata_load(&d, folder, DEEPDATA_CIFAR, 1, 1, why, sizeof why));
    ck_assert_ptr_eq(d.train, d.readout);
    ck_assert_uint_eq(d.train->n, 5 + 6 + 7);
    ck_assert_ptr_nonnull(d.train->labels);
    ck_assert_uint_eq(d.train->pixels[17 * CIFAR_PIXELS], 56);
    deepdata_free(&d);
    ck_assert(deepdata_load(&d, folder, DEEPDATA_CIFAR_SHORT, 1, 1, why, sizeof why));
    ck_assert_uint_eq(d.train->n, 5);
    ck_assert_uint_eq(d.readout->n, 7);
    ck_assert_uint_eq(d.train->pixels[0], 20);
    ck_assert_uint_eq(d.readout->pixels[0], 50);
    deepdata_free(&d);
}
END_TEST

/* Images whose first pixel is their number. */
static images_t numbered(size_t n, size_t side, bool labels) {
    images_t im = {n, side, side, must_alloc(n * 3 * side * side, 1), labels ? must_alloc(n, sizeof(int32_t)) : NULL};
    for (size_t k = 0; k < n; k++) {
        im.pixels[k * 3 * side * side] = (uint8_t)k;
        if (labels) im.labels[k] = (int32_t)k;
    }
    return im;
}

START_TEST(held_out) {
    enum { N = 100 };
    size_t kept[2][N] = {{0}};
    for (uint64_t seed = 41; seed <= 42; seed++)
        for (int twice = 0; twice < 2; twice++) { /* the same ones, with their labels, in their order */
            images_t im = numbered(N, 2, true);
            deepdata_hold_out(&im, 15, seed);
            ck_assert_uint_eq(im.n, 85);
            for (size_t k = 0; k < im.n; k++) {
                ck_assert_int_eq(im.pixels[k * 12], im.labels[k]);
                if (k > 0) ck_assert_int_gt(im.labels[k], im.labels[k - 1]);
                kept[seed - 41][im.labels[k]]++;
            }
            images_free(&im);
        }
    size_t same = 0;
    for (size_t k = 0; k < N; k++) {
        ck_assert(kept[0][k] % 2 == 0 && kept[1][k] % 2 == 0);
        same += kept[0][k] == 0 && kept[1][k] == 0;
    }
    ck_assert_uint_lt(same, 10); /* another seed, others: 2.25 expected */
    images_t none = numbered(3, 2, false);
    deepdata_hold_out(&none, 0, 1);
    ck_assert_uint_eq(none.n, 3);
    images_free(&none);
}
END_TEST

/* STL-10's layout with 1/2500 of its images: of 40 unlabelled 38 learn, of 20 labelled 18 train the readout (there:
 * 95 000 of 100 000, 4 500 of 5 000). */
START_TEST(stl_split) {
    static const struct {
        const char *name;
        size_t n;
    } file[] = {{"unlabeled", 40}, {"train", 20}, {"test", 6}};
    deepdata_t d;
    for (size_t f = 0; f < 3; f++) {
        char name[32];
        uint8_t *b = must_alloc(file[f].n, STL_PIXELS), labels[40];
        for (size_t k = 0; k < file[f].n; k++) {
            memset(b + k * STL_PIXELS, (int)(k + 1), STL_PIXELS);
            labels[k] = (uint8_t)(k % 10 + 1);
        }
        snprintf(name, sizeof name, "%s_X.bin", file[f].name);
        write_file(name, b, file[f].n * STL_PIXELS);
        snprintf(name, sizeof name, "%s_y.bin", file[f].name);
        if (f > 0) write_file(name, labels, file[f].n);
        free(b);
    }
    ck_assert_msg(deepdata_load(&d, folder, DEEPDATA_STL, 1, 1, why, sizeof why), "%s", why);
    ck_assert_uint_eq(d.train->n, 38);
    ck_assert_uint_eq(d.readout->n, 18);
    ck_assert_uint_eq(d.test->n, 6);
    ck_assert_ptr_null(d.train->labels);
    for (size_t k = 0; k < d.readout->n; k++) /* labels went with their images */
        ck_assert_int_eq(d.readout->labels[k], (d.readout->pixels[k * STL_PIXELS] - 1) % 10);
    CLOSE(d.views.mean[0], 0.43, 1e-12, 1);
    deepdata_free(&d);
    unlink(path_of("test_y.bin"));
    ck_assert(!deepdata_load(&d, folder, DEEPDATA_STL, 1, 1, why, sizeof why));
}
END_TEST

START_TEST(batches) {
    static const struct {
        size_t n, batch, updates, whole, shown10;
    } c[] = {{20000, 256, 79, 78, 2560}, {256, 256, 1, 1, 2560}, {257, 256, 1, 1, 2560}, {258, 256, 2, 1, 1290},
             {30, 32, 1, 0, 300},        {11, 4, 3, 2, 37},      {1, 4, 0, 0, 0}};
    for (size_t k = 0; k < sizeof c / sizeof c[0]; k++) {
        ck_assert_uint_eq(deepdata_updates(c[k].n, c[k].batch, false), c[k].updates);
        ck_assert_uint_eq(deepdata_updates(c[k].n, c[k].batch, true), c[k].whole);
        ck_assert_uint_eq(deepdata_shown(c[k].n, c[k].batch, false, 10), c[k].shown10);
    }
    ck_assert_uint_eq(deepdata_shown(20000, 256, false, 200 * 79), 4000000); /* 200 epochs of the long run */
    ck_assert_uint_eq(deepdata_shown(11, 4, true, 7), 28);
}
END_TEST

/* Each epoch shows every image once, the last batch those that are left; full batches alone leave some out; shuffled
 * pairs are pairs of others of the same batch. */
START_TEST(pairs) {
    enum { N = 11, BATCH = 4 };
    write_cifar("test_batch.bin", 1, 0);
    write_cifar("data_batch_1.bin", N, 100);
    deepdata_t d;
    ck_assert(deepdata_load(&d, folder, DEEPDATA_CIFAR, 3, 1, why, sizeof why));
    /* flat images stay apart by their brightness without colours; here the views themselves are compared instead */
    float *x[2], *y[2];
    for (int k = 0; k < 2; k++)
        x[k] = must_alloc(BATCH * CIFAR_PIXELS, sizeof **x), y[k] = must_alloc(BATCH * CIFAR_PIXELS, sizeof **y);
    uint32_t order[N], again[N];
    size_t ordered = SIZE_MAX, seen[N] = {0};
    for (size_t step = 0; step < 6; step++) {
        const size_t count = deepdata_pairs(&d, x, order, &ordered, BATCH, false, false, step);
        ck_assert_uint_eq(count, step % 3 == 2 ? 3 : 4);
        ck_assert_uint_eq(ordered, step / 3);
        for (size_t k = 0; k < count; k++) seen[order[step % 3 * BATCH + k]]++;
        size_t other = SIZE_MAX;
        ck_assert_uint_eq(deepdata_pairs(&d, y, again, &other, BATCH, false, true, step), count);
        ck_assert_int_eq(memcmp(x[0], y[0], count * CIFAR_PIXELS * sizeof **x), 0);
        for (size_t k = 0; k < count; k++) {
            const float *shifted = y[1] + (k + 1) % count * CIFAR_PIXELS, *own = y[1] + k * CIFAR_PIXELS;
            ck_assert_int_eq(memcmp(x[1] + k * CIFAR_PIXELS, shifted, CIFAR_PIXELS * sizeof **x), 0);
            ck_assert_int_ne(memcmp(x[1] + k * CIFAR_PIXELS, own, CIFAR_PIXELS * sizeof **x), 0);
        }
    }
    for (size_t k = 0; k < N; k++) ck_assert_uint_eq(seen[k], 2);
    ordered = SIZE_MAX;
    ck_assert_uint_eq(deepdata_pairs(&d, x, order, &ordered, BATCH, true, false, 3), 4);
    ck_assert_uint_eq(ordered, 1); /* two full batches an epoch */
    for (int k = 0; k < 2; k++) free(x[k]), free(y[k]);
    deepdata_free(&d);
}
END_TEST

START_TEST(schedule) {
    deeplearn_t o = {.steps = 15800, .warmup = 400, .eta = 1e-3};
    CLOSE(deeplearn_eta(&o, 0), 0, 1e-18, 1);
    CLOSE(deeplearn_eta(&o, 133), 1e-3 / 3, 1e-9, 1);
    CLOSE(deeplearn_eta(&o, 399), 1e-3, 1e-12, 1);
    CLOSE(deeplearn_eta(&o, 400), 1e-3, 1e-12, 1);
    CLOSE(deeplearn_eta(&o, 400 + 7700), 1e-6 + 0.999e-3 / 2, 1e-12, 1);
    const double last = deeplearn_eta(&o, 15799);
    ck_assert(last >= 1e-6 && last < 1.001e-6);
    o.steps = 30; /* ends in its warm-up */
    CLOSE(deeplearn_eta(&o, 29), 29e-3 / 399, 1e-12, 1);
    o.constant = true;
    CLOSE(deeplearn_eta(&o, 0), 1e-3, 0, 1);
}
END_TEST

/* The features are those of the stack, averaged over positions; participation in batches of 256 is bounded by 255 and
 * is that of each batch; a network that says nothing has no dimension and only dead units. */
START_TEST(judged) {
    enum { N = 600 };
    deepdata_t d;
    write_cifar("test_batch.bin", 1, 0);
    write_cifar("data_batch_1.bin", 40, 7);
    ck_assert(deepdata_load(&d, folder, DEEPDATA_CIFAR, 3, 1, why, sizeof why));
    images_t noise = {N, CIFAR_SIDE, CIFAR_SIDE, must_alloc(N, CIFAR_PIXELS), must_alloc(N, sizeof(int32_t))};
    for (size_t k = 0; k < N * CIFAR_PIXELS; k++) noise.pixels[k] = (uint8_t)(testing_bits() >> 40);
    for (size_t k = 0; k < N; k++) noise.labels[k] = (int32_t)(k % 10);
    d.test = d.readout = &noise;
    vgg_t v = condition_vgg(CONDITION_RANDOM, CIFAR_SIDE, 8, 1e-3);
    v.divide = 32, v.seed = 5;
    lpl_stack_t *net = vgg_create(&v);
    float *f[VGG_LAYERS], *x = must_alloc(8 * CIFAR_PIXELS, sizeof *x);
    deepjudge_features(f, net, &v, &d.views, &noise, true);
    views_evaluate(&d.views, x, &noise, 208, 8, true);
    for (size_t k = 0; k < VGG_LAYERS; k++) {
        const size_t width = vgg_width(&v, k), row = vgg_row(&v, k);
        float *z = must_alloc(8 * row, sizeof *z);
        MUST(lpl_stack_forward(net, z, row, x, CIFAR_PIXELS, 8, k));
        for (size_t i = 0; i < 8 * width; i++) {
            double sum = 0;
            for (size_t q = 0; q < row / width; q++) sum += (double)z[i * (row / width) + q];
            CLOSE(f[k][208 * width + i], (sum / ((double)row / (double)width)), 1e-5f, 1);
        }
        free(z);
    }
    deepjudge_t r = {.done = false};
    deepjudge(&r, net, &v, &d, true, 1, "test");
    ck_assert(r.done);
    for (size_t k = 0; k < VGG_LAYERS; k++) {
        const size_t width = vgg_width(&v, k);
        double want = 0, ratio;
        for (size_t b = 0; b < 2; b++) {
            MUST(lpl_metric(&ratio, LPL_METRIC_PARTICIPATION_RATIO, f[k] + b * 256 * width, width, NULL, 0, NULL, 256,
                            width));
            want += ratio / 2;
        }
        CLOSE(r.dimension[k], want, 1e-9, 1);
        free(f[k]);
    }
    for (size_t k = 0; k < VGG_LAYERS; k++) { /* silence */
        lpl_layer_t *l;
        const size_t n = vgg_width(&v, k) * 9 * (k ? vgg_width(&v, k - 1) : 3);
        float *zero = must_alloc(n, sizeof *zero);
        MUST(lpl_stack_layer(net, k, &l));
        MUST(lpl_layer_write(l, zero, n, LPL_STATE_WEIGHTS));
        MUST(lpl_layer_write(l, zero, vgg_width(&v, k), LPL_STATE_BIAS));
        free(zero);
    }
    deepjudge(&r, net, &v, &d, true, 1, "test");
    for (size_t k = 0; k < VGG_LAYERS; k++) {
        CLOSE(r.dimension[k], 0, 0, 1);
        CLOSE(r.dimension_all[k], 0, 0, 1);
        ck_assert_int_eq((int)r.dead[k], (int)vgg_width(&v, k));
    }
    lpl_stack_destroy(net);
    free(x);
    images_free(&noise);
    deepdata_free(&d);
}
END_TEST

/* A log goes on where the checkpoint is: rows after it and half a row are dropped. */
START_TEST(logs) {
    static const char text[] = "name,step,v\na,10,1\na,20,2\na,30,3\na,4";
    write_file("curve_a.csv", text, sizeof text - 1);
    char path[ROWLOG_PATH], line[64];
    ck_assert(rowlog_path(path, folder, "curve", "a"));
    ck_assert_int_eq(rowlog_each(path, NULL, NULL), 3);
    FILE *log = rowlog_open(path, "name,step,v\n", 20);
    ck_assert_ptr_nonnull(log);
    fputs("a,25,9\n", log);
    rowlog_close(log, "test", "a");
    log = fopen(path, "r");
    const size_t n = fread(line, 1, sizeof line - 1, log);
    fclose(log);
    line[n] = 0;
    ck_assert_str_eq(line, "name,step,v\na,10,1\na,20,2\na,25,9\n");
    log = rowlog_open(path, "name,step,v\n", 0);
    ck_assert_ptr_nonnull(log);
    rowlog_close(log, "test", "a");
    ck_assert_int_eq(rowlog_each(path, NULL, NULL), 0);
    char longest[2 * ROWLOG_PATH];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = 0;
    ck_assert(!rowlog_path(path, longest, "curve", "a"));
}
END_TEST

int main(void) {
    testing_seed("deep", 23);
    Suite *suite = suite_create("deep");
    TCase *tests = tcase_create("deep");
    suite_add_tcase(suite, tests);
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, folder_setup, folder_teardown);
    tcase_add_test(tests, cifar_all_and_short);
    tcase_add_test(tests, held_out);
    tcase_add_test(tests, stl_split);
    tcase_add_test(tests, batches);
    tcase_add_test(tests, pairs);
    tcase_add_test(tests, schedule);
    tcase_add_test(tests, judged);
    tcase_add_test(tests, logs);
    return testing_run(suite);
}
