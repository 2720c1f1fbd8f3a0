/* network/network.c - lpl_network_t: members, memory, what the host lends and asks (include/lpl/network.h). */
#include "network/network.h"

#include <stdlib.h>

#include "core/object.h"
#include "core/param.h"
#include "lif/lif.h"
#include "projection/projection.h"
#include "record/record.h"
#include "source/source.h"
#include "spiking/spiking.h"

enum { BLOCK_STEPS = 64, BLOCK_MOST = 4096, LISTS = 4 << 20 /* bytes */ };

static const lpl_network_config_t defaults = {.size = sizeof(lpl_network_config_t)};

lpl_status_t lpl_network_config_init(lpl_network_config_t *cfg, size_t size) {
    return lpli_config_init(cfg, size, &defaults, sizeof defaults, "lpl_network_config_init");
}

/* ---- life ---- */

lpl_status_t lpl_network_create(const lpl_network_config_t *cfg, lpl_network_t **out) {
    static const char fn[] = "lpl_network_create";
    lpl_network_config_t c = defaults;
    LPLI_TRY(lpli_config_copy(&c, sizeof c, cfg, fn));
    if (!out) return lpli_fail(LPL_E_NULL, fn, "out is NULL");
    if (c.flags != 0) return lpli_fail(LPL_E_ARG, fn, "flags must be 0");
    LPLI_TRY(lpli_check_count(c.block_steps, 0, BLOCK_MOST, fn, "block_steps"));
    lpl_network_t *net = calloc(1, sizeof *net);
    if (!net) return lpli_fail(LPL_E_MEMORY, fn, "no memory for %zu bytes", sizeof *net);
    net->cfg = c;
    *out = net;
    return LPL_OK;
}

void lpl_network_destroy(lpl_network_t *net) {
    if (!net) return;
    free(net->group), free(net->source), free(net->edge), free(net->record), free(net->memory);
    free(net);
}

/* ---- members ---- */

static lpl_status_t can_add(const lpl_network_t *net, const void *member, const char *name, const char *fn) {
    if (!net || !member) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", net ? name : "net");
    if (net->finished) return lpli_fail(LPL_E_ORDER, fn, "members are added before lpl_network_finish");
    return LPL_OK;
}

static lpl_status_t check_dt(const lpl_network_t *net, double dt, const char *fn) {
    if (net->dt == 0 || net->dt == dt) return LPL_OK;
    return lpli_fail(LPL_E_ARG, fn, "dt = %g s, but that of the other members is %g s", dt, net->dt);
}

static lpl_status_t check_group(const lpl_network_t *net, uint32_t group, const char *fn, const char *name) {
    if (group < net->n_groups) return LPL_OK;
    return lpli_fail(LPL_E_ARG, fn, "%s = %llu, but there are %zu groups", name, (unsigned long long)group,
                     net->n_groups);
}

static lpl_status_t twice(const char *fn, const char *name) {
    return lpli_fail(LPL_E_ARG, fn, "%s is in this network already", name);
}

/* Of a group that is not one of inputs. */
static const char *what_it_is(const lpli_group_t *g) {
    return g->lif ? "is a population" : "is remote: its local group fires, others' spikes come by lpl_network_deliver";
}

/* Room for one more of n elements; the arrays double. */
static lpl_status_t grow(void **array, size_t n, size_t elem, const char *fn) {
    if (n & (n - 1)) return LPL_OK; /* no power of two, nor 0 */
    void *more = n > PTRDIFF_MAX / 4 / elem ? NULL : realloc(*array, (n ? 2 * n : 1) * elem);
    if (!more) return lpli_fail(LPL_E_MEMORY, fn, "no memory for %zu members", n + 1);
    *array = more;
    return LPL_OK;
}
#define GROW(array, n, fn)                               \
    do {                                                 \
        void *array_ = array;                            \
        LPLI_TRY(grow(&array_, n, sizeof *(array), fn)); \
        (array) = array_;                                \
    } while (0)

