/* tests/test_abi.c - the layout of every public struct is pinned, and lpl_abi_entry's table names all there is in the
 * headers. */
#include <stddef.h>

#include "common/testing.h"

/* What is here may only ever grow at the end: a change of any of these numbers breaks every binding. No field needs
 * hidden padding, so the numbers hold for 32-bit targets too (but where a field is a pointer). */
#define AT(field, offset) _Static_assert(offsetof(T, field) == (offset), #field)
#define SIZE(bytes) _Static_assert(sizeof(T) == (bytes), "size")
/* clang-format off */
#define T lpl_stats_config_t
SIZE(80); AT(size, 0); AT(flags, 4); AT(dtype, 8); AT(mode, 12); AT(n_units, 16); AT(batch_max, 24); AT(covariance, 32);
AT(threads, 36); AT(tau_mean, 40); AT(tau_sigma2, 48); AT(mean_init, 56); AT(sigma2_init, 64); AT(isa, 72);
AT(reserved, 76);
#undef T
#define T lpl_optim_config_t
SIZE(64); AT(size, 0); AT(flags, 4); AT(optim, 8); AT(reserved, 12); AT(eta, 16); AT(momentum, 24); AT(beta1, 32);
AT(beta2, 40);
AT(adam_eps, 48); AT(weight_decay, 56);
#undef T
#define T lpl_reduce_config_t
SIZE(16); AT(size, 0); AT(flags, 4); AT(chunk, 8);
#undef T
#define T lpl_rule_config_t
SIZE(88); AT(size, 0); AT(flags, 4); AT(rule, 8); AT(form, 12); AT(norm, 16); AT(push_form, 20); AT(pull, 24); AT(push,
32);
AT(decorr, 40); AT(eps, 48); AT(tau_theta, 56); AT(collapse_std, 64); AT(temperature, 72);
AT(pull_form, 80); AT(reserved, 84);
#undef T
#define T lpl_report_t
SIZE(96); AT(size, 0); AT(status, 4); AT(pull, 8); AT(push, 16); AT(decorr, 24); AT(total, 32); AT(mean_activity, 40);
AT(min_std, 48);
AT(mean_std, 56); AT(n_collapsed, 64); AT(n_dead, 72); AT(step, 80); AT(weight_change, 88);
#undef T
#define T lpl_layer_config_t
SIZE(352); AT(size, 0); AT(flags, 4); AT(kind, 8); AT(dtype, 12); AT(n_pre, 16); AT(n_post, 24); AT(batch_max, 32);
AT(activation, 40);
AT(bias, 44); AT(rule, 48); AT(form, 52); AT(norm, 56); AT(push_form, 60); AT(pair, 64); AT(stats, 68); AT(act_p0, 72);
AT(act_p1, 80);
AT(pull, 88); AT(push, 96); AT(decorr, 104); AT(eps, 112); AT(tau_mean, 120); AT(tau_sigma2, 128); AT(mean_init, 136);
AT(sigma2_init, 144); AT(tau_theta, 152); AT(theta_init, 160); AT(collapse_std, 168); AT(optim, 176); AT(mode, 180);
AT(eta, 184);
AT(momentum, 192); AT(beta1, 200); AT(beta2, 208); AT(adam_eps, 216); AT(weight_decay, 224); AT(seed, 232); AT(stream,
240);
AT(init, 248); AT(threads, 252); AT(isa, 256); AT(label, 260); AT(channels, 264); AT(height, 268); AT(width, 272);
AT(kernel_h, 276); AT(kernel_w, 280); AT(stride, 284); AT(padding, 288); AT(groups, 292); AT(pool, 296); AT(sees, 300);
AT(head_hidden, 304); AT(head_out, 308); AT(temperature, 312); AT(pull_form, 320); AT(reserved, 324);
AT(predictor_alpha, 328); AT(predictor_eps, 336); AT(predictor_keep, 344);
#undef T
#define T lpl_readout_config_t
SIZE(64); AT(size, 0); AT(flags, 4); AT(n_classes, 8); AT(batch, 16); AT(epochs, 24); AT(eta, 32); AT(beta1, 40);
AT(beta2, 48);
AT(adam_eps, 56);
#undef T
#if UINTPTR_MAX > 0xffffffffu /* has pointers */
#define T lpl_connect_t
SIZE(96); AT(size, 0); AT(flags, 4); AT(kind, 8); AT(reserved, 12); AT(n_synapses, 16); AT(row_ptr, 24); AT(col, 32);
AT(pre, 40); AT(post, 48); AT(probability, 56); AT(seed, 64); AT(stream, 72); AT(post_begin, 80);
AT(n_post_global, 88);
#undef T
#endif
#define T lpl_lif_config_t
SIZE(192); AT(size, 0); AT(flags, 4); AT(dtype, 8); AT(threshold, 12); AT(n, 16); AT(dt, 24); AT(tau_mem, 32);
AT(tau_ampa, 40); AT(tau_nmda, 48); AT(tau_gaba, 56); AT(tau_thr, 64); AT(v_rest, 72); AT(v_reset, 80); AT(v_thr, 88);
AT(thr_spike, 96); AT(e_inh, 104); AT(ampa_nmda, 112); AT(v_init, 120); AT(v_init_sd, 128); AT(seed, 136); AT(stream,
144);
AT(isa, 152); AT(label, 156); AT(tau_adapt, 160); AT(dg_adapt, 168); AT(first, 176);
AT(n_global, 184);
#undef T
#define T lpl_projection_config_t
SIZE(120); AT(size, 0); AT(flags, 4); AT(dtype, 8); AT(kind, 12); AT(n_pre, 16); AT(n_post, 24); AT(dt, 32);
AT(delay_ax, 40); AT(w_init, 48); AT(w_min, 56); AT(w_max, 64); AT(zeta, 72); AT(kappa, 80); AT(tau_stdp, 88); AT(mode,
96);
AT(label, 100); AT(post_begin, 104); AT(n_post_global, 112);
#undef T
#define T lpl_network_config_t
SIZE(16); AT(size, 0); AT(flags, 4); AT(block_steps, 8);
#undef T
#define T lpl_record_config_t
SIZE(72); AT(size, 0); AT(flags, 4); AT(n, 8); AT(dt, 16); AT(tau_rate, 24); AT(silent_hz, 32); AT(runaway_hz, 40);
AT(bin_steps, 48); AT(first, 56); AT(n_global, 64);
#undef T
#if UINTPTR_MAX > 0xffffffffu /* has pointers */
#define T lpl_source_config_t
SIZE(120); AT(size, 0); AT(flags, 4); AT(kind, 8); AT(label, 12); AT(n, 16); AT(first, 24); AT(dt, 32); AT(seed, 40);
AT(stream, 48); AT(n_knots, 56); AT(time_s, 64); AT(rate_hz, 72); AT(n_spikes, 80); AT(spk_step, 88); AT(spk_neuron,
96); AT(n_global, 104); AT(offset, 112);
#undef T
#endif
#define T lpl_spiking_config_t
SIZE(296); AT(size, 0); AT(flags, 4); AT(dtype, 8); AT(form, 12); AT(n_pre, 16); AT(n_post, 24); AT(dt, 32); AT(eta,
40);
AT(push, 48); AT(pull, 56); AT(xi, 64); AT(delta, 72); AT(tau_syn, 80); AT(tau_psp, 88); AT(tau_rise, 96);
AT(tau_decay, 104); AT(tau_err_rise, 112); AT(tau_err_decay, 120); AT(beta, 128); AT(v_theta, 136); AT(t_lag, 144);
AT(delay_ax, 152); AT(tau_mean, 160); AT(tau_sigma2, 168); AT(mean_init, 176); AT(sigma2_init, 184); AT(update_every,
192);
AT(w_init, 200); AT(w_min, 208); AT(w_max, 216); AT(tau_wdecay, 224); AT(scaling, 232); AT(slow, 236); AT(tau_rms, 240);
AT(mode, 248); AT(engine, 252); AT(memory_max, 256); AT(threads, 264); AT(isa, 268); AT(label, 272); AT(reserved, 276);
AT(post_begin, 280); AT(n_post_global, 288);
#undef T
#define T lpl_part_info_t
SIZE(48); AT(size, 0); AT(kind, 4); AT(bytes, 8); AT(first, 16); AT(n, 24); AT(n_global, 32); AT(step, 40);
#undef T
#define T lpl_spiking_report_t
SIZE(144); AT(size, 0); AT(reserved, 4); AT(step, 8); AT(updates, 16); AT(w_mean, 24); AT(w_std, 32); AT(n_at_min, 40);
AT(n_at_max, 48); AT(n_nonfinite, 56); AT(rate_mean, 64); AT(rate_min, 72); AT(rate_max, 80); AT(n_silent, 88);
AT(n_runaway, 96); AT(verdict, 104); AT(mend, 108); AT(rate, 112);
AT(silent, 120); AT(runaway, 128); AT(weight_change, 136);
#undef T
/* clang-format on */

