/* examples/paper/spiking_network.c - a spiking network that finds what is slow in its input: Fig. 5 (theory 6).
 *
 * Five groups of Poisson inputs: one constant, two with slowly moving rates, two with the same rates in random order. A
 * hundred neurons learn by LPL, inhibition by its own rule. Can the two slow rates be read from the neurons' spikes,
 * and the others not? Interrupt it when you like: --resume goes on from the last checkpoint with the same bits. */
#include <string.h>

#include "worlds/cli.h"
#include "worlds/figure.h"
#include "worlds/must.h"
#include "worlds/netfigures.h"
#include "worlds/progress.h"
#include "worlds/statefile.h"

enum { WINDOW = 100, LAST = 200, FIRST_FROM = 10, SECOND = NETWORK_PER_SECOND }; /* s; steps */

typedef struct options_t {
    const char *condition, *form, *engine, *folder, *summary;
    long seconds, prime, seed, seeds, signals, sets, threads, checkpoint;
    int accelerated, demo, resume;
} options_t;

static void give_up(const char *why) {
    fprintf(stderr, "spiking_network: %s\n", why);
    exit(2);
}

/* ---- when to measure ---- */

typedef struct {
    size_t from, to; /* s */
} stretch_t;

/* 10 .. 110 s, the first 100 s of learning, the ends of up to nine tenths of it, and the last 200 s. None overlaps
 * another. */
static size_t schedule(stretch_t w[NETCOURSE_WINDOWS], size_t prime, size_t seconds) {
    const size_t end = prime + seconds, parts = seconds / LAST < 1 ? 1 : seconds / LAST > 10 ? 10 : seconds / LAST;
    size_t n = 0;
    if (prime >= FIRST_FROM + WINDOW) w[n++] = (stretch_t){FIRST_FROM, FIRST_FROM + WINDOW};
    if (seconds >= WINDOW + LAST) w[n++] = (stretch_t){prime, prime + WINDOW};
    for (size_t k = 1; k < parts; k++)
        w[n++] = (stretch_t){prime + seconds * k / parts - WINDOW, prime + seconds * k / parts};
    const size_t free_from = n > 0 ? w[n - 1].to : 0;
    w[n++] = (stretch_t){end > LAST + free_from ? end - LAST : free_from, end};
    return n;
}

/* ---- a run ---- */

typedef struct {
    network_t *net;
    netcourse_t course;
    double wall; /* s, of the parts before this one */
} run_t;

/* The host's numbers in a checkpoint: priming, wall time, and the course without its unused rows. */
enum { ROW = sizeof(netcourse_row_t) / sizeof(double), RESULT = sizeof(spikes_result_t) / sizeof(double), NOTES = 4 };

static void checkpoint(const run_t *run, const options_t *o, double wall, const char *path) {
    const netcourse_t *c = &run->course;
    const size_t rows = (size_t)c->n * ROW, n = NOTES + rows + (size_t)c->n_windows * RESULT;
    const double head[NOTES] = {(double)o->prime, wall, c->n, c->n_windows};
    uint64_t *note = must_alloc(n, sizeof *note);
    char why[1400];
    memcpy(note, head, sizeof head);
    memcpy(note + NOTES, c->row, rows * sizeof *note);
    memcpy(note + NOTES + rows, c->window, (n - NOTES - rows) * sizeof *note);
    if (!network_save(run->net, note, n, path, why, sizeof why))
        fprintf(stderr, "spiking_network: %s (the run goes on)\n", why);
    free(note);
}

