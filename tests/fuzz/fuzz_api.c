/* tests/fuzz/fuzz_api.c - fuzz target: any bytes as a sequence of calls on layers and trackers, with valid and absurd
 * arguments. Promises checked: no crash; a status that exists, with its sentence; after an error handles, states and
 * outputs are as before; responses of a successful step are finite; a saved object comes back with the same bits. */
#include "fuzz/fuzz.h"

enum { SLOTS = 3, MAX_PRE = 6, MAX_POST = 5, MAX_BATCH = 4, MAX_CALLS = 60, ROOM = 64, STATE_ROOM = 4096 };

typedef struct {
    lpl_layer_t *l;
    lpl_layer_config_t c; /* as given */
    void *block, *borrowed, *borrowed_bias;
} layer_slot_t;

typedef struct {
    lpl_stats_t *s;
    lpl_stats_config_t c;
} stats_slot_t;

typedef struct {
    fuzz_in_t in;
    int wild; /* activities may be NaN, infinite or huge */
    layer_slot_t layer[SLOTS];
    stats_slot_t stats[SLOTS];
} world_t;

/* ---- states as bytes ---- */

static memfile_t saved_layer(const lpl_layer_t *l) {
    memfile_t f = {0};
    const lpl_status_t status = fuzz_status(lpl_layer_save(l, memfile_write, &f));
    FUZZ_NEED(status == LPL_OK || (status == LPL_E_NONFINITE && f.calls == 0));
    return f;
}

static memfile_t saved_stats(const lpl_stats_t *s) {
    memfile_t f = {0};
    const lpl_status_t status = fuzz_status(lpl_stats_save(s, memfile_write, &f));
    FUZZ_NEED(status == LPL_OK || (status == LPL_E_NONFINITE && f.calls == 0));
    return f;
}

static void need_same(memfile_t a, memfile_t b) {
    FUZZ_NEED(a.n == b.n && (a.n == 0 || memcmp(a.data, b.data, a.n) == 0));
    free(a.data), free(b.data);
}

/* ---- arrays ---- */

/* rows x ld activities of a dtype, in memory of exactly that size. */
static void *activities(world_t *w, int f64, size_t rows, size_t ld) {
    const size_t n = rows * ld;
    void *p = malloc((n ? n : 1) * (f64 ? sizeof(double) : sizeof(float)));
    FUZZ_NEED(p != NULL);
    for (size_t k = 0; k < n; k++) {
        const double v = fuzz_activity(&w->in, w->wild);
        if (f64)
            ((double *)p)[k] = v;
        else
            ((float *)p)[k] = (float)v;
    }
    return p;
}

static int all_finite(const void *p, int f64, size_t n) {
    for (size_t k = 0; k < n; k++)
        if (!isfinite(f64 ? ((const double *)p)[k] : (double)((const float *)p)[k])) return 0;
    return 1;
}

/* ---- life of layers ---- */

static size_t size_of(const lpl_layer_t *l, int32_t param) {
    double v = 0;
    FUZZ_NEED(lpl_layer_get(l, param, &v) == LPL_OK);
    return (size_t)v;
}

static void destroy_layer(layer_slot_t *slot) {
    lpl_layer_destroy(slot->l);
    free(slot->block), free(slot->borrowed), free(slot->borrowed_bias);
    memset(slot, 0, sizeof *slot);
}