static lpl_status_t add_group(lpl_network_t *net, uint32_t *group, lpli_group_t g, const char *fn) {
    if (net->n_groups >= UINT32_MAX) return lpli_fail(LPL_E_SIZE, fn, "too many groups");
    GROW(net->group, net->n_groups, fn);
    net->group[net->n_groups] = g;
    *group = (uint32_t)net->n_groups++;
    return LPL_OK;
}

lpl_status_t lpl_network_add_input(lpl_network_t *net, uint32_t *group, uint64_t n) {
    static const char fn[] = "lpl_network_add_input";
    LPLI_TRY(can_add(net, group, "group", fn));
    LPLI_TRY(lpli_check_count(n, 1, UINT64_C(1) << 31, fn, "n"));
    return add_group(net, group, (lpli_group_t){.n = (size_t)n}, fn);
}

lpl_status_t lpl_network_add_lif(lpl_network_t *net, uint32_t *group, lpl_lif_t *p) {
    static const char fn[] = "lpl_network_add_lif";
    LPLI_TRY(can_add(net, p, "p", fn));
    if (!group) return lpli_fail(LPL_E_NULL, fn, "group is NULL");
    for (size_t q = 0; q < net->n_groups; q++)
        if (net->group[q].lif == p) return twice(fn, "p");
    LPLI_TRY(check_dt(net, p->cfg.dt, fn));
    LPLI_TRY(add_group(net, group, (lpli_group_t){.n = (size_t)p->cfg.n, .lif = p}, fn));
    net->dt = p->cfg.dt;
    return LPL_OK;
}

lpl_status_t lpl_network_add_remote(lpl_network_t *net, uint32_t *group, uint64_t n_global, uint32_t local,
                                    uint64_t first) {
    static const char fn[] = "lpl_network_add_remote";
    LPLI_TRY(can_add(net, group, "group", fn));
    LPLI_TRY(lpli_check_count(n_global, 1, UINT64_C(1) << 31, fn, "n_global"));
    LPLI_TRY(check_group(net, local, fn, "local"));
    const lpli_group_t *own = &net->group[local];
    if (own->remote)
        return lpli_fail(LPL_E_ARG, fn, "group %llu is remote itself: name its local group", (unsigned long long)local);
    if (own->n > n_global || first > n_global - own->n)
        return lpli_fail(LPL_E_ARG, fn,
                         "group %llu has %zu neurons, first = %llu: they do not fit into n_global = %llu",
                         (unsigned long long)local, own->n, (unsigned long long)first, (unsigned long long)n_global);
    return add_group(net, group,
                     (lpli_group_t){.n = (size_t)n_global, .remote = true, .local = local, .first = (uint32_t)first},
                     fn);
}

lpl_status_t lpl_network_add_source(lpl_network_t *net, lpl_source_t *s, uint32_t group) {
    static const char fn[] = "lpl_network_add_source";
    LPLI_TRY(can_add(net, s, "s", fn));
    LPLI_TRY(check_group(net, group, fn, "group"));
    for (size_t q = 0; q < net->n_sources; q++)
        if (net->source[q].s == s) return twice(fn, "s");
    LPLI_TRY(check_dt(net, s->cfg.dt, fn));
    const uint64_t first = s->shift, n = s->cfg.n;
    lpli_group_t *g = &net->group[group];
    if (g->lif || g->remote) return lpli_fail(LPL_E_ARG, fn, "group %llu %s", (unsigned long long)group, what_it_is(g));
    if (first + n > g->n)
        return lpli_fail(LPL_E_ARG, fn, "source %d is neurons %llu .. %llu, but group %llu has %zu", (int)s->cfg.label,
                         (unsigned long long)first, (unsigned long long)(first + n - 1), (unsigned long long)group,
                         g->n);
    size_t at = 0;
    while (at < net->n_sources && net->source[at].group <= group) at++;
    const bool beside = at > 0 && net->source[at - 1].group == group;
    const uint64_t free_from = beside ? net->source[at - 1].first + net->source[at - 1].n : 0;
    if (first < free_from)
        return lpli_fail(LPL_E_ARG, fn, "source %d begins with neuron %llu, need %llu or more (behind the one before)",
                         (int)s->cfg.label, (unsigned long long)first, (unsigned long long)free_from);
    GROW(net->source, net->n_sources, fn);
    memmove(net->source + at + 1, net->source + at, (net->n_sources - at) * sizeof *net->source);
    net->source[at] = (lpli_source_of_t){s, group, first, n};
    net->n_sources++, g->n_sources++;
    net->dt = s->cfg.dt;
    return LPL_OK;
}

