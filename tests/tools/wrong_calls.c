/* tests/tools/wrong_calls.c - linked into a program of examples/paper by inject_verdicts.sh (-Wl,--wrap=...): a call
 * does something else than the program has asked for.
 *
 * PAIRS: what should belong together in time does not.
 *   lpl_update, lpl_stack_update  x0: row b is the past of another row; without x0, rows change places with each call
 *   lpl_update_online             any of the last thousand samples in place of the next one
 *   lpl_rule_delta_f64            the past is the present
 *   lpl_spiking_create            "a moment ago" is one step ago
 * DETACH: layers that learn from the present alone learn from the past too; those that learn from both views, from one.
 * TAU: mean and variance have each other's time constant; where these are equal, a tenth. */
#include "lpl.h"

#include <stdlib.h>
#include <string.h>

#define WRAPPED(name, ...)                   \
    lpl_status_t __real_##name(__VA_ARGS__); \
    lpl_status_t __wrap_##name(__VA_ARGS__)

#ifdef PAIRS
static _Thread_local uint64_t calls;

static uint64_t draw(uint64_t below) { /* splitmix64 of the number of calls */
    uint64_t z = calls += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return (z ^ z >> 31) % below;
}

/* Rows of x, each `by` places on; to be freed. */
static float *rolled(const float *x, size_t ld, size_t rows, size_t n, size_t by) {
    float *y = malloc(rows * ld * sizeof *y);
    if (y == NULL) abort();
    for (size_t b = 0; b < rows; b++) memcpy(y + (b + by) % rows * ld, x + b * ld, n * sizeof *y);
    return y;
}

static size_t length(const lpl_layer_t *l) {
    double n = 0;
    if (lpl_layer_get(l, LPL_PARAM_N_PRE, &n) < 0) abort();
    return (size_t)n;
}

/* More than half of the rows, so that halves of a batch that differ (clusters) change places too. */
static size_t far(size_t batch) { return batch / 2 + (batch > 2); }

WRAPPED(lpl_update, lpl_layer_t *l, lpl_report_t *report, const float *x0, size_t ldx0, const float *x1, size_t ldx1,
        size_t batch) {
    float *y =
        x0 != NULL ? rolled(x0, ldx0, batch, length(l), far(batch)) : rolled(x1, ldx1, batch, length(l), draw(batch));
    const lpl_status_t status = x0 != NULL ? __real_lpl_update(l, report, y, ldx0, x1, ldx1, batch)
                                           : __real_lpl_update(l, report, NULL, 0, y, ldx1, batch);
    free(y);
    return status;
}

WRAPPED(lpl_stack_update, lpl_stack_t *s, lpl_report_t *report, const float *x0, size_t ldx0, const float *x1,
        size_t ldx1, size_t batch) {
    lpl_layer_t *first;
    if (x0 == NULL || lpl_stack_layer(s, 0, &first) < 0)
        return __real_lpl_stack_update(s, report, x0, ldx0, x1, ldx1, batch);
    float *y = rolled(x0, ldx0, batch, length(first), far(batch));
    const lpl_status_t status = __real_lpl_stack_update(s, report, y, ldx0, x1, ldx1, batch);
    free(y);
    return status;
}

WRAPPED(lpl_update_online, lpl_layer_t *l, float *z, lpl_report_t *report, const float *x) {
    enum { KEPT = 1000, LONGEST = 64 };
    static _Thread_local float kept[KEPT][LONGEST];
    static _Thread_local size_t n;
    const size_t width = length(l);
    if (width > LONGEST) abort();
    memcpy(kept[n++ % KEPT], x, width * sizeof *x);
    return __real_lpl_update_online(l, z, report, kept[draw(n < KEPT ? n : KEPT)]);
}

WRAPPED(lpl_rule_delta_f64, const lpl_rule_config_t *cfg, double *delta, size_t ldd, double *decay,
        lpl_report_t *report, double *theta, void *scratch, size_t scratch_bytes, const double *z, size_t ldz,
        const double *z_prev, size_t ldzp, const double *fprime, size_t ldf, const lpl_stats_t *stats, size_t n_post,
        size_t batch) {
    return __real_lpl_rule_delta_f64(cfg, delta, ldd, decay, report, theta, scratch, scratch_bytes, z, ldz,
                                     z_prev != NULL ? z : NULL, z_prev != NULL ? ldz : ldzp, fprime, ldf, stats, n_post,
                                     batch);
}

