/* network/run.c - steps of a network, block by block.
 *
 * A block is a stretch of steps in which no plastic weight changes before its last step is done. What has to happen
 * step by step (neurons, arrivals, inhibitory plasticity at a spike) does; the rest is done once a block: sources,
 * learning of plastic projections, traces of silent neurons, recorders, what the host wants to see.
 *
 * The bits are those of the loop in include/lpl/network.h. Projections are independent of each other but for the order
 * in which they add to one conductance, which is kept, so arrival and learning of one may lie together.
 *
 * A network in which some call could fail (absurd parameters) goes step by step in the order of that loop; `stopped`
 * counts its calls. */
#include "core/object.h"
#include "lif/lif.h"
#include "network/network.h"
#include "projection/projection.h"
#include "record/record.h"
#include "source/source.h"
#include "spiking/spiking.h"

static const char fn[] = "lpl_network_run";

/* ---- inputs ---- */

/* What the sources of a group bring in n steps. Source by source they ascend in time: sorted by step, sources stay in
 * their order, which is that of their neurons. */
static void ask_sources(lpl_network_t *net, size_t first, size_t end, size_t n) {
    lpli_group_t *g = &net->group[net->source[first].group];
    uint64_t *const ptr = g->own_ptr, *const place = net->place;
    size_t spikes = 0;
    for (size_t q = first; q < end; q++)
        spikes += lpli_source_some(net->source[q].s, n, net->when + spikes, net->whom + spikes);
    memset(ptr, 0, (n + 1) * sizeof *ptr);
    for (size_t s = 0; s < spikes; s++) ptr[net->when[s] + 1]++;
    for (size_t k = 0; k < n; k++) ptr[k + 1] += place[k] = ptr[k];
    for (size_t s = 0; s < spikes; s++) g->own[place[net->when[s]]++] = net->whom[s];
    g->ptr = ptr, g->who = g->own;
}

/* A remote group in step k: the local one's neurons under their numbers in it. */
static void pass_on(lpl_network_t *net, lpli_group_t *g, size_t k) {
    size_t n;
    const uint32_t *who = lpli_fired(&net->group[g->local], k, &n);
    uint32_t *own = g->own + g->own_ptr[k];
    for (size_t s = 0; s < n; s++) own[s] = who[s] + g->first;
    g->own_ptr[k + 1] = g->own_ptr[k] + n;
}

/* Lists of all groups of inputs for n steps, of which `done` of this run come before. */
static void open_inputs(lpl_network_t *net, size_t done, size_t n) {
    for (size_t first = 0, end; first < net->n_sources; first = end) {
        for (end = first + 1; end < net->n_sources && net->source[end].group == net->source[first].group;) end++;
        ask_sources(net, first, end, n);
    }
    for (size_t q = 0; q < net->n_groups; q++) {
        lpli_group_t *g = &net->group[q];
        if (g->lif || g->remote) {
            g->ptr = g->own_ptr, g->who = g->own;
            g->own_ptr[0] = 0;
        } else if (g->n_sources == 0 && g->fed_ptr)
            g->ptr = g->fed_ptr + done, g->who = g->fed;
        else if (g->n_sources == 0) {
            memset(g->own_ptr, 0, (n + 1) * sizeof *g->own_ptr);
            g->ptr = g->own_ptr, g->who = g->own;
        }
    }
}

/* ---- one step ---- */

static void fire(lpli_group_t *g, size_t k) {
    uint64_t *ptr = g->own_ptr;
    ptr[k + 1] = ptr[k] + LPLI_BY_DTYPE(g->lif->cfg.dtype, lpli_lif_advance)(g->lif, g->own + ptr[k]);
}

/* Populations of a step, and who is told elsewhere. */
static void fire_all(lpl_network_t *net, size_t k) {
    for (size_t q = 0; q < net->n_groups; q++)
        if (net->group[q].lif) fire(&net->group[q], k);
    for (size_t q = 0; q < net->n_groups; q++)
        if (net->group[q].remote) pass_on(net, &net->group[q], k);
}

