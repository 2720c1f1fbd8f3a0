/* tests/test_layer.c - lpl_layer_t: updates against the rule and optimiser of levels 1, memory, parameters, states, bad
 * input. */
#include "common/pages.h"
#include "common/testing.h"

static lpl_layer_config_t config(size_t n, size_t m, size_t batch, int32_t dtype) {
    lpl_layer_config_t c;
    OK(lpl_layer_config_init(&c, sizeof c));
    c.n_pre = n, c.n_post = m, c.batch_max = batch, c.dtype = dtype;
    return c;
}

static lpl_layer_t *make(const lpl_layer_config_t *c) {
    lpl_layer_t *l = NULL;
    OK(lpl_layer_create(c, &l));
    return l;
}

static double *state(const lpl_layer_t *l, size_t n, int32_t what) {
    double *p = malloc(n * sizeof *p);
    OK(lpl_layer_read_f64(l, p, n, what));
    return p;
}

/* A causal update is: forward, lpl_rule_delta, gradient = - delta' x, lpl_optim_step. For every optimiser, with random
 * options. */
START_TEST(update_is_rule_plus_optimiser) {
    const int rounds = testing_rounds("update_is_rule_plus_optimiser", 60, 30);
    for (int round = 0; round < rounds; round++) {
        const size_t n = testing_size(1, 30), M = testing_size(1, 20), B = testing_size(2, 12);
        lpl_layer_config_t c = config(n, M, B, LPL_F64);
        c.activation = (int32_t)testing_size(0, LPL_ACT_SILU);
        c.optim = round % 3, c.form = (int32_t)testing_size(0, 1), c.norm = (int32_t)testing_size(0, 1),
        c.push_form = (int32_t)testing_size(0, 2);
        c.pull = 1 + testing_real(), c.push = 1 + testing_real(), c.decorr = round % 4 ? 1 + testing_real() : 0;
        c.bias = round % 5 != 0, c.eta = 0.05, c.weight_decay = 0.01, c.seed = (uint64_t)round;
        lpl_layer_t *l = make(&c);
        double *w = state(l, M * n, LPL_STATE_WEIGHTS), *bias = c.bias ? state(l, M, LPL_STATE_BIAS) : NULL;
        double *m = calloc(M * n, 8), *v = calloc(M * n, 8), *bm = calloc(M, 8), *bv = calloc(M, 8);
        double *z[2], *fp = malloc(B * M * 8), *delta = malloc(B * M * 8), *g = malloc(M * n * 8), gb[20],
                      *a = malloc(B * M * 8);
        z[0] = malloc(B * M * 8), z[1] = malloc(B * M * 8);
        lpl_rule_config_t r;
        lpl_optim_config_t o;
        OK(lpl_rule_config_init(&r, sizeof r));
        OK(lpl_optim_config_init(&o, sizeof o));
        r.form = c.form, r.norm = c.norm, r.push_form = c.push_form, r.pull = c.pull, r.push = c.push,
        r.decorr = c.decorr;
        o.optim = c.optim, o.eta = c.eta, o.weight_decay = c.weight_decay;
        size_t bytes;
        OK(lpl_rule_scratch(&r, &bytes, M, B, LPL_F64));
        void *scratch = aligned_alloc(64, (bytes + 63) / 64 * 64 + 64);
        for (uint64_t t = 1; t <= 5; t++) {
            double *x[2] = {testing_doubles(B * n), testing_doubles(B * n)};
            for (int k = 0; k < 2; k++) {
                for (size_t b = 0; b < B; b++)
                    for (size_t i = 0; i < M; i++) {
                        double s = bias ? bias[i] : 0;
                        for (size_t j = 0; j < n; j++) s += w[i * n + j] * x[k][b * n + j];
                        a[b * M + i] = s;
                    }
                OK(lpl_activate_f64(z[k], fp, a, B * M, c.activation, c.activation == LPL_ACT_SATURATING ? 2 : 0.01,
                                    80));
            }
            lpl_report_t want, got;
            OK(lpl_report_init(&want, sizeof want));
            OK(lpl_report_init(&got, sizeof got));
            OK(lpl_rule_delta_f64(&r, delta, M, NULL, &want, NULL, scratch, bytes, z[1], M, z[0], M, fp, M, NULL, M,
                                  B));
            for (size_t i = 0; i < M; i++) {
                gb[i] = 0;
                for (size_t b = 0; b < B; b++) gb[i] -= delta[b * M + i];
                for (size_t j = 0; j < n; j++) {
                    g[i * n + j] = 0;
                    for (size_t b = 0; b < B; b++) g[i * n + j] -= delta[b * M + i] * x[1][b * n + j];
                }
            }
            OK(lpl_update_f64(l, &got, x[0], n, x[1], n, B));
            o.weight_decay = c.weight_decay;
            OK(lpl_optim_step_f64(&o, w, c.optim ? m : NULL, c.optim == LPL_OPTIM_ADAM ? v : NULL, g, M * n, t));
            o.weight_decay = 0; /* biases are exempt */
            if (bias)
                OK(lpl_optim_step_f64(&o, bias, c.optim ? bm : NULL, c.optim == LPL_OPTIM_ADAM ? bv : NULL, gb, M, t));
            CLOSE(got.pull, want.pull, 1e-12, 1 + fabs(want.pull));
            CLOSE(got.push, want.push, 1e-12, 1 + fabs(want.push));
            CLOSE(got.decorr, want.decorr, 1e-12, 1 + fabs(want.decorr));
            CLOSE(got.total, want.total, 1e-12, 1 + fabs(want.total));
            ck_assert(got.step == t && got.n_dead == want.n_dead && got.n_collapsed == want.n_collapsed);
            free(x[0]), free(x[1]);
        }
        double *w2 = state(l, M * n, LPL_STATE_WEIGHTS);
        for (size_t k = 0; k < M * n; k++) CLOSE(w2[k], w[k], c.optim == LPL_OPTIM_ADAM ? 1e-6 : 1e-10, 1);
        if (bias) {
            double *b2 = state(l, M, LPL_STATE_BIAS);
            for (size_t i = 0; i < M; i++) CLOSE(b2[i], bias[i], c.optim == LPL_OPTIM_ADAM ? 1e-6 : 1e-10, 1);
            free(b2);
        }
        free(w), free(bias), free(w2), free(m), free(v), free(bm), free(bv), free(z[0]), free(z[1]), free(fp),
            free(delta), free(g), free(a), free(scratch);
        lpl_layer_destroy(l);
    }
}
END_TEST