/* A small convolution, seldom an absurd one. */
static void draw_shape(fuzz_in_t *in, lpl_layer_config_t *c) {
    c->kind = LPL_LAYER_CONV2D, c->n_pre = 0, c->rule = fuzz_pick(in, 32) ? LPL_RULE_LPL : c->rule;
    c->groups = 1 + (uint32_t)fuzz_pick(in, 2), c->channels = c->groups * (uint32_t)fuzz_count(in, 1, 2);
    c->n_post = c->groups * (1 + fuzz_pick(in, 2)), c->height = (uint32_t)fuzz_count(in, 2, 5),
    c->width = (uint32_t)fuzz_count(in, 2, 5);
    c->kernel_h = 1 + (uint32_t)fuzz_pick(in, 3), c->kernel_w = 1 + (uint32_t)fuzz_pick(in, 3),
    c->stride = 1 + (uint32_t)fuzz_pick(in, 2);
    c->padding = c->kernel_h > 1 && c->kernel_w > 1 ? (uint32_t)fuzz_pick(in, 2) : 0,
    c->pool = 1 + (uint32_t)(fuzz_pick(in, 4) == 0);
    c->sees = fuzz_enum(in, LPL_SEES_HEAD);
    if (c->sees == LPL_SEES_HEAD || fuzz_pick(in, 16) == 0)
        c->head_hidden = (uint32_t)fuzz_count(in, 1, 4), c->head_out = (uint32_t)fuzz_count(in, 1, 3);
    if (fuzz_pick(in, 8) > 0) return;
    uint32_t *const field[] = {&c->channels, &c->height,  &c->width,  &c->kernel_h, &c->kernel_w,
                               &c->stride,   &c->padding, &c->groups, &c->pool};
    *field[fuzz_pick(in, sizeof field / sizeof field[0])] = (uint32_t)fuzz_count(in, 0, 255);
}

static void draw_config(fuzz_in_t *in, lpl_layer_config_t *c) {
    FUZZ_NEED(lpl_layer_config_init(c, sizeof *c) == LPL_OK);
    if (fuzz_pick(in, 4) == 0) fuzz_status(lpl_layer_preset(c, fuzz_enum(in, LPL_PRESET_STREAM)));
    c->n_pre = fuzz_count(in, 1, MAX_PRE), c->n_post = fuzz_count(in, 1, MAX_POST),
    c->batch_max = fuzz_count(in, 1, MAX_BATCH);
    c->dtype = fuzz_enum(in, LPL_F64);
    if (fuzz_pick(in, 8) > 0) {
        c->activation = fuzz_enum(in, LPL_ACT_SILU), c->bias = fuzz_enum(in, 1),
        c->rule = fuzz_pick(in, 2) ? fuzz_enum(in, LPL_RULE_SOFTHEBB) : 0;
        c->form = fuzz_enum(in, LPL_FORM_REFERENCE), c->norm = fuzz_enum(in, LPL_NORM_NEURON),
        c->push_form = fuzz_enum(in, LPL_PUSH_LOGDET), c->pull_form = fuzz_enum(in, LPL_PULL_ISOLOSS);
        c->pair = c->rule == LPL_RULE_LPL ? fuzz_enum(in, LPL_PAIR_SYMMETRIC) : 0,
        c->stats = fuzz_enum(in, LPL_STATS_EWMA);
        c->optim = fuzz_enum(in, LPL_OPTIM_ADAM), c->mode = fuzz_pick(in, 3) ? 0 : fuzz_enum(in, LPL_MODE_FROZEN);
        c->init = fuzz_enum(in, LPL_INIT_UNIT_VARIANCE), c->decorr = fuzz_pick(in, 2) ? 0 : 1;
        if (c->rule != LPL_RULE_LPL && fuzz_pick(in, 16)) c->decorr = 0;
        c->isa = fuzz_pick(in, 3) ? LPL_ISA_AUTO : fuzz_enum(in, LPL_ISA_AVX512),
        c->threads = fuzz_pick(in, 6) ? 1 : fuzz_enum(in, 2);
    }
    if (fuzz_pick(in, 3) == 0) draw_shape(in, c);
    if (fuzz_pick(in, 4) == 0) {
        double *const real[] = {&c->act_p0,     &c->act_p1,       &c->pull,       &c->push,         &c->decorr,
                                &c->eps,        &c->tau_mean,     &c->tau_sigma2, &c->mean_init,    &c->sigma2_init,
                                &c->eta,        &c->momentum,     &c->beta1,      &c->beta2,        &c->tau_theta,
                                &c->theta_init, &c->collapse_std, &c->adam_eps,   &c->weight_decay, &c->temperature};
        for (size_t k = 0; k < sizeof real / sizeof real[0]; k++) fuzz_param(in, real[k]);
        c->flags = fuzz_pick(in, 8) ? 0 : fuzz_byte(in);
    }
    if (fuzz_pick(in, 32) == 0) c->size = (uint32_t)fuzz_count(in, 0, 255);
    c->seed = fuzz_byte(in), c->label = fuzz_byte(in);
}

