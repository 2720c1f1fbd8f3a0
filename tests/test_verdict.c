/* tests/test_verdict.c - the verdict of a spiking report: every threshold from both sides, LPL_LOOK, state, threads.
 * Spikes and weights are set here; networks that get there by themselves: test_own_spiking.c. */
#include <stdbool.h>
#include <stddef.h>

#include "common/memfile.h"
#include "common/spike_world.h"

/* A projection of 10 pre neurons onto POST; a second is 10 000 steps, weights change every EVERY, looks are TAU
 * apart. */
enum { PRE = 10, POST = 8, SYNAPSES = PRE * POST, EVERY = 250, TAU = 4000 };

static lpl_spiking_config_t watched(int32_t dtype, int32_t engine) {
    lpl_spiking_config_t c;
    OK(lpl_spiking_config_init(&c, sizeof c));
    c.flags = LPL_SPIKING_WATCH, c.dtype = dtype, c.engine = engine, c.n_pre = PRE, c.n_post = POST;
    c.tau_mean = 1e-4 * TAU, c.tau_sigma2 = 0.2, c.update_every = EVERY, c.eta = 0.1, c.w_init = 0.5;
    return c;
}

static lpl_spiking_report_t report(const lpl_spiking_t *s) {
    lpl_spiking_report_t r;
    OK(lpl_spiking_report_init(&r, sizeof r));
    OK(lpl_spiking_report(s, &r));
    return r;
}

static void is(const lpl_spiking_t *s, int32_t verdict, int32_t mend) {
    const lpl_spiking_report_t r = report(s);
    ck_assert_msg(r.verdict == verdict && r.mend == mend,
                  "verdict %d mend %d, need %d %d (silent %g runaway %g w %g change %g, at %d %d)", (int)r.verdict,
                  (int)r.mend, (int)verdict, (int)mend, r.silent, r.runaway, r.w_mean, r.weight_change, (int)r.n_at_min,
                  (int)r.n_at_max);
}

/* Spikes at a step: pre neuron t / 100 % PRE every `pre` steps; post neuron i < `lively` every `post` steps. */
typedef struct {
    size_t pre, post, lively;
} fire_t;

static lpl_status_t step(lpl_spiking_t *s, const fire_t *f) {
    const size_t t = (size_t)param(s, LPL_SPIKING_PARAM_STEP);
    const uint32_t pre[1] = {(uint32_t)(t / 100 % PRE)};
    uint32_t post[POST];
    const float v[POST] = {-0.06f, -0.055f, -0.058f, -0.052f, -0.06f, -0.051f, -0.057f, -0.054f};
    double v64[POST];
    for (size_t i = 0; i < POST; i++) post[i] = (uint32_t)i, v64[i] = (double)v[i];
    const size_t n_pre = f->pre && t % f->pre == 0, n_post = f->post && t % f->post == 0 ? f->lively : 0;
    return param(s, LPL_SPIKING_PARAM_DTYPE) == LPL_F64 ? lpl_spiking_step_f64(s, pre, n_pre, post, n_post, v64)
                                                        : lpl_spiking_step(s, pre, n_pre, post, n_post, v);
}

/* n steps; how many said LPL_LOOK, and at which t the last one. */
static int run(lpl_spiking_t *s, size_t n, const fire_t *f, size_t *when) {
    int looks = 0;
    for (size_t k = 0; k < n; k++) {
        const lpl_status_t status = step(s, f);
        OK(status);
        ck_assert(status == LPL_OK || status == LPL_LOOK);
        if (status != LPL_LOOK) continue;
        looks++;
        if (when) *when = (size_t)param(s, LPL_SPIKING_PARAM_STEP) - 1;
    }
    return looks;
}

static void set(lpl_spiking_t *s, int32_t which, double value) { OK(lpl_spiking_set(s, which, value)); }

