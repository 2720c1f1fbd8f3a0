/* tests/test_part.c - parts: their ranges, files that are looked at, sources, recorders and groups of which a part
 * knows its own neurons alone. */
#include <stdbool.h>

#include "common/memfile.h"
#include "common/testing.h"

START_TEST(sources) {
    for (int round = 0; round < 20; round++) {
        const size_t n = testing_size(4, 200), parts = testing_size(1, 4);
        const double time[2] = {0, 0.02}, rate[2] = {10, (double)testing_size(10, 900)};
        uint64_t at[60];
        uint32_t who[60];
        for (size_t k = 0; k < 60; k++) at[k] = k / 3, who[k] = (uint32_t)(k % 3 ? n / 4 * (k % 3) + 1 : 0);
        lpl_source_config_t c;
        lpl_source_t *whole = NULL, *part[4] = {NULL};
        OK(lpl_source_config_init(&c, sizeof c));
        c.n = n, c.kind = round % 4 ? LPL_SOURCE_POISSON : LPL_SOURCE_SPIKES, c.seed = testing_bits();
        if (c.kind == LPL_SOURCE_POISSON)
            c.n_knots = 2, c.time_s = time, c.rate_hz = rate;
        else
            c.n_spikes = 60, c.spk_step = at, c.spk_neuron = who;
        OK(lpl_source_create(&c, &whole));
        for (size_t p = 0; p < parts; p++) {
            OK(lpl_part_range(&c.first, &c.n, n, parts, p));
            c.n_global = n, c.offset = round % 2 ? 1000 : 0;
            OK(lpl_source_create(&c, &part[p]));
        }
        for (uint64_t t = 0; t < 300; t++) {
            uint32_t a[200], b[200];
            size_t n_a, n_b = 0;
            if (t == 150) { /* forth and back */
                OK(lpl_source_seek(whole, 40));
                for (size_t p = 0; p < parts; p++) OK(lpl_source_seek(part[p], 40));
            }
            OK(lpl_source_step(whole, a, 200, &n_a));
            for (size_t p = 0; p < parts; p++) {
                size_t own;
                OK(lpl_source_step(part[p], b + n_b, 200 - n_b, &own));
                n_b += own;
            }
            ck_assert_uint_eq(n_a, n_b);
            for (size_t k = 0; k < n_a; k++) ck_assert_uint_eq(a[k] + c.offset, b[k]);
        }
        lpl_source_destroy(whole);
        for (size_t p = 0; p < parts; p++) lpl_source_destroy(part[p]);
    }
    lpl_source_config_t c;
    lpl_source_t *s = NULL;
    const double rate = 10;
    OK(lpl_source_config_init(&c, sizeof c));
    c.n = 5, c.first = 6, c.n_global = 10, c.n_knots = 1, c.rate_hz = &rate;
    FAILS(lpl_source_create(&c, &s), LPL_E_ARG, "first = 6");
    c.first = 5, c.offset = UINT64_MAX;
    FAILS(lpl_source_create(&c, &s), LPL_E_SIZE, "offset");
    c.offset = UINT32_MAX - 8; /* 5 + offset + 5 = 2^32 + 1 */
    FAILS(lpl_source_create(&c, &s), LPL_E_SIZE, "2^32");
    c.offset--;
    OK(lpl_source_create(&c, &s));
    lpl_source_destroy(s);
}
END_TEST

