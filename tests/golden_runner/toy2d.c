/* tests/golden_runner/toy2d.c - group toy2d: the two-cluster toy (theory 3) run with lpl_layer_t, compared as a
 * statistic.
 *
 * Each row of the CSV is one run of the reference; rows with the same rule, noise_p and sigma_y are repetitions and
 * make one point. The library runs every point RUNS times with random numbers of its own, and up to MAX_RUNS times
 * where these do not agree (a run that starts with a tiny w_x may not get to the end in its 10 000 steps, so outcomes
 * are mixtures). Compared are the means of |selectivity| and |cosine with the x axis| (within 0.03) and of the final
 * |w| (within 1 %, where the weight settles). Where the repetitions scatter so much that this is less than three
 * standard errors of the difference, the tolerance is four of them.
 * Not compared: the rules that switch axis, at sigma_y 0.7 .. 1.6, and the naive variance at 1.5 .. 5, on the border of
 * overflow. A point whose reference is nan must diverge here too.
 */
#include "golden.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RUNS 2      /* repetitions of a point */
#define MAX_RUNS 12 /* and at most so many where the first ones do not agree */
#define MAX_RULES 8
#define BLOCK 32 /* steps whose random numbers are drawn at once */

static const uint64_t seed = 1906; /* any would do; fixed so that a run can be repeated */

static const struct {
    const char *name;
    int rule, push_form;
    double pull, push;
    int switches; /* changes axis at sigma_y near 1 */
    int settles;  /* final |w| is a property of the rule */
} rules[] = {{"lpl", LPL_RULE_LPL, LPL_PUSH_LOGVAR, 1, 1, 0, 1},
             {"pred_off", LPL_RULE_LPL, LPL_PUSH_LOGVAR, 0, 1, 1, 1},
             {"hebb_off", LPL_RULE_LPL, LPL_PUSH_LOGVAR, 1, 0, 0, 0},
             {"oja", LPL_RULE_OJA, LPL_PUSH_LOGVAR, 0, 0, 1, 1},
             {"naive_variance", LPL_RULE_LPL, LPL_PUSH_NAIVE, 1, 1, 0, 0},
             {"vicreg_variance", LPL_RULE_LPL, LPL_PUSH_HINGE, 1, 1, 0, 1}};

#define N_RULES (sizeof rules / sizeof rules[0])

/* Mean and spread of repetitions. */
typedef struct spread_t {
    size_t n;
    double sum, sum2;
} spread_t;

static void take(spread_t *s, double v) {
    s->n++;
    s->sum += v;
    s->sum2 += v * v;
}

static double mean(const spread_t *s) { return s->sum / (double)s->n; }

static double squares(const spread_t *s) /* sum of squared deviations */
{
    return fmax(0, s->sum2 - s->sum * s->sum / (double)s->n);
}

/* Everything about one (rule, noise_p, sigma_y). */
typedef struct point_t {
    size_t rule;
    double noise_p, sigma_y, steps, batch, lr, weight_decay;
    size_t n_diverged, n_rows; /* rows that are nan, rows in all */
    spread_t selectivity, cosine, norm;
    size_t own_diverged;
    spread_t own_selectivity, own_cosine, own_norm;
    int done;
} point_t;

/* -- the file
 * ------------------------------------------------------------------------------------------------------- */

static const char *const columns[] = {"noise_p",      "sigma_y", "steps", "batch",    "lr",
                                      "weight_decay", "w_x",     "w_y",   "cosine_x", "selectivity_x"};
enum { NOISE_P, SIGMA_Y, STEPS, BATCH, LR, WEIGHT_DECAY, W_X, W_Y, COSINE, SELECTIVITY, N_COLUMNS };

