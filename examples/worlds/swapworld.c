/* examples/worlds/swapworld.c - see swapworld.h. */
#include "swapworld.h"

#include <math.h>

#include "must.h"
#include "wide.h"

const swap_vivo_t swap_vivo[SWAP_VIVO] = {
    {0, 10.78, 4.5, 9.26, 3.7, 4.15, 2.4, 1.259, 0.628},  {100, 8.85, 3.8, 8.29, 3.0, 4.94, 1.6, 1.181, 0.673},
    {200, 8.36, 3.6, 8.52, 3.6, 3.00, 1.5, 1.164, 0.704}, {300, 6.33, 2.9, 9.08, 3.5, 4.21, 1.8, 1.089, 0.728},
    {400, 6.11, 2.8, 8.41, 3.1, 3.76, 2.5, 1.048, 0.732},
};

/* ---- who follows whom ---- */

int swap_place(int set) { return set == 0 ? CANVAS_TOP : CANVAS_BOTTOM; }

int swap_past(int row, bool swapped) {
    const int image = row / CANVAS_PLACES, place = row % CANVAS_PLACES, set = image / (2 * SWAP_PAIRS);
    const bool first = image / SWAP_PAIRS % 2 == 0; /* P, not N */
    const int other = first ? image + SWAP_PAIRS : image - SWAP_PAIRS;
    return CANVAS_PLACES * (swapped && place == swap_place(set) ? other : image) + CANVAS_CENTRE;
}

/* ---- the dense layer ---- */

double swap_exposure_pull(double pull) { return pull * SWAP_ROWS / (2.0 / 3 * SWAP_ROWS); }

static lpl_layer_config_t dense(size_t features, size_t units, size_t rows, int threads) {
    lpl_layer_config_t c;
    MUST(lpl_layer_config_init(&c, sizeof c));
    MUST(lpl_layer_preset(&c, LPL_PRESET_REFERENCE));
    c.n_pre = features, c.n_post = units, c.batch_max = rows, c.threads = threads;
    c.activation = LPL_ACT_LINEAR, c.pair = LPL_PAIR_CAUSAL, c.stats = LPL_STATS_BATCH;
    c.stream = 9, c.label = 9, c.collapse_std = 0;
    return c;
}

lpl_layer_t *swap_dense_pairs(size_t features, size_t units, size_t pairs, uint64_t seed, int threads) {
    lpl_layer_config_t c = dense(features, units, 2 * pairs, threads);
    lpl_layer_t *l;
    c.pull = 2, c.seed = seed;
    MUST(lpl_layer_create(&c, &l));
    return l;
}

lpl_layer_t *swap_dense_exposure(const lpl_layer_t *learned, double pull, double eta, int threads) {
    double features, units;
    lpl_layer_t *l;
    MUST(lpl_layer_get(learned, LPL_PARAM_N_PRE, &features));
    MUST(lpl_layer_get(learned, LPL_PARAM_N_POST, &units));
    lpl_layer_config_t c = dense((size_t)features, (size_t)units, SWAP_ROWS, threads);
    c.pull = swap_exposure_pull(pull), c.eta = eta, c.optim = LPL_OPTIM_SGD;
    MUST(lpl_layer_create(&c, &l));
    MUST(lpl_layer_copy(l, learned, NULL));
    return l;
}

/* ---- what rows span ---- */

/* So many sums side by side that none waits for another. */
WIDE static double dot(const double *a, const double *b, size_t n) {
    enum { LANES = 16 };
    double sum[LANES] = {0}, rest = 0;
    size_t j = 0;
    for (; j + LANES <= n; j += LANES)
        for (size_t k = 0; k < LANES; k++) sum[k] += a[j + k] * b[j + k];
    for (; j < n; j++) rest += a[j] * b[j];
    for (size_t k = 0; k < LANES; k++) rest += sum[k];
    return rest;
}

WIDE static void subtract(double *a, double s, const double *b, size_t n) {
    for (size_t j = 0; j < n; j++) a[j] -= s * b[j];
}

/* Gram-Schmidt, each row twice (Giraud et al. 2005: then it is orthogonal to rounding). */
size_t swap_span(double *basis, float *out, const float *x, size_t n, size_t features) {
    double *row = must_alloc(features, sizeof *row);
    size_t rank = 0;
    for (size_t b = 0; b < n; b++) {
        double *to = basis + rank * features;
        for (size_t j = 0; j < features; j++) to[j] = (double)x[b * features + j];
        const double before = dot(to, to, features);
        for (int again = 0; again < 2; again++)
            for (size_t k = 0; k < rank; k++)
                subtract(to, dot(to, basis + k * features, features), basis + k * features, features);
        const double length = sqrt(dot(to, to, features));
        if (!(length > 0x1p-22 * sqrt(before))) continue; /* within what is there, to the rounding of a float */
        for (size_t j = 0; j < features; j++) to[j] /= length;
        rank++;
    }
    if (rank == 0) basis[rank++] = 1; /* of a silent encoder */
    for (size_t b = 0; b < n; b++) {
        for (size_t j = 0; j < features; j++) row[j] = (double)x[b * features + j];
        for (size_t k = 0; k < rank; k++) out[b * rank + k] = (float)dot(row, basis + k * features, features);
    }
    free(row);
    return rank;
}

