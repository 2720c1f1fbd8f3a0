/* tests/golden_runner/spiking_curves.c - stdp_curves: final weights of the STDP protocol (examples/worlds/pairing.h) in
 * each setting that the tables VARIANT_*.csv have a column for, and the number of post spikes that
 * post_spike_counts.csv has a row for.
 *
 * A column is w_f<frequency>_mean<initial mean>, or w_mean<initial mean>_sigma2_<initial sigma2> in a table whose name
 * gives the frequency, ..._f10. The interval and the number of inputs are read off pre_minus_post_ms, what a name does
 * not say off the row of counts.
 */
#ifndef _XOPEN_SOURCE
#define _XOPEN_SOURCE 700 /* opendir */
#endif

#include "spiking.h"

#include "worlds/pairing.h"

#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PAIRINGS 100
#define DURATION 200.0 /* s */
#define DT 1e-4        /* s */

static const struct {
    const char *name;
    int preset;
    double sigma2_unit; /* what the published unit of sigma2 is here */
} variants[] = {{"published", LPL_PRESET_SPIKING_STDP_REFERENCE, 1}, {"erratum", LPL_PRESET_SPIKING_STDP, 1e-4}};

#define N_VARIANTS (sizeof variants / sizeof variants[0])

typedef struct setting_t {
    size_t variant, n_inputs;
    double interval, frequency, mean, sigma2; /* sigma2 in published units; NAN: not known yet */
    double spikes;                            /* recorded */
} setting_t;

typedef struct counts_t {
    csv_t text;
    char file[64];
    int col[6];
} counts_t;

/* -- what a setting is
 * ---------------------------------------------------------------------------------------------- */

/* The number after prefix in text; *end is what follows it. Returns 0 if there is none. */
static int number_after(const char *text, const char *prefix, double *v, const char **end) {
    const size_t n = strlen(prefix);
    char digits[32];
    if (strncmp(text, prefix, n) != 0) {
        return 0;
    }
    const size_t used = strspn(text + n, "0123456789.+-e");
    if (used == 0 || used >= sizeof digits) {
        return 0;
    }
    memcpy(digits, text + n, used);
    digits[used] = '\0';
    *end = text + n + used;
    return csv_parse(digits, v) == 1;
}

static int parse_column(const char *file, const char *column, setting_t *s) {
    const char *rest = column, *end = "";
    if (number_after(column, "w_f", &s->frequency, &rest)) {
        s->sigma2 = (double)NAN;
        return number_after(rest, "_mean", &s->mean, &end) && end[0] == '\0';
    }
    const char *at = strstr(file, "_f");
    while (at != NULL && !number_after(at, "_f", &s->frequency, &end)) {
        at = strstr(at + 1, "_f");
    }
    if (at == NULL) {
        return 0;
    }
    return number_after(column, "w_mean", &s->mean, &rest) && number_after(rest, "_sigma2_", &s->sigma2, &end) &&
           end[0] == '\0';
}

static int close_to(double a, double b) { return fabs(a - b) <= 1e-6 * fmax(fabs(a), fabs(b)); }

static int open_counts(golden_case_t *c, counts_t *k) {
    static const char *const names[] = {
        "variant", "interval_s", "freq_Hz", "initmean_Hz", "initsigma2_published_units", "post_spikes"};
    if (golden_table(c, "post_spike_counts", &k->text, k->file, sizeof k->file) != 1) {
        golden_fail(c, "its table post_spike_counts.csv is missing");
        return 0;
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        k->col[i] = csv_column(&k->text, names[i]);
        if (k->col[i] < 0) {
            golden_fail(c, "%s has no column %s", k->file, names[i]);
            return 0;
        }
    }
    return 1;
}

/* The one row of counts that fits; fills in sigma2 and the spikes. */
static int find_counts(golden_case_t *c, const counts_t *k, const char *file, const char *column, setting_t *s) {
    size_t found = 0;
    setting_t fit = *s;
    for (size_t r = 0; r < k->text.n_rows; r++) {
        double v[6] = {0};
        for (size_t i = 1; i < 6; i++) {
            if (csv_number(&k->text, r, k->col[i], &v[i]) != 1) {
                golden_fail(c, "%s: row %zu, column %s is '%s', need a number", k->file, r, k->text.head[k->col[i]],
                            csv_text(&k->text, r, k->col[i]));
                return 0;
            }
        }
        if (strcmp(csv_text(&k->text, r, k->col[0]), variants[s->variant].name) == 0 && close_to(v[1], s->interval) &&
            close_to(v[2], s->frequency) && close_to(v[3], s->mean) &&
            (isnan(s->sigma2) || close_to(v[4], s->sigma2))) {
            found++;
            fit.sigma2 = v[4];
            fit.spikes = v[5];
        }
    }
    *s = fit;
    if (found != 1) {
        golden_fail(c, "%s: %zu rows fit the column %s of %s, need one", k->file, found, column, file);
    }
    return found == 1;
}

