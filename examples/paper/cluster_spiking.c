/* examples/paper/cluster_spiking.c - a spiking network of any size over the ranks of MPI: 10^4 to 10^9 synapses.
 *
 * Poisson inputs drive excitatory neurons through plastic synapses (LPL), excitatory and inhibitory neurons are
 * connected at random, and inhibition learns to hold the rate. Each rank owns a range of neurons and makes the synapses
 * onto them in place; once every axonal delay all tell each other who fired. Any number of ranks gives the same bits,
 * and a checkpoint of some ranks is taken up by others. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include <lpl/mpi.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "worlds/cli.h"
#include "worlds/figure.h"
#include "worlds/must.h"
#include "worlds/output.h"
#include "worlds/progress.h"
#include "worlds/table.h"

enum { SIGNAL_GROUPS = 5, KNOTS = 64, PER_BIN = 1000, SECOND = 10000 }; /* steps */
enum { E = 0, I = 1, POPULATIONS = 2 };
enum { E_E, I_E, E_I, I_I, PROJECTIONS };                        /* pre, post */
enum { STREAM_V = SIGNAL_GROUPS, STREAM_IN, STREAM_FIRST = 16 }; /* of the seed */
enum { ASK_SAVE = 100, ASK_STOP = 101 };                         /* statuses that ranks tell each other */
static const double KAPPA = 10;                                  /* Hz */

typedef struct {
    double synapses, seconds, delay, every, patience;
    long seed, threads;
    int resume, alone, trace;
    const char *folder, *checkpoint, *json;
} options_t;

/* ---- how large ---- */

typedef struct {
    uint64_t n[POPULATIONS], n_in, k, in_k; /* neurons, inputs, synapses of an E neuron, of them from inputs */
    uint64_t delay;                         /* steps */
} plan_t;

/* K synapses onto each E neuron: 80 % from inputs, 10 % from each population; onto each I neuron 10 % from each. */
static plan_t make_plan(const options_t *o) {
    plan_t p;
    p.k = (uint64_t)fmin(1000, sqrt(o->synapses));
    p.k -= p.k % 10;
    p.in_k = p.k / 10 * 8;
    p.n[E] = (uint64_t)(o->synapses / (1.05 * (double)p.k)), p.n[I] = (p.n[E] + 3) / 4;
    p.n_in = 10 * p.in_k;
    p.n_in -= p.n_in % SIGNAL_GROUPS;
    p.delay = (uint64_t)(o->delay * 1e-3 / 1e-4 + 0.5);
    return p;
}

/* ---- this rank's part ---- */

typedef struct {
    plan_t plan;
    const options_t *o;
    uint64_t first[POPULATIONS], n[POPULATIONS];
    lpl_source_t *source[SIGNAL_GROUPS];
    lpl_lif_t *lif[POPULATIONS];
    lpl_spiking_t *in_e;
    lpl_projection_t *p[PROJECTIONS];
    lpl_network_t *net;
    uint32_t group[POPULATIONS]; /* of the neurons of all ranks */
    uint64_t *ptr[POPULATIONS];
    uint32_t *fired[POPULATIONS];
    uint64_t step, hash, spikes[POPULATIONS]; /* hash: of this rank's spikes since the start */
    double wall;                              /* s, of runs before a checkpoint */
    double cpu_run, cpu_deliver;              /* s: of the network's steps, of taking in what all have told */
    int64_t up, down; /* what has pulled E neurons up and down, in 2^-20 V, summed over neurons and looks */
} part_t;

#define TRY(call)                            \
    do {                                     \
        const lpl_status_t status_ = (call); \
        if (status_ < 0) return status_;     \
    } while (0)

/* Groups 1 and 2 move slowly, with 2 and 3.4 s; the others keep their rate. */
static lpl_status_t make_sources(part_t *p) {
    static const double period[SIGNAL_GROUPS] = {0, 2, 3.4, 0, 0};
    for (int g = 0; g < SIGNAL_GROUPS; g++) {
        double time[KNOTS + 1], rate[KNOTS + 1];
        lpl_source_config_t c;
        TRY(lpl_source_config_init(&c, sizeof c));
        c.flags = period[g] > 0 ? LPL_SOURCE_LOOP : 0;
        c.label = g, c.n = p->plan.n_in / SIGNAL_GROUPS, c.first = c.n * (uint64_t)g;
        c.seed = (uint64_t)p->o->seed, c.stream = (uint64_t)g;
        c.n_knots = period[g] > 0 ? KNOTS + 1 : 1, c.time_s = time, c.rate_hz = rate;
        for (int k = 0; k <= KNOTS; k++) {
            time[k] = period[g] * k / KNOTS;
            rate[k] = floor(1e4 + 5e3 * (period[g] > 0 ? sin(2 * 3.141592653589793 * k / KNOTS) : 0)) * 1e-3;
        }
        TRY(lpl_source_create(&c, &p->source[g]));
        TRY(lpl_source_seek(p->source[g], p->step));
    }
    return LPL_OK;
}

