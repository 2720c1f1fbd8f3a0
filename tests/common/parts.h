/* tests/common/parts.h - what tests of parts share: uneven cuts, files that must be equal, and what parts of a
 * projection are told of the largest gradient of the whole. */
#ifndef TESTS_PARTS_H
#define TESTS_PARTS_H

#include "common/memfile.h"
#include "common/testing.h"

/* A cut of n neurons into `parts` uneven pieces: begin[0] = 0 .. begin[parts] = n. */
__attribute__((unused)) static void uneven(size_t *begin, size_t n, size_t parts) {
    begin[0] = 0;
    for (size_t p = 1; p < parts; p++)
        begin[p] = begin[p - 1] + testing_size(1, (n - begin[p - 1] - (parts - p)) / (parts - p) * 2 % n + 1);
    begin[parts] = n;
    for (size_t p = parts; p-- > 1;) /* each at least one */
        if (begin[p] >= begin[p + 1]) begin[p] = begin[p + 1] - 1;
}

__attribute__((unused)) static void equal_files(const memfile_t *a, const memfile_t *b, const char *what, int which) {
    ck_assert_msg(a->n == b->n && memcmp(a->data, b->data, a->n) == 0, "%s %d: other bytes than the whole", what,
                  which);
    free(a->data), free(b->data);
}

/* What each change of weights has asked for, as the whole answers it. */
enum { ASKED_MOST = 200 };
typedef struct {
    double all[ASKED_MOST], most[ASKED_MOST];
    size_t n;
} asked_t;
typedef struct {
    asked_t *of;
    size_t at;
} asker_t;

__attribute__((unused)) static double note(double largest, void *user) {
    asked_t *a = user;
    ck_assert_uint_lt(a->n, ASKED_MOST);
    a->most[a->n] = 0;
    return a->all[a->n++] = largest;
}

__attribute__((unused)) static double answer(double largest, void *user) {
    asker_t *a = user;
    asked_t *of = a->of;
    if (largest > of->most[a->at]) of->most[a->at] = largest;
    return of->all[a->at++];
}

#endif