#define EACH(dtype, engine)                                  \
    for (int32_t dtype = LPL_F32; dtype <= LPL_F64; dtype++) \
        for (int32_t engine = LPL_ENGINE_FUSED; engine <= LPL_ENGINE_BLOCK; engine++)

static void set_weights(lpl_spiking_t *s, size_t at_max, size_t at_min, double other) {
    double w[SYNAPSES];
    float w32[SYNAPSES];
    for (size_t k = 0; k < SYNAPSES; k++) {
        w[k] = k < at_max ? 1 : k < at_max + at_min ? 0 : other;
        w32[k] = (float)w[k];
    }
    if (param(s, LPL_SPIKING_PARAM_DTYPE) == LPL_F64)
        OK(lpl_spiking_write_f64(s, w, SYNAPSES, LPL_SPIKING_WEIGHTS));
    else
        OK(lpl_spiking_write(s, w32, SYNAPSES, LPL_SPIKING_WEIGHTS));
}

/* ---- what is said, and when ---- */

START_TEST(told_once_a_change_and_never_early) {
    EACH(dtype, engine) {
        lpl_spiking_config_t c = watched(dtype, engine);
        lpl_spiking_t *s = make(&c, NULL);
        const fire_t none = {37, 0, 0}, well = {37, 499, POST}, wild = {37, 101, POST};
        size_t when = 0;
        is(s, LPL_VERDICT_EARLY, LPL_MEND_NONE);
        ck_assert_int_eq(run(s, TAU - 1, &none, NULL), 0); /* tau_mean has not passed at the look at t = 0 */
        is(s, LPL_VERDICT_EARLY, LPL_MEND_NONE);
        ck_assert_int_eq(run(s, 1, &none, NULL), 0);
        ck_assert(param(s, LPL_SPIKING_PARAM_VERDICT) == LPL_VERDICT_EARLY);
        is(s, LPL_VERDICT_SILENT, LPL_MEND_RAISE_W); /* has now; a report can say so at any step */
        ck_assert_int_eq(run(s, TAU, &none, &when), 1);
        ck_assert_uint_eq(when, TAU);
        ck_assert(param(s, LPL_SPIKING_PARAM_VERDICT) == LPL_VERDICT_SILENT);
        ck_assert_int_eq(run(s, 3 * TAU, &none, NULL), 0); /* told before */
        ck_assert_int_eq(run(s, 2 * TAU, &well, &when), 1);
        ck_assert_uint_eq(when, 6 * TAU);
        is(s, LPL_VERDICT_OK, LPL_MEND_NONE);
        ck_assert_int_eq(run(s, 4 * TAU, &wild, &when), 1);
        ck_assert_uint_eq(when, 8 * TAU);
        ck_assert(param(s, LPL_SPIKING_PARAM_VERDICT) == LPL_VERDICT_RUNAWAY);
        lpl_spiking_destroy(s);

        s = make(&c, NULL); /* well from the beginning: no news */
        ck_assert_int_eq(run(s, 4 * TAU, &well, NULL), 0);
        ck_assert(param(s, LPL_SPIKING_PARAM_VERDICT) == LPL_VERDICT_OK);
        OK(lpl_spiking_set(s, LPL_SPIKING_PARAM_MODE, LPL_MODE_FROZEN)); /* time stands still */
        ck_assert_int_eq(run(s, 3 * TAU, &none, NULL), 0);
        is(s, LPL_VERDICT_OK, LPL_MEND_LEARN);
        lpl_spiking_destroy(s);

        c.flags = 0; /* nobody asked */
        s = make(&c, NULL);
        ck_assert_int_eq(run(s, 3 * TAU, &none, NULL), 0);
        ck_assert(param(s, LPL_SPIKING_PARAM_VERDICT) == LPL_VERDICT_EARLY);
        is(s, LPL_VERDICT_SILENT, LPL_MEND_RAISE_W);
        ck_assert(report(s).weight_change == -1);
        lpl_spiking_destroy(s);
    }
}
END_TEST