/* Gather rows into points; returns their number, 0 if the case has failed. */
static size_t read_points(golden_case_t *c, const csv_t *t, point_t *points) {
    int at[N_COLUMNS], col_rule = csv_column(t, "rule");
    size_t n = 0;
    for (int k = 0; k < N_COLUMNS; k++) {
        at[k] = csv_column(t, columns[k]);
        if (at[k] < 0 || col_rule < 0) {
            golden_fail(c, "there is no column %s", col_rule < 0 ? "rule" : columns[k]);
            return 0;
        }
    }
    for (size_t r = 0; r < t->n_rows; r++) {
        double v[N_COLUMNS];
        size_t rule = 0, p = 0;
        for (int k = 0; k < N_COLUMNS; k++) {
            if (csv_number(t, r, at[k], &v[k]) != 1) {
                golden_fail(c, "row %zu has '%s' in column %s, need a number", r + 1, csv_text(t, r, at[k]),
                            columns[k]);
                return 0;
            }
        }
        while (rule < N_RULES && strcmp(csv_text(t, r, col_rule), rules[rule].name) != 0) {
            rule++;
        }
        if (rule == N_RULES) {
            if (c->verbose) {
                printf("       row %zu not compared: the runner does not know rule %s\n", r + 1,
                       csv_text(t, r, col_rule));
            }
            continue;
        }
        if (!(v[STEPS] >= 1 && v[STEPS] <= 1e7 && v[BATCH] >= 2 && v[BATCH] <= 1e6 && v[SIGMA_Y] >= 0)) {
            golden_fail(c, "row %zu: steps must be 1 .. 1e7, batch 2 .. 1e6, sigma_y >= 0", r + 1);
            return 0;
        }
        while (p < n &&
               !(points[p].rule == rule && points[p].noise_p == v[NOISE_P] && points[p].sigma_y == v[SIGMA_Y])) {
            p++;
        }
        if (p == n) {
            memset(&points[n], 0, sizeof points[n]);
            points[n].rule = rule;
            points[n].noise_p = v[NOISE_P];
            points[n].sigma_y = v[SIGMA_Y];
            points[n].steps = v[STEPS];
            points[n].batch = v[BATCH];
            points[n].lr = v[LR];
            points[n].weight_decay = v[WEIGHT_DECAY];
            n++;
        }
        points[p].n_rows++;
        if (isfinite(v[SELECTIVITY]) && isfinite(v[COSINE]) && isfinite(v[W_X]) && isfinite(v[W_Y])) {
            take(&points[p].selectivity, fabs(v[SELECTIVITY]));
            take(&points[p].cosine, fabs(v[COSINE]));
            take(&points[p].norm, hypot(v[W_X], v[W_Y]));
        } else {
            points[p].n_diverged++;
        }
    }
    return n;
}

static int is_compared(const point_t *p) {
    const int at_switch = rules[p->rule].switches && p->sigma_y >= 0.7 && p->sigma_y <= 1.6;
    const int at_border = rules[p->rule].push_form == LPL_PUSH_NAIVE && p->sigma_y >= 1.5 && p->sigma_y <= 5;
    return !at_switch && !at_border && (p->n_diverged == 0 || p->n_diverged == p->n_rows);
}

/* -- the simulation
 * ------------------------------------------------------------------------------------------------- */

static lpl_layer_t *make(golden_case_t *c, const point_t *p, uint64_t stream) {
    lpl_layer_config_t cfg;
    lpl_layer_t *l = NULL;
    if (!golden_ok(c, lpl_layer_config_init(&cfg, sizeof cfg), "lpl_layer_config_init") ||
        !golden_ok(c, lpl_layer_preset(&cfg, LPL_PRESET_TOY2D), "lpl_layer_preset")) {
        return NULL;
    }
    cfg.n_pre = 2;
    cfg.n_post = 1;
    cfg.batch_max = (uint64_t)p->batch;
    cfg.rule = rules[p->rule].rule;
    cfg.push_form = rules[p->rule].push_form;
    cfg.pull = rules[p->rule].pull;
    cfg.push = rules[p->rule].push;
    cfg.eta = p->lr;
    cfg.weight_decay = p->weight_decay;
    cfg.seed = seed;
    cfg.stream = stream;
    golden_ok(c, lpl_layer_create(&cfg, &l), "lpl_layer_create");
    return l;
}

/* n points (x, y) around the clusters s from 2 n normal numbers. */
static void place(float *restrict x, const float *restrict s, const float *restrict normal, float sigma_y, size_t n) {
    for (size_t b = 0; b < n; b++) {
        x[2 * b] = s[b] + 0.1f * normal[2 * b];
        x[2 * b + 1] = sigma_y * normal[2 * b + 1];
    }
}

