/* tests/fuzz/fuzz_spiking.c - fuzz target: any bytes as a sequence of calls on plastic projections, with valid and
 * absurd arguments. Promises checked: no crash; a status that exists, with its sentence; a valid step succeeds; after
 * an error objects and outputs are as before; reading and transmitting change nothing; a saved object comes back with
 * the same bits. */
#include "fuzz/spiking.h"

enum { MAX_STEPS = 3 };

typedef struct {
    lpl_spiking_t *s;
    lpl_spiking_config_t c;
    int tame; /* nothing absurd was ever put in: nothing may become infinite */
} spiking_slot_t;

typedef struct {
    fuzz_in_t in;
    int wild; /* parameters may be absurd */
    spiking_slot_t spiking[SLOTS];
} world_t;

static void create_spiking(world_t *w, spiking_slot_t *slot) {
    fuzz_in_t *in = &w->in;
    lpl_spiking_config_t *c = &slot->c;
    connect_t connect;
    lpl_spiking_destroy(slot->s);
    slot->s = NULL;
    FUZZ_NEED(lpl_spiking_config_init(c, sizeof *c) == LPL_OK);
    if (fuzz_pick(in, 4) == 0) fuzz_status(lpl_spiking_preset(c, fuzz_enum(in, LPL_PRESET_SPIKING_STDP_REFERENCE)));
    c->n_pre = fuzz_count(in, 1, 5), c->n_post = fuzz_pick(in, 4) ? fuzz_count(in, 1, 5) : 1 + fuzz_pick(in, MAX_N);
    c->dtype = fuzz_enum(in, LPL_F64), c->form = fuzz_enum(in, LPL_FORM_REFERENCE),
    c->engine = fuzz_enum(in, LPL_ENGINE_BLOCK);
    c->scaling = fuzz_enum(in, LPL_SCALING_RMS), c->slow = fuzz_enum(in, LPL_SLOW_DOUBLE);
    c->mode = fuzz_pick(in, 4) ? LPL_MODE_LEARN : fuzz_enum(in, LPL_MODE_FROZEN);
    c->update_every = fuzz_count(in, 1, 40), c->memory_max = fuzz_pick(in, 4) ? 40000 : fuzz_count(in, 1, 255) % 200000;
    if (c->update_every > 1000 && c->memory_max == 0) c->memory_max = 40000;
    c->delay_ax = 1e-4 * (double)(1 + fuzz_pick(in, 9)), c->t_lag = 1e-4 * (double)(1 + fuzz_pick(in, 30));
    c->sigma2_init = 0.01 * (double)fuzz_pick(in, 50), c->mean_init = (double)fuzz_pick(in, 20);
    c->threads = 1 + (fuzz_pick(in, 8) == 0), c->isa = fuzz_pick(in, 3) ? LPL_ISA_AUTO : fuzz_enum(in, LPL_ISA_AVX512);
    if (w->wild) {
        double *const real[] = {&c->eta,          &c->push,          &c->pull,     &c->xi,         &c->delta,
                                &c->tau_syn,      &c->tau_psp,       &c->tau_rise, &c->w_max,      &c->tau_decay,
                                &c->tau_err_rise, &c->tau_err_decay, &c->beta,     &c->v_theta,    &c->w_init,
                                &c->w_min,        &c->tau_rms,       &c->tau_mean, &c->tau_sigma2, &c->mean_init,
                                &c->sigma2_init,  &c->tau_wdecay};
        for (size_t k = 0; k < sizeof real / sizeof real[0]; k++) fuzz_param(in, real[k]);
        durations(in, &c->dt, &c->delay_ax, &c->t_lag);
        if (fuzz_pick(in, 16) == 0) c->flags = fuzz_byte(in);
        if (fuzz_pick(in, 32) == 0) c->size = (uint32_t)fuzz_pick(in, 100);
    }
    draw_connect(in, &connect, c->n_pre, c->n_post);
    const lpl_status_t status = fuzz_status(lpl_spiking_create(c, fuzz_pick(in, 3) ? NULL : &connect.c, &slot->s));
    FUZZ_NEED((status == LPL_OK) == (slot->s != NULL));
    slot->tame = !w->wild;
}

static double spiking_param(const lpl_spiking_t *s, int32_t param) {
    double v = 0;
    FUZZ_NEED(lpl_spiking_get(s, param, &v) == LPL_OK);
    return v;
}

static size_t spiking_length(const lpl_spiking_t *s, int32_t what) {
    return (size_t)spiking_param(s, what <= LPL_SPIKING_GRAD2 ? LPL_SPIKING_PARAM_N_SYNAPSES
                                    : what <= LPL_SPIKING_PSP ? LPL_SPIKING_PARAM_N_PRE
                                                              : LPL_SPIKING_PARAM_N_POST);
}

