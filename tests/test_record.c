/* tests/test_record.c - recorders: lent arrays, bins, running rates against the plain recursion, health, state files,
 * bad input. */
#include "common/alloc.h"
#include "common/memfile.h"
#include "common/testing.h"

enum { N_MAX = 60 };

static lpl_record_config_t config(uint64_t n, double tau, uint64_t bin_steps) {
    lpl_record_config_t c;
    OK(lpl_record_config_init(&c, sizeof c));
    c.n = n, c.tau_rate = tau, c.bin_steps = bin_steps;
    return c;
}

static lpl_record_t *make(const lpl_record_config_t *c) {
    lpl_record_t *r = NULL;
    OK(lpl_record_create(c, &r));
    return r;
}

/* A random ascending list; sometimes none. */
static size_t some_spikes(uint32_t *spikes, size_t n, size_t chance) {
    size_t k = 0;
    for (uint32_t i = 0; i < n; i++)
        if (testing_size(0, chance) == 0) spikes[k++] = i;
    return k;
}

typedef struct {
    uint64_t n_spikes, n_lost, n_bins, steps;
    double mean_rate;
    uint32_t health;
} seen_t;

static seen_t look(const lpl_record_t *r) {
    seen_t s;
    OK(lpl_record_state(r, &s.n_spikes, &s.n_lost, &s.n_bins, &s.steps, &s.mean_rate, &s.health));
    return s;
}

/* Everything, against arrays filled and recursions run in plain code. */
START_TEST(against_plain_code) {
    enum { STEPS = 700, ROOM = 400, BINS = 20 };
    for (int round = 0; round < 12; round++) {
        const size_t n = testing_size(1, N_MAX), bin = testing_size(0, 3) ? testing_size(1, 50) : 0,
                     late = testing_size(0, 100);
        const size_t room = testing_size(0, ROOM), room_bins = testing_size(0, BINS), chance = testing_size(0, 60);
        lpl_record_config_t c = config(n, 1e-4 * (double)testing_size(2, 500), bin);
        lpl_record_t *r = make(&c);
        static uint64_t step[ROOM + 1], want_step[STEPS * N_MAX];
        static uint32_t neuron[ROOM + 1], want_neuron[STEPS * N_MAX], bins[BINS * N_MAX + 1], want_bins[STEPS * N_MAX];
        double trace[N_MAX] = {0}, count[N_MAX] = {0}, rates[N_MAX], counts[N_MAX], all = 0, weight = 0;
        uint32_t in_bin[N_MAX] = {0};
        size_t spikes_seen = 0, bins_seen = 0;
        step[room] = 7, neuron[room] = 8, bins[room_bins * n] = 9;
        for (size_t t = 0; t < STEPS; t++) {
            uint32_t spikes[N_MAX];
            if (t == late) { /* lent only now; the bin that has begun counts from its beginning */
                OK(lpl_record_spikes_into(r, step, neuron, room));
                if (bin > 0) OK(lpl_record_bins_into(r, bins, room_bins));
            }
            const size_t k = some_spikes(spikes, n, chance);
            OK(lpl_record_step(r, spikes, k));
            all += (double)k - all * (c.dt / c.tau_rate), weight += 1 - weight * (c.dt / c.tau_rate);
            for (size_t i = 0; i < n; i++) trace[i] -= trace[i] * (c.dt / c.tau_rate);
            for (size_t s = 0; s < k; s++) {
                trace[spikes[s]]++, count[spikes[s]]++, in_bin[spikes[s]]++;
                if (t >= late) want_step[spikes_seen] = t, want_neuron[spikes_seen++] = spikes[s];
            }
            if (bin > 0 && (t + 1) % bin == 0) {
                if (t >= late) memcpy(want_bins + bins_seen++ * n, in_bin, n * sizeof *in_bin);
                memset(in_bin, 0, sizeof in_bin);
            }
            if (testing_size(0, 99) != 0 && t + 1 < STEPS) continue;
            OK(lpl_record_read(r, rates, n, LPL_RECORD_RATES));
            OK(lpl_record_read(r, counts, n, LPL_RECORD_COUNTS));
            for (size_t i = 0; i < n; i++) {
                CLOSE(rates[i], trace[i] / (weight * c.dt), 1e-10, 1e4);
                ck_assert(counts[i] == count[i]);
            }
            CLOSE(look(r).mean_rate, all / (weight * c.dt * (double)n), 1e-10, 1e4);
        }
        const size_t stored = spikes_seen < room ? spikes_seen : room,
                     rows = bins_seen < room_bins ? bins_seen : room_bins;
        const seen_t s = look(r);
        ck_assert_uint_eq(s.n_spikes, stored);
        ck_assert_uint_eq(s.n_lost, room ? spikes_seen - stored : 0);
        ck_assert_uint_eq(s.n_bins, rows);
        ck_assert_uint_eq(s.steps, STEPS);
        if (stored) ck_assert_mem_eq(step, want_step, stored * sizeof *step);
        if (stored) ck_assert_mem_eq(neuron, want_neuron, stored * sizeof *neuron);
        if (rows) ck_assert_mem_eq(bins, want_bins, rows * n * sizeof *bins);
        ck_assert(step[room] == 7 && neuron[room] == 8 && bins[room_bins * n] == 9);
        lpl_record_destroy(r);
    }
}
END_TEST