/* Where this run was interrupted; false if there is no checkpoint. */
static bool take_up(run_t *run, const options_t *o, const network_setup_t *setup, const char *path) {
    netcourse_t *c = &run->course;
    uint64_t *note;
    size_t n;
    double head[NOTES];
    char why[1400];
    if (statefile_missing(path)) return false;
    run->net = network_load(setup, &note, &n, path, why, sizeof why);
    if (run->net == NULL) give_up(why);
    if (n >= NOTES) memcpy(head, note, sizeof head);
    if (n < NOTES || !(head[2] >= 0 && head[2] <= NETCOURSE_ROWS && head[3] >= 0 && head[3] <= NETCOURSE_WINDOWS) ||
        n != NOTES + (size_t)head[2] * ROW + (size_t)head[3] * RESULT) {
        snprintf(why, sizeof why, "%s is a checkpoint of another program", path);
        give_up(why);
    }
    if (head[0] != (double)o->prime) {
        snprintf(why, sizeof why, "%s is the checkpoint of a run with %g s of priming, not %ld", path, head[0],
                 o->prime);
        give_up(why);
    }
    run->wall = head[1], c->n = head[2], c->n_windows = head[3];
    memcpy(c->row, note + NOTES, (size_t)c->n * sizeof *c->row);
    memcpy(c->window, note + NOTES + (size_t)c->n * ROW, (size_t)c->n_windows * sizeof *c->window);
    free(note);
    return true;
}

static void log_row(run_t *run, double seconds, uint64_t n_e, uint64_t n_i) {
    netcourse_t *c = &run->course;
    lpl_spiking_report_t report;
    double w[NETWORK_E * SIGNALS];
    MUST(lpl_spiking_report_init(&report, sizeof report));
    MUST(lpl_spiking_report(run->net->in_e, &report));
    if (report.n_nonfinite > 0) give_up("weights or traces are not finite any more");
    if (c->n >= NETCOURSE_ROWS) return; /* a run that was extended very often keeps its first rows */
    netcourse_row_t *row = &c->row[(size_t)c->n++];
    memset(row, 0, sizeof *row);
    row->time = (double)run->net->step / SECOND;
    row->rate_e = (double)n_e / seconds / NETWORK_E, row->rate_i = (double)n_i / seconds / NETWORK_I;
    network_group_weights(run->net, w);
    for (int i = 0; i < NETWORK_E; i++)
        for (int g = 0; g < SIGNALS; g++) row->weight[g] += w[i * SIGNALS + g] / NETWORK_E;
}

/* Spikes of the last seconds go into the raster. */
static void watch(lpl_record_t *record[3], netraster_t *raster, uint64_t step) {
    static const uint64_t n[3] = {NETWORK_IN, NETWORK_E, NETWORK_I};
    raster->from = step;
    for (int p = 0; p < 3; p++) {
        lpl_record_config_t c;
        MUST(lpl_record_config_init(&c, sizeof c));
        c.n = n[p];
        MUST(lpl_record_create(&c, &record[p]));
        MUST(lpl_record_spikes_into(record[p], raster->step[p], raster->neuron[p], NETRASTER_ROOM));
    }
}

static void end_watch(lpl_record_t *record[3], netraster_t *raster) {
    for (int p = 0; p < 3; p++) {
        uint64_t n = 0;
        MUST(lpl_record_state(record[p], &n, NULL, NULL, NULL, NULL, NULL));
        raster->n[p] = (size_t)n;
        for (size_t s = 0; s < raster->n[p]; s++)
            raster->step[p][s] += raster->from; /* a record counts from its own beginning */
        lpl_record_destroy(record[p]);
        record[p] = NULL;
    }
}

/* Step k of the last run, for whoever wants to see it. */
static void look_at(network_t *net, size_t k, spikes_window_t *window, lpl_record_t *const record[3]) {
    network_look(net, k);
    if (window != NULL) spikes_window_step(window, net);
    if (record[0] == NULL) return;
    MUST(lpl_record_step(record[0], net->spk_in, net->n_all_in));
    MUST(lpl_record_step(record[1], net->spk_e, net->n_e));
    MUST(lpl_record_step(record[2], net->spk_i, net->n_i));
}

