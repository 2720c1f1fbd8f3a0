/* cluster_spiking/spikereport.c - see spikereport.h. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "cluster_spiking/spikereport.h"

#include <math.h>
#include <sys/resource.h>

#include "worlds/figure.h"
#include "worlds/output.h"
#include "worlds/table.h"

static double tail(const course_t *c, int k) { /* mean of the last fifth */
    const size_t n = c->n / 5 > 0 ? c->n / 5 : c->n;
    double sum = 0;
    for (size_t i = c->n - n; i < c->n; i++) sum += c->rate[k][i];
    return n > 0 ? sum / (double)n : 0;
}

void spikereport_draw(const options_t *o, const course_t *c, const part_t *p) {
    figure_t f;
    figure_panel_t panel = {.x = {.label = "model time", .unit = "s"},
                            .y = {.label = "firing rate", .unit = "Hz", .low = 0, .high = NAN},
                            .legend = FIGURE_ABOVE};
    if (!figure_open(&f, o->folder, "cluster_spiking", 640, 360, "A network that holds its rate", "",
                     "Mean rates of excitatory and inhibitory neurons in bins of 0.1 s. Inhibition learns to hold the "
                     "excitatory neurons at 10 Hz (dashed)."))
        return;
    figure_csv(&f, NULL);
    figure_data(&f, "time_s,rate_e_hz,rate_i_hz\n");
    for (size_t k = 0; k < c->n; k++)
        figure_data(&f, "%s,%s,%s\n", figure_number((double)(p->step - (c->n - k) * PER_BIN) / SECOND + 0.05, 3),
                    figure_number(c->rate[E][k], 4), figure_number(c->rate[I][k], 4));
    figure_panel(&f, &panel);
    /* the excitatory ones, which the figure is about, on top and wider: told apart without colours, too */
    figure_mark(
        &f, &(figure_mark_t){
                .kind = FIGURE_LINE, .title = "inhibitory", .x = 1, .y = 3, .colour = FIGURE_VERMILLION, .width = 1.3});
    figure_mark(&f,
                &(figure_mark_t){
                    .kind = FIGURE_LINE, .title = "excitatory", .x = 1, .y = 2, .colour = FIGURE_BLUE, .width = 2.5});
    figure_mark(&f,
                &(figure_mark_t){.kind = FIGURE_HORIZONTAL, .title = "aim", .dash = 1, .width = 1.5, .at = {KAPPA}});
    figure_close(&f);
}

void spikereport_cost(cost_t *c, const part_t *p, double wall, const lpl_mpi_t *m) {
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    c->wall = wall, c->waited = m->waited, c->memory = (double)u.ru_maxrss / 1024;
    c->run = p->cpu_run, c->deliver = p->cpu_deliver;
}

size_t spikereport_table(const part_t *p, const sums_t *s, const sums_t *one, const course_t *c, const lpl_mpi_t *m,
                         const cost_t *low, const cost_t *high, double model, double made) {
    const double speed = (double)s->synapses * model * SECOND / high->wall / m->ranks;
    const bool settled = p->step >= 15 * SECOND;
    table_t t;
    printf("hash: weights %016llx  spikes %016llx  (%d ranks, step %llu)\n", (unsigned long long)s->weights,
           (unsigned long long)s->spikes, m->ranks, (unsigned long long)p->step);
    table_begin(&t, "a network over ranks");
    t.source = "theory: inhibition aims at kappa";
    if (settled && c->n > 0)
        table_near(&t, TABLE_MUST, KAPPA, tail(c, E), 2, "rate of E neurons, Hz, last fifth");
    else
        table_not_comparable(&t, "less than 15 s of learning", tail(c, E), "rate of E neurons, Hz, last fifth");
    table_not_comparable(&t, "inhibitory neurons have no target", tail(c, I), "rate of I neurons, Hz, last fifth");
    t.source = "theory: without balance it is 0";
    if (s->up > 0 && settled)
        table_between(&t, TABLE_MUST, 0.3, 1.2, (double)s->down / (double)s->up,
                      "inhibitory over excitatory current of E");
    if (one != NULL) {
        t.source = "another program: the same on one rank";
        table_near(&t, TABLE_MUST, 0, s->weights != one->weights, 0, "weights differ from one rank");
        table_near(&t, TABLE_MUST, 0, s->spikes != one->spikes, 0, "spikes differ from one rank");
    }
    table_not_comparable(&t, "as wished", (double)s->synapses, "synapses");
    table_not_comparable(&t, "as wished", (double)s->plastic, "of them plastic by LPL");
    table_not_comparable(&t, "as wished", (double)(p->plan.n[E] + p->plan.n[I]), "neurons");
    table_not_comparable(&t, "this machine's", made, "seconds to make the network");
    if (model > 0) {
        table_not_comparable(&t, "this machine's", high->wall / model, "real-time factor (wall over model time)");
        table_not_comparable(&t, "this machine's", speed * 1e-6, "synapse-steps/s and rank, millions");
        table_not_comparable(&t, "this machine's", low->waited / high->wall, "waiting for others, least, part");
        table_not_comparable(&t, "this machine's", high->waited / high->wall, "waiting for others, most, part");
        table_not_comparable(&t, "this machine's", 1e3 * high->run / model, "CPU ms a model s: steps, most of a rank");
        table_not_comparable(&t, "this machine's", 1e3 * high->deliver / model,
                             "CPU ms a model s: to take in spikes, most");
        table_not_comparable(&t, "this network's", (double)m->bytes / (double)m->exchanges,
                             "bytes a rank and exchange");
        table_not_comparable(&t, "this network's", (double)m->resent, "second messages");
    }
    table_not_comparable(&t, "this machine's", high->memory, "memory of a rank at most, MB");
    table_not_comparable(&t, "this machine's", high->memory * 1048576 * m->ranks / (double)s->synapses,
                         "bytes a synapse, everything");
    return table_end(&t);
}
