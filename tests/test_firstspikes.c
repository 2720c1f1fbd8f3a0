/* tests/test_firstspikes.c - the check that programs make of the first weight change of a projection
 * (examples/worlds/firstspikes.h): small for all settings, not small for others than it is told of. */
#include <check.h>

#include "worlds/firstspikes.h"
#include "common/testing.h"

static lpl_spiking_config_t config(int32_t preset, int32_t engine) {
    lpl_spiking_config_t c;
    OK(lpl_spiking_config_init(&c, sizeof c));
    OK(lpl_spiking_preset(&c, preset));
    c.engine = engine, c.n_pre = 7, c.n_post = 300, c.scaling = LPL_SCALING_MAXNORM, c.mode = LPL_MODE_TRACK;
    return c;
}

/* Loop: preset, engine. */
START_TEST(projections) {
    const lpl_spiking_config_t c = config(_i / 2, _i % 2 ? LPL_ENGINE_FUSED : LPL_ENGINE_BLOCK);
    const firstspikes_t f = firstspikes(&c);
    ck_assert(f.weights < 1e-3 && f.mean < 1e-3 && f.sigma2 < 1e-3);
}
END_TEST

/* What the caller's settings say is what is demanded: not defaults. */
START_TEST(other_settings) {
    lpl_spiking_config_t c = config(LPL_PRESET_SPIKING_NETWORK, LPL_ENGINE_AUTO);
    c.pull = 0.3, c.push = 2, c.tau_mean = 20, c.tau_sigma2 = 5, c.beta = 300, c.tau_decay = 15e-3, c.tau_rise = 4e-3,
    c.tau_err_rise = 3e-3, c.tau_err_decay = 12e-3, c.t_lag = 10e-3, c.delay_ax = 2e-3, c.update_every = 2000;
    const firstspikes_t f = firstspikes(&c);
    ck_assert(f.weights < 1e-3 && f.mean < 1e-3 && f.sigma2 < 1e-3);
}
END_TEST

int main(void) {
    testing_seed("firstspikes", 32);
    Suite *suite = suite_create("firstspikes");
    TCase *tests = tcase_create("firstspikes");
    suite_add_tcase(suite, tests);
    tcase_add_loop_test(tests, projections, 0, 8);
    tcase_add_test(tests, other_settings);
    return testing_run(suite);
}