static lpl_status_t arrive(const lpli_edge_t *e, const uint64_t *row) {
    if (e->s) return LPLI_BY_DTYPE(e->dtype, lpli_spiking_arrive)(e->s, e->g, row, fn);
    LPLI_BY_DTYPE(e->dtype, lpli_projection_arrive)(e->p, e->g, row);
    return LPL_OK;
}

static void catch_up(lpli_edge_t *e) {
    if (e->behind > 0) LPLI_BY_DTYPE(e->dtype, lpli_projection_idle)(e->p, e->behind);
    e->behind = 0;
}

/* Inhibitory plasticity, if something has happened to it. */
static inline void learn_inhibitory(lpli_edge_t *e, const uint64_t *row, bool arrived, const uint32_t *post,
                                    size_t n_post) {
    if (!arrived && n_post == 0) {
        e->behind++;
        return;
    }
    catch_up(e);
    LPLI_BY_DTYPE(e->dtype, lpli_projection_learn)(e->p, row, post, n_post, e->learns);
}

/* Spikes of this step take the place of those that have arrived. */
static inline void send(lpli_edge_t *e, uint64_t *row, const uint32_t *pre, size_t n_pre) {
    if (e->busy[e->phase] || n_pre > 0) {
        lpli_spikes_to_bits(row, e->delay->words, pre, n_pre);
        e->busy[e->phase] = n_pre > 0;
    }
    if (++e->phase == e->delay->steps) e->phase = 0;
}

static inline uint64_t *row_of(const lpli_edge_t *e) { return e->delay->rows + e->phase * e->delay->words; }

static inline void record(const lpl_network_t *net, lpli_edge_t *e, size_t k, const uint32_t *pre, size_t n_pre,
                          const uint32_t *post, size_t n_post) {
    LPLI_BY_DTYPE(e->dtype, lpli_spiking_record)
    (e->s, k, pre, n_pre, post, n_post, net->group[e->post].lif->state[LPL_LIF_V]);
}

/* ---- the end of a block ---- */

static void show(lpli_group_t *g, size_t done, size_t n) {
    if (!g->out_ptr) return;
    uint64_t at = g->out_ptr[done];
    for (size_t k = 0; k < n; k++) {
        size_t fired;
        const uint32_t *who = lpli_fired(g, k, &fired);
        for (size_t s = 0; s < fired; s++, at++)
            if (at < g->out_room) g->out[at] = who[s];
        g->out_ptr[done + k + 1] = at;
    }
}

static void close_block(lpl_network_t *net, size_t done, size_t n) {
    for (size_t q = 0; q < net->n_records; q++) {
        const lpli_group_t *g = &net->group[net->record[q].group];
        for (size_t k = 0; k < n; k++) {
            size_t fired;
            const uint32_t *who = lpli_fired(g, k, &fired);
            lpli_record_advance(net->record[q].r, who, fired);
        }
    }
    for (size_t q = 0; q < net->n_groups; q++) show(&net->group[q], done, n);
    net->steps += n;
    net->last += n;
}

/* The clock of a projection, which has made n steps. */
static void tick(lpli_edge_t *e, size_t n) {
    uint64_t *step = e->s ? &e->s->step : &e->p->step;
    *step += n;
    e->step = *step;
}

/* ---- a block in which nothing can fail ---- */

