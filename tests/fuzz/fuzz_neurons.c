/* tests/fuzz/fuzz_neurons.c - fuzz target: any bytes as a sequence of calls on populations, sources, recorders and the
 * other projections, with valid and absurd arguments. Promises: as in fuzz_spiking.c. */
#include "fuzz/spiking.h"

typedef struct {
    lpl_projection_t *p;
    lpl_projection_config_t c;
} projection_slot_t;

typedef struct {
    lpl_lif_t *p;
    lpl_lif_config_t c;
} lif_slot_t;

typedef struct {
    fuzz_in_t in;
    int wild;               /* parameters may be absurd */
    lpl_spiking_t *plastic; /* four neurons, float */
    projection_slot_t projection[SLOTS];
    lif_slot_t lif[SLOTS];
} world_t;

/* ---- other projections ---- */

static void create_projection(world_t *w, projection_slot_t *slot) {
    fuzz_in_t *in = &w->in;
    lpl_projection_config_t *c = &slot->c;
    connect_t connect;
    lpl_projection_destroy(slot->p);
    slot->p = NULL;
    FUZZ_NEED(lpl_projection_config_init(c, sizeof *c) == LPL_OK);
    c->n_pre = fuzz_pick(in, 4) ? fuzz_count(in, 1, 5) : 1 + fuzz_pick(in, MAX_N), c->n_post = fuzz_count(in, 1, 5);
    c->dtype = fuzz_enum(in, LPL_F64), c->kind = fuzz_enum(in, LPL_PROJECTION_INHIBITORY);
    c->mode = fuzz_pick(in, 4) ? LPL_MODE_LEARN : fuzz_enum(in, LPL_MODE_FROZEN),
    c->delay_ax = 1e-4 * (double)(1 + fuzz_pick(in, 9));
    if (w->wild) {
        double *const real[] = {&c->w_init, &c->w_min, &c->w_max, &c->zeta, &c->kappa, &c->tau_stdp};
        for (size_t k = 0; k < sizeof real / sizeof real[0]; k++) fuzz_param(in, real[k]);
        durations(in, &c->dt, &c->delay_ax, NULL);
        if (fuzz_pick(in, 32) == 0) c->size = (uint32_t)fuzz_pick(in, 100);
    }
    draw_connect(in, &connect, c->n_pre, c->n_post);
    const lpl_status_t status = fuzz_status(lpl_projection_create(c, fuzz_pick(in, 3) ? NULL : &connect.c, &slot->p));
    FUZZ_NEED((status == LPL_OK) == (slot->p != NULL));
}

static void projection_step(world_t *w, projection_slot_t *slot) {
    fuzz_in_t *in = &w->in;
    const list_t pre = spikes(in, (size_t)slot->c.n_pre), post = spikes(in, (size_t)slot->c.n_post);
    memfile_t before = saved_projection(slot->p);
    const lpl_status_t status = fuzz_status(lpl_projection_step(slot->p, pre.p, pre.n, post.p, post.n));
    FUZZ_NEED((status == LPL_OK) == (pre.right && post.right));
    need_same_if(status < 0, before, saved_projection(slot->p));
    free(pre.p), free(post.p);
}

static void projection_rest(world_t *w, projection_slot_t *slot) {
    fuzz_in_t *in = &w->in;
    const int f64 = type(in, slot->c.dtype), writes = fuzz_pick(in, 2);
    const int32_t what = fuzz_enum(in, LPL_PROJECTION_TR_POST), param = fuzz_enum(in, LPL_PROJECTION_PARAM_LABEL);
    double all = 0, before_value = 7, after_value = 7;
    FUZZ_NEED(lpl_projection_get(slot->p, LPL_PROJECTION_PARAM_N_SYNAPSES, &all) == LPL_OK);
    const size_t n = fuzz_pick(in, 8) ? (size_t)all : fuzz_pick(in, 20);
    void *x = reals(in, f64, n, 0, 1, 1, NULL), *g = reals(in, f64, (size_t)slot->c.n_post, 0, 1, 1, NULL);
    memfile_t before = saved_projection(slot->p);
    lpl_status_t status = fuzz_status(f64 ? lpl_projection_drive_f64(slot->p, g) : lpl_projection_drive(slot->p, g));
    FUZZ_NEED((status == LPL_OK) == (f64 == (slot->c.dtype == LPL_F64)));
    if (writes)
        status = fuzz_status(f64 ? lpl_projection_write_f64(slot->p, x, n, what)
                                 : lpl_projection_write(slot->p, x, n, what));
    else
        status = fuzz_status(f64 ? lpl_projection_read_f64(slot->p, x, n, NULL, what)
                                 : lpl_projection_read(slot->p, x, n, NULL, what));
    need_same_if(status < 0 || !writes, before, saved_projection(slot->p));
    const double value = fuzz_real(in);
    const lpl_status_t got = fuzz_status(lpl_projection_get(slot->p, param, &before_value));
    status = fuzz_status(lpl_projection_set(slot->p, param, value));
    FUZZ_NEED(fuzz_status(lpl_projection_get(slot->p, param, &after_value)) == got);
    FUZZ_NEED(status == LPL_OK ? after_value == value : after_value == before_value || isnan(before_value));
    free(x), free(g);
}

