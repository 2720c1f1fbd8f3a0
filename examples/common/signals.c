/* examples/common/signals.c - see signals.h. */
#include "signals.h"

#include <math.h>
#include <string.h>

#include "must.h"
#include "views.h"

enum { HARMONICS = 128 };
#define SAMPLE 0.01 /* s */
#define PI 3.14159265358979323846

const char *const signals_names[SIGNALS] = {"P0", "P1", "P1ctl", "P2", "P2ctl"};

static void take(signal_t *s, size_t n) {
    s->n = n;
    s->time_s = must_alloc(n, sizeof *s->time_s);
    s->rate_hz = must_alloc(n, sizeof *s->rate_hz);
}

static void slow(signal_t *out, double period, uint64_t seed, uint64_t stream) {
    const double length = SIGNALS_PERIODS * period;
    const size_t n = (size_t)ceil(length / SAMPLE - 1e-9); /* samples; one knot more closes the loop */
    double draw[2 * HARMONICS], mean = 0, var = 0;
    take(out, n + 1);
    MUST(lpl_random_uniform_f64(draw, sizeof draw / sizeof *draw, seed, stream, 0));
    for (size_t k = 0; k < n; k++) {
        double sum = 0, share = 1;
        out->time_s[k] = SAMPLE * (double)k;
        for (int i = 1; i < HARMONICS; i++)
            sum += (share /= 1.1) * draw[i] * sin(2 * PI * i * (out->time_s[k] + draw[HARMONICS + i]) / period);
        out->rate_hz[k] = sum;
        mean += sum / (double)n;
    }
    for (size_t k = 0; k < n; k++) var += (out->rate_hz[k] - mean) * (out->rate_hz[k] - mean) / (double)n;
    for (size_t k = 0; k < n; k++) out->rate_hz[k] = fmax(0.1, 5 + 4 * (out->rate_hz[k] - mean) / (sqrt(var) + 1e-4));
    out->time_s[n] = length;
    out->rate_hz[n] = out->rate_hz[0];
}

static void shuffled(signal_t *out, const signal_t *s, uint64_t seed, uint64_t stream) {
    const size_t n = s->n - 1;
    uint32_t *order = must_alloc(n, sizeof *order);
    take(out, s->n);
    memcpy(out->time_s, s->time_s, s->n * sizeof *s->time_s);
    views_permutation(order, n, seed, stream);
    for (size_t k = 0; k < n; k++) out->rate_hz[k] = s->rate_hz[order[k]];
    out->rate_hz[n] = out->rate_hz[0];
    free(order);
}

void signals_make(signal_t out[SIGNALS], uint64_t seed) {
    take(&out[SIGNAL_CONSTANT], 1);
    out[SIGNAL_CONSTANT].rate_hz[0] = 5;
    slow(&out[SIGNAL_1], 3.0, seed, 1);
    slow(&out[SIGNAL_2], 3.0 + 1.0 / 13.0, seed, 2);
    shuffled(&out[SIGNAL_1_CTL], &out[SIGNAL_1], seed, 3);
    shuffled(&out[SIGNAL_2_CTL], &out[SIGNAL_2], seed, 4);
}

void signals_free(signal_t s[SIGNALS]) {
    for (int k = 0; k < SIGNALS; k++) free(s[k].time_s), free(s[k].rate_hz);
}

double signals_rate(const signal_t *s, double t) {
    if (s->n == 1) return s->rate_hz[0];
    t = fmod(t, s->time_s[s->n - 1]);
    size_t k = (size_t)(t / SAMPLE);
    if (k > s->n - 2) k = s->n - 2;
    return s->rate_hz[k] + (s->rate_hz[k + 1] - s->rate_hz[k]) * (t - s->time_s[k]) / (s->time_s[k + 1] - s->time_s[k]);
}