/* From wherever the network stands to the end. false after Ctrl-C: then the checkpoint is complete. */
static bool go(run_t *run, const options_t *o, netresult_t *r, const char *path) {
    network_t *net = run->net;
    const size_t prime = (size_t)o->prime, end = prime + (size_t)o->seconds, every = end < 600 ? 1 : end / 600,
                 start = net->step / SECOND;
    const double clock = progress_clock();
    stretch_t plan[NETCOURSE_WINDOWS];
    const size_t stretches = schedule(plan, prime, (size_t)o->seconds);
    lpl_record_t *record[3] = {NULL};
    netraster_t *raster = must_alloc(1, sizeof *raster);
    spikes_window_t window = {0};
    bool measuring = false;
    uint64_t n_e = 0, n_i = 0;
    size_t logged = start;
    double rate_e = 0, rate_i = 0;
    char what[48], text[120];
    progress_t p;
    if (plan[stretches - 1].from < start) plan[stretches - 1].from = start;
    snprintf(what, sizeof what, "%s, seed %llu", network_titles[net->setup.condition],
             (unsigned long long)net->setup.seed);
    progress_begin(&p, what, (double)(end - start), "model s");
    for (size_t second = start; second < end;) {
        uint64_t e = 0, i = 0;
        network_mode(net, second < prime ? LPL_MODE_TRACK : LPL_MODE_LEARN);
        for (size_t k = 0; k < stretches && !measuring; k++)
            if (plan[k].from == second) spikes_window_begin(&window, net, plan[k].to - plan[k].from), measuring = true;
        if (record[0] == NULL && second + NETRASTER_SECONDS >= end) watch(record, raster, net->step);
        for (size_t t = 0; t < SECOND; t += NETWORK_RUN) {
            network_run(net, NETWORK_RUN);
            e += net->of_e.ptr[NETWORK_RUN], i += net->of_i.ptr[NETWORK_RUN];
            if (measuring || record[0] != NULL)
                for (size_t k = 0; k < NETWORK_RUN; k++) look_at(net, k, measuring ? &window : NULL, record);
        }
        second++;
        n_e += e, n_i += i;
        rate_e += ((double)e / NETWORK_E - rate_e) * 0.1, rate_i += ((double)i / NETWORK_I - rate_i) * 0.1;
        if (second % every == 0 || second == prime || second == end) {
            log_row(run, (double)(second - logged), n_e, n_i);
            logged = second, n_e = n_i = 0;
        }
        if (measuring && window.bins == window.room && second < end) {
            if (run->course.n_windows < NETCOURSE_WINDOWS - 1)
                spikes_window_analyse(&window, &run->course.window[(size_t)run->course.n_windows++], NULL, NULL);
            spikes_window_end(&window);
            measuring = false;
        }
        snprintf(text, sizeof text, "%zu of %zu model s, %.2g wall s each, E %.2f Hz, I %.2f Hz", second, end,
                 (progress_clock() - p.start) / (double)(second - start), rate_e, rate_i);
        progress_tick(&p, (double)(second - start), text);
        if (measuring || second == end) continue; /* a window is measured in one go */
        if (logged == second && (second % (size_t)o->checkpoint < every || progress_stop()))
            checkpoint(run, o, run->wall + progress_clock() - clock, path);
        if (logged == second && progress_stop()) {
            fprintf(stderr, "\ninterrupted at %zu model s; %s is complete: go on with --resume\n", second, path);
            progress_end(&p);
            free(raster);
            return false;
        }
    }
    progress_end(&p);
    end_watch(record, raster);
    r->setup = net->setup, r->prime = (double)o->prime, r->seconds = (double)o->seconds;
    const size_t held = window.bins / 20 < 5 * SPIKES_BINS_PER_SECOND ? window.bins / 20 : 5 * SPIKES_BINS_PER_SECOND;
    double *predicted = must_alloc(SIGNALS * held + 1, sizeof *predicted),
           *counts = must_alloc(SIGNALS * held + 1, sizeof *counts);
    spikes_window_analyse(&window, &r->end, r->rate, predicted);
    for (size_t g = 0; g < SIGNALS; g++)
        memcpy(counts + g * held, window.group[g] + window.bins - held, held * sizeof *counts);
    run->course.window[(size_t)run->course.n_windows++] = r->end;
    if (run->course.window[0].from == FIRST_FROM) r->first = run->course.window[0];
    netresult_weights(r, net);
    r->wall = run->wall + progress_clock() - clock;
    checkpoint(run, o, r->wall, path);
    netfigures_raster(r, raster, net->signal, o->folder);
    netfigures_course(r, &run->course, o->folder);
    netfigures_reconstruction(r, counts, predicted, held, net->signal, o->folder);
    netfigures_weights(r, o->folder);
    netresult_write(r, o->folder);
    spikes_window_end(&window);
    free(predicted), free(counts), free(raster);
    return true;
}