static void projection_reload(projection_slot_t *slot) {
    memfile_t f = saved_projection(slot->p);
    lpl_projection_t *p = NULL;
    FUZZ_NEED(lpl_projection_load(memfile_read, &f, 0, &p) == LPL_OK && f.at == f.n);
    lpl_projection_destroy(slot->p);
    slot->p = p;
    need_same(f, saved_projection(p));
}

/* ---- populations ---- */

static void create_lif(world_t *w, lif_slot_t *slot) {
    fuzz_in_t *in = &w->in;
    lpl_lif_config_t *c = &slot->c;
    lpl_lif_destroy(slot->p);
    slot->p = NULL;
    FUZZ_NEED(lpl_lif_config_init(c, sizeof *c) == LPL_OK);
    c->n = fuzz_count(in, 1, 5), c->dtype = fuzz_enum(in, LPL_F64), c->threshold = fuzz_enum(in, LPL_THRESHOLD_ADD),
    c->seed = fuzz_byte(in);
    c->isa = fuzz_pick(in, 3) ? LPL_ISA_AUTO : fuzz_enum(in, LPL_ISA_AVX512);
    if (w->wild) {
        double *const real[] = {&c->dt,        &c->tau_mem, &c->tau_ampa,  &c->tau_nmda, &c->tau_gaba,
                                &c->tau_thr,   &c->v_rest,  &c->v_reset,   &c->v_thr,    &c->e_inh,
                                &c->thr_spike, &c->v_init,  &c->ampa_nmda, &c->v_init_sd};
        for (size_t k = 0; k < sizeof real / sizeof real[0]; k++) fuzz_param(in, real[k]);
        if (fuzz_pick(in, 32) == 0) c->size = (uint32_t)fuzz_pick(in, 100);
    }
    const lpl_status_t status = fuzz_status(lpl_lif_create(c, &slot->p));
    FUZZ_NEED((status == LPL_OK) == (slot->p != NULL));
}

static void lif_step(world_t *w, lif_slot_t *slot) {
    fuzz_in_t *in = &w->in;
    const size_t n = (size_t)slot->c.n;
    const int f64 = type(in, slot->c.dtype);
    uint32_t *fired = malloc(n * sizeof *fired);
    void *v = fuzz_pick(in, 2) ? reals(in, f64, n, 0, 0, 0, NULL) : NULL;
    size_t n_fired = 0;
    memfile_t before = saved_lif(slot->p);
    FUZZ_NEED(fired != NULL);
    const lpl_status_t status =
        fuzz_status(f64 ? lpl_lif_step_f64(slot->p, fired, &n_fired, v) : lpl_lif_step(slot->p, fired, &n_fired, v));
    FUZZ_NEED(n_fired <= n &&
              (status == LPL_OK || status == LPL_E_NONFINITE || (status == LPL_E_DTYPE && n_fired == 0)));
    for (size_t k = 0; k < n_fired; k++) FUZZ_NEED(fired[k] < n && (k == 0 || fired[k] > fired[k - 1]));
    need_same_if(status == LPL_E_DTYPE, before, saved_lif(slot->p));
    free(fired), free(v);
}

static void lif_rest(world_t *w, lif_slot_t *slot) {
    fuzz_in_t *in = &w->in;
    const size_t n = fuzz_pick(in, 16) ? (size_t)slot->c.n : fuzz_pick(in, 8), knots = fuzz_pick(in, 4);
    const int f64 = type(in, slot->c.dtype);
    const int32_t what = fuzz_enum(in, LPL_LIF_G_GABA);
    double time[3], volt[3], value = 7;
    for (size_t k = 0; k < 3; k++) {
        time[k] = fuzz_pick(in, 16) ? 1e-3 * (double)k : fuzz_real(in);
        volt[k] = fuzz_pick(in, 16) ? -0.06 : fuzz_real(in);
    }
    void *x = reals(in, f64, n, 0, 1, 1, NULL);
    memfile_t before = saved_lif(slot->p);
    lpl_status_t status =
        fuzz_status(f64 ? lpl_lif_write_f64(slot->p, x, n, what) : lpl_lif_write(slot->p, x, n, what));
    need_same_if(status < 0, before, saved_lif(slot->p));
    before = saved_lif(slot->p);
    status = fuzz_status(f64 ? lpl_lif_read_f64(slot->p, x, n, NULL, what) : lpl_lif_read(slot->p, x, n, NULL, what));
    status = fuzz_status(lpl_lif_get(slot->p, fuzz_enum(in, LPL_LIF_PARAM_LABEL), &value));
    FUZZ_NEED(status == LPL_OK || value == 7);
    need_same(before, saved_lif(slot->p));
    before = saved_lif(slot->p);
    status = fuzz_pick(in, 2) ? fuzz_status(lpl_lif_clamp(slot->p, time, volt, knots)) : LPL_E_ARG;
    need_same_if(status < 0, before, saved_lif(slot->p));
    free(x);
}

