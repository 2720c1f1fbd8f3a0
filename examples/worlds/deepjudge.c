/* examples/worlds/deepjudge.c - see deepjudge.h. */
#include "deepjudge.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "logistic.h"
#include "must.h"
#include "progress.h"

enum { STEP = 200 }; /* images at a time */

void deepjudge_features(float *out[VGG_LAYERS], lpl_stack_t *net, const vgg_t *v, const views_t *views,
                        const images_t *im, bool plain) {
    const size_t pixels = 3 * im->height * im->width;
    size_t most = 0;
    for (size_t k = 0; k < VGG_LAYERS; k++) {
        out[k] = must_alloc(im->n * vgg_width(v, k), sizeof **out);
        most = vgg_row(v, k) > most ? vgg_row(v, k) : most;
    }
    float *x = must_alloc(STEP * pixels, sizeof *x),
          *map[2] = {must_alloc(STEP * most, sizeof *x), must_alloc(STEP * most, sizeof *x)};
    for (size_t first = 0; first < im->n; first += STEP) {
        const size_t n = im->n - first < STEP ? im->n - first : STEP;
        views_evaluate(views, x, im, first, n, plain);
        for (size_t k = 0; k < VGG_LAYERS; k++) {
            const size_t width = vgg_width(v, k), row = vgg_row(v, k), positions = row / width,
                         below = k ? vgg_row(v, k - 1) : pixels;
            float *z = map[k % 2];
            lpl_layer_t *l;
            MUST(lpl_stack_layer(net, k, &l));
            MUST(lpl_forward(l, z, row, k ? map[(k + 1) % 2] : x, below, n));
            for (size_t i = 0; i < n * width; i++) {
                double sum = 0;
                for (size_t q = 0; q < positions; q++) sum += (double)z[i * positions + q];
                out[k][first * width + i] = (float)(sum / (double)positions);
            }
        }
    }
    free(x), free(map[0]), free(map[1]);
}

static double softmax_accuracy(const float *x, const images_t *readout, const float *t, const images_t *test, size_t d,
                               uint64_t seed) {
    enum { CLASSES = DEEPJUDGE_CLASSES };
    lpl_readout_config_t cfg; /* the defaults are the protocol of theory 4.5 */
    const size_t length = CLASSES * (d + 1);
    float *w = must_alloc(length, sizeof *w), bound = (float)(1 / sqrt((double)d));
    double accuracy = 0;
    MUST(lpl_readout_config_init(&cfg, sizeof cfg));
    MUST(lpl_random_uniform(w, length, seed, 100, 0));
    for (size_t k = 0; k < length; k++) w[k] = (2 * w[k] - 1) * bound;
    MUST(lpl_readout_fit(&cfg, w, d, w + CLASSES * d, NULL, x, d, readout->labels, readout->n, d));
    MUST(lpl_readout_predict(NULL, 0, &accuracy, w, d, w + CLASSES * d, t, d, test->labels, test->n, d, CLASSES));
    free(w);
    return accuracy;
}

static double participation(const float *t, size_t n, size_t d) {
    double ratio;
    MUST(lpl_metric(&ratio, LPL_METRIC_PARTICIPATION_RATIO, t, d, NULL, 0, NULL, n, d));
    return ratio;
}

static double participation_batches(const float *t, size_t n, size_t d) {
    const size_t batch = n < DEEPJUDGE_BATCH ? n : DEEPJUDGE_BATCH;
    double sum = 0;
    for (size_t first = 0; first + batch <= n; first += batch) sum += participation(t + first * d, batch, d);
    return sum / (double)(n / batch);
}

static void activity(deepjudge_t *r, size_t k, const float *t, size_t n, size_t d) {
    r->mean[k] = r->sd[k] = r->dead[k] = 0;
    for (size_t i = 0; i < d; i++) {
        double sum = 0, sum2 = 0;
        for (size_t b = 0; b < n; b++) sum += (double)t[b * d + i];
        for (size_t b = 0; b < n; b++) sum2 += pow((double)t[b * d + i] - sum / (double)n, 2);
        r->mean[k] += sum / (double)n / (double)d;
        r->sd[k] += sqrt(sum2 / (double)n) / (double)d;
        r->dead[k] += sum2 / (double)n < 1e-12;
    }
}

void deepjudge(deepjudge_t *r, lpl_stack_t *net, const vgg_t *v, const deepdata_t *d, bool plain, uint64_t seed,
               const char *what) {
    float *x[VGG_LAYERS], *t[VGG_LAYERS];
    const size_t n = d->test->n;
    progress_t p;
    r->done = false;
    progress_begin(&p, what, VGG_LAYERS, "layers judged");
    deepjudge_features(x, net, v, &d->views, d->readout, plain);
    deepjudge_features(t, net, v, &d->views, d->test, plain);
    for (size_t k = 0; k < VGG_LAYERS && !progress_stop(); k++) {
        const size_t width = vgg_width(v, k);
        r->accuracy[0][k] = softmax_accuracy(x[k], d->readout, t[k], d->test, width, seed);
        r->accuracy[1][k] = logistic_accuracy(x[k], d->readout->labels, d->readout->n, t[k], d->test->labels, n, width,
                                              DEEPJUDGE_CLASSES, 1e-4, 200);
        r->dimension[k] = participation_batches(t[k], n, width);
        r->dimension_all[k] = participation(t[k], n, width);
        activity(r, k, t[k], n, width);
        progress_tick(&p, (double)(k + 1), NULL);
    }
    for (size_t k = 0; k < VGG_LAYERS; k++) free(x[k]), free(t[k]);
    progress_end(&p);
    r->done = !progress_stop();
}
