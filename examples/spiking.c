/* examples/spiking.c - a small spiking network: Poisson inputs (lpl_source_t), plastic synapses (lpl_spiking_t),
 * neurons (lpl_lif_t).
 *
 * The loop below is what every host does in a time step. Two plastic projections see the same spikes: one computes what
 * the rule says for every synapse at every step (FUSED), the other does the same sums only when the weights change
 * (BLOCK, the usual choice). They agree. */
#include <lpl.h>
#include <math.h>
#include <stdio.h>

#define MUST(call) \
    if ((call) < 0) return fprintf(stderr, "spiking: %s\n", lpl_last_error()), 1

enum { PRE = 100, POST = 5, SYNAPSES = PRE * POST, STEPS = 10 * 10000 /* 10 s in steps of 0.1 ms */ };

int main(void) {
    static const double rate = 10, tau_mean = 5; /* all times are in s, rates in Hz, potentials in V */
    const double k = exp(-1e-4 / tau_mean);
    double n_inputs = 0, mean = 5 * tau_mean, worst = 0, moved = 0;
    float w[2][SYNAPSES], v[POST];
    uint32_t pre[PRE], post[POST];
    lpl_source_config_t source_cfg;
    lpl_lif_config_t lif_cfg;
    lpl_spiking_config_t cfg;
    lpl_spiking_report_t report;
    lpl_source_t *source;
    lpl_lif_t *neurons;
    lpl_spiking_t *synapses[2];

    MUST(lpl_source_config_init(&source_cfg, sizeof source_cfg)); /* dt is 1e-4 s everywhere by default */
    source_cfg.n = PRE;
    source_cfg.n_knots = 1; /* more knots: a rate that moves */
    source_cfg.rate_hz = &rate;
    MUST(lpl_source_create(&source_cfg, &source));
    MUST(lpl_lif_config_init(&lif_cfg, sizeof lif_cfg));
    lif_cfg.n = POST;
    MUST(lpl_lif_create(&lif_cfg, &neurons));
    MUST(lpl_spiking_config_init(&cfg, sizeof cfg)); /* the constants of the network of Fig. 5, but for */
    cfg.n_pre = PRE;
    cfg.n_post = POST;
    cfg.w_init = 0.08;
    cfg.tau_mean = tau_mean;
    cfg.mean_init = 5;
    cfg.sigma2_init = 5 * cfg.dt; /* variance of the spike count of a step */
    for (int e = 0; e < 2; e++) {
        cfg.engine = e == 0 ? LPL_ENGINE_BLOCK : LPL_ENGINE_FUSED;
        MUST(lpl_spiking_create(&cfg, NULL, &synapses[e])); /* NULL: all to all; sparse: lpl_connect_t */
    }

    for (uint64_t t = 0; t < STEPS; t++) {
        size_t n_pre, n_post;
        /* 1. who fires now */
        MUST(lpl_source_step(source, pre, PRE, &n_pre));
        MUST(lpl_lif_step(neurons, post, &n_post, v));
        /* 2. what arrives: the spikes of 0.8 ms ago */
        MUST(lpl_spiking_drive_lif(synapses[0], neurons, LPL_RECEPTOR_AMPA));
        /* 3. learning */
        for (int e = 0; e < 2; e++) MUST(lpl_spiking_step(synapses[e], pre, n_pre, post, n_post, v));
        n_inputs += (double)n_pre;
        mean = k * (mean + (double)n_post / POST); /* the running mean of E8 (lpl/spiking.h), by hand */
    }
    for (int e = 0; e < 2; e++) MUST(lpl_spiking_read(synapses[e], w[e], SYNAPSES, NULL, LPL_SPIKING_WEIGHTS));
    for (int s = 0; s < SYNAPSES; s++) {
        worst = fmax(worst, fabs((double)w[0][s] - (double)w[1][s]));
        moved = fmax(moved, fabs((double)w[0][s] - cfg.w_init));
    }
    MUST(lpl_spiking_report_init(&report, sizeof report));
    MUST(lpl_spiking_report(synapses[0], &report));

    printf("spiking: 10 s of %d inputs, %d plastic synapses and %d neurons\n", PRE, SYNAPSES, POST);
    printf("  rate of an input, Hz                 expected %.2f   got %.2f\n", rate, n_inputs / PRE / 10);
    printf("  running mean of a neuron, Hz         expected %.2f   got %.2f\n", mean / tau_mean, report.rate_mean);
    printf("  weight changes                       expected 20     got %d\n", (int)report.updates);
    printf("  some weight moved by more than 1e-3  expected yes    got %s\n", moved > 1e-3 ? "yes" : "no");
    printf("  both engines within 1e-6             expected yes    got %s\n", worst < 1e-6 ? "yes" : "no");
    for (int e = 0; e < 2; e++) lpl_spiking_destroy(synapses[e]);
    lpl_lif_destroy(neurons), lpl_source_destroy(source);
    return fclose(stdout) != 0 || moved <= 1e-3 || worst >= 1e-6 || report.updates != 20 ||
           fabs(report.rate_mean - mean / tau_mean) > 1e-3 || fabs(n_inputs / PRE / 10 - rate) > 0.5;
}