static bool make_run(const options_t *o, const network_setup_t *setup, netresult_t *r) {
    static run_t run;
    char path[700], name[80];
    bool done;
    memset(&run, 0, sizeof run);
    memset(r, 0, sizeof *r);
    netresult_name(name, sizeof name, setup);
    snprintf(path, sizeof path, "%s/network_%s.lpl", o->folder, name);
    if (!o->resume || !take_up(&run, o, setup, path)) run.net = network_create(setup);
    if (run.net->step >= (uint64_t)(o->prime + o->seconds) * SECOND) {
        fprintf(stderr, "%s was finished before\n", path);
        done = netresult_read(r, setup, o->folder);
        if (!done) give_up("the result of that run is gone: run it again without --resume, or on to a later --seconds");
    } else {
        done = go(&run, o, r, path);
    }
    network_destroy(run.net);
    return done;
}

/* ---- the program ---- */

static int choice(const char *text, const char *const names[], int n, const char *option) {
    char why[200] = "";
    for (int k = 0; k < n; k++)
        if (strcmp(text, names[k]) == 0) return k;
    snprintf(why, sizeof why, "--%s '%.40s', may be", option, text);
    for (int k = 0; k < n; k++) snprintf(why + strlen(why), sizeof why - strlen(why), "%s %s", k ? "," : "", names[k]);
    give_up(why);
    return 0;
}

/* Conditions that a list names, as bits. */
static unsigned conditions(const char *list) {
    unsigned bits = 0;
    if (strcmp(list, "all") == 0) return (1u << NETWORK_CONDITIONS) - 1;
    while (*list != '\0') {
        char name[32];
        const size_t n = strcspn(list, ",");
        snprintf(name, sizeof name, "%.*s", (int)(n < 31 ? n : 31), list);
        bits |= 1u << choice(name, network_names, NETWORK_CONDITIONS, "condition");
        list += n + (list[n] == ',');
    }
    return bits;
}

static int summary(const char *folder, const char *out) {
    netresult_t *r;
    const size_t n = netresult_read_all(&r, folder);
    if (n == 0) return 2;
    netfigures_conditions(r, n, out);
    netfigures_signals(r, n, out);
    const size_t failed = netresult_table(r, n);
    free(r);
    return failed > 0 ? 1 : 0;
}