static lpl_status_t add_edge(lpl_network_t *net, lpli_edge_t e, double dt, size_t n_pre, size_t n_post, double most,
                             const char *fn) {
    LPLI_TRY(check_group(net, e.pre, fn, "pre"));
    LPLI_TRY(check_group(net, e.post, fn, "post"));
    for (size_t q = 0; q < net->n_edges; q++)
        if (net->edge[q].p == e.p && net->edge[q].s == e.s) return twice(fn, e.p ? "p" : "s");
    LPLI_TRY(check_dt(net, dt, fn));
    lpli_group_t *const pre = &net->group[e.pre], *const post = &net->group[e.post];
    if (post->remote)
        return lpli_fail(LPL_E_ARG, fn, "group %llu is remote: a projection ends in its local group, %llu",
                         (unsigned long long)e.post, (unsigned long long)post->local);
    if (n_pre != pre->n)
        return lpli_fail(LPL_E_SIZE, fn, "group %llu has %zu neurons, need n_pre = %zu", (unsigned long long)e.pre,
                         pre->n, n_pre);
    if (n_post != post->n)
        return lpli_fail(LPL_E_SIZE, fn, "group %llu has %zu neurons, need n_post = %zu", (unsigned long long)e.post,
                         post->n, n_post);
    if ((e.s || e.receptor != LPL_NETWORK_NO_RECEPTOR) && !post->lif)
        return lpli_fail(LPL_E_ARG, fn, "group %llu is no population", (unsigned long long)e.post);
    if (e.receptor != LPL_NETWORK_NO_RECEPTOR)
        LPLI_TRY(lpli_lif_receptor(post->lif, e.receptor, e.dtype, n_post, 0, &e.g, fn));
    if (e.s) LPLI_TRY(lpli_check_same_dtype(post->lif->cfg.dtype, e.dtype, "the target", fn));
    GROW(net->edge, net->n_edges, fn);
    net->edge[net->n_edges++] = e;
    if (e.g) post->more += most;
    net->dt = dt;
    return LPL_OK;
}

lpl_status_t lpl_network_add_projection(lpl_network_t *net, lpl_projection_t *p, uint32_t pre, uint32_t post,
                                        int32_t receptor) {
    static const char fn[] = "lpl_network_add_projection";
    LPLI_TRY(can_add(net, p, "p", fn));
    const lpli_edge_t e = {.p = p,
                           .pre = pre,
                           .post = post,
                           .receptor = receptor,
                           .dtype = p->cfg.dtype,
                           .delay = &p->delay,
                           .step = LPLI_NOT_KNOWN};
    return lpli_fail_note(add_edge(net, e, p->cfg.dt, p->csr.n_pre, p->csr.n_post, lpli_projection_most(p), fn),
                          " (projection %d)", (int)p->cfg.label);
}

lpl_status_t lpl_network_add_spiking(lpl_network_t *net, lpl_spiking_t *s, uint32_t pre, uint32_t post,
                                     int32_t receptor) {
    static const char fn[] = "lpl_network_add_spiking";
    LPLI_TRY(can_add(net, s, "s", fn));
    const lpli_edge_t e = {.s = s,
                           .pre = pre,
                           .post = post,
                           .receptor = receptor,
                           .dtype = s->cfg.dtype,
                           .delay = &s->line,
                           .step = LPLI_NOT_KNOWN};
    return lpli_fail_note(add_edge(net, e, s->cfg.dt, s->csr.n_pre, s->csr.n_post, lpli_spiking_most(s), fn),
                          " (projection %d)", (int)s->cfg.label);
}