/* Gradient changes nothing; its result is what SGD then applies. */
START_TEST(gradient_is_what_sgd_applies) {
    for (int round = 0; round < 30; round++) {
        const size_t n = testing_size(1, 40), M = testing_size(1, 150), B = testing_size(2, 20);
        lpl_layer_config_t c = config(n, M, B, LPL_F64);
        c.activation = LPL_ACT_TANH, c.stats = round % 3, c.pair = round / 3 % 2, c.tau_mean = c.tau_sigma2 = 20,
        c.eta = 0.5;
        lpl_layer_t *l = make(&c);
        double *dw = malloc(M * n * 8), *db = malloc(M * 8);
        for (int t = 0; t < 3; t++) {
            double *x0 = testing_doubles(B * n), *x1 = testing_doubles(B * n),
                   *before = state(l, M * n, LPL_STATE_WEIGHTS), *bias = state(l, M, LPL_STATE_BIAS);
            double *mean = state(l, M, LPL_STATE_MEAN);
            lpl_report_t ga, gb, up;
            OK(lpl_report_init(&ga, sizeof ga));
            OK(lpl_report_init(&gb, sizeof gb));
            OK(lpl_report_init(&up, sizeof up));
            OK(lpl_gradient_f64(l, dw, n, db, &ga, x0, n, x1, n, B));
            OK(lpl_gradient_f64(l, dw, n, db, &gb, x0, n, x1, n, B));
            double *same = state(l, M * n, LPL_STATE_WEIGHTS), *mean2 = state(l, M, LPL_STATE_MEAN);
            ck_assert(memcmp(before, same, M * n * 8) == 0 && memcmp(mean, mean2, M * 8) == 0);
            OK(lpl_update_f64(l, &up, x0, n, x1, n, B));
            ck_assert(ga.total == gb.total && ga.total == up.total && up.step == ga.step + 1);
            double *after = state(l, M * n, LPL_STATE_WEIGHTS), *bias2 = state(l, M, LPL_STATE_BIAS);
            for (size_t k = 0; k < M * n; k++) CLOSE(after[k], before[k] - c.eta * dw[k], 1e-14, 1);
            for (size_t i = 0; i < M; i++) CLOSE(bias2[i], bias[i] - c.eta * db[i], 1e-14, 1);
            free(x0), free(x1), free(before), free(bias), free(mean), free(same), free(mean2), free(after), free(bias2);
        }
        free(dw), free(db), lpl_layer_destroy(l);
    }
}
END_TEST

