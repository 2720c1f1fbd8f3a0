/* examples/worlds/disentangle.c - see disentangle.h. */
#include "disentangle.h"

#include <math.h>
#include <string.h>

#include "must.h"
#include "wide.h"

enum { STREAM_POINT = 32, STREAM_READOUT = 31 };

void disentangle_defaults(disentangle_t *s) { *s = (disentangle_t){4000, 10, 10, 0, 1}; }

/* ---- the images of each factor value, and what one variance is worth ---- */

typedef struct {
    const float *x;
    size_t n, d;
    uint32_t *member[ROOM_VALUES]; /* rows of x */
    size_t count[ROOM_VALUES];
    int factor[ROOM_VALUES]; /* whose value it is */
    double *scale;           /* d: 1 / variance; 0: constant */
} bank_t;

/* Sums over rows of n features and of their squares, from the distance to a first row. Of a block of features at a
 * time, so that both stay in the nearest cache; the loop over features has nothing to wait for: many at a time. */
enum { BLOCK = 512 };
WIDE static void add_row(double *sum, double *square, const float *x, const float *first, size_t n) {
    for (size_t j = 0; j < n; j++) {
        const double v = (double)x[j] - (double)first[j];
        sum[j] += v, square[j] += v * v;
    }
}

/* Mean and variance (d each) of all features over n rows, from the distance to the first row: a constant has variance 0
 * exactly. */
static void spread(double *mean, double *variance, const float *x, size_t n, size_t d, int threads) {
    const size_t blocks = (d + BLOCK - 1) / BLOCK;
#pragma omp parallel for schedule(static) num_threads(threads) if (blocks > 1)
    for (size_t k = 0; k < blocks; k++) {
        const size_t from = k * BLOCK, m = d - from < BLOCK ? d - from : BLOCK;
        double *sum = mean + from, *square = variance + from;
        memset(sum, 0, m * sizeof *sum), memset(square, 0, m * sizeof *square);
        for (size_t b = 0; b < n; b++) add_row(sum, square, x + b * d + from, x + from, m);
        for (size_t j = 0; j < m; j++) {
            sum[j] /= (double)n;
            square[j] = fmax(0, square[j] / (double)n - sum[j] * sum[j]);
            sum[j] += (double)x[from + j];
        }
    }
}

static bank_t bank_create(const float *x, const uint32_t *image, size_t n, size_t d, int threads) {
    bank_t k = {.x = x, .n = n, .d = d, .scale = must_alloc(d, sizeof(double))};
    double *mean = must_alloc(d, sizeof *mean);
    for (int f = 0, v = 0; f < ROOM_FACTORS; f++)
        for (int i = 0; i < room_values[f]; i++, v++) {
            k.factor[v] = f;
            k.member[v] = must_alloc(n, sizeof(uint32_t));
        }
    for (size_t b = 0; b < n; b++) {
        int factor[ROOM_FACTORS], first = 0;
        room_split(factor, image[b]);
        for (int f = 0; f < ROOM_FACTORS; first += room_values[f++]) {
            const int v = first + factor[f];
            k.member[v][k.count[v]++] = (uint32_t)b;
        }
    }
    for (int v = 0; v < ROOM_VALUES; v++)
        if (k.count[v] == 0) {
            fprintf(stderr, "disentangle: %zu images are too few, none has value number %d of %s\n", n, v,
                    room_names[k.factor[v]]);
            exit(3);
        }
    spread(mean, k.scale, x, n, d, threads);
    for (size_t j = 0; j < d; j++) k.scale[j] = k.scale[j] > 1e-12 * (1e-12 + mean[j] * mean[j]) ? 1 / k.scale[j] : 0;
    free(mean);
    return k;
}

static void bank_free(bank_t *k) {
    for (int v = 0; v < ROOM_VALUES; v++) free(k->member[v]);
    free(k->scale);
}

/* ---- one point: its feature ---- */

typedef struct {
    double *sum, *square; /* BLOCK each */
    const float **row;    /* the different images of a point, and how often each was drawn */
    double *times;
    uint32_t *seen; /* of each image of the value: its place in row, from 1; 0: not drawn */
} space_t;

static space_t space_create(size_t draws, size_t n) {
    const size_t most = draws < n ? draws : n;
    return (space_t){must_alloc(BLOCK, sizeof(double)), must_alloc(BLOCK, sizeof(double)),
                     must_alloc(most, sizeof(float *)), must_alloc(most, sizeof(double)),
                     must_alloc(n, sizeof(uint32_t))};
}

static void space_free(space_t *p) { free(p->sum), free(p->square), free(p->row), free(p->times), free(p->seen); }

/* Float differences, as spread's are not: a feature's values are near each other within a point. */
WIDE static void add_near(double *sum, double *square, const float *x, const float *first, double times, size_t n) {
    for (size_t j = 0; j < n; j++) {
        const double v = (double)(x[j] - first[j]), more = times * v;
        sum[j] += more, square[j] += more * v;
    }
}

