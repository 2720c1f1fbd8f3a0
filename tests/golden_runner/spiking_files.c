/* tests/golden_runner/spiking_files.c - the tables of the spiking layout, with every check a foreign file needs. */
#include "spiking.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void *zeros(size_t n, size_t size) { return golden_memory(calloc(n > 0 ? n : 1, size)); }

/* -- cells
 * ---------------------------------------------------------------------------------------------------------- */

static int number_at(golden_case_t *c, const csv_t *t, const char *file, size_t row, int col, double *v) {
    if (csv_number(t, row, col, v) == 1 && isfinite(*v)) {
        return 1;
    }
    golden_fail(c, "%s: row %zu, column %s is '%s', need a number", file, row, t->head[col], csv_text(t, row, col));
    return 0;
}

/* A whole number 0 .. limit - 1. */
static int index_at(golden_case_t *c, const csv_t *t, const char *file, size_t row, int col, uint64_t limit,
                    uint64_t *out) {
    double v = 0;
    if (!number_at(c, t, file, row, col, &v)) {
        return 0;
    }
    if (!(v >= 0 && v < (double)limit) || v != floor(v)) {
        golden_fail(c, "%s: row %zu, column %s is %.15g, need a whole number below %llu", file, row, t->head[col], v,
                    (unsigned long long)limit);
        return 0;
    }
    *out = (uint64_t)v;
    return 1;
}

/* The table NAME with just these columns (first one NULL: any number of any columns, at least one). */
static int table(golden_case_t *c, const char *name, const char *const *columns, size_t n_columns, csv_t *t, char *file,
                 size_t n) {
    const int found = golden_table(c, name, t, file, n);
    if (found == 0) {
        golden_fail(c, "its table %s is missing", file);
    }
    if (found != 1) {
        return 0;
    }
    for (size_t k = 0; k < n_columns; k++) {
        if (t->n_cols != n_columns || strcmp(t->head[k], columns[k]) != 0) {
            golden_fail(c, "%s: column %zu of %zu is '%s', need '%s' of %zu", file, k, t->n_cols,
                        k < t->n_cols ? t->head[k] : "", columns[k], n_columns);
            csv_free(t);
            return 0;
        }
    }
    return 1;
}

/* -- which results ------------------------------------------------------------------------------------------------- */

static const char *const results[][2] = {{"post_spikes", "f64/post_spikes"},   {"inh_spikes", "f64/inh_spikes"},
                                         {"weights", "f64/weights"},           {"con_ie_weights", "f64/con_ie_weights"},
                                         {"trace_window", "f64/trace_window"}, {"trace_coarse", "f64/trace_coarse"}};

const char *result(const golden_run_t *run, const char *name) {
    size_t k = 0;
    while (k + 1 < sizeof results / sizeof results[0] && strcmp(results[k][0], name) != 0) {
        k++;
    }
    return results[k][run->dtype == LPL_F64];
}

int results_found(golden_case_t *c, const golden_run_t *run) {
    char file[64];
    for (size_t k = 0; k < sizeof results / sizeof results[0]; k++) {
        for (int gz = 0; run->dtype == LPL_F64 && gz < 2; gz++) {
            snprintf(file, sizeof file, "%s.csv%s", results[k][0], gz ? ".gz" : "");
            golden_know(c, file);
        }
    }
    golden_know(c, "f64");
    if (run->dtype == LPL_F64 && !golden_has(c, "f64")) {
        golden_skip(c, "it has no results in double (folder f64)");
    }
    return c->status == GOLDEN_PASSED;
}

/* -- spikes
 * --------------------------------------------------------------------------------------------------------- */

