/* tests/golden_runner/spiking_compare.c - recorded weights, spikes and traces of the spiking layout beside those of a
 * run. */
#include "spiking.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NOTHING 1e-30 /* a trace below it may be set to zero */

/* -- numbers
 * -------------------------------------------------------------------------------------------------------- */

void worst_take(worst_t *w, int dtype, double got, double want, double tolerance, const char *what, size_t index,
                uint64_t step) {
    if (dtype == LPL_F32) {
        want = (double)(float)want; /* 9 digits name one binary32 number */
    }
    const double difference = isfinite(got) ? fabs(got - want) : HUGE_VAL;
    const double error = difference <= NOTHING ? 0 : difference;
    const double ratio = error == 0 ? 0 : tolerance > 0 ? error / tolerance : HUGE_VAL;
    w->n++;
    w->n_bits += error != 0;
    if (w->n == 1 || ratio > w->ratio) {
        w->error = error;
        w->tolerance = tolerance;
        w->ratio = ratio;
        snprintf(w->name, sizeof w->name, "%.32s%zu", what, index);
        snprintf(w->where, sizeof w->where, "at step %llu", (unsigned long long)step);
    }
}

void worst_weights(worst_t *w, int dtype, const char *name, const double *got, const double *want, size_t n,
                   double tolerance, uint64_t step) {
    for (size_t k = 0; k < n; k++) {
        worst_take(w, dtype, got[k], want[k], tolerance, name, k, step);
    }
}

void worst_note(golden_case_t *c, const worst_t *w, const char *how) {
    char name[132];
    if (w->n > 0) {
        snprintf(name, sizeof name, "%s %s", w->name, w->where);
        golden_note(c, name, how, w->error, w->tolerance);
    }
}

/* -- spikes
 * --------------------------------------------------------------------------------------------------------- */

void spike_check_step(spike_check_t *k, const spikes_t *recorded, uint64_t step, const uint32_t *spikes, size_t n) {
    k->n_steps++;
    if (n != spikes_count(recorded, step) ||
        memcmp(spikes, recorded->neuron + recorded->at[step], n * sizeof *spikes) != 0) {
        k->first = k->n_wrong++ == 0 ? step : k->first;
    }
}

void spike_check_note(golden_case_t *c, const spike_check_t *k, const char *name, const golden_run_t *run) {
    if (k->n_wrong > 0) {
        golden_fail(c, "%s %s: %llu of %llu steps have other spikes than the recorded ones, first step %llu", name,
                    run->label, (unsigned long long)k->n_wrong, (unsigned long long)k->n_steps,
                    (unsigned long long)k->first);
    }
    golden_note(c, name, run->label, (double)k->n_wrong, 0);
}

/* -- traces
 * --------------------------------------------------------------------------------------------------------- */

enum { OF_LIF, OF_POST, OF_PRE, OF_SYNAPSE };

static const struct {
    const char *name; /* of a column, before the index */
    int of, state;
} quantities[] = {{"mem_", OF_LIF, LPL_LIF_V},
                  {"thr_", OF_LIF, LPL_LIF_THR},
                  {"g_ampa_", OF_LIF, LPL_LIF_G_AMPA},
                  {"g_nmda_", OF_LIF, LPL_LIF_G_NMDA},
                  {"g_gaba_", OF_LIF, LPL_LIF_G_GABA},
                  {"err_", OF_POST, LPL_SPIKING_ERR},
                  {"tr_err_", OF_POST, LPL_SPIKING_ERR_RISE},
                  {"tr_err_flt_", OF_POST, LPL_SPIKING_ERR_FLT},
                  {"mean_", OF_POST, LPL_SPIKING_MEAN},
                  {"sigma2_", OF_POST, LPL_SPIKING_SIGMA2},
                  {"pretr_", OF_PRE, LPL_SPIKING_TR_PRE},
                  {"psp_", OF_PRE, LPL_SPIKING_PSP},
                  {"el_s", OF_SYNAPSE, LPL_SPIKING_ELIG},
                  {"el_flt_s", OF_SYNAPSE, LPL_SPIKING_ELIG_FLT},
                  {"el_sum_s", OF_SYNAPSE, LPL_SPIKING_ELIG_SUM},
                  {"w_s", OF_SYNAPSE, LPL_SPIKING_WEIGHTS},
                  {"g2_s", OF_SYNAPSE, LPL_SPIKING_GRAD2}};

