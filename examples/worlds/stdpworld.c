/* examples/worlds/stdpworld.c - see stdpworld.h. */
#include "stdpworld.h"

#include <math.h>
#include <string.h>

#include "must.h"
#include "pairing.h"

#define DT 1e-4
/* After the last pairing nothing moves once the eligibilities have decayed (time constants of 20 ms and less) and the
 * next update is done. */
#define SETTLE 2.0

void stdp_defaults(stdp_setup_t *setup) {
    memset(setup, 0, sizeof *setup);
    setup->interval = 50e-3;
    setup->rate = 10.0;
    setup->mean = 10.0;
    setup->sigma2 = 0.1;
    setup->form = LPL_FORM_ERRATUM;
    setup->engine = LPL_ENGINE_AUTO;
    setup->slow = LPL_SLOW_REFERENCE;
    setup->drive = true;
}

double stdp_delta_t(const stdp_setup_t *setup, size_t synapse) {
    return setup->interval * (1.0 - 2.0 * (double)synapse / (double)(STDP_SYNAPSES - 1));
}

lpl_spiking_config_t stdp_plastic(const stdp_setup_t *setup) {
    lpl_spiking_config_t cfg;
    const int erratum = setup->form == LPL_FORM_ERRATUM;
    MUST(lpl_spiking_config_init(&cfg, sizeof cfg));
    MUST(lpl_spiking_preset(&cfg, erratum ? LPL_PRESET_SPIKING_STDP : LPL_PRESET_SPIKING_STDP_REFERENCE));
    cfg.n_pre = STDP_SYNAPSES;
    cfg.n_post = 1;
    cfg.dt = DT;
    cfg.mean_init = setup->mean;
    cfg.sigma2_init = erratum ? setup->sigma2 * DT : setup->sigma2; /* of the spike count of a step; of the rate */
    cfg.engine = setup->engine;
    cfg.slow = setup->slow;
    return cfg;
}

static lpl_spiking_t *make_projection(const stdp_setup_t *setup) {
    const lpl_spiking_config_t cfg = stdp_plastic(setup);
    lpl_spiking_t *s = NULL;
    MUST(lpl_spiking_create(&cfg, NULL, &s));
    return s;
}

static lpl_lif_t *make_neuron(const pairing_t *protocol) {
    lpl_lif_config_t cfg;
    lpl_lif_t *neuron = NULL;
    MUST(lpl_lif_config_init(&cfg, sizeof cfg));
    cfg.n = 1;
    cfg.dt = DT;
    cfg.v_init_sd = 0.0;
    MUST(lpl_lif_create(&cfg, &neuron));
    MUST(lpl_lif_clamp(neuron, protocol->time_s, protocol->volt, protocol->n_knots));
    return neuron;
}

static lpl_source_t *make_inputs(const pairing_t *protocol) {
    lpl_source_config_t cfg;
    lpl_source_t *inputs = NULL;
    MUST(lpl_source_config_init(&cfg, sizeof cfg));
    cfg.kind = LPL_SOURCE_SPIKES;
    cfg.n = STDP_SYNAPSES;
    cfg.dt = DT;
    cfg.n_spikes = protocol->n_spikes;
    cfg.spk_step = protocol->step;
    cfg.spk_neuron = protocol->input;
    MUST(lpl_source_create(&cfg, &inputs));
    return inputs;
}

void stdp_run(stdp_run_t *run) {
    const stdp_setup_t *setup = &run->setup;
    const double last = 0.1 + (STDP_PAIRINGS - 1) / setup->rate;
    const uint64_t n_steps = (uint64_t)(fmin(STDP_SECONDS, last + setup->interval + SETTLE) / DT);
    float w[STDP_SYNAPSES], w_init;
    pairing_t protocol;
    char why[256];
    lpl_spiking_t *synapses;
    lpl_lif_t *neuron;
    lpl_source_t *inputs;
    if (!pairing_make(&protocol, setup->interval, setup->rate, STDP_PAIRINGS, STDP_SYNAPSES, DT, STDP_SECONDS, why,
                      sizeof why)) {
        fprintf(stderr, "%s\n", why);
        exit(3);
    }
    synapses = make_projection(setup);
    neuron = make_neuron(&protocol);
    inputs = make_inputs(&protocol);
    MUST(lpl_spiking_read(synapses, w, STDP_SYNAPSES, NULL, LPL_SPIKING_WEIGHTS));
    w_init = w[0];
    run->result.pairings = protocol.n_pairings;
    run->result.spikes = 0;
    for (uint64_t t = 0; t < n_steps; t++) { /* the order of lpl/spiking.h */
        uint32_t pre[STDP_SYNAPSES], post[1];
        size_t n_pre, n_post;
        float v;
        MUST(lpl_source_step(inputs, pre, STDP_SYNAPSES, &n_pre));
        MUST(lpl_lif_step(neuron, post, &n_post, &v));
        if (setup->drive) MUST(lpl_spiking_drive_lif(synapses, neuron, LPL_RECEPTOR_AMPA));
        MUST(lpl_spiking_step(synapses, pre, n_pre, post, n_post, &v));
        run->result.spikes += n_post;
    }
    MUST(lpl_spiking_read(synapses, w, STDP_SYNAPSES, NULL, LPL_SPIKING_WEIGHTS));
    for (size_t j = 0; j < STDP_SYNAPSES; j++) run->result.change[j] = ((double)w[j] - (double)w_init) / (double)w_init;
    lpl_source_destroy(inputs);
    lpl_lif_destroy(neuron);
    lpl_spiking_destroy(synapses);
    pairing_free(&protocol);
}

size_t stdp_lowest(const stdp_run_t *run) {
    size_t at = 0;
    for (size_t j = 1; j < STDP_SYNAPSES; j++)
        if (run->result.change[j] < run->result.change[at]) at = j;
    return at;
}

size_t stdp_highest(const stdp_run_t *run) {
    size_t at = 0;
    for (size_t j = 1; j < STDP_SYNAPSES; j++)
        if (run->result.change[j] > run->result.change[at]) at = j;
    return at;
}