lpl_status_t lpl_network_add_record(lpl_network_t *net, lpl_record_t *r, uint32_t group) {
    static const char fn[] = "lpl_network_add_record";
    LPLI_TRY(can_add(net, r, "r", fn));
    LPLI_TRY(check_group(net, group, fn, "group"));
    for (size_t q = 0; q < net->n_records; q++)
        if (net->record[q].r == r) return twice(fn, "r");
    LPLI_TRY(check_dt(net, r->cfg.dt, fn));
    if (net->group[group].remote)
        return lpli_fail(LPL_E_ARG, fn, "group %llu is remote: a recorder sees its local group, %llu",
                         (unsigned long long)group, (unsigned long long)net->group[group].local);
    if (r->cfg.n != net->group[group].n)
        return lpli_fail(LPL_E_SIZE, fn, "the recorder is for %zu neurons, group %llu has %zu", (size_t)r->cfg.n,
                         (unsigned long long)group, net->group[group].n);
    GROW(net->record, net->n_records, fn);
    net->record[net->n_records++] = (lpli_record_of_t){r, group};
    net->group[group].recorded = true;
    net->dt = r->cfg.dt;
    return LPL_OK;
}

/* ---- memory ---- */

/* Neurons of a group that lists may show. */
static uint64_t lists(const lpl_network_t *net, const lpli_group_t *g) {
    return g->remote ? net->group[g->local].n : g->n;
}

static void lay_out(lpl_network_t *net, lpli_arena_t *a) {
    uint64_t most = 0;
    for (size_t q = 0; q < net->n_groups; q++) {
        lpli_group_t *g = &net->group[q];
        g->own_ptr = lpli_take(a, net->block + 1, 1, sizeof *g->own_ptr);
        g->own = lpli_take(a, net->block, lists(net, g), sizeof *g->own);
        if (g->n_sources > 0 && g->n > most) most = g->n;
    }
    for (size_t q = 0; q < net->n_edges; q++) net->edge[q].busy = lpli_take(a, net->edge[q].delay->steps, 1, 1);
    net->when = lpli_take(a, most, net->block, sizeof *net->when);
    net->whom = lpli_take(a, most, net->block, sizeof *net->whom);
    net->place = lpli_take(a, net->block + 1, 1, sizeof *net->place);
}

lpl_status_t lpl_network_finish(lpl_network_t *net) {
    static const char fn[] = "lpl_network_finish";
    if (!net) return lpli_fail(LPL_E_NULL, fn, "net is NULL");
    if (net->finished || net->n_groups == 0)
        return lpli_fail(LPL_E_ORDER, fn,
                         net->finished ? "this network is finished" : "a network has one group at least");
    uint64_t neurons = 0;
    for (size_t q = 0; q < net->n_groups; q++) neurons += lists(net, &net->group[q]);
    size_t block = net->cfg.block_steps ? (size_t)net->cfg.block_steps : BLOCK_STEPS;
    while (!net->cfg.block_steps && block > 1 && neurons * block > LISTS / sizeof(uint32_t)) block /= 2;
    net->block = block;
    lpli_arena_t a = {0};
    lay_out(net, &a);
    if (a.too_large) {
        net->block = 0;
        return lpli_fail(LPL_E_SIZE, fn, "%llu neurons: more memory than can be addressed",
                         (unsigned long long)neurons);
    }
    net->bytes = a.used + LPLI_ALIGN;
    net->memory = calloc(1, net->bytes);
    if (!net->memory) {
        net->block = 0;
        return lpli_fail(LPL_E_MEMORY, fn, "no memory for %zu bytes", net->bytes);
    }
    a = lpli_arena_behind(net->memory, 0);
    lay_out(net, &a);
    net->finished = true;
    return LPL_OK;
}

/* ---- spikes from and to the host ---- */