/* update_every that does not divide tau_mean, and one that is longer: the first change at or after tau_mean. */
START_TEST(looks_at_changes_of_weights) {
    static const size_t every[] = {1, 7, 3000, 4000, 4001, 9000}, expected[] = {4000, 4004, 6000, 4000, 4001, 9000};
    for (size_t k = 0; k < sizeof every / sizeof *every; k++) {
        lpl_spiking_config_t c = watched(LPL_F32, LPL_ENGINE_AUTO);
        c.update_every = every[k];
        lpl_spiking_t *s = make(&c, NULL);
        const fire_t none = {37, 0, 0};
        size_t when = 0;
        ck_assert_int_eq(run(s, 9500, &none, &when), 1);
        ck_assert_uint_eq(when, expected[k]);
        lpl_spiking_destroy(s);
    }
}
END_TEST

/* ---- thresholds ---- */

/* rate_i = (mean_i / tau - start e) / (1 - e): begin so that it is what we want after tau of silence. */
static void with_rates(lpl_spiking_t *s, const double *rate) {
    double mean[POST];
    float mean32[POST];
    const double tau = param(s, LPL_SPIKING_PARAM_TAU_MEAN), e = exp(-1.0); /* after tau */
    double sum = 0;
    for (int i = 0; i < POST; i++) sum += rate[i];
    /* x_i e = rate_i (1 - e) + e mean(x), and so mean(rate) = 0: rates are given but for their mean */
    for (int i = 0; i < POST; i++) {
        mean[i] = tau * (1000 + (rate[i] - sum / POST) * (1 - e) / e);
        mean32[i] = (float)mean[i];
    }
    if (param(s, LPL_SPIKING_PARAM_DTYPE) == LPL_F64)
        OK(lpl_spiking_write_f64(s, mean, POST, LPL_SPIKING_MEAN));
    else
        OK(lpl_spiking_write(s, mean32, POST, LPL_SPIKING_MEAN));
}

START_TEST(rates_without_what_they_began_with) {
    const fire_t none = {37, 0, 0};
    EACH(dtype, engine) {
        for (int written = 0; written < 2; written++) { /* by config, or by hand: nobody ever fires */
            lpl_spiking_config_t c = watched(dtype, engine);
            c.mean_init = written ? 0 : 20, c.eta = 1e-12;
            lpl_spiking_t *s = make(&c, NULL);
            const double zero[POST] = {0};
            if (written) with_rates(s, zero);
            run(s, TAU, &none, NULL);
            const lpl_spiking_report_t r = report(s);
            ck_assert(r.rate_mean > 7 && r.n_silent == 0 && r.silent == 1 && fabs(r.rate) < 1e-4);
            is(s, LPL_VERDICT_SILENT, LPL_MEND_RAISE_W);
            lpl_spiking_destroy(s);
        }
        /* 50 Hz = 1 / t_lag, from below and above: neurons at +-d around 0 (with_rates), d on either side of it */
        for (int above = 0; above < 2; above++) {
            lpl_spiking_config_t c = watched(dtype, engine);
            c.eta = 1e-12;
            lpl_spiking_t *s = make(&c, NULL);
            const double d = above ? 1.001 : 0.999, low = -50 * d * 5 / 3;
            const double rate[POST] = {50 * d, 50 * d, 50 * d, 50 * d, 50 * d, low, low, low};
            with_rates(s, rate);
            run(s, TAU, &none, NULL);
            ck_assert_double_eq_tol(report(s).runaway, above ? 5.0 / 8 : 0, 1e-12);
            ck_assert_double_eq_tol(report(s).silent, 3.0 / 8, 1e-12);
            is(s, above ? LPL_VERDICT_RUNAWAY : LPL_VERDICT_OK, above ? LPL_MEND_LOWER_W : LPL_MEND_NONE);
            lpl_spiking_destroy(s);
        }
    }
}
END_TEST