/* Every instruction set computes the same update: the bits of float64 sums differ by the order of products only. All
 * rules, options at random. */
START_TEST(instruction_sets_agree) {
    const int rounds = testing_rounds("instruction_sets_agree", 90, 30);
    for (int round = 0; round < rounds; round++) {
        const size_t n = testing_size(1, 40), M = testing_size(1, 70), B = testing_size(2, 20);
        const int32_t dtype = round % 2 ? LPL_F32 : LPL_F64;
        lpl_layer_config_t c = config(n, M, B, dtype);
        static const int32_t smooth[] = {LPL_ACT_LINEAR, LPL_ACT_TANH, LPL_ACT_SIGMOID, LPL_ACT_SOFTPLUS,
                                         LPL_ACT_GELU,   LPL_ACT_SILU}; /* no kink for rounding to cross */
        c.rule = round % (LPL_RULE_SOFTHEBB + 1), c.activation = smooth[testing_size(0, 5)],
        c.optim = (int32_t)testing_size(0, 1), c.eta = 1e-3;
        c.norm = LPL_NORM_NEURON, c.form = (int32_t)testing_size(0, 1), c.push_form = (int32_t)testing_size(0, 2),
        c.eps = 0.1, c.seed = (uint64_t)round;
        c.stats = (int32_t)testing_size(0, 2), c.decorr = c.rule == LPL_RULE_LPL ? (double)testing_size(0, 1) : 0;
        c.pair = c.rule == LPL_RULE_LPL ? (int32_t)testing_size(0, 1) : LPL_PAIR_CAUSAL;
        lpl_layer_t *l[2] = {NULL, NULL};
        double *x[2] = {testing_doubles(4 * B * n), testing_doubles(4 * B * n)},
               *w[2] = {calloc(M * n, 8), calloc(M * n, 8)};
        float *f[2] = {calloc(4 * B * n, 4), calloc(4 * B * n, 4)}, *wf = calloc(M * n, 4);
        for (size_t k = 0; k < 4 * B * n; k++) f[0][k] = (float)x[0][k], f[1][k] = (float)x[1][k];
        for (int32_t isa = LPL_ISA_REF; isa <= LPL_ISA_AVX512; isa++) {
            const int k = isa > LPL_ISA_REF;
            c.isa = isa;
            if (lpl_layer_create(&c, &l[k]) == LPL_E_UNSUPPORTED) continue; /* not on this machine */
            ck_assert_msg(l[k] != NULL, "%s", lpl_last_error());
            for (size_t t = 0; t < 4; t++)
                if (dtype == LPL_F64)
                    OK(lpl_update_f64(l[k], NULL, x[0] + t * B * n, n, x[1] + t * B * n, n, B));
                else
                    OK(lpl_update(l[k], NULL, f[0] + t * B * n, n, f[1] + t * B * n, n, B));
            if (dtype == LPL_F64)
                OK(lpl_layer_read_f64(l[k], w[k], M * n, LPL_STATE_WEIGHTS));
            else
                OK(lpl_layer_read(l[k], wf, M * n, LPL_STATE_WEIGHTS));
            for (size_t j = 0; j < M * n && dtype == LPL_F32; j++) w[k][j] = (double)wf[j];
            for (size_t j = 0; k && j < M * n; j++)
                CLOSE(w[1][j], w[0][j], dtype == LPL_F64 ? 1e-12 : 2e-5, 1 + fabs(w[0][j]));
            lpl_layer_destroy(l[k]), l[k] = NULL;
        }
        for (int k = 0; k < 2; k++) free(x[k]), free(f[k]), free(w[k]);
        free(wf);
    }
}
END_TEST

