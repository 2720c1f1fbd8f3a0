/* examples/own_spiking.c - a spiking network of one's own, as one would write it first; then the verdict of its report
 * is read, and the knob turned that it names, until all is well (docs/own_spiking.md). */
#include <lpl.h>
#include <stdio.h>

#define MUST(call) \
    if ((call) < 0) return fprintf(stderr, "own_spiking: %s\n", lpl_last_error()), 1

enum { INPUTS = 100, CELLS = 10, TAU = 100000 /* steps: tau_mean */, LONG = 10 /* times tau_mean of learning */ };
static const double rate = 10; /* of an input, Hz */

typedef struct {
    double w, eta;
    int prime;
} knobs_t;

/* Make the network, run it until something is wrong or it has learned for a while; its report. */
static int try_it(const knobs_t *k, lpl_spiking_report_t *report) {
    lpl_source_config_t source_cfg;
    lpl_lif_config_t lif_cfg;
    lpl_spiking_config_t cfg;
    lpl_network_config_t net_cfg;
    lpl_source_t *source;
    lpl_lif_t *cells;
    lpl_spiking_t *s;
    lpl_network_t *net;
    uint32_t in, out;
    MUST(lpl_source_config_init(&source_cfg, sizeof source_cfg));
    source_cfg.n = INPUTS, source_cfg.n_knots = 1, source_cfg.rate_hz = &rate;
    MUST(lpl_source_create(&source_cfg, &source));
    MUST(lpl_lif_config_init(&lif_cfg, sizeof lif_cfg));
    lif_cfg.n = CELLS;
    MUST(lpl_lif_create(&lif_cfg, &cells));
    MUST(lpl_spiking_config_init(&cfg, sizeof cfg));
    cfg.n_pre = INPUTS, cfg.n_post = CELLS; /* all to all */
    cfg.flags = LPL_SPIKING_WATCH;          /* say so when the verdict changes */
    cfg.tau_mean = 10, cfg.tau_sigma2 = 3;  /* s; those of the article are 600 and 30 */
    cfg.w_init = k->w, cfg.eta = k->eta, cfg.mode = k->prime ? LPL_MODE_TRACK : LPL_MODE_LEARN;
    MUST(lpl_spiking_create(&cfg, NULL, &s));
    MUST(lpl_network_config_init(&net_cfg, sizeof net_cfg));
    MUST(lpl_network_create(&net_cfg, &net));
    MUST(lpl_network_add_input(net, &in, INPUTS));
    MUST(lpl_network_add_source(net, source, in));
    MUST(lpl_network_add_lif(net, &out, cells));
    MUST(lpl_network_add_spiking(net, s, in, out, LPL_RECEPTOR_AMPA));
    MUST(lpl_network_finish(net));
    lpl_status_t status = LPL_OK;
    for (int t = 0; t < LONG + 3 * k->prime && status == LPL_OK; t++) {
        if (t == 3 * k->prime) MUST(lpl_spiking_set(s, LPL_SPIKING_PARAM_MODE, LPL_MODE_LEARN));
        MUST(status = lpl_network_run(net, TAU + (t == 0))); /* the look is at the first step of the next tau_mean */
    }
    MUST(lpl_spiking_report_init(report, sizeof *report));
    MUST(lpl_spiking_report(s, report));
    lpl_network_destroy(net), lpl_spiking_destroy(s), lpl_lif_destroy(cells), lpl_source_destroy(source);
    return 0;
}

int main(void) {
    const double drive = 70.0 / 50 - 1;                    /* v_rest / v_thr - 1 */
    const double w = 0.9 * drive / (INPUTS * rate * 5e-3); /* tau_ampa: 5 ms */
    knobs_t k = {0.15, 1e-2, 0};                           /* the defaults */
    lpl_spiking_report_t r;
    for (int mends = 0; mends < 6; mends++) {
        if (try_it(&k, &r)) return 1;
        printf("w_init %.3f  eta %.4f  %s:  %.1f Hz, mean weight %.3f\n  %s\n", k.w, k.eta,
               k.prime ? "primed" : "not primed", r.rate, r.w_mean, lpl_spiking_verdict_string(r.verdict, r.mend));
        if (r.verdict == LPL_VERDICT_OK) return fclose(stdout) != 0; /* a full disk */
        if (r.mend == LPL_MEND_PRIME) k.prime = 1;
        if (r.mend == LPL_MEND_LOWER_W || r.mend == LPL_MEND_RAISE_W) k.w = w;
        if (r.mend == LPL_MEND_LOWER_ETA || r.mend == LPL_MEND_RAISE_ETA) k.eta = k.w / 30;
    }
    return 1;
}