START_TEST(more_than_half) {
    EACH(dtype, engine)
    for (size_t lively = 3; lively <= 5; lively++) {
        lpl_spiking_config_t c = watched(dtype, engine);
        lpl_spiking_t *s = make(&c, NULL);
        const fire_t some = {37, 500, lively}, wild = {37, 80, lively}; /* 20, 125 Hz */
        run(s, 3 * TAU, &some, NULL);
        ck_assert_double_eq_tol(report(s).silent, (double)(POST - lively) / POST, 1e-12);
        is(s, lively < 4 ? LPL_VERDICT_SILENT : LPL_VERDICT_OK, lively < 4 ? LPL_MEND_RAISE_W : LPL_MEND_NONE);
        run(s, 3 * TAU, &wild, NULL);
        ck_assert_double_eq_tol(report(s).runaway, (double)lively / POST, 1e-12);
        is(s,
           lively < 4   ? LPL_VERDICT_SILENT
           : lively > 4 ? LPL_VERDICT_RUNAWAY
                        : LPL_VERDICT_OK,
           lively < 4   ? LPL_MEND_RAISE_W
           : lively > 4 ? LPL_MEND_LOWER_W
                        : LPL_MEND_NONE);
        lpl_spiking_destroy(s);
    }
}
END_TEST

START_TEST(weights_tell_what_to_turn) {
    const fire_t none = {37, 0, 0}, deaf = {0, 0, 0}, well = {37, 500, POST}, wild = {37, 100, POST};
    EACH(dtype, engine) {
        lpl_spiking_config_t c = watched(dtype, engine);
        c.eta = 1e-12; /* weights are what is written; judged before a whole tau_mean of learning */
        lpl_spiking_t *s = make(&c, NULL);
        run(s, TAU, &well, NULL);
        /* saturated: more than half at w_max, more than 0.9 at a bound */
        set_weights(s, 40, 32, 0.5), is(s, LPL_VERDICT_OK, LPL_MEND_NONE);
        set_weights(s, 40, 33, 0.5), is(s, LPL_VERDICT_SATURATED, LPL_MEND_LOWER_ETA);
        set_weights(s, 41, 0, 0.5), is(s, LPL_VERDICT_SATURATED, LPL_MEND_RAISE_W_MAX); /* started there: mean > 0.5 */
        set_weights(s, 0, 72, 0.5), is(s, LPL_VERDICT_OK, LPL_MEND_NONE);
        set_weights(s, 0, 73, 0.5), is(s, LPL_VERDICT_SATURATED, LPL_MEND_LOWER_ETA);
        set_weights(s, 0, 0, 0.5), is(s, LPL_VERDICT_OK, LPL_MEND_NONE);
        /* eta 0 learns nothing, without any measurement, but in mode LEARN alone */
        set(s, LPL_SPIKING_PARAM_ETA, 0), is(s, LPL_VERDICT_NOT_LEARNING, LPL_MEND_RAISE_ETA);
        set(s, LPL_SPIKING_PARAM_MODE, LPL_MODE_TRACK), is(s, LPL_VERDICT_OK, LPL_MEND_LEARN);
        /* silent and runaway come first */
        set_weights(s, 80, 0, 0.5);
        run(s, 20 * TAU, &none, NULL), is(s, LPL_VERDICT_SILENT, LPL_MEND_RAISE_W);
        run(s, 5 * TAU, &deaf, NULL), is(s, LPL_VERDICT_SILENT, LPL_MEND_INPUT);
        run(s, 5 * TAU, &wild, NULL), is(s, LPL_VERDICT_RUNAWAY, LPL_MEND_LOWER_W);
        lpl_spiking_destroy(s);
    }
}
END_TEST

/* Learning moves weights below half and above 1.5 times the start: eta large, and a potential that pull or push
 * drives. */