static lpl_status_t chance(lpl_connect_t *c, const part_t *p, uint64_t k, uint64_t n_pre, uint64_t stream, int self) {
    TRY(lpl_connect_init(c, sizeof *c));
    c->kind = LPL_CONNECT_RANDOM_ROWS;
    c->flags = self ? LPL_CONNECT_NO_SELF : 0;
    c->probability = fmin(1, (double)k / (double)n_pre);
    c->seed = (uint64_t)p->o->seed, c->stream = stream;
    return LPL_OK;
}

static lpl_status_t make_projection(part_t *p, int which, double sum) {
    static const int pre[PROJECTIONS] = {E, I, E, I}, post[PROJECTIONS] = {E, E, I, I};
    const int from = pre[which], to = post[which];
    const double w = sum / ((double)p->plan.k / 10);
    lpl_projection_config_t c;
    lpl_connect_t connect;
    TRY(chance(&connect, p, p->plan.k / 10, p->plan.n[from], (uint64_t)(STREAM_FIRST + which), from == to));
    TRY(lpl_projection_config_init(&c, sizeof c));
    c.kind = which == I_E ? LPL_PROJECTION_INHIBITORY : LPL_PROJECTION_STATIC;
    c.label = which, c.delay_ax = (double)p->plan.delay * 1e-4;
    c.n_pre = p->plan.n[from], c.n_post = p->n[to], c.post_begin = p->first[to], c.n_post_global = p->plan.n[to];
    c.w_init = w, c.w_max = 20 * w, c.zeta = 0.02 * w, c.kappa = KAPPA;
    return lpl_projection_create(&c, &connect, &p->p[which]);
}

/* Weights are those of Fig. 5 in sum: 50 inputs at 0.15, some 12 inhibitory neurons at 0.5. */
static lpl_status_t make_members(part_t *p) {
    const double w = 11 / (double)p->plan.in_k;
    lpl_spiking_config_t c;
    lpl_connect_t connect;
    for (int k = 0; k < POPULATIONS; k++) {
        lpl_lif_config_t lif;
        TRY(lpl_lif_config_init(&lif, sizeof lif));
        lif.n = p->n[k], lif.first = p->first[k], lif.n_global = p->plan.n[k];
        lif.seed = (uint64_t)p->o->seed, lif.stream = (uint64_t)(STREAM_FIRST + PROJECTIONS + k), lif.label = k;
        TRY(lpl_lif_create(&lif, &p->lif[k]));
    }
    TRY(chance(&connect, p, p->plan.in_k, p->plan.n_in, STREAM_IN, 0));
    TRY(lpl_spiking_config_init(&c, sizeof c));
    c.n_pre = p->plan.n_in, c.n_post = p->n[E], c.post_begin = p->first[E], c.n_post_global = p->plan.n[E];
    c.w_init = w, c.w_max = w / 0.15, c.eta = 1e-2 * w / 0.15;
    c.mean_init = KAPPA, c.sigma2_init = KAPPA * 1e-4; /* what they are at the rate that inhibition aims at */
    c.threads = (int32_t)p->o->threads;
    c.memory_max = (uint64_t)fmax(256 * 1048576.0, 12288 * (double)p->plan.n[E]); /* of the whole, on all ranks */
    TRY(lpl_spiking_create(&c, &connect, &p->in_e));
    TRY(make_projection(p, E_E, 0.5));
    TRY(make_projection(p, I_E, 6));
    TRY(make_projection(p, E_I, 7));
    return make_projection(p, I_I, 2);
}

