/* examples/worlds/network.c - see network.h. */
#include "network.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "must.h"
#include "statefile.h"

const char *const network_names[NETWORK_CONDITIONS] = {"lpl", "pred_off", "hebb_off", "inhib_off", "inhib_fixed"};
const char *const network_titles[NETWORK_CONDITIONS] = {"LPL", "pred. off", "Hebb off", "inhib. off", "inhib. fixed"};

/* Streams of the seed; the sources have 0 .. SIGNALS - 1. */
enum { STREAM_V = 5, STREAM_IN_E = 6, STREAM_MASK = 7, STREAM_I_E = 8, STREAM_I_I = 9 };

network_setup_t network_defaults(void) {
    const network_setup_t s = {NETWORK_LPL,     1, SIGNALS_PUBLISHED, LPL_SCALING_NONE, LPL_FORM_ERRATUM,
                               LPL_ENGINE_AUTO, 1};
    return s;
}

/* ---- building ---- */

static void make_sources(network_t *net) {
    signals_make(net->signal, net->setup.signal_seed);
    for (int k = 0; k < SIGNALS; k++) {
        lpl_source_config_t c;
        MUST(lpl_source_config_init(&c, sizeof c));
        c.flags = LPL_SOURCE_LOOP;
        c.label = k, c.n = NETWORK_GROUP, c.first = (uint64_t)k * NETWORK_GROUP;
        c.seed = net->setup.seed, c.stream = (uint64_t)k;
        c.n_knots = net->signal[k].n, c.time_s = net->signal[k].time_s, c.rate_hz = net->signal[k].rate_hz;
        MUST(lpl_source_create(&c, &net->source[k]));
    }
}

static lpl_connect_t by_chance(const network_t *net, double probability, uint64_t stream, uint32_t flags) {
    lpl_connect_t c;
    MUST(lpl_connect_init(&c, sizeof c));
    c.kind = LPL_CONNECT_RANDOM;
    c.flags = flags, c.probability = probability, c.seed = net->setup.seed, c.stream = stream;
    return c;
}

static lpl_projection_t *make_projection(int32_t kind, uint64_t n_pre, uint64_t n_post, double w,
                                         const lpl_connect_t *connect) {
    lpl_projection_config_t c;
    lpl_projection_t *p = NULL;
    MUST(lpl_projection_config_init(&c, sizeof c));
    c.kind = kind, c.n_pre = n_pre, c.n_post = n_post, c.w_init = w;
    MUST(lpl_projection_create(&c, connect, &p));
    return p;
}

/* E -> I: from x = 0 .. 99 to the neuron with centre c = 0 .. 100 with probability exp(-(x - c)^2 / 20^2). */
static lpl_projection_t *make_mask(const network_t *net) {
    uint32_t pre[NETWORK_E * NETWORK_I], post[NETWORK_E * NETWORK_I];
    double draw[NETWORK_E * NETWORK_I];
    lpl_connect_t c;
    MUST(lpl_random_uniform_f64(draw, sizeof draw / sizeof *draw, net->setup.seed, STREAM_MASK, 0));
    MUST(lpl_connect_init(&c, sizeof c));
    c.kind = LPL_CONNECT_LIST;
    c.pre = pre, c.post = post;
    for (int x = 0; x < NETWORK_E; x++)
        for (int k = 0; k < NETWORK_I; k++) {
            const double d = x - 100.0 * k / (NETWORK_I - 1);
            if (draw[x * NETWORK_I + k] >= exp(-d * d / 400)) continue;
            pre[c.n_synapses] = (uint32_t)x, post[c.n_synapses] = (uint32_t)k;
            c.n_synapses++;
        }
    return make_projection(LPL_PROJECTION_STATIC, NETWORK_E, NETWORK_I, 0.5, &c);
}