START_TEST(learned_into_it) {
    const fire_t none = {37, 0, 0}, wild = {37, 100, POST};
    EACH(dtype, engine) {
        lpl_spiking_config_t c = watched(dtype, engine);
        c.tau_wdecay = 1e-2, c.eta = 1, c.push = 0, c.pull = 0, c.delta = 0; /* weights vanish */
        lpl_spiking_t *s = make(&c, NULL);
        run(s, 2 * TAU, &none, NULL);
        is(s, LPL_VERDICT_SILENT, LPL_MEND_LOWER_ETA);
        set_weights(s, 0, 0, 0.25); /* a new start */
        is(s, LPL_VERDICT_SILENT, LPL_MEND_RAISE_W);
        lpl_spiking_destroy(s);
        c.tau_wdecay = 0, c.delta = 1e3, c.w_init = 0.1; /* each pre spike adds */
        c.form = LPL_FORM_ERRATUM;
        s = make(&c, NULL);
        run(s, 4 * TAU, &wild, NULL);
        ck_assert(report(s).w_mean > 0.15);
        is(s, LPL_VERDICT_RUNAWAY, LPL_MEND_PRIME);
        lpl_spiking_destroy(s);
    }
}
END_TEST

/* weight_change retold from the weights themselves, and its threshold. */
START_TEST(change_of_weights) {
    EACH(dtype, engine)
    for (int slow = 0; slow < 2; slow++) {
        lpl_spiking_config_t c = watched(dtype, engine);
        c.eta = slow ? 1e-6 : 0.1;
        lpl_spiking_t *s = make(&c, NULL);
        const fire_t well = {37, 500, POST};
        run(s, TAU + 1, &well, NULL); /* up to and with the first look; the change at t = 0 is of nothing */
        double *before = state(s, LPL_SPIKING_WEIGHTS);
        ck_assert(report(s).weight_change >= 0);
        run(s, TAU, &well, NULL);
        double *after = state(s, LPL_SPIKING_WEIGHTS), moved = 0, old = 0, now = 0;
        for (size_t k = 0; k < SYNAPSES; k++)
            moved += fabs(after[k] - before[k]), old += fabs(before[k]), now += fabs(after[k]);
        const lpl_spiking_report_t r = report(s);
        ck_assert(moved > 0);
        CLOSE(r.weight_change, moved / fmax(old, now), 1e-12, r.weight_change);
        ck_assert(slow ? r.weight_change < 1e-3 : r.weight_change >= 1e-3);
        is(s, slow ? LPL_VERDICT_NOT_LEARNING : LPL_VERDICT_OK, slow ? LPL_MEND_RAISE_ETA : LPL_MEND_NONE);
        /* not measured over a time in which it did not learn, or was written to */
        set(s, LPL_SPIKING_PARAM_MODE, LPL_MODE_TRACK), run(s, 10, &well, NULL);
        set(s, LPL_SPIKING_PARAM_MODE, LPL_MODE_LEARN), run(s, TAU - 10, &well, NULL);
        ck_assert(report(s).weight_change >= 0); /* no change of weights fell into these steps */
        set(s, LPL_SPIKING_PARAM_MODE, LPL_MODE_TRACK), run(s, EVERY, &well, NULL);
        set(s, LPL_SPIKING_PARAM_MODE, LPL_MODE_LEARN), run(s, TAU - EVERY, &well, NULL);
        ck_assert(report(s).weight_change == -1);
        run(s, TAU / 2, &well, NULL), set_weights(s, 0, 0, 0.25), run(s, TAU / 2, &well, NULL);
        ck_assert(report(s).weight_change == -1);
        run(s, TAU, &well, NULL);
        ck_assert(report(s).weight_change >= 0);
        free(before), free(after), lpl_spiking_destroy(s);
    }
}
END_TEST

/* ---- many steps, threads, state ---- */