/* Pair form and "now + remembered previous" agree while weights stand still (TRACK). */
START_TEST(remembered_previous) {
    const size_t n = 7, M = 5, B = 4;
    lpl_layer_config_t c = config(n, M, B, LPL_F32);
    c.mode = LPL_MODE_TRACK;
    lpl_layer_t *l = make(&c);
    float *x[3] = {testing_floats(B * n), testing_floats(B * n), testing_floats(B * n)}, prev[20], z[20];
    lpl_report_t a, b;
    OK(lpl_report_init(&a, sizeof a));
    OK(lpl_report_init(&b, sizeof b));
    double rows;
    FAILS(lpl_layer_read(l, prev, B * M, LPL_STATE_PREV), LPL_E_ORDER, "remembered");
    OK(lpl_layer_get(l, LPL_PARAM_PREV_ROWS, &rows));
    ck_assert(rows == 0);
    OK(lpl_update(l, &a, NULL, 0, x[0], n, B));
    ck_assert(a.pull == 0); /* nothing remembered yet */
    OK(lpl_layer_read(l, prev, B * M, LPL_STATE_PREV));
    OK(lpl_layer_get(l, LPL_PARAM_PREV_ROWS, &rows));
    ck_assert(rows == (double)B);
    OK(lpl_forward(l, z, M, x[0], n, B));
    ck_assert(memcmp(z, prev, sizeof z) == 0);
    OK(lpl_update(l, &a, NULL, 0, x[1], n, B));
    OK(lpl_update(l, &b, x[0], n, x[1], n, B));
    ck_assert(a.pull == b.pull && a.pull > 0 && a.total == b.total);
    FAILS(lpl_update(l, &b, NULL, 0, x[2], n, B - 1), LPL_E_ORDER, "forget");
    OK(lpl_layer_forget(l));
    OK(lpl_update(l, &b, NULL, 0, x[2], n, B - 1));
    ck_assert(b.pull == 0);
    for (int k = 0; k < 3; k++) free(x[k]);
    lpl_layer_destroy(l);
}
END_TEST

START_TEST(modes) {
    const size_t n = 6, M = 4, B = 8;
    for (int mode = LPL_MODE_LEARN; mode <= LPL_MODE_FROZEN; mode++) {
        lpl_layer_config_t c = config(n, M, B, LPL_F64);
        c.stats = LPL_STATS_EWMA, c.optim = LPL_OPTIM_ADAM;
        lpl_layer_t *l = make(&c);
        OK(lpl_layer_set(l, LPL_PARAM_MODE, mode));
        double *x = testing_doubles(B * n), *w = state(l, M * n, LPL_STATE_WEIGHTS), *m = state(l, M, LPL_STATE_MEAN),
               step;
        double *cov = state(l, M * M, LPL_STATE_COVARIANCE);
        lpl_report_t r;
        OK(lpl_report_init(&r, sizeof r));
        OK(lpl_update_f64(l, &r, NULL, 0, x, n, B));
        double *w2 = state(l, M * n, LPL_STATE_WEIGHTS), *m2 = state(l, M, LPL_STATE_MEAN),
               *mo = state(l, M * n, LPL_STATE_OPTIM_M), *cov2 = state(l, M * M, LPL_STATE_COVARIANCE);
        OK(lpl_layer_get(l, LPL_PARAM_STEP, &step));
        const int w_moved = memcmp(w, w2, M * n * 8) != 0, m_moved = memcmp(m, m2, M * 8) != 0,
                  c_moved = memcmp(cov, cov2, M * M * 8) != 0;
        double moment = 0;
        for (size_t k = 0; k < M * n; k++) moment += fabs(mo[k]);
        ck_assert(w_moved == (mode == LPL_MODE_LEARN) && (moment > 0) == (mode == LPL_MODE_LEARN));
        ck_assert(m_moved == (mode != LPL_MODE_FROZEN) && c_moved == m_moved && step == (mode != LPL_MODE_FROZEN));
        free(x), free(w), free(m), free(cov), free(w2), free(m2), free(mo), free(cov2), lpl_layer_destroy(l);
    }
}
END_TEST

