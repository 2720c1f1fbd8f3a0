/* examples/worlds/signals.c - see signals.h. */
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

/* a[i] and b[i] of the harmonics. */
static void slow(signal_t *out, double period, const double *a, const double *b) {
    const double length = SIGNALS_PERIODS * period;
    const size_t n = (size_t)ceil(length / SAMPLE - 1e-9); /* samples; one knot more closes the loop */
    double mean = 0, var = 0;
    take(out, n + 1);
    for (size_t k = 0; k < n; k++) {
        double sum = 0, share = 1;
        out->time_s[k] = SAMPLE * (double)k;
        for (int i = 1; i < HARMONICS; i++)
            sum += (share /= 1.1) * a[i] * sin(2 * PI * i * (out->time_s[k] + b[i]) / period);
        out->rate_hz[k] = sum;
        mean += sum / (double)n;
    }
    for (size_t k = 0; k < n; k++) var += (out->rate_hz[k] - mean) * (out->rate_hz[k] - mean) / (double)n;
    for (size_t k = 0; k < n; k++) out->rate_hz[k] = fmax(0.1, 5 + 4 * (out->rate_hz[k] - mean) / (sqrt(var) + 1e-4));
    out->time_s[n] = length;
    out->rate_hz[n] = out->rate_hz[0];
}

/* Sample k is sample order[k] of s. */
static void shuffled(signal_t *out, const signal_t *s, const uint32_t *order) {
    const size_t n = s->n - 1;
    take(out, s->n);
    memcpy(out->time_s, s->time_s, s->n * sizeof *s->time_s);
    for (size_t k = 0; k < n; k++) out->rate_hz[k] = s->rate_hz[order[k]];
    out->rate_hz[n] = out->rate_hz[0];
}

/* ---- the published rates: NumPy's generator, MT19937 (Matsumoto and Nishimura 1998), seed 42 ---- */

typedef struct {
    uint32_t state[624];
    int at;
} twister_t;

static void twister_seed(twister_t *t, uint32_t seed) {
    t->state[0] = seed;
    for (uint32_t k = 1; k < 624; k++) t->state[k] = 1812433253u * (t->state[k - 1] ^ t->state[k - 1] >> 30) + k;
    t->at = 624;
}

static uint32_t twister_bits(twister_t *t) {
    if (t->at == 624) {
        for (int k = 0; k < 624; k++) {
            const uint32_t y = (t->state[k] & 0x80000000u) | (t->state[(k + 1) % 624] & 0x7FFFFFFFu);
            t->state[k] = t->state[(k + 397) % 624] ^ y >> 1 ^ (y & 1 ? 0x9908B0DFu : 0);
        }
        t->at = 0;
    }
    uint32_t y = t->state[t->at++];
    y ^= y >> 11;
    y ^= y << 7 & 0x9D2C5680u;
    y ^= y << 15 & 0xEFC60000u;
    return y ^ y >> 18;
}

/* 53 random bits in [0, 1): 27 of one draw, 26 of the next. */
static double twister_real(twister_t *t) {
    const double high = twister_bits(t) >> 5, low = twister_bits(t) >> 6;
    return (high * 67108864.0 + low) / 9007199254740992.0;
}

/* Fisher and Yates; a whole number up to k is drawn with as many bits as k has, again if it is too large. */
static void twister_order(twister_t *t, uint32_t *order, uint32_t n) {
    for (uint32_t k = 0; k < n; k++) order[k] = k;
    for (uint32_t k = n - 1; k > 0; k--) {
        uint32_t mask = k, j;
        for (int s = 1; s < 32; s *= 2) mask |= mask >> s;
        do j = twister_bits(t) & mask;
        while (j > k);
        const uint32_t kept = order[k];
        order[k] = order[j];
        order[j] = kept;
    }
}

/* ---- all ---- */

void signals_make(signal_t out[SIGNALS], uint64_t seed) {
    twister_t twister;
    take(&out[SIGNAL_CONSTANT], 1);
    out[SIGNAL_CONSTANT].rate_hz[0] = 5;
    twister_seed(&twister, 42);
    for (int k = SIGNAL_1; k < SIGNALS; k += 2) { /* a signal, then its control */
        double draw[2 * HARMONICS], a[HARMONICS], b[HARMONICS];
        if (seed == SIGNALS_PUBLISHED)
            for (int i = 0; i < 2 * HARMONICS; i++) draw[i] = twister_real(&twister);
        else
            MUST(lpl_random_uniform_f64(draw, 2 * HARMONICS, seed, (uint64_t)k, 0));
        for (int i = 0; i < HARMONICS; i++) a[i] = draw[2 * i], b[i] = draw[2 * i + 1];
        slow(&out[k], k == SIGNAL_1 ? 3.0 : 3.0 + 1.0 / 13.0, a, b);
        const size_t n = out[k].n - 1;
        uint32_t *order = must_alloc(n, sizeof *order);
        if (seed == SIGNALS_PUBLISHED)
            twister_order(&twister, order, (uint32_t)n);
        else
            views_permutation(order, n, seed, (uint64_t)k + 1);
        shuffled(&out[k + 1], &out[k], order);
        free(order);
    }
}

void signals_free(signal_t s[SIGNALS]) {
    for (int k = 0; k < SIGNALS; k++) free(s[k].time_s), free(s[k].rate_hz);
}

static double skewness(const signal_t *s) {
    const size_t n = s->n - 1; /* the last knot is the first */
    double mean = 0, second = 0, third = 0;
    for (size_t k = 0; k < n; k++) mean += s->rate_hz[k] / (double)n;
    for (size_t k = 0; k < n; k++) {
        const double d = s->rate_hz[k] - mean;
        second += d * d / (double)n, third += d * d * d / (double)n;
    }
    return third / (second * sqrt(second));
}

double signals_skewness(const signal_t s[SIGNALS]) { return 0.5 * (skewness(&s[SIGNAL_1]) + skewness(&s[SIGNAL_2])); }

double signals_rate(const signal_t *s, double t) {
    if (s->n == 1) return s->rate_hz[0];
    t = fmod(t, s->time_s[s->n - 1]);
    size_t k = (size_t)(t / SAMPLE);
    if (k > s->n - 2) k = s->n - 2;
    return s->rate_hz[k] + (s->rate_hz[k + 1] - s->rate_hz[k]) * (t - s->time_s[k]) / (s->time_s[k + 1] - s->time_s[k]);
}
