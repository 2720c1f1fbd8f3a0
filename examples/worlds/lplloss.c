/* examples/worlds/lplloss.c - see lplloss.h. */
#include "lplloss.h"

#include <math.h>
#include <stdlib.h>

#include "must.h"

static double get(const lpl_layer_t *l, int32_t param) {
    double v;
    MUST(lpl_layer_get(l, param, &v));
    return v;
}

static double square(double v) { return v * v; }

lplloss_t lplloss_of(const lpl_layer_t *l, bool symmetric, bool positions, size_t batch) {
    const size_t units = (size_t)get(l, LPL_PARAM_N_POST);
    return (lplloss_t){symmetric,
                       get(l, LPL_PARAM_PULL),
                       get(l, LPL_PARAM_PUSH),
                       get(l, LPL_PARAM_DECORR),
                       get(l, LPL_PARAM_EPS),
                       batch,
                       units,
                       positions ? (size_t)get(l, LPL_PARAM_N_OUT) / units : 1};
}

double *lplloss_see(const lplloss_t *r, const lpl_layer_t *l, const float *x, size_t ld, float *map) {
    const size_t out = (size_t)get(l, LPL_PARAM_N_OUT), all = out / r->units, n = r->batch * r->units * r->positions;
    float *z = map != NULL ? map : must_alloc(r->batch * out, sizeof *z);
    double *seen = must_alloc(n, sizeof *seen);
    MUST(lpl_forward(l, z, out, x, ld, r->batch));
    for (size_t i = 0; i < n; i++) {
        const size_t mean_of = all / r->positions;
        for (size_t q = 0; q < mean_of; q++) seen[i] += (double)z[i * mean_of + q] / (double)mean_of;
    }
    if (map == NULL) free(z);
    return seen;
}

double lplloss_pull(const lplloss_t *r, const double *z1, const double *z0) {
    const size_t n = r->batch * r->units * r->positions;
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += square(z1[i] - z0[i]);
    return sum / (double)n;
}

double lplloss_pull_of_strangers(const lplloss_t *r, const double *z1, const double *z0) {
    const size_t n = r->units * r->positions;
    double sum = 0;
    for (size_t b = 0; b < r->batch; b++)
        for (size_t d = 0; d < r->batch; d++)
            for (size_t i = 0; b != d && i < n; i++) sum += square(z1[b * n + i] - z0[d * n + i]);
    return sum / (double)(n * r->batch * (r->batch - 1));
}

/* Of log(var + eps), or (scale) of what that grows by with ln s: 2 var / (var + eps). */
static double push_mean(const lplloss_t *r, const double *z, bool scale) {
    const size_t n = r->units * r->positions;
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double mean = 0, var = 0;
        for (size_t b = 0; b < r->batch; b++) mean += z[b * n + i] / (double)r->batch;
        for (size_t b = 0; b < r->batch; b++) var += square(z[b * n + i] - mean) / (double)(r->batch - 1);
        sum += scale ? 2 * var / (var + r->eps) : log(var + r->eps);
    }
    return sum / (double)n;
}

/* Of channels; every position is a sample. */
static double decorr_loss(const lplloss_t *r, const double *z) {
    const size_t M = r->units, Q = r->positions, samples = r->batch * Q;
    double *centred = must_alloc(samples * M, sizeof *centred), loss = 0;
    for (size_t i = 0; i < M; i++) {
        double mean = 0;
        for (size_t s = 0; s < samples; s++) mean += z[(s / Q * M + i) * Q + s % Q] / (double)samples;
        for (size_t s = 0; s < samples; s++) centred[i * samples + s] = z[(s / Q * M + i) * Q + s % Q] - mean;
    }
    for (size_t i = 0; i < M; i++)
        for (size_t k = 0; k < i; k++) {
            double c = 0;
            for (size_t s = 0; s < samples; s++) c += centred[i * samples + s] * centred[k * samples + s];
            loss += 2 * square(c / (double)(samples - 1)) / ((double)M * (double)(M - 1));
        }
    free(centred);
    return loss;
}

/* Of both views of a symmetric pair the mean, of a causal one that of z1. */
static lplloss_terms_t terms(const lplloss_t *r, const double *z1, const double *z0, bool scale) {
    lplloss_terms_t t = {.push = -r->push * push_mean(r, z1, scale)};
    if (r->decorr > 0) t.decorr = r->decorr * decorr_loss(r, z1);
    if (r->symmetric) {
        t.push = (t.push - r->push * push_mean(r, z0, scale)) / 2;
        if (r->decorr > 0) t.decorr = (t.decorr + r->decorr * decorr_loss(r, z0)) / 2;
    }
    return t;
}

double lplloss_value(const lplloss_t *r, const double *z1, const double *z0) {
    const lplloss_terms_t t = terms(r, z1, z0, false);
    return r->pull * lplloss_pull(r, z1, z0) + t.push + t.decorr;
}

lplloss_terms_t lplloss_scale(const lplloss_t *r, const double *z1, const double *z0) {
    const size_t n = r->batch * r->units * r->positions;
    lplloss_terms_t t = terms(r, z1, z0, true);
    t.decorr *= 4;
    for (size_t i = 0; i < n; i++)
        t.pull += 2 * r->pull * (z1[i] - z0[i]) * (r->symmetric ? z1[i] - z0[i] : z1[i]) / (double)n;
    return t;
}