lpl_spiking_config_t network_plastic(const network_setup_t *s) {
    lpl_spiking_config_t lpl;
    MUST(lpl_spiking_config_init(&lpl, sizeof lpl));
    MUST(lpl_spiking_preset(&lpl, s->form == LPL_FORM_REFERENCE ? LPL_PRESET_SPIKING_NETWORK_REFERENCE
                                                                : LPL_PRESET_SPIKING_NETWORK));
    lpl.n_pre = NETWORK_IN, lpl.n_post = NETWORK_E;
    lpl.pull = s->condition == NETWORK_PRED_OFF ? 0 : 1;
    lpl.push = s->condition == NETWORK_HEBB_OFF ? 0 : 1;
    lpl.scaling = s->scaling, lpl.engine = s->engine, lpl.threads = s->threads;
    return lpl;
}

static void make_states(network_t *net) {
    const network_setup_t *s = &net->setup;
    lpl_lif_config_t lif;
    const lpl_spiking_config_t lpl = network_plastic(s);
    lpl_connect_t connect = by_chance(net, 0.1, STREAM_IN_E, 0);
    MUST(lpl_spiking_create(&lpl, &connect, &net->in_e));

    MUST(lpl_lif_config_init(&lif, sizeof lif));
    lif.n = NETWORK_E, lif.seed = s->seed, lif.stream = STREAM_V;
    MUST(lpl_lif_create(&lif, &net->e));
    if (s->condition == NETWORK_INHIB_OFF) return;
    lif.n = NETWORK_I, lif.label = 1, lif.v_init = lif.v_rest, lif.v_init_sd = 0;
    MUST(lpl_lif_create(&lif, &net->i));
    net->e_i = make_mask(net);
    connect = by_chance(net, 0.5, STREAM_I_E, 0);
    net->i_e = make_projection(s->condition == NETWORK_INHIB_FIXED ? LPL_PROJECTION_STATIC : LPL_PROJECTION_INHIBITORY,
                               NETWORK_I, NETWORK_E, 0.5, &connect);
    connect = by_chance(net, 0.1, STREAM_I_I, LPL_CONNECT_NO_SELF);
    net->i_i = make_projection(LPL_PROJECTION_STATIC, NETWORK_I, NETWORK_I, 0.4, &connect);
}

static void watch(network_t *net, uint32_t group, network_spikes_t *s, size_t n) {
    s->neuron = must_alloc(NETWORK_RUN * n, sizeof *s->neuron);
    MUST(lpl_network_spikes_into(net->all, group, s->ptr, NETWORK_RUN, s->neuron, NETWORK_RUN * n));
}

/* Who fires into what, once everybody is there. Projections transmit in this order. */
static void compose(network_t *net) {
    lpl_network_config_t c;
    uint32_t in, e, i;
    MUST(lpl_network_config_init(&c, sizeof c));
    MUST(lpl_network_create(&c, &net->all));
    MUST(lpl_network_add_input(net->all, &in, NETWORK_IN));
    for (int k = 0; k < SIGNALS; k++) MUST(lpl_network_add_source(net->all, net->source[k], in));
    MUST(lpl_network_add_lif(net->all, &e, net->e));
    MUST(lpl_network_add_spiking(net->all, net->in_e, in, e, LPL_RECEPTOR_AMPA));
    if (net->i != NULL) {
        MUST(lpl_network_add_lif(net->all, &i, net->i));
        MUST(lpl_network_add_projection(net->all, net->e_i, e, i, LPL_RECEPTOR_AMPA));
        MUST(lpl_network_add_projection(net->all, net->i_e, i, e, LPL_RECEPTOR_GABA));
        MUST(lpl_network_add_projection(net->all, net->i_i, i, i, LPL_RECEPTOR_GABA));
    }
    MUST(lpl_network_finish(net->all));
    watch(net, in, &net->in, NETWORK_IN);
    watch(net, e, &net->of_e, NETWORK_E);
    if (net->i != NULL) watch(net, i, &net->of_i, NETWORK_I);
}

