// tests/install/host.cpp - the same from C++: a batch of pairs, the layer owned by a unique_ptr.
#include <lpl.h>

#include <cstdio>
#include <memory>
#include <vector>

int main() {
    lpl_layer_config_t cfg;
    lpl_layer_config_init(&cfg, sizeof cfg);
    cfg.n_pre = 8, cfg.n_post = 4, cfg.batch_max = 16;
    lpl_layer_t *raw = nullptr;
    if (lpl_layer_create(&cfg, &raw) < 0) return std::puts(lpl_last_error()), 1;
    std::unique_ptr<lpl_layer_t, void (*)(lpl_layer_t *)> layer(raw, lpl_layer_destroy);
    std::vector<float> before(32), after(32), x0(16 * 8), x1(16 * 8);
    lpl_layer_read(layer.get(), before.data(), before.size(), LPL_STATE_WEIGHTS);
    lpl_random_normal(x0.data(), x0.size(), 1, 0, 0);
    lpl_random_normal(x1.data(), x1.size(), 1, 1, 0);
    if (lpl_update(layer.get(), nullptr, x0.data(), 8, x1.data(), 8, 16) < 0) return std::puts(lpl_last_error()), 1;
    lpl_layer_read(layer.get(), after.data(), after.size(), LPL_STATE_WEIGHTS);
    std::printf("%s\n", lpl_version());
    return before != after ? 0 : 1;
}