/* A world in which verdicts change: well, silent, wild, in turns of 3 TAU. */
static size_t made(lpl_spiking_t *s, size_t n, lpl_status_t *all) {
    static const fire_t turn[3] = {{37, 400, POST}, {37, 0, 0}, {37, 60, POST}};
    size_t looks = 0;
    for (size_t k = 0; k < n; k++) {
        const size_t t = (size_t)param(s, LPL_SPIKING_PARAM_STEP);
        const lpl_status_t status = step(s, &turn[t / (8 * TAU) % 3]);
        OK(status);
        looks += status == LPL_LOOK;
        if (status == LPL_LOOK) *all = status;
    }
    return looks;
}

START_TEST(save_and_load) {
    EACH(dtype, engine) {
        lpl_spiking_config_t c = watched(dtype, engine);
        c.scaling = engine == LPL_ENGINE_BLOCK ? LPL_SCALING_RMS : LPL_SCALING_NONE, c.eta = 1e-3;
        lpl_spiking_t *whole = make(&c, NULL), *part = make(&c, NULL);
        lpl_status_t said = LPL_OK;
        size_t looks = made(whole, 26 * TAU, &said), again = 0;
        ck_assert(looks >= 3 && said == LPL_LOOK);
        for (size_t left = 26 * TAU, k = 0; left > 0; k++) {
            const size_t n = k == 0 ? 0 : k == 1 ? 1 : testing_size(1, left < 7 * TAU ? left : 7 * TAU);
            again += made(part, n, &said);
            left -= n;
            memfile_t f = {0}, g = {0};
            lpl_spiking_t *copy = NULL;
            OK(lpl_spiking_save(part, memfile_write, &f));
            OK(lpl_spiking_load(memfile_read, &f, 0, 1, &copy));
            const lpl_spiking_report_t a = report(part), b = report(copy);
            ck_assert_mem_eq(&a, &b, sizeof a);
            ck_assert(param(part, LPL_SPIKING_PARAM_VERDICT) == param(copy, LPL_SPIKING_PARAM_VERDICT));
            OK(lpl_spiking_save(copy, memfile_write, &g));
            ck_assert_uint_eq(f.n, g.n);
            ck_assert_mem_eq(f.data, g.data, f.n);
            lpl_spiking_destroy(part), free(f.data), free(g.data);
            part = copy;
        }
        ck_assert_uint_eq(looks, again);
        same(whole, part);
        const lpl_spiking_report_t a = report(whole), b = report(part);
        ck_assert_mem_eq(&a, &b, sizeof a);
        lpl_spiking_destroy(whole), lpl_spiking_destroy(part);
    }
}
END_TEST

/* The flag changes no number and no byte of a projection without it; start values that were written go along. */
START_TEST(state_of_others) {
    memfile_t file[3] = {0};
    for (int k = 0; k < 3; k++) {
        lpl_spiking_config_t c = watched(LPL_F32, LPL_ENGINE_BLOCK);
        c.flags = 0, c.tau_wdecay = k == 2 ? 0.01 : 0, c.eta = k == 2 ? 0.07 : 0.1; /* 1 -> 0.32 */
        lpl_spiking_t *s = make(&c, NULL), *copy = NULL;
        if (k == 1) set_weights(s, 0, 0, 0.5); /* as w_init */
        if (k == 2) set_weights(s, 80, 0, 0.5);
        const fire_t none = {37, 0, 0};
        run(s, TAU, &none, NULL);
        OK(lpl_spiking_save(s, memfile_write, &file[k]));
        OK(lpl_spiking_load(memfile_read, &file[k], 0, 1, &copy));
        const lpl_spiking_report_t a = report(s), b = report(copy);
        ck_assert_mem_eq(&a, &b, sizeof a);
        ck_assert(a.verdict == LPL_VERDICT_SILENT && a.mend == (k == 2 ? LPL_MEND_LOWER_ETA : LPL_MEND_RAISE_W));
        lpl_spiking_destroy(s), lpl_spiking_destroy(copy);
    }
    ck_assert_uint_eq(file[0].n, file[1].n);
    ck_assert_mem_eq(file[0].data, file[1].data, file[0].n);
    for (int k = 0; k < 3; k++) free(file[k].data);

    lpl_spiking_config_t c = watched(LPL_F32, LPL_ENGINE_BLOCK);
    lpl_spiking_t *with = make(&c, NULL), *without;
    c.flags = 0;
    without = make(&c, NULL);
    lpl_status_t said = LPL_OK;
    made(with, 3 * TAU, &said), made(without, 3 * TAU, &said);
    same(with, without);
    lpl_spiking_destroy(with), lpl_spiking_destroy(without);
}
END_TEST