static void create_layer(world_t *w, layer_slot_t *slot) {
    size_t bytes = 0, align = 0;
    destroy_layer(slot);
    draw_config(&w->in, &slot->c);
    const lpl_status_t size = fuzz_status(lpl_layer_size(&slot->c, &bytes, &align));
    if (size == LPL_OK) FUZZ_NEED(bytes > 0 && align == 64);
    if (size < 0) FUZZ_NEED(bytes == 0 && align == 0);
    if (bytes > 1 << 20) return; /* a legal size, but not for a fuzzer */
    if (size == LPL_OK && fuzz_pick(&w->in, 3) == 0) {
        slot->block = malloc(bytes + 64);
        FUZZ_NEED(slot->block != NULL);
        unsigned char *at = (unsigned char *)(((uintptr_t)slot->block + 63) / 64 * 64);
        memset(at, 0xA5, bytes);
        FUZZ_NEED(lpl_layer_create_in(at + 1, bytes, &slot->c, &slot->l) == LPL_E_MEMORY);
        FUZZ_NEED(lpl_layer_create_in(at, bytes - 1, &slot->c, &slot->l) == LPL_E_MEMORY && slot->l == NULL);
        FUZZ_NEED(lpl_layer_create_in(at, bytes, &slot->c, &slot->l) == LPL_OK && slot->l != NULL);
    } else {
        const lpl_status_t status = fuzz_status(lpl_layer_create(&slot->c, &slot->l));
        FUZZ_NEED(status == size && (status == LPL_OK) == (slot->l != NULL));
    }
}

/* ---- steps ---- */

enum { UPDATE, ONLINE, GRADIENT };

/* One of the three learning calls. On error: the layer, the report and the outputs are as before. */
static void layer_step(world_t *w, layer_slot_t *slot, int verb) {
    fuzz_in_t *in = &w->in;
    const size_t n = size_of(slot->l, LPL_PARAM_N_PRE), fan = size_of(slot->l, LPL_PARAM_FAN_IN),
                 M = size_of(slot->l, LPL_PARAM_N_POST), units = size_of(slot->l, LPL_PARAM_UNITS);
    const size_t batch = verb == ONLINE ? 1 : (size_t)fuzz_count(in, 0, MAX_BATCH + 1),
                 rows = batch <= MAX_BATCH + 1 ? batch : 1;
    const int f64 = fuzz_pick(in, 32) ? slot->c.dtype == LPL_F64 : slot->c.dtype != LPL_F64;
    const size_t ld = fuzz_ld(in, n), room = n + 1;
    const size_t elem = f64 ? sizeof(double) : sizeof(float), out_n = verb == GRADIENT ? M * fan : units;
    void *x0 = fuzz_pick(in, 3) ? activities(w, f64, rows, room) : NULL,
         *x1 = fuzz_pick(in, 32) ? activities(w, f64, rows, room) : NULL;
    void *out = malloc(out_n * elem), *db = fuzz_pick(in, 2) ? malloc(M * elem) : NULL;
    lpl_report_t report, report_before;
    lpl_report_t *const r = fuzz_pick(in, 3) ? &report : NULL;
    FUZZ_NEED(out != NULL && lpl_report_init(&report, sizeof report) == LPL_OK);
    if (fuzz_pick(in, 64) == 0) report.size = fuzz_byte(in);
    memset(out, 0x5A, out_n * elem);
    report_before = report;
    memfile_t before = saved_layer(slot->l);
    lpl_status_t status;
    if (verb == ONLINE)
        status = f64 ? lpl_update_online_f64(slot->l, out, r, x1) : lpl_update_online(slot->l, out, r, x1);
    else if (verb == UPDATE)
        status =
            f64 ? lpl_update_f64(slot->l, r, x0, ld, x1, ld, batch) : lpl_update(slot->l, r, x0, ld, x1, ld, batch);
    else
        status = f64 ? lpl_gradient_f64(slot->l, out, fan, db, r, x0, ld, x1, ld, batch)
                     : lpl_gradient(slot->l, out, fan, db, r, x0, ld, x1, ld, batch);
    fuzz_status(status);
    if (status < 0 && !(verb == ONLINE && status == LPL_E_NONFINITE)) {
        for (size_t k = 0; k < out_n * elem; k++) FUZZ_NEED(((unsigned char *)out)[k] == 0x5A);
        if (status != LPL_E_NONFINITE) FUZZ_NEED(memcmp(&report, &report_before, sizeof report) == 0);
    }
    memfile_t after = saved_layer(slot->l);
    if ((status < 0 && !(verb == ONLINE && status == LPL_E_NONFINITE)) || verb == GRADIENT) {
        need_same(before, after);
    } else {
        if (status >= 0 && verb == ONLINE) FUZZ_NEED(all_finite(out, f64, units));
        free(before.data), free(after.data);
    }
    free(x0), free(x1), free(out), free(db);
}