#define N_QUANTITIES (sizeof quantities / sizeof quantities[0])

/* The columns of one quantity in one table. */
typedef struct probe_t {
    size_t n;
    uint64_t *index;
    size_t *col;
    double *largest; /* magnitude of each column over the run, as far as it is recorded */
    double *got;
} probe_t;

enum { WINDOW, COARSE, N_TABLES };

struct traces_t {
    rows_t rows[N_TABLES];
    probe_t probe[N_TABLES][N_QUANTITIES];
    worst_t worst[N_QUANTITIES];
    double largest[N_QUANTITIES]; /* of any column */
};

/* The quantity that a column holds and its index, or N_QUANTITIES. */
static size_t find_quantity(const char *column, uint64_t *index) {
    for (size_t q = 0; q < N_QUANTITIES; q++) {
        const size_t used = strlen(quantities[q].name);
        const char *const digits = column + used;
        if (strncmp(column, quantities[q].name, used) == 0 && digits[0] != '\0' && strlen(digits) < 12 &&
            strspn(digits, "0123456789") == strlen(digits)) {
            *index = strtoull(digits, NULL, 10);
            return q;
        }
    }
    return N_QUANTITIES;
}

static int open_table(golden_case_t *c, const rows_t *rows, probe_t *probes, const uint64_t *limit) {
    for (size_t col = 0; col < rows->n_values; col++) {
        const char *const column = rows->text.head[col + 1];
        uint64_t index = 0;
        const size_t q = find_quantity(column, &index);
        if (q == N_QUANTITIES) {
            c->n_unknown++;
            if (c->verbose) {
                printf("       column %s of %s not compared: the runner does not know it\n", column, rows->file);
            }
            continue;
        }
        if (index >= limit[quantities[q].of]) {
            golden_fail(c, "%s: column %s, but there are only %llu", rows->file, column,
                        (unsigned long long)limit[quantities[q].of]);
            return 0;
        }
        probe_t *const p = &probes[q];
        if (p->index == NULL) {
            p->index = golden_memory(calloc(rows->n_values, sizeof *p->index));
            p->col = golden_memory(calloc(rows->n_values, sizeof *p->col));
            p->largest = golden_memory(calloc(rows->n_values, sizeof *p->largest));
            p->got = golden_memory(calloc(rows->n_values, sizeof *p->got));
        }
        double largest = 0;
        for (size_t r = 0; r < rows->n_rows; r++) {
            largest = fmax(largest, fabs(rows->value[r * rows->n_values + col]));
        }
        p->index[p->n] = index;
        p->col[p->n] = col;
        p->largest[p->n++] = largest;
    }
    return 1;
}

/* A column that both tables have has one maximum. */
static void share_largest(probe_t *a, probe_t *b) {
    for (size_t i = 0; i < a->n; i++) {
        for (size_t k = 0; k < b->n; k++) {
            if (a->index[i] == b->index[k]) {
                a->largest[i] = b->largest[k] = fmax(a->largest[i], b->largest[k]);
            }
        }
    }
}

/* Has the window every step that params.csv says? In double: rows from its first step to its end, evenly spaced. */
static int check_window(golden_case_t *c, const golden_run_t *run, const rows_t *r) {
    const uint64_t first = r->step[0], last = r->step[r->n_rows - 1];
    const uint64_t apart = run->dtype == LPL_F64 && r->n_rows > 1 ? r->step[1] - first : 1;
    const double want_first = golden_number(c, "trace_window_first_step", (double)first);
    const double want_end = golden_number(c, "trace_window_end_step", (double)(last + apart));
    if (want_first != (double)first || (double)last >= want_end || (double)(last + apart) < want_end ||
        last - first != (r->n_rows - 1) * apart) {
        golden_fail(c, "%s has %zu steps from %llu to %llu; need each from %.0f to before %.0f", r->file, r->n_rows,
                    (unsigned long long)first, (unsigned long long)last, want_first, want_end);
    }
    return c->status == GOLDEN_PASSED;
}