static int by_neuron(const void *a, const void *b) {
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static int spikes_fill(golden_case_t *c, const csv_t *t, const char *file, size_t n_neurons, spikes_t *s) {
    uint64_t last = 0;
    size_t n = 0;
    for (size_t r = 0; r < t->n_rows; r++) {
        uint64_t step = 0, neuron = 0;
        if (!index_at(c, t, file, r, 0, (uint64_t)1 << 53, &step) || !index_at(c, t, file, r, 1, n_neurons, &neuron)) {
            return 0;
        }
        if (step < last) {
            golden_fail(c, "%s: row %zu has step %llu after step %llu, need ascending steps", file, r,
                        (unsigned long long)step, (unsigned long long)last);
            return 0;
        }
        last = step;
        if (step < s->n_steps) { /* later ones have no effect */
            s->order[n] = s->neuron[n] = (uint32_t)neuron;
            s->at[step + 1] = ++n;
        }
    }
    for (uint64_t k = 0; k < s->n_steps; k++) {
        s->at[k + 1] = s->at[k + 1] > s->at[k] ? s->at[k + 1] : s->at[k];
        uint32_t *const first = s->neuron + s->at[k];
        const size_t m = s->at[k + 1] - s->at[k];
        if (m > 1) {
            qsort(first, m, sizeof *first, by_neuron);
        }
        for (size_t i = 1; i < m; i++) {
            if (first[i] == first[i - 1]) {
                golden_fail(c, "%s: neuron %u fires twice at step %llu", file, (unsigned)first[i],
                            (unsigned long long)k);
                return 0;
            }
        }
    }
    return 1;
}

int spikes_read(golden_case_t *c, const char *name, size_t n_neurons, uint64_t n_steps, spikes_t *s) {
    csv_t t;
    char file[64];
    memset(s, 0, sizeof *s);
    if (!table(c, name, NULL, 0, &t, file, sizeof file)) {
        return 0;
    }
    int ok = t.n_cols == 2 && strcmp(t.head[0], "step") == 0;
    if (!ok) {
        golden_fail(c, "%s: need two columns, step and the neuron", file);
    } else {
        s->n_steps = n_steps;
        s->at = zeros((size_t)n_steps + 1, sizeof *s->at);
        s->neuron = zeros(t.n_rows, sizeof *s->neuron);
        s->order = zeros(t.n_rows, sizeof *s->order);
        ok = spikes_fill(c, &t, file, n_neurons, s);
    }
    csv_free(&t);
    return ok;
}

void spikes_free(spikes_t *s) {
    free(s->at);
    free(s->neuron);
    free(s->order);
    memset(s, 0, sizeof *s);
}

size_t spikes_count(const spikes_t *s, uint64_t step) { return s->at[step + 1] - s->at[step]; }

int spikes_disordered(const spikes_t *s, uint64_t step) {
    return memcmp(s->neuron + s->at[step], s->order + s->at[step], spikes_count(s, step) * sizeof *s->neuron) != 0;
}

/* -- synapses and values
 * -------------------------------------------------------------------------------------------- */

int synapses_read(golden_case_t *c, const char *name, size_t n_pre, size_t n_post, synapses_t *s) {
    static const char *const columns[] = {"k", "pre", "post", "w"};
    csv_t t;
    char file[64];
    memset(s, 0, sizeof *s);
    if (!table(c, name, columns, 4, &t, file, sizeof file)) {
        return 0;
    }
    s->n_pre = n_pre;
    s->n_post = n_post;
    s->pre = zeros(t.n_rows, sizeof *s->pre);
    s->post = zeros(t.n_rows, sizeof *s->post);
    s->w = zeros(t.n_rows, sizeof *s->w);
    s->row = zeros(n_pre + 1, sizeof *s->row);
    int ok = 1;
    for (size_t r = 0; ok && r < t.n_rows; r++) {
        uint64_t k = 0, pre = 0, post = 0;
        ok = index_at(c, &t, file, r, 0, t.n_rows, &k) && index_at(c, &t, file, r, 1, n_pre, &pre) &&
             index_at(c, &t, file, r, 2, n_post, &post) && number_at(c, &t, file, r, 3, &s->w[r]);
        if (ok && (k != r || (r > 0 && (pre < s->pre[r - 1] || (pre == s->pre[r - 1] && post <= s->post[r - 1]))))) {
            golden_fail(
                c,
                "%s: row %zu (k %llu, pre %llu, post %llu) is out of order: need k from 0, pre and then post ascending",
                file, r, (unsigned long long)k, (unsigned long long)pre, (unsigned long long)post);
            ok = 0;
        }
        s->pre[r] = (uint32_t)pre;
        s->post[r] = (uint32_t)post;
        s->row[pre + 1]++;
    }
    for (size_t j = 0; j < n_pre; j++) {
        s->row[j + 1] += s->row[j];
    }
    s->n = t.n_rows;
    csv_free(&t);
    return ok;
}

void synapses_free(synapses_t *s) {
    free(s->pre);
    free(s->post);
    free(s->w);
    free(s->row);
    memset(s, 0, sizeof *s);
}

int synapses_connect(golden_case_t *c, const synapses_t *s, lpl_connect_t *connect) {
    if (!golden_ok(c, lpl_connect_init(connect, sizeof *connect), "lpl_connect_init")) {
        return 0;
    }
    if (s->n != s->n_pre * s->n_post) { /* else all to all, the default */
        connect->kind = LPL_CONNECT_LIST;
        connect->n_synapses = s->n;
        connect->pre = s->pre;
        connect->post = s->post;
    }
    return 1;
}

int values_read(golden_case_t *c, const char *name, size_t n, double *value) {
    csv_t t;
    char file[64];
    if (!table(c, name, NULL, 0, &t, file, sizeof file)) {
        return 0;
    }
    int ok = t.n_cols == 2 && t.n_rows == n;
    if (!ok) {
        golden_fail(c, "%s: %zu rows of %zu columns, need %zu rows: index, value", file, t.n_rows, t.n_cols, n);
    }
    for (size_t r = 0; ok && r < n; r++) {
        uint64_t k = 0;
        ok = index_at(c, &t, file, r, 0, n, &k) && number_at(c, &t, file, r, 1, &value[r]);
        if (ok && k != r) {
            golden_fail(c, "%s: row %zu has index %llu", file, r, (unsigned long long)k);
            ok = 0;
        }
    }
    csv_free(&t);
    return ok;
}

/* -- parameters
 * ----------------------------------------------------------------------------------------------------- */

int parameter(golden_case_t *c, const char *name, double *value) {
    *value = golden_number(c, name, (double)NAN);
    if (c->status == GOLDEN_PASSED && !isfinite(*value)) {
        golden_fail(c, "%s: the parameter %s is missing or no number", c->parameters, name);
    }
    return c->status == GOLDEN_PASSED;
}

int parameter_size(golden_case_t *c, const char *name, size_t *value) {
    double v = 0;
    if (!parameter(c, name, &v)) {
        return 0;
    }
    if (!(v >= 1 && v <= 2147483648.0) || v != floor(v)) {
        golden_fail(c, "%s: %s is %.15g, need a whole number 1 .. 2^31", c->parameters, name, v);
        return 0;
    }
    *value = (size_t)v;
    return 1;
}

int parameter_steps(golden_case_t *c, double *dt, uint64_t *n_steps) {
    double duration = 0;
    if (!parameter(c, "T", &duration) || !parameter(c, "dt", dt)) {
        return 0;
    }
    const double n = floor((double)(float)duration / *dt);
    if (!(*dt > 0 && n >= 1 && n <= 1e9)) {
        golden_fail(c, "%s: T %g s and dt %g s, need 1 .. 1e9 steps", c->parameters, duration, *dt);
        return 0;
    }
    *n_steps = (uint64_t)n;
    return 1;
}

/* -- rows by step
 * --------------------------------------------------------------------------------------------------- */

int rows_read(golden_case_t *c, const char *name, uint64_t n_steps, rows_t *r) {
    memset(r, 0, sizeof *r);
    if (!table(c, name, NULL, 0, &r->text, r->file, sizeof r->file)) {
        return 0;
    }
    const csv_t *const t = &r->text;
    if (strcmp(t->head[0], "step") != 0) {
        golden_fail(c, "%s: its first column is '%s', need 'step'", r->file, t->head[0]);
        return 0;
    }
    r->n_rows = t->n_rows;
    r->n_values = t->n_cols - 1;
    if (r->n_rows == 0) {
        golden_fail(c, "%s has no rows", r->file);
        return 0;
    }
    r->step = zeros(r->n_rows, sizeof *r->step);
    r->value = zeros(r->n_rows * r->n_values, sizeof *r->value);
    for (size_t k = 0; k < r->n_rows; k++) {
        if (!index_at(c, t, r->file, k, 0, n_steps, &r->step[k])) {
            return 0;
        }
        if (k > 0 && r->step[k] <= r->step[k - 1]) {
            golden_fail(c, "%s: row %zu has step %llu after step %llu, need ascending steps", r->file, k,
                        (unsigned long long)r->step[k], (unsigned long long)r->step[k - 1]);
            return 0;
        }
        for (size_t i = 0; i < r->n_values; i++) {
            if (!number_at(c, t, r->file, k, (int)i + 1, &r->value[k * r->n_values + i])) {
                return 0;
            }
        }
    }
    return 1;
}

void rows_free(rows_t *r) {
    csv_free(&r->text);
    free(r->step);
    free(r->value);
    memset(r, 0, sizeof *r);
}

const double *rows_at(rows_t *r, uint64_t step) {
    if (r->next < r->n_rows && r->step[r->next] == step) {
        return r->value + r->next++ * r->n_values;
    }
    return NULL;
}

double rows_largest(const rows_t *r) {
    double largest = 0;
    for (size_t k = 0; k < r->n_rows * r->n_values; k++) {
        largest = fmax(largest, fabs(r->value[k]));
    }
    return largest;
}

int rows_are_complete(golden_case_t *c, const rows_t *r, uint64_t n_steps) {
    const uint64_t apart = r->n_rows > 1 ? r->step[1] - r->step[0] : n_steps;
    for (size_t k = 1; k < r->n_rows; k++) {
        if (r->step[k] - r->step[k - 1] != apart) {
            golden_fail(c, "%s: after step %llu comes step %llu, need every %llu steps", r->file,
                        (unsigned long long)r->step[k - 1], (unsigned long long)r->step[k], (unsigned long long)apart);
            return 0;
        }
    }
    if (r->step[r->n_rows - 1] + apart < n_steps) {
        golden_fail(c, "%s ends at step %llu, the run has %llu", r->file, (unsigned long long)r->step[r->n_rows - 1],
                    (unsigned long long)n_steps);
        return 0;
    }
    return 1;
}

int rows_are_weights(golden_case_t *c, const rows_t *r, size_t n, uint64_t n_steps) {
    if (r->n_values != n) {
        golden_fail(c, "%s has %zu columns of weights, the case has %zu synapses", r->file, r->n_values, n);
        return 0;
    }
    for (size_t k = 0; k < n; k++) {
        char name[32];
        snprintf(name, sizeof name, "w%zu", k);
        if (strcmp(r->text.head[k + 1], name) != 0) {
            golden_fail(c, "%s: column %zu is '%s', need '%s'", r->file, k + 1, r->text.head[k + 1], name);
            return 0;
        }
    }
    return rows_are_complete(c, r, n_steps);
}