static void forward(world_t *w, layer_slot_t *slot) {
    const size_t n = size_of(slot->l, LPL_PARAM_N_PRE), M = size_of(slot->l, LPL_PARAM_N_OUT),
                 batch = fuzz_pick(&w->in, 9), ldz = M + fuzz_pick(&w->in, 3);
    const int f64 = slot->c.dtype == LPL_F64;
    void *x = activities(w, f64, batch, n), *z = calloc(batch * ldz + 1, f64 ? sizeof(double) : sizeof(float));
    FUZZ_NEED(z != NULL);
    const lpl_status_t status =
        f64 ? lpl_forward_f64(slot->l, z, ldz, x, n, batch) : lpl_forward(slot->l, z, ldz, x, n, batch);
    FUZZ_NEED(fuzz_status(status) == LPL_OK);
    for (size_t b = 0; b < batch; b++)
        for (size_t i = M; i < ldz; i++)
            FUZZ_NEED((f64 ? ((double *)z)[b * ldz + i] : (double)((float *)z)[b * ldz + i]) == 0);
    FUZZ_NEED((f64 ? lpl_forward_f64(slot->l, z, M ? M - 1 : 0, x, n, 1)
                   : lpl_forward(slot->l, z, M ? M - 1 : 0, x, n, 1)) < 0);
    free(x), free(z);
}

static void parameters(world_t *w, layer_slot_t *slot) {
    const int32_t param = fuzz_enum(&w->in, LPL_PARAM_WIDTH);
    const double v = fuzz_real(&w->in);
    double low = 0, high = -1, before = 7, after = 7;
    const lpl_status_t b = fuzz_status(lpl_layer_bounds(slot->l, param, &low, &high));
    const lpl_status_t g = fuzz_status(lpl_layer_get(slot->l, param, &before)),
                       s = fuzz_status(lpl_layer_set(slot->l, param, v));
    FUZZ_NEED(fuzz_status(lpl_layer_get(slot->l, param, &after)) == g);
    if (s == LPL_OK) FUZZ_NEED(g == LPL_OK && b == LPL_OK && after == v && v >= low && v <= high);
    if (s < 0) FUZZ_NEED(after == before);
    if (param >= 0 && param <= LPL_PARAM_WIDTH) FUZZ_NEED(g == LPL_OK);
}