/* The same bits for every number of threads, and for host memory with gaps between rows. */
START_TEST(threads_and_borrowed_weights) {
    const size_t n = 600, M = 530, B = 20, ldw = n + 3;
    float *x0 = testing_floats(B * n), *x1 = testing_floats(B * n), *ref = NULL, *host = malloc(M * ldw * 4),
          *hbias = malloc(M * 4);
    for (int run = 0; run < 5; run++) {
        lpl_layer_config_t c = config(n, M, B, LPL_F32);
        c.optim = LPL_OPTIM_ADAM, c.pair = LPL_PAIR_SYMMETRIC, c.activation = LPL_ACT_RELU,
        c.threads = run < 3 ? run + 1 : 1;
        lpl_layer_t *l = make(&c);
        if (run == 3) { /* borrowed */
            float *w = malloc(M * n * 4);
            OK(lpl_layer_read(l, w, M * n, LPL_STATE_WEIGHTS));
            OK(lpl_layer_read(l, hbias, M, LPL_STATE_BIAS));
            for (size_t i = 0; i < M; i++) {
                memcpy(host + i * ldw, w + i * n, n * 4);
                for (size_t j = n; j < ldw; j++) host[i * ldw + j] = 1e30f;
            }
            OK(lpl_layer_borrow_weights(l, host, ldw, hbias));
            free(w);
        }
        if (run == 4) { /* created in the caller's memory */
            lpl_layer_destroy(l);
            size_t bytes, align;
            OK(lpl_layer_size(&c, &bytes, &align));
            void *mem = aligned_alloc(align, (bytes + align - 1) / align * align);
            FAILS(lpl_layer_create_in(mem, bytes - 1, &c, &l), LPL_E_MEMORY, "bytes");
            OK(lpl_layer_create_in(mem, bytes, &c, &l));
            for (int t = 0; t < 3; t++) OK(lpl_update(l, NULL, x0, n, x1, n, B));
            float *w = malloc(M * n * 4);
            OK(lpl_layer_read(l, w, M * n, LPL_STATE_WEIGHTS));
            ck_assert(memcmp(w, ref, M * n * 4) == 0);
            lpl_layer_destroy(l);
            free(mem), free(w);
            continue;
        }
        for (int t = 0; t < 3; t++) OK(lpl_update(l, NULL, x0, n, x1, n, B));
        float *w = malloc(M * n * 4);
        OK(lpl_layer_read(l, w, M * n, LPL_STATE_WEIGHTS));
        if (ref)
            ck_assert_msg(memcmp(w, ref, M * n * 4) == 0, "run %d", run);
        else
            ref = w;
        if (run == 3) {
            for (size_t i = 0; i < M; i++) {
                ck_assert(memcmp(host + i * ldw, ref + i * n, n * 4) == 0);
                for (size_t j = n; j < ldw; j++) ck_assert(host[i * ldw + j] == 1e30f);
            }
            OK(lpl_layer_borrow_weights(l, NULL, 0, NULL)); /* back: values come along */
            memset(host, 0, M * ldw * 4);
            OK(lpl_layer_read(l, w, M * n, LPL_STATE_WEIGHTS));
            ck_assert(memcmp(w, ref, M * n * 4) == 0);
        }
        if (w != ref) free(w);
        lpl_layer_destroy(l);
    }
    free(ref), free(x0), free(x1), free(host), free(hbias);
}
END_TEST

/* LPL_FLAG_BATCH_INVARIANT: a row of z does not depend on the rows around it. */
START_TEST(batch_invariant) {
    const size_t n = 900, M = 70, B = 130;
    lpl_layer_config_t c = config(n, M, 1, LPL_F32);
    c.flags = LPL_FLAG_BATCH_INVARIANT;
    lpl_layer_t *l = NULL;
    if (lpl_layer_create(&c, &l) == LPL_E_UNSUPPORTED) return; /* another BLIS than at build time */
    ck_assert_ptr_nonnull(l);
    float *x = testing_floats(B * n), *all = malloc(B * M * 4), one[70];
    OK(lpl_forward(l, all, M, x, n, B));
    for (size_t b = 0; b < B; b += 7) {
        OK(lpl_forward(l, one, M, x + b * n, n, 1));
        ck_assert(memcmp(one, all + b * M, sizeof one) == 0);
    }
    free(x), free(all), lpl_layer_destroy(l);
}
END_TEST

START_TEST(collapse_and_dead_units) {
    const size_t n = 3, M = 4, B = 6;
    lpl_layer_config_t c = config(n, M, B, LPL_F32);
    c.activation = LPL_ACT_RELU;
    lpl_layer_t *l = make(&c);
    float w[12] = {0}, bias[4] = {1, -1, -1, 2}, *x = testing_floats(B * n);
    lpl_report_t r;
    OK(lpl_report_init(&r, sizeof r));
    OK(lpl_layer_write(l, w, 12, LPL_STATE_WEIGHTS));
    OK(lpl_layer_write(l, bias, 4, LPL_STATE_BIAS));
    OK(lpl_layer_set(l, LPL_PARAM_MODE, LPL_MODE_FROZEN));
    ck_assert(lpl_update(l, &r, x, n, x, n, B) == LPL_COLLAPSED); /* all units constant */
    ck_assert(r.status == LPL_COLLAPSED && r.n_collapsed == 4 && r.n_dead == 2 && r.min_std == 0 &&
              fabs(r.mean_activity - 0.75) < 1e-6);
    w[0] = 1;
    OK(lpl_layer_write(l, w, 12, LPL_STATE_WEIGHTS));
    ck_assert(lpl_update(l, &r, x, n, x, n, B) == LPL_OK);
    ck_assert(r.n_collapsed == 3 && r.n_dead == 2 && r.mean_std > 0);
    free(x), lpl_layer_destroy(l);
}
END_TEST

