/* examples/paper/cluster_spiking.c - a spiking network of any size over the ranks of MPI: 10^4 to 10^9 synapses.
 *
 * Poisson inputs drive excitatory neurons through plastic synapses (LPL), excitatory and inhibitory neurons are
 * connected at random, and inhibition learns to hold the rate. Each rank owns a range of neurons and makes the synapses
 * onto them in place; once every axonal delay all tell each other who fired. Any number of ranks gives the same bits,
 * and a checkpoint of some ranks is taken up by others. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include <signal.h>
#include <unistd.h>

#include "cluster_spiking/spikereport.h"
#include "worlds/cli.h"
#include "worlds/figure.h"
#include "worlds/progress.h"

/* No call of MPI says that a process elsewhere has gone: a rank that gets nowhere for so long ends itself. */
static void too_long(int signal) {
    static const char text[] = "cluster_spiking: no answer from another rank within --patience; this rank ends\n";
    const ssize_t written = write(2, text, sizeof text - 1);
    (void)signal, (void)written;
    _exit(4);
}

static lpl_status_t make(part_t *p, lpl_mpi_t *m) {
    lpl_status_t s;
    if (p->plan.n[I] < (uint64_t)m->ranks)
        return lpl_mpi_agree(m, LPL_E_ARG, "more ranks than inhibitory neurons: fewer ranks, or more --synapses");
    s = p->o->resume ? spikenet_take_up(p, m) : lpl_mpi_agree(m, spikenet_make_members(p), NULL);
    return s < 0 ? s : lpl_mpi_agree(m, spikenet_compose(p), NULL);
}

/* The same network once more, on rank 0 alone. */
static lpl_status_t run_alone(const options_t *o, sums_t *s, char *why, size_t size) {
    options_t alone = *o;
    lpl_mpi_t m;
    part_t p;
    course_t c;
    lpl_status_t status = lpl_mpi_open(&m, MPI_COMM_SELF);
    alone.resume = 0, alone.checkpoint = NULL, alone.trace = 0;
    c = spikerun_begin(&alone);
    spikenet_begin(&p, &alone, &m);
    if (status >= 0) status = make(&p, &m);
    if (status >= 0) status = spikerun_go(&p, &m, &c, NULL, 0, true);
    if (status >= 0) status = spikenet_sums(s, &p, &m);
    if (status < 0) snprintf(why, size, "alone: %.300s", m.text);
    spikenet_destroy(&p), lpl_mpi_close(&m);
    spikerun_free(&c);
    return status < 0 ? status : LPL_OK;
}

static int run(const options_t *o, lpl_mpi_t *m) {
    part_t p;
    sums_t sums, one;
    course_t c = spikerun_begin(o);
    cost_t cost, low, high;
    FILE *json = NULL;
    size_t missed = 0;
    double made = progress_clock(), model = 0;
    char why[400] = "";
    lpl_status_t s;
    spikenet_begin(&p, o, m);
    if (m->rank == 0) {
        if (!figure_folder(o->folder) || (o->checkpoint != NULL && !figure_folder(o->checkpoint)))
            snprintf(why, sizeof why, "a folder cannot be made");
        if (o->json != NULL && (json = fopen(o->json, "w")) == NULL)
            snprintf(why, sizeof why, "cannot write %.300s", o->json);
    }
    s = lpl_mpi_agree(m, why[0] != '\0' ? LPL_E_IO : LPL_OK, why);
    if (s >= 0) s = make(&p, m);
    made = progress_clock() - made;
    const uint64_t start = p.step;
    const double synapses = 1.05 * (double)p.plan.k * (double)p.plan.n[E], before = p.wall;
    m->waited = 0;
    if (s >= 0 && (double)p.step < o->seconds * SECOND) s = spikerun_go(&p, m, &c, json, synapses, false);
    const bool stopped = s == ASK_STOP;
    model = (double)(p.step - start) / SECOND;
    spikereport_cost(&cost, &p, p.wall - before, m);
    alarm((unsigned)o->patience);
    if (s >= 0) s = spikenet_sums(&sums, &p, m);
    if (s >= 0 && (MPI_Reduce(&cost, &low, COSTS, MPI_DOUBLE, MPI_MIN, 0, m->comm) != MPI_SUCCESS ||
                   MPI_Reduce(&cost, &high, COSTS, MPI_DOUBLE, MPI_MAX, 0, m->comm) != MPI_SUCCESS))
        s = LPL_E_IO;
    if (s >= 0 && o->trace) s = spikerun_write_trace(&c, o, m);
    if (s >= 0 && o->alone && !stopped) {
        alarm(0); /* the others have nothing to do but wait */
        s = lpl_mpi_agree(m, m->rank == 0 ? run_alone(o, &one, why, sizeof why) : LPL_OK, why);
    }
    if (s < 0 && m->rank == 0) fprintf(stderr, "cluster_spiking: %s\n", m->text);
    if (s >= 0 && m->rank == 0) {
        missed = spikereport_table(&p, &sums, o->alone && !stopped ? &one : NULL, &c, m, &low, &high, model, made);
        if (stopped)
            fprintf(stderr, "interrupted at %.4f model s%s\n", (double)p.step / SECOND,
                    o->checkpoint != NULL ? "; the checkpoint is whole: go on with --resume" : "");
        else if (c.n > 1)
            spikereport_draw(o, &c, &p);
    }
    if (json != NULL && fclose(json) != 0) missed++;
    spikenet_destroy(&p);
    spikerun_free(&c);
    return s < 0 ? 1 : stopped ? 130 : missed > 0;
}

