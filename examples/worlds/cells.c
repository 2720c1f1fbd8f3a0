/* examples/worlds/cells.c - see cells.h. */
#include "cells.h"

#include <math.h>
#include <string.h>

#include "must.h"

const double cells_lambda[CELLS_LAMBDAS] = {4.5, 6, 9};
const int cells_shift[CELLS_SHIFTS] = {0, 3, 6, 12};

enum { AT_ONCE = 256, DECODING_LAMBDA = 1, TRAINING_PHASES = 6, DRAWS = 20 };
#define WAVELENGTH 6.0
#define ENVELOPE (0.45 * WAVELENGTH)
#define DECODING_NOISE 0.5 /* of the s.d. of all responses */

static double pi(void) { return 4 * atan(1); }

/* ---- the simple stage ---- */

/* One filter: zero mean by taking off the envelope times what makes it so, unit norm. */
static void gabor(float *out, double theta, double phase, double cx, double cy) {
    double g[GAZE_PIXELS], envelope[GAZE_PIXELS], sum = 0, weight = 0, norm = 0;
    for (int k = 0; k < GAZE_PIXELS; k++) {
        const double x = k % GAZE_SIDE - cx, y = k / GAZE_SIDE - cy;
        envelope[k] = exp(-(x * x + y * y) / (2 * ENVELOPE * ENVELOPE));
        g[k] = envelope[k] * cos(2 * pi() * (x * cos(theta) + y * sin(theta)) / WAVELENGTH + phase);
        sum += g[k], weight += envelope[k];
    }
    for (int k = 0; k < GAZE_PIXELS; k++) g[k] -= envelope[k] * sum / weight, norm += g[k] * g[k];
    for (int k = 0; k < GAZE_PIXELS; k++) out[k] = (float)(g[k] / sqrt(norm));
}

static lpl_layer_t *make_bank(void) {
    lpl_layer_config_t c;
    lpl_layer_t *bank;
    float *w = must_alloc(CELLS_SIMPLE * GAZE_PIXELS, sizeof *w);
    MUST(lpl_layer_config_init(&c, sizeof c));
    c.n_pre = GAZE_PIXELS, c.n_post = CELLS_SIMPLE, c.activation = LPL_ACT_RELU, c.bias = 0, c.mode = LPL_MODE_FROZEN;
    c.init = LPL_INIT_ZERO;
    MUST(lpl_layer_create(&c, &bank));
    for (int k = 0; k < CELLS_SIMPLE; k++) {
        const int position = k % CELLS_POSITIONS, phase = k / CELLS_POSITIONS % CELLS_PHASES,
                  orientation = k / CELLS_POSITIONS / CELLS_PHASES;
        gabor(w + (size_t)k * GAZE_PIXELS, pi() * orientation / CELLS_ORIENTATIONS, pi() / 2 * phase,
              (GAZE_SIDE - 1) / 2.0 + 3 * (position % 3 - 1), (GAZE_SIDE - 1) / 2.0 + 3 * (position / 3 - 1));
    }
    MUST(lpl_layer_write(bank, w, CELLS_SIMPLE * GAZE_PIXELS, LPL_STATE_WEIGHTS));
    free(w);
    return bank;
}

static double root_mean_square(const float *z) {
    double square = 0;
    for (int k = 0; k < CELLS_SIMPLE; k++) square += (double)z[k] * (double)z[k];
    return sqrt(square / CELLS_SIMPLE);
}

void cells_respond(const cells_t *c, float *out, const float *frame, size_t n) {
    for (size_t first = 0; first < n; first += AT_ONCE) {
        const size_t rows = n - first < AT_ONCE ? n - first : AT_ONCE;
        float *z = out + first * CELLS_SIMPLE;
        MUST(lpl_forward(c->bank, z, CELLS_SIMPLE, frame + first * GAZE_PIXELS, GAZE_PIXELS, rows));
        for (size_t t = 0; t < rows; t++, z += CELLS_SIMPLE) {
            const double by = c->normalised ? c->constant / (0.2 + root_mean_square(z) / c->mean_r) : c->constant;
            for (int k = 0; k < CELLS_SIMPLE; k++) z[k] = (float)(by * (double)z[k]);
        }
    }
}