START_TEST(parameters) {
    lpl_layer_config_t c = config(3, 2, 4, LPL_F64);
    c.decorr = 0;
    lpl_layer_t *l = make(&c);
    double v, low, high;
    for (int32_t p = 0; p <= LPL_PARAM_TEMPERATURE; p++) {
        OK(lpl_layer_get(l, p, &v));
        if (lpl_layer_bounds(l, p, &low, &high) == LPL_OK) {
            OK(lpl_layer_set(l, p, low));
            OK(lpl_layer_get(l, p, &v));
            ck_assert(v == low);
            FAILS(lpl_layer_set(l, p, NAN), LPL_E_ARG, "need");
            ck_assert_ptr_null(strstr(lpl_last_error(), "(null)"));
            FAILS(lpl_layer_set(l, p, low - 1 < low ? low - 1 : -1), LPL_E_ARG, "need");
            OK(lpl_layer_get(l, p, &v));
            ck_assert(v == low);
        } else {
            FAILS(lpl_layer_set(l, p, 1), LPL_E_ARG, "read only");
        }
    }
    FAILS(lpl_layer_set(l, LPL_PARAM_DECORR, 1), LPL_E_ARG, "decorr");
    FAILS(lpl_layer_set(l, LPL_PARAM_ETA, NAN), LPL_E_ARG, "eta = nan");
    FAILS(lpl_layer_set(l, LPL_PARAM_HEAD_HIDDEN, 1), LPL_E_ARG, "head_hidden");
    OK(lpl_layer_get(l, LPL_PARAM_CHANNELS, &v));
    ck_assert(v == 3);
    FAILS(lpl_layer_set(l, LPL_PARAM_WIDTH, 1), LPL_E_ARG, "width");
    FAILS(lpl_layer_set(l, LPL_PARAM_MODE, 1.5), LPL_E_ARG, "whole");
    FAILS(lpl_layer_set(l, 99, 1), LPL_E_ARG, "param");
    FAILS(lpl_layer_get(l, 99, &v), LPL_E_ARG, "param");
    lpl_layer_destroy(l);
}
END_TEST

/* A large layer asks for huge pages: dense steps are up to a tenth faster. */
START_TEST(large_layers_ask_for_huge_pages) {
    lpl_layer_config_t c = config(1024, 1024, 2, LPL_F64); /* 8 MB of weights alone */
    lpl_layer_t *l = make(&c);
    size_t bytes = 0, align = 0;
    OK(lpl_layer_size(&c, &bytes, &align));
    ck_assert_uint_ge(bytes, 8 << 20);
    const char *middle = (const char *)l + bytes / 2;
    const int wants = wants_huge_pages(middle);
    ck_assert_int_ne(wants, 0);
    lpl_layer_destroy(l);
}
END_TEST

