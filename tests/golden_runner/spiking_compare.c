/* tests/golden_runner/spiking_compare.c - recorded weights, spikes and traces of the spiking layout beside those of a run. */
#include "spiking.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void *must(void *p) {
    if (p == NULL) {
        fputs("golden: out of memory\n", stderr);
        exit(2);
    }
    return p;
}

/* -- numbers -------------------------------------------------------------------------------------------------------- */

void worst_take(worst_t *w, int dtype, double got, double want, double tolerance, const char *what, size_t index, uint64_t step) {
    const double error = isfinite(got) ? fabs(got - want) : HUGE_VAL;
    const double ratio = error == 0 ? 0 : tolerance > 0 ? error / tolerance : HUGE_VAL;
    w->n++;
    w->n_bits += dtype == LPL_F32 ? (float)got != (float)want : got != want;
    if (w->n == 1 || ratio > w->ratio) {
        w->error = error;
        w->tolerance = tolerance;
        w->ratio = ratio;
        snprintf(w->name, sizeof w->name, "%.32s%zu", what, index);
        snprintf(w->where, sizeof w->where, "at step %llu", (unsigned long long)step);
    }
}

void worst_weights(worst_t *w, int dtype, const char *name, const double *got, const double *want, size_t n, double tolerance,
                   uint64_t step) {
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

/* -- spikes --------------------------------------------------------------------------------------------------------- */

void spike_check_init(spike_check_t *k) {
    memset(k, 0, sizeof *k);
    k->moved = UINT64_MAX;
}

void spike_check_free(spike_check_t *k) {
    free(k->step);
    free(k->neuron);
    memset(k, 0, sizeof *k);
}

void spike_check_step(spike_check_t *k, const spikes_t *recorded, uint64_t step, const uint32_t *spikes, size_t n) {
    if (k->moved == UINT64_MAX &&
        (n != spikes_count(recorded, step) || memcmp(spikes, recorded->neuron + recorded->at[step], n * sizeof *spikes) != 0)) {
        k->moved = step;
    }
    if (k->n + n > k->room) {
        k->room = 2 * k->room + n + 64;
        k->step = must(realloc(k->step, k->room * sizeof *k->step));
        k->neuron = must(realloc(k->neuron, k->room * sizeof *k->neuron));
    }
    for (size_t i = 0; i < n; i++) {
        k->step[k->n] = step;
        k->neuron[k->n++] = spikes[i];
    }
}

/* The largest distance, in steps, of any neuron's k-th spike from its k-th recorded one. Returns 0 if their numbers differ. */
static int largest_move(const spike_check_t *k, const spikes_t *recorded, size_t n_neurons, uint64_t *move) {
    const size_t n = recorded->at[recorded->n_steps];
    uint64_t *const step = must(calloc(n + 1, sizeof *step)); /* recorded steps, neuron by neuron */
    size_t *const next = must(calloc(n_neurons + 2, sizeof *next));
    for (size_t i = 0; i < n; i++) {
        next[recorded->neuron[i] + 2]++;
    }
    for (size_t i = 2; i < n_neurons + 2; i++) {
        next[i] += next[i - 1];
    }
    for (uint64_t t = 0; t < recorded->n_steps; t++) {
        for (size_t i = recorded->at[t]; i < recorded->at[t + 1]; i++) {
            step[next[recorded->neuron[i] + 1]++] = t; /* next[j + 1] ends as the end of neuron j */
        }
    }
    int same = k->n == n;
    size_t *const own = must(calloc(n_neurons + 1, sizeof *own));
    for (size_t i = 0; i < k->n; i++) {
        const uint32_t j = k->neuron[i];
        const size_t at = next[j] + own[j]++;
        if (at < next[j + 1]) {
            const uint64_t apart = k->step[i] > step[at] ? k->step[i] - step[at] : step[at] - k->step[i];
            *move = apart > *move ? apart : *move;
        } else {
            same = 0;
        }
    }
    free(step);
    free(next);
    free(own);
    return same;
}

void spike_check_note(golden_case_t *c, const spike_check_t *k, const spikes_t *recorded, size_t n_neurons, const char *name,
                      const golden_run_t *run) {
    const size_t n = recorded->at[recorded->n_steps];
    const int may_move = run->dtype == LPL_F64 && k->moved >= recorded->n_steps / 4;
    uint64_t move = 0;
    const int same = largest_move(k, recorded, n_neurons, &move);
    if (!same) {
        golden_fail(c, "%s %s: %zu spikes or other neurons, recorded are %zu; the first difference is at step %llu", name, run->label, k->n,
                    n, (unsigned long long)k->moved);
    } else if (move > 0) {
        char where[96];
        snprintf(where, sizeof where, "%s (from step %llu on, in steps)", name, (unsigned long long)k->moved);
        golden_note(c, where, run->label, (double)move, may_move ? 1 : 0);
        return;
    }
    golden_note(c, name, run->label, same ? 0 : HUGE_VAL, 0);
}

/* -- traces --------------------------------------------------------------------------------------------------------- */

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
    double *largest; /* magnitude of each column over the run */
    double *got;
} probe_t;

