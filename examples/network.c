/* examples/network.c - a network in two parts (lpl_network_t), as if on two machines: each is run for one axonal delay,
 * then they tell each other who fired. Neurons of a part excite those of the other; part 0 has inputs besides. */
#include <lpl.h>
#include <stdio.h>

#define MUST(call) \
    if ((call) < 0) return fprintf(stderr, "network: %s\n", lpl_last_error()), 1

enum { INPUTS = 80, N = 40, SECONDS = 2, STEPS = SECONDS * 10000, DELAY = 8 /* steps of 0.1 ms */ };

typedef struct {
    lpl_lif_t *cells;
    lpl_projection_t *ring; /* from the other part */
    lpl_network_t *net;
    uint32_t own, theirs; /* groups of neurons */
    uint64_t ptr[DELAY + 1];
    uint32_t fired[DELAY * N];
    double spikes;
} part_t;

static int make(part_t *p, uint64_t seed) {
    lpl_lif_config_t lif;
    lpl_projection_config_t ring;
    lpl_network_config_t net;
    MUST(lpl_lif_config_init(&lif, sizeof lif));
    lif.n = N, lif.seed = seed;
    MUST(lpl_lif_create(&lif, &p->cells));
    MUST(lpl_projection_config_init(&ring, sizeof ring));
    ring.n_pre = ring.n_post = N, ring.w_init = 0.06; /* all to all, after 0.8 ms */
    MUST(lpl_projection_create(&ring, NULL, &p->ring));
    MUST(lpl_network_config_init(&net, sizeof net));
    MUST(lpl_network_create(&net, &p->net));
    MUST(lpl_network_add_lif(p->net, &p->own, p->cells));
    MUST(lpl_network_add_input(p->net, &p->theirs, N)); /* known from hearsay */
    MUST(lpl_network_add_projection(p->net, p->ring, p->theirs, p->own, LPL_RECEPTOR_AMPA));
    return 0;
}

int main(void) {
    static const double rate = 10;
    static part_t part[2];
    double steps;
    uint32_t in;
    lpl_source_config_t source_cfg;
    lpl_projection_config_t drive_cfg;
    lpl_source_t *source;
    lpl_projection_t *drive;
    if (make(&part[0], 7) || make(&part[1], 8)) return 1;
    MUST(lpl_source_config_init(&source_cfg, sizeof source_cfg));
    source_cfg.n = INPUTS, source_cfg.n_knots = 1, source_cfg.rate_hz = &rate;
    MUST(lpl_source_create(&source_cfg, &source));
    MUST(lpl_projection_config_init(&drive_cfg, sizeof drive_cfg));
    drive_cfg.n_pre = INPUTS, drive_cfg.n_post = N, drive_cfg.w_init = 0.1;
    MUST(lpl_projection_create(&drive_cfg, NULL, &drive));
    MUST(lpl_network_add_input(part[0].net, &in, INPUTS));
    MUST(lpl_network_add_source(part[0].net, source, in));
    MUST(lpl_network_add_projection(part[0].net, drive, in, part[0].own, LPL_RECEPTOR_AMPA));
    for (part_t *p = part; p < part + 2; p++) {
        MUST(lpl_network_finish(p->net));
        MUST(lpl_network_spikes_into(p->net, p->own, p->ptr, DELAY, p->fired, DELAY * N));
    }
    for (int t = 0; t < STEPS; t += DELAY) {
        for (int k = 0; k < 2; k++) MUST(lpl_network_run(part[k].net, DELAY));
        for (int k = 0; k < 2; k++) { /* what the other has done arrives in the next run */
            part_t *p = &part[k], *other = &part[1 - k];
            MUST(lpl_network_deliver(p->net, p->theirs, DELAY, other->ptr, other->fired));
            p->spikes += (double)p->ptr[DELAY];
        }
    }
    MUST(lpl_network_get(part[1].net, LPL_NETWORK_PARAM_STEP, &steps));
    printf("network: two parts of %d neurons, %d s, an exchange every %d steps\n", N, SECONDS, DELAY);
    printf("  steps of each part                   expected 20000  got %d\n", (int)steps);
    for (int k = 0; k < 2; k++)
        printf("  part %d fires                         expected yes    got %s (%.1f Hz)\n", k,
               part[k].spikes > 0 ? "yes" : "no", part[k].spikes / N / SECONDS);
    for (part_t *p = part; p < part + 2; p++) /* a network goes before its members */
        lpl_network_destroy(p->net), lpl_lif_destroy(p->cells), lpl_projection_destroy(p->ring);
    lpl_projection_destroy(drive), lpl_source_destroy(source);
    return fclose(stdout) != 0 || steps != STEPS || part[0].spikes == 0 || part[1].spikes == 0;
}
