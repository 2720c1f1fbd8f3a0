/* tests/embedded/sizes.c - firmware: bytes of layers and of their saved states, for docs/embedded.md (make
 * embedded-table). */
#include <lpl.h>

#include "board.h"

static unsigned char memory[400 * 1024] __attribute__((aligned(64)));

static int32_t count(const void *buf, size_t n, void *user) {
    (void)buf;
    *(uint32_t *)user += (uint32_t)n;
    return 0;
}

static int one(const char *name, uint64_t n_pre, uint64_t n_post, double decorr) {
    lpl_layer_config_t cfg;
    lpl_layer_t *l;
    size_t bytes, align;
    uint32_t state = 0;
    if (lpl_layer_config_init(&cfg, sizeof cfg) < 0 || lpl_layer_preset(&cfg, LPL_PRESET_STREAM) < 0) return 1;
    cfg.n_pre = n_pre, cfg.n_post = n_post, cfg.decorr = decorr;
    if (lpl_layer_size(&cfg, &bytes, &align) < 0) return 1;
    if (lpl_layer_create_in(memory, sizeof memory, &cfg, &l) < 0 || lpl_layer_save(l, count, &state) < 0) {
        board_print(lpl_last_error());
        return 1;
    }
    lpl_layer_destroy(l);
    board_print(name);
    board_print(decorr > 0 ? " with decorr" : "");
    board_print("\n");
    board_print_fact("weights", (uint32_t)(n_pre * n_post * sizeof(float)));
    board_print_fact("layer", (uint32_t)bytes);
    board_print_fact("state", state);
    return 0;
}

int board_main(void) {
    return one("16 -> 4", 16, 4, 0) || one("64 -> 16", 64, 16, 0) || one("64 -> 16", 64, 16, 1) ||
           one("128 -> 32", 128, 32, 0) || one("256 -> 64", 256, 64, 0) || one("256 -> 64", 256, 64, 1) ||
           one("784 -> 100", 784, 100, 0);
}