static void spiking_step(world_t *w, spiking_slot_t *slot) {
    fuzz_in_t *in = &w->in;
    const int f64 = type(in, slot->c.dtype);
    int right = f64 == (slot->c.dtype == LPL_F64);
    const list_t pre = spikes(in, (size_t)slot->c.n_pre), post = spikes(in, (size_t)slot->c.n_post);
    void *v = reals(in, f64, (size_t)slot->c.n_post, -0.08, -0.03, 1, &right);
    right = right && pre.right && post.right;
    memfile_t before = right ? (memfile_t){0} : saved_spiking(slot->s); /* a save takes much longer than a step */
    const double step = spiking_param(slot->s, LPL_SPIKING_PARAM_STEP);
    const lpl_status_t status = fuzz_status(f64 ? lpl_spiking_step_f64(slot->s, pre.p, pre.n, post.p, post.n, v)
                                                : lpl_spiking_step(slot->s, pre.p, pre.n, post.p, post.n, v));
    FUZZ_NEED((status == LPL_OK) == right);
    FUZZ_NEED(spiking_param(slot->s, LPL_SPIKING_PARAM_STEP) == step + (status == LPL_OK));
    if (!right) need_same(before, saved_spiking(slot->s));
    free(pre.p), free(post.p), free(v);
}

static void spiking_steps(world_t *w, spiking_slot_t *slot) {
    fuzz_in_t *in = &w->in;
    const size_t n_steps = fuzz_pick(in, MAX_STEPS + 1), n_post = (size_t)slot->c.n_post, ldv = fuzz_ld(in, n_post);
    const int f64 = type(in, slot->c.dtype);
    int right = f64 == (slot->c.dtype == LPL_F64) && ldv >= n_post && ldv <= n_post + 1;
    uint64_t ptr[2][MAX_STEPS + 1] = {{0}, {0}};
    uint32_t *list[2] = {calloc(MAX_STEPS * MAX_LIST, sizeof(uint32_t)),
                         calloc(MAX_STEPS * MAX_LIST, sizeof(uint32_t))};
    FUZZ_NEED(list[0] && list[1]);
    for (size_t k = 0; k < n_steps; k++)
        for (int side = 0; side < 2; side++) {
            const list_t l = spikes(in, (size_t)(side ? slot->c.n_post : slot->c.n_pre));
            if (l.n > 0) memcpy(list[side] + ptr[side][k], l.p, l.n * sizeof *l.p);
            ptr[side][k + 1] = ptr[side][k] + l.n;
            right &= l.right;
            free(l.p);
        }
    if (n_steps > 1 && fuzz_pick(in, 32) == 0) ptr[fuzz_pick(in, 2)][1] = UINT64_MAX - fuzz_byte(in), right = 0;
    void *v = reals(in, f64, n_steps * (n_post + 1), -0.08, -0.03, 0, NULL);
    const int moves = right && n_steps > 0;
    memfile_t before = moves ? (memfile_t){0} : saved_spiking(slot->s);
    const lpl_status_t status =
        fuzz_status(f64 ? lpl_spiking_steps_f64(slot->s, n_steps, ptr[0], list[0], ptr[1], list[1], v, ldv)
                        : lpl_spiking_steps(slot->s, n_steps, ptr[0], list[0], ptr[1], list[1], v, ldv));
    if (n_steps > 0) FUZZ_NEED((status == LPL_OK) == right);
    if (!moves) need_same(before, saved_spiking(slot->s));
    free(list[0]), free(list[1]), free(v);
}

