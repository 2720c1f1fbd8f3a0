/* tests/test_units.c - milliseconds, millivolts and kilohertz among seconds, volts and hertz are noticed at create, and
 * nothing that somebody may mean is refused. */
#include <float.h>

#include "common/testing.h"
#include "core/units.h"

#define FIELD(type, field) \
    { #field, offsetof(type, field) }
typedef struct {
    const char *name;
    size_t at;
} field_t;

static const field_t lif_fields[] = {FIELD(lpl_lif_config_t, dt),       FIELD(lpl_lif_config_t, tau_mem),
                                     FIELD(lpl_lif_config_t, tau_ampa), FIELD(lpl_lif_config_t, tau_nmda),
                                     FIELD(lpl_lif_config_t, tau_gaba), FIELD(lpl_lif_config_t, tau_thr),
                                     FIELD(lpl_lif_config_t, tau_adapt)};
static const field_t spiking_fields[] = {FIELD(lpl_spiking_config_t, dt),
                                         FIELD(lpl_spiking_config_t, delay_ax),
                                         FIELD(lpl_spiking_config_t, t_lag),
                                         FIELD(lpl_spiking_config_t, tau_syn),
                                         FIELD(lpl_spiking_config_t, tau_psp),
                                         FIELD(lpl_spiking_config_t, tau_rise),
                                         FIELD(lpl_spiking_config_t, tau_decay),
                                         FIELD(lpl_spiking_config_t, tau_err_rise),
                                         FIELD(lpl_spiking_config_t, tau_err_decay),
                                         FIELD(lpl_spiking_config_t, tau_mean),
                                         FIELD(lpl_spiking_config_t, tau_sigma2),
                                         FIELD(lpl_spiking_config_t, tau_rms),
                                         FIELD(lpl_spiking_config_t, tau_wdecay)};
static const field_t projection_fields[] = {FIELD(lpl_projection_config_t, dt),
                                            FIELD(lpl_projection_config_t, delay_ax),
                                            FIELD(lpl_projection_config_t, tau_stdp)};
static const field_t record_fields[] = {FIELD(lpl_record_config_t, dt), FIELD(lpl_record_config_t, tau_rate)};
static const field_t source_fields[] = {FIELD(lpl_source_config_t, dt)};

/* An object of each kind with the defaults, but one field; dtype where it has one. */
static void set(void *cfg, const field_t *f, double value) {
    if (f) memcpy((unsigned char *)cfg + f->at, &value, sizeof value);
}
static lpl_status_t lif(const field_t *f, double value, int32_t dtype) {
    lpl_lif_config_t c;
    lpl_lif_t *p = NULL;
    OK(lpl_lif_config_init(&c, sizeof c));
    c.n = 3, c.dtype = dtype, c.dg_adapt = 0.1;
    set(&c, f, value);
    const lpl_status_t status = lpl_lif_create(&c, &p);
    lpl_lif_destroy(p);
    return status;
}
static lpl_status_t spiking(const field_t *f, double value, int32_t dtype) {
    lpl_spiking_config_t c;
    lpl_spiking_t *p = NULL;
    OK(lpl_spiking_config_init(&c, sizeof c));
    c.n_pre = 4, c.n_post = 3, c.dtype = dtype, c.scaling = LPL_SCALING_RMS;
    set(&c, f, value);
    const lpl_status_t status = lpl_spiking_create(&c, NULL, &p);
    lpl_spiking_destroy(p);
    return status;
}
static lpl_status_t projection(const field_t *f, double value, int32_t dtype) {
    lpl_projection_config_t c;
    lpl_projection_t *p = NULL;
    OK(lpl_projection_config_init(&c, sizeof c));
    c.n_pre = 4, c.n_post = 3, c.dtype = dtype, c.kind = LPL_PROJECTION_INHIBITORY;
    set(&c, f, value);
    const lpl_status_t status = lpl_projection_create(&c, NULL, &p);
    lpl_projection_destroy(p);
    return status;
}
static lpl_status_t record(const field_t *f, double value, int32_t dtype) {
    lpl_record_config_t c;
    lpl_record_t *p = NULL;
    (void)dtype;
    OK(lpl_record_config_init(&c, sizeof c));
    c.n = 3;
    set(&c, f, value);
    const lpl_status_t status = lpl_record_create(&c, &p);
    lpl_record_destroy(p);
    return status;
}
static lpl_status_t source(const field_t *f, double value, int32_t dtype) {
    lpl_source_config_t c;
    lpl_source_t *p = NULL;
    (void)dtype;
    OK(lpl_source_config_init(&c, sizeof c));
    c.n = 3, c.kind = LPL_SOURCE_SPIKES;
    set(&c, f, value);
    const lpl_status_t status = lpl_source_create(&c, &p);
    lpl_source_destroy(p);
    return status;
}

static const struct {
    const char *name;
    lpl_status_t (*make)(const field_t *, double, int32_t);
    const field_t *field;
    size_t n;
} objects[] = {{"lif", lif, lif_fields, sizeof lif_fields / sizeof *lif_fields},
               {"spiking", spiking, spiking_fields, sizeof spiking_fields / sizeof *spiking_fields},
               {"projection", projection, projection_fields, sizeof projection_fields / sizeof *projection_fields},
               {"record", record, record_fields, sizeof record_fields / sizeof *record_fields},
               {"source", source, source_fields, sizeof source_fields / sizeof *source_fields}};

static double most_of(const char *name) {
    const lpli_seconds_t *row = NULL;
    for (size_t k = 0; (row = lpli_seconds(k)) != NULL; k++)
        if (strcmp(row->name, name) == 0) return row->most;
    ck_abort_msg("%s is not in the table", name);
}

/* What is usual, what is rare but meant: accepted. The same numbers in ms: refused, with the name and the hint. */
START_TEST(every_constant_in_milliseconds_is_noticed) {
    static const struct {
        const char *name;
        double seconds[4]; /* 0: no more */
    } usual[] = {{"dt", {1e-4, 2e-4, 2.5e-5}},
                 {"delay_ax", {8e-4, 1e-4, 20e-3, 45e-3}},
                 {"t_lag", {20e-3, 1, 5}},
                 {"tau_mem", {20e-3, 1e-3, 200e-3}},
                 {"tau_ampa", {5e-3, 1e-3, 20e-3}},
                 {"tau_nmda", {100e-3, 20e-3, 300e-3}},
                 {"tau_gaba", {10e-3, 2e-3, 200e-3}},
                 {"tau_thr", {5e-3, 1e-3, 100e-3, 3}},
                 {"tau_syn", {5e-3, 1e-3, 100e-3}},
                 {"tau_psp", {20e-3, 1e-3, 200e-3}},
                 {"tau_rise", {2e-3, 0.5e-3, 50e-3}},
                 {"tau_decay", {10e-3, 1e-3, 200e-3}},
                 {"tau_err_rise", {2e-3, 50e-3}},
                 {"tau_err_decay", {10e-3, 200e-3}},
                 {"tau_mean", {600, 60, 7200, 86400}},
                 {"tau_sigma2", {30, 300, 7200}},
                 {"tau_rms", {100, 20, 7200}},
                 {"tau_stdp", {20e-3, 5e-3, 200e-3}},
                 {"tau_rate", {10, 0.1, 3600}},
                 {"tau_adapt", {100e-3, 20e-3, 1, 20}},
                 {"tau_wdecay", {1e9, 60}}};
    size_t covered = 0;
    for (size_t o = 0; o < sizeof objects / sizeof *objects; o++)
        for (size_t k = 0; k < objects[o].n; k++)
            for (size_t u = 0; u < sizeof usual / sizeof *usual; u++) {
                const field_t *f = &objects[o].field[k];
                if (strcmp(f->name, usual[u].name) != 0) continue;
                covered++;
                const double high = most_of(f->name);
                for (size_t j = 0; j < 4 && usual[u].seconds[j] > 0; j++)
                    for (int32_t dtype = LPL_F32; dtype <= LPL_F64; dtype++) {
                        const double s = usual[u].seconds[j];
                        ck_assert_msg(objects[o].make(f, s, dtype) == LPL_OK, "%s.%s = %g: %s", objects[o].name,
                                      f->name, s, lpl_last_error());
                        if (s * 1000 <= high) continue; /* an unusually short one */
                        ck_assert_msg(objects[o].make(f, s * 1000, dtype) == LPL_E_UNITS, "%s.%s = %g: %s",
                                      objects[o].name, f->name, s * 1000, lpl_last_error());
                        ck_assert_msg(strstr(lpl_last_error(), f->name) && strstr(lpl_last_error(), "did you give ms?"),
                                      "%s", lpl_last_error());
                    }
                /* the usual value of a fast one, in ms, is always among those refused; "never" is not */
                ck_assert_msg(usual[u].seconds[0] * 1000 > high || high == DBL_MAX, "%s", f->name);
                if (strcmp(f->name, "tau_mem") == 0) ck_assert_int_eq(objects[o].make(f, 1e12, LPL_F64), LPL_OK);
            }
    ck_assert_uint_eq(covered, 26);
}
END_TEST

/* Every row of the table belongs to a field here, and every field in seconds to a row. */
START_TEST(the_table_is_complete) {
    for (size_t k = 0; lpli_seconds(k) != NULL; k++) {
        size_t found = 0;
        for (size_t o = 0; o < sizeof objects / sizeof *objects; o++)
            for (size_t j = 0; j < objects[o].n; j++)
                found += strcmp(objects[o].field[j].name, lpli_seconds(k)->name) == 0;
        ck_assert_msg(found > 0, "%s", lpli_seconds(k)->name);
    }
    const char *name;
    int64_t at;
    size_t seconds = 0;
    for (size_t k = 0; lpl_abi_entry(&name, &at, k) == LPL_OK; k++) {
        const char *dot = strchr(name, '.'), *field = dot ? dot + 1 : "";
        const int rate = strstr(name, "layer_config") || strstr(name, "stats_config") ||
                         strstr(name, "rule_config"); /* these count samples */
        if (strncmp(name, "offsetof ", 9) != 0 || rate) continue;
        if (strncmp(field, "tau_", 4) != 0 && strncmp(field, "delay", 5) != 0 && strcmp(field, "dt") != 0 &&
            strcmp(field, "t_lag") != 0)
            continue;
        most_of(field);
        seconds++;
    }
    ck_assert_uint_eq(seconds, 26);
}
END_TEST

/* A whole config in ms, as from a simulator that counts in ms. */
START_TEST(all_in_milliseconds) {
    lpl_spiking_config_t c;
    lpl_spiking_t *s;
    OK(lpl_spiking_config_init(&c, sizeof c));
    c.n_pre = 4, c.n_post = 3;
    double *const all[] = {&c.dt,       &c.delay_ax,  &c.t_lag,        &c.tau_syn,      &c.tau_psp,
                           &c.tau_rise, &c.tau_decay, &c.tau_err_rise, &c.tau_err_decay};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) *all[k] *= 1000;
    FAILS(lpl_spiking_create(&c, NULL, &s), LPL_E_UNITS, "did you give ms?");
}
END_TEST

/* Rates are in Hz, at most 1 / dt: a step so short that they are no numbers is refused; where there are delays, for
 * these. (Sources read no rates.) */
START_TEST(steps_too_short_for_rates) {
    for (size_t o = 0; o < 4; o++) {
        const int delays = strcmp(objects[o].name, "projection") == 0;
        for (int k = 0; k < 2; k++)
            FAILS(objects[o].make(&objects[o].field[0], k ? 7e-311 : 9e-291, LPL_F64), delays ? LPL_E_UNITS : LPL_E_ARG,
                  delays ? "steps of dt" : "need at least 1e-290 s");
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("units");
    TCase *all = tcase_create("all");
    tcase_add_test(all, every_constant_in_milliseconds_is_noticed);
    tcase_add_test(all, the_table_is_complete);
    tcase_add_test(all, all_in_milliseconds);
    tcase_add_test(all, steps_too_short_for_rates);
    suite_add_tcase(suite, all);
    return testing_run(suite);
}