/* Selectivity of a trained layer on fresh points; returns 0 if the weights are not finite any more. */
static int measure(golden_case_t *c, point_t *p, const lpl_layer_t *l, const float *x, const int32_t *y, float *z,
                   size_t n) {
    float w[2];
    double selectivity = 0;
    if (!golden_ok(c, lpl_layer_read(l, w, 2, LPL_STATE_WEIGHTS), "lpl_layer_read") ||
        !golden_ok(c, lpl_forward(l, z, 1, x, 2, n), "lpl_forward")) {
        return 1;
    }
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(z[i])) {
            return 0;
        }
    }
    if (golden_ok(c, lpl_metric(&selectivity, LPL_METRIC_SELECTIVITY, z, 1, NULL, 0, y, n, 1), "lpl_metric")) {
        const double norm = hypot((double)w[0], (double)w[1]);
        take(&p->own_selectivity, fabs(selectivity));
        take(&p->own_cosine, norm > 0 ? fabs((double)w[0]) / norm : 0);
        take(&p->own_norm, norm);
    }
    return 1;
}

/* One repetition of all the points (same data, different rules). Returns 0 if a call of the library failed. */
static int simulate(golden_case_t *c, point_t *const *points, size_t n_points, uint64_t stream, size_t n_test) {
    const size_t batch = (size_t)points[0]->batch, steps = (size_t)points[0]->steps;
    const float sigma_y = (float)points[0]->sigma_y, noise_p = (float)points[0]->noise_p;
    lpl_layer_t *layer[MAX_RULES] = {NULL};
    const size_t n_normal = 2 * batch * BLOCK > 2 * n_test ? 2 * batch * BLOCK : 2 * n_test,
                 rows = batch > n_test ? batch : n_test;
    float *normal = typed_new(LPL_F32, n_normal), *uniform = typed_new(LPL_F32, batch * BLOCK),
          *s = typed_new(LPL_F32, rows);
    float *x0 = typed_new(LPL_F32, 2 * rows), *x1 = typed_new(LPL_F32, 2 * rows), *z = typed_new(LPL_F32, n_test);
    int32_t *label = malloc(n_test * sizeof *label);
    int ok = label != NULL;
    for (size_t k = 0; k < n_points; k++) {
        layer[k] = make(c, points[k], stream);
        ok = ok && layer[k] != NULL;
    }
    for (size_t b = 0; b < batch; b++) {
        s[b] = b < batch / 2 ? 1 : -1;
    }
    ok = ok && golden_ok(c, lpl_random_normal(normal, 2 * batch, seed, stream + 1, 0), "lpl_random_normal");
    place(x0, s, normal, sigma_y, batch);
    for (size_t t = 0; t < steps && ok; t++) {
        const size_t in_block = t % BLOCK;
        if (in_block == 0) {
            ok = golden_ok(c, lpl_random_normal(normal, 2 * batch * BLOCK, seed, stream + 1, 2 * batch * (t + 1)),
                           "lpl_random_normal");
            ok = ok &&
                 (noise_p <= 0 || golden_ok(c, lpl_random_uniform(uniform, batch * BLOCK, seed, stream + 2, batch * t),
                                            "lpl_random_uniform"));
        }
        for (size_t b = 0; b < batch && noise_p > 0; b++) {
            s[b] = uniform[batch * in_block + b] < noise_p ? -s[b] : s[b];
        }
        place(x1, s, normal + 2 * batch * in_block, sigma_y, batch);
        for (size_t k = 0; k < n_points && ok; k++) {
            const lpl_status_t status = layer[k] != NULL ? lpl_update(layer[k], NULL, x0, 2, x1, 2, batch) : LPL_OK;
            if (status == LPL_E_NONFINITE) {
                points[k]->own_diverged++;
                lpl_layer_destroy(layer[k]);
                layer[k] = NULL;
            } else {
                ok = golden_ok(c, status, "lpl_update");
            }
        }
        float *swap = x0;
        x0 = x1;
        x1 = swap;
    }
    ok = ok && golden_ok(c, lpl_random_normal(normal, 2 * n_test, seed, stream + 3, 0), "lpl_random_normal");
    for (size_t b = 0; b < n_test && ok; b++) {
        label[b] = b < n_test / 2;
        s[b] = label[b] ? 1 : -1;
    }
    place(x0, s, normal, sigma_y, n_test);
    for (size_t k = 0; k < n_points; k++) {
        if (ok && layer[k] != NULL && !measure(c, points[k], layer[k], x0, label, z, n_test)) {
            points[k]->own_diverged++;
        }
        lpl_layer_destroy(layer[k]);
    }
    free(normal);
    free(uniform);
    free(s);
    free(x0);
    free(x1);
    free(z);
    free(label);
    return ok;
}

/* -- the comparison
 * ------------------------------------------------------------------------------------------------- */

/* Difference of two means against a tolerance; noted if note is set. Returns whether it is within. The standard error
 * of the difference comes from the pooled scatter of both sets of repetitions. */
