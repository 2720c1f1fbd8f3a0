/* tests/test_sizes.c - counts of 64 bits in configs, and what they multiply to: refused where this host's size_t cannot
 * hold them, on a 32-bit host as on a 64-bit one, and never cut to what it can hold. */
#include "common/testing.h"

#include "layer/layer.h"

#define TWO(n) (UINT64_C(1) << (n))

/* Counts that are too many for any object; the low 32 bits of some look like a few. */
static const uint64_t too_many[] = {TWO(31) + 1, TWO(32), TWO(32) + 4,   TWO(33) + 1,
                                    TWO(40) + 4, TWO(63), UINT64_MAX - 3};
enum { TOO_MANY = sizeof too_many / sizeof *too_many };

START_TEST(counts_of_configs) {
    for (size_t k = 0; k < TOO_MANY; k++) {
        const uint64_t n = too_many[k];
        lpl_lif_config_t lif;
        lpl_lif_t *p = NULL;
        OK(lpl_lif_config_init(&lif, sizeof lif));
        lif.n = n;
        FAILS(lpl_lif_create(&lif, &p), LPL_E_SIZE, "n = ");

        for (int field = 0; field < 3; field++) {
            static const char *const names[3] = {"n_pre = ", "n_post = ", "batch_max = "};
            lpl_layer_config_t c;
            lpl_layer_t *l = NULL;
            size_t bytes = 0, align = 0;
            OK(lpl_layer_config_init(&c, sizeof c));
            c.n_pre = c.n_post = 4;
            *(field == 0 ? &c.n_pre : field == 1 ? &c.n_post : &c.batch_max) = n;
            FAILS(lpl_layer_create(&c, &l), LPL_E_SIZE, names[field]);
            FAILS(lpl_layer_size(&c, &bytes, &align), LPL_E_SIZE, names[field]);
            if (field == 0) continue;
            c.kind = LPL_LAYER_CONV2D, c.n_pre = 0, c.channels = 1, c.height = c.width = 4;
            FAILS(lpl_layer_create(&c, &l), LPL_E_SIZE, names[field]);
        }

        for (int field = 0; field < 2; field++) {
            lpl_stats_config_t c;
            lpl_stats_t *s = NULL;
            OK(lpl_stats_config_init(&c, sizeof c));
            c.n_units = 4;
            *(field ? &c.batch_max : &c.n_units) = n;
            FAILS(lpl_stats_create(&c, &s), LPL_E_SIZE, field ? "batch_max = " : "n_units = ");

            lpl_projection_config_t q;
            lpl_projection_t *j = NULL;
            OK(lpl_projection_config_init(&q, sizeof q));
            q.n_pre = q.n_post = 4;
            *(field ? &q.n_post : &q.n_pre) = n;
            FAILS(lpl_projection_create(&q, NULL, &j), LPL_E_SIZE, field ? "n_post = " : "n_pre = ");

            lpl_spiking_config_t g;
            lpl_spiking_t *t = NULL;
            OK(lpl_spiking_config_init(&g, sizeof g));
            g.n_pre = g.n_post = 4;
            *(field ? &g.n_post : &g.n_pre) = n;
            FAILS(lpl_spiking_create(&g, NULL, &t), LPL_E_SIZE, field ? "n_post = " : "n_pre = ");
        }

        lpl_record_config_t rec;
        lpl_record_t *r = NULL;
        OK(lpl_record_config_init(&rec, sizeof rec));
        rec.n = n;
        FAILS(lpl_record_create(&rec, &r), LPL_E_SIZE, "n = ");

        const double rate = 10;
        const uint64_t one_step = 0;
        const uint32_t one_neuron = 0;
        lpl_source_config_t src;
        lpl_source_t *u = NULL;
        OK(lpl_source_config_init(&src, sizeof src));
        src.n = n, src.n_knots = 1, src.rate_hz = &rate;
        FAILS(lpl_source_create(&src, &u), LPL_E_SIZE, "n = ");
        src.n = 4, src.first = n < TWO(32) ? UINT64_MAX : n;
        FAILS(lpl_source_create(&src, &u), LPL_E_SIZE, "first = ");

        const uint64_t ends[5] = {0, 1, 1, 1, 1};
        lpl_connect_t by;
        lpl_projection_config_t q;
        lpl_projection_t *j = NULL;
        OK(lpl_connect_init(&by, sizeof by));
        OK(lpl_projection_config_init(&q, sizeof q));
        q.n_pre = q.n_post = 4;
        by.kind = LPL_CONNECT_CSR, by.row_ptr = ends, by.col = &one_neuron, by.n_synapses = n;
        if (sizeof(size_t) == 4 || n >= TWO(63)) FAILS(lpl_projection_create(&q, &by, &j), LPL_E_SIZE, "n_synapses = ");
        by.kind = LPL_CONNECT_LIST, by.pre = by.post = &one_neuron;
        if (sizeof(size_t) == 4 || n >= TWO(63)) FAILS(lpl_projection_create(&q, &by, &j), LPL_E_SIZE, "n_synapses = ");
        if (sizeof(size_t) == 4 || n >= TWO(63)) {
            OK(lpl_source_config_init(&src, sizeof src));
            src.n = 4, src.n_knots = n, src.rate_hz = &rate;
            FAILS(lpl_source_create(&src, &u), LPL_E_SIZE, "n_knots = ");
            src.kind = LPL_SOURCE_SPIKES, src.n_spikes = n, src.spk_step = &one_step, src.spk_neuron = &one_neuron;
            FAILS(lpl_source_create(&src, &u), LPL_E_SIZE, "n_spikes = ");
        }
    }
}
END_TEST