static void run_block(lpl_network_t *net, size_t done, size_t n) {
    open_inputs(net, done, n);
    for (size_t k = 0; k < n; k++) {
        fire_all(net, k);
        for (size_t q = 0; q < net->n_edges; q++) {
            lpli_edge_t *e = &net->edge[q];
            size_t n_pre, n_post;
            const uint32_t *const pre = lpli_fired(&net->group[e->pre], k, &n_pre), *const post =
                                                                                        lpli_fired(&net->group[e->post],
                                                                                                   k, &n_post);
            uint64_t *const row = row_of(e);
            const bool arrived = e->busy[e->phase] != 0;
            if (arrived && e->g) (void)arrive(e, row);
            if (e->moves && e->p) learn_inhibitory(e, row, arrived, post, n_post);
            if (e->moves && e->s) record(net, e, k, pre, n_pre, post, n_post);
            send(e, row, pre, n_pre);
        }
    }
    for (size_t q = 0; q < net->n_edges; q++) {
        lpli_edge_t *e = &net->edge[q];
        if (e->p) catch_up(e);
        if (e->s && e->moves) {
            if (LPLI_BY_DTYPE(e->dtype, lpli_spiking_learn)(e->s, n, NULL, fn) == LPL_LOOK) net->look = true;
            e->learned += n;
        }
        tick(e, n);
    }
    for (size_t q = 0; q < net->n_groups; q++) {
        const lpli_group_t *g = &net->group[q];
        if (g->lif) g->lif->high += (double)n * g->more;
    }
    close_block(net, done, n);
}

/* ---- one step that can fail ---- */

/* What the host has lent, as own lists: a later run may have to go on with them. */
static void keep_inputs(lpl_network_t *net) {
    for (size_t q = 0; q < net->n_groups; q++) {
        lpli_group_t *g = &net->group[q];
        if (g->lif || g->who == g->own) continue;
        size_t n;
        const uint32_t *who = lpli_fired(g, 0, &n);
        if (n > 0) memcpy(g->own, who, n * sizeof *who);
        g->own_ptr[0] = 0, g->own_ptr[1] = n;
        g->ptr = g->own_ptr, g->who = g->own;
    }
}

static lpl_status_t call(lpl_network_t *net, size_t number) {
    lpli_edge_t *e = &net->edge[number < net->n_edges ? number : number - net->n_edges];
    size_t n_pre, n_post;
    const uint32_t *const pre = lpli_fired(&net->group[e->pre], 0, &n_pre), *const post = lpli_fired(
                                                                                &net->group[e->post], 0, &n_post);
    lpl_lif_t *target = net->group[e->post].lif;
    uint64_t *const row = row_of(e);
    if (number < net->n_edges) { /* what arrives */
        if (!e->g) return LPL_OK;
        target->high += e->s ? lpli_spiking_most(e->s) : lpli_projection_most(e->p);
        return arrive(e, row);
    }
    if (e->p && e->moves) learn_inhibitory(e, row, true, post, n_post);
    if (e->s && e->moves) {
        record(net, e, 0, pre, n_pre, post, n_post);
        const lpl_status_t status = LPLI_BY_DTYPE(e->dtype, lpli_spiking_learn)(e->s, 1, target->state[LPL_LIF_V], fn);
        if (status < 0) return status;
        if (status == LPL_LOOK) net->look = true;
        e->learned++;
    }
    send(e, row, pre, n_pre);
    tick(e, 1);
    return LPL_OK;
}

static lpl_status_t careful_step(lpl_network_t *net, size_t done) {
    if (!net->stopped) {
        for (size_t q = 0; q < net->n_groups; q++)
            if (net->group[q].lif)
                LPLI_TRY(LPLI_BY_DTYPE(net->group[q].lif->cfg.dtype, lpli_lif_look)(net->group[q].lif, fn));
        open_inputs(net, done, 1);
        keep_inputs(net);
        fire_all(net, 0);
        net->stopped = 1;
    }
    for (; net->stopped <= 2 * net->n_edges; net->stopped++) LPLI_TRY(call(net, net->stopped - 1));
    net->stopped = 0;
    close_block(net, done, 1);
    return LPL_OK;
}

/* ---- a run ---- */

