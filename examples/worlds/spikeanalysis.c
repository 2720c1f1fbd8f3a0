/* examples/worlds/spikeanalysis.c - see spikeanalysis.h. */
#include "spikeanalysis.h"

#include <math.h>
#include <string.h>

#include "must.h"

enum { WINDOW = 100 * SPIKES_BINS_PER_SECOND }; /* bins of the paper's window */

/* ---- Lasso ---- */

void lasso_begin(lasso_t *l, const float *x, size_t n, size_t d) {
    uint32_t *some = must_alloc(d, sizeof *some);
    *l = (lasso_t){n, d, x, must_alloc(d, sizeof *l->mean), must_alloc(d * d, sizeof *l->gram)};
    for (size_t b = 0; b < n; b++) { /* counts are mostly zero */
        const float *row = x + b * d;
        size_t m = 0;
        for (size_t j = 0; j < d; j++)
            if (row[j] != 0.0f) some[m++] = (uint32_t)j;
        for (size_t p = 0; p < m; p++) {
            const double v = (double)row[some[p]];
            l->mean[some[p]] += v / (double)n;
            for (size_t q = 0; q < m; q++) l->gram[some[p] * d + some[q]] += v * (double)row[some[q]] / (double)n;
        }
    }
    for (size_t j = 0; j < d; j++)
        for (size_t k = 0; k < d; k++) l->gram[j * d + k] -= l->mean[j] * l->mean[k];
    free(some);
}

void lasso_end(lasso_t *l) {
    free(l->mean), free(l->gram);
    memset(l, 0, sizeof *l);
}

/* The gradient g_j = cov(x_j, y) - (gram w)_j is kept up to date; at the optimum |g_j| <= penalty, and g_j = sign(w_j)
 * penalty where w_j != 0. */
double lasso_fit(const lasso_t *l, double *w, const double *y, double penalty) {
    const size_t d = l->d;
    double *g = must_alloc(d, sizeof *g), c = 0, worst = INFINITY;
    for (size_t b = 0; b < l->n; b++) c += y[b] / (double)l->n;
    for (size_t b = 0; b < l->n; b++)
        for (size_t j = 0; j < d; j++) g[j] += (double)l->x[b * d + j] * (y[b] - c) / (double)l->n;
    for (size_t j = 0; j < d; j++) w[j] = 0;
    for (int sweep = 0; sweep < 10000 && worst > 1e-9 * penalty; sweep++) {
        worst = 0;
        for (size_t j = 0; j < d; j++) {
            const double h = l->gram[j * d + j], u = g[j] + h * w[j];
            double step;
            if (h < 1e-12) continue; /* a neuron that never fired */
            step = (u > penalty ? u - penalty : u < -penalty ? u + penalty : 0) / h - w[j];
            if (step == 0) continue;
            w[j] += step;
            for (size_t k = 0; k < d; k++) g[k] -= l->gram[j * d + k] * step;
            worst = fmax(worst, h * fabs(step));
        }
    }
    for (size_t j = 0; j < d; j++) c -= l->mean[j] * w[j];
    free(g);
    return c;
}

double lasso_predict(const float *row, size_t d, const double *w, double c) {
    for (size_t j = 0; j < d; j++) c += (double)row[j] * w[j];
    return c;
}

double lasso_r2(const float *x, size_t n, size_t d, const double *y, const double *w, double c) {
    double mean = 0, error = 0, total = 0;
    for (size_t b = 0; b < n; b++) mean += y[b] / (double)n;
    for (size_t b = 0; b < n; b++) {
        error += pow(y[b] - lasso_predict(x + b * d, d, w, c), 2);
        total += pow(y[b] - mean, 2);
    }
    if (total == 0) return error == 0 ? 0 : -INFINITY;
    return 1 - error / total;
}

/* ---- windows ---- */

void spikes_window_begin(spikes_window_t *w, const network_t *net, size_t seconds) {
    lpl_record_config_t c;
    memset(w, 0, sizeof *w);
    w->room = seconds * SPIKES_BINS_PER_SECOND;
    w->first = net->step;
    w->e = must_alloc(w->room * NETWORK_E, sizeof *w->e);
    for (int k = 0; k < SIGNALS; k++) w->group[k] = must_alloc(w->room, sizeof *w->group[k]);
    MUST(lpl_record_config_init(&c, sizeof c));
    c.n = NETWORK_E, c.bin_steps = SPIKES_BIN;
    MUST(lpl_record_create(&c, &w->record));
    MUST(lpl_record_bins_into(w->record, w->e, w->room));
}