START_TEST(ranges_and_looks) {
    uint64_t first, n;
    for (int round = 0; round < 200; round++) {
        const uint64_t global = testing_bits() >> testing_size(33, 63), parts = testing_size(1, 50);
        uint64_t next = 0;
        for (uint64_t p = 0; p < parts; p++) {
            OK(lpl_part_range(&first, &n, global, parts, p));
            ck_assert(first == next && n >= global / parts && n <= global / parts + 1);
            next += n;
        }
        ck_assert_uint_eq(next, global);
    }
    OK(lpl_part_range(&first, &n, UINT64_C(1) << 32, UINT64_C(1) << 31, (UINT64_C(1) << 31) - 1));
    ck_assert(first == (UINT64_C(1) << 32) - 2 && n == 2);
    FAILS(lpl_part_range(NULL, &n, 3, 1, 0), LPL_E_NULL, "first");
    FAILS(lpl_part_range(&first, NULL, 3, 1, 0), LPL_E_NULL, "n is NULL");
    FAILS(lpl_part_range(&first, &n, (UINT64_C(1) << 32) + 1, 1, 0), LPL_E_SIZE, "n_global");
    FAILS(lpl_part_range(&first, &n, 3, 0, 0), LPL_E_SIZE, "n_parts");
    FAILS(lpl_part_range(&first, &n, 3, 2, 2), LPL_E_SIZE, "part = 2");

    lpl_lif_config_t c;
    lpl_lif_t *p = NULL;
    memfile_t f = {0};
    lpl_part_info_t info;
    OK(lpl_lif_config_init(&c, sizeof c));
    c.n = 4, c.first = 3, c.n_global = 9;
    OK(lpl_lif_create(&c, &p));
    OK(lpl_lif_save(p, memfile_write, &f));
    OK(lpl_part_info_init(&info, sizeof info));
    OK(lpl_part_look(&info, memfile_read, &f));
    ck_assert(info.kind == LPL_PART_LIF && info.first == 3 && info.n == 4 && info.n_global == 9 && info.step == 0 &&
              info.bytes == f.n);
    double number;
    OK(lpl_lif_get(p, LPL_LIF_PARAM_FIRST, &number));
    ck_assert(number == 3);
    OK(lpl_lif_get(p, LPL_LIF_PARAM_N_GLOBAL, &number));
    ck_assert(number == 9);
    for (size_t cut = 0; cut < f.n; cut++) {
        memfile_t shorter = f;
        shorter.n = cut, shorter.at = 0;
        FAILS(lpl_part_look(&info, memfile_read, &shorter), LPL_E_FORMAT, "truncated");
    }
    for (size_t bit = 0; bit < 8 * f.n; bit++) { /* and each flipped bit is seen */
        f.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
        f.at = 0;
        const lpl_status_t status = lpl_part_look(&info, memfile_read, &f);
        ck_assert(status == LPL_E_FORMAT || status == LPL_E_VERSION);
        f.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    ck_assert_uint_eq(info.n, 4);
    FAILS(lpl_part_look(NULL, memfile_read, &f), LPL_E_NULL, "info");
    FAILS(lpl_part_look(&info, NULL, &f), LPL_E_NULL, "read");
    free(f.data);
    c.first = 6;
    FAILS(lpl_lif_create(&c, &p), LPL_E_ARG, "first = 6");
    c.n_global = 3;
    FAILS(lpl_lif_create(&c, &p), LPL_E_SIZE, "n_global");
    c.n_global = 0;
    FAILS(lpl_lif_create(&c, &p), LPL_E_ARG, "without n_global");
    c.n_global = (UINT64_C(1) << 31) + 1;
    FAILS(lpl_lif_create(&c, &p), LPL_E_SIZE, "n_global");
    lpl_lif_destroy(p);

    lpl_record_config_t k;
    lpl_record_t *r = NULL;
    uint64_t at[2];
    uint32_t who[2];
    OK(lpl_record_config_init(&k, sizeof k));
    k.n = 4, k.first = 3, k.n_global = 9;
    OK(lpl_record_create(&k, &r));
    OK(lpl_record_spikes_into(r, at, who, 2));
    OK(lpl_record_step(r, (const uint32_t[]){0, 3}, 2));
    ck_assert(who[0] == 3 && who[1] == 6);
    FAILS(lpl_record_step(r, (const uint32_t[]){4}, 1), LPL_E_ARG, "4 neurons");
    OK(lpl_record_read(r, &number, 1, LPL_RECORD_FIRST));
    ck_assert(number == 3);
    OK(lpl_record_read(r, &number, 1, LPL_RECORD_N_GLOBAL));
    ck_assert(number == 9);
    lpl_record_destroy(r);
}
END_TEST

START_TEST(remote_groups) {
    lpl_network_config_t c;
    lpl_network_t *net = NULL;
    uint32_t in, far, other;
    const uint64_t ptr[2] = {0, 1};
    const uint32_t who[1] = {0};
    OK(lpl_network_config_init(&c, sizeof c));
    OK(lpl_network_create(&c, &net));
    OK(lpl_network_add_input(net, &in, 10));
    FAILS(lpl_network_add_remote(net, &far, 20, 1, 0), LPL_E_ARG, "local = 1");
    FAILS(lpl_network_add_remote(net, &far, 20, in, 11), LPL_E_ARG, "do not fit");
    FAILS(lpl_network_add_remote(net, &far, 9, in, 0), LPL_E_ARG, "do not fit");
    FAILS(lpl_network_add_remote(net, &far, 0, in, 0), LPL_E_SIZE, "n_global");
    FAILS(lpl_network_add_remote(net, &far, 20, in, UINT64_MAX), LPL_E_ARG, "do not fit");
    FAILS(lpl_network_add_remote(net, NULL, 20, in, 0), LPL_E_NULL, "group");
    OK(lpl_network_add_remote(net, &far, 20, in, 10));
    FAILS(lpl_network_add_remote(net, &other, 20, far, 0), LPL_E_ARG, "remote itself");
    lpl_record_config_t rc;
    lpl_record_t *r = NULL;
    OK(lpl_record_config_init(&rc, sizeof rc));
    rc.n = 20;
    OK(lpl_record_create(&rc, &r));
    FAILS(lpl_network_add_record(net, r, far), LPL_E_ARG, "is remote");
    lpl_projection_config_t pc;
    lpl_projection_t *p = NULL;
    OK(lpl_projection_config_init(&pc, sizeof pc));
    pc.n_pre = pc.n_post = 20;
    OK(lpl_projection_create(&pc, NULL, &p));
    FAILS(lpl_network_add_projection(net, p, far, far, LPL_NETWORK_NO_RECEPTOR), LPL_E_ARG, "is remote");
    lpl_source_config_t sc;
    lpl_source_t *s = NULL;
    const double rate = 1;
    OK(lpl_source_config_init(&sc, sizeof sc));
    sc.n = 3, sc.n_knots = 1, sc.rate_hz = &rate;
    OK(lpl_source_create(&sc, &s));
    FAILS(lpl_network_add_source(net, s, far), LPL_E_ARG, "is remote");
    OK(lpl_network_finish(net));
    FAILS(lpl_network_feed(net, far, 1, ptr, who), LPL_E_ARG, "is remote");
    uint64_t seen[3];
    uint32_t fired[4];
    const uint64_t fed_ptr[3] = {0, 2, 3};
    const uint32_t fed[3] = {1, 9, 0};
    OK(lpl_network_spikes_into(net, far, seen, 2, fired, 4));
    OK(lpl_network_feed(net, in, 2, fed_ptr, fed));
    OK(lpl_network_run(net, 2));
    ck_assert(seen[1] == 2 && seen[2] == 3 && fired[0] == 11 && fired[1] == 19 && fired[2] == 10);
    lpl_network_destroy(net);
    lpl_record_destroy(r), lpl_projection_destroy(p), lpl_source_destroy(s);
}
END_TEST

int main(void) {
    testing_seed("part", 77);
    Suite *s = suite_create("part");
    TCase *t = tcase_create("part");
    suite_add_tcase(s, t);
    tcase_add_test(t, sources);
    tcase_add_test(t, ranges_and_looks);
    tcase_add_test(t, remote_groups);
    return testing_run(s);
}