traces_t *traces_open(golden_case_t *c, const golden_run_t *run, uint64_t n_steps, size_t n_pre, size_t n_post,
                      size_t n_synapses) {
    static const char *const names[N_TABLES] = {"trace_window", "trace_coarse"};
    const uint64_t limit[] = {[OF_LIF] = n_post, [OF_POST] = n_post, [OF_PRE] = n_pre, [OF_SYNAPSE] = n_synapses};
    traces_t *t = golden_memory(calloc(1, sizeof *t));
    int ok = 1;
    for (size_t k = 0; ok && k < N_TABLES; k++) {
        ok =
            rows_read(c, result(run, names[k]), n_steps, &t->rows[k]) && open_table(c, &t->rows[k], t->probe[k], limit);
    }
    ok = ok && check_window(c, run, &t->rows[WINDOW]) && rows_are_complete(c, &t->rows[COARSE], n_steps);
    for (size_t q = 0; q < N_QUANTITIES; q++) {
        share_largest(&t->probe[WINDOW][q], &t->probe[COARSE][q]);
        for (size_t k = 0; k < N_TABLES; k++) {
            for (size_t i = 0; i < t->probe[k][q].n; i++) {
                t->largest[q] = fmax(t->largest[q], t->probe[k][q].largest[i]);
            }
        }
    }
    if (!ok) {
        traces_free(t);
        t = NULL;
    }
    return t;
}

void traces_free(traces_t *t) {
    for (size_t k = 0; t != NULL && k < N_TABLES; k++) {
        rows_free(&t->rows[k]);
        for (size_t q = 0; q < N_QUANTITIES; q++) {
            free(t->probe[k][q].index);
            free(t->probe[k][q].col);
            free(t->probe[k][q].largest);
            free(t->probe[k][q].got);
        }
    }
    free(t);
}

int traces_step(golden_case_t *c, traces_t *t, const golden_run_t *run, uint64_t step, const lpl_lif_t *lif,
                const lpl_spiking_t *lpl) {
    for (size_t k = 0; k < N_TABLES; k++) {
        const double *const want = rows_at(&t->rows[k], step);
        for (size_t q = 0; want != NULL && q < N_QUANTITIES; q++) {
            const probe_t *const p = &t->probe[k][q];
            if (p->n == 0) {
                continue;
            }
            const lpl_status_t status =
                quantities[q].of == OF_LIF
                    ? typed_lif_read(run->dtype, lif, p->got, p->n, p->index, quantities[q].state)
                    : typed_spiking_read(run->dtype, lpl, p->got, p->n, p->index, quantities[q].state);
            if (!golden_ok(c, status, quantities[q].of == OF_LIF ? "lpl_lif_read" : "lpl_spiking_read")) {
                return 0;
            }
            const int is_double = run->dtype == LPL_F64;
            for (size_t i = 0; i < p->n; i++) {
                const double scale = is_double ? t->largest[q] : p->largest[i];
                worst_take(&t->worst[q], run->dtype, p->got[i], want[p->col[i]], run->traces * scale,
                           quantities[q].name, p->index[i], step);
            }
        }
    }
    return 1;
}

void traces_note(golden_case_t *c, const traces_t *t, const golden_run_t *run, size_t *n, size_t *n_bits) {
    for (size_t q = 0; q < N_QUANTITIES; q++) {
        worst_note(c, &t->worst[q], run->label);
        if (c->verbose && t->worst[q].n_bits > 0 && run->dtype == LPL_F32) {
            printf("       %s*: %zu of %zu values differ in bits\n", quantities[q].name, t->worst[q].n_bits,
                   t->worst[q].n);
        }
        *n += t->worst[q].n;
        *n_bits += t->worst[q].n_bits;
    }
}
