/* tests/embedded/stream.c - the program of `make check-embedded`, firmware and host alike: a 64 -> 16 stream layer
 * learns, is saved, the board is reset, the layer is loaded from the saved bytes into fresh memory, learns on and is
 * saved again. Both states are printed and must be the same everywhere, to the bit.
 *
 * No heap, no stdio. The saved state lies in memory that survives a reset (board.h). */
#include <lpl.h>

#include <string.h>

#include "board.h"

enum { N_PRE = 64, N_POST = 16, STEPS = 1000, LAYER_ROOM = 24 * 1024, STATE_ROOM = 8 * 1024 };

typedef struct {
    uint32_t lives; /* how often the board was reset on purpose */
    uint32_t used;  /* bytes of state */
    unsigned char bytes[STATE_ROOM];
} kept_t;

static kept_t kept BOARD_KEPT; /* flash, in a real device */
static unsigned char memory[LAYER_ROOM] __attribute__((aligned(64)));

static int32_t put(const void *buf, size_t n, void *user) {
    kept_t *k = user;
    if (n > sizeof k->bytes - k->used) return -1;
    memcpy(k->bytes + k->used, buf, n);
    k->used += (uint32_t)n;
    return 0;
}

typedef struct {
    const kept_t *from;
    uint32_t at;
} source_t;

static int32_t get(void *buf, size_t n, void *user) {
    source_t *s = user;
    if (n > s->from->used - s->at) return 1;
    memcpy(buf, s->from->bytes + s->at, n);
    s->at += (uint32_t)n;
    return 0;
}

/* A sensor: 64 mixtures of a slow signal and noise, from integers alone, so that no libm is involved. */
static void sense(float *x, uint32_t t) {
    uint32_t r = t * 2654435761u + 12345u;
    const float slow = (float)((int32_t)(t % 200) - 100) / 100;
    for (uint32_t j = 0; j < N_PRE; j++) {
        r = r * 1664525u + 1013904223u;
        const float noise = (float)((int32_t)(r >> 16) - 32768) / 32768;
        x[j] = slow * (float)((int32_t)(j * 37 % 64) - 32) / 32 + noise / 2;
    }
}

static int fail(void) {
    board_print(lpl_last_error());
    board_print("\n");
    return 1;
}

/* STEPS steps from time t on, then the whole state: into kept, and in hexadecimal. */
static int run(lpl_layer_t *l, uint32_t t) {
    float x[N_PRE], z[N_POST];
    uint32_t instructions = 0;
    for (uint32_t k = 0; k < STEPS; k++) {
        sense(x, t + k);
        const uint32_t before = board_instructions();
        if (lpl_update_online(l, z, NULL, x) < 0) return fail();
        instructions += board_instructions() - before;
    }
    board_print_fact("instructions of a step", instructions / STEPS);
    kept.used = 0;
    if (lpl_layer_save(l, put, &kept) < 0) return fail();
    board_print_fact("bytes of state", kept.used);
    board_print_bytes(kept.bytes, kept.used);
    lpl_layer_destroy(l);
    return 0;
}

static int first_life(void) {
    lpl_layer_config_t cfg;
    lpl_layer_t *l;
    if (lpl_layer_config_init(&cfg, sizeof cfg) < 0 || lpl_layer_preset(&cfg, LPL_PRESET_STREAM) < 0) return fail();
    cfg.n_pre = N_PRE, cfg.n_post = N_POST, cfg.activation = LPL_ACT_TANH, cfg.seed = 7;
    if (lpl_layer_create_in(memory, sizeof memory, &cfg, &l) < 0) return fail();
    return run(l, 0);
}

static int second_life(void) {
    source_t s = {&kept, 0};
    size_t bytes, align;
    lpl_layer_t *l;
    if (lpl_layer_load_size(get, &s, 1, &bytes, &align) < 0) return fail();
    board_print_fact("bytes of the layer", (uint32_t)bytes);
    s.at = 0;
    if (lpl_layer_load_in(memory, sizeof memory, get, &s, 1, &l) < 0) return fail();
    if (run(l, STEPS)) return 1;
    board_print_fact("bytes of stack", board_stack());
    return 0;
}

int board_main(void) {
    if (kept.lives != 1) {
        kept.lives = 1;
        if (first_life()) return 1;
        board_print("reset\n");
        memset(memory, 0x5A, sizeof memory);
        board_reset();
    }
    kept.lives = 2;
    return second_life();
}