static void lif_reload(lif_slot_t *slot) {
    memfile_t f = saved_lif(slot->p);
    lpl_lif_t *p = NULL;
    if (f.n == 0) return;
    FUZZ_NEED(lpl_lif_load(memfile_read, &f, 0, &p) == LPL_OK && f.at == f.n);
    lpl_lif_destroy(slot->p);
    slot->p = p;
    need_same(f, saved_lif(p));
}

/* Either kind of projection onto a population: all or nothing. */
static void onto_neurons(world_t *w, const projection_slot_t *p, lif_slot_t *l) {
    const int32_t receptor = fuzz_enum(&w->in, LPL_RECEPTOR_GABA);
    const int plastic = p->p == NULL || fuzz_pick(&w->in, 2);
    memfile_t before = saved_lif(l->p);
    const lpl_status_t status = fuzz_status(plastic ? lpl_spiking_drive_lif(w->plastic, l->p, receptor)
                                                    : lpl_projection_drive_lif(p->p, l->p, receptor));
    const int fits = plastic ? l->c.dtype == LPL_F32 && l->c.n == 4 : p->c.dtype == l->c.dtype && p->c.n_post == l->c.n;
    FUZZ_NEED((status == LPL_OK) == (fits && (receptor == LPL_RECEPTOR_AMPA || receptor == LPL_RECEPTOR_GABA)));
    need_same_if(status < 0, before, saved_lif(l->p));
}

/* ---- sources and recorders: made, used and ended in one call ---- */

static void source(world_t *w) {
    fuzz_in_t *in = &w->in;
    lpl_source_config_t c;
    lpl_source_t *s = NULL;
    double time[3], rate[3], hz = 0;
    uint64_t step[4], t = 0;
    uint32_t neuron[4], out[MAX_N];
    FUZZ_NEED(lpl_source_config_init(&c, sizeof c) == LPL_OK);
    c.kind = fuzz_enum(in, LPL_SOURCE_SPIKES), c.flags = fuzz_pick(in, 2), c.n = fuzz_count(in, 1, 60),
    c.first = fuzz_pick(in, 8) ? 0 : fuzz_count(in, 0, 9);
    for (size_t k = 0; k < 3; k++)
        time[k] = fuzz_pick(in, 16) ? 1e-3 * (double)(k + 1) : fuzz_real(in),
        rate[k] = fuzz_pick(in, 16) ? 30.0 * fuzz_byte(in) : fuzz_real(in);
    for (size_t k = 0; k < 4; k++)
        step[k] = k / 2 + fuzz_pick(in, 3) / 2, neuron[k] = (uint32_t)(k % 2 + fuzz_pick(in, 16) / 15 * 100);
    c.n_knots = fuzz_pick(in, 16) ? 1 + fuzz_pick(in, 3) : 0, c.time_s = fuzz_pick(in, 8) ? time : NULL,
    c.rate_hz = fuzz_pick(in, 16) ? rate : NULL;
    c.n_spikes = fuzz_pick(in, 5), c.spk_step = step, c.spk_neuron = neuron, c.seed = fuzz_byte(in),
    c.stream = fuzz_byte(in);
    if (w->wild) fuzz_param(in, &c.dt);
    const lpl_status_t made = fuzz_status(lpl_source_create(&c, &s));
    FUZZ_NEED((made == LPL_OK) == (s != NULL));
    for (size_t k = 0; s && k < 6; k++) {
        if (fuzz_pick(in, 4) == 0) fuzz_status(lpl_source_seek(s, fuzz_count(in, 0, 40)));
        uint64_t before = 0;
        size_t n = 0;
        const size_t room = fuzz_pick(in, 4) ? MAX_N : fuzz_pick(in, 4);
        FUZZ_NEED(lpl_source_tell(s, &before) == LPL_OK);
        const lpl_status_t status = fuzz_status(lpl_source_step(s, out, room, &n));
        FUZZ_NEED(lpl_source_tell(s, &t) == LPL_OK && t == before + (status == LPL_OK) && n <= room);
        for (size_t i = 0; i < n; i++)
            FUZZ_NEED(out[i] >= c.first && out[i] < c.first + c.n && (i == 0 || out[i] > out[i - 1]));
        if (fuzz_status(lpl_source_rate(s, &hz, fuzz_count(in, 0, 99))) == LPL_OK) FUZZ_NEED(hz >= 0 && hz < 1 / c.dt);
    }
    lpl_source_destroy(s);
}