enum { WINDOW, COARSE, N_TABLES };

struct traces_t {
    rows_t rows[N_TABLES];
    probe_t probe[N_TABLES][N_QUANTITIES];
    worst_t worst[N_QUANTITIES];
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
            golden_fail(c, "%s: column %s, but there are only %llu", rows->file, column, (unsigned long long)limit[quantities[q].of]);
            return 0;
        }
        probe_t *const p = &probes[q];
        if (p->index == NULL) {
            p->index = must(calloc(rows->n_values, sizeof *p->index));
            p->col = must(calloc(rows->n_values, sizeof *p->col));
            p->largest = must(calloc(rows->n_values, sizeof *p->largest));
            p->got = must(calloc(rows->n_values, sizeof *p->got));
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

/* Does the window cover the steps that params.csv says? */
static int check_window(golden_case_t *c, const rows_t *r) {
    const double first = golden_number(c, "trace_window_first_step", (double)NAN),
                 end = golden_number(c, "trace_window_end_step", (double)NAN);
    if (r->n_rows > 0 &&
        ((isfinite(first) && first != (double)r->step[0]) || (isfinite(end) && end != (double)r->step[r->n_rows - 1] + 1))) {
        golden_fail(c, "%s goes from step %llu to %llu; %s says from %g to before %g", r->file, (unsigned long long)r->step[0],
                    (unsigned long long)r->step[r->n_rows - 1], c->parameters, first, end);
    }
    return c->status == GOLDEN_PASSED;
}

traces_t *traces_open(golden_case_t *c, uint64_t n_steps, size_t n_pre, size_t n_post, size_t n_synapses) {
    static const char *const names[N_TABLES] = {"trace_window", "trace_coarse"};
    const uint64_t limit[] = {[OF_LIF] = n_post, [OF_POST] = n_post, [OF_PRE] = n_pre, [OF_SYNAPSE] = n_synapses};
    traces_t *t = must(calloc(1, sizeof *t));
    int ok = 1;
    for (size_t k = 0; ok && k < N_TABLES; k++) {
        ok = rows_read(c, names[k], n_steps, 1, &t->rows[k]) && open_table(c, &t->rows[k], t->probe[k], limit);
    }
    ok = ok && check_window(c, &t->rows[WINDOW]);
    for (size_t q = 0; q < N_QUANTITIES; q++) {
        share_largest(&t->probe[WINDOW][q], &t->probe[COARSE][q]);
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

int traces_step(golden_case_t *c, traces_t *t, const golden_run_t *run, uint64_t step, const lpl_lif_t *lif, const lpl_spiking_t *lpl) {
    for (size_t k = 0; k < N_TABLES; k++) {
        const double *const want = rows_at(&t->rows[k], step);
        for (size_t q = 0; want != NULL && q < N_QUANTITIES; q++) {
            const probe_t *const p = &t->probe[k][q];
            if (p->n == 0) {
                continue;
            }
            const lpl_status_t status = quantities[q].of == OF_LIF
                                            ? typed_lif_read(run->dtype, lif, p->got, p->n, p->index, quantities[q].state)
                                            : typed_spiking_read(run->dtype, lpl, p->got, p->n, p->index, quantities[q].state);
            if (!golden_ok(c, status, quantities[q].of == OF_LIF ? "lpl_lif_read" : "lpl_spiking_read")) {
                return 0;
            }
            for (size_t i = 0; i < p->n; i++) {
                worst_take(&t->worst[q], run->dtype, p->got[i], want[p->col[i]], run->traces * p->largest[i], quantities[q].name,
                           p->index[i], step);
            }
        }
    }
    return 1;
}

void traces_note(golden_case_t *c, const traces_t *t, const golden_run_t *run, size_t *n, size_t *n_bits) {
    for (size_t q = 0; q < N_QUANTITIES; q++) {
        worst_note(c, &t->worst[q], run->label);
        *n += t->worst[q].n;
        *n_bits += t->worst[q].n_bits;
    }
}