/* A neuron that fires regularly has its rate from the first period on: the start leaves no bias. */
START_TEST(no_bias_at_the_start) {
    lpl_record_config_t c = config(2, 10, 0);
    lpl_record_t *r = make(&c);
    const uint32_t both[] = {0, 1};
    double rates[2];
    OK(lpl_record_read(r, rates, 2, LPL_RECORD_RATES));
    ck_assert(rates[0] == 0 && look(r).mean_rate == 0 && look(r).steps == 0);
    for (int t = 0; t < 20000; t++)
        OK(lpl_record_step(r, both, t % 100 == 50 ? 1 : 0)); /* 100 Hz for 2 s, a fifth of tau_rate */
    OK(lpl_record_read(r, rates, 2, LPL_RECORD_RATES));
    CLOSE(rates[0], 100, 1e-3, 100);
    ck_assert(rates[1] == 0);
    CLOSE(look(r).mean_rate, 50, 1e-3, 50);
    lpl_record_destroy(r);
}
END_TEST

/* Reset begins again, with the lent arrays from their beginning; other arrays; none. */
START_TEST(lent_arrays_and_reset) {
    lpl_record_config_t c = config(3, 1, 2);
    lpl_record_t *r = make(&c);
    uint64_t step[4];
    uint32_t neuron[4], bins[6], other[3];
    const uint32_t list[] = {0, 2};
    OK(lpl_record_spikes_into(r, step, neuron, 4));
    OK(lpl_record_bins_into(r, bins, 2));
    for (int pass = 0; pass < 2; pass++) {
        for (int t = 0; t < 3; t++) OK(lpl_record_step(r, list, 2));
        const seen_t s = look(r);
        ck_assert(s.n_spikes == 4 && s.n_lost == 2 && s.n_bins == 1 && s.steps == 3);
        ck_assert(step[3] == 1 && neuron[3] == 2 && bins[0] == 2 && bins[1] == 0 && bins[2] == 2);
        memset(step, 0xff, sizeof step), memset(bins, 0xff, sizeof bins);
        OK(lpl_record_reset(r));
        ck_assert(look(r).n_spikes == 0 && look(r).steps == 0 && look(r).n_bins == 0 && look(r).mean_rate == 0);
    }
    OK(lpl_record_step(r, list, 2));
    OK(lpl_record_bins_into(r, other, 1)); /* in the middle of a bin: its first row is that bin, whole */
    OK(lpl_record_step(r, list, 1));
    ck_assert(other[0] == 2 && other[1] == 0 && other[2] == 1 && bins[0] == UINT32_MAX);
    OK(lpl_record_spikes_into(r, NULL, NULL, 0));
    OK(lpl_record_bins_into(r, NULL, 0));
    for (int t = 0; t < 5; t++) OK(lpl_record_step(r, list, 2));
    const seen_t s = look(r);
    ck_assert(s.n_spikes == 0 && s.n_lost == 0 && s.n_bins == 0 && s.steps == 7);
    OK(lpl_record_state(r, NULL, NULL, NULL, NULL, NULL, NULL));
    lpl_record_destroy(r);
}
END_TEST