/* The point's images, drawn with replacement: thousands from some hundreds, so each is added once, as often as it was
 * drawn. Returns how many are different. */
static size_t draw_point(space_t *p, const bank_t *k, const disentangle_t *s, uint64_t point, int value) {
    uint32_t bits[256];
    size_t different = 0;
    memset(p->seen, 0, k->count[value] * sizeof *p->seen);
    for (size_t r = 0; r < s->draws; r++) {
        if (r % 256 == 0) {
            const size_t left = s->draws - r;
            MUST(lpl_random_bits(bits, left < 256 ? left : 256, s->seed, STREAM_POINT + point, r));
        }
        const size_t at = (size_t)(((uint64_t)bits[r % 256] * k->count[value]) >> 32);
        if (p->seen[at] == 0) {
            p->row[different] = k->x + (size_t)k->member[value][at] * k->d, p->times[different] = 0;
            p->seen[at] = (uint32_t)++different;
        }
        p->times[p->seen[at] - 1]++;
    }
    return different;
}

static size_t winner(const bank_t *k, const disentangle_t *s, uint64_t point, int value, space_t *p) {
    const size_t rows = draw_point(p, k, s, point, value);
    size_t best = SIZE_MAX;
    double least = 0;
    for (size_t from = 0; from < k->d; from += BLOCK) {
        const size_t m = k->d - from < BLOCK ? k->d - from : BLOCK;
        memset(p->sum, 0, BLOCK * sizeof *p->sum), memset(p->square, 0, BLOCK * sizeof *p->square);
        for (size_t r = 0; r < rows; r++)
            add_near(p->sum, p->square, p->row[r] + from, p->row[0] + from, p->times[r], m);
        for (size_t j = 0; j < m; j++) {
            const double mean = p->sum[j] / (double)s->draws, scale = k->scale[from + j],
                         v = (p->square[j] / (double)s->draws - mean * mean) * scale;
            if (scale > 0 && (best == SIZE_MAX || v < least)) best = from + j, least = v;
        }
    }
    return best; /* SIZE_MAX: all features are constant */
}

/* ---- votes ---- */

void disentangle_strict(double *votes, size_t d) {
    for (size_t f = 0; f < ROOM_FACTORS; f++) {
        for (int kept = 0; kept < room_values[f]; kept++) { /* chosen features are marked by -1 */
            size_t best = 0;
            for (size_t j = 1; j < d; j++)
                if (votes[j * ROOM_FACTORS + f] > votes[best * ROOM_FACTORS + f]) best = j;
            if (votes[best * ROOM_FACTORS + f] <= 0) break;
            votes[best * ROOM_FACTORS + f] = -1;
        }
        for (size_t j = 0; j < d; j++) votes[j * ROOM_FACTORS + f] = votes[j * ROOM_FACTORS + f] < 0 ? 1 : 0;
    }
}

/* Fraction of points whose feature's largest vote is their factor; a feature without votes is wrong. of_factor: the
 * right ones of each factor are added to it, or NULL. */
static double right(const bank_t *k, const double *votes, const size_t *feature, size_t points, double *of_factor) {
    size_t good = 0;
    for (size_t p = 0; p < points; p++) {
        const int value = (int)(p % ROOM_VALUES);
        int best = 0;
        if (feature[p] == SIZE_MAX) continue;
        const double *row = votes + feature[p] * ROOM_FACTORS;
        for (int f = 1; f < ROOM_FACTORS; f++)
            if (row[f] > row[best]) best = f;
        if (row[best] <= 0 || best != k->factor[value]) continue;
        good++;
        if (of_factor != NULL) of_factor[best]++;
    }
    return (double)good / (double)points;
}

void disentangle_score(disentangle_result_t *out, const disentangle_t *s, const float *x, const uint32_t *image,
                       size_t n, size_t d) {
    bank_t k = bank_create(x, image, n, d, s->threads);
    const size_t points = s->points * ROOM_VALUES;
    size_t *feature = must_alloc(2 * points, sizeof *feature);
    double *votes = must_alloc(d * ROOM_FACTORS, sizeof *votes), sum[2] = {0, 0}, square[2] = {0, 0},
           of_factor[ROOM_FACTORS] = {0};
    for (size_t rep = 0; rep < s->repetitions; rep++) {
#pragma omp parallel num_threads(s->threads)
        {
            space_t space = space_create(s->draws, n);
#pragma omp for schedule(dynamic, 4)
            for (size_t p = 0; p < 2 * points; p++)
                feature[p] = winner(&k, s, rep * 2 * points + p, (int)(p % points % ROOM_VALUES), &space);
            space_free(&space);
        }
        memset(votes, 0, d * ROOM_FACTORS * sizeof *votes);
        for (size_t p = 0; p < points; p++) {
            const size_t f = (size_t)k.factor[p % ROOM_VALUES];
            if (feature[p] != SIZE_MAX) votes[feature[p] * ROOM_FACTORS + f] += 1.0 / room_values[f];
        }
        for (int strict = 0; strict < 2; strict++) {
            if (strict) disentangle_strict(votes, d);
            const double v = right(&k, votes, feature + points, points, strict ? NULL : of_factor);
            sum[strict] += v, square[strict] += v * v;
        }
    }
    const double reps = (double)s->repetitions;
    double sd[2];
    for (int i = 0; i < 2; i++) sd[i] = reps > 1 ? sqrt(fmax(0, (square[i] - sum[i] * sum[i] / reps) / (reps - 1))) : 0;
    *out = (disentangle_result_t){sum[0] / reps, sd[0], sum[1] / reps, sd[1], 0, {0}};
    for (int f = 0; f < ROOM_FACTORS; f++) out->factor[f] = of_factor[f] / (reps * (double)s->points * room_values[f]);
    for (size_t j = 0; j < d; j++) out->constant += k.scale[j] <= 0;
    free(votes), free(feature);
    bank_free(&k);
}