network_t *network_create(const network_setup_t *setup) {
    network_t *net = must_alloc(1, sizeof *net);
    net->setup = *setup;
    make_sources(net);
    make_states(net);
    compose(net);
    return net;
}

void network_destroy(network_t *net) {
    if (net == NULL) return;
    lpl_network_destroy(net->all);
    free(net->in.neuron), free(net->of_e.neuron), free(net->of_i.neuron);
    for (int k = 0; k < SIGNALS; k++) lpl_source_destroy(net->source[k]);
    lpl_lif_destroy(net->e), lpl_lif_destroy(net->i);
    lpl_spiking_destroy(net->in_e);
    lpl_projection_destroy(net->e_i), lpl_projection_destroy(net->i_e), lpl_projection_destroy(net->i_i);
    signals_free(net->signal);
    free(net);
}

/* ---- running ---- */

void network_run(network_t *net, size_t n) {
    MUST(lpl_network_run(net->all, n));
    net->step += n;
}

static size_t look(const network_spikes_t *s, size_t k, const uint32_t **neuron) {
    *neuron = s->neuron + s->ptr[k];
    return (size_t)(s->ptr[k + 1] - s->ptr[k]);
}

void network_look(network_t *net, size_t k) {
    net->n_all_in = look(&net->in, k, &net->spk_in);
    net->n_e = look(&net->of_e, k, &net->spk_e), net->n_i = look(&net->of_i, k, &net->spk_i);
    memset(net->n_in, 0, sizeof net->n_in);
    for (size_t s = 0; s < net->n_all_in; s++) net->n_in[net->spk_in[s] / NETWORK_GROUP]++;
}

void network_step(network_t *net) {
    network_run(net, 1);
    network_look(net, 0);
}

void network_mode(network_t *net, int32_t mode) { MUST(lpl_spiking_set(net->in_e, LPL_SPIKING_PARAM_MODE, mode)); }

void network_group_weights(const network_t *net, double w[NETWORK_E * SIGNALS]) {
    uint64_t row_ptr[NETWORK_IN + 1];
    MUST(lpl_spiking_connectivity(net->in_e, row_ptr, NULL));
    const size_t n = (size_t)row_ptr[NETWORK_IN];
    uint32_t *col = must_alloc(n, sizeof *col);
    float *v = must_alloc(n, sizeof *v);
    MUST(lpl_spiking_connectivity(net->in_e, NULL, col));
    MUST(lpl_spiking_read(net->in_e, v, n, NULL, LPL_SPIKING_WEIGHTS));
    for (int k = 0; k < NETWORK_E * SIGNALS; k++) w[k] = 0;
    for (size_t j = 0; j < NETWORK_IN; j++)
        for (size_t s = row_ptr[j]; s < row_ptr[j + 1]; s++)
            w[col[s] * SIGNALS + j / NETWORK_GROUP] += (double)v[s] / NETWORK_GROUP;
    free(col), free(v);
}

/* ---- saving ---- */

/* Head of the file: MAGIC, who the network is, steps done, the host's notes behind their count, and a checksum of these
 * numbers (FNV-1a). Then the states, each with checksums of its own. Sources have none: their spikes depend on the step
 * alone. */
enum { IDENTITY = 6 };
static const uint64_t MAGIC = 0x3154454E4C504CULL; /* "LPLNET1" */
static const char *const identity_names[IDENTITY] = {"condition", "seed", "signal seed", "scaling", "form", "engine"};

static void identity(uint64_t id[IDENTITY], const network_setup_t *s) {
    const uint64_t all[IDENTITY] = {(uint64_t)s->condition, s->seed,           s->signal_seed,
                                    (uint64_t)s->scaling,   (uint64_t)s->form, (uint64_t)s->engine};
    memcpy(id, all, sizeof all);
}

static uint64_t mix(uint64_t sum, const uint64_t *v, size_t n) {
    for (size_t k = 0; k < 8 * n; k++) sum = (sum ^ (v[k / 8] >> (8 * (k % 8)) & 255)) * 1099511628211u;
    return sum;
}