int main(int argc, char **argv) {
    static const char *const forms[2] = {"erratum", "reference"}, *const engines[3] = {"auto", "fused", "block"};
    options_t o = {.condition = "lpl",
                   .form = "erratum",
                   .engine = "auto",
                   .folder = "lpl-out",
                   .seconds = -1,
                   .prime = -1,
                   .seed = 1,
                   .seeds = 1,
                   .sets = 1};
    o.threads = 1, o.checkpoint = 5000;
    const cli_option_t options[] = {
        {"condition", 0, CLI_TEXT, &o.condition, 0, 0, "LIST",
         "of lpl,pred_off,hebb_off,inhib_off,inhib_fixed; or all"},
        {"seconds", 0, CLI_INT, &o.seconds, 1, 1e7, "N",
         "model time with learning; -1: 100000, or 10000 when accelerated"},
        {"prime", 0, CLI_INT, &o.prime, 0, 1e6, "N", "model time before, without; -1: three times tau_mean, 1800"},
        {"accelerated", 0, CLI_FLAG, &o.accelerated, 0, 0, NULL,
         "divide gradients by their decaying maximum (LPL_SCALING_MAXNORM)"},
        {"demo", 0, CLI_FLAG, &o.demo, 0, 0, NULL,
         "accelerated, 900 s of priming, 2100 s of learning: seconds of your time"},
        {"seed", 0, CLI_INT, &o.seed, 0, 2147483647, "N", "of connections, initial potentials and input spikes"},
        {"seeds", 0, CLI_INT, &o.seeds, 1, 1000, "N", "so many networks: seed, seed + 1, ..."},
        {"signals", 0, CLI_INT, &o.signals, 0, 2147483647, "N",
         "seed of the rate signals; 0: those of the published figure"},
        {"sets", 0, CLI_INT, &o.sets, 1, 1000, "N", "so many sets of signals: N, N + 1, ... of --signals"},
        {"form", 0, CLI_TEXT, &o.form, 0, 0, "NAME", "erratum or reference (as published)"},
        {"engine", 0, CLI_TEXT, &o.engine, 0, 0, "NAME", "auto, block or fused"},
        {"threads", 0, CLI_INT, &o.threads, 1, 1024, "N", "of the plastic projection; results do not depend on it"},
        {"checkpoint", 0, CLI_INT, &o.checkpoint, 1, 1e9, "N", "model seconds between checkpoints"},
        {"resume", 0, CLI_FLAG, &o.resume, 0, 0, NULL,
         "go on from the checkpoints in the output folder; longer with another --seconds"},
        {"summary", 0, CLI_TEXT, &o.summary, 0, 0, "FOLDER", "run nothing: one table of all results in a folder"}};
    const cli_t cli = {
        "spiking_network",
        "spiking neurons find the slow rates among their inputs (Fig. 5)",
        "  dw_ij/dt = eta [ alpha * (psp_j f'(v_i)) ] [ alpha * ( -(S_i(t) - S_i(t - 20 ms)) + (S_i - mean_i) / "
        "(sigma2_i + xi) ) ] + eta "
        "delta S_j\n"
        "  500 inputs --LPL--> 100 E <--inhibitory STDP-- 25 I;  is learned: which inputs move slowly            "
        "(theory 6.2, 6.3)",
        options,
        sizeof options / sizeof options[0],
        NULL,
        NULL,
        NULL,
        "Try:  spiking_network --demo                          the accelerated network, seconds\n"
        "      spiking_network --accelerated --seconds 3000    half a minute\n"
        "      spiking_network --condition all --seeds 3       the figure: ten minutes a run; then --summary lpl-out",
        &o.folder,
        "where results, figures and checkpoints go"};
    int status = cli_parse(&cli, argc, argv);
    if (status >= 0) return status;
    if (o.summary != NULL) return summary(o.summary, o.folder);
    if (o.demo) {
        o.accelerated = 1;
        if (o.prime < 0) o.prime = 900;
        if (o.seconds < 0) o.seconds = 2100;
    }
    if (o.prime < 0) o.prime = 1800;
    if (o.seconds < 0) o.seconds = o.accelerated ? 10000 : 100000;
    const unsigned wanted = conditions(o.condition);
    network_setup_t setup = network_defaults();
    setup.scaling = o.accelerated ? LPL_SCALING_MAXNORM : LPL_SCALING_NONE;
    setup.form = choice(o.form, forms, 2, "form") == 1 ? LPL_FORM_REFERENCE : LPL_FORM_ERRATUM;
    setup.engine = (int32_t)choice(o.engine, engines, 3, "engine");
    setup.threads = (int32_t)o.threads;
    if (!figure_folder(o.folder)) return 3;
    progress_catch_interrupt();
    if (o.demo)
        printf("demo: %ld s of priming (the figure: 1800), then %ld s with the accelerated optimiser (the figure: "
               "100000 without)\n",
               o.prime, o.seconds);
    const long runs = o.sets * o.seeds; /* of a condition */
    netresult_t *r = must_alloc(NETWORK_CONDITIONS * (size_t)runs, sizeof *r);
    size_t n = 0;
    for (int c = 0; c < NETWORK_CONDITIONS && !progress_stop(); c++)
        for (long k = 0; k < runs && (wanted >> c & 1u) && !progress_stop(); k++) {
            setup.condition = c;
            setup.signal_seed = (uint64_t)(o.signals + k / o.seeds), setup.seed = (uint64_t)(o.seed + k % o.seeds);
            n += make_run(&o, &setup, &r[n]);
        }
    if (progress_stop() || n == 0) {
        status = 130;
    } else {
        if (n > 1) netfigures_conditions(r, n, o.folder), netfigures_signals(r, n, o.folder);
        status = netresult_table(r, n) > 0 ? 1 : 0;
    }
    free(r);
    return status;
}