static void record(world_t *w) {
    fuzz_in_t *in = &w->in;
    lpl_record_config_t c;
    lpl_record_t *r = NULL;
    uint64_t step[5], count[4];
    uint32_t neuron[5], *bins = calloc(3 * MAX_N, sizeof *bins);
    FUZZ_NEED(bins != NULL && lpl_record_config_init(&c, sizeof c) == LPL_OK);
    c.n = fuzz_count(in, 1, MAX_N - 1), c.bin_steps = fuzz_count(in, 0, 4);
    if (w->wild)
        fuzz_param(in, &c.dt), fuzz_param(in, &c.tau_rate), fuzz_param(in, &c.silent_hz), fuzz_param(in, &c.runaway_hz);
    const lpl_status_t made = fuzz_status(lpl_record_create(&c, &r));
    FUZZ_NEED((made == LPL_OK) == (r != NULL));
    for (size_t k = 0; r && k < 8; k++) {
        const list_t l = spikes(in, (size_t)c.n);
        memfile_t before = saved_record(r);
        lpl_status_t status = LPL_OK;
        switch (fuzz_pick(in, 8)) {
        case 0: fuzz_status(lpl_record_spikes_into(r, step, neuron, fuzz_pick(in, 6))); break;
        case 1: fuzz_status(lpl_record_bins_into(r, bins, fuzz_pick(in, 4))); break;
        case 2: FUZZ_NEED(lpl_record_reset(r) == LPL_OK); break;
        case 3: {
            lpl_record_t *again = NULL;
            FUZZ_NEED(lpl_record_load(memfile_read, &before, 0, &again) == LPL_OK);
            need_same(memfile_copy(&before), saved_record(again));
            lpl_record_destroy(again);
            break;
        }
        default: status = fuzz_status(lpl_record_step(r, l.p, l.n)); FUZZ_NEED((status == LPL_OK) == l.right);
        }
        FUZZ_NEED(lpl_record_state(r, &count[0], &count[1], &count[2], &count[3], NULL, NULL) == LPL_OK &&
                  count[0] <= 5 && count[2] <= 3);
        need_same_if(status < 0, before, saved_record(r));
        free(l.p);
    }
    lpl_record_destroy(r), free(bins);
}

/* ---- the sequence ---- */

static void call(world_t *w) {
    const size_t verb = fuzz_pick(&w->in, 14);
    projection_slot_t *const p = &w->projection[fuzz_pick(&w->in, SLOTS)];
    lif_slot_t *const l = &w->lif[fuzz_pick(&w->in, SLOTS)];
    if (verb < 5 && (p->p == NULL || verb == 0)) {
        create_projection(w, p);
        return;
    }
    if (verb >= 5 && verb < 12 && (l->p == NULL || verb == 5)) {
        create_lif(w, l);
        return;
    }
    switch (verb) {
    case 1: projection_rest(w, p); break;
    case 2: projection_reload(p); break;
    case 3:
    case 4: projection_step(w, p); break;
    case 6: lif_rest(w, l); break;
    case 7: lif_reload(l); break;
    case 8:
    case 9: onto_neurons(w, p, l); break;
    case 12: source(w); break;
    case 13: record(w); break;
    default: lif_step(w, l); break;
    }
}

/* A plastic projection whose first step has been made and that transmits at the next one. */
static lpl_spiking_t *plastic(void) {
    static const uint32_t fired[2] = {0, 1};
    static const float v[4] = {0, 0, 0, 0};
    lpl_spiking_config_t c;
    lpl_spiking_t *s = NULL;
    FUZZ_NEED(lpl_spiking_config_init(&c, sizeof c) == LPL_OK);
    c.n_pre = 2, c.n_post = 4, c.delay_ax = 1e-4, c.update_every = 20, c.t_lag = 5e-4;
    FUZZ_NEED(lpl_spiking_create(&c, NULL, &s) == LPL_OK && lpl_spiking_step(s, fired, 2, NULL, 0, v) == LPL_OK);
    return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    world_t w = {.in = {data, size}, .plastic = plastic()};
    w.wild = fuzz_byte(&w.in) % 2;
    for (size_t k = 0; k < MAX_CALLS && w.in.n > 0; k++) call(&w);
    for (size_t k = 0; k < SLOTS; k++) lpl_projection_destroy(w.projection[k].p), lpl_lif_destroy(w.lif[k].p);
    lpl_spiking_destroy(w.plastic);
    return 0;
}

size_t fuzz_seed(size_t k, uint8_t *data, size_t room) { return seed_bytes(k, 20230717, data, room); }