static int32_t put_numbers(const uint64_t *v, size_t n, uint64_t *sum, lpl_write_fn write, void *file) {
    int32_t status = 0;
    *sum = mix(*sum, v, n);
    for (size_t k = 0; k < n && status == 0; k++) status = statefile_put_number(v[k], write, file);
    return status;
}

static int32_t get_numbers(uint64_t *v, size_t n, uint64_t *sum, lpl_read_fn read, void *file) {
    int32_t status = 0;
    for (size_t k = 0; k < n && status == 0; k++) status = statefile_get_number(&v[k], read, file);
    if (status == 0) *sum = mix(*sum, v, n);
    return status;
}

typedef struct {
    const network_t *net;
    const uint64_t *note;
    size_t n_note;
} content_t;

#define TRY(call)                            \
    do {                                     \
        const lpl_status_t status_ = (call); \
        if (status_ < 0) return status_;     \
    } while (0)

static lpl_status_t write_network(lpl_write_fn write, void *file, void *user) {
    const content_t *c = user;
    const network_t *net = c->net;
    uint64_t head[IDENTITY + 3] = {MAGIC}, sum = 14695981039346656037u, none = 0;
    identity(head + 1, &net->setup);
    head[IDENTITY + 1] = net->step, head[IDENTITY + 2] = c->n_note;
    if (put_numbers(head, IDENTITY + 3, &sum, write, file) != 0) return LPL_E_IO;
    if (put_numbers(c->note, c->n_note, &sum, write, file) != 0 || put_numbers(&sum, 1, &none, write, file) != 0)
        return LPL_E_IO;
    TRY(lpl_lif_save(net->e, write, file));
    TRY(lpl_spiking_save(net->in_e, write, file));
    if (net->i == NULL) return LPL_OK;
    TRY(lpl_lif_save(net->i, write, file));
    TRY(lpl_projection_save(net->e_i, write, file));
    TRY(lpl_projection_save(net->i_e, write, file));
    return lpl_projection_save(net->i_i, write, file);
}

bool network_save(const network_t *net, const uint64_t *note, size_t n_note, const char *path, char *why, size_t size) {
    content_t content = {net, note, n_note};
    return statefile_save(write_network, &content, path, why, size);
}

static lpl_status_t read_states(network_t *net, lpl_read_fn read, void *file) {
    TRY(lpl_lif_load(read, file, 0, &net->e));
    TRY(lpl_spiking_load(read, file, 0, net->setup.threads, &net->in_e));
    if (net->setup.condition == NETWORK_INHIB_OFF) return LPL_OK;
    TRY(lpl_lif_load(read, file, 0, &net->i));
    TRY(lpl_projection_load(read, file, 0, &net->e_i));
    TRY(lpl_projection_load(read, file, 0, &net->i_e));
    return lpl_projection_load(read, file, 0, &net->i_i);
}

/* The parts fit together: sizes and steps. */
static bool fits(const network_t *net) {
    const lpl_projection_t *p[3] = {net->e_i, net->i_e, net->i_i};
    static const double size[3][2] = {{NETWORK_E, NETWORK_I}, {NETWORK_I, NETWORK_E}, {NETWORK_I, NETWORK_I}};
    const double step = (double)net->step;
    double v[3];
    MUST(lpl_spiking_get(net->in_e, LPL_SPIKING_PARAM_N_PRE, &v[0]));
    MUST(lpl_spiking_get(net->in_e, LPL_SPIKING_PARAM_N_POST, &v[1]));
    MUST(lpl_spiking_get(net->in_e, LPL_SPIKING_PARAM_STEP, &v[2]));
    if (v[0] != NETWORK_IN || v[1] != NETWORK_E || v[2] != step) return false;
    for (int k = 0; k < 2; k++) {
        const lpl_lif_t *lif = k == 0 ? net->e : net->i;
        if (lif == NULL) continue;
        MUST(lpl_lif_get(lif, LPL_LIF_PARAM_N, &v[0]));
        MUST(lpl_lif_get(lif, LPL_LIF_PARAM_STEP, &v[1]));
        if (v[0] != (k == 0 ? NETWORK_E : NETWORK_I) || v[1] != step) return false;
    }
    for (int k = 0; k < 3 && net->i != NULL; k++) {
        MUST(lpl_projection_get(p[k], LPL_PROJECTION_PARAM_N_PRE, &v[0]));
        MUST(lpl_projection_get(p[k], LPL_PROJECTION_PARAM_N_POST, &v[1]));
        MUST(lpl_projection_get(p[k], LPL_PROJECTION_PARAM_STEP, &v[2]));
        if (v[0] != size[k][0] || v[1] != size[k][1] || v[2] != step) return false;
    }
    return true;
}