/* Who fires into what, once all members are there. */
static lpl_status_t compose(part_t *p) {
    lpl_network_config_t c;
    uint32_t in, own[POPULATIONS];
    TRY(make_sources(p));
    TRY(lpl_network_config_init(&c, sizeof c));
    TRY(lpl_network_create(&c, &p->net));
    TRY(lpl_network_add_input(p->net, &in, p->plan.n_in));
    for (int g = 0; g < SIGNAL_GROUPS; g++) TRY(lpl_network_add_source(p->net, p->source[g], in));
    for (int k = 0; k < POPULATIONS; k++) TRY(lpl_network_add_lif(p->net, &own[k], p->lif[k]));
    for (int k = 0; k < POPULATIONS; k++)
        TRY(lpl_network_add_remote(p->net, &p->group[k], p->plan.n[k], own[k], p->first[k]));
    TRY(lpl_network_add_spiking(p->net, p->in_e, in, own[E], LPL_RECEPTOR_AMPA));
    TRY(lpl_network_add_projection(p->net, p->p[E_E], p->group[E], own[E], LPL_RECEPTOR_AMPA));
    TRY(lpl_network_add_projection(p->net, p->p[I_E], p->group[I], own[E], LPL_RECEPTOR_GABA));
    TRY(lpl_network_add_projection(p->net, p->p[E_I], p->group[E], own[I], LPL_RECEPTOR_AMPA));
    TRY(lpl_network_add_projection(p->net, p->p[I_I], p->group[I], own[I], LPL_RECEPTOR_GABA));
    TRY(lpl_network_finish(p->net));
    for (int k = 0; k < POPULATIONS; k++) {
        const size_t room = (size_t)(p->n[k] * p->plan.delay);
        p->ptr[k] = must_alloc(p->plan.delay + 1, sizeof **p->ptr);
        p->fired[k] = must_alloc(room, sizeof **p->fired);
        TRY(lpl_network_spikes_into(p->net, p->group[k], p->ptr[k], (size_t)p->plan.delay, p->fired[k], room));
    }
    return LPL_OK;
}

static void destroy_members(part_t *p) {
    for (int k = 0; k < POPULATIONS; k++) lpl_lif_destroy(p->lif[k]);
    for (int k = 0; k < PROJECTIONS; k++) lpl_projection_destroy(p->p[k]);
    lpl_spiking_destroy(p->in_e);
}

static void destroy(part_t *p) {
    lpl_network_destroy(p->net);
    for (int g = 0; g < SIGNAL_GROUPS; g++) lpl_source_destroy(p->source[g]);
    for (int k = 0; k < POPULATIONS; k++) free(p->ptr[k]), free(p->fired[k]);
    destroy_members(p);
    memset(p, 0, sizeof *p);
}

static void begin_part(part_t *p, const options_t *o, const lpl_mpi_t *m) {
    memset(p, 0, sizeof *p);
    p->o = o, p->plan = make_plan(o);
    for (int k = 0; k < POPULATIONS; k++) p->n[k] = lpl_mpi_split(p->plan.n[k], m->ranks, m->rank, &p->first[k]);
}

/* ---- sums over ranks that do not depend on their number ---- */

static uint64_t mix(uint64_t a, uint64_t b, uint64_t c) {
    uint64_t h =
        a * 0x9E3779B97F4A7C15u ^ (b + 0x632BE59BD9B4E019u) * 0xBF58476D1CE4E5B9u ^ (c + 1) * 0x94D049BB133111EBu;
    h = (h ^ h >> 30) * 0xBF58476D1CE4E5B9u;
    h = (h ^ h >> 27) * 0x94D049BB133111EBu;
    return h ^ h >> 31;
}

typedef lpl_status_t (*read_fn)(const void *p, float *w, size_t n, const uint64_t *index);
static lpl_status_t read_plastic(const void *p, float *w, size_t n, const uint64_t *index) {
    return lpl_spiking_read(p, w, n, index, LPL_SPIKING_WEIGHTS);
}
static lpl_status_t read_other(const void *p, float *w, size_t n, const uint64_t *index) {
    return lpl_projection_read(p, w, n, index, LPL_PROJECTION_WEIGHTS);
}

/* Sum over synapses of a hash of pre, post and weight. */
static lpl_status_t weights(uint64_t *sum, const void *p, read_fn read, const uint64_t *row, const uint32_t *col,
                            uint64_t n_pre, uint64_t post_begin, uint64_t salt) {
    enum { PIECE = 65536 };
    static float w[PIECE];
    static uint64_t index[PIECE];
    uint64_t pre = 0;
    for (uint64_t at = 0; at < row[n_pre]; at += PIECE) {
        const size_t n = (size_t)(row[n_pre] - at < PIECE ? row[n_pre] - at : PIECE);
        for (size_t k = 0; k < n; k++) index[k] = at + k;
        TRY(read(p, w, n, index));
        for (size_t k = 0; k < n; k++) {
            uint32_t bits;
            while (row[pre + 1] <= at + k) pre++;
            memcpy(&bits, &w[k], sizeof bits);
            *sum += mix(pre, post_begin + col[at + k], (uint64_t)bits << 8 | salt);
        }
    }
    return LPL_OK;
}

typedef struct {
    uint64_t weights, spikes, synapses, plastic;
    int64_t up, down;
} sums_t;

static lpl_status_t connectivity(const void *p, int plastic, uint64_t *row, uint32_t *col) {
    return plastic ? lpl_spiking_connectivity(p, row, col) : lpl_projection_connectivity(p, row, col);
}