/* lpl_spiking_steps says at its end what single steps say; the same for any number of threads. */
START_TEST(many_steps_and_threads) {
    enum { N = 700, M = 300, STEPS = 2100 };
    for (int32_t dtype = LPL_F32; dtype <= LPL_F64; dtype++) {
        lpl_spiking_config_t c;
        OK(lpl_spiking_config_init(&c, sizeof c));
        c.flags = LPL_SPIKING_WATCH, c.dtype = dtype, c.n_pre = N, c.n_post = M, c.threads = 4, c.update_every = 100;
        c.tau_mean = 0.1, c.tau_sigma2 = 0.05;
        world_t w = world_make(N, M, STEPS, 0.001, 0.02); /* 200 Hz: runaway */
        lpl_spiking_t *one = make(&c, NULL), *many = make(&c, NULL);
        OK(lpl_spiking_set(one, LPL_SPIKING_PARAM_THREADS, 1));
        static const size_t part[] = {1000, 1, 999, 100}; /* the look is at step 1000 */
        size_t t = 0;
        for (size_t k = 0; k < sizeof part / sizeof *part; t += part[k], k++) {
            lpl_status_t single = LPL_OK;
            for (size_t q = t; q < t + part[k]; q++) {
                const lpl_status_t status = play_one(one, &w, q);
                OK(status);
                if (status == LPL_LOOK) single = status;
            }
            const lpl_status_t status =
                dtype == LPL_F64
                    ? lpl_spiking_steps_f64(many, part[k], w.pre_ptr + t, w.pre, w.post_ptr + t, w.post, w.v64 + t * M,
                                            M)
                    : lpl_spiking_steps(many, part[k], w.pre_ptr + t, w.pre, w.post_ptr + t, w.post, w.v + t * M, M);
            ck_assert_int_eq(status, single);
            ck_assert_int_eq(status, k == 1 ? LPL_LOOK : LPL_OK);
        }
        same(one, many);
        const lpl_spiking_report_t a = report(one), b = report(many);
        ck_assert_mem_eq(&a, &b, sizeof a);
        ck_assert_int_eq(a.verdict, LPL_VERDICT_RUNAWAY);
        lpl_spiking_destroy(one), lpl_spiking_destroy(many), world_free(&w);
    }
}
END_TEST

/* An absurd projection goes another way inside, step by step. */
START_TEST(not_calm) {
    EACH(dtype, engine) {
        lpl_spiking_config_t c = watched(dtype, engine);
        c.push = 1e30;
        lpl_spiking_t *s = make(&c, NULL);
        const fire_t none = {37, 0, 0};
        size_t when = 0;
        ck_assert_int_eq(run(s, TAU + EVERY, &none, &when), 1);
        ck_assert_uint_eq(when, TAU);
        lpl_spiking_destroy(s);
    }
}
END_TEST

/* ---- the call itself ---- */

START_TEST(old_reports) {
    lpl_spiking_config_t c = watched(LPL_F32, LPL_ENGINE_AUTO);
    lpl_spiking_t *s = make(&c, NULL);
    const fire_t none = {37, 0, 0};
    run(s, TAU, &none, NULL);
    union {
        lpl_spiking_report_t r;
        unsigned char byte[sizeof(lpl_spiking_report_t)];
    } old;
    memset(&old, 0xA5, sizeof old);
    ck_assert_uint_eq(offsetof(lpl_spiking_report_t, verdict), 104);
    OK(lpl_spiking_report_init(&old.r, 104));
    OK(lpl_spiking_report(s, &old.r));
    ck_assert(old.r.size == 104 && old.r.step == TAU);
    for (size_t k = 104; k < sizeof old; k++) ck_assert_uint_eq(old.byte[k], 0xA5);
    lpl_spiking_destroy(s);
}
END_TEST