static lpl_status_t check_ready(const lpl_network_t *net, uint32_t group, const char *fn) {
    if (!net) return lpli_fail(LPL_E_NULL, fn, "net is NULL");
    if (!net->finished) return lpli_fail(LPL_E_ORDER, fn, "lpl_network_finish comes first");
    return check_group(net, group, fn, "group");
}

static lpl_status_t check_lists(const lpli_group_t *g, size_t n_steps, const uint64_t *ptr, const uint32_t *neuron,
                                const char *fn) {
    if (!ptr) return lpli_fail(LPL_E_NULL, fn, "ptr is NULL");
    LPLI_TRY(lpli_check_size(n_steps, 0, PTRDIFF_MAX / sizeof *ptr - 1, fn, "n_steps"));
    for (size_t k = 0; k < n_steps; k++) {
        if (ptr[k + 1] < ptr[k] || ptr[k + 1] > PTRDIFF_MAX / sizeof *neuron)
            return lpli_fail(LPL_E_ARG, fn, "ptr[%zu] = %llu after %llu: need ascending offsets", k + 1,
                             (unsigned long long)ptr[k + 1], (unsigned long long)ptr[k]);
        const size_t n = (size_t)(ptr[k + 1] - ptr[k]);
        if (n > 0 && !neuron) return lpli_fail(LPL_E_NULL, fn, "neuron is NULL, with spikes in it");
        LPLI_TRY(lpli_fail_note(lpli_check_spikes(neuron ? neuron + ptr[k] : NULL, n, g->n, fn, "neuron"),
                                " (step %zu, from neuron[%llu] on)", k, (unsigned long long)ptr[k]));
    }
    return LPL_OK;
}

lpl_status_t lpl_network_feed(lpl_network_t *net, uint32_t group, size_t n_steps, const uint64_t *ptr,
                              const uint32_t *neuron) {
    static const char fn[] = "lpl_network_feed";
    LPLI_TRY(check_ready(net, group, fn));
    lpli_group_t *g = &net->group[group];
    if (g->lif || g->remote || g->n_sources > 0)
        return lpli_fail(LPL_E_ARG, fn, "group %llu %s", (unsigned long long)group,
                         g->n_sources > 0 ? "has sources" : what_it_is(g));
    LPLI_TRY(check_lists(g, n_steps, ptr, neuron, fn));
    g->fed_ptr = ptr, g->fed = neuron, g->fed_steps = n_steps;
    return LPL_OK;
}

lpl_status_t lpl_network_spikes_into(lpl_network_t *net, uint32_t group, uint64_t *ptr, size_t room_steps,
                                     uint32_t *neuron, size_t room) {
    static const char fn[] = "lpl_network_spikes_into";
    if (!net) return lpli_fail(LPL_E_NULL, fn, "net is NULL");
    LPLI_TRY(check_group(net, group, fn, "group"));
    if (!ptr && (room_steps > 0 || neuron)) return lpli_fail(LPL_E_NULL, fn, "ptr is NULL");
    LPLI_TRY(lpli_check_size(room_steps, 0, PTRDIFF_MAX / sizeof *ptr - 1, fn, "room_steps"));
    LPLI_TRY(lpli_check_matrix(neuron, 1, room, room, sizeof *neuron, fn, "neuron"));
    lpli_group_t *g = &net->group[group];
    g->out_ptr = ptr, g->out = neuron, g->out_steps = room_steps, g->out_room = room;
    return LPL_OK;
}

/* Bits in the rows of steps that a projection has behind it. */
static void deliver(lpli_edge_t *e, size_t n_steps, const uint64_t *ptr, const uint32_t *neuron) {
    const uint64_t step = e->s ? e->s->step : e->p->step;
    for (size_t k = 0; k < n_steps; k++) {
        if (ptr[k + 1] == ptr[k]) continue;
        const uint64_t t = step - n_steps + k;
        uint64_t *const row = lpli_delay_row(e->delay, t);
        /* learning counts by its own clock, which stands still in mode FROZEN */
        uint64_t *const bits = e->s && e->learned > 0
                                   ? e->s->pre_bits + (2 * e->s->delay + e->s->pending - n_steps + k) * e->s->pre_words
                                   : NULL;
        for (uint64_t q = ptr[k]; q < ptr[k + 1]; q++) {
            const uint64_t bit = (uint64_t)1 << neuron[q] % 64;
            row[neuron[q] / 64] |= bit;
            if (bits) bits[neuron[q] / 64] |= bit;
        }
        e->busy[t % e->delay->steps] = 1;
    }
}

