/* tests/install/host.c - a host program: create a layer, update it, read its weights, say whether they moved. */
#include <lpl.h>
#include <stdio.h>

int main(void) {
    lpl_layer_config_t cfg;
    lpl_layer_config_init(&cfg, sizeof cfg);
    lpl_layer_preset(&cfg, LPL_PRESET_STREAM);
    cfg.n_pre = 8, cfg.n_post = 4;
    lpl_layer_t *layer = NULL;
    if (lpl_layer_create(&cfg, &layer) < 0) return puts(lpl_last_error()), 1;
    float before[32], after[32], x[8], z[4], moved = 0;
    if (lpl_layer_read(layer, before, 32, LPL_STATE_WEIGHTS) < 0) return puts(lpl_last_error()), 1;
    for (uint64_t t = 0; t < 100; t++) {
        lpl_random_normal(x, 8, 1, 0, 8 * t);
        if (lpl_update_online(layer, z, NULL, x) < 0) return puts(lpl_last_error()), 1;
    }
    lpl_layer_read(layer, after, 32, LPL_STATE_WEIGHTS);
    for (int k = 0; k < 32; k++) moved += (after[k] - before[k]) * (after[k] - before[k]);
    lpl_layer_destroy(layer);
    printf("%s, moved %g\n", lpl_build_info(), (double)moved);
    return moved > 0 && lpl_version_number() / 100 == LPL_VERSION_MAJOR * 100 + LPL_VERSION_MINOR ? 0 : 1;
}