/* Rank 0 reads the command line for all, if all have the same; only it prints what there is to say. */
static int parse(const cli_t *cli, int argc, char **argv, lpl_mpi_t *m) {
    uint64_t sum = 1, got[2], mine[2];
    int status = -1, worst;
    for (int k = 1; k < argc; k++)
        for (const char *c = argv[k]; c == argv[k] || c[-1] != '\0'; c++)
            sum = spikenet_mix(sum, (uint64_t)k, (uint64_t)*c);
    mine[0] = sum, mine[1] = ~sum;
    if (lpl_mpi_allreduce(m, mine, got, 2, MPI_UINT64_T, MPI_MAX) != MPI_SUCCESS) return 3;
    if (got[0] != ~got[1]) {
        const uint64_t zero = sum;
        uint64_t theirs = zero;
        lpl_mpi_bcast(m, &theirs, 1, MPI_UINT64_T, 0);
        lpl_mpi_agree(m, theirs != sum ? LPL_E_ARG : LPL_OK, "other options than rank 0 has");
        if (m->rank == 0) fprintf(stderr, "cluster_spiking: %s\n", m->text);
        return 2;
    }
    if (m->rank == 0) status = cli_parse(cli, argc, argv);
    fflush(stdout);
    if (lpl_mpi_bcast(m, &status, 1, MPI_INT, 0) != MPI_SUCCESS) return 3;
    worst = status;
    if (worst < 0 && m->rank != 0) worst = cli_parse(cli, argc, argv);
    return worst;
}

int main(int argc, char **argv) {
    options_t o = {.synapses = 1e6,
                   .seconds = 20,
                   .delay = 0.8,
                   .every = 600,
                   .patience = 300,
                   .seed = 1,
                   .threads = 1,
                   .folder = "lpl-out"};
    const cli_option_t options[] = {
        {"synapses", 's', CLI_REAL, &o.synapses, 1e4, 1e9, "N", "of the whole network, three quarters of them plastic"},
        {"seconds", 't', CLI_REAL, &o.seconds, 1e-3, 1e7, "S", "model time"},
        {"delay", 0, CLI_REAL, &o.delay, 0.1, 20, "MS", "axonal delay, which is also how often ranks talk"},
        {"seed", 0, CLI_INT, &o.seed, 0, 2147483647, "N", "of connections, potentials and inputs"},
        {"threads", 0, CLI_INT, &o.threads, 1, 1024, "N", "of each rank's plastic projection; no result depends on it"},
        {"checkpoint", 0, CLI_TEXT, &o.checkpoint, 0, 0, "FOLDER", "that all ranks see; there at the end, too"},
        {"every", 0, CLI_REAL, &o.every, 0, 1e9, "S", "seconds of your time between checkpoints"},
        {"resume", 0, CLI_FLAG, &o.resume, 0, 0, NULL, "go on from the checkpoint, on any number of ranks"},
        {"patience", 0, CLI_REAL, &o.patience, 1, 1e6, "S", "a rank that hears nothing for so long ends"},
        {"alone", 0, CLI_FLAG, &o.alone, 0, 0, NULL, "run it on one rank, too, and compare every bit"},
        {"trace", 0, CLI_FLAG, &o.trace, 0, 0, NULL, "each rank's times between and in exchanges, into trace.csv"},
        {"json", 0, CLI_TEXT, &o.json, 0, 0, "FILE", "progress as lines of JSON, one a model second"}};
    const cli_t cli = {
        "cluster_spiking",
        "a spiking network of 10^4 to 10^9 synapses over the ranks of MPI",
        "  inputs --LPL--> E <--inhibitory STDP-- I,  E -> E, E -> I, I -> I fixed;  rank r owns neurons r N / R .. \n"
        "  and the synapses onto them; spikes go to all ranks once every axonal delay     (theory 6.2 - 6.4)",
        options,
        sizeof options / sizeof options[0],
        NULL,
        NULL,
        NULL,
        "Try:  mpirun -n 2 cluster_spiking --alone              two ranks, and the same on one: every bit\n"
        "      mpirun -n 4 cluster_spiking --checkpoint run     then: mpirun -n 3 cluster_spiking --checkpoint run "
        "--resume -t 40",
        &o.folder,
        "where figure and numbers go"};
    lpl_mpi_t m;
    int status;
    signal(SIGALRM, too_long);
    alarm(120);
    if (MPI_Init(&argc, &argv) != MPI_SUCCESS) return 3;
    if (lpl_mpi_open(&m, MPI_COMM_WORLD) < 0) {
        fprintf(stderr, "cluster_spiking: %s\n", m.text);
        return 3;
    }
    status = parse(&cli, argc, argv, &m);
    if (status < 0 && o.resume && o.checkpoint == NULL) {
        if (m.rank == 0) fprintf(stderr, "cluster_spiking: --resume from where? --checkpoint FOLDER\n");
        status = 2;
    }
    alarm((unsigned)o.patience);
    progress_catch_interrupt();
    if (status < 0) status = run(&o, &m);
    lpl_mpi_close(&m);
    MPI_Finalize();
    return status;
}
