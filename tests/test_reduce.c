/* tests/test_reduce.c - learning on several ranks (lpl/reduce.h). */
#include "common/testing.h"

START_TEST(config) {
    lpl_reduce_config_t cfg;
    ck_assert_int_eq(lpl_reduce_config_init(&cfg, sizeof cfg), LPL_OK);
    ck_assert_uint_eq(cfg.size, sizeof cfg);
    ck_assert_uint_eq(cfg.flags, 0);
    ck_assert_uint_eq(cfg.chunk, 32);
    ck_assert_int_eq(lpl_reduce_config_init(NULL, sizeof cfg), LPL_E_NULL);
    ck_assert_int_eq(lpl_reduce_config_init(&cfg, 0), LPL_E_VERSION);
}
END_TEST

int main(void) {
    testing_seed("test_reduce", 20261128);
    Suite *s = suite_create("reduce");
    TCase *t = tcase_create("all");
    tcase_add_test(t, config);
    suite_add_tcase(s, t);
    return testing_run(s);
}