WRAPPED(lpl_spiking_create, const lpl_spiking_config_t *cfg, const lpl_connect_t *connect, lpl_spiking_t **out) {
    lpl_spiking_config_t wrong = *cfg;
    wrong.t_lag = cfg->dt;
    return __real_lpl_spiking_create(&wrong, connect, out);
}
#endif

#ifdef DETACH
WRAPPED(lpl_layer_create, const lpl_layer_config_t *cfg, lpl_layer_t **out) {
    lpl_layer_config_t wrong = *cfg;
    if (cfg->rule == LPL_RULE_LPL) wrong.pair = cfg->pair == LPL_PAIR_CAUSAL ? LPL_PAIR_SYMMETRIC : LPL_PAIR_CAUSAL;
    return __real_lpl_layer_create(&wrong, out);
}

WRAPPED(lpl_stack_create_with, const lpl_layer_config_t *const *cfg, size_t n_layers, uint32_t flags,
        lpl_stack_t **out) {
    enum { MOST = 64 };
    lpl_layer_config_t wrong[MOST];
    const lpl_layer_config_t *list[MOST];
    if (n_layers > MOST) abort();
    for (size_t k = 0; k < n_layers; k++) {
        wrong[k] = *cfg[k], list[k] = &wrong[k];
        wrong[k].pair = cfg[k]->pair == LPL_PAIR_CAUSAL ? LPL_PAIR_SYMMETRIC : LPL_PAIR_CAUSAL;
    }
    return __real_lpl_stack_create_with(list, n_layers, flags, out);
}

WRAPPED(lpl_stack_create, const lpl_layer_config_t *const *cfg, size_t n_layers, lpl_stack_t **out) {
    return __wrap_lpl_stack_create_with(cfg, n_layers, 0, out);
}

/* Nothing is remembered for both views to learn from, nor to be read. */
static _Thread_local struct {
    const float *x;
    size_t ld, batch;
} last;

WRAPPED(lpl_update, lpl_layer_t *l, lpl_report_t *report, const float *x0, size_t ldx0, const float *x1, size_t ldx1,
        size_t batch) {
    const lpl_status_t status = __real_lpl_update(l, report, x0, ldx0, x1, ldx1, batch);
    last.x = x1, last.ld = ldx1, last.batch = batch;
    return x0 != NULL || status != LPL_E_NULL ? status : __real_lpl_update(l, report, x1, ldx1, x1, ldx1, batch);
}

WRAPPED(lpl_layer_read, const lpl_layer_t *l, float *out, size_t n, int32_t state) {
    const lpl_status_t status = __real_lpl_layer_read(l, out, n, state);
    if (status >= 0 || state != LPL_STATE_PREV) return status;
    return lpl_forward(l, out, n / last.batch, last.x, last.ld, last.batch);
}

WRAPPED(lpl_layer_forget_rows, lpl_layer_t *l, const uint32_t *row, size_t n) {
    const lpl_status_t status = __real_lpl_layer_forget_rows(l, row, n);
    return status < 0 ? LPL_OK : status;
}
#endif

#ifdef TAU
static void change_places(double *tau_mean, double *tau_sigma2) {
    const double mean = *tau_mean, sigma2 = *tau_sigma2, by = mean == sigma2 ? 0.1 : 1;
    *tau_mean = by * sigma2, *tau_sigma2 = by * mean;
}

WRAPPED(lpl_layer_create, const lpl_layer_config_t *cfg, lpl_layer_t **out) {
    lpl_layer_config_t wrong = *cfg;
    change_places(&wrong.tau_mean, &wrong.tau_sigma2);
    return __real_lpl_layer_create(&wrong, out);
}

WRAPPED(lpl_spiking_create, const lpl_spiking_config_t *cfg, const lpl_connect_t *connect, lpl_spiking_t **out) {
    lpl_spiking_config_t wrong = *cfg;
    change_places(&wrong.tau_mean, &wrong.tau_sigma2);
    return __real_lpl_spiking_create(&wrong, connect, out);
}
#endif