START_TEST(health) {
    lpl_record_config_t c = config(10, 0.1, 0);
    c.silent_hz = 1, c.runaway_hz = 300;
    lpl_record_t *r = make(&c);
    const uint32_t all[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    for (int t = 0; t < 1000; t++) {
        ck_assert_uint_eq(look(r).health, 0); /* too early to say */
        OK(lpl_record_step(r, NULL, 0));
    }
    ck_assert_uint_eq(look(r).health, LPL_HEALTH_SILENT);
    for (int t = 0; t < 2000; t++) OK(lpl_record_step(r, all, t % 100 == 0 ? 10 : 0)); /* 100 Hz */
    ck_assert_uint_eq(look(r).health, 0);
    for (int t = 0; t < 3000; t++) OK(lpl_record_step(r, all, t % 20 == 0 ? 10 : 0)); /* 500 Hz */
    ck_assert_uint_eq(look(r).health, LPL_HEALTH_RUNAWAY);
    lpl_record_destroy(r);
}
END_TEST

/* ---- state files ---- */

static lpl_record_t *busy(size_t n, uint64_t bin_steps, size_t steps) {
    lpl_record_config_t c = config(n, 0.03, bin_steps);
    c.silent_hz = 0.5, c.runaway_hz = 77;
    lpl_record_t *r = make(&c);
    uint32_t spikes[N_MAX];
    for (size_t t = 0; t < steps; t++) OK(lpl_record_step(r, spikes, some_spikes(spikes, n, 30)));
    return r;
}

static lpl_record_t *copy(const lpl_record_t *r, memfile_t *f) {
    lpl_record_t *other = NULL;
    *f = (memfile_t){0};
    OK(lpl_record_save(r, memfile_write, f));
    OK(lpl_record_load(memfile_read, f, 0, &other));
    ck_assert_uint_eq(f->at, f->n);
    return other;
}

START_TEST(saving_and_going_on) {
    for (int round = 0; round < 8; round++) {
        const size_t n = testing_size(1, N_MAX), bin = testing_size(0, 1) * testing_size(1, 40);
        lpl_record_t *r = busy(n, bin, round ? testing_size(0, 200) : 0);
        memfile_t f[3];
        lpl_record_t *other = copy(r, &f[0]);
        uint32_t bins[2][20 * N_MAX];
        if (bin) OK(lpl_record_bins_into(r, bins[0], 20));
        if (bin) OK(lpl_record_bins_into(other, bins[1], 20));
        for (int t = 0; t < 100; t++) {
            uint32_t spikes[N_MAX];
            const size_t k = some_spikes(spikes, n, 30);
            OK(lpl_record_step(r, spikes, k));
            OK(lpl_record_step(other, spikes, k));
        }
        const seen_t a = look(r), b = look(other);
        ck_assert(a.steps == b.steps && a.mean_rate == b.mean_rate && a.health == b.health && a.n_bins == b.n_bins);
        if (a.n_bins) ck_assert_mem_eq(bins[0], bins[1], a.n_bins * n * sizeof bins[0][0]);
        OK(lpl_record_save(r, memfile_write, (f[1] = (memfile_t){0}, &f[1])));
        OK(lpl_record_save(other, memfile_write, (f[2] = (memfile_t){0}, &f[2])));
        ck_assert(f[1].n == f[2].n);
        ck_assert_mem_eq(f[1].data, f[2].data, f[1].n); /* all of the state, and the configs */
        for (int k = 0; k < 3; k++) free(f[k].data);
        lpl_record_destroy(r), lpl_record_destroy(other);
    }
}
END_TEST

START_TEST(damaged_files) {
    lpl_record_t *r = busy(5, 7, 60), *none = NULL;
    memfile_t f;
    lpl_record_destroy(copy(r, &f));
    size_t loaded = 0, wrong = 0;
    for (size_t n = 0; n < f.n; n++) { /* cut short */
        memfile_t part = {.data = f.data, .n = n};
        wrong += lpl_record_load(memfile_read, &part, 0, &none) != LPL_E_FORMAT || none;
    }
    ck_assert_uint_eq(wrong, 0);
    for (size_t bit = 0; bit < 8 * f.n; bit++) { /* one bit changed: noticed, but in the padding */
        f.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
        f.at = 0;
        const lpl_status_t s = lpl_record_load(memfile_read, &f, 0, &none);
        loaded += s == LPL_OK;
        wrong += s != LPL_OK && (s != LPL_E_FORMAT && s != LPL_E_VERSION && s != LPL_E_MEMORY);
        lpl_record_destroy(none);
        none = NULL;
        f.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    printf("test_record: %zu of %zu single bits changed did not matter\n", loaded, 8 * f.n);
    ck_assert_uint_eq(wrong, 0);
    for (int round = 0; round < 3000; round++) { /* damage behind right checksums: an error, or a recorder that works */
        memfile_t bad = memfile_copy(&f);
        for (size_t k = testing_size(1, 4); k > 0; k--)
            bad.data[testing_size(16, bad.n - 1)] = (unsigned char)testing_bits();
        memfile_repair(&bad);
        if (lpl_record_load(memfile_read, &bad, 1 << 20, &none) == LPL_OK) {
            uint64_t steps;
            double mean, rates[5];
            uint32_t spike = 4;
            wrong += lpl_record_step(none, &spike, 1) != LPL_OK;
            wrong += lpl_record_state(none, NULL, NULL, NULL, &steps, &mean, NULL) != LPL_OK || !isfinite(mean);
            if (lpl_record_read(none, rates, 5, LPL_RECORD_RATES) == LPL_OK)
                for (int i = 0; i < 5; i++) wrong += !(isfinite(rates[i]) && rates[i] >= 0);
            lpl_record_destroy(none);
            none = NULL;
        }
        free(bad.data);
    }
    ck_assert_uint_eq(wrong, 0);
    f.at = 0;
    FAILS(lpl_record_load(memfile_read, &f, 100, &none), LPL_E_MEMORY, "max_bytes = 100");
    for (size_t call = 1; call < 6; call++) {
        memfile_t stop = {.data = f.data, .n = f.n, .fail_at = call}, to = {.fail_at = call};
        FAILS(lpl_record_load(memfile_read, &stop, 0, &none), LPL_E_IO, "lpl_record_load");
        FAILS(lpl_record_save(r, memfile_write, &to), LPL_E_IO, "lpl_record_save");
        free(to.data);
    }
    lpl_stats_config_t sc; /* the state of something else */
    lpl_stats_t *st;
    OK(lpl_stats_config_init(&sc, sizeof sc));
    sc.n_units = 3;
    OK(lpl_stats_create(&sc, &st));
    memfile_t g = {0};
    OK(lpl_stats_save(st, memfile_write, &g));
    FAILS(lpl_record_load(memfile_read, &g, 0, &none), LPL_E_FORMAT, "not the state of a recorder");
    lpl_stats_destroy(st);
    ck_assert_ptr_null(none);
    free(f.data), free(g.data);
    lpl_record_destroy(r);
}
END_TEST

/* ---- bad input ---- */

#define BAD(code, word, change)                              \
    do {                                                     \
        lpl_record_config_t bad_ = c;                        \
        lpl_record_t *none_ = NULL;                          \
        change;                                              \
        FAILS(lpl_record_create(&bad_, &none_), code, word); \
        ck_assert_ptr_null(none_);                           \
    } while (0)

START_TEST(bad_configs) {
    lpl_record_config_t c = config(10, 10, 0);
    lpl_record_t *r = NULL;
    FAILS(lpl_record_create(&c, NULL), LPL_E_NULL, "out");
    FAILS(lpl_record_create(NULL, &r), LPL_E_NULL, "lpl_record_create");
    BAD(LPL_E_ARG, "flags", bad_.flags = 1);
    BAD(LPL_E_SIZE, "n = 0", bad_.n = 0);
    BAD(LPL_E_SIZE, "n = 18446744073709551615", bad_.n = UINT64_MAX);
    BAD(LPL_E_ARG, "dt = 0", bad_.dt = 0);
    BAD(LPL_E_ARG, "dt", bad_.dt = NAN);
    BAD(LPL_E_ARG, "tau_rate", bad_.tau_rate = -1);
    BAD(LPL_E_UNITS, "did you give ms?", bad_.tau_rate = 1e-4);
    BAD(LPL_E_ARG, "silent_hz = -1", bad_.silent_hz = -1);
    BAD(LPL_E_ARG, "runaway_hz = 0.001", bad_.runaway_hz = 0.001); /* below silent_hz */
    BAD(LPL_E_ARG, "bin_steps = 4294967296", bad_.bin_steps = (uint64_t)1 << 32);
    BAD(LPL_E_VERSION, "size", bad_.size = 3);
}
END_TEST

START_TEST(bad_calls) {
    lpl_record_config_t c = config(10, 10, 0);
    lpl_record_t *r = make(&c);
    uint64_t step[3];
    uint32_t neuron[3];
    double x[10] = {7};
    const uint32_t high[] = {1, 10}, twice[] = {1, 4, 4}, down[] = {4, 1};
    OK(lpl_record_spikes_into(r, step, neuron, 3));
    FAILS(lpl_record_step(NULL, high, 1), LPL_E_NULL, "r is NULL");
    FAILS(lpl_record_step(r, NULL, 1), LPL_E_NULL, "spikes is NULL");
    FAILS(lpl_record_step(r, high, 2), LPL_E_ARG, "spikes[1] = 10");
    FAILS(lpl_record_step(r, twice, 3), LPL_E_ARG, "spikes[2] = 4 after 4");
    FAILS(lpl_record_step(r, down, 2), LPL_E_ARG, "spikes[1] = 1 after 4");
    const seen_t s = look(r);
    ck_assert(s.steps == 0 && s.n_spikes == 0);
    OK(lpl_record_read(r, x, 10, LPL_RECORD_COUNTS));
    for (int i = 0; i < 10; i++) ck_assert(x[i] == 0);
    FAILS(lpl_record_read(NULL, x, 10, 0), LPL_E_NULL, "r is NULL");
    FAILS(lpl_record_read(r, NULL, 10, 0), LPL_E_NULL, "dst is NULL");
    FAILS(lpl_record_read(r, x, 9, 0), LPL_E_SIZE, "n = 9, need exactly 10");
    FAILS(lpl_record_read(r, x, 10, LPL_RECORD_N_GLOBAL + 1), LPL_E_ARG, "what");
    FAILS(lpl_record_read(r, x, 10, LPL_RECORD_N), LPL_E_SIZE, "n = 10, need exactly 1");
    OK(lpl_record_read(r, x, 1, LPL_RECORD_N));
    ck_assert(x[0] == 10);
    FAILS(lpl_record_state(NULL, NULL, NULL, NULL, NULL, NULL, NULL), LPL_E_NULL, "r is NULL");
    FAILS(lpl_record_reset(NULL), LPL_E_NULL, "r is NULL");
    FAILS(lpl_record_spikes_into(NULL, step, neuron, 3), LPL_E_NULL, "r is NULL");
    FAILS(lpl_record_spikes_into(r, NULL, neuron, 3), LPL_E_NULL, "step");
    FAILS(lpl_record_spikes_into(r, step, NULL, 3), LPL_E_NULL, "neuron");
    FAILS(lpl_record_spikes_into(r, step, neuron, (size_t)-1), LPL_E_SIZE, "step");
    FAILS(lpl_record_bins_into(NULL, neuron, 0), LPL_E_NULL, "r is NULL");
    FAILS(lpl_record_bins_into(r, neuron, 1), LPL_E_ARG, "bin_steps = 0");
    FAILS(lpl_record_save(NULL, memfile_write, NULL), LPL_E_NULL, "r is NULL");
    FAILS(lpl_record_save(r, NULL, NULL), LPL_E_NULL, "write is NULL");
    FAILS(lpl_record_load(NULL, NULL, 0, &r), LPL_E_NULL, "read is NULL");
    FAILS(lpl_record_load(memfile_read, NULL, 0, NULL), LPL_E_NULL, "out is NULL");
    lpl_record_destroy(r);
    lpl_record_destroy(NULL);
    c.bin_steps = 5;
    r = make(&c);
    FAILS(lpl_record_bins_into(r, NULL, 1), LPL_E_NULL, "bins");
    FAILS(lpl_record_bins_into(r, neuron, (size_t)-1), LPL_E_SIZE, "bins");
    lpl_record_destroy(r);
}
END_TEST

#if ALLOC_COUNTED
START_TEST(allocations) {
    if (!alloc_works()) return;
    lpl_record_config_t c = config(N_MAX, 1, 10);
    lpl_record_t *r = busy(N_MAX, 10, 25), *none = NULL;
    memfile_t f;
    lpl_record_destroy(copy(r, &f));
    f.at = 0;
    alloc_start(1);
    const lpl_status_t created = lpl_record_create(&c, &none);
    alloc_stop();
    alloc_start(1);
    const lpl_status_t loaded = lpl_record_load(memfile_read, &f, 0, &none);
    alloc_stop();
    ck_assert(created == LPL_E_MEMORY && loaded == LPL_E_MEMORY && none == NULL && alloc_state.live == 0);
    static uint32_t bins[100 * N_MAX], neuron[100];
    static uint64_t step[100];
    const uint32_t spikes[] = {3, 50};
    double x[N_MAX];
    size_t failed = 0;
    alloc_start(0);
    failed += lpl_record_spikes_into(r, step, neuron, 100) != LPL_OK;
    failed += lpl_record_bins_into(r, bins, 100) != LPL_OK;
    for (int t = 0; t < 500; t++) failed += lpl_record_step(r, spikes, 2) != LPL_OK;
    failed += lpl_record_read(r, x, N_MAX, LPL_RECORD_RATES) != LPL_OK;
    failed += lpl_record_reset(r) != LPL_OK;
    alloc_stop();
    ck_assert_uint_eq(failed + alloc_state.own + alloc_state.other, 0);
    free(f.data);
    lpl_record_destroy(r);
}
END_TEST
#endif

int main(void) {
    testing_seed("test_record", 1);
    Suite *suite = suite_create("record");
    TCase *all = tcase_create("all");
    tcase_add_test(all, against_plain_code);
    tcase_add_test(all, no_bias_at_the_start);
    tcase_add_test(all, lent_arrays_and_reset);
    tcase_add_test(all, health);
    tcase_add_test(all, saving_and_going_on);
    tcase_add_test(all, damaged_files);
    tcase_add_test(all, bad_configs);
    tcase_add_test(all, bad_calls);
#if ALLOC_COUNTED
    tcase_add_test(all, allocations);
#endif
    suite_add_tcase(suite, all);
    return testing_run(suite);
}