cells_t cells_create(const gaze_t *movie, size_t n_train, bool normalised) {
    cells_t c = {.bank = make_bank(), .constant = 1};
    float *z = must_alloc(n_train * CELLS_SIMPLE, sizeof *z);
    cells_respond(&c, z, movie->frame, n_train);
    for (size_t t = 0; t < n_train; t++) c.mean_r += root_mean_square(z + t * CELLS_SIMPLE) / (double)n_train;
    c.normalised = normalised && c.mean_r > 0;
    if (c.normalised) cells_respond(&c, z, movie->frame, n_train);
    double sd = 0;
    for (int k = 0; k < CELLS_SIMPLE; k++) {
        double sum = 0, square = 0;
        for (size_t t = 0; t < n_train; t++) sum += (double)z[t * CELLS_SIMPLE + (size_t)k];
        for (size_t t = 0; t < n_train; t++) {
            const double d = (double)z[t * CELLS_SIMPLE + (size_t)k] - sum / (double)n_train;
            square += d * d;
        }
        sd += sqrt(square / (double)n_train) / CELLS_SIMPLE;
    }
    if (sd > 0) c.constant = 1 / sd;
    free(z);
    return c;
}

void cells_free(cells_t *c) {
    lpl_layer_destroy(c->bank);
    *c = (cells_t){0};
}

void cells_gratings(const cells_t *c, float *out, double amplitude) {
    float frame[GAZE_PIXELS] = {0};
    for (int k = 0; k < CELLS_GRATINGS; k++) {
        const double theta = pi() * (k / CELLS_STEPS / CELLS_LAMBDAS) / CELLS_THETAS,
                     lambda = cells_lambda[k / CELLS_STEPS % CELLS_LAMBDAS],
                     phase = 2 * pi() * (k % CELLS_STEPS) / CELLS_STEPS;
        for (int q = 0; q < GAZE_PIXELS; q++) {
            const double x = q % GAZE_SIDE - (GAZE_SIDE - 1) / 2.0, y = q / GAZE_SIDE - (GAZE_SIDE - 1) / 2.0;
            frame[q] = (float)(amplitude * cos(2 * pi() * (x * cos(theta) + y * sin(theta)) / lambda + phase));
        }
        cells_respond(c, out + (size_t)k * CELLS_SIMPLE, frame, 1);
    }
    memset(frame, 0, sizeof frame);
    cells_respond(c, out + (size_t)CELLS_GRATINGS * CELLS_SIMPLE, frame, 1);
}

/* ---- measures ---- */

static double deviation(const float *z, size_t n, size_t d) {
    double sum = 0, square = 0;
    for (size_t t = 0; t < n; t++) sum += (double)z[t * d];
    for (size_t t = 0; t < n; t++)
        square += ((double)z[t * d] - sum / (double)n) * ((double)z[t * d] - sum / (double)n);
    return sqrt(square / (double)n);
}

/* Columns of the cells that live, side by side; how many. */
static size_t without_silent(float *out, const float *z, size_t n, size_t d) {
    size_t live = 0;
    for (size_t i = 0; i < d; i++) {
        if (!(deviation(z + i, n, d) > CELLS_SILENT)) continue;
        for (size_t t = 0; t < n; t++) out[t * d + live] = z[t * d + i];
        live++;
    }
    return live;
}

/* Mean slowness of `live` columns, d apart; NaN: none, or no scene is as long. */
static double mean_slowness(const float *z, const int32_t *scene, size_t n, size_t d, size_t live, size_t lag) {
    double *s = must_alloc(live + 1, sizeof *s), mean = 0;
    if (live == 0 || lag >= n || lpl_slowness(s, z, d, scene, n, live, lag) < 0) mean = (double)NAN;
    for (size_t i = 0; i < live; i++) mean += s[i] / (double)live;
    free(s);
    return mean;
}