START_TEST(readouts) {
    float w[8] = {0}, bias[4] = {0}, same[8] = {0}, other[4] = {0};
    const float x[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    const int32_t y[6] = {0, 1, 2, 3, 0, 1};
    lpl_readout_config_t c;
    OK(lpl_readout_config_init(&c, sizeof c));
    for (size_t k = 0; k < TOO_MANY; k++) {
        c.n_classes = too_many[k];
        FAILS(lpl_readout_fit(&c, w, 2, bias, NULL, x, 2, y, 6, 2), LPL_E_SIZE, "n_classes");
    }
    c.n_classes = 4;
    c.epochs = UINT64_MAX / 4;
    ck_assert_int_lt(lpl_readout_fit(&c, w, 2, bias, NULL, x, 2, y, 6, 2), 0);
    c.epochs = 3, c.batch = 6;
    OK(lpl_readout_fit(&c, w, 2, bias, NULL, x, 2, y, 6, 2));
    c.batch = TWO(32) + 1; /* all rows, not one of them */
    OK(lpl_readout_fit(&c, same, 2, other, NULL, x, 2, y, 6, 2));
    ck_assert_mem_eq(w, same, sizeof w);
    ck_assert_mem_eq(bias, other, sizeof bias);

    if (sizeof(size_t) > 4) return; /* there is room for these logits on a 64-bit host */
    const size_t K = (size_t)1 << 23;
    float *many = calloc(K, sizeof *many), none = 0;
    int32_t *labels = calloc(256, sizeof *labels);
    double accuracy = -1;
    FAILS(lpl_readout_predict(NULL, 0, &accuracy, &none, 0, many, &none, 0, labels, 256, 0, K), LPL_E_MEMORY,
          "256 rows");
    free(many), free(labels);
}
END_TEST

/* The longest window between weight changes is longer than a 32-bit size_t; its history is not. */
START_TEST(long_windows) {
    lpl_spiking_config_t c;
    lpl_spiking_t *s = NULL;
    OK(lpl_spiking_config_init(&c, sizeof c));
    c.n_pre = 3, c.n_post = 2;
    OK(lpl_spiking_create(&c, NULL, &s));
    lpl_spiking_destroy(s);
    c.update_every = TWO(40), c.memory_max = 1 << 20;
    OK(lpl_spiking_create(&c, NULL, &s));
    lpl_spiking_destroy(s);
    c.memory_max = UINT64_MAX;
    const lpl_status_t status = lpl_spiking_create(&c, NULL, &s);
    ck_assert_msg(status == LPL_E_SIZE || status == LPL_E_MEMORY, "%s", lpl_last_error());
    c.memory_max = 0, c.update_every++;
    FAILS(lpl_spiking_create(&c, NULL, &s), LPL_E_SIZE, "update_every = 1099511627777, need 1 .. 1099511627776");
}
END_TEST

/* A size up to 2^most, as often small as large. */
static uint64_t some(unsigned most) {
    const uint64_t top = TWO(testing_size(0, most));
    return top / 2 + 1 + (uint64_t)((double)(top - top / 2) * 0.49 * (1 + testing_real()));
}

/* lpl_layer_size of any config: refused, or at least what its larger arrays take. */
START_TEST(layers_of_any_size) {
    int fit = 0, refused = 0;
    for (int k = 0; k < 20000; k++) {
        lpl_layer_config_t c;
        size_t bytes = 0, align = 0;
        OK(lpl_layer_config_init(&c, sizeof c));
        c.n_post = some(31), c.batch_max = some(31), c.dtype = (int32_t)testing_size(0, 1),
        c.threads = (int32_t)some(10);
        c.pair = (int32_t)testing_size(0, 1), c.stats = (int32_t)testing_size(0, 2),
        c.optim = (int32_t)testing_size(0, 2);
        c.decorr = (double)testing_size(0, 1);
        double n = 0, out = (double)c.n_post, head = 0;
        if (testing_size(0, 3) == 0) {
            c.n_pre = some(31), n = (double)c.n_pre;
        } else {
            c.kind = LPL_LAYER_CONV2D, c.sees = (int32_t)testing_size(0, 2), c.pool = (uint32_t)testing_size(1, 2);
            c.groups = (uint32_t)TWO(testing_size(0, 12)), c.stride = testing_size(0, 3) ? 1 : (uint32_t)some(12);
            c.channels = c.groups * (uint32_t)TWO(testing_size(0, 3)), c.n_post = c.groups * some(16);
            c.height = (uint32_t)some(15), c.width = (uint32_t)some(15);
            c.kernel_h = c.kernel_w = testing_size(0, 1) ? 3 : (uint32_t)some(15);
            c.padding = (uint32_t)testing_size(0, c.kernel_h - 1);
            if (c.height + 2 * c.padding < c.kernel_h || c.width + 2 * c.padding < c.kernel_w) continue;
            const double rows = (c.height + 2 * c.padding - c.kernel_h) / c.stride + 1,
                         cols = (c.width + 2 * c.padding - c.kernel_w) / c.stride + 1;
            if (c.pool > rows || c.pool > cols) continue;
            n = (double)c.channels / c.groups * c.kernel_h * c.kernel_w;
            out = (double)c.n_post * floor(rows / c.pool) * floor(cols / c.pool);
            if (c.sees == LPL_SEES_HEAD) {
                c.head_hidden = (uint32_t)some(20), c.head_out = (uint32_t)some(20);
                head = (double)c.head_hidden * ((double)c.n_post + 1);
            }
        }
        const double T = c.dtype == LPL_F64 ? 8 : 4, conv = c.kind == LPL_LAYER_CONV2D;
        const double need = T * ((double)c.n_post * n * (1 + c.optim) + head + (conv ? out * (double)c.batch_max : 0)) +
                            (conv ? 0 : 3 * T * out * (double)c.batch_max);
        const lpl_status_t status = lpl_layer_size(&c, &bytes, &align);
        if (status == LPL_OK) {
            fit++;
            ck_assert_msg((double)bytes >= need, "config %d: %zu bytes, need at least %g", k, bytes, need);
        } else {
            refused++;
            ck_assert_msg(status == LPL_E_SIZE, "config %d: %s", k, lpl_last_error());
        }
        if (need > (double)PTRDIFF_MAX)
            ck_assert_msg(status == LPL_E_SIZE, "config %d: %g bytes fit into %zu", k, need, bytes);
        if (need < 1e6 && !conv && c.decorr == 0) ck_assert_msg(status == LPL_OK, "config %d: %s", k, lpl_last_error());
    }
    const int many = sizeof(size_t) > 4 ? 2000 : 1000; /* of the same configs, fewer fit into 2 GB */
    ck_assert_msg(fit > many && refused > 1000, "%d configs fit, %d do not", fit, refused);
}
END_TEST

START_TEST(scratch_and_squares) {
    lpl_rule_config_t c;
    size_t bytes = 0;
    OK(lpl_rule_config_init(&c, sizeof c));
    c.decorr = 1;
    for (int k = 0; k < 1000; k++) {
        const size_t units = (size_t)some(31), batch = (size_t)some(31);
        const double need = 4.0 * ((double)units * (double)batch + (units > 1 ? (double)units * (double)units : 0));
        const lpl_status_t status = lpl_rule_scratch(&c, &bytes, units, batch, LPL_F32);
        if (status == LPL_OK && units > 1)
            ck_assert_msg((double)bytes >= need, "%zu units, batch %zu: %zu bytes", units, batch, bytes);
        else if (status < 0)
            ck_assert_int_eq(status, LPL_E_SIZE);
        if (need > (double)PTRDIFF_MAX && units > 1) ck_assert_int_eq(status, LPL_E_SIZE);
    }
    lpl_stats_config_t s;
    lpl_stats_t *t = NULL;
    OK(lpl_stats_config_init(&s, sizeof s));
    s.n_units = TWO(31), s.covariance = 1;
    FAILS(lpl_stats_create(&s, &t), LPL_E_SIZE, "addressed");
}
END_TEST

/* More pairs than a 32-bit host can hold synapses, few of them connected: the same network on every host. */
START_TEST(sparse_pairs) {
    lpl_projection_config_t c;
    lpl_connect_t by;
    lpl_projection_t *p = NULL;
    double n = 0;
    OK(lpl_projection_config_init(&c, sizeof c));
    OK(lpl_connect_init(&by, sizeof by));
    c.n_pre = c.n_post = 6000;
    by.kind = LPL_CONNECT_RANDOM, by.probability = 1e-5, by.seed = 3;
    OK(lpl_projection_create(&c, &by, &p));
    OK(lpl_projection_get(p, LPL_PROJECTION_PARAM_N_SYNAPSES, &n));
    ck_assert_msg(n == 375, "%g synapses", n);
    lpl_projection_destroy(p);
}
END_TEST

int main(void) {
    testing_seed("test_sizes", 32);
    Suite *suite = suite_create("sizes");
    TCase *t = tcase_create("sizes");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, counts_of_configs);
    tcase_add_test(t, readouts);
    tcase_add_test(t, long_windows);
    tcase_add_test(t, layers_of_any_size);
    tcase_add_test(t, scratch_and_squares);
    tcase_add_test(t, sparse_pairs);
    suite_add_tcase(suite, t);
    return testing_run(suite);
}