/* -- one run of the protocol
 * ---------------------------------------------------------------------------------------- */

typedef struct protocol_t {
    lpl_lif_t *lif;
    lpl_source_t *source;
    lpl_spiking_t *lpl;
    uint32_t *pre;
} protocol_t;

static int make_protocol(golden_case_t *c, const golden_run_t *run, const setting_t *s, const pairing_t *p,
                         protocol_t *w) {
    lpl_lif_config_t lif;
    lpl_source_config_t source;
    lpl_spiking_config_t lpl;
    if (!golden_ok(c, lpl_lif_config_init(&lif, sizeof lif), "lpl_lif_config_init") ||
        !golden_ok(c, lpl_source_config_init(&source, sizeof source), "lpl_source_config_init") ||
        !golden_ok(c, lpl_spiking_config_init(&lpl, sizeof lpl), "lpl_spiking_config_init") ||
        !golden_ok(c, lpl_spiking_preset(&lpl, variants[s->variant].preset), "lpl_spiking_preset")) {
        return 0;
    }
    lif.dtype = lpl.dtype = run->dtype;
    lif.dt = source.dt = lpl.dt = DT;
    lif.n = lpl.n_post = 1;
    lif.v_init_sd = 0; /* the clamp overwrites the potential at the end of step 0, before anything depends on it */
    source.kind = LPL_SOURCE_SPIKES;
    source.n = lpl.n_pre = s->n_inputs;
    source.n_spikes = p->n_spikes;
    source.spk_step = p->step;
    source.spk_neuron = p->input;
    lpl.engine = run->engine;
    lpl.slow = run->slow;
    lpl.mean_init = s->mean;
    lpl.sigma2_init = s->sigma2 * variants[s->variant].sigma2_unit;
    w->pre = typed_new(LPL_F32, s->n_inputs); /* 4 bytes each, as uint32_t */
    return golden_ok(c, lpl_lif_create(&lif, &w->lif), "lpl_lif_create") &&
           golden_ok(c, lpl_lif_clamp(w->lif, p->time_s, p->volt, p->n_knots), "lpl_lif_clamp") &&
           golden_ok(c, lpl_source_create(&source, &w->source), "lpl_source_create") &&
           golden_ok(c, lpl_spiking_create(&lpl, NULL, &w->lpl), "lpl_spiking_create");
}

static int run_protocol(golden_case_t *c, const golden_run_t *run, const setting_t *s, const pairing_t *p,
                        double *weights, size_t *n_spikes) {
    protocol_t w = {NULL, NULL, NULL, NULL};
    int ok = make_protocol(c, run, s, p, &w);
    *n_spikes = 0;
    for (uint64_t t = 0; ok && t < (uint64_t)floor(DURATION / DT); t++) {
        uint32_t post;
        size_t n_pre = 0, n_post = 0;
        double v[1]; /* room for either type */
        ok = golden_ok(c, lpl_source_step(w.source, w.pre, s->n_inputs, &n_pre), "lpl_source_step") &&
             golden_ok(c, typed_lif_step(run->dtype, w.lif, &post, &n_post, v), "lpl_lif_step") &&
             golden_ok(c, lpl_spiking_drive_lif(w.lpl, w.lif, LPL_RECEPTOR_AMPA), "lpl_spiking_drive_lif") &&
             golden_ok(c, typed_spiking_step(run->dtype, w.lpl, w.pre, n_pre, &post, n_post, v), "lpl_spiking_step");
        *n_spikes += n_post;
    }
    ok = ok && golden_ok(c, typed_spiking_read(run->dtype, w.lpl, weights, s->n_inputs, NULL, LPL_SPIKING_WEIGHTS),
                         "lpl_spiking_read");
    lpl_lif_destroy(w.lif);
    lpl_source_destroy(w.source);
    lpl_spiking_destroy(w.lpl);
    free(w.pre);
    return ok;
}

/* -- tables
 * --------------------------------------------------------------------------------------------------------- */