/* What the host may have changed since the last run. */
static void look_at_edges(lpl_network_t *net) {
    for (size_t q = 0; q < net->n_edges; q++) {
        lpli_edge_t *e = &net->edge[q];
        const uint64_t step = e->s ? e->s->step : e->p->step;
        e->moves = e->s ? e->s->cfg.mode != LPL_MODE_FROZEN : lpli_projection_moves(e->p);
        e->learns = e->p && lpli_projection_learns(e->p);
        e->learned = net->stopped && e->learned > net->last; /* from the step that is not whole yet */
        e->phase = (size_t)(step % e->delay->steps);
        if (step == e->step) continue; /* nobody else has moved it */
        for (size_t r = 0; r < e->delay->steps; r++) {
            uint64_t any = 0;
            for (size_t w = 0; w < e->delay->words; w++) any |= e->delay->rows[r * e->delay->words + w];
            e->busy[r] = any != 0;
        }
        e->step = step;
    }
}

/* Steps of the next block; 0: one step, which can fail. */
static size_t next_block(lpl_network_t *net, size_t left) {
    size_t n = left < net->block ? left : net->block;
    for (size_t q = 0; q < net->n_edges; q++) {
        const lpli_edge_t *e = &net->edge[q];
        if (!e->s) continue;
        if (e->g && !LPLI_BY_DTYPE(e->dtype, lpli_spiking_drives_safely)(e->s)) return 0;
        if (!e->moves) continue;
        if (!e->s->calm) return 0;
        const size_t whole = lpli_spiking_left(e->s);
        if (whole < n) n = whole;
    }
    for (size_t q = 0; q < net->n_groups; q++) {
        const lpli_group_t *g = &net->group[q];
        if (g->lif && !LPLI_BY_DTYPE(g->lif->cfg.dtype, lpli_lif_is_calm)(g->lif, (double)n * g->more)) return 0;
    }
    return n;
}

static lpl_status_t check(const lpl_network_t *net, size_t n_steps) {
    const size_t sources = net->stopped ? n_steps - 1 : n_steps; /* that many steps they have still to make */
    for (size_t q = 0; n_steps > 0 && q < net->n_sources; q++) {
        const lpl_source_t *s = net->source[q].s;
        if (lpli_source_left(s) < sources)
            return lpli_fail(LPL_E_SIZE, fn, "source %d has %llu steps left, need %zu", (int)s->cfg.label,
                             (unsigned long long)lpli_source_left(s), sources);
    }
    for (size_t q = 0; n_steps > 0 && q < net->n_edges; q++)
        if (net->edge[q].s) LPLI_TRY(lpli_spiking_check_ask(net->edge[q].s, fn));
    for (size_t q = 0; q < net->n_groups; q++) {
        const lpli_group_t *g = &net->group[q];
        if (g->fed_ptr && g->fed_steps != n_steps)
            return lpli_fail(LPL_E_SIZE, fn, "n_steps = %zu, but spikes of group %zu are for %zu", n_steps, q,
                             g->fed_steps);
        if (g->out_ptr && g->out_steps < n_steps)
            return lpli_fail(LPL_E_SIZE, fn, "n_steps = %zu, but ptr of group %zu has room for %zu", n_steps, q,
                             g->out_steps);
    }
    return LPL_OK;
}

lpl_status_t lpl_network_run(lpl_network_t *net, size_t n_steps) {
    if (!net) return lpli_fail(LPL_E_NULL, fn, "net is NULL");
    if (!net->finished) return lpli_fail(LPL_E_ORDER, fn, "lpl_network_finish comes first");
    LPLI_TRY(lpli_check_size(n_steps, 0, PTRDIFF_MAX, fn, "n_steps"));
    LPLI_TRY(check(net, n_steps));
    look_at_edges(net);
    net->last = 0;
    net->look = false;
    for (size_t q = 0; q < net->n_groups; q++)
        if (net->group[q].out_ptr) net->group[q].out_ptr[0] = 0;
    lpl_status_t status = LPL_OK;
    while (status >= 0 && net->last < n_steps) {
        const size_t n = net->stopped ? 0 : next_block(net, n_steps - net->last);
        if (n > 0)
            run_block(net, net->last, n);
        else
            status = careful_step(net, net->last);
    }
    for (size_t q = 0; q < net->n_groups; q++) net->group[q].fed_ptr = NULL;
    return status < 0 ? status : net->look ? LPL_LOOK : LPL_OK;
}