/* ---- readout ---- */

/* z: x standardised by the mean and variance of its first `train` rows; constants are 0. */
static float *standardised(const float *x, size_t n, size_t train, size_t d, int threads) {
    float *z = must_alloc(n * d, sizeof *z);
    double *mean = must_alloc(d, sizeof *mean), *scale = must_alloc(d, sizeof *scale);
    spread(mean, scale, x, train, d, threads);
    for (size_t j = 0; j < d; j++) scale[j] = scale[j] > 1e-12 * (1e-12 + mean[j] * mean[j]) ? 1 / sqrt(scale[j]) : 0;
    for (size_t b = 0; b < n; b++)
        for (size_t j = 0; j < d; j++) z[b * d + j] = (float)(((double)x[b * d + j] - mean[j]) * scale[j]);
    free(mean), free(scale);
    return z;
}

static double accuracy_of(const float *z, const uint32_t *image, size_t n, size_t train, size_t d, int factor,
                          size_t epochs, uint64_t seed) {
    const size_t classes = (size_t)room_values[factor];
    float *w = must_alloc(classes * (d + 1), sizeof *w), bound = (float)(1 / sqrt((double)d));
    int32_t *y = must_alloc(n, sizeof *y);
    double accuracy = 0;
    lpl_readout_config_t cfg;
    for (size_t b = 0; b < n; b++) {
        int all[ROOM_FACTORS];
        room_split(all, image[b]);
        y[b] = all[factor];
    }
    MUST(lpl_readout_config_init(&cfg, sizeof cfg));
    cfg.n_classes = classes, cfg.epochs = epochs, cfg.batch = 128, cfg.eta = d > 2048 ? 1e-3 : 1e-2;
    MUST(lpl_random_uniform(w, classes * (d + 1), seed, STREAM_READOUT, 0));
    for (size_t k = 0; k < classes * (d + 1); k++) w[k] = (2 * w[k] - 1) * bound;
    MUST(lpl_readout_fit(&cfg, w, d, w + classes * d, NULL, z, d, y, train, d));
    MUST(lpl_readout_predict(NULL, 0, &accuracy, w, d, w + classes * d, z + train * d, d, y + train, n - train, d,
                             classes));
    free(w), free(y);
    return accuracy;
}

double disentangle_readout(const float *x, const uint32_t *image, size_t n, size_t d, int factor, size_t epochs,
                           uint64_t seed) {
    const size_t train = n * 4 / 5;
    float *z = standardised(x, n, train, d, 1);
    const double accuracy = accuracy_of(z, image, n, train, d, factor, epochs, seed);
    free(z);
    return accuracy;
}

void disentangle_readouts(double out[ROOM_FACTORS], const float *x, const uint32_t *image, size_t n, size_t d,
                          size_t epochs, uint64_t seed, int threads) {
    const size_t train = n * 4 / 5;
    float *z = standardised(x, n, train, d, threads);
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
    for (int f = 0; f < ROOM_FACTORS; f++) out[f] = accuracy_of(z, image, n, train, d, f, epochs, seed);
    free(z);
}

/* ---- similarity ---- */

void disentangle_similarity(double *out, const float *x, size_t draws, size_t values, size_t d) {
    double *mean = must_alloc(d, sizeof *mean), *unit = must_alloc(values * d, sizeof *unit);
    for (size_t b = 0; b < draws * values; b++)
        for (size_t j = 0; j < d; j++) mean[j] += (double)x[b * d + j] / (double)(draws * values);
    memset(out, 0, values * values * sizeof *out);
    for (size_t b = 0; b < draws; b++) {
        for (size_t v = 0; v < values; v++) {
            double square = 0;
            for (size_t j = 0; j < d; j++) {
                unit[v * d + j] = (double)x[(b * values + v) * d + j] - mean[j];
                square += unit[v * d + j] * unit[v * d + j];
            }
            for (size_t j = 0; j < d; j++) unit[v * d + j] *= square > 0 ? 1 / sqrt(square) : 0;
        }
        for (size_t k = 0; k < values * values; k++)
            for (size_t j = 0; j < d; j++)
                out[k] += unit[k / values * d + j] * unit[k % values * d + j] / (double)draws;
    }
    free(mean), free(unit);
}