lpl_layer_t *swap_dense_span(const lpl_layer_t *learned, const double *basis, size_t rank) {
    double features, units;
    lpl_layer_t *l;
    MUST(lpl_layer_get(learned, LPL_PARAM_N_PRE, &features));
    MUST(lpl_layer_get(learned, LPL_PARAM_N_POST, &units));
    const size_t F = (size_t)features, M = (size_t)units;
    lpl_layer_config_t c = dense(rank, M, SWAP_ROWS, 1);
    float *w = must_alloc(M * F, sizeof *w), *turned = must_alloc(M * rank, sizeof *turned),
          *bias = must_alloc(M, sizeof *bias);
    double *row = must_alloc(F, sizeof *row);
    MUST(lpl_layer_create(&c, &l));
    MUST(lpl_layer_read(learned, w, M * F, LPL_STATE_WEIGHTS));
    MUST(lpl_layer_read(learned, bias, M, LPL_STATE_BIAS));
    for (size_t i = 0; i < M; i++) {
        for (size_t j = 0; j < F; j++) row[j] = (double)w[i * F + j];
        for (size_t k = 0; k < rank; k++) turned[i * rank + k] = (float)dot(row, basis + k * F, F);
    }
    MUST(lpl_layer_write(l, turned, M * rank, LPL_STATE_WEIGHTS));
    MUST(lpl_layer_write(l, bias, M, LPL_STATE_BIAS));
    free(w), free(turned), free(bias), free(row);
    return l;
}

double swap_eta(const float *x, size_t n, size_t features, size_t units, double *trace) {
    double t = 0;
    for (size_t j = 0; j < features; j++) {
        double sum = 0, square = 0;
        for (size_t b = 0; b < n; b++) sum += (double)x[b * features + j];
        for (size_t b = 0; b < n; b++) square += pow((double)x[b * features + j] - sum / (double)n, 2);
        t += square / (double)(n - 1);
    }
    if (trace != NULL) *trace = t;
    return SWAP_RATE * (double)units / (2 * t);
}

/* ---- measures ---- */

/* Response to image `which` (0: P, 1: N) of a pair, at a place. */
static double response(const float *z, size_t units, int set, int which, int pair, int place, size_t unit) {
    const size_t image = (size_t)((set * 2 + which) * SWAP_PAIRS + pair);
    return (double)z[(image * CANVAS_PLACES + (size_t)place) * units + unit];
}

void swap_signs(signed char *sign, const float *z, size_t units) {
    for (int set = 0; set < SWAP_SETS; set++)
        for (int pair = 0; pair < SWAP_PAIRS; pair++)
            for (size_t i = 0; i < units; i++)
                sign[(size_t)(set * SWAP_PAIRS + pair) * units + i] =
                    response(z, units, set, 0, pair, CANVAS_CENTRE, i) >=
                            response(z, units, set, 1, pair, CANVAS_CENTRE, i)
                        ? 1
                        : -1;
}

typedef struct {
    double n, sum, square;
} mean_t;
static void take(mean_t *m, double v) { m->n++, m->sum += v, m->square += v * v; }
static double standard_error(const mean_t *m) {
    const double mean = m->sum / m->n, var = (m->square - m->n * mean * mean) / (m->n - 1);
    return sqrt((var > 0 ? var : 0) / m->n);
}

void swap_measure(swap_point_t *p, const float *z, const signed char *sign, size_t units) {
    mean_t swap = {0}, nonswap = {0}, control = {0}, preferred = {0}, other = {0};
    for (int set = 0; set < SWAP_SETS; set++)
        for (int pair = 0; pair < SWAP_PAIRS; pair++)
            for (size_t i = 0; i < units; i++) {
                const int s = sign[(size_t)(set * SWAP_PAIRS + pair) * units + i], at = swap_place(set);
                double d[CANVAS_PLACES];
                for (int place = 0; place < CANVAS_PLACES; place++)
                    d[place] =
                        s * (response(z, units, set, 0, pair, place, i) - response(z, units, set, 1, pair, place, i));
                if (set == SWAP_SETS - 1) {
                    take(&control, (d[CANVAS_TOP] + d[CANVAS_CENTRE] + d[CANVAS_BOTTOM]) / 3);
                    continue;
                }
                take(&swap, d[at]);
                take(&nonswap, d[CANVAS_TOP + CANVAS_BOTTOM - at]);
                if (set == 1) {
                    take(&preferred, response(z, units, set, s > 0 ? 0 : 1, pair, at, i));
                    take(&other, response(z, units, set, s > 0 ? 1 : 0, pair, at, i));
                }
            }
    *p = (swap_point_t){swap.sum / swap.n,           nonswap.sum / nonswap.n,  control.sum / control.n,
                        standard_error(&swap),       standard_error(&nonswap), standard_error(&control),
                        preferred.sum / preferred.n, other.sum / other.n};
}

double swap_correlation(const float *z, size_t units, int place) {
    double n = 0, a = 0, b = 0, aa = 0, bb = 0, ab = 0;
    for (size_t image = 0; image < SWAP_IMAGES; image++)
        for (size_t i = 0; i < units; i++) {
            const double x = (double)z[(image * CANVAS_PLACES + (size_t)place) * units + i],
                         y = (double)z[(image * CANVAS_PLACES + CANVAS_CENTRE) * units + i];
            n++, a += x, b += y, aa += x * x, bb += y * y, ab += x * y;
        }
    return (ab - a * b / n) / sqrt((aa - a * a / n) * (bb - b * b / n));
}

double swap_ratio(const float *z, size_t units, int place) {
    double n = 0, sum = 0;
    for (size_t image = 0; image < SWAP_IMAGES; image++)
        for (size_t i = 0; i < units; i++) {
            const double x = (double)z[(image * CANVAS_PLACES + (size_t)place) * units + i],
                         y = (double)z[(image * CANVAS_PLACES + CANVAS_CENTRE) * units + i];
            if (fabs(y) > 1e-4) n++, sum += x / y;
        }
    return sum / n;
}
