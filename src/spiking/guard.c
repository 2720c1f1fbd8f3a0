/* spiking/guard.c - can any step of this projection overflow? Bounds from its parameters (spiking.h).
 *
 * Every right-hand side of E1 - E9 is a sum of products of magnitudes that have a largest value: spikes are 0 or 1,
 * traces are geometric sums of them, err is at most what E1 gives at sigma2 = 0. A bound that is infinite or NaN is
 * never below the limit. */
#include <float.h>
#include <math.h>

#include "core/real.h"
#include "spiking/spiking.h"

static void raise(double *high, double to) {
    if (!(to <= *high)) *high = to;
}

/* Largest value of x = k (x + 1): a geometric sum. Where k rounds to 1, x grows until it stalls. */
static double filled(double k, bool wide) { return k < 1 ? 1 / (1 - k) + 1 : wide ? 0x1p54 : 0x1p25; }

void lpli_spiking_bound(lpl_spiking_t *s) {
    const lpl_spiking_config_t *c = &s->cfg;
    const lpli_spk_const_t *k = &s->k;
    lpli_spk_high_t *h = &s->high;
    const bool wide = c->dtype == LPL_F64, slow = c->slow == LPL_SLOW_DOUBLE;
    const double limit = (wide ? DBL_MAX : (double)FLT_MAX) / 4096, eta = c->eta, every = (double)c->update_every;
    const double k_mean = slow ? exp(-c->dt / c->tau_mean) : k->k_mean,
                 k_sigma2 = slow ? exp(-c->dt / c->tau_sigma2) : k->k_sigma2;
    const double xi = wide || slow ? k->xi : lpli_as_float(k->xi);
    raise(&h->mean, filled(k_mean, wide || slow));
    const double residual = 1 + h->mean * c->dt / c->tau_mean * 1.001, square = residual * residual;
    const double c_sigma2 = fmax(k->c_sigma2, k->push_scale / c->tau_sigma2);
    raise(&h->sigma2, filled(k_sigma2, wide || slow) * square * c_sigma2);
    raise(&h->err, k->push_scale * c->push * residual / xi + k->delta_err + 2 * c->pull);
    raise(&h->fprime, c->beta);
    raise(&h->trace, filled(k->k_syn, wide));
    raise(&h->elig, h->trace * h->fprime * filled(k->k_rise, wide));
    const double both = 2 * (h->elig + h->trace * h->fprime) * h->err + k->delta_sum;
    const double sum = h->sum + every * both, g = sum / every;
    s->calm = residual <= limit && square <= limit && h->sigma2 + square <= limit && residual / xi <= limit &&
              h->err <= limit && h->mean <= limit && h->elig <= limit && sum <= limit &&
              k->wdecay * eta * fmax(fabs(c->w_min), fabs(c->w_max)) <= limit && 1e32 * g * eta <= DBL_MAX / 4096;
    if (c->scaling != LPL_SCALING_NONE) s->calm = s->calm && g * g + h->grad2 <= limit;
}