static lpl_status_t hash_projection(sums_t *s, const void *what, int plastic, uint64_t n_pre, uint64_t post_begin,
                                    uint64_t salt) {
    uint64_t *row = malloc((size_t)(n_pre + 1) * sizeof *row);
    uint32_t *col = NULL;
    lpl_status_t status = row != NULL ? connectivity(what, plastic, row, NULL) : LPL_E_MEMORY;
    if (status == LPL_OK) {
        col = malloc((size_t)row[n_pre] * sizeof *col + 1);
        status = col != NULL ? connectivity(what, plastic, NULL, col) : LPL_E_MEMORY;
    }
    if (status == LPL_OK) {
        s->synapses += row[n_pre], s->plastic += plastic ? row[n_pre] : 0;
        status = weights(&s->weights, what, plastic ? read_plastic : read_other, row, col, n_pre, post_begin, salt);
    }
    free(row), free(col);
    return status;
}

static lpl_status_t part_sums(sums_t *s, const part_t *p) {
    memset(s, 0, sizeof *s);
    s->spikes = p->hash, s->up = p->up, s->down = p->down;
    TRY(hash_projection(s, p->in_e, 1, p->plan.n_in, p->first[E], 7));
    for (int k = 0; k < PROJECTIONS; k++)
        TRY(hash_projection(s, p->p[k], 0, p->plan.n[k % 2], p->first[k / 2], (uint64_t)k));
    return LPL_OK;
}

static lpl_status_t all_sums(sums_t *s, const part_t *p, lpl_mpi_t *m) {
    sums_t own;
    TRY(lpl_mpi_agree(m, part_sums(&own, p), NULL));
    if (lpl_mpi_allreduce(m, &own, s, sizeof own / 8, MPI_UINT64_T, MPI_SUM) == MPI_SUCCESS) return LPL_OK;
    snprintf(m->text, sizeof m->text, "MPI_Allreduce has failed");
    return LPL_E_IO;
}

/* ---- checkpoints ---- */

enum { NOTE_SYNAPSES, NOTE_SEED, NOTE_DELAY, NOTE_STEP, NOTE_HASH, NOTE_WALL, NOTES };

static lpl_status_t write_part(lpl_write_fn write, void *file, void *user) {
    const part_t *p = user;
    for (int k = 0; k < POPULATIONS; k++) TRY(lpl_lif_save(p->lif[k], write, file));
    TRY(lpl_spiking_save(p->in_e, write, file));
    for (int k = 0; k < PROJECTIONS; k++) TRY(lpl_projection_save(p->p[k], write, file));
    return LPL_OK;
}

static lpl_status_t read_part(lpl_read_fn read, void *file, void *user) {
    part_t *p = user;
    for (int k = 0; k < POPULATIONS; k++) TRY(lpl_lif_load(read, file, 0, &p->lif[k]));
    TRY(lpl_spiking_load(read, file, UINT64_MAX / 4, (int32_t)p->o->threads, &p->in_e));
    for (int k = 0; k < PROJECTIONS; k++) TRY(lpl_projection_load(read, file, UINT64_MAX / 4, &p->p[k]));
    return LPL_OK;
}

static lpl_status_t save(part_t *p, lpl_mpi_t *m, double wall) {
    uint64_t note[NOTES] = {(uint64_t)p->o->synapses, (uint64_t)p->o->seed, p->plan.delay, p->step, 0,
                            (uint64_t)(wall * 1e6)};
    if (lpl_mpi_allreduce(m, &p->hash, &note[NOTE_HASH], 1, MPI_UINT64_T, MPI_SUM) != MPI_SUCCESS) return LPL_E_IO;
    return lpl_mpi_save(m, p->o->checkpoint, note, NOTES, write_part, p);
}

/* Does a range of rows of this rank overlap with that of a part? */
static bool overlaps(const part_t *p, uint64_t parts, uint64_t part) {
    bool some = false;
    for (int k = 0; k < POPULATIONS; k++) {
        uint64_t first;
        const uint64_t n = lpl_mpi_split(p->plan.n[k], (int)parts, (int)part, &first);
        some = some || (first < p->first[k] + p->n[k] && p->first[k] < first + n);
    }
    return some;
}

/* All members anew from those of parts that hold all rows of this rank. */
static lpl_status_t cut(part_t *p, const part_t *from, size_t n) {
    const void **list = must_alloc(n, sizeof *list);
    lpl_status_t s = LPL_OK;
    for (int k = 0; k < POPULATIONS && s >= 0; k++) {
        for (size_t i = 0; i < n; i++) list[i] = from[i].lif[k];
        s = lpl_lif_cut((const lpl_lif_t *const *)list, n, p->first[k], p->n[k], &p->lif[k]);
    }
    for (size_t i = 0; i < n; i++) list[i] = from[i].in_e;
    if (s >= 0) s = lpl_spiking_cut((const lpl_spiking_t *const *)list, n, p->first[E], p->n[E], &p->in_e);
    for (int k = 0; k < PROJECTIONS && s >= 0; k++) {
        for (size_t i = 0; i < n; i++) list[i] = from[i].p[k];
        s = lpl_projection_cut((const lpl_projection_t *const *)list, n, p->first[k / 2], p->n[k / 2], &p->p[k]);
    }
    free(list);
    return s;
}