/* Read a state and write it back: nothing has changed. Then values of the input: all or nothing. */
static void named_state(world_t *w, layer_slot_t *slot) {
    const int32_t state = fuzz_enum(&w->in, LPL_STATE_HEAD_B2);
    const int f64 = slot->c.dtype == LPL_F64;
    lpl_status_t status = LPL_E_SIZE;
    size_t n = 0;
    double d[STATE_ROOM];
    float f[STATE_ROOM];
    while (status == LPL_E_SIZE && n < STATE_ROOM) {
        n++;
        status = f64 ? lpl_layer_read_f64(slot->l, d, n, state) : lpl_layer_read(slot->l, f, n, state);
    }
    if (fuzz_status(status) < 0) {
        FUZZ_NEED(status == LPL_E_ARG || status == LPL_E_ORDER || (status == LPL_E_SIZE && n == STATE_ROOM));
        return;
    }
    const int counts = state == LPL_STATE_MEAN || state == LPL_STATE_SIGMA2; /* written, they count as seen (STALE) */
    const int narrow =
        !f64 && (counts || state == LPL_STATE_COVARIANCE || state == LPL_STATE_THETA ||
                 (state == LPL_STATE_PREV && slot->c.kind == LPL_LAYER_CONV2D)); /* kept in double, read as float */
    memfile_t before = saved_layer(slot->l);
    status = fuzz_status(f64 ? lpl_layer_write_f64(slot->l, d, n, state) : lpl_layer_write(slot->l, f, n, state));
    FUZZ_NEED(status == LPL_OK || !all_finite(f64 ? (void *)d : (void *)f, f64, n));
    if (counts || narrow)
        free(before.data);
    else
        need_same(before, saved_layer(slot->l));
    before = saved_layer(slot->l);
    for (size_t k = 0; k < n; k++) d[k] = fuzz_activity(&w->in, w->wild), f[k] = (float)d[k];
    status = fuzz_status(f64 ? lpl_layer_write_f64(slot->l, d, n, state) : lpl_layer_write(slot->l, f, n, state));
    if (status < 0)
        need_same(before, saved_layer(slot->l));
    else
        free(before.data);
}

static void borrow(world_t *w, layer_slot_t *slot) {
    const size_t n = size_of(slot->l, LPL_PARAM_FAN_IN), M = size_of(slot->l, LPL_PARAM_N_POST),
                 ld = n + fuzz_pick(&w->in, 3);
    const int f64 = slot->c.dtype == LPL_F64;
    memfile_t before = saved_layer(slot->l);
    lpl_status_t status =
        f64 ? lpl_layer_borrow_weights_f64(slot->l, NULL, 0, NULL) : lpl_layer_borrow_weights(slot->l, NULL, 0, NULL);
    FUZZ_NEED(status == LPL_OK);
    need_same(before, saved_layer(slot->l)); /* given back: the same values at home */
    free(slot->borrowed), free(slot->borrowed_bias);
    slot->borrowed = slot->borrowed_bias = NULL;
    if (fuzz_pick(&w->in, 2)) return;
    void *weights = activities(w, f64, M, ld), *bias = slot->c.bias ? activities(w, f64, M, 1) : NULL;
    before = saved_layer(slot->l);
    status = f64 ? lpl_layer_borrow_weights_f64(slot->l, weights, ld, bias)
                 : lpl_layer_borrow_weights(slot->l, weights, ld, bias);
    if (fuzz_status(status) == LPL_OK) {
        slot->borrowed = weights, slot->borrowed_bias = bias;
        free(before.data);
    } else {
        need_same(before, saved_layer(slot->l));
        free(weights), free(bias);
    }
}

static void reload_layer(world_t *w, layer_slot_t *slot) {
    memfile_t f = saved_layer(slot->l), failing = {.fail_at = 1 + fuzz_pick(&w->in, 12)};
    if (f.n > 0) {
        const lpl_status_t status = fuzz_status(lpl_layer_save(slot->l, memfile_write, &failing));
        FUZZ_NEED(status == (failing.calls >= failing.fail_at ? LPL_E_IO : LPL_OK));
        lpl_layer_t *l = NULL;
        FUZZ_NEED(lpl_layer_load(memfile_read, &f, 0, 1, &l) == LPL_OK);
        const lpl_layer_config_t c = slot->c;
        need_same(f, saved_layer(l));
        destroy_layer(slot);
        slot->l = l, slot->c = c;
    }
    free(failing.data);
}

