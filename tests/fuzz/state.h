/* tests/fuzz/state.h - what the targets for state files share: objects by their calls, the promise that they keep,
 * mutation. */
#ifndef LPL_FUZZ_STATE_H
#define LPL_FUZZ_STATE_H

#include "fuzz/fuzz.h"

enum { STATE_BYTES = 1 << 18 }; /* max_bytes of every load */

/* One kind of object. step works with it, number t of a few; everything visible goes into the log. */
typedef struct {
    lpl_status_t (*load)(memfile_t *f, void **out);
    lpl_status_t (*save)(const void *object, memfile_t *f);
    void (*destroy)(void *object);
    void (*step)(void *object, size_t t, memfile_t *log);
} state_kind_t;

static void state_same(memfile_t *a, memfile_t *b) {
    FUZZ_NEED(a->n == b->n && (a->n == 0 || memcmp(a->data, b->data, a->n) == 0));
    free(a->data);
    free(b->data);
}

/* Any bytes. What loads must be a sound object: it works, it saves itself, and the copy loaded from that does the same,
 * bit for bit. */
static inline void state_try(const state_kind_t *kind, const uint8_t *data, size_t size) {
    memfile_t f = {.data = (uint8_t *)(uintptr_t)data, .n = size}, before = {0}, log_a = {0}, log_b = {0},
              after_a = {0}, after_b = {0};
    void *a = NULL, *b = NULL, *c = NULL;
    const lpl_status_t status = fuzz_status(kind->load(&f, &a));
    if (status < 0) {
        FUZZ_NEED(a == NULL);
        FUZZ_NEED(status == LPL_E_FORMAT || status == LPL_E_VERSION || status == LPL_E_MEMORY ||
                  status == LPL_E_UNSUPPORTED);
        return;
    }
    FUZZ_NEED(kind->save(a, &before) == LPL_OK); /* what was loaded can be saved */
    FUZZ_NEED(kind->load(&before, &b) == LPL_OK && before.at == before.n);
    for (size_t t = 0; t < 4; t++) {
        kind->step(a, t, &log_a);
        kind->step(b, t, &log_b);
    }
    state_same(&log_a, &log_b);
    const lpl_status_t sa = fuzz_status(kind->save(a, &after_a)), sb = fuzz_status(kind->save(b, &after_b));
    FUZZ_NEED(sa == sb && (sa == LPL_OK || (sa == LPL_E_NONFINITE &&
                                            after_a.calls == 0))); /* absurd values may grow beyond all bounds */
    if (sa == LPL_OK) FUZZ_NEED(kind->load(&after_a, &c) == LPL_OK);
    state_same(&after_a, &after_b);
    kind->destroy(a), kind->destroy(b), kind->destroy(c), free(before.data);
}

/* A fresh object works through `steps` steps and its state becomes an input. */
static inline size_t state_seed(const state_kind_t *kind, void *object, size_t steps, uint8_t *data, size_t room) {
    memfile_t f = {0}, log = {0};
    for (size_t t = 0; t < steps; t++) kind->step(object, t, &log);
    FUZZ_NEED(kind->save(object, &f) == LPL_OK && f.n <= room);
    kind->destroy(object);
    const size_t n = f.n;
    memcpy(data, f.data, n);
    free(f.data), free(log.data);
    return n;
}

/* Three of four mutants get right checksums, so that they come past them; the others test the checksums. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed) {
    memfile_t f = {.data = data};
    f.n = LLVMFuzzerMutate(data, size, room);
    if (seed % 4 != 0) memfile_repair(&f);
    return f.n;
}

#endif
