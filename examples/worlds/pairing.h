/* examples/worlds/pairing.h - the STDP induction protocol of the published simulations (theory 7.2): each input paired
 * with the post neuron.
 *
 * Pairing p has its post spike at T_p = 0.1 s + p / frequency; input j fires at T_p + lag_s[j], the lags evenly spaced
 * from -interval to +interval. The post neuron is held at -51 mV; a pulse to -20 mV over the two steps before T_p makes
 * it fire there; -60 mV after the end. Times are rounded to 7 digits, as in the text files of the published protocol,
 * and then to the nearest step.
 */
#ifndef EXAMPLES_PAIRING_H
#define EXAMPLES_PAIRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct pairing_t {
    size_t n_pairings; /* that fit into the duration: the post spikes commanded */
    double *lag_s;     /* n_inputs: time of the input minus time of the post spike */
    size_t n_spikes;   /* input spikes, ascending in (step, input) */
    uint64_t *step;
    uint32_t *input;
    size_t n_knots; /* voltage command, piecewise linear: lpl_lif_clamp */
    double *time_s;
    double *volt;
} pairing_t;

/* On failure false, and a sentence in why (size bytes). */
bool pairing_make(pairing_t *p, double interval, double frequency, size_t n_pairings, size_t n_inputs, double dt,
                  double duration, char *why, size_t size);
void pairing_free(pairing_t *p);

#endif