/* ---- trackers ---- */

static void create_stats(world_t *w, stats_slot_t *slot) {
    fuzz_in_t *in = &w->in;
    lpl_stats_destroy(slot->s);
    memset(slot, 0, sizeof *slot);
    lpl_stats_config_t *c = &slot->c;
    FUZZ_NEED(lpl_stats_config_init(c, sizeof *c) == LPL_OK);
    c->n_units = fuzz_count(in, 1, MAX_POST), c->batch_max = fuzz_count(in, 1, MAX_BATCH),
    c->dtype = fuzz_enum(in, LPL_F64);
    c->mode = fuzz_enum(in, LPL_STATS_ALL), c->covariance = fuzz_enum(in, 1),
    c->isa = fuzz_pick(in, 3) ? LPL_ISA_AUTO : fuzz_enum(in, LPL_ISA_AVX512);
    if (fuzz_pick(in, 4) == 0) {
        fuzz_param(in, &c->tau_mean), fuzz_param(in, &c->tau_sigma2), fuzz_param(in, &c->mean_init),
            fuzz_param(in, &c->sigma2_init);
        c->reserved = fuzz_pick(in, 4) == 0, c->flags = fuzz_pick(in, 4) == 0;
    }
    if (c->n_units > 1000 || c->batch_max > 1000000) { /* a legal size is not for a fuzzer */
        c->threads = 0;
        FUZZ_NEED(fuzz_status(lpl_stats_create(c, &slot->s)) < 0);
    } else {
        fuzz_status(lpl_stats_create(c, &slot->s));
    }
}

static void update_stats(world_t *w, stats_slot_t *slot) {
    fuzz_in_t *in = &w->in;
    const size_t M = (size_t)slot->c.n_units, batch = (size_t)fuzz_count(in, 0, MAX_BATCH + 1),
                 rows = batch <= MAX_BATCH + 1 ? batch : 1;
    const int f64 = fuzz_pick(in, 32) ? slot->c.dtype == LPL_F64 : slot->c.dtype != LPL_F64;
    const size_t ld = fuzz_ld(in, M);
    void *z = activities(w, f64, rows, ld == M ? M : M + 1);
    memfile_t before = saved_stats(slot->s);
    const lpl_status_t status =
        fuzz_status(f64 ? lpl_stats_update_f64(slot->s, z, ld, batch) : lpl_stats_update(slot->s, z, ld, batch));
    if (status == LPL_OK) FUZZ_NEED(ld == M + 1 || (ld == M && all_finite(z, f64, rows * M)));
    if (status < 0)
        need_same(before, saved_stats(slot->s));
    else
        free(before.data);
    free(z);
}

static void read_stats(world_t *w, stats_slot_t *slot) {
    const size_t M = (size_t)slot->c.n_units;
    const int32_t what = fuzz_enum(&w->in, LPL_STATS_DTYPE);
    double v[ROOM], kept[ROOM];
    const size_t right = what >= LPL_STATS_COUNT        ? 1
                         : what == LPL_STATS_COVARIANCE ? M * M
                                                        : M,
                 n = fuzz_pick(&w->in, 8) ? right : fuzz_pick(&w->in, ROOM);
    for (size_t k = 0; k < ROOM; k++) v[k] = kept[k] = 0.5;
    const lpl_status_t status = fuzz_status(lpl_stats_read(slot->s, v, n, what));
    if (status < 0) FUZZ_NEED(memcmp(v, kept, sizeof v) == 0);
    if (status == LPL_OK) FUZZ_NEED(n == right && memcmp(v + n, kept + n, (ROOM - n) * sizeof v[0]) == 0);
    memfile_t f = saved_stats(slot->s);
    for (size_t k = 0; k < n && status == LPL_OK && f.n > 0 && !w->wild; k++) FUZZ_NEED(isfinite(v[k]));
    free(f.data);
}