/* What a load fills; why is written where the program, and not the library, has something to say. */
typedef struct {
    network_t *net;
    uint64_t **note;
    size_t *n_note;
    const char *path;
    char *why;
    size_t size;
    bool told;
} wanted_t;

static lpl_status_t refuse(wanted_t *w, const char *text) {
    snprintf(w->why, w->size, "%s: %s", w->path, text);
    w->told = true;
    return LPL_E_FORMAT;
}

/* Head and notes. */
static lpl_status_t read_head(wanted_t *w, lpl_read_fn read, void *file) {
    uint64_t head[IDENTITY + 3], id[IDENTITY], sum = 14695981039346656037u, stored, none = 0;
    char text[200];
    if (get_numbers(head, IDENTITY + 3, &sum, read, file) != 0 || head[0] != MAGIC || head[IDENTITY + 2] > 1u << 24)
        return refuse(w, "is not a checkpoint of this program");
    *w->n_note = (size_t)head[IDENTITY + 2];
    *w->note = must_alloc(*w->n_note + 1, sizeof **w->note);
    if (get_numbers(*w->note, *w->n_note, &sum, read, file) != 0 || get_numbers(&stored, 1, &none, read, file) != 0 ||
        stored != sum)
        return refuse(w, "is damaged or truncated");
    identity(id, &w->net->setup);
    for (int k = 0; k < IDENTITY; k++) {
        if (head[k + 1] == id[k]) continue;
        if (k == 0 && head[1] < NETWORK_CONDITIONS)
            snprintf(text, sizeof text, "is the checkpoint of another network: condition %s, not %s",
                     network_names[head[1]], network_names[w->net->setup.condition]);
        else
            snprintf(text, sizeof text, "is the checkpoint of another network: %s %llu, not %llu", identity_names[k],
                     (unsigned long long)head[k + 1], (unsigned long long)id[k]);
        return refuse(w, text);
    }
    w->net->step = head[IDENTITY + 1];
    return LPL_OK;
}

static lpl_status_t read_network(lpl_read_fn read, void *file, void *user) {
    wanted_t *w = user;
    TRY(read_head(w, read, file));
    TRY(read_states(w->net, read, file));
    return fits(w->net) ? LPL_OK : refuse(w, "its parts do not belong together");
}

network_t *network_load(const network_setup_t *setup, uint64_t **note, size_t *n_note, const char *path, char *why,
                        size_t size) {
    network_t *net = must_alloc(1, sizeof *net);
    wanted_t wanted = {net, note, n_note, path, why, size, false};
    char library[256];
    *note = NULL, *n_note = 0;
    net->setup = *setup;
    if (!statefile_load(read_network, &wanted, path, library, sizeof library)) {
        if (!wanted.told) snprintf(why, size, "%s", library);
        free(*note);
        *note = NULL, *n_note = 0;
        network_destroy(net);
        return NULL;
    }
    make_sources(net);
    for (int k = 0; k < SIGNALS; k++) MUST(lpl_source_seek(net->source[k], net->step));
    compose(net);
    return net;
}