START_TEST(bad_config) {
    lpl_layer_t *l = NULL;
    lpl_layer_config_t base = config(5, 4, 3, LPL_F32);
#define TRY(field, value, code, word)                \
    do {                                             \
        lpl_layer_config_t c = base;                 \
        c.field = value;                             \
        FAILS(lpl_layer_create(&c, &l), code, word); \
        ck_assert_ptr_null(l);                       \
    } while (0)
    TRY(n_pre, 0, LPL_E_SIZE, "n_pre");
    TRY(n_post, (uint64_t)-4, LPL_E_SIZE, "n_post");
    TRY(batch_max, 0, LPL_E_SIZE, "batch_max");
    TRY(tau_mean, 0, LPL_E_ARG, "tau_mean = 0");
    TRY(tau_sigma2, -3, LPL_E_ARG, "tau_sigma2");
    TRY(tau_sigma2, 1.9, LPL_E_UNITS, "tau_sigma2 = 1.9");
    TRY(eta, NAN, LPL_E_ARG, "eta");
    TRY(eta, INFINITY, LPL_E_ARG, "eta");
    TRY(eta, -1, LPL_E_ARG, "eta");
    TRY(eps, 0, LPL_E_ARG, "eps");
    TRY(pull, -1, LPL_E_ARG, "pull");
    TRY(push, NAN, LPL_E_ARG, "push");
    TRY(decorr, INFINITY, LPL_E_ARG, "decorr");
    TRY(momentum, 1, LPL_E_ARG, "momentum");
    TRY(beta1, 1, LPL_E_ARG, "beta1");
    TRY(beta2, -0.1, LPL_E_ARG, "beta2");
    TRY(adam_eps, 0, LPL_E_ARG, "adam_eps");
    TRY(weight_decay, -1e-9, LPL_E_ARG, "weight_decay");
    TRY(activation, LPL_ACT_SILU + 1, LPL_E_ARG, "activation");
    TRY(rule, 60, LPL_E_ARG, "rule");
    TRY(form, 2, LPL_E_ARG, "form");
    TRY(norm, -1, LPL_E_ARG, "norm");
    TRY(push_form, LPL_PUSH_LOGDET + 1, LPL_E_ARG, "push_form");
    TRY(pull_form, LPL_PULL_ISOLOSS + 1, LPL_E_ARG, "pull_form");
    TRY(pull_form, -1, LPL_E_ARG, "pull_form");
    TRY(reserved, 1, LPL_E_ARG, "reserved");
    TRY(pair, 2, LPL_E_ARG, "pair");
    TRY(stats, LPL_STATS_ALL, LPL_E_ARG, "stats");
    TRY(optim, 3, LPL_E_ARG, "optim");
    TRY(mode, 3, LPL_E_ARG, "mode");
    TRY(init, LPL_INIT_UNIT_VARIANCE + 1, LPL_E_ARG, "init");
    TRY(kind, 2, LPL_E_ARG, "kind");
    TRY(dtype, 2, LPL_E_ARG, "dtype");
    TRY(bias, 2, LPL_E_ARG, "bias");
    TRY(threads, 0, LPL_E_ARG, "threads");
    TRY(isa, 4, LPL_E_ARG, "isa");
    TRY(flags, 8, LPL_E_ARG, "flags");
    TRY(tau_theta, 0.5, LPL_E_ARG, "tau_theta");
    TRY(theta_init, NAN, LPL_E_ARG, "theta_init");
    TRY(collapse_std, -1, LPL_E_ARG, "collapse_std");
    TRY(temperature, 0, LPL_E_ARG, "temperature");
    base.rule = LPL_RULE_OJA;
    TRY(pair, LPL_PAIR_SYMMETRIC, LPL_E_ARG, "pair");
    base.activation = LPL_ACT_LEAKY_RELU;
    TRY(act_p0, 2, LPL_E_ARG, "p0");
    base = config((size_t)1 << 31, (size_t)1 << 31, (size_t)1 << 31, LPL_F64);
    FAILS(lpl_layer_create(&base, &l), LPL_E_SIZE, "addressed");
    FAILS(lpl_layer_create(NULL, &l), LPL_E_NULL, "NULL");
    FAILS(lpl_layer_config_init(NULL, sizeof base), LPL_E_NULL, "NULL");
    FAILS(lpl_layer_preset(&base, 9), LPL_E_ARG, "preset");
    /* sized structs: a shorter one gets defaults for the rest, a longer one is accepted while its tail is zero */
    struct {
        lpl_layer_config_t c;
        uint64_t tail;
    } longer;
    OK(lpl_layer_config_init(&longer.c, sizeof longer));
    longer.c.n_pre = longer.c.n_post = 2;
    OK(lpl_layer_create(&longer.c, &l));
    lpl_layer_destroy(l), l = NULL;
    longer.tail = 1;
    FAILS(lpl_layer_create(&longer.c, &l), LPL_E_VERSION, "size");
    base = config(2, 2, 1, LPL_F32);
    base.size = 40; /* up to batch_max */
    base.eta = NAN; /* not looked at */
    OK(lpl_layer_create(&base, &l));
    double eta;
    OK(lpl_layer_get(l, LPL_PARAM_ETA, &eta));
    ck_assert(eta == 1e-2);
    lpl_layer_destroy(l);
}
END_TEST