static void merge_stats(stats_slot_t *dst, const stats_slot_t *src) {
    memfile_t a = saved_stats(dst->s), b = saved_stats(src->s);
    const lpl_status_t status = fuzz_status(lpl_stats_merge(dst->s, src->s));
    need_same(b, saved_stats(src->s));
    if (status < 0)
        need_same(a, saved_stats(dst->s));
    else
        free(a.data);
}

static void reload_stats(stats_slot_t *slot) {
    memfile_t f = saved_stats(slot->s);
    if (f.n == 0) return;
    lpl_stats_t *s = NULL;
    FUZZ_NEED(lpl_stats_load(memfile_read, &f, 0, &s) == LPL_OK);
    need_same(f, saved_stats(s));
    lpl_stats_destroy(slot->s);
    slot->s = s;
}

/* ---- the sequence ---- */

static void call(world_t *w) {
    const uint8_t verb = fuzz_byte(&w->in) % 20;
    layer_slot_t *const l = &w->layer[fuzz_pick(&w->in, SLOTS)];
    stats_slot_t *const s = &w->stats[fuzz_pick(&w->in, SLOTS)];
    if (verb < 12 && l->l == NULL) {
        create_layer(w, l);
        return;
    }
    if (verb >= 12 && s->s == NULL) {
        create_stats(w, s);
        return;
    }
    switch (verb) {
    case 0: destroy_layer(l); break;
    case 1:
    case 2:
    case 3: layer_step(w, l, UPDATE); break;
    case 4:
    case 5: layer_step(w, l, ONLINE); break;
    case 6: layer_step(w, l, GRADIENT); break;
    case 7: forward(w, l); break;
    case 8: parameters(w, l); break;
    case 9: named_state(w, l); break;
    case 10: borrow(w, l); break;
    case 11:
        if (fuzz_pick(&w->in, 3) == 0) FUZZ_NEED(lpl_layer_forget(l->l) == LPL_OK);
        if (fuzz_pick(&w->in, 3) == 0) {
            const uint32_t row[2] = {(uint32_t)fuzz_pick(&w->in, 4), (uint32_t)fuzz_pick(&w->in, 4)};
            const lpl_status_t status = lpl_layer_forget_rows(l->l, row, 2);
            FUZZ_NEED(status == LPL_OK || status == LPL_E_SIZE);
        }
        reload_layer(w, l);
        break;
    case 12: create_stats(w, s); break;
    case 13:
    case 14:
    case 15: update_stats(w, s); break;
    case 16: read_stats(w, s); break;
    case 17: {
        stats_slot_t *const other = &w->stats[fuzz_pick(&w->in, SLOTS)];
        if (other->s) merge_stats(s, other);
        break;
    }
    case 18: FUZZ_NEED(lpl_stats_reset(s->s) == LPL_OK); break;
    default: reload_stats(s); break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    world_t w = {.in = {data, size}};
    w.wild = fuzz_byte(&w.in) % 2;
    for (size_t k = 0; k < MAX_CALLS && w.in.n > 0; k++) call(&w);
    for (size_t k = 0; k < SLOTS; k++) {
        destroy_layer(&w.layer[k]);
        lpl_stats_destroy(w.stats[k].s);
    }
    return 0;
}

/* Bytes of the library's own generator, long enough for some dozens of calls. */
size_t fuzz_seed(size_t k, uint8_t *data, size_t room) {
    uint32_t bits[1024];
    if (k >= 64) return 0;
    FUZZ_NEED(lpl_random_bits(bits, 1024, 20230714, k, 0) == LPL_OK);
    const size_t n = 200 + 12 * k < room ? 200 + 12 * k : room;
    for (size_t i = 0; i < n; i++) data[i] = (uint8_t)(bits[i] >> 24);
    return n;
}