/* Settings with just the commanded spikes are compared closely; where more occurred the curve follows rounding. */
static int compare_setting(golden_case_t *c, const golden_run_t *run, const setting_t *s, const char *file,
                           const csv_t *t, int col) {
    char why[256], label[96];
    pairing_t p;
    if (!pairing_make(&p, s->interval, s->frequency, PAIRINGS, s->n_inputs, DT, DURATION, why, sizeof why)) {
        golden_fail(c, "%s: column %s: %s", file, t->head[col], why);
        return 0;
    }
    double *const weights = golden_doubles(s->n_inputs);
    size_t n_spikes = 0;
    int ok = run_protocol(c, run, s, &p, weights, &n_spikes);
    const int nominal = s->spikes == (double)p.n_pairings;
    double worst = 0;
    for (size_t j = 0; ok && j < s->n_inputs; j++) {
        double want = 0;
        ok = csv_number(t, j, col, &want) == 1;
        worst = fmax(worst, fabs(weights[j] - want));
        if (!ok) {
            golden_fail(c, "%s: row %zu, column %s is '%s', need a number", file, j, t->head[col], csv_text(t, j, col));
        }
    }
    if (ok) {
        snprintf(label, sizeof label, "%.40s %.40s", file, t->head[col]);
        golden_note(c, label, run->label, worst, nominal ? run->weights : run->clamped);
        snprintf(label, sizeof label, "spikes of %.40s %.40s", file, t->head[col]);
        golden_note(c, label, run->label, fabs((double)n_spikes - s->spikes), nominal ? 0 : 3);
    }
    free(weights);
    pairing_free(&p);
    return ok;
}

static int compare_table(golden_case_t *c, const golden_run_t *run, const counts_t *counts, const char *name,
                         size_t variant) {
    csv_t t;
    char file[64];
    if (golden_table(c, name, &t, file, sizeof file) != 1) {
        return 0;
    }
    double first = 0;
    const int lag = csv_column(&t, "pre_minus_post_ms");
    int ok = t.n_rows > 0 && lag >= 0 && csv_number(&t, 0, lag, &first) == 1 && first < 0;
    if (!ok) {
        golden_fail(c, "%s: need a column pre_minus_post_ms that starts with minus the interval", file);
    }
    for (size_t j = 0; ok && j < t.n_rows; j++) {
        const double want = first * (1 - 2 * (double)j / (double)(t.n_rows - 1));
        double v = 0;
        ok = t.n_rows > 1 && csv_number(&t, j, lag, &v) == 1 && fabs(v - want) < 1e-5;
        if (!ok) {
            golden_fail(c, "%s: row %zu of pre_minus_post_ms is '%s', need %.6f: evenly spaced", file, j,
                        csv_text(&t, j, lag), want);
        }
    }
    for (size_t col = 0; ok && col < t.n_cols; col++) {
        const char *const head = t.head[col];
        setting_t s = {.variant = variant, .n_inputs = t.n_rows, .interval = -1e-3 * first};
        if (strcmp(head, "input") == 0 || strcmp(head, "delta_t_ms") == 0 || (int)col == lag) {
            continue;
        }
        if (!parse_column(name, head, &s)) {
            c->n_unknown++;
            if (c->verbose) {
                printf("       column %s of %s not compared: the runner does not know it\n", head, file);
            }
            continue;
        }
        ok = find_counts(c, counts, file, head, &s) && compare_setting(c, run, &s, file, &t, (int)col);
    }
    csv_free(&t);
    return ok;
}

/* The tables of a variant, by name; two spellings of one table (plain and compressed) count once. */
void golden_spiking_curves(golden_case_t *c, const golden_run_t *run) {
    counts_t counts;
    char names[64][64];
    size_t variant[64], n = 0;
    memset(&counts, 0, sizeof counts);
    int ok = open_counts(c, &counts);
    DIR *const dir = ok ? opendir(c->path) : NULL;
    for (struct dirent *e = dir != NULL ? readdir(dir) : NULL; e != NULL && n < 64; e = readdir(dir)) {
        const char *const end = strstr(e->d_name, ".csv");
        for (size_t k = 0; k < N_VARIANTS; k++) {
            const size_t used = strlen(variants[k].name);
            if (end != NULL && (size_t)(end - e->d_name) < sizeof names[0] &&
                strncmp(e->d_name, variants[k].name, used) == 0 && e->d_name[used] == '_') {
                snprintf(names[n], sizeof names[n], "%.*s", (int)(end - e->d_name), e->d_name);
                size_t same = 0;
                while (same < n && strcmp(names[same], names[n]) != 0) {
                    same++;
                }
                variant[n] = k;
                n += same == n;
                break;
            }
        }
    }
    if (dir != NULL) {
        closedir(dir);
    }
    for (size_t k = 0; ok && k < n; k++) {
        ok = compare_table(c, run, &counts, names[k], variant[k]);
    }
    csv_free(&counts.text);
}
