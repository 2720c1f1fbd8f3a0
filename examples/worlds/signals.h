/* examples/worlds/signals.h - the firing rates of the five input groups of Fig. 5 (theory 6.2).
 *
 *   s(t) = sum_{i=1}^{127} 1.1^-i a_i sin(2 pi i (t + b_i) / P),   a_i, b_i uniform in [0, 1);   rate = max(0.1, 5 + 4
 *   z-score of s) Hz
 *
 * P is 3 s and 3 + 1/13 s; sampled every 10 ms over eleven periods, linear in between, repeated for ever. The two
 * control groups have the same rates in random order: the same distribution, nothing that is slow. */
#ifndef EXAMPLES_SIGNALS_H
#define EXAMPLES_SIGNALS_H

#include <stddef.h>
#include <stdint.h>

enum {
    SIGNAL_CONSTANT = 0, /* P0: 5 Hz */
    SIGNAL_1 = 1,        /* P1 */
    SIGNAL_1_CTL = 2,    /* P1 shuffled */
    SIGNAL_2 = 3,        /* P2 */
    SIGNAL_2_CTL = 4,    /* P2 shuffled */
    SIGNALS = 5
};
enum {
    SIGNALS_PERIODS = 11,
    SIGNALS_PUBLISHED = 0 /* a "seed": the very rates of the published figure */
};

extern const char *const signals_names[SIGNALS];

/* Knots as lpl_source_config_t wants them: the last one is the first one of the next pass, so the loop has no seam. */
typedef struct signal_t {
    size_t n;
    double *time_s;
    double *rate_hz;
} signal_t;

/* All five, a pure function of the seed: a_i, b_i and orders from lpl_random, or, SIGNALS_PUBLISHED, as the authors'
 * script drew them. */
void signals_make(signal_t out[SIGNALS], uint64_t seed);
void signals_free(signal_t s[SIGNALS]);

/* Skewness of the rates of P1 and P2, the mean of both: how much of a signal is short peaks. */
double signals_skewness(const signal_t s[SIGNALS]);

/* The rate at a time (s), with the loop. */
double signals_rate(const signal_t *s, double t);

#endif