lpl_status_t lpl_network_deliver(lpl_network_t *net, uint32_t group, size_t n_steps, const uint64_t *ptr,
                                 const uint32_t *neuron) {
    static const char fn[] = "lpl_network_deliver";
    LPLI_TRY(check_ready(net, group, fn));
    const lpli_group_t *g = &net->group[group];
    if (g->lif || g->recorded)
        return lpli_fail(LPL_E_ARG, fn, "group %llu %s", (unsigned long long)group,
                         g->lif ? "is a population" : "has a recorder, which has seen these steps");
    if (net->stopped) return lpli_fail(LPL_E_ORDER, fn, "the last run stopped inside a step: go on with it first");
    LPLI_TRY(lpli_check_size(n_steps, net->last, net->last, fn, "n_steps (as the last run)"));
    LPLI_TRY(check_lists(g, n_steps, ptr, neuron, fn));
    for (size_t q = 0; q < net->n_edges; q++) {
        const lpli_edge_t *e = &net->edge[q];
        if (e->pre == group && e->delay->steps < n_steps)
            return lpli_fail(LPL_E_SIZE, fn, "the last run had %zu steps, but spikes of group %llu arrive after %zu",
                             n_steps, (unsigned long long)group, e->delay->steps);
    }
    for (size_t q = 0; q < net->n_edges; q++)
        if (net->edge[q].pre == group) deliver(&net->edge[q], n_steps, ptr, neuron);
    return LPL_OK;
}

/* ---- parameters ---- */

static double compute(const void *object, int32_t param) {
    const lpl_network_t *net = object;
    size_t least = 0;
    switch (param) {
    case LPL_NETWORK_PARAM_STOPPED: return net->stopped ? 1 : 0;
    case LPL_NETWORK_PARAM_DELAY:
        for (size_t q = 0; q < net->n_edges; q++)
            if (q == 0 || net->edge[q].delay->steps < least) least = net->edge[q].delay->steps;
        return (double)least;
    default: return (double)(sizeof *net + net->bytes); /* MEMORY; the short lists of members are not counted */
    }
}

static const lpli_param_t param_table[] = {
    [LPL_NETWORK_PARAM_STEP] = LPLI_PARAM_READ("step", lpl_network_t, steps, LPLI_UINT64),
    [LPL_NETWORK_PARAM_LAST] = LPLI_PARAM_READ("last", lpl_network_t, last, LPLI_SIZE),
    [LPL_NETWORK_PARAM_STOPPED] = LPLI_PARAM_COMPUTED("stopped"),
    [LPL_NETWORK_PARAM_N_GROUPS] = LPLI_PARAM_READ("n_groups", lpl_network_t, n_groups, LPLI_SIZE),
    [LPL_NETWORK_PARAM_BLOCK] = LPLI_PARAM_READ("block", lpl_network_t, block, LPLI_SIZE),
    [LPL_NETWORK_PARAM_DELAY] = LPLI_PARAM_COMPUTED("delay"),
    [LPL_NETWORK_PARAM_MEMORY] = LPLI_PARAM_COMPUTED("memory"),
};
static const lpli_params_t params = {.handle = "net",
                                     .noun = "network",
                                     .label = offsetof(lpl_network_t, cfg.flags),
                                     .table = param_table,
                                     .n = sizeof param_table / sizeof *param_table,
                                     .compute = compute};

lpl_status_t lpl_network_get(const lpl_network_t *net, int32_t param, double *value) {
    return lpli_param_get(&params, net, param, value, "lpl_network_get");
}