START_TEST(table_is_consistent) {
    const char *name = NULL, *other = NULL;
    int64_t value = -77, v;
    size_t n = 0;
    while (lpl_abi_entry(&name, &value, n) == LPL_OK) {
        ck_assert(name && *name);
        for (size_t k = 0; k < n; k++) {
            OK(lpl_abi_entry(&other, &v, k));
            ck_assert_str_ne(name, other);
        }
        n++;
    }
    ck_assert_uint_ge(n, 100);
}
END_TEST

START_TEST(bad_calls) {
    const char *name = "before";
    int64_t value = 5;
    FAILS(lpl_abi_entry(NULL, &value, 0), LPL_E_NULL, "name");
    FAILS(lpl_abi_entry(&name, NULL, 0), LPL_E_NULL, "value");
    char before[256];
    strcpy(before, lpl_last_error());
    ck_assert_int_eq(lpl_abi_entry(&name, &value, SIZE_MAX), LPL_E_ARG);
    ck_assert_str_eq(lpl_last_error(), before); /* the end of the loop is no failure worth a sentence */
    ck_assert_str_eq(name, "before");
    ck_assert_int_eq(value, 5);
}
END_TEST

/* tests/ffi/abi_table.py reads the headers itself and compares: nothing missing, nothing extra, no value differs. */
START_TEST(table_equals_headers) {
    fflush(NULL);
    char command[100];
    snprintf(command, sizeof command, "python3 tests/ffi/abi_table.py include/lpl %zu", sizeof(void *));
    FILE *script = popen(command, "w");
    ck_assert(script != NULL);
    const char *name;
    int64_t value;
    for (size_t k = 0; lpl_abi_entry(&name, &value, k) == LPL_OK; k++)
        fprintf(script, "%lld %s\n", (long long)value, name);
    int status = pclose(script);
    if (status == 127 * 256)
        printf("test_abi: comparison with the headers skipped, no python3\n");
    else
        ck_assert_int_eq(status, 0);
}
END_TEST