START_TEST(bad_calls) {
    const size_t n = 5, M = 4, B = 3;
    lpl_layer_config_t c = config(n, M, B, LPL_F32);
    lpl_layer_t *l = make(&c);
    float x[15], x2[15], z[12], before[20], after[20];
    double d[20] = {0};
    for (int k = 0; k < 15; k++) x[k] = (float)testing_real(), x2[k] = (float)testing_real();
    OK(lpl_layer_read(l, before, 20, LPL_STATE_WEIGHTS));
    FAILS(lpl_update(NULL, NULL, x, n, x2, n, B), LPL_E_NULL, "l is NULL");
    FAILS(lpl_update(l, NULL, x, n, NULL, n, B), LPL_E_NULL, "x1");
    FAILS(lpl_update(l, NULL, x, n - 1, x2, n, B), LPL_E_SIZE, "x0");
    FAILS(lpl_update(l, NULL, x, n, x2, 0, B), LPL_E_SIZE, "x1");
    FAILS(lpl_update(l, NULL, x, n, x2, n, 1), LPL_E_SIZE, "batch");
    FAILS(lpl_update(l, NULL, x, n, x2, n, 4), LPL_E_SIZE, "batch");
    FAILS(lpl_update(l, NULL, x, n, x2, (size_t)-5, B), LPL_E_SIZE, "x1");
    FAILS(lpl_update_f64(l, NULL, d, n, d, n, B), LPL_E_DTYPE, "float32");
    FAILS(lpl_update_online(l, z, NULL, x), LPL_E_ORDER, "EWMA");
    FAILS(lpl_forward(l, x, M, x, n, B), LPL_E_OVERLAP, "z and x");
    FAILS(lpl_forward(l, z, M - 1, x, n, B), LPL_E_SIZE, "z");
    FAILS(lpl_gradient(l, x, n, NULL, NULL, x, n, x2, n, B), LPL_E_OVERLAP, "dw");
    FAILS(lpl_layer_read(l, z, 3, LPL_STATE_BIAS), LPL_E_SIZE, "exactly 4");
    FAILS(lpl_layer_read(l, z, 4, LPL_STATE_THETA), LPL_E_ARG, "state");
    FAILS(lpl_layer_read(l, z, 4, 99), LPL_E_ARG, "state");
    z[0] = NAN;
    FAILS(lpl_layer_write(l, z, 4, LPL_STATE_BIAS), LPL_E_NONFINITE, "src[0]");
    z[0] = -1;
    FAILS(lpl_layer_write(l, z, 4, LPL_STATE_SIGMA2), LPL_E_ARG, "variance");
    lpl_report_t r = {0};
    FAILS(lpl_update(l, &r, x, n, x2, n, B), LPL_E_ARG, "report");
    /* non-finite activity: named, and nothing is written */
    OK(lpl_report_init(&r, sizeof r));
    for (int which = 0; which < 2; which++) {
        float keep = which ? x2[7] : x[7];
        *(which ? &x2[7] : &x[7]) = INFINITY;
        FAILS(lpl_update(l, &r, x, n, x2, n, B), LPL_E_NONFINITE, "step 1");
        ck_assert(strstr(lpl_last_error(), "unit") && r.step == 0);
        *(which ? &x2[7] : &x[7]) = keep;
    }
    OK(lpl_layer_read(l, after, 20, LPL_STATE_WEIGHTS));
    ck_assert(memcmp(before, after, sizeof after) == 0);
    double step;
    OK(lpl_layer_get(l, LPL_PARAM_STEP, &step));
    ck_assert(step == 0);
    OK(lpl_forward(l, NULL, M, NULL, n, 0)); /* an empty batch is legal */
    lpl_layer_destroy(l);
    lpl_layer_destroy(NULL);
}
END_TEST

int main(void) {
    testing_seed("test_layer", 20261124);
    Suite *s = suite_create("layer");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, update_is_rule_plus_optimiser);
    tcase_add_test(t, gradient_is_what_sgd_applies);
    tcase_add_test(t, instruction_sets_agree);
    tcase_add_test(t, remembered_previous);
    tcase_add_test(t, modes);
    tcase_add_test(t, threads_and_borrowed_weights);
    tcase_add_test(t, batch_invariant);
    tcase_add_test(t, collapse_and_dead_units);
    tcase_add_test(t, parameters);
    tcase_add_test(t, large_layers_ask_for_huge_pages);
    tcase_add_test(t, bad_config);
    tcase_add_test(t, bad_calls);
    suite_add_tcase(s, t);
    return testing_run(s);
}