START_TEST(sentences) {
    static const struct {
        int32_t verdict, mend;
        const char *first, *knob;
    } known[] = {
        {LPL_VERDICT_EARLY, LPL_MEND_NONE, "too early", "tau_mean"},
        {LPL_VERDICT_OK, LPL_MEND_NONE, "ok", ""},
        {LPL_VERDICT_OK, LPL_MEND_LEARN, "ok so far", "LPL_MODE_LEARN"},
        {LPL_VERDICT_SILENT, LPL_MEND_INPUT, "silent", "rate_hz"},
        {LPL_VERDICT_SILENT, LPL_MEND_RAISE_W, "silent", "raise w_init"},
        {LPL_VERDICT_SILENT, LPL_MEND_LOWER_ETA, "silent", "lower eta"},
        {LPL_VERDICT_RUNAWAY, LPL_MEND_LOWER_W, "runaway", "lower w_init"},
        {LPL_VERDICT_RUNAWAY, LPL_MEND_PRIME, "runaway", "LPL_MODE_TRACK"},
        {LPL_VERDICT_SATURATED, LPL_MEND_LOWER_ETA, "saturated", "lower eta"},
        {LPL_VERDICT_SATURATED, LPL_MEND_RAISE_W_MAX, "saturated", "raise w_max"},
        {LPL_VERDICT_NOT_LEARNING, LPL_MEND_RAISE_ETA, "not learning", "raise eta"},
    };
    const char *other = lpl_spiking_verdict_string(99, 0);
    size_t n = 0;
    for (int32_t v = -1; v < 8; v++)
        for (int32_t m = -1; m < 11; m++) n += lpl_spiking_verdict_string(v, m) != other;
    ck_assert_uint_eq(n, sizeof known / sizeof *known);
    ck_assert_ptr_nonnull(strstr(other, "not a verdict"));
    for (size_t k = 0; k < n; k++) {
        const char *text = lpl_spiking_verdict_string(known[k].verdict, known[k].mend);
        ck_assert_msg(strstr(text, known[k].first) == text && strstr(text, known[k].knob), "%s", text);
    }
    ck_assert_str_eq(lpl_status_name(LPL_LOOK), "LPL_LOOK");
    lpl_spiking_config_t c = watched(LPL_F32, LPL_ENGINE_AUTO);
    lpl_spiking_t *s = NULL;
    c.flags = 2;
    FAILS(lpl_spiking_create(&c, NULL, &s), LPL_E_ARG, "flags = 2");
    c.flags = LPL_SPIKING_WATCH;
    OK(lpl_spiking_preset(&c, LPL_PRESET_SPIKING_NETWORK));
    ck_assert_uint_eq(c.flags, LPL_SPIKING_WATCH);
}
END_TEST

int main(void) {
    testing_seed("test_verdict", 61);
    Suite *suite = suite_create("verdict");
    TCase *tc = tcase_create("verdict");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, told_once_a_change_and_never_early);
    tcase_add_test(tc, looks_at_changes_of_weights);
    tcase_add_test(tc, rates_without_what_they_began_with);
    tcase_add_test(tc, more_than_half);
    tcase_add_test(tc, weights_tell_what_to_turn);
    tcase_add_test(tc, learned_into_it);
    tcase_add_test(tc, change_of_weights);
    tcase_add_test(tc, save_and_load);
    tcase_add_test(tc, state_of_others);
    tcase_add_test(tc, many_steps_and_threads);
    tcase_add_test(tc, not_calm);
    tcase_add_test(tc, old_reports);
    tcase_add_test(tc, sentences);
    suite_add_tcase(suite, tc);
    return testing_run(suite);
}
