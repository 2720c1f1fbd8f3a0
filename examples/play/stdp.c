/* examples/play/stdp.c - the STDP window of Fig. 6 in a browser: what docs/site's page "The STDP window turns round"
 * calls. One experiment is stdp_run of examples/worlds/stdpworld.h, as in examples/paper/stdp.c: 100 synapses, each
 * paired a hundred times with the spikes of one neuron under a voltage clamp, each with its own interval. */
#include <lpl.h>

#include "play.h"
#include "worlds/stdpworld.h"

static stdp_run_t run;

/* The experiment with this variance (Hz) and mean (Hz) at the start and this rate of pairings (Hz). */
PLAY_CALL void stdp_pair(double sigma2, double mean, double rate) {
    stdp_defaults(&run.setup);
    run.setup.sigma2 = sigma2;
    run.setup.mean = mean;
    run.setup.rate = rate;
    stdp_run(&run);
}

PLAY_CALL int stdp_synapses(void) { return STDP_SYNAPSES; }
/* (w - w_init) / w_init of each synapse. */
PLAY_CALL const double *stdp_changes(void) { return run.result.change; }
/* t_post - t_pre of a synapse, s. */
PLAY_CALL double stdp_interval(int synapse) { return stdp_delta_t(&run.setup, (size_t)synapse); }
/* Spikes of the neuron: one per pairing unless the synapses made others. */
PLAY_CALL double stdp_spikes(void) { return (double)run.result.spikes; }

PLAY_CALL size_t stdp_check(unsigned char *out, size_t room) {
    static const double setups[4][3] = {{0.1, 10, 10}, {1, 10, 10}, {100, 10, 10}, {0.3, 20, 20}};
    play_bytes_t bytes = {out, room, 0};
    for (int k = 0; k < 4; k++) {
        stdp_pair(setups[k][0], setups[k][1], setups[k][2]);
        play_put(&bytes, run.result.change, sizeof run.result.change);
        const double spikes = (double)run.result.spikes;
        play_put(&bytes, &spikes, sizeof spikes);
    }
    return bytes.n;
}
