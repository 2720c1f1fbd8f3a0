/* tests/test_resume.c - run(N + M) gives the same bits as run(N), save, load, run(M), for every kind of layer and
 * tracker. */
#include "common/state_steps.h"

/* run(N + M) on one layer; run(N), save, load, run(M) on the other: the same bits in every report, response and state.
 * The first layer is saved as well, which must not change it: a third one is never saved. */
static void resume(lpl_layer_config_t *c) {
    enum { STEPS = 6 };
    const size_t cut = testing_size(0, STEPS), again = testing_size(0, STEPS);
    lpl_layer_t *a = NULL, *b = NULL, *untouched = NULL;
    c->n_pre = testing_size(1, MAX_PRE);
    c->n_post = testing_size(1, MAX_POST);
    c->batch_max = testing_size(2, MAX_BATCH);
    c->seed = testing_bits();
    c->tau_mean = 3 + (double)testing_size(0, 50);
    c->eta = 0.02;
    size_t last = 0;
    OK(lpl_layer_create(c, &a));
    OK(lpl_layer_create(c, &b));
    OK(lpl_layer_create(c, &untouched));
    for (size_t k = 0; k < STEPS; k++) {
        input_t in;
        outcome_t oa, ob, ou;
        if (k == cut || k == again) {
            memfile_t f = saved(b), g = memfile_copy(&f);
            lpl_layer_destroy(b);
            b = NULL;
            OK(lpl_layer_load(memfile_read, &f, 0, 1 + (int32_t)testing_size(0, 1), &b));
            ck_assert_uint_eq(f.at, f.n);
            same_bytes(saved(b), g);
            same_bytes(f, saved(a));
        }
        if (k == 4) { /* parameters changed at run time are part of the state */
            OK(lpl_layer_set(a, LPL_PARAM_ETA, 0.01));
            OK(lpl_layer_set(b, LPL_PARAM_ETA, 0.01));
            OK(lpl_layer_set(untouched, LPL_PARAM_ETA, 0.01));
        }
        draw_input(&in, c, &last);
        step(a, c, &in, &oa);
        step(b, c, &in, &ob);
        step(untouched, c, &in, &ou);
        ck_assert_mem_eq(&oa, &ob, sizeof oa);
        ck_assert_mem_eq(&oa, &ou, sizeof oa);
    }
    same_bytes(saved(a), saved(b));
    same_bytes(saved(a), saved(untouched));
    lpl_layer_destroy(a), lpl_layer_destroy(b), lpl_layer_destroy(untouched);
}

/* Every dtype, pair, statistics, optimiser, mode and rule (LPL without and with decorrelation). */
START_TEST(resume_all) {
    size_t done = 0;
    for (int32_t dtype = LPL_F32; dtype <= LPL_F64; dtype++)
        for (int32_t stats = LPL_STATS_BATCH; stats <= LPL_STATS_EWMA; stats++)
            for (int32_t optim = LPL_OPTIM_SGD; optim <= LPL_OPTIM_ADAM; optim++)
                for (int32_t mode = LPL_MODE_LEARN; mode <= LPL_MODE_FROZEN; mode++)
                    for (int32_t rule = -1; rule <= LPL_RULE_SOFTHEBB; rule++)
                        for (int32_t pair = LPL_PAIR_CAUSAL; pair <= LPL_PAIR_SYMMETRIC; pair++) {
                            lpl_layer_config_t c;
                            if (rule > LPL_RULE_LPL && pair == LPL_PAIR_SYMMETRIC) continue; /* no such layer */
                            OK(lpl_layer_config_init(&c, sizeof c));
                            c.dtype = dtype, c.stats = stats, c.optim = optim, c.mode = mode, c.pair = pair;
                            c.rule = rule < 0 ? LPL_RULE_LPL : rule;
                            c.decorr = rule < 0 ? 1 : 0;
                            c.activation = (int32_t)testing_size(0, LPL_ACT_SILU);
                            c.bias = (int32_t)testing_size(0, 1);
                            c.form = (int32_t)testing_size(0, 1);
                            c.norm = (int32_t)testing_size(0, 1);
                            c.push_form = (int32_t)testing_size(0, 2);
                            c.temperature = 0.1 + testing_real() / 20;
                            resume(&c);
                            done++;
                        }
    ck_assert_uint_eq(done, 2 * 3 * 3 * 3 * (2 * 2 + 6));
}
END_TEST

START_TEST(resume_stats) {
    for (int32_t mode = LPL_STATS_BATCH; mode <= LPL_STATS_ALL; mode++)
        for (int32_t dtype = LPL_F32; dtype <= LPL_F64; dtype++)
            for (int32_t covariance = 0; covariance <= 1; covariance++)
                for (size_t cut = 0; cut < 3; cut++) {
                    enum { STEPS = 5 };
                    lpl_stats_config_t c;
                    lpl_stats_t *a = NULL, *b = NULL;
                    OK(lpl_stats_config_init(&c, sizeof c));
                    c.dtype = dtype, c.mode = mode, c.covariance = covariance;
                    c.n_units = testing_size(1, 20), c.batch_max = testing_size(2, 9);
                    c.tau_mean = 4, c.tau_sigma2 = 7, c.mean_init = 0.5, c.sigma2_init = 2;
                    OK(lpl_stats_create(&c, &a));
                    OK(lpl_stats_create(&c, &b));
                    for (size_t k = 0; k < STEPS; k++) {
                        const size_t batch = testing_size(2, (size_t)c.batch_max), M = (size_t)c.n_units;
                        if (k == cut) {
                            memfile_t f = saved_stats(b);
                            lpl_stats_destroy(b);
                            b = NULL;
                            OK(lpl_stats_load(memfile_read, &f, 0, &b));
                            ck_assert_uint_eq(f.at, f.n);
                            same_bytes(f, saved_stats(a));
                        }
                        double *z = testing_doubles(batch * M);
                        float *y = testing_floats(batch * M);
                        for (lpl_stats_t *s = a; s; s = s == a ? b : NULL)
                            OK(dtype == LPL_F64 ? lpl_stats_update_f64(s, z, M, batch)
                                                : lpl_stats_update(s, y, M, batch));
                        free(z), free(y);
                    }
                    same_bytes(saved_stats(a), saved_stats(b));
                    lpl_stats_destroy(a), lpl_stats_destroy(b);
                }
}
END_TEST

int main(void) {
    testing_seed("test_resume", 11);
    Suite *suite = suite_create("resume");
    TCase *t = tcase_create("resume");
    tcase_set_timeout(t, 30);
    tcase_add_test(t, resume_all);
    tcase_add_test(t, resume_stats);
    suite_add_tcase(suite, t);
    return testing_run(suite);
}