double cells_correlation(const float *z, const int32_t *scene, size_t n, size_t d, size_t lag) {
    float *live = must_alloc(n * d, sizeof *live);
    const double slowness = mean_slowness(live, scene, n, d, without_silent(live, z, n, d), lag);
    free(live);
    return 1 - slowness;
}

static int by_size(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(const double *v, size_t n) {
    double sorted[CELLS_SIMPLE];
    if (n == 0) return (double)NAN;
    memcpy(sorted, v, n * sizeof *v);
    qsort(sorted, n, sizeof *sorted, by_size);
    return n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

/* F0, F1 at each grating, the best one, ratio and selectivity of each cell. */
static void find_tuning(cells_result_t *r, const float *grating, const float *movie, size_t n_movie, size_t d) {
    enum { G = CELLS_THETAS * CELLS_LAMBDAS };
    double *f0 = must_alloc(G * d, sizeof *f0), *f1 = must_alloc(G * d, sizeof *f1), selectivity = 0;
    double responsive[CELLS_SIMPLE];
    const float *blank = grating + (size_t)CELLS_GRATINGS * d;
    for (size_t g = 0; g < G; g++)
        MUST(lpl_modulation(f0 + g * d, f1 + g * d, grating + g * CELLS_STEPS * d, d, blank, CELLS_STEPS, d));
    size_t n = 0, n_complex = 0;
    for (size_t i = 0; i < d; i++) {
        size_t best = 0;
        for (size_t g = 1; g < G; g++)
            if (f0[g * d + i] + f1[g * d + i] > f0[best * d + i] + f1[best * d + i]) best = g;
        for (size_t k = 0; k < CELLS_STEPS; k++)
            r->tuning[i][k] = (double)grating[(best * CELLS_STEPS + k) * d + i] - (double)blank[i];
        for (size_t k = 0; k < CELLS_THETAS * CELLS_STEPS && i < CELLS_MAPPED; k++)
            r->map[i][k] =
                (double)
                    grating[((k / CELLS_STEPS * CELLS_LAMBDAS + best % CELLS_LAMBDAS) * CELLS_STEPS + k % CELLS_STEPS) *
                                d +
                            i] -
                (double)blank[i];
        r->ratio[i] = (double)NAN;
        if (!(f0[best * d + i] > 0) || !(deviation(movie + i, n_movie, d) > CELLS_SILENT)) continue;
        r->ratio[i] = f1[best * d + i] / f0[best * d + i];
        responsive[n++] = r->ratio[i];
        n_complex += r->ratio[i] < 1;
        double re = 0, im = 0, sum = 0;
        for (size_t theta = 0; theta < CELLS_THETAS; theta++) {
            const size_t at = (theta * CELLS_LAMBDAS + best % CELLS_LAMBDAS) * d + i;
            const double response = fmax(0, f0[at] + f1[at]), angle = 2 * pi() * (double)theta / CELLS_THETAS;
            re += response * cos(angle), im += response * sin(angle), sum += response;
        }
        selectivity += hypot(re, im) / sum;
    }
    r->live = n;
    r->median = median(responsive, n);
    r->complex = n > 0 ? (double)n_complex / (double)n : (double)NAN;
    r->selectivity = n > 0 ? selectivity / (double)n : (double)NAN;
    free(f0), free(f1);
}

static const float *at_phase(const float *grating, size_t d, size_t theta, size_t step) {
    return grating + ((theta * CELLS_LAMBDAS + DECODING_LAMBDA) * CELLS_STEPS + step % CELLS_STEPS) * d;
}

/* Class means at one phase, tested at another one with noise. */
static void find_decoding(cells_result_t *r, const float *grating, size_t d, uint64_t seed) {
    float *noise = must_alloc(d, sizeof *noise);
    double sum = 0, square = 0, n = 0;
    uint64_t drawn = 0;
    for (size_t theta = 0; theta < CELLS_THETAS; theta++)
        for (size_t k = 0; k < CELLS_STEPS * d; k++) {
            const double z = (double)at_phase(grating, d, theta, 0)[k];
            sum += z, square += z * z, n++;
        }
    const double sd = DECODING_NOISE * sqrt(fmax(0, square / n - sum / n * (sum / n)));
    for (int shift = 0; shift < CELLS_SHIFTS; shift++) {
        size_t right = 0, tried = 0;
        for (size_t phase = 0; phase < TRAINING_PHASES; phase++)
            for (int draw = 0; draw < DRAWS; draw++)
                for (size_t theta = 0; theta < CELLS_THETAS; theta++) {
                    const size_t from = phase * (CELLS_STEPS / TRAINING_PHASES);
                    const float *z = at_phase(grating, d, theta, from + (size_t)cells_shift[shift]);
                    size_t nearest = 0;
                    double least = INFINITY;
                    MUST(lpl_random_normal(noise, d, seed, 33, drawn));
                    drawn += d;
                    for (size_t other = 0; other < CELLS_THETAS; other++) {
                        const float *mean = at_phase(grating, d, other, from);
                        double distance = 0;
                        for (size_t i = 0; i < d; i++) {
                            const double gap = (double)z[i] + sd * (double)noise[i] - (double)mean[i];
                            distance += gap * gap;
                        }
                        if (distance < least) least = distance, nearest = other;
                    }
                    right += nearest == theta, tried++;
                }
        r->decoding[shift] = sd > 0 ? (double)right / (double)tried : (double)NAN;
    }
    free(noise);
}

void cells_judge(cells_result_t *r, const float *grating, const float *movie, const int32_t *scene, size_t n, size_t d,
                 bool decoded, uint64_t seed) {
    memset(r, 0, sizeof *r);
    r->units = d;
    find_tuning(r, grating, movie, n, d);
    for (size_t i = 0; i < d; i++) r->sd += deviation(movie + i, n, d) / (double)d;
    float *z = must_alloc(n * d, sizeof *z);
    const size_t live = without_silent(z, movie, n, d);
    r->slowness = mean_slowness(z, scene, n, d, live, 1);
    r->correlation[0] = 1;
    r->memory = CELLS_LAGS + 1;
    for (size_t lag = 1; lag <= CELLS_LAGS; lag++) {
        const double e = exp(-1), now = 1 - mean_slowness(z, scene, n, d, live, lag), before = r->correlation[lag - 1];
        r->correlation[lag] = now;
        if (now < e && r->memory > CELLS_LAGS) r->memory = (double)lag - (e - now) / (before - now);
    }
    for (int k = 0; k < CELLS_SHIFTS; k++) r->decoding[k] = (double)NAN;
    if (decoded) find_decoding(r, grating, d, seed);
    if (lpl_metric(&r->dimension, LPL_METRIC_PARTICIPATION_RATIO, movie, d, NULL, 0, NULL, n, d) < 0)
        r->dimension = (double)NAN;
    free(z);
}

void cells_weights(cells_result_t *r, const lpl_layer_t *layer) {
    float *w = must_alloc(CELLS_COMPLEX * CELLS_SIMPLE, sizeof *w);
    MUST(lpl_layer_read(layer, w, CELLS_COMPLEX * CELLS_SIMPLE, LPL_STATE_WEIGHTS));
    for (size_t i = 0; i < CELLS_MAPPED; i++) {
        double square[CELLS_POSITIONS] = {0};
        const float *of = w + i * CELLS_SIMPLE;
        size_t most = 0;
        for (size_t k = 0; k < CELLS_SIMPLE; k++) square[k % CELLS_POSITIONS] += (double)of[k] * (double)of[k];
        for (size_t p = 1; p < CELLS_POSITIONS; p++)
            if (square[p] > square[most]) most = p;
        for (size_t k = 0; k < CELLS_ORIENTATIONS * CELLS_PHASES; k++)
            r->weight[i][k] = (double)of[k * CELLS_POSITIONS + most];
    }
    free(w);
}
