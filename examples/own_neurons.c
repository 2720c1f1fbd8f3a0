/* examples/own_neurons.c - LPL in one's own simulator: only the plastic synapses (lpl_spiking_t) are the library's.
 *
 * The host hands over who fired and the membrane potentials, and is handed what the synapses transmit. Its neurons here
 * are leaky integrators that fire at random, the more the higher the potential; there are three kinds, slow to fast.
 * All begin with a running mean of 20 Hz: by the Hebbian term a neuron that fires less loses weight, one that fires
 * more gains (docs/theory.md 1.9, 2.3). */
#include <lpl.h>
#include <math.h>
#include <stdio.h>

#define MUST(call) \
    if ((call) < 0) return fprintf(stderr, "own_neurons: %s\n", lpl_last_error()), 1

enum { PRE = 100, POST = 30, GROUPS = 3, SYNAPSES = PRE * POST, STEPS = 40 * 10000 };

int main(void) {
    static const double wanted[GROUPS] = {8, 20, 40}; /* Hz: neuron i belongs to group i % 3 */
    static const char *const outcome[GROUPS] = {"a loss       ", "about nothing", "a gain       "};
    float v[POST], g[POST] = {0}, w[SYNAPSES], u[PRE + POST];
    uint32_t pre[PRE], post[POST];
    double rate[GROUPS] = {0}, change[GROUPS] = {0};
    lpl_spiking_config_t cfg;
    lpl_spiking_t *synapses;

    MUST(lpl_spiking_config_init(&cfg, sizeof cfg));
    MUST(lpl_spiking_preset(&cfg, LPL_PRESET_SPIKING_STDP));
    cfg.eta = 5e-2; /* ten times the preset's: seconds instead of minutes */
    cfg.n_pre = PRE;
    cfg.n_post = POST;
    /* Running mean, in Hz: it follows the neuron's own rate within tau_mean = 600 s. Variance: of a Poisson train. */
    cfg.mean_init = 20;
    cfg.sigma2_init = 20 * cfg.dt * (1 - 20 * cfg.dt);
    MUST(lpl_spiking_create(&cfg, NULL, &synapses));
    for (int i = 0; i < POST; i++) v[i] = -0.052f;

    for (uint64_t t = 0; t < STEPS; t++) {
        size_t n_pre = 0, n_post = 0;
        MUST(lpl_random_uniform(u, PRE + POST, 9, 0, t * (PRE + POST)));
        for (uint32_t j = 0; j < PRE; j++)
            if (u[j] < 10e-4f) pre[n_pre++] = j; /* inputs of 10 Hz; lists of spikes are ascending */

        /* The host's neurons: synapses push the potential up, the leak draws it back to -52 mV. */
        for (uint32_t i = 0; i < POST; i++) {
            v[i] += (float)cfg.dt / 20e-3f * (-0.052f - v[i]) + 1e-4f * g[i];
            g[i] = 0;
            const double chance = cfg.dt * wanted[i % GROUPS] * exp(((double)v[i] + 0.051) / 5e-3);
            if ((double)u[PRE + i] < chance) post[n_post++] = i, rate[i % GROUPS]++;
        }
        MUST(lpl_spiking_drive(synapses, g)); /* g[i] += weights of the inputs that fired 0.8 ms ago */
        MUST(lpl_spiking_step(synapses, pre, n_pre, post, n_post, v));
    }
    MUST(lpl_spiking_read(synapses, w, SYNAPSES, NULL, LPL_SPIKING_WEIGHTS));
    for (int k = 0; k < SYNAPSES; k++) change[k % POST % GROUPS] += ((double)w[k] - cfg.w_init) / (SYNAPSES / GROUPS);

    printf("own_neurons: 40 s of %d inputs and %d neurons with a running mean of 20 Hz\n", PRE, POST);
    for (int k = 0; k < GROUPS; k++)
        printf("  rate %4.1f Hz   expected %s   got %+.3f\n", rate[k] / (POST / GROUPS) / 40, outcome[k], change[k]);
    lpl_spiking_destroy(synapses);
    return fclose(stdout) == 0 && change[0] < -0.02 && fabs(change[1]) < 0.02 && change[2] > 0.02 ? 0 : 1;
}
