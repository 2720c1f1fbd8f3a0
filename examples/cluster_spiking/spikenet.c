/* cluster_spiking/spikenet.c - see spikenet.h. */
#include "cluster_spiking/spikenet.h"

#include <math.h>
#include <string.h>

#include "worlds/must.h"

enum { KNOTS = 64 };                                             /* of a slow group's period */
enum { STREAM_V = SIGNAL_GROUPS, STREAM_IN, STREAM_FIRST = 16 }; /* of the seed */

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
lpl_status_t spikenet_make_members(part_t *p) {
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
lpl_status_t spikenet_compose(part_t *p) {
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

void spikenet_destroy(part_t *p) {
    lpl_network_destroy(p->net);
    for (int g = 0; g < SIGNAL_GROUPS; g++) lpl_source_destroy(p->source[g]);
    for (int k = 0; k < POPULATIONS; k++) free(p->ptr[k]), free(p->fired[k]);
    destroy_members(p);
    memset(p, 0, sizeof *p);
}

void spikenet_begin(part_t *p, const options_t *o, const lpl_mpi_t *m) {
    memset(p, 0, sizeof *p);
    p->o = o, p->plan = make_plan(o);
    for (int k = 0; k < POPULATIONS; k++) p->n[k] = lpl_mpi_split(p->plan.n[k], m->ranks, m->rank, &p->first[k]);
}

/* ---- sums over ranks that do not depend on their number ---- */

uint64_t spikenet_mix(uint64_t a, uint64_t b, uint64_t c) {
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
            *sum += spikenet_mix(pre, post_begin + col[at + k], (uint64_t)bits << 8 | salt);
        }
    }
    return LPL_OK;
}

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

lpl_status_t spikenet_sums(sums_t *s, const part_t *p, lpl_mpi_t *m) {
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

lpl_status_t spikenet_save(part_t *p, lpl_mpi_t *m, double wall) {
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
lpl_status_t spikenet_take_up(part_t *p, lpl_mpi_t *m) {
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
