/* tests/test_condition.c - what deep networks are trained with (examples/worlds/condition.h), and how they watch the
 * movie (roomlearn.h). */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worlds/condition.h"
#include "worlds/movie.h"
#include "worlds/progress.h"
#include "worlds/room.h"
#include "worlds/roomlearn.h"
#include "worlds/losslog.h"
#include "worlds/output.h"
#include "worlds/statefile.h"
#include "worlds/vgg.h"
#include "common/folder.h"
#include "common/testing.h"

START_TEST(lists) {
    size_t n = 0;
    ck_assert(condition_wanted("lpl", CONDITION_LPL));
    ck_assert(condition_wanted("random,lpl", CONDITION_LPL));
    ck_assert(!condition_wanted("lplx,xlpl,lpl_off", CONDITION_LPL));
    ck_assert(!condition_wanted("", CONDITION_LPL));
    for (int c = 0; c < CONDITIONS; c++) {
        ck_assert(condition_wanted("all", c) == (c <= CONDITION_PIXELS));
        ck_assert(condition_wanted(condition_names(), c)); /* the names are their own list */
        ck_assert(condition_wanted(conditions[c].name, c));
        for (int other = 0; other < CONDITIONS; other++)
            ck_assert(other == c || !condition_wanted(conditions[c].name, other));
    }
    ck_assert_ptr_null(condition_unknown("all", &n));
    ck_assert_ptr_null(condition_unknown("", &n));
    ck_assert_ptr_null(condition_unknown(condition_names(), &n));
    const char *list = "lpl,pred,random", *wrong = condition_unknown(list, &n);
    ck_assert(wrong == list + 4);
    ck_assert_uint_eq(n, 4);
    ck_assert_ptr_nonnull(condition_unknown("lpl,,random", &n));
}
END_TEST

/* Every condition's network can be made; frame by frame is a batch of one. */
START_TEST(networks) {
    for (int c = 0; c < CONDITIONS; c++) {
        vgg_t v = condition_vgg(c, 32, 4, 1e-3);
        v.divide = 32;
        lpl_stack_t *net = vgg_create(&v);
        lpl_layer_t *last;
        double rows = 0;
        ck_assert_uint_eq(lpl_stack_size(net), VGG_LAYERS);
        OK(lpl_stack_layer(net, VGG_LAYERS - 1, &last));
        OK(lpl_layer_get(last, LPL_PARAM_BATCH_MAX, &rows));
        ck_assert_uint_eq((size_t)rows, condition_online(c) ? 1 : 4);
        const double slower = condition_online(c) ? 0.5 : c == CONDITION_EWMA ? CONDITION_SLOWER : 1;
        CLOSE(v.eta, 1e-3 * slower, 1e-15, 1);
        lpl_stack_destroy(net);
    }
}
END_TEST

START_TEST(together) {
    roomlearn_t s = {.threads = 1};
    ck_assert_int_eq(roomlearn_together(&s, 0), 0);
    ck_assert_int_eq(roomlearn_together(&s, 5), 1);
    s.threads = 2;
    ck_assert_int_eq(roomlearn_together(&s, 1), 1);
    ck_assert_int_eq(roomlearn_together(&s, 2), 2);
    ck_assert_int_eq(roomlearn_together(&s, 5), 2);
    s.threads = 16;
    ck_assert_int_eq(roomlearn_together(&s, 5), 1); /* one after the other, 16 threads each */
    ck_assert_int_eq(roomlearn_together(&s, 9), 9);
}
END_TEST

static const int kinds[] = {CONDITION_LPL, CONDITION_SHUFFLED, CONDITION_ONLINE};
static const char *const files[] = {"lpl.lpl",        "shuffled.lpl",        "online.lpl",
                                    "losses_lpl.csv", "losses_shuffled.csv", "losses_online.csv"};
enum { KINDS = 3 };

static void train(const roomlearn_t *s, const room_t *room, const movie_t *movie, int n) {
    lpl_stack_t *net[KINDS];
    for (int first = 0; first < KINDS; first += n) {
        ck_assert(roomlearn(net, kinds + first, n, s, room, movie));
        for (int k = 0; k < n; k++) lpl_stack_destroy(net[k]);
    }
}

typedef struct {
    char *bytes;
    size_t n;
} bytes_t;

static bytes_t read_whole(const char *name) {
    bytes_t b = {malloc(1 << 20), 0};
    FILE *f = fopen(path_of(name), "rb");
    ck_assert_ptr_nonnull(f);
    b.n = fread(b.bytes, 1, 1 << 20, f);
    fclose(f);
    ck_assert_uint_gt(b.n, 100);
    return b;
}

/* Together or alone, in one go or with a stop: the same files. Networks whose checkpoints are of different steps fall
 * in step again. */
START_TEST(same_bits) {
    room_t room = room_create(32, 1);
    const movie_t movie = movie_create(3);
    roomlearn_t s = {.steps = 20,
                     .batch = 3,
                     .width = 2,
                     .size = 32,
                     .threads = 1,
                     .seed = 3,
                     .checkpoint = 7,
                     .epochs = 0,
                     .epoch = 1,
                     .eta = 1e-3,
                     .folder = folder};
    bytes_t whole[2 * KINDS];
    for (int k = 0; k < 2 * KINDS; k++) write_file(files[k], "", 0); /* for the fixture, which removes them */
    train(&s, &room, &movie, 1);
    for (int k = 0; k < 2 * KINDS; k++) whole[k] = read_whole(files[k]);
    for (int cut = 0; cut < 3; cut++) {
        lpl_stack_t *net;
        s.resume = 0, s.threads = KINDS;
        s.steps = 1 + (long)testing_size(0, 18);
        train(&s, &room, &movie, KINDS);
        s.resume = 1, s.steps++;
        ck_assert(roomlearn(&net, kinds + cut, 1, &s, &room, &movie)); /* one is ahead */
        lpl_stack_destroy(net);
        s.steps = 20;
        train(&s, &room, &movie, KINDS);
        for (int k = 0; k < 2 * KINDS; k++) {
            const bytes_t again = read_whole(files[k]);
            ck_assert_uint_eq(again.n, whole[k].n);
            ck_assert_msg(memcmp(again.bytes, whole[k].bytes, again.n) == 0, "%s differs", files[k]);
            free(again.bytes);
        }
    }
    for (int k = 0; k < 2 * KINDS; k++) free(whole[k].bytes);
    room_free(&room);
}
END_TEST

int main(void) {
    testing_seed("condition", 23);
    Suite *suite = suite_create("condition");
    TCase *tests = tcase_create("condition");
    suite_add_tcase(suite, tests);
    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, folder_setup, folder_teardown);
    tcase_add_test(tests, lists);
    tcase_add_test(tests, networks);
    tcase_add_test(tests, together);
    tcase_add_test(tests, same_bits);
    return testing_run(suite);
}