static int compare_means(golden_case_t *c, const char *name, const spread_t *own, const spread_t *want,
                         double tolerance, int note) {
    const size_t freedom = own->n + want->n - 2;
    const double variance = freedom > 0 ? (squares(own) + squares(want)) / (double)freedom : 0;
    const double error = sqrt(variance * (1 / (double)own->n + 1 / (double)want->n));
    const double difference = fabs(mean(own) - mean(want)), allowed = error > tolerance / 3 ? 4 * error : tolerance;
    if (note) {
        golden_note(c, name, "float32", difference, allowed);
    }
    return difference <= allowed;
}

/* One point against the reference, each quantity noted if note is set. Returns whether all are within their
 * tolerance. */
static int compare(golden_case_t *c, const point_t *p, int note) {
    char name[64];
    const int used = snprintf(name, sizeof name, "%s p=%g sigma_y=%.3g ", rules[p->rule].name, p->noise_p, p->sigma_y);
    char *end = name + used;
    const size_t room = sizeof name - (size_t)used;
    const int diverges = p->n_diverged == p->n_rows;
    if (diverges || p->own_diverged > 0) {
        snprintf(end, room, "runs of the other kind (finite / diverged)");
        const double wrong = (double)(diverges ? p->own_selectivity.n : p->own_diverged);
        if (note) {
            golden_note(c, name, "float32", wrong, 0);
        }
        return wrong <= 0;
    }
    snprintf(end, room, "|selectivity|");
    int within = compare_means(c, name, &p->own_selectivity, &p->selectivity, 0.03, note);
    snprintf(end, room, "|cosine|");
    within &= compare_means(c, name, &p->own_cosine, &p->cosine, 0.03, note);
    if (rules[p->rule].settles) {
        snprintf(end, room, "|w|");
        within &= compare_means(c, name, &p->own_norm, &p->norm, 0.01 * mean(&p->norm), note);
    }
    return within;
}

/* Run all points of the file, those with the same data together, then compare. */
static void run(golden_case_t *c, point_t *points, size_t n, size_t n_test) {
    uint64_t stream = 0;
    for (size_t i = 0; i < n; i++) {
        point_t *same[MAX_RULES];
        size_t n_same = 0;
        for (size_t k = i; k < n && n_same < MAX_RULES; k++) {
            if (!points[k].done && is_compared(&points[k]) && points[k].noise_p == points[i].noise_p &&
                points[k].sigma_y == points[i].sigma_y && points[k].steps == points[i].steps &&
                points[k].batch == points[i].batch) {
                points[k].done = 1;
                same[n_same++] = &points[k];
            }
        }
        for (int rep = 0; rep < MAX_RUNS && n_same > 0 && c->status != GOLDEN_SKIPPED; rep++, stream += 4) {
            if (rep > 0 && rep % RUNS == 0) {
                /* What agrees is done. What does not gets more runs, which tell a rare outcome from a wrong rule. */
                size_t left = 0;
                for (size_t k = 0; k < n_same; k++) {
                    if (!compare(c, same[k], 0)) {
                        same[left++] = same[k];
                    }
                }
                n_same = left;
            }
            if (n_same > 0 && !simulate(c, same, n_same, stream, n_test)) {
                return;
            }
        }
    }
    for (size_t i = 0; i < n; i++) {
        if (points[i].done) {
            compare(c, &points[i], 1);
        }
    }
}

void golden_toy2d(golden_case_t *c) {
    csv_t t;
    char error[512];
    if (csv_read(&t, c->path, error, sizeof error) != 0) {
        golden_fail(c, "%s", error);
        return;
    }
    /* (max - min) of more points is larger, so the number matters: 10 000 in the notebook's own runs, else 2 000. */
    double n_test = strstr(c->name, "notebook") != NULL ? 10000 : 2000;
    if (csv_comment_number(&t, "validation", &n_test) < 0 || !(n_test >= 2 && n_test <= 1e7)) {
        golden_fail(c, "validation must be 2 .. 1e7 points");
    }
    point_t *points = calloc(t.n_rows > 0 ? t.n_rows : 1, sizeof *points);
    const size_t n = points != NULL && c->status == GOLDEN_PASSED ? read_points(c, &t, points) : 0;
    if (n > 0) {
        run(c, points, n, (size_t)n_test);
    } else {
        golden_fail(c, "no row of a rule that the runner knows");
    }
    free(points);
    csv_free(&t);
}