static lpl_status_t load(part_t *p, const lpl_mpi_saved_t *saved) {
    part_t *from = must_alloc(saved->parts, sizeof *from);
    size_t n = 0;
    char path[LPL_MPI_PATH];
    lpl_status_t s = LPL_OK;
    for (uint64_t part = 0; part < saved->parts && s >= 0; part++) {
        if (!overlaps(p, saved->parts, part)) continue;
        from[n].o = p->o;
        lpl_mpi_part(path, p->o->checkpoint, saved->generation, part);
        s = lpl_file_load(NULL, path, read_part, &from[n++]);
    }
    if (s >= 0) s = cut(p, from, n);
    for (size_t k = 0; k < n; k++) destroy_members(&from[k]);
    free(from);
    return s;
}

/* Where a run was interrupted: step, hash, wall time, and the members. */
static lpl_status_t take_up(part_t *p, lpl_mpi_t *m) {
    lpl_mpi_saved_t saved;
    char why[300] = "";
    lpl_status_t s = lpl_mpi_saved(m, p->o->checkpoint, &saved);
    if (s < 0) return s;
    const uint64_t *note = saved.note, want[3] = {(uint64_t)p->o->synapses, (uint64_t)p->o->seed, p->plan.delay};
    static const char *const names[3] = {"synapses", "seed", "steps of delay"};
    if (saved.generation == 0)
        snprintf(why, sizeof why, "there is no checkpoint in %.200s", p->o->checkpoint);
    else if (saved.n_note != NOTES)
        snprintf(why, sizeof why, "%.200s is a checkpoint of another program", p->o->checkpoint);
    for (int k = 0; k < 3 && why[0] == '\0'; k++)
        if (note[k] != want[k])
            snprintf(why, sizeof why, "%.150s is a checkpoint of another network: %s %llu, not %llu", p->o->checkpoint,
                     names[k], (unsigned long long)note[k], (unsigned long long)want[k]);
    if (why[0] != '\0') return lpl_mpi_agree(m, LPL_E_FORMAT, why);
    p->step = note[NOTE_STEP], p->wall = (double)note[NOTE_WALL] * 1e-6;
    p->hash = m->rank == 0 ? note[NOTE_HASH] : 0;
    return lpl_mpi_agree(m, load(p, &saved), NULL);
}

/* ---- a run ---- */

/* No call of MPI says that a process elsewhere has gone: a rank that gets nowhere for so long ends itself. */
static void too_long(int signal) {
    static const char text[] = "cluster_spiking: no answer from another rank within --patience; this rank ends\n";
    const ssize_t written = write(2, text, sizeof text - 1);
    (void)signal, (void)written;
    _exit(4);
}