/* What version 0.1.0 had keeps its value: constants and offsets; a struct may only grow. Where pointers are not of 8
 * bytes the two structs that hold some are another matter. */
START_TEST(entries_of_0_1_0_stay) {
    FILE *file = fopen("tests/abi/liblpl-0.1.table", "r");
    ck_assert_ptr_nonnull(file);
    char line[200];
    size_t seen = 0;
    while (fgets(line, sizeof line, file)) {
        const char *name;
        char *entry;
        const long long was = strtoll(line, &entry, 10);
        int64_t value;
        entry++;
        entry[strcspn(entry, "\n")] = 0;
        const int pointers = strstr(entry, "lpl_connect_t") || strstr(entry, "lpl_source_config_t");
        size_t k = 0;
        while (lpl_abi_entry(&name, &value, k) == LPL_OK && strcmp(name, entry) != 0) k++;
        ck_assert_msg(lpl_abi_entry(&name, &value, k) == LPL_OK, "%s is gone", entry);
        const int grows = strncmp(entry, "sizeof ", 7) == 0;
        if (sizeof(void *) == 8 || !pointers)
            ck_assert_msg(value == was || (grows && value > was), "%s was %lld, is %lld", entry, was, (long long)value);
        seen++;
    }
    fclose(file);
    ck_assert_uint_eq(seen, 486);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("abi");
    TCase *all = tcase_create("all");
    tcase_add_test(all, table_is_consistent);
    tcase_add_test(all, bad_calls);
    tcase_add_test(all, table_equals_headers);
    tcase_add_test(all, entries_of_0_1_0_stay);
    suite_add_tcase(suite, all);
    return testing_run(suite);
}