void spikes_window_step(spikes_window_t *w, const network_t *net) {
    if (w->bins == w->room) return;
    MUST(lpl_record_step(w->record, net->spk_e, net->n_e));
    for (int k = 0; k < SIGNALS; k++) w->group[k][w->bins] += (double)net->n_in[k];
    w->n_i += net->n_i;
    if (++w->steps == SPIKES_BIN) w->steps = 0, w->bins++;
}

void spikes_window_end(spikes_window_t *w) {
    lpl_record_destroy(w->record);
    free(w->e);
    for (int k = 0; k < SIGNALS; k++) free(w->group[k]);
    memset(w, 0, sizeof *w);
}

/* Pearson's correlation of two long lists; 0 if one is constant. */
typedef struct {
    double n, a, b, aa, bb, ab;
} pearson_t;

static void pearson_add(pearson_t *p, double a, double b) {
    p->n += 1, p->a += a, p->b += b, p->aa += a * a, p->bb += b * b, p->ab += a * b;
}

static double pearson(const pearson_t *p) {
    const double va = p->aa - p->a * p->a / p->n, vb = p->bb - p->b * p->b / p->n;
    return va > 0 && vb > 0 ? (p->ab - p->a * p->b / p->n) / sqrt(va * vb) : 0;
}

void spikes_window_analyse(const spikes_window_t *w, spikes_result_t *r, double *rate, double *predicted) {
    const size_t n = w->bins < WINDOW ? w->bins : WINDOW, from = w->bins - n, fit = n - n / 20, d = NETWORK_E;
    const double seconds = (double)n / SPIKES_BINS_PER_SECOND;
    float *all = must_alloc(w->bins * d, sizeof *all), *x = all + from * d;
    double coefficients[NETWORK_E];
    pearson_t joint = {0};
    lasso_t l;
    memset(r, 0, sizeof *r);
    r->to = (double)w->first / NETWORK_PER_SECOND + (double)w->bins / SPIKES_BINS_PER_SECOND;
    r->from = r->to - seconds;
    for (size_t q = 0; q < w->bins * d; q++) all[q] = (float)w->e[q];
    for (size_t i = 0; i < d; i++) {
        double sum = 0;
        for (size_t b = 0; b < n; b++) sum += (double)x[b * d + i];
        r->rate_e += sum / seconds / NETWORK_E;
        if (rate != NULL) rate[i] = sum / seconds;
    }
    r->rate_i = (double)w->n_i / ((double)w->bins / SPIKES_BINS_PER_SECOND) / NETWORK_I;
    MUST(lpl_metric(&r->dimension, LPL_METRIC_PARTICIPATION_RATIO, x, d, NULL, 0, NULL, n, d));
    lasso_begin(&l, x, fit, d);
    for (int k = 0; k < SIGNALS; k++) {
        const double *y = w->group[k] + from, c = lasso_fit(&l, coefficients, y, SPIKES_PENALTY);
        r->r2[k] = lasso_r2(x + fit * d, n - fit, d, y + fit, coefficients, c);
        for (size_t b = 0; b < n; b++) {
            const double p = lasso_predict(x + b * d, d, coefficients, c);
            pearson_add(&joint, p, y[b]);
            if (predicted != NULL && b >= fit) predicted[(size_t)k * (n - fit) + b - fit] = p;
        }
    }
    r->correlation = pearson(&joint);
    lasso_end(&l);
    lasso_begin(&l, all, from, d);
    for (int k = 0; k < SIGNALS; k++) {
        r->r2_long[k] = (double)NAN;
        if (from < WINDOW) continue;
        const double c = lasso_fit(&l, coefficients, w->group[k], SPIKES_PENALTY);
        r->r2_long[k] = lasso_r2(x, n, d, w->group[k] + from, coefficients, c);
    }
    lasso_end(&l);
    free(all);
}

double spikes_selectivity(double a, double b) { return (a - b) / (a + b + 1e-9); }