/* What only looks: read, report, connectivity, drive. */
static void spiking_look(world_t *w, spiking_slot_t *slot) {
    fuzz_in_t *in = &w->in;
    const int32_t what = fuzz_enum(in, LPL_SPIKING_FPRIME);
    const int f64 = type(in, slot->c.dtype);
    const size_t all = spiking_length(slot->s, what < 0 || what > LPL_SPIKING_FPRIME ? 0 : what);
    uint64_t index[3];
    for (int k = 0; k < 3; k++) index[k] = fuzz_count(in, 0, all > 0 ? all - 1 : 0);
    const int listed = fuzz_pick(in, 3) == 0;
    const size_t n = listed ? fuzz_pick(in, 4) : fuzz_pick(in, 16) ? all : fuzz_pick(in, 20);
    memfile_t before = saved_spiking(slot->s);
    unsigned char *dst = malloc((n + 1) * elem(f64));
    FUZZ_NEED(dst != NULL);
    memset(dst, 0x5A, (n + 1) * elem(f64));
    lpl_status_t status = fuzz_status(f64 ? lpl_spiking_read_f64(slot->s, (void *)dst, n, listed ? index : NULL, what)
                                          : lpl_spiking_read(slot->s, (void *)dst, n, listed ? index : NULL, what));
    for (size_t k = status < 0 ? 0 : n * elem(f64); k < (n + 1) * elem(f64); k++) FUZZ_NEED(dst[k] == 0x5A);
    free(dst);
    lpl_spiking_report_t report;
    FUZZ_NEED(lpl_spiking_report_init(&report, sizeof report) == LPL_OK &&
              lpl_spiking_report(slot->s, &report) == LPL_OK);
    FUZZ_NEED(before.n > 0 ? report.n_nonfinite == 0 : !slot->tame);
    void *g = reals(in, f64, (size_t)slot->c.n_post, 0, 1, 1, NULL);
    status = fuzz_status(f64 ? lpl_spiking_drive_f64(slot->s, g) : lpl_spiking_drive(slot->s, g));
    FUZZ_NEED((status == LPL_OK) == (f64 == (slot->c.dtype == LPL_F64)));
    free(g);
    need_same(before, saved_spiking(slot->s));
}

static void spiking_write(world_t *w, spiking_slot_t *slot) {
    fuzz_in_t *in = &w->in;
    const int32_t what = fuzz_enum(in, LPL_SPIKING_FPRIME);
    const int f64 = type(in, slot->c.dtype);
    const size_t n = fuzz_pick(in, 16) ? spiking_length(slot->s, what < 0 || what > LPL_SPIKING_FPRIME ? 0 : what)
                                       : fuzz_pick(in, 20);
    void *src = reals(in, f64, n, 0, 1, 1, NULL);
    memfile_t before = saved_spiking(slot->s);
    const lpl_status_t status =
        fuzz_status(f64 ? lpl_spiking_write_f64(slot->s, src, n, what) : lpl_spiking_write(slot->s, src, n, what));
    need_same_if(status < 0, before, saved_spiking(slot->s));
    slot->tame &= status < 0 || what == LPL_SPIKING_WEIGHTS;
    free(src);
}

static void spiking_set(world_t *w, spiking_slot_t *slot) {
    fuzz_in_t *in = &w->in;
    const int32_t param = fuzz_enum(in, LPL_SPIKING_PARAM_LABEL);
    const double value = fuzz_real(in);
    double before = 7, after = 7;
    const lpl_status_t got = fuzz_status(lpl_spiking_get(slot->s, param, &before)),
                       set = fuzz_status(lpl_spiking_set(slot->s, param, value));
    FUZZ_NEED(fuzz_status(lpl_spiking_get(slot->s, param, &after)) == got);
    FUZZ_NEED(set == LPL_OK ? got == LPL_OK && after == value : after == before);
    slot->tame &= set < 0 || value < 1000;
}

static void spiking_reload(world_t *w, spiking_slot_t *slot) {
    fuzz_in_t *in = &w->in;
    memfile_t f = saved_spiking(slot->s), failing = {.fail_at = 1 + fuzz_pick(in, 40)};
    if (f.n > 0) {
        lpl_spiking_t *s = NULL;
        const lpl_status_t status = fuzz_status(lpl_spiking_save(slot->s, memfile_write, &failing));
        FUZZ_NEED(status == (failing.calls >= failing.fail_at ? LPL_E_IO : LPL_OK));
        FUZZ_NEED(lpl_spiking_load(memfile_read, &f, 0, 1, &s) == LPL_OK && f.at == f.n);
        lpl_spiking_destroy(slot->s);
        slot->s = s;
        need_same(f, saved_spiking(s));
    }
    free(failing.data);
}

static void call(world_t *w) {
    spiking_slot_t *const s = &w->spiking[fuzz_pick(&w->in, SLOTS)];
    const size_t verb = fuzz_pick(&w->in, 12);
    if (s->s == NULL || verb == 0) {
        create_spiking(w, s);
        return;
    }
    switch (verb) {
    case 1:
    case 2: spiking_steps(w, s); break;
    case 3: spiking_look(w, s); break;
    case 4: spiking_write(w, s); break;
    case 5: spiking_set(w, s); break;
    case 6: spiking_reload(w, s); break;
    default: spiking_step(w, s); break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    world_t w = {.in = {data, size}};
    w.wild = fuzz_byte(&w.in) % 2;
    for (size_t k = 0; k < MAX_CALLS && w.in.n > 0; k++) call(&w);
    for (size_t k = 0; k < SLOTS; k++) lpl_spiking_destroy(w.spiking[k].s);
    return 0;
}

size_t fuzz_seed(size_t k, uint8_t *data, size_t room) { return seed_bytes(k, 20230716, data, room); }