/* Processor time of this thread, s. */
static double cpu_clock(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

typedef struct {
    double *rate[POPULATIONS]; /* Hz, of bins of PER_BIN steps */
    size_t n, room;
    uint64_t count[POPULATIONS], from; /* of the bin that is being filled */
    double *work, *told; /* --trace: s of each exchange that this rank worked, and was in lpl_mpi_spikes */
    size_t exchanges;
} course_t;

/* true: a bin is full. */
static bool count(course_t *c, const part_t *p, const lpl_mpi_spikes_t *all, size_t steps) {
    for (int k = 0; k < POPULATIONS; k++) c->count[k] += all[k].ptr[steps];
    if (p->step - c->from < PER_BIN) return false;
    for (int k = 0; k < POPULATIONS && c->n < c->room; k++)
        c->rate[k][c->n] = (double)c->count[k] / (double)p->plan.n[k] / ((double)(p->step - c->from) / SECOND);
    if (c->n < c->room) c->n++;
    c->from = p->step, c->count[E] = c->count[I] = 0;
    return true;
}

static void json_line(FILE *json, const part_t *p, const lpl_mpi_t *m, const course_t *c, double rtf, double speed) {
    if (json == NULL) return;
    fprintf(
        json,
        "{\"model_s\": %.4f, \"ranks\": %d, \"rtf\": %.4g, \"synapse_steps_per_s_rank\": %.4g, \"rate_e_hz\": %.3f, "
        "\"rate_i_hz\": %.3f, \"waited_s\": %.3f}\n",
        (double)p->step / SECOND, m->ranks, rtf, speed, c->n > 0 ? c->rate[E][c->n - 1] : 0,
        c->n > 0 ? c->rate[I][c->n - 1] : 0, m->waited);
    fflush(json);
}

/* g (E - v) of each E neuron, in whole numbers. */
static lpl_status_t look_at_currents(part_t *p) {
    const size_t n = (size_t)p->n[E];
    float *g = must_alloc(4 * n, sizeof *g);
    lpl_status_t s = LPL_OK;
    for (int k = 0; k < 4 && s == LPL_OK; k++)
        s = lpl_lif_read(p->lif[E], g + (size_t)k * n, n, NULL,
                         k == 0   ? LPL_LIF_V
                         : k == 1 ? LPL_LIF_G_AMPA
                         : k == 2 ? LPL_LIF_G_NMDA
                                  : LPL_LIF_G_GABA);
    for (size_t i = 0; i < n && s == LPL_OK; i++) {
        p->up += (int64_t)(0.5 * ((double)g[n + i] + (double)g[2 * n + i]) * (0 - (double)g[i]) * 1048576);
        p->down += (int64_t)((double)g[3 * n + i] * ((double)g[i] + 0.08) * 1048576);
    }
    free(g);
    return s;
}

/* To the end. quiet: without progress and checkpoints. */
static lpl_status_t go(part_t *p, lpl_mpi_t *m, course_t *c, FILE *json, double synapses, bool quiet) {
    const uint64_t end = (uint64_t)(p->o->seconds * SECOND + 0.5), start = p->step;
    const double clock = progress_clock();
    double armed = clock, saved = clock, now = clock, left = clock; /* left: when it last left lpl_mpi_spikes */
    lpl_status_t s = LPL_OK;
    progress_t bar;
    char text[160];
    if (m->rank == 0 && !quiet) progress_begin(&bar, "network", (double)(end - start) / SECOND, "model s");
    c->from = p->step;
    while (p->step < end && s >= 0 && s != ASK_STOP) {
        const size_t n = (size_t)(end - p->step < p->plan.delay ? end - p->step : p->plan.delay);
        lpl_mpi_spikes_t own[POPULATIONS], all[POPULATIONS];
        const double began = cpu_clock();
        s = lpl_network_run(p->net, n);
        p->cpu_run += cpu_clock() - began;
        for (int k = 0; k < POPULATIONS; k++) {
            own[k] = (lpl_mpi_spikes_t){p->ptr[k], p->fired[k], 0};
            for (size_t t = 0; t < n && s >= 0; t++)
                for (uint64_t i = p->ptr[k][t]; i < p->ptr[k][t + 1]; i++)
                    p->hash += mix(p->step + t, (uint64_t)k, p->fired[k][i]);
        }
        if (s >= 0 && !quiet) { /* what one rank wishes, all hear together with the spikes */
            s = progress_stop() ? ASK_STOP : LPL_OK;
            if (s == LPL_OK && m->rank == 0 && p->o->checkpoint != NULL && now - saved >= p->o->every) s = ASK_SAVE;
        }
        const double before = progress_clock();
        s = lpl_mpi_spikes(m, all, s, n, POPULATIONS, own);
        if (c->work != NULL) {
            c->work[c->exchanges] = before - left, left = progress_clock();
            c->told[c->exchanges++] = left - before;
        }
        const double heard = cpu_clock();
        for (int k = 0; k < POPULATIONS && s >= 0; k++) {
            const lpl_status_t d = lpl_network_deliver(p->net, p->group[k], n, all[k].ptr, all[k].neuron);
            if (d < 0) return lpl_mpi_agree(m, d, NULL); /* lists are the same everywhere: so is the refusal */
        }
        p->cpu_deliver += cpu_clock() - heard;
        if (s < 0) break;
        p->step += n;
        if (count(c, p, all, n) && 5 * c->n > 4 * c->room) TRY(lpl_mpi_agree(m, look_at_currents(p), NULL));
        now = progress_clock();
        if (now - armed > 1) alarm((unsigned)p->o->patience), armed = now;
        if ((s == ASK_SAVE || s == ASK_STOP || (p->step == end && !quiet)) && p->o->checkpoint != NULL) {
            const lpl_status_t done = save(p, m, p->wall + now - clock);
            if (done < 0) s = done;
            saved = now = progress_clock();
            alarm((unsigned)p->o->patience), armed = now;
        }
        if (m->rank != 0 || quiet || s < 0) continue;
        const double model = (double)(p->step - start) / SECOND, rtf = (now - clock) / model,
                     speed = synapses * (double)(p->step - start) / (now - clock) / m->ranks;
        snprintf(text, sizeof text, "%.2f of %g model s, rtf %.3g, E %.1f Hz, I %.1f Hz, %.3g synapse-steps/s/rank",
                 (double)p->step / SECOND, p->o->seconds, rtf, c->n > 0 ? c->rate[E][c->n - 1] : 0,
                 c->n > 0 ? c->rate[I][c->n - 1] : 0, speed);
        progress_tick(&bar, model, text);
        if (c->count[E] + c->count[I] == 0 && c->n > 0 && c->n % 10 == 0) json_line(json, p, m, c, rtf, speed);
    }
    if (m->rank == 0 && !quiet) progress_end(&bar);
    p->wall += progress_clock() - clock;
    return s;
}

/* ---- what came out ---- */

/* Each rank's times, two columns a rank, a row an exchange. */
static lpl_status_t write_trace(const course_t *c, const options_t *o, lpl_mpi_t *m) {
    const size_t n = c->exchanges, ranks = (size_t)m->ranks;
    double *all = m->rank == 0 ? must_alloc(2 * n * ranks + 1, sizeof *all) : NULL;
    char path[700];
    FILE *f = NULL;
    bool good = MPI_Gather(c->work, (int)n, MPI_DOUBLE, all, (int)n, MPI_DOUBLE, 0, m->comm) == MPI_SUCCESS &&
                MPI_Gather(c->told, (int)n, MPI_DOUBLE, m->rank == 0 ? all + n * ranks : NULL, (int)n, MPI_DOUBLE, 0,
                           m->comm) == MPI_SUCCESS;
    if (m->rank == 0) {
        snprintf(path, sizeof path, "%s/trace.csv", o->folder);
        f = fopen(path, "w");
        for (size_t r = 0; f != NULL && r < ranks; r++) fprintf(f, "%swork_%zu_s,told_%zu_s", r ? "," : "", r, r);
        for (size_t k = 0; f != NULL && k < n; k++)
            for (size_t r = 0; r < ranks; r++)
                fprintf(f, "%s%.9f,%.9f", r ? "," : "\n", all[r * n + k], all[(ranks + r) * n + k]);
        if (f == NULL || fprintf(f, "\n") < 0 || fclose(f) != 0) good = false;
    }
    free(all);
    return lpl_mpi_agree(m, good ? LPL_OK : LPL_E_IO, "trace.csv cannot be written");
}

static double tail(const course_t *c, int k) { /* mean of the last fifth */
    const size_t n = c->n / 5 > 0 ? c->n / 5 : c->n;
    double sum = 0;
    for (size_t i = c->n - n; i < c->n; i++) sum += c->rate[k][i];
    return n > 0 ? sum / (double)n : 0;
}

static void draw(const options_t *o, const course_t *c, const part_t *p) {
    figure_t f;
    figure_panel_t panel = {.x = {.label = "model time", .unit = "s"},
                            .y = {.label = "firing rate", .unit = "Hz", .low = 0, .high = NAN},
                            .legend = FIGURE_TOP_RIGHT};
    if (!figure_open(&f, o->folder, "cluster_spiking", 640, 360, "A network that holds its rate", "",
                     "Mean rates of excitatory and inhibitory neurons in bins of 0.1 s. Inhibition learns to hold the "
                     "excitatory neurons at 10 Hz (dotted)."))
        return;
    figure_csv(&f, NULL);
    figure_data(&f, "time_s,rate_e_hz,rate_i_hz\n");
    for (size_t k = 0; k < c->n; k++)
        figure_data(&f, "%s,%s,%s\n", figure_number((double)(p->step - (c->n - k) * PER_BIN) / SECOND + 0.05, 3),
                    figure_number(c->rate[E][k], 4), figure_number(c->rate[I][k], 4));
    figure_panel(&f, &panel);
    figure_mark(&f,
                &(figure_mark_t){.kind = FIGURE_LINE, .title = "excitatory", .x = 1, .y = 2, .colour = FIGURE_BLUE});
    figure_mark(
        &f, &(figure_mark_t){.kind = FIGURE_LINE, .title = "inhibitory", .x = 1, .y = 3, .colour = FIGURE_VERMILLION});
    figure_mark(&f, &(figure_mark_t){.kind = FIGURE_HORIZONTAL, .dash = 2, .at = {KAPPA}});
    figure_close(&f);
}

/* Per rank: least and most over all. */
typedef struct {
    double wall, run, deliver, waited, memory; /* s, s, s, s, MB */
} cost_t;
enum { COSTS = sizeof(cost_t) / sizeof(double) };

static void cost_of(cost_t *c, const part_t *p, double wall, const lpl_mpi_t *m) {
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    c->wall = wall, c->waited = m->waited, c->memory = (double)u.ru_maxrss / 1024;
    c->run = p->cpu_run, c->deliver = p->cpu_deliver;
}

static size_t report(const part_t *p, const sums_t *s, const sums_t *one, const course_t *c, const lpl_mpi_t *m,
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

/* ---- the program ---- */

static lpl_status_t make(part_t *p, lpl_mpi_t *m) {
    lpl_status_t s;
    if (p->plan.n[I] < (uint64_t)m->ranks)
        return lpl_mpi_agree(m, LPL_E_ARG, "more ranks than inhibitory neurons: fewer ranks, or more --synapses");
    s = p->o->resume ? take_up(p, m) : lpl_mpi_agree(m, make_members(p), NULL);
    return s < 0 ? s : lpl_mpi_agree(m, compose(p), NULL);
}

static course_t begin_course(const options_t *o) {
    course_t c = {0};
    c.room = (size_t)(o->seconds * SECOND / PER_BIN) + 1;
    for (int k = 0; k < POPULATIONS; k++) c.rate[k] = must_alloc(c.room, sizeof **c.rate);
    if (o->trace) {
        const size_t n = (size_t)(o->seconds * SECOND) + 1;
        c.work = must_alloc(n, sizeof *c.work), c.told = must_alloc(n, sizeof *c.told);
    }
    return c;
}

/* The same network once more, on rank 0 alone. */
static lpl_status_t run_alone(const options_t *o, sums_t *s, char *why, size_t size) {
    options_t alone = *o;
    lpl_mpi_t m;
    part_t p;
    course_t c;
    lpl_status_t status = lpl_mpi_open(&m, MPI_COMM_SELF);
    alone.resume = 0, alone.checkpoint = NULL, alone.trace = 0;
    c = begin_course(&alone);
    begin_part(&p, &alone, &m);
    if (status >= 0) status = make(&p, &m);
    if (status >= 0) status = go(&p, &m, &c, NULL, 0, true);
    if (status >= 0) status = all_sums(s, &p, &m);
    if (status < 0) snprintf(why, size, "alone: %.300s", m.text);
    destroy(&p), lpl_mpi_close(&m);
    for (int k = 0; k < POPULATIONS; k++) free(c.rate[k]);
    return status < 0 ? status : LPL_OK;
}

static int run(const options_t *o, lpl_mpi_t *m) {
    part_t p;
    sums_t sums, one;
    course_t c = begin_course(o);
    cost_t cost, low, high;
    FILE *json = NULL;
    size_t missed = 0;
    double made = progress_clock(), model = 0;
    char why[400] = "";
    lpl_status_t s;
    begin_part(&p, o, m);
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
    if (s >= 0 && (double)p.step < o->seconds * SECOND) s = go(&p, m, &c, json, synapses, false);
    const bool stopped = s == ASK_STOP;
    model = (double)(p.step - start) / SECOND;
    cost_of(&cost, &p, p.wall - before, m);
    alarm((unsigned)o->patience);
    if (s >= 0) s = all_sums(&sums, &p, m);
    if (s >= 0 && (MPI_Reduce(&cost, &low, COSTS, MPI_DOUBLE, MPI_MIN, 0, m->comm) != MPI_SUCCESS ||
                   MPI_Reduce(&cost, &high, COSTS, MPI_DOUBLE, MPI_MAX, 0, m->comm) != MPI_SUCCESS))
        s = LPL_E_IO;
    if (s >= 0 && o->trace) s = write_trace(&c, o, m);
    if (s >= 0 && o->alone && !stopped) {
        alarm(0); /* the others have nothing to do but wait */
        s = lpl_mpi_agree(m, m->rank == 0 ? run_alone(o, &one, why, sizeof why) : LPL_OK, why);
    }
    if (s < 0 && m->rank == 0) fprintf(stderr, "cluster_spiking: %s\n", m->text);
    if (s >= 0 && m->rank == 0) {
        missed = report(&p, &sums, o->alone && !stopped ? &one : NULL, &c, m, &low, &high, model, made);
        if (stopped)
            fprintf(stderr, "interrupted at %.4f model s%s\n", (double)p.step / SECOND,
                    o->checkpoint != NULL ? "; the checkpoint is whole: go on with --resume" : "");
        else if (c.n > 1)
            draw(o, &c, &p);
    }
    if (json != NULL && fclose(json) != 0) missed++;
    destroy(&p);
    for (int k = 0; k < POPULATIONS; k++) free(c.rate[k]);
    free(c.work), free(c.told);
    return s < 0 ? 1 : stopped ? 130 : missed > 0;
}

/* Rank 0 reads the command line for all, if all have the same; only it prints what there is to say. */
static int parse(const cli_t *cli, int argc, char **argv, lpl_mpi_t *m) {
    uint64_t sum = 1, got[2], mine[2];
    int status = -1, worst;
    for (int k = 1; k < argc; k++)
        for (const char *c = argv[k]; c == argv[k] || c[-1] != '\0'; c++) sum = mix(sum, (uint64_t)k, (uint64_t)*c);
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
